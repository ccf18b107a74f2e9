"""Measures what a call costs with this package, the published one and requests, beside the HTTP library below them.

Everything is a ratio to the baseline, urllib3 and ``json.loads`` doing the same work, measured just before and just
after: a machine that others use too slows down both. Makes its own environments from the package index, and starts its
own server. Runs on Python 3.9 or later.
"""

import argparse
import collections
import contextlib
import json
import os
import platform
import subprocess
import sys
import time

import report
from environments import ROOT, Environments, packages_of, version_of
from processes import HERE, Server, Worker, time_of_import, time_of_process

#: ``script`` is its file in ``contenders/``, ``modules`` what such a program imports.
Contender = collections.namedtuple('Contender', ('script', 'requirements', 'modules'))

RAW = 'raw'
THIS = 'this package'
PUBLISHED = 'published'
REQUESTS = 'requests'

CONTENDERS = {
    RAW: Contender('raw', ['urllib3>=1.26.19,<3', 'certifi'], 'urllib3, certifi, json'),
    THIS: Contender('cloudsmith', None, 'cloudsmith_api'),
    REQUESTS: Contender('requests_session', ['requests'], 'requests'),
    PUBLISHED: Contender('cloudsmith', ['cloudsmith-api==2.0.19'], 'cloudsmith_api'),
}
OTHERS = (THIS, REQUESTS, PUBLISHED)

# What the baseline leaves out, and this package does: by how much that makes the baseline dearer.
IN_TIME = (('raw, time limited', 'user_self_in_time'),)
DATES_READ = (('raw, dates read', 'user_tokens_list_with_dates'),)

ROWS = (1, 10, 100, 500, 1000, 5000)
THREADS = (1, 2, 4, 8, 16, 32, 64)

#: The seconds that a batch of calls takes; in how many processes, one after the other, each contender makes a figure's
#: calls, since where a process has its memory makes some hundredths, for as long as it lives; the rounds in each, of
#: calls and of calls for growth; the rounds of new processes; and the seconds after which a contender has no more
#: rounds for a figure (but two in each process).
Effort = collections.namedtuple(
    'Effort', ('batch_seconds', 'lives', 'rounds', 'growth_rounds', 'process_rounds', 'seconds'))

FULL = Effort(0.2, 10, 4, 2, 120, 60)
QUICK = Effort(0.02, 1, 8, 3, 4, 1.5)

# Models and clients that are made and dropped: few by the published package, which is too slow for more.
_DISCARDED = {THIS: (100000, 1000), PUBLISHED: (1000, 50), RAW: (None, 1000)}


