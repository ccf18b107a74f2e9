# -*- coding: utf-8 -*-
"""Deserializing responses into typed values, with errors that name the path; serializing values as JSON."""

import collections
import copy
import datetime
import decimal
import json
import pickle
import re
import sys

import pytest
import six
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudsmith_api import models
from cloudsmith_api._encoding.serialization import DeserializationError, deserialize_text, parser_for, serialize
from cloudsmith_api.models import InlineResponse2001, UserAuthenticationToken, UserBrief
from cloudsmith_api.models.model import Model

try:
    from dateutil.parser import isoparse
except ImportError:  # dateutil is not required on interpreters that can parse dates themselves
    isoparse = None

KEY = {'created': u'2024-01-02T03:04:05.000006Z', 'key': u'abc', 'slug_perm': u'def'}
MOMENT = datetime.datetime(2024, 1, 2, 3, 4, 5, 6)
SECRET = u'the-secret'

TYPES = ['bool', 'date', 'datetime', 'float', 'int', 'object', 'str'] + list(models.__all__)
NESTED_TYPES = TYPES + ['list[%s]' % name for name in TYPES] + ['dict(str, %s)' % name for name in TYPES] + [
    'list[list[int]]', 'dict(str, list[UserBrief])', 'list[dict(str, datetime)]']


def deserialize(value, type_name):
    """Deserialize a value as if it were a response body."""
    return deserialize_text(json.dumps(value), type_name)


def error_of(value, type_name):
    """Return the message of the error that deserializing a value raises."""
    with pytest.raises(DeserializationError) as raised:
        deserialize(value, type_name)
    return str(raised.value)


def key(**changes):
    """Return a row of a page of keys."""
    return dict(KEY, **changes)


# Deserialization

@pytest.mark.parametrize('value, type_name', [
    (True, 'bool'), (False, 'bool'), (0, 'int'), (-5, 'int'), (10 ** 30, 'int'), (1.5, 'float'),
    (u'abc', 'str'), (u'', 'str'),
    (u'日本語', 'str'), (None, 'object'), ([1, {'a': None}], 'object'), (u'', 'object'),
    ([], 'list[int]'), ([1, 2], 'list[int]'), ([[1], []], 'list[list[int]]'), ({}, 'dict(str, int)'),
    ({'a': [u'b']}, 'dict(str, list[str])'), ([{'a': 1}], 'list[dict(str, int)]'),
    ([{'a': 1}], 'list[object]'),
    ({'a': 1}, 'dict(str,int)'), ([True], 'list[ bool ]'),
])
def test_value_of_the_right_type_is_returned(value, type_name):
    assert deserialize(value, type_name) == value
    assert type(deserialize(value, type_name)) is type(value)


def test_int_is_converted_to_float_for_type_float():
    assert deserialize(3, 'float') == 3.0
    assert isinstance(deserialize(3, 'float'), float)


def test_model_is_deserialized():
    user = deserialize({'authenticated': True, 'name': u'Zoë', 'email': u'', 'slug': u'zoe'}, 'UserBrief')
    assert type(user) is UserBrief
    assert (user.authenticated, user.name, user.email, user.slug, user.self_url) == (True, u'Zoë', u'', u'zoe', None)


def test_models_in_lists_and_dicts_are_deserialized():
    assert deserialize([{'name': u'a'}, {}], 'list[UserBrief]') == [UserBrief(name='a'), UserBrief()]
    assert deserialize({'x': {'name': u'a'}}, 'dict(str, UserBrief)') == {'x': UserBrief(name='a')}


def test_page_of_keys_is_deserialized():
    page = deserialize({'results': [KEY, key(slug_perm=u'ghi')]}, 'InlineResponse2001')
    assert type(page) is InlineResponse2001
    assert [type(item) for item in page.results] == [UserAuthenticationToken] * 2
    assert [item.slug_perm for item in page.results] == ['def', 'ghi']
    assert page.results[1].created.replace(tzinfo=None) == MOMENT
    assert page.results[1].created.utcoffset() == datetime.timedelta(0)


