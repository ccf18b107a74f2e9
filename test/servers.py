"""Servers that say exactly what a test scripts, over real sockets, and keep what they were asked."""

import contextlib
import select
import socket
import ssl
import struct
import threading
from collections import namedtuple

#: A request as it arrived: ``headers`` is a list of pairs in their order, ``raw`` all of its bytes.
Request = namedtuple('Request', ('method', 'target', 'headers', 'body', 'raw'))


def http_response(status=200, body=b'', headers=(), reason='Said so'):
    """Put an HTTP answer together; ``Content-Length`` is added unless the headers frame the body themselves."""
    if not isinstance(body, bytes):
        body = body.encode('utf-8')
    lines = ['HTTP/1.1 %d %s' % (status, reason)] + ['%s: %s' % pair for pair in headers]
    names = [name.lower() for name, _ in headers]
    if 'content-length' not in names and 'transfer-encoding' not in names:
        lines.append('Content-Length: %d' % len(body))
    return u'\r\n'.join(lines + ['', '']).encode('latin-1') + body


def json_response(text, status=200, headers=()):
    """Put an answer with a JSON body together."""
    return http_response(status, text, [('Content-Type', 'application/json')] + list(headers))


class ScriptedServer(object):
    """Answers the n-th request with the n-th item of its script, and all further ones with the last.

    An item is bytes to send, or a function that is called with the connection and does what it likes; a function that
    returns ``False`` ends the connection.

    :param script: the items.
    :param ssl.SSLContext tls: to speak TLS with.
    """

    def __init__(self, *script, **options):
        self.script = list(script)
        self.requests = []
        self.connections = 0
        self.stopping = threading.Event()
        self._tls = options.pop('tls', None)
        self._lock = threading.Lock()
        self._open = []
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._listener.bind(('127.0.0.1', 0))
        self._listener.listen(64)
        self.port = self._listener.getsockname()[1]
        self.origin = '%s://127.0.0.1:%d' % ('https' if self._tls else 'http', self.port)
        self.url = self.origin + '/v1'
        self._threads = [self._start(self._accept)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Close everything, and wait for the threads."""
        self.stopping.set()
        _shut(self._listener)
        with self._lock:
            for connection in self._open:
                _shut(connection)
        for thread in self._threads:
            thread.join(10)

    def _start(self, work, *args):
        thread = threading.Thread(target=work, args=args)
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
                self._open.append(connection)
            self._threads.append(self._start(self._serve, connection))

    def _serve(self, connection):
        try:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
                with self._lock:
                    self._open.append(connection)
            stream = connection.makefile('rb')
            try:
                while self._answer(connection, stream):
                    continue
            finally:
                stream.close()
        except (OSError, socket.error, ssl.SSLError):
            return
        finally:
            _shut(connection)

    def _answer(self, connection, stream):
        request = _read_request(stream)
        if request is None:
            return False
        with self._lock:
            self.requests.append(request)
            item = self._choose(request)
        if not callable(item):
            connection.sendall(item)
            return True
        return item(connection) is not False


    def _choose(self, request):
        return self.script[min(len(self.requests), len(self.script)) - 1]


class RespondingServer(ScriptedServer):
    """Answers each request with the item that a function makes of it.

    :param respond: a function of a :class:`Request`.
    """

    def __init__(self, respond, **options):
        super(RespondingServer, self).__init__(**options)
        self._choose = respond


class SocksServer(ScriptedServer):
    """A SOCKS5 proxy (RFC 1928) that connects to whatever it is asked for, maybe after user and password (RFC 1929).

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
        if self._credentials is not None and not self._admit(connection, stream):
            return
        stream.read(3)
        kind = ord(stream.read(1))
        host = socket.inet_ntoa(stream.read(4)) if kind == 1 else stream.read(ord(stream.read(1))).decode('ascii')
        port, = struct.unpack('!H', stream.read(2))
        self.requests.append((host, port))
        target = socket.create_connection((host, port), 5)
        with self._lock:
            self._open.append(target)
        connection.sendall(b'\x05\x00\x00\x01' + b'\x00' * 6)
        ends = {connection: target, target: connection}
        while not self.stopping.is_set():
            for ready in select.select(list(ends), [], [], 1)[0]:
                data = ready.recv(65536)
                if not data:
                    _shut(target)
                    return
                ends[ready].sendall(data)

    def _admit(self, connection, stream):
        stream.read(1)
        given = tuple(stream.read(ord(stream.read(1))).decode('utf-8') for _ in range(2))
        admitted = given == self._credentials
        connection.sendall(b'\x01\x00' if admitted else b'\x01\x01')
        return admitted


@contextlib.contextmanager
def dead_address():
    """Give host and port of something that takes no connection and does not refuse one: its queue is full."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(('127.0.0.1', 0))
    listener.listen(0)
    waiting = []
    try:
        for _ in range(4):
            waiting.append(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            waiting[-1].setblocking(False)
            waiting[-1].connect_ex(listener.getsockname())
        yield listener.getsockname()
    finally:
        for opened in waiting + [listener]:
            opened.close()


def closed_port():
    """Give a port of this machine that nothing listens on."""
    probe = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    probe.bind(('127.0.0.1', 0))
    port = probe.getsockname()[1]
    probe.close()
    return port


def trickling(data, pause=0.05):
    """Make an item of a script that sends data a byte at a time."""
    def drip(connection):
        waiting = threading.Event()
        for position in range(len(data)):
            connection.sendall(data[position:position + 1])
            waiting.wait(pause)
    return drip


def repeating(head, data, pause=0.0, times=10 ** 7):
    """Make an item of a script that sends a head, and then the same data over and over."""
    def repeat(connection):
        waiting = threading.Event()
        connection.sendall(head)
        for _ in range(times):
            connection.sendall(data)
            if pause:
                waiting.wait(pause)
        return False
    return repeat


def reset(connection):
    """Be an item of a script that ends the connection with a reset instead of an answer."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    # It is sent when the stream that requests are read from is closed too, since a shutdown does not come first.
    connection.close()
    return False


def truncated(data):
    """Make an item of a script that sends data and ends the connection."""
    def cut(connection):
        connection.sendall(data)
        return False
    return cut


def silent(seconds=30):
    """Make an item of a script that says nothing until the client gives up."""
    def wait(connection):
        connection.settimeout(seconds)
        connection.recv(1)
        return False
    return wait


def _read_request(stream):
    head = b''
    while not head.endswith(b'\r\n\r\n'):
        line = stream.readline()
        if not line:
            return None
        head += line
    lines = head.decode('latin-1').split('\r\n')
    method, target, _ = lines[0].split(' ', 2)
    headers = [tuple(line.split(': ', 1)) for line in lines[1:] if line]
    length = int({name.lower(): value for name, value in headers}.get('content-length', 0))
    body = stream.read(length) if length else b''
    return Request(method, target, headers, body, head + body)


def _shut(sock):
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except (OSError, socket.error):
        return
    finally:
        sock.close()
