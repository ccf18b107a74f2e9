"""The CI systems that issue identity tokens (OpenID Connect): how each is detected, and asked for a token."""

import copy
import os
import subprocess
import threading

from .._common.tracebacks import warn
from .._common.urls import is_insecure
from ..credentials import IdentityProvider, OidcToken, check_token, failure, request_token
from ..exceptions import InsecureTransportWarning

try:
    from shutil import which
except ImportError:  # pragma: no cover (Python 2.7)
    from distutils.spawn import find_executable as which

# In seconds.
_PROGRAM_TIMEOUT = 60.0

_TLS_IDENTITY = ('assert_hostname', 'cert_file', 'key_file', 'tls_server_name')


class _Provider(IdentityProvider):
    """A CI system that is detected by variables.

    :param str name: its name.
    :param dict variables: the variables that it sets, with the value that each must have; ``None`` for any.
    """

    def __init__(self, name, variables):
        self.name = name
        self._variables = variables

    def is_detected(self, environ):
        """Return whether the process runs in this CI system, and may request an identity token."""
        return all(environ.get(name) and value in (None, environ[name].lower())
                   for name, value in self._variables.items())


class _Variable(_Provider):
    """A CI system that sets a variable to the identity token."""

    def __init__(self, name, variable, **variables):
        super(_Variable, self).__init__(name, dict(variables, **{variable: None}))
        self._variable = variable

    def __call__(self, client):
        return _read_token(self._variable)


class _Endpoint(_Provider):
    """A CI system with an endpoint for identity tokens; variables contain its URL and the token for the request."""

    def __init__(self, name, method, url, token, field, query_params, headers, hint, **variables):
        super(_Endpoint, self).__init__(name, dict(variables, **{url: None, token: None}))
        self._method, self._url, self._token, self._field = method, url, token, field
        self._query_params, self._headers = query_params, headers
        self._hint = hint

    def __call__(self, client):
        headers = dict(self._headers, Authorization='Bearer ' + _read_token(self._token))
        url = os.environ.get(self._url, '').strip()
        if is_insecure(url):
            warn('Credentials are sent over plain http to the URL in %s: anyone on the network path can read them'
                 % self._url, InsecureTransportWarning)
        own_client = _without_tls_identity(client)
        try:
            return request_token(
                own_client, self._method, url, self._field, headers,
                step='request for an identity token to %s' % self.name, hints={None: self._hint},
                query_params=self._query_params)[1]
        finally:
            if own_client is not client:
                own_client.close()


class _Program(_Provider):
    """A CI system with a program that prints an identity token."""

    def __init__(self, name, command, **variables):
        super(_Program, self).__init__(name, variables)
        self._command = command

    def is_detected(self, environ):
        """Return whether the process runs in this CI system, and the program is installed."""
        return super(_Program, self).is_detected(environ) and bool(which(self._command[0]))

    def __call__(self, client):
        program = self._command[0]
        try:
            process = subprocess.Popen(self._command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        except EnvironmentError as error:
            raise failure('%s cannot be run: %s' % (program, error.strerror))
        # Python 2.7 has no timeout for a process. The timer is a daemon thread, like the renewal's, which starts it.
        timer = threading.Timer(_PROGRAM_TIMEOUT, process.kill)
        timer.start()
        output, errors = process.communicate()
        timer.cancel()
        if process.returncode:
            raise failure('%s exited with status %d: %s' % (
                program, process.returncode, errors.decode('utf-8', 'replace').strip()))
        return check_token('the output of ' + program, output.decode('ascii', 'replace').strip())


def _without_tls_identity(client):
    """Return a client without the TLS settings for host names and client certificate, which are for the service."""
    # A program's own transport has its own TLS settings.
    session = getattr(client.rest_client, '_session', None)
    if session is None or all(getattr(session.configuration, name) is None for name in _TLS_IDENTITY):
        return client
    own_client = copy.copy(client)
    for name in _TLS_IDENTITY:
        setattr(own_client.rest_client._session.configuration, name, None)
    return own_client


def _list_providers(audience):
    """List the CI systems in the order of the service's command-line tool."""
    return (
        _Program('buildkite', ['buildkite-agent', 'oidc', 'request-token', '--audience', audience],
                 BUILDKITE='true', BUILDKITE_JOB_ID=None),
        _Variable('circleci', 'CIRCLE_OIDC_TOKEN_V2', CIRCLECI='true'),
        _Variable('circleci', 'CIRCLE_OIDC_TOKEN', CIRCLECI='true'),
        _Endpoint('azure_devops', 'POST', 'SYSTEM_OIDCREQUESTURI', 'SYSTEM_ACCESSTOKEN', 'oidcToken',
                  [('api-version', '7.1')], {'X-TFS-FedAuthRedirect': 'Suppress'},
                  'Check that SYSTEM_ACCESSTOKEN is that of the job'),
        _Endpoint('github', 'GET', 'ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'value',
                  [('audience', audience)], {'Accept': 'application/json; api-version=2.0'},
                  'Check that the job has the permission "id-token: write"', GITHUB_ACTIONS='true'),
        _Variable('bitbucket', 'BITBUCKET_STEP_OIDC_TOKEN'),
        _Variable('gitlab', 'CLOUDSMITH_OIDC_TOKEN', GITLAB_CI='true'),
        _Variable('generic', 'CLOUDSMITH_OIDC_TOKEN'),
    )


def find_oidc_token(environ, org=None):
    """Find the CI system that this process runs in, and return an :class:`.OidcToken` for its identity token.

    :param dict environ: the environment's variables.
    :param str org: the workspace, if no variable names one.
    :return: the token, not fetched yet; ``None`` if there is no workspace, service account or CI system, or
        ``CLOUDSMITH_OIDC_DISCOVERY_DISABLED`` is true.
    :rtype: OidcToken
    :raises ValueError: if the workspace is not a name as it appears in URLs.
    """
    org = environ.get('CLOUDSMITH_WORKSPACE') or environ.get('CLOUDSMITH_ORG') or org
    service_slug = environ.get('CLOUDSMITH_SERVICE_SLUG')
    if not org or not service_slug or _is_true(environ, 'CLOUDSMITH_OIDC_DISCOVERY_DISABLED'):
        return None
    providers = _list_providers(environ.get('CLOUDSMITH_OIDC_AUDIENCE') or 'cloudsmith')
    order = [name.strip() for name in environ.get('CLOUDSMITH_OIDC_DETECTOR_ORDER', '').lower().split(',')]
    if any(order):
        # Systems that this package does not support (aws, gcp) are skipped.
        providers = [provider for name in order for provider in providers if provider.name == name]
    for provider in providers:
        is_disabled = _is_true(environ, 'CLOUDSMITH_OIDC_%s_DISABLED' % provider.name.upper())
        if not is_disabled and provider.is_detected(environ):
            return OidcToken(org, service_slug, provider)
    return None


def _read_token(variable):
    # Read when it is needed, so that no copy of a configuration contains it.
    return check_token('the variable ' + variable, os.environ.get(variable, '').strip())


def _is_true(environ, variable):
    return environ.get(variable, '').strip().lower() in ('1', 'true', 'yes', 'on')
