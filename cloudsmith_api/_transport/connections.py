"""Connections that enforce the deadline and the size limit of the call that uses them."""

import io
import re
import socket
import weakref

from six.moves import http_client

# Not from urllib3.connection, where a recorder may have put its own classes before this module is imported.
from urllib3.connectionpool import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.connection import allowed_gai_family
from urllib3.util.ssl_ import SSLTransport

from .timeouts import CallLimits, Deadline, OversizeError, clamp_timeout

# The size limit of a response, not counting its body. http.client limits the length and number of header lines, but not
# how many interim responses (100 Continue) come first.
_MAX_HEADER_BYTES = 1024 * 1024

# The payload of one TLS record, RFC 8446 section 5.1.
_SEND_CHUNK_BYTES = 16 * 1024

# The minimum time for connecting to one of several addresses, in seconds, if the deadline allows it: if 12 addresses
# shared 2.5 s equally, none that is 250 ms away could ever be reached.
_MIN_CONNECT_TIMEOUT = 0.5


class _ResponseStream(io.RawIOBase):
    """Reads the bytes of one response from the socket, within the call's limits.

    A socket's own timeout restarts with each byte, so a trickling response would never time out.
    """

    def __init__(self, sock, call):
        # Unbuffered: self.makefile() adds a buffer. It keeps the socket open until the response is read or closed.
        self._stream = sock.makefile('rb', 0)
        # On Python 2, closing the connection removes the socket from ``sock``, and only the stream still has it.
        self._sock = getattr(self._stream, '_sock', sock)
        # A mock of a socket may have the response only in its file (httpretty 1.1). On Python 2, a real socket's file
        # has no readinto.
        self._read_into = getattr(self._stream, 'readinto', None) or self._sock.recv_into
        self._deadline = call.deadline
        self._max_bytes = call.max_bytes
        self._bytes_left = _MAX_HEADER_BYTES
        #: Whether the peer has closed its side of the connection.
        self.at_end = False

    def makefile(self, *_):
        # http.client's response treats this stream as a socket, and asks it for a file.
        return io.BufferedReader(self)

    def readable(self):
        return True

    def readinto(self, buffer):
        _apply_deadline(self._deadline, self._sock)
        count = self._read_into(buffer)
        self.at_end = not count
        self._bytes_left -= count
        if self._bytes_left < 0:
            raise OversizeError()
        return count

    def end_headers(self):
        """Raise the size limit by the limit of the body."""
        self._bytes_left += self._max_bytes

    def close(self):
        self._stream.close()
        super(_ResponseStream, self).close()


def _apply_deadline(deadline, sock):
    """Set a socket's timeout to the time that is left until a deadline."""
    if deadline is not None:
        remaining = deadline.remaining()
        if remaining <= 0:
            raise socket.timeout('the deadline of the call has passed')
        sock.settimeout(remaining)


def has_pending_bytes(sock):
    """Return whether TLS has buffered bytes that have not been read yet."""
    if isinstance(sock, SSLTransport):
        # It has no pending() of its own, and leaves nothing in the outer TLS: it reads whole records (1.26 and 2).
        return sock.sslobj.pending() or sock.incoming.pending
    # Looked up on the type, since a mock may raise any error for an attribute that it does not have.
    return hasattr(type(sock), 'pending') and sock.pending()


class _Response(http_client.HTTPResponse):
    """A final response with complete headers; interim responses are skipped."""

    def _read_status(self):
        # http.client skips only 100 (up to Python 3.13). RFC 9110 section 15.2 requires clients to skip every interim
        # response except 101, after which the connection speaks another protocol.
        version, status, reason = http_client.HTTPResponse._read_status(self)
        return version, 100 if 101 < status < 200 else status, reason

    def begin(self):
        # Without this, http.client accepts any bytes as an HTTP/0.9 response on Python 2.
        self.strict = True
        stream = self.fp.raw
        http_client.HTTPResponse.begin(self)
        if stream.at_end:
            # http.client treats the end of the connection as the end of the headers.
            raise http_client.IncompleteRead(b'')
        stream.end_headers()
        if self.length is None and not self.chunked:
            self._parse_length()
        if self.status == 101:
            self.will_close = True
        # urllib3 logs the part that http.client could not parse, in which the service may have echoed a key.
        self.msg.defects, self.msg._payload = [], None

    def _parse_length(self):
        # A list of identical lengths counts as one (RFC 9110 section 8.6). http.client treats it as no length.
        lengths = {length.strip() for length in self.getheader('Content-Length', '').split(',')}
        length = lengths.pop()
        if not lengths and re.match(r'[0-9]{1,18}\Z', length):
            self.length, self.will_close = int(length), self._check_close()


