"""One call, from its arguments to its typed result, over a transport that a program may replace."""

import functools
import json
import logging
import operator
import os
import sys
import time
import warnings

import six

from . import rest
from ._common import validation
from ._common.clock import monotonic
from ._common.headers import check_header, get_header
from ._common.redaction import MASK, collect_secrets, find_secrets, mask, scrub
from ._common.tracebacks import hide_locals, warn
from ._common.urls import is_insecure
from ._encoding.request import build_form, build_headers, build_query, build_url
from ._encoding.serialization import (
    DeserializationError,
    RequiredType,
    deserialize_text,
    parser_for,
    serialize,
)
from ._transport.body import decode_body
from ._transport.proxies import proxy_for
from .configuration import Configuration
from .exceptions import (
    ApiException,
    InsecureTransportWarning,
    InvalidResponseException,
    TimeoutException,
    UnauthorizedException,
)
from .rate_limit import Pacer, RateLimit
from .version import __version__

logger = logging.getLogger(__name__)

_JSON_HEADERS = {'Accept': 'application/json', 'Content-Type': 'application/json'}
# After a wait of up to this many seconds, a request still gets the full timeout of its call.
_NEGLIGIBLE_WAIT = 0.25
# A copy gets new ones.
_NOT_COPIED = frozenset(['last_response', '_checked_headers', '_last_headers', '_pacer', '_pool_by_pid'])
_USER_AGENT = 'cloudsmith-api/%s python/%d.%d.%d' % ((__version__,) + sys.version_info[:3])


