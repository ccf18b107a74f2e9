"""Background calls: their threads, their results, and which calls are dropped."""

import collections
import contextlib
import functools
import gc
import multiprocessing
import operator
import os
import platform
import signal
import subprocess
import sys
import textwrap
import threading
import time
import weakref

import pytest
import six
from servers import RespondingServer, ScriptedServer, json_response, silent
from six.moves import _thread, map, zip

from cloudsmith_api import ApiClient, ApiException, Configuration, UserApi, background
from cloudsmith_api._common.clock import monotonic
from cloudsmith_api.background import AsyncResult, BackgroundPool

GOOD = json_response('{"name": "Ada"}')
# Seconds after which a call counts as hanging.
HANG_TIMEOUT = 20
PYPY = platform.python_implementation() == 'PyPy'

NEEDS_REFERENCE_COUNTS = pytest.mark.skipif(
    not hasattr(sys, 'getrefcount'), reason='this interpreter does not free objects at once')


@pytest.fixture
def pool():
    made = BackgroundPool(2)
    yield made
    made.join()


def worker_threads():
    return {thread for thread in threading.enumerate() if 'worker' in thread.name}


@contextlib.contextmanager
def busy(pool, count):
    """Occupy threads of a pool."""
    release, begun = threading.Event(), [threading.Event() for _ in range(count)]

    def occupy(event):
        event.set()
        release.wait(HANG_TIMEOUT)

    results = [pool.apply_async(occupy, (event,)) for event in begun]
    for event in begun:
        assert event.wait(HANG_TIMEOUT)
    try:
        yield
    finally:
        release.set()
        for result in results:
            result.get(HANG_TIMEOUT)


def fail(error):
    raise error


def run_script(script, *args):
    """Run a script in a new process, killed if it hangs; return its exit status and its output."""
    process = subprocess.Popen(
        [sys.executable, '-c', textwrap.dedent(script)] + list(args), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        universal_newlines=True, env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)))
    killer = threading.Timer(HANG_TIMEOUT, process.kill)
    killer.start()
    try:
        output = process.communicate()[0]
    finally:
        killer.cancel()
    return process.returncode, output


