"""Bearer tokens that are fetched when a call first needs them, and renewed before they expire."""

import copy
import functools
import logging
import os
import re
import sys
import time
import traceback

import six
from six.moves import _thread

from ._common import validation
from ._common.clock import monotonic
from ._common.headers import get_header, parse_http_date
from ._common.redaction import collect_secrets, printable_line
from ._common.tokens import TOKEN_CHARACTERS, expiry_of
from ._common.tracebacks import hide_locals
from ._common.urls import UNRESERVED, check_url
from .exceptions import ApiException, InvalidResponseException, TimeoutException

# The other names are for this package's identity providers.
__all__ = ('OidcToken', 'RenewableToken')

logger = logging.getLogger(__name__)

# The longest pause, in seconds, between two checks whether a renewal is done.
_MAX_PAUSE = 0.02
# A token is renewed this many seconds before it expires, or halfway through a lifetime of less than twice as many.
_MARGIN = 60.0
_FAILED = 'The access token could not be fetched'

_EXCHANGE_HINTS = {
    401: 'Check that the service account trusts the issuer, audience and claims of the identity token',
    403: 'Check that the service account trusts the issuer, audience and claims of the identity token',
    404: 'Check the names of the workspace and of the service account',
    422: 'Check the name of the service account, and that the identity token is a JSON Web Token',
}


class RenewableToken(object):
    """A bearer token that is fetched when a call first needs it, and again before it expires.

    Assign it to ``configuration.access_token``. Configurations, clients and threads may share it. One thread at a time
    fetches a token; the others wait for it, each until its own timeout. The first call in the last 60 seconds of a
    token's life renews it, and so does a call that the service rejects with 401. If a renewal fails, the old token is
    used until it expires. Copies and pickles do not contain the token.

    :param fetch: a function without parameters that returns the token (str), or a pair of the token and its lifetime in
        seconds. Without a lifetime, or if it is ``None``, the ``exp`` claim of a JSON Web Token is used; a token that
        has neither does not expire.
    :raises TypeError: if ``fetch`` is not callable.
    """

    @hide_locals
    def __init__(self, fetch):
        if not callable(fetch):
            raise TypeError('fetch must be a function, not %s' % type(fetch).__name__)
        self._fetch = fetch
        self._token = None
        # By process: a forked process lacks the thread that would finish a renewal of its parent.
        self._renewals = {}

    @property
    def current(self):
        """The token (str) that was fetched last; ``None`` before the first call, and once it has expired."""
        token = self._token
        return None if token is None or monotonic() >= token.expires else token.value

    @property
    def expires_in(self):
        """Seconds until the token expires (float); ``None`` if it does not expire, or has not been fetched yet."""
        token = self._token
        return None if token is None or token.expires == float('inf') else max(0.0, token.expires - monotonic())

    def get(self, client, timeout, rejected=None):
        """Return the token, fetching it if there is none yet, it expires soon, or the service has rejected it.

        :param ApiClient client: the client whose transport sends the requests for it.
        :param float timeout: seconds to wait.
        :param str rejected: the token that the service has rejected.
        :rtype: str
        :raises ApiException: if no token could be fetched before the timeout.
        """
        token = self._token
        if token is None or token.value == rejected or monotonic() >= token.renew_at:
            renewal = self._join_renewal(client, token)
            if not renewal.wait(timeout):
                error = TimeoutException(status=0, reason=_FAILED + ' before the timeout')
                error.request_sent = False
                raise error
            if renewal.error is None:
                token = renewal.token
            elif token is None or token.value == rejected or monotonic() >= token.expires:
                _raise_for_call(renewal.error)
            else:
                reason = printable_line(six.text_type(renewal.error), collect_secrets(client.configuration))
                logger.warning('%s; using the one that expires in %d s', reason, token.expires - monotonic())
        return token.value

    def _join_renewal(self, client, known):
        """Return the renewal in progress, or start one."""
        pid, own = os.getpid(), _Renewal()
        try:
            # One atomic step: a fork or a signal handler could find a lock held.
            renewal = self._renewals.setdefault(pid, own)
            if renewal.runner == _thread.get_ident():
                raise failure('the function makes a call that needs the token itself')
            if renewal.starter == _thread.get_ident():
                # It is new, or this is a signal handler that may have interrupted the start, and would wait forever.
                self._start(pid, renewal, client, known)
        except BaseException as error:
            # Ctrl-C here would leave behind a renewal that never ends.
            if own.claim():
                self._finish(pid, own, error=_failure_of(error))
            raise
        return renewal

    def _start(self, *arguments):
        # In a separate thread, so that all calls that wait for it keep to their timeouts. Not a threading.Thread, which
        # starts under a lock that a signal handler could find held (up to Python 3.9).
        try:
            _thread.start_new_thread(self._renew, arguments)
        except _thread.error:
            # An isolated sub-interpreter has no daemon threads, or the system allows no more threads.
            self._renew(*arguments)

    def _renew(self, pid, renewal, client, known):
        if not renewal.claim():
            return
        renewal.runner = _thread.get_ident()
        try:
            # Another thread may have renewed the token since this call checked it.
            if self._token is known:
                token, lifetime = self._fetch_token(client)
                if lifetime <= 0:
                    raise failure('the token had expired already when it was fetched')
                self._token = _Token(token, lifetime)
            self._finish(pid, renewal, self._token)
        except BaseException as error:
            # Even a SystemExit in the program's function: otherwise, the calls would wait forever.
            self._finish(pid, renewal, error=error if isinstance(error, ApiException) else _failure_of(error))

    def _finish(self, pid, renewal, token=None, error=None):
        renewal.token, renewal.error = token, error
        if self._renewals.get(pid) is renewal:
            del self._renewals[pid]
        renewal.is_done = True

    def _call_function(self):
        """Call the program's function; its exception becomes the cause of this package's."""
        cause = None
        try:
            fetched = self._fetch()
        except BaseException as error:
            # Starting at the program's frame, which marks the exception as the program's: no frame of it is hidden.
            error.__traceback__ = sys.exc_info()[2].tb_next
            cause = error
        # Not raised in the handler, where PyPy would set the traceback of the cause again.
        if cause is not None:
            six.raise_from(_failure_of(cause), cause)
        return fetched

    def _fetch_token(self, client):
        """Return a new token and its lifetime in seconds."""
        fetched = self._call_function()
        token, lifetime = fetched if isinstance(fetched, tuple) else (fetched, None)
        check_token("the function's return value", token)
        return token, _lifetime(token) if lifetime is None else validation.check_seconds('the lifetime', lifetime)

    def __getstate__(self):
        return dict(vars(self), _token=None, _renewals={})

    def __repr__(self):
        expires_in = self.expires_in
        expiry = '' if expires_in is None else ', expires in %d s' % expires_in
        return '<%s%s>' % (self._describe(), ', not fetched yet' if self._token is None else expiry)

    def _describe(self):
        return type(self).__name__


