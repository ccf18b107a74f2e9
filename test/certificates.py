"""Certificates made for a test: an authority, what it signs, and what goes wrong with that."""

import datetime
import hashlib
import ipaddress
import ssl
import struct
import time
import warnings

with warnings.catch_warnings():
    # cryptography warns of old interpreters at import.
    warnings.simplefilter('ignore')
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

DAY = datetime.timedelta(1)


class Authority(object):
    """A certificate authority of its own.

    :param folder: a ``py.path.local`` for its files.

    :ivar str path: file of its certificate, for ``ssl_ca_cert``.
    """

    def __init__(self, folder):
        self._folder = folder
        self._authority = trustme.CA()
        self._count = 0
        self.path = self._write(self._authority.cert_pem.bytes())

    def server(self, *names, **options):
        """Make the TLS context of a server.

        :param names: host names and addresses of its certificate.
        :param bool expired: whether the certificate is out of date.
        :param client_authority: the :class:`Authority` whose client certificates it asks for.
        """
        context = ssl.SSLContext(getattr(ssl, 'PROTOCOL_TLS_SERVER', ssl.PROTOCOL_SSLv23))
        more = {'not_after': datetime.datetime(2020, 1, 1)} if options.get('expired') else {}
        self._authority.issue_cert(*(names or (u'127.0.0.1',)), **more).configure_cert(context)
        if options.get('client_authority'):
            context.load_verify_locations(cafile=options['client_authority'].path)
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def self_signed(self):
        """Make the TLS context of a server that shows a certificate no authority has signed: its own."""
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

    def encrypted_key(self):
        """Make a file of a client's certificate and its key, which needs a password."""
        issued = self._authority.issue_cert(u'ada@example.com')
        key = load_pem_private_key(issued.private_key_pem.bytes(), None, default_backend())
        return self._write(issued.cert_chain_pems[0].bytes() + _key_pem(key, BestAvailableEncryption(b'password')))

    def client(self, name=u'ada@example.com'):
        """Make a client certificate; give the files of certificate, key, and both together."""
        issued = self._authority.issue_cert(name)
        return (self._write(issued.cert_chain_pems[0].bytes()), self._write(issued.private_key_pem.bytes()),
                self._write(issued.private_key_and_cert_chain_pem.bytes()))

    def put_into(self, folder):
        """Put the certificate into a folder, under the name by which OpenSSL looks for it there: a hash of its subject.

        :param folder: a ``py.path.local``.
        """
        pem = self._authority.cert_pem.bytes()
        subject = x509.load_pem_x509_certificate(pem, default_backend()).subject
        # In small letters, and without the tag and the length of the whole.
        small = x509.Name([x509.NameAttribute(part.oid, part.value.lower()) for part in subject])
        digest = hashlib.sha1(small.public_bytes(default_backend())[2:]).digest()
        folder.join('%08x.0' % struct.unpack('<I', digest[:4])).write_binary(pem)

    def _write(self, data):
        self._count += 1
        path = self._folder.join('%d.pem' % self._count)
        path.write_binary(data)
        return str(path)


def _key_pem(key, encryption):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
