"""Look for an answer or a call that fails its check, from the corpus on, guided by what code each input reaches.

    python test/fuzz/run.py answers -max_total_time=3600
    python test/fuzz/run.py calls -max_total_time=3600

It needs this package and atheris (``pip install atheris``), which is there for Python 3.11 to 3.13 on Linux and macOS.
What follows the target is for libFuzzer: ``-help=1`` lists its options. Where no folder or file is among it, new inputs
go to a folder of their own, which is named at the start, and so does one that fails; to try that one again, name it:

    python test/fuzz/run.py answers crash-1234

To take over into the corpus what reaches code that nothing in it reaches, out of a folder of new inputs:

    python test/fuzz/run.py answers -merge=1 -use_counters=0 test/fuzz/corpus/answers NEW
"""

import importlib
import os
import shlex
import sys
import tempfile
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
TARGETS = ('answers', 'calls')

#: Whose code guides the search: this package, and what it stands on.
GUIDES = ['cloudsmith_api', 'urllib3', 'http']

DEFAULTS = ['-max_len=4096', '-timeout=25']


def main(arguments):
    """Run libFuzzer on a target."""
    if not arguments or arguments[0] not in TARGETS:
        return 'usage: run.py %s [OPTION OR FOLDER OF LIBFUZZER]...' % '|'.join(TARGETS)
    try:
        import atheris
    except ImportError:
        return 'This needs atheris, which is to be had for Python 3.11 to 3.13 on Linux and macOS: pip install atheris'
    target, options = arguments[0], arguments[1:]
    for guide in GUIDES:
        # atheris has imported some of the standard library, which it can only guide by what it imports itself.
        for name in [name for name in sys.modules if name.split('.')[0] == guide]:
            del sys.modules[name]
    sys.path.insert(0, os.path.dirname(HERE))
    with atheris.instrument_imports(include=GUIDES):
        checker = importlib.import_module('fuzz.' + target).checker()
    # That credentials go over plain http, which each call in question would say again.
    warnings.simplefilter('ignore')
    if all(option.startswith('-') for option in options):
        options += folders(target)
    words = os.path.join(HERE, target + '.dict')
    # To merge, libFuzzer has a shell run this program anew.
    program = ' '.join(map(shlex.quote, [sys.executable, os.path.abspath(__file__), target]))
    atheris.Setup([program, '-dict=' + words] + DEFAULTS + options, checker.check)
    atheris.Fuzz()
    return None


def folders(target):
    """Give where new inputs go, and the corpus."""
    new = tempfile.mkdtemp(prefix='fuzz-%s-' % target)
    sys.stderr.write('New inputs go to %s\n' % new)
    return ['-artifact_prefix=%s%s' % (new, os.sep), new, os.path.join(HERE, 'corpus', target)]


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
