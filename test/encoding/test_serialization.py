# -*- coding: utf-8 -*-
"""Answers become typed values or a ``DeserializationError`` that says where; what is sent becomes JSON values."""

import collections
import datetime
import decimal
import json
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
except ImportError:  # on interpreters that read dates themselves it need not be there
    isoparse = None

KEY = {'created': u'2024-01-02T03:04:05.000006Z', 'key': u'abc', 'slug_perm': u'def'}
MOMENT = datetime.datetime(2024, 1, 2, 3, 4, 5, 6)
SECRET = u'the-secret'

TYPES = ['bool', 'date', 'datetime', 'float', 'int', 'object', 'str'] + list(models.__all__)
NESTED_TYPES = TYPES + ['list[%s]' % name for name in TYPES] + ['dict(str, %s)' % name for name in TYPES] + [
    'list[list[int]]', 'dict(str, list[UserBrief])', 'list[dict(str, datetime)]']


def read(value, type_name):
    """Read a value as if it came in an answer."""
    return deserialize_text(json.dumps(value), type_name)


def problem_of(value, type_name):
    """Say what is wrong with a value."""
    with pytest.raises(DeserializationError) as caught:
        read(value, type_name)
    return str(caught.value)


def key(**changes):
    """Make a row of a page of keys."""
    return dict(KEY, **changes)


# Reading

@pytest.mark.parametrize('value, type_name', [
    (True, 'bool'), (False, 'bool'), (0, 'int'), (-5, 'int'), (10 ** 30, 'int'), (1.5, 'float'),
    (u'abc', 'str'), (u'', 'str'),
    (u'日本語', 'str'), (None, 'object'), ([1, {'a': None}], 'object'), (u'', 'object'),
    ([], 'list[int]'), ([1, 2], 'list[int]'), ([[1], []], 'list[list[int]]'), ({}, 'dict(str, int)'),
    ({'a': [u'b']}, 'dict(str, list[str])'), ([{'a': 1}], 'list[dict(str, int)]'),
    ([{'a': 1}], 'list[object]'),
    ({'a': 1}, 'dict(str,int)'), ([True], 'list[ bool ]'),
])
def test_a_value_of_the_right_type_is_read(value, type_name):
    assert read(value, type_name) == value
    assert type(read(value, type_name)) is type(value)


def test_a_whole_number_is_read_as_a_float_where_one_is_due():
    assert read(3, 'float') == 3.0
    assert isinstance(read(3, 'float'), float)


def test_a_model_is_read():
    user = read({'authenticated': True, 'name': u'Zoë', 'email': u'', 'slug': u'zoe'}, 'UserBrief')
    assert type(user) is UserBrief
    assert (user.authenticated, user.name, user.email, user.slug, user.self_url) == (True, u'Zoë', u'', u'zoe', None)


def test_models_are_read_in_lists_and_dicts():
    assert read([{'name': u'a'}, {}], 'list[UserBrief]') == [UserBrief(name='a'), UserBrief()]
    assert read({'x': {'name': u'a'}}, 'dict(str, UserBrief)') == {'x': UserBrief(name='a')}


def test_a_page_of_keys_is_read():
    page = read({'results': [KEY, key(slug_perm=u'ghi')]}, 'InlineResponse2001')
    assert type(page) is InlineResponse2001
    assert [type(item) for item in page.results] == [UserAuthenticationToken] * 2
    assert [item.slug_perm for item in page.results] == ['def', 'ghi']
    assert page.results[1].created.replace(tzinfo=None) == MOMENT
    assert page.results[1].created.utcoffset() == datetime.timedelta(0)


def test_an_empty_page_is_read():
    assert read({'results': []}, 'InlineResponse2001').results == []


@pytest.mark.parametrize('row', [
    {}, {'slug_perm': u'def'}, key(created=None), key(key=None), key(more=1), {'a': 1, 'b': 2, 'c': 3},
    {'created': KEY['created'], 'key': u'abc', 'other': u'def'},
])
def test_a_row_that_is_not_like_the_others_is_read_all_the_same(row):
    rows = read([KEY, row, KEY], 'list[UserAuthenticationToken]')
    assert [type(item) for item in rows] == [UserAuthenticationToken] * 3
    assert rows[0] == rows[2] == read(KEY, 'UserAuthenticationToken')
    assert rows[1] == read(row, 'UserAuthenticationToken')
    for name in ('key', 'slug_perm'):
        assert getattr(rows[1], name) == row.get(name)
    assert set(vars(rows[1])) <= set(KEY)


