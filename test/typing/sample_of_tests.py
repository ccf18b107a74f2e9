# pyright: strict, reportUnnecessaryTypeIgnoreComment=true
"""Typed tests as a user of the pytest fixture writes them: type-checked like ``sample.py``, and run by pytest."""

import pytest

from cloudsmith_api import ApiClient, Configuration, ForbiddenException, UserApi
from pytest_cloudsmith_api import CloudsmithSandbox


def user_name(configuration: Configuration) -> 'str | None':
    with ApiClient(configuration) as client:
        return UserApi(client).user_self().name


def test_fixture_provides_user_requests_url_and_add_user(cloudsmith_sandbox: CloudsmithSandbox) -> None:
    assert user_name(cloudsmith_sandbox.configuration) == cloudsmith_sandbox.user.name
    assert [request.path for request in cloudsmith_sandbox.requests] == ['/v1/user/self/']
    assert cloudsmith_sandbox.url == cloudsmith_sandbox.sandbox.url
    assert cloudsmith_sandbox.add_user(two_factor=True).totp_token is not None


def test_fail_next_makes_the_next_call_fail(cloudsmith_sandbox: CloudsmithSandbox) -> None:
    cloudsmith_sandbox.fail_next(status=403, headers={'Retry-After': 2}, times=1)
    with pytest.raises(ForbiddenException):
        user_name(Configuration())


def test_mistakes_raise_and_fail_type_checking(cloudsmith_sandbox: CloudsmithSandbox) -> None:
    with pytest.raises(TypeError):
        cloudsmith_sandbox.fail_next(status='403')  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        repr(cloudsmith_sandbox.adress)  # type: ignore[attr-defined]
