"""`python -m cloudsmith_api.sandbox [--port N]`: the sandbox by itself, with two users ready to be tried."""

from __future__ import print_function

import argparse
import signal
import socket
import sys
import time

from . import Sandbox
from . import __doc__ as purpose

WELCOME = """\
The sandbox serves the User API at {url} until Ctrl-C.

{key.name} has an API key:

  export CLOUDSMITH_API_HOST={url} CLOUDSMITH_API_KEY={key.api_key}
  curl -H "X-Api-Key: {key.api_key}" {url}/user/self/

{two.name} signs in with two factors, the code always being {two.totp_token}:

  curl -H 'Content-Type: application/json' \\
    -d '{{"email": "{two.email}", "password": "{two.password}"}}' {url}/user/token/
  curl -H 'Content-Type: application/json' \\
    -d '{{"two_factor_token": "(from the answer)", "totp_token": "{two.totp_token}"}}' {url}/user/token/
"""


def main():
    """Serve until Ctrl-C or SIGTERM; the exit status is 0 then, 1 where the port cannot be had."""
    parser = argparse.ArgumentParser(prog='python -m cloudsmith_api.sandbox', description=purpose)
    parser.add_argument('--port', type=int, default=0, help='port on 127.0.0.1 (default: one that is free)')
    port = parser.parse_args().port
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with Sandbox(port) as sandbox:
            key = sandbox.add_user(name='Ada', slug='ada', api_key=True)
            two = sandbox.add_user(name='Grace', slug='grace', two_factor=True)
            print(WELCOME.format(url=sandbox.url, key=key, two=two))
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
