"""Tools that fake the date affect dates in responses, but no deadline."""

import datetime
from unittest import mock

import pytest
from freezegun import freeze_time
from servers import ScriptedServer, json_response, trickling

from cloudsmith_api import TimeoutException, TooManyRequestsException
from cloudsmith_api.rate_limit import Pacer, RateLimit

MOMENT = datetime.datetime(2031, 5, 6, 7, 8, 9)
#: 90 seconds later.
LATER = 'Tue, 06 May 2031 07:09:39 GMT'
LIMITED = json_response('{"detail": "Slow down."}', 429, [('Retry-After', LATER)])


def retry_after(connect):
    """Return the delay that a response's ``Retry-After`` asks for."""
    with ScriptedServer(LIMITED) as server, pytest.raises(TooManyRequestsException) as raised:
        connect(server.url, max_retry_after=60).user_self()
    assert len(server.requests) == 1
    return raised.value.retry_after


def test_freezegun_moves_a_retry_after_date(connect):
    with freeze_time(MOMENT):
        assert retry_after(connect) == 90


def test_patched_time_moves_a_retry_after_date(connect):
    seconds = MOMENT.replace(tzinfo=datetime.timezone.utc).timestamp()
    with mock.patch('time.time', return_value=seconds + 20):
        assert retry_after(connect) == 70


def test_freezegun_leaves_deadlines_alone(connect):
    with ScriptedServer(json_response('{"name": "Ada"}'), trickling(json_response('{"name": "Ada"}'))) as server:
        with freeze_time(MOMENT):
            api = connect(server.url, retries=0)
            assert api.user_self(_request_timeout=30).name == 'Ada'
            with pytest.raises(TimeoutException):
                api.user_self(_request_timeout=0.5)


def test_freezegun_leaves_pacing_alone():
    pacer = Pacer()
    pacer.update(RateLimit(None, None, None, 5.0))
    with freeze_time(MOMENT):
        assert pacer.acquire(10) == 0
    assert 4 < pacer.acquire(10) <= 5
