r"""What holds for any call: it is refused, or asks one origin for one thing, and sends just what it was given.

An input is a text of lines ``NAME=VALUE``, each a setting or an argument of the call (see :class:`Script`). In names
and values ``\n``, ``\r``, ``\xNN`` and ``\uNNNN`` stand for what they do in Python; a value that begins with ``json:``
is what JSON says, and may be a number or a list.
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

from .shown import Log, check_error, check_secrets
from .wire import LONGEST, WIRE, WiredTransport

#: Where this stands in a secret, it must not be shown.
MARK = u'S3CRET'

ANSWER = 'HTTP/1.1 %d Said so\r\nContent-Length: 2\r\n\r\n{}'

_ESCAPE = re.compile(r'\\(?:([nr])|x([0-9a-f]{2})|u([0-9a-f]{4}))')

# What RFC 3986 lets stand in a path and a query.
_TARGET = re.compile(br"/[!$%&'()*+,\-./0-9:;=?@A-Z_a-z~]*\Z")
# Scheme, host and port, RFC 3986 appendix B; the last @ is the one that ends user and password.
_ORIGIN = re.compile(r'(\w+)://(?:[^/?#]*@)?(\[[^/?#\]]*\]|[^/?#:]*)(?::(\d*))?(?:[/?#]|\Z)')
_DEFAULT_PORTS = {'http': 80, 'https': 443}

_SETTINGS = frozenset([
    'connection_pool_maxsize', 'host', 'max_response_bytes', 'max_retry_after', 'pace', 'password', 'proxy', 'retries',
    'safe_chars_for_path_param', 'timeout', 'user_agent', 'username', 'client_side_validation'])
_PYTHON_TYPES = frozenset(['data', 'default', 'form', 'format', 'header', 'path', 'query'])
_OPTIONS = {'time': '_request_timeout', 'stream': '_preload_content'}

#: The headers that say where a request ends: a program that sets them itself has to know what it does.
_FRAMING_HEADERS = frozenset(['content-length', 'transfer-encoding'])
# What the transport adds.
_TRANSPORT_HEADERS = frozenset(['accept-encoding', 'connection', 'content-length', 'host', 'user-agent'])

_ENDPOINTS = {
    'user_self': ('GET', '/user/self/'),
    'user_token_create': ('POST', '/user/token/'),
    'user_tokens_create': ('POST', '/user/tokens/'),
    'user_tokens_list': ('GET', '/user/tokens/'),
    'user_tokens_refresh': ('PUT', '/user/tokens/{slug_perm}/refresh/'),
}


class Script(object):
    """What an input says.

    :param bytes data: the input.
    :ivar dict one: what stands alone: ``call`` (the method), ``verb``, ``resource``, ``body``, ``type``, ``auth`` (for
        ``call_api``), ``page``, ``page_size``, ``slug_perm``, ``model`` (whether data is one), ``time``, ``stream``,
        ``cookie``, ``key``, ``prefix``; ``status`` is what the answer has.
    :ivar dict many: what has names of its own, ``header.X-A``, by the word in front of the dot.
    """

    def __init__(self, data):
        self.settings = collections.OrderedDict()
        self.one = {}
        self.many = {kind: collections.OrderedDict() for kind in _PYTHON_TYPES}
        for line in data[:LONGEST].decode('latin-1').split(u'\n'):
            name, separator, value = line.partition(u'=')
            if separator:
                self._take(_unescaped(name), _value(value))

    def _take(self, name, value):
        kind, dot, rest = name.partition(u'.')
        if dot and kind in self.many:
            self.many[kind][rest] = value
        elif name in _SETTINGS:
            self.settings[str(name)] = value
        else:
            self.one[name] = value

    @property
    def method(self):
        """The name of the method, ``None`` for ``call_api``."""
        name = self.one.get('call')
        return name if isinstance(name, six.string_types) and name in _ENDPOINTS else None

    def configuration(self):
        """Make the settings."""
        made = Configuration()
        made.host, made.retries, made.max_retry_after = 'http://127.0.0.1/v1', 0, 0.01
        # What costs time, and has no part in what is sent.
        made.verify_ssl, made.connection_pool_maxsize = False, 1
        for name, value in self.settings.items():
            setattr(made, name, value)
        made.api_key['X-Api-Key'] = self.one.get('key')
        made.api_key_prefix['X-Api-Key'] = self.one.get('prefix')
        return made

    def client(self, configuration):
        """Make the client."""
        made = ApiClient(configuration, cookie=self.one.get('cookie'))
        made.rest_client = WiredTransport(configuration)
        for name, value in self.many['default'].items():
            made.set_default_header(name, value)
        return made

    def call(self, client):
        """Make the call."""
        options = {option: self.one[name] for name, option in _OPTIONS.items() if name in self.one}
        if self.method:
            return getattr(UserApi(client), self.method)(*self.arguments(), **options)
        return client.call_api(
            self.one.get('resource', '/'), self.verb, path_params=self.many['path'], query_params=self.many['query'],
            header_params=self.many['header'], body=self.one.get('body'), post_params=self.many['form'],
            response_type=self.one.get('type'), auth_settings=self.auth, collection_formats=self.many['format'],
            **options)

    def arguments(self):
        """Give the arguments of the method."""
        names = {'user_tokens_list': ('page', 'page_size'), 'user_tokens_refresh': ('slug_perm',)}
        if self.method != 'user_token_create':
            return [self.one.get(name) for name in names.get(self.method, ())]
        if not self.many['data']:
            return []
        fields = {str(_ascii(name)): value for name, value in self.many['data'].items()}
        return [UserAuthTokenRequest(**fields) if self.one.get('model') else dict(self.many['data'])]

    @property
    def status(self):
        said = self.one.get('status')
        return said if isinstance(said, int) and 200 <= said <= 599 else 200

    @property
    def verb(self):
        return _ENDPOINTS[self.method][0] if self.method else self.one.get('verb', 'GET')

    @property
    def auth(self):
        if self.method:
            return ['basic'] if self.method == 'user_token_create' else ['apikey', 'basic']
        said = self.one.get('auth', u'apikey,basic')
        return said.split(u',') if isinstance(said, six.string_types) else said

    @property
    def resource(self):
        return _ENDPOINTS[self.method][1] if self.method else self.one.get('resource', u'/')

    @property
    def path_params(self):
        return {'slug_perm': self.one.get('slug_perm')} if self.method else self.many['path']

    def secrets(self):
        """Give the mark, if it stands in secrets alone."""
        public = dict(self.one, cookie=None, key=None, settings=dict(self.settings, password=None), many={
            kind: {name: value for name, value in values.items() if name.lower() not in _SECRET_NAMES}
            for kind, values in self.many.items()})
        proxy = self.settings.get('proxy')
        if isinstance(proxy, six.string_types):
            user_info, _, host = proxy.rpartition('@')
            public['settings']['proxy'] = host if re.match(r'\w+://[^/?#]*\Z', user_info) else proxy
        return [] if MARK in json.dumps(public) else [MARK]


_SECRET_NAMES = frozenset(['authorization', 'cookie', 'password', 'token', 'totp_token', 'two_factor_token',
                           'x-api-key'])


def _unescaped(text):
    def character(found):
        letter, byte, code = found.groups()
        return {'n': u'\n', 'r': u'\r'}[letter] if letter else six.unichr(int(byte or code, 16))
    return _ESCAPE.sub(character, text)


def _value(text):
    if text.startswith(u'json:'):
        try:
            return json.loads(text[5:])
        except (ValueError, RuntimeError):
            return text
    return _unescaped(text)


def _ascii(text):
    return text.encode('ascii', 'replace').decode('ascii')


class Calls(object):
    """Makes the calls."""

    def __init__(self):
        self.log = Log()

    def close(self):
        """Leave nothing behind."""
        WIRE.expect([b''])
        self.log.close()

    def check(self, data):
        """Make a call, and check what was sent."""
        script = Script(data)
        WIRE.expect([(ANSWER % script.status).encode('ascii')])
        del self.log.lines[:]
        secrets = script.secrets()
        client = None
        try:
            configuration = script.configuration()
            _check_configuration(configuration, secrets)
            # PySocks would connect by itself.
            if (configuration.proxy or '').lower().startswith('socks'):
                return
            client = script.client(configuration)
            script.call(client)
        except (TypeError, ValueError) as error:
            # Anything derived from these is an error of a library below that got away.
            assert type(error) in (TypeError, ValueError), repr(error)
            assert not WIRE.connections, 'refused after something was sent: %r' % error
            check_secrets('%s %r' % (error, error), secrets)
        except ApiException as error:
            check_error(error, secrets)
            assert WIRE.connections or isinstance(error, TimeoutException), error
            # With no time left, a request may have been sent in part.
            if not isinstance(error, TimeoutException):
                _check_sent(script, configuration)
        else:
            _check_sent(script, configuration)
        finally:
            if client is not None:
                client.close()
        check_secrets('\n'.join(self.log.lines), secrets)


def _check_configuration(configuration, secrets):
    if secrets and MARK in str(vars(configuration)):
        check_secrets(repr(configuration) + configuration.to_debug_report(), secrets)
    assert vars(copy.copy(configuration)) == vars(configuration)
    assert '@' not in configuration.host
    assert configuration.host == configuration.host.rstrip('/')


def _check_sent(script, configuration):
    assert len(WIRE.connections) == 1, [connection.origin for connection in WIRE.connections]
    connection = WIRE.connections[0]
    origin = _origin(configuration.host)
    sent = connection.received()
    if configuration.proxy and origin[0] == 'https':
        tunnel, _, sent = sent.partition(b'\r\n\r\n')
        verb, authority, _ = tunnel.decode('ascii').split('\r\n')[0].split(' ')
        assert (verb, _origin('https://' + authority)) == ('CONNECT', origin), tunnel
    scheme, host, port = connection.origin
    assert (scheme, _host(host), port) == (_origin(configuration.proxy) if configuration.proxy else origin)
    head, end, body = sent.partition(b'\r\n\r\n')
    assert end, sent
    lines = head.split(b'\r\n')
    assert not any(b'\r' in line or b'\n' in line for line in lines), head
    verb, target, version = lines[0].split(b' ')
    assert (verb, version) == (script.verb.encode('ascii'), b'HTTP/1.1')
    if configuration.proxy and origin[0] == 'http':
        assert _origin(target.decode('ascii')) == origin
        target = target[target.index(b'/', 8):]
    _check_target(script, configuration, target)
    headers = _check_headers(script, configuration, lines[1:])
    if not _FRAMING_HEADERS.intersection(_given_headers(script)):
        assert int(headers.get('content-length', 0)) == len(body)
        _check_body(script, headers, body)


def _origin(url):
    scheme, host, port = _ORIGIN.match(url).groups()
    return scheme.lower(), _host(host.strip('[]')), int(port or _DEFAULT_PORTS[scheme.lower()])


def _host(text):
    """Put a host into one form: urllib3 decodes what needs no encoding, and an address's zone is not for others."""
    return text.lower().partition('%')[0] if ':' in text else unquote(text).lower().rstrip('.')


