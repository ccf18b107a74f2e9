"""The User API's five endpoints as a WSGI app; a sixth needs a function and a row in ``ENDPOINTS``."""

import binascii
import functools
import math
import re
import traceback
from wsgiref.util import application_uri

from ._errors import (
    AccountError,
    AccountLocked,
    InvalidIdentityToken,
    InvalidKey,
    InvalidToken,
    KeyExists,
    KeyExpired,
    KeyNotFound,
    ServiceNotFound,
    TwoFactorRequired,
    WrongAudience,
    WrongCredentials,
)
from ._faults import FaultQueue
from ._identity import IDENTITY_ENDPOINTS
from ._messages import (
    ErrorResponse,
    Request,
    Response,
    bearer_token,
    parameter_error,
    parse_parameters,
    read_body,
    reason_phrase,
    require,
)
from ._tokens import JWT

try:
    from urllib.parse import parse_qs, urlencode, urljoin
except ImportError:  # pragma: no cover
    from urllib import urlencode

    from urlparse import parse_qs, urljoin

STATUS_BY_ERROR = {
    InvalidKey: 401,
    InvalidToken: 401,
    InvalidIdentityToken: 401,
    WrongCredentials: 401,
    TwoFactorRequired: 401,
    AccountLocked: 403,
    KeyExpired: 403,
    WrongAudience: 403,
    KeyExists: 400,
    KeyNotFound: 404,
    ServiceNotFound: 404,
}
BODILESS_STATUSES = (204, 304)  # RFC 9110, section 6.4.1
LOOPBACK_HOST = re.compile(r'(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]*)?\Z', re.IGNORECASE)
INTEGER = re.compile(r'[+-]?[0-9]{1,18}\Z')
DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE = 30, 500
FIRST_STEP = ('email', 'password')
SECOND_STEP = ('two_factor_token', 'totp_token')


def has_credentials(request):
    """Return whether a request has an API key, or any ``Authorization``."""
    return any(request.headers.get(name, '').strip() for name in ('X-Api-Key', 'Authorization'))


def find_user(accounts, request):
    """Return the user whose API key, access token or basic credentials were sent, in this order; None without any.

    :raises ErrorResponse: if a JSON Web Token was sent as an API key.
    :raises AccountError: if the credentials are rejected.
    """
    words = request.headers.get('X-Api-Key', '').split()
    if words and JWT.match(words[-1]):
        raise ErrorResponse(401, 'A JWT is not an API key. Send it as Authorization: Bearer.')
    if words:
        return accounts.find_key_owner(words[-1])
    token = bearer_token(request)
    if token is not None:
        return accounts.find_token_owner(token)
    credentials = parse_basic_credentials(request)
    return accounts.sign_in(*credentials) if credentials else None


def authenticate(accounts, request):
    """Return the user that ``find_user`` finds.

    :raises ErrorResponse: if no credentials were sent.
    :raises AccountError: if they are rejected.
    """
    user = find_user(accounts, request)
    if user is None:
        raise ErrorResponse(401, 'No credentials were sent.')
    return user


def parse_basic_credentials(request):
    """Return the username and password of basic authentication (RFC 7617), or None for any other scheme.

    :raises WrongCredentials: if they cannot be decoded.
    """
    scheme, _, encoded = request.headers.get('Authorization', '').partition(' ')
    if scheme.lower() != 'basic':
        return None
    try:
        username, _, password = binascii.a2b_base64(encoded).decode('utf-8').partition(':')
    except (ValueError, binascii.Error):
        raise WrongCredentials('Basic authentication must be base64-encoded UTF-8.')
    return username, password


def parse_page_parameter(request, name, default):
    """Return a query parameter as an int, or ``default`` if it is missing or not positive.

    :raises ErrorResponse: if it is not an integer.
    """
    value = parse_qs(request.query, keep_blank_values=True).get(name, ['0'])[-1]
    if not INTEGER.match(value):
        raise parameter_error(**{name: 'Must be an integer.'})
    return int(value) if int(value) > 0 else default


