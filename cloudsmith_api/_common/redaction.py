"""Redaction: which names are secret, and masking their values in logs, errors and reports."""

import codecs
import re

import six

from .urls import credentials_in

#: Replaces a secret.
MASK = '********'

# Not compiled here: ``re`` compiles and caches the patterns on first use, and only errors and log records use them.
# Compiling this package's patterns at import would take a tenth of the time of the import.
_NAMES = 'auth|cookie|credential|jwt|key|otp|passphrase|passw|pwd|secret|session|signature|token'
_SECRET_NAME = '(?i)' + _NAMES
_PUBLIC_NAMES = frozenset(['authenticated', 'api_key_prefix', 'key_file', 'refresh_api_key_hook'])

# Up to the last @, since a password may contain an unencoded one.
_USER_INFO = r'(?<=://)[^/?#\s]+@'

# A header line up to its end; or up to the closing quote, in the form of dicts, lists of pairs and JSON.
_HEADER = r"""(?xi)
    ((?:authorization|cookie|x-api-key)(?:['"]?\s*[:=]\s*|['"],\s*)(?:b?(['"]))?)
    (?(2)(?:\\.|(?!\2).)+|[^\r\n]+)"""

# A query parameter with a secret name. The lookahead prevents backtracking: without it, the time for a text such as
# ``?key?key?key`` is cubic in its length.
_IN_QUERY = r'(?i)([?&](?=[^?&=#\s]*=[^&#\s])[^?&=#\s]*?(?:%s)[^?&=#\s]*=)[^&#\s]+' % _NAMES

# An API key of the service; and dotted words, each of which may be a JSON Web Token. A pattern for the token itself
# would start at every ``eyJ`` in a word, and search to the end of the word.
_API_KEY = 'csa_[0-9A-Za-z]{20,}'
_DOTTED = r'(?<![\w.-])[\w-]+(?:\.[\w-]*){2,}'

# An escaped character in URLs, JSON, Python's repr or HTML: a hexadecimal number, a decimal number, or a name.
_ESCAPED = (r'(?:%|\\x)([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})|&#[xX]([0-9A-Fa-f]{1,6});'
            r'|&#([0-9]{1,7});|&([A-Za-z]{2,8});|\\([\\"\'/abfnrtv])')
# Escaped text may be escaped again. Each layer takes one pass; the limit keeps the time linear.
_MAX_ESCAPE_LAYERS = 4
# A character of UTF-8 whose bytes were decoded as Latin-1.
_MOJIBAKE = u'[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}'
_NOT_ASCII = u'[^\x00-\x7f]'
_NOT_ALPHANUMERIC = r'(?u)[\W_]+'

# A shorter secret would match inside ordinary words, or across the end of one word and the start of the next.
_MIN_SECRET_LENGTH = 4
_MIN_LENGTH_ACROSS_WORDS = 8

# The longest text that messages and logs show, and the longest that is searched for secrets first.
_MAX_SHOWN = 500
_MAX_SCRUBBED = 100 * _MAX_SHOWN
# The length of a character that is escaped twice.
_MAX_ESCAPED_LENGTH = 12
# Control characters and bidirectional formatting characters, which a terminal interprets.
_CONTROL = u'[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+'


def is_secret(name):
    """Return whether a header, field or setting of this name is secret.

    :param str name: for example ``'X-Api-Key'``, ``'two_factor_token'`` or ``'timeout'``.
    :rtype: bool
    """
    if not isinstance(name, six.string_types) or name in _PUBLIC_NAMES:
        return False
    return re.search(_SECRET_NAME, name) is not None


def mask(value):
    """Copy headers, settings or a JSON value with its secret values masked; empty values are shown."""
    if isinstance(value, dict):
        return {name: MASK if item and is_secret(name) else mask(item) for name, item in value.items()}
    if isinstance(value, list):
        return [mask(item) for item in value]
    return scrub(value) if isinstance(value, six.string_types) else value


