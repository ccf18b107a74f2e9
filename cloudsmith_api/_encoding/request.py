"""Build a request's URL, query, headers and form from a call's arguments; the only I/O is reading a form's files."""

import datetime
import mimetypes
import os
import re

import six
from six.moves.urllib.parse import quote, unquote

from .._common import validation
from .._common.headers import check_header
from .._common.urls import STRAY_PERCENT_SIGN, UNRESERVED
from ..models.model import Model
from .serialization import serialize

# The characters of a path segment, RFC 3986 section 3.3.
_SEGMENT_CHARACTERS = UNRESERVED + "!$&'()*+,;=:@%"
# The characters of an endpoint's path with its placeholders, and of its query; a fragment is never sent.
_PATH_CHARACTERS = _SEGMENT_CHARACTERS + '/{}'
_QUERY_CHARACTERS = _SEGMENT_CHARACTERS + '/?'
_PLACEHOLDER = '{([^{}/]+)}'

_SEPARATORS = {'csv': ',', 'pipes': '|', 'ssv': ' ', 'tsv': '\t'}


def build_url(host, path, path_params, safe=''):
    """Build the URL of a call, without its query parameters.

    :param str host: the base URL.
    :param str path: the endpoint's path, starting with ``/``, with ``{name}`` for each path parameter.
    :param dict path_params: the values of the path parameters; each becomes one segment.
    :param str safe: characters of these values that are not percent-encoded.
    :rtype: str
    :raises TypeError: if the path is not a str, or a value is neither a str nor an int.
    :raises ValueError: if the path is invalid, a value is missing, or a value would change the path.
    """
    if not _is_path(validation.check_str('resource_path', path)) or _changes_path(path):
        raise ValueError('resource_path must start with / and contain only URL characters, no . or .. segments and no '
                         'fragment, got %r' % (path,))
    if '{' in path:
        values = dict(path_params or {})
        path = re.sub(_PLACEHOLDER, lambda found: _encode_segment(found.group(1), values, safe), path)
    return host + path


def _is_path(text):
    path, _, query = text.partition('?')
    return (path[:1] == '/' and validation.contains_only(_PATH_CHARACTERS, path)
            and validation.contains_only(_QUERY_CHARACTERS, query))


def _changes_path(path):
    """Return whether a path has a . or .. segment once it is decoded, or an invalid percent sign.

    Some servers and gateways decode ``%2F`` and ``%5C`` before they resolve such segments.
    """
    if '.' not in path and '%' not in path:
        return False
    segments = re.split(r'[/\\]', unquote(path.partition('?')[0]))
    return '.' in segments or '..' in segments or re.search(STRAY_PERCENT_SIGN, path)


def _encode_segment(name, values, safe):
    value = values.get(name)
    if value is None:
        raise ValueError('%s is required' % name)
    validation.check_type(name, value, six.string_types + six.integer_types, 'a str')
    segment = quote(validation.check_unicode(name, '%s' % value), safe + '~')
    if _changes_path(segment) or not all(
            part and validation.contains_only(_SEGMENT_CHARACTERS, part) for part in segment.split('/')):
        raise ValueError("%s must not be empty, '.' or '..', or otherwise change the path" % name)
    return segment


def build_query(query_params, collection_formats=None):
    """Build the name-value pairs of a query string; parameters that are ``None`` are left out.

    :param query_params: dict or list of pairs.
    :param dict collection_formats: the format of each list, by name: ``'csv'`` (the default), ``'multi'``,
        ``'pipes'``, ``'ssv'`` or ``'tsv'``.
    :rtype: list
    :raises ValueError: if a string is not valid Unicode.
    """
    formats = collection_formats or {}
    query = []
    for name, value in _pairs(query_params):
        if value is None:
            continue
        name = _encode_query_value('the name of a query parameter', name)
        if isinstance(value, (list, tuple)):
            query.extend(_encode_collection(name, value, formats.get(name)))
        else:
            query.append((name, _encode_query_value(name, value)))
    return query


def _pairs(params):
    return params.items() if isinstance(params, dict) else params or ()


def _encode_collection(name, values, collection_format):
    """Return the pairs of a list; ``multi`` has one for each value, the other formats a single one."""
    values = [_encode_query_value(name, value) for value in values]
    if collection_format == 'multi':
        return [(name, value) for value in values]
    return [(name, _SEPARATORS.get(collection_format, ',').join(map(str, values)))]


def _encode_query_value(name, value):
    if isinstance(value, bool):
        return 'true' if value else 'false'
    value = serialize(value)
    return validation.check_unicode(name, value) if isinstance(value, six.string_types) else value


def build_headers(own, *layers):
    """Build the headers of a request.

    :param dict own: the headers that this package sends by default; they are not checked.
    :param layers: dicts of headers; later ones override earlier ones, and names are case-insensitive.
    :rtype: dict
    :raises TypeError: if a value is neither a str nor an int.
    :raises ValueError: if a name or a value is not valid in a header.
    """
    by_name = {name.lower(): (name, value) for name, value in own.items()}
    for layer in layers:
        for name, value in layer.items():
            by_name[name.lower()] = (name, check_header(name, value))
    return dict(by_name.values())


def build_form(post_params, files, collection_formats=None):
    """Build the fields of a form, files included.

    :param post_params: dict or list of pairs.
    :param dict files: field -> path (a str or a path object), or list of paths.
    :param dict collection_formats: the format of each list, see :func:`build_query`; a list without one is left as is.
    :return: pairs; the value of a file is ``(file name, content, media type)``.
    :rtype: list
    :raises TypeError: if a value is a model, or a path is neither a str nor a path object.
    :raises ValueError: if a string is not valid Unicode, or a file cannot be read.
    """
    formats = collection_formats or {}
    parts = []
    for name, value in validation.check_unicode_pairs('post_params', post_params or ()):
        if name in formats and isinstance(value, (list, tuple)):
            parts.extend(_encode_collection(name, value, formats[name]))
        else:
            parts.append((name, _encode_form_value(name, value)))
    for field, paths in (files or {}).items():
        if paths is None:
            continue
        for path in paths if isinstance(paths, (list, tuple)) else [paths]:
            path = validation.check_path('files', path) or ''
            content = _read_file(path)
            media_type = mimetypes.guess_type(path)[0] or 'application/octet-stream'
            parts.append((field, (os.path.basename(path), content, media_type)))
    return parts


def _encode_form_value(name, value):
    if isinstance(value, Model):
        raise TypeError('post_params, %s: a form cannot contain a model; pass it as body' % name)
    return value.isoformat() if isinstance(value, datetime.date) else value


def _read_file(path):
    try:
        with open(path, 'rb') as opened:
            return opened.read()
    except EnvironmentError as error:
        problem = error.strerror
    except (TypeError, ValueError):
        # It contains NUL or a lone surrogate; or, on Python 2 in the C locale, a non-ASCII character.
        problem = 'no file can have this name here'
    raise ValueError('files: %s cannot be read: %s' % (six.ensure_str(path), problem))
