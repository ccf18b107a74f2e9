"""``docs/openapi.json`` as Python objects: its operations, their types, and example values."""

import io
import json
import os
import re
from collections import OrderedDict

from cloudsmith_api import models

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PATH = os.path.join(ROOT, 'docs', 'openapi.json')

_STRING_FORMATS = {'email': '%s@example.com', 'uri': 'https://example.com/%s'}

#: The methods' parameter for the request body, which has no name in OpenAPI.
BODY = 'data'


def text_of(*path):
    """Return the text of a file of this project."""
    with io.open(os.path.join(ROOT, *path), encoding='utf-8') as opened:
        return opened.read()


DESCRIPTION = json.loads(text_of('docs', 'openapi.json'), object_pairs_hook=OrderedDict)
SERVICE = DESCRIPTION['servers'][0]['url']
SCHEMES = DESCRIPTION['components']['securitySchemes']
SCHEMAS = DESCRIPTION['components']['schemas']


class Operation(object):
    """One operation: a path and a verb.

    :ivar summary: the summary.
    :ivar parameters: the path and query parameters in their order: name -> OpenAPI parameter object.
    :ivar schemes: the authentication schemes in their order; ``'none'`` if it also works without credentials.
    :ivar body: the name of the request body's schema, or ``None``.
    :ivar status: the status of a successful response.
    :ivar model: the name of the schema of a successful response.
    :ivar errors: the other statuses: status -> name of the schema.
    :ivar content_types: the content types of all bodies.
    :ivar optional: the names of the optional parameters, ``BODY`` included.
    """

    def __init__(self, path, verb, described):
        self.name = str(described['operationId'])
        self.summary = described['summary']
        self.verb = verb.upper()
        self.path = path
        self.parameters = OrderedDict((parameter['name'], parameter) for parameter in described.get('parameters', ()))
        self.schemes = [next(iter(scheme), 'none') for scheme in described.get('security', DESCRIPTION['security'])]
        request_body, responses = described.get('requestBody'), described['responses']
        self.body = request_body and _model_in(request_body)
        self.errors = {int(status): _model_in(response) for status, response in responses.items()}
        self.status, = [status for status in self.errors if status < 300]
        self.model = self.errors.pop(self.status)
        bodies = [request_body] * bool(request_body) + list(responses.values())
        self.content_types = {content_type for body in bodies for content_type in body['content']}
        self.optional = {name for name, parameter in self.parameters.items() if not parameter.get('required')}
        if request_body and not request_body.get('required'):
            self.optional.add(BODY)

    def __repr__(self):
        return self.name

    def arguments(self):
        """Return an example value for each parameter of the method, in their order: name -> value."""
        values = OrderedDict((name, example(parameter['schema'], name)) for name, parameter in self.parameters.items())
        if self.body:
            values[BODY] = getattr(models, self.body)(**example_of(self.body))
        return values

    def target(self, arguments):
        """Return the request target for these arguments."""
        query = [name for name, parameter in self.parameters.items() if parameter['in'] == 'query']
        pairs = ['%s=%s' % (name, arguments[name]) for name in query if name in arguments]
        return '/v1' + self.path.format(**arguments) + '?' * bool(pairs) + '&'.join(pairs)

    def matches(self, request):
        """Return whether a received request is for this operation."""
        path = '/v1' + re.sub(r'\{\w+\}', '[^/]+', self.path)
        return request.method == self.verb and re.match(path + r'(\?|\Z)', request.target)


def _model_in(content):
    media, = content['content'].values()
    return type_of(media['schema'])


def type_of(schema):
    """Return the client's name for the type of a schema, as used for ``response_type``."""
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
    """Return an example of a schema with all of its fields, each string different.

    :param moment: the value of date-time fields: their text, or the datetime that the text is parsed into.
    """
    return {field: example(schema, field, moment) for field, schema in SCHEMAS[name]['properties'].items()}


def example(schema, name, moment=None):
    """Return an example value of a schema; values with different names have different texts or numbers."""
    if '$ref' in schema:
        return example_of(type_of(schema), moment)
    if schema['type'] == 'array':
        return [example(schema['items'], name, moment)]
    if schema['type'] == 'object':
        return {'of': example(schema['additionalProperties'], name, moment)}
    text = _STRING_FORMATS.get(schema.get('format'), '%s') % ('some-' + name)
    return {'datetime': moment, 'str': text, 'bool': True, 'int': len(name)}[type_of(schema)]


OPERATIONS = [Operation(path, verb, described) for path, verbs in DESCRIPTION['paths'].items()
              for verb, described in verbs.items()]
