"""The body of a request as bytes, and the body of an answer, read within bounds."""

import json

import six
from six.moves.urllib.parse import urlencode
from urllib3 import encode_multipart_formdata
from urllib3.exceptions import DecodeError, ProtocolError

from .timeouts import OversizeError

_BODILESS_METHODS = frozenset(['GET', 'HEAD'])

# What the client never asks for it does not undo: older releases of urllib3 cannot bound how far these expand.
_ACCEPTED_ENCODINGS = frozenset(['', 'deflate', 'gzip', 'identity', 'x-gzip'])

_MAX_READ_BYTES = 64 * 1024
# zlib expands at most 1032 times, so this share of the limit, decompressed, is about as much as the limit.
_READ_FRACTION = 1024


def encode_body(method, headers, body, post_params):
    """Turn a body into bytes as ``Content-Type`` says; for a multipart form, complete that header.

    :param str method: the request's verb.
    :param dict headers: the request's headers; ``Content-Type`` is added where it is missing.
    :param body: a JSON value, or text or bytes for a type that is not JSON.
    :param post_params: list of pairs or dict, for a form's type.
    :return: ``None`` where there is nothing to send.
    :rtype: bytes
    :raises TypeError: if the body is of the wrong type for its ``Content-Type``.
    :raises ValueError: if the request takes no body, or this one cannot be encoded.
    """
    if method in _BODILESS_METHODS:
        if body is not None or post_params:
            raise ValueError('a %s request takes no body' % method)
        return None
    if body is not None and post_params:
        raise ValueError('body and post_params cannot be sent both')
    name = next((name for name in headers if name.lower() == 'content-type'), 'Content-Type')
    content_type = headers.setdefault(name, 'application/json')
    try:
        if body is not None:
            return _encode_value(content_type, body)
        payload, headers[name] = _encode_form(headers[name], post_params)
        return payload
    except UnicodeError:
        problem = '%s holds a text that is not valid Unicode' % ('post_params' if body is None else 'body')
    # Not raised where the codec's error, which holds all of the text, would become its context.
    raise ValueError(problem)


def _encode_form(content_type, post_params):
    """Give the bytes of a form, and its type, to which one in parts adds what stands between them."""
    kind = _media_type(content_type)
    if kind == 'application/x-www-form-urlencoded':
        return urlencode(post_params or []).encode('ascii'), content_type
    if kind == 'multipart/form-data':
        return encode_multipart_formdata(post_params or [])
    if post_params:
        raise ValueError('post_params need a Content-Type of a form, not %s' % content_type)
    return None, content_type


def _encode_value(content_type, body):
    if 'json' in _media_type(content_type):
        return _encode_json(body)
    if not isinstance(body, (bytes, six.text_type)):
        raise TypeError('body must be text or bytes for Content-Type %s, not %s' % (content_type, type(body).__name__))
    return six.ensure_binary(body)


def _media_type(content_type):
    """Leave out the parameters behind a type (RFC 9110 section 8.3.1), whose texts may hold the name of another."""
    return content_type.partition(';')[0].strip().lower()


def _encode_json(body):
    try:
        return six.ensure_binary(json.dumps(body, ensure_ascii=False, allow_nan=False))
    except UnicodeError:
        # It is a ValueError too, but one that the caller has words for.
        raise
    except ValueError:
        raise ValueError('body holds a number that JSON cannot express, or itself')


def decode_body(data):
    """Give a body as a native text: UTF-8, or where it is not valid UTF-8, Latin-1, which every byte is."""
    if isinstance(data, str):
        return data
    try:
        return six.ensure_str(data)
    except UnicodeDecodeError:
        return data.decode('latin-1')


def read_body(raw, limit):
    """Read an answer's body, and give the connection back.

    :param urllib3.HTTPResponse raw: the answer, its body unread.
    :param int limit: how many bytes it may have, after decompression.
    :rtype: bytes
    :raises OversizeError: if it has more.
    :raises urllib3.exceptions.HTTPError: if it breaks off, or cannot be decoded.
    """
    try:
        # Chunks may come although their status (101, 204, 304) has the length be 0.
        if raw.length_remaining is not None and not raw.chunked and 'Content-Encoding' not in raw.headers:
            if raw.length_remaining > limit:
                raise OversizeError()
            return raw.read()
        encoding = raw.headers.get('Content-Encoding', '').strip().lower()
        if encoding not in _ACCEPTED_ENCODINGS:
            raise DecodeError('Content-Encoding is %s, which was not asked for' % encoding)
        return _read_chunks(raw, limit)
    except BaseException:
        # Also on Ctrl-C: what is left of this answer must not be read as the next one.
        raw.close()
        raise
    finally:
        raw.release_conn()


def _read_chunks(raw, limit):
    parts = []
    left = limit
    try:
        for part in raw.stream(max(1024, min(_MAX_READ_BYTES, limit // _READ_FRACTION))):
            left -= len(part)
            if left < 0:
                raise OversizeError()
            parts.append(part)
    except ValueError as error:
        # A chunk that is said to have less than no bytes is more than urllib3 expects.
        six.raise_from(ProtocolError('Invalid chunk', error), error)
    return b''.join(parts)
