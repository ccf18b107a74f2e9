"""HTTP and SOCKS servers over real sockets that do what a test scripts, and record the requests they receive."""

import contextlib
import os
import select
import socket
import ssl
import struct
import threading
from collections import namedtuple

# Bound, but not listening: connections to its port are refused, and no other process can listen there meanwhile.
_closed = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
_closed.bind(('127.0.0.1', 0))

#: A request as received: ``headers`` is a list of name-value pairs in their order, ``raw`` all of its bytes.
Request = namedtuple('Request', ('method', 'target', 'headers', 'body', 'raw'))


def http_response(status=200, body=b'', headers=(), reason='Said so'):
    """Return the bytes of an HTTP response.

    ``Content-Length`` is added unless ``headers`` frame the body with it or with ``Transfer-Encoding``.
    """
    if not isinstance(body, bytes):
        body = body.encode('utf-8')
    lines = ['HTTP/1.1 %d %s' % (status, reason)] + ['%s: %s' % pair for pair in headers]
    names = [name.lower() for name, _ in headers]
    if 'content-length' not in names and 'transfer-encoding' not in names:
        lines.append('Content-Length: %d' % len(body))
    return u'\r\n'.join(lines + ['', '']).encode('latin-1') + body


def json_response(text, status=200, headers=()):
    """Return the bytes of an HTTP response with a JSON body."""
    return http_response(status, text, [('Content-Type', 'application/json')] + list(headers))


