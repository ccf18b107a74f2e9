"""Check the URLs of the service and the proxy, and extract the credentials in a proxy's URL."""

import re
import string

import six
from six.moves.urllib.parse import unquote
from urllib3.exceptions import LocationValueError
from urllib3.util import parse_url

from . import validation
from .headers import basic_credentials
from .host_rules import LOOPBACK, matches_host

# RFC 3986 section 2: without any other character, a URL cannot inject a line break or a second host.
UNRESERVED = string.ascii_letters + string.digits + '-._~'
_URL_CHARACTERS = UNRESERVED + "!$&'()*+,;=" + ':/?#[]@' + '%'
#: A percent sign that escapes nothing; it would make urllib3 encode the whole URL again.
STRAY_PERCENT_SIGN = '%(?![0-9A-Fa-f]{2})'
_PROXY_SCHEMES = ('http', 'https', 'socks4', 'socks4a', 'socks5', 'socks5h')


def check_host(name, value):
    """Check the base URL of the API.

    :return: the URL without trailing slashes.
    :rtype: str
    :raises TypeError: if it is not a str.
    :raises ValueError: if it is not an ``http`` or ``https`` URL of a host and an optional path, or contains
        credentials, a query, a fragment or a ``..`` segment.
    """
    url = check_url(name, value)
    if '@' in url:
        raise ValueError('%s must not contain credentials; set api_key, or username and password' % name)
    if '?' in url or '#' in url:
        raise ValueError('%s must be a base URL without query or fragment' % name)
    if any(segment in ('.', '..') for segment in url.lower().replace('%2e', '.').split('/')):
        raise ValueError('%s must not have . or .. segments in its path' % name)
    if re.search(STRAY_PERCENT_SIGN, url):
        raise ValueError('%s must not contain a %% that is not followed by two hexadecimal digits' % name)
    return url.rstrip('/')


def check_proxy(name, value):
    """Check the URL of a proxy.

    :return: the URL; ``None`` if it is empty.
    :raises TypeError: if it is not a str.
    :raises ValueError: if it is not a URL with a proxy's scheme and a host, and optional credentials.
    """
    if not value:
        return None
    url = check_url(name, value, _PROXY_SCHEMES)
    # An unencoded / ? or # in a password ends the host there; the rest would be shown as a path.
    if '@' in ''.join(re.split('[/?#]', url.partition('://')[2])[1:]):
        raise ValueError('%s must have the special characters of its password percent-encoded' % name)
    return url


def is_insecure(url, proxy=None):
    """Return whether a request to a URL can be read on its way to another machine.

    :param str url: the URL.
    :param str proxy: URL of the proxy that the request goes through, or ``None``.
    :rtype: bool
    """
    if url[:5].lower() != 'http:':
        return False
    return not all(matches_host(LOOPBACK, hop) for hop in (url, proxy) if hop)


def split_credentials(url):
    """Separate a proxy's URL from its credentials, so that errors that name the URL do not show them.

    :param str url: a URL accepted by :func:`check_proxy`.
    :return: the URL without credentials, the username and the password; both ``None`` if the URL has none.
    :rtype: tuple
    """
    parts = parse_url(url)
    address = parts._replace(auth=None).url
    if parts.auth is None:
        return address, None, None
    username, _, password = parts.auth.partition(':')
    return address, unquote(username), unquote(password)


def credentials_in(url):
    """Collect the secrets in a proxy's URL, in each form that is sent; a username alone may be a token.

    :param str url: as for :func:`split_credentials`, or ``None``.
    :rtype: list
    """
    _, username, password = split_credentials(url) if url else (None, None, None)
    return [] if username is None else [password or username, basic_credentials(username, password)]


def check_url(name, value, schemes=('https', 'http')):
    """Check a URL; no error shows it, since it may contain credentials.

    :raises TypeError: if it is not a str.
    :raises ValueError: if it is not a URL with one of these schemes and a valid host.
    """
    url = six.ensure_str(validation.check_str(name, value))
    if not url or not validation.contains_only(_URL_CHARACTERS, url):
        raise ValueError('%s must be an ASCII URL without spaces or line breaks' % name)
    scheme, separator, _ = url.partition('://')
    if not separator or scheme.lower() not in schemes:
        raise ValueError('%s must be a URL that starts with %s'
                         % (name, ' or '.join(known + '://' for known in schemes)))
    try:
        parts = parse_url(url)
        # The host is looked up in IDNA form, which rules out empty and overlong labels.
        usable = parts.host and parts.port != 0 and parts.host.encode('idna')
    except (LocationValueError, UnicodeError):
        usable = False
    if not usable:
        raise ValueError('%s must be a URL with a valid host and, if it has a port, one from 1 to 65535' % name)
    return url
