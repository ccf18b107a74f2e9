"""Pool managers: how the service is reached, directly or through a proxy."""

import os
import socket

import urllib3
from six.moves import http_client
from urllib3 import PoolManager, ProxyManager

from .._common.headers import basic_credentials
from .._common.host_rules import matches_host
from .._common.urls import split_credentials
from .connections import DeadlineHTTPConnection, DeadlineMixin
from .pools import POOL_CLASSES, PoolMixin
from .timeouts import to_urllib3_timeout
from .tls import tls_context

# The headers that urllib3 adds to a request through a plain proxy, in its spelling.
_PROXY_HEADERS = {'accept': 'Accept', 'host': 'Host', 'proxy-authorization': 'Proxy-Authorization'}

# TCP keep-alive, so that a firewall or NAT does not forget a connection while a call waits for its response. Where the
# system allows, probes are sent after 15 seconds and every 15 seconds, and the connection fails after 4 without reply.
_SOCKET_OPTIONS = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1), (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
_SOCKET_OPTIONS += [(socket.IPPROTO_TCP, getattr(socket, name), value)
                    for name, value in (('TCP_KEEPIDLE', 15), ('TCP_KEEPINTVL', 15), ('TCP_KEEPCNT', 4))
                    if hasattr(socket, name)]


def proxy_for(configuration, url):
    """Return the proxy for a URL; ``None`` if ``no_proxy`` exempts its host, or no proxy is set.

    :param Configuration configuration: its ``proxy`` and ``no_proxy`` are used.
    :param str url: a URL, or an origin.
    :rtype: str
    """
    if configuration.proxy and configuration.no_proxy and matches_host(configuration.no_proxy, url):
        return None
    return configuration.proxy


def make_pool_manager(configuration, proxy, tls, **settings):
    """Return urllib3's pool manager for a configuration.

    :param Configuration configuration: its timeout and TLS settings are used.
    :param str proxy: URL of the proxy, or ``None``.
    :param bool tls: whether the service is reached over TLS.
    :param settings: further settings of :class:`urllib3.PoolManager`.
    :rtype: urllib3.PoolManager
    :raises ValueError: if PySocks is needed but not installed, a TLS setting cannot be used, or another package is
        installed in urllib3's place.
    """
    # The deadline and the size limit are enforced where http.client sends and receives. Compared by module name, since
    # a recorder may have replaced the class with its own (vcrpy).
    if not any(base.__module__ == http_client.__name__ for base in DeadlineHTTPConnection.__mro__):
        raise ValueError('Another package, in %s, is installed in place of urllib3: its connections enforce no '
                         'deadline and no size limit; install urllib3 in an environment without that package'
                         % os.path.dirname(urllib3.__file__))
    settings['socket_options'] = _SOCKET_OPTIONS
    # For programs that use the manager directly; this package's calls pass their own timeouts.
    settings['timeout'] = to_urllib3_timeout(configuration.timeout)
    if tls:
        settings['ssl_context'] = tls_context(configuration)
        # Some programs set True to have the name checked, which is done anyway.
        names = {'assert_hostname': configuration.assert_hostname, 'server_hostname': configuration.tls_server_name}
        # Left out if unset: urllib3 1.26 would pass them to connections without TLS, too.
        settings.update((name, value) for name, value in names.items() if value not in (None, True))
    if not proxy:
        manager = PoolManager(**settings)
    elif proxy.lower().startswith('socks'):
        return _socks_proxy_manager(proxy, settings)
    else:
        manager = _http_proxy_manager(proxy, configuration, settings)
    manager.pool_classes_by_scheme = POOL_CLASSES
    return manager


def normalize_proxy_headers(headers):
    """Spell headers as urllib3 does: it would send its own in addition to one in another spelling (1.26 and 2).

    :param dict headers: the headers of a request.
    :rtype: dict
    """
    return {_PROXY_HEADERS.get(name.lower(), name): value for name, value in headers.items()}


def _http_proxy_manager(proxy, configuration, settings):
    if proxy.lower().startswith('https:'):
        if 'ssl_context' in settings and not hasattr(settings['ssl_context'], 'wrap_bio'):
            raise ValueError('configuration.proxy must not be an https proxy for an https host on Python 2.7 or with '
                             'pyOpenSSL: neither supports TLS within TLS')
        # A separate context: urllib3 turns off host name checking in the service's.
        settings['proxy_ssl_context'] = tls_context(configuration)
        # If the service is reached without TLS, urllib3 1.26 uses ssl_context for the proxy.
        settings.setdefault('ssl_context', settings['proxy_ssl_context'])
    address, username, password = split_credentials(proxy)
    if username is not None:
        settings['proxy_headers'] = {'Proxy-Authorization': 'Basic ' + basic_credentials(username, password)}
    return ProxyManager(address, **settings)


def _socks_proxy_manager(proxy, settings):
    try:
        import socks  # noqa: F401 (imported first: otherwise, urllib3 prints a warning too)
    except ImportError:
        raise ValueError('proxy is a SOCKS proxy, which needs PySocks: pip install PySocks')
    from urllib3.contrib.socks import (
        SOCKSConnection,
        SOCKSHTTPConnectionPool,
        SOCKSHTTPSConnection,
        SOCKSHTTPSConnectionPool,
        SOCKSProxyManager,
    )

    def with_deadline(pool_class, connection_class):
        class Connection(DeadlineMixin, connection_class):
            def _addresses(self):
                # The proxy resolves the host, or PySocks does.
                return [self._dns_host]

        class Pool(PoolMixin, pool_class):
            deadline_class = Connection

        return Pool

    address, username, password = split_credentials(proxy)
    manager = SOCKSProxyManager(address, username=username, password=password, **settings)
    manager.pool_classes_by_scheme = {
        'http': with_deadline(SOCKSHTTPConnectionPool, SOCKSConnection),
        'https': with_deadline(SOCKSHTTPSConnectionPool, SOCKSHTTPSConnection),
    }
    return manager
