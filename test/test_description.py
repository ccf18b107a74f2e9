"""``docs/openapi.json``, the client and the pages of ``docs/`` agree: none of the three can change alone.

The client is tested through the requests that it sends to a server with the documented responses. ``test_contract.py``
validates client and sandbox against ``docs/openapi.json`` with a third party's validator.
"""

import base64
import datetime
import json
import re
from collections import OrderedDict

import pytest
from dateutil import tz
from description import BODY, OPERATIONS, SCHEMAS, SCHEMES, SERVICE, example_of, text_of, type_of
from servers import RespondingServer, json_response

import cloudsmith_api
from cloudsmith_api import ApiException, Configuration, UserApi, models
from cloudsmith_api.sandbox._app import ENDPOINTS

# The service's API, written down a second time, so that a mistake in docs/openapi.json is noticed.
# Columns: name, request, parameters, body, security schemes, success, errors. Optional names are in brackets.
KNOWN_OPERATIONS = """
user_self | GET /user/self/ | - | - | bearer, apikey, basic, none | 200 UserBrief | 400 401 403 422 429 Error
user_token_create | POST /user/token/ | - | [UserAuthTokenRequest] | basic, none | 201 UserAuthToken \
| 400 403 404 410 422 429 Error
user_tokens_create | POST /user/tokens/ | - | - | bearer, apikey, basic | 201 UserAuthenticationToken \
| 400 401 403 422 429 Error
user_tokens_list | GET /user/tokens/ | query [page] int, query [page_size] int | - | bearer, apikey, basic \
| 200 InlineResponse2001 | 400 401 403 422 429 Error
user_tokens_refresh | PUT /user/tokens/{slug_perm}/refresh/ | path slug_perm str 1 to any | - | bearer, apikey, basic \
| 200 UserAuthenticationToken | 400 401 403 404 422 429 Error
"""
# Columns: name, fields in their order.
KNOWN_SCHEMAS = """
UserBrief | [authenticated] bool, [email] str email 1 to 254 null, [name] str 1 to any null, \
[profile_url] str uri null, [self_url] str null, [slug] str null, [slug_perm] str null
UserAuthToken | [token] str 1 to any, [two_factor_required] bool, [two_factor_token] str 1 to any
UserAuthTokenRequest | [email] str email 1 to any, [password] str 1 to any, [totp_token] str 1 to any, \
[two_factor_token] str 1 to any
UserAuthenticationToken | [created] datetime, [key] str, [slug_perm] str
InlineResponse2001 | results list[UserAuthenticationToken]
Error | detail str 1 to any, [code] str 1 to any, [fields] dict(str, list[str]), \
[two_factor_required] bool, [two_factor_token] str
"""
MODEL_SCHEMAS = [name for name in SCHEMAS if name != 'Error']
KNOWN_SCHEMES = {'bearer': {'type': 'http', 'scheme': 'bearer'},
                 'apikey': {'type': 'apiKey', 'in': 'header', 'name': 'X-Api-Key'},
                 'basic': {'type': 'http', 'scheme': 'basic'}}

# The reference page of the methods, and its section for each of them.
PAGE = text_of('docs', 'UserApi.md')
SECTIONS = dict(re.findall(r'^## \*\*(\w+)\*\*\n(.*?)^---$', PAGE, re.MULTILINE | re.DOTALL))

MOMENT = datetime.datetime(2026, 1, 2, 3, 4, 5, 6, tz.tzutc())
KEY = 'the-secret-key-0123456789'
TOKEN = 'the-access-token-0123456789'
SETTINGS = {'bearer': {'access_token': TOKEN}, 'apikey': {'api_key': {'X-Api-Key': KEY}},
            'basic': {'username': 'ada', 'password': 'pw'}}

each_operation = pytest.mark.parametrize('operation', OPERATIONS, ids=repr)
each_parameter = pytest.mark.parametrize(
    'operation, name', [(operation, name) for operation in OPERATIONS for name in operation.parameters], ids=str)
