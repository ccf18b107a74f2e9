from typing import Any, NamedTuple

class Setting(NamedTuple):
    name: str
    value: str
    origin: str

def describe(
    settings: dict[str, Any], factory: dict[str, Any], origins: dict[str, tuple[Any, str]]
) -> list[Setting]: ...
def debug_report(described: list[Setting]) -> str: ...