def pagination_headers(url, count, page, page_size):
    """Return the pagination headers of a list response, among them ``Link`` (RFC 8288)."""
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
    """Return the rate limit headers for a ``Quota``."""
    return [
        ('X-RateLimit-Limit', str(quota.limit)),
        ('X-RateLimit-Remaining', str(quota.remaining)),
        ('X-RateLimit-Reset', str(int(math.ceil(quota.reset)))),
        ('X-RateLimit-Interval', '%.6f' % (quota.seconds_left / max(1.0, quota.remaining))),
    ]


def rate_limit_error(quota):
    """Return the 429 error for a ``Quota`` that is used up."""
    seconds = int(math.ceil(quota.seconds_left))
    detail = 'Request was throttled. Expected available in %.1f seconds.' % seconds
    return ErrorResponse(429, detail, [('Retry-After', str(seconds))])


def serialize_key(key, shown_value):
    """Return an API key as a JSON object with ``shown_value``, which may be masked, as its value."""
    created = key.created.strftime('%Y-%m-%dT%H:%M:%S.%fZ')
    return {'created': created, 'key': shown_value, 'slug_perm': key.slug_perm}


def show_user(accounts, request):
    """Handle ``GET /user/self/``."""
    user = find_user(accounts, request)
    return Response(200, {
        'authenticated': user is not None,
        'email': user and user.email,
        'name': user and user.name,
        'profile_url': user and urljoin(request.url, '/~%s/' % user.slug),
        'self_url': user and request.url,
        'slug': user and user.slug,
        'slug_perm': user and user.slug_perm,
    })


def create_token(accounts, request):
    """Handle ``POST /user/token/``, which returns 422 where other endpoints return 401."""
    if not accounts.password_sign_in:
        raise ErrorResponse(410, 'Signing in with a password is disabled. Use an API key or OIDC.')
    given = parse_parameters(request, FIRST_STEP + SECOND_STEP)
    try:
        if 'two_factor_token' in given or set(given) == {'totp_token'}:
            user = accounts.finish_sign_in(*require(given, SECOND_STEP))
        else:
            user = accounts.sign_in(*parse_basic_credentials(request) or require(given, FIRST_STEP))
    except WrongCredentials as error:
        raise ErrorResponse(422, str(error))
    except TwoFactorRequired as error:
        raise ErrorResponse(422, str(error), two_factor_required=True, two_factor_token=error.two_factor_token)
    return Response(201, {'token': accounts.sign_in_key(user)})


def create_key(accounts, request):
    """Handle ``POST /user/tokens/``."""
    key = accounts.create_key(authenticate(accounts, request))
    return Response(201, serialize_key(key, key.key))


def list_keys(accounts, request):
    """Handle ``GET /user/tokens/``."""
    keys = authenticate(accounts, request).keys
    page = parse_page_parameter(request, 'page', 1)
    page_size = min(parse_page_parameter(request, 'page_size', DEFAULT_PAGE_SIZE), MAX_PAGE_SIZE)
    page_keys = keys[(page - 1) * page_size:page * page_size]
    results = [serialize_key(key, '*' * 36 + key.key[-4:]) for key in page_keys]
    headers = pagination_headers(request.url, len(keys), page, page_size) if keys else []
    return Response(200, {'results': results}, headers)


def refresh_key(accounts, request, slug_perm):
    """Handle ``PUT /user/tokens/{slug_perm}/refresh/``."""
    key = accounts.refresh_key(authenticate(accounts, request), slug_perm)
    return Response(200, serialize_key(key, key.key))


ENDPOINTS = [
    ('GET', '/user/self/', show_user),
    ('POST', '/user/token/', create_token),
    ('POST', '/user/tokens/', create_key),
    ('GET', '/user/tokens/', list_keys),
    ('PUT', '/user/tokens/{slug_perm}/refresh/', refresh_key),
]


def compile_routes(endpoints, prefix):
    """Return pairs of a path pattern, which begins with ``prefix``, and a dict of HTTP method to function."""
    routes = {}
    for method, path, endpoint in endpoints:
        pattern = '%s%s\\Z' % (prefix, re.sub(r'\{(\w+)\}', r'(?P<\1>[^/]+)', path))
        routes.setdefault(pattern, {})[method] = endpoint
        if method == 'GET':
            routes[pattern]['HEAD'] = endpoint  # RFC 9110, section 9.3.2: GET without the body, which App drops
    return [(re.compile(pattern), by_method) for pattern, by_method in routes.items()]


