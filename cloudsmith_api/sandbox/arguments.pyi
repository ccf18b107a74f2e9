from typing import TypeVar

_Number = TypeVar('_Number', int, float)

MAX_NUMBER: int
TYPE_NAMES: dict[type, str]

def check_number(
    name: str, value: _Number, minimum: float = 0, maximum: float = ..., kind: type = ...,
    alternative: str = '',
) -> _Number: ...
def check_text(name: str, value: str, min_length: int = 1) -> str: ...
def check_flag(name: str, value: bool) -> bool: ...
