"""Validation of timeouts, and the deadline of a call."""

import pytest

from cloudsmith_api._common.clock import monotonic
from cloudsmith_api._common.validation import check_timeout
from cloudsmith_api._transport.timeouts import Deadline, clamp_timeout


@pytest.mark.parametrize('value', [5, 0.5, (1, 2), (0.1, 2147483), 2147483])
def test_check_timeout_returns_number_or_pair(value):
    assert check_timeout('timeout', value) == value


def test_check_timeout_converts_list_to_pair():
    assert check_timeout('timeout', [1, 2.5]) == (1, 2.5)


@pytest.mark.parametrize('value, message', [
    ('5', 'timeout must be a number of seconds, not str'),
    (None, 'timeout must be a number of seconds, not NoneType'),
    (True, 'timeout must be a number of seconds, not bool'),
    ({'connect': 1}, 'timeout must be a number of seconds, not dict'),
    ((1, '2'), 'timeout (read) must be a number of seconds, not str'),
    ((None, 2), 'timeout (connect) must be a number of seconds, not NoneType'),
])
def test_check_timeout_rejects_wrong_type(value, message):
    with pytest.raises(TypeError) as caught:
        check_timeout('timeout', value)
    assert str(caught.value) == message


@pytest.mark.parametrize('value, message', [
    (0, 'timeout must be a finite number of seconds above 0, got 0'),
    ((1, -2), 'timeout (read) must be a finite number of seconds above 0, got -2'),
    ((), 'timeout must be a number of seconds or a pair (connect, read), got 0 values'),
    ((1, 2, 3), 'timeout must be a number of seconds or a pair (connect, read), got 3 values'),
])
def test_check_timeout_rejects_wrong_value(value, message):
    with pytest.raises(ValueError) as caught:
        check_timeout('timeout', value)
    assert str(caught.value) == message


@pytest.mark.parametrize('value', [2147484, 4294967.4, 1e300, 10 ** 400, (1, 1e10)])
def test_check_timeout_rejects_more_than_sockets_can_wait(value):
    with pytest.raises(ValueError, match='timeout.* must be at most 2147483 seconds'):
        check_timeout('timeout', value)


def test_deadline_remaining_time_decreases():
    before = monotonic()
    deadline = Deadline(60)
    first = deadline.remaining()
    second = deadline.remaining()
    elapsed = monotonic() - before
    assert 60 >= first >= second >= 60 - elapsed


def test_past_deadline_has_no_time_remaining():
    assert Deadline(-1).remaining() <= 0


@pytest.mark.parametrize('seconds, clamped', [(5, 5), (0.5, 0.5), (0, 0.001), (-3, 0.001)])
def test_clamp_timeout_returns_at_least_one_millisecond(seconds, clamped):
    assert clamp_timeout(seconds) == clamped
