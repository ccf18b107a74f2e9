from logging import Logger
from typing import Any

from typing_extensions import TypeAlias
from urllib3 import BaseHTTPResponse, PoolManager, Retry

from .configuration import Configuration
from .exceptions import ApiException
from .limits import Limits

_Timeout: TypeAlias = float | tuple[float, float] | None

logger: Logger

class Sender:
    def __init__(self, pools_size: int, maxsize: int | None) -> None: ...
    def call(self, configuration: Configuration, *request: Any) -> Call: ...
    def send(self, call: Call) -> tuple[BaseHTTPResponse, bytes | None]: ...
    def manager(self, configuration: Configuration, tls: bool, streaming: bool) -> PoolManager: ...
    def close(self) -> None: ...

class Call(Limits):
    configuration: Configuration
    method: str
    url: str
    headers: dict[str, str]
    payload: bytes | None
    streaming: bool
    limit: int
    retries: Retry

    def __init__(
        self, bounds: Any, method: str, url: str, headers: dict[str, str], payload: bytes | None,
        parameters: tuple[Any, ...], preload: bool, timeout: _Timeout,
    ) -> None: ...
    def secrets(self) -> list[str]: ...
    def explain(self, error: ApiException) -> None: ...
    def timeout(self) -> Any: ...
    def pool_timeout(self) -> float: ...
    def has_time_for(self, wait: float) -> bool: ...
    def read(self, raw: BaseHTTPResponse) -> bytes | None: ...
