"""Bearer tokens: static, renewable, and exchanged for an identity token."""

import base64
import copy
import json
import os
import pickle
import signal
import threading
import time
import traceback

import pytest
import six
import urllib3
from certificates import Authority
from servers import (
    RespondingServer,
    ScriptedServer,
    closed_port,
    http_response,
    json_response,
    reset,
    silent,
    trickling,
    truncated,
)
from six.moves import _thread

from cloudsmith_api import (
    ApiClient,
    ApiException,
    Configuration,
    ConnectionException,
    InvalidResponseException,
    RedirectException,
    TimeoutException,
    TlsException,
    UnauthorizedException,
    UserApi,
    credentials,
)
from cloudsmith_api._common.clock import monotonic
from cloudsmith_api._common.tokens import expiry_of
from cloudsmith_api.credentials import OidcToken, RenewableToken

IDENTITY_TOKEN = 'eyJpZA.eyJzdWIiOiJqb2IifQ.c2lnbmF0dXJl'


def make_token(lifetime, now=None, number=0):
    """Return an unsigned JSON Web Token that expires ``lifetime`` seconds from now."""
    claims = {'exp': (time.time() if now is None else now) + lifetime, 'jti': number}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode('ascii')).decode('ascii').rstrip('=')
             for part in ({'alg': 'none', 'typ': 'JWT'}, claims)]
    return '.'.join(parts + ['signature'])


def headers_of(request):
    return {name.lower(): value for name, value in request.headers}


class Service(RespondingServer):
    """Exchanges identity tokens, and accepts the bearer tokens that it issued until they expire.

    :param float lifetime: lifetime of the tokens, in seconds.
    :param exchange: script item that responds to an exchange in place of this server.
    """

    def __init__(self, lifetime=7200, exchange=None):
        self.lifetime = lifetime
        self.exchange = exchange
        self.issued = []
        self.exchanging = self.most_exchanging = 0
        self.rejected = set()
        super(Service, self).__init__(self._respond)

    def _respond(self, request):
        if '/openid/' in request.target:
            return self._exchange if self.exchange is None else self.exchange
        token = headers_of(request).get('authorization', '').partition(' ')[2]
        if token in self.rejected or not (expiry_of(token) or 0) > time.time():
            return json_response('{"detail": "Invalid token."}', status=401)
        return json_response('{"authenticated": true, "slug": "ci"}')

    def _exchange(self, connection):
        self.exchanging += 1
        self.most_exchanging = max(self.most_exchanging, self.exchanging)
        time.sleep(0.02)
        self.issued.append(make_token(self.lifetime, number=len(self.issued)))
        self.exchanging -= 1
        connection.sendall(json_response(json.dumps({'token': self.issued[-1]}), status=201))

    def targets(self):
        return [(request.method, request.target) for request in self.requests]


@pytest.fixture
def service():
    with Service() as started:
        yield started


@pytest.fixture
def start_service():
    """Start services with the given arguments, and stop them after the test."""
    started = []

    def start(*args, **kwargs):
        started.append(Service(*args, **kwargs))
        return started[-1]

    yield start
    for server in started:
        server.stop()


def make_api(connect, url, access_token, **settings):
    api = connect(url, **settings)
    api.api_client.configuration.api_key.clear()
    api.api_client.configuration.access_token = access_token
    return api


def oidc(identity_token=IDENTITY_TOKEN):
    return OidcToken('acme', 'ci', identity_token)


def in_threads(count, target):
    """Run a function in threads, and return the exceptions that it raised."""
    errors = []

    def run():
        try:
            target()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


# A static token


def test_access_token_is_sent_as_bearer_token_without_the_api_key(connect, service):
    token = make_token(60)
    api = connect(service.url, username='ada', password='secret-password', access_token=token)
    api.api_client.set_default_header('x-api-key', 'an-earlier-key')
    assert api.user_self().slug == 'ci'
    headers = headers_of(service.requests[0])
    assert headers['authorization'] == 'Bearer ' + token
    assert 'x-api-key' not in headers


def test_sign_in_does_not_send_the_access_token(connect, service):
    api = connect(service.url, username='ada', password='secret-password', access_token=make_token(60))
    with pytest.raises(UnauthorizedException):
        api.user_token_create()
    assert headers_of(service.requests[0])['authorization'].startswith('Basic ')


def test_api_key_is_sent_again_without_access_token(connect, service):
    api = connect(service.url, access_token=make_token(60))
    api.user_self()
    api.api_client.configuration.access_token = None
    with pytest.raises(UnauthorizedException, match='Check configuration.api_key'):
        api.user_self()
    assert 'x-api-key' in headers_of(service.requests[1])
    assert 'authorization' not in headers_of(service.requests[1])


