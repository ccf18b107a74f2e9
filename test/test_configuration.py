# -*- coding: utf-8 -*-
"""``Configuration``: defaults, validation, copies, authentication headers, and output without secrets."""

import base64
import copy
import functools
import logging
import multiprocessing
import os
import pickle
import re
import sys
import warnings

import pytest
import six
import urllib3

from cloudsmith_api import Configuration, UnknownSettingWarning
from cloudsmith_api._common.headers import check_header

DEFAULTS = {
    'host': 'https://api.cloudsmith.io/v1', 'api_key': {}, 'api_key_prefix': {}, 'refresh_api_key_hook': None,
    'username': '', 'password': '', 'debug': False, 'logger_file': None,
    'logger_format': '%(asctime)s %(levelname)s %(message)s', 'verify_ssl': True, 'ssl_verify_strict': True,
    'ssl_ca_cert': None, 'tls_server_name': None, 'default_headers': {},
    'cert_file': None, 'key_file': None, 'assert_hostname': None, 'proxy': None, 'no_proxy': None,
    'safe_chars_for_path_param': '', 'client_side_validation': True, 'temp_folder_path': None, 'timeout': (10.0, 60.0),
    'retries': 3, 'max_retry_after': 60.0, 'max_response_bytes': 64 * 1024 * 1024, 'pace': False, 'user_agent': None,
}


def hook_with_secret(_configuration, client_secret=None):
    return client_secret


@pytest.fixture
def configuration():
    return Configuration()


@pytest.mark.parametrize('name', sorted(DEFAULTS))
def test_setting_has_its_documented_default(configuration, name):
    assert getattr(configuration, name) == DEFAULTS[name]


def test_pool_size_defaults_to_five_per_processor(configuration):
    try:
        processors = multiprocessing.cpu_count()
    except NotImplementedError:
        processors = 1  # Wine does not report the number
    assert configuration.connection_pool_maxsize == 5 * processors


def test_pool_size_defaults_to_five_if_cpu_count_is_unknown(monkeypatch):
    monkeypatch.setattr('cloudsmith_api._settings.validators.cpu_count', lambda: None)
    assert Configuration().connection_pool_maxsize == 5


@pytest.mark.parametrize('host, stored', [
    ('https://api.example.com', 'https://api.example.com'),
    ('https://api.example.com/v1/', 'https://api.example.com/v1'),
    ('http://127.0.0.1:8080/v1//', 'http://127.0.0.1:8080/v1'),
    ('http://[::1]:8080/', 'http://[::1]:8080'),
    (u'https://api.example.com/a-b_c~d.e', 'https://api.example.com/a-b_c~d.e'),
    ('HTTPS://API.EXAMPLE.COM', 'HTTPS://API.EXAMPLE.COM'),
])
def test_host_is_stored_without_trailing_slashes(configuration, host, stored):
    configuration.host = host
    assert configuration.host == stored
    assert type(configuration.host) is str


@pytest.mark.parametrize('host', [
    '', 'api.example.com', '/v1', 'ftp://api.example.com', 'https://', 'https:///v1', 'https://user:pw@api.example.com',
    'https://user@api.example.com', 'https://api.example.com/../x', 'https://api.example.com/./x',
    'https://api.example.com/%2e%2E/x', 'https://api.example.com?x=1', 'https://api.example.com/v1#x',
    'https://api.example.com\r\nX: y', 'https://api.example.com/ x', 'https://api.example.com:99999',
    'https://api.example.com:0', 'https://api.example.com/100%', 'https://api.example.com/%zz',
    'https://api.example.com:x', 'https://a..b', 'https://%s.example.com' % ('x' * 64),
    u'https://bücher.example', 'https://[::1', 'https://a\\b', 'javascript:alert(1)',
])
def test_host_that_is_not_a_base_url_raises_value_error(configuration, host):
    with pytest.raises(ValueError, match='^host must'):
        configuration.host = host
    assert configuration.host == DEFAULTS['host']


