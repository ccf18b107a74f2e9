"""Users, their keys, how they sign in and how often they may ask: the sandbox's state, with no HTTP in it."""

import binascii
import itertools
import os
import re
import string
import threading
from collections import namedtuple
from datetime import datetime, timedelta

from .arguments import flag, number, text

ALPHANUMERICS = string.ascii_letters + string.digits
EPOCH = datetime(1970, 1, 1)
RATE_WINDOW = 3600
LOCKOUT_PERIOD = 900
EMAIL = re.compile(r'[^@:\s]{1,64}@[^@:\s]{1,189}\Z')  # no colon: it ends the username in RFC 7617, 2
SLUG = re.compile(r'[A-Za-z0-9][A-Za-z0-9._-]*\Z')

Quota = namedtuple('Quota', 'limit remaining reset seconds_left allowed')


class Refusal(Exception):
    """The rules say no; `str` of it is the sentence for whoever asked."""


class InvalidKey(Refusal):
    """No API key and no sign-in token reads like this."""


class WrongCredentials(Refusal):
    """Email, password or second factor do not belong together."""


class SecondFactorNeeded(Refusal):
    """The password is right, and `two_factor_token` stands for that in the second step."""

    def __init__(self, two_factor_token):
        super(SecondFactorNeeded, self).__init__('Two-factor authentication is required.')
        self.two_factor_token = two_factor_token


class LockedOut(Refusal):
    """Too many failures in a row; the right password does not help until the lock is over."""


class KeyExists(Refusal):
    """The service gives each user one API key."""


class NoSuchKey(Refusal):
    """The user has no API key of that name."""


class Key(object):
    """An API key: `slug_perm` (its lasting name), `key` (its value), `created` (naive UTC datetime)."""

    def __init__(self, created):
        self.slug_perm = new_slug_perm()
        self.key = new_secret()
        self.created = created


