"""What must never be shown: which names are secret, and how a text is freed of the values behind them."""

import re

import six

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

# In the query of a URL, by its name. The lookahead makes sure that the rest matches, so that nothing is tried twice:
# without it, a text such as ``?key?key?key`` takes a time that grows with the cube of its length.
_IN_QUERY = r'(?i)([?&](?=[^?&=#\s]*=[^&#\s])[^?&=#\s]*?(?:%s)[^?&=#\s]*=)[^&#\s]+' % _NAMES

# A character as URLs, JSON, Python's repr and HTML may write it: by a hexadecimal number, a decimal one, or a name.
_ESCAPED = (r'(?:%|\\x)([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})|&#[xX]([0-9A-Fa-f]{1,6});'
            r'|&#([0-9]{1,7});|&([A-Za-z]{2,8});|\\([\\abfnrtv])')
# Escaped text may be escaped again; each layer is one more pass, and the number of passes must not depend on the text.
_MAX_ESCAPE_LAYERS = 4
# A character of UTF-8 whose bytes were read as Latin-1.
_MOJIBAKE = u'[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}'
_NOT_ASCII = u'[^\x00-\x7f]'
_NOT_ALPHANUMERIC = r'(?u)[\W_]+'

# A shorter secret would be found inside ordinary words, or where the end of one word meets the next.
_MIN_SECRET_LENGTH = 4
_MIN_LENGTH_ACROSS_WORDS = 8


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


def find_secrets(value):
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


def collect_secrets(configuration, *sources):
    """Collect the secrets of a request, which no error and no log record may show: whoever responds may echo them.

    :param Configuration configuration: its settings, and the user and password of its proxy, count.
    :param sources: headers, parameters and bodies of the request.
    :rtype: list
    """
    values = credentials_in(configuration.proxy)
    for source in (vars(configuration),) + sources:
        values += find_secrets(source)
    # 'Bearer abc' is to cover 'abc' alone.
    return [part for value in values for part in {value, value.rpartition(' ')[2]}]


def scrub(text, values=()):
    """Mask the secrets in a text: the given values, credentials and secret parameters in URLs, and known header lines.

    A given value is also found escaped, in other letter case or in another encoding; then all of the word that it
    stands in is masked, or all of the text where it stretches over several words. The time taken is linear in the
    length of the text.

    :param str text: a log message or an error's description.
    :param values: secret texts, for example of :func:`find_secrets`; ``'Bearer abc'`` also covers ``abc`` alone.
        Those of fewer than four characters are left: they would be found inside ordinary words.
    :rtype: str
    """
    # On Python 2, bytes and text that are not ASCII cannot be compared.
    alike = six.ensure_text if isinstance(text, six.text_type) else six.ensure_binary
    secrets = {alike(part, errors='replace') for value in values for part in (value, value.partition(' ')[2])}
    # The longest first: a shorter one that is part of it would leave the rest standing.
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _MIN_SECRET_LENGTH:
            text = text.replace(secret, MASK)
    text = _mask_escaped(text, {_normalize(secret) for secret in secrets})
    text = re.sub(_USER_INFO, MASK + '@', text)
    text = re.sub(_IN_QUERY, r'\1' + MASK, text)
    return re.sub(_HEADER, r'\1' + MASK, text)


def _mask_escaped(text, normalized_secrets):
    """Mask the words, or else the whole text, that hold a secret in another form."""
    describe_error = [secret for secret in normalized_secrets if len(secret) >= _MIN_SECRET_LENGTH]
    if not _contains_any(describe_error, text):
        return text
    text = re.sub(r'\S+', lambda word: MASK if _contains_any(describe_error, word.group()) else word.group(), text)
    across_words = [secret for secret in describe_error if len(secret) >= _MIN_LENGTH_ACROSS_WORDS]
    return MASK if _contains_any(across_words, text) else text


def _contains_any(normalized_secrets, text):
    normalized = _normalize(text)
    return any(secret in normalized for secret in normalized_secrets)


def _normalize(text):
    """Reduce a text to its letters and digits, unescaped, in lower case and without accents."""
    import unicodedata  # what only errors need

    text = six.ensure_text(text, errors='replace')
    for _ in range(_MAX_ESCAPE_LAYERS):
        escaped, text = text, re.sub(_ESCAPED, _unescape, text)
        if text == escaped:
            break
    text = re.sub(_MOJIBAKE, lambda found: found.group().encode('latin-1').decode('utf-8', 'ignore'), text)
    # One character at a time: unicodedata sorts combining characters in quadratic time.
    text = re.sub(_NOT_ASCII, lambda found: unicodedata.normalize('NFKD', found.group()), text)
    return re.sub(_NOT_ALPHANUMERIC, u'', text.lower())


def _unescape(found):
    from six.moves.html_entities import name2codepoint  # what only errors need

    hexadecimal = found.group(1) or found.group(2) or found.group(3) or found.group(4)
    decimal, name, control = found.group(5, 6, 7)
    if control:
        return u'\\' if control == '\\' else u' '
    if name and name not in name2codepoint:
        return found.group()
    try:
        return six.unichr(int(hexadecimal, 16) if hexadecimal else int(decimal or name2codepoint[name]))
    except (OverflowError, ValueError):
        return u''
