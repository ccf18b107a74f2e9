"""Checks of what a person passes to the sandbox; each refusal names its argument."""

import numbers

MOST = 10 ** 9
KINDS = {numbers.Integral: 'a whole number', numbers.Real: 'a number'}


def number(name, value, least=0, most=MOST, kind=numbers.Integral):
    """`value`, if it is a number of that kind between the bounds; TypeError or ValueError otherwise."""
    if isinstance(value, bool) or not isinstance(value, kind):
        raise TypeError('%s must be %s, not %s' % (name, KINDS[kind], type(value).__name__))
    if not least <= value <= most:
        raise ValueError('%s must be from %s to %s, not %s' % (name, least, most, value))
    return value


def text(name, value, least=1):
    """`value` as `unicode` or, on Python 3, `str`; TypeError or ValueError if it is not text or too short."""
    try:
        value = u''.join([value])
        value.encode('utf-8')
    except (TypeError, UnicodeError):
        raise TypeError('%s must be text, not %s' % (name, type(value).__name__))
    if len(value) < least:
        raise ValueError('%s must not be empty' % name)
    return value


def flag(name, value):
    """`value`, if it is True or False; TypeError otherwise."""
    if not isinstance(value, bool):
        raise TypeError('%s must be True or False, not %s' % (name, type(value).__name__))
    return value