def test_empty_page_is_deserialized():
    assert deserialize({'results': []}, 'InlineResponse2001').results == []


@pytest.mark.parametrize('row', [
    {}, {'slug_perm': u'def'}, key(created=None), key(key=None), key(more=1), {'a': 1, 'b': 2, 'c': 3},
    {'created': KEY['created'], 'key': u'abc', 'other': u'def'},
])
def test_rows_with_different_fields_are_deserialized(row):
    rows = deserialize([KEY, row, KEY], 'list[UserAuthenticationToken]')
    assert [type(item) for item in rows] == [UserAuthenticationToken] * 3
    assert rows[0] == rows[2] == deserialize(KEY, 'UserAuthenticationToken')
    assert rows[1] == deserialize(row, 'UserAuthenticationToken')
    for name in ('key', 'slug_perm'):
        assert getattr(rows[1], name) == row.get(name)
    assert rows[1].additional_properties == {name: item for name, item in row.items() if name not in KEY}


@pytest.mark.parametrize('model', ['UserBrief', 'InlineResponse2001'])
def test_full_rows_are_type_checked_too(model):
    row = {field.name: u'abc' for field in getattr(models, model).model_fields}
    assert error_of([row], 'list[%s]' % model).startswith('at [0].')


def test_str_fields_that_look_like_dates_stay_strings():
    row, = deserialize([key(key=KEY['created'], slug_perm=KEY['created'])], 'list[UserAuthenticationToken]')
    assert (row.key, row.slug_perm) == (KEY['created'], KEY['created'])


def test_unknown_fields_are_kept_in_additional_properties():
    unknown = {'colour': u'red', 'to_dict': 5, '_validated': 5, '__class__': 5, 'additional_properties': None,
               'nested': [{}]}
    user = deserialize(dict(unknown, name=u'Ada'), 'UserBrief')
    assert user == UserBrief(name='Ada')
    assert user.additional_properties == unknown
    assert (type(user), user._validated) == (UserBrief, None)


@pytest.mark.parametrize('brackets', ['[]', ['{"a": ', '}']])
def test_deeply_nested_unknown_field_is_left_out(brackets):
    def parse(depth):
        text = '{"name": "Ada", "more": %s0%s}' % (brackets[0] * depth, brackets[1] * depth)
        return deserialize_text(text, 'UserBrief')

    user = parse(50)
    assert list(user.additional_properties) == ['more']
    for copied in copy.deepcopy(user), pickle.loads(pickle.dumps(user, 2)):
        assert copied.to_json(additional_properties=True) == user.to_json(additional_properties=True)
        assert repr(copied) == repr(user)
    assert (parse(51).name, parse(51).additional_properties) == ('Ada', {})


def test_model_without_unknown_fields_has_no_additional_properties():
    rows = deserialize([KEY, key(key=None)], 'list[UserAuthenticationToken]')
    assert [row.additional_properties for row in rows] == [{}, {}]
    rows[0].additional_properties['a'] = 1
    assert rows[1].additional_properties == deserialize(KEY, 'UserAuthenticationToken').additional_properties == {}


def test_unknown_fields_of_a_page_and_its_rows_are_kept():
    page = deserialize({'results': [key(more=1)], 'total': 1}, 'InlineResponse2001')
    assert (page.additional_properties, page.results[0].additional_properties) == ({'total': 1}, {'more': 1})
    assert page.to_dict(additional_properties=True) == {
        'total': 1, 'results': [dict(page.results[0].to_dict(), more=1)]}


@pytest.mark.parametrize('body, type_name', [
    ({'results': [KEY, key(created=u'2024-01-02T03:04:05.000000Z', key=None, more=[1])], 'total': 2},
     'InlineResponse2001'),
    ({'authenticated': True, 'name': u'Zoë', 'more': {'a': u'日本'}}, 'UserBrief'),
    ({'code': u'invalid', 'detail': u'x', 'fields': {'a': [u'b']}}, 'ErrorDetail'),
])
def test_json_of_a_model_equals_the_response_body(body, type_name):
    model = deserialize(body, type_name)
    assert deserialize_text(model.to_json(), type_name) == model
    written = json.loads(model.to_json(additional_properties=True))
    assert {name: item for name, item in written.items() if item is not None} == body


