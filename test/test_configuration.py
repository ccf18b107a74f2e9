# -*- coding: utf-8 -*-
"""Settings: what they start as, what they refuse, how they are copied and shown."""

import base64
import copy
import functools
import multiprocessing
import pickle

import pytest
import six
import urllib3

from cloudsmith_api import Configuration

DEFAULTS = {
    'host': 'https://api.cloudsmith.io/v1', 'api_key': {}, 'api_key_prefix': {}, 'refresh_api_key_hook': None,
    'username': '', 'password': '', 'debug': False, 'logger_file': None,
    'logger_format': '%(asctime)s %(levelname)s %(message)s', 'verify_ssl': True, 'ssl_ca_cert': None,
    'cert_file': None, 'key_file': None, 'assert_hostname': None, 'proxy': None, 'safe_chars_for_path_param': '',
    'client_side_validation': True, 'temp_folder_path': None, 'timeout': (10.0, 60.0), 'retries': 3,
    'max_retry_after': 60.0, 'max_response_bytes': 64 * 1024 * 1024, 'pace': False, 'user_agent': None,
}


def print_nothing(_configuration, client_secret=None):
    return client_secret


@pytest.fixture
def configuration():
    return Configuration()


@pytest.mark.parametrize('name', sorted(DEFAULTS))
def test_a_setting_starts_as_documented(configuration, name):
    assert getattr(configuration, name) == DEFAULTS[name]


def test_a_client_keeps_five_connections_a_processor(configuration):
    assert configuration.connection_pool_maxsize == 5 * multiprocessing.cpu_count()


def test_a_client_keeps_five_connections_where_processors_cannot_be_counted(monkeypatch):
    monkeypatch.setattr('cloudsmith_api.configuration.cpu_count', lambda: None)
    assert Configuration().connection_pool_maxsize == 5


@pytest.mark.parametrize('host, kept', [
    ('https://api.example.com', 'https://api.example.com'),
    ('https://api.example.com/v1/', 'https://api.example.com/v1'),
    ('http://127.0.0.1:8080/v1//', 'http://127.0.0.1:8080/v1'),
    ('http://[::1]:8080/', 'http://[::1]:8080'),
    (u'https://api.example.com/a-b_c~d.e', 'https://api.example.com/a-b_c~d.e'),
    ('HTTPS://API.EXAMPLE.COM', 'HTTPS://API.EXAMPLE.COM'),
])
def test_a_host_is_kept_without_its_trailing_slashes(configuration, host, kept):
    configuration.host = host
    assert configuration.host == kept
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
def test_a_host_that_is_no_base_url_is_refused(configuration, host):
    with pytest.raises(ValueError, match='^host must'):
        configuration.host = host
    assert configuration.host == DEFAULTS['host']


@pytest.mark.parametrize('host', [None, 5, b'https://x' if str is not bytes else 5.0, ['https://x']])
def test_a_host_of_another_type_is_refused(configuration, host):
    with pytest.raises(TypeError, match='^host must'):
        configuration.host = host


def test_a_refused_host_does_not_show_its_credentials(configuration):
    with pytest.raises(ValueError) as raised:
        configuration.host = 'https://ada:hunter22@api.example.com'
    assert 'hunter22' not in str(raised.value)


@pytest.mark.parametrize('proxy', [
    'http://proxy:3128', 'https://proxy', 'socks5://proxy:1080', 'socks5h://u:p@proxy', 'http://u%40x:p%3A@proxy:1/',
])
def test_a_proxy_is_a_url(configuration, proxy):
    configuration.proxy = proxy
    assert configuration.proxy == proxy


@pytest.mark.parametrize('proxy', ['proxy:3128', 'ftp://proxy', 'http://', 'http://proxy\r\n', 'http://proxy:0'])
def test_a_proxy_that_is_none_is_refused(configuration, proxy):
    with pytest.raises(ValueError, match='^proxy must'):
        configuration.proxy = proxy


@pytest.mark.parametrize('nothing', [None, ''])
def test_no_proxy_is_none(configuration, nothing):
    configuration.proxy = nothing
    assert configuration.proxy is None


@pytest.mark.parametrize('name, value, error', [
    ('timeout', None, TypeError), ('timeout', 'x', TypeError), ('timeout', (1, 2, 3), ValueError),
    ('timeout', 0, ValueError),
    ('timeout', float('inf'), ValueError), ('timeout', (1, None), TypeError),
    ('retries', -1, ValueError), ('retries', None, TypeError), ('retries', True, TypeError),
    ('retries', 1.5, TypeError),
    ('max_retry_after', -1, ValueError), ('max_retry_after', 'x', TypeError),
    ('max_response_bytes', 0, ValueError), ('max_response_bytes', 1.5, TypeError),
    ('connection_pool_maxsize', 0, ValueError), ('connection_pool_maxsize', None, TypeError),
    ('logger_format', None, TypeError),
])
def test_a_setting_that_cannot_be_used_is_refused_and_named(configuration, name, value, error):
    with pytest.raises(error, match=name):
        setattr(configuration, name, value)


