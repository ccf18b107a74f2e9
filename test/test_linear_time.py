# -*- coding: utf-8 -*-
"""Text from a peer is scrubbed and parsed in time linear in its length."""

import time
import zlib

import pytest
from servers import ScriptedServer, http_response, json_response

from cloudsmith_api import ApiException
from cloudsmith_api._common.json_text import check_depth
from cloudsmith_api._common.redaction import scrub
from cloudsmith_api._transport.body import _Decompressor
from cloudsmith_api._transport.error_mapping import describe_error
from cloudsmith_api.sandbox._server import MalformedRequest, build_environ

pytestmark = pytest.mark.slow

SECRETS = [u'kE7-the-key-0123456789', u'p\xe4ss w\xf6rd']

# Each of these, repeated, could make a regular expression start matching over and over, and fail late.
FRAGMENTS = [
    '?key', '?key=', '?key=&', '&key?', '?' + 'key' * 5, '=key', '://a', '://a@', '://:@', ' ', 'a ', 'x-api-key',
    'authorization: ', 'cookie"', 'cookie:"\\', 'cookie \t', 'cookie:\n', "authorization':'", '%25', '%2525', '&#38;',
    'csa_', 'eyJ', 'eyJ.', 'a.eyJ-', '.', '-.',
    '\\\\', '\\u005cu', '&amp;amp;', u'\xc3\xa4', u'a\u0308\u0323', 'kE7-the-key-012345678', 'kE7-the-key-0123456789',
]

processor_time = getattr(time, 'process_time', None) or time.clock


def repeat(fragment, length):
    return (fragment * (length // len(fragment) + 1))[:length]


def grows_linearly(work, fragment):
    """Compare 100 kB and 1,000 kB: in linear time the larger takes 10 times as long, in quadratic time 100 times."""
    def measure(length):
        text = repeat(fragment, length)
        started = processor_time()
        work(text)
        return processor_time() - started

    # The smallest first: in cubic time, the others would take days.
    assert measure(10 * 1000) < 1
    # The clock of Windows ticks every 16 ms.
    limit = 40 * max(measure(100 * 1000) for _ in range(2)) + 0.05
    # Measured again only if the first time was too slow.
    return any(measure(1000 * 1000) < limit for _ in range(2))


@pytest.mark.parametrize('fragment', FRAGMENTS)
def test_scrub_takes_linear_time(fragment):
    assert grows_linearly(lambda text: scrub(text, SECRETS), fragment)


@pytest.mark.parametrize('fragment', ['<', '<a>:', 'a', 'a(', 'a()', 'a: ', ' (a timeout=', '. (', ' at 0x', ' at 0xa'])
def test_describe_error_takes_linear_time(fragment):
    from urllib3.exceptions import ProtocolError

    assert grows_linearly(lambda text: describe_error(ProtocolError(text), SECRETS), fragment)


@pytest.mark.parametrize('fragment', ['[', '["', '"[', '\\', '\\"', '{"a":'])
def test_check_depth_takes_linear_time(fragment):
    def check(text):
        try:
            check_depth(text)
        except ValueError as error:
            assert 'nested too deeply' in str(error)

    assert grows_linearly(check, fragment)


@pytest.mark.parametrize('line', ['GET a://', 'GET ', 'a', ' ', 'a: b  ', 'a: \t'])
@pytest.mark.parametrize('index', [0, 1])
def test_sandbox_parses_request_headers_in_linear_time(line, index):
    def parse(text):
        lines = ['GET / HTTP/1.1', text + '\x00'] if index else [text]
        try:
            build_environ(lines, 80)
        except MalformedRequest:
            return

    assert grows_linearly(parse, line)


@pytest.mark.parametrize('fragment', FRAGMENTS)
def test_error_with_megabyte_body_is_raised_within_a_second(connect, fragment):
    escaped = repeat(fragment, 10 ** 6).replace('\\', '\\\\').replace('"', '\\"').replace('\t', ' ').replace('\n', ' ')
    with ScriptedServer(json_response(u'{"detail": "%s"}' % escaped, 404)) as server:
        api = connect(server.url)
        started = processor_time()
        with pytest.raises(ApiException) as caught:
            api.user_self()
    assert caught.value.status == 404
    assert processor_time() - started < 1


@pytest.mark.parametrize('encoding, wbits', [('gzip', 31), ('deflate', 15)])
def test_bytes_after_compressed_data_are_ignored_in_linear_time(encoding, wbits):
    encoder = zlib.compressobj(9, zlib.DEFLATED, wbits)
    compressed = encoder.compress(b'{}') + encoder.flush()

    def decompress(text):
        # A peer decides how short the chunks are.
        chunks = [compressed] + [text[start:start + 50].encode('ascii') for start in range(0, len(text), 50)]
        decompressor = _Decompressor(encoding)
        assert b''.join(piece for chunk in chunks for piece in decompressor.decompress(chunk)) == b'{}'

    assert grows_linearly(decompress, 'x')


def test_worst_case_reason_phrase_raises_within_a_second(connect):
    with ScriptedServer(http_response(404, reason='?key' * 15000)) as server:
        api = connect(server.url)
        started = processor_time()
        with pytest.raises(ApiException):
            api.user_self()
    assert processor_time() - started < 1
