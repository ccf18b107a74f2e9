"""Sending a request until there is an answer that stands: attempts, the waits between them, and the pools."""

import logging
import os
import sys
import threading

import six
from urllib3 import Retry
from urllib3 import exceptions as urllib3_errors

from .._common import validation
from .._common.redaction import collect_secrets
from .body import read_body
from .error_mapping import describe_error, invalid_response, map_error, redact_cause, scrub_native
from .proxies import make_pool_manager, normalize_proxy_headers
from .retry import ApiRetry, retry_delay
from .timeouts import CURRENT, CallLimits, Deadline, OversizeError, clamp_timeout, to_urllib3_timeout

# The transport, by the name that programs know from the published client.
logger = logging.getLogger('cloudsmith_api.rest')

# Trying again is decided here, where the body has been read too, so urllib3 is told to try once.
_NO_RETRIES = Retry(False)


class Session(object):
    """Sends requests over connections that are kept open; safe to share between threads, and over a fork.

    :param int pools_size: for how many hosts connections are kept.
    :param int maxsize: how many connections to a host are kept, ``configuration.connection_pool_maxsize`` where this
        is ``None``.
    """

    def __init__(self, pools_size, maxsize):
        self._pools_size = pools_size
        self._maxsize = maxsize
        self._pools_by_pid = {}
        self._cached_defaults = None

    def prepare(self, configuration, *request):
        """Make a request ready to be sent.

        :param Configuration configuration: the settings for transport and TLS, for time, size and retries.
        :param request: see :class:`Call`.
        :rtype: Call
        """
        given = configuration, configuration.timeout, configuration.retries, configuration.max_retry_after
        # What the settings say of time and retries is the same for nearly all calls, and takes 14 microseconds to make.
        defaults = self._cached_defaults
        if defaults is None or defaults.given != given:
            defaults = self._cached_defaults = _CallDefaults(given)
        return Call(defaults, *request)

    def send(self, call):
        """Send until there is an answer that stands, or no sense in trying again.

        :param Call call: the request.
        :return: urllib3's response, and its body, which is ``None`` where the caller is to read it.
        :rtype: tuple
        :raises ApiException: if there is no such answer.
        """
        retries, last_response = call.retries, None
        while True:
            raw = error = None
            # A signal may have one call made in the middle of another.
            around, CURRENT.call = CURRENT.call, call
            try:
                raw = self._send_once(call)
                answer = raw, call.read(raw)
                if not retries.is_retry(call.method, raw.status, 'Retry-After' in raw.headers):
                    return answer
            except urllib3_errors.HTTPError as caught:
                error = caught
            except OversizeError as caught:
                larger = 'the answer is larger than configuration.max_response_bytes (%d)' % call.limit
                six.raise_from(invalid_response(raw, larger), caught)
            finally:
                CURRENT.call = around
            # An answer that broke off has not told when to come back, whatever its head says.
            refused = raw if error is None else None
            try:
                # Without the query: urllib3 logs what it is told.
                retries = retries.increment(call.method, call.url.partition('?')[0], refused, error)
                wait = retry_delay(retries, refused)
            except urllib3_errors.HTTPError:
                wait = None
            if error is None:
                last_response = answer
            if wait is None or not call.can_wait(wait):
                # Of a call that ran out of time, what the service said last tells more than that it then said no more.
                # Not where a try may have been carried out: the answer before it would deny that.
                if error is None or (wait is not None and last_response is not None):
                    return last_response
                six.raise_from(map_error(error, raw, call.secrets()), error)
            secrets = call.secrets()
            logger.warning('%s %s failed (%s); trying again in %.1f s', call.method, scrub_native(call.url, secrets),
                           raw.status if error is None else describe_error(error, secrets), wait)
            retries.sleep(refused)

    def manager(self, configuration, tls, streaming):
        """Give what opens connections of one kind, and keeps them.

        :param bool tls: whether the service is reached over TLS.
        :param bool streaming: whether callers read the answers.
        :rtype: urllib3.PoolManager
        """
        return self._pool_manager(self._process_pools(), configuration, tls, streaming)

    def close(self):
        """Close all connections that no call uses, and those in use as soon as their calls end."""
        if not self._pools_by_pid:
            return
        pools = self._process_pools()
        for manager in list(pools.managers.values()):
            # Its container cannot be iterated, for the sake of threads; its keys can.
            keys = manager.pools.keys()
            forgotten = [manager.pools.get(key) for key in keys]
            manager.clear()
            # clear() forgets them, and leaves it to the garbage collector to close them.
            for pool in filter(None, forgotten):
                pool.close()
        pools.recent = None

    def _send_once(self, call):
        """Send the request once, and give the answer with its body unread."""
        options = {
            'body': call.payload, 'retries': _NO_RETRIES, 'redirect': False, 'preload_content': False,
            'enforce_content_length': True, 'assert_same_host': False,
        }
        while True:
            pools = self._process_pools()
            opener, target = self._pool_for(pools, call)
            options['timeout'], options['pool_timeout'] = call.timeout(), call.pool_timeout()
            options['headers'] = call.headers
            try:
                return opener.urlopen(call.method, target, **options)
            except urllib3_errors.ClosedPoolError:
                # Another thread called close() just now: nothing was sent, and the next look finds an open pool.
                pools.recent = None
            except BaseException:
                # urllib3 leaves an answer open whose head it does not accept.
                if call.answer is not None:
                    call.answer.close()
                raise

    def _pool_for(self, pools, call):
        """Give what opens a URL, and what it is to be asked for: a host's pool, or a proxy's manager.

        Remembering the last pool, where the manager would look it up for each call, saves 10 % of a call.
        """
        recent = pools.recent
        if recent is not None and recent[1] == call.streaming and call.url.startswith(recent[0]):
            return recent[2], call.url[len(recent[0]) - 1:]
        tls = call.url.lower().startswith('https:')
        manager = self._pool_manager(pools, call.configuration, tls, call.streaming)
        if manager.proxy is not None:
            call.headers = normalize_proxy_headers(call.headers)
            return manager, call.url
        origin = _get_origin(call.url)
        pool = manager.connection_from_url(origin)
        pools.recent = origin + '/', call.streaming, pool
        target = call.url[len(origin):]
        return pool, target if target.startswith('/') else '/' + target

    def _pool_manager(self, pools, configuration, tls, streaming):
        manager = pools.managers.get((tls, streaming))
        return manager if manager is not None else self._make_manager(pools, configuration, tls, streaming)

    def _make_manager(self, pools, configuration, tls, streaming):
        with pools.lock:
            if (tls, streaming) not in pools.managers:
                pools.managers[tls, streaming] = make_pool_manager(
                    configuration,
                    tls,
                    num_pools=self._pools_size,
                    maxsize=self._maxsize or configuration.connection_pool_maxsize,
                    # A response that the caller reads may never be given back, so for these, none is waited for.
                    block=not streaming,
                )
            return pools.managers[tls, streaming]

    def _process_pools(self):
        """Give what this process has open.

        A connection shared with the process that this one was forked from would give each of the two the answers to the
        other's requests; and a lock may have been forked while another thread held it.
        """
        process = os.getpid()
        pools = self._pools_by_pid.get(process)
        if pools is None:
            # setdefault, since all threads of this process must come to the same ones.
            pools = self._pools_by_pid.setdefault(process, _ProcessPools())
            for other in [known for known in list(self._pools_by_pid) if known != process]:
                self._pools_by_pid.pop(other, None)
        return pools


