# -*- coding: utf-8 -*-
import re
import threading
from datetime import datetime

import pytest

from cloudsmith_api.sandbox.accounts import (
    Accounts,
    InvalidKey,
    KeyExists,
    LockedOut,
    NoSuchKey,
    SecondFactorNeeded,
    WrongCredentials,
    new_one_time_code,
)


@pytest.fixture
def accounts(clock):
    return Accounts(rate_limit=3, lockout_after=2, clock=clock)


@pytest.fixture
def ada(accounts):
    return accounts.add_user(email=u'ada@example.com', password=u'Pässword:1', slug=u'ada')


@pytest.fixture
def grace(accounts):
    return accounts.add_user(two_factor=True, password=u'secret')


def fail(accounts, login, times):
    for _ in range(times):
        with pytest.raises(WrongCredentials):
            accounts.sign_in(login, u'wrong')


def two_factor_token(accounts, user):
    with pytest.raises(SecondFactorNeeded) as caught:
        accounts.sign_in(user.email, user.password)
    return caught.value.two_factor_token


def test_users_are_made_up_one_after_the_other(accounts):
    one, other = accounts.add_user(), accounts.add_user()
    assert (one.slug, one.email, one.name) == ('user-1', 'user-1@example.com', 'User 1')
    assert (other.slug, other.email, other.name) == ('user-2', 'user-2@example.com', 'User 2')
    assert one.password != other.password


def test_a_made_up_user_keeps_out_of_the_way_of_a_given_one(accounts):
    accounts.add_user(slug=u'user-1')
    accounts.add_user(slug=u'ada', email=u'user-2@example.com')
    assert accounts.add_user().slug == 'user-3'


def test_what_is_given_is_kept(accounts):
    user = accounts.add_user(u'ä@example.com', u'pässword', u'Ä', u'a.b_c-d', True, True)
    assert (user.email, user.password) == (u'ä@example.com', u'pässword')
    assert (user.name, user.slug) == (u'Ä', u'a.b_c-d')
    assert re.match(r'[0-9]{6}\Z', user.totp_token)
    assert re.match(r'[0-9a-f]{40}\Z', user.api_key)
    assert re.match(r'[0-9A-Za-z]{12}\Z', user.slug_perm)
    assert re.match(r'[0-9A-Za-z]{12}\Z', user.key_slug_perm)


def test_a_user_has_no_key_and_no_second_factor_unless_asked_for(ada):
    assert (ada.api_key, ada.key_slug_perm, ada.totp_token) == (None, None, None)


def test_a_user_with_several_keys_goes_by_the_first(accounts):
    user = accounts.add_user(keys=3)
    assert (user.api_key, user.key_slug_perm) == (user.keys[0].key, user.keys[0].slug_perm)
    assert user.api_key != user.keys[2].key


def test_one_time_codes_are_of_all_digits():
    # That 200 codes miss one of ten digits by chance happens once in 10 ** 54 runs.
    assert set(u''.join(new_one_time_code() for _ in range(200))) == set(u'0123456789')


def test_a_user_shows_no_secret(accounts):
    assert repr(accounts.add_user(slug=u'ada', two_factor=True, api_key=True)) == '<User ada>'


@pytest.mark.parametrize('api_key, keys, expected', [
    (False, 0, 0), (True, 0, 1), (True, 1, 1), (True, 3, 3), (False, 2, 2),
])
def test_keys_are_seeded(accounts, api_key, keys, expected):
    user = accounts.add_user(api_key=api_key, keys=keys)
    assert len({key.key for key in user.keys}) == expected
    assert all(accounts.bearer(key.key) is user for key in user.keys)


@pytest.mark.parametrize('arguments', [
    {'email': 5}, {'password': ['x']}, {'name': True}, {'slug': 1.5}, {'two_factor': 1}, {'api_key': 'key'},
    {'keys': '3'}, {'keys': True}, {'keys': 1.0}, {'email': b'\xff@example.com'},
])
def test_an_argument_of_another_type_is_refused_by_name(accounts, arguments):
    with pytest.raises(TypeError, match=list(arguments)[0]):
        accounts.add_user(**arguments)


