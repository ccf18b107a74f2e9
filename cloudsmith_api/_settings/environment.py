"""Settings from environment variables and the files of the service's command-line tool (as of its release 1.30)."""

import io
import os
import re
import stat
import sys
from collections import namedtuple

import six
from six.moves import configparser

from .._common import validation
from .._common.host_rules import LOOPBACK
from .._common.tracebacks import warn
from ..exceptions import InsecureFileWarning

_ON_MACOS = sys.platform == 'darwin'
_ON_WINDOWS = os.name == 'nt'

#: A setting that was found: its value and its origin.
Found = namedtuple('Found', ('value', 'origin'))

# The proxies for the https URLs of all programs; the lower-case spelling takes precedence, as in other programs.
_SYSTEM_PROXIES = ('https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY')
# An older name; true turns the verification off.
_WITHOUT_SSL_VERIFY = 'CLOUDSMITH_WITHOUT_API_SSL_VERIFY'
# The first variable that is not empty is used, and the first such option in a section. The newer names come first.
_VARIABLES = (
    ('api_key', ('CLOUDSMITH_API_KEY',)),
    ('host', ('CLOUDSMITH_API_HOST',)),
    ('proxy', ('CLOUDSMITH_PROXY', 'CLOUDSMITH_API_PROXY') + _SYSTEM_PROXIES),
    ('no_proxy', ('no_proxy', 'NO_PROXY')),
    ('user_agent', ('CLOUDSMITH_API_USER_AGENT',)),
    ('default_headers', ('CLOUDSMITH_API_HEADERS',)),
    ('verify_ssl', ('CLOUDSMITH_SSL_VERIFY', _WITHOUT_SSL_VERIFY)),
    ('ssl_verify_strict', ('CLOUDSMITH_SSL_VERIFY_STRICT',)),
    ('ssl_ca_cert', ('SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE')),
)
_CREDENTIALS_OPTIONS = (('api_key', 'api_key'),)
_CONFIG_OPTIONS = (('host', 'api_host'), ('proxy', 'proxy'), ('proxy', 'api_proxy'), ('user_agent', 'api_user_agent'),
                   ('default_headers', 'api_headers'), ('verify_ssl', 'ssl_verify'), ('verify_ssl', 'api_ssl_verify'),
                   ('ssl_verify_strict', 'ssl_verify_strict'))
# Anyone who sets one of these may be able to obtain the credentials.
_TRUSTED = frozenset(['default_headers', 'host', 'proxy', 'ssl_verify_strict', 'verify_ssl'])
_ORG_OPTIONS = (('org', 'oidc_org'), ('org', 'org'), ('org', 'organization'))
_BOOLEANS = dict.fromkeys(('1', 'yes', 'y', 'true', 't', 'on'), True)
_BOOLEANS.update(dict.fromkeys(('0', 'no', 'n', 'false', 'f', 'off'), False))

# The files that this process has warned about. It warns once: the command-line tool may make them accessible again.
_warned_paths = set()


def find_settings(profile=None, overridden=(), environ=os.environ):
    """Find settings in variables and files; a variable takes precedence over a file.

    :param str profile: the section ``[profile:NAME]`` to read before ``[default]``; ``CLOUDSMITH_PROFILE`` by default.
    :param overridden: the names of settings to leave out, whose variables and options may be invalid.
    :param dict environ: the environment's variables.
    :return: name of a setting -> :class:`Found`.
    :rtype: dict
    :raises ValueError: if a file is malformed or cannot be read, or no file has the profile; the message names file,
        section and line, and shows no value.
    """
    profile = validation.check_str('profile', profile or environ.get('CLOUDSMITH_PROFILE') or '')
    # Unicode, like the contents of the files, with which the parser of Python 2 compares it.
    profile = six.ensure_text(profile, errors='replace')
    credentials = _read_file('CLOUDSMITH_CREDENTIALS_FILE', 'credentials.ini', environ)
    config = _read_file('CLOUDSMITH_CONFIG_FILE', 'config.ini', environ)
    if profile not in ('', 'default') and not (credentials.has(profile) or config.has(profile)):
        raise ValueError(
            'no section [profile:%s] in %s or %s' % (six.ensure_str(profile), credentials.path, config.path))
    found = config.look_up(_leave_out(overridden, _CONFIG_OPTIONS), profile)
    found.update(credentials.look_up(_leave_out(overridden, _CREDENTIALS_OPTIONS), profile))
    variables = _read_variables(environ, _leave_out(overridden, _VARIABLES))
    if 'api_key' in found and 'api_key' not in variables:
        _warn_if_accessible(credentials.path, 0o044, 'contains an API key, and other users of this machine can read it')
    trusted = sorted(_TRUSTED.intersection(found).difference(variables))
    if trusted:
        _warn_if_accessible(config.path, 0o022, 'sets %s, and other users of this machine can write to it'
                            % ' and '.join(trusted))
    found.update(variables)
    if 'api_key' not in found and 'access_token' not in overridden:
        found.update(_find_oidc_token(environ, config, profile))
    _add_scheme(found, 'host', 'https://')
    _add_scheme(found, 'proxy', 'http://')
    _complete_no_proxy(found)
    return found


