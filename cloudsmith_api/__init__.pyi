from .api import UserApi as UserApi
from .api_client import ApiClient as ApiClient
from .configuration import Configuration as Configuration
from .exceptions import ApiException as ApiException
from .exceptions import BadRequestException as BadRequestException
from .exceptions import ConnectionException as ConnectionException
from .exceptions import ForbiddenException as ForbiddenException
from .exceptions import InsecureFileWarning as InsecureFileWarning
from .exceptions import InsecureTransportWarning as InsecureTransportWarning
from .exceptions import InvalidResponseException as InvalidResponseException
from .exceptions import NotFoundException as NotFoundException
from .exceptions import RedirectException as RedirectException
from .exceptions import ServiceException as ServiceException
from .exceptions import TimeoutException as TimeoutException
from .exceptions import TlsException as TlsException
from .exceptions import TooManyRequestsException as TooManyRequestsException
from .exceptions import TwoFactorRequiredException as TwoFactorRequiredException
from .exceptions import UnauthorizedException as UnauthorizedException
from .exceptions import UnknownSettingWarning as UnknownSettingWarning
from .exceptions import UnprocessableEntityException as UnprocessableEntityException
from .models import ErrorDetail as ErrorDetail
from .models import InlineResponse2001 as InlineResponse2001
from .models import InlineResponse2004 as InlineResponse2004
from .models import UserAuthenticationToken as UserAuthenticationToken
from .models import UserAuthToken as UserAuthToken
from .models import UserAuthTokenRequest as UserAuthTokenRequest
from .models import UserBrief as UserBrief
from .pagination import Page as Page
from .rate_limit import RateLimit as RateLimit
from .version import __version__ as __version__

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
