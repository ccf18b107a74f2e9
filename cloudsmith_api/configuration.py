"""The settings of a client. Making or copying a configuration does no I/O."""

import sys

import six

from ._common import validation
from ._common.headers import basic_credentials
from ._common.tracebacks import hide_locals, warn
from ._settings import log_output
from ._settings.validators import API_KEY_HEADER, SETTINGS, default_settings
from .exceptions import UnknownSettingWarning


class Configuration(object):
    """The settings of a client.

    Programs may set attributes of their own. The transport and TLS settings (``verify_ssl`` to
    ``connection_pool_maxsize``), ``default_headers`` and ``user_agent`` are read when a client is created, all others
    for each call.

    :ivar str host: base URL of the API, with or without a trailing slash.
    :ivar dict api_key: ``{'X-Api-Key': 'your key'}``.
    :ivar dict api_key_prefix: ``{'X-Api-Key': 'Bearer'}`` if the key is sent with a prefix.
    :ivar refresh_api_key_hook: called with this configuration before the key is read; it may set a new key. A call that
        it makes with this configuration raises ``ValueError``.
    :ivar access_token: a bearer token, sent instead of an API key: a str; a function that returns the token, or a pair
        of the token and its lifetime in seconds, and is called again before the token expires; or a
        :class:`~.credentials.RenewableToken`.
    :ivar str username: for basic authentication, if neither a token nor an API key is set.
    :ivar str password: for basic authentication.
    :ivar timeout: seconds: a pair ``(connect, read)`` for each operation, or a number for the whole call.
    :ivar retries: the maximum number of retries of a call that is safe to repeat; 0 for none; a ``urllib3.Retry`` is
        used as is.
    :ivar float max_retry_after: the longest ``Retry-After`` to wait for, in seconds; if the service asks for more, the
        call fails at once.
    :ivar int max_response_bytes: the maximum size of a response body, after decompression.
    :ivar float idle_timeout: seconds after which an idle connection is no longer used: a firewall or NAT may have
        forgotten it.
    :ivar bool verify_ssl: whether the service's certificate is verified; leave it on.
    :ivar bool ssl_verify_strict: whether certificates must follow RFC 5280 in every detail, such as the key identifiers
        of authorities; that is checked on Python 3.13 and newer, with urllib3 2.4 and newer.
    :ivar str ssl_ca_cert: path of the CA bundle (a file or a folder) to trust instead of certifi's.
    :ivar str cert_file: path of a client certificate, and of its key unless ``key_file`` is set.
    :ivar str key_file: path of the client certificate's key.
    :ivar assert_hostname: the name that the certificate must be valid for, if it is not the host's; ``False`` for any.
    :ivar str tls_server_name: the name to request in the TLS handshake (SNI), for which the certificate must be valid
        unless ``assert_hostname`` is set; the host's by default.
    :ivar str proxy: URL of a proxy: ``http``, ``https`` or ``socks5`` (needs PySocks), with optional credentials.
    :ivar str no_proxy: hosts to reach without the proxy, in the format of the variable ``NO_PROXY``.
    :ivar int connection_pool_maxsize: the maximum number of connections to the service, and of background threads.
    :ivar str safe_chars_for_path_param: characters of path parameters that are not percent-encoded.
    :ivar bool pace: whether to space calls by the service's ``X-RateLimit-Interval``, to stay within the rate limit; a
        call that would wait longer than ``max_retry_after``, or than its timeout, fails at once.
    :ivar bool client_side_validation: whether the fields of models and request bodies are validated.
    :ivar str user_agent: the ``User-Agent`` header of clients; ``None`` for the default one.
    :ivar dict default_headers: headers that clients send with each call, see :attr:`.ApiClient.default_headers`.
    :ivar str temp_folder_path: ignored; kept for scripts that set it.
    :ivar bool debug: whether each call is logged, with its headers, secrets masked.
    :ivar str logger_file: file to log to, in UTF-8, opened at the first record; ``None`` for standard error.
    :ivar str logger_format: the format of a log record, see :class:`logging.Formatter`.
    """

    #: The configuration that every later ``Configuration()`` copies, see :meth:`set_default`.
    _default = None

    def __init__(self):
        self._copy_from(dict(default_settings(), _origins={}) if self._default is None else vars(self._default))

    @classmethod
    @hide_locals
    def from_environment(cls, profile=None, **settings):
        """Make a configuration from environment variables and the files of the command-line tool.

        Arguments take precedence over variables, and variables over files. The variables are those of the command-line
        tool, such as ``CLOUDSMITH_API_KEY`` and ``CLOUDSMITH_API_HOST``, then ``HTTPS_PROXY``, ``ALL_PROXY``,
        ``NO_PROXY``, ``SSL_CERT_FILE``, ``SSL_CERT_DIR`` and ``REQUESTS_CA_BUNDLE``. The files are the tool's
        ``credentials.ini`` and ``config.ini``, or those that ``CLOUDSMITH_CREDENTIALS_FILE`` and
        ``CLOUDSMITH_CONFIG_FILE`` name. An empty value counts as unset. The current folder is never searched.

        In a CI system that issues identity tokens (OpenID Connect), if there is no API key, ``CLOUDSMITH_WORKSPACE``
        and ``CLOUDSMITH_SERVICE_SLUG`` set ``access_token`` to a token that the first call fetches: see
        :class:`~.credentials.OidcToken`.

        :param str profile: the files' section ``[profile:NAME]`` to read before ``[default]``; ``CLOUDSMITH_PROFILE``
            by default.
        :param settings: any setting by name; ``api_key`` may be the key itself.
        :rtype: Configuration
        :raises TypeError: for an unknown setting.
        :raises ValueError: if a file is malformed or cannot be read, there is no such profile, or a value is invalid;
            the message names its origin.
        """
        # A plain Configuration() never needs them.
        from ._settings.environment import Found, find_settings
        from ._settings.foreign_names import replacement_for

        configuration = cls()
        overridden = set(settings)
        if any(settings.get(name) or getattr(configuration, name) for name in ('api_key', 'username')):
            # Credentials that the program sets take precedence over the token of a CI system.
            overridden.add('access_token')
        found = find_settings(profile, overridden)
        found.update((name, Found(value, 'argument')) for name, value in settings.items())
        # In reverse order: setting proxy may clear no_proxy, so proxy must come first.
        for name, (value, origin) in sorted(found.items(), reverse=True):
            if name.startswith('_') or name not in vars(configuration):
                replacement = replacement_for(name, SETTINGS)
                raise TypeError('unknown setting %r%s' % (name, replacement and ': ' + replacement))
            if name == 'api_key' and not isinstance(value, dict):
                value = {API_KEY_HEADER: value}
            try:
                setattr(configuration, name, value)
            except ValueError as error:
                raise ValueError('%s (from %s)' % (error, origin))
            value = getattr(configuration, name)
            configuration._origins[name] = (dict(value) if isinstance(value, dict) else value, origin)
        return configuration

    def describe(self):
        """Describe each setting: its value, secrets masked, and its origin.

        :return: a :class:`.Setting` for each, in alphabetical order.
        :rtype: list
        """
        from ._settings.debug_report import describe  # no call needs it

        settings = dict(vars(self))
        origins = settings.pop('_origins')
        return describe(settings, default_settings(), origins)

    def _origin_of(self, name):
        """Return the variable or file that a setting comes from; ``None`` if the program set it."""
        value, origin = self._origins.get(name, (None, 'argument'))
        return origin if origin != 'argument' and value == getattr(self, name) else None

    def _copy_from(self, settings):
        # A copy: another thread may set an attribute of the default configuration meanwhile.
        for name, value in dict(settings).items():
            self.__dict__[name] = type(value)(value) if type(value) in (dict, list, set) else value

    def __copy__(self):
        copied = type(self).__new__(type(self))
        copied._copy_from(vars(self))
        return copied

    @hide_locals
    def __setattr__(self, name, value):
        if name in SETTINGS:
            _, check = SETTINGS[name]
            value = check(name, value)
        elif name not in vars(self):
            from ._settings.foreign_names import replacement_for  # most programs add no attributes of their own

            replacement = replacement_for(name, SETTINGS)
            if replacement:
                warn('%s is not a setting, and has no effect: %s' % (name, replacement), UnknownSettingWarning)
        super(Configuration, self).__setattr__(name, value)
        if name == 'proxy' and self._origin_of('no_proxy'):
            # NO_PROXY was meant for the proxy that the environment had set.
            self.no_proxy = None
        if name == 'debug':
            log_output.set_debug_level(self.debug)
        if name in ('debug', 'logger_file', 'logger_format'):
            if self.debug or self.logger_file:
                log_output.add_handler(self.logger_file, self.logger_format)
            else:
                log_output.remove_handler()

    @classmethod
    def set_default(cls, default):
        """Make every later ``Configuration()`` a copy of this one, including attributes that the program added.

        :param Configuration default: ``None`` to restore the default settings.
        :raises TypeError: if it is neither.
        """
        if default is not None:
            validation.check_type('default', default, Configuration, 'a Configuration or None')
        cls._default = default

    @property
    def logger(self):
        """The two loggers that ``debug`` turns on, as a dict."""
        return dict(log_output.LOGGERS)

    def get_api_key_with_prefix(self, identifier):
        """Call ``refresh_api_key_hook``, and return an API key as it is sent.

        :param str identifier: the header of the key, ``'X-Api-Key'``.
        :return: ``None`` if no key is set.
        :rtype: str
        """
        if self.refresh_api_key_hook is not None:
            self._run_hook()
        prefix = self.api_key_prefix.get(identifier)
        if not prefix:
            return self.api_key.get(identifier) or None
        return _with_prefix(prefix, self.api_key.get(identifier))

    def _run_hook(self):
        if _is_running(sys._getframe().f_code, self):
            raise ValueError('refresh_api_key_hook must not make calls with the configuration that it refreshes')
        self.refresh_api_key_hook(self)

    @hide_locals
    def get_basic_auth_token(self):
        """Return the ``Authorization`` header of basic authentication, in UTF-8 (RFC 7617 section 2.1).

        :return: empty if neither username nor password is set.
        :rtype: str
        :raises ValueError: if the username contains a colon, which separates username and password in the header, or
            either is not valid Unicode.
        """
        if not self.username and not self.password:
            return ''
        username, password = self.username or '', self.password or ''
        if ':' in username:
            raise ValueError('username must not contain a colon')
        try:
            return 'Basic ' + basic_credentials(username, password)
        except UnicodeError:
            problem = 'username and password must be valid Unicode'
        # Not raised above: the codec's error, which contains the password, would become its context.
        raise ValueError(problem)

    @hide_locals
    def auth_settings(self):
        """Describe the authentication schemes that a call may name in ``auth_settings``.

        A subclass may override this method: calls then send the headers that it describes.

        :return: name -> ``type``, ``in``, ``key`` (the header) and ``value`` (the credential).
        :rtype: dict
        """
        return {name: {'type': kind, 'in': 'header', 'key': header, 'value': _current_value(get_value(self))}
                for name, (kind, header, get_value) in _SCHEMES.items()}

    @hide_locals
    def credential(self, scheme):
        """Return the credential of an authentication scheme.

        :param str scheme: ``'bearer'``, ``'apikey'`` or ``'basic'``.
        :return: the header's value; ``None`` if the credential is not set, or is a token that is not fetched yet or has
            expired.
        :rtype: str
        :raises ValueError: if the scheme is unknown.
        """
        return _current_value(self._find_credential([scheme])[1])

    def _find_credential(self, schemes):
        """Return the header of the first configured scheme, and its value: a str, or a renewable token.

        Both are ``None`` if no scheme is configured.
        """
        is_overridden = getattr(self.auth_settings, '__func__', None) is not _AUTH_SETTINGS
        for scheme in schemes:
            if scheme not in _SCHEMES:
                raise ValueError('auth_settings must contain only %s, got %r' % (', '.join(sorted(_SCHEMES)), scheme))
            if is_overridden:
                setting = self.auth_settings().get(scheme) or {}
                header, value = setting.get('key'), setting.get('value')
            else:
                _, header, get_value = _SCHEMES[scheme]
                value = get_value(self)
            if value:
                return header, value
        return None, None

    def to_debug_report(self):
        """Describe versions and settings for a bug report, secrets masked.

        :rtype: str
        """
        from ._settings.debug_report import debug_report  # no call needs it

        return debug_report(self.describe())

    def __repr__(self):
        shown = ('%s=%s' % (name, value) for name, value, origin in self.describe()
                 if name == 'host' or origin != 'default')
        return '<%s %s>' % (type(self).__name__, ', '.join(shown))


