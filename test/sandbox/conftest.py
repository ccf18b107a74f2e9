"""Fixtures for the sandbox's tests: a settable clock, its app without a socket, its server with one."""

import base64
import contextlib
import io
import json
import socket
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest

from cloudsmith_api.sandbox import Sandbox


class Clock(object):
    """A clock that advances only when a test sets ``now``, in seconds since the epoch."""

    def __init__(self):
        self.now = 1600000000.25

    def __call__(self):
        return self.now


class Response(object):
    """A response: ``status``, ``headers`` (names in lower case), ``body`` and its parsed ``json``."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body

    @property
    def json(self):
        return json.loads(self.body.decode('utf-8'))


class RawConnection(object):
    """A TCP connection over which a test sends bytes and reads responses."""

    def __init__(self, port):
        self.socket = socket.create_connection(('127.0.0.1', port), timeout=5)
        self._stream = self.socket.makefile('rb')

    def send(self, data):
        """Send all of ``data``."""
        self.socket.sendall(data)

    def read_header_lines(self):
        """Read a status line and headers, up to the blank line, as a list of text."""
        lines = []
        for line in iter(self._stream.readline, b''):
            if line == b'\r\n':
                break
            lines.append(line.decode('latin-1').rstrip('\r\n'))
        return lines

    def read_response(self):
        """Read a response that has a ``Content-Length``."""
        lines = self.read_header_lines()
        headers = [tuple(line.split(': ', 1)) for line in lines[1:]]
        length = int(dict(headers)['Content-Length'])
        return Response(int(lines[0].split(' ')[1]), headers, self._stream.read(length))

    def read_to_end(self):
        """Read until the server closes the connection."""
        return self._stream.read()

    def close(self):
        self._stream.close()
        self.socket.close()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def service(clock):
    """A sandbox that is not started, for use through its app."""
    return Sandbox(clock=clock)


@pytest.fixture
def call_app(service):
    """Call a WSGI app (the service's unless another is given) through wsgiref's validator.

    ``variables`` are added to the environ.
    """
    def send(method, target, key=None, login=None, data=None, body=b'', app=service.app, **variables):
        path, _, query = target.partition('?')
        content = body if data is None else json.dumps(data).encode('utf-8')
        environ = {'REQUEST_METHOD': method, 'SCRIPT_NAME': '', 'PATH_INFO': path, 'QUERY_STRING': query}
        setup_testing_defaults(environ)
        environ['wsgi.input'] = io.BytesIO(content)
        environ['CONTENT_LENGTH'] = str(len(content))
        if key is not None:
            environ['HTTP_X_API_KEY'] = str(key)
        if login is not None:
            credentials = u':'.join(login).encode('utf-8')
            environ['HTTP_AUTHORIZATION'] = 'Basic ' + str(base64.b64encode(credentials).decode('ascii'))
        environ.update(variables)
        started = []

        def start_response(status, headers, exc_info=None):
            started.extend([int(status[:3]), headers])

        with contextlib.closing(validator(app)(environ, start_response)) as chunks:
            received = b''.join(chunks)
        return Response(started[0], started[1], received)

    return send


@pytest.fixture
def open_connection(sandbox):
    """Open connections to the running sandbox, and close them after the test."""
    opened = []

    def open_one():
        opened.append(RawConnection(int(sandbox.url.split(':')[2].split('/')[0])))
        return opened[-1]

    yield open_one
    for connection in opened:
        connection.close()
