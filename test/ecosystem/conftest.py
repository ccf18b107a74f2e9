"""A server that stands in for the service."""

import pytest
from servers import ScriptedServer, json_response


@pytest.fixture
def server():
    """A server whose user has the name ``Served``."""
    with ScriptedServer(json_response('{"name": "Served", "slug_perm": "served"}')) as running:
        yield running


@pytest.fixture
def unreached(server):
    """The same server, for tests whose requests must not reach it."""
    yield server
    assert (server.connections, server.requests) == (0, [])
