"""Runs a script on this package and on the published one, in a process each, and finds where they differ."""

import json
import os
import re
import subprocess
import sys
import time
from collections import namedtuple

from servers import RespondingServer, json_response

import cloudsmith_api

#: The Python of an environment that has the published package; ``tox -e dropin`` makes it.
PUBLISHED_PYTHON = os.environ['PUBLISHED_PYTHON']

WORKER = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'worker.py')

#: What each script begins with.
SETUP = """
import base64, copy, datetime, json, logging, os, tempfile
import cloudsmith_api
from cloudsmith_api import (
    ApiClient, Configuration, InlineResponse2001, UserApi, UserAuthenticationToken, UserAuthToken, UserAuthTokenRequest,
    UserBrief)
from cloudsmith_api.rest import ApiException, RESTClientObject, RESTResponse

ACCEPT = {'Accept': 'application/json'}
configuration = Configuration()
configuration.host = host
configuration.api_key['X-Api-Key'] = 'the-key'
client = ApiClient(configuration)
api = UserApi(client)
"""

USER = json_response('{"authenticated": true, "email": "ada@example.com", "name": "Ada", "slug": "ada"}')

#: A script: its source, what the server answers (the last of them over and over), and what it finds as ``given``.
Script = namedtuple('Script', ('source', 'answers', 'given'))
Script.__new__.__defaults__ = ((USER,), None)

#: Where a script came to something else: at which expression, in which part of its outcome, what that was on either
#: side, and the whole outcome here.
Difference = namedtuple('Difference', ('expression', 'part', 'published', 'here', 'outcome'))

# What leads from a value to one of its parts.
_STEP = re.compile(r'[.\[]')


class Side:
    """One of the two packages, in a process that runs scripts while ``with`` lasts.

    :param str python: the Python that has it.
    :param dict variables: for its environment.
    """

    def __init__(self, python, **variables):
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith(('PYTHON', 'CLOUDSMITH_', 'SSL_')) and not name.lower().endswith('_proxy')}
        # The published client tells UTC from the machine's own time zone only where they have different names.
        kept['TZ'] = 'CET-1'
        self._process = subprocess.Popen([python, '-W', 'ignore', WORKER], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True, env=dict(kept, **variables))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def run(self, source, **names):
        """Run a script; see ``worker.py`` for what that gives."""
        self._process.stdin.write(json.dumps({'script': source, 'names': names}) + '\n')
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


class Comparison:
    """Both sides, and the server that they call, while ``with`` lasts."""

    def __enter__(self):
        self._server = RespondingServer(self._respond)
        self._published = Side(PUBLISHED_PYTHON)
        # The package that these tests import, be it installed or a source folder.
        self._here = Side(sys.executable, PYTHONPATH=os.path.dirname(os.path.dirname(cloudsmith_api.__file__)))
        return self

    def __exit__(self, *_):
        for opened in (self._published, self._here, self._server):
            opened.__exit__()

    def differences(self, script):
        """Run a script on both sides.

        :return: list of :class:`Difference`, in the order of the script.
        """
        published, here = self.observe(script)
        found = []
        for (expression, ours), (_, theirs) in zip(here, published):
            found += [Difference(expression, part, text(theirs, part), text(ours, part), ours)
                      for part in differing_parts(theirs, ours)]
        return found

    def observe(self, script):
        """Run a script on both sides, and give what was seen of each: a list of pairs of expression and outcome."""
        return [self._run(side, script) for side in (self._published, self._here)]

    def _run(self, side, script):
        self._script, self._arrivals = script, []
        del self._server.requests[:]
        told = side.run(SETUP + script.source, host=self._server.url, given=script.given)
        assert told, 'the script did not end: %s' % script.source
        requests = list(zip(self._arrivals, self._server.requests))
        ends = [begin for _, begin, _ in told[1:]] + [float('inf')]
        return [(expression, dict(outcome, **sent(request for moment, request in requests if begin <= moment < end)))
                for (expression, begin, outcome), end in zip(told, ends)]

    def _respond(self, _):
        self._arrivals.append(time.monotonic())
        answers = self._script.answers
        return answers[min(len(self._arrivals), len(answers)) - 1]


def sent(requests):
    """Describe requests as they arrived, in parts like those of an outcome."""
    parts = {}
    for number, request in enumerate(requests):
        path = 'sent[%d]' % number
        parts[path] = 'a request'
        parts[path + '.line'] = '%s %s' % (request.method, request.target)
        # The boundary of a form's parts is another one each time.
        boundary = next(iter(re.findall('boundary=([0-9a-f]+)', dict(request.headers).get('Content-Type', ''))), None)
        parts[path + '.body'] = repr(request.body).replace(boundary or '?', '?')
        for name, value in request.headers:
            value = value.replace(boundary or '?', '?')
            part = '%s.headers[%r]' % (path, name.lower())
            parts[part] = '%s, %s' % (parts[part], value) if part in parts else value
    return parts


def differing_parts(published, here):
    """Find the parts in which two outcomes differ; what stands below a part that differs is left out."""
    differing = {part for part in set(published) | set(here) if published.get(part) != here.get(part)}
    return sorted(part for part in differing if not differing.intersection(ancestors(part)))


def ancestors(part):
    """Give the parts that a part is a part of."""
    return [part[:step.start()] for step in _STEP.finditer(part)]


def text(outcome, part):
    """Give the text of a part, of an error with its class; ``None`` where it is not there."""
    kind = outcome.get(part + '.__class__.__name__')
    if kind is not None and outcome[part].endswith('ApiException'):
        return outcome[part].replace('ApiException', kind.strip("'"))
    return outcome.get(part)
