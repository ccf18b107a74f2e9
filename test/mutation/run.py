"""Mutation testing: make one small change to the package at a time, and print those that no test detects.

Run ``python test/mutation/run.py [MODULE ...]`` in the root, with the test requirements and cosmic-ray installed. A
module is named ``rest`` or ``_encoding/request``; the default is all but the sandbox. The program works on a copy of
the last commit. Most mutation operators are cosmic-ray's; two are defined below. Each mutant is run against the fastest
tests that execute the changed line, those in the module's own test file first, then against slower ones. They run in a
fork of this process, which has already imported the slow dependencies. A mutant that survives is printed: it needs a
test, or is equivalent.
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
import hypothesis.strategies  # noqa: F401 (imported here, so that no fork has to)
import parso
import pytest
import trustme  # noqa: F401 (the same)
import urllib3  # noqa: F401 (the same)
from cosmic_ray.ast import get_ast
from cosmic_ray.mutating import MutationVisitor
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator, operator_names

# Replace each operator only with the closest one: further replacements would find nothing new.
_REPLACEMENTS = {
    'ReplaceComparisonOperator': 'Eq_NotEq NotEq_Eq Is_IsNot IsNot_Is Lt_LtE LtE_Lt Gt_GtE GtE_Gt',
    'ReplaceBinaryOperator': 'Add_Sub Sub_Add Mul_FloorDiv Div_Mul FloorDiv_Mul Pow_Mul BitOr_BitAnd BitAnd_BitOr',
    'ReplaceUnaryOperator': 'Delete_Not USub_UAdd', 'VariableReplacer': 'nothing', 'VariableInserter': 'nothing',
}
# These read the source, count or time operations, or test what surrounds the package, so their failure says nothing
# about a mutant.
_EXCLUDED = ('cli', 'dropin', 'fuzz', 'packaging', 'prism', 'typing', 'faults/test_pages.py',
             'test_architecture.py', 'test_contract.py', 'test_costs.py', 'test_description.py', 'test_docs.py',
             'test_fuzz_corpus.py', 'test_pytest_plugin.py', 'test_quickstart.py', 'test_requirements.py')
_PYTEST = ['-q', '-x', '-c', 'tox.ini', '-p', 'no:cacheprovider', '-W', 'ignore::pytest.PytestAssertRewriteWarning']
_PYTEST += ['--ignore=test/' + name for name in _EXCLUDED]
# Seconds for the tests in the module's own file, for those in other files, for the rest of them if these detect
# nothing, and the margin before a run times out.
_OWN_TESTS, _OTHER_TESTS, _MORE_TESTS, _TIMEOUT_MARGIN = 5, 2, 30, 40
# The test files of modules that have none named after them.
_TEST_FILES = {
    '_common/tokens': 'test_credentials', '_common/tracebacks': 'faults/test_secrets',
    '_common/urls': 'test_configuration', '_settings/debug_report': 'test_configuration',
    '_transport/body': 'test_rest', '_transport/error_mapping': 'test_rest', '_transport/session': 'test_rest',
    'sandbox/_messages': 'sandbox/test_app',
}


class RemoveStatement(Operator):
    """Remove a call, an assignment, a ``return`` or a ``raise``."""

    def mutation_positions(self, node):
        first = node.children[0] if node.type == 'simple_stmt' else None
        if first is not None and not first.type.startswith(('import', 'string', 'keyword', 'pass')):
            yield node.start_pos, node.end_pos

    def mutate(self, node, index):
        replacement = parso.parse('pass').children[0]
        replacement.prefix = node.get_first_leaf().prefix
        node.children[0] = replacement
        return node

    examples = tuple


class ReplaceArgumentWithNone(Operator):
    """Replace the value of a keyword argument with ``None``."""

    def mutation_positions(self, node):
        if node.type == 'argument' and node.children[1] == '=' and node.children[2].get_code() not in ('None', 'False'):
            yield node.start_pos, node.end_pos

    def mutate(self, node, index):
        node.children[2] = parso.parse('None').children[0]
        return node

    examples = tuple


def mutants_of(source):
    """Yield each distinct mutant: the first line that differs, and the mutated source."""
    operators = [ReplaceArgumentWithNone(), RemoveStatement()]
    for name in sorted(operator_names()):
        kind, _, pair = name.partition('/')[2].partition('_')
        if pair in _REPLACEMENTS.get(kind, pair).split(' '):
            operators.append(get_operator(name)())
    seen = {source}
    for operator in operators:
        for occurrence in itertools.count():
            visitor = MutationVisitor(occurrence, operator)
            try:
                mutant = visitor.walk(get_ast(source)).get_code()
                compile(mutant, 'mutant', 'exec')
            except (AttributeError, SyntaxError):
                continue  # cosmic-ray fails on an `except` with a dotted name, and on `async` used as a name.
            if not visitor.mutation_applied:
                break
            if mutant not in seen:
                seen.add(mutant)
                lines = enumerate(zip(source.splitlines(), mutant.splitlines()), 1)
                yield next((number for number, (before, after) in lines if before != after), 1), mutant


class ResultRecorder(object):
    """Run the selected tests in their order, and record their durations and the one that fails."""

    def __init__(self, selected):
        self.positions = {test: position for position, test in enumerate(selected)}
        self.seconds = collections.Counter()
        self.failed = None

    def pytest_collection_modifyitems(self, items):
        if self.positions:
            items[:] = sorted((item for item in items if item.nodeid in self.positions),
                              key=lambda item: self.positions[item.nodeid])

    def pytest_runtest_logreport(self, report):
        self.seconds[report.nodeid] += report.duration
        if report.failed:
            self.failed = report.nodeid


def run_tests(arguments, selected=(), timeout=1800):
    """Run pytest in a fork.

    :return: its exit code (``None`` if it timed out), the test that failed, and the seconds by test.
    """
    process = os.fork()
    if process == 0:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (4 * 2 ** 30,) * 2)
        os.dup2(os.open('pytest.log', os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
        os.dup2(1, 2)
        recorder, code = ResultRecorder(selected), 99
        try:
            code = int(pytest.main(_PYTEST + arguments, plugins=[recorder]))
            with open('record.json', 'w') as opened:
                json.dump([recorder.failed, recorder.seconds], opened)
        finally:
            os._exit(code)
    deadline, code = time.time() + timeout, None
    while code is None and time.time() < deadline:
        time.sleep(0.01)
        ended, status = os.waitpid(process, os.WNOHANG)
        code = os.WEXITSTATUS(status) if ended else None
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)  # includes processes that the tests started
    if code in (0, 1):
        with open('record.json') as opened:
            return [code] + json.load(opened)
    return code, None, {}


def fastest(tests, seconds, budget):
    """Yield the fastest tests until the time budget, in seconds, is used up."""
    for test in sorted(tests, key=seconds.get):
        budget -= seconds[test] + 0.005
        if budget > 0:
            yield test


def covering_tests(module, line, contexts, seconds):
    """Return the tests that execute a line, in three groups.

    The first two are quick: tests in the module's own test file, and in others. The third has slow ones as well.
    """
    while line > 1 and not contexts.get(line):
        line -= 1
    tests = {context.partition('|')[0] for context in contexts.get(line, [''])}
    if '' in tests:  # executed at import
        tests = set(seconds)
    directory, name = os.path.split(module)
    own_file = 'test/%s.py::' % _TEST_FILES.get(module, os.path.join(directory.lstrip('_'), 'test_' + name.lstrip('_')))
    own = {test for test in tests & set(seconds) if test.startswith(own_file)}
    others = tests & set(seconds) - own
    quick = [list(fastest(own, seconds, _OWN_TESTS)), list(fastest(others, seconds, _OTHER_TESTS))]
    rest = (own | others).difference(*quick)
    return quick + [list(fastest(rest, seconds, _MORE_TESTS))]


def outcome_of(path, mutant, groups, seconds):
    """Run groups of tests on a mutant, and return ``killed``, ``survived`` or ``timeout``."""
    for compiled in glob.glob(path.replace('/', '/__pycache__/', 1)[:-2] + '*.pyc'):
        os.remove(compiled)
    with open(path, 'w') as opened:
        opened.write(mutant)
    for selected in filter(None, groups):
        timeout = 2 * sum(map(seconds.get, selected)) + _TIMEOUT_MARGIN
        code, _, _ = run_tests(sorted({test.partition('::')[0] for test in selected}), selected, timeout)
        if code is None:
            return 'timeout'
        if code:
            return 'killed'
    return 'survived'


def check_module(path, data, seconds):
    """Test all mutants of a module, and print those that survive and the number of each outcome."""
    with open(path) as opened:
        source = opened.read()
    module, counts = path[len('cloudsmith_api/'):-len('.py')], collections.Counter()
    contexts = data.contexts_by_lineno(os.path.abspath(path))
    for line, mutant in mutants_of(source):
        outcome = outcome_of(path, mutant, covering_tests(module, line, contexts, seconds), seconds)
        counts[outcome] += 1
        if outcome == 'survived':
            lines = difflib.unified_diff(source.splitlines(), mutant.splitlines(), path, path, n=0, lineterm='')
            sys.stdout.write('\n'.join(lines) + '\n\n')
            sys.stdout.flush()
    with open(path, 'w') as opened:
        opened.write(source)
    sys.stdout.write('%s: %s\n' % (module, ', '.join('%d %s' % (count, outcome) for outcome, count in counts.items())))
    sys.stdout.flush()


def main(modules):
    """Test the mutants of these modules, or of all but the sandbox."""
    with tempfile.TemporaryDirectory(prefix='mutation-') as copy:
        archive = subprocess.run(['git', 'archive', 'HEAD'], stdout=subprocess.PIPE, check=True).stdout
        subprocess.run(['tar', 'x', '-C', copy], input=archive, check=True)
        os.chdir(copy)
        sys.path.insert(0, copy)
        os.environ['PYTHONPATH'] = copy
        code, failed, seconds = run_tests(['test', '--cov=cloudsmith_api', '--cov-context=test', '--cov-report=',
                                           '--cov-config=' + os.devnull])
        if code != 0:
            raise SystemExit('the unchanged package fails its tests: exit code %s, %s' % (code, failed))
        data = coverage.CoverageData()
        data.read()
        # Bytecode compiled from one mutant must not be used for the next.
        sys.dont_write_bytecode = True
        os.environ['PYTHONDONTWRITEBYTECODE'] = '1'
        for path in sorted(map(os.path.relpath, data.measured_files())):
            module = path[len('cloudsmith_api/'):-len('.py')]
            if module in modules or not (modules or module.startswith('sandbox')):
                check_module(path, data, seconds)


if __name__ == '__main__':
    main(sys.argv[1:])
