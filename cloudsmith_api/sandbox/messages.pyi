import re
from collections.abc import Iterable, Iterator
from typing import TypeVar, overload
from wsgiref.headers import Headers

from _typeshed.wsgi import WSGIEnvironment

_T = TypeVar('_T')

REASON_PHRASES: dict[int, str]
CHALLENGES: dict[int, list[tuple[str, str]]]
MAX_BODY_BYTES: int
CONTENT_LENGTH: re.Pattern[str]

class RequestHeaders:
    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None: ...
    @overload
    def get(self, name: str) -> str | None: ...
    @overload
    def get(self, name: str, default: _T) -> str | _T: ...
    def __getitem__(self, name: str) -> str: ...
    def __contains__(self, name: str) -> bool: ...
    def __iter__(self) -> Iterator[tuple[str, str]]: ...
    def __len__(self) -> int: ...

class Request:
    method: str
    url: str
    path: str
    query: str
    headers: RequestHeaders
    body: bytes

    def __init__(self, environ: WSGIEnvironment) -> None: ...

class Response:
    status: int
    headers: Headers
    body: bytes

    def __init__(self, status: int, value: object, headers: Iterable[tuple[str, str]] = ()) -> None: ...

class ErrorResponse(Exception):
    response: Response

    def __init__(
        self, status: int, detail: str | None = None, headers: Iterable[tuple[str, str]] = (),
        **members: object,
    ) -> None: ...

def parameter_error(**messages: str) -> ErrorResponse: ...
def parse_parameters(request: Request, names: Iterable[str]) -> dict[str, str]: ...
def require(given: dict[str, str], names: Iterable[str]) -> list[str]: ...
def bearer_token(request: Request) -> str | None: ...
def reason_phrase(status: int) -> str: ...
def headers_from_environ(environ: WSGIEnvironment) -> Iterator[tuple[str, str]]: ...
def read_body(environ: WSGIEnvironment) -> bytes: ...
