# pyright: strict, reportUnnecessaryTypeIgnoreComment=true
"""Use the whole public API: type-checked by mypy and pyright, and run once against the sandbox (``tox -e types``).

Type checkers verify each ``assert_type`` statically; at run time it verifies the type of the actual value.
"""

import copy
import os
import pickle
import sys
from collections.abc import Iterator
from datetime import datetime
from logging import Logger
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple, Type, Union, get_args, get_origin

from urllib3 import BaseHTTPResponse, HTTPHeaderDict, PoolManager, Retry

import cloudsmith_api
import cloudsmith_api.api
import cloudsmith_api.api.user_api
import cloudsmith_api.models
import cloudsmith_api.models.error_detail
import cloudsmith_api.models.inline_response2001
import cloudsmith_api.models.inline_response2004
import cloudsmith_api.models.user_auth_token
import cloudsmith_api.models.user_auth_token_request
import cloudsmith_api.models.user_authentication_token
import cloudsmith_api.models.user_brief
import cloudsmith_api.rest
from cloudsmith_api import (
    ApiClient,
    ApiException,
    BadRequestException,
    Configuration,
    ConnectionException,
    ForbiddenException,
    InlineResponse2001,
    InsecureFileWarning,
    InsecureTransportWarning,
    InvalidResponseException,
    NotFoundException,
    Page,
    RateLimit,
    RedirectException,
    ServiceException,
    TimeoutException,
    TlsException,
    TooManyRequestsException,
    TwoFactorRequiredException,
    UnauthorizedException,
    UnknownSettingWarning,
    UnprocessableEntityException,
    UserApi,
    UserAuthenticationToken,
    UserAuthToken,
    UserAuthTokenRequest,
    UserBrief,
)
from cloudsmith_api.background import AsyncResult, BackgroundPool
from cloudsmith_api.credentials import RenewableToken
from cloudsmith_api.rest import RESTClientObject, RESTResponse
from cloudsmith_api.sandbox import Request, Sandbox, User

if TYPE_CHECKING:
    from typing_extensions import assert_type
else:
    def assert_type(value, expected):
        assert _is_a(value, expected), '%r is not a %s' % (value, expected)
        return value


def _is_a(value: Any, expected: Any) -> bool:
    origin, parts = get_origin(expected), get_args(expected)
    if expected is Any:
        return True
    if expected is float:
        return isinstance(value, (int, float))
    if origin is None:
        return value is None if expected is None else isinstance(value, expected)
    if origin is Union:
        return any(_is_a(value, part) for part in parts)
    if not isinstance(value, origin):
        return False
    if origin is AsyncResult:
        return _is_a(value.get(30), parts[0])
    if origin is tuple:
        return len(value) == len(parts) and all(_is_a(item, part) for item, part in zip(value, parts))
    if origin is dict:
        return all(_is_a(key, parts[0]) and _is_a(item, parts[1]) for key, item in value.items())
    return origin is not list or all(_is_a(item, parts[0]) for item in value)


Response = BaseHTTPResponse
ResponseInfo = Tuple[BaseHTTPResponse, int, HTTPHeaderDict]
UserInfo = Tuple[UserBrief, int, HTTPHeaderDict]
TokenInfo = Tuple[UserAuthToken, int, HTTPHeaderDict]
KeyInfo = Tuple[UserAuthenticationToken, int, HTTPHeaderDict]
PageInfo = Tuple[InlineResponse2001, int, HTTPHeaderDict]
AnyInfo = Tuple[Any, int, HTTPHeaderDict]


