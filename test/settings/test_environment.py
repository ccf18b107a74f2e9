# -*- coding: utf-8 -*-
"""Settings are found where people keep them, in the documented order, and what is wrong with a file is said."""

import io
import os
import platform
import subprocess
import sys
import warnings

import pytest

from cloudsmith_api import ApiClient, Configuration, InsecureFileWarning
from cloudsmith_api._settings import environment


@pytest.fixture(autouse=True)
def home(tmpdir, monkeypatch):
    """An empty home folder, so that no file of whoever runs the tests counts."""
    monkeypatch.setenv('HOME', str(tmpdir))
    monkeypatch.delenv('XDG_CONFIG_HOME', raising=False)
    monkeypatch.setattr(environment, '_ON_MACOS', False)
    monkeypatch.setattr(environment, '_ON_WINDOWS', False)
    return tmpdir


@pytest.fixture
def settings_file(home):
    """Write one of the files, readable by its owner only: ``settings_file('config.ini', text)``."""
    def write(name, text, folder='.config/cloudsmith'):
        path = home.ensure(*(folder.split('/') + [name]))
        with io.open(str(path), 'w', encoding='utf-8') as opened:
            opened.write(text)
        path.chmod(0o600)
        return str(path)
    return write


def key_of(configuration):
    return configuration.api_key.get('X-Api-Key')


def origin_of(configuration, name):
    return {setting.name: setting.origin for setting in configuration.describe()}[name]


def test_a_plain_configuration_reads_nothing(settings_file, monkeypatch):
    settings_file('credentials.ini', u'[default]\napi_key = from-file\n')
    monkeypatch.setenv('CLOUDSMITH_API_KEY', 'from-variable')
    assert key_of(Configuration()) is None


def test_without_anything_it_is_the_factory_settings():
    made = Configuration.from_environment()
    assert made.host == Configuration().host
    assert key_of(made) is None


@pytest.mark.parametrize('variable, name, value, expected', [
    ('CLOUDSMITH_API_HOST', 'host', 'https://api.example.com/v1', 'https://api.example.com/v1'),
    ('CLOUDSMITH_API_HOST', 'host', 'api.example.com', 'https://api.example.com'),
    ('CLOUDSMITH_API_PROXY', 'proxy', 'http://proxy:3128', 'http://proxy:3128'),
    ('CLOUDSMITH_API_USER_AGENT', 'user_agent', 'mine/1', 'mine/1'),
    ('SSL_CERT_FILE', 'ssl_ca_cert', '/some/ca.pem', '/some/ca.pem'),
    ('REQUESTS_CA_BUNDLE', 'ssl_ca_cert', '/some/ca.pem', '/some/ca.pem'),
    ('HTTPS_PROXY', 'proxy', 'http://proxy:3128', 'http://proxy:3128'),
    ('https_proxy', 'proxy', 'proxy:3128', 'http://proxy:3128'),
    ('ALL_PROXY', 'proxy', 'socks5h://proxy', 'socks5h://proxy'),
])
def test_a_variable_sets(monkeypatch, variable, name, value, expected):
    monkeypatch.setenv(variable, value)
    made = Configuration.from_environment()
    assert getattr(made, name) == expected
    assert origin_of(made, name) == variable


def test_the_key_is_read_from_its_variable(monkeypatch):
    monkeypatch.setenv('CLOUDSMITH_API_KEY', 'from-variable')
    made = Configuration.from_environment()
    assert key_of(made) == 'from-variable'
    assert origin_of(made, 'api_key') == 'CLOUDSMITH_API_KEY'
    assert 'from-variable' not in repr(made.describe())


@pytest.mark.parametrize('variable', ['CLOUDSMITH_API_KEY', 'CLOUDSMITH_API_HOST', 'CLOUDSMITH_PROFILE', 'HTTPS_PROXY'])
def test_an_empty_variable_counts_as_unset(monkeypatch, variable):
    monkeypatch.setenv(variable, '')
    made = Configuration.from_environment()
    assert (key_of(made), made.host, made.proxy) == (None, Configuration().host, None)