class Comparison:
    """All figures on one interpreter.

    :param str interpreter: the path of a Python.
    :param Environments environments: where the contenders are installed.
    :param str url: the server's.
    :param Effort effort: how much is measured.
    """

    def __init__(self, interpreter, environments, url, effort):
        self.version = version_of(interpreter)
        self._url = url
        self._effort = effort
        self._pythons = {}
        for name, contender in CONTENDERS.items():
            if contender.requirements is None:
                self._pythons[name] = environments.python_with_this_package(interpreter, name)
            else:
                self._pythons[name] = environments.python(interpreter, name, contender.requirements)

    def packages(self):
        """Give what is installed for each contender."""
        return {name: packages_of(python) for name, python in self._pythons.items()}

    def user_self(self):
        """Measure one short call on a connection that is kept open."""
        return self._calls(OTHERS, 'user_self', [], also=IN_TIME)

    def user_tokens_list(self):
        """Measure a page of 500 keys, whose dates the baseline leaves as they are."""
        return self._calls(OTHERS, 'user_tokens_list', [500],
                           also=DATES_READ)

    def threads(self):
        """Measure 16 threads that share one client."""
        return self._calls(OTHERS, 'user_self', [], threads=16, also=IN_TIME)

    def cold_start(self):
        """Measure a process from its start to its end, with one call in between."""
        return self._processes(lambda name: time_of_process(
            self._pythons[name], CONTENDERS[name].script, self._url))

    def imports(self):
        """Measure the import in a new process."""
        return self._processes(lambda name: time_of_import(
            self._pythons[name], CONTENDERS[name].modules, os.path.dirname(self._pythons[name])))

    def model(self):
        """Measure a ``UserBrief`` of three fields."""
        rows = {}
        for name in (THIS, PUBLISHED):
            with self._worker(name) as worker:
                count = self._fitting(lambda count, worker=worker: worker.ask('models', count))
                rows[name] = report.row([worker.ask('models', count) for _ in range(self._effort.rounds)])
        return rows

    def memory(self):
        """Measure how many bytes are kept of models and clients that nobody refers to."""
        if self.version.startswith('2.'):
            return {}
        rows = {}
        for name, (models, clients) in _DISCARDED.items():
            with self._worker(name) as worker:
                rows[name] = {'clients': clients, 'kept_by_clients': worker.ask('kept_by_clients', clients)}
                if models is not None:
                    rows[name].update({'models': models, 'kept_by_models': worker.ask('kept_by_models', models)})
        return rows

    def growth_rows(self):
        """Measure pages of 1 to 5,000 keys."""
        return {rows: self._calls((THIS,), 'user_tokens_list', [rows], rounds=self._effort.growth_rounds)
                for rows in ROWS}

    def growth_threads(self):
        """Measure 1 to 64 threads that share one client."""
        return {threads: self._calls((THIS,), 'user_self', [], threads, rounds=self._effort.growth_rounds)
                for threads in THREADS}

    def _calls(self, names, operation, arguments, threads=1, also=(), rounds=None):
        """Measure calls, in processes that stay.

        :param also: further operations of the baseline, each with the name it gets in the report.
        """
        taken = collections.defaultdict(list)
        for _ in range(self._effort.lives):
            with contextlib.ExitStack() as stack:
                measures = {}
                for name in (RAW,) + names:
                    worker = stack.enter_context(self._worker(name))
                    measures[name] = self._batch(worker, operation, arguments, threads)
                    for title, another in also if name == RAW else ():
                        measures[title] = self._batch(worker, another, arguments, threads)
                taken_in_one = self._interleaved(
                    measures, rounds or self._effort.rounds, self._effort.seconds / self._effort.lives)
                for name, measured in taken_in_one.items():
                    taken[name] += measured
        return _rows(taken)

    def _batch(self, worker, operation, arguments, threads):
        def measure(count):
            return worker.ask('calls', operation, arguments, count, threads)

        # Of threads that end with their first call, most of the time would be their start.
        count = self._fitting(measure, threads if threads == 1 else 10 * threads)
        return lambda: measure(count)

    def _fitting(self, measure, least=1):
        """Find out how often something can be done in the time of a batch."""
        # The first time connects, and fills what is kept for the next.
        measure(least)
        count = least
        while count * measure(count) < self._effort.batch_seconds / 4:
            count *= 4
        return max(least, int(self._effort.batch_seconds / measure(count)))

    def _processes(self, measure):
        def measured(name):
            return lambda: measure(name)

        measures = {name: measured(name) for name in self._pythons}
        # Once before: modules are compiled, and files are read from memory.
        for warm_up in measures.values():
            warm_up()
        return _rows(self._interleaved(measures, self._effort.process_rounds, self._effort.seconds))

    def _interleaved(self, measures, rounds, seconds):
        """Measure each contender in turn, each time between two runs of the baseline.

        :return: by contender, for each time the seconds, and what the baseline took around it.
        """
        baseline = measures.pop(RAW)
        before = baseline()
        taken = {name: [] for name in [RAW] + list(measures)}
        spent = dict.fromkeys(measures, 0.0)
        for turn in range(rounds):
            for name, measure in measures.items():
                if turn < 2 or spent[name] < seconds:
                    begin = time.perf_counter()
                    own, after = measure(), baseline()
                    spent[name] += time.perf_counter() - begin
                    taken[name].append((own, (before + after) / 2))
                    taken[RAW].append((after, after))
                    before = after
        return taken

    def _worker(self, name):
        return Worker(self._pythons[name], CONTENDERS[name].script, self._url)


