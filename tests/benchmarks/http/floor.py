"""A server that reads bytes and always sends the same bytes back.

    python -m tests.benchmarks.http.floor PORT

It parses and decides nothing. What it costs is the kernel's part and the loop's,
on this machine and at this moment, so figures of several runs can be told apart by it.
"""

import selectors
import socket
import sys

_BODY = b'{"decision":true}'
#: As many bytes as an answer of the panel has.
_ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    + b"X-Padding: "
    + b"-" * 500
    + b"\r\nContent-Length: %d\r\n\r\n%b" % (len(_BODY), _BODY)
)


def main(port: int) -> None:
    """Serve until ended."""
    poller = selectors.DefaultSelector()
    listener = socket.create_server(("127.0.0.1", port), backlog=64)
    poller.register(listener, selectors.EVENT_READ)
    while True:
        for ready, _ in poller.select():
            client = ready.fileobj
            assert isinstance(client, socket.socket)
            if client is listener:
                poller.register(listener.accept()[0], selectors.EVENT_READ)
            elif not _answer(client):
                poller.unregister(client)
                client.close()


def _answer(client: socket.socket) -> bool:
    """Whether the client is still there."""
    try:
        return bool(client.recv(65_536)) and bool(client.send(_ANSWER))
    except OSError:
        return False


if __name__ == "__main__":
    main(int(sys.argv[1]))
