"""Timeouts hold whatever the network, a proxy or the service does."""

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

TIMEOUT = 0.4
# Seconds that a busy machine may add. A call without a bound would take ten seconds or more.
TOLERANCE = 2.0
BODY = b'{"name": "Ada", "email": "ada@example.com", "slug": "ada"}' + b' ' * 200
STATUS_LINE = b'HTTP/1.1 200 OK\r\n'
_ENCODER = zlib.compressobj(9, zlib.DEFLATED, 31)
GZIPPED = _ENCODER.compress(bytes(bytearray(range(256)))) + _ENCODER.flush()

LONG_RESPONSE_HEADERS = STATUS_LINE + b'Content-Length: 1000\r\n\r\n'

SLOW_RESPONSES = {
    'no response': silent(),
    'trickling status line': trickling(b'HTTP/1.1 200 ' + b'O' * 500),
    'trickling headers': trickling(STATUS_LINE + b'X-Name: value\r\n' * 30),
    'trickling body': trickling(http_response(200, BODY)),
    'trickling chunked body': trickling(STATUS_LINE + b'Transfer-Encoding: chunked\r\n\r\n' + b'1\r\n \r\n' * 100),
    'trickling chunk extensions': trickling(STATUS_LINE + b'Transfer-Encoding: chunked\r\n\r\n1;' + b'x' * 200),
    'trickling gzip body': trickling(http_response(200, GZIPPED, [('Content-Encoding', 'gzip')])),
    'trickling body without Content-Length': trickling(STATUS_LINE + b'\r\n' + BODY),
    'trickling error body': trickling(http_response(404, BODY)),
    'endless 100 Continue': repeating(b'', b'HTTP/1.1 100 Continue\r\n\r\n', 0.02),
    'endless headers of 100 Continue': repeating(b'HTTP/1.1 100 Continue\r\n', b'X-Name: value\r\n', 0.02),
    'endless trailers': repeating(
        STATUS_LINE + b'Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n', b'X-Name: value\r\n', 0.02),
    'endless empty lines before status line': repeating(b'', b'\r', 0.02),
    'endless small chunks': repeating(STATUS_LINE + b'Transfer-Encoding: chunked\r\n\r\n', b'1\r\n \r\n', 0.01),
}


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setattr(ApiRetry, 'BACKOFF_BASE', 0.001)


@pytest.fixture(scope='module')
def authority(tmpdir_factory):
    """A short CA bundle: loading all of certifi's takes much of the time measured here."""
    return Authority(tmpdir_factory.mktemp('tls'))


class Stopwatch(object):
    """Measures a ``with`` block, and fails if it exceeds a timeout by more than the documentation allows."""

    def __init__(self, timeout):
        self._limit = timeout + max(0.25 * timeout, 0.5) + TOLERANCE

    def __enter__(self):
        self._started = monotonic()
        return self

    def __exit__(self, *_):
        self.elapsed = monotonic() - self._started
        assert self.elapsed < self._limit


def resolve_many_localhost(monkeypatch, addresses):
    """Make ``many.localhost`` resolve to pairs of host and port, in this order."""
    lookup = socket.getaddrinfo
    results = [(socket.AF_INET, socket.SOCK_STREAM, 6, '', address) for address in addresses]
    monkeypatch.setattr(socket, 'getaddrinfo', lambda name, *args, **kwargs: (
        results if name == 'many.localhost' else lookup(name, *args, **kwargs)))


@pytest.mark.parametrize('fault', sorted(SLOW_RESPONSES))
def test_total_timeout_bounds_get(connect, fault):
    with ScriptedServer(SLOW_RESPONSES[fault]) as server:
        with Stopwatch(TIMEOUT) as stopwatch, pytest.raises(TimeoutException) as caught:
            connect(server.url).user_self(_request_timeout=TIMEOUT)
    assert stopwatch.elapsed > TIMEOUT * 0.9
    assert len(server.requests) == 1
    # 200 where the headers had arrived before the deadline.
    assert caught.value.status in (0, 200)
    assert 'timeout' in str(caught.value)


