"""Calls keep as far apart as the service asks for, and no further."""

import threading
import time

import pytest
from servers import ScriptedServer, json_response, silent

from cloudsmith_api import RateLimit, TimeoutException, TooManyRequestsException
from cloudsmith_api.rate_limit import Pacer


def asking_for(interval, status=200):
    return json_response('{}', status, [('X-RateLimit-Interval', str(interval))])


def times_of(calls):
    """Make calls, and give the seconds that each took."""
    taken = []
    for call in calls:
        started = time.time()
        call()
        taken.append(time.time() - started)
    return taken


class TestPacer(object):
    """Moments as they are handed out."""

    def test_the_first_call_does_not_wait(self):
        assert Pacer().acquire(100) == 0

    def test_nothing_waits_before_the_service_asks_for_it(self):
        pacer = Pacer()
        assert [pacer.acquire(100) for _ in range(3)] == [0, 0, 0]

    def test_each_call_gets_a_moment_of_its_own(self):
        pacer = Pacer()
        pacer.update(RateLimit(None, None, None, 10.0))
        waits = [pacer.acquire(100) for _ in range(3)]
        assert waits[0] == 0
        assert waits[1] == pytest.approx(10, abs=0.5)
        assert waits[2] == pytest.approx(20, abs=0.5)

    def test_a_wait_that_is_too_long_takes_no_moment(self):
        pacer = Pacer()
        pacer.update(RateLimit(None, None, None, 10.0))
        pacer.acquire(100)
        assert pacer.acquire(max_wait=1) is None
        assert pacer.acquire(100) == pytest.approx(10, abs=0.5)

    def test_a_wait_of_no_more_than_is_allowed_is_made(self):
        assert Pacer().acquire(max_wait=0) == 0

    def test_an_answer_that_says_nothing_changes_nothing(self):
        pacer = Pacer()
        pacer.update(RateLimit(None, None, None, 10.0))
        pacer.update(RateLimit(None, None, None, None))
        pacer.acquire(100)
        assert pacer.acquire(100) > 9


def test_calls_with_pace_keep_apart(connect):
    with ScriptedServer(asking_for(0.3)) as server:
        started = time.time()
        times_of([connect(server.url, pace=True).user_self] * 3)
    assert time.time() - started >= 0.6


def test_calls_without_pace_do_not_wait(connect):
    with ScriptedServer(asking_for(5)) as server:
        assert max(times_of([connect(server.url).user_self] * 3)) < 2


def test_all_threads_of_a_client_keep_the_same_pace(connect):
    with ScriptedServer(asking_for(0.2)) as server:
        api = connect(server.url, pace=True)
        api.user_self()
        started = time.time()
        threads = [threading.Thread(target=api.user_self) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert time.time() - started >= 0.5


@pytest.mark.parametrize('settings, options', [({'timeout': 0.5}, {}), ({}, {'_request_timeout': 0.5})])
def test_a_wait_that_does_not_fit_the_time_allowed_fails_at_once(connect, settings, options):
    with ScriptedServer(asking_for(30)) as server:
        api = connect(server.url, pace=True, **settings)
        api.user_self()
        started = time.time()
        with pytest.raises(TimeoutException, match='rate limit'):
            api.user_self(**options)
        assert time.time() - started < 0.4
        assert len(server.requests) == 1


@pytest.mark.parametrize('interval', [3600, 1e300])
def test_a_wait_for_longer_than_is_waited_for_anything_fails_at_once(connect, interval):
    with ScriptedServer(asking_for(interval)) as server:
        api = connect(server.url, pace=True)
        api.user_self()
        with pytest.raises(TimeoutException, match='rate limit') as raised:
            api.user_self()
    assert raised.value.status == 0


def test_a_wait_that_takes_all_of_the_time_allowed_ends_as_a_call_that_runs_out_of_it(connect, monkeypatch):
    with ScriptedServer(silent()) as server:
        api = connect(server.url, pace=True)
        monkeypatch.setattr(api.api_client._pacer, 'acquire', lambda max_wait: max_wait)
        with pytest.raises(TimeoutException):
            api.user_self(_request_timeout=0.1)


def test_the_wait_counts_into_the_time_allowed(connect):
    def late(connection):
        time.sleep(0.6)
        connection.sendall(asking_for(0.3))

    with ScriptedServer(asking_for(0.3), late) as server:
        api = connect(server.url, pace=True, retries=0)
        api.user_self()
        started = time.time()
        with pytest.raises(TimeoutException):
            api.user_self(_request_timeout=0.6)
        assert time.time() - started < 1.1


def test_no_interval_is_longer_than_the_window_it_divides():
    pacer = Pacer()
    pacer.update(RateLimit(None, None, None, 86400.0))
    assert pacer.acquire(1) == 0
    assert pacer.acquire(3500) is None
    assert pacer.acquire(3601) == pytest.approx(3600, abs=0.5)


def test_a_client_knows_the_limits_of_the_last_answer(api, client):
    assert client.rate_limit is None
    api.user_self()
    before = client.rate_limit
    api.user_self()
    assert client.rate_limit.remaining == before.remaining - 1
    assert client.rate_limit.limit == before.limit


def test_the_limits_of_a_failed_call_count_too(api, client, sandbox):
    sandbox.fail_next(status=429, headers={'X-RateLimit-Remaining': 0, 'Retry-After': 3304})
    with pytest.raises(TooManyRequestsException) as raised:
        api.user_self()
    assert client.rate_limit == raised.value.rate_limit
    assert client.rate_limit.remaining == 0


def test_a_call_that_nothing_answered_leaves_the_limits_as_they_are(api, client, sandbox, configuration):
    api.user_self()
    before = client.rate_limit
    configuration.retries = 0
    sandbox.fail_next(truncate='before')
    with pytest.raises(Exception):  # noqa: B017 (which one, the tests of faults say)
        api.user_self()
    assert client.rate_limit == before


def test_a_streamed_answer_has_limits_too(api, client):
    response = api.user_self(_preload_content=False)
    response.read()
    assert client.rate_limit.limit == 100000
