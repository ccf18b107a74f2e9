"""A page of API keys."""

from .model import Field, Model


class InlineResponse2001(Model):
    """A page of the user's API keys: the response of ``user_tokens_list``."""

    model_fields = (
        Field('results', 'list[UserAuthenticationToken]', required=True),
    )


#: The name of the same model in cloudsmith-api 2.0.42, whose generator renumbers the models in each release.
InlineResponse2004 = InlineResponse2001
