"""The pages about reliability and evidence name tests that exist."""

import io
import os
import re

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def read(*path):
    with io.open(os.path.join(ROOT, *path), encoding='utf-8') as opened:
        return opened.read()


PAGES = read('docs', 'reliability.md') + read('docs', 'evidence.md')
NAMED = sorted(set(re.findall(r'`(test/[\w/]+\.py)::(?:\w+::)?(\w+)`', PAGES)))


@pytest.mark.parametrize('path, name', NAMED)
def test_a_test_that_the_page_names_exists(path, name):
    assert 'def %s(' % name in read(*path.split('/'))


def test_the_page_names_tests_of_every_kind_of_fault():
    kinds = [name for name in os.listdir(os.path.join(ROOT, 'test', 'faults')) if name.startswith('test_')]
    named = {path for path, _ in NAMED}
    assert len(NAMED) > 40
    assert [kind for kind in kinds if 'test/faults/' + kind not in named] == ['test_pages.py']
