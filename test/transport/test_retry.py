"""When a call is tried again, and how long is waited before."""

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

USUAL_BASE = ApiRetry.BACKOFF_BASE
VERBS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']
GOOD = json_response('{}')
# Its body ends with the connection.
ANSWER_WITHOUT_LENGTH = b'HTTP/1.1 200 OK\r\nX-A: b\r\n\r\n'

# What goes wrong, which verbs are tried again after it, and which error it ends in where they are not.
FAULTS = [
    ('reset before an answer', reset, ['GET'], ConnectionException),
    ('end before an answer', truncated(b''), ['GET'], ConnectionException),
    ('cut in the status line', truncated(b'HTTP/1.1 20'), ['GET'], ConnectionException),
    ('no HTTP', truncated(b'SSH-2.0-OpenSSH_9.6\r\n'), ['GET'], ConnectionException),
    ('500', http_response(500), ['GET'], ServiceException),
    ('501', http_response(501), [], ServiceException),
    ('502', http_response(502), ['GET'], ServiceException),
    ('503', http_response(503), ['GET'], ServiceException),
    ('504', http_response(504), ['GET'], ServiceException),
    ('429', http_response(429), VERBS, TooManyRequestsException),
    ('429 with Retry-After: 0', http_response(429, headers=[('Retry-After', '0')]), VERBS, TooManyRequestsException),
    ('429 with malformed Retry-After', http_response(429, headers=[('Retry-After', 'soon')]), VERBS,
     TooManyRequestsException),
    ('404', http_response(404), [], ApiException),
    ('408', http_response(408), [], ApiException),
    ('301', http_response(301, headers=[('Location', '/elsewhere')]), [], ApiException),
]
# A HEAD request's answer has no body that could be cut.
BODY_FAULTS = [
    ('cut in the body', truncated(b'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{'), ['GET'], ConnectionException),
    ('cut in a chunk', truncated(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{'), ['GET'],
     ConnectionException),
    ('cut in the body of an error', truncated(b'HTTP/1.1 404 No\r\nContent-Length: 9\r\n\r\n{'), ['GET'],
     ConnectionException),
    ('not what its encoding says', http_response(200, 'plain', [('Content-Encoding', 'gzip')]), [],
     InvalidResponseException),
]


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setattr(ApiRetry, 'BACKOFF_BASE', 0.001)


def send(api, verb, **options):
    return api.api_client.call_api('/thing/', verb, auth_settings=['apikey'], **options)


@pytest.mark.parametrize('verb, fault, tried_again, error', [
    pytest.param(verb, fault, verbs, error, id='%s %s' % (verb, name))
    for verb in VERBS for name, fault, verbs, error in FAULTS + (BODY_FAULTS if verb != 'HEAD' else [])
    if verb in ('GET', 'POST', 'PUT', 'DELETE') or fault in (reset, FAULTS[9][1])
])
def test_what_is_tried_again_and_how_often(connect, verb, fault, tried_again, error):
    with ScriptedServer(fault) as server:
        with pytest.raises(error) as caught:
            send(connect(server.url, retries=2), verb)
    assert len(server.requests) == (3 if verb in tried_again else 1)
    assert str(caught.value).count('\n') == 0
    assert verb in str(caught.value) and '/v1/thing/' in str(caught.value)


@pytest.mark.parametrize('verb', ['GET', 'POST'])
@pytest.mark.parametrize('length', range(1, len(ANSWER_WITHOUT_LENGTH)))
def test_an_answer_that_is_cut_anywhere_in_its_head_is_lost(connect, verb, length):
    with ScriptedServer(truncated(ANSWER_WITHOUT_LENGTH[:length])) as server:
        with pytest.raises(ConnectionException):
            connect(server.url, retries=2).api_client.call_api('/thing/', verb)
    assert len(server.requests) == (3 if verb == 'GET' else 1)


def test_an_answer_that_ends_with_its_head_is_whole(connect):
    with ScriptedServer(truncated(ANSWER_WITHOUT_LENGTH)) as server:
        assert connect(server.url).api_client.call_api('/thing/', 'GET')[1] == 200
    assert len(server.requests) == 1


@pytest.mark.parametrize('verb', VERBS)
def test_a_connection_that_is_refused_is_tried_again_for_any_verb(connect, verb, caplog):
    with pytest.raises(ConnectionException) as caught:
        send(connect('http://127.0.0.1:%d' % closed_port(), retries=2), verb)
    assert len(retry_lines(caplog)) == 2
    assert 'Could not connect: ' in str(caught.value)


@pytest.mark.parametrize('verb', VERBS)
@pytest.mark.parametrize('scheme', ['http', 'https'])
def test_a_proxy_that_refuses_a_connection_is_tried_again_for_any_verb(connect, verb, scheme, caplog):
    with pytest.raises(ConnectionException):
        send(connect(scheme + '://service.localhost/v1', proxy='http://127.0.0.1:%d' % closed_port(), retries=2), verb)
    assert len(retry_lines(caplog)) == 2


@pytest.mark.parametrize('verb, requests', [('GET', 3), ('POST', 1), ('PUT', 1), ('DELETE', 1)])
def test_an_answer_that_does_not_come_in_time_is_asked_for_again_where_that_is_safe(connect, verb, requests):
    with ScriptedServer(silent()) as server:
        with pytest.raises(TimeoutException):
            send(connect(server.url, retries=2), verb, _request_timeout=(5, 0.1))
    assert len(server.requests) == requests


@pytest.mark.parametrize('fault', [fault for name, fault, verbs, _ in FAULTS + BODY_FAULTS if verbs])
def test_a_call_that_is_tried_again_succeeds_once_the_fault_is_over(connect, fault):
    with ScriptedServer(fault, fault, GOOD) as server:
        assert connect(server.url, retries=2).user_self().name is None
    assert len(server.requests) == 3


@pytest.mark.parametrize('fault', [fault for _, fault, _, _ in FAULTS + BODY_FAULTS])
def test_no_retries_means_one_request(connect, fault):
    with ScriptedServer(fault, GOOD) as server:
        with pytest.raises(ApiException):
            send(connect(server.url, retries=0), 'GET')
    assert len(server.requests) == 1


def test_the_same_request_is_sent_again(connect):
    with ScriptedServer(http_response(429), GOOD) as server:
        connect(server.url).api_client.call_api('/x/', 'POST', query_params={'a': 'b'}, body={'c': 'd'})
    assert server.requests[0].raw == server.requests[1].raw


def test_a_retry_after_in_seconds_is_waited_for(connect):
    with ScriptedServer(http_response(429, headers=[('Retry-After', '1')]), GOOD) as server:
        started = monotonic()
        connect(server.url).user_self()
    assert 1 <= monotonic() - started < 2


def test_a_retry_after_with_a_date_is_waited_for(connect):
    with ScriptedServer(http_response(503, headers=[('Retry-After', formatdate(time.time() + 2))]), GOOD) as server:
        started = time.time()
        connect(server.url).user_self()
    assert int(started) + 2 <= time.time() < started + 3.5


@pytest.mark.parametrize('status', [429, 503])
@pytest.mark.parametrize('value', ['61', '3304', '9' * 30, '9' * 5000, formatdate(time.time() + 9999)])
def test_a_retry_after_beyond_the_cap_is_not_waited_for(connect, caplog, status, value):
    with ScriptedServer(http_response(status, headers=[('Retry-After', value)])) as server:
        with pytest.raises(ApiException) as caught:
            connect(server.url).user_self()
    assert caught.value.status == status
    if len(value) < 5000:
        assert len(server.requests) == 1
        assert retry_lines(caplog) == []


@pytest.mark.parametrize('seconds, wait', [('9223372036', 9223372036), ('9223372037', None)])
def test_a_wait_is_no_longer_than_the_clock_can_count(seconds, wait):
    assert retry_delay(ApiRetry(1, 10 ** 12), HTTPResponse(status=429, headers={'Retry-After': seconds})) == wait


def test_a_retry_after_of_no_more_than_the_cap_is_obeyed():
    response = HTTPResponse(status=429, headers={'Retry-After': '60'})
    assert retry_delay(ApiRetry(1, 60).increment('POST', '/', response), response) == 60


def test_the_cap_can_be_set(connect):
    with ScriptedServer(http_response(429, headers=[('Retry-After', '1')])) as server:
        with pytest.raises(TooManyRequestsException) as caught:
            connect(server.url, max_retry_after=0.5).user_self()
    assert len(server.requests) == 1
    assert caught.value.retry_after == 1


def test_a_cap_of_less_than_a_second_is_no_cap_for_answers_that_ask_for_no_wait(connect):
    with ScriptedServer(http_response(503), GOOD) as server:
        connect(server.url, max_retry_after=0.5).user_self()
    assert len(server.requests) == 2


@pytest.mark.parametrize('value', ['soon', '-1', '', '1.5', 'Fri, 99 Zzz 2026 99:99:99 GMT', u'\xb2', 'NaN',
                                   u'Mon, 01 Jan 99999999999999999999 00:00:00 GMT', formatdate(0)])
def test_a_retry_after_that_cannot_be_read_or_is_past_counts_as_none(connect, value):
    with ScriptedServer(http_response(429, headers=[('Retry-After', value)]), GOOD) as server:
        assert connect(server.url, retries=1).user_self() is not None
    assert len(server.requests) == 2


def test_the_head_of_an_answer_that_broke_off_does_not_say_how_long_to_wait(connect):
    cut = truncated(b'HTTP/1.1 503 No\r\nRetry-After: 3600\r\nContent-Length: 9\r\n\r\n{')
    with ScriptedServer(cut, GOOD) as server:
        started = monotonic()
        connect(server.url).user_self()
    assert monotonic() - started < 5
    assert len(server.requests) == 2


def test_each_retry_is_one_line_that_says_why_and_how_long(connect, caplog):
    throttled = http_response(429, headers=[('Retry-After', '1')])
    with ScriptedServer(http_response(503), truncated(b''), throttled, GOOD) as server:
        connect(server.url).user_self()
    lines = retry_lines(caplog)
    levels = [record.levelno for record in caplog.records if record.name == 'cloudsmith_api.rest']
    assert levels == [logging.WARNING] * 3
    assert lines[0] == 'GET %s/user/self/ failed (503); retrying in 0.0 s' % server.url
    assert 'The connection broke off' in lines[1]
    assert lines[2].endswith('failed (429); retrying in 1.0 s')


def test_a_wait_is_drawn_evenly_up_to_a_bound_that_doubles(monkeypatch):
    monkeypatch.setattr(ApiRetry, 'BACKOFF_BASE', USUAL_BASE)
    for nth, bound in [(1, 1.0), (2, 2.0), (3, 4.0), (5, 16.0), (6, 30.0), (2000, 30.0)]:
        waits = [retry_delay(ApiRetry(3000, 60, history=('failed',) * nth)) for _ in range(2000)]
        assert 0 <= min(waits) < bound * 0.05
        assert bound * 0.98 < max(waits) <= bound
        assert bound * 0.45 < sum(waits) / len(waits) < bound * 0.55


def test_the_wait_that_is_announced_is_the_wait_that_is_made(monkeypatch):
    waits = []
    monkeypatch.setattr(time, 'sleep', waits.append)
    retries = ApiRetry(3, 60).increment('GET', '/', HTTPResponse(status=503))
    announced = retry_delay(retries)
    retries.sleep()
    assert waits == [announced]


def test_a_retry_of_urllib3_is_used_as_it_is(connect):
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


def test_a_retry_of_urllib3_that_forbids_waiting_for_retry_after_is_heeded(connect):
    policy = Retry(1, status_forcelist=[503], respect_retry_after_header=False)
    with ScriptedServer(http_response(503, headers=[('Retry-After', '30')])) as server:
        started = monotonic()
        with pytest.raises(ServiceException):
            connect(server.url, retries=policy).user_self()
    assert monotonic() - started < 5


def test_a_retry_that_does_not_retry_reads_raises_after_one_request(connect):
    with ScriptedServer(truncated(b'')) as server:
        with pytest.raises(ConnectionException):
            connect(server.url, retries=Retry(5, read=False)).user_self()
    assert len(server.requests) == 1


@pytest.mark.parametrize('value', ['soon', '9' * 30, '9' * 5000, 'Mon, 01 Jan 99999 00:00:00 GMT',
                                   'Mon, 01 Jan 99999999999999999999 00:00:00 GMT'])
def test_a_retry_of_urllib3_survives_any_retry_after(connect, monkeypatch, value):
    waits = []
    monkeypatch.setattr(time, 'sleep', waits.append)
    with ScriptedServer(http_response(503, headers=[('Retry-After', value)])) as server:
        with pytest.raises(ServiceException):
            connect(server.url, retries=Retry(1, status_forcelist=[503])).user_self()
    assert all(wait < 2 ** 33 for wait in waits)


def test_a_subclass_of_retry_decides_and_waits_as_it_likes(connect):
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


def test_a_subclass_of_retry_is_told_the_url_without_its_query(connect):
    told = []

    class Policy(Retry):
        def increment(self, method=None, url=None, *args, **kwargs):
            told.append(url)
            return super(Policy, self).increment(method, url, *args, **kwargs)

    with ScriptedServer(http_response(503), GOOD) as server:
        policy = Policy(3, status_forcelist=[503])
        send(connect(server.url, retries=policy), 'GET', query_params={'token': 'hunter22'})
    assert told == [server.url + '/thing/']


def test_settings_that_are_changed_count_for_the_next_call(connect):
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


def test_the_state_of_a_policy_is_handed_on(connect):
    retries = ApiRetry(3, 7).increment('GET', '/', HTTPResponse(status=503, headers={}))
    assert (retries.total, retries.max_retry_after, len(retries.history)) == (2, 7, 1)


def retry_lines(caplog):
    return [record.getMessage() for record in caplog.records
            if record.name == 'cloudsmith_api.rest' and 'retrying' in record.getMessage()]
