"""Prism, a server and validator by a third party, finds client and sandbox to be what docs/openapi.json describes.

``tox -e prism`` installs it and runs this. Prism makes an error of a request, or of an answer that it passes on, which
is not as described, and says in a header what is wrong with it.
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
# Node reads from a pipe of which this process holds the other end, and which ends with it, in whatever way.
UNTIL_WE_END = 'data:text/javascript,process.stdin.on("end",()=>process.exit()).resume()'
SECONDS_TO_START = 50

VIOLATIONS = 'sl-violations'
CREDENTIALS = {'apikey': {}, 'basic': {'api_key': {}, 'username': 'ada', 'password': 'pw'}}

each_operation = pytest.mark.parametrize('operation', OPERATIONS, ids=repr)


@contextlib.contextmanager
def running_prism(log, *command):
    """Run Prism on a free port of the loopback interface, and give its address."""
    if not os.path.isdir(FOLDER):
        pytest.skip('Prism is not installed: tox -e prism does that, if there is a Node that runs it')
    with open(str(log), 'wb') as output:
        process = subprocess.Popen(
            ['node', '--import', UNTIL_WE_END, PROGRAM] + list(command) + ['--host', '127.0.0.1', '--port', '0'],
            stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT, env=dict(os.environ, FORCE_COLOR='0'))
    try:
        yield address(process, log)
    finally:
        process.kill()
        process.wait()
        process.stdin.close()


def address(process, log):
    """Wait until Prism says where it listens."""
    give_up = time.time() + SECONDS_TO_START
    while time.time() < give_up and process.poll() is None:
        found = re.search(r'Prism is listening on (http://127\.0\.0\.1:\d+)', log.read_text('utf-8'))
        if found:
            return found.group(1)
        time.sleep(0.1)
    pytest.fail('Prism does not start: ' + log.read_text('utf-8'))


@pytest.fixture(scope='module')
def mock(tmpdir_factory):
    """Prism, answering by itself."""
    log = tmpdir_factory.mktemp('prism').join('mock.log')
    with running_prism(log, 'mock', '--errors', description.PATH) as url:
        yield url


@pytest.fixture(scope='module')
def watched_sandbox(tmpdir_factory):
    """A sandbox and the address of a Prism between it and its clients."""
    log = tmpdir_factory.mktemp('prism').join('proxy.log')
    with Sandbox() as running:
        with running_prism(log, 'proxy', '--errors', description.PATH, running.url) as url:
            yield running, url


def call(api, operation, **arguments):
    """Make a call of which Prism must have nothing to say, and give its data."""
    data, status, headers = getattr(api, operation.name + '_with_http_info')(**arguments)
    assert (status, headers.get(VIOLATIONS)) == (operation.status, None)
    return data


@each_operation
@pytest.mark.parametrize('scheme', sorted(SCHEMES))
def test_a_call_is_as_described_and_so_is_what_it_gives(connect, mock, operation, scheme):
    data = call(connect(mock, **CREDENTIALS[scheme]), operation, **operation.arguments())
    assert type(data) is getattr(models, operation.model)
    assert None not in data.to_dict().values()


@each_operation
def test_a_call_is_as_described_without_what_is_optional(connect, mock, operation):
    given = {name: value for name, value in operation.arguments().items() if name not in operation.optional}
    assert type(call(connect(mock), operation, **given)) is getattr(models, operation.model)


@each_operation
@pytest.mark.parametrize('timeout', [20, 20.5, (5, 20)])
def test_a_call_is_as_described_with_a_timeout(connect, mock, operation, timeout):
    data = call(connect(mock), operation, _request_timeout=timeout, **operation.arguments())
    assert type(data) is getattr(models, operation.model)


@each_operation
def test_a_call_in_the_background_is_as_described(connect, mock, operation):
    method = getattr(connect(mock), operation.name + '_with_http_info')
    data, status, headers = method(async_req=True, **operation.arguments()).get(20)
    assert (status, headers.get(VIOLATIONS)) == (operation.status, None)
    assert type(data) is getattr(models, operation.model)


@each_operation
def test_a_call_whose_answer_is_left_unread_is_as_described(connect, mock, operation):
    response = getattr(connect(mock), operation.name)(_preload_content=False, **operation.arguments())
    assert (response.status, response.headers.get(VIOLATIONS)) == (operation.status, None)
    assert response.read().startswith(b'{')


@each_operation
def test_a_call_that_gives_data_alone_is_as_described(connect, mock, operation):
    method = getattr(connect(mock), operation.name + '_with_http_info')
    assert type(method(_return_http_data_only=True, **operation.arguments())) is getattr(models, operation.model)


def test_going_through_all_keys_is_as_described(connect, mock):
    assert {type(key) for key in connect(mock).user_tokens_iter(page_size=5)} == {UserAuthenticationToken}


@each_operation
def test_whatever_is_described_can_be_read(connect, mock, operation):
    api = connect(mock)
    # Prism makes answers at random: null, further fields, texts of all kinds.
    api.api_client.set_default_header('Prefer', 'dynamic=true')
    answers = [call(api, operation, **operation.arguments()) for _ in range(20)]
    assert {type(answer) for answer in answers} == {getattr(models, operation.model)}
    assert len({repr(answer.to_dict()) for answer in answers}) > 1


@pytest.mark.parametrize('operation, status', [(operation, status) for operation in OPERATIONS
                                               for status in sorted(operation.errors)], ids=str)
def test_a_described_error_is_its_exception(connect, mock, operation, status):
    api = connect(mock, retries=0)
    api.api_client.set_default_header('Prefer', 'code=%d' % status)
    with pytest.raises(ApiException) as raised:
        call(api, operation, **operation.arguments())
    assert isinstance(raised.value, type(ApiException(status=status)))
    assert (raised.value.status, raised.value.headers.get(VIOLATIONS)) == (status, None)
    assert raised.value.detail and raised.value.fields


@pytest.mark.parametrize('wrong, exception, word', [
    (('/user/self/', 'GET'), UnauthorizedException, 'security'),
    (('/user/tokens/', 'GET', None, {'page': 'x'}), UnprocessableEntityException, 'page'),
    (('/user/token/', 'POST', None, None, None, {'email': 5}), UnprocessableEntityException, 'email'),
    (('/user/token/', 'POST', None, None, None, {'password': ''}), UnprocessableEntityException, 'password'),
    (('/user/token/', 'POST', None, None, None, []), UnprocessableEntityException, 'body'),
])
def test_prism_notices_a_request_that_is_not_as_described(connect, mock, wrong, exception, word):
    client = connect(mock).api_client
    with pytest.raises(exception) as raised:
        client.call_api(*wrong, auth_settings=[] if word == 'security' else ['apikey'])
    assert word in raised.value.headers[VIOLATIONS]


@pytest.mark.parametrize('path, verb, word', [
    ('/v1/user/self/', 'GET', 'NO_PATH_MATCHED'), ('/user/self', 'GET', 'NO_PATH_MATCHED'),
    ('/user/self/', 'DELETE', 'NO_METHOD_MATCHED'),
])
def test_prism_notices_a_request_for_what_is_not_described(connect, mock, path, verb, word):
    with pytest.raises(ApiException, match='matched|found') as raised:
        connect(mock).api_client.call_api(path, verb, auth_settings=['apikey'])
    assert word in raised.value.body


def test_the_sandbox_answers_what_is_described(connect, watched_sandbox):
    sandbox, url = watched_sandbox
    person = sandbox.add_user(two_factor=True)
    api = connect(url, api_key={})
    told = []

    def tell(method, *args):
        try:
            data, status, headers = getattr(api, method + '_with_http_info')(*args)
        except ApiException as error:
            data, status, headers = error, error.status, error.headers
        assert headers.get(VIOLATIONS) is None
        told.append(status)
        return data

    asked = tell('user_token_create', {'email': person.email, 'password': person.password})
    assert isinstance(asked, TwoFactorRequiredException)
    code = {'two_factor_token': asked.two_factor_token, 'totp_token': person.totp_token}
    keys = api.api_client.configuration.api_key
    keys['X-Api-Key'] = tell('user_token_create', code).token
    created = tell('user_tokens_create')
    keys['X-Api-Key'] = created.key
    tell('user_tokens_create')
    tell('user_self')
    tell('user_tokens_list', 1, 5)
    assert isinstance(tell('user_tokens_refresh', 'no-such-key'), NotFoundException)
    tell('user_tokens_refresh', created.slug_perm)
    tell('user_self')
    assert told == [422, 201, 201, 400, 200, 200, 404, 200, 401]


def test_prism_notices_an_answer_that_is_not_as_described(connect, watched_sandbox):
    sandbox, url = watched_sandbox
    sandbox.fail_next(status=200, body='{"slug": 5}')
    with pytest.raises(ApiException) as raised:
        connect(url, retries=0).user_self()
    assert 'slug must be string' in raised.value.headers[VIOLATIONS]
