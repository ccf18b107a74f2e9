"""Spreading calls over the window of the rate limit, as the service suggests, instead of running into it."""

import threading

from .limits import monotonic

# The service counts requests by the hour: a longer wait between two of them cannot be meant.
_WINDOW = 3600.0


class Pacer(object):
    """Gives each call its moment, so that calls are as far apart as the service asked for; shared by all threads."""

    def __init__(self):
        self._lock = threading.Lock()
        self._interval = 0.0
        self._last = float('-inf')

    def learn(self, rate_limit):
        """Take over what the last answer said.

        :param RateLimit rate_limit: ``interval`` counts; where that is ``None``, what was said before stands.
        """
        if rate_limit.interval is not None:
            with self._lock:
                self._interval = min(rate_limit.interval, _WINDOW)

    def reserve(self, most):
        """Take the next free moment.

        :param float most: the longest wait, in seconds, that makes sense to the caller.
        :return: seconds to wait until that moment; ``None``, and nothing is taken, where that is longer than ``most``.
        :rtype: float
        """
        with self._lock:
            now = monotonic()
            moment = max(now, self._last + self._interval)
            if moment - now > most:
                return None
            self._last = moment
            return moment - now
