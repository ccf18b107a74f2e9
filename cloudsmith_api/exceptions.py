"""The exceptions that calls raise, all derived from :class:`ApiException`, and the warnings."""

import re
import time

import six

from ._common.headers import get_header
from ._common.json_text import parse_json
from ._common.redaction import printable_line
from .rate_limit import RateLimit, retry_after_seconds


class InsecureTransportWarning(UserWarning):
    """Credentials are sent over plain ``http`` to another machine: anyone on the network path can read them."""


class InsecureFileWarning(UserWarning):
    """Other users of this machine can read a file with an API key, or write to one that sets, say, the host."""


class UnknownSettingWarning(UserWarning):
    """A setting of another client, or a misspelled one, was set on a configuration, where it has no effect."""


@six.python_2_unicode_compatible
class ApiException(Exception):
    """A call failed: the base class of all errors of the network and of the service.

    ``ApiException(status=404)`` makes an instance of the status's class, here :class:`NotFoundException`, just as
    ``OSError(errno.ENOENT, ...)`` makes a ``FileNotFoundError``; so does ``ApiException(http_resp=response)``.

    :param int status: the HTTP status; 0 if there was no response.
    :param str reason: the reason phrase, or why there was no response.
    :param http_resp: the response: anything with ``status``, ``reason``, ``data`` and ``getheaders()``.
    :param str detail: an explanation; by default, the one in the response body.

    :ivar str method: the request's method.
    :ivar str url: the request's URL.
    :ivar bool request_sent: ``False`` if no byte of the request was sent, ``True`` if the service may have received it,
        ``None`` if a transport of the program's own cannot tell.
    :ivar body: the response body in full, or ``None``.
    :ivar headers: the response headers, or ``None``.
    :ivar str code: the service's code for the kind of error, or ``None``.
    :ivar str detail: an explanation, by the service or by this package, or ``None``.
    :ivar dict fields: the service's messages about each parameter: name -> list of str. Messages of another form are
        in ``body`` only.
    """

    # Defaults for a program's subclass whose constructor does not call this one.
    status = reason = body = headers = code = detail = method = url = request_sent = _line = None
    fields = {}
    #: What to do about the error, as ``str(error)`` shows it.
    hint = None

    def __new__(cls, *args, **kwargs):
        """Choose the class for the status. The constructor of a program's subclass may have any parameters."""
        if cls is ApiException:
            cls = _class_for(*args, **kwargs)
        return super(ApiException, cls).__new__(cls)

    def __init__(self, status=None, reason=None, http_resp=None, detail=None):
        self.status = status
        self.reason = reason
        self.body = None
        self.headers = None
        if http_resp is not None:
            self.status = http_resp.status
            self.reason = http_resp.reason
            self.body = http_resp.data
            self.headers = http_resp.getheaders()
        super(ApiException, self).__init__(self.status, self.reason)
        problem = _json_object(self.body)
        self.code = _text_or_none(problem.get('code'))
        self.detail = detail or _text_or_none(problem.get('detail'))
        self.fields = _parse_fields(problem.get('fields'))

    def set_request(self, method, url, secrets=(), headers=None, configuration=None):
        """Set the request that failed, and compose the text of ``str(error)``.

        :param str method: the request's method.
        :param str url: the request's URL.
        :param secrets: secret strings of the request, masked in ``str(error)`` because the service may echo them. They
            are not kept, since an error may be pickled and passed on.
        :param dict headers: the request's headers, which show which credentials to check; they are not kept either.
        :param Configuration configuration: shows where the settings to check come from; it is not kept either.
        """
        self.method = method
        self.url = url
        own_hint = self._hint_for_request(headers)
        self.hint = own_hint or self.hint
        # Show the host too if it could not be reached, or may not be the service's.
        is_of_service = self.status and InvalidResponseException.hint not in (own_hint, type(self).hint)
        if self.hint and configuration is not None:
            self.hint = _with_origins(self.hint, configuration)
        self._line = self._format_line(secrets, _path_of(url) if is_of_service else url)

    def _hint_for_request(self, headers):
        """Return the hint for an error whose cause depends on the request; ``None`` for all others."""
        if self.status in (404, 410) and self.url.endswith('/user/token/'):
            return 'The service has ended password sign-in: use an API key, or in CI an OidcToken'
        if self.status == 401 and headers is not None:
            return _credentials_hint(headers)
        if self.status == 407:
            return _PROXY_CREDENTIALS_HINT
        # The service explains its errors; another server, at a wrong URL, does not.
        return InvalidResponseException.hint if self.status in (403, 404, 405) and not self.detail else None

    def __str__(self):
        return self._line or self._format_line()

    def _format_line(self, secrets=(), target=None):
        def printable(text):
            return printable_line(text, secrets)

        summary = [_as_text(part) for part in (self.status, self.reason) if part]
        line = printable(u' '.join(summary)) or u'The call failed'
        # Some services repeat the reason phrase as their explanation.
        details = [_as_text(self.detail)] if self.detail and _as_text(self.detail) != _as_text(self.reason) else []
        if details and self.fields:
            details[0] = details[0].rstrip(u'.')
        details += [u'%s: %s' % (_as_text(name), u' '.join(map(_as_text, reasons)))
                    for name, reasons in self.fields.items()]
        if details:
            line += u': ' + printable(u'; '.join(details))
        if target:
            line += u' (%s)' % printable(u'%s %s' % (_as_text(self.method), _as_text(target)))
        if self.hint:
            line += u'. ' + printable(self.hint)
        return line

    def __repr__(self):
        return '<%s %s>' % (type(self).__name__, self)

    def __reduce__(self):
        # By default, unpickling calls the class with ``args``, which has only status and reason.
        return _restore, (type(self), self.args), self.__dict__