@pytest.mark.parametrize('host', [None, 5, b'https://x' if str is not bytes else 5.0, ['https://x']])
def test_host_that_is_not_a_str_raises_type_error(configuration, host):
    with pytest.raises(TypeError, match='^host must'):
        configuration.host = host


def test_invalid_host_error_does_not_show_credentials(configuration):
    with pytest.raises(ValueError) as raised:
        configuration.host = 'https://ada:hunter22@api.example.com'
    assert 'hunter22' not in str(raised.value)


@pytest.mark.parametrize('proxy', [
    'http://proxy:3128', 'https://proxy', 'socks5://proxy:1080', 'socks5h://u:p@proxy', 'http://u%40x:p%3A@proxy:1/',
])
def test_proxy_accepts_http_and_socks_urls(configuration, proxy):
    configuration.proxy = proxy
    assert configuration.proxy == proxy


@pytest.mark.parametrize('proxy', ['proxy:3128', 'ftp://proxy', 'http://', 'http://proxy\r\n', 'http://proxy:0'])
def test_invalid_proxy_raises_value_error(configuration, proxy):
    with pytest.raises(ValueError, match='^proxy must'):
        configuration.proxy = proxy


@pytest.mark.parametrize('empty', [None, ''])
def test_empty_proxy_is_none(configuration, empty):
    configuration.proxy = empty
    assert configuration.proxy is None


@pytest.mark.parametrize('name, value, error', [
    ('timeout', None, TypeError), ('timeout', 'x', TypeError), ('timeout', (1, 2, 3), ValueError),
    ('timeout', 0, ValueError),
    ('timeout', float('inf'), ValueError), ('timeout', (1, None), TypeError), ('timeout', 2147484, ValueError),
    ('retries', -1, ValueError), ('retries', None, TypeError), ('retries', True, TypeError),
    ('retries', 1.5, TypeError),
    ('max_retry_after', -1, ValueError), ('max_retry_after', 'x', TypeError),
    ('max_response_bytes', 0, ValueError), ('max_response_bytes', 1.5, TypeError),
    ('connection_pool_maxsize', 0, ValueError), ('connection_pool_maxsize', 65536, ValueError),
    ('connection_pool_maxsize', None, TypeError),
    ('logger_format', None, TypeError), ('logger_file', 5, TypeError), ('temp_folder_path', 5, TypeError),
    ('safe_chars_for_path_param', None, TypeError), ('safe_chars_for_path_param', 5, TypeError),
    ('refresh_api_key_hook', 'secret-1234', TypeError), ('user_agent', 5, TypeError),
    ('user_agent', 'a\nb', ValueError), ('assert_hostname', 5, TypeError), ('assert_hostname', ['x'], TypeError),
    ('username', 5, TypeError), ('password', 5, TypeError), ('password', [b'secret-1234'], TypeError),
    ('ssl_verify_strict', 'no', TypeError), ('tls_server_name', 5, TypeError),
    ('no_proxy', ['x'], TypeError),
])
def test_invalid_setting_raises_an_error_with_its_name(configuration, name, value, error):
    with pytest.raises(error, match=name) as raised:
        setattr(configuration, name, value)
    assert 'secret-1234' not in str(raised.value)


@pytest.mark.skipif(sys.version_info < (3, 8), reason='logging takes any format')
@pytest.mark.parametrize('template', ['%', '%(nope', '{message}'])
def test_invalid_logger_format_raises_and_changes_nothing(configuration, template):
    configuration.debug = True
    handlers = list(logging.getLogger('cloudsmith_api').handlers)
    with pytest.raises(ValueError, match='^logger_format must be a format of logging.Formatter: '):
        configuration.logger_format = template
    assert configuration.logger_format == DEFAULTS['logger_format']
    assert logging.getLogger('cloudsmith_api').handlers == handlers
    configuration.debug = False


@pytest.mark.parametrize('name, empty, stored', [
    ('username', '', ''), ('username', None, None), ('password', None, None), ('user_agent', '', ''),
    ('user_agent', None, None), ('assert_hostname', None, None), ('assert_hostname', False, False),
    ('refresh_api_key_hook', None, None), ('refresh_api_key_hook', '', None), ('logger_file', '', None),
    ('temp_folder_path', None, None),
])
def test_empty_setting_is_accepted(configuration, name, empty, stored):
    setattr(configuration, name, empty)
    assert getattr(configuration, name) == stored


