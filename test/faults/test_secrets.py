# -*- coding: utf-8 -*-
"""Nothing that a person may come to see shows a secret, even if whoever answers sends it back."""

import base64
import json
import logging
import pickle
import traceback

import pytest
import six
from servers import RespondingServer, ScriptedServer, closed_port, http_response, truncated
from six.moves.urllib.parse import quote

from cloudsmith_api import ApiException, Configuration
from cloudsmith_api._transport.retry import ApiRetry

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

# What a service may do with what it was sent, besides answering as it should.
ECHOES = {
    'a detail': lambda text: http_response(400, json.dumps({'detail': text})),
    'fields': lambda text: http_response(422, json.dumps({'fields': {text: [text], 'other': text}})),
    'a detail of a second factor': lambda text: http_response(
        422, json.dumps({'detail': text, 'two_factor_required': True, 'two_factor_token': TWO_FACTOR_TOKEN})),
    'HTML': lambda text: http_response(500, '<html><p>%s</p></html>' % text),
    'HTML with status 200': lambda text: http_response(200, '<html><p>%s</p></html>' % text),
    'JSON of the wrong kind': lambda text: http_response(200, json.dumps([text])),
    'JSON with a field of the wrong kind': lambda text: http_response(200, json.dumps({'authenticated': text})),
    'a reason': lambda text: http_response(404, reason=text),
    'a reason of status 200': lambda text: http_response(200, '<html>', reason=text),
    'a location': lambda text: http_response(302, headers=[('Location', 'https://example.com/?' + quote(text))]),
    'a raw location': lambda text: http_response(302, headers=[('Location', 'https://example.com/?' + text)]),
    'headers': lambda text: http_response(500, headers=[('X-Echo', text), ('Retry-After', text), ('Set-Cookie', text)]),
    'a broken header': lambda text: truncated(('HTTP/1.1 500 No\r\n%s\r\n\r\n' % text.replace(':', ';')).encode()),
    'a broken header with status 200': lambda text: truncated(
        ('HTTP/1.1 200 OK\r\n: %s\r\nno colon %s\r\n\r\n{}' % (text, text.replace(':', ';'))).encode()),
    'a status line': lambda text: truncated(('HTTP/1.1 %s\r\n\r\n' % text).encode()),
    'a protocol': lambda text: truncated(('%s\r\n\r\n' % text).encode()),
    'a version': lambda text: truncated(('HTTP/%s 200 OK\r\n\r\n' % text.replace(' ', '_')).encode()),
    'a chunk size': lambda text: truncated(
        ('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%s\r\n' % text).encode()),
    'an encoding': lambda text: http_response(200, '{}', [('Content-Encoding', text)]),
    'lengths': lambda text: truncated(
        ('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: %s\r\n\r\n{}' % text).encode()),
    'a rate limit': lambda text: http_response(429, headers=[('X-RateLimit-Limit', text), ('Retry-After', text)]),
}


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setattr(ApiRetry, 'BACKOFF_BASE', 0.001)


@pytest.fixture
def seen(caplog, capsys, tmpdir):
    """Collect what a person may come to see, and check that it shows no secret."""
    caplog.set_level(logging.DEBUG)

    class Seen(list):
        log = str(tmpdir.join('debug.log'))

        def check(self, secrets=tuple(SECRETS)):
            self.extend([caplog.text, ''.join(capsys.readouterr())])
            if tmpdir.join('debug.log').check():
                self.append(tmpdir.join('debug.log').read())
            everything = ''.join(self)
            for secret in secrets:
                assert secret not in everything
                assert quote(secret, '') not in everything

    yield Seen()
    quiet = Configuration()
    quiet.debug, quiet.logger_file = False, None


def settings(seen, **more):
    return dict(more, username=USER, password=PASSWORD, retries=1, timeout=0.5, debug=True, logger_file=seen.log)


def shown(error):
    """Give all that Python and its libraries print of an error."""
    text = ''.join(traceback.format_exception(*error._excinfo))
    copied = pickle.loads(pickle.dumps(error.value))
    return '\n'.join([text, str(error.value), repr(error.value), str(copied), repr([error.value])])


def echoing(echo):
    return RespondingServer(lambda request: ECHOES[echo](' '.join(
        ' '.join('%s: %s' % pair for pair in request.headers).split() + [request.body.decode(), PASSWORD])))


@pytest.mark.parametrize('echo', sorted(ECHOES))
def test_a_key_does_not_come_back_through(connect, seen, echo):
    with echoing(echo) as server:
        api = connect(server.url, **settings(seen))
        api.api_client.configuration.api_key['X-Api-Key'] = KEY
        api.api_client.cookie = 'session=' + COOKIE
        try:
            api.user_self()
        except ApiException:
            with pytest.raises(ApiException) as caught:
                api.user_self()
            seen.append(shown(caught))
    seen.check()
    assert dict(server.requests[0].headers)['X-Api-Key'] == KEY


@pytest.mark.parametrize('echo', sorted(ECHOES))
def test_a_password_and_a_code_do_not_come_back_through(connect, seen, echo):
    with echoing(echo) as server:
        api = connect(server.url, **settings(seen))
        body = {'email': USER, 'password': PASSWORD, 'totp_token': CODE, 'two_factor_token': TWO_FACTOR_TOKEN}
        try:
            api.user_token_create(data=body)
        except ApiException:
            with pytest.raises(ApiException) as caught:
                api.user_token_create(data=body)
            seen.append(shown(caught))
    seen.check()
    assert dict(server.requests[0].headers)['Authorization'] == 'Basic ' + PAIR


