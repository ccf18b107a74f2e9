"""Connections that keep to the deadline and the size limit of the call that uses them, and their pools."""

import io
import os
import socket
import threading
import weakref
from collections import deque

from six.moves import http_client, queue
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool

# Not from urllib3.connection, where a recorder may have put its own classes before this module is imported.
from urllib3.connectionpool import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.connection import allowed_gai_family
from urllib3.util.ssl_ import SSLTransport

from .._common.clock import monotonic
from .timeouts import CallLimits, Deadline, OversizeError, clamp_timeout

# What a response may take besides its body. http.client limits a line and the number of lines, but not how many
# interim responses (100 Continue) may come first.
_MAX_HEADER_BYTES = 1024 * 1024

# The payload of one TLS record, RFC 8446 section 5.1.
_SEND_CHUNK_BYTES = 16 * 1024

# The least time that connecting to one of several addresses gets, in seconds, as long as the deadline allows: with an
# equal share of 2.5 s, none of 12 addresses at a distance of 250 ms could ever be reached.
_MIN_CONNECT_TIMEOUT = 0.5


# The longest that a call sleeps before it looks for an idle connection itself, in seconds.
_MAX_WAIT = 0.05


class _ResponseStream(io.RawIOBase):
    """The bytes of one response as they come from the socket.

    A socket's own timeout starts anew with each byte, so a trickling response would never time out.
    """

    def __init__(self, sock, call):
        # Unbuffered, since its reader is buffered. It keeps the socket open until the response is read or closed.
        self._stream = sock.makefile('rb', 0)
        # On Python 2, closing the connection takes the socket out of ``sock``, and only the stream keeps it.
        self._sock = getattr(self._stream, '_sock', sock)
        # A double of a socket may have the response in its file only (httpretty 1.1). On Python 2, a socket's own file
        # has no readinto.
        self._read_into = getattr(self._stream, 'readinto', None) or self._sock.recv_into
        self._pid = os.getpid()
        self._deadline = call.deadline
        self._max_bytes = call.max_bytes
        self._bytes_left = _MAX_HEADER_BYTES
        #: Whether the peer has closed its side of the connection.
        self.at_end = False

    def makefile(self, *_):
        # http.client's response takes this stream for a socket, and asks it for a file.
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
        """Extend the limit of the headers to the body."""
        self._bytes_left += self._max_bytes

    def close(self):
        if not self.closed:
            # A forked process shares the TCP connection with its parent, and must not shut it down.
            if _has_pending_bytes(self._sock) and self._pid == os.getpid():
                # TLS has read bytes beyond this response. urllib3 looks for such bytes at the socket, does not see
                # these, and would read them as the next response.
                shut_down(self._sock)
            self._stream.close()
            super(_ResponseStream, self).close()


def _apply_deadline(deadline, sock):
    """Set a socket's timeout to what is left until a deadline."""
    if deadline is not None:
        remaining = deadline.remaining()
        if remaining <= 0:
            raise socket.timeout('the deadline of the call has passed')
        sock.settimeout(remaining)


def _has_pending_bytes(sock):
    """Tell whether TLS has read bytes that nobody has asked for yet, in any layer of TLS within TLS."""
    if isinstance(sock, SSLTransport):
        # It has no pending() of its own (1.26 and 2).
        return sock.sslobj.pending() or sock.incoming.pending or _has_pending_bytes(sock.socket)
    # Asked of the type, since a double may raise any error for an attribute that it does not have.
    return hasattr(type(sock), 'pending') and sock.pending()


def shut_down(sock):
    """Shut down a connection, so that no other call uses it."""
    while isinstance(sock, SSLTransport):
        sock = sock.socket
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except EnvironmentError:
        return  # The peer was faster.


class _Response(http_client.HTTPResponse):
    """A response whose headers are complete, and none of an interim response."""

    def _read_status(self):
        # http.client skips 100 only (up to Python 3.13). RFC 9110 section 15.2 has clients skip each interim response
        # but 101, after which the connection speaks another protocol.
        version, status, reason = http_client.HTTPResponse._read_status(self)
        return version, 100 if 101 < status < 200 else status, reason

    def begin(self):
        # Without this, http.client of Python 2 takes any bytes for a response of HTTP/0.9.
        self.strict = True
        stream = self.fp.raw
        http_client.HTTPResponse.begin(self)
        if stream.at_end:
            # http.client takes the end of the connection for the end of the headers.
            raise http_client.IncompleteRead(b'')
        stream.end_headers()
        if self.status == 101:
            self.will_close = True
        # urllib3 logs what http.client could not parse, and the service may have echoed a key there.
        self.msg.defects, self.msg._payload = [], None


