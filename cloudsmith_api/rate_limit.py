"""The rate limit: what an answer's headers say about it, and keeping calls apart as they suggest."""

import threading
import time
from collections import namedtuple
from datetime import datetime
from email.utils import parsedate_tz

from ._common.clock import monotonic
from ._common.headers import get_header, parse_number

try:
    from datetime import timezone

    UTC = timezone.utc
except ImportError:  # pragma: no cover (Python 2.7)
    from dateutil.tz import tzutc

    UTC = tzutc()

_EPOCH = datetime(1970, 1, 1)

# The service counts requests by the hour: a longer wait between two of them cannot be meant.
_WINDOW = 3600.0


class RateLimit(namedtuple('RateLimit', ('limit', 'remaining', 'reset', 'interval'))):
    """The rate limit as of one answer; each value is ``None`` where its header is missing or unreadable.

    :ivar int limit: requests allowed in an hour (``X-RateLimit-Limit``).
    :ivar int remaining: requests left in this window (``X-RateLimit-Remaining``).
    :ivar datetime.datetime reset: end of this window, in UTC, aware (``X-RateLimit-Reset``).
    :ivar float interval: seconds to wait before the next request so as to stay within the limit
        (``X-RateLimit-Interval``).
    """

    __slots__ = ()

    @classmethod
    def from_headers(cls, headers):
        """Read the four headers.

        :param headers: a mapping, or pairs of names and values, or ``None``.
        :rtype: RateLimit
        """
        return cls(
            limit=parse_number(int, get_header(headers, 'X-RateLimit-Limit')),
            remaining=parse_number(int, get_header(headers, 'X-RateLimit-Remaining')),
            reset=_parse_reset(parse_number(int, get_header(headers, 'X-RateLimit-Reset'))),
            interval=parse_number(float, get_header(headers, 'X-RateLimit-Interval')),
        )


def retry_after_seconds(value, now=None):
    """Read a ``Retry-After`` header in either of its two forms (RFC 9110 section 10.2.3).

    :param str value: a number of seconds or an HTTP date; ``None`` where there is no such header.
    :param now: what tells the time, in seconds since the epoch; by default ``time.time``, looked up at each call, since
        tests replace it.
    :return: seconds to wait, never negative; ``None`` where the header is missing or unreadable.
    :rtype: float
    """
    if value is None:
        return None
    try:
        text = str(value).strip()
        if text.isdigit():
            return parse_number(float, text)
        date = parsedate_tz(text)
        # Not mktime_tz: on Python 2 that takes a date without a zone for local time, where the RFC says UTC.
        return max(0.0, (datetime(*date[:6]) - _EPOCH).total_seconds() - (date[9] or 0) - (now or time.time)())
    except (TypeError, ValueError, OverflowError, IndexError):
        return None


class Pacer(object):
    """Gives each call its moment, so that calls are as far apart as the service asked for; shared by all threads."""

    def __init__(self):
        self._lock = threading.Lock()
        self._interval = 0.0
        self._last = float('-inf')

    def update(self, rate_limit):
        """Take over what the last answer said.

        :param RateLimit rate_limit: ``interval`` counts; where that is ``None``, what was said before stands.
        """
        if rate_limit.interval is not None:
            with self._lock:
                self._interval = min(rate_limit.interval, _WINDOW)

    def acquire(self, max_wait):
        """Take the next free moment.

        :param float max_wait: the longest wait, in seconds, that makes sense to the caller.
        :return: seconds to wait until that moment; ``None``, and nothing is taken, where that exceeds ``max_wait``.
        :rtype: float
        """
        with self._lock:
            now = monotonic()
            moment = max(now, self._last + self._interval)
            if moment - now > max_wait:
                return None
            self._last = moment
            return moment - now


def _parse_reset(seconds):
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    # What of this a number of too many digits ends in depends on the platform and the interpreter.
    except (OSError, OverflowError, ValueError):
        return None
