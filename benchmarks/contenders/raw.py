"""The baseline: urllib3 and ``json.loads``, and nothing else."""

import datetime
import json
import sys

import urllib3

HEADERS = {
    'Accept': 'application/json',
    'Content-Type': 'application/json',
    'User-Agent': 'nothing-but-urllib3 python/3.11.7',
    'X-Api-Key': 'k' * 40,
}


class Client(object):
    """A client with the operations to measure.

    :param str url: base URL of the server.
    :param int connections: size of the connection pool.
    """

    def __init__(self, url, connections=1):
        self._url = url
        self._pool = urllib3.PoolManager(maxsize=connections, block=True)

    def user_self(self):
        """Request the user behind the credentials."""
        return self._get('/user/self/')

    def user_self_with_timeout(self):
        """Request the user, with the default timeouts of this package."""
        return self._get('/user/self/', timeout=urllib3.Timeout(10, 60))

    def user_tokens_list(self, rows):
        """Request a page of keys, and leave their dates as text."""
        return self._get('/user/tokens/?page_size=%d' % rows)

    def user_tokens_list_with_dates(self, rows):
        """Request a page of keys, and parse their dates."""
        page = self.user_tokens_list(rows)
        for key in page['results']:
            key['created'] = _parse_date(key['created'])
        return page

    def _get(self, target, **options):
        return json.loads(self._pool.request('GET', self._url + target, headers=HEADERS, **options).data)


def _parse_with_format(text):
    return datetime.datetime.strptime(text, '%Y-%m-%dT%H:%M:%S.%fZ')


# Before Python 3.11, fromisoformat rejects the Z at the end.
_parse_date = datetime.datetime.fromisoformat if sys.version_info >= (3, 11) else _parse_with_format
