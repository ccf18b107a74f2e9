"""Faults that tests inject into responses, and the queue that holds them."""

import numbers
import re
import threading

from ._arguments import check_number, check_text
from ._environ import TRICKLE, TRUNCATE

MAX_SECONDS = 86400
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")  # RFC 9110, sections 5.1 and 5.6.2
HEADER_VALUE = re.compile(r'[\t -~]*\Z')  # RFC 9110, section 5.5, without the obsolete non-ASCII bytes


class Fault(object):
    """The changes to make to one response.

    ``Sandbox.fail_next`` describes the parameters; one that is not given changes nothing.

    :raises TypeError: if an argument has the wrong type; the message names it.
    :raises ValueError: if an argument is out of bounds; the message names it.
    """

    def __init__(self, status=None, headers=None, body=None, delay=0, truncate=None, trickle=None, path=None):
        self.status = None if status is None else check_number('status', status, 200, 599)
        self.headers = {} if headers is None else check_headers(headers)
        self.body = body
        if not isinstance(body, (bytes, type(None))):
            self.body = check_text('body', body, min_length=0).encode('utf-8')
        self.delay = float(check_number('delay', delay, 0, MAX_SECONDS, numbers.Real))
        self.path = None if path is None else check_text('path', path)
        if path is not None and not re.match(r'/[!->@-~]*\Z', self.path):
            raise ValueError("path must begin with '/' and be percent-encoded, without a query, got %r" % path)
        self.environ = {}  # tells the server how to send the response
        if truncate is not None:
            size = 0 if truncate == 'before' else truncate
            self.environ[TRUNCATE] = check_number('truncate', size, alternative="'before' or ")
        if trickle is not None:
            self.environ[TRICKLE] = float(check_number('trickle', trickle, 0, MAX_SECONDS, numbers.Real))

    def matches(self, path):
        """Return whether this fault is for a request to ``path``, which is relative to the app's mount point."""
        return self.path is None or path.startswith((self.path, '/v1' + self.path))

    def apply(self, response):
        """Set this fault's headers and body on a ``Response``."""
        if self.body is not None:
            response.body = self.body
        for name, value in self.headers.items():
            response.headers[name] = value


def check_headers(headers):
    """Return a dict of headers with names and values as native strings.

    :raises TypeError: if ``headers`` is not a dict, or a name or value has the wrong type.
    :raises ValueError: if a name or value is not allowed in an HTTP header.
    """
    if not isinstance(headers, dict):
        raise TypeError('headers must be a dict, got %s' % type(headers).__name__)
    return dict(check_header(name, value) for name, value in headers.items())


def check_header(name, value):
    """Return one header as a pair of native strings; a numeric value is converted to text.

    :raises TypeError, ValueError: as ``check_headers`` does.
    """
    name = check_text('headers: each name', name)
    value = str(value) if isinstance(value, numbers.Real) else check_text('headers: %s' % name, value, min_length=0)
    if not HEADER_NAME.match(name) or not HEADER_VALUE.match(value):
        raise ValueError('headers: %r must be a token, and its value printable ASCII' % name)
    return str(name), str(value)


NO_FAULT = Fault()


class FaultQueue(object):
    """Faults in first-in, first-out order; safe to share between threads."""

    def __init__(self):
        self._lock = threading.Lock()
        self._runs = []

    def add(self, fault, times):
        """Queue ``fault`` for the next ``times`` responses (int from 1)."""
        run = [fault, check_number('times', times, minimum=1)]
        with self._lock:
            self._runs.append(run)

    def take(self, path):
        """Remove and return the first fault for a request to ``path``: ``NO_FAULT`` if there is none."""
        with self._lock:
            for index, run in enumerate(self._runs):
                if run[0].matches(path):
                    run[1] -= 1
                    if not run[1]:
                        del self._runs[index]
                    return run[0]
            return NO_FAULT
