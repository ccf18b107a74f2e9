"""What must never be shown: which names are secret, and how a text is freed of the values behind them."""

import json
import re

import six
from six.moves.urllib.parse import quote, quote_plus

from .urls import credentials_in

#: Stands where a secret was.
MASK = '********'

# Not compiled here: what only errors and logs need, ``re`` compiles when it is first used, and keeps. Done at import,
# the patterns of this package would be a tenth of it.
_NAMES = 'auth|cookie|credential|jwt|key|otp|passphrase|passw|pwd|secret|session|signature|token'
_SECRET_NAME = '(?i)' + _NAMES
_PUBLIC_NAMES = frozenset(['authenticated', 'api_key_prefix', 'key_file', 'refresh_api_key_hook'])

# Up to the last @: one that stands unencoded in a password is part of it.
_USER_INFO = r'(?<=://)[^/?#\s]+@'

# As a line of a message, up to its end; or as dicts, lists of pairs and JSON show it, up to the closing quote.
_HEADER = r"""(?xi)
    ((?:authorization|cookie|x-api-key)(?:['"]?\s*[:=]\s*|['"],\s*)(?:b?(['"]))?)
    (?(2)(?:\\.|(?!\2).)+|[^\r\n]+)"""

# In the query of a URL, by its name.
_IN_QUERY = r'(?i)([?&][^=&#\s]*(?:%s)[^=&#\s]*=)[^&#\s]+' % _NAMES

_SHORTEST_VALUE = 4


def is_secret(name):
    """Tell whether a header, field or setting of this name holds something secret.

    :param str name: for example ``'X-Api-Key'``, ``'two_factor_token'`` or ``'timeout'``.
    :rtype: bool
    """
    if not isinstance(name, six.string_types) or name in _PUBLIC_NAMES:
        return False
    return re.search(_SECRET_NAME, name) is not None


def mask(mapping):
    """Copy a mapping of names to values with the secret values masked.

    :param dict mapping: headers, settings or a JSON object.
    :rtype: dict
    """
    return {name: MASK if value and is_secret(name) else value for name, value in mapping.items()}


def secret_values(value):
    """Collect the texts under secret names, to look for them elsewhere.

    :param value: headers, a form's fields as pairs, settings, or any JSON value.
    :rtype: list
    """
    found = []
    waiting = [(False, value)]
    seen = set()
    while waiting:
        secret, value = waiting.pop()
        if isinstance(value, six.string_types):
            if secret:
                found.append(value)
        elif id(value) not in seen:
            # What a program keeps in its settings may hold itself.
            seen.add(id(value))
            waiting.extend((secret or is_secret(name), item) for name, item in _named_items(value))
    return found


def _named_items(value):
    if isinstance(value, dict):
        return value.items()
    if not isinstance(value, (list, tuple)):
        return []
    if len(value) == 2 and isinstance(value[0], six.string_types):
        return [(None, value[0]), (value[0], value[1])]
    return [(None, item) for item in value]


def secrets_of(configuration, *sources):
    """Collect what no error and no log record may show, since whoever answers may echo it.

    :param Configuration configuration: its settings, and the user and password of its proxy, count.
    :param sources: headers, parameters and bodies of the request.
    :rtype: list
    """
    values = credentials_in(configuration.proxy)
    for source in (vars(configuration),) + sources:
        values += secret_values(source)
    # 'Bearer abc' is to cover 'abc' alone.
    return [form for value in values for part in {value, value.rpartition(' ')[2]} for form in _forms(part)]


def _forms(secret):
    """Give the forms in which a secret may come back: as it is, in a URL, in JSON, and as http.client reads a head."""
    # A setting that is not sent may be a text that could not be.
    data = six.ensure_binary(secret, errors='replace')
    text = six.ensure_text(secret, errors='replace')
    in_urls = {six.ensure_text(quote(data, '')), six.ensure_text(quote_plus(data))}
    in_json = {six.ensure_text(json.dumps(text, ensure_ascii=escaped)[1:-1]) for escaped in (True, False)}
    return {text, data.decode('latin-1')} | in_urls | in_json


def scrub(text, values=()):
    """Take secrets out of a text: the given values, credentials and secret parameters in URLs, and known header lines.

    :param str text: a log message or an error's description.
    :param values: secret texts, for example of :func:`secret_values`; ``'Bearer abc'`` also covers ``abc`` alone.
        Those of fewer than four characters are left: they would be found inside ordinary words.
    :rtype: str
    """
    # On Python 2, bytes and text that are not ASCII cannot be compared.
    alike = six.ensure_text if isinstance(text, six.text_type) else six.ensure_binary
    secrets = [alike(part, errors='replace') for value in values for part in (value, value.partition(' ')[2])]
    # The longest first: a shorter one that is part of it would leave the rest standing.
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_VALUE:
            text = text.replace(secret, MASK)
    text = re.sub(_USER_INFO, MASK + '@', text)
    text = re.sub(_IN_QUERY, r'\1' + MASK, text)
    return re.sub(_HEADER, r'\1' + MASK, text)
