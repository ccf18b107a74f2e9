from collections.abc import Iterator
from typing import Literal

import pytest

from cloudsmith_api import Configuration
from cloudsmith_api.sandbox import Request, Sandbox, User, _Headers, _Provider

class CloudsmithSandbox:
    sandbox: Sandbox
    url: str
    user: User
    requests: list[Request]
    configuration: Configuration

    def __init__(self, sandbox: Sandbox, configuration: Configuration, monkeypatch: pytest.MonkeyPatch) -> None: ...
    # The code passes all arguments on to Sandbox; these stubs repeat its signatures.
    def add_user(
        self, email: str | None = None, password: str | None = None, name: str | None = None, slug: str | None = None,
        two_factor: bool = False, api_key: bool = False, keys: int = 0, expires_in: float | None = None,
    ) -> User: ...
    def fail_next(
        self, status: int | None = None, headers: _Headers | None = None, body: str | bytes | None = None,
        delay: float = 0, truncate: Literal['before'] | int | None = None, trickle: float | None = None,
        times: int = 1, path: str | None = None,
    ) -> None: ...
    def use_ci_environment(self, provider: _Provider, org: str = 'acme', service_slug: str = 'ci') -> User: ...

@pytest.fixture
def cloudsmith_sandbox(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CloudsmithSandbox]: ...
