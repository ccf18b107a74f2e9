"""Client for the Cloudsmith User API: ``UserApi().user_self()`` and four more methods, and the errors they raise."""

# Here, where few calls are nested. In the midst of this package's imports, compiling urllib3's regular expressions goes
# back and forth over the end of a chunk of the interpreter's stack (3.11 and newer), which is then mapped and unmapped
# each time: 890 times, which makes the import 1.28 times as long as that of urllib3 alone, instead of 1.13 times.
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
