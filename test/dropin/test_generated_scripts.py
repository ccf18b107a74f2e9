"""Scripts with random arguments, settings and responses differ only as the guide documents."""

import datetime
import json

import pytest
from comparison import Script
from difference_rules import (
    ALWAYS,
    ARGUMENT_RULES,
    CREDENTIAL_RULES,
    ERROR_RULES,
    INVALID_MODEL_RULES,
    MODEL_RULES,
    REQUEST_RULES,
    RESPONSE_RULES,
    unexplained,
)
from documented_differences import SHOWN
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matching_scripts import TRANSPORT
from servers import http_response

# Hypothesis runs many scripts to shrink one that fails.
pytestmark = pytest.mark.timeout(600)

EXAMPLES = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

TYPES = ['UserBrief', 'UserAuthToken', 'UserAuthenticationToken', 'KeyPage', 'bool', 'datetime', 'float',
         'int', 'object', 'str']
FIELDS = {
    'UserBrief': ['authenticated', 'email', 'name', 'profile_url', 'self_url', 'slug', 'slug_perm'],
    'UserAuthToken': ['token', 'two_factor_required', 'two_factor_token'],
    'UserAuthenticationToken': ['created', 'key', 'slug_perm'],
    'KeyPage': ['results'],
}

TEXTS = st.text(max_size=8)
# dateutil may read a year below 1000 as a two-digit year.
MOMENTS = st.datetimes(datetime.datetime(1000, 1, 1))
DATES = st.one_of(MOMENTS.map(lambda moment: moment.isoformat()), MOMENTS.map(lambda moment: moment.isoformat() + 'Z'),
                  MOMENTS.map(lambda moment: moment.date().isoformat()))
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), FLOATS, TEXTS, DATES)
VALUES = st.recursive(SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=3),
                                                       st.dictionaries(TEXTS, inner, max_size=3)), max_leaves=5)
# Text that a header can hold: printable Latin-1 without spaces.
HEADER_TEXTS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0xff, blacklist_characters='\x7f',
                                     blacklist_categories=['Cc']), min_size=1, max_size=8)
HEADER_NAMES = st.sampled_from(['X-Mine', 'X-Other', 'Link', 'X-RateLimit-Limit'])


def objects(names, values=VALUES):
    """Return a strategy for objects with some of these fields, and perhaps an unknown one."""
    return st.dictionaries(st.one_of(st.sampled_from(names), st.just('more')), values, max_size=4)


def valid_values(type_name):
    """Return a strategy for valid values of a type."""
    strategies = {
        'UserBrief': objects(FIELDS['UserBrief'][1:], st.one_of(st.none(), TEXTS)),
        'UserAuthToken': objects(['token', 'two_factor_token'], TEXTS),
        'UserAuthenticationToken': st.fixed_dictionaries({'created': DATES, 'key': TEXTS, 'slug_perm': TEXTS}),
        'bool': st.booleans(), 'datetime': DATES, 'float': FLOATS, 'int': st.integers(), 'object': VALUES, 'str': TEXTS,
    }
    if type_name == 'KeyPage':
        return st.fixed_dictionaries({'results': st.lists(strategies['UserAuthenticationToken'], max_size=3)})
    return strategies[type_name]


def response_values(type_name):
    """Return a strategy for valid and invalid values of a type."""
    return st.one_of(valid_values(type_name), VALUES, *([objects(FIELDS[type_name])] if type_name in FIELDS else []))


@st.composite
def response_cases(draw):
    type_name = draw(st.sampled_from(TYPES))
    container = draw(st.sampled_from(['%s', '%s', 'list[%s]', 'dict(str, %s)']))
    value = response_values(type_name)
    if container == 'list[%s]':
        value = st.one_of(st.lists(value, max_size=3), VALUES)
    elif container == 'dict(str, %s)':
        value = st.one_of(st.dictionaries(TEXTS, value, max_size=3), VALUES)
    texts = value.map(json.dumps)
    text = draw(st.one_of(texts, texts, texts, st.sampled_from(['', ' ', '<html>', '{', 'NaN'])))
    return {'type': container % type_name, 'text': text}


def check(comparison, source, rules, case, *responses):
    """Run a script with a case on both sides, and fail on a difference that no rule explains."""
    script = Script(source, *([responses] if responses else []), case=case)
    assert unexplained(comparison.differences(script), ALWAYS + rules, case) == []


@EXAMPLES
@given(case=response_cases())
def test_response_is_parsed_alike(comparison, case):
    check(comparison, """
response_type = case['type'].replace('KeyPage', key_page)
client.call_api('/x/', 'GET', response_type=response_type, header_params=ACCEPT, _return_http_data_only=True)
""", RESPONSE_RULES, case, http_response(200, case['text'].encode('utf-8'), [('Content-Type', 'application/json')]))


