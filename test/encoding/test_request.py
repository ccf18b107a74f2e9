# -*- coding: utf-8 -*-
"""Building URLs, query strings, headers and forms from arguments, and rejecting unsafe ones."""

import datetime
import re
from collections import OrderedDict

import pytest
import six
from hypothesis import given
from hypothesis import strategies as st
from six.moves.urllib.parse import unquote

from cloudsmith_api import UserBrief
from cloudsmith_api._encoding.request import (
    build_form,
    build_headers,
    build_query,
    build_url,
)

HOST = 'https://api.example.com/v1'


@pytest.mark.parametrize('value, segment', [
    ('plain', 'plain'),
    ('a/b', 'a%2Fb'),
    ('a b', 'a%20b'),
    ('a?b#c', 'a%3Fb%23c'),
    ('%2e%2e', '%252e%252e'),
    ('...', '...'),
    ('~', '~'),
    (u'ü', '%C3%BC'),
    (six.ensure_str(u'ü'), '%C3%BC'),
    ('{other}', '%7Bother%7D'),
    (5, '5'),
])
def test_path_parameter_is_encoded_as_one_segment(value, segment):
    assert build_url(HOST, '/x/{name}/y/', {'name': value}) == HOST + '/x/' + segment + '/y/'


@pytest.mark.parametrize('value', ['', '.', '..', None])
def test_empty_or_dot_segment_path_parameter_raises(value):
    with pytest.raises(ValueError, match='name'):
        build_url(HOST, '/x/{name}/', {'name': value})


@pytest.mark.parametrize('value', ['..', 'a/../b', '/a', 'a//b', 'a/.'])
def test_dot_or_empty_segments_raise_if_slashes_are_safe(value):
    with pytest.raises(ValueError, match='name'):
        build_url(HOST, '/x/{name}/', {'name': value}, safe='/')


@pytest.mark.parametrize('value', ['%2e%2E', '.%2e', '%2E', 'a?b', 'a#b', 'a\r\nb', 'a b', '100%', '%zz'])
def test_unsafe_path_parameter_raises_whatever_is_declared_safe(value):
    with pytest.raises(ValueError, match='name'):
        build_url(HOST, '/x/{name}/', {'name': value}, safe='%?#\r\n ')


def test_safe_characters_are_not_encoded():
    assert build_url(HOST, '/x/{name}/', {'name': 'a/b@c'}, safe='/@') == HOST + '/x/a/b@c/'


@pytest.mark.parametrize('value', [True, 1.5, ['a'], object()])
def test_path_parameter_of_the_wrong_type_raises_type_error(value):
    with pytest.raises(TypeError, match='name'):
        build_url(HOST, '/x/{name}/', {'name': value})


@pytest.mark.parametrize('name', ['name', 'a-b', 'a.b', '1', '*'])
def test_placeholder_may_have_any_name(name):
    assert build_url(HOST, '/x/{%s}/' % name, {name: 'y'}) == HOST + '/x/y/'


@pytest.mark.parametrize('name', ['second', 'a-b'])
def test_missing_path_parameter_is_named_in_the_error(name):
    with pytest.raises(ValueError, match=name):
        build_url(HOST, '/{first}/{%s}/' % name, {'first': 'x'})


@pytest.mark.skipif(six.PY2, reason='Python 2 encodes lone surrogates')
def test_path_parameter_with_lone_surrogate_raises():
    with pytest.raises(ValueError, match='name is not valid Unicode'):
        build_url(HOST, '/x/{name}/', {'name': u'\ud800'})


@pytest.mark.parametrize('path', [
    'no/slash', '', '@evil.example/', '/../admin/', '/a/./b', '/%2e%2E/', '/a b/', '/a\r\nHost: x/', '/a#b',
    '/\\', '/a%zz/', '/a?b=%', u'/ü/', '/a/..?x=1',
])
def test_invalid_resource_path_raises_value_error(path):
    with pytest.raises(ValueError, match='resource_path'):
        build_url(HOST, path, None)


