from logging import Logger
from typing import Any, Protocol, TypeVar, overload

from typing_extensions import TypeAlias
from urllib3 import HTTPHeaderDict, PoolManager

from .configuration import Configuration
from .exceptions import ApiException as ApiException

__all__ = ('ApiException', 'RESTClientObject', 'RESTResponse')

logger: Logger

_T = TypeVar('_T')
_Pairs: TypeAlias = dict[str, Any] | list[tuple[str, Any]] | None
_Timeout: TypeAlias = float | tuple[float, float] | None

class _Response(Protocol):
    @property
    def status(self) -> int: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def headers(self) -> HTTPHeaderDict: ...
    @property
    def data(self) -> bytes | str: ...

class RESTResponse:
    urllib3_response: _Response
    status: int
    reason: str | None
    data: str
    is_utf8: bool

    def __init__(self, resp: _Response, data: bytes | str | None = None) -> None: ...
    def getheaders(self) -> HTTPHeaderDict: ...
    @overload
    def getheader(self, name: str) -> str | None: ...
    @overload
    def getheader(self, name: str, default: _T) -> str | _T: ...

class RESTClientObject:
    configuration: Configuration

    def __init__(
        self, configuration: Configuration, pools_size: int = 4, maxsize: int | None = None
    ) -> None: ...
    # A program's own transport overrides this, and may return a class of its own. It need not accept `_retries`, which
    # is passed only if the call has it.
    def request(
        self, method: str, url: str, query_params: _Pairs = None, headers: dict[str, str] | None = None,
        body: Any = None, post_params: _Pairs = None, _preload_content: bool = True,
        _request_timeout: _Timeout = None,
    ) -> Any: ...
    def close(self) -> None: ...
    @property
    def pool_manager(self) -> PoolManager: ...
    @pool_manager.setter
    def pool_manager(self, value: PoolManager) -> None: ...
