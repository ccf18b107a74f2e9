"""Count the contenders' instructions with Valgrind: their number is the same however busy the machine is.

Unlike time, the number of instructions depends neither on load nor on the processor's caches and the memory layout of a
process. Valgrind does not see the kernel's instructions, so system calls are counted separately. Environment variables
and hash seed are fixed, and every module is compiled beforehand.
"""

import collections
import os
import re
import shutil
import subprocess

from contenders import ATTRS, CLIENTS, MODELS, PLAIN, PUBLISHED, RAW, THIS
from processes import CONTENDERS, first_call

VALGRIND = shutil.which('valgrind')

#: The figures that can be counted; see the methods of ``InstructionCounts``.
FIGURES = ('user_self', 'user_tokens_list', 'cold_start', 'imports', 'model', 'full_model')

#: The contenders of a quick count.
ESSENTIAL = (RAW, THIS, PLAIN, ATTRS)

_VARIABLES = {'LANG': 'C.UTF-8', 'PYTHONHASHSEED': '0'}
_OPTIONS = ('--tool=callgrind', '--callgrind-out-file=/dev/null', '--collect-systime=yes', '--vgdb=no')
_COLLECTED = re.compile(r'Collected : (\d+) (\d+)')

# Calls and models are counted in two processes, with this number of repetitions and with twice as many; the difference
# leaves out the cost of the process. The published package is too slow for more.
_REPETITIONS = {'user_self': 50, 'user_tokens_list': 10, 'models': 500}
_REPETITIONS_OF_PUBLISHED = {'user_self': 50, 'user_tokens_list': 2, 'models': 20}


class Count(collections.namedtuple('Count', ('instructions', 'system_calls'))):
    """The number of instructions and of system calls that a process executed."""

    __slots__ = ()

    def __sub__(self, other):
        return Count(*(own - others for own, others in zip(self, other)))

    def __truediv__(self, number):
        return Count(*(own / number for own in self))


class InstructionCounts:
    """Count all figures on one interpreter.

    A figure is a dict: contender -> ``instructions``, ``system_calls``, and the ratios of both to the first contender.

    :param dict pythons: contender -> the interpreter of its environment.
    :param str url: base URL of the server.
    """

    def __init__(self, pythons, url):
        self._pythons = pythons
        self._url = url
        self._clients = [name for name in CLIENTS if name in pythons]

    def user_self(self):
        """Count a short call on a keep-alive connection."""
        return self._calls('user_self', [], also=(('raw, with timeout', 'user_self_with_timeout'),))

    def user_tokens_list(self):
        """Count a page of 500 keys, whose dates the baseline leaves as text."""
        return self._calls('user_tokens_list', [500], also=(('raw, dates parsed', 'user_tokens_list_with_dates'),))

    def cold_start(self):
        """Count a new process that makes one call, from its start to its exit."""
        return _rows({name: count(self._pythons[name], first_call(CLIENTS[name].script, self._url))
                      for name in self._clients})

    def imports(self):
        """Count the import in a new process.

        The garbage collector is off: the number of objects decides whether one more collection, which costs as much as
        six modules, falls into the import.
        """
        counts = {}
        for name in self._clients:
            empty, full = (count(self._pythons[name], 'import gc, os; gc.disable(); %sos._exit(0)' % statement)
                           for statement in ('', 'import %s; ' % CLIENTS[name].modules))
            counts[name] = full - empty
        return _rows(counts)

    def model(self):
        """Count a ``UserBrief`` of three fields."""
        return self._models(3)

    def full_model(self):
        """Count a ``UserBrief`` of all seven fields."""
        return self._models(7)

    def _calls(self, operation, arguments, also):
        calls = [(name, name, operation) for name in self._clients]
        calls[1:1] = [(title, RAW, extended) for title, extended in also]
        counts = {}
        for title, name, called in calls:
            repetitions = _repetitions(name, operation)
            counts[title] = self._repeated(name, repetitions, 'calls', called, arguments)
        return _rows(counts)

    def _models(self, fields):
        names = [name for name in (*MODELS, THIS, *PUBLISHED) if name in self._pythons]
        return _rows({name: self._repeated(name, _repetitions(name, 'models'), 'models', fields) for name in names})

    def _repeated(self, name, repetitions, *command):
        """Count one repetition of a worker's command, without the cost of the process."""
        script = (CLIENTS.get(name) or MODELS[name]).script
        once, twice = (count(self._pythons[name], _worker(script, self._url, command + (number,)))
                       for number in (repetitions, 2 * repetitions))
        return (twice - once) / repetitions


def count(python, code):
    """Return the instructions and system calls of a new process that runs code.

    :raises RuntimeError: with its standard error, if it fails.
    """
    command = [python, '-c', code]
    options = {'env': _VARIABLES, 'cwd': os.path.dirname(python), 'stdout': subprocess.DEVNULL, 'text': True}
    # The first run compiles the modules.
    subprocess.run(command, check=True, **options)
    done = subprocess.run([VALGRIND, *_OPTIONS, *command], stderr=subprocess.PIPE, **options)
    collected = _COLLECTED.search(done.stderr)
    if done.returncode or not collected:
        raise RuntimeError('%s failed:\n%s' % (' '.join(command), done.stderr))
    return Count(*map(int, collected.groups()))


def _worker(script, url, command):
    method, arguments = command[0], command[1:]
    template = 'import sys; sys.path[0] = %r; import worker, %s; worker.Worker(%s, %r).%s(*%r)'
    return template % (CONTENDERS, script, script, url, method, arguments)


def _repetitions(name, kind):
    return (_REPETITIONS_OF_PUBLISHED if name in PUBLISHED else _REPETITIONS)[kind]


def _rows(counts):
    baseline = next(iter(counts.values()))
    return {name: {
        'instructions': counted.instructions,
        'system_calls': counted.system_calls,
        'ratio': counted.instructions / baseline.instructions,
        'system_call_ratio': counted.system_calls / baseline.system_calls if baseline.system_calls else None,
    } for name, counted in counts.items()}