def test_safe_characters_are_a_native_str(configuration):
    configuration.safe_chars_for_path_param = u'/'
    assert type(configuration.safe_chars_for_path_param) is str


@pytest.mark.parametrize('name, value', [
    ('timeout', 5), ('timeout', 0.5), ('timeout', (1, 2.5)), ('timeout', 2147483),
    ('retries', 0), ('retries', urllib3.Retry(1)), ('max_retry_after', 0.5), ('max_response_bytes', 1),
    ('connection_pool_maxsize', 1), ('connection_pool_maxsize', 65535),
])
def test_valid_setting_is_stored(configuration, name, value):
    setattr(configuration, name, value)
    assert getattr(configuration, name) == value


PRIVATE_KEY = '-----BEGIN PRIVATE KEY-----\nsecret-1234\n-----END PRIVATE KEY-----\n'


@pytest.mark.parametrize('name', ['ssl_ca_cert', 'cert_file', 'key_file', 'logger_file', 'temp_folder_path'])
class TestPath(object):
    """Settings that are paths."""

    @pytest.mark.parametrize('content', [PRIVATE_KEY, PRIVATE_KEY.partition('\n')[2], u'-----BEGIN secret-1234'])
    def test_content_of_a_file_is_refused_without_showing_it(self, configuration, name, content):
        with pytest.raises(ValueError, match='^%s must be the path of a file' % name) as raised:
            setattr(configuration, name, content)
        assert 'secret-1234' not in str(raised.value)
        assert getattr(configuration, name) is None

    def test_path_object_is_stored_as_text(self, configuration, name, tmpdir):
        setattr(configuration, name, tmpdir.join('file.pem'))
        assert getattr(configuration, name) == str(tmpdir.join('file.pem'))
        assert type(getattr(configuration, name)) is str

    def test_open_file_is_refused(self, configuration, name):
        with open(__file__) as opened, pytest.raises(TypeError, match='^%s must be the path of a file' % name):
            setattr(configuration, name, opened)

    def test_empty_text_is_none(self, configuration, name):
        setattr(configuration, name, '')
        assert getattr(configuration, name) is None


@pytest.mark.parametrize('name, advice', [
    ('proxy_headers', 'set proxy'), ('socket_options', 'idle_timeout'), ('ssl_verify', 'set verify_ssl'),
    ('verify', 'set verify_ssl'), ('api_token', 'set api_key'), ('ca_certs', 'set ssl_ca_cert'),
    ('ca_cert_data', 'set ssl_ca_cert'), ('base_url', 'set host'), ('server_index', 'set host'),
    ('tiemout', r'did you mean timeout\?$'), ('timout', r'did you mean timeout\?$'),
    ('time_out', r'did you mean timeout\?$'), ('verify_sll', r'did you mean verify_ssl\?$'),
    ('api_kye', r'did you mean api_key\?$'), ('pasword', r'did you mean password\?$'),
])
def test_unknown_setting_warns_with_its_replacement(configuration, name, advice):
    message = '^%s is not a setting, and has no effect: .*%s' % (name, advice)
    with pytest.warns(UnknownSettingWarning, match=message) as caught:
        setattr(configuration, name, 'secret-1234')
    assert os.path.basename(caught[0].filename).startswith('test_configuration.py')
    assert 'secret-1234' not in str(caught[0].message)
    assert getattr(configuration, name) == 'secret-1234'
    with pytest.raises(TypeError, match="unknown setting '%s': .*%s" % (name, advice)):
        Configuration.from_environment(**{name: 1})


@pytest.mark.parametrize('name', [
    'custom', 'headers', 'rate_limit', 'set', 'verif', '', 'no_proxy', 'tls_server_name', 'hosts', 'hosts2', 'token',
    'name', 'client', 'space', 'page', 'pages', 'api_key2', 'api_keys', 'usernames', 'log_format', 'refresh_api_key',
    'idle_time', 'origins', '_timeout', 'ab',
])
def test_attribute_of_the_program_does_not_warn(configuration, name):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        setattr(configuration, name, 'value')
        copy.copy(configuration)
    assert caught == []


