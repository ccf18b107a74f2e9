"""Client and sandbox conform to docs/openapi.json, validated by Prism, a third-party mock server and proxy.

``tox -e prism`` installs Prism and runs these tests. With ``--errors``, Prism responds with an error to a request, or
instead of a response that it proxies, that does not conform, and lists the violations in a header.
"""

import contextlib
import os
import re
import subprocess
import time

import description
import pytest
from description import OPERATIONS, SCHEMES

from cloudsmith_api import (
    ApiException,
    NotFoundException,
    TwoFactorRequiredException,
    UnauthorizedException,
    UnprocessableEntityException,
    UserAuthenticationToken,
    models,
)
from cloudsmith_api.sandbox import Sandbox

FOLDER = os.path.join(os.environ.get('PRISM', ''), 'node_modules')
PROGRAM = os.path.join(FOLDER, '@stoplight', 'prism-cli', 'dist', 'index.js')
# Makes Node exit when its stdin closes, which happens however this process ends.
EXIT_WITH_PARENT = 'data:text/javascript,process.stdin.on("end",()=>process.exit()).resume()'
START_TIMEOUT = 50

VIOLATIONS = 'sl-violations'
CREDENTIALS = {'bearer': {'access_token': 'the-access-token-0123456789'}, 'apikey': {},
               'basic': {'api_key': {}, 'username': 'ada', 'password': 'pw'}}

each_operation = pytest.mark.parametrize('operation', OPERATIONS, ids=repr)


@contextlib.contextmanager
def running_prism(log, *command):
    """Run Prism on a free port of the loopback interface, and yield its URL."""
    if not os.path.isdir(FOLDER):
        pytest.skip('Prism is not installed: run tox -e prism, with a recent Node on the PATH')
    with open(str(log), 'wb') as output:
        process = subprocess.Popen(
            ['node', '--import', EXIT_WITH_PARENT, PROGRAM] + list(command) + ['--host', '127.0.0.1', '--port', '0'],
            stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT, env=dict(os.environ, FORCE_COLOR='0'))
    try:
        yield wait_for_url(process, log)
    finally:
        process.kill()
        process.wait()
        process.stdin.close()


def wait_for_url(process, log):
    """Wait until Prism logs the URL it listens on, and return it."""
    deadline = time.time() + START_TIMEOUT
    while time.time() < deadline and process.poll() is None:
        match = re.search(r'Prism is listening on (http://127\.0\.0\.1:\d+)', log.read_text('utf-8'))
        if match:
            return match.group(1)
        time.sleep(0.1)
    pytest.fail('Prism did not start: ' + log.read_text('utf-8'))


@pytest.fixture(scope='module')
def mock(tmpdir_factory):
    """The URL of a Prism that generates responses."""
    log = tmpdir_factory.mktemp('prism').join('mock.log')
    with running_prism(log, 'mock', '--errors', description.PATH) as url:
        yield url


@pytest.fixture(scope='module')
def proxied_sandbox(tmpdir_factory):
    """A sandbox, and the URL of a Prism that is its reverse proxy."""
    log = tmpdir_factory.mktemp('prism').join('proxy.log')
    with Sandbox() as running:
        with running_prism(log, 'proxy', '--errors', description.PATH, running.url) as url:
            yield running, url


def call(api, operation, **arguments):
    """Make a call, check that Prism found no violation, and return its data."""
    data, status, headers = getattr(api, operation.name + '_with_http_info')(**arguments)
    assert (status, headers.get(VIOLATIONS)) == (operation.status, None)
    return data


@each_operation
@pytest.mark.parametrize('scheme', sorted(SCHEMES))
def test_call_conforms_and_returns_every_field(connect, mock, operation, scheme):
    data = call(connect(mock, **CREDENTIALS[scheme]), operation, **operation.arguments())
    assert type(data) is getattr(models, operation.model)
    assert None not in data.to_dict().values()


@each_operation
def test_call_without_optional_parameters_conforms(connect, mock, operation):
    required = {name: value for name, value in operation.arguments().items() if name not in operation.optional}
    assert type(call(connect(mock), operation, **required)) is getattr(models, operation.model)


@each_operation
@pytest.mark.parametrize('timeout', [20, 20.5, (5, 20)])
def test_call_with_timeout_conforms(connect, mock, operation, timeout):
    data = call(connect(mock), operation, _request_timeout=timeout, **operation.arguments())
    assert type(data) is getattr(models, operation.model)


@each_operation
def test_async_call_conforms(connect, mock, operation):
    method = getattr(connect(mock), operation.name + '_with_http_info')
    data, status, headers = method(async_req=True, **operation.arguments()).get(20)
    assert (status, headers.get(VIOLATIONS)) == (operation.status, None)
    assert type(data) is getattr(models, operation.model)


