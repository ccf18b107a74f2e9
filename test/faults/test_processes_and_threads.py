"""One client serves many threads, survives a fork, frees what it opened, and lets the interpreter exit."""

import gc
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading

import pytest
from servers import RespondingServer, ScriptedServer, http_response, json_response, silent, truncated

from cloudsmith_api import ApiClient, ApiException, Configuration, UserApi
from cloudsmith_api._common.clock import monotonic
from cloudsmith_api._transport.retry import ApiRetry

pytestmark = pytest.mark.slow

GOOD = json_response('{"name": "Ada"}')
LATEST = 30


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setattr(ApiRetry, 'BACKOFF_BASE', 0.001)


def repeat_path(request):
    """Answer with the path that was asked for."""
    return json_response(json.dumps({'name': request.target}))


def ask(api, number):
    """Make a call whose answer shows whose it is."""
    path = '/echo/%s/' % number
    answer = api.api_client.call_api(path, 'GET', response_type='UserBrief', _return_http_data_only=True)
    assert answer.name == '/v1' + path
    return answer


def run_threads(work, count):
    """Run ``work(number)`` on each of many threads, and give what they raised."""
    errors = []

    def guarded(number):
        try:
            work(number)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LATEST)
    assert not any(thread.is_alive() for thread in threads)
    return errors


