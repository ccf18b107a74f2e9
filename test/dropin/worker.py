"""Run scripts on the ``cloudsmith_api`` of this Python, and report the outcome of each expression.

An input line is a JSON object: ``script``, Python source, and ``names``, the variables it starts with. An output line
is a JSON list: for each statement its source, the time it started, and the outcome of :func:`outcome_of` if it is an
expression or raises. Each script runs in its own process, forked from this one, so that it is not affected by what
another left behind, such as a default configuration, log handlers or threads.
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

#: The timeout of a script, in seconds.
TIMEOUT = 20


def main():
    """Run scripts until the input ends."""
    # A script may print, and so does the published client in debug mode: keep that out of the output.
    output = os.fdopen(os.dup(sys.stdout.fileno()), 'w')
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    # Keep the collector of a fork away from the objects created so far: visiting them would copy their pages.
    gc.freeze()
    for line in sys.stdin:
        output.write(run_in_fork(**json.loads(line)) + '\n')
        output.flush()


def run_in_fork(script, names):
    """Run a script in its own process, and return its outcomes as JSON: an empty list if it timed out."""
    read_end, write_end = os.pipe()
    process = os.fork()
    if not process:
        signal.alarm(TIMEOUT)
        with os.fdopen(write_end, 'w') as pipe:
            pipe.write(json.dumps(run(script, names)))
        # Not sys.exit: it would flush buffers shared with the parent, and wait for the threads of a pool.
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        outcomes = pipe.read()
    os.waitpid(process, 0)
    return outcomes or '[]'


def run(script, names):
    """Run a script statement by statement, and continue after one that raises."""
    names.update(slept=skip_retry_delays(), __name__='__main__')
    return [(ast.get_source_segment(script, statement), time.monotonic(), run_statement(statement, names))
            for statement in ast.parse(script).body]


def run_statement(statement, names):
    """Run one statement, and return its outcome, which is empty for one without a value."""
    try:
        if isinstance(statement, ast.Expr):
            return outcome_of(eval(compile(ast.Expression(statement.value), 'script', 'eval'), names))
        exec(compile(ast.Module([statement], []), 'script', 'exec'), names)
    except Exception as error:
        outcome = outcome_of(error)
        return dict(outcome, result='raises ' + outcome['result'])
    return {}


def skip_retry_delays():
    """Make retries skip their delays, and return the list that the skipped delays, in seconds, are added to.

    Both clients leave the delays to urllib3.
    """
    slept = []
    urllib3.util.retry.time = types.SimpleNamespace(**vars(time))
    urllib3.util.retry.time.sleep = slept.append
    return slept


def outcome_of(value, path='result'):
    """Describe a value by everything that a script can observe.

    :return: dict of texts. ``result`` is the value, or its type if it has parts. The key of a part is the expression
        that leads to it: ``result.name``, ``result[0].created``.
    """
    parts = parts_of(value)
    if parts is None:
        # The default repr() contains the address, which is different each time.
        return {path: type(value).__name__ if ' at 0x' in repr(value) else repr(value)}
    outcome = {path: 'ApiException' if isinstance(value, ApiException) else type(value).__name__}
    for step, part in parts:
        outcome.update(outcome_of(part, path + step))
    return outcome


def parts_of(value):
    """Return the parts of a value, each with the step that leads to it; ``None`` for a value without parts."""
    cls = type(value)
    if isinstance(value, ApiException):
        return attributes(value, 'status', 'reason', 'body', 'headers') + [('.__class__.__name__', cls.__name__)]
    if isinstance(value, Exception):
        return []
    if isinstance(value, datetime.datetime):
        return [('.replace(tzinfo=None)', str(value.replace(tzinfo=None))), ('.utcoffset()', str(value.utcoffset()))]
    if hasattr(cls, 'swagger_types'):
        return attributes(value, *sorted(cls.swagger_types)) + [('.to_dict()', value.to_dict())]
    if isinstance(value, RESTResponse):
        return attributes(value, 'status', 'reason', 'data') + [('.getheaders()', value.getheaders())]
    if isinstance(value, urllib3.HTTPResponse):
        return attributes(value, 'status', 'reason', 'data', 'headers')
    if cls is urllib3.HTTPHeaderDict:
        # Indexing joins the values of a repeated header.
        return [('[%r]' % name.lower(), value[name]) for name in value]
    if cls is dict:
        return [('[%r]' % (key,), item) for key, item in value.items()]
    if cls in (list, tuple):
        return [('[%d]' % index, item) for index, item in enumerate(value)]
    return None


def attributes(value, *names):
    """Return attributes of a value, each with the step that leads to it."""
    return [('.' + name, getattr(value, name)) for name in names]


if __name__ == '__main__':
    main()