@pytest.mark.parametrize('folder', ['.config/cloudsmith', '.cloudsmith'])
def test_files_are_read_from_the_users_folders(settings_file, folder):
    path = settings_file('credentials.ini', u'[default]\n\napi_key = from-file\n', folder)
    settings_file('config.ini', u'[default]\napi_host = api.example.com\napi_ssl_verify = off\n', folder)
    made = Configuration.from_environment()
    assert key_of(made) == 'from-file'
    assert (made.host, made.verify_ssl) == ('https://api.example.com', False)
    assert origin_of(made, 'api_key') == '%s, section [default], line 3' % path


def test_the_folder_of_xdg_goes_before_the_usual_one(settings_file, home, monkeypatch):
    settings_file('credentials.ini', u'[default]\napi_key = usual\n')
    settings_file('credentials.ini', u'[default]\napi_key = xdg\n', 'elsewhere/cloudsmith')
    monkeypatch.setenv('XDG_CONFIG_HOME', str(home.join('elsewhere')))
    assert key_of(Configuration.from_environment()) == 'xdg'


def test_the_folder_on_macos(settings_file, monkeypatch):
    monkeypatch.setattr(environment, '_ON_MACOS', True)
    settings_file('credentials.ini', u'[default]\napi_key = mac\n', 'Library/Application Support/cloudsmith')
    assert key_of(Configuration.from_environment()) == 'mac'


@pytest.mark.parametrize('folder', ['AppData/Roaming', 'elsewhere'])
def test_the_folder_on_windows(settings_file, home, monkeypatch, folder):
    monkeypatch.setattr(environment, '_ON_WINDOWS', True)
    monkeypatch.setenv('APPDATA', str(home.join(folder)) if folder == 'elsewhere' else '')
    settings_file('credentials.ini', u'[default]\napi_key = windows\n', folder + '/cloudsmith')
    assert key_of(Configuration.from_environment()) == 'windows'


def test_the_folder_is_that_of_the_system_at_hand(settings_file, home):
    folder = {'Darwin': 'Library/Application Support', 'Windows': 'AppData/Roaming'}.get(platform.system(), '.config')
    settings_file('config.ini', u'[default]\napi_user_agent = found\n', folder + '/cloudsmith')
    script = 'from cloudsmith_api import Configuration; print(Configuration.from_environment().user_agent)'
    environ = {name: value for name, value in os.environ.items() if name != 'APPDATA'}
    environ.update(HOME=str(home), USERPROFILE=str(home), PYTHONPATH=os.pathsep.join(sys.path))
    assert subprocess.check_output([sys.executable, '-c', script], env=environ).split() == [b'found']


def test_the_current_folder_is_never_read(home, monkeypatch):
    folder = home.mkdir('repository')
    folder.join('credentials.ini').write('[default]\napi_key = planted\n')
    folder.join('config.ini').write('[default]\napi_host = evil.example\n')
    monkeypatch.chdir(str(folder))
    made = Configuration.from_environment()
    assert (key_of(made), made.host) == (None, Configuration().host)


def test_variables_may_name_the_files(settings_file, monkeypatch):
    monkeypatch.setenv('CLOUDSMITH_CREDENTIALS_FILE', settings_file('mine.ini', u'[default]\napi_key = named\n', 'x'))
    monkeypatch.setenv('CLOUDSMITH_CONFIG_FILE', settings_file('my.ini', u'[default]\napi_proxy = http://p:1\n', 'x'))
    made = Configuration.from_environment()
    assert (key_of(made), made.proxy) == ('named', 'http://p:1')


