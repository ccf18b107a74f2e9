"""Compressed response bodies: complete or refused, and never larger than their limit."""

import gzip
import io
import zlib

import pytest
from servers import ScriptedServer, http_response, truncated
from urllib3 import HTTPConnectionPool, HTTPResponse

from cloudsmith_api import ConnectionException, InvalidResponseException, NotFoundException
from cloudsmith_api._common.clock import monotonic
from cloudsmith_api._transport.body import read_body
from cloudsmith_api._transport.retry import ApiRetry

BODY = b'{"name": "Ada", "email": "ada@example.com"}'


@pytest.fixture(autouse=True)
def short_delays(monkeypatch):
    monkeypatch.setattr(ApiRetry, 'BACKOFF_BASE', 0.001)


def gzipped(data):
    buffered = io.BytesIO()
    with gzip.GzipFile(fileobj=buffered, mode='wb') as compressed:
        compressed.write(data)
    return buffered.getvalue()


def deflated(data):
    """Compress without the zlib header, as some servers do."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


ENCODED = {
    'gzip': ('gzip', gzipped(BODY)),
    'x-gzip': ('x-gzip', gzipped(BODY)),
    'gzip of two members': ('gzip', gzipped(BODY[:20]) + gzipped(BODY[20:])),
    'deflate': ('deflate', zlib.compress(BODY)),
    'deflate without a header': ('deflate', deflated(BODY)),
}


def chunked(encoding, data, size=1):
    chunks = [data[start:start + size] for start in range(0, len(data), size)]
    head = 'HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nTransfer-Encoding: chunked\r\n\r\n' % encoding
    return head.encode('ascii') + b''.join(b'%x\r\n%s\r\n' % (len(chunk), chunk) for chunk in chunks) + b'0\r\n\r\n'


@pytest.mark.parametrize('form', sorted(ENCODED))
@pytest.mark.parametrize('respond', [
    lambda encoding, data: http_response(200, data, [('Content-Encoding', encoding)]), chunked,
], ids=['with a length', 'in chunks of one byte'])
def test_compressed_body_is_decompressed(connect, form, respond):
    with ScriptedServer(respond(*ENCODED[form])) as server:
        assert connect(server.url).user_self().name == 'Ada'


@pytest.mark.parametrize('form', sorted(ENCODED))
@pytest.mark.parametrize('left_out', [1, 4, 9, 20])
def test_truncated_compressed_body_raises(connect, form, left_out):
    encoding, data = ENCODED[form]
    with ScriptedServer(http_response(200, data[:-left_out], [('Content-Encoding', encoding)])) as server:
        with pytest.raises((ConnectionException, InvalidResponseException)) as caught:
            connect(server.url, retries=0).user_self()
    assert caught.value.status == 200


@pytest.mark.parametrize('encoding, data', [
    ('gzip', BODY), ('gzip', gzipped(BODY)[:10] + b'\xff' * 20), ('deflate', b'\x78\x9c\xff\xff\xff'),
    ('gzip', gzipped(BODY)[:-8] + b'\0' * 8), ('gzip', b'\x1f'),
])
def test_body_that_contradicts_its_content_encoding_raises(connect, encoding, data):
    with ScriptedServer(http_response(200, data, [('Content-Encoding', encoding)])) as server:
        with pytest.raises((ConnectionException, InvalidResponseException)):
            connect(server.url, retries=0).user_self()


@pytest.mark.parametrize('encoding', ['gzip', 'deflate'])
def test_empty_body_with_an_encoding_is_empty(connect, encoding):
    with ScriptedServer(http_response(204, b'', [('Content-Encoding', encoding)])) as server:
        assert connect(server.url).api_client.call_api('/x/', 'GET')[:2] == (None, 204)


def test_bytes_after_the_end_of_compressed_data_are_ignored(connect):
    with ScriptedServer(http_response(200, gzipped(BODY) + b'rest', [('Content-Encoding', 'gzip')])) as server:
        assert connect(server.url).user_self().name == 'Ada'


def test_truncated_compressed_body_of_a_get_is_retried(connect):
    cut = truncated(http_response(200, gzipped(BODY)[:-1], [('Content-Encoding', 'gzip')]))
    whole = http_response(200, gzipped(BODY), [('Content-Encoding', 'gzip')])
    with ScriptedServer(cut, whole) as server:
        assert connect(server.url).user_self().name == 'Ada'


def test_body_of_a_non_urllib3_response_is_used_unchanged():
    class RecordedResponse(object):
        headers = {'Content-Encoding': 'gzip', 'Transfer-Encoding': 'chunked'}
        data = BODY
        released = 0

        def release_conn(self):
            self.released += 1

    response = RecordedResponse()
    assert read_body(response, 10 ** 6) == BODY
    assert response.released == 1


@pytest.mark.parametrize('body', [BODY, b''], ids=['body', 'empty'])
@pytest.mark.parametrize('open_body', [bytes, io.BytesIO], ids=['bytes', 'file'])
@pytest.mark.parametrize('has_length', [False, True], ids=['no length', 'length'])
def test_body_that_a_fake_response_has_read_already_is_used(body, open_body, has_length):
    headers = {'Content-Length': str(len(body))} if has_length else {}
    assert read_body(HTTPResponse(open_body(body), status=200, headers=headers), 10 ** 6) == body


def test_fake_response_of_urlopen_raises_the_exception_of_its_status(connect, monkeypatch):
    monkeypatch.setattr(HTTPConnectionPool, 'urlopen', lambda *_, **__: HTTPResponse(b'{"detail": "No."}', status=404))
    with pytest.raises(NotFoundException) as raised:
        connect('http://127.0.0.1:9').user_self()
    assert raised.value.detail == 'No.'


@pytest.mark.parametrize('length', [65536, 65537, 65794, 131072, 131073, 200000])
@pytest.mark.parametrize('compress', [gzipped, deflated, zlib.compress], ids=['gzip', 'raw deflate', 'deflate'])
def test_long_compressed_body_is_read_whole(connect, compress, length):
    body = b'"' + b'a' * (length - 2) + b'"'
    encoding = 'gzip' if compress is gzipped else 'deflate'
    with ScriptedServer(http_response(200, compress(body), [('Content-Encoding', encoding)])) as server:
        data, _, _ = connect(server.url).api_client.call_api('/x/', 'GET', response_type='str')
    assert len(data) == length - 2


@pytest.mark.slow
def test_bytes_after_the_end_take_linear_time(connect):
    head = b'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n'
    compressed = gzipped(BODY)

    def seconds_for(count):
        rest = b'1\r\n.\r\n' * count
        response = head + b'%x\r\n%s\r\n' % (len(compressed), compressed) + rest + b'0\r\n\r\n'
        with ScriptedServer(response) as server:
            api = connect(server.url)
            started = monotonic()
            assert api.user_self(_request_timeout=30).name == 'Ada'
            return monotonic() - started

    assert seconds_for(80000) < 8 * seconds_for(20000) + 0.5
