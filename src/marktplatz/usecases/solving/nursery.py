"""Where processes that solve are born: one process that has loaded all it takes, and splits off a child for every solve.

Loading takes a second of processor time, splitting off some milliseconds. Started with the first solve, ends with its starter.
Only where the system can split processes off and hand over pipes (not on Windows): elsewhere every child is started anew.
"""

import atexit
import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import IO, Final

IS_POSSIBLE: Final = hasattr(os, "fork") and hasattr(socket, "send_fds") and sys.platform.startswith("linux")
"""macOS can split processes off as well, but what its libraries have begun does not always survive that."""
COMMAND: Final = (sys.executable, "-P", "-X", "faulthandler", "-m", "marktplatz.usecases.solving.nursery_child")
LOST: Final = -int(getattr(signal, "SIGKILL", 9))
"""The exit code of a child of which nobody can tell how it ended."""


class Child:
    """A process born there, with its three pipes; has of `subprocess.Popen` what a solve needs."""

    def __init__(self, pid: int, status: IO[bytes], pipes: tuple[IO[bytes], IO[bytes], IO[bytes]]) -> None:
        self.pid = pid
        self.stdin, self.stdout, self.stderr = pipes
        self._status = status
        self._code: int | None = None
        self._lock = threading.Lock()

    def kill(self) -> None:
        """At once. The nursery tells the end of a child only after it has buried it: until then its number is no other's."""
        if self._code is None:
            with contextlib.suppress(OSError):
                os.kill(self.pid, signal.SIGKILL)

    def poll(self) -> int | None:
        """Its exit code if it has ended."""
        if self._code is None and not select.select([self._status], [], [], 0)[0]:
            return None
        return self.wait()

    def wait(self) -> int:
        """Its exit code, or the signal that ended it as a negative number."""
        with self._lock:
            if self._code is None:
                told = self._status.readline()
                self._status.close()
                self._code = int(told) if told.endswith(b"\n") else LOST
            return self._code


class Nursery:
    """The process, and the way to it; any thread may ask for a child."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  # our own module, no argument comes from outside
                [*COMMAND, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                env={**environment, "OPENBLAS_NUM_THREADS": "1"},  # a process with threads is not safely split
                pass_fds=(theirs.fileno(),),
            )
        self._socket = ours
        self._lock = threading.Lock()

    def bear(self, what: bytes) -> Child:
        """`what` it is to be, in the nursery's words; OSError if the nursery is no more."""
        ends = [os.pipe() for _ in range(4)]
        (their_in, our_in), (our_out, their_out), (our_err, their_err), (our_status, their_status) = ends
        theirs, ours = (their_in, their_out, their_err, their_status), (our_in, our_out, our_err, our_status)
        try:
            with self._lock:
                socket.send_fds(self._socket, [what], theirs)
        except OSError:
            for end in ours:
                os.close(end)
            raise
        finally:
            for end in theirs:
                os.close(end)
        status = os.fdopen(our_status, "rb")
        pipes = os.fdopen(our_in, "wb"), os.fdopen(our_out, "rb"), os.fdopen(our_err, "rb")
        pid = status.readline()
        if not pid.endswith(b"\n"):
            for pipe in (status, *pipes):
                pipe.close()
            raise ChildProcessError("the nursery is gone")
        return Child(int(pid), status, pipes)

    def close(self) -> None:
        self._socket.close()
        with contextlib.suppress(OSError):
            self._process.kill()
        self._process.wait()


_lock = threading.Lock()
_nursery: Nursery | None = None


def bear_child(environment: Mapping[str, str], what: bytes = b"child") -> Child:
    """From the one nursery of this process; a new one is made where it was lost."""
    global _nursery  # noqa: PLW0603  # one a process, made when it is first needed
    with _lock:
        if _nursery is not None:
            try:
                return _nursery.bear(what)
            except OSError:
                _nursery.close()
                atexit.unregister(_nursery.close)
        _nursery = Nursery(environment)
        atexit.register(_nursery.close)
        return _nursery.bear(what)
