"""The nursery's own process: has everything loaded, and for every request splits off a process that solves; tells how each ended.

Started as `python -m marktplatz.usecases.solving.nursery_child FD`. Has no threads, so that splitting off is safe.
"""

import contextlib
import os
import select
import signal
import socket
import sys
import traceback
from typing import Final

from marktplatz.market import Entry, Market, Organisation
from marktplatz.matching import flow
from marktplatz.matching.gather import gather
from marktplatz.usecases.solving import child, warm_child
from marktplatz.usecases.solving.child import ORPHANED
from marktplatz.vocabulary import OrganisationKind

_PIPES: Final = 4
_LONGEST: Final = 64
FAULT: Final = 1


def warm() -> None:
    """Score a market of two: words, places and all else that is loaded when it is first needed are then there for every child."""
    kinds = {"c": OrganisationKind.COMPANY, "n": OrganisationKind.NONPROFIT}
    organisations = tuple(Organisation(id=name, kind=kind, postcode="50668") for name, kind in kinds.items())
    offer = Entry(id="o", organisation="c", title="Drei Leute streichen im März einen Raum", postcode="50667")
    need = Entry(id="d", organisation="n", title="Unser Gruppenraum muss gestrichen werden")
    flow.load()
    gather(Market(organisations=organisations, offers=(offer,), needs=(need,)))


def run(asked: socket.socket) -> None:
    """Until nobody holds the other end any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C in the terminal is for the starter
    waiting, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    told: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([asked.fileno(), waiting], [], [])
        if waiting in ready:
            os.read(waiting, 512)
            bury(told)
        if asked.fileno() in ready:
            message, pipes, _, _ = socket.recv_fds(asked, _LONGEST, _PIPES)
            if not message:
                return
            bear(told, message.decode().split(), pipes, (asked.fileno(), waiting, woken))


def bear(told: dict[int, int], what: list[str], pipes: list[int], own: tuple[int, ...]) -> None:
    """Split off one process that is `what`; `told` knows where its end will be told."""
    *streams, status = pipes
    try:
        pid = os.fork()
    except OSError:
        pid = -1
    if pid == 0:
        live(what, streams, (status, *own, *told.values()))
    for stream in streams:
        os.close(stream)
    if pid < 0:
        os.close(status)
        return
    told[pid] = status
    with contextlib.suppress(OSError):
        os.write(status, f"{pid}\n".encode())


def live(what: list[str], streams: list[int], others: tuple[int, ...]) -> None:
    """The new process: does its work and is gone; whatever happens, it never comes back to the nursery's loop."""
    code = FAULT
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for stream, place in zip(streams, range(3), strict=True):
            os.dup2(stream, place)
        for each in {*streams, *others} - {0, 1, 2}:
            os.close(each)
        name, *limits = what
        code = child.main() if name == "child" else warm_child.main(*map(int, limits))
    except BaseException:  # noqa: BLE001  # the pipe tells the parent, as a process of its own would
        with contextlib.suppress(BaseException):
            os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(code)


def bury(told: dict[int, int]) -> None:
    """Tell the end of every child that has ended."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        teller = told.pop(pid)
        with contextlib.suppress(OSError):
            os.write(teller, f"{os.waitstatus_to_exitcode(status)}\n".encode())
        os.close(teller)


if __name__ == "__main__":
    warm()
    run(socket.socket(fileno=int(sys.argv[1])))
    sys.exit(ORPHANED)
