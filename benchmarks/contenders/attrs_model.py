"""``UserBrief`` as ``attrs`` generates it, without validation."""

import attrs


@attrs.define
class UserBrief:
    """The user behind the credentials."""

    authenticated = attrs.field(default=None)
    email = attrs.field(default=None)
    name = attrs.field(default=None)
    profile_url = attrs.field(default=None)
    self_url = attrs.field(default=None)
    slug = attrs.field(default=None)
    slug_perm = attrs.field(default=None)
