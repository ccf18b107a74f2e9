"""An OpenAPI validator checks the client's requests and the sandbox's responses against ``docs/openapi.json``."""

import json

import description
import pytest

from cloudsmith_api import ApiException, UserApi

openapi_core = pytest.importorskip('openapi_core', reason='openapi-core needs a current Python')
from openapi_core.testing import MockRequest, MockResponse  # noqa: E402 (must follow importorskip)

SERVICE = 'https://api.cloudsmith.io'


@pytest.fixture(scope='module')
def validator():
    return openapi_core.OpenAPI.from_file_path(description.PATH)


@pytest.fixture
def validated(sandbox, client, validator):
    """Make a call, validate its request and response, and return status and body."""
    def call(method, *args, **options):
        invalid_request = options.pop('invalid_request', False)
        try:
            _, status, headers = getattr(UserApi(client), method + '_with_http_info')(*args, **options)
            body = client.last_response.data
        except ApiException as error:
            status, headers, body = error.status, error.headers, error.body
        sent = sandbox.requests[-1]
        request = MockRequest(
            SERVICE, sent.method, sent.path, args=dict(pair.split('=') for pair in sent.query.split('&') if pair),
            headers=dict(sent.headers), data=sent.body or None, content_type=sent.headers['Content-Type'])
        if not invalid_request:
            validator.validate_request(request)
        validator.validate_response(request, MockResponse(
            body.encode('utf-8'), status, dict(headers), headers['Content-Type'].partition(';')[0]))
        return status, json.loads(body)
    return call


def test_calls_with_an_api_key_conform(validated, user):
    assert validated('user_self')[0] == 200
    assert validated('user_tokens_list')[0] == 200
    assert validated('user_tokens_list', page=1, page_size=5)[0] == 200
    assert validated('user_tokens_create')[0] == 400
    assert validated('user_tokens_refresh', 'nosuchkey')[0] == 404
    assert validated('user_tokens_refresh', user.key_slug_perm)[0] == 200
    # The client still sends the old key, which the refresh has revoked.
    for call in (('user_self',), ('user_tokens_list',), ('user_tokens_create',), ('user_tokens_refresh', 'x')):
        assert validated(*call)[0] == 401


def test_calls_with_basic_authentication_conform(validated, sandbox, configuration):
    user = sandbox.add_user()
    configuration.api_key = {}
    configuration.username, configuration.password = user.email, user.password
    assert validated('user_self')[0] == 200
    assert validated('user_tokens_list') == (200, {'results': []})
    assert validated('user_tokens_create')[0] == 201
    assert validated('user_token_create') == (201, {'token': user.api_key})


def test_calls_with_access_token_conform(validated, sandbox, configuration):
    user = sandbox.add_user(api_key=True)
    configuration.access_token = sandbox.issue_token(user)
    assert validated('user_self')[1]['slug'] == user.slug
    assert validated('user_tokens_list')[0] == 200
    sandbox.revoke_token(configuration.access_token)
    assert validated('user_self')[0] == 401


def test_calls_with_key_beyond_the_key_policy_conform(validated, sandbox, configuration):
    configuration.api_key['X-Api-Key'] = sandbox.add_user(api_key=True, expires_in=-1).api_key
    assert validated('user_self')[0] == 403
    assert validated('user_tokens_list')[0] == 403


def test_call_without_credentials_conforms(validated, configuration):
    configuration.api_key = {}
    status, body = validated('user_self')
    assert (status, body.pop('authenticated'), set(body.values())) == (200, False, {None})
    assert validated('user_tokens_list', invalid_request=True)[0] == 401


def test_sign_in_conforms_on_success_failure_and_lockout(validated, sandbox):
    user = sandbox.add_user()
    assert validated('user_token_create', {'email': user.email, 'password': user.password})[0] == 201
    assert validated('user_token_create', {'email': user.email})[0] == 422
    assert validated('user_token_create')[0] == 422
    for _ in range(5):
        assert validated('user_token_create', {'email': user.email, 'password': 'wrong'})[0] == 422
    assert validated('user_token_create', {'email': user.email, 'password': user.password})[0] == 403


def test_sign_in_with_a_second_factor_conforms(validated, sandbox):
    user = sandbox.add_user(two_factor=True)
    status, body = validated('user_token_create', {'email': user.email, 'password': user.password})
    assert (status, body['two_factor_required']) == (422, True)
    code = {'two_factor_token': body['two_factor_token'], 'totp_token': 'wrong'}
    assert validated('user_token_create', code)[0] == 422
    status, body = validated('user_token_create', {'email': user.email, 'password': user.password})
    code = {'two_factor_token': body['two_factor_token'], 'totp_token': user.totp_token}
    assert validated('user_token_create', code)[0] == 201


@pytest.mark.parametrize('call', [
    ('user_self',), ('user_token_create',), ('user_tokens_create',), ('user_tokens_list',),
    ('user_tokens_refresh', 'x'),
])
def test_throttled_call_conforms(call, validated, sandbox):
    sandbox.fail_next(status=429, headers={'Retry-After': 3304})
    status, body = validated(*call)
    assert status == 429
    assert body['detail']


def test_calls_with_invalid_parameters_conform(validated, client, configuration, sandbox):
    # The client rejects these arguments before sending, so they go in a raw path and an unvalidated body.
    with pytest.raises(ApiException) as raised:
        client.call_api('/user/tokens/?page=x', 'GET', auth_settings=['apikey'])
    assert (raised.value.status, list(raised.value.fields)) == (422, ['page'])
    configuration.client_side_validation = False
    status, body = validated('user_token_create', {'email': '', 'password': 5}, invalid_request=True)
    assert status == 422
    assert set(body['fields']) == {'email', 'password'}


def test_validator_reports_a_nonconforming_response(validated, sandbox):
    sandbox.fail_next(status=200, body='{"slug": 5}')
    with pytest.raises(openapi_core.exceptions.OpenAPIError):
        validated('user_self')


def test_sign_in_that_is_disabled_conforms(validated, sandbox):
    sandbox.password_sign_in = False
    assert validated('user_token_create', {'email': 'ada@example.com', 'password': 'x'})[0] == 410


def test_validator_reports_a_nonconforming_request(validated, configuration):
    configuration.client_side_validation = False
    with pytest.raises(openapi_core.exceptions.OpenAPIError):
        validated('user_token_create', {'email': ''})


def test_validator_reports_a_request_without_credentials(validated, configuration):
    configuration.api_key = {}
    with pytest.raises(openapi_core.exceptions.OpenAPIError):
        validated('user_tokens_list')
