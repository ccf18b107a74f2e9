# -*- coding: utf-8 -*-
"""Rate limits: parsing ``X-RateLimit-*`` and ``Retry-After``, and spacing calls with ``configuration.pace``."""

import pickle
import threading
import time
from datetime import datetime, timedelta
from email.utils import formatdate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from servers import ScriptedServer, json_response, silent
from urllib3._collections import HTTPHeaderDict

from cloudsmith_api import TimeoutException, TooManyRequestsException, rate_limit
from cloudsmith_api.rate_limit import UTC, Pacer, RateLimit, retry_after_seconds

HEADERS = {'X-RateLimit-Limit': '4000', 'X-RateLimit-Remaining': '3999', 'X-RateLimit-Reset': '1700000000',
           'X-RateLimit-Interval': '0.9'}
WINDOW_END = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
RFC_DATE = 784111777.0  # Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110 section 5.6.7


def limit_of(interval):
    return RateLimit(limit=None, remaining=None, reset=None, interval=interval)


def response_with(interval):
    return json_response('{}', headers=[('X-RateLimit-Interval', str(interval))])


def durations_of(calls):
    """Make the calls one after another, and return the seconds that each took."""
    durations = []
    for call in calls:
        started = time.time()
        call()
        durations.append(time.time() - started)
    return durations


# RateLimit.from_headers

def test_rate_limit_is_parsed_from_its_four_headers():
    assert RateLimit.from_headers(HEADERS) == RateLimit(limit=4000, remaining=3999, reset=WINDOW_END, interval=0.9)


@pytest.mark.parametrize('headers', [
    HTTPHeaderDict(HEADERS),
    {name.lower(): value for name, value in HEADERS.items()},
    [(name.upper(), value) for name, value in HEADERS.items()],
])
def test_rate_limit_accepts_headers_of_any_type_and_case(headers):
    assert RateLimit.from_headers(headers).remaining == 3999


@pytest.mark.parametrize('headers', [{}, [], None, HTTPHeaderDict()])
def test_rate_limit_without_headers_is_all_none(headers):
    assert RateLimit.from_headers(headers) == (None, None, None, None)


@pytest.mark.parametrize('text', ['', 'many', '-1', '1.5', 'nan', 'inf', None, [], u'\xb2'])
def test_rate_limit_with_invalid_count_is_none(text):
    assert RateLimit.from_headers({'X-RateLimit-Limit': text}).limit is None


@pytest.mark.parametrize('text', ['', 'soon', '-1', 'nan', 'inf', '-inf', '1e999', None])
def test_rate_limit_with_invalid_interval_is_none(text):
    assert RateLimit.from_headers({'X-RateLimit-Interval': text}).interval is None


def test_rate_limit_with_no_requests_left_is_zero():
    assert RateLimit.from_headers({'X-RateLimit-Remaining': '0'}).remaining == 0


def test_rate_limit_reset_is_an_aware_utc_datetime():
    assert RateLimit.from_headers(HEADERS).reset.utcoffset() == timedelta(0)


@pytest.mark.parametrize('text', ['9' * 30, '9' * 400, 'soon', '-1', None])
def test_rate_limit_with_invalid_reset_is_none(text):
    assert RateLimit.from_headers({'X-RateLimit-Reset': text}).reset is None


def test_rate_limit_can_be_pickled():
    limit = RateLimit.from_headers(HEADERS)
    assert [pickle.loads(pickle.dumps(limit, protocol)) for protocol in range(3)] == [limit] * 3


# retry_after_seconds

@pytest.mark.parametrize('value, seconds', [('3304', 3304), ('0', 0), (' 12 ', 12), (u'7', 7), (5, 5)])
def test_retry_after_in_seconds_is_parsed(value, seconds):
    assert retry_after_seconds(value) == seconds


@pytest.mark.parametrize('skew', [-7200, 0, 7200])
def test_retry_after_date_counts_from_the_date_of_the_response(skew):
    date, end = formatdate(RFC_DATE + skew, usegmt=True), formatdate(RFC_DATE + skew + 3, usegmt=True)
    assert retry_after_seconds(end, date, now=lambda: RFC_DATE) == 3


@pytest.mark.parametrize('date', [None, '', 'yesterday', b'\xff'])
def test_retry_after_date_counts_from_now_without_a_valid_date(date):
    assert retry_after_seconds(formatdate(RFC_DATE, usegmt=True), date, now=lambda: RFC_DATE - 3) == 3


