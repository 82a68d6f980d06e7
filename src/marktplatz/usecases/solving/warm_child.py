"""The process that stays: keeps the scored markets of the day, and answers one request after the other on its pipes.

Started as `python -m marktplatz.usecases.solving.warm_child`. It ends when its input does. All but the
markets' scores comes with every request, so that a process that was started anew answers the same.
"""

import sys
import traceback
from collections import OrderedDict
from typing import Final

from marktplatz.errors import MarktplatzError
from marktplatz.exchange.process_limits import limit_process
from marktplatz.matching.gather import Gathered, gather
from marktplatz.usecases.replanning import replan_day
from marktplatz.usecases.solving.child import keep_output_for_messages, read_market, step_back, write_all
from marktplatz.usecases.solving.warm_jobs import MOST_MARKETS, WARM_ANSWER, WARM_REQUEST, Replan, WarmAnswer, WarmRequest

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
        gathered = _find(known, request.market, raw)
        return WarmAnswer(replanned=replan_day(gathered, request.job) if isinstance(request.job, Replan) else None)
    except MarktplatzError as error:
        return WarmAnswer(failed=f"{type(error).__name__}: {error.findings}")
    except Exception:  # noqa: BLE001  # a fault of ours: told to the parent, which has a log
        return WarmAnswer(failed=traceback.format_exc()[-_LONGEST_DETAIL:])


def _find(known: OrderedDict[str, Gathered], market: str, raw: bytes) -> Gathered:
    """Scored when it comes, then kept, as long as not too many others were asked for since."""
    if raw:
        known.pop(market, None)
        while len(known) >= MOST_MARKETS:
            known.popitem(last=False)
        known[market] = gather(read_market(raw))
    known.move_to_end(market)
    return known[market]


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
