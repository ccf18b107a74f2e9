# -*- coding: utf-8 -*-
"""What a person passes to the sandbox is checked, up to the very bounds."""

import pytest

from cloudsmith_api.sandbox import Sandbox
from cloudsmith_api.sandbox.arguments import number, text


def test_a_number_may_be_each_of_its_bounds():
    assert (number('count', 0), number('count', 10 ** 9), number('port', 65535, most=65535)) == (0, 10 ** 9, 65535)


@pytest.mark.parametrize('value', [-1, 10 ** 9 + 1])
def test_a_number_beyond_its_bounds_is_refused(value):
    with pytest.raises(ValueError, match='count must be from 0 to 1000000000, not'):
        number('count', value)


def test_a_text_may_be_of_one_letter():
    assert text('name', u'a') == u'a'


def test_an_empty_text_is_refused():
    with pytest.raises(ValueError, match='name must not be empty'):
        text('name', u'')


def test_a_text_that_is_not_valid_unicode_is_refused():
    # Python 2 encodes half a surrogate pair, and takes bytes that are not ASCII for none.
    with pytest.raises(TypeError, match='name must be text'):
        text('name', u'\ud800' if str is not bytes else b'\xff')


def test_a_sandbox_has_a_high_limit_and_a_low_patience(ask):
    sandbox = Sandbox()
    user = sandbox.add_user()
    assert (user.api_key, user.totp_token) == (None, None)
    for _ in range(4):
        assert ask('GET', '/user/self/', login=(user.slug, u'wrong'), app=sandbox.app).status == 401
    reply = ask('GET', '/user/self/', login=(user.slug, user.password), app=sandbox.app)
    assert (reply.status, reply.headers['x-ratelimit-limit']) == (200, '100000')
    for _ in range(5):
        assert ask('GET', '/user/self/', login=(user.slug, u'wrong'), app=sandbox.app).status == 401
    assert ask('GET', '/user/self/', login=(user.slug, user.password), app=sandbox.app).status == 403


def test_a_user_may_have_many_keys_and_has_as_many_as_asked_for():
    sandbox = Sandbox()
    assert [len(sandbox.add_user(keys=count).keys) for count in (0, 1, 3)] == [0, 1, 3]
