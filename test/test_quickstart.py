"""The quick start runs as a script, against a sandbox and with an API key."""

import os
import re
import subprocess
import sys

from description import ROOT, text_of

QUICKSTART = os.path.join(ROOT, 'examples', 'quickstart.py')


def run(code=None, **environment):
    """Run the quick start, or other code instead, and return its exit status, output and errors."""
    command = [sys.executable, '-W', 'error'] + (['-c', code] if code else [QUICKSTART])
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True,
                               env=dict(os.environ, **environment))
    output, errors = process.communicate()
    return process.returncode, output, errors


def test_without_credentials_makes_all_five_calls_to_a_sandbox():
    status, output, errors = run()
    assert (status, errors) == (0, '')
    for text in ('sandbox at http://127.0.0.1:', 'one-time code needed', 'Signed in', 'You are', 'Ada Lovelace',
                 'User has already created an API key.', 'Refreshed API key',
                 'API keys           1'):
        assert text in output


def test_readme_shows_the_output():
    def without_variable_parts(text):
        return re.sub(r':\d{4,5}/|\*{8}\w{4}|\b[A-Za-z0-9]{12}\b|created .*', 'X', text)

    shown = re.search('```text\n(CLOUDSMITH_API_KEY.*?)```', text_of('README.md'), re.DOTALL).group(1)
    assert without_variable_parts(run()[1]) == without_variable_parts(shown)


def test_keys_are_printed_masked():
    assert run()[1].count('********') == 3


# Replaces the real service with a sandbox, through the default configuration.
WITH_SANDBOX_AS_SERVICE = """
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


def test_with_api_key_makes_only_read_only_calls():
    status, output, errors = run(WITH_SANDBOX_AS_SERVICE % ('key', QUICKSTART))
    assert (status, errors) == (0, '')
    assert 'You are' in output
    assert "[('GET', '/v1/user/self/'), ('GET', '/v1/user/tokens/')]" in output


def test_blank_api_key_counts_as_unset():
    status, output, errors = run(WITH_SANDBOX_AS_SERVICE % ("' '", QUICKSTART))
    assert (status, errors) == (0, '')
    assert 'Refreshed API key' in output
    assert output.endswith('[]\n')  # no call to the service


def test_name_outside_the_encoding_of_the_output_is_escaped():
    code = WITH_SANDBOX_AS_SERVICE.replace("'Ada'", r"u'Ada \u91d1'") % ('key', QUICKSTART)
    status, output, errors = run(code, PYTHONIOENCODING='cp1252')
    assert (status, errors) == (0, '')
    assert r'Ada \u91d1' in output


def test_failed_call_prints_one_line_and_exits_with_1():
    status, _, errors = run(WITH_SANDBOX_AS_SERVICE % ("'not-a-key'", QUICKSTART))
    assert status == 1
    assert errors.startswith('The call failed: 401 ')
    assert errors.count('\n') == 1
    assert 'not-a-key' not in errors
