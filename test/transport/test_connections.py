"""Connections keep to the limits of the call that uses them, also where that takes a second look."""

import socket
import threading

import pytest
from certificates import Authority
from servers import ScriptedServer, closed_port, json_response, silent, truncated
from six.moves import queue
from urllib3.exceptions import NewConnectionError

from cloudsmith_api import ConnectionException
from cloudsmith_api._common.clock import monotonic
from cloudsmith_api._transport.connections import DeadlineHTTPConnection, HTTPPool, _close_idle, shut_down
from cloudsmith_api._transport.timeouts import CallLimits, Deadline

GOOD = json_response('{"name": "Ada"}')


def test_a_host_that_cannot_be_looked_up_is_reported_as_urllib3_does():
    connection = DeadlineHTTPConnection('no-such-host.invalid', 80, timeout=5)
    with pytest.raises(NewConnectionError):
        connection.connect()
    assert connection.host == 'no-such-host.invalid'


def test_the_host_is_the_same_after_a_failed_attempt(connect, monkeypatch):
    lookup = socket.getaddrinfo
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, '', ('127.0.0.%d' % last, 0)) for last in (1, 2, 3)]
    monkeypatch.setattr(socket, 'getaddrinfo', lambda name, *args: (
        answers if name == 'many.localhost' else lookup(name, *args)))
    connection = DeadlineHTTPConnection('many.localhost', closed_port(), timeout=5)
    with pytest.raises(NewConnectionError):
        connection.connect()
    assert (connection.host, connection.timeout) == ('many.localhost', 5)


def test_addresses_are_tried_in_the_order_in_which_they_are_given(monkeypatch):
    lookup, asked = socket.getaddrinfo, []
    addresses = ['127.0.0.%d' % last for last in (1, 2, 3)]

    def look_up(name, *args):
        asked.append(name)
        if name != 'many.localhost':
            return lookup(name, *args)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, '', (address, 0)) for address in addresses]

    monkeypatch.setattr(socket, 'getaddrinfo', look_up)
    with pytest.raises(NewConnectionError):
        DeadlineHTTPConnection('many.localhost', closed_port(), timeout=5).connect()
    assert asked == ['many.localhost'] + addresses


def test_an_ipv6_address_can_be_named(connect):
    if not socket.has_ipv6:
        pytest.skip('no IPv6 here')
    with pytest.raises(ConnectionException) as caught:
        connect('http://[::1]:%d/v1' % closed_port(), retries=0).user_self()
    assert 'Could not connect' in str(caught.value)


def response_within(seconds, server, timeout):
    """Wait for a response as a call does that has so many seconds left, on a connection with another timeout."""
    connection = DeadlineHTTPConnection('127.0.0.1', server.port, timeout=timeout)
    connection.call = CallLimits()
    connection.request('GET', '/')
    connection.call.deadline = Deadline(seconds)
    try:
        return connection.getresponse()
    finally:
        connection.close()


@pytest.mark.parametrize('left', [-1, -0.01])
def test_time_that_is_up_before_the_first_byte_is_read_ends_the_answer(left):
    with ScriptedServer(GOOD) as server:
        with pytest.raises(socket.timeout):
            response_within(left, server, timeout=5)


def test_a_wait_for_the_next_byte_has_what_is_left_of_the_call_and_not_the_time_of_the_connection():
    with ScriptedServer(silent()) as server:
        started = monotonic()
        with pytest.raises(socket.timeout):
            response_within(0.3, server, timeout=15)
        assert 0.2 < monotonic() - started < 10


def test_a_tls_handshake_has_all_that_connecting_left_however_many_addresses_there_were(connect, monkeypatch, tmpdir):
    class LateServer(ScriptedServer):
        def _serve(self, connection):
            threading.Event().wait(0.8)
            super(LateServer, self)._serve(connection)

    lookup, authority = socket.getaddrinfo, Authority(tmpdir)
    with LateServer(GOOD, tls=authority.server_context(u'many.localhost')) as server:
        answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, '', ('127.0.0.1', server.port))] * 50
        monkeypatch.setattr(socket, 'getaddrinfo', lambda name, *args: (
            answers if name == 'many.localhost' else lookup(name, *args)))
        api = connect('https://many.localhost:%d/v1' % server.port, retries=0, ssl_ca_cert=authority.path)
        assert api.user_self(_request_timeout=10).name == 'Ada'


def test_a_connection_that_the_service_has_closed_meanwhile_is_opened_anew(connect):
    with ScriptedServer(truncated(GOOD)) as server:
        api = connect(server.url, retries=0)
        for _ in range(3):
            assert api.user_self().name == 'Ada'
            threading.Event().wait(0.1)
        assert server.connections == 3


def test_an_answer_may_be_closed_twice():
    with ScriptedServer(GOOD) as server:
        connection = DeadlineHTTPConnection('127.0.0.1', server.port, timeout=5)
        connection.request('GET', '/')
        response = connection.response_class(connection.sock)
        stream = response.fp.raw
        response.close()
        stream.close()
        assert stream.closed
        connection.close()


def test_to_end_a_connection_that_the_other_side_has_ended_does_no_harm():
    never_connected = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    shut_down(never_connected)
    # Whose it is still closes it.
    assert never_connected.fileno() >= 0
    never_connected.close()


def test_more_connections_may_be_given_back_to_a_closed_pool_than_calls_wait_for():
    pool = HTTPPool('127.0.0.1', 9, maxsize=1, block=True)
    taken = pool._get_conn()
    pool.close()
    pool.close()
    pool._put_conn(taken)
    pool._put_conn(None)
    assert pool.pool is None


class TestPlacesOfAPool(object):
    """What becomes of connections that are given back when there is no place for them."""

    def test_one_too_many_is_closed(self):
        pool = HTTPPool('127.0.0.1', 1, maxsize=1)
        closed = []
        connection = pool._new_conn()
        connection.close = lambda: closed.append(True)
        pool._put_conn(connection)
        pool._put_conn(None)
        assert closed == [True]
        pool.close()

    def test_what_is_idle_is_closed_with_the_pool_and_what_is_in_use_once_it_is_given_back(self):
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

    def test_closing_twice_is_closing_once(self):
        pool = HTTPPool('127.0.0.1', 1, maxsize=1)
        pool.close()
        assert pool.close() is None
        assert pool._drained.qsize() == 1

    def test_a_place_that_is_given_back_meanwhile_is_not_waited_for(self):
        places = queue.LifoQueue(1)
        places.put(None)
        get, taken = places.get, []

        def get_and_have_another_give_back(block):
            taken.append(get(block=block))
            if len(taken) == 1:
                places.put(None)
                return taken[0]
            places.put(None)
            raise queue.Empty()

        places.get = get_and_have_another_give_back
        _close_idle(places)
        assert places.qsize() == 1
