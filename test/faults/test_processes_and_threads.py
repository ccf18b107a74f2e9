"""Clients shared by threads, used across forks, closed and discarded, and at interpreter exit."""

import gc
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading

import pytest
from servers import RespondingServer, ScriptedServer, http_response, json_response, silent, truncated

from cloudsmith_api import ApiClient, ApiException, Configuration, UserApi
from cloudsmith_api._transport.retry import ApiRetry

# Longer than `HANG_TIMEOUT`, after which a script is killed.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

GOOD = json_response('{"name": "Ada"}')
NEEDS_FORK = pytest.mark.skipif(not hasattr(os, 'fork'), reason='this system has no fork')
NEEDS_SIGNALS = pytest.mark.skipif(os.name != 'posix', reason='on Windows, os.kill ends a process at once')

# Seconds after which a thread, a result or a script counts as hanging. With Wine, on a busy machine, some took over 15.
HANG_TIMEOUT = 60


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setattr(ApiRetry, 'BACKOFF_BASE', 0.001)


def echo_target(request):
    """Respond with a user whose name is the request target."""
    return json_response(json.dumps({'name': request.target}))


def check_echo(api, number):
    """Make a call and check that its response belongs to it."""
    path = '/echo/%s/' % number
    user = api.api_client.call_api(path, 'GET', response_type='UserBrief', _return_http_data_only=True)
    assert user.name == '/v1' + path


def run_threads(work, count):
    """Run ``work(number)`` on ``count`` threads and return the exceptions raised."""
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
        thread.join(HANG_TIMEOUT)
    assert not any(thread.is_alive() for thread in threads)
    return errors


