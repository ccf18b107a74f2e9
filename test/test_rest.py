# -*- coding: utf-8 -*-
"""One request and its answer, as programs that use the transport by itself see them."""

import gc
import json
import pickle
import threading
import zlib

import pytest
import six
from certificates import Authority
from servers import ScriptedServer, closed_port, http_response, json_response, silent, truncated
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
from cloudsmith_api.rest import RESTClientObject, RESTResponse

GOOD = json_response('{"name": "Ada"}', headers=[('X-Name', 'value')])


@pytest.fixture(scope='module')
def authority(tmpdir_factory):
    return Authority(tmpdir_factory.mktemp('tls'))


@pytest.fixture
def transport():
    configuration = Configuration()
    configuration.retries = 0
    made = RESTClientObject(configuration)
    yield made
    made.close()


def test_an_answer_has_status_reason_headers_and_body(transport):
    with ScriptedServer(GOOD) as server:
        response = transport.request('GET', server.url + '/x/',
                                     query_params=[('a', 'b c'), ('d', u'ä'.encode('utf-8'))])
    assert (response.status, response.reason, response.data) == (200, 'Said so', '{"name": "Ada"}')
    assert response.getheaders()['x-name'] == 'value'
    assert response.getheader('X-NAME') == 'value'
    assert response.getheader('X-Other', 'nothing') == 'nothing'
    assert response.getheader('X-Other') is None
    assert server.requests[0].target == '/v1/x/?a=b+c&d=%C3%A4'


@pytest.mark.parametrize('suffix, target', [('', '/'), ('/', '/'), ('/x', '/x'), ('?a=b', '?a=b')])
def test_a_url_may_end_with_its_host(transport, suffix, target):
    with ScriptedServer(GOOD) as server:
        transport.request('GET', server.origin + suffix)
    assert server.requests[0].target in (target, '/' + target)


@pytest.mark.parametrize('data, text', [
    (b'abc', 'abc'), (u'ä'.encode('utf-8'), 'ä'), ('text', 'text'), (b'', ''),
])
def test_a_body_is_text(data, text):
    class Response(object):
        status, reason = 200, 'OK'
    Response.data = data
    assert RESTResponse(Response()).data == text


def test_a_body_that_is_not_utf8_is_kept_byte_by_byte(transport):
    with ScriptedServer(http_response(200, b'\xff\x00\x80')) as server:
        data = transport.request('GET', server.url).data
    assert six.ensure_text(data, 'utf-8' if six.PY3 else 'latin-1').encode('latin-1') == b'\xff\x00\x80'


@pytest.mark.parametrize('method', ['DELETE', 'OPTIONS', 'PATCH', 'POST', 'PUT'])
def test_a_body_is_sent_as_json(transport, method):
    with ScriptedServer(GOOD) as server:
        transport.request(method, server.url, body={'name': u'ä'})
        transport.request(method, server.url)
    assert json.loads(server.requests[0].body.decode('utf-8')) == {'name': u'ä'}
    assert dict(server.requests[0].headers)['Content-Type'] == 'application/json'
    assert server.requests[1].body == b''


def test_a_request_that_has_no_body_names_no_type_of_it(transport):
    with ScriptedServer(GOOD) as server:
        transport.request('GET', server.url)
    assert 'content-type' not in [name.lower() for name, _ in server.requests[0].headers]


@pytest.mark.parametrize('body, sent', [(u'ä', u'ä'.encode('utf-8')), (b'\xff', b'\xff')])
def test_text_and_bytes_are_sent_as_they_are_where_the_type_is_not_json(transport, body, sent):
    with ScriptedServer(GOOD) as server:
        transport.request('POST', server.url, headers={'Content-Type': 'text/plain'}, body=body)
    assert server.requests[0].body == sent


def test_a_body_beyond_ascii_is_sent_also_where_all_else_is_unicode(transport):
    with ScriptedServer(GOOD) as server:
        transport.request(u'POST', u'' + server.url, headers={u'X-A': 'b'}, body={u'name': u'ä'})
    assert json.loads(server.requests[0].body.decode('utf-8')) == {'name': u'ä'}


