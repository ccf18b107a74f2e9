# -*- coding: utf-8 -*-
"""Arguments become URLs, queries and headers, or are refused."""

import datetime

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
    check_header,
    is_insecure,
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
    ('{other}', '%7Bother%7D'),
    (5, '5'),
])
def test_a_path_parameter_is_one_segment(value, segment):
    assert build_url(HOST, '/x/{name}/y/', {'name': value}) == HOST + '/x/' + segment + '/y/'


@pytest.mark.parametrize('value', ['', '.', '..', None])
def test_a_path_parameter_that_would_change_the_path_is_refused(value):
    with pytest.raises(ValueError, match='name'):
        build_url(HOST, '/x/{name}/', {'name': value})


@pytest.mark.parametrize('value', ['..', 'a/../b', '/a', 'a//b', 'a/.'])
def test_so_it_is_where_slashes_are_safe(value):
    with pytest.raises(ValueError, match='name'):
        build_url(HOST, '/x/{name}/', {'name': value}, safe='/')


@pytest.mark.parametrize('value', ['%2e%2E', '.%2e', '%2E', 'a?b', 'a#b', 'a\r\nb', 'a b', '100%', '%zz'])
def test_so_it_is_where_anything_is_safe(value):
    with pytest.raises(ValueError, match='name'):
        build_url(HOST, '/x/{name}/', {'name': value}, safe='%?#\r\n ')


def test_safe_characters_are_sent_as_they_are():
    assert build_url(HOST, '/x/{name}/', {'name': 'a/b@c'}, safe='/@') == HOST + '/x/a/b@c/'


@pytest.mark.parametrize('value', [True, 1.5, ['a'], object()])
def test_a_path_parameter_of_another_type_is_refused(value):
    with pytest.raises(TypeError, match='name'):
        build_url(HOST, '/x/{name}/', {'name': value})


def test_a_missing_path_parameter_is_named():
    with pytest.raises(ValueError, match='second'):
        build_url(HOST, '/{first}/{second}/', {'first': 'x'})


@pytest.mark.skipif(six.PY2, reason='Python 2 encodes lone surrogates')
def test_a_path_parameter_that_is_not_unicode_is_refused():
    with pytest.raises(ValueError, match='name is not valid Unicode'):
        build_url(HOST, '/x/{name}/', {'name': u'\ud800'})


@pytest.mark.parametrize('path', [
    'no/slash', '', '@evil.example/', '/../admin/', '/a/./b', '/%2e%2E/', '/a b/', '/a\r\nHost: x/', '/a#b',
    '/\\', '/a%zz/', '/a?b=%', u'/ü/', '/a/..?x=1',
])
def test_a_resource_path_that_is_none_is_refused(path):
    with pytest.raises(ValueError, match='resource_path'):
        build_url(HOST, path, None)


def test_a_resource_path_may_have_a_query():
    assert build_url(HOST, '/a/b.json?x=1', None) == HOST + '/a/b.json?x=1'


@given(st.text())
def test_any_text_reaches_one_segment_or_is_refused(text):
    try:
        url = build_url(HOST, '/user/tokens/{slug_perm}/refresh/', {'slug_perm': text})
    except ValueError:
        assert text in ('', '.', '..') or any(u'\ud800' <= character <= u'\udfff' for character in text)
        return
    segments = url[len(HOST):].split('/')
    assert segments[:3] + segments[4:] == ['', 'user', 'tokens', 'refresh', '']
    assert '?' not in url
    assert '#' not in url
    # quote gives native text: on Python 2 its bytes are those of UTF-8.
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
])
def test_query_parameters(params, formats, pairs):
    assert build_query(params, formats) == pairs


def test_a_query_text_is_native():
    assert build_query({'a': u'ü'}) == [('a', six.ensure_str(u'ü'))]


@pytest.mark.skipif(six.PY2, reason='Python 2 encodes lone surrogates')
def test_a_query_text_that_is_not_unicode_is_refused():
    with pytest.raises(ValueError, match='a is not valid Unicode'):
        build_query({'a': u'\ud800'})
    with pytest.raises(ValueError, match='name of a query parameter is not valid Unicode'):
        build_query({u'\ud800': 'a'})


def test_a_later_header_goes_before_an_earlier_one_in_any_spelling():
    assert build_headers({'Accept': 'a', 'X-A': 'x'}, {'ACCEPT': 'b'}, {'accept': 'c'}) == {'accept': 'c', 'X-A': 'x'}


