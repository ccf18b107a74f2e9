from ..configuration import Configuration
from .model import Model
from .user_authentication_token import UserAuthenticationToken

class InlineResponse2001(Model):
    def __init__(
        self,
        results: list[UserAuthenticationToken] | None = None,
        _configuration: Configuration | None = None,
    ) -> None: ...
    @property
    def results(self) -> list[UserAuthenticationToken]: ...
    @results.setter
    def results(self, value: list[UserAuthenticationToken]) -> None: ...

InlineResponse2004 = InlineResponse2001
