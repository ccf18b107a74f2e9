import re
from typing import Any, Literal

from typing_extensions import TypeAlias

from .messages import Answer

# A dict takes any kind of value only where its type says so, hence four of them.
_Headers: TypeAlias = dict[str, str] | dict[str, int] | dict[str, float] | dict[str, str | float]

DAY: int
HEADER_NAME: re.Pattern[str]
HEADER_VALUE: re.Pattern[str]

class Fault:
    status: int | None
    headers: dict[str, str]
    body: bytes | None
    delay: float
    delivery: dict[str, Any]

    def __init__(
        self,
        status: int | None = None,
        headers: _Headers | None = None,
        body: str | bytes | None = None,
        delay: float = 0,
        truncate: Literal['before'] | int | None = None,
        trickle: float | None = None,
    ) -> None: ...
    def alter(self, answer: Answer) -> None: ...

def checked_headers(headers: _Headers) -> dict[str, str]: ...
def checked_header(name: str, value: str | float) -> tuple[str, str]: ...

NO_FAULT: Fault

class FaultQueue:
    def __init__(self) -> None: ...
    def add(self, fault: Fault, times: int) -> None: ...
    def take(self) -> Fault: ...
