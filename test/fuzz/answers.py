"""What holds for any answer: a call gives what it promises or raises an :class:`.ApiException`, in time.

An input is one byte that says what is to be read (see ``READINGS``), and then the bytes of an answer as they come from
the service, or of several: where a call connects anew, the next one begins behind a line ``%%``.
"""

import base64
import datetime
import json
import pickle

import six

from cloudsmith_api import (
    ApiClient,
    ApiException,
    BadRequestException,
    Configuration,
    ConnectionException,
    ForbiddenException,
    InlineResponse2001,
    InvalidResponseException,
    NotFoundException,
    RedirectException,
    ServiceException,
    TimeoutException,
    TooManyRequestsException,
    UnauthorizedException,
    UnprocessableEntityException,
    UserApi,
    UserAuthenticationToken,
    UserAuthToken,
    UserBrief,
)
from cloudsmith_api._common.clock import monotonic
from cloudsmith_api._common.redaction import MASK
from cloudsmith_api._encoding.serialization import parser_for, serialize
from cloudsmith_api._transport.retry import ApiRetry
from cloudsmith_api.pagination import Page
from cloudsmith_api.rate_limit import RateLimit, retry_after_seconds
from cloudsmith_api.rest import RESTResponse

from .shown import Log, check_error, check_secrets
from .wire import LONGEST, WIRE, WiredTransport

#: Seconds that a call is given, and those after which it is late. All of the answer is there, so nothing is waited for,
#: and a call that runs out of time has been kept from the connection, or has gone astray.
TIME = 10.0
LATEST = 5.0

LIMIT = 100000
SEPARATOR = b'\r\n%%\r\n'

KEY = u'kE7-the-key-0123456789'
PASSWORD = u'pa55-w\xf6rd'
TOKEN = u'tw0-the-token'
PAIR = base64.b64encode((u'ada:' + PASSWORD).encode('utf-8')).decode('ascii')
#: What the client knows, whichever call it makes, and what a call with basic authentication and a sign-in send besides.
KNOWN = (KEY, PASSWORD, PASSWORD.encode('utf-8').decode('latin-1'))
SENT = KNOWN + (PAIR, TOKEN)

_CLASSES = {
    400: BadRequestException, 401: UnauthorizedException, 403: ForbiddenException, 404: NotFoundException,
    422: UnprocessableEntityException, 429: TooManyRequestsException,
}
_CLASSES_BY_HUNDRED = {3: RedirectException, 5: ServiceException}

_TEXT_OR_NONE = six.string_types + (type(None),)
_NUMBERS = six.integer_types + (float,)


class PromptRetry(ApiRetry):
    """The package's rules, without the waits."""

    def sleep(self, response=None):
        """Go on at once."""


def _configuration():
    made = Configuration()
    # Of this machine, so that nothing is said of credentials over plain http.
    made.host = 'http://127.0.0.1/v1'
    made.retries = PromptRetry(2, made.max_retry_after)
    made.max_response_bytes = LIMIT
    # With more, a connection that was not given back would go unnoticed.
    made.connection_pool_maxsize = 1
    made.api_key['X-Api-Key'] = KEY
    made.username, made.password = 'ada', PASSWORD
    return made


class Answers(object):
    """One client for all answers."""

    def __init__(self):
        self.log = Log()
        self.client = ApiClient(_configuration())
        self.client.rest_client = WiredTransport(self.client.configuration)
        self.api = UserApi(self.client)

    def close(self):
        """Leave nothing behind."""
        self.client.close()
        WIRE.expect([b''])
        self.log.close()

    def check(self, data):
        """Read an answer, and check what comes of it."""
        read = READINGS.get(data[:1], Answers.read_body)
        del self.log.lines[:]
        started = monotonic()
        read(self, data[1:LONGEST])
        took = monotonic() - started
        assert took < LATEST, took
        check_secrets('\n'.join(self.log.lines), KNOWN)

    def read_whole(self, data, call, check_data, secrets=KNOWN):
        """Make a call that is answered like this, and has sent these secrets."""
        WIRE.expect(data.split(SEPARATOR))
        try:
            check_data(call(self.api))
        except ApiException as error:
            assert not isinstance(error, TimeoutException), error
            _check_api_exception(error, secrets)
            pairs = error.headers
        else:
            pairs = self.client.last_response.getheaders()
            assert len(self.client.last_response.data) <= LIMIT
        assert WIRE.connections, 'nothing was asked'
        _check_headers(pairs)
        assert self.client.rate_limit is None or isinstance(self.client.rate_limit, RateLimit)

    def read_body(self, data):
        """Read this as a body, whatever type is expected, and as an error's."""
        for type_name in TYPES:
            try:
                _check_typed(self.client.deserialize(_Answer(200, {}, data), type_name), type_name)
            except InvalidResponseException as error:
                check_error(error, SENT)
        _check_api_exception(_located(_Answer(422, {}, data)), SENT)

    def read_headers(self, data):
        """Read this as headers, each a line, as another transport may give them."""
        lines = six.ensure_str(data.decode('latin-1')).split('\n')
        pairs = [(name, value.strip()) for name, _, value in (line.partition(':') for line in lines)]
        for headers in pairs, dict(pairs):
            _check_headers(headers)
            for status in 302, 429:
                _check_api_exception(_located(_Answer(status, headers, b'')), SENT)


class _Answer(object):
    """An answer as a transport gives it."""

    reason = 'Said so'

    def __init__(self, status, headers, data):
        self.status = status
        self.headers = headers
        self.data = RESTResponse(self, data).data

    def getheaders(self):
        return self.headers


