"""Run the sandbox with two users: ``python -m cloudsmith_api.sandbox [--port N]``."""

from __future__ import print_function

import argparse
import signal
import socket
import sys
import time

from . import Sandbox
from . import __doc__ as description

WELCOME = """\
The sandbox serves the User API at {url} until Ctrl-C.

{ada.name} has an API key:

  export CLOUDSMITH_API_HOST={url} CLOUDSMITH_API_KEY={ada.api_key}
  curl -H "X-Api-Key: {ada.api_key}" {url}/user/self/

{grace.name} signs in with two factors; the one-time code is always {grace.totp_token}:

  curl -H 'Content-Type: application/json' \\
    -d '{{"email": "{grace.email}", "password": "{grace.password}"}}' {url}/user/token/
  curl -H 'Content-Type: application/json' \\
    -d '{{"two_factor_token": "(from the response)", "totp_token": "{grace.totp_token}"}}' {url}/user/token/
"""


def main():
    """Serve until Ctrl-C or SIGTERM.

    :return: the exit status: 0 after either signal, 1 if the port is invalid, in use or not permitted.
    """
    parser = argparse.ArgumentParser(prog='python -m cloudsmith_api.sandbox', description=description)
    parser.add_argument('--port', type=int, default=0, help='port on 127.0.0.1 (default: any free one)')
    port = parser.parse_args().port
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with Sandbox(port) as sandbox:
            ada = sandbox.add_user(name='Ada', slug='ada', api_key=True)
            grace = sandbox.add_user(name='Grace', slug='grace', two_factor=True)
            print(WELCOME.format(url=sandbox.url, ada=ada, grace=grace))
            sys.stdout.flush()
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        return 0
    except (socket.error, ValueError) as error:
        print('port %d: %s' % (port, error), file=sys.stderr)
        return 1


if __name__ == '__main__':
    sys.exit(main())
