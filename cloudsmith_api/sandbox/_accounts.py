"""User accounts, API keys, sign-in and rate limiting: the sandbox's state, without HTTP."""

import binascii
import itertools
import numbers
import os
import re
import string
import threading
from collections import namedtuple
from datetime import datetime, timedelta

from ._arguments import MAX_NUMBER, check_flag, check_number, check_text
from ._errors import (
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
from ._tokens import make_token

ALPHANUMERICS = string.ascii_letters + string.digits
EPOCH = datetime(1970, 1, 1)
RATE_LIMIT_SECONDS = 3600
ANONYMOUS_RATE_LIMIT = 1800
LOCKOUT_SECONDS = 900
EMAIL = re.compile(r'[^@:\s]{1,64}@[^@:\s]{1,189}\Z')  # a colon would end the username: RFC 7617, section 2
SLUG = re.compile(r'[A-Za-z0-9][A-Za-z0-9._-]*\Z')

Quota = namedtuple('Quota', 'limit remaining reset seconds_left allowed')


class Key(object):
    """An API key.

    :ivar slug_perm: its permanent identifier.
    :ivar key: its secret value.
    :ivar datetime created: when it was created, UTC without tzinfo.
    :ivar expires_at: when the current value expires, in seconds since the epoch.
    """

    def __init__(self, created):
        self.slug_perm = new_slug_perm()
        self.key = new_key()
        self.created = created
        self.expires_at = float('inf')


class User(object):
    """A user account, as ``Sandbox.add_user`` returns it.

    ``email``, ``password``, ``name``, ``slug`` and ``slug_perm`` are text. ``totp_token`` is the user's fixed one-time
    code, None without two-factor authentication. ``expires_in`` is the number of seconds for which the value of an API
    key is valid, None if it never expires. ``api_key`` and ``key_slug_perm`` follow changes to the user's keys.
    """

    def __init__(self, email, password, name, slug, totp_token=None, expires_in=None):
        self.email = email
        self.password = password
        self.name = name
        self.slug = slug
        self.slug_perm = new_slug_perm()
        self.totp_token = totp_token
        self.expires_in = expires_in
        self.keys = []
        self.failures = 0
        self.locked_until = float('-inf')

    @property
    def api_key(self):
        """The current value of the user's first API key, None without one."""
        return self.keys[0].key if self.keys else None

    @property
    def key_slug_perm(self):
        """The ``slug_perm`` of the user's first API key, None without one."""
        return self.keys[0].slug_perm if self.keys else None

    def __repr__(self):
        return '<User %s>' % self.slug


class RateLimit(object):
    """A number of requests per hour; the hour starts with its first request."""

    def __init__(self, limit):
        self._limit = limit
        self._window_end = float('-inf')
        self._used = 0

    def count_request(self, now):
        """Count a request at ``now``, and return the ``Quota`` left after it."""
        if now >= self._window_end:
            self._window_end, self._used = now + RATE_LIMIT_SECONDS, 0
        allowed = self._used < self._limit
        self._used += allowed
        return Quota(self._limit, self._limit - self._used, self._window_end, self._window_end - now, allowed)


class Accounts(object):
    """All users and their credentials; safe to share between threads.

    :param rate_limit: requests allowed per hour, int; of those without credentials, 1,800 at most.
    :param lockout_after: consecutive failed sign-ins that lock an account for 15 minutes, int from 1.
    :param clock: callable that returns the seconds since the epoch.
    :raises TypeError, ValueError: if an argument is invalid; the message names it.
    :ivar bool password_sign_in: whether users can retrieve their API key with email and password.
    """

    def __init__(self, rate_limit, lockout_after, clock):
        if not callable(clock):
            raise TypeError('clock must be callable, got %s' % type(clock).__name__)
        self.rate_limit = check_number('rate_limit', rate_limit)
        self.password_sign_in = True
        self.lockout_after = check_number('lockout_after', lockout_after, minimum=1)
        self._clock = clock
        self._lock = threading.Lock()
        self._users = {}  # by email and by slug
        self._owners = {}  # user and `Key` by the key's value
        self._pending_sign_ins = {}  # users by two-factor token
        self._services = {}  # user and token lifetime by workspace and name
        self._tokens = {}  # user and expiry time by access token
        self._rate_limit = RateLimit(rate_limit)
        self._anonymous_rate_limit = RateLimit(min(rate_limit, ANONYMOUS_RATE_LIMIT))

    def add_user(
        self, email=None, password=None, name=None, slug=None, two_factor=False, api_key=False, keys=0,
        expires_in=None
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
                expires_in=None if expires_in is None else check_seconds('expires_in', expires_in),
            )
            for _ in range(max(check_number('keys', keys), check_flag('api_key', api_key))):
                self._add_key(user)
            self._users[email] = self._users[slug] = user
            return user

    def add_service(self, org, service_slug, token_lifetime):
        """Add and return the ``User`` of a service account; ``Sandbox.add_service`` describes the parameters."""
        with self._lock:
            org, service_slug = check_text('org', org), check_text('service_slug', service_slug)
            check_form('org', org, SLUG)
            check_form('service_slug', service_slug, SLUG)
            if (org, service_slug) in self._services:
                raise ValueError('service_slug is taken: %r' % service_slug)
            user = User(u'%s@%s.example.com' % (service_slug, org), new_secret(), service_slug, service_slug)
            self._services[org, service_slug] = user, check_seconds('token_lifetime', token_lifetime)
            return user

    def count_request(self, is_anonymous=False):
        """Count a request against the rate limit.

        :param is_anonymous: bool, whether the request has no credentials.
        :return: the ``Quota`` left after it; its ``allowed`` is False if the limit was already used up.
        """
        with self._lock:
            return (self._anonymous_rate_limit if is_anonymous else self._rate_limit).count_request(self._clock())

    def find_key_owner(self, key):
        """Return the user to whom an API key belongs.

        :raises InvalidKey: if there is none.
        :raises KeyExpired: if it has expired.
        """
        with self._lock:
            if key not in self._owners:
                raise InvalidKey('Invalid token.')
            user, found = self._owners[key]
            if self._clock() >= found.expires_at:
                raise KeyExpired('The API key is older than the key policy allows.')
            return user

    def find_token_owner(self, token):
        """Return the user to whom an access token belongs.

        :raises InvalidToken: if there is none, or the token has expired.
        """
        with self._lock:
            if token not in self._tokens:
                raise InvalidToken('Invalid token.')
            user, expires_at = self._tokens[token]
            if self._clock() >= expires_at:
                raise InvalidToken('Token has expired.')
            return user

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

    def issue_token(self, user, expires_in):
        """Return a new access token of a user, valid for ``expires_in`` seconds."""
        with self._lock:
            token, expires_at = make_token(self._clock(), expires_in, sub=user.slug)
            self._tokens[token] = user, expires_at
            return token

    def check_service(self, org, service_slug):
        """Raise ``ServiceNotFound`` unless there is such a service account."""
        if (org, service_slug) not in self._services:
            raise ServiceNotFound('No such workspace or service account.')

    def issue_service_token(self, org, service_slug):
        """Return a new access token of a service account that exists."""
        return self.issue_token(*self._services[org, service_slug])

    def revoke_token(self, token):
        """Make an access token invalid.

        :raises ValueError: if it was not issued here, or is already revoked.
        """
        with self._lock:
            if self._tokens.pop(token, None) is None:
                raise ValueError('token was not issued here, or is already revoked')

    def sign_in_key(self, user):
        """Return the value of the API key that a sign-in retrieves: the user's first, created if there is none."""
        with self._lock:
            return (user.keys[0] if user.keys else self._add_key(user)).key

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
            del self._owners[key.key]
            key.key = new_key()
            self._register(user, key)
            return key

    def _next_slug(self):
        slugs = (u'user-%d' % serial for serial in itertools.count(1))
        return next(slug for slug in slugs if not {slug, slug + '@example.com'} & set(self._users))

    def _check_available(self, name, value, pattern):
        check_form(name, value, pattern)
        if value in self._users:
            raise ValueError('%s is taken: %r' % (name, value))

    def _add_key(self, user):
        key = Key(EPOCH + timedelta(seconds=self._clock()))
        user.keys.append(key)
        self._register(user, key)
        return key

    def _register(self, user, key):
        """Make the current value of a ``Key`` authenticate its user, for the user's ``expires_in`` seconds."""
        if user.expires_in is not None:
            key.expires_at = self._clock() + user.expires_in
        self._owners[key.key] = user, key

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


def check_form(name, value, pattern):
    """Raise ``ValueError`` unless text matches a pattern."""
    if not pattern.match(value):
        raise ValueError('%s is not valid: %r' % (name, value))


def check_seconds(name, value):
    """Return ``value`` if it is a number of seconds; a negative number means already expired.

    :raises TypeError, ValueError: if it is not.
    """
    return check_number(name, value, minimum=-MAX_NUMBER, kind=numbers.Real)


def new_key():
    """Return the value of a new API key: ``csa_`` and 36 random letters and digits."""
    return u'csa_' + new_slug_perm(36)


def new_secret():
    """Return 40 random hexadecimal digits."""
    return binascii.hexlify(os.urandom(20)).decode('ascii')


def new_slug_perm(length=12):
    """Return random letters and digits."""
    return u''.join(ALPHANUMERICS[byte % len(ALPHANUMERICS)] for byte in bytearray(os.urandom(length)))


def new_one_time_code():
    """Return six random digits."""
    return u''.join(string.digits[byte % 10] for byte in bytearray(os.urandom(6)))
