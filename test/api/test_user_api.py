# -*- coding: utf-8 -*-
"""The five methods: exactly what each sends, what each gives, and what each refuses."""

import base64
import json

import pytest
from servers import ScriptedServer, json_response

from cloudsmith_api import (
    ApiClient,
    Configuration,
    InlineResponse2001,
    NotFoundException,
    TwoFactorRequiredException,
    UserApi,
    UserAuthenticationToken,
    UserAuthToken,
    UserAuthTokenRequest,
    UserBrief,
)

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
    """A server that says to everything what any of the five methods can read."""
    with ScriptedServer(json_response('{"results": [], "slug": "ada", "token": "t", "key": "k"}')) as server:
        yield server


def sent_by(api, recorder, name, *args, **kwargs):
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
def test_a_method_sends_its_verb_path_query_and_body(connect, recorder, name, args, kwargs, verb, target, body):
    request = sent_by(connect(recorder.url), recorder, name, *args, **kwargs)
    assert (request.method, request.target) == (verb, target)
    if body:
        assert json.loads(request.body.decode('utf-8')) == json.loads(body.decode('utf-8'))
    else:
        assert request.body == b''


@pytest.mark.parametrize('name', sorted(METHODS))
def test_a_method_sends_exactly_the_documented_headers(connect, recorder, name):
    headers = dict(sent_by(connect(recorder.url), recorder, name, *METHODS[name]).headers)
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
def test_the_key_alone_is_sent_where_key_and_password_are_set(connect, recorder, name):
    api = connect(recorder.url, username='ada', password='pw')
    headers = dict(sent_by(api, recorder, name, *METHODS[name]).headers)
    if name == 'user_token_create':
        assert 'X-Api-Key' not in headers
        assert headers['Authorization'] == basic('ada:pw')
    else:
        assert headers['X-Api-Key'] == KEY
        assert 'Authorization' not in headers


def test_the_key_is_sent_behind_its_prefix(connect, recorder):
    api = connect(recorder.url, api_key_prefix={'X-Api-Key': 'Token'})
    assert dict(sent_by(api, recorder, 'user_self').headers)['X-Api-Key'] == 'Token ' + KEY


def test_without_credentials_none_are_sent(connect, recorder):
    names = dict(sent_by(connect(recorder.url, api_key={}), recorder, 'user_self').headers)
    assert 'X-Api-Key' not in names
    assert 'Authorization' not in names


def test_a_configuration_in_place_of_a_client_is_refused_with_what_to_write(configuration):
    with pytest.raises(TypeError, match=r'api_client must be an ApiClient, .* UserApi\(ApiClient\(configuration\)\)'):
        UserApi(configuration)


def test_non_ascii_credentials_arrive_as_utf_8_in_basic_authentication(connect, recorder):
    api = connect(recorder.url, api_key={}, username=u'jürgen', password=u'日本')
    assert dict(sent_by(api, recorder, 'user_self').headers)['Authorization'] == basic(u'jürgen:日本')


def test_non_ascii_credentials_arrive_as_utf_8_in_the_body(connect, recorder):
    data = UserAuthTokenRequest(email=u'jürgen@example.com', password=u'日本')
    body = sent_by(connect(recorder.url), recorder, 'user_token_create', data).body
    assert u'日本'.encode('utf-8') in body
    assert json.loads(body.decode('utf-8')) == {'email': u'jürgen@example.com', 'password': u'日本'}


def test_a_model_and_a_dict_send_the_same(connect, recorder):
    api = connect(recorder.url)
    as_dict = sent_by(api, recorder, 'user_token_create', {'two_factor_token': 't', 'totp_token': '1'}).body
    as_model = sent_by(api, recorder, 'user_token_create',
                       UserAuthTokenRequest(two_factor_token='t', totp_token='1')).body
    assert json.loads(as_dict.decode('utf-8')) == json.loads(as_model.decode('utf-8'))


@pytest.mark.parametrize('ending', ['', '/', '//'])
def test_a_host_gives_the_same_url_with_and_without_trailing_slash(connect, recorder, ending):
    assert sent_by(connect(recorder.url + ending), recorder, 'user_self').target == '/v1/user/self/'


