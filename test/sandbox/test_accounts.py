# -*- coding: utf-8 -*-
import re
import threading
from datetime import datetime

import pytest

from cloudsmith_api.sandbox._accounts import Accounts, new_one_time_code
from cloudsmith_api.sandbox._errors import (
    AccountLocked,
    InvalidKey,
    InvalidToken,
    KeyExists,
    KeyExpired,
    KeyNotFound,
    ServiceNotFound,
    TwoFactorRequired,
    WrongCredentials,
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


def fail_sign_in(accounts, login, times):
    for _ in range(times):
        with pytest.raises(WrongCredentials):
            accounts.sign_in(login, u'wrong')


def start_two_factor_sign_in(accounts, user):
    with pytest.raises(TwoFactorRequired) as caught:
        accounts.sign_in(user.email, user.password)
    return caught.value.two_factor_token


def test_add_user_generates_distinct_users(accounts):
    first, second = accounts.add_user(), accounts.add_user()
    assert (first.slug, first.email, first.name) == ('user-1', 'user-1@example.com', 'User 1')
    assert (second.slug, second.email, second.name) == ('user-2', 'user-2@example.com', 'User 2')
    assert first.password != second.password


def test_generated_slug_skips_taken_slugs_and_emails(accounts):
    accounts.add_user(slug=u'user-1')
    accounts.add_user(slug=u'ada', email=u'user-2@example.com')
    assert accounts.add_user().slug == 'user-3'


def test_add_user_keeps_given_values(accounts):
    user = accounts.add_user(u'ä@example.com', u'pässword', u'Ä', u'a.b_c-d', True, True)
    assert (user.email, user.password) == (u'ä@example.com', u'pässword')
    assert (user.name, user.slug) == (u'Ä', u'a.b_c-d')
    assert re.match(r'[0-9]{6}\Z', user.totp_token)
    assert re.match(r'csa_[0-9A-Za-z]{36}\Z', user.api_key)
    assert re.match(r'[0-9A-Za-z]{12}\Z', user.slug_perm)
    assert re.match(r'[0-9A-Za-z]{12}\Z', user.key_slug_perm)


def test_user_has_no_key_and_no_second_factor_by_default(ada):
    assert (ada.api_key, ada.key_slug_perm, ada.totp_token) == (None, None, None)


def test_api_key_is_first_of_several_keys(accounts):
    user = accounts.add_user(keys=3)
    assert (user.api_key, user.key_slug_perm) == (user.keys[0].key, user.keys[0].slug_perm)
    assert user.api_key != user.keys[2].key


def test_one_time_codes_use_all_digits():
    # 200 codes miss one of the ten digits by chance once in 10 ** 54 runs.
    assert set(u''.join(new_one_time_code() for _ in range(200))) == set(u'0123456789')


def test_user_repr_shows_no_secret(accounts):
    assert repr(accounts.add_user(slug=u'ada', two_factor=True, api_key=True)) == '<User ada>'


@pytest.mark.parametrize('api_key, keys, expected', [
    (False, 0, 0), (True, 0, 1), (True, 1, 1), (True, 3, 3), (False, 2, 2),
])
def test_add_user_creates_requested_keys(accounts, api_key, keys, expected):
    user = accounts.add_user(api_key=api_key, keys=keys)
    assert len({key.key for key in user.keys}) == expected
    assert all(accounts.find_key_owner(key.key) is user for key in user.keys)


@pytest.mark.parametrize('arguments', [
    {'email': 5}, {'password': ['x']}, {'name': True}, {'slug': 1.5}, {'two_factor': 1}, {'api_key': 'key'},
    {'expires_in': '3'}, {'keys': '3'}, {'keys': True}, {'keys': 1.0}, {'email': b'\xff@example.com'},
])
def test_argument_of_wrong_type_raises_type_error(accounts, arguments):
    with pytest.raises(TypeError, match=list(arguments)[0]):
        accounts.add_user(**arguments)


@pytest.mark.parametrize('arguments', [
    {'email': u''}, {'password': u''}, {'name': u''}, {'slug': u''}, {'keys': -1}, {'keys': 10 ** 10},
    {'email': u'ada'}, {'email': u'a:b@example.com'}, {'email': u'a@' + u'b' * 250}, {'slug': u'a/b'},
    {'expires_in': 10 ** 10}, {'slug': u'ä'}, {'slug': u'ada@example.com'},
])
def test_invalid_argument_raises_value_error(accounts, arguments):
    with pytest.raises(ValueError, match=list(arguments)[0]):
        accounts.add_user(**arguments)


def test_taken_email_raises_value_error(accounts, ada):
    with pytest.raises(ValueError, match='email is taken'):
        accounts.add_user(email=ada.email)


def test_taken_slug_raises_value_error(accounts, ada):
    with pytest.raises(ValueError, match='slug is taken'):
        accounts.add_user(slug=ada.slug)


@pytest.mark.parametrize('name, value', [('rate_limit', 1.5), ('lockout_after', None), ('clock', 12)])
def test_accounts_setting_of_wrong_type_raises_type_error(clock, name, value):
    settings = dict({'rate_limit': 1, 'lockout_after': 1, 'clock': clock}, **{name: value})
    with pytest.raises(TypeError, match=name):
        Accounts(**settings)


@pytest.mark.parametrize('name, value', [('rate_limit', -1), ('lockout_after', 0)])
def test_accounts_setting_out_of_bounds_raises_value_error(clock, name, value):
    settings = dict({'rate_limit': 1, 'lockout_after': 1, 'clock': clock}, **{name: value})
    with pytest.raises(ValueError, match=name):
        Accounts(**settings)


@pytest.mark.parametrize('login', [u'ada', u'ada@example.com'])
def test_sign_in_accepts_email_or_slug(accounts, ada, login):
    assert accounts.sign_in(login, u'Pässword:1') is ada


@pytest.mark.parametrize('login, password', [(u'ada', u'wrong'), (u'nobody', u'Pässword:1'), (u'', u'')])
def test_sign_in_rejects_wrong_credentials(accounts, ada, login, password):
    with pytest.raises(WrongCredentials):
        accounts.sign_in(login, password)


def test_consecutive_failures_lock_account_even_for_correct_password(accounts, ada):
    fail_sign_in(accounts, u'ada', times=2)
    with pytest.raises(AccountLocked):
        accounts.sign_in(u'ada', ada.password)


def test_failures_by_email_and_by_slug_add_up(accounts, ada):
    fail_sign_in(accounts, u'ada', times=1)
    fail_sign_in(accounts, u'ada@example.com', times=1)
    with pytest.raises(AccountLocked):
        accounts.sign_in(u'ada', ada.password)


def test_successful_sign_in_resets_failure_count(accounts, ada):
    fail_sign_in(accounts, u'ada', times=1)
    accounts.sign_in(u'ada', ada.password)
    fail_sign_in(accounts, u'ada', times=1)
    assert accounts.sign_in(u'ada', ada.password) is ada


def test_lock_expires_after_fifteen_minutes(accounts, ada, clock):
    fail_sign_in(accounts, u'ada', times=2)
    clock.now += 899.9
    with pytest.raises(AccountLocked):
        accounts.sign_in(u'ada', ada.password)
    clock.now += 0.1
    fail_sign_in(accounts, u'ada', times=1)
    assert accounts.sign_in(u'ada', ada.password) is ada


def test_failure_count_starts_at_zero_after_lock(accounts, ada, clock):
    fail_sign_in(accounts, u'ada', times=2)
    clock.now += 900
    fail_sign_in(accounts, u'ada', times=2)
    with pytest.raises(AccountLocked):
        accounts.sign_in(u'ada', ada.password)


def test_failure_count_starts_at_zero_after_success(accounts, ada):
    accounts.sign_in(u'ada', ada.password)
    fail_sign_in(accounts, u'ada', times=2)
    with pytest.raises(AccountLocked):
        accounts.sign_in(u'ada', ada.password)


def test_failure_count_starts_at_zero_after_second_step(accounts, grace):
    accounts.finish_sign_in(start_two_factor_sign_in(accounts, grace), grace.totp_token)
    fail_sign_in(accounts, grace.slug, times=2)
    with pytest.raises(AccountLocked):
        accounts.sign_in(grace.slug, grace.password)


def test_lock_affects_only_its_account(accounts, ada, grace):
    fail_sign_in(accounts, u'ada', times=2)
    assert start_two_factor_sign_in(accounts, grace)


def test_two_factor_token_works_once(accounts, grace):
    token = start_two_factor_sign_in(accounts, grace)
    assert accounts.finish_sign_in(token, grace.totp_token) is grace
    with pytest.raises(WrongCredentials):
        accounts.finish_sign_in(token, grace.totp_token)


def test_two_factor_token_survives_wrong_code(accounts, grace):
    token = start_two_factor_sign_in(accounts, grace)
    with pytest.raises(WrongCredentials):
        accounts.finish_sign_in(token, u'wrong')
    assert accounts.finish_sign_in(token, grace.totp_token) is grace


def test_first_step_keeps_failures_of_second_step(accounts, grace):
    for _ in range(2):
        with pytest.raises(WrongCredentials):
            accounts.finish_sign_in(start_two_factor_sign_in(accounts, grace), u'wrong')
    with pytest.raises(AccountLocked):
        accounts.sign_in(grace.email, grace.password)


def test_second_step_resets_failure_count(accounts, grace):
    fail_sign_in(accounts, grace.email, times=1)
    accounts.finish_sign_in(start_two_factor_sign_in(accounts, grace), grace.totp_token)
    fail_sign_in(accounts, grace.email, times=1)
    assert start_two_factor_sign_in(accounts, grace)


def test_locked_account_rejects_second_step(accounts, grace):
    token = start_two_factor_sign_in(accounts, grace)
    fail_sign_in(accounts, grace.email, times=2)
    with pytest.raises(AccountLocked):
        accounts.finish_sign_in(token, grace.totp_token)


def test_sign_in_retrieves_same_key_each_time(accounts, ada):
    key = accounts.sign_in_key(ada)
    assert key == accounts.sign_in_key(ada) == ada.api_key
    assert accounts.find_key_owner(key) is ada
    assert len(ada.keys) == 1


@pytest.mark.parametrize('expires_in, seconds', [(60, 60), (0.5, 0.5), (-1, 0)])
def test_key_expires_and_refresh_renews_it(accounts, clock, expires_in, seconds):
    user = accounts.add_user(api_key=True, expires_in=expires_in)
    if seconds:
        clock.now += seconds / 2.0
        assert accounts.find_key_owner(user.api_key) is user
        clock.now += seconds / 2.0
    with pytest.raises(KeyExpired, match='key policy'):
        accounts.find_key_owner(user.api_key)
    accounts.refresh_key(user, user.key_slug_perm)
    if seconds:
        assert accounts.find_key_owner(user.api_key) is user


def test_key_without_expires_in_never_expires(accounts, clock):
    user = accounts.add_user(api_key=True)
    clock.now += 10 ** 9
    assert accounts.find_key_owner(user.api_key) is user


def test_access_token_belongs_to_user_until_it_expires(accounts, ada, clock):
    token, other = accounts.issue_token(ada, 60), accounts.issue_token(ada, 60)
    assert token != other
    clock.now += 60
    assert accounts.find_token_owner(token) is ada
    clock.now += 0.75  # the next whole second
    with pytest.raises(InvalidToken, match='expired'):
        accounts.find_token_owner(token)


def test_revoked_access_token_is_invalid(accounts, ada):
    token, other = accounts.issue_token(ada, 60), accounts.issue_token(ada, 60)
    accounts.revoke_token(token)
    with pytest.raises(InvalidToken, match='Invalid token'):
        accounts.find_token_owner(token)
    assert accounts.find_token_owner(other) is ada
    with pytest.raises(ValueError, match='already revoked'):
        accounts.revoke_token(token)


def test_service_accounts_are_found_by_workspace_and_name(accounts):
    first, second = accounts.add_service(u'acme', u'ci', 60), accounts.add_service(u'other', u'ci', 60)
    assert accounts.find_token_owner(accounts.issue_service_token(u'acme', u'ci')) is first
    assert accounts.find_token_owner(accounts.issue_service_token(u'other', u'ci')) is second
    assert (first.slug, first.name, first.email) == ('ci', 'ci', 'ci@acme.example.com')
    for org, service_slug in ((u'acme', u'other'), (u'nobody', u'ci')):
        with pytest.raises(ServiceNotFound):
            accounts.check_service(org, service_slug)


def test_token_lifetime_of_service_account_holds(accounts, clock):
    accounts.add_service(u'acme', u'ci', 2)
    token = accounts.issue_service_token(u'acme', u'ci')
    clock.now += 2.75
    with pytest.raises(InvalidToken):
        accounts.find_token_owner(token)


@pytest.mark.parametrize('arguments, error, name', [
    ((5, u'ci', 60), TypeError, 'org'),
    ((u'a/b', u'ci', 60), ValueError, 'org'),
    ((u'acme', None, 60), TypeError, 'service_slug'),
    ((u'acme', u'a b', 60), ValueError, 'service_slug'),
    ((u'acme', u'ci', 'long'), TypeError, 'token_lifetime'),
    ((u'acme', u'ci', 10 ** 10), ValueError, 'token_lifetime'),
])
def test_invalid_service_argument_raises_error_that_names_it(accounts, arguments, error, name):
    with pytest.raises(error, match=name):
        accounts.add_service(*arguments)


def test_taken_service_name_raises_value_error(accounts):
    accounts.add_service(u'acme', u'ci', 60)
    with pytest.raises(ValueError, match='service_slug is taken'):
        accounts.add_service(u'acme', u'ci', 60)


@pytest.mark.parametrize('key', ['', 'unknown', u'ü'])
def test_unknown_key_raises_invalid_key(accounts, key):
    with pytest.raises(InvalidKey):
        accounts.find_key_owner(key)


def test_wrong_keys_do_not_lock_accounts(accounts, ada):
    for _ in range(5):
        with pytest.raises(InvalidKey):
            accounts.find_key_owner('unknown')
    assert accounts.sign_in(u'ada', ada.password) is ada


def test_create_key_records_time_and_works_once(accounts, ada):
    key = accounts.create_key(ada)
    assert key.created == datetime(2020, 9, 13, 12, 26, 40, 250000)
    assert (ada.api_key, ada.key_slug_perm) == (key.key, key.slug_perm)
    with pytest.raises(KeyExists):
        accounts.create_key(ada)


def test_refresh_key_keeps_slug_perm_and_revokes_old_value(accounts, ada):
    key = accounts.create_key(ada)
    old_value, slug_perm = key.key, key.slug_perm
    assert accounts.refresh_key(ada, slug_perm).slug_perm == slug_perm
    assert accounts.find_key_owner(ada.api_key) is ada
    with pytest.raises(InvalidKey):
        accounts.find_key_owner(old_value)


def test_refresh_key_of_another_user_raises_key_not_found(accounts, ada, grace):
    key = accounts.create_key(ada)
    with pytest.raises(KeyNotFound):
        accounts.refresh_key(grace, key.slug_perm)
    assert accounts.find_key_owner(key.key) is ada


def test_count_request_counts_down_to_zero(accounts):
    quotas = [accounts.count_request() for _ in range(4)]
    assert [quota.remaining for quota in quotas] == [2, 1, 0, 0]
    assert [quota.allowed for quota in quotas] == [True, True, True, False]
    assert {quota.limit for quota in quotas} == {3}


def test_anonymous_requests_have_a_limit_of_their_own(clock):
    accounts = Accounts(rate_limit=5000, lockout_after=1, clock=clock)
    assert accounts.count_request(is_anonymous=True)[:2] == (1800, 1799)
    assert accounts.count_request()[:2] == (5000, 4999)


def test_anonymous_limit_does_not_exceed_rate_limit(accounts):
    assert [accounts.count_request(is_anonymous=True).allowed for _ in range(4)] == [True, True, True, False]


def test_rate_limit_window_lasts_an_hour_from_first_request(accounts, clock):
    start = clock.now
    accounts.count_request()
    clock.now += 1000
    quota = accounts.count_request()
    assert (quota.reset, quota.seconds_left) == (start + 3600, 2600)
    clock.now = start + 3600
    assert accounts.count_request().remaining == 2


def test_count_request_is_thread_safe(clock):
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