def test_arguments_go_before_variables_and_variables_before_files(settings_file, monkeypatch):
    settings_file('credentials.ini', u'[default]\napi_key = file\n')
    settings_file('config.ini', u'[default]\napi_host = file.example\napi_user_agent = file\n')
    monkeypatch.setenv('CLOUDSMITH_API_KEY', 'variable')
    monkeypatch.setenv('CLOUDSMITH_API_HOST', 'variable.example')
    made = Configuration.from_environment(api_key='argument', retries=1)
    assert (key_of(made), made.host, made.user_agent) == ('argument', 'https://variable.example', 'file')
    assert made.retries == 1
    assert (origin_of(made, 'api_key'), origin_of(made, 'retries')) == ('argument', 'argument')


@pytest.mark.parametrize('way', ['argument', 'variable'])
def test_a_profile_goes_before_the_default_section(settings_file, monkeypatch, way):
    settings_file('credentials.ini', u'[default]\napi_key = usual\n[profile:work]\napi_key = of-work\n')
    settings_file('config.ini', u'[default]\napi_host = api.example.com\n')
    if way == 'variable':
        monkeypatch.setenv('CLOUDSMITH_PROFILE', 'work')
    made = Configuration.from_environment('work' if way == 'argument' else None)
    assert (key_of(made), made.host) == ('of-work', 'https://api.example.com')


def test_where_there_are_no_files_an_unknown_profile_is_an_error_that_names_where_they_belong(home):
    with pytest.raises(ValueError) as raised:
        Configuration.from_environment('nosuch')
    for name in ('credentials.ini', 'config.ini'):
        assert str(home.join('.config', 'cloudsmith', name)) in str(raised.value)


def test_an_unknown_profile_is_an_error_that_names_it_and_the_files(settings_file):
    path = settings_file('credentials.ini', u'[default]\napi_key = usual\n')
    with pytest.raises(ValueError) as raised:
        Configuration.from_environment('nosuch')
    assert '[profile:nosuch]' in str(raised.value)
    assert path in str(raised.value)


@pytest.mark.parametrize('text, where', [
    (u'api_key = secret-1234\n', 'before any section, line 1'),
    (u'[default]\nsecret-1234\n', 'in section [default], line 2'),
    (u'[default]\napi_key = x\n\n[profile:a]\nx = 1\nsecret-1234\n', 'in section [profile:a], line 6'),
])
def test_a_malformed_file_is_an_error_that_names_file_section_and_line(settings_file, text, where):
    path = settings_file('credentials.ini', text)
    with pytest.raises(ValueError) as raised:
        Configuration.from_environment()
    assert path in str(raised.value)
    assert where in str(raised.value)
    assert 'secret-1234' not in str(raised.value)


def test_of_several_malformed_lines_the_first_is_named(settings_file):
    settings_file('credentials.ini', u'[default]\napi_key = a\nfirst\nsecond\n')
    with pytest.raises(ValueError, match='line 3'):
        Configuration.from_environment()


def test_a_value_that_cannot_be_used_is_an_error_that_names_its_place(settings_file):
    path = settings_file('config.ini', u'[default]\napi_host = ftp://example.com\n')
    with pytest.raises(ValueError, match='host') as raised:
        Configuration.from_environment()
    assert '%s, section [default], line 2' % path in str(raised.value)


@pytest.mark.parametrize('word, on', [
    ('1', True), ('yes', True), ('true', True), ('On', True), ('0', False), ('no', False), ('FALSE', False),
    ('off', False),
])
def test_a_switch_may_be_written_in_many_words(settings_file, word, on):
    settings_file('config.ini', u'[default]\napi_ssl_verify = %s\n' % word)
    assert Configuration.from_environment().verify_ssl is on


def test_a_switch_that_is_neither_on_nor_off_is_an_error(settings_file):
    settings_file('config.ini', u'[default]\napi_ssl_verify = perhaps\n')
    with pytest.raises(ValueError, match=r'section \[default\], line 2: api_ssl_verify'):
        Configuration.from_environment()


