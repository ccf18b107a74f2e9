"""Connection pools: idle connections, calls that wait for one, and closing."""

import threading

import pytest
from servers import ScriptedServer, json_response, truncated
from six.moves import queue
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection

from cloudsmith_api import ConnectionException
from cloudsmith_api._common.clock import monotonic
from cloudsmith_api._transport.connections import DeadlineHTTPConnection
from cloudsmith_api._transport.pools import ConnectionQueue, HTTPPool, take_back
from cloudsmith_api._transport.timeouts import CallLimits

GOOD = json_response('{"name": "Ada"}')


def test_closed_pool_accepts_more_connections_than_it_handed_out():
    pool = HTTPPool('127.0.0.1', 9, maxsize=1, block=True)
    used = pool._get_conn()
    pool.close()
    pool.close()
    pool._put_conn(used)
    pool._put_conn(None)
    assert pool.pool.qsize() == 1


class TestReturnedConnections(object):
    """Connections returned to a pool that is full or closed."""

    def test_surplus_connection_is_closed(self):
        pool = HTTPPool('127.0.0.1', 1, maxsize=1)
        closed = []
        connection = pool._new_conn()
        connection.close = lambda: closed.append(True)
        pool._put_conn(connection)
        pool._put_conn(None)
        assert closed == [True]
        pool.close()

    def test_pool_close_closes_used_connection_once_returned(self):
        with ScriptedServer(GOOD) as server:
            pool = HTTPPool('127.0.0.1', server.port, maxsize=2, timeout=5)
            used, idle = pool._get_conn(), pool._get_conn()
            for connection in (used, idle):
                connection.connect()
            pool._put_conn(idle)
            pool.close()
            assert idle.sock is None
            assert used.sock is not None
            pool._put_conn(used)
            assert used.sock is None

    def test_second_close_does_nothing(self):
        pool = HTTPPool('127.0.0.1', 1, maxsize=1)
        pool.close()
        assert pool.close() is None
        assert pool.pool.qsize() == 1

    @pytest.mark.parametrize('number', range(3))
    def test_interrupted_close_keeps_all_slots(self, number):
        pool = HTTPPool('127.0.0.1', 1, maxsize=3, block=True)
        connections = [pool._get_conn() for _ in range(3)]
        connections[number].close = interrupt
        for connection in connections:
            pool._put_conn(connection)
        with pytest.raises(KeyboardInterrupt):
            pool.close()
        assert pool.pool.qsize() == 3

    def test_call_from_a_signal_handler_in_close_gets_a_connection(self):
        pool, lent = HTTPPool('127.0.0.1', 1, maxsize=1, block=True), []
        connection = pool._get_conn()
        connection.close = lambda: lent.append(pool._get_conn(timeout=0))
        pool._put_conn(connection)
        pool.close()
        pool._put_conn(lent[0])
        assert pool.pool.qsize() == 1


class CallWithoutTimeout(CallLimits):
    def pool_timeout(self):
        return None


class TestLoans(object):
    """Connections that are lent to a call."""

    def test_returned_connection_does_not_keep_its_call(self):
        """A call holds credentials."""
        pool, call = HTTPPool('127.0.0.1', 1, maxsize=1, block=True), CallWithoutTimeout()
        connection = pool._get_conn(timeout=call)
        assert connection.call is call
        pool._put_conn(connection)
        assert connection.call is not call

    def test_connection_of_an_interrupted_call_is_closed_and_returned(self):
        """Its response may still arrive, and must not be read by the next call."""
        with ScriptedServer(GOOD) as server:
            pool, call = HTTPPool('127.0.0.1', server.port, maxsize=1, timeout=5), CallWithoutTimeout()
            connection = pool._get_conn(timeout=call)
            connection.connect()
            take_back(call, None)
            assert (connection.sock, pool.pool.qsize()) == (None, 1)

    def test_connection_that_is_lent_to_the_next_call_is_not_taken_back(self):
        with ScriptedServer(GOOD) as server:
            pool = HTTPPool('127.0.0.1', server.port, maxsize=1, timeout=5)
            first, second = CallWithoutTimeout(), CallWithoutTimeout()
            connection = pool._get_conn(timeout=first)
            pool._put_conn(connection)
            assert pool._get_conn(timeout=second) is connection
            connection.connect()
            take_back(first, None)
            assert connection.sock is not None
            connection.close()