class ScriptedServer(object):
    """A server that sends the n-th item of its script for the n-th request, and repeats the last item from then on.

    An item is the bytes of a response, or a function that is called with the connection. The connection is closed if
    that function returns ``False``.

    :param script: the items.
    :param ssl.SSLContext tls: makes the server speak TLS.

    :ivar list requests: every :class:`Request` received.
    :ivar int connections: number of connections accepted.
    """

    def __init__(self, *script, **options):
        self.script = list(script)
        self.requests = []
        self.connections = 0
        self.stopping = threading.Event()
        self._tls = options.pop('tls', None)
        self._lock = threading.Lock()
        self._open_sockets = []
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._listener.bind(('127.0.0.1', 0))
        self._listener.listen(64)
        self.port = self._listener.getsockname()[1]
        self.origin = '%s://127.0.0.1:%d' % ('https' if self._tls else 'http', self.port)
        self.url = self.origin + '/v1'
        self._threads = []
        self._acceptor = self._start_thread(self._accept)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Close all sockets and join the threads."""
        self.stopping.set()
        self.refuse()
        with self._lock:
            for connection in self._open_sockets:
                _shut(connection)
        self._acceptor.join(10)
        for thread in self._threads:
            thread.join(10)

    def refuse(self):
        """Accept no more connections."""
        _shut(self._listener)

    def _start_thread(self, target, *args):
        thread = threading.Thread(target=target, args=args)
        thread.daemon = True
        thread.start()
        return thread

    def _accept(self):
        while not self.stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except (OSError, socket.error):
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self.connections += 1
                self._open_sockets.append(connection)
            # Since Python 3.13, the stack of a thread that has ended is freed with its Thread: 8 MB of address space.
            self._threads = [thread for thread in self._threads if thread.is_alive()]
            self._threads.append(self._start_thread(self._serve, connection))

    def _serve(self, connection):
        try:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
                with self._lock:
                    self._open_sockets.append(connection)
            stream = connection.makefile('rb')
            try:
                while self._handle_request(connection, stream):
                    continue
            finally:
                stream.close()
        except (OSError, socket.error, ssl.SSLError):
            return
        finally:
            _shut(connection)

    def _handle_request(self, connection, stream):
        """Read one request and respond to it; return whether the connection stays open."""
        request = _read_request(stream)
        if request is None:
            return False
        with self._lock:
            self.requests.append(request)
            item = self._select_item(request)
        if not callable(item):
            connection.sendall(item)
            return True
        return item(connection) is not False

    def _select_item(self, request):
        return self.script[min(len(self.requests), len(self.script)) - 1]


class RespondingServer(ScriptedServer):
    """A server that sends for each request the script item that a function returns.

    :param respond: a function of a :class:`Request`.
    """

    def __init__(self, respond, **options):
        super(RespondingServer, self).__init__(**options)
        self._select_item = respond


class SocksServer(ScriptedServer):
    """A SOCKS5 proxy (RFC 1928), optionally with username and password authentication (RFC 1929).

    ``requests`` holds pairs of host and port.
    """

    def __init__(self, username=None, password=None):
        self._credentials = None if username is None else (username, password)
        super(SocksServer, self).__init__()

    def _serve(self, connection):
        stream = connection.makefile('rb')
        try:
            self._relay(connection, stream)
        except (OSError, socket.error):
            return
        finally:
            stream.close()
            _shut(connection)

    def _relay(self, connection, stream):
        _, count = bytearray(stream.read(2))
        stream.read(count)
        connection.sendall(b'\x05\x00' if self._credentials is None else b'\x05\x02')
        if self._credentials is not None and not self._authenticate(connection, stream):
            return
        stream.read(3)
        address_type = ord(stream.read(1))
        if address_type == 1:
            host = socket.inet_ntoa(stream.read(4))
        else:
            host = stream.read(ord(stream.read(1))).decode('ascii')
        port, = struct.unpack('!H', stream.read(2))
        self.requests.append((host, port))
        target = socket.create_connection((host, port), 5)
        with self._lock:
            self._open_sockets.append(target)
        connection.sendall(b'\x05\x00\x00\x01' + b'\x00' * 6)
        peers = {connection: target, target: connection}
        while not self.stopping.is_set():
            for ready in select.select(list(peers), [], [], 1)[0]:
                data = ready.recv(65536)
                if not data:
                    _shut(target)
                    return
                peers[ready].sendall(data)

    def _authenticate(self, connection, stream):
        stream.read(1)
        received = tuple(stream.read(ord(stream.read(1))).decode('utf-8') for _ in range(2))
        accepted = received == self._credentials
        connection.sendall(b'\x01\x00' if accepted else b'\x01\x01')
        return accepted


@contextlib.contextmanager
def dead_address(host='127.0.0.1', port=0):
    """Yield host and port of a listener that neither accepts nor refuses connections, because its backlog is full."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind((host, port))
    listener.listen(0)
    clients = []
    try:
        for _ in range(4):
            clients.append(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            clients[-1].setblocking(False)
            clients[-1].connect_ex(listener.getsockname())
        yield listener.getsockname()
    finally:
        for opened in clients + [listener]:
            opened.close()


def closed_port():
    """Return a loopback port that nothing listens on."""
    return _closed.getsockname()[1]


def trickling(data, pause=0.05):
    """Return a script item that sends ``data`` one byte at a time, ``pause`` seconds apart."""
    def trickle(connection):
        timer = threading.Event()
        for position in range(len(data)):
            connection.sendall(data[position:position + 1])
            timer.wait(pause)
    return trickle


def repeating(start, data, pause=0.0, times=10 ** 7):
    """Return a script item that sends ``start`` once, then ``data`` over and over, and closes the connection."""
    def repeat(connection):
        timer = threading.Event()
        connection.sendall(start)
        for _ in range(times):
            connection.sendall(data)
            if pause:
                timer.wait(pause)
        return False
    return repeat


def reset(connection):
    """Reset the connection (TCP RST) instead of responding; this function is itself a script item."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    # The stream that requests are read from keeps the socket open: the RST is sent once that is closed too. A shutdown
    # would send a FIN first.
    connection.close()
    return False


def truncated(data):
    """Return a script item that sends ``data`` and closes the connection."""
    def send_and_close(connection):
        connection.sendall(data)
        return False
    return send_and_close


def silent(seconds=30):
    """Return a script item that sends nothing until the client closes the connection, or for ``seconds``."""
    def wait(connection):
        connection.settimeout(seconds)
        connection.recv(1)
        return False
    return wait


def _read_request(stream):
    """Return the next :class:`Request`, or ``None`` if the client has closed the connection."""
    received = b''
    while not received.endswith(b'\r\n\r\n'):
        line = stream.readline()
        if not line:
            return None
        received += line
    lines = received.decode('latin-1').split('\r\n')
    method, target, _ = lines[0].split(' ', 2)
    headers = [tuple(line.split(': ', 1)) for line in lines[1:] if line]
    length = int({name.lower(): value for name, value in headers}.get('content-length', 0))
    body = stream.read(length) if length else b''
    return Request(method, target, headers, body, received + body)


def shut_down(sock, how=socket.SHUT_RDWR):
    """Shut down a connection, which may be closed already, even while another thread reads from it."""
    try:
        # SSLSocket's own method removes the TLS object that the other thread uses.
        socket.socket.shutdown(sock, how)
    except (OSError, socket.error):
        return


def _shut(sock):
    """Shut down and close a socket, which may be closed already."""
    shut_down(sock)
    sock.close()
    if os.name == 'nt' and sock.fileno() != -1:
        # Files made from the socket keep it open; on Windows, only closing its descriptor wakes a waiting thread.
        socket.close(sock.detach())
