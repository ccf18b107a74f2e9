"""The TLS settings as one ``ssl.SSLContext``: trust store and client certificate."""

import os
import ssl
import sys

import certifi
from urllib3.util.ssl_ import create_urllib3_context

# Stands for a path that certifi finds when it is needed: from a zipapp, it has to extract a temporary file.
_CERTIFI = 'certifi.where()'

# OpenSSL's codes for what VERIFY_X509_STRICT alone rejects: X509_V_ERR_PATHLEN_INVALID_FOR_NON_CA to
# X509_V_ERR_EXTENSIONS_REQUIRE_VERSION_3.
_STRICT_CODES = range(80, 94)


def tls_context(configuration):
    """Return the context that all TLS connections of a client share.

    Loading the trust store takes longer than a call, so it is done once for a client.

    :param Configuration configuration: ``verify_ssl``, ``ssl_verify_strict``, ``ssl_ca_cert``, ``cert_file`` and
        ``key_file`` count.
    :return: an :class:`ssl.SSLContext`, or pyOpenSSL's if urllib3 uses that; ``None`` in a browser, which makes TLS
        connections itself.
    :raises ValueError: if a file cannot be read, or holds no certificate or no key.
    """
    if sys.platform == 'emscripten':  # pragma: no cover (Pyodide)
        return None
    context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED if configuration.verify_ssl else ssl.CERT_NONE)
    if not configuration.ssl_verify_strict:
        # Python 3.13 has it on, and rejects the authorities of some proxies that inspect TLS: no key identifiers.
        # pyOpenSSL's context has no flags with urllib3 1.26.
        context.verify_flags = getattr(context, 'verify_flags', 0) & ~ssl.VERIFY_X509_STRICT
    if configuration.verify_ssl:
        _load(configuration, 'ssl_ca_cert', configuration.ssl_ca_cert or _CERTIFI, context, _load_trust_store)
    if configuration.cert_file:
        _load(configuration, 'cert_file or key_file', configuration.cert_file, context, _load_certificate,
              configuration.key_file)
    return context


def tls_hint(error, configuration):
    """Return what to do about a certificate that was rejected; ``None`` for the general hint.

    :param Exception error: the error of the TLS handshake.
    :param Configuration configuration: ``ssl_ca_cert`` and ``ssl_verify_strict`` count.
    :rtype: str
    """
    # The interpreter keeps OpenSSL's code from Python 3.7 on.
    if configuration.ssl_verify_strict and getattr(error, 'verify_code', None) in _STRICT_CODES:
        return ('A certificate does not follow RFC 5280, which Python 3.13 checks; if you trust its authority, set '
                'configuration.ssl_verify_strict to False')
    if configuration.ssl_ca_cert:
        return ('Check that the certificate is valid for the host, and its authority in configuration.ssl_ca_cert (%s)'
                % configuration.ssl_ca_cert)
    return None


def _load_trust_store(context, path):
    if path is _CERTIFI:
        path = certifi.where()
    # OpenSSL takes several folders, as SSL_CERT_DIR may name.
    if all(map(os.path.isdir, path.split(os.pathsep))):
        context.load_verify_locations(capath=path)
    else:
        context.load_verify_locations(cafile=path)


def _load_certificate(context, path, key_file):
    asked = []

    def no_password():
        # Without this, OpenSSL asks at the terminal, and a script hangs. An exception raised here becomes a SystemError
        # on Python 3.6.
        asked.append(True)
        return ''

    # pyOpenSSL's context takes no function, and reports an encrypted key as it is.
    password = no_password if isinstance(context, ssl.SSLContext) else ''
    try:
        context.load_cert_chain(path, key_file, password=password)
    except ssl.SSLError:
        if asked:
            raise ValueError('the key is encrypted')
        raise


def _load(configuration, name, path, context, load, *more):
    try:
        load(context, path, *more)
    # Any, since pyOpenSSL has errors of its own (with urllib3 1.26).
    except Exception as error:
        origin = configuration._origin_of(name)
        raise ValueError('%s cannot be used (%s%s): %s' % (name, path, origin and ', from ' + origin or '', error))