@each_operation
def test_call_without_preloaded_content_conforms(connect, mock, operation):
    response = getattr(connect(mock), operation.name)(_preload_content=False, **operation.arguments())
    assert (response.status, response.headers.get(VIOLATIONS)) == (operation.status, None)
    assert response.read().startswith(b'{')


@each_operation
def test_call_that_returns_data_only_conforms(connect, mock, operation):
    method = getattr(connect(mock), operation.name + '_with_http_info')
    assert type(method(_return_http_data_only=True, **operation.arguments())) is getattr(models, operation.model)


def test_iterating_over_all_keys_conforms(connect, mock):
    assert {type(key) for key in connect(mock).user_tokens_iter(page_size=5)} == {UserAuthenticationToken}


@each_operation
def test_random_conforming_responses_are_parsed(connect, mock, operation):
    api = connect(mock)
    # Prism generates random responses: null values, additional fields, arbitrary text.
    api.api_client.set_default_header('Prefer', 'dynamic=true')
    results = [call(api, operation, **operation.arguments()) for _ in range(20)]
    assert {type(result) for result in results} == {getattr(models, operation.model)}
    assert len({repr(result.to_dict()) for result in results}) > 1


@pytest.mark.parametrize('operation, status', [(operation, status) for operation in OPERATIONS
                                               for status in sorted(operation.errors)], ids=str)
def test_documented_error_raises_the_exception_of_its_status(connect, mock, operation, status):
    api = connect(mock, retries=0)
    api.api_client.set_default_header('Prefer', 'code=%d' % status)
    with pytest.raises(ApiException) as raised:
        call(api, operation, **operation.arguments())
    assert isinstance(raised.value, type(ApiException(status=status)))
    assert (raised.value.status, raised.value.headers.get(VIOLATIONS)) == (status, None)
    assert raised.value.detail and raised.value.fields


@pytest.mark.parametrize('arguments, exception, word', [
    (('/user/tokens/', 'GET'), UnauthorizedException, 'security'),
    (('/user/tokens/', 'GET', None, {'page': 'x'}), UnprocessableEntityException, 'page'),
    (('/user/token/', 'POST', None, None, None, {'email': 5}), UnprocessableEntityException, 'email'),
    (('/user/token/', 'POST', None, None, None, {'password': ''}), UnprocessableEntityException, 'password'),
    (('/user/token/', 'POST', None, None, None, []), UnprocessableEntityException, 'body'),
])
def test_prism_reports_a_nonconforming_request(connect, mock, arguments, exception, word):
    client = connect(mock).api_client
    with pytest.raises(exception) as raised:
        client.call_api(*arguments, auth_settings=[] if word == 'security' else ['apikey'])
    assert word in raised.value.headers[VIOLATIONS]


@pytest.mark.parametrize('path, verb, word', [
    ('/v1/user/self/', 'GET', 'NO_PATH_MATCHED'), ('/user/self', 'GET', 'NO_PATH_MATCHED'),
    ('/user/self/', 'DELETE', 'NO_METHOD_MATCHED'),
])
def test_prism_reports_an_undocumented_path_or_method(connect, mock, path, verb, word):
    with pytest.raises(ApiException, match='matched|found') as raised:
        connect(mock).api_client.call_api(path, verb, auth_settings=['apikey'])
    assert word in raised.value.body


def test_sandbox_responses_conform(connect, proxied_sandbox):
    sandbox, url = proxied_sandbox
    user = sandbox.add_user(two_factor=True)
    api = connect(url, api_key={})
    statuses = []

    def send(method, *args):
        try:
            data, status, headers = getattr(api, method + '_with_http_info')(*args)
        except ApiException as error:
            data, status, headers = error, error.status, error.headers
        assert headers.get(VIOLATIONS) is None
        statuses.append(status)
        return data

    challenge = send('user_token_create', {'email': user.email, 'password': user.password})
    assert isinstance(challenge, TwoFactorRequiredException)
    code = {'two_factor_token': challenge.two_factor_token, 'totp_token': user.totp_token}
    keys = api.api_client.configuration.api_key
    keys['X-Api-Key'] = send('user_token_create', code).token
    send('user_tokens_create')
    send('user_self')
    listed = send('user_tokens_list', 1, 5)
    assert isinstance(send('user_tokens_refresh', 'no-such-key'), NotFoundException)
    send('user_tokens_refresh', listed.results[0].slug_perm)
    send('user_self')
    other, configuration = sandbox.add_user(), api.api_client.configuration
    configuration.api_key, configuration.username, configuration.password = {}, other.email, other.password
    send('user_tokens_create')
    assert statuses == [422, 201, 400, 200, 200, 404, 200, 401, 201]


def test_prism_reports_a_nonconforming_response(connect, proxied_sandbox):
    sandbox, url = proxied_sandbox
    sandbox.fail_next(status=200, body='{"slug": 5}')
    with pytest.raises(ApiException) as raised:
        connect(url, retries=0).user_self()
    assert 'slug must be string' in raised.value.headers[VIOLATIONS]
