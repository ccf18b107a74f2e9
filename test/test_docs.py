"""The docs do not lie: their examples run, their links lead somewhere, and nothing public is missing."""

import io
import logging
import os
import re
import subprocess
import sys

import pytest

import cloudsmith_api
from cloudsmith_api import ApiClient, Configuration, UserApi
from cloudsmith_api.sandbox import Sandbox

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GUIDES = [os.path.join('docs', name) for name in sorted(os.listdir(os.path.join(ROOT, 'docs'))) if name.endswith('.md')]
PAGES = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'] + GUIDES

FENCED = re.compile(r'^```(\w*)\n(.*?)^```$', re.MULTILINE | re.DOTALL)
CODE = re.compile(r'```.*?```|`[^`]+`', re.DOTALL)
LINK = re.compile(r'\[[^\]]*\]\(([^)\s]+)\)')
ANCHOR = re.compile(r'<a id="([^"]+)">')
HEADING = re.compile(r'^#+ +(.*?) *$', re.MULTILINE)

# What the first line of an example may say: the file it is to be saved as, or the oldest Python that it runs on.
FILE_NAME = re.compile(r'# (\w+\.py)\n')
OLDEST_PYTHON = re.compile(r'# Python (\d)\.(\d+)\n')

LANGUAGES = {'ini', 'mermaid', 'python', 'sh', 'text', 'yaml'}
PYTHON_CODE = re.compile(r'^ *(?:import \w|from \w+ import|with .*:$|def )', re.MULTILINE)

CREDENTIALS = u"""
[default]
api_key = %s

[profile:work]
api_key = %s
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


def is_for_this_python(code):
    oldest = OLDEST_PYTHON.match(code)
    return oldest is None or tuple(map(int, oldest.groups())) <= sys.version_info[:2]


def examples():
    return [pytest.param(code, id='%s-%d' % (page, number))
            for page in PAGES for number, code in enumerate(python_in(page), 1)
            if is_for_this_python(code) and not (file_name(code) or '').startswith('test_')]


def anchors_of(page):
    text = text_of(page)
    headings = [re.sub(r'[^\w\- ]', '', heading.lower()).replace(' ', '-') for heading in HEADING.findall(text)]
    return set(ANCHOR.findall(text) + headings)


def public_names():
    names = set(cloudsmith_api.__all__)
    for documented in (ApiClient, Configuration, Sandbox, UserApi):
        names.update(dir(documented))
    for documented in (ApiClient(), Configuration()):
        names.update(vars(documented))
    return sorted(name for name in names if not name.startswith('_')) + ['__version__']


@pytest.fixture
def a_readers_machine(sandbox, monkeypatch, tmpdir):
    """What the examples take for granted: a service, a user, credentials in the environment, and a home folder."""
    person = sandbox.add_user(name='Ada', api_key=True)
    with_code = sandbox.add_user(two_factor=True)
    settings = Configuration()
    settings.host = sandbox.url
    Configuration.set_default(settings)
    credentials = tmpdir.join('credentials.ini')
    credentials.write(CREDENTIALS % (person.api_key, person.api_key))
    credentials.chmod(0o600)
    tmpdir.join('config.ini').write('')
    for name, value in (('CLOUDSMITH_API_KEY', person.api_key), ('EMAIL', with_code.email),
                        ('PASSWORD', with_code.password), ('ONE_TIME_CODE', with_code.totp_token),
                        ('CLOUDSMITH_CREDENTIALS_FILE', credentials),
                        ('CLOUDSMITH_CONFIG_FILE', tmpdir.join('config.ini'))):
        monkeypatch.setenv(name, str(value))
    monkeypatch.chdir(tmpdir)
    logger = logging.getLogger('cloudsmith_api')
    # Examples may add handlers of their own.
    monkeypatch.setattr(logger, 'handlers', list(logger.handlers))
    level = logger.level
    yield
    logger.setLevel(level)


@pytest.mark.parametrize('code', examples())
def test_an_example_runs(a_readers_machine, code):
    # A page's examples are written for Python 3 as people see them; print() is a function for Python 2 as well then.
    code = compile('from __future__ import print_function\n' + code, 'example', 'exec')
    try:
        exec(code, {'__name__': '__main__'})
    except SystemExit as ended:
        assert not ended.code


def test_the_examples_that_are_tests_pass(tmpdir, request):
    for code in [code for page in PAGES for code in python_in(page) if file_name(code)]:
        tmpdir.join(file_name(code)).write(code)
    tmpdir.join('pytest.ini').write('[pytest]\n')
    plugin = [] if request.config.pluginmanager.hasplugin('cloudsmith_api') else ['-p', 'pytest_cloudsmith_api']
    process = subprocess.Popen(
        [sys.executable, '-m', 'pytest', '-q', '-p', 'no:cacheprovider'] + plugin, cwd=str(tmpdir),
        env=dict(os.environ, PYTHONPATH=os.path.dirname(os.path.dirname(cloudsmith_api.__file__))),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    output = process.communicate()[0]
    assert process.returncode == 0, output


@pytest.mark.parametrize('page', PAGES)
def test_no_example_escapes_these_tests(page):
    for language, code in blocks_of(page):
        assert language in LANGUAGES or page == 'CONTRIBUTING.md'
        assert language == 'python' or not PYTHON_CODE.search(code), code
    assert text_of(page).count('```') == 2 * len(blocks_of(page))


def test_few_examples_need_a_newer_python():
    assert len([code for page in PAGES for code in python_in(page) if OLDEST_PYTHON.match(code)]) == 1


def test_there_are_examples_on_each_page_of_the_api():
    assert all(python_in(page) for page in PAGES if re.match(r'docs.[A-Z]', page) and not page.endswith('README.md'))


@pytest.mark.parametrize('page', PAGES)
def test_each_link_leads_to_a_file_and_a_place_in_it(page):
    for link in LINK.findall(text_of(page)):
        if '://' in link:
            continue
        path, _, anchor = link.partition('#')
        target = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
        assert os.path.exists(os.path.join(ROOT, target)), link
        if anchor:
            assert anchor in anchors_of(target), link


def test_each_guide_is_in_the_index():
    linked = {os.path.join('docs', link) for link in LINK.findall(text_of(os.path.join('docs', 'README.md')))}
    assert set(GUIDES) - linked == {os.path.join('docs', 'README.md')}


@pytest.mark.parametrize('name', public_names())
def test_each_public_name_is_documented(name):
    said = '\n'.join(code for page in ['README.md'] + GUIDES for code in CODE.findall(text_of(page)))
    assert re.search(r'\b%s\b' % name, said)


@pytest.mark.parametrize('setting', Configuration().describe(), ids=lambda setting: setting.name)
def test_the_table_of_settings_has_each_with_its_default(setting):
    row = re.search(r'^\| `%s` \|.*\|$' % setting.name, text_of(os.path.join('docs', 'settings.md')), re.MULTILINE)
    default = row.group(0).split('|')[3]
    if setting.name != 'connection_pool_maxsize':  # depends on the machine
        assert (setting.value.strip("'") or "''") in default
