# -*- coding: utf-8 -*-
import contextlib
import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.validate import validator

import pytest

from cloudsmith_api.sandbox import Sandbox, server
from cloudsmith_api.sandbox.messages import MOST_BODY_BYTES

GET = b'GET /v1/user/self/ HTTP/1.1\r\nHost: sandbox\r\n\r\n'
HELLO = [('Content-Type', 'text/plain')]


def post(body, *headers):
    """A request to sign in, in bytes, with a length unless the headers speak of that."""
    headers = headers or ('Content-Length: %d' % len(body),)
    lines = ('POST /user/token/ HTTP/1.1', 'Host: sandbox') + headers + ('', '')
    return '\r\n'.join(lines).encode('latin-1') + body


def port_of(sandbox):
    """The port that a running sandbox listens on."""
    return int(sandbox.url.split(':')[2].split('/')[0])


def get_with(key):
    """A request with that key, the last on its connection, in bytes."""
    return ('GET /user/self/ HTTP/1.1\r\nX-Api-Key: %s\r\nConnection: close\r\n\r\n' % key).encode('ascii')


def wait_until(condition):
    """Return once that is so, or after five seconds in vain."""
    deadline = time.time() + 5
    while not condition() and time.time() < deadline:
        time.sleep(0.005)


@contextlib.contextmanager
def serving(app):
    """The port of a server for that WSGI app."""
    running = server.LoopbackServer(app)
    running.start()
    try:
        yield running.port
    finally:
        running.stop()


@contextlib.contextmanager
def connected(port):
    """A connection to that port."""
    connection = socket.create_connection(('127.0.0.1', port), timeout=5)
    try:
        yield connection
    finally:
        connection.close()


def read_all(connection):
    """What comes until the other side closes."""
    return b''.join(iter(lambda: connection.recv(65536), b''))


def test_it_listens_on_loopback_only(sandbox):
    assert sandbox.url.startswith('http://127.0.0.1:')
    assert sandbox.url.endswith('/v1')


def test_a_connection_is_kept_for_the_next_request(talk):
    connection = talk()
    for _ in range(2):
        connection.say(GET)
        assert connection.reply().status == 401


def test_requests_may_be_sent_ahead(talk):
    connection = talk()
    connection.say(post(b'{"email": 5}') + GET + GET)
    assert [connection.reply().status for _ in range(3)] == [422, 401, 401]


def test_an_answer_does_not_wait_for_an_acknowledgement(talk):
    connection = talk()
    start = time.time()
    for _ in range(50):
        connection.say(GET)
        connection.reply()
    assert time.time() - start < 1  # with the wait it is 2 s


@pytest.mark.parametrize('request_bytes', [
    b'GET /user/self/ HTTP/1.0\r\n\r\n',
    b'GET /user/self/ HTTP/1.1\r\nConnection: Close\r\n\r\n',
])
def test_a_client_that_wants_it_so_is_closed_after_the_answer(talk, request_bytes):
    connection = talk()
    connection.say(request_bytes)
    reply = connection.reply()
    assert (reply.status, reply.headers['connection']) == (401, 'close')
    assert connection.rest() == b''


def test_an_answer_to_head_has_no_body_and_the_connection_goes_on(talk):
    connection = talk()
    connection.say(GET.replace(b'GET', b'HEAD') + GET)
    assert connection.head()[0] == 'HTTP/1.1 401 Unauthorized'
    assert connection.reply().status == 401


def test_an_answer_is_dated(talk):
    connection = talk()
    connection.say(GET)
    assert connection.reply().headers['date'].endswith(' GMT')


def test_a_fault_may_tell_another_date(talk, sandbox):
    sandbox.fail_next(headers={'Date': 'Thu, 01 Jan 1970 00:00:00 GMT'})
    connection = talk()
    connection.say(GET)
    dates = [line for line in connection.head() if line.startswith('Date')]
    assert dates == ['Date: Thu, 01 Jan 1970 00:00:00 GMT']


