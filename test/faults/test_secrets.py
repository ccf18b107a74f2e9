# -*- coding: utf-8 -*-
"""Secrets appear in no message, log record, traceback or repr, even if the service or a proxy echoes them."""

import base64
import json
import logging
import pickle
import traceback

import pytest
import six
from servers import RespondingServer, ScriptedServer, closed_port, http_response, json_response, truncated
from six.moves.urllib.parse import quote

from cloudsmith_api import ApiClient, ApiException, Configuration, UserApi, UserAuthTokenRequest
from cloudsmith_api._transport.retry import ApiRetry
from cloudsmith_api.credentials import OidcToken, RenewableToken

pytestmark = pytest.mark.slow

KEY = 'kE7-the-key-0123456789'
PASSWORD = 'pa55-the-word'
USER = 'ada@example.com'
PAIR = base64.b64encode(('%s:%s' % (USER, PASSWORD)).encode()).decode()
CODE = '482913'
TWO_FACTOR_TOKEN = 'tw0-the-token'
COOKIE = 'c00kie-the-value'
PROXY_USER, PROXY_PASSWORD = 'pr0xy-user', 'pr0xy-the-word'
PROXY_PAIR = base64.b64encode(('%s:%s' % (PROXY_USER, PROXY_PASSWORD)).encode()).decode()

SECRETS = [KEY, PASSWORD, PAIR, CODE, TWO_FACTOR_TOKEN, COOKIE, PROXY_PASSWORD, PROXY_PAIR]

# Places where a service may echo a request; each is a function of the echoed text that returns a script item.
ECHOES = {
    'detail': lambda text: http_response(400, json.dumps({'detail': text})),
    'fields': lambda text: http_response(422, json.dumps({'fields': {text: [text], 'other': text}})),
    'detail of two-factor response': lambda text: http_response(
        422, json.dumps({'detail': text, 'two_factor_required': True, 'two_factor_token': TWO_FACTOR_TOKEN})),
    'HTML': lambda text: http_response(500, '<html><p>%s</p></html>' % text),
    'HTML with status 200': lambda text: http_response(200, '<html><p>%s</p></html>' % text),
    'JSON list instead of object': lambda text: http_response(200, json.dumps([text])),
    'JSON field of wrong type': lambda text: http_response(200, json.dumps({'authenticated': text})),
    'reason phrase': lambda text: http_response(404, reason=text),
    'reason phrase of status 200': lambda text: http_response(200, '<html>', reason=text),
    'encoded Location': lambda text: http_response(302, headers=[('Location', 'https://example.com/?' + quote(text))]),
    'raw Location': lambda text: http_response(302, headers=[('Location', 'https://example.com/?' + text)]),
    'headers': lambda text: http_response(500, headers=[('X-Echo', text), ('Retry-After', text), ('Set-Cookie', text)]),
    'malformed header': lambda text: truncated(('HTTP/1.1 500 No\r\n%s\r\n\r\n' % text.replace(':', ';')).encode()),
    'malformed header of status 200': lambda text: truncated(
        ('HTTP/1.1 200 OK\r\n: %s\r\nno colon %s\r\n\r\n{}' % (text, text.replace(':', ';'))).encode()),
    'status code': lambda text: truncated(('HTTP/1.1 %s\r\n\r\n' % text).encode()),
    'status line': lambda text: truncated(('%s\r\n\r\n' % text).encode()),
    'HTTP version': lambda text: truncated(('HTTP/%s 200 OK\r\n\r\n' % text.replace(' ', '_')).encode()),
    'chunk size': lambda text: truncated(
        ('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%s\r\n' % text).encode()),
    'Content-Encoding': lambda text: http_response(200, '{}', [('Content-Encoding', text)]),
    'Content-Length': lambda text: truncated(
        ('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: %s\r\n\r\n{}' % text).encode()),
    'rate limit headers': lambda text: http_response(429, headers=[('X-RateLimit-Limit', text), ('Retry-After', text)]),
}


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setattr(ApiRetry, 'BACKOFF_BASE', 0.001)


@pytest.fixture
def seen(caplog, capsys, tmpdir):
    """Collect all text that people may see, to check that it contains no secret."""
    caplog.set_level(logging.DEBUG)

    class Seen(list):
        log = str(tmpdir.join('debug.log'))

        def check(self, secrets=tuple(SECRETS)):
            self.extend([caplog.text, ''.join(capsys.readouterr())])
            if tmpdir.join('debug.log').check():
                self.append(tmpdir.join('debug.log').read())
            text = ''.join(self)
            for secret in secrets:
                assert secret not in text
                assert quote(secret, '') not in text

    yield Seen()
    configuration = Configuration()
    configuration.debug, configuration.logger_file = False, None


