import base64
import json

import pytest


def claims_of(token):
    """Return the claims of a JSON Web Token."""
    return json.loads(base64.urlsafe_b64decode(str(token).split('.')[1] + '==').decode('utf-8'))


@pytest.fixture
def account(service):
    return service.add_service('acme', 'ci')


@pytest.fixture
def exchange(call_app, service, account):
    """Exchange an identity token for an access token."""
    def post(token, service_slug='ci', org='acme', prefix='', **variables):
        data = {'oidc_token': token, 'service_slug': service_slug}
        return call_app('POST', '%s/openid/%s/' % (prefix, org), data=data, **variables)
    return post


def test_identity_token_is_exchanged_for_access_token(call_app, service, account, exchange):
    response = exchange(service.identity_token())
    assert (response.status, list(response.json)) == (201, ['token'])
    token = response.json['token']
    assert claims_of(token)['exp'] - claims_of(token)['iat'] in (7200, 7201)
    shown = call_app('GET', '/user/self/', HTTP_AUTHORIZATION='Bearer ' + str(token)).json
    assert (shown['slug'], shown['email'], shown['authenticated']) == ('ci', account.email, True)


def test_exchange_returns_another_token_each_time(service, exchange):
    identity_token = service.identity_token()
    assert exchange(identity_token).json['token'] != exchange(identity_token).json['token']


def test_access_token_has_the_lifetime_of_its_service_account(call_app, service, clock, exchange):
    service.add_service('acme', 'short', token_lifetime=2)
    token = exchange(service.identity_token(), 'short').json['token']
    header = 'Bearer ' + str(token)
    clock.now += 2
    assert call_app('GET', '/user/self/', HTTP_AUTHORIZATION=header).status == 200
    clock.now += 1
    response = call_app('GET', '/user/self/', HTTP_AUTHORIZATION=header)
    assert (response.status, response.json) == (401, {'detail': 'Token has expired.'})


@pytest.mark.parametrize('token, detail', [
    ('', None), ('x', 'Invalid OIDC token.'), ('a.b.c', 'Invalid OIDC token.'),
])
def test_malformed_identity_token_is_refused(exchange, token, detail):
    response = exchange(token)
    assert (response.status, response.json.get('detail')) == (
        (401, detail) if detail else (422, 'Missing or invalid parameters.'))


def test_access_token_as_identity_token_returns_401(service, exchange):
    assert exchange(service.issue_token(service.add_user())).status == 401


def test_identity_token_as_access_token_returns_401(call_app, service):
    header = 'Bearer ' + service.identity_token()
    assert call_app('GET', '/user/self/', HTTP_AUTHORIZATION=header).status == 401


def test_expired_identity_token_returns_401(service, clock, exchange):
    token = service.identity_token(expires_in=300)
    assert exchange(token).status == 201
    clock.now += 301
    response = exchange(token)
    assert (response.status, response.json) == (401, {'detail': 'The OIDC token has expired.'})
    assert exchange(service.identity_token(expires_in=-1)).status == 401


def test_wrong_audience_returns_403(service, exchange):
    response = exchange(service.identity_token(audience='other'))
    assert response.status == 403
    assert response.json == {'detail': 'The OIDC token is for another audience than cloudsmith.'}


@pytest.mark.parametrize('org, service_slug', [('acme', 'other'), ('nobody', 'ci')])
def test_unknown_workspace_or_service_account_returns_404(service, exchange, org, service_slug):
    response = exchange(service.identity_token(), service_slug, org)
    assert (response.status, response.json) == (404, {'detail': 'No such workspace or service account.'})


@pytest.mark.parametrize('data, fields', [
    (None, ['oidc_token', 'service_slug']), ({'oidc_token': 'x'}, ['service_slug']),
    ({'oidc_token': 5, 'service_slug': 'ci'}, ['oidc_token']), ([], ['body']),
])
def test_missing_and_invalid_parameters_are_named(call_app, account, data, fields):
    response = call_app('POST', '/openid/acme/', data=data)
    assert (response.status, sorted(response.json['fields'])) == (422, fields)