def _leave_out(names, sources):
    return [(name, source) for name, source in sources if name not in names]


def _read_variables(environ, sources):
    found = {}
    for name, variables in sources:
        for variable in reversed(variables):
            # A key copied from a file may end in a line break.
            value = environ.get(variable, '').strip()
            if value:
                found[name] = Found(_parse_value(name, value, variable, variable), variable)
    return found


def _find_oidc_token(environ, config, profile):
    """Find an :class:`.OidcToken` for the CI system: the last resort, if there is no API key."""
    if not environ.get('CLOUDSMITH_SERVICE_SLUG'):
        return {}
    from .identity_providers import find_oidc_token  # few programs run in such a CI system

    org = config.look_up(_ORG_OPTIONS, profile).get('org')
    token = find_oidc_token(environ, None if org is None else org.value)
    return {} if token is None else {'access_token': Found(token, 'OIDC by ' + token.provider)}


def _add_scheme(found, name, scheme):
    """Complete a URL that was given without a scheme, as ``host`` or ``//host``."""
    url = found.get(name)
    if url is not None and '://' not in url.value:
        found[name] = url._replace(value=scheme + url.value.lstrip('/'))


def _parse_value(name, value, origin, label):
    """Parse the text of a setting.

    :param str origin: where it was found, for the message.
    :param str label: the name of the option or variable.
    :raises ValueError: if it cannot be parsed; the message does not show it.
    """
    if name == 'default_headers':
        return _parse_headers(value, origin)
    if name not in ('verify_ssl', 'ssl_verify_strict'):
        return value
    if value.lower() not in _BOOLEANS:
        raise ValueError('%s: %s must be true or false' % (origin, label))
    return _BOOLEANS[value.lower()] != (label == _WITHOUT_SSL_VERIFY)


def _parse_headers(value, origin):
    pairs = [item.partition('=') for item in value.split(',') if item.strip()]
    if not all(separator for _, separator, _ in pairs):
        raise ValueError('%s: expected Name=value pairs separated by commas' % origin)
    return {name.strip(): content.strip() for name, _, content in pairs}


def _complete_no_proxy(found):
    """Add to ``NO_PROXY`` the other hosts that are reached without the proxy: this machine, such as the sandbox."""
    no_proxy = found.pop('no_proxy', None)
    if 'proxy' in found:
        origin = found['proxy'].origin
        rules = LOOPBACK + (',http://' if origin in _SYSTEM_PROXIES else '')
        if no_proxy is not None:
            rules, origin = '%s,%s' % (rules, no_proxy.value), no_proxy.origin
        found['no_proxy'] = Found(rules, origin)


def _read_file(variable, name, environ):
    """Read the file that a variable names, which must exist, or the first file of that name in the tool's folders."""
    if environ.get(variable):
        path = os.path.expanduser(environ[variable])
        try:
            return _SettingsFile(path, _read_text(path))
        except ValueError as error:
            problem = '%s (from %s)' % (error, variable)
        raise ValueError(problem)
    # Never the current folder: a file there may belong to a cloned repository.
    paths = [os.path.join(folder, name) for folder in _folders(environ)]
    for path in paths:
        if os.path.exists(path):
            return _SettingsFile(path, _read_text(path))
    return _SettingsFile(paths[0] if paths else name, u'')


