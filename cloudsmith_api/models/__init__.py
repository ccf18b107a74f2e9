"""The JSON objects of the API, one class and one file each."""

from .error_detail import ErrorDetail
from .inline_response2001 import InlineResponse2001, InlineResponse2004
from .user_auth_token import UserAuthToken
from .user_auth_token_request import UserAuthTokenRequest
from .user_authentication_token import UserAuthenticationToken
from .user_brief import UserBrief

__all__ = (
    'ErrorDetail',
    'InlineResponse2001',
    'InlineResponse2004',
    'UserAuthToken',
    'UserAuthTokenRequest',
    'UserAuthenticationToken',
    'UserBrief',
)
