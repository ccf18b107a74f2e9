# -*- coding: utf-8 -*-
"""``UserApi``: what each of the five methods sends, returns and rejects."""

import base64
import json
import pickle
import pydoc

import pytest
import six
from servers import ScriptedServer, json_response
from urllib3 import Retry

from cloudsmith_api import (
    ApiClient,
    Configuration,
    InlineResponse2001,
    NotFoundException,
    TooManyRequestsException,
    TwoFactorRequiredException,
    UserApi,
    UserAuthenticationToken,
    UserAuthToken,
    UserAuthTokenRequest,
    UserBrief,
)
from cloudsmith_api._transport.retry import ApiRetry

KEY = 'the-secret-key-0123456789'

METHODS = {
    'user_self': (),
    'user_token_create': ({'email': 'ada@example.com', 'password': 'pw'},),
    'user_tokens_create': (),
    'user_tokens_list': (),
    'user_tokens_refresh': ('AbCd',),
}


@pytest.fixture
def recorder():
    """A server whose response to every request suits all five methods."""
    with ScriptedServer(json_response('{"results": [], "slug": "ada", "token": "t", "key": "k"}')) as server:
        yield server


def request_of(api, recorder, name, *args, **kwargs):
    getattr(api, name)(*args, **kwargs)
    return recorder.requests[-1]


def basic(pair):
    return 'Basic ' + base64.b64encode(pair.encode('utf-8')).decode('ascii')


@pytest.mark.parametrize('name, args, kwargs, verb, target, body', [
    ('user_self', (), {}, 'GET', '/v1/user/self/', b''),
    ('user_token_create', (), {'data': {'email': 'a@b.c', 'password': 'pw'}}, 'POST', '/v1/user/token/',
     b'{"email": "a@b.c", "password": "pw"}'),
    ('user_token_create', (), {}, 'POST', '/v1/user/token/', b''),
    ('user_tokens_create', (), {}, 'POST', '/v1/user/tokens/', b''),
    ('user_tokens_list', (), {}, 'GET', '/v1/user/tokens/', b''),
    ('user_tokens_list', (), {'page_size': 50, 'page': 2}, 'GET', '/v1/user/tokens/?page=2&page_size=50', b''),
    ('user_tokens_list', (3,), {'page_size': None}, 'GET', '/v1/user/tokens/?page=3', b''),
    ('user_tokens_refresh', ('AbCd',), {}, 'PUT', '/v1/user/tokens/AbCd/refresh/', b''),
    ('user_tokens_refresh', (), {'slug_perm': u'a/b ü'}, 'PUT', '/v1/user/tokens/a%2Fb%20%C3%BC/refresh/', b''),
])
def test_method_sends_its_verb_path_query_and_body(connect, recorder, name, args, kwargs, verb, target, body):
    request = request_of(connect(recorder.url), recorder, name, *args, **kwargs)
    assert (request.method, request.target) == (verb, target)
    if body:
        assert json.loads(request.body.decode('utf-8')) == json.loads(body.decode('utf-8'))
    else:
        assert request.body == b''


@pytest.mark.parametrize('name', sorted(METHODS))
def test_overridden_with_http_info_form_makes_the_call_of_both_forms(client, name):
    """A program's dry run overrides that form, and must not send anything by the other one either."""
    class DryRun(UserApi):
        pass

    received = []
    setattr(DryRun, name + '_with_http_info', lambda self, *args, **kwargs: received.append((args, kwargs)) or 'unsent')
    assert getattr(DryRun(client), name)(*METHODS[name], async_req=False) == 'unsent'
    assert received == [(METHODS[name], {'async_req': False, '_return_http_data_only': True})]


@pytest.mark.parametrize('name', sorted(METHODS))
def test_overridden_call_api_gets_all_arguments_of_a_generated_method(configuration, recorder, name):
    """A program's override may name these parameters, and read and change their values."""
    class Traced(ApiClient):
        def call_api(self, resource_path, method, path_params, query_params, header_params, **kwargs):
            header_params['X-Trace'] = '1'
            query_params.append(('trace', '1'))
            kwargs['auth_settings'] = kwargs['auth_settings'] + ['basic']
            assert isinstance(path_params, dict)
            assert {'_preload_content', '_request_timeout', '_return_http_data_only', 'async_req', 'body',
                    'response_type'}.issubset(kwargs)
            return super(Traced, self).call_api(
                resource_path, method, path_params, query_params, header_params, **kwargs)

    configuration.host = recorder.url
    request = request_of(UserApi(Traced(configuration)), recorder, name, *METHODS[name])
    assert dict(request.headers)['X-Trace'] == '1'
    assert request.target.endswith('?trace=1')