class Session:
    """A sandbox and its clients, each with its own user."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.clients: List[ApiClient] = []

    def api(self, user: Optional[User] = None) -> UserApi:
        user = user or self.sandbox.add_user()
        configuration = Configuration()
        configuration.host = self.sandbox.url
        configuration.username, configuration.password = user.email, user.password
        client = ApiClient(configuration)
        self.clients.append(client)
        return UserApi(client)

    def close(self) -> None:
        for client in self.clients:
            client.close()


def check_user_self(session: Session) -> None:
    api = session.api()
    plain = api.user_self
    assert_type(plain(), UserBrief)
    assert_type(plain(_preload_content=False), Response)
    assert_type(plain(async_req=True), AsyncResult[UserBrief])
    assert_type(plain(async_req=True, _preload_content=False), AsyncResult[Response])
    assert_type(
        plain(async_req=False, _preload_content=True, _return_http_data_only=False, _request_timeout=30),
        UserBrief)
    assert_type(plain(async_req=None, _return_http_data_only=True, _request_timeout=(10, 30.5), _retries=2), UserBrief)
    info = api.user_self_with_http_info
    assert_type(info(), UserInfo)
    assert_type(info(_preload_content=False), ResponseInfo)
    assert_type(info(async_req=True), AsyncResult[UserInfo])
    assert_type(info(async_req=True, _preload_content=False), AsyncResult[ResponseInfo])
    assert_type(info(_return_http_data_only=True), UserBrief)
    assert_type(info(_preload_content=False, _return_http_data_only=True), Response)
    assert_type(info(async_req=True, _return_http_data_only=True), AsyncResult[UserBrief])
    assert_type(
        info(async_req=True, _preload_content=False, _return_http_data_only=True),
        AsyncResult[Response])
    assert_type(
        info(async_req=False, _preload_content=True, _return_http_data_only=False, _request_timeout=30),
        UserInfo)
    assert_type(info(async_req=None, _return_http_data_only=None, _headers={'X-A': 'a'}, _retries=Retry(2)), UserInfo)


def check_user_token_create(session: Session) -> None:
    user = session.sandbox.add_user()
    api = session.api(user)
    data = UserAuthTokenRequest(user.email, user.password)
    plain = api.user_token_create
    assert_type(plain(), UserAuthToken)
    assert_type(plain({'email': user.email, 'password': user.password}), UserAuthToken)
    assert_type(plain(data), UserAuthToken)
    assert_type(plain(data, _preload_content=False), Response)
    assert_type(plain(data, async_req=True), AsyncResult[UserAuthToken])
    assert_type(plain(data, async_req=True, _preload_content=False), AsyncResult[Response])
    assert_type(
        plain(
            data, async_req=False, _preload_content=True, _return_http_data_only=False, _request_timeout=30),
        UserAuthToken)
    assert_type(
        plain(data, async_req=None, _return_http_data_only=True, _request_timeout=(10, 30.5)),
        UserAuthToken)
    info = api.user_token_create_with_http_info
    assert_type(info(data), TokenInfo)
    assert_type(info(data, _preload_content=False), ResponseInfo)
    assert_type(info(data, async_req=True), AsyncResult[TokenInfo])
    assert_type(info(data, async_req=True, _preload_content=False), AsyncResult[ResponseInfo])
    assert_type(info(data, _return_http_data_only=True), UserAuthToken)
    assert_type(info(data, _preload_content=False, _return_http_data_only=True), Response)
    assert_type(info(data, async_req=True, _return_http_data_only=True), AsyncResult[UserAuthToken])
    assert_type(
        info(data, async_req=True, _preload_content=False, _return_http_data_only=True),
        AsyncResult[Response])
    assert_type(
        info(data, async_req=False, _preload_content=True, _return_http_data_only=False, _request_timeout=30),
        TokenInfo)
    assert_type(
        info(data, async_req=None, _return_http_data_only=None, _request_timeout=(10, 30.5)),
        TokenInfo)


def check_user_tokens_create(session: Session) -> None:
    # A new user for each call, since a user can have only one API key.
    new = session.api
    assert_type(new().user_tokens_create(), UserAuthenticationToken)
    assert_type(new().user_tokens_create(_preload_content=False), Response)
    assert_type(new().user_tokens_create(async_req=True), AsyncResult[UserAuthenticationToken])
    assert_type(new().user_tokens_create(async_req=True, _preload_content=False), AsyncResult[Response])
    assert_type(
        new().user_tokens_create(
            async_req=False, _preload_content=True, _return_http_data_only=False, _request_timeout=30),
        UserAuthenticationToken)
    assert_type(
        new().user_tokens_create(async_req=None, _return_http_data_only=True, _request_timeout=(10, 30.5)),
        UserAuthenticationToken)
    assert_type(new().user_tokens_create_with_http_info(), KeyInfo)
    assert_type(new().user_tokens_create_with_http_info(_preload_content=False), ResponseInfo)
    assert_type(new().user_tokens_create_with_http_info(async_req=True), AsyncResult[KeyInfo])
    assert_type(
        new().user_tokens_create_with_http_info(async_req=True, _preload_content=False),
        AsyncResult[ResponseInfo])
    assert_type(new().user_tokens_create_with_http_info(_return_http_data_only=True), UserAuthenticationToken)
    assert_type(
        new().user_tokens_create_with_http_info(_preload_content=False, _return_http_data_only=True),
        Response)
    assert_type(
        new().user_tokens_create_with_http_info(async_req=True, _return_http_data_only=True),
        AsyncResult[UserAuthenticationToken])
    assert_type(
        new().user_tokens_create_with_http_info(
            async_req=True, _preload_content=False, _return_http_data_only=True),
        AsyncResult[Response])
    assert_type(
        new().user_tokens_create_with_http_info(
            async_req=False, _preload_content=True, _return_http_data_only=False, _request_timeout=30),
        KeyInfo)
    assert_type(
        new().user_tokens_create_with_http_info(
            async_req=None, _return_http_data_only=None, _request_timeout=(10, 30.5)),
        KeyInfo)


def check_user_tokens_list(session: Session) -> None:
    api = session.api(session.sandbox.add_user(keys=3))
    plain = api.user_tokens_list
    assert_type(plain(), InlineResponse2001)
    assert_type(plain(page=1), InlineResponse2001)
    assert_type(plain(page_size=2), InlineResponse2001)
    assert_type(plain(1, 2), InlineResponse2001)
    assert_type(plain(1, 2, _preload_content=False), Response)
    assert_type(plain(1, 2, async_req=True), AsyncResult[InlineResponse2001])
    assert_type(plain(1, 2, async_req=True, _preload_content=False), AsyncResult[Response])
    assert_type(
        plain(
            1, 2, async_req=False, _preload_content=True, _return_http_data_only=False, _request_timeout=30),
        InlineResponse2001)
    assert_type(
        plain(1, 2, async_req=None, _return_http_data_only=True, _request_timeout=(10, 30.5)),
        InlineResponse2001)
    info = api.user_tokens_list_with_http_info
    assert_type(info(1, 2), PageInfo)
    assert_type(info(1, 2, _preload_content=False), ResponseInfo)
    assert_type(info(1, 2, async_req=True), AsyncResult[PageInfo])
    assert_type(info(1, 2, async_req=True, _preload_content=False), AsyncResult[ResponseInfo])
    assert_type(info(1, 2, _return_http_data_only=True), InlineResponse2001)
    assert_type(info(1, 2, _preload_content=False, _return_http_data_only=True), Response)
    assert_type(info(1, 2, async_req=True, _return_http_data_only=True), AsyncResult[InlineResponse2001])
    assert_type(
        info(1, 2, async_req=True, _preload_content=False, _return_http_data_only=True),
        AsyncResult[Response])
    assert_type(
        info(1, 2, async_req=False, _preload_content=True, _return_http_data_only=False, _request_timeout=30),
        PageInfo)
    assert_type(
        info(1, 2, async_req=None, _return_http_data_only=None, _request_timeout=(10, 30.5)),
        PageInfo)


def check_user_tokens_refresh(session: Session) -> None:
    user = session.sandbox.add_user(api_key=True)
    api = session.api(user)
    name = user.key_slug_perm
    plain = api.user_tokens_refresh
    assert_type(plain(slug_perm=name), UserAuthenticationToken)
    assert_type(plain(name), UserAuthenticationToken)
    assert_type(plain(name, _preload_content=False), Response)
    assert_type(plain(name, async_req=True), AsyncResult[UserAuthenticationToken])
    assert_type(plain(name, async_req=True, _preload_content=False), AsyncResult[Response])
    assert_type(
        plain(
            name, async_req=False, _preload_content=True, _return_http_data_only=False, _request_timeout=30),
        UserAuthenticationToken)
    assert_type(
        plain(name, async_req=None, _return_http_data_only=True, _request_timeout=(10, 30.5)),
        UserAuthenticationToken)
    info = api.user_tokens_refresh_with_http_info
    assert_type(info(name), KeyInfo)
    assert_type(info(name, _preload_content=False), ResponseInfo)
    assert_type(info(name, async_req=True), AsyncResult[KeyInfo])
    assert_type(info(name, async_req=True, _preload_content=False), AsyncResult[ResponseInfo])
    assert_type(info(name, _return_http_data_only=True), UserAuthenticationToken)
    assert_type(info(name, _preload_content=False, _return_http_data_only=True), Response)
    assert_type(info(name, async_req=True, _return_http_data_only=True), AsyncResult[UserAuthenticationToken])
    assert_type(
        info(name, async_req=True, _preload_content=False, _return_http_data_only=True),
        AsyncResult[Response])
    assert_type(
        info(name, async_req=False, _preload_content=True, _return_http_data_only=False, _request_timeout=30),
        KeyInfo)
    assert_type(info(name, async_req=None, _return_http_data_only=None, _request_timeout=(10, 30.5)), KeyInfo)


def check_user_tokens_iter(session: Session) -> None:
    api = session.api(session.sandbox.add_user(keys=3))
    keys = assert_type(api.user_tokens_iter(), Iterator[UserAuthenticationToken])
    assert [assert_type(key.slug_perm, Optional[str]) for key in keys]
    assert len(list(api.user_tokens_iter(2, _request_timeout=30))) == 3
    assert len(list(api.user_tokens_iter(page_size=2, _request_timeout=(10, 30.0), _retries=1))) == 3
    assert len(list(api.user_tokens_iter(_headers={'X-A': 'a'}))) == 3


def check_options_known_only_at_run_time(session: Session, background: bool, preload: bool, data_only: bool) -> None:
    api = session.api()
    result = api.user_self(async_req=background)
    assert isinstance(result, UserBrief)
    unread = api.user_self(_preload_content=preload)
    assert isinstance(unread, BaseHTTPResponse)
    assert isinstance(api.user_self_with_http_info(_return_http_data_only=data_only), UserBrief)
    options: Dict[str, Any] = {'async_req': background, '_preload_content': True, '_request_timeout': 30}
    assert isinstance(api.user_tokens_list(1, 10, **options), InlineResponse2001)
    call = api.api_client.call_api
    call('/user/self/', 'GET', {}, [], {}, None, [], {}, 'UserBrief', ['basic'], background, data_only, {}, preload, 30)


def check_async_results(session: Session) -> None:
    result = session.api().user_self(async_req=True)
    result.wait(30)
    assert result.ready()
    assert result.successful()
    assert_type(result.get(), UserBrief)
    assert_type(result.get(timeout=1).name, Optional[str])


def check_call_api(session: Session) -> None:
    client = session.api().api_client
    call = client.call_api
    path = '/user/self/'
    auth = ['basic']
    assert_type(call(path, 'GET', auth_settings=auth), AnyInfo)
    assert_type(call(path, 'GET', auth_settings=auth, _preload_content=False), ResponseInfo)
    assert_type(call(path, 'GET', auth_settings=auth, async_req=True), AsyncResult[AnyInfo])
    assert_type(
        call(path, 'GET', auth_settings=auth, async_req=True, _preload_content=False),
        AsyncResult[ResponseInfo])
    assert_type(call(path, 'GET', auth_settings=auth, _return_http_data_only=True), Any)
    assert_type(
        call(path, 'GET', auth_settings=auth, _preload_content=False, _return_http_data_only=True),
        Response)
    assert_type(
        call(path, 'GET', auth_settings=auth, async_req=True, _return_http_data_only=True),
        AsyncResult[Any])
    assert_type(
        call(
            path, 'GET', auth_settings=auth, async_req=True, _preload_content=False,
            _return_http_data_only=True),
        AsyncResult[Response])
    assert_type(
        call(
            path, 'GET', auth_settings=auth, async_req=False, _preload_content=True,
            _return_http_data_only=False, _request_timeout=30),
        AnyInfo)
    assert_type(
        call(
            path, 'GET', auth_settings=auth, async_req=None,
            _return_http_data_only=None, _request_timeout=(10, 30.5)),
        AnyInfo)
    call(path, 'GET', None, {'page': 1}, {'X-Trace': '1'}, response_type=UserBrief, auth_settings=auth,
         collection_formats={'page': 'csv'}, _request_timeout=(10, 30))
    call('/user/token/', 'POST', response_type='object', auth_settings=('basic',), body={}, files={},
         post_params=None, _request_timeout=30)
    assert callable(lambda: call('/upload/', 'POST', files={'a': Path('a'), 'b': [Path('b'), 'c'], 'd': 'e'}))


def check_client(session: Session) -> None:
    configuration = session.api(session.sandbox.add_user()).api_client.configuration
    with ApiClient(configuration, header_name='X-Trace', header_value='1', cookie='a=b') as client:
        assert_type(client.rate_limit, Optional[RateLimit])
        assert_type(UserApi(client).api_client, ApiClient)
        assert_type(UserApi(client).user_self(), UserBrief)
        assert_type(client.configuration, Configuration)
        assert_type(client.rest_client, RESTClientObject)
        assert_type(client.rest_client.pool_manager, PoolManager)
        assert_type(client.default_headers, Dict[str, str])
        assert_type(client.cookie, Optional[str])
        assert_type(client.last_response, Union[RESTResponse, BaseHTTPResponse, None])
        assert_type(client.user_agent, Optional[str])
        client.user_agent = 'sample'
        client.set_default_header('X-Trace', '2')
        client.set_default_header('X-Trace', 2)
        assert_type(client.sanitize_for_serialization([UserBrief(), datetime.now()]), Any)
        check_rate_limit(client.rate_limit)
        check_transport(client, configuration.host + '/user/self/', configuration.get_basic_auth_token())
        assert_type(client.pool, BackgroundPool)
        assert_type(client.pool.apply_async(len, ('abc',)), AsyncResult[int])
    UserApi()
    UserApi(api_client=None)


def check_rate_limit(rate_limit: Optional[RateLimit]) -> None:
    assert rate_limit is not None
    assert_type(rate_limit.limit, Optional[int])
    assert_type(rate_limit.remaining, Optional[int])
    assert_type(rate_limit.interval, Optional[float])
    reset = assert_type(rate_limit.reset, Optional[datetime])
    assert reset is not None
    assert reset.tzinfo is not None
    assert_type(RateLimit.from_headers({'X-RateLimit-Limit': '5'}), RateLimit)
    assert_type(RateLimit.from_headers([('X-RateLimit-Limit', '5')]), RateLimit)
    RateLimit(limit=1, remaining=0, reset=None, interval=None)
    assert_type(RateLimit.from_headers(None), RateLimit)
    assert_type(Page.from_headers([('X-Pagination-Count', '3')]), Page)
    page = assert_type(Page.from_headers(HTTPHeaderDict({'X-Pagination-Count': '3'})), Page)
    assert_type(page.count, Optional[int])
    assert_type(page.page, Optional[int])
    assert_type(page.page_size, Optional[int])
    assert_type(page.page_total, Optional[int])
    Page(1, 1, 30, 1)


def check_transport(client: ApiClient, url: str, basic: str) -> None:
    headers = {'Authorization': basic}
    response = assert_type(client.request('GET', url, [('page', 1)], headers), RESTResponse)
    assert_type(response.status, int)
    assert_type(response.reason, Optional[str])
    assert_type(response.data, str)
    assert_type(response.getheaders(), HTTPHeaderDict)
    assert_type(response.getheader('Content-Type'), Optional[str])
    assert_type(response.getheader('X-None', 0), Union[str, int])
    assert_type(RESTResponse(response.urllib3_response, data=b'{}').data, str)
    assert_type(client.request('GET', url, {'page': 1}, headers, None, None, True, 30), RESTResponse)
    assert_type(client.request('GET', url, headers=headers, _preload_content=False), BaseHTTPResponse)
    assert_type(client.rest_client.request('GET', url, None, headers, None, None, True, 30), Any)
    assert_type(client.rest_client.request('GET', url, headers=headers, _preload_content=False), Any)
    assert_type(client.deserialize(response, 'UserBrief'), Any)
    assert_type(client.deserialize(response, UserBrief), UserBrief)
    transport = RESTClientObject(client.configuration, pools_size=1, maxsize=1)
    assert_type(transport.configuration, Configuration)
    transport.close()


class CannedTransport(RESTClientObject):
    """A program's own transport, which never calls our constructor."""

    class CannedResponse:
        status = 200
        reason = 'OK'
        data = '{"name": "Ada"}'

        def getheaders(self) -> HTTPHeaderDict:
            return HTTPHeaderDict()

        def getheader(self, name: str, default: Optional[str] = None) -> Optional[str]:
            return default

    def __init__(self) -> None:
        self.urls: List[str] = []

    def request(
        self, method: str, url: str, query_params: Any = None, headers: Any = None, body: Any = None,
        post_params: Any = None, _preload_content: bool = True, _request_timeout: Any = None,
    ) -> CannedResponse:
        self.urls.append(url)
        return self.CannedResponse()