def test_a_bad_variable_is_an_error_that_names_it(monkeypatch):
    monkeypatch.setenv('CLOUDSMITH_API_HOST', 'https://user:hunter22@api.example.com')
    with pytest.raises(ValueError, match='CLOUDSMITH_API_HOST') as raised:
        Configuration.from_environment()
    assert 'hunter22' not in str(raised.value)


def test_a_file_that_is_named_and_not_there_is_an_error(monkeypatch, home):
    monkeypatch.setenv('CLOUDSMITH_CONFIG_FILE', str(home.join('nosuch.ini')))
    with pytest.raises(ValueError, match='nosuch.ini cannot be read'):
        Configuration.from_environment()


def test_a_file_that_is_not_text_is_an_error(home):
    home.ensure('.config', 'cloudsmith', 'config.ini').write_binary(b'[default]\napi_host = \xff\xfe')
    with pytest.raises(ValueError, match='not UTF-8'):
        Configuration.from_environment()


def test_quotes_and_case_and_comments_do_not_matter(settings_file):
    settings_file('credentials.ini', u'# mine\n[default]\n; really\nAPI_Key: "quoted"\n')
    assert key_of(Configuration.from_environment()) == 'quoted'


def test_the_mark_that_some_editors_put_first_does_not_matter(settings_file):
    settings_file('credentials.ini', u'\ufeff[default]\napi_key = marked\n')
    assert key_of(Configuration.from_environment()) == 'marked'


def test_a_value_is_taken_as_it_is_written(settings_file):
    settings_file('credentials.ini', u'[default]\napi_key = 100%done\n')
    assert key_of(Configuration.from_environment()) == '100%done'


@pytest.mark.skipif(os.name != 'posix', reason='other systems keep rights elsewhere')
class TestRights(object):
    """A file with a key in it that others may read."""

    def test_warns(self, settings_file):
        path = settings_file('credentials.ini', u'[default]\napi_key = shared\n')
        os.chmod(path, 0o644)
        with pytest.warns(InsecureFileWarning, match='credentials.ini') as caught:
            Configuration.from_environment()
        assert os.path.basename(caught[0].filename).startswith('test_environment.py')

    @pytest.mark.parametrize('text', [u'[default]\napi_key =\n', u'[default]\n'])
    def test_does_not_warn_without_a_key(self, settings_file, text):
        os.chmod(settings_file('credentials.ini', text), 0o644)
        with warnings.catch_warnings():
            warnings.simplefilter('error')
            assert Configuration.from_environment().api_key == {}

    def test_does_not_warn_where_the_key_comes_from_elsewhere(self, settings_file, monkeypatch):
        os.chmod(settings_file('credentials.ini', u'[default]\napi_key = shared\n'), 0o644)
        monkeypatch.setenv('CLOUDSMITH_API_KEY', 'another')
        with warnings.catch_warnings():
            warnings.simplefilter('error')
            assert key_of(Configuration.from_environment()) == 'another'


@pytest.mark.parametrize('no_proxy, proxy', [
    ('api.cloudsmith.io', None), ('.cloudsmith.io', None), ('*', None), ('example.com', 'http://general:1'),
])
def test_no_proxy_keeps_the_general_proxy_away(monkeypatch, no_proxy, proxy):
    monkeypatch.setenv('HTTPS_PROXY', 'http://general:1')
    monkeypatch.setenv('NO_PROXY', no_proxy)
    assert Configuration.from_environment().proxy == proxy


def test_no_proxy_is_asked_about_the_host_that_the_program_gives(monkeypatch):
    monkeypatch.setenv('HTTPS_PROXY', 'http://general:1')
    monkeypatch.setenv('NO_PROXY', 'example.com')
    assert Configuration.from_environment(host='https://example.com').proxy is None


