"""A call ends when its time is up, whatever the network and the service do."""

import contextlib
import signal
import socket
import threading
import zlib

import pytest
import six
from certificates import Authority
from servers import (
    ScriptedServer,
    closed_port,
    dead_address,
    http_response,
    json_response,
    repeating,
    silent,
    trickling,
)
from urllib3.exceptions import HTTPError

from cloudsmith_api import ConnectionException, ServiceException, TimeoutException, TooManyRequestsException
from cloudsmith_api._common.clock import monotonic
from cloudsmith_api._transport.retry import ApiRetry

pytestmark = pytest.mark.slow

TIME = 0.4
# What a machine with much more to do than this test may add; what is not bounded takes ten seconds and more.
BUSY = 2.0
BODY = b'{"name": "Ada", "email": "ada@example.com", "slug": "ada"}' + b' ' * 200
HEAD = b'HTTP/1.1 200 OK\r\n'
GZIPPED = zlib.compressobj(9, zlib.DEFLATED, 31)
GZIPPED = GZIPPED.compress(bytes(bytearray(range(256)))) + GZIPPED.flush()

LONG = HEAD + b'Content-Length: 1000\r\n\r\n'

DRIPS = {
    'nothing at all': silent(),
    'a dripping status line': trickling(b'HTTP/1.1 200 ' + b'O' * 500),
    'dripping headers': trickling(HEAD + b'X-Name: value\r\n' * 30),
    'a dripping body with a length': trickling(http_response(200, BODY)),
    'a dripping chunked body': trickling(HEAD + b'Transfer-Encoding: chunked\r\n\r\n' + b'1\r\n \r\n' * 100),
    'dripping chunk extensions': trickling(HEAD + b'Transfer-Encoding: chunked\r\n\r\n1;' + b'x' * 200),
    'a dripping gzip body': trickling(http_response(200, GZIPPED, [('Content-Encoding', 'gzip')])),
    'a dripping body until the end': trickling(HEAD + b'\r\n' + BODY),
    'a dripping error body': trickling(http_response(404, BODY)),
    'endless 100 Continue': repeating(b'', b'HTTP/1.1 100 Continue\r\n\r\n', 0.02),
    'endless headers of a 100 Continue': repeating(b'HTTP/1.1 100 Continue\r\n', b'X-Name: value\r\n', 0.02),
    'endless trailers': repeating(
        HEAD + b'Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n', b'X-Name: value\r\n', 0.02),
    'endless empty lines before the status': repeating(b'', b'\r', 0.02),
    'an endless flow of small chunks': repeating(HEAD + b'Transfer-Encoding: chunked\r\n\r\n', b'1\r\n \r\n', 0.01),
}


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setattr(ApiRetry, 'BACKOFF_BASE', 0.001)


@pytest.fixture(scope='module')
def authority(tmpdir_factory):
    """A short file of trusted certificates: to read all of certifi's takes a part of the time that is measured here."""
    return Authority(tmpdir_factory.mktemp('tls'))


class Clock(object):
    """Measures whether what happens inside a ``with`` keeps to a time as the documentation promises it."""

    def __init__(self, seconds):
        self._latest = seconds + max(0.25 * seconds, 0.5) + BUSY

    def __enter__(self):
        self._started = monotonic()
        return self

    def __exit__(self, *_):
        self.elapsed = monotonic() - self._started
        assert self.elapsed < self._latest


@pytest.mark.parametrize('fault', sorted(DRIPS))
def test_a_number_bounds_a_call_that_gets(connect, fault):
    with ScriptedServer(DRIPS[fault]) as server:
        with Clock(TIME) as clock, pytest.raises(TimeoutException) as caught:
            connect(server.url).user_self(_request_timeout=TIME)
    assert clock.elapsed > TIME * 0.9
    assert len(server.requests) == 1
    assert caught.value.status == 0
    assert 'timeout' in str(caught.value)