def test_name_that_is_no_setting_warns_only_when_it_is_added(configuration):
    with pytest.warns(UnknownSettingWarning):
        configuration.proxies = {}
    configuration.proxies = {'https': None}
    assert configuration.proxies == {'https': None}


def test_name_close_to_an_attribute_of_the_program_does_not_warn(configuration):
    configuration.colour = 1
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        configuration.color = 1
    assert caught == []


def test_default_headers_are_checked_and_copied(configuration):
    headers = {'X-A': 1}
    configuration.default_headers = headers
    assert configuration.default_headers == {'X-A': '1'}
    copy.copy(configuration).default_headers['X-B'] = 'b'
    assert (headers, configuration.default_headers) == ({'X-A': 1}, {'X-A': '1'})


@pytest.mark.parametrize('headers, error', [
    ({'X-A': 'a\r\nX-B: secret-1234'}, ValueError), ({'X-A: secret-1234': 'x'}, ValueError),
    ({'Content-Length': 'secret-1234'}, ValueError), ({'X-A': None}, TypeError), (None, TypeError),
    ('X-A: a', TypeError),
])
def test_invalid_default_headers_raise(configuration, headers, error):
    with pytest.raises(error) as raised:
        configuration.default_headers = headers
    assert 'secret-1234' not in str(raised.value)


def test_secret_default_headers_are_masked(configuration):
    configuration.default_headers = {'Authorization': 'Bearer secret-1234', 'X-A': 'shown'}
    for text in (repr(configuration), configuration.to_debug_report()):
        assert 'secret-1234' not in text
        assert 'shown' in text


class TestDefault(object):
    """``Configuration.set_default``."""

    def test_new_configurations_are_copies_with_custom_attributes(self, configuration):
        configuration.api_key['X-Api-Key'] = 'key'
        configuration.custom = [1]
        Configuration.set_default(configuration)
        made = Configuration()
        assert made is not configuration
        assert made.api_key == {'X-Api-Key': 'key'}
        assert made.custom == [1]

    def test_default_is_the_object_that_was_passed(self, configuration):
        Configuration.set_default(configuration)
        assert Configuration._default is configuration

    def test_new_configurations_have_their_own_dicts(self, configuration):
        Configuration.set_default(configuration)
        Configuration().api_key['X-Api-Key'] = 'another'
        assert configuration.api_key == {}

    def test_later_changes_of_the_default_apply_to_later_copies(self, configuration):
        Configuration.set_default(configuration)
        configuration.username = 'ada'
        assert Configuration().username == 'ada'

    def test_set_default_none_restores_the_factory_defaults(self, configuration):
        configuration.username = 'ada'
        Configuration.set_default(configuration)
        Configuration.set_default(None)
        assert Configuration().username == ''

    def test_set_default_rejects_other_types(self):
        with pytest.raises(TypeError, match='default'):
            Configuration.set_default({'host': 'x'})

    def test_default_applies_to_subclasses(self, configuration):
        class Custom(Configuration):
            pass

        configuration.username = 'ada'
        Configuration.set_default(configuration)
        assert type(Custom()) is Custom
        assert Custom().username == 'ada'


@pytest.mark.parametrize('duplicate', [copy.copy, copy.deepcopy, lambda made: pickle.loads(pickle.dumps(made))])
def test_copy_has_equal_settings_and_its_own_dicts(configuration, duplicate):
    configuration.api_key['X-Api-Key'] = 'key'
    configuration.retries = 7
    made = duplicate(configuration)
    assert (made.api_key, made.retries) == ({'X-Api-Key': 'key'}, 7)
    made.api_key.clear()
    assert configuration.api_key == {'X-Api-Key': 'key'}


