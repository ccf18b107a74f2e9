"""Make very many calls against faults at random, and check that every one ends as promised, and nothing is left over.

    python benchmarks/soak.py --calls 200000 --threads 16 --seed 1

The faults come from a server in a process of its own. A call's path says which fault it is to get, so that the outcome
can be checked. Exit status 1 if any promise was broken.
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

LIMIT = 20000
# The whole call's time, where the fault is that time runs out, and the latest it may end by the documentation.
SHORT_TIME = 0.05
LONG_TIME = 20.0
ALLOWANCE = 0.5
# What scheduling on a machine with more threads than cores may add.
BUSY = 1.5


def answer(status, body=b'', *headers):
    """Put an answer together."""
    lines = ['HTTP/1.1 %d Said so' % status, 'Content-Length: %d' % len(body)] + list(headers)
    return '\r\n'.join(lines + ['', '']).encode() + body


def model(number):
    """Write the model that belongs to a call."""
    return json.dumps({'name': 'call %s' % number, 'slug': 'x' * 20}).encode()


def gzipped(data):
    """Compress."""
    encoder = zlib.compressobj(9, zlib.DEFLATED, 31)
    return encoder.compress(data) + encoder.flush()


def send(make):
    """Make a play that sends what ``make(number, attempt)`` gives."""
    def play(connection, number, attempt):
        connection.sendall(make(number, attempt))
        return True
    return play


def send_and_cut(make):
    """Make a play that sends that and ends the connection."""
    def play(connection, number, attempt):
        connection.sendall(make(number, attempt))
        return False
    return play


def reset(connection, number, attempt):
    """End the connection with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    return False


def late(connection, number, attempt):
    """Answer a little later."""
    time.sleep(0.01)
    connection.sendall(answer(200, model(number)))
    return True


def silent(connection, number, attempt):
    """Say nothing until the client gives up."""
    connection.settimeout(10)
    connection.recv(1)
    return False


def drip(connection, number, attempt):
    """Send the head a byte at a time."""
    for position in range(100):
        connection.sendall(answer(200, model(number))[position:position + 1])
        time.sleep(0.01)
    return False


