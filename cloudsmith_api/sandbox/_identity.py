"""OIDC: identity tokens of CI jobs, stand-ins for the systems that issue them, and the exchange for access tokens."""

import threading

from ._accounts import new_secret
from ._errors import InvalidIdentityToken, WrongAudience
from ._messages import ErrorResponse, Response, bearer_token, parse_parameters, require
from ._tokens import make_token

try:
    from urllib.parse import parse_qs
except ImportError:  # pragma: no cover
    from urlparse import parse_qs

AUDIENCE = 'cloudsmith'
TOKEN_SECONDS = 300

# The variables through which a job in each CI system finds its identity token.
VARIABLES = {
    'azure_devops': {
        'SYSTEM_OIDCREQUESTURI': '{origin}/identity/azure_devops/?serviceConnectionId=sandbox',
        'SYSTEM_ACCESSTOKEN': '{request_token}',
    },
    'bitbucket': {'BITBUCKET_STEP_OIDC_TOKEN': '{token}'},
    'buildkite': {'BUILDKITE': 'true', 'BUILDKITE_JOB_ID': 'sandbox'},  # a program on PATH returns the token
    'circleci': {'CIRCLECI': 'true', 'CIRCLE_OIDC_TOKEN_V2': '{token}'},
    'generic': {'CLOUDSMITH_OIDC_TOKEN': '{token}'},
    'github': {
        'GITHUB_ACTIONS': 'true',
        'ACTIONS_ID_TOKEN_REQUEST_URL': '{origin}/identity/github/?job=sandbox',
        'ACTIONS_ID_TOKEN_REQUEST_TOKEN': '{request_token}',
    },
    'gitlab': {'GITLAB_CI': 'true', 'CLOUDSMITH_OIDC_TOKEN': '{token}'},
}


class IdentityProvider(object):
    """Issue and verify identity tokens; safe to share between threads.

    :param clock: callable that returns the seconds since the epoch.
    """

    def __init__(self, clock):
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens = {}  # audience and expiry time by identity token
        self._request_tokens = set()

    def issue_token(self, audience, expires_in=TOKEN_SECONDS):
        """Return a new identity token for an audience, valid for ``expires_in`` seconds."""
        token, expires_at = make_token(
            self._clock(), expires_in, aud=audience, iss='https://identity.example.com', sub='job:sandbox')
        with self._lock:
            self._tokens[token] = audience, expires_at
        return token

    def check_token(self, token):
        """Raise unless an identity token is valid for the sandbox.

        :raises InvalidIdentityToken: if it was not issued here, or has expired.
        :raises WrongAudience: if it is for another audience.
        """
        with self._lock:
            audience, expires_at = self._tokens.get(token, (None, 0))
        if audience is None:
            raise InvalidIdentityToken('Invalid OIDC token.')
        if self._clock() >= expires_at:
            raise InvalidIdentityToken('The OIDC token has expired.')
        if audience != AUDIENCE:
            raise WrongAudience('The OIDC token is for another audience than %s.' % AUDIENCE)

    def check_request_token(self, token):
        """Raise ``InvalidIdentityToken`` unless a token to request identity tokens was issued here."""
        with self._lock:
            if token not in self._request_tokens:
                raise InvalidIdentityToken('Invalid request token.')

    def environment(self, provider, origin):
        """Return the environment variables of a job in a CI system, as a dict of native strings.

        :param provider: a key of ``VARIABLES``.
        :param origin: the URL of the sandbox's root, without a trailing slash.
        :raises ValueError: if the provider is unknown.
        """
        if provider not in VARIABLES:
            raise ValueError('provider must be one of %s, got %r' % (', '.join(sorted(VARIABLES)), provider))
        request_token = new_secret()
        with self._lock:
            self._request_tokens.add(request_token)
        values = {'origin': origin, 'request_token': request_token, 'token': self.issue_token(AUDIENCE)}
        return {name: str(value.format(**values)) for name, value in VARIABLES[provider].items()}


def exchange_token(identity, accounts, request, org):
    """Handle ``POST /openid/{org}/``."""
    names = ('oidc_token', 'service_slug')
    token, service_slug = require(parse_parameters(request, names), names)
    accounts.check_service(org, service_slug)
    identity.check_token(token)
    return Response(201, {'token': accounts.issue_service_token(org, service_slug)})


def issue_github_token(identity, _accounts, request):
    """Handle ``GET`` of GitHub's ``ACTIONS_ID_TOKEN_REQUEST_URL``."""
    query = check_token_request(identity, request, 'job', 'audience')
    if 'api-version=2.0' not in request.headers.get('Accept', ''):
        raise ErrorResponse(400, 'Accept must be application/json; api-version=2.0.')
    return Response(200, {'value': identity.issue_token(query['audience'][-1])})


def issue_azure_token(identity, _accounts, request):
    """Handle ``POST`` to the ``SYSTEM_OIDCREQUESTURI`` of Azure DevOps."""
    query = check_token_request(identity, request, 'serviceConnectionId', 'api-version')
    if query['api-version'] != ['7.1']:
        raise ErrorResponse(400, 'The query must have api-version=7.1.')
    if request.headers.get('X-TFS-FedAuthRedirect') != 'Suppress':
        raise ErrorResponse(302, 'X-TFS-FedAuthRedirect must be Suppress.', [('Location', '/_signin')])
    return Response(200, {'oidcToken': identity.issue_token(AUDIENCE)})


def check_token_request(identity, request, *names):
    """Return the parsed query of a request for an identity token.

    :param names: the required query parameters.
    :raises InvalidIdentityToken: if the request token is wrong.
    :raises ErrorResponse: if a parameter is missing.
    """
    identity.check_request_token(bearer_token(request))
    query = parse_qs(request.query)
    for name in names:
        if name not in query:
            raise ErrorResponse(400, 'The query must have %s.' % name)
    return query


# These are beside ``/v1``, not below it. The last two stand in for servers of the CI systems.
IDENTITY_ENDPOINTS = [
    ('POST', '/openid/{org}/', exchange_token),
    ('GET', '/identity/github/', issue_github_token),
    ('POST', '/identity/azure_devops/', issue_azure_token),
]
