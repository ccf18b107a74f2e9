# -*- coding: utf-8 -*-
import io
import re

import pytest

from cloudsmith_api.sandbox import Sandbox
from cloudsmith_api.sandbox.messages import MOST_BODY_BYTES

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


def first_step(ask, user):
    return ask('POST', '/user/token/', data={'email': user.email, 'password': user.password})


@pytest.mark.parametrize('prefix', ['', '/v1'])
def test_a_key_tells_who_one_is(ask, ada, prefix):
    reply = ask('GET', prefix + '/user/self/', key=ada.api_key)
    assert reply.status == 200
    assert reply.headers['content-type'] == 'application/json'
    assert reply.json == {
        'authenticated': True,
        'email': 'ada@example.com',
        'name': u'Ädä',
        'profile_url': 'http://127.0.0.1/~ada/',
        'self_url': 'http://127.0.0.1%s/user/self/' % prefix,
        'slug': 'ada',
        'slug_perm': ada.slug_perm,
    }


def test_a_body_is_utf_8_and_not_escaped(ask, ada):
    assert u'Ädä'.encode('utf-8') in ask('GET', '/user/self/', key=ada.api_key).body


def test_a_key_may_have_a_prefix(ask, ada):
    assert ask('GET', '/user/self/', key='Token ' + ada.api_key).status == 200


def test_an_unknown_key_is_refused_with_401(ask):
    reply = ask('GET', '/user/self/', key='unknown')
    assert (reply.status, reply.json) == (401, {'detail': 'Invalid token.'})
    assert reply.headers['www-authenticate'].startswith('Basic ')


def test_no_credentials_are_refused_with_401(ask):
    reply = ask('GET', '/user/self/')
    assert (reply.status, reply.json) == (401, {'detail': 'No credentials were sent.'})


def test_another_scheme_counts_as_no_credentials(ask):
    reply = ask('GET', '/user/self/', HTTP_AUTHORIZATION='Bearer x')
    assert (reply.status, reply.json) == (401, {'detail': 'No credentials were sent.'})


@pytest.mark.parametrize('username', [u'ada', u'ada@example.com'])
def test_basic_authentication_takes_email_or_slug_in_utf_8(ask, ada, username):
    assert ask('GET', '/user/self/', login=(username, ada.password)).status == 200


def test_a_wrong_password_is_refused_with_401(ask, ada):
    assert ask('GET', '/user/self/', login=(u'ada', u'wrong')).status == 401


@pytest.mark.parametrize('header', ['Basic', 'Basic ????', 'Basic a', 'Basic w6Q', 'basic 5A=='])
def test_unreadable_basic_authentication_is_refused_with_401(ask, header):
    assert ask('GET', '/user/self/', HTTP_AUTHORIZATION=header).status == 401


def test_a_blank_key_leaves_it_to_basic_authentication(ask, ada):
    assert ask('GET', '/user/self/', key=' ', login=(u'ada', ada.password)).status == 200


@pytest.mark.parametrize('key, password, status', [('unknown', u'Pässword:1', 401), (None, u'wrong', 200)])
def test_the_key_wins_over_basic_authentication(ask, ada, key, password, status):
    assert ask('GET', '/user/self/', key=key or ada.api_key, login=(u'ada', password)).status == status


def test_a_password_alone_is_not_enough_where_a_second_factor_is_set(ask, grace):
    reply = ask('GET', '/user/self/', login=(u'grace', grace.password))
    assert (reply.status, sorted(reply.json)) == (401, ['detail'])


def test_failures_by_basic_authentication_lock_with_403(ask, ada):
    for _ in range(5):
        assert ask('GET', '/user/self/', login=(u'ada', u'wrong')).status == 401
    reply = ask('GET', '/user/self/', login=(u'ada', ada.password))
    assert (reply.status, sorted(reply.json)) == (403, ['detail'])
    assert first_step(ask, ada).status == 403


def test_a_key_works_while_its_account_is_locked(ask, ada):
    for _ in range(5):
        ask('GET', '/user/self/', login=(u'ada', u'wrong'))
    assert ask('GET', '/user/self/', key=ada.api_key).status == 200


def test_email_and_password_give_a_token_that_works_as_a_key(ask, ada):
    reply = first_step(ask, ada)
    assert (reply.status, list(reply.json)) == (201, ['token'])
    assert ask('GET', '/user/self/', key=reply.json['token']).json['slug'] == 'ada'


@pytest.mark.parametrize('data', [None, {}, {'email': 'ignored', 'password': None}])
def test_basic_authentication_gives_a_token_with_and_without_a_body(ask, ada, data):
    assert ask('POST', '/user/token/', login=(u'ada', ada.password), data=data).status == 201


