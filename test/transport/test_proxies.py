# -*- coding: utf-8 -*-
"""HTTP, HTTPS and SOCKS proxies: tunnels, credentials, TLS, and clear errors."""

import base64
import contextlib
import os
import socket
import ssl
import subprocess
import sys
import threading

import pytest
from certificates import Authority
from servers import (
    ScriptedServer,
    SocksServer,
    closed_port,
    http_response,
    json_response,
    shut_down,
    trickling,
    truncated,
)

from cloudsmith_api import (
    ApiClient,
    ApiException,
    Configuration,
    ConnectionException,
    TimeoutException,
    TlsException,
    UserApi,
)
from cloudsmith_api._transport import proxies
from cloudsmith_api._transport.retry import ApiRetry

GOOD = json_response('{"name": "Ada"}')


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setattr(ApiRetry, 'BACKOFF_BASE', 0.001)


@pytest.fixture(scope='module')
def authority(tmpdir_factory):
    return Authority(tmpdir_factory.mktemp('tls'))


@contextlib.contextmanager
def third_party_proxy(port_file, *options):
    """Run proxy.py, which writes its port to ``port_file``, and yield its host and port."""
    pytest.importorskip('proxy', reason='proxy.py is not installed')
    with open(os.devnull, 'w') as devnull:
        process = subprocess.Popen(
            [sys.executable, '-m', 'proxy', '--hostname', '127.0.0.1', '--port', '0', '--port-file', str(port_file),
             '--num-workers', '1', '--num-acceptors', '1', '--log-level', 'CRITICAL'] + list(options),
            stdout=devnull, stderr=devnull)
    try:
        yield '127.0.0.1:%d' % wait_for_port(port_file)
    finally:
        process.terminate()
        process.wait()


def wait_for_port(port_file):
    for _ in range(200):
        # The line is complete once it has its end.
        if port_file.check() and port_file.read().endswith('\n'):
            return int(port_file.read())
        threading.Event().wait(0.1)
    raise AssertionError('proxy.py did not start')


@pytest.fixture(scope='module')
def public_proxy(tmpdir_factory):
    with third_party_proxy(tmpdir_factory.mktemp('proxy').join('port')) as address:
        yield 'http://' + address


@pytest.fixture(scope='module')
def authenticated_proxy(tmpdir_factory):
    port_file = tmpdir_factory.mktemp('proxy').join('port')
    with third_party_proxy(port_file, '--basic-auth', 'ada:pa55-the-word') as address:
        yield address


def service(scheme, authority):
    return ScriptedServer(GOOD, tls=authority.server_context() if scheme == 'https' else None)


# ecosystem/test_urllib3_future.py tests the real case.
def test_connections_without_http_client_raise_value_error(connect, monkeypatch):
    monkeypatch.setattr(proxies, 'DeadlineHTTPConnection', type('Foreign', (object,), {}))
    with pytest.raises(ValueError, match='Another package, in .*urllib3, is installed in place of urllib3: '):
        connect('http://127.0.0.1:9/').user_self()


@pytest.mark.parametrize('scheme', ['http', 'https'])
def test_call_goes_through_third_party_proxy(connect, authority, public_proxy, scheme):
    with service(scheme, authority) as server:
        api = connect(server.url, proxy=public_proxy, ssl_ca_cert=authority.path, timeout=20)
        assert [api.user_self().name for _ in range(3)] == ['Ada'] * 3
        assert len(server.requests) == 3
        assert 'Proxy-Authorization' not in dict(server.requests[0].headers)


@pytest.mark.parametrize('scheme', ['http', 'https'])
def test_third_party_proxy_accepts_credentials_from_url(connect, authority, authenticated_proxy, scheme):
    with service(scheme, authority) as server:
        api = connect(server.url, proxy='http://ada:pa55%2Dthe-word@' + authenticated_proxy,
                      ssl_ca_cert=authority.path)
        assert api.user_self(_request_timeout=20).name == 'Ada'


@pytest.mark.parametrize('password', ['pa[55', '[pa55]', '[::1]:pa55'])
def test_proxy_password_may_contain_brackets(connect, password):
    with ScriptedServer(GOOD) as proxy:
        connect('http://localhost:9/v1', proxy='http://ada:%s@127.0.0.1:%d' % (password, proxy.port)).user_self()
    sent = dict(proxy.requests[0].headers)['Proxy-Authorization']
    assert base64.b64decode(sent[len('Basic '):]).decode('ascii') == 'ada:' + password


