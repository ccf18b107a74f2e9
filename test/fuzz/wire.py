"""Connections that lead nowhere: one end of a pair of sockets, at whose other end all of the answer lies ready.

No thread has to run and nothing has to be waited for, so a call takes a fraction of a millisecond, and a call that is
kept waiting is told from one that is slow.
"""

import socket

from cloudsmith_api._transport.connections import (
    DeadlineHTTPConnection,
    DeadlineHTTPSConnection,
    HTTPPool,
    HTTPSPool,
)
from cloudsmith_api._transport.session import Session
from cloudsmith_api.rest import RESTClientObject

#: As many bytes as lie ready at most; a pair of sockets takes more before it makes a sender wait.
LONGEST = 64 * 1024

_BUFFER = 4 * LONGEST
_TUNNEL_IS_OPEN = b'HTTP/1.1 200 Connection established\r\n\r\n'


class Wire(object):
    """What was connected to and sent, and what is answered; one for the process, as a call is made after another."""

    def __init__(self):
        self.answers = [b'']
        self.connections = []

    def expect(self, answers):
        """Forget what was sent, and answer on the n-th connection with the n-th of these, and later with the last."""
        for connection in self.connections:
            connection.far.close()
        self.answers, self.connections = answers, []

    def connect(self, scheme, host, port):
        """Make a connection, and give the client's end."""
        near, far = socket.socketpair()
        for end in near, far:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
        answer = self.answers[min(len(self.connections), len(self.answers) - 1)]
        self.connections.append(Connection((scheme, host.strip('[]'), port), far, answer[:LONGEST]))
        return near


class Connection(object):
    """The far end of a connection.

    :ivar tuple origin: what the client wanted to connect to: scheme, host and port.
    """

    def __init__(self, origin, far, answer):
        self.origin = origin
        self.far = far
        self._answer = answer

    def open_tunnel(self):
        """Say what a proxy says to CONNECT."""
        self.far.sendall(_TUNNEL_IS_OPEN)

    def answer(self):
        """Say all there is to say."""
        self.far.sendall(self._answer)
        self.far.shutdown(socket.SHUT_WR)

    def received(self):
        """Give all that the client has sent."""
        self.far.setblocking(False)
        parts = []
        try:
            while not parts or parts[-1]:
                parts.append(self.far.recv(LONGEST))
        except EnvironmentError:
            pass  # There is no more, and the client has not closed its end.
        return b''.join(parts)


WIRE = Wire()


class _PlainConnection(DeadlineHTTPConnection):
    def _new_conn(self):
        near = WIRE.connect('http', self._dns_host, self.port)
        WIRE.connections[-1].answer()
        return near


class _TlsConnection(DeadlineHTTPSConnection):
    """Stands for a connection over TLS, without its handshake: what is said inside of it is what counts here."""

    def connect(self):
        # Inside of a tunnel there is TLS, whichever way its proxy is reached.
        scheme = self.proxy.scheme if self._tunnel_host else 'https'
        self.sock = WIRE.connect(scheme, self._dns_host, self.port)
        self.is_verified = True
        if self._tunnel_host:
            WIRE.connections[-1].open_tunnel()
            self._tunnel()
        WIRE.connections[-1].answer()


class _PlainPool(HTTPPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSPool):
    ConnectionCls = _TlsConnection


class WiredTransport(RESTClientObject):
    """The package's own transport, but for where its connections lead."""

    def __init__(self, configuration):
        super(WiredTransport, self).__init__(configuration)
        self._session = _WiredSession(pools_size=4, maxsize=None)


class _WiredSession(Session):
    def _make_manager(self, configuration, tls, streaming):
        # As if without TLS, since to load the trusted certificates takes as long as ten calls.
        manager = super(_WiredSession, self)._make_manager(configuration, False, streaming)
        manager.pool_classes_by_scheme = {'http': _PlainPool, 'https': _TlsPool}
        return manager
