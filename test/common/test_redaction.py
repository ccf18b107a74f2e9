# -*- coding: utf-8 -*-
"""Redaction: which names are secret, and masking their values in any text without touching the rest."""

import json
import sys

import pytest
import six
from hypothesis import given, settings
from hypothesis import strategies as st
from six.moves.urllib.parse import quote

from cloudsmith_api import models
from cloudsmith_api._common.redaction import MASK, find_secrets, is_secret, mask, scrub


@pytest.mark.parametrize('name', [
    'X-Api-Key', 'x-api-key', 'api_key', 'Authorization', 'Proxy-Authorization', 'Cookie', 'Set-Cookie',
    'password',
    'passwd', 'token', 'totp_token', 'two_factor_token', 'totp', 'key', 'client_secret', u'COOKIE',
])
def test_secret_names_are_recognized(name):
    assert is_secret(name)


@pytest.mark.parametrize('name', [
    'slug_perm', 'email', 'two_factor_required', 'timeout', 'host', 'Accept', 'cert_file',
    'authenticated', 'api_key_prefix', 'key_file', 'refresh_api_key_hook', '', None, 5,
    b'\xff' if six.PY3 else 7,
])
def test_other_names_are_not_secret(name):
    assert not is_secret(name)


def test_model_fields_agree_with_is_secret():
    for name in models.__all__:
        for field in getattr(models, name).model_fields:
            assert field.secret == is_secret(field.name), field.name


@pytest.mark.parametrize('text, scrubbed', [
    ('?key?key?token=abc', '?key?key?token=********'),
    ('?a=b&the-key=x?y&c=d', '?a=b&the-key=********&c=d'),
    ('?key=&a=b', '?key=&a=b'),
    ('/login?next=/x?token=abc', '/login?next=/x?token=********'),
])
def test_secret_is_masked_anywhere_in_a_query_string(text, scrubbed):
    assert scrub(text) == scrubbed


@pytest.mark.parametrize('name', ['token', 'access_token', 'api-key', 'pwd', 'otp', 'X-Signature'])
def test_secret_query_parameter_is_masked(name):
    assert scrub('GET /v1/x/?page=2&%s=abc%%20def&b=5#top' % name) == 'GET /v1/x/?page=2&%s=%s&b=5#top' % (name, MASK)


def test_mask_returns_a_copy_with_secrets_masked():
    headers = {'X-Api-Key': 'abcdef', 'Accept': 'application/json', 'Cookie': ''}
    assert mask(headers) == {'X-Api-Key': MASK, 'Accept': 'application/json', 'Cookie': ''}
    assert headers['X-Api-Key'] == 'abcdef'


def test_mask_keeps_unset_secrets():
    assert mask({'key': None, 'password': ''}) == {'key': None, 'password': ''}


@pytest.mark.parametrize('value, secrets', [
    ({'password': 'hunter22', 'email': 'ada@example.com'}, ['hunter22']),
    ({'user': {'password': 'hunter22'}}, ['hunter22']),
    ([{'token': 'abcdef'}, {'name': 'Ada'}], ['abcdef']),
    ([('password', 'hunter22'), ('email', 'ada@example.com')], ['hunter22']),
    ([['password', 'hunter22']], ['hunter22']),
    ([('password', ['hunter22', 'correct horse'])], ['correct horse', 'hunter22']),
    (({'email': 'ada@example.com'}, {'password': 'hunter22'}), ['hunter22']),
    ({'password': ['hunter22', 'correct horse']}, ['correct horse', 'hunter22']),
    ({'api_key': {'X-Other': 'abcdef'}}, ['abcdef']),
    ({'key': ['abcdef', 5, None]}, ['abcdef']),
    ({1: 'abcdef', None: 'ghi'}, []),
    ({'timeout': (10.0, 60.0), 'key': None}, []),
    ('password', []),
    (None, []),
    (5, []),
])
def test_find_secrets_searches_nested_values(value, secrets):
    assert find_secrets(value) == secrets


def test_find_secrets_handles_circular_references():
    circular = {'token': 'abcdef'}
    circular['self'] = circular
    assert find_secrets(circular) == ['abcdef']


def test_given_secret_is_masked():
    assert scrub('No such key: abcdef-123.', ['abcdef-123']) == 'No such key: ********.'


