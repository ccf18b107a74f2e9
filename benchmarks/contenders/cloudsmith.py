"""One script for this package and for the published one: what is written for the one runs on the other."""

import sys

import cloudsmith_api

# For timeit: what is made ready, and what is measured.
MODEL = ('from cloudsmith_api import UserBrief', 'UserBrief(authenticated=True, name="Ada", slug="ada")')


class Client(object):
    """Makes the calls of one client.

    :param str url: the base URL.
    :param int connections: how many it may keep open.
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
        """Ask for a page of keys."""
        return self._list(page_size=rows)


if __name__ == '__main__':
    Client(sys.argv[1]).user_self()
