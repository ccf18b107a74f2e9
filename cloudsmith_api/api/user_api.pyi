from collections.abc import Iterator
from typing import Any, Literal, TypeVar, overload

from typing_extensions import TypeAlias, TypedDict, Unpack
from urllib3 import BaseHTTPResponse, HTTPHeaderDict, Retry

from ..api_client import ApiClient
from ..background import AsyncResult
from ..models import (
    InlineResponse2001,
    UserAuthenticationToken,
    UserAuthToken,
    UserAuthTokenRequest,
    UserBrief,
)

_T = TypeVar('_T')
_Info: TypeAlias = tuple[_T, int, HTTPHeaderDict]
# The result if the value of a bool option is known only at run time.
_Either: TypeAlias = _T | BaseHTTPResponse | AsyncResult[_T] | AsyncResult[BaseHTTPResponse]
_EitherInfo: TypeAlias = (
    _Either[_T] | _Either[_Info[_T]] | _Info[BaseHTTPResponse] | AsyncResult[_Info[BaseHTTPResponse]]
)
_SignIn: TypeAlias = UserAuthTokenRequest | dict[str, Any] | None

# One TypedDict per option value; `total=False` if that value is the default.
class _CallSettings(TypedDict, total=False):
    _request_timeout: float | tuple[float, float] | None
    _retries: int | Retry | None
    _headers: dict[str, str] | dict[str, int] | dict[str, str | int] | None

class _AtOnce(TypedDict, total=False):
    async_req: Literal[False] | None

class _Async(TypedDict):
    async_req: Literal[True]

class _Read(TypedDict, total=False):
    _preload_content: Literal[True]

class _UnreadResponse(TypedDict):
    _preload_content: Literal[False]

class _WithInfo(TypedDict, total=False):
    _return_http_data_only: Literal[False] | None

class _DataOnly(TypedDict):
    _return_http_data_only: Literal[True]

class _Ignored(TypedDict, total=False):
    _return_http_data_only: bool | None

# The combinations of options for NAME.
class _Data(_AtOnce, _Read, _Ignored, _CallSettings): ...
class _Response(_AtOnce, _UnreadResponse, _Ignored, _CallSettings): ...
class _AsyncData(_Async, _Read, _Ignored, _CallSettings): ...
class _AsyncResponse(_Async, _UnreadResponse, _Ignored, _CallSettings): ...

# The combinations of options for NAME_with_http_info.
class _DataInfo(_AtOnce, _Read, _WithInfo, _CallSettings): ...
class _ResponseInfo(_AtOnce, _UnreadResponse, _WithInfo, _CallSettings): ...
class _AsyncDataInfo(_Async, _Read, _WithInfo, _CallSettings): ...
class _AsyncResponseInfo(_Async, _UnreadResponse, _WithInfo, _CallSettings): ...
class _DataAlone(_AtOnce, _Read, _DataOnly, _CallSettings): ...
class _ResponseAlone(_AtOnce, _UnreadResponse, _DataOnly, _CallSettings): ...
class _AsyncDataAlone(_Async, _Read, _DataOnly, _CallSettings): ...
class _AsyncResponseAlone(_Async, _UnreadResponse, _DataOnly, _CallSettings): ...

class _Options(_Ignored, _CallSettings, total=False):
    async_req: bool | None
    _preload_content: bool

