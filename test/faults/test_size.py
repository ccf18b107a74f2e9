"""An answer is not longer than allowed, takes no more memory than that, and leaves the connections usable."""

import os
import subprocess
import sys
import zlib

import pytest
from certificates import Authority
from servers import ScriptedServer, http_response, json_response, repeating, reset, silent, trickling, truncated

from cloudsmith_api import (
    ApiException,
    ConnectionException,
    InvalidResponseException,
    NotFoundException,
    ServiceException,
)
from cloudsmith_api._transport.retry import ApiRetry

LIMIT = 100000
HEAD = b'HTTP/1.1 200 OK\r\nX-Seen: yes\r\n'
CHUNKED = HEAD + b'Transfer-Encoding: chunked\r\n'
GOOD = json_response('{"name": "Ada"}')


def compressed(data, wbits=31, times=1):
    for _ in range(times):
        encoder = zlib.compressobj(9, zlib.DEFLATED, wbits)
        data = encoder.compress(data) + encoder.flush()
    return data


def zeros_in_gzip(size):
    """Compress zeros without having them all in memory."""
    encoder = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b'\0' * 1024 * 1024
    return b''.join([encoder.compress(block) for _ in range(size // len(block))] + [encoder.flush()])


BOMB = zeros_in_gzip(200 * 1024 * 1024)

OVER = {
    'a length over the limit': truncated(HEAD + b'Content-Length: 100001\r\n\r\n' + b'x' * 100001),
    'a length over all limits': truncated(HEAD + b'Content-Length: ' + b'9' * 18 + b'\r\n\r\n'),
    'chunks over the limit': repeating(CHUNKED + b'\r\n', b'8\r\n        \r\n'),
    'a huge chunk': repeating(CHUNKED + b'\r\nffffffffffff\r\n', b'x' * 65536),
    'a body without end': repeating(HEAD + b'\r\n', b'x' * 65536),
    'an error with a body without end': repeating(b'HTTP/1.1 404 No\r\nX-Seen: yes\r\n\r\n', b'x' * 65536),
    'a gzip bomb': truncated(http_response(200, BOMB, [('Content-Encoding', 'gzip'), ('X-Seen', 'yes')])),
    'a chunked gzip bomb': truncated(
        CHUNKED + b'Content-Encoding: gzip\r\n\r\n' + ('%x\r\n' % len(BOMB)).encode() + BOMB + b'\r\n0\r\n\r\n'),
    'a gzip bomb without length': truncated(HEAD + b'Content-Encoding: x-gzip\r\n\r\n' + BOMB),
    'an error that is a gzip bomb': truncated(
        http_response(500, BOMB, [('Content-Encoding', 'gzip'), ('X-Seen', 'yes')])),
    'a deflate bomb': truncated(http_response(
        200, compressed(b'\0' * 5000000, 15), [('Content-Encoding', 'deflate'), ('X-Seen', 'yes')])),
    'a raw deflate bomb': truncated(http_response(
        200, compressed(b'\0' * 5000000, -15), [('Content-Encoding', 'deflate'), ('X-Seen', 'yes')])),
    'gzip of one byte too many': truncated(http_response(
        200, compressed(b' ' * (LIMIT + 1)), [('Content-Encoding', 'gzip'), ('X-Seen', 'yes')])),
    'a length that is less than none': repeating(HEAD + b'Content-Length: -5\r\n\r\n', b'x' * 65536),
    'a length that is no number': repeating(HEAD + b'Content-Length: many\r\n\r\n', b'x' * 65536),
    'a chunk over the limit where there should be none': truncated(
        CHUNKED.replace(b'200', b'204') + b'\r\n30000\r\n' + b' ' * 0x30000 + b'\r\n0\r\n\r\n'),
    'a chunk that is endless trailers': repeating(CHUNKED + b'\r\n2\r\n{}\r\n0\r\n', b'X-Name: value\r\n'),
}
# What never gets to a body; releases of urllib3 differ in what they call it.
ENDLESS_HEADS = {
    'a chunk size without end': repeating(CHUNKED + b'\r\n', b'0' * 65536),
    'a status line without end': repeating(b'HTTP/1.1 200 ', b'x' * 65536),
    'a header without end': repeating(HEAD + b'X-Long: ', b'x' * 65536),
    'headers without end': repeating(HEAD, b'X-Name: value\r\n'),
    '100 Continue without end': repeating(b'', b'HTTP/1.1 100 Continue\r\n\r\n' * 1000),
    'long headers without end': repeating(HEAD, b'X-Name: ' + b'x' * 60000 + b'\r\n'),
}
UNDECODABLE = {
    'gzip in gzip': http_response(200, compressed(BOMB), [('Content-Encoding', 'gzip, gzip')]),
    'two headers of gzip': http_response(200, compressed(b'{}', 31, 2), [('Content-Encoding', 'gzip')] * 2),
    'an encoding that was not asked for': http_response(200, b'{}', [('Content-Encoding', 'br')]),
    'an encoding that nobody knows': http_response(200, b'{}', [('Content-Encoding', 'rot13')]),
    'what is not gzip': http_response(200, b'{}' * 50, [('Content-Encoding', 'gzip')]),
    'what is not deflate': http_response(200, b'\xff' * 50, [('Content-Encoding', 'deflate')]),
}
LOST = {
    'a length that is more than there is': truncated(HEAD + b'Content-Length: 90\r\n\r\n{}'),
    'a length that is more than there is of gzip': truncated(
        HEAD + b'Content-Encoding: gzip\r\nContent-Length: 90\r\n\r\n' + compressed(b'{}')),
    'a chunk that is cut': truncated(CHUNKED + b'\r\n9\r\n{}'),
    'a chunk size that is none': truncated(CHUNKED + b'\r\nzz\r\n{}\r\n0\r\n\r\n'),
    'a chunk size that is less than none': truncated(CHUNKED + b'\r\n-2\r\n{}\r\n0\r\n\r\n'),
    'a chunk size that is less than none where there should be no chunks': truncated(
        CHUNKED.replace(b'200', b'101') + b'\r\n-2\r\n{}\r\n0\r\n\r\n'),
    'no last chunk': truncated(CHUNKED + b'\r\n2\r\n{}\r\n'),
    'a reset': reset,
    'an end': truncated(b''),
}


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setattr(ApiRetry, 'BACKOFF_BASE', 0.001)


@pytest.fixture(scope='module')
def authority(tmpdir_factory):
    return Authority(tmpdir_factory.mktemp('tls'))


@pytest.fixture
def one(connect):
    """Make a client that has one connection."""
    return lambda server, **settings: connect(
        server.url, connection_pool_maxsize=1, max_response_bytes=LIMIT, timeout=20, **settings)


@pytest.mark.parametrize('fault', sorted(OVER))
def test_an_answer_over_the_limit_is_refused_and_what_is_known_of_it_kept(one, fault):
    with ScriptedServer(OVER[fault], GOOD) as server:
        api = one(server)
        with pytest.raises(ApiException) as caught:
            api.user_self()
        kind = {200: InvalidResponseException, 204: InvalidResponseException, 404: NotFoundException,
                500: ServiceException}[caught.value.status]
        assert type(caught.value) is kind
        assert caught.value.headers['X-Seen'] == 'yes'
        assert 'larger than configuration.max_response_bytes (100000)' in str(caught.value)
        assert len(server.requests) == 1
        assert api.user_self().name == 'Ada'


@pytest.mark.parametrize('fault', sorted(ENDLESS_HEADS))
def test_a_head_without_end_is_refused(one, fault):
    with ScriptedServer(ENDLESS_HEADS[fault], GOOD) as server:
        api = one(server, retries=0)
        with pytest.raises((InvalidResponseException, ConnectionException)):
            api.user_self()
        assert api.user_self().name == 'Ada'


@pytest.mark.parametrize('fault', sorted(UNDECODABLE))
def test_a_body_that_cannot_be_decoded_is_refused(one, fault):
    with ScriptedServer(UNDECODABLE[fault], GOOD) as server:
        api = one(server)
        with pytest.raises(InvalidResponseException) as caught:
            api.user_self()
        assert caught.value.status == 200
        assert caught.value.headers['Content-Encoding']
        assert 'cannot be decoded' in str(caught.value)
        assert len(server.requests) == 1
        assert api.user_self().name == 'Ada'


@pytest.mark.parametrize('fault', sorted(LOST))
def test_an_answer_that_lies_about_its_length_is_lost(one, fault):
    with ScriptedServer(LOST[fault], GOOD) as server:
        api = one(server, retries=0)
        with pytest.raises(ConnectionException):
            api.user_self()
        assert api.user_self().name == 'Ada'


def test_several_lengths_that_differ_are_refused(one):
    answer = HEAD + b'Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} '
    with ScriptedServer(answer, GOOD) as server:
        api = one(server, retries=0)
        with pytest.raises(InvalidResponseException):
            api.user_self()
        assert api.user_self().name == 'Ada'


FRAMINGS = {
    'the same length twice': HEAD + b'Content-Length: 15\r\nContent-Length: 15\r\n\r\n{"name": "Ada"}',
    'a length and chunks': (
        HEAD + b'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nf\r\n{"name": "Ada"}\r\n0\r\n\r\n'),
    'gzip': http_response(200, compressed(b'{"name": "Ada"}'), [('Content-Encoding', 'GZip')]),
    'deflate': http_response(200, compressed(b'{"name": "Ada"}', 15), [('Content-Encoding', 'deflate')]),
    'raw deflate': http_response(200, compressed(b'{"name": "Ada"}', -15), [('Content-Encoding', 'deflate')]),
    'identity': http_response(200, b'{"name": "Ada"}', [('Content-Encoding', 'identity')]),
    'as long as allowed': http_response(200, b'{"name": "Ada"}' + b' ' * (LIMIT - 15)),
    'gzip as long as allowed': http_response(
        200, compressed(b'{"name": "Ada"}' + b' ' * (LIMIT - 15)), [('Content-Encoding', 'gzip')]),
    'chunks of one byte with extensions and a trailer': CHUNKED + b'\r\n' + b''.join(
        b'1;x=y\r\n' + bytes(bytearray([byte])) + b'\r\n'
        for byte in bytearray(b'{"name": "Ada"}')) + b'0\r\nX-Trailer: t\r\n\r\n',
}


@pytest.mark.parametrize('framing', sorted(FRAMINGS))
def test_an_answer_within_the_limit_is_read_however_it_is_framed(one, framing):
    if framing == 'the same length twice' and sys.version_info < (3,):
        pytest.skip('Python 2.7 reads to the end of the connection then')
    with ScriptedServer(FRAMINGS[framing]) as server:
        api = one(server)
        assert api.user_self().name == 'Ada'
        assert api.user_self().name == 'Ada'
        assert server.connections == 1


@pytest.mark.parametrize('framing', ['plain', 'tls'])
def test_what_follows_an_answer_is_not_taken_for_the_next(one, framing, authority):
    # http.client reads 8 KiB at a time; what it has read too much is thrown away, what it has not read stays.
    surplus = http_response(200, b'{"name": "Ada"}').ljust(8192) + http_response(200, b'{"name": "Eve"}')
    tls = authority.server_context() if framing == 'tls' else None
    with ScriptedServer(surplus, GOOD, tls=tls) as server:
        api = one(server, ssl_ca_cert=authority.path)
        for _ in range(3):
            assert api.user_self().name == 'Ada'


@pytest.mark.parametrize('fault', [
    pytest.param(silent(), id='silence'),
    pytest.param(trickling(http_response(200, b'{}' + b' ' * 200)), id='a drip'),
    pytest.param(truncated(b''), id='an end'),
    pytest.param(reset, id='a reset'),
    pytest.param(http_response(500), id='500'),
    pytest.param(http_response(404), id='404'),
    pytest.param(http_response(301, headers=[('Location', '/')]), id='a redirect'),
    pytest.param(json_response('[]'), id='a list'),
    pytest.param(json_response('{'), id='no JSON'),
    pytest.param(http_response(200, b'\xff'), id='no text'),
])
def test_a_pool_of_one_works_again_after_any_fault(one, fault):
    with ScriptedServer(fault, GOOD) as server:
        api = one(server, retries=0)
        with pytest.raises(ApiException):
            api.user_self(_request_timeout=0.3)
        for _ in range(2):
            assert api.user_self(_request_timeout=5).name == 'Ada'


def test_a_pool_of_one_works_again_after_answers_that_their_caller_did_not_read(connect):
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
    'a gzip bomb': OVER['a gzip bomb'],
    'a chunked gzip bomb': OVER['a chunked gzip bomb'],
    'a body without end': OVER['a body without end'],
    'a chunk size without end': ENDLESS_HEADS['a chunk size without end'],
    'a header without end': ENDLESS_HEADS['a header without end'],
    'long headers without end': ENDLESS_HEADS['long headers without end'],
    'the most that is allowed': http_response(200, b'{"name": "' + b'x' * (8 * MEGABYTE - 12) + b'"}'),
    'the most that is allowed, in chunks': truncated(
        CHUNKED + b'\r\n' + (b'1000\r\n' + b' ' * 4096 + b'\r\n') * 2047 + b'2\r\n{}\r\n0\r\n\r\n'),
    'the most that is allowed, not UTF-8': http_response(404, b'\xff' * (8 * MEGABYTE)),
}


@pytest.mark.parametrize('name', sorted(MEMORY))
def test_memory_stays_within_four_times_the_limit(name):
    limit = 8 * MEGABYTE
    with ScriptedServer(GOOD, MEMORY[name]) as server:
        printed = subprocess.check_output(
            [sys.executable, '-c', MEASURE, server.url, str(limit)],
            env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)), stderr=subprocess.STDOUT)
    peak = int(printed.split()[-1]) * 1024
    assert peak < 4 * limit