class User(object):
    """Somebody who can sign in, as `Sandbox.add_user` returns them.

    `email`, `password`, `name`, `slug` and `slug_perm` are text; `totp_token` is the one-time code that
    always works for this user, None without two-factor sign-in. `api_key` and `key_slug_perm` follow what
    becomes of the user's key.
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
        """The full API key as it is now (the first of several), None without one."""
        return self.keys[0].key if self.keys else None

    @property
    def key_slug_perm(self):
        """The name by which that API key is refreshed, None without one."""
        return self.keys[0].slug_perm if self.keys else None

    def __repr__(self):
        return '<User %s>' % self.slug


class Accounts(object):
    """All there is to know about users; safe to share between threads.

    :param rate_limit: requests allowed in an hour, which begins with the first of them, int.
    :param lockout_after: failures in a row that lock an account for 15 minutes, int.
    :param clock: seconds since the epoch, callable without arguments.
    :raises TypeError, ValueError: for any other argument, by its name.
    """

    def __init__(self, rate_limit, lockout_after, clock):
        if not callable(clock):
            raise TypeError('clock must be callable, not %s' % type(clock).__name__)
        self.rate_limit = number('rate_limit', rate_limit)
        self.lockout_after = number('lockout_after', lockout_after, least=1)
        self._clock = clock
        self._lock = threading.Lock()
        self._users = {}  # by email and by slug
        self._bearers = {}  # by API key and by sign-in token
        self._half_signed_in = {}  # by two-factor token
        self._window_end = float('-inf')
        self._used = 0

    def add_user(
        self, email=None, password=None, name=None, slug=None, two_factor=False, api_key=False, keys=0
    ):
        """A new `User`; `Sandbox.add_user` describes the arguments."""
        with self._lock:
            slug = self._free_slug() if slug is None else text('slug', slug)
            email = slug + '@example.com' if email is None else text('email', email)
            self._check_is_free('slug', slug, SLUG)
            self._check_is_free('email', email, EMAIL)
            user = User(
                email=email,
                password=new_secret() if password is None else text('password', password),
                name=slug.replace('-', ' ').title() if name is None else text('name', name),
                slug=slug,
                totp_token=new_one_time_code() if flag('two_factor', two_factor) else None,
            )
            for _ in range(max(number('keys', keys), flag('api_key', api_key))):
                self._give_key(user)
            self._users[email] = self._users[slug] = user
            return user

    def count_request(self):
        """Count one request: the `Quota` after it, `allowed` being False where nothing was left."""
        with self._lock:
            now = self._clock()
            if now >= self._window_end:
                self._window_end, self._used = now + RATE_WINDOW, 0
            allowed = self._used < self.rate_limit
            self._used += allowed
            remaining = self.rate_limit - self._used
            return Quota(self.rate_limit, remaining, self._window_end, self._window_end - now, allowed)

    def bearer(self, key):
        """The user that an API key or a sign-in token belongs to; raises InvalidKey."""
        with self._lock:
            if key not in self._bearers:
                raise InvalidKey('Invalid token.')
            return self._bearers[key]

    def sign_in(self, login, password):
        """The user of this email or slug; raises WrongCredentials, LockedOut or SecondFactorNeeded."""
        with self._lock:
            user = self._users.get(login)
            if user is None:
                raise WrongCredentials('Wrong email or password.')
            self._count_attempt(user, password == user.password, 'Wrong email or password.')
            if user.totp_token is not None:
                two_factor_token = new_secret()
                self._half_signed_in[two_factor_token] = user
                raise SecondFactorNeeded(two_factor_token)
            user.failures = 0
            return user

    def finish_sign_in(self, two_factor_token, totp_token):
        """The user who took the second step; raises WrongCredentials or LockedOut."""
        with self._lock:
            user = self._half_signed_in.get(two_factor_token)
            if user is None:
                raise WrongCredentials('Wrong or used two_factor_token.')
            self._count_attempt(user, totp_token == user.totp_token, 'Wrong totp_token.')
            del self._half_signed_in[two_factor_token]
            user.failures = 0
            return user

    def issue_token(self, user):
        """A new sign-in token, which is as good as an API key."""
        with self._lock:
            token = new_secret()
            self._bearers[token] = user
            return token

    def create_key(self, user):
        """The user's first `Key`; raises KeyExists."""
        with self._lock:
            if user.keys:
                raise KeyExists('User has already created an API key.')
            return self._give_key(user)

    def refresh_key(self, user, slug_perm):
        """That `Key` with a new value, the old one being worthless from now on; raises NoSuchKey."""
        with self._lock:
            key = {one.slug_perm: one for one in user.keys}.get(slug_perm)
            if key is None:
                raise NoSuchKey('No such API key.')
            del self._bearers[key.key]
            key.key = new_secret()
            self._bearers[key.key] = user
            return key

    def _free_slug(self):
        slugs = (u'user-%d' % serial for serial in itertools.count(1))
        return next(slug for slug in slugs if not {slug, slug + '@example.com'} & set(self._users))

    def _check_is_free(self, name, value, pattern):
        if not pattern.match(value):
            raise ValueError('%s does not look like one: %r' % (name, value))
        if value in self._users:
            raise ValueError('%s is taken: %r' % (name, value))

    def _give_key(self, user):
        key = Key(EPOCH + timedelta(seconds=self._clock()))
        user.keys.append(key)
        self._bearers[key.key] = user
        return key

    def _count_attempt(self, user, is_right, complaint):
        now = self._clock()
        if now < user.locked_until:
            raise LockedOut('Locked out after too many failed attempts.')
        if is_right:
            return
        user.failures += 1
        if user.failures >= self.lockout_after:
            user.failures, user.locked_until = 0, now + LOCKOUT_PERIOD
        raise WrongCredentials(complaint)


def new_secret():
    """40 random hexadecimal digits."""
    return binascii.hexlify(os.urandom(20)).decode('ascii')


def new_slug_perm():
    """12 random letters and digits."""
    return u''.join(ALPHANUMERICS[octet % len(ALPHANUMERICS)] for octet in bytearray(os.urandom(12)))


def new_one_time_code():
    """Six random digits."""
    return u''.join(string.digits[octet % 10] for octet in bytearray(os.urandom(6)))
