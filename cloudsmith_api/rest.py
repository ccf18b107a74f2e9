"""The transport: one HTTP request and its response over urllib3; every failure is an :class:`.ApiException`."""

import logging

import six
from six.moves.urllib.parse import urlencode

from ._common import validation
from ._common.headers import check_headers
from ._common.tracebacks import hide_locals
from ._transport.body import decode_body, encode_body
from ._transport.session import Session
from .exceptions import ApiException

__all__ = ('ApiException', 'RESTClientObject', 'RESTResponse')

# What _transport logs to; programs set its level.
logger = logging.getLogger(__name__)


class RESTResponse(object):
    """A response with its body read.

    :param resp: urllib3's response, or anything with ``status``, ``reason``, ``headers`` and ``data``.
    :param data: the body, if it has already been read; bytes are decoded.

    :ivar int status: the HTTP status.
    :ivar str reason: the reason phrase.
    :ivar str data: the body, decoded as UTF-8, or as Latin-1, which preserves each byte, if it is not valid UTF-8.
    :ivar bool is_utf8: whether the body is valid UTF-8, as JSON must be (RFC 8259 section 8.1).
    """

    def __init__(self, resp, data=None):
        self.urllib3_response = resp
        self.status = resp.status
        self.reason = resp.reason
        self.data, self.is_utf8 = decode_body(resp.data if data is None else data)

    def getheaders(self):
        """Return all headers.

        :rtype: urllib3.HTTPHeaderDict
        """
        return self.urllib3_response.headers

    def getheader(self, name, default=None):
        """Return one header.

        :param str name: its name, case-insensitive.
        :param default: returned if there is no such header.
        """
        return self.urllib3_response.headers.get(name, default)


class RESTClientObject(object):
    """Sends requests over pooled connections.

    A program may replace ``ApiClient.rest_client`` with an instance of its own subclass, which overrides
    :meth:`request` and need not call this constructor.

    :param Configuration configuration: the settings of proxy, TLS and connection pool are read here; timeout,
        retries and maximum size are read for each request.
    :param int pools_size: the number of connection pools to keep, one per host.
    :param int maxsize: the maximum number of connections to a host; ``configuration.connection_pool_maxsize`` by
        default.
    :raises TypeError: if ``maxsize`` is not an integer.
    :raises ValueError: if ``maxsize`` is negative, or above 65,535.
    """

    _session = None
    _pool_manager = None
    _checked_headers = {}

    def __init__(self, configuration, pools_size=4, maxsize=None):
        self.configuration = configuration
        if maxsize:
            validation.check_pool_size('maxsize', maxsize)
        self._session = Session(configuration, pools_size, maxsize)

    def __getstate__(self):
        """Give a copy its own connections."""
        from copy import copy  # few programs need it

        return dict(vars(self), _session=copy(self._session))

    @hide_locals
    def request(self, method, url, query_params=None, headers=None, body=None, post_params=None,
                _preload_content=True, _request_timeout=None, _retries=None):
        """Send a request, with retries, and read the response.

        :param str method: ``DELETE``, ``GET``, ``HEAD``, ``OPTIONS``, ``PATCH``, ``POST`` or ``PUT``.
        :param str url: the URL without query.
        :param query_params: list of pairs or dict.
        :param dict headers: the headers; ``Content-Type`` decides how the body is encoded, as JSON by default.
        :param body: a JSON value; text or bytes for a ``Content-Type`` other than JSON.
        :param post_params: list of pairs or dict, for a form's ``Content-Type``.
        :param bool _preload_content: whether to read the body; if not, the caller must read the response to its end, or
            close it.
        :param _request_timeout: seconds: a number for the whole call, or a pair ``(connect, read)`` for each operation;
            ``configuration.timeout`` by default.
        :param _retries: the maximum number of retries, or a ``urllib3.Retry``; ``configuration.retries`` by default.
        :return: the response; urllib3's unread response without ``_preload_content``.
        :rtype: RESTResponse
        :raises ApiException: if the request fails, or its status is not 2xx.
        :raises TypeError: for an argument of the wrong type.
        :raises ValueError: for an invalid argument or setting.
        """
        validation.check_method(method)
        method, url, checked = six.ensure_str(method), six.ensure_str(url), self._checked_headers
        # Most requests have the headers of the previous one, and checking them takes 3.5 % of a call's instructions.
        if headers != checked:
            headers = dict(headers or {})
            checked = check_headers(headers)
            # Kept only if nothing was converted: Python 2 warns when it compares non-ASCII bytes with Unicode.
            if {str}.issuperset(map(type, headers.values())):
                self._checked_headers = checked
        headers = dict(checked)
        if query_params:
            url += ('&' if '?' in url else '?') + urlencode(
                validation.check_unicode_pairs('query_params', query_params))
        payload = encode_body(
            method, headers, body, post_params and validation.check_unicode_pairs('post_params', post_params))
        call = self._session.prepare(self.configuration, _request_timeout, _retries, method, url, headers, payload,
                                     (query_params, post_params, body), _preload_content)
        try:
            raw, data = self._session.send(call)
            response = raw if data is None else RESTResponse(raw, data)
            if not 200 <= raw.status <= 299:
                raise ApiException(http_resp=response)
        except ApiException as error:
            call.annotate_error(error)
            raise
        return response

    def close(self):
        """Close idle connections now, and those in use as soon as their calls end.

        A later request opens new ones.
        """
        if self._session is not None:
            self._session.close()

    @property
    def pool_manager(self):
        """The underlying :class:`urllib3.PoolManager` for TLS; a subclass that overrides :meth:`request` may set it."""
        if self._pool_manager is not None:
            return self._pool_manager
        return self._session.manager(self.configuration.host, tls=True, streaming=False)

    @pool_manager.setter
    def pool_manager(self, value):
        if type(self).request == RESTClientObject.request:
            raise AttributeError('pool_manager must not be set: request() would not use it; set configuration.proxy '
                                 'or configuration.retries, or override request()')
        self._pool_manager = value
