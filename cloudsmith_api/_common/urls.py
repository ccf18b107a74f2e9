"""Which URLs a client may be given for the service and for a proxy, and the user and password in one."""

import re
import string

import six
from six.moves.urllib.parse import unquote
from urllib3.exceptions import LocationValueError
from urllib3.util import parse_url

from . import validation
from .headers import basic_credentials

# The characters of a URL, RFC 3986 section 2: nothing else can smuggle in a line break or a second host.
UNRESERVED = string.ascii_letters + string.digits + '-._~'
_URL_CHARACTERS = UNRESERVED + "!$&'()*+,;=" + ':/?#[]@' + '%'
_PROXY_SCHEMES = ('http', 'https', 'socks4', 'socks4a', 'socks5', 'socks5h')


def check_host(name, value):
    """Check the base URL of the API.

    :return: the URL without the slashes it may end in.
    :rtype: str
    :raises TypeError: if it is not a text.
    :raises ValueError: if it is not an ``http`` or ``https`` URL of a host and maybe a path; in particular if it holds
        credentials, which belong elsewhere, or ``..``, which would lead to another place.
    """
    url = _check_url(name, value, ('https', 'http'))
    if '@' in url:
        raise ValueError('%s must not hold credentials; set api_key, or username and password' % name)
    if '?' in url or '#' in url:
        raise ValueError('%s must be a base URL without query or fragment' % name)
    if any(segment in ('.', '..') for segment in url.lower().replace('%2e', '.').split('/')):
        raise ValueError('%s must not have . or .. in its path' % name)
    if re.search('%(?![0-9A-Fa-f]{2})', url):
        raise ValueError('%s must not have a percent sign that encodes nothing' % name)
    return url.rstrip('/')


def check_proxy(name, value):
    """Check the URL of a proxy.

    :raises TypeError: if it is not a text.
    :raises ValueError: if it is not a URL that names a proxy's scheme and host, and maybe user and password.
    """
    if not value:
        return None
    url = _check_url(name, value, _PROXY_SCHEMES)
    # One of / ? # in a password ends the host there, and the rest would be shown as a path.
    if '@' in ''.join(re.split('[/?#]', url.partition('://')[2])[1:]):
        raise ValueError('%s must have special characters of its password percent-encoded' % name)
    return url


def split_credentials(url):
    """Take user and password out of a URL, so that no error that names the URL shows them.

    :param str url: one that :func:`check_proxy` has let pass.
    :return: the URL without them, and the two; ``None`` for each where the URL has none.
    :rtype: tuple
    """
    parts = parse_url(url)
    address = parts._replace(auth=None).url
    if parts.auth is None:
        return address, None, None
    username, _, password = parts.auth.partition(':')
    return address, unquote(username), unquote(password)


def credentials_in(url):
    """Collect the forms in which user and password of a URL travel.

    :param str url: as for :func:`split_credentials`, or ``None``.
    :rtype: list
    """
    _, username, password = split_credentials(url) if url else (None, None, None)
    return [] if username is None else [username, password, basic_credentials(username, password)]


def _check_url(name, value, schemes):
    """Check a URL; it is not shown in an error, since it may hold credentials."""
    url = six.ensure_str(validation.check_str(name, value))
    if not url or not validation.contains_only(_URL_CHARACTERS, url):
        raise ValueError('%s must be a URL in plain ASCII, without spaces or line breaks' % name)
    scheme, separator, rest = url.partition('://')
    if not separator or scheme.lower() not in schemes:
        raise ValueError('%s must be a URL that begins with one of: %s'
                         % (name, ', '.join(known + '://' for known in schemes)))
    try:
        parts = parse_url(url)
        # The host is looked up in this form, which has rules of its own for empty and overlong parts.
        usable = parts.host and parts.port != 0 and parts.host.encode('idna')
    except (LocationValueError, UnicodeError):
        usable = False
    if not usable:
        raise ValueError('%s must be a URL that names a valid host, and a port from 1 to 65535 if any' % name)
    return url
