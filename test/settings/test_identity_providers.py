"""OIDC in ``Configuration.from_environment``: detection of the CI system, and its identity token."""

import base64
import json
import os
import pickle
import ssl
import stat
import sys
import threading
import time

import pytest
from certificates import Authority
from servers import (
    RespondingServer,
    ScriptedServer,
    http_response,
    json_response,
    reset,
    silent,
    trickling,
    truncated,
)

from cloudsmith_api import (
    ApiClient,
    ApiException,
    Configuration,
    ConnectionException,
    InsecureTransportWarning,
    InvalidResponseException,
    TimeoutException,
    TlsException,
    UserApi,
    credentials,
)
from cloudsmith_api._common.clock import monotonic

IDENTITY_TOKEN = 'eyJpZA.eyJzdWIiOiJqb2IifQ.c2lnbmF0dXJl'
REQUEST_TOKEN = 'eyJyZXE.eyJzdWIiOiJyZXEifQ.c2lnbmF0dXJl'
VARIABLES = {
    'buildkite': {'BUILDKITE': 'true', 'BUILDKITE_JOB_ID': '1'},
    'circleci': {'CIRCLECI': 'true', 'CIRCLE_OIDC_TOKEN_V2': IDENTITY_TOKEN, 'CIRCLE_OIDC_TOKEN': 'old'},
    'azure_devops': {'SYSTEM_OIDCREQUESTURI': '{origin}/azure?x=1', 'SYSTEM_ACCESSTOKEN': REQUEST_TOKEN},
    'github': {'GITHUB_ACTIONS': 'true', 'ACTIONS_ID_TOKEN_REQUEST_URL': '{origin}/github?x=1',
               'ACTIONS_ID_TOKEN_REQUEST_TOKEN': REQUEST_TOKEN},
    'bitbucket': {'BITBUCKET_STEP_OIDC_TOKEN': IDENTITY_TOKEN},
    'gitlab': {'GITLAB_CI': 'true', 'CLOUDSMITH_OIDC_TOKEN': IDENTITY_TOKEN},
    'generic': {'CLOUDSMITH_OIDC_TOKEN': IDENTITY_TOKEN},
}
TOOL_ORDER = ['buildkite', 'circleci', 'azure_devops', 'github', 'bitbucket', 'gitlab', 'generic']


class Provider(RespondingServer):
    """The endpoints of GitHub and Azure DevOps, the exchange, and the API, on one port."""

    def __init__(self):
        self.failure = None
        self.access_token = 'access-token'
        super(Provider, self).__init__(self._respond)

    def _respond(self, request):
        if self.failure is not None and request.target.startswith(('/azure', '/github')):
            return self.failure
        if request.target.startswith('/azure'):
            return json_response(json.dumps({'oidcToken': IDENTITY_TOKEN}))
        if request.target.startswith('/github'):
            return json_response(json.dumps({'value': IDENTITY_TOKEN}))
        if request.target.startswith('/openid/'):
            return json_response(json.dumps({'token': self.access_token}), status=201)
        return json_response('{"slug": "ci"}')


@pytest.fixture(autouse=True)
def no_ci_system(monkeypatch, tmpdir):
    """Hide the variables of the CI system that runs these tests, and the developer's own files."""
    for variables in VARIABLES.values():
        for name in variables:
            monkeypatch.delenv(name, raising=False)
    for name in ('HOME', 'USERPROFILE', 'APPDATA'):
        monkeypatch.setenv(name, str(tmpdir))
    monkeypatch.delenv('XDG_CONFIG_HOME', raising=False)


@pytest.fixture
def provider():
    with Provider() as started:
        yield started


@pytest.fixture
def agent(monkeypatch, tmpdir):
    """Install a ``buildkite-agent`` that prints its arguments' audience in an identity token, or fails."""
    def install(body):
        if os.name == 'nt':
            pytest.skip('on Windows, a script is not a program')
        program = tmpdir.join('buildkite-agent')
        program.write('#!%s\nimport sys\n%s\n' % (sys.executable, body))
        program.chmod(stat.S_IRWXU)
        monkeypatch.setenv('PATH', str(tmpdir) + os.pathsep + os.environ.get('PATH', ''))
    return install


