"""Names under which other clients have their settings, for programs that were written for one of them."""

# No names that programs are likely to have attributes of their own by, such as headers or rate_limit.
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


def replacement_for(name):
    """Return what to use in place of another client's setting.

    :param str name: the name of an attribute.
    :return: what to do; empty if the name is none of theirs.
    :rtype: str
    """
    return next((advice for advice, names in _REPLACEMENTS.items() if name in names.split()), '')
