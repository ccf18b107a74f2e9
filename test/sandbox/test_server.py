# -*- coding: utf-8 -*-
import contextlib
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import textwrap
import threading
import time
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.validate import validator

import pytest

from cloudsmith_api.sandbox import Sandbox, _server
from cloudsmith_api.sandbox._messages import MAX_BODY_BYTES

GET = b'GET /v1/user/tokens/ HTTP/1.1\r\nHost: localhost\r\n\r\n'
FOLDER = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HELLO = [('Content-Type', 'text/plain')]


def post(body, *headers):
    """Return a sign-in request as bytes, with a ``Content-Length`` unless headers are given."""
    headers = headers or ('Content-Length: %d' % len(body),)
    lines = ('POST /user/token/ HTTP/1.1', 'Host: localhost') + headers + ('', '')
    return '\r\n'.join(lines).encode('latin-1') + body


def port_of(sandbox):
    """Return the port that a running sandbox listens on."""
    return int(sandbox.url.split(':')[2].split('/')[0])


def get_with(key):
    """Return a request with this key and ``Connection: close`` as bytes."""
    return ('GET /user/self/ HTTP/1.1\r\nX-Api-Key: %s\r\nConnection: close\r\n\r\n' % key).encode('ascii')


def wait_until(condition):
    """Return as soon as the condition holds, or after five seconds."""
    deadline = time.time() + 5
    while not condition() and time.time() < deadline:
        time.sleep(0.005)


@contextlib.contextmanager
def serving(app):
    """Serve a WSGI app, and yield the port."""
    running = _server.LoopbackServer(app)
    running.start()
    try:
        yield running.port
    finally:
        running.stop()


@contextlib.contextmanager
def connected(port):
    """Open a connection to a port, and close it afterwards."""
    connection = socket.create_connection(('127.0.0.1', port), timeout=5)
    try:
        yield connection
    finally:
        connection.close()


def read_all(connection):
    """Read until the server closes the connection."""
    return b''.join(iter(lambda: connection.recv(65536), b''))


def test_server_listens_on_loopback_only(sandbox):
    assert sandbox.url.startswith('http://127.0.0.1:')
    assert sandbox.url.endswith('/v1')


def test_connection_is_reused_for_next_request(open_connection):
    connection = open_connection()
    for _ in range(2):
        connection.send(GET)
        assert connection.read_response().status == 401


def test_empty_lines_before_request_are_ignored(open_connection):
    connection = open_connection()
    connection.send(b'\r\n' + GET + b'\r\n\r\n' + GET)
    assert [connection.read_response().status for _ in range(2)] == [401, 401]


def test_endless_empty_lines_get_400(open_connection):
    connection = open_connection()
    connection.send(b'\r\n' * _server.MAX_HEADER_BYTES)
    assert connection.read_response().status == 400


def test_pipelined_requests_get_responses_in_order(open_connection):
    connection = open_connection()
    connection.send(post(b'{"email": 5}') + GET + GET)
    assert [connection.read_response().status for _ in range(3)] == [422, 401, 401]


def test_response_is_not_delayed_by_nagle_algorithm(open_connection):
    connection = open_connection()
    start = time.time()
    for _ in range(50):
        connection.send(GET)
        connection.read_response()
    assert time.time() - start < 1  # 2 s if each waited for an acknowledgement


@pytest.mark.parametrize('request_bytes', [
    b'GET /user/tokens/ HTTP/1.0\r\n\r\n',
    b'GET /user/tokens/ HTTP/1.1\r\nConnection: Close\r\n\r\n',
])
def test_connection_closes_after_response_when_client_asks(open_connection, request_bytes):
    connection = open_connection()
    connection.send(request_bytes)
    response = connection.read_response()
    assert (response.status, response.headers['connection']) == (401, 'close')
    assert connection.read_to_end() == b''


def test_head_response_has_no_body_and_connection_persists(open_connection):
    connection = open_connection()
    connection.send(GET.replace(b'GET', b'HEAD') + GET)
    assert connection.read_header_lines()[0] == 'HTTP/1.1 401 Unauthorized'
    assert connection.read_response().status == 401


