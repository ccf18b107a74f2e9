# -*- coding: utf-8 -*-
"""The base class ``Model``: construction, validation, printing, comparison, copying; tested on example models."""

import copy
import datetime
import inspect
import json
import operator
import pickle
import sys

import pytest
import six

from cloudsmith_api import UserBrief
from cloudsmith_api.configuration import Configuration
from cloudsmith_api.models.model import Field, Model

NOW = datetime.datetime(2024, 1, 2, 3, 4, 5, 6)


class Inner(Model):
    """A model inside another."""

    model_fields = (Field('name', 'str'), Field('password', 'str', secret=True))


class Outer(Model):
    """A model with fields of every type and every bound."""

    model_fields = (
        Field('title', 'str', min_length=2, max_length=5),
        Field('items', 'list[Inner]', required=True),
        Field('done', 'bool'),
        Field('created', 'datetime'),
        Field('token', 'str', min_length=1, secret=True),
        Field('short', 'str', max_length=3),
        Field('type', 'str', min_length=1),
    )


class Derived(Outer):
    """A program's subclass with a custom attribute and property."""

    colour = 'red'

    @property
    def short(self):
        return 'abc'


class CustomList(list):
    """A subclass of list."""


@pytest.fixture
def unvalidated():
    """A configuration with client-side validation disabled."""
    configuration = Configuration()
    configuration.client_side_validation = False
    return configuration


@pytest.fixture
def set_default():
    """Set the default configuration for one test."""
    yield Configuration.set_default
    Configuration.set_default(None)


def outer(**fields):
    """Return an ``Outer`` with its required field set."""
    fields.setdefault('items', [])
    return Outer(**fields)


