"""Time limits are checked before they are used, and a deadline comes nearer."""

import pytest

from cloudsmith_api._common.clock import monotonic
from cloudsmith_api._common.validation import check_timeout
from cloudsmith_api._transport.timeouts import Deadline, clamp_timeout


@pytest.mark.parametrize('value', [5, 0.5, (1, 2), (0.1, 2147483), 2147483])
def test_a_number_or_a_pair_is_given_back(value):
    assert check_timeout('timeout', value) == value


def test_a_list_of_two_becomes_a_pair():
    assert check_timeout('timeout', [1, 2.5]) == (1, 2.5)


@pytest.mark.parametrize('value, message', [
    ('5', 'timeout must be a number of seconds, not str'),
    (None, 'timeout must be a number of seconds, not NoneType'),
    (True, 'timeout must be a number of seconds, not bool'),
    ({'connect': 1}, 'timeout must be a number of seconds, not dict'),
    ((1, '2'), 'timeout, read time must be a number of seconds, not str'),
    ((None, 2), 'timeout, connect time must be a number of seconds, not NoneType'),
])
def test_a_timeout_of_another_type_is_refused(value, message):
    with pytest.raises(TypeError) as caught:
        check_timeout('timeout', value)
    assert str(caught.value) == message


@pytest.mark.parametrize('value, message', [
    (0, 'timeout must be a finite number of seconds above 0, but is 0'),
    ((1, -2), 'timeout, read time must be a finite number of seconds above 0, but is -2'),
    ((), 'timeout must be a number of seconds or a pair (connect, read), but has 0 parts'),
    ((1, 2, 3), 'timeout must be a number of seconds or a pair (connect, read), but has 3 parts'),
])
def test_a_timeout_of_no_use_is_refused(value, message):
    with pytest.raises(ValueError) as caught:
        check_timeout('timeout', value)
    assert str(caught.value) == message


@pytest.mark.parametrize('value', [2147484, 4294967.4, 1e300, 10 ** 400, (1, 1e10)])
def test_a_timeout_that_a_socket_would_cut_short_is_refused(value):
    with pytest.raises(ValueError, match='timeout.* must be at most 2147483 seconds'):
        check_timeout('timeout', value)


def test_a_deadline_comes_nearer():
    before = monotonic()
    deadline = Deadline(60)
    first = deadline.remaining()
    second = deadline.remaining()
    passed = monotonic() - before
    assert 60 >= first >= second >= 60 - passed
    assert deadline.seconds == 60


def test_a_deadline_gone_by_has_nothing_remaining():
    assert Deadline(-1).remaining() <= 0


@pytest.mark.parametrize('seconds, used', [(5, 5), (0.5, 0.5), (0, 0.001), (-3, 0.001)])
def test_a_timeout_never_becomes_one_that_does_not_wait_at_all(seconds, used):
    assert clamp_timeout(seconds) == used