class DeadlineMixin(object):
    """Makes a urllib3 connection enforce the limits of the call that uses it.

    :ivar CallLimits call: that call; set when the pool lends the connection.
    :ivar dict preferred_addresses: host -> the address that worked last; shared by the connections of a pool.
    :ivar float idle_since: when the connection was last returned to its pool.
    :ivar int times_closed: how often its pool had been closed when the connection was last lent.
    """

    call = CallLimits()
    preferred_addresses = None
    idle_since = 0.0
    times_closed = 0

    def response_class(self, sock, *args, **kwargs):
        """Make a response; http.client calls this for each of them, including a proxy's response to CONNECT."""
        return _Response(_ResponseStream(sock, self.call), *args, **kwargs)

    def connect(self):
        """Connect, through a tunnel if there is one; bytes sent for that do not belong to the request."""
        try:
            super(DeadlineMixin, self).connect()
        finally:
            self.call.request_sent = False

    def send(self, data):
        """Send in short chunks: a socket's own timeout restarts with each part that a slow reader accepts."""
        if self.sock is None and self.auto_open:
            self.connect()
        for start in range(0, len(data), _SEND_CHUNK_BYTES):
            if self.call.deadline is not None:
                _apply_deadline(self.call.deadline, self.sock)
            # urllib3 2 has usually set it; setting it again would cost a system call, at which threads may switch.
            elif getattr(self.sock, 'timeout', 'unknown') != self.timeout:
                self.sock.settimeout(self.timeout)
            self.call.request_sent = True
            super(DeadlineMixin, self).send(data[start:start + _SEND_CHUNK_BYTES])

    def _new_conn(self):
        """Connect to the first address of the host that accepts; one connect timeout covers all addresses.

        urllib3 gives each address the whole timeout (1.26 and 2).
        """
        host, timeout = self._dns_host, self.timeout
        if timeout is None:
            return super(DeadlineMixin, self)._new_conn()
        deadline = self.call.deadline or Deadline(timeout)
        addresses = self._addresses()
        try:
            while True:
                remaining = deadline.remaining()
                share = max(remaining / len(addresses), min(_MIN_CONNECT_TIMEOUT, remaining))
                self.timeout = clamp_timeout(share)
                self._dns_host = addresses.pop(0)
                try:
                    sock = super(DeadlineMixin, self)._new_conn()
                    break
                except (ConnectTimeoutError, NewConnectionError):
                    if not addresses or deadline.remaining() <= 0:
                        raise
            if self.preferred_addresses is not None:
                self.preferred_addresses[host] = self._dns_host
        finally:
            self._dns_host, self.timeout = host, timeout
        # The TLS handshake, which comes next, gets the time that is left.
        sock.settimeout(clamp_timeout(deadline.remaining()))
        return sock

    def _addresses(self):
        """Return the addresses of the host, starting with the one that worked last."""
        try:
            found = socket.getaddrinfo(self._dns_host.strip('[]'), self.port, allowed_gai_family(), socket.SOCK_STREAM)
        except (socket.error, UnicodeError) as error:
            raise NewConnectionError(self, 'Failed to establish a new connection: %s' % error)
        preferred = (self.preferred_addresses or {}).get(self._dns_host)
        return sorted((_format_address(address) for _, _, _, _, address in found),
                      key=lambda address: address != preferred)


def _format_address(address):
    """Return a socket address as text, with the scope that a link-local one needs (RFC 4007 section 11)."""
    host = address[0]
    if len(address) == 4 and address[3] and '%' not in host:
        return '%s%%%d' % (host, address[3])
    return host


class DeadlineHTTPConnection(DeadlineMixin, HTTPConnection):
    """A plain connection."""


class DeadlineHTTPSConnection(DeadlineMixin, HTTPSConnection):
    """A TLS connection."""

    def _connect_tls_proxy(self, *args, **kwargs):
        """Connect to a proxy over TLS; the service's own TLS then runs inside it."""
        return _DeadlineSocket(super(DeadlineHTTPSConnection, self)._connect_tls_proxy(*args, **kwargs), self)


class _DeadlineSocket(object):
    """A socket for TLS within TLS that is read until the call's deadline.

    For one record of the inner TLS, urllib3 reads any number of outer records, each with the whole timeout (1.26
    and 2).
    """

    def __init__(self, sock, connection):
        # A weak reference, since the connection refers to this socket.
        vars(self).update(_sock=sock, _connection=weakref.proxy(connection))

    def __getattr__(self, name):
        return getattr(self._sock, name)

    def __setattr__(self, name, value):
        setattr(self._sock, name, value)

    def recv(self, *args):
        _apply_deadline(self._connection.call.deadline, self._sock)
        return self._sock.recv(*args)
