"""The process that solves: one request on its standard input, JSON lines on its standard output, then it is gone.

Started as `python -m marktplatz.usecases.solving.child`. It ends when its input does: then nobody waits for the answer any more.
"""

import contextlib
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Final

import marktplatz.matching.full_model  # noqa: F401  # else it is loaded in the middle of solving, with little memory left
from marktplatz.errors import InvalidInput, MarktplatzError, Severity
from marktplatz.exchange.places import Origins
from marktplatz.exchange.process_limits import limit_process
from marktplatz.exchange.validation import validate
from marktplatz.market import Market
from marktplatz.matching import flow
from marktplatz.matching.gather import Gathered, gather
from marktplatz.matching.rounds.repair import Earlier
from marktplatz.matching.rounds.values import Conversation
from marktplatz.plan import Plan, TimetablePlan
from marktplatz.usecases.propose import keep_quiet, name_solver, propose_pairings
from marktplatz.usecases.schedule import schedule_conversations
from marktplatz.usecases.solving.jobs import REQUEST, Job, Propose, Request, Schedule
from marktplatz.usecases.solving.messages import OUT_OF_MEMORY, write_outcome, write_phase
from marktplatz.usecases.solving.outcomes import Failed, FailureKind, Invalid, Outcome, Scheduled, end_with
from marktplatz.vocabulary import SolvePhase

ORPHANED: Final = 3
NICENESS: Final = 10
_LONGEST_DETAIL: Final = 4_000


def main() -> int:
    """Read the request, solve, tell; whatever happens, the last line says how it ended."""
    output = keep_output_for_messages()
    step_back()
    request = REQUEST.validate_json(sys.stdin.buffer.readline())
    raw = sys.stdin.buffer.read(request.market_bytes)
    flow.load()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    limit_process(request.memory_bytes, request.cpu_s)
    write_all(output, _answer(raw, request, lambda phase: write_all(output, write_phase(phase))))
    return 0


def keep_output_for_messages() -> int:
    """Whatever a library prints goes nowhere; the messages have the pipe for themselves."""
    output = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return output


def step_back(niceness: int = NICENESS) -> None:
    """Others on the machine come first; and a Ctrl-C in the terminal is for the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(AttributeError, OSError):  # Windows knows no niceness; there the parent asks for it
        os.nice(niceness)
    with contextlib.suppress(OSError):  # if the machine runs out of memory, rather this than the service
        Path("/proc/self/oom_score_adj").write_text("500", "ascii")


def _end_with_parent() -> None:
    """The parent holds the other end of our input, and nothing more comes: it ends when the parent is gone, however it went."""
    with contextlib.suppress(OSError):
        os.read(0, 1)
    os._exit(ORPHANED)


def write_all(output: int, line: bytes) -> None:
    while line:
        line = line[os.write(output, line) :]


def _answer(raw: bytes, request: Request, report: Callable[[SolvePhase], None]) -> bytes:
    try:
        started = perf_counter()
        report(SolvePhase.READING)
        return write_outcome(_solve(read_market(raw), request.job, started, report))
    except MemoryError:
        return OUT_OF_MEMORY
    except ImportError as error:
        if "map segment" in str(error):  # what the loader says when there is no room for a library
            return OUT_OF_MEMORY
        return write_outcome(Failed(FailureKind.INTERNAL, traceback.format_exc()[-_LONGEST_DETAIL:]))
    except MarktplatzError as error:
        return write_outcome(Invalid(type(error), error.findings))
    except Exception:  # noqa: BLE001  # a fault of ours: told to the parent, which has a log
        return write_outcome(Failed(FailureKind.INTERNAL, traceback.format_exc()[-_LONGEST_DETAIL:]))


def read_market(raw: bytes) -> Market:
    market, findings = validate(raw, Origins("", is_json=True))
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if market is None or errors:
        raise InvalidInput(*errors)
    return market


def _solve(market: Market, job: Job, started: float, report: Callable[[SolvePhase], None]) -> Outcome:
    report(SolvePhase.SCORING)
    gathered = gather(market)
    if not isinstance(job, Propose):
        return Scheduled(_schedule(gathered, job, report))
    return end_with(propose(gathered, job, started, report))


def propose(gathered: Gathered, job: Propose, started: float, report: Callable[[SolvePhase], None] = keep_quiet) -> Plan:
    """`started`: when the work on it began, by `perf_counter`."""
    plan = propose_pairings(
        gathered,
        solver=name_solver(),
        previous=job.previous,
        stay_bonus=job.stay_bonus,
        time_limit_s=job.time_limit_s,
        language=job.language,
        report=report,
    )
    solver = name_solver(round((perf_counter() - started) * 1000))
    return plan.model_copy(update={"solver": solver, "input_sha256": job.input_sha256 or plan.input_sha256})


def _schedule(gathered: Gathered, job: Schedule, report: Callable[[SolvePhase], None]) -> TimetablePlan:
    earlier = None
    if job.previous is not None:
        talks = [Conversation(each.round, each.table, each.organisations, each.points) for each in job.previous]
        earlier = Earlier(talks, job.kept, job.left_out)
    return schedule_conversations(
        gathered, job.pairings, rounds=job.rounds, tables=job.tables, zones=job.zones, earlier=earlier, report=report
    )


if __name__ == "__main__":
    sys.exit(main())
