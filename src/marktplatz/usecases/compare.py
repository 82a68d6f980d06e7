"""What two plans have in common and where they differ: pairs, partners, sums; as values with ids and labels, nothing is solved."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from marktplatz.market import Market
from marktplatz.plan import Plan, Served

Key = tuple[str, str]


@dataclass(frozen=True, slots=True, order=True)
class Named:
    """An id and what people call it: by the later market, else by the earlier one, else the id again."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class ComparedPair:
    """A pair of at least one of the plans; points are None where a plan has it not.

    `missing` are those of its entries that only one of the two markets has; `giver` and `taker` are None for entries that
    neither has.
    """

    offer: Named
    need: Named
    giver: Named | None
    taker: Named | None
    points_before: int | None
    points_after: int | None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PartnerChange:
    """An organisation whose number of pairs differs; `is_in_both`: do both markets have it?"""

    organisation: Named
    pairs_before: int
    pairs_after: int
    partners_before: tuple[Named, ...]
    partners_after: tuple[Named, ...]
    is_in_both: bool


@dataclass(frozen=True, slots=True)
class PlanComparison:
    """Every list is sorted by id; pairs by offer, then need.

    `added` and `removed` are pairs of one plan only, `kept` of both, `revalued` those of `kept` whose points changed. Of the
    organisations, `served_now` had no pair and `alone_now` has none; `more` and `fewer` have pairs in both plans. `is_same_input`:
    were both plans made for the same content?
    """

    added: tuple[ComparedPair, ...]
    removed: tuple[ComparedPair, ...]
    kept: tuple[ComparedPair, ...]
    revalued: tuple[ComparedPair, ...]
    served_now: tuple[PartnerChange, ...]
    alone_now: tuple[PartnerChange, ...]
    more: tuple[PartnerChange, ...]
    fewer: tuple[PartnerChange, ...]
    served_before: Served
    served_after: Served
    points_before: int
    points_after: int
    is_same_input: bool

    @property
    def served_difference(self) -> int:
        """By how many organisations, of both kinds, the later plan serves more."""
        return _count_served(self.served_after) - _count_served(self.served_before)

    @property
    def points_difference(self) -> int:
        return self.points_after - self.points_before


def compare_plans(before: Plan, after: Plan, *, market: Market, market_before: Market | None = None) -> PlanComparison:
    """Compare an earlier plan with a later one; `market` is the later plan's, `market_before` the earlier's if it is another."""
    naming = _Naming(market_before or market, market)
    points_before, points_after = _points(before), _points(after)
    pairs = [naming.compare(key, points_before, points_after) for key in sorted({*points_before, *points_after})]
    kept = [pair for pair in pairs if pair.points_before is not None and pair.points_after is not None]
    changes = naming.find_changes(points_before, points_after)
    return PlanComparison(
        added=tuple(pair for pair in pairs if pair.points_before is None),
        removed=tuple(pair for pair in pairs if pair.points_after is None),
        kept=tuple(kept),
        revalued=tuple(pair for pair in kept if pair.points_before != pair.points_after),
        served_now=tuple(change for change in changes if not change.pairs_before),
        alone_now=tuple(change for change in changes if not change.pairs_after),
        more=tuple(change for change in changes if 0 < change.pairs_before < change.pairs_after),
        fewer=tuple(change for change in changes if 0 < change.pairs_after < change.pairs_before),
        served_before=before.served,
        served_after=after.served,
        points_before=before.total_points,
        points_after=after.total_points,
        is_same_input=before.input_sha256 == after.input_sha256,
    )


def _points(plan: Plan) -> dict[Key, int]:
    return {(pairing.offer, pairing.need): pairing.points for pairing in plan.pairings}


def _count_served(served: Served) -> int:
    return served.companies[0] + served.nonprofits[0]


@dataclass(frozen=True, slots=True)
class _Naming:
    """What the two markets call things."""

    before: Market
    after: Market

    def compare(self, key: Key, before: Mapping[Key, int], after: Mapping[Key, int]) -> ComparedPair:
        giver, taker = (self._find_owner(entry, prefer_later=key in after) for entry in key)
        return ComparedPair(
            offer=self._name_entry(key[0]),
            need=self._name_entry(key[1]),
            giver=None if giver is None else self._name_organisation(giver),
            taker=None if taker is None else self._name_organisation(taker),
            points_before=before.get(key),
            points_after=after.get(key),
            missing=tuple(entry for entry in key if (entry in self.before.entry_by_id) != (entry in self.after.entry_by_id)),
        )

    def find_changes(self, before: Iterable[Key], after: Iterable[Key]) -> list[PartnerChange]:
        """Every organisation whose number of pairs differs, by id."""
        partners_before, partners_after = self._list_partners(before, later=False), self._list_partners(after, later=True)
        changes = []
        for organisation in sorted({*partners_before, *partners_after}):
            earlier, later = partners_before.get(organisation, []), partners_after.get(organisation, [])
            if len(earlier) != len(later):
                changes.append(self._describe(organisation, earlier, later))
        return changes

    def _describe(self, organisation: str, earlier: list[str], later: list[str]) -> PartnerChange:
        return PartnerChange(
            organisation=self._name_organisation(organisation),
            pairs_before=len(earlier),
            pairs_after=len(later),
            partners_before=tuple(self._name_organisation(partner) for partner in sorted(set(earlier))),
            partners_after=tuple(self._name_organisation(partner) for partner in sorted(set(later))),
            is_in_both=organisation in self.before.organisation_by_id and organisation in self.after.organisation_by_id,
        )

    def _list_partners(self, pairs: Iterable[Key], *, later: bool) -> dict[str, list[str]]:
        """For each organisation the other one of every pair; pairs of which nobody knows the owners are left out."""
        partners: dict[str, list[str]] = {}
        for offer, need in pairs:
            giver, taker = self._find_owner(offer, prefer_later=later), self._find_owner(need, prefer_later=later)
            if giver is not None and taker is not None:
                partners.setdefault(giver, []).append(taker)
                partners.setdefault(taker, []).append(giver)
        return partners

    def _find_owner(self, entry: str, *, prefer_later: bool) -> str | None:
        markets = (self.after, self.before) if prefer_later else (self.before, self.after)
        return next((market.entry_by_id[entry].organisation for market in markets if entry in market.entry_by_id), None)

    def _name_entry(self, id_: str) -> Named:
        found = self.after.entry_by_id.get(id_) or self.before.entry_by_id.get(id_)
        return Named(id_, found.label if found else id_)

    def _name_organisation(self, id_: str) -> Named:
        found = self.after.organisation_by_id.get(id_) or self.before.organisation_by_id.get(id_)
        return Named(id_, found.label if found else id_)