@pytest.fixture
def use(monkeypatch, provider):
    """Set the variables of CI systems: ``use('github', CLOUDSMITH_ORG='acme')``."""
    def set_variables(*names, **others):
        variables = {
            'CLOUDSMITH_API_HOST': provider.url, 'CLOUDSMITH_WORKSPACE': 'acme', 'CLOUDSMITH_SERVICE_SLUG': 'ci'}
        for name in names:
            variables.update(VARIABLES[name])
        variables.update(others)
        for name, value in variables.items():
            monkeypatch.setenv(name, value.format(origin=provider.origin))
    return set_variables


def one_hour_jwt():
    claims = json.dumps({'exp': int(time.time()) + 3600}).encode('ascii')
    return 'eyJhbGciOiJub25lIn0.%s.signature' % base64.urlsafe_b64encode(claims).decode('ascii').rstrip('=')


def extra_targets(provider):
    """List the paths requested, except that of the call."""
    paths = [request.target.partition('?')[0] for request in provider.requests]
    return [path for path in paths if path != '/v1/user/self/']


def find_provider():
    token = Configuration.from_environment().access_token
    return None if token is None else token.provider


def headers_of(request):
    return {name.lower(): value for name, value in request.headers}


@pytest.mark.parametrize('name', TOOL_ORDER)
def test_each_ci_system_is_detected_and_makes_calls(use, provider, agent, name):
    if name == 'buildkite':
        agent('sys.stdout.write(%r + "\\n")' % IDENTITY_TOKEN)
    use(name)
    configuration = Configuration.from_environment()
    assert provider.requests == []
    with ApiClient(configuration) as client:
        assert UserApi(client).user_self().slug == 'ci'
    origins = {setting.name: setting.origin for setting in configuration.describe()}
    assert origins['access_token'] == 'OIDC by ' + name
    exchange, call = provider.requests[-2:]
    assert exchange.target == '/openid/acme/'
    assert json.loads(exchange.body.decode('ascii')) == {'oidc_token': IDENTITY_TOKEN, 'service_slug': 'ci'}
    assert headers_of(call)['authorization'] == 'Bearer access-token'
    assert len(provider.requests) == (3 if name in ('azure_devops', 'github') else 2)


@pytest.mark.parametrize('name, method, target, own', [
    ('azure_devops', 'POST', '/azure?x=1&api-version=7.1',
     {'x-tfs-fedauthredirect': 'Suppress', 'accept': 'application/json', 'content-length': '0',
      'content-type': 'application/json'}),
    ('github', 'GET', '/github?x=1&audience=cloudsmith', {'accept': 'application/json; api-version=2.0'}),
])
def test_endpoint_gets_its_request_token_and_nothing_else(use, provider, name, method, target, own):
    use(name)
    with ApiClient(Configuration.from_environment(), 'X-Extra', 'secret', 'cookie=secret') as client:
        UserApi(client).user_self()
    request = provider.requests[0]
    assert (request.method, request.target) == (method, target)
    headers = headers_of(request)
    assert headers['authorization'] == 'Bearer ' + REQUEST_TOKEN
    assert headers['user-agent'].startswith('cloudsmith-api/')
    assert {header: value for header, value in headers.items()
            if header not in ('host', 'accept-encoding', 'user-agent', 'authorization')} == own


@pytest.mark.parametrize('name', ['buildkite', 'github'])
def test_audience_may_be_set(use, provider, agent, name):
    if name == 'buildkite':
        agent('assert sys.argv[1:] == ["oidc", "request-token", "--audience", "mine"]; sys.stdout.write("a.b.c")')
    use(name, CLOUDSMITH_OIDC_AUDIENCE='mine')
    UserApi(ApiClient(Configuration.from_environment())).user_self()
    assert name == 'buildkite' or provider.requests[0].target.endswith('&audience=mine')


def test_older_circleci_token_is_used_without_the_newer_one(use, monkeypatch, provider):
    use('circleci', CIRCLE_OIDC_TOKEN='old-token')
    monkeypatch.delenv('CIRCLE_OIDC_TOKEN_V2')
    UserApi(ApiClient(Configuration.from_environment())).user_self()
    assert b'old-token' in provider.requests[0].body


def test_ci_systems_are_tried_in_the_order_of_cloudsmith_cli(use, monkeypatch, agent):
    agent('')
    use(*TOOL_ORDER)
    found = []
    for _ in TOOL_ORDER:
        found.append(find_provider())
        monkeypatch.setenv('CLOUDSMITH_OIDC_%s_DISABLED' % found[-1].upper(), 'True')
    assert found == TOOL_ORDER
    assert find_provider() is None


