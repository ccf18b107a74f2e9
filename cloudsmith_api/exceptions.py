"""What can go wrong: one family of errors for all that happens on the wire, and one warning."""

import re

import six

from ._common.headers import get_header
from ._common.json_text import parse_json
from ._common.redaction import scrub
from .rate_limit import RateLimit, retry_after_seconds

# How much of what the service said is shown; ``body`` has all of it.
_MAX_SHOWN = 500
# How much of it is searched for secrets.
_MAX_SCRUBBED = 100 * _MAX_SHOWN
# Escaped twice, a character may take so many.
_MAX_ESCAPED_LENGTH = 12
# Control characters, and those that turn the direction of writing: a terminal would obey them.
_CONTROL = u'[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+'


class InsecureTransportWarning(UserWarning):
    """Credentials are about to travel over plain ``http`` to another machine, where anyone on the way can read them."""


class InsecureFileWarning(UserWarning):
    """A file that holds an API key can be read by other users of this machine."""


@six.python_2_unicode_compatible
class ApiException(Exception):
    """A call failed. Catching this catches every failure of the network and of the service.

    ``ApiException(status=404)`` makes the class that belongs to the status, here :class:`NotFoundException`, just as
    ``OSError(errno.ENOENT, ...)`` makes a ``FileNotFoundError``; so does ``ApiException(http_resp=response)``.

    :param int status: the HTTP status; 0 where nothing answered.
    :param str reason: the reason phrase, or what kept an answer from coming.
    :param http_resp: the answer: anything with ``status``, ``reason``, ``data`` and ``getheaders()``.
    :param str detail: what is wrong, in words, where the answer's body does not say it.

    :ivar str method: the request's verb.
    :ivar str url: the request's URL.
    :ivar body: the answer's body in full, or ``None``.
    :ivar headers: the answer's headers, or ``None``.
    :ivar str detail: the service's own explanation, or ours where it gives none; ``None`` if there is neither.
    :ivar dict fields: what is wrong with each parameter, as the service says: name -> list of str; what it says in
        another form is in ``body`` alone.
    """

    #: What to do about it, in words for ``str(error)``.
    hint = None

    def __new__(cls, status=None, reason=None, http_resp=None, *_, **__):
        """Choose the class that belongs to the status."""
        if cls is ApiException:
            cls = _class_for(http_resp.status if http_resp is not None else status, http_resp)
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
        self.detail = detail or _text_or_none(problem.get('detail'))
        self.fields = _parse_fields(problem.get('fields'))
        self.method = None
        self.url = None
        self._line = None

    def set_request(self, method, url, secrets=()):
        """Say which request failed; from now on ``str(error)`` stays as it is.

        :param str method: the request's verb.
        :param str url: the request's URL.
        :param secrets: secret texts of the request, which ``str(error)`` must not show even if the service echoes them.
            They are not kept, since an error may be pickled, and sent on.
        """
        self.method = method
        self.url = url
        self._line = self._format_line(secrets)

    def __str__(self):
        return self._line or self._format_line()

    def _format_line(self, secrets=()):
        def printable(text):
            return _printable(text, secrets)

        words = [_as_text(word) for word in (self.status, self.reason) if word]
        line = printable(u' '.join(words)) or u'The call failed'
        # Some services repeat the reason as their explanation.
        said = [_as_text(self.detail)] if self.detail and _as_text(self.detail) != _as_text(self.reason) else []
        if said and self.fields:
            said[0] = said[0].rstrip(u'.')
        said += [u'%s: %s' % (_as_text(name), u' '.join(map(_as_text, reasons)))
                 for name, reasons in self.fields.items()]
        if said:
            line += u': ' + printable(u'; '.join(said))
        if self.method and self.url:
            # Where something answered, the path says enough; where nothing did, the question is who should have.
            place = _path_of(self.url) if self.status else self.url
            line += u' (%s)' % printable(u'%s %s' % (_as_text(self.method), _as_text(place)))
        if self.hint:
            line += u'. ' + printable(self.hint)
        return line

    def __repr__(self):
        return '<%s %s>' % (type(self).__name__, self)

    def __reduce__(self):
        # Exceptions are pickled by calling the class with ``args``, which would lose everything but status and reason.
        return _restore, (type(self), self.args), self.__dict__


class ConnectionException(ApiException):
    """Nothing answered, or the answer broke off; ``status`` is 0."""

    hint = 'Check the network, configuration.host and configuration.proxy'


