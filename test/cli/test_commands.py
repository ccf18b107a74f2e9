"""The commands of ``cloudsmith-cli`` that call the User API do the same on this package as on the published client."""

import base64
from collections import namedtuple

import pytest
from servers import http_response, json_response, reset, silent, truncated

KEY = {'CLOUDSMITH_API_KEY': 'csa_thekey'}
LOGIN = ['login', '--login', 'ada@example.com', '--password', 'pa55word']
NO_RETRY = ['--error-retry-max', '0']
# Without these, the tool reports a status that it would retry as status 0.
RETRY_NO_STATUS = ['--error-retry-codes', '599']

ADA = '{"authenticated": true, "email": "ada@example.com", "name": "Ada", "slug": "ada", "slug_perm": "x"}'
USER = json_response(ADA)
NOBODY = json_response('{"authenticated": false, "email": null, "name": null, "slug": null}')
CREATED_KEY = json_response('{"created": "2026-01-02T03:04:05.000006Z", "key": "csa_new", "slug_perm": "one"}')
KEYS = json_response('{"results": [{"created": "2026-01-02T03:04:05.000006Z", "key": "csa_*1", "slug_perm": "one"},'
                     ' {"created": "2026-01-02T03:04:05+02:00", "key": "csa_*2", "slug_perm": "two", "added": 1}]}')
NO_KEYS = json_response('{"results": []}')
INCOMPLETE_KEYS = json_response('{"results": [{"created": null, "key": null, "slug_perm": null}]}')
TOKEN = json_response('{"token": "csa_token"}', 201)
SECOND_FACTOR = json_response(
    '{"detail": "A second factor is needed.", "two_factor_required": true, "two_factor_token": "second"}', 422)
RATE_LIMIT = [('X-RateLimit-Limit', '100'), ('X-RateLimit-Remaining', '0'), ('X-RateLimit-Interval', '0.05'),
              ('X-RateLimit-Reset', '1767323045')]

SELF, LIST, CREATE, SIGN_IN = 'GET /user/self/', 'GET /user/tokens/', 'POST /user/tokens/', 'POST /user/token/'
REFRESH = 'PUT /user/tokens/one/refresh/'

#: A command, the responses, the requests that it sends (method and target), and its exit status.
Case = namedtuple('Case', ('arguments', 'responses', 'sent', 'status', 'variables', 'files', 'answers'))
Case.__new__.__defaults__ = (0, KEY, None, '')


def failure(status, body='{"detail": "Told off.", "fields": {"email": ["Bad."]}, "code": "bad"}', headers=()):
    return json_response(body, status, headers)


#: Settings as the tool stores them.
FILES = {
    '.config/cloudsmith/config.ini': '[default]\napi_host = http://127.0.0.1:1\n'
                                     '[profile:work]\napi_host = {origin}\napi_user_agent = from-file\n',
    '.config/cloudsmith/credentials.ini': '[default]\napi_key = csa_default\n[profile:work]\napi_key = csa_work\n'}
STORED_KEY = {'.config/cloudsmith/credentials.ini': '[default]\napi_key = csa_stored\n'}
OIDC = {'CLOUDSMITH_WORKSPACE': 'acme', 'CLOUDSMITH_SERVICE_SLUG': 'ci', 'CLOUDSMITH_OIDC_TOKEN': 'e.e.e'}
#: A JSON Web Token that expires in 2100.
SERVICE_TOKEN = 'eyJhbGciOiJub25lIn0.eyJleHAiOjQxMDI0NDQ4MDB9.c2ln'
EXCHANGED = json_response('{"token": "%s"}' % SERVICE_TOKEN)
# A single sign-on session with that token, stored where the tool's key ring keeps it for the machine's user.
SESSION = {'CLOUDSMITH_NO_KEYRING': '', 'CLOUDSMITH_KEYRING_BACKEND': 'keyrings.alt.file.PlaintextKeyring',
           'LOGNAME': 'ada'}
KEY_RING = {'.local/share/python_keyring/keyring_pass.cfg': (
    '[cloudsmith_5Fcli_2Daccess_5Ftoken_2Dhttp_3A_2F_2F127_2E0_2E0_2E1_3A{port}]\nada = '
    + base64.b64encode(SERVICE_TOKEN.encode()).decode())}
EXCHANGE = 'POST /openid/acme/'
# Not a loopback host: the tool sends the request for it to the proxy.
OTHER_HOST = ['--api-host', 'http://api.example.test']
PROXIED = 'GET http://api.example.test/user/self/'

