"""A line between browsers and a server that can be cut and laid anew, to the same server or to another one; its address stays."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from relay import Relay


class SwitchedLine(Relay):
    def __init__(self, server: str) -> None:
        super().__init__()
        self.server: str | None = None
        self._open: set[socket.socket] = set()
        self.lay(server)

    def lay(self, server: str) -> None:
        self.server = server

    def cut(self) -> None:
        """Now, in the middle of whatever is under way; whoever comes then is turned away."""
        with self._lock:
            self.server = None
            for each in self._open:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _close(self) -> None:
        self.cut()
        super()._close()

    def _carry(self, client: socket.socket) -> None:
        server_address = self.server
        with client, suppress(OSError):
            if server_address is None:
                return
            with socket.create_connection(("127.0.0.1", urlsplit(server_address).port or 80)) as server:
                with self._lock:
                    self._open |= {client, server}
                back = threading.Thread(target=_pump, args=(server, client), daemon=True)
                back.start()
                _pump(client, server)
                back.join()
                with self._lock:
                    self._open -= {client, server}


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(65536):
            target.sendall(chunk)
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


@contextmanager
def switched_line(server: str) -> Iterator[SwitchedLine]:
    line = SwitchedLine(server)
    with line.at_work():
        yield line
