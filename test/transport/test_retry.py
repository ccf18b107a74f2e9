"""Which failures are retried, and the delay before each retry."""

import logging
import time
from email.utils import formatdate

import pytest
from servers import ScriptedServer, closed_port, http_response, json_response, reset, silent, truncated
from urllib3 import HTTPResponse, Retry

from cloudsmith_api import (
    ApiException,
    ConnectionException,
    InvalidResponseException,
    ServiceException,
    TimeoutException,
    TooManyRequestsException,
)
from cloudsmith_api._common.clock import monotonic
from cloudsmith_api._transport.retry import ApiRetry, retry_delay

DEFAULT_BACKOFF_BASE = ApiRetry.BACKOFF_BASE
METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']
GOOD = json_response('{}')
# Without Content-Length, the end of the connection ends the body.
RESPONSE_WITHOUT_LENGTH = b'HTTP/1.1 200 OK\r\nX-A: b\r\n\r\n'

# Name, script item, methods that are retried after it, and the exception raised in the end.
FAULTS = [
    ('reset before response', reset, ['GET'], ConnectionException),
    ('connection closed before response', truncated(b''), ['GET'], ConnectionException),
    ('truncated status line', truncated(b'HTTP/1.1 20'), ['GET'], ConnectionException),
    ('not HTTP', truncated(b'SSH-2.0-OpenSSH_9.6\r\n'), ['GET'], ConnectionException),
    ('500', http_response(500), ['GET'], ServiceException),
    ('501', http_response(501), [], ServiceException),
    ('502', http_response(502), ['GET'], ServiceException),
    ('503', http_response(503), ['GET'], ServiceException),
    ('504', http_response(504), ['GET'], ServiceException),
    ('429', http_response(429), METHODS, TooManyRequestsException),
    ('429 with Retry-After: 0', http_response(429, headers=[('Retry-After', '0')]), METHODS, TooManyRequestsException),
    ('429 with malformed Retry-After', http_response(429, headers=[('Retry-After', 'soon')]), METHODS,
     TooManyRequestsException),
    ('404', http_response(404), [], ApiException),
    ('408', http_response(408), [], ApiException),
    ('301', http_response(301, headers=[('Location', '/elsewhere')]), [], ApiException),
]
# The response to a HEAD request has no body to truncate.
BODY_FAULTS = [
    ('truncated body', truncated(b'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{'), ['GET'], ConnectionException),
    ('truncated chunk', truncated(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{'), ['GET'],
     ConnectionException),
    ('truncated error body', truncated(b'HTTP/1.1 404 No\r\nContent-Length: 9\r\n\r\n{'), ['GET'],
     ConnectionException),
    ('undecodable body', http_response(200, 'plain', [('Content-Encoding', 'gzip')]), [],
     InvalidResponseException),
]


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setattr(ApiRetry, 'BACKOFF_BASE', 0.001)


def send(api, method, **options):
    return api.api_client.call_api('/thing/', method, auth_settings=['apikey'], **options)


@pytest.mark.parametrize('method, fault, retried_methods, error', [
    pytest.param(method, fault, methods, error, id='%s %s' % (method, name))
    for method in METHODS for name, fault, methods, error in FAULTS + (BODY_FAULTS if method != 'HEAD' else [])
    if method in ('GET', 'POST', 'PUT', 'DELETE') or fault in (reset, FAULTS[9][1])
])
def test_fault_is_retried_for_listed_methods_only(connect, method, fault, retried_methods, error):
    with ScriptedServer(fault) as server:
        with pytest.raises(error) as caught:
            send(connect(server.url, retries=2), method)
    assert len(server.requests) == (3 if method in retried_methods else 1)
    assert str(caught.value).count('\n') == 0
    assert method in str(caught.value) and '/v1/thing/' in str(caught.value)


@pytest.mark.parametrize('method', ['GET', 'POST'])
@pytest.mark.parametrize('length', range(1, len(RESPONSE_WITHOUT_LENGTH)))
def test_truncated_status_line_or_headers_raise_connection_exception(connect, method, length):
    with ScriptedServer(truncated(RESPONSE_WITHOUT_LENGTH[:length])) as server:
        with pytest.raises(ConnectionException):
            connect(server.url, retries=2).api_client.call_api('/thing/', method)
    assert len(server.requests) == (3 if method == 'GET' else 1)


def test_response_ending_after_headers_is_complete(connect):
    with ScriptedServer(truncated(RESPONSE_WITHOUT_LENGTH)) as server:
        assert connect(server.url).api_client.call_api('/thing/', 'GET')[1] == 200
    assert len(server.requests) == 1


@pytest.mark.parametrize('method', METHODS)
def test_refused_connection_is_retried_for_any_method(connect, method, caplog):
    with pytest.raises(ConnectionException) as caught:
        send(connect('http://127.0.0.1:%d' % closed_port(), retries=2), method)
    assert len(retry_lines(caplog)) == 2
    assert 'Could not connect: ' in str(caught.value)


@pytest.mark.parametrize('method', METHODS)
@pytest.mark.parametrize('scheme', ['http', 'https'])
def test_refused_proxy_connection_is_retried_for_any_method(connect, method, scheme, caplog):
    api = connect(scheme + '://service.localhost/v1', proxy='http://127.0.0.1:%d' % closed_port(), retries=2)
    with pytest.raises(ConnectionException):
        send(api, method)
    assert len(retry_lines(caplog)) == 2


@pytest.mark.parametrize('method, requests', [('GET', 3), ('POST', 1), ('PUT', 1), ('DELETE', 1)])
def test_read_timeout_is_retried_only_for_get(connect, method, requests):
    with ScriptedServer(silent()) as server:
        with pytest.raises(TimeoutException):
            send(connect(server.url, retries=2), method, _request_timeout=(5, 0.3))
    assert len(server.requests) == requests


@pytest.mark.parametrize('fault', [fault for _, fault, methods, _ in FAULTS + BODY_FAULTS if methods])
def test_retry_succeeds_once_fault_is_over(connect, fault):
    with ScriptedServer(fault, fault, GOOD) as server:
        assert connect(server.url, retries=2).user_self().name is None
    assert len(server.requests) == 3


@pytest.mark.parametrize('fault', [fault for _, fault, _, _ in FAULTS + BODY_FAULTS])
def test_zero_retries_send_one_request(connect, fault):
    with ScriptedServer(fault, GOOD) as server:
        with pytest.raises(ApiException):
            send(connect(server.url, retries=0), 'GET')
    assert len(server.requests) == 1


def test_retry_sends_identical_request(connect):
    with ScriptedServer(http_response(429), GOOD) as server:
        connect(server.url).api_client.call_api('/x/', 'POST', query_params={'a': 'b'}, body={'c': 'd'})
    assert server.requests[0].raw == server.requests[1].raw


def test_retry_after_in_seconds_is_obeyed(connect):
    with ScriptedServer(http_response(429, headers=[('Retry-After', '1')]), GOOD) as server:
        started = monotonic()
        connect(server.url).user_self()
    assert 1 <= monotonic() - started < 2


def test_retry_after_date_is_obeyed(connect):
    with ScriptedServer(http_response(503, headers=[('Retry-After', formatdate(time.time() + 2))]), GOOD) as server:
        started = time.time()
        connect(server.url).user_self()
    assert int(started) + 2 <= time.time() < started + 3.5


@pytest.mark.parametrize('status', [429, 503])
@pytest.mark.parametrize('value', ['61', '3304', '9' * 30, '9' * 5000, formatdate(time.time() + 9999)])
def test_retry_after_beyond_maximum_raises_at_once(connect, caplog, status, value):
    with ScriptedServer(http_response(status, headers=[('Retry-After', value)])) as server:
        with pytest.raises(ApiException) as caught:
            connect(server.url).user_self()
    assert caught.value.status == status
    if len(value) < 5000:
        assert len(server.requests) == 1
        assert retry_lines(caplog) == []


@pytest.mark.parametrize('seconds, delay', [('9223372036', 9223372036), ('9223372037', None)])
def test_retry_delay_beyond_range_of_sleep_is_none(seconds, delay):
    assert retry_delay(ApiRetry(1, 10 ** 12), HTTPResponse(status=429, headers={'Retry-After': seconds})) == delay


def test_retry_after_equal_to_maximum_is_obeyed():
    response = HTTPResponse(status=429, headers={'Retry-After': '60'})
    assert retry_delay(ApiRetry(1, 60).increment('POST', '/', response), response) == 60


def test_max_retry_after_is_configurable(connect):
    with ScriptedServer(http_response(429, headers=[('Retry-After', '1')])) as server:
        with pytest.raises(TooManyRequestsException) as caught:
            connect(server.url, max_retry_after=0.5).user_self()
    assert len(server.requests) == 1
    assert caught.value.retry_after == 1


def test_max_retry_after_does_not_limit_backoff(connect):
    with ScriptedServer(http_response(503), GOOD) as server:
        connect(server.url, max_retry_after=0.5).user_self()
    assert len(server.requests) == 2


@pytest.mark.parametrize('value', ['soon', '-1', '', '1.5', 'Fri, 99 Zzz 2026 99:99:99 GMT', u'\xb2', 'NaN',
                                   u'Mon, 01 Jan 99999999999999999999 00:00:00 GMT', formatdate(0)])
def test_invalid_or_past_retry_after_is_ignored(connect, value):
    with ScriptedServer(http_response(429, headers=[('Retry-After', value)]), GOOD) as server:
        assert connect(server.url, retries=1).user_self() is not None
    assert len(server.requests) == 2


def test_retry_after_of_truncated_response_is_ignored(connect):
    fault = truncated(b'HTTP/1.1 503 No\r\nRetry-After: 3600\r\nContent-Length: 9\r\n\r\n{')
    with ScriptedServer(fault, GOOD) as server:
        started = monotonic()
        connect(server.url).user_self()
    assert monotonic() - started < 5
    assert len(server.requests) == 2


def test_retry_logs_one_line_with_reason_and_delay(connect, caplog, monkeypatch):
    slept = []
    monkeypatch.setattr(time, 'sleep', slept.append)
    throttled = http_response(429, headers=[('Retry-After', '1')])
    with ScriptedServer(http_response(503), truncated(b''), throttled, GOOD) as server:
        connect(server.url).user_self()
    lines = retry_lines(caplog)
    levels = [record.levelno for record in caplog.records if record.name == 'cloudsmith_api.rest']
    assert levels == [logging.WARNING] * 3
    assert lines[0] == 'GET %s/user/self/ failed (503); retrying in 0.0 s' % server.url
    assert 'The connection was lost' in lines[1]
    assert lines[2].endswith('failed (429); retrying in 1.0 s')
    assert slept[-1] == 1


def test_backoff_is_uniform_and_its_bound_doubles(monkeypatch):
    monkeypatch.setattr(ApiRetry, 'BACKOFF_BASE', DEFAULT_BACKOFF_BASE)
    for nth, bound in [(1, 1.0), (2, 2.0), (3, 4.0), (5, 16.0), (6, 30.0), (2000, 30.0)]:
        delays = [retry_delay(ApiRetry(3000, 60, history=('failed',) * nth)) for _ in range(2000)]
        assert 0 <= min(delays) < bound * 0.05
        assert bound * 0.98 < max(delays) <= bound
        assert bound * 0.45 < sum(delays) / len(delays) < bound * 0.55


def test_announced_retry_delay_is_slept(monkeypatch):
    slept = []
    monkeypatch.setattr(time, 'sleep', slept.append)
    retries = ApiRetry(3, 60).increment('GET', '/', HTTPResponse(status=503))
    announced = retry_delay(retries)
    retries.sleep()
    assert slept == [announced]


def test_urllib3_retry_is_used_as_is(connect):
    policy = Retry(1, status_forcelist=[418], allowed_methods=['POST'])
    with ScriptedServer(http_response(418)) as server:
        api = connect(server.url, retries=policy)
        with pytest.raises(ApiException):
            send(api, 'POST')
        assert len(server.requests) == 2
        with pytest.raises(ApiException):
            send(api, 'GET')
        assert len(server.requests) == 3
    assert policy.total == 1 and policy.history == ()


def test_urllib3_retry_can_ignore_retry_after(connect):
    policy = Retry(1, status_forcelist=[503], respect_retry_after_header=False)
    with ScriptedServer(http_response(503, headers=[('Retry-After', '30')])) as server:
        started = monotonic()
        with pytest.raises(ServiceException):
            connect(server.url, retries=policy).user_self()
    assert monotonic() - started < 5


def test_urllib3_retry_with_read_false_sends_one_request(connect):
    with ScriptedServer(truncated(b'')) as server:
        with pytest.raises(ConnectionException):
            connect(server.url, retries=Retry(5, read=False)).user_self()
    assert len(server.requests) == 1


@pytest.mark.parametrize('value', ['soon', '9' * 30, '9' * 5000, 'Mon, 01 Jan 99999 00:00:00 GMT',
                                   'Mon, 01 Jan 99999999999999999999 00:00:00 GMT'])
def test_urllib3_retry_survives_any_retry_after(connect, monkeypatch, value):
    slept = []
    monkeypatch.setattr(time, 'sleep', slept.append)
    with ScriptedServer(http_response(503, headers=[('Retry-After', value)])) as server:
        with pytest.raises(ServiceException):
            connect(server.url, retries=Retry(1, status_forcelist=[503])).user_self()
    assert all(seconds < 2 ** 33 for seconds in slept)


def test_retry_subclass_controls_retries_and_sleep(connect):
    calls = []

    class Policy(Retry):
        def increment(self, method=None, url=None, response=None, error=None, *args, **kwargs):
            calls.append((method, response is not None, error is not None))
            return super(Policy, self).increment(method, url, response, error, *args, **kwargs)

        def sleep(self, response=None):
            calls.append(response is not None and response.status)

    with ScriptedServer(http_response(503), truncated(b''), GOOD) as server:
        connect(server.url, retries=Policy(3, status_forcelist=[503], backoff_factor=100)).user_self()
    assert calls == [('GET', True, False), 503, ('GET', False, True), False]


def test_retry_subclass_receives_url_without_query(connect):
    urls = []

    class Policy(Retry):
        def increment(self, method=None, url=None, *args, **kwargs):
            urls.append(url)
            return super(Policy, self).increment(method, url, *args, **kwargs)

    with ScriptedServer(http_response(503), GOOD) as server:
        policy = Policy(3, status_forcelist=[503])
        send(connect(server.url, retries=policy), 'GET', query_params={'token': 'hunter22'})
    assert urls == [server.url + '/thing/']


def test_changed_settings_apply_to_next_call(connect):
    with ScriptedServer(http_response(503), http_response(503), http_response(503), silent()) as server:
        api = connect(server.url, retries=0)
        for retries, requests in ((0, 1), (1, 3)):
            api.api_client.configuration.retries = retries
            with pytest.raises(ServiceException):
                api.user_self()
            assert len(server.requests) == requests
        api.api_client.configuration.timeout = 0.3
        with pytest.raises(TimeoutException):
            api.user_self()


def test_increment_keeps_max_retry_after_and_history():
    retries = ApiRetry(3, 7).increment('GET', '/', HTTPResponse(status=503, headers={}))
    assert (retries.total, retries.max_retry_after, len(retries.history)) == (2, 7, 1)


def retry_lines(caplog):
    return [record.getMessage() for record in caplog.records
            if record.name == 'cloudsmith_api.rest' and 'retrying' in record.getMessage()]