@pytest.mark.parametrize('value', ['Bearer abc', 'abc\n', 'a b', u'caf\xe9'])
def test_malformed_access_token_raises_without_showing_it(value):
    with pytest.raises(ValueError, match='access_token must be the token alone') as raised:
        Configuration().access_token = value
    assert value not in str(raised.value)


@pytest.mark.parametrize('value', [5, b'\xff' if six.PY3 else 1.5, ['abc'], True])
def test_access_token_of_wrong_type_raises(value):
    with pytest.raises(TypeError, match='access_token must be a str, a function or a RenewableToken'):
        Configuration().access_token = value


def test_access_token_may_change_while_a_call_reads_it(connect, service):
    class Changing(Configuration):
        """Its first read returns a renewable token, later reads a str, as if another thread had set it."""

        def __getattribute__(self, name):
            value = super(Changing, self).__getattribute__(name)
            if name == 'access_token' and value is not None:
                self.access_token = make_token(60)
            return value

    configuration = Changing()
    configuration.host = service.url
    configuration.access_token = lambda: make_token(60, number=1)
    with ApiClient(configuration) as client:
        assert UserApi(client).user_self().slug == 'ci'


def test_empty_access_token_counts_as_unset():
    configuration = Configuration()
    configuration.access_token = ''
    assert configuration.access_token is None
    assert configuration.credential('bearer') is None


def test_access_token_is_masked_in_reports():
    configuration = Configuration()
    configuration.access_token = token = make_token(60)
    assert configuration.credential('bearer') == 'Bearer ' + token
    assert token not in repr(configuration) + configuration.to_debug_report() + str(configuration.describe())


def test_expired_access_token_is_named_by_the_error(connect, service):
    api = make_api(connect, service.url, make_token(-60, now=1700000060))
    with pytest.raises(UnauthorizedException) as raised:
        api.user_self()
    assert str(raised.value).endswith('The token in configuration.access_token expired at 2023-11-14T22:13:20Z')


@pytest.mark.parametrize('lifetime, advice', [(0, 'The token in configuration.access_token expired at'),
                                              (1, 'Check configuration.access_token')])
def test_token_expires_at_the_second_that_it_states(monkeypatch, lifetime, advice):
    now, error = int(time.time()), UnauthorizedException(status=401)
    monkeypatch.setattr(time, 'time', lambda: now)
    headers = {'Authorization': 'Bearer ' + make_token(lifetime, now=now)}
    error.set_request('GET', 'https://api.cloudsmith.io/v1/user/self/', headers=headers)
    assert error.hint.startswith(advice)


@pytest.mark.parametrize('settings, advice', [
    ({'access_token': 'opaque-token'}, 'Check configuration.access_token'),
    ({'username': 'ada'}, 'Check configuration.username and configuration.password'),
    ({}, "The request had no credentials: set configuration.api_key['X-Api-Key'] or configuration.access_token"),
])
def test_advice_after_401_names_the_credentials_that_were_sent(connect, service, settings, advice):
    api = connect(service.url)
    api.api_client.configuration.api_key.clear()
    for name, value in settings.items():
        setattr(api.api_client.configuration, name, value)
    with pytest.raises(UnauthorizedException) as raised:
        api.user_self()
    assert raised.value.hint == advice
    assert str(raised.value).endswith(advice)


@pytest.mark.parametrize('value', ['Token abc', 'bearer abc', 'abc'])
def test_advice_after_401_names_the_header_of_the_program(connect, service, value):
    api = connect(service.url)
    api.api_client.configuration.api_key.clear()
    api.api_client.set_default_header('authorization', value)
    with pytest.raises(UnauthorizedException) as raised:
        api.user_self()
    assert raised.value.hint == 'Check the Authorization header that the program sets'


@pytest.mark.parametrize('claims', [
    '', 'x', 'a.b', 'a.%%%.c', 'a.e30.c', 'a.W10.c', 'a.' + 'e' * 5 + '.c', 'a.eyJleHAiOiJ4In0.c',
    'a.eyJleHAiOjFlOTk5fQ.c', 'a.eyJleHAiOk5hTn0.c', 'a._w.c', u'a.\u20ac.c', make_token(10 ** 400, now=0),
])
def test_token_without_usable_expiry_has_none(claims):
    assert expiry_of(claims) is None


# Renewable tokens


def test_function_is_called_once_while_its_token_is_valid(connect, service):
    tokens = iter([make_token(3600)])
    api = make_api(connect, service.url, lambda: next(tokens))
    assert api.user_self().slug == api.user_self().slug == 'ci'
    assert isinstance(api.api_client.configuration.access_token, RenewableToken)


