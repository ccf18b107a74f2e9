"""Start the processes of a comparison: the server and the contenders."""

import json
import os
import subprocess
import sys
import time

from environments import VARIABLES

HERE = os.path.dirname(os.path.abspath(__file__))
CONTENDERS = os.path.join(HERE, 'contenders')


def _pin_to(number):
    """Return ``Popen`` arguments that pin a process to one processor, where the system supports that.

    Otherwise, server and contender share a processor now and then, and a call takes half as long again.
    """
    if not hasattr(os, 'sched_setaffinity'):
        return {}
    available = sorted(os.sched_getaffinity(0))
    return {'preexec_fn': lambda: os.sched_setaffinity(0, {available[number % len(available)]})}


_SERVER_PIN = _pin_to(0)
_CONTENDER_PIN = _pin_to(1)


class Server:
    """Run ``server.py`` in its own process for the duration of a ``with`` block.

    :ivar str url: its base URL.
    """

    def __enter__(self):
        self._process = subprocess.Popen([sys.executable, os.path.join(HERE, 'server.py')], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True, **_SERVER_PIN)
        self.url = 'http://127.0.0.1:%d/v1' % int(self._process.stdout.readline())
        return self

    def __exit__(self, *_):
        _stop(self._process)


class Worker:
    """Run ``contenders/worker.py`` in its own process for the duration of a ``with`` block.

    :param str python: the interpreter of the contender's environment.
    :param str script: the name of the contender's script.
    :param str url: base URL of the server.
    """

    def __init__(self, python, script, url):
        self._command = [python, os.path.join(CONTENDERS, 'worker.py'), script, url]

    def __enter__(self):
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                         env=VARIABLES, **_CONTENDER_PIN)
        return self

    def __exit__(self, *_):
        _stop(self._process)

    def run(self, *command):
        """Run a command of the worker; see ``contenders/worker.py``.

        :return: the number that it prints.
        """
        self._process.stdin.write(json.dumps(command) + '\n')
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError('%s exited; see its output above' % ' '.join(self._command))
        return json.loads(line)


def first_call(script, url):
    """Return code that makes the first call of a contender.

    The script is imported, not run: Python would compile it each time, which costs a third of what this package adds to
    a cold start, and the scripts differ in length.
    """
    # Replace the working directory in sys.path: from the root, it has the package of the source tree.
    template = 'import sys; sys.path[0] = %r; import %s; %s.Client(%r).user_self()'
    return template % (CONTENDERS, script, script, url)


def time_process(python, code):
    """Return how many seconds a new process takes to run code, from start to exit."""
    begin = time.perf_counter()
    subprocess.run([python, '-c', code], check=True, env=VARIABLES, **_CONTENDER_PIN)
    return time.perf_counter() - begin


def time_import(python, modules, folder):
    """Return how many seconds an import takes in a new process.

    :param str modules: the names after ``import``, separated by commas.
    :param str folder: the working directory; Python searches it for modules, too.
    """
    code = ('import time; clock = getattr(time, "perf_counter", time.time); begin = clock(); import %s; '
            'print(repr(clock() - begin))' % modules)
    done = subprocess.run([python, '-c', code], check=True, env=VARIABLES, cwd=folder, stdout=subprocess.PIPE,
                          **_CONTENDER_PIN)
    return float(done.stdout)


def _stop(process):
    process.stdin.close()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()