@pytest.mark.parametrize('scheme', ['http', 'https'])
@pytest.mark.parametrize('credentials', ['', 'ada:wrong-word@'])
def test_rejected_proxy_credentials_raise_407_without_password(
        connect, authority, authenticated_proxy, scheme, credentials):
    with service(scheme, authority) as server:
        with pytest.raises(ApiException) as caught:
            connect(server.url, proxy='http://%s%s' % (credentials, authenticated_proxy),
                    ssl_ca_cert=authority.path).user_self()
    assert server.requests == []
    assert '407' in str(caught.value)
    assert 'wrong-word' not in str(caught.value)
    assert caught.value.status == (407 if scheme == 'http' else 0)


@pytest.mark.parametrize('scheme', ['http', 'https'])
def test_proxy_credentials_are_percent_decoded(connect, scheme):
    with ScriptedServer(truncated(http_response(407))) as proxy:
        with pytest.raises(ApiException):
            connect('%s://service.localhost/v1' % scheme, retries=0,
                    proxy='http://%%C3%%A4da:p%%3Aw%%40@127.0.0.1:%d' % proxy.port).user_self()
    sent = dict(proxy.requests[0].headers)['Proxy-Authorization']
    assert base64.b64decode(sent.split()[1]).decode('utf-8') == u'äda:p:w@'


def test_lowercase_header_is_sent_once_through_proxy(connect):
    with ScriptedServer(GOOD) as proxy:
        api = connect('http://service.localhost/v1', proxy=proxy.origin)
        api.api_client.set_default_header('host', 'other.example')
        api.api_client.set_default_header('accept', 'application/vnd.x+json')
        api.user_self()
    sent = [(name.lower(), value) for name, value in proxy.requests[0].headers]
    assert [value for name, value in sent if name == 'host'] == ['other.example']
    assert [value for name, value in sent if name == 'accept'] == ['application/vnd.x+json']


def test_proxy_credentials_override_proxy_authorization_header(connect):
    with ScriptedServer(GOOD) as proxy:
        api = connect('http://service.localhost/v1', proxy='http://ada:word@127.0.0.1:%d' % proxy.port)
        api.api_client.set_default_header('proxy-authorization', 'Basic other')
        api.user_self()
    sent = [value for name, value in proxy.requests[0].headers if name.lower() == 'proxy-authorization']
    assert [base64.b64decode(value.split()[1]) for value in sent] == [b'ada:word']


def test_tunneling_proxy_never_receives_api_key(connect, authority):
    with ScriptedServer(truncated(http_response(403))) as proxy:
        with pytest.raises(ConnectionException) as caught:
            connect('https://service.localhost/v1', proxy=proxy.origin, ssl_ca_cert=authority.path).user_self()
    assert proxy.requests[0].method == 'CONNECT'
    assert b'the-secret-key' not in proxy.requests[0].raw
    assert 'The proxy failed: Tunnel connection failed: 403' in str(caught.value)
    assert 'configuration.proxy' in str(caught.value)


@pytest.mark.filterwarnings('ignore::cloudsmith_api.InsecureTransportWarning')
@pytest.mark.parametrize('scheme', ['http', 'https'])
@pytest.mark.parametrize('address', ['127.0.0.1:%d', 'no-such-host.invalid:%d'])
def test_unreachable_proxy_raises_connection_exception(connect, authority, scheme, address):
    with pytest.raises(ConnectionException) as caught:
        connect('%s://service.localhost/v1' % scheme, proxy='http://' + address % closed_port(),
                ssl_ca_cert=authority.path).user_self(_request_timeout=20)
    assert 'The proxy failed: ' in str(caught.value)


def test_unreachable_proxy_is_named_with_its_origin(connect, monkeypatch):
    address = '127.0.0.1:%d' % closed_port()
    monkeypatch.setenv('https_proxy', 'http://ada:hunter-22@' + address)
    client = ApiClient(Configuration.from_environment(host='https://service.invalid/v1', retries=0))
    with pytest.raises(ConnectionException) as caught:
        UserApi(client).user_self(_request_timeout=20)
    assert str(caught.value).endswith(
        'Check the network and configuration.proxy (from https_proxy): http://' + address)
    assert 'hunter-22' not in str(caught.value)


@pytest.mark.parametrize('scheme', ['http', 'https'])
def test_proxy_that_rejects_its_credentials_has_a_hint(connect, authority, scheme):
    with ScriptedServer(truncated(http_response(407))) as proxy:
        with pytest.raises(ApiException, match='407 ') as caught:
            connect(scheme + '://service.localhost/v1', proxy=proxy.origin, ssl_ca_cert=authority.path).user_self()
    assert caught.value.hint == 'Check the user and password in configuration.proxy'