def test_nothing_is_fetched_before_the_first_call(connect, service):
    configuration = make_api(connect, service.url, lambda: make_token(60)).api_client.configuration
    assert configuration.access_token.current is None
    assert configuration.access_token.expires_in is None
    assert configuration.credential('bearer') is None
    assert 'not fetched yet' in repr(configuration)


@pytest.mark.parametrize('lifetime, expected', [(None, None), (500, 500), (0.5, 0.5)])
def test_function_may_return_the_lifetime_as_well(connect, service, lifetime, expected):
    api = make_api(connect, service.url, lambda: (make_token(60), lifetime))
    api.user_self()
    expires_in = api.api_client.configuration.access_token.expires_in
    assert expires_in == pytest.approx(60 if expected is None else expected, abs=5)


def test_opaque_token_without_lifetime_does_not_expire(connect, service):
    api = make_api(connect, service.url, lambda: 'opaque')
    with pytest.raises(UnauthorizedException):
        api.user_self()
    token = api.api_client.configuration.access_token
    assert (token.current, token.expires_in) == ('opaque', None)
    assert api.api_client.configuration.credential('bearer') == 'Bearer opaque'
    assert repr(token) == '<RenewableToken>'


@pytest.fixture
def clock(monkeypatch):
    """Set the clock of the tokens: the last item of a list, in seconds."""
    times = [1000.0]
    monkeypatch.setattr(credentials, 'monotonic', lambda: times[-1])
    return times


@pytest.mark.parametrize('lifetime, age, renewed', [(200, 139.9, 1), (200, 140, 2), (10, 4.9, 1), (10, 5, 2)])
def test_token_is_renewed_before_it_expires(clock, lifetime, age, renewed):
    fetched = []
    token = RenewableToken(lambda: fetched.append(None) or ('opaque', lifetime))
    token.get(None, 5)
    clock.append(clock[0] + age)
    token.get(None, 5)
    assert len(fetched) == renewed


@pytest.mark.parametrize('age, sent', [(150, 2), (199, 2), (200, 1), (300, 1)])
def test_token_is_used_until_it_expires_if_its_renewal_fails(connect, service, clock, caplog, age, sent):
    fetched = []

    def fetch():
        if fetched:
            raise KeyError('vault is down')
        fetched.append(make_token(3600))
        return fetched[-1], 200

    api = make_api(connect, service.url, fetch)
    api.user_self()
    clock.append(clock[0] + age)
    if sent == 2:
        api.user_self()
        assert "'vault is down'; using the one that expires in %d s" % (200 - age) in caplog.text
    else:
        with pytest.raises(ApiException, match='vault is down'):
            api.user_self()
    assert [headers_of(request)['authorization'] for request in service.requests] == ['Bearer ' + fetched[0]] * sent
    assert fetched[0] not in caplog.text


def test_warning_about_a_failed_renewal_shows_no_secret(connect, clock, caplog):
    fetched = []

    def fetch():
        if fetched:
            raise KeyError('no %s for hunter2secret' % fetched[0])
        fetched.append('opaque-token-1234')
        return fetched[-1], 200

    with ScriptedServer(json_response('{"slug": "ci"}')) as server:
        api = make_api(connect, server.url, fetch, password='hunter2secret')
        api.user_self()
        clock.append(clock[0] + 150)
        api.user_self()
    assert "no ******** for ********'; using the one" in caplog.text


def test_rejected_token_is_not_used_again_if_its_renewal_fails(connect, service):
    tokens = iter([make_token(3600)])
    api = make_api(connect, service.url, lambda: next(tokens))
    api.user_self()
    service.rejected.add(api.api_client.configuration.access_token.current)
    with pytest.raises(ApiException, match='could not be fetched'):
        api.user_self()
    assert len(service.requests) == 2


@pytest.mark.parametrize('age, current, expires_in', [(199, 'opaque', 1), (200, None, 0), (300, None, 0)])
def test_expired_token_is_not_current_and_expires_in_zero_seconds(clock, age, current, expires_in):
    token = RenewableToken(lambda: ('opaque', 200))
    token.get(None, 5)
    clock.append(clock[0] + age)
    assert (token.current, token.expires_in) == (current, expires_in)


@pytest.mark.parametrize('lifetime', [0, -0.5])
def test_token_that_has_just_expired_is_not_used(monkeypatch, lifetime):
    now = int(time.time())
    monkeypatch.setattr(time, 'time', lambda: now)
    with pytest.raises(ApiException, match='the token had expired already when it was fetched'):
        RenewableToken(lambda: make_token(lifetime, now=now)).get(None, 5)


def test_debug_log_shows_that_a_token_is_sent(connect, service, caplog):
    caplog.set_level('DEBUG', 'cloudsmith_api')
    make_api(connect, service.url, lambda: make_token(3600)).user_self()
    assert "'Authorization': '********'" in caplog.text