@pytest.mark.parametrize('fault', ['no response', 'trickling body'])
def test_timed_out_post_is_bounded_and_sent_once(connect, fault):
    with ScriptedServer(SLOW_RESPONSES[fault]) as server:
        with Stopwatch(TIMEOUT), pytest.raises(TimeoutException):
            connect(server.url).user_tokens_create(_request_timeout=TIMEOUT)
    assert len(server.requests) == 1


@pytest.mark.skipif(not hasattr(signal, 'setitimer'), reason='this system has no timer signals')
def test_call_in_signal_handler_keeps_deadline_of_outer_call(connect):
    slow = trickling(LONG_RESPONSE_HEADERS + b' ' * 500)
    with ScriptedServer(json_response('{"name": "Ada"}')) as quick, ScriptedServer(slow) as server:
        inner, seen = connect(quick.url), []
        before = signal.signal(signal.SIGALRM, lambda *_: seen.append(inner.user_self(_request_timeout=5).name))
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        try:
            with Stopwatch(TIMEOUT), pytest.raises(TimeoutException):
                connect(server.url, retries=0).user_self(_request_timeout=TIMEOUT)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        assert seen == ['Ada']


def test_configuration_timeout_number_bounds_call(connect):
    with ScriptedServer(silent()) as server:
        with Stopwatch(TIMEOUT), pytest.raises(TimeoutException):
            connect(server.url, timeout=TIMEOUT).user_self()


def test_total_timeout_bounds_async_call(connect):
    with ScriptedServer(trickling(http_response(200, BODY))) as server:
        with Stopwatch(TIMEOUT), pytest.raises(TimeoutException):
            connect(server.url).user_self(_request_timeout=TIMEOUT, async_req=True).get(5)


def test_timed_out_call_does_not_shorten_next_call(connect):
    script = json_response('{"name": "Ada"}'), trickling(http_response(200, BODY)), json_response('{}')
    with ScriptedServer(*script) as server:
        api = connect(server.url)
        api.user_self(_request_timeout=TIMEOUT)
        with pytest.raises(TimeoutException):
            api.user_self(_request_timeout=TIMEOUT)
        assert api.user_self(_request_timeout=5).name is None


@pytest.mark.parametrize('addresses', [1, 16])
def test_total_timeout_is_shared_by_all_dead_addresses(connect, monkeypatch, addresses):
    with dead_address() as (host, port):
        resolve_many_localhost(monkeypatch, [(host, port)] * addresses)
        with Stopwatch(TIMEOUT) as stopwatch, pytest.raises(TimeoutException) as caught:
            connect('http://many.localhost:%d/v1' % port).user_self(_request_timeout=TIMEOUT)
    assert stopwatch.elapsed > TIMEOUT * 0.9
    assert 'Could not connect before the timeout' in str(caught.value)


def test_connect_timeout_is_shared_by_all_dead_addresses(connect, monkeypatch):
    with dead_address() as (host, port):
        resolve_many_localhost(monkeypatch, [(host, port)] * 16)
        with Stopwatch(TIMEOUT), pytest.raises(TimeoutException):
            connect('http://many.localhost:%d/v1' % port, retries=0).user_self(_request_timeout=(TIMEOUT, 30))


def test_next_address_is_tried_after_refused_one(connect, monkeypatch):
    with ScriptedServer(json_response('{"name": "Ada"}')) as server:
        resolve_many_localhost(monkeypatch, [(host, server.port) for host in ('127.9.9.9', '127.0.0.1')])
        api = connect('http://many.localhost:%d/v1' % server.port)
        assert api.user_self(_request_timeout=5).name == 'Ada'


@pytest.mark.parametrize('timeout', [1.6, (1.6, 30)])
def test_dead_address_leaves_time_for_the_next(connect, monkeypatch, timeout):
    with ScriptedServer(json_response('{"name": "Ada"}')) as server:
        with dead_address('127.0.0.2', server.port) as dead:
            resolve_many_localhost(monkeypatch, [dead, ('127.0.0.1', server.port)])
            api = connect('http://many.localhost:%d/v1' % server.port, retries=0)
            assert api.user_self(_request_timeout=timeout).name == 'Ada'


