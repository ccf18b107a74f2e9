"""The pytest fixture ``cloudsmith_sandbox``, for tests of scripts that use ``cloudsmith_api``.

It stands outside the package, so that pytest, which loads it at every start, does not load the client with it.
"""

import os

import pytest

# What a developer's machine may say, in any spelling, and a test's script must not hear.
_INFLUENCES = ('ALL_PROXY', 'HTTPS_PROXY', 'REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE')


class CloudsmithSandbox(object):
    """A sandbox with one user, and what a script needs to talk to it.

    :ivar Sandbox sandbox: the sandbox.
    :ivar str url: its address, for ``configuration.host``.
    :ivar user: a user who has an API key: ``email``, ``password``, ``api_key``, ``key_slug_perm`` and more.
    :ivar Configuration configuration: settings with which calls are made as that user.
    :ivar list requests: what arrived, in order: ``method``, ``path``, ``query``, ``headers``, ``body`` of each.
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
        """Spoil the next answers; see ``Sandbox.fail_next``."""
        self.sandbox.fail_next(*args, **kwargs)


@pytest.fixture
def cloudsmith_sandbox(monkeypatch, tmpdir_factory):
    """Have a script talk to a sandbox of this test's own, however it makes its configuration.

    While the test runs, ``Configuration()`` and ``Configuration.from_environment()`` give settings for the sandbox, and
    nothing of the machine's own settings.
    """
    from cloudsmith_api import Configuration
    from cloudsmith_api.sandbox import Sandbox

    before = Configuration._default
    Configuration.set_default(None)
    with Sandbox() as sandbox:
        made = CloudsmithSandbox(sandbox, Configuration())
        Configuration.set_default(made.configuration)
        for name in list(os.environ):
            if name.upper() in _INFLUENCES or name.startswith('CLOUDSMITH_'):
                monkeypatch.delenv(name)
        # A folder of its own: what lies in the test's is the test's.
        folder = tmpdir_factory.mktemp('cloudsmith_sandbox')
        for kind in ('CREDENTIALS', 'CONFIG'):
            monkeypatch.setenv('CLOUDSMITH_%s_FILE' % kind, str(folder.ensure('no-%s.ini' % kind.lower())))
        monkeypatch.setenv('CLOUDSMITH_API_HOST', made.url)
        monkeypatch.setenv('CLOUDSMITH_API_KEY', str(made.user.api_key))
        try:
            yield made
        finally:
            Configuration.set_default(before)