def check_custom_transport() -> None:
    client = ApiClient()
    transport = client.rest_client = CannedTransport()
    assert UserApi(client).user_self().name == 'Ada'
    assert transport.urls


def check_configuration(session: Session) -> None:
    def refresh_api_key(refreshed: Configuration) -> None:
        refreshed.api_key['X-Api-Key'] = 'new-key'

    def fetch_token() -> Tuple[str, float]:
        return 'the-token', 3600

    configuration = assert_type(Configuration.from_environment(
        None, host=session.sandbox.url, api_key='the-key', api_key_prefix={'X-Api-Key': 'Bearer'},
        refresh_api_key_hook=refresh_api_key, username='ada', password='secret', timeout=(10, 30), retries=Retry(3),
        max_retry_after=30, max_response_bytes=1024, idle_timeout=20, pace=False, verify_ssl=True,
        ssl_verify_strict=True, ssl_ca_cert=None, cert_file=Path('a'), key_file=None, assert_hostname=False,
        tls_server_name=None, proxy=None, no_proxy='localhost', connection_pool_maxsize=4,
        safe_chars_for_path_param='', client_side_validation=True, user_agent=None, default_headers={'X-A': 'a'},
        temp_folder_path=Path('a'), debug=False, logger_file=Path('a'), logger_format='%(message)s'), Configuration)
    Configuration.from_environment(profile=None, api_key={'X-Api-Key': 'the-key'})
    assert_type(configuration.host, str)
    assert_type(configuration.api_key, Dict[str, str])
    assert_type(configuration.api_key_prefix, Dict[str, str])
    assert configuration.refresh_api_key_hook is not None
    assert Configuration.from_environment(access_token=fetch_token).access_token.current is None
    configuration.access_token = fetch_token
    configuration.access_token = RenewableToken(fetch_token)
    assert configuration.access_token.expires_in is None
    configuration.access_token = 'the-token'
    assert configuration.access_token.startswith('the')
    configuration.access_token = None
    assert_type(configuration.username, str)
    assert_type(configuration.password, str)
    assert_type(configuration.timeout, Union[float, Tuple[float, float]])
    assert_type(configuration.retries, Union[int, Retry])
    assert_type(configuration.max_retry_after, float)
    assert_type(configuration.max_response_bytes, int)
    assert_type(configuration.pace, bool)
    assert_type(configuration.verify_ssl, bool)
    assert_type(configuration.ssl_verify_strict, bool)
    assert_type(configuration.ssl_ca_cert, Optional[str])
    configuration.ssl_ca_cert = Path('b')
    configuration.ssl_ca_cert = None
    assert_type(configuration.cert_file, Optional[str])
    assert_type(configuration.key_file, Optional[str])
    assert_type(configuration.assert_hostname, Union[str, bool, None])
    assert_type(configuration.tls_server_name, Optional[str])
    assert_type(configuration.proxy, Optional[str])
    assert_type(configuration.no_proxy, Optional[str])
    assert_type(configuration.connection_pool_maxsize, int)
    assert_type(configuration.safe_chars_for_path_param, str)
    assert_type(configuration.client_side_validation, bool)
    assert_type(configuration.user_agent, Optional[str])
    assert_type(configuration.default_headers, Dict[str, str])
    assert_type(configuration.temp_folder_path, Optional[str])
    assert_type(configuration.debug, bool)
    assert_type(configuration.logger, Dict[str, Logger])
    assert_type(configuration.logger_file, Optional[str])
    assert_type(configuration.logger_format, str)
    setting = configuration.describe()[0]
    assert_type((setting.name, setting.value, setting.origin), Tuple[str, str, str])
    assert all(setting.name and setting.value and setting.origin for setting in configuration.describe())
    assert_type(configuration.get_api_key_with_prefix('X-Api-Key'), Optional[str])
    assert_type(configuration.get_basic_auth_token(), str)
    assert_type(configuration.auth_settings(), Dict[str, Dict[str, Any]])
    assert_type(configuration.credential('apikey'), Optional[str])
    assert_type(configuration.to_debug_report(), str)
    assert_type(copy.copy(configuration), Configuration)
    configuration.debug = configuration.pace = False
    configuration.logger_file = None
    configuration.logger_format = '%(message)s'
    configuration.timeout, configuration.retries, configuration.assert_hostname = 30, 0, 'localhost'
    Configuration.set_default(configuration)
    Configuration.set_default(None)


