"""The contenders, and how each is installed and run; the other files here are their scripts."""

import collections

#: ``script`` is the name of a file in this folder, ``requirements`` are the packages to install (``None``: this source
#: tree), ``modules`` the modules that such a program imports, and ``oldest`` is the oldest Python that they support.
Contender = collections.namedtuple('Contender', ('script', 'requirements', 'modules', 'oldest'))

RAW = 'raw'
THIS = 'this package'
REQUESTS = 'requests'
HTTPX = 'httpx'
OLD_PUBLISHED = 'published 2.0.19'
NEW_PUBLISHED = 'published 2.0.42'

CLIENTS = {
    RAW: Contender('raw', ['urllib3>=1.26.19,<3', 'certifi'], 'urllib3, certifi, json', (2, 7)),
    THIS: Contender('cloudsmith', None, 'cloudsmith_api', (2, 7)),
    REQUESTS: Contender('requests_session', ['requests'], 'requests', (2, 7)),
    HTTPX: Contender('httpx_client', ['httpx'], 'httpx', (3, 6)),
    # The release whose scripts run on this package, and the current one.
    OLD_PUBLISHED: Contender('cloudsmith', ['cloudsmith-api==2.0.19'], 'cloudsmith_api', (2, 7)),
    NEW_PUBLISHED: Contender('cloudsmith', ['cloudsmith-api==2.0.42'], 'cloudsmith_api', (3, 10)),
}

PLAIN = 'plain class'
ATTRS = 'attrs'
VALIDATED_ATTRS = 'attrs with checks'

PUBLISHED = (OLD_PUBLISHED, NEW_PUBLISHED)

#: Other implementations of ``UserBrief``.
MODELS = {
    PLAIN: Contender('plain_model', [], None, (2, 7)),
    ATTRS: Contender('attrs_model', ['attrs'], None, (3, 6)),
    VALIDATED_ATTRS: Contender('validated_attrs_model', ['attrs'], None, (3, 6)),
}