def test_resource_path_may_contain_a_query_string():
    assert build_url(HOST, '/a/b.json?x=1', None) == HOST + '/a/b.json?x=1'


@given(st.text())
def test_any_text_stays_one_path_segment_or_raises(text):
    try:
        url = build_url(HOST, '/user/tokens/{slug_perm}/refresh/', {'slug_perm': text})
    except ValueError:
        changes_path = not text or {'.', '..'} & set(re.split(r'[/\\]', text))
        assert changes_path or any(u'\ud800' <= character <= u'\udfff' for character in text)
        return
    segments = url[len(HOST):].split('/')
    assert segments[:3] + segments[4:] == ['', 'user', 'tokens', 'refresh', '']
    assert '?' not in url
    assert '#' not in url
    # On Python 2 quote() returns bytes in UTF-8.
    assert six.ensure_text(unquote(segments[3])) == text


@pytest.mark.parametrize('params, formats, pairs', [
    (None, None, []),
    ({'page': 2}, None, [('page', 2)]),
    ([('a', 1), ('a', 2)], None, [('a', 1), ('a', 2)]),
    ([('a', None), ('b', 0), ('c', '')], None, [('b', 0), ('c', '')]),
    ([('a', True), ('b', False)], None, [('a', 'true'), ('b', 'false')]),
    ([('a', datetime.date(2024, 1, 2))], None, [('a', '2024-01-02')]),
    ([('a', [1, 'x'])], None, [('a', '1,x')]),
    ([('a', [1, 2])], {'a': 'multi'}, [('a', 1), ('a', 2)]),
    ([('a', (1, 2))], {'a': 'pipes'}, [('a', '1|2')]),
    ([('a', [1, 2])], {'a': 'ssv'}, [('a', '1 2')]),
    ([('a', [1, 2])], {'a': 'tsv'}, [('a', '1\t2')]),
    ([('a', [True, datetime.date(2024, 1, 2)])], None, [('a', 'true,2024-01-02')]),
    ([('a', [True, datetime.date(2024, 1, 2)])], {'a': 'multi'}, [('a', 'true'), ('a', '2024-01-02')]),
])
def test_query_parameters_are_serialized(params, formats, pairs):
    assert build_query(params, formats) == pairs


def test_query_values_are_native_strings():
    assert build_query({'a': u'ü'}) == [('a', six.ensure_str(u'ü'))]


@pytest.mark.skipif(six.PY2, reason='Python 2 encodes lone surrogates')
def test_query_with_lone_surrogate_raises():
    with pytest.raises(ValueError, match='a is not valid Unicode'):
        build_query({'a': u'\ud800'})
    with pytest.raises(ValueError, match='name of a query parameter is not valid Unicode'):
        build_query({u'\ud800': 'a'})


def test_later_headers_override_earlier_ones_in_any_case():
    assert build_headers({'Accept': 'a', 'X-A': 'x'}, {'ACCEPT': 'b'}, {'accept': 'c'}) == {'accept': 'c', 'X-A': 'x'}




def test_form_contains_fields_and_files(tmpdir):
    path = tmpdir.join('a.txt')
    path.write('hello')
    unknown = tmpdir.join('b.nosuchtype')
    unknown.write('x')
    parts = build_form({'name': 'Ada'}, OrderedDict(
        [('none', None), ('object', path), ('one', str(path)), ('two', [unknown])]))
    assert sorted(parts) == [
        ('name', 'Ada'),
        ('object', ('a.txt', b'hello', 'text/plain')),
        ('one', ('a.txt', b'hello', 'text/plain')),
        ('two', ('b.nosuchtype', b'x', 'application/octet-stream')),
    ]


def test_form_without_files_contains_only_the_fields():
    assert build_form(None, None) == []
    assert build_form([('a', 1)], None) == [('a', 1)]


def test_form_names_and_values_are_native_strings():
    parts = build_form({u'ä': u'ü'}, None)
    assert parts == [(six.ensure_str(u'ä'), six.ensure_str(u'ü'))]
    assert [type(part) for part in parts[0]] == [str, str]