class LabelledConfiguration(Configuration):
    """A program's subclass, which declares a custom attribute."""

    label: str


def check_custom_attributes() -> None:
    labelled = LabelledConfiguration()
    labelled.label = 'staging'
    assert_type(copy.copy(labelled), LabelledConfiguration)
    assert_type(LabelledConfiguration.from_environment(), LabelledConfiguration)
    assert ApiClient(labelled).configuration is labelled


def check_models() -> None:
    configuration = Configuration()
    now = datetime.now()
    user = UserBrief(True, 'ada@example.com', 'Ada', 'https://a', 'https://b', 'ada', 'Ab1', configuration)
    assert_type(user.authenticated, Optional[bool])
    assert_type(user.email, Optional[str])
    assert_type(user.name, Optional[str])
    assert_type(user.profile_url, Optional[str])
    assert_type(user.self_url, Optional[str])
    assert_type(user.slug, Optional[str])
    assert_type(user.slug_perm, Optional[str])
    token = UserAuthToken('t', False, 'u', configuration)
    assert_type(token.token, Optional[str])
    assert_type(token.two_factor_required, Optional[bool])
    assert_type(token.two_factor_token, Optional[str])
    request = UserAuthTokenRequest('ada@example.com', 'secret', '123456', 't', configuration)
    assert_type(request.email, Optional[str])
    assert_type(request.password, Optional[str])
    assert_type(request.totp_token, Optional[str])
    assert_type(request.two_factor_token, Optional[str])
    key = UserAuthenticationToken(now, 'key', 'Ab1', configuration)
    assert_type(key.created, Optional[datetime])
    assert_type(key.key, Optional[str])
    assert_type(key.slug_perm, Optional[str])
    page = InlineResponse2001([key], configuration)
    assert_type(page.results, List[UserAuthenticationToken])
    page.results = [key, key]
    request.totp_token = None

    assert_type(user.to_dict(), Dict[str, Any])
    assert_type(user.to_dict(additional_properties=True), Dict[str, Any])
    assert_type(user.to_json(), str)
    assert_type(user.additional_properties, Dict[str, Any])
    assert_type(user.to_str(), str)
    assert_type(UserBrief.swagger_types, Dict[str, str])
    assert_type(user.attribute_map, Dict[str, str])
    assert user.discriminator is None
    assert user == copy.deepcopy(user)
    assert user != UserBrief(email=None, name='Ada')
    assert pickle.loads(pickle.dumps(user)) == user
    UserAuthTokenRequest.validate({'email': 'ada@example.com'})


