r"""Check that any call is either refused before anything is sent, or sends one origin exactly what it was given.

An input is text. Each line ``NAME=VALUE`` is a setting or an argument of the call; see :class:`CallInput`. In names
and values, ``\n``, ``\r``, ``\xNN`` and ``\uNNNN`` are escapes as in Python. A value that begins with ``json:`` is
parsed as JSON, so that it can be a number or a list.
"""

import collections
import copy
import json
import re

import six
from six.moves.urllib.parse import parse_qsl, unquote

from cloudsmith_api import (
    ApiClient,
    ApiException,
    Configuration,
    TimeoutException,
    UserApi,
    UserAuthTokenRequest,
)

from .output_checks import LogRecorder, check_error, check_secrets
from .transport import MAX_BYTES, NETWORK, SocketPairTransport

#: Marks a value as secret: no output may contain it.
SECRET_MARK = u'S3CRET'

RESPONSE = 'HTTP/1.1 %d Reason\r\nContent-Length: 2\r\n\r\n{}'

_ESCAPE = re.compile(r'\\(?:([nr])|x([0-9a-f]{2})|u([0-9a-f]{4}))')

# The characters of a path and a query, RFC 3986, section 3.3 and 3.4.
_TARGET = re.compile(br"/[!$%&'()*+,\-./0-9:;=?@A-Z_a-z~]*\Z")
# Scheme, host and port, RFC 3986, appendix B. The user information ends at the last @.
_ORIGIN = re.compile(r'(\w+)://(?:[^/?#]*@)?(\[[^/?#\]]*\]|[^/?#:]*)(?::(\d*))?(?:[/?#]|\Z)')
_DEFAULT_PORTS = {'http': 80, 'https': 443}

_SETTINGS = frozenset([
    'connection_pool_maxsize', 'host', 'max_response_bytes', 'max_retry_after', 'pace', 'password', 'proxy', 'retries',
    'safe_chars_for_path_param', 'timeout', 'user_agent', 'username', 'client_side_validation'])
_GROUPS = frozenset(['data', 'default', 'form', 'format', 'header', 'path', 'query'])
_OPTIONS = {'time': '_request_timeout', 'stream': '_preload_content'}

#: Headers that frame the body. A program that sets them itself is responsible for the framing.
_FRAMING_HEADERS = frozenset(['content-length', 'transfer-encoding'])
# Headers that the transport may add.
_TRANSPORT_HEADERS = frozenset(['accept-encoding', 'connection', 'content-length', 'host', 'user-agent'])

_ENDPOINTS = {
    'user_self': ('GET', '/user/self/'),
    'user_token_create': ('POST', '/user/token/'),
    'user_tokens_create': ('POST', '/user/tokens/'),
    'user_tokens_list': ('GET', '/user/tokens/'),
    'user_tokens_refresh': ('PUT', '/user/tokens/{slug_perm}/refresh/'),
}