class DeadlineMixin(object):
    """Keeps a connection of urllib3 within the limits of the call that uses it.

    :ivar CallLimits call: that call; set when the pool lends the connection.
    :ivar dict preferred_addresses: host -> the address that worked last; shared by the connections of a pool.
    :ivar float idle_since: when the connection was last given back to its pool.
    """

    call = CallLimits()
    preferred_addresses = None
    idle_since = 0.0

    def response_class(self, sock, *args, **kwargs):
        """Make http.client's response; http.client calls this for each response, a proxy's to CONNECT included."""
        response = self.call.response = _Response(_ResponseStream(sock, self.call), *args, **kwargs)
        return response

    def connect(self):
        """Connect, through a tunnel if there is one; what is sent for that is not part of the request."""
        try:
            super(DeadlineMixin, self).connect()
        finally:
            self.call.request_sent = False

    def send(self, data):
        """Send in short chunks: a socket's own timeout starts anew with each part that a slow reader takes."""
        if self.sock is None and self.auto_open:
            self.connect()
        deadline = self.call.deadline
        for start in range(0, len(data), _SEND_CHUNK_BYTES):
            timeout = self.timeout if deadline is None else deadline.remaining()
            if deadline is not None and timeout <= 0:
                raise socket.timeout('the deadline of the call has passed')
            # urllib3 2 has set it mostly; again would be one more system call, and threads switch at each.
            if getattr(self.sock, 'timeout', 'unknown') != timeout:
                self.sock.settimeout(timeout)
            self.call.request_sent = True
            super(DeadlineMixin, self).send(data[start:start + _SEND_CHUNK_BYTES])

    def _new_conn(self):
        """Connect to the first address of the host that accepts, all of them together within the connect timeout.

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
        # The TLS handshake, which comes next, gets what connecting left.
        sock.settimeout(clamp_timeout(deadline.remaining()))
        return sock

    def _addresses(self):
        """Look up the host, the address that worked last time first."""
        try:
            found = socket.getaddrinfo(self._dns_host.strip('[]'), self.port, allowed_gai_family(), socket.SOCK_STREAM)
        except (socket.error, UnicodeError) as error:
            raise NewConnectionError(self, 'Failed to establish a new connection: %s' % error)
        addresses = [_format_address(address) for _, _, _, _, address in found]
        preferred = (self.preferred_addresses or {}).get(self._dns_host)
        if preferred in addresses:
            addresses.remove(preferred)
            addresses.insert(0, preferred)
        return addresses


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
        """Connect to a proxy over TLS; the service's own TLS then travels inside of that."""
        return _DeadlineSocket(super(DeadlineHTTPSConnection, self)._connect_tls_proxy(*args, **kwargs), self)


class _DeadlineSocket(object):
    """A socket for TLS within TLS whose operations keep to the call's deadline.

    For one record of the inner TLS, urllib3 reads any number of the outer one, each with the whole timeout (1.26
    and 2).
    """

    def __init__(self, sock, connection):
        # Weak, since the connection holds this socket.
        vars(self).update(_sock=sock, _connection=weakref.proxy(connection))

    def __getattr__(self, name):
        return getattr(self._sock, name)

    def __setattr__(self, name, value):
        setattr(self._sock, name, value)

    def pending(self):
        return self._sock.pending()

    def recv(self, *args):
        _apply_deadline(self._connection.call.deadline, self._sock)
        return self._sock.recv(*args)

    def sendall(self, *args):
        _apply_deadline(self._connection.call.deadline, self._sock)
        return self._sock.sendall(*args)