def test_rejected_token_is_renewed_once_and_the_request_repeated(connect, service):
    tokens = [make_token(3600, number=number) for number in range(3)]
    service.rejected.add(tokens[0])
    remaining = iter(tokens)
    api = make_api(connect, service.url, lambda: next(remaining), retries=0)
    assert api.user_tokens_refresh('abc').key is None
    assert [headers_of(request)['authorization'] for request in service.requests] == [
        'Bearer ' + token for token in tokens[:2]]
    assert service.targets() == [('PUT', '/v1/user/tokens/abc/refresh/')] * 2


def test_second_401_is_raised(connect, service):
    fetched = []

    def fetch():
        fetched.append(make_token(-1 if fetched else 60, number=len(fetched)))
        service.rejected.add(fetched[-1])
        return fetched[-1], 60

    api = make_api(connect, service.url, fetch)
    with pytest.raises(UnauthorizedException, match='Invalid token') as raised:
        api.user_self()
    assert len(fetched) == len(service.requests) == 2
    assert raised.value.request_sent is True


def test_request_after_401_has_the_rest_of_the_timeout(connect):
    def reject_late(connection):
        server.stopping.wait(1.5)
        connection.sendall(refused(401))

    with ScriptedServer(reject_late) as server:
        started = monotonic()
        with pytest.raises(TimeoutException):
            make_api(connect, server.url, lambda: 'opaque').user_self(_request_timeout=2)
        assert 2 <= monotonic() - started < 2.9


def test_wait_for_a_token_counts_towards_the_timeout(connect):
    def fetch():
        time.sleep(1)
        return 'opaque'

    with ScriptedServer(silent()) as server:
        started = monotonic()
        with pytest.raises(TimeoutException):
            make_api(connect, server.url, fetch).user_self(_request_timeout=1.5)
        assert 1.5 <= monotonic() - started < 2.4


@pytest.mark.skipif(six.PY2, reason='exceptions have no traceback on Python 2')
def test_traceback_of_a_function_that_fails_below_urllib3_shows_it(connect, service):
    def fetch():
        urllib3.PoolManager().request('GET', 'http://127.0.0.1:%d/' % closed_port(), retries=False)

    with pytest.raises(ApiException) as raised:
        make_api(connect, service.url, fetch).user_self()
    frames = traceback.extract_tb(raised.value.__cause__.__traceback__)
    assert frames[0].name == 'fetch'


def test_failed_renewal_after_401_says_that_the_request_was_sent(connect):
    tokens = iter(['opaque'])
    with ScriptedServer(http_response(401, headers=[('X-RateLimit-Remaining', '7')])) as server:
        api = make_api(connect, server.url, lambda: next(tokens))
        with pytest.raises(ApiException, match='could not be fetched: StopIteration') as raised:
            api.user_tokens_create()
    assert raised.value.request_sent is True
    assert api.api_client.rate_limit.remaining == 7


def test_renewal_after_401_stays_within_the_timeout(connect, service):
    release = threading.Event()
    fetched = []

    def fetch():
        fetched.append(None)
        if len(fetched) == 2:
            release.wait(20)
        return 'opaque'

    api = make_api(connect, service.url, fetch)
    started = monotonic()
    with pytest.raises(TimeoutException, match='The access token could not be fetched before the timeout'):
        api.user_self(_request_timeout=0.5)
    assert monotonic() - started < 5
    release.set()


class BrokenError(Exception):
    def __str__(self):
        raise RuntimeError('no text')


@pytest.mark.parametrize('error, detail', [
    (KeyError('vault'), "KeyError: 'vault'"), (SystemExit(3), 'SystemExit: 3'), (BrokenError(), 'BrokenError'),
    (ValueError('got ' + IDENTITY_TOKEN), 'ValueError: got ****'),
])
def test_error_of_the_function_becomes_an_api_exception(connect, service, error, detail):
    def fetch():
        raise error

    api = make_api(connect, service.url, fetch)
    with pytest.raises(ApiException) as raised:
        api.user_self()
    assert 'The access token could not be fetched: ' in str(raised.value)
    assert detail in str(raised.value)
    assert (raised.value.status, raised.value.request_sent) == (0, False)
    assert getattr(raised.value, '__cause__', error) is error
    assert service.requests == []


def test_api_exception_of_the_function_is_wrapped(connect, service):
    error = UnauthorizedException(status=401, reason='Vault')

    def fetch():
        raise error

    with pytest.raises(ApiException, match='The access token could not be fetched: .*401 Vault') as raised:
        make_api(connect, service.url, fetch).user_self()
    assert (raised.value.status, raised.value.request_sent) == (0, False)
    assert getattr(raised.value, '__cause__', error) is error