def test_response_has_date(open_connection):
    connection = open_connection()
    connection.send(GET)
    assert connection.read_response().headers['date'].endswith(' GMT')


def test_fault_can_override_date(open_connection, sandbox):
    sandbox.fail_next(headers={'Date': 'Thu, 01 Jan 1970 00:00:00 GMT'})
    connection = open_connection()
    connection.send(GET)
    dates = [line for line in connection.read_header_lines() if line.startswith('Date')]
    assert dates == ['Date: Thu, 01 Jan 1970 00:00:00 GMT']


@pytest.mark.parametrize('request_bytes', [
    b'\x16\x03\x01\x02\x00\x01\r\n\r\n',
    b'GET /user/self/\r\n\r\n',
    b'GET /user/self/ HTTP/2.0\r\n\r\n',
    b'GET /user/s\xc3\xa4lf/ HTTP/1.1\r\n\r\n',
    b'GET / HTTP/1.1\r\nno colon\r\n\r\n',
    b'GET / HTTP/1.1\r\nName : value\r\n\r\n',
    b'GET / HTTP/1.1\r\nName: value\r\n folded\r\n\r\n',
    b'GET /' + b'x' * _server.MAX_HEADER_BYTES + b' HTTP/1.1\r\n\r\n',
    b'GET / HTTP/1.1\r\n' + b'Name: value\r\n' * 6000 + b'\r\n',
])
def test_malformed_request_returns_400_and_closes_connection(open_connection, sandbox, request_bytes):
    connection = open_connection()
    connection.send(request_bytes)
    response = connection.read_response()
    assert (response.status, list(response.json)) == (400, ['detail'])
    assert response.headers['content-type'] == 'application/json'
    assert connection.read_to_end() == b''
    assert sandbox.requests == []


@pytest.mark.parametrize('host', [b'[', b'[zz]:1', b'//[', b'evil.example'])
def test_foreign_host_returns_421_and_connection_persists(open_connection, sandbox, capfd, host):
    connection = open_connection()
    connection.send(GET.replace(b'localhost', host) + GET)
    assert [connection.read_response().status for _ in range(2)] == [421, 401]
    assert len(sandbox.requests) == 1
    assert capfd.readouterr() == ('', '')


@pytest.mark.parametrize('request_bytes', [b'', b'\r\n', b'GET / HT', b'GET / HTTP/1.1\r\nHost: sand'])
def test_disconnect_within_headers_gets_no_response(open_connection, sandbox, request_bytes):
    connection = open_connection()
    connection.send(request_bytes)
    connection.socket.shutdown(socket.SHUT_WR)
    assert connection.read_to_end() == b''
    assert sandbox.requests == []


def test_disconnect_within_body_gets_400(open_connection):
    connection = open_connection()
    connection.send(post(b'half', 'Content-Length: 8'))
    connection.socket.shutdown(socket.SHUT_WR)
    assert connection.read_response().status == 400


def test_request_is_recorded_as_sent(open_connection, sandbox):
    connection = open_connection()
    connection.send(b'PUT /v1/user/tokens/a%2Fb%20/refresh/?x=%41&y HTTP/1.1\r\n'
                   b'host:  localhost\r\nX-Twice: 1\r\nx-other: \xe4\r\nX-TWICE: 2 \r\n'
                   b'Content-Length: 2\r\n\r\n{}')
    assert connection.read_response().status == 404
    request, = sandbox.requests
    assert (request.method, request.path) == ('PUT', '/v1/user/tokens/a%2Fb%20/refresh/')
    assert (request.query, request.body) == ('x=%41&y', b'{}')
    assert list(request.headers) == [
        ('host', 'localhost'),
        ('X-Twice', '1'),
        ('x-other', '\xe4'),
        ('X-TWICE', '2'),
        ('Content-Length', '2'),
    ]
    assert request.headers['x-twice'] == '1, 2'


