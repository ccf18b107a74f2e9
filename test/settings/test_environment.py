# -*- coding: utf-8 -*-
"""``Configuration.from_environment``: variables, files, profiles, their precedence, and errors that name the source."""

import io
import os
import platform
import subprocess
import sys
import warnings

import pytest
import six

from cloudsmith_api import ApiClient, Configuration, InsecureFileWarning, UserApi
from cloudsmith_api._settings import environment
from cloudsmith_api._transport.proxies import proxy_for


@pytest.fixture(autouse=True)
def home(tmpdir, monkeypatch):
    """An empty home directory, so that the tests never read the developer's own files."""
    monkeypatch.setenv('HOME', str(tmpdir))
    monkeypatch.setenv('USERPROFILE', str(tmpdir))  # Windows
    monkeypatch.delenv('XDG_CONFIG_HOME', raising=False)
    monkeypatch.setattr(environment, '_ON_MACOS', False)
    monkeypatch.setattr(environment, '_ON_WINDOWS', False)
    monkeypatch.setattr(environment, '_warned_paths', set())
    return tmpdir


@pytest.fixture
def settings_file(home):
    """Write a settings file that only its owner can read: ``settings_file('config.ini', text)``."""
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


def test_plain_configuration_reads_no_files_or_variables(settings_file, monkeypatch):
    settings_file('credentials.ini', u'[default]\napi_key = from-file\n')
    monkeypatch.setenv('CLOUDSMITH_API_KEY', 'from-variable')
    assert key_of(Configuration()) is None


def test_from_environment_without_sources_returns_the_defaults():
    made = Configuration.from_environment()
    assert made.host == Configuration().host
    assert key_of(made) is None


@pytest.mark.parametrize('variable, name, value, expected', [
    ('CLOUDSMITH_API_HOST', 'host', 'https://api.example.com/v1', 'https://api.example.com/v1'),
    ('CLOUDSMITH_API_HOST', 'host', 'api.example.com', 'https://api.example.com'),
    ('CLOUDSMITH_API_PROXY', 'proxy', 'http://proxy:3128', 'http://proxy:3128'),
    ('CLOUDSMITH_API_USER_AGENT', 'user_agent', 'my-script/1', 'my-script/1'),
    ('CLOUDSMITH_API_HOST', 'host', '//api.example.com/v1', 'https://api.example.com/v1'),
    ('CLOUDSMITH_PROXY', 'proxy', 'http://proxy:3128', 'http://proxy:3128'),
    ('CLOUDSMITH_PROXY', 'proxy', '//proxy:3128', 'http://proxy:3128'),
    ('CLOUDSMITH_SSL_VERIFY', 'verify_ssl', 'false', False),
    ('CLOUDSMITH_WITHOUT_API_SSL_VERIFY', 'verify_ssl', 'true', False),
    ('CLOUDSMITH_SSL_VERIFY_STRICT', 'ssl_verify_strict', 'Off', False),
    ('CLOUDSMITH_API_HEADERS', 'default_headers', 'X-A=1, X-B = two=three,', {'X-A': '1', 'X-B': 'two=three'}),
    ('SSL_CERT_FILE', 'ssl_ca_cert', '/some/ca.pem', '/some/ca.pem'),
    ('SSL_CERT_DIR', 'ssl_ca_cert', '/some/certs', '/some/certs'),
    ('REQUESTS_CA_BUNDLE', 'ssl_ca_cert', '/some/ca.pem', '/some/ca.pem'),
    ('HTTPS_PROXY', 'proxy', 'http://proxy:3128', 'http://proxy:3128'),
    ('https_proxy', 'proxy', 'proxy:3128', 'http://proxy:3128'),
    ('ALL_PROXY', 'proxy', 'socks5h://proxy', 'socks5h://proxy'),
])
def test_environment_variable_sets_its_setting(monkeypatch, variable, name, value, expected):
    monkeypatch.setenv(variable, value)
    made = Configuration.from_environment()
    assert getattr(made, name) == expected
    # On Windows, names of variables are not case-sensitive.
    assert origin_of(made, name) in ([variable] if os.name == 'posix' else [variable, variable.lower()])


def test_api_key_is_read_from_its_variable(monkeypatch):
    monkeypatch.setenv('CLOUDSMITH_API_KEY', 'from-variable')
    made = Configuration.from_environment()
    assert key_of(made) == 'from-variable'
    assert origin_of(made, 'api_key') == 'CLOUDSMITH_API_KEY'
    assert 'from-variable' not in repr(made.describe())


