"""Scripts with a different outcome here, each with its differences and the row of the guide that documents them.

The guide is ``docs/moving-from-2.0.md``. Every row that a script can demonstrate is demonstrated here.
"""

import threading
from collections import namedtuple

from comparison import RELEASES, USER, Script
from matching_scripts import KEY, NOT_FOUND, PAGE, TOKEN
from servers import http_response, json_response, silent, truncated

#: The first cell of a row, a script that demonstrates it, and all differences in the outcome, in order: tuples of the
#: expression, the part, and its text in the published package and here. With other releases than those listed, the
#: outcome is the same.
Shown = namedtuple('Shown', ('row', 'script', 'differences', 'releases'))
Shown.__new__.__defaults__ = (tuple(RELEASES),)

CATCH = """
def error(**options):
    try:
        api.user_self(**options)
    except ApiException as caught:
        return caught
"""

TRANSPORT = """
class Response(object):
    status, reason, data = 200, 'Fine', '{}'
    def getheaders(self):
        return {}

class Transport(RESTClientObject):
    def __init__(self):
        self.requests = []
    def request(self, method, url, **rest):
        self.requests.append(rest)
        return Response()
"""


def delayed(seconds, response):
    """Return a server script item that sends a response after a delay."""
    def respond(connection):
        threading.Event().wait(seconds)
        connection.sendall(response)
    return respond


