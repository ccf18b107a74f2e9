# -*- coding: utf-8 -*-
"""What all models have in common, shown on models made for this."""

import copy
import datetime
import inspect
import operator
import pickle

import pytest
import six

from cloudsmith_api import UserBrief
from cloudsmith_api.configuration import Configuration
from cloudsmith_api.models.model import Field, Model

NOW = datetime.datetime(2024, 1, 2, 3, 4, 5, 6)


class Inner(Model):
    """A model inside another."""

    fields = (Field('name', 'str'), Field('password', 'str', secret=True))


class Outer(Model):
    """A model with a field of each kind and each bound."""

    fields = (
        Field('title', 'str', min_length=2, max_length=5),
        Field('items', 'list[Inner]', required=True),
        Field('done', 'bool'),
        Field('made', 'datetime'),
        Field('token', 'str', min_length=1, secret=True),
        Field('short', 'str', max_length=3),
        Field('type', 'str', min_length=1),
    )


class Derived(Outer):
    """A program's own model, with an attribute and a property of its own."""

    colour = 'red'

    @property
    def short(self):
        return 'abc'


class Special(list):
    """A list of a type of its own."""


@pytest.fixture
def unchecked():
    """Settings that switch off the checks."""
    made = Configuration()
    made.client_side_validation = False
    return made


@pytest.fixture
def default():
    """Set the default configuration for one test."""
    yield Configuration.set_default
    Configuration.set_default(None)


def outer(**fields):
    """Make a model with what is required."""
    fields.setdefault('items', [])
    return Outer(**fields)