@pytest.mark.parametrize('value', [
    None, '', 5, 'two words', 'line\n', (), ('a', 'b'), ('token', -1), ('token', True), ('token', 1, 2),
    make_token(-5),
])
def test_unusable_token_of_the_function_raises_api_exception(connect, service, value):
    api = make_api(connect, service.url, lambda: value)
    with pytest.raises(ApiException, match='The access token could not be fetched: ') as raised:
        api.user_self()
    assert raised.value.request_sent is False
    assert service.requests == []


def test_hanging_function_times_out_the_calls_and_is_called_once(connect, service):
    release = threading.Event()
    fetched = []

    def fetch():
        fetched.append(None)
        release.wait(30)
        return make_token(60)

    api = make_api(connect, service.url, fetch)
    started = monotonic()
    errors = in_threads(8, lambda: api.user_self(_request_timeout=0.5))
    assert monotonic() - started < 5
    assert [type(error) for error in errors] == [TimeoutException] * 8
    assert {(error.status, error.request_sent) for error in errors} == {(0, False)}
    release.set()
    assert api.user_self().slug == 'ci'
    assert len(fetched) == 1


def test_read_timeout_of_a_pair_bounds_the_wait(connect, service):
    release = threading.Event()
    api = make_api(connect, service.url, lambda: release.wait(30) and 'token')
    started = monotonic()
    with pytest.raises(TimeoutException, match='before the timeout'):
        api.user_self(_request_timeout=(15, 0.2))
    assert monotonic() - started < 10
    release.set()


def test_each_waiting_call_raises_an_exception_of_its_own(connect, service):
    release = threading.Event()

    def fetch():
        release.wait(20)
        raise KeyError('vault')

    api = make_api(connect, service.url, fetch)
    timer = threading.Timer(0.3, release.set)
    timer.start()
    errors = in_threads(5, api.user_self)
    timer.join()
    assert len({id(error) for error in errors}) == 5


def test_configurations_share_a_renewable_token(connect, service):
    fetched = []
    token = RenewableToken(lambda: fetched.append(1) or make_token(60))
    for _ in range(3):
        make_api(connect, service.url, token).user_self()
    assert len(fetched) == 1


def test_copies_and_pickles_do_not_contain_the_token(connect, service):
    api = make_api(connect, service.url, oidc())
    api.user_self()
    token = api.api_client.configuration.access_token
    pickled = pickle.dumps(token)
    assert token.current.encode('ascii') not in pickled
    for made in (pickle.loads(pickled), copy.copy(token), copy.deepcopy(token)):
        assert (made.current, made.org, made.service_slug) == (None, 'acme', 'ci')
        assert make_api(connect, service.url, made).user_self().slug == 'ci'


def test_fetch_must_be_callable():
    with pytest.raises(TypeError, match='fetch must be a function, not str'):
        RenewableToken('token')


def test_background_calls_wait_for_the_token_in_the_background(connect, service):
    release = threading.Event()
    api = make_api(connect, service.url, lambda: release.wait(20) and make_token(60))
    calls = [api.user_self(async_req=True) for _ in range(3)]
    assert not any(call.ready() for call in calls)
    release.set()
    assert [call.get(20).slug for call in calls] == ['ci'] * 3


def test_token_is_renewed_even_if_no_thread_can_start(connect, service, monkeypatch):
    def start(*_):
        raise _thread.error("can't start new thread")

    api = make_api(connect, service.url, lambda: make_token(60))
    monkeypatch.setattr(_thread, 'start_new_thread', start)
    assert api.api_client.configuration.access_token.get(api.api_client, 5)


def test_interrupt_before_a_renewal_does_not_block_the_next_one(monkeypatch):
    def start(*_):
        raise KeyboardInterrupt

    token = RenewableToken(lambda: make_token(60))
    with monkeypatch.context() as patched:
        patched.setattr(_thread, 'start_new_thread', start)
        with pytest.raises(KeyboardInterrupt):
            token.get(None, 5)
    assert token.get(None, 5) == token.current


def test_interrupt_before_a_renewal_raises_api_exception_in_waiters(monkeypatch):
    token = RenewableToken(lambda: make_token(60))
    waiting, errors, wait = threading.Event(), [], credentials._Renewal.wait

    def get():
        try:
            token.get(None, 5)
        except ApiException as error:
            errors.append(str(error))

    other = threading.Thread(target=get)

    def start(*_):
        other.start()
        assert waiting.wait(20)
        raise KeyboardInterrupt

    monkeypatch.setattr(credentials._Renewal, 'wait', lambda *args: waiting.set() or wait(*args))
    monkeypatch.setattr(_thread, 'start_new_thread', start)
    with pytest.raises(KeyboardInterrupt):
        token.get(None, 5)
    other.join(20)
    assert errors == ['The access token could not be fetched: KeyboardInterrupt']


