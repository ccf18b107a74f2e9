"""Rules that explain differences of generated scripts, each with the row of the guide that documents the difference.

A rule decides from the case (the generated values) whether the packages must differ: the difference alone is not enough
to excuse it. ``documented_differences.py`` demonstrates the row of each rule.
"""

import ast
import base64
import io
import json
import os
import re
from collections import namedtuple
from urllib.parse import quote, unquote, urlencode

from comparison import RELEASES

GUIDE = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, os.pardir, 'docs', 'moving-from-2.0.md')

#: The first cell of a row, and a function of a difference and a case that returns whether the row explains it.
Rule = namedtuple('Rule', ('row', 'explains'))

_CLASSES = {400: 'BadRequestException', 401: 'UnauthorizedException', 403: 'ForbiddenException',
            404: 'NotFoundException', 422: 'UnprocessableEntityException', 429: 'TooManyRequestsException'}
_CLASSES_BY_STATUS_CLASS = {3: 'RedirectException', 5: 'ServiceException'}


def guide_rows():
    """Return the first cell of each row in the guide's tables, without the mark of important rows."""
    with io.open(GUIDE, encoding='utf-8') as opened:
        cells = re.findall(r'^\| ([^|]+) \|', opened.read(), re.MULTILINE)
    return [cell.replace(' **look**', '') for cell in cells if cell.strip(' -') and cell != 'Case']


def unexplained(differences, rules, case=None):
    """Return the differences that no rule explains."""
    return [difference[:4] for difference in differences
            if not any(rule.explains(difference, case) for rule in rules)]


def _is_our_user_agent(difference, _):
    return (difference.part.endswith(".headers['user-agent']")
            and difference.published in ['Swagger-Codegen/%s/python' % release for release in RELEASES]
            and re.match(r'cloudsmith-api/\d+\.\d+\.\d+ python/3\.\d+\.\d+$', difference.here))