@pytest.mark.parametrize('order, found', [
    ('bitbucket,github', 'bitbucket'), ('aws, GCP , github', 'github'), ('aws', None), (' ', 'github'), (',', 'github'),
])
def test_order_may_be_set(use, order, found):
    use('github', 'bitbucket', 'generic', CLOUDSMITH_OIDC_DETECTOR_ORDER=order)
    assert find_provider() == found


@pytest.mark.parametrize('missing', ['CLOUDSMITH_WORKSPACE', 'CLOUDSMITH_SERVICE_SLUG', 'GITHUB_ACTIONS',
                                     'ACTIONS_ID_TOKEN_REQUEST_TOKEN'])
def test_ci_system_with_a_missing_variable_is_not_detected(use, monkeypatch, missing):
    use('github')
    monkeypatch.delenv(missing)
    assert find_provider() is None


@pytest.mark.parametrize('name, variable, found', [
    ('buildkite', 'BUILDKITE', None), ('circleci', 'CIRCLECI', None), ('github', 'GITHUB_ACTIONS', None),
    ('gitlab', 'GITLAB_CI', 'generic'),
])
def test_ci_system_whose_flag_is_not_true_is_not_detected(use, agent, name, variable, found):
    if name == 'buildkite':
        agent('')
    use(name, **{variable: 'false'})
    assert find_provider() == found


def test_program_that_is_not_installed_is_not_detected(use):
    use('buildkite', PATH='/nonexistent')
    assert find_provider() is None


@pytest.mark.parametrize('value, found', [('true', None), ('1', None), ('false', 'github'), ('', 'github')])
def test_discovery_may_be_disabled(use, value, found):
    use('github', CLOUDSMITH_OIDC_DISCOVERY_DISABLED=value)
    assert find_provider() == found


def test_workspace_is_named_by_either_variable_or_the_file(use, monkeypatch, tmpdir):
    use('github', CLOUDSMITH_ORG='second')
    assert Configuration.from_environment().access_token.org == 'acme'
    monkeypatch.delenv('CLOUDSMITH_WORKSPACE')
    assert Configuration.from_environment().access_token.org == 'second'
    monkeypatch.delenv('CLOUDSMITH_ORG')
    path = tmpdir.join('config.ini')
    path.write('[default]\norganization = third\n')
    path.chmod(0o600)
    monkeypatch.setenv('CLOUDSMITH_CONFIG_FILE', str(path))
    assert Configuration.from_environment().access_token.org == 'third'


@pytest.mark.parametrize('settings, variables', [
    ({}, {'CLOUDSMITH_API_KEY': 'key'}), ({'api_key': 'key'}, {}), ({'username': 'ada', 'password': 'secret'}, {}),
])
def test_other_credentials_override_oidc(use, provider, settings, variables):
    use('github', **variables)
    configuration = Configuration.from_environment(**settings)
    assert configuration.access_token is None
    UserApi(ApiClient(configuration)).user_self()
    assert len(provider.requests) == 1


def test_key_of_the_default_configuration_overrides_oidc(use):
    use('github')
    default = Configuration()
    default.api_key['X-Api-Key'] = 'key'
    Configuration.set_default(default)
    assert find_provider() is None


def test_copies_of_the_configuration_do_not_contain_the_variables(use):
    use('github')
    pickled = pickle.dumps(Configuration.from_environment())
    assert REQUEST_TOKEN.encode('ascii') not in pickled
    assert pickle.loads(pickled).access_token.provider == 'github'


@pytest.mark.parametrize('name, hint', [
    ('github', 'Check that the job has the permission "id-token: write"'),
    ('azure_devops', 'Check that SYSTEM_ACCESSTOKEN is that of the job'),
])
@pytest.mark.parametrize('failure', [
    http_response(200, '<html>'), http_response(404), http_response(401), http_response(500), json_response('{}'),
    http_response(302, headers=[('Location', 'https://elsewhere.example/')]),
])
def test_failed_request_for_an_identity_token_names_what_to_check(use, provider, name, hint, failure):
    use(name)
    provider.failure = failure
    with ApiClient(Configuration.from_environment(retries=0)) as client:
        with pytest.raises(ApiException) as raised:
            UserApi(client).user_self()
    text = str(raised.value)
    assert 'The access token could not be fetched: the request for an identity token to %s failed' % name in text
    assert text.endswith(hint)
    assert raised.value.request_sent is False
    assert len(provider.requests) == 1


