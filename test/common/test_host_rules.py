"""Rules for hosts, as in ``NO_PROXY``: domains, addresses, networks, ports and schemes."""

import pytest

from cloudsmith_api._common.host_rules import LOOPBACK, matches_host


@pytest.mark.parametrize('rules, url', [
    ('example.com', 'https://example.com/v1'), ('EXAMPLE.com', 'https://Example.COM'), ('example.com.', 'https://example.com'),
    ('example.com', 'https://example.com.'), ('example.com', 'https://api.example.com'),
    ('.example.com', 'https://api.example.com'), ('.example.com', 'https://example.com'),
    ('*.example.com', 'https://api.example.com'), ('*', 'https://example.com'), ('a, *', 'https://example.com'),
    ('a,example.com', 'https://example.com'), (' a \texample.com\n', 'https://example.com'),
    ('example.com:443', 'https://example.com'), ('example.com:80', 'http://example.com'),
    ('example.com:8443', 'https://api.example.com:8443'), ('10.1.2.3', 'https://10.1.2.3'),
    ('10.1.2.3:443', 'https://10.1.2.3'), ('10.0.0.0/8', 'https://10.200.3.4:8000'), ('10.1.2.0/23', 'https://10.1.3.9'),
    ('0.0.0.0/0', 'https://10.1.2.3'), ('::1', 'https://[::1]'), ('[::1]', 'https://[::1]:8000'),
    ('[::1]:8000', 'https://[::1]:8000'), ('0:0:0:0:0:0:0:1', 'https://[::1]'), ('fd00::/8', 'https://[fd12::1]'),
    ('[fd00::]/8', 'https://[fd12::1]'), ('fe80::1', 'https://[fe80::1%25eth0]'), ('http://', 'http://example.com'),
    ('https://example.com', 'https://example.com'), ('https://example.com:8443', 'https://example.com:8443'),
])
def test_rule_matches_host(rules, url):
    assert matches_host(rules, url)


@pytest.mark.parametrize('rules, url', [
    ('', 'https://example.com'), (',', 'https://example.com'), ('example.com', 'https://notexample.com'),
    ('example.com', 'https://example.com.evil.org'),
    ('api.example.com', 'https://example.com'), ('example.com:8443', 'https://example.com'),
    ('10.1.2.3', 'https://10.1.2.30'), ('10.0.0.0/8', 'https://11.0.0.1'), ('10.1.2.0/23', 'https://10.1.4.1'),
    ('10.0.0.0/255.0.0.0', 'https://10.1.2.3'), ('10.0.0.0/8', 'https://10.example.com'), ('::/0', 'https://10.1.2.3'),
    ('0.0.0.0/0', 'https://[::1]'), ('::1', 'https://[::2]'), ('[::1]:8000', 'https://[::1]'), ('fd00::/8', 'https://[fe80::1]'),
    ('http://', 'https://example.com'), ('http://example.com', 'https://example.com'), ('1', 'https://127.0.0.1'),
])
def test_rule_does_not_match_host(rules, url):
    assert not matches_host(rules, url)


@pytest.mark.parametrize('credentials', ['ada:pa[ss', 'ada:pa]ss', 'ada:[pass]', 'ada@[::1]:2', 'ada:a@b'])
def test_credentials_are_not_part_of_the_host(credentials):
    assert matches_host('example.com', 'http://%s@example.com:80/a@b' % credentials)
    assert not matches_host('example.com:80', 'http://%s@example.org/a@example.com' % credentials)


@pytest.mark.parametrize('url', ['http://localhost', 'http://api.localhost:80', 'http://127.1.2.3', 'http://[::1]:80/v1'])
def test_loopback_rules_match_this_machine(url):
    assert matches_host(LOOPBACK, url)