class TestThreads(object):
    """How many threads there are, and when they end."""

    def test_consecutive_calls_share_one_thread(self, pool):
        before = worker_threads()
        names = {pool.apply_async(threading.current_thread).get(HANG_TIMEOUT).name for _ in range(200)}
        assert len(names) == 1
        assert len(worker_threads() - before) == 1

    def test_one_call_starts_one_thread(self):
        before = worker_threads()
        pool = BackgroundPool(640)
        pool.apply_async(len, ('',)).get(HANG_TIMEOUT)
        assert len(worker_threads() - before) == 1
        pool.join()

    def test_threads_are_bounded(self, pool):
        before = worker_threads()
        with busy(pool, 2):
            results = [pool.apply_async(len, ('x' * number,)) for number in range(50)]
            assert len(worker_threads() - before) == 2
            assert not any(result.ready() for result in results)
        assert [result.get(HANG_TIMEOUT) for result in results] == list(range(50))

    def test_threads_are_daemons(self, pool):
        assert pool.apply_async(lambda: threading.current_thread().daemon).get(HANG_TIMEOUT)

    def test_join_ends_threads_and_later_calls_start_others(self, pool):
        before = worker_threads()
        results = [pool.apply_async(len, ('abc',)) for _ in range(20)]
        pool.join()
        assert all(result.ready() for result in results)
        assert worker_threads() == before
        assert pool.apply_async(len, ('abc',)).get(HANG_TIMEOUT) == 3

    def test_call_may_join_its_own_pool(self, pool):
        assert pool.apply_async(pool.join).get(HANG_TIMEOUT) is None

    def test_last_call_of_a_dropped_client_ends_its_thread(self):
        before = worker_threads()
        with ScriptedServer(GOOD) as server:
            configuration = Configuration()
            configuration.host = server.url
            result = UserApi(ApiClient(configuration)).user_self(async_req=True)
            assert result.get(HANG_TIMEOUT).name == 'Ada'
        gc.collect()
        for thread in worker_threads() - before:
            thread.join(HANG_TIMEOUT)
        assert worker_threads() == before

    def test_calls_made_during_close_are_not_lost(self, connect):
        """A pool that is being closed accepted no calls: ``ValueError: Pool not running``."""
        api, results, done = None, [], threading.Event()
        with RespondingServer(lambda request: GOOD) as server:
            api = connect(server.url, connection_pool_maxsize=2)

            def call_repeatedly():
                while not done.is_set():
                    try:
                        results.append(api.user_self(async_req=True).get(HANG_TIMEOUT).name)
                    except Exception as error:
                        results.append(error)

            threads = [threading.Thread(target=call_repeatedly) for _ in range(4)]
            for thread in threads:
                thread.start()
            for _ in range(200):
                api.api_client.close()
            done.set()
            for thread in threads:
                thread.join(HANG_TIMEOUT)
        assert set(results) == {'Ada'}

    def test_concurrent_submissions_are_all_run(self):
        """Threads end while others submit: no call may be left behind."""
        sums = []
        pool = BackgroundPool(3)
        interval = sys.getswitchinterval() if six.PY3 else None

        def submit():
            for number in range(300):
                result = pool.apply_async(len, ('x' * number,))
                pool.close()
                sums.append(result.get(HANG_TIMEOUT))

        threads = [threading.Thread(target=submit) for _ in range(4)]
        if six.PY3:
            sys.setswitchinterval(1e-5)
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(HANG_TIMEOUT)
        finally:
            if six.PY3:
                sys.setswitchinterval(interval)
        assert sum(sums) == 4 * sum(range(300))
        pool.join()

    def test_call_waits_if_system_starts_no_more_threads(self, pool, monkeypatch):
        with busy(pool, 1):
            monkeypatch.setattr(threading.Thread, 'start', lambda self: fail(threading.ThreadError('no more threads')))
            result = pool.apply_async(len, ('abc',))
        assert result.get(HANG_TIMEOUT) == 3

    @pytest.mark.parametrize('error', [threading.ThreadError('no threads'), KeyboardInterrupt()])
    def test_call_that_cannot_start_is_not_made_later(self, pool, monkeypatch, error):
        made = []
        with monkeypatch.context() as patched:
            patched.setattr(threading.Thread, 'start', lambda self: fail(error))
            with pytest.raises(type(error)):
                pool.apply_async(made.append, (1,))
        for number in (2, 3):
            pool.apply_async(made.append, (number,)).get(HANG_TIMEOUT)
        assert made == [2, 3]

    def test_call_whose_thread_cannot_start_for_another_call_raises(self, monkeypatch):
        pool, results = BackgroundPool(1), []

        def submit_and_fail(thread):
            results.append(pool.apply_async(len, ('abc',)))
            raise threading.ThreadError('no threads')

        monkeypatch.setattr(threading.Thread, 'start', submit_and_fail)
        with pytest.raises(threading.ThreadError):
            pool.apply_async(len, ('',))
        with pytest.raises(threading.ThreadError, match='no thread could be started'):
            results[0].get(HANG_TIMEOUT)

    def test_interrupt_while_a_thread_starts_is_raised(self, pool, monkeypatch):
        start, ended = threading.Thread.start, threading.Event()

        def start_and_interrupt(thread):
            start(thread)
            assert ended.wait(HANG_TIMEOUT)
            raise KeyboardInterrupt()

        monkeypatch.setattr(threading.Thread, 'start', start_and_interrupt)
        with pytest.raises(KeyboardInterrupt):
            pool.apply_async(ended.set)

    def test_threads_end_at_once_where_they_cannot_be_daemons(self, monkeypatch):
        """As in an isolated sub-interpreter, whose shutdown would wait for an idle thread."""
        daemon = threading.Thread.daemon
        monkeypatch.setattr(threading.Thread, 'daemon', daemon.setter(lambda *_: fail(RuntimeError('no daemons'))))
        before, pool = worker_threads(), BackgroundPool(2)
        assert [pool.apply_async(len, ('abc',)).get(HANG_TIMEOUT) for _ in range(3)] == [3] * 3
        for thread in worker_threads() - before:
            thread.join(HANG_TIMEOUT)
        assert worker_threads() == before

    def test_slot_taken_by_another_thread_is_left_to_it(self):
        class Racing(dict):
            """Reports a slot as free although another thread has just taken it."""

            def __contains__(self, slot):
                return False

        pool = BackgroundPool(2)
        pool._threads = Racing()
        with busy(pool, 2):
            assert len(pool._threads) == 2
        pool.join()

    def test_call_made_while_the_last_thread_ends_is_made_by_it(self):
        pool, run_calls, results = BackgroundPool(1), BackgroundPool._run_calls, []

        def run_and_receive_a_call(wake):
            run_calls(pool, wake)
            if not results:
                results.append(pool.apply_async(len, ('abc',)))

        pool._run_calls = run_and_receive_a_call
        pool.apply_async(len, ('',))
        pool.join()
        assert results[0].get(HANG_TIMEOUT) == 3
        del pool._run_calls

    def test_thread_whose_slot_was_given_away_ends(self, pool):
        pool._threads[0] = other = threading.Thread()
        assert pool._work(0) is None
        assert pool._threads.pop(0) is other

    def test_call_that_another_thread_took_is_not_made_twice(self, pool):
        class Racing(collections.deque):
            """Seems to hold a call although another thread has just taken it."""

            def __len__(self):
                return 1

        pool._pending = Racing()
        assert pool._next_call() is None
        pool._pending = collections.deque()

    def test_pool_works_without_semaphores(self):
        """As on AWS Lambda, whose /dev/shm is read-only."""
        with ScriptedServer(GOOD) as server:
            assert run_script("""
                import sys, _multiprocessing
                def fail(*_, **__):
                    raise OSError(30, 'Read-only file system')
                _multiprocessing.SemLock = fail
                from cloudsmith_api import ApiClient, Configuration, UserApi
                configuration = Configuration()
                configuration.host = sys.argv[1]
                with ApiClient(configuration) as client:
                    print(UserApi(client).user_self(async_req=True).get(20).name)
            """, server.url) == (0, 'Ada\n')


