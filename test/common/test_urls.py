"""Which URLs are readable on the network."""

import pytest

from cloudsmith_api._common.urls import is_insecure


@pytest.mark.parametrize('url', [
    'https://api.example.com/v1', 'http://127.0.0.1:80/v1', 'http://127.1.2.3/', 'http://localhost:8080/v1',
    'http://localhost', 'http://[::1]:80/', 'HTTP://LOCALHOST/', 'http://api.localhost/v1',
])
def test_https_and_loopback_urls_are_secure(url):
    assert not is_insecure(url)


@pytest.mark.parametrize('url', [
    'http://api.example.com/v1', 'HTTP://api.example.com', 'http://127.0.0.1.evil.example/',
    'http://localhost.evil.example/', 'http://10.0.0.1/', 'http://[::2]/',
])
def test_plain_http_to_another_host_is_insecure(url):
    assert is_insecure(url)


@pytest.mark.parametrize('url, proxy, expected', [
    ('http://localhost/v1', 'http://proxy.example.com:3128', True), ('http://127.0.0.1', 'socks5://10.0.0.1', True),
    ('http://localhost/v1', 'https://user:localhost@proxy.example.com', True),
    ('http://localhost/v1', 'http://127.0.0.1:3128', False), ('http://[::1]/v1', 'socks5h://u:p@localhost', False),
    ('http://api.example.com', 'http://127.0.0.1:3128', True), ('https://localhost', 'http://proxy.example.com', False),
])
def test_proxy_on_another_machine_is_insecure_for_plain_http(url, proxy, expected):
    assert is_insecure(url, proxy) is expected
