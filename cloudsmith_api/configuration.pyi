from collections.abc import Callable
from logging import Logger
from typing import Any, ClassVar, Literal, NamedTuple, TypeVar

from typing_extensions import Self, TypeAlias, TypedDict, Unpack
from urllib3 import Retry

_Retries = TypeVar('_Retries', int, Retry)
_Timeout: TypeAlias = float | tuple[float, float]

API_KEY_HEADER: str
AUTH_HEADERS: dict[str, str]

def _check_retries(name: str, value: _Retries) -> _Retries: ...
def _check_header_values(name: str, value: object) -> dict[str, str]: ...

class _Setting(NamedTuple):
    name: str
    value: str
    origin: str

# What `from_environment` takes by name: the attributes of `Configuration`, and an API key by itself.
class _Settings(TypedDict, total=False):
    host: str
    api_key: str | dict[str, str]
    api_key_prefix: dict[str, str]
    refresh_api_key_hook: Callable[[Configuration], object] | None
    username: str
    password: str
    timeout: _Timeout
    retries: int | Retry
    max_retry_after: float
    max_response_bytes: int
    pace: bool
    verify_ssl: bool
    ssl_ca_cert: str | None
    cert_file: str | None
    key_file: str | None
    assert_hostname: str | bool | None
    proxy: str | None
    connection_pool_maxsize: int
    safe_chars_for_path_param: str
    client_side_validation: bool
    user_agent: str | None
    temp_folder_path: str | None
    debug: bool
    logger_file: str | None
    logger_format: str

# Attributes of a program's own are not provided for: a checker that let them pass would let misspelt settings
# pass as well. A program that has some declares them in a subclass.
class Configuration:
    _default: ClassVar[Configuration | None]
    host: str
    api_key: dict[str, str]
    api_key_prefix: dict[str, str]
    refresh_api_key_hook: Callable[[Configuration], object] | None
    username: str
    password: str
    timeout: _Timeout
    retries: int | Retry
    max_retry_after: float
    max_response_bytes: int
    pace: bool
    verify_ssl: bool
    ssl_ca_cert: str | None
    cert_file: str | None
    key_file: str | None
    assert_hostname: str | bool | None
    proxy: str | None
    connection_pool_maxsize: int
    safe_chars_for_path_param: str
    client_side_validation: bool
    user_agent: str | None
    temp_folder_path: str | None

    def __init__(self) -> None: ...
    def __copy__(self) -> Self: ...
    @classmethod
    def from_environment(cls, profile: str | None = None, **settings: Unpack[_Settings]) -> Self: ...
    @classmethod
    def set_default(cls, default: Configuration | None) -> None: ...
    @property
    def logger(self) -> dict[str, Logger]: ...
    @property
    def debug(self) -> bool: ...
    @debug.setter
    def debug(self, value: bool) -> None: ...
    @property
    def logger_file(self) -> str | None: ...
    @logger_file.setter
    def logger_file(self, value: str | None) -> None: ...
    @property
    def logger_format(self) -> str: ...
    @logger_format.setter
    def logger_format(self, value: str) -> None: ...
    def describe(self) -> list[_Setting]: ...
    def get_api_key_with_prefix(self, identifier: str) -> str | None: ...
    def get_basic_auth_token(self) -> str: ...
    def auth_settings(self) -> dict[str, dict[str, Any]]: ...
    def credential(self, scheme: Literal['apikey', 'basic']) -> str | None: ...
    def to_debug_report(self) -> str: ...