@pytest.mark.parametrize('org, prefix', [('acme', '/v1'), ('acme/x', '')])
def test_exchange_is_beside_the_api(service, exchange, org, prefix):
    assert exchange(service.identity_token(), org=org, prefix=prefix).json == {'detail': 'Not Found'}


def test_credentials_sent_with_the_exchange_are_recorded(service, exchange):
    assert exchange(service.identity_token(), HTTP_X_API_KEY='sent along').status == 201
    assert service.requests[0].headers['X-Api-Key'] == 'sent along'


def test_identity_token_has_audience_and_end(service):
    claims = claims_of(service.identity_token(audience='other', expires_in=60))
    assert (claims['aud'], claims['exp'] - claims['iat']) == ('other', 61)


@pytest.mark.parametrize('arguments', [{'audience': 5}, {'expires_in': 'soon'}])
def test_identity_token_argument_of_wrong_type_raises(service, arguments):
    with pytest.raises(TypeError, match=list(arguments)[0]):
        service.identity_token(**arguments)


COMMON = ['CLOUDSMITH_API_HOST', 'CLOUDSMITH_API_KEY', 'CLOUDSMITH_SERVICE_SLUG', 'CLOUDSMITH_WORKSPACE']


@pytest.mark.parametrize('provider, names', [
    ('azure_devops', ['SYSTEM_ACCESSTOKEN', 'SYSTEM_OIDCREQUESTURI']),
    ('bitbucket', ['BITBUCKET_STEP_OIDC_TOKEN']),
    ('buildkite', ['BUILDKITE', 'BUILDKITE_JOB_ID']),
    ('circleci', ['CIRCLECI', 'CIRCLE_OIDC_TOKEN_V2']),
    ('generic', ['CLOUDSMITH_OIDC_TOKEN']),
    ('github', ['ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'ACTIONS_ID_TOKEN_REQUEST_URL', 'GITHUB_ACTIONS']),
    ('gitlab', ['CLOUDSMITH_OIDC_TOKEN', 'GITLAB_CI']),
])
def test_ci_environment_has_the_variables_of_a_job(sandbox, provider, names):
    variables = sandbox.ci_environment(provider, 'acme', 'ci')
    assert sorted(variables) == sorted(COMMON + names)
    assert {type(value) for value in variables.values()} == {str}
    assert [variables[name] for name in COMMON] == [sandbox.url, '', 'ci', 'acme']
    flags = [variables[name] for name in ('BUILDKITE', 'CIRCLECI', 'GITHUB_ACTIONS', 'GITLAB_CI') if name in variables]
    assert flags in ([], ['true'])
    for name in names:
        if 'OIDC_TOKEN' in name:
            assert claims_of(variables[name])['aud'] == 'cloudsmith'


def test_unknown_ci_provider_raises_value_error(sandbox):
    with pytest.raises(ValueError, match="provider must be one of azure_devops, .*, got 'jenkins'"):
        sandbox.ci_environment('jenkins', 'acme', 'ci')


def test_ci_environment_needs_running_sandbox(service):
    with pytest.raises(RuntimeError, match='not started'):
        service.ci_environment('github', 'acme', 'ci')


@pytest.mark.parametrize('arguments', [(5, 'ci'), ('acme', None)])
def test_ci_environment_argument_of_wrong_type_raises(sandbox, arguments):
    with pytest.raises(TypeError, match='org|service_slug'):
        sandbox.ci_environment('github', *arguments)


@pytest.fixture
def job(sandbox):
    """The variables of a GitHub job and of an Azure DevOps job, in one dict."""
    return dict(sandbox.ci_environment('github', 'acme', 'ci'), **sandbox.ci_environment('azure_devops', 'acme', 'ci'))


@pytest.fixture
def request_token(call_app, sandbox, job):
    """Request an identity token at a URL from the job's variables, as the job does."""
    def send(method, variable, query, token, **headers):
        target = job[variable].partition(sandbox.url[:-3])[2] + query
        return call_app(method, target, app=sandbox.app, HTTP_AUTHORIZATION='Bearer ' + token, **headers)
    return send


@pytest.fixture
def github(request_token, job):
    """Request GitHub's identity token; each argument can be replaced by a wrong one."""
    def get(query='&audience=cloudsmith', method='GET', accept='application/json; api-version=2.0', token=None):
        return request_token(method, 'ACTIONS_ID_TOKEN_REQUEST_URL', query,
                             token or job['ACTIONS_ID_TOKEN_REQUEST_TOKEN'], HTTP_ACCEPT=accept)
    return get


@pytest.fixture
def azure(request_token, job):
    """Request the identity token of Azure DevOps; each argument can be replaced by a wrong one."""
    def post(query='&api-version=7.1', method='POST', redirect='Suppress', token=None):
        return request_token(method, 'SYSTEM_OIDCREQUESTURI', query,
                             token or job['SYSTEM_ACCESSTOKEN'], HTTP_X_TFS_FEDAUTHREDIRECT=redirect)
    return post


@pytest.mark.parametrize('audience', ['cloudsmith', 'other'])
def test_github_endpoint_returns_token_for_audience(github, audience):
    response = github('&audience=' + audience)
    assert (response.status, list(response.json)) == (200, ['value'])
    assert claims_of(response.json['value'])['aud'] == audience


@pytest.mark.parametrize('arguments, status', [
    ({'token': 'x'}, 401), ({'method': 'POST'}, 405), ({'query': ''}, 400), ({'query': '&audience='}, 400),
    ({'accept': 'application/json'}, 400),
])
def test_wrong_request_to_github_endpoint_is_refused(github, arguments, status):
    response = github(**arguments)
    assert (response.status, list(response.json)) == (status, ['detail'])


def test_github_url_must_keep_its_query(call_app, sandbox, job):
    token = job['ACTIONS_ID_TOKEN_REQUEST_TOKEN']
    response = call_app('GET', '/identity/github/?audience=cloudsmith', app=sandbox.app,
                        HTTP_AUTHORIZATION='Bearer ' + token, HTTP_ACCEPT='application/json; api-version=2.0')
    assert (response.status, response.json) == (400, {'detail': 'The query must have job.'})


def test_request_token_must_be_sent_as_bearer_token(call_app, sandbox, job):
    response = call_app('GET', '/identity/github/', key=job['ACTIONS_ID_TOKEN_REQUEST_TOKEN'], app=sandbox.app)
    assert (response.status, response.json) == (401, {'detail': 'Invalid request token.'})


@pytest.mark.parametrize('arguments, status', [
    ({}, 200), ({'token': 'x'}, 401), ({'method': 'GET'}, 405), ({'query': ''}, 400),
    ({'query': '&api-version=7.0'}, 400), ({'redirect': 'Follow'}, 302),
])
def test_azure_endpoint_checks_the_request(azure, arguments, status):
    response = azure(**arguments)
    assert (response.status, list(response.json)) == (status, ['oidcToken' if status == 200 else 'detail'])


@pytest.mark.parametrize('provider', ['github', 'azure'])
def test_provider_token_is_exchanged(call_app, sandbox, github, azure, provider):
    sandbox.add_service('acme', 'ci')
    token = github().json['value'] if provider == 'github' else azure().json['oidcToken']
    data = {'oidc_token': token, 'service_slug': 'ci'}
    assert call_app('POST', '/openid/acme/', data=data, app=sandbox.app).status == 201


def test_faults_apply_to_identity_endpoints_by_path(sandbox, github, azure):
    sandbox.fail_next(status=503, path='/identity/azure')
    assert (github().status, azure().status, azure().status) == (200, 503, 200)