class _ProcessPools(object):
    """What one process has open."""

    def __init__(self):
        self.lock = threading.Lock()
        self.managers = {}
        self.recent = None


class _CallDefaults(object):
    """What the settings allow a call, in urllib3's terms; none of it changes while a call uses it."""

    def __init__(self, given):
        self.given = given
        self.configuration, self.times, retries, max_retry_after = given
        self.timeout = to_urllib3_timeout(self.times)
        self.retries = retries if isinstance(retries, Retry) else ApiRetry(retries, max_retry_after)


class Call(CallLimits):
    """A request that is ready to be sent, and the limits it is to keep.

    :param _CallDefaults defaults: what the settings allow it.
    :param str method: its verb.
    :param str url: where it goes, query included.
    :param dict headers: its headers.
    :param bytes payload: its body, or ``None``.
    :param parameters: what query and body were made of, in which secrets are looked for.
    :param bool preload: whether the answer's body is read here.
    :param timeout: its own time, as for :func:`.check_timeout`; ``None`` for that of the defaults.
    :raises TypeError: for a time of the wrong type.
    :raises ValueError: for a time that cannot be used.
    """

    def __init__(self, defaults, method, url, headers, payload, parameters, preload, timeout):
        self.configuration = defaults.configuration
        self.method = method
        self.url = url
        self.headers = headers
        self.payload = payload
        self.streaming = not preload
        self.limit = defaults.configuration.max_response_bytes
        self.size = CallLimits.size if self.streaming else self.limit
        self.retries = defaults.retries
        self._parameters = parameters
        self._times, self._timeout = defaults.times, defaults.timeout
        if timeout is not None:
            self._times = validation.check_timeout('_request_timeout', timeout)
            self._timeout = to_urllib3_timeout(self._times)
        self.deadline = None if isinstance(self._times, tuple) else Deadline(self._times)
        self._handled = sys.exc_info()[1]

    def secrets(self):
        """Collect what no error and no log record may show."""
        return collect_secrets(self.configuration, self.headers, *self._parameters)

    def annotate_error(self, error):
        """Have an error say which call failed, and show nothing secret.

        :param ApiException error: what the call ended in.
        """
        secrets = self.secrets()
        error.set_request(self.method, self.url, secrets)
        redact_cause(error, secrets, self._handled)

    def timeout(self):
        """Give the times that urllib3 is to keep in one attempt."""
        return self._timeout if self.deadline is None else to_urllib3_timeout(clamp_timeout(self.deadline.remaining()))

    def pool_timeout(self):
        """Give the time to wait for a connection while all are in use."""
        return self._times[1] if self.deadline is None else clamp_timeout(self.deadline.remaining())

    def can_wait(self, wait):
        """Tell whether there is time left after a wait of so many seconds."""
        return self.deadline is None or wait < self.deadline.remaining()

    def read(self, raw):
        """Read the answer's body, unless the caller wants to, and there is nothing wrong with the answer."""
        return None if self.streaming and 200 <= raw.status <= 299 else read_body(raw, self.limit)


def _get_origin(url):
    """Give the scheme, host and port that a URL begins with."""
    scheme, separator, rest = url.partition('//')
    for end in '/?#':
        rest = rest.partition(end)[0]
    if not rest:
        raise ValueError('url must begin with http:// or https:// and a host')
    return scheme + separator + rest
