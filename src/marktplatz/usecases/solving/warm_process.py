"""The parent's side of a warm process: started when it is first needed, ended when it does not answer, and started anew then."""

import contextlib
import logging
import queue
import sys
import threading
from typing import IO, Final

from marktplatz.usecases.solving.process import Process, read_line, start_child
from marktplatz.usecases.solving.warm_jobs import MOST_MARKETS, WARM_ANSWER, WARM_REQUEST, WarmAnswer, WarmJob, WarmRequest

logger = logging.getLogger("marktplatz.runs")

_COMMAND: Final = (sys.executable, "-P", "-X", "faulthandler", "-m", "marktplatz.usecases.solving.warm_child")


class NoAnswerError(RuntimeError):
    """The process died, was too slow or answered nonsense; the next question starts a new one."""


class WarmProcess:
    """One process at a time; questions of several threads wait for each other.

    What it answers depends on the question alone, never on what it was asked before: so losing it loses only time.
    """

    def __init__(self, memory_bytes: int, niceness: int) -> None:
        self._limits = (str(memory_bytes), str(niceness))
        self._turn = threading.Lock()
        self._child: Process | None = None
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._known: list[str] = []
        self._ended = threading.Event()

    @property
    def pid(self) -> int | None:
        child = self._child
        return None if child is None else child.pid

    def ask(self, market: str, packed: bytes, job: WarmJob, within_s: float) -> WarmAnswer:
        """NoAnswerError where it has none. `market` names what is in the bytes."""
        with self._turn:
            try:
                return self._ask(market, packed, job, within_s)
            except NoAnswerError:
                self._drop()
                raise
            except Exception as error:
                self._drop()
                raise NoAnswerError(f"{type(error).__name__}: {error}") from error

    def kill(self) -> None:
        """Whatever it is at is of no use any more; from any thread."""
        child = self._child
        if child is not None:
            with contextlib.suppress(OSError):
                child.kill()

    def end(self) -> None:
        """For good; waits until nothing is left of it."""
        self._ended.set()
        self.kill()
        with self._turn:
            self._drop()

    def _ask(self, market: str, packed: bytes, job: WarmJob, within_s: float) -> WarmAnswer:
        child = self._find_child()
        if child.stdin is None:
            raise RuntimeError("all three pipes were asked for")
        is_known = market in self._known
        request = WarmRequest(market=market, market_bytes=0 if is_known else len(packed), job=job)
        child.stdin.write(WARM_REQUEST.dump_json(request, by_alias=True) + b"\n" + (b"" if is_known else packed))
        child.stdin.flush()
        try:
            line = self._answers.get(timeout=within_s)
        except queue.Empty:
            raise NoAnswerError(f"more than {within_s:g} s") from None
        if not line:
            raise NoAnswerError(f"it ended with {child.wait()}")
        answer = WARM_ANSWER.validate_json(line, by_alias=True)
        if answer.failed is not None:
            raise NoAnswerError(answer.failed)
        self._known = [*(name for name in self._known if name != market), market][-MOST_MARKETS:]
        return answer

    def _find_child(self) -> Process:
        if self._ended.is_set():
            raise NoAnswerError("the service stops")
        if self._child is not None and self._child.poll() is None:
            return self._child
        self._drop()
        child = start_child(" ".join(("warm", *self._limits)).encode(), (*_COMMAND, *self._limits))
        self._answers = queue.SimpleQueue()
        threading.Thread(target=_listen, args=(child.stdout, self._answers), daemon=True, name="warm").start()
        threading.Thread(target=_overhear, args=(child.stderr,), daemon=True, name="warm").start()
        self._child = child
        if self._ended.is_set():  # it was ended while this one started
            child.kill()
        return child

    def _drop(self) -> None:
        self.kill()
        child, self._child, self._known = self._child, None, []
        if child is not None:
            child.wait()
            if child.stdin is not None:
                with contextlib.suppress(OSError):
                    child.stdin.close()


def _listen(stream: IO[bytes] | None, answers: "queue.SimpleQueue[bytes]") -> None:
    """Every whole line; an empty one at the end of all."""
    if stream is not None:
        with stream, contextlib.suppress(OSError, ValueError):
            while line := read_line(stream):
                answers.put(line)
    answers.put(b"")


def _overhear(stream: IO[bytes] | None) -> None:
    """What a library says beside the answers is for the log."""
    if stream is not None:
        with stream, contextlib.suppress(OSError, ValueError):
            for line in stream:
                logger.warning("the warm process says: %s", line.decode("utf-8", "replace").rstrip())
