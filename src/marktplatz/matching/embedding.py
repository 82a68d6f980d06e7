"""A smaller market as a question about a larger one: who is missing has no places, and what is missing is shut out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from marktplatz.matching.problem import Assignment, IntArray, Problem

_MISSING = 1
"""Any rule that shuts a pair out does."""


@dataclass(frozen=True, eq=False)
class Embedded:
    """`problem` has the larger one's organisations, entries and pairs; `rows` says where there the smaller one's pairs are."""

    problem: Problem
    rows: IntArray

    def read(self, assignment: Assignment) -> Assignment:
        """An answer to the question in the smaller problem's own rows, which are in the same order."""
        return replace(assignment, chosen=np.searchsorted(self.rows, assignment.chosen))


def embed(problem: Problem, larger: Problem) -> Embedded | None:
    """None where the larger problem lacks anything of the smaller one, or says otherwise what a pair is worth or who owns what.

    An optimum of the one is an optimum of the other: what is missing can be in no plan of either.
    """
    ends = (problem.organisations, larger.organisations), (problem.offers, larger.offers), (problem.needs, larger.needs)
    places = [_find(ours, theirs) for ours, theirs in ends]
    if problem.stray_pins or any(found is None for found in places):
        return None
    organisations, offers, needs = (found for found in places if found is not None)
    rows = _find_rows(larger, offers[problem.pair_offer], needs[problem.pair_need])
    if rows is None or not (
        np.array_equal(larger.points[rows], problem.points)
        and np.array_equal(larger.is_company[organisations], problem.is_company)
        and np.array_equal(larger.offer_organisation[offers], organisations[problem.offer_organisation])
        and np.array_equal(larger.need_organisation[needs], organisations[problem.need_organisation])
    ):
        return None
    question = replace(
        larger,
        max_agreements=_spread(problem.max_agreements, organisations, len(larger.organisations)),
        offer_capacity=_spread(problem.offer_capacity, offers, len(larger.offers)),
        need_capacity=_spread(problem.need_capacity, needs, len(larger.needs)),
        exclusions=_spread(problem.exclusions, rows, len(larger.points), _MISSING),
        pinned=_spread(problem.pinned.astype(np.int64), rows, len(larger.points)).astype(np.bool_),
        max_pairs_between=problem.max_pairs_between,
    )
    return Embedded(question, rows)


def _find(ours: Sequence[str], theirs: Sequence[str]) -> IntArray | None:
    at = {id_: index for index, id_ in enumerate(theirs)}
    if not all(id_ in at for id_ in ours):
        return None
    return np.array([at[id_] for id_ in ours], dtype=np.int64)


def _find_rows(larger: Problem, offers: IntArray, needs: IntArray) -> IntArray | None:
    width = max(1, len(larger.needs))
    keys, table = offers * width + needs, larger.pair_offer * width + larger.pair_need
    rows = np.searchsorted(table, keys)
    if len(keys) and (not len(table) or not np.array_equal(table[np.minimum(rows, len(table) - 1)], keys)):
        return None
    return rows


def _spread(values: IntArray, places: IntArray, length: int, nothing: int = 0) -> IntArray:
    spread = np.full(length, nothing, dtype=np.int64)
    spread[places] = values
    return spread
