"""Headers are found and read in whatever form they come."""

import pytest
from urllib3._collections import HTTPHeaderDict

from cloudsmith_api._common.headers import get_header, parse_number


@pytest.mark.parametrize('headers', [
    {'retry-after': '5'}, {'RETRY-AFTER': '5'}, [('Retry-After', '5')], HTTPHeaderDict({'Retry-after': '5'}),
])
def test_a_header_is_found_without_regard_to_case(headers):
    assert get_header(headers, 'Retry-After') == '5'


@pytest.mark.parametrize('headers', [{}, [], None, {'Retry': '5'}])
def test_a_header_that_is_not_there_is_none(headers):
    assert get_header(headers, 'Retry-After') is None


@pytest.mark.parametrize('kind, text, value', [
    (int, '5', 5), (int, ' 5 ', 5), (int, '0', 0), (float, '0.5', 0.5),
    (int, '1.5', None), (int, '-1', None), (int, 'many', None), (int, None, None), (int, '', None),
    (float, 'nan', None), (float, 'inf', None), (float, '-inf', None), (float, '1e999', None),
])
def test_a_number_is_read_or_unknown(kind, text, value):
    assert parse_number(kind, text) == value
