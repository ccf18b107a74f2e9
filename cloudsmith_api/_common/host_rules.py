"""Rules for hosts, in the format of the variable ``NO_PROXY``."""

import re
import socket

from six.moves.urllib.parse import urlsplit

from . import validation

#: The rules for this machine.
LOOPBACK = 'localhost,127.0.0.0/8,::1'

_DEFAULT_PORTS = {'http': 80, 'https': 443}


def matches_host(rules, url):
    """Return whether one of the rules matches the host of a URL; host names are not resolved.

    :param str rules: rules separated by commas or spaces, each of them a domain (which includes its subdomains, with or
        without ``.`` or ``*.`` before it), an IP address, a network such as ``10.0.0.0/8`` or ``fd00::/8``, or ``*``
        for any host. A port after it, or a scheme such as ``http://`` before it, restricts the rule to URLs with that
        port or scheme; a scheme alone matches any host. Anything else matches nothing.
    :param str url: the URL.
    :rtype: bool
    :raises ValueError: if the URL has no valid port.
    """
    # Without credentials: urlsplit() rejects brackets in them, and its error would show them.
    parts = urlsplit(re.sub('//[^/?#]*@', '//', url))
    port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    # Drop the zone of a link-local address, and the trailing dot of an absolute name.
    host = (parts.hostname or '').partition('%')[0].rstrip('.')
    return any(_matches(rule, parts.scheme, host, port) for rule in rules.lower().replace(',', ' ').split())


def _matches(rule, scheme, host, port):
    rule_scheme, separator, rule = rule.rpartition('://')
    if separator and rule_scheme != scheme:
        return False
    name, _, rule_port = rule.rpartition(':')
    # A bare IPv6 address has more than one colon, and no port.
    if _is_number(rule_port) and (':' not in name or name.endswith(']')):
        if int(rule_port) != port:
            return False
        rule = name
    if rule in ('', '*'):
        return True
    host_bits = _to_bits(host)
    if host_bits:
        network, _, length = rule.replace('[', '').replace(']', '').partition('/')
        bits = _to_bits(network)
        return len(bits) == len(host_bits) and host_bits.startswith(bits[:int(length)] if _is_number(length) else bits)
    return ('.' + host).endswith('.' + rule.lstrip('*').strip('.'))


def _is_number(text):
    return text != '' and validation.contains_only('0123456789', text)


def _to_bits(address):
    """Return an IP address as a string of 0 and 1; empty if it is not an IP address."""
    # Python 2.7 has no ipaddress.
    for family in socket.AF_INET, socket.AF_INET6:
        try:
            return ''.join(map('{:08b}'.format, bytearray(socket.inet_pton(family, address))))
        except (AttributeError, EnvironmentError, ValueError):
            continue  # AttributeError: Python 2.7 on Windows has no inet_pton.
    return ''