@pytest.mark.skipif(six.PY2, reason='Python 2 encodes lone surrogates')
@pytest.mark.parametrize('fields', [{'a': u'secret\ud800'}, {u'secret\ud800': 'a'}])
def test_form_with_lone_surrogate_raises_without_showing_it(fields):
    with pytest.raises(ValueError, match='^a text in post_params is not valid Unicode$') as raised:
        build_form(fields, None)
    assert raised.value.__context__ is None


def test_form_dates_are_serialized_as_in_json():
    assert build_form({'when': datetime.datetime(2024, 1, 2, 3, 4, 5)}, None) == [('when', '2024-01-02T03:04:05')]


@pytest.mark.parametrize('formats, parts', [
    (None, [('a', [1, 2])]), ({'a': 'csv'}, [('a', '1,2')]), ({'a': 'pipes'}, [('a', '1|2')]),
    ({'a': 'multi'}, [('a', 1), ('a', 2)]),
])
def test_form_lists_follow_their_collection_format(formats, parts):
    assert build_form({'a': [1, 2]}, None, formats) == parts


def test_model_in_a_form_raises_type_error():
    with pytest.raises(TypeError, match='^post_params, user: '):
        build_form([('user', UserBrief(name='Ada'))], None)


def test_unreadable_file_is_named_in_the_error(tmpdir):
    for path in (tmpdir, tmpdir.join('missing')):
        with pytest.raises(ValueError, match='^files: .* cannot be read: '):
            build_form([], {'upload': str(path)})
    with pytest.raises(ValueError) as raised:
        build_form([], {'upload': u'/nosuch-ü'})
    assert 'files: /nosuch-ü cannot be read: ' in str(raised.value)


@pytest.mark.parametrize('path', [u'/nosuch-\0', u'/nosuch-\ud800'])
def test_path_that_no_file_can_have_raises_value_error(path):
    with pytest.raises(ValueError, match='(?s)^files: .* cannot be read: '):
        build_form([], {'upload': path})


@pytest.mark.parametrize('paths', ['', [''], [None]])
def test_empty_file_path_raises_value_error(paths):
    with pytest.raises(ValueError, match='^files: '):
        build_form([], {'upload': paths})


@pytest.mark.parametrize('paths', [5, [5], [object()]])
def test_file_path_of_the_wrong_type_raises_type_error(paths):
    with pytest.raises(TypeError, match='^files must be the path of a file'):
        build_form([], {'upload': paths})


def test_file_content_in_place_of_its_path_is_not_shown():
    with pytest.raises(ValueError, match='^files must be the path of a file, not its content') as raised:
        build_form([], {'upload': 'secret-1234\n'})
    assert 'secret-1234' not in str(raised.value)


@pytest.mark.parametrize('path', [None, 5, ['/x/'], {'/x/': 1}])
def test_resource_path_that_is_not_a_str_raises_type_error(path):
    with pytest.raises(TypeError, match='^resource_path must be a str'):
        build_url(HOST, path, {})


@pytest.mark.parametrize('value', ['../../../x', 'a/../../x', 'a/..', '..\\x', 'a\\..\\b', './x', u'\xe4/../x'])
def test_path_parameter_that_decodes_to_another_path_is_refused(value):
    with pytest.raises(ValueError, match='^slug_perm must not be'):
        build_url('https://host/v1', '/user/tokens/{slug_perm}/refresh/', {'slug_perm': value})


@pytest.mark.parametrize('path', ['/a%2F..%2Fb/', '/..%2Fb/', '/a/%2e%2e%2fb/', '/a/..%5cb/', '/%2e/'])
def test_resource_path_that_decodes_to_another_path_is_refused(path):
    with pytest.raises(ValueError, match='^resource_path must start with /'):
        build_url('https://host/v1', path, None)


@pytest.mark.parametrize('value', ['a..b', '...', 'a/b', 'v1.2', '.hidden', 'a.'])
def test_path_parameter_with_harmless_dots_is_encoded(value):
    assert build_url('https://host/v1', '/x/{name}/', {'name': value}).startswith('https://host/v1/x/')
