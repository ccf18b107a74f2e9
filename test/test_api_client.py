# -*- coding: utf-8 -*-
"""``ApiClient``: ``call_api``, headers, ``async_req``, custom transports, and warnings about plain http."""

import copy
import datetime
import gc
import json
import multiprocessing
import os
import pickle
import re
import threading
import time
import warnings
import weakref

import pytest
import six
from servers import ScriptedServer, http_response, json_response, silent

from cloudsmith_api import (
    ApiClient,
    ApiException,
    Configuration,
    ConnectionException,
    InlineResponse2001,
    InlineResponse2004,
    InsecureTransportWarning,
    InvalidResponseException,
    NotFoundException,
    TimeoutException,
    UserApi,
    UserBrief,
)
from cloudsmith_api._common.clock import monotonic
from cloudsmith_api.rest import RESTClientObject, RESTResponse


@pytest.fixture
def recorder():
    with ScriptedServer(json_response('{"slug": "ada"}')) as server:
        yield server


@pytest.fixture
def client(connect, recorder):
    return connect(recorder.url).api_client


def headers_of(request):
    return dict(request.headers)


class MinimalResponse(object):
    """The minimum that a transport may return."""

    def __init__(self, data):
        self.data = data


@pytest.mark.parametrize('response_type, text, value', [
    ('UserBrief', '{"slug": "ada"}', UserBrief(slug='ada')),
    (UserBrief, '{"slug": "ada"}', UserBrief(slug='ada')),
    ('list[UserBrief]', '[{"slug": "ada"}]', [UserBrief(slug='ada')]),
    ('dict(str, UserBrief)', '{"x": {"slug": "ada"}}', {'x': UserBrief(slug='ada')}),
    ('datetime', '"2024-01-02T03:04:05"', datetime.datetime(2024, 1, 2, 3, 4, 5)),
    ('date', '"2024-01-02"', datetime.date(2024, 1, 2)),
    ('str', '"text"', 'text'),
    ('int', '5', 5),
    (int, '5', 5),
    (str, 'text', 'text'),
    ('float', '1.5', 1.5),
    ('bool', 'true', True),
    ('object', '{"any": [1, null]}', {'any': [1, None]}),
    (None, '{"not": "looked at"}', None),
])
def test_call_api_parses_each_response_type(connect, response_type, text, value):
    with ScriptedServer(json_response(text)) as server:
        client = connect(server.url).api_client
        data, status, headers = client.call_api('/any/', 'GET', response_type=response_type)
    assert data == value
    assert status == 200
    assert headers['Content-Type'] == 'application/json'


@pytest.mark.parametrize('data', ['{"slug": "ada"}', b'{"slug": "ada"}'])
def test_deserialize_accepts_str_and_bytes(client, data):
    assert client.deserialize(MinimalResponse(data), 'UserBrief') == UserBrief(slug='ada')


def test_deserialize_accepts_a_model_class(client):
    assert client.deserialize(MinimalResponse('{"slug": "ada"}'), UserBrief) == UserBrief(slug='ada')


def test_subclass_of_a_model_is_a_response_type(connect):
    class Me(UserBrief):
        pass

    # Not the package's own model of that name.
    subclasses = [Me, type('UserBrief', (UserBrief,), {})]
    with ScriptedServer(json_response('{"slug": "ada"}'), json_response('[]')) as server:
        client = connect(server.url).api_client
        assert type(client.call_api('/any/', 'GET', response_type=Me)[0]) is Me
        with pytest.raises(InvalidResponseException, match='not Me: the response should be an object, not a list'):
            client.call_api('/any/', 'GET', response_type=Me)
    for subclass in subclasses:
        value = client.deserialize(MinimalResponse('{"slug": "ada"}'), subclass)
        assert (type(value), value.slug) == (subclass, 'ada')


@pytest.mark.parametrize('text', ['[]', '"x"', 'null', '', '<html>', '{'])
def test_invalid_response_error_keeps_status_headers_and_body(connect, text):
    with ScriptedServer(json_response(text)) as server:
        with pytest.raises(InvalidResponseException) as raised:
            connect(server.url).user_self()
    error = raised.value
    assert (error.status, error.reason, error.body, error.request_sent) == (200, 'Said so', text, True)
    assert error.headers['Content-Type'] == 'application/json'
    assert 'UserBrief' in error.detail
    assert (error.method, error.url) == ('GET', server.url + '/user/self/')


NOT_UTF8 = b'{"slug": "Zo\xeb"}'


@pytest.mark.skipif(six.PY2, reason='exceptions have no traceback on Python 2')
def test_local_variables_of_deserialize_do_not_keep_the_body(client):
    with pytest.raises(InvalidResponseException) as raised:
        client.deserialize(MinimalResponse('["s3cret"]'), 'UserBrief')
    frame = raised.tb
    while frame.tb_frame.f_code.co_name != 'deserialize':
        frame = frame.tb_next
    assert frame.tb_frame.f_locals['text'] is None
    assert raised.value.__cause__.__traceback__ is None


@pytest.mark.parametrize('content_type', [
    'application/json', 'application/json; charset=iso-8859-1', 'application/json; charset=latin1', 'text/plain'])
@pytest.mark.parametrize('response_type', ['UserBrief', 'object', 'str', 'dict(str, str)'])
def test_body_that_is_not_utf8_raises_invalid_response(connect, content_type, response_type):
    with ScriptedServer(http_response(200, NOT_UTF8, [('Content-Type', content_type)])) as server:
        with pytest.raises(InvalidResponseException) as raised:
            connect(server.url).api_client.call_api('/any/', 'GET', response_type=response_type)
    error = raised.value
    assert error.detail == 'not %s: the response is not valid UTF-8' % response_type
    assert six.ensure_text(error.body, 'utf-8' if six.PY3 else 'latin-1') == u'{"slug": "Zo\xeb"}'
    assert error.status == 200