@pytest.mark.parametrize('fault', ['nothing at all', 'a dripping body with a length'])
def test_a_number_bounds_a_call_that_changes_something(connect, fault):
    with ScriptedServer(DRIPS[fault]) as server:
        with Clock(TIME), pytest.raises(TimeoutException):
            connect(server.url).user_tokens_create(_request_timeout=TIME)
    assert len(server.requests) == 1


@pytest.mark.skipif(not hasattr(signal, 'setitimer'), reason='this system has no timer signals')
def test_a_call_that_a_signal_makes_in_the_middle_of_another_does_not_lift_its_bounds(connect):
    slow = trickling(LONG + b' ' * 500)
    with ScriptedServer(json_response('{"name": "Ada"}')) as quick, ScriptedServer(slow) as server:
        inner, seen = connect(quick.url), []
        before = signal.signal(signal.SIGALRM, lambda *_: seen.append(inner.user_self(_request_timeout=5).name))
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        try:
            with Clock(TIME), pytest.raises(TimeoutException):
                connect(server.url, retries=0).user_self(_request_timeout=TIME)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        assert seen == ['Ada']


def test_the_time_of_the_configuration_may_be_a_number_too(connect):
    with ScriptedServer(silent()) as server:
        with Clock(TIME), pytest.raises(TimeoutException):
            connect(server.url, timeout=TIME).user_self()


def test_a_call_in_the_background_is_bounded_as_well(connect):
    with ScriptedServer(trickling(http_response(200, BODY))) as server:
        with Clock(TIME), pytest.raises(TimeoutException):
            connect(server.url).user_self(_request_timeout=TIME, async_req=True).get(5)


def test_time_that_ran_out_in_one_call_is_not_missing_in_the_next(connect):
    script = json_response('{"name": "Ada"}'), trickling(http_response(200, BODY)), json_response('{}')
    with ScriptedServer(*script) as server:
        api = connect(server.url)
        api.user_self(_request_timeout=TIME)
        with pytest.raises(TimeoutException):
            api.user_self(_request_timeout=TIME)
        assert api.user_self(_request_timeout=5).name is None


@pytest.mark.parametrize('addresses', [1, 16])
def test_connecting_to_dead_addresses_takes_no_longer_the_more_of_them_there_are(connect, monkeypatch, addresses):
    with dead_address() as (host, port):
        answer = (socket.AF_INET, socket.SOCK_STREAM, 6, '', (host, port))
        lookup = socket.getaddrinfo

        def several(name, *args, **kwargs):
            return [answer] * addresses if name == 'many.localhost' else lookup(name, *args, **kwargs)

        monkeypatch.setattr(socket, 'getaddrinfo', several)
        with Clock(TIME) as clock, pytest.raises(TimeoutException) as caught:
            connect('http://many.localhost:%d/v1' % port).user_self(_request_timeout=TIME)
    assert clock.elapsed > TIME * 0.9
    assert 'Could not connect before the timeout' in str(caught.value)


def test_the_time_of_a_pair_for_connecting_is_for_all_addresses_together(connect, monkeypatch):
    with dead_address() as (host, port):
        answer = (socket.AF_INET, socket.SOCK_STREAM, 6, '', (host, port))
        lookup = socket.getaddrinfo

        def several(name, *args, **kwargs):
            return [answer] * 16 if name == 'many.localhost' else lookup(name, *args, **kwargs)

        monkeypatch.setattr(socket, 'getaddrinfo', several)
        with Clock(TIME), pytest.raises(TimeoutException):
            connect('http://many.localhost:%d/v1' % port, retries=0).user_self(_request_timeout=(TIME, 30))


def test_the_next_address_is_tried_where_one_refuses(connect, monkeypatch):
    with ScriptedServer(json_response('{"name": "Ada"}')) as server:
        answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, '', (host, server.port))
                   for host in ('127.9.9.9', '127.0.0.1')]
        lookup = socket.getaddrinfo

        def several(name, *args, **kwargs):
            return answers if name == 'many.localhost' else lookup(name, *args, **kwargs)

        monkeypatch.setattr(socket, 'getaddrinfo', several)
        api = connect('http://many.localhost:%d/v1' % server.port)
        assert api.user_self(_request_timeout=5).name == 'Ada'


