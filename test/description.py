"""docs/openapi.json in a form that tests can ask: its endpoints, its types, and examples of them."""

import io
import json
import os
import re
from collections import OrderedDict

from cloudsmith_api import models

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PATH = os.path.join(ROOT, 'docs', 'openapi.json')

_FORMS = {'email': '%s@example.com', 'uri': 'https://example.com/%s'}

#: What the methods call a body, for which the description has no name.
BODY = 'data'


def text_of(*path):
    """Give the text of a file of this project."""
    with io.open(os.path.join(ROOT, *path), encoding='utf-8') as opened:
        return opened.read()


DESCRIPTION = json.loads(text_of('docs', 'openapi.json'), object_pairs_hook=OrderedDict)
SERVICE = DESCRIPTION['servers'][0]['url']
SCHEMES = DESCRIPTION['components']['securitySchemes']
SCHEMAS = DESCRIPTION['components']['schemas']


class Operation(object):
    """One endpoint.

    :ivar parameters: those of path and query, in their order: name -> what is said of it.
    :ivar schemes: the ways to authenticate, in their order; ``'none'`` where it works without.
    :ivar body: the name of the model that is sent, or ``None``.
    :ivar status: the one that means success, and ``model`` the name of what is answered then.
    :ivar errors: status -> name of what is answered then.
    :ivar kinds: the kinds of content of all bodies.
    """

    def __init__(self, path, verb, described):
        self.name = str(described['operationId'])
        self.verb = verb.upper()
        self.path = path
        self.parameters = OrderedDict((parameter['name'], parameter) for parameter in described.get('parameters', ()))
        self.schemes = [next(iter(way), 'none') for way in described.get('security', DESCRIPTION['security'])]
        sent, answers = described.get('requestBody'), described['responses']
        self.body = sent and _model_in(sent)
        self.errors = {int(status): _model_in(answer) for status, answer in answers.items()}
        self.status, = [status for status in self.errors if status < 300]
        self.model = self.errors.pop(self.status)
        self.kinds = {kind for part in [sent] * bool(sent) + list(answers.values()) for kind in part['content']}
        self.optional = {name for name, parameter in self.parameters.items() if not parameter.get('required')}
        if sent and not sent.get('required'):
            self.optional.add(BODY)

    def __repr__(self):
        return self.name

    def names(self, place):
        """Give the names of the parameters in the ``'path'`` or in the ``'query'``."""
        return [name for name, parameter in self.parameters.items() if parameter['in'] == place]

    def arguments(self):
        """Give a value for each parameter of the method, in their order: name -> value."""
        given = OrderedDict((name, example(parameter['schema'], name)) for name, parameter in self.parameters.items())
        if self.body:
            given[BODY] = getattr(models, self.body)(**example_of(self.body))
        return given

    def target(self, arguments):
        """Give the target of the request that these arguments make."""
        pairs = ['%s=%s' % (name, arguments[name]) for name in self.names('query') if name in arguments]
        return '/v1' + self.path.format(**arguments) + '?' * bool(pairs) + '&'.join(pairs)

    def is_asked_for_by(self, request):
        """Tell whether a request that arrived is for this endpoint."""
        path = '/v1' + re.sub(r'\{\w+\}', '[^/]+', self.path)
        return request.method == self.verb and re.match(path + r'(\?|\Z)', request.target)


def _model_in(content):
    media, = content['content'].values()
    return type_of(media['schema'])


def type_of(schema):
    """Give the name that the client has for a described type."""
    if '$ref' in schema:
        return str(schema['$ref'].rpartition('/')[2])
    if schema['type'] == 'array':
        return 'list[%s]' % type_of(schema['items'])
    if schema['type'] == 'object':
        return 'dict(str, %s)' % type_of(schema['additionalProperties'])
    if schema.get('format') == 'date-time':
        return 'datetime'
    return {'string': 'str', 'boolean': 'bool', 'integer': 'int'}[schema['type']]


def example_of(name, moment='2026-01-02T03:04:05.000006Z'):
    """Make an object with all of its fields, each text another; with a datetime, what is read of it."""
    return {field: example(schema, field, moment) for field, schema in SCHEMAS[name]['properties'].items()}


def example(schema, name, moment=None):
    """Make a value of a described type; what has another name has another text or number."""
    if '$ref' in schema:
        return example_of(type_of(schema), moment)
    if schema['type'] == 'array':
        return [example(schema['items'], name, moment)]
    if schema['type'] == 'object':
        return {'of': example(schema['additionalProperties'], name, moment)}
    text = _FORMS.get(schema.get('format'), '%s') % ('some-' + name)
    return {'datetime': moment, 'str': text, 'bool': True, 'int': len(name)}[type_of(schema)]


OPERATIONS = [Operation(path, verb, described) for path, verbs in DESCRIPTION['paths'].items()
              for verb, described in verbs.items()]
