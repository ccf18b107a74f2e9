from ..configuration import Configuration
from .model import Model

class UserAuthTokenRequest(Model):
    email: str | None
    password: str | None
    totp_token: str | None
    two_factor_token: str | None

    def __init__(
        self,
        email: str | None = None,
        password: str | None = None,
        totp_token: str | None = None,
        two_factor_token: str | None = None,
        _configuration: Configuration | None = None,
    ) -> None: ...
