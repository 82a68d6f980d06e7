"""Score tables of markets that are looked at again and again, made anew only where their points could have changed."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock
from typing import Final

import numpy as np
from sqlalchemy.orm import Session

from marktplatz.market import Market, PairRule
from marktplatz.matching.gather import Gathered, gather
from marktplatz.matching.kept import KeptModel
from marktplatz.usecases.contents import find_market_head
from marktplatz.usecases.known import Known
from marktplatz.usecases.records import Extent
from marktplatz.vocabulary import PairStatus

_MOST_TABLES: Final = 4


@dataclass(frozen=True, slots=True)
class _Scored:
    market: Market
    gathered: Gathered


class KnownScores:
    """One per process. A pin changes no points, so a market that differs only in its plain pins keeps its table."""

    def __init__(self) -> None:
        self._known = Known(self.gather, extent=Extent.READY, find_state=find_market_head)
        self._tables: OrderedDict[str, _Scored] = OrderedDict()
        self._lock = Lock()

    def of(self, session: Session, market_id: str) -> Gathered:
        """A market's table as it is now, of what is to be matched."""
        return self._known.of(session, market_id)

    def gather(self, market: Market) -> Gathered:
        """As `matching.gather.gather`, quicker where a market like this one was asked for before."""
        name = market.market.name
        with self._lock:
            like = self._tables.get(name)
        if like is not None and like.market == market:
            return like.gathered
        found = repin(like.gathered, market) if like is not None and _differ_in_pins(like.market, market) else gather(market)
        kept = None if like is None else like.gathered.kept
        if kept is None or not kept.covers(found.problem):
            kept = KeptModel(found.problem)
        found = replace(found, kept=kept)
        with self._lock:
            self._tables[name] = _Scored(market, found)
            self._tables.move_to_end(name)
            while len(self._tables) > _MOST_TABLES:
                self._tables.popitem(last=False)
        return found


def repin(gathered: Gathered, market: Market) -> Gathered:
    """The table of a market that differs in plain pins only."""
    problem = gathered.problem
    pins = [(rule.offer, rule.need) for rule in market.pairs if rule.status is PairStatus.PINNED]
    pinned = np.zeros_like(problem.pinned)
    rows = problem.find_pairs(pins)
    pinned[rows] = True
    listed = {(pair.offer, pair.need) for pair in map(problem.pair, rows.tolist())}
    strays = tuple(sorted(set(pins) - listed))
    scene, problem = replace(gathered.scene, market=market), replace(problem, pinned=pinned, stray_pins=strays)
    return replace(gathered, scene=scene, problem=problem, kept=None)


def _differ_in_pins(one: Market, other: Market) -> bool:
    if _binding(one.pairs) != _binding(other.pairs):
        return False
    return one.model_copy(update={"pairs": ()}) == other.model_copy(update={"pairs": ()})


def _binding(rules: tuple[PairRule, ...]) -> list[PairRule]:
    """Rules that points depend on."""
    return [rule for rule in rules if rule.status is PairStatus.FORBIDDEN or rule.exception_reason is not None]
