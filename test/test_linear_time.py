# -*- coding: utf-8 -*-
"""Whatever a peer sends is scrub_native and parsed in time linear in its length."""

import time

import pytest
from servers import ScriptedServer, http_response, json_response

from cloudsmith_api import ApiException
from cloudsmith_api._common.json_text import check_depth
from cloudsmith_api._common.redaction import scrub
from cloudsmith_api._transport.error_mapping import describe_error
from cloudsmith_api.sandbox.server import MalformedRequest, build_environ

pytestmark = pytest.mark.slow

SECRETS = [u'kE7-the-key-0123456789', u'p\xe4ss w\xf6rd']

# Repeated, each makes one of the patterns begin over and over, and fail late.
SHAPES = [
    '?key', '?key=', '?key=&', '&key?', '?' + 'key' * 5, '=key', '://a', '://a@', '://:@', ' ', 'a ', 'x-api-key',
    'authorization: ', 'cookie"', 'cookie:"\\', 'cookie \t', 'cookie:\n', "authorization':'", '%25', '%2525', '&#38;',
    '\\\\', '\\u005cu', '&amp;amp;', u'\xc3\xa4', u'a\u0308\u0323', 'kE7-the-key-012345678', 'kE7-the-key-0123456789',
]

processor_time = getattr(time, 'process_time', None) or time.clock


def repeat(shape, length):
    return (shape * (length // len(shape) + 1))[:length]


def grows_linearly(work, shape):
    """Compare 100 kB and 1,000 kB: in linear time the larger takes 10 times as long, in quadratic time 100 times."""
    def measure(length):
        text = repeat(shape, length)
        started = processor_time()
        work(text)
        return processor_time() - started

    # First the smallest: in cubic time, the others would take days.
    assert measure(10 * 1000) < 1
    return min(measure(1000 * 1000) for _ in range(2)) < 40 * max(measure(100 * 1000) for _ in range(2)) + 0.01


@pytest.mark.parametrize('shape', SHAPES)
def test_scrubbing_takes_linear_time(shape):
    assert grows_linearly(lambda text: scrub(text, SECRETS), shape)


@pytest.mark.parametrize('shape', ['<', '<a>:', 'a', 'a(', 'a()', 'a: '])
def test_describing_a_failure_takes_linear_time(shape):
    from urllib3.exceptions import ProtocolError

    assert grows_linearly(lambda text: describe_error(ProtocolError(text), SECRETS), shape)


@pytest.mark.parametrize('shape', ['[', '["', '"[', '\\', '\\"', '{"a":'])
def test_checking_the_depth_of_json_takes_linear_time(shape):
    def check(text):
        try:
            check_depth(text)
        except ValueError as error:
            assert 'nested too deeply' in str(error)

    assert grows_linearly(check, shape)


@pytest.mark.parametrize('line', ['GET a://', 'GET ', 'a', ' ', 'a: b  ', 'a: \t'])
@pytest.mark.parametrize('index', [0, 1])
def test_the_sandbox_parses_a_head_in_linear_time(line, index):
    def parse(text):
        lines = ['GET / HTTP/1.1', text + '\x00'] if index else [text]
        try:
            build_environ(lines, 80)
        except MalformedRequest:
            return

    assert grows_linearly(parse, line)


@pytest.mark.parametrize('shape', SHAPES)
def test_an_error_with_a_body_of_a_megabyte_is_ready_at_once(connect, shape):
    escaped = repeat(shape, 10 ** 6).replace('\\', '\\\\').replace('"', '\\"').replace('\t', ' ').replace('\n', ' ')
    with ScriptedServer(json_response(u'{"detail": "%s"}' % escaped, 404)) as server:
        api = connect(server.url)
        started = processor_time()
        with pytest.raises(ApiException) as caught:
            api.user_self()
    assert caught.value.status == 404
    assert processor_time() - started < 1


def test_a_reason_phrase_of_the_worst_shape_is_shown_at_once(connect):
    with ScriptedServer(http_response(404, reason='?key' * 15000)) as server:
        api = connect(server.url)
        started = processor_time()
        with pytest.raises(ApiException):
            api.user_self()
    assert processor_time() - started < 1