each_status = pytest.mark.parametrize(
    'operation, status', [(operation, status) for operation in OPERATIONS for status in sorted(operation.errors)],
    ids=str)


@pytest.fixture
def service():
    """Run a server that sends the documented responses, and 404 for any other request."""
    def respond(request):
        for operation in OPERATIONS:
            if operation.matches(request):
                return json_response(json.dumps(example_of(operation.model)), operation.status)
        return json_response('{"detail": "undocumented"}', 404)

    with RespondingServer(respond) as server:
        yield server


@pytest.fixture
def api(connect, service):
    return connect(service.url)


def call(api, operation, arguments):
    """Call the form of a method that returns data, status and headers."""
    return getattr(api, operation.name + '_with_http_info')(**arguments)


def lines_of(known):
    return sorted(known.strip().split('\n'))


def summary_of(name, schema, optional):
    """Summarize a field or a parameter in the notation of ``KNOWN_OPERATIONS`` and ``KNOWN_SCHEMAS``."""
    words = ['[%s]' % name if optional else name, type_of(schema)]
    if schema.get('format', 'date-time') != 'date-time':
        words.append(schema['format'])
    if 'minLength' in schema or 'maxLength' in schema:
        words.append('%d to %s' % (schema.get('minLength', 0), schema.get('maxLength', 'any')))
    return ' '.join(words + ['null'] * schema.get('nullable', False))


def test_openapi_has_exactly_the_known_operations():
    described = [' | '.join([
        operation.name,
        operation.verb + ' ' + operation.path,
        ', '.join(parameter['in'] + ' ' + summary_of(name, parameter['schema'], name in operation.optional)
                  for name, parameter in operation.parameters.items()) or '-',
        ('[%s]' if BODY in operation.optional else '%s') % (operation.body or '-'),
        ', '.join(operation.schemes),
        '%d %s' % (operation.status, operation.model),
        ' '.join(map(str, sorted(operation.errors) + sorted(set(operation.errors.values())))),
    ]) for operation in OPERATIONS]
    assert sorted(described) == lines_of(KNOWN_OPERATIONS)


def test_openapi_has_exactly_the_known_schemas():
    described = [name + ' | ' + ', '.join(summary_of(field, member, field not in schema.get('required', ()))
                                          for field, member in schema['properties'].items())
                 for name, schema in SCHEMAS.items()]
    assert sorted(described) == lines_of(KNOWN_SCHEMAS)


def test_openapi_has_exactly_the_known_security_schemes():
    assert SCHEMES == KNOWN_SCHEMES


def test_default_host_is_the_openapi_server():
    assert Configuration().host == SERVICE == 'https://api.cloudsmith.io/v1'


def test_user_api_has_two_methods_for_each_operation():
    names = {name for name in dir(UserApi) if not name.startswith('_')} - {'user_tokens_iter'}
    assert names == {operation.name + form for operation in OPERATIONS for form in ('', '_with_http_info')}


@each_operation
def test_method_sends_the_documented_request(api, service, operation):
    arguments = operation.arguments()
    # Positional arguments, so that their order is tested as well.
    getattr(api, operation.name)(*arguments.values())
    request, = service.requests
    assert (request.method, request.target) == (operation.verb, operation.target(arguments))
    if operation.body:
        assert json.loads(request.body.decode('utf-8')) == example_of(operation.body)
    else:
        assert request.body == b''


@each_operation
def test_method_omits_optional_parameters_that_are_not_given(api, service, operation):
    required = {name: value for name, value in operation.arguments().items() if name not in operation.optional}
    call(api, operation, required)
    request, = service.requests
    assert (request.target, request.body) == (operation.target(required), b'')


@each_operation
def test_method_sends_and_accepts_the_documented_content_type(api, service, operation):
    call(api, operation, operation.arguments())
    headers = dict(service.requests[0].headers)
    assert {headers['Accept']} == {headers['Content-Type']} == operation.content_types