def _check_target(script, configuration, target):
    assert _TARGET.match(target), target
    path, _, query = six.ensure_str(target).partition('?')
    base = '/' + configuration.host.partition('://')[2].partition('/')[2]
    wanted = (base.rstrip('/') + script.resource.partition('?')[0]).split('/')
    segments = path.split('/')
    assert not {'.', '..'}.intersection(map(unquote, segments)), path
    safe = script.settings.get('safe_chars_for_path_param')
    if '/' not in (safe or ''):
        assert len(segments) == len(wanted), (path, wanted)
    if not safe:
        for segment, template in zip(segments, wanted):
            _check_segment(segment, template, script.path_params)
    _check_query(script, query)


def _check_segment(segment, template, values):
    found = re.match(r'{(\w+)}\Z', template)
    if found:
        assert _unquoted(segment) == six.text_type(values[found.group(1)]), segment
    elif '{' not in template:
        assert unquote(segment) == unquote(template), segment


def _check_query(script, query):
    if script.method:
        given = [(name, script.one[name]) for name in ('page', 'page_size')
                 if script.method == 'user_tokens_list' and script.one.get(name) is not None]
    else:
        given = script.many['query'].items()
    expected = []
    for name, value in given:
        if isinstance(value, dict) or (isinstance(value, list) and not all(
                isinstance(item, six.string_types) for item in value)):
            return
        if isinstance(value, list) and script.many['format'].get(name) == 'multi':
            expected += [(name, item) for item in value]
        elif isinstance(value, list):
            separators = {'pipes': u'|', 'ssv': u' ', 'tsv': u'\t'}
            kind = script.many['format'].get(name)
            expected.append((name, separators.get(kind, u',').join(value)))
        elif value is not None:
            expected.append((name, _query_text(value)))
    pairs = [tuple(map(_unquoted_text, pair)) for pair in parse_qsl(query, keep_blank_values=True)]
    assert pairs[len(pairs) - len(expected):] == expected, (pairs, expected)
    if '?' not in script.resource:
        assert len(pairs) == len(expected), (pairs, expected)


