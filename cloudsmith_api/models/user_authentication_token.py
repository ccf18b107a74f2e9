"""An API key."""

from .model import Field, Model


class UserAuthenticationToken(Model):
    """An API key. ``key`` is complete only in the response that creates or refreshes it, and masked afterwards."""

    model_fields = (
        Field('created', 'datetime'),
        Field('key', 'str', secret=True),
        Field('slug_perm', 'str'),
    )
