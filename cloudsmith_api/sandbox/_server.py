"""A small HTTP/1.1 server for a WSGI app: loopback only, keep-alive, one thread per connection."""

import io
import os
import re
import socket
import sys
import threading
import weakref
from email.utils import formatdate
from wsgiref.headers import Headers

from ._environ import HEADERS, TRICKLE, TRUNCATE
from ._messages import CONTENT_LENGTH, ErrorResponse

try:
    from socketserver import StreamRequestHandler, TCPServer
    from urllib.parse import unquote_to_bytes

    # PEP 3333: a native string holds bytes, decoded as Latin-1 on Python 3 and unchanged on Python 2.
    def to_native(data):
        """Decode bytes to a native string."""
        return data.decode('latin-1')

    def to_bytes(native_string):
        """Encode a native string to bytes."""
        return native_string.encode('latin-1')
except ImportError:  # pragma: no cover
    from urllib import unquote as unquote_to_bytes

    from SocketServer import StreamRequestHandler, TCPServer

    to_native = to_bytes = str

CONTINUE = b'HTTP/1.1 100 Continue\r\n\r\n'
LOOPBACK = '127.0.0.1'
MAX_HEADER_BYTES = 65536
LINGER_SECONDS, LINGER_READS, READ_BYTES = 1, 1024, 65536
SERVERS = weakref.WeakSet()  # every server of this process, for `close_in_child`

# No group may match text that the group before it also matches: backtracking over 60 kB would take half a minute.
REQUEST_LINE = re.compile(r'([!-~]+) (?:[A-Za-z]+://[^/? ]*(?=[/?]))?([!-~]+) HTTP/1\.([01])\Z')  # RFC 9112, section 3
HEADER_LINE = re.compile(r'([!-9;-~]+):(.*)\Z')  # RFC 9112, section 5


class MalformedRequest(ErrorResponse):
    """The bytes received are not an HTTP/1.1 request."""

    def __init__(self):
        super(MalformedRequest, self).__init__(400, 'Malformed HTTP/1.1 request.', [('Connection', 'close')])
        self.response.headers['Content-Length'] = str(len(self.response.body))


def read_request_lines(stream):
    """Read the next request line and its header lines.

    :return: list of native strings without line ends; empty if the client has closed the connection.
    :raises MalformedRequest: if there is no blank line within ``MAX_HEADER_BYTES``.
    """
    lines, size = [], 0
    while size < MAX_HEADER_BYTES:
        line = stream.readline(MAX_HEADER_BYTES)
        size += len(line)
        if not line:
            return []
        if line.strip():
            lines.append(to_native(line).rstrip('\r\n'))
        elif lines:
            return lines  # empty lines before the request line are ignored: RFC 9112, section 2.2
    raise MalformedRequest


def match_line(pattern, line):
    """Return the groups of ``pattern`` in a line.

    :raises MalformedRequest: if it does not match.
    """
    match = pattern.match(line)
    if match is None:
        raise MalformedRequest
    return match.groups()


def build_environ(lines, port):
    """Parse a request line and header lines into a WSGI environ (PEP 3333) without ``wsgi.input``.

    :raises MalformedRequest: if a line is malformed.
    """
    method, target, minor_version = match_line(REQUEST_LINE, lines[0])
    headers = [(name, value.strip(' \t')) for name, value in (match_line(HEADER_LINE, line) for line in lines[1:])]
    path, _, query = target.partition('?')
    environ = {
        'REQUEST_METHOD': method,
        'SCRIPT_NAME': '',
        'PATH_INFO': to_native(unquote_to_bytes(path)),
        'QUERY_STRING': query,
        'REQUEST_URI': target,
        'SERVER_NAME': LOOPBACK,
        'SERVER_PORT': str(port),
        'SERVER_PROTOCOL': 'HTTP/1.' + minor_version,
        'wsgi.version': (1, 0),
        'wsgi.url_scheme': 'http',
        'wsgi.errors': sys.stderr,
        'wsgi.multithread': True,
        'wsgi.multiprocess': False,
        'wsgi.run_once': False,
        HEADERS: headers,
    }
    for name, value in headers:
        variable = 'HTTP_' + name.upper().replace('-', '_')
        environ[variable] = ', '.join([environ[variable], value]) if variable in environ else value
    for variable in ('CONTENT_TYPE', 'CONTENT_LENGTH'):
        if 'HTTP_' + variable in environ:
            environ[variable] = environ.pop('HTTP_' + variable)
    return environ


