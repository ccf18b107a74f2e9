"""The docs are correct: their examples run, their links resolve, and every public name is documented."""

import io
import logging
import os
import re
import stat
import subprocess
import sys
import tempfile

import pytest

import cloudsmith_api
from cloudsmith_api import ApiClient, Configuration, UserApi
from cloudsmith_api._common import redaction
from cloudsmith_api.sandbox import Sandbox

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def pages_in(*folder):
    return [os.path.join(*(folder + (name,))) for name in sorted(os.listdir(os.path.join(ROOT, *folder)))
            if name.endswith('.md')]


GUIDES = pages_in('docs')
PAGES = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'] + GUIDES + pages_in('docs', 'development')

FENCED = re.compile(r'^```(\w*)\n(.*?)^```$', re.MULTILINE | re.DOTALL)
CODE = re.compile(r'```.*?```|`[^`]+`', re.DOTALL)
LINK = re.compile(r'\]\(([^)\s]+)\)')
ANCHOR = re.compile(r'<a id="([^"]+)">')
HEADING = re.compile(r'^#+ +(.*?) *$', re.MULTILINE)

# The first line of an example may name the file to save it as, or the oldest Python that it runs on.
FILE_NAME = re.compile(r'# (\w+\.py)\n')
OLDEST_PYTHON = re.compile(r'# Python (\d)\.(\d+)\n')

LANGUAGES = {'ini', 'mermaid', 'python', 'sh', 'text', 'yaml'}
PYTHON_CODE = re.compile(r'^ *(?:import \w|from \w+ import|with .*:$|def )', re.MULTILINE)

# Settings that do not come from the environment, so that calls would go to the real service.
PLAIN_SETTINGS = re.compile(r'\b(?:ApiClient|Configuration|UserApi)\(\)')
# Code that creates a key, or replaces one.
NEW_KEY = re.compile(r"user_tokens_create\(\)|user_tokens_refresh\((?!')|rotate_key\.main\(")

CREDENTIALS = u"""
[default]
api_key = %s

[profile:work]
api_key = %s
"""

# Stands in for the command of a secret store: keeps what it reads from standard input.
STORE_SECRET = u"""
import os
import sys

with os.fdopen(os.open('secret', os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'w') as secret:
    secret.write(sys.stdin.read())
"""
# Fails from the second run on, as often as its first argument says.
FAIL_TO_STORE_SECRET = STORE_SECRET + u"""
with open('runs', 'a') as runs:
    runs.write('x')
if 2 <= os.path.getsize('runs') <= 1 + int(sys.argv[1]):
    os.remove('secret')
    sys.exit(3)
"""


def text_of(page):
    with io.open(os.path.join(ROOT, page), encoding='utf-8') as opened:
        return opened.read()


def blocks_of(page):
    return FENCED.findall(text_of(page))


def python_in(page):
    return [code for language, code in blocks_of(page) if language == 'python']


def file_name(code):
    named = FILE_NAME.match(code)
    return named and named.group(1)


def is_test(code):
    return (file_name(code) or '').startswith('test_')


def is_for_this_python(code):
    oldest = OLDEST_PYTHON.match(code)
    return oldest is None or tuple(map(int, oldest.groups())) <= sys.version_info[:2]


def examples(condition=lambda code: True):
    return [pytest.param(code, id='%s-%d' % (page, number))
            for page in PAGES for number, code in enumerate(python_in(page), 1)
            if is_for_this_python(code) and not is_test(code) and condition(code)]


def files_of_examples():
    return {file_name(code): code for page in PAGES for code in python_in(page) if file_name(code)}


def anchors_of(page):
    text = text_of(page)
    headings = [re.sub(r'[^\w\- ]', '', heading.lower()).replace(' ', '-') for heading in HEADING.findall(text)]
    return ANCHOR.findall(text) + headings


def public_names():
    names = set(cloudsmith_api.__all__)
    for documented in (ApiClient, Configuration, Sandbox, UserApi):
        names.update(dir(documented))
    for documented in (ApiClient(), Configuration()):
        names.update(vars(documented))
    return sorted(name for name in names if not name.startswith('_')) + ['__version__']


