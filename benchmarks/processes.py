"""The processes that a comparison runs: the server, and the contenders."""

import json
import os
import subprocess
import sys
import time

from environments import VARIABLES

HERE = os.path.dirname(os.path.abspath(__file__))
CONTENDERS = os.path.join(HERE, 'contenders')


def _on_processor(number):
    """Keep a process on one processor, where the system can do that.

    Left to the scheduler, server and contender share one now and then, and a call takes half as long again.
    """
    if not hasattr(os, 'sched_setaffinity'):
        return {}
    available = sorted(os.sched_getaffinity(0))
    return {'preexec_fn': lambda: os.sched_setaffinity(0, {available[number % len(available)]})}


_SERVERS = _on_processor(0)
_CONTENDERS = _on_processor(1)


class Server:
    """The bare server, in a process of its own while ``with`` lasts.

    :ivar str url: the base URL.
    """

    def __enter__(self):
        self._process = subprocess.Popen([sys.executable, os.path.join(HERE, 'server.py')], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True, **_SERVERS)
        self.url = 'http://127.0.0.1:%d/v1' % int(self._process.stdout.readline())
        return self

    def __exit__(self, *_):
        _end(self._process)


class Worker:
    """A contender in a process of its own while ``with`` lasts.

    :param str python: the Python of its environment.
    :param str script: the name of its script.
    :param str url: the server's.
    """

    def __init__(self, python, script, url):
        self._command = [python, os.path.join(CONTENDERS, 'worker.py'), script, url]

    def __enter__(self):
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                         env=VARIABLES, **_CONTENDERS)
        return self

    def __exit__(self, *_):
        _end(self._process)

    def ask(self, *asked):
        """Have it do something, see ``contenders/worker.py``.

        :return: the number it answers.
        """
        self._process.stdin.write(json.dumps(asked) + '\n')
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError('%s ended; what it said is above' % ' '.join(self._command))
        return json.loads(line)


def time_of_process(python, script, url):
    """Start a contender's script, which makes one call, and wait for its end.

    :return: seconds.
    """
    command = [python, os.path.join(CONTENDERS, script + '.py'), url]
    begin = time.perf_counter()
    subprocess.run(command, check=True, env=VARIABLES, **_CONTENDERS)
    return time.perf_counter() - begin


def time_of_import(python, modules, folder):
    """Import modules in a new process.

    :param str modules: what stands behind ``import``.
    :param str folder: where the process is started; Python looks for modules there too.
    :return: seconds.
    """
    code = ('import time; clock = getattr(time, "perf_counter", time.time); begin = clock(); import %s; '
            'print(repr(clock() - begin))' % modules)
    done = subprocess.run([python, '-c', code], check=True, env=VARIABLES, cwd=folder, stdout=subprocess.PIPE,
                          **_CONTENDERS)
    return float(done.stdout)


def _end(process):
    process.stdin.close()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()