def test_total_timeout_bounds_tls_handshake(connect, authority):
    with unresponsive_port() as port:
        with Stopwatch(TIMEOUT), pytest.raises(TimeoutException) as caught:
            connect('https://127.0.0.1:%d/v1' % port, ssl_ca_cert=authority.path).user_self(_request_timeout=TIMEOUT)
    assert caught.value.hint.startswith('There was no response to the TLS handshake: check scheme and port')


def test_connect_timeout_bounds_tls_handshake(connect, authority):
    with unresponsive_port() as port:
        with Stopwatch(TIMEOUT), pytest.raises(TimeoutException):
            connect('https://127.0.0.1:%d/v1' % port, retries=0, ssl_ca_cert=authority.path).user_self(
                _request_timeout=(TIMEOUT, 30))


def test_timeout_pair_does_not_bound_whole_call(connect):
    with ScriptedServer(trickling(json_response('{"name": "Ada"}'), 0.01)) as server:
        assert connect(server.url).user_self(_request_timeout=(5, 0.5)).name == 'Ada'


def test_read_timeout_bounds_each_read(connect):
    with ScriptedServer(silent()) as server:
        with Stopwatch(TIMEOUT), pytest.raises(TimeoutException):
            connect(server.url, retries=0).user_self(_request_timeout=(5, TIMEOUT))


def test_total_timeout_includes_retries_and_backoff(connect, monkeypatch):
    monkeypatch.setattr(ApiRetry, 'BACKOFF_BASE', 0.2)
    with ScriptedServer(http_response(503)) as server:
        with Stopwatch(TIMEOUT), pytest.raises(ServiceException):
            connect(server.url, retries=100).user_self(_request_timeout=TIMEOUT)
    assert len(server.requests) < 50


def test_get_timing_out_in_retry_raises_previous_response(connect, monkeypatch):
    monkeypatch.setattr(ApiRetry, 'BACKOFF_BASE', 0.0)
    with ScriptedServer(json_response('{"detail": "Down."}', 503), silent()) as server:
        with Stopwatch(TIMEOUT), pytest.raises(ServiceException) as caught:
            connect(server.url).user_self(_request_timeout=TIMEOUT)
    assert caught.value.detail == 'Down.'
    assert len(server.requests) == 2


def test_post_timing_out_in_retry_raises_timeout_exception(connect, monkeypatch):
    monkeypatch.setattr(ApiRetry, 'BACKOFF_BASE', 0.0)
    with ScriptedServer(http_response(429), silent()) as server:
        with Stopwatch(TIMEOUT), pytest.raises(TimeoutException):
            connect(server.url).user_tokens_create(_request_timeout=TIMEOUT)
    assert len(server.requests) == 2


def test_retry_delay_beyond_deadline_raises_at_once(connect):
    with ScriptedServer(http_response(429, headers=[('Retry-After', '5')])) as server:
        with Stopwatch(0), pytest.raises(TooManyRequestsException):
            connect(server.url).user_self(_request_timeout=3)
    assert len(server.requests) == 1


def test_total_timeout_bounds_refused_connection_attempts(connect, monkeypatch):
    monkeypatch.setattr(ApiRetry, 'BACKOFF_BASE', 0.1)
    with Stopwatch(TIMEOUT), pytest.raises(ConnectionException):
        connect('http://127.0.0.1:%d' % closed_port(), retries=1000).user_self(_request_timeout=TIMEOUT)


def test_total_timeout_bounds_trickling_connect_response(connect, authority):
    with ScriptedServer(trickling(b'HTTP/1.1 200 Connection ' + b'e' * 500)) as proxy:
        with Stopwatch(TIMEOUT), pytest.raises(TimeoutException):
            connect('https://service.localhost/v1', proxy=proxy.origin, ssl_ca_cert=authority.path).user_self(
                _request_timeout=TIMEOUT)
    assert proxy.requests[0].method == 'CONNECT'


