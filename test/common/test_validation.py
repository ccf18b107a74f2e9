"""A wrong argument is refused with an error that names it."""

import pytest
import six

from cloudsmith_api._common.validation import (
    check_int,
    check_non_negative_int,
    check_seconds,
    check_str,
    check_type,
)


class Number(int):
    """A number of a type of its own."""


@pytest.mark.parametrize('check, value', [
    (check_str, 'a'), (check_str, u'\xe4'), (check_str, ''),
    (check_int, 0), (check_int, -5), (check_int, 10 ** 30), (check_int, Number(3)),
    (check_non_negative_int, 0), (check_non_negative_int, 7),
    (check_seconds, 1), (check_seconds, 0.25), (check_seconds, 10 ** 400),
])
def test_a_right_value_is_given_back(check, value):
    assert check('it', value) is value


@pytest.mark.parametrize('check, value', [
    (check_str, 5), (check_str, None), (check_str, True), (check_str, ['a']),
    (check_int, '5'), (check_int, 5.0), (check_int, True), (check_int, None),
    (check_non_negative_int, False), (check_non_negative_int, '1'),
    (check_seconds, '1'), (check_seconds, True), (check_seconds, None), (check_seconds, 1j),
])
def test_a_value_of_another_type_is_refused(check, value):
    with pytest.raises(TypeError) as caught:
        check('the argument', value)
    assert str(caught.value).startswith('the argument must be a')
    assert str(caught.value).endswith('not ' + type(value).__name__)


@pytest.mark.skipif(not six.PY3, reason='on Python 2, bytes are a text')
def test_bytes_are_no_text():
    with pytest.raises(TypeError, match='it must be a str, not bytes'):
        check_str('it', b'abc')


def test_a_refused_value_is_not_shown():
    with pytest.raises(TypeError) as caught:
        check_str('password', ['hunter22'])
    assert 'hunter22' not in str(caught.value)


def test_a_negative_count_is_refused():
    with pytest.raises(ValueError, match='page must not be negative, but is -1'):
        check_non_negative_int('page', -1)


@pytest.mark.parametrize('value', [0, -1, 0.0, float('inf'), -float('inf'), float('nan')])
def test_a_time_must_be_a_finite_number_above_zero(value):
    with pytest.raises(ValueError, match='timeout must be a finite number of seconds above 0, but is '):
        check_seconds('timeout', value)


def test_a_bool_is_one_where_one_is_expected():
    assert check_type('debug', True, bool, 'a bool') is True
    assert check_type('debug', False, (bool, str), 'a bool or a str') is False


def test_a_bool_is_no_number():
    with pytest.raises(TypeError, match='page must be an int, not bool'):
        check_type('page', True, (int, float), 'an int')
