"""Client for the Cloudsmith User API: start with ``UserApi().user_self()``."""

# Imported here, where few calls are nested. Deeper in this package's imports, compiling urllib3's regular expressions
# keeps crossing the end of a chunk of the interpreter's stack (3.11 and newer), and each time the next chunk is mapped
# and unmapped: 890 times. The import then takes 1.28 times as long as that of urllib3 alone, instead of 1.13 times.
import urllib3  # noqa: F401

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