def _query_text(value):
    if isinstance(value, bool):
        return u'true' if value else u'false'
    return value if isinstance(value, six.string_types) else six.text_type(str(value))


def _unquoted(text):
    return _unquoted_text(unquote(text))


def _unquoted_text(text):
    return six.ensure_text(text)


def _given_headers(script):
    """Give the headers that the input asks for, credentials aside, each in its last form."""
    given = {'accept': 'application/json', 'content-type': 'application/json'}
    layers = [script.many['default']] if script.method else [script.many['header'], script.many['default']]
    if script.settings.get('user_agent'):
        layers.insert(-1, {'user-agent': script.settings['user_agent']})
    for layer in layers:
        given.update((name.lower(), six.text_type(value)) for name, value in layer.items())
    return given


def _credentials(script, configuration):
    credentials = {}
    if script.one.get('cookie'):
        credentials['cookie'] = six.text_type(script.one['cookie'])
    for scheme in script.auth or ():
        if scheme == 'apikey' and script.one.get('key'):
            words = [script.one.get('prefix'), script.one['key']]
            credentials['x-api-key'] = u' '.join(six.text_type(word) for word in words if word)
            break
        if scheme == 'basic' and (configuration.username or configuration.password):
            credentials['authorization'] = configuration.get_basic_auth_token()
            break
    return credentials


