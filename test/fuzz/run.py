"""Fuzz the client: mutate the corpus, guided by code coverage, until a response or a call fails its checks.

    python test/fuzz/run.py responses -max_total_time=3600
    python test/fuzz/run.py calls -max_total_time=3600

This needs the package and atheris (``pip install atheris``), which supports Python 3.11 to 3.13 on Linux and macOS.
Everything after the target is passed to libFuzzer; ``-help=1`` lists its options. New inputs, and one that fails, are
written to a temporary directory, printed at the start, unless the options name a directory or a file. To run an input
that failed again, name it:

    python test/fuzz/run.py responses crash-1234

To merge new inputs into the corpus, keeping only those that reach new code:

    python test/fuzz/run.py responses -merge=1 -use_counters=0 test/fuzz/corpus/responses NEW
"""

import importlib
import os
import shlex
import sys
import tempfile
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
TARGETS = ('responses', 'calls')

#: Packages whose coverage guides the search: the client and the HTTP libraries that it uses.
INSTRUMENTED = ['cloudsmith_api', 'urllib3', 'http']

DEFAULTS = ['-max_len=4096', '-timeout=25']


def main(arguments):
    """Run libFuzzer on a target."""
    if not arguments or arguments[0] not in TARGETS:
        return 'usage: run.py %s [LIBFUZZER_OPTION | DIRECTORY | FILE]...' % '|'.join(TARGETS)
    try:
        import atheris
    except ImportError:
        return 'atheris is not installed (it supports Python 3.11 to 3.13 on Linux and macOS): pip install atheris'
    target, options = arguments[0], arguments[1:]
    for package in INSTRUMENTED:
        # atheris instruments modules as they are imported, and has itself imported some of the standard library.
        for name in [name for name in sys.modules if name.split('.')[0] == package]:
            del sys.modules[name]
    sys.path.insert(0, os.path.dirname(HERE))
    with atheris.instrument_imports(include=INSTRUMENTED):
        checker = importlib.import_module('fuzz.' + target).Checker()
    # Many calls send credentials over plain http: without this, each of them would print InsecureTransportWarning.
    warnings.simplefilter('ignore')
    if all(option.startswith('-') for option in options):
        options += default_directories(target)
    dictionary = os.path.join(HERE, target + '.dict')
    # For -merge=1, libFuzzer starts argv[0] again through a shell.
    program = ' '.join(map(shlex.quote, [sys.executable, os.path.abspath(__file__), target]))
    atheris.Setup([program, '-dict=' + dictionary] + DEFAULTS + options, checker.check)
    atheris.Fuzz()
    return None


def default_directories(target):
    """Return the options for a new directory that takes new inputs, and for the corpus."""
    new = tempfile.mkdtemp(prefix='fuzz-%s-' % target)
    sys.stderr.write('New inputs are written to %s\n' % new)
    return ['-artifact_prefix=%s%s' % (new, os.sep), new, os.path.join(HERE, 'corpus', target)]


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