def test_deserialize_rejects_bytes_that_are_not_utf8(client):
    with pytest.raises(InvalidResponseException, match='is not valid UTF-8'):
        client.deserialize(MinimalResponse(NOT_UTF8), 'UserBrief')


@pytest.mark.parametrize('content_type', [
    'application/json', 'application/json; charset=iso-8859-1', 'application/json; charset=utf-16', None])
def test_charset_of_a_json_response_is_ignored(connect, content_type):
    headers = [('Content-Type', content_type)] if content_type else []
    with ScriptedServer(http_response(200, u'{"slug": "Zo\xeb"}', headers)) as server:
        assert connect(server.url).user_self().slug == u'Zo\xeb'


def test_error_body_that_is_not_utf8_is_kept(connect):
    with ScriptedServer(http_response(404, NOT_UTF8)) as server:
        with pytest.raises(NotFoundException) as raised:
            connect(server.url).user_self()
    assert 'slug' in raised.value.body


def test_ignored_body_need_not_be_utf8(connect):
    with ScriptedServer(http_response(200, NOT_UTF8)) as server:
        assert connect(server.url).api_client.call_api('/any/', 'GET')[:2] == (None, 200)


@pytest.mark.parametrize('method, response', [
    ('GET', http_response(204)), ('DELETE', http_response(204)), ('POST', http_response(205)),
    ('POST', http_response(202)), ('PUT', http_response(202, headers=[('Content-Type', 'application/json')])),
    ('HEAD', http_response(200, headers=[('Content-Type', 'application/json')])), ('HEAD', http_response(202)),
])
@pytest.mark.parametrize('response_type', ['UserBrief', 'str', 'list[UserBrief]', 'object'])
def test_response_without_content_is_none(connect, method, response, response_type):
    with ScriptedServer(response) as server:
        client = connect(server.url).api_client
        assert client.call_api('/any/', method, response_type=response_type)[0] is None


def test_accepted_response_with_a_body_is_deserialized(connect):
    with ScriptedServer(json_response('{"slug": "ada"}', 202)) as server:
        client = connect(server.url).api_client
        assert client.call_api('/any/', 'POST', response_type='UserBrief')[0] == UserBrief(slug='ada')


@pytest.mark.parametrize('status', [202, 204, 205])
def test_response_without_content_to_a_method_raises_invalid_response(connect, status):
    with ScriptedServer(http_response(status)) as server:
        api = connect(server.url)
        for call in (api.user_self, api.user_tokens_list_with_http_info, api.user_tokens_create):
            with pytest.raises(InvalidResponseException, match='it is empty'):
                call()
            with pytest.raises(InvalidResponseException, match='it is empty'):
                call(async_req=True).get(10)


@pytest.mark.parametrize('status', [200, 201, 206])
def test_empty_body_with_another_status_raises_invalid_response(connect, status):
    with ScriptedServer(http_response(status)) as server:
        with pytest.raises(InvalidResponseException):
            connect(server.url).user_self()


def test_page_of_keys_has_the_names_of_both_published_releases(client):
    page = client.deserialize(MinimalResponse('{"results": []}'), 'InlineResponse2004')
    assert isinstance(page, InlineResponse2001)
    assert isinstance(page, InlineResponse2004)


@pytest.mark.parametrize('value, klass, expected', [
    ({'slug': 'ada', 'more': 1}, 'UserBrief', UserBrief(slug='ada')),
    ({'slug': 'ada'}, UserBrief, UserBrief(slug='ada')),
    ([{'slug': 'ada'}], 'list[UserBrief]', [UserBrief(slug='ada')]), (5, int, 5), (None, 'UserBrief', None),
    ('2024-01-02', datetime.date, datetime.date(2024, 1, 2)),
])
def test_name_mangled_deserialize_takes_json_values(client, value, klass, expected):
    assert client._ApiClient__deserialize(value, klass) == expected


@pytest.mark.parametrize('value, expected', [
    ({'slug': 'ada', 'more': 1}, UserBrief(slug='ada')), ({}, UserBrief()), (None, UserBrief()),
])
def test_name_mangled_deserialize_model_takes_a_dict(client, value, expected):
    assert client._ApiClient__deserialize_model(value, UserBrief) == expected


def test_name_mangled_deserialize_does_not_change_its_argument(client):
    rows = [{'created': '2024-01-02T03:04:05.000006Z', 'key': 'k', 'slug_perm': 's'}]
    key, = client._ApiClient__deserialize(rows, 'list[UserAuthenticationToken]')
    assert (key.created.year, rows[0]['created']) == (2024, '2024-01-02T03:04:05.000006Z')


def test_name_mangled_deserialize_raises_value_error_for_another_type(client):
    with pytest.raises(ValueError, match='should be an object, not a list'):
        client._ApiClient__deserialize([], 'UserBrief')


def test_client_uses_the_transport_that_is_patched_in_its_module(monkeypatch):
    class PatchedTransport(RESTClientObject):
        """A transport of a program's test."""

    monkeypatch.setattr('cloudsmith_api.rest.RESTClientObject', PatchedTransport)
    assert type(ApiClient().rest_client) is PatchedTransport


def test_deserialize_needs_only_the_data_of_a_response(client):
    with pytest.raises(InvalidResponseException) as raised:
        client.deserialize(MinimalResponse('[]'), 'UserBrief')
    assert (raised.value.status, raised.value.headers, raised.value.body) == (None, None, '[]')


def test_unknown_response_type_raises_before_sending(client, recorder):
    with pytest.raises(ValueError, match='NoSuchModel'):
        client.call_api('/any/', 'GET', response_type='NoSuchModel')
    assert recorder.requests == []