@pytest.mark.parametrize('model', ['UserBrief', 'InlineResponse2001'])
def test_a_field_that_is_no_text_and_no_date_is_checked_in_full_rows_too(model):
    row = {field.name: u'abc' for field in getattr(models, model).fields}
    assert problem_of([row], 'list[%s]' % model).startswith('at [0].')


def test_a_text_that_looks_like_a_date_stays_a_text_in_full_rows():
    row, = read([key(key=KEY['created'], slug_perm=KEY['created'])], 'list[UserAuthenticationToken]')
    assert (row.key, row.slug_perm) == (KEY['created'], KEY['created'])


def test_unknown_fields_are_ignored():
    answer = {'name': u'Ada', 'colour': u'red', 'to_dict': 5, '_validated_by': 5, '__class__': 5, 'fields': []}
    user = read(answer, 'UserBrief')
    assert user == UserBrief(name='Ada')
    assert vars(user) == {'name': 'Ada'}


def test_null_is_none():
    assert read({'name': None, 'email': None}, 'UserBrief') == UserBrief()


def test_lengths_are_not_checked():
    assert read({'email': u'e' * 1000, 'name': u''}, 'UserBrief').name == ''


def test_models_of_an_answer_can_be_set_and_checked_like_others():
    for item in (read(KEY, 'UserAuthenticationToken'), read([KEY], 'list[UserAuthenticationToken]')[0]):
        item.slug_perm = 'other'
        assert item.to_dict()['slug_perm'] == 'other'
        with pytest.raises(TypeError):
            item.slug_perm = 5


@pytest.mark.parametrize('value, type_name, problem', [
    (1, 'bool', 'should be true or false, not a number'),
    (u'true', 'bool', 'should be true or false, not this text'),
    (True, 'int', 'should be a whole number, not true or false'),
    (1.0, 'int', 'should be a whole number, not a number'),
    (None, 'int', 'should be a whole number, not null'),
    (10 ** 30, 'str', None),
    (10 ** 30, 'bool', 'should be true or false, not a number'),
    (False, 'float', 'should be a number, not true or false'),
    (u'1.5', 'float', 'should be a number, not this text'),
    (10 ** 400, 'float', 'is too large a number'),
    ({}, 'list[int]', 'should be a list, not an object'),
    (u'abc', 'list[UserBrief]', 'should be a list, not this text'),
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
     'at results[9].slug_perm should be a text, not a list'),
    ({'authenticated': 1}, 'UserBrief', 'at authenticated should be true or false, not a number'),
    ([[1], [2, None]], 'list[list[int]]', 'at [1][1] should be a whole number, not null'),
    ([{}, {'results': []}], 'list[InlineResponse2001]', 'at [0] has no results'),
    ({SECRET: {'name': 5}}, 'dict(str, UserBrief)', 'at [...].name should be a text, not a number'),
    ({'a': [1, u'b']}, 'dict(str, list[int])', 'at [...][1] should be a whole number, not this text'),
])
def test_a_value_of_the_wrong_type_is_told_by_its_place(value, type_name, problem):
    if problem is None:
        assert read(value, type_name) == json.dumps(value)
    else:
        assert problem_of(value, type_name) == problem


@pytest.mark.parametrize('value, type_name', [
    (SECRET, 'int'), ([SECRET], 'list[int]'), ({SECRET: SECRET}, 'dict(str, int)'),
    ({'created': SECRET}, 'UserAuthenticationToken'),
    ({'results': [key(created=SECRET)]}, 'InlineResponse2001'), ({'results': SECRET}, 'InlineResponse2001'),
    (SECRET, 'datetime'), (u'2024-99-02T03:04:05.000006Z', 'datetime'),
    ({'authenticated': SECRET}, 'UserBrief'),
])
def test_what_is_wrong_is_told_without_the_value(value, type_name):
    with pytest.raises(DeserializationError) as caught:
        read(value, type_name)
    error = caught.value
    while error is not None:
        assert SECRET not in str(error)
        assert '2024' not in str(error)
        assert SECRET not in repr(error)
        error = getattr(error, '__cause__', None) or getattr(error, '__context__', None)


# The names of types

@pytest.mark.parametrize('name', [
    '', 'Int', 'bytes', 'file', 'Model', 'Field', 'model', 'user_brief', '__all__', 'None', 'list', 'list[]',
    'list[int',
    'list[int)', 'List[int]', 'dict(str, int]', 'Dict(str, int)',
    'list[Foo]', 'dict', 'dict()', 'dict(str)', 'dict(str, )', 'dict(str, Foo)', 'list[int]]', ' int',
    'UserBrief ', u'\xe4',
])
def test_an_unknown_type_is_refused(name):
    with pytest.raises(ValueError, match='is not known: expected a model, bool,') as caught:
        parser_for(name)
    assert not isinstance(caught.value, DeserializationError)


