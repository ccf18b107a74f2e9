"""Trust store, certificate verification and client certificates."""

import os
import shutil
import ssl
import subprocess
import sys
import zipfile

import certifi
import pytest
from certificates import Authority
from servers import ScriptedServer, http_response, json_response

from cloudsmith_api import ApiClient, Configuration, ConnectionException, TlsException, UserApi
from cloudsmith_api._transport import tls
from cloudsmith_api._transport.retry import ApiRetry

GOOD = json_response('{"name": "Ada"}')

# Arguments: a zip file with certifi in it.
CALL_WITHOUT_TEMPORARY_FOLDER = """
import sys, tempfile
tempfile.tempdir = '/nowhere'
sys.path.insert(0, sys.argv[1])
from cloudsmith_api import ApiClient, Configuration, UserApi
configuration = Configuration()
configuration.host = 'https://127.0.0.1:9/'
try:
    UserApi(ApiClient(configuration)).user_self()
except ValueError as error:
    sys.exit(not str(error).startswith('ssl_ca_cert cannot be used (certifi.where()): '))
"""


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setattr(ApiRetry, 'BACKOFF_BASE', 0.001)


@pytest.fixture(scope='module')
def authority(tmpdir_factory):
    return Authority(tmpdir_factory.mktemp('authority'))


@pytest.fixture(scope='module')
def unknown_authority(tmpdir_factory):
    return Authority(tmpdir_factory.mktemp('unknown_authority'))


def test_custom_ca_is_trusted_and_connection_is_reused(connect, authority):
    with ScriptedServer(GOOD, tls=authority.server_context()) as server:
        api = connect(server.url, ssl_ca_cert=authority.path)
        assert [api.user_self().name for _ in range(5)] == ['Ada'] * 5
        assert server.connections == 1


@pytest.mark.filterwarnings('ignore::urllib3.exceptions.InsecureRequestWarning')
def test_change_for_the_next_client_does_not_reach_one_that_exists(authority):
    """With one configuration for two clients, the first would otherwise send its key unverified."""
    with ScriptedServer(GOOD, tls=authority.server_context()) as server:
        configuration = Configuration.from_environment(host=server.url, retries=0)
        verifying = UserApi(ApiClient(configuration))
        configuration.verify_ssl = False
        assert UserApi(ApiClient(configuration)).user_self().name == 'Ada'
        with pytest.raises(TlsException):
            verifying.user_self()
    assert len(server.requests) == 1


def test_empty_ca_directory_raises_tls_exception(connect, authority, tmpdir):
    with ScriptedServer(GOOD, tls=authority.server_context()) as server:
        with pytest.raises(TlsException):
            connect(server.url, ssl_ca_cert=str(tmpdir), retries=0).user_self()
    assert server.requests == []


def test_ca_directory_is_trusted(connect, authority, tmpdir):
    authority.install_in(tmpdir)
    with ScriptedServer(GOOD, tls=authority.server_context()) as server:
        assert connect(server.url, ssl_ca_cert=str(tmpdir)).user_self().name == 'Ada'


# Functions of two authorities that return the server's TLS context and ssl_ca_cert.
UNTRUSTED = {
    'unknown authority': lambda authority, unknown: (unknown.server_context(), authority.path),
    'authority missing from certifi': lambda authority, unknown: (authority.server_context(), None),
    'self-signed certificate': lambda authority, unknown: (unknown.self_signed_context(), authority.path),
    'expired certificate': lambda authority, unknown: (authority.server_context(expired=True), authority.path),
    'certificate for another name': lambda authority, unknown: (
        authority.server_context(u'other.example.com'), authority.path),
}


@pytest.mark.parametrize('fault', sorted(UNTRUSTED))
def test_untrusted_service_is_sent_nothing(connect, authority, unknown_authority, fault):
    tls, trusted = UNTRUSTED[fault](authority, unknown_authority)
    with ScriptedServer(GOOD, tls=tls) as server:
        with pytest.raises(TlsException) as caught:
            connect(server.url, ssl_ca_cert=trusted).user_self()
        assert server.connections == 1
    assert server.requests == []
    assert caught.value.status == 0
    assert 'Could not make a trusted connection' in str(caught.value)
    assert 'ssl_ca_cert' in str(caught.value)


