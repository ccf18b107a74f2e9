"""A hand-written script with a ``requests`` session."""

import requests
from requests.adapters import HTTPAdapter


class Client(object):
    """A client with the operations to measure.

    :param str url: base URL of the server.
    :param int connections: size of the connection pool.
    """

    def __init__(self, url, connections=1):
        self._url = url
        self._session = requests.Session()
        self._session.headers.update({'Accept': 'application/json', 'X-Api-Key': 'k' * 40})
        self._session.mount('http://', HTTPAdapter(pool_maxsize=connections, pool_block=True))

    def user_self(self):
        """Request the user behind the credentials."""
        return self._get('/user/self/')

    def user_tokens_list(self, rows):
        """Request a page of keys, and leave their dates as text."""
        return self._get('/user/tokens/', {'page_size': rows})

    def _get(self, path, query=None):
        response = self._session.get(self._url + path, params=query)
        response.raise_for_status()
        return response.json()
