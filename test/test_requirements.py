"""The oldest supported dependencies are tested, and ``SECURITY.md`` lists everything that is installed."""

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
    """Return the names of a distribution's dependencies on this interpreter, transitive ones included."""
    required = set()
    for requirement in metadata.requires(distribution) or ():
        name = NAME.match(requirement).group()
        if 'extra ==' not in requirement and name not in required:
            required |= {name} | required_by(name, metadata)
    return required


def test_lowest_requirements_pin_the_oldest_allowed_releases():
    allowed = [re.match(r'([\w.-]+)>=([\d.]+)', line).groups() for line in lines_of('requirements.txt')]
    tested = [tuple(line.split('==')) for line in lines_of('lowest-requirements.txt')]
    # 2.7 and 2.7.0 are the same release.
    assert [(name, version.replace('.0', '')) for name, version in tested] == [
        (name, version.replace('.0', '')) for name, version in allowed]


def test_security_page_lists_every_installed_dependency():
    metadata = pytest.importorskip('importlib.metadata', reason='importlib.metadata is new in Python 3.8')
    named = {row.split('`')[1] for row in lines_of('SECURITY.md') if row.startswith('| `')}
    required = {name.lower() for name in required_by('cloudsmith-api', metadata)}
    assert {'certifi', 'urllib3'} <= required <= named
