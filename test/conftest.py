"""Shared fixtures: a clean environment, the sandbox, and clients for it and for other servers."""

import os
import sys
import threading

import pytest
from six.moves import _thread

from cloudsmith_api import ApiClient, Configuration, UserApi
from cloudsmith_api._settings import log_output
from cloudsmith_api.sandbox import Sandbox

_MACHINE_VARIABLES = ('HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'SSL_CERT_FILE', 'SSL_CERT_DIR',
                      'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE')


@pytest.fixture(autouse=True, scope='session')
def traced_threads():
    """Make coverage trace threads that are started without ``threading``."""
    trace, start_new_thread = getattr(threading, '_trace_hook', None), _thread.start_new_thread

    def start(function, arguments):
        def run():
            sys.settrace(trace)
            function(*arguments)

        return start_new_thread(run, ())

    if trace is not None:
        _thread.start_new_thread = start
    yield
    _thread.start_new_thread = start_new_thread


@pytest.fixture(autouse=True)
def isolated_environment(monkeypatch):
    """Hide the machine's settings from each test, and reset process-wide settings after it."""
    for name in list(os.environ):
        if name.upper() in _MACHINE_VARIABLES or name.startswith('CLOUDSMITH_'):
            monkeypatch.delenv(name)
    yield
    Configuration.set_default(None)
    log_output.remove_handler()
    log_output.set_debug_level(False)


@pytest.fixture
def sandbox():
    with Sandbox() as started:
        yield started


@pytest.fixture
def user(sandbox):
    """A sandbox user with an API key."""
    return sandbox.add_user(api_key=True)


@pytest.fixture
def configuration(sandbox, user):
    """Settings that authenticate as that user."""
    result = Configuration()
    result.host = sandbox.url
    result.api_key['X-Api-Key'] = user.api_key
    return result


@pytest.fixture
def client(configuration):
    with ApiClient(configuration) as opened:
        yield opened


@pytest.fixture
def api(client):
    return UserApi(client)


@pytest.fixture
def connect():
    """Create clients for any server, ``connect(server.url, retries=0)``, and close them after the test."""
    clients = []

    def connect_to(url, **settings):
        configuration = Configuration()
        configuration.host = url
        configuration.api_key['X-Api-Key'] = 'the-secret-key-0123456789'
        for name, value in settings.items():
            setattr(configuration, name, value)
        clients.append(ApiClient(configuration))
        return UserApi(clients[-1])

    yield connect_to
    for opened_client in clients:
        opened_client.close()
