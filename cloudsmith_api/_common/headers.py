"""Headers looked up and read, whatever a service, a gateway or a transport makes of them; and credentials for one."""

import base64

import six


def get_header(headers, name):
    """Look up a header without regard to case, also in a plain dict, as a program's own transport may give it.

    :param headers: a mapping, or pairs of names and values, or ``None``.
    :param str name: the header's name.
    :return: its value; ``None`` where there is no such header.
    """
    pairs = headers.items() if hasattr(headers, 'items') else headers or ()
    for known, value in pairs:
        if known.lower() == name.lower():
            return value
    return None


def parse_number(kind, text):
    """Read a number that a header gives.

    :param kind: ``int`` or ``float``.
    :param text: the header's value, or ``None``.
    :return: the number; ``None`` where there is none, or one that no count and no time can be.
    """
    try:
        value = kind(text)
    except (TypeError, ValueError):
        return None
    # A header may spell NaN or an infinity.
    return value if 0 <= value < float('inf') else None


def basic_credentials(username, password):
    """Put together what stands behind ``Basic`` in a header (RFC 7617 section 2), the pair in UTF-8.

    :param str username: who.
    :param str password: their password.
    :rtype: str
    :raises UnicodeError: if one of them is not valid Unicode.
    """
    return base64.b64encode(six.ensure_binary(username) + b':' + six.ensure_binary(password)).decode('ascii')