class CallInput(object):
    """The settings and arguments of a call, parsed from an input.

    :param bytes data: the input.
    :ivar dict settings: attributes of :class:`.Configuration`, by name.
    :ivar dict values: values by name: ``call`` (the method), ``verb``, ``resource``, ``body``, ``type``, ``auth`` (for
        ``call_api``), ``page``, ``page_size``, ``slug_perm``, ``model`` (whether ``data`` is passed as a model),
        ``time``, ``stream``, ``cookie``, ``key``, ``prefix``, and ``status``, the status of the response.
    :ivar dict groups: dicts of values whose names the input chooses: the line ``header.X-A=b`` becomes
        ``groups['header']['X-A']``.
    """

    def __init__(self, data):
        self.settings = collections.OrderedDict()
        self.values = {}
        self.groups = {group: collections.OrderedDict() for group in _GROUPS}
        for line in data[:MAX_BYTES].decode('latin-1').split(u'\n'):
            name, separator, value = line.partition(u'=')
            if separator:
                self._add(_unescape(name), _parse_value(value))

    def _add(self, name, value):
        group, dot, rest = name.partition(u'.')
        if dot and group in self.groups:
            self.groups[group][rest] = value
        elif name in _SETTINGS:
            self.settings[str(name)] = value
        else:
            self.values[name] = value

    @property
    def method(self):
        """The name of the method, or ``None`` for ``call_api``."""
        name = self.values.get('call')
        return name if isinstance(name, six.string_types) and name in _ENDPOINTS else None

    def make_configuration(self):
        """Return a configuration with the settings of the input."""
        made = Configuration()
        made.host, made.retries, made.max_retry_after = 'http://127.0.0.1/v1', 0, 0.01
        # Settings that cost time and do not affect the request.
        made.verify_ssl, made.connection_pool_maxsize = False, 1
        for name, value in self.settings.items():
            setattr(made, name, value)
        made.api_key['X-Api-Key'] = self.values.get('key')
        made.api_key_prefix['X-Api-Key'] = self.values.get('prefix')
        return made

    def make_client(self, configuration):
        """Return a client with the cookie and the default headers of the input."""
        made = ApiClient(configuration, cookie=self.values.get('cookie'))
        made.rest_client = SocketPairTransport(configuration)
        for name, value in self.groups['default'].items():
            made.set_default_header(name, value)
        return made

    def call(self, client):
        """Make the call."""
        options = {option: self.values[name] for name, option in _OPTIONS.items() if name in self.values}
        if self.method:
            return getattr(UserApi(client), self.method)(*self.arguments(), **options)
        return client.call_api(
            self.values.get('resource', '/'), self.verb, path_params=self.groups['path'],
            query_params=self.groups['query'], header_params=self.groups['header'], body=self.values.get('body'),
            post_params=self.groups['form'], response_type=self.values.get('type'), auth_settings=self.auth,
            collection_formats=self.groups['format'], **options)

    def arguments(self):
        """Return the positional arguments of the method."""
        names = {'user_tokens_list': ('page', 'page_size'), 'user_tokens_refresh': ('slug_perm',)}
        if self.method != 'user_token_create':
            return [self.values.get(name) for name in names.get(self.method, ())]
        if not self.groups['data']:
            return []
        fields = {str(_to_ascii(name)): value for name, value in self.groups['data'].items()}
        return [UserAuthTokenRequest(**fields) if self.values.get('model') else dict(self.groups['data'])]

    @property
    def status(self):
        status = self.values.get('status')
        return status if isinstance(status, int) and 200 <= status <= 599 else 200

    @property
    def verb(self):
        return _ENDPOINTS[self.method][0] if self.method else self.values.get('verb', 'GET')

    @property
    def auth(self):
        if self.method:
            return ['basic'] if self.method == 'user_token_create' else ['apikey', 'basic']
        schemes = self.values.get('auth', u'apikey,basic')
        return schemes.split(u',') if isinstance(schemes, six.string_types) else schemes

    @property
    def resource(self):
        return _ENDPOINTS[self.method][1] if self.method else self.values.get('resource', u'/')

    @property
    def path_params(self):
        return {'slug_perm': self.values.get('slug_perm')} if self.method else self.groups['path']

    def secrets(self):
        """Return the secret mark in a list, empty if a value that is not secret contains the mark."""
        public = dict(self.values, cookie=None, key=None, settings=dict(self.settings, password=None), groups={
            group: {name: value for name, value in values.items() if name.lower() not in _SECRET_NAMES}
            for group, values in self.groups.items()})
        proxy = self.settings.get('proxy')
        if isinstance(proxy, six.string_types):
            user_info, _, host = proxy.rpartition('@')
            public['settings']['proxy'] = host if re.match(r'\w+://[^/?#]*\Z', user_info) else proxy
        return [] if SECRET_MARK in json.dumps(public) else [SECRET_MARK]


_SECRET_NAMES = frozenset(['authorization', 'cookie', 'password', 'token', 'totp_token', 'two_factor_token',
                           'x-api-key'])


def _unescape(text):
    def character(match):
        letter, byte, code = match.groups()
        return {'n': u'\n', 'r': u'\r'}[letter] if letter else six.unichr(int(byte or code, 16))
    return _ESCAPE.sub(character, text)


def _parse_value(text):
    if text.startswith(u'json:'):
        try:
            return json.loads(text[5:])
        except (ValueError, RuntimeError):
            return text
    return _unescape(text)


def _to_ascii(text):
    return text.encode('ascii', 'replace').decode('ascii')