def _folders(environ):
    home = os.path.expanduser('~')
    if _ON_MACOS:
        application = os.path.join(home, 'Library', 'Application Support')
    elif _ON_WINDOWS:
        application = environ.get('APPDATA') or os.path.join(home, 'AppData', 'Roaming')
    else:
        application = environ.get('XDG_CONFIG_HOME') or os.path.join(home, '.config')
    folders = [os.path.join(application, 'cloudsmith'), os.path.join(home, '.cloudsmith')]
    # A relative folder would be in the current one. The XDG specification says to ignore it; ~ stays unexpanded for a
    # user without an account.
    return [folder for folder in folders if os.path.isabs(folder)]


class _SettingsFile(object):
    """A file of the command-line tool, with the sections ``[default]`` and ``[profile:NAME]``."""

    def __init__(self, path, text):
        self.path = path
        self._text = text
        self._parser = configparser.RawConfigParser()
        # On Python 2.7, read_file is called readfp.
        read = getattr(self._parser, 'read_file', None) or self._parser.readfp
        try:
            read(io.StringIO(text))
        except configparser.Error as error:
            problem = self._malformed(error)
        else:
            # The parser would merge [DEFAULT], which the tool does not have, into all sections.
            self._parser.defaults().clear()
            return
        # Not raised above: the parser's error, which quotes the line, would become its context.
        raise problem

    def has(self, profile):
        return self._parser.has_section('profile:' + profile)

    def look_up(self, options, profile):
        """Return the settings of the profile's section, completed by those of ``[default]``."""
        found = {}
        for section in (['profile:' + profile] if profile else []) + ['default']:
            for name, option in options:
                if name not in found and self._parser.has_option(section, option):
                    value = self._parser.get(section, option).strip().strip('"\'')
                    if value:
                        found[name] = self._setting(name, six.ensure_str(value), section, option)
        return found

    def _setting(self, name, value, section, option):
        origin = '%s, section [%s], line %d' % (self.path, six.ensure_str(section), self._line_of(section, option))
        if '\n' in value:
            raise ValueError('%s: %s must be on one line; an indented line continues it' % (origin, option))
        return Found(_parse_value(name, value, origin, option), origin)

    def _line_of(self, section, option):
        """Return the line number of an option, which the parser does not keep."""
        lines = self._text.split('\n')
        first = next(number for number, line in enumerate(lines) if line.strip().startswith('[%s]' % section))
        # On Python 2 too, the parser ignores any Unicode space, such as a no-break space.
        pattern = re.compile(r'\s*%s\s*[=:]' % re.escape(option), re.IGNORECASE | re.UNICODE)
        return next(number for number, line in enumerate(lines[first:], first + 1) if pattern.match(line))

    def _malformed(self, error):
        # Neither the line nor the parser's error, which quotes it, is shown: it may contain half of a key.
        line = getattr(error, 'lineno', None) or error.errors[0][0]
        above = re.findall(r'^\s*\[([^]]+)\]', u'\n'.join(self._text.split('\n')[:line]), re.MULTILINE)
        where = 'in section [%s]' % six.ensure_str(above[-1]) if above else 'before any section'
        return ValueError('%s, %s, line %d: expected a [section] or "option = value", without duplicates'
                          % (self.path, where, line))


def _read_text(path):
    try:
        # Opening a FIFO would wait for its writer, and some devices never end.
        if path != os.devnull and not stat.S_ISREG(os.stat(path).st_mode):
            raise ValueError('%s cannot be read: it is not a regular file' % path)
        with io.open(path, encoding='utf-8-sig') as opened:
            return opened.read()
    except UnicodeError:
        raise ValueError('%s cannot be read: it is not UTF-8' % path)
    except (IOError, OSError) as error:
        raise ValueError('%s cannot be read: %s' % (path, error.strerror))


def _warn_if_accessible(path, mode, problem):
    """Warn once about a file that others can access: the command-line tool makes files accessible to their group."""
    if os.name == 'posix' and os.stat(path).st_mode & mode and path not in _warned_paths:
        warn('%s %s: run chmod 600 on it' % (path, problem), InsecureFileWarning)
        _warned_paths.add(path)