class TestResult(object):
    """``AsyncResult``, where the tests of ``async_req`` do not cover it."""

    def test_get_raises_the_timeout_error_of_multiprocessing(self, pool):
        with busy(pool, 2):
            result = pool.apply_async(len, ('',))
            started = monotonic()
            for timeout in (0, 0.01, -1) * 10:
                with pytest.raises(multiprocessing.TimeoutError):
                    result.get(timeout)
            assert monotonic() - started < 3
            assert result.wait(0.01) is None
            assert not result.ready()
        assert result.get(HANG_TIMEOUT) == 0

    def test_wait_of_less_than_a_second_ends_with_the_call(self, pool):
        result = pool.apply_async(time.sleep, (0.05,))
        result.wait(0.99)
        assert result.ready()

    def test_get_raises_builtin_timeout_error_without_multiprocessing(self, pool, monkeypatch):
        monkeypatch.setitem(sys.modules, 'multiprocessing', None)
        with busy(pool, 2), pytest.raises(getattr(six.moves.builtins, 'TimeoutError', RuntimeError)):
            pool.apply_async(len, ('',)).get(0.01)

    def test_wait_in_a_forked_process_raises_runtime_error(self, pool, monkeypatch):
        """The thread does not exist in the child, which would wait forever."""
        with busy(pool, 2):
            result = pool.apply_async(len, ('',))
            monkeypatch.setattr(os, 'getpid', lambda: -1)
            for method in (result.get, result.wait):
                with pytest.raises(RuntimeError, match='this fork'):
                    method()
            monkeypatch.undo()

    @pytest.mark.skipif(sys.version_info < (3, 7), reason='classes have no parameters before Python 3.7')
    def test_result_class_takes_a_parameter_in_annotations(self):
        assert getattr(AsyncResult[int], '__origin__', AsyncResult) is AsyncResult

    def test_waits_leave_nothing_behind(self, pool):
        with busy(pool, 2):
            result = pool.apply_async(len, ('',))
            for _ in range(5):
                result.wait(0.001)
            assert not result._waiting

    @pytest.mark.parametrize('error', [AssertionError, ValueError])
    def test_successful_raises_before_the_end(self, pool, error):
        with busy(pool, 2), pytest.raises(error):
            pool.apply_async(len, ('',)).successful()

    @pytest.mark.parametrize('error', [SystemExit(3), KeyboardInterrupt(), GeneratorExit(), ValueError('x')])
    def test_any_exception_reaches_every_get(self, pool, error):
        result = pool.apply_async(fail, (error,))
        for _ in range(2):
            with pytest.raises(type(error)) as raised:
                result.get(HANG_TIMEOUT)
            assert raised.value is error
        assert not result.successful()
        assert pool.apply_async(len, ('abc',)).get(HANG_TIMEOUT) == 3

    def test_traceback_shows_the_call_and_does_not_grow(self, pool):
        result = pool.apply_async(fail, (ValueError(),))
        depths = []
        for _ in range(3):
            with pytest.raises(ValueError) as raised:
                result.get(HANG_TIMEOUT)
            depths.append(len(raised.traceback))
        assert raised.traceback[-1].name == 'fail'
        assert len(set(depths)) == 1

    def test_system_exit_in_a_transport_reaches_get(self, connect):
        api = connect('http://127.0.0.1:9')
        api.api_client.rest_client.request = lambda *args, **options: fail(SystemExit(3))
        with pytest.raises(SystemExit):
            api.user_self(async_req=True).get(HANG_TIMEOUT)

    @NEEDS_REFERENCE_COUNTS
    def test_result_and_error_are_freed_without_garbage_collector(self, pool):
        class Value(object):
            pass

        def work(value):
            seen.append(weakref.ref(value))
            raise ValueError()

        seen = []
        gc.disable()
        try:
            result = pool.apply_async(work, (Value(),))
            try:
                result.get(HANG_TIMEOUT)
            except ValueError:
                sys.exc_clear() if six.PY2 else None
            seen.append(weakref.ref(result))
            del result
            pool.apply_async(len, ('',)).get(HANG_TIMEOUT)
            assert [reference() for reference in seen] == [None, None]
        finally:
            gc.enable()

    def test_idle_thread_does_not_keep_the_result(self, pool):
        result = pool.apply_async(len, ('',))
        result.get(HANG_TIMEOUT)
        reference, deadline = weakref.ref(result), monotonic() + HANG_TIMEOUT
        del result
        while reference() is not None and monotonic() < deadline:
            time.sleep(0.01)
            gc.collect()
        assert reference() is None

    @pytest.mark.skipif(os.name == 'nt', reason='a test cannot press Ctrl-C on Windows')
    @pytest.mark.parametrize('statement', ['result.get()', 'result.wait()', 'client.close()'])
    def test_ctrl_c_interrupts_the_wait(self, statement):
        with ScriptedServer(silent(HANG_TIMEOUT)) as server:
            started = monotonic()
            status, output = run_script("""
                import os, signal, sys, threading
                from cloudsmith_api import ApiClient, Configuration, UserApi
                signal.signal(signal.SIGINT, signal.default_int_handler)
                configuration = Configuration()
                configuration.host = sys.argv[1]
                client = ApiClient(configuration)
                result = UserApi(client).user_self(async_req=True)
                threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
                try:
                    %s
                except KeyboardInterrupt:
                    print('interrupted')
            """ % statement, server.url)
            assert (status, output) == (0, 'interrupted\n')
            assert monotonic() - started < HANG_TIMEOUT / 2

    @pytest.mark.skipif(PYPY, reason='one step in C is several steps on PyPy')
    def test_ctrl_c_while_a_thread_is_woken_does_not_lose_the_thread(self):
        class Interrupted(collections.deque):
            """Presses Ctrl-C while a lock is taken from it; in C, or else the handler would run in between."""

            @property
            def pop(self):
                steps = zip(iter(super(Interrupted, self).pop, None), iter(_thread.interrupt_main, 1))
                return functools.partial(next, map(operator.itemgetter(0), steps))

        pool, before = BackgroundPool(1), signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            pool.apply_async(len, ('',)).get(HANG_TIMEOUT)
            pool._idle = Interrupted(pool._idle)
            with pytest.raises(KeyboardInterrupt):
                pool.apply_async(len, ('',))
            pool._idle = collections.deque(pool._idle)
        finally:
            signal.signal(signal.SIGINT, before)
        assert pool.apply_async(len, ('abc',)).get(HANG_TIMEOUT) == 3
        pool.join()

    @pytest.mark.skipif(os.name == 'nt', reason='on Windows, os.kill ends a process at once')
    def test_signal_handler_may_make_background_calls(self, pool):
        results = []
        before = signal.signal(signal.SIGTERM, lambda *_: results.append(pool.apply_async(len, ('abc',)).get(5)))
        try:
            with busy(pool, 1):
                waiting = pool.apply_async(threading.Event().wait, (0.5,))
                timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM))
                timer.start()
                waiting.get(HANG_TIMEOUT)
                timer.join()
        finally:
            signal.signal(signal.SIGTERM, before)
        assert results == [3]


