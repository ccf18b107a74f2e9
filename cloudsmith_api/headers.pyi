from collections.abc import Iterable, Mapping
from typing import TypeVar

from typing_extensions import TypeAlias

_T = TypeVar('_T', int, float)

_Headers: TypeAlias = Mapping[str, str] | Iterable[tuple[str, str]] | None

def header(headers: _Headers, name: str) -> str | None: ...
def number(kind: type[_T], text: str | None) -> _T | None: ...
def basic_credentials(username: str, password: str) -> str: ...