def _is_running(code, configuration):
    """Return whether the calling method is already running for this configuration, further up the stack.

    A flag would not do: it would stay set after Ctrl-C, and in a forked process.
    """
    frame = sys._getframe(2)
    while frame is not None and not (frame.f_code is code and frame.f_locals['self'] is configuration):
        frame = frame.f_back
    return frame is not None


@hide_locals
def _with_prefix(prefix, key):
    if not key:
        return None
    validation.check_str('api_key_prefix', prefix)
    validation.check_type('api_key', key, six.string_types + six.integer_types, 'a str')
    # On Python 2, one may be non-ASCII bytes, and the other Unicode. Headers are Latin-1.
    return '%s %s' % tuple(part.decode('latin-1') if isinstance(part, bytes) else part for part in (prefix, key))


def _current_value(credential):
    """Return the value of a credential; ``None`` for a renewable token that is not fetched yet, or has expired."""
    if not hasattr(credential, 'current'):
        return credential
    token = credential.current
    return 'Bearer ' + token if token else None


def _bearer_credential(configuration):
    token = configuration.access_token
    return 'Bearer ' + token if isinstance(token, six.string_types) else token


# The scheme's name in the API's description -> its type, its header, and a function that returns the header's value.
_SCHEMES = {
    'apikey': ('api_key', API_KEY_HEADER, lambda configuration: configuration.get_api_key_with_prefix(API_KEY_HEADER)),
    'basic': ('basic', 'Authorization', lambda configuration: configuration.get_basic_auth_token()),
    'bearer': ('bearer', 'Authorization', _bearer_credential),
}
_AUTH_SETTINGS = six.get_unbound_function(Configuration.auth_settings)
