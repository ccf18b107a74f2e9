from typing import Any

from urllib3 import PoolManager

from .configuration import Configuration

def connection_manager(configuration: Configuration, tls: bool, **settings: Any) -> PoolManager: ...
