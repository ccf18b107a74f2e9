"""Which differences a script that was made at random may show, each with the row of the guide that says so.

A rule knows what was given and what was answered, and tells from these alone whether the two packages must differ:
nothing is excused for how it looks. What these rules say is shown, one by one, in ``different_scripts.py``.
"""

import ast
import base64
import io
import json
import os
import re
from collections import namedtuple
from urllib.parse import quote, unquote, urlencode

GUIDE = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, os.pardir, 'docs', 'moving-from-2.0.md')

#: The first cell of a row, and a function of a difference, and what was given, that tells whether the row explains it.
Rule = namedtuple('Rule', ('row', 'explains'))

_CLASSES = {400: 'BadRequestException', 401: 'UnauthorizedException', 403: 'ForbiddenException',
            404: 'NotFoundException', 422: 'UnprocessableEntityException', 429: 'TooManyRequestsException'}
_CLASSES_OF_HUNDREDS = {3: 'RedirectException', 5: 'ServiceException'}


def rows_of_the_guide():
    """Read the first cell of each row of the guide's tables, without the mark for where one should look."""
    with io.open(GUIDE, encoding='utf-8') as opened:
        cells = re.findall(r'^\| ([^|]+) \|', opened.read(), re.MULTILINE)
    return [cell.replace(' **look**', '') for cell in cells if cell.strip(' -')]


def unexplained(differences, rules, given=None):
    """Leave out the differences that a rule explains."""
    return [difference[:4] for difference in differences
            if not any(rule.explains(difference, given) for rule in rules)]


def _is_our_user_agent(difference, _):
    return (difference.part.endswith(".headers['user-agent']")
            and difference.published == 'Swagger-Codegen/2.0.19/python'
            and re.match(r'cloudsmith-api/\d+\.\d+\.\d+ python/3\.\d+\.\d+$', difference.here))