@pytest.mark.parametrize('name', sorted(METHODS))
def test_both_forms_of_a_method_have_their_own_names(name):
    for form in (name, name + '_with_http_info'):
        method = getattr(UserApi, form)
        assert (method.__name__, method.__module__) == (form, 'cloudsmith_api.api.user_api')
        # Python 2 has no `__qualname__`.
        assert getattr(method, '__qualname__', 'UserApi.' + form) == 'UserApi.' + form
        # Python 2 shows the parameters of the wrapper.
        parameters = ('(self', '(*args') if six.PY2 else ('(self',)
        assert pydoc.plain(pydoc.render_doc(method)).splitlines()[2][len(form):].startswith(parameters)


@pytest.mark.skipif(six.PY2, reason='Python 2 names no missing argument')
def test_error_about_a_missing_argument_names_the_method(connect):
    with pytest.raises(TypeError, match=r'user_tokens_refresh\(\) missing .*slug_perm'):
        connect('http://127.0.0.1:9').user_tokens_refresh()


@pytest.mark.skipif(six.PY2, reason='Python 2 pickles no methods')
@pytest.mark.parametrize('name', sorted(METHODS))
def test_both_forms_of_a_method_can_be_pickled(name):
    for method in (getattr(UserApi, name), getattr(UserApi, name + '_with_http_info')):
        assert pickle.loads(pickle.dumps(method)) is method


@pytest.mark.parametrize('name', sorted(METHODS))
def test_method_sends_exactly_the_documented_headers(connect, recorder, name):
    headers = dict(request_of(connect(recorder.url), recorder, name, *METHODS[name]).headers)
    assert headers.pop('Host') == '127.0.0.1:%d' % recorder.port
    assert headers.pop('User-Agent').startswith('cloudsmith-api/1.')
    expected = {'Accept': 'application/json', 'Content-Type': 'application/json', 'Accept-Encoding': 'identity'}
    if name != 'user_token_create':
        expected['X-Api-Key'] = KEY
    if name in ('user_tokens_create', 'user_tokens_refresh'):
        expected['Content-Length'] = '0'
    if name == 'user_token_create':
        expected['Content-Length'] = str(len(recorder.requests[-1].body))
    assert headers == expected


@pytest.mark.parametrize('name', sorted(METHODS))
def test_api_key_takes_precedence_over_basic_authentication(connect, recorder, name):
    api = connect(recorder.url, username='ada', password='pw')
    headers = dict(request_of(api, recorder, name, *METHODS[name]).headers)
    if name == 'user_token_create':
        assert 'X-Api-Key' not in headers
        assert headers['Authorization'] == basic('ada:pw')
    else:
        assert headers['X-Api-Key'] == KEY
        assert 'Authorization' not in headers


def test_api_key_is_sent_with_its_prefix(connect, recorder):
    api = connect(recorder.url, api_key_prefix={'X-Api-Key': 'Token'})
    assert dict(request_of(api, recorder, 'user_self').headers)['X-Api-Key'] == 'Token ' + KEY


def test_call_without_credentials_sends_none(connect, recorder):
    headers = dict(request_of(connect(recorder.url, api_key={}), recorder, 'user_self').headers)
    assert 'X-Api-Key' not in headers
    assert 'Authorization' not in headers


def test_configuration_instead_of_client_raises_and_shows_the_fix(configuration):
    with pytest.raises(TypeError, match=r'api_client must be an ApiClient, .* UserApi\(ApiClient\(configuration\)\)'):
        UserApi(configuration)


def test_non_ascii_credentials_are_sent_as_utf8_in_basic_auth(connect, recorder):
    api = connect(recorder.url, api_key={}, username=u'jürgen', password=u'日本')
    assert dict(request_of(api, recorder, 'user_self').headers)['Authorization'] == basic(u'jürgen:日本')


def test_non_ascii_credentials_are_sent_as_utf8_in_the_body(connect, recorder):
    data = UserAuthTokenRequest(email=u'jürgen@example.com', password=u'日本')
    body = request_of(connect(recorder.url), recorder, 'user_token_create', data).body
    assert u'日本'.encode('utf-8') in body
    assert json.loads(body.decode('utf-8')) == {'email': u'jürgen@example.com', 'password': u'日本'}


def test_model_and_dict_send_the_same_body(connect, recorder):
    api = connect(recorder.url)
    as_dict = request_of(api, recorder, 'user_token_create', {'two_factor_token': 't', 'totp_token': '1'}).body
    as_model = request_of(api, recorder, 'user_token_create',
                          UserAuthTokenRequest(two_factor_token='t', totp_token='1')).body
    assert json.loads(as_dict.decode('utf-8')) == json.loads(as_model.decode('utf-8'))


