"""Run the sandbox with two users and a service account: ``python -m cloudsmith_api.sandbox [--port N]``."""

from __future__ import print_function

import argparse
import os
import signal
import socket
import sys
import time

from . import Sandbox
from . import __doc__ as description

WELCOME = """\
The sandbox serves the User API at {url} until Ctrl-C.

{ada.name} has an API key:

{exports}
  {curl} -H "X-Api-Key: {ada.api_key}" {url}/user/self/

{grace.name} signs in with two factors; the one-time code is always {grace.totp_token}:

{first_step}
{second_step}

A job of the service account {ci.name} signs in without a key (OIDC), with an identity token that expires in a day:

{oidc_exports}
{exchange}
"""
TRIAL_SECONDS = 86400


def format_exports(variables, os_name=os.name):
    """Return the lines that set environment variables in a shell: on Windows, in cmd and in PowerShell."""
    if os_name != 'nt':
        return '  export ' + ' '.join('%s=%s' % pair for pair in variables)
    return '\n'.join(['  (cmd)'] + ['  set "%s=%s"' % pair for pair in variables]
                     + ['  (PowerShell)'] + ["  $env:%s = '%s'" % pair for pair in variables])


def format_post(url, body, os_name=os.name):
    """Return the command that posts JSON text: on Windows, for cmd."""
    if os_name != 'nt':
        return "  curl -H 'Content-Type: application/json' \\\n    -d '%s' %s" % (body, url)
    return '  curl.exe -H "Content-Type: application/json" -d "%s" %s' % (body.replace('"', '\\"'), url)


def welcome(sandbox, os_name=os.name):
    """Add two users and a service account to a sandbox, and return the text that shows how to call it as them."""
    ada = sandbox.add_user(name='Ada', slug='ada', api_key=True)
    grace = sandbox.add_user(name='Grace', slug='grace', two_factor=True)
    ci = sandbox.add_service('acme', 'ci')
    oidc = sandbox.ci_environment('generic', 'acme', 'ci')
    oidc['CLOUDSMITH_OIDC_TOKEN'] = sandbox.identity_token(expires_in=TRIAL_SECONDS)
    sign_in_url = sandbox.url + '/user/token/'
    return WELCOME.format(
        url=sandbox.url, ada=ada, grace=grace, ci=ci,
        curl='curl.exe' if os_name == 'nt' else 'curl',
        exports=format_exports([('CLOUDSMITH_API_HOST', sandbox.url), ('CLOUDSMITH_API_KEY', ada.api_key)], os_name),
        first_step=format_post(
            sign_in_url, '{"email": "%s", "password": "%s"}' % (grace.email, grace.password), os_name),
        second_step=format_post(
            sign_in_url, '{"two_factor_token": "(from the response)", "totp_token": "%s"}' % grace.totp_token, os_name),
        oidc_exports=format_exports(sorted(oidc.items()), os_name),
        exchange=format_post(
            sandbox.url.replace('/v1', '/openid/acme/'),
            '{"oidc_token": "%s", "service_slug": "ci"}' % oidc['CLOUDSMITH_OIDC_TOKEN'], os_name),
    )


def main():
    """Serve until Ctrl-C or SIGTERM.

    :return: the exit status: 0 after either signal, 1 if the port is invalid, in use or not permitted, or if standard
        output fails.
    """
    parser = argparse.ArgumentParser(prog='python -m cloudsmith_api.sandbox', description=description)
    parser.add_argument('--port', type=int, default=0, help='port on 127.0.0.1 (default: any free one)')
    port = parser.parse_args().port
    # The handler raises nothing: an exception could interrupt any line, even in `stop`, a finalizer or a lock's `with`.
    signals = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _frame: signals.append(received))
    try:
        sandbox = Sandbox(port).start()
    except (socket.error, ValueError) as error:
        print('port %d: %s' % (port, error), file=sys.stderr)
        return 1
    with sandbox:
        text = welcome(sandbox)
        try:
            if sys.stdout is not None:  # Python 3 sets it to None if it is closed
                print(text)
                sys.stdout.flush()
        except IOError as error:
            print('standard output: %s' % error, file=sys.stderr)
            # The interpreter flushes what is left when it exits, and would report the error again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 1
        while not signals:
            time.sleep(0.1)  # short: a signal that arrives just before the system call does not interrupt it
    return 0


if __name__ == '__main__':
    sys.exit(main())
