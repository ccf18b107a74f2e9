"""Costs that can be counted: imports, threads, memory and system calls. ``benchmarks/`` measures time."""

import json
import logging
import subprocess
import sys
import textwrap

import pytest
import urllib3
from servers import ScriptedServer, json_response

from cloudsmith_api import ApiClient, Configuration, UserBrief

try:
    import tracemalloc
except ImportError:
    tracemalloc = None

pytestmark = pytest.mark.slow

NEEDS_TRACEMALLOC = pytest.mark.skipif(tracemalloc is None, reason='this interpreter has no tracemalloc')

# Modules that the package needs anyway; they are imported first and not counted.
DEPENDENCIES = 'urllib3, certifi, json, six'
if sys.version_info < (3, 11):
    # datetime.fromisoformat cannot parse the dates of the service before Python 3.11.
    DEPENDENCIES += ', dateutil.parser'
if sys.version_info[0] == 2:
    # Python 2 counts processors with multiprocessing, and decodes headers with a codec that is a module.
    DEPENDENCIES += ', multiprocessing, encodings.latin_1'

CLIENT_AND_URLLIB3 = """
    import json, sys, threading, urllib3
    from cloudsmith_api import ApiClient, ApiException, Configuration, UserApi, UserBrief

    def client():
        configuration = Configuration()
        configuration.host = URL
        configuration.api_key['X-Api-Key'] = 'k' * 40
        return ApiClient(configuration)

    pool = urllib3.PoolManager()
    headers = {'Accept': 'application/json', 'X-Api-Key': 'k' * 40}

    def call_urllib3():
        return json.loads(pool.request('GET', URL + '/user/self/', headers=headers).data)
    """

MEASURE_RETAINED = """
    import gc, tracemalloc

    def retained_bytes(make, warm_up, count):
        tracemalloc.start()
        for _ in range(warm_up):
            make()
        gc.collect()
        start = tracemalloc.get_traced_memory()[0]
        for _ in range(count):
            make()
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - start
    """

# Bytes that Python itself may retain for reuse.
RETAINED_BY_PYTHON = 5000

COUNT_SOCKET_CALLS = """
    def socket_calls(call):
        counts = {}

        def count(frame, event, function):
            name = getattr(function, '__name__', '')
            if event == 'c_call' and name in NAMES and 'socket' in repr(function):
                # Both are the same system call.
                name = 'recv' if name == 'recv_into' else name
                counts[name] = counts.get(name, 0) + 1

        # The first call connects, so that the second is counted on an open connection.
        call()
        sys.setprofile(count)
        call()
        sys.setprofile(None)
        return counts

    NAMES = ('accept', 'bind', 'close', 'connect', 'connect_ex', 'getaddrinfo', 'recv', 'recv_into', 'send', 'sendall',
             'setblocking', 'setsockopt', 'settimeout', 'shutdown', 'socket')
    """


@pytest.fixture
def url():
    with ScriptedServer(json_response('{"name": "Ada"}')) as server:
        yield server.url


def run_in_new_process(*sources, **constants):
    """Run source code in a new interpreter, and return the value that it passes to ``say(value)``."""
    lines = ['import sys', 'sys.path[:] = %r' % (sys.path,), 'import json']
    lines += ['%s = %r' % constant for constant in constants.items()]
    lines += ['def say(value):', '    sys.stdout.write(json.dumps(value))']
    lines += [textwrap.dedent(source) for source in sources]
    # -S: with the site module, installed packages such as coverage.py could import modules first.
    return json.loads(subprocess.check_output([sys.executable, '-S', '-c', '\n'.join(lines)]).decode('ascii'))


def without_known(modules):
    """Return the modules that belong neither to this package nor to urllib3, and are not aliases made by ``six``."""
    known = ('cloudsmith_api', 'six', 'urllib3', 'org')
    return {name for name in modules if name.partition('.')[0] not in known}


def test_import_loads_only_listed_modules():
    imported = run_in_new_process("""
        import %s
        before = set(sys.modules)
        import cloudsmith_api
        say(sorted(name for name, module in sys.modules.items() if name not in before and module is not None))
        """ % DEPENDENCIES)
    assert without_known(imported) == set()


