"""The baseline: urllib3 and the JSON parser, and nothing else."""

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
    """Makes the calls of one client.

    :param str url: the base URL.
    :param int connections: how many it may keep open.
    """

    def __init__(self, url, connections=1):
        self._url = url
        self._connections = urllib3.PoolManager(maxsize=connections, block=True)

    def user_self(self):
        """Ask who the user is."""
        return self._get('/user/self/')

    def user_self_in_time(self):
        """Ask who the user is, with the time limits that this package has by default."""
        return self._get('/user/self/', timeout=urllib3.Timeout(10, 60))

    def user_tokens_list(self, rows):
        """Ask for a page of keys; their dates stay texts."""
        return self._get('/user/tokens/?page_size=%d' % rows)

    def user_tokens_list_with_dates(self, rows):
        """Ask for a page of keys, and read their dates."""
        answer = self.user_tokens_list(rows)
        for key in answer['results']:
            key['created'] = _date(key['created'])
        return answer

    def _get(self, target, **options):
        return json.loads(self._connections.request('GET', self._url + target, headers=HEADERS, **options).data)


def _read_by_format(text):
    return datetime.datetime.strptime(text, '%Y-%m-%dT%H:%M:%S.%fZ')


# Before Python 3.11 it cannot read the Z at the end.
_date = datetime.datetime.fromisoformat if sys.version_info >= (3, 11) else _read_by_format


if __name__ == '__main__':
    Client(sys.argv[1]).user_self()
