from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from typing_extensions import Self, TypeAlias

_T = TypeVar('_T')
_Headers: TypeAlias = Mapping[str, str] | Iterable[tuple[str, str]] | None

DEFAULT_PAGE_SIZE: int
MAX_PAGE_SIZE: int

class Page(NamedTuple):
    count: int | None  # type: ignore[assignment]  # in place of tuple.count
    page: int | None
    page_size: int | None
    page_total: int | None

    @classmethod
    def from_headers(cls, headers: _Headers) -> Self: ...

def iterate_pages(
    fetch: Callable[[int], tuple[Sequence[_T], _Headers]],
    identity: Callable[[_T], Hashable],
    page_size: int | None = None,
) -> Iterator[_T]: ...