def test_client_imports_no_package_module_lazily(url):
    """If a process is forked while another thread imports a module, the child waits for that import forever."""
    imported = run_in_new_process(CLIENT_AND_URLLIB3, """
        before = set(sys.modules)
        made = client()
        UserApi(made).user_self()
        made.configuration.logger_format, made.configuration.debug = '%(message)s', False
        made.configuration.proxy = 'http://ada:word@127.0.0.1:9'
        behind_proxy = ApiClient(made.configuration)
        try:
            UserApi(behind_proxy).user_token_create(_request_timeout=1)
        except ApiException:
            behind_proxy.close()
        say(sorted(set(sys.modules) - before))
        """, URL=url)
    assert [name for name in imported if name.startswith('cloudsmith_api')] == []


def test_first_call_imports_no_module(url):
    imported = run_in_new_process(CLIENT_AND_URLLIB3, """
        call_urllib3()
        before = set(sys.modules)
        UserApi(client()).user_self()
        say(sorted(name for name, module in sys.modules.items() if name not in before and module is not None))
        """, URL=url)
    assert without_known(imported) == set()


def test_call_starts_no_thread(url):
    started = run_in_new_process(CLIENT_AND_URLLIB3, """
        started = []
        start = threading.Thread.start

        def record_start(thread):
            started.append(thread.name)
            start(thread)

        threading.Thread.start = record_start
        UserApi(client()).user_self()
        say(started)
        """, URL=url)
    assert started == []


def test_clients_and_models_add_no_log_handler():
    def handlers():
        loggers = [logging.getLogger(name) for name in logging.Logger.manager.loggerDict] + [logging.getLogger()]
        return {logger.name: list(logger.handlers) for logger in loggers}

    before = handlers()
    for _ in range(1000):
        ApiClient(Configuration())
        UserBrief(name='Ada')
    assert handlers() == before
    assert [type(handler) for handler in before['cloudsmith_api']] == [logging.NullHandler]


@NEEDS_TRACEMALLOC
def test_discarded_models_are_freed():
    assert run_in_new_process(CLIENT_AND_URLLIB3, MEASURE_RETAINED, """
        say(retained_bytes(lambda: UserBrief(authenticated=True, name='Ada', slug='ada'), 500, 5000))
        """, URL='') <= RETAINED_BY_PYTHON


@NEEDS_TRACEMALLOC
def test_discarded_clients_are_freed_after_call(url):
    assert run_in_new_process(CLIENT_AND_URLLIB3, MEASURE_RETAINED, """
        say(retained_bytes(lambda: UserApi(client()).user_self(), 20, 100))
        """, URL=url) <= RETAINED_BY_PYTHON


@NEEDS_TRACEMALLOC
def test_calls_retain_no_memory(url):
    assert run_in_new_process(CLIENT_AND_URLLIB3, MEASURE_RETAINED, """
        api = UserApi(client())
        say(retained_bytes(api.user_self, 50, 200))
        """, URL=url) <= RETAINED_BY_PYTHON


@pytest.fixture
def socket_calls(url):
    """Counts of socket calls in one API call: of this package, and of urllib3 alone."""
    return run_in_new_process(CLIENT_AND_URLLIB3, COUNT_SOCKET_CALLS, """
        say([socket_calls(UserApi(client()).user_self), socket_calls(call_urllib3)])
        """, URL=url)


def test_get_on_open_connection_is_one_sendall(socket_calls):
    ours, _ = socket_calls
    assert ours['sendall'] == 1
    assert 'send' not in ours


def test_get_on_open_connection_opens_no_other(socket_calls):
    ours, _ = socket_calls
    assert not set(ours) & {'connect', 'connect_ex', 'getaddrinfo', 'socket'}


@pytest.mark.skipif(urllib3.__version__.startswith('1.'), reason='urllib3 1.26 sends with the old timeout of a socket')
def test_settimeout_is_called_no_more_often_than_by_urllib3(socket_calls):
    ours, urllib3s = socket_calls
    assert ours['settimeout'] <= urllib3s['settimeout']


def test_other_socket_calls_are_no_more_than_by_urllib3(socket_calls):
    ours, urllib3s = socket_calls
    ours.pop('settimeout')
    assert {name: count for name, count in ours.items() if count > urllib3s.get(name, 0)} == {}