SHOWN = (
    Shown('POST, PUT, PATCH, DELETE without data',
          Script("""
api.user_tokens_create().slug_perm
api.user_tokens_refresh('abc').slug_perm
client.call_api('/x/', 'DELETE', header_params=ACCEPT)[1]
""", (KEY,)), (
        ('api.user_tokens_create().slug_perm', 'sent[0].body', "b'{}'", "b''"),
        ('api.user_tokens_create().slug_perm', "sent[0].headers['content-length']", '2', '0'),
        ("api.user_tokens_refresh('abc').slug_perm", 'sent[0].body', "b'{}'", "b''"),
        ("api.user_tokens_refresh('abc').slug_perm", "sent[0].headers['content-length']", '2', '0'),
        ("client.call_api('/x/', 'DELETE', header_params=ACCEPT)[1]", 'sent[0].body', "b'{}'", "b''"),
        ("client.call_api('/x/', 'DELETE', header_params=ACCEPT)[1]", "sent[0].headers['content-length']", '2', None),
    )),
    Shown('Key and username both set',
          Script("""
configuration.username, configuration.password = 'ada', 'secret'
api.user_self().name
"""), (
        ('api.user_self().name', "sent[0].headers['authorization']", 'Basic YWRhOnNlY3JldA==', None),
    )),
    Shown('Basic authentication',
          Script("""
configuration.api_key.clear()
configuration.username, configuration.password = 'zo\\u00eb', 'secret'
api.user_self().name
configuration.username = '\\u65e5\\u672c'
api.user_self().name
"""), (
        ('api.user_self().name', "sent[0].headers['authorization']",
         'Basic em/rOnNlY3JldA==', 'Basic em/DqzpzZWNyZXQ='),
        ('api.user_self().name', 'result', 'raises UnicodeEncodeError', "'Ada'"),
        ('api.user_self().name', 'sent[0]', None, 'a request'),
    )),
    Shown('Colon in `username`',
          Script("""
configuration.api_key.clear()
configuration.username, configuration.password = 'a:b', 'secret'
api.user_self().name
"""), (
        ('api.user_self().name', 'result', "'Ada'", 'raises ValueError'),
        ('api.user_self().name', 'sent[0]', 'a request', None),
    )),
    Shown('`User-Agent`',
          Script("""
client.user_agent.partition('/')[0]
"""), (
        ("client.user_agent.partition('/')[0]", 'result', "'Swagger-Codegen'", "'cloudsmith-api'"),
    )),
    Shown('Header names that differ only in case',
          Script("""
client.call_api('/x/', 'POST', header_params={'accept': 'a', 'content-type': 'b+json'}, body=1)[1]
client.set_default_header('x-api-key', 'mine')
client.call_api('/x/', 'GET', header_params=ACCEPT, auth_settings=['apikey'])[1]
"""), (
        ("client.call_api('/x/', 'POST', header_params={'accept': 'a', 'content-type': 'b+json'}, body=1)[1]",
         "sent[0].headers['content-type']", 'b+json, application/json', 'b+json'),
        ("client.call_api('/x/', 'GET', header_params=ACCEPT, auth_settings=['apikey'])[1]",
         "sent[0].headers['x-api-key']", 'mine, the-key', 'the-key'),
    )),
    Shown('Header of bytes or `None`, invalid header name',
          Script("""
client.set_default_header('X-Mine', None)
client.set_default_header('X-Mine', 'a')
client.call_api('/x/', 'GET', header_params={'Accept': b'a'})[1]
client.call_api('/x/', 'GET', header_params={'Accept': 'a', 'X Y': 'b'})[1]
"""), (
        ("client.set_default_header('X-Mine', None)", 'result', 'None', 'raises TypeError'),
        ("client.call_api('/x/', 'GET', header_params={'Accept': b'a'})[1]", 'result', '200', 'raises TypeError'),
        ("client.call_api('/x/', 'GET', header_params={'Accept': b'a'})[1]", 'sent[0]', 'a request', None),
        ("client.call_api('/x/', 'GET', header_params={'Accept': 'a', 'X Y': 'b'})[1]", 'result',
         '200', 'raises ValueError'),
        ("client.call_api('/x/', 'GET', header_params={'Accept': 'a', 'X Y': 'b'})[1]", 'sent[0]', 'a request', None),
    )),
    Shown('Your own `Content-Length` or `Transfer-Encoding`',
          Script("""
client.call_api('/x/', 'POST', body=1, header_params=dict(ACCEPT, **{'Content-Length': '1'}))[1]
"""), (
        ("client.call_api('/x/', 'POST', body=1, header_params=dict(ACCEPT, **{'Content-Length': '1'}))[1]", 'result',
         '200', 'raises ValueError'),
        ("client.call_api('/x/', 'POST', body=1, header_params=dict(ACCEPT, **{'Content-Length': '1'}))[1]", 'sent[0]',
         'a request', None),
    )),
    Shown('Text that cannot be encoded in a header or in UTF-8',
          Script("""
configuration.api_key['X-Api-Key'] = '\\u65e5\\u672c'
api.user_self()
client.call_api('/x/{a}/', 'GET', {'a': '\\ud800'})
client.call_api('/x/', 'GET', query_params={'a': '\\ud800'})
client.call_api('/x/', 'POST', body='\\ud800', header_params=ACCEPT)[1]
"""), (
        ('api.user_self()', 'result', 'raises UnicodeEncodeError', 'raises ValueError'),
        ("client.call_api('/x/{a}/', 'GET', {'a': '\\ud800'})", 'result',
         'raises UnicodeEncodeError', 'raises ValueError'),
        ("client.call_api('/x/', 'GET', query_params={'a': '\\ud800'})", 'result',
         'raises UnicodeEncodeError', 'raises ValueError'),
        ("client.call_api('/x/', 'POST', body='\\ud800', header_params=ACCEPT)[1]", 'result',
         '200', 'raises ValueError'),
        ("client.call_api('/x/', 'POST', body='\\ud800', header_params=ACCEPT)[1]", 'sent[0]', 'a request', None),
    )),
    Shown('Non-ASCII text in JSON',
          Script("""
api.user_token_create(data=UserAuthTokenRequest(email='zo\\u00eb', password='secret')).token
""", (TOKEN,)), (
        ("api.user_token_create(data=UserAuthTokenRequest(email='zo\\u00eb', password='secret')).token",
         'sent[0].body',
         'b\'{"email": "zo\\\\u00eb", "password": "secret"}\'',
         'b\'{"email": "zo\\xc3\\xab", "password": "secret"}\''),
        ("api.user_token_create(data=UserAuthTokenRequest(email='zo\\u00eb', password='secret')).token",
         "sent[0].headers['content-length']", '43', '39'),
    )),
    Shown('`page=None`, `query_params` with `None`',
          Script("""
api.user_tokens_list(page=None)
client.call_api('/x/', 'GET', query_params={'a': None, 'b': 1}, header_params=ACCEPT)[1]
""", (PAGE,)), (
        ('api.user_tokens_list(page=None)', 'sent[0].line', 'GET /v1/user/tokens/?page=None', 'GET /v1/user/tokens/'),
        ("client.call_api('/x/', 'GET', query_params={'a': None, 'b': 1}, header_params=ACCEPT)[1]", 'sent[0].line',
         'GET /v1/x/?a=None&b=1', 'GET /v1/x/?b=1'),
    )),
    Shown("`page='2'`, `page=True`",
          Script("""
api.user_tokens_list(page='2')
api.user_tokens_list(page=True)
""", (PAGE,)), (
        ("api.user_tokens_list(page='2')", 'result', 'KeyPage', 'raises TypeError'),
        ("api.user_tokens_list(page='2')", 'sent[0]', 'a request', None),
        ('api.user_tokens_list(page=True)', 'result', 'KeyPage', 'raises TypeError'),
        ('api.user_tokens_list(page=True)', 'sent[0]', 'a request', None),
    )),
    Shown("`slug_perm`, or another path parameter, of `''`, `'.'`, `'..'`",
          Script("""
api.user_tokens_refresh('')
api.user_tokens_refresh('.')
api.user_tokens_refresh('..')
client.call_api('/x/{a}/', 'GET', {'a': ''})
""", (KEY,)), (
        ("api.user_tokens_refresh('')", 'result', 'UserAuthenticationToken', 'raises ValueError'),
        ("api.user_tokens_refresh('')", 'sent[0]', 'a request', None),
        ("api.user_tokens_refresh('.')", 'result', 'UserAuthenticationToken', 'raises ValueError'),
        ("api.user_tokens_refresh('.')", 'sent[0]', 'a request', None),
        ("api.user_tokens_refresh('..')", 'result', 'UserAuthenticationToken', 'raises ValueError'),
        ("api.user_tokens_refresh('..')", 'sent[0]', 'a request', None),
        ("client.call_api('/x/{a}/', 'GET', {'a': ''})", 'result', 'tuple', 'raises ValueError'),
        ("client.call_api('/x/{a}/', 'GET', {'a': ''})", 'sent[0]', 'a request', None),
    )),
    Shown('`slug_perm=5`',
          Script("""
api.user_tokens_refresh(5)
""", (KEY,)), (
        ('api.user_tokens_refresh(5)', 'result', 'UserAuthenticationToken', 'raises TypeError'),
        ('api.user_tokens_refresh(5)', 'sent[0]', 'a request', None),
    )),
    Shown('`slug_perm=None` without validation',
          Script("""
configuration.client_side_validation = False
UserApi(ApiClient(configuration)).user_tokens_refresh(None)
""", (KEY,)), (
        ('UserApi(ApiClient(configuration)).user_tokens_refresh(None)', 'result',
         'UserAuthenticationToken', 'raises ValueError'),
        ('UserApi(ApiClient(configuration)).user_tokens_refresh(None)', 'sent[0]', 'a request', None),
    )),
    Shown('`user_token_create(data)`',
          Script("""
api.user_token_create(data=[1])
api.user_token_create(data={'email': ''})
api.user_token_create(data=UserBrief(name='Ada'))
""", (TOKEN,)), (
        ('api.user_token_create(data=[1])', 'result', 'UserAuthToken', 'raises TypeError'),
        ('api.user_token_create(data=[1])', 'sent[0]', 'a request', None),
        ("api.user_token_create(data={'email': ''})", 'result', 'UserAuthToken', 'raises ValueError'),
        ("api.user_token_create(data={'email': ''})", 'sent[0]', 'a request', None),
        ("api.user_token_create(data=UserBrief(name='Ada'))", 'result', 'UserAuthToken', 'raises TypeError'),
        ("api.user_token_create(data=UserBrief(name='Ada'))", 'sent[0]', 'a request', None),
    )),
    Shown('`data`, `page` and `page_size` as positional arguments',
          Script("""
api.user_token_create({'email': 'ada@example.com'}).token
api.user_tokens_list(2, 30)
""", (json_response('{"results": []}'),)), (
        ("api.user_token_create({'email': 'ada@example.com'}).token", 'result', 'raises TypeError', 'None'),
        ("api.user_token_create({'email': 'ada@example.com'}).token", 'sent[0]', None, 'a request'),
        ('api.user_tokens_list(2, 30)', 'result', 'raises TypeError', 'KeyPage'),
        ('api.user_tokens_list(2, 30)', 'sent[0]', None, 'a request'),
    )),
    Shown('Query: `True`, lists',
          Script("""
client.call_api('/x/', 'GET', query_params=[('a', True), ('b', [1, 2])], header_params=ACCEPT)[1]
"""), (
        ("client.call_api('/x/', 'GET', query_params=[('a', True), ('b', [1, 2])], header_params=ACCEPT)[1]",
         'sent[0].line', 'GET /v1/x/?a=True&b=%5B1%2C+2%5D', 'GET /v1/x/?a=true&b=1%2C2'),
    )),
    Shown('Lists, floats, `True` in `path_params`',
          Script("""
client.call_api('/x/{a}/', 'GET', {'a': [1, 2]})
client.call_api('/x/{a}/', 'GET', {'a': 1.5})
client.call_api('/x/{a}/', 'GET', {'a': True})
"""), (
        ("client.call_api('/x/{a}/', 'GET', {'a': [1, 2]})", 'result', 'tuple', 'raises TypeError'),
        ("client.call_api('/x/{a}/', 'GET', {'a': [1, 2]})", 'sent[0]', 'a request', None),
        ("client.call_api('/x/{a}/', 'GET', {'a': 1.5})", 'result', 'tuple', 'raises TypeError'),
        ("client.call_api('/x/{a}/', 'GET', {'a': 1.5})", 'sent[0]', 'a request', None),
        ("client.call_api('/x/{a}/', 'GET', {'a': True})", 'result', 'tuple', 'raises TypeError'),
        ("client.call_api('/x/{a}/', 'GET', {'a': True})", 'sent[0]', 'a request', None),
    )),
    Shown('`safe_chars_for_path_param` that lets through `?`, `#`, or a `%` that encodes nothing',
          Script("""
configuration.safe_chars_for_path_param = '?#%'
client.call_api('/x/{a}/', 'GET', {'a': 'b?c'})
client.call_api('/x/{a}/', 'GET', {'a': 'b#c'})
client.call_api('/x/{a}/', 'GET', {'a': '5%'})
"""), (
        ("client.call_api('/x/{a}/', 'GET', {'a': 'b?c'})", 'result', 'tuple', 'raises ValueError'),
        ("client.call_api('/x/{a}/', 'GET', {'a': 'b?c'})", 'sent[0]', 'a request', None),
        ("client.call_api('/x/{a}/', 'GET', {'a': 'b#c'})", 'result', 'tuple', 'raises ValueError'),
        ("client.call_api('/x/{a}/', 'GET', {'a': 'b#c'})", 'sent[0]', 'a request', None),
        ("client.call_api('/x/{a}/', 'GET', {'a': '5%'})", 'result', 'tuple', 'raises ValueError'),
        ("client.call_api('/x/{a}/', 'GET', {'a': '5%'})", 'sent[0]', 'a request', None),
    )),
    Shown('`{name}` without a value',
          Script("""
client.call_api('/x/{name}/', 'GET')
"""), (
        ("client.call_api('/x/{name}/', 'GET')", 'result', 'tuple', 'raises ValueError'),
        ("client.call_api('/x/{name}/', 'GET')", 'sent[0]', 'a request', None),
    )),
    Shown('`resource_path` without `/`, with spaces, `..`, `#`',
          Script("""
client.call_api('x/', 'GET')
client.call_api('/x/../y/', 'GET')
client.call_api('/x y/', 'GET')
client.call_api('/x/#y', 'GET')
"""), (
        ("client.call_api('x/', 'GET')", 'result', 'tuple', 'raises ValueError'),
        ("client.call_api('x/', 'GET')", 'sent[0]', 'a request', None),
        ("client.call_api('/x/../y/', 'GET')", 'result', 'tuple', 'raises ValueError'),
        ("client.call_api('/x/../y/', 'GET')", 'sent[0]', 'a request', None),
        ("client.call_api('/x y/', 'GET')", 'result', 'tuple', 'raises ValueError'),
        ("client.call_api('/x y/', 'GET')", 'sent[0]', 'a request', None),
        ("client.call_api('/x/#y', 'GET')", 'result', 'tuple', 'raises ValueError'),
        ("client.call_api('/x/#y', 'GET')", 'sent[0]', 'a request', None),
    )),
    Shown('`resource_path` with a query',
          Script("""
client.call_api('/x/?a=1', 'GET', query_params=[('b', 2)], header_params=ACCEPT)[1]
"""), (
        ("client.call_api('/x/?a=1', 'GET', query_params=[('b', 2)], header_params=ACCEPT)[1]", 'sent[0].line',
         'GET /v1/x/?a=1?b=2', 'GET /v1/x/?a=1&b=2'),
    )),
    Shown('`collection_formats` for a value that is not a list',
          Script("""
def query(value):
    return client.call_api('/x/', 'GET', query_params=[('a', value)], collection_formats={'a': 'csv'},
                           header_params=ACCEPT)[1]
query('xyz')
query(5)
"""), (
        ("query('xyz')", 'sent[0].line', 'GET /v1/x/?a=x%2Cy%2Cz', 'GET /v1/x/?a=xyz'),
        ('query(5)', 'result', 'raises TypeError', '200'),
        ('query(5)', 'sent[0]', None, 'a request'),
    )),
    Shown('`auth_settings()`',
          Script("""
'bearer' in configuration.auth_settings()
"""), (
        ("'bearer' in configuration.auth_settings()", 'result', 'False', 'True'),
    )),
    Shown('Unknown name in `auth_settings`',
          Script("""
client.call_api('/x/', 'GET', auth_settings=['oauth'])
"""), (
        ("client.call_api('/x/', 'GET', auth_settings=['oauth'])", 'result', 'tuple', 'raises ValueError'),
        ("client.call_api('/x/', 'GET', auth_settings=['oauth'])", 'sent[0]', 'a request', None),
    )),
    Shown('Body on GET',
          Script("""
client.call_api('/x/', 'GET', body={'a': 1})
client.call_api('/x/', 'GET', post_params=[('a', 1)])
"""), (
        ("client.call_api('/x/', 'GET', body={'a': 1})", 'result', 'tuple', 'raises ValueError'),
        ("client.call_api('/x/', 'GET', body={'a': 1})", 'sent[0]', 'a request', None),
        ("client.call_api('/x/', 'GET', post_params=[('a', 1)])", 'result', 'tuple', 'raises ValueError'),
        ("client.call_api('/x/', 'GET', post_params=[('a', 1)])", 'sent[0]', 'a request', None),
    )),
    Shown('A value without a JSON form, such as a `Decimal`',
          Script("""
import decimal
client.call_api('/x/', 'POST', body={'a': decimal.Decimal(1)}, header_params=ACCEPT)
client.call_api('/x/', 'POST', body={1, 2}, header_params=ACCEPT)
"""), (
        ("client.call_api('/x/', 'POST', body={'a': decimal.Decimal(1)}, header_params=ACCEPT)", 'result',
         'raises AttributeError', 'raises TypeError'),
        ("client.call_api('/x/', 'POST', body={1, 2}, header_params=ACCEPT)", 'result',
         'raises AttributeError', 'raises TypeError'),
    )),
    Shown('`NaN`, infinity in a body',
          Script("""
client.call_api('/x/', 'POST', body=float('nan'), header_params=ACCEPT)[1]
"""), (
        ("client.call_api('/x/', 'POST', body=float('nan'), header_params=ACCEPT)[1]", 'result',
         '200', 'raises ValueError'),
        ("client.call_api('/x/', 'POST', body=float('nan'), header_params=ACCEPT)[1]", 'sent[0]', 'a request', None),
    )),
    Shown('Body that is not text, `Content-Type` not JSON',
          Script("""
TEXT = {'Accept': 'text/plain', 'Content-Type': 'text/plain'}
client.call_api('/x/', 'POST', body={'a': 1}, header_params=TEXT)
client.call_api('/x/', 'POST', body=b'a', header_params=TEXT)[1]
"""), (
        ("client.call_api('/x/', 'POST', body={'a': 1}, header_params=TEXT)", 'result',
         'raises ApiException', 'raises TypeError'),
        ("client.call_api('/x/', 'POST', body=b'a', header_params=TEXT)[1]", 'result', 'raises ApiException', '200'),
        ("client.call_api('/x/', 'POST', body=b'a', header_params=TEXT)[1]", 'sent[0]', None, 'a request'),
    )),
    Shown("`post_params` without a form's `Content-Type`",
          Script("""
client.call_api('/x/', 'POST', post_params=[('a', 1)], header_params=ACCEPT)
"""), (
        ("client.call_api('/x/', 'POST', post_params=[('a', 1)], header_params=ACCEPT)", 'result',
         'tuple', 'raises ValueError'),
        ("client.call_api('/x/', 'POST', post_params=[('a', 1)], header_params=ACCEPT)", 'sent[0]', 'a request', None),
    )),
    Shown("`body` with a form's `Content-Type`",
          Script("""
FORM = {'Accept': 'application/json', 'Content-Type': 'application/x-www-form-urlencoded'}
client.call_api('/x/', 'POST', header_params=FORM, body={'a': 1})
client.call_api('/x/', 'POST', header_params=FORM, body='a=1')[1]
"""), (
        ("client.call_api('/x/', 'POST', header_params=FORM, body={'a': 1})", 'result', 'tuple', 'raises TypeError'),
        ("client.call_api('/x/', 'POST', header_params=FORM, body={'a': 1})", 'sent[0]', 'a request', None),
        ("client.call_api('/x/', 'POST', header_params=FORM, body='a=1')[1]", 'sent[0].body', "b''", "b'a=1'"),
        ("client.call_api('/x/', 'POST', header_params=FORM, body='a=1')[1]", "sent[0].headers['content-length']",
         '0', '3'),
    )),
    Shown('A file in `files` that cannot be read',
          Script("""
FORM = {'Accept': 'application/json', 'Content-Type': 'multipart/form-data'}
client.call_api('/x/', 'POST', files={'a': os.path.join(tempfile.mkdtemp(), 'none')}, header_params=FORM)
"""), (
        ("client.call_api('/x/', 'POST', files={'a': os.path.join(tempfile.mkdtemp(), 'none')}, header_params=FORM)",
         'result', 'raises FileNotFoundError', 'raises ValueError'),
    )),
    Shown('A model in a form',
          Script("""
FORM = {'Accept': 'application/json', 'Content-Type': 'application/x-www-form-urlencoded'}
client.call_api('/x/', 'POST', header_params=FORM, post_params={'a': UserAuthToken()})[1]
"""), (
        ("client.call_api('/x/', 'POST', header_params=FORM, post_params={'a': UserAuthToken()})[1]", 'result', '200',
         'raises TypeError'),
        ("client.call_api('/x/', 'POST', header_params=FORM, post_params={'a': UserAuthToken()})[1]", 'sent[0]',
         'a request', None),
    )),
    Shown('A multipart form without fields',
          Script("""
FORM = {'Accept': 'application/json', 'Content-Type': 'multipart/form-data'}
client.call_api('/x/', 'POST', header_params=FORM)[1]
"""), (
        ("client.call_api('/x/', 'POST', header_params=FORM)[1]", 'sent[0].body', "b''", "b'--?--\\r\\n'"),
        ("client.call_api('/x/', 'POST', header_params=FORM)[1]", "sent[0].headers['content-length']", '0', '38'),
        ("client.call_api('/x/', 'POST', header_params=FORM)[1]", "sent[0].headers['content-type']",
         None, 'multipart/form-data; boundary=?'),
    )),
    Shown('Redirects',
          Script("""
api.user_self().name
""", (http_response(302, headers=[('Location', '/v1/elsewhere/')]), USER)), (
        ('api.user_self().name', 'result', "'Ada'", 'raises RedirectException'),
        ('api.user_self().name', 'sent[1]', 'a request', None),
    )),
    Shown('User and password in `proxy`',
          Script("""
configuration.proxy = host.replace('//', '//ada:secret@')
configuration.host = 'http://api.example.test/v1'
UserApi(ApiClient(configuration)).user_self().name
"""), (
        ('UserApi(ApiClient(configuration)).user_self().name', "sent[0].headers['proxy-authorization']", None,
         'Basic YWRhOnNlY3JldA=='),
    )),
    Shown('`host` with a trailing slash',
          Script("""
configuration.host += '/'
api.user_self().name
"""), (
        ('api.user_self().name', 'sent[0].line', 'GET /v1//user/self/', 'GET /v1/user/self/'),
    )),
    Shown('`host` without a scheme',
          Script("""
configuration.host = host.partition('//')[2]
"""), (
        ("configuration.host = host.partition('//')[2]", 'result', None, 'raises ValueError'),
    )),
    Shown('`_request_timeout=2.5`',
          Script("""
api.user_self(_request_timeout=0.2).name
""", (delayed(0.6, USER),)), (
        ('api.user_self(_request_timeout=0.2).name', 'result', "'Ada'", 'raises TimeoutException'),
    )),
    Shown('`_request_timeout=5`',
          Script("""
api.user_self(_request_timeout=1)
""", (silent(),)), (
        ('api.user_self(_request_timeout=1)', 'result', 'raises MaxRetryError', 'raises TimeoutException'),
        ('api.user_self(_request_timeout=1)', 'sent[1]', 'a request', None),
        ('api.user_self(_request_timeout=1)', 'sent[2]', 'a request', None),
        ('api.user_self(_request_timeout=1)', 'sent[3]', 'a request', None),
    )),
    Shown('`_request_timeout` of 0, text, a triple',
          Script("""
api.user_self(_request_timeout=0).name
api.user_self(_request_timeout='x').name
api.user_self(_request_timeout=(1, 2, 3)).name
"""), (
        ('api.user_self(_request_timeout=0).name', 'result', "'Ada'", 'raises ValueError'),
        ('api.user_self(_request_timeout=0).name', 'sent[0]', 'a request', None),
        ("api.user_self(_request_timeout='x').name", 'result', "'Ada'", 'raises TypeError'),
        ("api.user_self(_request_timeout='x').name", 'sent[0]', 'a request', None),
        ('api.user_self(_request_timeout=(1, 2, 3)).name', 'result', "'Ada'", 'raises ValueError'),
        ('api.user_self(_request_timeout=(1, 2, 3)).name', 'sent[0]', 'a request', None),
    )),
    Shown('`_request_timeout=(5, None)`',
          Script("""
api.user_self(_request_timeout=(5, None)).name
"""), (
        ('api.user_self(_request_timeout=(5, None)).name', 'result', "'Ada'", 'raises TypeError'),
        ('api.user_self(_request_timeout=(5, None)).name', 'sent[0]', 'a request', None),
    )),
    Shown('No connection, response lost',
          Script("""
client.call_api('/x/', 'PUT', body=1, header_params=ACCEPT)
""", (truncated(b''),)), (
        ("client.call_api('/x/', 'PUT', body=1, header_params=ACCEPT)", 'result',
         'raises MaxRetryError', 'raises ConnectionException'),
        ("client.call_api('/x/', 'PUT', body=1, header_params=ACCEPT)", 'sent[1]', 'a request', None),
        ("client.call_api('/x/', 'PUT', body=1, header_params=ACCEPT)", 'sent[2]', 'a request', None),
        ("client.call_api('/x/', 'PUT', body=1, header_params=ACCEPT)", 'sent[3]', 'a request', None),
    )),
    Shown('500, 502, 504, 503 without `Retry-After`',
          Script("""
api.user_self().name
""", (http_response(503), USER)), (
        ('api.user_self().name', 'result', 'raises ApiException', "'Ada'"),
        ('api.user_self().name', 'sent[1]', None, 'a request'),
    )),
    Shown('429 without `Retry-After`, or to a POST',
          Script("""
api.user_self().name
""", (http_response(429), USER)), (
        ('api.user_self().name', 'result', 'raises ApiException', "'Ada'"),
        ('api.user_self().name', 'sent[1]', None, 'a request'),
    )),
    Shown('429 and 503 with `Retry-After`',
          Script("""
api.user_self().name
slept
""", (http_response(429, headers=[('Retry-After', '3600')]), USER)), (
        ('api.user_self().name', 'result', "'Ada'", 'raises TooManyRequestsException'),
        ('api.user_self().name', 'sent[1]', 'a request', None),
        ('slept', 'result[0]', '3600', None),
    )),
    Shown('413 with `Retry-After`',
          Script("""
api.user_self().name
""", (http_response(413, headers=[('Retry-After', '1')]), USER)), (
        ('api.user_self().name', 'result', "'Ada'", 'raises ApiException'),
        ('api.user_self().name', 'sent[1]', 'a request', None),
    )),
    Shown('429 without `Retry-After`, or to a POST',
          Script("""
api.user_token_create(data={'email': 'ada'}).token
""", (http_response(429, headers=[('Retry-After', '1')]), TOKEN)), (
        ("api.user_token_create(data={'email': 'ada'}).token", 'result', 'raises ApiException', "'abc'"),
        ("api.user_token_create(data={'email': 'ada'}).token", 'sent[1]', None, 'a request'),
    )),
    Shown('503 with `Retry-After` to a PUT',
          Script("""
client.call_api('/x/', 'PUT', body=1, header_params=ACCEPT)[1]
""", (http_response(503, headers=[('Retry-After', '1')]), USER)), (
        ("client.call_api('/x/', 'PUT', body=1, header_params=ACCEPT)[1]", 'result', '200', 'raises ServiceException'),
        ("client.call_api('/x/', 'PUT', body=1, header_params=ACCEPT)[1]", 'sent[1]', 'a request', None),
    )),
    Shown('Delay before a retry without `Retry-After`',
          Script("""
client.call_api('/x/', 'GET', response_type='UserBrief', header_params=ACCEPT)[1]
len(slept)
""", (truncated(b''), USER)), (
        ('len(slept)', 'result', '0', '1'),
    )),
    Shown('No response',
          Script("""
configuration.host = 'http://127.0.0.1:1'
api.user_self()
api.user_token_create(data={'email': 'ada@example.com'})
"""), (
        ('api.user_self()', 'result', 'raises MaxRetryError', 'raises ConnectionException'),
        ("api.user_token_create(data={'email': 'ada@example.com'})", 'result',
         'raises MaxRetryError', 'raises ConnectionException'),
    )),
    Shown('No response',
          Script("""
api.user_self(_request_timeout=(0.3, 0.3))
api.user_token_create(data={'email': 'ada@example.com'}, _request_timeout=(0.3, 0.3))
""", (silent(),)), (
        ('api.user_self(_request_timeout=(0.3, 0.3))', 'result', 'raises MaxRetryError', 'raises TimeoutException'),
        ("api.user_token_create(data={'email': 'ada@example.com'}, _request_timeout=(0.3, 0.3))", 'result',
         'raises ReadTimeoutError', 'raises TimeoutException'),
    )),
    Shown('Response size',
          Script("""
api.user_self().name
""", (json_response('{"name": "Ada", "more": "%s"}' % ('x' * 2 ** 26)),)), (
        ('api.user_self().name', 'result', "'Ada'", 'raises InvalidResponseException'),
    )),
    Shown('200 with HTML, text, a list, nothing',
          Script("""
api.user_self()
api.user_self()
api.user_self()
api.user_self()
api.user_self()
api.user_self()
""", [json_response(body) for body in ('<html>', '"text"', '[]', '', '5', u'\ufeff{"name": "Ada"}')]), (
        ('api.user_self()', 'result', 'UserBrief', 'raises InvalidResponseException'),
        ('api.user_self()', 'result', 'UserBrief', 'raises InvalidResponseException'),
        ('api.user_self()', 'result', 'UserBrief', 'raises InvalidResponseException'),
        ('api.user_self()', 'result', 'UserBrief', 'raises InvalidResponseException'),
        ('api.user_self()', 'result', 'raises TypeError', 'raises InvalidResponseException'),
        ('api.user_self()', 'result', 'UserBrief', 'raises InvalidResponseException'),
    )),
    Shown('200 with `null`',
          Script("""
api.user_self()
""", (json_response('null'),)), (
        ('api.user_self()', 'result', 'None', 'raises InvalidResponseException'),
    )),
    Shown('Field of another type: `"false"`, `5`',
          Script("""
api.user_self().authenticated
api.user_self().name
""", (json_response('{"authenticated": "false"}'), json_response('{"name": 5}'))), (
        ('api.user_self().authenticated', 'result', 'True', 'raises InvalidResponseException'),
        ('api.user_self().name', 'result', "'5'", 'raises InvalidResponseException'),
    )),
    Shown('Empty or long text in a response',
          Script("""
api.user_self().name
len(api.user_self().email)
""", (json_response('{"name": ""}'), json_response('{"email": "%s"}' % ('x' * 255)))), (
        ('api.user_self().name', 'result', 'raises ValueError', "''"),
        ('len(api.user_self().email)', 'result', 'raises ValueError', '255'),
    )),
    Shown('`results` missing or `null`',
          Script("""
api.user_tokens_list()
api.user_tokens_list()
""", (json_response('{}'), json_response('{"results": null}'))), (
        ('api.user_tokens_list()', 'result', 'raises ValueError', 'raises InvalidResponseException'),
        ('api.user_tokens_list()', 'result', 'raises ValueError', 'raises InvalidResponseException'),
    )),
    Shown("`null` in `results`, `'list[…]'`, `'dict(…)'`, unless of `'object'`",
          Script("""
def read(kind):
    return client.call_api('/x/', 'GET', response_type=kind, header_params=ACCEPT)[0]
api.user_tokens_list().results
read('list[str]')
read('dict(str, str)')
read('list[object]')
""", [json_response(body) for body in ('{"results": [null]}', '["x", null]', '{"a": null}', '[null]')]), (
        ('api.user_tokens_list().results', 'result', 'list', 'raises InvalidResponseException'),
        ("read('list[str]')", 'result', 'list', 'raises InvalidResponseException'),
        ("read('dict(str, str)')", 'result', 'dict', 'raises InvalidResponseException'),
    )),
    Shown('Invalid date',
          Script("""
api.user_tokens_list()
api.user_tokens_list()
""", (http_response(200, '{"results": [{"created": "soon"}]}', reason='Fine'),
      json_response('{"results": [{"created": 5}]}'))), (
        ('api.user_tokens_list()', 'result.__class__.__name__', "'ApiException'", "'InvalidResponseException'"),
        ('api.user_tokens_list()', 'result.body', 'None', '\'{"results": [{"created": "soon"}]}\''),
        ('api.user_tokens_list()', 'result.headers', 'None', 'HTTPHeaderDict'),
        ('api.user_tokens_list()', 'result.reason', "'Failed to parse `soon` as datetime object'", "'Fine'"),
        ('api.user_tokens_list()', 'result.status', '0', '200'),
        ('api.user_tokens_list()', 'result', 'raises TypeError', 'raises InvalidResponseException'),
    )),
    Shown('Dates in other forms (`03:04`, RFC 1123)',
          Script("""
client.call_api('/x/', 'GET', response_type='datetime', header_params=ACCEPT)[0].minute
client.call_api('/x/', 'GET', response_type='datetime', header_params=ACCEPT)[0].year
""", (json_response('"03:04"'), json_response('"Tue, 02 Jan 2024 03:04:05 GMT"'))), (
        ("client.call_api('/x/', 'GET', response_type='datetime', header_params=ACCEPT)[0].minute", 'result',
         '4', 'raises InvalidResponseException'),
        ("client.call_api('/x/', 'GET', response_type='datetime', header_params=ACCEPT)[0].year", 'result',
         '2024', 'raises InvalidResponseException'),
    )),
    Shown('Time zone of a date',
          Script("""
import dateutil.tz
def read():
    return client.call_api('/x/', 'GET', response_type='datetime', header_params=ACCEPT)[0]
date = read()
type(date.tzinfo).__name__
date.tzinfo == dateutil.tz.tzutc()
date == datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=dateutil.tz.tzutc())
date.strftime('%Z')
date = read()
type(date.tzinfo).__name__
date == datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=dateutil.tz.tzoffset(None, 7200))
date.strftime('%Z')
""", (json_response('"2024-01-02T03:04:05Z"'), json_response('"2024-01-02T03:04:05+02:00"'))), (
        ('type(date.tzinfo).__name__', 'result', "'tzutc'", "'timezone'"),
        ('date.tzinfo == dateutil.tz.tzutc()', 'result', 'True', 'False'),
        ('type(date.tzinfo).__name__', 'result', "'tzoffset'", "'timezone'"),
        ("date.strftime('%Z')", 'result', "''", "'UTC+02:00'"),
    )),
    Shown('204, HEAD, empty 202 to `call_api`',
          Script("""
client.call_api('/x/', 'DELETE', response_type='UserBrief', header_params=ACCEPT, body={})[0]
client.call_api('/x/', 'HEAD', response_type='UserBrief', header_params=ACCEPT)[0]
client.call_api('/x/', 'PUT', response_type='str', header_params=ACCEPT, body={})[0]
""", (http_response(204), http_response(200), http_response(202))), (
        ("client.call_api('/x/', 'DELETE', response_type='UserBrief', header_params=ACCEPT, body={})[0]", 'result',
         'UserBrief', 'None'),
        ("client.call_api('/x/', 'HEAD', response_type='UserBrief', header_params=ACCEPT)[0]", 'result',
         'UserBrief', 'None'),
        ("client.call_api('/x/', 'PUT', response_type='str', header_params=ACCEPT, body={})[0]", 'result',
         "''", 'None'),
    )),
    Shown('Body that is not UTF-8',
          Script("""
api.user_self()
api.user_self()
""", (http_response(404, b'\xff'), http_response(200, b'{"name": "Zo\xeb"}'))), (
        ('api.user_self()', 'result', 'raises UnicodeDecodeError', 'raises NotFoundException'),
        ('api.user_self()', 'result', 'raises UnicodeDecodeError', 'raises InvalidResponseException'),
    )),
    Shown("`response_type='str'` for a body that is not text",
          Script("""
client.call_api('/x/', 'GET', response_type='str', header_params=ACCEPT)[0]
client.call_api('/x/', 'GET', response_type='str', header_params=ACCEPT)[0]
""", (json_response('{"a": 1}'), json_response('true'))), (
        ("client.call_api('/x/', 'GET', response_type='str', header_params=ACCEPT)[0]", 'result',
         '"{\'a\': 1}"', '\'{"a": 1}\''),
        ("client.call_api('/x/', 'GET', response_type='str', header_params=ACCEPT)[0]", 'result', "'True'", "'true'"),
    )),
    Shown("`'int'`, `'float'`, `'bool'` of another type",
          Script("""
client.call_api('/x/', 'GET', response_type='int', header_params=ACCEPT)[0]
client.call_api('/x/', 'GET', response_type='bool', header_params=ACCEPT)[0]
""", (json_response('"5"'), json_response('"false"'))), (
        ("client.call_api('/x/', 'GET', response_type='int', header_params=ACCEPT)[0]", 'result',
         '5', 'raises InvalidResponseException'),
        ("client.call_api('/x/', 'GET', response_type='bool', header_params=ACCEPT)[0]", 'result',
         'True', 'raises InvalidResponseException'),
    )),
    Shown("`'list[…]'`, `'dict(…)'`, `results` of another type, or with items of another type",
          Script("""
def read(kind):
    return client.call_api('/x/', 'GET', response_type=kind, header_params=ACCEPT)[0]
read('list[str]')
read('dict(str, int)')
read('list[int]')
read(key_page).results
""", [json_response(body) for body in ('"abc"', '[]', '["5"]', '{"results": {}}')]), (
        ("read('list[str]')", 'result', 'list', 'raises InvalidResponseException'),
        ("read('dict(str, int)')", 'result', 'raises AttributeError', 'raises InvalidResponseException'),
        ("read('list[int]')", 'result', 'list', 'raises InvalidResponseException'),
        ('read(key_page).results', 'result', 'list', 'raises InvalidResponseException'),
    )),
    Shown("`'object'` for a body that is not JSON",
          Script("""
client.call_api('/x/', 'GET', response_type='object', header_params=ACCEPT)[0]
""", (http_response(200, 'text'),)), (
        ("client.call_api('/x/', 'GET', response_type='object', header_params=ACCEPT)[0]", 'result',
         "'text'", 'raises InvalidResponseException'),
    )),
    Shown("`response_type` `'file'`, `'long'`",
          Script("""
os.path.exists(client.call_api('/x/', 'GET', response_type='file', header_params=ACCEPT)[0])
client.call_api('/x/', 'GET', response_type='long', header_params=ACCEPT)[0]
""", (json_response('5'),)), (
        ("os.path.exists(client.call_api('/x/', 'GET', response_type='file', header_params=ACCEPT)[0])", 'result',
         'True', 'raises ValueError'),
        ("os.path.exists(client.call_api('/x/', 'GET', response_type='file', header_params=ACCEPT)[0])", 'sent[0]',
         'a request', None),
        ("client.call_api('/x/', 'GET', response_type='long', header_params=ACCEPT)[0]", 'result',
         '5', 'raises ValueError'),
        ("client.call_api('/x/', 'GET', response_type='long', header_params=ACCEPT)[0]", 'sent[0]', 'a request', None),
    )),
    Shown('Unknown `response_type`',
          Script("""
client.call_api('/x/', 'GET', response_type='Cheese', header_params=ACCEPT)
"""), (
        ("client.call_api('/x/', 'GET', response_type='Cheese', header_params=ACCEPT)", 'result',
         'raises AttributeError', 'raises ValueError'),
        ("client.call_api('/x/', 'GET', response_type='Cheese', header_params=ACCEPT)", 'sent[0]', 'a request', None),
    )),
    Shown('`last_response` before the first success',
          Script("""
client.last_response
"""), (
        ('client.last_response', 'result', 'raises AttributeError', 'None'),
    )),
    Shown('`last_response.urllib3_response.data`',
          Script("""
api.user_self().name
client.last_response.urllib3_response.data
client.last_response.data
""", (json_response('{"name": "Ada"}'),)), (
        ('client.last_response.urllib3_response.data', 'result', 'b\'{"name": "Ada"}\'', "b''"),
    )),
    Shown('`str(error)`',
          Script(CATCH + """
str(error()).count('\\n')
[part in str(error()) for part in ('(404)', 'Reason:', 'headers', 'HTTP response body:')]
""", (NOT_FOUND,)), [("str(error()).count('\\n')", 'result', '4', '0')] + [
        ("[part in str(error()) for part in ('(404)', 'Reason:', 'headers', 'HTTP response body:')]",
         'result[%d]' % index, 'True', 'False') for index in range(4)]),
    Shown('`repr(error)`, `error.args`',
          Script(CATCH + """
repr(error()) == 'ApiException()'
error().args
""", (NOT_FOUND,)), (
        ("repr(error()) == 'ApiException()'", 'result', 'True', 'False'),
        ('error().args', 'result[0]', None, '404'),
        ('error().args', 'result[1]', None, "'Not Found'"),
    )),
    Shown('Class',
          Script(CATCH + """
type(error()).__name__
type(error()).__module__
""", (NOT_FOUND,)), (
        ('type(error()).__name__', 'result', "'ApiException'", "'NotFoundException'"),
        ('type(error()).__module__', 'result', "'cloudsmith_api.rest'", "'cloudsmith_api.exceptions'"),
    )),
    Shown('`body` with `_preload_content=False`',
          Script(CATCH + """
error(_preload_content=False).body
""", (NOT_FOUND,)), (
        ('error(_preload_content=False).body', 'result',
         'b\'{"detail": "Not found."}\'', '\'{"detail": "Not found."}\''),
    )),
    Shown('A subclass that sets `code`, `detail` or `fields` before `super().__init__()`',
          Script("""
NAMES = ['code', 'detail', 'fields']
class Own(ApiException):
    def __init__(self):
        for name in NAMES:
            setattr(self, name, 'mine')
        super().__init__(status=404)
        self.own = 'mine'
[getattr(Own(), name) == 'mine' for name in NAMES + ['own']]
class Property(ApiException):
    @property
    def detail(self):
        return 'mine'
Property(status=404).detail
"""), tuple(("[getattr(Own(), name) == 'mine' for name in NAMES + ['own']]", 'result[%d]' % index, 'True', 'False')
            for index in range(3)) + (
        ('Property(status=404).detail', 'result', "'mine'", 'raises AttributeError'),
    )),
    Shown('Messages of `TypeError` and `ValueError`',
          Script("""
try:
    api.user_self(cheese=5)
except TypeError as caught:
    message = str(caught)
message.startswith('Got an unexpected')
"""), (
        ("message.startswith('Got an unexpected')", 'result', 'True', 'False'),
    )),
    Shown('`repr`, `str`, `to_str`',
          Script("""
token = UserAuthToken(token='secret')
'secret' in repr(token), '****' in repr(token)
'secret' in str(token), '****' in str(token)
'secret' in token.to_str(), '****' in token.to_str()
"""), (
        ("'secret' in repr(token), '****' in repr(token)", 'result[0]', 'True', 'False'),
        ("'secret' in repr(token), '****' in repr(token)", 'result[1]', 'False', 'True'),
        ("'secret' in str(token), '****' in str(token)", 'result[0]', 'True', 'False'),
        ("'secret' in str(token), '****' in str(token)", 'result[1]', 'False', 'True'),
        ("'secret' in token.to_str(), '****' in token.to_str()", 'result[0]', 'True', 'False'),
        ("'secret' in token.to_str(), '****' in token.to_str()", 'result[1]', 'False', 'True'),
    )),
    Shown('Field that the model does not have',
          Script("""
user = api.user_self()
'colour' in repr(user)
user.additional_properties
""", (json_response('{"name": "Ada", "colour": "red"}'),)), (
        ("'colour' in repr(user)", 'result', 'False', 'True'),
        ('user.additional_properties', 'result', 'raises AttributeError', 'dict'),
    )),
    Shown('Types of fields',
          Script("""
UserBrief(authenticated='yes').authenticated
UserAuthenticationToken(created='2024-01-02').created
"""), (
        ("UserBrief(authenticated='yes').authenticated", 'result', "'yes'", 'raises TypeError'),
        ("UserAuthenticationToken(created='2024-01-02').created", 'result', "'2024-01-02'", 'raises TypeError'),
    )),
    Shown('`UserAuthTokenRequest`',
          Script("""
UserAuthTokenRequest(email='ada@example.com')
"""), (
        ("UserAuthTokenRequest(email='ada@example.com')", "result.to_dict()['two_factor_token']", None, 'None'),
        ("UserAuthTokenRequest(email='ada@example.com')", 'result.two_factor_token', None, 'None'),
    )),
    Shown('Its fourth positional argument',
          Script("""
UserAuthTokenRequest('a', 'b', 'c', configuration).email
"""), (
        ("UserAuthTokenRequest('a', 'b', 'c', configuration).email", 'result', "'a'", 'raises TypeError'),
    )),
    Shown('`InlineResponse2001` of 2.0.42',
          Script("""
sorted(InlineResponse2001.swagger_types)
InlineResponse2001(results=[])
type(api.user_tokens_list()).__name__
""", (PAGE,)), (
        ('sorted(InlineResponse2001.swagger_types)', 'result[0]', "'allow_open_source_overage'", "'results'"),
        ('sorted(InlineResponse2001.swagger_types)', 'result[1]', "'bandwidth_overage_limit'", None),
        ('sorted(InlineResponse2001.swagger_types)', 'result[2]', "'storage_overage_limit'", None),
        ('InlineResponse2001(results=[])', 'result', 'raises TypeError', 'KeyPage'),
        ('type(api.user_tokens_list()).__name__', 'result', "'InlineResponse2004'", "'InlineResponse2001'"),
    ), ('2.0.42',)),
    Shown('`ErrorDetail` of 2.0.19',
          Script("""
cloudsmith_api.ErrorDetail('x', 'y').detail
cloudsmith_api.ErrorDetail(code='invalid', detail='x').code
"""), (
        ("cloudsmith_api.ErrorDetail('x', 'y').detail", 'result', "'x'", "'y'"),
        ("cloudsmith_api.ErrorDetail(code='invalid', detail='x').code", 'result', 'raises TypeError', "'invalid'"),
    ), ('2.0.19',)),
    Shown('`pickle`, `copy.deepcopy`',
          Script("""
import pickle
pickle.loads(pickle.dumps(UserBrief(name='Ada'))).name
copy.deepcopy(UserBrief(name='Ada')).name
"""), (
        ("pickle.loads(pickle.dumps(UserBrief(name='Ada'))).name", 'result', 'raises TypeError', "'Ada'"),
        ("copy.deepcopy(UserBrief(name='Ada')).name", 'result', 'raises TypeError', "'Ada'"),
    ), ('2.0.19',)),
    Shown('`model._configuration`, `model._name`',
          Script("""
UserBrief(name='Ada')._name
type(UserBrief()._configuration).__name__
"""), (
        ("UserBrief(name='Ada')._name", 'result', "'Ada'", 'raises AttributeError'),
        ('type(UserBrief()._configuration).__name__', 'result', "'Configuration'", 'raises AttributeError'),
    )),
    Shown('`UserBrief.name`, and so `super().name` in a subclass',
          Script("""
type(UserBrief.name).__name__
class Loud(UserBrief):
    @property
    def name(self):
        return str(super().name).upper()
    @name.setter
    def name(self, value):
        UserBrief.name.fset(self, value)
Loud(name='Ada').name
"""), (
        ('type(UserBrief.name).__name__', 'result', "'property'", "'NoneType'"),
        ("Loud(name='Ada').name", 'result', "'ADA'", "'NONE'"),
    )),
    Shown('Fields added to `swagger_types` and `attribute_map`, in a subclass or in place',
          Script("""
class Own(UserAuthTokenRequest):
    swagger_types = dict(UserAuthTokenRequest.swagger_types, more='str')
    attribute_map = dict(UserAuthTokenRequest.attribute_map, more='more')
    more = 'x'
client.sanitize_for_serialization(Own(email='ada')).get('more')
Own().to_dict().get('more')
api.user_token_create(data={'email': 'ada', 'more': 'x'}).token
UserBrief.swagger_types['more'] = 'str'
UserBrief.attribute_map['more'] = 'more'
user = UserBrief()
user.more = 'x'
client.sanitize_for_serialization(user).get('more')
user.to_dict().get('more')
""", (TOKEN,)), (
        ("client.sanitize_for_serialization(Own(email='ada')).get('more')", 'result', "'x'", 'None'),
        ("Own().to_dict().get('more')", 'result', "'x'", 'None'),
        ("client.sanitize_for_serialization(user).get('more')", 'result', "'x'", 'None'),
        ("user.to_dict().get('more')", 'result', "'x'", 'None'),
    )),
    Shown('Models of responses',
          Script("""
class Own(UserBrief):
    calls = []
    default = 0
    def __init__(self, *args, **options):
        self.calls.append('__init__')
        super().__init__(*args, **options)
    @property
    def slug(self):
        return 'own'
    @slug.setter
    def slug(self, value):
        self.calls.append('setter')
cloudsmith_api.models.UserBrief = Own
type(api.user_self()) is Own
sorted(set(Own.calls))
api.user_self().default
"""), (
        ('sorted(set(Own.calls))', 'result[0]', "'__init__'", None),
        ('sorted(set(Own.calls))', 'result[1]', "'setter'", None),
    )),
    Shown('Overriding `to_dict()`',
          Script("""
class Own(UserAuthenticationToken):
    def to_dict(self):
        return 'custom'
'custom' in str(Own())
'custom' in repr(Own())
'custom' in Own().to_str()
Own(slug_perm='a') == Own(slug_perm='b')
KeyPage(results=[Own()]).to_dict() == {'results': ['custom']}
"""), (
        ("'custom' in str(Own())", 'result', 'True', 'False'),
        ("'custom' in repr(Own())", 'result', 'True', 'False'),
        ("'custom' in Own().to_str()", 'result', 'True', 'False'),
        ("Own(slug_perm='a') == Own(slug_perm='b')", 'result', 'True', 'False'),
        ("KeyPage(results=[Own()]).to_dict() == {'results': ['custom']}", 'result', 'True', 'False'),
    )),
    Shown('Models in nested lists',
          Script("""
KeyPage([[UserAuthToken()]]).to_dict()
"""), (
        ('KeyPage([[UserAuthToken()]]).to_dict()', "result['results'][0][0]", 'UserAuthToken', 'dict'),
    )),
    Shown('Your own generated-style models in `body`',
          Script("""
class Mine(object):
    swagger_types = {'name': 'str'}
    attribute_map = {'name': 'Name'}
    name = 'Ada'
client.call_api('/x/', 'POST', body=Mine(), header_params=ACCEPT)
"""), (
        ("client.call_api('/x/', 'POST', body=Mine(), header_params=ACCEPT)", 'result', 'tuple', 'raises TypeError'),
        ("client.call_api('/x/', 'POST', body=Mine(), header_params=ACCEPT)", 'sent[0]', 'a request', None),
    )),
    Shown('`sanitize_for_serialization((1, 2))`',
          Script("""
client.sanitize_for_serialization((1, 2))
"""), (
        ('client.sanitize_for_serialization((1, 2))', 'result', 'tuple', 'list'),
    )),
    Shown('Overriding `sanitize_for_serialization`',
          Script("""
class Sorting(ApiClient):
    def sanitize_for_serialization(self, obj):
        return sorted(obj) if isinstance(obj, set) else super().sanitize_for_serialization(obj)
own = Sorting(configuration)
own.call_api('/x/', 'POST', body={1, 2}, header_params=ACCEPT)[1]
own.call_api('/x/', 'POST', body={'a': {1, 2}}, header_params=ACCEPT)[1]
own.call_api('/x/', 'GET', query_params={'a': {1, 2}}, collection_formats={'a': 'csv'}, header_params=ACCEPT)[1]
"""), [difference for expression in (
            "own.call_api('/x/', 'POST', body={'a': {1, 2}}, header_params=ACCEPT)[1]",
            "own.call_api('/x/', 'GET', query_params={'a': {1, 2}}, collection_formats={'a': 'csv'}, "
            "header_params=ACCEPT)[1]",
        ) for difference in ((expression, 'result', '200', 'raises TypeError'),
                             (expression, 'sent[0]', 'a request', None))]),
    Shown('An invalid value',
          Script("""
configuration.host = 5
configuration.proxy = 5
configuration.connection_pool_maxsize = 'x'
configuration.api_key = None
"""), (
        ('configuration.host = 5', 'result', None, 'raises TypeError'),
        ('configuration.proxy = 5', 'result', None, 'raises TypeError'),
        ("configuration.connection_pool_maxsize = 'x'", 'result', None, 'raises TypeError'),
        ('configuration.api_key = None', 'result', None, 'raises TypeError'),
    )),
    Shown("`verify_ssl`, `client_side_validation` of 0, 1, `None`, `''`",
          Script("""
def assign(name, value):
    setattr(configuration, name, value)
    return UserApi(ApiClient(configuration)).user_self().name
[assign(name, bool(value)) for name in ('verify_ssl', 'client_side_validation') for value in (0, 1, None, '')]
""" + '\n'.join('assign(%r, %r)' % (name, value) for name in ('verify_ssl', 'client_side_validation')
                for value in (0, 1, None, ''))),
          [difference for name in ('verify_ssl', 'client_side_validation') for value in (0, 1, None, '')
           for difference in (('assign(%r, %r)' % (name, value), 'result', "'Ada'", 'raises TypeError'),
                              ('assign(%r, %r)' % (name, value), 'sent[0]', 'a request', None))]),
    Shown('Your own attribute `access_token`, `timeout`, `retries`, `max_retry_after`, `pace`, `no_proxy`, '
          '`user_agent`, `default_headers`',
          Script("""
names = ['access_token', 'timeout', 'retries', 'max_retry_after', 'pace', 'no_proxy', 'user_agent', 'default_headers',
         'idle_timeout', 'max_response_bytes', 'ssl_verify_strict', 'tls_server_name']
def accepts(name):
    try:
        setattr(Configuration(), name, ['x'])
    except (TypeError, ValueError):
        return False
    return True
[name for name in names if accepts(name)] == names
[name for name in names if accepts(name)] == []
configuration.access_token = 'the-token'
api.user_self().name
"""), (
        ('[name for name in names if accepts(name)] == names', 'result', 'True', 'False'),
        ('[name for name in names if accepts(name)] == []', 'result', 'False', 'True'),
        ('api.user_self().name', "sent[0].headers['authorization']", None, 'Bearer the-token'),
        ('api.user_self().name', "sent[0].headers['x-api-key']", 'the-key', None),
    )),
    Shown('`connection_pool_maxsize = None`',
          Script("""
configuration.connection_pool_maxsize = None
ApiClient(configuration).rest_client.pool_manager.connection_pool_kw['maxsize'] == 4
"""), (
        ('configuration.connection_pool_maxsize = None', 'result', None, 'raises TypeError'),
        ("ApiClient(configuration).rest_client.pool_manager.connection_pool_kw['maxsize'] == 4", 'result',
         'True', 'False'),
    )),
    Shown('`connection_pool_maxsize` of 0, -1, or above 65,535',
          Script("""
configuration.connection_pool_maxsize = 0
configuration.connection_pool_maxsize = -1
configuration.connection_pool_maxsize = 65536
"""), (
        ('configuration.connection_pool_maxsize = 0', 'result', None, 'raises ValueError'),
        ('configuration.connection_pool_maxsize = -1', 'result', None, 'raises ValueError'),
        ('configuration.connection_pool_maxsize = 65536', 'result', None, 'raises ValueError'),
    )),
    Shown('More threads than `connection_pool_maxsize`',
          Script("""
from concurrent.futures import ThreadPoolExecutor
configuration.connection_pool_maxsize = 1
api = UserApi(ApiClient(configuration))
def call(_):
    try:
        return api.user_self(_request_timeout=2).name
    except ApiException as caught:
        return type(caught).__name__
sorted(ThreadPoolExecutor(2).map(call, range(2)))
""", (delayed(1.2, USER),)), (
        ('sorted(ThreadPoolExecutor(2).map(call, range(2)))', 'result[1]', "'Ada'", "'TimeoutException'"),
    )),
    Shown('Creating a `Configuration` or a model',
          Script("""
logger = logging.getLogger('cloudsmith_api')
made = Configuration(), UserBrief(name='Ada')
logger.level
"""), (
        ('logger.level', 'result', '30', '0'),
    )),
    Shown('Creating a `Configuration` or a model',
          Script("""
logger = logging.getLogger('cloudsmith_api')
before = len(logger.handlers)
made = Configuration(), UserBrief(name='Ada')
len(logger.handlers) - before
"""), (
        ('len(logger.handlers) - before', 'result', '2', '0'),
    ), ('2.0.19',)),
    Shown('`debug = True`',
          Script("""
import http.client
configuration.debug = True
http.client.HTTPConnection.debuglevel
made = UserBrief(name='Ada')
logging.getLogger('cloudsmith_api').getEffectiveLevel()
"""), (
        ('http.client.HTTPConnection.debuglevel', 'result', '1', '0'),
        ("logging.getLogger('cloudsmith_api').getEffectiveLevel()", 'result', '30', '10'),
    )),
    Shown('`debug = True`',
          Script("""
configuration.debug = True
[type(handler) for handler in logging.getLogger('cloudsmith_api').handlers].count(logging.StreamHandler)
"""), (
        ("[type(handler) for handler in logging.getLogger('cloudsmith_api').handlers].count(logging.StreamHandler)",
         'result', '0', '1'),
    ), ('2.0.42',)),
    Shown('Response bodies in the log',
          Script("""
class Recorder(logging.Handler):
    messages = []
    def emit(self, record):
        self.messages.append(record.getMessage())
configuration.debug = True
logging.getLogger('cloudsmith_api').addHandler(Recorder())
api.user_self().name
any('ada@example.com' in message for message in Recorder.messages)
"""), (
        ("any('ada@example.com' in message for message in Recorder.messages)", 'result', 'True', 'False'),
    )),
    Shown('`logger_file` in a missing folder',
          Script("""
import contextlib, io
configuration.logger_file = os.path.join(tempfile.mkdtemp(), 'none', 'log')
configuration.debug = True
with contextlib.redirect_stderr(io.StringIO()) as stderr:
    name = api.user_self().name
name
'No such file' in stderr.getvalue()
"""), (
        ("configuration.logger_file = os.path.join(tempfile.mkdtemp(), 'none', 'log')", 'result',
         'raises FileNotFoundError', None),
        ("'No such file' in stderr.getvalue()", 'result', 'False', 'True'),
    )),
    Shown('`logger_file = None`',
          Script("""
import gc
configuration.logger_file = os.path.join(tempfile.mkdtemp(), 'log')
configuration.debug = True
api.user_self().name
configuration.logger_file = None
files = [handler for handler in gc.get_objects() if isinstance(handler, logging.FileHandler) and handler.stream]
len(files)
"""), (
        ('len(files)', 'result', '1', '0'),
    )),
    Shown('`logger_formatter`, `logger_stream_handler`, `logger_file_handler`',
          Script("""
type(configuration.logger_formatter).__name__
type(configuration.logger_file_handler).__name__
"""), (
        ('type(configuration.logger_formatter).__name__', 'result', "'Formatter'", 'raises AttributeError'),
        ('type(configuration.logger_file_handler).__name__', 'result', "'NoneType'", 'raises AttributeError'),
    )),
    Shown('`logger_formatter`, `logger_stream_handler`, `logger_file_handler`',
          Script("""
type(configuration.logger_stream_handler).__name__
"""), (
        ('type(configuration.logger_stream_handler).__name__', 'result', "'StreamHandler'", 'raises AttributeError'),
    ), ('2.0.19',)),
    Shown("`auth_settings()` of a subclass, with `'in': 'query'`",
          Script("""
class InQuery(Configuration):
    def auth_settings(self):
        return {'apikey': {'type': 'api_key', 'in': 'query', 'key': 'X-Mine', 'value': 'a'}}
own = InQuery()
own.host = host
UserApi(ApiClient(own)).user_self().name
"""), (
        ('UserApi(ApiClient(own)).user_self().name', "sent[0].headers['x-mine']", None, 'a'),
        ('UserApi(ApiClient(own)).user_self().name', 'sent[0].line', 'GET /v1/user/self/?X-Mine=a',
         'GET /v1/user/self/'),
    )),
    Shown('`configuration.logger = …`',
          Script("""
configuration.logger = {'package_logger': logging.getLogger('mine')}
configuration.logger['package_logger'].name
"""), (
        ("configuration.logger = {'package_logger': logging.getLogger('mine')}", 'result', None,
         'raises AttributeError'),
        ("configuration.logger['package_logger'].name", 'result', "'mine'", "'cloudsmith_api'"),
    )),
    Shown('`refresh_api_key_hook`',
          Script("""
calls = []
configuration.refresh_api_key_hook = calls.append
api.user_self().name
len(calls)
api.user_token_create(data={'email': 'ada@example.com'}).token
len(calls)
""", (TOKEN,)), (
        ('len(calls)', 'result', '2', '1'),
        ('len(calls)', 'result', '3', '1'),
    )),
    Shown('`refresh_api_key_hook` with `async_req`',
          Script("""
import threading
callers = set()
def hook(_):
    callers.add(threading.current_thread() is threading.main_thread())
    raise LookupError('no key')
configuration.refresh_api_key_hook = hook
call = api.user_self(async_req=True)
call.get()
callers
"""), (
        ('call = api.user_self(async_req=True)', 'result', None, 'raises LookupError'),
        ('call.get()', 'result', 'raises LookupError', 'raises NameError'),
        ('callers', 'result', '{False}', '{True}'),
    )),
    Shown('Your own attributes in a copy of the default',
          Script("""
class Own(object):
    pass
configuration.own = Own()
Configuration.set_default(configuration)
Configuration().own is configuration.own
import threading
configuration.own = threading.Lock()
Configuration().own is configuration.own
"""), (
        ('Configuration().own is configuration.own', 'result', 'False', 'True'),
        ('Configuration().own is configuration.own', 'result', 'raises TypeError', 'True'),
    )),
    Shown('`copy.copy`, `copy.deepcopy`, `pickle` of a `Configuration`',
          Script("""
copy.copy(configuration).api_key is configuration.api_key
"""), (
        ('copy.copy(configuration).api_key is configuration.api_key', 'result', 'True', 'False'),
    )),
    Shown('`copy.copy`, `copy.deepcopy`, `pickle` of a `Configuration`',
          Script("""
copy.deepcopy(configuration).api_key
"""), (
        ('copy.deepcopy(configuration).api_key', 'result', 'raises TypeError', 'dict'),
    ), ('2.0.19',)),
    Shown('`copy.copy`, `copy.deepcopy`, `pickle` of a `Configuration`',
          Script("""
import pickle
type(pickle.loads(pickle.dumps(configuration))).__name__
"""), (
        ('type(pickle.loads(pickle.dumps(configuration))).__name__', 'result', 'raises TypeError', "'Configuration'"),
    ), ('2.0.19',)),
    Shown('Default `host` of 2.0.42',
          Script("""
Configuration().host
ApiClient().configuration.host
"""), (
        ('Configuration().host', 'result', "'https://api.cloudsmith.io'", "'https://api.cloudsmith.io/v1'"),
        ('ApiClient().configuration.host', 'result', "'https://api.cloudsmith.io'", "'https://api.cloudsmith.io/v1'"),
    ), ('2.0.42',)),
    Shown('`to_debug_report()`',
          Script("""
len(configuration.to_debug_report().splitlines()) > 5
"""), (
        ('len(configuration.to_debug_report().splitlines()) > 5', 'result', 'False', 'True'),
    )),
    Shown('`set_default(5)`, `ApiClient(5)`, `UserApi(configuration)`',
          Script("""
Configuration.set_default(5)
ApiClient(5)
UserApi(configuration)
"""), (
        ('Configuration.set_default(5)', 'result', 'None', 'raises TypeError'),
        ('ApiClient(5)', 'result', 'raises AttributeError', 'raises TypeError'),
        ('UserApi(configuration)', 'result', 'UserApi', 'raises TypeError'),
    )),
    Shown('`rest_client.GET`, `.POST` …',
          Script("""
client.rest_client.GET(host + '/x/')
"""), (
        ("client.rest_client.GET(host + '/x/')", 'result', 'RESTResponse', 'raises AttributeError'),
        ("client.rest_client.GET(host + '/x/')", 'sent[0]', 'a request', None),
    )),
    Shown('Patching `urllib3.PoolManager`, or `request` or `urlopen` of it or of `rest_client.pool_manager`',
          Script("""
import io, urllib3
from unittest import mock
def fake(*args, **options):
    return urllib3.HTTPResponse(io.BytesIO(b'{"name": "Bob"}'), status=200, preload_content=False)
def call(patched):
    with patched:
        return api.user_self().name
call(mock.patch('urllib3.PoolManager.request', fake))
call(mock.patch('urllib3.PoolManager.urlopen', fake))
call(mock.patch.object(client.rest_client.pool_manager, 'request', fake))
class Fake(object):
    def __init__(self, *_, **__):
        self.request = fake
def call_of_new_client(patched):
    with patched:
        return UserApi(ApiClient(configuration)).user_self().name
call_of_new_client(mock.patch('urllib3.PoolManager', Fake))
"""), [difference for expression in (
            "call(mock.patch('urllib3.PoolManager.request', fake))",
            "call(mock.patch('urllib3.PoolManager.urlopen', fake))",
            "call(mock.patch.object(client.rest_client.pool_manager, 'request', fake))",
            "call_of_new_client(mock.patch('urllib3.PoolManager', Fake))",
        ) for difference in ((expression, 'result', "'Bob'", "'Ada'"), (expression, 'sent[0]', None, 'a request'))]),
    Shown('`rest_client.pool_manager = …`',
          Script("""
import urllib3
client.rest_client.pool_manager = urllib3.PoolManager(headers={'X-Mine': 'a'})
client.call_api('/x/', 'GET', header_params=ACCEPT)[1]
"""), (
        ("client.rest_client.pool_manager = urllib3.PoolManager(headers={'X-Mine': 'a'})", 'result', None,
         'raises AttributeError'),
    )),
    Shown("`rest_client.pool_manager.connection_pool_kw['retries'] = …`",
          Script("""
client.rest_client.pool_manager.connection_pool_kw['retries'] = False
api.user_self()
""", (truncated(b''),)), (
        ('api.user_self()', 'result', 'raises ProtocolError', 'raises ConnectionException'),
        ('api.user_self()', 'sent[1]', None, 'a request'),
        ('api.user_self()', 'sent[2]', None, 'a request'),
        ('api.user_self()', 'sent[3]', None, 'a request'),
    )),
    Shown('`from cloudsmith_api import *`',
          Script("""
names = {}
exec('from cloudsmith_api import *', names)
' '.join(sorted({'api', 'api_client', 'configuration', 'models', 'rest'}.intersection(names)))
"""), (
        ("' '.join(sorted({'api', 'api_client', 'configuration', 'models', 'rest'}.intersection(names)))", 'result',
         "'api api_client configuration models rest'", "''"),
    )),
    Shown('`cloudsmith_api.rest.urllib3`',
          Script("""
cloudsmith_api.rest.urllib3.__name__
"""), (
        ('cloudsmith_api.rest.urllib3.__name__', 'result', "'urllib3'", 'raises AttributeError'),
    )),
    Shown('`Content-Type` of `client.request` and `rest_client.request`, GET without headers',
          Script("""
client.request('GET', host + '/x/').status
client.rest_client.request('GET', host + '/x/').status
"""), (
        ("client.request('GET', host + '/x/').status", "sent[0].headers['content-type']", 'application/json', None),
        ("client.rest_client.request('GET', host + '/x/').status", "sent[0].headers['content-type']",
         'application/json', None),
    )),
    Shown('`query_params`, `post_params` in a custom transport',
          Script(TRANSPORT + """
client.rest_client = transport = Transport()
api.user_self().name
client.call_api('/x/', 'POST', query_params={'a': 1.5}, body=1)[1]
[request['query_params'] for request in transport.requests]
[request.get('post_params') for request in transport.requests]
"""), (
        ("[request.get('post_params') for request in transport.requests]", 'result[0]', 'None', 'list'),
        ("[request.get('post_params') for request in transport.requests]", 'result[1]', 'None', 'list'),
    )),
    Shown('`_request_timeout` in a custom transport, if the call waited for a thread',
          Script(TRANSPORT + """
import threading
class Slow(Transport):
    def request(self, *args, **options):
        threading.Event().wait(0.5)
        return super(Slow, self).request(*args, **options)
configuration.connection_pool_maxsize = 1
client = ApiClient(configuration)
client.rest_client = transport = Slow()
calls = [UserApi(client).user_self(_request_timeout=5, async_req=True) for _ in range(2)]
[call.get(20).name for call in calls]
max(request['_request_timeout'] for request in transport.requests)
min(request['_request_timeout'] for request in transport.requests) == 5
"""), (
        ("min(request['_request_timeout'] for request in transport.requests) == 5", 'result', 'True', 'False'),
    )),
    Shown('`client_side_validation`, `parameters_to_tuples`, `prepare_post_parameters`, '
          '`select_header_accept`, `select_header_content_type`, `update_params_for_auth`, `PRIMITIVE_TYPES`, '
          '`NATIVE_TYPES_MAPPING`, `_ApiClient__call_api`',
          Script("""
names = ['client_side_validation', 'parameters_to_tuples', 'prepare_post_parameters', 'select_header_accept',
         'select_header_content_type', 'update_params_for_auth', 'PRIMITIVE_TYPES', 'NATIVE_TYPES_MAPPING',
         '_ApiClient__call_api']
len([name for name in names if hasattr(client, name)])
"""), (
        ('len([name for name in names if hasattr(client, name)])', 'result', '9', '0'),
    )),
    Shown('Overriding `update_params_for_auth`, `_ApiClient__call_api` …',
          Script("""
calls = set()
class Own(ApiClient):
    pass
def override(owner, name):
    original = getattr(owner.__base__, name, None)
    def method(self, *args, **options):
        calls.add(name)
        return original(self, *args, **options)
    setattr(owner, name, method)
for name in ('update_params_for_auth', 'select_header_accept', '_ApiClient__call_api', '_ApiClient__deserialize'):
    override(Own, name)
override(Own, 'call_api')
class OwnConfiguration(Configuration):
    pass
override(OwnConfiguration, 'auth_settings')
class OwnTransport(RESTClientObject):
    pass
override(OwnTransport, 'request')
own = OwnConfiguration()
own.host = host
client = Own(own)
client.rest_client = OwnTransport(own)
UserApi(client).user_self().name
ADVISED = {'call_api', 'auth_settings', 'request'}
ADVISED <= calls
sorted(calls - ADVISED)
"""), [('sorted(calls - ADVISED)', 'result[%d]' % index, repr(name), None) for index, name in enumerate(
        ['_ApiClient__call_api', '_ApiClient__deserialize', 'select_header_accept', 'update_params_for_auth'])]),
    Shown('`Accept`, `Content-Type` of `call_api`',
          Script("""
client.call_api('/x/', 'GET')[1]
client.call_api('/x/', 'POST', body=1)[1]
"""), (
        ("client.call_api('/x/', 'GET')[1]", "sent[0].headers['accept']", None, 'application/json'),
        ("client.call_api('/x/', 'POST', body=1)[1]", "sent[0].headers['accept']", None, 'application/json'),
    )),
    Shown('`copy.copy`, `copy.deepcopy`, `pickle` of an `ApiClient`',
          Script("""
import copy, pickle
copy.copy(client).rest_client is client.rest_client
copy.deepcopy(client).default_headers == client.default_headers
pickle.loads(pickle.dumps(client)).default_headers == client.default_headers
"""), (
        ('copy.copy(client).rest_client is client.rest_client', 'result', 'True', 'False'),
        ('copy.deepcopy(client).default_headers == client.default_headers', 'result', 'raises TypeError', 'True'),
        ('pickle.loads(pickle.dumps(client)).default_headers == client.default_headers', 'result', 'raises TypeError',
         'True'),
    )),
    Shown('Threads for `async_req`',
          Script("""
configuration.connection_pool_maxsize = 100
getattr(ApiClient(configuration).pool, '_processes', 0) == os.cpu_count()
"""), (
        ("getattr(ApiClient(configuration).pool, '_processes', 0) == os.cpu_count()", 'result', 'True', 'False'),
    )),
    Shown('`client.pool`',
          Script("""
client.pool.apply_async(api.user_self).get().name
client.pool.map(str, [1])
client.pool.apply(api.user_self).name
client.pool.apply_async(str, (), {}, print).get()
client.pool.apply_async(dict, kwds={'a': 1}).get()
"""), (
        ('client.pool.map(str, [1])', 'result', 'list', 'raises AttributeError'),
        ('client.pool.apply(api.user_self).name', 'result', "'Ada'", 'raises AttributeError'),
        ('client.pool.apply(api.user_self).name', 'sent[0]', 'a request', None),
        ('client.pool.apply_async(str, (), {}, print).get()', 'result', "''", 'raises TypeError'),
        ("client.pool.apply_async(dict, kwds={'a': 1}).get()", 'result', 'dict', 'raises TypeError'),
    )),
    Shown('`RESTResponse`',
          Script("""
import io
api.user_self().name
isinstance(client.last_response, io.IOBase)
type(RESTResponse(client.request('POST', host + '/x/', body=1, _preload_content=False)).data).__name__
"""), (
        ('isinstance(client.last_response, io.IOBase)', 'result', 'True', 'False'),
        ("type(RESTResponse(client.request('POST', host + '/x/', body=1, _preload_content=False)).data).__name__",
         'result', "'bytes'", "'str'"),
    )),
)
