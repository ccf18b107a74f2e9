from types import TracebackType
from typing import Any

from typing_extensions import Self
from urllib3 import BaseHTTPResponse, Retry
from urllib3.connectionpool import ConnectionPool

class ApiRetry(Retry):
    BACKOFF_BASE: float
    BACKOFF_LIMIT: float
    max_retry_after: float

    def __init__(self, total: int, max_retry_after: float, **kwargs: Any) -> None: ...
    def new(self, **kwargs: Any) -> Self: ...
    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool: ...
    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self: ...
    def get_retry_after(self, response: BaseHTTPResponse) -> float | None: ...
    def get_backoff_time(self) -> float: ...

def wait_before(retries: Retry, response: BaseHTTPResponse | None = None) -> float | None: ...
