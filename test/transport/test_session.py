"""Sessions: resets, stale connections, addresses, interrupts, signal handlers, and whether a request was sent."""

import os
import random
import signal
import socket
import threading

import pytest
import six
from certificates import Authority
from servers import ScriptedServer, closed_port, http_response, json_response, repeating, reset, shut_down, truncated
from urllib3 import Retry
from urllib3.connection import HTTPConnection

from cloudsmith_api import ApiException, ConnectionException, TimeoutException
from cloudsmith_api._common.clock import monotonic
from cloudsmith_api._transport import session
from cloudsmith_api._transport.connections import DeadlineHTTPConnection, _format_address
from cloudsmith_api._transport.pools import ConnectionQueue, HTTPPool
from cloudsmith_api._transport.retry import ApiRetry

GOOD = json_response('{"name": "Ada"}')


@pytest.fixture(autouse=True)
def short_delays(monkeypatch):
    monkeypatch.setattr(ApiRetry, 'BACKOFF_BASE', 0.001)


class ResettingServer(ScriptedServer):
    """Resets the first connections, before a TLS handshake or any byte of a response."""

    def __init__(self, resets, *script, **options):
        self.resets = resets
        super(ResettingServer, self).__init__(*script, **options)

    def _serve(self, connection):
        if self.connections <= self.resets:
            connection.recv(1)
            reset(connection)
        else:
            super(ResettingServer, self)._serve(connection)


def test_reset_during_tls_handshake_is_retried_for_any_method(connect, tmpdir):
    authority = Authority(tmpdir)
    with ResettingServer(2, GOOD, tls=authority.server_context()) as server:
        api = connect(server.url, ssl_ca_cert=authority.path)
        assert api.api_client.call_api('/x/', 'POST', body={}, response_type='UserBrief')[0].name == 'Ada'
    assert server.connections == 3


def test_connection_closed_during_tls_handshake_is_retried_for_any_method(connect, tmpdir):
    class ClosingServer(ResettingServer):
        def _serve(self, connection):
            if self.connections <= self.resets:
                connection.recv(4096)
                connection.close()
            else:
                super(ResettingServer, self)._serve(connection)

    authority = Authority(tmpdir)
    with ClosingServer(1, GOOD, tls=authority.server_context()) as server:
        api = connect(server.url, ssl_ca_cert=authority.path)
        assert api.api_client.call_api('/x/', 'POST', body={}, response_type='UserBrief')[0].name == 'Ada'


def test_reset_after_the_request_was_sent_is_not_retried_for_post(connect):
    with ScriptedServer(reset) as server:
        with pytest.raises(ConnectionException) as caught:
            connect(server.url).user_tokens_create()
    assert (len(server.requests), caught.value.request_sent) == (1, True)


def test_error_of_a_refused_connection_says_that_nothing_was_sent(connect):
    with pytest.raises(ConnectionException) as caught:
        connect('http://127.0.0.1:%d' % closed_port(), retries=0).user_tokens_create()
    assert caught.value.request_sent is False


def test_error_of_an_untrusted_service_says_that_nothing_was_sent(connect, tmpdir):
    with ScriptedServer(GOOD, tls=Authority(tmpdir).server_context()) as server:
        with pytest.raises(ConnectionException) as caught:
            connect(server.url).user_tokens_create()
    assert caught.value.request_sent is False


def test_refused_tunnel_says_that_nothing_was_sent(connect):
    with ScriptedServer(http_response(407)) as proxy:
        with pytest.raises(ApiException) as caught:
            connect('https://service.localhost/v1', proxy=proxy.origin, retries=0).user_tokens_create()
    assert caught.value.request_sent is False
    assert proxy.requests[0].method == 'CONNECT'


def test_error_of_a_full_pool_says_that_nothing_was_sent(connect):
    hold = threading.Event()
    with ScriptedServer(lambda connection: hold.wait(5) and False) as server:
        api = connect(server.url, connection_pool_maxsize=1, retries=0)
        other = api.user_self(async_req=True)
        while not server.requests:
            threading.Event().wait(0.01)
        with pytest.raises(TimeoutException) as caught:
            api.user_self(_request_timeout=0.1)
        hold.set()
        with pytest.raises(ConnectionException):
            other.get(10)
    assert caught.value.request_sent is False


@pytest.mark.parametrize('status', [400, 404, 503])
def test_error_with_a_response_says_that_the_request_was_sent(connect, status):
    with ScriptedServer(http_response(status)) as server:
        with pytest.raises(ApiException) as caught:
            connect(server.url, retries=0).user_tokens_create()
    assert caught.value.request_sent is True


