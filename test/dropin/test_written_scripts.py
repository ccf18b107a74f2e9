"""Scripts as people write them come to the same on both packages, but for what the guide says."""

import re

import pytest
from comparison import PUBLISHED_PYTHON, Side
from different_scripts import SHOWN
from known_differences import ALWAYS, rows_of_the_guide, unexplained
from same_scripts import SAME

#: Rows of the guide that no script shows, with the reason.
NOT_SHOWN = {
    'No `_request_timeout`': 'a script that waits for ever tells nothing',
}


def test_the_published_package_is_the_one_that_the_guide_is_about():
    with Side(PUBLISHED_PYTHON) as published:
        told = published.run('import importlib.metadata\nimportlib.metadata.version("cloudsmith-api")')
    assert told[-1][-1] == {'result': "'2.0.19'"}


@pytest.mark.parametrize('name', SAME)
def test_a_script_comes_to_the_same(comparison, name):
    assert unexplained(comparison.differences(SAME[name]), ALWAYS) == []


@pytest.mark.parametrize('shown', SHOWN, ids=lambda shown: re.sub('[^a-zA-Z0-9]+', '-', shown.row)[:40])
def test_a_script_shows_what_a_row_of_the_guide_says_and_nothing_else(comparison, shown):
    assert unexplained(comparison.differences(shown.script), ALWAYS) == list(shown.differences)


def test_each_difference_that_is_shown_is_a_row_of_the_guide():
    assert sorted({shown.row for shown in SHOWN} - set(rows_of_the_guide())) == []


def test_each_row_of_the_guide_is_shown():
    rows = set(rows_of_the_guide())
    assert sorted(rows - {shown.row for shown in SHOWN} - set(NOT_SHOWN)) == []
    assert set(NOT_SHOWN) < rows
