"""What is left to decide once the pins are set: the free pairs and what remains of every limit."""

from dataclasses import dataclass

import numpy as np

from marktplatz.matching.problem import BoolArray, IntArray, Problem


@dataclass(frozen=True, eq=False)
class Rest:
    """A Problem without its pins; indices are the Problem's, except where a shape says F, the number of free pairs.

    Attributes
    ----------
    problem : Problem
    pairs : int array, shape (F,)
        The Problem's pairs that may still be chosen: eligible, not pinned, no limit used up.
    offer_left, need_left, organisation_left : int arrays, shapes (A,), (N,), (O,)
        What the pins leave of each limit, never more than the free pairs could use.
    counted : bool array, shape (O,)
        Organisations that no pin serves yet.
    partners : int array, shape (F,)
        For every free pair the number of its pair of organisations, from 0.
    partners_left : int array, shape (G,)
        In how many more pairs each of these may be together.
    settled : bool array, shape (F,), optional
        Free pairs that a question of `KeptModel` pins: chosen whatever they are worth.
    """

    problem: Problem
    pairs: IntArray
    offer_left: IntArray
    need_left: IntArray
    organisation_left: IntArray
    counted: BoolArray
    partners: IntArray
    partners_left: IntArray
    settled: BoolArray | None = None

    @property
    def offer(self) -> IntArray:
        return self.problem.pair_offer[self.pairs]

    @property
    def need(self) -> IntArray:
        return self.problem.pair_need[self.pairs]

    @property
    def giving(self) -> IntArray:
        return self.problem.giving[self.pairs]

    @property
    def taking(self) -> IntArray:
        return self.problem.taking[self.pairs]

    @property
    def is_between_kinds(self) -> bool:
        """Does every free pair join a company and a nonprofit? Then the relaxation is one network."""
        company = self.problem.is_company
        return bool(np.all(company[self.giving] != company[self.taking]))

    def keeps_partner_limit(self, chosen: BoolArray) -> bool:
        """Does a choice of free pairs, shape (F,), keep `max_pairs_between`?"""
        return bool(np.all(np.bincount(self.partners[chosen], minlength=len(self.partners_left)) <= self.partners_left))


def find_rest(problem: Problem) -> Rest:
    """Take the pins' share from every limit and drop the pairs that no longer fit."""
    count, offers, needs = len(problem.organisations), len(problem.offers), len(problem.needs)
    giving, taking, pins = problem.giving, problem.taking, problem.pinned
    lower, upper = np.minimum(giving, taking), np.maximum(giving, taking)
    together, partners = np.unique(lower * count + upper, return_inverse=True)
    pinned_uses = np.bincount(np.concatenate([giving[pins], taking[pins]]), minlength=count)
    offer_left = problem.offer_capacity - np.bincount(problem.pair_offer[pins], minlength=offers)
    need_left = problem.need_capacity - np.bincount(problem.pair_need[pins], minlength=needs)
    organisation_left = problem.max_agreements - pinned_uses
    partners_left = problem.max_pairs_between - np.bincount(partners[pins], minlength=len(together))

    free = problem.eligible & ~pins & (offer_left[problem.pair_offer] > 0) & (need_left[problem.pair_need] > 0)
    free &= (organisation_left[giving] > 0) & (organisation_left[taking] > 0) & (partners_left[partners] > 0)
    uses = np.bincount(np.concatenate([giving[free], taking[free]]), minlength=count)
    return Rest(
        problem=problem,
        pairs=np.flatnonzero(free),
        offer_left=np.clip(np.minimum(offer_left, np.bincount(problem.pair_offer[free], minlength=offers)), 0, None),
        need_left=np.clip(np.minimum(need_left, np.bincount(problem.pair_need[free], minlength=needs)), 0, None),
        organisation_left=np.clip(np.minimum(organisation_left, uses), 0, None),
        counted=pinned_uses == 0,
        partners=partners[free],
        partners_left=partners_left,
    )


def find_idle(rest: Rest, chosen: BoolArray) -> BoolArray:
    """Chosen free pairs of 0 points that serve nobody: both organisations are in another pair as well."""
    problem = rest.problem
    every = np.concatenate([rest.pairs[chosen], np.flatnonzero(problem.pinned)])
    degree = np.bincount(np.concatenate([problem.giving[every], problem.taking[every]]), minlength=len(problem.organisations))
    idle = chosen & (problem.points[rest.pairs] == 0) & (degree[rest.giving] > 1) & (degree[rest.taking] > 1)
    return idle if rest.settled is None else idle & ~rest.settled


def drop_idle(rest: Rest, chosen: BoolArray) -> BoolArray:
    """Leave out idle pairs one by one, as a search that was cut short may have left some in."""
    while (idle := find_idle(rest, chosen)).any():
        chosen = chosen.copy()
        chosen[np.flatnonzero(idle)[0]] = False
    return chosen