def test_interrupt_during_a_renewal_does_not_start_a_second_one(monkeypatch):
    started, release, fetched = threading.Event(), threading.Event(), []
    start_new_thread = _thread.start_new_thread

    def fetch():
        fetched.append(1)
        started.set()
        release.wait(20)
        return make_token(60)

    def start(*arguments):
        start_new_thread(*arguments)
        started.wait(20)
        raise KeyboardInterrupt

    token = RenewableToken(fetch)
    with monkeypatch.context() as patched:
        patched.setattr(_thread, 'start_new_thread', start)
        with pytest.raises(KeyboardInterrupt):
            token.get(None, 5)
    threading.Timer(0.2, release.set).start()
    assert token.get(None, 5) == token.current
    assert len(fetched) == 1


@pytest.mark.skipif(not hasattr(signal, 'setitimer'), reason='this system has no timer signals')
def test_signal_handler_may_make_a_call_while_a_renewal_starts(monkeypatch):
    token = RenewableToken(lambda: make_token(60))
    values = []
    start_new_thread = _thread.start_new_thread

    def start(*arguments):
        if not values:
            values.append(None)
            os.kill(os.getpid(), signal.SIGALRM)
            time.sleep(0.05)
        start_new_thread(*arguments)

    monkeypatch.setattr(_thread, 'start_new_thread', start)
    previous = signal.signal(signal.SIGALRM, lambda *_: values.append(token.get(None, 5)))
    try:
        values.append(token.get(None, 5))
    finally:
        signal.signal(signal.SIGALRM, previous)
    assert values == [None, token.current, token.current]


@pytest.mark.skipif(not hasattr(signal, 'setitimer'), reason='this system has no timer signals')
def test_signal_handlers_may_make_calls_at_any_point_of_a_renewal():
    token = RenewableToken(lambda: ('opaque', 0.002))
    values = []
    previous = signal.signal(signal.SIGALRM, lambda *_: values.append(token.get(None, 5)))
    end = monotonic() + 1
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.003)
    try:
        while monotonic() < end:
            token.get(None, 5)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    assert set(values) == {'opaque'}


def test_function_that_needs_its_own_token_raises_at_once(connect, service):
    api = make_api(connect, service.url, lambda: api.user_self().slug)
    started = monotonic()
    with pytest.raises(ApiException, match='the function makes a call that needs the token itself'):
        api.user_self()
    assert monotonic() - started < 5
    assert service.requests == []


def test_wait_for_a_renewal_may_be_shorter_than_a_second():
    assert RenewableToken(lambda: time.sleep(0.05) or 'opaque').get(None, 0.99) == 'opaque'


def test_wait_for_a_renewal_polls_rarely_but_often_enough(monkeypatch):
    class Clock(object):
        """Advances a little at each reading, and by each sleep."""

        now = 0.0

        def __init__(self):
            self.pauses = []

        def __call__(self):
            self.now += 1e-5
            return self.now

        def sleep(self, seconds):
            self.pauses.append(seconds)
            self.now += seconds

    clock = Clock()
    monkeypatch.setattr(credentials, 'monotonic', clock)
    monkeypatch.setattr(credentials, 'time', clock)
    assert credentials._Renewal().wait(1) is False
    assert sum(clock.pauses) == pytest.approx(1, abs=0.01)
    assert clock.pauses[0] < 0.001
    assert max(clock.pauses) <= 0.02
    assert len(clock.pauses) < 60


def test_token_that_another_thread_renewed_is_not_renewed_again():
    fetched = []
    token = RenewableToken(lambda: fetched.append(1) or make_token(60))
    token.get(None, 5)
    # As if this thread had checked before the other one finished.
    renewal = token._join_renewal(None, None)
    assert renewal.wait(5) and renewal.token.value == token.current
    assert len(fetched) == 1


# The exchange


def test_exchange_sends_exactly_the_documented_request(connect, service):
    api = make_api(connect, service.url, oidc(), username='ada', password='secret-password')
    api.api_client.cookie = 'session=secret'
    api.api_client.set_default_header('X-Extra', 'secret')
    assert api.user_self().slug == 'ci'
    exchange, call = service.requests
    assert (exchange.method, exchange.target) == ('POST', '/openid/acme/')
    assert json.loads(exchange.body.decode('utf-8')) == {'oidc_token': IDENTITY_TOKEN, 'service_slug': 'ci'}
    headers = headers_of(exchange)
    assert set(headers) == {'host', 'accept', 'accept-encoding', 'content-type', 'content-length', 'user-agent'}
    assert headers['user-agent'] == api.api_client.user_agent
    assert headers_of(call)['authorization'] == 'Bearer ' + service.issued[0]