@pytest.mark.parametrize('request_bytes', [
    b'\r\n',
    b'\x16\x03\x01\x02\x00\x01\r\n\r\n',
    b'GET /user/self/\r\n\r\n',
    b'GET /user/self/ HTTP/2.0\r\n\r\n',
    b'GET /user/s\xc3\xa4lf/ HTTP/1.1\r\n\r\n',
    b'GET / HTTP/1.1\r\nno colon\r\n\r\n',
    b'GET / HTTP/1.1\r\nName : value\r\n\r\n',
    b'GET / HTTP/1.1\r\nName: value\r\n folded\r\n\r\n',
    b'GET /' + b'x' * server.MOST_HEAD_BYTES + b' HTTP/1.1\r\n\r\n',
    b'GET / HTTP/1.1\r\n' + b'Name: value\r\n' * 6000 + b'\r\n',
])
def test_what_is_no_request_is_answered_with_400_and_closed(talk, sandbox, request_bytes):
    connection = talk()
    connection.say(request_bytes)
    reply = connection.reply()
    assert (reply.status, list(reply.json)) == (400, ['detail'])
    assert reply.headers['content-type'] == 'application/json'
    assert connection.rest() == b''
    assert sandbox.requests == []


@pytest.mark.parametrize('request_bytes', [b'', b'GET / HT', b'GET / HTTP/1.1\r\nHost: sand'])
def test_a_client_that_leaves_before_the_end_of_a_head_gets_nothing(talk, sandbox, request_bytes):
    connection = talk()
    connection.say(request_bytes)
    connection.socket.shutdown(socket.SHUT_WR)
    assert connection.rest() == b''
    assert sandbox.requests == []


def test_a_client_that_leaves_in_the_middle_of_a_body_gets_400(talk):
    connection = talk()
    connection.say(post(b'half', 'Content-Length: 8'))
    connection.socket.shutdown(socket.SHUT_WR)
    assert connection.reply().status == 400


def test_a_request_is_recorded_as_it_was_sent(talk, sandbox):
    connection = talk()
    connection.say(b'PUT /v1/user/tokens/a%2Fb%20/refresh/?x=%41&y HTTP/1.1\r\n'
                   b'host:  sandbox\r\nX-Twice: 1\r\nx-other: \xe4\r\nX-TWICE: 2 \r\n'
                   b'Content-Length: 2\r\n\r\n{}')
    assert connection.reply().status == 404
    request, = sandbox.requests
    assert (request.method, request.path) == ('PUT', '/v1/user/tokens/a%2Fb%20/refresh/')
    assert (request.query, request.body) == ('x=%41&y', b'{}')
    assert list(request.headers) == [
        ('host', 'sandbox'),
        ('X-Twice', '1'),
        ('x-other', '\xe4'),
        ('X-TWICE', '2'),
        ('Content-Length', '2'),
    ]
    assert request.headers['x-twice'] == '1, 2'


def test_an_absolute_target_is_understood(talk, sandbox):
    connection = talk()
    connection.say(b'GET http://api.test/v1/user/self/?a=b HTTP/1.1\r\nHost: api.test\r\n\r\n')
    assert connection.reply().status == 401
    assert (sandbox.requests[0].path, sandbox.requests[0].query) == ('/v1/user/self/', 'a=b')


@pytest.mark.parametrize('headers, status', [
    (['Content-Length: -1'], 400),
    (['Content-Length: x'], 400),
    (['Content-Length: 4', 'Content-Length: 5'], 400),
    (['Transfer-Encoding: chunked'], 411),
    (['Content-Length: %d' % (MOST_BODY_BYTES + 1)], 413),
])
def test_a_body_of_impossible_length_is_refused_and_the_connection_closed(talk, headers, status):
    connection = talk()
    connection.say(post(b'4\r\nbody\r\n0\r\n\r\n', *headers))
    reply = connection.reply()
    assert (reply.status, reply.headers['content-type']) == (status, 'application/json')
    assert 'x-ratelimit-remaining' in reply.headers
    assert connection.rest() == b''


def test_a_client_that_sends_all_of_a_body_too_large_can_read_why_it_was_refused(talk):
    connection = talk()
    connection.say(post(b'x' * 4 * MOST_BODY_BYTES))
    assert connection.reply().status == 413


def test_a_client_that_sends_on_and_on_is_closed_all_the_same(talk, monkeypatch):
    monkeypatch.setattr(server, 'LINGER_READS', 1)
    monkeypatch.setattr(server, 'READ_BYTES', 1)
    connection = talk()
    connection.say(post(b'xxxx', 'Content-Length: x'))
    assert connection.reply().status == 400
    with pytest.raises(socket.error):
        for _ in range(1000):
            connection.say(b'more')
            time.sleep(0.001)


