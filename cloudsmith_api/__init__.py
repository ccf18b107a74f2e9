"""Client for the Cloudsmith User API: ``UserApi().user_self()`` and four more methods, and the errors they raise."""

from .api import UserApi
from .api_client import ApiClient
from .configuration import Configuration
from .exceptions import (
    ApiException,
    BadRequestException,
    ConnectionException,
    ForbiddenException,
    InsecureFileWarning,
    InsecureTransportWarning,
    InvalidResponseException,
    NotFoundException,
    RedirectException,
    ServiceException,
    TimeoutException,
    TlsException,
    TooManyRequestsException,
    TwoFactorRequiredException,
    UnauthorizedException,
    UnknownSettingWarning,
    UnprocessableEntityException,
)
from .models import (
    ErrorDetail,
    InlineResponse2001,
    InlineResponse2004,
    UserAuthenticationToken,
    UserAuthToken,
    UserAuthTokenRequest,
    UserBrief,
)
from .pagination import Page
from .rate_limit import RateLimit
from .version import __version__

__all__ = (
    'ApiClient',
    'ApiException',
    'BadRequestException',
    'Configuration',
    'ConnectionException',
    'ErrorDetail',
    'ForbiddenException',
    'InlineResponse2001',
    'InlineResponse2004',
    'InsecureFileWarning',
    'InsecureTransportWarning',
    'InvalidResponseException',
    'NotFoundException',
    'Page',
    'RateLimit',
    'RedirectException',
    'ServiceException',
    'TimeoutException',
    'TlsException',
    'TooManyRequestsException',
    'TwoFactorRequiredException',
    'UnauthorizedException',
    'UnknownSettingWarning',
    'UnprocessableEntityException',
    'UserApi',
    'UserAuthToken',
    'UserAuthTokenRequest',
    'UserAuthenticationToken',
    'UserBrief',
    '__version__',
)
