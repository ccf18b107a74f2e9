"""Scripts with the same outcome on this package and on each published release, in every part."""

import gzip

from comparison import USER, Script
from servers import http_response, json_response

KEY = json_response('{"created": "2024-01-02T03:04:05.000006Z", "key": "abc", "slug_perm": "def"}')
PAGE = json_response('{"results": [{"created": "2024-01-02T03:04:05Z", "key": "***", "slug_perm": "def"}, {}]}',
                   headers=[('X-Pagination-Count', '2')])
TOKEN = json_response('{"token": "abc"}', 201)
NOT_FOUND = http_response(404, '{"detail": "Not found."}', [('Content-Type', 'application/json')], reason='Not Found')

#: A custom transport as programs write it: it does not call the constructor of its base class.
TRANSPORT = """
class Response(object):
    def __init__(self, status, data):
        self.status, self.reason, self.data = status, 'Fine', data
    def getheaders(self):
        return {'X-Mine': 'yes'}
    def getheader(self, name, default=None):
        return self.getheaders().get(name, default)

class Transport(RESTClientObject):
    def __init__(self, *responses):
        self.responses, self.requests = list(responses), []
    def request(self, method, url, query_params=None, headers=None, body=None, post_params=None,
                _preload_content=True, _request_timeout=None):
        shown = {name: headers[name] for name in ('Accept', 'Content-Type', 'X-Api-Key', 'X-Mine') if name in headers}
        self.requests.append([method, url.replace(host, ''), query_params or [], shown, body, post_params or [],
                              _preload_content, _request_timeout])
        response = self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]
        if response.status >= 400:
            raise ApiException(http_resp=response)
        return response
"""

