"""How the service is reached: directly, or through the proxy of the configuration."""

from urllib3 import PoolManager, ProxyManager

from .._common.headers import basic_credentials
from .._common.urls import split_credentials
from .connections import POOL_CLASSES, ClosablePool, DeadlineMixin
from .timeouts import to_urllib3_timeout
from .tls import tls_context

# What urllib3 adds to a request that goes through a plain proxy, as it spells them.
_PROXY_HEADERS = {'accept': 'Accept', 'host': 'Host', 'proxy-authorization': 'Proxy-Authorization'}


def make_pool_manager(configuration, tls, **settings):
    """Make what opens connections and keeps them.

    :param Configuration configuration: ``proxy`` and the TLS settings count.
    :param bool tls: whether the service is reached over TLS.
    :param settings: for :class:`urllib3.PoolManager`.
    :rtype: urllib3.PoolManager
    :raises ValueError: if the proxy needs PySocks, and that is not installed, or a TLS setting cannot be used.
    """
    # For programs that use the manager themselves; our own calls each bring their times.
    settings['timeout'] = to_urllib3_timeout(configuration.timeout)
    if tls:
        settings['ssl_context'] = tls_context(configuration)
        # True is what some set to have the name checked, which is done anyway.
        settings['assert_hostname'] = None if configuration.assert_hostname is True else configuration.assert_hostname
    proxy = configuration.proxy
    if not proxy:
        manager = PoolManager(**settings)
    elif proxy.lower().startswith('socks'):
        return _socks_proxy_manager(proxy, settings)
    else:
        manager = _http_proxy_manager(proxy, configuration, settings)
    manager.pool_classes_by_scheme = POOL_CLASSES
    return manager


def normalize_proxy_headers(headers):
    """Spell headers as urllib3 does that it adds for a proxy: beside another spelling, it would send its own too.

    :param dict headers: the headers of a request.
    :rtype: dict
    """
    return {_PROXY_HEADERS.get(name.lower(), name): value for name, value in headers.items()}


def _http_proxy_manager(proxy, configuration, settings):
    if proxy.lower().startswith('https:'):
        # One of its own, since urllib3 writes into the service's that its name is not to be checked.
        settings['proxy_ssl_context'] = tls_context(configuration)
        # To reach a service without TLS, urllib3 1.26 takes this one for the proxy.
        settings.setdefault('ssl_context', settings['proxy_ssl_context'])
    address, username, password = split_credentials(proxy)
    if username is not None:
        settings['proxy_headers'] = {'Proxy-Authorization': 'Basic ' + basic_credentials(username, password)}
    return ProxyManager(address, **settings)


def _socks_proxy_manager(proxy, settings):
    try:
        import socks  # noqa: F401 (asked for first because urllib3, not finding it, prints a warning as well)
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
                # The proxy looks up the host, or PySocks does.
                return [self._dns_host]

        class Pool(ClosablePool, pool_class):
            ConnectionCls = Connection

        return Pool

    address, username, password = split_credentials(proxy)
    manager = SOCKSProxyManager(address, username=username, password=password, **settings)
    manager.pool_classes_by_scheme = {
        'http': with_deadline(SOCKSHTTPConnectionPool, SOCKSConnection),
        'https': with_deadline(SOCKSHTTPSConnectionPool, SOCKSHTTPSConnection),
    }
    return manager