@pytest.mark.parametrize('name, model', [
    ('user_self', UserBrief),
    ('user_token_create', UserAuthToken),
    ('user_tokens_create', UserAuthenticationToken),
    ('user_tokens_list', InlineResponse2001),
    ('user_tokens_refresh', UserAuthenticationToken),
])
class TestForms(object):
    """What each method gives in each of its forms."""

    def test_the_plain_form_gives_the_model(self, connect, recorder, name, model):
        assert type(getattr(connect(recorder.url), name)(*METHODS[name])) is model

    def test_the_plain_form_gives_the_model_whatever_return_http_data_only_says(self, connect, recorder, name, model):
        method = getattr(connect(recorder.url), name)
        assert type(method(*METHODS[name], _return_http_data_only=False)) is model

    def test_the_other_form_gives_data_status_and_headers(self, connect, recorder, name, model):
        data, status, headers = getattr(connect(recorder.url), name + '_with_http_info')(*METHODS[name])
        assert type(data) is model
        assert status == 200
        assert headers['content-type'] == 'application/json'

    def test_the_other_form_can_give_data_alone(self, connect, recorder, name, model):
        method = getattr(connect(recorder.url), name + '_with_http_info')
        assert type(method(*METHODS[name], _return_http_data_only=True)) is model

    def test_async_req_gives_something_to_wait_for(self, connect, recorder, name, model):
        result = getattr(connect(recorder.url), name)(*METHODS[name], async_req=True)
        result.wait(10)
        assert result.ready()
        assert result.successful()
        assert type(result.get(timeout=10)) is model

    def test_preload_content_false_gives_the_unread_response(self, connect, recorder, name, model):
        response = getattr(connect(recorder.url), name)(*METHODS[name], _preload_content=False)
        assert json.loads(response.read().decode('utf-8'))['slug'] == 'ada'

    def test_preload_content_false_with_http_info_gives_status_and_headers_too(self, connect, recorder, name, model):
        method = getattr(connect(recorder.url), name + '_with_http_info')
        response, status, headers = method(*METHODS[name], _preload_content=False)
        assert (status, headers['Content-Type']) == (200, 'application/json')
        assert response.data

    def test_an_unknown_keyword_is_named(self, connect, recorder, name, model):
        with pytest.raises(TypeError, match='nonsense'):
            getattr(connect(recorder.url), name)(*METHODS[name], nonsense=1)
        assert recorder.requests == []

    def test_the_documentation_names_the_other_form(self, connect, recorder, name, model):
        assert getattr(UserApi, name).__name__ == name
        other = getattr(UserApi, name + '_with_http_info')
        assert other.__name__ == name + '_with_http_info'
        assert name in other.__doc__


@pytest.mark.parametrize('option', ['collection_formats', 'header_params', 'post_params'])
def test_what_call_api_takes_besides_is_refused_with_the_options_that_a_method_has(connect, recorder, option):
    expected = 'argument %r; .* _preload_content, _request_timeout, _return_http_data_only, async_req$' % option
    with pytest.raises(TypeError, match=expected):
        connect(recorder.url).user_self(**{option: {'X-Mine': 'a'}})
    assert recorder.requests == []


@pytest.mark.parametrize('slug_perm, error', [
    ('', ValueError), ('.', ValueError), ('..', ValueError), (None, ValueError),
    (5, TypeError), (True, TypeError), (['x'], TypeError),
])
def test_a_slug_perm_that_is_none_is_refused_before_sending(connect, recorder, slug_perm, error):
    with pytest.raises(error, match='slug_perm'):
        connect(recorder.url).user_tokens_refresh(slug_perm)
    assert recorder.requests == []


def test_a_missing_slug_perm_is_a_type_error(connect, recorder):
    with pytest.raises(TypeError):
        connect(recorder.url).user_tokens_refresh()
    assert recorder.requests == []


@pytest.mark.parametrize('name', ['page', 'page_size'])
@pytest.mark.parametrize('value', ['2', True, 1.5, [1]])
def test_a_page_that_is_no_whole_number_is_refused_before_sending(connect, recorder, name, value):
    with pytest.raises(TypeError, match=name):
        connect(recorder.url).user_tokens_list(**{name: value})
    assert recorder.requests == []


@pytest.mark.parametrize('data, error, named', [
    ('raw', TypeError, 'data'),
    ([], TypeError, 'data'),
    (UserBrief(name='x'), TypeError, 'data'),
    ({'email': 5}, TypeError, 'email'),
    ({'password': ''}, ValueError, 'password'),
])
def test_a_sign_in_that_cannot_be_valid_is_refused_before_sending(connect, recorder, data, error, named):
    with pytest.raises(error, match=named):
        connect(recorder.url).user_token_create(data)
    assert recorder.requests == []


def test_without_client_side_validation_the_service_is_left_to_judge(connect, recorder):
    api = connect(recorder.url, client_side_validation=False)
    assert sent_by(api, recorder, 'user_token_create', {'email': ''}).body == b'{"email": ""}'


def test_fields_that_are_newer_than_this_client_are_sent(connect, recorder):
    body = sent_by(connect(recorder.url), recorder, 'user_token_create', {'email': 'a@b.c', 'device': 'x'}).body
    assert json.loads(body.decode('utf-8')) == {'email': 'a@b.c', 'device': 'x'}


def test_an_api_without_a_client_makes_one():
    api = UserApi()
    assert api.api_client.configuration.host == Configuration().host
    api.api_client.close()


def test_all_five_calls_work_end_to_end(sandbox, connect):
    person = sandbox.add_user(name='Ada', two_factor=True)
    api = connect(sandbox.url, api_key={})
    with pytest.raises(TwoFactorRequiredException) as raised:
        api.user_token_create({'email': person.email, 'password': person.password})
    answer = api.user_token_create(UserAuthTokenRequest(two_factor_token=raised.value.two_factor_token,
                                                        totp_token=person.totp_token))
    keys = api.api_client.configuration.api_key
    keys['X-Api-Key'] = answer.token
    assert api.user_self().name == 'Ada'
    created = api.user_tokens_create()
    keys['X-Api-Key'] = created.key
    listed = api.user_tokens_list().results
    assert [key.slug_perm for key in listed] == [created.slug_perm]
    assert listed[0].key != created.key
    assert listed[0].created == created.created
    refreshed = api.user_tokens_refresh(created.slug_perm)
    assert refreshed.key != created.key
    keys['X-Api-Key'] = refreshed.key
    with pytest.raises(NotFoundException):
        api.user_tokens_refresh('nosuchkey')


def test_one_client_serves_several_apis(client):
    assert UserApi(client).user_self() == UserApi(client).user_self()
    assert isinstance(UserApi(client).api_client, ApiClient)
