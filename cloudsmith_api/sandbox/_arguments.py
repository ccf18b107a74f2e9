"""Validate the arguments of the sandbox's public methods; each error names its argument."""

import numbers

MAX_NUMBER = 10 ** 9
TYPE_NAMES = {numbers.Integral: 'an int', numbers.Real: 'a number'}


def check_number(name, value, minimum=0, maximum=MAX_NUMBER, kind=numbers.Integral, alternative=''):
    """Return ``value`` if it is a number between the bounds, both inclusive.

    :param name: the argument's name, for the message.
    :param kind: ``numbers.Integral`` (the default) or ``numbers.Real``; a bool is neither.
    :param alternative: what else the caller accepts, for the message, such as ``"'before' or "``.
    :raises TypeError: if ``value`` is of another type; the message does not show it.
    :raises ValueError: if it is out of bounds.
    """
    is_number = isinstance(value, kind) and not isinstance(value, bool)
    if is_number and minimum <= value <= maximum:
        return value
    error, got = (ValueError, value) if is_number else (TypeError, type(value).__name__)
    raise error('%s must be %s%s from %s to %s, got %s' % (
        name, alternative, TYPE_NAMES[kind], minimum, maximum, got))


def check_text(name, value, min_length=1):
    """Return ``value`` as Unicode text (on Python 2 ASCII bytes are decoded).

    :raises TypeError: if ``value`` is not text or cannot be encoded as UTF-8; the message does not show it.
    :raises ValueError: if it is shorter than ``min_length``, which is 0 or 1.
    """
    try:
        value = u''.join([value])
        value.encode('utf-8')
    except (TypeError, UnicodeError):
        raise TypeError('%s must be text that UTF-8 can encode, got %s' % (name, type(value).__name__))
    if len(value) < min_length:
        raise ValueError('%s must not be empty' % name)
    return value


def check_flag(name, value):
    """Return ``value`` if it is True or False.

    :raises TypeError: if ``value`` is of another type; the message does not show it.
    """
    if not isinstance(value, bool):
        raise TypeError('%s must be True or False, got %s' % (name, type(value).__name__))
    return value
