from collections.abc import Callable
from logging import Logger
from os import PathLike
from typing import Any, ClassVar, Literal, NamedTuple

from typing_extensions import Self, TypeAlias, TypedDict, Unpack
from urllib3 import Retry

from .credentials import RenewableToken

_Timeout: TypeAlias = float | tuple[float, float]

API_KEY_HEADER: str

# The values that `access_token` can be set to.
_AccessToken: TypeAlias = str | RenewableToken | Callable[[], str | tuple[str, float | None]] | None

class _Setting(NamedTuple):
    name: str
    value: str
    origin: str

# The keyword arguments of `from_environment`: the settings of `Configuration`, and a plain API key.
class _Settings(TypedDict, total=False):
    host: str
    api_key: str | dict[str, str]
    api_key_prefix: dict[str, str]
    refresh_api_key_hook: Callable[[Configuration], object] | None
    access_token: _AccessToken
    username: str
    password: str
    timeout: _Timeout
    retries: int | Retry
    max_retry_after: float
    max_response_bytes: int
    idle_timeout: float
    pace: bool
    verify_ssl: bool
    ssl_verify_strict: bool
    ssl_ca_cert: str | PathLike[str] | None
    cert_file: str | PathLike[str] | None
    key_file: str | PathLike[str] | None
    assert_hostname: str | bool | None
    tls_server_name: str | None
    proxy: str | None
    no_proxy: str | None
    connection_pool_maxsize: int
    safe_chars_for_path_param: str
    client_side_validation: bool
    user_agent: str | None
    default_headers: dict[str, str]
    temp_folder_path: str | PathLike[str] | None
    debug: bool
    logger_file: str | PathLike[str] | None
    logger_format: str

# A path object may be set; it is stored as a str.
class _PathSetting:
    def __get__(self, configuration: Configuration, owner: type[Configuration]) -> str | None: ...
    def __set__(self, configuration: Configuration, value: str | PathLike[str] | None) -> None: ...

# A function may be set; it is stored as a `RenewableToken`. `Any` lets programs read its attributes.
class _AccessTokenSetting:
    def __get__(self, configuration: Configuration, owner: type[Configuration]) -> Any: ...
    def __set__(self, configuration: Configuration, value: _AccessToken) -> None: ...

# A program declares attributes of its own in a subclass: if a checker accepted them here, it would also accept
# misspelled settings.
class Configuration:
    _default: ClassVar[Configuration | None]
    host: str
    api_key: dict[str, str]
    api_key_prefix: dict[str, str]
    refresh_api_key_hook: Callable[[Configuration], object] | None
    access_token: _AccessTokenSetting
    username: str
    password: str
    timeout: _Timeout
    retries: int | Retry
    max_retry_after: float
    max_response_bytes: int
    idle_timeout: float
    pace: bool
    verify_ssl: bool
    ssl_verify_strict: bool
    ssl_ca_cert: _PathSetting
    cert_file: _PathSetting
    key_file: _PathSetting
    assert_hostname: str | bool | None
    tls_server_name: str | None
    proxy: str | None
    no_proxy: str | None
    connection_pool_maxsize: int
    safe_chars_for_path_param: str
    client_side_validation: bool
    user_agent: str | None
    default_headers: dict[str, str]
    temp_folder_path: _PathSetting
    debug: bool
    logger_file: _PathSetting
    logger_format: str

    def __init__(self) -> None: ...
    def __copy__(self) -> Self: ...
    @classmethod
    def from_environment(cls, profile: str | None = None, **settings: Unpack[_Settings]) -> Self: ...
    @classmethod
    def set_default(cls, default: Configuration | None) -> None: ...
    @property
    def logger(self) -> dict[str, Logger]: ...
    def describe(self) -> list[_Setting]: ...
    def get_api_key_with_prefix(self, identifier: str) -> str | None: ...
    def get_basic_auth_token(self) -> str: ...
    def auth_settings(self) -> dict[str, dict[str, Any]]: ...
    def credential(self, scheme: Literal['apikey', 'basic', 'bearer']) -> str | None: ...
    def to_debug_report(self) -> str: ...
