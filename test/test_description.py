"""What docs/openapi.json describes, the client does and the pages of docs/ tell: none of the three can change alone.

The client is seen at work, in the requests that arrive at a server which answers as described. ``test_contract.py`` has
a validator judge client and sandbox by the description.
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
from cloudsmith_api.sandbox.app import ENDPOINTS

# What the service is known to do, written down a second time, so that a slip in the description does not go unseen.
# Name, request, parameters, body, ways to authenticate, success, error; what may be left out is in brackets.
KNOWN_ENDPOINTS = """
user_self | GET /user/self/ | - | - | apikey, basic | 200 UserBrief | 400 401 422 429 Error
user_token_create | POST /user/token/ | - | [UserAuthTokenRequest] | basic, none | 201 UserAuthToken \
| 400 403 422 429 Error
user_tokens_create | POST /user/tokens/ | - | - | apikey, basic | 201 UserAuthenticationToken | 400 401 422 429 Error
user_tokens_list | GET /user/tokens/ | query [page] int, query [page_size] int | - | apikey, basic \
| 200 InlineResponse2001 | 400 401 422 429 Error
user_tokens_refresh | PUT /user/tokens/{slug_perm}/refresh/ | path slug_perm str 1 to any | - | apikey, basic \
| 200 UserAuthenticationToken | 400 401 404 422 429 Error
"""
# Name, fields in their order.
KNOWN_OBJECTS = """
UserBrief | [authenticated] bool, [email] str email 1 to 254 null, [name] str 1 to any null, \
[profile_url] str uri null, [self_url] str, [slug] str null, [slug_perm] str null
UserAuthToken | [token] str 1 to any, [two_factor_required] bool, [two_factor_token] str 1 to any
UserAuthTokenRequest | [email] str email 1 to any, [password] str 1 to any, [totp_token] str 1 to any, \
[two_factor_token] str 1 to any
UserAuthenticationToken | [created] datetime, [key] str, [slug_perm] str
InlineResponse2001 | results list[UserAuthenticationToken]
Error | detail str 1 to any, [fields] dict(str, list[str]), [two_factor_required] bool, [two_factor_token] str
"""
KNOWN_SCHEMES = {'apikey': {'type': 'apiKey', 'in': 'header', 'name': 'X-Api-Key'},
                 'basic': {'type': 'http', 'scheme': 'basic'}}

# The page of the methods, and what it says of each.
PAGE = text_of('docs', 'UserApi.md')
SECTIONS = dict(re.findall(r'^## \*\*(\w+)\*\*\n(.*?)^---$', PAGE, re.MULTILINE | re.DOTALL))

MOMENT = datetime.datetime(2026, 1, 2, 3, 4, 5, 6, tz.tzutc())
KEY = 'the-secret-key-0123456789'
SETTINGS = {'apikey': {'api_key': {'X-Api-Key': KEY}}, 'basic': {'username': 'ada', 'password': 'pw'}}

each_operation = pytest.mark.parametrize('operation', OPERATIONS, ids=repr)
each_parameter = pytest.mark.parametrize(
    'operation, name', [(operation, name) for operation in OPERATIONS for name in operation.parameters], ids=str)
each_status = pytest.mark.parametrize(
    'operation, status', [(operation, status) for operation in OPERATIONS for status in sorted(operation.errors)],
    ids=str)


@pytest.fixture
def service():
    """A server that answers what is described, and to a request for anything else with 404."""
    def respond(request):
        for operation in OPERATIONS:
            if operation.is_asked_for_by(request):
                return json_response(json.dumps(example_of(operation.model)), operation.status)
        return json_response('{"detail": "not described"}', 404)

    with RespondingServer(respond) as server:
        yield server


@pytest.fixture
def api(connect, service):
    return connect(service.url)


def call(api, operation, arguments):
    """Call a method in the form that gives data, status and headers."""
    return getattr(api, operation.name + '_with_http_info')(**arguments)


def lines_of(known):
    return sorted(known.strip().split('\n'))


def words_of(name, schema, optional):
    """Put what is said of a field or a parameter in the words of what is known."""
    words = ['[%s]' % name if optional else name, type_of(schema)]
    if schema.get('format', 'date-time') != 'date-time':
        words.append(schema['format'])
    if 'minLength' in schema or 'maxLength' in schema:
        words.append('%d to %s' % (schema.get('minLength', 0), schema.get('maxLength', 'any')))
    return ' '.join(words + ['null'] * schema.get('nullable', False))


def test_the_description_has_the_endpoints_that_the_service_is_known_to_have():
    described = [' | '.join([
        operation.name,
        operation.verb + ' ' + operation.path,
        ', '.join(parameter['in'] + ' ' + words_of(name, parameter['schema'], name in operation.optional)
                  for name, parameter in operation.parameters.items()) or '-',
        ('[%s]' if BODY in operation.optional else '%s') % (operation.body or '-'),
        ', '.join(operation.schemes),
        '%d %s' % (operation.status, operation.model),
        ' '.join(map(str, sorted(operation.errors) + sorted(set(operation.errors.values())))),
    ]) for operation in OPERATIONS]
    assert sorted(described) == lines_of(KNOWN_ENDPOINTS)


def test_the_description_has_the_objects_that_the_service_is_known_to_have():
    described = [name + ' | ' + ', '.join(words_of(field, member, field not in schema.get('required', ()))
                                          for field, member in schema['properties'].items())
                 for name, schema in SCHEMAS.items()]
    assert sorted(described) == lines_of(KNOWN_OBJECTS)


def test_the_description_has_the_ways_to_authenticate_that_the_service_is_known_to_have():
    assert SCHEMES == KNOWN_SCHEMES


def test_the_client_calls_the_described_service_unless_it_is_told_otherwise():
    assert Configuration().host == SERVICE == 'https://api.cloudsmith.io/v1'


def test_there_is_a_method_in_two_forms_for_each_described_operation_and_no_other():
    names = {name for name in dir(UserApi) if not name.startswith('_')} - {'user_tokens_iter'}
    assert names == {operation.name + form for operation in OPERATIONS for form in ('', '_with_http_info')}


@each_operation
def test_a_method_sends_the_described_request(api, service, operation):
    arguments = operation.arguments()
    # By position, which shows their order too.
    getattr(api, operation.name)(*arguments.values())
    request, = service.requests
    assert (request.method, request.target) == (operation.verb, operation.target(arguments))
    if operation.body:
        assert json.loads(request.body.decode('utf-8')) == example_of(operation.body)
    else:
        assert request.body == b''


@each_operation
def test_a_method_sends_nothing_that_it_is_not_given(api, service, operation):
    given = {name: value for name, value in operation.arguments().items() if name not in operation.optional}
    call(api, operation, given)
    request, = service.requests
    assert (request.target, request.body) == (operation.target(given), b'')


@each_operation
def test_a_method_sends_and_accepts_the_described_kind_of_content(api, service, operation):
    call(api, operation, operation.arguments())
    headers = dict(service.requests[0].headers)
    assert {headers['Accept']} == {headers['Content-Type']} == operation.kinds


@each_parameter
def test_a_method_needs_a_parameter_where_that_is_described_as_required(api, service, operation, name):
    given = operation.arguments()
    del given[name]
    if name in operation.optional:
        call(api, operation, given)
    else:
        with pytest.raises(TypeError):
            call(api, operation, given)
    assert len(service.requests) == (name in operation.optional)


@each_parameter
def test_a_method_refuses_a_parameter_that_is_not_of_the_described_type(api, service, operation, name):
    other = {'int': 'x', 'str': 7}[type_of(operation.parameters[name]['schema'])]
    with pytest.raises(TypeError, match=name):
        call(api, operation, dict(operation.arguments(), **{str(name): other}))
    assert service.requests == []


@each_operation
@pytest.mark.parametrize('configured', [(), ('apikey',), ('basic',), ('apikey', 'basic')], ids='+'.join)
def test_a_method_sends_the_first_of_its_described_credentials_that_is_set(connect, service, operation, configured):
    settings = {'api_key': {}}
    for scheme in configured:
        settings.update(SETTINGS[scheme])
    call(connect(service.url, **settings), operation, operation.arguments())
    expected = [header_with(scheme) for scheme in operation.schemes if scheme in configured][:1]
    carriers = [header_with(scheme)[0] for scheme in SCHEMES]
    assert [header for header in service.requests[0].headers if header[0] in carriers] == expected


def header_with(scheme):
    """Give the header that carries the credentials, name and value."""
    described = SCHEMES[scheme]
    if described['type'] == 'apiKey':
        return described['name'], KEY
    pair = base64.b64encode(b'ada:pw').decode('ascii')
    return 'Authorization', '%s %s' % (described['scheme'].title(), pair)


@each_operation
def test_a_method_gives_the_described_status_and_object_with_every_field(api, operation):
    data, status, _ = call(api, operation, operation.arguments())
    assert (status, type(data)) == (operation.status, getattr(models, operation.model))
    assert data.to_dict() == example_of(operation.model, MOMENT)


def error_of(connect, operation, status, *fields):
    """Give the exception that a method raises for an error with these fields."""
    body = example_of(operation.errors[status])
    answer = json_response(json.dumps({name: body[name] for name in fields or body}), status)
    with RespondingServer(lambda request: answer) as server:
        with pytest.raises(ApiException) as raised:
            call(connect(server.url, retries=0), operation, operation.arguments())
    return raised.value


@each_status
def test_a_described_error_is_an_exception_of_its_status_that_tells_all_of_it(connect, operation, status):
    error = error_of(connect, operation, status, 'detail', 'fields')
    body = example_of(operation.errors[status])
    assert (error.status, error.detail, error.fields) == (status, body['detail'], body['fields'])
    assert type(error) is type(ApiException(status=status)) is not ApiException


def test_there_is_a_model_for_each_described_object_but_the_error():
    assert set(models.__all__) == set(SCHEMAS) - {'Error'}


@pytest.mark.parametrize('name', models.__all__)
def test_a_model_has_the_described_fields_in_their_order(name):
    model, schema = getattr(models, name), SCHEMAS[name]
    assert [field.name for field in model.fields] == list(schema['properties'])
    for field in model.fields:
        described = schema['properties'][field.name]
        assert (field.min_length, field.max_length) == (described.get('minLength'), described.get('maxLength'))
        assert field.required == (field.name in schema.get('required', ()))
        assert field.type == type_of(described)


def test_the_sandbox_serves_what_is_described_and_nothing_else():
    served = sorted((verb, path) for verb, path, _ in ENDPOINTS)
    assert served == sorted((operation.verb, operation.path) for operation in OPERATIONS)


def part(text, heading):
    """Give what stands below a heading, up to the next one."""
    return re.search(r'^%s\n(.*?)(?=^#|\Z)' % heading, text, re.MULTILINE | re.DOTALL).group(1).strip()


def rows(text):
    """Give the rows of a table, without its head."""
    lines = [line for line in text.splitlines() if line.startswith('|')]
    return [[cell.strip() for cell in line.strip('|').split('|')] for line in lines[2:]]


def link(name):
    return '[**%s**](%s.md)' % (name, name)


def told_type(name):
    """Give a type in the form of the pages: one that has to do with a model leads to its page."""
    model = re.search('|'.join(models.__all__), name)
    return '[%s](%s.md)' % (name, model.group(0)) if model else '**%s**' % name


def told_bounds(least, most):
    if most is not None:
        return ['%d to %d characters' % (least, most)]
    return ['at least %d character%s' % (least, '' if least == 1 else 's')] if least else []


def test_the_page_has_a_section_for_each_described_operation_and_no_other():
    assert set(SECTIONS) - {'user_tokens_iter'} == {operation.name for operation in OPERATIONS}


def test_the_page_names_the_described_service():
    assert re.findall(r'relative to `(.*?)`', PAGE) == [SERVICE]


def test_the_page_opens_with_the_request_of_each_method():
    told = {row[0]: row[1] for row in rows(PAGE.partition('\n## ')[0]) if 'user_tokens_iter' not in row[0]}
    assert told == {'[**%s**](#%s)' % (operation, operation): '**%s** %s' % (operation.verb, operation.path)
                    for operation in OPERATIONS}


@each_operation
def test_a_section_shows_how_the_method_is_called_and_what_it_gives(operation):
    parameters = [name + '=' + name if name in operation.optional else name for name in operation.arguments()]
    told = re.findall(r'^> (.*)$', SECTIONS[operation.name], re.MULTILINE)
    assert told == ['%s %s(%s)' % (operation.model, operation, ', '.join(parameters))]


@each_operation
def test_a_section_tells_the_described_parameters(operation):
    expected = [['**%s**' % name, told_type(type_of(parameter['schema'])), name in operation.optional]
                for name, parameter in operation.parameters.items()]
    if operation.body:
        expected.append(['**%s**' % BODY, link(operation.body) + ' or dict', BODY in operation.optional])
    told = part(SECTIONS[operation.name], '### Parameters')
    assert [row[:2] + [{'[optional]': True, 'required': False}[re.split('[,:;]', row[3])[0]]]
            for row in rows(told)] == expected
    assert expected or told == 'None of its own.'


@each_operation
def test_a_section_tells_the_described_object(operation):
    assert part(SECTIONS[operation.name], '### Return type') == link(operation.model)


@each_operation
def test_a_section_tells_the_described_ways_to_authenticate_in_their_order(operation):
    schemes = ['[%s](#authorization)' % scheme for scheme in operation.schemes if scheme != 'none']
    choice = ', or none' if 'none' in operation.schemes else ': the first one that is set'
    assert part(SECTIONS[operation.name], '### Authorization') == ', '.join(schemes) + choice


@each_operation
def test_a_section_tells_the_headers_that_arrive(api, service, operation):
    call(api, operation, operation.arguments())
    told = re.findall(r'^- \*\*(.*)\*\*: (.*)$', part(SECTIONS[operation.name], '### HTTP request headers'),
                      re.MULTILINE)
    headers = dict(service.requests[0].headers)
    assert told == [(name, headers[name]) for name in ('Content-Type', 'Accept')]


@each_operation
def test_a_section_tells_the_described_statuses_in_their_order(operation):
    told = [int(row[0]) for row in rows(part(SECTIONS[operation.name], '### Errors'))]
    assert sorted(set(told)) == sorted(operation.errors)
    assert told == sorted(told)


@each_status
def test_a_section_tells_the_exceptions_that_a_status_makes(connect, operation, status):
    expected = {type(error_of(connect, operation, status, 'detail')).__name__}
    if (operation.name, status) == ('user_token_create', 422):
        # The one call that may be asked for a second factor.
        expected.add(type(error_of(connect, operation, status)).__name__)
    told = {row[1] for row in rows(part(SECTIONS[operation.name], '### Errors')) if row[0] == str(status)}
    assert told == {'`%s`' % name for name in expected}


def test_the_section_of_the_iterator_tells_what_that_of_the_list_does():
    of_list, section = SECTIONS['user_tokens_list'], SECTIONS['user_tokens_iter']
    listing, = [operation for operation in OPERATIONS if operation.name == 'user_tokens_list']
    item = type_of(SCHEMAS[listing.model]['properties']['results']['items'])
    assert '\n> iterator of %s user_tokens_iter(page_size=page_size)\n' % item in section
    assert part(section, '### Return type') == 'An iterator over ' + link(item)
    assert part(section, '### Authorization') == part(of_list, '### Authorization')
    assert part(of_list, '### HTTP request headers').startswith(part(section, '### HTTP request headers'))
    assert rows(part(section, '### Parameters'))[0][:2] == rows(part(of_list, '### Parameters'))[1][:2]
    assert ['[**user_tokens_iter**](#user_tokens_iter)', '**%s** %s, once a page' % (listing.verb, listing.path)] in [
        row[:2] for row in rows(PAGE.partition('\n## ')[0])]


def test_the_page_tells_how_each_described_way_to_authenticate_is_sent():
    told = OrderedDict((row[0], row[2].strip('`').split()[:2]) for row in rows(part(PAGE, '## Authorization')))
    assert list(told.items()) == [
        ('**apikey**', [SCHEMES['apikey']['name'] + ':', 'key`,']),
        ('**basic**', ['Authorization:', SCHEMES['basic']['scheme'].title()])]


def test_the_page_tells_the_exception_of_each_described_status():
    told = {(int(row[1]), getattr(cloudsmith_api, row[0].strip('`')))
            for row in rows(part(PAGE, '## Errors')) if row[1].isdigit() and row[1] != '0'}
    described = {status for operation in OPERATIONS for status in operation.errors}
    assert {status for status, _ in told} == described
    assert {(status, type(ApiException(status=status))) for status in described} <= told
    assert all(issubclass(cls, type(ApiException(status=status))) for status, cls in told)


@pytest.mark.parametrize('name', models.__all__)
def test_the_page_of_a_model_tells_the_described_fields_in_their_order(name):
    expected = []
    for field in getattr(models, name).fields:
        described = SCHEMAS[name]['properties'][field.name]
        notes = ['required' if field.name in SCHEMAS[name].get('required', ()) else '[optional]']
        notes += told_bounds(described.get('minLength'), described.get('maxLength')) + ['secret'] * field.secret
        expected.append(['**%s**' % field.name, told_type(type_of(described)), '; '.join(notes)])
    told = rows(part(text_of('docs', name + '.md'), '## Properties'))
    assert [[row[0], row[1], row[3]] for row in told] == expected


def test_the_front_page_tells_the_parameters_and_the_model_of_each_method():
    told = [(row[0], row[2]) for row in rows(part(text_of('README.md'), '## The five methods'))]
    assert sorted(told) == sorted(
        ('[`%s(%s)`](docs/UserApi.md#%s)' % (operation, ', '.join(operation.arguments()), operation),
         '[`%s`](docs/%s.md)' % (operation.model, operation.model)) for operation in OPERATIONS)
