"""The process that stays: keeps the scored markets of the day, and answers one request after the other on its pipes.

Started as `python -m marktplatz.usecases.solving.warm_child`. It ends when its input does. All but the
markets' scores comes with every request, so that a process that was started anew answers the same.
"""

import sys
import traceback
from collections import OrderedDict
from dataclasses import replace
from time import perf_counter
from typing import Final

from marktplatz.errors import MarktplatzError
from marktplatz.exchange.process_limits import limit_process
from marktplatz.matching.gather import Gathered, gather
from marktplatz.matching.kept import keep_model
from marktplatz.usecases.replanning import replan_day
from marktplatz.usecases.solving.child import keep_output_for_messages, propose, read_market, step_back, write_all
from marktplatz.usecases.solving.jobs import Propose
from marktplatz.usecases.solving.warm_jobs import MOST_MARKETS, WARM_ANSWER, WARM_REQUEST, Load, Replan, WarmAnswer, WarmRequest

_LIFETIME_S: Final = 7 * 24 * 3_600
"""Of processor time: a limit that nothing reaches but a loop; each answer has its own, by the parent's clock."""
_LONGEST_DETAIL: Final = 4_000


def main(memory_bytes: int, niceness: int) -> int:
    output = keep_output_for_messages()
    step_back(niceness)
    limit_process(memory_bytes, _LIFETIME_S)
    known: OrderedDict[str, Gathered] = OrderedDict()
    while line := sys.stdin.buffer.readline():
        request = WARM_REQUEST.validate_json(line)
        raw = sys.stdin.buffer.read(request.market_bytes)
        write_all(output, WARM_ANSWER.dump_json(_answer(known, request, raw), by_alias=True, exclude_none=True) + b"\n")
    return 0


def _answer(known: OrderedDict[str, Gathered], request: WarmRequest, raw: bytes) -> WarmAnswer:
    try:
        started = perf_counter()
        gathered = _find(known, request.market, raw)
        match request.job:
            case Replan():
                return WarmAnswer(replanned=replan_day(gathered, request.job))
            case Propose():
                return WarmAnswer(plan=propose(gathered, request.job, started))
            case Load():
                return WarmAnswer()
    except MarktplatzError as error:
        return WarmAnswer(failed=f"{type(error).__name__}: {error.findings}")
    except Exception:  # noqa: BLE001  # a fault of ours: told to the parent, which has a log
        return WarmAnswer(failed=traceback.format_exc()[-_LONGEST_DETAIL:])


def _find(known: OrderedDict[str, Gathered], market: str, raw: bytes) -> Gathered:
    """Scored when it comes, with what is known of the last one, then kept, as long as not too many others were asked for since."""
    if raw:
        like = known[next(reversed(known))] if known else None
        known.pop(market, None)
        while len(known) >= MOST_MARKETS:
            known.popitem(last=False)
        found = gather(read_market(raw), like=like)
        known[market] = replace(found, kept=keep_model(found.problem, None if like is None else like.kept))
    known.move_to_end(market)
    return known[market]


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
