"""The rate limit: its response headers, ``Retry-After``, and pacing of calls to stay within it."""

import time
from collections import namedtuple
from datetime import datetime

import six

from ._common.clock import monotonic
from ._common.headers import get_header, parse_http_date, parse_number

try:
    from datetime import timezone

    UTC = timezone.utc
except ImportError:  # pragma: no cover (Python 2.7)
    from dateutil.tz import UTC

# The service counts requests by the hour, so no interval between two requests needs to be longer.
_WINDOW = 3600.0


class RateLimit(namedtuple('RateLimit', ('limit', 'remaining', 'reset', 'interval'))):
    """The rate limit as of one response; a value is ``None`` if its header is missing or malformed.

    :ivar int limit: requests allowed in an hour (``X-RateLimit-Limit``).
    :ivar int remaining: requests left in the current window (``X-RateLimit-Remaining``).
    :ivar datetime.datetime reset: end of the current window, timezone-aware, in UTC (``X-RateLimit-Reset``).
    :ivar float interval: seconds to wait before the next request to stay within the limit (``X-RateLimit-Interval``).
    """

    __slots__ = ()

    @classmethod
    def from_headers(cls, headers):
        """Parse the four headers.

        :param headers: a mapping, or pairs of names and values, or ``None``.
        :rtype: RateLimit
        """
        return cls(
            limit=parse_number(int, get_header(headers, 'X-RateLimit-Limit')),
            remaining=parse_number(int, get_header(headers, 'X-RateLimit-Remaining')),
            reset=_parse_reset(parse_number(int, get_header(headers, 'X-RateLimit-Reset'))),
            interval=parse_number(float, get_header(headers, 'X-RateLimit-Interval')),
        )


def retry_after_seconds(value, date=None, now=None):
    """Parse a ``Retry-After`` header in either of its two forms (RFC 9110 section 10.2.3).

    :param str value: a number of seconds or an HTTP date; ``None`` if there is no such header.
    :param str date: the ``Date`` header of the response, from which an HTTP date counts because the clocks of service
        and client may differ; without it, the client's own clock is used.
    :param now: a function that returns the current time, in seconds since the epoch; ``time.time`` by default, looked
        up at each call, since tests replace it.
    :return: seconds to wait, never negative; ``None`` if the header is missing or malformed.
    :rtype: float
    """
    text = value if isinstance(value, six.string_types) else str(value)
    if text.strip().isdigit():
        return parse_number(float, text)
    end, start = parse_http_date(text), parse_http_date(date)
    if end is None:
        return None
    return max(0.0, end - ((now or time.time)() if start is None else start))


class Pacer(object):
    """Schedules calls at the interval that the service asks for; safe to share between threads.

    It has no lock, which a signal handler that makes a call, or a forked process, could find held.
    """

    def __init__(self):
        self._interval = 0.0
        self._last = _Slot(float('-inf'))

    def update(self, rate_limit):
        """Adopt the interval of the last response.

        :param RateLimit rate_limit: if its ``interval`` is ``None``, the current one stays.
        """
        if rate_limit.interval is not None:
            self._interval = min(rate_limit.interval, _WINDOW)

    def acquire(self, max_wait):
        """Reserve the next free slot.

        :param float max_wait: the longest acceptable wait, in seconds.
        :return: seconds to wait for the slot; ``None``, without a reservation, if that exceeds ``max_wait``.
        :rtype: float
        """
        while True:
            last, now = self._last, monotonic()
            slot = _Slot(max(now, last.time + self._interval))
            if slot.time - now > max_wait:
                return None
            # One atomic step: of several threads, one appends its slot, and the others continue from there.
            self._last = reserved = vars(last).setdefault('next', slot)
            if reserved is slot:
                return slot.time - now


class _Slot(object):
    """The time of a call on the monotonic clock; ``next`` is the slot after it, once that is reserved."""

    def __init__(self, time):
        self.time = time


def _parse_reset(seconds):
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    # For too large a number, it depends on the platform and the interpreter which of these is raised.
    except (OSError, OverflowError, ValueError):
        return None