@pytest.mark.parametrize('ending', ['', '/', '//'])
def test_trailing_slashes_of_the_host_do_not_change_the_url(connect, recorder, ending):
    assert request_of(connect(recorder.url + ending), recorder, 'user_self').target == '/v1/user/self/'


@pytest.mark.parametrize('name, model', [
    ('user_self', UserBrief),
    ('user_token_create', UserAuthToken),
    ('user_tokens_create', UserAuthenticationToken),
    ('user_tokens_list', InlineResponse2001),
    ('user_tokens_refresh', UserAuthenticationToken),
])
class TestForms(object):
    """Each method with and without ``_with_http_info``, ``async_req`` and ``_preload_content``."""

    def test_plain_form_returns_the_model(self, connect, recorder, name, model):
        assert type(getattr(connect(recorder.url), name)(*METHODS[name])) is model

    def test_plain_form_ignores_return_http_data_only(self, connect, recorder, name, model):
        method = getattr(connect(recorder.url), name)
        assert type(method(*METHODS[name], _return_http_data_only=False)) is model

    def test_with_http_info_returns_data_status_and_headers(self, connect, recorder, name, model):
        data, status, headers = getattr(connect(recorder.url), name + '_with_http_info')(*METHODS[name])
        assert type(data) is model
        assert status == 200
        assert headers['content-type'] == 'application/json'

    def test_with_http_info_can_return_data_only(self, connect, recorder, name, model):
        method = getattr(connect(recorder.url), name + '_with_http_info')
        assert type(method(*METHODS[name], _return_http_data_only=True)) is model

    def test_async_req_returns_an_async_result(self, connect, recorder, name, model):
        result = getattr(connect(recorder.url), name)(*METHODS[name], async_req=True)
        result.wait(10)
        assert result.ready()
        assert result.successful()
        assert type(result.get(timeout=10)) is model

    def test_preload_content_false_returns_the_unread_response(self, connect, recorder, name, model):
        response = getattr(connect(recorder.url), name)(*METHODS[name], _preload_content=False)
        assert json.loads(response.read().decode('utf-8'))['slug'] == 'ada'

    def test_with_http_info_returns_the_unread_response_too(self, connect, recorder, name, model):
        method = getattr(connect(recorder.url), name + '_with_http_info')
        response, status, headers = method(*METHODS[name], _preload_content=False)
        assert (status, headers['Content-Type']) == (200, 'application/json')
        assert response.data

    def test_unknown_keyword_raises_an_error_with_its_name(self, connect, recorder, name, model):
        with pytest.raises(TypeError, match='nonsense'):
            getattr(connect(recorder.url), name)(*METHODS[name], nonsense=1)
        assert recorder.requests == []

    def test_headers_of_a_call_override_default_headers(self, connect, recorder, name, model):
        api = connect(recorder.url)
        api.api_client.set_default_header('X-Trace', 'all')
        api.api_client.set_default_header('X-Job', '7')
        getattr(api, name)(*METHODS[name], _headers={'x-trace': 'one', 'User-Agent': 'mine', 'X-Api-Key': 'other'})
        getattr(api, name)(*METHODS[name])
        sent = [{key.lower(): value for key, value in request.headers} for request in recorder.requests]
        assert [headers['x-trace'] for headers in sent] == ['one', 'all']
        assert (sent[0]['user-agent'], sent[0]['x-job']) == ('mine', '7')
        if name != 'user_token_create':
            assert sent[0]['x-api-key'] == 'the-secret-key-0123456789'

    def test_retries_of_a_call_override_the_setting(self, connect, monkeypatch, name, model):
        monkeypatch.setattr(ApiRetry, 'BACKOFF_BASE', 0.001)
        with ScriptedServer(json_response('{}', 429, [('Retry-After', '0')])) as server:
            api = connect(server.url, retries=1)
            counts = []
            for options in {}, {'_retries': 0}, {'_retries': 2}, {'_retries': Retry(0)}:
                del server.requests[:]
                with pytest.raises(TooManyRequestsException):
                    getattr(api, name)(*METHODS[name], **options)
                counts.append(len(server.requests))
        assert counts == [2, 1, 3, 1]

    @pytest.mark.parametrize('option, value, error', [
        ('_retries', -1, ValueError), ('_retries', 'x', TypeError), ('_headers', {'X-A': 'a\r\nb'}, ValueError),
    ])
    def test_invalid_option_raises_before_sending(self, connect, recorder, name, model, option, value, error):
        with pytest.raises(error):
            getattr(connect(recorder.url), name)(*METHODS[name], **{option: value})
        assert recorder.requests == []

    def test_docstring_of_with_http_info_names_the_plain_form(self, connect, recorder, name, model):
        assert name in getattr(UserApi, name + '_with_http_info').__doc__