CALLS = {
    'user_self': "api.user_self_with_http_info(async_req=case['background'])",
    'user_token_create': "api.user_token_create(data={'email': 'ada'}, async_req=case['background'])",
    'user_tokens_list': "api.user_tokens_list(page_size=3, async_req=case['background'])",
    'user_tokens_create': "api.user_tokens_create(async_req=case['background'])",
    'user_tokens_refresh': "api.user_tokens_refresh('abc', async_req=case['background'])",
}


@EXAMPLES
@given(case=st.fixed_dictionaries({
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
def test_error_is_raised_alike(comparison, case):
    headers = sorted(case['headers'].items())
    if case['retry_after'] is not None:
        headers.append(('Retry-After', case['retry_after']))
    case['body'] = case['body'].encode(case['charset'], 'replace').decode('latin-1')
    check(comparison, """
(lambda called: called.get(10) if case['background'] else called)(%s)
""" % CALLS[case['call']], ERROR_RULES, case,
          http_response(case['status'], case['body'].encode('latin-1'), headers, case['reason']))


@EXAMPLES
@given(case=st.fixed_dictionaries({
    'own': st.booleans(), 'background': st.booleans(), 'preload': st.booleans(), 'data_only': st.booleans(),
    'timeout': st.sampled_from([None, 5, [3, 5]]),
    'page': st.fixed_dictionaries({}, optional={'page': st.integers(), 'page_size': st.integers()}),
    'slug_perm': st.one_of(TEXTS, st.sampled_from(['.', '..', 'a/b', 'a%2Fb'])),
    'data': st.dictionaries(st.sampled_from(['email', 'password', 'totp_token']), TEXTS, max_size=3),
    'as_model': st.booleans(),
}))
def test_arguments_are_sent_alike(comparison, case):
    check(comparison, TRANSPORT + """
if case['own']:
    client.rest_client = Transport(Response(200, '{"results": []}'))
options = {'async_req': case['background'], '_preload_content': case['preload'],
           '_return_http_data_only': case['data_only'], '_request_timeout': case['timeout']}
if case['timeout'] == [3, 5]:
    options['_request_timeout'] = (3, 5)
def call(method, **arguments):
    called = method(**dict(arguments, **options))
    called = called.get(10) if case['background'] else called
    return called, client.rest_client.requests.pop() if case['own'] else None
call(api.user_tokens_list, **case['page'])
call(api.user_tokens_list_with_http_info, **case['page'])
call(api.user_tokens_refresh_with_http_info, slug_perm=case['slug_perm'])
data = case['data']
if case['as_model'] and '' not in data.values():
    data = UserAuthTokenRequest(**data)
call(api.user_token_create_with_http_info, data=data)
""", ARGUMENT_RULES, case, http_response(200, '{"results": []}', [('Content-Type', 'application/json')]))


@EXAMPLES
@given(case=st.fixed_dictionaries({
    'key': st.one_of(st.none(), st.just(''), HEADER_TEXTS, TEXTS),
    'prefix': st.one_of(st.none(), st.just(''), HEADER_TEXTS),
    'username': st.one_of(st.just(''), HEADER_TEXTS, TEXTS), 'password': st.one_of(st.just(''), HEADER_TEXTS, TEXTS),
    'header': st.one_of(st.none(), HEADER_TEXTS), 'cookie': st.one_of(st.none(), st.just(''), HEADER_TEXTS),
    'user_agent': st.one_of(st.none(), HEADER_TEXTS), 'own': st.dictionaries(st.sampled_from(['a', 'b']), VALUES),
    'default': st.booleans(),
}))
def test_settings_are_used_alike(comparison, case):
    check(comparison, """
configuration.api_key['X-Api-Key'] = case['key']
if case['prefix'] is not None:
    configuration.api_key_prefix['X-Api-Key'] = case['prefix']
configuration.username, configuration.password = case['username'], case['password']
for name, value in case['own'].items():
    setattr(configuration, name, value)
if case['default']:
    Configuration.set_default(configuration)
    configuration = Configuration()
    [getattr(configuration, name) for name in sorted(case['own'])]
more = {} if case['header'] is None else {'header_name': 'X-Mine', 'header_value': case['header']}
client = ApiClient(None if case['default'] else configuration, cookie=case['cookie'], **more)
if case['user_agent'] is not None:
    client.user_agent = case['user_agent']
UserApi(client).user_self().name
UserApi(client).user_token_create(data={'email': 'ada'}).token
configuration.get_api_key_with_prefix('X-Api-Key')
configuration.get_basic_auth_token()
""", CREDENTIAL_RULES, case)


PAIRS = st.lists(st.tuples(st.sampled_from(['a', 'b']), st.one_of(SCALARS, st.lists(
    st.one_of(st.integers(), TEXTS), max_size=3))), max_size=3)


@EXAMPLES
@given(case=st.fixed_dictionaries({
    'verb': st.sampled_from(['DELETE', 'GET', 'OPTIONS', 'PATCH', 'POST', 'PUT']),
    'path': st.sampled_from(['/x/', '/x/{c}/', '/x/{c}/{d}', '/{d}/']),
    'path_params': st.fixed_dictionaries({'c': st.one_of(TEXTS, st.integers()), 'd': TEXTS}),
    'safe': st.text('/=~!.%', max_size=3), 'query': PAIRS,
    'formats': st.dictionaries(st.sampled_from(['a', 'b']), st.sampled_from(['csv', 'multi', 'pipes', 'ssv', 'tsv'])),
    'headers': st.dictionaries(HEADER_NAMES, st.one_of(HEADER_TEXTS, st.integers(0)), max_size=2), 'body': VALUES,
    'schemes': st.sampled_from([None, [], ['apikey'], ['basic'], ['apikey', 'basic']]),
}))
def test_call_api_request_is_sent_alike(comparison, case):
    check(comparison, """
configuration.safe_chars_for_path_param = case['safe']
client.call_api(case['path'], case['verb'], case['path_params'], [tuple(pair) for pair in case['query']],
                dict(ACCEPT, **case['headers']), case['body'] if case['verb'] != 'GET' else None, [],
                auth_settings=case['schemes'], collection_formats=case['formats'], response_type='object')
client.sanitize_for_serialization(case['body'])
""", REQUEST_RULES, case)


MODELS = {
    'UserBrief': {'authenticated': st.booleans(), 'email': TEXTS, 'name': TEXTS, 'profile_url': TEXTS, 'slug': TEXTS},
    'UserAuthToken': {'token': TEXTS, 'two_factor_required': st.booleans(), 'two_factor_token': TEXTS},
    'UserAuthTokenRequest': {'email': TEXTS, 'password': TEXTS, 'totp_token': TEXTS},
    'UserAuthenticationToken': {'created': MOMENTS.map(str), 'key': TEXTS, 'slug_perm': TEXTS},
    'KeyPage': {'results': st.lists(st.dictionaries(TEXTS, SCALARS, max_size=2), max_size=2)},
}


@st.composite
def model_cases(draw):
    name = draw(st.sampled_from(sorted(MODELS)))
    fields = st.fixed_dictionaries({}, optional={field: st.none() | values for field, values in MODELS[name].items()})
    changed = draw(st.sampled_from(sorted(MODELS[name])))
    return {'name': name, 'fields': [draw(fields), draw(fields)], 'unchecked': draw(st.booleans()),
            'changed': [changed, draw(MODELS[name][changed])]}


@EXAMPLES
@given(case=model_cases())
def test_model_behaves_alike(comparison, case):
    check(comparison, """
settings = Configuration()
settings.client_side_validation = not case['unchecked']
def make(fields):
    if fields.get('created'):
        fields['created'] = datetime.datetime.fromisoformat(fields['created'])
    return model(case['name'])(_configuration=settings, **fields)
one = make(dict(case['fields'][0]))
two = make(dict(case['fields'][1]))
one
two
one == two
one != two
one == make(dict(case['fields'][0]))
one.to_str()
one.to_str() == repr(one) == str(one)
setattr(one, case['changed'][0], case['changed'][1] if case['changed'][0] != 'created' else None)
one.to_dict()
one == two
""", MODEL_RULES, case)


@EXAMPLES
@given(case=st.sampled_from(sorted(MODELS)).flatmap(lambda name: st.fixed_dictionaries({
    'name': st.just(name), 'fields': st.dictionaries(st.sampled_from(sorted(MODELS[name])), VALUES)})))
def test_model_accepts_or_refuses_values_alike(comparison, case):
    check(comparison, """
model(case['name'])(**case['fields'])
""", INVALID_MODEL_RULES, case)


@pytest.mark.parametrize('rules', [
    ALWAYS, ARGUMENT_RULES, CREDENTIAL_RULES, ERROR_RULES, INVALID_MODEL_RULES, MODEL_RULES, REQUEST_RULES,
    RESPONSE_RULES])
def test_rule_belongs_to_a_demonstrated_row(rules):
    assert {rule.row for rule in rules} <= {shown.row for shown in SHOWN}
