# -*- coding: utf-8 -*-
"""Exceptions: the class of each status, the one-line message, masked secrets, copying and pickling."""

import copy
import json
import pickle
import sys
import time
from email.utils import formatdate

import pytest
import six
from hypothesis import given, settings
from hypothesis import strategies as st
from servers import ScriptedServer, json_response
from urllib3._collections import HTTPHeaderDict

from cloudsmith_api import Configuration, exceptions, rate_limit
from cloudsmith_api.exceptions import (
    ApiException,
    BadRequestException,
    ConnectionException,
    ForbiddenException,
    InvalidResponseException,
    NotFoundException,
    RedirectException,
    ServiceException,
    TimeoutException,
    TlsException,
    TooManyRequestsException,
    TwoFactorRequiredException,
    UnauthorizedException,
    UnprocessableEntityException,
)

FAMILY = [value for value in vars(exceptions).values() if isinstance(value, type) and issubclass(value, ApiException)]

CLASS_BY_STATUS = [
    (None, ApiException), (0, ApiException), (200, ApiException), (101, ApiException), (700, ApiException),
    (-1, ApiException), ('404', ApiException), (404.0, ApiException),
    (301, RedirectException), (302, RedirectException), (304, RedirectException), (308, RedirectException),
    (399, RedirectException), (499, ApiException),
    (400, BadRequestException), (401, UnauthorizedException), (403, ForbiddenException),
    (404, NotFoundException),
    (405, ApiException), (409, ApiException), (418, ApiException), (422, UnprocessableEntityException),
    (429, TooManyRequestsException), (500, ServiceException), (502, ServiceException),
    (503, ServiceException),
    (599, ServiceException),
]

SECOND_FACTOR = {'detail': 'A code is needed.', 'two_factor_required': True, 'two_factor_token': 'two-factor-token-1'}


class Response(object):
    """A response as any transport returns it, custom ones included."""

    def __init__(self, status=400, data=None, headers=None, reason='Some Reason'):
        self.status = status
        self.reason = reason
        self.data = data
        self._headers = headers

    def getheaders(self):
        return self._headers


class CustomException(ApiException):
    """A program's subclass with a different constructor."""

    def __init__(self, one, two, three, four, five=None):
        super(CustomException, self).__init__(status=404, reason='custom')
        self.all = (one, two, three, four, five)


class ReorderedException(ApiException):
    """A program's subclass with the parameters of the constructor in another order."""

    def __init__(self, message, status=500):
        super(ReorderedException, self).__init__(status=status, reason=message)


class BareException(ApiException):
    """A program's subclass that does not call the constructor."""

    def __init__(self, status):
        self.status = status


def error_for(status=400, body=None, **options):
    """Return the exception for a response; a body that is neither text nor bytes is serialized as JSON."""
    if not isinstance(body, (bytes, six.text_type, type(None))):
        body = json.dumps(body)
    return ApiException(http_resp=Response(status, body, **options))


def shown(error):
    """Return ``str`` and ``repr`` of an error as Unicode text."""
    return six.ensure_text(str(error)) + u'\n' + six.ensure_text(repr(error))


@pytest.mark.parametrize('status, expected', CLASS_BY_STATUS)
def test_status_selects_the_exception_class(status, expected):
    assert type(ApiException(status=status)) is expected


@pytest.mark.parametrize('status, expected', CLASS_BY_STATUS)
def test_response_status_selects_the_exception_class(status, expected):
    error = ApiException(http_resp=Response(status))
    assert type(error) is expected
    assert error.status == status


def test_response_takes_precedence_over_status_and_reason():
    error = ApiException(404, 'Nope', Response(503, reason='Down'))
    assert (type(error), error.status, error.reason) == (ServiceException, 503, 'Down')


def test_exception_accepts_positional_arguments():
    error = ApiException(404, 'Not Found', None, 'No such key.')
    assert (type(error), error.detail) == (NotFoundException, 'No such key.')


def test_explicit_class_is_kept_whatever_the_status():
    assert type(BadRequestException(status=404)) is BadRequestException
    assert type(UnprocessableEntityException(http_resp=Response(422, json.dumps(SECOND_FACTOR)))) is (
        UnprocessableEntityException)


def test_custom_subclass_is_kept_whatever_the_status():
    error = CustomException(1, 2, 3, 4, five=5)
    assert (type(error), error.all, error.status) == (CustomException, (1, 2, 3, 4, 5), 404)