@pytest.mark.parametrize('text', [
    '2024-01-02T03:04:05.000006Z', '2024-01-02T03:04:05.000000Z', '2024-01-02T03:04:05.000006',
    '2024-01-02T03:04:05.000000', '2024-01-02T03:04:05.000006+02:00', '0001-01-01T00:00:00.000000+05:00',
])
def test_date_in_json_has_microseconds_and_z_for_utc(text):
    created = deserialize(text, 'datetime')
    assert json.loads(UserAuthenticationToken(created=created).to_json())['created'] == text


def test_additional_properties_are_not_sent():
    assert serialize(deserialize(key(more=1), 'UserAuthenticationToken')) == dict(
        KEY, created='2024-01-02T03:04:05.000006+00:00')


def test_null_becomes_none():
    assert deserialize({'name': None, 'email': None}, 'UserBrief') == UserBrief()


def test_lengths_are_not_validated():
    assert deserialize({'email': u'e' * 1000, 'name': u''}, 'UserBrief').name == ''


def test_deserialized_models_validate_assignments():
    for item in (deserialize(KEY, 'UserAuthenticationToken'), deserialize([KEY], 'list[UserAuthenticationToken]')[0]):
        item.slug_perm = 'other'
        assert item.to_dict()['slug_perm'] == 'other'
        with pytest.raises(TypeError):
            item.slug_perm = 5


@pytest.mark.parametrize('value, type_name, message', [
    (1, 'bool', 'should be a boolean, not a number'),
    (u'true', 'bool', 'should be a boolean, not this string'),
    (True, 'int', 'should be an integer, not a boolean'),
    (1.0, 'int', 'should be an integer, not a number'),
    (None, 'int', 'should be an integer, not null'),
    (10 ** 30, 'str', None),
    (10 ** 30, 'bool', 'should be a boolean, not a number'),
    (False, 'float', 'should be a number, not a boolean'),
    (u'1.5', 'float', 'should be a number, not this string'),
    (10 ** 400, 'float', 'is too large a number'),
    ({}, 'list[int]', 'should be a list, not an object'),
    (u'abc', 'list[UserBrief]', 'should be a list, not this string'),
    (5, 'list[UserBrief]', 'should be a list, not a number'),
    ({'a': 1}, 'list[UserBrief]', 'should be a list, not an object'),
    (None, 'list[UserBrief]', 'should be a list, not null'),
    ([], 'dict(str, int)', 'should be an object, not a list'),
    ([], 'UserBrief', 'should be an object, not a list'),
    (None, 'UserBrief', 'should be an object, not null'),
    (5, 'datetime', 'should be a date and time, not a number'),
    ([5] * 27, 'datetime', 'should be a date and time, not a list'),
    ({}, 'InlineResponse2001', 'has no results'),
    ({'results': None}, 'InlineResponse2001', 'has no results'),
    ({'results': {}}, 'InlineResponse2001', 'at results should be a list, not an object'),
    ({'results': [KEY, []]}, 'InlineResponse2001', 'at results[1] should be an object, not a list'),
    ({'results': [KEY, key(created=5)]}, 'InlineResponse2001',
     'at results[1].created should be a date and time, not a number'),
    ({'results': [KEY] * 9 + [key(slug_perm=[])]}, 'InlineResponse2001',
     'at results[9].slug_perm should be a string, not a list'),
    ({'authenticated': 1}, 'UserBrief', 'at authenticated should be a boolean, not a number'),
    ([[1], [2, None]], 'list[list[int]]', 'at [1][1] should be an integer, not null'),
    ([{}, {'results': []}], 'list[InlineResponse2001]', 'at [0] has no results'),
    ({SECRET: {'name': 5}}, 'dict(str, UserBrief)', 'at [...].name should be a string, not a number'),
    ({'a': [1, u'b']}, 'dict(str, list[int])', 'at [...][1] should be an integer, not this string'),
])
def test_error_names_the_path_and_the_expected_type(value, type_name, message):
    if message is None:
        assert deserialize(value, type_name) == json.dumps(value)
    else:
        assert error_of(value, type_name) == message


