"""Run commands of ``cloudsmith-cli`` on the ``cloudsmith_api`` of this Python, each in a fork of this process.

An input line is a JSON object: ``arguments`` of the command, ``answers`` to its prompts, ``variables`` to add to its
environment, and the ``folder`` in which it runs. An output line is a JSON list: exit status, standard output and
standard error.
"""

import json
import os
import signal
import sys
import tempfile

from cloudsmith_cli.cli.commands import login, tokens, whoami  # noqa: F401 (loaded once, and not in each fork)
from cloudsmith_cli.cli.commands.main import main as run_cli

#: The timeout of a command, in seconds.
TIMEOUT = 20


def main():
    """Run commands until the input ends."""
    for line in sys.stdin:
        print(json.dumps(run_in_fork(**json.loads(line))), flush=True)  # noqa: T201


def run_in_fork(arguments, answers, variables, folder):
    """Run a command, and return its exit status, standard output and standard error."""
    with tempfile.TemporaryFile('w+') as given, tempfile.TemporaryFile('w+') as output, \
            tempfile.TemporaryFile('w+') as errors:
        given.write(answers)
        given.seek(0)
        process = os.fork()
        if process == 0:
            signal.alarm(TIMEOUT)
            for number, stream in enumerate((given, output, errors)):
                os.dup2(stream.fileno(), number)
            # The parent's stdin has read ahead.
            sys.stdin = os.fdopen(0)
            os.environ.update(variables)
            os.chdir(folder)
            sys.argv = ['cloudsmith'] + arguments
            try:
                status = run_cli()
            except SystemExit as exit_call:
                status = exit_call.code
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status or 0)
        _, status = os.waitpid(process, 0)
        output.seek(0)
        errors.seek(0)
        return os.waitstatus_to_exitcode(status), output.read(), errors.read()


if __name__ == '__main__':
    main()
