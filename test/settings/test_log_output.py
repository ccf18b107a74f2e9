"""Log records go where the program sends them, once, and without secrets."""

import logging
import re
import threading

import pytest
import six
from servers import ScriptedServer, json_response

from cloudsmith_api import Configuration, UserBrief
from cloudsmith_api._settings import log_output


@pytest.fixture
def configuration():
    made = Configuration()
    yield made
    made.logger_file = None
    made.debug = False


def handlers():
    return [handler for handler in logging.getLogger('cloudsmith_api').handlers
            if not isinstance(handler, logging.NullHandler)]


def test_one_null_handler_is_all_there_is_at_first():
    found = logging.getLogger('cloudsmith_api').handlers
    assert [type(handler) for handler in found] == [logging.NullHandler]


def test_making_models_and_configurations_adds_no_handler():
    before = list(logging.getLogger('cloudsmith_api').handlers)
    for _ in range(100):
        Configuration()
        UserBrief(name='Ada')
    assert logging.getLogger('cloudsmith_api').handlers == before


def test_debug_turns_both_loggers_on_and_off(configuration):
    configuration.debug = True
    assert configuration.debug is True
    assert [logger.level for logger in configuration.logger.values()] == [logging.DEBUG] * 2
    configuration.debug = False
    assert [logger.level for logger in configuration.logger.values()] == [logging.NOTSET] * 2
    assert handlers() == []


def test_a_file_that_cannot_be_opened_loses_records_and_no_call(configuration, tmpdir, capsys):
    configuration.logger_file, configuration.debug = str(tmpdir.join('no-such-folder', 'log')), True
    logging.getLogger('cloudsmith_api').debug('said')
    assert 'Logging error' in capsys.readouterr().err or six.PY2


def test_however_often_debug_is_set_there_is_one_handler(configuration, capsys):
    for _ in range(5):
        configuration.debug = True
        Configuration().debug = True
    assert len(handlers()) == 1
    logging.getLogger('cloudsmith_api.rest').debug('said once')
    assert capsys.readouterr().err.count('said once') == 1


def test_a_new_configuration_leaves_debug_on(configuration):
    configuration.debug = True
    Configuration()
    assert logging.getLogger('cloudsmith_api').level == logging.DEBUG


def test_a_call_is_logged_with_the_time_it_took(connect, caplog):
    def late(connection):
        threading.Event().wait(0.2)
        connection.sendall(json_response('{}'))

    caplog.set_level(logging.DEBUG, 'cloudsmith_api')
    with ScriptedServer(late) as server:
        connect(server.url).user_self()
    line = [record.getMessage() for record in caplog.records if record.name == 'cloudsmith_api.api_client'][-1]
    said = re.match(r'GET http://127\.0\.0\.1:\d+/v1/user/self/: 200 in (\d+) ms\Z', line)
    assert 150 < int(said.group(1)) < 10000


def test_a_file_takes_the_place_of_the_stream(configuration, tmpdir, capsys):
    path = tmpdir.join('log.txt')
    configuration.debug = True
    configuration.logger_file = str(path)
    assert configuration.logger_file == str(path)
    logging.getLogger('urllib3.connectionpool').debug('into the file')
    assert 'into the file' in path.read()
    assert capsys.readouterr().err == ''


def test_a_file_is_opened_with_the_first_record(configuration, tmpdir):
    configuration.logger_file = str(tmpdir.join('log.txt'))
    assert not tmpdir.join('log.txt').check()
    logging.getLogger('cloudsmith_api').warning('now')
    assert tmpdir.join('log.txt').check()


def test_without_the_file_records_go_to_the_stream_again(configuration, tmpdir, capsys):
    configuration.debug = True
    configuration.logger_file = str(tmpdir.join('log.txt'))
    configuration.logger_file = None
    logging.getLogger('cloudsmith_api').debug('back')
    assert 'back' in capsys.readouterr().err
    assert len(handlers()) == 1


def test_the_format_can_be_set(configuration, capsys):
    configuration.debug = True
    configuration.logger_format = 'MINE %(message)s'
    assert configuration.logger_format == 'MINE %(message)s'
    logging.getLogger('cloudsmith_api').debug('said')
    assert capsys.readouterr().err == 'MINE said\n'


def test_what_urllib3_logs_is_freed_of_credentials(configuration, capsys):
    configuration.debug = True
    logging.getLogger('urllib3').debug('Retrying http://ada:hunter22@proxy/ with X-Api-Key: %s', 'abcdef123456')
    text = capsys.readouterr().err
    assert 'Retrying' in text
    assert 'hunter22' not in text
    assert 'abcdef123456' not in text


def test_http_clients_own_debug_switch_is_not_touched(configuration):
    from six.moves import http_client

    configuration.debug = True
    assert http_client.HTTPConnection.debuglevel == 0


def test_the_loggers_are_those_of_this_package_and_of_urllib3(configuration):
    assert {key: logger.name for key, logger in configuration.logger.items()} == {
        'package_logger': 'cloudsmith_api', 'urllib3_logger': 'urllib3'}
    assert configuration.logger == log_output.LOGGERS
