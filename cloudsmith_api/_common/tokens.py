"""Read JSON Web Tokens (RFC 7519) without verifying them, which is up to the service."""

import base64

import six

from .headers import parse_number
from .json_text import parse_json
from .urls import UNRESERVED

#: The characters of a bearer token, RFC 6750 section 2.1.
TOKEN_CHARACTERS = UNRESERVED + '+/='


def expiry_of(token):
    """Return when a token expires, from its ``exp`` claim.

    :param str token: a bearer token, which need not be a JSON Web Token.
    :return: seconds since the epoch; ``None`` if the token does not say.
    :rtype: float
    """
    _, _, claims = token.partition('.')
    claims = six.ensure_binary(claims.partition('.')[0]) + b'=='  # the encoding omits the padding, RFC 7515 section 2
    try:
        claims = parse_json(base64.urlsafe_b64decode(claims).decode('utf-8'))
    # Malformed Base64 is a TypeError on Python 2.7.
    except (TypeError, ValueError):
        return None
    return parse_number(float, claims.get('exp')) if isinstance(claims, dict) else None