class OidcToken(RenewableToken):
    """A service account's access token, exchanged for the identity token of a CI system (OpenID Connect).

    The exchange is a ``POST`` to ``/openid/{org}/``, beside the API's base URL, over the client's transport.

    :param str org: the workspace.
    :param str service_slug: the service account.
    :param identity_token: the identity token (str), or a function without parameters that returns one.
    :raises TypeError: if an argument is of the wrong type.
    :raises ValueError: if a name is empty, or ``org`` is not a name as it appears in URLs.
    """

    @hide_locals
    def __init__(self, org, service_slug, identity_token):
        if not validation.contains_only(UNRESERVED, validation.check_str('org', org)) or not org.strip('.'):
            raise ValueError('org must be the name of a workspace as it appears in URLs, got %r' % org)
        if not validation.check_str('service_slug', service_slug):
            raise ValueError('service_slug must not be empty')
        if not callable(identity_token):
            validation.check_type('identity_token', identity_token, six.string_types, 'a str or a function')
            identity_token = functools.partial(six.ensure_str, identity_token)
        super(OidcToken, self).__init__(identity_token)
        self.org = org
        self.service_slug = service_slug

    def _fetch_token(self, client):
        url = '%s/openid/%s/' % (re.sub('/v1$', '', client.configuration.host), self.org)
        body = {'oidc_token': self._fetch_identity_token(client), 'service_slug': self.service_slug}
        response, token = request_token(
            client, 'POST', url, 'token', {'Content-Type': 'application/json'}, body=body,
            step='exchange of the identity token', hints=_EXCHANGE_HINTS)
        return token, _lifetime(token, response.getheaders())

    def _fetch_identity_token(self, client):
        # The endpoint of a CI system is reached over the client's transport too.
        token = self._fetch(client) if isinstance(self._fetch, IdentityProvider) else self._call_function()
        # A token read from a file may end in a line break.
        return check_token('the identity token', token.strip() if isinstance(token, six.string_types) else token)

    @property
    def provider(self):
        """The name of the CI system that issues the identity token (str); ``None`` if the program passed the token."""
        return self._fetch.name if isinstance(self._fetch, IdentityProvider) else None

    def _describe(self):
        return 'OidcToken of %s/%s%s' % (self.org, self.service_slug, ' by %s' % self.provider if self.provider else '')


