from ..configuration import Configuration
from .model import Model

class UserAuthToken(Model):
    token: str | None
    two_factor_required: bool | None
    two_factor_token: str | None

    def __init__(
        self,
        token: str | None = None,
        two_factor_required: bool | None = None,
        two_factor_token: str | None = None,
        _configuration: Configuration | None = None,
    ) -> None: ...
