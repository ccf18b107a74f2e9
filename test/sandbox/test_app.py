# -*- coding: utf-8 -*-
import base64
import io
import json
import re

import pytest

from cloudsmith_api.sandbox import Sandbox
from cloudsmith_api.sandbox._messages import MAX_BODY_BYTES, Request

EVERY_ENDPOINT = [
    ('GET', '/user/self/'),
    ('POST', '/user/token/'),
    ('POST', '/user/tokens/'),
    ('GET', '/user/tokens/'),
    ('PUT', '/user/tokens/abc/refresh/'),
]


@pytest.fixture
def ada(service):
    return service.add_user(slug=u'ada', name=u'Ädä', password=u'Pässword:1', api_key=True)


@pytest.fixture
def grace(service):
    return service.add_user(slug=u'grace', two_factor=True)


def first_step(call_app, user):
    return call_app('POST', '/user/token/', data={'email': user.email, 'password': user.password})


@pytest.mark.parametrize('prefix', ['', '/v1'])
def test_user_self_returns_owner_of_key(call_app, ada, prefix):
    response = call_app('GET', prefix + '/user/self/', key=ada.api_key)
    assert response.status == 200
    assert response.headers['content-type'] == 'application/json'
    assert response.json == {
        'authenticated': True,
        'email': 'ada@example.com',
        'name': u'Ädä',
        'profile_url': 'http://127.0.0.1/~ada/',
        'self_url': 'http://127.0.0.1%s/user/self/' % prefix,
        'slug': 'ada',
        'slug_perm': ada.slug_perm,
    }


def test_response_body_is_unescaped_utf8(call_app, ada):
    assert u'Ädä'.encode('utf-8') in call_app('GET', '/user/self/', key=ada.api_key).body


def test_key_with_prefix_authenticates(call_app, ada):
    assert call_app('GET', '/user/self/', key='Token ' + ada.api_key).status == 200


def test_unknown_key_returns_401(call_app):
    response = call_app('GET', '/user/self/', key='unknown')
    assert (response.status, response.json) == (401, {'detail': 'Invalid token.'})
    assert response.headers['www-authenticate'].startswith('Basic ')


NOBODY = {
    'authenticated': False, 'email': None, 'name': None, 'profile_url': None, 'self_url': None, 'slug': None,
    'slug_perm': None,
}


@pytest.mark.parametrize('headers', [{}, {'HTTP_X_API_KEY': ' '}, {'HTTP_AUTHORIZATION': 'Digest x'}])
def test_user_self_without_credentials_returns_no_user(call_app, headers):
    response = call_app('GET', '/user/self/', **headers)
    assert (response.status, response.json) == (200, NOBODY)


@pytest.mark.parametrize('method, path', [
    ('POST', '/user/tokens/'), ('GET', '/user/tokens/'), ('PUT', '/user/tokens/abc/refresh/'),
])
def test_missing_credentials_return_401(call_app, method, path):
    for headers in ({}, {'HTTP_AUTHORIZATION': 'Digest x'}):
        response = call_app(method, path, **headers)
        assert (response.status, response.json) == (401, {'detail': 'No credentials were sent.'})


@pytest.mark.parametrize('method, path, status', [
    ('GET', '/user/self/', 200), ('POST', '/v1/user/tokens/', 400), ('GET', '/user/tokens/', 200),
    ('PUT', '/user/tokens/abc/refresh/', 404),
])
def test_access_token_is_accepted_where_a_key_is(call_app, service, ada, method, path, status):
    token = service.issue_token(ada)
    assert call_app(method, path, HTTP_AUTHORIZATION='Bearer ' + token).status == status
    assert call_app(method, path, HTTP_AUTHORIZATION='bearer  %s ' % token).status == status


def test_access_token_is_a_json_web_token(service, ada):
    parts = service.issue_token(ada).split('.')
    header, claims = [json.loads(base64.urlsafe_b64decode(part + '==').decode('utf-8')) for part in parts[:2]]
    assert (header['typ'], len(parts), '=' in ''.join(parts)) == ('JWT', 3, False)
    assert (claims['sub'], claims['iat'], claims['exp']) == ('ada', 1600000000, 1600007201)


