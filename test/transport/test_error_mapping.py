"""The text of network errors: plain words, without details that differ each time."""

import pytest
from servers import dead_address
from urllib3 import exceptions as urllib3_errors
from urllib3.connection import HTTPConnection

from cloudsmith_api import ApiException, TimeoutException
from cloudsmith_api._transport.error_mapping import describe_error, redact_cause

CONNECTION = HTTPConnection('localhost', 80)


@pytest.mark.parametrize('timeout', [0.2, (0.2, 5)])
@pytest.mark.parametrize('proxy', [None, 'http://%s:%d'])
def test_connect_timeout_message_has_no_object_address(connect, timeout, proxy):
    with dead_address() as address:
        url = 'http://%s:%d/v1' % address
        api = connect(url, retries=0, **({'proxy': proxy % address} if proxy else {}))
        with pytest.raises(TimeoutException, match=r'\w: Connection to 127\.0\.0\.1 timed out') as raised:
            api.user_self(_request_timeout=timeout)
    for text in (str(raised.value), repr(raised.value), raised.value.reason):
        assert ' at 0x' not in text
        assert ' object' not in text


@pytest.mark.parametrize('error', [
    urllib3_errors.ConnectTimeoutError(CONNECTION, 'timed out'), urllib3_errors.ConnectTimeoutError(),
    urllib3_errors.ProxyError('failed', urllib3_errors.ConnectTimeoutError(CONNECTION, 'timed out')),
    urllib3_errors.ProtocolError('aborted', CONNECTION),
    urllib3_errors.ProtocolError('aborted', OSError(9, CONNECTION)),
    urllib3_errors.SSLError(CONNECTION), urllib3_errors.DecodeError('invalid', CONNECTION),
    urllib3_errors.HTTPError(object()),
], ids=lambda error: type(error).__name__)
def test_description_of_any_error_has_no_object_address(error):
    assert ' at 0x' not in describe_error(error, [])


def chain(*errors):
    """Chain the errors, each as the cause of the one before it, and return the first."""
    for error, cause in zip(errors, errors[1:]):
        error.__cause__ = cause
    return errors[0]


@pytest.mark.parametrize('causes', [
    [KeyError('the-secret-key')], [KeyError('harmless'), KeyError('the-secret-key')],
    [KeyError('harmless'), ValueError('harmless'), KeyError('the-secret-key')],
])
def test_causes_are_dropped_if_one_of_them_quotes_a_secret(causes):
    error = chain(ApiException(status=0), *causes)
    redact_cause(error, ['the-secret-key'], None)
    assert error.__cause__ is None


def test_harmless_causes_are_kept_even_in_a_cycle():
    first, second = KeyError('harmless'), ValueError('harmless')
    error = chain(ApiException(status=0), first, second, first)
    redact_cause(error, ['the-secret-key'], None)
    assert error.__cause__ is first


def test_handled_exception_is_not_searched_for_secrets():
    handled = KeyError('the-secret-key')
    error = chain(ApiException(status=0), ValueError('harmless'), handled)
    redact_cause(error, ['the-secret-key'], handled)
    assert error.__cause__.__cause__ is handled
