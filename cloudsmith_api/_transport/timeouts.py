"""Deadlines and size limits of a call."""

from urllib3 import Timeout

from .._common.clock import monotonic


class Deadline(object):
    """The time by which a call must have ended.

    :param float seconds: from now.
    """

    def __init__(self, seconds):
        self._end = monotonic() + seconds

    def remaining(self):
        """Return the seconds left; zero or less after the deadline."""
        return self._end - monotonic()


def clamp_timeout(seconds):
    """Clamp a timeout to 1 ms: 0 would make the socket non-blocking."""
    return max(seconds, 0.001)


def to_urllib3_timeout(times):
    """Return a total in seconds, or a pair ``(connect, read)``, as urllib3's ``Timeout``."""
    if isinstance(times, tuple):
        connect, read = times
        return Timeout(connect=connect, read=read)
    return Timeout(total=times)


class OversizeError(Exception):
    """A response exceeds its size limit. Not a urllib3 error, which would count as a lost response."""


class CallLimits(object):
    """The limits of one call, and the state that its connection reports back.

    The class attributes are for a connection that a program uses without a call: they set no limits.

    :ivar Deadline deadline: when the call must have ended, or ``None``.
    :ivar float max_bytes: the maximum size of a response on the connection, without its headers.
    :ivar float idle_timeout: the maximum time that the connection may have been idle, in seconds.
    :ivar loan: the pool that lent the connection, and the connection, or ``None``.
    :ivar bool request_sent: whether any byte of the request was sent; ``None`` if the connection does not report it.
    """

    deadline = None
    max_bytes = float('inf')
    idle_timeout = float('inf')
    loan = None
    request_sent = False