def _located(answer):
    error = ApiException(http_resp=answer)
    error.set_request('GET', 'http://127.0.0.1/v1/user/self/', SENT)
    return error


def _check_api_exception(error, secrets):
    check_error(error, secrets)
    assert isinstance(error, _promised_class(error)), repr(error)
    assert len(error.body or '') <= LIMIT
    assert isinstance(error.detail, _TEXT_OR_NONE)
    for name, reasons in error.fields.items():
        assert isinstance(name, six.string_types)
        assert all(isinstance(reason, six.string_types) for reason in reasons)
    if isinstance(error, TooManyRequestsException):
        _check_wait(error.retry_after)
        assert isinstance(error.rate_limit, RateLimit)
    for name in 'location', 'two_factor_token':
        assert isinstance(getattr(error, name, None), _TEXT_OR_NONE)
    copied = pickle.loads(pickle.dumps(error))
    assert type(copied) is type(error)
    assert vars(copied) == vars(error)


def _promised_class(error):
    if isinstance(error, InvalidResponseException):
        return InvalidResponseException
    if not error.status:
        return ConnectionException
    assert not 200 <= error.status <= 299, repr(error)
    return _CLASSES.get(error.status) or _CLASSES_BY_HUNDRED.get(error.status // 100, ApiException)


def _check_headers(headers):
    limit = RateLimit.from_headers(headers)
    for value in limit.limit, limit.remaining, limit.interval:
        _check_wait(value)
    assert limit.reset is None or limit.reset.utcoffset() == datetime.timedelta(0)
    for value in Page.from_headers(headers):
        assert value is None or (isinstance(value, six.integer_types) and value >= 0), value
    for value in dict(headers or {}).values():
        _check_wait(retry_after_seconds(value))


def _check_wait(value):
    assert value is None or (isinstance(value, _NUMBERS) and 0 <= value < float('inf')), value


def _check_model(kind):
    def check(model):
        assert type(model) is kind, model
        for field in kind.fields:
            value = getattr(model, field.name)
            assert value is None or isinstance(value, field.kinds), repr(value)
            if field.secret and value:
                assert MASK in repr(model)
            if field.type.startswith('list['):
                for item in value:
                    _check_typed(item, field.type[5:-1])
        # What was read can be sent, and read again.
        again = parser_for(kind.__name__)(json.loads(json.dumps(serialize(model))))
        assert again == model, (again, model)
        assert repr(again) == repr(model)
    return check


def _check_kind(*kinds):
    def check(value):
        assert isinstance(value, kinds), repr(value)
    return check


def _check_typed(value, type_name):
    if type_name.startswith('list['):
        assert isinstance(value, list)
        for item in value:
            _check_typed(item, type_name[5:-1])
    elif type_name.startswith('dict('):
        assert isinstance(value, dict)
        for item in value.values():
            _check_typed(item, type_name.partition(', ')[2][:-1])
    else:
        _VALIDATORS[type_name](value)


_VALIDATORS = {kind.__name__: _check_model(kind)
           for kind in (InlineResponse2001, UserAuthToken, UserAuthenticationToken, UserBrief)}
_VALIDATORS.update({
    'bool': _check_kind(bool),
    'date': _check_kind(datetime.date),
    'datetime': _check_kind(datetime.datetime),
    'float': _check_kind(float),
    'int': _check_kind(*six.integer_types),
    'object': _check_kind(object),
    'str': _check_kind(*six.string_types),
})

TYPES = sorted(_VALIDATORS) + ['list[UserAuthenticationToken]', 'list[datetime]', 'dict(str, UserBrief)',
                           'dict(str, list[date])']


def _method(type_name, name, *args):
    def call(api):
        return getattr(api, name)(*args, _request_timeout=TIME)
    secrets = SENT if name == 'user_token_create' else KNOWN
    return lambda answers, data: answers.read_whole(data, call, _VALIDATORS[type_name], secrets)


def _all_keys(answers, data):
    def call(api):
        return list(api.user_tokens_iter(_request_timeout=TIME))
    answers.read_whole(data, call, lambda keys: _check_typed(keys, 'list[UserAuthenticationToken]'))


def _endpoint(verb, type_name):
    def call(api):
        return api.api_client.call_api('/any/', verb, response_type=type_name, auth_settings=['basic'],
                                       _return_http_data_only=True, _request_timeout=TIME)
    return lambda answers, data: answers.read_whole(data, call, lambda value: _check_typed(value, type_name))


_SIGN_IN = {'email': 'ada@example.com', 'password': PASSWORD, 'two_factor_token': TOKEN}

#: What the first byte of an input says is to be read.
READINGS = {
    b'u': _method('UserBrief', 'user_self'),
    b't': _method('UserAuthToken', 'user_token_create', _SIGN_IN),
    b'c': _method('UserAuthenticationToken', 'user_tokens_create'),
    b'l': _method('InlineResponse2001', 'user_tokens_list'),
    b'r': _method('UserAuthenticationToken', 'user_tokens_refresh', 'AbCd'),
    b'a': _all_keys,
    b's': _endpoint('PATCH', 'str'),
    b'd': _endpoint('GET', 'dict(str, list[date])'),
    b'o': _endpoint('HEAD', 'object'),
    b'b': Answers.read_body,
    b'h': Answers.read_headers,
}


def checker():
    """Make what checks one input after another, until it is closed."""
    return Answers()
