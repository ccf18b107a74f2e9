"""Check that a call returns the promised type or raises :class:`.ApiException`, in time, whatever the response.

The first byte of an input selects what is checked (see ``CHECKS``). The rest is the raw bytes of the response. A line
``%%`` separates several responses, one for each connection that the call opens.
"""

import base64
import copy
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

from .output_checks import LogRecorder, check_error, check_secrets
from .transport import MAX_BYTES, NETWORK, SocketPairTransport

#: The timeout of a call, and the time after which a call fails its check, in seconds. The whole response is in the
#: socket buffer, so a call never waits: one that times out could not get a connection, or is in an endless loop.
TIMEOUT = 10.0
MAX_SECONDS = 5.0

MAX_RESPONSE_BYTES = 100000
SEPARATOR = b'\r\n%%\r\n'

KEY = u'kE7-the-key-0123456789'
PASSWORD = u'pa55-w\xf6rd'
TOKEN = u'tw0-the-token'
BASIC_CREDENTIALS = base64.b64encode((u'ada:' + PASSWORD).encode('utf-8')).decode('ascii')
#: Secrets in the configuration, which must not be shown after any call.
CONFIGURED_SECRETS = (KEY, PASSWORD, PASSWORD.encode('utf-8').decode('latin-1'))
#: Includes those that only a sign-in or a call with basic authentication sends.
ALL_SECRETS = CONFIGURED_SECRETS + (BASIC_CREDENTIALS, TOKEN)

_CLASSES = {
    400: BadRequestException, 401: UnauthorizedException, 403: ForbiddenException, 404: NotFoundException,
    422: UnprocessableEntityException, 429: TooManyRequestsException,
}
_CLASSES_BY_STATUS_CLASS = {3: RedirectException, 5: ServiceException}

_TEXT_OR_NONE = six.string_types + (type(None),)
_NUMBERS = six.integer_types + (float,)


class ImmediateRetry(ApiRetry):
    """The package's retry rules, without the delays."""

    def sleep(self, response=None):
        """Return at once."""


def _configuration():
    made = Configuration()
    # A loopback address: anything else would raise InsecureTransportWarning.
    made.host = 'http://127.0.0.1/v1'
    made.retries = ImmediateRetry(2, made.max_retry_after)
    made.max_response_bytes = MAX_RESPONSE_BYTES
    # One connection, so that a call times out if the previous one did not return its connection to the pool.
    made.connection_pool_maxsize = 1
    made.api_key['X-Api-Key'] = KEY
    made.username, made.password = 'ada', PASSWORD
    return made


class Checker(object):
    """Check one response after another, with one client for all, until it is closed."""

    def __init__(self):
        self.log = LogRecorder()
        self.client = ApiClient(_configuration())
        self.client.rest_client = SocketPairTransport(self.client.configuration)
        self.api = UserApi(self.client)

    def close(self):
        """Close the client and all sockets, and stop recording the log."""
        self.client.close()
        NETWORK.respond_with([b''])
        self.log.close()

    def check(self, data):
        """Check the outcome of an input."""
        run_check = CHECKS.get(data[:1], Checker.check_body)
        self.log.start()
        started = monotonic()
        run_check(self, data[1:MAX_BYTES])
        elapsed = monotonic() - started
        assert elapsed < MAX_SECONDS, elapsed
        check_secrets('\n'.join(self.log.lines), CONFIGURED_SECRETS)

    def check_call(self, data, call, check_result, secrets=CONFIGURED_SECRETS):
        """Make a call that receives these responses and sends these secrets, and check its outcome."""
        NETWORK.respond_with(data.split(SEPARATOR))
        try:
            check_result(call(self.api))
        except ApiException as error:
            assert not isinstance(error, TimeoutException), error
            _check_api_exception(error, secrets)
            headers = error.headers
        else:
            headers = self.client.last_response.getheaders()
            assert len(self.client.last_response.data) <= MAX_RESPONSE_BYTES
        assert NETWORK.connections, 'no request was sent'
        _check_headers(headers)
        assert self.client.rate_limit is None or isinstance(self.client.rate_limit, RateLimit)

    def check_body(self, data):
        """Parse a response body as each type, and as the body of an error."""
        for type_name in TYPES:
            try:
                _check_typed(self.client.deserialize(_Response(200, {}, data), type_name), type_name)
            except InvalidResponseException as error:
                check_error(error, ALL_SECRETS)
        _check_api_exception(_error_of(_Response(422, {}, data)), ALL_SECRETS)

    def check_headers(self, data):
        """Parse each line as a header, as a program's own transport may return them."""
        lines = six.ensure_str(data.decode('latin-1')).split('\n')
        pairs = [(name, value.strip()) for name, _, value in (line.partition(':') for line in lines)]
        for headers in pairs, dict(pairs):
            _check_headers(headers)
            for status in 302, 429:
                _check_api_exception(_error_of(_Response(status, headers, b'')), ALL_SECRETS)


class _Response(object):
    """A response as a program's own transport returns it."""

    reason = 'OK'

    def __init__(self, status, headers, data):
        self.status = status
        self.headers = headers
        self.data = RESTResponse(self, data).data

    def getheaders(self):
        return self.headers


def _error_of(response):
    error = ApiException(http_resp=response)
    error.set_request('GET', 'http://127.0.0.1/v1/user/self/', ALL_SECRETS)
    return error


