"""The settings of a client; making or copying one does no I/O."""

import six
from urllib3 import Retry

from ._common import validation
from ._common.headers import basic_credentials
from ._common.urls import check_host, check_proxy
from ._settings import log_output

try:
    from os import cpu_count
except ImportError:  # pragma: no cover (Python 2.7)
    from multiprocessing import cpu_count

API_KEY_HEADER = 'X-Api-Key'


def _check_retries(name, value):
    """Check how often to try again: a count, or a ``urllib3.Retry`` that decides by rules of its own."""
    return value if isinstance(value, Retry) else validation.check_non_negative_int(name, value)


def _check_header_values(name, value):
    """Check a dict of what is sent in headers, by their names."""
    return validation.check_type(name, value, dict, "a dict such as {'%s': ...}" % API_KEY_HEADER)


_VALIDATORS = {
    'api_key': _check_header_values,
    'api_key_prefix': _check_header_values,
    'client_side_validation': validation.check_bool,
    'connection_pool_maxsize': validation.check_positive_int,
    'host': check_host,
    'idle_timeout': validation.check_seconds,
    'max_response_bytes': validation.check_positive_int,
    'max_retry_after': validation.check_seconds,
    'pace': validation.check_bool,
    'proxy': check_proxy,
    'retries': _check_retries,
    'timeout': validation.check_timeout,
    'verify_ssl': validation.check_bool,
}


