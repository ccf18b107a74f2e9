"""JSON Web Tokens (RFC 7519), signed with HMAC-SHA256: the format of access and identity tokens."""

import base64
import binascii
import hashlib
import hmac
import json
import math
import os
import re

JWT = re.compile(r'[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\Z')
SECRET = os.urandom(32)


def make_token(now, expires_in, **claims):
    """Return a new, unique token and the time at which it expires.

    :param now: seconds since the epoch.
    :param expires_in: seconds for which the token is valid, rounded up to the next whole second since the epoch.
    :param claims: claims in addition to ``iat``, ``exp`` and ``jti``.
    """
    expires_at = int(math.ceil(now + expires_in))
    claims.update(iat=int(now), exp=expires_at, jti=binascii.hexlify(os.urandom(8)).decode('ascii'))
    signed = '.'.join(encode_part(json.dumps(part)) for part in ({'alg': 'HS256', 'typ': 'JWT'}, claims))
    signature = hmac.new(SECRET, signed.encode('ascii'), hashlib.sha256).digest()
    return signed + '.' + encode_part(signature), expires_at


def encode_part(data):
    """Encode text or bytes as base64url without padding, as a native string."""
    data = data if isinstance(data, bytes) else data.encode('utf-8')
    return str(base64.urlsafe_b64encode(data).decode('ascii')).rstrip('=')
