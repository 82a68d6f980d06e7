"""How many organisations can be served at most, points left aside: the first tier of `solve` alone, which is far quicker."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from marktplatz.matching.full_model import solve_full_model
from marktplatz.matching.linear_model import LinearModel, build_model, choose_first_columns, find_bound, find_value, tighten
from marktplatz.matching.network import build_network, solve_network
from marktplatz.matching.problem import BoolArray, IntArray, Problem
from marktplatz.matching.rest import Rest, find_rest


@dataclass(frozen=True, slots=True, order=True)
class Served:
    """Organisations in at least one pair: as many as can be, and of all ways to do so one that serves the most companies.

    Only where a market pairs organisations of one kind can there be several ways; it is the nonprofits then that have both.
    """

    organisations: int
    companies: int

    @property
    def nonprofits(self) -> int:
        return self.organisations - self.companies

    def __sub__(self, other: "Served") -> "Served":
        return Served(self.organisations - other.organisations, self.companies - other.companies)


def find_most_served(
    problem: Problem, counted: BoolArray, *, at_most: Served | None = None, known_pairs: IntArray | None = None
) -> Served:
    """The most of the counted organisations that pairs can serve, all hard rules kept.

    Parameters
    ----------
    problem : Problem
    counted : bool array, shape (O,)
        Only these count; the others help to serve them.
    at_most : Served, optional
        What is known to be the most that could be: whatever reaches it need not be proven.
    known_pairs : int array, optional
        Free pairs that can be chosen together, of a plan for nearly the same problem: a hint for a first answer, no more.

    Notes
    -----
    Maximised is sum over served organisations of (w + [it is a company]), with w above the number of organisations. Where every
    pair joins a company and a nonprofit this is one flow: `max_pairs_between` does not bind, because of several pairs between two
    organisations all but one can go. Elsewhere that flow, over the pairs between the kinds, is a first answer: it is proven, or
    bettered, by the linear relaxation with parity cuts or by branching, as in `solve`.
    """
    question = _Question.about(problem, counted)
    limit = question.most if at_most is None else min(question.most, question.value_of(at_most))
    found = question.solve_flow()
    if found < limit and known_pairs is not None and len(known_pairs):
        pinned = problem.pinned.copy()
        pinned[known_pairs] = True
        found = max(found, _Question.about(replace(problem, pinned=pinned), counted).solve_flow())
    if found < limit and not question.rest.is_between_kinds:
        found = question.solve_fully(found)
    return question.tell(found)


@dataclass(frozen=True, eq=False)
class Prices:
    """What is served at most without some closed pairs, and what each of those would be worth; shape (P,), in shares of weights.

    `within_kind` are the pairs within one kind of one such plan. Opening closed pairs brings `bound` at most.
    """

    served: Served
    within_kind: IntArray
    worth: IntArray
    total: int
    weight: int

    def bound(self, worths: IntArray) -> Served:
        """With closed pairs opened, one for an organisation, whose worths are these."""
        value = (self.total + int(worths.sum())) // DUAL_SCALE
        return Served(*divmod(value, self.weight))


DUAL_SCALE: Final = 2**20


def find_prices(problem: Problem, counted: BoolArray, closed: BoolArray) -> Prices | None:
    """The prices of closed pairs, shape (P,); None where all pairs are between the kinds, or where the relaxation proves nothing.

    The duals of the linear relaxation without the closed pairs stay a bound with them (weak duality), for each at the worth
    weight - rows.T @ duals, as far as that is above 0. Parity cuts hold for the other pairs alone, and so are left out of it.
    """
    question = _Question.about(problem, counted)
    if question.rest.is_between_kinds:
        return None
    model, free = question.model, len(question.rest.pairs)
    shut = closed[question.rest.pairs]
    model.tops[:free][shut] = 0
    plain = model.rows
    relaxation = tighten(model, choose_first_columns(model), None)
    if relaxation is None or not relaxation.is_whole:
        return None
    chosen = np.rint(relaxation.values[:free]) > 0
    value = find_value(model, chosen)
    if find_bound(model, relaxation.duals) != value:
        return None
    whole = np.rint(relaxation.duals * DUAL_SCALE).astype(np.int64)
    reduced = model.gains * DUAL_SCALE - model.rows.T.astype(np.int64) @ whole
    total = sum(int(part) for part in (whole * model.limits)) + sum(int(part) for part in np.clip(reduced, 0, None) * model.tops)
    worth = np.zeros(len(problem.points), dtype=np.int64)
    opened = (model.gains * DUAL_SCALE - plain.T.astype(np.int64) @ whole[: plain.shape[0]])[:free]
    worth[question.rest.pairs[shut]] = np.clip(opened[shut], 0, None)
    company = problem.is_company
    pairs = question.rest.pairs[chosen]
    within = pairs[company[problem.giving[pairs]] == company[problem.taking[pairs]]]
    served = question.tell(question.held + value)
    return Prices(served, within, worth, question.held * DUAL_SCALE + total, len(question.weights) + 1)


@dataclass(frozen=True, eq=False)
class _Question:
    """What is left of a problem when only being served counts; sums are of weights, `held` is that of what the pins serve."""

    rest: Rest
    weights: IntArray
    held: int

    @classmethod
    def about(cls, problem: Problem, counted: BoolArray) -> "_Question":
        rest = find_rest(problem)
        weights = np.where(problem.is_company, 1, 0) + len(problem.organisations) + 1
        held = int(weights[counted & ~rest.counted].sum())
        return cls(replace(rest, counted=rest.counted & counted), weights, held)

    def tell(self, value: int) -> Served:
        return Served(*divmod(value, len(self.weights) + 1))

    def value_of(self, served: Served) -> int:
        return served.organisations * (len(self.weights) + 1) + served.companies

    @property
    def most(self) -> int:
        """What there is if everybody with any free pair is served."""
        return self.held + int(self.weights[self.rest.counted & (self.rest.organisation_left > 0)].sum())

    def solve_flow(self) -> int:
        """The best by pairs between the kinds alone."""
        company = self.rest.problem.is_company
        inside = company[self.rest.giving] != company[self.rest.taking]
        rest = replace(self.rest, pairs=self.rest.pairs[inside], partners=self.rest.partners[inside])
        network = build_network(rest)
        costs = np.zeros(len(network.tails), dtype=np.int64)
        costs[: network.organisations] = np.where(network.counted, -self.weights, 0)
        return self.held - int(costs @ solve_network(network, costs))

    @cached_property
    def model(self) -> LinearModel:
        free = len(self.rest.pairs)
        model = build_model(self.rest, np.zeros(free, dtype=np.int64), 1)
        model.gains[free:] = self.weights
        return model

    def solve_fully(self, known: int) -> int:
        """The best of all, of which a lower bound is known."""
        model, free = self.model, len(self.rest.pairs)
        relaxation = tighten(model, choose_first_columns(model), None)
        if relaxation is not None:
            bound = self.held + find_bound(model, relaxation.duals)
            value = self.held + find_value(model, np.rint(relaxation.values[:free]) > 0) if relaxation.is_whole else known
            if bound in (known, value):
                return bound
        return self._branch()

    def _branch(self) -> int:
        """The long way, as `solve` goes it: most organisations first, then, as ties, most companies."""
        free = len(self.rest.pairs)
        ties = np.concatenate([np.zeros(free, dtype=np.int64), np.where(self.rest.problem.is_company, -1, 0)])
        solution = solve_full_model(self.rest, np.zeros(free, dtype=np.int64), 1, ties, None)
        return self.held + find_value(self.model, solution.chosen)