def copies(model):
    """Return copies of a model made with every pickle protocol, ``copy.copy`` and ``copy.deepcopy``."""
    unpickled = [pickle.loads(pickle.dumps(model, protocol)) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
    return unpickled + [copy.copy(model), copy.deepcopy(model)]


def test_constructor_accepts_positional_arguments():
    model = Outer('abc', [], True, NOW, 'secret', 'abc', 'kind')
    assert (model.title, model.items, model.done, model.created) == ('abc', [], True, NOW)
    assert (model.token, model.short, model.type) == ('secret', 'abc', 'kind')


def test_constructor_accepts_keyword_arguments():
    assert outer(title='abc', done=False).to_dict() == {
        'title': 'abc', 'items': [], 'done': False, 'created': None, 'token': None, 'short': None, 'type': None}


def test_constructor_accepts_positional_and_keyword_arguments():
    model = Outer('abc', done=True, items=[])
    assert (model.title, model.done) == ('abc', True)


@pytest.mark.skipif(six.PY2, reason='inspect.signature is new in Python 3.3')
def test_constructor_signature_lists_the_fields():
    assert str(inspect.signature(Outer)) == (
        '(title=None, items=None, done=None, created=None, token=None, short=None, type=None, _configuration=None)')


def test_error_about_an_argument_names_the_model():
    with pytest.raises(TypeError, match='UserBrief' if sys.version_info >= (3, 10) else 'nmae'):
        UserBrief(nmae='Ada')


def test_configuration_is_the_last_positional_argument(unvalidated):
    assert Outer('', [], None, None, None, None, None, unvalidated).title == ''


@pytest.mark.parametrize('name', ['colour', 'Title', '_own', '_type', 'to_dict', '__dict__'])
def test_unknown_keyword_raises_type_error(name):
    with pytest.raises(TypeError) as raised:
        outer(**{name: 'a'})
    assert repr(name) in str(raised.value)


def test_field_given_twice_raises_type_error():
    with pytest.raises(TypeError, match="'?title'?"):
        Outer('abc', [], title='abc')


def test_too_many_arguments_raise_type_error():
    with pytest.raises(TypeError, match='arguments'):
        Outer('abc', [], None, None, None, None, None, None, None)


def test_unset_field_is_none():
    model = outer()
    assert (model.title, model.done, model.created) == (None, None, None)
    assert Outer.title is None


def test_field_can_be_set_to_none():
    model = outer(title='abc')
    model.title = None
    assert model == outer()
    assert outer(title=None) == outer()


@pytest.mark.parametrize('name, value', [
    ('title', 'ab'), ('title', 'abcde'), ('title', u'日本語日本'), ('title', None), ('short', ''),
    ('short', 'abc'),
    ('token', 'a'), ('token', 'a' * 100000), ('done', True), ('done', False), ('created', NOW), ('type', 'a'),
    ('items', []), ('items', ()), ('items', CustomList()), ('items', [Inner()]),
])
def test_valid_value_is_stored(name, value):
    model = outer(**{name: value})
    assert getattr(model, name) is value
    assigned = outer()
    setattr(assigned, name, value)
    assert getattr(assigned, name) is value
    assert assigned == model


@pytest.mark.parametrize('name, value, message', [
    ('title', '', 'title must not be empty'),
    ('title', 'a', 'title must have at least 2 characters, but has 1'),
    ('title', 'abcdef', 'title must have at most 5 characters, but has 6'),
    ('title', u'日本語日本語', 'title must have at most 5 characters, but has 6'),
    ('short', 'abcd', 'short must have at most 3 characters, but has 4'),
    ('token', '', 'token must not be empty'),
    ('items', None, 'items is required'),
])
def test_value_out_of_bounds_raises_value_error(name, value, message):
    with pytest.raises(ValueError) as raised:
        outer(**{name: value})
    assert str(raised.value) == message
    model = outer(title='abc', token='old')
    with pytest.raises(ValueError) as raised:
        setattr(model, name, value)
    assert str(raised.value) == message
    assert model == outer(title='abc', token='old')


@pytest.mark.parametrize('name, value', [
    ('title', 5), ('title', True), ('title', ['abc']), ('title', {}), ('title', 0), ('title', False),
    ('done', 0), ('done', 1), ('done', 'true'), ('done', ''), ('created', '2024-01-02'), ('created', 1700000000),
    ('created', NOW.date()), ('items', 'abc'), ('items', {}), ('items', 0), ('items', ''), ('token', 5),
] + ([('title', b'abc')] if six.PY3 else []))
def test_value_of_the_wrong_type_raises_type_error(name, value):
    message = '%s must be of type %s, not %s' % (name, Outer.swagger_types[name], type(value).__name__)
    with pytest.raises(TypeError) as raised:
        outer(**{name: value})
    assert str(raised.value) == message
    with pytest.raises(TypeError) as raised:
        setattr(outer(), name, value)
    assert str(raised.value) == message


def test_str_field_accepts_native_and_unicode_strings():
    assert outer(title='abc').title == outer(title=u'abc').title == 'abc'


def test_missing_required_field_raises_value_error():
    with pytest.raises(ValueError, match='items is required'):
        Outer()


@pytest.mark.parametrize('fields', [
    {'token': ['the-secret']}, {'title': 'the-secret'}, {'short': 'the-secret'}, {'items': 'the-secret'},
    {'done': 'the-secret'}, {'items': None, 'token': 'the-secret'},
])
def test_validation_error_does_not_show_the_value(fields):
    with pytest.raises((TypeError, ValueError)) as raised:
        outer(**fields)
    assert 'the-secret' not in str(raised.value)


def test_validation_can_be_disabled_for_one_model(unvalidated):
    model = Outer(title='', items=None, done='maybe', _configuration=unvalidated)
    model.title = 5
    assert (model.title, model.items, model.done) == (5, None, 'maybe')
    with pytest.raises(ValueError):
        outer(title='')


def test_validation_can_be_disabled_for_all_models(unvalidated, set_default):
    set_default(unvalidated)
    model = Outer(title='')
    model.short = 'far too long'
    assert (model.title, model.short) == ('', 'far too long')


def test_own_configuration_overrides_the_default(unvalidated, set_default):
    validated = Configuration()
    set_default(unvalidated)
    with pytest.raises(ValueError):
        outer(title='', _configuration=validated)
    model = outer(_configuration=validated)
    with pytest.raises(ValueError):
        model.title = ''


def test_unknown_keyword_raises_with_validation_disabled_too(unvalidated):
    with pytest.raises(TypeError):
        Outer(colour='red', _configuration=unvalidated)


def test_configuration_is_not_shown_sent_or_compared(unvalidated):
    model = outer(_configuration=unvalidated)
    assert model == outer()
    assert 'onfiguration' not in repr(model)
    assert dict(model.set_items()) == {'items': []}


def test_custom_attribute_is_not_shown_sent_or_compared():
    model = outer()
    model.colour = 'red'
    assert model.colour == 'red'
    assert model == outer()
    assert 'colour' not in model.to_dict()
    assert 'colour' not in repr(model)
    assert dict(model.set_items()) == {'items': []}


def test_set_items_yields_set_fields_in_order():
    assert list(outer(done=False, title='abc', short='').set_items()) == [
        ('title', 'abc'), ('items', []), ('done', False), ('short', '')]


def test_model_has_the_attributes_of_a_generated_model():
    assert Outer.swagger_types['items'] == 'list[Inner]'
    assert Outer.swagger_types['created'] == 'datetime'
    assert sorted(Outer.swagger_types) == sorted(Outer.attribute_map) == sorted(
        field.name for field in Outer.model_fields)
    assert Outer.attribute_map['title'] == 'title'
    assert outer().discriminator is None


def test_signature_is_available_before_the_first_instance():
    class Unused(Model):
        model_fields = (Field('name', 'str'),)

    if six.PY2:
        pytest.skip('inspect.signature is new in Python 3.3')
    assert list(inspect.signature(Unused).parameters) == ['name', '_configuration']
    assert Unused('Ada').name == 'Ada'


def test_pickled_model_does_not_contain_its_configuration():
    configuration = Configuration()
    configuration.client_side_validation, configuration.password = False, 'the-secret'
    model = UserBrief(name='', _configuration=configuration)
    pickled = pickle.dumps(model, 2)
    assert b'the-secret' not in pickled
    copied = pickle.loads(pickled)
    copied.email = ''
    assert (copied.name, copied.email) == ('', '')


def test_to_dict_has_real_values_and_nested_dicts():
    model = outer(items=[Inner('Ada', 'hunter22'), 'other', {'key': 'abc'}], token='the-secret')
    as_dict = model.to_dict()
    assert as_dict['items'] == [{'name': 'Ada', 'password': 'hunter22'}, 'other', {'key': 'abc'}]
    assert as_dict['token'] == 'the-secret'
    as_dict['items'].append(5)
    as_dict['items'][2]['key'] = 'changed'
    assert model.items == [Inner('Ada', 'hunter22'), 'other', {'key': 'abc'}]


def test_printed_model_shows_no_secrets():
    model = outer(items=(Inner('Ada', 'hunter22'), {'key': 'hunter22', 'slug_perm': 'abc'}), token='the-secret')
    for text in (repr(model), str(model), model.to_str(), repr([model]), '%s' % {'a': model}):
        assert 'hunter22' not in text
        assert 'the-secret' not in text
        assert "'********'" in text
        assert "'Ada'" in text
        assert "'abc'" in text


def test_unset_secret_is_printed_as_none():
    assert eval(repr(Inner(name='Ada'))) == {'name': 'Ada', 'password': None}


def test_non_ascii_text_can_be_printed():
    assert isinstance(repr(Inner(name=u'Zoë \ud800')), str)


def test_subclass_may_override_to_str():
    class Loud(Inner):
        def to_str(self):
            return 'LOUD'
    assert repr(Loud()) == str(Loud()) == 'LOUD'


def test_models_with_equal_fields_are_equal():
    assert outer(title='abc') == outer(title='abc')
    assert not operator.ne(outer(title='abc'), outer(title='abc'))
    assert outer(title='abc') != outer(title='abd')
    assert not operator.eq(outer(title='abc'), outer(title='abd'))
    assert outer(items=[Inner('a')]) == outer(items=[Inner('a')]) != outer(items=[Inner('b')])


@pytest.mark.parametrize('other', [None, 5, 'abc', {'name': None, 'password': None}, outer(), object(), Inner])
def test_model_is_not_equal_to_other_types(other):
    assert Inner() != other
    assert other != Inner()
    assert not operator.eq(Inner(), other)
    assert not operator.eq(other, Inner())


def test_model_is_equal_to_a_subclass_with_equal_fields():
    class Same(Inner):
        pass
    assert Inner('a') == Same('a')
    assert Same('a') == Inner('a')
    assert Inner('a') != Same('b')
    assert Same('b') != Inner('a')


def test_model_is_not_hashable():
    with pytest.raises(TypeError):
        hash(outer())


def test_subclass_keeps_its_own_attributes():
    model = Derived(title='abc', items=[])
    assert (model.colour, model.short, model.title) == ('red', 'abc', 'abc')
    assert Derived.model_fields is Outer.model_fields
    assert Derived.swagger_types == Outer.swagger_types


def test_copy_is_equal_and_independent():
    model = outer(title=u'Zoë', items=[Inner('Ada', 'hunter22')], done=False, created=NOW)
    model.colour = 'red'
    for copied in copies(model):
        assert (type(copied), copied, copied.colour) == (Outer, model, 'red')
        assert vars(copied) == vars(model)
        copied.title = 'other'
        assert model.title == u'Zoë'


def test_deepcopy_copies_nested_models():
    model = outer(items=[Inner('Ada')])
    copy.deepcopy(model).items[0].name = 'Bob'
    assert model.items[0].name == 'Ada'


def test_copy_of_an_unvalidated_model_stays_unvalidated(unvalidated):
    model = outer(title='', _configuration=unvalidated)
    for copied in copies(model):
        assert copied.title == ''
        copied.title = 'far too long'


@pytest.mark.parametrize('title', ['', 'x' * 1000])
def test_from_response_keeps_the_dict_without_validation(title):
    values = {'title': title, 'short': 'far too long', 'items': []}
    model = Outer.from_response(values)
    assert type(model) is Outer
    assert (model.title, model.short, model.done) == (title, 'far too long', None)
    assert vars(model) is values


def test_many_from_response_creates_a_model_from_each_dict():
    rows = [{'title': 'a', 'items': []}, {'title': 'b', 'items': []}]
    parsed = Outer.many_from_response(rows)
    assert [(type(model), model.title) for model in parsed] == [(Outer, 'a'), (Outer, 'b')]
    assert all(vars(model) is row for model, row in zip(parsed, rows))


ADDITIONAL = {'colour': 'red', 'nested': [{'api_key': 'hunter22', 'slug': 'abc'}], 'secret': 'hunter22'}


def test_additional_properties_are_a_dict_that_is_empty_by_default():
    model = outer()
    assert (model.additional_properties, outer().additional_properties) == ({}, {})
    model.additional_properties['colour'] = 5
    assert (model.additional_properties, outer().additional_properties) == ({'colour': 5}, {})
    with pytest.raises(AttributeError):
        model.additional_properties = {}


def test_additional_properties_are_not_compared_or_sent():
    model = Outer.from_response({'items': []}, {'colour': 'red'})
    assert model == outer() == Outer.from_response({'items': []}, {'colour': 'blue'})
    assert dict(model.set_items()) == {'items': []}


def test_to_dict_has_additional_properties_on_request_only():
    model = Outer.from_response({'items': [Inner.from_response({'name': 'Ada'}, {'age': 5})]}, ADDITIONAL)
    assert model.to_dict() == outer(items=[Inner('Ada')]).to_dict()
    as_dict = model.to_dict(additional_properties=True)
    assert as_dict.pop('items') == [{'name': 'Ada', 'password': None, 'age': 5}]
    assert {name: as_dict[name] for name in ADDITIONAL} == ADDITIONAL
    as_dict['colour'] = 'blue'
    assert model.additional_properties == ADDITIONAL


def test_field_wins_over_an_additional_property_of_its_name():
    model = outer(title='abc')
    model.additional_properties['title'] = 5
    assert model.to_dict(additional_properties=True)['title'] == 'abc'


def test_printed_model_shows_additional_properties_without_secrets():
    model = Outer.from_response({'items': []}, dict(ADDITIONAL, url='https://ada:hunter22@example.com/'))
    for text in (repr(model), str(model), model.to_str(), repr([model])):
        assert 'hunter22' not in text
        assert "'colour': 'red'" in text
        assert "'slug': 'abc'" in text
        assert "'api_key': '********'" in text


def test_copies_keep_additional_properties():
    model = Outer.from_response({'items': []}, ADDITIONAL)
    for copied in copies(model):
        assert copied.additional_properties == ADDITIONAL


def test_to_json_is_to_dict_as_text():
    model = outer(items=[Inner('Ada', 'hunter22')], created=NOW)
    model.additional_properties['colour'] = 'red'
    expected = dict(model.to_dict(), created='2024-01-02T03:04:05.000006')
    assert json.loads(model.to_json()) == expected
    assert json.loads(model.to_json(additional_properties=True)) == dict(expected, colour='red')


def test_to_json_of_a_number_without_a_json_form_raises():
    model = outer()
    model.additional_properties['x'] = float('nan')
    assert json.loads(model.to_json())
    with pytest.raises(ValueError):
        model.to_json(additional_properties=True)


def test_to_json_of_a_value_without_a_json_form_raises(unvalidated):
    with pytest.raises(TypeError, match='object has no JSON form'):
        outer(title=object(), _configuration=unvalidated).to_json()


def test_validate_checks_a_dict_like_a_model():
    Outer.validate({'title': 'abc', 'items': [], 'colour': 'red'})
    with pytest.raises(ValueError, match='title must not be empty'):
        Outer.validate({'title': '', 'items': []})
    with pytest.raises(ValueError, match='items is required'):
        Outer.validate({'title': 'abc'})
    with pytest.raises(TypeError, match='done must be of type bool, not str'):
        Outer.validate({'done': 'yes', 'items': []})


def test_validate_ignores_the_default_configuration(unvalidated, set_default):
    set_default(unvalidated)
    with pytest.raises(ValueError, match='title must not be empty'):
        Outer.validate({'title': '', 'items': []})


def test_model_without_fields_can_be_created():
    assert Model().to_dict() == {}
    assert repr(Model()) == '{}'


def test_pickle_of_the_published_client_is_restored():
    """Its models keep each field as ``_name``, and their configuration."""
    state = {'_name': 'Ada', '_slug': None, '_configuration': Configuration(), 'discriminator': None, 'note': 1}
    user = UserBrief.__new__(UserBrief)
    user.__setstate__(state)
    assert user == UserBrief(name='Ada')
    assert user.note == 1
    assert set(vars(user)) == {'name', 'slug', 'note'}