def check_errors(session: Session) -> None:
    user = session.sandbox.add_user(two_factor=True)
    api = session.api(user)
    try:
        api.user_token_create(UserAuthTokenRequest(email=user.email, password=user.password))
    except TwoFactorRequiredException as error:
        second = UserAuthTokenRequest(
            two_factor_token=assert_type(error.two_factor_token, str), totp_token=user.totp_token)
        assert_type(api.user_token_create(second).token, Optional[str])
    session.sandbox.fail_next(status=429, headers={'Retry-After': 900})
    try:
        api.user_self()
    except TooManyRequestsException as error:
        assert_type(error.retry_after, Optional[float])
        assert_type(error.rate_limit, RateLimit)
    session.sandbox.fail_next(302, {'Location': 'https://elsewhere/'}, body='moved')
    try:
        api.user_self()
    except RedirectException as error:
        assert_type(error.location, Optional[str])
    session.sandbox.fail_next(404)
    try:
        api.user_self()
    except ApiException as error:
        check_attributes(error)
    for status, error_class in CLASS_BY_STATUS.items():
        assert type(ApiException(status=status)) is error_class
    ApiException(http_resp=CannedTransport.CannedResponse())


def check_attributes(error: ApiException) -> None:
    assert_type(error.status, Optional[int])
    assert_type(error.reason, Optional[str])
    assert_type(error.body, Optional[str])
    assert_type(error.headers, Optional[HTTPHeaderDict])
    assert_type(error.code, Optional[str])
    assert_type(error.detail, Optional[str])
    assert_type(error.fields, Dict[str, List[str]])
    assert_type(error.method, Optional[str])
    assert_type(error.url, Optional[str])
    assert_type(error.hint, Optional[str])
    assert isinstance(error, NotFoundException)


