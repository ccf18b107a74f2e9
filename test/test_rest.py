# -*- coding: utf-8 -*-
"""RESTClientObject: requests, responses and errors as programs that use the transport directly see them."""

import gc
import json
import pickle
import threading
import zlib

import pytest
import six
from certificates import Authority
from servers import ScriptedServer, closed_port, http_response, json_response, silent, truncated
from urllib3 import PoolManager
from urllib3.exceptions import ReadTimeoutError

from cloudsmith_api import (
    ApiException,
    BadRequestException,
    Configuration,
    ConnectionException,
    ForbiddenException,
    InvalidResponseException,
    NotFoundException,
    RedirectException,
    ServiceException,
    TooManyRequestsException,
    UnauthorizedException,
    UnprocessableEntityException,
)
from cloudsmith_api._transport import session
from cloudsmith_api.rest import RESTClientObject, RESTResponse
from cloudsmith_api.rest import logger as rest_logger

GOOD = json_response('{"name": "Ada"}', headers=[('X-Name', 'value')])


@pytest.fixture(scope='module')
def authority(tmpdir_factory):
    return Authority(tmpdir_factory.mktemp('tls'))


@pytest.fixture
def make_transport():
    made = []

    def make(**settings):
        made.append(RESTClientObject(Configuration.from_environment(retries=0, **settings)))
        return made[-1]

    yield make
    for transport in made:
        transport.close()


@pytest.fixture
def transport(make_transport):
    return make_transport()


def test_logger_is_the_one_that_retries_are_logged_to():
    assert rest_logger is session.logger


def test_response_has_status_reason_headers_and_body(transport):
    with ScriptedServer(GOOD) as server:
        response = transport.request('GET', server.url + '/x/',
                                     query_params=[('a', 'b c'), ('d', u'ä'.encode('utf-8'))])
    assert (response.status, response.reason, response.data) == (200, 'Said so', '{"name": "Ada"}')
    assert response.getheaders()['x-name'] == 'value'
    assert response.getheader('X-NAME') == 'value'
    assert response.getheader('X-Other', 'nothing') == 'nothing'
    assert response.getheader('X-Other') is None
    assert server.requests[0].target == '/v1/x/?a=b+c&d=%C3%A4'


@pytest.mark.parametrize('text', [u'ä', six.ensure_str(u'ä')])
def test_query_and_form_are_sent_in_utf8(transport, text):
    with ScriptedServer(GOOD) as server:
        transport.request('POST', server.url, query_params={text: text}, post_params=[(text, text)],
                          headers={'Content-Type': 'application/x-www-form-urlencoded'})
    assert server.requests[0].target == '/v1?%C3%A4=%C3%A4'
    assert server.requests[0].body == b'%C3%A4=%C3%A4'


@pytest.mark.skipif(six.PY2, reason='Python 2 encodes lone surrogates')
def test_query_with_lone_surrogate_raises_without_showing_it(transport):
    with pytest.raises(ValueError, match='^a text in query_params is not valid Unicode$') as raised:
        transport.request('GET', 'http://127.0.0.1:9/', query_params=[('token', u'hunter22\ud800')])
    assert raised.value.__context__ is None


@pytest.mark.parametrize('suffix, target', [('', '/'), ('/', '/'), ('/x', '/x'), ('?a=b', '?a=b')])
def test_short_url_has_absolute_request_target(transport, suffix, target):
    with ScriptedServer(GOOD) as server:
        transport.request('GET', server.origin + suffix)
    assert server.requests[0].target in (target, '/' + target)


@pytest.mark.parametrize('data, text', [
    (b'abc', 'abc'), (u'ä'.encode('utf-8'), 'ä'), ('text', 'text'), (b'', ''),
])
def test_response_body_is_native_str(data, text):
    class Response(object):
        status, reason = 200, 'OK'
    Response.data = data
    assert RESTResponse(Response()).data == text
    assert RESTResponse(Response()).is_utf8 is True


def test_non_utf8_response_body_loses_no_byte(transport):
    with ScriptedServer(http_response(200, b'\xff\x00\x80')) as server:
        response = transport.request('GET', server.url)
    assert six.ensure_text(response.data, 'utf-8' if six.PY3 else 'latin-1').encode('latin-1') == b'\xff\x00\x80'
    assert response.is_utf8 is False


