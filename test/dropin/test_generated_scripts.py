"""Scripts with arguments, settings and answers made at random come to the same, but for what the guide says."""

import datetime
import json

import pytest
from comparison import Script
from different_scripts import SHOWN
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from known_differences import (
    ALWAYS,
    OF_ANSWERS,
    OF_ARGUMENTS,
    OF_CREDENTIALS,
    OF_ERRORS,
    OF_MODELS,
    OF_REQUESTS,
    OF_WRONG_MODELS,
    unexplained,
)
from same_scripts import TRANSPORT
from servers import http_response

# To find the smallest script that fails takes many runs.
pytestmark = pytest.mark.timeout(600)

EXAMPLES = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

TYPES = ['UserBrief', 'UserAuthToken', 'UserAuthenticationToken', 'InlineResponse2001', 'bool', 'datetime', 'float',
         'int', 'object', 'str']
FIELDS = {
    'UserBrief': ['authenticated', 'email', 'name', 'profile_url', 'self_url', 'slug', 'slug_perm'],
    'UserAuthToken': ['token', 'two_factor_required', 'two_factor_token'],
    'UserAuthenticationToken': ['created', 'key', 'slug_perm'],
    'InlineResponse2001': ['results'],
}

TEXTS = st.text(max_size=8)
# A year below 1000 may be taken for a shortened one.
MOMENTS = st.datetimes(datetime.datetime(1000, 1, 1))
DATES = st.one_of(MOMENTS.map(lambda moment: moment.isoformat()), MOMENTS.map(lambda moment: moment.isoformat() + 'Z'),
                  MOMENTS.map(lambda moment: moment.date().isoformat()))
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), FLOATS, TEXTS, DATES)
VALUES = st.recursive(SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=3),
                                                       st.dictionaries(TEXTS, inner, max_size=3)), max_leaves=5)
# What a header can hold, and a person would put there.
HEADER_TEXTS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0xff, blacklist_characters='\x7f',
                                     blacklist_categories=['Cc']), min_size=1, max_size=8)
HEADER_NAMES = st.sampled_from(['X-Mine', 'X-Other', 'Link', 'X-RateLimit-Limit'])


def objects(names, values=VALUES):
    """Make objects of some of these fields, and of others that nobody asked for."""
    return st.dictionaries(st.one_of(st.sampled_from(names), st.just('more')), values, max_size=4)


def proper(kind):
    """Make values that are of a type."""
    makers = {
        'UserBrief': objects(FIELDS['UserBrief'][1:], st.one_of(st.none(), TEXTS)),
        'UserAuthToken': objects(['token', 'two_factor_token'], TEXTS),
        'UserAuthenticationToken': st.fixed_dictionaries({'created': DATES, 'key': TEXTS, 'slug_perm': TEXTS}),
        'bool': st.booleans(), 'datetime': DATES, 'float': FLOATS, 'int': st.integers(), 'object': VALUES, 'str': TEXTS,
    }
    if kind == 'InlineResponse2001':
        return st.fixed_dictionaries({'results': st.lists(makers['UserAuthenticationToken'], max_size=3)})
    return makers[kind]


def answered(kind):
    """Make what may be answered where a type is expected, more or less of that type."""
    return st.one_of(proper(kind), VALUES, *([objects(FIELDS[kind])] if kind in FIELDS else []))


@st.composite
def answers(draw):
    kind = draw(st.sampled_from(TYPES))
    form = draw(st.sampled_from(['%s', '%s', 'list[%s]', 'dict(str, %s)']))
    value = answered(kind)
    if form == 'list[%s]':
        value = st.one_of(st.lists(value, max_size=3), VALUES)
    elif form == 'dict(str, %s)':
        value = st.one_of(st.dictionaries(TEXTS, value, max_size=3), VALUES)
    texts = value.map(json.dumps)
    text = draw(st.one_of(texts, texts, texts, st.sampled_from(['', ' ', '<html>', '{', 'NaN'])))
    return {'type': form % kind, 'text': text}


def check(comparison, source, rules, given, *answers):
    """Run a script that was given something on both sides, and fail on a difference that no rule explains."""
    script = Script(source, *([answers] if answers else []), given=given)
    assert unexplained(comparison.differences(script), ALWAYS + rules, given) == []


@EXAMPLES
@given(answer=answers())
def test_any_answer_is_read_the_same(comparison, answer):
    check(comparison, """
client.call_api('/x/', 'GET', response_type=given['type'], header_params=ACCEPT, _return_http_data_only=True)
""", OF_ANSWERS, answer, http_response(200, answer['text'].encode('utf-8'), [('Content-Type', 'application/json')]))


CALLS = {
    'user_self': "api.user_self_with_http_info(async_req=given['background'])",
    'user_token_create': "api.user_token_create(data={'email': 'ada'}, async_req=given['background'])",
    'user_tokens_list': "api.user_tokens_list(page_size=3, async_req=given['background'])",
    'user_tokens_create': "api.user_tokens_create(async_req=given['background'])",
    'user_tokens_refresh': "api.user_tokens_refresh('abc', async_req=given['background'])",
}


