"""The base class of all models; a model's own file only declares its fields."""

import datetime
import functools
import json
from itertools import repeat

import six

from .._common.redaction import MASK, mask
from .._common.tracebacks import hide_locals
from ..configuration import Configuration

_PYTHON_TYPES = {
    'bool': (bool,),
    'datetime': (datetime.datetime,),
    'dict': (dict,),
    'list': (list, tuple),
    'str': (str, six.text_type),
}


class Field(object):
    """One field of a model.

    :param str name: its name, the same in Python and in JSON.
    :param str type: ``'bool'``, ``'datetime'``, ``'str'``, ``'list[TYPE]'`` or ``'dict(str, TYPE)'``.
    :param int min_length: the minimum length of a string to send; not enforced on responses.
    :param int max_length: the maximum length of a string to send; not enforced on responses.
    :param bool required: whether the field must be present, in requests and in responses.
    :param bool secret: whether ``repr`` and ``str`` mask its value.
    """

    __slots__ = ('name', 'type', 'min_length', 'max_length', 'required', 'secret', 'python_types')

    def __init__(self, name, type, min_length=None, max_length=None, required=False, secret=False):
        self.name = name
        self.type = type
        self.min_length = min_length
        self.max_length = max_length
        self.required = required
        self.secret = secret
        self.python_types = _PYTHON_TYPES[type.partition('[')[0].partition('(')[0]]

    def validate_if_enabled(self, value, enabled=None):
        """Validate a value as :meth:`validate` does, unless validation is off.

        :param bool enabled: whether it is on; by default, ``client_side_validation`` of the default configuration.
        """
        if enabled is None:
            enabled = Configuration._default is None or Configuration._default.client_side_validation
        if enabled:
            self.validate(value)

    def validate(self, value):
        """Validate a value to send. Errors do not show it: it may be secret.

        :param value: ``None`` if the field is not set.
        :raises TypeError: if it has the wrong type.
        :raises ValueError: if it is too short or too long, or missing although required.
        """
        if value is None:
            if self.required:
                raise ValueError('%s is required' % self.name)
            return
        if not isinstance(value, self.python_types):
            raise TypeError('%s must be of type %s, not %s' % (self.name, self.type, type(value).__name__))
        if self.min_length is not None and len(value) < self.min_length:
            if not value:
                raise ValueError('%s must not be empty' % self.name)
            raise ValueError('%s must have at least %d characters, but has %d'
                             % (self.name, self.min_length, len(value)))
        if self.max_length is not None and len(value) > self.max_length:
            raise ValueError('%s must have at most %d characters, but has %d'
                             % (self.name, self.max_length, len(value)))


class ModelType(type):
    """Metaclass that makes the attributes and constructor, which generated models spell out, from ``model_fields``."""

    def __init__(cls, name, bases, namespace):
        super(ModelType, cls).__init__(name, bases, namespace)
        if 'model_fields' not in namespace:
            return
        cls.swagger_types = {field.name: field.type for field in cls.model_fields}
        cls.attribute_map = {field.name: field.name for field in cls.model_fields}
        cls._by_name = {field.name: field for field in cls.model_fields}
        cls.__init__ = _LazyConstructor(cls)
        for field in cls.model_fields:
            # The value if a response leaves the field out.
            setattr(cls, field.name, None)


class _LazyConstructor(object):
    """Generates the constructor of a model when it is first used.

    Most programs only receive models. Generating all constructors at import would make the import a sixth slower: 38
    million instructions instead of 32 million, without those for urllib3.
    """

    def __init__(self, model):
        self._model = model

    def __get__(self, instance, owner=None):
        constructor = self._model.__init__ = _make_constructor(self._model.model_fields)
        # Shown in errors about its arguments, from Python 3.10 on.
        constructor.__qualname__ = self._model.__name__ + '.__init__'
        return constructor.__get__(instance, owner)


def _make_constructor(fields):
    """Return an ``__init__`` with a parameter for each field.

    It is generated as source code, like that of a named tuple. A loop over the fields would take twice as long: 3.6
    times as long as the constructor of a plain class with seven attributes, instead of 1.5 to 1.7 times.
    """
    names = [field.name for field in fields]
    lines = ['def __init__(self, %s):' % ', '.join(name + '=None' for name in names + ['_configuration']),
             '    _values = self.__dict__',
             '    _suspicious = False',
             '    if _configuration is not None:',
             '        _values["_validated"] = _configuration.client_side_validation']
    for field in fields:
        # A field that is not given stays unset: the class attribute is None.
        lines += ['    if {0} is not None:'.format(field.name),
                  '        _values["{0}"] = {0}'.format(field.name),
                  '        if %s:' % _suspicion(field),
                  '            _suspicious = True']
        if field.required:
            lines += ['    else:',
                      '        _suspicious = True']
    lines += ['    if _suspicious:',
              # Tools that report exceptions show the local variables of this frame.
              '        del _values, %s' % ', '.join(names),
              '        self._validate_fields()']
    # The underscores keep these from clashing with fields: one may well be called ``type``.
    scope = {'__name__': __name__, '_len': len, '_type': type}
    scope.update(('_' + name, types[0]) for name, types in _PYTHON_TYPES.items())
    exec('\n'.join(lines), scope)
    return scope['__init__']


def _suspicion(field):
    """Return the source of a quick test that is false for most valid values and true for all invalid ones."""
    tests = ['_type({0}) is not _{1}']
    if field.min_length is not None:
        tests.append('_len({0}) < {2}')
    if field.max_length is not None:
        tests.append('_len({0}) > {3}')
    return ' or '.join(tests).format(field.name, field.python_types[0].__name__, field.min_length, field.max_length)