@pytest.mark.parametrize('token', ['', 'unknown', 'a.b.c', 'csa_' + 36 * 'x'])
def test_access_token_of_another_issuer_returns_401(call_app, ada, token):
    response = call_app('GET', '/user/self/', HTTP_AUTHORIZATION='Bearer ' + token)
    assert (response.status, response.json) == (401, {'detail': 'Invalid token.'})


def test_api_key_as_access_token_returns_401(call_app, ada):
    assert call_app('GET', '/user/self/', HTTP_AUTHORIZATION='Bearer ' + str(ada.api_key)).status == 401


def test_expired_and_revoked_access_tokens_return_401(call_app, service, ada):
    response = call_app('GET', '/user/self/', HTTP_AUTHORIZATION='Bearer ' + service.issue_token(ada, expires_in=-1))
    assert (response.status, response.json) == (401, {'detail': 'Token has expired.'})
    token = service.issue_token(ada)
    service.revoke_token(token)
    response = call_app('GET', '/user/self/', HTTP_AUTHORIZATION='Bearer ' + token)
    assert (response.status, response.json) == (401, {'detail': 'Invalid token.'})


@pytest.mark.parametrize('form', ['%s', 'Bearer %s', 'Token %s'])
def test_access_token_in_key_header_returns_401_outright(call_app, service, ada, form):
    token = service.issue_token(ada)
    response = call_app('GET', '/user/self/', key=form % token, HTTP_AUTHORIZATION='Bearer ' + token)
    assert response.status == 401
    assert response.json == {'detail': 'A JWT is not an API key. Send it as Authorization: Bearer.'}


def test_key_takes_precedence_over_access_token(call_app, service, ada):
    other = 'Bearer ' + service.issue_token(service.add_user(slug=u'other'))
    assert call_app('GET', '/user/self/', key=ada.api_key, HTTP_AUTHORIZATION=other).json['slug'] == 'ada'
    assert call_app('GET', '/user/self/', key='unknown', HTTP_AUTHORIZATION=other).status == 401


def test_expired_key_returns_403(call_app, service, clock):
    user = service.add_user(api_key=True, expires_in=86400)
    assert call_app('GET', '/user/self/', key=user.api_key).status == 200
    clock.now += 86400
    response = call_app('GET', '/user/self/', key=user.api_key)
    assert (response.status, response.json) == (403, {'detail': 'The API key is older than the key policy allows.'})


@pytest.mark.parametrize('user', [None, 'ada'])
def test_issue_token_for_a_non_user_raises_type_error(service, ada, user):
    with pytest.raises(TypeError, match='user must be a User, got %s' % type(user).__name__):
        service.issue_token(user)


def test_expires_in_of_wrong_type_raises_error(service, ada):
    with pytest.raises(TypeError, match='expires_in'):
        service.issue_token(ada, expires_in='soon')


@pytest.mark.parametrize('username', [u'ada', u'ada@example.com'])
def test_basic_auth_accepts_email_or_slug_in_utf8(call_app, ada, username):
    assert call_app('GET', '/user/self/', login=(username, ada.password)).status == 200


def test_wrong_password_returns_401(call_app, ada):
    assert call_app('GET', '/user/self/', login=(u'ada', u'wrong')).status == 401


@pytest.mark.parametrize('header', ['Basic', 'Basic ????', 'Basic a', 'Basic w6Q', 'basic 5A=='])
def test_malformed_basic_auth_returns_401(call_app, header):
    assert call_app('GET', '/user/self/', HTTP_AUTHORIZATION=header).status == 401


def test_blank_key_falls_back_to_basic_auth(call_app, ada):
    assert call_app('GET', '/user/self/', key=' ', login=(u'ada', ada.password)).status == 200


@pytest.mark.parametrize('key, password, status', [('unknown', u'Pässword:1', 401), (None, u'wrong', 200)])
def test_key_takes_precedence_over_basic_auth(call_app, ada, key, password, status):
    assert call_app('GET', '/user/self/', key=key or ada.api_key, login=(u'ada', password)).status == status


def test_basic_auth_of_two_factor_user_returns_401(call_app, grace):
    response = call_app('GET', '/user/self/', login=(u'grace', grace.password))
    assert (response.status, sorted(response.json)) == (401, ['detail'])


def test_basic_auth_failures_lock_account_with_403(call_app, ada):
    for _ in range(5):
        assert call_app('GET', '/user/self/', login=(u'ada', u'wrong')).status == 401
    response = call_app('GET', '/user/self/', login=(u'ada', ada.password))
    assert (response.status, sorted(response.json)) == (403, ['detail'])
    assert first_step(call_app, ada).status == 403