CLASS_BY_STATUS: Dict[int, Type[ApiException]] = {
    301: RedirectException,
    400: BadRequestException,
    401: UnauthorizedException,
    403: ForbiddenException,
    404: NotFoundException,
    418: ApiException,
    422: UnprocessableEntityException,
    429: TooManyRequestsException,
    500: ServiceException,
}
OTHER_CLASSES: List[Type[ApiException]] = [
    ConnectionException, InvalidResponseException, TimeoutException, TlsException, TwoFactorRequiredException]
WARNINGS: List[Type[UserWarning]] = [InsecureFileWarning, InsecureTransportWarning, UnknownSettingWarning]
# The same class under each of its import paths.
ALIASES: List[Tuple[type, type]] = [
    (cloudsmith_api.UserApi, cloudsmith_api.api.UserApi),
    (cloudsmith_api.UserApi, cloudsmith_api.api.user_api.UserApi),
    (cloudsmith_api.ApiClient, cloudsmith_api.api_client.ApiClient),
    (cloudsmith_api.Configuration, cloudsmith_api.configuration.Configuration),
    (cloudsmith_api.ApiException, cloudsmith_api.rest.ApiException),
    (cloudsmith_api.UserBrief, cloudsmith_api.models.UserBrief),
    (cloudsmith_api.UserBrief, cloudsmith_api.models.user_brief.UserBrief),
    (cloudsmith_api.UserAuthToken, cloudsmith_api.models.user_auth_token.UserAuthToken),
    (cloudsmith_api.UserAuthTokenRequest, cloudsmith_api.models.user_auth_token_request.UserAuthTokenRequest),
    (UserAuthenticationToken, cloudsmith_api.models.user_authentication_token.UserAuthenticationToken),
    (cloudsmith_api.InlineResponse2001, cloudsmith_api.models.inline_response2001.InlineResponse2001),
    (cloudsmith_api.InlineResponse2001, cloudsmith_api.models.inline_response2004.InlineResponse2004),
    (cloudsmith_api.ErrorDetail, cloudsmith_api.models.error_detail.ErrorDetail),
]


