"""A network that cuts: stands between clients and a server, and breaks connections before, during and after the server's work."""

import random
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from relay import Relay

CUT_SHARE: Final = 0.3


class Cut(StrEnum):
    """BEFORE: the request never arrives. AFTER: it is done, the answer is lost. HALF: half of the answer arrives."""

    BEFORE = "before"
    AFTER = "after"
    HALF = "half"


class BadNetwork(Relay):
    """One request a connection; each is cut with the same chance, whichever way."""

    def __init__(self, server: str, seed: int = 1) -> None:
        super().__init__()
        self._server = urlsplit(server)
        self._random = random.Random(seed)  # noqa: S311 when to cut, nothing secret
        self.cuts: Counter[Cut] = Counter()

    def _carry(self, client: socket.socket) -> None:
        cut = self._draw()
        with client, suppress(OSError):
            client.settimeout(60)
            request = read_request(client)
            if not request or cut is Cut.BEFORE:
                return
            with socket.create_connection((self._server.hostname or "", self._server.port or 80), timeout=60) as upstream:
                upstream.sendall(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
                answer = b"".join(iter(lambda: upstream.recv(65536), b""))
            if cut is not Cut.AFTER:
                client.sendall(answer[: len(answer) // 2] if cut is Cut.HALF else answer)

    def _draw(self) -> Cut | None:
        with self._lock:
            if self._random.random() >= CUT_SHARE:
                return None
            cut = self._random.choice(list(Cut))
            self.cuts[cut] += 1
            return cut


def read_request(client: socket.socket) -> bytes:
    """A whole one, by its Content-Length; nothing where the client went away."""
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = client.recv(65536)
        if not chunk:
            return b""
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    lines = [line.lower() for line in head.split(b"\r\n")]
    length = next((int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:")), 0)
    while len(body) < length:
        chunk = client.recv(65536)
        if not chunk:
            return b""
        body += chunk
    kept = b"\r\n".join(line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:"))
    return kept + b"\r\n\r\n" + body


@contextmanager
def cutting(server: str, seed: int = 1) -> Iterator[BadNetwork]:
    network = BadNetwork(server, seed)
    with network.at_work():
        yield network