def test_custom_subclass_may_reorder_the_parameters():
    error = ReorderedException('Boom', status=404)
    assert (type(error), error.status, error.reason) == (ReorderedException, 404, 'Boom')


def test_subclass_that_skips_the_constructor_has_defaults():
    error = BareException(404)
    assert shown(error) == '404\n<BareException 404>'
    assert (error.reason, error.body, error.headers, error.url, error.fields) == (None, None, None, None, {})


def test_unknown_argument_raises_type_error():
    with pytest.raises(TypeError):
        ApiException(code=404)


@pytest.mark.parametrize('error_class', FAMILY)
def test_except_api_exception_catches_every_class(error_class):
    with pytest.raises(ApiException):
        raise error_class()


def test_exception_hierarchy_is_as_documented():
    assert issubclass(TimeoutException, ConnectionException)
    assert issubclass(TlsException, ConnectionException)
    assert issubclass(TwoFactorRequiredException, UnprocessableEntityException)
    assert len(FAMILY) == 14


@pytest.mark.parametrize('error_class', FAMILY)
def test_every_class_can_be_created_without_arguments(error_class):
    error = error_class()
    assert str(error).startswith('The call failed')
    assert repr(error).startswith('<%s The call failed' % error_class.__name__)
    assert (error.status, error.reason, error.body, error.headers, error.detail) == (None,) * 5
    assert (error.fields, error.method, error.url) == ({}, None, None)


def test_args_are_status_and_reason():
    assert error_for(404, reason='Not Found').args == (404, 'Not Found')


@pytest.mark.parametrize('reason', ['Schl\xfcssel', b'Schl\xc3\xbcssel'])
def test_message_omits_a_detail_that_repeats_the_reason(reason):
    assert str(error_for(404, {'detail': u'Some Reason'})) == '404 Some Reason'
    # On Python 2 a reason is bytes, not necessarily valid UTF-8.
    assert str(error_for(404, {'detail': u'Schl\xfcssel'}, reason=reason)).startswith('404 Schl')


def test_message_has_status_reason_detail_fields_and_request():
    error = error_for(422, {'detail': 'Invalid.', 'fields': {'email': ['Wrong.', 'Too long.']}}, reason='Unprocessable')
    error.set_request('POST', 'https://api.cloudsmith.io/v1/user/token/')
    assert str(error) == '422 Unprocessable: Invalid; email: Wrong. Too long. (POST /v1/user/token/)'
    assert repr(error) == '<UnprocessableEntityException %s>' % error


def test_message_without_a_response_shows_the_full_url():
    error = TimeoutException(status=0, reason='The call timed out')
    error.set_request('GET', 'https://api.cloudsmith.io/v1/user/self/')
    assert str(error).startswith(
        'The call timed out (GET https://api.cloudsmith.io/v1/user/self/). Retry later')


def test_detail_argument_is_shown_in_the_message():
    error = InvalidResponseException(status=200, reason='OK', detail='it is empty')
    assert error.detail == 'it is empty'
    assert str(error).startswith('200 OK: it is empty')


def test_message_omits_a_method_without_a_url():
    error = ApiException(status=400, reason='Bad')
    error.method = 'GET'
    assert str(error) == '400 Bad'


@pytest.mark.parametrize('error_class, hint', [
    (ConnectionException, 'configuration.proxy'), (TimeoutException, '_request_timeout'),
    (TlsException, 'configuration.ssl_ca_cert'),
    (UnauthorizedException, "configuration.api_key['X-Api-Key']"),
    (TwoFactorRequiredException, 'totp_token'), (ServiceException, 'Retry later'),
    (InvalidResponseException, 'configuration.host'), (TooManyRequestsException, 'Retry later'),
    (RedirectException, 'Redirects are not followed'),
])
def test_message_of_each_class_contains_its_hint(error_class, hint):
    assert hint in str(error_class())


@pytest.mark.parametrize('body', [json.dumps(SECOND_FACTOR), json.dumps(SECOND_FACTOR).encode('ascii')])
def test_second_factor_error_carries_the_two_factor_token(body):
    error = error_for(422, body)
    assert type(error) is TwoFactorRequiredException
    assert error.two_factor_token == 'two-factor-token-1'
    assert error.detail == 'A code is needed.'


@pytest.mark.parametrize('body', [
    {'two_factor_required': True}, {'two_factor_required': False, 'two_factor_token': 'abc'},
    {'two_factor_required': True, 'two_factor_token': 5}, {'two_factor_token': 'abc'}, [SECOND_FACTOR], None,
])
def test_422_without_both_flag_and_token_is_an_ordinary_error(body):
    assert type(error_for(422, body)) is UnprocessableEntityException


