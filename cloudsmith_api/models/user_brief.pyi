from ..configuration import Configuration
from .model import Model

class UserBrief(Model):
    authenticated: bool | None
    email: str | None
    name: str | None
    profile_url: str | None
    self_url: str | None
    slug: str | None
    slug_perm: str | None

    def __init__(
        self,
        authenticated: bool | None = None,
        email: str | None = None,
        name: str | None = None,
        profile_url: str | None = None,
        self_url: str | None = None,
        slug: str | None = None,
        slug_perm: str | None = None,
        _configuration: Configuration | None = None,
    ) -> None: ...
