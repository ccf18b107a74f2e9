"""What a call's arguments become on the wire: the URL, the query, the headers; no socket is opened here."""

import datetime
import mimetypes
import os
import re
import string

import six
from six.moves.urllib.parse import quote, unquote

from .._common import validation
from .._common.urls import UNRESERVED
from ..models.model import Model
from .serialization import serialize

# What a segment of a path may hold, RFC 3986 section 3.3.
_SEGMENT_CHARACTERS = UNRESERVED + "!$&'()*+,;=:@%"
# A path of an endpoint as its author writes it, before parameters are put in, and its query: no fragment.
_PATH_CHARACTERS = _SEGMENT_CHARACTERS + '/{}'
_QUERY_CHARACTERS = _SEGMENT_CHARACTERS + '/?'
# One that encodes nothing would have urllib3 encode all others once more.
_STRAY_PERCENT_SIGN = r'%(?![0-9A-Fa-f]{2})'
_PLACEHOLDER = r'{(\w+)}'

# What a header's value may hold, RFC 9110 section 5.5: visible characters, spaces and tabs, in one byte each.
_HEADER_VALUE_CHARACTERS = u'\t' + bytes(bytearray(range(0x20, 0x7f)) + bytearray(range(0x80, 0x100))).decode('latin-1')
# Those that frame the body are set by what sends it: another length would leave a part to be taken for a request.
_FRAMING_HEADERS = frozenset(['content-length', 'transfer-encoding'])
_HEADER_NAME_CHARACTERS = string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~"

_SEPARATORS = {'csv': ',', 'pipes': '|', 'ssv': ' ', 'tsv': '\t'}

# Compiled when it is first needed, which with TLS is never.
_LOOPBACK = r'(?i)http://(?:127(?:\.\d+){3}|\[::1\]|(?:[\w-]+\.)*localhost)(?::\d*)?(?:/|\Z)'


def build_url(host, path, path_params, safe=''):
    """Put a URL together.

    :param str host: the base URL.
    :param str path: the endpoint's path from ``/`` on, with ``{name}`` for each parameter.
    :param dict path_params: the parameters' values, each of which becomes one segment of the path.
    :param str safe: characters in values that are not percent-encoded.
    :rtype: str
    :raises TypeError: if the path is no text, or a value is neither text nor a number.
    :raises ValueError: if the path is not one, a value is missing, or a value would change the path.
    """
    if not _is_path(validation.check_str('resource_path', path)) or _changes_path(path):
        raise ValueError('resource_path must begin with / and hold only characters of a URL, without . and .. segments '
                         'and without fragment, but is %r' % (path,))
    if '{' in path:
        values = dict(path_params or {})
        path = re.sub(_PLACEHOLDER, lambda found: _encode_segment(found.group(1), values, safe), path)
    return host + path


def _is_path(text):
    path, _, query = text.partition('?')
    return (path[:1] == '/' and validation.contains_only(_PATH_CHARACTERS, path)
            and validation.contains_only(_QUERY_CHARACTERS, query))


def _changes_path(path):
    """Tell whether a path has a segment . or .., also percent-encoded, or a percent sign that encodes nothing."""
    if '.' not in path and '%' not in path:
        return False
    segments = path.partition('?')[0].split('/')
    return any(unquote(segment) in ('.', '..') for segment in segments) or re.search(_STRAY_PERCENT_SIGN, path)


def _encode_segment(name, values, safe):
    value = values.get(name)
    if value is None:
        raise ValueError('%s is required' % name)
    validation.check_type(name, value, six.string_types + six.integer_types, 'a str')
    try:
        segment = quote(six.ensure_binary(six.text_type(value)), safe + '~')
    except UnicodeError:
        raise ValueError('%s is not valid Unicode' % name)
    if _changes_path(segment) or not all(
            part and validation.contains_only(_SEGMENT_CHARACTERS, part) for part in segment.split('/')):
        raise ValueError("%s must not be empty, '.' or '..', nor end a segment: that would name another path" % name)
    return segment


def build_query(query_params, collection_formats=None):
    """Make the pairs of a query; parameters that are ``None`` are left out.

    :param query_params: dict or list of pairs.
    :param dict collection_formats: how lists are sent, by name: ``'csv'``, ``'multi'``, ``'pipes'``, ``'ssv'``,
        ``'tsv'``; commas by default.
    :rtype: list
    :raises ValueError: if a text is not valid Unicode.
    """
    pairs = query_params.items() if isinstance(query_params, dict) else query_params or ()
    formats = collection_formats or {}
    query = []
    for name, value in pairs:
        if value is None:
            continue
        name = _encode_query_value('the name of a query parameter', name)
        if isinstance(value, (list, tuple)):
            query.extend(_encode_collection(name, value, formats.get(name)))
        else:
            query.append((name, _encode_query_value(name, value)))
    return query