def test_second_factor_fields_with_another_status_are_ignored():
    assert type(error_for(403, SECOND_FACTOR)) is ForbiddenException


def test_two_factor_token_is_not_shown():
    error = error_for(422, SECOND_FACTOR)
    assert 'two-factor-token-1' not in shown(error)


def test_two_factor_token_without_a_body_is_none():
    assert TwoFactorRequiredException().two_factor_token is None


def test_retry_after_attribute_is_parsed_from_seconds():
    error = error_for(429, headers=HTTPHeaderDict({'Retry-After': '3304'}))
    assert error.retry_after == 3304
    assert str(error) == '429 Some Reason. Retry in 3304 seconds'


def test_retry_after_attribute_is_parsed_from_a_date():
    error = error_for(429, headers={'Retry-After': formatdate(time.time() + 3600, usegmt=True)})
    assert 3590 < error.retry_after <= 3600


@pytest.mark.parametrize('status', [301, 401, 429])
def test_headers_of_a_mock_count_as_none(status):
    """They are a mock as well, which cannot be iterated."""
    error = ApiException(http_resp=Response(status, headers=object()))
    error.set_request('GET', 'https://api.example.com/')
    assert error.status == status


@pytest.mark.parametrize('headers', [
    None, {}, {'Retry-After': ''}, {'Retry-After': 'soon'}, {'Retry-After': '-1'}, {'Retry-After': None},
])
def test_retry_after_attribute_is_none_if_invalid(headers):
    assert error_for(429, headers=headers).retry_after is None


