"""Provide the pytest fixture ``cloudsmith_sandbox`` for testing scripts that use ``cloudsmith_api``.

pytest loads this plugin at every start. It is a package of its own so that this does not import the client.
"""

import os

import pytest

# Variables of the machine, compared in upper case, that the client reads besides its own: of a developer's, and of a
# runner in CI, whose real identity no test may use.
_MACHINE_VARIABLES = (
    'ALL_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'REQUESTS_CA_BUNDLE', 'SSL_CERT_DIR', 'SSL_CERT_FILE',
    'ACTIONS_ID_TOKEN_REQUEST_URL', 'BITBUCKET_STEP_OIDC_TOKEN', 'BUILDKITE_JOB_ID', 'CIRCLE_OIDC_TOKEN',
    'CIRCLE_OIDC_TOKEN_V2', 'SYSTEM_OIDCREQUESTURI',
)


class CloudsmithSandbox(object):
    """A running sandbox with one user, and the settings to call it as that user.

    :ivar Sandbox sandbox: the sandbox.
    :ivar str url: its base URL, for ``configuration.host``.
    :ivar user: a user with an API key: ``email``, ``password``, ``api_key``, ``key_slug_perm`` and more.
    :ivar Configuration configuration: settings that authenticate as that user.
    :ivar list requests: the requests received, in order, each with ``method``, ``path``, ``query``, ``headers`` and
        ``body``.
    """

    def __init__(self, sandbox, configuration, monkeypatch):
        self._monkeypatch = monkeypatch
        self.sandbox = sandbox
        self.url = sandbox.url
        self.user = sandbox.add_user(api_key=True)
        self.requests = sandbox.requests
        self.configuration = configuration
        configuration.host = sandbox.url
        configuration.api_key['X-Api-Key'] = self.user.api_key

    def add_user(self, *args, **kwargs):
        """Add a user; see ``Sandbox.add_user``."""
        return self.sandbox.add_user(*args, **kwargs)

    def fail_next(self, *args, **kwargs):
        """Inject a fault into the next responses; see ``Sandbox.fail_next``."""
        self.sandbox.fail_next(*args, **kwargs)

    def use_ci_environment(self, provider, org='acme', service_slug='ci'):
        """Let the rest of the test run as a CI job that has no API key and signs in as a service account (OIDC).

        :param provider: the CI system, see ``Sandbox.ci_environment``.
        :param org, service_slug: the account, which this adds to the sandbox.
        :return: its ``User``.
        :raises TypeError, ValueError: if an argument is invalid, or there is such an account; the message names it.
        """
        account = self.sandbox.add_service(org, service_slug)
        for name, value in self.sandbox.ci_environment(provider, org, service_slug).items():
            self._monkeypatch.setenv(name, value)
        self.configuration.api_key.clear()
        return account


@pytest.fixture
def cloudsmith_sandbox(monkeypatch, tmp_path_factory):
    """Start a sandbox for one test and make it the default service of the client.

    During the test, ``Configuration()`` and ``Configuration.from_environment()`` return settings for the sandbox, and
    ignore the settings of the machine.
    """
    from cloudsmith_api import Configuration
    from cloudsmith_api.sandbox import Sandbox

    previous_default = Configuration._default
    Configuration.set_default(None)
    try:
        with Sandbox() as sandbox:
            result = CloudsmithSandbox(sandbox, Configuration(), monkeypatch)
            Configuration.set_default(result.configuration)
            for name in list(os.environ):
                if name.upper() in _MACHINE_VARIABLES or name.startswith('CLOUDSMITH_'):
                    monkeypatch.delenv(name)
            # Not in the test's own tmp_path, whose contents the test may check.
            folder = tmp_path_factory.mktemp('cloudsmith_sandbox')
            for kind in ('CREDENTIALS', 'CONFIG'):
                path = folder / ('no-%s.ini' % kind.lower())
                path.touch()
                monkeypatch.setenv('CLOUDSMITH_%s_FILE' % kind, str(path))
            monkeypatch.setenv('CLOUDSMITH_API_HOST', result.url)
            monkeypatch.setenv('CLOUDSMITH_API_KEY', str(result.user.api_key))
            yield result
    finally:
        Configuration.set_default(previous_default)
