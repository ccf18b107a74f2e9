"""pyOpenSSL in place of the interpreter's ``ssl``, as programs inject it into urllib3."""

import pytest
from certificates import Authority
from servers import ScriptedServer, json_response

from cloudsmith_api import TlsException

pytest.importorskip('OpenSSL', reason='pyOpenSSL has a tox environment of its own')
from urllib3.contrib import pyopenssl  # noqa: E402 (needs pyOpenSSL)

GOOD = json_response('{"name": "Served"}')


@pytest.fixture(autouse=True)
def injected_pyopenssl():
    pyopenssl.inject_into_urllib3()
    yield
    pyopenssl.extract_from_urllib3()


@pytest.fixture(scope='module')
def authority(tmpdir_factory):
    return Authority(tmpdir_factory.mktemp('authority'))


def test_client_certificate_is_sent_with_pyopenssl(connect, authority):
    certificate, key, both = authority.client_certificate()
    with ScriptedServer(GOOD, tls=authority.server_context(client_authority=authority)) as server:
        for files in ({'cert_file': both}, {'cert_file': certificate, 'key_file': key}):
            assert connect(server.url, ssl_ca_cert=authority.path, **files).user_self().name == 'Served'


def test_unknown_authority_raises_tls_exception_with_pyopenssl(connect, authority, tmpdir):
    with ScriptedServer(GOOD, tls=authority.server_context()) as server:
        with pytest.raises(TlsException):
            connect(server.url, ssl_ca_cert=Authority(tmpdir).path).user_self()
    assert server.requests == []


def test_ssl_verify_strict_can_be_turned_off_with_pyopenssl(connect, authority):
    with ScriptedServer(GOOD, tls=authority.server_context()) as server:
        assert connect(server.url, ssl_ca_cert=authority.path, ssl_verify_strict=False).user_self().name == 'Served'


@pytest.mark.parametrize('name', ['cert_file', 'ssl_ca_cert'])
def test_malformed_file_raises_value_error_with_pyopenssl(connect, tmpdir, name):
    malformed = tmpdir.join('malformed.pem')
    malformed.write('no certificate')
    with pytest.raises(ValueError, match='malformed.pem'):
        connect('https://127.0.0.1:9/', **{name: str(malformed)}).user_self()


def test_encrypted_key_raises_without_prompt_with_pyopenssl(connect, authority):
    with pytest.raises(ValueError, match='cert_file or key_file cannot be used'):
        connect('https://127.0.0.1:9/', cert_file=authority.encrypted_client_certificate()).user_self()


def test_https_proxy_raises_for_https_service_with_pyopenssl(connect, authority):
    with ScriptedServer(GOOD, tls=authority.server_context()) as proxy:
        api = connect('https://127.0.0.1:9/', proxy=proxy.origin, ssl_ca_cert=authority.path)
        with pytest.raises(ValueError, match='pyOpenSSL'):
            api.user_self()
        assert proxy.connections == 0
