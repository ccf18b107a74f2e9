"""Map urllib3's errors to :class:`.ApiException`, with plain descriptions and without secrets."""

import re
import socket

import six
from urllib3 import exceptions as urllib3_errors

from .._common.redaction import printable_line, scrub
from .._common.urls import split_credentials
from ..exceptions import (
    _PROXY_CREDENTIALS_HINT,
    ApiException,
    ConnectionException,
    InvalidResponseException,
    TimeoutException,
    TlsException,
)
from .tls import tls_hint

# The pool or connection that urllib3 puts before its messages.
_URLLIB3_PREFIX = r'^(?:<.*?>|\w+\(.*?\)): (?:Failed to establish a new connection: )?'

# The memory address in an object's default repr; and the timeout that was left for the last attempt.
_NOISE = r' at 0x[0-9A-Fa-f]+|\.? \(\w+ timeout=[^()]*\)'

# The first row whose class matches the error applies. The description goes before the system's own message.
_ERROR_MAP = (
    (urllib3_errors.EmptyPoolError, TimeoutException, 'All connections of this client are in use'),
    (urllib3_errors.NewConnectionError, ConnectionException, 'Could not connect'),
    (urllib3_errors.ConnectTimeoutError, TimeoutException, 'Could not connect before the timeout'),
    (urllib3_errors.ReadTimeoutError, TimeoutException, 'No response before the timeout'),
    (urllib3_errors.SSLError, TlsException, 'Could not make a trusted connection'),
    (urllib3_errors.ProxyError, ConnectionException, 'The proxy failed'),
    (urllib3_errors.DecodeError, InvalidResponseException, 'The response body cannot be decoded'),
    (urllib3_errors.InvalidHeader, InvalidResponseException, 'The response has an invalid header'),
    (urllib3_errors.ProtocolError, ConnectionException, 'The connection was lost'),
    (urllib3_errors.HTTPError, ConnectionException, 'The request failed'),
)
_TIMEOUTS = (socket.timeout, urllib3_errors.ConnectTimeoutError, urllib3_errors.ReadTimeoutError)


def map_error(error, raw, configuration, secrets):
    """Return the exception to raise for a failed attempt.

    :param urllib3.exceptions.HTTPError error: the failure.
    :param raw: urllib3's response, if its headers had arrived; else ``None``.
    :param Configuration configuration: the settings, to which the hint refers.
    :param list secrets: the secrets of the call.
    :rtype: ApiException
    """
    description = describe_error(error, secrets)
    exception, _ = _classify(error)
    if exception is InvalidResponseException:
        return invalid_response(raw, description)
    mapped = exception(status=0, reason=description)
    mapped.hint = _hint_for(error, exception, configuration) or mapped.hint
    if raw is not None:
        # The body did not arrive completely; keep the status and headers.
        mapped.status, mapped.headers = raw.status, raw.headers
    return mapped


def describe_error(error, secrets):
    """Describe a failed attempt in one line: what happened, then the system's own message."""
    cause = _root_cause(error)
    # The text of a ConnectTimeoutError is the repr of its arguments, the connection and the message.
    text = cause.args[-1] if isinstance(cause, urllib3_errors.ConnectTimeoutError) and cause.args else cause
    message = re.sub(_URLLIB3_PREFIX, '', str(text))
    message = re.sub(_NOISE, '', message) or type(cause).__name__
    return printable('%s: %s' % (_classify(error)[1], message), secrets)


def invalid_response(raw, detail):
    """Return the exception for a response whose body cannot be read; its status and headers are kept."""
    if raw is None:
        return InvalidResponseException(status=0, detail=detail)
    # An error status raises the exception of that status, even if its body cannot be read.
    exception = InvalidResponseException if 200 <= raw.status <= 299 else ApiException
    return exception(http_resp=_UnreadResponse(raw), detail=detail)


def redact_cause(error, secrets, handled):
    """Keep secrets out of the causes of an error: if the text of one contains a secret, all of them are dropped.

    :param ApiException error: the error of a call.
    :param list secrets: the secrets of the call.
    :param handled: the exception that the program was handling when it made the call, or ``None``. It comes after the
        causes that belong to the call, and belongs to the program: neither it nor its own causes are checked.
    """
    cause, seen = getattr(error, '__cause__', None), [None, handled]
    while not any(cause is known for known in seen):
        seen.append(cause)
        quoted = '%s %r' % (cause, cause)
        if scrub(quoted, secrets) != quoted:
            error.__cause__ = error.__context__ = None
            return
        cause = getattr(cause, '__cause__', None) or getattr(cause, '__context__', None)


def printable(text, secrets):
    """Return a native str as one line that is safe to log, see :func:`.printable_line`."""
    return six.ensure_str(printable_line(six.ensure_text(text, errors='replace'), secrets))


class _UnreadResponse(object):
    """A response whose status and headers are known, but not its body."""

    data = None

    def __init__(self, raw):
        self.status, self.reason, self._headers = raw.status, raw.reason, raw.headers

    def getheaders(self):
        return self._headers


def _hint_for(error, exception, configuration):
    """Return the hint for a failed attempt; ``None`` for the general hint of its exception."""
    if exception is TlsException:
        return tls_hint(_root_cause(error), configuration)
    if isinstance(error, urllib3_errors.ProxyError):
        if 'Tunnel connection failed: 407' in str(_root_cause(error)):
            return _PROXY_CREDENTIALS_HINT
        proxy = configuration.proxy
        return proxy and 'Check the network and configuration.proxy: %s' % split_credentials(proxy)[0]
    if isinstance(error, urllib3_errors.ReadTimeoutError) and getattr(error, 'request_sent', None) is False:
        return ('There was no response to the TLS handshake: check scheme and port of configuration.host and '
                'configuration.proxy, or retry later')
    return None


def _classify(error):
    """Return the exception class for a failed attempt, and its description."""
    _, exception, description = next(row for row in _ERROR_MAP if isinstance(error, row[0]))
    cause = _root_cause(error)
    # urllib3 has no separate error for a timeout at a proxy, or while the request is sent. In 1.26, a
    # NewConnectionError is a ConnectTimeoutError.
    if isinstance(cause, _TIMEOUTS) and not isinstance(cause, urllib3_errors.NewConnectionError):
        exception = TimeoutException
    return exception, description


def _root_cause(error):
    """Return the error that urllib3's errors wrap."""
    inner = getattr(error, 'original_error', None) or (error.args[-1] if error.args else None)
    return _root_cause(inner) if isinstance(inner, Exception) else error
