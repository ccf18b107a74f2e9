"""The house stands: each file imports only from floors below its own, and an import touches nothing it need not."""

import ast
import json
import os
import subprocess
import sys

import pytest
import six

import cloudsmith_api

PACKAGE = os.path.dirname(os.path.abspath(cloudsmith_api.__file__))

#: The rooms of the package from the top down. A file imports from rooms below its own, or from its own room.
ROOMS = (
    ('',),
    ('api',),
    ('api_client',),
    ('rest', '_encoding'),
    ('_transport', 'models'),
    ('configuration',),
    ('_settings',),
    ('exceptions',),
    ('pagination', 'rate_limit'),
    ('_common', 'version'),
)
FLOOR = {room: -number for number, rooms in enumerate(ROOMS) for room in rooms}

#: Outside the transport, the files that may know the HTTP library.
URLLIB3_USERS = {'configuration', '_common.urls', '_settings.debug_report'}

#: What an import must not bring along: it is slow, has effects, or is for others.
UNWANTED = ['multiprocessing', 'pprint', 'socks', 'cloudsmith_api._settings.debug_report',
            'cloudsmith_api._settings.environment', 'cloudsmith_api.sandbox', 'pytest']

_REPORT = """
import json, logging, sys, threading
import urllib3, certifi, six
def handlers():
    loggers = [logging.getLogger(name) for name in list(logging.Logger.manager.loggerDict)] + [logging.getLogger()]
    return [type(handler).__name__ for logger in loggers for handler in logger.handlers]
threads, before, modules = threading.active_count(), handlers(), set(sys.modules)
import cloudsmith_api
print(json.dumps({
    'modules': sorted(set(sys.modules) - modules),
    'threads': threading.active_count() - threads,
    'handlers': handlers()[len(before):] if handlers()[:len(before)] == before else handlers(),
}))
"""


def find_files():
    """Find the files of the package: name -> path."""
    found = {}
    for folder, _, names in os.walk(PACKAGE):
        for name in names:
            if name.endswith('.py'):
                path = os.path.join(folder, name)
                parts = os.path.relpath(path, PACKAGE)[:-len('.py')].split(os.sep)
                found['.'.join(part for part in parts if part != '__init__')] = path
    return found


FILES = find_files()
SANDBOX = sorted(name for name in FILES if name.split('.')[0] == 'sandbox')
CLIENT = sorted(set(FILES) - set(SANDBOX))


def imports(name):
    """Give the full names of what a file imports, wherever in the file."""
    path = FILES[name]
    with open(path, 'rb') as source:
        tree = ast.parse(source.read())
    package = ['cloudsmith_api'] + [part for part in name.split('.') if part]
    if os.path.basename(path) != '__init__.py':
        package.pop()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
        elif isinstance(node, ast.ImportFrom):
            base = package[:len(package) - node.level + 1] if node.level else []
            base = '.'.join(base + ([node.module] if node.module else []))
            for alias in node.names:
                yield base + '.' + alias.name


def inside(full_name):
    """Give the file of this package that a full name lies in, or ``None`` for other packages."""
    parts = full_name.split('.')
    if parts[0] != 'cloudsmith_api':
        return None
    while '.'.join(parts[1:]) not in FILES:
        parts.pop()
    return '.'.join(parts[1:])


def room_of(name):
    """Return the room of a file: the folder at the top of the package that it is in, or the file itself."""
    return name.split('.')[0]


def imported_files(name):
    """Return the files of this package that a file imports, those of its own folder's ``__init__`` aside."""
    return {inside(imported) for imported in imports(name)} - {None, name}


@pytest.fixture(scope='module')
def fresh_import():
    """Tell what ``import cloudsmith_api`` does in a new process that has imported what is below it."""
    environment = dict(os.environ, PYTHONPATH=os.path.dirname(PACKAGE))
    output = subprocess.check_output([sys.executable, '-c', _REPORT], env=environment)
    return json.loads(output.decode('ascii'))


def test_each_file_has_a_room():
    assert {room_of(name) for name in CLIENT} == set(FLOOR)


def test_few_modules_stand_at_the_top():
    assert len([name for name in CLIENT if name and '.' not in name and not os.path.isdir(os.path.join(PACKAGE, name))
                and name != 'version']) <= 10


@pytest.mark.parametrize('name', CLIENT)
def test_file_imports_only_from_rooms_below_its_own(name):
    for other in imported_files(name):
        assert room_of(other) == room_of(name) or FLOOR[room_of(other)] < FLOOR[room_of(name)], other


def test_no_import_leads_back_to_its_file():
    waiting = {name: imported_files(name) for name in CLIENT}
    while waiting:
        ready = [name for name, others in waiting.items() if not others & set(waiting)]
        assert ready, sorted(waiting)
        for name in ready:
            del waiting[name]


def test_private_modules_have_no_stubs():
    assert not [name for room in FLOOR if room.startswith('_')
                for name in os.listdir(os.path.join(PACKAGE, room)) if name.endswith('.pyi')]


@pytest.mark.parametrize('name', CLIENT)
def test_only_the_transport_knows_urllib3(name):
    used = any(imported.split('.')[0] == 'urllib3' for imported in imports(name))
    assert not used or room_of(name) == '_transport' or name in URLLIB3_USERS


@pytest.mark.parametrize('name', CLIENT)
def test_the_client_knows_nothing_of_the_sandbox(name):
    assert not any(imported.startswith('cloudsmith_api.sandbox') for imported in imports(name))


@pytest.mark.parametrize('name', SANDBOX)
def test_the_sandbox_knows_nothing_of_the_client(name):
    for imported in imports(name):
        assert imported.split('.')[0] != 'cloudsmith_api' or imported.startswith('cloudsmith_api.sandbox'), imported


@pytest.mark.parametrize('name', SANDBOX)
def test_the_sandbox_needs_nothing_but_the_standard_library(name):
    for imported in imports(name):
        assert imported.split('.')[0] not in ('six', 'urllib3', 'certifi', 'dateutil', 'requests', 'socks')


@pytest.mark.parametrize('unwanted', UNWANTED)
def test_an_import_does_not_bring_along(fresh_import, unwanted):
    if unwanted == 'multiprocessing' and six.PY2:
        pytest.skip('Python 2 counts its processors there')
    assert not [name for name in fresh_import['modules'] if name == unwanted or name.startswith(unwanted + '.')]


@pytest.mark.skipif(sys.version_info < (3, 11), reason='older interpreters cannot read dates themselves')
def test_an_import_does_not_bring_dateutil_along(fresh_import):
    assert not [name for name in fresh_import['modules'] if name.startswith('dateutil')]


def test_an_import_starts_no_thread(fresh_import):
    assert fresh_import['threads'] == 0


def test_an_import_adds_one_handler_that_does_nothing(fresh_import):
    assert fresh_import['handlers'] == ['NullHandler']
