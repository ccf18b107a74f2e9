from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Literal, TypeVar, overload

from _typeshed.wsgi import WSGIApplication, WSGIEnvironment
from typing_extensions import Self, TypeAlias

__all__ = ['Request', 'Sandbox', 'User']

_T = TypeVar('_T')

# dict is invariant in its value type, so each combination is listed.
_Headers: TypeAlias = dict[str, str] | dict[str, int] | dict[str, float] | dict[str, str | float]
_Provider: TypeAlias = Literal['azure_devops', 'bitbucket', 'buildkite', 'circleci', 'generic', 'github', 'gitlab']

class Sandbox:
    app: WSGIApplication
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

# `Any` instead of `None`: a test knows whether its user has a key or a second factor, and need not check.
class User:
    email: str
    password: str
    name: str
    slug: str
    slug_perm: str
    totp_token: str | Any
    expires_in: float | None

    def __init__(
        self, email: str, password: str, name: str, slug: str, totp_token: str | None = None,
        expires_in: float | None = None,
    ) -> None: ...
    @property
    def api_key(self) -> str | Any: ...
    @property
    def key_slug_perm(self) -> str | Any: ...

class Request:
    method: str
    url: str
    path: str
    query: str
    headers: _RequestHeaders
    body: bytes

    def __init__(self, environ: WSGIEnvironment) -> None: ...

class _RequestHeaders:
    @overload
    def get(self, name: str) -> str | None: ...
    @overload
    def get(self, name: str, default: _T) -> str | _T: ...
    def __getitem__(self, name: str) -> str: ...
    def __contains__(self, name: str) -> bool: ...
    def __iter__(self) -> Iterator[tuple[str, str]]: ...
    def __len__(self) -> int: ...