def run(code):
    """Run an example as a script."""
    # Examples are written for Python 3; this makes print() a function on Python 2 as well.
    if 'print_function' not in code:
        code = 'from __future__ import print_function\n' + code
    try:
        exec(compile(code, 'example', 'exec'), {'__name__': '__main__'})
    except SystemExit as ended:
        assert not ended.code


@pytest.fixture
def machine(sandbox, monkeypatch, tmpdir):
    """Provide what the examples assume: a service, credentials in the environment, and the files that pages name.

    Settings come from the environment alone: an example that does not read it fails, since no network can be reached.
    """
    user = sandbox.add_user(name='Ada', api_key=True)
    with_code = sandbox.add_user(two_factor=True)
    with_password = sandbox.add_user()
    credentials = tmpdir.join('credentials.ini')
    credentials.write(CREDENTIALS % (user.api_key, user.api_key))
    credentials.chmod(0o600)
    tmpdir.join('config.ini').write('')
    tmpdir.join('store_secret.py').write(STORE_SECRET)
    for name, code in files_of_examples().items():
        tmpdir.join(name).write(code)
        monkeypatch.delitem(sys.modules, name[:-len('.py')], raising=False)
    sandbox.add_service('acme', 'ci')
    tmpdir.join('identity-token').write(sandbox.identity_token())
    for name, value in (('CLOUDSMITH_API_HOST', sandbox.url), ('ACCESS_TOKEN', sandbox.issue_token(user)),
                        ('IDENTITY_TOKEN_FILE', tmpdir.join('identity-token')),
                        ('CLOUDSMITH_API_KEY', user.api_key), ('FIRST_API_KEY', user.api_key),
                        ('SECOND_API_KEY', user.api_key),
                        ('EMAIL', with_code.email), ('PASSWORD', with_code.password),
                        ('ONE_TIME_CODE', with_code.totp_token),
                        ('BASIC_USERNAME', with_password.email), ('BASIC_PASSWORD', with_password.password),
                        ('STORE_SECRET', '"%s" store_secret.py' % sys.executable),
                        ('CLOUDSMITH_CREDENTIALS_FILE', credentials),
                        ('CLOUDSMITH_CONFIG_FILE', tmpdir.join('config.ini'))):
        monkeypatch.setenv(name, str(value))
    monkeypatch.chdir(tmpdir)
    monkeypatch.syspath_prepend(str(tmpdir))
    default = Configuration._default
    # Examples may add handlers and change levels.
    loggers = [logging.getLogger(name) for name in ('', 'cloudsmith_api')]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        monkeypatch.setattr(logger, 'handlers', list(logger.handlers))
    yield tmpdir, user, with_code
    for logger, level in zip(loggers, levels):
        logger.setLevel(level)
    Configuration.set_default(default)
    for name in files_of_examples():
        sys.modules.pop(name[:-len('.py')], None)


@pytest.mark.parametrize('code', examples())
def test_example_runs(machine, code):
    run(code)


@pytest.mark.parametrize('code', examples(NEW_KEY.search))
def test_example_with_new_key_stores_it_in_private_file(machine, code):
    folder, user, with_code = machine
    # Left behind by an earlier run, with another mode.
    for name in ('cloudsmith-api-key', 'cloudsmith-api-key.new'):
        folder.join(name).write('left over')
        folder.join(name).chmod(0o644)
    old_key, before = user.api_key, set(folder.listdir())
    run(code)
    stored = {path.read(): path for path in folder.listdir() if path.check(file=True) and path.ext != '.pyc'}
    for key in {user.api_key, with_code.api_key} - {None, old_key}:
        assert stored[key].basename in ('cloudsmith-api-key', 'secret')
        assert os.name == 'nt' or stat.S_IMODE(os.stat(str(stored[key])).st_mode) == 0o600
    added = {path.basename for path in set(folder.listdir()) - before if path.ext != '.pyc'}
    assert added <= {'secret', '__pycache__'}, 'a temporary file is left'


@pytest.mark.parametrize('code', examples(PLAIN_SETTINGS.search))
def test_example_without_environment_makes_no_call_to_the_service(code):
    assert 'Sandbox(' in code or 'sandbox.app' in code or 'UserApi(' not in code
    assert 'Sandbox(' in code or 'call_api' not in code


