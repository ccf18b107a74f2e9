"""Requests as they arrived and answers as they go back, on the WSGI side of things."""

import json
import re
from wsgiref.headers import Headers
from wsgiref.util import request_uri

from .environ import HEADERS

try:
    from http.client import responses
    from urllib.parse import urlsplit
except ImportError:  # pragma: no cover
    from httplib import responses
    from urlparse import urlsplit

REASONS = dict(responses)
REASONS.update({422: 'Unprocessable Entity', 429: 'Too Many Requests'})  # unknown to Python 2
CHALLENGES = {401: [('WWW-Authenticate', 'Basic realm="sandbox", charset="UTF-8"')]}  # RFC 9110, 15.5.2

MOST_BODY_BYTES = 1 << 20
LENGTH = re.compile(r'[0-9]{1,18}\Z')


class RequestHeaders(object):
    """Header pairs in arrival form, which iterating gives, and by name in any case, which indexing gives.

    A header that arrived several times reads as one, joined by commas (RFC 9110, 5.3).
    """

    def __init__(self, pairs):
        self._pairs = list(pairs)

    def get(self, name, default=None):
        """The value of the header called `name`, `default` where none arrived."""
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
    """What arrived: `method`, `path` as sent, `query` as sent, `headers` (`RequestHeaders`), `body` (bytes).

    `url` is the absolute address asked for, without the query. `repr` shows no header's value, no query and
    no body, since secrets travel there.
    """

    def __init__(self, environ):
        self.method = environ['REQUEST_METHOD']
        self.url = request_uri(environ, include_query=False)
        self.path = environ.get('REQUEST_URI', urlsplit(self.url).path).partition('?')[0]
        self.query = environ.get('QUERY_STRING', '')
        self.headers = RequestHeaders(environ.get(HEADERS) or header_pairs(environ))
        self.body = b''

    def __repr__(self):
        return '<Request %s %s, %r, %d bytes>' % (self.method, self.path, self.headers, len(self.body))


class Answer(object):
    """What goes back: `status` (int), `headers` (by name in any case) and `body` (`value` as JSON, bytes)."""

    def __init__(self, status, value, headers=()):
        self.status = status
        self.headers = Headers([('Content-Type', 'application/json')] + list(headers))
        self.body = json.dumps(value, ensure_ascii=False).encode('utf-8')


class Problem(Exception):
    """An error, `answer` being what tells it: a `detail` (by default the status's words) and more members."""

    def __init__(self, status, detail=None, headers=(), **members):
        super(Problem, self).__init__(detail)
        headers = list(headers) + CHALLENGES.get(status, [])
        self.answer = Answer(status, dict(members, detail=detail or reason(status)), headers)


def reason(status):
    """The words that go with a status."""
    return REASONS.get(status, 'Unassigned')


def header_pairs(environ):
    """The request's headers as far as a WSGI environ keeps them: not their order, nor their case."""
    for name, value in environ.items():
        if name.startswith('HTTP_'):
            yield name[5:].replace('_', '-').title(), value
        elif name in ('CONTENT_TYPE', 'CONTENT_LENGTH') and value:
            yield name.replace('_', '-').title(), value


def read_body(environ):
    """The request's body; a Problem where its length is unknown, wrong or too much."""
    if 'HTTP_TRANSFER_ENCODING' in environ:
        raise Problem(411, 'Chunked bodies are not read here; send a Content-Length.')
    length = environ.get('CONTENT_LENGTH') or '0'
    if not LENGTH.match(length):
        raise Problem(400, 'Content-Length is not a number of bytes.')
    if int(length) > MOST_BODY_BYTES:
        raise Problem(413, 'The body is longer than %d bytes.' % MOST_BODY_BYTES)
    body = environ['wsgi.input'].read(int(length))
    if len(body) < int(length):
        raise Problem(400, 'The body ends before its Content-Length.')
    return body