@pytest.mark.parametrize('method', ['get', 'BREW', '', None])
@pytest.mark.parametrize('async_req', [False, True])
def test_unknown_http_method_raises_before_sending(client, recorder, method, async_req):
    with pytest.raises(ValueError, match='method'):
        client.call_api('/any/', method, async_req=async_req)
    assert recorder.requests == []


@pytest.mark.parametrize('timeout', ['5', -1, 0, (1,), True])
@pytest.mark.parametrize('async_req', [False, True])
def test_invalid_request_timeout_raises_before_sending(client, recorder, timeout, async_req):
    with pytest.raises((TypeError, ValueError), match='_request_timeout'):
        client.call_api('/any/', 'GET', _request_timeout=timeout, async_req=async_req)
    assert recorder.requests == []


def test_call_api_sends_path_query_and_headers(client, recorder):
    client.call_api('/orgs/{org}/', 'GET', {'org': 'a b'}, [('q', u'ü&'), ('flag', True)], {'X-Extra': 'yes'})
    request = recorder.requests[0]
    assert request.target == '/v1/orgs/a%20b/?q=%C3%BC%26&flag=true'
    assert headers_of(request)['X-Extra'] == 'yes'
    assert 'X-Api-Key' not in headers_of(request)


@pytest.mark.parametrize('body, sent', [
    ({'when': datetime.datetime(2024, 1, 2)}, {'when': '2024-01-02T00:00:00'}),
    (UserBrief(slug='ada'), {'slug': 'ada'}),
    ([UserBrief(slug='ada'), None], [{'slug': 'ada'}, None]),
    (u'ü', u'ü'),
    (0, 0),
    (False, False),
    ({}, {}),
])
def test_call_api_sends_any_json_value(client, recorder, body, sent):
    client.call_api('/any/', 'POST', body=body)
    assert json.loads(recorder.requests[0].body.decode('utf-8')) == sent


@pytest.mark.parametrize('name', ['Content-Type', 'content-type'])
@pytest.mark.parametrize('body', [u'ü', u'ü'.encode('utf-8')])
def test_call_api_sends_other_content_types_unchanged(client, recorder, name, body):
    client.call_api('/any/', 'POST', body=body, header_params={name: 'text/plain'})
    assert recorder.requests[0].body == u'ü'.encode('utf-8')
    assert [value for known, value in recorder.requests[0].headers if known.lower() == 'content-type'] == ['text/plain']


def test_call_api_appends_to_the_query_string_of_the_path(client, recorder):
    client.call_api('/any/?a=1', 'GET', query_params={'b': 2})
    assert recorder.requests[0].target == '/v1/any/?a=1&b=2'


def test_call_api_sends_form_fields(client, recorder):
    client.call_api('/any/', 'POST', post_params=[('a', 1), ('b', 'x y')],
                    header_params={'Content-Type': 'application/x-www-form-urlencoded'})
    assert recorder.requests[0].body == b'a=1&b=x+y'


def test_call_api_sends_files(client, recorder, tmpdir):
    tmpdir.join('a.txt').write('hello')
    client.call_api('/any/', 'POST', post_params={'name': 'Ada'}, files={'file': str(tmpdir.join('a.txt'))},
                    header_params={'Content-Type': 'multipart/form-data'})
    request = recorder.requests[0]
    assert headers_of(request)['Content-Type'].startswith('multipart/form-data; boundary=')
    assert b'name="file"; filename="a.txt"' in request.body
    assert b'hello' in request.body


@pytest.mark.parametrize('schemes, header', [
    (['apikey', 'basic'], 'X-Api-Key'), (['basic', 'apikey'], 'Authorization'), (['basic'], 'Authorization'),
])
def test_call_api_sends_the_first_configured_scheme(connect, recorder, schemes, header):
    client = connect(recorder.url, username='ada').api_client
    client.call_api('/any/', 'GET', auth_settings=schemes)
    assert set(headers_of(recorder.requests[0])) & {'X-Api-Key', 'Authorization'} == {header}


def test_unknown_auth_scheme_raises_before_sending(client, recorder):
    with pytest.raises(ValueError, match='oauth'):
        client.call_api('/any/', 'GET', auth_settings=['oauth'])
    assert recorder.requests == []


def test_api_key_with_a_line_break_raises_without_showing_it(connect, recorder):
    api = connect(recorder.url, api_key={'X-Api-Key': 'secret-value\n'})
    with pytest.raises(ValueError, match='X-Api-Key') as raised:
        api.user_self()
    assert 'secret-value' not in str(raised.value)
    assert recorder.requests == []


def test_refresh_api_key_hook_runs_before_each_call(connect, recorder):
    calls = []

    def renew(configuration):
        calls.append(configuration)
        configuration.api_key['X-Api-Key'] = 'key-%d' % len(calls)

    api = connect(recorder.url, refresh_api_key_hook=renew)
    api.user_self()
    api.user_self()
    assert [headers_of(request)['X-Api-Key'] for request in recorder.requests] == ['key-1', 'key-2']
    assert calls == [api.api_client.configuration] * 2


class BasicToken(Configuration):
    def get_basic_auth_token(self):
        return 'Basic of-the-program'


class OtherSchemes(Configuration):
    def auth_settings(self):
        other = {'type': 'api_key', 'in': 'header', 'key': 'X-Other', 'value': 'of-the-program'}
        return {'apikey': other, 'basic': None}