def test_signing_in_ignores_a_key(ask, ada):
    assert ask('POST', '/user/token/', key=ada.api_key).status == 422


@pytest.mark.parametrize('login', [(u'ada', u'wrong'), (u'nobody', u'wrong')])
def test_wrong_credentials_are_refused_with_422_when_signing_in(ask, ada, login):
    reply = ask('POST', '/user/token/', login=login)
    assert (reply.status, reply.json) == (422, {'detail': 'Wrong email or password.'})


def test_unreadable_basic_authentication_is_refused_with_422_when_signing_in(ask):
    assert ask('POST', '/user/token/', HTTP_AUTHORIZATION='Basic a').status == 422


def test_failures_to_sign_in_lock_with_403_until_the_clock_says_otherwise(ask, ada, clock):
    for _ in range(5):
        assert ask('POST', '/user/token/', data={'email': ada.email, 'password': 'wrong'}).status == 422
    assert first_step(ask, ada).status == 403
    clock.now += 900
    assert first_step(ask, ada).status == 201


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
def test_missing_and_wrong_parameters_are_named(ask, data, fields):
    reply = ask('POST', '/user/token/', data=data)
    assert reply.status == 422
    assert reply.json['detail'] == 'Missing or invalid parameters.'
    assert sorted(reply.json['fields']) == fields
    assert all(isinstance(complaint, type(u'')) for complaints in reply.json['fields'].values()
               for complaint in complaints)


@pytest.mark.parametrize('body', [b'{', b'\xff', b'[' * 200000], ids=['cut', 'no UTF-8', 'too deep'])
def test_a_body_that_is_no_json_is_refused_with_422(ask, body):
    reply = ask('POST', '/user/token/', body=body)
    assert (reply.status, reply.json['fields']) == (422, {'body': ['Must be JSON.']})


def test_a_second_factor_signs_in_once(ask, grace):
    reply = first_step(ask, grace)
    assert reply.json['detail'] == 'Two-factor authentication is required.'
    assert (reply.status, reply.json['two_factor_required']) == (422, True)
    second_step = {'two_factor_token': reply.json['two_factor_token'], 'totp_token': grace.totp_token}
    done = ask('POST', '/user/token/', data=second_step)
    assert (done.status, list(done.json)) == (201, ['token'])
    assert ask('POST', '/user/token/', data=second_step).status == 422


def test_the_second_step_wins_over_basic_authentication(ask, grace):
    token = first_step(ask, grace).json['two_factor_token']
    second_step = {'two_factor_token': token, 'totp_token': grace.totp_token}
    assert ask('POST', '/user/token/', login=(u'grace', grace.password), data=second_step).status == 201


def test_a_wrong_code_is_refused_with_422_and_counts(ask, grace):
    token = first_step(ask, grace).json['two_factor_token']
    for _ in range(5):
        assert ask('POST', '/user/token/', data={'two_factor_token': token, 'totp_token': 'x'}).status == 422
    assert first_step(ask, grace).status == 403


def test_a_key_is_created_in_full(ask, service):
    user = service.add_user()
    reply = ask('POST', '/user/tokens/', login=(user.slug, user.password))
    assert reply.status == 201
    assert reply.json == {
        'created': '2020-09-13T12:26:40.250000Z', 'key': user.api_key, 'slug_perm': user.key_slug_perm,
    }


def test_a_second_key_is_refused_with_400(ask, ada):
    reply = ask('POST', '/user/tokens/', key=ada.api_key)
    assert (reply.status, reply.json) == (400, {'detail': 'User has already created an API key.'})


def test_keys_are_listed_masked(ask, ada):
    reply = ask('GET', '/user/tokens/', key=ada.api_key)
    assert (reply.status, list(reply.json)) == (200, ['results'])
    only, = reply.json['results']
    assert only['slug_perm'] == ada.key_slug_perm
    assert only['key'] == '*' * 36 + ada.api_key[-4:]


def test_a_refreshed_key_has_a_new_value_under_its_name(ask, ada):
    old_value = ada.api_key
    reply = ask('PUT', '/v1/user/tokens/%s/refresh/' % str(ada.key_slug_perm), key=old_value)
    assert reply.status == 200
    assert (reply.json['slug_perm'], reply.json['key']) == (ada.key_slug_perm, ada.api_key)
    assert ask('GET', '/user/self/', key=old_value).json == {'detail': 'Invalid token.'}
    assert ask('GET', '/user/self/', key=ada.api_key).status == 200


def test_an_unknown_key_is_not_refreshed(ask, ada):
    reply = ask('PUT', '/user/tokens/unknown/refresh/', key=ada.api_key)
    assert (reply.status, reply.json) == (404, {'detail': 'No such API key.'})


