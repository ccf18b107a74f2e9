"""The fixture ``cloudsmith_sandbox``, used in a separate pytest run as users use it."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

# A user's project: a script, and its tests with the fixture.
SCRIPT = """
from cloudsmith_api import ApiClient, ApiException, Configuration, UserApi

def who_am_i(configuration=None):
    with ApiClient(configuration or Configuration()) as client:
        try:
            return UserApi(client).user_self().slug
        except ApiException as error:
            return error.status
"""

TESTS = """
import os

import pytest

from cloudsmith_api import Configuration
from script import who_am_i

os.environ['CLOUDSMITH_API_KEY'] = 'key of the machine'
before = Configuration().host

def test_script_that_makes_a_configuration(cloudsmith_sandbox):
    assert who_am_i() == cloudsmith_sandbox.user.slug
    assert [received.path for received in cloudsmith_sandbox.requests] == ['/v1/user/self/']

def test_script_that_reads_the_environment(cloudsmith_sandbox):
    assert who_am_i(Configuration.from_environment()) == cloudsmith_sandbox.user.slug

def test_machine_settings_are_ignored(monkeypatch, request):
    monkeypatch.setenv('CLOUDSMITH_PROFILE', 'work')
    monkeypatch.setenv('CLOUDSMITH_API_PROXY', 'http://127.0.0.1:9')
    sandbox = request.getfixturevalue('cloudsmith_sandbox')
    assert who_am_i(Configuration.from_environment()) == sandbox.user.slug

def test_script_that_takes_a_configuration(cloudsmith_sandbox):
    assert who_am_i(cloudsmith_sandbox.configuration) == cloudsmith_sandbox.user.slug

def test_fault(cloudsmith_sandbox):
    cloudsmith_sandbox.fail_next(status=403)
    assert who_am_i() == 403

def test_second_user(cloudsmith_sandbox):
    assert cloudsmith_sandbox.add_user(name='Ada').name == 'Ada'

def test_ci_job_has_variables_and_no_key(cloudsmith_sandbox):
    account = cloudsmith_sandbox.use_ci_environment('gitlab')
    assert os.environ['GITLAB_CI'] == 'true'
    assert (os.environ['CLOUDSMITH_WORKSPACE'], os.environ['CLOUDSMITH_SERVICE_SLUG']) == ('acme', account.slug)
    assert not os.environ.get('CLOUDSMITH_API_KEY')
    assert Configuration().api_key == Configuration.from_environment().api_key == {}

def test_second_ci_job_replaces_the_first(cloudsmith_sandbox, monkeypatch):
    cloudsmith_sandbox.use_ci_environment('github')
    account = cloudsmith_sandbox.use_ci_environment('gitlab', service_slug='other')
    for undo in (lambda: None, monkeypatch.undo):
        undo()
        assert os.environ['GITLAB_CI'] == 'true'
        assert not {'GITHUB_ACTIONS', 'ACTIONS_ID_TOKEN_REQUEST_URL'}.intersection(os.environ)
        assert os.environ['CLOUDSMITH_API_HOST'] == cloudsmith_sandbox.url
        assert who_am_i(Configuration.from_environment()) == account.slug

def test_failed_ci_job_changes_nothing(cloudsmith_sandbox):
    before = dict(os.environ)
    for arguments in (('jenkins',), ('github', 'not valid'), ('github', 'acme', 5)):
        with pytest.raises((TypeError, ValueError)):
            cloudsmith_sandbox.use_ci_environment(*arguments)
    assert dict(os.environ) == before
    assert cloudsmith_sandbox.use_ci_environment('github').slug == 'ci'

def test_identity_of_the_runner_is_ignored(monkeypatch, request):
    monkeypatch.setenv('ACTIONS_ID_TOKEN_REQUEST_URL', 'http://127.0.0.1:9')
    request.getfixturevalue('cloudsmith_sandbox')
    assert 'ACTIONS_ID_TOKEN_REQUEST_URL' not in os.environ

def test_undo_in_the_test_does_not_end_isolation(monkeypatch, cloudsmith_sandbox):
    monkeypatch.setenv('CLOUDSMITH_API_KEY', 'key of the test')
    monkeypatch.undo()
    assert who_am_i(Configuration.from_environment()) == cloudsmith_sandbox.user.slug

def test_undo_in_the_test_does_not_end_ci_job(monkeypatch, cloudsmith_sandbox):
    account = cloudsmith_sandbox.use_ci_environment('gitlab')
    monkeypatch.undo()
    assert who_am_i(Configuration.from_environment()) == account.slug

def test_variable_that_the_test_sets(monkeypatch, cloudsmith_sandbox):
    monkeypatch.setenv('CLOUDSMITH_API_KEY', 'key of the test')
    assert who_am_i(Configuration.from_environment()) == 401

def test_variables_are_restored():
    assert os.environ['CLOUDSMITH_API_KEY'] == 'key of the machine'
    assert not {'CLOUDSMITH_API_HOST', 'GITLAB_CI', 'CLOUDSMITH_PROFILE'}.intersection(os.environ)

def test_default_configuration_is_restored():
    assert Configuration().host == Configuration.from_environment().host == before
"""


@pytest.fixture
def run(tmpdir):
    """Run pytest on a file of tests beside the script, and return its output."""
    def run_tests(source, *options):
        tmpdir.join('script.py').write(SCRIPT)
        tmpdir.join('test_script.py').write(source)
        tmpdir.join('pytest.ini').write('[pytest]\n')
        command = [sys.executable, '-m', 'pytest', '-q', '-p', 'no:cacheprovider'] + list(options)
        process = subprocess.Popen(command, cwd=str(tmpdir),
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
        return process.communicate()[0]
    return run_tests


def test_fixture_redirects_every_way_to_make_a_configuration(run):
    assert '15 passed' in run(TESTS)


def test_fixture_works_without_legacypath_plugin(run):
    assert '15 passed' in run(TESTS, '-p', 'no:legacypath')


def test_plugin_may_be_named_on_the_command_line(run):
    assert '15 passed' in run(TESTS, '-p', 'pytest_cloudsmith_api')


def test_plugin_may_be_named_in_conftest(run, tmpdir):
    tmpdir.join('conftest.py').write("pytest_plugins = ['pytest_cloudsmith_api']\n")
    assert '15 passed' in run(TESTS)


def test_plugin_can_be_disabled_by_its_name(run):
    source = 'def test_fixture(cloudsmith_sandbox):\n    pass\n'
    assert "fixture 'cloudsmith_sandbox' not found" in run(source, '-p', 'no:pytest_cloudsmith_api')


def test_default_is_restored_if_sandbox_cannot_start(run):
    printed = run("""
from cloudsmith_api import Configuration
from cloudsmith_api.sandbox import _server

default = Configuration()
Configuration.set_default(default)
_server.LOOPBACK = '203.0.113.1'  # an address that no machine has: RFC 5737

def test_fixture_without_sandbox(cloudsmith_sandbox):
    assert False

def test_default_configuration_is_kept():
    assert Configuration._default is default
""")
    assert '1 passed, 1 error' in printed


def test_unused_plugin_does_not_import_client(run):
    assert '1 passed' in run('import sys\n\ndef test_nothing():\n    assert "cloudsmith_api" not in sys.modules\n'
                             '    assert "pytest_cloudsmith_api" in sys.modules\n')
