"""Connections that keep what they promise: an answer ends by the call's deadline, and is not longer than allowed."""

import io
import socket

from six.moves import http_client, queue
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.connection import allowed_gai_family

from .timeouts import CURRENT, Deadline, OversizeError, clamp_timeout

# What an answer may hold besides its body: http.client takes at most 100 header lines.
_MAX_HEADER_BYTES = 1024 * 1024

# As much as one TLS record carries, RFC 8446 section 5.1.
_SEND_CHUNK_BYTES = 16 * 1024


class _ResponseStream(io.RawIOBase):
    """The bytes of one answer as they come from the socket.

    A socket's own timeout starts anew with each byte that arrives, so an answer that drips would never time out.
    """

    def __init__(self, sock):
        # Not buffered, since what reads from here is; it keeps the socket open until the answer is read, or closed.
        self._stream = sock.makefile('rb', 0)
        # On Python 2, closing the connection takes the socket out of ``sock``, and only the stream keeps it.
        self._sock = getattr(self._stream, '_sock', sock)
        self._deadline = CURRENT.call.deadline
        self._left = CURRENT.call.size + _MAX_HEADER_BYTES
        #: Whether the other side has said all it had to say.
        self.ended = False

    def makefile(self, *_):
        # http.client's response, which takes this for a socket, asks for what it is to read from.
        return io.BufferedReader(self)

    def readable(self):
        return True

    def readinto(self, buffer):
        _apply_deadline(self._deadline, self._sock)
        count = self._sock.recv_into(buffer)
        self.ended = not count
        self._left -= count
        if self._left < 0:
            raise OversizeError()
        return count

    def close(self):
        if not self.closed:
            if getattr(self._sock, 'pending', int)():
                # What follows this answer was not asked for, and is where urllib3, which looks at the socket, does not
                # see it: it would be taken for the next answer.
                shut_down(self._sock)
            self._stream.close()
            super(_ResponseStream, self).close()


def _apply_deadline(deadline, sock):
    """Let the next operation of a socket have what a deadline has left."""
    if deadline is not None:
        remaining = deadline.remaining()
        if remaining <= 0:
            raise socket.timeout('the time allowed for the call ran out')
        sock.settimeout(remaining)


def shut_down(sock):
    """End a connection, so that no further call uses it."""
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except EnvironmentError:
        return  # The other side was faster.


class _Response(http_client.HTTPResponse):
    """An answer, without the record of what http.client could not make out of its head.

    urllib3 logs that record, and a service may have put there what it was sent, the key included.
    """

    def _read_status(self):
        # http.client goes on to the final answer after a 100 alone; RFC 9110 section 15.2 has clients do so after each
        # interim answer but 101, after which the connection speaks something else.
        version, status, reason = http_client.HTTPResponse._read_status(self)
        return version, 100 if 101 < status < 200 else status, reason

    def begin(self):
        # Python 2 would take anything at all for an answer, as of HTTP/0.9.
        self.strict = True
        stream = self.fp.raw
        http_client.HTTPResponse.begin(self)
        if stream.ended:
            # http.client takes the end of the connection for the end of the head.
            raise http_client.IncompleteRead(b'')
        if self.status == 101:
            self.will_close = True
        # What urllib3 would log.
        self.msg.defects, self.msg._payload = [], None


