"""What people write by hand: a session of requests."""

import sys

import requests
from requests.adapters import HTTPAdapter


class Client(object):
    """Makes the calls of one client.

    :param str url: the base URL.
    :param int connections: how many it may keep open.
    """

    def __init__(self, url, connections=1):
        self._url = url
        self._session = requests.Session()
        self._session.headers.update({'Accept': 'application/json', 'X-Api-Key': 'k' * 40})
        self._session.mount('http://', HTTPAdapter(pool_maxsize=connections, pool_block=True))

    def user_self(self):
        """Ask who the user is."""
        return self._get('/user/self/')

    def user_tokens_list(self, rows):
        """Ask for a page of keys; their dates stay texts."""
        return self._get('/user/tokens/', {'page_size': rows})

    def _get(self, path, query=None):
        response = self._session.get(self._url + path, params=query)
        response.raise_for_status()
        return response.json()


if __name__ == '__main__':
    Client(sys.argv[1]).user_self()