@pytest.mark.parametrize('variable', ['CLOUDSMITH_API_KEY', 'CLOUDSMITH_API_HOST', 'CLOUDSMITH_PROFILE', 'HTTPS_PROXY'])
def test_empty_variable_counts_as_unset(monkeypatch, variable):
    monkeypatch.setenv(variable, '')
    made = Configuration.from_environment()
    assert (key_of(made), made.host, made.proxy) == (None, Configuration().host, None)


@pytest.mark.parametrize('folder', ['.config/cloudsmith', '.cloudsmith'])
def test_files_are_read_from_the_user_directories(settings_file, folder):
    path = settings_file('credentials.ini', u'[default]\n\napi_key = from-file\n', folder)
    settings_file('config.ini', u'[default]\napi_host = api.example.com\napi_ssl_verify = off\n', folder)
    made = Configuration.from_environment()
    assert key_of(made) == 'from-file'
    assert (made.host, made.verify_ssl) == ('https://api.example.com', False)
    assert origin_of(made, 'api_key') == '%s, section [default], line 3' % path


def test_xdg_config_home_takes_precedence_over_the_default(settings_file, home, monkeypatch):
    settings_file('credentials.ini', u'[default]\napi_key = default\n')
    settings_file('credentials.ini', u'[default]\napi_key = xdg\n', 'elsewhere/cloudsmith')
    monkeypatch.setenv('XDG_CONFIG_HOME', str(home.join('elsewhere')))
    assert key_of(Configuration.from_environment()) == 'xdg'


def test_files_are_read_from_application_support_on_macos(settings_file, monkeypatch):
    monkeypatch.setattr(environment, '_ON_MACOS', True)
    settings_file('credentials.ini', u'[default]\napi_key = mac\n', 'Library/Application Support/cloudsmith')
    assert key_of(Configuration.from_environment()) == 'mac'


@pytest.mark.parametrize('folder', ['AppData/Roaming', 'elsewhere'])
def test_files_are_read_from_appdata_on_windows(settings_file, home, monkeypatch, folder):
    monkeypatch.setattr(environment, '_ON_WINDOWS', True)
    monkeypatch.setenv('APPDATA', str(home.join(folder)) if folder == 'elsewhere' else '')
    settings_file('credentials.ini', u'[default]\napi_key = windows\n', folder + '/cloudsmith')
    assert key_of(Configuration.from_environment()) == 'windows'


def test_config_directory_matches_the_operating_system(settings_file, home):
    folder = {'Darwin': 'Library/Application Support', 'Windows': 'AppData/Roaming'}.get(platform.system(), '.config')
    settings_file('config.ini', u'[default]\napi_user_agent = found\n', folder + '/cloudsmith')
    script = 'from cloudsmith_api import Configuration; print(Configuration.from_environment().user_agent)'
    environ = {name: value for name, value in os.environ.items() if name != 'APPDATA'}
    environ.update(HOME=str(home), USERPROFILE=str(home), PYTHONPATH=os.pathsep.join(sys.path))
    assert subprocess.check_output([sys.executable, '-c', script], env=environ).split() == [b'found']


def test_current_directory_is_never_read(home, monkeypatch):
    folder = home.mkdir('repository')
    folder.join('credentials.ini').write('[default]\napi_key = planted\n')
    folder.join('config.ini').write('[default]\napi_host = evil.example\n')
    monkeypatch.chdir(str(folder))
    made = Configuration.from_environment()
    assert (key_of(made), made.host) == (None, Configuration().host)


def test_files_named_by_variables_are_read(settings_file, monkeypatch):
    monkeypatch.setenv('CLOUDSMITH_CREDENTIALS_FILE', settings_file('mine.ini', u'[default]\napi_key = named\n', 'x'))
    monkeypatch.setenv('CLOUDSMITH_CONFIG_FILE', settings_file('my.ini', u'[default]\napi_proxy = http://p:1\n', 'x'))
    made = Configuration.from_environment()
    assert (key_of(made), made.proxy) == ('named', 'http://p:1')


def test_arguments_override_variables_which_override_files(settings_file, monkeypatch):
    settings_file('credentials.ini', u'[default]\napi_key = file\n')
    settings_file('config.ini', u'[default]\napi_host = file.example\napi_user_agent = file\n')
    monkeypatch.setenv('CLOUDSMITH_API_KEY', 'variable')
    monkeypatch.setenv('CLOUDSMITH_API_HOST', 'variable.example')
    made = Configuration.from_environment(api_key='argument', retries=1)
    assert (key_of(made), made.host, made.user_agent) == ('argument', 'https://variable.example', 'file')
    assert made.retries == 1
    assert (origin_of(made, 'api_key'), origin_of(made, 'retries')) == ('argument', 'argument')


