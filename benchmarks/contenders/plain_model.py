"""A hand-written class with the fields of ``UserBrief``, which checks nothing."""


class UserBrief(object):
    """The user behind the credentials."""

    def __init__(self, authenticated=None, email=None, name=None, profile_url=None, self_url=None, slug=None,
                 slug_perm=None):
        self.authenticated = authenticated
        self.email = email
        self.name = name
        self.profile_url = profile_url
        self.self_url = self_url
        self.slug = slug
        self.slug_perm = slug_perm
