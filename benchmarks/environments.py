"""Create the virtual environments of the contenders from the package index, and keep them for the next run."""

import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# PYTHON* variables would change every contender's interpreter, and most of them slow it down.
VARIABLES = {name: value for name, value in os.environ.items() if not name.startswith('PYTHON')}

_NOT_PACKAGED = shutil.ignore_patterns('.*', '__pycache__', '*.egg-info', 'build', 'dist', 'docs', 'test')
_TOOLS = ('pip', 'setuptools', 'wheel')
_VERSION = 'import sys; print("%d.%d.%d" % sys.version_info[:3])'


class Environments:
    """Virtual environments below one folder.

    :param str folder: where to keep them.
    """

    def __init__(self, folder):
        self._folder = os.path.abspath(folder)

    def python(self, interpreter, name, requirements):
        """Return the interpreter of an environment; create it if it is missing or has other requirements.

        :param str interpreter: the Python to create it with.
        :param str name: its name.
        :param list requirements: the packages to install.
        :rtype: str
        """
        folder = os.path.join(self._folder, version_of(interpreter), name.replace(' ', '-'))
        python = os.path.join(folder, 'bin', 'python')
        record = os.path.join(folder, 'requirements.txt')
        wanted = '\n'.join(requirements)
        if _read_text(record) != wanted:
            print('creating %s' % folder, file=sys.stderr)
            shutil.rmtree(folder, ignore_errors=True)
            self._create(interpreter, folder)
            if requirements:
                pip(python, 'install', *requirements)
            with open(record, 'w') as file:
                file.write(wanted)
        return python

    def python_with_this_package(self, interpreter, name):
        """Return the interpreter of an environment that has the package of this source tree as it is now.

        :param str interpreter: the Python to create it with.
        :param str name: its name.
        :rtype: str
        """
        python = self.python(interpreter, name, [])
        with tempfile.TemporaryDirectory() as folder:
            # Build from a copy: a build leaves files behind, and packages those of an earlier one.
            copy = os.path.join(folder, 'source')
            shutil.copytree(ROOT, copy, ignore=_NOT_PACKAGED)
            pip(self._tools(), 'wheel', '--no-deps', '--wheel-dir', folder, copy)
            wheel = next(os.path.join(folder, file) for file in os.listdir(folder) if file.endswith('.whl'))
            # The first installs the dependencies, the second replaces a package of the same version.
            pip(python, 'install', wheel)
            pip(python, 'install', '--force-reinstall', '--no-deps', wheel)
        return python

    def _create(self, interpreter, folder):
        if tuple(map(int, version_of(interpreter).split('.'))) >= (3, 8):
            run(interpreter, '-m', 'venv', folder)
        else:
            run(self._tools(), '-m', 'virtualenv', '--quiet', '--python', interpreter, folder)

    def _tools(self):
        # The last releases that create environments for Python 2.7 and 3.6.
        return self.python(sys.executable, 'tools', ['virtualenv<20.22'])


def version_of(python):
    """Return the version of an interpreter.

    :param str python: its path.
    :rtype: str
    """
    return run(python, '-c', _VERSION).strip()


def packages_of(python):
    """Return the packages that are installed for an interpreter, except packaging tools.

    :param str python: its path.
    :return: ``NAME==VERSION`` of each.
    :rtype: list
    """
    lines = run(python, '-m', 'pip', '--disable-pip-version-check', 'list', '--format=freeze').splitlines()
    return [line for line in lines if line.partition('==')[0] not in _TOOLS]


def pip(python, *arguments):
    """Run pip and return its output."""
    return run(python, '-m', 'pip', '--disable-pip-version-check', '--quiet', *arguments)


def run(*command):
    """Run a command and return its output.

    :raises RuntimeError: with its standard error, if it fails.
    """
    done = subprocess.run(command, capture_output=True, text=True, env=VARIABLES)
    if done.returncode:
        raise RuntimeError('%s failed:\n%s' % (' '.join(command), done.stderr))
    return done.stdout


def _read_text(path):
    if not os.path.exists(path):
        return None
    with open(path) as file:
        return file.read()