@pytest.mark.skipif(six.PY2, reason='urllib3 has no TLS in TLS on Python 2.7')
def test_total_timeout_bounds_trickling_tls_through_proxy(connect, authority):
    # The start of a long handshake record (RFC 8446 section 5.1).
    trickle = trickling(b'\x16\x03\x03\x3f\xff' + b'\x02' * 2000)
    with ScriptedServer(lambda connection: connection.sendall(STATUS_LINE + b'\r\n') or trickle(connection),
                        tls=authority.server_context()) as proxy:
        api = connect('https://service.localhost/v1', proxy=proxy.origin, ssl_ca_cert=authority.path, retries=0)
        with Stopwatch(TIMEOUT), pytest.raises(TimeoutException):
            api.user_self(_request_timeout=TIMEOUT)
    assert proxy.requests[0].method == 'CONNECT'


def test_total_timeout_bounds_endless_connect_headers(connect, authority):
    with ScriptedServer(repeating(b'HTTP/1.1 200 Connection established\r\n', b'X-Name: value\r\n', 0.02)) as proxy:
        with Stopwatch(TIMEOUT), pytest.raises(TimeoutException):
            connect('https://service.localhost/v1', proxy=proxy.origin, ssl_ca_cert=authority.path).user_self(
                _request_timeout=TIMEOUT)


def test_total_timeout_bounds_unreachable_proxy(connect):
    with dead_address() as (host, port):
        api = connect('http://service.localhost/v1', proxy='http://%s:%d' % (host, port))
        with Stopwatch(TIMEOUT), pytest.raises(TimeoutException):
            api.user_self(_request_timeout=TIMEOUT)


@pytest.mark.parametrize('timeout', [TIMEOUT, (5, TIMEOUT)])
def test_timeout_bounds_wait_for_free_connection(connect, timeout):
    with ScriptedServer(silent(5)) as server:
        api = connect(server.url, connection_pool_maxsize=1, retries=0)
        other = api.user_self(async_req=True)
        while not server.requests:
            threading.Event().wait(0.01)
        with Stopwatch(TIMEOUT), pytest.raises(TimeoutException) as caught:
            api.user_self(_request_timeout=timeout)
        assert 'All connections of this client are in use' in str(caught.value)
        server.stop()
        with pytest.raises(ConnectionException):
            other.get(10)


@pytest.mark.parametrize('timeout', [TIMEOUT, (TIMEOUT, 30)])
def test_timeout_bounds_sending_to_service_that_never_reads(connect, timeout):
    with unresponsive_port() as port:
        with Stopwatch(TIMEOUT), pytest.raises(TimeoutException):
            send_long_body(connect('http://127.0.0.1:%d' % port, retries=0), timeout)


def test_total_timeout_bounds_sending_to_slow_reader(connect):
    with SlowReader() as server:
        with Stopwatch(TIMEOUT), pytest.raises(TimeoutException):
            send_long_body(connect(server.url, retries=0), TIMEOUT)


def test_long_body_is_sent_whole(connect):
    body = 'x' * 1000003
    with ScriptedServer(json_response('{}')) as server:
        connect(server.url).api_client.call_api('/upload/', 'POST', body=body, _request_timeout=20)
    assert server.requests[0].body == b'"' + body.encode('ascii') + b'"'


def test_deadline_holds_while_caller_reads_response(connect):
    trickle = trickling(b' ' * 100)
    with ScriptedServer(lambda connection: connection.sendall(LONG_RESPONSE_HEADERS) or trickle(connection)) as server:
        with Stopwatch(TIMEOUT):
            response = connect(server.url).user_self(_request_timeout=TIMEOUT, _preload_content=False)
            with pytest.raises(HTTPError):
                response.read()


def send_long_body(api, timeout):
    """Send a body much larger than all socket buffers on the way."""
    api.api_client.call_api('/upload/', 'POST', body='x' * 20000000, _request_timeout=timeout)


@contextlib.contextmanager
def unresponsive_port():
    """Yield a port whose connections the kernel accepts, but on which nothing is read or sent."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(('127.0.0.1', 0))
    listener.listen(16)
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


class SlowReader(ScriptedServer):
    """A server that reads requests slowly, and never responds."""

    def _serve(self, connection):
        try:
            while not self.stopping.wait(0.05) and connection.recv(65536):
                continue
        except (OSError, socket.error):
            return  # stop() has closed it.
        finally:
            connection.close()