class Configuration(object):
    """The settings of a client.

    Programs may set attributes of their own besides. Settings of transport and TLS (``verify_ssl`` to
    ``connection_pool_maxsize``) are read when a client first connects; the others for each call.

    :ivar str host: base URL of the API, with or without a trailing slash.
    :ivar dict api_key: ``{'X-Api-Key': 'your key'}``.
    :ivar dict api_key_prefix: ``{'X-Api-Key': 'Bearer'}`` where the key is sent behind a word.
    :ivar refresh_api_key_hook: called with this configuration before the key is read, for keys that change.
    :ivar str username: for HTTP basic authentication, where no API key is set.
    :ivar str password: for HTTP basic authentication.
    :ivar timeout: seconds: a pair ``(connect, read)`` for each operation, or a number for the whole call.
    :ivar retries: how many times a call is tried again where that is safe; 0 for never; a ``urllib3.Retry`` is used as
        it is.
    :ivar float max_retry_after: the longest wait, in seconds, that the service may ask for with ``Retry-After`` before
        a call is tried again; where it asks for more, the call fails at once.
    :ivar int max_response_bytes: the most that an answer's body may hold, after decompression.
    :ivar float idle_timeout: seconds after which an idle connection is not used again: a firewall or NAT may have
        forgotten it.
    :ivar bool verify_ssl: whether the service's certificate is checked; leave it on.
    :ivar str ssl_ca_cert: file of the certificates to trust instead of certifi's.
    :ivar str cert_file: file of a client certificate, and of its key unless ``key_file`` names another.
    :ivar str key_file: file of the client certificate's key.
    :ivar assert_hostname: the name the certificate must be for, where it is not the host's; ``False`` for any.
    :ivar str proxy: URL of a proxy: ``http``, ``https`` or ``socks5`` (needs PySocks), maybe with user and password.
    :ivar int connection_pool_maxsize: how many connections to the service a client keeps at most.
    :ivar str safe_chars_for_path_param: characters of path parameters that are sent as they are.
    :ivar bool pace: whether calls wait for each other, so that they are as far apart as the service's
        ``X-RateLimit-Interval`` asks for, instead of running into the rate limit; a call that would have to wait longer
        than ``max_retry_after``, or than the whole time allowed, fails at once.
    :ivar bool client_side_validation: whether what is sent is checked first.
    :ivar str user_agent: the ``User-Agent`` header of clients; they have one of their own where this is ``None``.
    :ivar str temp_folder_path: kept for scripts that set it; nothing is stored in files.
    :ivar bool debug: whether each call is logged, with headers, secrets masked.
    :ivar str logger_file: file to log to instead of the standard error stream.
    :ivar str logger_format: how a log record is laid out, see :class:`logging.Formatter`.
    """

    #: What every later ``Configuration()`` is a copy of, see :meth:`set_default`.
    _default = None

    def __init__(self):
        self._copy_from(vars(self._default) if self._default is not None else _default_settings())

    @classmethod
    def from_environment(cls, profile=None, **settings):
        """Make a configuration of what the environment's variables and the command-line tool's files say.

        What is given here goes before variables, and variables before files. ``CLOUDSMITH_API_KEY``,
        ``CLOUDSMITH_API_HOST``, ``CLOUDSMITH_API_PROXY`` and ``CLOUDSMITH_API_USER_AGENT`` count, then ``HTTPS_PROXY``
        (unless ``NO_PROXY`` has the host), ``SSL_CERT_FILE`` and ``REQUESTS_CA_BUNDLE``; then ``credentials.ini`` and
        ``config.ini`` of the command-line tool, or the files that ``CLOUDSMITH_CREDENTIALS_FILE`` and
        ``CLOUDSMITH_CONFIG_FILE`` name. An empty value counts as unset. The current folder is never looked into.

        :param str profile: the files' section ``[profile:NAME]`` to read before ``[default]``; by default
            ``CLOUDSMITH_PROFILE`` names it.
        :param settings: any setting by name; ``api_key`` may be the key itself.
        :rtype: Configuration
        :raises TypeError: for a setting that there is not.
        :raises ValueError: if a file is malformed or cannot be read, there is no such profile, or a value cannot be
            used; it says where that is.
        """
        from ._settings.environment import Found, find_settings  # what a plain Configuration() never needs

        if 'host' in settings:
            check_host('host', settings['host'])
        found = find_settings(profile, settings.get('host'))
        found.update((name, Found(value, 'argument')) for name, value in settings.items())
        configuration = cls()
        for name, (value, origin) in found.items():
            if name.startswith('_') or not {name, '_' + name} & set(vars(configuration)):
                raise TypeError('there is no setting %r' % name)
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
        """Say for each setting what it is, secrets masked, and where it came from.

        :return: a :class:`.Setting` for each, in alphabetical order.
        :rtype: list
        """
        from ._settings.debug_report import describe  # what no call needs

        settings = dict(vars(self))
        origins = settings.pop('_origins')
        return describe(settings, _default_settings(), origins)

    def _copy_from(self, settings):
        for name, value in settings.items():
            self.__dict__[name] = type(value)(value) if type(value) in (dict, list, set) else value

    def __copy__(self):
        copied = type(self).__new__(type(self))
        copied._copy_from(vars(self))
        return copied

    def __setattr__(self, name, value):
        check = _VALIDATORS.get(name)
        super(Configuration, self).__setattr__(name, value if check is None else check(name, value))

    @classmethod
    def set_default(cls, default):
        """Make every later ``Configuration()`` a copy of this one, with the attributes a program added to it.

        :param Configuration default: ``None`` to go back to the factory settings.
        :raises TypeError: if it is neither.
        """
        if default is not None:
            validation.check_type('default', default, Configuration, 'a Configuration or None')
        cls._default = default

    @property
    def logger(self):
        """The two loggers that :attr:`debug` turns on, as a dict."""
        return dict(log_output.LOGGERS)

    @property
    def debug(self):
        """Whether both loggers pass all records, to the standard error stream or :attr:`logger_file`."""
        return self._debug

    @debug.setter
    def debug(self, value):
        self._debug = bool(value)
        log_output.set_debug_level(self._debug)
        self._configure_logging()

    @property
    def logger_file(self):
        """The file that log records go to, opened with the first of them; ``None`` for the standard error stream."""
        return self._logger_file

    @logger_file.setter
    def logger_file(self, value):
        self._logger_file = value
        self._configure_logging()

    @property
    def logger_format(self):
        """How a log record is laid out, see :class:`logging.Formatter`."""
        return self._logger_format

    @logger_format.setter
    def logger_format(self, value):
        self._logger_format = validation.check_str('logger_format', value)
        self._configure_logging()

    def _configure_logging(self):
        if self._debug or self._logger_file:
            log_output.OUTPUT.write_to(self._logger_file, self._logger_format)
        else:
            log_output.OUTPUT.stop()

    def get_api_key_with_prefix(self, identifier):
        """Give an API key as it is sent, after ``refresh_api_key_hook`` had its chance to renew it.

        :param str identifier: the header the key is for, ``'X-Api-Key'``.
        :return: ``None`` where no key is set.
        :rtype: str
        """
        if self.refresh_api_key_hook is not None:
            self.refresh_api_key_hook(self)
        key = self.api_key.get(identifier)
        if not key:
            return None
        prefix = self.api_key_prefix.get(identifier)
        if not prefix:
            return key
        validation.check_type('api_key', key, six.string_types + six.integer_types, 'a str')
        return '%s %s' % (validation.check_str('api_key_prefix', prefix), key)

    def get_basic_auth_token(self):
        """Give the ``Authorization`` header of HTTP basic authentication, the pair in UTF-8 (RFC 7617 section 2.1).

        :return: empty where neither username nor password is set.
        :rtype: str
        :raises TypeError: if username or password is not a text.
        :raises ValueError: if the username holds a colon, which the header could not tell from the separator, or one of
            them is not valid Unicode.
        """
        if not self.username and not self.password:
            return ''
        username = validation.check_str('username', self.username or '')
        password = validation.check_str('password', self.password or '')
        if ':' in username:
            raise ValueError('username must not hold a colon')
        try:
            return 'Basic ' + basic_credentials(username, password)
        except UnicodeError:
            problem = 'username and password must be valid Unicode'
        # Not raised where the codec's error, which holds the password, would become its context.
        raise ValueError(problem)

    def auth_settings(self):
        """Give the ways to authenticate that are set up, those an endpoint may name in ``auth_settings``.

        :return: name -> ``type``, ``in``, ``key`` (the header) and ``value`` (what it says).
        :rtype: dict
        """
        return {name: {'type': kind, 'in': 'header', 'key': header, 'value': self.credential(name)}
                for name, (kind, header, _) in _SCHEMES.items()}

    def credential(self, scheme):
        """Give what one way to authenticate sends.

        :param str scheme: ``'apikey'`` or ``'basic'``.
        :return: the header's value; ``None`` or empty where it is not set up.
        :rtype: str
        :raises ValueError: if there is no such scheme.
        """
        if scheme not in _SCHEMES:
            raise ValueError('auth_settings must be a list of %s, but names %r' % (', '.join(sorted(_SCHEMES)), scheme))
        return _SCHEMES[scheme][2](self)

    def to_debug_report(self):
        """Describe versions and settings, secrets masked, to put into a bug report.

        :rtype: str
        """
        from ._settings.debug_report import debug_report  # the same

        return debug_report(self.describe())

    def __repr__(self):
        shown = ('%s=%s' % (name, value) for name, value, origin in self.describe()
                 if name == 'host' or origin != 'default')
        return '<%s %s>' % (type(self).__name__, ', '.join(shown))


