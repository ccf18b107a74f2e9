from socket import socket
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

def end(sock: socket) -> None: ...

class LimitedConnection:
    # A method here, where http.client has the class itself.
    response_class: Any

    def send(self, data: Any) -> None: ...

class LimitedHTTPConnection(LimitedConnection, HTTPConnection): ...
class LimitedHTTPSConnection(LimitedConnection, HTTPSConnection): ...

class ClosablePool:
    def close(self) -> None: ...

class LimitedHTTPPool(ClosablePool, HTTPConnectionPool): ...
class LimitedHTTPSPool(ClosablePool, HTTPSConnectionPool): ...

POOL_CLASSES: dict[str, type[LimitedHTTPPool | LimitedHTTPSPool]]
