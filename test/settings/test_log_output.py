"""Log output: ``debug``, ``logger_file`` and ``logger_format``, one handler, and no secrets."""

import logging
import os
import re
import subprocess
import sys
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


def test_package_logger_starts_with_one_null_handler():
    found = logging.getLogger('cloudsmith_api').handlers
    assert [type(handler) for handler in found] == [logging.NullHandler]


def test_creating_models_and_configurations_adds_no_handler():
    before = list(logging.getLogger('cloudsmith_api').handlers)
    for _ in range(100):
        Configuration()
        UserBrief(name='Ada')
    assert logging.getLogger('cloudsmith_api').handlers == before


def test_debug_sets_and_resets_the_level_of_both_loggers(configuration):
    configuration.debug = True
    assert configuration.debug is True
    assert [logger.level for logger in configuration.logger.values()] == [logging.DEBUG] * 2
    configuration.debug = False
    assert [logger.level for logger in configuration.logger.values()] == [logging.NOTSET] * 2
    assert handlers() == []


def test_debug_off_restores_the_levels_that_the_program_has_set(configuration, caplog):
    loggers = [logging.getLogger(name) for name in ('cloudsmith_api', 'urllib3')]
    for logger in loggers:
        caplog.set_level(logging.WARNING, logger.name)
    configuration.debug = False
    assert [logger.level for logger in loggers] == [logging.WARNING] * 2
    for debug in (True, True, False):
        configuration.debug = debug
    assert [logger.level for logger in loggers] == [logging.WARNING] * 2


def test_logger_file_that_cannot_be_opened_loses_only_records(configuration, tmpdir, capsys):
    configuration.logger_file, configuration.debug = str(tmpdir.join('no-such-folder', 'log')), True
    logging.getLogger('cloudsmith_api').debug('hello')
    assert 'Logging error' in capsys.readouterr().err or six.PY2


def test_setting_debug_repeatedly_keeps_one_handler(configuration, capsys):
    for _ in range(5):
        configuration.debug = True
        Configuration().debug = True
    assert len(handlers()) == 1
    logging.getLogger('cloudsmith_api.rest').debug('only once')
    assert capsys.readouterr().err.count('only once') == 1


def test_new_configuration_keeps_debug_on(configuration):
    configuration.debug = True
    Configuration()
    assert logging.getLogger('cloudsmith_api').level == logging.DEBUG


def test_call_is_logged_with_its_duration(connect, caplog):
    def late(connection):
        threading.Event().wait(0.2)
        connection.sendall(json_response('{}'))

    caplog.set_level(logging.DEBUG, 'cloudsmith_api')
    with ScriptedServer(late) as server:
        connect(server.url).user_self()
    line = [record.getMessage() for record in caplog.records if record.name == 'cloudsmith_api.api_client'][-1]
    match = re.match(r'GET http://127\.0\.0\.1:\d+/v1/user/self/: 200 in (\d+) ms\Z', line)
    assert 150 < int(match.group(1)) < 10000


def test_logger_file_replaces_the_stream(configuration, tmpdir, capsys):
    path = tmpdir.join('log.txt')
    configuration.debug = True
    configuration.logger_file = str(path)
    assert configuration.logger_file == str(path)
    logging.getLogger('urllib3.connectionpool').debug('into the file')
    assert 'into the file' in path.read()
    assert capsys.readouterr().err == ''


def test_logger_file_is_opened_at_the_first_record(configuration, tmpdir):
    configuration.logger_file = str(tmpdir.join('log.txt'))
    assert not tmpdir.join('log.txt').check()
    logging.getLogger('cloudsmith_api').warning('now')
    assert tmpdir.join('log.txt').check()


LOG_A_NAME = """
import logging, sys
import six
from cloudsmith_api import Configuration
Configuration().logger_file = sys.argv[1]
logging.getLogger('cloudsmith_api').warning(u'\\u91d1')
logging.getLogger('cloudsmith_api').warning(six.ensure_str(u'\\u91d1', 'utf-8'))
"""


def test_logger_file_is_utf_8_in_any_locale(tmpdir):
    path = tmpdir.join('log.txt')
    environment = dict(os.environ, LC_ALL='C', PYTHONCOERCECLOCALE='0', PYTHONUTF8='0')
    process = subprocess.Popen([sys.executable, '-c', LOG_A_NAME, str(path)], env=environment, stderr=subprocess.PIPE)
    assert process.communicate()[1] == b''
    assert path.read_binary().decode('utf-8').count(u'\u91d1') == 2


LOG_AFTER_DICT_CONFIG = """
import logging, logging.config, sys
from cloudsmith_api import ApiClient, Configuration
logging.config.dictConfig({'version': 1, 'disable_existing_loggers': True})
setattr(Configuration(), sys.argv[1], sys.argv[2])
for name in 'cloudsmith_api', 'cloudsmith_api.api_client', 'urllib3.connectionpool':
    logging.getLogger(name).warning('from %s', name)
"""


@pytest.mark.parametrize('setting', ['debug', 'logger_file'])
def test_log_settings_enable_loggers_that_dict_config_disabled(setting, tmpdir):
    path = tmpdir.join('log.txt')
    process = subprocess.Popen(
        [sys.executable, '-c', LOG_AFTER_DICT_CONFIG, setting, str(path)], stderr=subprocess.PIPE,
        universal_newlines=True)
    text = process.communicate()[1]
    if setting == 'logger_file':
        text = path.read()
    assert re.findall('from (.*)', text) == ['cloudsmith_api', 'cloudsmith_api.api_client', 'urllib3.connectionpool']


def test_logger_file_none_restores_the_stream(configuration, tmpdir, capsys):
    configuration.debug = True
    configuration.logger_file = str(tmpdir.join('log.txt'))
    configuration.logger_file = None
    logging.getLogger('cloudsmith_api').debug('back')
    assert 'back' in capsys.readouterr().err
    assert len(handlers()) == 1


def test_logger_format_applies_to_records(configuration, capsys):
    configuration.debug = True
    configuration.logger_format = 'PREFIX %(message)s'
    assert configuration.logger_format == 'PREFIX %(message)s'
    logging.getLogger('cloudsmith_api').debug('hello')
    assert capsys.readouterr().err == 'PREFIX hello\n'


def test_urllib3_records_show_no_credentials(configuration, capsys):
    configuration.debug = True
    logging.getLogger('urllib3').debug('Retrying http://ada:hunter22@proxy/ with X-Api-Key: %s', 'abcdef123456')
    text = capsys.readouterr().err
    assert 'Retrying' in text
    assert 'hunter22' not in text
    assert 'abcdef123456' not in text


def test_debug_does_not_change_http_client_debuglevel(configuration):
    from six.moves import http_client

    configuration.debug = True
    assert http_client.HTTPConnection.debuglevel == 0


def test_loggers_belong_to_the_package_and_urllib3(configuration):
    assert {key: logger.name for key, logger in configuration.logger.items()} == {
        'package_logger': 'cloudsmith_api', 'urllib3_logger': 'urllib3'}
    assert configuration.logger == log_output.LOGGERS