def find_secrets(value):
    """Collect the strings that have secret names.

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
        elif (secret, id(value)) not in seen:
            # An attribute that a program sets on its configuration may contain itself.
            seen.add((secret, id(value)))
            # The prefix of a key is stored under the name of the key's header.
            waiting.extend((secret or is_secret(name), item) for name, item in _named_items(value)
                           if name != 'api_key_prefix')
    return found


def _named_items(value):
    if isinstance(value, dict):
        # A copy: another thread may set an attribute of the configuration meanwhile.
        return dict(value).items()
    if not isinstance(value, (list, tuple)):
        return []
    if len(value) == 2 and isinstance(value[0], six.string_types):
        return [(None, value[0]), (value[0], value[1])]
    return [(None, item) for item in value]


def collect_secrets(configuration, *sources):
    """Collect the secrets of a request, which the response may echo.

    :param Configuration configuration: its settings, and the credentials of its proxy.
    :param sources: headers, parameters and bodies of the request.
    :rtype: list
    """
    # Leave out the names of the variables and files that secret settings were read from.
    settings = {name: value for name, value in dict(vars(configuration)).items() if name != '_origins'}
    # A renewable token is an object.
    settings['access_token'] = getattr(configuration.access_token, 'current', configuration.access_token)
    return credentials_in(configuration.proxy) + find_secrets([settings] + list(sources))


def scrub(text, values=()):
    """Mask secrets in a text: the given values, credentials and secret parameters in URLs, secret headers, and tokens.

    A given value is also found if it is escaped, in another letter case or in another encoding. Then, the whole word
    around it is masked, or the whole text if it spans several words. The time is linear in the length of the text.

    :param str text: a log message or an error's description.
    :param values: secret strings, for example from :func:`find_secrets`; ``'Bearer abc'`` also covers ``abc`` alone.
        Those with fewer than four characters are ignored: they would match inside ordinary words.
    :rtype: str
    """
    # Python 2 cannot compare non-ASCII bytes and text.
    same_type = six.ensure_text if isinstance(text, six.text_type) else six.ensure_binary
    values = {same_type(value, errors='replace') for value in values} - {same_type(MASK)}
    # Parts after whole values: with its last word masked, a passphrase with different whitespace would not be found.
    parts = {part for value in values for part in (value.partition(' ')[2], value.rpartition(' ')[2])} - values
    text = _mask_values(_mask_values(text, values), parts)
    text = re.sub(_USER_INFO, MASK + '@', text)
    text = re.sub(_IN_QUERY, r'\1' + MASK, text)
    return _mask_tokens(re.sub(_HEADER, r'\1' + MASK, text))


def printable_line(text, secrets=()):
    """Make a text safe to show: secrets masked, one line, no control characters, encodable, at most 500 characters.

    :param str text: the text, Unicode on Python 2.
    :param secrets: see :func:`scrub`.
    :rtype: str
    """
    margin = _MAX_ESCAPED_LENGTH * max(map(len, secrets or ['']))
    is_cut = len(text) > _MAX_SCRUBBED + margin
    text = scrub(text[:_MAX_SCRUBBED + margin], secrets)
    if is_cut:
        # The cut may have split a secret, which scrub() does not find.
        text = text[:max(len(text) - margin, 0)]
    line = u' '.join(re.sub(_CONTROL, u' ', text).split())
    # Shortened after scrubbing: half a secret would not be masked.
    if len(line) > _MAX_SHOWN:
        line = line[:_MAX_SHOWN - 3] + u'...'
    return line.encode('utf-8', 'backslashreplace').decode('utf-8')


def _mask_values(text, values):
    try:
        return _mask_all_forms(text, values)
    except (EnvironmentError, ImportError):
        # The modules for accents and HTML are imported when needed, which fails if the process can open no more files.
        return MASK


def _mask_all_forms(text, values):
    # The longest first: masking a shorter one inside it would leave the rest readable.
    for value in sorted(values, key=len, reverse=True):
        if len(value) >= _MIN_SECRET_LENGTH:
            text = text.replace(value, MASK)
    # Stripped of its symbols, a secret is found in most forms. One with few letters is only unescaped.
    few_letters = {value for value in values if len(_normalize(value)) < _MIN_SECRET_LENGTH}
    text = _mask_escaped(text, values - few_letters, _normalize)
    return _mask_escaped(text, few_letters, _unescape)


def _mask_tokens(text):
    """Mask everything that looks like an API key or a JSON Web Token."""
    return re.sub(_DOTTED, _mask_json_web_token, re.sub(_API_KEY, MASK, text))


def _mask_json_web_token(found):
    text = found.group()
    start = text.find('eyJ')  # '{"' in Base64; a token has three parts, the last of which is its signature
    return text[:start] + MASK if start >= 0 and text.count('.', start) >= 2 else text


def _mask_escaped(text, values, normalize):
    """Mask the words, or else the whole text, that contain a secret in another form.

    :param normalize: a function that maps all forms of a text to the same one.
    """
    def contains_any(secrets, text):
        normalized = normalize(text)
        return any(secret in normalized for secret in secrets)

    secrets = [secret for secret in map(normalize, values) if len(secret) >= _MIN_SECRET_LENGTH]
    if not secrets or not contains_any(secrets, text):
        return text
    text = re.sub(r'\S+', lambda word: MASK if contains_any(secrets, word.group()) else word.group(), text)
    across_words = [secret for secret in secrets if len(secret) >= _MIN_LENGTH_ACROSS_WORDS]
    return MASK if contains_any(across_words, text) else text


def _normalize(text):
    """Reduce a text to its letters and digits, unescaped."""
    return re.sub(_NOT_ALPHANUMERIC, u'', _unescape(text))


def _unescape(text):
    """Unescape a text, in lower case and without accents."""
    text = six.ensure_text(text, errors='replace')
    for _ in range(_MAX_ESCAPE_LAYERS):
        escaped, text = text, re.sub(_ESCAPED, _unescape_character, text)
        if text == escaped:
            break
    # JSON escapes a character beyond U+FFFF as two surrogates.
    text = codecs.utf_16_le_decode(codecs.utf_16_le_encode(text, 'surrogatepass')[0], 'replace', True)[0]
    text = re.sub(_MOJIBAKE, lambda found: found.group().encode('latin-1').decode('utf-8', 'ignore'), text)
    if re.search(_NOT_ASCII, text):
        import unicodedata  # few texts need it

        # One character at a time: unicodedata sorts combining characters in quadratic time.
        text = re.sub(_NOT_ASCII, lambda found: unicodedata.normalize('NFKD', found.group()), text)
    return text.lower()


def _unescape_character(found):
    hexadecimal = found.group(1) or found.group(2) or found.group(3) or found.group(4)
    decimal, name, control = found.group(5, 6, 7)
    if control:
        return control if control in u'\\"\'/' else u' '
    if name:
        from six.moves.html_entities import name2codepoint  # few texts need it

        return six.unichr(name2codepoint[name]) if name in name2codepoint else found.group()
    try:
        return six.unichr(int(hexadecimal, 16) if hexadecimal else int(decimal))
    except (OverflowError, ValueError):
        return u''
