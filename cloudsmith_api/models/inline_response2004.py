"""A page of API keys, under its name in cloudsmith-api 2.0.42."""

from .inline_response2001 import InlineResponse2004

__all__ = ('InlineResponse2004',)