def _check_api_exception(error, secrets):
    check_error(error, secrets)
    assert isinstance(error, _expected_class(error)), repr(error)
    assert len(error.body or '') <= MAX_RESPONSE_BYTES
    assert isinstance(error.detail, _TEXT_OR_NONE)
    for name, reasons in error.fields.items():
        assert isinstance(name, six.string_types)
        assert all(isinstance(reason, six.string_types) for reason in reasons)
    if isinstance(error, TooManyRequestsException):
        _check_optional_number(error.retry_after)
        assert isinstance(error.rate_limit, RateLimit)
    for name in 'location', 'two_factor_token':
        assert isinstance(getattr(error, name, None), _TEXT_OR_NONE)
    copied = pickle.loads(pickle.dumps(error))
    assert type(copied) is type(error)
    assert vars(copied) == vars(error)


def _expected_class(error):
    if isinstance(error, InvalidResponseException):
        return InvalidResponseException
    # Its status is that of a response whose body was truncated, or 0.
    if not error.status or isinstance(error, ConnectionException):
        return ConnectionException
    assert not 200 <= error.status <= 299, repr(error)
    return _CLASSES.get(error.status) or _CLASSES_BY_STATUS_CLASS.get(error.status // 100, ApiException)


def _check_headers(headers):
    limit = RateLimit.from_headers(headers)
    for value in limit.limit, limit.remaining, limit.interval:
        _check_optional_number(value)
    assert limit.reset is None or limit.reset.utcoffset() == datetime.timedelta(0)
    for value in Page.from_headers(headers):
        assert value is None or (isinstance(value, six.integer_types) and value >= 0), value
    for value in dict(headers or {}).values():
        _check_optional_number(retry_after_seconds(value))


def _check_optional_number(value):
    assert value is None or (isinstance(value, _NUMBERS) and 0 <= value < float('inf')), value


def _check_model(model_class):
    def check(model):
        assert type(model) is model_class, model
        for field in model_class.model_fields:
            value = getattr(model, field.name)
            assert value is None or isinstance(value, field.python_types), repr(value)
            if field.secret and value:
                assert MASK in repr(model)
            if field.type.startswith('list['):
                for item in value:
                    _check_typed(item, field.type[5:-1])
        # A parsed model survives a round trip through JSON, and a copy.
        for text in json.dumps(serialize(model)), model.to_json(additional_properties=True):
            parsed = parser_for(model_class.__name__)(json.loads(text))
            assert parsed == model, (parsed, model)
        for other in parsed, copy.deepcopy(model):
            # Compared by their sorted text: NaN is unequal to itself, and Python 2 does not keep the order.
            assert repr(other) == repr(model)
    return check


def _check_instance(*types):
    def check(value):
        assert isinstance(value, types), repr(value)
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
        _TYPE_CHECKS[type_name](value)


_TYPE_CHECKS = {
    model_class.__name__: _check_model(model_class)
    for model_class in (InlineResponse2001, UserAuthToken, UserAuthenticationToken, UserBrief)
}
_TYPE_CHECKS.update({
    'bool': _check_instance(bool),
    'date': _check_instance(datetime.date),
    'datetime': _check_instance(datetime.datetime),
    'float': _check_instance(float),
    'int': _check_instance(*six.integer_types),
    'object': _check_instance(object),
    'str': _check_instance(*six.string_types),
})

TYPES = sorted(_TYPE_CHECKS) + [
    'list[UserAuthenticationToken]', 'list[datetime]', 'dict(str, UserBrief)', 'dict(str, list[date])']


def _method(type_name, name, *args):
    def call(api):
        return getattr(api, name)(*args, _request_timeout=TIMEOUT)
    secrets = ALL_SECRETS if name == 'user_token_create' else CONFIGURED_SECRETS
    return lambda checker, data: checker.check_call(data, call, _TYPE_CHECKS[type_name], secrets)


def _check_all_keys(checker, data):
    def call(api):
        return list(api.user_tokens_iter(_request_timeout=TIMEOUT))
    checker.check_call(data, call, lambda keys: _check_typed(keys, 'list[UserAuthenticationToken]'))


def _endpoint(verb, type_name):
    def call(api):
        return api.api_client.call_api('/any/', verb, response_type=type_name, auth_settings=['basic'],
                                       _request_timeout=TIMEOUT)

    def check_result(result):
        value, status, _ = result
        if value is None:
            assert verb == 'HEAD' or status in (202, 204, 205), status
        else:
            _check_typed(value, type_name)
    return lambda checker, data: checker.check_call(data, call, check_result)


_SIGN_IN = {'email': 'ada@example.com', 'password': PASSWORD, 'two_factor_token': TOKEN}

#: The check that the first byte of an input selects.
CHECKS = {
    b'u': _method('UserBrief', 'user_self'),
    b't': _method('UserAuthToken', 'user_token_create', _SIGN_IN),
    b'c': _method('UserAuthenticationToken', 'user_tokens_create'),
    b'l': _method('InlineResponse2001', 'user_tokens_list'),
    b'r': _method('UserAuthenticationToken', 'user_tokens_refresh', 'AbCd'),
    b'a': _check_all_keys,
    b's': _endpoint('PATCH', 'str'),
    b'd': _endpoint('GET', 'dict(str, list[date])'),
    b'o': _endpoint('HEAD', 'object'),
    b'b': Checker.check_body,
    b'h': Checker.check_headers,
}
