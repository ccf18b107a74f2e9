"""What every model has in common; a model's own file says what its fields are, and nothing else."""

import datetime
from collections import deque
from itertools import repeat

import six

from .._common.redaction import MASK, mask
from ..configuration import Configuration

_PYTHON_TYPES = {
    'bool': (bool,),
    'datetime': (datetime.datetime,),
    'list': (list, tuple),
    'str': (str, six.text_type),
}


class Field(object):
    """One field of a model.

    :param str name: its name, in Python as in JSON.
    :param str type: ``'bool'``, ``'datetime'``, ``'str'`` or ``'list[NAME OF A MODEL]'``.
    :param int min_length: the fewest characters the client may send; not checked in what the service answers.
    :param int max_length: the most characters the client may send; not checked in what the service answers.
    :param bool required: whether the field must be there, in both directions.
    :param bool secret: whether its value is left out of ``repr`` and ``str``.
    """

    __slots__ = ('name', 'type', 'min_length', 'max_length', 'required', 'secret', 'kinds')

    def __init__(self, name, type, min_length=None, max_length=None, required=False, secret=False):
        self.name = name
        self.type = type
        self.min_length = min_length
        self.max_length = max_length
        self.required = required
        self.secret = secret
        self.kinds = _PYTHON_TYPES[type.partition('[')[0]]

    def validate_if_enabled(self, value, enabled=None):
        """Check a value as :meth:`check` does, unless validation is off.

        :param bool enabled: whether it is on; by default, what the default configuration says.
        """
        if enabled is None:
            enabled = Configuration._default is None or Configuration._default.client_side_validation
        if enabled:
            self.validate(value)

    def validate(self, value):
        """Check a value that the client is to send, without showing it in an error: it may be secret.

        :param value: ``None`` for a field that is not set.
        :raises TypeError: if it is of the wrong type.
        :raises ValueError: if it is too short or too long, or missing where it is required.
        """
        if value is not None:
            self._validate_type(value)
            self._validate_length(value)
        elif self.required:
            raise ValueError('%s is required' % self.name)

    def _validate_type(self, value):
        if not isinstance(value, self.kinds):
            raise TypeError('%s must be of type %s, not %s' % (self.name, self.type, type(value).__name__))

    def _validate_length(self, value):
        if self.min_length is not None and len(value) < self.min_length:
            if not value:
                raise ValueError('%s must not be empty' % self.name)
            raise ValueError('%s must have at least %d characters, but has %d'
                             % (self.name, self.min_length, len(value)))
        if self.max_length is not None and len(value) > self.max_length:
            raise ValueError('%s must have at most %d characters, but has %d'
                             % (self.name, self.max_length, len(value)))


class ModelType(type):
    """Makes of a class's ``fields`` what generated code spells out for each of them."""

    def __init__(cls, name, bases, namespace):
        super(ModelType, cls).__init__(name, bases, namespace)
        if 'fields' not in namespace:
            return
        cls.swagger_types = {field.name: field.type for field in cls.fields}
        cls.attribute_map = {field.name: field.name for field in cls.fields}
        cls._by_name = {field.name: field for field in cls.fields}
        cls.__init__ = _Constructor(cls)
        for field in cls.fields:
            # A field that is not set costs an instance nothing: its value is found here.
            setattr(cls, field.name, None)


class _Constructor(object):
    """Stands for the constructor of a model until somebody asks for it: most programs only read models.

    Writing those of all five models took about a tenth of this package's import.
    """

    def __init__(self, model):
        self._model = model

    def __get__(self, instance, owner=None):
        constructor = self._model.__init__ = _make_constructor(self._model.fields)
        return constructor.__get__(instance, owner)


def _make_constructor(fields):
    """Write the constructor of a model: a parameter for each field, which is checked and kept where it is given.

    It is written as source code, as a named tuple's is, because one that takes ``**named`` and looks up a rule for each
    costs half as much again: 1.2 instead of 0.8 microseconds for three fields.
    """
    parameters = [field.name for field in fields] + ['_configuration']
    lines = ['def __init__(self, %s):' % ', '.join(name + '=None' for name in parameters),
             '    _own = {}',
             '    if _configuration is not None:',
             '        _own["_validated"] = _configuration.client_side_validation']
    for field in fields:
        check = ['if %s:' % _needs_validation(field),
                 '    _fields["%s"].validate_if_enabled(%s, _own.get("_validated"))' % (field.name, field.name),
                 '_own["%s"] = %s' % (field.name, field.name)]
        if not field.required:
            check = ['if %s is not None:' % field.name] + ['    ' + line for line in check]
        lines += ['    ' + line for line in check]
    lines.append('    _set(self, "__dict__", _own)')
    # The underscores keep these apart from fields, which may well be called ``type``.
    names = {'__name__': __name__, '_fields': {field.name: field for field in fields}, '_len': len,
             '_set': object.__setattr__, '_type': type}
    names.update(('_' + name, kinds[0]) for name, kinds in _PYTHON_TYPES.items())
    exec('\n'.join(lines), names)
    return names['__init__']


