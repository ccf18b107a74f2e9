# pyright: strict, reportUnnecessaryTypeIgnoreComment=true
"""Tests as a user of the pytest fixture writes them, with types: checked like ``sample.py``, and run by pytest."""

import pytest

from cloudsmith_api import ApiClient, Configuration, ForbiddenException, UserApi
from pytest_cloudsmith_api import CloudsmithSandbox


def name_of_user(configuration: Configuration) -> 'str | None':
    with ApiClient(configuration) as client:
        return UserApi(client).user_self().name


def test_all_that_the_fixture_gives(cloudsmith_sandbox: CloudsmithSandbox) -> None:
    assert name_of_user(cloudsmith_sandbox.configuration) == cloudsmith_sandbox.user.name
    assert [sent.path for sent in cloudsmith_sandbox.requests] == ['/v1/user/self/']
    assert cloudsmith_sandbox.url == cloudsmith_sandbox.sandbox.url
    assert cloudsmith_sandbox.add_user(two_factor=True).totp_token is not None


def test_a_fault_on_order(cloudsmith_sandbox: CloudsmithSandbox) -> None:
    cloudsmith_sandbox.fail_next(status=403, headers={'Retry-After': 2}, times=1)
    with pytest.raises(ForbiddenException):
        name_of_user(Configuration())


def test_what_there_is_not(cloudsmith_sandbox: CloudsmithSandbox) -> None:
    with pytest.raises(TypeError):
        cloudsmith_sandbox.fail_next(status='403')  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        repr(cloudsmith_sandbox.adress)  # type: ignore[attr-defined]