@pytest.mark.parametrize('variable, value, option, settings', [
    ('CLOUDSMITH_SSL_VERIFY', 'perhaps', None, {'verify_ssl': True}),
    ('CLOUDSMITH_API_HEADERS', 'X', None, {'default_headers': {}}),
    ('CLOUDSMITH_API_PROXY', 'ftp://x', None, {'proxy': None}),
    (None, None, u'ssl_verify = perhaps', {'verify_ssl': True}),
    (None, None, u'api_headers = X', {'default_headers': {}}),
])
def test_source_that_an_argument_overrides_may_be_invalid(
        settings_file, monkeypatch, variable, value, option, settings):
    if option is None:
        monkeypatch.setenv(variable, value)
    else:
        settings_file('config.ini', u'[default]\n%s\n' % option)
    with pytest.raises(ValueError):
        Configuration.from_environment()
    made = Configuration.from_environment(**settings)
    assert {name: getattr(made, name) for name in settings} == settings


def test_file_whose_key_an_argument_overrides_may_be_invalid(settings_file):
    os.chmod(settings_file('credentials.ini', u'[default]\napi_key = a\n  b\n'), 0o644)
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        assert key_of(Configuration.from_environment(api_key='argument')) == 'argument'


@pytest.mark.parametrize('source', ['argument', 'variable'])
def test_profile_overrides_the_default_section(settings_file, monkeypatch, source):
    settings_file('credentials.ini', u'[default]\napi_key = default\n[profile:work]\napi_key = work-key\n')
    settings_file('config.ini', u'[default]\napi_host = api.example.com\n')
    if source == 'variable':
        monkeypatch.setenv('CLOUDSMITH_PROFILE', 'work')
    made = Configuration.from_environment('work' if source == 'argument' else None)
    assert (key_of(made), made.host) == ('work-key', 'https://api.example.com')


def test_unknown_profile_without_files_names_the_expected_paths(home):
    with pytest.raises(ValueError) as raised:
        Configuration.from_environment('nosuch')
    for name in ('credentials.ini', 'config.ini'):
        assert str(home.join('.config', 'cloudsmith', name)) in str(raised.value)


def test_unknown_profile_error_names_section_and_file(settings_file):
    path = settings_file('credentials.ini', u'[default]\napi_key = default\n')
    with pytest.raises(ValueError) as raised:
        Configuration.from_environment('nosuch')
    assert '[profile:nosuch]' in str(raised.value)
    assert path in str(raised.value)


class TestTextBeyondAscii(object):
    """Paths, profiles and files beyond ASCII: on Python 2, variables are bytes, and the contents of files Unicode."""

    @pytest.fixture(autouse=True)
    def home(self, home, monkeypatch):
        """A home directory whose name is not in ASCII."""
        try:
            made = home.join(six.ensure_str(u'hömé')).ensure(dir=True)
        except UnicodeError:
            pytest.skip('no directory can have this name in this locale (Python 3.6 without one)')
        monkeypatch.setenv('HOME', str(made))
        monkeypatch.setenv('USERPROFILE', str(made))
        return made

    @pytest.mark.parametrize('profile', [six.ensure_str(u'work'), u'work', six.ensure_str(u'ü'), u'ü'])
    def test_profile_is_found(self, settings_file, profile):
        path = settings_file('credentials.ini', u'[profile:%s]\napi_key = its-key\n' % six.ensure_text(profile))
        made = Configuration.from_environment(profile=profile)
        assert key_of(made) == 'its-key'
        assert origin_of(made, 'api_key') == '%s, section [profile:%s], line 2' % (path, six.ensure_str(profile))

    def test_profile_from_a_variable_is_found(self, settings_file, monkeypatch):
        settings_file('credentials.ini', u'[profile:ü]\napi_key = its-key\n')
        monkeypatch.setenv('CLOUDSMITH_PROFILE', 'ü')
        assert key_of(Configuration.from_environment()) == 'its-key'

    @pytest.mark.parametrize('profile', [six.ensure_str(u'ü'), u'ü'])
    def test_unknown_profile_is_named(self, home, profile):
        with pytest.raises(ValueError) as raised:
            Configuration.from_environment(profile=profile)
        assert '[profile:ü] in %s' % home in str(raised.value)

    @pytest.mark.parametrize('section', [u'default', u'profile:ü'])
    def test_malformed_file_is_named(self, settings_file, section):
        path = settings_file('credentials.ini', u'[%s]\nbroken\n' % section)
        with pytest.raises(ValueError) as raised:
            Configuration.from_environment()
        assert '%s, in section [%s], line 2' % (path, six.ensure_str(section)) in str(raised.value)

    def test_no_break_spaces_around_an_option_are_ignored(self, settings_file):
        path = settings_file('credentials.ini', u'[default]\napi_key\xa0=\xa0its-key\n')
        made = Configuration.from_environment()
        assert key_of(made) == 'its-key'
        assert origin_of(made, 'api_key') == '%s, section [default], line 2' % path


