"""``UserBrief`` as ``attrs`` generates it, with the checks that this package makes."""

import attrs
from attrs.validators import and_, instance_of, max_len, min_len, optional


def _text(*checks):
    return attrs.field(default=None, validator=optional(and_(instance_of(str), *checks)))


@attrs.define
class UserBrief:
    """The user behind the credentials."""

    authenticated = attrs.field(default=None, validator=optional(instance_of(bool)))
    email = _text(min_len(1), max_len(254))
    name = _text(min_len(1))
    profile_url = _text()
    self_url = _text()
    slug = _text()
    slug_perm = _text()
