"""The TLS settings as one ``ssl.SSLContext``: trust store and client certificate."""

import os
import ssl
import sys

import certifi
from urllib3.util.ssl_ import create_urllib3_context

# Stands for a path that certifi finds when it is needed: from a zipapp, it has to extract a temporary file.
_CERTIFI = 'certifi.where()'


def tls_context(configuration):
    """Return the context that all TLS connections of a client share.

    Loading the trust store takes longer than a call, so it is done once for a client.

    :param Configuration configuration: ``verify_ssl``, ``ssl_ca_cert``, ``cert_file`` and ``key_file`` count.
    :return: an :class:`ssl.SSLContext`; ``None`` in a browser, which makes TLS connections itself.
    :raises ValueError: if a file cannot be read, or holds no certificate or no key.
    """
    if sys.platform == 'emscripten':  # pragma: no cover (Pyodide)
        return None
    context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED if configuration.verify_ssl else ssl.CERT_NONE)
    if configuration.verify_ssl:
        _load('ssl_ca_cert', configuration.ssl_ca_cert or _CERTIFI, context, _load_trust_store)
    if configuration.cert_file:
        _load('cert_file or key_file', configuration.cert_file, context, _load_certificate, configuration.key_file)
    return context


def _load_trust_store(context, path):
    if path is _CERTIFI:
        path = certifi.where()
    if os.path.isdir(path):
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

    try:
        context.load_cert_chain(path, key_file, password=no_password)
    except ssl.SSLError:
        if asked:
            raise ValueError('the key is encrypted')
        raise


def _load(name, path, context, load, *more):
    try:
        load(context, path, *more)
    # ssl.SSLError is an IOError on Python 2 and an OSError on Python 3, where the two are one.
    except (IOError, ValueError) as error:
        raise ValueError('%s cannot be used (%s): %s' % (name, path, error))