@pytest.mark.skipif(six.PY3, reason='variables are text')
def test_profile_from_a_variable_that_is_not_utf8_is_unknown(monkeypatch):
    monkeypatch.setenv('CLOUDSMITH_PROFILE', '\xff')
    with pytest.raises(ValueError, match='no section'):
        Configuration.from_environment()


def test_profile_that_is_not_a_str_raises():
    with pytest.raises(TypeError, match='^profile must be a str'):
        Configuration.from_environment(profile=5)


@pytest.mark.parametrize('text, where', [
    (u'api_key = secret-1234\n', 'before any section, line 1'),
    (u'[default]\nsecret-1234\n', 'in section [default], line 2'),
    (u'[default]\napi_key = x\n\n[profile:a]\nx = 1\nsecret-1234\n', 'in section [profile:a], line 6'),
])
def test_malformed_file_error_names_file_section_and_line(settings_file, text, where):
    path = settings_file('credentials.ini', text)
    with pytest.raises(ValueError) as raised:
        Configuration.from_environment()
    assert path in str(raised.value)
    assert where in str(raised.value)
    assert 'secret-1234' not in str(raised.value)


def test_malformed_file_error_names_the_first_line(settings_file):
    settings_file('credentials.ini', u'[default]\napi_key = a\nfirst\nsecond\n')
    with pytest.raises(ValueError, match='line 3'):
        Configuration.from_environment()


def test_invalid_value_error_names_its_file_section_and_line(settings_file):
    path = settings_file('config.ini', u'[default]\napi_host = ftp://example.com\n')
    with pytest.raises(ValueError, match='host') as raised:
        Configuration.from_environment()
    assert '%s, section [default], line 2' % path in str(raised.value)


@pytest.mark.parametrize('word, expected', [
    ('1', True), ('yes', True), ('true', True), ('On', True), ('0', False), ('no', False), ('FALSE', False),
    ('off', False),
])
def test_boolean_accepts_the_usual_words(settings_file, word, expected):
    settings_file('config.ini', u'[default]\napi_ssl_verify = %s\n' % word)
    assert Configuration.from_environment().verify_ssl is expected


@pytest.mark.parametrize('older, newer, name, value', [
    ('CLOUDSMITH_API_PROXY=http://old', 'CLOUDSMITH_PROXY=http://new', 'proxy', 'http://new'),
    ('CLOUDSMITH_WITHOUT_API_SSL_VERIFY=true', 'CLOUDSMITH_SSL_VERIFY=true', 'verify_ssl', True),
    ('SSL_CERT_DIR=/dir', 'SSL_CERT_FILE=/file', 'ssl_ca_cert', '/file'),
    ('REQUESTS_CA_BUNDLE=/bundle', 'SSL_CERT_DIR=/dir', 'ssl_ca_cert', '/dir'),
])
def test_first_variable_takes_precedence(monkeypatch, older, newer, name, value):
    for variable in older, newer:
        monkeypatch.setenv(*variable.split('='))
    assert getattr(Configuration.from_environment(), name) == value


@pytest.mark.parametrize('text, name, value', [
    (u'proxy = http://new\napi_proxy = http://old', 'proxy', 'http://new'),
    (u'api_proxy = http://old', 'proxy', 'http://old'),
    (u'proxy =\napi_proxy = http://old', 'proxy', 'http://old'),
    (u'api_ssl_verify = false\nssl_verify = true', 'verify_ssl', True),
    (u'ssl_verify = f', 'verify_ssl', False),
    (u'ssl_verify_strict = n', 'ssl_verify_strict', False),
    (u'api_headers = X-A=1,X-B=2', 'default_headers', {'X-A': '1', 'X-B': '2'}),
])
def test_option_of_the_config_file_sets_its_setting(settings_file, text, name, value):
    settings_file('config.ini', u'[default]\n%s\n' % text)
    assert getattr(Configuration.from_environment(), name) == value


