"""A monotonic clock, if the interpreter has one."""

import time
from functools import partial

__all__ = ('monotonic',)

# Python 2.7 has no monotonic clock. A partial, since freezegun replaces the function itself in every module: deadlines
# and pacing measure real time even if a test has frozen the date.
monotonic = partial(getattr(time, 'monotonic', time.time))
