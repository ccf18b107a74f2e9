"""The pages of test evidence cite tests that exist."""

import io
import os
import re

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def read(*path):
    with io.open(os.path.join(ROOT, *path), encoding='utf-8') as opened:
        return opened.read()


PAGES = ''.join(read('docs', 'development', name) for name in ('evidence.md', 'fault-tests.md', 'test-runs.md'))
CITED = sorted(set(re.findall(r'`(test/[\w/]+\.py)::(?:\w+::)?(\w+)`', PAGES)))


@pytest.mark.parametrize('path, name', CITED)
def test_every_test_cited_in_docs_exists(path, name):
    assert 'def %s(' % name in read(*path.split('/'))


def test_docs_cite_every_fault_module():
    modules = [name for name in os.listdir(os.path.join(ROOT, 'test', 'faults')) if name.startswith('test_')]
    cited = {path for path, _ in CITED}
    assert len(CITED) > 40
    assert [module for module in modules if 'test/faults/' + module not in cited] == ['test_pages.py']
