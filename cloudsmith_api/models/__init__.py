"""The JSON objects of the API, one class and one file each."""

from .inline_response2001 import InlineResponse2001
from .user_auth_token import UserAuthToken
from .user_auth_token_request import UserAuthTokenRequest
from .user_authentication_token import UserAuthenticationToken
from .user_brief import UserBrief

__all__ = (
    'InlineResponse2001',
    'UserAuthToken',
    'UserAuthTokenRequest',
    'UserAuthenticationToken',
    'UserBrief',
)
