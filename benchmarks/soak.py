"""Make many calls against random faults, and check the outcome of each and that no resource leaks.

    python benchmarks/soak.py --calls 200000 --threads 16 --seed 1

A server in its own process produces the faults. The path of each request names its fault, so that the outcome of the
call can be checked. The exit status is 1 if any check failed.
"""

import argparse
import collections
import gc
import json
import multiprocessing
import os
import platform
import random
import socket
import struct
import sys
import threading
import time
import zlib

import urllib3

from cloudsmith_api import (
    ApiClient,
    ApiException,
    Configuration,
    ConnectionException,
    InvalidResponseException,
    NotFoundException,
    RedirectException,
    ServiceException,
    TimeoutException,
    TooManyRequestsException,
    UnprocessableEntityException,
    __version__,
)
from cloudsmith_api._transport.retry import ApiRetry

MAX_RESPONSE_BYTES = 20000
# Timeouts of a whole call in seconds: the short one is for faults meant to exceed it.
SHORT_TIMEOUT = 0.05
LONG_TIMEOUT = 20.0
# By how many seconds a call may exceed its timeout according to docs/reliability.md.
TOLERANCE = 0.5
# By how many more seconds if there are more threads than cores.
SCHEDULING_DELAY = 1.5


def response(status, body=b'', *headers):
    """Return the bytes of a response."""
    lines = ['HTTP/1.1 %d Reason' % status, 'Content-Length: %d' % len(body)] + list(headers)
    return '\r\n'.join(lines + ['', '']).encode() + body


def model(number):
    """Return the JSON of the model that a call should return."""
    return json.dumps({'name': 'call %s' % number, 'slug': 'x' * 20}).encode()


def gzipped(data):
    """Return data compressed with gzip."""
    encoder = zlib.compressobj(9, zlib.DEFLATED, 31)
    return encoder.compress(data) + encoder.flush()


def send(make_response):
    """Return a handler that sends a response and keeps the connection open.

    A handler takes a connection, the number of a call and the number of its attempt, counted from 0; it returns whether
    the connection stays open.

    :param make_response: a function of both numbers that returns bytes.
    """
    def handle(connection, number, attempt):
        connection.sendall(make_response(number, attempt))
        return True
    return handle


def send_and_close(make_response):
    """Return a handler that sends a response and closes the connection."""
    def handle(connection, number, attempt):
        connection.sendall(make_response(number, attempt))
        return False
    return handle