def test_429_error_carries_the_rate_limit():
    headers = {'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '0', 'retry-after': '7'}
    error = error_for(429, headers=headers)
    assert error.rate_limit == rate_limit.RateLimit(10, 0, None, None)
    assert error.retry_after == 7
    assert TooManyRequestsException().rate_limit == (None,) * 4


@pytest.mark.parametrize('headers', [
    {'Location': 'https://elsewhere/'}, {'location': 'https://elsewhere/'},
    HTTPHeaderDict({'LOCATION': 'https://elsewhere/'}), [('Location', 'https://elsewhere/')],
])
def test_redirect_message_shows_the_location_and_the_setting(headers):
    error = error_for(302, headers=headers)
    assert error.location == 'https://elsewhere/'
    assert 'The target is https://elsewhere/; if you trust it, set configuration.host to its base URL' in str(error)


@pytest.mark.parametrize('status', [403, 404, 405])
def test_error_without_a_detail_from_the_service_shows_the_host(status):
    error = error_for(status, '<html>')
    error.set_request('GET', 'https://elsewhere/user/self/')
    assert str(error).endswith(
        '(GET https://elsewhere/user/self/). Check that configuration.host is the base URL of the API')
    error = error_for(status, {'detail': 'No.'})
    error.set_request('GET', 'https://elsewhere/user/self/')
    assert str(error).endswith('Some Reason: No. (GET /user/self/)')


@pytest.mark.parametrize('status, settings, hint', [
    (401, {}, "Check configuration.api_key['X-Api-Key'] (from CLOUDSMITH_API_KEY)"),
    (404, {}, 'Check that configuration.host (from CLOUDSMITH_API_HOST) is the base URL of the API'),
    (401, {'api_key': 'given'}, "Check configuration.api_key['X-Api-Key']"),
    (404, {'host': 'https://given'}, 'Check that configuration.host is the base URL of the API'),
])
def test_hint_names_where_the_setting_comes_from(monkeypatch, status, settings, hint):
    monkeypatch.setenv('CLOUDSMITH_API_KEY', 'stale')
    monkeypatch.setenv('CLOUDSMITH_API_HOST', 'https://elsewhere')
    error = error_for(status)
    error.set_request('GET', 'https://elsewhere/user/self/', headers={'X-Api-Key': 'stale'},
                      configuration=Configuration.from_environment(**settings))
    assert error.hint == hint


def test_request_may_be_set_again(monkeypatch):
    monkeypatch.setenv('CLOUDSMITH_API_HOST', 'https://elsewhere')
    error = error_for(404)
    for _ in range(2):
        error.set_request('GET', 'https://elsewhere/user/self/', configuration=Configuration.from_environment())
        assert str(error).endswith('(GET https://elsewhere/user/self/). Check that configuration.host '
                                   '(from CLOUDSMITH_API_HOST) is the base URL of the API')


def test_hint_omits_the_origin_of_a_setting_that_the_program_changed(monkeypatch):
    monkeypatch.setenv('CLOUDSMITH_API_KEY', 'stale')
    configuration = Configuration.from_environment()
    configuration.api_key['X-Api-Key'] = 'other'
    error = error_for(401)
    error.set_request('GET', 'https://elsewhere/', headers={'X-Api-Key': 'other'}, configuration=configuration)
    assert error.hint == "Check configuration.api_key['X-Api-Key']"


def test_redirect_message_without_a_location_is_short():
    error = error_for(302, headers={})
    assert error.location is None
    assert str(error) == '302 Some Reason. Redirects are not followed'


def test_credentials_in_a_redirect_location_are_masked():
    error = error_for(302, headers={'Location': u'https://ada:hunter22@elsewhere/caf\xe9'})
    assert u'https://********@elsewhere/caf\xe9' in shown(error)


@pytest.mark.parametrize('text', [
    u'two\nlines', u'two\r\n lines', u'a\x1b[31mred\x1b[0m', u'a\x00b\x07c\x7fd', u'a\x85b\u2028c\u2029d',
    u'\ud800',
    u'a\u202eb\u2066c\u200fd\u061ce', u'\t tab \x0b', u'pässwörd', u'日本語', u'\U0001f600', u'',
])
@pytest.mark.parametrize('place', ['detail', 'reason', 'field', 'field name', 'location', 'url'])
def test_message_is_one_printable_line(text, place):
    error = error_for(
        302,
        {'detail': text if place == 'detail' else 'd',
         'fields': {text if place == 'field name' else 'f': [text if place == 'field' else 'r']}},
        reason=text if place == 'reason' else 'Found',
        headers={'Location': text if place == 'location' else 'https://elsewhere/'})
    error.set_request('GET', u'http://127.0.0.1/' + (text if place == 'url' else u''))
    for line in (str(error), repr(error)):
        assert isinstance(line, str)
        line = six.ensure_text(line)
        assert not set(line) & set(u'\x00\x07\x0b\t\r\n\x1b\x7f\x85\u2028\u2029\u202e\u2066\u200f\u061c')
        line.encode('utf-8')


@pytest.mark.skipif(not six.PY2, reason='only Python 2 accepts bytes as text')
def test_bytes_that_are_not_utf8_can_be_printed():
    error = ApiException(status=400, reason='\xff\xfe', detail='p\xc3\xa4ss')
    error.set_request('GET', 'http://127.0.0.1/\xff')
    assert u'p\xe4ss' in str(error).decode('utf-8')


def test_non_ascii_detail_is_shown():
    assert u'400 Some Reason: Schlüssel fehlt' in shown(error_for(400, {'detail': u'Schlüssel fehlt'}))


def test_long_detail_is_truncated_and_the_rest_is_kept():
    error = error_for(401, {'detail': 'long ' * 10000}, headers={})
    error.set_request('GET', 'https://api.cloudsmith.io/v1/user/self/')
    line = str(error)
    assert len(line) < 700
    assert "... (GET /v1/user/self/). Check configuration.api_key['X-Api-Key']" in line
    assert error.detail == 'long ' * 10000


@pytest.mark.parametrize('length, visible', [(500, 'd' * 500), (501, 'd' * 497 + '...')])
def test_detail_is_truncated_after_500_characters(length, visible):
    assert str(ApiException(status=400, detail='d' * length)) == '400: ' + visible


def test_every_part_of_the_message_is_truncated():
    error = error_for(302, {'detail': 'd' * 9999, 'fields': {'f' * 9999: ['r' * 9999]}}, reason='s' * 9999,
                    headers={'Location': 'l' * 9999})
    error.set_request('GET', 'https://api.cloudsmith.io/' + 'u' * 9999)
    assert len(str(error)) < 2100


@pytest.mark.parametrize('secret', ['the-secret-key', u'pässwörd', 'with "quotes" and\nlines', 'x' * 600])
@pytest.mark.parametrize('place', ['detail', 'field', 'reason', 'url', 'location'])
def test_secrets_echoed_by_the_service_are_masked(secret, place):
    echo = u'You sent %s.' % secret
    error = error_for(
        302,
        {'detail': echo if place == 'detail' else '', 'fields': {'f': [echo if place == 'field' else '']}},
        reason=echo if place == 'reason' else '', headers={'Location': echo if place == 'location' else ''})
    error.set_request('GET', u'http://127.0.0.1/' + (echo if place == 'url' else u''), [secret])
    assert secret not in shown(error)
    assert u' '.join(secret.split())[:20] not in shown(error)
    assert u'You sent ********' in shown(error)


def test_body_and_detail_keep_what_the_message_masks():
    body = json.dumps({'detail': 'Bad key the-secret-key.'})
    error = error_for(401, body)
    error.set_request('GET', 'http://127.0.0.1/v1/', ['Bearer the-secret-key'])
    assert error.body == body
    assert error.detail == 'Bad key the-secret-key.'
    assert 'Bad key ********.' in str(error)


@pytest.mark.skipif(not six.PY2, reason='only Python 2 accepts bytes as text')
def test_non_ascii_secret_given_as_bytes_is_masked():
    error = error_for(400, {'detail': u'You sent pässwörd.'})
    error.set_request('POST', 'http://127.0.0.1/', [u'pässwörd'.encode('utf-8')])
    assert u'You sent ********.' in shown(error)


@pytest.mark.parametrize('body', [
    None, u'', b'', u'   ', u'<html><body>502 Bad Gateway</body></html>', u'["detail"]', u'"detail"', u'null',
    u'17', u'{',
    b'\xff\xfe', b'{"detail": "\xff"}', u'{"detail": 5}', u'{"detail": null}', u'{"detail": ["a"]}',
    u'[' * 100000,
    u'{"detail": ' * 100000, u'9' * 5000, u'\ufeff{"detail": "a"}', {'detail': 'not a text'}, 5,
    bytearray(b'{}'),
], ids=lambda body: repr(body)[:30])
def test_body_without_detail_is_kept_and_detail_is_none(body):
    error = ApiException(http_resp=Response(500, body, headers={}))
    assert error.body is body
    assert (error.detail, error.fields) == (None, {})
    assert str(error) == '500 Some Reason. Retry later'


@pytest.mark.parametrize('body', [u'{"detail": "Schl\xfcssel"}', u'{"detail": "Schl\xfcssel"}'.encode('utf-8')])
def test_detail_is_parsed_from_text_and_bytes(body):
    assert ApiException(http_resp=Response(400, body)).detail == u'Schlüssel'


def test_huge_body_is_kept_in_full():
    body = json.dumps({'detail': 'x' * 5000000})
    error = error_for(500, body)
    assert len(error.body) > 5000000
    assert len(str(error)) < 600


@pytest.mark.parametrize('fields, expected', [
    ({'email': ['Wrong.', 'Long.']}, {'email': ['Wrong.', 'Long.']}),
    ({'email': 'Wrong.'}, {'email': ['Wrong.']}),
    ({'email': None, 'name': 5}, {'email': [], 'name': []}),
    ({'email': [None, 'Wrong.', ['a'], {}]}, {'email': ['Wrong.']}),
    ({'address': {'street': ['Wrong.']}}, {'address': []}),
    ({}, {}), ([], {}), ('Wrong.', {}), (None, {}), (5, {}), (['a'], {}),
])
def test_fields_are_always_lists_of_strings(fields, expected):
    error = error_for(422, {'fields': fields})
    assert error.fields == expected
    assert str(error).startswith('422 Some Reason')


@pytest.mark.parametrize('body, code', [
    ({'code': 'invalid', 'detail': 'Wrong.'}, 'invalid'), ({'detail': 'Wrong.'}, None), ({'code': None}, None),
    ({'code': 5}, None), ('[]', None), ('<html>', None), (None, None),
])
def test_code_is_the_text_of_the_body_and_survives_copies(body, code):
    for error in copies(error_for(422, body)):
        assert error.code == code


def test_deeply_nested_fields_can_be_shown_and_pickled():
    for depth in range(100, sys.getrecursionlimit() + 100, 50):
        error = error_for(422, '{"detail": "Wrong.", "fields": {"email": %s%s}}' % ('[' * depth, ']' * depth))
        assert str(error).startswith('422 Some Reason')
        assert pickle.loads(pickle.dumps(error, 2)).fields == error.fields


def test_pickled_error_contains_no_request_secrets():
    error = error_for(401, {'detail': 'No such key: the-secret-key'})
    error.set_request('GET', 'https://api.cloudsmith.io/v1/user/self/', ['the-secret-key', 'pa55word'])
    copied = pickle.loads(pickle.dumps(error, 2))
    assert str(copied) == str(error)
    assert 'the-secret' not in str(copied)
    assert b'pa55word' not in pickle.dumps(error, 2)


def test_very_long_detail_is_masked_in_bounded_time():
    error = error_for(400, {'detail': 'the-secret-key ' + 'x' * 10 ** 7})
    error.set_request('GET', 'https://api.cloudsmith.io/v1/', ['the-secret-key'])
    assert str(error).startswith('400 Some Reason: ******** xxx')


@pytest.mark.parametrize('before', range(49985, 50001))
def test_secret_at_the_end_of_the_masked_part_is_not_shown(before):
    error = error_for(400, {'detail': '\0' * before + 'the-secret-key' + 'x' * 1000})
    error.set_request('GET', 'https://api.cloudsmith.io/v1/', ['the-secret-key'])
    assert 'the-' not in str(error)


def copies(error):
    """Return copies of an error made with every pickle protocol, ``copy.copy`` and ``copy.deepcopy``."""
    unpickled = [pickle.loads(pickle.dumps(error, protocol)) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
    return unpickled + [copy.copy(error), copy.deepcopy(error)]


@pytest.mark.parametrize('body', [None, b'', b'{"detail": "Wrong."}', u'{"detail": "Schl\xfcssel"}', b'\xff\xfe'])
@pytest.mark.parametrize('status', [0, 302, 400, 418, 422, 429, 500])
@pytest.mark.parametrize('headers', [
    HTTPHeaderDict([('Retry-After', '5'), ('Set-Cookie', 'a=b'), ('Set-Cookie', 'c=d'), ('Location', '/x')]),
    {'retry-after': '5'}, None,
])
def test_copies_have_the_same_class_and_attributes(status, body, headers):
    error = ApiException(http_resp=Response(status, body, headers))
    error.set_request('GET', 'http://127.0.0.1/v1/user/self/', ['the-secret-key'])
    for copied in copies(error):
        assert type(copied) is type(error)
        assert vars(copied) == vars(error)
        assert (copied.args, str(copied), repr(copied)) == (error.args, str(error), repr(error))


@pytest.mark.parametrize('error_class', FAMILY)
def test_every_class_can_be_copied(error_class):
    error = error_class(status=7, reason='Why', detail='what')
    for copied in copies(error):
        assert (type(copied), vars(copied)) == (error_class, vars(error))


def test_two_factor_token_is_kept_in_copies():
    for copied in copies(error_for(422, SECOND_FACTOR)):
        assert copied.two_factor_token == 'two-factor-token-1'


def test_custom_subclass_can_be_copied():
    for copied in copies(CustomException(1, 2, 3, 4)):
        assert (type(copied), copied.all, copied.reason) == (CustomException, (1, 2, 3, 4, None), 'custom')


def test_secrets_stay_masked_in_copies():
    error = error_for(401, {'detail': 'Bad key the-secret-key.'})
    error.set_request('GET', 'http://127.0.0.1/', ['the-secret-key'])
    assert all('the-secret-key' not in shown(copied) for copied in copies(error))


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)), max_leaves=10)
ERROR_BODY = st.fixed_dictionaries(
    {'detail': JSON, 'fields': JSON, 'two_factor_required': JSON, 'two_factor_token': JSON})
HEADERS = st.dictionaries(st.sampled_from(['Retry-After', 'Location', 'X-RateLimit-Limit']), st.text())


@settings(deadline=None)
@given(st.integers(-5, 999), st.one_of(st.binary(), st.text(), ERROR_BODY.map(json.dumps)),
       st.one_of(st.none(), st.text()), HEADERS, st.lists(st.text()))
def test_any_response_becomes_a_printable_error(status, body, reason, headers, secrets):
    error = ApiException(http_resp=Response(status, body, headers, reason))
    error.set_request('GET', 'http://127.0.0.1/', secrets)
    assert len(shown(error).splitlines()) == 2
    assert error.body == body


@pytest.mark.parametrize('status', [404, 410])
def test_error_of_ended_sign_in_points_to_other_credentials(connect, status):
    with ScriptedServer(json_response('{"detail": "Gone."}', status=status)) as server:
        with pytest.raises(ApiException) as raised:
            connect(server.url, username='ada', password='secret').user_token_create()
    assert str(raised.value).endswith(
        'Gone. (POST /v1/user/token/). The service has ended password sign-in: use an API key, or in CI an OidcToken')