@pytest.mark.parametrize('value, type_name', [
    (SECRET, 'int'), ([SECRET], 'list[int]'), ({SECRET: SECRET}, 'dict(str, int)'),
    ({'created': SECRET}, 'UserAuthenticationToken'),
    ({'results': [key(created=SECRET)]}, 'InlineResponse2001'), ({'results': SECRET}, 'InlineResponse2001'),
    (SECRET, 'datetime'), (u'2024-99-02T03:04:05.000006Z', 'datetime'),
    ([key(created=u'2024-99-02T03:04:05.000006Z')], 'list[UserAuthenticationToken]'),
    ([key(created=SECRET + u'\xe4')], 'list[UserAuthenticationToken]'),
    ({'authenticated': SECRET}, 'UserBrief'),
])
def test_error_does_not_show_the_value(value, type_name):
    with pytest.raises(DeserializationError) as raised:
        deserialize(value, type_name)
    error = raised.value
    while error is not None:
        assert SECRET not in str(error)
        assert '2024' not in str(error)
        assert SECRET not in repr(error)
        error = getattr(error, '__cause__', None) or getattr(error, '__context__', None)


# Type names

@pytest.mark.parametrize('name', [
    '', 'Int', 'bytes', 'file', 'Model', 'Field', 'model', 'user_brief', '__all__', 'None', 'list', 'list[]',
    'list[int',
    'list[int)', 'List[int]', 'dict(str, int]', 'Dict(str, int)',
    'list[Foo]', 'dict', 'dict()', 'dict(str)', 'dict(str, )', 'dict(str, Foo)', 'list[int]]', ' int',
    'UserBrief ', u'\xe4',
])
def test_unknown_type_name_raises_value_error(name):
    with pytest.raises(ValueError, match='is not known: expected a model, bool,') as raised:
        parser_for(name)
    assert not isinstance(raised.value, DeserializationError)


@pytest.mark.parametrize('name', [None, 5, ['int'], {}])
def test_type_name_that_is_not_a_str_raises_type_error(name):
    with pytest.raises(TypeError, match='response_type must be a str, not '):
        parser_for(name)


@pytest.mark.parametrize('builtin', [bool, float, int, str])
def test_builtin_type_stands_for_its_name(builtin):
    assert parser_for(builtin) is parser_for(builtin.__name__)


def test_parser_for_caches_parsers():
    assert parser_for('list[dict(str, int)]') is parser_for(u'list[dict(str, int)]')


# Dates

@pytest.mark.parametrize('text, expected', [
    (u'2024-01-02T03:04:05.000006Z', MOMENT),
    (u'2024-01-02T03:04:05Z', MOMENT.replace(microsecond=0)),
    (u'2024-01-02T03:04:05.1Z', MOMENT.replace(microsecond=100000)),
    (u'2024-01-02T03:04:05,000006Z', MOMENT),
    (u'2024-01-02T03:04:05.0000069Z', MOMENT),
    (u'2024-01-02T03:04:05.000006999999Z', MOMENT),
    (u'2024-01-02t03:04:05.000006z', MOMENT),
    (u'2024-01-02T03:04:05z', MOMENT.replace(microsecond=0)),
    (u'2024-01-02 03:04:05.000006Z', MOMENT),
    (u'2024-01-02T03:04:05.000006+00:00', MOMENT),
    (u'2024-01-02T03:04:05.000006-00:00', MOMENT),
    (u'2024-01-02T05:04:05.000006+0200', MOMENT),
    (u'2024-01-02T05:04:05.000006+02', MOMENT),
    (u'2024-01-01T18:34:05.000006-08:30', MOMENT),
    (u'2024-01-02T03:04Z', MOMENT.replace(second=0, microsecond=0)),
])
def test_date_with_a_time_zone_is_parsed(text, expected):
    parsed = deserialize(text, 'datetime')
    assert (parsed - parsed.utcoffset()).replace(tzinfo=None) == expected