@pytest.mark.parametrize('value', [
    'Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994',
    'Sun, 06 Nov 1994 09:49:37 +0100',
])
def test_retry_after_date_is_parsed_in_every_format(value):
    assert retry_after_seconds(value, now=lambda: RFC_DATE - 90) == 90


@pytest.mark.skipif(not hasattr(time, 'tzset'), reason='this platform cannot change its time zone')
def test_retry_after_date_without_zone_is_utc_not_local_time(monkeypatch):
    monkeypatch.setenv('TZ', 'XXX-5')
    time.tzset()
    try:
        assert retry_after_seconds('Sun Nov  6 08:49:37 1994', now=lambda: RFC_DATE - 90) == 90
    finally:
        monkeypatch.undo()
        time.tzset()


def test_retry_after_date_counts_from_a_replaced_clock(monkeypatch):
    monkeypatch.setattr(time, 'time', lambda: RFC_DATE - 90)
    assert retry_after_seconds('Sun, 06 Nov 1994 08:49:37 GMT') == 90


def test_retry_after_date_in_the_past_is_zero():
    assert retry_after_seconds('Sun, 06 Nov 1994 08:49:37 GMT') == 0


@pytest.mark.parametrize('value', [
    None, '', ' ', 'soon', '-5', '1.5', 'nan', u'\xb2', '9' * 400, 'Sun, 06 Nov', b'\xff', [], True,
    'Sun, 06 Nov 99999999999999999999 08:49:37 GMT', 'Sun, 99 Foo 1994 08:49:37 GMT',
])
def test_retry_after_that_cannot_be_parsed_is_none(value):
    assert retry_after_seconds(value) is None


@settings(deadline=None)
@given(st.one_of(st.text(), st.text(st.sampled_from(u'0123456789:,-+ SunNovGMT'), max_size=40), st.integers()))
def test_retry_after_of_any_value_is_finite_or_none(value):
    seconds = retry_after_seconds(value)
    assert seconds is None or 0 <= seconds < float('inf')


# Pacer

def test_pacer_lets_the_first_call_go_at_once():
    assert Pacer().acquire(100) == 0


def test_pacer_without_an_interval_does_not_delay():
    pacer = Pacer()
    assert [pacer.acquire(100) for _ in range(3)] == [0, 0, 0]


def test_pacer_spaces_calls_by_the_interval():
    pacer = Pacer()
    pacer.update(limit_of(interval=10.0))
    waits = [pacer.acquire(100) for _ in range(3)]
    assert waits[0] == 0
    assert waits[1] == pytest.approx(10, abs=0.5)
    assert waits[2] == pytest.approx(20, abs=0.5)


def test_pacer_reserves_no_slot_beyond_max_wait():
    pacer = Pacer()
    pacer.update(limit_of(interval=10.0))
    pacer.acquire(100)
    assert pacer.acquire(max_wait=1) is None
    assert pacer.acquire(100) == pytest.approx(10, abs=0.5)