class Checker(object):
    """Check one call after another, until it is closed."""

    def __init__(self):
        self.log = LogRecorder()

    def close(self):
        """Close all sockets, and stop recording the log."""
        NETWORK.respond_with([b''])
        self.log.close()

    def check(self, data):
        """Make the call of an input, and check what was sent."""
        call_input = CallInput(data)
        NETWORK.respond_with([(RESPONSE % call_input.status).encode('ascii')])
        self.log.start()
        secrets = call_input.secrets()
        client = None
        try:
            configuration = call_input.make_configuration()
            _check_configuration(configuration, secrets)
            # PySocks opens its own connections, so SocketPairTransport cannot replace them.
            if (configuration.proxy or '').lower().startswith('socks'):
                return
            client = call_input.make_client(configuration)
            call_input.call(client)
        except (TypeError, ValueError) as error:
            # A subclass, such as UnicodeError, would have escaped from an underlying library.
            assert type(error) in (TypeError, ValueError), repr(error)
            assert not NETWORK.connections, 'refused after a connection was opened: %r' % error
            check_secrets('%s %r' % (error, error), secrets)
        except ApiException as error:
            check_error(error, secrets)
            assert NETWORK.connections or isinstance(error, TimeoutException), error
            # A request that timed out may have been sent in part.
            if not isinstance(error, TimeoutException):
                _check_sent(call_input, configuration)
        else:
            _check_sent(call_input, configuration)
        finally:
            if client is not None:
                client.close()
        # urllib3 logs the query, and this recorder is like a program's own handler, which masks nothing.
        if SECRET_MARK not in json.dumps(call_input.groups['query']):
            check_secrets('\n'.join(self.log.lines), secrets)


def _check_configuration(configuration, secrets):
    if secrets and SECRET_MARK in str(vars(configuration)):
        check_secrets(repr(configuration) + configuration.to_debug_report(), secrets)
    assert vars(copy.copy(configuration)) == vars(configuration)
    assert '@' not in configuration.host
    assert configuration.host == configuration.host.rstrip('/')


def _check_sent(call_input, configuration):
    assert len(NETWORK.connections) == 1, [connection.origin for connection in NETWORK.connections]
    connection = NETWORK.connections[0]
    origin = _origin(configuration.host)
    sent = connection.received()
    if configuration.proxy and origin[0] == 'https':
        tunnel, _, sent = sent.partition(b'\r\n\r\n')
        verb, authority, _ = tunnel.decode('ascii').split('\r\n')[0].split(' ')
        assert (verb, _origin('https://' + authority)) == ('CONNECT', origin), tunnel
    scheme, host, port = connection.origin
    assert (scheme, _host(host), port) == (_origin(configuration.proxy) if configuration.proxy else origin)
    header_block, separator, body = sent.partition(b'\r\n\r\n')
    assert separator, sent
    lines = header_block.split(b'\r\n')
    assert not any(b'\r' in line or b'\n' in line for line in lines), header_block
    verb, target, version = lines[0].split(b' ')
    assert (verb, version) == (call_input.verb.encode('ascii'), b'HTTP/1.1')
    if configuration.proxy and origin[0] == 'http':
        assert _origin(target.decode('ascii')) == origin
        target = target[target.index(b'/', 8):]
    _check_target(call_input, configuration, target)
    headers = _check_headers(call_input, configuration, lines[1:])
    if not _FRAMING_HEADERS.intersection(_expected_headers(call_input)):
        assert int(headers.get('content-length', 0)) == len(body)
        _check_body(call_input, headers, body)


def _origin(url):
    scheme, host, port = _ORIGIN.match(url).groups()
    return scheme.lower(), _host(host.strip('[]')), int(port or _DEFAULT_PORTS[scheme.lower()])


def _host(text):
    """Normalize a host: urllib3 decodes unreserved characters, and an IPv6 zone identifier is not sent (RFC 6874)."""
    return text.lower().partition('%')[0] if ':' in text else unquote(text).lower().rstrip('.')


def _check_target(call_input, configuration, target):
    assert _TARGET.match(target), target
    path, _, query = six.ensure_str(target).partition('?')
    base = '/' + configuration.host.partition('://')[2].partition('/')[2]
    expected = (base.rstrip('/') + call_input.resource.partition('?')[0]).split('/')
    segments = path.split('/')
    assert not {'.', '..'}.intersection(map(unquote, segments)), path
    safe = call_input.settings.get('safe_chars_for_path_param')
    if '/' not in (safe or ''):
        assert len(segments) == len(expected), (path, expected)
    if not safe:
        for segment, template in zip(segments, expected):
            _check_segment(segment, template, call_input.path_params)
    _check_query(call_input, query)


def _check_segment(segment, template, values):
    placeholder = re.match(r'{(\w+)}\Z', template)
    if placeholder:
        assert _unquoted(segment) == six.text_type(values[placeholder.group(1)]), segment
    elif '{' not in template:
        assert unquote(segment) == unquote(template), segment


