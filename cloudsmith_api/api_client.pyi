from collections.abc import Mapping, Sequence
from logging import Logger
from os import PathLike
from types import TracebackType
from typing import Any, Literal, TypeVar, overload

from typing_extensions import Self, TypeAlias
from urllib3 import BaseHTTPResponse, HTTPHeaderDict, Retry

from .background import AsyncResult, BackgroundPool
from .configuration import Configuration
from .rate_limit import RateLimit
from .rest import RESTClientObject, RESTResponse

_T = TypeVar('_T')
_Info: TypeAlias = tuple[_T, int, HTTPHeaderDict]
_Pairs: TypeAlias = dict[str, Any] | list[tuple[str, Any]] | None
_Headers: TypeAlias = dict[str, str] | dict[str, int] | dict[str, str | int] | None
_Path: TypeAlias = str | PathLike[str]
_Paths: TypeAlias = Mapping[str, _Path | Sequence[_Path] | None] | None
_TypeName: TypeAlias = str | type[Any] | None
_Schemes: TypeAlias = list[str] | tuple[str, ...] | None
_Timeout: TypeAlias = float | tuple[float, float] | None

logger: Logger

class ApiClient:
    configuration: Configuration
    rest_client: RESTClientObject
    default_headers: dict[str, str]
    cookie: str | None
    last_response: RESTResponse | BaseHTTPResponse | None

    def __init__(
        self,
        configuration: Configuration | None = None,
        header_name: str | None = None,
        header_value: str | int | None = None,
        cookie: str | None = None,
    ) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None,
        _traceback: TracebackType | None, /,
    ) -> None: ...
    def __del__(self) -> None: ...
    def close(self) -> None: ...
    @property
    def pool(self) -> BackgroundPool: ...
    @property
    def rate_limit(self) -> RateLimit | None: ...
    @property
    def user_agent(self) -> str | None: ...
    @user_agent.setter
    def user_agent(self, value: str) -> None: ...
    def set_default_header(self, header_name: str, header_value: str | int) -> None: ...
    @overload
    def call_api(
        self, resource_path: str, method: str, path_params: dict[str, Any] | None = None,
        query_params: _Pairs = None, header_params: _Headers = None, *, body: object = None,
        post_params: _Pairs = None, files: _Paths = None, response_type: _TypeName = None,
        auth_settings: _Schemes = None, async_req: Literal[False] | None = None,
        _return_http_data_only: Literal[False] | None = None,
        collection_formats: dict[str, str] | None = None, _preload_content: Literal[True] = True,
        _request_timeout: _Timeout = None, _headers: _Headers = None,
        _retries: int | Retry | None = None,
    ) -> _Info[Any]: ...
    @overload
    def call_api(
        self, resource_path: str, method: str, path_params: dict[str, Any] | None = None,
        query_params: _Pairs = None, header_params: _Headers = None, *, body: object = None,
        post_params: _Pairs = None, files: _Paths = None, response_type: _TypeName = None,
        auth_settings: _Schemes = None, async_req: Literal[False] | None = None,
        _return_http_data_only: Literal[False] | None = None,
        collection_formats: dict[str, str] | None = None, _preload_content: Literal[False],
        _request_timeout: _Timeout = None, _headers: _Headers = None,
        _retries: int | Retry | None = None,
    ) -> _Info[BaseHTTPResponse]: ...
    @overload
    def call_api(
        self, resource_path: str, method: str, path_params: dict[str, Any] | None = None,
        query_params: _Pairs = None, header_params: _Headers = None, *, body: object = None,
        post_params: _Pairs = None, files: _Paths = None, response_type: _TypeName = None,
        auth_settings: _Schemes = None, async_req: Literal[True],
        _return_http_data_only: Literal[False] | None = None,
        collection_formats: dict[str, str] | None = None, _preload_content: Literal[True] = True,
        _request_timeout: _Timeout = None, _headers: _Headers = None,
        _retries: int | Retry | None = None,
    ) -> AsyncResult[_Info[Any]]: ...
    @overload
    def call_api(
        self, resource_path: str, method: str, path_params: dict[str, Any] | None = None,
        query_params: _Pairs = None, header_params: _Headers = None, *, body: object = None,
        post_params: _Pairs = None, files: _Paths = None, response_type: _TypeName = None,
        auth_settings: _Schemes = None, async_req: Literal[True],
        _return_http_data_only: Literal[False] | None = None,
        collection_formats: dict[str, str] | None = None, _preload_content: Literal[False],
        _request_timeout: _Timeout = None, _headers: _Headers = None,
        _retries: int | Retry | None = None,
    ) -> AsyncResult[_Info[BaseHTTPResponse]]: ...
    @overload
    def call_api(
        self, resource_path: str, method: str, path_params: dict[str, Any] | None = None,
        query_params: _Pairs = None, header_params: _Headers = None, *, body: object = None,
        post_params: _Pairs = None, files: _Paths = None, response_type: _TypeName = None,
        auth_settings: _Schemes = None, async_req: Literal[False] | None = None,
        _return_http_data_only: Literal[True], collection_formats: dict[str, str] | None = None,
        _preload_content: Literal[True] = True, _request_timeout: _Timeout = None, _headers: _Headers = None,
        _retries: int | Retry | None = None,
    ) -> Any: ...
    @overload
    def call_api(
        self, resource_path: str, method: str, path_params: dict[str, Any] | None = None,
        query_params: _Pairs = None, header_params: _Headers = None, *, body: object = None,
        post_params: _Pairs = None, files: _Paths = None, response_type: _TypeName = None,
        auth_settings: _Schemes = None, async_req: Literal[False] | None = None,
        _return_http_data_only: Literal[True], collection_formats: dict[str, str] | None = None,
        _preload_content: Literal[False], _request_timeout: _Timeout = None, _headers: _Headers = None,
        _retries: int | Retry | None = None,
    ) -> BaseHTTPResponse: ...
    @overload
    def call_api(
        self, resource_path: str, method: str, path_params: dict[str, Any] | None = None,
        query_params: _Pairs = None, header_params: _Headers = None, *, body: object = None,
        post_params: _Pairs = None, files: _Paths = None, response_type: _TypeName = None,
        auth_settings: _Schemes = None, async_req: Literal[True], _return_http_data_only: Literal[True],
        collection_formats: dict[str, str] | None = None, _preload_content: Literal[True] = True,
        _request_timeout: _Timeout = None, _headers: _Headers = None,
        _retries: int | Retry | None = None,
    ) -> AsyncResult[Any]: ...
    @overload
    def call_api(
        self, resource_path: str, method: str, path_params: dict[str, Any] | None = None,
        query_params: _Pairs = None, header_params: _Headers = None, *, body: object = None,
        post_params: _Pairs = None, files: _Paths = None, response_type: _TypeName = None,
        auth_settings: _Schemes = None, async_req: Literal[True], _return_http_data_only: Literal[True],
        collection_formats: dict[str, str] | None = None, _preload_content: Literal[False],
        _request_timeout: _Timeout = None, _headers: _Headers = None,
        _retries: int | Retry | None = None,
    ) -> AsyncResult[BaseHTTPResponse]: ...
    # Only for positional arguments, and for options whose values are known only at run time.
    @overload
    def call_api(
        self, resource_path: str, method: str, path_params: dict[str, Any] | None = None,
        query_params: _Pairs = None, header_params: _Headers = None, body: object = None,
        post_params: _Pairs = None, files: _Paths = None, response_type: _TypeName = None,
        auth_settings: _Schemes = None, async_req: bool | None = None,
        _return_http_data_only: bool | None = None, collection_formats: dict[str, str] | None = None,
        _preload_content: bool = True, _request_timeout: _Timeout = None, _headers: _Headers = None,
        _retries: int | Retry | None = None,
    ) -> Any: ...
    @overload
    def request(
        self, method: str, url: str, query_params: _Pairs = None, headers: dict[str, str] | None = None,
        post_params: _Pairs = None, body: object = None, _preload_content: Literal[True] = True,
        _request_timeout: _Timeout = None, _retries: int | Retry | None = None,
    ) -> RESTResponse: ...
    @overload
    def request(
        self, method: str, url: str, query_params: _Pairs = None, headers: dict[str, str] | None = None,
        post_params: _Pairs = None, body: object = None, *, _preload_content: Literal[False],
        _request_timeout: _Timeout = None, _retries: int | Retry | None = None,
    ) -> BaseHTTPResponse: ...
    @overload
    def request(
        self, method: str, url: str, query_params: _Pairs = None, headers: dict[str, str] | None = None,
        post_params: _Pairs = None, body: object = None, _preload_content: bool = True,
        _request_timeout: _Timeout = None, _retries: int | Retry | None = None,
    ) -> RESTResponse | BaseHTTPResponse: ...
    @overload
    def deserialize(self, response: Any, response_type: type[_T]) -> _T: ...
    @overload
    def deserialize(self, response: Any, response_type: str) -> Any: ...
    def sanitize_for_serialization(self, obj: object) -> Any: ...
