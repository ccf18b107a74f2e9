"""The settings: their defaults, and the checks of their values, which are made where a setting is set."""

import logging

import six
from urllib3 import Retry

from .._common import validation
from .._common.headers import check_header
from .._common.urls import check_host, check_proxy

try:
    from os import cpu_count
except ImportError:  # pragma: no cover (Python 2.7)
    from multiprocessing import cpu_count

API_KEY_HEADER = 'X-Api-Key'


def _check_access_token(name, value):
    """Check a bearer token, and wrap a callable that fetches one."""
    if not value:
        return None
    from .._common.tokens import TOKEN_CHARACTERS  # most programs use an API key
    from ..credentials import RenewableToken

    if isinstance(value, six.string_types):
        if not validation.contains_only(TOKEN_CHARACTERS, value):
            raise ValueError("%s must be the token alone, without 'Bearer', spaces or line breaks" % name)
        return value
    if callable(value):
        return RenewableToken(value)
    return validation.check_type(name, value, RenewableToken, 'a str, a function or a RenewableToken')


def check_retries(name, value):
    """Check the number of retries, or a ``urllib3.Retry`` with its own rules.

    :raises TypeError: if it is neither.
    :raises ValueError: if the number is negative.
    """
    return value if isinstance(value, Retry) else validation.check_int(name, value, minimum=0)


def _check_optional_str(name, value):
    """Check a string; an empty one counts as ``None``."""
    return validation.check_str(name, value) if value else None


def _check_credential(name, value):
    """Check a username or password, which may be empty."""
    return validation.check_str(name, value) if value else value


def _check_user_agent(name, value):
    """Check the ``User-Agent`` header; an empty one counts as unset."""
    return check_header(name, validation.check_str(name, value)) if value else value


def _check_assert_hostname(name, value):
    """Check the name that a certificate must have."""
    if value is None or isinstance(value, bool):
        return value
    return validation.check_type(name, value, six.string_types, 'a str or False')


def _check_hook(name, value):
    """Check a function; an empty value counts as ``None``."""
    if value and not callable(value):
        raise TypeError('%s must be a function, not %s' % (name, type(value).__name__))
    return value or None


def _check_safe_characters(name, value):
    """Check characters that are not percent-encoded."""
    return validation.check_unicode(name, validation.check_str(name, value))


def _check_format(name, value):
    """Check the format of a log record; before Python 3.8, ``logging`` accepts any."""
    try:
        logging.Formatter(validation.check_str(name, value))
    except ValueError as error:
        raise ValueError('%s must be a format of logging.Formatter: %s' % (name, error))
    return value


def _check_dict(name, value):
    """Check a dict of API keys, or of their prefixes, by header."""
    return validation.check_type(name, value, dict, "a dict such as {'%s': ...}" % API_KEY_HEADER)


def _check_headers(name, value):
    """Check a dict of headers."""
    return {header: check_header(header, content)
            for header, content in validation.check_type(name, value, dict, 'a dict of headers').items()}


#: Each setting: its default value, and the function that checks a value. The function returns the value to keep, or
#: raises an error that names the setting.
SETTINGS = {
    'host': ('https://api.cloudsmith.io/v1', check_host),
    'api_key': ({}, _check_dict),
    'api_key_prefix': ({}, _check_dict),
    'refresh_api_key_hook': (None, _check_hook),
    'access_token': (None, _check_access_token),
    'username': ('', _check_credential),
    'password': ('', _check_credential),
    'timeout': ((10.0, 60.0), validation.check_timeout),
    'retries': (3, check_retries),
    'max_retry_after': (60.0, validation.check_seconds),
    'idle_timeout': (30.0, validation.check_seconds),
    'max_response_bytes': (64 * 1024 * 1024, validation.check_positive_int),
    'verify_ssl': (True, validation.check_bool),
    'ssl_verify_strict': (True, validation.check_bool),
    'ssl_ca_cert': (None, validation.check_path),
    'cert_file': (None, validation.check_path),
    'key_file': (None, validation.check_path),
    'assert_hostname': (None, _check_assert_hostname),
    'tls_server_name': (None, _check_optional_str),
    'proxy': (None, check_proxy),
    'no_proxy': (None, _check_optional_str),
    # Depends on the machine, see default_settings().
    'connection_pool_maxsize': (None, validation.check_pool_size),
    'safe_chars_for_path_param': ('', _check_safe_characters),
    'pace': (False, validation.check_bool),
    'client_side_validation': (True, validation.check_bool),
    'user_agent': (None, _check_user_agent),
    'default_headers': ({}, _check_headers),
    'temp_folder_path': (None, validation.check_path),
    'debug': (False, lambda _, value: bool(value)),
    'logger_file': (None, validation.check_path),
    'logger_format': ('%(asctime)s %(levelname)s %(message)s', _check_format),
}


def default_settings():
    """Return the default values of all settings by name."""
    defaults = {name: default for name, (default, _) in SETTINGS.items()}
    return dict(defaults, connection_pool_maxsize=5 * (cpu_count() or 1))