@EXAMPLES
@given(error=st.fixed_dictionaries({
    'call': st.sampled_from(sorted(CALLS)), 'background': st.booleans(),
    'status': st.integers(300, 599) | st.sampled_from([400, 401, 403, 404, 413, 422, 429, 500, 502, 503, 504]),
    'reason': st.text('abc X', max_size=8),
    'body': st.one_of(VALUES.map(json.dumps), TEXTS, st.fixed_dictionaries({
        'detail': TEXTS, 'fields': st.dictionaries(TEXTS, st.lists(TEXTS, max_size=2), max_size=2)}).map(json.dumps),
        st.binary(max_size=8).map(lambda data: data.decode('latin-1'))),
    'charset': st.sampled_from(['utf-8', 'latin-1']),
    'headers': st.dictionaries(HEADER_NAMES, HEADER_TEXTS, max_size=3),
    'retry_after': st.sampled_from([None, None, 0, 3, 60, 61, 3304]),
}))
def test_any_error_is_told_the_same(comparison, error):
    headers = sorted(error['headers'].items())
    if error['retry_after'] is not None:
        headers.append(('Retry-After', error['retry_after']))
    error['body'] = error['body'].encode(error['charset'], 'replace').decode('latin-1')
    check(comparison, """
called = %s
called.get(10) if given['background'] else called
""" % CALLS[error['call']], OF_ERRORS, error,
          http_response(error['status'], error['body'].encode('latin-1'), headers, error['reason']))


@EXAMPLES
@given(arguments=st.fixed_dictionaries({
    'own': st.booleans(), 'background': st.booleans(), 'preload': st.booleans(), 'data_only': st.booleans(),
    'timeout': st.sampled_from([None, 5, [3, 5]]),
    'page': st.fixed_dictionaries({}, optional={'page': st.integers(), 'page_size': st.integers()}),
    'slug_perm': st.one_of(TEXTS, st.sampled_from(['.', '..', 'a/b', 'a%2Fb'])),
    'data': st.dictionaries(st.sampled_from(['email', 'password', 'totp_token']), TEXTS, max_size=3),
    'as_model': st.booleans(),
}))
def test_any_arguments_are_sent_the_same(comparison, arguments):
    check(comparison, TRANSPORT + """
if given['own']:
    client.rest_client = Transport(Answer(200, '{"results": []}'))
options = {'async_req': given['background'], '_preload_content': given['preload'],
           '_return_http_data_only': given['data_only'], '_request_timeout': given['timeout']}
if given['timeout'] == [3, 5]:
    options['_request_timeout'] = (3, 5)
def call(method, **arguments):
    called = method(**dict(arguments, **options))
    called = called.get(10) if given['background'] else called
    return called, client.rest_client.asked.pop() if given['own'] else None
call(api.user_tokens_list, **given['page'])
call(api.user_tokens_list_with_http_info, **given['page'])
call(api.user_tokens_refresh_with_http_info, slug_perm=given['slug_perm'])
data = given['data']
if given['as_model'] and '' not in data.values():
    data = UserAuthTokenRequest(**data)
call(api.user_token_create_with_http_info, data=data)
""", OF_ARGUMENTS, arguments, http_response(200, '{"results": []}', [('Content-Type', 'application/json')]))


@EXAMPLES
@given(credentials=st.fixed_dictionaries({
    'key': st.one_of(st.none(), st.just(''), HEADER_TEXTS, TEXTS),
    'prefix': st.one_of(st.none(), st.just(''), HEADER_TEXTS),
    'username': st.one_of(st.just(''), HEADER_TEXTS, TEXTS), 'password': st.one_of(st.just(''), HEADER_TEXTS, TEXTS),
    'header': st.one_of(st.none(), HEADER_TEXTS), 'cookie': st.one_of(st.none(), st.just(''), HEADER_TEXTS),
    'user_agent': st.one_of(st.none(), HEADER_TEXTS), 'own': st.dictionaries(st.sampled_from(['a', 'b']), VALUES),
    'default': st.booleans(),
}))
def test_any_settings_are_used_the_same(comparison, credentials):
    check(comparison, """
configuration.api_key['X-Api-Key'] = given['key']
if given['prefix'] is not None:
    configuration.api_key_prefix['X-Api-Key'] = given['prefix']
configuration.username, configuration.password = given['username'], given['password']
for name, value in given['own'].items():
    setattr(configuration, name, value)
if given['default']:
    Configuration.set_default(configuration)
    configuration = Configuration()
    [getattr(configuration, name) for name in sorted(given['own'])]
more = {} if given['header'] is None else {'header_name': 'X-Mine', 'header_value': given['header']}
client = ApiClient(None if given['default'] else configuration, cookie=given['cookie'], **more)
if given['user_agent'] is not None:
    client.user_agent = given['user_agent']
UserApi(client).user_self().name
UserApi(client).user_token_create(data={'email': 'ada'}).token
configuration.get_api_key_with_prefix('X-Api-Key')
configuration.get_basic_auth_token()
""", OF_CREDENTIALS, credentials)