@pytest.mark.parametrize('content_type', ['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
def test_so_are_they_where_the_type_is_that_of_a_form_which_they_may_already_be(transport, content_type):
    with ScriptedServer(GOOD) as server:
        transport.request('POST', server.url, headers={'Content-Type': content_type}, body='a=b')
    assert server.requests[0].body == b'a=b'
    assert dict(server.requests[0].headers)['Content-Type'] == content_type


def test_a_form_is_sent_url_encoded(transport):
    with ScriptedServer(GOOD) as server:
        for fields in ([('a', 'b c')], None):
            transport.request('POST', server.url, post_params=fields,
                              headers={'Content-Type': 'application/x-www-form-urlencoded'})
    assert [request.body for request in server.requests] == [b'a=b+c', b'']


def test_a_form_is_sent_in_parts(transport):
    with ScriptedServer(GOOD) as server:
        transport.request('POST', server.url, headers={'Content-Type': 'multipart/form-data'},
                          post_params=[('a', 'b'), ('file', ('x.txt', b'content', 'text/plain'))])
    sent = server.requests[0]
    assert dict(sent.headers)['Content-Type'].startswith('multipart/form-data; boundary=')
    assert b'filename="x.txt"' in sent.body and b'content' in sent.body


def test_a_type_is_told_by_its_name_and_not_by_what_else_the_header_holds(transport):
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
def test_what_cannot_be_sent_is_refused_before_anything_is(transport, method, arguments, error):
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
])
def test_a_body_that_is_not_valid_unicode_is_refused_and_not_shown(transport, content_type, arguments):
    with pytest.raises(ValueError, match='not valid Unicode$') as raised:
        transport.request('POST', 'http://127.0.0.1:9/', headers={'Content-Type': content_type}, **arguments)
    assert type(raised.value) is ValueError
    # The codec's error holds all of the body.
    assert raised.value.__context__ is None


def test_a_body_that_holds_itself_is_refused(transport):
    body = []
    body.append(body)
    with pytest.raises(ValueError):
        transport.request('POST', 'http://127.0.0.1:9/', body=body)


def test_an_unread_answer_is_for_the_caller_to_read(transport):
    with ScriptedServer(http_response(200, b'x' * 200000)) as server:
        transport.configuration.max_response_bytes = 1000
        response = transport.request('GET', server.url, _preload_content=False)
        assert response.read(7) == b'x' * 7
        assert len(response.read()) == 199993
        response.release_conn()


def test_an_answer_that_is_left_unread_has_no_other_call_wait(transport):
    transport.configuration.connection_pool_maxsize = 1
    with ScriptedServer(GOOD) as server:
        transport.request('GET', server.url)
        unread = [transport.request('GET', server.url, _preload_content=False, _request_timeout=5) for _ in range(2)]
        assert transport.request('GET', server.url, _request_timeout=5).status == 200
        for response in unread:
            response.close()


def test_an_error_is_read_even_if_the_caller_wants_to_read_answers(transport):
    with ScriptedServer(http_response(404, '{"detail": "No."}')) as server:
        with pytest.raises(NotFoundException) as caught:
            transport.request('GET', server.url, _preload_content=False)
    assert caught.value.detail == 'No.'


def test_an_answer_of_any_status_of_success_can_be_left_unread(transport):
    with ScriptedServer(http_response(299, 'text')) as server:
        response = transport.request('GET', server.url, _preload_content=False)
        assert response.read() == b'text'
        response.release_conn()


def test_an_answer_of_the_next_status_is_read_even_so(transport):
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
def test_a_status_makes_its_exception(transport, status):
    answer = http_response(status, '{"detail": "No."}' if status != 304 else '', [('Location', '/x')])
    with ScriptedServer(answer) as server:
        with pytest.raises(ApiException) as caught:
            transport.request('PUT', server.url + '/x/')
    assert type(caught.value) is STATUSES[status]
    assert (caught.value.status, caught.value.reason) == (status, 'Said so')
    assert str(caught.value).startswith('%d Said so' % status)
    assert '(PUT /v1/x/)' in str(caught.value)
    assert '\n' not in str(caught.value)


@pytest.mark.parametrize('status', [200, 299])
def test_a_status_of_success_makes_none(transport, status):
    with ScriptedServer(http_response(status)) as server:
        assert transport.request('GET', server.url).status == status


@pytest.mark.parametrize('body', [[1, 2], ['a', 'b'], 'text', 5, True, {'a': [{'b': None}]}, [[]], {}])
def test_whatever_the_body_was_an_error_is_an_error_of_the_call(transport, body):
    with ScriptedServer(http_response(400)) as server:
        with pytest.raises(BadRequestException):
            transport.request('POST', server.url, body=body)


@pytest.mark.parametrize('setting', [u'unused\ud800', b'unused\xff'.decode('latin-1')])
def test_an_error_is_an_error_of_the_call_also_where_a_setting_that_is_not_sent_could_not_be(connect, setting):
    with ScriptedServer(http_response(404)) as server, pytest.raises(NotFoundException):
        connect(server.url, password=setting).user_self()


def test_a_redirect_is_not_followed(transport):
    with ScriptedServer(GOOD) as target:
        with ScriptedServer(http_response(307, headers=[('Location', target.url)])) as server:
            with pytest.raises(RedirectException) as caught:
                transport.request('POST', server.url, body={'password': 'pa55-the-word'})
    assert caught.value.location == target.url
    assert target.url in str(caught.value)
    assert target.requests == []
    assert len(server.requests) == 1