SAME = {
    'whoami': Case(['whoami'], [USER], [SELF]),
    'whoami_verbose': Case(['whoami', '-v'], [USER, KEYS], [SELF, LIST]),
    'whoami_verbose_without_keys': Case(['whoami', '-v'], [USER, NO_KEYS], [SELF, LIST]),
    'whoami_json': Case(['whoami', '-v', '-F', 'json'], [USER, KEYS], [SELF, LIST]),
    'whoami_pretty_json': Case(['whoami', '-v', '-F', 'pretty_json'], [USER, KEYS], [SELF, LIST]),
    'whoami_without_key': Case(['whoami'], [NOBODY], [SELF], 1, {}),
    'whoami_without_key_verbose': Case(['whoami', '-v'], [NOBODY], [SELF], 1, {}),
    'whoami_key_argument': Case(['whoami', '-k', 'csa_given'], [USER], [SELF], 0, {}),
    'whoami_basic': Case(['whoami', '--api-headers', 'Authorization=ada:pa55word'], [USER], [SELF], 0, {}),
    'whoami_basic_and_key': Case(['whoami', '--api-headers', 'Authorization=ada:pa55word'], [USER], [SELF]),
    'whoami_oidc': Case(['whoami'], [EXCHANGED, USER], [EXCHANGE, SELF], 0, OIDC),
    'whoami_oidc_verbose': Case(['whoami', '-v'], [EXCHANGED, USER],
                                [EXCHANGE, SELF], 0, OIDC),
    'whoami_oidc_rejected': Case(['whoami'], [EXCHANGED, failure(401)],
                                 [EXCHANGE, SELF], 401, OIDC),
    'whoami_session': Case(['whoami'], [USER], [SELF], 0, SESSION, KEY_RING),
    'whoami_session_verbose': Case(['whoami', '-v'], [USER], [SELF], 0, SESSION, KEY_RING),
    'whoami_session_expired': Case(['whoami'], [failure(401)], [SELF], 401, SESSION, KEY_RING),
    'whoami_own_headers': Case(['whoami', '--api-headers', 'X-One=1,X-Two=2'], [USER], [SELF]),
    'whoami_headers_variable': Case(['whoami'], [USER], [SELF], 0, dict(KEY, CLOUDSMITH_API_HEADERS='X-One=1')),
    'whoami_user_agent': Case(['whoami', '--api-user-agent', 'mine'], [USER], [SELF]),
    'whoami_user_agent_variable': Case(['whoami'], [USER], [SELF], 0, dict(KEY, CLOUDSMITH_API_USER_AGENT='mine')),
    'whoami_versioned_host': Case(['whoami', '--api-host', '{origin}/v1'], [USER], ['GET /v1/user/self/']),
    'whoami_host_with_slash': Case(['whoami', '--api-host', '{origin}/v1/'], [USER], ['GET /v1/user/self/']),
    'whoami_profile': Case(['whoami', '-P', 'work'], [USER], [SELF], 0, {'CLOUDSMITH_API_HOST': ''}, FILES),
    'whoami_profile_variable': Case(['whoami'], [USER], [SELF], 0,
                                    {'CLOUDSMITH_API_HOST': '', 'CLOUDSMITH_PROFILE': 'work'}, FILES),
    'whoami_proxy_without_key': Case(['whoami', '--proxy', '{origin}'] + OTHER_HOST, [NOBODY], [PROXIED], 1, {}),
    'whoami_proxy_variable': Case(['whoami'] + OTHER_HOST, [NOBODY], [PROXIED], 1,
                                  {'CLOUDSMITH_PROXY': 'http://u:p@127.0.0.1:{port}'}),
    'whoami_system_proxy': Case(['whoami'] + OTHER_HOST, [NOBODY], [PROXIED], 1, {'http_proxy': '{origin}'}),
    'whoami_unverified': Case(['whoami', '--without-ssl-verify'], [USER], [SELF]),
    'whoami_non_strict': Case(['whoami', '--without-ssl-verify-strict'], [USER], [SELF]),
    'whoami_rate_limited': Case(['whoami', '--rate-limit-warning', '0'], [json_response(ADA, 200, RATE_LIMIT)], [SELF]),
    'whoami_not_paced': Case(['whoami', '-R'], [json_response(ADA, 200, RATE_LIMIT)], [SELF]),
    'whoami_malformed_rate_limit': Case(
        ['whoami'], [json_response(ADA, 200, [('X-RateLimit-Limit', 'many')])], [SELF]),
    'whoami_unicode': Case(['whoami'], [json_response('{"authenticated": true, "name": "Zo\u00eb \u4e2d"}')], [SELF]),
    'whoami_empty_fields': Case(['whoami'], [json_response('{"authenticated": true, "name": ""}')], [SELF]),
    'whoami_retried': Case(['whoami', '--error-retry-max', '2', '--error-retry-backoff', '0.01'],
                           [failure(500), failure(503), USER], [SELF] * 3),
    'whoami_retry_after': Case(['whoami'], [failure(429, headers=[('Retry-After', '1')]), USER], [SELF] * 2),
    'whoami_redirected': Case(['whoami'], [http_response(302, '', [('Location', '/v1/user/self/')]), USER],
                              [SELF, 'GET /v1/user/self/']),
    'whoami_truncated': Case(['whoami'] + NO_RETRY, [truncated(USER[:-9])], [SELF], 1),
    'whoami_without_response': Case(['whoami'] + NO_RETRY, [silent(1)], [SELF], 1),
    'whoami_reset': Case(['whoami'] + NO_RETRY, [reset], [SELF], 1),
    'whoami_gateway_error': Case(['whoami'] + RETRY_NO_STATUS, [http_response(502, '<html>')], [SELF], 502),
    'whoami_retries_exhausted': Case(['whoami'] + NO_RETRY, [failure(500)], [SELF], 1),
    'whoami_empty_error': Case(['whoami'] + RETRY_NO_STATUS, [http_response(500)], [SELF], 500),
    'whoami_401_json': Case(['whoami', '-F', 'json'], [failure(401)], [SELF], 401),
    'whoami_401_verbose': Case(['whoami', '-v'], [failure(401)], [SELF], 401),
    'whoami_401_without_key': Case(['whoami'], [failure(401)], [SELF], 401, {}),
    'tokens_list': Case(['tokens', 'list'], [KEYS], [LIST]),
    'tokens_list_json': Case(['tokens', 'list', '-F', 'json'], [KEYS], [LIST]),
    'tokens_list_pretty_json': Case(['tokens', 'list', '-F', 'pretty_json'], [KEYS], [LIST]),
    'tokens_list_empty': Case(['tokens', 'list'], [NO_KEYS], [LIST]),
    'tokens_list_incomplete': Case(['tokens', 'list', '-F', 'json'], [INCOMPLETE_KEYS], [LIST]),
    'tokens_refresh': Case(['tokens', 'refresh', 'one'], [CREATED_KEY], [REFRESH]),
    'tokens_refresh_json': Case(['tokens', 'refresh', 'one', '-F', 'json'], [CREATED_KEY], [REFRESH]),
    'tokens_refresh_chosen': Case(['tokens', 'refresh'], [KEYS, CREATED_KEY], [LIST, REFRESH], answers='one\n'),
    'tokens_refresh_first': Case(['tokens', 'refresh', '--force'], [KEYS, CREATED_KEY], [LIST, REFRESH]),
    'tokens_refresh_without_keys': Case(['tokens', 'refresh'], [NO_KEYS, CREATED_KEY], [LIST, CREATE]),
    'tokens_refresh_saved': Case(['tokens', 'refresh', 'one', '--save-config', '--force'], [CREATED_KEY], [REFRESH]),
    'tokens_refresh_encoded': Case(['tokens', 'refresh', 'a/b c?#%41\u00e9'], [CREATED_KEY],
                                   ['PUT /user/tokens/a%2Fb%20c%3F%23%2541%C3%A9/refresh/']),
    'tokens_create_again': Case(
        ['tokens', 'create', '--force'],
        [failure(400, '{"detail": "User has already created an API key."}'), KEYS, CREATED_KEY],
        [CREATE, LIST, REFRESH]),
    'login': Case(LOGIN, [TOKEN], [SIGN_IN], 0, {}, answers='n\n'),
    'login_despite_key': Case(LOGIN, [TOKEN], [SIGN_IN], answers='n\n'),
    'login_despite_stored_key': Case(LOGIN, [TOKEN], [SIGN_IN], 0, {}, STORED_KEY, 'n\n'),
    'login_despite_oidc': Case(LOGIN, [EXCHANGED, TOKEN], [EXCHANGE, SIGN_IN], 0, OIDC, answers='n\n'),
    'login_two_factor_despite_stored_key': Case(LOGIN, [SECOND_FACTOR, TOKEN], [SIGN_IN] * 2, 0, {}, STORED_KEY,
                                                '123456\nn\n'),
    'login_saved': Case(LOGIN, [TOKEN], [SIGN_IN], 0, {}, answers='y\n'),
    'login_json': Case(LOGIN + ['-F', 'json'], [TOKEN], [SIGN_IN], 0, {}, answers='n\n'),
    'login_unicode': Case(['login', '-l', 'zo\u00eb@example.com', '-p', 'p\u00e4ss'], [TOKEN], [SIGN_IN], 0, {},
                          answers='n\n'),
    'login_empty_password': Case(['login', '-l', 'ada', '-p', ''], [TOKEN], [SIGN_IN], 0, {}, answers='n\n'),
    'login_two_factor': Case(LOGIN, [SECOND_FACTOR, TOKEN], [SIGN_IN] * 2, 0, {}, answers='123456\nn\n'),
    'login_wrong_code': Case(LOGIN, [SECOND_FACTOR, failure(422)], [SIGN_IN] * 2, 422, {}, answers='123456\n'),
}
for status in (400, 401, 403, 404, 410, 422, 429, 500, 503):
    for name, arguments, sent in (('whoami', ['whoami'], SELF), ('tokens_list', ['tokens', 'list'], LIST),
                                  ('login', LOGIN, SIGN_IN)):
        SAME['%s_%d' % (name, status)] = Case(arguments + RETRY_NO_STATUS, [failure(status)], [sent], status)


