"""The workbench of a plan: its organisations, and of one its pairs, its next best candidates, its wishes and what is left of it."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import PairingRecord, Run
from marktplatz.errors import Finding, NotFound
from marktplatz.market import Market, Organisation, PairRule
from marktplatz.matching.explain import explain_pair
from marktplatz.matching.gather import Gathered
from marktplatz.matching.problem import Pair, Problem
from marktplatz.usecases.compare import Named
from marktplatz.usecases.run_plans import Key, load_pairings
from marktplatz.usecases.why_not import TIME_LIMIT_S, NamedPair, find_rows, name_pair, tell_reasons
from marktplatz.vocabulary import Criterion, EntrySide, OrganisationKind, PairStatus, WishLevel

MOST_CANDIDATES: Final = 6

Place = tuple[str, str | tuple[str, str]]
"""What a pair uses up: an entry, an organisation, or two organisations together."""


@dataclass(frozen=True, slots=True)
class Member:
    """A line of the list on the left."""

    id: str
    name: str
    kind: OrganisationKind
    pairs: int


@dataclass(frozen=True, slots=True)
class OwnPair:
    """A pair of the plan as its organisation sees it; `rule` is what the organiser fixed about it."""

    pair: NamedPair
    partner: Named
    reasons: tuple[str, ...]
    is_by_hand: bool
    is_known: bool
    """Are both entries still in the market?"""
    rule: PairRule | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pair that could be; `instead` are the organisation's own pairs of which one would have to go, empty if there is room."""

    pair: NamedPair
    partner: Named
    reasons: tuple[str, ...]
    instead: tuple[NamedPair, ...]
    partner_is_full: bool

    @property
    def has_room(self) -> bool:
        return not self.instead and not self.partner_is_full


@dataclass(frozen=True, slots=True)
class OwnEntry:
    side: EntrySide
    id: str
    label: str
    places: int
    used: int

    @property
    def left(self) -> int:
        return max(0, self.places - self.used)


@dataclass(frozen=True, slots=True)
class Wished:
    """A wish by the organisation, or about it."""

    is_own: bool
    level: WishLevel
    other: Named
    about: str | None


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything about one organisation; `maximum` None: no limit."""

    organisation: Named
    kind: OrganisationKind
    maximum: int | None
    pairs: tuple[OwnPair, ...]
    candidates: tuple[Candidate, ...]
    more_candidates: int
    entries: tuple[OwnEntry, ...]
    wishes: tuple[Wished, ...]
    forbidden: tuple[NamedPair, ...]


def list_members(session: Session, run: Run, market: Market) -> list[Member]:
    """Whoever has no partner first, then by name."""
    columns = (PairingRecord.giver_id, PairingRecord.taker_id)
    wanted = select(*columns).where(PairingRecord.market_id == run.market_id, PairingRecord.run_id == run.id)
    count = Counter(end for row in session.execute(wanted) for end in row)
    members = [Member(each.id, each.label, each.kind, count[each.id]) for each in market.organisations]
    return sorted(members, key=lambda member: (member.pairs > 0, member.name.casefold(), member.id))


def look_at(
    session: Session, run: Run, gathered: Gathered, organisation: str, language: str, *, for_organiser: bool = True
) -> Bench:
    """One organisation of the market as it is now, with its pairs of the run as they are now.

    What others wish, and what could be worked out from points, is between them and the organiser.
    """
    market = gathered.scene.market
    found = market.organisation_by_id.get(organisation)
    if found is None:
        raise NotFound(Finding("unknown_organisation", params={"id": organisation}))
    records = load_pairings(session, run.market_id, run.id)
    rules = {(rule.offer, rule.need): rule for rule in market.pairs}
    own = [each for each in records if organisation in (each.giver_id, each.taker_id)]
    pairs = tuple(_show(market, each, organisation, rules, with_wishes=for_organiser) for each in own)
    candidates, more = _find_candidates(gathered, records, found, pairs, language) if for_organiser else ((), 0)
    return Bench(
        Named(found.id, found.label),
        found.kind,
        market.market.max_agreements if found.max_agreements is None else found.max_agreements,
        pairs,
        candidates,
        more,
        _list_entries(market, records, organisation),
        _list_wishes(market, organisation) if for_organiser else (),
        tuple(
            name_pair(market, Pair(*key), is_scored=False)
            for key, rule in rules.items()
            if rule.status is PairStatus.FORBIDDEN and organisation in _ends(market, *key)
        ),
    )


def prepare(gathered: Gathered, plan: Collection[Key]) -> None:
    """Once for each table: what the first *why not* and the first deed would otherwise have to find, namely the model's columns
    that matter and the reasons of all pairs in the plan. Reads and changes nothing that anybody sees.
    """
    if gathered.kept is None or gathered.kept.was_asked:
        return
    for row in gathered.problem.find_pairs(plan).tolist():
        explain_pair(gathered, row)
    gathered.kept.solve(gathered.problem, previous=plan, time_limit_s=TIME_LIMIT_S)


def _ends(market: Market, offer: str, need: str) -> Key:
    return market.entry_by_id[offer].organisation, market.entry_by_id[need].organisation


def _show(market: Market, record: PairingRecord, organisation: str, rules: Mapping[Key, PairRule], *, with_wishes: bool) -> OwnPair:
    def entry(id_: str) -> Named:
        known = market.entry_by_id.get(id_)
        return Named(id_, known.label if known else id_)

    def owner(id_: str) -> Named:
        known = market.organisation_by_id.get(id_)
        return Named(id_, known.label if known else id_)

    key = record.offer_id, record.need_id
    pair = NamedPair(entry(key[0]), entry(key[1]), owner(record.giver_id), owner(record.taker_id), record.points)
    return OwnPair(
        pair,
        pair.taker if record.giver_id == organisation else pair.giver,
        tuple(each["text"] for each in record.reasons if with_wishes or each["code"] != Criterion.WISHES),
        record.is_by_hand,
        all(id_ in market.entry_by_id for id_ in key),
        rules.get(key),
    )


def _find_candidates(
    gathered: Gathered, records: list[PairingRecord], organisation: Organisation, own: tuple[OwnPair, ...], language: str
) -> tuple[tuple[Candidate, ...], int]:
    """The best pairs that are not in the plan, one for each other organisation."""
    market, problem = gathered.scene.market, gathered.problem
    chosen = {(each.offer_id, each.need_id) for each in records}
    known = {key for key in chosen if key[0] in market.entry_by_id and key[1] in market.entry_by_id}
    best: dict[str, int] = {}
    for row in find_rows(gathered, organisation.id):
        pair = problem.pair(row)
        giver, taker = _ends(market, pair.offer, pair.need)
        other = taker if giver == organisation.id else giver
        if (pair.offer, pair.need) not in chosen:
            best.setdefault(other, row)
    shown = list(best.values())[:MOST_CANDIDATES]
    room = _Room(problem, known)
    return tuple(_try(gathered, room, row, organisation, own, language) for row in shown), len(best) - len(shown)


def _try(
    gathered: Gathered, room: "_Room", row: int, organisation: Organisation, own: tuple[OwnPair, ...], language: str
) -> Candidate:
    """Is there room, or would there be after one of the organisation's own pairs had gone?"""
    pair = name_pair(gathered.scene.market, gathered.problem.pair(row))
    partner = pair.taker if pair.giver.id == organisation.id else pair.giver
    instead: list[NamedPair] = []
    is_full = not room.has_place(row)
    if is_full:
        instead = [each.pair for each in own if each.is_known and room.has_place(row, without=each.pair.key)]
    return Candidate(pair, partner, tell_reasons(gathered, row, language), tuple(instead), is_full and not instead)