@six.add_metaclass(ModelType)
class Model(object):
    """A JSON object of the API, with an attribute for each field; a field that is not set is ``None``.

    Fields are passed in the documented order or by name. They are validated here and on assignment, unless
    ``client_side_validation`` is off in ``_configuration`` or, without one, in the default configuration.

    :param Configuration _configuration: its ``client_side_validation`` applies to this model.
    :raises TypeError: for an unknown name, a field given twice, or a value of the wrong type.
    :raises ValueError: for a string that is too short or too long, or a required field that is missing.
    """

    model_fields = ()
    #: Part of the interface of generated models; no model of this API has one.
    discriminator = None
    #: ``client_side_validation`` of the instance's ``_configuration``; ``None`` to follow the default configuration.
    _validated = None

    @hide_locals
    def __setattr__(self, name, value):
        field = self._by_name.get(name)
        if field is not None:
            field.validate_if_enabled(value, self._validated)
        super(Model, self).__setattr__(name, value)

    @hide_locals
    def _validate_fields(self):
        for field in self.model_fields:
            field.validate_if_enabled(getattr(self, field.name), self._validated)

    def __setstate__(self, state):
        """Restore a copy or a pickle, even one that the published client wrote, with ``_name`` for each field."""
        for name, value in state.items():
            if name[:1] == '_' and name[1:] in self._by_name:
                name = name[1:]
            if name not in ('_configuration', 'discriminator'):
                self.__dict__[name] = value

    @property
    def additional_properties(self):
        """The fields of a response that are unknown to this model: a dict of JSON values by name.

        They are copied and pickled with the model, but neither validated, compared nor sent.
        """
        return self.__dict__.setdefault('_additional_properties', {})

    @classmethod
    def from_response(cls, values, additional_properties=None):
        """Make a model from an object in a response, without validating it.

        :param dict values: values of the right types by field name; becomes the ``__dict__`` of the model.
        :param dict additional_properties: the other fields of the object; none by default.
        :rtype: Model
        """
        model = object.__new__(cls)
        if additional_properties:
            values['_additional_properties'] = additional_properties
        # model.__dict__ = values would call the slower __setattr__ of the model.
        _set_dict(model, values)
        return model

    @classmethod
    def many_from_response(cls, rows):
        """Make a model from each row, in 0.6 times the time of calling :meth:`from_response` for each.

        :param list rows: the ``values`` of each model.
        :rtype: list
        """
        models = list(map(object.__new__, repeat(cls, len(rows))))
        list(map(_set_dict, models, rows))
        return models

    def set_items(self):
        """Yield the name and the value of each field that is set."""
        for field in self.model_fields:
            value = getattr(self, field.name)
            if value is not None:
                yield field.name, value

    @classmethod
    @hide_locals
    def validate(cls, values):
        """Validate a dict as the fields of a model, even if ``client_side_validation`` is off.

        :param dict values: values by field name; other names are ignored.
        :raises TypeError: for a value of the wrong type.
        :raises ValueError: for a string that is too short or too long, or a required field that is missing.
        """
        for field in cls.model_fields:
            field.validate(values.get(field.name))

    def to_dict(self, additional_properties=False):
        """Return the fields with their real values, secrets included, and nested models as dicts.

        :param bool additional_properties: whether to include the :attr:`additional_properties`.
        :rtype: dict
        """
        of_model = functools.partial(Model.to_dict, additional_properties=additional_properties)
        plain = dict(self.additional_properties) if additional_properties else {}
        plain.update((field.name, _to_plain(getattr(self, field.name), of_model)) for field in self.model_fields)
        return plain

    def to_json(self, additional_properties=False):
        """Return :meth:`to_dict` as JSON text, with dates in the service's format.

        :param bool additional_properties: whether to include the :attr:`additional_properties`.
        :rtype: str
        :raises TypeError: for a value without a JSON form, in a model that was not validated.
        :raises ValueError: for an additional property that is NaN or infinite.
        """
        return json.dumps(self.to_dict(additional_properties), default=_format_datetime, allow_nan=False)

    def to_str(self):
        """Return the fields as a string to print, with secrets masked.

        :rtype: str
        """
        import pprint  # slower to import than this whole package, and few programs print a model

        return pprint.pformat(self._to_masked())

    def __repr__(self):
        return self.to_str()

    def _to_masked(self):
        shown = {}
        for field in self.model_fields:
            value = getattr(self, field.name)
            shown[field.name] = MASK if field.secret and value else _to_plain(value, Model._to_masked, mask)
        additional = self.__dict__.get('_additional_properties')
        if additional:
            shown['additional_properties'] = mask(additional)
        return shown

    def __eq__(self, other):
        if not isinstance(other, type(self)):
            return NotImplemented
        return all(getattr(self, field.name) == getattr(other, field.name) for field in self.model_fields)

    def __ne__(self, other):
        return not self == other

    __hash__ = None


_set_dict = vars(Model)['__dict__'].__set__


def _to_plain(value, of_model, of_dict=dict):
    if isinstance(value, Model):
        return of_model(value)
    if isinstance(value, (list, tuple)):
        return [_to_plain(item, of_model, of_dict) for item in value]
    if isinstance(value, dict):
        return of_dict(value)
    return value


def _format_datetime(value):
    """Format a date and time as the service does: with microseconds, and with ``Z`` for UTC."""
    if not isinstance(value, datetime.datetime):
        raise TypeError('%s has no JSON form' % type(value).__name__)
    text = value.isoformat()
    if not value.microsecond:
        text = text[:19] + '.000000' + text[19:]
    return text[:-6] + 'Z' if text.endswith('+00:00') else text
