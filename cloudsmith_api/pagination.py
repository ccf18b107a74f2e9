"""Pagination: the response headers of a page, and iteration over the items of all pages."""

from collections import namedtuple

from ._common.headers import get_header, parse_number

#: The service's default and maximum page size.
DEFAULT_PAGE_SIZE = 30
MAX_PAGE_SIZE = 500


class Page(namedtuple('Page', ('count', 'page', 'page_size', 'page_total'))):
    """The position of a page in its list; a value is ``None`` if its header is missing or malformed.

    :ivar int count: total number of items (``X-Pagination-Count``).
    :ivar int page: number of this page, from 1 (``X-Pagination-Page``).
    :ivar int page_size: items per page (``X-Pagination-PageSize``).
    :ivar int page_total: total number of pages (``X-Pagination-PageTotal``).
    """

    __slots__ = ()

    @classmethod
    def from_headers(cls, headers):
        """Parse the four headers.

        :param headers: a mapping, or pairs of names and values, or ``None``.
        :rtype: Page
        """
        return cls(*(parse_number(int, get_header(headers, 'X-Pagination-' + name))
                     for name in ('Count', 'Page', 'PageSize', 'PageTotal')))


def iterate_pages(fetch, identity, page_size=None):
    """Yield the items of all pages; a page is fetched when the one before it is used up.

    :param fetch: a function from a page's number to its items and response headers.
    :param identity: a function from an item to a key that identifies it. An item that was already yielded is skipped:
        the list may change between two requests, or the service may repeat a page.
    :param int page_size: the page size requested.
    :return: an iterator.
    """
    seen, number, repeated = set(), 1, 0
    while True:
        items, headers = fetch(number)
        # Not kept: error reporters show the local variables of this frame.
        page_total, headers = Page.from_headers(headers).page_total, None
        fresh = [item for item in items if identity(item) not in seen]
        seen.update(identity(item) for item in fresh)
        for item in fresh:
            yield item
        repeated = 0 if fresh else repeated + 1
        if not _has_more(number, len(items), repeated, page_size, page_total):
            return
        number += 1


def _has_more(number, length, repeated, page_size, page_total):
    """Return whether to fetch another page.

    :param int repeated: the number of consecutive pages without a new item.
    """
    if page_total is not None:
        # One page without a new item is possible if items were inserted before it; after two, the service is repeating
        # itself.
        return number < page_total and repeated < 2
    # Lists of keys may come without headers. Then only a full page can be followed by another, and a page without a new
    # item means that the service ignores ``page`` and returns the whole list each time.
    return not repeated and length >= min(page_size or DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)
