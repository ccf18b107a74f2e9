"""Looking up headers in any container, and parsing numbers in them."""

import pytest
from urllib3._collections import HTTPHeaderDict

from cloudsmith_api._common.headers import get_header, parse_number


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
