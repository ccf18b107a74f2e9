"""The TLS settings as one ``ssl.SSLContext``: trust store and client certificate."""

import os
import ssl
import sys

import certifi
from urllib3.util.ssl_ import create_urllib3_context

# A placeholder for certifi's path, which is looked up when needed: in a zipapp, certifi extracts a temporary file.
_CERTIFI = 'certifi.where()'

# OpenSSL's codes for errors that only VERIFY_X509_STRICT causes: X509_V_ERR_PATHLEN_INVALID_FOR_NON_CA to
# X509_V_ERR_EXTENSIONS_REQUIRE_VERSION_3.
_STRICT_CODES = range(80, 94)


def tls_context(configuration):
    """Return the context that all TLS connections of a client share.

    Loading the trust store takes longer than a call, so it is done once per client.

    :param Configuration configuration: its ``verify_ssl``, ``ssl_verify_strict``, ``ssl_ca_cert``, ``cert_file`` and
        ``key_file`` are used.
    :return: an :class:`ssl.SSLContext`, or pyOpenSSL's if urllib3 uses that; ``None`` in a browser, which makes TLS
        connections itself.
    :raises ValueError: if a file cannot be read, or contains no certificate or no key.
    """
    if sys.platform == 'emscripten':  # pragma: no cover (Pyodide)
        return None
    context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED if configuration.verify_ssl else ssl.CERT_NONE)
    if not configuration.ssl_verify_strict:
        # urllib3 2.4 and newer set this flag on Python 3.13 and newer. It rejects the authorities of some proxies that
        # inspect TLS, which lack key identifiers. With urllib3 1.26, pyOpenSSL's context has no flags.
        context.verify_flags = getattr(context, 'verify_flags', 0) & ~ssl.VERIFY_X509_STRICT
    if configuration.verify_ssl:
        _load(configuration, 'ssl_ca_cert', configuration.ssl_ca_cert or _CERTIFI, context, _load_trust_store)
    if configuration.cert_file:
        _load(configuration, 'cert_file or key_file', configuration.cert_file, context, _load_certificate,
              configuration.key_file)
    return context


def tls_hint(error, configuration):
    """Return the hint for a rejected certificate; ``None`` for the general hint.

    :param Exception error: the error of the TLS handshake.
    :param Configuration configuration: its ``ssl_ca_cert`` and ``ssl_verify_strict`` are used.
    :rtype: str
    """
    # From Python 3.7 on, the error contains OpenSSL's code.
    if configuration.ssl_verify_strict and getattr(error, 'verify_code', None) in _STRICT_CODES:
        return ('A certificate does not follow RFC 5280, which Python 3.13 and newer check; if you trust its '
                'authority, set configuration.ssl_verify_strict to False')
    if configuration.ssl_ca_cert:
        return ('Check that the certificate is valid for the host, and its authority in configuration.ssl_ca_cert (%s)'
                % configuration.ssl_ca_cert)
    return None


def _load_trust_store(context, path):
    if path is _CERTIFI:
        path = certifi.where()
    # OpenSSL accepts several folders, as in SSL_CERT_DIR.
    if all(map(os.path.isdir, path.split(os.pathsep))):
        context.load_verify_locations(capath=path)
    else:
        context.load_verify_locations(cafile=path)


def _load_certificate(context, path, key_file):
    asked = []

    def no_password():
        # Without this, OpenSSL prompts at the terminal, and a script hangs. On Python 3.6, an exception raised here
        # becomes a SystemError.
        asked.append(True)
        return ''

    # pyOpenSSL's context does not accept a function, and reports an encrypted key by itself.
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
    # Any exception, since pyOpenSSL has its own (with urllib3 1.26).
    except Exception as error:
        origin = configuration._origin_of(name)
        raise ValueError('%s cannot be used (%s%s): %s' % (name, path, origin and ', from ' + origin or '', error))
