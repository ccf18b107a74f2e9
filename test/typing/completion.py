"""Jedi, which IPython and editors use, completes the names of the package (``tox -e types``).

Jedi reads the stubs, where only ``import X as X`` makes a name public (PEP 484); it ignores ``__all__`` there.
"""

import os

import jedi
import pytest

import cloudsmith_api

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(cloudsmith_api.__file__)))


def completions(code):
    """Return the completions at the end of the code."""
    return {completion.name for completion in jedi.Script(code, project=jedi.Project(ROOT)).complete()}


@pytest.mark.parametrize('package', ['cloudsmith_api', 'cloudsmith_api.api', 'cloudsmith_api.models',
                                     'cloudsmith_api.rest', 'cloudsmith_api.sandbox'])
def test_each_public_name_is_completed_after_import_star(package):
    imported = __import__(package, fromlist=['__all__'])
    assert set(imported.__all__) - {'__version__'} <= completions('from %s import *\n' % package)


def test_members_are_completed_after_import_star():
    assert {'user_self', 'user_self_with_http_info'} <= completions('from cloudsmith_api import *\nUserApi().user_')
    assert {'name', 'slug_perm', 'to_dict'} <= completions('from cloudsmith_api import *\nUserApi().user_self().')
