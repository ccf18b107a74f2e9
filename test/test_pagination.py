"""Pagination: parsing the ``X-Pagination-*`` headers, and iterating over all pages."""

import pytest
from servers import ScriptedServer, json_response, silent

from cloudsmith_api import ApiException, Page, ServiceException, TimeoutException, UserApi
from cloudsmith_api._common.clock import monotonic
from cloudsmith_api.pagination import iterate_pages


def keys(*names):
    return '{"results": [%s]}' % ', '.join('{"slug_perm": "%s"}' % name for name in names)


def names_of(iterator):
    return [key.slug_perm for key in iterator]


@pytest.mark.parametrize('headers, page', [
    ({'Count': '65', 'Page': '2', 'PageSize': '30', 'PageTotal': '3'}, Page(65, 2, 30, 3)),
    ({}, Page(None, None, None, None)),
    ({'Count': 'many', 'Page': '-1', 'PageSize': ' 5 '}, Page(None, None, 5, None)),
])
def test_page_is_parsed_from_headers(headers, page):
    assert Page.from_headers({'X-Pagination-' + name: value for name, value in headers.items()}) == page


def test_page_is_parsed_from_the_headers_of_a_call(api, sandbox, configuration):
    configuration.api_key['X-Api-Key'] = sandbox.add_user(keys=65).api_key
    headers = api.user_tokens_list_with_http_info(page=3)[2]
    assert Page.from_headers(headers) == Page(count=65, page=3, page_size=30, page_total=3)


