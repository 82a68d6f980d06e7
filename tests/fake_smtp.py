"""A mail server for tests: takes what is sent, or refuses it, and shows it afterwards."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from queue import Queue

from marktplatz.usecases.delivery import SmtpServer


class FakeSmtp(socketserver.ThreadingTCPServer):
    """`refusal` is what it says to every message, such as b"550 no"."""

    daemon_threads = True
    allow_reuse_address = True
    refusal: bytes | None = None

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.mails: Queue[EmailMessage] = Queue()

    @property
    def settings(self) -> SmtpServer:
        return SmtpServer("127.0.0.1", self.server_address[1], "markt@example.org", security="none")


class _Talk(socketserver.StreamRequestHandler):
    server: FakeSmtp

    def handle(self) -> None:
        self._say(b"220 hello")
        while line := self.rfile.readline():
            word = line.strip().split(b" ")[0].upper()
            if word == b"DATA":
                self._say(b"354 go on")
                raw = b"".join(iter(self.rfile.readline, b".\r\n"))
                if self.server.refusal is None:
                    self.server.mails.put(message_from_bytes(raw, policy=policy.default))
                self._say(self.server.refusal or b"250 taken")
            elif word == b"QUIT":
                self._say(b"221 bye")
                return
            else:
                self._say(b"250 fine")

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")


@contextmanager
def running_smtp() -> Iterator[FakeSmtp]:
    with FakeSmtp() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
