from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, tzinfo
from typing import NamedTuple

from typing_extensions import Self, TypeAlias

_Headers: TypeAlias = Mapping[str, str] | Iterable[tuple[str, str]] | None

UTC: tzinfo

class RateLimit(NamedTuple):
    limit: int | None
    remaining: int | None
    reset: datetime | None
    interval: float | None

    @classmethod
    def from_headers(cls, headers: _Headers) -> Self: ...

def retry_after_seconds(
    value: str | None, date: str | None = None, now: Callable[[], float] | None = None
) -> float | None: ...

class Pacer:
    def __init__(self) -> None: ...
    def update(self, rate_limit: RateLimit) -> None: ...
    def acquire(self, max_wait: float) -> float | None: ...
