"""A fixture that compares this package with each published release, started once for all tests of a release."""

import pytest
from comparison import RELEASES, Comparison


@pytest.fixture(scope='session', params=RELEASES)
def comparison(request):
    with Comparison(request.param) as running:
        yield running