class TestExit(object):
    """Calls that are open when the program ends. Python 2.7 then sets the names in all modules to ``None``."""

    def test_thread_that_raises_because_names_are_none_blocks(self, pool, monkeypatch):
        raised, before = [], worker_threads()

        def work(slot):
            try:
                BackgroundPool._work(pool, slot)
            except ValueError as error:
                raised.append(error)

        pool._work, pool._run_calls = work, lambda wake: fail(ValueError())
        with monkeypatch.context() as patched:
            patched.setattr(background, 'sys', None)
            pool.apply_async(len, ('',))
            thread, = worker_threads() - before
            thread.join(0.2)
            assert thread.is_alive()
        pool._exit_lock.release()
        thread.join(HANG_TIMEOUT)
        assert len(raised) == 1

    def test_call_that_raises_during_exit_prints_nothing(self):
        assert run_script("""
            import sys, threading, time
            from cloudsmith_api.background import BackgroundPool

            lock = threading.Lock()
            lock.acquire()

            class DeletedLast(object):
                release, sleep = lock.release, time.sleep

                def __del__(self):
                    self.release()
                    self.sleep(0.3)

            class Client(object):
                def fail(self, begin, acquire=lock.acquire):
                    begin()
                    acquire()
                    return self.missing

                def __del__(self):
                    return self.missing  # would be printed

            begun = threading.Event()
            BackgroundPool(1).apply_async(Client().fail, (begun.set,))
            begun.wait()
            # Python 2.7 empties this module after ours.
            sys.deleted_last = DeletedLast()
        """) == (0, '')

    @pytest.mark.slow
    def test_open_calls_print_nothing(self):
        with RespondingServer(lambda request: GOOD) as server:
            for _ in range(5):
                assert run_script("""
                    import sys
                    from cloudsmith_api import ApiClient, Configuration, UserApi
                    configuration = Configuration()
                    configuration.host = sys.argv[1]
                    api = UserApi(ApiClient(configuration))
                    for _ in range(50):
                        api.user_self(async_req=True)
                """, server.url) == (0, '')


