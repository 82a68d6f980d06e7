"""The terms that hold after some changes: a Problem's limits, exclusions and pins as plain lists. No optimisation."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from marktplatz.errors import Conflict, Finding, InvalidInput, NotFound
from marktplatz.matching.changes import (
    CapacityChanged,
    Change,
    MaximumChanged,
    OrganisationAbsent,
    OrganisationArrives,
    PairAgreed,
    PairDecision,
    PairPinned,
    PairRefused,
    PairReleased,
)
from marktplatz.matching.problem import EXCLUSIONS, UNLIMITED, Pair, Problem
from marktplatz.vocabulary import Rule

_FORBIDDEN: Final = EXCLUSIONS.index(Rule.FORBIDDEN)


@dataclass(frozen=True, slots=True)
class Touched:
    """Whose limits a change may have moved, as indices; entries are the offers, then the needs."""

    pairs: tuple[int, ...] = ()
    entries: tuple[int, ...] = ()
    organisations: tuple[int, ...] = ()


class Terms:
    """A Problem with all changes so far, as plain lists that one change alters in a few places.

    Pairs, organisations and entries have the Problem's indices; a need's is its own plus the number of offers.
    """

    def __init__(self, problem: Problem) -> None:
        offers = len(problem.offers)
        self.start = problem
        self.offer_entry: list[int] = problem.pair_offer.tolist()
        self.need_entry: list[int] = (problem.pair_need + offers).tolist()
        self.giving: list[int] = problem.giving.tolist()
        self.taking: list[int] = problem.taking.tolist()
        self.points: list[int] = problem.points.tolist()
        self.capacity: list[int] = [*problem.offer_capacity.tolist(), *problem.need_capacity.tolist()]
        self.maximum: list[int] = problem.max_agreements.tolist()
        self.exclusions: list[int] = problem.exclusions.tolist()
        self.absent: set[int] = set()
        self.pinned: set[int] = set()
        lower, upper = np.minimum(problem.giving, problem.taking), np.maximum(problem.giving, problem.taking)
        together, groups = np.unique(lower * len(problem.organisations) + upper, return_inverse=True)
        self.group: list[int] = groups.tolist()
        self.members: list[list[int]] = [[] for _ in together]
        for pair, group in enumerate(self.group):
            self.members[group].append(pair)
        self.is_inner: list[bool] = (problem.is_company[problem.giving] == problem.is_company[problem.taking]).tolist()
        self._inner = [pair for pair, inner in enumerate(self.is_inner) if inner and self.exclusions[pair] == 0]
        self._pins_of_entry = [0] * len(self.capacity)
        self._pins_of_organisation = [0] * len(self.maximum)
        self._pins_of_group = [0] * len(self.members)
        self._inner_pins_of_entry = [0] * len(self.capacity)
        self.inner_pins_of_organisation = [0] * len(self.maximum)
        for pair in np.flatnonzero(problem.pinned).tolist():
            self._count_pin(pair, 1)
        self._organisation_at = {id_: index for index, id_ in enumerate(problem.organisations)}
        self._entry_at = {id_: index for index, id_ in enumerate((*problem.offers, *problem.needs))}
        self._pair_at = {ends: pair for pair, ends in enumerate(zip(self.offer_entry, self.need_entry, strict=True))}

    def problem(self) -> Problem:
        """The Problem as it is now: the same tables, with the limits, exclusions and pins that the changes left."""
        pinned = np.zeros(len(self.exclusions), dtype=np.bool_)
        pinned[list(self.pinned)] = True
        offers = len(self.start.offers)
        return replace(
            self.start,
            max_agreements=np.array([self._maximum_of(o) for o in range(len(self.maximum))], dtype=np.int64),
            offer_capacity=np.array(self.capacity[:offers], dtype=np.int64),
            need_capacity=np.array(self.capacity[offers:], dtype=np.int64),
            exclusions=np.array(self.exclusions, dtype=np.int64),
            pinned=pinned,
        )

    def pair(self, index: int) -> Pair:
        """The same as the Problem's, quicker."""
        offer, need = self.offer_entry[index], self.need_entry[index] - len(self.start.offers)
        return Pair(self.start.offers[offer], self.start.needs[need], self.points[index])

    def apply(self, change: Change) -> Touched:
        """Let a change hold from now on; raises, before anything is altered, what `replan` documents."""
        match change:
            case OrganisationAbsent() | OrganisationArrives():
                organisation = self._find_organisation(change.organisation)
                (self.absent.add if isinstance(change, OrganisationAbsent) else self.absent.discard)(organisation)
                return Touched(organisations=(organisation,))
            case CapacityChanged():
                return self._set_capacity(change)
            case MaximumChanged():
                return self._set_maximum(change)
            case PairAgreed() | PairPinned() | PairRefused() | PairReleased():
                return self._decide(change)

    def bounds_of_pair(self, pair: int) -> tuple[int, int]:
        """How often a pair between the kinds must and may be chosen in the network."""
        if self.is_inner[pair]:
            return 0, 0
        if pair in self.pinned:
            return 1, 1
        return 0, int(self.exclusions[pair] == 0 and self._pins_of_group[self.group[pair]] < self.start.max_pairs_between)

    def capacity_between(self, entry: int) -> int:
        """What an entry has left for pairs between the kinds; its other pins have taken theirs."""
        return self.capacity[entry] - self._inner_pins_of_entry[entry]

    def maximum_between(self, organisation: int) -> tuple[int, int]:
        """An organisation's units for pairs between the kinds: the one that serves it, and the further ones."""
        inner = self.inner_pins_of_organisation[organisation]
        limit = self._maximum_of(organisation) - inner
        first = 0 if inner else min(limit, 1)
        return first, limit - first

    def has_free_inner_pair(self) -> bool:
        """May a pair within one kind be chosen? Then the market is no network at present."""
        return any(
            self.exclusions[pair] == 0
            and pair not in self.pinned
            and all(self._pins_of_entry[e] < self.capacity[e] for e in (self.offer_entry[pair], self.need_entry[pair]))
            and all(self._pins_of_organisation[o] < self._maximum_of(o) for o in (self.giving[pair], self.taking[pair]))
            and self._pins_of_group[self.group[pair]] < self.start.max_pairs_between
            for pair in self._inner
        )

    def _maximum_of(self, organisation: int) -> int:
        return self._pins_of_organisation[organisation] if organisation in self.absent else self.maximum[organisation]

    def _set_capacity(self, change: CapacityChanged) -> Touched:
        entry = self._entry_at.get(change.entry)
        if entry is None:
            raise NotFound(Finding("unknown_entry", params={"id": change.entry}))
        _check_limit("capacity", change.capacity)
        if change.capacity < self._pins_of_entry[entry]:
            pins = [pair for pair in sorted(self.pinned) if entry in (self.offer_entry[pair], self.need_entry[pair])]
            raise self._refusal(Rule.CAPACITY, pins)
        self.capacity[entry] = change.capacity
        return Touched(entries=(entry,))

    def _set_maximum(self, change: MaximumChanged) -> Touched:
        organisation = self._find_organisation(change.organisation)
        _check_limit("max_agreements", change.maximum)
        if change.maximum < self._pins_of_organisation[organisation]:
            pins = [pair for pair in sorted(self.pinned) if organisation in (self.giving[pair], self.taking[pair])]
            raise self._refusal(Rule.MAX_AGREEMENTS, pins)
        self.maximum[organisation] = change.maximum
        return Touched(organisations=(organisation,))

    def _decide(self, change: PairDecision) -> Touched:
        pair = self._find_pair(change.offer, change.need)
        is_pin = isinstance(change, PairAgreed | PairPinned)
        if pair is None:
            if is_pin:
                raise Conflict(_refuse_pin(Rule.NOT_ELIGIBLE, change.offer, change.need))
            return Touched()
        if is_pin:
            self._pin(pair)
        elif isinstance(change, PairRefused):
            self._refuse(pair)
        else:
            self._release(pair)
        return Touched(
            tuple(self.members[self.group[pair]]),  # a pin may use up what is allowed between the two organisations
            (self.offer_entry[pair], self.need_entry[pair]),
            (self.giving[pair], self.taking[pair]),
        )

    def _pin(self, pair: int) -> None:
        if pair not in self.pinned:
            broken = self._find_broken_rule(pair)
            if broken is not None:
                raise self._refusal(broken, [pair])
            self._count_pin(pair, 1)

    def _refuse(self, pair: int) -> None:
        if pair in self.pinned:
            raise self._refusal(Rule.FORBIDDEN, [pair])
        self.exclusions[pair] = _FORBIDDEN

    def _release(self, pair: int) -> None:
        if pair in self.pinned:
            self._count_pin(pair, -1)
        self.exclusions[pair] = int(self.start.exclusions[pair])

    def _find_broken_rule(self, pair: int) -> Rule | None:
        """The first hard rule that one more pin would break."""
        if self.exclusions[pair]:
            return EXCLUSIONS[self.exclusions[pair]]
        if any(self._pins_of_entry[e] >= self.capacity[e] for e in (self.offer_entry[pair], self.need_entry[pair])):
            return Rule.CAPACITY
        if any(self._pins_of_organisation[o] >= self._maximum_of(o) for o in (self.giving[pair], self.taking[pair])):
            return Rule.MAX_AGREEMENTS
        full = self._pins_of_group[self.group[pair]] >= self.start.max_pairs_between
        return Rule.MAX_PAIRS_BETWEEN if full else None

    def _count_pin(self, pair: int, by: int) -> None:
        (self.pinned.add if by > 0 else self.pinned.discard)(pair)
        self._pins_of_group[self.group[pair]] += by
        for entry in (self.offer_entry[pair], self.need_entry[pair]):
            self._pins_of_entry[entry] += by
            self._inner_pins_of_entry[entry] += by * self.is_inner[pair]
        for organisation in (self.giving[pair], self.taking[pair]):
            self._pins_of_organisation[organisation] += by
            self.inner_pins_of_organisation[organisation] += by * self.is_inner[pair]

    def _refusal(self, rule: Rule, pairs: Iterable[int]) -> Conflict:
        """One finding for each pin that stands in the way, or for the one that cannot be."""
        offers, needs = self.start.offers, self.start.needs
        ends = [(offers[self.offer_entry[pair]], needs[self.need_entry[pair] - len(offers)]) for pair in pairs]
        return Conflict(*[_refuse_pin(rule, offer, need) for offer, need in ends])

    def _find_organisation(self, id_: str) -> int:
        organisation = self._organisation_at.get(id_)
        if organisation is None:
            raise NotFound(Finding("unknown_organisation", params={"id": id_}))
        return organisation

    def _find_pair(self, offer: str, need: str) -> int | None:
        """The index of a listed pair; None for two known entries without a line in the table."""
        first, second = self._entry_at.get(offer), self._entry_at.get(need)
        offers = len(self.start.offers)
        if first is None or first >= offers:
            raise NotFound(Finding("unknown_offer", params={"id": offer}))
        if second is None or second < offers:
            raise NotFound(Finding("unknown_need", params={"id": need}))
        return self._pair_at.get((first, second))


def _refuse_pin(rule: Rule, offer: str, need: str) -> Finding:
    return Finding("pin_refused", params={"rule": rule.value, "offer": offer, "need": need})


def _check_limit(name: str, limit: int) -> None:
    if isinstance(limit, bool) or not isinstance(limit, int) or not 0 <= limit <= UNLIMITED:
        raise InvalidInput(Finding("malformed_problem", params={"field": name, "found": f"{limit!r}, expected 0 to {UNLIMITED}"}))