@pytest.mark.parametrize('base', ['', '/v1', '/cloudsmith', '/cloudsmith/v1/'])
def test_exchange_url_does_not_contain_the_api_version(connect, service, base):
    make_api(connect, service.origin + base, oidc()).user_self()
    assert service.requests[0].target == base.rstrip('/').replace('/v1', '') + '/openid/acme/'


def test_identity_token_from_a_function_is_stripped(connect, service):
    make_api(connect, service.url, oidc(lambda: IDENTITY_TOKEN + '\n')).user_self()
    assert json.loads(service.requests[0].body.decode('utf-8'))['oidc_token'] == IDENTITY_TOKEN


def test_any_number_of_threads_and_calls_make_one_exchange(connect, service):
    api = make_api(connect, service.url, oidc())
    assert in_threads(32, lambda: [api.user_self() for _ in range(5)]) == []
    assert [target for _, target in service.targets()].count('/openid/acme/') == 1
    assert len(service.requests) == 161


@pytest.mark.slow
def test_threads_over_ten_renewals_never_send_an_expired_token(connect, start_service):
    service = start_service(lifetime=2)
    api = make_api(connect, service.url, oidc(), connection_pool_maxsize=32)
    end = monotonic() + 11

    def call_until_end():
        while monotonic() < end:
            api.user_self()
            time.sleep(0.01)

    assert in_threads(32, call_until_end) == []
    assert len(service.issued) >= 10
    assert service.most_exchanging == 1
    # A rejected request would have been repeated.
    assert len({request.raw for request in service.requests if request.method == 'GET'}) == len(service.issued)


@pytest.mark.skipif(not hasattr(os, 'fork'), reason='this system has no fork')
def test_fork_in_the_middle_of_a_renewal_does_not_hang(connect, start_service):
    release = threading.Event()
    service = start_service(exchange=lambda connection: release.wait(5) and connection.sendall(
        json_response(json.dumps({'token': make_token(60)}))))
    api = make_api(connect, service.url, oidc())
    call = api.user_self(async_req=True)
    while not service.requests:
        time.sleep(0.01)
    pid = os.fork()
    if not pid:  # pragma: no cover (the child process)
        status = 1
        try:
            status = 0 if api.user_self(_request_timeout=10).slug == 'ci' else 2
        finally:
            os._exit(status)
    time.sleep(0.3)
    release.set()
    assert os.waitpid(pid, 0)[1] == 0
    assert call.get(10).slug == 'ci'
    assert [target for _, target in service.targets()].count('/openid/acme/') == 2


def test_wrong_client_clock_does_not_affect_token_expiry(connect, start_service):
    past = time.time() - 7200
    date = time.strftime('%a, %d %b %Y %H:%M:%S GMT', time.gmtime(past))
    service = start_service(exchange=json_response(
        json.dumps({'token': make_token(600, now=past)}), headers=[('Date', date)]))
    api = make_api(connect, service.url, oidc())
    with pytest.raises(UnauthorizedException):
        api.user_self()
    assert api.api_client.configuration.access_token.expires_in == pytest.approx(600, abs=10)


def refused(status):
    return json_response('{"detail": "Nope."}', status=status)


@pytest.mark.parametrize('item, error, text', [
    (refused(401), UnauthorizedException, 'Nope.* Check that the service account trusts the issuer'),
    (refused(403), ApiException, 'Nope.* Check that the service account trusts the issuer'),
    (refused(404), ApiException, 'Nope.* Check the names of the workspace and of the service account'),
    (refused(422), ApiException, 'Nope.* Check the name of the service account'),
    (refused(500), ApiException, 'Nope.* Retry later'),
    (http_response(200, '<html>'), InvalidResponseException, 'Check that configuration.host is the base URL'),
    (json_response('[]'), InvalidResponseException, 'the response has no token in "token"'),
    (json_response('{"token": null}'), InvalidResponseException, 'the response has no token in "token"'),
    (json_response('{"token": "a b"}'), InvalidResponseException, 'the response has no token in "token"'),
    (json_response(json.dumps({'token': make_token(-60)})), ApiException, 'had expired already when it was fetched'),
    (http_response(302, headers=[('Location', 'https://elsewhere.example/')]), RedirectException, 'not followed'),
    (reset, ConnectionException, 'Check the network'),
    (silent(), TimeoutException, 'Retry later'),
    (trickling(json_response('{"token": "abc"}')), TimeoutException, 'Retry later'),
    (truncated(json_response('{"token": "abc"}')[:-3]), ConnectionException, 'Check the network'),
    (json_response('"' + 'x' * 100000 + '"'), InvalidResponseException, 'larger than'),
])
def test_failed_exchange_names_the_step_and_what_to_check(connect, start_service, item, error, text):
    service = start_service(exchange=item)
    api = make_api(connect, service.url, oidc(), timeout=1.0, retries=0, max_response_bytes=50000)
    with pytest.raises(error, match='(?s)The access token could not be fetched.*' + text) as raised:
        api.user_self(_request_timeout=5)
    assert raised.value.request_sent is False
    assert 'configuration.api_key' not in str(raised.value)
    assert {target for _, target in service.targets()} == {'/openid/acme/'}


