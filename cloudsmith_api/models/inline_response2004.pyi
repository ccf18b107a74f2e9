from .inline_response2001 import InlineResponse2004 as InlineResponse2004

__all__ = ('InlineResponse2004',)