def settings(seen, **others):
    return dict(others, username=USER, password=PASSWORD, retries=1, timeout=0.5, debug=True, logger_file=seen.log)


def all_texts(caught):
    """Return all that Python shows of an exception: traceback, ``str``, ``repr``, and ``str`` of a pickled copy."""
    text = ''.join(traceback.format_exception(*caught._excinfo))
    copied = pickle.loads(pickle.dumps(caught.value))
    return '\n'.join([text, str(caught.value), repr(caught.value), str(copied), repr([caught.value])])


def echo_server(echo):
    """Return a server that echoes the request headers and body, and the password in plain text."""
    return RespondingServer(lambda request: ECHOES[echo](' '.join(
        ' '.join('%s: %s' % pair for pair in request.headers).split() + [request.body.decode(), PASSWORD])))


@pytest.mark.parametrize('echo', sorted(ECHOES))
def test_echoed_api_key_is_not_shown(connect, seen, echo):
    with echo_server(echo) as server:
        api = connect(server.url, **settings(seen))
        api.api_client.configuration.api_key['X-Api-Key'] = KEY
        api.api_client.cookie = 'session=' + COOKIE
        try:
            api.user_self()
        except ApiException:
            with pytest.raises(ApiException) as caught:
                api.user_self()
            seen.append(all_texts(caught))
    seen.check()
    assert dict(server.requests[0].headers)['X-Api-Key'] == KEY


@pytest.mark.parametrize('echo', sorted(ECHOES))
def test_echoed_password_and_one_time_code_are_not_shown(connect, seen, echo):
    with echo_server(echo) as server:
        api = connect(server.url, **settings(seen))
        body = {'email': USER, 'password': PASSWORD, 'totp_token': CODE, 'two_factor_token': TWO_FACTOR_TOKEN}
        try:
            api.user_token_create(data=body)
        except ApiException:
            with pytest.raises(ApiException) as caught:
                api.user_token_create(data=body)
            seen.append(all_texts(caught))
    seen.check()
    assert dict(server.requests[0].headers)['Authorization'] == 'Basic ' + PAIR


def test_proxy_credentials_echoed_to_a_renewal_are_not_shown(connect, seen):
    with echo_server('reason phrase') as proxy:
        api = connect('http://service.localhost/v1', **settings(seen, proxy=proxy.origin.replace(
            '//', '//%s:%s@' % (PROXY_USER, PROXY_PASSWORD))))
        api.api_client.configuration.api_key.clear()
        api.api_client.configuration.access_token = OidcToken('acme', 'ci', 'identity')
        with pytest.raises(ApiException) as caught:
            api.user_self()
    assert caught.value.url.endswith('/openid/acme/')
    seen.append(all_texts(caught))
    seen.check()


def test_prefix_of_the_key_is_shown(connect):
    with ScriptedServer(http_response(401, '{"detail": "Invalid Token."}')) as server:
        with pytest.raises(ApiException, match='Invalid Token. .*/user/tokens/'):
            connect(server.url, api_key_prefix={'X-Api-Key': 'Token'}).user_tokens_list()