class DeadlineMixin(object):
    """Keeps a connection of urllib3 within the limits of the call that uses it."""

    def response_class(self, sock, *args, **kwargs):
        """Make http.client's response; http.client calls this for each answer, also for a proxy's to CONNECT."""
        response = CURRENT.call.answer = _Response(_ResponseStream(sock), *args, **kwargs)
        return response

    def send(self, data):
        """Send within the time allowed, where the socket would still have what was left to the call before.

        A socket's own timeout would start anew with each part that a slow reader takes, hence the short parts.
        """
        if self.sock is None:
            # This has http.client connect.
            super(DeadlineMixin, self).send(b'')
        deadline = CURRENT.call.deadline
        for start in range(0, len(data), _SEND_CHUNK_BYTES):
            allowed = self.timeout if deadline is None else clamp_timeout(deadline.remaining())
            # urllib3 2 has set it mostly; again would be one more system call, and threads change idle_queue at each.
            if getattr(self.sock, 'timeout', 'not told') != allowed:
                self.sock.settimeout(allowed)
            super(DeadlineMixin, self).send(data[start:start + _SEND_CHUNK_BYTES])

    def _new_conn(self):
        """Connect to the first address of the host that answers, all of them together within the time allowed.

        urllib3 would give each address the whole time, so a host with four that are down would take four times as long.
        """
        host, allowed = self._dns_host, self.timeout
        if allowed is None:
            return super(DeadlineMixin, self)._new_conn()
        budget = CURRENT.call.deadline or Deadline(allowed)
        addresses = self._addresses()
        try:
            while True:
                self.timeout = clamp_timeout(budget.remaining() / len(addresses))
                self._dns_host = addresses.pop(0)
                try:
                    sock = super(DeadlineMixin, self)._new_conn()
                    break
                except (ConnectTimeoutError, NewConnectionError):
                    if not addresses:
                        raise
        finally:
            self._dns_host, self.timeout = host, allowed
        # The TLS handshake, which comes next, gets what connecting left.
        sock.settimeout(clamp_timeout(budget.remaining()))
        return sock

    def _addresses(self):
        """Look up the host; where that fails, urllib3 is left to do it, and to report it in its own way."""
        try:
            found = socket.getaddrinfo(self._dns_host.strip('[]'), self.port, allowed_gai_family(), socket.SOCK_STREAM)
        except (socket.error, UnicodeError):
            return [self._dns_host]
        return [address[0] for _, _, _, _, address in found]


class DeadlineHTTPConnection(DeadlineMixin, HTTPConnection):
    """A plain connection."""


class DeadlineHTTPSConnection(DeadlineMixin, HTTPSConnection):
    """A TLS connection."""

    def _connect_tls_proxy(self, *args, **kwargs):
        """Reach a proxy over TLS; the service's own TLS then travels inside of that."""
        return _DeadlineSocket(super(DeadlineHTTPSConnection, self)._connect_tls_proxy(*args, **kwargs))


class _DeadlineSocket(object):
    """A socket for TLS within TLS, each of whose operations has what the call's time has left.

    For one part of the inner TLS, urllib3 waits for as many parts of the outer one as come, each with the whole time.
    """

    def __init__(self, sock):
        vars(self)['_sock'] = sock

    def __getattr__(self, name):
        return getattr(self._sock, name)

    def __setattr__(self, name, value):
        setattr(self._sock, name, value)

    def recv(self, *args):
        _apply_deadline(CURRENT.call.deadline, self._sock)
        return self._sock.recv(*args)

    def sendall(self, *args):
        _apply_deadline(CURRENT.call.deadline, self._sock)
        return self._sock.sendall(*args)


class ClosablePool(object):
    """Lets calls go on that wait for a connection while a pool of urllib3 is closed.

    urllib3 forgets about them: nothing would ever be put where they wait, and what has just been put there for them is
    taken away.
    """

    _idle_queue = None

    def close(self):
        """Close all connections that no call uses."""
        if self.pool is not None:
            self._idle_queue, self.pool = self.pool, None
            _close_idle(self._idle_queue)

    def _put_conn(self, conn):
        idle_queue = self.pool or self._idle_queue
        try:
            idle_queue.put(conn, block=False)
        except queue.Full:
            # There are more connections than idle_queue only where none is waited for.
            if conn is not None:
                conn.close()
        if self.pool is None:
            _close_idle(idle_queue)


def _close_idle(idle_queue):
    """Close idle connections, and leave a None for each, which lets a waiting call open another."""
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
        # A call that finds the pool closed gives back a place that it never had.
        return


class HTTPPool(ClosablePool, HTTPConnectionPool):
    """Keeps plain connections open between calls."""

    ConnectionCls = DeadlineHTTPConnection


class HTTPSPool(ClosablePool, HTTPSConnectionPool):
    """Keeps TLS connections open between calls."""

    ConnectionCls = DeadlineHTTPSConnection


POOL_CLASSES = {'http': HTTPPool, 'https': HTTPSPool}