@pytest.mark.parametrize('value, sent', [('plain', 'plain'), ('', ''), ('a\tb c', 'a\tb c'), (5, '5')])
def test_a_header_value_is_native_text(value, sent):
    assert check_header('X-A', value) == sent
    assert type(check_header('X-A', value)) is str


def test_a_header_may_hold_latin_1():
    assert check_header('X-A', u'ü') == six.ensure_str(u'ü', 'latin-1')


@pytest.mark.parametrize('value', [u'a\r\nX-B: c', u'a\nb', u'a\rb', u'key\n', u'\x00', u'\x7f', u'日'])
def test_a_header_value_that_could_break_out_is_refused_and_not_shown(value):
    with pytest.raises(ValueError) as raised:
        check_header('X-Api-Key', value)
    assert 'X-Api-Key' in str(raised.value)
    assert repr(value) not in str(raised.value)


@pytest.mark.parametrize('value', [None, 1.5, ['a'], {}])
def test_a_header_value_of_another_type_is_refused(value):
    with pytest.raises(TypeError, match='X-A'):
        check_header('X-A', value)


@pytest.mark.parametrize('name', ['', 'X A', 'X-A:', 'X\r\nY', u'Ü'])
def test_a_header_name_that_is_none_is_refused(name):
    with pytest.raises(ValueError, match='name of a header'):
        check_header(name, 'x')


@pytest.mark.parametrize('url', [
    'https://api.example.com/v1', 'http://127.0.0.1:80/v1', 'http://127.1.2.3/', 'http://localhost:8080/v1', 'http://localhost',
    'http://[::1]:80/', 'HTTP://LOCALHOST/', 'http://api.localhost/v1',
])
def test_tls_and_loopback_keep_credentials_from_being_read(url):
    assert not is_insecure(url)


@pytest.mark.parametrize('url', [
    'http://api.example.com/v1', 'HTTP://api.example.com', 'http://127.0.0.1.evil.example/', 'http://localhost.evil.example/',
    'http://10.0.0.1/', 'http://[::2]/',
])
def test_plain_http_to_another_machine_can_be_read(url):
    assert is_insecure(url)


def test_the_parts_of_a_form(tmpdir):
    path = tmpdir.join('a.txt')
    path.write('hello')
    unknown = tmpdir.join('b.nosuchtype')
    unknown.write('x')
    parts = build_form({'name': 'Ada'}, {'one': str(path), 'two': [str(unknown)], 'none': None})
    assert sorted(parts) == [
        ('name', 'Ada'),
        ('one', ('a.txt', b'hello', 'text/plain')),
        ('two', ('b.nosuchtype', b'x', 'application/octet-stream')),
    ]


def test_a_form_without_parts():
    assert build_form(None, None) == []
    assert build_form([('a', 1)], None) == [('a', 1)]


@pytest.mark.parametrize('name', ['Content-Length', 'transfer-encoding'])
def test_a_header_that_frames_the_body_is_not_for_programs_to_set(name):
    with pytest.raises(ValueError, match=name):
        check_header(name, '0')


def test_dates_in_a_form_are_sent_as_in_json():
    assert build_form({'when': datetime.datetime(2024, 1, 2, 3, 4, 5)}, None) == [('when', '2024-01-02T03:04:05')]


@pytest.mark.parametrize('formats, parts', [
    (None, [('a', [1, 2])]), ({'a': 'csv'}, [('a', '1,2')]), ({'a': 'pipes'}, [('a', '1|2')]),
    ({'a': 'multi'}, [('a', 1), ('a', 2)]),
])
def test_a_list_in_a_form_is_sent_as_its_collection_format_says(formats, parts):
    assert build_form({'a': [1, 2]}, None, formats) == parts


def test_a_model_in_a_form_is_refused():
    with pytest.raises(TypeError, match='^post_params, user: '):
        build_form([('user', UserBrief(name='Ada'))], None)


def test_a_file_that_cannot_be_read_is_named(tmpdir):
    for path in (tmpdir, tmpdir.join('missing')):
        with pytest.raises(ValueError, match='^files: .* cannot be read: '):
            build_form([], {'upload': str(path)})


@pytest.mark.parametrize('path', [None, 5, ['/x/'], {'/x/': 1}])
def test_a_resource_path_that_is_no_text_is_a_type_error(path):
    with pytest.raises(TypeError, match='^resource_path must be a str'):
        build_url(HOST, path, {})


@pytest.mark.parametrize('name', [None, 5, ('X-A',)])
def test_a_name_of_a_header_that_is_no_text_is_a_type_error(name):
    with pytest.raises(TypeError, match='^the name of a header must be a str'):
        check_header(name, 'x')