@pytest.mark.parametrize('url', [
    'ftp://example.com/', 'no-url', 'https://ada:secret-word @127.0.0.1/', 'http://127.0.0.1/\r\nX-Evil: secret-word'])
def test_invalid_url_of_an_endpoint_raises_api_exception(use, url):
    use('github', ACTIONS_ID_TOKEN_REQUEST_URL=url)
    with pytest.raises(ApiException, match='request for an identity token to github failed: the URL must be') as raised:
        UserApi(ApiClient(Configuration.from_environment())).user_self()
    assert 'secret-word' not in str(raised.value) + repr(vars(raised.value))


@pytest.mark.parametrize('value', ['secret-word\r\nX-Evil: 1', 'two secret-word'])
def test_malformed_request_token_raises_without_showing_it(use, provider, value):
    use('github', ACTIONS_ID_TOKEN_REQUEST_TOKEN=value)
    with pytest.raises(ApiException, match='the variable ACTIONS_ID_TOKEN_REQUEST_TOKEN is not a token') as raised:
        UserApi(ApiClient(Configuration.from_environment())).user_self()
    assert 'secret-word' not in str(raised.value) + repr(vars(raised.value))
    assert provider.requests == []


def test_plain_http_to_the_endpoint_of_another_machine_warns(use):
    use('github', ACTIONS_ID_TOKEN_REQUEST_URL='http://ci.invalid/secret-word')
    with ApiClient(Configuration.from_environment(retries=0)) as client:
        with pytest.warns(InsecureTransportWarning, match='the URL in ACTIONS_ID_TOKEN_REQUEST_URL') as caught:
            with pytest.raises(ConnectionException):
                UserApi(client).user_self()
    assert 'secret-word' not in str([warning.message for warning in caught])


def test_user_agent_may_be_removed(use, provider):
    use('github')
    with ApiClient(Configuration.from_environment()) as client:
        del client.default_headers['User-Agent']
        assert UserApi(client).user_self().slug == 'ci'


@pytest.mark.parametrize('name', ['github', 'azure_devops'])
@pytest.mark.parametrize('fault, error', [
    (reset, ConnectionException), (silent(), TimeoutException),
    (trickling(json_response('{"value": "abc", "oidcToken": "abc"}')), TimeoutException),
    (truncated(json_response('{"value": "abc"}')[:-3]), ConnectionException),
    (json_response('"' + 'x' * 100000 + '"'), InvalidResponseException),
])
def test_broken_response_of_an_endpoint_fails_before_the_timeout(use, provider, name, fault, error):
    use(name)
    provider.failure = fault
    settings = Configuration.from_environment(retries=0, timeout=1.0, max_response_bytes=50000)
    with ApiClient(settings) as client, pytest.raises(error) as raised:
        UserApi(client).user_self(_request_timeout=5)
    assert 'the request for an identity token to %s failed' % name in str(raised.value)
    assert raised.value.request_sent is False
    assert len(provider.requests) == 1


def test_untrusted_endpoint_is_sent_nothing(use, tmpdir):
    with ScriptedServer(http_response(), tls=Authority(tmpdir).server_context()) as server:
        use('github', ACTIONS_ID_TOKEN_REQUEST_URL=server.origin + '/github?x=1')
        with pytest.raises(TlsException, match='the request for an identity token to github failed'):
            UserApi(ApiClient(Configuration.from_environment(retries=0))).user_self()
    assert server.requests == []


@pytest.mark.parametrize('is_unset_later', [False, True], ids=['set', 'unset later'])
@pytest.mark.parametrize('setting', ['tls_server_name', 'assert_hostname', 'cert_file', None])
def test_tls_names_and_client_certificate_are_not_used_for_the_endpoint(use, tmpdir, setting, is_unset_later):
    authority = Authority(tmpdir)
    value = authority.client_certificate()[2] if setting == 'cert_file' else 'service.example.com'
    asked, presented, context = [], [], authority.server_context(u'localhost')
    context.set_servername_callback(lambda _, name, __: asked.append(name))
    context.verify_mode = ssl.CERT_OPTIONAL
    context.load_verify_locations(authority.path)

    def respond(connection):
        presented.append(connection.getpeercert())
        connection.sendall(json_response(json.dumps({'value': IDENTITY_TOKEN})))

    with ScriptedServer(respond, tls=context) as endpoint:
        use('github', ACTIONS_ID_TOKEN_REQUEST_URL='https://localhost:%d/' % endpoint.port)
        settings = {setting: value} if setting else {}
        api = UserApi(ApiClient(Configuration.from_environment(ssl_ca_cert=authority.path, **settings)))
        if setting and is_unset_later:
            # The transport keeps what it was created with.
            setattr(api.api_client.configuration, setting, None)
        assert api.user_self().slug == 'ci'
    assert (asked, presented) == (['localhost'], [None])