@pytest.mark.parametrize('text, expected', [
    (u'2024-01-02T03:04:05.000006', MOMENT), (u'2024-01-02T03:04', datetime.datetime(2024, 1, 2, 3, 4)),
    (u'2024-01-02', datetime.datetime(2024, 1, 2)),
])
def test_date_without_a_time_zone_stays_naive(text, expected):
    assert deserialize(text, 'datetime') == expected
    assert deserialize(text, 'datetime').tzinfo is None


@pytest.mark.parametrize('text', [
    u'', u' ', u'today', u'2024', u'2024-01', u'20240102', u'20240102T030405Z', u'2024-W01-1',
    u'2024-W01-1T03:04:05.000006Z',
    u'2024-002', u'2024-1-2', u'2024-01-02T', u'2024-01-02T03', u'2024-01-02T3:04:05Z', u'2024-01-02T030405Z',
    u'2024-01-02_03:04:05Z', u'2024-01-02T03:04:05.Z', u'2024-01-02T03:04:05 Z', u' 2024-01-02T03:04:05Z',
    u'2024-01-02T03:04:05Z\n', u'2024-01-02T03:04:05Z ', u'2024-01-02T03:04:05UTC', u'2024-01-02T03:04:05+1',
    u'2024-01-02T03:04:05+01:00:30', u'2024-01-02T03:04:05+01:60', u'2024-01-02T03:04:05.123456T8Z',
    u'-2024-01-02',
    u'٢٠٢٤-01-02T03:04:05Z', u'2024-01-02T03:04:05.00000٦Z', u'2024-01-02T03:04:05.12345 Z',
    u'0x24-01-02T03:04:05.123456Z', u'20240102T030405.123456+0000',
    u'1704164645', u'Tue, 02 Jan 2024 03:04:05 GMT', u'2024-01-02T03:04:05.123456Z' * 2, u'日本語', u'\ud800',
])
def test_invalid_date_raises_alone_and_in_a_list_of_models(text):
    message = error_of(text, 'datetime')
    assert message in ('should be a date and time, not this string', 'should be a valid date and time')
    assert error_of([key(created=text)], 'list[UserAuthenticationToken]') == 'at [0].created ' + message


@pytest.mark.parametrize('text', [
    u'2024-02-30T03:04:05Z', u'2023-02-29', u'2024-13-01', u'2024-00-01', u'2024-01-00', u'0000-01-01',
    u'2024-01-02T24:00',
    u'2024-01-02T24:00:00.000000Z', u'2024-01-02T25:00Z', u'2024-01-02T03:60Z', u'2024-01-02T03:04:60Z',
    u'2024-01-02T03:04:05.000006+24:00', u'2024-01-02T03:04:05+99:00',
])
def test_nonexistent_date_raises(text):
    assert error_of(text, 'datetime') == 'should be a valid date and time'
    assert error_of([key(created=text)], 'list[UserAuthenticationToken]').endswith('should be a valid date and time')


@pytest.mark.parametrize('text', [
    u'0001-01-01T00:00:00.000000Z', u'9999-12-31T23:59:59.9999999Z', u'0001-01-01T00:00:00+14:00',
])
def test_first_and_last_possible_dates_are_parsed(text):
    assert deserialize(text, 'datetime').year in (1, 9999)


@pytest.mark.parametrize('text', [u'2024-01-02', u'2024-01-02T23:04:05Z', u'2024-01-02T00:00:00.000000-08:00'])
def test_type_date_accepts_dates_and_datetimes(text):
    assert deserialize(text, 'date') == datetime.date(2024, 1, 2)
    assert type(deserialize(text, 'date')) is datetime.date


