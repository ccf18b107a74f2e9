"""Handwritten scripts differ from each published release only in the listed differences."""

import re

import pytest
from difference_rules import ALWAYS, guide_rows, unexplained
from documented_differences import SHOWN
from matching_scripts import MATCHING

#: Rows of the guide that no script demonstrates, with the reason.
NOT_SHOWN = {
    'No `_request_timeout`': 'a script that waits forever has no outcome',
}


def test_environment_has_the_published_release(comparison):
    statements = comparison.published.run('import importlib.metadata\nimportlib.metadata.version("cloudsmith-api")')
    assert statements[-1][-1] == {'result': repr(comparison.release)}


@pytest.mark.parametrize('name', MATCHING)
def test_script_has_the_same_outcome(comparison, name):
    assert unexplained(comparison.differences(MATCHING[name]), ALWAYS) == []


@pytest.mark.parametrize('shown', SHOWN, ids=lambda shown: re.sub('[^a-zA-Z0-9]+', '-', shown.row)[:40])
def test_script_differs_exactly_as_listed(comparison, shown):
    expected = list(shown.differences) if comparison.release in shown.releases else []
    assert unexplained(comparison.differences(shown.script), ALWAYS) == expected


def test_each_demonstrated_difference_has_a_row_in_the_guide():
    assert sorted({shown.row for shown in SHOWN} - set(guide_rows())) == []


def test_each_row_of_the_guide_is_demonstrated():
    rows = set(guide_rows())
    assert sorted(rows - {shown.row for shown in SHOWN} - set(NOT_SHOWN)) == []
    assert set(NOT_SHOWN) < rows