class ConnectionException(ApiException):
    """There was no response (``status`` is 0), or it was truncated (its status and headers are kept)."""

    hint = 'Check the network, configuration.host and configuration.proxy'


class TimeoutException(ConnectionException):
    """The call exceeded its timeout."""

    hint = 'Retry later, or increase _request_timeout or configuration.timeout'


class TlsException(ConnectionException):
    """The TLS connection could not be established; ``status`` is 0."""

    hint = 'If the service uses a private certificate authority, set configuration.ssl_ca_cert to its CA bundle'


class RedirectException(ApiException):
    """3xx: a redirect. Redirects are not followed, so that credentials are sent to one origin only."""

    def __init__(self, *args, **kwargs):
        super(RedirectException, self).__init__(*args, **kwargs)
        self.hint = u'Redirects are not followed'
        if self.location:
            self.hint += (u'. The target is %s; if you trust it, set configuration.host to its base URL'
                          % _as_text(self.location))

    @property
    def location(self):
        """The redirect's target (str), from the ``Location`` header, or ``None``."""
        return get_header(self.headers, 'Location')


class BadRequestException(ApiException):
    """400: the service rejects the request."""


class UnauthorizedException(ApiException):
    """401: the credentials are missing or not accepted."""

    hint = "Check configuration.api_key['X-Api-Key']"


class ForbiddenException(ApiException):
    """403: access is denied, or the user is locked out after repeated failed sign-ins."""


class NotFoundException(ApiException):
    """404: the resource does not exist."""


class UnprocessableEntityException(ApiException):
    """422: a parameter is missing or invalid (``fields`` says which), or the sign-in failed."""


class TwoFactorRequiredException(UnprocessableEntityException):
    """422 on sign-in: the password is correct, but a one-time code is also required."""

    hint = 'Sign in again with two_factor_token and totp_token'

    @property
    def two_factor_token(self):
        """The token (str) to send with the code in the second call."""
        return _json_object(self.body).get('two_factor_token')