def exit_message_of(script):
    with pytest.raises(SystemExit) as ended:
        exec(compile(files_of_examples()[script], script, 'exec'), {'__name__': '__main__'})
    return str(ended.value)


def test_rotate_key_without_key_says_what_to_do(machine, monkeypatch):
    folder, _, _ = machine
    monkeypatch.delenv('CLOUDSMITH_API_KEY')
    monkeypatch.setenv('CLOUDSMITH_CREDENTIALS_FILE', str(folder.ensure('none.ini')))
    configuration = Configuration()
    configuration.username, configuration.password = os.environ['BASIC_USERNAME'], os.environ['BASIC_PASSWORD']
    Configuration.set_default(configuration)
    assert 'no API key to rotate' in exit_message_of('rotate_key.py')


@pytest.mark.parametrize('script', ['rotate_key.py', 'rotate_key_in_ci.py'])
def test_rotate_key_keeps_old_key_if_new_one_cannot_be_stored(machine, monkeypatch, script):
    _, user, _ = machine
    old_key = user.api_key
    monkeypatch.setenv('STORE_SECRET', '"%s" -c "raise SystemExit(3)"' % sys.executable)

    def fail(*_, **__):
        raise OSError('no space left on device')

    monkeypatch.setattr(tempfile, 'mkstemp', fail)
    assert exit_message_of(script).startswith('The key was not replaced, since the new one could not be stored: ')
    assert user.api_key == old_key


def test_rotate_key_with_missing_command_keeps_old_key(machine, monkeypatch):
    _, user, _ = machine
    old_key = user.api_key
    monkeypatch.setenv('STORE_SECRET', 'no-such-command')
    assert exit_message_of('rotate_key_in_ci.py').startswith('The key was not replaced, since ')
    assert user.api_key == old_key


def fail_to_store_secret(folder, monkeypatch, times):
    folder.join('fail_to_store_secret.py').write(FAIL_TO_STORE_SECRET)
    monkeypatch.setenv('STORE_SECRET', '"%s" fail_to_store_secret.py %d' % (sys.executable, times))


def test_rotate_key_in_ci_stores_the_new_key_at_the_second_attempt(machine, monkeypatch):
    folder, user, _ = machine
    old_key = user.api_key
    fail_to_store_secret(folder, monkeypatch, times=1)
    run(files_of_examples()['rotate_key_in_ci.py'])
    assert old_key != user.api_key == folder.join('secret').read()


def test_rotate_key_in_ci_says_that_the_new_key_is_not_stored(machine, monkeypatch):
    folder, user, _ = machine
    old_key = user.api_key
    fail_to_store_secret(folder, monkeypatch, times=2)
    message = exit_message_of('rotate_key_in_ci.py')
    assert message.startswith('The key was replaced, but the new one could not be stored: ')
    assert message.endswith(' failed. Refresh it again on the web pages')
    assert user.api_key != old_key
    assert user.api_key not in message


@pytest.mark.parametrize('failures', [1, 2])
def test_rotate_key_stores_or_names_the_file_with_the_new_key(machine, monkeypatch, failures):
    folder, user, _ = machine
    name = 'replace' if hasattr(os, 'replace') else 'rename'
    outcomes = [OSError('busy')] * failures
    replace = getattr(os, name)

    def fail_first(*paths):
        if outcomes:
            raise outcomes.pop()
        replace(*paths)

    monkeypatch.setattr(os, name, fail_first)
    if failures == 1:
        run(files_of_examples()['rotate_key.py'])
        stored = folder.join('cloudsmith-api-key')
    else:
        message = exit_message_of('rotate_key.py')
        found = re.match(r'The key was replaced, but the new one could not be stored: busy\. Look for it in (\S+), or ',
                         message)
        stored = folder.join(os.path.basename(found.group(1)))
    assert stored.read() == user.api_key


@pytest.mark.parametrize('fault, message', [
    ({'truncate': 'before'}, 'The key was replaced, but the new one is lost'),
    ({'status': 503}, 'The key was not replaced, the old one still works')])
def test_rotate_key_says_what_a_failure_left_behind(machine, sandbox, fault, message):
    sandbox.fail_next(times=1)
    sandbox.fail_next(**fault)
    assert exit_message_of('rotate_key.py').startswith(message)