@pytest.mark.parametrize('kind, sent, not_sent', [
    (BasicToken, ('Authorization', 'Basic of-the-program'), 'X-Api-Key'),
    (OtherSchemes, ('X-Other', 'of-the-program'), 'Authorization'),
])
def test_overridden_credentials_of_a_configuration_are_sent(recorder, kind, sent, not_sent):
    configuration = kind()
    configuration.host, configuration.username, configuration.password = recorder.url, 'ada', 'the-real-password'
    with ApiClient(configuration) as client:
        UserApi(client).user_self()
    headers = headers_of(recorder.requests[0])
    assert headers[sent[0]] == sent[1]
    assert not_sent not in headers


def test_method_set_on_the_configuration_itself_is_called(connect, recorder):
    api = connect(recorder.url, username='ada', password='the-real-password')
    api.api_client.configuration.get_basic_auth_token = lambda: 'Basic of-the-program'
    api.user_token_create()
    assert headers_of(recorder.requests[0])['Authorization'] == 'Basic of-the-program'


def test_overridden_serialization_of_the_body_is_called(connect, recorder):
    class Client(ApiClient):
        def sanitize_for_serialization(self, obj):
            return {'wrapped': obj}

    with Client(connect(recorder.url).api_client.configuration) as client:
        client.call_api('/any/', 'POST', body={'a': 1})
    assert json.loads(recorder.requests[0].body.decode('ascii')) == {'wrapped': {'a': 1}}


def test_hook_that_calls_through_its_own_client_raises(connect, recorder):
    api = connect(recorder.url, refresh_api_key_hook=lambda configuration: api.user_self())
    with pytest.raises(ValueError, match='refresh_api_key_hook must not make calls with the configuration'):
        api.user_self()
    api.api_client.configuration.refresh_api_key_hook = lambda configuration: None
    api.user_self()
    assert len(recorder.requests) == 1


@pytest.mark.skipif(not hasattr(os, 'fork'), reason='this system has no fork')
def test_hook_may_run_in_a_process_that_was_forked_while_it_ran(connect, recorder):
    parent, running, release = os.getpid(), threading.Event(), threading.Event()

    def refresh(configuration):
        # In the child, the lock of an event may be held.
        if os.getpid() == parent:
            running.set()
            assert release.wait(10)

    api = connect(recorder.url, refresh_api_key_hook=refresh)
    thread = threading.Thread(target=api.user_self)
    thread.start()
    assert running.wait(10)
    process = os.fork()
    if process == 0:
        status = 1
        try:
            api.user_self()
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(process, 0)[1] == 0
    release.set()
    thread.join()


def test_interrupted_hook_runs_again_with_the_next_call(connect, recorder):
    def interrupt(configuration):
        runs.append(None)
        if len(runs) == 1:
            raise KeyboardInterrupt

    runs = []
    api = connect(recorder.url, refresh_api_key_hook=interrupt)
    with pytest.raises(KeyboardInterrupt):
        api.user_self()
    api.user_self()
    assert len(runs) == 2


def test_hook_may_run_in_several_threads_at_once(connect, recorder):
    barrier = [threading.Event(), threading.Event()]

    def meet(configuration):
        own = barrier[0] if not barrier[0].is_set() else barrier[1]
        own.set()
        assert barrier[1].wait(10)

    api = connect(recorder.url, refresh_api_key_hook=meet)
    threads = [threading.Thread(target=api.user_self) for _ in range(2)]
    threads[0].start()
    assert barrier[0].wait(10)
    threads[1].start()
    for thread in threads:
        thread.join()
    assert len(recorder.requests) == 2


def test_changed_configuration_applies_to_the_next_call(connect, recorder):
    api = connect(recorder.url)
    api.user_self()
    api.api_client.configuration.host = recorder.origin + '/v2'
    api.user_self()
    assert [request.target for request in recorder.requests] == ['/v1/user/self/', '/v2/user/self/']


def test_constructor_sets_a_header_and_a_cookie(recorder):
    configuration = Configuration()
    configuration.host = recorder.url
    with ApiClient(configuration, 'X-Extra', 'yes', 'session=1') as client:
        UserApi(client).user_self()
    headers = headers_of(recorder.requests[0])
    assert (headers['X-Extra'], headers['Cookie']) == ('yes', 'session=1')


def test_default_header_overrides_the_header_of_a_call(client, recorder):
    client.set_default_header('Accept', 'application/vnd.x+json')
    client.call_api('/any/', 'GET', header_params={'Accept': 'text/plain'})
    assert headers_of(recorder.requests[0])['Accept'] == 'application/vnd.x+json'


def test_default_header_names_are_case_insensitive(client, recorder):
    client.set_default_header('user-agent', 'my-script/1')
    client.call_api('/any/', 'GET')
    names = [name.lower() for name, _ in recorder.requests[0].headers]
    assert names.count('user-agent') == 1


def test_default_header_set_last_wins_in_any_case(client, recorder):
    for name, value in [('x-extra', 'one'), ('X-Extra', 'two'), ('x-extra', 'three')]:
        client.set_default_header(name, value)
    client.call_api('/any/', 'GET')
    assert [value for name, value in recorder.requests[0].headers if name.lower() == 'x-extra'] == ['three']


def test_default_headers_changed_in_place_apply_to_the_next_call(client, recorder):
    client.call_api('/any/', 'GET')
    client.default_headers['X-Extra'] = 'one'
    client.call_api('/any/', 'GET')
    client.default_headers['X-Extra'] = 'two'
    client.call_api('/any/', 'GET')
    assert [headers_of(request).get('X-Extra') for request in recorder.requests] == [None, 'one', 'two']


def test_default_headers_changed_in_place_are_validated(client, recorder):
    client.call_api('/any/', 'GET')
    client.default_headers['X-Extra'] = 'one\r\nX-Smuggled: two'
    with pytest.raises(ValueError, match='header X-Extra must not contain line breaks'):
        client.call_api('/any/', 'GET')
    assert len(recorder.requests) == 1


