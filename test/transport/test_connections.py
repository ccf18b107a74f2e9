"""Connections and pools: deadlines, several addresses per host, reconnecting, and closing."""

import io
import socket
import threading

import pytest
from certificates import Authority
from servers import ScriptedServer, closed_port, json_response, silent, truncated
from six.moves import queue
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection
from urllib3.exceptions import NewConnectionError

from cloudsmith_api import ConnectionException
from cloudsmith_api._common.clock import monotonic
from cloudsmith_api._transport.connections import (
    DeadlineHTTPConnection,
    HTTPPool,
    _close_idle,
    _ResponseStream,
    shut_down,
)
from cloudsmith_api._transport.timeouts import CallLimits, Deadline

GOOD = json_response('{"name": "Ada"}')


def test_unresolvable_host_raises_new_connection_error():
    connection = DeadlineHTTPConnection('no-such-host.invalid', 80, timeout=5)
    with pytest.raises(NewConnectionError):
        connection.connect()
    assert connection.host == 'no-such-host.invalid'


def test_failed_connect_restores_host_and_timeout(connect, monkeypatch):
    lookup = socket.getaddrinfo
    addresses = [(socket.AF_INET, socket.SOCK_STREAM, 6, '', ('127.0.0.%d' % last, 0)) for last in (1, 2, 3)]
    monkeypatch.setattr(socket, 'getaddrinfo', lambda name, *args: (
        addresses if name == 'many.localhost' else lookup(name, *args)))
    connection = DeadlineHTTPConnection('many.localhost', closed_port(), timeout=5)
    with pytest.raises(NewConnectionError):
        connection.connect()
    assert (connection.host, connection.timeout) == ('many.localhost', 5)


def test_addresses_are_tried_in_resolver_order(monkeypatch):
    lookup, resolved = socket.getaddrinfo, []
    addresses = ['127.0.0.%d' % last for last in (1, 2, 3)]

    def resolve(name, *args):
        resolved.append(name)
        if name != 'many.localhost':
            return lookup(name, *args)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, '', (address, 0)) for address in addresses]

    monkeypatch.setattr(socket, 'getaddrinfo', resolve)
    with pytest.raises(NewConnectionError):
        DeadlineHTTPConnection('many.localhost', closed_port(), timeout=5).connect()
    assert resolved == ['many.localhost'] + addresses


def test_refused_ipv6_address_raises_connection_exception(connect):
    if not socket.has_ipv6:
        pytest.skip('no IPv6 here')
    with pytest.raises(ConnectionException) as caught:
        connect('http://[::1]:%d/v1' % closed_port(), retries=0).user_self()
    assert 'Could not connect' in str(caught.value)


def get_response(seconds, server, timeout):
    """Read a response as a call with ``seconds`` left would, on a connection with another timeout."""
    connection = DeadlineHTTPConnection('127.0.0.1', server.port, timeout=timeout)
    connection.call = CallLimits()
    connection.request('GET', '/')
    connection.call.deadline = Deadline(seconds)
    try:
        return connection.getresponse()
    finally:
        connection.close()


@pytest.mark.parametrize('left', [-1, -0.01])
def test_expired_deadline_raises_timeout_before_first_byte(left):
    with ScriptedServer(GOOD) as server:
        with pytest.raises(socket.timeout):
            get_response(left, server, timeout=5)


def test_read_is_bounded_by_deadline_not_connection_timeout():
    with ScriptedServer(silent()) as server:
        started = monotonic()
        with pytest.raises(socket.timeout):
            get_response(0.3, server, timeout=15)
        assert 0.2 < monotonic() - started < 10


def test_tls_handshake_gets_all_remaining_time_with_many_addresses(connect, monkeypatch, tmpdir):
    class LateServer(ScriptedServer):
        def _serve(self, connection):
            threading.Event().wait(0.8)
            super(LateServer, self)._serve(connection)

    lookup, authority = socket.getaddrinfo, Authority(tmpdir)
    with LateServer(GOOD, tls=authority.server_context(u'many.localhost')) as server:
        addresses = [(socket.AF_INET, socket.SOCK_STREAM, 6, '', ('127.0.0.1', server.port))] * 50
        monkeypatch.setattr(socket, 'getaddrinfo', lambda name, *args: (
            addresses if name == 'many.localhost' else lookup(name, *args)))
        api = connect('https://many.localhost:%d/v1' % server.port, retries=0, ssl_ca_cert=authority.path)
        assert api.user_self(_request_timeout=10).name == 'Ada'


def test_connection_closed_by_server_is_reopened(connect):
    with ScriptedServer(truncated(GOOD)) as server:
        api = connect(server.url, retries=0)
        for _ in range(3):
            assert api.user_self().name == 'Ada'
            threading.Event().wait(0.1)
        assert server.connections == 3


def test_response_stream_can_be_closed_twice():
    with ScriptedServer(GOOD) as server:
        connection = DeadlineHTTPConnection('127.0.0.1', server.port, timeout=5)
        connection.request('GET', '/')
        response = connection.response_class(connection.sock)
        stream = response.fp.raw
        response.close()
        stream.close()
        assert stream.closed
        connection.close()


def test_shut_down_of_unconnected_socket_leaves_it_open():
    never_connected = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    shut_down(never_connected)
    # Closing the socket is left to its owner.
    assert never_connected.fileno() >= 0
    never_connected.close()


def test_closed_pool_accepts_more_connections_than_it_lent():
    pool = HTTPPool('127.0.0.1', 9, maxsize=1, block=True)
    used = pool._get_conn()
    pool.close()
    pool.close()
    pool._put_conn(used)
    pool._put_conn(None)
    assert pool.pool is None


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
        assert pool._drained.qsize() == 1

    def test_close_idle_does_not_block_on_full_queue(self):
        idle_queue = queue.LifoQueue(1)
        idle_queue.put(None)
        get, taken = idle_queue.get, []

        def get_while_another_thread_puts(block):
            taken.append(get(block=block))
            if len(taken) == 1:
                idle_queue.put(None)
                return taken[0]
            idle_queue.put(None)
            raise queue.Empty()

        idle_queue.get = get_while_another_thread_puts
        _close_idle(idle_queue)
        assert idle_queue.qsize() == 1


@pytest.fixture
def recorder(monkeypatch):
    """A connection class in the place of urllib3's, as recorders put it there."""
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


def test_pool_queue_is_known_as_a_queue_to_recorders():
    assert isinstance(HTTPPool('127.0.0.1').pool, queue.Queue)


class SocketDouble(object):
    """Has a response in its file only, and raises an error of its own for what else it is asked."""

    timeout = None

    def makefile(self, *_):
        return io.BytesIO(GOOD)

    def settimeout(self, seconds):
        self.timeout = seconds

    def __getattr__(self, name):
        raise RuntimeError('a double has no ' + name)


def test_response_of_a_socket_double_is_read_from_its_file():
    stream = _ResponseStream(SocketDouble(), CallLimits())
    assert stream.makefile().read() == GOOD
    stream.close()
