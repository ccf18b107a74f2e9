"""Provide the pytest fixture ``cloudsmith_sandbox`` for testing scripts that use ``cloudsmith_api``.

pytest loads this plugin whenever it starts. It is a separate package, so that loading it does not import the client.
"""

import os

import pytest

# Environment variables, compared in upper case, that the client reads besides its own. They belong to a developer's
# machine or to a CI runner, whose real identity no test may use.
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
        self.sandbox = sandbox
        self.url = sandbox.url
        self.user = sandbox.add_user(api_key=True)
        self.requests = sandbox.requests
        self._monkeypatch = monkeypatch
        self._variables = {'CLOUDSMITH_API_HOST': self.url, 'CLOUDSMITH_API_KEY': str(self.user.api_key)}
        self._ci_variables = {}
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
        """Run the rest of the test as a CI job that has no API key and signs in as a service account (OIDC).

        :param provider: the CI system; see ``Sandbox.ci_environment``.
        :param org, service_slug: the account, which this adds to the sandbox.
        :return: its ``User``.
        :raises TypeError, ValueError: if an argument is invalid, or the account already exists; the message names it,
            and nothing has changed.

        A second call replaces the variables of the first.
        """
        variables = self.sandbox.ci_environment(provider, org, service_slug)
        account = self.sandbox.add_service(org, service_slug)
        for name in set(self._ci_variables).difference(variables):
            del self._variables[name]
            self._monkeypatch.delenv(name, raising=False)
        self._ci_variables = variables
        self._variables.update(variables)
        for name, value in variables.items():
            self._monkeypatch.setenv(name, value)
        self.configuration.api_key.clear()
        return account

    def _isolate(self):
        """Replace the machine's environment variables with those of the sandbox."""
        for name in list(os.environ):
            if name.upper() in _MACHINE_VARIABLES or name.startswith('CLOUDSMITH_'):
                self._monkeypatch.delenv(name)
        for name, value in self._variables.items():
            self._monkeypatch.setenv(name, value)

    def _undo(self):
        """Replace ``monkeypatch.undo``: undo the test's patches so far, and stay isolated."""
        type(self._monkeypatch).undo(self._monkeypatch)
        self._isolate()


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
            # Not in the test's own tmp_path, whose contents the test may check.
            folder = tmp_path_factory.mktemp('cloudsmith_sandbox')
            for kind in ('CREDENTIALS', 'CONFIG'):
                path = folder / ('no-%s.ini' % kind.lower())
                path.touch()
                result._variables['CLOUDSMITH_%s_FILE' % kind] = str(path)
            result._isolate()
            # A MonkeyPatch of our own would not do: if the test also patched one of our variables, the two would be
            # undone in the wrong order, and the variable would keep our value after the test.
            monkeypatch.undo = result._undo
            yield result
    finally:
        vars(monkeypatch).pop('undo', None)
        Configuration.set_default(previous_default)
