"""A transport without a network: each connection is one end of a socket pair, with the response already sent.

No thread runs and no call ever waits, so a call takes a fraction of a millisecond, and a call that blocks cannot be
mistaken for one that is merely slow.
"""

import socket

import six

from cloudsmith_api._transport.connections import (
    DeadlineHTTPConnection,
    DeadlineHTTPSConnection,
)
from cloudsmith_api._transport.pools import HTTPPool, HTTPSPool
from cloudsmith_api._transport.session import Session
from cloudsmith_api.rest import RESTClientObject

#: The most bytes of a response. The buffers of a socket pair hold more, so that sending them never blocks.
MAX_BYTES = 64 * 1024

_SOCKET_BUFFER = 4 * MAX_BYTES
_TUNNEL_ESTABLISHED = b'HTTP/1.1 200 Connection established\r\n\r\n'


class Network(object):
    """The connections that were opened, and the responses they carry.

    There is one per process, since calls are made one after another.
    """

    def __init__(self):
        self.responses = [b'']
        self.connections = []

    def respond_with(self, responses):
        """Forget all connections; send the n-th of these responses on the n-th new one, and the last on all others."""
        for connection in self.connections:
            connection.server_end.close()
        self.responses, self.connections = responses, []

    def connect(self, scheme, host, port):
        """Open a connection, and return the client's end."""
        client_end, server_end = socket.socketpair()
        if six.PY2:
            # There, socketpair() returns the bare C object, whose file does not respect timeouts.
            client_end = socket.socket(_sock=client_end)
        for end in client_end, server_end:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SOCKET_BUFFER)
        response = self.responses[min(len(self.connections), len(self.responses) - 1)]
        self.connections.append(Connection((scheme, host.strip('[]'), port), server_end, response[:MAX_BYTES]))
        return client_end


class Connection(object):
    """The server's end of a connection.

    :ivar tuple origin: the scheme, host and port that the client connected to.
    """

    def __init__(self, origin, server_end, response):
        self.origin = origin
        self.server_end = server_end
        self._response = response

    def open_tunnel(self):
        """Send a proxy's response to CONNECT."""
        self.server_end.sendall(_TUNNEL_ESTABLISHED)

    def respond(self):
        """Send the whole response, and close this direction."""
        self.server_end.sendall(self._response)
        self.server_end.shutdown(socket.SHUT_WR)

    def received(self):
        """Return all bytes that the client has sent."""
        self.server_end.setblocking(False)
        parts = []
        try:
            while not parts or parts[-1]:
                parts.append(self.server_end.recv(MAX_BYTES))
        except EnvironmentError:
            pass  # Everything was read, and the client has not closed its end.
        return b''.join(parts)


NETWORK = Network()


class _PlainConnection(DeadlineHTTPConnection):
    def _new_conn(self):
        client_end = NETWORK.connect('http', self._dns_host, self.port)
        NETWORK.connections[-1].respond()
        return client_end


class _TlsConnection(DeadlineHTTPSConnection):
    """A TLS connection without the handshake, since only the HTTP messages inside it are checked."""

    def connect(self):
        # With a tunnel, TLS is spoken inside it, and the proxy itself may be reached with or without TLS.
        scheme = self.proxy.scheme if self._tunnel_host else 'https'
        self.sock = NETWORK.connect(scheme, self._dns_host, self.port)
        self.is_verified = True
        if self._tunnel_host:
            NETWORK.connections[-1].open_tunnel()
            self._tunnel()
        NETWORK.connections[-1].respond()


class _PlainPool(HTTPPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSPool):
    ConnectionCls = _TlsConnection


class SocketPairTransport(RESTClientObject):
    """The package's own transport, except that it connects to :data:`NETWORK`."""

    def __init__(self, configuration):
        super(SocketPairTransport, self).__init__(configuration)
        self._session = _SocketPairSession(configuration, pools_size=4, maxsize=None)


class _SocketPairSession(Session):
    def manager(self, url, tls, streaming):
        # Without TLS settings: loading the trusted certificates takes as long as ten calls.
        manager = super(_SocketPairSession, self).manager(url, False, streaming)
        manager.pool_classes_by_scheme = {'http': _PlainPool, 'https': _TlsPool}
        return manager
