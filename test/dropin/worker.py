"""Runs scripts on whichever ``cloudsmith_api`` this Python has, and tells what each of their expressions came to.

A line in is a JSON object: ``script``, Python source, and ``names``, what it finds defined. A line out is a JSON list:
for each statement, its source, the moment it began, and the outcome of what is an expression or fails, see
:func:`outcome_of`. Each script has a process of its own, forked from this one, so that no script sees what another left
behind: a default configuration, log handlers, threads.
"""

import ast
import datetime
import gc
import json
import os
import signal
import sys
import time
import types

import urllib3
import urllib3.util.retry

from cloudsmith_api.rest import ApiException, RESTResponse

#: After so many seconds, a script that has not ended is hung.
LONGEST_RUN = 20


def main():
    """Run what is asked until nothing more is."""
    # Scripts may print, and the published client does when it debugs: that must not get between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), 'w')
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    # What is there before the forks stays, so that looking through it would only copy it.
    gc.freeze()
    for line in sys.stdin:
        answers.write(run_apart(**json.loads(line)) + '\n')
        answers.flush()


def run_apart(script, names):
    """Run a script in a process of its own, and give its outcomes as JSON; nothing if it did not end in time."""
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        signal.alarm(LONGEST_RUN)
        with os.fdopen(writing, 'w') as pipe:
            pipe.write(json.dumps(run(script, names)))
        # Not sys.exit: this process shares its parent's buffers, and the threads of a pool would be waited for.
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told = pipe.read()
    os.waitpid(process, 0)
    return told or '[]'


def run(script, names):
    """Run a script statement by statement, going on after one that fails."""
    names.update(slept=let_retries_wait_for_nothing(), __name__='__main__')
    return [(ast.get_source_segment(script, statement), time.monotonic(), run_statement(statement, names))
            for statement in ast.parse(script).body]


def run_statement(statement, names):
    """Run one statement, and give its outcome; empty for one that has no value."""
    try:
        if isinstance(statement, ast.Expr):
            return outcome_of(eval(compile(ast.Expression(statement.value), 'script', 'eval'), names))
        exec(compile(ast.Module([statement], []), 'script', 'exec'), names)
    except Exception as error:
        outcome = outcome_of(error)
        return dict(outcome, result='raises ' + outcome['result'])
    return {}


def let_retries_wait_for_nothing():
    """Have waits before another try take no time; give the list of the seconds that would have been waited.

    Both clients leave these waits to urllib3.
    """
    slept = []
    urllib3.util.retry.time = types.SimpleNamespace(**vars(time))
    urllib3.util.retry.time.sleep = slept.append
    return slept


def outcome_of(value, path='result'):
    """Describe a value by what a script can see of it.

    :return: dict of texts: ``result`` is the value, or its type where it has parts, and each part stands behind what a
        script would write to come to it: ``result.name``, ``result[0].created``.
    """
    parts = parts_of(value)
    if parts is None:
        # An object with no text of its own shows its address, which is another one each time.
        return {path: type(value).__name__ if ' at 0x' in repr(value) else repr(value)}
    outcome = {path: 'ApiException' if isinstance(value, ApiException) else type(value).__name__}
    for step, part in parts:
        outcome.update(outcome_of(part, path + step))
    return outcome


def parts_of(value):
    """Give a value's parts, each with what leads to it; ``None`` for a value that has none."""
    kind = type(value)
    if isinstance(value, ApiException):
        return attributes(value, 'status', 'reason', 'body', 'headers') + [('.__class__.__name__', kind.__name__)]
    if isinstance(value, Exception):
        return []
    if isinstance(value, datetime.datetime):
        return [('.replace(tzinfo=None)', str(value.replace(tzinfo=None))), ('.utcoffset()', str(value.utcoffset()))]
    if hasattr(kind, 'swagger_types'):
        return attributes(value, *sorted(kind.swagger_types)) + [('.to_dict()', value.to_dict())]
    if isinstance(value, RESTResponse):
        return attributes(value, 'status', 'reason', 'data') + [('.getheaders()', value.getheaders())]
    if isinstance(value, urllib3.HTTPResponse):
        return attributes(value, 'status', 'reason', 'data', 'headers')
    if kind is urllib3.HTTPHeaderDict:
        # A header that comes twice is given as one.
        return [('[%r]' % name.lower(), value[name]) for name in value]
    if kind is dict:
        return [('[%r]' % (key,), item) for key, item in value.items()]
    if kind in (list, tuple):
        return [('[%d]' % place, item) for place, item in enumerate(value)]
    return None


def attributes(value, *names):
    """Give some of a value's attributes, each with what leads to it."""
    return [('.' + name, getattr(value, name)) for name in names]


if __name__ == '__main__':
    main()
