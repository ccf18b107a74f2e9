"""A JSON text is read or refused, however deep it is."""

import json
import subprocess
import sys

import pytest

from cloudsmith_api._common.json_text import check_depth, parse_int, parse_json

# Has garbage collected at each of the interpreter's last levels in turn, where a finalizer wants some for itself.
FINALIZERS_ON_THE_LAST_LEVELS = """
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
        parse_json('[' * 20000)
    except ValueError as refused:
        assert 'nested too deeply' in str(refused)
    gc.collect()
"""


@pytest.mark.parametrize('text, value', [
    ('{"a": [1, {"b": null}]}', {'a': [1, {'b': None}]}), ('"text"', 'text'), (' 5 ', 5),
    ('[' * 500 + ']' * 500, None), ('[%s]' % ', '.join(['{"a": []}'] * 1000), [{'a': []}] * 1000),
])
def test_json_is_read(text, value):
    assert value is None or parse_json(text) == value
    assert parse_json(text) is not None


@pytest.mark.parametrize('text', ['', ' ', '<html>', '[1', '{"a" 1}', u'\ufeff{}', ']' * 1000])
def test_what_is_no_json_is_a_value_error(text):
    with pytest.raises(ValueError):
        parse_json(text)


@pytest.mark.parametrize('read', [parse_json, parse_int])
def test_a_number_of_too_many_digits_is_a_value_error(read):
    assert read('9' * 4300) == 10 ** 4300 - 1
    with pytest.raises(ValueError, match='4300'):
        read('9' * 1000000)


@pytest.mark.parametrize('text', ['[' * 20000, '{"a":' * 20000, '[{"a":' * 20000, '[' * 20000 + ']' * 20000])
def test_what_is_nested_too_deeply_is_a_value_error_that_says_so(text):
    for check in (parse_json, check_depth):
        with pytest.raises(ValueError) as refused:
            check(text)
        assert str(refused.value) == 'it is nested too deeply'
        assert getattr(refused.value, '__context__', None) is None


@pytest.mark.skipif(sys.version_info < (3, 9), reason='there, depth is dangerous')
def test_an_interpreter_that_depth_is_no_danger_to_reads_what_it_can():
    assert json.dumps(parse_json('[' * 700 + ']' * 700)) == '[' * 700 + ']' * 700


@pytest.mark.parametrize('text', [
    '[]' * 1000, '{"a": "%s"}' % ('[' * 1000), r'["\"%s", "\\"]' % ('{' * 1000), '[' * 600 + ']' * 600,
    '[%s]' % ('{"a": []},' * 1000), '[' * 600 + '][' + ']' * 600,
])
def test_marks_that_open_no_further_level_do_not_count(text):
    check_depth(text)


@pytest.mark.parametrize('text', ['[' * 601, '["\\\\",' + '[' * 600, '"]' + ']' * 9 + '"' + '{' * 601])
def test_the_level_after_the_last_one_allowed_is_refused(text):
    with pytest.raises(ValueError):
        check_depth(text)


def test_a_finalizer_that_runs_on_the_last_levels_does_not_end_the_interpreter():
    process = subprocess.Popen([sys.executable, '-c', FINALIZERS_ON_THE_LAST_LEVELS], stderr=subprocess.PIPE)
    said = process.communicate()[1]
    assert (process.returncode, said) == (0, b'')