@pytest.mark.parametrize('echo', sorted(ECHOES))
@pytest.mark.parametrize('target', ['http', 'https'])
def test_the_credentials_of_a_proxy_do_not_come_back_through(connect, seen, echo, target):
    with echoing(echo) as proxy:
        api = connect('%s://service.localhost/v1' % target, **settings(seen, proxy='http://%s:%s@127.0.0.1:%d' % (
            PROXY_USER, PROXY_PASSWORD, proxy.port)))
        api.api_client.configuration.api_key['X-Api-Key'] = KEY
        try:
            api.user_self()
        except ApiException:
            with pytest.raises(ApiException) as caught:
                api.user_self()
            seen.append(shown(caught))
    seen.check()
    assert dict(proxy.requests[0].headers)['Proxy-Authorization'] == 'Basic ' + PROXY_PAIR


def test_a_proxy_that_is_down_is_named_without_its_credentials(connect, seen):
    port = closed_port()
    api = connect('http://127.0.0.1/', **settings(seen, proxy='http://%s:%s@127.0.0.1:%d' % (
        PROXY_USER, PROXY_PASSWORD, port)))
    with pytest.raises(ApiException) as caught:
        api.user_self()
    seen.append(shown(caught))
    seen.append(repr(api.api_client.configuration) + api.api_client.configuration.to_debug_report())
    seen.append(repr(api.api_client) + repr(api))
    seen.check()


def test_a_password_beyond_ascii_does_not_come_back(connect, seen):
    password = u'pä55-wörd'
    answers = [
        lambda request: http_response(400, json.dumps({'detail': password})),
        lambda request: http_response(400, json.dumps({'detail': password}, ensure_ascii=False)),
        lambda request: b'HTTP/1.1 400 ' + request.body + b'\r\nContent-Length: 0\r\n\r\n',
        lambda request: http_response(200, '<html>', reason=request.body.decode('latin-1')),
        lambda request: truncated(b'HTTP/1.1 ' + request.body + b'\r\n\r\n'),
    ]
    for answer in answers:
        with RespondingServer(answer) as server:
            with pytest.raises(ApiException) as caught:
                connect(server.url).user_token_create(data={'email': USER, 'password': password})
        seen.append(six.ensure_str(shown(caught)))
    everything = six.ensure_text(''.join(seen))
    assert password not in everything
    assert password.encode('utf-8').decode('latin-1') not in everything


def test_a_key_that_is_sent_behind_a_word_does_not_come_back_percent_encoded(connect, seen):
    key = 'kE7/the+key/0123456789'
    with ScriptedServer(http_response(400, reason='No such key: ' + quote(key, ''))) as server:
        with pytest.raises(ApiException) as caught:
            connect(server.url).api_client.call_api('/x/', 'GET', header_params={'X-Api-Key': 'Bearer ' + key})
    seen.append(shown(caught))
    assert 'No such key: ********' in ''.join(seen)
    seen.check([key])


def test_a_secret_of_the_query_or_of_a_form_does_not_come_back(connect, seen):
    echo = RespondingServer(lambda request: http_response(400, reason=request.target + ' ' + request.body.decode()))
    with echo as server:
        client = connect(server.url).api_client
        with pytest.raises(ApiException) as caught:
            client.call_api('/x/', 'POST', query_params={'token': KEY}, post_params=[('password', PASSWORD)],
                            header_params={'Content-Type': 'application/x-www-form-urlencoded'})
    seen.append(shown(caught))
    assert KEY not in ''.join(seen)
    assert PASSWORD not in ''.join(seen)


def test_what_is_behind_an_error_stays_where_it_shows_nothing(connect):
    with ScriptedServer(truncated(b'HTTP/1.1 garbage\r\n\r\n')) as server:
        with pytest.raises(ApiException) as caught:
            connect(server.url, retries=0).user_self()
    if six.PY3:
        assert 'garbage' in str(caught.value.__cause__)


def test_the_attributes_of_an_error_show_all_that_came(connect):
    with RespondingServer(lambda request: http_response(400, '{"detail": "%s"}' % KEY, reason=KEY)) as server:
        api = connect(server.url)
        api.api_client.configuration.api_key['X-Api-Key'] = KEY
        with pytest.raises(ApiException) as caught:
            api.user_self()
    assert (caught.value.detail, caught.value.reason) == (KEY, KEY)
    assert KEY in caught.value.body


class ProgramError(Exception):
    """An error of the program, of which the package must look at nothing."""

    def __str__(self):
        raise RuntimeError('not to be asked')

    __repr__ = __str__


def raise_from_itself():
    error = KeyError('once')
    six.raise_from(error, error)


def raise_program_error():
    raise ProgramError()


@pytest.mark.parametrize('fail', [raise_from_itself, raise_program_error])
@pytest.mark.parametrize('answer', [truncated(b''), http_response(404), http_response(200, b'?')])
def test_a_call_from_a_handler_does_not_look_at_the_exception_it_handles(connect, fail, answer):
    with ScriptedServer(answer) as server:
        api = connect(server.url, retries=0)
        try:
            fail()
        except (KeyError, ProgramError):
            with pytest.raises(ApiException):
                api.user_self()


def test_a_cut_after_many_echoes_shows_no_part_of_a_secret(connect):
    key = 'kE7-' + '0123456789abcdef' * 128
    with RespondingServer(lambda request: http_response(400, json.dumps({'detail': key * 40}))) as server:
        api = connect(server.url)
        api.api_client.configuration.api_key['X-Api-Key'] = key
        with pytest.raises(ApiException) as caught:
            api.user_self()
    assert '0123456789abcdef' not in str(caught.value)