@pytest.mark.parametrize('name', [None, 5, ['int'], {}, int])
def test_a_type_that_is_no_name_is_refused(name):
    with pytest.raises(TypeError, match='response_type must be a str, not '):
        parser_for(name)


def test_a_reader_is_made_once():
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
def test_a_date_with_a_zone_is_read(text, expected):
    read_date = read(text, 'datetime')
    assert (read_date - read_date.utcoffset()).replace(tzinfo=None) == expected


@pytest.mark.parametrize('text, expected', [
    (u'2024-01-02T03:04:05.000006', MOMENT), (u'2024-01-02T03:04', datetime.datetime(2024, 1, 2, 3, 4)),
    (u'2024-01-02', datetime.datetime(2024, 1, 2)),
])
def test_a_date_without_a_zone_stays_without(text, expected):
    assert read(text, 'datetime') == expected
    assert read(text, 'datetime').tzinfo is None


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
def test_what_is_no_date_is_refused_alone_and_in_a_column(text):
    problem = problem_of(text, 'datetime')
    assert problem in ('should be a date and time, not this text', 'should be a date and time that exists')
    assert problem_of([key(created=text)], 'list[UserAuthenticationToken]') == 'at [0].created ' + problem


@pytest.mark.parametrize('text', [
    u'2024-02-30T03:04:05Z', u'2023-02-29', u'2024-13-01', u'2024-00-01', u'2024-01-00', u'0000-01-01',
    u'2024-01-02T24:00',
    u'2024-01-02T24:00:00.000000Z', u'2024-01-02T25:00Z', u'2024-01-02T03:60Z', u'2024-01-02T03:04:60Z',
    u'2024-01-02T03:04:05.000006+24:00', u'2024-01-02T03:04:05+99:00',
])
def test_a_date_that_does_not_exist_is_refused(text):
    assert problem_of(text, 'datetime') == 'should be a date and time that exists'


@pytest.mark.parametrize('text', [
    u'0001-01-01T00:00:00.000000Z', u'9999-12-31T23:59:59.9999999Z', u'0001-01-01T00:00:00+14:00',
])
def test_the_first_and_the_last_date_are_read(text):
    assert read(text, 'datetime').year in (1, 9999)


@pytest.mark.parametrize('text', [u'2024-01-02', u'2024-01-02T23:04:05Z', u'2024-01-02T00:00:00.000000-08:00'])
def test_a_date_is_read_of_itself_or_of_a_moment(text):
    assert read(text, 'date') == datetime.date(2024, 1, 2)
    assert type(read(text, 'date')) is datetime.date


@pytest.mark.skipif(isoparse is None or sys.version_info < (3, 11), reason='needs both parsers')
@settings(deadline=None)
@given(st.from_regex(
    u'[0-9]{4}-[01][0-9]-[0-3][0-9]([Tt _]?[0-2][0-9]:?[0-6][0-9](:?[0-6][0-9]([.,][0-9]{0,8})?)?'
    u'([Zz]|[ +-][0-2][0-9](:?[0-6][0-9])?)?)?', fullmatch=True))
def test_the_dates_that_are_taken_mean_the_same_to_old_interpreters(text):
    try:
        value = parser_for('datetime')(text)
    except DeserializationError:
        return
    assert value == isoparse(text.upper())


# Texts that are no JSON, or hardly

@pytest.mark.parametrize('text, problem', [
    ('', 'is not JSON (it is empty)'), (' \n', 'is not JSON (it is empty)'),
    (' <!DOCTYPE html><p>the-secret', 'is not JSON (it looks like HTML)'),
])
def test_a_text_that_is_no_json_is_told_by_its_looks(text, problem):
    with pytest.raises(DeserializationError) as caught:
        deserialize_text(text, 'UserBrief')
    assert str(caught.value) == problem


@pytest.mark.parametrize('text', [
    'the-secret', '{"a": the-secret}', '{"a": "the-secret', '["the-secret"', '{"the-secret"}',
])
def test_a_text_that_is_no_json_is_not_shown(text):
    with pytest.raises(DeserializationError) as caught:
        deserialize_text(text, 'object')
    assert str(caught.value).startswith('is not JSON (')
    assert 'secret' not in str(caught.value)


def test_where_a_text_stops_being_json_is_told():
    with pytest.raises(DeserializationError, match=r'^is not JSON \(.*line 2 column \d'):
        deserialize_text('{"a": 1,\n"b" 2}', 'object')