def parse_content_length(environ):
    """Return the length of the request body in bytes, or None if it is malformed or the body is chunked."""
    length = environ.get('CONTENT_LENGTH', '0')
    if 'HTTP_TRANSFER_ENCODING' in environ or not CONTENT_LENGTH.match(length):
        return None
    return int(length)


def run_app(app, environ):
    """Call a WSGI app and return its status, headers and body."""
    started, written = [], []

    def start_response(status, headers, exc_info=None):
        started[:] = [status, Headers(headers)]
        return written.append

    chunks = app(environ, start_response)
    try:
        written.extend(chunks)
    finally:
        if hasattr(chunks, 'close'):
            chunks.close()
    return started[0], started[1], b''.join(written)


def serialize_response(status, headers, body):
    """Return a response as bytes, with a ``Date`` header if it has none."""
    headers.setdefault('Date', formatdate(usegmt=True))
    lines = ['HTTP/1.1 ' + status] + ['%s: %s' % header for header in headers.items()]
    return to_bytes('\r\n'.join(lines + ['', ''])) + body


class RequestBody(io.RawIOBase):
    """One request's body as a stream that ends where the next request begins.

    The first read sends ``100 Continue`` if the client expects it (RFC 9110, section 10.1.1). If the app rejects a
    request by its headers, such a client never sends the body.
    """

    def __init__(self, connection, stream, length, expects_continue):
        super(RequestBody, self).__init__()
        self._connection = connection
        self._stream = stream
        self._expects_continue = expects_continue
        self.unread = length

    def readable(self):
        """Return True: ``io.BufferedReader`` requires it."""
        return True

    def readinto(self, buffer):
        """Read into ``buffer`` and return the number of bytes read, 0 at the end of the body."""
        if self._expects_continue:
            self._connection.sendall(CONTINUE)
            self._expects_continue = False
        data = self._stream.read(min(len(buffer), self.unread))
        self.unread -= len(data)
        buffer[:len(data)] = data
        return len(data)


class ConnectionHandler(StreamRequestHandler):
    """Handle the requests on one connection in order, until either side closes it."""

    # Nagle's algorithm would hold back a response until the previous one is acknowledged, which takes up to 40 ms.
    disable_nagle_algorithm = True

    def handle(self):
        """Handle requests until either side closes the connection."""
        try:
            while self._handle_request(read_request_lines(self.rfile)):
                continue
        except MalformedRequest as error:
            self.connection.sendall(
                serialize_response('400 Bad Request', error.response.headers, error.response.body))
        self._linger()

    def _handle_request(self, lines):
        """Handle one request and return whether the connection persists (RFC 9112, section 9.3)."""
        if not lines:
            return False
        environ = build_environ(lines, self.server.port)
        length = parse_content_length(environ)
        expects_continue = environ.get('HTTP_EXPECT', '').lower() == '100-continue'
        body = RequestBody(self.connection, self.rfile, length or 0, expects_continue)
        environ['wsgi.input'] = io.BufferedReader(body)
        status, headers, content = run_app(self.server.app, environ)
        if any((
            length is None,
            body.unread,
            TRUNCATE in environ,
            'Content-Length' not in headers,
            'close' in environ.get('HTTP_CONNECTION', '').lower(),
            environ['SERVER_PROTOCOL'] == 'HTTP/1.0',
        )):
            headers['Connection'] = 'close'
        self._send(serialize_response(status, headers, content), environ)
        return 'close' not in headers.get('Connection', '').lower()

    def _send(self, data, environ):
        data = data[:environ.get(TRUNCATE)]
        if TRICKLE not in environ:
            self.connection.sendall(data)
            return
        for position in range(len(data)):
            self.connection.sendall(data[position:position + 1])
            if self.server.stopping.wait(environ[TRICKLE]):
                return

    def _linger(self):
        """Drain unread bytes: closing with any left would reset the connection and lose the response.

        RFC 9112, section 9.6.
        """
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(LINGER_SECONDS)
        for _ in range(LINGER_READS):
            if not self.connection.recv(READ_BYTES):
                return


