"""Encode request bodies; read and decompress response bodies within their size limit."""

import json
import zlib

import six
from six.moves.urllib.parse import urlencode
from urllib3 import HTTPResponse, encode_multipart_formdata
from urllib3.exceptions import DecodeError, InvalidHeader, ProtocolError

from .timeouts import OversizeError

_BODILESS_METHODS = frozenset(['GET', 'HEAD'])

# No compression is requested, but proxies may compress. Which other encodings urllib3 decodes depends on the packages
# that are installed.
_ENCODINGS = frozenset(['', 'deflate', 'gzip', 'identity', 'x-gzip'])

# The maximum number of bytes to read, and to decompress, at a time.
_CHUNK_BYTES = 64 * 1024


def encode_body(method, headers, body, post_params):
    """Encode a body by its ``Content-Type``; for a multipart form, add the boundary to that header.

    :param str method: the HTTP method.
    :param dict headers: the headers of the request; ``Content-Type`` is added if it is missing.
    :param body: a JSON value, or text or bytes for a type that is not JSON.
    :param post_params: list of pairs or dict, for the type of a form.
    :return: the body; ``None`` if there is none.
    :rtype: bytes
    :raises TypeError: if the body is of the wrong type for its ``Content-Type``.
    :raises ValueError: if the method takes no body, or this one cannot be encoded.
    """
    if method in _BODILESS_METHODS:
        if body is not None or post_params:
            raise ValueError('a %s request takes no body' % method)
        return None
    if body is not None and post_params:
        raise ValueError('body and post_params cannot both be sent')
    name = next((name for name in headers if name.lower() == 'content-type'), 'Content-Type')
    content_type = headers.setdefault(name, 'application/json')
    try:
        if body is not None:
            return _encode_value(content_type, body)
        payload, headers[name] = _encode_form(headers[name], post_params)
        return payload
    except UnicodeError:
        problem = '%s contains text that is not valid Unicode' % ('post_params' if body is None else 'body')
    # Not raised above: the codec's error, which contains the whole text, would become its context.
    raise ValueError(problem)


def _encode_form(content_type, post_params):
    """Return the encoded form and its ``Content-Type``, which includes the boundary of a multipart form."""
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
    """Return the type without its parameters (RFC 9110 section 8.3.1), which may contain the name of another type."""
    return content_type.partition(';')[0].strip().lower()


def _encode_json(body):
    try:
        return six.ensure_binary(json.dumps(body, ensure_ascii=False, allow_nan=False))
    except UnicodeError:
        # Also a ValueError, but the caller has its own message for it.
        raise
    except ValueError:
        raise ValueError('body contains a number that JSON cannot represent, or contains itself')


def decode_body(data):
    """Return a body as a native str, and whether it is valid UTF-8.

    If it is not, it is decoded as Latin-1, which accepts any bytes.

    :rtype: tuple
    """
    try:
        text = six.ensure_text(data)
    except UnicodeDecodeError:
        # On Python 2, bytes are the native str.
        return data if str is bytes else data.decode('latin-1'), False
    return six.ensure_str(text), True


def read_body(raw, limit):
    """Read a response body, and return the connection to its pool.

    :param urllib3.HTTPResponse raw: the response, its body unread.
    :param int limit: the maximum size in bytes, after decompression.
    :rtype: bytes
    :raises OversizeError: if the body is larger.
    :raises urllib3.exceptions.HTTPError: if it is truncated, or cannot be decoded.
    """
    try:
        if not isinstance(raw, HTTPResponse):
            # A recorder has already read the body: joined and decompressed, whatever the headers say (vcrpy 9.4).
            return raw.data
        encoding = raw.headers.get('Content-Encoding', '').strip().lower()
        if encoding not in _ENCODINGS:
            raise DecodeError('Content-Encoding is %s, which the request did not accept' % encoding)
        if raw.length_remaining is None and not raw.chunked and raw.headers.get('Content-Length'):
            # http.client would ignore it, and wait for the end of the connection.
            raise InvalidHeader('Content-Length is not a number')
        # For some statuses (101, 204, 304), the length is 0, but chunks may arrive nevertheless.
        if raw.length_remaining is not None and not raw.chunked and not encoding:
            if raw.length_remaining > limit:
                raise OversizeError()
            # In a program's fake, here and below, the body may have been read already.
            return raw.read() or raw.data or b''
        if raw.tell() or raw.closed:
            return raw.data or b''
        return _read_chunks(raw, encoding, limit)
    except BaseException:
        # On Ctrl-C too: the rest of this response must not be read as the next one.
        raw.close()
        raise
    finally:
        raw.release_conn()


def _read_chunks(raw, encoding, limit):
    # One growing buffer: a list of two-byte chunks takes twenty times as much memory.
    body = bytearray()
    decompressor = _Decompressor(encoding) if encoding not in ('', 'identity') else None
    try:
        for chunk in raw.stream(_CHUNK_BYTES, decode_content=False):
            for piece in [chunk] if decompressor is None else decompressor.decompress(chunk):
                body += piece
                if len(body) > limit:
                    raise OversizeError()
    except ValueError as error:
        # urllib3 does not expect a chunk of negative length (1.26 and 2).
        six.raise_from(ProtocolError('Invalid chunk', error), error)
    except zlib.error as error:
        six.raise_from(DecodeError('The body is not valid %s' % encoding, error), error)
    if decompressor is not None and not decompressor.is_complete():
        raise ProtocolError('The body is truncated: its %s data has no end' % encoding)
    return bytes(body)


class _Decompressor(object):
    """Decompresses a body in pieces of limited size, and detects truncation.

    urllib3's decoders accept truncated data as complete, and up to 2.5 do not limit how far one chunk expands.

    :param str encoding: ``gzip``, ``x-gzip`` or ``deflate``.
    """

    def __init__(self, encoding):
        self._is_gzip = encoding != 'deflate'
        self._stream = None
        self._is_past_end = False

    def decompress(self, data):
        """Yield the decompressed pieces of the next chunk of data."""
        has_more = bool(data) and not self._is_past_end
        while has_more:
            if self._stream is None:
                self._stream = zlib.decompressobj(self._window_bits(bytearray(data[:1])[0]))
            piece = self._stream.decompress(data, _CHUNK_BYTES)
            yield piece
            data = self._stream.unconsumed_tail
            # zlib may have consumed all input, and still hold back output that did not fit.
            has_more = data or len(piece) == _CHUNK_BYTES
            rest = self._stream.unused_data
            if self._is_gzip and rest.startswith(b'\x1f\x8b'):
                # Another member, RFC 1952 section 2.2.
                data, self._stream, has_more = rest, None, True
            elif rest and not (self._is_gzip and rest == b'\x1f'):
                # Data after the end is ignored. zlib would copy all of it with each chunk, in quadratic time.
                self._is_past_end, has_more = True, False

    def is_complete(self):
        """Return whether the data has reached its end."""
        if self._stream is None:
            return True
        # Python 2.7 has no ``eof``, but reports any data after the end as unused.
        try:
            self._stream.decompress(b'\0')
        except zlib.error:
            return False
        return bool(self._stream.unused_data)

    def _window_bits(self, first_byte):
        if self._is_gzip:
            return 16 + zlib.MAX_WBITS
        # Some servers send "deflate" without the zlib header that RFC 9110 section 8.4.1.2 requires. Without a header,
        # these four bits would mean a stored block with a padding bit set, and compressors leave the padding clear.
        return zlib.MAX_WBITS if first_byte & 15 == zlib.DEFLATED else -zlib.MAX_WBITS
