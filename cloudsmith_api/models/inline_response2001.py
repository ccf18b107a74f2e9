"""A page of API keys."""

from .model import Field, Model


class InlineResponse2001(Model):
    """A page of the user's API keys: the response of ``user_tokens_list``."""

    fields = (
        Field('results', 'list[UserAuthenticationToken]', required=True),
    )
