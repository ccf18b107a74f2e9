"""The User API: one method for each endpoint."""

import functools

from .._common import validation
from .._common.tracebacks import hide_locals
from .._encoding.serialization import RequiredType
from ..api_client import ApiClient
from ..configuration import Configuration
from ..models import UserAuthTokenRequest
from ..pagination import iterate_pages

_SETTINGS = frozenset(['_headers', '_request_timeout', '_retries'])
_OPTIONS = _SETTINGS.union(['async_req', '_preload_content', '_return_http_data_only'])
_ANY_SCHEME = ('bearer', 'apikey', 'basic')


def _endpoint(method):
    """Mark a method that calls one endpoint."""
    method.is_endpoint = True
    return method


def _add_with_http_info(cls):
    """Make each endpoint method ``NAME`` return only the data, and add ``NAME_with_http_info``."""
    for name, method in list(vars(cls).items()):
        if hasattr(method, 'is_endpoint'):
            with_http_info = hide_locals(method)
            with_http_info.__name__ = name + '_with_http_info'
            # pickle and Python 3's help() look it up.
            with_http_info.__qualname__ = '%s.%s' % (cls.__name__, with_http_info.__name__)
            with_http_info.__doc__ = 'Like :meth:`%s`, but return ``(data, status, headers)``.' % name
            setattr(cls, with_http_info.__name__, with_http_info)
            setattr(cls, name, _data_only(method, with_http_info.__name__))
    return cls


def _data_only(method, with_http_info):
    """Return the form of a method that returns only the data; it calls the other form, which a program may override."""
    @functools.wraps(method)
    def call(self, *args, **kwargs):
        kwargs['_return_http_data_only'] = True
        try:
            return getattr(self, with_http_info)(*args, **kwargs)
        except BaseException:
            # As in hide_locals(), which already wraps the other form.
            del args, kwargs
            raise
    return call


def _check_options(options, known):
    for name in options:
        if name not in known:
            raise TypeError('got an unexpected keyword argument %r; besides its own parameters, this method takes %s'
                            % (name, ', '.join(sorted(known))))