class LoopbackServer(TCPServer):
    """Serve a WSGI app on 127.0.0.1 from ``start`` to ``stop``.

    :param app: the WSGI app.
    :param port: int, 0 for any free port; the ``port`` property returns the actual one.
    :param stopping: a ``threading.Event`` that ``stop`` sets, and that interrupts a trickling response.
    :raises socket.error: if the port is in use or not permitted.
    """

    allow_reuse_address = os.name == 'posix'  # on Windows, SO_REUSEADDR would let two servers share a port
    request_queue_size = 128
    timeout = 0.1  # seconds that `stop` may take where shutting the listening socket down does not wake `_accept`

    def __init__(self, app, port=0, stopping=None):
        TCPServer.__init__(self, (LOOPBACK, port), ConnectionHandler)
        self.app = app
        self.stopping = stopping or threading.Event()
        self._connections = {}  # by the thread that serves each
        self._acceptor = make_thread(self._accept)
        self._pid = os.getpid()
        SERVERS.add(self)

    @property
    def port(self):
        """The port that the server listens on."""
        return self.server_address[1]

    def start(self):
        """Start accepting connections, or close the listening socket if no thread can be started."""
        try:
            self._acceptor.start()
        except Exception:
            self.server_close()
            raise

    def stop(self):
        """Close the listening socket and every connection, and join every thread.

        In a forked child, which has no threads, close only its copy of the listening socket.
        """
        try:
            if os.getpid() == self._pid:  # pragma: no branch (coverage does not measure forked children)
                self.stopping.set()
                shut_down(self.socket)  # also frees the port where a child still has the socket open (Linux)
                self._acceptor.join()
                for thread, connection in self._connections.items():
                    interrupt(connection)
                    thread.join()
        finally:
            self.server_close()

    def process_request(self, request, client_address):
        """Serve a new connection, which ``socketserver`` calls a request, in its own thread."""
        thread = make_thread(self._serve_connection, request, client_address)
        # `stop` joins every thread in this dict, so only ended ones are removed; only this thread changes it.
        self._connections = {one: open_one for one, open_one in self._connections.items() if one.is_alive()}
        thread.start()  # raises an error if the system has no threads left; `socketserver` then closes the connection
        self._connections[thread] = request

    def _accept(self):
        while not self.stopping.is_set():
            self.handle_request()

    def _serve_connection(self, connection, address):
        try:
            self.finish_request(connection, address)
        except socket.error:
            return  # the client has disconnected, or `stop` has shut the connection down
        finally:
            self.shutdown_request(connection)


def make_thread(target, *arguments):
    """Return a thread, not yet started, that does not keep the interpreter alive.

    Isolated sub-interpreters allow no daemon threads (Python 3.12): there, it keeps them alive until ``stop``.
    """
    thread = threading.Thread(target=target, args=arguments)
    try:
        thread.daemon = True
    except RuntimeError:  # pragma: no cover (coverage does not measure sub-interpreters)
        pass
    return thread


def shut_down(connection):
    """Shut a socket down in both directions, which wakes a thread blocked on it; a closed one is ignored."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except socket.error:
        return


def close_descriptor(connection):
    """Close a socket even if files made from it are open; on Windows, this wakes a thread blocked on it."""
    try:
        # Python 2 has no `detach`; there, `_sock` is the real socket.
        underlying = connection._sock if hasattr(connection, '_sock') else socket.socket(fileno=connection.detach())
        underlying.close()
    except (socket.error, ValueError):  # already closed: ValueError since Python 3.9
        return


interrupt = close_descriptor if os.name == 'nt' else shut_down


def close_in_child():
    """Close the listening sockets that this child process has inherited: they would keep the ports in use."""
    for server in list(SERVERS):
        server.server_close()


# Without this hook, `stop` frees the port by shutting the socket down (on Linux).
if hasattr(os, 'register_at_fork'):  # pragma: no branch (Python 3.7 and later, not on Windows)
    os.register_at_fork(after_in_child=close_in_child)
