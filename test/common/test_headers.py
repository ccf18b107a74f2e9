# -*- coding: utf-8 -*-
"""Looking up headers in any container, and parsing numbers in them."""

import pytest
import six
from urllib3._collections import HTTPHeaderDict

from cloudsmith_api._common.headers import check_header, get_header, parse_number


@pytest.mark.parametrize('headers', [
    {'retry-after': '5'}, {'RETRY-AFTER': '5'}, [('Retry-After', '5')], HTTPHeaderDict({'Retry-after': '5'}),
])
def test_get_header_is_case_insensitive(headers):
    assert get_header(headers, 'Retry-After') == '5'


@pytest.mark.parametrize('headers', [{}, [], None, {'Retry': '5'}])
def test_get_header_returns_none_for_a_missing_header(headers):
    assert get_header(headers, 'Retry-After') is None


@pytest.mark.parametrize('number_type, text, value', [
    (int, '5', 5), (int, ' 5 ', 5), (int, '0', 0), (float, '0.5', 0.5),
    (int, '1.5', None), (int, '-1', None), (int, 'many', None), (int, None, None), (int, '', None),
    (float, 'nan', None), (float, 'inf', None), (float, '-inf', None), (float, '1e999', None),
])
def test_parse_number_returns_the_number_or_none(number_type, text, value):
    assert parse_number(number_type, text) == value


@pytest.mark.parametrize('value, expected', [('plain', 'plain'), ('', ''), ('a\tb c', 'a\tb c'), (5, '5')])
def test_header_value_is_returned_as_a_native_string(value, expected):
    assert check_header('X-A', value) == expected
    assert type(check_header('X-A', value)) is str


def test_header_value_may_contain_latin_1():
    assert check_header('X-A', u'ü') == six.ensure_str(u'ü', 'latin-1')


@pytest.mark.parametrize('value', [u'a\r\nX-B: c', u'a\nb', u'a\rb', u'key\n', u'\x00', u'\x7f', u'日'])
def test_header_value_injection_raises_without_showing_the_value(value):
    with pytest.raises(ValueError) as raised:
        check_header('X-Api-Key', value)
    assert 'X-Api-Key' in str(raised.value)
    assert repr(value) not in str(raised.value)


@pytest.mark.parametrize('value', [None, 1.5, ['a'], {}])
def test_header_value_of_the_wrong_type_raises_type_error(value):
    with pytest.raises(TypeError, match='X-A'):
        check_header('X-A', value)


@pytest.mark.parametrize('name', ['', 'X A', 'X-A:', 'X\r\nY', u'Ü'])
def test_invalid_header_name_raises_value_error(name):
    with pytest.raises(ValueError, match='header name'):
        check_header(name, 'x')


@pytest.mark.parametrize('name', ['Content-Length', 'transfer-encoding'])
def test_framing_headers_raise(name):
    with pytest.raises(ValueError, match=name):
        check_header(name, '0')


@pytest.mark.parametrize('name', [None, 5, ('X-A',)])
def test_header_name_that_is_not_a_str_raises_type_error(name):
    with pytest.raises(TypeError, match='^header name must be a str'):
        check_header(name, 'x')