class TooManyRequestsException(ApiException):
    """429: the rate limit is exceeded.

    :ivar float retry_after: seconds to wait before the next request, counted from the response, as its ``Retry-After``
        header says (RFC 9110 section 10.2.3); ``None`` if the header is missing or malformed.
    :ivar RateLimit rate_limit: the rate limit as of the response.
    """

    def __init__(self, *args, **kwargs):
        super(TooManyRequestsException, self).__init__(*args, **kwargs)
        # Parsed now, since the seconds until a date are counted from the response.
        self.retry_after = retry_after_seconds(
            get_header(self.headers, 'Retry-After'), get_header(self.headers, 'Date'))
        self.rate_limit = RateLimit.from_headers(self.headers)
        self.hint = 'Retry later' if self.retry_after is None else 'Retry in %.0f seconds' % self.retry_after


class ServiceException(ApiException):
    """5xx: the service, or a gateway in front of it, failed."""

    hint = 'Retry later'


class InvalidResponseException(ApiException):
    """The response does not match the API's specification; ``detail`` says why."""

    hint = 'Check that configuration.host is the base URL of the API'


_PROXY_CREDENTIALS_HINT = 'Check the user and password in configuration.proxy'

# A setting in a hint that does not name its origin yet.
_SETTING = r"configuration\.(\w+)\b(?:\['X-Api-Key'\])?(?! \(from )"

_CLASS_BY_STATUS = {
    400: BadRequestException,
    401: UnauthorizedException,
    403: ForbiddenException,
    404: NotFoundException,
    422: UnprocessableEntityException,
    429: TooManyRequestsException,
}
_CLASS_BY_STATUS_CLASS = {3: RedirectException, 5: ServiceException}


def _credentials_hint(headers):
    """Return the hint for a 401: which setting to check."""
    if get_header(headers, 'X-Api-Key'):
        return UnauthorizedException.hint
    authorization = get_header(headers, 'Authorization')
    if not authorization:
        return "The request had no credentials: set configuration.api_key['X-Api-Key'] or configuration.access_token"
    scheme, _, credentials = authorization.partition(' ')
    if scheme == 'Basic':
        return 'Check configuration.username and configuration.password'
    if scheme != 'Bearer':
        return 'Check the Authorization header that the program sets'
    from ._common.tokens import expiry_of  # most programs use an API key

    expiry = expiry_of(credentials)
    if expiry is None or expiry > time.time():
        return 'Check configuration.access_token'
    return 'The token in configuration.access_token expired at %s' % time.strftime(
        '%Y-%m-%dT%H:%M:%SZ', time.gmtime(expiry))


def _with_origins(hint, configuration):
    """Name the origin of each setting in a hint, a variable or a file, unless the program has set it."""
    def add_origin(match):
        origin = configuration._origin_of(match.group(1))
        return '%s (from %s)' % (match.group(), origin) if origin else match.group()

    return re.sub(_SETTING, add_origin, hint)


def _class_for(status=None, reason=None, http_resp=None, *_, **__):
    if http_resp is not None:
        status = http_resp.status
    if not isinstance(status, six.integer_types):
        return ApiException
    chosen = _CLASS_BY_STATUS.get(status) or _CLASS_BY_STATUS_CLASS.get(status // 100, ApiException)
    if chosen is UnprocessableEntityException and http_resp is not None:
        problem = _json_object(http_resp.data)
        if problem.get('two_factor_required') and isinstance(problem.get('two_factor_token'), six.string_types):
            return TwoFactorRequiredException
    return chosen


def _restore(cls, args):
    error = cls.__new__(cls)
    error.args = args
    return error


def _json_object(body):
    """Parse the body of an error; anything but a JSON object, such as a gateway's HTML, counts as an empty object."""
    try:
        value = parse_json(six.ensure_text(body)) if body else None
    except (TypeError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _text_or_none(value):
    return value if isinstance(value, six.string_types) else None


def _as_text(value):
    return value.decode('utf-8', 'replace') if isinstance(value, bytes) else six.text_type(value)


def _parse_fields(fields):
    if not isinstance(fields, dict):
        return {}
    listed = ((name, reasons if isinstance(reasons, list) else [reasons]) for name, reasons in fields.items())
    return {name: [reason for reason in reasons if isinstance(reason, six.string_types)]
                for name, reasons in listed}


def _path_of(url):
    """Return the path of a URL: the rest is the same for every call."""
    return '/' + url.partition('://')[2].partition('/')[2]