def test_default_header_is_not_confused_with_an_equal_value(client, recorder):
    for value in (1, True):
        client.default_headers['X-Extra'] = value
        client.call_api('/any/', 'GET')
    assert [headers_of(request)['X-Extra'] for request in recorder.requests] == ['1', 'True']
    client.default_headers['X-Extra'] = 1.0
    with pytest.raises(TypeError, match='header X-Extra must be a str, not float'):
        client.call_api('/any/', 'GET')


def test_default_headers_of_the_configuration_are_sent(connect, recorder):
    connect(recorder.url, default_headers={'X-Extra': 'one'}).user_self()
    assert headers_of(recorder.requests[0])['X-Extra'] == 'one'


@pytest.mark.parametrize('name', ['header_params', '_headers', 'default_headers'])
def test_headers_that_are_not_a_dict_raise_type_error(client, name):
    options = {name: 'X-Extra: one'}
    if name == 'default_headers':
        client.default_headers = options.pop(name)
    with pytest.raises(TypeError, match='^%s must be a dict of headers, not str$' % name):
        client.call_api('/user/self/', 'GET', **options)


def test_default_headers_in_bytes_and_text_cause_no_warning(client, recorder):
    # Comparing the two would cause a UnicodeWarning on Python 2.
    for value in ('caf\xe9', u'caf\xe9'):
        client.default_headers['X-Extra'] = value
        client.call_api('/any/', 'GET')
    assert len({headers_of(request)['X-Extra'] for request in recorder.requests}) == 1


def test_default_headers_may_be_any_object_with_items(client, recorder):
    class CustomHeaders(object):
        def items(self):
            return [('X-Extra', 'yes')]

    client.default_headers = CustomHeaders()
    client.call_api('/any/', 'GET')
    assert headers_of(recorder.requests[0])['X-Extra'] == 'yes'


def test_headers_changed_by_a_transport_do_not_reach_the_next_call(client, recorder):
    class Tagging(type(client.rest_client)):
        def request(self, method, url, headers=None, **parameters):
            headers['X-Call'] = headers.get('X-Call', '') + '1'
            return super(Tagging, self).request(method, url, headers=headers, **parameters)

    client.rest_client = Tagging(client.configuration)
    client.call_api('/any/', 'GET')
    client.call_api('/any/', 'GET')
    assert [headers_of(request)['X-Call'] for request in recorder.requests] == ['1', '1']


def test_user_agent_can_be_set(client, recorder):
    assert client.user_agent.startswith('cloudsmith-api/')
    client.user_agent = 'my-script/2'
    client.call_api('/any/', 'GET')
    assert headers_of(recorder.requests[0])['User-Agent'] == client.user_agent == 'my-script/2'


def test_user_agent_is_read_from_its_header_in_any_case(client):
    client.set_default_header('user-agent', 'my-script/3')
    assert client.user_agent == 'my-script/3'
    client.default_headers.clear()
    assert client.user_agent is None


def test_call_api_does_not_modify_header_params(client):
    headers = {'X-Extra': 'yes'}
    client.call_api('/any/', 'GET', header_params=headers)
    assert headers == {'X-Extra': 'yes'}


def test_client_rejects_a_configuration_of_the_wrong_type():
    with pytest.raises(TypeError, match='configuration'):
        ApiClient(5)


def test_client_repr_shows_only_the_host(client, recorder):
    assert repr(client) == '<ApiClient %s>' % recorder.url


def test_last_response_is_from_the_last_successful_call(client):
    assert client.last_response is None
    client.call_api('/any/', 'GET')
    assert isinstance(client.last_response, RESTResponse)
    assert client.last_response.data == '{"slug": "ada"}'


def test_request_preloads_the_response_by_default(client, recorder):
    assert client.request('GET', recorder.url).data == '{"slug": "ada"}'


def test_sanitize_for_serialization_returns_json_values(client):
    assert client.sanitize_for_serialization(UserBrief(slug='ada')) == {'slug': 'ada'}


class TestInsecureTransport(object):
    """Credentials over plain http to another host, which a proxy on this machine stands in for."""

    @pytest.fixture
    def remote_api(self, connect, recorder):
        return connect('http://api.example.invalid/v1', proxy=recorder.origin)

    def test_credentials_over_http_warn_once_per_client(self, remote_api):
        with pytest.warns(InsecureTransportWarning, match='api.example.invalid') as caught:
            [remote_api.user_self() for _ in range(3)]
        assert len(caught) == 1
        assert 'the-secret-key' not in str(caught[0].message)

    def test_warning_that_becomes_an_error_prevents_sending(self, remote_api, recorder):
        with pytest.warns(InsecureTransportWarning):
            remote_api.user_self()
        with warnings.catch_warnings():
            warnings.simplefilter('error')
            for _ in range(2):
                with pytest.raises(InsecureTransportWarning):
                    remote_api.user_self()
        assert len(recorder.requests) == 1

    @pytest.mark.parametrize('no_proxy', [None, 'localhost'])
    def test_loopback_host_behind_proxy_on_another_machine_warns(self, connect, recorder, no_proxy):
        api = connect(recorder.url.replace('127.0.0.1', 'localhost'), proxy='http://proxy.invalid:3128', retries=0,
                      no_proxy=no_proxy)
        with warnings.catch_warnings():
            warnings.simplefilter('error')
            if no_proxy:
                assert api.user_self().slug == 'ada'
            else:
                with pytest.raises(InsecureTransportWarning):
                    api.user_self()

    def test_loopback_host_behind_proxy_on_this_machine_does_not_warn(self, connect, recorder):
        with warnings.catch_warnings():
            warnings.simplefilter('error')
            assert connect('http://localhost:9/v1', proxy=recorder.origin).user_self().slug == 'ada'

    def test_warning_points_to_the_calling_line(self, remote_api):
        with pytest.warns(InsecureTransportWarning) as caught:
            remote_api.user_self()
        assert os.path.basename(caught[0].filename).startswith('test_api_client.py')

    def test_call_without_credentials_does_not_warn(self, remote_api):
        remote_api.api_client.configuration.api_key = {}
        with warnings.catch_warnings():
            warnings.simplefilter('error')
            assert remote_api.user_self().slug == 'ada'

    @pytest.mark.parametrize('call', [
        lambda api: api.user_token_create({'email': 'ada@example.com', 'password': 'pa55word'}),
        lambda api: api.api_client.call_api('/x/', 'GET', header_params={'Authorization': 'Bearer abcdef'}),
        lambda api: api.api_client.call_api('/x/', 'GET', query_params={'access_token': 'abcdef'}),
    ])
    def test_any_secret_in_the_request_warns(self, remote_api, call):
        remote_api.api_client.configuration.api_key = {}
        remote_api.user_self()
        with pytest.warns(InsecureTransportWarning):
            call(remote_api)

    def test_client_that_alternates_between_hosts_warns_once(self, remote_api):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter('always')
            for name in 'aba':
                remote_api.api_client.configuration.host = 'http://%s.example.invalid/v1' % name
                remote_api.user_self()
        assert [warning.category for warning in caught] == [InsecureTransportWarning]

    def test_warning_as_error_prevents_sending(self, remote_api, recorder):
        with warnings.catch_warnings():
            warnings.simplefilter('error')
            for _ in range(2):
                with pytest.raises(InsecureTransportWarning):
                    remote_api.user_self()
        assert recorder.requests == []


