"""Send requests with retries, backoff and connection pooling."""

import logging
import os
import re
import sys

import six
from urllib3 import Retry
from urllib3 import exceptions as urllib3_errors

from .._common import validation
from .._common.redaction import collect_secrets
from .._settings.validators import check_retries
from .body import read_body
from .error_mapping import describe_error, invalid_response, map_error, printable, redact_cause
from .pools import take_back
from .proxies import make_pool_manager, normalize_proxy_headers, proxy_for
from .retry import make_retry, retry_delay
from .timeouts import CallLimits, Deadline, OversizeError, clamp_timeout, to_urllib3_timeout

# The name of the transport's logger in the published client, which programs use.
logger = logging.getLogger('cloudsmith_api.rest')

# Retries are decided here, after the body has been read, so urllib3 makes a single attempt.
_NO_RETRIES = Retry(False)


class Session(object):
    """Sends requests over pooled connections; safe to share between threads, and after a fork.

    It has no locks: a signal handler that makes a call, or a forked process, could wait for them forever.

    :param Configuration configuration: the settings of proxy, TLS and connection pool.
    :param int pools_size: the number of connection pools to keep, one per host.
    :param int maxsize: the maximum number of connections in a pool; ``configuration.connection_pool_maxsize`` if
        ``None``.

    :ivar Configuration configuration: those settings, which must not change once the session has connected.
    """

    def __init__(self, configuration, pools_size, maxsize):
        # A copy: a program may change the configuration for its next client before this one connects. Not with copy(),
        # a module that nothing else imports.
        self.configuration = configuration.__copy__()
        self._sizes = pools_size, maxsize
        # The pool managers, by process and kind of request, and the destination of the last request.
        self._managers = {}
        self._recent = None
        self._converted = None, None, None

    def __reduce__(self):
        # A copy has its own connections.
        return Session, (self.configuration,) + self._sizes

    def prepare(self, configuration, timeout, retries, *request):
        """Return a request that is ready to be sent.

        :param Configuration configuration: the settings of timeouts, limits and retries.
        :param timeout: the call's own timeout, see :func:`.check_timeout`; ``None`` for the configured one.
        :param retries: the call's own retries, see :func:`.check_retries`; ``None`` for the configured ones.
        :param request: see :class:`Call`.
        :rtype: Call
        :raises TypeError: for a timeout or retries of the wrong type.
        :raises ValueError: for a timeout or retries that cannot be used.
        """
        timeout = configuration.timeout if timeout is None else validation.check_timeout('_request_timeout', timeout)
        retries = configuration.retries if retries is None else check_retries('_retries', retries)
        settings = timeout, retries, configuration.max_retry_after
        # They are the same for nearly all calls, and take 2 microseconds to convert to urllib3's types.
        converted = self._converted
        if converted[0] != settings:
            converted = self._converted = settings, to_urllib3_timeout(timeout), make_retry(*settings[1:])
        return Call(configuration, converted[1], converted[2], *request)

    def send(self, call):
        """Send a request, and retry it if that is safe and may help.

        :param Call call: the request.
        :return: urllib3's response and its body; the body is ``None`` if the caller reads it.
        :rtype: tuple
        :raises ApiException: if the last attempt fails, and no earlier response is returned instead.
        """
        retries, last_response = call.retries, None
        while True:
            raw, body, error = self._attempt(call)
            if error is None:
                last_response = raw, body
                if not retries.is_retry(call.method, raw.status, 'Retry-After' in raw.headers):
                    return last_response
            retries, delay = _plan_retry(retries, call, raw, error)
            if delay is None or not call.can_wait(delay):
                # At the deadline, the last response is more informative than the timeout of a later attempt. But not if
                # that attempt may have been processed: the response would suggest otherwise.
                if error is None or (delay is not None and last_response is not None):
                    return last_response
                six.raise_from(map_error(error, raw, call.configuration, call.secrets()), error)
            _log_retry(call, raw, error, delay)
            retries.sleep(raw if error is None else None)

    def manager(self, url, tls, streaming):
        """Return the pool manager of this process for one kind of request.

        :param str url: the URL or origin of the request, which decides whether it goes through the proxy.
        :param bool tls: whether the service is reached over TLS.
        :param bool streaming: whether callers read the response bodies.
        :rtype: urllib3.PoolManager
        """
        proxy = proxy_for(self.configuration, url)
        # A forked process opens its own connections: if it used its parent's, each would read the other's responses.
        kind = os.getpid(), bool(proxy), tls, streaming
        manager = self._managers.get(kind)
        if manager is None:
            pools_size, maxsize = self._sizes
            manager = make_pool_manager(
                self.configuration,
                proxy,
                tls,
                num_pools=pools_size,
                maxsize=maxsize or self.configuration.connection_pool_maxsize,
                # A caller who reads the response may never return its connection, so calls do not wait for one.
                block=not streaming,
            )
            # setdefault, since another thread may have made one meanwhile.
            manager = self._managers.setdefault(kind, manager)
            self._forget_parent()
        return manager

    def close(self):
        """Close idle connections now, and those in use as soon as their calls end."""
        self._forget_parent()
        for manager in list(self._managers.values()):
            # urllib3's container does not support iteration, which would not be thread-safe; keys() does, safely.
            for pool in filter(None, map(manager.pools.get, manager.pools.keys())):
                pool.close()

    def _forget_parent(self):
        """Forget the pool managers of other processes, and the destination of the last request."""
        self._recent = None
        for kind in list(self._managers):
            if kind[0] != os.getpid():
                self._managers.pop(kind, None)

    def _attempt(self, call):
        """Send the request once; return the response, its body, and the error if either failed to arrive."""
        raw = None
        try:
            raw = self._send_once(call)
            call.request_sent = True
            return raw, call.read(raw), None
        except urllib3_errors.HTTPError as error:
            # For this attempt alone: it decides whether the request is retried.
            error.request_sent = call.request_sent
            return raw, None, error
        except OversizeError as error:
            detail = 'the response is larger than configuration.max_response_bytes (%d)' % call.max_response_bytes
            six.raise_from(invalid_response(raw, detail), error)
        except BaseException:
            # Ctrl-C must not cost the pool a connection.
            if raw is not None:
                raw.close()
                raw.release_conn()
            elif call.loan is not None:
                take_back(call, sys.exc_info()[2])
            raise
        finally:
            # urllib3 drops the connection of a failed attempt, which the next one must not take back.
            call.loan = None
            if call.request_sent is not False:
                call.was_sent = call.was_sent or call.request_sent

    def _send_once(self, call):
        # Unknown until a pool lends a connection: a mock may have replaced the pool (pook).
        call.request_sent = None
        pool, target = self._pool_for(call)
        return pool.urlopen(
            call.method, target, body=call.payload, headers=call.headers, retries=_NO_RETRIES, redirect=False,
            assert_same_host=False, timeout=call.timeout(), pool_timeout=call, preload_content=False,
            enforce_content_length=True)

    def _pool_for(self, call):
        """Return the pool of the host, or the manager of the proxy, and the request target for it.

        The last one is cached: looking it up for each call takes 10 % of a call.
        """
        user, recent = (os.getpid(), call.streaming), self._recent
        if recent is None or recent[0] != user or not call.url.startswith(recent[1]):
            origin = _get_origin(call.url)
            tls = origin.lower().startswith('https:')
            manager = self.manager(origin, tls, call.streaming)
            is_proxied = manager.proxy is not None
            sender = manager if is_proxied else manager.connection_from_url(origin)
            recent = self._recent = user, origin + '/', sender, is_proxied
        _, prefix, sender, is_proxied = recent
        if is_proxied:
            call.headers = normalize_proxy_headers(call.headers)
            return sender, call.url
        target = call.url[len(prefix) - 1:]
        return sender, target if target.startswith('/') else '/' + target


