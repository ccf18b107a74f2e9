"""Provide the pytest fixture ``cloudsmith_sandbox`` for testing scripts that use ``cloudsmith_api``.

pytest loads this plugin at every start. It is a package of its own so that this does not import the client.
"""

import os

import pytest

# Variables of the developer's machine, compared in upper case, that the client reads besides its own.
_MACHINE_VARIABLES = ('ALL_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'REQUESTS_CA_BUNDLE', 'SSL_CERT_DIR', 'SSL_CERT_FILE')


class CloudsmithSandbox(object):
    """A running sandbox with one user, and the settings to call it as that user.

    :ivar Sandbox sandbox: the sandbox.
    :ivar str url: its base URL, for ``configuration.host``.
    :ivar user: a user with an API key: ``email``, ``password``, ``api_key``, ``key_slug_perm`` and more.
    :ivar Configuration configuration: settings that authenticate as that user.
    :ivar list requests: the requests received, in order, each with ``method``, ``path``, ``query``, ``headers`` and
        ``body``.
    """

    def __init__(self, sandbox, configuration):
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


@pytest.fixture
def cloudsmith_sandbox(monkeypatch, tmpdir_factory):
    """Start a sandbox for one test and make it the default service of the client.

    During the test, ``Configuration()`` and ``Configuration.from_environment()`` return settings for the sandbox, and
    ignore the settings of the machine.
    """
    from cloudsmith_api import Configuration
    from cloudsmith_api.sandbox import Sandbox

    previous_default = Configuration._default
    Configuration.set_default(None)
    with Sandbox() as sandbox:
        result = CloudsmithSandbox(sandbox, Configuration())
        Configuration.set_default(result.configuration)
        for name in list(os.environ):
            if name.upper() in _MACHINE_VARIABLES or name.startswith('CLOUDSMITH_'):
                monkeypatch.delenv(name)
        # Not in the test's own tmpdir, whose contents the test may check.
        folder = tmpdir_factory.mktemp('cloudsmith_sandbox')
        for kind in ('CREDENTIALS', 'CONFIG'):
            monkeypatch.setenv('CLOUDSMITH_%s_FILE' % kind, str(folder.ensure('no-%s.ini' % kind.lower())))
        monkeypatch.setenv('CLOUDSMITH_API_HOST', result.url)
        monkeypatch.setenv('CLOUDSMITH_API_KEY', str(result.user.api_key))
        try:
            yield result
        finally:
            Configuration.set_default(previous_default)
