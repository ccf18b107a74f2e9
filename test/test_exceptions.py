# -*- coding: utf-8 -*-
"""Each failure has its class, says in one line what is wrong, shows no secret, and survives being copied."""

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
from urllib3._collections import HTTPHeaderDict

from cloudsmith_api import exceptions, rate_limit
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

CLASSES = [
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


class Answer(object):
    """What a transport hands over, a program's own one included."""

    def __init__(self, status=400, data=None, headers=None, reason='Said so'):
        self.status = status
        self.reason = reason
        self.data = data
        self._headers = headers

    def getheaders(self):
        return self._headers


class OwnException(ApiException):
    """What a program may derive, with a constructor of its own."""

    def __init__(self, one, two, three, four, five=None):
        super(OwnException, self).__init__(status=404, reason='own')
        self.all = (one, two, three, four, five)


def failure(status=400, body=None, **options):
    """Make the exception for an answer; a body that is no text is sent as JSON."""
    if not isinstance(body, (bytes, six.text_type, type(None))):
        body = json.dumps(body)
    return ApiException(http_resp=Answer(status, body, **options))


def shown(error):
    """Give all that is printed of an error, as Unicode."""
    return six.ensure_text(str(error)) + u'\n' + six.ensure_text(repr(error))


@pytest.mark.parametrize('status, expected', CLASSES)
def test_the_status_decides_on_the_class(status, expected):
    assert type(ApiException(status=status)) is expected


@pytest.mark.parametrize('status, expected', CLASSES)
def test_the_status_of_an_answer_decides_on_the_class(status, expected):
    error = ApiException(http_resp=Answer(status))
    assert type(error) is expected
    assert error.status == status


def test_the_answer_counts_and_not_the_status_given_besides():
    error = ApiException(404, 'Nope', Answer(503, reason='Down'))
    assert (type(error), error.status, error.reason) == (ServiceException, 503, 'Down')


def test_arguments_may_be_given_in_order():
    error = ApiException(404, 'Not Found', None, 'No such key.')
    assert (type(error), error.detail) == (NotFoundException, 'No such key.')


def test_a_class_that_is_named_stays_what_it_is():
    assert type(BadRequestException(status=404)) is BadRequestException
    assert type(UnprocessableEntityException(http_resp=Answer(422, json.dumps(SECOND_FACTOR)))) is (
        UnprocessableEntityException)


def test_a_programs_own_subclass_stays_what_it_is():
    error = OwnException(1, 2, 3, 4, five=5)
    assert (type(error), error.all, error.status) == (OwnException, (1, 2, 3, 4, 5), 404)


def test_an_unknown_argument_is_refused():
    with pytest.raises(TypeError):
        ApiException(code=404)


@pytest.mark.parametrize('kind', FAMILY)
def test_one_except_clause_catches_the_whole_family(kind):
    with pytest.raises(ApiException):
        raise kind()


def test_the_family_is_as_designed():
    assert issubclass(TimeoutException, ConnectionException)
    assert issubclass(TlsException, ConnectionException)
    assert issubclass(TwoFactorRequiredException, UnprocessableEntityException)
    assert len(FAMILY) == 14


@pytest.mark.parametrize('kind', FAMILY)
def test_each_class_can_be_made_without_arguments(kind):
    error = kind()
    assert str(error).startswith('The call failed')
    assert repr(error).startswith('<%s The call failed' % kind.__name__)
    assert (error.status, error.reason, error.body, error.headers, error.detail) == (None,) * 5
    assert (error.fields, error.method, error.url) == ({}, None, None)


def test_status_and_reason_are_also_the_arguments():
    assert failure(404, reason='Not Found').args == (404, 'Not Found')


@pytest.mark.parametrize('reason', ['Schl\xfcssel', b'Schl\xc3\xbcssel'])
def test_a_reason_that_is_repeated_as_the_explanation_is_said_once(reason):
    assert str(failure(404, {'detail': u'Said so'})) == '404 Said so'
    # On Python 2, a reason is bytes, which may be no text.
    assert str(failure(404, {'detail': u'Schl\xfcssel'}, reason=reason)).startswith('404 Schl')


def test_the_line_says_all_that_is_known():
    error = failure(422, {'detail': 'Invalid.', 'fields': {'email': ['Wrong.', 'Too long.']}}, reason='Unprocessable')
    error.set_request('POST', 'https://api.cloudsmith.io/v1/user/token/')
    assert str(error) == '422 Unprocessable: Invalid; email: Wrong. Too long. (POST /v1/user/token/)'
    assert repr(error) == '<UnprocessableEntityException %s>' % error


def test_where_nothing_answered_the_line_says_who_should_have():
    error = TimeoutException(status=0, reason='No answer in the time allowed')
    error.set_request('GET', 'https://api.cloudsmith.io/v1/user/self/')
    assert str(error).startswith(
        'No answer in the time allowed (GET https://api.cloudsmith.io/v1/user/self/). Try again later')


def test_our_own_detail_stands_where_the_service_gives_none():
    error = InvalidResponseException(status=200, reason='OK', detail='it is empty')
    assert error.detail == 'it is empty'
    assert str(error).startswith('200 OK: it is empty')


def test_a_method_without_a_url_says_nothing():
    error = ApiException(status=400, reason='Bad')
    error.method = 'GET'
    assert str(error) == '400 Bad'


@pytest.mark.parametrize('kind, hint', [
    (ConnectionException, 'configuration.proxy'), (TimeoutException, '_request_timeout'),
    (TlsException, 'configuration.ssl_ca_cert'),
    (UnauthorizedException, "configuration.api_key['X-Api-Key']"),
    (TwoFactorRequiredException, 'totp_token'), (ServiceException, 'Try again later'),
    (InvalidResponseException, 'configuration.host'), (TooManyRequestsException, 'Try again later'),
    (RedirectException, 'Redirects are not followed'),
])
def test_the_line_says_what_to_do(kind, hint):
    assert hint in str(kind())


@pytest.mark.parametrize('body', [json.dumps(SECOND_FACTOR), json.dumps(SECOND_FACTOR).encode('ascii')])
def test_a_422_that_asks_for_a_second_factor_carries_what_the_second_call_needs(body):
    error = failure(422, body)
    assert type(error) is TwoFactorRequiredException
    assert error.two_factor_token == 'two-factor-token-1'
    assert error.detail == 'A code is needed.'


@pytest.mark.parametrize('body', [
    {'two_factor_required': True}, {'two_factor_required': False, 'two_factor_token': 'abc'},
    {'two_factor_required': True, 'two_factor_token': 5}, {'two_factor_token': 'abc'}, [SECOND_FACTOR], None,
])
def test_a_422_without_both_is_an_ordinary_one(body):
    assert type(failure(422, body)) is UnprocessableEntityException


def test_a_second_factor_is_asked_for_by_a_422_alone():
    assert type(failure(403, SECOND_FACTOR)) is ForbiddenException


def test_a_second_factors_token_is_not_shown():
    error = failure(422, SECOND_FACTOR)
    assert 'two-factor-token-1' not in shown(error)


def test_without_a_body_there_is_no_second_factors_token():
    assert TwoFactorRequiredException().two_factor_token is None


def test_the_wait_is_read_from_seconds():
    error = failure(429, headers=HTTPHeaderDict({'Retry-After': '3304'}))
    assert error.retry_after == 3304
    assert str(error) == '429 Said so. Try again in 3304 seconds'


def test_the_wait_is_read_from_a_date():
    error = failure(429, headers={'Retry-After': formatdate(time.time() + 3600, usegmt=True)})
    assert 3590 < error.retry_after <= 3600


@pytest.mark.parametrize('headers', [
    None, {}, {'Retry-After': ''}, {'Retry-After': 'soon'}, {'Retry-After': '-1'}, {'Retry-After': None},
])
def test_a_wait_that_cannot_be_read_is_unknown(headers):
    assert failure(429, headers=headers).retry_after is None


def test_the_limits_come_with_the_error():
    headers = {'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '0', 'retry-after': '7'}
    error = failure(429, headers=headers)
    assert error.rate_limit == rate_limit.RateLimit(10, 0, None, None)
    assert error.retry_after == 7
    assert TooManyRequestsException().rate_limit == (None,) * 4


@pytest.mark.parametrize('headers', [
    {'Location': 'https://elsewhere/'}, {'location': 'https://elsewhere/'},
    HTTPHeaderDict({'LOCATION': 'https://elsewhere/'}), [('Location', 'https://elsewhere/')],
])
def test_a_redirect_shows_where_it_points_and_what_to_set(headers):
    error = failure(302, headers=headers)
    assert error.location == 'https://elsewhere/'
    assert 'configuration.host to it: https://elsewhere/' in str(error)


def test_a_redirect_to_nowhere_says_only_that_it_is_not_followed():
    error = failure(302, headers={})
    assert error.location is None
    assert str(error) == '302 Said so. Redirects are not followed'


def test_credentials_in_a_redirect_are_not_shown():
    error = failure(302, headers={'Location': u'https://ada:hunter22@elsewhere/caf\xe9'})
    assert u'https://********@elsewhere/caf\xe9' in shown(error)


@pytest.mark.parametrize('text', [
    u'two\nlines', u'two\r\n lines', u'a\x1b[31mred\x1b[0m', u'a\x00b\x07c\x7fd', u'a\x85b\u2028c\u2029d',
    u'\ud800',
    u'a\u202eb\u2066c\u200fd\u061ce', u'\t tab \x0b', u'pässwörd', u'日本語', u'\U0001f600', u'',
])
@pytest.mark.parametrize('place', ['detail', 'reason', 'field', 'field name', 'location', 'url'])
def test_the_line_is_one_line_that_can_be_printed(text, place):
    error = failure(
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


@pytest.mark.skipif(not six.PY2, reason='only on Python 2 may a text be bytes')
def test_bytes_that_are_no_unicode_can_be_printed():
    error = ApiException(status=400, reason='\xff\xfe', detail='p\xc3\xa4ss')
    error.set_request('GET', 'http://127.0.0.1/\xff')
    assert u'p\xe4ss' in str(error).decode('utf-8')


def test_text_beyond_ascii_is_shown():
    assert u'400 Said so: Schlüssel fehlt' in shown(failure(400, {'detail': u'Schlüssel fehlt'}))


def test_a_very_long_explanation_is_cut_and_the_rest_of_the_line_stays():
    error = failure(401, {'detail': 'long ' * 10000}, headers={})
    error.set_request('GET', 'https://api.cloudsmith.io/v1/user/self/')
    line = str(error)
    assert len(line) < 700
    assert "... (GET /v1/user/self/). Check configuration.api_key['X-Api-Key']" in line
    assert error.detail == 'long ' * 10000


@pytest.mark.parametrize('length, seen', [(500, 'd' * 500), (501, 'd' * 497 + '...')])
def test_an_explanation_is_shown_up_to_five_hundred_characters(length, seen):
    assert str(ApiException(status=400, detail='d' * length)) == '400: ' + seen


def test_very_long_everything_is_cut():
    error = failure(302, {'detail': 'd' * 9999, 'fields': {'f' * 9999: ['r' * 9999]}}, reason='s' * 9999,
                    headers={'Location': 'l' * 9999})
    error.set_request('GET', 'https://api.cloudsmith.io/' + 'u' * 9999)
    assert len(str(error)) < 2100


@pytest.mark.parametrize('secret', ['the-secret-key', u'pässwörd', 'with "quotes" and\nlines', 'x' * 600])
@pytest.mark.parametrize('place', ['detail', 'field', 'reason', 'url', 'location'])
def test_what_the_service_echoes_of_the_request_is_masked(secret, place):
    said = u'You sent %s.' % secret
    error = failure(
        302,
        {'detail': said if place == 'detail' else '', 'fields': {'f': [said if place == 'field' else '']}},
        reason=said if place == 'reason' else '', headers={'Location': said if place == 'location' else ''})
    error.set_request('GET', u'http://127.0.0.1/' + (said if place == 'url' else u''), [secret])
    assert secret not in shown(error)
    assert u' '.join(secret.split())[:20] not in shown(error)
    assert u'You sent ********' in shown(error)


def test_the_body_keeps_what_the_line_masks():
    body = json.dumps({'detail': 'Bad key the-secret-key.'})
    error = failure(401, body)
    error.set_request('GET', 'http://127.0.0.1/v1/', ['Bearer the-secret-key'])
    assert error.body == body
    assert error.detail == 'Bad key the-secret-key.'
    assert 'Bad key ********.' in str(error)


@pytest.mark.skipif(not six.PY2, reason='only on Python 2 may a secret be bytes')
def test_a_secret_of_bytes_beyond_ascii_is_masked():
    error = failure(400, {'detail': u'You sent pässwörd.'})
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
def test_a_body_without_an_explanation_is_kept_and_explains_nothing(body):
    error = ApiException(http_resp=Answer(500, body, headers={}))
    assert error.body is body
    assert (error.detail, error.fields) == (None, {})
    assert str(error) == '500 Said so. Try again later'


@pytest.mark.parametrize('body', [u'{"detail": "Schl\xfcssel"}', u'{"detail": "Schl\xfcssel"}'.encode('utf-8')])
def test_the_explanation_is_read_from_text_and_from_bytes(body):
    assert ApiException(http_resp=Answer(400, body)).detail == u'Schlüssel'


def test_a_huge_body_is_kept_in_full():
    body = json.dumps({'detail': 'x' * 5000000})
    error = failure(500, body)
    assert len(error.body) > 5000000
    assert len(str(error)) < 600


@pytest.mark.parametrize('fields, read', [
    ({'email': ['Wrong.', 'Long.']}, {'email': ['Wrong.', 'Long.']}),
    ({'email': 'Wrong.'}, {'email': ['Wrong.']}),
    ({'email': None, 'name': 5}, {'email': [], 'name': []}),
    ({'email': [None, 'Wrong.', ['a'], {}]}, {'email': ['Wrong.']}),
    ({'address': {'street': ['Wrong.']}}, {'address': []}),
    ({}, {}), ([], {}), ('Wrong.', {}), (None, {}), (5, {}), (['a'], {}),
])
def test_what_is_wrong_with_each_parameter_is_a_list_of_texts_whatever_comes(fields, read):
    error = failure(422, {'fields': fields})
    assert error.fields == read
    assert str(error).startswith('422 Said so')


def test_deeply_nested_reasons_break_nothing():
    for depth in range(100, sys.getrecursionlimit() + 100, 50):
        error = failure(422, '{"detail": "Wrong.", "fields": {"email": %s%s}}' % ('[' * depth, ']' * depth))
        assert str(error).startswith('422 Said so')
        assert pickle.loads(pickle.dumps(error, 2)).fields == error.fields


def test_an_error_that_is_pickled_takes_no_secret_of_its_request_along():
    error = failure(401, {'detail': 'No such key: the-secret-key'})
    error.set_request('GET', 'https://api.cloudsmith.io/v1/user/self/', ['the-secret-key', 'pa55word'])
    copied = pickle.loads(pickle.dumps(error, 2))
    assert str(copied) == str(error)
    assert 'the-secret' not in str(copied)
    assert b'pa55word' not in pickle.dumps(error, 2)


def test_a_service_that_says_much_is_not_looked_through_to_the_end():
    error = failure(400, {'detail': 'the-secret-key ' + 'x' * 10 ** 7})
    error.set_request('GET', 'https://api.cloudsmith.io/v1/', ['the-secret-key'])
    assert str(error).startswith('400 Said so: ******** xxx')


@pytest.mark.parametrize('before', range(49985, 50001))
def test_a_secret_where_that_look_ends_does_not_show(before):
    error = failure(400, {'detail': '\0' * before + 'the-secret-key' + 'x' * 1000})
    error.set_request('GET', 'https://api.cloudsmith.io/v1/', ['the-secret-key'])
    assert 'the-' not in str(error)


def copies(error):
    """Copy an error in each way there is."""
    made = [pickle.loads(pickle.dumps(error, protocol)) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
    return made + [copy.copy(error), copy.deepcopy(error)]


@pytest.mark.parametrize('body', [None, b'', b'{"detail": "Wrong."}', u'{"detail": "Schl\xfcssel"}', b'\xff\xfe'])
@pytest.mark.parametrize('status', [0, 302, 400, 418, 422, 429, 500])
@pytest.mark.parametrize('headers', [
    HTTPHeaderDict([('Retry-After', '5'), ('Set-Cookie', 'a=b'), ('Set-Cookie', 'c=d'), ('Location', '/x')]),
    {'retry-after': '5'}, None,
])
def test_a_copy_has_the_same_class_and_attributes(status, body, headers):
    error = ApiException(http_resp=Answer(status, body, headers))
    error.set_request('GET', 'http://127.0.0.1/v1/user/self/', ['the-secret-key'])
    for copied in copies(error):
        assert type(copied) is type(error)
        assert vars(copied) == vars(error)
        assert (copied.args, str(copied), repr(copied)) == (error.args, str(error), repr(error))


@pytest.mark.parametrize('kind', FAMILY)
def test_each_class_can_be_copied(kind):
    error = kind(status=7, reason='Why', detail='what')
    for copied in copies(error):
        assert (type(copied), vars(copied)) == (kind, vars(error))


def test_the_second_factors_token_is_in_the_copy():
    for copied in copies(failure(422, SECOND_FACTOR)):
        assert copied.two_factor_token == 'two-factor-token-1'


def test_a_programs_own_subclass_can_be_copied():
    for copied in copies(OwnException(1, 2, 3, 4)):
        assert (type(copied), copied.all, copied.reason) == (OwnException, (1, 2, 3, 4, None), 'own')


def test_the_masks_are_kept_in_the_copy():
    error = failure(401, {'detail': 'Bad key the-secret-key.'})
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
def test_any_answer_becomes_an_error_that_can_be_shown(status, body, reason, headers, secrets):
    error = ApiException(http_resp=Answer(status, body, headers, reason))
    error.set_request('GET', 'http://127.0.0.1/', secrets)
    assert len(shown(error).splitlines()) == 2
    assert error.body == body
