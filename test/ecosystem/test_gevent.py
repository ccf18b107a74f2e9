"""Greenlets make calls concurrently, each with its own deadline."""

import subprocess
import sys

import pytest
from servers import RespondingServer, json_response

SERVED = '{"name": "Served"}'

SCRIPT = u"""
import gevent.monkey
gevent.monkey.patch_all(**{patched})
import sys
import time
import gevent
from cloudsmith_api import ApiClient, Configuration, TimeoutException, UserApi

configuration = Configuration()
configuration.host = sys.argv[1]
configuration.api_key['X-Api-Key'] = 'k'
configuration.retries = 0
configuration.connection_pool_maxsize = 24
api = UserApi(ApiClient(configuration))

def call(timeout):
    started = time.time()
    try:
        return api.user_self(_request_timeout=timeout).name
    except TimeoutException:
        return round(time.time() - started, 1)

started = time.time()
calls = [gevent.spawn(call, timeout) for timeout in [0.3, 20] * 10]
gevent.joinall(calls, timeout=40)
assert [job.value for job in calls if job.value == 'Served'] == ['Served'] * 10, [job.value for job in calls]
assert all(job.value < 1.5 for job in calls[::2]), [job.value for job in calls]
elapsed = time.time() - started
assert elapsed < 10, elapsed  # One after the other, they would take 23 seconds.
"""

# With fewer connections than greenlets, calls wait for one; so do background calls.
WAITING = SCRIPT.replace('= 24', '= 3').replace('[0.3, 20] * 10', '[20] * 6').replace('* 10', '* 6').replace(
    'all(job.value < 1.5 for job in calls[::2])', 'api.user_self(async_req=True).get(20).name == "Served"')


@pytest.mark.parametrize('script', [
    pytest.param(SCRIPT.format(patched={}), id='patched'),
    pytest.param(SCRIPT.format(patched={'thread': False}), id='threads not patched'),
    pytest.param(WAITING.format(patched={}), id='waiting for a connection'),
])
def test_greenlets_call_concurrently_with_their_own_deadlines(tmpdir, script):
    def respond(request):
        def respond_late(connection):
            stopping.wait(2)
            connection.sendall(json_response(SERVED))
        return respond_late

    with RespondingServer(respond) as server:
        stopping = server.stopping
        path = tmpdir.join('greenlets.py')
        path.write_text(script, 'utf-8')
        subprocess.check_call([sys.executable, str(path), server.url], timeout=50)
