"""Deadlines and size limits of a call."""

from urllib3 import Timeout

from .._common.clock import monotonic


class Deadline(object):
    """The moment at which a call must have ended.

    :param float seconds: from now.
    """

    def __init__(self, seconds):
        self._end = monotonic() + seconds

    def remaining(self):
        """Return the seconds that are left; zero or less after the deadline."""
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
    """A response exceeds its limit. Not one of urllib3's errors, which would count as a lost response."""


class CallLimits(object):
    """The limits of one call, and what its connection reports back.

    As they stand here, they are those of a connection that a program uses without a call: none.

    :ivar Deadline deadline: when the call must have ended, or ``None``.
    :ivar float max_bytes: the most bytes that a response may take on the connection, its headers aside.
    :ivar float idle_timeout: the most seconds that its connection may have been idle.
    :ivar loan: the pool that lent the connection, and the connection, or ``None``.
    :ivar response: the latest response that http.client made for the call, or ``None``.
    :ivar bool request_sent: whether any byte of the request has left; ``None`` if the connection does not tell.
    """

    deadline = None
    max_bytes = float('inf')
    idle_timeout = float('inf')
    loan = None
    response = None
    request_sent = False