def test_the_proxy_for_tls_is_not_for_a_host_without(monkeypatch):
    monkeypatch.setenv('HTTPS_PROXY', 'http://general:1')
    monkeypatch.setenv('CLOUDSMITH_API_HOST', 'http://127.0.0.1:8000/v1')
    assert Configuration.from_environment().proxy is None


def test_the_services_own_proxy_goes_before_the_general_one(monkeypatch):
    monkeypatch.setenv('HTTPS_PROXY', 'http://general:1')
    monkeypatch.setenv('CLOUDSMITH_API_PROXY', 'http://own:1')
    monkeypatch.setenv('NO_PROXY', '*')
    assert Configuration.from_environment().proxy == 'http://own:1'


def test_a_setting_that_there_is_not_is_refused():
    with pytest.raises(TypeError, match='api_kye'):
        Configuration.from_environment(api_kye='x')


def test_a_whole_dict_of_keys_may_be_given():
    assert key_of(Configuration.from_environment(api_key={'X-Api-Key': 'k'})) == 'k'


@pytest.mark.parametrize('variable', ['XDG_CONFIG_HOME', 'HOME'])
def test_a_folder_that_is_relative_to_the_current_one_is_not_read(settings_file, monkeypatch, tmpdir, variable):
    for folder in ('here/cloudsmith', 'here/.cloudsmith', 'here/.config/cloudsmith'):
        settings_file('config.ini', u'[default]\napi_host = evil.example.com\n', folder)
    monkeypatch.chdir(tmpdir.join('here'))
    monkeypatch.setenv(variable, '.')
    assert Configuration.from_environment().host == Configuration().host


def test_a_section_that_is_none_of_the_tools_gives_nothing(settings_file):
    settings_file('config.ini', u'[DEFAULT]\napi_host = other.example.com\n[profile:work]\napi_user_agent = me\n')
    made = Configuration.from_environment(profile='work')
    assert (made.host, made.user_agent) == (Configuration().host, 'me')


def test_a_variable_is_read_without_the_line_break_it_came_with(monkeypatch):
    monkeypatch.setenv('CLOUDSMITH_API_KEY', ' key\n')
    assert Configuration.from_environment().api_key == {'X-Api-Key': 'key'}


def test_a_proxy_may_be_written_without_a_scheme(monkeypatch):
    monkeypatch.setenv('CLOUDSMITH_API_PROXY', 'proxy.example.com:3128')
    assert Configuration.from_environment().proxy == 'http://proxy.example.com:3128'


@pytest.mark.parametrize('settings', [{'host': 5}, {'describe': 5}, {'logger': 5}, {'_debug': True}, {'__class__': 5}])
def test_what_is_no_setting_or_no_value_for_it_is_a_type_error(settings):
    with pytest.raises(TypeError):
        Configuration.from_environment(**settings)


def test_describe_tells_defaults_from_what_the_program_set(monkeypatch):
    monkeypatch.setenv('CLOUDSMITH_API_KEY', 'from-variable')
    made = Configuration.from_environment()
    made.api_key['X-Api-Key'] = 'changed'
    made.retries = 1
    assert [origin_of(made, name) for name in ('api_key', 'retries', 'timeout')] == ['program', 'program', 'default']


def test_describe_tells_where_a_value_comes_from_that_is_kept_in_another_form(monkeypatch):
    monkeypatch.setenv('CLOUDSMITH_API_HOST', 'https://api.example.com/v1/')
    made = Configuration.from_environment(timeout=[1, 2])
    assert (made.host, made.timeout) == ('https://api.example.com/v1', (1, 2))
    assert [origin_of(made, name) for name in ('host', 'timeout')] == ['CLOUDSMITH_API_HOST', 'argument']


def test_the_user_agent_of_the_configuration_is_that_of_the_client(monkeypatch):
    monkeypatch.setenv('CLOUDSMITH_API_USER_AGENT', 'mine/1')
    with ApiClient(Configuration.from_environment()) as client:
        assert client.user_agent == 'mine/1'