def test_error_of_a_truncated_body_keeps_status_and_headers(connect):
    cut = truncated(b'HTTP/1.1 201 Created\r\nX-Request: abc\r\nContent-Length: 100\r\n\r\n{"key": ')
    with ScriptedServer(cut) as server:
        with pytest.raises(ConnectionException) as caught:
            connect(server.url).user_tokens_create()
    assert (caught.value.status, caught.value.headers['X-Request']) == (201, 'abc')
    assert caught.value.request_sent is True


def test_connection_idle_for_longer_than_its_timeout_is_replaced(connect):
    with ScriptedServer(GOOD) as server:
        api = connect(server.url, idle_timeout=0.2)
        api.user_self()
        api.user_self()
        assert server.connections == 1
        threading.Event().wait(0.3)
        api.user_tokens_create()
    assert server.connections == 2


def test_connections_have_tcp_keep_alive(connect):
    with ScriptedServer(GOOD) as server:
        api = connect(server.url)
        api.user_self()
        manager = api.api_client.rest_client._session.manager(server.url, False, False)
        connection = manager.connection_from_url(server.origin)._get_conn()
        assert connection.sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert connection.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        for name, value in (('TCP_KEEPIDLE', 15), ('TCP_KEEPINTVL', 15), ('TCP_KEEPCNT', 4)):
            # Not every system has all three.
            if hasattr(socket, name):
                assert connection.sock.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) == value
        connection.close()


def resolve_to(monkeypatch, addresses):
    """Have ``many.localhost`` resolve to these addresses, and record how often it is looked up."""
    lookup, lookups = socket.getaddrinfo, []

    def getaddrinfo(name, *args, **kwargs):
        if name != 'many.localhost':
            return lookup(name, *args, **kwargs)
        lookups.append(name)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, '', address) for address in addresses]

    monkeypatch.setattr(socket, 'getaddrinfo', getaddrinfo)
    return lookups


def test_each_of_many_addresses_gets_time_to_connect(connect, monkeypatch):
    shares = []

    def slow_connection(self):
        shares.append(self.timeout)
        raise session.urllib3_errors.NewConnectionError(self, 'refused')

    resolve_to(monkeypatch, [('127.0.0.1', 1)] * 12)
    monkeypatch.setattr('urllib3.connection.HTTPConnection._new_conn', slow_connection)
    with pytest.raises(ConnectionException):
        connect('http://many.localhost:1', retries=0).user_self(_request_timeout=2.4)
    assert len(shares) == 12
    assert min(shares) > 0.45


def test_address_that_worked_is_tried_first_next_time(connect, monkeypatch):
    with ScriptedServer(truncated(GOOD)) as server:
        port = server.port
        resolve_to(monkeypatch, [('127.0.0.9', closed_port()), ('127.0.0.1', port)])
        api = connect('http://many.localhost:%d/v1' % port)
        attempts, connect_to = [], HTTPConnection._new_conn

        def record(self):
            attempts.append(self._dns_host)
            return connect_to(self)

        monkeypatch.setattr(HTTPConnection, '_new_conn', record)
        api.user_self()
        threading.Event().wait(0.1)
        api.user_self()
    assert attempts == ['127.0.0.9', '127.0.0.1', '127.0.0.1']


def test_failed_lookup_is_made_once(connect, monkeypatch):
    lookups = []

    def getaddrinfo(name, *args, **kwargs):
        lookups.append(name)
        raise socket.gaierror(-2, 'Name or service not known')

    monkeypatch.setattr(socket, 'getaddrinfo', getaddrinfo)
    with pytest.raises(ConnectionException) as caught:
        connect('https://unknown.invalid', retries=0).user_self()
    assert 'Name or service not known' in str(caught.value)
    assert lookups == ['unknown.invalid']


@pytest.mark.parametrize('address, text', [
    (('fe80::1', 443, 0, 2), 'fe80::1%2'), (('fe80::1%eth0', 443, 0, 2), 'fe80::1%eth0'), (('::1', 443, 0, 0), '::1'),
    (('127.0.0.1', 443), '127.0.0.1'),
])
def test_link_local_address_keeps_its_scope(address, text):
    assert _format_address(address) == text


def test_call_from_a_signal_handler_while_certificates_load_is_made(connect, monkeypatch):
    make, nested = session.make_pool_manager, []
    with ScriptedServer(GOOD) as server:
        api = connect(server.url)

        def interrupted(*args, **kwargs):
            if not nested:
                nested.append(True)
                # As a signal handler would, in the middle of the first call.
                nested.append(api.user_self().name)
            return make(*args, **kwargs)

        monkeypatch.setattr(session, 'make_pool_manager', interrupted)
        assert api.user_self(_request_timeout=10).name == 'Ada'
    assert nested == [True, 'Ada']