def test_a_tls_handshake_that_never_ends_is_bounded(connect, authority):
    with socket_that_accepts_and_is_silent() as port:
        with Clock(TIME), pytest.raises(TimeoutException):
            connect('https://127.0.0.1:%d/v1' % port, ssl_ca_cert=authority.path).user_self(_request_timeout=TIME)


def test_the_time_of_a_pair_for_connecting_is_for_the_tls_handshake_too(connect, authority):
    with socket_that_accepts_and_is_silent() as port:
        with Clock(TIME), pytest.raises(TimeoutException):
            connect('https://127.0.0.1:%d/v1' % port, retries=0, ssl_ca_cert=authority.path).user_self(
                _request_timeout=(TIME, 30))


def test_a_pair_bounds_each_operation_and_not_the_call(connect):
    with ScriptedServer(trickling(json_response('{"name": "Ada"}'), 0.01)) as server:
        assert connect(server.url).user_self(_request_timeout=(5, 0.5)).name == 'Ada'


def test_a_pair_bounds_the_wait_for_each_part_of_an_answer(connect):
    with ScriptedServer(silent()) as server:
        with Clock(TIME), pytest.raises(TimeoutException):
            connect(server.url, retries=0).user_self(_request_timeout=(5, TIME))


def test_retries_and_their_waits_are_within_the_time(connect, monkeypatch):
    monkeypatch.setattr(ApiRetry, 'BACKOFF_BASE', 0.2)
    with ScriptedServer(http_response(503)) as server:
        with Clock(TIME), pytest.raises(ServiceException):
            connect(server.url, retries=100).user_self(_request_timeout=TIME)
    assert len(server.requests) < 50


def test_time_that_runs_out_in_a_retry_leaves_the_answer_before_it_standing(connect, monkeypatch):
    monkeypatch.setattr(ApiRetry, 'BACKOFF_BASE', 0.0)
    with ScriptedServer(json_response('{"detail": "Down."}', 503), silent()) as server:
        with Clock(TIME), pytest.raises(ServiceException) as caught:
            connect(server.url).user_self(_request_timeout=TIME)
    assert caught.value.detail == 'Down.'
    assert len(server.requests) == 2


def test_time_that_runs_out_in_a_change_is_never_told_as_the_refusal_before_it(connect, monkeypatch):
    monkeypatch.setattr(ApiRetry, 'BACKOFF_BASE', 0.0)
    with ScriptedServer(http_response(429), silent()) as server:
        with Clock(TIME), pytest.raises(TimeoutException):
            connect(server.url).user_tokens_create(_request_timeout=TIME)
    assert len(server.requests) == 2


def test_a_wait_that_is_longer_than_what_is_left_is_not_made(connect):
    with ScriptedServer(http_response(429, headers=[('Retry-After', '5')])) as server:
        with Clock(0), pytest.raises(TooManyRequestsException):
            connect(server.url).user_self(_request_timeout=3)
    assert len(server.requests) == 1


def test_attempts_that_are_refused_over_and_over_are_within_the_time(connect, monkeypatch):
    monkeypatch.setattr(ApiRetry, 'BACKOFF_BASE', 0.1)
    with Clock(TIME), pytest.raises(ConnectionException):
        connect('http://127.0.0.1:%d' % closed_port(), retries=1000).user_self(_request_timeout=TIME)


def test_a_proxy_that_drips_its_answer_to_connect_is_bounded(connect, authority):
    with ScriptedServer(trickling(b'HTTP/1.1 200 Connection ' + b'e' * 500)) as proxy:
        with Clock(TIME), pytest.raises(TimeoutException):
            connect('https://service.localhost/v1', proxy=proxy.origin, ssl_ca_cert=authority.path).user_self(
                _request_timeout=TIME)
    assert proxy.requests[0].method == 'CONNECT'


