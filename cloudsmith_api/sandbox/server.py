"""A small HTTP/1.1 server on the loopback interface for a WSGI app: one thread a connection, kept alive."""

import io
import json
import os
import re
import socket
import sys
import threading
from email.utils import formatdate
from wsgiref.headers import Headers

from .environ import HEADERS, TRICKLE, TRUNCATE

try:
    from socketserver import StreamRequestHandler, TCPServer
    from urllib.parse import unquote_to_bytes

    # PEP 3333 has native strings carry octets: as Latin-1 on Python 3, as they are on Python 2.
    def native(octets):
        """The native string that carries these octets."""
        return octets.decode('latin-1')

    def octets(native_string):
        """The octets that a native string carries."""
        return native_string.encode('latin-1')
except ImportError:  # pragma: no cover
    from urllib import unquote as unquote_to_bytes

    from SocketServer import StreamRequestHandler, TCPServer

    native = octets = str

CONTINUE = b'HTTP/1.1 100 Continue\r\n\r\n'
LOOPBACK = '127.0.0.1'
MOST_HEAD_BYTES = 65536
LINGER_SECONDS, LINGER_READS, READ_BYTES = 1, 1024, 65536

# No part of these can match what the part before it matches too, or a line of 60 kB would take half a minute.
REQUEST_LINE = re.compile(r'([!-~]+) (?:[A-Za-z]+://[^/? ]*(?=[/?]))?([!-~]+) HTTP/1\.([01])\Z')  # RFC 9112, 3
HEADER_LINE = re.compile(r'([!-9;-~]+):(.*)\Z')  # RFC 9112, 5
LENGTH = re.compile(r'[0-9]{1,18}\Z')


class MalformedHead(Exception):
    """What arrived does not begin like an HTTP/1.1 request."""


def read_head(stream):
    """The next request's lines up to the blank one, none if the client has closed; raises MalformedHead."""
    lines, size = [], 0
    while size < MOST_HEAD_BYTES:
        line = stream.readline(MOST_HEAD_BYTES)
        size += len(line)
        if not line:
            return []
        if not line.strip():
            return lines or ['']
        lines.append(native(line).rstrip('\r\n'))
    raise MalformedHead


def parsed(pattern, line):
    """The groups of a line of that form; raises MalformedHead on any other."""
    match = pattern.match(line)
    if match is None:
        raise MalformedHead
    return match.groups()