def _is_the_class_for_the_status(difference, _):
    if not difference.part.endswith('.__class__.__name__') or difference.published != repr('ApiException'):
        return False
    status = int(difference.outcome[difference.part.replace('__class__.__name__', 'status')])
    return difference.here == repr(_CLASSES.get(status) or _CLASSES_OF_HUNDREDS.get(status // 100))


#: Of what each call shows.
ALWAYS = (
    Rule('`User-Agent`', _is_our_user_agent),
    Rule('Class', _is_the_class_for_the_status),
)


def _result(row, condition, here='', published=''):
    """Make a rule for an expression that comes to something else where the condition holds of what was given.

    :param here: regular expression for what it comes to here; ``published`` likewise.
    """
    def explains(difference, given):
        return (difference.part == 'result' and condition(given, difference.expression)
                and re.match(here, difference.here or '') and re.match(published, difference.published or ''))
    return Rule(row, explains)


# Answers

_NO_TEXT = "`response_type='str'` for what is no text"
_NULL = '200 with `null`'
_NOT_A_MODEL = '200 with HTML, text, a list, nothing'
_FIELD = 'Field of another type: `"false"`, `5`'
_NO_RESULTS = '`results` missing or `null`'
_NULL_IN_LIST = '`null` in a list of models'
_DATE = 'Date that is none'
_OTHER_DATE = 'Dates in other forms (`03:04`, RFC 1123)'
_NUMBER = "`'int'`, `'float'`, `'bool'` of another type"
_CONTAINER = "`'list[…]'`, `'dict(…)'`, `results` of another type, or with such items"
_NOT_JSON = "`'object'` for a body that is not JSON"
_BOUNDS = 'Empty or long text in an answer'

_MODELS = {
    'UserBrief': {'authenticated': 'bool', 'email': 'str', 'name': 'str', 'profile_url': 'str', 'self_url': 'str',
                  'slug': 'str', 'slug_perm': 'str'},
    'UserAuthToken': {'token': 'str', 'two_factor_required': 'bool', 'two_factor_token': 'str'},
    'UserAuthenticationToken': {'created': 'datetime', 'key': 'str', 'slug_perm': 'str'},
    'InlineResponse2001': {'results': 'list[UserAuthenticationToken]'},
}
_PYTHON_TYPES = {'bool': (bool,), 'float': (int, float), 'int': (int,), 'str': (str,), 'datetime': (str,)}
_DATE_FORM = re.compile(
    r'\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d([.,]\d+)?)?([Zz]|[+-]\d\d(:?\d\d)?)?)?', re.ASCII)
_NOT_EMPTY = {'email', 'name', 'token', 'two_factor_token'}
_LONGEST_EMAIL = 254


def rows_about(text, kind):
    """Find the rows that say why a body is not read as a type here."""
    try:
        value = json.loads(text)
    except ValueError:
        return set() if kind == 'str' else {_row_about_kind(kind)}
    if kind == 'object':
        return set()
    if kind == 'str':
        return set() if isinstance(value, str) else {_NO_TEXT}
    return {_NULL} if value is None else _rows_about_value(value, kind)


def _row_about_kind(kind):
    if kind in _MODELS:
        return _NOT_A_MODEL
    return {'object': _NOT_JSON, 'datetime': _DATE}.get(kind) or (_CONTAINER if '(' in kind or '[' in kind else _NUMBER)


def _rows_about_value(value, kind):
    if kind.startswith('list['):
        return _rows_about_items(value if isinstance(value, list) else None, kind[len('list['):-1])
    if kind.startswith('dict('):
        return _rows_about_items(list(value.values()) if isinstance(value, dict) else None, kind[len('dict(str, '):-1])
    if kind in _MODELS:
        return _rows_about_fields(value, kind) if isinstance(value, dict) else {_NOT_A_MODEL}
    if not _is_a(value, kind):
        return {_row_about_kind(kind)}
    return set() if kind != 'datetime' or _DATE_FORM.fullmatch(value) else {_DATE, _OTHER_DATE}


def _rows_about_items(items, kind):
    if items is None:
        return {_CONTAINER}
    rows = set()
    for item in items:
        if item is None and kind != 'object':
            rows |= {_NULL_IN_LIST if kind in _MODELS else _CONTAINER}
        elif kind != 'object':
            found = _rows_about_value(item, kind)
            inside = kind == 'datetime' or (kind in _MODELS and isinstance(item, dict))
            rows |= found if inside or not found else {_CONTAINER}
    return rows


def _rows_about_fields(fields, model):
    rows = set()
    for name, kind in _MODELS[model].items():
        value = fields.get(name)
        if value is None:
            rows |= {_NO_RESULTS} if name == 'results' else set()
        elif kind in ('bool', 'str'):
            rows |= set() if _is_a(value, kind) else {_FIELD}
        else:
            rows |= _rows_about_value(value, kind)
    return rows


def _is_a(value, kind):
    return isinstance(value, _PYTHON_TYPES[kind]) and (kind == 'bool' or not isinstance(value, bool))


def _breaks_bounds(value):
    """Tell whether an answer has, somewhere, a text that is too short or too long to be sent in its place."""
    if isinstance(value, dict):
        return (any(value.get(name) == '' for name in _NOT_EMPTY) or len(str(value.get('email'))) > _LONGEST_EMAIL
                or any(map(_breaks_bounds, value.values())))
    return isinstance(value, list) and any(map(_breaks_bounds, value))


def _is_refused(row):
    return _result(row, lambda answer, _: row in rows_about(answer['text'], answer['type']),
                   here='raises InvalidResponseException')


def _is_a_date_refused(difference, answer):
    """Tell whether the other package came upon what is no date, such as the letters of a text for a list of dates."""
    has_dates = re.search('datetime|UserAuthenticationToken|InlineResponse2001', answer['type'])
    return (has_dates and difference.part in ('result.__class__.__name__', 'result.status', 'result.reason',
                                              'result.body', 'result.headers')
            and difference.outcome['result.__class__.__name__'] == repr('InvalidResponseException')
            and rows_about(answer['text'], answer['type']))


OF_ANSWERS = tuple(_is_refused(row) for row in (
    _NULL, _NOT_A_MODEL, _FIELD, _NO_RESULTS, _NULL_IN_LIST, _DATE, _OTHER_DATE, _NUMBER, _CONTAINER, _NOT_JSON)) + (
    Rule(_DATE, _is_a_date_refused),
    _result(_NO_TEXT, lambda answer, _: _NO_TEXT in rows_about(answer['text'], answer['type']), here='[\'"]'),
    _result(_BOUNDS, lambda answer, _: _breaks_bounds(json.loads(answer['text'])),
            here='(?!raises)', published='raises ValueError'),
)


# What is sent

_NO_DATA = 'POST, PUT, PATCH, DELETE without data'
_JSON_TEXT = 'Text in JSON'
_CALLS_WITHOUT_DATA = re.compile('tokens_create|tokens_refresh')


def _has_no_body(difference):
    return ((difference.part.endswith('.body') and (difference.published, difference.here) == ("b'{}'", "b''"))
            or (difference.part.endswith(".headers['content-length']") and difference.published == '2'
                and difference.here in ('0', None)))


def _is_the_same_json(difference):
    if difference.part.endswith("].headers['content-length']"):
        return int(difference.published) > int(difference.here)
    if not difference.part.endswith('].body'):
        return False
    published, here = ast.literal_eval(difference.published), ast.literal_eval(difference.here)
    return published.isascii() and not here.isascii() and json.loads(published) == json.loads(here)


def _has_no_data(difference, given):
    return _has_no_body(difference) and _CALLS_WITHOUT_DATA.search(given.get('call') or difference.expression)


def _is_json_beyond_ascii(name):
    """Make a rule for the JSON of one of the things that were given."""
    return Rule(_JSON_TEXT, lambda difference, given: (
        not json.dumps(given[name], ensure_ascii=False).isascii() and _is_the_same_json(difference)))


# Errors

_TRIED_AGAIN_ON_GET = (500, 502, 503, 504)
_LONGEST_WAIT = 60


def _is_short(error):
    return error['retry_after'] is None or error['retry_after'] <= _LONGEST_WAIT


def _verb(error):
    return {'user_self': 'GET', 'user_tokens_list': 'GET', 'user_tokens_refresh': 'PUT'}.get(error['call'], 'POST')


def _more_tries(row, condition, here):
    """Make a rule for requests that only one side sends, the second to the fourth."""
    sent = (None, 'a request') if here else ('a request', None)
    return Rule(row, lambda difference, error: difference.part in ('sent[1]', 'sent[2]', 'sent[3]') and condition(error)
                and (difference.published, difference.here) == sent)


OF_ERRORS = (
    Rule(_NO_DATA, _has_no_data),
    _more_tries('500, 502, 504, 503 without `Retry-After`', lambda error: (
        error['status'] in _TRIED_AGAIN_ON_GET and _verb(error) == 'GET' and _is_short(error)
        and not (error['status'] == 503 and error['retry_after'] is not None)), here=True),
    _more_tries('429 without `Retry-After`, or to a POST', lambda error: (
        error['status'] == 429 and _is_short(error)
        and (error['retry_after'] is None or _verb(error) == 'POST')), here=True),
    _more_tries('429 and 503 with `Retry-After`', lambda error: (
        error['status'] in (429, 503) and not _is_short(error) and _verb(error) != 'POST'), here=False),
    _more_tries('503 with `Retry-After` to a PUT', lambda error: (
        error['status'] == 503 and error['retry_after'] is not None and _verb(error) == 'PUT'), here=False),
    _more_tries('413 with `Retry-After`', lambda error: (
        error['status'] == 413 and error['retry_after'] is not None and _verb(error) != 'POST'), here=False),
    _result('Body that is not UTF-8', lambda error, _: not _is_utf_8(error['body'].encode('latin-1')),
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
    """Make a rule for a call that is refused here, where the other package sends it."""
    def explains(difference, given):
        if not condition(given, difference.expression) or not re.match(here, difference.outcome.get('result', '')):
            return False
        return difference.part == 'result' or (
            difference.part == 'sent[0]' and (difference.published, difference.here) == _NOT_SENT_HERE)
    return Rule(row, explains)


def _is_less_by_a_wait(difference, given):
    return (given['own'] and given['background'] and difference.part == 'result[1][7]'
            and difference.published == str(given['timeout']) == '5' and 4 < float(difference.here) < 5)


OF_ARGUMENTS = (
    Rule('`_request_timeout` at a transport of your own, where the call waited for a thread', _is_less_by_a_wait),
    Rule(_NO_DATA, _has_no_data),
    _is_json_beyond_ascii('data'),
    _refused(_PATH_PARAMETER, lambda given, expression: (
        'slug_perm' in expression and given['slug_perm'] in ('', '.', '..'))),
    _refused('`user_token_create(data)`', lambda given, expression: (
        'data=' in expression and '' in given['data'].values())),
)


# Settings

_UNSENDABLE = 'Text that a header or UTF-8 cannot hold'
_BASIC = 'Basic authentication'
_BOTH = 'Key and username both set'
_AUTHORIZATION = "sent[0].headers['authorization']"


def _is_basic(given, expression):
    """Tell whether username and password are what a call here is made with."""
    if not given['username'] and not given['password']:
        return False
    return 'get_basic' in expression or 'token_create' in expression or ('user_self' in expression and not given['key'])


def _fits_latin_1(*texts):
    return all(ord(letter) < 0x100 for text in texts for letter in text or '')


def _is_only_basic_there(difference, given):
    return (difference.part == _AUTHORIZATION and difference.here is None and given['key']
            and 'user_self' in difference.expression and (given['username'] or given['password']))


def _is_in_utf_8(difference, given):
    pair = '%s:%s' % (given['username'], given['password'])
    if difference.part not in (_AUTHORIZATION, 'result') or pair.isascii() or not _fits_latin_1(pair):
        return False
    in_both = ['Basic ' + base64.b64encode(pair.encode(charset)).decode('ascii') for charset in ('latin-1', 'utf-8')]
    return [difference.published.strip("'"), difference.here.strip("'")] == in_both


def _cannot_be_in_latin_1(difference, given):
    return (not _fits_latin_1(given['username'], given['password'])
            and ((difference.part == 'result' and difference.published == 'raises UnicodeEncodeError')
                 or (difference.part == 'sent[0]' and difference.published is None)))


OF_CREDENTIALS = (
    Rule(_BOTH, _is_only_basic_there),
    Rule(_BASIC, _is_in_utf_8),
    Rule(_BASIC, _cannot_be_in_latin_1),
    _refused('Colon in `username`', lambda given, expression: (
        ':' in given['username'] and _is_basic(given, expression))),
    _refused(_UNSENDABLE, lambda given, expression: 'user_self' in expression and re.search(
        u'[^\t -~\x80-\xff]', given['key'] or '')),
)


# Requests of call_api

_SAFE_CHARACTERS = '`safe_chars_for_path_param` that lets through `?`, `#`, or a `%` that encodes nothing'
_QUERY_NONE = '`page=None`, `query_params` with `None`'
_QUERY_FORM = 'Query: `True`, lists'
_NOT_A_LIST = '`collection_formats` for what is no list'


def _is_another_query(difference, given):
    """Tell whether the lines of two requests differ in what the rules say of ``None``, ``True`` and lists, alone."""
    if difference.part != 'sent[0].line':
        return False
    published, here = (line.partition('?') for line in (difference.published, difference.here))
    kept = [(name, value) for name, value in given['query'] if value is not None]
    return published[0] == here[0] and here[2] == urlencode(
        [pair for name, value in kept for pair in _query_pairs(name, value, given['formats'].get(name))])


def _query_pairs(name, value, style):
    if isinstance(value, bool):
        return [(name, str(value).lower())]
    if not isinstance(value, list):
        return [(name, value)]
    if style == 'multi':
        return [(name, item) for item in value]
    return [(name, {'pipes': '|', 'ssv': ' ', 'tsv': '\t'}.get(style, ',').join(map(str, value)))]


def _is_spelt_out(difference, given):
    """Tell whether a value is taken for a list there, be it one or not."""
    if not any(name in given['formats'] and not isinstance(value, list) for name, value in given['query']):
        return False
    return _is_another_query(difference, given) or (
        difference.part == 'result' and difference.published == 'raises TypeError'
        or difference.part == 'sent[0]' and difference.published is None)


def _has_no_request_body(difference, given):
    return _has_no_body(difference) and given['body'] is None and given['verb'] != 'GET'


def _segments(given):
    used = [given['path_params'][name] for name in ('c', 'd') if '{%s}' % name in given['path']]
    return [part for value in used for part in quote(str(value), given['safe'] + '~').split('/')]


def _changes_the_path(given, _):
    return any(unquote(segment) in ('', '.', '..') for segment in _segments(given))


def _has_a_bare_percent_sign(given, _):
    return any(re.search('%(?![0-9A-Fa-f]{2})', segment) for segment in _segments(given))


OF_REQUESTS = (
    Rule(_NO_DATA, _has_no_request_body),
    _is_json_beyond_ascii('body'),
    Rule(_QUERY_NONE, lambda difference, given: (
        any(value is None for _, value in given['query']) and _is_another_query(difference, given))),
    Rule(_QUERY_FORM, lambda difference, given: (
        any(isinstance(value, (bool, list)) for _, value in given['query']) and _is_another_query(difference, given))),
    Rule(_NOT_A_LIST, _is_spelt_out),
    _refused(_PATH_PARAMETER, _changes_the_path),
    _refused(_SAFE_CHARACTERS, _has_a_bare_percent_sign),
)


# Models

_SECRETS = ('token', 'two_factor_token', 'password', 'totp_token', 'key')


def _is_the_fourth_field(difference, given):
    return given['name'] == 'UserAuthTokenRequest' and (
        difference.part == 'result' and 'to_str' in difference.expression
        and difference.here.replace('two_factor_token', '') != difference.here
        or difference.part.endswith(('.two_factor_token', "['two_factor_token']")) and difference.published is None)


def _shows_a_secret(given, expression):
    return 'to_str' in expression and any(given['fields'][0].get(name) for name in _SECRETS)


def _has_wrong_types(given, _):
    kinds = dict(_MODELS, UserAuthTokenRequest=dict.fromkeys(('email', 'password', 'totp_token'), 'str'))[given['name']]
    return any(value is not None and not _is_a_field(value, kinds[name]) for name, value in given['fields'].items())


def _is_a_field(value, kind):
    # In a script, a date is an object; JSON has none.
    return isinstance(value, list) if kind.startswith('list') else kind != 'datetime' and _is_a(value, kind)


OF_MODELS = (
    Rule('`UserAuthTokenRequest`', _is_the_fourth_field),
    _result('`repr`, `str`, `to_str`', _shows_a_secret, here=r'.*\*{8}'),
)

OF_WRONG_MODELS = (
    Rule('`UserAuthTokenRequest`', _is_the_fourth_field),
    _result('Types of fields', _has_wrong_types, here='raises TypeError'),
)
