"""Error reporters show local variables; none of these contains a secret of a call."""

import io
import json
import os
import select
import signal
import subprocess
import sys
import traceback

import loguru
import pytest
import rich.console
import rich.traceback
import sentry_sdk
from servers import ScriptedServer, json_response

from cloudsmith_api import ApiClient, Configuration, UserApi, UserAuthTokenRequest

KEY = 'kE7-the-key-0123456789'
PASSWORD = 'hunter2-the-password'
SECRETS = (KEY, PASSWORD)


def settings(url, **others):
    """Return settings with every kind of credential, without making them local variables of the caller."""
    configuration = Configuration()
    configuration.host = url
    configuration.retries = 0
    configuration.api_key['X-Api-Key'] = KEY
    configuration.username, configuration.password = 'ada', PASSWORD
    for name, value in others.items():
        setattr(configuration, name, value)
    return configuration


def report_with_sentry(error):
    events = []
    sentry_sdk.init(dsn='http://public@127.0.0.1:9/1', before_send=lambda event, hint: events.append(event))
    sentry_sdk.capture_exception(error)
    sentry_sdk.init()
    return json.dumps(events, default=repr)


def report_with_rich(error):
    console = rich.console.Console(file=io.StringIO(), width=500)
    console.print(rich.traceback.Traceback.from_exception(
        type(error), error, error.__traceback__, show_locals=True, locals_max_string=None, locals_max_length=None))
    return console.file.getvalue()


def report_with_loguru(error):
    output = io.StringIO()
    loguru.logger.remove()
    loguru.logger.add(output, backtrace=True, diagnose=True)
    loguru.logger.opt(exception=error).error('failed')
    return output.getvalue()


def report_with_standard_library(error):
    return ''.join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


REPORTERS = [report_with_sentry, report_with_rich, report_with_loguru, report_with_standard_library]


def secret(index):
    """Return a secret by index: a report shows the values of the names in the line of a call."""
    return SECRETS[index]


def with_body(api):
    api.user_token_create({'email': 'a', 'password': secret(1)})


def with_model(api):
    api.user_token_create(UserAuthTokenRequest(password=secret(1)))


def with_header(api):
    api.api_client.call_api('/a/', 'GET', header_params={'X-Token': secret(0)}, auth_settings=['apikey'])


def with_invalid_header(api):
    api.api_client.call_api('/a/', 'GET', header_params={'X-Token': secret(0) + '\n'}, auth_settings=['apikey'])


def with_form(api):
    api.api_client.call_api('/a/', 'POST', post_params={'password': secret(1)},
                            header_params={'Content-Type': 'application/x-www-form-urlencoded'})


def with_unserializable_body(api):
    api.api_client.call_api('/a/', 'POST', body={'password': secret(1), 'x': object()})


def with_failing_hook(api):
    api.api_client.configuration.refresh_api_key_hook = lambda configuration: {}['missing']
    api.user_self()


def without_call_api(api):
    api.api_client.request('GET', api.api_client.configuration.host, headers={'X-Api-Key': secret(0)})


def without_client(api):
    api.api_client.rest_client.request('GET', 'nowhere', headers={'X-Api-Key': secret(0)})


CALLS = [
    UserApi.user_self, lambda api: api.user_self(async_req=True).get(20), UserApi.user_tokens_create,
    lambda api: api.user_self(_preload_content=False), lambda api: list(api.user_tokens_iter()),
    without_call_api, without_client,
    with_body, with_model, with_header, with_invalid_header, with_form, with_unserializable_body, with_failing_hook,
]
RESPONSES = {
    'error': json_response(json.dumps({'detail': 'no'}), status=400),
    'malformed': json_response(json.dumps({'token': 5, 'key': [KEY], 'results': KEY, 'password': PASSWORD})),
    'reset': lambda connection: False,
}


@pytest.mark.parametrize('report', REPORTERS)
@pytest.mark.parametrize('response', sorted(RESPONSES))
@pytest.mark.parametrize('call', CALLS)
def test_report_of_a_failed_call_shows_no_secret(report, response, call):
    with ScriptedServer(RESPONSES[response]) as server, ApiClient(settings(server.url)) as client:
        try:
            call(UserApi(client))
        except Exception as error:
            shown = report(error)
            assert type(error).__name__ in shown
            assert [known for known in SECRETS if known in shown] == []


@pytest.fixture
def interruptible():
    """Let SIGINT raise: a shell ignores it in commands that it runs in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize('report', REPORTERS)
def test_report_of_an_interrupt_shows_no_secret(report, interruptible):
    def interrupt(connection):
        # More than once if need be: a signal that arrives just before the client waits does not interrupt the wait.
        while not select.select([connection], [], [], 0)[0]:
            os.kill(os.getpid(), signal.SIGINT)
            select.select([connection], [], [], 3)
        return False

    with ScriptedServer(interrupt) as server, ApiClient(settings(server.url)) as client:
        with pytest.raises(KeyboardInterrupt) as raised:
            UserApi(client).user_tokens_create()
    shown = report(raised.value)
    assert 'KeyboardInterrupt' in shown
    assert [known for known in SECRETS if known in shown] == []


def read_credentials():
    Configuration.from_environment()


def set_proxy():
    Configuration().proxy = 'http://ada:%s/x@proxy' % secret(1)


def make_model():
    UserAuthTokenRequest(email='', password=secret(1))


def change_model():
    UserAuthTokenRequest().password = [secret(1)]


@pytest.mark.parametrize('report', REPORTERS)
@pytest.mark.parametrize('fail', [read_credentials, set_proxy, make_model, change_model])
def test_report_of_an_invalid_value_shows_no_secret(report, fail, monkeypatch, tmpdir):
    path = tmpdir.join('credentials.ini')
    path.write('[default]\napi_key = %s\nbroken\n' % KEY)
    path.chmod(0o600)
    monkeypatch.setenv('CLOUDSMITH_CREDENTIALS_FILE', str(path))
    with pytest.raises((TypeError, ValueError)) as raised:
        fail()
    shown = report(raised.value)
    assert type(raised.value).__name__ in shown
    assert [known for known in SECRETS if known in shown] == []


def test_pytest_with_locals_shows_no_secret(tmpdir):
    tmpdir.join('secrets_of_test.py').write('KEY, PASSWORD = %r, %r' % SECRETS)
    tmpdir.join('test_failing.py').write('\n'.join([
        'from cloudsmith_api import ApiClient, Configuration, UserApi',
        'import secrets_of_test',
        'def test_failing():',
        '    configuration = Configuration()',
        '    configuration.host, configuration.retries = "http://127.0.0.1:9/v1", 0',
        '    configuration.api_key["X-Api-Key"] = secrets_of_test.KEY',
        '    UserApi(ApiClient(configuration)).user_token_create({"password": secrets_of_test.PASSWORD})',
    ]))
    process = subprocess.Popen([sys.executable, '-m', 'pytest', '-l', '-p', 'no:cacheprovider', '-p', 'no:recording'],
                               cwd=str(tmpdir), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    shown = process.communicate()[0].decode('utf-8')
    assert 'ConnectionException' in shown and 'configuration = <Configuration' in shown
    assert [known for known in SECRETS if known in shown] == []
