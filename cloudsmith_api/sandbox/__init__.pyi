from collections.abc import Callable
from types import TracebackType
from typing import Literal

from typing_extensions import Self

from .accounts import User
from .app import App
from .faults import _Headers
from .identity import _Provider
from .messages import Request

__all__ = ['Sandbox']

class Sandbox:
    app: App
    password_sign_in: bool

    def __init__(
        self,
        port: int = 0,
        rate_limit: int = 100000,
        lockout_after: int = 5,
        clock: Callable[[], float] | None = None,
    ) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None,
        _traceback: TracebackType | None, /,
    ) -> None: ...
    @property
    def url(self) -> str: ...
    @property
    def requests(self) -> list[Request]: ...
    def start(self) -> Self: ...
    def stop(self) -> None: ...
    def add_user(
        self,
        email: str | None = None,
        password: str | None = None,
        name: str | None = None,
        slug: str | None = None,
        two_factor: bool = False,
        api_key: bool = False,
        keys: int = 0,
        expires_in: float | None = None,
    ) -> User: ...
    def add_service(self, org: str, service_slug: str, token_lifetime: float = 7200) -> User: ...
    def issue_token(self, user: User, expires_in: float = 7200) -> str: ...
    def revoke_token(self, token: str) -> None: ...
    def identity_token(self, audience: str = ..., expires_in: float = ...) -> str: ...
    def ci_environment(self, provider: _Provider, org: str, service_slug: str) -> dict[str, str]: ...
    def fail_next(
        self,
        status: int | None = None,
        headers: _Headers | None = None,
        body: str | bytes | None = None,
        delay: float = 0,
        truncate: Literal['before'] | int | None = None,
        trickle: float | None = None,
        times: int = 1,
        path: str | None = None,
    ) -> None: ...
