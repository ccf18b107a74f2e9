"""The retry policy: which failures are retried, and after what delay."""

import random
import socket
import ssl

from six.moves import http_client
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)
from urllib3.util.retry import Retry

from ..rate_limit import retry_after_seconds

_NOT_CONNECTED = (NewConnectionError, ConnectTimeoutError)
_CONNECTION_LOST = (ReadTimeoutError, ProtocolError)

# The statuses of failures that are likely to be temporary.
_TEMPORARY = (500, 502, 503, 504)

# The longest time that time.sleep() accepts, in seconds: it counts nanoseconds in 63 bits.
_MAX_SLEEP = 2 ** 63 // 10 ** 9


def make_retry(retries, max_retry_after):
    """Return the retry policy for a setting.

    :param retries: the maximum number of retries, or a ``urllib3.Retry``, which is used as is.
    :param float max_retry_after: seconds.
    :rtype: urllib3.Retry
    """
    return retries if isinstance(retries, Retry) else ApiRetry(retries, max_retry_after)


class ApiRetry(Retry):
    """urllib3's ``Retry`` with the rules of this API: only requests that are safe to repeat are retried.

    ====================================  ==========
    failure                               retried
    ====================================  ==========
    no byte of the request was sent       any method
    response lost                         GET only
    500, 502, 503, 504                    GET only
    429 (not processed)                   any method
    ====================================  ==========

    The n-th delay is drawn uniformly from 0 to ``0.5 * 2**n`` seconds, 30 at most ("full jitter": clients that failed
    together do not retry together). ``Retry-After`` (RFC 9110 section 10.2.3) replaces it, up to ``max_retry_after``;
    if it is longer, there is no retry.

    :param int total: the maximum number of retries.
    :param float max_retry_after: seconds.
    """

    BACKOFF_BASE = 0.5
    BACKOFF_LIMIT = 30.0

    def __init__(self, total, max_retry_after, **kwargs):
        # None allows any method: urllib3 only counts the retries; is_retry() and increment() decide about them.
        super(ApiRetry, self).__init__(total, **dict(kwargs, allowed_methods=None))
        self.max_retry_after = max_retry_after
        self._backoff = None

    def new(self, **kwargs):
        """Return a copy with some values changed, see urllib3."""
        return super(ApiRetry, self).new(max_retry_after=self.max_retry_after, **kwargs)

    def is_retry(self, method, status_code, has_retry_after=False):
        """Return whether a response with this status is retried."""
        return status_code == 429 or (status_code in _TEMPORARY and method == 'GET')

    def increment(self, method=None, url=None, response=None, error=None, _pool=None, _stacktrace=None):
        """Return the state after a failure.

        :raises urllib3.exceptions.HTTPError: if the request must not be retried.
        """
        if error is not None and not _is_retryable(method, error):
            raise MaxRetryError(_pool, url, error)
        if response is not None and (self.get_retry_after(response) or 0) > self.max_retry_after:
            raise MaxRetryError(_pool, url)
        return super(ApiRetry, self).increment(method, url, response, error, _pool, _stacktrace)

    def get_retry_after(self, response):
        """Return the seconds that ``Retry-After`` asks for; ``None`` if it is missing or malformed."""
        return retry_after_seconds(response.headers.get('Retry-After'), response.headers.get('Date'))

    def get_backoff_time(self):
        """Return the delay in seconds if the service asks for none."""
        # Drawn once, so that the log shows the actual delay.
        if self._backoff is None:
            # The exponent is bounded too: 2**1024 is too large for a float.
            limit = min(self.BACKOFF_LIMIT, self.BACKOFF_BASE * 2 ** min(len(self.history), 64))
            self._backoff = random.uniform(0, limit)
        return self._backoff


def _is_retryable(method, error):
    # The session has recorded whether any byte of the request was sent.
    is_safe = method == 'GET' or getattr(error, 'request_sent', None) is False
    if isinstance(error, ProxyError):
        error = error.original_error
    if isinstance(error, _NOT_CONNECTED):
        return True
    return is_safe and (isinstance(error, _CONNECTION_LOST) or _is_proxy_lost(error) or _is_tls_eof(error))


def _is_proxy_lost(error):
    """Return whether the connection to a proxy was lost: urllib3 passes on the system's error (1.26 and 2).

    If the proxy refuses a tunnel, the error is an ``OSError`` too, but without ``errno``.
    """
    # The SSLError for an untrusted certificate has one too (1.26).
    has_errno = getattr(error, 'errno', None) is not None and not isinstance(error, ssl.SSLError)
    return has_errno or isinstance(error, (socket.timeout, http_client.HTTPException))


def _is_tls_eof(error):
    """Return whether the peer closed the connection during the TLS handshake, without an alert that says why."""
    # Not recognized by its type, ssl.SSLEOFError: Python 2.7 with OpenSSL 3 raises a plain SSLError.
    return isinstance(error, SSLError) and 'eof' in str(error).lower()


def retry_delay(retries, response=None):
    """Return the seconds that ``retries.sleep(response)`` will wait.

    :param urllib3.Retry retries: the state after the failure.
    :param response: the response that is retried, if there was one.
    :return: seconds; ``None`` if the delay that the service asks for is malformed, or too long to wait.
    :rtype: float
    """
    retry_after = None
    if response is not None and retries.respect_retry_after_header:
        try:
            retry_after = retries.get_retry_after(response)
        # urllib3's own Retry does not handle numbers and years that are out of range.
        except (ArithmeticError, ValueError):
            return None
    delay = retry_after or retries.get_backoff_time()
    return delay if delay <= _MAX_SLEEP else None