def _encode_collection(name, values, collection_format):
    """Give the pairs that a list is sent as."""
    values = [_encode_query_value(name, value) for value in values]
    if collection_format == 'multi':
        return [(name, value) for value in values]
    return [(name, _SEPARATORS.get(collection_format, ',').join(map(str, values)))]


def _encode_query_value(name, value):
    if isinstance(value, bool):
        return 'true' if value else 'false'
    value = serialize(value)
    if not isinstance(value, six.string_types):
        return value
    try:
        return six.ensure_str(six.ensure_binary(value))
    except UnicodeError:
        raise ValueError('%s is not valid Unicode' % name)


def build_headers(own, *layers):
    """Put the headers of a request together.

    :param dict own: what this package sends by itself, which needs no check.
    :param layers: dicts of headers; a later one goes before those in front of it, in any spelling of a name.
    :rtype: dict
    :raises TypeError: if a value is neither text nor a whole number.
    :raises ValueError: if a name or a value cannot stand in a header.
    """
    by_name = {name.lower(): (name, value) for name, value in own.items()}
    for layer in layers:
        for name, value in layer.items():
            by_name[name.lower()] = (name, check_header(name, value))
    return dict(by_name.values())


def check_header(name, value):
    """Check a header and give its value as http.client takes it.

    :param str name: the header's name.
    :param value: text, or a whole number.
    :rtype: str
    :raises TypeError: if the name is no text, or the value is neither.
    :raises ValueError: if name or value cannot stand in a header; the value is not shown, since it may be secret.
    """
    if not (validation.check_str('the name of a header', name)
            and validation.contains_only(_HEADER_NAME_CHARACTERS, name)):
        raise ValueError('%r is not the name of a header' % name)
    if name.lower() in _FRAMING_HEADERS:
        raise ValueError('header %s is set where the body is sent, and not by the program' % name)
    # Nearly all values are native texts, and need no look at what else they might be.
    if type(value) is not str:
        if isinstance(value, six.integer_types):
            return str(value)
        validation.check_str('header %s' % name, value)
    value = six.ensure_text(value, 'latin-1')
    if not validation.contains_only(_HEADER_VALUE_CHARACTERS, value):
        raise ValueError('header %s must not hold line breaks, control characters or characters beyond Latin-1' % name)
    return six.ensure_str(value, 'latin-1')


def is_insecure(url):
    """Tell whether what is sent to a URL can be read on its way to another machine."""
    return url[:5].lower() == 'http:' and not re.match(_LOOPBACK, url)


def build_form(post_params, files, collection_formats=None):
    """Put a form's fields and files together.

    :param post_params: dict or list of pairs.
    :param dict files: path, or list of paths, of the files for each field.
    :param dict collection_formats: how lists are sent, see :func:`build_query`; others are left as they are.
    :return: pairs, a file as ``(name, (file name, content, type))``.
    :rtype: list
    :raises TypeError: if a value is a model.
    :raises ValueError: if a file cannot be read.
    """
    fields = post_params.items() if isinstance(post_params, dict) else post_params or ()
    formats = collection_formats or {}
    parts = []
    for name, value in fields:
        if name in formats and isinstance(value, (list, tuple)):
            parts.extend(_encode_collection(name, value, formats[name]))
        else:
            parts.append((name, _encode_form_value(name, value)))
    for field, paths in (files or {}).items():
        for path in [paths] if isinstance(paths, six.string_types) else paths or ():
            content = _read_file_content(path)
            kind = mimetypes.guess_type(path)[0] or 'application/octet-stream'
            parts.append((field, (os.path.basename(path), content, kind)))
    return parts


def _encode_form_value(name, value):
    if isinstance(value, Model):
        raise TypeError('post_params, %s: a form has no place for a model; send it as body' % name)
    return value.isoformat() if isinstance(value, datetime.date) else value


def _read_file_content(path):
    try:
        with open(path, 'rb') as opened:
            return opened.read()
    except EnvironmentError as error:
        raise ValueError('files: %s cannot be read: %s' % (path, error.strerror))