def test_absolute_request_target_is_accepted(open_connection, sandbox):
    connection = open_connection()
    connection.send(b'GET http://api.test/v1/user/tokens/?a=b HTTP/1.1\r\nHost: localhost\r\n\r\n')
    assert connection.read_response().status == 401
    assert (sandbox.requests[0].path, sandbox.requests[0].query) == ('/v1/user/tokens/', 'a=b')


@pytest.mark.parametrize('headers, status', [
    (['Content-Length: -1'], 400),
    (['Content-Length: x'], 400),
    (['Content-Length: 4', 'Content-Length: 5'], 400),
    (['Transfer-Encoding: chunked'], 411),
    (['Content-Length: %d' % (MAX_BODY_BYTES + 1)], 413),
])
def test_invalid_body_length_returns_error_and_closes_connection(open_connection, headers, status):
    connection = open_connection()
    connection.send(post(b'4\r\nbody\r\n0\r\n\r\n', *headers))
    response = connection.read_response()
    assert (response.status, response.headers['content-type']) == (status, 'application/json')
    assert 'x-ratelimit-remaining' in response.headers
    assert connection.read_to_end() == b''


def test_client_that_sends_whole_oversized_body_can_read_413(open_connection):
    connection = open_connection()
    connection.send(post(b'x' * 4 * MAX_BODY_BYTES))
    assert connection.read_response().status == 413


def test_client_that_never_stops_sending_is_disconnected(open_connection, monkeypatch):
    monkeypatch.setattr(_server, 'LINGER_READS', 1)
    monkeypatch.setattr(_server, 'READ_BYTES', 1)
    connection = open_connection()
    connection.send(post(b'xxxx', 'Content-Length: x'))
    assert connection.read_response().status == 400
    with pytest.raises(socket.error):
        for _ in range(1000):
            connection.send(b'more')
            time.sleep(0.001)


def test_expect_continue_gets_100_before_body(open_connection):
    connection = open_connection()
    connection.send(post(b'', 'Content-Length: 2', 'Expect: 100-Continue'))
    assert connection.read_header_lines() == ['HTTP/1.1 100 Continue']
    connection.send(b'{}' + GET)
    assert [connection.read_response().status for _ in range(2)] == [422, 401]


def test_expect_continue_gets_single_100_for_long_body(open_connection):
    connection = open_connection()
    connection.send(post(b'', 'Content-Length: 100000', 'Expect: 100-continue'))
    assert connection.read_header_lines() == ['HTTP/1.1 100 Continue']
    connection.send(b' ' * 50000)
    time.sleep(0.1)
    connection.send(b' ' * 50000)
    assert connection.read_response().status == 422


def test_expect_continue_for_oversized_body_gets_413_without_100(open_connection):
    connection = open_connection()
    connection.send(post(b'', 'Content-Length: %d' % (MAX_BODY_BYTES + 1), 'Expect: 100-continue'))
    assert connection.read_response().status == 413


def test_many_clients_are_served_concurrently(open_connection, sandbox):
    connections = [open_connection() for _ in range(30)]
    for connection in connections:
        connection.send(GET)
    assert {connection.read_response().status for connection in reversed(connections)} == {401}
    assert len(sandbox.requests) == 30


def test_client_reset_prints_nothing(open_connection, sandbox, capfd):
    before = threading.active_count()
    sandbox.fail_next(trickle=0.001, times=2)
    before = threading.active_count()
    for _ in range(2):
        connection = open_connection()
        connection.send(GET)
        connection.socket.recv(1)
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        connection.close()
    wait_until(lambda: threading.active_count() <= before)
    assert threading.active_count() <= before
    assert capfd.readouterr() == ('', '')


def test_serving_prints_nothing(open_connection, capfd):
    connection = open_connection()
    connection.send(GET)
    connection.read_response()
    assert capfd.readouterr() == ('', '')


def test_truncate_before_sends_no_byte(open_connection, sandbox):
    sandbox.fail_next(truncate='before')
    connection = open_connection()
    connection.send(GET)
    assert connection.read_to_end() == b''
    assert len(sandbox.requests) == 1