@_add_with_http_info
class UserApi(object):
    """The current user, sign-in, and the user's API keys.

    Each method has two forms: ``user_self`` returns only the data, ``user_self_with_http_info`` returns ``(data,
    status, headers)``. Besides its own parameters, each takes six options:

    - ``async_req`` (bool): make the call in the background, and immediately return an object with ``get([timeout])``,
      ``wait([timeout])``, ``ready()`` and ``successful()``.
    - ``_request_timeout`` (seconds): a number limits the whole call, retries included; a pair ``(connect, read)``
      limits each connection attempt and each read. ``configuration.timeout`` by default.
    - ``_retries`` (int, or ``urllib3.Retry``): the maximum number of retries; ``configuration.retries`` by default.
    - ``_headers`` (dict): extra headers; they override ``default_headers``.
    - ``_preload_content`` (bool): if ``False``, return urllib3's response with its body unread.
    - ``_return_http_data_only`` (bool): if ``True``, ``NAME_with_http_info`` returns only the data.

    Each raises ``TypeError`` or ``ValueError`` for an invalid argument or setting, before anything is sent, and
    :class:`.ApiException`, or a subclass (see :mod:`cloudsmith_api.exceptions`), for every failure after that.

    :param ApiClient api_client: the client that makes the calls; a new ``ApiClient()`` by default.
    """

    def __init__(self, api_client=None):
        if isinstance(api_client, Configuration):
            raise TypeError('api_client must be an ApiClient, not a Configuration: UserApi(ApiClient(configuration))')
        self.api_client = ApiClient() if api_client is None else api_client

    @_endpoint
    def user_self(self, **options):
        """Return the user that the credentials belong to.

        :return: the current user; without credentials, ``authenticated`` is false and the other fields are ``None``.
        :rtype: UserBrief
        :raises UnauthorizedException: if the credentials are wrong, or a token has expired.
        """
        return self._call_endpoint('GET', '/user/self/', options, 'UserBrief')

    @_endpoint
    def user_token_create(self, data=None, **options):
        """Sign in with email and password, and with a one-time code if the user has two-factor authentication.

        Password sign-in ended on 2026-11-20: use an API key, or OIDC in CI. This call never sends the API key. Without
        ``data``, it signs in with ``configuration.username`` and ``password``.

        :param data: email and password; or, to complete a two-factor sign-in, ``two_factor_token`` and ``totp_token``.
        :type data: UserAuthTokenRequest or dict
        :return: the token.
        :rtype: UserAuthToken
        :raises TwoFactorRequiredException: if a one-time code is required; contains the ``two_factor_token``.
        :raises UnprocessableEntityException: if the sign-in fails, or ``data`` is invalid.
        :raises ForbiddenException: if the user is locked out after repeated failures.
        """
        if data is not None:
            validation.check_type('data', data, (UserAuthTokenRequest, dict), 'a UserAuthTokenRequest or a dict')
        if isinstance(data, dict) and self.api_client.configuration.client_side_validation:
            UserAuthTokenRequest.validate(data)
        return self._call_endpoint(
            'POST', '/user/token/', options, 'UserAuthToken', body=data, auth_settings=('basic',))

    @_endpoint
    def user_tokens_create(self, **options):
        """Create the user's API key.

        :return: the new key; only this response shows it in full, later ones mask it.
        :rtype: UserAuthenticationToken
        :raises BadRequestException: if the user already has a key.
        :raises UnauthorizedException: if the credentials are missing or invalid.
        """
        return self._call_endpoint('POST', '/user/tokens/', options, 'UserAuthenticationToken')

    @_endpoint
    def user_tokens_list(self, page=None, page_size=None, **options):
        """List the user's API keys, masked.

        :param int page: the page number, from 1; 1 by default.
        :param int page_size: keys per page, up to 500; 30 by default.
        :return: one page of keys.
        :rtype: InlineResponse2001
        :raises UnauthorizedException: if the credentials are missing or invalid.
        """
        query = [(name, validation.check_int(name, value))
                 for name, value in (('page', page), ('page_size', page_size)) if value is not None]
        return self._call_endpoint('GET', '/user/tokens/', options, 'InlineResponse2001', query_params=query)

    def user_tokens_iter(self, page_size=None, **options):
        """Iterate over all the user's API keys, masked, fetching pages as needed.

        :param int page_size: keys per page, up to 500; 30 by default.
        :param options: ``_headers``, ``_request_timeout`` and ``_retries``, as for :meth:`user_tokens_list`; they apply
            to the call for each page.
        :return: an iterator over :class:`.UserAuthenticationToken`; the first ``next()`` makes the first call.
        :raises TypeError: if ``page_size`` is not an int, or for any other option.
        :raises ApiException: while iterating, as for :meth:`user_tokens_list`.
        """
        if page_size is not None:
            validation.check_int('page_size', page_size)
        _check_options(options, _SETTINGS)

        def fetch(number):
            data, _, headers = self.user_tokens_list_with_http_info(page=number, page_size=page_size, **options)
            return data.results, headers

        return iterate_pages(fetch, lambda key: key.slug_perm or (key.key, key.created), page_size)

    @_endpoint
    def user_tokens_refresh(self, slug_perm, **options):
        """Replace an API key with a new one; the old one is revoked at once.

        :param str slug_perm: the ``slug_perm`` of the key, as listed by :meth:`user_tokens_list`.
        :return: the new key, in full.
        :rtype: UserAuthenticationToken
        :raises NotFoundException: if the user has no such key.
        :raises UnauthorizedException: if the credentials are missing or invalid.
        """
        if slug_perm is None:
            raise ValueError('slug_perm is required')
        return self._call_endpoint(
            'PUT', '/user/tokens/{slug_perm}/refresh/', options, 'UserAuthenticationToken',
            path_params={'slug_perm': validation.check_str('slug_perm', slug_perm)})

    def _call_endpoint(self, verb, path, options, response_type, path_params=(), query_params=(), body=None,
                       auth_settings=_ANY_SCHEME):
        _check_options(options, _OPTIONS)
        # With the defaults of all options, as generated methods do: a program's call_api() may read and change them.
        return self.api_client.call_api(
            path, verb, dict(path_params), list(query_params), {}, body=body,
            response_type=RequiredType(response_type), auth_settings=list(auth_settings),
            async_req=options.pop('async_req', None),
            _return_http_data_only=options.pop('_return_http_data_only', None),
            _preload_content=options.pop('_preload_content', True),
            _request_timeout=options.pop('_request_timeout', None), **options)