def _rows(taken):
    return {name: report.row([own for own, _ in measured], [own / baseline for own, baseline in measured])
            for name, measured in taken.items()}


FIGURES = ('user_self', 'user_tokens_list', 'cold_start', 'imports', 'threads', 'model', 'memory', 'growth_rows',
           'growth_threads')


def main():
    """Measure, or take what was measured before, and print it."""
    options = _parser().parse_args()
    environments = Environments(options.environments)
    if options.results:
        with open(options.results) as opened:
            results = json.load(opened)
    else:
        results = _measure(options, environments)
    # As JSON has it, where every name is a text.
    results = json.loads(json.dumps(results))
    print(report.markdown(results))
    if options.json:
        with open(options.json, 'w') as opened:
            json.dump(results, opened, indent=1)
    if options.chart:
        _draw(environments, results, options.chart)


def _measure(options, environments):
    effort = QUICK if options.quick else FULL
    if options.rounds:
        effort = effort._replace(rounds=options.rounds, growth_rounds=options.rounds, process_rounds=options.rounds)
    results = {'machine': _machine(), 'effort': effort._asdict(), 'pythons': {}}
    with Server() as server:
        for interpreter in options.python or [sys.executable]:
            comparison = Comparison(interpreter, environments, server.url, effort)
            measured = results['pythons'][comparison.version] = {'packages': comparison.packages(), 'figures': {}}
            for figure in options.only or FIGURES:
                begin = time.perf_counter()
                measured['figures'][figure] = getattr(comparison, figure)()
                print('%s on Python %s: %.0f s' % (figure, comparison.version, time.perf_counter() - begin),
                      file=sys.stderr)
    results['machine']['load_after'] = round(os.getloadavg()[0], 2)
    return results


def _machine():
    return {
        'date': time.strftime('%Y-%m-%d %H:%M', time.gmtime()),
        'system': platform.platform(),
        'processor': _processor(),
        'cores': os.cpu_count(),
        'load_before': round(os.getloadavg()[0], 2),
    }


def _processor():
    with contextlib.suppress(OSError):
        with open('/proc/cpuinfo') as opened:
            for line in opened:
                if line.startswith('model name'):
                    return line.partition(':')[2].strip()
    return platform.processor() or platform.machine()


def _draw(environments, results, path):
    python = environments.python(sys.executable, 'chart', ['matplotlib'])
    subprocess.run([python, os.path.join(HERE, 'chart.py'), path], input=json.dumps(results), text=True, check=True)


def _parser():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--environments', metavar='FOLDER', default=os.path.join(ROOT, '.benchmarks'),
                        help='where environments are made and kept (default: %(default)s)')
    parser.add_argument('--python', metavar='PATH', action='append',
                        help='a Python to measure on, may be repeated (default: the one that runs this)')
    parser.add_argument('--quick', action='store_true', help='measure less: to see that it works, not to quote')
    parser.add_argument('--rounds', type=int, help='how often each figure is measured, in each process')
    parser.add_argument('--only', metavar='FIGURE', action='append', choices=FIGURES,
                        help='one of %s, may be repeated (default: all)' % ', '.join(FIGURES))
    parser.add_argument('--json', metavar='FILE', help='write all that was measured')
    parser.add_argument('--results', metavar='FILE', help='measure nothing: take what --json wrote')
    parser.add_argument('--chart', metavar='FILE', help='draw the ratios as SVG')
    return parser


if __name__ == '__main__':
    main()
