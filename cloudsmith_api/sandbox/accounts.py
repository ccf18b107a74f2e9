"""User accounts, API keys, sign-in and rate limiting: the sandbox's state, without HTTP."""

import binascii
import itertools
import os
import re
import string
import threading
from collections import namedtuple
from datetime import datetime, timedelta

from .arguments import check_flag, check_number, check_text

ALPHANUMERICS = string.ascii_letters + string.digits
EPOCH = datetime(1970, 1, 1)
RATE_LIMIT_SECONDS = 3600
LOCKOUT_SECONDS = 900
EMAIL = re.compile(r'[^@:\s]{1,64}@[^@:\s]{1,189}\Z')  # no colon: RFC 7617, section 2, ends the username at the first
SLUG = re.compile(r'[A-Za-z0-9][A-Za-z0-9._-]*\Z')

Quota = namedtuple('Quota', 'limit remaining reset seconds_left allowed')


class AccountError(Exception):
    """An operation that the account rules do not allow; ``str`` is the message for the client."""


class InvalidKey(AccountError):
    """The API key or sign-in token does not exist."""


class WrongCredentials(AccountError):
    """The email, password, two-factor token or one-time code is wrong."""


class TwoFactorRequired(AccountError):
    """The password is correct; ``two_factor_token`` is what the second step needs."""

    def __init__(self, two_factor_token):
        super(TwoFactorRequired, self).__init__('Two-factor authentication is required.')
        self.two_factor_token = two_factor_token


class AccountLocked(AccountError):
    """Too many sign-ins have failed in a row; even the correct password is rejected until the lock expires."""


class KeyExists(AccountError):
    """The user already has an API key; the service allows one per user."""


class KeyNotFound(AccountError):
    """The user has no API key with this ``slug_perm``."""


class Key(object):
    """An API key.

    :ivar slug_perm: its permanent identifier.
    :ivar key: its secret value.
    :ivar datetime created: when it was created, UTC without tzinfo.
    """

    def __init__(self, created):
        self.slug_perm = new_slug_perm()
        self.key = new_secret()
        self.created = created


class User(object):
    """A user account, as ``Sandbox.add_user`` returns it.

    ``email``, ``password``, ``name``, ``slug`` and ``slug_perm`` are text. ``totp_token`` is the user's fixed one-time
    code, None without two-factor authentication. ``api_key`` and ``key_slug_perm`` follow changes to the user's keys.
    """

    def __init__(self, email, password, name, slug, totp_token):
        self.email = email
        self.password = password
        self.name = name
        self.slug = slug
        self.slug_perm = new_slug_perm()
        self.totp_token = totp_token
        self.keys = []
        self.failures = 0
        self.locked_until = float('-inf')

    @property
    def api_key(self):
        """The current value of the user's first API key, None without one."""
        return self.keys[0].key if self.keys else None

    @property
    def key_slug_perm(self):
        """The identifier by which the first API key is refreshed, None without one."""
        return self.keys[0].slug_perm if self.keys else None

    def __repr__(self):
        return '<User %s>' % self.slug


