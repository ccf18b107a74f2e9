"""A clock to set, and ways to ask the sandbox's app without a socket and its server through one."""

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
    """Seconds since the epoch that pass when a test says so."""

    def __init__(self):
        self.now = 1600000000.25

    def __call__(self):
        return self.now


class Reply(object):
    """What the app answered: ``status``, ``headers`` (names in lower case), ``body`` and its JSON."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body

    @property
    def json(self):
        return json.loads(self.body.decode('utf-8'))


class Talk(object):
    """A connection on which a test says bytes and reads what comes back."""

    def __init__(self, port):
        self.socket = socket.create_connection(('127.0.0.1', port), timeout=5)
        self._stream = self.socket.makefile('rb')

    def say(self, data):
        """Send those bytes."""
        self.socket.sendall(data)

    def head(self):
        """The next status line and its headers, which end at a blank line."""
        lines = []
        for line in iter(self._stream.readline, b''):
            if line == b'\r\n':
                break
            lines.append(line.decode('latin-1').rstrip('\r\n'))
        return lines

    def reply(self):
        """The next answer, whose length its head tells."""
        lines = self.head()
        headers = [tuple(line.split(': ', 1)) for line in lines[1:]]
        length = int(dict(headers)['Content-Length'])
        return Reply(int(lines[0].split(' ')[1]), headers, self._stream.read(length))

    def rest(self):
        """All that comes until the other side closes."""
        return self._stream.read()

    def close(self):
        self._stream.close()
        self.socket.close()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def service(clock):
    """A sandbox that is not started: only its app."""
    return Sandbox(clock=clock)


@pytest.fixture
def ask(service):
    """Ask a WSGI app (the service's, unless another is given) by way of wsgiref's validator.

    ``variables`` go into the environ as they are.
    """
    def ask_app(verb, target, key=None, login=None, data=None, body=b'', app=service.app, **variables):
        path, _, query = target.partition('?')
        content = body if data is None else json.dumps(data).encode('utf-8')
        environ = {'REQUEST_METHOD': verb, 'SCRIPT_NAME': '', 'PATH_INFO': path, 'QUERY_STRING': query}
        setup_testing_defaults(environ)
        environ['wsgi.input'] = io.BytesIO(content)
        environ['CONTENT_LENGTH'] = str(len(content))
        if key is not None:
            environ['HTTP_X_API_KEY'] = str(key)
        if login is not None:
            pair = u':'.join(login).encode('utf-8')
            environ['HTTP_AUTHORIZATION'] = 'Basic ' + str(base64.b64encode(pair).decode('ascii'))
        environ.update(variables)
        started = []

        def start_response(status, headers, exc_info=None):
            started.extend([int(status[:3]), headers])

        with contextlib.closing(validator(app)(environ, start_response)) as chunks:
            received = b''.join(chunks)
        return Reply(started[0], started[1], received)

    return ask_app


@pytest.fixture
def talk(sandbox):
    """Open connections to the running sandbox, and close them after the test."""
    opened = []

    def open_one():
        opened.append(Talk(int(sandbox.url.split(':')[2].split('/')[0])))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()