#: Scripts by name.
MATCHING = {
    'user_self': Script("""
api.user_self()
api.user_self_with_http_info()
api.user_self().to_dict() == {'authenticated': True, 'email': 'ada@example.com', 'name': 'Ada', 'profile_url': None,
                              'self_url': None, 'slug': 'ada', 'slug_perm': None}
"""),
    'user_token_create': Script("""
api.user_token_create(data=UserAuthTokenRequest(email='ada@example.com', password='secret'))
api.user_token_create_with_http_info(data={'email': 'ada@example.com', 'password': 'secret'})
api.user_token_create(data=UserAuthTokenRequest('ada@example.com', 'secret', '123456'))
api.user_token_create(data=UserAuthTokenRequest())
configuration.username, configuration.password = 'ada', 'secret'
api.user_token_create(data={})
""", (TOKEN,)),
    'user_tokens_list': Script("""
api.user_tokens_list()
api.user_tokens_list(page=2, page_size=500)
api.user_tokens_list(page=0, page_size=-1)
api.user_tokens_list_with_http_info(page_size=5)
[key.created.isoformat() for key in api.user_tokens_list().results[:1]]
api.user_tokens_list() == api.user_tokens_list()
""", (PAGE,)),
    'API keys through call_api': Script("""
client.call_api('/user/tokens/', 'POST', header_params=ACCEPT, body={}, response_type='UserAuthenticationToken',
                auth_settings=['apikey', 'basic'])
client.call_api('/user/tokens/{slug_perm}/refresh/', 'PUT', {'slug_perm': 'a/b \\u00fc~%?#'}, header_params=ACCEPT,
                body={}, response_type='UserAuthenticationToken', auth_settings=['apikey'])
""", (KEY,)),
    'call options': Script("""
api.user_self(_preload_content=False)
api.user_self_with_http_info(_preload_content=False)
api.user_self(_preload_content=None).data
api.user_self(_return_http_data_only=False)
api.user_self_with_http_info(_return_http_data_only=True)
api.user_self(_request_timeout=5)
api.user_self(_request_timeout=(5, 5))
api.user_self(_request_timeout=None)
api.user_self(async_req=None)
api.user_self(cheese=5)
api.user_self(5)
api.user_tokens_list(cheese=5)
api.user_tokens_refresh()
api.user_tokens_refresh(None)
"""),
    # A request counts for the statement during which it is sent, so the statement that makes a call waits for it.
    'async calls': Script("""
(promise := api.user_self(async_req=True)).wait(10)
promise.ready()
promise.successful()
promise.get()
promise.get(timeout=1).name
api.user_self_with_http_info(async_req=True).get(10)
api.user_self(async_req=True, _preload_content=False).get(10).data
[promise.get(10).name for promise in [api.user_self(async_req=True) for _ in range(5)]]
"""),
    'async call that fails': Script("""
(promise := api.user_self(async_req=True)).wait(10)
promise.successful()
promise.get()
""", (NOT_FOUND,)),
    'errors': Script("""
api.user_self()
api.user_self_with_http_info()
api.user_tokens_list(page=1)
api.user_token_create(data={'email': 'ada@example.com'})
client.call_api('/x/', 'DELETE', header_params=ACCEPT, body={})
""", (NOT_FOUND,)),
    'error without a reason and with a repeated header': Script("""
api.user_self()
""", (http_response(422, u'\xfc', [('Set-Cookie', 'a=b'), ('Set-Cookie', 'c=d'), ('X-Latin', u'\xfc')], reason=''),)),
    'chunked response': Script("""
api.user_self_with_http_info()
""", (http_response(200, b'5\r\n{"nam\r\n9\r\ne":"Ada"}\r\n0\r\n\r\n', [('Transfer-Encoding', 'chunked')]),)),
    'compressed response': Script("""
api.user_self_with_http_info()
""", (http_response(200, gzip.compress(b'{"name": "Ada"}', mtime=0), [('Content-Encoding', 'gzip')]),)),
    'unusual success status': Script("""
api.user_self_with_http_info()
""", (json_response('{"name": "Ada"}', 299),)),
    'retries after Retry-After': Script("""
api.user_self().name
[int(seconds) for seconds in slept]
""", (http_response(429, headers=[('Retry-After', '36')]), http_response(503, headers=[('Retry-After', '5')]), USER)),
    'retries that run out': Script("""
api.user_self()
[int(seconds) for seconds in slept]
""", (http_response(429, headers=[('Retry-After', '36')]),)),
    'positional arguments of call_api': Script("""
client.call_api('/x/{a}/', 'POST', {'a': 5}, [('b', 'c')], {'Accept': 'text/x', 'X-Mine': 'd'}, [1, None, 'x'], [], {},
                'UserBrief', ['apikey'], None, True, {}, True, 5)
client.call_api('/x/', 'GET', None, None, ACCEPT, None, None, None, 'UserBrief', [], True).get(10)
"""),
    'bodies': Script("""
for verb in ('DELETE', 'OPTIONS', 'PATCH', 'POST', 'PUT'):
    client.call_api('/x/', verb, header_params=ACCEPT, body={'a': [1, None, True, 1.5, {}]})
client.call_api('/x/', 'POST', header_params=ACCEPT, body='text')[1]
client.call_api('/x/', 'POST', header_params=ACCEPT, body=0)[1]
client.call_api('/x/', 'POST', header_params=ACCEPT, body=False)[1]
client.call_api('/x/', 'POST', header_params=ACCEPT, body='')[1]
client.call_api('/x/', 'POST', header_params=ACCEPT, body=[])[1]
client.call_api('/x/', 'POST', header_params=ACCEPT, body=(1, (2, 3)))[1]
client.call_api('/x/', 'POST', header_params=ACCEPT, body={5: 10 ** 30})[1]
client.call_api('/x/', 'POST', header_params=ACCEPT, body=[UserBrief(name='Ada'), datetime.date(2024, 1, 2)])[1]
client.call_api('/x/', 'POST', header_params=ACCEPT, body=datetime.datetime(2024, 1, 2, 3, 4, 5, 6))[1]
client.call_api('/x/', 'POST', header_params=ACCEPT, body={'a': 1}, post_params=[('a', 'b')])
client.call_api('/x/', 'BREW', header_params=ACCEPT)
client.call_api('/x/', 'post', header_params=ACCEPT)
TEXT = {'Accept': 'text/plain', 'Content-Type': 'text/plain'}
client.call_api('/x/', 'POST', header_params=TEXT, body='text')[1]
OTHER_JSON = {'Accept': 'application/json', 'Content-Type': 'application/vnd.mine+json; charset=utf-8'}
client.call_api('/x/', 'POST', header_params=OTHER_JSON, body='text')[1]
"""),
    'HEAD request': Script("""
client.call_api('/x/', 'HEAD', header_params=ACCEPT)
""", (http_response(200, headers=[('X-Mine', 'a')]),)),
    'forms': Script("""
FORM = {'Accept': 'application/json', 'Content-Type': 'application/x-www-form-urlencoded'}
client.call_api('/x/', 'POST', header_params=FORM, post_params=[('a', '1 2'), ('b', '\\u00fc'), ('a', 3)])[1]
client.call_api('/x/', 'POST', header_params=FORM, post_params={'a': [1, 2], 'b': None, 'c': True, 'd': b'x'})[1]
client.call_api('/x/', 'POST', header_params=FORM, post_params={'a': datetime.datetime(2024, 1, 2, 3, 4, 5)})[1]
client.call_api('/x/', 'POST', header_params=FORM, post_params={'a': datetime.date(2024, 1, 2)})[1]
client.call_api('/x/', 'POST', header_params=FORM)[1]
"""),
    'queries': Script("""
def query(pairs, path='/x/', **options):
    return client.call_api(path, 'GET', query_params=pairs, header_params=ACCEPT, **options)[1]
query({'a': '\\u00fc /&=?~', 'b': 1.5, 'c': 5})
query([('a', 'x'), ('a', 'y'), ('b', '')])
query([])
query([('a', datetime.datetime(2024, 1, 2, 3, 4, 5)), ('b', datetime.date(2024, 1, 2))])
for style in ('csv', 'multi', 'pipes', 'ssv', 'tsv'):
    query([('a', [1, 'x y']), ('b', 2)], collection_formats={'a': style})
"""),
    'host without a path': Script("""
configuration.host = host[:-len('/v1')]
api.user_self().name
api.user_tokens_list()
""", (USER, PAGE)),
    'paths': Script("""
client.call_api('/x/{a}/{b}/', 'GET', {'a': '\\u00fc /&=?~-_.!*()%', 'b': 5}, header_params=ACCEPT)[1]
client.call_api('/x/', 'GET', {'a': 'not in the path'}, header_params=ACCEPT)[1]
configuration.safe_chars_for_path_param = '/='
client.call_api('/x/{a}/', 'GET', {'a': 'b/c=d&e'}, header_params=ACCEPT)[1]
configuration.host = host + '/deeper'
api.user_self().name
"""),
    'headers': Script("""
client.set_default_header('X-Mine', 'a')
client.default_headers['Accept'] = 'text/plain'
api.user_self().name
client.user_agent = 'mine/1'
client.user_agent
api.user_self().name
client.cookie = 'a=b'
client.call_api('/x/', 'GET', header_params={'X-Mine': 'b', 'X-Number': 5, 'X-Latin': '\\u00fc', 'Cookie': 'c=d',
                                             'X-Api-Key': 'other'}, auth_settings=['apikey'])[1]
UserApi(ApiClient(configuration, 'X-Other', 'c', 'd=e')).user_self().name
other = ApiClient(configuration=configuration, header_name='X-Other', header_value='c', cookie='d=e')
UserApi(other).user_self().name
other.cookie
client.call_api('/x/', 'GET', header_params={'X-Other': 'a\\r\\nX-Smuggled: b'})
"""),
    'response types': Script("""
def read(text, kind):
    client.rest_client = type('FixedTransport', (RESTClientObject,), {
        '__init__': lambda self: None, 'request': lambda *_, **__: Response(200, text)})()
    return client.call_api('/x/', 'GET', response_type=kind, _return_http_data_only=True)
""" + TRANSPORT + """
read('{"name": "Ada", "more": 1}', 'UserBrief')
read('{"name": "Ada"}', UserBrief)
read('[{"name": "Ada"}, {}]', 'list[UserBrief]')
read('{"x": {"name": "Ada"}}', 'dict(str, UserBrief)')
read('{"x": [1, 2]}', 'dict(str, list[int])')
read('[]', 'list[str]')
read('"2024-01-02T03:04:05.000006Z"', 'datetime')
read('"2024-01-02 03:04:05+01:00"', 'datetime')
read('"2024-01-02"', 'datetime')
read('"2024-01-02"', 'date')
read('"2024-01-02T03:04:05Z"', 'date')
read('["2024-01-02"]', 'list[date]')
read('"text"', 'str')
read('text', 'str')
read('', 'str')
read('5', 'str')
read('5', 'int')
read('5', 'float')
read('5.5', 'float')
read('true', 'bool')
read('{"a": [1, null, "2024-01-02"]}', 'object')
read('null', 'object')
read('NaN', 'object')
read('anything', None)
"""),
    'deserialize and request': Script("""
api.user_self().name
type(client.last_response).__name__
client.last_response.status, client.last_response.reason, client.last_response.data
client.last_response.getheader('content-type'), client.last_response.getheader('X-None', 5)
client.deserialize(client.last_response, 'UserBrief')
client.deserialize(client.last_response, UserBrief)
client.deserialize(client.last_response, 'dict(str, object)')
client.request('GET', host + '/x/', query_params=[('a', 'b')], headers={'Content-Type': 'application/json'})
client.request('POST', host + '/x/', body={'a': 1}, headers={}).status
client.rest_client.request('PUT', host + '/x/', body=[1], headers={'X-Mine': 'a'})
client.rest_client.request('DELETE', host + '/x/', body=[1]).data
RESTClientObject(configuration, 4, 2).request('POST', host + '/x/', body=[1]).status
client.rest_client.pool_manager.connection_pool_kw['maxsize'] == configuration.connection_pool_maxsize
client.sanitize_for_serialization([UserBrief(name='Ada'), datetime.date(2024, 1, 2), None, 1.5, {'a': ['b']}])
"""),
    'custom transport': Script(TRANSPORT + """
client.rest_client = transport = Transport(Response(200, '{"name": "Ada"}'))
api.user_self()
api.user_self_with_http_info()
api.user_self(async_req=True).get(10)
api.user_self(_preload_content=False).data
api.user_self(_request_timeout=5).name
api.user_self(_request_timeout=(1, 2)).name
api.user_token_create(data=UserAuthTokenRequest(email='ada@example.com', password='\\u00fc'))
api.user_token_create(data={'email': 'ada@example.com'})
api.user_token_create()
api.user_tokens_create()
api.user_tokens_refresh('a/b')
client.call_api('/x/', 'POST', header_params={'X-Mine': 'a'}, body=[UserBrief(name='Ada')])[1:]
transport.requests[:-1], transport.requests[-1][4]
client.last_response.data
transport.responses = [Response(200, b'{"name": "Ada"}'), Response(404, '{"detail": "no"}')]
api.user_self().name
api.user_self()
api.user_self(async_req=True).get(10)
transport.responses = [Response(200, '{"results": []}')]
api.user_tokens_list(page=2, page_size=5)
transport.requests[-1]
"""),
    'JSON value as a type': Script("""
client._ApiClient__deserialize({'name': 'Ada', 'more': 1}, 'UserBrief')
client._ApiClient__deserialize({'name': 'Ada'}, UserBrief)
client._ApiClient__deserialize([{'name': 'Ada'}], 'list[UserBrief]')
client._ApiClient__deserialize({'x': [1]}, 'dict(str, list[int])')
client._ApiClient__deserialize({'results': [{'created': '2024-01-02T03:04:05.000006Z'}]}, key_page)
client._ApiClient__deserialize('2024-01-02', datetime.date)
client._ApiClient__deserialize(5, int), client._ApiClient__deserialize(5, 'str')
client._ApiClient__deserialize({'a': [1]}, object)
client._ApiClient__deserialize(None, 'UserBrief')
client._ApiClient__deserialize({'detail': 'x', 'fields': {'email': ['y']}}, 'ErrorDetail').fields
client._ApiClient__deserialize_model({'name': 'Ada', 'more': 1}, UserBrief)
client._ApiClient__deserialize_model({'results': [{'created': '2024-01-02T03:04:05.000006Z'}]}, KeyPage)
client._ApiClient__deserialize_model({}, UserBrief)
client._ApiClient__deserialize_model(None, UserBrief)
rows = [{'created': '2024-01-02T03:04:05.000006Z', 'key': 'k', 'slug_perm': 's'}]
client._ApiClient__deserialize(rows, 'list[UserAuthenticationToken]')
rows
"""),
    'patches of tests': Script(TRANSPORT + """
import io, urllib3
from unittest import mock
def make(*_, **__):
    return Transport(Response(200, '{"name": "Bob"}'))
def call(patched, fresh=False):
    with patched:
        return UserApi(ApiClient(configuration) if fresh else client).user_self_with_http_info()[:2]
call(mock.patch('cloudsmith_api.rest.RESTClientObject.request', return_value=Response(200, '{"name": "Bob"}')))
call(mock.patch('cloudsmith_api.rest.RESTClientObject.request', side_effect=ApiException(status=404)))
call(mock.patch('cloudsmith_api.rest.RESTClientObject', make), fresh=True)
call(mock.patch('cloudsmith_api.api_client.rest.RESTClientObject', make), fresh=True)
call(mock.patch.object(client.rest_client, 'request', return_value=Response(200, '{"name": "Bob"}')))
call(mock.patch.object(client, 'rest_client', make()))
call(mock.patch('cloudsmith_api.ApiClient.request', return_value=Response(200, '{"name": "Bob"}')))
call(mock.patch('cloudsmith_api.api_client.ApiClient.call_api', return_value=(5, 200, {})))
call(mock.patch('cloudsmith_api.UserApi.user_self_with_http_info', return_value=(5, 200, {})))
call(mock.patch('urllib3.connectionpool.HTTPConnectionPool.urlopen', lambda *_, **__: urllib3.HTTPResponse(
    io.BytesIO(b'{"name": "Bob"}'), status=200, preload_content=False)))
"""),
    'ApiException and RESTResponse': Script("""
ApiException(404, 'Gone')
ApiException(status=404, reason='Gone').status
ApiException()
ApiException.__mro__[1].__name__
ApiException(http_resp=client.request('POST', host + '/x/', body=1))
class Problem(ApiException):
    def __init__(self, message, status=500):
        super().__init__(status=status, reason=message)
Problem('Gone', status=404)
Problem(message='Gone')
class Bare(ApiException):
    def __init__(self, status, reason='Gone', body=None):
        self.status, self.reason, self.body, self.headers = status, reason, body, {}
Bare(404)
'Gone' in str(Bare(404))
class Failing(RESTClientObject):
    def __init__(self):
        pass
    def request(self, *_, **__):
        raise Bare(404)
failing = ApiClient(configuration)
failing.rest_client = Failing()
UserApi(failing).user_self()
""" + TRANSPORT + """
ApiException(http_resp=Response(404, '{}'))
response = RESTResponse(client.request('POST', host + '/x/', body=1, _preload_content=False))
response.status, response.reason, response.getheaders(), response.getheader('Content-Type')
"""),
    'configuration': Script("""
settings = ['api_key', 'api_key_prefix', 'refresh_api_key_hook', 'username', 'password', 'debug', 'logger_file',
            'logger_format', 'verify_ssl', 'ssl_ca_cert', 'cert_file', 'key_file', 'assert_hostname', 'proxy',
            'connection_pool_maxsize', 'safe_chars_for_path_param', 'client_side_validation', 'temp_folder_path']
{name: getattr(Configuration(), name) for name in settings}
Configuration() is Configuration()
sorted(Configuration().logger)
{name: Configuration().auth_settings()[name] for name in ('apikey', 'basic')}
{name: configuration.auth_settings()[name] for name in ('apikey', 'basic')}
configuration.get_api_key_with_prefix('X-Api-Key'), configuration.get_api_key_with_prefix('Other')
configuration.api_key_prefix['X-Api-Key'] = 'Bearer'
configuration.get_api_key_with_prefix('X-Api-Key')
api.user_self().name
configuration.api_key.clear()
api.user_self().name
configuration.get_basic_auth_token()
configuration.username = 'ada'
api.user_self().name
configuration.password = 'sec:ret'
configuration.get_basic_auth_token()
api.user_self().name
{name: configuration.auth_settings()[name] for name in ('apikey', 'basic')}
configuration.debug = True
configuration.debug
configuration.debug = False
configuration.to_debug_report().splitlines()[:4]
"""),
    'default configuration': Script("""
configuration.mine, configuration.many = 5, {'a': [1]}
Configuration.set_default(configuration)
Configuration._default is configuration
Configuration() is configuration
ApiClient().configuration is configuration
Configuration().mine, Configuration().many, Configuration().api_key, Configuration().host == host
Configuration().many is configuration.many, Configuration().api_key is configuration.api_key
Configuration().many['a'] is configuration.many['a']
other = Configuration()
other.api_key['X-Api-Key'] = 'other'
configuration.api_key
configuration.mine = 6
Configuration().mine
UserApi().user_self().name
UserApi(None).user_self().name
Configuration.set_default(None)
hasattr(Configuration(), 'mine'), Configuration().host == host
"""),
    'subclass of Configuration': Script("""
class Mine(Configuration):
    def __init__(self):
        super(Mine, self).__init__()
        self.extra = 1
Mine().extra, Mine().host == Configuration().host != host
own = Mine()
own.host = host
UserApi(ApiClient(own)).user_self().name
Mine.set_default(own)
Configuration().extra, type(Configuration()).__name__
"""),
    'models': Script("""
user = UserBrief(True, 'ada@example.com', 'Ada', 'p', 's', 'slug', 'perm')
user
same = UserBrief(authenticated=True, email='ada@example.com', name='Ada', profile_url='p', self_url='s', slug='slug',
                 slug_perm='perm')
user == same, user != same, user == UserBrief(), user != UserBrief(), user == 5, user != 5, user == user.to_dict()
user.to_str(), repr(user), str(user)
user.name = 'Bob'
user.name = ''
user.email = 'x' * 255
user.name, user.email
user.name = None
user.own = 5
user.name, user.own
UserBrief.swagger_types, UserBrief.attribute_map
UserAuthToken.swagger_types, UserAuthenticationToken.swagger_types, KeyPage.swagger_types
UserAuthToken.attribute_map, UserAuthenticationToken.attribute_map, KeyPage.attribute_map
UserBrief(cheese=5)
UserBrief(1, 2, 3, 4, 5, 6, 7, 8, 9)
UserBrief(name='')
UserBrief(name=5)
KeyPage()
quiet = Configuration()
quiet.client_side_validation = False
UserBrief(name='', _configuration=quiet)
UserAuthenticationToken(datetime.datetime(2024, 1, 2), 'k', 's')
page = KeyPage(results=[UserAuthenticationToken(key='k'), UserAuthenticationToken()])
page
page == KeyPage([UserAuthenticationToken(key='k'), UserAuthenticationToken()])
page.results = None
page.results[0].key
isinstance(api.user_tokens_list(), KeyPage)
client.call_api('/x/', 'GET', response_type=key_page, header_params=ACCEPT)[0]
KeyPage([{'a': 1}]).to_dict()
from cloudsmith_api import ErrorDetail
ErrorDetail(detail='x').detail, ErrorDetail(detail='x').fields
ErrorDetail(detail='x', fields={'email': ['y']}) == ErrorDetail(detail='x', fields={'email': ['y']})
ErrorDetail(detail='x', fields={'email': ['y']}).fields
ErrorDetail()
ErrorDetail(detail='')
hash(UserBrief())
copy.copy(user) == user
UserBrief().discriminator
""", (PAGE,)),
    'imports': Script("""
import cloudsmith_api.api.user_api, cloudsmith_api.api_client, cloudsmith_api.configuration, cloudsmith_api.rest
import cloudsmith_api.models.inline_response2001, cloudsmith_api.models.user_auth_token
import cloudsmith_api.models.user_auth_token_request, cloudsmith_api.models.user_authentication_token
import cloudsmith_api.models.user_brief, cloudsmith_api.models.error_detail, importlib
cloudsmith_api.models.error_detail.ErrorDetail is cloudsmith_api.models.ErrorDetail is cloudsmith_api.ErrorDetail
key_page_module = importlib.import_module('cloudsmith_api.models.' + key_page.replace('InlineR', 'inline_r'))
getattr(key_page_module, key_page) is KeyPage
getattr(cloudsmith_api.models, key_page) is KeyPage
cloudsmith_api.api.UserApi is cloudsmith_api.api.user_api.UserApi is UserApi
cloudsmith_api.models.UserBrief is cloudsmith_api.models.user_brief.UserBrief is UserBrief
cloudsmith_api.models.inline_response2001.InlineResponse2001 is InlineResponse2001
cloudsmith_api.models.user_auth_token.UserAuthToken is UserAuthToken
cloudsmith_api.models.user_auth_token_request.UserAuthTokenRequest is UserAuthTokenRequest
cloudsmith_api.models.user_authentication_token.UserAuthenticationToken is UserAuthenticationToken
cloudsmith_api.api_client.ApiClient is ApiClient
cloudsmith_api.configuration.Configuration is Configuration
cloudsmith_api.rest.logger.name
UserApi.__module__, ApiClient.__module__, Configuration.__module__, UserBrief.__module__, RESTClientObject.__module__
from cloudsmith_api import *
from cloudsmith_api.api import *
from cloudsmith_api.models import *
UserBrief, UserApi, Configuration
"""),
}
