"""The current user."""

from .model import Field, Model


class UserBrief(Model):
    """The user whose credentials were sent: the response of ``user_self``."""

    model_fields = (
        Field('authenticated', 'bool'),
        Field('email', 'str', min_length=1, max_length=254),
        Field('name', 'str', min_length=1),
        Field('profile_url', 'str'),
        Field('self_url', 'str'),
        Field('slug', 'str'),
        Field('slug_perm', 'str'),
    )
