"""Oversized, endless and malformed responses: the size limit, memory use, and connections that stay usable."""

import os
import subprocess
import sys
import zlib

import pytest
from certificates import Authority
from servers import (
    RespondingServer,
    ScriptedServer,
    http_response,
    json_response,
    repeating,
    reset,
    silent,
    trickling,
    truncated,
)

from cloudsmith_api import (
    ApiException,
    ConnectionException,
    InvalidResponseException,
    NotFoundException,
    ServiceException,
)
from cloudsmith_api._transport.retry import ApiRetry

LIMIT = 100000
START = b'HTTP/1.1 200 OK\r\nX-Seen: yes\r\n'
CHUNKED = START + b'Transfer-Encoding: chunked\r\n'
GOOD = json_response('{"name": "Ada"}')


def compressed(data, wbits=31, times=1):
    for _ in range(times):
        encoder = zlib.compressobj(9, zlib.DEFLATED, wbits)
        data = encoder.compress(data) + encoder.flush()
    return data


def gzip_zeros(size):
    """Compress ``size`` zero bytes without holding all of them in memory."""
    encoder = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b'\0' * 1024 * 1024
    return b''.join([encoder.compress(block) for _ in range(size // len(block))] + [encoder.flush()])


BOMB = gzip_zeros(200 * 1024 * 1024)

OVERSIZED = {
    'Content-Length over limit': truncated(START + b'Content-Length: 100001\r\n\r\n' + b'x' * 100001),
    'Content-Length of 18 digits': truncated(START + b'Content-Length: ' + b'9' * 18 + b'\r\n\r\n'),
    'chunks over limit': repeating(CHUNKED + b'\r\n', b'8\r\n        \r\n'),
    'huge chunk': repeating(CHUNKED + b'\r\nffffffffffff\r\n', b'x' * 65536),
    'endless body': repeating(START + b'\r\n', b'x' * 65536),
    'endless error body': repeating(b'HTTP/1.1 404 No\r\nX-Seen: yes\r\n\r\n', b'x' * 65536),
    'gzip bomb': truncated(http_response(200, BOMB, [('Content-Encoding', 'gzip'), ('X-Seen', 'yes')])),
    'chunked gzip bomb': truncated(
        CHUNKED + b'Content-Encoding: gzip\r\n\r\n' + ('%x\r\n' % len(BOMB)).encode() + BOMB + b'\r\n0\r\n\r\n'),
    'gzip bomb without Content-Length': truncated(START + b'Content-Encoding: x-gzip\r\n\r\n' + BOMB),
    'gzip bomb as error body': truncated(
        http_response(500, BOMB, [('Content-Encoding', 'gzip'), ('X-Seen', 'yes')])),
    'deflate bomb': truncated(http_response(
        200, compressed(b'\0' * 5000000, 15), [('Content-Encoding', 'deflate'), ('X-Seen', 'yes')])),
    'raw deflate bomb': truncated(http_response(
        200, compressed(b'\0' * 5000000, -15), [('Content-Encoding', 'deflate'), ('X-Seen', 'yes')])),
    'gzip one byte over limit': truncated(http_response(
        200, compressed(b' ' * (LIMIT + 1)), [('Content-Encoding', 'gzip'), ('X-Seen', 'yes')])),
    'chunk over limit with status 204': truncated(
        CHUNKED.replace(b'200', b'204') + b'\r\n30000\r\n' + b' ' * 0x30000 + b'\r\n0\r\n\r\n'),
    'endless trailers': repeating(CHUNKED + b'\r\n2\r\n{}\r\n0\r\n', b'X-Name: value\r\n' * 100),
}
# Not one byte of the body arrives; the exception depends on the release of urllib3.
ENDLESS_HEADERS = {
    'endless chunk size': repeating(CHUNKED + b'\r\n', b'0' * 65536),
    'endless status line': repeating(b'HTTP/1.1 200 ', b'x' * 65536),
    'endless header': repeating(START + b'X-Long: ', b'x' * 65536),
    'endless headers': repeating(START, b'X-Name: value\r\n'),
    'endless 100 Continue': repeating(b'', b'HTTP/1.1 100 Continue\r\n\r\n' * 1000),
    'endless long headers': repeating(START, b'X-Name: ' + b'x' * 60000 + b'\r\n'),
}
UNDECODABLE = {
    'gzip within gzip': http_response(200, compressed(BOMB), [('Content-Encoding', 'gzip, gzip')]),
    'two gzip headers': http_response(200, compressed(b'{}', 31, 2), [('Content-Encoding', 'gzip')] * 2),
    'unrequested encoding': http_response(200, b'{}', [('Content-Encoding', 'br')]),
    'unknown encoding': http_response(200, b'{}', [('Content-Encoding', 'rot13')]),
    'invalid gzip': http_response(200, b'{}' * 50, [('Content-Encoding', 'gzip')]),
    'invalid deflate': http_response(200, b'\xff' * 50, [('Content-Encoding', 'deflate')]),
}
BROKEN = {
    'Content-Length longer than body': truncated(START + b'Content-Length: 90\r\n\r\n{}'),
    'Content-Length longer than gzip body': truncated(
        START + b'Content-Encoding: gzip\r\nContent-Length: 90\r\n\r\n' + compressed(b'{}')),
    'truncated chunk': truncated(CHUNKED + b'\r\n9\r\n{}'),
    'malformed chunk size': truncated(CHUNKED + b'\r\nzz\r\n{}\r\n0\r\n\r\n'),
    'negative chunk size': truncated(CHUNKED + b'\r\n-2\r\n{}\r\n0\r\n\r\n'),
    'negative chunk size with status 101': truncated(
        CHUNKED.replace(b'200', b'101') + b'\r\n-2\r\n{}\r\n0\r\n\r\n'),
    'missing last chunk': truncated(CHUNKED + b'\r\n2\r\n{}\r\n'),
    'reset': reset,
    'connection closed': truncated(b''),
}


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setattr(ApiRetry, 'BACKOFF_BASE', 0.001)


@pytest.fixture(scope='module')
def authority(tmpdir_factory):
    return Authority(tmpdir_factory.mktemp('tls'))


@pytest.fixture
def connect_single(connect):
    """Return a function that makes a client with a single connection to a server."""
    return lambda server, **settings: connect(
        server.url, connection_pool_maxsize=1, max_response_bytes=LIMIT, timeout=20, **settings)


@pytest.mark.parametrize('fault', sorted(OVERSIZED))
def test_oversized_response_raises_and_keeps_status_and_headers(connect_single, fault):
    with ScriptedServer(OVERSIZED[fault], GOOD) as server:
        api = connect_single(server)
        with pytest.raises(ApiException) as caught:
            api.user_self()
        expected = {200: InvalidResponseException, 204: InvalidResponseException, 404: NotFoundException,
                    500: ServiceException}[caught.value.status]
        assert type(caught.value) is expected
        assert caught.value.headers['X-Seen'] == 'yes'
        assert 'larger than configuration.max_response_bytes (100000)' in str(caught.value)
        assert len(server.requests) == 1
        assert api.user_self().name == 'Ada'


def test_call_after_oversized_response_has_its_own_connection(connect_single):
    headers = START + b'Content-Length: %d\r\n\r\n' % (LIMIT + 1)
    with ScriptedServer(headers, GOOD) as server:
        api = connect_single(server, retries=0)
        with pytest.raises(InvalidResponseException):
            api.user_self()
        assert api.user_self().name == 'Ada'


@pytest.mark.parametrize('fault', sorted(ENDLESS_HEADERS))
def test_endless_status_line_or_headers_raise_api_exception(connect_single, fault):
    with ScriptedServer(ENDLESS_HEADERS[fault], GOOD) as server:
        api = connect_single(server, retries=0)
        with pytest.raises((InvalidResponseException, ConnectionException)):
            api.user_self()
        assert api.user_self().name == 'Ada'


@pytest.mark.parametrize('fault', sorted(UNDECODABLE))
def test_undecodable_body_raises_invalid_response_exception(connect_single, fault):
    with ScriptedServer(UNDECODABLE[fault], GOOD) as server:
        api = connect_single(server)
        with pytest.raises(InvalidResponseException) as caught:
            api.user_self()
        assert caught.value.status == 200
        assert caught.value.headers['Content-Encoding']
        assert 'cannot be decoded' in str(caught.value)
        assert len(server.requests) == 1
        assert api.user_self().name == 'Ada'


@pytest.mark.parametrize('fault', sorted(BROKEN))
def test_incomplete_or_malformed_body_raises_connection_exception(connect_single, fault):
    with ScriptedServer(BROKEN[fault], GOOD) as server:
        api = connect_single(server, retries=0)
        with pytest.raises(ConnectionException):
            api.user_self()
        assert api.user_self().name == 'Ada'


@pytest.mark.parametrize('lengths', [b'2\r\nContent-Length: 3', b'2, 3', b'-5', b'many', b'0x2', b'\xb2', b'9' * 5000])
def test_invalid_content_length_raises_invalid_response(connect_single, lengths):
    with ScriptedServer(START + b'Content-Length: ' + lengths + b'\r\n\r\n{} ', GOOD) as server:
        api = connect_single(server, retries=0)
        with pytest.raises(InvalidResponseException):
            api.user_self()
        assert api.user_self().name == 'Ada'


FRAMINGS = {
    'repeated Content-Length': START + b'Content-Length: 15\r\nContent-Length: 15\r\n\r\n{"name": "Ada"}',
    'list of equal Content-Lengths': START + b'Content-Length: 15, 15\r\n\r\n{"name": "Ada"}',
    'Content-Length and chunks': (
        START + b'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nf\r\n{"name": "Ada"}\r\n0\r\n\r\n'),
    'gzip': http_response(200, compressed(b'{"name": "Ada"}'), [('Content-Encoding', 'GZip')]),
    'deflate': http_response(200, compressed(b'{"name": "Ada"}', 15), [('Content-Encoding', 'deflate')]),
    'raw deflate': http_response(200, compressed(b'{"name": "Ada"}', -15), [('Content-Encoding', 'deflate')]),
    'identity': http_response(200, b'{"name": "Ada"}', [('Content-Encoding', 'identity')]),
    'as large as the limit': http_response(200, b'{"name": "Ada"}' + b' ' * (LIMIT - 15)),
    'gzip as large as the limit': http_response(
        200, compressed(b'{"name": "Ada"}' + b' ' * (LIMIT - 15)), [('Content-Encoding', 'gzip')]),
    'one-byte chunks with extensions and trailer': CHUNKED + b'\r\n' + b''.join(
        b'1;x=y\r\n' + bytes(bytearray([byte])) + b'\r\n'
        for byte in bytearray(b'{"name": "Ada"}')) + b'0\r\nX-Trailer: t\r\n\r\n',
}


@pytest.mark.parametrize('framing', sorted(FRAMINGS))
def test_response_within_limit_is_read_in_any_framing(connect_single, framing):
    with ScriptedServer(FRAMINGS[framing]) as server:
        api = connect_single(server)
        assert api.user_self().name == 'Ada'
        assert api.user_self().name == 'Ada'
        assert server.connections == 1


@pytest.mark.parametrize('framing', ['plain', 'tls'])
def test_surplus_bytes_are_not_read_as_next_response(connect_single, framing, authority):
    # http.client reads 8 KiB at a time: the padding places the second response just past what it reads and discards.
    surplus = http_response(200, b'{"name": "Ada"}').ljust(8192) + http_response(200, b'{"name": "Eve"}')
    tls = authority.server_context() if framing == 'tls' else None
    with ScriptedServer(surplus, GOOD, tls=tls) as server:
        api = connect_single(server, ssl_ca_cert=authority.path)
        for _ in range(3):
            assert api.user_self().name == 'Ada'


@pytest.mark.parametrize('fault', [
    pytest.param(silent(), id='no response'),
    pytest.param(trickling(http_response(200, b'{}' + b' ' * 200)), id='trickling body'),
    pytest.param(truncated(b''), id='connection closed'),
    pytest.param(reset, id='reset'),
    pytest.param(http_response(500), id='500'),
    pytest.param(http_response(404), id='404'),
    pytest.param(http_response(301, headers=[('Location', '/')]), id='redirect'),
    pytest.param(json_response('[]'), id='JSON list'),
    pytest.param(json_response('{'), id='invalid JSON'),
    pytest.param(http_response(200, b'\xff'), id='invalid UTF-8'),
])
def test_single_connection_pool_recovers_from_any_fault(connect_single, fault):
    with RespondingServer(lambda request: fault if request.target.endswith('/fault/') else GOOD) as server:
        api = connect_single(server, retries=0)
        with pytest.raises(ApiException):
            api.api_client.call_api('/fault/', 'GET', response_type='UserBrief', _request_timeout=0.3)
        for _ in range(2):
            assert api.user_self(_request_timeout=5).name == 'Ada'


def test_single_connection_pool_recovers_from_unread_responses(connect):
    with ScriptedServer(GOOD) as server:
        api = connect(server.url, connection_pool_maxsize=1, timeout=5)
        for _ in range(3):
            api.user_self(_preload_content=False).close()
        assert api.user_self().name == 'Ada'


MEASURE = r"""
import resource, sys
from cloudsmith_api import ApiClient, ApiException, Configuration, InvalidResponseException, UserApi
configuration = Configuration()
configuration.host, limit = sys.argv[1], int(sys.argv[2])
configuration.max_response_bytes, configuration.retries, configuration.timeout = limit, 0, 60
configuration.api_key['X-Api-Key'] = 'the-secret-key'
api = UserApi(ApiClient(configuration))
api.user_self()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    api.user_self()
except ApiException as error:
    print(type(error).__name__)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""

MEGABYTE = 1024 * 1024

MEMORY = {
    'gzip bomb': OVERSIZED['gzip bomb'],
    'chunked gzip bomb': OVERSIZED['chunked gzip bomb'],
    'endless body': OVERSIZED['endless body'],
    'endless chunk size': ENDLESS_HEADERS['endless chunk size'],
    'endless header': ENDLESS_HEADERS['endless header'],
    'endless long headers': ENDLESS_HEADERS['endless long headers'],
    'as large as the limit': http_response(200, b'{"name": "' + b'x' * (8 * MEGABYTE - 12) + b'"}'),
    'as large as the limit, in chunks': truncated(
        CHUNKED + b'\r\n' + (b'1000\r\n' + b' ' * 4096 + b'\r\n') * 2047 + b'2\r\n{}\r\n0\r\n\r\n'),
    'as large as the limit, not UTF-8': http_response(404, b'\xff' * (8 * MEGABYTE)),
}


@pytest.mark.skipif(os.name != 'posix', reason='only POSIX tells the peak memory of a process')
@pytest.mark.parametrize('name', sorted(MEMORY))
def test_memory_stays_below_four_times_the_limit(name):
    limit = 8 * MEGABYTE
    with ScriptedServer(GOOD, MEMORY[name]) as server:
        output = subprocess.check_output(
            [sys.executable, '-c', MEASURE, server.url, str(limit)],
            env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)), stderr=subprocess.STDOUT)
    peak = int(output.split()[-1]) * 1024
    assert peak < 4 * limit