@pytest.mark.parametrize('arguments', [
    {'email': u''}, {'password': u''}, {'name': u''}, {'slug': u''}, {'keys': -1}, {'keys': 10 ** 10},
    {'email': u'ada'}, {'email': u'a:b@example.com'}, {'email': u'a@' + u'b' * 250}, {'slug': u'a/b'},
    {'slug': u'ä'}, {'slug': u'ada@example.com'},
])
def test_an_argument_that_cannot_be_is_refused_by_name(accounts, arguments):
    with pytest.raises(ValueError, match=list(arguments)[0]):
        accounts.add_user(**arguments)


def test_a_taken_email_is_refused(accounts, ada):
    with pytest.raises(ValueError, match='email is taken'):
        accounts.add_user(email=ada.email)


def test_a_taken_slug_is_refused(accounts, ada):
    with pytest.raises(ValueError, match='slug is taken'):
        accounts.add_user(slug=ada.slug)


@pytest.mark.parametrize('name, value', [('rate_limit', 1.5), ('lockout_after', None), ('clock', 12)])
def test_a_setting_of_another_type_is_refused_by_name(clock, name, value):
    settings = dict({'rate_limit': 1, 'lockout_after': 1, 'clock': clock}, **{name: value})
    with pytest.raises(TypeError, match=name):
        Accounts(**settings)


@pytest.mark.parametrize('name, value', [('rate_limit', -1), ('lockout_after', 0)])
def test_a_setting_out_of_bounds_is_refused_by_name(clock, name, value):
    settings = dict({'rate_limit': 1, 'lockout_after': 1, 'clock': clock}, **{name: value})
    with pytest.raises(ValueError, match=name):
        Accounts(**settings)


@pytest.mark.parametrize('login', [u'ada', u'ada@example.com'])
def test_email_and_slug_both_sign_in(accounts, ada, login):
    assert accounts.sign_in(login, u'Pässword:1') is ada


@pytest.mark.parametrize('login, password', [(u'ada', u'wrong'), (u'nobody', u'Pässword:1'), (u'', u'')])
def test_wrong_credentials_do_not_sign_in(accounts, ada, login, password):
    with pytest.raises(WrongCredentials):
        accounts.sign_in(login, password)


def test_failures_in_a_row_lock_the_account_for_the_right_password_too(accounts, ada):
    fail(accounts, u'ada', times=2)
    with pytest.raises(LockedOut):
        accounts.sign_in(u'ada', ada.password)


def test_failures_by_email_and_by_slug_add_up(accounts, ada):
    fail(accounts, u'ada', times=1)
    fail(accounts, u'ada@example.com', times=1)
    with pytest.raises(LockedOut):
        accounts.sign_in(u'ada', ada.password)


def test_a_success_forgets_the_failures_before_it(accounts, ada):
    fail(accounts, u'ada', times=1)
    accounts.sign_in(u'ada', ada.password)
    fail(accounts, u'ada', times=1)
    assert accounts.sign_in(u'ada', ada.password) is ada


def test_a_lock_is_over_after_fifteen_minutes(accounts, ada, clock):
    fail(accounts, u'ada', times=2)
    clock.now += 899.9
    with pytest.raises(LockedOut):
        accounts.sign_in(u'ada', ada.password)
    clock.now += 0.1
    fail(accounts, u'ada', times=1)
    assert accounts.sign_in(u'ada', ada.password) is ada


def test_after_a_lock_as_many_failures_lock_as_before(accounts, ada, clock):
    fail(accounts, u'ada', times=2)
    clock.now += 900
    fail(accounts, u'ada', times=2)
    with pytest.raises(LockedOut):
        accounts.sign_in(u'ada', ada.password)


def test_after_a_success_as_many_failures_lock_as_before(accounts, ada):
    accounts.sign_in(u'ada', ada.password)
    fail(accounts, u'ada', times=2)
    with pytest.raises(LockedOut):
        accounts.sign_in(u'ada', ada.password)


def test_after_a_second_step_as_many_failures_lock_as_before(accounts, grace):
    accounts.finish_sign_in(two_factor_token(accounts, grace), grace.totp_token)
    fail(accounts, grace.slug, times=2)
    with pytest.raises(LockedOut):
        accounts.sign_in(grace.slug, grace.password)


