"""The environments that the contenders run in, made from the package index and kept for the next time."""

import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# What a Python is told by variables would hold for all contenders, and most of it would cost time.
VARIABLES = {name: value for name, value in os.environ.items() if not name.startswith('PYTHON')}

_NOT_PART_OF_THE_PACKAGE = shutil.ignore_patterns('.*', '__pycache__', '*.egg-info', 'build', 'dist', 'docs', 'test')
_TOOLS = ('pip', 'setuptools', 'wheel')
_VERSION = 'import sys; print("%d.%d.%d" % sys.version_info[:3])'


class Environments:
    """Environments below one folder.

    :param str folder: where they are kept.
    """

    def __init__(self, folder):
        self._folder = os.path.abspath(folder)

    def python(self, interpreter, name, requirements):
        """Give the Python of an environment, which is made if it is not there, or was made of something else.

        :param str interpreter: the Python that it is made with.
        :param str name: what it is called.
        :param list requirements: what is installed.
        :rtype: str
        """
        folder = os.path.join(self._folder, version_of(interpreter), name.replace(' ', '-'))
        python = os.path.join(folder, 'bin', 'python')
        listed = os.path.join(folder, 'requirements.txt')
        wanted = '\n'.join(requirements)
        if _text_of(listed) != wanted:
            print('making %s' % folder, file=sys.stderr)
            shutil.rmtree(folder, ignore_errors=True)
            self._make(interpreter, folder)
            if requirements:
                pip(python, 'install', *requirements)
            with open(listed, 'w') as opened:
                opened.write(wanted)
        return python

    def python_with_this_package(self, interpreter, name):
        """Give the Python of an environment that has this source tree's package, as it is now.

        :param str interpreter: the Python that it is made with.
        :param str name: what it is called.
        :rtype: str
        """
        python = self.python(interpreter, name, [])
        with tempfile.TemporaryDirectory() as folder:
            # A copy, since building leaves files behind, and takes along what an earlier build left.
            copy = os.path.join(folder, 'source')
            shutil.copytree(ROOT, copy, ignore=_NOT_PART_OF_THE_PACKAGE)
            pip(self._tools(), 'wheel', '--no-deps', '--wheel-dir', folder, copy)
            wheel = next(os.path.join(folder, file) for file in os.listdir(folder) if file.endswith('.whl'))
            pip(python, 'install', wheel)
            pip(python, 'install', '--force-reinstall', '--no-deps', wheel)
        return python

    def _make(self, interpreter, folder):
        if tuple(map(int, version_of(interpreter).split('.'))) >= (3, 8):
            run(interpreter, '-m', 'venv', folder)
        else:
            run(self._tools(), '-m', 'virtualenv', '--quiet', '--python', interpreter, folder)

    def _tools(self):
        # The last releases that make environments for Python 2.7 and 3.6.
        return self.python(sys.executable, 'tools', ['virtualenv<20.22'])


def version_of(python):
    """Ask a Python for its version.

    :param str python: its path.
    :rtype: str
    """
    return run(python, '-c', _VERSION).strip()


def packages_of(python):
    """Ask a Python what is installed for it.

    :param str python: its path.
    :return: names and versions, ``NAME==VERSION``.
    :rtype: list
    """
    lines = run(python, '-m', 'pip', '--disable-pip-version-check', 'list', '--format=freeze').splitlines()
    return [line for line in lines if line.partition('==')[0] not in _TOOLS]


def pip(python, *arguments):
    """Run pip, and give what it printed."""
    return run(python, '-m', 'pip', '--disable-pip-version-check', '--quiet', *arguments)


def run(*command):
    """Run a command, and give what it printed; what it says on standard error is shown if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, env=VARIABLES)
    if done.returncode:
        raise RuntimeError('%s failed:\n%s' % (' '.join(command), done.stderr))
    return done.stdout


def _text_of(path):
    if not os.path.exists(path):
        return None
    with open(path) as opened:
        return opened.read()