class _Room:
    """What a plan's pairs have used up."""

    def __init__(self, problem: Problem, plan: set[Key]) -> None:
        self._problem, self._plan = problem, plan
        self._uses = Counter(place for offer, need in plan for place in self._places(offer, need))
        self._limits = dict(zip(problem.offers, problem.offer_capacity.tolist(), strict=True))
        self._limits |= dict(zip(problem.needs, problem.need_capacity.tolist(), strict=True))
        self._maxima = dict(zip(problem.organisations, problem.max_agreements.tolist(), strict=True))

    def has_place(self, row: int, without: Key | None = None) -> bool:
        pair = self._problem.pair(row)
        freed = Counter(self._places(*without)) if without is not None else Counter()
        return all(self._uses[place] - freed[place] < self._limit(place) for place in self._places(pair.offer, pair.need))

    def _places(self, offer: str, need: str) -> tuple[Place, ...]:
        problem = self._problem
        giver = problem.organisations[problem.offer_organisation[bisect_left(problem.offers, offer)]]
        taker = problem.organisations[problem.need_organisation[bisect_left(problem.needs, need)]]
        couple = (min(giver, taker), max(giver, taker))
        return ("entry", offer), ("entry", need), ("organisation", giver), ("organisation", taker), ("couple", couple)

    def _limit(self, place: Place) -> int:
        kind, which = place
        if isinstance(which, tuple):
            return self._problem.max_pairs_between
        return self._limits[which] if kind == "entry" else self._maxima[which]


def _list_entries(market: Market, records: list[PairingRecord], organisation: str) -> tuple[OwnEntry, ...]:
    used = Counter(id_ for each in records for id_ in (each.offer_id, each.need_id))
    return tuple(
        OwnEntry(side, entry.id, entry.label, entry.places, used[entry.id])
        for side, entries in ((EntrySide.OFFER, market.offers), (EntrySide.NEED, market.needs))
        for entry in entries
        if entry.organisation == organisation
    )


def _list_wishes(market: Market, organisation: str) -> tuple[Wished, ...]:
    wishes = []
    for wish in market.wishes:
        entry = market.entry_by_id.get(wish.target)
        target = entry.organisation if entry else wish.target
        if organisation not in (wish.organisation, target):
            continue
        is_own = wish.organisation == organisation
        other = market.organisation_by_id[target if is_own else wish.organisation]
        wishes.append(Wished(is_own, wish.level, Named(other.id, other.label), entry.label if entry else None))
    return tuple(wishes)
