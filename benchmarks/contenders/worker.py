"""Measure one contender in a long-lived process that takes commands on standard input.

    python worker.py SCRIPT URL

Each input line is a JSON list ``[METHOD, ARGUMENT, ...]`` that names a method of :class:`Worker`; each output line is
the JSON number that it returns. Runs on every interpreter that the package supports.
"""

import gc
import importlib
import json
import sys
import threading
import timeit

# A warm-up fills the interpreter's own caches, which are not leaks: regular expressions, methods, source lines.
_WARM_UP_MODELS = 1000
_WARM_UP_CLIENTS = 50

# Number of fields -> statement for timeit that creates a model.
_MODELS = {
    3: 'UserBrief(authenticated=True, name="Ada", slug="ada")',
    7: 'UserBrief(authenticated=True, email="ada@example.com", name="Ada", profile_url="https://cloudsmith.io/~ada/", '
       'self_url="https://api.cloudsmith.io/v1/users/profile/ada/", slug="ada", slug_perm="abcdefghijkl")',
}


class Worker(object):
    """The commands.

    :param contender: the contender's module.
    :param str url: base URL of the server.
    """

    def __init__(self, contender, url):
        self._contender = contender
        self._url = url
        self._clients = {}

    def calls(self, operation, arguments, count, threads=1):
        """Call one operation of one client repeatedly.

        :param str operation: name of a method of the contender's client.
        :param list arguments: its arguments.
        :param int count: total number of calls, on all threads.
        :param int threads: number of threads.
        :return: seconds per call.
        """
        if threads not in self._clients:
            self._clients[threads] = self._contender.Client(self._url, threads)
        method = getattr(self._clients[threads], operation)

        def work():
            for _ in range(count // threads):
                method(*arguments)

        # Another contender's batch has just filled the processor's caches.
        method(*arguments)
        if threads == 1:
            return timeit.timeit(work, number=1) / count
        started = [threading.Thread(target=work) for _ in range(threads)]
        begin = timeit.default_timer()
        for thread in started:
            thread.start()
        for thread in started:
            thread.join()
        return (timeit.default_timer() - begin) / (count // threads * threads)

    def models(self, fields, count):
        """Create models.

        :param int fields: number of fields that have a value, 3 or 7.
        :param int count: number of models.
        :return: seconds per model.
        """
        setup = 'from %s import UserBrief' % self._contender.__name__
        return timeit.timeit(_MODELS[fields], setup, number=count) / count

    def kept_by_models(self, count):
        """Create models and discard them.

        :return: bytes that are still allocated afterwards.
        """
        create = eval('lambda: ' + _MODELS[3], {'UserBrief': self._contender.UserBrief})
        return _kept(create, _WARM_UP_MODELS, count)

    def kept_by_clients(self, count):
        """Create clients, make one call with each, and discard them.

        :return: bytes that are still allocated afterwards.
        """
        return _kept(lambda: self._contender.Client(self._url).user_self(), _WARM_UP_CLIENTS, count)


def _kept(create, warm_up, count):
    # Not on Python 2.
    import tracemalloc

    tracemalloc.start()
    for _ in range(min(warm_up, count)):
        create()
    gc.collect()
    start = tracemalloc.get_traced_memory()[0]
    for _ in range(count):
        create()
    gc.collect()
    kept = tracemalloc.get_traced_memory()[0] - start
    tracemalloc.stop()
    return kept


def main():
    """Run commands until standard input is closed."""
    worker = Worker(importlib.import_module(sys.argv[1]), sys.argv[2])
    for line in iter(sys.stdin.readline, ''):
        command = json.loads(line)
        sys.stdout.write('%s\n' % json.dumps(getattr(worker, command[0])(*command[1:])))
        sys.stdout.flush()


if __name__ == '__main__':
    main()