@pytest.mark.parametrize('text', ['[' * 100000, '{"a":' * 100000])
def test_a_text_nested_without_end_is_refused(text):
    with pytest.raises(DeserializationError, match='is not JSON'):
        deserialize_text(text, 'object')
    assert deserialize_text(text, 'str') == text


def test_a_number_too_long_to_read_is_a_value_or_refused():
    # Since a security release of each, interpreters refuse to spend the time; Python 2.7 reads it.
    try:
        value = deserialize_text('9' * 5000, 'int')
    except DeserializationError:
        return
    assert value == 10 ** 5000 - 1


def test_numbers_beyond_json_are_read_as_python_writes_them():
    assert deserialize_text('NaN', 'float') != deserialize_text('NaN', 'float')
    assert deserialize_text('-Infinity', 'float') == float('-inf')
    assert deserialize_text('1e999', 'float') == float('inf')


def test_of_a_name_that_comes_twice_the_last_counts():
    assert deserialize_text('{"name": 5, "name": "Ada"}', 'UserBrief').name == 'Ada'


@pytest.mark.parametrize('text, expected', [
    ('"abc"', 'abc'), ('""', ''), ('abc', 'abc'), ('', ''), ('5', '5'), ('null', 'null'),
    ('{"a": 1}', '{"a": 1}'),
    ('<html>', '<html>'), ('"abc', '"abc'),
])
def test_where_a_text_is_due_any_text_stands_for_itself(text, expected):
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
def test_any_json_value_is_read_or_a_mismatch(value, type_name):
    text = json.dumps(value)
    try:
        made = deserialize_text(text, type_name)
    except DeserializationError:
        return
    if type_name in models.__all__:
        assert type(made) is getattr(models, type_name)


@settings(deadline=None)
@given(st.text(), st.sampled_from(NESTED_TYPES))
def test_any_text_is_read_or_a_mismatch(text, type_name):
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
def test_a_list_of_models_is_read_as_its_rows_are(rows):
    try:
        expected = [read(row, 'UserAuthenticationToken') for row in rows]
    except DeserializationError:
        expected = None
    if expected is None:
        assert problem_of(rows, 'list[UserAuthenticationToken]').startswith('at [')
    else:
        assert read(rows, 'list[UserAuthenticationToken]') == expected


# Writing

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
def test_each_kind_of_value_becomes_json(value, expected):
    assert serialize(value) == expected
    json.dumps(serialize(value))


def test_a_date_with_a_zone_keeps_it():
    assert serialize(read(KEY['created'], 'datetime')) == '2024-01-02T03:04:05.000006+00:00'


def test_what_is_sent_is_a_copy():
    value = {'a': [1]}
    serialize(value)['a'].append(2)
    assert value == {'a': [1]}


@pytest.mark.parametrize('value', [
    decimal.Decimal(1), {1}, object(), 1j, MOMENT.time(), iter([]), UserBrief, Model.to_dict, bytearray(b'a'),
] + ([b'abc'] if six.PY3 else []), ids=lambda value: type(value).__name__)
def test_what_json_has_not_is_refused_by_its_type(value):
    for inside in (value, [value], {'a': (value,)}):
        with pytest.raises(TypeError) as caught:
            serialize(inside)
        assert str(caught.value) == 'cannot be sent as JSON: ' + type(value).__name__


def test_a_value_that_holds_itself_is_refused():
    circle = {'key': 'the-secret'}
    circle['self'] = [circle]
    with pytest.raises(ValueError, match='cannot be sent as JSON: it holds itself, or is nested too deeply'):
        serialize(circle)


@settings(deadline=None)
@given(JSON)
def test_a_json_value_stays_what_it_is(value):
    assert json.dumps(serialize(value), sort_keys=True) == json.dumps(value, sort_keys=True)


@settings(deadline=None)
@given(st.builds(UserBrief, authenticated=st.booleans(), name=st.text(min_size=1), slug=st.text()))
def test_a_model_comes_back_as_it_was_sent(user):
    assert read(serialize(user), 'UserBrief') == user


def test_a_column_of_dates_in_another_form_of_the_same_length_is_read():
    rows = [{'created': '2024-01-02 03:04:05.000006Z', 'key': 'k', 'slug_perm': 's'}]
    read = deserialize_text(json.dumps(rows), 'list[UserAuthenticationToken]')
    usual = deserialize_text(json.dumps(rows).replace('02 03', '02T03'), 'list[UserAuthenticationToken]')
    assert read == usual
