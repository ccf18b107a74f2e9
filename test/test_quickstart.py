"""The quick start works as a person runs it."""

import os
import subprocess
import sys

QUICKSTART = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'examples', 'quickstart.py')


def run(code=None, **environment):
    """Run the quick start, or some code in its place, and give its status, output and errors."""
    command = [sys.executable, '-W', 'error'] + (['-c', code] if code else [QUICKSTART])
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True,
                               env=dict(os.environ, **environment))
    output, errors = process.communicate()
    return process.returncode, output, errors


def test_without_credentials_it_makes_all_five_calls_against_a_sandbox():
    status, output, errors = run()
    assert (status, errors) == (0, '')
    for said in ('sandbox at http://127.0.0.1:', 'one-time code needed', 'Signed in', 'You are', 'Ada Lovelace',
                 'Created API key', 'User has already created an API key.', 'Refreshed API key',
                 'API keys           1'):
        assert said in output


def test_keys_are_shown_masked():
    assert run()[1].count('********') == 4


# The real service is not asked from here: the sandbox stands in for it, by way of the default configuration.
WITH_THE_SANDBOX_AS_THE_SERVICE = """
import os, runpy
from cloudsmith_api import Configuration
from cloudsmith_api.sandbox import Sandbox

with Sandbox() as sandbox:
    key = sandbox.add_user(name='Ada', api_key=True).api_key
    os.environ['CLOUDSMITH_API_KEY'] = %s
    Configuration.set_default(None)
    settings = Configuration()
    settings.host = sandbox.url
    Configuration.set_default(settings)
    try:
        runpy.run_path(%r, run_name='__main__')
    finally:
        print([(request.method, request.path) for request in sandbox.requests])
"""


def test_with_a_key_it_makes_only_the_calls_that_change_nothing():
    status, output, errors = run(WITH_THE_SANDBOX_AS_THE_SERVICE % ('key', QUICKSTART))
    assert (status, errors) == (0, '')
    assert 'You are' in output
    assert "[('GET', '/v1/user/self/'), ('GET', '/v1/user/tokens/')]" in output


def test_a_call_that_fails_is_told_in_one_line_and_by_the_exit_status():
    status, _, errors = run(WITH_THE_SANDBOX_AS_THE_SERVICE % ("'not-a-key'", QUICKSTART))
    assert status == 1
    assert errors.startswith('The call failed: 401 ')
    assert errors.count('\n') == 1
    assert 'not-a-key' not in errors