class ConnectionQueue(queue.Queue, object):
    """The idle connections of a pool, last in, first out, without locks.

    The standard library's queue holds a lock while it is changed. A signal handler that makes a call at that moment
    would wait for it for ever, and so would a process forked then.

    It is a ``Queue`` by type only: vcrpy (9.4) keeps the slot of a connection that it drops where it finds one.

    :param int maxsize: how many connections may be idle.
    """

    def __init__(self, maxsize):
        self._maxsize = maxsize
        self._items = deque()
        self._waiting = deque()

    def qsize(self):
        """Return the number of idle connections."""
        return len(self._items)

    def put(self, item, block=True):
        """Give back a connection, or ``None`` for the right to open one.

        :raises queue.Full: if there are ``maxsize`` already.
        """
        if len(self._items) >= self._maxsize:
            raise queue.Full()
        self._items.append(item)
        self._wake_one()

    def get(self, block=True, timeout=None):
        """Take the connection that was given back last.

        :param bool block: whether to wait for one if there is none.
        :param float timeout: the longest wait in seconds; ``None`` for no limit.
        :raises queue.Empty: if there is none by then.
        """
        deadline = None if timeout is None else monotonic() + timeout
        while True:
            try:
                return self._items.pop()
            except IndexError:
                remaining = None if deadline is None else deadline - monotonic()
            if not block or (remaining is not None and remaining <= 0):
                raise queue.Empty()
            # Not for longer: whoever was woken may be a frame that a signal handler has interrupted.
            self._wait(_MAX_WAIT if remaining is None else min(remaining, _MAX_WAIT))

    def _wait(self, seconds):
        given_back = threading.Event()
        try:
            self._waiting.append(given_back)
            # One may have been given back just before this call was seen to wait.
            if not self._items:
                given_back.wait(seconds)
        finally:
            try:
                self._waiting.remove(given_back)
            except ValueError:
                pass  # It was chosen to be woken.

    def _wake_one(self):
        try:
            self._waiting.popleft().set()
        except IndexError:
            return  # Nobody waits.


class PoolMixin(object):
    """A pool of urllib3 whose connections know their call, grow old, and can be closed while calls wait for one."""

    QueueCls = ConnectionQueue

    #: The class of the pool's connections, a subclass of urllib3's.
    deadline_class = None

    _drained = None

    @property
    def ConnectionCls(self):  # noqa: N802 (urllib3's name)
        """The class of new connections.

        A recorder puts its own class in the place of urllib3's (vcrpy). That one is used as it is, so that nothing is
        sent past the recorder; it knows no deadline of a call and no limit.
        """
        current = super(PoolMixin, self).ConnectionCls
        return self.deadline_class if current in self.deadline_class.__bases__ else current

    def close(self):
        """Close all connections that no call uses."""
        if self.pool is not None:
            # Calls that wait for a connection wait at this queue; urllib3 would never put anything there again.
            # Another thread may close the pool too.
            drained, self.pool = self.pool, None
            self._drained = drained or self._drained
            _close_idle(self._drained)

    def _new_conn(self):
        connection = super(PoolMixin, self)._new_conn()
        connection.preferred_addresses = vars(self).setdefault('_preferred_addresses', {})
        return connection

    def _get_conn(self, timeout=None):
        """Lend a connection to a call.

        The call comes as its ``pool_timeout``: of all that a call can hand to urllib3 (1.26 and 2), only that reaches
        the pool before the connection is used.
        """
        if isinstance(timeout, CallLimits):
            call, timeout = timeout, timeout.pool_timeout()
        else:
            call = CallLimits()
        call.request_sent = False
        connection = super(PoolMixin, self)._get_conn(timeout)
        if not isinstance(connection, DeadlineMixin):
            # A recorder's does not report what it sends.
            call.request_sent = None
            return connection
        # A firewall or NAT may have forgotten an old connection: what is sent over it is lost without an error.
        if connection.sock is not None and monotonic() - connection.idle_since > call.idle_timeout:
            connection.close()
        connection.call = call
        return connection

    def _put_conn(self, conn):
        if conn is not None:
            # Not kept with the connection: the call holds credentials.
            conn.call = DeadlineMixin.call
            conn.idle_since = monotonic()
        idle_queue = self.pool or self._drained
        try:
            idle_queue.put(conn, block=False)
        except queue.Full:
            # There are more connections than slots only where calls do not wait for one.
            if conn is not None:
                conn.close()
        if self.pool is None:
            _close_idle(idle_queue)


def _close_idle(idle_queue):
    """Close idle connections, and leave a ``None`` for each, which lets a waiting call open another."""
    idle = []
    try:
        while True:
            idle.append(idle_queue.get(block=False))
    except queue.Empty:
        for connection in filter(None, idle):
            connection.close()
    try:
        for _ in idle:
            idle_queue.put(None, block=False)
    except queue.Full:
        # A call that found the pool closed has given back a slot that it never took.
        return


class HTTPPool(PoolMixin, HTTPConnectionPool):
    """A pool of plain connections."""

    deadline_class = DeadlineHTTPConnection


class HTTPSPool(PoolMixin, HTTPSConnectionPool):
    """A pool of TLS connections."""

    deadline_class = DeadlineHTTPSConnection


POOL_CLASSES = {'http': HTTPPool, 'https': HTTPSPool}
