from .user_api import UserApi as UserApi

__all__ = ('UserApi',)