@pytest.mark.parametrize('method', ['DELETE', 'OPTIONS', 'PATCH', 'POST', 'PUT'])
def test_body_is_sent_as_json(transport, method):
    with ScriptedServer(GOOD) as server:
        transport.request(method, server.url, body={'name': u'ä'})
        transport.request(method, server.url)
    assert json.loads(server.requests[0].body.decode('utf-8')) == {'name': u'ä'}
    assert dict(server.requests[0].headers)['Content-Type'] == 'application/json'
    assert server.requests[1].body == b''


def test_request_without_body_has_no_content_type(transport):
    with ScriptedServer(GOOD) as server:
        transport.request('GET', server.url)
    assert 'content-type' not in [name.lower() for name, _ in server.requests[0].headers]


@pytest.mark.parametrize('body, sent', [(u'ä', u'ä'.encode('utf-8')), (b'\xff', b'\xff')])
def test_text_and_bytes_of_other_content_type_are_sent_unchanged(transport, body, sent):
    with ScriptedServer(GOOD) as server:
        transport.request('POST', server.url, headers={'Content-Type': 'text/plain'}, body=body)
    assert server.requests[0].body == sent


def test_non_ascii_body_is_sent_with_unicode_url_and_headers(transport):
    with ScriptedServer(GOOD) as server:
        transport.request(u'POST', u'' + server.url, headers={u'X-A': 'b'}, body={u'name': u'ä'})
    assert json.loads(server.requests[0].body.decode('utf-8')) == {'name': u'ä'}


