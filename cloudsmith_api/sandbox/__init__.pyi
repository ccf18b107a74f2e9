from collections.abc import Callable
from types import TracebackType
from typing import Literal

from typing_extensions import Self

from .accounts import User
from .app import App
from .faults import _Headers
from .messages import Request

__all__ = ['Sandbox']

class Sandbox:
    app: App

    def __init__(
        self,
        port: int = 0,
        rate_limit: int = 100000,
        lockout_after: int = 5,
        clock: Callable[[], float] = ...,
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
    ) -> User: ...
    def fail_next(
        self,
        status: int | None = None,
        headers: _Headers | None = None,
        body: str | bytes | None = None,
        delay: float = 0,
        truncate: Literal['before'] | int | None = None,
        trickle: float | None = None,
        times: int = 1,
    ) -> None: ...
