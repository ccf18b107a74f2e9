"""One call, from its arguments to its typed result, over a transport that a program may replace."""

import logging
import os
import sys
import threading
import time
import warnings

import six

from ._common import validation
from ._common.clock import monotonic
from ._common.headers import get_header
from ._common.redaction import collect_secrets, find_secrets, mask, scrub
from ._encoding.request import build_form, build_headers, build_query, build_url, check_header, is_insecure
from ._encoding.serialization import DeserializationError, deserialize_text, parser_for, serialize
from ._transport.body import decode_body
from .configuration import AUTH_HEADERS, Configuration
from .exceptions import ApiException, InsecureTransportWarning, InvalidResponseException, TimeoutException
from .rate_limit import Pacer, RateLimit
from .rest import METHODS, RESTClientObject
from .version import __version__

logger = logging.getLogger(__name__)

_JSON_HEADERS = {'Accept': 'application/json', 'Content-Type': 'application/json'}
# Up to here, in seconds, a call has not waited for a thread, and a transport is given the caller's own number.
_NO_WAIT = 0.25
_USER_AGENT = 'cloudsmith-api/%s python/%d.%d.%d' % ((__version__,) + sys.version_info[:3])


class ApiClient(object):
    """Makes calls with one configuration over connections that are kept open; safe to share between threads.

    ``with ApiClient(...) as client:`` or :meth:`close` frees connections and threads; forgetting it does no harm.

    :param Configuration configuration: a new ``Configuration()`` by default.
    :param str header_name: a header to send with each call.
    :param str header_value: that header's value.
    :param str cookie: the ``Cookie`` header to send with each call.

    :ivar rest_client: the transport, a :class:`.RESTClientObject`; a program may put one of its own here.
    :ivar dict default_headers: sent with each call, whatever the call says; only credentials go before them.
    :ivar last_response: the answer to the last call that succeeded, on whichever thread.
    """

    def __init__(self, configuration=None, header_name=None, header_value=None, cookie=None):
        if configuration is None:
            configuration = Configuration()
        self._background_by_pid = {}
        self.configuration = validation.check_type('configuration', configuration, Configuration, 'a Configuration')
        self.rest_client = RESTClientObject(configuration)
        self.default_headers = {}
        self.user_agent = configuration.user_agent or _USER_AGENT
        if header_name is not None:
            self.set_default_header(header_name, header_value)
        self.cookie = cookie
        self.last_response = None
        self._last_headers = None
        self._cached_headers = None
        self._pacer = Pacer()
        self._checked_host = None
        self._has_warned = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        # Without this, the threads of a client that was forgotten would wait for work for ever.
        for background in getattr(self, '_background_by_pid', {}).values():
            try:
                if background.pool is not None:
                    background.pool.close()
            except EnvironmentError:
                return  # At the interpreter's exit, the standard library has ended them already.

    def __repr__(self):
        return '<%s %s>' % (type(self).__name__, self.configuration.host)

    def close(self):
        """Wait for calls that run in the background, then close all connections; a later call opens new ones."""
        background = self._background()
        with background.lock:
            pool, background.pool = background.pool, None
        if pool is not None:
            pool.close()
            pool.join()
        self.rest_client.close()

    @property
    def pool(self):
        """The threads that run ``async_req`` calls, started with the first of them."""
        background = self._background()
        with background.lock:
            if background.pool is None:
                from multiprocessing.pool import ThreadPool  # slow to import, and seldom used

                background.pool = ThreadPool(self.configuration.connection_pool_maxsize)
            return background.pool

    def _background(self):
        """Give what this process runs calls in: a forked one has no threads, and maybe a lock that is held."""
        return self._background_by_pid.setdefault(os.getpid(), _Background())

    @property
    def rate_limit(self):
        """The :class:`.RateLimit` of the last answer, also of a failed call; ``None`` before the first."""
        return None if self._last_headers is None else RateLimit.from_headers(self._last_headers)

    @property
    def user_agent(self):
        """The ``User-Agent`` header; ``None`` if the program took it out of :attr:`default_headers`."""
        return get_header(self.default_headers, 'User-Agent')

    @user_agent.setter
    def user_agent(self, value):
        self.set_default_header('User-Agent', value)

    def set_default_header(self, header_name, header_value):
        """Send a header with each call, in place of one that the call or the endpoint may set.

        :param str header_name: its name; in another spelling of upper and lower case it is the same header.
        :param str header_value: its value.
        :raises TypeError: if the value is neither text nor a whole number.
        :raises ValueError: if name or value cannot stand in a header.
        """
        value = check_header(header_name, header_value)
        for name in list(self.default_headers):
            if name.lower() == header_name.lower():
                del self.default_headers[name]
        self.default_headers[header_name] = value

    def call_api(self, resource_path, method, path_params=None, query_params=None, header_params=None, body=None,
                 post_params=None, files=None, response_type=None, auth_settings=None, async_req=None,
                 _return_http_data_only=None, collection_formats=None, _preload_content=True, _request_timeout=None):
        """Call an endpoint, also one that has no method of its own yet.

        :param str resource_path: the path behind ``configuration.host``, ``{name}`` standing for a path parameter.
        :param str method: ``DELETE``, ``GET``, ``HEAD``, ``OPTIONS``, ``PATCH``, ``POST`` or ``PUT``.
        :param dict path_params: each becomes one segment of the path.
        :param query_params: dict or list of pairs; ``None`` values are left out.
        :param dict header_params: headers besides ``default_headers``.
        :param body: what to send: a model, a dict, or any other value that JSON has.
        :param post_params: fields of a form, for ``Content-Type: application/x-www-form-urlencoded`` or
            ``multipart/form-data``: dict or list of pairs.
        :param dict files: paths of files to send in a form, by field.
        :param str response_type: what the answer is: ``'UserBrief'`` (or another model), ``'list[UserBrief]'``,
            ``'dict(str, UserBrief)'``, ``'datetime'``, ``'date'``, ``'str'``, ``'int'``, ``'float'``, ``'bool'``,
            ``'object'`` (any JSON value); by default the answer's body is not looked at.
        :param auth_settings: ways to authenticate, ``'apikey'`` and ``'basic'``: the first that is set up is used.
        :param bool async_req: whether to make the call in the background.
        :param bool _return_http_data_only: whether to give the data alone.
        :param dict collection_formats: how a list in the query is sent, by name: ``'csv'`` (the default), ``'multi'``,
            ``'pipes'``, ``'ssv'`` or ``'tsv'``.
        :param bool _preload_content: whether to read the answer; if not, ``data`` is urllib3's unread response.
        :param _request_timeout: seconds: a number for the whole call, or a pair ``(connect, read)`` for each operation;
            ``configuration.timeout`` by default.
        :return: ``(data, status, headers)``, or ``data``; with ``async_req`` an object whose ``get()`` gives that.
        :raises ApiException: if anything goes wrong on the wire, or the status is not 2xx; see :mod:`.exceptions`.
        :raises TypeError: for an argument of the wrong type.
        :raises ValueError: for an argument or a setting that cannot be used.
        """
        configuration = self.configuration
        if method not in METHODS:
            raise ValueError('method must be one of %s, not %r' % (', '.join(sorted(METHODS)), method))
        if response_type is not None:
            response_type = getattr(response_type, '__name__', response_type)
            parser_for(response_type)
        if _request_timeout is not None:
            _request_timeout = validation.check_timeout('_request_timeout', _request_timeout)
        url = build_url(configuration.host, resource_path, path_params, configuration.safe_chars_for_path_param)
        request = {
            'query_params': build_query(query_params, collection_formats) if query_params else [],
            'headers': self._build_headers(header_params, auth_settings),
            'post_params': build_form(post_params, files, collection_formats) if post_params or files else [],
            'body': body if isinstance(body, bytes) else serialize(body),
            '_preload_content': _preload_content,
            '_request_timeout': _request_timeout,
        }
        if self._checked_host != configuration.host:
            self._warn_if_insecure(url, request)
        call = (method, url, request, response_type, _return_http_data_only)
        if async_req:
            return self.pool.apply_async(self._call_in_background, (monotonic(),) + call)
        return self._call(*call)

    def request(self, method, url, query_params=None, headers=None, post_params=None, body=None, _preload_content=True,
                _request_timeout=None):
        """Hand a request to the transport; see :meth:`.RESTClientObject.request`."""
        return self.rest_client.request(
            method, url, query_params=query_params, headers=headers, post_params=post_params, body=body,
            _preload_content=_preload_content, _request_timeout=_request_timeout)

    def deserialize(self, response, response_type):
        """Read the body of an answer.

        :param response: anything with ``data``, which is text or bytes.
        :param response_type: see :meth:`call_api`; a class may stand for its name.
        :return: what the body stands for.
        :raises InvalidResponseException: if the body is not of that type.
        :raises ValueError: if there is no such type.
        """
        response_type = getattr(response_type, '__name__', response_type)
        try:
            return deserialize_text(decode_body(response.data), response_type)
        except DeserializationError as mismatch:
            error = InvalidResponseException(
                status=getattr(response, 'status', None), reason=getattr(response, 'reason', None),
                detail='not %s: the answer %s' % (response_type, mismatch))
            error.body = response.data
            error.headers = response.getheaders() if hasattr(response, 'getheaders') else None
            six.raise_from(error, mismatch)

    def sanitize_for_serialization(self, obj):
        """Turn models and dates into JSON values; see :func:`.serialization.to_json`."""
        return serialize(obj)

    def _call_in_background(self, asked, method, url, request, response_type, data_only):
        """Make a call that has waited for a thread since it was asked for: that is part of its time."""
        timeout = request['_request_timeout']
        allowed = self.configuration.timeout if timeout is None else timeout
        waited = monotonic() - asked
        if waited > _NO_WAIT and not isinstance(allowed, tuple):
            request['_request_timeout'] = _remaining(allowed, waited)
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
            streaming = not request['_preload_content']
            data = response if streaming else None
            if response_type is not None and not streaming:
                data = self.deserialize(response, response_type)
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
        """Wait for this call's moment, and give what that leaves of the time allowed."""
        allowed = self.configuration.timeout if timeout is None else timeout
        for_each_operation = isinstance(allowed, tuple)
        wait = self._pacer.acquire(self.configuration.max_retry_after if for_each_operation else allowed)
        if wait is None:
            raise TimeoutException(status=0, reason='Keeping within the rate limit takes longer than the time allowed')
        time.sleep(wait)
        return timeout if for_each_operation else _remaining(allowed, wait)

    def _record_headers(self, headers):
        # Not of an error itself, which holds on to all that was under way when it was raised.
        self._last_headers = headers
        if self.configuration.pace:
            self._pacer.update(self.rate_limit)

    def _build_headers(self, header_params, auth_settings):
        credentials = {'Cookie': self.cookie} if self.cookie else {}
        for scheme in auth_settings or ():
            credential = self.configuration.credential(scheme)
            if credential:
                credentials[AUTH_HEADERS[scheme]] = credential
                break
        if header_params:
            return build_headers(_JSON_HEADERS, dict(header_params), self.default_headers, credentials)
        # From call to call these seldom change: to put them together takes 8 microseconds of 300, to compare them 1.
        parts = list(self.default_headers.items()) + list(credentials.items())
        # Texts only: a number equals others that are sent differently, or not at all.
        comparable = all(type(name) is type(value) is str for name, value in parts)
        usual = self._cached_headers
        if not comparable or usual is None or usual[0] != parts:
            usual = parts, build_headers(_JSON_HEADERS, self.default_headers, credentials)
            self._cached_headers = usual if comparable else None
        return dict(usual[1])

    def _warn_if_insecure(self, url, request):
        """Warn, once, of secrets that anyone on the way can read."""
        host = self.configuration.host
        if is_insecure(url):
            if not find_secrets(list(request.items())):
                return
            if not self._has_warned:
                self._has_warned = True
                warnings.warn('Credentials are sent over plain http to %s: anyone on the way can read them' % host,
                              InsecureTransportWarning, stacklevel=_caller_stacklevel())
        self._checked_host = host


class _Background(object):
    """The threads of one process that run calls."""

    def __init__(self):
        self.lock = threading.Lock()
        self.pool = None


def _remaining(seconds, spent):
    """Tell what a wait leaves of a call's time; a call without any fails when it is sent, as all that run out of it."""
    return max(seconds - spent, 0.001)


def _response_headers(answer):
    """Give the headers of a transport's response, or of urllib3's."""
    return answer.headers if hasattr(answer, 'headers') else answer.getheaders()


def _caller_stacklevel():
    """Count the frames up to the program's, for a warning that points to the line that called."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get('__name__', '').startswith('cloudsmith_api.'):
        level, frame = level + 1, frame.f_back
    return level
