# -*- coding: utf-8 -*-
"""The sandbox validates its arguments and has sensible defaults."""

import time

import pytest

from cloudsmith_api.sandbox import Sandbox
from cloudsmith_api.sandbox._arguments import check_number, check_text


def test_number_bounds_are_inclusive():
    assert check_number('count', 0) == 0
    assert check_number('count', 10 ** 9) == 10 ** 9
    assert check_number('port', 65535, maximum=65535) == 65535


@pytest.mark.parametrize('value', [-1, 10 ** 9 + 1])
def test_number_out_of_bounds_raises_value_error(value):
    with pytest.raises(ValueError, match='count must be an int from 0 to 1000000000, got'):
        check_number('count', value)


def test_text_of_one_character_is_accepted():
    assert check_text('name', u'a') == u'a'


def test_empty_text_raises_value_error():
    with pytest.raises(ValueError, match='name must not be empty'):
        check_text('name', u'')


def test_text_that_is_not_valid_unicode_raises_type_error():
    # Python 2 encodes a lone surrogate as UTF-8, so bytes that are not ASCII stand for invalid text there.
    with pytest.raises(TypeError, match='name must be text'):
        check_text('name', u'\ud800' if str is not bytes else b'\xff')


def test_sandbox_default_rate_limit_and_lockout(call_app):
    sandbox = Sandbox()
    user = sandbox.add_user()
    assert (user.api_key, user.totp_token) == (None, None)
    for _ in range(4):
        assert call_app('GET', '/user/self/', login=(user.slug, u'wrong'), app=sandbox.app).status == 401
    response = call_app('GET', '/user/self/', login=(user.slug, user.password), app=sandbox.app)
    assert (response.status, response.headers['x-ratelimit-limit']) == (200, '100000')
    for _ in range(5):
        assert call_app('GET', '/user/self/', login=(user.slug, u'wrong'), app=sandbox.app).status == 401
    assert call_app('GET', '/user/self/', login=(user.slug, user.password), app=sandbox.app).status == 403


def test_clock_defaults_to_time_looked_up_at_each_call(call_app, monkeypatch):
    sandbox = Sandbox()
    monkeypatch.setattr(time, 'time', lambda: 5000000000.0)
    response = call_app('GET', '/user/self/', app=sandbox.app)
    assert response.headers['x-ratelimit-reset'] == '5000003600'


def test_clock_that_is_not_callable_raises_type_error():
    with pytest.raises(TypeError, match='clock must be callable, got int'):
        Sandbox(clock=0)


def test_keys_argument_sets_number_of_keys():
    sandbox = Sandbox()
    assert [len(sandbox.add_user(keys=count).keys) for count in (0, 1, 3)] == [0, 1, 3]
