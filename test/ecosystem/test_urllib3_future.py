"""urllib3-future in place of urllib3: pip installs it under the same name, with its own connections."""

import os
import subprocess
import sys

CALL = """
import sys
from cloudsmith_api import ApiClient, Configuration, UserApi
for proxy in None, sys.argv[1], sys.argv[1].replace('http', 'socks5'):
    configuration = Configuration()
    configuration.host, configuration.proxy, configuration.retries = sys.argv[1], proxy, 0
    try:
        UserApi(ApiClient(configuration)).user_self(_request_timeout=5)
    except ValueError as error:
        print(error)
"""


def test_urllib3_future_is_refused_before_anything_is_sent(unreached):
    # tox installs it there, beside the environment's urllib3.
    package = os.environ['URLLIB3_FUTURE']
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join([package, os.environ.get('PYTHONPATH', '')]))
    text = subprocess.check_output([sys.executable, '-c', CALL, unreached.url], env=environment, timeout=50).decode()
    assert text.count(' is installed in place of urllib3: ') == text.count(package) == 3
