"""The script for this package and for the published client, which have the same interface."""

import cloudsmith_api

UserBrief = cloudsmith_api.UserBrief


class Client(object):
    """A client with the operations to measure.

    :param str url: base URL of the server.
    :param int connections: size of the connection pool.
    """

    def __init__(self, url, connections=1):
        configuration = cloudsmith_api.Configuration()
        configuration.host = url
        configuration.api_key['X-Api-Key'] = 'k' * 40
        configuration.connection_pool_maxsize = connections
        api = cloudsmith_api.UserApi(cloudsmith_api.ApiClient(configuration))
        self.user_self = api.user_self
        self._list = api.user_tokens_list

    def user_tokens_list(self, rows):
        """Request a page of keys."""
        return self._list(page_size=rows)