@pytest.mark.parametrize('scheme', ['http', 'https'])
def test_call_goes_through_https_proxy(connect, authority, scheme):
    if scheme == 'https' and sys.version_info < (3,):
        pytest.skip('urllib3 has no TLS in TLS on Python 2.7')
    with service(scheme, authority) as server, TunnelServer(tls=authority.server_context()) as proxy:
        api = connect(server.url, proxy=proxy.origin, ssl_ca_cert=authority.path, timeout=20)
        assert [api.user_self().name for _ in range(2)] == ['Ada'] * 2


@pytest.mark.skipif(sys.version_info < (3,), reason='urllib3 has no TLS in TLS on Python 2.7')
def test_tls_server_name_is_not_the_name_of_an_https_proxy(connect, authority):
    service = authority.server_context(u'service.example.com')
    with ScriptedServer(GOOD, tls=service) as server, TunnelServer(tls=authority.server_context()) as proxy:
        api = connect(server.url, proxy=proxy.origin, ssl_ca_cert=authority.path, tls_server_name='service.example.com')
        assert api.user_self(_request_timeout=20).name == 'Ada'


@pytest.mark.parametrize('scheme', ['http', 'https'])
def test_https_proxy_without_tls_in_tls_raises_for_https_service(connect, authority, monkeypatch, scheme):
    if hasattr(ssl.SSLContext, 'wrap_bio'):
        # A context as on Python 2.7; ecosystem/test_pyopenssl.py has a real one.
        monkeypatch.delattr(ssl.SSLContext, 'wrap_bio')
    with ScriptedServer(GOOD, tls=authority.server_context()) as proxy:
        api = connect(scheme + '://127.0.0.1:9/v1', proxy=proxy.origin, ssl_ca_cert=authority.path)
        if scheme == 'http':
            assert api.user_self().name == 'Ada'
            return
        with pytest.raises(ValueError) as caught:
            api.user_self()
        assert type(caught.value) is ValueError
        assert 'configuration.proxy' in str(caught.value)
        assert proxy.connections == 0


@pytest.mark.skipif(sys.version_info < (3,), reason='urllib3 has no TLS in TLS on Python 2.7')
def test_long_response_over_tls_in_tls_is_read_whole(connect, authority):
    response = json_response('{"name": "%s"}' % ('a' * 200000), headers=[('Connection', 'close')])
    with ScriptedServer(truncated(response), tls=authority.server_context()) as server:
        with TunnelServer(tls=authority.server_context()) as proxy:
            api = connect(server.url, proxy=proxy.origin, ssl_ca_cert=authority.path, timeout=20)
            assert len(api.user_self().name) == 200000


@pytest.mark.parametrize('scheme', ['http', 'https'])
def test_untrusted_https_proxy_is_sent_nothing(connect, authority, tmpdir, scheme):
    unknown_authority = Authority(tmpdir)
    with ScriptedServer(GOOD, tls=unknown_authority.server_context()) as proxy:
        # ValueError: urllib3 has no TLS in TLS on Python 2.7.
        with pytest.raises((ConnectionException, ValueError)):
            connect('%s://service.localhost/v1' % scheme, proxy=proxy.origin, ssl_ca_cert=authority.path).user_self()
    assert proxy.requests == []


def test_service_certificate_is_verified_through_proxy(connect, authority, tmpdir, public_proxy):
    unknown_authority = Authority(tmpdir)
    with ScriptedServer(GOOD, tls=unknown_authority.server_context()) as server:
        with pytest.raises(TlsException):
            connect(server.url, proxy=public_proxy, ssl_ca_cert=authority.path).user_self()
    assert server.requests == []


@pytest.mark.parametrize('scheme', ['http', 'https'])
@pytest.mark.parametrize('kind', ['socks5', 'socks5h'])
def test_call_goes_through_socks_proxy(connect, authority, scheme, kind):
    pytest.importorskip('socks')
    with service(scheme, authority) as server, SocksServer() as proxy:
        api = connect(server.url, proxy='%s://127.0.0.1:%d' % (kind, proxy.port), ssl_ca_cert=authority.path)
        assert [api.user_self(_request_timeout=20).name for _ in range(3)] == ['Ada'] * 3
        assert proxy.requests == [('127.0.0.1', server.port)]


@pytest.mark.parametrize('scheme', ['http', 'https'])
def test_total_timeout_bounds_trickling_response_through_socks(connect, authority, scheme):
    pytest.importorskip('socks')
    tls = authority.server_context() if scheme == 'https' else None
    with ScriptedServer(trickling(json_response('{}' + ' ' * 50)), tls=tls) as server, SocksServer() as proxy:
        api = connect(server.url, proxy='socks5://127.0.0.1:%d' % proxy.port, ssl_ca_cert=authority.path)
        with pytest.raises(TimeoutException):
            api.user_self(_request_timeout=1)
    assert len(server.requests) == 1


