"""Which URLs a client may be given for the service and for a proxy."""

import re

import six
from urllib3.exceptions import LocationValueError
from urllib3.util import parse_url

from . import arguments

# The characters of a URL, RFC 3986 section 2: nothing else can smuggle in a line break or a second host.
_PLAIN_URL = re.compile(r'[!#$%&-;=?@A-Z\[\]_a-z~]+\Z')
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
    return url.rstrip('/')


def check_proxy(name, value):
    """Check the URL of a proxy.

    :raises TypeError: if it is not a text.
    :raises ValueError: if it is not a URL that names a proxy's scheme and host.
    """
    return _check_url(name, value, _PROXY_SCHEMES) if value else None


def _check_url(name, value, schemes):
    """Check a URL; it is not shown in an error, since it may hold credentials."""
    url = six.ensure_str(arguments.text(name, value))
    if not _PLAIN_URL.match(url):
        raise ValueError('%s must be a URL in plain ASCII, without spaces or line breaks' % name)
    scheme, separator, rest = url.partition('://')
    if not separator or scheme.lower() not in schemes:
        raise ValueError('%s must be a URL that begins with one of: %s'
                         % (name, ', '.join(known + '://' for known in schemes)))
    try:
        host = parse_url(url).host
    except LocationValueError:
        host = None
    if not host:
        raise ValueError('%s must be a URL that names a valid host, and a port from 1 to 65535 if any' % name)
    return url