@pytest.mark.parametrize('length', [60000, 200000])
def test_start_of_a_long_explanation_is_shown(connect, length):
    with ScriptedServer(json_response(json.dumps({'detail': 'word ' * (length // 5)}), status=422)) as server:
        with pytest.raises(ApiException, match='word word'):
            connect(server.url, access_token='x' * 4200).user_self()


@pytest.mark.parametrize('echo', sorted(ECHOES))
@pytest.mark.parametrize('target', ['http', 'https'])
def test_echoed_proxy_credentials_are_not_shown(connect, seen, echo, target):
    with echo_server(echo) as proxy:
        api = connect('%s://service.localhost/v1' % target, **settings(seen, proxy='http://%s:%s@127.0.0.1:%d' % (
            PROXY_USER, PROXY_PASSWORD, proxy.port)))
        api.api_client.configuration.api_key['X-Api-Key'] = KEY
        try:
            api.user_self()
        except ApiException:
            with pytest.raises(ApiException) as caught:
                api.user_self()
            seen.append(all_texts(caught))
    seen.check()
    assert dict(proxy.requests[0].headers)['Proxy-Authorization'] == 'Basic ' + PROXY_PAIR


def test_unreachable_proxy_is_named_without_credentials(connect, seen):
    port = closed_port()
    api = connect('http://127.0.0.1/', **settings(seen, proxy='http://%s:%s@127.0.0.1:%d' % (
        PROXY_USER, PROXY_PASSWORD, port)))
    with pytest.raises(ApiException) as caught:
        api.user_self()
    seen.append(all_texts(caught))
    seen.append(repr(api.api_client.configuration) + api.api_client.configuration.to_debug_report())
    seen.append(repr(api.api_client) + repr(api))
    seen.check()


def test_echoed_non_ascii_password_is_not_shown(connect, seen):
    password = u'pä55-wörd'
    responses = [
        lambda request: http_response(400, json.dumps({'detail': password})),
        lambda request: http_response(400, json.dumps({'detail': password}, ensure_ascii=False)),
        lambda request: b'HTTP/1.1 400 ' + request.body + b'\r\nContent-Length: 0\r\n\r\n',
        lambda request: http_response(200, '<html>', reason=request.body.decode('latin-1')),
        lambda request: truncated(b'HTTP/1.1 ' + request.body + b'\r\n\r\n'),
    ]
    for respond in responses:
        with RespondingServer(respond) as server:
            with pytest.raises(ApiException) as caught:
                connect(server.url).user_token_create(data={'email': USER, 'password': password})
        seen.append(six.ensure_str(all_texts(caught)))
    text = six.ensure_text(''.join(seen))
    assert password not in text
    assert password.encode('utf-8').decode('latin-1') not in text


def test_percent_encoded_prefixed_key_is_not_shown(connect, seen):
    key = 'kE7/the+key/0123456789'
    with ScriptedServer(http_response(400, reason='No such key: ' + quote(key, ''))) as server:
        with pytest.raises(ApiException) as caught:
            connect(server.url).api_client.call_api('/x/', 'GET', header_params={'X-Api-Key': 'Bearer ' + key})
    seen.append(all_texts(caught))
    assert 'No such key: ********' in ''.join(seen)
    seen.check([key])


def test_echoed_query_and_form_secrets_are_not_shown(connect, seen):
    def echo(request):
        return http_response(400, reason=request.target + ' ' + request.body.decode())

    with RespondingServer(echo) as server:
        client = connect(server.url).api_client
        with pytest.raises(ApiException) as caught:
            client.call_api('/x/', 'POST', query_params={'token': KEY}, post_params=[('password', PASSWORD)],
                            header_params={'Content-Type': 'application/x-www-form-urlencoded'})
    seen.append(all_texts(caught))
    assert KEY not in ''.join(seen)
    assert PASSWORD not in ''.join(seen)


def test_cause_without_secret_is_kept(connect):
    with ScriptedServer(truncated(b'HTTP/1.1 garbage\r\n\r\n')) as server:
        with pytest.raises(ApiException) as caught:
            connect(server.url, retries=0).user_self()
    if six.PY3:
        assert 'garbage' in str(caught.value.__cause__)


def test_error_attributes_keep_unredacted_response(connect):
    with RespondingServer(lambda request: http_response(400, '{"detail": "%s"}' % KEY, reason=KEY)) as server:
        api = connect(server.url)
        api.api_client.configuration.api_key['X-Api-Key'] = KEY
        with pytest.raises(ApiException) as caught:
            api.user_self()
    assert (caught.value.detail, caught.value.reason) == (KEY, KEY)
    assert KEY in caught.value.body


class ProgramError(Exception):
    """An exception of the program that calls the package, which must not inspect it."""

    def __str__(self):
        raise RuntimeError('must not be called')

    __repr__ = __str__


def raise_from_itself():
    error = KeyError('once')
    six.raise_from(error, error)


def raise_program_error():
    raise ProgramError()


@pytest.mark.parametrize('fail', [raise_from_itself, raise_program_error])
@pytest.mark.parametrize('response', [truncated(b''), http_response(404), http_response(200, b'?')])
def test_call_in_except_block_ignores_handled_exception(connect, fail, response):
    with ScriptedServer(response) as server:
        api = connect(server.url, retries=0)
        try:
            fail()
        except (KeyError, ProgramError):
            with pytest.raises(ApiException):
                api.user_self()


def test_shortened_message_shows_no_part_of_secret(connect):
    key = 'kE7-' + '0123456789abcdef' * 128
    with RespondingServer(lambda request: http_response(400, json.dumps({'detail': key * 40}))) as server:
        api = connect(server.url)
        api.api_client.configuration.api_key['X-Api-Key'] = key
        with pytest.raises(ApiException) as caught:
            api.user_self()
    assert '0123456789abcdef' not in str(caught.value)


def with_settings(**settings):
    configuration = Configuration()
    for name, value in settings.items():
        setattr(configuration, name, value)
    return configuration


ENTRY_POINTS = {
    'set_default_header': lambda: ApiClient().set_default_header('X-Api-Key', KEY + '\n'),
    'user_agent': lambda: setattr(ApiClient(), 'user_agent', KEY + '\n'),
    'header of a client': lambda: ApiClient(header_name='X-Api-Key', header_value=KEY + '\n'),
    'get_basic_auth_token': lambda: with_settings(username='a:b', password=KEY).get_basic_auth_token(),
    'auth_settings': lambda: with_settings(username='a:b', password=KEY).auth_settings(),
    'credential': lambda: with_settings(username='a:b', password=KEY).credential('basic'),
    'get_api_key_with_prefix': lambda: with_settings(
        api_key={'X-Api-Key': KEY}, api_key_prefix={'X-Api-Key': 5}).get_api_key_with_prefix('X-Api-Key'),
    'setting': lambda: with_settings(access_token=KEY + ' '),
    'from_environment': lambda: Configuration.from_environment(access_token=KEY + ' '),
    'validate': lambda: UserAuthTokenRequest.validate({'email': '', 'password': KEY}),
    'model': lambda: UserAuthTokenRequest(email='', password=KEY),
    'model with a wrong type': lambda: UserAuthTokenRequest(password=[KEY]),
    'attribute of a model': lambda: setattr(UserAuthTokenRequest(), 'password', [KEY]),
    'OidcToken': lambda: OidcToken('acme', 'ci', bytearray(KEY.encode('ascii'))),
    'RenewableToken': lambda: RenewableToken(KEY),
    'sanitize_for_serialization': lambda: ApiClient().sanitize_for_serialization({'password': KEY, 'x': object()}),
    'call_api': lambda: ApiClient().call_api('no-slash', 'POST', body={'password': KEY}),
    'request': lambda: ApiClient().request('POST', 'http://127.0.0.1:9/', headers={'X-Api-Key': KEY + '\n'}),
    'request of a transport': lambda: ApiClient().rest_client.request(
        'POST', 'http://127.0.0.1:9/', headers={'X-Api-Key': KEY + '\n'}),
    'user_self': lambda: UserApi().user_self(_headers={'X-Api-Key': KEY + '\n'}),
    'user_self_with_http_info': lambda: UserApi().user_self_with_http_info(_headers={'X-Api-Key': KEY + '\n'}),
    'user_token_create': lambda: UserApi().user_token_create({'email': '', 'password': KEY}),
    'deserialize': lambda: ApiClient()._ApiClient__deserialize({'name': 5, 'email': KEY}, 'UserBrief'),
}


@pytest.mark.parametrize('entry_point', sorted(ENTRY_POINTS))
def test_frames_of_a_refused_argument_do_not_show_it(entry_point):
    with pytest.raises((TypeError, ValueError)) as caught:
        ENTRY_POINTS[entry_point]()
    entry, shown = caught.tb, []
    while entry is not None:
        if entry.tb_frame.f_globals['__name__'].startswith('cloudsmith_api'):
            shown += [(entry.tb_frame.f_code.co_name, name)
                      for name, value in entry.tb_frame.f_locals.items() if KEY in repr(value)]
        entry = entry.tb_next
    assert shown == []


def test_iteration_frame_does_not_show_headers_of_an_earlier_page(connect):
    first = json_response('{"results": [{"slug_perm": "x"}]}',
                          headers=[('Set-Cookie', 'session=' + COOKIE), ('X-Pagination-PageTotal', '2')])
    with ScriptedServer(first, http_response(404)) as server:
        with pytest.raises(ApiException) as caught:
            list(connect(server.url).user_tokens_iter())
    frame = next(entry.frame for entry in caught.traceback if entry.name == 'iterate_pages')
    assert COOKIE not in repr(frame.f_locals)


def test_frames_below_the_transport_are_not_kept_with_the_error(connect):
    with ScriptedServer(truncated(b'HTTP/1.1 garbage\r\n\r\n')) as server:
        with pytest.raises(ApiException) as caught:
            connect(server.url, retries=1).user_self()
    cause = getattr(caught.value, '__cause__', None)
    while cause is not None:
        assert cause.__traceback__ is None
        cause = cause.__cause__ or cause.__context__
    # The frames above them belong to the transport, and their local variables show no header.
    frames = traceback.walk_tb(caught.value.__traceback__) if six.PY3 else []
    sessions = [frame for frame, _ in frames if frame.f_globals['__name__'] == 'cloudsmith_api._transport.session']
    assert 'the-secret-key' not in repr([frame.f_locals for frame in sessions])


@pytest.mark.parametrize('data', [
    b'HTTP/1.1 2\x1b]0;title\x07\x1b[31m\r\n\r\n',
    b'\x1b]0;title\x07\r\n\r\n',
    b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\x1b[2J\r\n',
])
def test_log_record_of_a_retry_is_one_printable_line(connect, caplog, data):
    caplog.set_level(logging.WARNING)
    with ScriptedServer(truncated(data)) as server:
        with pytest.raises(ApiException) as caught:
            connect(server.url, retries=1).user_self()
    lines = [record.getMessage() for record in caplog.records if record.name == 'cloudsmith_api.rest']
    assert len(lines) == 1
    for text in lines + [str(caught.value)]:
        assert not set(text) & set('\x1b\x07\r\n')