def test_key_is_masked_without_its_prefix():
    assert scrub('key abcdef, or Bearer abcdef', ['Bearer abcdef']) == 'key ********, or ********'
    assert scrub('key two, or one two', ['Digest one two']) == 'key two, or ********'
    assert scrub('key second, or first second', ['Digest first second']) == 'key ********, or ********'


def test_secret_that_contains_another_is_masked_whole():
    assert scrub('a secret-and-more', ['secret', 'secret-and-more']) == 'a ********'
    assert scrub('a secret-and-more', ['secret-and-more', 'secret']) == 'a ********'
    assert scrub('a first-then-second', ['then', 'first-then-second']) == 'a ********'


@pytest.mark.parametrize('secret', ['', 'a', 'abc'])
def test_secret_of_three_characters_or_fewer_is_not_masked(secret):
    assert scrub('abc is the alphabet', [secret]) == 'abc is the alphabet'


def test_non_ascii_secret_is_masked_in_text_and_bytes():
    secret = u'pässwörd'
    native = six.ensure_str(secret)
    assert scrub(u'It is pässwörd', [native]) == u'It is ********'
    assert scrub(six.ensure_str(u'It is pässwörd'), [secret]) == 'It is ********'


@pytest.mark.parametrize('message', [
    'Wrong: %s.', '<p>Wrong: %s</p>', '"%s" is wrong',
])
@pytest.mark.parametrize('form', [
    'p&quot;&auml;-Wort&amp;', 'p&#34;&#228;-Wort&#x26;', 'P%22%c3%a4-wort%26', 'p%2522%25C3%25A4-Wort%2526',
    r'p\"\u00e4-Wort\u0026', r'p\\"\\u00e4-Wort\\u0026', u'p"a\u0308-Wort&', r'p\x22\xe4-Wort&', u'p"\xc3\xa4-Wort&',
    r'p\"\xc3\xa4-Wort&', u'P"\xc4-WORT&', r'p\U00000022\U000000e4-Wort&', u'p\uff02\xe4-Wort&',
])
def test_escaped_or_encoded_secret_is_masked(form, message):
    scrubbed = scrub(message % form, [u'p"\xe4-Wort&'])
    assert 'ort' not in scrubbed.lower()
    assert MASK in scrubbed


@pytest.mark.parametrize('secret', [
    u'a$#@!%^7', u'#%&!?*+=', u'!"#$%&/(', u'\u20ac\u20ac\u20ac\u20ac1', u'\U0001f512\U0001f511\U0001f510\U0001f513',
])
@pytest.mark.parametrize('form', [
    lambda secret: secret, lambda secret: quote(secret.encode('utf-8')), lambda secret: json.dumps(secret)[1:-1],
    lambda secret: json.dumps(secret)[1:-1].replace('/', r'\/'), lambda secret: json.dumps(json.dumps(secret))[1:-1],
    lambda secret: u''.join(u'&#%d;' % ord(c) for c in secret),
    lambda secret: secret.encode('utf-8').decode('latin-1'),
])
def test_secret_of_few_letters_is_masked_in_any_form(secret, form):
    scrubbed = scrub(u'Wrong: ' + form(secret) + u' or so', [secret])
    assert scrubbed.replace(u'\\"', u'') == u'Wrong: ******** or so'


def test_text_with_a_reformatted_multi_word_secret_is_masked_whole():
    assert scrub('It was correct\thorse\tbattery', ['correct horse battery']) == MASK


def test_only_the_word_with_an_escaped_secret_is_masked():
    assert scrub('No such key: kE7%2Fthe%2Bkey.', ['kE7/the+key']) == 'No such key: ********'


@pytest.mark.parametrize('text, secret', [('at estimate', 'test'), ('a bcd efg', 'abcd efg')])
def test_secret_of_fewer_than_eight_letters_across_words_is_not_masked(text, secret):
    assert scrub(text, [secret]) == text


def test_secret_of_eight_letters_across_words_is_masked():
    assert scrub('a bcd efgh', ['abcd efgh']) == MASK


@pytest.mark.parametrize('text', ['&nothing; and %zz and \\q', '&#9999999; or \\UFFFFFFFF'])
def test_invalid_escapes_are_kept(text):
    assert scrub(text, ['the-secret']) == text


