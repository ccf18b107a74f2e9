"""What an answer's headers say about the rate limit, as plain values."""

import time
from collections import namedtuple
from datetime import datetime
from email.utils import parsedate_tz

from .headers import header, number

try:
    from datetime import timezone

    UTC = timezone.utc
except ImportError:  # pragma: no cover (Python 2.7)
    from dateutil.tz import tzutc

    UTC = tzutc()

_EPOCH = datetime(1970, 1, 1)


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
            limit=number(int, header(headers, 'X-RateLimit-Limit')),
            remaining=number(int, header(headers, 'X-RateLimit-Remaining')),
            reset=_moment(number(int, header(headers, 'X-RateLimit-Reset'))),
            interval=number(float, header(headers, 'X-RateLimit-Interval')),
        )


def retry_after_seconds(value, now=time.time):
    """Read a ``Retry-After`` header in either of its two forms (RFC 9110 section 10.2.3).

    :param str value: a number of seconds or an HTTP date; ``None`` where there is no such header.
    :param now: what tells the time, in seconds since the epoch.
    :return: seconds to wait, never negative; ``None`` where the header is missing or unreadable.
    :rtype: float
    """
    if value is None:
        return None
    try:
        text = str(value).strip()
        if text.isdigit():
            return number(float, text)
        date = parsedate_tz(text)
        # Not mktime_tz: on Python 2 that takes a date without a zone for local time, where the RFC says UTC.
        return max(0.0, (datetime(*date[:6]) - _EPOCH).total_seconds() - (date[9] or 0) - now())
    except (TypeError, ValueError, OverflowError, IndexError):
        return None


def _moment(seconds):
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    # What of this a number of too many digits ends in depends on the platform and the interpreter.
    except (OSError, OverflowError, ValueError):
        return None