def run_script(script, *args, **options):
    """Run a script in a new process, which is killed if it hangs; return its exit status and its output.

    :param str script: source code.
    :param args: arguments of the script.
    :param str start: source code to run first; by default it makes ``api``, a client for the URL in the first argument.
    """
    process = subprocess.Popen(
        [sys.executable, '-W', 'error', '-W', 'ignore::DeprecationWarning', '-c',
         NEW_SESSION + options.get('start', SCRIPT_START) + textwrap.dedent(script)] + [str(arg) for arg in args],
        env=environment_without_coverage(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    # The whole process group is killed: a forked child that hangs would keep the pipe open, and communicate() waiting.
    kill = (lambda: os.killpg(process.pid, signal.SIGKILL)) if hasattr(os, 'killpg') else process.kill
    killer = threading.Timer(HANG_TIMEOUT, kill)
    killer.start()
    try:
        output = process.communicate()[0].decode()
    finally:
        killer.cancel()
    return process.returncode, output


@pytest.mark.skipif(os.name != 'posix', reason='only POSIX limits the number of open files')
def test_failure_without_free_file_descriptors_raises_api_exception():
    """The modules that look for secrets in the error message cannot be imported any more."""
    status, output = run_script("""
        import resource
        from cloudsmith_api import ConnectionException

        api.api_client.configuration.api_key['X-Api-Key'] = 'the-secret-key'
        resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
        opened = []
        try:
            while True:
                opened.append(os.open(os.devnull, os.O_RDONLY))
        except OSError:
            pass
        try:
            api.user_self()
        except ConnectionException as error:
            print(error)
        """, 'http://127.0.0.1:9')
    assert (status, 'Too many open files' in output) == (0, True), output


def environment_without_coverage():
    """Return the environment for a script that coverage.py does not measure.

    Its tracer has a lock. If another thread holds it during a fork, it stays locked in the child, which then hangs.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith('COVERAGE_PROCESS_')}
    return dict(environment, PYTHONPATH=os.pathsep.join(sys.path))


NEW_SESSION = 'import os; hasattr(os, "setsid") and os.setsid()\n'

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

def check_echo(api, number):
    path = '/echo/%s/' % number
    user = api.api_client.call_api(path, 'GET', response_type='UserBrief', _return_http_data_only=True)
    assert user.name == '/v1' + path, (user.name, path)

api = connect()
"""


def test_threads_share_connections_and_get_their_own_responses(connect):
    with RespondingServer(echo_target) as server:
        api = connect(server.url, connection_pool_maxsize=4)

        def work(number):
            for count in range(20):
                check_echo(api, '%d-%d' % (number, count))

        assert run_threads(work, 32) == []
        assert len(server.requests) == 640
        assert server.connections <= 4


def test_async_calls_use_no_more_connections_than_pool_size(connect):
    with RespondingServer(echo_target) as server:
        api = connect(server.url, connection_pool_maxsize=3)
        path = '/echo/{number}/'
        results = [(number, api.api_client.call_api(
            path, 'GET', {'number': number}, response_type='UserBrief', async_req=True, _return_http_data_only=True))
            for number in range(100)]
        assert all(result.get(HANG_TIMEOUT).name == '/v1/echo/%d/' % number for number, result in results)
        assert server.connections <= 3


def test_closed_client_opens_new_connections(connect):
    with ScriptedServer(GOOD) as server:
        api = connect(server.url)
        for _ in range(3):
            assert api.user_self().name == 'Ada'
            assert api.user_self(async_req=True).get(HANG_TIMEOUT).name == 'Ada'
            api.api_client.close()
        assert server.connections >= 3


def test_close_is_idempotent_and_safe_before_first_call(connect):
    with ScriptedServer(GOOD) as server:
        api = connect(server.url)
        for _ in range(2):
            api.api_client.close()
            api.api_client.close()
            assert api.user_self().name == 'Ada'


def test_client_context_manager_frees_threads_and_sockets():
    with ScriptedServer(GOOD) as server:
        configuration = Configuration()
        configuration.host = server.url
        before = open_files()
        with ApiClient(configuration) as client:
            assert UserApi(client).user_self(async_req=True).get(HANG_TIMEOUT).name == 'Ada'
        assert worker_thread_names() == []
        assert wait_until(lambda: open_files() <= before + 1)


def test_close_during_calls_of_other_threads_fails_no_call(connect):
    with RespondingServer(echo_target) as server:
        api = connect(server.url, connection_pool_maxsize=2, retries=0, timeout=10)
        done = threading.Event()

        def work(number):
            if number == 0:
                while not done.wait(0.002):
                    api.api_client.rest_client.close()
                return
            for count in range(50):
                check_echo(api, '%d-%d' % (number, count))

        errors = []
        closing = threading.Thread(target=lambda: errors.extend(run_threads(work, 1)))
        closing.start()
        errors += run_threads(lambda number: work(number + 1), 8)
        done.set()
        closing.join(HANG_TIMEOUT)
        assert errors == []


def test_calls_waiting_for_connection_continue_after_close(connect):
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
        assert wait_until(lambda: server.connections == 1)
        threading.Event().wait(0.1)
        api.api_client.rest_client.close()
        release.set()
        for thread in threads:
            thread.join(5)
        assert results == ['Ada'] * 4


def test_unread_responses_can_be_read_after_close(connect):
    with ScriptedServer(GOOD) as server:
        api = connect(server.url, connection_pool_maxsize=1)
        unread = [api.user_self(_preload_content=False) for _ in range(3)]
        api.api_client.close()
        for response in unread:
            assert json.loads(response.read().decode()) == {'name': 'Ada'}
            response.release_conn()
        assert api.user_self().name == 'Ada'


@NEEDS_FORK
def test_forked_processes_use_their_own_connections():
    with RespondingServer(echo_target) as server:
        status, output = run_script("""
            check_echo(api, 'before')
            children = []
            for child in range(3):
                pid = os.fork()
                if pid == 0:
                    status = 1
                    try:
                        for count in range(30):
                            check_echo(api, 'child-%d-%d' % (child, count))
                        status = 0
                    finally:
                        os._exit(status)
                children.append(pid)
            for count in range(30):
                check_echo(api, 'parent-%d' % count)
            sys.exit(sum(os.waitpid(pid, 0)[1] for pid in children) and 1)
        """, server.url)
        assert (status, output) == (0, '')
        assert len(server.requests) == 121
        assert server.connections == 4


@NEEDS_FORK
def test_fork_during_calls_of_other_threads_is_safe():
    with RespondingServer(echo_target) as server:
        status, output = run_script("""
            failed = []

            def work(number):
                try:
                    for count in range(60):
                        check_echo(api, '%d-%d' % (number, count))
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
                            check_echo(api, 'child-%d-%d' % (child, count))
                        api.api_client.rest_client.close()
                        check_echo(api, 'child-%d-again' % child)
                        status = 0
                    finally:
                        os._exit(status)
                children.append(pid)
                time.sleep(0.01)
            for thread in threads:
                thread.join()
            sys.exit(bool(failed) or sum(os.waitpid(pid, 0)[1] for pid in children) and 1)
        """, server.url)
        assert (status, output) == (0, '')


@NEEDS_FORK
def test_forked_process_starts_its_own_background_threads():
    """Calls that the parent has not begun are not made in the child."""
    def respond(request):
        return silent(2) if request.target.endswith('/slow/') else echo_target(request)

    with RespondingServer(respond) as server:
        status, output = run_script("""
            api = connect(connection_pool_maxsize=1, retries=0, timeout=1)
            api.user_self(async_req=True).get(20)
            slow, queued = [api.api_client.call_api(path, 'GET', async_req=True) for path in ('/slow/', '/queued/')]
            pid = os.fork()
            if pid == 0:
                for result in (slow, queued):
                    try:
                        result.get(20)
                        os._exit(1)
                    except RuntimeError as error:
                        assert 'this fork' in str(error)
                api.user_self(async_req=True).get(20)
                api.api_client.close()
                os._exit(0)
            api.api_client.close()
            sys.exit(os.waitpid(pid, 0)[1] and 1)
        """, server.url)
        assert (status, output) == (0, '')
        targets = [request.target for request in server.requests]
        assert targets.count('/v1/slow/') == 1
        assert targets.count('/v1/queued/') <= 1


@pytest.mark.parametrize('delay', [0, 0.001, 0.003, 0.006])
@NEEDS_FORK
def test_fork_while_thread_creates_first_client_is_safe(delay):
    """A module lock held by that thread would never be released in the child, whose next import would hang."""
    status, output = run_script("""
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
    assert (status, output) == (0, '')


@NEEDS_FORK
def test_threads_of_forked_process_share_connections():
    with RespondingServer(echo_target) as server:
        status, output = run_script("""
            api = connect(connection_pool_maxsize=2)
            check_echo(api, 'before')
            pid = os.fork()
            if pid == 0:
                threads = [threading.Thread(target=check_echo, args=(api, number)) for number in range(16)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                os._exit(0)
            sys.exit(os.waitpid(pid, 0)[1] and 1)
        """, server.url)
        assert (status, output) == (0, '')
        assert len(server.requests) == 17
        assert server.connections <= 3


@pytest.mark.skipif(sys.version_info < (3, 7), reason='process pools take a start method from Python 3.7 on')
@pytest.mark.parametrize('method', ['spawn', 'forkserver'])
@pytest.mark.parametrize('pool', [
    'multiprocessing.get_context(method).Pool(2)',
    'ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method))',
])
def test_client_is_sent_to_other_processes(tmpdir, method, pool):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip('this system has no fork')
    script = tmpdir.join('script.py')
    script.write(textwrap.dedent("""
        import multiprocessing, sys
        from concurrent.futures import ProcessPoolExecutor
        from cloudsmith_api import ApiClient, Configuration, UserApi

        def work(api):
            return api.user_self().name + api.user_self(async_req=True).get(20).name

        if __name__ == '__main__':
            method = sys.argv[2]
            configuration = Configuration()
            configuration.host = sys.argv[1]
            with ApiClient(configuration, 'X-Job', 'nightly') as client:
                api = UserApi(client)
                work(api)
                with %s as pool:
                    print(list(pool.map(work, [api] * 4)))
    """) % pool)
    with RespondingServer(lambda request: GOOD) as server:
        output = subprocess.check_output([sys.executable, str(script), server.url, method],
                                         env=environment_without_coverage(), stderr=subprocess.STDOUT)
        assert output.decode().strip() == str(['AdaAda'] * 4)
        assert {dict(request.headers)['X-Job'] for request in server.requests} == {'nightly'}
        assert len(server.requests) == 10


@pytest.mark.parametrize('last_statement', [
    'pass',
    'del api',
    'api = None; import gc; gc.collect()',
    'api.api_client.close()',
    'sys.exit()',
])
def test_interpreter_exits_whatever_state_client_is_in(last_statement):
    with ScriptedServer(GOOD) as server:
        status, output = run_script("""
            api.user_self()
            results = [api.user_self(async_req=True) for _ in range(5)]
            assert [result.get(30).name for result in results] == ['Ada'] * 5
            results = None
            %s
        """ % last_statement, server.url)
    assert (status, output) == (0, '')


def test_pending_async_call_does_not_block_interpreter_exit():
    with ScriptedServer(silent(2 * HANG_TIMEOUT)) as server:
        status, output = run_script("""
            result = connect(timeout=%d, retries=0).user_self(async_req=True)
            time.sleep(0.3)
        """ % (2 * HANG_TIMEOUT), server.url)
    assert (status, output) == (0, '')


@NEEDS_SIGNALS
def test_client_is_usable_after_keyboard_interrupt():
    """The signal arrives while the client waits for the rest of an incomplete response."""
    def respond(request):
        if request.target.endswith('/slow/'):
            return lambda connection: connection.sendall(
                b'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"name"') or silent(5)(connection)
        return echo_target(request)

    with RespondingServer(respond) as server:
        status, output = run_script("""
            # Background jobs of a shell, as this test may be, ignore SIGINT.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            api = connect(connection_pool_maxsize=1, timeout=10)
            for _ in range(3):
                threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
                try:
                    api.api_client.call_api('/slow/', 'GET')
                    sys.exit('no interrupt')
                except KeyboardInterrupt:
                    check_echo(api, 'after')
        """, server.url)
        assert (status, output) == (0, '')


MIXED_RESPONSES = [
    GOOD, truncated(b''), http_response(500), truncated(GOOD[:-3]), http_response(429, headers=[('Retry-After', '0')]),
    truncated(GOOD), json_response('['), http_response(404), http_response(200, b'x' * 2000),
    truncated(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n'),
]


@pytest.mark.skipif(not sys.platform.startswith('linux'), reason='open files are counted in /proc/self/fd')
def test_thousand_mixed_calls_leak_no_file_or_thread(connect):
    def respond(request):
        return MIXED_RESPONSES[len(server.requests) % len(MIXED_RESPONSES)]

    server = RespondingServer(respond)
    with server:
        threads = threading.active_count()
        before = open_files()
        api = connect(server.url, connection_pool_maxsize=3, max_response_bytes=1000, retries=1)
        for number in range(1000):
            try:
                api.user_self(async_req=True).get(HANG_TIMEOUT) if number % 10 == 0 else api.user_self()
            except ApiException:
                continue
        api.api_client.close()
        # The server's sockets and threads are in this process too.
        assert wait_until(lambda: open_files() <= before)
        assert wait_until(lambda: threading.active_count() <= threads)


@pytest.mark.skipif(not sys.platform.startswith('linux'), reason='open files are counted in /proc/self/fd')
def test_discarded_clients_leak_no_file_or_thread():
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
                api.user_self(async_req=True).get(HANG_TIMEOUT)
        del api
        gc.collect()
        assert wait_until(lambda: open_files() <= before)
        assert wait_until(lambda: threading.active_count() <= threads)


def open_files():
    return len(os.listdir('/proc/self/fd'))


def worker_thread_names():
    """Return the names of the threads that clients have started."""
    return [thread.name for thread in threading.enumerate() if 'worker' in thread.name]


def wait_until(condition):
    """Wait until a condition holds, for about ten seconds, and return whether it does."""
    timer = threading.Event()
    for _ in range(200):
        if condition():
            return True
        gc.collect()
        timer.wait(0.05)
    return condition()