def test_socks_proxy_receives_username_and_password(connect):
    pytest.importorskip('socks')
    with ScriptedServer(GOOD) as server, SocksServer(u'ada', u'pa55 word') as proxy:
        api = connect(server.url, proxy='socks5://ada:pa55%%20word@127.0.0.1:%d' % proxy.port)
        assert api.user_self().name == 'Ada'
        with pytest.raises(ConnectionException) as caught:
            connect(server.url, proxy='socks5://ada:wrong-word@127.0.0.1:%d' % proxy.port).user_self()
    assert 'authentication' in str(caught.value).lower()
    assert 'wrong-word' not in str(caught.value)


def test_unreachable_socks_proxy_raises_connection_exception(connect):
    pytest.importorskip('socks')
    with pytest.raises(ConnectionException) as caught:
        connect('http://127.0.0.1/v1', proxy='socks5://127.0.0.1:%d' % closed_port()).user_self()
    assert 'Could not connect' in str(caught.value)


def test_socks_proxy_without_pysocks_names_package_to_install(connect, monkeypatch):
    monkeypatch.setitem(sys.modules, 'socks', None)
    with pytest.raises(ValueError) as caught:
        connect('http://127.0.0.1/v1', proxy='socks5://127.0.0.1:1080').user_self()
    assert 'pip install PySocks' in str(caught.value)


@pytest.mark.parametrize('kind', ['http', 'socks5'])
def test_no_proxy_is_decided_for_each_host(connect, kind):
    if kind == 'socks5':
        pytest.importorskip('socks')
    with ScriptedServer(GOOD) as server, (SocksServer() if kind == 'socks5' else TunnelServer()) as proxy:
        proxied = server.url.replace('127.0.0.1', 'localhost')
        api = connect(proxied, proxy='%s://127.0.0.1:%d' % (kind, proxy.port), no_proxy='127.0.0.0/8')
        for _ in range(2):
            for host in (proxied, server.url):
                api.api_client.configuration.host = host
                assert api.user_self(_request_timeout=20).name == 'Ada'
        # A SOCKS proxy is asked for a connection once.
        assert len(proxy.requests) == (1 if kind == 'socks5' else 2)
        assert len(server.requests) == (4 if kind == 'socks5' else 2)


def test_environment_proxy_never_applies_to_loopback_host_set_later(monkeypatch):
    with ScriptedServer(GOOD) as server, TunnelServer() as proxy:
        monkeypatch.setenv('CLOUDSMITH_API_PROXY', proxy.origin)
        configuration = Configuration.from_environment(retries=0)
        with ApiClient(configuration) as client:
            for host in ('http://service.invalid/v1', server.url):
                configuration.host = host
                assert UserApi(client).user_self().name == 'Ada'
    assert [request.target for request in proxy.requests] == ['http://service.invalid/v1/user/self/']
    assert [request.target for request in server.requests] == ['/v1/user/self/']


class TunnelServer(ScriptedServer):
    """A proxy that opens tunnels for CONNECT, and responds to any other request itself."""

    def _select_item(self, request):
        if request.method != 'CONNECT':
            return GOOD
        host, _, port = request.target.rpartition(':')
        return lambda connection: self._tunnel(connection, host, int(port))

    def _tunnel(self, connection, host, port):
        target = socket.create_connection((host, port), 5)
        with self._lock:
            self._open_sockets.append(target)
        connection.sendall(b'HTTP/1.1 200 Connection established\r\n\r\n')
        back = self._start_thread(copy, target, connection)
        copy(connection, target)
        back.join(5)
        return False


def copy(source, target):
    """Copy data from one socket to the other until either is closed."""
    try:
        for data in iter(lambda: source.recv(65536), b''):
            target.sendall(data)
        shut_down(target)
    except EnvironmentError:
        return


def test_proxy_username_stays_readable_in_errors(connect):
    with ScriptedServer(http_response(404)) as proxy:
        with pytest.raises(ApiException) as raised:
            connect('http://service.localhost/v1', proxy=proxy.origin.replace('//', '//user:hunter-22@')).user_self()
    assert '/v1/user/self/)' in str(raised.value)


def test_token_in_place_of_a_proxy_username_is_masked(connect):
    with ScriptedServer(http_response(404, 'no hunter-22', reason='hunter-22')) as proxy:
        with pytest.raises(ApiException) as raised:
            connect('http://service.localhost/v1', proxy=proxy.origin.replace('//', '//hunter-22@')).user_self()
    assert 'hunter-22' not in str(raised.value)