def test_older_option_of_profile_overrides_newer_one_of_default(settings_file):
    settings_file('config.ini', u'[default]\nproxy = http://new\n[profile:work]\napi_proxy = http://old\n')
    assert Configuration.from_environment('work').proxy == 'http://old'


@pytest.mark.parametrize('text', [u'[default]\napi_key = default\n', u''])
def test_profile_named_default_is_the_default_section(settings_file, monkeypatch, text):
    settings_file('credentials.ini', text)
    monkeypatch.setenv('CLOUDSMITH_PROFILE', 'default')
    assert key_of(Configuration.from_environment()) == ('default' if text else None)


@pytest.mark.parametrize('variable, value', [
    ('CLOUDSMITH_SSL_VERIFY', 'perhaps'), ('CLOUDSMITH_API_HEADERS', 'X-A: secret-1234'),
    ('CLOUDSMITH_API_HEADERS', 'secret-1234'), ('CLOUDSMITH_API_HEADERS', 'X-A: secret-1234=='),
    ('CLOUDSMITH_API_HEADERS', 'X-A=secret-1234\nX-B=2'),
    ('SSL_CERT_FILE', '-----BEGIN secret-1234'),
])
def test_variable_that_cannot_be_parsed_is_named(monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValueError, match=variable) as raised:
        Configuration.from_environment()
    assert 'secret-1234' not in str(raised.value)


def test_headers_of_the_environment_are_sent(monkeypatch, sandbox, user):
    monkeypatch.setenv('CLOUDSMITH_API_HEADERS', 'X-Trace=a=b,User-Agent=mine')
    with ApiClient(Configuration.from_environment(host=sandbox.url, api_key=user.api_key)) as client:
        UserApi(client).user_self()
    headers = sandbox.requests[0].headers
    assert (headers['X-Trace'], headers['User-Agent']) == ('a=b', 'mine')


def test_boolean_with_another_word_raises(settings_file):
    settings_file('config.ini', u'[default]\napi_ssl_verify = perhaps\n')
    with pytest.raises(ValueError, match=r'section \[default\], line 2: api_ssl_verify'):
        Configuration.from_environment()


def test_invalid_variable_error_names_the_variable(monkeypatch):
    monkeypatch.setenv('CLOUDSMITH_API_HOST', 'https://user:hunter22@api.example.com')
    with pytest.raises(ValueError, match='CLOUDSMITH_API_HOST') as raised:
        Configuration.from_environment()
    assert 'hunter22' not in str(raised.value)


def test_missing_file_named_by_a_variable_raises(monkeypatch, home):
    monkeypatch.setenv('CLOUDSMITH_CONFIG_FILE', str(home.join('nosuch.ini')))
    with pytest.raises(ValueError, match='nosuch.ini cannot be read'):
        Configuration.from_environment()


def test_error_about_a_named_file_names_the_variable(settings_file, monkeypatch):
    monkeypatch.setenv('CLOUDSMITH_CREDENTIALS_FILE', settings_file('mine.ini', u'[default]\nbroken\n'))
    with pytest.raises(ValueError, match='line 2.*from CLOUDSMITH_CREDENTIALS_FILE'):
        Configuration.from_environment()


@pytest.mark.skipif(not hasattr(os, 'mkfifo'), reason='needs named pipes')
@pytest.mark.parametrize('is_named', [True, False])
def test_named_pipe_is_refused_without_waiting_for_its_writer(home, monkeypatch, is_named):
    path = home.ensure('.config', 'cloudsmith', dir=True).join('credentials.ini')
    os.mkfifo(str(path))
    if is_named:
        monkeypatch.setenv('CLOUDSMITH_CREDENTIALS_FILE', str(path))
    with pytest.raises(ValueError, match='credentials.ini cannot be read: it is not a regular file'):
        Configuration.from_environment()


def test_folder_in_place_of_a_file_is_refused(home):
    home.ensure('.config', 'cloudsmith', 'config.ini', dir=True)
    with pytest.raises(ValueError, match='config.ini cannot be read: it is not a regular file'):
        Configuration.from_environment()


def test_null_device_turns_off_a_file(settings_file, monkeypatch):
    settings_file('config.ini', u'[default]\napi_host = api.example.com\n')
    monkeypatch.setenv('CLOUDSMITH_CONFIG_FILE', os.devnull)
    assert Configuration.from_environment().host == Configuration().host