def check_sandbox() -> None:
    with Sandbox(port=0, rate_limit=1000, lockout_after=3, clock=lambda: 1600000000.0) as sandbox:
        assert_type(sandbox, Sandbox)
        user = assert_type(sandbox.add_user('a@example.com', 'secret', 'Ada', 'ada', True, True, 2), User)
        assert_type(user.email, str)
        assert_type(user.password, str)
        assert_type(user.name, str)
        assert_type(user.slug, str)
        assert_type(user.slug_perm, str)
        assert_type(user.totp_token, Union[str, Any])
        assert_type(user.api_key, Union[str, Any])
        assert_type(user.key_slug_perm, Union[str, Any])
        sandbox.fail_next(503, {'Retry-After': '0'}, b'', delay=0.01, times=1)
        sandbox.fail_next(truncate=10000, trickle=0.0001)
        sandbox.fail_next(truncate='before')
        configuration = Configuration()
        configuration.host = sandbox.url
        configuration.api_key['X-Api-Key'] = user.api_key
        with ApiClient(configuration) as client:
            UserApi(client).user_self()
            configuration.retries = 0
            try:
                UserApi(client).user_self()
            except ConnectionException as error:
                assert_type(error.status, Optional[int])
        request = assert_type(sandbox.requests, List[Request])[0]
        assert_type(request.method, str)
        assert_type(request.url, str)
        assert_type(request.path, str)
        assert_type(request.query, str)
        assert_type(request.body, bytes)
        assert_type(request.headers['Host'], str)
        assert_type(request.headers.get('Host'), Optional[str])
        assert 'Host' in request.headers
        assert len(list(request.headers)) == len(request.headers)
    assert callable(sandbox.app)
    assert_type(sandbox.start(), Sandbox).stop()