class ApiClient(object):
    """Makes calls with one configuration over pooled connections; safe to share between threads.

    ``with ApiClient(...) as client:`` or :meth:`close` releases connections and threads; an unclosed client does no
    harm.

    :param Configuration configuration: a new ``Configuration()`` by default.
    :param str header_name: a header to send with each call.
    :param str header_value: that header's value.
    :param str cookie: the ``Cookie`` header to send with each call.

    :ivar Configuration configuration: the settings; do not replace it, since the transport keeps the one that it was
        created with. Changes of its attributes take effect, except for proxy, TLS and connection pool.
    :ivar rest_client: the transport, a :class:`.RESTClientObject`; a program may replace it with its own.
    :ivar dict default_headers: headers to send with each call; they override ``header_params``, but neither
        ``_headers`` nor credentials.
    :ivar last_response: the response to the last successful call in any thread.
    """

    @hide_locals
    def __init__(self, configuration=None, header_name=None, header_value=None, cookie=None):
        if configuration is None:
            configuration = Configuration()
        self._pool_by_pid = {}
        self.configuration = validation.check_type('configuration', configuration, Configuration, 'a Configuration')
        # Looked up in its module because programs' tests patch it there.
        self.rest_client = rest.RESTClientObject(configuration)
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

    def __exit__(self, error_type, *_):
        pool = self._pool_by_pid.get(os.getpid())
        if error_type is not None and pool is not None:
            pool.terminate(self._not_begun_error)
        self.close()

    def __del__(self):
        # Otherwise the idle threads of an unclosed client would never end.
        for pool in getattr(self, '_pool_by_pid', {}).values():
            pool.close()

    def __getstate__(self):
        """Leave out what a copy does not share: threads, pacing and the record of past calls."""
        from copy import copy  # few programs need it

        state = {name: value for name, value in vars(self).copy().items() if name not in _NOT_COPIED}
        # A shallow copy would share these.
        state.update(rest_client=copy(self.rest_client), default_headers=copy(self.default_headers))
        return state

    def __setstate__(self, state):
        # Not with its configuration: that is still incomplete if it refers back to this client, say through its hook.
        ApiClient.__init__(self)
        vars(self).update(state)

    def __repr__(self):
        return '<%s %s>' % (type(self).__name__, self.configuration.host)

    def close(self):
        """Wait for background calls, then close all connections; a later call opens new ones.

        Ctrl-C during the wait drops the calls that have not begun, as does an exception that leaves ``with``. Their
        ``get()`` raises an :class:`.ApiException` whose ``request_sent`` is ``False``.
        """
        pool = self._pool_by_pid.pop(os.getpid(), None)
        if pool is not None:
            try:
                pool.join()
            except BaseException:
                pool.terminate(self._not_begun_error)
                raise
        self.rest_client.close()

    @property
    def pool(self):
        """The :class:`.BackgroundPool` of ``async_req`` calls; a forked process has its own."""
        pool = self._pool_by_pid.get(os.getpid())
        if pool is None:
            from .background import BackgroundPool  # few programs need it

            # setdefault, since all threads of this process must share it.
            pool = self._pool_by_pid.setdefault(os.getpid(), BackgroundPool(self.configuration.connection_pool_maxsize))
        return pool

    @property
    def rate_limit(self):
        """The :class:`.RateLimit` of the last response, even of a failed call; ``None`` before the first."""
        return None if self._last_headers is None else RateLimit.from_headers(self._last_headers)

    @property
    def user_agent(self):
        """The ``User-Agent`` header; ``None`` if the program removed it from :attr:`default_headers`."""
        return get_header(_copy_headers('default_headers', self.default_headers), 'User-Agent')

    @user_agent.setter
    @hide_locals
    def user_agent(self, value):
        self.set_default_header('User-Agent', value)

    @hide_locals
    def set_default_header(self, header_name, header_value):
        """Send a header with each call, see ``default_headers``.

        :param str header_name: its name, case-insensitive.
        :param str header_value: its value.
        :raises TypeError: if the value is neither a str nor an int.
        :raises ValueError: if name or value is not valid in a header.
        """
        # Add the new spelling before removing the old one, so that a call on another thread never misses the header.
        self.default_headers[header_name] = check_header(header_name, header_value)
        for name in list(self.default_headers):
            if name != header_name and name.lower() == header_name.lower():
                self.default_headers.pop(name, None)

    @hide_locals
    def call_api(self, resource_path, method, path_params=None, query_params=None, header_params=None, body=None,
                 post_params=None, files=None, response_type=None, auth_settings=None, async_req=None,
                 _return_http_data_only=None, collection_formats=None, _preload_content=True, _request_timeout=None,
                 _headers=None, _retries=None):
        """Call an endpoint, for example one that :class:`.UserApi` has no method for.

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
            ``'float'``, ``'bool'`` or ``'object'`` (any JSON value); by default the body is ignored. The data of a HEAD
            request, a 204, a 205 and an empty 202 is ``None``.
        :param auth_settings: authentication schemes to choose from, ``'bearer'``, ``'apikey'`` or ``'basic'``: the
            first that is configured is used.
        :param bool async_req: whether to make the call in the background.
        :param bool _return_http_data_only: whether to return only the data.
        :param dict collection_formats: the format of each list in the query, by name: ``'csv'`` (the default),
            ``'multi'``, ``'pipes'``, ``'ssv'`` or ``'tsv'``.
        :param bool _preload_content: whether to read the response; if not, ``data`` is urllib3's unread response.
        :param _request_timeout: seconds: a number for the whole call, or a pair ``(connect, read)`` for each operation;
            ``configuration.timeout`` by default.
        :param dict _headers: headers of this call; unlike ``header_params``, they override ``default_headers``.
        :param _retries: the maximum number of retries of this call, or a ``urllib3.Retry``; ``configuration.retries``
            by default.
        :return: ``(data, status, headers)``, or ``data``; with ``async_req``, an object whose ``get()`` returns that.
        :raises ApiException: if the request fails, or its status is not 2xx; see :mod:`.exceptions`.
        :raises TypeError: for an argument of the wrong type.
        :raises ValueError: for an invalid argument or setting.
        """
        configuration = self.configuration
        validation.check_method(method)
        if response_type is not None:
            parser_for(response_type)
        if _request_timeout is not None:
            _request_timeout = validation.check_timeout('_request_timeout', _request_timeout)
        url = build_url(configuration.host, resource_path, path_params, configuration.safe_chars_for_path_param)
        credentials, token = self._choose_credentials(auth_settings or ())
        request = {
            'query_params': build_query(query_params, collection_formats) if query_params else [],
            'headers': self._build_headers(header_params, credentials, _headers),
            'post_params': build_form(post_params, files, collection_formats) if post_params or files else [],
            'body': body if isinstance(body, (bytes, type(None))) else self.sanitize_for_serialization(body),
            '_preload_content': _preload_content,
            '_request_timeout': _request_timeout,
        }
        if _retries is not None:
            request['_retries'] = _retries
        if self._secure_host != configuration.host:
            self._warn_if_insecure(url, request)
        call = (monotonic(), method, url, request, token, response_type, _return_http_data_only)
        if async_req:
            return self.pool.apply_async(self._call_in_background, call)
        return self._call(*call)

    def request(self, method, url, query_params=None, headers=None, post_params=None, body=None, _preload_content=True,
                _request_timeout=None, _retries=None):
        """Send a request over the transport; see :meth:`.RESTClientObject.request`."""
        send = self.rest_client.request
        if _retries is not None:
            # Only if it is given: a program's own transport need not accept it.
            send = functools.partial(send, _retries=_retries)
        try:
            return send(
                method, url, query_params=query_params, headers=headers, post_params=post_params, body=body,
                _preload_content=_preload_content, _request_timeout=_request_timeout)
        except BaseException:
            # Like hide_locals(), without the cost of a wrapper for each call.
            del query_params, headers, post_params, body
            raise

    def deserialize(self, response, response_type):
        """Deserialize a response body.

        :param response: any object with ``data``, a str or bytes.
        :param response_type: see :meth:`call_api`; a class is also accepted.
        :return: the value, of that type.
        :raises InvalidResponseException: if the body is not of that type.
        :raises ValueError: if the type is unknown.
        """
        mismatch = None
        try:
            text, is_utf8 = decode_body(response.data)
            if not (is_utf8 and getattr(response, 'is_utf8', True)):
                raise DeserializationError('is not valid UTF-8')
            value = deserialize_text(text, response_type)
        except DeserializationError as error:
            # Error reporters show local variables, and these contain the response body.
            error.__traceback__ = text = None
            mismatch = error
        # Not raised in the handler, where PyPy would set the traceback of the cause again.
        if mismatch is not None:
            error = InvalidResponseException(
                status=getattr(response, 'status', None), reason=getattr(response, 'reason', None),
                detail='not %s: the response %s' % (getattr(response_type, '__name__', response_type), mismatch))
            error.body = response.data
            error.headers = response.getheaders() if hasattr(response, 'getheaders') else None
            error.request_sent = True
            six.raise_from(error, mismatch)
        return value

    @hide_locals
    def __deserialize(self, data, klass):
        """Convert a JSON value, such as a dict, to a type; programs for 2.0.x call ``_ApiClient__deserialize``."""
        if data is None:
            return None
        # Via JSON text: the parsers reuse the containers that they are given, and these belong to the program.
        return deserialize_text(json.dumps(serialize(data)), klass)

    @hide_locals
    def __deserialize_model(self, data, klass):
        """Convert a dict to a model; ``None``, as in 2.0.x, to an empty one."""
        return self.__deserialize(data or {}, klass)

    @hide_locals
    def sanitize_for_serialization(self, obj):
        """Serialize models and dates to JSON values; see :func:`.serialization.serialize`."""
        return serialize(obj)

    def _not_begun_error(self, _made_at=None, method=None, url=None, request=None, *_):
        """Return the exception of a background call that was dropped."""
        error = ApiException(status=0, reason='The client was closed before the call began')
        error.request_sent = False
        error.set_request(method, url, collect_secrets(self.configuration, request))
        return error

    def _call(self, made_at, method, url, request, token, response_type, data_only):
        verbose = logger.isEnabledFor(logging.DEBUG)
        if verbose:
            started = monotonic()
            logger.debug('%s %s, headers %s', method, scrub(url), mask(request['headers']))
        try:
            if self.configuration.pace:
                self._wait_for_pace(self._time_left(request, made_at))
            response, headers = self._send(made_at, method, url, request, token)
            data = response
            if request['_preload_content']:
                data = None
                if response_type is not None and (
                        isinstance(response_type, RequiredType) or not _has_no_content(method, response)):
                    data = self.deserialize(response, response_type)
        except ApiException as error:
            if error.method is None:
                error.set_request(method, url, collect_secrets(self.configuration, request), request['headers'],
                                  self.configuration)
            if verbose:
                logger.debug('%s %s: failed in %.0f ms: %s', method, scrub(url), (monotonic() - started) * 1000,
                             six.text_type(error))
            raise
        if verbose:
            logger.debug('%s %s: %s in %.0f ms', method, scrub(url), response.status, (monotonic() - started) * 1000)
        self.last_response = response
        return data if data_only else (data, response.status, headers)

    # For the other calls, call_api() hides the frames.
    _call_in_background = hide_locals(_call)

    def _send(self, made_at, method, url, request, token):
        """Send a request, and return the response and its headers.

        A token is renewed first if necessary, and once if the service rejects it.
        """
        if token is None:
            return self._send_once(made_at, method, url, request)
        sent = self._authorize(made_at, request, token)
        try:
            return self._send_once(made_at, method, url, request)
        except UnauthorizedException:
            # A request that is rejected with 401 was not processed, so any method may be repeated.
            pass
        try:
            self._authorize(made_at, request, token, rejected=sent)
        except ApiException as error:
            # The renewal set this to False, but the request itself was sent, and rejected.
            error.request_sent = True
            raise
        return self._send_once(made_at, method, url, request)

    def _send_once(self, made_at, method, url, request):
        """Send a request, with what earlier waits have left of its timeout."""
        if monotonic() - made_at > _NEGLIGIBLE_WAIT:
            request = dict(request, _request_timeout=self._time_left(request, made_at))
        try:
            response = self.request(method, url, **request)
        except ApiException as error:
            if error.headers is not None:
                self._record_headers(error.headers)
            raise
        headers = _response_headers(response, request)
        self._record_headers(headers)
        return response, headers

    def _authorize(self, made_at, request, token, rejected=None):
        """Add the token to a request."""
        limit = self._time_left(request, made_at)
        value = token.get(self, limit[1] if isinstance(limit, tuple) else limit, rejected)
        request['headers']['Authorization'] = 'Bearer ' + value
        return value

    def _wait_for_pace(self, limit):
        """Wait for the call's slot."""
        wait = self._pacer.acquire(self.configuration.max_retry_after if isinstance(limit, tuple) else limit)
        if wait is None:
            error = TimeoutException(status=0, reason='Waiting to stay within the rate limit would exceed the timeout')
            error.request_sent = False
            raise error
        time.sleep(wait)

    def _time_left(self, request, made_at):
        """Return what is left of a call's timeout; a pair applies to each operation, and is returned unchanged."""
        timeout = request['_request_timeout']
        if timeout is None:
            timeout = self.configuration.timeout
        # At least 1 ms: 0 is not a valid timeout, and after 1 ms the transport raises its TimeoutException.
        return timeout if isinstance(timeout, tuple) else max(timeout - (monotonic() - made_at), 0.001)

    def _record_headers(self, headers):
        # Only the headers: the exception of a failed call would keep its traceback alive.
        self._last_headers = headers
        if self.configuration.pace:
            self._pacer.update(self.rate_limit)

    def _choose_credentials(self, schemes):
        """Return the header of the first configured scheme as a dict, and its renewable token, or ``None``."""
        header, credential = self.configuration._find_credential(schemes)
        if hasattr(credential, 'get'):
            # A placeholder until the token is known; in the log, it looks like any masked token.
            return {header: MASK}, credential
        return {header: credential} if credential else {}, None

    def _build_headers(self, header_params, credentials, call_headers):
        if self.cookie:
            credentials['Cookie'] = self.cookie
        layers = (_copy_headers('header_params', header_params or {}),
                  _copy_headers('default_headers', self.default_headers),
                  _copy_headers('_headers', call_headers or {}), credentials)
        parts = [part for layer in layers for header in layer.items() for part in header]
        # Most calls have the same header objects as the previous call, and checking them again takes 3.5 % of a call's
        # instructions. Not compared with ==: True equals 1, but is sent differently.
        checked_parts, headers = self._checked_headers
        if len(parts) != len(checked_parts) or not all(map(operator.is_, parts, checked_parts)):
            headers = build_headers(_JSON_HEADERS, *layers)
            if 'Authorization' in credentials and not headers['Authorization'].startswith('Basic '):
                # If it gets both headers, the service may authenticate by the key.
                headers = {name: value for name, value in headers.items() if name.lower() != 'x-api-key'}
            self._checked_headers = parts, headers
        return dict(headers)

    def _warn_if_insecure(self, url, request):
        """Warn about secrets that are sent over plain http: once, or every time if warnings are errors."""
        host = self.configuration.host
        if not is_insecure(url, proxy_for(self.configuration, url)):
            self._secure_host = host
        elif find_secrets(request) and self._warned_filters != warnings.filters:
            warn('Credentials are sent over plain http to %s: anyone on the network path can read them' % host,
                 InsecureTransportWarning)
            # Not reached if the warning is an error. It may become one when the program changes the filters.
            self._warned_filters = list(warnings.filters)


def _copy_headers(name, headers):
    """Copy headers in one step: another thread may set one, and a dict must not change while it is iterated."""
    if isinstance(headers, dict):
        return headers.copy()
    if not hasattr(headers, 'items'):
        raise TypeError('%s must be a dict of headers, not %s' % (name, type(headers).__name__))
    return dict(headers.items())


def _response_headers(response, request):
    """Return the headers of a transport's response, or of urllib3's unread one, whose ``getheaders`` is deprecated."""
    if hasattr(response, 'getheaders') and (request['_preload_content'] or not hasattr(response, 'headers')):
        return response.getheaders()
    return response.headers


def _has_no_content(method, response):
    """Return whether a response has no body by definition (RFC 9110), or is a 202 without one."""
    return method == 'HEAD' or response.status in (204, 205) or (response.status == 202 and not response.data)
