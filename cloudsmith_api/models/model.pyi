from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from typing_extensions import Self

from ..configuration import Configuration

class Field:
    name: str
    type: str
    min_length: int | None
    max_length: int | None
    required: bool
    secret: bool
    # Not tuple[type, ...]: `type` is the attribute above.
    python_types: tuple[Any, ...]

    def __init__(
        self,
        name: str,
        type: str,
        min_length: int | None = None,
        max_length: int | None = None,
        required: bool = False,
        secret: bool = False,
    ) -> None: ...
    def validate_if_enabled(self, value: object, enabled: bool | None = None) -> None: ...
    def validate(self, value: object) -> None: ...

class ModelType(type):
    def __init__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> None: ...

class Model(metaclass=ModelType):
    model_fields: ClassVar[tuple[Field, ...]]
    swagger_types: ClassVar[dict[str, str]]
    attribute_map: ClassVar[dict[str, str]]
    discriminator: ClassVar[None]
    __hash__: ClassVar[None]  # type: ignore[assignment]

    def __init__(self, _configuration: Configuration | None = None) -> None: ...
    @property
    def additional_properties(self) -> dict[str, Any]: ...
    @classmethod
    def from_response(cls, values: dict[str, Any], additional_properties: dict[str, Any] | None = None) -> Self: ...
    @classmethod
    def many_from_response(cls, rows: Sequence[dict[str, Any]]) -> list[Self]: ...
    def set_items(self) -> Iterator[tuple[str, Any]]: ...
    @classmethod
    def validate(cls, values: dict[str, Any]) -> None: ...
    def to_dict(self, additional_properties: bool = False) -> dict[str, Any]: ...
    def to_json(self, additional_properties: bool = False) -> str: ...
    def to_str(self) -> str: ...
    def __eq__(self, other: object) -> bool: ...
    def __ne__(self, other: object) -> bool: ...
