"""How long a call may take: the settings it can be given in, and the deadline of one call."""

from . import arguments

try:
    from time import monotonic
except ImportError:  # pragma: no cover (Python 2.7 has no monotonic clock)
    from time import time as monotonic


# A socket hands its timeout to poll(2) as a C int of milliseconds: a longer one comes out as some short time.
_LONGEST = (2 ** 31 - 1) // 1000


class Deadline(object):
    """The moment at which a call must have ended.

    :param float seconds: from now.
    """

    __slots__ = ('seconds', '_end')

    def __init__(self, seconds):
        self.seconds = seconds
        self._end = monotonic() + seconds

    def remaining(self):
        """Tell how many seconds are left; zero or less when time is up."""
        return self._end - monotonic()


def check_timeout(name, value):
    """Check a time limit: a number of seconds for the whole call, or a pair ``(connect, read)`` for each operation.

    :return: the number, or the pair as a tuple.
    :raises TypeError: if it is neither.
    :raises ValueError: if a time is not above zero, or longer than 2,147,483 seconds (24 days).
    """
    if not isinstance(value, (tuple, list)):
        return _seconds(name, value)
    if len(value) != 2:
        raise ValueError('%s must be a number of seconds or a pair (connect, read), but has %d parts'
                         % (name, len(value)))
    return tuple(_seconds('%s, %s time' % (name, part), seconds)
                 for part, seconds in zip(('connect', 'read'), value))


def _seconds(name, value):
    if arguments.seconds(name, value) > _LONGEST:
        raise ValueError('%s must be at most %d seconds' % (name, _LONGEST))
    return value
