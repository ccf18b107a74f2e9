"""A fixture that runs commands of the command-line tool on both packages, started once for all tests."""

import os
import re
import shutil
import subprocess
import sys
from collections import namedtuple
from json import dumps, loads

import pytest
from servers import ScriptedServer

import cloudsmith_api

#: The directory in which ``tox -e cli`` installs the published client.
PUBLISHED_PACKAGE = os.environ['PUBLISHED_PACKAGE']

WORKER = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'worker.py')

#: What a command does: exit status, the texts that it prints, the requests that it sends, and its settings files
#: afterwards. A request is a pair of ``METHOD target`` and its other parts: headers and body.
Outcome = namedtuple('Outcome', ('status', 'output', 'errors', 'requests', 'files'))


class Side:
    """The command-line tool on one of the two packages, in a process that runs commands until ``close`` is called.

    :param str package_root: the directory that has the package.
    :param home: ``pathlib.Path`` of the user's home directory, emptied before each command.
    """

    def __init__(self, package_root, home):
        self._home = home
        environment = {name: value for name, value in os.environ.items() if not (
            name.startswith(('PYTHON', 'CLOUDSMITH_', 'SSL_', 'XDG_')) or name.lower().endswith('_proxy'))}
        # Only the command's own requests: no key ring of the machine, no search for a newer release.
        environment.update(
            CLOUDSMITH_NO_KEYRING='1', CLOUDSMITH_NO_TELEMETRY='1', CLOUDSMITH_NO_UPDATE_CHECK='1', HOME=str(home),
            PYTHONPATH=package_root, PYTHONUTF8='1', TZ='CET-1')
        self._process = subprocess.Popen([sys.executable, WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         text=True, env=environment)

    def close(self):
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def run(self, arguments, responses, variables=None, files=None, answers=''):
        """Run a command while a server sends the responses; ``{origin}`` and ``{port}`` become the server's.

        :param list arguments: the command and its arguments.
        :param responses: the script of a :class:`.ScriptedServer`, which is the API host by default.
        :param dict variables: additional environment variables.
        :param dict files: files in the home directory, by relative path.
        :param str answers: the lines for the command's prompts.
        :rtype: Outcome
        """
        shutil.rmtree(self._home, ignore_errors=True)
        self._home.mkdir()
        with ScriptedServer(*responses) as server:
            def fill_in(text):
                return text.replace('{origin}', server.origin).replace('{port}', str(server.port))

            def generalize(text):
                text = text.replace(str(self._home), 'HOME').replace(str(server.port), 'PORT')
                # The tool sends the version of the package.
                return re.sub(r'\bapi:[0-9.]+', 'api:VERSION', text)

            for path, text in (files or {}).items():
                (self._home / path).parent.mkdir(parents=True, exist_ok=True)
                (self._home / path).write_text(fill_in(text))
            variables = dict({'CLOUDSMITH_API_HOST': server.origin}, **(variables or {}))
            self._process.stdin.write(dumps({
                'arguments': [fill_in(argument) for argument in arguments], 'answers': answers,
                'variables': {name: fill_in(value) for name, value in variables.items()},
                'folder': str(self._home)}) + '\n')
            self._process.stdin.flush()
            status, output, errors = loads(self._process.stdout.readline())
            requests = [('%s %s' % (request.method, request.target),
                         (sorted((name.lower(), generalize(value)) for name, value in request.headers), request.body))
                        for request in server.requests]
        return Outcome(status, generalize(output), generalize(errors), requests, {
            str(path.relative_to(self._home)): generalize(path.read_text()) for path in self._home.rglob('*.ini')})


@pytest.fixture(scope='session')
def published(tmp_path_factory):
    """The command-line tool on the published client."""
    side = Side(PUBLISHED_PACKAGE, tmp_path_factory.mktemp('published') / 'home')
    yield side
    side.close()


@pytest.fixture(scope='session')
def here(tmp_path_factory):
    """The command-line tool on this package."""
    # The package that these tests import, whether it is installed or a source directory.
    side = Side(os.path.dirname(os.path.dirname(cloudsmith_api.__file__)), tmp_path_factory.mktemp('here') / 'home')
    yield side
    side.close()
