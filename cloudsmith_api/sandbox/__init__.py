"""Serve the User API from memory on this machine, for quick starts, examples and tests."""

import os
import threading
import time

from ._accounts import Accounts, User, check_seconds
from ._app import App
from ._arguments import check_flag, check_number, check_text
from ._faults import Fault
from ._identity import AUDIENCE, TOKEN_SECONDS, IdentityProvider
from ._messages import Request
from ._server import LoopbackServer

__all__ = ['Request', 'Sandbox', 'User']


class Sandbox(object):
    """Serve the User API from memory, with the users and faults that a test needs.

    ::

        with Sandbox() as sandbox:
            user = sandbox.add_user(api_key=True)
            print(sandbox.url, user.api_key)

    :param port: port on 127.0.0.1, int; 0 (the default) for any free one.
    :param rate_limit: requests per hour from all clients together, int, default 100000; requests without credentials
        have their own limit, at most 1,800.
    :param lockout_after: consecutive failed sign-ins that lock an account for 15 minutes, int from 1, default 5.
    :param clock: callable that returns the seconds since the epoch; ``time.time`` by default, looked up at each call. A
        test can pass its own to skip a lockout, the rest of a rate limit window, or the life of a key or token.
    :raises TypeError, ValueError: if an argument is invalid; the message names it.
    :ivar app: the WSGI app, which any WSGI server can run without ``start``.
    """

    def __init__(self, port=0, rate_limit=100000, lockout_after=5, clock=None):
        self._port = check_number('port', port, maximum=65535)
        self._stopping = threading.Event()
        self._server = None
        self._locks = {}  # by process ID
        clock = (lambda: time.time()) if clock is None else clock  # a test may replace time.time after this
        self.app = App(Accounts(rate_limit, lockout_after, clock), IdentityProvider(clock), self._stopping)

    def __enter__(self):
        return self.start()

    def __exit__(self, *exc_info):
        self.stop()

    @property
    def url(self):
        """The base URL, such as ``http://127.0.0.1:8123/v1``.

        :raises RuntimeError: if the sandbox is not started.
        """
        if self._server is None:
            raise RuntimeError('The sandbox is not started.')
        return 'http://127.0.0.1:%d/v1' % self._server.port

    @property
    def requests(self):
        """The requests received, in order: a list of ``Request``, which grows until cleared (``del ...[:]``).

        Each has ``method``, ``path`` and ``query`` as sent, ``headers`` (by name in any case; iterate for the pairs in
        arrival order) and ``body`` (bytes). Its ``repr`` shows no header value, query or body.
        """
        return self.app.requests

    @property
    def password_sign_in(self):
        """Whether ``POST /user/token/`` works, bool, default True; if not, it returns 410. The service has ended it.

        :raises TypeError: if it is set to anything but True or False.
        """
        return self.app.accounts.password_sign_in

    @password_sign_in.setter
    def password_sign_in(self, value):
        self.app.accounts.password_sign_in = check_flag('password_sign_in', value)

    def start(self):
        """Serve on 127.0.0.1 until ``stop`` is called; do nothing if already started.

        :return: the sandbox itself.
        :raises socket.error: if the port is in use or not permitted.
        """
        with self._lock():
            if self._server is None:
                self._stopping.clear()
                server = LoopbackServer(self.app, self._port, self._stopping)
                server.start()
                self._server = server
        return self

    def stop(self):
        """Close every socket and end every thread, even during a delay; users and requests are kept."""
        with self._lock():
            if self._server is not None:
                self._server.stop()
                self._server = None

    def _lock(self):
        """Return the lock of this process: a forked child must not wait for a thread that only its parent has."""
        return self._locks.setdefault(os.getpid(), threading.Lock())

    def add_user(
        self, email=None, password=None, name=None, slug=None, two_factor=False, api_key=False, keys=0,
        expires_in=None
    ):
        """Add a user; values that are not given are generated.

        :param email, password, name, slug: text.
        :param two_factor: bool, whether to require two-factor authentication; ``totp_token`` is then the one-time code.
        :param api_key: bool, whether to create an API key.
        :param keys: number of API keys to create, int; the service allows one, but pagination tests need more.
        :param expires_in: seconds for which the value of an API key is valid, a number; after that, requests get 403,
            as if a key policy had expired the key. None, the default: it never expires; a negative number: it has
            already expired.
        :return: a ``User`` with ``email``, ``password``, ``name``, ``slug``, ``slug_perm``, ``api_key`` (the full
            value, None without one), ``key_slug_perm`` and ``totp_token`` (None without ``two_factor``).
        :raises TypeError, ValueError: if an argument is invalid, or the email or slug is taken; the message names it.
        """
        return self.app.accounts.add_user(email, password, name, slug, two_factor, api_key, keys, expires_in)

    def add_service(self, org, service_slug, token_lifetime=7200):
        """Add a service account, whose jobs exchange an identity token for an access token (OIDC).

        :param org: the name of the workspace, text.
        :param service_slug: the name of the account, text.
        :param token_lifetime: seconds for which its access tokens are valid, a number.
        :return: the ``User`` that its tokens belong to.
        :raises TypeError, ValueError: if an argument is invalid, or the name is taken; the message names it.
        """
        return self.app.accounts.add_service(org, service_slug, token_lifetime)

    def issue_token(self, user, expires_in=7200):
        """Return an access token, as single sign-on does: a JSON Web Token for ``Authorization: Bearer``.

        :param user: the ``User`` that it belongs to.
        :param expires_in: seconds for which it is valid, a number; negative: already expired. The expiry time, its
            ``exp`` claim, is rounded up to a whole second since the epoch.
        :raises TypeError, ValueError: if an argument is invalid; the message names it.
        """
        if not isinstance(user, User):
            raise TypeError('user must be a User, got %s' % type(user).__name__)
        return self.app.accounts.issue_token(user, check_seconds('expires_in', expires_in))

    def revoke_token(self, token):
        """Make an access token invalid before it expires.

        :raises ValueError: if the sandbox did not issue it, or it is revoked.
        """
        self.app.accounts.revoke_token(token)

    def identity_token(self, audience=AUDIENCE, expires_in=TOKEN_SECONDS):
        """Return an identity token as CI systems issue them, which a service account can exchange.

        :param audience: text; the exchange refuses any but ``'cloudsmith'``.
        :param expires_in: seconds for which it is valid, a number; negative: already expired.
        :raises TypeError, ValueError: if an argument is invalid; the message names it.
        """
        return self.app.identity.issue_token(
            check_text('audience', audience), check_seconds('expires_in', expires_in))

    def ci_environment(self, provider, org, service_slug):
        """Return the environment variables of a CI job that signs in as a service account.

        They include an empty ``CLOUDSMITH_API_KEY``, since a key would take precedence.

        :param provider: ``'azure_devops'``, ``'bitbucket'``, ``'buildkite'``, ``'circleci'``, ``'generic'``,
            ``'github'`` or ``'gitlab'``. The sandbox serves the endpoints of Azure DevOps and GitHub; for Buildkite, a
            program ``buildkite-agent`` on ``PATH`` must print an ``identity_token``.
        :param org, service_slug: the account; see ``add_service``.
        :return: dict of native strings.
        :raises TypeError, ValueError: if an argument is invalid; the message names it.
        :raises RuntimeError: if the sandbox is not started.
        """
        return dict(
            self.app.identity.environment(provider, self.url[:-len('/v1')]),
            CLOUDSMITH_API_HOST=self.url,
            CLOUDSMITH_API_KEY='',
            CLOUDSMITH_WORKSPACE=str(check_text('org', org)),
            CLOUDSMITH_SERVICE_SLUG=str(check_text('service_slug', service_slug)),
        )

    def fail_next(
        self, status=None, headers=None, body=None, delay=0, truncate=None, trickle=None, times=1, path=None
    ):
        """Inject a fault into the next responses.

        The arguments of one call are combined; several calls queue their faults. A call with only ``times`` queues
        that many normal responses before the next fault.

        With ``status``, the request has no effect. Without it, the request is carried out even if its response is
        lost: a key may be created whose value the client never receives.

        :param status: int from 200 to 599; the body is a JSON error unless ``body`` is given.
        :param headers: dict of headers to add or override; a value is text or a number.
        :param body: text or bytes to send instead of the normal body; ``Content-Type`` remains JSON.
        :param delay: seconds to wait before the response, up to a day.
        :param truncate: ``'before'`` to close the connection without sending any of the response, or the number of
            bytes (int, status line and headers included) after which to close it.
        :param trickle: seconds to wait after each byte, up to a day; the response is sent one byte at a time.
        :param times: number of responses affected, int from 1.
        :param path: text, to affect only requests whose path, without ``/v1``, begins with it, such as ``'/openid/'``.
        :raises TypeError, ValueError: if an argument is invalid; the message names it.

        Only the server that ``start`` starts supports ``truncate`` and ``trickle``.
        """
        self.app.faults.add(Fault(status, headers, body, delay, truncate, trickle, path), times)