def test_key_works_while_account_is_locked(call_app, ada):
    for _ in range(5):
        call_app('GET', '/user/self/', login=(u'ada', u'wrong'))
    assert call_app('GET', '/user/self/', key=ada.api_key).status == 200


def test_sign_in_returns_the_same_api_key_each_time(call_app, ada):
    for _ in range(2):
        response = first_step(call_app, ada)
        assert (response.status, response.json) == (201, {'token': ada.api_key})


def test_sign_in_creates_key_of_user_without_one(call_app, service):
    user = service.add_user()
    response = first_step(call_app, user)
    assert (response.status, response.json) == (201, {'token': user.api_key})


def test_disabled_password_sign_in_returns_410(call_app, service, ada):
    assert service.password_sign_in is True
    service.password_sign_in = False
    response = first_step(call_app, ada)
    assert response.status == 410
    assert response.json == {'detail': 'Signing in with a password is disabled. Use an API key or OIDC.'}
    with pytest.raises(TypeError, match='password_sign_in'):
        service.password_sign_in = 'gone'


def test_sign_in_ignores_access_token(call_app, service, ada):
    header = 'Bearer ' + service.issue_token(ada)
    assert call_app('POST', '/user/token/', HTTP_AUTHORIZATION=header).status == 422
    data = {'email': ada.email, 'password': ada.password}
    assert call_app('POST', '/user/token/', data=data, HTTP_AUTHORIZATION='Bearer x').status == 201


@pytest.mark.parametrize('data', [None, {}, {'email': 'ignored', 'password': None}])
def test_sign_in_accepts_basic_auth_with_or_without_body(call_app, ada, data):
    assert call_app('POST', '/user/token/', login=(u'ada', ada.password), data=data).status == 201


def test_sign_in_ignores_key(call_app, ada):
    assert call_app('POST', '/user/token/', key=ada.api_key).status == 422


@pytest.mark.parametrize('login', [(u'ada', u'wrong'), (u'nobody', u'wrong')])
def test_sign_in_with_wrong_credentials_returns_422(call_app, ada, login):
    response = call_app('POST', '/user/token/', login=login)
    assert (response.status, response.json) == (422, {'detail': 'Wrong email or password.'})


def test_sign_in_with_malformed_basic_auth_returns_422(call_app):
    assert call_app('POST', '/user/token/', HTTP_AUTHORIZATION='Basic a').status == 422


def test_sign_in_failures_lock_with_403_until_lock_expires(call_app, ada, clock):
    for _ in range(5):
        assert call_app('POST', '/user/token/', data={'email': ada.email, 'password': 'wrong'}).status == 422
    assert first_step(call_app, ada).status == 403
    clock.now += 900
    assert first_step(call_app, ada).status == 201


@pytest.mark.parametrize('data, fields', [
    (None, ['email', 'password']),
    ({}, ['email', 'password']),
    ({'email': 'a@example.com'}, ['password']),
    ({'password': 'x', 'email': None}, ['email']),
    ({'email': 5, 'password': ['x']}, ['email', 'password']),
    ({'email': '', 'password': 'x'}, ['email']),
    ({'two_factor_token': 'x'}, ['totp_token']),
    ({'totp_token': 'x'}, ['two_factor_token']),
    ({'two_factor_token': True, 'totp_token': ''}, ['totp_token', 'two_factor_token']),
    ([], ['body']),
    ('text', ['body']),
])
def test_missing_and_invalid_parameters_are_named(call_app, data, fields):
    response = call_app('POST', '/user/token/', data=data)
    assert response.status == 422
    assert (response.json['detail'], response.json['code']) == ('Missing or invalid parameters.', 'invalid')
    assert sorted(response.json['fields']) == fields
    assert all(isinstance(message, type(u'')) for messages in response.json['fields'].values()
               for message in messages)


@pytest.mark.parametrize('body', [b'{', b'\xff', b'[' * 200000], ids=['truncated', 'not UTF-8', 'too deep'])
def test_sign_in_body_that_is_not_json_returns_422(call_app, body):
    response = call_app('POST', '/user/token/', body=body)
    assert (response.status, response.json['fields']) == (422, {'body': ['Must be JSON.']})


