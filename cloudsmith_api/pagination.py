"""What an answer's headers say about pages, and going through all of them."""

from collections import namedtuple

from ._common.headers import get_header, parse_number

#: What the service gives where it is not asked for another size, and the most that it gives (``API``: pages).
DEFAULT_PAGE_SIZE = 30
MAX_PAGE_SIZE = 500


class Page(namedtuple('Page', ('count', 'page', 'page_size', 'page_total'))):
    """Where in a list an answer is; each value is ``None`` where its header is missing or unreadable.

    :ivar int count: items in all (``X-Pagination-Count``).
    :ivar int page: this page, from 1 (``X-Pagination-Page``).
    :ivar int page_size: items a page (``X-Pagination-PageSize``).
    :ivar int page_total: pages in all (``X-Pagination-PageTotal``).
    """

    __slots__ = ()

    @classmethod
    def from_headers(cls, headers):
        """Read the four headers.

        :param headers: a mapping, or pairs of names and values, or ``None``.
        :rtype: Page
        """
        return cls(*(parse_number(int, get_header(headers, 'X-Pagination-' + name))
                     for name in ('Count', 'Page', 'PageSize', 'PageTotal')))


def iterate_pages(fetch, identity, page_size=None):
    """Go through the items of all pages, asking for a page when the one before it is used up.

    :param fetch: a function from the number of a page to its items and the answer's headers.
    :param identity: a function from an item to what tells it from others: an item that comes again, because the list
        changed meanwhile or the service repeats a page, is left out.
    :param int page_size: how many items a page was asked to have.
    :return: an iterator.
    """
    seen, number, repeated = set(), 1, 0
    while True:
        items, headers = fetch(number)
        fresh = [item for item in items if identity(item) not in seen]
        seen.update(identity(item) for item in fresh)
        for item in fresh:
            yield item
        repeated = 0 if fresh else repeated + 1
        if not _has_more(number, len(items), repeated, page_size, Page.from_headers(headers).page_total):
            return
        number += 1


def _has_more(number, length, repeated, page_size, page_total):
    """Tell whether to ask for another page.

    :param int repeated: how many pages in a row had nothing new.
    """
    if page_total is not None:
        # One may be a page that moved on, as something was put in front of it; with two, the service repeats itself.
        return number < page_total and repeated < 2
    # Key lists may come without headers (``API``: pages): then only a full page can have another behind it, and one
    # without anything new is of a service that does not know pages and gives all each time.
    return not repeated and length >= min(page_size or DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)
