"""Wheel and source distribution are complete, install on the oldest and the newest Python, and work."""

import email
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Files that are used only in the repository.
ONLY_IN_REPOSITORY = re.compile(r'(?:.*/)?\.')
PRIVATE_MODULE = re.compile(r'cloudsmith_api/(_[a-z]+/|sandbox/_[a-z]+\.py)')
# Files that the build adds to a source distribution.
ADDED_BY_BUILD = ('PKG-INFO', 'setup.cfg', 'cloudsmith_api.egg-info/')

PYTHONS = ('2.7', '3.13')

# The pip bundled with virtualenv fails on newer Pythons, and newer releases of pip on 2.7.
SEEDS = {'2.7': ()}
NEWER_SEEDS = ('--download', '--pip', '25.0.1', '--no-setuptools', '--no-wheel')
# tox sets VIRTUALENV_* for its own environments; they must not affect those created here.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith('VIRTUALENV_')}


def run(*command, **options):
    """Run a command, and return its output; if it fails, show the output."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    assert done.returncode == 0, '%s\n%s' % (' '.join(command), done.stdout)
    return done.stdout


def tracked_files():
    """Return the files of the repository; skip the test in an unpacked source distribution."""
    if not os.path.exists(os.path.join(ROOT, '.git')):
        pytest.skip('not a checkout of the repository')
    listed = run('git', '-C', ROOT, 'ls-files', '-z', '--cached', '--others', '--exclude-standard').split('\0')
    return {name for name in listed if os.path.exists(os.path.join(ROOT, name)) and name}


@pytest.fixture(scope='session')
def distributions(tmp_path_factory):
    """Build the source distribution, and the wheel from that; return the paths by file extension."""
    folder = tmp_path_factory.mktemp('distributions')
    source = folder / 'source'
    # Build a copy: a build leaves files behind, and would include those of an earlier build.
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns('.*', '__pycache__', '*.egg-info', 'build', 'dist'))
    run(sys.executable, '-m', 'build', '--outdir', str(folder / 'dist'), str(source))
    return {path.suffix.lstrip('.'): str(path) for path in (folder / 'dist').iterdir()}


@pytest.fixture(scope='session')
def unpacked(distributions, tmp_path_factory):
    """Unpack the source distribution, and return its directory."""
    folder = tmp_path_factory.mktemp('unpacked')
    with tarfile.open(distributions['gz']) as archive:
        # Python 3.12 and 3.13 warn without it, and older releases do not have it.
        archive.extraction_filter = getattr(tarfile, 'data_filter', None)
        archive.extractall(str(folder))
    return next(folder.iterdir())


@pytest.fixture
def environment(tmp_path):
    """A function that creates an environment: ``environment('2.7')`` returns its Python."""
    def make(version):
        if shutil.which('python' + version) is None:
            pytest.skip('Python %s is not on the PATH' % version)
        run(sys.executable, '-m', 'virtualenv', '--quiet', '--python', version, *SEEDS.get(version, NEWER_SEEDS),
            str(tmp_path / 'environment'), env=ENVIRONMENT)
        return str(next((tmp_path / 'environment').glob('*/python')))
    return make


def test_wheel_is_universal(distributions):
    assert os.path.basename(distributions['whl']).endswith('-py2.py3-none-any.whl')


def test_metadata_passes_twine_check(distributions):
    run(sys.executable, '-m', 'twine', 'check', '--strict', *distributions.values())


@pytest.fixture
def metadata(distributions):
    with zipfile.ZipFile(distributions['whl']) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith('.dist-info/METADATA'))
        return email.message_from_string(wheel.read(name).decode('utf-8'))


def test_metadata_matches_the_project(metadata):
    with open(os.path.join(ROOT, 'requirements.txt')) as opened:
        required = sorted(line.strip() for line in opened if line.strip() and not line.startswith('#'))
    declared = [text for text in metadata.get_all('Requires-Dist') if 'extra ==' not in text]
    assert sorted(map(parse_requirement, declared)) == sorted(map(parse_requirement, required))
    assert metadata['Requires-Python'].startswith('>=2.7')
    assert metadata['License-File'] == 'LICENSE'
    assert metadata.get_payload().startswith('# cloudsmith_api')


def test_description_has_no_link_that_a_package_index_cannot_resolve(metadata, unpacked):
    description = metadata.get_payload()
    assert all(link.startswith('https://') for link in re.findall(r'\]\(([^)]+)\)', description))
    named = re.findall(r' \(`([\w./-]+)`\)', description)
    assert 'docs/getting-started.md' in named
    assert not [name for name in named if not (unpacked / name).is_file()]


def parse_requirement(text):
    """Return the name and the sorted bounds of a requirement, since builders reorder the bounds."""
    name, bounds = re.match(r'([\w.-]+)(.*)', text.replace(' ', '')).groups()
    return name, sorted(bounds.split(','))


def test_wheel_passes_check_wheel_contents(distributions):
    run(os.path.join(os.path.dirname(sys.executable), 'check-wheel-contents'),
        # The plugin is a separate package, so that pytest does not import the client whenever it starts.
        '--toplevel', 'cloudsmith_api,pytest_cloudsmith_api', distributions['whl'])


def test_wheel_contains_all_files_of_the_package(distributions):
    with zipfile.ZipFile(distributions['whl']) as wheel:
        contained = {name for name in wheel.namelist() if '.dist-info/' not in name}
    expected = {name for name in tracked_files() if name.startswith(('cloudsmith_api/', 'pytest_cloudsmith_api/'))}
    assert contained == expected
    # Private modules have no stubs.
    assert {name[:-1] for name in contained if name.endswith('.pyi')} == {
        name for name in contained if name.endswith('.py') and not PRIVATE_MODULE.match(name)}


def test_source_distribution_contains_all_files_of_the_repository(unpacked):
    contained = {str(path.relative_to(unpacked)).replace(os.sep, '/')
                 for path in unpacked.rglob('*') if path.is_file()}
    assert {name for name in contained if not name.startswith(ADDED_BY_BUILD)} == {
        name for name in tracked_files() if not ONLY_IN_REPOSITORY.match(name)}


@pytest.mark.parametrize('version', PYTHONS)
@pytest.mark.parametrize('kind', ['whl', 'gz'])
def test_distribution_installs_and_runs_the_quick_start(distributions, unpacked, environment, kind, version):
    python = environment(version)
    run(python, '-m', 'pip', 'install', '--quiet', distributions[kind])
    assert 'Refreshed API key' in run(python, str(unpacked / 'examples' / 'quickstart.py'), cwd=os.path.dirname(python))
    run(python, '-m', 'pip', 'check')


@pytest.mark.parametrize('version', PYTHONS)
def test_install_from_folder_leaves_out_modules_of_an_earlier_build(unpacked, environment, tmp_path, version):
    folder = tmp_path / 'folder'
    shutil.copytree(str(unpacked), str(folder))
    for package in ('cloudsmith_api', 'deleted_package'):
        (folder / 'build' / 'lib' / package).mkdir(parents=True)
        (folder / 'build' / 'lib' / package / 'deleted.py').touch()
    python = environment(version)
    run(python, '-m', 'pip', 'install', '--quiet', '--no-deps', str(folder))
    installed = run(python, '-m', 'pip', 'show', '--files', 'cloudsmith-api')
    assert 'configuration.py' in installed
    assert 'deleted' not in installed


def test_tests_pass_in_the_unpacked_source_distribution(unpacked, environment):
    python = environment('%d.%d' % sys.version_info[:2])
    run(python, '-m', 'pip', 'install', '--quiet', str(unpacked), '-r', str(unpacked / 'test-requirements.txt'))
    run(python, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', '-m', 'not slow', cwd=str(unpacked / 'test'))


def test_version_is_stated_only_in_version_py():
    with open(os.path.join(ROOT, 'cloudsmith_api', 'version.py')) as opened:
        version = re.search(r"'(.+)'", opened.read()).group(1)
    # Not as a part of an IP address.
    stated = re.compile(r'(?<![\d.])%s(?![\d.])' % re.escape(version))
    found = []
    for name in tracked_files():
        if name.endswith(('.py', '.pyi', '.ini', '.toml', '.in')):
            with open(os.path.join(ROOT, name), encoding='utf-8') as opened:
                found += [name for line in opened if stated.search(line)]
    assert found == ['cloudsmith_api/version.py']
