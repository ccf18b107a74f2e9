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
