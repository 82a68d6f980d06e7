"""Score tables of markets that are looked at again and again, made anew only where their points could have changed."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock
from typing import Final

import numpy as np
from sqlalchemy.orm import Session

from marktplatz.db.shared import share
from marktplatz.market import Entry, Market, Organisation, PairRule, Policy, is_same_but
from marktplatz.matching.gather import Gathered, gather
from marktplatz.matching.kept import keep_model
from marktplatz.matching.problem import IntArray
from marktplatz.usecases.contents import find_market_head
from marktplatz.usecases.hall_now import find_free_places
from marktplatz.usecases.known import Known
from marktplatz.usecases.records import Extent
from marktplatz.vocabulary import OrganisationKind, PairStatus

_MOST_TABLES: Final = 4


@dataclass(frozen=True, slots=True)
class _Scored:
    market: Market
    gathered: Gathered


@dataclass(frozen=True, slots=True)
class PossibleNow:
    """Rows of a market's table whose offer and need both have room, and the organisations of each by their place in the table."""

    rows: IntArray
    giving: IntArray
    taking: IntArray


class KnownScores:
    """One per process. A pin changes no points, so a market that differs only in its plain pins keeps its table."""

    def __init__(self) -> None:
        self._known = Known(self.gather, extent=Extent.READY, find_state=find_market_head)
        self._tables: OrderedDict[str, _Scored] = OrderedDict()
        self._lock = Lock()

    def of(self, session: Session, market_id: str) -> Gathered:
        """A market's table as it is now, of what is to be matched."""
        return share(session, market_id, self._known.of)

    def possible_now(self, session: Session, market_id: str) -> PossibleNow:
        """The same for all who ask while nothing happens."""
        return share(session, market_id, self._find_possible)

    def _find_possible(self, session: Session, market_id: str) -> PossibleNow:
        problem, places = self.of(session, market_id).problem, find_free_places(session, market_id)
        free_offers = np.array([places.get(offer, 0) > 0 for offer in problem.offers], dtype=np.bool_)
        free_needs = np.array([places.get(need, 0) > 0 for need in problem.needs], dtype=np.bool_)
        rows = np.flatnonzero(problem.eligible & free_offers[problem.pair_offer] & free_needs[problem.pair_need])
        return PossibleNow(rows, problem.giving[rows], problem.taking[rows])

    def keep(self, session: Session, market_id: str, gathered: Gathered) -> None:
        """The table that belongs to what this session has just written."""
        self._known.keep(session, market_id, gathered.scene.market, gathered)

    def gather(self, market: Market) -> Gathered:
        """As `matching.gather.gather`, quicker where a market like this one was asked for before."""
        name = market.market.name
        with self._lock:
            like = self._tables.get(name)
        if like is not None and like.market == market:
            return like.gathered
        earlier = None if like is None else like.gathered
        is_repinned = like is not None and _differ_in_pins(like.market, market)
        found = repin(earlier, market) if earlier is not None and is_repinned else gather(market, like=earlier)
        found = replace(found, kept=keep_model(found.problem, None if earlier is None else earlier.kept))
        with self._lock:
            self._tables[name] = _Scored(market, found)
            self._tables.move_to_end(name)
            while len(self._tables) > _MOST_TABLES:
                self._tables.popitem(last=False)
        return found


def prepare_scoring() -> None:
    """Loads what the scores of all markets rest on, for which otherwise the first that is scored waits."""
    organisations = (
        Organisation(id="a", name="A", kind=OrganisationKind.COMPANY, postcode="50667"),
        Organisation(id="b", name="B", kind=OrganisationKind.NONPROFIT, postcode="50674"),
    )
    offer = Entry(id="a1", organisation="a", title="Wände streichen", text="Ein Nachmittag mit drei Leuten")
    need = Entry(id="b1", organisation="b", title="Wer streicht unseren Gruppenraum?")
    gather(Market(market=Policy(), organisations=organisations, offers=(offer,), needs=(need,)))


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
    return _binding(one.pairs) == _binding(other.pairs) and is_same_but(one, other, "pairs")


def _binding(rules: tuple[PairRule, ...]) -> list[PairRule]:
    """Rules that points depend on."""
    return [rule for rule in rules if rule.status is PairStatus.FORBIDDEN or rule.exception_reason is not None]
