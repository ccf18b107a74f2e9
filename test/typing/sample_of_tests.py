# pyright: strict, reportUnnecessaryTypeIgnoreComment=true
"""Typed tests as a user of the pytest fixture writes them: type-checked like ``sample.py``, and run by pytest."""

import os

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


def test_ci_job_has_the_variables_of_its_service_account(cloudsmith_sandbox: CloudsmithSandbox) -> None:
    sandbox = cloudsmith_sandbox.sandbox
    assert cloudsmith_sandbox.use_ci_environment('github').slug == 'ci'
    variables: dict[str, str] = sandbox.ci_environment('generic', org='acme', service_slug='ci')
    assert os.environ['CLOUDSMITH_WORKSPACE'] == variables['CLOUDSMITH_WORKSPACE']
    token: str = sandbox.issue_token(sandbox.add_service('acme', 'other', token_lifetime=0.5), expires_in=60)
    sandbox.revoke_token(token)
    sandbox.password_sign_in = False
    cloudsmith_sandbox.fail_next(status=503, path='/openid/')
    assert cloudsmith_sandbox.add_user(api_key=True, expires_in=86400).expires_in == 86400
    assert sandbox.identity_token(audience='other', expires_in=-1).count('.') == 2


def test_mistakes_raise_and_fail_type_checking(cloudsmith_sandbox: CloudsmithSandbox) -> None:
    with pytest.raises(TypeError):
        cloudsmith_sandbox.fail_next(status='403')  # type: ignore[arg-type]
    with pytest.raises(ValueError):
        cloudsmith_sandbox.use_ci_environment('jenkins')  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        repr(cloudsmith_sandbox.adress)  # type: ignore[attr-defined]
