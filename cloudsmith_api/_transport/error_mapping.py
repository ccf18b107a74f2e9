"""What kept an answer from coming, as an :class:`.ApiException` in words for people, with no secret in it."""

import re
import socket

import six
from urllib3 import exceptions as urllib3_errors

from .._common.redaction import scrub
from ..exceptions import ApiException, ConnectionException, InvalidResponseException, TimeoutException, TlsException

# The pool or connection that urllib3 puts before its words.
_URLLIB3_PREFIX = r'^(?:<.*?>|\w+\(.*?\)): (?:Failed to establish a new connection: )?'


def scrub_native(text, secrets):
    """Scrub a native text; on Python 2, where that is bytes, as Unicode."""
    return six.ensure_str(scrub(six.ensure_text(text, errors='replace'), secrets))


def redact_cause(error, secrets, handled):
    """Drop the cause of an error if its text, or that of an error behind it, has a secret: tracebacks show both.

    :param ApiException error: the error of a call.
    :param list secrets: the secrets of the call.
    :param handled: the exception that the program was handling when it made the call, or ``None``. It stands behind the
        cause, and is the program's: neither it nor what is behind it is looked at.
    """
    cause, seen = getattr(error, '__cause__', None), [None, handled]
    while not any(cause is known for known in seen):
        seen.append(cause)
        quoted = '%s %r' % (cause, cause)
        if scrub(quoted, secrets) != quoted:
            error.__cause__ = error.__context__ = None
            return
        cause = getattr(cause, '__cause__', None) or getattr(cause, '__context__', None)


def invalid_response(raw, detail):
    """Make the exception for an answer that cannot be read; what is known of it is kept."""
    if raw is None:
        return InvalidResponseException(status=0, detail=detail)
    # A status that tells of a failure is what a program looks for, body or not.
    kind = InvalidResponseException if 200 <= raw.status <= 299 else ApiException
    return kind(http_resp=_UnreadResponse(raw), detail=detail)


class _UnreadResponse(object):
    """An answer of which no more than the head is known."""

    data = None

    def __init__(self, raw):
        self.status, self.reason, self._headers = raw.status, raw.reason, raw.headers

    def getheaders(self):
        return self._headers


# The first row whose error it is decides; the words go before what the system says.
_ERROR_MAP = (
    (urllib3_errors.EmptyPoolError, TimeoutException, 'All connections of this client are in use'),
    (urllib3_errors.NewConnectionError, ConnectionException, 'Could not connect'),
    (urllib3_errors.ConnectTimeoutError, TimeoutException, 'Could not connect in the time allowed'),
    (urllib3_errors.ReadTimeoutError, TimeoutException, 'No answer in the time allowed'),
    (urllib3_errors.SSLError, TlsException, 'Could not make a trusted connection'),
    (urllib3_errors.ProxyError, ConnectionException, 'The proxy failed'),
    (urllib3_errors.DecodeError, InvalidResponseException, 'The answer cannot be decoded'),
    (urllib3_errors.InvalidHeader, InvalidResponseException, 'The answer has an invalid header'),
    (urllib3_errors.ProtocolError, ConnectionException, 'The connection broke off'),
    (urllib3_errors.HTTPError, ConnectionException, 'The request failed'),
)


_TIMEOUTS = (socket.timeout, urllib3_errors.ConnectTimeoutError, urllib3_errors.ReadTimeoutError)


def map_error(error, raw, secrets):
    """Make the exception that a failed attempt ends in."""
    words = describe_error(error, secrets)
    exception, _ = _classify(error)
    if exception is InvalidResponseException:
        return invalid_response(raw, words)
    return exception(status=0, reason=words)


def describe_error(error, secrets):
    """Describe a failed attempt for people: what happened, then what the system calls it."""
    cause = _root_cause(error)
    said = re.sub(_URLLIB3_PREFIX, '', str(cause)) or type(cause).__name__
    return scrub_native('%s: %s' % (_classify(error)[1], said), secrets)


def _classify(error):
    _, exception, words = next(row for row in _ERROR_MAP if isinstance(error, row[0]))
    cause = _root_cause(error)
    # Time may also run out at a proxy, or while the request is sent, for which urllib3 has no errors of their own.
    # On its 1.26, an address that cannot be reached counts as a timeout as well.
    if isinstance(cause, _TIMEOUTS) and not isinstance(cause, urllib3_errors.NewConnectionError):
        exception = TimeoutException
    return exception, words


def _root_cause(error):
    """Find the error behind urllib3's wrappings."""
    inner = getattr(error, 'original_error', None) or (error.args[-1] if error.args else None)
    return _root_cause(inner) if isinstance(inner, Exception) else error