class TimeoutException(ConnectionException):
    """The time allowed ran out; ``status`` is 0."""

    hint = 'Try again later, or allow more time with _request_timeout or configuration.timeout'


class TlsException(ConnectionException):
    """No trusted connection could be made; ``status`` is 0."""

    hint = 'If the service uses a private authority, name its certificate in configuration.ssl_ca_cert'


class RedirectException(ApiException):
    """3xx: the service pointed elsewhere, and credentials are not sent on to where it points."""

    @property
    def location(self):
        """Where it points (str), from the ``Location`` header, or ``None``."""
        return get_header(self.headers, 'Location')

    @property
    def hint(self):
        """What to do about it."""
        if not self.location:
            return u'Redirects are not followed'
        return (u'Redirects are not followed; if you trust where the service points, adapt configuration.host to it: %s'
                % _as_text(self.location))


class BadRequestException(ApiException):
    """400: the service could not process the request."""


class UnauthorizedException(ApiException):
    """401: no credentials were sent, or the service does not accept them."""

    hint = "Check configuration.api_key['X-Api-Key']"


class ForbiddenException(ApiException):
    """403: not allowed; after repeated failed sign-ins, locked out for a while."""


class NotFoundException(ApiException):
    """404: there is no such thing."""


class UnprocessableEntityException(ApiException):
    """422: a parameter is missing or invalid (``fields`` says which), or the sign-in failed."""


class TwoFactorRequiredException(UnprocessableEntityException):
    """422 of a sign-in: the password was right, and a one-time code is needed besides."""

    hint = 'Sign in once more with two_factor_token and totp_token'

    @property
    def two_factor_token(self):
        """What the second call needs (str), together with the code."""
        return _json_object(self.body).get('two_factor_token')


class TooManyRequestsException(ApiException):
    """429: the rate limit is used up.

    :ivar float retry_after: seconds to wait before the next request, from the ``Retry-After`` header as of the moment
        it came (RFC 9110 section 10.2.3); ``None`` where the service does not say.
    :ivar RateLimit rate_limit: the limits that came with the answer.
    """

    def __init__(self, *args, **kwargs):
        super(TooManyRequestsException, self).__init__(*args, **kwargs)
        # A date is turned into seconds now: later, fewer would be left, and the number would mean something else.
        self.retry_after = retry_after_seconds(get_header(self.headers, 'Retry-After'))
        self.rate_limit = RateLimit.from_headers(self.headers)

    @property
    def hint(self):
        """What to do about it."""
        if self.retry_after is None:
            return 'Try again later'
        return 'Try again in %.0f seconds' % self.retry_after


class ServiceException(ApiException):
    """5xx: the service, or a gateway in front of it, failed."""

    hint = 'Try again later'


class InvalidResponseException(ApiException):
    """The service answered, but not with what the API promises; ``detail`` says what is wrong with it."""

    hint = 'Check that configuration.host is the address of the API'


_CLASS_BY_STATUS = {
    400: BadRequestException,
    401: UnauthorizedException,
    403: ForbiddenException,
    404: NotFoundException,
    422: UnprocessableEntityException,
    429: TooManyRequestsException,
}
_CLASS_BY_HUNDREDS = {3: RedirectException, 5: ServiceException}


def _class_for(status, http_resp):
    if not isinstance(status, six.integer_types):
        return ApiException
    chosen = _CLASS_BY_STATUS.get(status) or _CLASS_BY_HUNDREDS.get(status // 100, ApiException)
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
    """Read an error's body; gateways answer HTML, so anything that is not a JSON object counts as an empty one."""
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


def _printable(text, secrets):
    """Make a text safe to print: no secret, one line, no terminal controls, all of it encodable, not endless."""
    cut = len(text) > _MAX_SCRUBBED
    text = scrub(text[:_MAX_SCRUBBED], secrets)
    if cut:
        # A secret that was cut in two has not been found.
        text = text[:-_MAX_ESCAPED_LENGTH * max(map(len, secrets or ['']))]
    line = u' '.join(re.sub(_CONTROL, u' ', text).split())
    # Cut after secrets are gone: of one that is cut in two, the first half would not be found.
    if len(line) > _MAX_SHOWN:
        line = line[:_MAX_SHOWN - 3] + u'...'
    return line.encode('utf-8', 'backslashreplace').decode('utf-8')


def _path_of(url):
    """Shorten a URL to its path: the rest of it is the same for every call."""
    return '/' + url.partition('://')[2].partition('/')[2]