@pytest.mark.skipif(not hasattr(signal, 'setitimer'), reason='this system has no timer signals')
def test_calls_from_a_signal_handler_find_no_lock_held(connect):
    with ScriptedServer(GOOD) as server:
        api, made = connect(server.url), []

        before = signal.signal(signal.SIGALRM, lambda *_: made.append(api.user_self().name))
        try:
            deadline = monotonic() + 1
            while monotonic() < deadline:
                # Not an interval: the next signal must not arrive before the call for this one is over.
                signal.setitimer(signal.ITIMER_REAL, random.uniform(0.0001, 0.002))
                api.user_self()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
    assert len(made) > 10
    assert set(made) == {'Ada'}


def test_interrupt_between_headers_and_body_returns_the_connection(connect, monkeypatch):
    with ScriptedServer(GOOD) as server:
        api = connect(server.url, connection_pool_maxsize=1)

        def interrupt(self, raw):
            raise KeyboardInterrupt()

        with monkeypatch.context() as patch:
            patch.setattr(session.Call, 'read', interrupt)
            with pytest.raises(KeyboardInterrupt):
                api.user_self()
        assert api.user_self(_request_timeout=2).name == 'Ada'


def test_interrupt_at_the_end_of_urlopen_returns_the_connection(connect, monkeypatch):
    class InterruptedRetry(Retry):
        def is_retry(self, *args, **kwargs):
            # urllib3 has the response, and has not returned it yet.
            raise KeyboardInterrupt()

    with ScriptedServer(GOOD) as server:
        api = connect(server.url, connection_pool_maxsize=2)
        for _ in range(3):
            with monkeypatch.context() as patch:
                patch.setattr(session, '_NO_RETRIES', InterruptedRetry(False))
                with pytest.raises(KeyboardInterrupt):
                    api.user_self()
        calls = [api.user_self(_request_timeout=2, async_req=True) for _ in range(2)]
        assert [call.get().name for call in calls] == ['Ada'] * 2


def test_interrupt_right_after_urlopen_returns_the_connection(connect, monkeypatch):
    urlopen = HTTPPool.urlopen

    def interrupted(*args, **kwargs):
        urlopen(*args, **kwargs)
        raise KeyboardInterrupt()

    with ScriptedServer(GOOD) as server:
        api = connect(server.url, connection_pool_maxsize=1)
        with monkeypatch.context() as patch:
            patch.setattr(HTTPPool, 'urlopen', interrupted)
            with pytest.raises(KeyboardInterrupt):
                api.user_self()
        assert api.user_self(_request_timeout=2).name == 'Ada'


def test_interrupted_retry_does_not_return_connection_of_failed_attempt(connect, monkeypatch):
    """urllib3 has dropped that one, and returned its slot."""
    url = 'http://127.0.0.1:%d' % closed_port()
    transport = connect(url, connection_pool_maxsize=2, retries=1).api_client.rest_client
    pool = transport._session.manager(url, False, False).connection_from_url(url)
    pool._get_conn()
    pool_for, attempts = session.Session._pool_for, []

    def interrupt_second(self, call):
        attempts.append(call)
        if len(attempts) == 2:
            raise KeyboardInterrupt()
        return pool_for(self, call)

    monkeypatch.setattr(session.Session, '_pool_for', interrupt_second)
    with pytest.raises(KeyboardInterrupt):
        transport.request('GET', url)
    assert pool.pool.qsize() == 1


def test_call_after_interrupt_within_urlopen_succeeds(connect, monkeypatch):
    def interrupt(self, *args, **kwargs):
        raise KeyboardInterrupt()

    with ScriptedServer(GOOD) as server:
        api = connect(server.url, connection_pool_maxsize=1)
        api.user_self()
        with monkeypatch.context() as patch:
            patch.setattr(DeadlineHTTPConnection, 'getresponse', interrupt)
            with pytest.raises(KeyboardInterrupt):
                api.user_self()
        assert api.user_self(_request_timeout=2).name == 'Ada'


def test_endless_small_chunks_take_no_more_memory_than_a_body(connect):
    tracemalloc = pytest.importorskip('tracemalloc')
    head = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
    with ScriptedServer(head + b'2\r\n  \r\n' * 200000 + b'2\r\n{}\r\n0\r\n\r\n') as server:
        api = connect(server.url)
        tracemalloc.start()
        try:
            api.user_self()
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    # The server's own copies count too: 2.4 MB; a list of the chunks would take 7 MB more.
    assert peak < 6 * 1024 * 1024


def close_after_request(connection):
    connection.settimeout(5)
    return False


@pytest.mark.parametrize('fault', [reset, close_after_request], ids=['reset', 'closed'])
def test_response_lost_behind_a_proxy_is_retried_for_get_only(connect, fault):
    with ScriptedServer(fault) as proxy:
        api = connect('http://service.localhost/v1', proxy=proxy.origin)
        for call, attempts in (api.user_self, 4), (api.user_tokens_create, 1):
            del proxy.requests[:]
            with pytest.raises(ConnectionException) as caught:
                call()
            assert (len(proxy.requests), caught.value.request_sent) == (attempts, True)