def test_failed_call_does_not_keep_the_callers_locals_alive(connect):
    class Local(object):
        pass

    def fail():
        local = Local()
        with ScriptedServer(json_response('{"detail": "Not here."}', 404)) as server:
            api = connect(server.url)
            with pytest.raises(NotFoundException):
                api.user_self()
        return weakref.ref(local)

    reference = fail()
    gc.collect()
    assert reference() is None


def responding_after(event):
    """Return a script item that sends its response once the event is set."""
    def respond(connection):
        event.wait(10)
        connection.sendall(json_response('{}'))
    return respond


class TestAsyncReq(object):
    """Calls with ``async_req=True``."""

    def test_async_timeout_reaches_the_transport_unchanged(self, connect, recorder):
        api = connect(recorder.url)
        seen, request = [], api.api_client.rest_client.request
        api.api_client.rest_client.request = lambda *args, **options: (
            seen.append(options['_request_timeout']) or request(*args, **options))
        api.user_self(async_req=True, _request_timeout=5).get(10)
        assert seen == [5]

    @pytest.mark.parametrize('waited, expected', [(0.2, 9), (0.3, 8.7)])
    def test_async_timeout_is_reduced_by_the_wait_for_a_thread(self, connect, monkeypatch, waited, expected):
        may_respond, clock = threading.Event(), [100.0]
        monkeypatch.setattr('cloudsmith_api.api_client.monotonic', lambda: clock[-1])
        with ScriptedServer(responding_after(may_respond)) as server:
            api = connect(server.url, connection_pool_maxsize=1)
            seen, request = [], api.api_client.rest_client.request
            api.api_client.rest_client.request = lambda *args, **options: (
                seen.append(options['_request_timeout']) or request(*args, **options))
            results = [api.user_self(async_req=True, _request_timeout=9) for _ in range(2)]
            clock.append(clock[0] + waited)
            may_respond.set()
            assert [result.get(10) for result in results] == [UserBrief()] * 2
        assert seen[1] == pytest.approx(expected)

    def test_wait_for_a_thread_is_bounded_by_the_timeout(self, connect):
        with ScriptedServer(silent()) as server:
            api = connect(server.url, connection_pool_maxsize=1, retries=0)
            first, second = [api.user_self(async_req=True, _request_timeout=seconds) for seconds in (1, 0.5)]
            started = monotonic()
            for result in (first, second):
                with pytest.raises(TimeoutException):
                    result.get(20)
            assert monotonic() - started < 1.4

    def test_async_result_returns_the_data(self, connect, recorder):
        assert connect(recorder.url).user_self(async_req=True).get(10).slug == 'ada'

    def test_async_result_raises_the_error_of_the_call(self, connect):
        with ScriptedServer(json_response('{"detail": "Not here."}', 404)) as server:
            result = connect(server.url).user_self(async_req=True)
            with pytest.raises(NotFoundException, match='Not here'):
                result.get(10)
            assert not result.successful()

    def test_async_call_returns_before_the_response_arrives(self, connect):
        may_respond = threading.Event()
        with ScriptedServer(responding_after(may_respond)) as server:
            result = connect(server.url).user_self(async_req=True)
            assert not result.ready()
            with pytest.raises(multiprocessing.TimeoutError):
                result.get(0.05)
            may_respond.set()
            assert result.get(10) == UserBrief()

    def test_async_calls_run_concurrently(self, connect):
        barrier = threading.Barrier(3) if hasattr(threading, 'Barrier') else None
        if barrier is None:
            pytest.skip('threading.Barrier is new in Python 3.2')

        def respond_together(connection):
            barrier.wait(10)
            connection.sendall(json_response('{}'))

        with ScriptedServer(respond_together) as server:
            api = connect(server.url)
            results = [api.user_self(async_req=True) for _ in range(3)]
            assert [result.get(10) for result in results] == [UserBrief()] * 3

    def test_no_thread_starts_before_the_first_async_call(self, client):
        before = threading.active_count()
        client.call_api('/any/', 'GET')
        assert threading.active_count() - before <= 1  # the test server's thread for the connection

    def test_close_waits_for_async_calls(self, connect, recorder):
        api = connect(recorder.url)
        results = [api.user_self(async_req=True) for _ in range(5)]
        api.api_client.close()
        assert all(result.successful() for result in results)

    def test_async_calls_work_again_after_close(self, connect, recorder):
        api = connect(recorder.url)
        api.user_self(async_req=True).get(10)
        api.api_client.close()
        assert api.user_self(async_req=True).get(10).slug == 'ada'

    def test_garbage_collected_client_leaves_no_thread(self, recorder):
        configuration = Configuration()
        configuration.host = recorder.url
        before = set(threading.enumerate())
        api = UserApi(ApiClient(configuration))
        api.user_self(async_req=True).get(10)
        started = [thread for thread in set(threading.enumerate()) - before if 'worker' in thread.name]
        assert len(started) == 1
        api.api_client.rest_client.close()
        del api
        gc.collect()
        for thread in started:
            thread.join(10)
        assert not any(thread.is_alive() for thread in started)


