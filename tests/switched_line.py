"""A line between browsers and a server that can be cut and laid anew, to the same server or to another one; its address stays."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class SwitchedLine:
    def __init__(self, server: str) -> None:
        self._port: int | None = None
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.port: int = self._listening.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.lay(server)

    def lay(self, server: str) -> None:
        self._port = int(server.rsplit(":", 1)[1])

    def cut(self) -> None:
        """Now, in the middle of whatever is under way; whoever comes then is turned away."""
        with self._lock:
            self._port = None
            for each in self._open:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def serve(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def close(self) -> None:
        self.cut()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _carry(self, client: socket.socket) -> None:
        port = self._port
        with client, suppress(OSError):
            if port is None:
                return
            with socket.create_connection(("127.0.0.1", port)) as server:
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
    threading.Thread(target=line.serve, daemon=True).start()
    try:
        yield line
    finally:
        line.close()
