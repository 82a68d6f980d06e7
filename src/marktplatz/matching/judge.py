"""What pairs chosen by hand would break, rule by rule and by name; says no sentence and solves nothing."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from marktplatz.errors import Finding, NotFound
from marktplatz.matching.gather import Gathered
from marktplatz.matching.problem import Problem
from marktplatz.matching.scoring.barriers import BARRIERS
from marktplatz.matching.scoring.exceptions import LIFTED, find_exceptions, is_among
from marktplatz.matching.scoring.scene import Scene
from marktplatz.matching.scoring.table import find_exclusions, is_forbidden, is_refused
from marktplatz.vocabulary import Barrier, Reciprocity, Rule

Key = tuple[str, str]

UNPINNED: Final = "unpinned"
"""Beside the hard rules: a pair that the organiser has pinned is missing."""

_ORDER: Final = (*Rule, UNPINNED)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One rule that pairs chosen by hand break.

    Attributes
    ----------
    rule : Rule or "unpinned"
    entries, organisations : tuple of str
        Whom it concerns: the pair's two; of a limit those whose limit it is, and the entries of the pairs that count.
    count, limit : int
        Of a limit: how many pairs there would be, how many may be.
    barriers : tuple of Barrier
        Of `not_eligible`: all that stands between.
    can_be_excepted : bool
        Of `not_eligible`: would a written exception lift all of it (category, time and distance only)?
    """

    rule: Rule | Literal["unpinned"]
    entries: tuple[str, ...]
    organisations: tuple[str, ...]
    count: int = 0
    limit: int = 0
    barriers: tuple[Barrier, ...] = ()
    can_be_excepted: bool = False


def judge_pair(gathered: Gathered, pairs: Iterable[Key], offer: str, need: str) -> tuple[Obstacle, ...]:
    """What one pair breaks beside the others, in the order of the contract's hard rules; the first gives the name.

    Parameters
    ----------
    gathered : Gathered
    pairs : iterable of (offer id, need id)
        The pairs chosen by hand; whether the judged one is among them makes no difference.
    offer, need : str
        The pair that is judged.

    Returns
    -------
    tuple of Obstacle
        Empty if the pair may be. A limit that only the other pairs exceed is not held against it.

    Raises
    ------
    NotFound
        Where an entry is not in the market.
    """
    deals = _place(gathered, {*pairs, (offer, need)})
    deal = deals[offer, need]
    over = [each for each in _find_overfull(gathered.problem, deals) if _concerns(each, deal)]
    return (*_find_own_obstacles(gathered, [deal]), *over)


def judge_change(
    gathered: Gathered, pairs: Iterable[Key], *, add: Collection[Key] = (), remove: Collection[Key] = ()
) -> tuple[Obstacle, ...]:
    """What a change made by hand breaks: pairs added, removed, or, with both, swapped; in the order of the rules.

    Only what the change itself breaks is named: what was broken before stays unsaid, and a removed pair breaks nothing unless it
    was pinned. Raises as `judge_pair` does.
    """
    after = (set(pairs) - set(remove)) | set(add)
    broken = {obstacle for offer, need in add for obstacle in judge_pair(gathered, after, offer, need)}
    removed = set(remove) - set(add)
    broken |= {obstacle for obstacle in _find_unpinned(gathered, after) if obstacle.entries in removed}
    return _sorted(broken)


def judge_pairs(gathered: Gathered, pairs: Iterable[Key]) -> tuple[Obstacle, ...]:
    """All that a whole set of pairs breaks, missing pins too, in the order of the rules. Raises as `judge_pair` does."""
    deals = _place(gathered, set(pairs))
    return _sorted(
        [
            *_find_own_obstacles(gathered, list(deals.values())),
            *_find_overfull(gathered.problem, deals),
            *_find_unpinned(gathered, deals),
        ]
    )


def _sorted(broken: Iterable[Obstacle]) -> tuple[Obstacle, ...]:
    return tuple(sorted(broken, key=lambda obstacle: (_ORDER.index(obstacle.rule), obstacle.entries, obstacle.organisations)))


@dataclass(frozen=True, slots=True)
class _Deal:
    """A chosen pair: the indices of its entries, the ids of these and of who gives and who takes."""

    offer: int
    need: int
    entries: Key
    ends: Key

    @property
    def couple(self) -> tuple[str, ...]:
        return tuple(sorted(set(self.ends)))


def _place(gathered: Gathered, pairs: Iterable[Key]) -> dict[Key, _Deal]:
    problem, offers, needs = gathered.problem, gathered.scene.offers.position, gathered.scene.needs.position
    deals = {}
    for pair in sorted(pairs):
        if pair[0] not in offers:
            raise NotFound(Finding("unknown_offer", params={"id": pair[0]}))
        if pair[1] not in needs:
            raise NotFound(Finding("unknown_need", params={"id": pair[1]}))
        offer, need = offers[pair[0]], needs[pair[1]]
        giver, taker = problem.offer_organisation[offer], problem.need_organisation[need]
        deals[pair] = _Deal(offer, need, pair, (problem.organisations[giver], problem.organisations[taker]))
    return deals