def _needs_validation(field):
    """Write the condition on which a value is worth a closer look."""
    doubts = ['_type({0}) is not _{1}']
    if field.min_length is not None:
        doubts.append('_len({0}) < {2}')
    if field.max_length is not None:
        doubts.append('_len({0}) > {3}')
    return ' or '.join(doubts).format(field.name, field.type.partition('[')[0], field.min_length, field.max_length)


class Model(six.with_metaclass(ModelType, object)):
    """A JSON object of the API, with an attribute for each field; a field that is not set is ``None``.

    Fields are given in the documented order or by name. They are checked here and whenever one is set, unless
    ``client_side_validation`` is off in ``_configuration``, or in the default configuration where none is given.

    :param Configuration _configuration: whose ``client_side_validation`` counts for this model.
    :raises TypeError: for an unknown name, a field given twice, or a value of the wrong type.
    :raises ValueError: for a text that is too short or too long, or a required field that is missing.
    """

    fields = ()
    #: Part of the shape of a generated model; no model of this API has one.
    discriminator = None
    #: What ``_configuration`` said of validation; ``None`` where the default configuration counts.
    _validated = None

    def __setattr__(self, name, value):
        field = self._by_name.get(name)
        if field is not None:
            field.validate_if_enabled(value, self._validated)
        super(Model, self).__setattr__(name, value)

    @classmethod
    def from_response(cls, values):
        """Make a model of what the service answered, which is data, however long or short it is.

        :param dict values: its fields' values, of the right types; the dict becomes part of the model.
        :rtype: Model
        """
        model = object.__new__(cls)
        # Not model.__dict__ = values: that would go through our __setattr__, and take twice as long as all the rest.
        _set_dict(model, values)
        return model

    @classmethod
    def many_from_response(cls, rows):
        """Make many models, 500 of them in 0.6 of the time that one after another takes.

        :param list rows: for each model what :meth:`from_response` takes.
        :rtype: list
        """
        models = list(map(object.__new__, repeat(cls, len(rows))))
        # The deque of no length runs the map to its end, a sixth faster than a loop does.
        deque(map(_set_dict, models, rows), maxlen=0)
        return models

    def set_items(self):
        """Give name and value of each field that is set."""
        for field in self.fields:
            value = getattr(self, field.name)
            if value is not None:
                yield field.name, value

    @classmethod
    def validate(cls, values):
        """Check a dict as a model's fields would be, whatever ``client_side_validation`` says.

        :param dict values: values by name; names that no field has are left aside.
        :raises TypeError: for a value of the wrong type.
        :raises ValueError: for a text that is too short or too long, or a required field that is missing.
        """
        for field in cls.fields:
            field.validate(values.get(field.name))

    def to_dict(self):
        """Give the fields with their real values, secrets included, nested models as dicts.

        :rtype: dict
        """
        return {field.name: _to_plain(getattr(self, field.name)) for field in self.fields}

    def to_str(self):
        """Give the fields in a form to print, secrets masked.

        :rtype: str
        """
        import pprint  # takes longer to import than all of this package, and few programs print a model

        return pprint.pformat(self._to_masked())

    def __repr__(self):
        return self.to_str()

    def _to_masked(self):
        shown = {}
        for field in self.fields:
            value = getattr(self, field.name)
            shown[field.name] = MASK if field.secret and value else _to_plain(value, Model._to_masked, mask)
        return shown

    def __eq__(self, other):
        if not isinstance(other, type(self)):
            return NotImplemented
        return all(getattr(self, field.name) == getattr(other, field.name) for field in self.fields)

    def __ne__(self, other):
        return not self == other

    __hash__ = None


_set_dict = vars(Model)['__dict__'].__set__


def _to_plain(value, of_model=Model.to_dict, of_dict=dict):
    if isinstance(value, Model):
        return of_model(value)
    if isinstance(value, (list, tuple)):
        return [_to_plain(item, of_model, of_dict) for item in value]
    if isinstance(value, dict):
        return of_dict(value)
    return value