def test_a_lock_is_for_one_account(accounts, ada, grace):
    fail(accounts, u'ada', times=2)
    assert two_factor_token(accounts, grace)


def test_both_steps_sign_in_and_the_token_between_them_works_once(accounts, grace):
    token = two_factor_token(accounts, grace)
    assert accounts.finish_sign_in(token, grace.totp_token) is grace
    with pytest.raises(WrongCredentials):
        accounts.finish_sign_in(token, grace.totp_token)


def test_a_mistyped_code_can_be_corrected(accounts, grace):
    token = two_factor_token(accounts, grace)
    with pytest.raises(WrongCredentials):
        accounts.finish_sign_in(token, u'wrong')
    assert accounts.finish_sign_in(token, grace.totp_token) is grace


def test_the_first_step_does_not_forget_failures_of_the_second(accounts, grace):
    for _ in range(2):
        with pytest.raises(WrongCredentials):
            accounts.finish_sign_in(two_factor_token(accounts, grace), u'wrong')
    with pytest.raises(LockedOut):
        accounts.sign_in(grace.email, grace.password)


def test_the_second_step_forgets_failures_before_it(accounts, grace):
    fail(accounts, grace.email, times=1)
    accounts.finish_sign_in(two_factor_token(accounts, grace), grace.totp_token)
    fail(accounts, grace.email, times=1)
    assert two_factor_token(accounts, grace)


def test_a_locked_account_cannot_take_the_second_step(accounts, grace):
    token = two_factor_token(accounts, grace)
    fail(accounts, grace.email, times=2)
    with pytest.raises(LockedOut):
        accounts.finish_sign_in(token, grace.totp_token)


def test_a_sign_in_token_is_as_good_as_a_key(accounts, ada):
    assert accounts.bearer(accounts.issue_token(ada)) is ada


@pytest.mark.parametrize('key', ['', 'unknown', u'ü'])
def test_an_unknown_key_is_nobodys(accounts, key):
    with pytest.raises(InvalidKey):
        accounts.bearer(key)


def test_wrong_keys_lock_nobody_out(accounts, ada):
    for _ in range(5):
        with pytest.raises(InvalidKey):
            accounts.bearer('unknown')
    assert accounts.sign_in(u'ada', ada.password) is ada


def test_a_key_is_created_now_and_once(accounts, ada):
    key = accounts.create_key(ada)
    assert key.created == datetime(2020, 9, 13, 12, 26, 40, 250000)
    assert (ada.api_key, ada.key_slug_perm) == (key.key, key.slug_perm)
    with pytest.raises(KeyExists):
        accounts.create_key(ada)


def test_a_refreshed_key_keeps_its_name_and_its_old_value_is_worthless(accounts, ada):
    key = accounts.create_key(ada)
    old_value, slug_perm = key.key, key.slug_perm
    assert accounts.refresh_key(ada, slug_perm).slug_perm == slug_perm
    assert accounts.bearer(ada.api_key) is ada
    with pytest.raises(InvalidKey):
        accounts.bearer(old_value)


def test_somebody_elses_key_cannot_be_refreshed(accounts, ada, grace):
    key = accounts.create_key(ada)
    with pytest.raises(NoSuchKey):
        accounts.refresh_key(grace, key.slug_perm)
    assert accounts.bearer(key.key) is ada


def test_requests_are_counted_down_until_none_is_left(accounts):
    quotas = [accounts.count_request() for _ in range(4)]
    assert [quota.remaining for quota in quotas] == [2, 1, 0, 0]
    assert [quota.allowed for quota in quotas] == [True, True, True, False]
    assert {quota.limit for quota in quotas} == {3}


def test_a_window_begins_with_its_first_request_and_lasts_an_hour(accounts, clock):
    start = clock.now
    accounts.count_request()
    clock.now += 1000
    quota = accounts.count_request()
    assert (quota.reset, quota.seconds_left) == (start + 3600, 2600)
    clock.now = start + 3600
    assert accounts.count_request().remaining == 2


def test_no_request_goes_uncounted_between_threads(clock):
    accounts = Accounts(rate_limit=100000, lockout_after=1, clock=clock)

    def count():
        for _ in range(500):
            accounts.count_request()

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert accounts.count_request().remaining == 100000 - 2001