def test_https_call_to_plain_http_service_raises(connect):
    class PlainServer(ScriptedServer):
        def _handle_request(self, connection, stream):
            stream.read(1)
            connection.sendall(http_response(400))
            return False

    with PlainServer() as server:
        with pytest.raises(TlsException) as caught:
            connect(server.url.replace('http', 'https'), retries=0).user_self()
    assert caught.value.status == 0


def test_verify_ssl_false_accepts_any_certificate_and_warns(connect, unknown_authority):
    with ScriptedServer(GOOD, tls=unknown_authority.server_context(u'other.example.com')) as server:
        with pytest.warns(Warning, match='Unverified HTTPS request'):
            assert connect(server.url, verify_ssl=False).user_self().name == 'Ada'


@pytest.mark.parametrize('name', ['other.example.com', False])
def test_assert_hostname_replaces_or_disables_name_check(connect, authority, name):
    with ScriptedServer(GOOD, tls=authority.server_context(u'other.example.com')) as server:
        assert connect(server.url, ssl_ca_cert=authority.path, assert_hostname=name).user_self().name == 'Ada'


@pytest.mark.parametrize('name', [True, None])
def test_certificate_name_is_checked_against_host_by_default(connect, authority, name):
    with ScriptedServer(GOOD, tls=authority.server_context()) as server:
        api = connect(server.url, ssl_ca_cert=authority.path, assert_hostname=name)
        assert api.user_self().name == 'Ada'


def test_assert_hostname_mismatch_raises_tls_exception(connect, authority):
    with ScriptedServer(GOOD, tls=authority.server_context()) as server:
        with pytest.raises(TlsException):
            connect(server.url, ssl_ca_cert=authority.path, assert_hostname='third.example.com').user_self()
    assert server.requests == []


@pytest.fixture
def strict_interpreter(monkeypatch):
    """Contexts as Python 3.13 makes them, with urllib3 2.4 or newer."""
    make_context = tls.create_urllib3_context

    def make_strict_context(**options):
        context = make_context(**options)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    monkeypatch.setattr(tls, 'create_urllib3_context', make_strict_context)


def test_authority_without_key_identifiers_needs_strict_off(connect, authority, strict_interpreter):
    context, path = authority.server_context_without_key_identifiers()
    with ScriptedServer(GOOD, tls=context) as server:
        with pytest.raises(TlsException) as caught:
            connect(server.url, ssl_ca_cert=path, retries=0).user_self()
        assert server.requests == []
        assert connect(server.url, ssl_ca_cert=path, ssl_verify_strict=False).user_self().name == 'Ada'
    if sys.version_info >= (3, 7):
        assert 'configuration.ssl_verify_strict' in str(caught.value)
        assert 'ssl_ca_cert' not in str(caught.value)


def test_strict_off_still_verifies_certificates(connect, authority, unknown_authority, strict_interpreter):
    with ScriptedServer(GOOD, tls=unknown_authority.server_context()) as server:
        with pytest.raises(TlsException) as caught:
            connect(server.url, ssl_ca_cert=authority.path, ssl_verify_strict=False, retries=0).user_self()
    assert server.requests == []
    assert 'ssl_verify_strict' not in str(caught.value)


def test_hint_does_not_suggest_a_setting_that_is_set(connect, authority, unknown_authority):
    with ScriptedServer(GOOD, tls=unknown_authority.server_context()) as server:
        with pytest.raises(TlsException) as caught:
            connect(server.url, retries=0).user_self()
        assert 'set configuration.ssl_ca_cert' in str(caught.value)
        with pytest.raises(TlsException) as caught:
            connect(server.url, ssl_ca_cert=authority.path, retries=0).user_self()
    assert 'set configuration.ssl_ca_cert' not in str(caught.value)
    assert authority.path in str(caught.value)


def test_tls_server_name_is_asked_for_and_verified(connect, authority):
    asked, context = [], authority.server_context(u'service.example.com')
    context.set_servername_callback(lambda _, name, __: asked.append(name))
    with ScriptedServer(GOOD, tls=context) as server:
        api = connect(server.url, ssl_ca_cert=authority.path, tls_server_name='service.example.com')
        assert api.user_self().name == 'Ada'
        with pytest.raises(TlsException):
            connect(server.url, ssl_ca_cert=authority.path, tls_server_name='other.example.com', retries=0).user_self()
    assert asked == ['service.example.com', 'other.example.com']


