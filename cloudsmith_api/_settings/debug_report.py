"""Settings as text, secrets masked, with the origin of each."""

import ssl
import sys
from collections import namedtuple

import certifi
import urllib3

from .._common.redaction import MASK, find_secrets, is_secret, mask, scrub
from ..credentials import RenewableToken
from ..version import __version__

#: A setting as :meth:`.Configuration.describe` returns it: its name, its value as text, and its origin: ``'default'``,
#: ``'program'``, ``'argument'``, the name of a variable, or file, section and line.
Setting = namedtuple('Setting', ('name', 'value', 'origin'))


def describe(settings, defaults, origins):
    """Describe each setting: its value, secrets masked, and its origin.

    :param dict settings: the values, by name.
    :param dict defaults: the default values, by name.
    :param dict origins: name -> ``(value, origin)`` of what :meth:`.Configuration.from_environment` set.
    :return: a :class:`Setting` for each, in alphabetical order.
    :rtype: list
    """
    described, secrets = [], find_secrets(settings)
    for name, value in sorted(settings.items()):
        found, origin = origins.get(name, (None, None))
        # The program may have changed the setting since.
        if origin is None or found != value:
            origin = 'default' if name in defaults and defaults[name] == value else 'program'
        described.append(Setting(name, _format_value(name, value, secrets), origin))
    return described


def debug_report(described):
    """Format versions and settings as one text.

    :param list described: the settings, see :func:`describe`.
    :rtype: str
    """
    lines = ['Python SDK Debug Report:',
             'OS: %s' % sys.platform,
             'Python Version: %s' % sys.version.replace('\n', ' '),
             'Version of the API: v1',
             'SDK Package Version: %s' % __version__,
             'urllib3 Version: %s' % urllib3.__version__,
             'certifi Version: %s' % certifi.__version__,
             'TLS Library: %s' % ssl.OPENSSL_VERSION]
    return '\n'.join(lines + ['%s: %s (%s)' % setting for setting in described])


def _format_value(name, value, secrets):
    """Format a setting's value, masked if it is secret."""
    if isinstance(value, RenewableToken):
        return repr(value)
    if callable(value):
        # Its repr could show secrets: a bound method's shows its object, a partial's its arguments.
        return getattr(value, '__name__', type(value).__name__)
    try:
        if not value or not is_secret(name):
            return scrub(repr(mask(value)), secrets)
    except Exception as error:
        # An attribute of the program has a bug: the report is for bugs, including this one.
        return '<%s that cannot be shown: %s>' % (type(value).__name__, type(error).__name__)
    # Show the names of keys: a key under a wrong name is never sent.
    return repr(dict.fromkeys(value, MASK)) if isinstance(value, dict) else MASK
