"""When a call is tried again, and how long is waited before: urllib3's ``Retry`` with this API's rules."""

import random

from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    ReadTimeoutError,
)
from urllib3.util.retry import Retry

from ..rate_limit import retry_after_seconds

_NOT_CONNECTED = (NewConnectionError, ConnectTimeoutError)
_RESPONSE_LOST = (ReadTimeoutError, ProtocolError)

# What time.sleep takes, in seconds: it counts nanoseconds in 63 bits.
_MAX_SLEEP = 2 ** 63 // 10 ** 9


class ApiRetry(Retry):
    """The rules for trying again: safe, or not done.

    ========================  ============
    what happened             tried again
    ========================  ============
    not connected yet         any method
    answer lost               GET only
    500, 502, 503, 504        GET only
    429 (not processed)       any method
    ========================  ============

    The n-th wait is drawn evenly from 0 to ``0.5 * 2**n`` seconds, 30 at most ("full jitter": clients that failed
    together do not come back together). ``Retry-After`` (RFC 9110 section 10.2.3) replaces it, up to
    ``max_retry_after``; a longer one is not waited for.

    :param int total: how many times at most.
    :param float max_retry_after: seconds.
    """

    BACKOFF_BASE = 0.5
    BACKOFF_LIMIT = 30.0

    def __init__(self, total, max_retry_after, **kwargs):
        kwargs.setdefault('allowed_methods', frozenset(['GET']))
        kwargs.setdefault('status_forcelist', frozenset([500, 502, 503, 504]))
        kwargs.setdefault('raise_on_status', False)
        super(ApiRetry, self).__init__(total, **kwargs)
        self.max_retry_after = max_retry_after
        self._backoff = None

    def new(self, **kwargs):
        """Make a copy with other values, see urllib3."""
        return super(ApiRetry, self).new(max_retry_after=self.max_retry_after, **kwargs)

    def is_retry(self, method, status_code, has_retry_after=False):
        """Tell whether an answer with this status is worth trying again."""
        if status_code == 429:
            return True
        return status_code in self.status_forcelist and method.upper() in self.allowed_methods

    def increment(self, method=None, url=None, response=None, error=None, _pool=None, _stacktrace=None):
        """Make the state after a failure.

        :raises urllib3.exceptions.HTTPError: if it is not to be tried again.
        """
        if error is not None and not self._is_retryable(method, error):
            raise MaxRetryError(_pool, url, error)
        if response is not None and (self.get_retry_after(response) or 0) > self.max_retry_after:
            raise MaxRetryError(_pool, url)
        return super(ApiRetry, self).increment(method, url, response, error, _pool, _stacktrace)

    def get_retry_after(self, response):
        """Read ``Retry-After`` in either of its forms; ``None`` where it is missing or unreadable."""
        return retry_after_seconds(response.headers.get('Retry-After'))

    def get_backoff_time(self):
        """Give the wait, in seconds, where the service asks for none."""
        # Drawn once, so that the wait which was announced is the wait which is made.
        if self._backoff is None:
            # The exponent is bounded too: 2**1024 is more than a float holds.
            limit = min(self.BACKOFF_LIMIT, self.BACKOFF_BASE * 2 ** min(len(self.history), 64))
            self._backoff = random.uniform(0, limit)
        return self._backoff

    def _is_retryable(self, method, error):
        if isinstance(error, ProxyError):
            error = error.original_error
        if isinstance(error, _NOT_CONNECTED):
            return True
        return isinstance(error, _RESPONSE_LOST) and method.upper() in self.allowed_methods


def retry_delay(retries, response=None):
    """Tell how long ``retries.sleep(response)`` is going to wait.

    :param urllib3.Retry retries: the state after the failure.
    :param response: the answer that made the call be tried again, if there was one.
    :return: seconds; ``None`` where what the service asks for is more than can be waited, or cannot be read.
    :rtype: float
    """
    asked_for = None
    if response is not None and retries.respect_retry_after_header:
        try:
            asked_for = retries.get_retry_after(response)
        # urllib3's own Retry does not expect numbers and years that no clock can count.
        except (ArithmeticError, ValueError):
            return None
    wait = asked_for or retries.get_backoff_time()
    return wait if wait <= _MAX_SLEEP else None