PAIRS = st.lists(st.tuples(st.sampled_from(['a', 'b']), st.one_of(SCALARS, st.lists(
    st.one_of(st.integers(), TEXTS), max_size=3))), max_size=3)


@EXAMPLES
@given(request=st.fixed_dictionaries({
    'verb': st.sampled_from(['DELETE', 'GET', 'OPTIONS', 'PATCH', 'POST', 'PUT']),
    'path': st.sampled_from(['/x/', '/x/{c}/', '/x/{c}/{d}', '/{d}/']),
    'path_params': st.fixed_dictionaries({'c': st.one_of(TEXTS, st.integers()), 'd': TEXTS}),
    'safe': st.text('/=~!.%', max_size=3), 'query': PAIRS,
    'formats': st.dictionaries(st.sampled_from(['a', 'b']), st.sampled_from(['csv', 'multi', 'pipes', 'ssv', 'tsv'])),
    'headers': st.dictionaries(HEADER_NAMES, st.one_of(HEADER_TEXTS, st.integers(0)), max_size=2), 'body': VALUES,
    'schemes': st.sampled_from([None, [], ['apikey'], ['basic'], ['apikey', 'basic']]),
}))
def test_any_request_of_call_api_is_sent_the_same(comparison, request):
    check(comparison, """
configuration.safe_chars_for_path_param = given['safe']
client.call_api(given['path'], given['verb'], given['path_params'], [tuple(pair) for pair in given['query']],
                dict(ACCEPT, **given['headers']), given['body'] if given['verb'] != 'GET' else None, [],
                auth_settings=given['schemes'], collection_formats=given['formats'], response_type='object')
client.sanitize_for_serialization(given['body'])
""", OF_REQUESTS, request)


MODELS = {
    'UserBrief': {'authenticated': st.booleans(), 'email': TEXTS, 'name': TEXTS, 'profile_url': TEXTS, 'slug': TEXTS},
    'UserAuthToken': {'token': TEXTS, 'two_factor_required': st.booleans(), 'two_factor_token': TEXTS},
    'UserAuthTokenRequest': {'email': TEXTS, 'password': TEXTS, 'totp_token': TEXTS},
    'UserAuthenticationToken': {'created': MOMENTS.map(str), 'key': TEXTS, 'slug_perm': TEXTS},
    'InlineResponse2001': {'results': st.lists(st.dictionaries(TEXTS, SCALARS, max_size=2), max_size=2)},
}


@st.composite
def model_fields(draw):
    name = draw(st.sampled_from(sorted(MODELS)))
    fields = st.fixed_dictionaries({}, optional={field: st.none() | values for field, values in MODELS[name].items()})
    changed = draw(st.sampled_from(sorted(MODELS[name])))
    return {'name': name, 'fields': [draw(fields), draw(fields)], 'unchecked': draw(st.booleans()),
            'changed': [changed, draw(MODELS[name][changed])]}


@EXAMPLES
@given(models=model_fields())
def test_any_model_behaves_the_same(comparison, models):
    check(comparison, """
settings = Configuration()
settings.client_side_validation = not given['unchecked']
def make(fields):
    if fields.get('created'):
        fields['created'] = datetime.datetime.fromisoformat(fields['created'])
    return getattr(cloudsmith_api, given['name'])(_configuration=settings, **fields)
one = make(dict(given['fields'][0]))
two = make(dict(given['fields'][1]))
one
two
one == two
one != two
one == make(dict(given['fields'][0]))
one.to_str()
one.to_str() == repr(one) == str(one)
setattr(one, given['changed'][0], given['changed'][1] if given['changed'][0] != 'created' else None)
one.to_dict()
one == two
""", OF_MODELS, models)


@EXAMPLES
@given(model=st.sampled_from(sorted(MODELS)).flatmap(lambda name: st.fixed_dictionaries({
    'name': st.just(name), 'fields': st.dictionaries(st.sampled_from(sorted(MODELS[name])), VALUES)})))
def test_any_value_is_taken_by_a_model_or_refused_the_same(comparison, model):
    check(comparison, """
getattr(cloudsmith_api, given['name'])(**given['fields'])
""", OF_WRONG_MODELS, model)


@pytest.mark.parametrize('rules', [OF_ANSWERS, OF_ARGUMENTS, OF_CREDENTIALS, OF_ERRORS, OF_MODELS, OF_REQUESTS,
                                   OF_WRONG_MODELS, ALWAYS])
def test_each_rule_is_of_a_row_that_a_script_shows(rules):
    assert {rule.row for rule in rules} <= {shown.row for shown in SHOWN}
