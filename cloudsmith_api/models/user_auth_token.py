"""The result of a sign-in."""

from .model import Field, Model


class UserAuthToken(Model):
    """The token of a completed sign-in: the response of ``user_token_create``."""

    model_fields = (
        Field('token', 'str', min_length=1, secret=True),
        Field('two_factor_required', 'bool'),
        Field('two_factor_token', 'str', min_length=1, secret=True),
    )