@pytest.mark.parametrize('timeout', [None, 0.9])
def test_call_waits_until_another_returns_its_connection(timeout):
    connections = ConnectionQueue(1)
    timer = threading.Timer(0.1, connections.put, ['connection'])
    timer.start()
    try:
        assert connections.get(timeout=timeout) == 'connection'
    finally:
        timer.join()


def interrupt():
    raise KeyboardInterrupt


@pytest.fixture
def recorder(monkeypatch):
    """A connection class in place of urllib3's, as recorders install it."""
    class RecorderConnection(HTTPConnection):
        pass

    with monkeypatch.context() as patched:
        patched.setattr(HTTPConnectionPool, 'ConnectionCls', RecorderConnection)
        yield RecorderConnection
    assert HTTPPool('127.0.0.1').ConnectionCls is DeadlineHTTPConnection


def test_connection_class_that_a_recorder_replaced_is_used(connect, recorder):
    assert HTTPPool('127.0.0.1').ConnectionCls is recorder
    with ScriptedServer(GOOD) as server:
        api = connect(server.url, connection_pool_maxsize=1)
        assert [api.user_self().name for _ in range(2)] == ['Ada'] * 2


def test_change_lost_on_a_replaced_connection_is_not_retried(connect, recorder):
    with ScriptedServer(truncated(b'')) as server:
        with pytest.raises(ConnectionException) as caught:
            connect(server.url).user_tokens_refresh('a')
    assert (len(server.requests), caught.value.request_sent) == (1, None)


def test_pool_queue_is_an_instance_of_queue():
    assert isinstance(HTTPPool('127.0.0.1').pool, queue.Queue)


class TestConnectionQueue(object):
    def test_last_in_is_first_out(self):
        idle = ConnectionQueue(3)
        for item in 'abc':
            idle.put(item)
        assert (idle.qsize(), idle.get(), idle.get(), idle.get()) == (3, 'c', 'b', 'a')

    def test_put_beyond_the_size_raises_full(self):
        idle = ConnectionQueue(1)
        idle.put('a')
        with pytest.raises(queue.Full):
            idle.put('b', block=False)

    @pytest.mark.parametrize('options', [{'block': False}, {'timeout': 0}, {'timeout': 0.05}])
    def test_get_from_an_empty_queue_raises_empty(self, options):
        with pytest.raises(queue.Empty):
            ConnectionQueue(1).get(**options)

    def test_get_waits_for_an_item_from_another_thread(self):
        idle = ConnectionQueue(1)
        putter = threading.Timer(0.1, idle.put, ['a'])
        putter.start()
        assert idle.get(timeout=5) == 'a'
        putter.join()

    def test_waiting_thread_that_is_interrupted_wakes_the_next(self, monkeypatch):
        idle, taken = ConnectionQueue(1), []
        waiter = threading.Thread(target=lambda: taken.append(idle.get(timeout=5)))

        class Interrupted(object):
            def wait(self, _):
                waiter.start()
                while len(idle._waiting) < 2:
                    threading.Event().wait(0.01)
                idle._items.append(['a'])
                idle._waiting.remove(self)
                raise KeyboardInterrupt()

        events = iter([Interrupted()])
        event = threading.Event
        monkeypatch.setattr(threading, 'Event', lambda: next(events, None) or event())
        with pytest.raises(KeyboardInterrupt):
            idle.get(timeout=5)
        waiter.join(5)
        assert taken == ['a']

    def test_item_put_just_before_the_wait_is_taken_at_once(self, monkeypatch):
        idle, event = ConnectionQueue(1), threading.Event
        monkeypatch.setattr(threading, 'Event', lambda: idle._items.append(['a']) or event())
        monkeypatch.setattr('cloudsmith_api._transport.pools._MAX_WAIT', 5)
        started = monotonic()
        assert idle.get(timeout=5) == 'a'
        assert monotonic() - started < 2

    def test_threads_neither_lose_nor_duplicate_items(self):
        idle, held, errors = ConnectionQueue(3), set(), []
        for item in range(3):
            idle.put(item)

        def use():
            for _ in range(300):
                item = idle.get(timeout=10)
                if item in held:
                    errors.append(item)
                held.add(item)
                held.discard(item)
                idle.put(item)

        threads = [threading.Thread(target=use) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert (errors, idle.qsize()) == ([], 3)