def test_several_folders_of_authorities_are_trusted(monkeypatch, authority, tmpdir):
    authority.install_in(tmpdir.mkdir('second'))
    monkeypatch.setenv('SSL_CERT_DIR', os.pathsep.join([str(tmpdir.mkdir('first')), str(tmpdir.join('second'))]))
    with ScriptedServer(GOOD, tls=authority.server_context()) as server:
        with ApiClient(Configuration.from_environment(host=server.url)) as client:
            assert UserApi(client).user_self().name == 'Ada'


def test_path_objects_are_accepted(connect, authority, tmpdir):
    files = [tmpdir.join(name) for name in ('ca.pem', 'me.pem', 'me.key')]
    for source, target in zip((authority.path,) + authority.client_certificate()[:2], files):
        shutil.copy(source, str(target))
    with ScriptedServer(GOOD, tls=authority.server_context(client_authority=authority)) as server:
        api = connect(server.url, ssl_ca_cert=files[0], cert_file=files[1], key_file=files[2])
        assert api.user_self().name == 'Ada'


@pytest.mark.parametrize('variable', ['SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE'])
def test_unusable_file_from_a_variable_names_the_variable(monkeypatch, variable):
    monkeypatch.setenv(variable, '/nowhere/authority.pem')
    with ApiClient(Configuration.from_environment(host='https://127.0.0.1:9')) as client:
        with pytest.raises(ValueError) as caught:
            UserApi(client).user_self()
    assert 'ssl_ca_cert cannot be used (/nowhere/authority.pem, from %s)' % variable in str(caught.value)


@pytest.mark.parametrize('files', [(0, 1), (2, None)])
def test_client_certificate_is_presented(connect, authority, files):
    paths = authority.client_certificate()
    certificate, key = [None if number is None else paths[number] for number in files]
    with ScriptedServer(GOOD, tls=authority.server_context(client_authority=authority)) as server:
        api = connect(server.url, ssl_ca_cert=authority.path, cert_file=certificate, key_file=key)
        assert api.user_self().name == 'Ada'


def test_missing_client_certificate_raises_connection_exception(connect, authority):
    with ScriptedServer(GOOD, tls=authority.server_context(client_authority=authority)) as server:
        with pytest.raises(ConnectionException) as caught:
            connect(server.url, ssl_ca_cert=authority.path, retries=0).user_self()
    assert server.requests == []
    assert caught.value.status == 0


@pytest.mark.parametrize('setting, value, named', [
    ('ssl_ca_cert', '/nowhere/authority.pem', 'ssl_ca_cert cannot be used (/nowhere/authority.pem)'),
    ('ssl_ca_cert', __file__, 'ssl_ca_cert cannot be used'),
    ('cert_file', '/nowhere/client.pem', 'cert_file or key_file cannot be used (/nowhere/client.pem)'),
    ('cert_file', __file__, 'cert_file or key_file cannot be used'),
])
def test_unusable_tls_file_is_named_before_connecting(connect, setting, value, named):
    with ScriptedServer(GOOD) as server:
        with pytest.raises(ValueError) as caught:
            connect(server.url.replace('http', 'https'), **{setting: value}).user_self()
        assert server.connections == 0
    assert named in str(caught.value)


def test_zipped_certifi_without_temporary_folder_raises_value_error(tmpdir):
    packed = str(tmpdir.join('packed.zip'))
    folder = os.path.dirname(certifi.__file__)
    with zipfile.ZipFile(packed, 'w') as archive:
        for name in os.listdir(folder):
            if os.path.isfile(os.path.join(folder, name)):
                archive.write(os.path.join(folder, name), 'certifi/' + name)
    assert subprocess.call([sys.executable, '-c', CALL_WITHOUT_TEMPORARY_FOLDER, packed]) == 0


def test_key_of_another_certificate_raises_value_error(connect, authority):
    certificate, other_key = authority.client_certificate()[0], authority.client_certificate()[1]
    with pytest.raises(ValueError) as caught:
        connect('https://127.0.0.1:9/', cert_file=certificate, key_file=other_key).user_self()
    assert 'cert_file or key_file' in str(caught.value)


def test_encrypted_key_raises_without_password_prompt(connect, authority):
    with pytest.raises(ValueError) as caught:
        connect('https://127.0.0.1:9/', cert_file=authority.encrypted_client_certificate()).user_self()
    assert 'the key is encrypted' in str(caught.value)
