"""Both packages and the server they call, started once for all tests."""

import pytest
from comparison import Comparison


@pytest.fixture(scope='session')
def comparison():
    with Comparison() as running:
        yield running