@pytest.mark.parametrize('option', ['collection_formats', 'header_params', 'post_params'])
def test_call_api_option_raises_and_lists_the_options_of_methods(connect, recorder, option):
    expected = ('argument %r; .* _headers, _preload_content, _request_timeout, _retries, _return_http_data_only, '
                'async_req$' % option)
    with pytest.raises(TypeError, match=expected):
        connect(recorder.url).user_self(**{option: {'X-Custom': 'a'}})
    assert recorder.requests == []


@pytest.mark.parametrize('slug_perm, error', [
    ('', ValueError), ('.', ValueError), ('..', ValueError), (None, ValueError),
    (5, TypeError), (True, TypeError), (['x'], TypeError),
])
def test_invalid_slug_perm_raises_before_sending(connect, recorder, slug_perm, error):
    with pytest.raises(error, match='slug_perm'):
        connect(recorder.url).user_tokens_refresh(slug_perm)
    assert recorder.requests == []


def test_missing_slug_perm_raises_type_error(connect, recorder):
    with pytest.raises(TypeError):
        connect(recorder.url).user_tokens_refresh()
    assert recorder.requests == []


@pytest.mark.parametrize('name', ['page', 'page_size'])
@pytest.mark.parametrize('value', ['2', True, 1.5, [1]])
def test_page_that_is_not_an_int_raises_before_sending(connect, recorder, name, value):
    with pytest.raises(TypeError, match=name):
        connect(recorder.url).user_tokens_list(**{name: value})
    assert recorder.requests == []


@pytest.mark.parametrize('data, error, name', [
    ('raw', TypeError, 'data'),
    ([], TypeError, 'data'),
    (UserBrief(name='x'), TypeError, 'data'),
    ({'email': 5}, TypeError, 'email'),
    ({'password': ''}, ValueError, 'password'),
])
def test_invalid_sign_in_data_raises_before_sending(connect, recorder, data, error, name):
    with pytest.raises(error, match=name):
        connect(recorder.url).user_token_create(data)
    assert recorder.requests == []


def test_invalid_data_is_sent_without_client_side_validation(connect, recorder):
    api = connect(recorder.url, client_side_validation=False)
    assert request_of(api, recorder, 'user_token_create', {'email': ''}).body == b'{"email": ""}'


def test_unknown_fields_of_a_dict_are_sent(connect, recorder):
    body = request_of(connect(recorder.url), recorder, 'user_token_create', {'email': 'a@b.c', 'device': 'x'}).body
    assert json.loads(body.decode('utf-8')) == {'email': 'a@b.c', 'device': 'x'}


def test_user_api_without_a_client_creates_one():
    api = UserApi()
    assert api.api_client.configuration.host == Configuration().host
    api.api_client.close()


def test_two_factor_sign_in_returns_the_api_key(sandbox, connect):
    user = sandbox.add_user(two_factor=True)
    api = connect(sandbox.url, api_key={})
    with pytest.raises(TwoFactorRequiredException) as raised:
        api.user_token_create({'email': user.email, 'password': user.password})
    signed_in = api.user_token_create(UserAuthTokenRequest(two_factor_token=raised.value.two_factor_token,
                                                           totp_token=user.totp_token))
    assert signed_in.token == user.api_key


def test_all_five_methods_work_end_to_end(sandbox, connect):
    user = sandbox.add_user(name='Ada')
    api = connect(sandbox.url, api_key={}, username=user.email, password=user.password)
    created = api.user_tokens_create()
    signed_in = api.user_token_create({'email': user.email, 'password': user.password})
    keys = api.api_client.configuration.api_key
    keys['X-Api-Key'] = signed_in.token
    assert api.user_self().name == 'Ada'
    listed = api.user_tokens_list().results
    assert [key.slug_perm for key in listed] == [created.slug_perm]
    assert listed[0].key != created.key
    assert listed[0].created == created.created
    refreshed = api.user_tokens_refresh(created.slug_perm)
    assert refreshed.key != created.key
    keys['X-Api-Key'] = refreshed.key
    with pytest.raises(NotFoundException):
        api.user_tokens_refresh('nosuchkey')


def test_one_client_can_be_shared_by_several_apis(client):
    assert UserApi(client).user_self() == UserApi(client).user_self()
    assert isinstance(UserApi(client).api_client, ApiClient)