def _default_settings():
    return {
        'host': 'https://api.cloudsmith.io/v1',
        'api_key': {},
        'api_key_prefix': {},
        'refresh_api_key_hook': None,
        'username': '',
        'password': '',
        'timeout': (10.0, 60.0),
        'retries': 3,
        'max_retry_after': 60.0,
        'idle_timeout': 30.0,
        'max_response_bytes': 64 * 1024 * 1024,
        'verify_ssl': True,
        'ssl_ca_cert': None,
        'cert_file': None,
        'key_file': None,
        'assert_hostname': None,
        'proxy': None,
        'connection_pool_maxsize': 5 * (cpu_count() or 1),
        'safe_chars_for_path_param': '',
        'pace': False,
        'client_side_validation': True,
        'user_agent': None,
        'temp_folder_path': None,
        '_debug': False,
        '_logger_file': None,
        '_logger_format': '%(asctime)s %(levelname)s %(message)s',
        '_origins': {},
    }


def _api_key(configuration):
    return configuration.get_api_key_with_prefix(API_KEY_HEADER)


# By the names in the API's description: (type, header, what gives the header's value).
_SCHEMES = {
    'apikey': ('api_key', API_KEY_HEADER, _api_key),
    'basic': ('basic', 'Authorization', Configuration.get_basic_auth_token),
}

#: Which header each way to authenticate is sent in.
AUTH_HEADERS = {name: header for name, (_, header, _) in _SCHEMES.items()}