@pytest.mark.parametrize('key, prefix, expected', [
    (None, None, None), ('', 'Token', None), ('K', None, 'K'), ('K', '', 'K'), ('K', 'Token', 'Token K'),
])
def test_api_key_is_returned_with_its_prefix(configuration, key, prefix, expected):
    configuration.api_key['X-Api-Key'] = key
    configuration.api_key_prefix['X-Api-Key'] = prefix
    assert configuration.get_api_key_with_prefix('X-Api-Key') == expected


@pytest.mark.parametrize('prefix, key', [
    (six.ensure_str(u'é'), u'é'), (u'é', six.ensure_str(u'é')), (u'é', u'é'), (u'Token', six.ensure_str(u'é')),
])
def test_api_key_and_prefix_may_be_bytes_and_text_on_python_2(configuration, prefix, key):
    configuration.api_key['X-Api-Key'], configuration.api_key_prefix['X-Api-Key'] = key, prefix
    sent = check_header('X-Api-Key', configuration.get_api_key_with_prefix('X-Api-Key'))
    assert sent.split(' ') == [six.ensure_str(part, 'latin-1') for part in (prefix, key)]


def test_refresh_hook_may_set_the_key_before_it_is_read(configuration):
    configuration.refresh_api_key_hook = lambda settings: settings.api_key.update({'X-Api-Key': 'fresh'})
    assert configuration.get_api_key_with_prefix('X-Api-Key') == 'fresh'


@pytest.mark.parametrize('username, password, pair', [
    ('u', 'p', u'u:p'), ('u', '', u'u:'), ('u', None, u'u:'), ('', 'p', u':p'), (u'ü', u'日:', u'ü:日:'),
])
def test_basic_auth_token_is_base64_of_utf8(configuration, username, password, pair):
    configuration.username, configuration.password = username, password
    scheme, token = configuration.get_basic_auth_token().split(' ')
    assert scheme == 'Basic'
    assert base64.b64decode(token) == pair.encode('utf-8')


def test_basic_auth_token_without_credentials_is_empty(configuration):
    assert configuration.get_basic_auth_token() == ''


def test_colon_in_username_raises(configuration):
    configuration.username = 'a:b'
    with pytest.raises(ValueError, match='username'):
        configuration.get_basic_auth_token()


@pytest.mark.skipif(six.PY2, reason='Python 2 encodes lone surrogates')
def test_password_with_lone_surrogate_raises_without_showing_it(configuration):
    configuration.username, configuration.password = 'ada', u'hunter22\ud800'
    with pytest.raises(ValueError, match='^username and password must be valid Unicode$') as raised:
        configuration.get_basic_auth_token()
    # With a UnicodeEncodeError as its context, a traceback would show the password.
    assert raised.value.__context__ is None


def test_auth_settings_describe_the_schemes(configuration):
    configuration.api_key['X-Api-Key'] = 'K'
    configuration.access_token = 'T'
    assert configuration.auth_settings() == {
        'bearer': {'type': 'bearer', 'in': 'header', 'key': 'Authorization', 'value': 'Bearer T'},
        'apikey': {'type': 'api_key', 'in': 'header', 'key': 'X-Api-Key', 'value': 'K'},
        'basic': {'type': 'basic', 'in': 'header', 'key': 'Authorization', 'value': ''},
    }


def test_describe_sorts_settings_by_name(configuration):
    names = [setting.name for setting in configuration.describe()]
    assert names == sorted(names)
    assert 'debug' in names


@pytest.mark.parametrize('name, value', [
    ('api_key', 'key'), ('api_key', None), ('api_key_prefix', 'Bearer'), ('verify_ssl', None), ('verify_ssl', 0),
    ('verify_ssl', '/ca.pem'), ('pace', 'no'), ('client_side_validation', 1),
])
def test_setting_of_the_wrong_type_raises_type_error(configuration, name, value):
    with pytest.raises(TypeError, match='^%s must be ' % name):
        setattr(configuration, name, value)


@pytest.mark.parametrize('prefix, key', [(b'Bearer', 'key'), ('Bearer', b'key'), (5, 'key')])
def test_api_key_or_prefix_that_is_not_text_raises(configuration, prefix, key):
    if six.PY2 and prefix != 5:
        pytest.skip('Python 2 accepts bytes as text')
    configuration.api_key['X-Api-Key'], configuration.api_key_prefix['X-Api-Key'] = key, prefix
    with pytest.raises(TypeError):
        configuration.get_api_key_with_prefix('X-Api-Key')


