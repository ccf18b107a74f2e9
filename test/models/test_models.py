"""The fields of each model: order, lengths, required fields and secrets."""

import datetime
import importlib

import pytest

import cloudsmith_api
from cloudsmith_api import models
from cloudsmith_api.models import (
    ErrorDetail,
    InlineResponse2001,
    UserAuthenticationToken,
    UserAuthToken,
    UserAuthTokenRequest,
    UserBrief,
)

FIELDS = [
    (UserBrief, ['authenticated', 'email', 'name', 'profile_url', 'self_url', 'slug', 'slug_perm']),
    (UserAuthToken, ['token', 'two_factor_required', 'two_factor_token']),
    (UserAuthTokenRequest, ['email', 'password', 'totp_token', 'two_factor_token']),
    (UserAuthenticationToken, ['created', 'key', 'slug_perm']),
    (InlineResponse2001, ['results']),
    (ErrorDetail, ['code', 'detail', 'fields']),
]
SECRETS = {'key', 'password', 'token', 'totp_token', 'two_factor_token'}
SAMPLES = {'bool': True, 'dict(str, list[str])': {'a': ['b']},
           'datetime': datetime.datetime(2024, 1, 2), 'str': 'abcdef',
           'list[UserAuthenticationToken]': [UserAuthenticationToken(key='abcdef')]}


def values_of(model):
    """Return a sample value for each field."""
    return [SAMPLES[model.swagger_types[field.name]] for field in model.model_fields]


@pytest.mark.parametrize('model, names', FIELDS)
def test_fields_are_in_the_documented_order(model, names):
    assert [field.name for field in model.model_fields] == names
    values = values_of(model)
    assert [getattr(model(*values), name) for name in names] == values


@pytest.mark.parametrize('model, names', FIELDS)
def test_fields_are_keyword_arguments(model, names):
    values = values_of(model)
    assert model(**dict(zip(names, values))) == model(*values)


@pytest.mark.parametrize('model, names', FIELDS)
def test_secrets_are_masked_in_repr_and_real_in_to_dict(model, names):
    instance = model(*values_of(model))
    for name in SECRETS.intersection(names):
        assert instance.to_dict()[name] == getattr(instance, name) == 'abcdef'
        assert "'%s': '********'" % name in repr(instance)
    for name in set(names) - SECRETS - {'results'}:
        assert "'%s': %r" % (name, getattr(instance, name)) in repr(instance)


def test_page_repr_shows_no_api_key():
    page = InlineResponse2001([UserAuthenticationToken(key='the-secret-key', slug_perm='abc')])
    assert 'the-secret-key' not in repr(page)
    assert "'abc'" in repr(page)
    assert page.to_dict()['results'][0]['key'] == 'the-secret-key'


@pytest.mark.parametrize('model, name', [
    (UserBrief, 'email'), (UserBrief, 'name'), (UserAuthToken, 'token'), (UserAuthToken, 'two_factor_token'),
    (UserAuthTokenRequest, 'email'), (UserAuthTokenRequest, 'password'), (UserAuthTokenRequest, 'totp_token'),
    (UserAuthTokenRequest, 'two_factor_token'),
])
def test_field_with_min_length_one_rejects_an_empty_string(model, name):
    with pytest.raises(ValueError) as raised:
        model(**{name: ''})
    assert str(raised.value) == name + ' must not be empty'
    assert getattr(model(**{name: 'a'}), name) == 'a'


@pytest.mark.parametrize('model, name', [
    (UserBrief, 'profile_url'), (UserBrief, 'self_url'), (UserBrief, 'slug'), (UserBrief, 'slug_perm'),
    (UserAuthenticationToken, 'key'), (UserAuthenticationToken, 'slug_perm'),
])
def test_field_without_min_length_accepts_an_empty_string(model, name):
    assert getattr(model(**{name: ''}), name) == ''


def test_user_email_has_at_most_254_characters():
    assert len(UserBrief(email='e' * 254).email) == 254
    with pytest.raises(ValueError, match='email must have at most 254 characters, but has 255'):
        UserBrief(email='e' * 255)


def test_sign_in_email_may_be_longer():
    assert len(UserAuthTokenRequest(email='e' * 255).email) == 255


def test_page_requires_results():
    with pytest.raises(ValueError, match='results is required'):
        InlineResponse2001()
    with pytest.raises(ValueError, match='results is required'):
        InlineResponse2001(results=None)
    assert InlineResponse2001(results=[]).results == []


def test_error_detail_requires_a_detail():
    with pytest.raises(ValueError, match='detail is required'):
        ErrorDetail(code='invalid')
    assert ErrorDetail(detail='x').to_dict() == {'code': None, 'detail': 'x', 'fields': None}


@pytest.mark.parametrize('fields', ['email', ['email']])
def test_error_detail_rejects_fields_that_are_not_a_dict(fields):
    with pytest.raises(TypeError, match=r'fields must be of type dict\(str, list\[str\]\), not '):
        ErrorDetail(detail='x', fields=fields)


@pytest.mark.parametrize('model', [model for model, _ in FIELDS if model not in (InlineResponse2001, ErrorDetail)])
def test_fields_of_all_other_models_are_optional(model):
    assert set(model().to_dict().values()) == {None}


@pytest.mark.parametrize('name, module', [
    ('ErrorDetail', 'error_detail'), ('InlineResponse2001', 'inline_response2001'),
    ('InlineResponse2004', 'inline_response2004'), ('UserAuthToken', 'user_auth_token'),
    ('UserAuthTokenRequest', 'user_auth_token_request'), ('UserAuthenticationToken', 'user_authentication_token'),
    ('UserBrief', 'user_brief'),
])
def test_model_can_be_imported_from_every_documented_place(name, module):
    model = getattr(models, name)
    assert model is getattr(cloudsmith_api, name)
    assert model is getattr(importlib.import_module('cloudsmith_api.models.' + module), name)
    assert name in models.__all__