def _is_class_of_status(difference, _):
    if not difference.part.endswith('.__class__.__name__') or difference.published != repr('ApiException'):
        return False
    status = int(difference.outcome[difference.part.replace('__class__.__name__', 'status')])
    return difference.here == repr(_CLASSES.get(status) or _CLASSES_BY_STATUS_CLASS.get(status // 100))


#: The rules for differences that any call may have.
ALWAYS = (
    Rule('`User-Agent`', _is_our_user_agent),
    Rule('Class', _is_class_of_status),
)


def _result(row, condition, here='', published=''):
    """Return a rule for an expression whose result differs if a condition holds for the case.

    :param str here: regular expression for the result here; ``published`` likewise.
    """
    def explains(difference, case):
        return (difference.part == 'result' and condition(case, difference.expression)
                and re.match(here, difference.here or '') and re.match(published, difference.published or ''))
    return Rule(row, explains)


# Responses

_NOT_TEXT = "`response_type='str'` for a body that is not text"
_NULL = '200 with `null`'
_NOT_A_MODEL = '200 with HTML, text, a list, nothing'
_FIELD = 'Field of another type: `"false"`, `5`'
_NO_RESULTS = '`results` missing or `null`'
_NULL_INSIDE = "`null` in `results`, `'list[…]'`, `'dict(…)'`, unless of `'object'`"
_DATE = 'Invalid date'
_OTHER_DATE = 'Dates in other forms (`03:04`, RFC 1123)'
_NUMBER = "`'int'`, `'float'`, `'bool'` of another type"
_CONTAINER = "`'list[…]'`, `'dict(…)'`, `results` of another type, or with items of another type"
_NOT_JSON = "`'object'` for a body that is not JSON"
_LENGTH = 'Empty or long text in a response'

_MODELS = {
    'UserBrief': {'authenticated': 'bool', 'email': 'str', 'name': 'str', 'profile_url': 'str', 'self_url': 'str',
                  'slug': 'str', 'slug_perm': 'str'},
    'UserAuthToken': {'token': 'str', 'two_factor_required': 'bool', 'two_factor_token': 'str'},
    'UserAuthenticationToken': {'created': 'datetime', 'key': 'str', 'slug_perm': 'str'},
    'KeyPage': {'results': 'list[UserAuthenticationToken]'},
}
_PYTHON_TYPES = {'bool': (bool,), 'float': (int, float), 'int': (int,), 'str': (str,), 'datetime': (str,)}
_DATE_FORMAT = re.compile(
    r'\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d([.,]\d+)?)?([Zz]|[+-]\d\d(:?\d\d)?)?)?', re.ASCII)
_NOT_EMPTY = {'email', 'name', 'token', 'two_factor_token'}
_MAX_EMAIL_LENGTH = 254


def rows_for_body(text, type_name):
    """Return the rows that document why a response body is not accepted as a type here."""
    try:
        value = json.loads(text)
    except ValueError:
        return set() if type_name == 'str' else {_row_for_type(type_name)}
    if type_name == 'object':
        return set()
    if type_name == 'str':
        return set() if isinstance(value, str) else {_NOT_TEXT}
    return {_NULL} if value is None else _rows_for_value(value, type_name)


def _row_for_type(type_name):
    if type_name in _MODELS:
        return _NOT_A_MODEL
    if type_name.startswith(('list[', 'dict(')):
        return _CONTAINER
    return {'object': _NOT_JSON, 'datetime': _DATE}.get(type_name, _NUMBER)


def _rows_for_value(value, type_name):
    if type_name.startswith('list['):
        return _rows_for_items(value if isinstance(value, list) else None, type_name[len('list['):-1])
    if type_name.startswith('dict('):
        items = list(value.values()) if isinstance(value, dict) else None
        return _rows_for_items(items, type_name[len('dict(str, '):-1])
    if type_name in _MODELS:
        return _rows_for_fields(value, type_name) if isinstance(value, dict) else {_NOT_A_MODEL}
    if not _is_of_type(value, type_name):
        return {_row_for_type(type_name)}
    return set() if type_name != 'datetime' or _DATE_FORMAT.fullmatch(value) else {_DATE, _OTHER_DATE}


def _rows_for_items(items, type_name):
    if items is None:
        return {_CONTAINER}
    rows = set()
    for item in items:
        if item is None and type_name != 'object':
            rows |= {_NULL_INSIDE}
        elif type_name != 'object':
            found = _rows_for_value(item, type_name)
            inside = type_name == 'datetime' or (type_name in _MODELS and isinstance(item, dict))
            rows |= found if inside or not found else {_CONTAINER}
    return rows


def _rows_for_fields(fields, model):
    rows = set()
    for name, type_name in _MODELS[model].items():
        value = fields.get(name)
        if value is None:
            rows |= {_NO_RESULTS} if name == 'results' else set()
        elif type_name in ('bool', 'str'):
            rows |= set() if _is_of_type(value, type_name) else {_FIELD}
        else:
            rows |= _rows_for_value(value, type_name)
    return rows


def _is_of_type(value, type_name):
    return isinstance(value, _PYTHON_TYPES[type_name]) and (type_name == 'bool' or not isinstance(value, bool))


def _violates_length_limits(value):
    """Return whether a response contains a text that is too short or too long to be sent in the same field."""
    if isinstance(value, dict):
        return (any(value.get(name) == '' for name in _NOT_EMPTY) or len(str(value.get('email'))) > _MAX_EMAIL_LENGTH
                or any(map(_violates_length_limits, value.values())))
    return isinstance(value, list) and any(map(_violates_length_limits, value))


def _is_invalid_response(row):
    return _result(row, lambda case, _: row in rows_for_body(case['text'], case['type']),
                   here='raises InvalidResponseException')


def _is_invalid_date(difference, case):
    """Return whether the published package fails on an invalid date, such as a letter of a text as a list of dates."""
    has_dates = re.search('datetime|UserAuthenticationToken|KeyPage', case['type'])
    return (has_dates and difference.part in ('result.__class__.__name__', 'result.status', 'result.reason',
                                              'result.body', 'result.headers')
            and difference.outcome['result.__class__.__name__'] == repr('InvalidResponseException')
            and rows_for_body(case['text'], case['type']))


RESPONSE_RULES = tuple(_is_invalid_response(row) for row in (
    _NULL, _NOT_A_MODEL, _FIELD, _NO_RESULTS, _NULL_INSIDE, _DATE, _OTHER_DATE, _NUMBER, _CONTAINER, _NOT_JSON)) + (
    Rule(_DATE, _is_invalid_date),
    _result(_NOT_TEXT, lambda case, _: _NOT_TEXT in rows_for_body(case['text'], case['type']), here='[\'"]'),
    _result(_LENGTH, lambda case, _: _violates_length_limits(json.loads(case['text'])),
            here='(?!raises)', published='raises ValueError'),
)


# Request bodies

_NO_DATA = 'POST, PUT, PATCH, DELETE without data'
_JSON_TEXT = 'Non-ASCII text in JSON'
_CALLS_WITHOUT_DATA = re.compile('tokens_create|tokens_refresh')


def _is_empty_body(difference):
    return ((difference.part.endswith('.body') and (difference.published, difference.here) == ("b'{}'", "b''"))
            or (difference.part.endswith(".headers['content-length']") and difference.published == '2'
                and difference.here in ('0', None)))


def _is_same_json(difference):
    if difference.part.endswith("].headers['content-length']"):
        return int(difference.published) > int(difference.here)
    if not difference.part.endswith('].body'):
        return False
    published, here = ast.literal_eval(difference.published), ast.literal_eval(difference.here)
    return published.isascii() and not here.isascii() and json.loads(published) == json.loads(here)


def _is_call_without_data(difference, case):
    return _is_empty_body(difference) and _CALLS_WITHOUT_DATA.search(case.get('call') or difference.expression)


def _is_json_with_non_ascii_text(name):
    """Return a rule for a value of the case that is sent as JSON."""
    return Rule(_JSON_TEXT, lambda difference, case: (
        not json.dumps(case[name], ensure_ascii=False).isascii() and _is_same_json(difference)))


# Errors

_RETRIED_FOR_GET = (500, 502, 503, 504)
_MAX_RETRY_AFTER = 60


def _is_short(case):
    return case['retry_after'] is None or case['retry_after'] <= _MAX_RETRY_AFTER


def _verb(case):
    return {'user_self': 'GET', 'user_tokens_list': 'GET', 'user_tokens_refresh': 'PUT'}.get(case['call'], 'POST')


def _retries(row, condition, here):
    """Return a rule for the second to the fourth request, if only one side sends it."""
    sent = (None, 'a request') if here else ('a request', None)
    return Rule(row, lambda difference, case: difference.part in ('sent[1]', 'sent[2]', 'sent[3]') and condition(case)
                and (difference.published, difference.here) == sent)


ERROR_RULES = (
    Rule(_NO_DATA, _is_call_without_data),
    _retries('500, 502, 504, 503 without `Retry-After`', lambda case: (
        case['status'] in _RETRIED_FOR_GET and _verb(case) == 'GET' and _is_short(case)
        and not (case['status'] == 503 and case['retry_after'] is not None)), here=True),
    _retries('429 without `Retry-After`, or to a POST', lambda case: (
        case['status'] == 429 and _is_short(case)
        and (case['retry_after'] is None or _verb(case) == 'POST')), here=True),
    _retries('429 and 503 with `Retry-After`', lambda case: (
        case['status'] in (429, 503) and not _is_short(case) and _verb(case) != 'POST'), here=False),
    _retries('503 with `Retry-After` to a PUT', lambda case: (
        case['status'] == 503 and case['retry_after'] is not None and _verb(case) == 'PUT'), here=False),
    _retries('413 with `Retry-After`', lambda case: (
        case['status'] == 413 and case['retry_after'] is not None and _verb(case) != 'POST'), here=False),
    _result('Body that is not UTF-8', lambda case, _: not _is_utf_8(case['body'].encode('latin-1')),
            published='raises UnicodeDecodeError', here=r'raises \w+Exception'),
)


def _is_utf_8(data):
    try:
        data.decode('utf-8')
    except UnicodeDecodeError:
        return False
    return True


# Arguments

_PATH_PARAMETER = "`slug_perm`, or another path parameter, of `''`, `'.'`, `'..'`"
_NOT_SENT_HERE = ('a request', None)


def _refused(row, condition, here='raises ValueError'):
    """Return a rule for a call that raises here, while the published package sends the request."""
    def explains(difference, case):
        if not condition(case, difference.expression) or not re.match(here, difference.outcome.get('result', '')):
            return False
        return difference.part == 'result' or (
            difference.part == 'sent[0]' and (difference.published, difference.here) == _NOT_SENT_HERE)
    return Rule(row, explains)


def _is_reduced_by_wait_for_thread(difference, case):
    return (case['own'] and case['background'] and difference.part == 'result[1][7]'
            and difference.published == str(case['timeout']) == '5' and 4 < float(difference.here) < 5)


ARGUMENT_RULES = (
    Rule('`_request_timeout` in a custom transport, if the call waited for a thread',
         _is_reduced_by_wait_for_thread),
    Rule(_NO_DATA, _is_call_without_data),
    _is_json_with_non_ascii_text('data'),
    _refused(_PATH_PARAMETER, lambda case, expression: (
        'slug_perm' in expression and case['slug_perm'] in ('', '.', '..'))),
    _refused('`user_token_create(data)`', lambda case, expression: (
        'data=' in expression and '' in case['data'].values())),
)


# Settings

_UNSENDABLE = 'Text that cannot be encoded in a header or in UTF-8'
_BASIC = 'Basic authentication'
_BOTH = 'Key and username both set'
_AUTHORIZATION = "sent[0].headers['authorization']"


def _uses_basic_authentication(case, expression):
    """Return whether an expression uses basic authentication here."""
    if not case['username'] and not case['password']:
        return False
    return 'get_basic' in expression or 'token_create' in expression or ('user_self' in expression and not case['key'])


def _fits_latin_1(*texts):
    return all(ord(letter) < 0x100 for text in texts for letter in text or '')


def _is_basic_beside_key(difference, case):
    return (difference.part == _AUTHORIZATION and difference.here is None and case['key']
            and 'user_self' in difference.expression and (case['username'] or case['password']))


def _is_utf_8_instead_of_latin_1(difference, case):
    pair = '%s:%s' % (case['username'], case['password'])
    if difference.part not in (_AUTHORIZATION, 'result') or pair.isascii() or not _fits_latin_1(pair):
        return False
    in_both = ['Basic ' + base64.b64encode(pair.encode(charset)).decode('ascii') for charset in ('latin-1', 'utf-8')]
    return [difference.published.strip("'"), difference.here.strip("'")] == in_both


def _is_impossible_in_latin_1(difference, case):
    return (not _fits_latin_1(case['username'], case['password'])
            and ((difference.part == 'result' and difference.published == 'raises UnicodeEncodeError')
                 or (difference.part == 'sent[0]' and difference.published is None)))


CREDENTIAL_RULES = (
    Rule(_BOTH, _is_basic_beside_key),
    Rule(_BASIC, _is_utf_8_instead_of_latin_1),
    Rule(_BASIC, _is_impossible_in_latin_1),
    _refused('Colon in `username`', lambda case, expression: (
        ':' in case['username'] and _uses_basic_authentication(case, expression))),
    _refused(_UNSENDABLE, lambda case, expression: 'user_self' in expression and re.search(
        u'[^\t -~\x80-\xff]', case['key'] or '')),
)


# call_api

_SAFE_CHARACTERS = '`safe_chars_for_path_param` that lets through `?`, `#`, or a `%` that encodes nothing'
_QUERY_NONE = '`page=None`, `query_params` with `None`'
_QUERY_FORM = 'Query: `True`, lists'
_NOT_A_LIST = '`collection_formats` for a value that is not a list'


def _is_query_difference(difference, case):
    """Return whether the request lines differ only in how ``None``, ``True`` and lists are sent."""
    if difference.part != 'sent[0].line':
        return False
    published, here = (line.partition('?') for line in (difference.published, difference.here))
    kept = [(name, value) for name, value in case['query'] if value is not None]
    return published[0] == here[0] and here[2] == urlencode(
        [pair for name, value in kept for pair in _query_pairs(name, value, case['formats'].get(name))])


def _query_pairs(name, value, style):
    if isinstance(value, bool):
        return [(name, str(value).lower())]
    if not isinstance(value, list):
        return [(name, value)]
    if style == 'multi':
        return [(name, item) for item in value]
    return [(name, {'pipes': '|', 'ssv': ' ', 'tsv': '\t'}.get(style, ',').join(map(str, value)))]


def _is_joined_like_a_list(difference, case):
    """Return whether the published package joins a value that is not a list as if it were one."""
    if not any(name in case['formats'] and not isinstance(value, list) for name, value in case['query']):
        return False
    return _is_query_difference(difference, case) or (
        difference.part == 'result' and difference.published == 'raises TypeError'
        or difference.part == 'sent[0]' and difference.published is None)


def _is_request_without_body(difference, case):
    return _is_empty_body(difference) and case['body'] is None and case['verb'] != 'GET'


def _segments(case):
    used = [case['path_params'][name] for name in ('c', 'd') if '{%s}' % name in case['path']]
    return [part for value in used for part in quote(str(value), case['safe'] + '~').split('/')]


def _changes_the_path(case, _):
    return any(unquote(segment) in ('', '.', '..') for segment in _segments(case))


def _has_a_bare_percent_sign(case, _):
    return any(re.search('%(?![0-9A-Fa-f]{2})', segment) for segment in _segments(case))


REQUEST_RULES = (
    Rule(_NO_DATA, _is_request_without_body),
    _is_json_with_non_ascii_text('body'),
    Rule(_QUERY_NONE, lambda difference, case: (
        any(value is None for _, value in case['query']) and _is_query_difference(difference, case))),
    Rule(_QUERY_FORM, lambda difference, case: (
        any(isinstance(value, (bool, list)) for _, value in case['query']) and _is_query_difference(difference, case))),
    Rule(_NOT_A_LIST, _is_joined_like_a_list),
    _refused(_PATH_PARAMETER, _changes_the_path),
    _refused(_SAFE_CHARACTERS, _has_a_bare_percent_sign),
)


# Models

_SECRETS = ('token', 'two_factor_token', 'password', 'totp_token', 'key')


def _is_fourth_field(difference, case):
    return case['name'] == 'UserAuthTokenRequest' and (
        difference.part == 'result' and 'to_str' in difference.expression
        and difference.here.replace('two_factor_token', '') != difference.here
        or difference.part.endswith(('.two_factor_token', "['two_factor_token']")) and difference.published is None)


def _shows_a_secret(case, expression):
    return 'to_str' in expression and any(case['fields'][0].get(name) for name in _SECRETS)


def _has_wrong_types(case, _):
    types = dict(_MODELS, UserAuthTokenRequest=dict.fromkeys(('email', 'password', 'totp_token'), 'str'))[case['name']]
    return any(value is not None and not _is_valid_field(value, types[name]) for name, value in case['fields'].items())


def _is_valid_field(value, type_name):
    # The case is JSON, which has no dates, so no value in it is valid for a date field.
    if type_name.startswith('list'):
        return isinstance(value, list)
    return type_name != 'datetime' and _is_of_type(value, type_name)


MODEL_RULES = (
    Rule('`UserAuthTokenRequest`', _is_fourth_field),
    _result('`repr`, `str`, `to_str`', _shows_a_secret, here=r'.*\*{8}'),
)

INVALID_MODEL_RULES = (
    Rule('`UserAuthTokenRequest`', _is_fourth_field),
    _result('Types of fields', _has_wrong_types, here='raises TypeError'),
)