@pytest.mark.skipif(isoparse is None or sys.version_info < (3, 11), reason='needs Python 3.11 and dateutil')
@settings(deadline=None)
@given(st.from_regex(
    u'[0-9]{4}-[01][0-9]-[0-3][0-9]([Tt _]?[0-2][0-9]:?[0-6][0-9](:?[0-6][0-9]([.,][0-9]{0,8})?)?'
    u'([Zz]|[ +-][0-2][0-9](:?[0-6][0-9])?)?)?', fullmatch=True))
def test_native_parser_agrees_with_dateutil(text):
    try:
        value = parser_for('datetime')(text)
    except DeserializationError:
        return
    assert value == isoparse(text.upper())


# Invalid and unusual JSON

@pytest.mark.parametrize('text, message', [
    ('', 'is not JSON (it is empty)'), (' \n', 'is not JSON (it is empty)'),
    (' <!DOCTYPE html><p>the-secret', 'is not JSON (it looks like HTML)'),
])
def test_empty_or_html_body_error_says_so(text, message):
    with pytest.raises(DeserializationError) as raised:
        deserialize_text(text, 'UserBrief')
    assert str(raised.value) == message


@pytest.mark.parametrize('text', [
    'the-secret', '{"a": the-secret}', '{"a": "the-secret', '["the-secret"', '{"the-secret"}', u'\xff',
    u'\u20ac the-secret',
])
def test_invalid_json_is_not_shown_in_the_error(text):
    with pytest.raises(DeserializationError) as raised:
        deserialize_text(text, 'object')
    assert re.match(r'is not JSON \([\x20-\x7e]+\)\Z', str(raised.value))
    assert 'secret' not in str(raised.value)


def test_invalid_json_error_shows_the_position():
    with pytest.raises(DeserializationError, match=r'^is not JSON \(.*line 2 column \d'):
        deserialize_text('{"a": 1,\n"b" 2}', 'object')


@pytest.mark.parametrize('text', ['[' * 100000, '{"a":' * 100000])
def test_excessive_nesting_raises_except_for_type_str(text):
    with pytest.raises(DeserializationError, match='is not JSON'):
        deserialize_text(text, 'object')
    assert deserialize_text(text, 'str') == text


def test_number_with_5000_digits_is_parsed_or_raises():
    # More than 4,300 digits raise, unless PYTHONINTMAXSTRDIGITS allows more.
    try:
        value = deserialize_text('9' * 5000, 'int')
    except DeserializationError:
        return
    assert value == 10 ** 5000 - 1


def test_nan_and_infinity_are_parsed():
    assert deserialize_text('NaN', 'float') != deserialize_text('NaN', 'float')
    assert deserialize_text('-Infinity', 'float') == float('-inf')
    assert deserialize_text('1e999', 'float') == float('inf')


def test_last_of_duplicate_names_wins():
    assert deserialize_text('{"name": 5, "name": "Ada"}', 'UserBrief').name == 'Ada'


@pytest.mark.parametrize('text, expected', [
    ('"abc"', 'abc'), ('""', ''), ('abc', 'abc'), ('', ''), ('5', '5'), ('null', 'null'),
    ('{"a": 1}', '{"a": 1}'),
    ('<html>', '<html>'), ('"abc', '"abc'),
])
def test_type_str_accepts_any_text(text, expected):
    assert deserialize_text(text, 'str') == expected


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just(KEY['created']),
              st.just(10 ** 400)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4),
        st.dictionaries(st.sampled_from(['results', 'created', 'key', 'slug_perm', 'name']), inner, max_size=4)),
    max_leaves=15)


@settings(deadline=None)
@given(JSON, st.sampled_from(NESTED_TYPES))
def test_any_json_value_is_deserialized_or_raises(value, type_name):
    text = json.dumps(value)
    try:
        made = deserialize_text(text, type_name)
    except DeserializationError:
        return
    if type_name in models.__all__:
        assert type(made) is getattr(models, type_name)


@settings(deadline=None)
@given(st.text(), st.sampled_from(NESTED_TYPES))
def test_any_text_is_deserialized_or_raises(text, type_name):
    try:
        made = deserialize_text(six.ensure_str(text, errors='replace'), type_name)
    except DeserializationError:
        return
    if type_name in models.__all__:
        assert type(made) is getattr(models, type_name)


