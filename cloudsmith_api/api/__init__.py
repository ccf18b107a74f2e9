"""The API's methods, one class for each part of the API."""

from .user_api import UserApi

__all__ = ('UserApi',)
