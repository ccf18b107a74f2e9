"""Make the five calls of the Cloudsmith User API.

Without credentials, this starts a sandbox on this machine and makes all five calls to it. With an API key in
CLOUDSMITH_API_KEY, it calls the real service, or the one at CLOUDSMITH_API_HOST, and makes only the two read-only
calls.
"""

from __future__ import print_function

import os
import sys

from cloudsmith_api import (
    ApiClient,
    ApiException,
    BadRequestException,
    Configuration,
    TwoFactorRequiredException,
    UserApi,
)
from cloudsmith_api.sandbox import Sandbox


def main():
    try:
        if os.environ.get('CLOUDSMITH_API_KEY', '').strip():
            make_read_only_calls()
        else:
            with Sandbox() as sandbox:
                print('CLOUDSMITH_API_KEY is not set: calling a sandbox at', sandbox.url)
                make_all_calls(sandbox.url, sandbox.add_user(name='Ada Lovelace', two_factor=True))
    except ApiException as error:
        sys.exit('The call failed: %s' % error)


def make_read_only_calls():
    with ApiClient(Configuration.from_environment()) as client:
        api = UserApi(client)
        show_user(api.user_self())
        show_keys(api.user_tokens_list())


def make_all_calls(url, user):
    configuration = Configuration()
    configuration.host = url
    with ApiClient(configuration) as client:
        api = UserApi(client)

        configuration.api_key['X-Api-Key'] = sign_in(api, user.email, user.password, user.totp_token)
        show_user(api.user_self())

        try:
            api.user_tokens_create()
        except BadRequestException as error:
            print('Another API key?   No: %s' % error.detail)

        key = api.user_tokens_list().results[0]
        refreshed = api.user_tokens_refresh(key.slug_perm)
        configuration.api_key['X-Api-Key'] = refreshed.key
        print('Refreshed API key ', refreshed.slug_perm, masked(refreshed.key))

        show_keys(api.user_tokens_list())


def sign_in(api, email, password, one_time_code):
    try:
        response = api.user_token_create({'email': email, 'password': password})
    except TwoFactorRequiredException as error:
        print('Password accepted, one-time code needed')
        response = api.user_token_create({'two_factor_token': error.two_factor_token, 'totp_token': one_time_code})
    print('Signed in, API key', masked(response.token))
    return response.token


def show_user(user):
    print('You are           ', printable(user.name), '(%s)' % user.slug)


def show_keys(page):
    print('API keys          ', len(page.results))
    for key in page.results:
        print('                  ', key.slug_perm, masked(key.key), 'created', key.created)


def printable(text):
    # Redirected output may have an encoding that lacks characters of the name.
    encoding = sys.stdout.encoding or 'ascii'
    return text.encode(encoding, 'backslashreplace').decode(encoding)


def masked(secret):
    return '*' * 8 + (secret or '')[-4:]


if __name__ == '__main__':
    main()