def copies(model):
    """Copy a model in each way there is."""
    made = [pickle.loads(pickle.dumps(model, protocol)) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
    return made + [copy.copy(model), copy.deepcopy(model)]


def test_fields_are_given_in_their_order():
    model = Outer('abc', [], True, NOW, 'secret', 'abc', 'kind')
    assert (model.title, model.items, model.done, model.made) == ('abc', [], True, NOW)
    assert (model.token, model.short, model.type) == ('secret', 'abc', 'kind')


def test_fields_are_given_by_name():
    assert outer(title='abc', done=False).to_dict() == {
        'title': 'abc', 'items': [], 'done': False, 'made': None, 'token': None, 'short': None, 'type': None}


def test_fields_are_given_in_part_by_order_and_in_part_by_name():
    model = Outer('abc', done=True, items=[])
    assert (model.title, model.done) == ('abc', True)


@pytest.mark.skipif(six.PY2, reason='Python 2 has no signatures')
def test_the_constructor_shows_its_parameters():
    assert str(inspect.signature(Outer)) == (
        '(title=None, items=None, done=None, made=None, token=None, short=None, type=None, _configuration=None)')


def test_the_configuration_comes_last(unchecked):
    assert Outer('', [], None, None, None, None, None, unchecked).title == ''


@pytest.mark.parametrize('name', ['colour', 'Title', '_own', '_type', 'to_dict', '__dict__'])
def test_an_unknown_name_is_refused(name):
    with pytest.raises(TypeError) as caught:
        outer(**{name: 'a'})
    assert repr(name) in str(caught.value)


def test_a_field_given_twice_is_refused():
    with pytest.raises(TypeError, match="'?title'?"):
        Outer('abc', [], title='abc')


def test_too_many_fields_are_refused():
    with pytest.raises(TypeError, match='arguments'):
        Outer('abc', [], None, None, None, None, None, None, None)


def test_a_field_that_is_not_set_is_none():
    model = outer()
    assert (model.title, model.done, model.made) == (None, None, None)
    assert Outer.title is None


def test_a_field_can_be_unset():
    model = outer(title='abc')
    model.title = None
    assert model == outer()
    assert outer(title=None) == outer()


@pytest.mark.parametrize('name, value', [
    ('title', 'ab'), ('title', 'abcde'), ('title', u'日本語日本'), ('title', None), ('short', ''),
    ('short', 'abc'),
    ('token', 'a'), ('token', 'a' * 100000), ('done', True), ('done', False), ('made', NOW), ('type', 'a'),
    ('items', []), ('items', ()), ('items', Special()), ('items', [Inner()]),
])
def test_a_value_within_the_bounds_is_taken(name, value):
    model = outer(**{name: value})
    assert getattr(model, name) is value
    again = outer()
    setattr(again, name, value)
    assert getattr(again, name) is value
    assert again == model


@pytest.mark.parametrize('name, value, message', [
    ('title', '', 'title must not be empty'),
    ('title', 'a', 'title must have at least 2 characters, but has 1'),
    ('title', 'abcdef', 'title must have at most 5 characters, but has 6'),
    ('title', u'日本語日本語', 'title must have at most 5 characters, but has 6'),
    ('short', 'abcd', 'short must have at most 3 characters, but has 4'),
    ('token', '', 'token must not be empty'),
    ('items', None, 'items is required'),
])
def test_a_value_out_of_bounds_is_refused(name, value, message):
    with pytest.raises(ValueError) as caught:
        outer(**{name: value})
    assert str(caught.value) == message
    model = outer(title='abc', token='old')
    with pytest.raises(ValueError) as caught:
        setattr(model, name, value)
    assert str(caught.value) == message
    assert model == outer(title='abc', token='old')


@pytest.mark.parametrize('name, value', [
    ('title', 5), ('title', True), ('title', ['abc']), ('title', {}), ('title', 0), ('title', False),
    ('done', 0), ('done', 1), ('done', 'true'), ('done', ''), ('made', '2024-01-02'), ('made', 1700000000),
    ('made', NOW.date()), ('items', 'abc'), ('items', {}), ('items', 0), ('items', ''), ('token', 5),
] + ([('title', b'abc')] if six.PY3 else []))
def test_a_value_of_the_wrong_type_is_refused(name, value):
    message = '%s must be of type %s, not %s' % (name, Outer.swagger_types[name], type(value).__name__)
    with pytest.raises(TypeError) as caught:
        outer(**{name: value})
    assert str(caught.value) == message
    with pytest.raises(TypeError) as caught:
        setattr(outer(), name, value)
    assert str(caught.value) == message


def test_both_kinds_of_text_are_texts():
    assert outer(title='abc').title == outer(title=u'abc').title == 'abc'


def test_a_required_field_must_be_given():
    with pytest.raises(ValueError, match='items is required'):
        Outer()


@pytest.mark.parametrize('fields', [
    {'token': ['the-secret']}, {'title': 'the-secret'}, {'short': 'the-secret'}, {'items': 'the-secret'},
    {'done': 'the-secret'}, {'items': None, 'token': 'the-secret'},
])
def test_a_refusal_does_not_show_the_value(fields):
    with pytest.raises((TypeError, ValueError)) as caught:
        outer(**fields)
    assert 'the-secret' not in str(caught.value)


def test_checks_can_be_switched_off_for_one_model(unchecked):
    model = Outer(title='', items=None, done='maybe', _configuration=unchecked)
    model.title = 5
    assert (model.title, model.items, model.done) == (5, None, 'maybe')
    with pytest.raises(ValueError):
        outer(title='')


def test_checks_can_be_switched_off_for_all_models(unchecked, default):
    default(unchecked)
    model = Outer(title='')
    model.short = 'far too long'
    assert (model.title, model.short) == ('', 'far too long')


def test_a_configuration_counts_more_than_the_default(unchecked, default):
    checked = Configuration()
    default(unchecked)
    with pytest.raises(ValueError):
        outer(title='', _configuration=checked)
    model = outer(_configuration=checked)
    with pytest.raises(ValueError):
        model.title = ''


def test_unknown_names_are_refused_with_checks_off_too(unchecked):
    with pytest.raises(TypeError):
        Outer(colour='red', _configuration=unchecked)


def test_a_configuration_is_neither_shown_nor_sent_nor_compared(unchecked):
    model = outer(_configuration=unchecked)
    assert model == outer()
    assert 'onfiguration' not in repr(model)
    assert dict(model.set_items()) == {'items': []}


def test_a_programs_own_attribute_is_neither_shown_nor_sent_nor_compared():
    model = outer()
    model.colour = 'red'
    assert model.colour == 'red'
    assert model == outer()
    assert 'colour' not in model.to_dict()
    assert 'colour' not in repr(model)
    assert dict(model.set_items()) == {'items': []}


def test_what_is_sent_is_what_is_set_in_the_order_of_the_fields():
    assert list(outer(done=False, title='abc', short='').set_items()) == [
        ('title', 'abc'), ('items', []), ('done', False), ('short', '')]


def test_the_shape_of_a_generated_model_is_there():
    assert Outer.swagger_types['items'] == 'list[Inner]'
    assert Outer.swagger_types['made'] == 'datetime'
    assert sorted(Outer.swagger_types) == sorted(Outer.attribute_map) == sorted(field.name for field in Outer.fields)
    assert Outer.attribute_map['title'] == 'title'
    assert outer().discriminator is None


def test_a_model_shows_its_parameters_before_one_is_made():
    class Unused(Model):
        fields = (Field('name', 'str'),)

    if six.PY2:
        pytest.skip('Python 2 has no signatures')
    assert list(inspect.signature(Unused).parameters) == ['name', '_configuration']
    assert Unused('Ada').name == 'Ada'


def test_a_pickled_model_does_not_take_its_configuration_along():
    configuration = Configuration()
    configuration.client_side_validation, configuration.password = False, 'the-secret'
    model = UserBrief(name='', _configuration=configuration)
    pickled = pickle.dumps(model, 2)
    assert b'the-secret' not in pickled
    copied = pickle.loads(pickled)
    copied.email = ''
    assert (copied.name, copied.email) == ('', '')


def test_a_dict_has_the_real_values_and_nested_models_as_dicts():
    model = outer(items=[Inner('Ada', 'hunter22'), 'other', {'key': 'abc'}], token='the-secret')
    made = model.to_dict()
    assert made['items'] == [{'name': 'Ada', 'password': 'hunter22'}, 'other', {'key': 'abc'}]
    assert made['token'] == 'the-secret'
    made['items'].append(5)
    made['items'][2]['key'] = 'changed'
    assert model.items == [Inner('Ada', 'hunter22'), 'other', {'key': 'abc'}]


def test_what_is_printed_shows_no_secret():
    model = outer(items=(Inner('Ada', 'hunter22'), {'key': 'hunter22', 'slug_perm': 'abc'}), token='the-secret')
    for text in (repr(model), str(model), model.to_str(), repr([model]), '%s' % {'a': model}):
        assert 'hunter22' not in text
        assert 'the-secret' not in text
        assert "'********'" in text
        assert "'Ada'" in text
        assert "'abc'" in text


def test_an_unset_secret_is_printed_as_unset():
    assert eval(repr(Inner(name='Ada'))) == {'name': 'Ada', 'password': None}


def test_a_text_beyond_ascii_can_be_printed():
    assert isinstance(repr(Inner(name=u'Zoë \ud800')), str)


def test_a_subclass_decides_how_it_is_printed():
    class Loud(Inner):
        def to_str(self):
            return 'LOUD'
    assert repr(Loud()) == str(Loud()) == 'LOUD'


def test_models_are_equal_if_their_fields_are():
    assert outer(title='abc') == outer(title='abc')
    assert not operator.ne(outer(title='abc'), outer(title='abc'))
    assert outer(title='abc') != outer(title='abd')
    assert not operator.eq(outer(title='abc'), outer(title='abd'))
    assert outer(items=[Inner('a')]) == outer(items=[Inner('a')]) != outer(items=[Inner('b')])


@pytest.mark.parametrize('other', [None, 5, 'abc', {'name': None, 'password': None}, outer(), object(), Inner])
def test_a_model_is_not_equal_to_anything_else(other):
    assert Inner() != other
    assert other != Inner()
    assert not operator.eq(Inner(), other)
    assert not operator.eq(other, Inner())


def test_a_model_is_equal_to_one_of_a_subclass_with_the_same_fields():
    class Same(Inner):
        pass
    assert Inner('a') == Same('a')
    assert Same('a') == Inner('a')
    assert Inner('a') != Same('b')
    assert Same('b') != Inner('a')


def test_a_model_cannot_be_hashed():
    with pytest.raises(TypeError):
        hash(outer())


def test_a_subclass_keeps_its_own_attributes():
    model = Derived(title='abc', items=[])
    assert (model.colour, model.short, model.title) == ('red', 'abc', 'abc')
    assert Derived.fields is Outer.fields
    assert Derived.swagger_types == Outer.swagger_types


def test_a_copy_is_equal_and_on_its_own():
    model = outer(title=u'Zoë', items=[Inner('Ada', 'hunter22')], done=False, made=NOW)
    model.colour = 'red'
    for copied in copies(model):
        assert (type(copied), copied, copied.colour) == (Outer, model, 'red')
        assert vars(copied) == vars(model)
        copied.title = 'other'
        assert model.title == u'Zoë'


def test_a_deep_copy_shares_nothing():
    model = outer(items=[Inner('Ada')])
    copy.deepcopy(model).items[0].name = 'Bob'
    assert model.items[0].name == 'Ada'


def test_a_copy_is_not_checked_again_and_keeps_its_settings(unchecked):
    model = outer(title='', _configuration=unchecked)
    for copied in copies(model):
        assert copied.title == ''
        copied.title = 'far too long'


@pytest.mark.parametrize('title', ['', 'x' * 1000])
def test_a_model_is_made_of_an_answer_unchecked_and_keeps_its_dict(title):
    values = {'title': title, 'short': 'far too long', 'items': []}
    made = Outer.from_response(values)
    assert type(made) is Outer
    assert (made.title, made.short, made.done) == (title, 'far too long', None)
    assert vars(made) is values


def test_many_models_are_made_each_of_its_own_dict():
    rows = [{'title': 'a', 'items': []}, {'title': 'b', 'items': []}]
    made = Outer.many_from_response(rows)
    assert [(type(model), model.title) for model in made] == [(Outer, 'a'), (Outer, 'b')]
    assert all(vars(model) is row for model, row in zip(made, rows))


def test_a_dict_is_checked_like_a_model():
    Outer.validate({'title': 'abc', 'items': [], 'colour': 'red'})
    with pytest.raises(ValueError, match='title must not be empty'):
        Outer.validate({'title': '', 'items': []})
    with pytest.raises(ValueError, match='items is required'):
        Outer.validate({'title': 'abc'})
    with pytest.raises(TypeError, match='done must be of type bool, not str'):
        Outer.validate({'done': 'yes', 'items': []})


def test_a_dict_is_checked_whatever_the_default_says(unchecked, default):
    default(unchecked)
    with pytest.raises(ValueError, match='title must not be empty'):
        Outer.validate({'title': '', 'items': []})


def test_a_model_without_fields_can_be_made():
    assert Model().to_dict() == {}
    assert repr(Model()) == '{}'