def drip_body(connection, number, attempt):
    """Send the body a chunk at a time."""
    connection.sendall(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
    for _ in range(100):
        connection.sendall(b'1\r\n \r\n')
        time.sleep(0.01)
    return False


def endless(connection, number, attempt):
    """Send more than is allowed."""
    connection.sendall(b'HTTP/1.1 200 OK\r\n\r\n')
    for _ in range(1000):
        connection.sendall(b' ' * 1000)
    return False


def good(number, attempt):
    """Answer as the service should."""
    return answer(200, model(number))


def once(first):
    """Go wrong at the first attempt, and right after that."""
    def play(connection, number, attempt):
        return first(connection, number, attempt) if attempt == 0 else send(good)(connection, number, attempt)
    return play


BOMB = gzipped(b'\0' * 5000000)
CHUNKED = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'

# Name -> how often, what the server plays, the exception that is promised (None: the model), the time allowed.
Fault = collections.namedtuple('Fault', 'weight play promised seconds')
FAULTS = {
    'none': Fault(30, send(good), None, LONG_TIME),
    'late': Fault(4, late, None, LONG_TIME),
    'gzip': Fault(4, send(lambda n, a: answer(200, gzipped(model(n)), 'Content-Encoding: gzip')), None, LONG_TIME),
    'chunked': Fault(4, send(lambda n, a: CHUNKED + b'%x\r\n%s\r\n0\r\n\r\n' % (len(model(n)), model(n))), None,
                     LONG_TIME),
    'until-close': Fault(4, send_and_cut(lambda n, a: b'HTTP/1.1 200 OK\r\n\r\n' + model(n)), None, LONG_TIME),
    '500-once': Fault(4, once(send(lambda n, a: answer(500))), None, LONG_TIME),
    '503-once': Fault(4, once(send(lambda n, a: answer(503, b'', 'Retry-After: 0'))), None, LONG_TIME),
    '429-once': Fault(4, once(send(lambda n, a: answer(429, b'', 'Retry-After: 0'))), None, LONG_TIME),
    'reset-once': Fault(4, once(reset), None, LONG_TIME),
    'end-once': Fault(4, once(send_and_cut(lambda n, a: b'')), None, LONG_TIME),
    'cut-once': Fault(4, once(send_and_cut(lambda n, a: good(n, a)[:-3])), None, LONG_TIME),
    'surplus': Fault(4, send(lambda n, a: good(n, a) + answer(200, model('forged'))), None, LONG_TIME),
    '404': Fault(4, send(lambda n, a: answer(404, b'{"detail": "No."}')), NotFoundException, LONG_TIME),
    '422': Fault(4, send(lambda n, a: answer(422, b'{"fields": {"a": ["b"]}}')), UnprocessableEntityException,
                 LONG_TIME),
    '302': Fault(4, send(lambda n, a: answer(302, b'', 'Location: http://127.0.0.1:9/')), RedirectException, LONG_TIME),
    '500': Fault(4, send(lambda n, a: answer(500, b'<html>')), ServiceException, LONG_TIME),
    '429': Fault(4, send(lambda n, a: answer(429, b'', 'Retry-After: 0')), TooManyRequestsException, LONG_TIME),
    '429-long': Fault(4, send(lambda n, a: answer(429, b'', 'Retry-After: 3304')), TooManyRequestsException,
                      LONG_TIME),
    'reset': Fault(4, reset, ConnectionException, LONG_TIME),
    'cut': Fault(4, send_and_cut(lambda n, a: good(n, a)[:-3]), ConnectionException, LONG_TIME),
    'cut-chunk': Fault(4, send_and_cut(lambda n, a: CHUNKED + b'9\r\n{'), ConnectionException, LONG_TIME),
    'no-http': Fault(4, send_and_cut(lambda n, a: b'SSH-2.0-x\r\n'), ConnectionException, LONG_TIME),
    'html': Fault(4, send(lambda n, a: answer(200, b'<html>')), InvalidResponseException, LONG_TIME),
    'cut-gzip': Fault(4, send_and_cut(lambda n, a: answer(200, gzipped(model(n)), 'Content-Encoding: gzip')[:-9]),
                      ConnectionException, LONG_TIME),
    'no-gzip': Fault(4, send(lambda n, a: answer(200, model(n), 'Content-Encoding: gzip')), InvalidResponseException,
                     LONG_TIME),
    'long': Fault(2, send_and_cut(lambda n, a: answer(200, b' ' * (LIMIT + 1))), InvalidResponseException, LONG_TIME),
    'endless': Fault(2, endless, InvalidResponseException, LONG_TIME),
    'bomb': Fault(2, send(lambda n, a: answer(200, BOMB, 'Content-Encoding: gzip')), InvalidResponseException,
                  LONG_TIME),
    'silent': Fault(2, silent, TimeoutException, SHORT_TIME),
    'drip': Fault(2, drip, TimeoutException, SHORT_TIME),
    'drip-body': Fault(2, drip_body, TimeoutException, SHORT_TIME),
}


class Server(object):
    """Plays the fault that a request's path names."""

    def __init__(self):
        self._attempts = collections.Counter()
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._listener.bind(('127.0.0.1', 0))
        self._listener.listen(256)
        self.port = self._listener.getsockname()[1]

    def serve(self):
        """Accept connections until the process is ended."""
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
                head, _, received = received.partition(b'\r\n\r\n')
                _, fault, number, _ = head.decode('latin-1').split(' ')[1].split('/')
                attempt = self._attempts[number]
                self._attempts[number] += 1
                if not FAULTS[fault].play(connection, number, attempt):
                    return
        except EnvironmentError:
            return
        finally:
            connection.close()


def serve(pipe):
    """Be the process of the server."""
    server = Server()
    pipe.send(server.port)
    server.serve()


class Soak(object):
    """Calls from many threads, and what came of them."""

    def __init__(self, port, calls, threads, seed):
        self.configuration = Configuration()
        self.configuration.host = 'http://127.0.0.1:%d' % port
        self.configuration.max_response_bytes = LIMIT
        self.configuration.connection_pool_maxsize = threads
        self.configuration.retries = 2
        self.configuration.api_key['X-Api-Key'] = 'the-secret-key-0123456789'
        self.client = ApiClient(self.configuration)
        self.ended = collections.Counter()
        self.broken = []
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
                _return_http_data_only=True, _request_timeout=fault.seconds)
            outcome, wrong = 'a model', data.name != 'call %s' % number
        except ApiException as error:
            outcome, wrong = type(error).__name__, 'the-secret-key' in str(error) or '\n' in str(error)
        except BaseException as error:
            outcome, wrong = 'escaped: %r' % error, True
        elapsed = time.monotonic() - started
        promised = fault.promised.__name__ if fault.promised else 'a model'
        latest = fault.seconds + max(ALLOWANCE, fault.seconds / 4) + BUSY
        with self._lock:
            self.ended[outcome] += 1
            self.longest[fault.seconds] = max(self.longest[fault.seconds], elapsed)
            if wrong or outcome != promised or elapsed > latest:
                self.broken.append('%s %s: promised %s, got %s after %.2f s' % (
                    name, number, promised, outcome, elapsed))


def resources():
    """Tell how many threads and files are open, and how many MiB of memory are in use."""
    gc.collect()
    with open('/proc/self/statm') as statm:
        pages = int(statm.read().split()[1])
    return threading.active_count(), len(os.listdir('/proc/self/fd')), pages * os.sysconf('SC_PAGESIZE') / 2.0 ** 20


def report(line):
    """Write a line of the report."""
    sys.stdout.write(line + '\n')
    sys.stdout.flush()


def main():
    """Run the soak, print the report, and give the exit status."""
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

    # What a first round brings in, code and buffers of the allocator, is not a leak.
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

    report('cloudsmith-api %s, urllib3 %s, %s %s on %s, %d cores' % (
        __version__, urllib3.__version__, platform.python_implementation(), platform.python_version(),
        platform.platform(), os.cpu_count()))
    report('%d calls from %d threads, seed %d: %.0f s, %.0f calls a second, %d broken promises' % (
        arguments.calls, arguments.threads, arguments.seed, elapsed, arguments.calls / elapsed, len(soak.broken)))
    for outcome, count in soak.ended.most_common():
        report('%8d  %s' % (count, outcome))
    for seconds, longest in sorted(soak.longest.items()):
        report('longest call of those allowed %g s: %.2f s' % (seconds, longest))
    for name, unit, was, now in zip(('threads', 'open files', 'memory'), ('', '', ' MiB'), before, after):
        report('%s: %.0f%s before, %.0f%s after' % (name, was, unit, now, unit))
    for line in soak.broken[:20]:
        report('BROKEN: ' + line)
    left = after[0] > before[0] or after[1] > before[1] or after[2] > before[2] + 16
    if left:
        report('BROKEN: threads, files or memory are left over')
    return 1 if soak.broken or left else 0


if __name__ == '__main__':
    sys.exit(main())
