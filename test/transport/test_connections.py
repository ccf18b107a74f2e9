"""Connections and pools: deadlines, several addresses per host, reconnecting, and closing."""

import io
import socket
import threading

import pytest
from certificates import Authority
from servers import ScriptedServer, closed_port, json_response, silent, truncated
from urllib3.exceptions import NewConnectionError

from cloudsmith_api import ConnectionException
from cloudsmith_api._common.clock import monotonic
from cloudsmith_api._transport.connections import DeadlineHTTPConnection, _ResponseStream
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


class SocketDouble(object):
    """Has a response only in its file, and raises its own error for any other attribute."""

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


def test_nothing_is_sent_after_the_deadline():
    with ScriptedServer(GOOD) as server:
        connection = DeadlineHTTPConnection('127.0.0.1', server.port, timeout=5)
        connection.call = CallLimits()
        connection.connect()
        connection.call.deadline = Deadline(-1)
        with pytest.raises(socket.timeout):
            connection.request('GET', '/')
        assert connection.call.request_sent is False
        connection.close()
    assert server.requests == []


def test_sending_may_take_longer_than_connecting_left():
    # More than the buffers of both sockets take.
    body, is_complete = b'x' * 16 * 1024 * 1024, threading.Event()

    class LateReader(ScriptedServer):
        def _serve(self, connection):
            threading.Event().wait(0.4)
            if sum(len(data) for data in iter(lambda: connection.recv(65536), b'')) == len(body):
                is_complete.set()

    with LateReader() as server:
        connection = DeadlineHTTPConnection('127.0.0.1', server.port, timeout=10)
        connection.connect()
        connection.sock.settimeout(0.05)
        connection.send(body)
        connection.close()
        assert is_complete.wait(20)