@each_parameter
def test_method_requires_exactly_the_required_parameters(api, service, operation, name):
    arguments = operation.arguments()
    del arguments[name]
    if name in operation.optional:
        call(api, operation, arguments)
    else:
        with pytest.raises(TypeError):
            call(api, operation, arguments)
    assert len(service.requests) == (name in operation.optional)


@each_parameter
def test_method_rejects_a_parameter_of_the_wrong_type(api, service, operation, name):
    wrong = {'int': 'x', 'str': 7}[type_of(operation.parameters[name]['schema'])]
    with pytest.raises(TypeError, match=name):
        call(api, operation, dict(operation.arguments(), **{str(name): wrong}))
    assert service.requests == []


@each_operation
@pytest.mark.parametrize('configured', [
    (), ('bearer',), ('apikey',), ('basic',), ('apikey', 'basic'), ('bearer', 'apikey', 'basic')], ids='+'.join)
def test_method_sends_the_first_configured_scheme(connect, service, operation, configured):
    settings = {'api_key': {}}
    for scheme in configured:
        settings.update(SETTINGS[scheme])
    call(connect(service.url, **settings), operation, operation.arguments())
    expected = [credentials_header(scheme) for scheme in operation.schemes if scheme in configured][:1]
    names = {credentials_header(scheme)[0] for scheme in SCHEMES}
    assert [header for header in service.requests[0].headers if header[0] in names] == expected


def credentials_header(scheme):
    """Return name and value of the header that carries the credentials of a scheme."""
    described = SCHEMES[scheme]
    if described['type'] == 'apiKey':
        return described['name'], KEY
    credentials = {'bearer': TOKEN, 'basic': base64.b64encode(b'ada:pw').decode('ascii')}
    return 'Authorization', '%s %s' % (described['scheme'].title(), credentials[scheme])


@each_operation
def test_method_returns_the_documented_status_and_every_field(api, operation):
    data, status, _ = call(api, operation, operation.arguments())
    assert (status, type(data)) == (operation.status, getattr(models, operation.model))
    assert data.to_dict() == example_of(operation.model, MOMENT)


def error_of(connect, operation, status, *fields):
    """Return the exception that a method raises for an error response with these fields, by default all."""
    body = example_of(operation.errors[status])
    response = json_response(json.dumps({name: body[name] for name in fields or body}), status)
    with RespondingServer(lambda request: response) as server:
        with pytest.raises(ApiException) as raised:
            call(connect(server.url, retries=0), operation, operation.arguments())
    return raised.value


@each_status
def test_documented_error_raises_its_exception_with_its_details(connect, operation, status):
    error = error_of(connect, operation, status, 'detail', 'fields')
    body = example_of(operation.errors[status])
    assert (error.status, error.detail, error.fields) == (status, body['detail'], body['fields'])
    assert type(error) is type(ApiException(status=status))
    assert status == 410 or type(error) is not ApiException


def test_models_cover_every_schema():
    assert set(models.__all__) - {'InlineResponse2004', 'ErrorDetail'} == set(MODEL_SCHEMAS)
    assert models.InlineResponse2004 is models.InlineResponse2001
    # The service has also been seen to send a code, and only a sign-in returns the two-factor fields.
    assert set(models.ErrorDetail.swagger_types) - {'code'} < set(SCHEMAS['Error']['properties'])


@pytest.mark.parametrize('name', MODEL_SCHEMAS)
def test_model_has_the_documented_fields_in_order(name):
    model, schema = getattr(models, name), SCHEMAS[name]
    assert [field.name for field in model.model_fields] == list(schema['properties'])
    for field in model.model_fields:
        described = schema['properties'][field.name]
        assert (field.min_length, field.max_length) == (described.get('minLength'), described.get('maxLength'))
        assert field.required == (field.name in schema.get('required', ()))
        assert field.type == type_of(described)


def test_sandbox_serves_exactly_the_documented_operations():
    served = sorted((verb, path) for verb, path, _ in ENDPOINTS)
    assert served == sorted((operation.verb, operation.path) for operation in OPERATIONS)


