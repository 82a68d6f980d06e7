"""How many offers stand against how many needs, by category, month and district, and which entries stand alone."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import numpy as np

from marktplatz.market import Entry, Organisation
from marktplatz.matching.advice.help import fits, has_places
from marktplatz.matching.gather import Gathered
from marktplatz.matching.scoring.scene import Entries, Scene
from marktplatz.vocabulary import CategoryKind, EntrySide

_DISTRICT_LETTERS: Final = 3
_MOST_MONTHS: Final = 24
"""Whoever can for years is as good as open."""

Groups = Callable[[Scene, Entry], Iterable[str | None]]
By = Literal["category", "month", "district"]


@dataclass(frozen=True, slots=True)
class Balance:
    """Offers against needs in one group; `key` is a category's code, a month as "2027-05" or the beginning of a postcode.

    None is what has no category, names no days, or has no postcode.
    """

    key: str | None
    company_offers: int
    nonprofit_offers: int
    company_needs: int
    nonprofit_needs: int

    @property
    def offers(self) -> int:
        return self.company_offers + self.nonprofit_offers

    @property
    def needs(self) -> int:
        return self.company_needs + self.nonprofit_needs


@dataclass(frozen=True, slots=True)
class Lonely:
    """An entry that nobody could help with; `possible` counts the entries with which a pair is possible, though nothing fits."""

    side: EntrySide
    id: str
    label: str
    organisation: str
    possible: int


def count_balances(gathered: Gathered, by: By) -> tuple[Balance, ...]:
    """One row per group, sorted, what belongs to none last; every category of the market has one, even with nothing in it.

    An entry counts once in every group it belongs to: in each month of its days, read from its text where it gives none, in the
    months of both ends at least; in the district of its own place, else of its organisation's.
    """
    scene = gathered.scene
    groups: dict[By, Groups] = {"category": _find_category, "month": _find_months, "district": _find_district}
    counts: Counter[tuple[str | None, EntrySide, bool]] = Counter()
    for side, entries in _sides(scene):
        for member, owner in zip(entries.members, entries.organisations.tolist(), strict=True):
            is_company = bool(scene.is_company[owner])
            counts.update((key, side, is_company) for key in dict.fromkeys(groups[by](scene, member)))
    keys = {key for key, _, _ in counts} | ({*_list_categories(scene)} if by == "category" else set())
    return tuple(_balance(counts, key) for key in sorted(keys, key=lambda key: (key is None, key or "")))


def _balance(counts: Counter[tuple[str | None, EntrySide, bool]], key: str | None) -> Balance:
    return Balance(
        key,
        company_offers=counts[key, EntrySide.OFFER, True],
        nonprofit_offers=counts[key, EntrySide.OFFER, False],
        company_needs=counts[key, EntrySide.NEED, True],
        nonprofit_needs=counts[key, EntrySide.NEED, False],
    )


def _list_categories(scene: Scene) -> Iterator[str]:
    return (code for code, kind in scene.market.category_kinds.items() if kind is not CategoryKind.OPEN)


def _find_category(scene: Scene, entry: Entry) -> Iterable[str | None]:
    """Open is no category, whatever the market calls it."""
    return [None if scene.market.kind_of(entry) is CategoryKind.OPEN else entry.category]


def _find_months(scene: Scene, entry: Entry) -> Iterable[str | None]:
    del scene
    if entry.from_on is None or entry.to_on is None:
        end = entry.from_on or entry.to_on
        return [None if end is None else _name_month(end)]
    first, last = _number_month(entry.from_on), _number_month(entry.to_on)
    if last - first >= _MOST_MONTHS:
        return [None]
    return [f"{month // 12}-{month % 12 + 1:02}" for month in range(first, last + 1)] or [_name_month(entry.from_on)]


def _number_month(day: date) -> int:
    return 12 * day.year + day.month - 1


def _name_month(day: date) -> str:
    return f"{day.year}-{day.month:02}"


def _find_district(scene: Scene, entry: Entry) -> Iterable[str | None]:
    """The first letters of the postcode: what a post office calls a region."""
    organisation: Organisation = scene.market.organisation_by_id[entry.organisation]
    postcode = "".join((entry.postcode or organisation.postcode or "").split())
    return [postcode[:_DISTRICT_LETTERS].upper() or None]


def find_lonely(gathered: Gathered) -> tuple[Lonely, ...]:
    """Entries with a place that nobody could help with (`help.fits`), the offers first, by id.

    Of a market so large that its table is cut only the kept pairs are looked at.
    """
    scene, problem = gathered.scene, gathered.problem
    open_rows = np.flatnonzero(problem.eligible)
    offers, needs = problem.pair_offer[open_rows], problem.pair_need[open_rows]
    both = has_places(scene.offers)[offers] & has_places(scene.needs)[needs]
    offers, needs = offers[both], needs[both]
    fitting = fits(scene, offers, needs) if scene.market.scores is None else np.ones(len(offers), dtype=np.bool_)
    lonely: list[Lonely] = []
    for (side, entries), index in zip(_sides(scene), (offers, needs), strict=True):
        possible = np.bincount(index, minlength=len(entries.members))
        helped = np.bincount(index[fitting], minlength=len(entries.members))
        for at in np.flatnonzero((helped == 0) & has_places(entries)).tolist():
            member = entries.members[at]
            lonely.append(Lonely(side, member.id, member.label, member.organisation, int(possible[at])))
    return tuple(lonely)


def _sides(scene: Scene) -> Sequence[tuple[EntrySide, Entries]]:
    return ((EntrySide.OFFER, scene.offers), (EntrySide.NEED, scene.needs))
