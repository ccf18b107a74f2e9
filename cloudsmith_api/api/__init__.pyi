from .user_api import UserApi

__all__ = ('UserApi',)
