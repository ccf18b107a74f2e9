"""Argument checks: valid values are returned, and errors name the argument but never show its value."""

from functools import partial

import pytest
import six

from cloudsmith_api._common.validation import (
    check_int,
    check_seconds,
    check_str,
    check_type,
)

check_non_negative_int = partial(check_int, minimum=0)


class Number(int):
    """A subclass of int."""


@pytest.mark.parametrize('check, value', [
    (check_str, 'a'), (check_str, u'\xe4'), (check_str, ''),
    (check_int, 0), (check_int, -5), (check_int, 10 ** 30), (check_int, Number(3)),
    (check_non_negative_int, 0), (check_non_negative_int, 7),
    (check_seconds, 1), (check_seconds, 0.25), (check_seconds, 10 ** 400),
])
def test_valid_value_is_returned(check, value):
    assert check('name', value) is value


@pytest.mark.parametrize('check, value', [
    (check_str, 5), (check_str, None), (check_str, True), (check_str, ['a']),
    (check_int, '5'), (check_int, 5.0), (check_int, True), (check_int, None),
    (check_non_negative_int, False), (check_non_negative_int, '1'),
    (check_seconds, '1'), (check_seconds, True), (check_seconds, None), (check_seconds, 1j),
])
def test_value_of_the_wrong_type_raises_type_error(check, value):
    with pytest.raises(TypeError) as raised:
        check('name', value)
    assert str(raised.value).startswith('name must be a')
    assert str(raised.value).endswith('not ' + type(value).__name__)


@pytest.mark.skipif(not six.PY3, reason='Python 2 accepts bytes as text')
def test_check_str_rejects_bytes():
    with pytest.raises(TypeError, match='name must be a str, not bytes'):
        check_str('name', b'abc')


def test_error_does_not_show_the_value():
    with pytest.raises(TypeError) as raised:
        check_str('password', ['hunter22'])
    assert 'hunter22' not in str(raised.value)


def test_check_non_negative_int_rejects_negative_numbers():
    with pytest.raises(ValueError, match='page must be at least 0, got -1'):
        check_non_negative_int('page', -1)


@pytest.mark.parametrize('value', [0, -1, 0.0, float('inf'), -float('inf'), float('nan')])
def test_check_seconds_requires_a_finite_number_above_zero(value):
    with pytest.raises(ValueError, match='timeout must be a finite number of seconds above 0, got '):
        check_seconds('timeout', value)


def test_check_type_accepts_a_bool_if_expected():
    assert check_type('debug', True, bool, 'a bool') is True
    assert check_type('debug', False, (bool, str), 'a bool or a str') is False


def test_check_type_rejects_a_bool_as_number():
    with pytest.raises(TypeError, match='page must be an int, not bool'):
        check_type('page', True, (int, float), 'an int')
