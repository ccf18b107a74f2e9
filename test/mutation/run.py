"""Change the package in one place after another, and tell which changes no test notices.

``python test/mutation/run.py [MODULE ...]`` (``rest``, ``_encoding/request``; all by default), in the root, with
cosmic-ray installed besides what the tests need. It works on a copy of the last commit. Most changes are cosmic-ray's,
two kinds are made below. Each is shown to the quickest tests that execute the changed line, those in the module's own
file first, in a process forked from this one, which has imported already what takes long. What they let pass is
printed: it needs a test, or is no change of what the package does.
"""

import collections
import contextlib
import difflib
import glob
import itertools
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time

import coverage
import hypothesis.strategies  # noqa: F401 (so that no fork has to)
import parso
import pytest
import trustme  # noqa: F401 (the same)
import urllib3  # noqa: F401 (the same)
from cosmic_ray.ast import get_ast
from cosmic_ray.mutating import MutationVisitor
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator, operator_names

# What each operator is replaced by: what is nearest to it, since the rest tells no more.
_REPLACED = {
    'ReplaceComparisonOperator': 'Eq_NotEq NotEq_Eq Is_IsNot IsNot_Is Lt_LtE LtE_Lt Gt_GtE GtE_Gt',
    'ReplaceBinaryOperator': 'Add_Sub Sub_Add Mul_FloorDiv Div_Mul FloorDiv_Mul Pow_Mul BitOr_BitAnd BitAnd_BitOr',
    'ReplaceUnaryOperator': 'Delete_Not USub_UAdd', 'VariableReplacer': 'nothing', 'VariableInserter': 'nothing',
}
# They read the source, count, time or try what is around the package, so a failure would say nothing of a change.
_LEFT_OUT = ('dropin', 'fuzz', 'packaging', 'prism', 'typing', 'faults/test_pages.py',
             'test_architecture.py', 'test_contract.py', 'test_costs.py', 'test_description.py', 'test_docs.py',
             'test_fuzz_corpus.py', 'test_pytest_plugin.py', 'test_quickstart.py', 'test_requirements.py')
_PYTEST = ['-q', '-x', '-c', 'tox.ini', '-p', 'no:cacheprovider', '-W', 'ignore::pytest.PytestAssertRewriteWarning']
_PYTEST += ['--ignore=test/' + name for name in _LEFT_OUT]
# Seconds for the module's own tests, for those in other files, and for all to take longer than usual.
_OWN, _OTHERS, _PATIENCE = 5, 2, 40
# Modules that have no test file of their own name.
_TESTED_IN = {
    '_common/urls': 'test_configuration', '_settings/debug_report': 'test_configuration',
    '_transport/body': 'test_rest', '_transport/error_mapping': 'test_rest', '_transport/session': 'test_rest',
    'sandbox/messages': 'sandbox/test_app',
}


class LeaveOutStatement(Operator):
    """Leaves out a call, an assignment, a ``return`` or a ``raise``."""

    def mutation_positions(self, node):
        first = node.children[0] if node.type == 'simple_stmt' else None
        if first is not None and not first.type.startswith(('import', 'string', 'keyword', 'pass')):
            yield node.start_pos, node.end_pos

    def mutate(self, node, index):
        kept = parso.parse('pass').children[0]
        kept.prefix = node.get_first_leaf().prefix
        node.children[0] = kept
        return node

    examples = tuple


class LeaveOutArgument(Operator):
    """Gives ``None`` for an argument that is given by name."""

    def mutation_positions(self, node):
        if node.type == 'argument' and node.children[1] == '=' and node.children[2].get_code() not in ('None', 'False'):
            yield node.start_pos, node.end_pos

    def mutate(self, node, index):
        node.children[2] = parso.parse('None').children[0]
        return node

    examples = tuple


def changes(source):
    """Give each change once: the first line it changes, and the source it makes."""
    operators = [LeaveOutArgument(), LeaveOutStatement()]
    for name in sorted(operator_names()):
        kind, _, pair = name.partition('/')[2].partition('_')
        if pair in _REPLACED.get(kind, pair).split(' '):
            operators.append(get_operator(name)())
    seen = {source}
    for operator in operators:
        for occurrence in itertools.count():
            visitor = MutationVisitor(occurrence, operator)
            try:
                changed = visitor.walk(get_ast(source)).get_code()
                compile(changed, 'changed', 'exec')
            except (AttributeError, SyntaxError):
                continue  # cosmic-ray knows no `except` of a dotted name, and not where `async` is no keyword.
            if not visitor.mutation_applied:
                break
            if changed not in seen:
                seen.add(changed)
                lines = enumerate(zip(source.splitlines(), changed.splitlines()), 1)
                yield next((number for number, (before, after) in lines if before != after), 1), changed


