"""What is installed with the package is known by name, and its oldest releases are tested."""

import io
import os
import re

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NAME = re.compile(r'[\w.-]+')


def lines_of(name):
    with io.open(os.path.join(ROOT, name), encoding='utf-8') as opened:
        return [line.strip() for line in opened if line.strip() and not line.startswith('#')]


def required_by(distribution, metadata):
    """Give the names of what a distribution needs on this interpreter, and of what that needs in turn."""
    required = set()
    for requirement in metadata.requires(distribution) or ():
        name = NAME.match(requirement).group()
        if 'extra ==' not in requirement and name not in required:
            required |= {name} | required_by(name, metadata)
    return required


def test_the_oldest_releases_that_are_tested_are_the_oldest_that_are_allowed():
    allowed = [re.match(r'([\w.-]+)>=([\d.]+)', line).groups() for line in lines_of('requirements.txt')]
    tested = [tuple(line.split('==')) for line in lines_of('lowest-requirements.txt')]
    # 2.7 and 2.7.0 are the same release.
    assert [(name, version.replace('.0', '')) for name, version in tested] == [
        (name, version.replace('.0', '')) for name, version in allowed]


def test_each_package_that_comes_along_is_named_with_its_reason():
    metadata = pytest.importorskip('importlib.metadata', reason='Python 3.8 is the first that knows what is installed')
    named = {row.split('`')[1] for row in lines_of('SECURITY.md') if row.startswith('| `')}
    required = {name.lower() for name in required_by('cloudsmith-api', metadata)}
    assert {'certifi', 'urllib3'} <= required <= named