def test_somebody_elses_key_is_not_refreshed(ask, ada, service):
    other = service.add_user(api_key=True)
    assert ask('PUT', '/user/tokens/%s/refresh/' % str(other.key_slug_perm), key=ada.api_key).status == 404


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
def test_a_page_holds_what_was_asked_of_it(ask, service, query, page, page_size, shown, rels):
    user = service.add_user(keys=65)
    reply = ask('GET', '/user/tokens/' + query, key=user.api_key)
    first = (page - 1) * page_size
    assert [key['slug_perm'] for key in reply.json['results']] == [
        key.slug_perm for key in user.keys[first:first + shown]]
    assert reply.headers['x-pagination-count'] == '65'
    assert reply.headers['x-pagination-page'] == str(page)
    assert reply.headers['x-pagination-pagesize'] == str(page_size)
    assert reply.headers['x-pagination-pagetotal'] == str(-(-65 // page_size))
    assert re.findall('rel="([a-z]+)"', reply.headers['link']) == rels


@pytest.mark.parametrize('page, previous', [(2, 1), (3, 2), (9, 2)])
def test_links_are_absolute_and_keep_the_page_size(ask, service, page, previous):
    user = service.add_user(keys=4)
    target = '/v1/user/tokens/?page=%d&page_size=2'
    reply = ask('GET', target % page, key=user.api_key, HTTP_HOST='api.test:81')
    assert reply.headers['link'].split(', ') == [
        '<http://api.test:81%s>; rel="%s"' % (target % number, rel)
        for rel, number in [('first', 1), ('prev', previous), ('last', 2)]
    ]


def test_the_next_page_is_the_one_behind(ask, service):
    user = service.add_user(keys=9)
    reply = ask('GET', '/user/tokens/?page=2&page_size=2', key=user.api_key)
    assert re.findall(r'page=(\d+)&page_size=2>; rel="([a-z]+)"', reply.headers['link']) == [
        ('1', 'first'), ('1', 'prev'), ('3', 'next'), ('5', 'last')]


def test_an_empty_list_has_one_page(ask, service):
    user = service.add_user()
    reply = ask('GET', '/user/tokens/', login=(user.slug, user.password))
    assert reply.json == {'results': []}
    assert (reply.headers['x-pagination-count'], reply.headers['x-pagination-pagetotal']) == ('0', '1')


@pytest.mark.parametrize('name', ['page', 'page_size'])
@pytest.mark.parametrize('value', ['x', '', '1.5', '1_0', '%D9%A3', '9' * 5000])
def test_a_page_that_is_no_integer_is_refused_with_422(ask, ada, name, value):
    reply = ask('GET', '/user/tokens/?%s=%s' % (name, value), key=ada.api_key)
    assert (reply.status, list(reply.json['fields'])) == (422, [name])


@pytest.mark.parametrize('path', [
    '/', '', '/v1', '/user/self', '/v2/user/self/', '/user/tokens//refresh/', '/user/self/\n',
])
def test_an_unknown_path_is_answered_with_404(ask, path):
    reply = ask('GET', path, SCRIPT_NAME='' if path else '/mounted')
    assert (reply.status, reply.json) == (404, {'detail': 'Not Found'})


@pytest.mark.parametrize('path, allow', [
    ('/user/self/', 'GET, HEAD'),
    ('/user/token/', 'POST'),
    ('/user/tokens/', 'GET, HEAD, POST'),
    ('/v1/user/tokens/abc/refresh/', 'PUT'),
])
def test_a_wrong_verb_is_answered_with_405_and_the_right_ones(ask, path, allow):
    reply = ask('DELETE', path)
    assert (reply.status, reply.json) == (405, {'detail': 'Method Not Allowed'})
    assert reply.headers['allow'] == allow


def test_an_answer_to_head_is_that_to_get_without_the_body(ask, ada):
    whole = ask('GET', '/user/self/', key=ada.api_key)
    reply = ask('HEAD', '/user/self/', key=ada.api_key)
    assert (reply.status, reply.body) == (200, b'')
    assert reply.headers['content-length'] == whole.headers['content-length'] == str(len(whole.body))


@pytest.mark.parametrize('verb, path', EVERY_ENDPOINT + [('GET', '/unknown/'), ('PATCH', '/user/self/')])
def test_every_answer_counts_down(ask, verb, path):
    first, second = ask(verb, path), ask(verb, path)
    assert first.headers['x-ratelimit-limit'] == '100000'
    assert first.headers['x-ratelimit-remaining'] == '99999'
    assert second.headers['x-ratelimit-remaining'] == '99998'
    assert second.headers['x-ratelimit-reset'] == '1600003601'
    assert float(second.headers['x-ratelimit-interval']) == pytest.approx(3600 / 99998.0, abs=1e-6)


@pytest.mark.parametrize('verb, path', EVERY_ENDPOINT)
def test_a_used_up_limit_is_answered_with_429_until_its_hour_is_over(ask, clock, verb, path):
    small = Sandbox(rate_limit=1, clock=clock)
    assert ask(verb, path, app=small.app).status in (401, 422)
    clock.now += 296.5
    reply = ask(verb, path, app=small.app)
    assert reply.status == 429
    assert reply.headers['retry-after'] == '3304'
    assert reply.headers['x-ratelimit-remaining'] == '0'
    assert float(reply.headers['x-ratelimit-interval']) == 3303.5
    assert reply.json == {'detail': 'Request was throttled. Expected available in 3304.0 seconds.'}
    clock.now += 3304
    assert ask(verb, path, app=small.app).status in (401, 422)


def test_a_body_may_have_a_mebibyte():
    assert MOST_BODY_BYTES == 1048576


def test_a_body_as_long_as_allowed_is_read(ask, service):
    ask('POST', '/user/token/', body=b' ' * MOST_BODY_BYTES)
    assert len(service.requests[0].body) == MOST_BODY_BYTES


@pytest.mark.parametrize('variables, status', [
    ({'CONTENT_LENGTH': str(MOST_BODY_BYTES + 1)}, 413),
    ({'CONTENT_LENGTH': '-5'}, 400),
    ({'CONTENT_LENGTH': 'x'}, 400),
    ({'CONTENT_LENGTH': '1_0'}, 400),
    ({'CONTENT_LENGTH': '9' * 5000}, 400),
    ({'CONTENT_LENGTH': '5'}, 400),
    ({'HTTP_TRANSFER_ENCODING': 'chunked'}, 411),
])
def test_a_body_of_impossible_length_is_refused(service, ask, variables, status):
    def unchecked(environ, start_response):
        return service.app(dict(environ, **variables), start_response)

    reply = ask('POST', '/user/token/', app=unchecked, body=b'four')
    assert (reply.status, list(reply.json)) == (status, ['detail'])
    assert service.requests[0].body == b''


def test_an_internal_error_is_answered_with_500_and_told_to_the_servers_log(ask):
    def broken():
        raise ZeroDivisionError('the clock stopped')

    log = io.StringIO() if str is not bytes else io.BytesIO()
    reply = ask('GET', '/user/self/', app=Sandbox(clock=broken).app, **{'wsgi.errors': log})
    assert (reply.status, reply.json) == (500, {'detail': 'Internal Server Error'})
    assert 'the clock stopped' in log.getvalue()


def test_requests_are_kept_in_order_until_cleared(ask, service):
    ask('GET', '/v1/user/self/')
    ask('POST', '/user/token/?x=%20', body=b'\x00{')
    assert [(request.method, request.path, request.query, request.body) for request in service.requests] == [
        ('GET', '/v1/user/self/', '', b''), ('POST', '/user/token/', 'x=%20', b'\x00{'),
    ]
    del service.requests[:]
    ask('HEAD', '/unknown/')
    assert [request.method for request in service.requests] == ['HEAD']


def test_under_another_server_the_path_is_quoted_again(ask, service):
    ask('GET', '/user/tokens/a b\xe4/')
    assert service.requests[0].path == '/user/tokens/a%20b%E4/'


def test_under_another_server_headers_are_read_from_the_environ(ask, service):
    ask('POST', '/user/self/', key='the key', CONTENT_TYPE='application/json', body=b'12')
    headers = service.requests[0].headers
    assert sorted(headers) == [
        ('Content-Length', '2'),
        ('Content-Type', 'application/json'),
        ('Host', '127.0.0.1'),
        ('X-Api-Key', 'the key'),
    ]
    assert len(headers) == 4


def test_a_recorded_header_is_found_in_any_case(ask, service):
    ask('GET', '/user/self/', key='the key')
    headers = service.requests[0].headers
    assert headers['x-API-key'] == headers.get('X-Api-Key') == 'the key'
    assert 'X-API-KEY' in headers
    assert 'Cookie' not in headers
    assert headers.get('Cookie') is None
    assert headers.get('Cookie', 'none') == 'none'
    with pytest.raises(KeyError, match='Cookie'):
        headers['Cookie']


def test_a_recorded_request_shows_no_secret(ask, service):
    ask('POST', '/user/token/?hidden=hidden', key='hidden', login=(u'hidden', u'hidden'), body=b'hidden')
    shown = repr(service.requests[0])
    assert 'POST /user/token/' in shown
    assert 'X-Api-Key' in shown
    assert '6 bytes' in shown
    assert 'hidden' not in shown
    assert service.requests[0].headers['Authorization'] not in shown
