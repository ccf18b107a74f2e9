from ssl import SSLContext

from .configuration import Configuration

def tls_context(configuration: Configuration) -> SSLContext: ...
