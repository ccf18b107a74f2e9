"""Serve prepared responses on loopback at next to no cost, so that measurements are of the client."""

import json
import socket
import sys
import threading

_USER = {
    'authenticated': True,
    'email': 'ada@example.com',
    'name': 'Ada',
    'profile_url': 'https://cloudsmith.io/~ada/',
    'self_url': 'https://api.cloudsmith.io/v1/users/profile/ada/',
    'slug': 'ada',
    'slug_perm': 'abcdefghijkl',
}
_HEADERS = (
    'HTTP/1.1 200 OK\r\n'
    'Content-Type: application/json\r\n'
    'X-RateLimit-Limit: 1000\r\n'
    'X-RateLimit-Remaining: 999\r\n'
    'Content-Length: %d\r\n'
    '\r\n'
)


def main():
    """Print the port, and serve until standard input is closed, at the latest when the parent process exits."""
    listener = socket.socket()
    listener.bind(('127.0.0.1', 0))
    listener.listen(128)
    sys.stdout.write('%d\n' % listener.getsockname()[1])
    sys.stdout.flush()
    _start_thread(_accept, listener)
    sys.stdin.read()


def _accept(listener):
    prepared = {}
    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _start_thread(_serve, connection, prepared)


def _serve(connection, prepared):
    """Send the prepared response for the target of each request; requests have no body here."""
    received = b''
    with connection:
        while True:
            try:
                received += connection.recv(65536)
                if not received:
                    return
                while b'\r\n\r\n' in received:
                    head, _, received = received.partition(b'\r\n\r\n')
                    target = head.split(b' ', 2)[1]
                    if target not in prepared:
                        prepared[target] = _response(target.decode('ascii'))
                    connection.sendall(prepared[target])
            except ConnectionError:
                return


def _response(target):
    path, _, query = target.partition('?')
    value = _USER if path.endswith('/user/self/') else {'results': _keys(int(query.partition('=')[2]))}
    body = json.dumps(value).encode('ascii')
    return (_HEADERS % len(body)).encode('ascii') + body


def _keys(count):
    return [{'created': '2024-01-02T03:04:05.%06dZ' % number, 'key': '*' * 36 + '%04d' % number,
             'slug_perm': 'abcdefgh%04d' % number} for number in range(count)]


def _start_thread(function, *args):
    threading.Thread(target=function, args=args, daemon=True).start()


if __name__ == '__main__':
    main()