class Call(CallLimits):
    """A request that is ready to be sent, and its limits.

    :param Configuration configuration: the settings.
    :param urllib3.Timeout timeout: a total, or connect and read timeout.
    :param urllib3.Retry retries: the retry policy.
    :param str method: the HTTP method.
    :param str url: the URL, query included.
    :param dict headers: the headers.
    :param bytes payload: the body, or ``None``.
    :param parameters: the values in query and body, which are searched for secrets.
    :param bool preload: whether the response body is read here.
    """

    def __init__(self, configuration, timeout, retries, method, url, headers, payload, parameters, preload):
        self.configuration = configuration
        self.method = method
        self.url = url
        self.headers = headers
        self.payload = payload
        self.streaming = not preload
        self.max_response_bytes = configuration.max_response_bytes
        self.idle_timeout = configuration.idle_timeout
        self.max_bytes = CallLimits.max_bytes if self.streaming else self.max_response_bytes
        self.retries = retries
        #: Whether any attempt has sent a byte of the request; ``None`` if a connection does not report it.
        self.was_sent = False
        self._parameters = parameters
        self._timeout = timeout
        self.deadline = None if timeout.total is None else Deadline(timeout.total)
        self._handled = sys.exc_info()[1]

    def secrets(self):
        """Collect the secrets that no error and no log record may show."""
        return collect_secrets(self.configuration, self.headers, *self._parameters)

    def annotate_error(self, error):
        """Add the failed request to an error, and remove secrets from it.

        :param ApiException error: the error of the call.
        """
        secrets = self.secrets()
        error.request_sent = self.was_sent
        error.set_request(self.method, self.url, secrets, self.headers, self.configuration)
        redact_cause(error, secrets, self._handled)

    def timeout(self):
        """Return urllib3's timeout for one attempt."""
        if self.deadline is None:
            return self._timeout
        return to_urllib3_timeout(clamp_timeout(self.deadline.remaining()))

    def pool_timeout(self):
        """Return the seconds to wait for a connection while all are in use."""
        return self._timeout.read_timeout if self.deadline is None else clamp_timeout(self.deadline.remaining())

    def can_wait(self, seconds):
        """Return whether the deadline leaves time for an attempt after a wait."""
        return self.deadline is None or seconds < self.deadline.remaining()

    def read(self, raw):
        """Read the response body, unless the caller reads it; the body of an error is always read here."""
        if self.streaming and 200 <= raw.status <= 299:
            return None
        return read_body(raw, self.max_response_bytes)


def _plan_retry(retries, call, raw, error):
    """Return the retry state after a failed attempt, and the seconds to wait; ``None`` for no retry."""
    # Only a complete response says when to retry.
    response = raw if error is None else None
    try:
        # Without the query, since urllib3 logs the URL.
        retries = retries.increment(call.method, call.url.partition('?')[0], response, error)
        return retries, retry_delay(retries, response)
    except urllib3_errors.HTTPError:
        return retries, None


def _log_retry(call, raw, error, delay):
    # In a function of its own: tools that report exceptions show the local variables of send().
    secrets = call.secrets()
    reason = raw.status if error is None else describe_error(error, secrets)
    logger.warning('%s %s failed (%s); retrying in %.1f s', call.method, printable(call.url, secrets), reason, delay)


def _get_origin(url):
    """Return the scheme, host and port of a URL."""
    origin = re.match('[^/?#]*//[^/?#]+', url)
    if origin is None:
        raise ValueError('url must begin with http:// or https:// and a host')
    if '@' in origin.group():
        # urllib3 would send them to a proxy (1.26 and 2), and show them in errors.
        raise ValueError('url must not contain credentials; send them in a header')
    return origin.group()
