"""Headers: checks, case-insensitive lookup, numbers in them, and the credentials of basic authentication."""

import base64
import re
import string
from datetime import datetime
from email.utils import parsedate_tz

import six

from . import validation

_EPOCH = datetime(1970, 1, 1)

# Compiled on first use, which keeps the import cheap.
# RFC 9110 section 5.5: visible characters, spaces and tabs, one byte each.
_HEADER_VALUE = r'[\t\x20-\x7e\x80-\xff]*\Z'
_HEADER_NAME_CHARACTERS = string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~"
# The transport sets these; a different length would make a server treat part of the body as another request.
_FRAMING_HEADERS = frozenset(['content-length', 'transfer-encoding'])


def check_headers(headers):
    """Check headers, and convert them to the native str that http.client expects.

    Python 2 joins headers and body, and would decode the body if one of the headers were Unicode.

    :param dict headers: the headers.
    :rtype: dict
    :raises TypeError: see :func:`check_header`.
    :raises ValueError: see :func:`check_header`.
    """
    named = [(six.ensure_str(name) if isinstance(name, bytes) else name, value) for name, value in headers.items()]
    return {six.ensure_str(name): check_header(name, value) for name, value in named}


def check_header(name, value):
    """Check a header, and convert its value to the native str that http.client expects.

    :param str name: the header's name.
    :param value: a str or an int.
    :rtype: str
    :raises TypeError: if the name is not a str, or the value is neither a str nor an int.
    :raises ValueError: if name or value is not valid in a header; the message does not show the value, since it may be
        secret.
    """
    if not (validation.check_str('header name', name)
            and validation.contains_only(_HEADER_NAME_CHARACTERS, name)):
        # The name is not shown: it may be a whole header, with its secret value.
        raise ValueError('header name must be a token (RFC 9110 section 5.6.2), without spaces, colons or line breaks')
    if name.lower() in _FRAMING_HEADERS:
        raise ValueError('header %s must not be set: it is derived from the body' % name)
    if isinstance(value, six.integer_types):
        return str(value)
    if not re.match(_HEADER_VALUE, validation.check_str('header %s' % name, value)):
        raise ValueError('header %s must not contain line breaks, control characters or characters beyond Latin-1'
                         % name)
    return six.ensure_str(value, 'latin-1')


def get_header(headers, name):
    """Look up a header case-insensitively, even in the plain dict of a program's own transport.

    :param headers: a mapping, or pairs of names and values, or ``None``.
    :param str name: the header's name.
    :return: its value; ``None`` if there is no such header.
    """
    pairs = headers.items() if hasattr(headers, 'items') else headers or ()
    # Those of a mock are a mock, which is no iterable.
    for known, value in pairs if hasattr(pairs, '__iter__') else ():
        if known.lower() == name.lower():
            return value
    return None


def parse_number(kind, text):
    """Parse the number in a header's value.

    :param kind: ``int`` or ``float``.
    :param text: the header's value, or ``None``.
    :return: the number; ``None`` if it is missing, malformed, negative or not finite.
    """
    try:
        value = kind(text)
    except (OverflowError, TypeError, ValueError):
        return None
    return value if 0 <= value < float('inf') else None


def parse_http_date(text):
    """Parse an HTTP date (RFC 9110 section 5.6.7).

    :param str text: the header's value, or ``None``.
    :return: seconds since the epoch; ``None`` if the date is missing or malformed.
    :rtype: float
    """
    try:
        date = parsedate_tz(text)
        # Not mktime_tz: on Python 2, it treats a date without a zone as local time; the RFC says UTC.
        return (datetime(*date[:6]) - _EPOCH).total_seconds() - (date[9] or 0)
    except (AttributeError, TypeError, ValueError, OverflowError, IndexError):
        return None


def basic_credentials(username, password):
    """Encode the credentials of basic authentication, in UTF-8 (RFC 7617 section 2).

    :param str username: the username.
    :param str password: the password.
    :return: the part of the header after ``Basic``.
    :rtype: str
    :raises UnicodeError: if one of them is not valid Unicode.
    """
    return base64.b64encode(six.ensure_binary(username) + b':' + six.ensure_binary(password)).decode('ascii')
