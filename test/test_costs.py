"""What a call must not cost: counted, not timed; ``benchmarks/`` measures."""

import json
import logging
import subprocess
import sys
import textwrap

import pytest
import urllib3
from servers import ScriptedServer, json_response

from cloudsmith_api import ApiClient, Configuration, UserBrief

pytestmark = pytest.mark.slow

NEEDS_TRACEMALLOC = pytest.mark.skipif(sys.version_info[0] == 2, reason='Python 2 cannot tell what memory is kept')

# What is imported anyway.
BELOW = 'urllib3, certifi, json, six'
if sys.version_info < (3, 11):
    # The standard library does not read the service's dates.
    BELOW += ', dateutil.parser'
if sys.version_info[0] == 2:
    # It has no other way to count the processors, and reads headers with a codec that is a module.
    BELOW += ', multiprocessing, encodings.latin_1'

MAKE_BOTH = """
    import json, sys, threading, urllib3
    from cloudsmith_api import ApiClient, ApiException, Configuration, UserApi, UserBrief

    def client():
        configuration = Configuration()
        configuration.host = URL
        configuration.api_key['X-Api-Key'] = 'k' * 40
        return ApiClient(configuration)

    pool = urllib3.PoolManager()
    headers = {'Accept': 'application/json', 'X-Api-Key': 'k' * 40}

    def raw():
        return json.loads(pool.request('GET', URL + '/user/self/', headers=headers).data)
    """

KEPT = """
    import gc, tracemalloc

    def kept(make, before, count):
        tracemalloc.start()
        for _ in range(before):
            make()
        gc.collect()
        start = tracemalloc.get_traced_memory()[0]
        for _ in range(count):
            make()
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - start
    """

# What Python itself may keep for reuse, whatever is made.
KEPT_BY_PYTHON = 5000

COUNT_SOCKET_CALLS = """
    def socket_calls(call):
        counted = {}

        def count(frame, event, function):
            name = getattr(function, '__name__', '')
            if event == 'c_call' and name in NAMES and 'socket' in repr(function):
                # To the system, the two are one.
                name = 'recv' if name == 'recv_into' else name
                counted[name] = counted.get(name, 0) + 1

        # Both connect first, so that what is counted is a call on a connection that is kept open.
        call()
        sys.setprofile(count)
        call()
        sys.setprofile(None)
        return counted

    NAMES = ('accept', 'bind', 'close', 'connect', 'connect_ex', 'getaddrinfo', 'recv', 'recv_into', 'send', 'sendall',
             'setblocking', 'setsockopt', 'settimeout', 'shutdown', 'socket')
    """


@pytest.fixture
def url():
    with ScriptedServer(json_response('{"name": "Ada"}')) as server:
        yield server.url


def in_a_new_process(*sources, **constants):
    """Run source code, and give what it says with ``say(value)``."""
    lines = ['import sys', 'sys.path[:] = %r' % (sys.path,), 'import json']
    lines += ['%s = %r' % constant for constant in constants.items()]
    lines += ['def say(value):', '    sys.stdout.write(json.dumps(value))']
    lines += [textwrap.dedent(source) for source in sources]
    # Without the site module, nothing has been imported before by what is installed beside, coverage for one.
    return json.loads(subprocess.check_output([sys.executable, '-S', '-c', '\n'.join(lines)]).decode('ascii'))


def beyond(modules):
    """Leave out what is part of these packages, or one of the names that ``six`` gives to what is there."""
    own = ('cloudsmith_api', 'six', 'urllib3', 'org')
    return {name for name in modules if name.partition('.')[0] not in own}


def test_importing_brings_no_other_modules_in_than_those_below():
    brought = in_a_new_process("""
        import %s
        before = set(sys.modules)
        import cloudsmith_api
        say(sorted(name for name, module in sys.modules.items() if name not in before and module is not None))
        """ % BELOW)
    assert beyond(brought) == set()


def test_a_client_brings_no_module_of_this_package_in(url):
    """A process that is forked while another thread imports a module would wait for that module for ever."""
    brought = in_a_new_process(MAKE_BOTH, """
        before = set(sys.modules)
        made = client()
        UserApi(made).user_self()
        made.configuration.logger_format, made.configuration.debug = '%(message)s', False
        made.configuration.proxy = 'http://ada:word@127.0.0.1:9'
        try:
            UserApi(made).user_token_create(_request_timeout=1)
        except ApiException:
            made.close()
        say(sorted(set(sys.modules) - before))
        """, URL=url)
    assert [name for name in brought if name.startswith('cloudsmith_api')] == []


def test_the_first_call_brings_no_module_in(url):
    brought = in_a_new_process(MAKE_BOTH, """
        raw()
        before = set(sys.modules)
        UserApi(client()).user_self()
        say(sorted(name for name, module in sys.modules.items() if name not in before and module is not None))
        """, URL=url)
    assert beyond(brought) == set()


def test_a_call_starts_no_thread(url):
    started = in_a_new_process(MAKE_BOTH, """
        started = []
        start = threading.Thread.start

        def noted(thread):
            started.append(thread.name)
            start(thread)

        threading.Thread.start = noted
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
def test_discarded_models_leave_nothing_in_memory():
    assert in_a_new_process(MAKE_BOTH, KEPT, """
        say(kept(lambda: UserBrief(authenticated=True, name='Ada', slug='ada'), 500, 5000))
        """, URL='') <= KEPT_BY_PYTHON


@NEEDS_TRACEMALLOC
def test_discarded_clients_that_made_a_call_leave_nothing_in_memory(url):
    assert in_a_new_process(MAKE_BOTH, KEPT, """
        say(kept(lambda: UserApi(client()).user_self(), 20, 100))
        """, URL=url) <= KEPT_BY_PYTHON


@NEEDS_TRACEMALLOC
def test_calls_leave_nothing_in_memory(url):
    assert in_a_new_process(MAKE_BOTH, KEPT, """
        api = UserApi(client())
        say(kept(api.user_self, 50, 200))
        """, URL=url) <= KEPT_BY_PYTHON


@pytest.fixture
def socket_calls(url):
    """What this package does with its socket in one call, and what urllib3 alone does."""
    return in_a_new_process(MAKE_BOTH, COUNT_SOCKET_CALLS, """
        say([socket_calls(UserApi(client()).user_self), socket_calls(raw)])
        """, URL=url)


def test_a_get_on_an_open_connection_is_sent_at_once(socket_calls):
    ours, _ = socket_calls
    assert ours['sendall'] == 1
    assert 'send' not in ours


def test_a_get_on_an_open_connection_makes_no_new_one(socket_calls):
    ours, _ = socket_calls
    assert not set(ours) & {'connect', 'connect_ex', 'getaddrinfo', 'socket'}


@pytest.mark.skipif(urllib3.__version__.startswith('1.'), reason='urllib3 1.26 leaves a socket the time it had')
def test_the_time_allowed_is_set_on_the_socket_no_more_often_than_by_urllib3(socket_calls):
    ours, urllib3s = socket_calls
    assert ours['settimeout'] <= urllib3s['settimeout']


def test_the_socket_is_asked_for_nothing_else_more_often_than_by_urllib3(socket_calls):
    ours, urllib3s = socket_calls
    ours.pop('settimeout')
    assert {name: count for name, count in ours.items() if count > urllib3s.get(name, 0)} == {}