@pytest.mark.parametrize('count', [0, 1, 29, 30, 31, 65])
def test_iterator_yields_every_key_once(api, sandbox, configuration, count):
    user = sandbox.add_user(keys=max(count, 1))
    configuration.api_key['X-Api-Key'] = user.api_key
    del user.keys[count:]
    assert names_of(api.user_tokens_iter()) == [key.slug_perm for key in user.keys]
    assert len(sandbox.requests) == max(1, -(-count // 30))


def test_iterator_sends_the_page_size(api, sandbox, configuration):
    configuration.api_key['X-Api-Key'] = sandbox.add_user(keys=5).api_key
    assert len(list(api.user_tokens_iter(page_size=2))) == 5
    assert [request.query for request in sandbox.requests] == [
        'page=1&page_size=2', 'page=2&page_size=2', 'page=3&page_size=2']


def test_iterator_requests_pages_lazily(api, sandbox, configuration):
    configuration.api_key['X-Api-Key'] = sandbox.add_user(keys=5).api_key
    iterator = api.user_tokens_iter(page_size=2)
    assert sandbox.requests == []
    next(iterator)
    next(iterator)
    assert len(sandbox.requests) == 1
    next(iterator)
    assert len(sandbox.requests) == 2


@pytest.mark.parametrize('page_size', ['2', 1.5, True])
def test_page_size_that_is_not_an_int_raises_at_once(api, sandbox, page_size):
    with pytest.raises(TypeError, match='page_size'):
        api.user_tokens_iter(page_size=page_size)
    assert sandbox.requests == []


def test_options_of_the_iterator_apply_to_each_page(connect, sandbox):
    key = sandbox.add_user(keys=3).api_key
    api = connect(sandbox.url, api_key={'X-Api-Key': key})
    sandbox.fail_next(status=503)
    with pytest.raises(ServiceException):
        next(api.user_tokens_iter(_retries=0))
    assert len(list(api.user_tokens_iter(page_size=2, _headers={'X-Trace': 'one'}))) == 3
    assert [request.headers.get('X-Trace') for request in sandbox.requests] == [None, 'one', 'one']


@pytest.mark.parametrize('option', ['async_req', '_preload_content', 'page'])
def test_unsupported_option_of_the_iterator_raises_at_once(api, sandbox, option):
    with pytest.raises(TypeError, match="unexpected keyword argument '%s'; .* _headers, _request_timeout" % option):
        api.user_tokens_iter(**{option: True})
    assert sandbox.requests == []


def test_iterator_raises_the_error_of_a_later_page(api, sandbox, configuration):
    configuration.api_key['X-Api-Key'] = sandbox.add_user(keys=4).api_key
    iterator = api.user_tokens_iter(page_size=2)
    assert len([next(iterator), next(iterator)]) == 2
    sandbox.fail_next(status=400)
    with pytest.raises(ApiException):
        next(iterator)


def test_iterator_timeout_applies_to_each_page(connect):
    with ScriptedServer(json_response(keys('a', 'b')), silent()) as server:
        iterator = connect(server.url, timeout=30, retries=0).user_tokens_iter(page_size=2, _request_timeout=1)
        assert len([next(iterator), next(iterator)]) == 2
        started = monotonic()
        with pytest.raises(TimeoutException):
            next(iterator)
        assert monotonic() - started < 15


class TestWithoutHeaders(object):
    """Services that send no ``X-Pagination-*`` headers."""

    def test_short_page_is_the_last(self, connect):
        pages = [json_response(keys(*names)) for names in ('ab', 'c', 'd')]
        with ScriptedServer(*pages) as server:
            assert names_of(connect(server.url).user_tokens_iter(page_size=2)) == ['a', 'b', 'c']
            assert len(server.requests) == 2

    @pytest.mark.parametrize('count, requests', [(29, 1), (30, 2)])
    def test_page_without_page_size_is_full_with_30_items(self, connect, count, requests):
        with ScriptedServer(json_response(keys(*map(str, range(count)))), json_response(keys())) as server:
            assert len(list(connect(server.url).user_tokens_iter())) == count
            assert len(server.requests) == requests

    def test_empty_page_ends_the_iteration(self, connect):
        with ScriptedServer(json_response(keys('a', 'b')), json_response(keys())) as server:
            assert names_of(connect(server.url).user_tokens_iter(page_size=2)) == ['a', 'b']

    def test_service_that_ignores_page_size_gets_two_requests(self, connect):
        with ScriptedServer(json_response(keys('a', 'b', 'c'))) as server:
            assert names_of(connect(server.url).user_tokens_iter(page_size=2)) == ['a', 'b', 'c']
            assert len(server.requests) == 2


def test_service_that_repeats_a_page_does_not_loop_forever(connect):
    headers = [('X-Pagination-PageTotal', '1000000')]
    with ScriptedServer(json_response(keys('a', 'b'), headers=headers)) as server:
        assert names_of(connect(server.url).user_tokens_iter(page_size=2)) == ['a', 'b']
        assert len(server.requests) == 3


def test_page_with_only_known_items_is_not_the_last(connect):
    headers = [('X-Pagination-PageTotal', '3')]
    pages = [json_response(keys(name), headers=headers) for name in ('a', 'a', 'b')]
    with ScriptedServer(*pages) as server:
        assert names_of(connect(server.url).user_tokens_iter(page_size=1)) == ['a', 'b']


def test_empty_first_page_is_not_the_last_if_more_are_announced(connect):
    headers = [('X-Pagination-PageTotal', '2')]
    with ScriptedServer(json_response(keys(), headers=headers), json_response(keys('a'), headers=headers)) as server:
        assert names_of(connect(server.url).user_tokens_iter()) == ['a']


def test_service_with_only_empty_pages_gets_two_requests(connect):
    with ScriptedServer(json_response(keys(), headers=[('X-Pagination-PageTotal', '1000000')])) as server:
        assert names_of(connect(server.url).user_tokens_iter()) == []
        assert len(server.requests) == 2


def test_page_at_the_service_maximum_is_not_the_last(connect):
    full = json_response(keys(*map(str, range(500))))
    with ScriptedServer(full, json_response(keys('last'))) as server:
        assert len(names_of(connect(server.url).user_tokens_iter(page_size=1000))) == 501


def test_page_below_the_service_maximum_is_the_last(connect):
    with ScriptedServer(json_response(keys(*map(str, range(499))))) as server:
        assert len(names_of(connect(server.url).user_tokens_iter(page_size=1000))) == 499
        assert len(server.requests) == 1


def test_service_that_cycles_through_pages_does_not_loop_forever(connect):
    pages = [json_response(keys('a', 'b')), json_response(keys('c', 'd')), json_response(keys('b', 'a'))]
    with ScriptedServer(*pages) as server:
        assert names_of(connect(server.url).user_tokens_iter(page_size=2)) == ['a', 'b', 'c', 'd']


def test_item_that_moves_to_the_next_page_is_yielded_once():
    pages = [(['a', 'b'], {}), (['b', 'c'], {}), ([], {})]
    assert list(iterate_pages(lambda number: pages[number - 1], lambda item: item, page_size=2)) == ['a', 'b', 'c']


def test_key_that_is_refreshed_meanwhile_is_yielded_once(connect):
    """Otherwise, a program that refreshes each key would never end if the service ignores ``page``."""
    pages = ['{"results": [{"slug_perm": "a", "key": "%s"}]}' % key for key in ('***1', '***2')]
    with ScriptedServer(*map(json_response, pages)) as server:
        assert names_of(connect(server.url).user_tokens_iter(page_size=1)) == ['a']


def test_iterator_has_no_with_http_info_form():
    assert not hasattr(UserApi, 'user_tokens_iter_with_http_info')
