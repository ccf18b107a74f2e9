"""What a sign-in sends."""

from .model import Field, Model


class UserAuthTokenRequest(Model):
    """What ``user_token_create`` sends: email and password, or the two tokens that finish a two-factor sign-in."""

    fields = (
        Field('email', 'str', min_length=1),
        Field('password', 'str', min_length=1, secret=True),
        Field('totp_token', 'str', min_length=1, secret=True),
        Field('two_factor_token', 'str', min_length=1, secret=True),
    )
