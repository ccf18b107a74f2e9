"""One HTTP request and its answer over urllib3, with all that may go wrong as an :class:`.ApiException`."""

import logging
import os
import threading

import six
from six.moves.urllib.parse import urlencode
from urllib3 import Retry
from urllib3 import exceptions as urllib3_errors

from .bodies import decode_body, encode_body, read_body
from .exceptions import ApiException
from .failures import failure, forms, hide_causes, in_words, scrubbed, unusable
from .limits import LIMITS, Deadline, OversizeError, above_zero, check_timeout, urllib3_timeout
from .redaction import secret_values
from .retries import ApiRetry, wait_before
from .urls import credentials_in

__all__ = ('ApiException', 'RESTClientObject', 'RESTResponse')

logger = logging.getLogger(__name__)

METHODS = frozenset(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'])

# Trying again is decided here, where the body has been read too, so urllib3 is told to try once.
_ONCE = Retry(False)


class RESTResponse(object):
    """The answer to a request, its body read.

    :param resp: urllib3's response, or anything with ``status``, ``reason``, ``headers`` and ``data``.
    :param data: the body, where it has been read before; bytes are decoded.

    :ivar int status: the HTTP status.
    :ivar str reason: the reason phrase.
    :ivar str data: the body; text in UTF-8, or in Latin-1 where it is not valid UTF-8, so that no byte is lost.
    """

    def __init__(self, resp, data=None):
        self.urllib3_response = resp
        self.status = resp.status
        self.reason = resp.reason
        self.data = decode_body(resp.data if data is None else data)

    def getheaders(self):
        """Give all headers.

        :rtype: urllib3.HTTPHeaderDict
        """
        return self.urllib3_response.headers

    def getheader(self, name, default=None):
        """Give one header.

        :param str name: its name, in upper or lower case.
        :param default: what to give where there is no such header.
        """
        return self.urllib3_response.headers.get(name, default)


class RESTClientObject(object):
    """Sends requests over connections that are kept open.

    Programs replace ``ApiClient.rest_client`` by a subclass of their own that overrides :meth:`request`; such a class
    need not call this constructor.

    :param Configuration configuration: transport settings are read when the first connection is opened, the settings
        for time, size and retries for each request.
    :param int pools_size: for how many hosts connections are kept.
    :param int maxsize: how many connections to a host are kept, ``configuration.connection_pool_maxsize`` by default.
    """

    _of_processes = None
    _usual = None

    def __init__(self, configuration, pools_size=4, maxsize=None):
        # What opens connections comes with the first client: it would make this package's import dearer by a quarter.
        from .proxies import connection_manager

        self.configuration = configuration
        self._connection_manager = connection_manager
        self._pools_size = pools_size
        self._maxsize = maxsize
        self._of_processes = {}

    def request(self, method, url, query_params=None, headers=None, body=None, post_params=None,
                _preload_content=True, _request_timeout=None):
        """Send a request and read the answer.

        :param str method: ``DELETE``, ``GET``, ``HEAD``, ``OPTIONS``, ``PATCH``, ``POST`` or ``PUT``.
        :param str url: the URL without query.
        :param query_params: list of pairs or dict.
        :param dict headers: the headers; ``Content-Type`` says how the body is sent, JSON by default.
        :param body: a JSON value, or text or bytes for a ``Content-Type`` that is not JSON.
        :param post_params: list of pairs or dict, for a form's ``Content-Type``.
        :param bool _preload_content: whether to read the body; if not, the response is to be read to its end or closed
            by the caller.
        :param _request_timeout: seconds: a number for the whole call, or a pair ``(connect, read)`` for each operation;
            ``configuration.timeout`` by default.
        :return: the answer, or urllib3's unread response.
        :rtype: RESTResponse
        :raises ApiException: for anything that goes wrong on the wire, and for a status that is not 2xx.
        :raises TypeError: for an argument of the wrong type.
        :raises ValueError: for an argument or a setting that cannot be used.
        """
        if method not in METHODS:
            raise ValueError('method must be one of %s, not %r' % (', '.join(sorted(METHODS)), method))
        # On Python 2, a head that is not bytes cannot be sent together with a body that is.
        method, url = six.ensure_str(method), six.ensure_str(url)
        headers = {name if type(name) is str else six.ensure_str(name): value
                   for name, value in dict(headers or {}).items()}
        if query_params:
            url += ('&' if '?' in url else '?') + urlencode(query_params)
        payload = encode_body(method, headers, body, post_params)
        call = _Call(self._usual_bounds(), method, url, headers, payload, _preload_content, _request_timeout)
        call.parameters = query_params, post_params, body
        try:
            response = self._send(call)
            if not 200 <= response.status <= 299:
                raise ApiException(http_resp=response)
        except ApiException as error:
            secrets = call.secrets()
            error.locate(method, url, secrets)
            hide_causes(error, secrets)
            raise
        return response

    def _usual_bounds(self):
        """Give what the settings say of time and retries, made once for all calls and not for each."""
        settings = self.configuration
        given = settings, settings.timeout, settings.retries, settings.max_retry_after
        usual = self._usual
        if usual is None or usual.given != given:
            usual = self._usual = _Bounds(given)
        return usual

    def close(self):
        """Close all connections that no call uses, and those in use as soon as their calls end.

        A later request opens new ones.
        """
        if self._of_processes:
            connections = self._connections()
            for manager in list(connections.managers.values()):
                # Its container cannot be iterated, for the sake of threads; its keys can.
                keys = manager.pools.keys()
                pools = [manager.pools.get(key) for key in keys]
                manager.clear()
                # clear() forgets them, and leaves it to the garbage collector to close them.
                for pool in filter(None, pools):
                    pool.close()
            connections.recent = None

    @property
    def pool_manager(self):
        """The :class:`urllib3.PoolManager` below, as set up for TLS."""
        return self._manager(self._connections(), tls=True, streaming=False)

    def _send(self, call):
        """Send until there is an answer that stands, or no sense in trying again."""
        retries, refusal = call.retries, None
        while True:
            raw = error = None
            around = LIMITS.swap(call.deadline, call.stream_limit)
            try:
                raw = self._open(call)
                response = call.read(raw)
                if not retries.is_retry(call.method, raw.status, 'Retry-After' in raw.headers):
                    return response
            except urllib3_errors.HTTPError as caught:
                error = caught
            except OversizeError as caught:
                larger = 'the answer is larger than configuration.max_response_bytes (%d)' % call.limit
                six.raise_from(unusable(raw, larger), caught)
            finally:
                LIMITS.swap(*around)
            # An answer that broke off has not told when to come back, whatever its head says.
            answer = raw if error is None else None
            try:
                # Without the query: urllib3 logs what it is told.
                retries = retries.increment(call.method, call.url.partition('?')[0], answer, error)
                wait = wait_before(retries, answer)
            except urllib3_errors.HTTPError:
                wait = None
            if error is None:
                refusal = response
            if wait is None or not call.has_time_for(wait):
                # Of a call that ran out of time, what the service said last tells more than that it then said no more.
                # Not where a try may have been carried out: the answer before it would deny that.
                if error is None or (wait is not None and refusal is not None):
                    return refusal
                six.raise_from(failure(error, raw, call.secrets()), error)
            secrets = call.secrets()
            logger.warning('%s %s failed (%s); trying again in %.1f s', call.method, scrubbed(call.url, secrets),
                           raw.status if error is None else in_words(error, secrets), wait)
            retries.sleep(answer)

    def _open(self, call):
        """Send the request once, and give the answer with its body unread."""
        options = {
            'body': call.payload, 'headers': call.headers, 'retries': _ONCE, 'redirect': False,
            'preload_content': False, 'enforce_content_length': True, 'assert_same_host': False,
        }
        while True:
            connections = self._connections()
            manager = self._manager(connections, call.url.lower().startswith('https:'), call.streaming)
            options['timeout'], options['pool_timeout'] = call.timeout(), call.pool_timeout()
            try:
                if manager.proxy is not None:
                    return manager.urlopen(call.method, call.url, **options)
                pool, target = self._pool(connections, manager, call)
                return pool.urlopen(call.method, target, **options)
            except urllib3_errors.ClosedPoolError:
                # Another thread called close() just now: nothing was sent, and the next look finds an open pool.
                connections.recent = None
            except BaseException:
                # urllib3 leaves an answer open whose head it does not accept.
                if LIMITS.answer is not None:
                    LIMITS.answer.close()
                raise

    def _pool(self, connections, manager, call):
        """Give the pool for a URL, and what of the URL it is asked for.

        Remembering the last pool, where the manager would look it up for each call, saves 10 % of a call.
        """
        origin = _origin_of(call.url)
        target = call.url[len(origin):]
        recent = connections.recent
        if recent is None or recent[:2] != (origin, call.streaming):
            recent = connections.recent = origin, call.streaming, manager.connection_from_url(origin)
        return recent[2], target if target.startswith('/') else '/' + target

    def _manager(self, connections, tls, streaming):
        manager = connections.managers.get((tls, streaming))
        return manager if manager is not None else self._new_manager(connections, tls, streaming)

    def _new_manager(self, connections, tls, streaming):
        settings = self.configuration
        with connections.lock:
            if (tls, streaming) not in connections.managers:
                connections.managers[tls, streaming] = self._connection_manager(
                    settings,
                    tls,
                    num_pools=self._pools_size,
                    maxsize=self._maxsize or settings.connection_pool_maxsize,
                    # A response that the caller reads may never be given back, so for these, none is waited for.
                    block=not streaming,
                )
            return connections.managers[tls, streaming]

    def _connections(self):
        """Give what this process has open.

        A connection shared with the process that this one was forked from would give each of the two the answers to the
        other's requests; and a lock may have been forked while another thread held it.
        """
        process = os.getpid()
        connections = self._of_processes.get(process)
        if connections is None:
            # setdefault, since all threads of this process must come to the same ones.
            connections = self._of_processes.setdefault(process, _Connections())
            for other in [known for known in list(self._of_processes) if known != process]:
                self._of_processes.pop(other, None)
        return connections


def _origin_of(url):
    """Give the scheme, host and port that a URL begins with."""
    scheme, separator, rest = url.partition('//')
    for end in '/?#':
        rest = rest.partition(end)[0]
    if not rest:
        raise ValueError('url must begin with http:// or https:// and a host')
    return scheme + separator + rest


def secrets_of(configuration, *sources):
    """Collect what no error and no log record may show, since whoever answers may echo it.

    :param Configuration configuration: its settings, and the user and password of its proxy, count.
    :param sources: headers, parameters and bodies of the request.
    :rtype: list
    """
    values = credentials_in(configuration.proxy)
    for source in (vars(configuration),) + sources:
        values += secret_values(source)
    # 'Bearer abc' is to cover 'abc' alone.
    return [form for value in values for part in {value, value.rpartition(' ')[2]} for form in forms(part)]


class _Connections(object):
    """What one process has open."""

    def __init__(self):
        self.lock = threading.Lock()
        self.managers = {}
        self.recent = None


class _Bounds(object):
    """What the settings allow a call, in urllib3's terms; none of it changes while a call uses it."""

    def __init__(self, given):
        self.given = given
        self.configuration, self.times, retries, max_retry_after = given
        self.timeout = urllib3_timeout(self.times)
        self.retries = retries if isinstance(retries, Retry) else ApiRetry(retries, max_retry_after)


class _Call(object):
    """A request that is ready to be sent, and the bounds it is to keep."""

    def __init__(self, bounds, method, url, headers, payload, preload, timeout):
        self._configuration = bounds.configuration
        self.method = method
        self.url = url
        self.headers = headers
        self.payload = payload
        self.streaming = not preload
        self.limit = bounds.configuration.max_response_bytes
        self.retries = bounds.retries
        self._times, self._timeout = bounds.times, bounds.timeout
        if timeout is not None:
            self._times = check_timeout('_request_timeout', timeout)
            self._timeout = urllib3_timeout(self._times)
        self.deadline = None if isinstance(self._times, tuple) else Deadline(self._times)

    def secrets(self):
        """Collect what no error and no log record may show."""
        return secrets_of(self._configuration, self.headers, *self.parameters)

    @property
    def stream_limit(self):
        return float('inf') if self.streaming else self.limit

    def timeout(self):
        """Give the times that urllib3 is to keep in one attempt."""
        return self._timeout if self.deadline is None else urllib3_timeout(above_zero(self.deadline.remaining()))

    def has_time_for(self, wait):
        """Tell whether there is time left after a wait of so many seconds."""
        return self.deadline is None or wait < self.deadline.remaining()

    def pool_timeout(self):
        """Give the time to wait for a connection while all are in use."""
        return self._times[1] if self.deadline is None else above_zero(self.deadline.remaining())

    def read(self, raw):
        """Read the answer's body, unless the caller wants to, and there is nothing wrong with the answer."""
        if self.streaming and 200 <= raw.status <= 299:
            return raw
        return RESTResponse(raw, read_body(raw, self.limit))