def test_a_client_that_waits_to_be_told_to_send_its_body_is_told(talk):
    connection = talk()
    connection.say(post(b'', 'Content-Length: 2', 'Expect: 100-Continue'))
    assert connection.head() == ['HTTP/1.1 100 Continue']
    connection.say(b'{}' + GET)
    assert [connection.reply().status for _ in range(2)] == [422, 401]


def test_a_client_that_waits_to_be_told_is_told_once_however_long_its_body(talk):
    connection = talk()
    connection.say(post(b'', 'Content-Length: 100000', 'Expect: 100-continue'))
    assert connection.head() == ['HTTP/1.1 100 Continue']
    connection.say(b' ' * 50000)
    time.sleep(0.1)
    connection.say(b' ' * 50000)
    assert connection.reply().status == 422


def test_a_client_that_waits_to_be_told_is_refused_without(talk):
    connection = talk()
    connection.say(post(b'', 'Content-Length: %d' % (MOST_BODY_BYTES + 1), 'Expect: 100-continue'))
    assert connection.reply().status == 413


def test_many_clients_are_served_at_once(talk, sandbox):
    connections = [talk() for _ in range(30)]
    for connection in connections:
        connection.say(GET)
    assert {connection.reply().status for connection in reversed(connections)} == {401}
    assert len(sandbox.requests) == 30


def test_a_client_that_breaks_off_is_not_spoken_of(talk, sandbox, capfd):
    sandbox.fail_next(trickle=0.001, times=2)
    for _ in range(2):
        connection = talk()
        connection.say(GET)
        connection.socket.recv(1)
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        connection.close()
    wait_until(lambda: threading.active_count() <= 2)
    assert threading.active_count() <= 2
    assert capfd.readouterr() == ('', '')


def test_serving_says_nothing(talk, capfd):
    connection = talk()
    connection.say(GET)
    connection.reply()
    assert capfd.readouterr() == ('', '')


def test_a_cut_before_the_answer_leaves_no_byte_of_it(talk, sandbox):
    sandbox.fail_next(truncate='before')
    connection = talk()
    connection.say(GET)
    assert connection.rest() == b''
    assert len(sandbox.requests) == 1


def test_a_request_whose_answer_is_cut_has_been_carried_out(talk, sandbox):
    user = sandbox.add_user()
    token = sandbox.app.accounts.issue_token(user)
    sandbox.fail_next(truncate='before')
    connection = talk()
    connection.say(('POST /user/tokens/ HTTP/1.1\r\nX-Api-Key: %s\r\n\r\n' % token).encode('ascii'))
    assert connection.rest() == b''
    assert user.api_key is not None


@pytest.mark.parametrize('trickle', [None, 0])
def test_a_cut_answer_ends_after_so_many_bytes(talk, sandbox, trickle):
    sandbox.fail_next(truncate=20, trickle=trickle)
    connection = talk()
    connection.say(GET)
    assert connection.rest() == b'HTTP/1.1 401 Unautho'


def test_a_cut_beyond_the_end_closes_after_a_whole_answer(talk, sandbox):
    sandbox.fail_next(truncate=100000)
    connection = talk()
    connection.say(GET)
    assert connection.reply().status == 401
    assert connection.rest() == b''


def test_a_dripping_answer_is_whole_and_slow_and_the_connection_goes_on(talk, sandbox):
    sandbox.fail_next(status=503, headers={'Retry-After': '1'}, delay=0.05, trickle=0.0005)
    connection = talk()
    connection.say(GET)
    start = time.time()
    reply = connection.reply()
    assert (reply.status, reply.headers['retry-after']) == (503, '1')
    assert time.time() - start >= 0.1
    connection.say(GET)
    assert connection.reply().status == 401


def test_a_fault_may_close_the_connection_by_header(talk, sandbox):
    sandbox.fail_next(headers={'Connection': 'close'})
    connection = talk()
    connection.say(GET)
    assert connection.reply().status == 401
    assert connection.rest() == b''


def test_a_sandbox_has_a_port_that_is_free_and_is_all_that_a_star_import_brings():
    names = {}
    exec('from cloudsmith_api.sandbox import *', names)
    assert set(names) - {'__builtins__'} == {'Sandbox'}
    with names['Sandbox']() as sandbox:
        assert port_of(sandbox) >= 1024


