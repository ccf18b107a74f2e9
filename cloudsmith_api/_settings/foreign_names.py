"""Names that are not settings: those of other clients' settings, and misspelled ones."""

# Excludes names that programs are likely to use for attributes of their own, such as headers or rate_limit.
_REPLACEMENTS = {
    'set host': 'api_host api_url base_url server_index server_variables',
    "set api_key['X-Api-Key']": 'api_token apikey x_api_key',
    'set proxy, with user and password in its URL':
        'http_proxy https_proxy proxies proxy_auth proxy_headers proxy_password proxy_url proxy_user proxy_username',
    'set verify_ssl': 'ssl_verify tls_verify verify verify_tls',
    'set ssl_ca_cert to the path of a file or folder': 'ca_bundle ca_cert ca_cert_data ca_certs cafile capath',
    'set cert_file and key_file': 'client_cert client_key ssl_cert ssl_key',
    'set ssl_verify_strict': 'disable_strict_ssl_verification verify_strict verify_x509_strict',
    'set tls_server_name': 'server_hostname sni_hostname',
    'set timeout': 'connect_timeout read_timeout request_timeout',
    'set retries': 'max_retries total_retries',
    'set connection_pool_maxsize': 'max_connections pool_maxsize pool_size',
    'connections have TCP keep-alive, and idle_timeout limits how long they are kept': 'keepalive socket_options',
    'set default_headers': 'api_headers extra_headers',
    'use Configuration.from_environment()': 'trust_env',
}


def replacement_for(name, settings):
    """Return what to use in place of another client's setting, or of a misspelled one.

    :param str name: the name of an attribute.
    :param settings: the names of all settings.
    :return: what to do; empty if the name is neither.
    :rtype: str
    """
    for advice, names in _REPLACEMENTS.items():
        if name in names.split():
            return advice
    return next(('did you mean %s?' % setting for setting in sorted(settings) if _is_misspelled(name, setting)), '')


def _is_misspelled(name, setting):
    """Return whether one letter of a setting is missing, extra, wrong, or swapped with the next.

    Not by ``difflib``: a ratio that is low enough for tiemout would also match log_format and refresh_api_key, which
    programs may use for attributes of their own. For the same reason, hosts, space and api_key2 do not match.
    """
    if len(setting) < 5 or name.startswith(('_', setting)):
        return False
    start = _common_length(name, setting)
    rest, expected = name[start:], setting[start:]
    end = _common_length(rest[::-1], expected[::-1])
    rest, expected = rest[:len(rest) - end], expected[:len(expected) - end]
    return max(len(rest), len(expected)) == 1 or (len(rest) == 2 and rest == expected[::-1])


def _common_length(one, other):
    """Return how many letters two names have in common at the start."""
    return next((index for index, pair in enumerate(zip(one, other)) if pair[0] != pair[1]), min(len(one), len(other)))
