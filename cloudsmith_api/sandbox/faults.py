"""Faults on order: what goes wrong with the next answers, and the queue they wait in."""

import itertools
import numbers
import re
import threading
from collections import deque

from .arguments import number, text
from .environ import TRICKLE, TRUNCATE

DAY = 86400
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")  # RFC 9110, 5.1 and 5.6.2
HEADER_VALUE = re.compile(r'[\t -~]*\Z')  # RFC 9110, 5.5, less the obsolete octets


class Fault(object):
    """What is different about one answer; what is not given stays as it is in the normal answer.

    The arguments are those of `Sandbox.fail_next`, which describes them.
    """

    def __init__(self, status=None, headers=None, body=None, delay=0, truncate=None, trickle=None):
        self.status = None if status is None else number('status', status, 200, 599)
        self.headers = {} if headers is None else checked_headers(headers)
        self.body = body
        if not isinstance(body, (bytes, type(None))):
            self.body = text('body', body, least=0).encode('utf-8')
        self.delay = number('delay', delay, 0, DAY, numbers.Real)
        self.delivery = {}
        if truncate is not None:
            if truncate == 'before':
                truncate = 0
            self.delivery[TRUNCATE] = number("truncate, where it is not 'before',", truncate)
        if trickle is not None:
            self.delivery[TRICKLE] = number('trickle', trickle, 0, DAY, numbers.Real)

    def alter(self, answer):
        """Put this fault's headers and body into an `Answer`."""
        if self.body is not None:
            answer.body = self.body
        for name, value in self.headers.items():
            answer.headers[name] = value


def checked_headers(headers):
    """A dict of header names and values as native strings; TypeError or ValueError where one is none."""
    if not isinstance(headers, dict):
        raise TypeError('headers must be a dict, not %s' % type(headers).__name__)
    return dict(checked_header(name, value) for name, value in headers.items())


def checked_header(name, value):
    """One pair of them; a value may be a number, as in `{'Retry-After': 2}`."""
    name = text('headers: a name', name)
    value = str(value) if isinstance(value, numbers.Real) else text('headers: %s' % name, value, least=0)
    if not HEADER_NAME.match(name) or not HEADER_VALUE.match(value):
        raise ValueError('headers: no such header can be sent: %r' % name)
    return str(name), str(value)


NO_FAULT = Fault()


class FaultQueue(object):
    """Faults in the order they were asked for; safe to share between threads."""

    def __init__(self):
        self._lock = threading.Lock()
        self._runs = deque()

    def add(self, fault, times):
        """Queue `fault` for that many answers (int from 1)."""
        run = itertools.repeat(fault, number('times', times, least=1))
        with self._lock:
            self._runs.append(run)

    def take(self):
        """The fault of the next answer, `NO_FAULT` once the queue is empty."""
        with self._lock:
            while self._runs:
                fault = next(self._runs[0], None)
                if fault is not None:
                    return fault
                self._runs.popleft()
            return NO_FAULT
