"""Connection pools without locks, whose connections know their call and expire, and that can be closed during calls."""

import threading
from collections import deque

from six.moves import queue
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool

from .._common.clock import monotonic
from .connections import DeadlineHTTPConnection, DeadlineHTTPSConnection, DeadlineMixin, has_pending_bytes
from .timeouts import CallLimits

# The longest time that a call sleeps before it checks for an idle connection itself, in seconds.
_MAX_WAIT = 0.05


class ConnectionQueue(queue.Queue, object):
    """The idle connections of a pool, last in, first out, without locks.

    The standard library's queue holds a lock while it is changed. A signal handler that makes a call at that moment, or
    a process that is forked then, would wait for the lock forever.

    It is a ``Queue`` by type only: if vcrpy (9.4) finds a ``Queue``, it keeps the slot of a connection that it drops.

    :param int maxsize: how many connections may be idle.
    """

    def __init__(self, maxsize):
        self._maxsize = maxsize
        # A slot is a list with one connection, or an empty one once close_idle() has taken the connection.
        self._items = deque()
        self._waiting = deque()

    def qsize(self):
        """Return the number of idle connections."""
        return len(self._items)

    def put(self, item, block=True):
        """Return a connection to the queue, or ``None`` for the right to open one.

        :raises queue.Full: if there are ``maxsize`` already.
        """
        if len(self._items) >= self._maxsize:
            raise queue.Full()
        self._items.append([item])
        self._wake_one()

    def get(self, block=True, timeout=None):
        """Take the connection that was returned last.

        :param bool block: whether to wait for one if there is none.
        :param float timeout: the longest wait in seconds; ``None`` for no limit.
        :raises queue.Empty: if there is none by then.
        """
        deadline = None if timeout is None else monotonic() + timeout
        while True:
            try:
                return _claim(self._items.pop())
            except IndexError:
                remaining = None if deadline is None else deadline - monotonic()
            if not block or (remaining is not None and remaining <= 0):
                raise queue.Empty()
            # No longer than that: the call that was woken may be one that a signal handler has interrupted.
            self._wait(_MAX_WAIT if remaining is None else min(remaining, _MAX_WAIT))

    def close_idle(self):
        """Close the idle connections. Each slot stays in its place, so that a call never finds one missing."""
        for slot in list(self._items):
            connection = _claim(slot)
            if connection is not None:
                connection.close()

    def _wait(self, seconds):
        returned = threading.Event()
        try:
            self._waiting.append(returned)
            # A connection may have been returned just before this call was seen to wait.
            if not self._items:
                returned.wait(seconds)
        finally:
            try:
                self._waiting.remove(returned)
            except ValueError:
                pass  # _wake_one() has removed it.

    def _wake_one(self):
        try:
            self._waiting.popleft().set()
        except IndexError:
            return  # Nobody is waiting.


class PoolMixin(object):
    """A urllib3 pool whose connections know their call and expire when idle, and that can be closed during calls."""

    QueueCls = ConnectionQueue

    #: The class of the pool's connections, a subclass of urllib3's.
    deadline_class = None

    _times_closed = 0

    @property
    def ConnectionCls(self):  # noqa: N802 (urllib3's name)
        """The class of new connections.

        A recorder replaces urllib3's class with its own (vcrpy). That class is used unchanged, so that no request
        bypasses the recorder; it enforces neither deadlines nor limits.
        """
        current = super(PoolMixin, self).ConnectionCls
        return self.deadline_class if current in self.deadline_class.__bases__ else current

    def close(self):
        """Close idle connections now, and those in use once they are returned.

        Unlike urllib3's, the queue stays: calls wait on it, and a later call opens a new connection.
        """
        self._times_closed += 1
        self.pool.close_idle()

    def _get_conn(self, timeout=None):
        """Lend a connection to a call.

        The call is passed as its own ``pool_timeout``: of all the arguments that urllib3 takes (1.26 and 2), only that
        one reaches the pool before the connection is used.
        """
        if isinstance(timeout, CallLimits):
            call, timeout = timeout, timeout.pool_timeout()
        else:
            call = CallLimits()
        call.request_sent = False
        times_closed = self._times_closed
        connection = super(PoolMixin, self)._get_conn(timeout)
        connection.times_closed = times_closed
        if not isinstance(connection, DeadlineMixin):
            # A recorder's connection does not report whether it sends anything.
            call.request_sent = None
            return connection
        if connection.sock is not None and _is_unusable(connection, call):
            connection.close()
        connection.call = call
        connection.preferred_addresses = vars(self).setdefault('_preferred_addresses', {})
        call.loan = self, connection
        return connection

    def _put_conn(self, conn):
        if conn is not None:
            # The connection must not keep its call, which contains credentials.
            conn.call = DeadlineMixin.call
            conn.idle_since = monotonic()
        try:
            self.pool.put(conn, block=False)
        except queue.Full:
            # There are more connections than slots only if calls do not wait for one.
            if conn is not None:
                conn.close()
        # Checked last, since the pool may be closed just before the connection is returned to it.
        if conn is not None and conn.times_closed != self._times_closed:
            self.pool.close_idle()


def take_back(call, traceback):
    """Return an interrupted call's connection to its pool, if it has no response yet and urllib3 has not done so.

    :param CallLimits call: the call, whose ``loan`` is set.
    :param traceback: the traceback of the interrupt.
    """
    pool, connection = call.loan
    while traceback is not None and traceback.tb_frame.f_code.co_name != 'urlopen':
        traceback = traceback.tb_next
    # If urlopen() fails, urllib3 closes the connection and returns None to the pool in its place. It does not treat an
    # interrupt at the very end as a failure; right after the end, the response closes the connection when it is
    # garbage-collected.
    if connection.call is call and (traceback is None or connection.sock is not None):
        connection.close()
        pool._put_conn(connection)


def _is_unusable(connection, call):
    """Return whether a connection that urllib3 would use again must not be."""
    # A firewall or NAT may have forgotten an old connection: a request sent over it is lost without an error. And TLS
    # may have buffered bytes beyond the last response: urllib3 looks for such bytes only in the socket, and would read
    # these as the next response.
    return monotonic() - connection.idle_since > call.idle_timeout or has_pending_bytes(connection.sock)


def _claim(slot):
    """Take the connection out of a slot, in one atomic step; return ``None`` if it has already been taken."""
    try:
        return slot.pop()
    except IndexError:
        return None


class HTTPPool(PoolMixin, HTTPConnectionPool):
    """A pool of plain connections."""

    deadline_class = DeadlineHTTPConnection


class HTTPSPool(PoolMixin, HTTPSConnectionPool):
    """A pool of TLS connections."""

    deadline_class = DeadlineHTTPSConnection


POOL_CLASSES = {'http': HTTPPool, 'https': HTTPSPool}