def test_request_with_truncated_response_is_carried_out(open_connection, sandbox):
    user = sandbox.add_user()
    token = sandbox.issue_token(user)
    sandbox.fail_next(truncate='before')
    connection = open_connection()
    connection.send(('POST /user/tokens/ HTTP/1.1\r\nAuthorization: Bearer %s\r\n\r\n' % token).encode('ascii'))
    assert connection.read_to_end() == b''
    assert user.api_key is not None


@pytest.mark.parametrize('trickle', [None, 0])
def test_truncate_sends_given_number_of_bytes(open_connection, sandbox, trickle):
    sandbox.fail_next(truncate=20, trickle=trickle)
    connection = open_connection()
    connection.send(GET)
    assert connection.read_to_end() == b'HTTP/1.1 401 Unautho'


def test_truncate_beyond_end_closes_after_whole_response(open_connection, sandbox):
    sandbox.fail_next(truncate=100000)
    connection = open_connection()
    connection.send(GET)
    assert connection.read_response().status == 401
    assert connection.read_to_end() == b''


def test_trickling_response_is_complete_and_connection_persists(open_connection, sandbox):
    sandbox.fail_next(status=503, headers={'Retry-After': '1'}, delay=0.05, trickle=0.0005)
    connection = open_connection()
    connection.send(GET)
    start = time.time()
    response = connection.read_response()
    assert (response.status, response.headers['retry-after']) == (503, '1')
    assert time.time() - start >= 0.1
    connection.send(GET)
    assert connection.read_response().status == 401


@pytest.mark.parametrize('value', ['close', 'Close', 'x, CLOSE'])
def test_connection_close_header_of_fault_closes_connection(open_connection, sandbox, value):
    sandbox.fail_next(headers={'Connection': value})
    connection = open_connection()
    connection.send(GET)
    assert connection.read_response().status == 401
    assert connection.read_to_end() == b''


def test_star_import_brings_only_public_names():
    names = {}
    exec('from cloudsmith_api.sandbox import *', names)
    assert set(names) - {'__builtins__'} == {'Request', 'Sandbox', 'User'}


def test_default_port_is_free_port(sandbox):
    assert port_of(sandbox) >= 1024


@pytest.mark.parametrize('fault', [{'delay': 60}, {'trickle': 60}, {}])
def test_stop_closes_connections_without_delay(fault):
    with Sandbox() as sandbox:
        if fault:
            sandbox.fail_next(**fault)
        with connected(port_of(sandbox)) as connection:
            connection.sendall(GET)
            wait_until(lambda: sandbox.requests)
            start = time.time()
            sandbox.stop()
            assert time.time() - start < 5
            try:
                read_all(connection)
            except socket.error as reset:
                assert not isinstance(reset, socket.timeout)


def test_stop_leaves_no_thread_and_no_open_port():
    before = threading.active_count()
    with Sandbox() as sandbox:
        port = port_of(sandbox)
        with connected(port) as connection:
            connection.sendall(GET)
            connection.recv(1)
            sandbox.stop()
            assert threading.active_count() == before
    with pytest.raises(socket.error):
        socket.create_connection(('127.0.0.1', port), timeout=5)


def test_stop_ends_where_shutdown_does_not_wake_accept(monkeypatch):
    # As on macOS and Windows, where a listening socket cannot be shut down.
    with Sandbox() as sandbox:
        monkeypatch.setattr(_server, 'shut_down', lambda _: None)
        start = time.time()
        sandbox.stop()
        assert time.time() - start < 2


def test_close_descriptor_closes_socket_with_open_files(sandbox):
    # As on Windows, where shutting a connection down does not wake the thread that reads from it.
    listener = socket.socket()
    listener.bind(('127.0.0.1', 0))
    listener.listen(1)
    with connected(listener.getsockname()[1]) as client:
        connection = listener.accept()[0]
        stream = connection.makefile('rb')
        _server.close_descriptor(connection)
        assert client.recv(1) == b''
        _server.close_descriptor(connection)
        stream.close()
    listener.close()