@pytest.mark.parametrize('content_type', ['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
def test_encoded_form_body_is_sent_unchanged(transport, content_type):
    with ScriptedServer(GOOD) as server:
        transport.request('POST', server.url, headers={'Content-Type': content_type}, body='a=b')
    assert server.requests[0].body == b'a=b'
    assert dict(server.requests[0].headers)['Content-Type'] == content_type


def test_form_is_sent_url_encoded(transport):
    with ScriptedServer(GOOD) as server:
        for fields in ([('a', 'b c')], None):
            transport.request('POST', server.url, post_params=fields,
                              headers={'Content-Type': 'application/x-www-form-urlencoded'})
    assert [request.body for request in server.requests] == [b'a=b+c', b'']


def test_multipart_form_is_sent_in_parts(transport):
    with ScriptedServer(GOOD) as server:
        transport.request('POST', server.url, headers={'Content-Type': 'multipart/form-data'},
                          post_params=[('a', 'b'), ('file', ('x.txt', b'content', 'text/plain'))])
    sent = server.requests[0]
    assert dict(sent.headers)['Content-Type'].startswith('multipart/form-data; boundary=')
    assert b'filename="x.txt"' in sent.body and b'content' in sent.body


def test_content_type_parameters_do_not_select_encoding(transport):
    with ScriptedServer(GOOD) as server:
        transport.request('POST', server.url, headers={'Content-Type': 'Application/X-WWW-Form-Urlencoded ; a=json'},
                          post_params=[('a', 'b')])
        transport.request('POST', server.url, headers={'Content-Type': 'text/plain; a=json'}, body='b')
        with pytest.raises(ValueError, match='Content-Type of a form'):
            transport.request('POST', server.url, post_params=[('a', 'b')],
                              headers={'Content-Type': 'multipart/form-dataapplication/x-www-form-urlencoded'})
    assert [request.body for request in server.requests] == [b'a=b', b'b']


@pytest.mark.parametrize('method, arguments, error', [
    ('get', {}, ValueError),
    ('TRACE', {}, ValueError),
    ('GET', {'body': {}}, ValueError),
    ('HEAD', {'post_params': [('a', 'b')]}, ValueError),
    ('POST', {'body': {}, 'post_params': [('a', 'b')]}, ValueError),
    ('POST', {'body': float('nan')}, ValueError),
    ('POST', {'body': u'\ud800'}, ValueError),
    ('POST', {'body': {}, 'headers': {'Content-Type': 'text/plain'}}, TypeError),
    ('POST', {'body': {}, 'headers': {'Content-Type': 'multipart/form-data'}}, TypeError),
    ('POST', {'body': {}, 'headers': {'Content-Type': 'application/x-www-form-urlencoded'}}, TypeError),
    ('POST', {'post_params': [('a', 'b')]}, ValueError),
    ('GET', {'_request_timeout': 'soon'}, TypeError),
    ('GET', {'_request_timeout': 0}, ValueError),
    ('GET', {'_request_timeout': (1, 2, 3)}, ValueError),
])
def test_invalid_arguments_raise_before_connecting(transport, method, arguments, error):
    if six.PY2 and arguments.get('body') == u'\ud800':
        pytest.skip('Python 2.7 encodes it')
    with ScriptedServer(GOOD) as server:
        with pytest.raises(error):
            transport.request(method, server.url, **arguments)
    assert server.connections == 0


@pytest.mark.skipif(six.PY2, reason='Python 2 encodes lone surrogates')
@pytest.mark.parametrize('content_type, arguments', [
    ('application/json', {'body': {'password': u'hunter22\ud800'}}),
    ('text/plain', {'body': u'hunter22\ud800'}),
    ('application/x-www-form-urlencoded', {'post_params': {'password': u'hunter22\ud800'}}),
    ('multipart/form-data', {'post_params': {'password': u'hunter22\ud800'}}),
    ('multipart/form-data', {'post_params': {'file': (u'hunter22\ud800', b'')}}),
])
def test_invalid_unicode_body_raises_without_showing_it(transport, content_type, arguments):
    with pytest.raises(ValueError, match=r'\b%s .*not valid Unicode$' % ''.join(arguments)) as raised:
        transport.request('POST', 'http://127.0.0.1:9/', headers={'Content-Type': content_type}, **arguments)
    assert type(raised.value) is ValueError
    # The codec's error would hold the whole body.
    assert raised.value.__context__ is None


def test_body_of_the_wrong_type_is_named(transport):
    with pytest.raises(TypeError, match='^body must be text or bytes for Content-Type text/plain, not dict$'):
        transport.request('POST', 'http://127.0.0.1:9/', headers={'Content-Type': 'text/plain'}, body={})


def test_circular_body_raises_value_error(transport):
    body = []
    body.append(body)
    with pytest.raises(ValueError):
        transport.request('POST', 'http://127.0.0.1:9/', body=body)


def test_unread_response_is_read_by_caller(transport):
    with ScriptedServer(http_response(200, b'x' * 200000)) as server:
        transport.configuration.max_response_bytes = 1000
        response = transport.request('GET', server.url, _preload_content=False)
        assert response.read(7) == b'x' * 7
        assert len(response.read()) == 199993
        response.release_conn()


@pytest.mark.parametrize('maxsize, error', [(-1, ValueError), (65536, ValueError), (1.5, TypeError)])
def test_invalid_pool_size_raises(maxsize, error):
    with pytest.raises(error, match='maxsize must be'):
        RESTClientObject(Configuration(), maxsize=maxsize)


def test_largest_pool_sends_its_first_request_without_delay():
    with ScriptedServer(GOOD) as server:
        transport = RESTClientObject(Configuration(), maxsize=65535)
        assert transport.request('GET', server.url, _request_timeout=5).status == 200
        transport.close()


def test_unread_response_does_not_block_other_calls(make_transport):
    transport = make_transport(connection_pool_maxsize=1)
    with ScriptedServer(GOOD) as server:
        transport.request('GET', server.url)
        unread = [transport.request('GET', server.url, _preload_content=False, _request_timeout=5) for _ in range(20)]
        assert server.connections == 1 + len(unread)
        assert transport.request('GET', server.url, _request_timeout=5).status == 200
        for response in unread:
            response.close()


def test_error_response_is_read_despite_preload_content_false(transport):
    with ScriptedServer(http_response(404, '{"detail": "No."}')) as server:
        with pytest.raises(NotFoundException) as caught:
            transport.request('GET', server.url, _preload_content=False)
    assert caught.value.detail == 'No.'


def test_status_299_can_be_left_unread(transport):
    with ScriptedServer(http_response(299, 'text')) as server:
        response = transport.request('GET', server.url, _preload_content=False)
        assert response.read() == b'text'
        response.release_conn()


def test_status_300_is_read_despite_preload_content_false(transport):
    with ScriptedServer(http_response(300, 'text')) as server, pytest.raises(RedirectException) as caught:
        transport.request('GET', server.url, _preload_content=False)
    assert (type(caught.value.body), caught.value.body) == (str, 'text')


STATUSES = {
    300: RedirectException, 301: RedirectException, 304: RedirectException, 307: RedirectException,
    400: BadRequestException, 401: UnauthorizedException, 403: ForbiddenException, 404: NotFoundException,
    405: ApiException, 418: ApiException, 422: UnprocessableEntityException, 429: TooManyRequestsException,
    500: ServiceException, 503: ServiceException, 599: ServiceException, 600: ApiException, 999: ApiException,
}


@pytest.mark.parametrize('status', sorted(STATUSES))
def test_status_raises_its_exception(transport, status):
    response = http_response(status, '{"detail": "No."}' if status != 304 else '', [('Location', '/x')])
    with ScriptedServer(response) as server:
        with pytest.raises(ApiException) as caught:
            transport.request('PUT', server.url + '/x/')
    assert type(caught.value) is STATUSES[status]
    assert (caught.value.status, caught.value.reason) == (status, 'Said so')
    assert str(caught.value).startswith('%d Said so' % status)
    assert '(PUT /v1/x/)' in str(caught.value)
    assert '\n' not in str(caught.value)


@pytest.mark.parametrize('status', [200, 299])
def test_success_status_raises_nothing(transport, status):
    with ScriptedServer(http_response(status)) as server:
        assert transport.request('GET', server.url).status == status


@pytest.mark.parametrize('body', [[1, 2], ['a', 'b'], 'text', 5, True, {'a': [{'b': None}]}, [[]], {}])
def test_error_status_raises_for_any_request_body(transport, body):
    with ScriptedServer(http_response(400)) as server:
        with pytest.raises(BadRequestException):
            transport.request('POST', server.url, body=body)


@pytest.mark.parametrize('setting', [u'unused\ud800', b'unused\xff'.decode('latin-1')])
def test_error_status_raises_despite_unencodable_unused_setting(connect, setting):
    with ScriptedServer(http_response(404)) as server, pytest.raises(NotFoundException):
        connect(server.url, password=setting).user_self()


def test_redirect_is_not_followed(transport):
    with ScriptedServer(GOOD) as target:
        with ScriptedServer(http_response(307, headers=[('Location', target.url)])) as server:
            with pytest.raises(RedirectException) as caught:
                transport.request('POST', server.url, body={'password': 'pa55-the-word'})
    assert caught.value.location == target.url
    assert target.url in str(caught.value)
    assert target.requests == []
    assert len(server.requests) == 1


@pytest.mark.parametrize('fault', [
    pytest.param(http_response(500), id='error status'),
    pytest.param(truncated(b''), id='connection closed'),
    pytest.param(http_response(200, b'no gzip', [('Content-Encoding', 'gzip')]), id='invalid gzip'),
])
def test_error_can_be_pickled(transport, fault):
    with ScriptedServer(fault) as server:
        with pytest.raises(ApiException) as caught:
            transport.request('GET', server.url)
    copied = pickle.loads(pickle.dumps(caught.value))
    assert (type(copied), str(copied), copied.status) == (type(caught.value), str(caught.value), caught.value.status)


@pytest.mark.skipif(six.PY2, reason='Python 2.7 has no __cause__')
def test_cause_is_original_urllib3_error(transport):
    for url in ('http://127.0.0.1:%d' % closed_port(), 'http://no-such-host.invalid'):
        with pytest.raises(ConnectionException) as caught:
            transport.request('GET', url)
        assert type(caught.value.__cause__).__module__ == 'urllib3.exceptions'


def test_failed_connection_names_method_and_url(transport):
    url = 'http://127.0.0.1:%d/v1/x/' % closed_port()
    with pytest.raises(ConnectionException) as caught:
        transport.request('DELETE', url)
    assert '(DELETE %s)' % url in str(caught.value)
    assert 'Connection refused' in str(caught.value)
    assert (caught.value.status, caught.value.body, caught.value.headers) == (0, None, None)


def test_undecodable_response_keeps_status_reason_and_headers(transport):
    with ScriptedServer(http_response(503, b'no gzip', [('Content-Encoding', 'gzip'), ('X-Name', 'value')])) as server:
        with pytest.raises(ServiceException) as caught:
            transport.request('GET', server.url)
    assert (caught.value.status, caught.value.reason, caught.value.headers['X-Name']) == (503, 'Said so', 'value')
    assert 'cannot be decoded' in caught.value.detail


def test_undecodable_429_keeps_retry_after(transport):
    headers = [('Content-Encoding', 'br'), ('Retry-After', '3304')]
    with ScriptedServer(http_response(429, b'?', headers)) as server:
        with pytest.raises(TooManyRequestsException) as caught:
            transport.request('GET', server.url)
    assert caught.value.retry_after == 3304


def test_truncated_gzip_trailer_raises_connection_exception(transport):
    encoder = zlib.compressobj(9, zlib.DEFLATED, 31)
    response = http_response(200, encoder.compress(b'{}') + encoder.flush(), [('Content-Encoding', 'gzip')])
    with ScriptedServer(truncated(response[:-4])) as server:
        with pytest.raises(ConnectionException):
            transport.request('GET', server.url)


SECRET = 'the-secret-key-0123456789'

#: The ways to send headers: functions of a client, a URL and a dict of headers.
ENTRY_POINTS = {
    'call_api': lambda client, url, headers: client.call_api('/x/', 'GET', header_params=headers),
    '_headers': lambda client, url, headers: client.call_api('/x/', 'GET', _headers=headers),
    'ApiClient.request': lambda client, url, headers: client.request('GET', url, headers=headers),
    'RESTClientObject.request': lambda client, url, headers: client.rest_client.request('GET', url, headers=headers),
}


@pytest.fixture(params=sorted(ENTRY_POINTS))
def send(request, connect):
    with ScriptedServer(GOOD) as server:
        client = connect(server.url).api_client

        def send_headers(headers):
            del server.requests[:]
            ENTRY_POINTS[request.param](client, server.url, headers)
            return server.requests[0].headers

        send_headers.server = server
        yield send_headers


@pytest.mark.parametrize('name, value, error', [
    ('X-Api-Key', SECRET + '\r\nX-B: c', ValueError), ('X-Api-Key', SECRET + '\n', ValueError),
    ('X-Api-Key', SECRET + '\x00', ValueError), ('X-Api-Key: ' + SECRET, 'x', ValueError),
    ('X-A\r\nX-Api-Key', SECRET, ValueError), ('Content-Length', '5', ValueError),
    ('transfer-encoding', 'chunked', ValueError), ('X-Api-Key', [SECRET], TypeError), ('X-A', None, TypeError),
])
def test_invalid_header_is_refused_at_every_entry_point(send, name, value, error):
    with pytest.raises(error) as caught:
        send({name: value})
    assert SECRET not in str(caught.value)
    # It was not remembered as valid.
    with pytest.raises(error):
        send({name: value})
    assert send.server.connections == 0


def test_valid_headers_are_converted_at_every_entry_point(send):
    headers = {u'X-A': 5, 'X-B': u'caf\xe9', 'X-C': 'c'}
    for _ in range(2):
        sent = dict(send(headers))
        assert [sent[name] for name in ('X-A', 'X-B', 'X-C')] == ['5', u'caf\xe9', 'c']
    headers['X-C'] = 'd'
    assert dict(send(headers))['X-C'] == 'd'
    assert headers == {u'X-A': 5, 'X-B': u'caf\xe9', 'X-C': 'd'}


def test_headers_of_the_caller_are_not_changed(transport):
    headers = {'X-A': 'a'}
    with ScriptedServer(GOOD) as server:
        # The client remembers the headers of the first request as valid.
        for _ in range(2):
            transport.request('POST', server.url, headers=headers, body={})
            assert headers == {'X-A': 'a'}


@pytest.mark.parametrize('user_info', ['ada:hunter22@', 'ada@', ':hunter22@', 'a:hunter22%40@'])
@pytest.mark.parametrize('proxy', [None, 'http://127.0.0.1:9'])
def test_credentials_in_url_are_refused_without_showing_them(make_transport, user_info, proxy):
    transport = make_transport(proxy=proxy)
    with ScriptedServer(GOOD) as server:
        with pytest.raises(ValueError, match='^url must not contain credentials') as caught:
            transport.request('GET', server.url.replace('://', '://' + user_info) + '/x/@')
        assert 'hunter22' not in str(caught.value)
        assert server.connections == 0


@pytest.mark.parametrize('name', [b'X-Team', u'X-Team'])
def test_header_name_can_be_bytes_or_text(transport, name):
    with ScriptedServer(GOOD) as server:
        transport.request('GET', server.url, headers={name: 'a', 'X-Other': 'b'})
    sent = dict(server.requests[0].headers)
    assert (sent['X-Team'], sent['X-Other']) == ('a', 'b')


@pytest.mark.parametrize('options', [{}, {'timeout': None}, {'timeout': 5}])
@pytest.mark.parametrize('timeout', [5, (5, 5)])
def test_pool_manager_can_be_used_directly(make_transport, authority, options, timeout):
    transport = make_transport(timeout=timeout, ssl_ca_cert=authority.path)
    with ScriptedServer(GOOD, tls=authority.server_context()) as server:
        assert transport.pool_manager.request('GET', server.url, **options).status == 200


@pytest.mark.parametrize('timeout', [1, (5, 1)])
def test_pool_manager_applies_configuration_timeout(make_transport, authority, timeout):
    transport = make_transport(timeout=timeout, ssl_ca_cert=authority.path)
    with ScriptedServer(silent(), tls=authority.server_context()) as server:
        with pytest.raises(ReadTimeoutError):
            transport.pool_manager.request('GET', server.url, retries=False)


def test_pool_manager_shares_connections_with_calls(make_transport, authority):
    with ScriptedServer(GOOD, tls=authority.server_context()) as server:
        transport = make_transport(host=server.url, ssl_ca_cert=authority.path)
        transport.request('GET', server.url)
        assert transport.pool_manager.request('GET', server.url).status == 200
        assert server.connections == 1


def test_pool_manager_sends_without_tls_too(transport):
    with ScriptedServer(GOOD) as server:
        assert transport.pool_manager.request('GET', server.url).status == 200


def test_pool_manager_of_a_subclass_that_overrides_request_can_be_set():
    class Transport(RESTClientObject):
        def __init__(self):
            self.pool_manager = PoolManager()

        def request(self, *_, **__):
            return self.pool_manager

    assert isinstance(Transport().request(), PoolManager)


def test_pool_manager_that_no_request_would_use_raises_attribute_error(transport):
    with pytest.raises(AttributeError, match='set configuration.proxy or configuration.retries, or override request'):
        transport.pool_manager = PoolManager()


def response_streams():
    return [thing for thing in gc.get_objects() if type(thing).__name__ == '_ResponseStream']


def test_response_with_rejected_headers_is_closed(transport):
    response = b'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} '
    earlier = response_streams()
    with ScriptedServer(response) as server:
        with pytest.raises(InvalidResponseException) as caught:
            transport.request('GET', server.url)
        # urllib3 leaves it open (1.26 and 2); the exception must not keep it alive.
        assert caught.value is not None
        gc.collect()
        assert all(stream.closed for stream in response_streams() if stream not in earlier)


INTERIM = b'HTTP/1.1 %d Wait\r\nLink: </style.css>\r\n\r\n'


@pytest.mark.parametrize('interim', [[b'100'], [b'102'], [b'103'], [b'103', b'100', b'199']])
def test_interim_responses_are_skipped(transport, interim):
    responses = b''.join(INTERIM.replace(b'%d', status) for status in interim)
    with ScriptedServer(responses + json_response('{"slug": "a"}', 201), json_response('{"slug": "b"}')) as server:
        first, second = transport.request('GET', server.url), transport.request('GET', server.url)
    assert (first.status, first.data) == (201, '{"slug": "a"}')
    assert (second.status, second.data) == (200, '{"slug": "b"}')
    assert server.connections == 1


def test_connection_is_not_reused_after_101(transport):
    with ScriptedServer(INTERIM.replace(b'%d', b'101'), json_response('{"slug": "b"}')) as server:
        with pytest.raises(ApiException, match='^101 '):
            transport.request('GET', server.url)
        assert transport.request('GET', server.url).data == '{"slug": "b"}'
    assert server.connections == 2


def test_url_without_host_raises_value_error(transport):
    with pytest.raises(ValueError, match='^url must begin with http'):
        transport.request('GET', '/v1/user/self/')


def test_response_with_rejected_headers_has_status_0(transport):
    with ScriptedServer(b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ') as server:
        with pytest.raises(InvalidResponseException, match='The response has an invalid header: ') as caught:
            transport.request('GET', server.url)
    assert (caught.value.status, caught.value.headers) == (0, None)


def test_connection_error_message_omits_urllib3_wrapping(transport):
    with ScriptedServer(truncated(b'')) as server:
        with pytest.raises(ConnectionException) as caught:
            transport.request('GET', server.url)
    assert str(caught.value).startswith('The connection was lost: ')
    assert 'Connection aborted' not in str(caught.value)


def test_alternating_requests_go_to_their_own_hosts(transport):
    with ScriptedServer(GOOD) as first, ScriptedServer(GOOD) as second:
        for server in (first, second, first):
            transport.request('GET', server.url)
    assert (len(first.requests), len(second.requests)) == (2, 1)


@pytest.mark.parametrize('options, hosts, connections', [
    ({}, 4, 1), ({}, 5, 2), ({'pools_size': 1}, 1, 1), ({'pools_size': 1}, 2, 2),
])
def test_connections_are_kept_for_pools_size_hosts(options, hosts, connections):
    transport = RESTClientObject(Configuration(), **options)
    servers = [ScriptedServer(GOOD) for _ in range(hosts)]
    try:
        for server in servers * 2:
            transport.request('GET', server.url)
        assert [server.connections for server in servers] == [connections] * hosts
    finally:
        transport.close()
        for server in servers:
            server.stop()


def test_concurrent_first_calls_share_one_pool_manager(transport):
    managers = []
    threads = [threading.Thread(target=lambda: managers.append(transport.pool_manager)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, managers))) == 1


def test_pool_manager_made_by_another_thread_is_used(transport, monkeypatch):
    with ScriptedServer(GOOD) as server:
        transport.request('GET', server.url)
        existing, = transport._session._managers.values()
        monkeypatch.setattr(session, 'make_pool_manager', lambda *_, **__: pytest.fail('there is one already'))
        assert transport._session.manager(server.url, False, False) is existing


def test_pool_closed_by_another_thread_is_used_again(transport):
    with ScriptedServer(GOOD) as server:
        transport.request('GET', server.url)
        transport._session._recent[2].close()
        next(iter(transport._session._managers.values())).clear()
        assert transport.request('GET', server.url).status == 200


def test_connections_of_parent_process_are_dropped(transport):
    with ScriptedServer(GOOD) as server:
        transport.request('GET', server.url)
        (kind, parent_manager), = transport._session._managers.items()
        parent_kind = (-1,) + kind[1:]
        transport._session._managers = {parent_kind: parent_manager}
        transport._session._recent = ((-1, False),) + transport._session._recent[1:]
        transport.request('GET', server.url)
        assert server.connections == 2
        assert parent_kind not in transport._session._managers
        parent_manager.connection_from_url(server.origin).close()


def test_star_import_exports_public_names():
    names = {}
    exec('from cloudsmith_api.rest import *', names)
    assert set(names) - {'__builtins__'} == {'ApiException', 'RESTClientObject', 'RESTResponse'}


def test_transport_that_skips_constructor_can_be_closed():
    class Transport(RESTClientObject):
        def __init__(self):
            self.calls = 0

    transport = Transport()
    transport.close()
    assert vars(transport) == {'calls': 0}
