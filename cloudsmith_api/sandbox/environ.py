"""What the app and the server tell each other in the WSGI environ beyond PEP 3333.

Under another server nothing is lost but this: headers are recorded without their case and order, and neither
a cut nor a drip happens.
"""

# From the server: the request's headers as they arrived, a list of (name, value).
HEADERS = 'cloudsmith_api.sandbox.headers'

# To the server, where there: close the connection after so many bytes of the answer (int, 0 for none at all).
TRUNCATE = 'cloudsmith_api.sandbox.truncate'

# To the server, where there: send the answer a byte at a time, waiting so many seconds after each.
TRICKLE = 'cloudsmith_api.sandbox.trickle'
