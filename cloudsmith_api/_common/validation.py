"""Checks of what a caller hands in: each returns the value, or raises an error that names the argument."""

import six

_NUMBERS = six.integer_types + (float,)
_INFINITY = float('inf')

# A socket hands its timeout to poll(2) as a C int of milliseconds: a longer one comes out as some short time.
_MAX_TIMEOUT = (2 ** 31 - 1) // 1000


def check_type(name, value, kinds, expected):
    """Check the type of an argument.

    :param str name: what the caller knows the argument by.
    :param value: what was given.
    :param kinds: a type or a tuple of types.
    :param str expected: the types in words, for the message.
    :raises TypeError: if ``value`` is of another type; the value itself is not shown, since it may be secret.
    """
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in _as_tuple(kinds)):
        raise TypeError('%s must be %s, not %s' % (name, expected, type(value).__name__))
    return value


def check_str(name, value):
    """Check that an argument is a text.

    :raises TypeError: if it is not.
    """
    return check_type(name, value, six.string_types, 'a str')


def check_int(name, value):
    """Check that an argument is a whole number.

    :raises TypeError: if it is not; a bool is not.
    """
    return check_type(name, value, six.integer_types, 'an int')


def contains_only(characters, value):
    """Tell whether a text has no other characters than these.

    A regular expression would say the same, but compiling one takes 0.1 to 0.3 of the ten milliseconds of an import.
    """
    return not value.strip(characters)


def check_bool(name, value):
    """Check that an argument is ``True`` or ``False``.

    :raises TypeError: if it is not, even if it would count as one: a variable that is not set is no decision.
    """
    return check_type(name, value, bool, 'True or False')


def check_non_negative_int(name, value):
    """Check that an argument is a whole number from zero up.

    :raises TypeError: if it is not a whole number.
    :raises ValueError: if it is negative.
    """
    if check_int(name, value) < 0:
        raise ValueError('%s must not be negative, but is %d' % (name, value))
    return value


def check_positive_int(name, value):
    """Check that an argument is a whole number from one up.

    :raises TypeError: if it is not a whole number.
    :raises ValueError: if it is below one.
    """
    if check_non_negative_int(name, value) == 0:
        raise ValueError('%s must be at least 1' % name)
    return value


def check_seconds(name, value):
    """Check that an argument is a time in seconds: a finite number above zero.

    :raises TypeError: if it is not a number.
    :raises ValueError: if it is zero, negative, infinite or not a number at all.
    """
    check_type(name, value, _NUMBERS, 'a number of seconds')
    if not 0 < value < _INFINITY:
        raise ValueError('%s must be a finite number of seconds above 0, but is %r' % (name, value))
    return value


def check_timeout(name, value):
    """Check a time limit: a number of seconds for the whole call, or a pair ``(connect, read)`` for each operation.

    :return: the number, or the pair as a tuple.
    :raises TypeError: if it is neither.
    :raises ValueError: if a time is not above zero, or longer than 2,147,483 seconds (24 days).
    """
    if not isinstance(value, (tuple, list)):
        return _timeout_seconds(name, value)
    if len(value) != 2:
        raise ValueError('%s must be a number of seconds or a pair (connect, read), but has %d parts'
                         % (name, len(value)))
    return tuple(_timeout_seconds('%s, %s time' % (name, part), seconds)
                 for part, seconds in zip(('connect', 'read'), value))


def _timeout_seconds(name, value):
    if check_seconds(name, value) > _MAX_TIMEOUT:
        raise ValueError('%s must be at most %d seconds' % (name, _MAX_TIMEOUT))
    return value


def _as_tuple(kinds):
    return kinds if isinstance(kinds, tuple) else (kinds,)