@pytest.mark.parametrize('fault', [{'delay': 60}, {'trickle': 60}, {}])
def test_stop_that_closes_descriptors_prints_nothing(monkeypatch, capfd, fault):
    def interrupt(connection):
        _server.shut_down(connection)  # closing wakes the thread on Windows only
        _server.close_descriptor(connection)

    monkeypatch.setattr(_server, 'interrupt', interrupt)
    before = threading.active_count()
    with Sandbox() as sandbox:
        if fault:
            sandbox.fail_next(**fault)
        with connected(port_of(sandbox)) as connection:
            connection.sendall(GET)
            wait_until(lambda: sandbox.requests)
            sandbox.stop()
    assert threading.active_count() == before
    assert capfd.readouterr() == ('', '')


def run_script(script, *command):
    """Run a script in another process (as the last argument of ``command``), and return what it prints."""
    process = subprocess.Popen(list(command) + [sys.executable, '-c', textwrap.dedent(script)], cwd=FOLDER,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    return process.communicate()[0]


def test_stop_is_complete_while_loopback_is_down():
    if os.name != 'posix' or subprocess.call(['sh', '-c', 'unshare --net ip link set lo up']):
        pytest.skip('needs root and iproute2 on Linux, to make a network namespace')
    printed = run_script("""
        import socket, subprocess, threading, time
        from cloudsmith_api.sandbox import Sandbox

        subprocess.check_call(['ip', 'link', 'set', 'lo', 'up'])
        sandbox = Sandbox().start()
        host, port = sandbox.url.split('/')[2].split(':')
        connection = socket.create_connection((host, int(port)))
        subprocess.check_call(['ip', 'link', 'set', 'lo', 'down'])
        start = time.time()
        sandbox.stop()
        print('stopped' if time.time() - start < 5 else 'late', threading.active_count(), sandbox._server)
        """, 'unshare', '--net')
    assert printed in ('stopped 1 None\n', "('stopped', 1, None)\n")


@pytest.mark.skipif(sys.version_info < (3, 13), reason='Python 3.12 crashes after it has ended a sub-interpreter')
def test_sandbox_runs_in_isolated_sub_interpreter():
    printed = run_script("""
        try:
            import _interpreters
        except ImportError:
            import _xxsubinterpreters as _interpreters
        interpreter = _interpreters.create()
        _interpreters.run_string(interpreter, '''if True:
            import socket
            from cloudsmith_api.sandbox import Sandbox

            with Sandbox() as sandbox:
                host, port = sandbox.url.split('/')[2].split(':')
                connection = socket.create_connection((host, int(port)))
                connection.sendall(b'GET /v1/ HTTP/1.1\\\\r\\\\n\\\\r\\\\n')
                print(connection.recv(12).decode('ascii'), flush=True)
            print('stopped', flush=True)
            ''')
        _interpreters.destroy(interpreter)
        """)
    if 'No module named' in printed:
        pytest.skip('the interpreter has no sub-interpreters')
    assert printed == 'HTTP/1.1 404\nstopped\n'


@contextlib.contextmanager
def forked(action):
    """Fork a child that runs ``action``, says so, and lives until the block ends."""
    (told, tell), (ended, end) = os.pipe(), os.pipe()
    child = os.fork()
    if not child:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(30)  # the parent waits for a child that hangs
        try:
            action()
            os.write(tell, b'done')
            os.close(end)
            os.read(ended, 1)
        finally:
            os._exit(0)
    try:
        assert os.read(told, 4) == b'done'
        yield
    finally:
        for descriptor in (told, tell, ended, end):
            os.close(descriptor)
        os.waitpid(child, 0)


needs_fork = pytest.mark.skipif(not hasattr(os, 'fork'), reason='this system has no fork')


@needs_fork
def test_forked_child_does_not_keep_port_in_use(sandbox):
    port = port_of(sandbox)
    with connected(port) as connection:
        connection.sendall(GET)
        connection.recv(1)
        with forked(lambda: None):
            sandbox.stop()
            with pytest.raises(socket.error):
                socket.create_connection(('127.0.0.1', port), timeout=5)
            with Sandbox(port=port):
                assert read_all(connection)


@needs_fork
def test_stop_in_forked_child_leaves_parent_serving(sandbox):
    with connected(port_of(sandbox)) as connection, forked(sandbox.stop):
        for opened in (connection, socket.create_connection(('127.0.0.1', port_of(sandbox)), timeout=5)):
            opened.sendall(GET)
            assert opened.recv(12) == b'HTTP/1.1 401'
        opened.close()


@pytest.mark.skipif(not hasattr(os, 'register_at_fork'), reason='needs Python 3.7 and fork')
def test_forked_child_closes_listening_socket(sandbox):
    def check():
        assert sandbox._server.socket.fileno() == -1
        socket.create_connection(('127.0.0.1', port_of(sandbox)), timeout=5).close()  # the parent still serves

    with forked(check):
        pass


def test_close_in_child_closes_every_listening_socket():
    servers = [_server.LoopbackServer(None) for _ in range(2)]
    _server.close_in_child()
    for one in servers:
        with pytest.raises(socket.error):
            socket.create_connection(('127.0.0.1', one.port), timeout=5)


def test_concurrent_starts_and_stops_leave_no_thread():
    before = threading.active_count()
    sandbox, errors = Sandbox(), []

    def run(action):
        try:
            action()
        except Exception as error:
            errors.append(error)

    for action in (sandbox.start, sandbox.stop) * 10:
        threads = [threading.Thread(target=run, args=(action,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert errors == []
    assert threading.active_count() == before


@needs_fork
def test_stop_in_child_forked_during_start_does_not_wait(monkeypatch):
    class ForkingServer(_server.LoopbackServer):
        def start(self):
            _server.LoopbackServer.start(self)
            with forked(other.stop):
                pass

    monkeypatch.setattr('cloudsmith_api.sandbox.LoopbackServer', ForkingServer)
    other = Sandbox()
    with other:
        assert other.url


@contextlib.contextmanager
def unstartable(monkeypatch, name):
    """Make threads that run a method of this name fail to start, as if the system had no threads left."""
    def make_thread(target, *arguments):
        thread = original(target, *arguments)
        if target.__name__ == name:
            thread.start = fail
        return thread

    def fail():
        raise RuntimeError("can't start new thread")

    original = _server.make_thread
    with monkeypatch.context() as patch:
        patch.setattr(_server, 'make_thread', make_thread)
        yield


def test_connection_whose_thread_cannot_start_is_closed(sandbox, monkeypatch, capfd):
    port = port_of(sandbox)
    with unstartable(monkeypatch, '_serve_connection'), connected(port) as connection:
        assert read_all(connection) == b''
    assert "can't start new thread" in capfd.readouterr()[1]
    sandbox.stop()


def test_server_whose_thread_cannot_start_closes_its_socket(monkeypatch):
    with unstartable(monkeypatch, '_accept'):
        running = _server.LoopbackServer(None)
        with pytest.raises(RuntimeError, match='new thread'):
            running.start()
    with pytest.raises(socket.error):
        running.socket.getsockname()


def test_stop_closes_listening_socket_if_it_fails(monkeypatch):
    running = _server.LoopbackServer(None)  # its thread is not started, so it cannot be joined
    with pytest.raises(RuntimeError, match='thread'):
        running.stop()
    with pytest.raises(socket.error):
        running.socket.getsockname()


def test_stop_before_start_does_nothing():
    sandbox = Sandbox()
    sandbox.stop()
    with pytest.raises(RuntimeError, match='not started'):
        assert sandbox.url


def test_second_start_does_nothing():
    with Sandbox() as sandbox:
        url = sandbox.url
        assert sandbox.start() is sandbox
        assert sandbox.url == url


def test_restart_keeps_users_and_port(sandbox):
    port = port_of(sandbox)
    sandbox.stop()
    with Sandbox(port=port) as other:
        user = other.add_user(api_key=True)
        for _ in range(2):
            other.stop()
            other.start()
            with connected(port) as connection:
                connection.sendall(get_with(user.api_key))
                assert b'200 OK' in read_all(connection)


def test_delay_works_after_restart(open_connection, sandbox):
    sandbox.stop()
    sandbox.start()
    sandbox.fail_next(delay=0.05)
    connection = open_connection()
    start = time.time()
    connection.send(GET)
    connection.read_response()
    assert time.time() - start >= 0.045


def test_port_in_use_raises_socket_error(sandbox):
    other = Sandbox(port=port_of(sandbox))
    with pytest.raises(socket.error):
        other.start()


@pytest.mark.parametrize('port, error', [('80', TypeError), (-1, ValueError), (65536, ValueError)])
def test_invalid_port_raises_error_that_names_it(port, error):
    with pytest.raises(error, match='port'):
        Sandbox(port=port)


def test_shut_down_ignores_closed_socket():
    connection = socket.socket()
    connection.close()
    assert _server.shut_down(connection) is None


def test_running_sandbox_does_not_keep_interpreter_alive():
    script = 'from cloudsmith_api.sandbox import Sandbox; print(Sandbox().start().url)'
    assert run_script(script).startswith('http://127.0.0.1:')


def test_server_conforms_to_wsgi(sandbox):
    with serving(validator(sandbox.app)) as port, connected(port) as connection:
        connection.sendall(post(b'{}') + GET.replace(b'Host:', b'Connection: close\r\nHost:'))
        received = read_all(connection)
    assert received.count(b'HTTP/1.1 ') == 2
    assert b'HTTP/1.1 422 ' in received


WSGI_KEYS = {
    'wsgi.version': (1, 0), 'wsgi.url_scheme': 'http', 'wsgi.multithread': True, 'wsgi.multiprocess': False,
    'wsgi.run_once': False,
}


def test_environ_describes_server():
    received = {}

    def app(environ, start_response):
        received.update(environ)
        start_response('200 OK', HELLO)
        return [b'']

    with serving(app) as port, connected(port) as connection:
        connection.sendall(GET)
        read_all(connection)
    assert {name: value for name, value in received.items() if name in WSGI_KEYS} == WSGI_KEYS


def test_closed_connections_are_forgotten(open_connection, sandbox):
    before = threading.active_count()
    for _ in range(3):
        connection = open_connection()
        connection.send(get_with('k' * 40))
        connection.read_to_end()
        connection.close()
        wait_until(lambda: threading.active_count() <= before)
    # The thread may end before the server has stored it.
    wait_until(lambda: len(sandbox._server._connections) == 1)
    assert len(sandbox._server._connections) == 1


def test_headers_are_limited_to_64_kib(open_connection):
    for length, expected in ((60000, b' 401 '), (66000, b' 400 ')):
        connection = open_connection()
        connection.send(GET[:-2] + b'X-Long: ' + b'x' * length + b'\r\nConnection: close\r\n\r\n')
        assert expected in connection.read_to_end()[:20]


def test_response_without_length_closes_connection():
    def app(environ, start_response):
        start_response('200 OK', HELLO)(b'written, ')
        return [environ['wsgi.input'].readline(), b'returned']

    with serving(app) as port, connected(port) as connection:
        connection.sendall(post(b'read\n'))
        received = read_all(connection)
    assert b'\r\nConnection: close\r\n' in received
    assert received.endswith(b'\r\n\r\nwritten, read\nreturned')


def test_unread_body_is_not_parsed_as_request():
    def app(environ, start_response):
        start_response('200 OK', HELLO + [('Content-Length', '5')])
        return [b'hello']

    with serving(app) as port, connected(port) as connection:
        connection.sendall(post(GET))
        received = read_all(connection)
    assert received.count(b'hello') == 1


def test_app_runs_under_another_server(sandbox):
    class Silent(WSGIRequestHandler):
        def log_message(self, *_):
            return None

    user = sandbox.add_user(api_key=True)
    other = make_server('127.0.0.1', 0, sandbox.app, handler_class=Silent)
    thread = threading.Thread(target=other.handle_request)
    thread.start()
    try:
        with connected(other.server_port) as connection:
            connection.sendall(get_with(user.api_key))
            received = read_all(connection)
    finally:
        thread.join()
        other.server_close()
    body = received.partition(b'\r\n\r\n')[2].decode('utf-8')
    assert json.loads(body)['slug'] == user.slug
