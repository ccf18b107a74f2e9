"""Whatever the response, a call returns a model or raises an ApiException, in time."""

import json
import os
import zlib

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from servers import RespondingServer, http_response, json_response, truncated

from cloudsmith_api import ApiClient, ApiException, Configuration, InlineResponse2001, UserApi, UserBrief
from cloudsmith_api._common.clock import monotonic

pytestmark = pytest.mark.slow

EXAMPLES = int(os.environ.get('RESPONSE_EXAMPLES', 150))
TIMEOUT = 1.0
# The longest that a call may take on a busy machine.
MAX_SECONDS = 5.0

BODIES = [
    b'{"name": "Ada", "authenticated": true, "email": "ada@example.com"}',
    b'{"results": [{"created": "2024-01-02T03:04:05.678901Z", "key": "****", "slug_perm": "AbCd"}]}',
    b'{"detail": "No.", "fields": {"email": ["Required."]}}',
    b'<html>', b'', b'[]', b'null', b'{"results": null}', b'{"name": 5}', b'\xff\xfe', b'"\\ud800"', b'1e999', b'NaN',
    b'{"results": [{"created": "0000-00-00T00:00:00Z"}]}', b'{"created": "9999-12-31T23:59:60+99:99"}',
    b'{"detail": "\\ud800\\u0000", "fields": {"a": 5, "b": [null, {}], "": "x"}}', b'[' * 20000, b'{"a":' * 20000,
    b'9' * 5000, b'{"results": ' + b'9' * 5000 + b'}', b'{"fields": [], "detail": {}, "two_factor_required": true}',
]
NAMES = ['Content-Type', 'Content-Length', 'Transfer-Encoding', 'Content-Encoding', 'Connection', 'Retry-After',
         'Location', 'Link', 'X-RateLimit-Limit', 'X-RateLimit-Interval', 'X-Pagination-Count', 'Trailer', 'Upgrade']
VALUES = ['0', '1', '-1', '5', '99999999999999999999', '2, 2', 'chunked', 'gzip', 'deflate', 'br', 'identity',
          'gzip, deflate', 'close', 'keep-alive', 'text/html; charset=utf-7', 'application/json', 'NaN', 'inf', '1e400',
          'Mon, 01 Jan 2035 00:00:00 GMT', 'http://[::1', '//evil.example.com/%', '', ' ', ';', u'\xe9\xff',
          'multipart/mixed; boundary=x', 'message/rfc822']

VALID = json_response(BODIES[0].decode())
CHUNKED = (b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n'
           b'5;x=y\r\n{"nam\r\na\r\ne": "Ada"}\r\n0\r\nX-T: t\r\n\r\n')
_GZIP = zlib.compressobj(9, zlib.DEFLATED, 31)
GZIPPED = http_response(200, _GZIP.compress(BODIES[0]) + _GZIP.flush(), [('Content-Encoding', 'gzip')])

example_settings = settings(max_examples=EXAMPLES, deadline=None, database=None,
                            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


class Exchange(object):
    """The server and the client that all examples share."""

    def __init__(self):
        self.response = b''
        self.server = RespondingServer(lambda request: truncated(self.response))
        configuration = Configuration()
        configuration.host, configuration.retries = self.server.url, 0
        configuration.max_response_bytes = 1000000
        configuration.connection_pool_maxsize = 1
        configuration.api_key['X-Api-Key'] = 'the-secret-key-0123456789'
        self.client = ApiClient(configuration)
        self.methods = [
            (UserApi(self.client).user_self, UserBrief),
            (UserApi(self.client).user_tokens_list, InlineResponse2001),
        ]

    def check(self, response):
        """Check that each method returns its model or raises an ApiException when it receives ``response``."""
        self.response = response
        del self.server.requests[:]
        for method, model in self.methods:
            started = monotonic()
            try:
                assert isinstance(method(_request_timeout=TIMEOUT), model)
            except ApiException as error:
                assert '\n' not in str(error)
                assert 'the-secret-key' not in repr(error)
            assert monotonic() - started < MAX_SECONDS

    def close(self):
        self.client.close()
        self.server.stop()


@pytest.fixture(scope='module')
def exchange():
    made = Exchange()
    yield made
    made.close()


def raw_response(status, headers, body, reason):
    """Return the bytes of a response with exactly these headers."""
    lines = ['HTTP/1.1 %s %s' % (status, reason)] + ['%s: %s' % pair for pair in headers]
    return u'\r\n'.join(lines + ['', '']).encode('latin-1', 'replace') + body


@example_settings
@given(st.binary(max_size=300))
@example(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n')
@example(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n{}\r\n0\r\n\r\n')
@example(b'HTTP/1.1 99999 OK\r\n\r\n')
@example(b'HTTP/1.1 -20 OK\r\n\r\n')
@example(b'HTTP/1.1 \xb2\xb2\xb2 OK\r\n\r\n')
@example(b'HTTP/2 200\r\n\r\n{}')
@example(b'HTTP/0.9 200 OK\r\n\r\n{}')
@example(b'ICY 200 OK\r\n\r\n{}')
@example(b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n')
def test_arbitrary_bytes_parse_or_raise_api_exception(exchange, data):
    exchange.check(data)


@example_settings
@given(
    st.one_of(st.sampled_from([100, 101, 200, 201, 204, 206, 299, 300, 304, 400, 401, 422, 429, 500, 503]),
              st.integers(-10, 1200)),
    st.lists(st.tuples(st.sampled_from(NAMES), st.one_of(
        st.sampled_from(VALUES), st.text(st.characters(max_codepoint=255), max_size=20))), max_size=6),
    st.one_of(st.sampled_from(BODIES), st.binary(max_size=100)),
    st.text(st.characters(max_codepoint=255), max_size=20),
)
def test_arbitrary_status_headers_body_parse_or_raise_api_exception(exchange, status, headers, body, reason):
    exchange.check(raw_response(status, headers, body, reason))


@example_settings
@given(
    st.sampled_from([VALID, CHUNKED, GZIPPED, http_response(422, BODIES[2]), json_response(BODIES[1].decode())]),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 5), st.binary(max_size=6)), min_size=1, max_size=4),
)
def test_mutated_response_parses_or_raises_api_exception(exchange, response, changes):
    for position, count, data in changes:
        position %= len(response) + 1
        response = response[:position] + data + response[position + count:]
    exchange.check(response)


@example_settings
@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(['name', 'results', 'created', 'key', 'detail', 'fields', 'slug_perm', 'authenticated']), inner,
        max_size=4), max_leaves=12), st.sampled_from([200, 201, 400, 422, 500]))
def test_arbitrary_json_parses_or_raises_api_exception(exchange, value, status):
    exchange.check(http_response(status, json.dumps(value)))


@pytest.mark.parametrize('body', BODIES, ids=[str(number) for number in range(len(BODIES))])
@pytest.mark.parametrize('status', [200, 400, 422, 429, 500])
def test_unexpected_body_parses_or_raises_api_exception(exchange, status, body):
    exchange.check(http_response(status, body))


def test_client_still_works_after_all_examples(exchange):
    exchange.response = VALID
    # The server may be about to close the connection that the previous example left open.
    exchange.client.configuration.retries = 3
    assert exchange.methods[0][0]().name == 'Ada'