def reset(connection, number, attempt):
    """Reset the connection."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    return False


def late(connection, number, attempt):
    """Send the response after a short delay."""
    time.sleep(0.01)
    connection.sendall(response(200, model(number)))
    return True


def silent(connection, number, attempt):
    """Send nothing until the client gives up."""
    connection.settimeout(10)
    connection.recv(1)
    return False


def trickle(connection, number, attempt):
    """Send the headers one byte at a time."""
    for position in range(100):
        connection.sendall(response(200, model(number))[position:position + 1])
        time.sleep(0.01)
    return False


def trickle_body(connection, number, attempt):
    """Send the body one small chunk at a time."""
    connection.sendall(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
    for _ in range(100):
        connection.sendall(b'1\r\n \r\n')
        time.sleep(0.01)
    return False


def endless(connection, number, attempt):
    """Send a body that exceeds the size limit by far."""
    connection.sendall(b'HTTP/1.1 200 OK\r\n\r\n')
    for _ in range(1000):
        connection.sendall(b' ' * 1000)
    return False


def good(number, attempt):
    """Return the response of a service without faults."""
    return response(200, model(number))


def once(fault):
    """Return a handler that applies a fault to the first attempt only."""
    def handle(connection, number, attempt):
        return fault(connection, number, attempt) if attempt == 0 else send(good)(connection, number, attempt)
    return handle


BOMB = gzipped(b'\0' * 5000000)
CHUNKED = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'

# Relative frequency, the server's handler, the expected exception (None: the call succeeds), and the call's timeout.
Fault = collections.namedtuple('Fault', 'weight handle expected timeout', defaults=(None, LONG_TIMEOUT))
FAULTS = {
    'none': Fault(30, send(good)),
    'late': Fault(4, late),
    'gzip': Fault(4, send(lambda n, a: response(200, gzipped(model(n)), 'Content-Encoding: gzip'))),
    'chunked': Fault(4, send(lambda n, a: CHUNKED + b'%x\r\n%s\r\n0\r\n\r\n' % (len(model(n)), model(n)))),
    'until-close': Fault(4, send_and_close(lambda n, a: b'HTTP/1.1 200 OK\r\n\r\n' + model(n))),
    '500-once': Fault(4, once(send(lambda n, a: response(500)))),
    '503-once': Fault(4, once(send(lambda n, a: response(503, b'', 'Retry-After: 0')))),
    '429-once': Fault(4, once(send(lambda n, a: response(429, b'', 'Retry-After: 0')))),
    'reset-once': Fault(4, once(reset)),
    'close-once': Fault(4, once(send_and_close(lambda n, a: b''))),
    'truncated-once': Fault(4, once(send_and_close(lambda n, a: good(n, a)[:-3]))),
    'surplus': Fault(4, send(lambda n, a: good(n, a) + response(200, model('forged')))),
    '404': Fault(4, send(lambda n, a: response(404, b'{"detail": "No."}')), NotFoundException),
    '422': Fault(4, send(lambda n, a: response(422, b'{"fields": {"a": ["b"]}}')), UnprocessableEntityException),
    '302': Fault(4, send(lambda n, a: response(302, b'', 'Location: http://127.0.0.1:9/')), RedirectException),
    '500': Fault(4, send(lambda n, a: response(500, b'<html>')), ServiceException),
    '429': Fault(4, send(lambda n, a: response(429, b'', 'Retry-After: 0')), TooManyRequestsException),
    '429-long': Fault(4, send(lambda n, a: response(429, b'', 'Retry-After: 3304')), TooManyRequestsException),
    'reset': Fault(4, reset, ConnectionException),
    'truncated': Fault(4, send_and_close(lambda n, a: good(n, a)[:-3]), ConnectionException),
    'truncated-chunk': Fault(4, send_and_close(lambda n, a: CHUNKED + b'9\r\n{'), ConnectionException),
    'truncated-gzip': Fault(
        4, send_and_close(lambda n, a: response(200, gzipped(model(n)), 'Content-Encoding: gzip')[:-9]),
        ConnectionException),
    'not-http': Fault(4, send_and_close(lambda n, a: b'SSH-2.0-x\r\n'), ConnectionException),
    'not-gzip': Fault(4, send(lambda n, a: response(200, model(n), 'Content-Encoding: gzip')),
                      InvalidResponseException),
    'html': Fault(4, send(lambda n, a: response(200, b'<html>')), InvalidResponseException),
    'oversized': Fault(2, send_and_close(lambda n, a: response(200, b' ' * (MAX_RESPONSE_BYTES + 1))),
                       InvalidResponseException),
    'endless': Fault(2, endless, InvalidResponseException),
    'bomb': Fault(2, send(lambda n, a: response(200, BOMB, 'Content-Encoding: gzip')), InvalidResponseException),
    'silent': Fault(2, silent, TimeoutException, SHORT_TIMEOUT),
    'trickling': Fault(2, trickle, TimeoutException, SHORT_TIMEOUT),
    'trickling-body': Fault(2, trickle_body, TimeoutException, SHORT_TIMEOUT),
}


class Server(object):
    """A server that produces the fault named in the path of each request."""

    def __init__(self):
        self._attempts = collections.Counter()
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._listener.bind(('127.0.0.1', 0))
        self._listener.listen(256)
        self.port = self._listener.getsockname()[1]

    def serve(self):
        """Accept connections until the process is terminated."""
        while True:
            connection, _ = self._listener.accept()
            thread = threading.Thread(target=self._serve, args=(connection,))
            thread.daemon = True
            thread.start()

    def _serve(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        received = b''
        try:
            while True:
                while b'\r\n\r\n' not in received:
                    data = connection.recv(65536)
                    if not data:
                        return
                    received += data
                headers, _, received = received.partition(b'\r\n\r\n')
                _, fault, number, _ = headers.decode('latin-1').split(' ')[1].split('/')
                attempt = self._attempts[number]
                self._attempts[number] += 1
                if not FAULTS[fault].handle(connection, number, attempt):
                    return
        except EnvironmentError:
            return
        finally:
            connection.close()


def serve(pipe):
    """Run the server, and send its port through a pipe."""
    server = Server()
    pipe.send(server.port)
    server.serve()


class Soak(object):
    """Make calls from many threads and check their outcomes.

    :param int port: the server's.
    :param int calls: total number of calls, on all threads.
    :param int threads: number of threads.
    :param int seed: seed for the choice of faults.

    :ivar outcomes: how many calls had each outcome.
    :ivar list failures: a line for each call with an unexpected outcome.
    :ivar longest: timeout -> duration of the longest call with it.
    """

    def __init__(self, port, calls, threads, seed):
        self.configuration = Configuration()
        self.configuration.host = 'http://127.0.0.1:%d' % port
        self.configuration.max_response_bytes = MAX_RESPONSE_BYTES
        self.configuration.connection_pool_maxsize = threads
        self.configuration.retries = 2
        self.configuration.api_key['X-Api-Key'] = 'the-secret-key-0123456789'
        self.client = ApiClient(self.configuration)
        self.outcomes = collections.Counter()
        self.failures = []
        self.longest = collections.defaultdict(float)
        self._lock = threading.Lock()
        self._numbers = iter(range(calls))
        self._random = random.Random(seed)
        self._names = sorted(FAULTS)
        self._weights = [FAULTS[name].weight for name in self._names]
        self._threads = threads

    def run(self):
        """Make all calls."""
        threads = [threading.Thread(target=self._work) for _ in range(self._threads)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _work(self):
        while True:
            with self._lock:
                number = next(self._numbers, None)
                name = self._random.choices(self._names, self._weights)[0]
            if number is None:
                return
            self._check(number, name, FAULTS[name])

    def _check(self, number, name, fault):
        started = time.monotonic()
        try:
            data = self.client.call_api(
                '/%s/%s/' % (name, number), 'GET', response_type='UserBrief', auth_settings=['apikey'],
                _return_http_data_only=True, _request_timeout=fault.timeout)
            outcome, is_wrong = 'a model', data.name != 'call %s' % number
        except ApiException as error:
            outcome, is_wrong = type(error).__name__, 'the-secret-key' in str(error) or '\n' in str(error)
        except BaseException as error:
            outcome, is_wrong = 'escaped: %r' % error, True
        elapsed = time.monotonic() - started
        expected = fault.expected.__name__ if fault.expected else 'a model'
        max_elapsed = fault.timeout + max(TOLERANCE, fault.timeout / 4) + SCHEDULING_DELAY
        with self._lock:
            self.outcomes[outcome] += 1
            self.longest[fault.timeout] = max(self.longest[fault.timeout], elapsed)
            if is_wrong or outcome != expected or elapsed > max_elapsed:
                self.failures.append('%s %s: expected %s, got %s after %.2f s' % (
                    name, number, expected, outcome, elapsed))


def resources():
    """Return the number of threads and of open files, and the resident memory in MiB."""
    gc.collect()
    with open('/proc/self/statm') as statm:
        pages = int(statm.read().split()[1])
    return threading.active_count(), len(os.listdir('/proc/self/fd')), pages * os.sysconf('SC_PAGESIZE') / 2.0 ** 20


def main():
    """Run the soak test, print a report, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--calls', type=int, default=200000)
    parser.add_argument('--threads', type=int, default=16)
    parser.add_argument('--seed', type=int, default=1)
    arguments = parser.parse_args()

    ApiRetry.BACKOFF_BASE = 0.0005
    receiving, sending = multiprocessing.Pipe(False)
    server = multiprocessing.Process(target=serve, args=(sending,))
    server.daemon = True
    server.start()
    port = receiving.recv()

    # Modules that the first calls load, and memory that the allocator keeps, are not leaks.
    warm_up = Soak(port, min(5000, arguments.calls), arguments.threads, arguments.seed + 1)
    warm_up.run()
    warm_up.client.close()
    del warm_up
    before = resources()
    soak = Soak(port, arguments.calls, arguments.threads, arguments.seed)
    started = time.monotonic()
    soak.run()
    elapsed = time.monotonic() - started
    soak.client.close()
    after = resources()
    server.terminate()
    server.join()

    print('cloudsmith-api %s, urllib3 %s, %s %s on %s, %d cores' % (
        __version__, urllib3.__version__, platform.python_implementation(), platform.python_version(),
        platform.platform(), os.cpu_count()))
    print('%d calls from %d threads, seed %d: %.0f s, %.0f calls a second, %d failures' % (
        arguments.calls, arguments.threads, arguments.seed, elapsed, arguments.calls / elapsed, len(soak.failures)))
    for outcome, count in soak.outcomes.most_common():
        print('%8d  %s' % (count, outcome))
    for timeout, longest in sorted(soak.longest.items()):
        print('longest call with a timeout of %g s: %.2f s' % (timeout, longest))
    for name, unit, was, now in zip(('threads', 'open files', 'memory'), ('', '', ' MiB'), before, after):
        print('%s: %.0f%s before, %.0f%s after' % (name, was, unit, now, unit))
    for line in soak.failures[:20]:
        print('FAILED: ' + line)
    is_leaking = after[0] > before[0] or after[1] > before[1] or after[2] > before[2] + 16
    if is_leaking:
        print('FAILED: threads, open files or memory are leaking')
    return 1 if soak.failures or is_leaking else 0


if __name__ == '__main__':
    sys.exit(main())
