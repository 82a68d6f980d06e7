"""What a change led to: the new plan, which pairs came and went, and why each of them did; values, no sentences."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from enum import StrEnum

from marktplatz.matching.changes import Change
from marktplatz.matching.problem import Assignment, Pair
from marktplatz.matching.terms import Terms, Touched


class Why(StrEnum):
    """Why a pair came or went."""

    CAUSE = "cause"
    """The change itself concerns it: the pair, its two organisations, one of its entries."""
    FILLS = "fills"
    """It came because the pair that it follows went and left room."""
    GIVES_WAY = "gives_way"
    """It went because the pair that it follows came and needed room."""
    REARRANGED = "rearranged"
    """It changed together with the others, without an entry or organisation that would link it to them."""


@dataclass(frozen=True, slots=True)
class PairChange:
    """One pair that came or went.

    Attributes
    ----------
    pair : Pair
    is_added : bool
    why : Why
    follows : Pair or None
        The changed pair that made room for this one, or needed its room; None for a pair that the change itself concerns.
    organisations : tuple of str
        Whom of its two it newly serves, or leaves without a pair.
    """

    pair: Pair
    is_added: bool
    why: Why
    follows: Pair | None = None
    organisations: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Replanned:
    """The plan after a change and how it differs from the one before.

    Attributes
    ----------
    cause : Change
    assignment : Assignment
        Indices are those of `LivePlan.problem`, whose pair table no change alters.
    added, removed : tuples of Pair, sorted by offer, then need
    newly_served, no_longer_served : tuples of organisation ids, sorted
    changes : tuple of PairChange
        The same pairs with their reasons, in the order in which they follow from the change.
    """

    cause: Change
    assignment: Assignment
    added: tuple[Pair, ...]
    removed: tuple[Pair, ...]
    newly_served: tuple[str, ...]
    no_longer_served: tuple[str, ...]
    changes: tuple[PairChange, ...]


def tell(
    cause: Change, assignment: Assignment, terms: Terms, touched: Touched, moved: Mapping[int, bool], served: Mapping[int, bool]
) -> Replanned:
    """Put a re-plan into words that can be shown.

    Parameters
    ----------
    moved : mapping of pair index to whether it came (else it went), ascending
    served : mapping of organisation index to whether it is served now; only those for which that changed
    """
    problem = terms.start
    pairs = {line: terms.pair(line) for line in moved}
    concerned = {line for line in moved if _concerns(terms, touched, line)}
    changes = []
    for line, after in _order(terms, concerned, moved).items():
        came = moved[line]
        if after is not None:
            why, follows = Why.FILLS if came else Why.GIVES_WAY, pairs[after]
        else:
            why, follows = Why.CAUSE if line in concerned else Why.REARRANGED, None
        ends = sorted({terms.giving[line], terms.taking[line]}) if served else ()
        whom = tuple(problem.organisations[o] for o in ends if served.get(o) == came)
        changes.append(PairChange(pairs[line], came, why, follows, whom))
    return Replanned(
        cause,
        assignment,
        added=tuple(pair for line, pair in pairs.items() if moved[line]),
        removed=tuple(pair for line, pair in pairs.items() if not moved[line]),
        newly_served=tuple(problem.organisations[o] for o in sorted(served) if served[o]),
        no_longer_served=tuple(problem.organisations[o] for o in sorted(served) if not served[o]),
        changes=tuple(changes),
    )


def _concerns(terms: Terms, touched: Touched, line: int) -> bool:
    """Is a pair what the change is about? A decision on a pair concerns all pairs of these two organisations, no others."""
    if touched.pairs:
        return line in touched.pairs
    entries, organisations = touched.entries, touched.organisations
    return (
        terms.offer_entry[line] in entries
        or terms.need_entry[line] in entries
        or terms.giving[line] in organisations
        or terms.taking[line] in organisations
    )


def _order(terms: Terms, concerned: Set[int], moved: Mapping[int, bool]) -> dict[int, int | None]:
    """Every changed pair after the one it follows from: the change spreads over shared entries and organisations.

    Two optimal flows differ by paths that begin at the change and on which pairs come and go in turn; neighbours on such a path
    share an entry or an organisation.
    """
    lines_at: dict[tuple[int, bool], list[int]] = {}
    for line, came in moved.items():
        if line not in concerned:
            for place in _places(terms, line):
                lines_at.setdefault((place, came), []).append(line)
    order: dict[int, int | None] = {}
    for start in (*(line for line in moved if line in concerned), *moved):
        if start in order:
            continue
        order[start] = None
        waiting = [start]
        for line in waiting:  # grows while it is gone through
            for place in _places(terms, line):
                for other in lines_at.pop((place, not moved[line]), ()):
                    if other not in order:
                        order[other] = line
                        waiting.append(other)
    return order


def _places(terms: Terms, line: int) -> tuple[int, int, int, int]:
    """Where a pair uses up a limit, the narrower first: the entries by their number, the organisations numbered after them."""
    entries = len(terms.capacity)
    return terms.offer_entry[line], terms.need_entry[line], entries + terms.giving[line], entries + terms.taking[line]