@pytest.mark.parametrize('name, value', [
    ('timeout', 5), ('timeout', 0.5), ('timeout', (1, 2.5)), ('retries', 0), ('retries', urllib3.Retry(1)),
    ('max_retry_after', 0.5), ('max_response_bytes', 1), ('connection_pool_maxsize', 1),
])
def test_a_setting_that_can_be_used_is_kept(configuration, name, value):
    setattr(configuration, name, value)
    assert getattr(configuration, name) == value


class TestDefault(object):
    """``Configuration.set_default``."""

    def test_makes_later_ones_copies_with_the_programs_own_attributes(self, configuration):
        configuration.api_key['X-Api-Key'] = 'key'
        configuration.of_my_own = [1]
        Configuration.set_default(configuration)
        made = Configuration()
        assert made is not configuration
        assert made.api_key == {'X-Api-Key': 'key'}
        assert made.of_my_own == [1]

    def test_keeps_the_object_that_was_handed_in(self, configuration):
        Configuration.set_default(configuration)
        assert Configuration._default is configuration

    def test_copies_dicts_so_that_a_change_stays_where_it_is_made(self, configuration):
        Configuration.set_default(configuration)
        Configuration().api_key['X-Api-Key'] = 'another'
        assert configuration.api_key == {}

    def test_lets_later_changes_of_the_default_show_in_later_copies(self, configuration):
        Configuration.set_default(configuration)
        configuration.username = 'ada'
        assert Configuration().username == 'ada'

    def test_can_be_undone(self, configuration):
        configuration.username = 'ada'
        Configuration.set_default(configuration)
        Configuration.set_default(None)
        assert Configuration().username == ''

    def test_refuses_anything_else(self):
        with pytest.raises(TypeError, match='default'):
            Configuration.set_default({'host': 'x'})

    def test_gives_a_subclass_its_settings_too(self, configuration):
        class Mine(Configuration):
            pass

        configuration.username = 'ada'
        Configuration.set_default(configuration)
        assert type(Mine()) is Mine
        assert Mine().username == 'ada'


@pytest.mark.parametrize('duplicate', [copy.copy, copy.deepcopy, lambda made: pickle.loads(pickle.dumps(made))])
def test_a_copy_has_the_same_settings_and_dicts_of_its_own(configuration, duplicate):
    configuration.api_key['X-Api-Key'] = 'key'
    configuration.retries = 7
    made = duplicate(configuration)
    assert (made.api_key, made.retries) == ({'X-Api-Key': 'key'}, 7)
    made.api_key.clear()
    assert configuration.api_key == {'X-Api-Key': 'key'}


@pytest.mark.parametrize('key, prefix, sent', [
    (None, None, None), ('', 'Token', None), ('K', None, 'K'), ('K', '', 'K'), ('K', 'Token', 'Token K'),
])
def test_the_key_is_given_with_its_prefix(configuration, key, prefix, sent):
    configuration.api_key['X-Api-Key'] = key
    configuration.api_key_prefix['X-Api-Key'] = prefix
    assert configuration.get_api_key_with_prefix('X-Api-Key') == sent


def test_the_hook_may_set_the_key_before_it_is_read(configuration):
    configuration.refresh_api_key_hook = lambda settings: settings.api_key.update({'X-Api-Key': 'fresh'})
    assert configuration.get_api_key_with_prefix('X-Api-Key') == 'fresh'


@pytest.mark.parametrize('username, password, pair', [
    ('u', 'p', u'u:p'), ('u', '', u'u:'), ('u', None, u'u:'), ('', 'p', u':p'), (u'ü', u'日:', u'ü:日:'),
])
def test_basic_authentication_is_the_pair_in_utf_8(configuration, username, password, pair):
    configuration.username, configuration.password = username, password
    scheme, token = configuration.get_basic_auth_token().split(' ')
    assert scheme == 'Basic'
    assert base64.b64decode(token) == pair.encode('utf-8')


def test_basic_authentication_is_empty_where_nothing_is_set(configuration):
    assert configuration.get_basic_auth_token() == ''


@pytest.mark.parametrize('username, password, error, named', [
    ('a:b', 'p', ValueError, 'username'), (5, 'p', TypeError, 'username'), ('u', 5, TypeError, 'password'),
])
def test_a_pair_that_cannot_be_sent_is_refused(configuration, username, password, error, named):
    configuration.username, configuration.password = username, password
    with pytest.raises(error, match=named):
        configuration.get_basic_auth_token()


