"""One call, from its arguments to its typed result, over a transport that a program may replace."""

import functools
import logging
import operator
import os
import sys
import threading
import time
import warnings

import six

from ._common import validation
from ._common.clock import monotonic
from ._common.headers import check_header, get_header
from ._common.redaction import collect_secrets, find_secrets, mask, scrub
from ._encoding.request import build_form, build_headers, build_query, build_url, is_insecure
from ._encoding.serialization import DeserializationError, deserialize_text, parser_for, serialize
from ._transport.body import decode_body
from ._transport.proxies import proxy_for
from .configuration import AUTH_HEADERS, Configuration
from .exceptions import ApiException, InsecureTransportWarning, InvalidResponseException, TimeoutException
from .rate_limit import Pacer, RateLimit
from .rest import RESTClientObject
from .version import __version__

logger = logging.getLogger(__name__)

_JSON_HEADERS = {'Accept': 'application/json', 'Content-Type': 'application/json'}
# Up to this wait for a thread, in seconds, the transport is given the caller's own timeout.
_NEGLIGIBLE_WAIT = 0.25
_USER_AGENT = 'cloudsmith-api/%s python/%d.%d.%d' % ((__version__,) + sys.version_info[:3])


class ApiClient(object):
    """Makes calls with one configuration over pooled connections; safe to share between threads.

    ``with ApiClient(...) as client:`` or :meth:`close` releases connections and threads; not to close does no harm.

    :param Configuration configuration: a new ``Configuration()`` by default.
    :param str header_name: a header to send with each call.
    :param str header_value: that header's value.
    :param str cookie: the ``Cookie`` header to send with each call.

    :ivar rest_client: the transport, a :class:`.RESTClientObject`; a program may replace it by one of its own.
    :ivar dict default_headers: headers of each call; they override those of the call, except its credentials.
    :ivar last_response: the response to the last successful call of any thread.
    """

    def __init__(self, configuration=None, header_name=None, header_value=None, cookie=None):
        if configuration is None:
            configuration = Configuration()
        self._background_by_pid = {}
        self.configuration = validation.check_type('configuration', configuration, Configuration, 'a Configuration')
        self.rest_client = RESTClientObject(configuration)
        self.default_headers = {}
        self.user_agent = configuration.user_agent or _USER_AGENT
        for name, value in configuration.default_headers.items():
            self.set_default_header(name, value)
        if header_name is not None:
            self.set_default_header(header_name, header_value)
        self.cookie = cookie
        self.last_response = None
        self._last_headers = None
        self._checked_headers = (), build_headers(_JSON_HEADERS)
        self._pacer = Pacer()
        self._secure_host = None
        self._warned_filters = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        # Otherwise the idle threads of an unclosed client would never end.
        for background in getattr(self, '_background_by_pid', {}).values():
            try:
                if background.pool is not None:
                    background.pool.close()
            except EnvironmentError:
                return  # At exit, the standard library has closed the pool's queues already.

    def __repr__(self):
        return '<%s %s>' % (type(self).__name__, self.configuration.host)

    def close(self):
        """Wait for background calls, then close all connections; a later call opens new ones."""
        background = self._background()
        with background.lock:
            pool, background.pool = background.pool, None
        if pool is not None:
            pool.close()
            pool.join()
        self.rest_client.close()

    @property
    def pool(self):
        """The thread pool of ``async_req`` calls, started with the first of them."""
        background = self._background()
        with background.lock:
            if background.pool is None:
                from multiprocessing.pool import ThreadPool  # slow to import, and seldom used

                background.pool = ThreadPool(self.configuration.connection_pool_maxsize)
            return background.pool

    def _background(self):
        """Return the pool of this process: a forked process inherits no threads, and possibly a lock that is held."""
        return self._background_by_pid.setdefault(os.getpid(), _Background())

    @property
    def rate_limit(self):
        """The :class:`.RateLimit` of the last response, also of a failed call; ``None`` before the first."""
        return None if self._last_headers is None else RateLimit.from_headers(self._last_headers)

    @property
    def user_agent(self):
        """The ``User-Agent`` header; ``None`` if the program removed it from :attr:`default_headers`."""
        return get_header(_copy_headers(self.default_headers), 'User-Agent')

    @user_agent.setter
    def user_agent(self, value):
        self.set_default_header('User-Agent', value)

    def set_default_header(self, header_name, header_value):
        """Send a header with each call, in place of one that the call sets.

        :param str header_name: its name; another spelling in upper and lower case is the same header.
        :param str header_value: its value.
        :raises TypeError: if the value is neither a text nor an integer.
        :raises ValueError: if name or value is not valid in a header.
        """
        # The new spelling before the old one goes: a call on another thread never finds the header missing.
        self.default_headers[header_name] = check_header(header_name, header_value)
        for name in list(self.default_headers):
            if name != header_name and name.lower() == header_name.lower():
                self.default_headers.pop(name, None)

    def call_api(self, resource_path, method, path_params=None, query_params=None, header_params=None, body=None,
                 post_params=None, files=None, response_type=None, auth_settings=None, async_req=None,
                 _return_http_data_only=None, collection_formats=None, _preload_content=True, _request_timeout=None,
                 _headers=None, _retries=None):
        """Call an endpoint; :class:`.UserApi` does, and programs do for one that has no method yet.

        :param str resource_path: the path relative to ``configuration.host``, with ``{name}`` for each path parameter.
        :param str method: ``DELETE``, ``GET``, ``HEAD``, ``OPTIONS``, ``PATCH``, ``POST`` or ``PUT``.
        :param dict path_params: each becomes one segment of the path.
        :param query_params: dict or list of pairs; ``None`` values are left out.
        :param dict header_params: headers in addition to ``default_headers``.
        :param body: a model, a dict, or any other JSON value.
        :param post_params: fields of a form, for ``Content-Type: application/x-www-form-urlencoded`` or
            ``multipart/form-data``: dict or list of pairs.
        :param dict files: paths of files to send in a form, by field.
        :param str response_type: the type of the response body: ``'UserBrief'`` (or another model),
            ``'list[UserBrief]'``, ``'dict(str, UserBrief)'``, ``'datetime'``, ``'date'``, ``'str'``, ``'int'``,
            ``'float'``, ``'bool'`` or ``'object'`` (any JSON value); by default the body is ignored.
        :param auth_settings: authentication schemes, ``'apikey'`` and ``'basic'``: the first that is configured is
            used.
        :param bool async_req: whether to make the call in the background.
        :param bool _return_http_data_only: whether to return the data alone.
        :param dict collection_formats: the format of each list in the query, by name: ``'csv'`` (the default),
            ``'multi'``, ``'pipes'``, ``'ssv'`` or ``'tsv'``.
        :param bool _preload_content: whether to read the response; if not, ``data`` is urllib3's unread response.
        :param _request_timeout: seconds: a number for the whole call, or a pair ``(connect, read)`` for each operation;
            ``configuration.timeout`` by default.
        :param dict _headers: headers of this call; unlike ``header_params``, they override ``default_headers``.
        :param _retries: the most retries of this call, or a ``urllib3.Retry``; ``configuration.retries`` by default.
        :return: ``(data, status, headers)``, or ``data``; with ``async_req`` an object whose ``get()`` returns that.
        :raises ApiException: if the request fails, or its status is not 2xx; see :mod:`.exceptions`.
        :raises TypeError: for an argument of the wrong type.
        :raises ValueError: for an invalid argument or setting.
        """
        configuration = self.configuration
        validation.check_method(method)
        if response_type is not None:
            response_type = getattr(response_type, '__name__', response_type)
            parser_for(response_type)
        if _request_timeout is not None:
            _request_timeout = validation.check_timeout('_request_timeout', _request_timeout)
        url = build_url(configuration.host, resource_path, path_params, configuration.safe_chars_for_path_param)
        request = {
            'query_params': build_query(query_params, collection_formats) if query_params else [],
            'headers': self._build_headers(header_params, auth_settings, _headers),
            'post_params': build_form(post_params, files, collection_formats) if post_params or files else [],
            'body': body if isinstance(body, bytes) else serialize(body),
            '_preload_content': _preload_content,
            '_request_timeout': _request_timeout,
        }
        if _retries is not None:
            request['_retries'] = _retries
        if self._secure_host != configuration.host:
            self._warn_if_insecure(url, request)
        call = (method, url, request, response_type, _return_http_data_only)
        if async_req:
            return self.pool.apply_async(self._call_in_background, (monotonic(),) + call)
        return self._call(*call)

    def request(self, method, url, query_params=None, headers=None, post_params=None, body=None, _preload_content=True,
                _request_timeout=None, _retries=None):
        """Send a request over the transport; see :meth:`.RESTClientObject.request`."""
        send = self.rest_client.request
        if _retries is not None:
            # Only then: transports of programs need not take it.
            send = functools.partial(send, _retries=_retries)
        return send(
            method, url, query_params=query_params, headers=headers, post_params=post_params, body=body,
            _preload_content=_preload_content, _request_timeout=_request_timeout)

    def deserialize(self, response, response_type):
        """Deserialize a response body.

        :param response: anything with ``data``, a text or bytes.
        :param response_type: see :meth:`call_api`; a class stands for its name.
        :return: the value, of that type.
        :raises InvalidResponseException: if the body is not of that type.
        :raises ValueError: if the type is unknown.
        """
        response_type = getattr(response_type, '__name__', response_type)
        try:
            return deserialize_text(decode_body(response.data), response_type)
        except DeserializationError as mismatch:
            error = InvalidResponseException(
                status=getattr(response, 'status', None), reason=getattr(response, 'reason', None),
                detail='not %s: the response %s' % (response_type, mismatch))
            error.body = response.data
            error.headers = response.getheaders() if hasattr(response, 'getheaders') else None
            error.request_sent = True
            six.raise_from(error, mismatch)

    def sanitize_for_serialization(self, obj):
        """Serialize models and dates to JSON values; see :func:`.serialization.serialize`."""
        return serialize(obj)

    def _call_in_background(self, submitted, method, url, request, response_type, data_only):
        """Make a call whose timeout includes the wait for a free thread."""
        waited = monotonic() - submitted
        if waited > _NEGLIGIBLE_WAIT:
            request['_request_timeout'] = self._remaining_timeout(request['_request_timeout'], waited)
        return self._call(method, url, request, response_type, data_only)

    def _call(self, method, url, request, response_type, data_only):
        verbose = logger.isEnabledFor(logging.DEBUG)
        if verbose:
            started = monotonic()
            logger.debug('%s %s, headers %s', method, scrub(url), mask(request['headers']))
        try:
            if self.configuration.pace:
                request['_request_timeout'] = self._wait_for_pace(request['_request_timeout'])
            response = self.request(method, url, **request)
            headers = _response_headers(response)
            self._record_headers(headers)
            data = response
            if request['_preload_content']:
                data = None if response_type is None else self.deserialize(response, response_type)
        except ApiException as error:
            if error.headers is not None:
                self._record_headers(error.headers)
            if error.method is None:
                error.set_request(method, url, collect_secrets(self.configuration, request))
            raise
        if verbose:
            logger.debug('%s %s: %s in %.0f ms', method, scrub(url), response.status, (monotonic() - started) * 1000)
        self.last_response = response
        return data if data_only else (data, response.status, headers)

    def _wait_for_pace(self, timeout):
        """Wait for the call's slot, and return the timeout that is left."""
        limit = self._effective_timeout(timeout)
        wait = self._pacer.acquire(self.configuration.max_retry_after if isinstance(limit, tuple) else limit)
        if wait is None:
            error = TimeoutException(status=0, reason='Waiting to stay within the rate limit would exceed the timeout')
            error.request_sent = False
            raise error
        time.sleep(wait)
        return self._remaining_timeout(timeout, wait)

    def _remaining_timeout(self, timeout, waited):
        """Return what a wait leaves of a call's timeout; a pair is for each operation, and stays as it is."""
        limit = self._effective_timeout(timeout)
        # At least 1 ms: 0 is no valid timeout, and with this the transport raises its TimeoutException.
        return timeout if isinstance(limit, tuple) else max(limit - waited, 0.001)

    def _effective_timeout(self, timeout):
        return self.configuration.timeout if timeout is None else timeout

    def _record_headers(self, headers):
        # Only the headers: the exception of a failed call would keep its traceback alive.
        self._last_headers = headers
        if self.configuration.pace:
            self._pacer.update(self.rate_limit)

    def _build_headers(self, header_params, auth_settings, call_headers):
        credentials = {'Cookie': self.cookie} if self.cookie else {}
        for scheme in auth_settings or ():
            credential = self.configuration.credential(scheme)
            if credential:
                credentials[AUTH_HEADERS[scheme]] = credential
                break
        layers = dict(header_params or {}), _copy_headers(self.default_headers), credentials
        if call_headers:
            layers = layers[:2] + (dict(call_headers), credentials)
        parts = [part for layer in layers for header in layer.items() for part in header]
        # Most calls have the same header objects as the call before, and checking them again takes 3.5 % of the
        # instructions of a call. Not compared by ==: True equals 1, and is sent differently.
        checked_parts, headers = self._checked_headers
        if len(parts) != len(checked_parts) or not all(map(operator.is_, parts, checked_parts)):
            headers = build_headers(_JSON_HEADERS, *layers)
            self._checked_headers = parts, headers
        return dict(headers)

    def _warn_if_insecure(self, url, request):
        """Warn about secrets that are sent over plain http: once, or each time where warnings are errors."""
        host = self.configuration.host
        if not is_insecure(url, proxy_for(self.configuration, url)):
            self._secure_host = host
        elif find_secrets(request) and self._warned_filters != warnings.filters:
            warnings.warn('Credentials are sent over plain http to %s: anyone on the network path can read them' % host,
                          InsecureTransportWarning, stacklevel=_caller_stacklevel())
            # Not reached where it is an error. It may become one when the program changes the filters.
            self._warned_filters = list(warnings.filters)


class _Background(object):
    """The thread pool of one process, started when it is first used."""

    def __init__(self):
        self.lock = threading.Lock()
        self.pool = None


def _copy_headers(headers):
    """Copy headers in one step: another thread may set one, and a dict must not change while it is iterated."""
    return headers.copy() if isinstance(headers, dict) else dict(headers.items())


def _response_headers(response):
    """Return the headers of urllib3's response, or of a transport's."""
    return response.headers if hasattr(response, 'headers') else response.getheaders()


def _caller_stacklevel():
    """Count the stack frames up to the program's own, which the warning is attributed to."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get('__name__', '').startswith('cloudsmith_api.'):
        level, frame = level + 1, frame.f_back
    return level