def _find_overfull(problem: Problem, deals: Mapping[Key, _Deal]) -> Iterator[Obstacle]:
    """Every limit that the pairs exceed together, in the order of the rules."""
    yield from _find_overused(deals, 0, dict(zip(problem.offers, problem.offer_capacity.tolist(), strict=True)))
    yield from _find_overused(deals, 1, dict(zip(problem.needs, problem.need_capacity.tolist(), strict=True)))
    maxima = dict(zip(problem.organisations, problem.max_agreements.tolist(), strict=True))
    busy = Counter(end for deal in deals.values() for end in deal.ends)
    for organisation, count in sorted(busy.items()):
        if count > maxima[organisation]:
            entries = _list_entries(deal for deal in deals.values() if organisation in deal.ends)
            yield Obstacle(Rule.MAX_AGREEMENTS, entries, (organisation,), count, maxima[organisation])
    for couple, count in sorted(Counter(deal.couple for deal in deals.values()).items()):
        if count > problem.max_pairs_between:
            entries = _list_entries(deal for deal in deals.values() if deal.couple == couple)
            yield Obstacle(Rule.MAX_PAIRS_BETWEEN, entries, couple, count, problem.max_pairs_between)


def _find_overused(deals: Mapping[Key, _Deal], side: Literal[0, 1], places: Mapping[str, int]) -> Iterator[Obstacle]:
    """The offers (side 0) or needs (1) that are in more pairs than they have places."""
    owners = {deal.entries[side]: deal.ends[side] for deal in deals.values()}
    for entry, count in sorted(Counter(deal.entries[side] for deal in deals.values()).items()):
        if count > places[entry]:
            yield Obstacle(Rule.CAPACITY, (entry,), (owners[entry],), count, places[entry])


def _list_entries(deals: Iterable[_Deal]) -> tuple[str, ...]:
    return tuple(sorted({entry for deal in deals for entry in deal.entries}))


def _concerns(obstacle: Obstacle, deal: _Deal) -> bool:
    """Is the limit one that this pair counts in?"""
    if obstacle.rule is Rule.CAPACITY:
        return obstacle.entries[0] in deal.entries
    return set(obstacle.organisations) <= set(deal.ends)


def _find_own_obstacles(gathered: Gathered, deals: Sequence[_Deal]) -> Iterator[Obstacle]:
    """What stands against pairs whatever else is chosen; nothing does against those that are in the table and not shut out."""
    scene, problem = gathered.scene, gathered.problem
    offers = np.array([deal.offer for deal in deals], dtype=np.int64)
    needs = np.array([deal.need for deal in deals], dtype=np.int64)
    is_free = is_among(scene, offers, needs, (problem.pair_offer, problem.pair_need))
    is_free &= find_exclusions(scene, offers, needs) == 0
    for at in np.flatnonzero(~is_free).tolist():
        yield from _tell_own_obstacles(gathered, deals[at])


def _tell_own_obstacles(gathered: Gathered, deal: _Deal) -> Iterator[Obstacle]:
    barriers = find_barriers(gathered, deal.offer, deal.need)
    if barriers:
        is_liftable = set(barriers) <= LIFTED.keys()
        yield Obstacle(Rule.NOT_ELIGIBLE, deal.entries, deal.couple, barriers=barriers, can_be_excepted=is_liftable)
    scene = gathered.scene
    offers, needs = np.array([deal.offer]), np.array([deal.need])
    giver, taker = scene.offers.organisations[deal.offer], scene.needs.organisations[deal.need]
    if is_forbidden(scene, offers, needs)[0]:
        yield Obstacle(Rule.FORBIDDEN, deal.entries, deal.couple)
    if is_refused(scene, offers, needs)[0]:
        yield Obstacle(Rule.NO_THANKS, deal.entries, deal.couple)
    if giver == taker:
        yield Obstacle(Rule.SAME_ORGANISATION, deal.entries, deal.couple)
    elif scene.same_owner[giver, taker]:
        yield Obstacle(Rule.SAME_OWNER, deal.entries, deal.couple)


def find_barriers(gathered: Gathered, offer: int, need: int) -> tuple[Barrier, ...]:
    """Why a pair, given by the indices of its entries, is not eligible by itself; empty if it is."""
    scene, problem = gathered.scene, gathered.problem
    if len(problem.find_pairs([(problem.offers[offer], problem.needs[need])])):
        return ()
    if scene.market.scores is not None:
        return (Barrier.NOT_LISTED,)
    at = np.array([offer]), np.array([need])
    standing = [barrier for barrier, is_barred in BARRIERS.items() if is_barred(scene, *at)[0]]
    return (*standing, Barrier.NO_RETURN) if _lacks_return(scene, offer, need) else tuple(standing)


def _lacks_return(scene: Scene, offer: int, need: int) -> bool:
    """Does the market require a return that the taker of a pair cannot give?"""
    if scene.market.market.reciprocity is not Reciprocity.REQUIRED:
        return False
    giver, taker = scene.offers.organisations[offer], scene.needs.organisations[need]
    back, wanted = np.flatnonzero(scene.offers.organisations == taker), np.flatnonzero(scene.needs.organisations == giver)
    offers, needs = np.repeat(back, len(wanted)), np.tile(wanted, len(back))
    barred = np.any([is_barred(scene, offers, needs) for is_barred in BARRIERS.values()], axis=0)
    barred &= ~is_among(scene, offers, needs, find_exceptions(scene))
    return not np.any(~barred & (find_exclusions(scene, offers, needs) == 0))


def _find_unpinned(gathered: Gathered, pairs: Collection[Key]) -> Iterator[Obstacle]:
    problem = gathered.problem
    listed = [(pair.offer, pair.need) for pair in map(problem.pair, np.flatnonzero(problem.pinned).tolist())]
    for deal in _place(gathered, {*listed, *problem.stray_pins} - set(pairs)).values():
        yield Obstacle(UNPINNED, deal.entries, deal.couple)
