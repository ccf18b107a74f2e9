"""Profile one call of the package in this source tree.

Run it with an interpreter that has the package's dependencies, such as ``.benchmarks/3.11.7/this-package/bin/python``,
which ``compare.py`` creates. The profiler adds a fixed cost to each function call, which exaggerates small functions:
use ``compare.py`` to see whether a change helps.
"""

import argparse
import cProfile
import os
import pstats
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), os.path.join(HERE, 'contenders')]


def main():
    """Profile the same calls of this package and of the baseline."""
    options = _parser().parse_args()
    # These need the sys.path set above.
    import cloudsmith
    import raw

    server = subprocess.Popen([sys.executable, os.path.join(HERE, 'server.py')], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE)
    try:
        url = 'http://127.0.0.1:%d/v1' % int(server.stdout.readline())
        arguments = [options.rows] if options.operation == 'user_tokens_list' else []
        for title, client in (('raw', raw.Client(url)), ('this package', cloudsmith.Client(url))):
            profile = _profile(getattr(client, options.operation), arguments, options.calls)
            statistics = pstats.Stats(profile, stream=sys.stdout)
            print('%s: %.1f function calls for each call of %s' % (
                title, float(statistics.total_calls) / options.calls, options.operation))
        statistics.sort_stats('tottime').print_stats(options.top)
    finally:
        server.stdin.close()
        server.wait()


def _profile(method, arguments, calls):
    # The first calls connect and fill caches.
    for _ in range(10):
        method(*arguments)
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(calls):
        method(*arguments)
    profile.disable()
    return profile


def _parser():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--operation', choices=('user_self', 'user_tokens_list'), default='user_self')
    parser.add_argument('--rows', type=int, default=500, help='keys on a page, for user_tokens_list')
    parser.add_argument('--calls', type=int, default=1000)
    parser.add_argument('--top', type=int, default=30, help='number of functions to show')
    return parser


if __name__ == '__main__':
    main()
