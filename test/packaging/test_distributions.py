"""What is handed out, as a wheel and as source, is complete, installs on the oldest and newest Python, and works."""

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

# Of a checkout, what only those need who change this project, in its repository.
ONLY_IN_THE_REPOSITORY = re.compile(r'(?:.*/)?\.')
# Of a source distribution, what building it adds.
MADE_BY_BUILDING = ('PKG-INFO', 'setup.cfg', 'cloudsmith_api.egg-info/')

PYTHONS = ('2.7', '3.13')

# The pip that virtualenv carries fails on newer Pythons, and a newer one on the oldest.
SEEDS = {'2.7': ()}
NEWER_SEEDS = ('--download', '--pip', '25.0.1', '--no-setuptools', '--no-wheel')
# What tox says of environments is not about those that are made here.
VARIABLES = {name: value for name, value in os.environ.items() if not name.startswith('VIRTUALENV_')}


def run(*command, **options):
    """Run a command, and give what it printed; what it said is shown if it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    assert done.returncode == 0, '%s\n%s' % (' '.join(command), done.stdout)
    return done.stdout


def tracked_files():
    """Give the files of the checkout that this is a part of; skip the test where it is none."""
    if not os.path.isdir(os.path.join(ROOT, '.git')):
        pytest.skip('this is no checkout of the repository')
    listed = run('git', '-C', ROOT, 'ls-files', '-z', '--cached', '--others', '--exclude-standard').split('\0')
    return {name for name in listed if os.path.exists(os.path.join(ROOT, name)) and name}


@pytest.fixture(scope='session')
def distributions(tmp_path_factory):
    """Build both; the wheel is made from the unpacked source distribution."""
    folder = tmp_path_factory.mktemp('distributions')
    source = folder / 'source'
    # A copy, since building leaves files behind, and takes along what an earlier build left.
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns('.*', '__pycache__', '*.egg-info', 'build', 'dist'))
    run(sys.executable, '-m', 'build', '--outdir', str(folder / 'dist'), str(source))
    return {path.suffix.lstrip('.'): str(path) for path in (folder / 'dist').iterdir()}


@pytest.fixture(scope='session')
def unpacked(distributions, tmp_path_factory):
    """Unpack the source distribution."""
    folder = tmp_path_factory.mktemp('unpacked')
    with tarfile.open(distributions['gz']) as archive:
        archive.extractall(str(folder))
    return next(folder.iterdir())


@pytest.fixture
def environment(tmp_path):
    """Make an environment: ``environment('2.7')`` gives its Python."""
    def make(version):
        if shutil.which('python' + version) is None:
            pytest.skip('there is no Python %s on the PATH' % version)
        run(sys.executable, '-m', 'virtualenv', '--quiet', '--python', version, *SEEDS.get(version, NEWER_SEEDS),
            str(tmp_path / 'environment'), env=VARIABLES)
        return str(next((tmp_path / 'environment').glob('*/python')))
    return make


def test_there_is_one_wheel_for_all_pythons(distributions):
    assert os.path.basename(distributions['whl']).endswith('-py2.py3-none-any.whl')


def test_the_metadata_is_in_order(distributions):
    run(sys.executable, '-m', 'twine', 'check', '--strict', *distributions.values())


def test_the_metadata_says_what_the_project_says(distributions):
    with zipfile.ZipFile(distributions['whl']) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith('.dist-info/METADATA'))
        metadata = email.message_from_string(wheel.read(name).decode('utf-8'))
    with open(os.path.join(ROOT, 'requirements.txt')) as opened:
        required = sorted(line.strip() for line in opened if line.strip() and not line.startswith('#'))
    stated = [text for text in metadata.get_all('Requires-Dist') if 'extra ==' not in text]
    assert sorted(map(parts_of_requirement, stated)) == sorted(map(parts_of_requirement, required))
    assert metadata['Requires-Python'].startswith('>=2.7')
    assert metadata['License-File'] == 'LICENSE'
    assert metadata.get_payload().startswith('# cloudsmith_api')


def parts_of_requirement(text):
    """Take a requirement apart, whatever the order of its bounds."""
    name, bounds = re.match(r'([\w.-]+)(.*)', text.replace(' ', '')).groups()
    return name, sorted(bounds.split(','))


def test_the_wheel_holds_what_it_should(distributions):
    run(os.path.join(os.path.dirname(sys.executable), 'check-wheel-contents'),
        # The plugin stands beside the package, so that pytest does not load the client at every start.
        '--toplevel', 'cloudsmith_api,pytest_cloudsmith_api', distributions['whl'])


def test_the_wheel_holds_all_files_of_the_package(distributions):
    with zipfile.ZipFile(distributions['whl']) as wheel:
        held = {name for name in wheel.namelist() if '.dist-info/' not in name}
    wanted = {name for name in tracked_files() if name.startswith(('cloudsmith_api/', 'pytest_cloudsmith_api/'))}
    assert held == wanted
    assert {name[:-1] for name in held if name.endswith('.pyi')} == {name for name in held if name.endswith('.py')}


def test_the_source_distribution_holds_all_files_of_the_repository(unpacked):
    held = {str(path.relative_to(unpacked)).replace(os.sep, '/') for path in unpacked.rglob('*') if path.is_file()}
    assert {name for name in held if not name.startswith(MADE_BY_BUILDING)} == {
        name for name in tracked_files() if not ONLY_IN_THE_REPOSITORY.match(name)}


@pytest.mark.parametrize('version', PYTHONS)
@pytest.mark.parametrize('kind', ['whl', 'gz'])
def test_it_installs_and_makes_its_calls(distributions, unpacked, environment, kind, version):
    python = environment(version)
    run(python, '-m', 'pip', 'install', '--quiet', distributions[kind])
    assert 'Refreshed API key' in run(python, str(unpacked / 'examples' / 'quickstart.py'), cwd=os.path.dirname(python))
    run(python, '-m', 'pip', 'check')


def test_the_tests_of_the_source_distribution_pass(unpacked, environment):
    python = environment('%d.%d' % sys.version_info[:2])
    run(python, '-m', 'pip', 'install', '--quiet', str(unpacked), '-r', str(unpacked / 'test-requirements.txt'))
    run(python, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', '-m', 'not slow', cwd=str(unpacked / 'test'))


def test_the_version_stands_in_one_place():
    with open(os.path.join(ROOT, 'cloudsmith_api', 'version.py')) as opened:
        version = re.search(r"'(.+)'", opened.read()).group(1)
    stated = []
    for name in tracked_files():
        if name.endswith(('.py', '.pyi', '.ini', '.toml', '.in')):
            with open(os.path.join(ROOT, name), encoding='utf-8') as opened:
                stated += [name for line in opened if version in line]
    assert stated == ['cloudsmith_api/version.py']