@pytest.mark.parametrize('fault', [reset, close_after_request], ids=['reset', 'closed'])
def test_proxy_lost_while_it_connects_is_retried_for_any_method(connect, fault):
    with ScriptedServer(fault) as proxy:
        with pytest.raises(ConnectionException) as caught:
            connect('https://service.localhost/v1', proxy=proxy.origin).user_tokens_create()
        assert {request.method for request in proxy.requests} == {'CONNECT'}
        assert (len(proxy.requests), caught.value.request_sent) == (4, False)


def test_proxy_that_refuses_the_tunnel_is_not_asked_twice(connect):
    with ScriptedServer(http_response(407)) as proxy:
        with pytest.raises(ApiException):
            connect('https://service.localhost/v1', proxy=proxy.origin).user_self()
        assert len(proxy.requests) == 1


def test_request_sent_counts_all_attempts(connect):
    class Refusing(ScriptedServer):
        def _handle_request(self, connection, stream):
            carries_on = super(Refusing, self)._handle_request(connection, stream)
            self.refuse()
            return carries_on and False

    with Refusing(http_response(429, headers=[('Retry-After', '0')])) as server:
        with pytest.raises(ApiException) as caught:
            connect(server.url, retries=2).user_tokens_create()
        assert len(server.requests) == 1
    assert caught.value.request_sent is True


def test_nested_call_does_not_wait_for_the_frame_it_interrupted(connect):
    idle = ConnectionQueue(1)
    interrupted = threading.Event()
    idle._waiting.append(interrupted)
    putter = threading.Timer(0.1, idle.put, ['a'])
    putter.start()
    started = monotonic()
    # The wake-up goes to the frame that waited first, and cannot run before this call is over.
    assert idle.get(timeout=5) == 'a'
    assert monotonic() - started < 2
    putter.join()


@pytest.mark.skipif(not hasattr(os, 'fork'), reason='this system has no fork')
@pytest.mark.filterwarnings('ignore:This process .* is multi-threaded:DeprecationWarning')
def test_forked_child_that_drops_a_stream_leaves_it_to_its_parent(connect, tmpdir):
    authority = Authority(tmpdir)
    body = b'x' * 300000
    with ScriptedServer(http_response(200, body), tls=authority.server_context()) as server:
        api = connect(server.url, ssl_ca_cert=authority.path)
        response = api.user_self(_preload_content=False)
        start = response.read(1000)
        child = os.fork()
        if child == 0:
            response.close()
            os._exit(0)
        os.waitpid(child, 0)
        assert start + response.read() == body


@pytest.mark.skipif(six.PY2, reason='Python 2.7 has no TLS within TLS')
def test_bytes_after_response_via_https_proxy_are_not_the_next(connect, tmpdir):
    authority = Authority(tmpdir)
    first, second = json_response('{"name": "Ada"}'), json_response('{"name": "Eve"}')
    padding = b' ' * (8192 - len(first))
    with ScriptedServer(first + padding + second, first, tls=authority.server_context(u'service.localhost')) as server:
        with TunnelServer(server.port, tls=authority.server_context(u'localhost', u'127.0.0.1')) as proxy:
            api = connect('https://service.localhost/v1', proxy='https://localhost:%d' % proxy.port,
                          ssl_ca_cert=authority.path)
            assert [api.user_self(_request_timeout=10).name for _ in range(2)] == ['Ada', 'Ada']


class TunnelServer(ScriptedServer):
    """An HTTP proxy that connects each tunnel to one port of this machine."""

    def __init__(self, port, **options):
        self._target_port = port
        super(TunnelServer, self).__init__(self._open_tunnel, **options)

    def _open_tunnel(self, connection):
        target = socket.create_connection(('127.0.0.1', self._target_port), 5)
        connection.sendall(b'HTTP/1.1 200 Connection established\r\n\r\n')
        back = threading.Thread(target=self._copy, args=(target, connection))
        back.daemon = True
        back.start()
        self._copy(connection, target)
        back.join(5)
        target.close()
        return False

    @staticmethod
    def _copy(source, target):
        try:
            try:
                for data in iter(lambda: source.recv(65536), b''):
                    target.sendall(data)
            finally:
                # After an error too: the other direction ends with this one.
                shut_down(target, socket.SHUT_WR)
        except OSError:
            return


def test_endless_interim_responses_of_a_stream_are_bounded(connect):
    with ScriptedServer(repeating(b'', b'HTTP/1.1 100 Continue\r\nX-Name: value\r\n\r\n' * 100)) as server:
        with pytest.raises(ApiException):
            connect(server.url, retries=0).user_self(_preload_content=False)
