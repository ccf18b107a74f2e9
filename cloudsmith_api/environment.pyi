from collections.abc import Mapping
from typing import Any, NamedTuple

class Found(NamedTuple):
    value: Any
    origin: str

def find_settings(
    profile: str | None = None, host: str | None = None, environ: Mapping[str, str] = ...
) -> dict[str, Found]: ...
