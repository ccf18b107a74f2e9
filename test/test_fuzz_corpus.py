"""What fuzzing has found worth keeping passes its checks, on each interpreter; see ``fuzz/run.py``."""

import os
import socket

import pytest
from fuzz import answers, calls

CORPUS = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'fuzz', 'corpus')

pytestmark = pytest.mark.skipif(not hasattr(socket, 'socketpair'), reason='Python 2.7 has no socketpair on Windows')


def inputs(target):
    return sorted(os.listdir(os.path.join(CORPUS, target)))


def read(target, name):
    with open(os.path.join(CORPUS, target, name), 'rb') as opened:
        return opened.read()


@pytest.fixture(scope='module')
def answers_checker():
    checker = answers.checker()
    yield checker
    checker.close()


@pytest.fixture(scope='module')
def calls_checker():
    checker = calls.checker()
    yield checker
    checker.close()


@pytest.mark.parametrize('name', inputs('answers'))
def test_an_answer_is_read_or_refused_as_promised(answers_checker, name):
    answers_checker.check(read('answers', name))


# Not of loopback addresses alone.
@pytest.mark.filterwarnings('ignore::cloudsmith_api.InsecureTransportWarning')
@pytest.mark.parametrize('name', inputs('calls'))
def test_a_call_sends_what_it_was_given_or_nothing(calls_checker, name):
    calls_checker.check(read('calls', name))
