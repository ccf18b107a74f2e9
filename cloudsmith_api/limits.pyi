import threading
from time import monotonic as monotonic
from typing import Any

from urllib3 import Timeout

class Deadline:
    seconds: float

    def __init__(self, seconds: float) -> None: ...
    def remaining(self) -> float: ...

def check_timeout(
    name: str, value: float | tuple[float, float] | list[float]
) -> float | tuple[float, float]: ...
def above_zero(seconds: float) -> float: ...
def urllib3_timeout(times: float | tuple[float, float]) -> Timeout: ...

class OversizeError(Exception): ...

class Limits:
    deadline: Deadline | None
    size: float
    answer: Any

class _Thread(threading.local):
    call: Limits

THREAD: _Thread
