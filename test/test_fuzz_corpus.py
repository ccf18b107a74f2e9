"""Every input of the fuzzing corpus passes its checks, on each interpreter; see ``fuzz/run.py``."""

import os
import socket

import pytest
from fuzz import calls, responses

CORPUS = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'fuzz', 'corpus')

pytestmark = pytest.mark.skipif(not hasattr(socket, 'socketpair'), reason='Python 2.7 has no socketpair on Windows')


def input_names(target):
    return sorted(os.listdir(os.path.join(CORPUS, target)))


def read_input(target, name):
    with open(os.path.join(CORPUS, target, name), 'rb') as opened:
        return opened.read()


@pytest.fixture(scope='module')
def response_checker():
    checker = responses.Checker()
    yield checker
    checker.close()


@pytest.fixture(scope='module')
def call_checker():
    checker = calls.Checker()
    yield checker
    checker.close()


@pytest.mark.parametrize('name', input_names('responses'))
def test_response_is_parsed_or_raises_api_exception(response_checker, name):
    response_checker.check(read_input('responses', name))


# Some inputs send credentials over plain http to addresses that are not loopback.
@pytest.mark.filterwarnings('ignore::cloudsmith_api.InsecureTransportWarning')
@pytest.mark.parametrize('name', input_names('calls'))
def test_call_sends_exactly_its_arguments_or_nothing(call_checker, name):
    call_checker.check(read_input('calls', name))
