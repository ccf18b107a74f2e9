"""Settings in words, for people and for bug reports: what each is, secrets masked, and where it came from."""

import sys
from collections import namedtuple

import urllib3

from .._common.redaction import MASK, find_secrets, is_secret, mask, scrub
from ..version import __version__

#: A setting as :meth:`.Configuration.describe` shows it: its name, its value in words, and where that came from:
#: ``'default'``, ``'program'``, ``'argument'``, or the name of a variable, or file, section and line.
Setting = namedtuple('Setting', ('name', 'value', 'origin'))


def describe(settings, factory, origins):
    """Say what each setting is, and where it came from.

    :param dict settings: values by the names of attributes.
    :param dict factory: the values of a configuration that nobody touched.
    :param dict origins: name -> ``(value, origin)`` of what was found in the environment or given with it.
    :return: a :class:`Setting` for each, in alphabetical order.
    :rtype: list
    """
    described = []
    for name, value in sorted(settings.items(), key=lambda item: item[0].lstrip('_')):
        found, origin = origins.get(name, (None, None))
        # A program may have set another since.
        if origin is None or found != value:
            origin = 'default' if name in factory and factory[name] == value else 'program'
        described.append(Setting(name.lstrip('_'), _format_value(name, value), origin))
    return described


def debug_report(described):
    """Put versions and settings into one text.

    :param list described: the settings, see :func:`describe`.
    :rtype: str
    """
    lines = ['Python SDK Debug Report:',
             'OS: %s' % sys.platform,
             'Python Version: %s' % sys.version.replace('\n', ' '),
             'Version of the API: v1',
             'SDK Package Version: %s' % __version__,
             'urllib3 Version: %s' % urllib3.__version__]
    return '\n'.join(lines + ['%s: %s (%s)' % setting for setting in described])


def _format_value(name, value):
    """Show a setting's value, or that it is secret."""
    if callable(value):
        # It may be bound to something that shows more.
        return getattr(value, '__name__', type(value).__name__)
    if not value or not is_secret(name):
        value = mask(value) if isinstance(value, dict) else value
        return scrub(repr(value), find_secrets({name: value}))
    # Which keys are set does show: one under a wrong name is never sent.
    return repr(dict.fromkeys(value, MASK)) if isinstance(value, dict) else MASK
