"""Headers: case-insensitive lookup, numbers in them, and the credentials of basic authentication."""

import base64
from datetime import datetime
from email.utils import parsedate_tz

import six

_EPOCH = datetime(1970, 1, 1)


def get_header(headers, name):
    """Look up a header case-insensitively, also in the plain dict of a program's own transport.

    :param headers: a mapping, or pairs of names and values, or ``None``.
    :param str name: the header's name.
    :return: its value; ``None`` if there is no such header.
    """
    pairs = headers.items() if hasattr(headers, 'items') else headers or ()
    for known, value in pairs:
        if known.lower() == name.lower():
            return value
    return None


def parse_number(kind, text):
    """Parse the number in a header's value.

    :param kind: ``int`` or ``float``.
    :param text: the header's value, or ``None``.
    :return: the number; ``None`` if there is none, or it is negative or not finite.
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
        # Not mktime_tz: on Python 2 it takes a date without a zone as local time; by the RFC it is UTC.
        return (datetime(*date[:6]) - _EPOCH).total_seconds() - (date[9] or 0)
    except (AttributeError, TypeError, ValueError, OverflowError, IndexError):
        return None


def basic_credentials(username, password):
    """Encode the credentials of basic authentication, in UTF-8 (RFC 7617 section 2).

    :param str username: the username.
    :param str password: the password.
    :return: what follows ``Basic`` in the header.
    :rtype: str
    :raises UnicodeError: if one of them is not valid Unicode.
    """
    return base64.b64encode(six.ensure_binary(username) + b':' + six.ensure_binary(password)).decode('ascii')