def part(text, heading):
    """Return the text between a heading and the next one."""
    return re.search(r'^%s\n(.*?)(?=^#|\Z)' % heading, text, re.MULTILINE | re.DOTALL).group(1).strip()


def rows(text):
    """Return the rows of a Markdown table without its header, each as a list of cells."""
    lines = [line for line in text.splitlines() if line.startswith('|')]
    return [[cell.strip() for cell in line.strip('|').split('|')] for line in lines[2:]]


def link(name):
    return '[**%s**](%s.md)' % (name, name)


def type_in_markdown(name):
    """Format a type as the pages do: bold, or a link if it involves a model."""
    model = re.search('|'.join(models.__all__), name)
    return '[%s](%s.md)' % (name, model.group(0)) if model else '**%s**' % name


def length_notes(minimum, maximum):
    if maximum is not None:
        return ['%d to %d characters' % (minimum, maximum)]
    return ['at least %d character%s' % (minimum, '' if minimum == 1 else 's')] if minimum else []


def test_user_api_page_has_one_section_per_operation():
    assert set(SECTIONS) - {'user_tokens_iter'} == {operation.name for operation in OPERATIONS}


def test_user_api_page_names_the_base_url():
    assert re.findall(r'relative to `(.*?)`', PAGE) == [SERVICE]


def test_user_api_page_lists_the_request_of_each_method():
    documented = {row[0]: row[1:] for row in rows(PAGE.partition('\n## ')[0]) if 'user_tokens_iter' not in row[0]}
    assert documented == {'[**%s**](#%s)' % (operation, operation): [
        '**%s** %s' % (operation.verb, operation.path), operation.summary] for operation in OPERATIONS}


@each_operation
def test_section_shows_the_signature_and_return_type(operation):
    parameters = [name + '=' + name if name in operation.optional else name for name in operation.arguments()]
    documented = re.findall(r'^> (.*)$', SECTIONS[operation.name], re.MULTILINE)
    assert documented == ['%s %s(%s)' % (operation.model, operation, ', '.join(parameters))]


@each_operation
def test_section_documents_the_parameters(operation):
    expected = [['**%s**' % name, type_in_markdown(type_of(parameter['schema'])), name in operation.optional]
                for name, parameter in operation.parameters.items()]
    if operation.body:
        expected.append(['**%s**' % BODY, link(operation.body) + ' or dict', BODY in operation.optional])
    documented = part(SECTIONS[operation.name], '### Parameters')
    assert [row[:2] + [{'[optional]': True, 'required': False}[re.split('[,:;]', row[3])[0]]]
            for row in rows(documented)] == expected
    assert expected or documented == 'This endpoint takes no parameters.'


@each_operation
def test_section_documents_the_return_type(operation):
    assert part(SECTIONS[operation.name], '### Return type') == link(operation.model)


@each_operation
def test_section_documents_the_security_schemes_in_order(operation):
    schemes = ['[%s](../README.md#%s)' % (scheme, scheme) for scheme in operation.schemes if scheme != 'none']
    choice = ': the first one that is set' * (len(schemes) > 1) + ', or none' * ('none' in operation.schemes)
    assert part(SECTIONS[operation.name], '### Authorization') == ', '.join(schemes) + choice


@each_operation
def test_section_documents_the_headers_that_are_sent(api, service, operation):
    call(api, operation, operation.arguments())
    documented = re.findall(r'^- \*\*(.*)\*\*: (.*)$', part(SECTIONS[operation.name], '### HTTP request headers'),
                            re.MULTILINE)
    headers = dict(service.requests[0].headers)
    assert documented == [(name, headers[name]) for name in ('Content-Type', 'Accept')]


@each_operation
def test_section_documents_the_error_statuses_in_order(operation):
    documented = [int(row[0]) for row in rows(part(SECTIONS[operation.name], '### Errors'))]
    assert sorted(set(documented)) == sorted(operation.errors)
    assert documented == sorted(documented)