class IdentityProvider(object):
    """A CI system that issues identity tokens; calling it with an :class:`.ApiClient` returns one.

    :ivar str name: the name of the CI system.
    """


def request_token(client, method, url, field, headers, step, hints, query_params=None, body=None):
    """Request a token.

    :param ApiClient client: sends the request over its transport, with none of its credentials.
    :param str method: the HTTP method.
    :param str url: the URL.
    :param str field: the field of the JSON response that contains the token.
    :param dict headers: the headers, besides ``Accept`` and ``User-Agent``.
    :param str step: the step of the renewal, for the error message.
    :param dict hints: what to check if the request fails, by status; the key ``None`` is for all other statuses.
    :param list query_params: pairs to add to the query.
    :param body: the JSON body.
    :return: the response and the token.
    :rtype: tuple
    :raises ApiException: if the request fails, or the response has no token.
    """
    headers = dict({'Accept': 'application/json'}, **headers)
    if client.user_agent is not None:
        headers['User-Agent'] = client.user_agent
    try:
        check_url('the URL', url)
        response = client.request(method, url, query_params=query_params, headers=headers, body=body)
        value = client.deserialize(response, 'object')
        token = value.get(field) if isinstance(value, dict) else None
        if not _is_token(token):
            raise InvalidResponseException(http_resp=response, detail='the response has no token in "%s"' % field)
    except ApiException as error:
        # The cause's traceback contains the response, and tools that report exceptions show local variables.
        error.__cause__ = None
        error.detail = '%s: the %s failed%s' % (_FAILED, step, ': ' + error.detail if error.detail else '')
        if error.status:
            error.hint = hints.get(error.status, hints.get(None, error.hint))
        secrets = collect_secrets(client.configuration, headers, body)
        error.set_request(method, url, secrets, configuration=client.configuration)
        raise
    except ValueError as error:
        raise failure('the %s failed: %s' % (step, error))
    return response, token


def check_token(name, token):
    """Check that a token is valid in an ``Authorization`` header.

    :raises ApiException: if it is not; the message does not show it.
    """
    if not _is_token(token):
        raise failure('%s is not a token (str), or contains spaces or line breaks' % name)
    return token


def failure(detail):
    """Return the exception for a renewal that failed before a request was sent.

    :rtype: ApiException
    """
    return ApiException(status=0, reason=_FAILED, detail=detail)


def _is_token(value):
    return isinstance(value, six.string_types) and value and validation.contains_only(TOKEN_CHARACTERS, value)


def _lifetime(token, headers=None):
    """Return the seconds until a token expires, counted from the ``Date`` of its response: clocks may differ."""
    expiry = expiry_of(token)
    if expiry is None:
        return float('inf')
    sent = parse_http_date(get_header(headers, 'Date'))
    return expiry - (time.time() if sent is None else sent)


def _failure_of(error):
    """Return the failure for an exception of another type, formatted by ``traceback`` since its ``str()`` may fail."""
    return failure(''.join(traceback.format_exception_only(type(error), error)).strip())


def _raise_for_call(error):
    """Raise the error of a renewal in a call that waited for it; each call raises its own copy."""
    cause = getattr(error, '__cause__', None)
    error = copy.copy(error)
    # The call itself was not sent, whatever was sent for the renewal.
    error.request_sent = False
    six.raise_from(error, cause)


class _Token(object):
    """A token, with the times of its expiry and its renewal on the monotonic clock."""

    def __init__(self, value, lifetime):
        self.value = value
        self.expires = monotonic() + lifetime
        self.renew_at = self.expires - min(_MARGIN, lifetime / 2.0)


class _Renewal(object):
    """A renewal in progress. Once it is done, it has a token or an error.

    It uses neither a lock nor an event, which contains one: a signal handler would wait forever for a lock that the
    interrupted thread holds, and Ctrl-C can leave a lock held.
    """

    def __init__(self):
        self.starter, self.runner = _thread.get_ident(), None
        self.token = self.error = None
        self.is_done = False
        self._unclaimed = [True]

    def claim(self):
        """Return whether this is the first claim; only the thread that makes it runs the renewal."""
        try:
            return self._unclaimed.pop()  # atomic
        except IndexError:
            return False

    def wait(self, timeout):
        """Wait until the renewal is done, and return whether it is."""
        end, pause = monotonic() + timeout, _MAX_PAUSE / 32
        while not self.is_done:
            remaining = end - monotonic()
            if remaining <= 0:
                return False
            time.sleep(min(pause, remaining))
            pause = min(2 * pause, _MAX_PAUSE)
        return True