def test_examples_that_are_tests_pass(tmpdir):
    for name, code in files_of_examples().items():
        tmpdir.join(name).write(code)
    tmpdir.join('pytest.ini').write('[pytest]\n')
    process = subprocess.Popen(
        [sys.executable, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', '-p', 'pytest_cloudsmith_api'],
        cwd=str(tmpdir), env=dict(os.environ, PYTHONPATH=os.path.dirname(os.path.dirname(cloudsmith_api.__file__))),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    output = process.communicate()[0]
    assert process.returncode == 0, output


@pytest.mark.parametrize('page', PAGES)
def test_page_has_no_untested_python(page):
    for language, code in blocks_of(page):
        assert language in LANGUAGES or page == 'CONTRIBUTING.md'
        assert language == 'python' or not PYTHON_CODE.search(code), code
    assert text_of(page).count('```') == 2 * len(blocks_of(page))


def test_one_example_needs_newer_python():
    assert len([code for page in PAGES for code in python_in(page) if OLDEST_PYTHON.match(code)]) == 1


def test_first_readme_blocks_are_quick_start_and_tests():
    commands = [code for language, code in blocks_of('README.md') if language == 'sh']
    assert 'examples/quickstart.py' in commands[0]
    assert 'tox' in commands[1]


def test_api_pages_have_examples():
    assert all(python_in(page) for page in PAGES if re.match(r'docs.[A-Z]', page) and not page.endswith('README.md'))


@pytest.mark.parametrize('page', PAGES)
def test_links_resolve(page):
    for link in LINK.findall(text_of(page)):
        if '://' in link:
            continue
        path, _, anchor = link.partition('#')
        target = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
        assert os.path.exists(os.path.join(ROOT, target)), link
        if anchor:
            # Of several equal anchors, a browser goes to the first.
            assert anchors_of(target).count(anchor) == 1, link


@pytest.mark.parametrize('anchor', ['documentation-for-api-endpoints', 'documentation-for-models',
                                    'documentation-for-authorization', 'apikey', 'basic'])
def test_readme_has_anchor_of_generated_clients(anchor):
    assert anchor in anchors_of('README.md')


@pytest.mark.parametrize('index, pages', [
    (os.path.join('docs', 'README.md'), GUIDES),
    (os.path.join('docs', 'development', 'README.md'), pages_in('docs', 'development'))])
def test_index_links_every_page(index, pages):
    linked = {os.path.join(os.path.dirname(index), link) for link in LINK.findall(text_of(index))}
    assert set(pages) - linked == {index}


@pytest.mark.parametrize('name', public_names())
def test_public_name_is_documented(name):
    documented = '\n'.join(code for page in ['README.md'] + GUIDES for code in CODE.findall(text_of(page)))
    assert re.search(r'\b%s\b' % name, documented)


@pytest.mark.parametrize('setting', Configuration().describe(), ids=lambda setting: setting.name)
def test_table_of_settings_has_each_with_its_default(setting):
    row = re.search(r'^\| `%s` \|.*\|$' % setting.name, text_of(os.path.join('docs', 'settings.md')), re.MULTILINE)
    default = row.group(0).split('|')[3]
    if setting.name != 'connection_pool_maxsize':  # depends on the machine
        assert (setting.value.strip("'") or "''") in default


def test_migration_guide_lists_the_rows_that_are_marked():
    text = text_of(os.path.join('docs', 'moving-from-2.0.md'))
    marked = re.findall(r'^\| ([^|]+) \*\*look\*\* \|', text, re.MULTILINE)
    listed = re.search(r'^## How to migrate\n(.*?)^## ', text, re.MULTILINE | re.DOTALL).group(1)
    listed = ' '.join(listed.split()).lower()
    assert marked
    assert [row for row in marked if row.lower() not in listed] == []


def test_logging_page_lists_the_names_of_secret_headers():
    listed = re.search(r'its name contains (.*?), in upper', text_of(os.path.join('docs', 'logging.md')), re.DOTALL)
    assert re.findall('`(.*?)`', listed.group(1)) == redaction._NAMES.split('|')
