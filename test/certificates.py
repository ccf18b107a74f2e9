"""Certificate authorities for tests, and the valid and invalid certificates that they issue."""

import datetime
import hashlib
import ipaddress
import ssl
import struct
import time
import warnings

import pytest

with warnings.catch_warnings():
    # cryptography emits a deprecation warning at import on old interpreters.
    warnings.simplefilter('ignore')
    try:
        import trustme
        from cryptography import x509
        from cryptography.hazmat.backends import default_backend
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import (
            BestAvailableEncryption,
            Encoding,
            NoEncryption,
            PrivateFormat,
            load_pem_private_key,
        )
        from cryptography.x509.oid import NameOID
    except ImportError:
        # Some platforms have no wheel of cryptography.
        trustme = None

DAY = datetime.timedelta(1)


class Authority(object):
    """A new certificate authority.

    :param folder: ``py.path.local`` in which to write its files.

    :ivar str path: path of its certificate, for ``ssl_ca_cert``.
    """

    def __init__(self, folder):
        if trustme is None:
            pytest.skip('cryptography, which makes the certificates, is not available on this platform')
        self._folder = folder
        self._authority = trustme.CA()
        self._count = 0
        self.path = self._write(self._authority.cert_pem.bytes())

    def server_context(self, *names, **options):
        """Return the TLS context of a server.

        :param names: host names and addresses in its certificate; ``127.0.0.1`` by default.
        :param bool expired: whether the certificate has expired.
        :param client_authority: the :class:`Authority` of the client certificates that the server requires.
        """
        context = ssl.SSLContext(getattr(ssl, 'PROTOCOL_TLS_SERVER', ssl.PROTOCOL_SSLv23))
        validity = {'not_after': datetime.datetime(2020, 1, 1)} if options.get('expired') else {}
        self._authority.issue_cert(*(names or (u'127.0.0.1',)), **validity).configure_cert(context)
        if options.get('client_authority'):
            context.load_verify_locations(cafile=options['client_authority'].path)
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def self_signed_context(self):
        """Return the TLS context of a server with a self-signed certificate."""
        context = ssl.SSLContext(getattr(ssl, 'PROTOCOL_TLS_SERVER', ssl.PROTOCOL_SSLv23))
        key = ec.generate_private_key(ec.SECP256R1(), default_backend())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, u'127.0.0.1')])
        now = datetime.datetime(*time.gmtime()[:6])
        certificate = x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now - DAY, now + DAY).add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(u'127.0.0.1'))]), False).sign(
            key, hashes.SHA256(), default_backend())
        path = self._write(certificate.public_bytes(Encoding.PEM) + _key_pem(key, NoEncryption()))
        context.load_cert_chain(path)
        return context

    def server_context_without_key_identifiers(self):
        """Return a server's TLS context and its authority's path; both lack the key identifiers of RFC 5280."""
        now = datetime.datetime(*time.gmtime()[:6])
        keys = [ec.generate_private_key(ec.SECP256R1(), default_backend()) for _ in range(2)]
        issuer, subject = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in (u'Old', u'Service')]
        alternative_name = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(u'127.0.0.1'))])
        paths = []
        for name, key, extension in ((issuer, keys[0], x509.BasicConstraints(True, None)),
                                     (subject, keys[1], alternative_name)):
            certificate = x509.CertificateBuilder(
                issuer, name, key.public_key(), x509.random_serial_number(), now - DAY, now + DAY).add_extension(
                extension, name == issuer).sign(keys[0], hashes.SHA256(), default_backend())
            paths.append(self._write(certificate.public_bytes(Encoding.PEM) + _key_pem(key, NoEncryption())))
        context = ssl.SSLContext(getattr(ssl, 'PROTOCOL_TLS_SERVER', ssl.PROTOCOL_SSLv23))
        context.load_cert_chain(paths[1])
        return context, paths[0]

    def encrypted_client_certificate(self):
        """Return the path of a file with a client certificate and its key, which is encrypted with a password."""
        issued = self._authority.issue_cert(u'ada@example.com')
        key = load_pem_private_key(issued.private_key_pem.bytes(), None, default_backend())
        return self._write(issued.cert_chain_pems[0].bytes() + _key_pem(key, BestAvailableEncryption(b'password')))

    def client_certificate(self, name=u'ada@example.com'):
        """Issue a client certificate; return the paths of the certificate, its key, and both in one file."""
        issued = self._authority.issue_cert(name)
        return (self._write(issued.cert_chain_pems[0].bytes()), self._write(issued.private_key_pem.bytes()),
                self._write(issued.private_key_and_cert_chain_pem.bytes()))

    def install_in(self, folder):
        """Write the certificate to a CA directory, under its subject hash, so that OpenSSL finds it there.

        :param folder: the directory as a ``py.path.local``.
        """
        pem = self._authority.cert_pem.bytes()
        subject = x509.load_pem_x509_certificate(pem, default_backend()).subject
        # OpenSSL hashes the DER encoding of the lowercased subject, without the tag and length of the outer SEQUENCE.
        lowered = x509.Name([x509.NameAttribute(part.oid, part.value.lower()) for part in subject])
        digest = hashlib.sha1(lowered.public_bytes(default_backend())[2:]).digest()
        folder.join('%08x.0' % struct.unpack('<I', digest[:4])).write_binary(pem)

    def _write(self, data):
        self._count += 1
        path = self._folder.join('%d.pem' % self._count)
        path.write_binary(data)
        return str(path)


def _key_pem(key, encryption):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
