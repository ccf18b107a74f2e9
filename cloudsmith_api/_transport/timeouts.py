"""What a call may use up: time, in each form that it can be given in, and bytes of an answer."""

import threading

from urllib3 import Timeout

from .._common.clock import monotonic


class Deadline(object):
    """The moment at which a call must have ended.

    :param float seconds: from now.
    """

    def __init__(self, seconds):
        self.seconds = seconds
        self._end = monotonic() + seconds

    def remaining(self):
        """Tell how many seconds are left; zero or less when time is up."""
        return self._end - monotonic()


def clamp_timeout(seconds):
    """Keep a timeout that has run out from meaning what 0 means to a socket: not to wait at all."""
    return max(seconds, 0.001)


def to_urllib3_timeout(times):
    """Turn a number of seconds for a whole request, or a pair ``(connect, read)``, into urllib3's form of it."""
    if isinstance(times, tuple):
        connect, read = times
        return Timeout(connect=connect, read=read)
    return Timeout(total=times)


class OversizeError(Exception):
    """An answer is longer than allowed. Not one of urllib3's errors: those would count as a lost answer."""


class CallLimits(object):
    """What a call may use up; as it stands here, where a program uses a connection by itself.

    :ivar Deadline deadline: when it must have ended, or ``None``.
    :ivar float size: the most bytes that may come over the connection, the answer's head aside.
    :ivar answer: what http.client has made last of an answer to it, or ``None``.
    """

    deadline = None
    size = float('inf')
    answer = None


class _Current(threading.local):
    """What this thread is doing; urllib3 has no way to hand limits down to a socket's reads.

    :ivar CallLimits call: whose limits count now.
    """

    def __init__(self):
        self.call = CallLimits()


CURRENT = _Current()