@pytest.mark.parametrize('name', SAME)
def test_command_does_the_same_on_both_packages(published, here, name):
    case = SAME[name]
    expected, outcome = (side.run(case.arguments, case.responses, case.variables, case.files, case.answers)
                         for side in (published, here))
    assert outcome == expected
    # Without these, two commands that both failed for another reason would be equal.
    assert [line for line, _ in outcome.requests] == case.sent
    assert outcome.status == case.status % 256  # as the shell shows it


def run_both(published, here, *command):
    return published.run(*command), here.run(*command)


def test_debug_output_here_does_not_show_the_key(published, here):
    theirs, ours = run_both(published, here, ['whoami', '--debug'], [USER], KEY)
    assert 'X-Api-Key: csa_thekey' in theirs.output
    assert 'csa_thekey' not in ours.output + ours.errors
    assert ours.output.endswith('User: Ada (slug: ada, email: ada@example.com)\n')
    assert ours._replace(output='', errors='') == theirs._replace(output='', errors='')


@pytest.mark.parametrize('body', ['<html>', '', '{"authenticated": "false"}'])
def test_invalid_response_here_is_an_error(published, here, body):
    theirs, ours = run_both(published, here, ['whoami'], [json_response(body)], KEY)
    assert theirs.output.startswith('Retrieving your authentication status from the API ... OK\n')
    assert 'ERROR\nFailed to retrieve your authentication status! (status: 200 - OK)\n' in ours.output
    assert ours.status == 200
    assert ours.requests == theirs.requests


