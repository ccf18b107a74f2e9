"""Background calls: the threads that run them, and the result of each."""

import os
import sys
import threading
import types
from collections import deque
from functools import partial
from operator import methodcaller

import six
from six.moves import builtins, map, range

from ._common.clock import monotonic

try:
    from contextvars import copy_context
except ImportError:  # pragma: no cover (Python 2.7 and 3.6)
    copy_context = None

# The longest uninterrupted wait, in seconds: on Python 2.7 and on Windows, Ctrl-C takes effect only after it.
_MAX_WAIT = 0.5
_RELEASE = methodcaller('release')


class _NotReadyError(AssertionError, ValueError):
    """Has both types that multiprocessing raises: the first up to Python 3.6, the second later."""


class AsyncResult(object):
    """The result of a background call, with the methods of ``multiprocessing.pool.AsyncResult``.

    :param function: makes the call.
    :param tuple args: its arguments.
    """

    def __init__(self, function, args):
        run = function if copy_context is None else partial(copy_context().run, function)
        self._call = run, args
        self._pid = os.getpid()
        self._value = None
        self._error = None
        self._is_ready = False
        self._waiting = set()

    # For AsyncResult[UserBrief] in annotations; before Python 3.9, that is the class itself.
    __class_getitem__ = classmethod(getattr(types, 'GenericAlias', lambda cls, _: cls))

    def ready(self):
        """Return whether the call has ended."""
        return self._is_ready

    def successful(self):
        """Return whether the call has ended without an exception.

        :raises ValueError: if it has not ended; it is also an ``AssertionError``, for programs written for Python 3.6
            and older.
        """
        if not self._is_ready:
            raise _NotReadyError('the call has not ended')
        return self._error is None

    def wait(self, timeout=None):
        """Wait until the call has ended.

        :param float timeout: the longest wait in seconds; ``None`` for no limit.
        :raises RuntimeError: in a forked process, if the call was still running in its parent.
        """
        deadline = float('inf') if timeout is None else monotonic() + timeout
        # A new event for each wait: a signal handler may interrupt a wait that holds the lock of its event.
        ended = threading.Event()
        self._waiting.add(ended)
        try:
            remaining = deadline - monotonic()
            while not self._is_ready and remaining > 0:
                if self._pid != os.getpid():
                    raise RuntimeError('the call runs in the process that made it, not in this fork of it')
                ended.wait(min(remaining, _MAX_WAIT))
                remaining = deadline - monotonic()
        finally:
            self._waiting.discard(ended)

    def get(self, timeout=None):
        """Return the result of the call, or raise its exception.

        :param float timeout: the longest wait in seconds; ``None`` for no limit.
        :raises multiprocessing.TimeoutError: if the call has not ended by then.
        """
        self.wait(timeout)
        if not self._is_ready:
            raise _timeout_class()('the call has not ended within %s seconds' % timeout)
        if self._error is None:
            return self._value
        try:
            six.reraise(*self._error)
        finally:
            # This frame is in the traceback, which self refers to: avoid the reference cycle.
            self = None

    def _run(self):
        # _run_calls() announces the result.
        run, args = self._call
        try:
            self._value = run(*args)
        except BaseException:
            self._error = sys.exc_info()
        # Not in a finally block: if sys is None (see _work), the client that this frees would print an error.
        self._call = self = run = args = None

    def _drop(self, make_error):
        error = make_error(*self._call[1])
        self._call, self._error = None, (type(error), error, None)
        self._announce()

    def _announce(self):
        self._is_ready = True
        for ended in list(self._waiting):
            ended.set()


