"""The five endpoints as a WSGI app over `accounts.py`; a sixth is a function and a line in `ENDPOINTS`."""

import binascii
import json
import math
import re
import threading
import traceback

from . import accounts as rules
from .faults import FaultQueue
from .messages import Answer, Problem, Request, read_body, reason

try:
    from urllib.parse import parse_qs, urlencode, urljoin
except ImportError:  # pragma: no cover
    from urllib import urlencode

    from urlparse import parse_qs, urljoin

REFUSED_WITH = {
    rules.InvalidKey: 401,
    rules.WrongCredentials: 401,
    rules.SecondFactorNeeded: 401,
    rules.LockedOut: 403,
    rules.KeyExists: 400,
    rules.NoSuchKey: 404,
}
BODILESS = (204, 304)  # RFC 9110, 6.4.1
INTEGER = re.compile(r'[+-]?[0-9]{1,18}\Z')
USUAL_PAGE_SIZE, MOST_PAGE_SIZE = 30, 500
FIRST_STEP = ('email', 'password')
SECOND_STEP = ('two_factor_token', 'totp_token')


def invalid(**fields):
    """The problem of parameters that are missing or wrong: for each its complaint."""
    return Problem(422, 'Missing or invalid parameters.', fields={name: [fields[name]] for name in fields})


def authenticate(accounts, request):
    """The user that the API key or else basic authentication names; a Problem or a Refusal without one."""
    words = request.headers.get('X-Api-Key', '').split()
    if words:
        return accounts.bearer(words[-1])
    login_and_password = basic_credentials(request)
    if login_and_password is None:
        raise Problem(401, 'No credentials were sent.')
    return accounts.sign_in(*login_and_password)


def basic_credentials(request):
    """Username and password of basic authentication (RFC 7617), None where it is not used."""
    scheme, _, encoded = request.headers.get('Authorization', '').partition(' ')
    if scheme.lower() != 'basic':
        return None
    try:
        username, _, password = binascii.a2b_base64(encoded).decode('utf-8').partition(':')
    except (ValueError, binascii.Error):
        raise rules.WrongCredentials('Basic authentication is not base64 of UTF-8.')
    return username, password


def parameters(request):
    """The texts in a sign-in request's JSON body by name, null counting as absent."""
    try:
        values = json.loads(request.body.decode('utf-8')) if request.body else {}
    except (ValueError, RuntimeError):  # a RuntimeError is what too deep a nesting gives
        raise invalid(body='Must be JSON.')
    if not isinstance(values, dict):
        raise invalid(body='Must be a JSON object.')
    given = {name: values[name] for name in FIRST_STEP + SECOND_STEP if values.get(name) is not None}
    wrong = [name for name in given if not isinstance(given[name], type(u'')) or not given[name]]
    if wrong:
        raise invalid(**dict.fromkeys(wrong, 'Must be text of at least one character.'))
    return given


def required(given, names):
    """Those parameters' values; a Problem that names the missing ones."""
    missing = [name for name in names if name not in given]
    if missing:
        raise invalid(**dict.fromkeys(missing, 'Required.'))
    return [given[name] for name in names]


def page_number(request, name, default):
    """A query parameter that counts from 1, `default` where it is missing or not positive."""
    value = parse_qs(request.query, keep_blank_values=True).get(name, ['0'])[-1]
    if not INTEGER.match(value):
        raise invalid(**{name: 'Must be an integer.'})
    return int(value) if int(value) > 0 else default