def test_plain_http_to_another_host_here_warns(published, here):
    theirs, ours = run_both(published, here, ['whoami', '--proxy', '{origin}'] + OTHER_HOST, [USER], KEY)
    assert theirs.errors == ''
    assert 'InsecureTransportWarning: Credentials are sent over plain http to http://api.example.test' in ours.errors
    assert ours._replace(errors='') == theirs


def test_key_name_that_would_change_the_path_here_is_not_sent(published, here):
    theirs, ours = run_both(published, here, ['tokens', 'refresh', '..'], [CREATED_KEY], KEY)
    assert [line for line, _ in theirs.requests] == ['PUT /user/refresh/']
    assert ours.requests == []
    assert (ours.status, ours.errors.partition(' must')[0]) == (1, 'Error: ValueError: slug_perm')


def test_credentials_in_the_host_here_are_rejected(published, here):
    theirs, ours = run_both(published, here, ['whoami', '--api-host', 'http://u:p@127.0.0.1:{port}'], [USER], KEY)
    assert [line for line, _ in theirs.requests] == [SELF]
    assert ours.requests == []
    assert (ours.status, ours.errors.partition(' must')[0]) == (1, 'Error: ValueError: host')


def test_default_host_here_has_the_version_of_the_api(published, here):
    theirs, ours = run_both(published, here, ['whoami', '--proxy', '{origin}'] + NO_RETRY, [http_response(502)],
                            dict(KEY, CLOUDSMITH_API_HOST=''))
    assert [line for line, _ in ours.requests] == ['CONNECT api.cloudsmith.io:443']
    assert 'url: /v1/user/self/ ' in ours.output
    assert ours._replace(output=ours.output.replace('/v1/user/', '/user/')) == theirs
