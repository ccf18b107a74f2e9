"""Whom the client trusts, and how it shows who it is."""

import pytest
from certificates import Authority
from servers import ScriptedServer, json_response

from cloudsmith_api import ConnectionException, TlsException
from cloudsmith_api._transport.retry import ApiRetry

GOOD = json_response('{"name": "Ada"}')


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setattr(ApiRetry, 'BACKOFF_BASE', 0.001)


@pytest.fixture(scope='module')
def authority(tmpdir_factory):
    return Authority(tmpdir_factory.mktemp('authority'))


@pytest.fixture(scope='module')
def stranger(tmpdir_factory):
    return Authority(tmpdir_factory.mktemp('stranger'))


def test_an_authority_of_ones_own_is_trusted_and_connections_are_kept(connect, authority):
    with ScriptedServer(GOOD, tls=authority.server_context()) as server:
        api = connect(server.url, ssl_ca_cert=authority.path)
        assert [api.user_self().name for _ in range(5)] == ['Ada'] * 5
        assert server.connections == 1


def test_a_folder_of_authorities_can_be_named(connect, authority, tmpdir):
    with ScriptedServer(GOOD, tls=authority.server_context()) as server:
        with pytest.raises(TlsException):
            connect(server.url, ssl_ca_cert=str(tmpdir), retries=0).user_self()
    assert server.requests == []


def test_an_authority_in_a_folder_that_is_named_is_trusted(connect, authority, tmpdir):
    authority.install_in(tmpdir)
    with ScriptedServer(GOOD, tls=authority.server_context()) as server:
        assert connect(server.url, ssl_ca_cert=str(tmpdir)).user_self().name == 'Ada'


# The server's TLS and the trusted authority, made of an authority and one that nobody trusts.
UNTRUSTED = {
    'an unknown authority': lambda authority, stranger: (stranger.server_context(), authority.path),
    'an authority that certifi does not know': lambda authority, stranger: (authority.server_context(), None),
    'a certificate that signed itself': lambda authority, stranger: (stranger.self_signed_context(), authority.path),
    'a certificate that is out of date': lambda authority, stranger: (
        authority.server_context(expired=True), authority.path),
    'a certificate for another name': lambda authority, stranger: (
        authority.server_context(u'other.example.com'), authority.path),
}


@pytest.mark.parametrize('fault', sorted(UNTRUSTED))
def test_nothing_is_sent_to_a_service_with(connect, authority, stranger, fault):
    tls, trusted = UNTRUSTED[fault](authority, stranger)
    with ScriptedServer(GOOD, tls=tls) as server:
        with pytest.raises(TlsException) as caught:
            connect(server.url, ssl_ca_cert=trusted).user_self()
        assert server.connections == 1
    assert server.requests == []
    assert caught.value.status == 0
    assert 'Could not make a trusted connection' in str(caught.value)
    assert 'ssl_ca_cert' in str(caught.value)


def test_a_service_that_speaks_no_tls_is_a_tls_error(connect):
    with ScriptedServer(GOOD) as server:
        with pytest.raises((TlsException, ConnectionException)) as caught:
            connect(server.url.replace('http', 'https'), retries=0, timeout=1).user_self()
    assert caught.value.status == 0


def test_checking_can_be_turned_off_which_warns(connect, stranger):
    with ScriptedServer(GOOD, tls=stranger.server_context(u'other.example.com')) as server:
        with pytest.warns(Warning, match='Unverified HTTPS request'):
            assert connect(server.url, verify_ssl=False).user_self().name == 'Ada'


@pytest.mark.parametrize('name', ['other.example.com', False])
def test_the_name_that_is_checked_can_be_set(connect, authority, name):
    with ScriptedServer(GOOD, tls=authority.server_context(u'other.example.com')) as server:
        assert connect(server.url, ssl_ca_cert=authority.path, assert_hostname=name).user_self().name == 'Ada'


@pytest.mark.parametrize('name', [True, None])
def test_the_name_is_that_of_the_host_unless_set(connect, authority, name):
    with ScriptedServer(GOOD, tls=authority.server_context()) as server:
        api = connect(server.url, ssl_ca_cert=authority.path, assert_hostname=name)
        assert api.user_self().name == 'Ada'


def test_another_name_than_the_one_that_is_set_is_refused(connect, authority):
    with ScriptedServer(GOOD, tls=authority.server_context()) as server:
        with pytest.raises(TlsException):
            connect(server.url, ssl_ca_cert=authority.path, assert_hostname='third.example.com').user_self()
    assert server.requests == []


@pytest.mark.parametrize('files', [(0, 1), (2, None)])
def test_a_client_certificate_is_presented(connect, authority, files):
    paths = authority.client_certificate()
    certificate, key = [None if number is None else paths[number] for number in files]
    with ScriptedServer(GOOD, tls=authority.server_context(client_authority=authority)) as server:
        api = connect(server.url, ssl_ca_cert=authority.path, cert_file=certificate, key_file=key)
        assert api.user_self().name == 'Ada'


def test_a_service_that_asks_for_a_certificate_refuses_to_talk_without(connect, authority):
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
def test_a_file_that_cannot_be_used_is_named_before_anything_is_sent(connect, setting, value, named):
    with ScriptedServer(GOOD) as server:
        with pytest.raises(ValueError) as caught:
            connect(server.url.replace('http', 'https'), **{setting: value}).user_self()
        assert server.connections == 0
    assert named in str(caught.value)


def test_a_key_that_belongs_to_another_certificate_is_refused(connect, authority):
    certificate, other = authority.client_certificate()[0], authority.client_certificate()[1]
    with pytest.raises(ValueError) as caught:
        connect('https://127.0.0.1:9/', cert_file=certificate, key_file=other).user_self()
    assert 'cert_file or key_file' in str(caught.value)


def test_an_encrypted_key_is_refused_without_asking_for_its_password(connect, authority):
    with pytest.raises(ValueError) as caught:
        connect('https://127.0.0.1:9/', cert_file=authority.encrypted_client_certificate()).user_self()
    assert 'the key is encrypted' in str(caught.value)