def test_second_step_returns_token_once(call_app, grace):
    response = first_step(call_app, grace)
    assert response.json['detail'] == 'Two-factor authentication is required.'
    assert (response.status, response.json['two_factor_required']) == (422, True)
    second_step = {'two_factor_token': response.json['two_factor_token'], 'totp_token': grace.totp_token}
    done = call_app('POST', '/user/token/', data=second_step)
    assert (done.status, list(done.json)) == (201, ['token'])
    assert call_app('POST', '/user/token/', data=second_step).status == 422


def test_second_step_takes_precedence_over_basic_auth(call_app, grace):
    token = first_step(call_app, grace).json['two_factor_token']
    second_step = {'two_factor_token': token, 'totp_token': grace.totp_token}
    assert call_app('POST', '/user/token/', login=(u'grace', grace.password), data=second_step).status == 201


def test_wrong_code_returns_422_and_counts_towards_lock(call_app, grace):
    token = first_step(call_app, grace).json['two_factor_token']
    for _ in range(5):
        assert call_app('POST', '/user/token/', data={'two_factor_token': token, 'totp_token': 'x'}).status == 422
    assert first_step(call_app, grace).status == 403


def test_created_key_is_returned_in_full(call_app, service):
    user = service.add_user()
    response = call_app('POST', '/user/tokens/', login=(user.slug, user.password))
    assert response.status == 201
    assert response.json == {
        'created': '2020-09-13T12:26:40.250000Z', 'key': user.api_key, 'slug_perm': user.key_slug_perm,
    }


def test_second_key_returns_400(call_app, ada):
    response = call_app('POST', '/user/tokens/', key=ada.api_key)
    assert (response.status, response.json) == (400, {'detail': 'User has already created an API key.'})


def test_listed_keys_are_masked(call_app, ada):
    response = call_app('GET', '/user/tokens/', key=ada.api_key)
    assert (response.status, list(response.json)) == (200, ['results'])
    only, = response.json['results']
    assert only['slug_perm'] == ada.key_slug_perm
    assert only['key'] == '*' * 36 + ada.api_key[-4:]


def test_refreshed_key_has_new_value_and_same_slug_perm(call_app, ada):
    old_value = ada.api_key
    response = call_app('PUT', '/v1/user/tokens/%s/refresh/' % str(ada.key_slug_perm), key=old_value)
    assert response.status == 200
    assert (response.json['slug_perm'], response.json['key']) == (ada.key_slug_perm, ada.api_key)
    assert call_app('GET', '/user/self/', key=old_value).json == {'detail': 'Invalid token.'}
    assert call_app('GET', '/user/self/', key=ada.api_key).status == 200


def test_refreshing_unknown_key_returns_404(call_app, ada):
    response = call_app('PUT', '/user/tokens/unknown/refresh/', key=ada.api_key)
    assert (response.status, response.json) == (404, {'detail': 'No such API key.'})


def test_refreshing_key_of_another_user_returns_404(call_app, ada, service):
    other = service.add_user(api_key=True)
    assert call_app('PUT', '/user/tokens/%s/refresh/' % str(other.key_slug_perm), key=ada.api_key).status == 404


