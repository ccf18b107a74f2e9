"""The errors of accounts and identity tokens, without HTTP; ``_app`` maps each to a status."""


class AccountError(Exception):
    """An operation that the account rules do not allow; ``str`` is the message for the client."""


class InvalidKey(AccountError):
    """The API key does not exist."""


class KeyExpired(AccountError):
    """The API key is older than the key policy of its workspace allows."""


class InvalidToken(AccountError):
    """The access token was not issued here, was revoked, or has expired."""


class WrongCredentials(AccountError):
    """The email, password, two-factor token or one-time code is wrong."""


class TwoFactorRequired(AccountError):
    """The password is correct; the second step needs ``two_factor_token``."""

    def __init__(self, two_factor_token):
        super(TwoFactorRequired, self).__init__('Two-factor authentication is required.')
        self.two_factor_token = two_factor_token


class AccountLocked(AccountError):
    """Too many sign-ins have failed in a row; even the correct password is rejected until the lock expires."""


class KeyExists(AccountError):
    """The user already has an API key; the service allows one per user."""


class KeyNotFound(AccountError):
    """The user has no API key with this ``slug_perm``."""


class ServiceNotFound(AccountError):
    """The workspace has no service account of this name, or does not exist."""


class InvalidIdentityToken(AccountError):
    """The identity token, or the token with which a job requests one, was not issued here or has expired."""


class WrongAudience(AccountError):
    """The identity token was issued for another audience."""
