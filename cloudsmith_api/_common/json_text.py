"""Parse JSON that may be malformed or hostile: deep nesting and huge numbers raise ``ValueError``."""

import json
import re
import sys

# Up to Python 3.8, parsing deeply nested JSON can abort the interpreter ("Cannot recover from stack overflow"). That
# happens if garbage collection runs a finalizer within the last 50 of the 1,000 levels of recursion.
_DEPTH_IS_DANGEROUS = sys.version_info < (3, 9)

# Leaves 400 levels of recursion to the program and to the frames between it and the parser.
_MAX_DEPTH = 600

# The limit of newer interpreters: the time to parse a number grows with the square of its digits, and 3 MiB of them
# take a minute.
_MAX_DIGITS = 4300

# Brackets and quotes; a backslash consumes the character after it.
_MARKS = r'[][{}"]|\\.'


def parse_json(text):
    """Parse a JSON text.

    :param str text: the text.
    :raises ValueError: if it is not JSON, or nested too deeply for this interpreter (RFC 8259 section 9).
    """
    if _DEPTH_IS_DANGEROUS:  # pragma: no cover (Python 3.8 and older)
        check_depth(text)
    try:
        return _loads(text)
    # RecursionError is a subclass of RuntimeError, and Python 2 raises RuntimeError itself.
    except RuntimeError:
        problem = 'it is nested too deeply'
    # Not raised above: the RecursionError, with its traceback of 1,000 frames, would become its context.
    raise ValueError(problem)


def parse_int(digits):
    """Parse an integer.

    :raises ValueError: if it has more than 4,300 digits.
    """
    if len(digits) > _MAX_DIGITS:
        raise ValueError('it has a number with more than %d digits' % _MAX_DIGITS)
    return int(digits)


_loads = json.loads
if not hasattr(sys, 'set_int_max_str_digits'):  # pragma: no cover (Python 2.7 and 3.6)
    _loads = json.JSONDecoder(parse_int=parse_int).decode


def check_depth(text):
    """Check how deeply a text, which need not be valid JSON, is nested.

    :raises ValueError: if it has more than 600 levels.
    """
    # Skips the scan for ordinary responses: a page of 500 keys has 502 opening brackets.
    if text.count('[') + text.count('{') <= _MAX_DEPTH:
        return
    depth, in_string = 0, False
    for match in re.finditer(_MARKS, text):
        mark = match.group()
        if mark == '"':
            in_string = not in_string
        elif not in_string:
            depth += (mark in '[{') - (mark in ']}')
            if depth > _MAX_DEPTH:
                raise ValueError('it is nested too deeply')
