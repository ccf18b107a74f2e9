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
    InlineResponse2001,
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
    'ForbiddenException',
    'InlineResponse2001',
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