def pickled(protocol):
    return lambda value: pickle.loads(pickle.dumps(value, protocol))


COPIES = [copy.copy, copy.deepcopy] + [pickled(protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]


class LabelledClient(ApiClient):
    """A program's own client, with another constructor."""

    def __init__(self, label, configuration):
        super(LabelledClient, self).__init__(configuration)
        self.label = self._label = label


class BareTransport(RESTClientObject):
    """A program's own transport, which never calls our constructor."""

    def __init__(self, name):
        self.name = name

    def request(self, *_, **__):
        return MinimalResponse('{"slug": "%s"}' % self.name)


class Renewal(object):
    """Renews keys through a client, so that configuration and client refer to each other."""

    def __call__(self, configuration):
        configuration.api_key['X-Api-Key'] = 'renewed'


@pytest.mark.parametrize('copied', COPIES, ids=lambda copied: copied.__name__.strip('<>'))
class TestCopies(object):
    """Copies of a client, pickled ones included."""

    def test_copy_sends_the_same_request(self, connect, recorder, copied):
        client = connect(recorder.url, connection_pool_maxsize=3).api_client
        client.cookie, client.user_agent = 'a=b', 'nightly'
        client.set_default_header('X-Job', '1')
        with copied(client) as other:
            for made in (client, other):
                assert UserApi(made).user_self().slug == 'ada'
            first, second = [headers_of(request) for request in recorder.requests]
            assert first == second
            assert {first[name] for name in ('X-Job', 'Cookie', 'User-Agent', 'X-Api-Key')} == {
                '1', 'a=b', 'nightly', 'the-secret-key-0123456789'}
            assert recorder.connections == 2
            assert other.rest_client.configuration is other.configuration

    def test_copy_shares_no_state_with_the_original(self, connect, recorder, copied):
        client = connect(recorder.url, pace=True).api_client
        client.call_api('/any/', 'GET')
        other = copied(client)
        assert (other.last_response, other.rate_limit) == (None, None)
        assert other._pacer is not client._pacer
        other.set_default_header('X-Job', '1')
        assert 'X-Job' not in client.default_headers

    def test_discarded_copy_leaves_calls_of_the_original_running(self, connect, copied):
        may_respond = threading.Event()
        with ScriptedServer(responding_after(may_respond)) as server:
            api = connect(server.url)
            result = api.user_self(async_req=True)
            other = copied(api.api_client)
            other.close()
            del other
            gc.collect()
            may_respond.set()
            assert result.get(10) == UserBrief()
            assert server.connections == 1
            assert api.user_self(async_req=True).get(10) == UserBrief()

    def test_copy_of_custom_client_and_transport_keeps_their_attributes(self, connect, recorder, copied):
        client = LabelledClient('mine', connect(recorder.url).api_client.configuration)
        client.rest_client = BareTransport('bare')
        other = copied(client)
        assert (type(other), other.label, other._label) == (LabelledClient, 'mine', 'mine')
        assert other.rest_client.request().data == '{"slug": "bare"}'
        other.close()

    def test_copy_of_the_transport_alone_opens_its_own_connection(self, connect, recorder, copied):
        client = connect(recorder.url).api_client
        other = copied(client.rest_client)
        for transport in (client.rest_client, other):
            assert transport.request('GET', recorder.url + '/user/self/').status == 200
        assert recorder.connections == 2
        other.close()

    def test_configuration_that_refers_to_its_client_can_be_copied(self, connect, recorder, copied):
        configuration = connect(recorder.url).api_client.configuration
        hook = configuration.refresh_api_key_hook = Renewal()
        hook.client = ApiClient(configuration)
        other = copied(configuration)
        assert UserApi(other.refresh_api_key_hook.client).user_self().slug == 'ada'
        assert headers_of(recorder.requests[0])['X-Api-Key'] == 'renewed'
        other.refresh_api_key_hook.client.close()


def test_headers_come_from_getheaders_of_a_custom_response_class(client, recorder):
    """Whatever ``headers`` is: a mock has an attribute of any name."""
    class Overriding(RESTResponse):
        headers = object()

        def getheaders(self):
            return {'X-RateLimit-Remaining': '5', 'X-Custom': 'overridden'}

    class Transport(type(client.rest_client)):
        def request(self, *args, **kwargs):
            return Overriding(super(Transport, self).request(*args, **kwargs).urllib3_response)

    client.rest_client = Transport(client.configuration)
    assert client.call_api('/any/', 'GET')[2]['X-Custom'] == 'overridden'
    assert client.rate_limit.remaining == 5


class OnlyHeaders(object):
    status, reason, data = 200, 'OK', b''
    headers = {'X-Custom': 'headers'}


class OnlyGetheaders(object):
    status, reason, data = 200, 'OK', b''

    def getheaders(self):
        return {'X-Custom': 'getheaders'}


@pytest.mark.parametrize('preload', [True, False])
@pytest.mark.parametrize('response', [OnlyHeaders(), OnlyGetheaders()])
def test_headers_of_a_custom_response_come_from_what_it_has(client, monkeypatch, response, preload):
    monkeypatch.setattr(client.rest_client, 'request', lambda *args, **kwargs: response)
    data, _, headers = client.call_api('/any/', 'GET', _preload_content=preload)
    assert data is (None if preload else response)
    assert headers['X-Custom'] == type(response).__name__[4:].lower()


def test_custom_transport_receives_the_request(recorder):
    """A subclass that overrides ``request`` and never calls our constructor, as existing programs have."""
    from cloudsmith_api.rest import RESTClientObject

    calls = []

    class Response(object):
        status = 200
        reason = 'OK'
        data = b'{"token": "t", "slug": "ada", "results": []}'

        def getheaders(self):
            return {'X-Custom': 'yes'}

        def getheader(self, name, default=None):
            return self.getheaders().get(name, default)

    class Transport(RESTClientObject):
        def __init__(self):
            self.custom = True

        def request(self, method, url, query_params=None, headers=None, body=None, post_params=None,
                    _preload_content=True, _request_timeout=None):
            calls.append((method, url, query_params, headers, body, post_params, _preload_content, _request_timeout))
            return Response()

    configuration = Configuration()
    configuration.host = 'https://api.example.com/v1'
    configuration.api_key['X-Api-Key'] = 'key'
    with ApiClient(configuration) as client:
        client.rest_client = Transport()
        api = UserApi(client)
        assert api.user_self().slug == 'ada'
        assert api.user_self(async_req=True).get(10).slug == 'ada'
        assert api.user_tokens_list_with_http_info(page=2, _request_timeout=(1, 2))[1:] == (200, {'X-Custom': 'yes'})
        api.user_token_create({'email': 'a@b.c'})
        with pytest.raises(TypeError, match='_retries'):
            api.user_self(_retries=1)
        assert client.last_response.getheader('X-Custom') == 'yes'
    base = 'https://api.example.com/v1'
    assert [call[:3] for call in calls] == [
        ('GET', base + '/user/self/', []), ('GET', base + '/user/self/', []),
        ('GET', base + '/user/tokens/', [('page', 2)]), ('POST', base + '/user/token/', []),
    ]
    assert calls[0][3]['X-Api-Key'] == 'key'
    assert [call[4:] for call in calls[1:]] == [
        (None, [], True, None), (None, [], True, (1, 2)), ({'email': 'a@b.c'}, [], True, None),
    ]


def test_custom_transport_may_raise_exception_that_skips_the_constructor(client):
    class Gone(ApiException):
        def __init__(self):
            self.status = 410

    def fail(*args, **kwargs):
        raise Gone()

    client.rest_client.request = fail
    with pytest.raises(Gone) as raised:
        UserApi(client).user_self()
    assert raised.value.url.endswith('/user/self/')


def test_custom_transport_may_raise_api_exception(client):
    class NotFound(object):
        status, reason = 404, 'Not Found'
        data = '{"detail": "the-secret-key-0123456789 and hunter22 are gone"}'

        def getheaders(self):
            return {}

    def fail(*args, **kwargs):
        raise ApiException(http_resp=NotFound())

    client.rest_client.request = fail
    client.configuration.password = 'hunter22'
    with pytest.raises(NotFoundException) as raised:
        UserApi(client).user_self()
    assert raised.value.method == 'GET'
    assert raised.value.url.endswith('/user/self/')
    assert 'the-secret-key' not in str(raised.value)
    assert 'hunter22' not in str(raised.value)


def test_debug_log_of_a_call_shows_no_secret(connect, recorder, caplog):
    caplog.set_level('DEBUG')
    connect(recorder.url, username='ada', password='the-password').user_token_create({'password': 'the-password'})
    connect(recorder.url).user_self()
    lines = [record.getMessage() for record in caplog.records if record.name.startswith('cloudsmith_api')]
    assert any('/user/self/, headers' in line for line in lines)
    assert any('/user/self/: 200 in' in line for line in lines)
    assert 'the-password' not in caplog.text
    assert 'the-secret-key' not in caplog.text
    assert dict(recorder.requests[0].headers)['Authorization'].split()[1] not in caplog.text


def test_debug_log_of_a_failed_call_has_error_and_time(connect, caplog):
    caplog.set_level('DEBUG', 'cloudsmith_api')
    response = http_response(404, '{"detail": "the-secret-key-0123456789 is unknown"}')

    def respond_late(connection):
        time.sleep(0.02)
        connection.sendall(response)

    with ScriptedServer(respond_late) as server:
        api = connect(server.url, retries=0)
        with pytest.raises(NotFoundException) as rejected:
            api.user_self()
    with pytest.raises(ConnectionException) as unreachable:
        api.user_self()
    url = server.url + '/user/self/'
    for error, record, number in zip((rejected.value, unreachable.value), caplog.records[1::2],
                                     (r'[1-9]\d{1,3}', r'\d{1,4}')):
        assert re.match(r'GET %s: failed in %s ms: ' % (re.escape(url), number), record.getMessage())
        assert record.getMessage().endswith(' ms: ' + str(error))
    assert len(caplog.records) == 4
    assert 'the-secret-key' not in caplog.text


def test_streamed_call_raises_the_error_of_its_response(connect):
    with ScriptedServer(http_response(404, '{"detail": "x"}')) as server:
        with pytest.raises(NotFoundException, match='x'):
            connect(server.url).user_self(_preload_content=False)
