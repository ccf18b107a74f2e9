import re
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

ALPHANUMERICS: str
EPOCH: datetime
RATE_WINDOW: int
LOCKOUT_PERIOD: int
EMAIL: re.Pattern[str]
SLUG: re.Pattern[str]

class Quota(NamedTuple):
    limit: int
    remaining: int
    reset: float
    seconds_left: float
    allowed: bool

class Refusal(Exception): ...
class InvalidKey(Refusal): ...
class WrongCredentials(Refusal): ...

class SecondFactorNeeded(Refusal):
    two_factor_token: str

    def __init__(self, two_factor_token: str) -> None: ...

class LockedOut(Refusal): ...
class KeyExists(Refusal): ...
class NoSuchKey(Refusal): ...

class Key:
    slug_perm: str
    key: str
    created: datetime

    def __init__(self, created: datetime) -> None: ...

class User:
    email: str
    password: str
    name: str
    slug: str
    slug_perm: str
    totp_token: str | None
    keys: list[Key]
    failures: int
    locked_until: float

    def __init__(self, email: str, password: str, name: str, slug: str, totp_token: str | None) -> None: ...
    @property
    def api_key(self) -> str | None: ...
    @property
    def key_slug_perm(self) -> str | None: ...

class Accounts:
    rate_limit: int
    lockout_after: int

    def __init__(self, rate_limit: int, lockout_after: int, clock: Callable[[], float]) -> None: ...
    def add_user(
        self,
        email: str | None = None,
        password: str | None = None,
        name: str | None = None,
        slug: str | None = None,
        two_factor: bool = False,
        api_key: bool = False,
        keys: int = 0,
    ) -> User: ...
    def count_request(self) -> Quota: ...
    def bearer(self, key: str) -> User: ...
    def sign_in(self, login: str, password: str) -> User: ...
    def finish_sign_in(self, two_factor_token: str, totp_token: str) -> User: ...
    def issue_token(self, user: User) -> str: ...
    def create_key(self, user: User) -> Key: ...
    def refresh_key(self, user: User, slug_perm: str) -> Key: ...

def new_secret() -> str: ...
def new_slug_perm() -> str: ...
def new_one_time_code() -> str: ...
