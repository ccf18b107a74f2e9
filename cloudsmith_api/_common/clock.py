"""Clocks that every supported interpreter has."""

try:
    from time import monotonic
except ImportError:  # pragma: no cover (Python 2.7 has no monotonic clock)
    from time import time as monotonic

__all__ = ('monotonic',)