def test_describe_shows_names_of_api_keys_and_masks_values(configuration):
    configuration.api_key = {'X-Api-Keys': 'the-secret-one'}
    shown = {setting.name: setting.value for setting in configuration.describe()}['api_key']
    assert shown == "{'X-Api-Keys': '********'}"


@pytest.mark.parametrize('name, value, shown', [
    ('password', 'pw1', '********'), ('password', '', "''"), ('my_token', 123456, '********'),
    ('api_key', {'X-Api-Key': 'pw1'}, "{'X-Api-Key': '********'}"), ('my_codes', {'otp': 5}, "{'otp': '********'}"),
])
def test_describe_masks_every_secret_except_empty_ones(configuration, name, value, shown):
    setattr(configuration, name, value)
    assert {setting.name: setting.value for setting in configuration.describe()}[name] == shown


@pytest.mark.parametrize('name, value', [
    ('refresh_api_key_hook', functools.partial(hook_with_secret, client_secret='the-secret')),
    ('custom', functools.partial(hook_with_secret, client_secret='the-secret')),
    ('custom', {'login': {'password': 'the-secret'}}), ('custom', [('password', 'the-secret')]),
    ('custom', [{'pwd': 'the-secret'}]),
])
def test_secrets_nested_in_a_setting_are_not_shown(configuration, name, value):
    setattr(configuration, name, value)
    assert 'the-secret' not in repr(configuration) + configuration.to_debug_report()


@pytest.mark.parametrize('value', [
    {'db': {'password': b'pw12345678', 'token': 12345678}}, ['the pw12345678 of the configuration'],
])
def test_secrets_of_any_type_are_masked_in_any_attribute(configuration, value):
    configuration.password, configuration.custom = 'pw12345678', value
    assert not re.search('12345678', repr(configuration))


def test_attribute_without_a_repr_is_described(configuration):
    class Broken(object):
        def __repr__(self):
            raise KeyError('x')

        __bool__ = __nonzero__ = __repr__

    configuration.custom = Broken()
    assert 'custom=<Broken that cannot be shown: KeyError>' in repr(configuration)


@pytest.mark.parametrize('password', ['2024#S', '20/24', '2?4', '1#@2'])
def test_proxy_password_with_delimiters_raises_without_showing_it(configuration, password):
    with pytest.raises(ValueError, match='percent-encoded|valid host') as raised:
        configuration.proxy = 'http://user:%s@127.0.0.1:3128' % password
    assert password not in str(raised.value)


@pytest.mark.parametrize('show', [repr, str, Configuration.to_debug_report])
def test_repr_and_debug_report_show_no_secrets(configuration, show):
    configuration.api_key['X-Api-Key'] = 'secret-one'
    configuration.password = 'secret-two'
    configuration.username = 'ada'
    configuration.proxy = 'http://user:secret-three@proxy:3128'
    configuration.my_token = 'secret-four'
    configuration.my_headers = {'Authorization': 'secret-five', 'X-Plain': 'shown'}
    text = show(configuration)
    assert 'secret' not in text.replace('client_secret', '')
    assert 'ada' in text
    assert 'proxy:3128' in text
    assert 'shown' in text


def test_repr_shows_host_and_changed_settings(configuration):
    assert repr(configuration) == '<Configuration host=%r>' % DEFAULTS['host']
    configuration.retries = 1
    assert repr(configuration) == '<Configuration host=%r, retries=1>' % DEFAULTS['host']


def test_debug_report_starts_with_versions(configuration):
    lines = configuration.to_debug_report().split('\n')
    assert lines[0] == 'Python SDK Debug Report:'
    assert [line.split(':')[0] for line in lines[1:8]] == [
        'OS', 'Python Version', 'Version of the API', 'SDK Package Version', 'urllib3 Version', 'certifi Version',
        'TLS Library']