class TestDropping(object):
    """Calls that have not begun when an exception leaves ``with``, or Ctrl-C interrupts ``close``."""

    @pytest.fixture
    def server(self):
        with RespondingServer(lambda request: GOOD) as server:
            yield server

    def start_calls(self, client, count):
        """Make calls on one thread, which has begun the first and waits in it."""
        begun, release = threading.Event(), threading.Event()
        request = client.rest_client.request

        def wait_in_first(*args, **options):
            begun.set()
            release.wait(HANG_TIMEOUT)
            return request(*args, **options)

        client.rest_client.request = wait_in_first
        results = [client.call_api('/items/', 'POST', async_req=True) for _ in range(count)]
        assert begun.wait(HANG_TIMEOUT)
        return results, release

    def check_dropped(self, results, server):
        assert results[0].get(HANG_TIMEOUT)[1] == 200
        for result in results[1:]:
            with pytest.raises(ApiException) as raised:
                result.get(HANG_TIMEOUT)
            error = raised.value
            assert (error.status, error.request_sent, error.method) == (0, False, 'POST')
            assert str(error) == 'The client was closed before the call began (POST %s/items/)' % server.url
        assert len(server.requests) == 1

    @pytest.mark.parametrize('error', [KeyboardInterrupt(), SystemExit(), ValueError()])
    def test_exception_in_with_drops_calls_not_begun(self, server, error):
        configuration = Configuration()
        configuration.host = server.url
        configuration.connection_pool_maxsize = 1
        with pytest.raises(type(error)):
            with ApiClient(configuration) as client:
                results, release = self.start_calls(client, 36)
                threading.Timer(0.2, release.set).start()
                raise error
        self.check_dropped(results, server)

    def test_exception_in_with_without_background_calls_passes(self):
        with pytest.raises(ValueError):
            with ApiClient():
                raise ValueError()

    def test_leaving_with_normally_waits_for_all_calls(self, server):
        configuration = Configuration()
        configuration.host = server.url
        configuration.connection_pool_maxsize = 1
        with ApiClient(configuration) as client:
            results = [client.call_api('/items/', 'POST', async_req=True) for _ in range(36)]
        assert all(result.successful() for result in results)
        assert len(server.requests) == 36

    def test_interrupted_close_drops_calls_not_begun(self, connect, server, monkeypatch):
        client = connect(server.url, connection_pool_maxsize=1).api_client
        results, release = self.start_calls(client, 36)
        with monkeypatch.context() as patched:
            patched.setattr(threading.Thread, 'join', lambda *_: fail(KeyboardInterrupt()))
            with pytest.raises(KeyboardInterrupt):
                client.close()
        release.set()
        self.check_dropped(results, server)

    def test_terminated_pool_drops_calls_of_the_program(self, pool):
        with busy(pool, 2):
            result = pool.apply_async(len, ('',))
            pool.terminate()
        with pytest.raises(RuntimeError, match='before the call began'):
            result.get(HANG_TIMEOUT)