def test_threads_make_two_requests_for_a_token_and_two_for_the_next(use, provider, monkeypatch):
    use('github')
    provider.access_token = one_hour_jwt()
    with ApiClient(Configuration.from_environment()) as client:
        api = UserApi(client)

        def call_in_threads():
            for result in [api.user_self(async_req=True) for _ in range(20)]:
                assert result.get(20).slug == 'ci'

        call_in_threads()
        call_in_threads()
        assert extra_targets(provider) == ['/github', '/openid/acme/']
        # The last minute of its hour.
        monkeypatch.setattr(credentials, 'monotonic', lambda: monotonic() + 3550)
        call_in_threads()
        call_in_threads()
    assert extra_targets(provider) == ['/github', '/openid/acme/'] * 2


def test_removed_variable_raises_api_exception(use, monkeypatch):
    use('bitbucket')
    configuration = Configuration.from_environment()
    monkeypatch.delenv('BITBUCKET_STEP_OIDC_TOKEN')
    with pytest.raises(ApiException, match='the variable BITBUCKET_STEP_OIDC_TOKEN is not a token'):
        UserApi(ApiClient(configuration)).user_self()


@pytest.mark.parametrize('body, text', [
    ('sys.stderr.write("not in a job"); sys.exit(3)', 'buildkite-agent exited with status 3: not in a job'),
    ('', 'the output of buildkite-agent is not a token'),
    ('sys.stdout.write("two words")', 'the output of buildkite-agent is not a token'),
])
def test_program_that_fails_raises_api_exception(use, agent, body, text):
    agent(body)
    use('buildkite')
    with pytest.raises(ApiException, match=text):
        UserApi(ApiClient(Configuration.from_environment())).user_self()


def test_program_that_cannot_be_run_raises_api_exception(use, agent, tmpdir):
    agent('')
    use('buildkite')
    configuration = Configuration.from_environment()
    tmpdir.join('buildkite-agent').write('#!/nonexistent\n')
    with pytest.raises(ApiException, match='buildkite-agent cannot be run: No such file'):
        UserApi(ApiClient(configuration)).user_self()


def test_program_that_hangs_is_killed(use, agent, monkeypatch):
    monkeypatch.setattr('cloudsmith_api._settings.identity_providers._PROGRAM_TIMEOUT', 0.5)
    agent('import time; time.sleep(30)')
    use('buildkite')
    with pytest.raises(ApiException, match='buildkite-agent exited with status -9'):
        UserApi(ApiClient(Configuration.from_environment())).user_self(_request_timeout=20)


def test_timer_of_a_program_ends_with_the_program(use, agent, monkeypatch):
    make_timer, timers = threading.Timer, []

    def make_recorded(*args):
        timers.append(make_timer(*args))
        return timers[-1]

    monkeypatch.setattr(threading, 'Timer', make_recorded)
    agent('sys.stdout.write("a.b.c")')
    use('buildkite')
    UserApi(ApiClient(Configuration.from_environment())).user_self()
    assert [timer.daemon for timer in timers] == [True]
    timers[0].join(20)
    assert not timers[0].is_alive()


@pytest.mark.parametrize('settings', [
    {'access_token': None}, {'access_token': 'token'}, {'api_key': 'key'}, {'username': 'ada', 'password': 'secret'},
])
def test_workspace_may_be_invalid_if_credentials_are_given(use, settings):
    use('github', CLOUDSMITH_WORKSPACE='a/b')
    assert Configuration.from_environment(**settings).access_token == settings.get('access_token')


def test_invalid_workspace_raises_at_once(use):
    use('github', CLOUDSMITH_WORKSPACE='a/b')
    with pytest.raises(ValueError, match='org must be the name of a workspace'):
        Configuration.from_environment()
