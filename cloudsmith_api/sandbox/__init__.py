"""Serve the User API from memory on this machine, for quick starts, examples and tests."""

import threading
import time

from .accounts import Accounts
from .app import App
from .arguments import check_number
from .faults import Fault
from .server import LoopbackServer

__all__ = ['Sandbox']


class Sandbox(object):
    """Serve the User API from memory, with the users and faults that a test needs.

    ::

        with Sandbox() as sandbox:
            user = sandbox.add_user(api_key=True)
            print(sandbox.url, user.api_key)

    :param port: port on 127.0.0.1, int; 0 (the default) for any free one.
    :param rate_limit: requests per hour from all clients together, int, default 100000.
    :param lockout_after: consecutive failed sign-ins that lock an account for 15 minutes, int from 1, default 5.
    :param clock: callable that returns the seconds since the epoch, default ``time.time``; a test can pass its own to
        skip a lockout or the rest of a rate limit window.
    :raises TypeError, ValueError: if an argument is invalid; the message names it.
    :ivar app: the WSGI app, which any WSGI server can run without ``start``.
    """

    def __init__(self, port=0, rate_limit=100000, lockout_after=5, clock=time.time):
        self._port = check_number('port', port, maximum=65535)
        self._stopping = threading.Event()
        self._server = None
        self.app = App(Accounts(rate_limit, lockout_after, clock), self._stopping)

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

    def start(self):
        """Serve on 127.0.0.1 until ``stop`` is called; do nothing if already started.

        :return: the sandbox itself.
        :raises socket.error: if the port is in use or not permitted.
        """
        if self._server is None:
            self._stopping.clear()
            server = LoopbackServer(self.app, self._port, self._stopping)
            server.start()
            self._server = server
        return self

    def stop(self):
        """Close every socket and end every thread, even during a delay; users and requests are kept."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def add_user(
        self, email=None, password=None, name=None, slug=None, two_factor=False, api_key=False, keys=0
    ):
        """Add a user, with generated values for what is not given.

        :param email, password, name, slug: text.
        :param two_factor: bool, whether to require two-factor authentication; ``totp_token`` is then the one-time code.
        :param api_key: bool, whether to create an API key.
        :param keys: number of API keys to create, int; more than the one that the service allows, to test pagination.
        :return: a ``User`` with ``email``, ``password``, ``name``, ``slug``, ``slug_perm``, ``api_key`` (the full
            value, None without one), ``key_slug_perm`` and ``totp_token`` (None without ``two_factor``).
        :raises TypeError, ValueError: if an argument is invalid, or the email or slug is taken; the message names it.
        """
        return self.app.accounts.add_user(email, password, name, slug, two_factor, api_key, keys)

    def fail_next(self, status=None, headers=None, body=None, delay=0, truncate=None, trickle=None, times=1):
        """Inject a fault into the next responses.

        The arguments of one call are combined; the faults of several calls are queued. A call with only ``times``
        queues that many normal responses before the next fault.

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
        :raises TypeError, ValueError: if an argument is invalid; the message names it.

        Only the server that ``start`` starts supports ``truncate`` and ``trickle``.
        """
        self.app.faults.add(Fault(status, headers, body, delay, truncate, trickle), times)
