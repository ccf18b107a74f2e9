"""A monotonic clock, as far as the interpreter has one."""

import time
from functools import partial

__all__ = ('monotonic',)

# Python 2.7 has no monotonic clock. A partial, since freezegun replaces the function itself in every module: deadlines
# and pacing measure real time also where a test has set the date.
monotonic = partial(getattr(time, 'monotonic', time.time))
