"""Run a script on this package and on a published release, each in its own process, and compare the outcomes."""

import json
import os
import re
import subprocess
import sys
import time
from collections import namedtuple

from servers import RespondingServer, json_response

import cloudsmith_api

#: The published releases, each with the name of its model for a page of API keys: their generator numbers the models.
RELEASES = {'2.0.19': 'InlineResponse2001', '2.0.42': 'InlineResponse2004'}

#: The directory in which ``tox -e dropin`` creates an environment for each release.
ENVIRONMENTS = os.environ['PUBLISHED_ENVIRONMENTS']

WORKER = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'worker.py')

#: The first lines of each script.
SETUP = """
import base64, copy, datetime, json, logging, os, tempfile
import cloudsmith_api
from cloudsmith_api import (
    ApiClient, Configuration, InlineResponse2001, UserApi, UserAuthenticationToken, UserAuthToken, UserAuthTokenRequest,
    UserBrief)
from cloudsmith_api.rest import ApiException, RESTClientObject, RESTResponse

KeyPage = getattr(cloudsmith_api, key_page)
def model(name):
    return KeyPage if name == 'KeyPage' else getattr(cloudsmith_api, name)

ACCEPT = {'Accept': 'application/json'}
configuration = Configuration()
configuration.host = host
configuration.api_key['X-Api-Key'] = 'the-key'
client = ApiClient(configuration)
api = UserApi(client)
"""

USER = json_response('{"authenticated": true, "email": "ada@example.com", "name": "Ada", "slug": "ada"}')

#: A script: its source, the server's responses (the last one repeats), and the generated values it sees as ``case``.
Script = namedtuple('Script', ('source', 'responses', 'case'))
Script.__new__.__defaults__ = ((USER,), None)

#: A part of an outcome that differs: the expression, the part, its text on either side, and the whole outcome here.
Difference = namedtuple('Difference', ('expression', 'part', 'published', 'here', 'outcome'))

# The step from a value to one of its parts begins with one of these.
_STEP = re.compile(r'[.\[]')


class Side:
    """One of the two packages, in a process that runs scripts until the ``with`` block ends.

    :param str python: the Python that has the package installed.
    :param str key_page: the name of the model for a page of API keys. Scripts and outcomes call it ``KeyPage``, so that
        they are comparable.
    :param str key_page_class: the ``__name__`` of that model.
    :param dict variables: additional environment variables.
    """

    def __init__(self, python, key_page, key_page_class, **variables):
        self._key_page, self._key_page_class = key_page, key_page_class
        environment = {name: value for name, value in os.environ.items() if not (
            name.startswith(('PYTHON', 'CLOUDSMITH_', 'SSL_')) or name.lower().endswith('_proxy'))}
        # The published client returns tzlocal() for UTC dates where the local time zone is called UTC.
        environment['TZ'] = 'CET-1'
        self._process = subprocess.Popen([python, '-W', 'ignore', WORKER], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True, env=dict(environment, **variables))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def run(self, source, **names):
        """Run a script, and return its statements with their outcomes; see ``worker.py``."""
        names['key_page'] = self._key_page
        self._process.stdin.write(json.dumps({'script': source, 'names': names}) + '\n')
        self._process.stdin.flush()
        statements = json.loads(self._process.stdout.readline())
        for _, _, outcome in statements:
            outcome.update({part: 'KeyPage' for part, text in outcome.items()
                            if text == self._key_page_class})
        return statements


class Comparison:
    """Both sides and the server that they call, until the ``with`` block ends.

    :param str release: the published release.
    """

    def __init__(self, release):
        self.release = release

    def __enter__(self):
        self._server = RespondingServer(self._respond)
        python = os.path.join(ENVIRONMENTS, 'published-' + self.release, 'bin', 'python')
        key_page = RELEASES[self.release]
        self.published = Side(python, key_page, key_page)
        # The package that these tests import, whether it is installed or a source directory.
        package_root = os.path.dirname(os.path.dirname(cloudsmith_api.__file__))
        key_page_class = getattr(cloudsmith_api, key_page).__name__
        self._here = Side(sys.executable, key_page, key_page_class, PYTHONPATH=package_root)
        return self

    def __exit__(self, *_):
        for opened in (self.published, self._here, self._server):
            opened.__exit__()

    def differences(self, script):
        """Run a script on both sides.

        :return: list of :class:`Difference`, in the order of the script.
        """
        published, here = self.observe(script)
        found = []
        for (expression, ours), (_, theirs) in zip(here, published):
            found += [Difference(expression, part, text_of(theirs, part), text_of(ours, part), ours)
                      for part in differing_parts(theirs, ours)]
        return found

    def observe(self, script):
        """Run a script on both sides, and return for each a list of pairs of expression and outcome."""
        return [self._run(side, script) for side in (self.published, self._here)]

    def _run(self, side, script):
        self._script, self._arrivals = script, []
        del self._server.requests[:]
        statements = side.run(SETUP + script.source, host=self._server.url, case=script.case)
        assert statements, 'the script timed out: %s' % script.source
        requests = list(zip(self._arrivals, self._server.requests))
        ends = [start for _, start, _ in statements[1:]] + [float('inf')]
        return [(source, dict(outcome, **describe_requests(
                    request for arrival, request in requests if start <= arrival < end)))
                for (source, start, outcome), end in zip(statements, ends)]

    def _respond(self, _):
        self._arrivals.append(time.monotonic())
        responses = self._script.responses
        return responses[min(len(self._arrivals), len(responses)) - 1]


def describe_requests(requests):
    """Describe requests by parts, like those of an outcome: ``sent[0].body``."""
    parts = {}
    for number, request in enumerate(requests):
        path = 'sent[%d]' % number
        parts[path] = 'a request'
        parts[path + '.line'] = '%s %s' % (request.method, request.target)
        # The boundary of a multipart form is random.
        boundary = next(iter(re.findall('boundary=([0-9a-f]+)', dict(request.headers).get('Content-Type', ''))), None)
        parts[path + '.body'] = repr(request.body).replace(boundary or '?', '?')
        for name, value in request.headers:
            value = value.replace(boundary or '?', '?')
            part = '%s.headers[%r]' % (path, name.lower())
            parts[part] = '%s, %s' % (parts[part], value) if part in parts else value
    return parts


def differing_parts(published, here):
    """Return the parts in which two outcomes differ, without the parts of a part that already differs."""
    differing = {part for part in set(published) | set(here) if published.get(part) != here.get(part)}
    return sorted(part for part in differing if not differing.intersection(ancestors(part)))


def ancestors(part):
    """Return the parts that contain a part."""
    return [part[:step.start()] for step in _STEP.finditer(part)]


def text_of(outcome, part):
    """Return the text of a part, with the class of an error; ``None`` for a part that the outcome does not have."""
    class_name = outcome.get(part + '.__class__.__name__')
    if class_name is not None and outcome[part].endswith('ApiException'):
        return outcome[part].replace('ApiException', class_name.strip("'"))
    return outcome.get(part)
