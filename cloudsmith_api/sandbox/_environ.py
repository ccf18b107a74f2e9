"""Keys of the WSGI environ through which the app and the sandbox's own server extend PEP 3333.

Under any other server, request headers are recorded without their original order and case, and no response is
truncated or trickled.
"""

# Set by the server: the request headers as they arrived, a list of (name, value) pairs.
HEADERS = 'cloudsmith_api.sandbox.headers'

# Set by the app: send only this many bytes of the response (int), then close the connection.
TRUNCATE = 'cloudsmith_api.sandbox.truncate'

# Set by the app: send the response one byte at a time, waiting this many seconds after each (float).
TRICKLE = 'cloudsmith_api.sandbox.trickle'
