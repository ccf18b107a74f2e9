"""A page of API keys."""

from .model import Field, Model


class InlineResponse2001(Model):
    """A page of the user's API keys, as ``user_tokens_list`` answers."""

    fields = (
        Field('results', 'list[UserAuthenticationToken]', required=True),
    )
