"""What the tests share: a clean environment, the sandbox, and clients that talk to it."""

import os

import pytest

from cloudsmith_api import ApiClient, Configuration, UserApi
from cloudsmith_api._settings import log_output
from cloudsmith_api.sandbox import Sandbox

_INFLUENCES = ('HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'SSL_CERT_FILE', 'SSL_CERT_DIR',
               'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE')


@pytest.fixture(autouse=True)
def unaffected_by_the_machine(monkeypatch):
    """Keep settings of the machine, and what other tests leave to the whole process, out of each test."""
    for name in list(os.environ):
        if name.upper() in _INFLUENCES or name.startswith('CLOUDSMITH_'):
            monkeypatch.delenv(name)
    yield
    Configuration.set_default(None)
    log_output.OUTPUT.stop()
    log_output.set_debug_level(False)


@pytest.fixture
def sandbox():
    with Sandbox() as running:
        yield running


@pytest.fixture
def user(sandbox):
    """A user of the sandbox who has an API key."""
    return sandbox.add_user(api_key=True)


@pytest.fixture
def configuration(sandbox, user):
    """Settings with which calls are made as that user."""
    made = Configuration()
    made.host = sandbox.url
    made.api_key['X-Api-Key'] = user.api_key
    return made


@pytest.fixture
def client(configuration):
    with ApiClient(configuration) as made:
        yield made


@pytest.fixture
def api(client):
    return UserApi(client)


@pytest.fixture
def connect():
    """Make clients for any server, and close them after the test: ``connect(server.url, retries=0)``."""
    clients = []

    def make(url, **settings):
        made = Configuration()
        made.host = url
        made.api_key['X-Api-Key'] = 'the-secret-key-0123456789'
        for name, value in settings.items():
            setattr(made, name, value)
        clients.append(ApiClient(made))
        return UserApi(clients[-1])

    yield make
    for opened in clients:
        opened.close()
