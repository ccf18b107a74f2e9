"""One HTTP request and its answer over urllib3, with all that may go wrong as an :class:`.ApiException`."""

import six
from six.moves.urllib.parse import urlencode

from ._transport.body import decode_body, encode_body
from ._transport.session import Session
from .exceptions import ApiException

__all__ = ('ApiException', 'RESTClientObject', 'RESTResponse')

METHODS = frozenset(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'])


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

    _session = None

    def __init__(self, configuration, pools_size=4, maxsize=None):
        self.configuration = configuration
        self._session = Session(pools_size, maxsize)

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
        method, url, headers = six.ensure_str(method), six.ensure_str(url), dict(headers or {})
        if set(map(type, headers)) - {str}:
            headers = {six.ensure_str(name): value for name, value in headers.items()}
        if query_params:
            url += ('&' if '?' in url else '?') + urlencode(query_params)
        payload = encode_body(method, headers, body, post_params)
        call = self._session.prepare(self.configuration, method, url, headers, payload,
                                     (query_params, post_params, body), _preload_content, _request_timeout)
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
        """Close all connections that no call uses, and those in use as soon as their calls end.

        A later request opens new ones.
        """
        if self._session is not None:
            self._session.close()

    @property
    def pool_manager(self):
        """The :class:`urllib3.PoolManager` below, as set up for TLS."""
        return self._session.manager(self.configuration, tls=True, streaming=False)
