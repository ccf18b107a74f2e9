"""mocket, httpretty and pook respond in place of the service."""

import httpretty
import pook
import pytest
import urllib3
from mocket import Mocketizer
from mocket.exceptions import StrictMocketException
from mocket.mocks.mockhttp import Entry
from pook.exceptions import PookNoMatches

from cloudsmith_api import NotFoundException, TimeoutException

FAKED = '{"name": "Faked"}'
JSON = {'Content-Type': 'application/json'}
MISSING = '{"detail": "Not found."}'

URLLIB3 = tuple(int(number) for number in urllib3.__version__.split('.')[:2])


def make_calls(api):
    """Make calls of each kind, two of them over the same connection where a double keeps it open."""
    names = [api.user_self().name, api.user_self(_request_timeout=10).name, api.user_self(async_req=True).get(10).name]
    created = api.user_token_create(data={'email': 'a@example.com', 'password': 'pw'})
    with pytest.raises(NotFoundException, match='Not found.'):
        api.user_tokens_refresh('a')
    assert api.user_self(_preload_content=False).read() == FAKED.encode('ascii')
    return set(names), created.token


# mocket does not close the sockets that it wraps for TLS.
@pytest.mark.filterwarnings('ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning')
@pytest.mark.parametrize('scheme', ['http', 'https'])
def test_mocket_responds_in_place_of_the_service(connect, unreached, scheme):
    url = unreached.url.replace('http', scheme)
    with Mocketizer(strict_mode=True):
        Entry.single_register(Entry.GET, url + '/user/self/', FAKED, headers=JSON)
        Entry.single_register(Entry.POST, url + '/user/token/', '{"token": "t"}', headers=JSON)
        Entry.single_register(Entry.PUT, url + '/user/tokens/a/refresh/', MISSING, 404, headers=JSON)
        api = connect(url)
        assert make_calls(api) == ({'Faked'}, 't')
        with pytest.raises(StrictMocketException):
            api.user_tokens_list()


@pytest.mark.parametrize('scheme', ['http', 'https'])
@pytest.mark.parametrize('allow_net_connect', [
    pytest.param(False, marks=pytest.mark.skipif(
        URLLIB3 >= (2, 3), reason='httpretty 1.1.4 itself fails with urllib3 2.3 and later')),
    True,
])
def test_httpretty_responds_in_place_of_the_service(connect, unreached, scheme, allow_net_connect):
    # By host name, since httpretty's certificates contain no addresses.
    url = unreached.url.replace('http', scheme).replace('127.0.0.1', 'localhost')
    with httpretty.enabled(allow_net_connect=allow_net_connect):
        httpretty.register_uri(httpretty.GET, url + '/user/self/', FAKED, adding_headers=JSON)
        httpretty.register_uri(httpretty.POST, url + '/user/token/', '{"token": "t"}', adding_headers=JSON)
        httpretty.register_uri(httpretty.PUT, url + '/user/tokens/a/refresh/', MISSING, JSON, status=404)
        assert make_calls(connect(url)) == ({'Faked'}, 't')
        assert httpretty.last_request().headers['X-Api-Key'] == 'the-secret-key-0123456789'


@pytest.mark.parametrize('scheme', ['http', 'https'])
def test_pook_responds_in_place_of_the_service(connect, unreached, scheme):
    url = unreached.url.replace('http', scheme)
    with pook.use():
        pook.get(url + '/user/self/').times(4).reply(200).headers(JSON).body(FAKED)
        pook.post(url + '/user/token/').json({'email': 'a@example.com', 'password': 'pw'}).reply(200).json(
            {'token': 't'})
        pook.put(url + '/user/tokens/a/refresh/').reply(404).json({'detail': 'Not found.'})
        api = connect(url)
        assert make_calls(api) == ({'Faked'}, 't')
        with pytest.raises(PookNoMatches):
            api.user_tokens_list()


def test_timeout_by_pook_is_retried_for_get_only(connect, unreached, monkeypatch):
    timeout = urllib3.exceptions.ReadTimeoutError(None, None, 'Read timed out.')
    api = connect(unreached.url)
    with pook.use():
        lost = pook.put(unreached.url + '/user/tokens/a/refresh/').times(2).error(timeout)
        with pytest.raises(TimeoutException) as raised:
            api.user_tokens_refresh('a')
        assert (lost.calls, raised.value.request_sent) == (1, None)


def test_pook_in_network_mode_lets_other_calls_reach_the_service(connect, server):
    with pook.use(network=True):
        assert connect(server.url).user_self().name == 'Served'
    assert len(server.requests) == 1


def test_call_after_the_doubles_reaches_the_service(connect, server):
    api = connect(server.url)
    with Mocketizer(strict_mode=True):
        Entry.single_register(Entry.GET, server.url + '/user/self/', FAKED, headers=JSON)
        assert api.user_self().name == 'Faked'
    with pook.use():
        pook.get(server.url + '/user/self/').reply(200).body(FAKED)
        assert api.user_self().name == 'Faked'
    assert api.user_self().name == 'Served'
    assert len(server.requests) == 1
