"""The User API: what each method sends, and what it answers."""

import functools

from .._common import validation
from ..api_client import ApiClient
from ..configuration import Configuration
from ..models import UserAuthTokenRequest
from ..pagination import iterate_pages

_CALL_OPTIONS = frozenset(['async_req', '_preload_content', '_request_timeout', '_return_http_data_only'])
_KEY_OR_BASIC = ('apikey', 'basic')


def _endpoint(method):
    """Mark a method that makes one call."""
    method.is_endpoint = True
    return method


def _add_with_http_info(cls):
    """Give each endpoint's method ``NAME`` of a class, which answers data alone, its ``NAME_with_http_info``."""
    for name, method in list(vars(cls).items()):
        if hasattr(method, 'is_endpoint'):
            setattr(cls, name, _data_only(method))
            setattr(cls, name + '_with_http_info', _renamed(method, name + '_with_http_info'))
    return cls


def _data_only(method):
    @functools.wraps(method)
    def data_only(self, *args, **kwargs):
        kwargs['_return_http_data_only'] = True
        return method(self, *args, **kwargs)
    return data_only


def _renamed(method, name):
    method.__name__ = name
    method.__doc__ = 'Like :meth:`%s`, but gives ``(data, status, headers)``.' % name.replace('_with_http_info', '')
    return method


@_add_with_http_info
class UserApi(object):
    """Who the user is, signing in, and the user's API keys.

    Each method is there twice: ``user_self`` gives the data alone, ``user_self_with_http_info`` gives ``(data, status,
    headers)``. All of them take four options besides their own parameters:

    - ``async_req`` (bool): make the call in the background, and give at once an object with ``get([timeout])``,
      ``wait([timeout])``, ``ready()`` and ``successful()``.
    - ``_request_timeout`` (seconds): a number bounds the whole call, retries included; a pair ``(connect, read)``
      bounds each operation. By default, ``configuration.timeout``.
    - ``_preload_content`` (bool): ``False`` gives urllib3's response with its body unread.
    - ``_return_http_data_only`` (bool): ``True`` makes the ``_with_http_info`` form give the data alone.

    And all of them raise :class:`.ApiException` for whatever goes wrong on the wire (its subclasses say what: see
    :mod:`cloudsmith_api.exceptions`), and ``TypeError`` or ``ValueError`` for a wrong argument or setting, before
    anything is sent.

    :param ApiClient api_client: what makes the calls; a new ``ApiClient()`` by default.
    """

    def __init__(self, api_client=None):
        if isinstance(api_client, Configuration):
            raise TypeError('api_client must be an ApiClient, not a Configuration: UserApi(ApiClient(configuration))')
        self.api_client = ApiClient() if api_client is None else api_client

    @_endpoint
    def user_self(self, **options):
        """Tell who the credentials belong to.

        :return: the current user.
        :rtype: UserBrief
        :raises UnauthorizedException: if the credentials are missing or not accepted.
        """
        return self._call('GET', '/user/self/', options, 'UserBrief')

    @_endpoint
    def user_token_create(self, data=None, **options):
        """Sign in with email and password, and with a one-time code where the user has two-factor sign-in.

        The service announced the end of signing in with a password for 2026-11-20; use an API key where you can. The
        API key, if one is set, is not sent. Without ``data``, ``configuration.username`` and ``password`` sign in.

        :param data: email and password; or, to finish a two-factor sign-in, ``two_factor_token`` and ``totp_token``.
        :type data: UserAuthTokenRequest or dict
        :return: the token.
        :rtype: UserAuthToken
        :raises TwoFactorRequiredException: if a one-time code is needed; it has the ``two_factor_token`` to send.
        :raises UnprocessableEntityException: if the sign-in failed, or ``data`` is not valid.
        :raises ForbiddenException: if the user is locked out after repeated failures.
        """
        if data is not None:
            validation.check_type('data', data, (UserAuthTokenRequest, dict), 'a UserAuthTokenRequest or a dict')
        if isinstance(data, dict) and self.api_client.configuration.client_side_validation:
            UserAuthTokenRequest.validate(data)
        return self._call('POST', '/user/token/', options, 'UserAuthToken', auth_settings=('basic',), body=data)

    @_endpoint
    def user_tokens_create(self, **options):
        """Make the user's API key.

        :return: the new key, in full: later, the service shows it masked.
        :rtype: UserAuthenticationToken
        :raises BadRequestException: if the user has a key already.
        :raises UnauthorizedException: if the credentials are missing or not accepted.
        """
        return self._call('POST', '/user/tokens/', options, 'UserAuthenticationToken')

    @_endpoint
    def user_tokens_list(self, page=None, page_size=None, **options):
        """List the user's API keys, masked.

        :param int page: which page, from 1; the first by default.
        :param int page_size: how many keys a page has; 30 by default, 500 at most.
        :return: one page of keys.
        :rtype: InlineResponse2001
        :raises UnauthorizedException: if the credentials are missing or not accepted.
        """
        query = [(name, validation.check_int(name, value))
                 for name, value in (('page', page), ('page_size', page_size)) if value is not None]
        return self._call('GET', '/user/tokens/', options, 'InlineResponse2001', query_params=query)

    def user_tokens_iter(self, page_size=None, _request_timeout=None):
        """Go through all the user's API keys, masked, page by page as they are needed.

        :param int page_size: how many keys to ask for at a time; 30 by default, 500 at most.
        :param _request_timeout: as for :meth:`user_tokens_list`, for each page.
        :return: an iterator over :class:`.UserAuthenticationToken`; the first call is made with its first step.
        :raises TypeError: if ``page_size`` is not a whole number.
        :raises ApiException: while iterating, as for :meth:`user_tokens_list`.
        """
        if page_size is not None:
            validation.check_int('page_size', page_size)

        def fetch(number):
            data, _, headers = self.user_tokens_list_with_http_info(
                page=number, page_size=page_size, _request_timeout=_request_timeout)
            return data.results, headers

        return iterate_pages(fetch, lambda key: (key.slug_perm, key.key, key.created), page_size)

    @_endpoint
    def user_tokens_refresh(self, slug_perm, **options):
        """Replace an API key by a new one; the old one stops working at once.

        :param str slug_perm: which key, by the ``slug_perm`` that :meth:`user_tokens_list` shows.
        :return: the new key, in full.
        :rtype: UserAuthenticationToken
        :raises NotFoundException: if the user has no such key.
        :raises UnauthorizedException: if the credentials are missing or not accepted.
        """
        if slug_perm is None:
            raise ValueError('slug_perm is required')
        return self._call('PUT', '/user/tokens/{slug_perm}/refresh/', options, 'UserAuthenticationToken',
                          path_params={'slug_perm': validation.check_str('slug_perm', slug_perm)})

    def _call(self, verb, path, options, response_type, auth_settings=_KEY_OR_BASIC, **parameters):
        for name in options:
            if name not in _CALL_OPTIONS:
                raise TypeError('got an unexpected keyword argument %r; besides its own parameters, a method takes %s'
                                % (name, ', '.join(sorted(_CALL_OPTIONS))))
        parameters.update(options)
        return self.api_client.call_api(path, verb, response_type=response_type, auth_settings=auth_settings,
                                        **parameters)