@pytest.mark.skipif(sys.version_info < (3, 7), reason='context variables are new in Python 3.7')
class TestContext(object):
    """The context variables of the program."""

    def test_call_has_the_context_variables_of_its_submission(self, connect):
        import contextvars
        span, seen = contextvars.ContextVar('span'), []
        with ScriptedServer(GOOD) as server:
            api = connect(server.url, connection_pool_maxsize=1)
            request = api.api_client.rest_client.request

            def record(*args, **options):
                seen.append(span.get())
                span.set('of the call')
                return request(*args, **options)

            api.api_client.rest_client.request = record
            for name in ('first', 'second'):
                span.set(name)
                result = api.user_self(async_req=True)
                span.set('later')
                assert result.get(HANG_TIMEOUT).name == 'Ada'
        assert seen == ['first', 'second']
        assert span.get() == 'later'

    @NEEDS_REFERENCE_COUNTS
    def test_context_is_freed_with_the_call(self, pool):
        import contextvars

        class Span(object):
            pass

        variable, value = contextvars.ContextVar('span'), Span()
        reference = weakref.ref(value)
        context = contextvars.copy_context()
        context.run(variable.set, value)
        result = context.run(pool.apply_async, len, ('abc',))
        del context, value
        assert result.get(HANG_TIMEOUT) == 3
        pool.apply_async(len, ('',)).get(HANG_TIMEOUT)
        assert reference() is None


SUB_INTERPRETER = """
    import sys
    try:
        import _interpreters as interpreters
    except ImportError:
        import _xxsubinterpreters as interpreters
    try:
        interpreter = interpreters.create('isolated')
    except (TypeError, ValueError):
        interpreter = interpreters.create()
    failed = interpreters.run_string(interpreter, r'''if True:
        import sys
        sys.path[:] = %r
        from cloudsmith_api import ApiClient, Configuration, UserApi
        configuration = Configuration()
        configuration.host = %r
        api = UserApi(ApiClient(configuration))
        for _ in range(2):
            results = [api.user_self(async_req=True) for _ in range(20)]
            assert [result.get(10).name for result in results] == ['Ada'] * 20
    ''')
    print(failed)
    interpreters.destroy(interpreter)
"""


@pytest.mark.skipif(sys.version_info < (3, 13), reason='Python 3.12 crashes after it has ended a sub-interpreter')
def test_isolated_sub_interpreter_makes_background_calls():
    """It has no daemon threads, and its shutdown waits for all others."""
    with RespondingServer(lambda request: GOOD) as server:
        assert run_script(SUB_INTERPRETER % (sys.path, server.url)) == (0, 'None\n')
