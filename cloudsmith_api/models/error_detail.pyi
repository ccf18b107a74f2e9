from ..configuration import Configuration
from .model import Model

class ErrorDetail(Model):
    code: str | None
    fields: dict[str, list[str]] | None

    def __init__(
        self,
        code: str | None = None,
        detail: str | None = None,
        fields: dict[str, list[str]] | None = None,
        _configuration: Configuration | None = None,
    ) -> None: ...
    @property
    def detail(self) -> str: ...
    @detail.setter
    def detail(self, value: str) -> None: ...
