from .error_detail import ErrorDetail as ErrorDetail
from .inline_response2001 import InlineResponse2001 as InlineResponse2001
from .inline_response2001 import InlineResponse2004 as InlineResponse2004
from .user_auth_token import UserAuthToken as UserAuthToken
from .user_auth_token_request import UserAuthTokenRequest as UserAuthTokenRequest
from .user_authentication_token import UserAuthenticationToken as UserAuthenticationToken
from .user_brief import UserBrief as UserBrief

__all__ = (
    'ErrorDetail',
    'InlineResponse2001',
    'InlineResponse2004',
    'UserAuthToken',
    'UserAuthTokenRequest',
    'UserAuthenticationToken',
    'UserBrief',
)
