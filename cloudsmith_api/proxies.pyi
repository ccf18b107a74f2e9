from typing import Any

from urllib3 import PoolManager

from .configuration import Configuration

def connection_manager(configuration: Configuration, tls: bool, **settings: Any) -> PoolManager: ...
def headers_for_a_proxy(headers: dict[str, str]) -> dict[str, str]: ...
