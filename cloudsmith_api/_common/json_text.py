"""JSON texts as values, whatever a service, or a gateway in front of it, puts there."""

import json
import re
import sys

# Up to Python 3.8, the interpreter may end on the spot where a deeply nested text is read: "Cannot recover from stack
# overflow", if garbage collection happens to run a finalizer within the last 50 of its 1,000 levels.
_DEPTH_IS_DANGEROUS = sys.version_info < (3, 9)

# Leaves the program, and what it calls us from, the other levels.
_MAX_DEPTH = 600

# What newer interpreters refuse by themselves: the time to read a number grows with the square of its digits, and is a
# minute for an answer of 3 MiB.
_MAX_DIGITS = 4300

# What opens and closes a level, and the texts in which that is none; a \ takes the next character with it.
_MARKS = r'[][{}"]|\\.'


def parse_json(text):
    """Read a JSON text.

    :param str text: the text.
    :raises ValueError: if it is not JSON, or nested too deeply for this interpreter (RFC 8259 section 9).
    """
    if _DEPTH_IS_DANGEROUS:  # pragma: no cover (see there)
        check_depth(text)
    try:
        return _loads(text)
    # RecursionError is a RuntimeError, and on Python 2 is called no more than that.
    except RuntimeError:
        problem = 'it is nested too deeply'
    # Not raised above: an error with that one behind it has a traceback without end.
    raise ValueError(problem)


def parse_int(digits):
    """Read a whole number.

    :raises ValueError: if it has more than 4,300 digits.
    """
    if len(digits) > _MAX_DIGITS:
        raise ValueError('it has a number of more than %d digits' % _MAX_DIGITS)
    return int(digits)


_loads = json.loads
if not hasattr(sys, 'set_int_max_str_digits'):  # pragma: no cover (Python 2.7 and 3.6)
    _loads = json.JSONDecoder(parse_int=parse_int).decode


def check_depth(text):
    """Check that a text, which may be no JSON at all, does not nest too deeply.

    :raises ValueError: if there are more than 600 levels.
    """
    # What has no more marks than that, as a page of keys, needs no closer look.
    if text.count('[') + text.count('{') <= _MAX_DEPTH:
        return
    depth, in_text = 0, False
    for found in re.finditer(_MARKS, text):
        mark = found.group()
        if mark == '"':
            in_text = not in_text
        elif not in_text:
            depth += (mark in '[{') - (mark in ']}')
            if depth > _MAX_DEPTH:
                raise ValueError('it is nested too deeply')