class BackgroundPool(object):
    """Runs calls on daemon threads, with the methods of ``multiprocessing.pool.ThreadPool`` that programs use.

    A thread starts if a call finds none idle. The queue of calls has no lock, which a signal handler might find held,
    and no semaphore, which AWS Lambda does not support.

    :param int max_threads: the maximum number of threads.
    """

    def __init__(self, max_threads):
        self._max_threads = max_threads
        self._pending = deque()
        self._threads = {}
        # A lock for each idle thread, which waits to acquire it; whoever pops the lock releases it, once.
        self._idle = deque()
        self._keeps_idle = True
        # Held until the interpreter has ended.
        self._exit_lock = threading.Lock()

    def apply_async(self, function, args=()):
        """Make a call in the background, with the current context variables (PEP 567).

        :param function: makes the call.
        :param tuple args: its arguments.
        :rtype: AsyncResult
        :raises RuntimeError: if the system cannot start the first thread; ``thread.error`` on Python 2.7.
        """
        result = AsyncResult(function, args)
        self._pending.append(result)
        try:
            if not self._wake_one():
                self._start_thread()
        except threading.ThreadError:
            # If there is another thread, it makes the call. If not, calls that found the slot taken would wait forever.
            if not self._threads:
                self.terminate(lambda *_: threading.ThreadError('no thread could be started'))
                raise
        except BaseException:
            self._forget(result)
            raise
        return result

    def close(self):
        """Let threads end when no call is left."""
        self._keeps_idle = False
        while self._wake_one():
            continue

    def join(self):
        """Wait for all calls and threads to end."""
        threads = list(self._threads.values())
        self.close()
        for thread in threads:
            # A background call may close its client, and a thread cannot join itself.
            while thread.is_alive() and thread is not threading.current_thread():
                thread.join(_MAX_WAIT)

    def terminate(self, make_error=lambda *_: RuntimeError('the pool was terminated before the call began')):
        """Drop the calls that have not begun.

        :param make_error: returns the exception that their ``get()`` raises; takes the arguments of the call.
        """
        for result in iter(self._next_call, None):
            result._drop(make_error)

    def _next_call(self):
        try:
            # Check first: while Python 2.7 exits, IndexError no longer exists.
            return self._pending.popleft() if self._pending else None
        except IndexError:
            return None  # Another thread has taken it.

    def _forget(self, result):
        try:
            # If it stayed, it would be made along with the next call.
            self._pending.remove(result)
        except ValueError:
            return  # A thread has already taken it.

    def _wake_one(self):
        try:
            # Popped and released in one built-in call: Ctrl-C between the two would leave a thread asleep forever.
            next(map(_RELEASE, iter(self._idle.pop, None)))
        except IndexError:
            return False
        return True

    def _start_thread(self):
        for slot in range(self._max_threads):
            if slot in self._threads:
                continue
            thread = threading.Thread(target=self._work, args=(slot,), name='cloudsmith-api-worker-%d' % slot)
            try:
                thread.daemon = True
            except RuntimeError:
                # An isolated sub-interpreter has no daemon threads, and waits for all others when it ends.
                self._keeps_idle = False
            try:
                # Another thread may have taken the slot meanwhile.
                if self._threads.setdefault(slot, thread) is thread:
                    thread.start()
                    return
            except BaseException:
                if thread.ident is None:
                    self._threads.pop(slot, None)
                raise

    def _work(self, slot):
        try:
            thread = threading.current_thread()
            while self._threads.setdefault(slot, thread) is thread:
                self._run_calls(threading.Lock())
                self._threads.pop(slot, None)
                # A call made just before found this slot taken, and relies on this thread.
                if not self._pending:
                    return
        finally:
            # While Python 2.7 exits, all names in modules are None, and exceptions of threads are printed. Block until
            # the process has ended.
            while sys is None:
                self._exit_lock.acquire()

    def _run_calls(self, wake):
        while True:
            wake.acquire()
            result = self._next_call()
            if result is not None:
                result._run()
            elif not self._keeps_idle:
                return
            # Become idle before the result is announced, so that the next call finds this thread.
            self._idle.append(wake)
            if result is not None:
                result._announce()
                result = None
            if self._pending or not self._keeps_idle:
                self._wake_one()


def _timeout_class():
    try:
        from multiprocessing import TimeoutError as TimeoutClass  # slow to import, and seldom raised
    except ImportError:
        # A platform without processes.
        return getattr(builtins, 'TimeoutError', RuntimeError)
    return TimeoutClass
