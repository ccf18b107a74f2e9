# -*- coding: utf-8 -*-
"""The rate limit's headers, read from whatever a service or a proxy may put there."""

import pickle
import time
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from urllib3._collections import HTTPHeaderDict

from cloudsmith_api.rate_limit import UTC, RateLimit, retry_after_seconds

HEADERS = {'X-RateLimit-Limit': '4000', 'X-RateLimit-Remaining': '3999', 'X-RateLimit-Reset': '1700000000',
           'X-RateLimit-Interval': '0.9'}
WINDOW_END = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
NINETIES = 784111777.0  # Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110 section 5.6.7


def test_the_four_headers_are_read():
    assert RateLimit.from_headers(HEADERS) == RateLimit(limit=4000, remaining=3999, reset=WINDOW_END, interval=0.9)


@pytest.mark.parametrize('headers', [
    HTTPHeaderDict(HEADERS),
    {name.lower(): value for name, value in HEADERS.items()},
    [(name.upper(), value) for name, value in HEADERS.items()],
])
def test_the_headers_may_come_in_any_form_and_spelling(headers):
    assert RateLimit.from_headers(headers).remaining == 3999


@pytest.mark.parametrize('headers', [{}, [], None, HTTPHeaderDict()])
def test_without_headers_nothing_is_known(headers):
    assert RateLimit.from_headers(headers) == (None, None, None, None)


@pytest.mark.parametrize('text', ['', 'many', '-1', '1.5', 'nan', 'inf', None, [], u'\xb2'])
def test_a_count_that_is_none_is_unknown(text):
    assert RateLimit.from_headers({'X-RateLimit-Limit': text}).limit is None


@pytest.mark.parametrize('text', ['', 'soon', '-1', 'nan', 'inf', '-inf', '1e999', None])
def test_an_interval_that_is_none_is_unknown(text):
    assert RateLimit.from_headers({'X-RateLimit-Interval': text}).interval is None


def test_no_requests_left_is_a_count():
    assert RateLimit.from_headers({'X-RateLimit-Remaining': '0'}).remaining == 0


def test_the_end_of_the_window_is_aware_and_in_utc():
    assert RateLimit.from_headers(HEADERS).reset.utcoffset() == timedelta(0)


@pytest.mark.parametrize('text', ['9' * 30, '9' * 400, 'soon', '-1', None])
def test_an_end_that_no_calendar_has_is_unknown(text):
    assert RateLimit.from_headers({'X-RateLimit-Reset': text}).reset is None


def test_a_rate_limit_survives_pickling():
    limit = RateLimit.from_headers(HEADERS)
    assert [pickle.loads(pickle.dumps(limit, protocol)) for protocol in range(3)] == [limit] * 3


@pytest.mark.parametrize('value, seconds', [('3304', 3304), ('0', 0), (' 12 ', 12), (u'7', 7), (5, 5)])
def test_a_number_of_seconds_is_read(value, seconds):
    assert retry_after_seconds(value) == seconds


@pytest.mark.parametrize('value', [
    'Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994',
    'Sun, 06 Nov 1994 09:49:37 +0100',
])
def test_each_form_of_a_date_is_read(value):
    assert retry_after_seconds(value, now=lambda: NINETIES - 90) == 90


@pytest.mark.skipif(not hasattr(time, 'tzset'), reason='this platform cannot change its zone')
def test_a_date_without_a_zone_is_utc_wherever_the_program_runs(monkeypatch):
    monkeypatch.setenv('TZ', 'XXX-5')
    time.tzset()
    try:
        assert retry_after_seconds('Sun Nov  6 08:49:37 1994', now=lambda: NINETIES - 90) == 90
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_date_gone_by_asks_for_no_wait():
    assert retry_after_seconds('Sun, 06 Nov 1994 08:49:37 GMT') == 0


@pytest.mark.parametrize('value', [
    None, '', ' ', 'soon', '-5', '1.5', 'nan', u'\xb2', '9' * 400, 'Sun, 06 Nov', b'\xff', [], True,
    'Sun, 06 Nov 99999999999999999999 08:49:37 GMT', 'Sun, 99 Foo 1994 08:49:37 GMT',
])
def test_what_cannot_be_read_is_unknown(value):
    assert retry_after_seconds(value) is None


@settings(deadline=None)
@given(st.one_of(st.text(), st.text(st.sampled_from(u'0123456789:,-+ SunNovGMT'), max_size=40), st.integers()))
def test_anything_is_a_wait_or_unknown(value):
    seconds = retry_after_seconds(value)
    assert seconds is None or 0 <= seconds < float('inf')
