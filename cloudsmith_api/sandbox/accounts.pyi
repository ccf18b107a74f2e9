import re
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

ALPHANUMERICS: str
EPOCH: datetime
RATE_LIMIT_SECONDS: int
LOCKOUT_SECONDS: int
EMAIL: re.Pattern[str]
SLUG: re.Pattern[str]

class Quota(NamedTuple):
    limit: int
    remaining: int
    reset: float
    seconds_left: float
    allowed: bool

class AccountError(Exception): ...
class InvalidKey(AccountError): ...
class WrongCredentials(AccountError): ...

class TwoFactorRequired(AccountError):
    two_factor_token: str

    def __init__(self, two_factor_token: str) -> None: ...

class AccountLocked(AccountError): ...
class KeyExists(AccountError): ...
class KeyNotFound(AccountError): ...

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
    def find_key_owner(self, key: str) -> User: ...
    def sign_in(self, login: str, password: str) -> User: ...
    def finish_sign_in(self, two_factor_token: str, totp_token: str) -> User: ...
    def issue_token(self, user: User) -> str: ...
    def create_key(self, user: User) -> Key: ...
    def refresh_key(self, user: User, slug_perm: str) -> Key: ...

def new_secret() -> str: ...
def new_slug_perm() -> str: ...
def new_one_time_code() -> str: ...