def environ_of(lines, port):
    """The WSGI environ (PEP 3333) of a request's head, all but `wsgi.input`."""
    verb, target, minor_version = parsed(REQUEST_LINE, lines[0])
    headers = [(name, value.strip(' \t')) for name, value in (parsed(HEADER_LINE, line) for line in lines[1:])]
    path, _, query = target.partition('?')
    environ = {
        'REQUEST_METHOD': verb,
        'SCRIPT_NAME': '',
        'PATH_INFO': native(unquote_to_bytes(path)),
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


def body_length(environ):
    """How many bytes of body follow, None where the head does not say so in a way this server reads."""
    length = environ.get('CONTENT_LENGTH', '0')
    if 'HTTP_TRANSFER_ENCODING' in environ or not LENGTH.match(length):
        return None
    return int(length)


def run(app, environ):
    """The WSGI app's answer as status line, headers and body."""
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


def message(status, headers, body):
    """An answer as it goes over the wire."""
    headers.setdefault('Date', formatdate(usegmt=True))
    lines = ['HTTP/1.1 ' + status] + ['%s: %s' % header for header in headers.items()]
    return octets('\r\n'.join(lines + ['', ''])) + body


def malformed():
    """The answer to what is no request; there is none to hand to the app."""
    body = json.dumps({'detail': 'This is not a request in HTTP/1.1.'}).encode('ascii')
    headers = Headers([('Content-Type', 'application/json'), ('Connection', 'close')])
    headers['Content-Length'] = str(len(body))
    return message('400 Bad Request', headers, body)


class RequestBody(io.RawIOBase):
    """The bytes of one request's body and none of the next request's.

    A client that waits to be told to go on is told at the first read (RFC 9110, 10.1.1), so that it keeps its
    body where the app refuses the request by its head.
    """

    def __init__(self, connection, stream, length, goes_on_when_told):
        super(RequestBody, self).__init__()
        self._connection = connection
        self._stream = stream
        self._goes_on_when_told = goes_on_when_told
        self.unread = length

    def readable(self):
        """What `io` asks before it reads."""
        return True

    def readinto(self, buffer):
        """Fill the buffer with what is left of the body; how many bytes that is."""
        if self._goes_on_when_told:
            self._connection.sendall(CONTINUE)
            self._goes_on_when_told = False
        data = self._stream.read(min(len(buffer), self.unread))
        self.unread -= len(data)
        buffer[:len(data)] = data
        return len(data)


class Connection(StreamRequestHandler):
    """One client's connection: its requests are answered one after the other until either side closes it."""

    disable_nagle_algorithm = True  # else an answer may wait 40 ms for the acknowledgement of the one before

    def handle(self):
        """Answer requests until either side closes the connection."""
        try:
            while self._exchange(read_head(self.rfile)):
                continue
        except MalformedHead:
            self.connection.sendall(malformed())
        self._linger()

    def _exchange(self, lines):
        """Answer one request; whether another may follow on this connection (RFC 9112, 9.3)."""
        if not lines:
            return False
        environ = environ_of(lines, self.server.port)
        length = body_length(environ)
        goes_on_when_told = environ.get('HTTP_EXPECT', '').lower() == '100-continue'
        body = RequestBody(self.connection, self.rfile, length or 0, goes_on_when_told)
        environ['wsgi.input'] = io.BufferedReader(body)
        status, headers, content = run(self.server.app, environ)
        if any((
            length is None,
            body.unread,
            TRUNCATE in environ,
            'Content-Length' not in headers,
            'close' in environ.get('HTTP_CONNECTION', '').lower(),
            environ['SERVER_PROTOCOL'] == 'HTTP/1.0',
        )):
            headers['Connection'] = 'close'
        self._deliver(message(status, headers, content), environ)
        return headers.get('Connection') != 'close'

    def _deliver(self, data, environ):
        data = data[:environ.get(TRUNCATE)]
        if TRICKLE not in environ:
            self.connection.sendall(data)
            return
        for position in range(len(data)):
            self.connection.sendall(data[position:position + 1])
            if self.server.stopping.wait(environ[TRICKLE]):
                return

    def _linger(self):
        """Let the client read the last answer: closing on unread bytes would take it away (RFC 9112, 9.6)."""
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(LINGER_SECONDS)
        for _ in range(LINGER_READS):
            if not self.connection.recv(READ_BYTES):
                return


class LoopbackServer(TCPServer):
    """Serves a WSGI app on 127.0.0.1 from `start` to `stop`.

    :param app: the WSGI app.
    :param port: int, 0 for one that is free; `port` tells which.
    :param stopping: a `threading.Event`, which `stop` sets and which ends a drip.
    :raises socket.error: where the port is in use or not allowed.
    """

    allow_reuse_address = os.name == 'posix'  # elsewhere it would let two servers share a port
    request_queue_size = 128

    def __init__(self, app, port=0, stopping=None):
        TCPServer.__init__(self, (LOOPBACK, port), Connection)
        self.app = app
        self.stopping = stopping or threading.Event()
        self._connections = {}  # by the thread that serves it
        self._acceptor = in_background(self._accept)

    @property
    def port(self):
        """The port number it listens on."""
        return self.server_address[1]

    def start(self):
        """Begin to accept connections."""
        self._acceptor.start()

    def stop(self):
        """Close the listening socket and every connection, and wait until no thread is left."""
        self.stopping.set()
        socket.create_connection(self.server_address).close()  # wakes the acceptor, on every platform
        self._acceptor.join()
        self.server_close()
        for thread, connection in list(self._connections.items()):
            hang_up(connection)
            thread.join()

    def process_request(self, request, client_address):
        """Serve a new connection, which the standard library calls a request, in a thread of its own."""
        thread = in_background(self._converse, request, client_address)
        self._connections[thread] = request
        thread.start()

    def _accept(self):
        while not self.stopping.is_set():
            self.handle_request()

    def _converse(self, connection, address):
        try:
            self.finish_request(connection, address)
        except socket.error:
            return  # the client has gone, or `stop` has hung up
        finally:
            self.shutdown_request(connection)
            del self._connections[threading.current_thread()]


def in_background(target, *arguments):
    """A thread that does not keep the interpreter from exiting."""
    thread = threading.Thread(target=target, args=arguments)
    thread.daemon = True
    return thread


def hang_up(connection):
    """Wake whoever waits on that socket."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except socket.error:
        return  # it was closed already