@pytest.mark.parametrize('query, page, page_size, shown, rels', [
    ('', 1, 30, 30, ['first', 'next', 'last']),
    ('?page=2', 2, 30, 30, ['first', 'prev', 'next', 'last']),
    ('?page=3', 3, 30, 5, ['first', 'prev', 'last']),
    ('?page=9', 9, 30, 0, ['first', 'prev', 'last']),
    ('?page=0', 1, 30, 30, ['first', 'next', 'last']),
    ('?page=-7&page_size=-1', 1, 30, 30, ['first', 'next', 'last']),
    ('?page=2&page_size=64', 2, 64, 1, ['first', 'prev', 'last']),
    ('?page_size=501', 1, 500, 65, ['first', 'last']),
    ('?page_size=1', 1, 1, 1, ['first', 'next', 'last']),
    ('?page_size=1&page_size=65', 1, 65, 65, ['first', 'last']),
])
def test_page_and_page_size_select_keys(call_app, service, query, page, page_size, shown, rels):
    user = service.add_user(keys=65)
    response = call_app('GET', '/user/tokens/' + query, key=user.api_key)
    first = (page - 1) * page_size
    assert [key['slug_perm'] for key in response.json['results']] == [
        key.slug_perm for key in user.keys[first:first + shown]]
    assert response.headers['x-pagination-count'] == '65'
    assert response.headers['x-pagination-page'] == str(page)
    assert response.headers['x-pagination-pagesize'] == str(page_size)
    assert response.headers['x-pagination-pagetotal'] == str(-(-65 // page_size))
    assert re.findall('rel="([a-z]+)"', response.headers['link']) == rels


@pytest.mark.parametrize('page, previous', [(2, 1), (3, 2), (9, 2)])
def test_links_are_absolute_and_keep_page_size(call_app, service, page, previous):
    user = service.add_user(keys=4)
    target = '/v1/user/tokens/?page=%d&page_size=2'
    response = call_app('GET', target % page, key=user.api_key, HTTP_HOST='localhost:81')
    assert response.headers['link'].split(', ') == [
        '<http://localhost:81%s>; rel="%s"' % (target % number, rel)
        for rel, number in [('first', 1), ('prev', previous), ('last', 2)]
    ]


def test_next_link_is_following_page(call_app, service):
    user = service.add_user(keys=9)
    response = call_app('GET', '/user/tokens/?page=2&page_size=2', key=user.api_key)
    assert re.findall(r'page=(\d+)&page_size=2>; rel="([a-z]+)"', response.headers['link']) == [
        ('1', 'first'), ('1', 'prev'), ('3', 'next'), ('5', 'last')]


def test_empty_list_has_no_pagination_headers(call_app, service):
    user = service.add_user()
    response = call_app('GET', '/user/tokens/', login=(user.slug, user.password))
    assert response.json == {'results': []}
    assert not [name for name in response.headers if name == 'link' or 'pagination' in name]


@pytest.mark.parametrize('name', ['page', 'page_size'])
@pytest.mark.parametrize('value', ['x', '', '1.5', '1_0', '%D9%A3', '9' * 5000])
def test_page_that_is_not_an_integer_returns_422(call_app, ada, name, value):
    response = call_app('GET', '/user/tokens/?%s=%s' % (name, value), key=ada.api_key)
    assert (response.status, list(response.json['fields'])) == (422, [name])


@pytest.mark.parametrize('path', [
    '/', '', '/v1', '/user/self', '/v2/user/self/', '/user/tokens//refresh/', '/user/self/\n',
])
def test_unknown_path_returns_404(call_app, path):
    response = call_app('GET', path, SCRIPT_NAME='' if path else '/mounted')
    assert (response.status, response.json) == (404, {'detail': 'Not Found'})


@pytest.mark.parametrize('host', ['127.0.0.1', '127.0.0.1:8123', 'LocalHost:80', '[::1]:8123', 'localhost:'])
def test_loopback_host_is_served(call_app, ada, host):
    assert call_app('GET', '/user/self/', key=ada.api_key, HTTP_HOST=host).status == 200


@pytest.mark.parametrize('host', [
    'evil.example', 'evil.example:8123', 'localhost.evil.example', '127.0.0.1.evil.example', 'localhost, evil.example',
    '127x0.0.1', '', 'localhost:80\n', '192.168.0.1', 'user@localhost', '[', '[zz]:1',
])
def test_foreign_host_returns_421_without_effect(call_app, service, host):
    user = service.add_user()
    response = call_app('POST', '/user/tokens/', login=(user.slug, user.password), HTTP_HOST=host)
    assert response.status == 421
    assert response.json == {'detail': 'Host must be 127.0.0.1, localhost or [::1], with any port.'}
    assert user.api_key is None


@pytest.mark.parametrize('host', ['[', '[zz]:1', 'a?b#c', ''])
def test_recorded_path_does_not_depend_on_host(host):
    environ = {'REQUEST_METHOD': 'GET', 'wsgi.url_scheme': 'http', 'SCRIPT_NAME': '/a b', 'PATH_INFO': '/c;d'}
    assert Request(dict(environ, HTTP_HOST=host, SERVER_NAME='[', SERVER_PORT='80')).path == '/a%20b/c;d'


WEBSITES = [
    {'HTTP_ORIGIN': 'https://evil.example'}, {'HTTP_ORIGIN': 'null'}, {'HTTP_ORIGIN': 'http://localhost.evil.example'},
    {'HTTP_ORIGIN': 'http://127.0.0.1@evil.example'}, {'HTTP_ORIGIN': ''}, {'HTTP_SEC_FETCH_SITE': 'cross-site'},
    {'HTTP_ORIGIN': 'http://localhost:3000', 'HTTP_SEC_FETCH_SITE': 'cross-site'},
]


@pytest.mark.parametrize('headers', WEBSITES)
def test_request_from_website_returns_403_without_effect(call_app, service, headers):
    user = service.add_user()
    response = call_app('POST', '/user/tokens/', login=(user.slug, user.password), **headers)
    assert response.status == 403
    assert response.json == {'detail': 'A browser sent this request for a website that is not on this machine.'}
    assert user.api_key is None


@pytest.mark.parametrize('headers', [
    {'HTTP_ORIGIN': 'http://127.0.0.1:8123'}, {'HTTP_ORIGIN': 'https://localhost', 'HTTP_SEC_FETCH_SITE': 'same-site'},
    {'HTTP_SEC_FETCH_SITE': 'same-origin'}, {'HTTP_SEC_FETCH_SITE': 'none'},
])
def test_request_from_local_page_is_served(call_app, headers):
    assert call_app('GET', '/user/self/', **headers).status == 200


@pytest.mark.parametrize('headers', [{'HTTP_HOST': 'evil.example'}, {'HTTP_ORIGIN': 'https://evil.example'}])
def test_refused_request_leaves_faults_records_and_rate_limit(call_app, service, headers):
    service.fail_next(status=503)
    response = call_app('GET', '/user/self/', **headers)
    assert [name for name in response.headers if name.startswith('x-ratelimit')] == service.requests == []
    assert call_app('HEAD', '/user/self/', **headers).body == b''
    response = call_app('GET', '/user/self/')
    assert (response.status, response.headers['x-ratelimit-remaining']) == (503, '1799')
    assert len(service.requests) == 1


@pytest.mark.parametrize('path, allow', [
    ('/user/self/', 'GET, HEAD'),
    ('/user/token/', 'POST'),
    ('/user/tokens/', 'GET, HEAD, POST'),
    ('/v1/user/tokens/abc/refresh/', 'PUT'),
])
def test_wrong_method_returns_405_with_allow(call_app, path, allow):
    response = call_app('DELETE', path)
    assert (response.status, response.json) == (405, {'detail': 'Method Not Allowed'})
    assert response.headers['allow'] == allow


def test_head_returns_headers_of_get_without_body(call_app, ada):
    get_response = call_app('GET', '/user/self/', key=ada.api_key)
    response = call_app('HEAD', '/user/self/', key=ada.api_key)
    assert (response.status, response.body) == (200, b'')
    assert response.headers['content-length'] == get_response.headers['content-length']
    assert response.headers['content-length'] == str(len(get_response.body))


@pytest.mark.parametrize('method, path', EVERY_ENDPOINT + [('GET', '/unknown/'), ('PATCH', '/user/self/')])
def test_every_response_counts_down_rate_limit(call_app, method, path):
    first, second = call_app(method, path, key='unknown'), call_app(method, path, key='unknown')
    assert first.headers['x-ratelimit-limit'] == '100000'
    assert first.headers['x-ratelimit-remaining'] == '99999'
    assert second.headers['x-ratelimit-remaining'] == '99998'
    assert second.headers['x-ratelimit-reset'] == '1600003601'
    assert float(second.headers['x-ratelimit-interval']) == pytest.approx(3600 / 99998.0, abs=1e-6)


@pytest.mark.parametrize('credentials, limit', [
    ({}, '1800'), ({'key': ' '}, '1800'), ({'key': 'x'}, '100000'), ({'login': (u'ada', u'x')}, '100000'),
    ({'HTTP_AUTHORIZATION': 'Bearer x'}, '100000'),
])
def test_requests_without_credentials_have_a_lower_limit(call_app, credentials, limit):
    assert call_app('GET', '/user/self/', **credentials).headers['x-ratelimit-limit'] == limit


@pytest.mark.parametrize('method, path', EVERY_ENDPOINT)
def test_exhausted_rate_limit_returns_429_until_window_ends(call_app, clock, method, path):
    small = Sandbox(rate_limit=1, clock=clock)
    assert call_app(method, path, app=small.app).status in (200, 401, 422)
    clock.now += 296.5
    response = call_app(method, path, app=small.app)
    assert response.status == 429
    assert response.headers['retry-after'] == '3304'
    assert response.headers['x-ratelimit-remaining'] == '0'
    assert float(response.headers['x-ratelimit-interval']) == 3303.5
    assert response.json == {'detail': 'Request was throttled. Expected available in 3304.0 seconds.'}
    clock.now += 3304
    assert call_app(method, path, app=small.app).status in (200, 401, 422)


def test_max_body_bytes_is_one_mebibyte():
    assert MAX_BODY_BYTES == 1048576


def test_body_of_maximum_length_is_read(call_app, service):
    call_app('POST', '/user/token/', body=b' ' * MAX_BODY_BYTES)
    assert len(service.requests[0].body) == MAX_BODY_BYTES


@pytest.mark.parametrize('variables, status', [
    ({'CONTENT_LENGTH': str(MAX_BODY_BYTES + 1)}, 413),
    ({'CONTENT_LENGTH': '-5'}, 400),
    ({'CONTENT_LENGTH': 'x'}, 400),
    ({'CONTENT_LENGTH': '1_0'}, 400),
    ({'CONTENT_LENGTH': '9' * 5000}, 400),
    ({'CONTENT_LENGTH': '5'}, 400),
    ({'HTTP_TRANSFER_ENCODING': 'chunked'}, 411),
])
def test_invalid_body_length_returns_error(service, call_app, variables, status):
    def with_variables(environ, start_response):
        return service.app(dict(environ, **variables), start_response)

    response = call_app('POST', '/user/token/', app=with_variables, body=b'four')
    assert (response.status, list(response.json)) == (status, ['detail'])
    assert service.requests[0].body == b''


def test_internal_error_returns_500_and_is_logged(call_app):
    def broken():
        raise ZeroDivisionError('the clock stopped')

    log = io.StringIO() if str is not bytes else io.BytesIO()
    response = call_app('GET', '/user/self/', app=Sandbox(clock=broken).app, **{'wsgi.errors': log})
    assert (response.status, response.json) == (500, {'detail': 'Internal Server Error'})
    assert 'the clock stopped' in log.getvalue()


def test_requests_are_recorded_in_order_until_cleared(call_app, service):
    call_app('GET', '/v1/user/self/')
    call_app('POST', '/user/token/?x=%20', body=b'\x00{')
    assert [(request.method, request.path, request.query, request.body) for request in service.requests] == [
        ('GET', '/v1/user/self/', '', b''), ('POST', '/user/token/', 'x=%20', b'\x00{'),
    ]
    del service.requests[:]
    call_app('HEAD', '/unknown/')
    assert [request.method for request in service.requests] == ['HEAD']


def test_other_server_path_is_percent_encoded_again(call_app, service):
    call_app('GET', '/user/tokens/a b\xe4/')
    assert service.requests[0].path == '/user/tokens/a%20b%E4/'


def test_other_server_headers_come_from_environ(call_app, service):
    call_app('POST', '/user/self/', key='the key', CONTENT_TYPE='application/json', body=b'12')
    headers = service.requests[0].headers
    assert sorted(headers) == [
        ('Content-Length', '2'),
        ('Content-Type', 'application/json'),
        ('Host', '127.0.0.1'),
        ('X-Api-Key', 'the key'),
    ]
    assert len(headers) == 4


def test_recorded_header_lookup_ignores_case(call_app, service):
    call_app('GET', '/user/self/', key='the key')
    headers = service.requests[0].headers
    assert headers['x-API-key'] == headers.get('X-Api-Key') == 'the key'
    assert 'X-API-KEY' in headers
    assert 'Cookie' not in headers
    assert headers.get('Cookie') is None
    assert headers.get('Cookie', 'none') == 'none'
    with pytest.raises(KeyError, match='Cookie'):
        headers['Cookie']


def test_recorded_request_repr_shows_no_secret(call_app, service):
    call_app('POST', '/user/token/?hidden=hidden', key='hidden', login=(u'hidden', u'hidden'), body=b'hidden')
    shown = repr(service.requests[0])
    assert 'POST /user/token/' in shown
    assert 'X-Api-Key' in shown
    assert '6 bytes' in shown
    assert 'hidden' not in shown
    assert service.requests[0].headers['Authorization'] not in shown