class App(object):
    """The sandbox's WSGI app.

    :param accounts: the ``Accounts`` to serve.
    :param identity: the ``IdentityProvider`` of the service accounts' jobs.
    :param stopping: a ``threading.Event`` that ends a fault's delay early.
    :ivar list requests: every ``Request`` so far in arrival order, except those from websites; callers may clear it.
    :ivar faults: the ``FaultQueue`` from which each request takes one.
    """

    def __init__(self, accounts, identity, stopping):
        self.accounts = accounts
        self.identity = identity
        self.stopping = stopping
        self.faults = FaultQueue()
        self.requests = []
        identity_endpoints = [
            (method, path, functools.partial(endpoint, identity)) for method, path, endpoint in IDENTITY_ENDPOINTS]
        self._routes = compile_routes(ENDPOINTS, '(?:/v1)?') + compile_routes(identity_endpoints, '')

    def __call__(self, environ, start_response):
        """Handle a request as a WSGI app (PEP 3333)."""
        try:
            self._check_source(environ)
            response = self._receive(environ)
        except ErrorResponse as error:
            response = error.response
        if response.status in BODILESS_STATUSES:
            response.body = b''
            del response.headers['Content-Type']
        else:
            response.headers.setdefault('Content-Length', str(len(response.body)))
        start_response('%d %s' % (response.status, reason_phrase(response.status)), response.headers.items())
        return [b'' if environ['REQUEST_METHOD'] == 'HEAD' else response.body]

    def _check_source(self, environ):
        """Raise ``ErrorResponse`` if a website in the user's browser may have sent the request."""
        # A website can have its own name resolve to this machine (DNS rebinding).
        if not LOOPBACK_HOST.match(environ.get('HTTP_HOST', 'localhost')):
            raise ErrorResponse(421, 'Host must be 127.0.0.1, localhost or [::1], with any port.')
        # It can also post a form to this machine, or name it as the source of an image.
        origin_host = environ.get('HTTP_ORIGIN', 'http://localhost').partition('://')[2]
        if not LOOPBACK_HOST.match(origin_host) or environ.get('HTTP_SEC_FETCH_SITE') == 'cross-site':
            raise ErrorResponse(403, 'A browser sent this request for a website that is not on this machine.')

    def _receive(self, environ):
        """Record a request and return its response, with the next fault applied."""
        request = Request(environ)
        self.requests.append(request)
        mount = '/' + application_uri(environ).split('/', 3)[3]
        fault = self.faults.take(request.path[len(mount.rstrip('/')):])
        environ.update(fault.environ)
        response = self._respond(environ, request, fault)
        fault.apply(response)
        return response

    def _respond(self, environ, request, fault):
        """Return the response with rate limit headers, or a 500 if anything unexpected is raised."""
        try:
            quota = self.accounts.count_request(is_anonymous=not has_credentials(request))
            response = self._handle_errors(quota, environ, request, fault)
            for name, value in rate_limit_headers(quota):
                response.headers[name] = value
            return response
        except Exception:
            traceback.print_exc(file=environ['wsgi.errors'])
            return Response(500, {'detail': reason_phrase(500)})

    def _handle_errors(self, quota, environ, request, fault):
        """Return the endpoint's response, or the response of the error that it raises."""
        try:
            return self._handle(quota, environ, request, fault)
        except ErrorResponse as error:
            return error.response
        except AccountError as error:
            return ErrorResponse(STATUS_BY_ERROR[type(error)], str(error)).response

    def _handle(self, quota, environ, request, fault):
        request.body = read_body(environ)
        self.stopping.wait(fault.delay)
        if fault.status is not None:
            raise ErrorResponse(fault.status)
        if not quota.allowed:
            raise rate_limit_error(quota)
        for pattern, by_method in self._routes:
            match = pattern.match(environ.get('PATH_INFO', ''))
            if match and request.method in by_method:
                return by_method[request.method](self.accounts, request, **match.groupdict())
            if match:
                raise ErrorResponse(405, headers=[('Allow', ', '.join(sorted(by_method)))])
        raise ErrorResponse(404)
