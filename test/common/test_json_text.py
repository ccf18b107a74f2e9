"""Parsing JSON: deep nesting and huge numbers raise ``ValueError`` and never crash the interpreter."""

import gc
import json
import subprocess
import sys

import pytest

from cloudsmith_api._common.json_text import check_depth, parse_int, parse_json

# From Python 3.14 on, the size of the thread's stack is the limit.
TOO_DEEP = 1000000

# Triggers garbage collection at each of the last stack levels in turn, where a finalizer needs further levels.
FINALIZERS_NEAR_THE_RECURSION_LIMIT = """
import gc
from cloudsmith_api._common.json_text import parse_json

class Finalized(object):
    def __init__(self):
        self.itself = self
    def __del__(self):
        def use_levels(count):
            return count and use_levels(count - 1)
        try:
            use_levels(30)
        except RuntimeError:
            return

gc.collect()
for allocations in range(850, 1010):
    gc.set_threshold(allocations)
    Finalized()
    try:
        parse_json('[' * 1000000)
    except ValueError as error:
        assert 'nested too deeply' in str(error)
    gc.collect()
"""


@pytest.mark.parametrize('text, value', [
    ('{"a": [1, {"b": null}]}', {'a': [1, {'b': None}]}), ('"text"', 'text'), (' 5 ', 5),
    ('[' * 500 + ']' * 500, None), ('[%s]' % ', '.join(['{"a": []}'] * 1000), [{'a': []}] * 1000),
])
def test_parse_json_returns_the_value(text, value):
    assert value is None or parse_json(text) == value
    assert parse_json(text) is not None


@pytest.mark.parametrize('text', ['', ' ', '<html>', '[1', '{"a" 1}', u'\ufeff{}', ']' * 1000])
def test_parse_json_raises_value_error_for_invalid_json(text):
    with pytest.raises(ValueError):
        parse_json(text)


@pytest.mark.parametrize('parse', [parse_json, parse_int])
def test_number_with_too_many_digits_raises_value_error(parse):
    assert parse('9' * 4300) == 10 ** 4300 - 1
    with pytest.raises(ValueError, match='4300'):
        parse('9' * 1000000)


@pytest.mark.parametrize('text', [
    '[' * TOO_DEEP, '{"a":' * TOO_DEEP, '[{"a":' * TOO_DEEP, '[' * TOO_DEEP + ']' * TOO_DEEP,
], ids=['lists', 'objects', 'both', 'closed'])
def test_too_deep_nesting_raises_value_error_that_says_so(text):
    for check in (parse_json, check_depth):
        with pytest.raises(ValueError) as raised:
            check(text)
        assert str(raised.value) == 'it is nested too deeply'
        assert getattr(raised.value, '__context__', None) is None


@pytest.mark.skipif(sys.version_info < (3, 9), reason='older interpreters may crash, so 600 levels are the limit')
def test_parse_json_accepts_depth_700_on_recent_interpreters():
    assert json.dumps(parse_json('[' * 700 + ']' * 700)) == '[' * 700 + ']' * 700


@pytest.mark.parametrize('text', [
    '[]' * 1000, '{"a": "%s"}' % ('[' * 1000), r'["\"%s", "\\"]' % ('{' * 1000), '[' * 600 + ']' * 600,
    '[%s]' % ('{"a": []},' * 1000), '[' * 600 + '][' + ']' * 600,
])
def test_check_depth_counts_only_open_brackets_outside_strings(text):
    check_depth(text)


@pytest.mark.parametrize('text', ['[' * 601, '["\\\\",' + '[' * 600, '"]' + ']' * 9 + '"' + '{' * 601])
def test_check_depth_rejects_level_601(text):
    with pytest.raises(ValueError):
        check_depth(text)


@pytest.mark.skipif(not hasattr(gc, 'set_threshold'), reason='this interpreter does not count allocations')
def test_finalizer_near_the_recursion_limit_does_not_crash():
    process = subprocess.Popen([sys.executable, '-c', FINALIZERS_NEAR_THE_RECURSION_LIMIT], stderr=subprocess.PIPE)
    stderr = process.communicate()[1]
    assert (process.returncode, stderr) == (0, b'')
