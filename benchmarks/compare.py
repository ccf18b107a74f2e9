"""Compare the cost of a call with this package, the published client, requests and httpx to plain urllib3.

Each figure is a ratio to the baseline, urllib3 and ``json.loads`` doing the same work. The baseline is measured just
before and just after each contender, so that load on the machine slows down both. With ``--instructions``, instructions
are counted instead of time; see ``instructions.py``. Creates its environments from the package index and starts its own
server. Runs on Python 3.9 or later.
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

import instructions
import report
from contenders import CLIENTS, MODELS, PUBLISHED, RAW, THIS
from environments import ROOT, Environments, packages_of, version_of
from processes import HERE, Server, Worker, first_call, time_import, time_process

# Work that this package does and the plain baseline skips: the baseline is also measured with it.
WITH_TIMEOUT = (('raw, with timeout', 'user_self_with_timeout'),)
WITH_DATES = (('raw, dates parsed', 'user_tokens_list_with_dates'),)

ROWS = (1, 10, 100, 500, 1000, 5000)
THREADS = (1, 2, 4, 8, 16, 32, 64)

#: How much is measured:
#: ``batch_seconds``, the duration of a batch of calls;
#: ``workers``, the number of successive processes that make the calls of a figure, since the memory layout of a process
#: changes its ratio by a few hundredths for its whole life;
#: ``rounds`` and ``growth_rounds``, the batches in each of these processes;
#: ``process_rounds``, the number of new processes for a cold start or an import;
#: ``seconds``, the time budget of a contender for a figure (at least two rounds in each process are measured).
Effort = collections.namedtuple(
    'Effort', ('batch_seconds', 'workers', 'rounds', 'growth_rounds', 'process_rounds', 'seconds'))

FULL = Effort(0.2, 10, 4, 2, 120, 60)
QUICK = Effort(0.02, 1, 8, 3, 4, 1.5)

# Number of models and of clients to create and discard: the published package is too slow for more.
_DISCARDED = {THIS: (100000, 1000), RAW: (None, 1000), **dict.fromkeys(PUBLISHED, (1000, 50))}


class Comparison:
    """Measure all figures on one interpreter.

    :param dict pythons: contender -> the interpreter of its environment.
    :param str url: base URL of the server.
    :param Effort effort: how much to measure.
    """

    def __init__(self, pythons, url, effort):
        self._pythons = pythons
        self._url = url
        self._effort = effort
        self._clients = [name for name in pythons if name != RAW]

    def user_self(self):
        """Measure a short call on a keep-alive connection."""
        return self._calls(self._clients, 'user_self', [], also=WITH_TIMEOUT)

    def user_tokens_list(self):
        """Measure a page of 500 keys, whose dates the baseline leaves as text."""
        return self._calls(self._clients, 'user_tokens_list', [500], also=WITH_DATES)

    def threads(self):
        """Measure 16 threads that share one client."""
        return self._calls(self._clients, 'user_self', [], threads=16, also=WITH_TIMEOUT)

    def cold_start(self):
        """Measure a new process that makes one call, from its start to its exit."""
        return self._processes(lambda name: time_process(
            self._pythons[name], first_call(CLIENTS[name].script, self._url)))

    def imports(self):
        """Measure the import in a new process."""
        return self._processes(lambda name: time_import(
            self._pythons[name], CLIENTS[name].modules, os.path.dirname(self._pythons[name])))

    def model(self):
        """Measure a ``UserBrief`` of three fields."""
        rows = {}
        for name in [name for name in (THIS,) + PUBLISHED if name in self._pythons]:
            with self._worker(name) as worker:
                count = self._batch_size(lambda count, worker=worker: worker.run('models', 3, count))
                rows[name] = report.row([worker.run('models', 3, count) for _ in range(self._effort.rounds)])
        return rows

    def memory(self):
        """Measure the bytes still allocated after models and clients were discarded."""
        if version_of(self._pythons[RAW]).startswith('2.'):
            return {}
        rows = {}
        for name, (models, clients) in _DISCARDED.items():
            if name not in self._pythons:
                continue
            with self._worker(name) as worker:
                rows[name] = {'clients': clients, 'kept_by_clients': worker.run('kept_by_clients', clients)}
                if models is not None:
                    rows[name].update({'models': models, 'kept_by_models': worker.run('kept_by_models', models)})
        return rows

    def growth_rows(self):
        """Measure pages of 1 to 5,000 keys."""
        return {rows: self._calls([THIS], 'user_tokens_list', [rows], rounds=self._effort.growth_rounds)
                for rows in ROWS}

    def growth_threads(self):
        """Measure 1 to 64 threads that share one client."""
        return {threads: self._calls([THIS], 'user_self', [], threads, rounds=self._effort.growth_rounds)
                for threads in THREADS}

    def _calls(self, names, operation, arguments, threads=1, also=(), rounds=None):
        """Measure calls in long-lived processes.

        :param also: pairs of a report title and another operation of the baseline.
        """
        timings = collections.defaultdict(list)
        for _ in range(self._effort.workers):
            with contextlib.ExitStack() as stack:
                measures = {}
                for name in [RAW] + names:
                    worker = stack.enter_context(self._worker(name))
                    measures[name] = self._batch(worker, operation, arguments, threads)
                    for title, extended in also if name == RAW else ():
                        measures[title] = self._batch(worker, extended, arguments, threads)
                measured = self._interleaved(
                    measures, rounds or self._effort.rounds, self._effort.seconds / self._effort.workers)
                for name, pairs in measured.items():
                    timings[name] += pairs
        return _rows(timings)

    def _batch(self, worker, operation, arguments, threads):
        def measure(count):
            return worker.run('calls', operation, arguments, count, threads)

        # At least ten calls a thread: with fewer, the figure would mostly show the start of the threads.
        count = self._batch_size(measure, threads if threads == 1 else 10 * threads)
        return lambda: measure(count)

    def _batch_size(self, measure, least=1):
        """Return the number of repetitions that take as long as a batch should."""
        # The first call connects and fills caches.
        measure(least)
        count = least
        while count * measure(count) < self._effort.batch_seconds / 4:
            count *= 4
        return max(least, int(self._effort.batch_seconds / measure(count)))

    def _processes(self, measure):
        def bound(name):
            return lambda: measure(name)

        measures = {name: bound(name) for name in self._pythons}
        # A first run compiles the modules and brings the files into the page cache.
        for warm_up in measures.values():
            warm_up()
        return _rows(self._interleaved(measures, self._effort.process_rounds, self._effort.seconds))

    def _interleaved(self, measures, rounds, seconds):
        """Measure the contenders in turn, each between two runs of the baseline.

        :return: contender -> list of (seconds, mean seconds of the baseline before and after).
        """
        baseline = measures.pop(RAW)
        before = baseline()
        timings = {name: [] for name in [RAW] + list(measures)}
        spent = dict.fromkeys(measures, 0.0)
        for turn in range(rounds):
            for name, measure in measures.items():
                if turn < 2 or spent[name] < seconds:
                    begin = time.perf_counter()
                    own, after = measure(), baseline()
                    spent[name] += time.perf_counter() - begin
                    timings[name].append((own, (before + after) / 2))
                    timings[RAW].append((after, after))
                    before = after
        return timings

    def _worker(self, name):
        return Worker(self._pythons[name], CLIENTS[name].script, self._url)


def _rows(timings):
    return {name: report.row([own for own, _ in pairs], [own / baseline for own, baseline in pairs])
            for name, pairs in timings.items()}


FIGURES = ('user_self', 'user_tokens_list', 'cold_start', 'imports', 'threads', 'model', 'memory', 'growth_rows',
           'growth_threads')
_ALL_FIGURES = FIGURES + tuple(figure for figure in instructions.FIGURES if figure not in FIGURES)


def main():
    """Measure, or load earlier results, and print the report."""
    options = _options()
    environments = Environments(options.environments)
    if options.results:
        with open(options.results) as file:
            results = json.load(file)
    else:
        results = _measure(options, environments)
    # Loaded results have JSON's string keys, so fresh ones must have them too.
    results = json.loads(json.dumps(results))
    print(report.markdown(results))
    if options.json:
        with open(options.json, 'w') as file:
            json.dump(results, file, indent=1)
    if options.chart:
        _draw(environments, results, options.chart)


def _measure(options, environments):
    effort = QUICK if options.quick else FULL
    if options.rounds:
        effort = effort._replace(rounds=options.rounds, growth_rounds=options.rounds, process_rounds=options.rounds)
    results = {'machine': _machine(), 'effort': effort._asdict(), 'pythons': {}}
    with Server() as server:
        for interpreter in options.python or [sys.executable]:
            version = version_of(interpreter)
            pythons = _install(environments, interpreter, _contenders(options))
            measured = results['pythons'][version] = {
                'packages': {name: packages_of(python) for name, python in pythons.items()}}
            if options.instructions:
                kind, comparison = 'instructions', instructions.InstructionCounts(pythons, server.url)
            else:
                kind, comparison = 'figures', Comparison(pythons, server.url, effort)
            figures = measured[kind] = {}
            for figure in options.only:
                begin = time.perf_counter()
                figures[figure] = getattr(comparison, figure)()
                print('%s on Python %s: %.0f s' % (figure, version, time.perf_counter() - begin), file=sys.stderr)
    results['machine']['load_after'] = round(os.getloadavg()[0], 2)
    return results


def _contenders(options):
    if not options.instructions:
        return CLIENTS
    contenders = {**CLIENTS, **MODELS}
    return {name: contenders[name] for name in instructions.ESSENTIAL} if options.quick else contenders


def _install(environments, interpreter, contenders):
    """Create the environments of the contenders that support an interpreter.

    :return: contender -> the interpreter of its environment.
    """
    version = tuple(map(int, version_of(interpreter).split('.')))
    pythons = {}
    for name, contender in contenders.items():
        if version < contender.oldest:
            continue
        if contender.requirements is None:
            pythons[name] = environments.python_with_this_package(interpreter, name)
        else:
            pythons[name] = environments.python(interpreter, name, contender.requirements)
    return pythons


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
        with open('/proc/cpuinfo') as file:
            for line in file:
                if line.startswith('model name'):
                    return line.partition(':')[2].strip()
    return platform.processor() or platform.machine()


def _draw(environments, results, path):
    python = environments.python(sys.executable, 'chart', ['matplotlib'])
    subprocess.run([python, os.path.join(HERE, 'chart.py'), path], input=json.dumps(results), text=True, check=True)


def _options():
    parser = _parser()
    options = parser.parse_args()
    figures = instructions.FIGURES if options.instructions else FIGURES
    for figure in options.only or ():
        if figure not in figures:
            parser.error('argument --only: %s is measured %s' % (
                figure, 'without --instructions' if options.instructions else 'with --instructions only'))
    options.only = options.only or figures
    if options.instructions and options.chart:
        parser.error('argument --chart: the chart shows times, not instructions')
    if options.instructions and not options.results and not instructions.VALGRIND:
        parser.error('argument --instructions: Valgrind is not installed (`apt install valgrind` on Debian)')
    return options


def _parser():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--environments', metavar='FOLDER', default=os.path.join(ROOT, '.benchmarks'),
                        help='where to create and keep the environments (default: %(default)s)')
    parser.add_argument('--python', metavar='PATH', action='append',
                        help='interpreter to measure on, may be repeated (default: the one that runs this)')
    parser.add_argument('--quick', action='store_true', help='measure less: a smoke test, not figures to quote')
    parser.add_argument('--instructions', action='store_true',
                        help='count instructions with Valgrind instead of time: the same result under any load')
    parser.add_argument('--rounds', type=int, help='measurements of each figure, in each process')
    parser.add_argument('--only', metavar='FIGURE', action='append', choices=_ALL_FIGURES,
                        help='one of %s, may be repeated (default: all)' % ', '.join(_ALL_FIGURES))
    parser.add_argument('--json', metavar='FILE', help='write the results')
    parser.add_argument('--results', metavar='FILE', help='report the results that --json wrote, without measuring')
    parser.add_argument('--chart', metavar='FILE', help='draw the ratios as SVG')
    return parser


if __name__ == '__main__':
    main()