class UserApi:
    api_client: ApiClient

    def __init__(self, api_client: ApiClient | None = None) -> None: ...

    @overload
    def user_self(self, **options: Unpack[_Data]) -> UserBrief: ...
    @overload
    def user_self(self, **options: Unpack[_Response]) -> BaseHTTPResponse: ...
    @overload
    def user_self(self, **options: Unpack[_AsyncData]) -> AsyncResult[UserBrief]: ...
    @overload
    def user_self(self, **options: Unpack[_AsyncResponse]) -> AsyncResult[BaseHTTPResponse]: ...
    @overload
    def user_self(self, **options: Unpack[_Options]) -> _Either[UserBrief]: ...

    @overload
    def user_self_with_http_info(self, **options: Unpack[_DataInfo]) -> _Info[UserBrief]: ...
    @overload
    def user_self_with_http_info(self, **options: Unpack[_ResponseInfo]) -> _Info[BaseHTTPResponse]: ...
    @overload
    def user_self_with_http_info(
        self, **options: Unpack[_AsyncDataInfo]
    ) -> AsyncResult[_Info[UserBrief]]: ...
    @overload
    def user_self_with_http_info(
        self, **options: Unpack[_AsyncResponseInfo]
    ) -> AsyncResult[_Info[BaseHTTPResponse]]: ...
    @overload
    def user_self_with_http_info(self, **options: Unpack[_DataAlone]) -> UserBrief: ...
    @overload
    def user_self_with_http_info(self, **options: Unpack[_ResponseAlone]) -> BaseHTTPResponse: ...
    @overload
    def user_self_with_http_info(self, **options: Unpack[_AsyncDataAlone]) -> AsyncResult[UserBrief]: ...
    @overload
    def user_self_with_http_info(
        self, **options: Unpack[_AsyncResponseAlone]
    ) -> AsyncResult[BaseHTTPResponse]: ...
    @overload
    def user_self_with_http_info(self, **options: Unpack[_Options]) -> _EitherInfo[UserBrief]: ...

    @overload
    def user_token_create(self, data: _SignIn = None, **options: Unpack[_Data]) -> UserAuthToken: ...
    @overload
    def user_token_create(self, data: _SignIn = None, **options: Unpack[_Response]) -> BaseHTTPResponse: ...
    @overload
    def user_token_create(
        self, data: _SignIn = None, **options: Unpack[_AsyncData]
    ) -> AsyncResult[UserAuthToken]: ...
    @overload
    def user_token_create(
        self, data: _SignIn = None, **options: Unpack[_AsyncResponse]
    ) -> AsyncResult[BaseHTTPResponse]: ...
    @overload
    def user_token_create(
        self, data: _SignIn = None, **options: Unpack[_Options]
    ) -> _Either[UserAuthToken]: ...

    @overload
    def user_token_create_with_http_info(
        self, data: _SignIn = None, **options: Unpack[_DataInfo]
    ) -> _Info[UserAuthToken]: ...
    @overload
    def user_token_create_with_http_info(
        self, data: _SignIn = None, **options: Unpack[_ResponseInfo]
    ) -> _Info[BaseHTTPResponse]: ...
    @overload
    def user_token_create_with_http_info(
        self, data: _SignIn = None, **options: Unpack[_AsyncDataInfo]
    ) -> AsyncResult[_Info[UserAuthToken]]: ...
    @overload
    def user_token_create_with_http_info(
        self, data: _SignIn = None, **options: Unpack[_AsyncResponseInfo]
    ) -> AsyncResult[_Info[BaseHTTPResponse]]: ...
    @overload
    def user_token_create_with_http_info(
        self, data: _SignIn = None, **options: Unpack[_DataAlone]
    ) -> UserAuthToken: ...
    @overload
    def user_token_create_with_http_info(
        self, data: _SignIn = None, **options: Unpack[_ResponseAlone]
    ) -> BaseHTTPResponse: ...
    @overload
    def user_token_create_with_http_info(
        self, data: _SignIn = None, **options: Unpack[_AsyncDataAlone]
    ) -> AsyncResult[UserAuthToken]: ...
    @overload
    def user_token_create_with_http_info(
        self, data: _SignIn = None, **options: Unpack[_AsyncResponseAlone]
    ) -> AsyncResult[BaseHTTPResponse]: ...
    @overload
    def user_token_create_with_http_info(
        self, data: _SignIn = None, **options: Unpack[_Options]
    ) -> _EitherInfo[UserAuthToken]: ...

    @overload
    def user_tokens_create(self, **options: Unpack[_Data]) -> UserAuthenticationToken: ...
    @overload
    def user_tokens_create(self, **options: Unpack[_Response]) -> BaseHTTPResponse: ...
    @overload
    def user_tokens_create(self, **options: Unpack[_AsyncData]) -> AsyncResult[UserAuthenticationToken]: ...
    @overload
    def user_tokens_create(self, **options: Unpack[_AsyncResponse]) -> AsyncResult[BaseHTTPResponse]: ...
    @overload
    def user_tokens_create(self, **options: Unpack[_Options]) -> _Either[UserAuthenticationToken]: ...

    @overload
    def user_tokens_create_with_http_info(
        self, **options: Unpack[_DataInfo]
    ) -> _Info[UserAuthenticationToken]: ...
    @overload
    def user_tokens_create_with_http_info(
        self, **options: Unpack[_ResponseInfo]
    ) -> _Info[BaseHTTPResponse]: ...
    @overload
    def user_tokens_create_with_http_info(
        self, **options: Unpack[_AsyncDataInfo]
    ) -> AsyncResult[_Info[UserAuthenticationToken]]: ...
    @overload
    def user_tokens_create_with_http_info(
        self, **options: Unpack[_AsyncResponseInfo]
    ) -> AsyncResult[_Info[BaseHTTPResponse]]: ...
    @overload
    def user_tokens_create_with_http_info(self, **options: Unpack[_DataAlone]) -> UserAuthenticationToken: ...
    @overload
    def user_tokens_create_with_http_info(self, **options: Unpack[_ResponseAlone]) -> BaseHTTPResponse: ...
    @overload
    def user_tokens_create_with_http_info(
        self, **options: Unpack[_AsyncDataAlone]
    ) -> AsyncResult[UserAuthenticationToken]: ...
    @overload
    def user_tokens_create_with_http_info(
        self, **options: Unpack[_AsyncResponseAlone]
    ) -> AsyncResult[BaseHTTPResponse]: ...
    @overload
    def user_tokens_create_with_http_info(
        self, **options: Unpack[_Options]
    ) -> _EitherInfo[UserAuthenticationToken]: ...

    @overload
    def user_tokens_list(
        self, page: int | None = None, page_size: int | None = None, **options: Unpack[_Data]
    ) -> InlineResponse2001: ...
    @overload
    def user_tokens_list(
        self, page: int | None = None, page_size: int | None = None, **options: Unpack[_Response]
    ) -> BaseHTTPResponse: ...
    @overload
    def user_tokens_list(
        self, page: int | None = None, page_size: int | None = None, **options: Unpack[_AsyncData]
    ) -> AsyncResult[InlineResponse2001]: ...
    @overload
    def user_tokens_list(
        self, page: int | None = None, page_size: int | None = None, **options: Unpack[_AsyncResponse]
    ) -> AsyncResult[BaseHTTPResponse]: ...
    @overload
    def user_tokens_list(
        self, page: int | None = None, page_size: int | None = None, **options: Unpack[_Options]
    ) -> _Either[InlineResponse2001]: ...

    @overload
    def user_tokens_list_with_http_info(
        self, page: int | None = None, page_size: int | None = None, **options: Unpack[_DataInfo]
    ) -> _Info[InlineResponse2001]: ...
    @overload
    def user_tokens_list_with_http_info(
        self, page: int | None = None, page_size: int | None = None, **options: Unpack[_ResponseInfo]
    ) -> _Info[BaseHTTPResponse]: ...
    @overload
    def user_tokens_list_with_http_info(
        self, page: int | None = None, page_size: int | None = None, **options: Unpack[_AsyncDataInfo]
    ) -> AsyncResult[_Info[InlineResponse2001]]: ...
    @overload
    def user_tokens_list_with_http_info(
        self, page: int | None = None, page_size: int | None = None, **options: Unpack[_AsyncResponseInfo]
    ) -> AsyncResult[_Info[BaseHTTPResponse]]: ...
    @overload
    def user_tokens_list_with_http_info(
        self, page: int | None = None, page_size: int | None = None, **options: Unpack[_DataAlone]
    ) -> InlineResponse2001: ...
    @overload
    def user_tokens_list_with_http_info(
        self, page: int | None = None, page_size: int | None = None, **options: Unpack[_ResponseAlone]
    ) -> BaseHTTPResponse: ...
    @overload
    def user_tokens_list_with_http_info(
        self, page: int | None = None, page_size: int | None = None, **options: Unpack[_AsyncDataAlone]
    ) -> AsyncResult[InlineResponse2001]: ...
    @overload
    def user_tokens_list_with_http_info(
        self, page: int | None = None, page_size: int | None = None, **options: Unpack[_AsyncResponseAlone]
    ) -> AsyncResult[BaseHTTPResponse]: ...
    @overload
    def user_tokens_list_with_http_info(
        self, page: int | None = None, page_size: int | None = None, **options: Unpack[_Options]
    ) -> _EitherInfo[InlineResponse2001]: ...

    @overload
    def user_tokens_refresh(self, slug_perm: str, **options: Unpack[_Data]) -> UserAuthenticationToken: ...
    @overload
    def user_tokens_refresh(self, slug_perm: str, **options: Unpack[_Response]) -> BaseHTTPResponse: ...
    @overload
    def user_tokens_refresh(
        self, slug_perm: str, **options: Unpack[_AsyncData]
    ) -> AsyncResult[UserAuthenticationToken]: ...
    @overload
    def user_tokens_refresh(
        self, slug_perm: str, **options: Unpack[_AsyncResponse]
    ) -> AsyncResult[BaseHTTPResponse]: ...
    @overload
    def user_tokens_refresh(
        self, slug_perm: str, **options: Unpack[_Options]
    ) -> _Either[UserAuthenticationToken]: ...

    @overload
    def user_tokens_refresh_with_http_info(
        self, slug_perm: str, **options: Unpack[_DataInfo]
    ) -> _Info[UserAuthenticationToken]: ...
    @overload
    def user_tokens_refresh_with_http_info(
        self, slug_perm: str, **options: Unpack[_ResponseInfo]
    ) -> _Info[BaseHTTPResponse]: ...
    @overload
    def user_tokens_refresh_with_http_info(
        self, slug_perm: str, **options: Unpack[_AsyncDataInfo]
    ) -> AsyncResult[_Info[UserAuthenticationToken]]: ...
    @overload
    def user_tokens_refresh_with_http_info(
        self, slug_perm: str, **options: Unpack[_AsyncResponseInfo]
    ) -> AsyncResult[_Info[BaseHTTPResponse]]: ...
    @overload
    def user_tokens_refresh_with_http_info(
        self, slug_perm: str, **options: Unpack[_DataAlone]
    ) -> UserAuthenticationToken: ...
    @overload
    def user_tokens_refresh_with_http_info(
        self, slug_perm: str, **options: Unpack[_ResponseAlone]
    ) -> BaseHTTPResponse: ...
    @overload
    def user_tokens_refresh_with_http_info(
        self, slug_perm: str, **options: Unpack[_AsyncDataAlone]
    ) -> AsyncResult[UserAuthenticationToken]: ...
    @overload
    def user_tokens_refresh_with_http_info(
        self, slug_perm: str, **options: Unpack[_AsyncResponseAlone]
    ) -> AsyncResult[BaseHTTPResponse]: ...
    @overload
    def user_tokens_refresh_with_http_info(
        self, slug_perm: str, **options: Unpack[_Options]
    ) -> _EitherInfo[UserAuthenticationToken]: ...
    def user_tokens_iter(
        self, page_size: int | None = None, **options: Unpack[_CallSettings]
    ) -> Iterator[UserAuthenticationToken]: ...