ROW = st.dictionaries(
    st.sampled_from(['created', 'key', 'slug_perm', 'more']),
    st.one_of(st.text(max_size=3), st.none(), st.just(KEY['created']), st.just(5)), max_size=4)


@settings(deadline=None)
@given(st.lists(st.one_of(ROW, st.just(KEY)), max_size=5))
def test_list_of_models_equals_its_rows_deserialized_one_by_one(rows):
    try:
        expected = [deserialize(row, 'UserAuthenticationToken') for row in rows]
    except DeserializationError:
        expected = None
    if expected is None:
        assert error_of(rows, 'list[UserAuthenticationToken]').startswith('at [')
    else:
        assert deserialize(rows, 'list[UserAuthenticationToken]') == expected


# Serialization

@pytest.mark.parametrize('value, expected', [
    (None, None), (True, True), (False, False), (0, 0), (1.5, 1.5), (u'', u''), ('abc', 'abc'),
    (10 ** 30, 10 ** 30),
    ([], []), ((1, (2, None)), [1, [2, None]]), ({}, {}), ({'a': None, 'b': False}, {'a': None, 'b': False}),
    (collections.OrderedDict([('a', (1,))]), {'a': [1]}),
    (MOMENT, '2024-01-02T03:04:05.000006'), (MOMENT.date(), '2024-01-02'),
    ([MOMENT], ['2024-01-02T03:04:05.000006']),
    (UserBrief(), {}),
    (UserBrief(name='Ada', authenticated=False, slug=''), {'name': 'Ada', 'authenticated': False, 'slug': ''}),
    (InlineResponse2001([]), {'results': []}),
    ({'a': [UserAuthenticationToken(created=MOMENT, key='abc')]},
     {'a': [{'created': '2024-01-02T03:04:05.000006', 'key': 'abc'}]}),
])
def test_values_are_serialized_to_json_values(value, expected):
    assert serialize(value) == expected
    json.dumps(serialize(value))


def test_datetime_with_a_time_zone_keeps_it():
    assert serialize(deserialize(KEY['created'], 'datetime')) == '2024-01-02T03:04:05.000006+00:00'


def test_serialize_returns_a_copy():
    value = {'a': [1]}
    serialize(value)['a'].append(2)
    assert value == {'a': [1]}


@pytest.mark.parametrize('value', [
    decimal.Decimal(1), {1}, object(), 1j, MOMENT.time(), iter([]), UserBrief, Model.to_dict, bytearray(b'a'),
] + ([b'abc'] if six.PY3 else []), ids=lambda value: type(value).__name__)
def test_unserializable_value_raises_an_error_with_its_type(value):
    for inside in (value, [value], {'a': (value,)}):
        with pytest.raises(TypeError) as raised:
            serialize(inside)
        assert str(raised.value) == 'cannot be sent as JSON: ' + type(value).__name__


def test_circular_value_raises_value_error():
    circular = {'key': 'the-secret'}
    circular['self'] = [circular]
    with pytest.raises(ValueError, match='cannot be sent as JSON: it contains itself, or is nested too deeply'):
        serialize(circular)


@settings(deadline=None)
@given(JSON)
def test_json_values_are_serialized_unchanged(value):
    assert json.dumps(serialize(value), sort_keys=True) == json.dumps(value, sort_keys=True)


@settings(deadline=None)
@given(st.builds(UserBrief, authenticated=st.booleans(), name=st.text(min_size=1), slug=st.text()))
def test_serialized_model_can_be_deserialized(user):
    assert deserialize(serialize(user), 'UserBrief') == user


def test_list_of_models_accepts_dates_with_a_space_separator():
    rows = [{'created': '2024-01-02 03:04:05.000006Z', 'key': 'k', 'slug_perm': 's'}]
    with_space = deserialize_text(json.dumps(rows), 'list[UserAuthenticationToken]')
    with_t = deserialize_text(json.dumps(rows).replace('02 03', '02T03'), 'list[UserAuthenticationToken]')
    assert with_space == with_t