class Accounts(object):
    """All users and their credentials; safe to share between threads.

    :param rate_limit: requests allowed per hour, int; the hour starts with its first request.
    :param lockout_after: consecutive failed sign-ins that lock an account for 15 minutes, int from 1.
    :param clock: callable that returns the seconds since the epoch.
    :raises TypeError, ValueError: if an argument is invalid; the message names it.
    """

    def __init__(self, rate_limit, lockout_after, clock):
        if not callable(clock):
            raise TypeError('clock must be callable, got %s' % type(clock).__name__)
        self.rate_limit = check_number('rate_limit', rate_limit)
        self.lockout_after = check_number('lockout_after', lockout_after, minimum=1)
        self._clock = clock
        self._lock = threading.Lock()
        self._users = {}  # by email and by slug
        self._users_by_key = {}  # by API key and by sign-in token
        self._pending_sign_ins = {}  # users by two-factor token
        self._window_end = float('-inf')
        self._used = 0

    def add_user(
        self, email=None, password=None, name=None, slug=None, two_factor=False, api_key=False, keys=0
    ):
        """Add and return a ``User``; ``Sandbox.add_user`` describes the parameters."""
        with self._lock:
            slug = self._next_slug() if slug is None else check_text('slug', slug)
            email = slug + '@example.com' if email is None else check_text('email', email)
            self._check_available('slug', slug, SLUG)
            self._check_available('email', email, EMAIL)
            user = User(
                email=email,
                password=new_secret() if password is None else check_text('password', password),
                name=slug.replace('-', ' ').title() if name is None else check_text('name', name),
                slug=slug,
                totp_token=new_one_time_code() if check_flag('two_factor', two_factor) else None,
            )
            for _ in range(max(check_number('keys', keys), check_flag('api_key', api_key))):
                self._add_key(user)
            self._users[email] = self._users[slug] = user
            return user

    def count_request(self):
        """Count a request against the rate limit.

        :return: the ``Quota`` left after it; its ``allowed`` is False if the limit was already used up.
        """
        with self._lock:
            now = self._clock()
            if now >= self._window_end:
                self._window_end, self._used = now + RATE_LIMIT_SECONDS, 0
            allowed = self._used < self.rate_limit
            self._used += allowed
            remaining = self.rate_limit - self._used
            return Quota(self.rate_limit, remaining, self._window_end, self._window_end - now, allowed)

    def find_key_owner(self, key):
        """Return the user to whom an API key or sign-in token belongs.

        :raises InvalidKey: if there is none.
        """
        with self._lock:
            if key not in self._users_by_key:
                raise InvalidKey('Invalid token.')
            return self._users_by_key[key]

    def sign_in(self, login, password):
        """Return the user with this email or slug and this password.

        :raises WrongCredentials: if the login or the password is wrong.
        :raises AccountLocked: if the account is locked.
        :raises TwoFactorRequired: if both are correct and the user has two-factor authentication.
        """
        with self._lock:
            user = self._users.get(login)
            if user is None:
                raise WrongCredentials('Wrong email or password.')
            self._check_attempt(user, password == user.password, 'Wrong email or password.')
            if user.totp_token is not None:
                two_factor_token = new_secret()
                self._pending_sign_ins[two_factor_token] = user
                raise TwoFactorRequired(two_factor_token)
            user.failures = 0
            return user

    def finish_sign_in(self, two_factor_token, totp_token):
        """Complete a two-factor sign-in and return its user; the two-factor token then becomes invalid.

        :raises WrongCredentials: if the two-factor token or the one-time code is wrong.
        :raises AccountLocked: if the account is locked.
        """
        with self._lock:
            user = self._pending_sign_ins.get(two_factor_token)
            if user is None:
                raise WrongCredentials('Wrong or used two_factor_token.')
            self._check_attempt(user, totp_token == user.totp_token, 'Wrong totp_token.')
            del self._pending_sign_ins[two_factor_token]
            user.failures = 0
            return user

    def issue_token(self, user):
        """Return a new sign-in token, which is accepted wherever an API key is."""
        with self._lock:
            token = new_secret()
            self._users_by_key[token] = user
            return token

    def create_key(self, user):
        """Create and return the user's API key.

        :raises KeyExists: if the user already has one.
        """
        with self._lock:
            if user.keys:
                raise KeyExists('User has already created an API key.')
            return self._add_key(user)

    def refresh_key(self, user, slug_perm):
        """Give a user's ``Key`` a new value, revoke the old value, and return the key.

        :raises KeyNotFound: if the user has no such key.
        """
        with self._lock:
            key = {one.slug_perm: one for one in user.keys}.get(slug_perm)
            if key is None:
                raise KeyNotFound('No such API key.')
            del self._users_by_key[key.key]
            key.key = new_secret()
            self._users_by_key[key.key] = user
            return key

    def _next_slug(self):
        slugs = (u'user-%d' % serial for serial in itertools.count(1))
        return next(slug for slug in slugs if not {slug, slug + '@example.com'} & set(self._users))

    def _check_available(self, name, value, pattern):
        if not pattern.match(value):
            raise ValueError('%s is not valid: %r' % (name, value))
        if value in self._users:
            raise ValueError('%s is taken: %r' % (name, value))

    def _add_key(self, user):
        key = Key(EPOCH + timedelta(seconds=self._clock()))
        user.keys.append(key)
        self._users_by_key[key.key] = user
        return key

    def _check_attempt(self, user, is_correct, message):
        now = self._clock()
        if now < user.locked_until:
            raise AccountLocked('Locked out after too many failed attempts.')
        if is_correct:
            return
        user.failures += 1
        if user.failures >= self.lockout_after:
            user.failures, user.locked_until = 0, now + LOCKOUT_SECONDS
        raise WrongCredentials(message)


def new_secret():
    """Return 40 random hexadecimal digits."""
    return binascii.hexlify(os.urandom(20)).decode('ascii')


def new_slug_perm():
    """Return 12 random letters and digits."""
    return u''.join(ALPHANUMERICS[byte % len(ALPHANUMERICS)] for byte in bytearray(os.urandom(12)))


def new_one_time_code():
    """Return six random digits."""
    return u''.join(string.digits[byte % 10] for byte in bytearray(os.urandom(6)))