@pytest.mark.parametrize('answer', [
    pytest.param(http_response(500), id='a status'),
    pytest.param(truncated(b''), id='no answer'),
    pytest.param(http_response(200, b'no gzip', [('Content-Encoding', 'gzip')]), id='no gzip'),
])
def test_every_error_can_be_pickled(transport, answer):
    with ScriptedServer(answer) as server:
        with pytest.raises(ApiException) as caught:
            transport.request('GET', server.url)
    copied = pickle.loads(pickle.dumps(caught.value))
    assert (type(copied), str(copied), copied.status) == (type(caught.value), str(caught.value), caught.value.status)


@pytest.mark.skipif(six.PY2, reason='Python 2.7 keeps no cause')
def test_the_original_error_is_the_cause(transport):
    for url in ('http://127.0.0.1:%d' % closed_port(), 'http://no-such-host.invalid'):
        with pytest.raises(ConnectionException) as caught:
            transport.request('GET', url)
        assert type(caught.value.__cause__).__module__ == 'urllib3.exceptions'


def test_a_connection_that_cannot_be_made_names_method_and_url(transport):
    url = 'http://127.0.0.1:%d/v1/x/' % closed_port()
    with pytest.raises(ConnectionException) as caught:
        transport.request('DELETE', url)
    assert '(DELETE %s)' % url in str(caught.value)
    assert 'Connection refused' in str(caught.value)
    assert (caught.value.status, caught.value.body, caught.value.headers) == (0, None, None)


def test_an_answer_that_cannot_be_used_keeps_status_reason_and_headers(transport):
    with ScriptedServer(http_response(503, b'no gzip', [('Content-Encoding', 'gzip'), ('X-Name', 'value')])) as server:
        with pytest.raises(ServiceException) as caught:
            transport.request('GET', server.url)
    assert (caught.value.status, caught.value.reason, caught.value.headers['X-Name']) == (503, 'Said so', 'value')
    assert 'cannot be decoded' in caught.value.detail


def test_an_answer_to_slow_down_says_how_long_even_if_it_cannot_be_used(transport):
    headers = [('Content-Encoding', 'br'), ('Retry-After', '3304')]
    with ScriptedServer(http_response(429, b'?', headers)) as server:
        with pytest.raises(TooManyRequestsException) as caught:
            transport.request('GET', server.url)
    assert caught.value.retry_after == 3304


def test_a_compressed_answer_that_is_cut_is_lost_even_if_all_of_its_text_has_come(transport):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    answer = http_response(200, packer.compress(b'{}') + packer.flush(), [('Content-Encoding', 'gzip')])
    with ScriptedServer(truncated(answer[:-4])) as server:
        with pytest.raises(ConnectionException):
            transport.request('GET', server.url)


@pytest.mark.parametrize('name', [b'X-Team', u'X-Team'])
def test_a_header_may_be_named_in_bytes_and_in_text(transport, name):
    with ScriptedServer(GOOD) as server:
        transport.request('GET', server.url, headers={name: 'a', 'X-Other': 'b'})
    sent = dict(server.requests[0].headers)
    assert (sent['X-Team'], sent['X-Other']) == ('a', 'b')


@pytest.mark.parametrize('options', [{}, {'timeout': None}, {'timeout': 5}])
@pytest.mark.parametrize('times', [5, (5, 5)])
def test_programs_may_use_the_pool_manager_themselves(transport, authority, options, times):
    with ScriptedServer(GOOD, tls=authority.server_context()) as server:
        transport.configuration.timeout = times
        transport.configuration.ssl_ca_cert = authority.path
        assert transport.pool_manager.request('GET', server.url, **options).status == 200


@pytest.mark.parametrize('times', [1, (5, 1)])
def test_the_pool_manager_keeps_the_time_of_the_configuration(transport, authority, times):
    transport.configuration.timeout = times
    transport.configuration.ssl_ca_cert = authority.path
    with ScriptedServer(silent(), tls=authority.server_context()) as server:
        with pytest.raises(ReadTimeoutError):
            transport.pool_manager.request('GET', server.url, retries=False)


def test_the_pool_manager_has_the_connections_that_calls_use(transport, authority):
    transport.configuration.ssl_ca_cert = authority.path
    with ScriptedServer(GOOD, tls=authority.server_context()) as server:
        transport.request('GET', server.url)
        assert transport.pool_manager.request('GET', server.url).status == 200
        assert server.connections == 1


