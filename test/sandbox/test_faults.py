# -*- coding: utf-8 -*-
import threading
import time
from fractions import Fraction

import pytest

from cloudsmith_api.sandbox._environ import TRICKLE, TRUNCATE


@pytest.fixture
def get(call_app, service):
    """Send ``GET /user/self/`` with a valid key."""
    user = service.add_user(api_key=True)
    return lambda **variables: call_app('GET', '/user/self/', key=user.api_key, **variables)


def test_status_replaces_response_given_number_of_times(get, service):
    service.fail_next(status=503, times=2)
    assert [get().status for _ in range(3)] == [503, 503, 200]


def test_status_has_error_body_and_usual_headers(get, service):
    service.fail_next(status=429)
    response = get()
    assert response.json == {'detail': 'Too Many Requests'}
    assert response.headers['content-type'] == 'application/json'
    assert response.headers['x-ratelimit-remaining'] == '99999'


def test_unassigned_status_has_error_body(get, service):
    service.fail_next(status=599)
    assert get().json == {'detail': 'Unassigned'}


@pytest.mark.parametrize('mount', ['/mock', '/a b', '/\xe4', '/v1'])
@pytest.mark.parametrize('path, affected', [('/user/self/', True), ('/v1/user/', True), ('/v1/mock/', False)])
def test_fault_with_path_affects_mounted_app(call_app, service, mount, path, affected):
    service.fail_next(status=503, path=path)
    response = call_app('GET', '/v1/user/self/', SCRIPT_NAME=mount)
    assert (response.status == 503) is affected


def test_fault_with_path_affects_mounted_app_of_server_with_request_uri(call_app, service):
    service.fail_next(status=503, path='/user/a%2Fb/')
    variables = {'SCRIPT_NAME': '/a b', 'REQUEST_URI': '/a%20b/v1/user/a%2Fb/?page=1'}
    assert call_app('GET', '/v1/user/a/b/', **variables).status == 503


@pytest.mark.parametrize('path', [
    'user/self/', 'http://127.0.0.1/v1/user/self/', '/user/tokens/?page=2', '/user/a b/', u'/user/ä/', '/user/\n',
])
def test_path_that_no_request_has_raises_value_error(service, path):
    with pytest.raises(ValueError, match="path must begin with '/' and be percent-encoded, without a query, got "):
        service.fail_next(path=path)


@pytest.fixture
def environ_of_get(get, service):
    """Send a request, and return its WSGI environment as the app leaves it to the server."""
    def send():
        environ = {}

        def recording(given, start_response):
            chunks = service.app(given, start_response)
            environ.update(given)
            return chunks

        assert get(app=recording).status == 200
        return environ
    return send


def test_fraction_of_a_second_is_accepted(environ_of_get, service):
    service.fail_next(delay=Fraction(1, 100), trickle=Fraction(1, 100))
    assert type(environ_of_get()[TRICKLE]) is float


@pytest.mark.parametrize('path, affected', [
    ('/user/self/', True), ('/v1/user/', True), ('/', True), ('/openid/', False), ('/user/tokens/', False),
])
def test_fault_with_path_affects_only_requests_to_it(call_app, service, path, affected):
    service.fail_next(status=503, path=path)
    assert (call_app('GET', '/v1/user/self/').status == 503) is affected
    assert call_app('GET', '/v1/user/self/').status == 200


def test_fault_for_another_path_does_not_delay_those_after_it(get, service):
    service.fail_next(status=500, path='/openid/', times=2)
    service.fail_next(status=502)
    assert [get().status for _ in range(2)] == [502, 200]


def test_large_number_of_times_takes_no_memory(get, service):
    service.fail_next(status=500, times=10 ** 9)
    assert get().status == 500


@pytest.mark.parametrize('status', [204, 304])
def test_bodiless_status_has_no_body(get, service, status):
    service.fail_next(status=status, body='ignored')
    response = get()
    assert (response.status, response.body) == (status, b'')
    assert 'content-length' not in response.headers


@pytest.mark.parametrize('status', [200, 203, 205, 303, 305, 599])
def test_other_status_has_body(get, service, status):
    service.fail_next(status=status, body='here')
    response = get()
    assert (response.status, response.body, response.headers['content-length']) == (status, b'here', '4')


def test_status_alone_affects_one_response_without_delay(get, service):
    service.fail_next(status=500)
    started = time.time()
    assert [get().status for _ in range(2)] == [500, 200]
    assert time.time() - started < 0.9