def page_headers(url, count, page, page_size):
    """The headers that tell a list's pages apart, `Link` in the form of RFC 8288."""
    last = max(1, -(-count // page_size))
    targets = [
        ('first', 1),
        ('prev', min(page - 1, last)),
        ('next', page + 1 if page < last else None),
        ('last', last),
    ]
    links = [
        '<%s?%s>; rel="%s"' % (url, urlencode([('page', target), ('page_size', page_size)]), rel)
        for rel, target in targets if target
    ]
    return [
        ('X-Pagination-Count', str(count)),
        ('X-Pagination-Page', str(page)),
        ('X-Pagination-PageSize', str(page_size)),
        ('X-Pagination-PageTotal', str(last)),
        ('Link', ', '.join(links)),
    ]


def rate_limit_headers(quota):
    """The headers that tell what is left of a `Quota`."""
    return [
        ('X-RateLimit-Limit', str(quota.limit)),
        ('X-RateLimit-Remaining', str(quota.remaining)),
        ('X-RateLimit-Reset', str(int(math.ceil(quota.reset)))),
        ('X-RateLimit-Interval', '%.6f' % (quota.seconds_left / max(1.0, quota.remaining))),
    ]


def throttled(quota):
    """The problem of a window that is used up."""
    seconds = int(math.ceil(quota.seconds_left))
    detail = 'Request was throttled. Expected available in %.1f seconds.' % seconds
    return Problem(429, detail, [('Retry-After', str(seconds))])


def key_members(key, value):
    """An API key as JSON, `value` being what is shown as the key itself."""
    created = key.created.strftime('%Y-%m-%dT%H:%M:%S.%fZ')
    return {'created': created, 'key': value, 'slug_perm': key.slug_perm}


def show_user(accounts, request):
    """`GET /user/self/`"""
    user = authenticate(accounts, request)
    return Answer(200, {
        'authenticated': True,
        'email': user.email,
        'name': user.name,
        'profile_url': urljoin(request.url, '/~%s/' % user.slug),
        'self_url': request.url,
        'slug': user.slug,
        'slug_perm': user.slug_perm,
    })


def create_token(accounts, request):
    """`POST /user/token/`, which answers 422 where other endpoints answer 401."""
    given = parameters(request)
    try:
        if 'two_factor_token' in given or set(given) == {'totp_token'}:
            user = accounts.finish_sign_in(*required(given, SECOND_STEP))
        else:
            user = accounts.sign_in(*basic_credentials(request) or required(given, FIRST_STEP))
    except rules.WrongCredentials as wrong:
        raise Problem(422, str(wrong))
    except rules.SecondFactorNeeded as needed:
        raise Problem(422, str(needed), two_factor_required=True, two_factor_token=needed.two_factor_token)
    return Answer(201, {'token': accounts.issue_token(user)})


def create_key(accounts, request):
    """`POST /user/tokens/`"""
    key = accounts.create_key(authenticate(accounts, request))
    return Answer(201, key_members(key, key.key))


def list_keys(accounts, request):
    """`GET /user/tokens/`"""
    keys = authenticate(accounts, request).keys
    page = page_number(request, 'page', 1)
    page_size = min(page_number(request, 'page_size', USUAL_PAGE_SIZE), MOST_PAGE_SIZE)
    shown = keys[(page - 1) * page_size:page * page_size]
    results = [key_members(key, '*' * 36 + key.key[-4:]) for key in shown]
    return Answer(200, {'results': results}, page_headers(request.url, len(keys), page, page_size))


def refresh_key(accounts, request, slug_perm):
    """`PUT /user/tokens/{slug_perm}/refresh/`"""
    key = accounts.refresh_key(authenticate(accounts, request), slug_perm)
    return Answer(200, key_members(key, key.key))


ENDPOINTS = [
    ('GET', '/user/self/', show_user),
    ('POST', '/user/token/', create_token),
    ('POST', '/user/tokens/', create_key),
    ('GET', '/user/tokens/', list_keys),
    ('PUT', '/user/tokens/{slug_perm}/refresh/', refresh_key),
]


def by_path(endpoints):
    """The table as pairs: a pattern of paths, with and without `/v1`, and a dict of verb to function."""
    table = {}
    for verb, path, endpoint in endpoints:
        pattern = '(?:/v1)?%s\\Z' % re.sub(r'\{(\w+)\}', r'(?P<\1>[^/]+)', path)
        table.setdefault(pattern, {})[verb] = endpoint
        if verb == 'GET':
            table[pattern]['HEAD'] = endpoint  # RFC 9110, 9.3.2: all of GET but the body; App leaves it out
    return [(re.compile(pattern), by_verb) for pattern, by_verb in table.items()]


class App(object):
    """The sandbox's WSGI app.

    :param accounts: an `Accounts`.
    :param stopping: a `threading.Event` that ends a delay before its time.

    `requests` is the list of every `Request` so far, in order of arrival; it is the caller's to clear.
    `faults` is the `FaultQueue` from which each request takes one; what of it is about delivering the answer
    goes into the environ, for the server.
    """

    def __init__(self, accounts, stopping=None):
        self.accounts = accounts
        self.stopping = stopping or threading.Event()
        self.faults = FaultQueue()
        self.requests = []
        self._endpoints = by_path(ENDPOINTS)

    def __call__(self, environ, start_response):
        """Answer one request, as PEP 3333 has it."""
        request = Request(environ)
        self.requests.append(request)
        fault = self.faults.take()
        environ.update(fault.delivery)
        answer = self._answer(environ, request, fault)
        fault.alter(answer)
        if answer.status in BODILESS:
            answer.body = b''
            del answer.headers['Content-Type']
        else:
            answer.headers.setdefault('Content-Length', str(len(answer.body)))
        start_response('%d %s' % (answer.status, reason(answer.status)), answer.headers.items())
        return [b'' if request.method == 'HEAD' else answer.body]

    def _answer(self, environ, request, fault):
        try:
            quota = self.accounts.count_request()
            answer = self._answer_within(quota, environ, request, fault)
            for name, value in rate_limit_headers(quota):
                answer.headers[name] = value
            return answer
        except Exception:
            traceback.print_exc(file=environ['wsgi.errors'])
            return Answer(500, {'detail': reason(500)})

    def _answer_within(self, quota, environ, request, fault):
        try:
            request.body = read_body(environ)
            self.stopping.wait(fault.delay)
            if fault.status is not None:
                raise Problem(fault.status)
            if not quota.allowed:
                raise throttled(quota)
            return self._dispatch(environ.get('PATH_INFO', ''), request)
        except Problem as problem:
            return problem.answer
        except rules.Refusal as refusal:
            return Problem(REFUSED_WITH[type(refusal)], str(refusal)).answer

    def _dispatch(self, path, request):
        for pattern, by_verb in self._endpoints:
            match = pattern.match(path)
            if match and request.method in by_verb:
                return by_verb[request.method](self.accounts, request, **match.groupdict())
            if match:
                raise Problem(405, headers=[('Allow', ', '.join(sorted(by_verb)))])
        raise Problem(404)