def test_key_that_is_broken_over_two_lines_is_refused(settings_file):
    path = settings_file('credentials.ini', u'[default]\n\napi_key = secret-\n  1234\n')
    with pytest.raises(ValueError) as raised:
        Configuration.from_environment()
    assert '%s, section [default], line 3: api_key must be on one line' % path in str(raised.value)
    assert '1234' not in str(raised.value)


def test_line_numbers_match_an_editor(settings_file):
    path = settings_file('config.ini', u'[default]\nother = a\u2028b\x0cc\napi_host = ftp://example.com\n')
    with pytest.raises(ValueError) as raised:
        Configuration.from_environment()
    assert '%s, section [default], line 3' % path in str(raised.value)


def test_file_that_is_not_utf8_raises(home):
    home.ensure('.config', 'cloudsmith', 'config.ini').write_binary(b'[default]\napi_host = \xff\xfe')
    with pytest.raises(ValueError, match='not UTF-8'):
        Configuration.from_environment()


def test_quotes_case_and_comments_are_ignored(settings_file):
    settings_file('credentials.ini', u'# mine\n[default]\n; really\nAPI_Key: "quoted"\n')
    assert key_of(Configuration.from_environment()) == 'quoted'


def test_byte_order_mark_is_ignored(settings_file):
    settings_file('credentials.ini', u'\ufeff[default]\napi_key = marked\n')
    assert key_of(Configuration.from_environment()) == 'marked'


def test_percent_signs_are_not_interpolated(settings_file):
    settings_file('credentials.ini', u'[default]\napi_key = 100%done\n')
    assert key_of(Configuration.from_environment()) == '100%done'


@pytest.mark.skipif(os.name != 'posix', reason='needs POSIX file permissions')
class TestFilePermissions(object):
    """Credentials files that other users can read."""

    def test_file_with_a_key_that_others_can_read_warns(self, settings_file):
        path = settings_file('credentials.ini', u'[default]\napi_key = shared\n')
        os.chmod(path, 0o644)
        with pytest.warns(InsecureFileWarning, match='credentials.ini') as caught:
            Configuration.from_environment()
        assert os.path.basename(caught[0].filename).startswith('test_environment.py')

    @pytest.mark.parametrize('mode', [0o660, 0o644, 0o640, 0o604])
    def test_warning_says_what_to_do_once_per_file(self, settings_file, mode):
        path = settings_file('credentials.ini', u'[default]\napi_key = shared\n')
        os.chmod(path, mode)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter('always')
            for _ in range(3):
                Configuration.from_environment()
        assert ['%s contains an API key' % path in str(warning.message) for warning in caught] == [True]
        assert 'run chmod 600 on it' in str(caught[0].message)

    def test_file_with_a_key_that_others_can_only_execute_does_not_warn(self, settings_file):
        os.chmod(settings_file('credentials.ini', u'[default]\napi_key = own\n'), 0o711)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter('always')
            Configuration.from_environment()
        assert caught == []

    def test_warning_as_error_is_raised_each_time(self, settings_file):
        os.chmod(settings_file('credentials.ini', u'[default]\napi_key = shared\n'), 0o660)
        with warnings.catch_warnings():
            warnings.simplefilter('error')
            for _ in range(2):
                with pytest.raises(InsecureFileWarning):
                    Configuration.from_environment()

    @pytest.mark.parametrize('option', [
        u'api_host = api.example.com', u'proxy = http://proxy:1', u'api_proxy = http://p', u'ssl_verify = no',
        u'api_headers = X-A=b',
    ])
    @pytest.mark.parametrize('mode', [0o660, 0o602])
    def test_config_file_that_others_can_write_warns(self, settings_file, option, mode):
        path = settings_file('config.ini', u'[default]\n%s\n' % option)
        os.chmod(path, mode)
        with pytest.warns(InsecureFileWarning, match=r'config.ini sets \w+, and other users') as caught:
            Configuration.from_environment()
        assert len(caught) == 1

    @pytest.mark.parametrize('text, mode', [
        (u'[default]\napi_host = api.example.com\n', 0o755), (u'[default]\napi_user_agent = me\n', 0o666),
    ])
    def test_harmless_config_file_does_not_warn(self, settings_file, text, mode):
        os.chmod(settings_file('config.ini', text), mode)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter('always')
            Configuration.from_environment()
        assert caught == []

    @pytest.mark.parametrize('text', [u'[default]\napi_key =\n', u'[default]\n'])
    def test_file_without_a_key_does_not_warn(self, settings_file, text):
        os.chmod(settings_file('credentials.ini', text), 0o644)
        with warnings.catch_warnings():
            warnings.simplefilter('error')
            assert Configuration.from_environment().api_key == {}

    def test_file_whose_key_is_overridden_does_not_warn(self, settings_file, monkeypatch):
        os.chmod(settings_file('credentials.ini', u'[default]\napi_key = shared\n'), 0o644)
        monkeypatch.setenv('CLOUDSMITH_API_KEY', 'another')
        with warnings.catch_warnings():
            warnings.simplefilter('error')
            assert key_of(Configuration.from_environment()) == 'another'