@pytest.mark.skipif(six.PY2, reason='Python 2.7 has no TLS within TLS')
def test_a_proxy_that_drips_the_tls_of_the_service_is_bounded(connect, authority):
    # The beginning of a long record of a handshake, RFC 8446 section 5.1.
    drip = trickling(b'\x16\x03\x03\x3f\xff' + b'\x02' * 2000)
    with ScriptedServer(lambda connection: connection.sendall(HEAD + b'\r\n') or drip(connection),
                        tls=authority.server_context()) as proxy:
        api = connect('https://service.localhost/v1', proxy=proxy.origin, ssl_ca_cert=authority.path, retries=0)
        with Clock(TIME), pytest.raises(TimeoutException):
            api.user_self(_request_timeout=TIME)
    assert proxy.requests[0].method == 'CONNECT'


def test_a_proxy_whose_headers_to_connect_never_end_is_bounded(connect, authority):
    with ScriptedServer(repeating(b'HTTP/1.1 200 Connection established\r\n', b'X-Name: value\r\n', 0.02)) as proxy:
        with Clock(TIME), pytest.raises(TimeoutException):
            connect('https://service.localhost/v1', proxy=proxy.origin, ssl_ca_cert=authority.path).user_self(
                _request_timeout=TIME)


def test_a_proxy_that_cannot_be_reached_is_bounded(connect):
    with dead_address() as (host, port):
        with Clock(TIME), pytest.raises(TimeoutException):
            connect('http://service.localhost/v1', proxy='http://%s:%d' % (host, port)).user_self(_request_timeout=TIME)


@pytest.mark.parametrize('times', [TIME, (5, TIME)])
def test_the_wait_for_a_connection_that_others_use_is_bounded(connect, times):
    with ScriptedServer(silent(5)) as server:
        api = connect(server.url, connection_pool_maxsize=1, retries=0)
        other = api.user_self(async_req=True)
        while not server.requests:
            threading.Event().wait(0.01)
        with Clock(TIME), pytest.raises(TimeoutException) as caught:
            api.user_self(_request_timeout=times)
        assert 'All connections of this client are in use' in str(caught.value)
        server.stop()
        with pytest.raises(ConnectionException):
            other.get(10)


@pytest.mark.parametrize('times', [TIME, (TIME, 30)])
def test_sending_to_a_service_that_does_not_read_is_bounded(connect, times):
    with socket_that_accepts_and_is_silent() as port:
        with Clock(TIME), pytest.raises(TimeoutException):
            send_much(connect('http://127.0.0.1:%d' % port, retries=0), times)


def test_sending_to_a_service_that_reads_a_little_now_and_then_is_bounded(connect):
    with SlowReader() as server:
        with Clock(TIME), pytest.raises(TimeoutException):
            send_much(connect(server.url, retries=0), TIME)


def test_a_long_body_is_sent_whole(connect):
    body = 'x' * 1000003
    with ScriptedServer(json_response('{}')) as server:
        connect(server.url).api_client.call_api('/upload/', 'POST', body=body, _request_timeout=20)
    assert server.requests[0].body == b'"' + body.encode('ascii') + b'"'


def test_the_deadline_of_a_call_holds_while_its_caller_reads_the_answer(connect):
    drip = trickling(b' ' * 100)
    with ScriptedServer(lambda connection: connection.sendall(LONG) or drip(connection)) as server:
        with Clock(TIME):
            response = connect(server.url).user_self(_request_timeout=TIME, _preload_content=False)
            with pytest.raises(HTTPError):
                response.read()


def send_much(api, times):
    """Send much more than the buffers on the way hold."""
    api.api_client.call_api('/upload/', 'POST', body='x' * 20000000, _request_timeout=times)


@contextlib.contextmanager
def socket_that_accepts_and_is_silent():
    """Let the system accept connections, and say nothing on them."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(('127.0.0.1', 0))
    listener.listen(16)
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


class SlowReader(ScriptedServer):
    """Reads requests a little at a time, and never answers."""

    def _serve(self, connection):
        while not self.stopping.wait(0.05) and connection.recv(65536):
            continue
        connection.close()