@each_status
def test_section_documents_the_exceptions_of_each_status(connect, operation, status):
    expected = {type(error_of(connect, operation, status, 'detail')).__name__}
    if (operation.name, status) == ('user_token_create', 422):
        # Only the sign-in may require a second factor.
        expected.add(type(error_of(connect, operation, status)).__name__)
    documented = {row[1] for row in rows(part(SECTIONS[operation.name], '### Errors')) if row[0] == str(status)}
    assert documented == {'`%s`' % name for name in expected}


def test_iterator_section_agrees_with_the_list_section():
    list_section, section = SECTIONS['user_tokens_list'], SECTIONS['user_tokens_iter']
    listing, = [operation for operation in OPERATIONS if operation.name == 'user_tokens_list']
    item = type_of(SCHEMAS[listing.model]['properties']['results']['items'])
    assert '\n> iterator of %s user_tokens_iter(page_size=page_size)\n' % item in section
    assert part(section, '### Return type') == 'An iterator over ' + link(item)
    assert part(section, '### Authorization') == part(list_section, '### Authorization')
    assert part(list_section, '### HTTP request headers').startswith(part(section, '### HTTP request headers'))
    assert rows(part(section, '### Parameters'))[0][:2] == rows(part(list_section, '### Parameters'))[1][:2]
    assert ['[**user_tokens_iter**](#user_tokens_iter)', '**%s** %s, once per page' % (listing.verb, listing.path)] in [
        row[:2] for row in rows(PAGE.partition('\n## ')[0])]


def test_user_api_page_shows_how_each_scheme_is_sent():
    documented = OrderedDict((row[0], row[2].strip('`').split()[:2])
                             for row in rows(part(PAGE, '## Authentication schemes')))
    assert list(documented.items()) == [
        ('**bearer**', ['Authorization:', SCHEMES['bearer']['scheme'].title()]),
        ('**apikey**', [SCHEMES['apikey']['name'] + ':', 'key`,']),
        ('**basic**', ['Authorization:', SCHEMES['basic']['scheme'].title()])]


def test_user_api_page_lists_the_exception_of_each_status():
    documented = {(int(row[1]), getattr(cloudsmith_api, row[0].strip('`')))
                  for row in rows(part(PAGE, '## Exceptions')) if row[1].isdigit() and row[1] != '0'}
    statuses = {status for operation in OPERATIONS for status in operation.errors}
    assert {status for status, _ in documented} == statuses
    assert {(status, type(ApiException(status=status))) for status in statuses} <= documented
    assert all(issubclass(cls, type(ApiException(status=status))) for status, cls in documented)


@pytest.mark.parametrize('name', MODEL_SCHEMAS)
def test_model_page_documents_the_fields_in_order(name):
    expected = []
    for field in getattr(models, name).model_fields:
        described = SCHEMAS[name]['properties'][field.name]
        notes = ['required' if field.name in SCHEMAS[name].get('required', ()) else '[optional]']
        notes += length_notes(described.get('minLength'), described.get('maxLength')) + ['secret'] * field.secret
        expected.append(['**%s**' % field.name, type_in_markdown(type_of(described)), '; '.join(notes)])
    documented = rows(part(text_of('docs', name + '.md'), '## Properties'))
    assert [[row[0], row[1], row[3]] for row in documented] == expected


def test_readme_lists_request_and_summary_of_each_method():
    documented = [tuple(row) for row in rows(part(text_of('README.md'), '## Documentation for API Endpoints'))]
    assert sorted(documented) == sorted(
        ('*UserApi*', '[**%s**](docs/UserApi.md#%s)' % (operation, operation),
         '**%s** %s' % (operation.verb, operation.path), operation.summary) for operation in OPERATIONS)
    assert re.findall(r'^- \[(\w+)\]\(docs/\w+\.md\)$', text_of('README.md'), re.MULTILINE) == [
        name for name in SCHEMAS if name != 'Error'] + ['ErrorDetail']