def run_script(script, *args, **options):
    """Run a script in a process of its own, which must end soon; give its exit status and what it printed.

    Its first lines make ``api``, a client of the server whose URL is the first argument, unless ``start`` is another.
    """
    process = subprocess.Popen(
        [sys.executable, '-W', 'error', '-W', 'ignore::DeprecationWarning', '-c',
         OWN_GROUP + options.get('start', SCRIPT_START) + textwrap.dedent(script)] + [str(arg) for arg in args],
        env=unmeasured_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    # What it forked goes with it: one process that hangs would keep the pipe open, and all that waits for its end.
    killer = threading.Timer(LATEST, os.killpg, [process.pid, signal.SIGKILL])
    killer.start()
    try:
        printed = process.communicate()[0].decode()
    finally:
        killer.cancel()
    return process.returncode, printed


def unmeasured_environment():
    """Give the environment for a script that coverage does not watch.

    Its tracer has a lock, which a fork takes along locked while another thread is in the tracer; the child hangs then.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith('COVERAGE_PROCESS_')}
    return dict(environment, PYTHONPATH=os.pathsep.join(sys.path))


OWN_GROUP = 'import os; os.setsid()\n'

SCRIPT_START = """
import json, os, signal, sys, threading, time
from cloudsmith_api import ApiClient, ApiException, Configuration, UserApi

def connect(**settings):
    configuration = Configuration()
    configuration.host = sys.argv[1]
    configuration.api_key['X-Api-Key'] = 'the-secret-key'
    for name, value in settings.items():
        setattr(configuration, name, value)
    return UserApi(ApiClient(configuration))

def ask(api, number):
    path = '/echo/%s/' % number
    answer = api.api_client.call_api(path, 'GET', response_type='UserBrief', _return_http_data_only=True)
    assert answer.name == '/v1' + path, (answer.name, path)

api = connect()
"""


def test_many_threads_share_few_connections_and_each_gets_its_own_answers(connect):
    with RespondingServer(repeat_path) as server:
        api = connect(server.url, connection_pool_maxsize=4)

        def work(number):
            for count in range(20):
                ask(api, '%d-%d' % (number, count))

        assert run_threads(work, 32) == []
        assert len(server.requests) == 640
        assert server.connections <= 4


def test_threads_of_calls_in_the_background_are_as_many_as_connections(connect):
    with RespondingServer(repeat_path) as server:
        api = connect(server.url, connection_pool_maxsize=3)
        path = '/echo/{number}/'
        results = [(number, api.api_client.call_api(
            path, 'GET', {'number': number}, response_type='UserBrief', async_req=True, _return_http_data_only=True))
            for number in range(100)]
        assert all(result.get(LATEST).name == '/v1/echo/%d/' % number for number, result in results)
        assert server.connections <= 3


def test_a_closed_client_opens_new_connections(connect):
    with ScriptedServer(GOOD) as server:
        api = connect(server.url)
        for _ in range(3):
            assert api.user_self().name == 'Ada'
            assert api.user_self(async_req=True).get(LATEST).name == 'Ada'
            api.api_client.close()
        assert server.connections >= 3


def test_closing_twice_and_before_any_call_does_no_harm(connect):
    with ScriptedServer(GOOD) as server:
        api = connect(server.url)
        for _ in range(2):
            api.api_client.close()
            api.api_client.close()
            assert api.user_self().name == 'Ada'


def test_a_client_is_a_context_manager():
    with ScriptedServer(GOOD) as server:
        configuration = Configuration()
        configuration.host = server.url
        before = open_files()
        with ApiClient(configuration) as client:
            assert UserApi(client).user_self(async_req=True).get(LATEST).name == 'Ada'
        assert threading_names() == []
        settle(lambda: open_files() <= before + 1)


def test_a_client_that_is_closed_over_and_over_while_threads_use_it_fails_no_call(connect):
    with RespondingServer(repeat_path) as server:
        api = connect(server.url, connection_pool_maxsize=2, retries=0, timeout=10)
        done = threading.Event()

        def work(number):
            if number == 0:
                while not done.wait(0.002):
                    api.api_client.rest_client.close()
                return
            for count in range(50):
                ask(api, '%d-%d' % (number, count))

        errors = []
        closing = threading.Thread(target=lambda: errors.extend(run_threads(work, 1)))
        closing.start()
        errors += run_threads(lambda number: work(number + 1), 8)
        done.set()
        closing.join(LATEST)
        assert errors == []


def test_calls_that_wait_for_a_connection_go_on_when_the_client_is_closed(connect):
    release = threading.Event()

    def respond(request):
        release.wait(5)
        return GOOD

    with RespondingServer(respond) as server:
        api = connect(server.url, connection_pool_maxsize=1, timeout=10)
        results = []
        threads = [threading.Thread(target=lambda: results.append(api.user_self().name)) for _ in range(4)]
        for thread in threads:
            thread.start()
        settle(lambda: server.connections == 1)
        threading.Event().wait(0.1)
        api.api_client.rest_client.close()
        release.set()
        for thread in threads:
            thread.join(5)
        assert results == ['Ada'] * 4


def test_answers_that_are_given_back_after_closing_are_not_missed(connect):
    with ScriptedServer(GOOD) as server:
        api = connect(server.url, connection_pool_maxsize=1)
        unread = [api.user_self(_preload_content=False) for _ in range(3)]
        api.api_client.close()
        for response in unread:
            assert json.loads(response.read().decode()) == {'name': 'Ada'}
            response.release_conn()
        assert api.user_self().name == 'Ada'


def test_after_a_fork_each_process_has_connections_of_its_own():
    with RespondingServer(repeat_path) as server:
        status, printed = run_script("""
            ask(api, 'before')
            children = []
            for child in range(3):
                pid = os.fork()
                if pid == 0:
                    status = 1
                    try:
                        for count in range(30):
                            ask(api, 'child-%d-%d' % (child, count))
                        status = 0
                    finally:
                        os._exit(status)
                children.append(pid)
            for count in range(30):
                ask(api, 'parent-%d' % count)
            sys.exit(sum(os.waitpid(pid, 0)[1] for pid in children) and 1)
        """, server.url)
        assert (status, printed) == (0, '')
        assert len(server.requests) == 121
        assert server.connections == 4


def test_a_fork_in_the_middle_of_calls_of_other_threads_does_no_harm():
    with RespondingServer(repeat_path) as server:
        status, printed = run_script("""
            failed = []

            def work(number):
                try:
                    for count in range(60):
                        ask(api, '%d-%d' % (number, count))
                except Exception as error:
                    failed.append(error)

            threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
            for thread in threads:
                thread.start()
            children = []
            for child in range(5):
                pid = os.fork()
                if pid == 0:
                    status = 1
                    try:
                        for count in range(5):
                            ask(api, 'child-%d-%d' % (child, count))
                        api.api_client.rest_client.close()
                        ask(api, 'child-%d-again' % child)
                        status = 0
                    finally:
                        os._exit(status)
                children.append(pid)
                time.sleep(0.01)
            for thread in threads:
                thread.join()
            sys.exit(bool(failed) or sum(os.waitpid(pid, 0)[1] for pid in children) and 1)
        """, server.url)
        assert (status, printed) == (0, '')


def test_calls_in_the_background_go_on_after_a_fork_even_of_a_client_that_was_busy():
    with RespondingServer(repeat_path) as server:
        status, printed = run_script("""
            background = api.api_client._background()
            api.user_self(async_req=True).get(20)
            background.lock.acquire()
            pid = os.fork()
            if pid == 0:
                api.user_self(async_req=True).get(20)
                api.api_client.close()
                os._exit(0)
            background.lock.release()
            api.api_client.close()
            sys.exit(os.waitpid(pid, 0)[1] and 1)
        """, server.url)
        assert (status, printed) == (0, '')


@pytest.mark.parametrize('delay', [0, 0.001, 0.003, 0.006])
def test_a_fork_while_another_thread_makes_the_first_client_does_no_harm(delay):
    """What that thread imported, the child would wait for: the thread is not there to end it."""
    status, printed = run_script("""
        import os, sys, threading, time
        from cloudsmith_api import ApiClient
        threading.Thread(target=ApiClient).start()
        time.sleep(float(sys.argv[1]))
        child = os.fork()
        if child == 0:
            ApiClient()
            os._exit(0)
        for _ in range(500):
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                sys.exit(status)
            time.sleep(0.01)
        os.kill(child, 9)
        sys.exit('the child hangs')
    """, delay, start='')
    assert (status, printed) == (0, '')


def test_threads_that_make_the_first_calls_after_a_fork_share_its_connections():
    with RespondingServer(repeat_path) as server:
        status, printed = run_script("""
            api.api_client.configuration.connection_pool_maxsize = 2
            ask(api, 'before')
            pid = os.fork()
            if pid == 0:
                threads = [threading.Thread(target=ask, args=(api, number)) for number in range(16)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                os._exit(0)
            sys.exit(os.waitpid(pid, 0)[1] and 1)
        """, server.url)
        assert (status, printed) == (0, '')
        assert len(server.requests) == 17
        assert server.connections <= 3


@pytest.mark.parametrize('ending', [
    'ending = "as it is"',
    'del api',
    'api = None; import gc; gc.collect()',
    'api.api_client.close()',
    'sys.exit()',
])
def test_the_interpreter_exits_whatever_becomes_of_the_client(ending):
    with ScriptedServer(GOOD) as server:
        started = monotonic()
        status, printed = run_script("""
            api.user_self()
            results = [api.user_self(async_req=True) for _ in range(5)]
            assert [result.get(10).name for result in results] == ['Ada'] * 5
            results = None
            %s
        """ % ending, server.url)
    assert (status, printed) == (0, '')
    assert monotonic() - started < LATEST / 2


def test_a_call_in_the_background_that_is_never_answered_does_not_keep_the_interpreter_from_its_exit():
    with ScriptedServer(silent(LATEST)) as server:
        started = monotonic()
        status, printed = run_script("""
            result = api.user_self(async_req=True)
            time.sleep(0.3)
        """, server.url)
    assert (status, printed) == (0, '')
    assert monotonic() - started < LATEST / 2


def test_ctrl_c_in_the_middle_of_a_call_leaves_the_client_usable():
    """The first answer is begun and never ended; the signal comes while it is waited for."""
    def respond(request):
        if request.target.endswith('/slow/'):
            return lambda connection: connection.sendall(
                b'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"name"') or silent(5)(connection)
        return repeat_path(request)

    with RespondingServer(respond) as server:
        status, printed = run_script("""
            # A shell's background jobs, this test maybe among them, ignore the signal.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            api = connect(connection_pool_maxsize=1, timeout=10)
            for _ in range(3):
                threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
                try:
                    api.api_client.call_api('/slow/', 'GET')
                    sys.exit('no interrupt')
                except KeyboardInterrupt:
                    ask(api, 'after')
        """, server.url)
        assert (status, printed) == (0, '')


MIXED = [
    GOOD, truncated(b''), http_response(500), truncated(GOOD[:-3]), http_response(429, headers=[('Retry-After', '0')]),
    truncated(GOOD), json_response('['), http_response(404), http_response(200, b'x' * 2000),
    truncated(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n'),
]


@pytest.mark.skipif(not os.path.isdir('/proc/self/fd'), reason='open files are counted under /proc')
def test_nothing_is_left_open_after_a_thousand_calls_of_all_kinds(connect):
    def respond(request):
        return MIXED[len(server.requests) % len(MIXED)]

    server = RespondingServer(respond)
    with server:
        threads = threading.active_count()
        before = open_files()
        api = connect(server.url, connection_pool_maxsize=3, max_response_bytes=1000, retries=1)
        for number in range(1000):
            try:
                api.user_self(async_req=True).get(LATEST) if number % 10 == 0 else api.user_self()
            except ApiException:
                continue
        api.api_client.close()
        # The server's ends of connections are in this process too, and their threads.
        settle(lambda: open_files() <= before)
        settle(lambda: threading.active_count() <= threads)


@pytest.mark.skipif(not os.path.isdir('/proc/self/fd'), reason='open files are counted under /proc')
def test_nothing_is_left_of_clients_that_were_forgotten():
    with ScriptedServer(GOOD) as server:
        threads = threading.active_count()
        before = open_files()
        for number in range(200):
            configuration = Configuration()
            configuration.host = server.url
            configuration.connection_pool_maxsize = 2
            api = UserApi(ApiClient(configuration))
            api.user_self()
            if number % 10 == 0:
                api.user_self(async_req=True).get(LATEST)
        del api
        gc.collect()
        settle(lambda: open_files() <= before)
        settle(lambda: threading.active_count() <= threads)


def open_files():
    return len(os.listdir('/proc/self/fd'))


def threading_names():
    """Name the threads that a client has started."""
    return [thread.name for thread in threading.enumerate() if 'worker' in thread.name.lower()]


def settle(condition):
    """Wait until what other threads are about to do is done."""
    waiting = threading.Event()
    for _ in range(200):
        if condition():
            return
        # The pool of multiprocessing refers to itself, and so is freed with its pipe by the garbage collector only.
        gc.collect()
        waiting.wait(0.05)
    assert condition()
