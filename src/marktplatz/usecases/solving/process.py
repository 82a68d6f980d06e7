"""The parent's side of a solve: start the process, follow it, cancel it, and know how it ended whatever happened to it."""

import contextlib
import math
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Final, TypeAlias

from marktplatz.exchange.writing import market_to_json
from marktplatz.market import Market
from marktplatz.usecases.solving import nursery
from marktplatz.usecases.solving.jobs import REQUEST, Job, Request
from marktplatz.usecases.solving.messages import read_message
from marktplatz.usecases.solving.outcomes import Cancelled, Failed, FailureKind, Outcome
from marktplatz.vocabulary import SolvePhase

Process: TypeAlias = "subprocess.Popen[bytes] | nursery.Child"

MAX_LINE_BYTES: Final = 256_000_000
_COMMAND: Final = (sys.executable, "-P", "-X", "faulthandler", "-m", "marktplatz.usecases.solving.child")
_MOST_WORDS: Final = 16_000
_NO_MEMORY: Final = ("MemoryError", "bad_alloc", "memory allocation of", "Cannot allocate memory")
"""What Python, C++, Rust and the system say when memory runs out and the process ends without having told."""


@dataclass(frozen=True, slots=True)
class SolveLimits:
    """What a solve may use: seconds by the clock on the wall, start included, and address space (not on Windows)."""

    wall_s: float = 300.0
    memory_bytes: int = 2 * 1024**3


def pack_market(market: Market) -> bytes:
    """The bytes of a market for a solving process: without contacts, which nothing needs there."""
    organisations = tuple(organisation.model_copy(update={"contact": None}) for organisation in market.organisations)
    return market_to_json(market.model_copy(update={"organisations": organisations}))


def start_solve(market: bytes, job: Job, limits: SolveLimits | None = None) -> "SolveProcess":
    """Start a process that does the job with a market (JSON, see `pack_market`); returns at once.

    Whatever goes wrong, even at the start, is an outcome of the process and raises nothing here. How many run at once is the
    caller's business.
    """
    return SolveProcess(market, job, limits or SolveLimits())


class SolveProcess:
    """One solve; all methods may be called from any thread. It ends by itself, with an outcome, within its limits."""

    def __init__(self, market: bytes, job: Job, limits: SolveLimits) -> None:
        self._limits = limits
        self._phase = SolvePhase.STARTING
        self._outcome: Outcome | None = None
        self._is_cancelled = self._is_too_slow = False
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._last_words = bytearray()
        self._child: Process | None = None
        cpu_s = math.ceil(limits.wall_s) * (os.cpu_count() or 1) + 1
        request = Request(job=job, market_bytes=len(market), memory_bytes=limits.memory_bytes, cpu_s=cpu_s)
        try:
            self._child = start_child(b"child", _COMMAND)
            content = REQUEST.dump_json(request) + b"\n" + market
            threading.Thread(target=self._follow, args=(self._child, content), daemon=True, name="solve").start()
        except (OSError, RuntimeError) as error:  # no process or no thread is left on this machine
            self._kill()
            self._end(Failed(FailureKind.INTERNAL, f"cannot start: {error}"))

    @property
    def progress(self) -> SolvePhase:
        """The phase that the solve is in, or was in when it ended."""
        return self._phase

    @property
    def outcome(self) -> Outcome | None:
        """How it ended; None as long as it goes on."""
        return self._outcome

    @property
    def pid(self) -> int | None:
        """The process, for logs; None if it could not be started."""
        return None if self._child is None else self._child.pid

    def wait(self, timeout_s: float | None = None) -> Outcome | None:
        """Wait until it has ended; None if that took longer than the timeout."""
        self._ended.wait(timeout_s)
        return self._outcome

    def cancel(self) -> bool:
        """End it at once; False if it had ended before. The outcome, `Cancelled`, follows: `wait` for it."""
        with self._lock:
            if self._outcome is not None:
                return False
            self._is_cancelled = True
        self._kill()
        return True

    def _kill(self) -> None:
        if self._child is not None:
            with contextlib.suppress(OSError):
                self._child.kill()

    def _stop_too_slow(self) -> None:
        self._is_too_slow = True
        self._kill()

    def _end(self, outcome: Outcome) -> None:
        with self._lock:
            self._outcome = Cancelled() if self._is_cancelled else outcome
        self._ended.set()

    def _follow(self, child: "Process", content: bytes) -> None:
        """From the request to the end of the process; runs in a thread of its own."""
        clock = threading.Timer(self._limits.wall_s, self._stop_too_slow)
        clock.daemon = True
        try:
            clock.start()
            outcome = self._talk(child, content)
        except Exception as error:  # noqa: BLE001  # nobody is above a thread; the outcome tells
            outcome = Failed(FailureKind.INTERNAL, f"{type(error).__name__}: {error}")
        finally:
            clock.cancel()
            self._kill()
            child.wait()
            _close(child)
        self._end(outcome)

    def _talk(self, child: "Process", content: bytes) -> Outcome:
        if child.stdin is None or child.stdout is None or child.stderr is None:
            raise RuntimeError("all three pipes were asked for")
        listener = threading.Thread(target=self._listen, args=(child.stderr,), daemon=True)
        listener.start()
        with contextlib.suppress(OSError):  # it died early; the exit code tells
            child.stdin.write(content)
            child.stdin.flush()
        while line := read_line(child.stdout):
            message = read_message(line)
            if not isinstance(message, SolvePhase):
                return message
            self._phase = message
        code = child.wait()
        listener.join(1)
        return self._explain_death(code)

    def _listen(self, stream: IO[bytes]) -> None:
        """Keep the beginning and the end of what it says beside the messages; libraries may say much."""
        with stream:
            for piece in iter(lambda: os.read(stream.fileno(), _MOST_WORDS), b""):
                self._last_words += piece
                if len(self._last_words) > _MOST_WORDS:
                    self._last_words[_MOST_WORDS // 2 : -_MOST_WORDS // 4] = b"\n[...]\n"

    def _explain_death(self, code: int) -> Failed:
        """It ended without having said how."""
        words = self._last_words.decode("utf-8", "replace")
        detail = f"{f'signal {-code}' if code < 0 else f'exit code {code}'}\n{words}".strip()
        if self._is_too_slow or -code == getattr(signal, "SIGXCPU", None):
            return Failed(FailureKind.TOO_SLOW, f"more than {self._limits.wall_s:g} s")
        if any(mark in words for mark in _NO_MEMORY):
            return Failed(FailureKind.OUT_OF_MEMORY, detail)
        return Failed(FailureKind.CRASHED, detail)


def start_child(what: bytes, command: Sequence[str]) -> "Process":
    """From the nursery, in whose words it is `what`, where there can be one; else, or where it cannot be reached, started anew."""
    if nursery.IS_POSSIBLE:
        with contextlib.suppress(OSError):
            return nursery.bear_child(_own_environment(), what)
    return _spawn(command)


def _own_environment() -> dict[str, str]:
    """The settings of a service hold secrets; what solves needs none of them."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MARKTPLATZ_")}


def _spawn(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603  # our own module, no argument comes from outside
        list(command),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_own_environment(),
        creationflags=getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),
    )


def read_line(stream: IO[bytes]) -> bytes:
    """A whole line; nothing where the process ended in the middle of one."""
    line = stream.readline(MAX_LINE_BYTES)
    return line if line.endswith(b"\n") else b""


def _close(child: "Process") -> None:
    for stream in (child.stdin, child.stdout):
        with contextlib.suppress(OSError):
            if stream is not None:
                stream.close()
