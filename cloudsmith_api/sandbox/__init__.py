"""The User API in memory, on this machine only: for quick starts, examples and tests of your own scripts."""

import threading
import time

from .accounts import Accounts
from .app import App
from .arguments import number
from .faults import Fault
from .server import LoopbackServer

__all__ = ['Sandbox']


class Sandbox(object):
    """A service of one's own, with users and faults on order.

    ::

        with Sandbox() as sandbox:
            user = sandbox.add_user(api_key=True)
            print(sandbox.url, user.api_key)

    :param port: int, 0 (the default) for one that is free.
    :param rate_limit: requests that all clients together may make in an hour, int, 100000 by default.
    :param lockout_after: failures to sign in, one after the other, that lock an account for 15 minutes, int,
        5 by default.
    :param clock: seconds since the epoch, callable without arguments; another than `time.time` lets a test
        jump past a lock or into the next hour.
    :raises TypeError, ValueError: for any other argument, by its name.

    `app` is the WSGI app, which any WSGI server runs without `start`.
    """

    def __init__(self, port=0, rate_limit=100000, lockout_after=5, clock=time.time):
        self._port = number('port', port, most=65535)
        self._stopping = threading.Event()
        self._accounts = Accounts(rate_limit, lockout_after, clock)
        self._server = None
        self.app = App(self._accounts, self._stopping)

    def __enter__(self):
        return self.start()

    def __exit__(self, *exc_info):
        self.stop()

    @property
    def url(self):
        """The address of the API, such as `http://127.0.0.1:8123/v1`; RuntimeError while it is not served."""
        if self._server is None:
            raise RuntimeError('The sandbox is not started.')
        return 'http://127.0.0.1:%d/v1' % self._server.port

    @property
    def requests(self):
        """What arrived, in order: a plain list of `Request`, which grows until you clear it (`del ...[:]`).

        Each has `method`, `path` and `query` as sent, `headers` (by name in any case; iterating gives the
        pairs as they arrived) and `body` (bytes). Its `repr` shows no header's value, no query and no body.
        """
        return self.app.requests

    def start(self):
        """Serve on 127.0.0.1 until `stop`; a second start changes nothing.

        :return: the sandbox itself.
        :raises socket.error: where the port is in use or not allowed.
        """
        if self._server is None:
            self._stopping.clear()
            self._server = LoopbackServer(self.app, self._port, self._stopping)
            self._server.start()
        return self

    def stop(self):
        """Close every socket and end every thread, in the middle of a delay too; users and requests stay."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def add_user(
        self, email=None, password=None, name=None, slug=None, two_factor=False, api_key=False, keys=0
    ):
        """Add somebody; what is not given is made up.

        :param email, password, name, slug: text.
        :param two_factor: whether signing in takes a second step, for which `totp_token` is the code.
        :param api_key: whether the user has an API key already.
        :param keys: how many of them, int; more than the one that the service allows, so as to try paging.
        :return: a `User` with `email`, `password`, `name`, `slug`, `slug_perm`, `api_key` (in full, None
            without one), `key_slug_perm` and `totp_token` (None unless `two_factor`).
        :raises TypeError, ValueError: for any other argument, by its name, and what is taken already.
        """
        return self._accounts.add_user(email, password, name, slug, two_factor, api_key, keys)

    def fail_next(self, status=None, headers=None, body=None, delay=0, truncate=None, trickle=None, times=1):
        """Spoil the next answers; what is given here is combined, and further calls queue up behind this one.

        With a `status` the request is not carried out. Without one it is, however little of its answer comes
        through: so a key is made though the answer that tells it is truncate. With nothing but `times`, so many
        answers are normal, before what is queued up next.

        :param status: int from 200 to 599, with an error body in JSON unless there is a `body`.
        :param headers: dict of headers to add or to override; a value is text or a number.
        :param body: what to send instead of the normal body, text or bytes; `Content-Type` stays JSON's.
        :param delay: seconds to wait before answering.
        :param truncate: `'before'` to close the connection without a byte of answer, or the number of bytes (int)
            of the whole answer, status line included, after which to close it.
        :param trickle: seconds to wait after each byte, sent one at a time.
        :param times: how many answers, int from 1.
        :raises TypeError, ValueError: for any other argument, by its name.

        `truncate` and `trickle` are done by the server that `start` starts, and by no other that runs `app`.
        """
        self.app.faults.add(Fault(status, headers, body, delay, truncate, trickle), times)
