import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from cloudsmith_api.sandbox import __main__ as program

NEEDS_SIGNALS = pytest.mark.skipif(os.name != 'posix', reason='on Windows, os.kill ends a process at once')
FOLDER = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@pytest.fixture
def run(monkeypatch):
    """Run the program in this process with the given arguments, and return its exit status."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, signal.default_int_handler)

    def run_with(*arguments):
        monkeypatch.setattr(sys, 'argv', ['sandbox'] + list(arguments))
        try:
            return program.main()
        except SystemExit as error:
            return error.code

    yield run_with
    for number, handler in before.items():
        signal.signal(number, handler)


class Interrupter(object):
    """A standard output whose ``flush`` sends this process a signal soon after."""

    def __init__(self, number):
        self.written = ''
        self._number = number

    def write(self, text):
        self.written += text

    def flush(self):
        timer = threading.Timer(0.05, os.kill, (os.getpid(), self._number))
        timer.start()


@NEEDS_SIGNALS
@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_signal_stops_program_with_exit_status_0(run, monkeypatch, number):
    output = Interrupter(number)
    monkeypatch.setattr(sys, 'stdout', output)
    before = threading.active_count()
    assert run('--port', '0') == 0
    assert 'http://127.0.0.1:' in output.written
    assert threading.active_count() <= before + 1  # the timer thread may still be ending


@pytest.mark.timeout(20)
@pytest.mark.skipif(not hasattr(signal, 'pthread_sigmask'), reason='needs Python 3 on POSIX')
def test_signal_that_does_not_end_the_sleep_stops_program(run, monkeypatch):
    # As if it had arrived after the interpreter last looked for signals, and before the system call.
    sleep = time.sleep

    def sleep_through_signals(seconds):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            sleep(seconds)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})

    monkeypatch.setattr(time, 'sleep', sleep_through_signals)
    monkeypatch.setattr(sys, 'stdout', Interrupter(signal.SIGINT))
    assert run() == 0


@NEEDS_SIGNALS
def test_second_signal_while_stopping_is_ignored(run, monkeypatch):
    class InterruptedSandbox(program.Sandbox):
        def stop(self):
            os.kill(os.getpid(), signal.SIGINT)
            super(InterruptedSandbox, self).stop()
            stopped.append(self)

    stopped = []
    monkeypatch.setattr(program, 'Sandbox', InterruptedSandbox)
    monkeypatch.setattr(sys, 'stdout', Interrupter(signal.SIGINT))
    assert run() == 0
    assert len(stopped) == 1


@pytest.mark.parametrize('os_name, export', [
    ('posix', '  export CLOUDSMITH_API_HOST={url} CLOUDSMITH_API_KEY={key}\n'),
    ('nt', '  set "CLOUDSMITH_API_KEY={key}"\n'),
    ('nt', "  $env:CLOUDSMITH_API_KEY = '{key}'\n"),
])
def test_welcome_exports_key_for_the_shells_of_the_system(sandbox, os_name, export):
    text = program.welcome(sandbox, os_name)
    key = re.search('X-Api-Key: ([^"]+)"', text).group(1)
    assert export.format(url=sandbox.url, key=key) in text


def test_welcome_quotes_json_for_windows_shell(sandbox):
    text = program.welcome(sandbox, 'nt')
    assert text.count('  curl.exe -H ') == 4
    assert '-d "{\\"email\\": \\"grace@example.com\\", ' in text
    assert "'{" not in text and 'export' not in text


def test_port_in_use_prints_one_line_and_exits_with_1(run, sandbox, capsys):
    port = re.search(':([0-9]+)/', sandbox.url).group(1)
    assert run('--port', port) == 1
    output, errors = capsys.readouterr()
    assert output == ''
    assert errors.startswith('port %s: ' % port)
    assert errors.count('\n') == 1


def test_invalid_port_prints_one_line_and_exits_with_1(run, capsys):
    assert run('--port', '70000') == 1
    assert capsys.readouterr()[1] == 'port 70000: port must be an int from 0 to 65535, got 70000\n'


@NEEDS_SIGNALS
def test_program_without_standard_output_serves(run, monkeypatch, capfd):
    monkeypatch.setattr(sys, 'stdout', None)  # as Python 3 sets it if the descriptor is closed
    monkeypatch.setattr(time, 'sleep', lambda _: os.kill(os.getpid(), signal.SIGINT))
    assert run() == 0
    assert capfd.readouterr() == ('', '')


def run_with_output(descriptor):
    """Run the program until it ends, and return its exit status and what it prints to standard error."""
    process = subprocess.Popen([sys.executable, '-m', 'cloudsmith_api.sandbox'], cwd=FOLDER,
                               stdout=descriptor, stderr=subprocess.PIPE, universal_newlines=True)
    os.close(descriptor)
    errors = process.communicate()[1]
    return process.returncode, errors


@pytest.mark.skipif(not os.path.exists('/dev/full'), reason='needs Linux')
def test_full_disk_is_reported_as_error_of_standard_output():
    output = os.open('/dev/full', os.O_WRONLY)
    assert run_with_output(output) == (1, 'standard output: [Errno 28] No space left on device\n')


@pytest.mark.skipif(os.name != 'posix', reason='the error has another number on Windows')
def test_broken_pipe_is_reported_as_error_of_standard_output():
    reader, writer = os.pipe()
    os.close(reader)
    assert run_with_output(writer) == (1, 'standard output: [Errno 32] Broken pipe\n')


def test_help_shows_description_and_port_option(run, capsys):
    assert run('--help') == 0
    shown = capsys.readouterr()[0]
    assert shown.startswith('usage: python -m cloudsmith_api.sandbox ')
    assert program.description.split()[0] in shown
    assert '--port' in shown and 'port on 127.0.0.1' in shown


def handle_interrupts():
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def started():
    """Start the program in a child process, and kill it after the test if it is still running."""
    process = subprocess.Popen(
        [sys.executable, '-m', 'cloudsmith_api.sandbox'], cwd=FOLDER,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True,
        preexec_fn=handle_interrupts if os.name == 'posix' else None)
    yield process
    if process.poll() is None:
        process.kill()
        process.communicate()


def read_welcome(process):
    printed = ''
    while 'oidc_token' not in printed:
        line = process.stdout.readline()
        assert line, printed
        printed += line
    return printed


def find_bodies(text):
    """Return the bodies of the printed requests, which are quoted for the shell of the system."""
    return [body.replace('\\"', '"') for body in re.findall("-d ['\"](.*)['\"] http", text)]


def send_request(port, method, target, header, body=''):
    """Send a request over a socket, and return the response's status and parsed JSON body."""
    request = '%s %s HTTP/1.0\r\n%s\r\nContent-Length: %d\r\n\r\n' % (method, target, header, len(body))
    connection = socket.create_connection(('127.0.0.1', port), timeout=30)
    connection.sendall((request + body).encode('ascii'))
    response = b''.join(iter(lambda: connection.recv(65536), b'')).decode('utf-8')
    connection.close()
    return int(response.split(' ')[1]), json.loads(response.partition('\r\n\r\n')[2])