@pytest.mark.skipif(six.PY2, reason='Python 2 encodes lone surrogates')
def test_a_password_that_is_not_valid_unicode_is_refused_and_not_shown(configuration):
    configuration.username, configuration.password = 'ada', u'hunter22\ud800'
    with pytest.raises(ValueError, match='^username and password must be valid Unicode$') as raised:
        configuration.get_basic_auth_token()
    # The codec's error has it, and so would have a report with what is behind the error.
    assert raised.value.__context__ is None


def test_auth_settings_describe_both_schemes(configuration):
    configuration.api_key['X-Api-Key'] = 'K'
    assert configuration.auth_settings() == {
        'apikey': {'type': 'api_key', 'in': 'header', 'key': 'X-Api-Key', 'value': 'K'},
        'basic': {'type': 'basic', 'in': 'header', 'key': 'Authorization', 'value': ''},
    }


def test_settings_are_described_in_alphabetical_order(configuration):
    names = [setting.name for setting in configuration.describe()]
    assert names == sorted(names)
    assert 'debug' in names


@pytest.mark.parametrize('name, value', [
    ('api_key', 'key'), ('api_key', None), ('api_key_prefix', 'Bearer'), ('verify_ssl', None), ('verify_ssl', 0),
    ('verify_ssl', '/ca.pem'), ('pace', 'no'), ('client_side_validation', 1),
])
def test_a_setting_of_the_wrong_kind_is_refused_by_name(configuration, name, value):
    with pytest.raises(TypeError, match='^%s must be ' % name):
        setattr(configuration, name, value)


@pytest.mark.parametrize('prefix, key', [(b'Bearer', 'key'), ('Bearer', b'key'), (5, 'key')])
def test_a_prefix_and_its_key_are_texts(configuration, prefix, key):
    if six.PY2 and prefix != 5:
        pytest.skip('on Python 2, bytes are a text')
    configuration.api_key['X-Api-Key'], configuration.api_key_prefix['X-Api-Key'] = key, prefix
    with pytest.raises(TypeError):
        configuration.get_api_key_with_prefix('X-Api-Key')


def test_which_keys_are_set_shows_and_their_values_do_not(configuration):
    configuration.api_key = {'X-Api-Keys': 'the-secret-one'}
    shown = {setting.name: setting.value for setting in configuration.describe()}['api_key']
    assert shown == "{'X-Api-Keys': '********'}"


@pytest.mark.parametrize('name, value, shown', [
    ('password', 'pw1', '********'), ('password', '', "''"), ('my_token', 123456, '********'),
    ('api_key', {'X-Api-Key': 'pw1'}, "{'X-Api-Key': '********'}"), ('my_codes', {'otp': 5}, "{'otp': '********'}"),
])
def test_a_secret_is_masked_however_short_and_of_whatever_type_it_is_and_an_empty_one_shows(
        configuration, name, value, shown):
    setattr(configuration, name, value)
    assert {setting.name: setting.value for setting in configuration.describe()}[name] == shown


@pytest.mark.parametrize('value', [
    functools.partial(print_nothing, client_secret='the-secret'), {'login': {'password': 'the-secret'}},
    [('password', 'the-secret')], [{'pwd': 'the-secret'}],
])
@pytest.mark.parametrize('name', ['refresh_api_key_hook', 'my_own'])
def test_secrets_deep_inside_a_setting_do_not_show(configuration, name, value):
    setattr(configuration, name, value)
    assert 'the-secret' not in repr(configuration) + configuration.to_debug_report()


@pytest.mark.parametrize('password', ['2024#S', '20/24', '2?4', '1#@2'])
def test_a_password_that_would_end_the_host_of_a_proxy_is_refused_and_not_shown(configuration, password):
    with pytest.raises(ValueError, match='percent-encoded|valid host') as refused:
        configuration.proxy = 'http://user:%s@127.0.0.1:3128' % password
    assert password not in str(refused.value)


@pytest.mark.parametrize('show', [repr, str, Configuration.to_debug_report])
def test_settings_are_shown_without_secrets(configuration, show):
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


def test_a_configuration_prints_its_host_and_what_is_not_the_default(configuration):
    assert repr(configuration) == '<Configuration host=%r>' % DEFAULTS['host']
    configuration.retries = 1
    assert repr(configuration) == '<Configuration host=%r, retries=1>' % DEFAULTS['host']


def test_the_debug_report_names_versions(configuration):
    lines = configuration.to_debug_report().split('\n')
    assert lines[0] == 'Python SDK Debug Report:'
    assert [line.split(':')[0] for line in lines[1:5]] == [
        'OS', 'Python Version', 'Version of the API', 'SDK Package Version']