def _check_query(call_input, query):
    if call_input.method:
        given = [(name, call_input.values[name]) for name in ('page', 'page_size')
                 if call_input.method == 'user_tokens_list' and call_input.values.get(name) is not None]
    else:
        given = call_input.groups['query'].items()
    expected = []
    for name, value in given:
        if isinstance(value, dict) or (isinstance(value, list) and not all(
                isinstance(item, six.string_types) for item in value)):
            return
        if isinstance(value, list) and call_input.groups['format'].get(name) == 'multi':
            expected += [(name, item) for item in value]
        elif isinstance(value, list):
            separators = {'pipes': u'|', 'ssv': u' ', 'tsv': u'\t'}
            style = call_input.groups['format'].get(name)
            expected.append((name, separators.get(style, u',').join(value)))
        elif value is not None:
            expected.append((name, _query_text(value)))
    pairs = [tuple(map(_to_text, pair)) for pair in parse_qsl(query, keep_blank_values=True)]
    assert pairs[len(pairs) - len(expected):] == expected, (pairs, expected)
    if '?' not in call_input.resource:
        assert len(pairs) == len(expected), (pairs, expected)


def _query_text(value):
    if isinstance(value, bool):
        return u'true' if value else u'false'
    return value if isinstance(value, six.string_types) else six.text_type(str(value))


def _unquoted(text):
    return _to_text(unquote(text))


def _to_text(text):
    return six.ensure_text(text)


def _expected_headers(call_input):
    """Return the headers that the input sets, without credentials; the last layer that sets a header wins."""
    given = {'accept': 'application/json', 'content-type': 'application/json'}
    groups = call_input.groups
    layers = [groups['default']] if call_input.method else [groups['header'], groups['default']]
    if call_input.settings.get('user_agent'):
        layers.insert(-1, {'user-agent': call_input.settings['user_agent']})
    for layer in layers:
        given.update((name.lower(), six.text_type(value)) for name, value in layer.items())
    return given


def _credentials(call_input, configuration):
    credentials = {}
    if call_input.values.get('cookie'):
        credentials['cookie'] = six.text_type(call_input.values['cookie'])
    for scheme in call_input.auth or ():
        if scheme == 'apikey' and call_input.values.get('key'):
            parts = [call_input.values.get('prefix'), call_input.values['key']]
            credentials['x-api-key'] = u' '.join(six.text_type(part) for part in parts if part)
            break
        if scheme == 'basic' and (configuration.username or configuration.password):
            credentials['authorization'] = configuration.get_basic_auth_token()
            break
    return credentials


def _media_type(content_type):
    return content_type.partition(';')[0].strip().lower()


def _is_multipart_form(call_input, content_type):
    return (_media_type(content_type) == 'multipart/form-data' and call_input.verb not in ('GET', 'HEAD')
            and call_input.values.get('body') is None)


def _check_headers(call_input, configuration, lines):
    sent = {}
    for line in lines:
        name, colon, value = line.partition(b': ')
        name = name.decode('ascii').lower()
        assert colon, line
        assert name not in sent, line
        sent[name] = value.decode('latin-1')
    expected = _expected_headers(call_input)
    expected.update(_credentials(call_input, configuration))
    if _is_multipart_form(call_input, expected['content-type']):
        assert sent['content-type'].startswith('multipart/form-data; boundary=')
        expected['content-type'] = sent['content-type']
    for name, value in expected.items():
        assert sent.get(name) == value, (name, sent.get(name), value)
    unexpected = set(sent) - set(expected) - _TRANSPORT_HEADERS
    if configuration.proxy and _origin(configuration.host)[0] == 'http':
        # Allowed only without a tunnel, through which it would reach the service.
        unexpected -= {'proxy-authorization'}
    assert not unexpected, unexpected
    if 'host' not in expected:
        origin = _origin(configuration.host)
        # In a tunnel, http.client adds brackets to an IPv6 address that urllib3 has already put in brackets.
        host = re.sub(r'\[(\[.*\])\]', r'\1', sent['host'])
        assert _origin('%s://%s' % (origin[0], host)) == origin, host
    return sent


def _check_body(call_input, headers, body):
    if call_input.method == 'user_token_create':
        expected = {name: value for name, value in call_input.groups['data'].items() if value is not None}
        if expected:
            sent = {name: value for name, value in json.loads(body.decode('utf-8')).items() if value is not None}
            assert sent == expected, body
        return
    media_type = _media_type(headers['content-type'])
    if call_input.method or call_input.verb in ('GET', 'HEAD') or call_input.values.get('body') is None:
        # A multipart form without fields still has its closing boundary.
        assert call_input.groups['form'] or media_type == 'multipart/form-data' or not body, body
    elif 'json' in media_type:
        assert json.loads(body.decode('utf-8')) == call_input.values['body'], body
    else:
        assert body.decode('utf-8') == call_input.values['body'], body