def test_pacer_reserves_each_slot_for_one_thread(monkeypatch):
    monkeypatch.setattr(rate_limit, 'monotonic', lambda: 1000.0)
    pacer = Pacer()
    pacer.update(limit_of(interval=1.0))
    waits = []
    threads = [threading.Thread(target=lambda: waits.extend(pacer.acquire(1e9) for _ in range(500))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waits) == [float(number) for number in range(4000)]


def test_pacer_may_be_used_in_a_signal_handler(monkeypatch):
    pacer = Pacer()
    pacer.update(limit_of(interval=1.0))
    waits = []

    def interrupted_clock():
        # As if the signal arrived here, while the slot is being reserved.
        if len(waits) < 3:
            waits.append(None)
            waits.append(pacer.acquire(1e9))
        return 1000.0

    monkeypatch.setattr(rate_limit, 'monotonic', interrupted_clock)
    waits.append(pacer.acquire(1e9))
    assert sorted(wait for wait in waits if wait is not None) == [0.0, 1.0, 2.0, 3.0]


def test_pacer_accepts_a_wait_equal_to_max_wait():
    assert Pacer().acquire(max_wait=0) == 0


def test_pacer_keeps_its_interval_when_an_update_has_none():
    pacer = Pacer()
    pacer.update(limit_of(interval=10.0))
    pacer.update(limit_of(interval=None))
    pacer.acquire(100)
    assert pacer.acquire(100) > 9


def test_pacer_caps_the_interval_at_one_hour():
    pacer = Pacer()
    pacer.update(limit_of(interval=86400.0))
    assert pacer.acquire(1) == 0
    assert pacer.acquire(3500) is None
    assert pacer.acquire(3601) == pytest.approx(3600, abs=0.5)


# configuration.pace

def test_calls_with_pace_are_spaced_by_the_interval(connect):
    with ScriptedServer(response_with(interval=0.3)) as server:
        started = time.time()
        durations_of([connect(server.url, pace=True).user_self] * 3)
    assert time.time() - started >= 0.6


def test_calls_without_pace_are_not_delayed(connect):
    with ScriptedServer(response_with(interval=5)) as server:
        assert max(durations_of([connect(server.url).user_self] * 3)) < 2


def test_calls_with_pace_are_spaced_across_threads(connect):
    with ScriptedServer(response_with(interval=0.2)) as server:
        api = connect(server.url, pace=True)
        api.user_self()
        started = time.time()
        threads = [threading.Thread(target=api.user_self) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert time.time() - started >= 0.5


@pytest.mark.parametrize('configured, options', [({'timeout': 0.5}, {}), ({}, {'_request_timeout': 0.5})])
def test_pacing_delay_beyond_a_total_timeout_raises_at_once(connect, configured, options):
    with ScriptedServer(response_with(interval=30)) as server:
        api = connect(server.url, pace=True, **configured)
        api.user_self()
        started = time.time()
        with pytest.raises(TimeoutException, match='rate limit'):
            api.user_self(**options)
        assert time.time() - started < 0.4
        assert len(server.requests) == 1


@pytest.mark.parametrize('interval', [3600, 1e300])
def test_pacing_delay_beyond_max_retry_after_raises_at_once(connect, interval):
    with ScriptedServer(response_with(interval)) as server:
        api = connect(server.url, pace=True)
        api.user_self()
        with pytest.raises(TimeoutException, match='rate limit') as raised:
            api.user_self()
    assert (raised.value.status, raised.value.request_sent) == (0, False)


def test_pacing_delay_that_uses_up_the_timeout_raises_timeout(connect, monkeypatch):
    with ScriptedServer(silent()) as server:
        api = connect(server.url, pace=True)
        monkeypatch.setattr(api.api_client._pacer, 'acquire', lambda max_wait: max_wait)
        with pytest.raises(TimeoutException):
            api.user_self(_request_timeout=0.1)


def test_pacing_delay_counts_towards_the_total_timeout(connect):
    def late(connection):
        time.sleep(0.6)
        connection.sendall(response_with(interval=0.3))

    with ScriptedServer(response_with(interval=0.3), late) as server:
        api = connect(server.url, pace=True, retries=0)
        api.user_self()
        started = time.time()
        with pytest.raises(TimeoutException):
            api.user_self(_request_timeout=0.6)
        assert time.time() - started < 1.1


# ApiClient.rate_limit

def test_client_rate_limit_is_from_the_last_response(api, client):
    assert client.rate_limit is None
    api.user_self()
    before = client.rate_limit
    api.user_self()
    assert client.rate_limit.remaining == before.remaining - 1
    assert client.rate_limit.limit == before.limit


def test_client_rate_limit_is_updated_by_an_error_response(api, client, sandbox):
    sandbox.fail_next(status=429, headers={'X-RateLimit-Remaining': 0, 'Retry-After': 3304})
    with pytest.raises(TooManyRequestsException) as raised:
        api.user_self()
    assert client.rate_limit == raised.value.rate_limit
    assert client.rate_limit.remaining == 0


def test_client_rate_limit_is_kept_when_there_is_no_response(api, client, sandbox, configuration):
    api.user_self()
    before = client.rate_limit
    configuration.retries = 0
    sandbox.fail_next(truncate='before')
    with pytest.raises(Exception):  # noqa: B017 (the tests in faults/ check which exception it is)
        api.user_self()
    assert client.rate_limit == before


def test_client_rate_limit_is_updated_by_a_streamed_response(api, client):
    response = api.user_self(_preload_content=False)
    response.read()
    assert client.rate_limit.limit == 100000
