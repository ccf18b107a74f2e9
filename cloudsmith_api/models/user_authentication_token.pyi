from datetime import datetime

from ..configuration import Configuration
from .model import Model

class UserAuthenticationToken(Model):
    created: datetime | None
    key: str | None
    slug_perm: str | None

    def __init__(
        self,
        created: datetime | None = None,
        key: str | None = None,
        slug_perm: str | None = None,
        _configuration: Configuration | None = None,
    ) -> None: ...
