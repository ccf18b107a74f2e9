# -*- coding: utf-8 -*-
import threading
import time

import pytest

from cloudsmith_api.sandbox.environ import TRICKLE, TRUNCATE


@pytest.fixture
def get(ask, service):
    """Get the user with a key that works."""
    user = service.add_user(api_key=True)
    return lambda **variables: ask('GET', '/user/self/', key=user.api_key, **variables)


def test_a_status_comes_instead_of_the_normal_answer_as_often_as_asked(get, service):
    service.fail_next(status=503, times=2)
    assert [get().status for _ in range(3)] == [503, 503, 200]


def test_a_status_has_an_error_body_and_the_usual_headers(get, service):
    service.fail_next(status=429)
    reply = get()
    assert reply.json == {'detail': 'Too Many Requests'}
    assert reply.headers['content-type'] == 'application/json'
    assert reply.headers['x-ratelimit-remaining'] == '99999'


def test_a_status_without_a_name_has_a_body_too(get, service):
    service.fail_next(status=599)
    assert get().json == {'detail': 'Unassigned'}


@pytest.mark.parametrize('status', [204, 304])
def test_a_status_that_forbids_a_body_has_none(get, service, status):
    service.fail_next(status=status, body='ignored')
    reply = get()
    assert (reply.status, reply.body) == (status, b'')
    assert 'content-length' not in reply.headers


@pytest.mark.parametrize('status', [200, 203, 205, 303, 305, 599])
def test_another_status_has_one(get, service, status):
    service.fail_next(status=status, body='here')
    reply = get()
    assert (reply.status, reply.body, reply.headers['content-length']) == (status, b'here', '4')


def test_a_status_means_one_answer_without_delay_unless_more_is_said(get, service):
    service.fail_next(status=500)
    started = time.time()
    assert [get().status for _ in range(2)] == [500, 200]
    assert time.time() - started < 0.9


def test_a_header_may_be_empty(get, service):
    service.fail_next(headers={'X-Empty': ''})
    assert get().headers['x-empty'] == ''


def test_a_request_that_fails_by_status_is_not_carried_out(ask, service):
    user = service.add_user()
    service.fail_next(status=500)
    assert ask('POST', '/user/tokens/', login=(user.slug, user.password)).status == 500
    assert user.api_key is None


def test_faults_queue_up(get, service):
    service.fail_next(status=500)
    service.fail_next(status=502, times=2)
    service.fail_next(status=504)
    assert [get().status for _ in range(5)] == [500, 502, 502, 504, 200]


def test_a_run_of_normal_answers_may_come_before_a_fault(get, service):
    service.fail_next(times=2)
    service.fail_next(status=503)
    assert [get().status for _ in range(4)] == [200, 200, 503, 200]


def test_headers_are_added_and_overridden_in_any_case(get, service):
    service.fail_next(status=302, headers={'location': '/x', 'CONTENT-TYPE': 'text/html', 'Retry-After': 2})
    headers = get().headers
    assert (headers['location'], headers['content-type'], headers['retry-after']) == ('/x', 'text/html', '2')


def test_headers_alone_leave_the_rest_of_the_answer_alone(get, service):
    service.fail_next(headers={'X-RateLimit-Remaining': '7', 'Content-Length': 1000})
    reply = get()
    assert (reply.status, reply.json['authenticated']) == (200, True)
    assert (reply.headers['x-ratelimit-remaining'], reply.headers['content-length']) == ('7', '1000')


@pytest.mark.parametrize('body, sent', [(u'<p>ä</p>', b'<p>\xc3\xa4</p>'), (b'\xff', b'\xff'), (u'', b'')])
def test_a_body_is_sent_as_given(get, service, body, sent):
    service.fail_next(body=body)
    reply = get()
    assert (reply.status, reply.body, reply.headers['content-length']) == (200, sent, str(len(sent)))


def test_a_delayed_answer_is_late_but_normal(get, service):
    service.fail_next(delay=0.05)
    start = time.time()
    assert get().status == 200
    assert time.time() - start >= 0.045


def test_stopping_ends_a_delay(get, service):
    service.fail_next(delay=60, status=503)
    timer = threading.Timer(0.05, service.app.stopping.set)
    timer.start()
    start = time.time()
    assert get().status == 503
    assert time.time() - start < 30
    timer.join()


@pytest.mark.parametrize('truncate, told', [('before', 0), (0, 0), (17, 17)])
def test_a_cut_and_a_drip_are_the_servers_to_do(get, service, truncate, told):
    service.fail_next(truncate=truncate, trickle=0.5)
    environ = {}

    def remembering(given, start_response):
        chunks = service.app(given, start_response)
        environ.update(given)
        return chunks

    assert get(app=remembering).status == 200
    assert (environ[TRUNCATE], environ[TRICKLE]) == (told, 0.5)


@pytest.mark.parametrize('arguments', [
    {'status': '503'}, {'status': True}, {'headers': [('A', 'b')]}, {'headers': {'A': None}},
    {'headers': {5: 'b'}}, {'body': 5}, {'delay': '1'}, {'delay': None}, {'truncate': 'after'}, {'truncate': 1.5},
    {'trickle': '1'}, {'times': 1.0},
])
def test_an_argument_of_another_type_is_refused_by_name(service, arguments):
    with pytest.raises(TypeError, match=list(arguments)[0]):
        service.fail_next(**arguments)


@pytest.mark.parametrize('arguments', [
    {'status': 100}, {'status': 199}, {'status': 600}, {'headers': {'A b': 'c'}}, {'headers': {'': 'c'}},
    {'headers': {'A': 'b\r\nC: d'}}, {'headers': {'A': u'ä'}}, {'delay': -1}, {'delay': float('nan')},
    {'delay': float('inf')}, {'delay': 86400.5}, {'truncate': -1}, {'trickle': -0.5}, {'trickle': 86400.5},
    {'times': 0},
])
def test_an_argument_that_cannot_be_is_refused_by_name(service, arguments):
    with pytest.raises(ValueError, match=list(arguments)[0]):
        service.fail_next(**arguments)


def test_a_refused_fault_is_not_queued(get, service):
    with pytest.raises(ValueError, match='times'):
        service.fail_next(status=503, times=0)
    assert get().status == 200
