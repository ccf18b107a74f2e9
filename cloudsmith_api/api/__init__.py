"""The methods of the API, one class for each group of endpoints."""

from .user_api import UserApi

__all__ = ('UserApi',)
