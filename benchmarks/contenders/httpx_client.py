"""A hand-written script with ``httpx.Client``."""

import httpx


class Client(object):
    """A client with the operations to measure.

    :param str url: base URL of the server.
    :param int connections: size of the connection pool.
    """

    def __init__(self, url, connections=1):
        self._client = httpx.Client(
            base_url=url, headers={'Accept': 'application/json', 'X-Api-Key': 'k' * 40},
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections))

    def user_self(self):
        """Request the user behind the credentials."""
        return self._get('/user/self/')

    def user_tokens_list(self, rows):
        """Request a page of keys, and leave their dates as text."""
        return self._get('/user/tokens/', {'page_size': rows})

    def _get(self, path, query=None):
        response = self._client.get(path, params=query)
        response.raise_for_status()
        return response.json()
