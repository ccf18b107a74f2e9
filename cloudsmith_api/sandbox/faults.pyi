import re
from typing import Any, Literal

from typing_extensions import TypeAlias

from .messages import Response

# dict is invariant in its value type, so each combination is listed.
_Headers: TypeAlias = dict[str, str] | dict[str, int] | dict[str, float] | dict[str, str | float]

MAX_SECONDS: int
HEADER_NAME: re.Pattern[str]
HEADER_VALUE: re.Pattern[str]

class Fault:
    status: int | None
    headers: dict[str, str]
    body: bytes | None
    delay: float
    path: str | None
    environ: dict[str, Any]

    def __init__(
        self,
        status: int | None = None,
        headers: _Headers | None = None,
        body: str | bytes | None = None,
        delay: float = 0,
        truncate: Literal['before'] | int | None = None,
        trickle: float | None = None,
        path: str | None = None,
    ) -> None: ...
    def matches(self, path: str) -> bool: ...
    def apply(self, response: Response) -> None: ...

def check_headers(headers: _Headers) -> dict[str, str]: ...
def check_header(name: str, value: str | float) -> tuple[str, str]: ...

NO_FAULT: Fault

class FaultQueue:
    def __init__(self) -> None: ...
    def add(self, fault: Fault, times: int) -> None: ...
    def take(self, path: str) -> Fault: ...
