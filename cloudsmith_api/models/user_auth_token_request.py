"""The request body of a sign-in."""

from .model import Field, Model


class UserAuthTokenRequest(Model):
    """Email and password, or the two tokens that complete a two-factor sign-in, for ``user_token_create``."""

    model_fields = (
        Field('email', 'str', min_length=1),
        Field('password', 'str', min_length=1, secret=True),
        Field('totp_token', 'str', min_length=1, secret=True),
        Field('two_factor_token', 'str', min_length=1, secret=True),
    )