def reaches_directly(configuration, url):
    return proxy_for(configuration, url) is None


@pytest.mark.parametrize('no_proxy, is_direct', [
    ('api.cloudsmith.io', True), ('.cloudsmith.io', True), ('*', True), ('example.com', False),
])
def test_no_proxy_excludes_hosts_from_https_proxy(monkeypatch, no_proxy, is_direct):
    monkeypatch.setenv('HTTPS_PROXY', 'http://https-proxy:1')
    monkeypatch.setenv('NO_PROXY', no_proxy)
    made = Configuration.from_environment()
    assert made.proxy == 'http://https-proxy:1'
    assert reaches_directly(made, made.host) is is_direct
    assert origin_of(made, 'no_proxy').upper() == 'NO_PROXY'  # the names are the same on Windows


def test_no_proxy_applies_to_a_host_that_is_set_later(monkeypatch):
    monkeypatch.setenv('HTTPS_PROXY', 'http://https-proxy:1')
    monkeypatch.setenv('NO_PROXY', 'example.com')
    made = Configuration.from_environment()
    assert not reaches_directly(made, made.host)
    made.host = 'https://example.com'
    assert reaches_directly(made, made.host)


def test_lowercase_no_proxy_takes_precedence(monkeypatch):
    monkeypatch.setenv('HTTPS_PROXY', 'http://https-proxy:1')
    monkeypatch.setenv('NO_PROXY', 'api.cloudsmith.io')
    monkeypatch.setenv('no_proxy', 'example.com')
    made = Configuration.from_environment()
    assert not reaches_directly(made, made.host)


@pytest.mark.parametrize('source', ['HTTPS_PROXY', 'ALL_PROXY', 'CLOUDSMITH_API_PROXY', 'file'])
@pytest.mark.parametrize('host', ['http://127.0.0.1:8000', 'https://localhost', 'http://[::1]:8000', 'https://127.9.9.9'])
def test_proxy_from_the_environment_never_applies_to_this_machine(settings_file, monkeypatch, source, host):
    if source == 'file':
        settings_file('config.ini', u'[default]\napi_proxy = http://proxy:1\n')
    else:
        monkeypatch.setenv(source, 'http://proxy:1')
    made = Configuration.from_environment(host=host)
    assert made.proxy == 'http://proxy:1'
    assert reaches_directly(made, made.host)


@pytest.mark.parametrize('source', ['CLOUDSMITH_API_PROXY', 'file'])
def test_proxy_from_variable_or_file_obeys_no_proxy(settings_file, monkeypatch, source):
    monkeypatch.setenv('NO_PROXY', 'api.cloudsmith.io')
    if source == 'file':
        settings_file('config.ini', u'[default]\napi_proxy = http://proxy:1\n')
    else:
        monkeypatch.setenv(source, 'http://proxy:1')
    made = Configuration.from_environment()
    assert reaches_directly(made, made.host)
    assert not reaches_directly(made, 'https://example.com')


def test_https_proxy_is_not_used_for_an_http_host(monkeypatch):
    monkeypatch.setenv('HTTPS_PROXY', 'http://https-proxy:1')
    made = Configuration.from_environment(host='http://api.example.com/v1')
    assert reaches_directly(made, made.host)


def test_cloudsmith_api_proxy_is_used_for_an_http_host(monkeypatch):
    monkeypatch.setenv('CLOUDSMITH_API_PROXY', 'http://cloudsmith-proxy:1')
    made = Configuration.from_environment(host='http://api.example.com/v1')
    assert not reaches_directly(made, made.host)


def test_cloudsmith_api_proxy_overrides_https_proxy(monkeypatch):
    monkeypatch.setenv('HTTPS_PROXY', 'http://https-proxy:1')
    monkeypatch.setenv('CLOUDSMITH_API_PROXY', 'http://cloudsmith-proxy:1')
    assert Configuration.from_environment().proxy == 'http://cloudsmith-proxy:1'


