"""A wrong argument is refused with an error that names it."""

import pytest
import six

from cloudsmith_api._common import validation


class Number(int):
    """A number of a type of its own."""


@pytest.mark.parametrize('check, value', [
    (validation.text, 'a'), (validation.text, u'\xe4'), (validation.text, ''),
    (validation.integer, 0), (validation.integer, -5), (validation.integer, 10 ** 30), (validation.integer, Number(3)),
    (validation.count, 0), (validation.count, 7),
    (validation.seconds, 1), (validation.seconds, 0.25), (validation.seconds, 10 ** 400),
])
def test_a_right_value_is_given_back(check, value):
    assert check('it', value) is value


@pytest.mark.parametrize('check, value', [
    (validation.text, 5), (validation.text, None), (validation.text, True), (validation.text, ['a']),
    (validation.integer, '5'), (validation.integer, 5.0), (validation.integer, True), (validation.integer, None),
    (validation.count, False), (validation.count, '1'),
    (validation.seconds, '1'), (validation.seconds, True), (validation.seconds, None), (validation.seconds, 1j),
])
def test_a_value_of_another_type_is_refused(check, value):
    with pytest.raises(TypeError) as caught:
        check('the argument', value)
    assert str(caught.value).startswith('the argument must be a')
    assert str(caught.value).endswith('not ' + type(value).__name__)


@pytest.mark.skipif(not six.PY3, reason='on Python 2, bytes are a text')
def test_bytes_are_no_text():
    with pytest.raises(TypeError, match='it must be a str, not bytes'):
        validation.text('it', b'abc')


def test_a_refused_value_is_not_shown():
    with pytest.raises(TypeError) as caught:
        validation.text('password', ['hunter22'])
    assert 'hunter22' not in str(caught.value)


def test_a_negative_count_is_refused():
    with pytest.raises(ValueError, match='page must not be negative, but is -1'):
        validation.count('page', -1)


@pytest.mark.parametrize('value', [0, -1, 0.0, float('inf'), -float('inf'), float('nan')])
def test_a_time_must_be_a_finite_number_above_zero(value):
    with pytest.raises(ValueError, match='timeout must be a finite number of seconds above 0, but is '):
        validation.seconds('timeout', value)


def test_a_bool_is_one_where_one_is_expected():
    assert validation.expect('debug', True, bool, 'a bool') is True
    assert validation.expect('debug', False, (bool, str), 'a bool or a str') is False


def test_a_bool_is_no_number():
    with pytest.raises(TypeError, match='page must be an int, not bool'):
        validation.expect('page', True, (int, float), 'an int')