def test_failed_exchange_does_not_set_the_rate_limit(connect, start_service):
    headers = [('X-RateLimit-Limit', '1'), ('X-RateLimit-Remaining', '0'), ('X-RateLimit-Reset', '2000000000')]
    service = start_service(exchange=json_response('{}', status=403, headers=headers))
    api = make_api(connect, service.url, oidc())
    with pytest.raises(ApiException):
        api.user_self()
    assert api.api_client.rate_limit is None


def test_failed_exchange_shows_no_token(connect, start_service):
    service = start_service(exchange=json_response(json.dumps({'detail': 'bad ' + IDENTITY_TOKEN}), status=401))
    api = make_api(connect, service.url, oidc())
    with pytest.raises(UnauthorizedException) as raised:
        api.user_self()
    assert IDENTITY_TOKEN not in str(raised.value) + repr(raised.value)


def test_exchange_with_untrusted_certificate_raises_tls_exception(connect, tmpdir):
    with ScriptedServer(http_response(), tls=Authority(tmpdir).server_context()) as server:
        with pytest.raises(TlsException, match='could not be fetched: the exchange of the identity token failed'):
            make_api(connect, server.url, oidc(), retries=0).user_self()
    assert server.requests == []


@pytest.mark.parametrize('value', ['', 'not a token', None, 7])
def test_malformed_identity_token_raises_before_the_exchange(connect, service, value):
    with pytest.raises(ApiException, match='the identity token is not a token'):
        make_api(connect, service.url, oidc(lambda: value)).user_self()
    assert service.requests == []


@pytest.mark.parametrize('arguments, error, text', [
    (('', 'ci', 'x'), ValueError, 'org must be the name of a workspace'),
    (('a/b', 'ci', 'x'), ValueError, 'org must be the name of a workspace'),
    (('..', 'ci', 'x'), ValueError, 'org must be the name of a workspace'),
    ((5, 'ci', 'x'), TypeError, 'org must be a str'),
    (('acme', '', 'x'), ValueError, 'service_slug must not be empty'),
    (('acme', None, 'x'), TypeError, 'service_slug must be a str'),
    (('acme', 'ci', None), TypeError, 'identity_token must be a str or a function'),
])
def test_invalid_argument_of_an_oidc_token_raises(arguments, error, text):
    with pytest.raises(error, match=text):
        OidcToken(*arguments)


def test_report_says_who_issues_the_token_and_when_it_expires(connect, service):
    configuration = make_api(connect, service.url, oidc()).api_client.configuration
    assert 'access_token=<OidcToken of acme/ci, not fetched yet>' in repr(configuration)
    UserApi(ApiClient(configuration)).user_self()
    assert '<OidcToken of acme/ci, expires in 71' in configuration.to_debug_report()
    assert service.issued[0] not in configuration.to_debug_report()


@pytest.mark.skipif(six.PY2, reason='Python 2 cannot capture local variables')
@pytest.mark.parametrize('exchange, identity_token', [
    (refused(401), lambda: IDENTITY_TOKEN),
    (http_response(200, '<html>' + IDENTITY_TOKEN), lambda: IDENTITY_TOKEN),
    (json_response('{"token": "%s' % IDENTITY_TOKEN), lambda: IDENTITY_TOKEN),
    (None, lambda: IDENTITY_TOKEN + ' x'),
])
def test_no_local_variable_of_the_error_shows_a_token(connect, start_service, exchange, identity_token):
    error = call_that_fails(connect, start_service(exchange=exchange), oidc(identity_token))
    assert IDENTITY_TOKEN not in text_with_local_variables(error)


@pytest.mark.skipif(six.PY2, reason='Python 2 cannot capture local variables')
@pytest.mark.parametrize('rest', [(-1,), ('x',), (10 ** 400,), (1, 2)])
def test_no_local_variable_shows_the_token_of_the_function(connect, service, rest):
    error = call_that_fails(connect, service, lambda: (IDENTITY_TOKEN,) + rest)
    assert IDENTITY_TOKEN not in text_with_local_variables(error)


def call_that_fails(connect, service, token):
    with pytest.raises(ApiException) as raised:
        make_api(connect, service.url, token).user_self()
    return raised.value


def text_with_local_variables(error):
    import traceback

    text = traceback.TracebackException(type(error), error, error.__traceback__, capture_locals=True).format()
    return ''.join(text)
