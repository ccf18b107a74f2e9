from collections.abc import Iterable, Mapping
from typing import Any

from typing_extensions import Self
from urllib3 import HTTPHeaderDict

from .configuration import Configuration
from .rate_limit import RateLimit

class InsecureTransportWarning(UserWarning): ...
class InsecureFileWarning(UserWarning): ...
class UnknownSettingWarning(UserWarning): ...

class ApiException(Exception):
    status: int | None
    reason: str | None
    body: str | None
    headers: HTTPHeaderDict | None
    code: str | None
    detail: str | None
    fields: dict[str, list[str]]
    method: str | None
    url: str | None
    request_sent: bool | None
    hint: str | None

    def __new__(
        cls,
        status: int | None = None,
        reason: str | None = None,
        http_resp: Any = None,
        *_: object,
        **__: object,
    ) -> Self: ...
    def __init__(
        self, status: int | None = None, reason: str | None = None, http_resp: Any = None,
        detail: str | None = None,
    ) -> None: ...
    def set_request(
        self, method: str, url: str, secrets: Iterable[str] = (), headers: Mapping[str, str] | None = None,
        configuration: Configuration | None = None,
    ) -> None: ...

class ConnectionException(ApiException): ...
class TimeoutException(ConnectionException): ...
class TlsException(ConnectionException): ...

class RedirectException(ApiException):
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    @property
    def location(self) -> str | None: ...

class BadRequestException(ApiException): ...
class UnauthorizedException(ApiException): ...
class ForbiddenException(ApiException): ...
class NotFoundException(ApiException): ...
class UnprocessableEntityException(ApiException): ...

class TwoFactorRequiredException(UnprocessableEntityException):
    @property
    def two_factor_token(self) -> str: ...

class TooManyRequestsException(ApiException):
    retry_after: float | None
    rate_limit: RateLimit

class ServiceException(ApiException): ...
class InvalidResponseException(ApiException): ...