class Record(object):
    """Runs the chosen tests in the order chosen, and keeps how long each takes, and which one fails."""

    def __init__(self, chosen):
        self.places = {test: place for place, test in enumerate(chosen)}
        self.seconds = collections.Counter()
        self.failed = None

    def pytest_collection_modifyitems(self, items):
        if self.places:
            items[:] = sorted((item for item in items if item.nodeid in self.places),
                              key=lambda item: self.places[item.nodeid])

    def pytest_runtest_logreport(self, report):
        self.seconds[report.nodeid] += report.duration
        if report.failed:
            self.failed = report.nodeid


def run_tests(arguments, chosen=(), patience=1800):
    """Run pytest in a fork; give its exit code, ``None`` if it had to be stopped, the test that failed, and times."""
    process = os.fork()
    if process == 0:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (4 * 2 ** 30,) * 2)
        os.dup2(os.open('pytest.log', os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
        os.dup2(1, 2)
        record, code = Record(chosen), 99
        try:
            code = int(pytest.main(_PYTEST + arguments, plugins=[record]))
            with open('record.json', 'w') as opened:
                json.dump([record.failed, record.seconds], opened)
        finally:
            os._exit(code)
    end, code = time.time() + patience, None
    while code is None and time.time() < end:
        time.sleep(0.01)
        ended, status = os.waitpid(process, os.WNOHANG)
        code = os.WEXITSTATUS(status) if ended else None
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)  # also what the tests started
    if code in (0, 1):
        with open('record.json') as opened:
            return [code] + json.load(opened)
    return code, None, {}


def quickest(tests, seconds, left):
    """Choose as many tests as there is time left for."""
    for test in sorted(tests, key=seconds.get):
        left -= seconds[test] + 0.005
        if left > 0:
            yield test


def covering(module, line, contexts, seconds):
    """Choose the tests that see a change: those of the module's own file, and others."""
    while line > 1 and not contexts.get(line):
        line -= 1
    tests = {context.partition('|')[0] for context in contexts.get(line, [''])}
    if '' in tests:  # executed on import
        tests = set(seconds)
    folder, name = os.path.split(module)
    own = 'test/%s.py::' % _TESTED_IN.get(module, os.path.join(folder.lstrip('_'), 'test_' + name))
    mine = {test for test in tests & set(seconds) if test.startswith(own)}
    return list(quickest(mine, seconds, _OWN)), list(quickest(tests & set(seconds) - mine, seconds, _OTHERS))


def verdict(path, changed, groups, seconds):
    """Say what comes of a change: it is ``killed`` or has ``survived``, or there was a ``timeout``."""
    for compiled in glob.glob(path.replace('/', '/__pycache__/', 1)[:-2] + '*.pyc'):
        os.remove(compiled)
    with open(path, 'w') as opened:
        opened.write(changed)
    for chosen in filter(None, groups):
        patience = 2 * sum(map(seconds.get, chosen)) + _PATIENCE
        code, failed, _ = run_tests(sorted({test.partition('::')[0] for test in chosen}), chosen, patience)
        if code is None:
            return 'timeout'
        if code:
            return 'killed'
    return 'survived'


def check_module(path, data, seconds):
    """Make all changes of a module, print those that survive, and count what comes of all."""
    with open(path) as opened:
        source = opened.read()
    module, counts = path[len('cloudsmith_api/'):-len('.py')], collections.Counter()
    contexts = data.contexts_by_lineno(os.path.abspath(path))
    for line, changed in changes(source):
        said = verdict(path, changed, covering(module, line, contexts, seconds), seconds)
        counts[said] += 1
        if said == 'survived':
            lines = difflib.unified_diff(source.splitlines(), changed.splitlines(), path, path, n=0, lineterm='')
            sys.stdout.write('\n'.join(lines) + '\n\n')
            sys.stdout.flush()
    with open(path, 'w') as opened:
        opened.write(source)
    sys.stdout.write('%s: %s\n' % (module, ', '.join('%d %s' % (count, said) for said, count in counts.items())))
    sys.stdout.flush()


def main(modules):
    """Check these modules, or all but the sandbox."""
    with tempfile.TemporaryDirectory(prefix='mutation-') as copy:
        archive = subprocess.run(['git', 'archive', 'HEAD'], stdout=subprocess.PIPE, check=True).stdout
        subprocess.run(['tar', 'x', '-C', copy], input=archive, check=True)
        os.chdir(copy)
        sys.path.insert(0, copy)
        os.environ['PYTHONPATH'] = copy
        code, failed, seconds = run_tests(['test', '--cov=cloudsmith_api', '--cov-context=test', '--cov-report=',
                                           '--cov-config=' + os.devnull])
        if code != 0:
            raise SystemExit('without any change, pytest ends with %s: %s' % (code, failed))
        data = coverage.CoverageData()
        data.read()
        # What is compiled of one change must not be taken for the next.
        sys.dont_write_bytecode = True
        os.environ['PYTHONDONTWRITEBYTECODE'] = '1'
        for path in sorted(map(os.path.relpath, data.measured_files())):
            module = path[len('cloudsmith_api/'):-len('.py')]
            if module in modules or not (modules or module.startswith('sandbox')):
                check_module(path, data, seconds)


if __name__ == '__main__':
    main(sys.argv[1:])
