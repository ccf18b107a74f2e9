"""HTTP requests as the sandbox records them, and the responses it returns."""

import json
import re
from wsgiref.headers import Headers
from wsgiref.util import request_uri

from ._environ import HEADERS

try:
    from http.client import responses
except ImportError:  # pragma: no cover
    from httplib import responses

REASON_PHRASES = dict(responses)
REASON_PHRASES.update({  # missing from Python 2, and 421 from Python 3.6
    421: 'Misdirected Request', 422: 'Unprocessable Entity', 429: 'Too Many Requests'})
CHALLENGES = {401: [('WWW-Authenticate', 'Basic realm="sandbox", charset="UTF-8"')]}  # RFC 9110, section 15.5.2

MAX_BODY_BYTES = 1 << 20
CONTENT_LENGTH = re.compile(r'[0-9]{1,18}\Z')


class RequestHeaders(object):
    """Request headers: look a value up by name in any case, or iterate over the pairs in arrival order.

    The values of a repeated header are joined by commas (RFC 9110, section 5.3).
    """

    def __init__(self, pairs):
        self._pairs = list(pairs)

    def get(self, name, default=None):
        """Return the value of the header ``name``, or ``default`` if it was not sent."""
        values = [value for sent_name, value in self._pairs if sent_name.lower() == name.lower()]
        return ', '.join(values) if values else default

    def __getitem__(self, name):
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def __contains__(self, name):
        return self.get(name) is not None

    def __iter__(self):
        return iter(self._pairs)

    def __len__(self):
        return len(self._pairs)

    def __repr__(self):
        return '<headers %s>' % ', '.join(name for name, _ in self._pairs)


class Request(object):
    """A recorded request, built from a WSGI environ.

    Its ``repr`` shows no header value, query or body, since these may hold secrets.

    :ivar str method: the HTTP method.
    :ivar str url: the absolute URL without the query string.
    :ivar str path: the path as sent, still percent-encoded.
    :ivar str query: the query string as sent.
    :ivar RequestHeaders headers: the headers, by name in any case.
    :ivar bytes body: the request body; empty until ``App`` has read it.
    """

    def __init__(self, environ):
        self.method = environ['REQUEST_METHOD']
        self.url = request_uri(environ, include_query=False)
        # Not with `urlsplit`: it raises an error if the host is malformed.
        self.path = environ.get('REQUEST_URI', '/' + self.url.split('/', 3)[3]).partition('?')[0]
        self.query = environ.get('QUERY_STRING', '')
        self.headers = RequestHeaders(environ.get(HEADERS) or headers_from_environ(environ))
        self.body = b''

    def __repr__(self):
        return '<Request %s %s, %r, %d bytes>' % (self.method, self.path, self.headers, len(self.body))


class Response(object):
    """A JSON response: ``status`` (int), ``headers`` (by name in any case) and ``body`` (bytes).

    :param value: the value to serialize as the body.
    :param headers: pairs to add to ``Content-Type``.
    """

    def __init__(self, status, value, headers=()):
        self.status = status
        self.headers = Headers([('Content-Type', 'application/json')] + list(headers))
        self.body = json.dumps(value, ensure_ascii=False).encode('utf-8')


class ErrorResponse(Exception):
    """An error that ``App`` returns to the client as ``response``.

    :param detail: the message in the JSON body, by default the status's reason phrase.
    :param members: further members of the JSON body.
    """

    def __init__(self, status, detail=None, headers=(), **members):
        super(ErrorResponse, self).__init__(detail)
        headers = list(headers) + CHALLENGES.get(status, [])
        self.response = Response(status, dict(members, detail=detail or reason_phrase(status)), headers)


def parameter_error(**messages):
    """Return the 422 error for missing or invalid parameters, given a message for each."""
    fields = {name: [messages[name]] for name in messages}
    return ErrorResponse(422, 'Missing or invalid parameters.', code='invalid', fields=fields)


def parse_parameters(request, names):
    """Return the named parameters in the JSON body as a dict; null counts as absent.

    :raises ErrorResponse: if the body is not a JSON object, or a parameter is not a non-empty string.
    """
    try:
        values = json.loads(request.body.decode('utf-8')) if request.body else {}
    except (ValueError, RuntimeError):  # RuntimeError: JSON nested too deeply exceeds the recursion limit
        raise parameter_error(body='Must be JSON.')
    if not isinstance(values, dict):
        raise parameter_error(body='Must be a JSON object.')
    given = {name: values[name] for name in names if values.get(name) is not None}
    invalid = [name for name in given if not isinstance(given[name], type(u'')) or not given[name]]
    if invalid:
        raise parameter_error(**dict.fromkeys(invalid, 'Must be text of at least one character.'))
    return given


def require(given, names):
    """Return the values of the named parameters.

    :raises ErrorResponse: if any is missing; the response names all missing ones.
    """
    missing = [name for name in names if name not in given]
    if missing:
        raise parameter_error(**dict.fromkeys(missing, 'Required.'))
    return [given[name] for name in names]


def bearer_token(request):
    """Return the token in ``Authorization: Bearer`` (RFC 6750, section 2.1), or None for any other scheme."""
    scheme, _, token = request.headers.get('Authorization', '').partition(' ')
    return token.strip() if scheme.lower() == 'bearer' else None


def reason_phrase(status):
    """Return the reason phrase of a status."""
    return REASON_PHRASES.get(status, 'Unassigned')


def headers_from_environ(environ):
    """Yield the request headers in a WSGI environ, which does not keep their order and case."""
    for name, value in environ.items():
        if name.startswith('HTTP_'):
            yield name[5:].replace('_', '-').title(), value
        elif name in ('CONTENT_TYPE', 'CONTENT_LENGTH') and value:
            yield name.replace('_', '-').title(), value


def read_body(environ):
    """Read the request body.

    :raises ErrorResponse: if its length is unknown, malformed, too large, or more than was sent.
    """
    if 'HTTP_TRANSFER_ENCODING' in environ:
        raise ErrorResponse(411, 'Chunked request bodies are not supported; send a Content-Length.')
    length = environ.get('CONTENT_LENGTH') or '0'
    if not CONTENT_LENGTH.match(length):
        raise ErrorResponse(400, 'Content-Length must be a number of bytes.')
    if int(length) > MAX_BODY_BYTES:
        raise ErrorResponse(413, 'The request body is longer than %d bytes.' % MAX_BODY_BYTES)
    body = environ['wsgi.input'].read(int(length))
    if len(body) < int(length):
        raise ErrorResponse(400, 'The request body is shorter than its Content-Length.')
    return body