def _media_type(content_type):
    return content_type.partition(';')[0].strip().lower()


def _is_form_in_parts(script, content_type):
    return (_media_type(content_type) == 'multipart/form-data' and script.verb not in ('GET', 'HEAD')
            and script.one.get('body') is None)


def _check_headers(script, configuration, lines):
    sent = {}
    for line in lines:
        name, colon, value = line.partition(b': ')
        name = name.decode('ascii').lower()
        assert colon, line
        assert name not in sent, line
        sent[name] = value.decode('latin-1')
    expected = _given_headers(script)
    expected.update(_credentials(script, configuration))
    if _is_form_in_parts(script, expected['content-type']):
        assert sent['content-type'].startswith('multipart/form-data; boundary=')
        expected['content-type'] = sent['content-type']
    for name, value in expected.items():
        assert sent.get(name) == value, (name, sent.get(name), value)
    unexpected = set(sent) - set(expected) - _TRANSPORT_HEADERS
    if configuration.proxy and _origin(configuration.host)[0] == 'http':
        # Through a tunnel, these would reach the service.
        unexpected -= {'proxy-authorization'}
    assert not unexpected, unexpected
    if 'host' not in expected:
        origin = _origin(configuration.host)
        # In a tunnel, http.client puts brackets around those that urllib3 has put around an address.
        host = re.sub(r'\[(\[.*\])\]', r'\1', sent['host'])
        assert _origin('%s://%s' % (origin[0], host)) == origin, host
    return sent


def _check_body(script, headers, body):
    if script.method == 'user_token_create':
        expected = {name: value for name, value in script.many['data'].items() if value is not None}
        if expected:
            sent = {name: value for name, value in json.loads(body.decode('utf-8')).items() if value is not None}
            assert sent == expected, body
        return
    media_type = _media_type(headers['content-type'])
    if script.method or script.verb in ('GET', 'HEAD') or script.one.get('body') is None:
        # A form may have no fields, but it has an end.
        assert script.many['form'] or media_type == 'multipart/form-data' or not body, body
    elif 'json' in media_type:
        assert json.loads(body.decode('utf-8')) == script.one['body'], body
    else:
        assert body.decode('utf-8') == script.one['body'], body


def checker():
    """Make what checks one input after another, until it is closed."""
    return Calls()
