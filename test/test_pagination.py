"""Pages: what headers say of them, and going through all without thinking of them."""

import pytest
from servers import ScriptedServer, json_response, silent

from cloudsmith_api import ApiException, Page, TimeoutException, UserApi
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
def test_a_page_is_read_from_headers(headers, page):
    assert Page.from_headers({'X-Pagination-' + name: value for name, value in headers.items()}) == page


def test_the_page_of_an_answer(api, sandbox, configuration):
    configuration.api_key['X-Api-Key'] = sandbox.add_user(keys=65).api_key
    headers = api.user_tokens_list_with_http_info(page=3)[2]
    assert Page.from_headers(headers) == Page(count=65, page=3, page_size=30, page_total=3)


@pytest.mark.parametrize('count', [0, 1, 29, 30, 31, 65])
def test_all_keys_are_gone_through_once(api, sandbox, configuration, count):
    person = sandbox.add_user(keys=max(count, 1))
    configuration.api_key['X-Api-Key'] = person.api_key
    del person.keys[count:]
    assert names_of(api.user_tokens_iter()) == [key.slug_perm for key in person.keys]
    assert len(sandbox.requests) == max(1, -(-count // 30))


def test_the_page_size_is_sent(api, sandbox, configuration):
    configuration.api_key['X-Api-Key'] = sandbox.add_user(keys=5).api_key
    assert len(list(api.user_tokens_iter(page_size=2))) == 5
    assert [request.query for request in sandbox.requests] == [
        'page=1&page_size=2', 'page=2&page_size=2', 'page=3&page_size=2']


def test_a_page_is_asked_for_when_it_is_needed(api, sandbox, configuration):
    configuration.api_key['X-Api-Key'] = sandbox.add_user(keys=5).api_key
    iterator = api.user_tokens_iter(page_size=2)
    assert sandbox.requests == []
    next(iterator)
    next(iterator)
    assert len(sandbox.requests) == 1
    next(iterator)
    assert len(sandbox.requests) == 2


@pytest.mark.parametrize('page_size', ['2', 1.5, True])
def test_a_page_size_that_is_no_number_is_refused_at_once(api, sandbox, page_size):
    with pytest.raises(TypeError, match='page_size'):
        api.user_tokens_iter(page_size=page_size)
    assert sandbox.requests == []


def test_an_error_on_the_way_is_raised_where_it_happens(api, sandbox, configuration):
    configuration.api_key['X-Api-Key'] = sandbox.add_user(keys=4).api_key
    iterator = api.user_tokens_iter(page_size=2)
    assert len([next(iterator), next(iterator)]) == 2
    sandbox.fail_next(status=400)
    with pytest.raises(ApiException):
        next(iterator)


def test_the_time_allowed_counts_for_each_page(connect):
    with ScriptedServer(json_response(keys('a', 'b')), silent()) as server:
        iterator = connect(server.url, timeout=5, retries=0).user_tokens_iter(page_size=2, _request_timeout=0.3)
        assert len([next(iterator), next(iterator)]) == 2
        started = monotonic()
        with pytest.raises(TimeoutException):
            next(iterator)
        assert monotonic() - started < 4


class TestWithoutHeaders(object):
    """Services that send no ``X-Pagination`` header at all."""

    def test_a_page_that_is_not_full_is_the_last(self, connect):
        pages = [json_response(keys(*names)) for names in ('ab', 'c', 'd')]
        with ScriptedServer(*pages) as server:
            assert names_of(connect(server.url).user_tokens_iter(page_size=2)) == ['a', 'b', 'c']
            assert len(server.requests) == 2

    @pytest.mark.parametrize('count, asked', [(29, 1), (30, 2)])
    def test_a_page_is_full_with_thirty_where_no_size_is_asked_for(self, connect, count, asked):
        with ScriptedServer(json_response(keys(*map(str, range(count)))), json_response(keys())) as server:
            assert len(list(connect(server.url).user_tokens_iter())) == count
            assert len(server.requests) == asked

    def test_an_empty_page_is_past_the_end(self, connect):
        with ScriptedServer(json_response(keys('a', 'b')), json_response(keys())) as server:
            assert names_of(connect(server.url).user_tokens_iter(page_size=2)) == ['a', 'b']

    def test_a_service_that_gives_all_each_time_is_asked_twice(self, connect):
        with ScriptedServer(json_response(keys('a', 'b', 'c'))) as server:
            assert names_of(connect(server.url).user_tokens_iter(page_size=2)) == ['a', 'b', 'c']
            assert len(server.requests) == 2


def test_a_service_that_repeats_a_page_is_not_asked_for_ever(connect):
    headers = [('X-Pagination-PageTotal', '1000000')]
    with ScriptedServer(json_response(keys('a', 'b'), headers=headers)) as server:
        assert names_of(connect(server.url).user_tokens_iter(page_size=2)) == ['a', 'b']
        assert len(server.requests) == 3


def test_a_page_of_which_all_has_moved_on_from_the_one_before_is_not_the_end(connect):
    headers = [('X-Pagination-PageTotal', '3')]
    pages = [json_response(keys(name), headers=headers) for name in ('a', 'a', 'b')]
    with ScriptedServer(*pages) as server:
        assert names_of(connect(server.url).user_tokens_iter(page_size=1)) == ['a', 'b']


def test_a_first_page_that_is_empty_is_not_the_end_where_there_are_more(connect):
    headers = [('X-Pagination-PageTotal', '2')]
    with ScriptedServer(json_response(keys(), headers=headers), json_response(keys('a'), headers=headers)) as server:
        assert names_of(connect(server.url).user_tokens_iter()) == ['a']


def test_a_service_that_speaks_of_many_pages_and_gives_none_is_asked_twice(connect):
    with ScriptedServer(json_response(keys(), headers=[('X-Pagination-PageTotal', '1000000')])) as server:
        assert names_of(connect(server.url).user_tokens_iter()) == []
        assert len(server.requests) == 2


def test_a_page_as_large_as_the_service_gives_is_not_the_end_though_more_was_asked_for(connect):
    full = json_response(keys(*map(str, range(500))))
    with ScriptedServer(full, json_response(keys('last'))) as server:
        assert len(names_of(connect(server.url).user_tokens_iter(page_size=1000))) == 501


def test_a_page_of_one_less_than_the_service_gives_is_the_end_though_more_was_asked_for(connect):
    with ScriptedServer(json_response(keys(*map(str, range(499))))) as server:
        assert len(names_of(connect(server.url).user_tokens_iter(page_size=1000))) == 499
        assert len(server.requests) == 1


def test_a_service_that_goes_round_in_circles_is_not_asked_for_ever(connect):
    circle = [json_response(keys('a', 'b')), json_response(keys('c', 'd')), json_response(keys('b', 'a'))]
    with ScriptedServer(*circle) as server:
        assert names_of(connect(server.url).user_tokens_iter(page_size=2)) == ['a', 'b', 'c', 'd']


def test_an_item_that_moves_to_the_next_page_meanwhile_comes_once():
    pages = [(['a', 'b'], {}), (['b', 'c'], {}), ([], {})]
    assert list(iterate_pages(lambda number: pages[number - 1], lambda item: item, page_size=2)) == ['a', 'b', 'c']


def test_iterating_has_no_form_with_http_info():
    assert not hasattr(UserApi, 'user_tokens_iter_with_http_info')