def check_mistakes(session: Session) -> None:
    """Mistakes that raise and that type checkers report: to them, an `ignore` that suppresses nothing is an error."""
    api = session.api()
    for mistake in (
        lambda: api.user_self(asinc_req=True),  # type: ignore
        lambda: api.user_self(3),  # type: ignore
        lambda: api.user_token_create('ada'),  # type: ignore
        lambda: api.user_tokens_list(page='2'),  # type: ignore
        lambda: api.user_tokens_list(_request_timeout='2'),  # type: ignore
        lambda: api.user_tokens_iter(async_req=True),  # type: ignore
        lambda: api.user_tokens_refresh(),  # type: ignore
        lambda: UserBrief(nmae='Ada'),  # type: ignore
        lambda: Configuration.from_environment(verfy_ssl=True),  # type: ignore
        lambda: session.sandbox.fail_next(truncate='after'),  # type: ignore
    ):
        try:
            mistake()
        except TypeError:
            continue
        raise AssertionError('the mistake did not raise TypeError')


def main() -> None:
    # Do not read the developer's own settings files.
    os.environ['CLOUDSMITH_CONFIG_FILE'] = os.environ['CLOUDSMITH_CREDENTIALS_FILE'] = os.devnull
    assert_type(cloudsmith_api.__version__, str)
    assert all(issubclass(error_class, ApiException) for error_class in OTHER_CLASSES)
    assert all(issubclass(warning_class, UserWarning) for warning_class in WARNINGS)
    assert all(one is other for one, other in ALIASES)
    check_sandbox()
    check_models()
    check_custom_attributes()
    check_custom_transport()
    with Sandbox() as sandbox:
        session = Session(sandbox)
        check_user_self(session)
        check_user_token_create(session)
        check_user_tokens_create(session)
        check_user_tokens_list(session)
        check_user_tokens_refresh(session)
        check_user_tokens_iter(session)
        check_options_known_only_at_run_time(session, background=False, preload=False, data_only=True)
        check_async_results(session)
        check_call_api(session)
        check_client(session)
        check_configuration(session)
        check_errors(session)
        check_mistakes(session)
        session.close()
    sys.stdout.write('Every overload returned the type that its stub declares.\n')


if __name__ == '__main__':
    main()
