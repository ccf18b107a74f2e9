"""Measures one contender in a process that stays: reads what to do from standard input, and prints what it took.

Called with the name of the contender's script and the URL. A line in is a JSON list ``[FUNCTION, ARGUMENT, ...]``, a
line out is a JSON number. Runs on every interpreter that the package supports.
"""

import gc
import importlib
import json
import sys
import threading
import timeit

# For what nobody looked at before: lines of source for tracebacks, regular expressions, method caches.
_MODELS_BEFORE = 1000
_CLIENTS_BEFORE = 50


class Worker(object):
    """What may be asked for.

    :param contender: the contender's module.
    :param str url: the base URL.
    """

    def __init__(self, contender, url):
        self._contender = contender
        self._url = url
        self._clients = {}

    def calls(self, operation, arguments, count, threads=1):
        """Call one operation over and over, on one client.

        :param str operation: the name of a method of the contender's client.
        :param list arguments: its arguments.
        :param int count: how many times in all.
        :param int threads: on how many threads.
        :return: seconds for each call.
        """
        if threads not in self._clients:
            self._clients[threads] = self._contender.Client(self._url, threads)
        method = getattr(self._clients[threads], operation)

        def work():
            for _ in range(count // threads):
                method(*arguments)

        # Each batch finds the processor and the server busy with another contender's.
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

    def models(self, count):
        """Make models.

        :return: seconds for each.
        """
        setup, statement = self._contender.MODEL
        return timeit.timeit(statement, setup, number=count) / count

    def kept_by_models(self, count):
        """Make models and drop them.

        :return: bytes that are kept of all of them.
        """
        setup, statement = self._contender.MODEL
        names = {}
        exec(setup, names)
        make = eval('lambda: ' + statement, names)
        return _kept(make, _MODELS_BEFORE, count)

    def kept_by_clients(self, count):
        """Make clients, have each make one call, and drop them.

        :return: bytes that are kept of all of them.
        """
        return _kept(lambda: self._contender.Client(self._url).user_self(), _CLIENTS_BEFORE, count)


def _kept(make, before, count):
    # Not there on Python 2.
    import tracemalloc

    tracemalloc.start()
    for _ in range(min(before, count)):
        make()
    gc.collect()
    start = tracemalloc.get_traced_memory()[0]
    for _ in range(count):
        make()
    gc.collect()
    kept = tracemalloc.get_traced_memory()[0] - start
    tracemalloc.stop()
    return kept


def main():
    """Do what is asked until nothing more is."""
    worker = Worker(importlib.import_module(sys.argv[1]), sys.argv[2])
    for line in iter(sys.stdin.readline, ''):
        asked = json.loads(line)
        sys.stdout.write('%s\n' % json.dumps(getattr(worker, asked[0])(*asked[1:])))
        sys.stdout.flush()


if __name__ == '__main__':
    main()