def test_an_answer_whose_head_is_not_accepted_is_closed(transport):
    answer = b'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} '
    with ScriptedServer(answer) as server:
        with pytest.raises(InvalidResponseException) as caught:
            transport.request('GET', server.url)
        # The error holds all that was under way, so what is not closed by now would stay open with it.
        assert caught.value is not None
        kept = [thing for thing in gc.get_objects() if type(thing).__name__ == '_ResponseStream']
        assert all(stream.closed for stream in kept)


INTERIM = b'HTTP/1.1 %d Wait\r\nLink: </style.css>\r\n\r\n'


@pytest.mark.parametrize('interim', [[b'100'], [b'102'], [b'103'], [b'103', b'100', b'199']])
def test_interim_answers_are_not_the_answer(transport, interim):
    said = b''.join(INTERIM.replace(b'%d', status) for status in interim)
    with ScriptedServer(said + json_response('{"slug": "a"}', 201), json_response('{"slug": "b"}')) as server:
        answers = [transport.request('GET', server.url) for _ in range(2)]
    assert [(answer.status, answer.data) for answer in answers] == [(201, '{"slug": "a"}'), (200, '{"slug": "b"}')]
    assert server.connections == 1


def test_a_connection_that_speaks_something_else_is_not_used_again(transport):
    with ScriptedServer(INTERIM.replace(b'%d', b'101'), json_response('{"slug": "b"}')) as server:
        with pytest.raises(ApiException, match='^101 '):
            transport.request('GET', server.url)
        assert transport.request('GET', server.url).data == '{"slug": "b"}'
    assert server.connections == 2


def test_a_url_without_a_host_is_refused(transport):
    with pytest.raises(ValueError, match='^url must begin with http'):
        transport.request('GET', '/v1/user/self/')


def test_an_answer_whose_head_is_not_accepted_has_no_status(transport):
    with ScriptedServer(b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ') as server:
        with pytest.raises(InvalidResponseException) as caught:
            transport.request('GET', server.url)
    assert (caught.value.status, caught.value.headers) == (0, None)


def test_what_broke_a_connection_off_is_told_without_urllib3s_words_around_it(transport):
    with ScriptedServer(truncated(b'')) as server:
        with pytest.raises(ConnectionException) as caught:
            transport.request('GET', server.url)
    assert str(caught.value).startswith('The connection broke off: ')
    assert 'Connection aborted' not in str(caught.value)


def test_a_request_goes_to_the_host_of_its_url_also_where_the_one_before_went_elsewhere(transport):
    with ScriptedServer(GOOD) as one, ScriptedServer(GOOD) as other:
        for server in (one, other, one):
            transport.request('GET', server.url)
    assert (len(one.requests), len(other.requests)) == (2, 1)


@pytest.mark.parametrize('options, hosts, connections', [
    ({}, 4, 1), ({}, 5, 2), ({'pools_size': 1}, 1, 1), ({'pools_size': 1}, 2, 2),
])
def test_connections_are_kept_for_four_hosts_or_for_as_many_as_is_asked_for(options, hosts, connections):
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


def test_threads_that_make_the_first_call_together_share_one_pool(transport):
    managers = []
    threads = [threading.Thread(target=lambda: managers.append(transport.pool_manager)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, managers))) == 1


def test_a_manager_that_another_thread_has_made_meanwhile_is_used(transport):
    with ScriptedServer(GOOD) as server:
        transport.request('GET', server.url)
        made = transport._session._process_pools().managers[False, False]
        transport._session._make_manager = lambda *_: pytest.fail('one is there')
        assert transport._session.manager(transport.configuration, False, False) is made


def test_a_pool_that_another_thread_has_closed_meanwhile_is_replaced(transport):
    with ScriptedServer(GOOD) as server:
        transport.request('GET', server.url)
        transport._session._process_pools().recent[2].close()
        transport._session._process_pools().managers[False, False].clear()
        assert transport.request('GET', server.url).status == 200


def test_connections_of_the_process_that_this_one_was_forked_from_are_let_go(transport):
    with ScriptedServer(GOOD) as server:
        transport.request('GET', server.url)
        own = transport._session._process_pools()
        transport._session._pools_by_pid = {-1: own}
        transport.request('GET', server.url)
        assert server.connections == 2
        assert -1 not in transport._session._pools_by_pid
        for pool in (own.managers[False, False].connection_from_url(server.origin),):
            pool.close()


def test_a_star_import_gives_the_names_that_programs_know():
    names = {}
    exec('from cloudsmith_api.rest import *', names)
    assert set(names) - {'__builtins__'} == {'ApiException', 'RESTClientObject', 'RESTResponse'}


def test_a_transport_that_never_called_its_constructor_can_be_closed():
    class Own(RESTClientObject):
        def __init__(self):
            self.calls = 0

    own = Own()
    own.close()
    assert vars(own) == {'calls': 0}
