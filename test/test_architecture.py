"""The package is layered, the sandbox is separate from the client, and importing the package has no side effects."""

import ast
import json
import os
import subprocess
import sys

import pytest
import six

import cloudsmith_api

PACKAGE = os.path.dirname(os.path.abspath(cloudsmith_api.__file__))

#: The layers of the client, from top to bottom. Each name is a file or a folder directly in ``cloudsmith_api/``, and
#: ``''`` is its ``__init__.py``. A module may import from its own folder and from the layers below it. It may not
#: import from a layer above, nor from its neighbours on the same line.
LAYERS = (
    ('',),
    ('api',),
    ('api_client',),
    ('rest', '_encoding'),
    ('_transport', 'models'),
    ('configuration',),
    ('_settings',),
    ('credentials',),
    ('exceptions',),
    ('background', 'pagination', 'rate_limit'),
    ('_common', 'version'),
)
DEPTH = {name: depth for depth, names in enumerate(LAYERS) for name in names}

#: The modules outside ``_transport`` that may import urllib3.
URLLIB3_USERS = {'', '_common.urls', '_settings.debug_report', '_settings.validators'}

#: Modules that ``import cloudsmith_api`` must not load: they are slow, have side effects, or are only for tests.
UNWANTED = ['multiprocessing', 'pprint', 'pytest', 'socks', 'cloudsmith_api._common.tokens',
            'cloudsmith_api._settings.debug_report', 'cloudsmith_api._settings.environment',
            'cloudsmith_api.background', 'cloudsmith_api.credentials', 'cloudsmith_api.sandbox']

# Imports the dependencies first, so that it reports only what the package itself loads and changes.
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


def find_modules():
    """Map the name of each module, relative to the package, to its path."""
    found = {}
    for folder, _, file_names in os.walk(PACKAGE):
        for file_name in file_names:
            if file_name.endswith('.py'):
                path = os.path.join(folder, file_name)
                parts = os.path.relpath(path, PACKAGE)[:-len('.py')].split(os.sep)
                found['.'.join(part for part in parts if part != '__init__')] = path
    return found


MODULES = find_modules()
SANDBOX = sorted(module for module in MODULES if module.split('.')[0] == 'sandbox')
CLIENT = sorted(set(MODULES) - set(SANDBOX))


def imported_names(module):
    """Yield the absolute name of everything a module imports, inside functions too."""
    path = MODULES[module]
    with open(path, 'rb') as source:
        tree = ast.parse(source.read())
    package = ['cloudsmith_api'] + [part for part in module.split('.') if part]
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


def module_of(name):
    """Return the module of this package that an absolute name belongs to, or ``None`` for other packages."""
    parts = name.split('.')
    if parts[0] != 'cloudsmith_api':
        return None
    while '.'.join(parts[1:]) not in MODULES:
        parts.pop()
    return '.'.join(parts[1:])


def imported_modules(module):
    """Return the other modules of this package that a module imports."""
    return {module_of(name) for name in imported_names(module)} - {None, module}


def top_level(module):
    """Return the file or folder directly in the package that a module belongs to."""
    return module.split('.')[0]


@pytest.fixture(scope='module')
def fresh_import():
    """Report what ``import cloudsmith_api`` loads and changes in a new process."""
    environment = dict(os.environ, PYTHONPATH=os.path.dirname(PACKAGE))
    output = subprocess.check_output([sys.executable, '-c', _REPORT], env=environment)
    return json.loads(output.decode('ascii'))


def test_every_module_belongs_to_a_layer():
    assert {top_level(module) for module in CLIENT} == set(DEPTH)


@pytest.mark.parametrize('module', CLIENT)
def test_module_imports_only_from_layers_below(module):
    for other in imported_modules(module):
        own_folder = top_level(other) == top_level(module)
        assert own_folder or DEPTH[top_level(other)] > DEPTH[top_level(module)], other


def test_module_imports_have_no_cycles():
    remaining = {module: imported_modules(module) for module in CLIENT}
    while remaining:
        ready = [module for module, others in remaining.items() if not others & set(remaining)]
        assert ready, sorted(remaining)
        for module in ready:
            del remaining[module]


def test_package_has_at_most_ten_modules_at_the_top():
    assert len([name for name in CLIENT if name and '.' not in name and not os.path.isdir(os.path.join(PACKAGE, name))
                and name != 'version']) <= 10


def test_private_modules_have_no_stubs():
    assert not [file_name for name in DEPTH if name.startswith('_')
                for file_name in os.listdir(os.path.join(PACKAGE, name)) if file_name.endswith('.pyi')]


@pytest.mark.parametrize('module', CLIENT)
def test_only_the_transport_imports_urllib3(module):
    used = any(name.split('.')[0] == 'urllib3' for name in imported_names(module))
    assert not used or top_level(module) == '_transport' or module in URLLIB3_USERS


@pytest.mark.parametrize('module', CLIENT)
def test_client_does_not_import_the_sandbox(module):
    assert not any(name.startswith('cloudsmith_api.sandbox') for name in imported_names(module))


@pytest.mark.parametrize('module', SANDBOX)
def test_sandbox_does_not_import_the_client(module):
    for name in imported_names(module):
        assert name.split('.')[0] != 'cloudsmith_api' or name.startswith('cloudsmith_api.sandbox'), name


@pytest.mark.parametrize('module', SANDBOX)
def test_sandbox_imports_no_third_party_package(module):
    for name in imported_names(module):
        assert name.split('.')[0] not in ('six', 'urllib3', 'certifi', 'dateutil', 'requests', 'socks')


@pytest.mark.parametrize('unwanted', UNWANTED)
def test_package_import_does_not_load_unwanted_module(fresh_import, unwanted):
    if unwanted == 'multiprocessing' and six.PY2:
        pytest.skip('Python 2 counts its processors there')
    assert not [name for name in fresh_import['modules'] if name == unwanted or name.startswith(unwanted + '.')]


@pytest.mark.skipif(sys.version_info < (3, 11), reason='older interpreters need dateutil to parse dates')
def test_package_import_does_not_load_dateutil(fresh_import):
    assert not [name for name in fresh_import['modules'] if name.startswith('dateutil')]


def test_package_import_starts_no_thread(fresh_import):
    assert fresh_import['threads'] == 0


def test_package_import_adds_only_a_null_handler(fresh_import):
    assert fresh_import['handlers'] == ['NullHandler']
