"""vcrpy and pytest-recording record calls, and replay them without the service."""

import gzip
import subprocess
import sys

import pytest
import vcr
from certificates import Authority
from servers import ScriptedServer, closed_port, json_response, truncated
from vcr.errors import CannotOverwriteExistingCassetteException

from cloudsmith_api import ConnectionException, UnauthorizedException

SERVED = '{"name": "Served", "slug_perm": "served"}'
KEY = 'the-secret-key-0123456789'


@pytest.fixture
def cassette(tmpdir):
    """Open a cassette of this test: ``cassette('once')`` to record, ``cassette('none')`` to replay."""
    def open_cassette(mode, **options):
        return vcr.use_cassette(str(tmpdir.join('calls.yaml')), record_mode=mode, **options)
    return open_cassette


@pytest.mark.parametrize('tls', [False, True])
def test_recorded_calls_are_replayed_without_the_service(connect, cassette, tmpdir, tls):
    authority = Authority(tmpdir)
    with ScriptedServer(json_response(SERVED), tls=authority.server_context() if tls else None) as server:
        api = connect(server.url, ssl_ca_cert=authority.path)

        def make_calls():
            return [api.user_self().name, api.user_tokens_refresh('a').slug_perm,
                    api.user_token_create(data={'email': 'a@example.com', 'password': 'pw'}).to_dict(),
                    api.user_self(async_req=True).get(10).name,
                    api.user_self(_preload_content=False).read()]

        with cassette('once'):
            recorded = make_calls()
        assert len(server.requests) == len(recorded)
        with cassette('none', allow_playback_repeats=True) as played:
            assert make_calls() == recorded
        assert (len(server.requests), played.play_count) == (len(recorded), len(recorded))


@pytest.mark.parametrize('proxy', [None, 'http', 'socks5h'])
def test_unrecorded_call_sends_nothing(connect, cassette, unreached, proxy):
    proxy_url = proxy and '%s://127.0.0.1:%d' % (proxy, closed_port())
    with cassette('none'), pytest.raises(CannotOverwriteExistingCassetteException):
        connect(unreached.url, proxy=proxy_url).user_tokens_refresh('a')


@pytest.mark.parametrize('scheme', ['http', 'https'])
@pytest.mark.parametrize('proxy', ['http', 'socks5h'])
def test_recorded_call_is_replayed_without_its_proxy(connect, cassette, tmpdir, scheme, proxy):
    authority = Authority(tmpdir)
    with ScriptedServer(json_response(SERVED), tls=authority.server_context() if scheme == 'https' else None) as server:
        with cassette('once'):
            connect(server.url, ssl_ca_cert=authority.path).user_self()
        with cassette('none'):
            api = connect(server.url, proxy='%s://127.0.0.1:%d' % (proxy, closed_port()), ssl_ca_cert=authority.path)
            assert api.user_self().name == 'Served'
    assert len(server.requests) == 1


def test_replay_after_and_before_real_calls_on_one_connection(connect, cassette, server):
    api = connect(server.url, connection_pool_maxsize=1, timeout=5)
    with cassette('once'):
        api.user_self()
    for _ in range(3):
        assert api.user_self().name == 'Served'
        with cassette('none', allow_playback_repeats=True):
            assert [api.user_self().name for _ in range(3)] == ['Served'] * 3
    assert api.user_self().name == 'Served'
    assert len(server.requests) == 5


def test_client_whose_first_call_is_replayed_can_make_real_calls(connect, cassette, server):
    with cassette('once'):
        connect(server.url).user_self()
    api = connect(server.url, connection_pool_maxsize=1, timeout=5)
    with cassette('none'):
        api.user_self()
    assert len(server.requests) == 1
    assert api.user_self().name == 'Served'
    assert len(server.requests) == 2


def test_error_status_is_replayed(connect, cassette):
    with ScriptedServer(json_response('{"detail": "Invalid token."}', 401)) as server:
        for mode in ('once', 'none'):
            with cassette(mode), pytest.raises(UnauthorizedException, match='Invalid token.') as raised:
                connect(server.url).user_self()
            assert raised.value.request_sent is True
    assert len(server.requests) == 1


@pytest.mark.parametrize('options', [{}, {'decode_compressed_response': True}])
def test_compressed_and_chunked_response_is_replayed(connect, cassette, options):
    body = gzip.compress(b'{"name": "Ada"}')
    chunked = (b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n'
               + ('%x' % len(body)).encode('ascii') + b'\r\n' + body + b'\r\n0\r\n\r\n')
    with ScriptedServer(chunked) as server:
        for mode in ('once', 'none'):
            with cassette(mode, **options):
                assert connect(server.url).user_self().name == 'Ada'
    assert len(server.requests) == 1


def test_change_whose_response_is_lost_while_recording_is_not_repeated(connect, cassette):
    with ScriptedServer(truncated(b'')) as server:
        with cassette('once'), pytest.raises(ConnectionException) as raised:
            connect(server.url).user_tokens_refresh('a')
    assert (len(server.requests), raised.value.request_sent) == (1, None)


def test_key_is_not_recorded_if_its_header_is_filtered(connect, cassette, server, tmpdir):
    with cassette('once', filter_headers=['X-Api-Key', 'Authorization']):
        connect(server.url).user_self()
    assert server.requests[0].headers.count(('X-Api-Key', KEY)) == 1
    assert KEY not in tmpdir.join('calls.yaml').read_text('utf-8')


def test_import_inside_a_cassette_keeps_the_limits_of_later_calls(tmpdir):
    script = tmpdir.join('script.py')
    script.write_text(u"""
import vcr
with vcr.use_cassette(%r, record_mode='none'):
    from cloudsmith_api import ApiClient, Configuration
    from cloudsmith_api._transport.connections import DeadlineMixin
    configuration = Configuration()
    configuration.host = 'https://example.invalid/v1'
    manager = ApiClient(configuration).rest_client.pool_manager
    pool = manager.connection_from_url(configuration.host)
    assert not issubclass(pool.ConnectionCls, DeadlineMixin)
assert issubclass(pool.ConnectionCls, DeadlineMixin)
""" % str(tmpdir.join('calls.yaml')), 'utf-8')
    subprocess.check_call([sys.executable, '-W', 'error', str(script)], timeout=50)


def test_pytest_recording_replays_without_network(tmpdir, server):
    tmpdir.join('test_recorded.py').write_text(u"""
import pytest
from cloudsmith_api import ApiClient, Configuration, UserApi

@pytest.mark.vcr
def test_user():
    configuration = Configuration()
    configuration.host = %r
    configuration.api_key['X-Api-Key'] = 'k'
    with ApiClient(configuration) as client:
        assert UserApi(client).user_self().name == 'Served'
""" % server.url, 'utf-8')
    command = [sys.executable, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', str(tmpdir), '--rootdir', str(tmpdir)]
    subprocess.check_call(command + ['--record-mode=once'], timeout=50)
    assert len(server.requests) == 1
    subprocess.check_call(command + ['--block-network'], timeout=50)
    assert len(server.requests) == 1