@pytest.mark.parametrize('is_argument', [True, False])
def test_proxy_in_code_is_used_for_every_host(monkeypatch, is_argument):
    monkeypatch.setenv('HTTPS_PROXY', 'http://https-proxy:1')
    monkeypatch.setenv('NO_PROXY', '*')
    if is_argument:
        made = Configuration.from_environment(proxy='http://mine:1')
    else:
        made = Configuration.from_environment()
        made.proxy = 'http://mine:1'
    assert made.no_proxy is None
    assert not reaches_directly(made, 'http://127.0.0.1')


def test_no_proxy_in_code_holds_for_a_proxy_that_is_set_later(monkeypatch):
    monkeypatch.setenv('HTTPS_PROXY', 'http://https-proxy:1')
    made = Configuration.from_environment(no_proxy='example.com')
    made.proxy = 'http://mine:1'
    assert reaches_directly(made, 'https://example.com')
    made.no_proxy = 'example.org'
    made.proxy = 'http://other:1'
    assert reaches_directly(made, 'https://example.org')


def test_no_proxy_without_a_proxy_sets_nothing(monkeypatch):
    monkeypatch.setenv('NO_PROXY', 'example.com')
    assert Configuration.from_environment().no_proxy is None


def test_unknown_setting_raises_type_error():
    with pytest.raises(TypeError, match='api_kye'):
        Configuration.from_environment(api_kye='x')


def test_api_key_argument_may_be_a_dict():
    assert key_of(Configuration.from_environment(api_key={'X-Api-Key': 'k'})) == 'k'


@pytest.mark.parametrize('variable', ['XDG_CONFIG_HOME', 'HOME'])
def test_relative_config_directory_is_not_read(settings_file, monkeypatch, tmpdir, variable):
    for folder in ('here/cloudsmith', 'here/.cloudsmith', 'here/.config/cloudsmith'):
        settings_file('config.ini', u'[default]\napi_host = evil.example.com\n', folder)
    monkeypatch.chdir(tmpdir.join('here'))
    monkeypatch.setenv(variable, '.')
    assert Configuration.from_environment().host == Configuration().host


def test_unrelated_section_is_ignored(settings_file):
    settings_file('config.ini', u'[DEFAULT]\napi_host = other.example.com\n[profile:work]\napi_user_agent = me\n')
    made = Configuration.from_environment(profile='work')
    assert (made.host, made.user_agent) == (Configuration().host, 'me')


def test_whitespace_around_a_variable_is_stripped(monkeypatch):
    monkeypatch.setenv('CLOUDSMITH_API_KEY', ' key\n')
    assert Configuration.from_environment().api_key == {'X-Api-Key': 'key'}


def test_proxy_without_a_scheme_is_http(monkeypatch):
    monkeypatch.setenv('CLOUDSMITH_API_PROXY', 'proxy.example.com:3128')
    assert Configuration.from_environment().proxy == 'http://proxy.example.com:3128'


@pytest.mark.parametrize('settings', [{'host': 5}, {'describe': 5}, {'logger': 5}, {'_debug': True}, {'__class__': 5}])
def test_invalid_setting_name_or_value_raises_type_error(settings):
    with pytest.raises(TypeError):
        Configuration.from_environment(**settings)


def test_describe_distinguishes_defaults_from_assignments(monkeypatch):
    monkeypatch.setenv('CLOUDSMITH_API_KEY', 'from-variable')
    made = Configuration.from_environment()
    made.api_key['X-Api-Key'] = 'changed'
    made.retries = 1
    assert [origin_of(made, name) for name in ('api_key', 'retries', 'timeout')] == ['program', 'program', 'default']


def test_describe_shows_the_origin_of_normalized_values(monkeypatch):
    monkeypatch.setenv('CLOUDSMITH_API_HOST', 'https://api.example.com/v1/')
    made = Configuration.from_environment(timeout=[1, 2])
    assert (made.host, made.timeout) == ('https://api.example.com/v1', (1, 2))
    assert [origin_of(made, name) for name in ('host', 'timeout')] == ['CLOUDSMITH_API_HOST', 'argument']


def test_user_agent_from_the_environment_is_used_by_the_client(monkeypatch):
    monkeypatch.setenv('CLOUDSMITH_API_USER_AGENT', 'my-script/1')
    with ApiClient(Configuration.from_environment()) as client:
        assert client.user_agent == 'my-script/1'