@NEEDS_SIGNALS
@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_printed_key_works_and_signal_ends_process_quietly(started, number):
    text = read_welcome(started)
    port = int(re.search('127.0.0.1:([0-9]+)/v1', text).group(1))
    key = re.search('CLOUDSMITH_API_KEY=(csa_[0-9A-Za-z]{36})', text).group(1)
    assert 'Ada has an API key' in text
    status, user = send_request(port, 'GET', '/v1/user/self/', 'X-Api-Key: ' + key)
    assert (status, user['slug'], user['name']) == (200, 'ada', 'Ada')
    started.send_signal(number)
    _, errors = started.communicate()
    assert (started.returncode, errors) == (0, '')


def test_printed_sign_in_requires_both_factors(started):
    text = read_welcome(started)
    port = int(re.search('127.0.0.1:([0-9]+)/v1', text).group(1))
    assert port >= 1024  # an ephemeral port, chosen by the system
    assert 'Grace signs in with two factors' in text
    password, code, _ = find_bodies(text)
    status, first_step = send_request(port, 'POST', '/v1/user/token/', 'Content-Type: application/json', password)
    assert (status, first_step['two_factor_required']) == (422, True)
    code = code.replace('(from the response)', first_step['two_factor_token'])
    status, second_step = send_request(port, 'POST', '/v1/user/token/', 'Content-Type: application/json', code)
    assert status in (200, 201) and second_step['token']


def test_printed_identity_token_is_exchanged_for_access_token(started):
    text = read_welcome(started)
    port = int(re.search('127.0.0.1:([0-9]+)/v1', text).group(1))
    variables = dict(re.findall('([A-Z_]+)=([^ "\n]*)', text.partition('(OIDC)')[2]))
    assert variables['CLOUDSMITH_API_KEY'] == ''  # a key would have precedence
    assert (variables['CLOUDSMITH_WORKSPACE'], variables['CLOUDSMITH_SERVICE_SLUG']) == ('acme', 'ci')
    body = find_bodies(text)[-1]
    assert json.loads(body) == {'oidc_token': variables['CLOUDSMITH_OIDC_TOKEN'], 'service_slug': 'ci'}
    target = re.search('127.0.0.1:[0-9]+(/openid/.*)', text).group(1)
    status, exchanged = send_request(port, 'POST', target, 'Content-Type: application/json', body)
    assert status == 201
    header = 'Authorization: Bearer ' + exchanged['token']
    assert send_request(port, 'GET', '/v1/user/self/', header)[1]['slug'] == 'ci'