@pytest.mark.parametrize('text, scrubbed', [
    ('http://user:pass@proxy:3128/', 'http://********@proxy:3128/'),
    ('http://user:p@ss@proxy:3128/', 'http://********@proxy:3128/'),
    ('http://token@proxy', 'http://********@proxy'),
    ('from http://a:b@one/ to socks5h://c:d@two:1080', 'from http://********@one/ to socks5h://********@two:1080'),
    ('https://api.cloudsmith.io/v1/user/@me', 'https://api.cloudsmith.io/v1/user/@me'),
    ('write to ada@example.com', 'write to ada@example.com'),
])
def test_credentials_in_a_url_are_masked(text, scrubbed):
    assert scrub(text) == scrubbed


@pytest.mark.parametrize('text, scrubbed', [
    ('X-Api-Key: abc def', 'X-Api-Key: ********'),
    ('authorization:Basic abc', 'authorization:********'),
    ('Cookie: a="b", c=d\r\nAccept: x', 'Cookie: ********\r\nAccept: x'),
    ('X-API-KEY=abc', 'X-API-KEY=********'),
    ("{'X-Api-Key': 'abc', 'Accept': 'x'}", "{'X-Api-Key': '********', 'Accept': 'x'}"),
    ("{'X-Api-Key': b'abc', 'Accept': 'x'}", "{'X-Api-Key': b'********', 'Accept': 'x'}"),
    ('{"authorization": "a\\"b,\'c", "accept": "x"}', '{"authorization": "********", "accept": "x"}'),
    ("[('Set-Cookie', 'a=b'), ('Accept', 'x')]", "[('Set-Cookie', '********'), ('Accept', 'x')]"),
])
def test_headers_with_credentials_are_masked(text, scrubbed):
    assert scrub(text) == scrubbed


JSON_WEB_TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.c2lnbmF0-dXJl_'
API_KEY = 'csa_' + 'aB3' * 12


@pytest.mark.parametrize('text, scrubbed', [
    (JSON_WEB_TOKEN, '********'),
    ('got %s.' % JSON_WEB_TOKEN, 'got ********'),
    ('token=%s&x=1' % JSON_WEB_TOKEN, 'token=********&x=1'),
    ('host.name.%s' % JSON_WEB_TOKEN, 'host.name.********'),
    ('eyJhbGciOiJub25lIn0.eyJleHAiOjF9.', '********'),
    ('key %s, please' % API_KEY, 'key ********, please'),
    ('%20' + API_KEY + '%20', '%20********%20'),
])
def test_token_is_masked_anywhere_in_a_text(text, scrubbed):
    assert scrub(text) == scrubbed
    assert mask({'X-Note': text, 'X-Count': 1}) == {'X-Note': scrubbed, 'X-Count': 1}


@pytest.mark.parametrize('text', [
    'Authorization, please', 'csa_short', 'eyJ.only', 'see.eyJ.only', 'api.cloudsmith.io', 'version 1.2.3',
    'cloudsmith_api.rest.x', 'No cookie, no entry', 'Invalid authorization header.',
    '401 Unauthorized: Invalid token.',
])
def test_ordinary_text_is_kept(text):
    assert scrub(text) == text


@settings(deadline=None)
@given(st.text(), st.lists(st.text(), max_size=5), st.text())
def test_scrubbed_text_never_contains_the_secret(before, secrets, after):
    longest = max(secrets, key=len) if secrets else ''
    scrubbed = scrub(before + longest + after, secrets)
    if len(longest) >= 4 and MASK not in longest and not set(longest) <= set(MASK):
        assert longest not in scrubbed


@pytest.mark.parametrize('text, shown', [
    (u'Zo\xeb: the-secret-key', MASK),
    (u'&eacute;: the-secret-key', MASK),
    (u'ada: the-secret-key', u'ada: ' + MASK),
], ids=['accent', 'named entity', 'ASCII'])
def test_text_is_withheld_if_a_module_to_search_it_cannot_be_imported(monkeypatch, text, shown):
    for module in ('unicodedata', six.moves.html_entities.__name__, 'six.moves.html_entities'):
        monkeypatch.setitem(sys.modules, module, None)
    assert scrub(text, ['the-secret-key']) == shown