def test_header_value_may_be_empty(get, service):
    service.fail_next(headers={'X-Empty': ''})
    assert get().headers['x-empty'] == ''


def test_request_with_status_fault_has_no_effect(call_app, service):
    user = service.add_user()
    service.fail_next(status=500)
    assert call_app('POST', '/user/tokens/', login=(user.slug, user.password)).status == 500
    assert user.api_key is None


def test_faults_are_queued_in_order(get, service):
    service.fail_next(status=500)
    service.fail_next(status=502, times=2)
    service.fail_next(status=504)
    assert [get().status for _ in range(5)] == [500, 502, 502, 504, 200]


def test_times_alone_delays_next_fault(get, service):
    service.fail_next(times=2)
    service.fail_next(status=503)
    assert [get().status for _ in range(4)] == [200, 200, 503, 200]


def test_headers_are_added_and_overridden_in_any_case(get, service):
    service.fail_next(status=302, headers={'location': '/x', 'CONTENT-TYPE': 'text/html', 'Retry-After': 2})
    headers = get().headers
    assert (headers['location'], headers['content-type'], headers['retry-after']) == ('/x', 'text/html', '2')


def test_headers_alone_keep_status_and_body(get, service):
    service.fail_next(headers={'X-RateLimit-Remaining': '7', 'Content-Length': 1000})
    response = get()
    assert (response.status, response.json['authenticated']) == (200, True)
    assert (response.headers['x-ratelimit-remaining'], response.headers['content-length']) == ('7', '1000')


@pytest.mark.parametrize('body, sent', [(u'<p>ä</p>', b'<p>\xc3\xa4</p>'), (b'\xff', b'\xff'), (u'', b'')])
def test_body_is_sent_as_given(get, service, body, sent):
    service.fail_next(body=body)
    response = get()
    assert (response.status, response.body, response.headers['content-length']) == (200, sent, str(len(sent)))


def test_delayed_response_is_late_but_normal(get, service):
    service.fail_next(delay=0.05)
    start = time.time()
    assert get().status == 200
    assert time.time() - start >= 0.045


def test_stopping_ends_delay(get, service):
    service.fail_next(delay=60, status=503)
    timer = threading.Timer(0.05, service.app.stopping.set)
    timer.start()
    start = time.time()
    assert get().status == 503
    assert time.time() - start < 30
    timer.join()


@pytest.mark.parametrize('truncate, size', [('before', 0), (0, 0), (17, 17)])
def test_truncate_and_trickle_are_passed_to_server(environ_of_get, service, truncate, size):
    service.fail_next(truncate=truncate, trickle=0.5)
    environ = environ_of_get()
    assert (environ[TRUNCATE], environ[TRICKLE]) == (size, 0.5)


@pytest.mark.parametrize('arguments', [
    {'status': '503'}, {'status': True}, {'headers': [('A', 'b')]}, {'headers': {'A': None}},
    {'headers': {5: 'b'}}, {'body': 5}, {'delay': '1'}, {'delay': None}, {'truncate': 'after'}, {'truncate': 1.5},
    {'trickle': '1'}, {'times': 1.0}, {'path': 5},
])
def test_argument_of_wrong_type_raises_type_error(service, arguments):
    with pytest.raises(TypeError, match=list(arguments)[0]):
        service.fail_next(**arguments)


@pytest.mark.parametrize('arguments', [
    {'status': 100}, {'status': 199}, {'status': 600}, {'headers': {'A b': 'c'}}, {'headers': {'': 'c'}},
    {'headers': {'A': 'b\r\nC: d'}}, {'headers': {'A': u'ä'}}, {'delay': -1}, {'delay': float('nan')},
    {'delay': float('inf')}, {'delay': 86400.5}, {'truncate': -1}, {'trickle': -0.5}, {'trickle': 86400.5},
    {'times': 0}, {'path': ''},
])
def test_invalid_argument_raises_value_error(service, arguments):
    with pytest.raises(ValueError, match=list(arguments)[0]):
        service.fail_next(**arguments)


@pytest.mark.parametrize('truncate, got', [('after', 'str'), (-1, '-1')])
def test_truncate_error_says_what_is_accepted(service, truncate, got):
    with pytest.raises((TypeError, ValueError)) as caught:
        service.fail_next(truncate=truncate)
    assert str(caught.value) == "truncate must be 'before' or an int from 0 to 1000000000, got " + got


def test_invalid_fault_is_not_queued(get, service):
    with pytest.raises(ValueError, match='times'):
        service.fail_next(status=503, times=0)
    assert get().status == 200