@pytest.mark.parametrize('fault', [{'delay': 60}, {'trickle': 60}, {}])
def test_stopping_closes_every_connection_at_once(fault):
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


def test_stopping_leaves_no_thread_and_no_open_port():
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


def test_stopping_what_is_not_started_changes_nothing():
    sandbox = Sandbox()
    sandbox.stop()
    with pytest.raises(RuntimeError, match='not started'):
        sandbox.url  # noqa: B018 (asking is what is refused)


def test_starting_twice_changes_nothing():
    with Sandbox() as sandbox:
        url = sandbox.url
        assert sandbox.start() is sandbox
        assert sandbox.url == url


def test_a_sandbox_starts_again_with_its_users_and_its_port(sandbox):
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


def test_a_delay_works_after_starting_again(talk, sandbox):
    sandbox.stop()
    sandbox.start()
    sandbox.fail_next(delay=0.05)
    connection = talk()
    start = time.time()
    connection.say(GET)
    connection.reply()
    assert time.time() - start >= 0.045


def test_a_port_in_use_is_an_error(sandbox):
    other = Sandbox(port=port_of(sandbox))
    with pytest.raises(socket.error):
        other.start()


@pytest.mark.parametrize('port, error', [('80', TypeError), (-1, ValueError), (65536, ValueError)])
def test_an_impossible_port_is_refused_by_name(port, error):
    with pytest.raises(error, match='port'):
        Sandbox(port=port)


def test_closing_a_connection_that_has_gone_is_no_error():
    gone = socket.socket()
    gone.close()
    assert server.hang_up(gone) is None


def test_a_sandbox_that_is_never_stopped_does_not_keep_the_interpreter():
    script = 'from cloudsmith_api.sandbox import Sandbox; print(Sandbox().start().url)'
    folder = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    printed = subprocess.check_output([sys.executable, '-c', script], cwd=folder)
    assert printed.startswith(b'http://127.0.0.1:')


def test_the_server_keeps_to_the_wsgi_protocol(sandbox):
    with serving(validator(sandbox.app)) as port, connected(port) as connection:
        connection.sendall(post(b'{}') + GET.replace(b'Host:', b'Connection: close\r\nHost:'))
        received = read_all(connection)
    assert received.count(b'HTTP/1.1 ') == 2
    assert b'HTTP/1.1 422 ' in received


SERVED_BY = {
    'wsgi.version': (1, 0), 'wsgi.url_scheme': 'http', 'wsgi.multithread': True, 'wsgi.multiprocess': False,
    'wsgi.run_once': False,
}


def test_an_app_learns_what_serves_it():
    told = {}

    def app(environ, start_response):
        told.update(environ)
        start_response('200 OK', HELLO)
        return [b'']

    with serving(app) as port, connected(port) as connection:
        connection.sendall(GET)
        read_all(connection)
    assert {name: value for name, value in told.items() if name in SERVED_BY} == SERVED_BY


def test_connections_that_have_ended_are_forgotten(talk, sandbox):
    for _ in range(3):
        connection = talk()
        connection.say(get_with('k' * 40))
        connection.rest()
    wait_until(lambda: not sandbox._server._connections)
    assert sandbox._server._connections == {}


def test_a_head_may_have_64_kib_and_no_more(talk):
    for length, expected in ((60000, b' 401 '), (66000, b' 400 ')):
        connection = talk()
        connection.say(GET[:-2] + b'X-Long: ' + b'x' * length + b'\r\nConnection: close\r\n\r\n')
        assert expected in connection.rest()[:20]


def test_an_app_that_writes_and_tells_no_length_is_closed_after_its_answer():
    def app(environ, start_response):
        start_response('200 OK', HELLO)(b'written, ')
        return [environ['wsgi.input'].readline(), b'returned']

    with serving(app) as port, connected(port) as connection:
        connection.sendall(post(b'read\n'))
        received = read_all(connection)
    assert b'\r\nConnection: close\r\n' in received
    assert received.endswith(b'\r\n\r\nwritten, read\nreturned')


def test_a_body_that_an_app_leaves_unread_is_not_taken_for_a_request():
    def app(environ, start_response):
        start_response('200 OK', HELLO + [('Content-Length', '5')])
        return [b'hello']

    with serving(app) as port, connected(port) as connection:
        connection.sendall(post(GET))
        received = read_all(connection)
    assert received.count(b'hello') == 1


def test_another_server_runs_the_app(sandbox):
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
