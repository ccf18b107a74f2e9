from typing import Any

from typing_extensions import TypeAlias
from urllib3 import BaseHTTPResponse

_Pairs: TypeAlias = dict[str, Any] | list[tuple[str, Any]] | None

def encode_body(method: str, headers: dict[str, str], body: Any, post_params: _Pairs) -> bytes | None: ...
def decode_body(data: bytes | str) -> str: ...
def read_body(raw: BaseHTTPResponse, limit: int) -> bytes: ...
