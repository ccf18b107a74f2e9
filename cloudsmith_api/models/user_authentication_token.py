"""An API key."""

from .model import Field, Model


class UserAuthenticationToken(Model):
    """An API key; the service shows its ``key`` in full only in the answer that makes or refreshes it."""

    fields = (
        Field('created', 'datetime'),
        Field('key', 'str', secret=True),
        Field('slug_perm', 'str'),
    )
