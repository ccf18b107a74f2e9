"""Checks of settings: each setting's value is checked where it is set."""

import logging

import six
from urllib3 import Retry

from .._common import validation
from .._common.headers import check_header
from .._common.urls import check_host, check_proxy

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


#: The functions that check settings: each returns the value to keep, or raises an error that names the setting.
VALIDATORS = {
    'access_token': _check_access_token,
    'api_key': _check_dict,
    'api_key_prefix': _check_dict,
    'assert_hostname': _check_assert_hostname,
    'cert_file': validation.check_path,
    'client_side_validation': validation.check_bool,
    'connection_pool_maxsize': validation.check_pool_size,
    'default_headers': _check_headers,
    'debug': lambda _, value: bool(value),
    'host': check_host,
    'idle_timeout': validation.check_seconds,
    'key_file': validation.check_path,
    'logger_file': validation.check_path,
    'logger_format': _check_format,
    'max_response_bytes': validation.check_positive_int,
    'max_retry_after': validation.check_seconds,
    'no_proxy': _check_optional_str,
    'pace': validation.check_bool,
    'password': _check_credential,
    'proxy': check_proxy,
    'refresh_api_key_hook': _check_hook,
    'retries': check_retries,
    'safe_chars_for_path_param': _check_safe_characters,
    'ssl_ca_cert': validation.check_path,
    'ssl_verify_strict': validation.check_bool,
    'temp_folder_path': validation.check_path,
    'timeout': validation.check_timeout,
    'tls_server_name': _check_optional_str,
    'user_agent': _check_user_agent,
    'username': _check_credential,
    'verify_ssl': validation.check_bool,
}
