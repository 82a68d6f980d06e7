"""A run's plan as it is looked at: its pairings with the market that they were found in, by organisation, searched and paged."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session

from marktplatz.db.models import PairingRecord, Run
from marktplatz.errors import Conflict, Finding
from marktplatz.market import Market
from marktplatz.plan import Plan
from marktplatz.usecases.plan_shares import Link
from marktplatz.usecases.records import Extent, load_market
from marktplatz.usecases.run_plans import load_pairings, read_input
from marktplatz.vocabulary import OrganisationKind, PairStatus


@dataclass(frozen=True)
class PlanView:
    """`plan` has no pairings: those are the records, by offer, then need. `is_present`: the market is the one of today, since the
    run's own was erased.
    """

    run: Run
    plan: Plan
    pairings: Sequence[PairingRecord]
    market: Market
    is_present: bool

    @property
    def links(self) -> list[Link]:
        return [(each.offer_id, each.need_id, each.giver_id, each.taker_id) for each in self.pairings]

    @cached_property
    def by_organisation(self) -> dict[str, list[PairingRecord]]:
        """The best pairs first."""
        found: dict[str, list[PairingRecord]] = {}
        for each in sorted(self.pairings, key=lambda pairing: (-pairing.points, pairing.offer_id, pairing.need_id)):
            for organisation in dict.fromkeys((each.giver_id, each.taker_id)):
                found.setdefault(organisation, []).append(each)
        return found

    @cached_property
    def pinned(self) -> frozenset[tuple[str, str]]:
        return frozenset((pair.offer, pair.need) for pair in self.market.pairs if pair.status is PairStatus.PINNED)

    def name_organisation(self, organisation_id: str) -> str:
        found = self.market.organisation_by_id.get(organisation_id)
        return found.label if found else organisation_id

    def name_entry(self, entry_id: str) -> str:
        found = self.market.entry_by_id.get(entry_id)
        return found.label if found else entry_id

    def kind_of(self, organisation_id: str) -> OrganisationKind | None:
        found = self.market.organisation_by_id.get(organisation_id)
        return found.kind if found else None


def load_plan_view(session: Session, run: Run) -> PlanView:
    """Conflict for a run that has no plan (yet)."""
    if run.plan is None:
        raise Conflict(Finding("run_has_no_plan", params={"id": run.id}))
    kept = read_input(run)
    return PlanView(
        run=run,
        plan=Plan.model_validate_json(json.dumps(run.plan), by_alias=True),
        pairings=load_pairings(session, run.market_id, run.id),
        market=kept or load_market(session, run.market_id, Extent.READY, with_contacts=False),
        is_present=kept is None,
    )


@dataclass(frozen=True, slots=True)
class Group:
    """An organisation with its pairs, the best first."""

    id: str
    name: str
    kind: OrganisationKind | None
    pairings: Sequence[PairingRecord]


def group_pairings(view: PlanView, words: str = "", kind: OrganisationKind | None = None) -> list[Group]:
    """By the organisations' names; `words` all stand in its name, its partners' names or the entries of its pairs."""
    wanted = words.casefold().split()
    groups = [
        Group(organisation, view.name_organisation(organisation), view.kind_of(organisation), pairings)
        for organisation, pairings in view.by_organisation.items()
    ]
    found = [each for each in groups if (kind is None or each.kind is kind) and _has_words(view, each, wanted)]
    return sorted(found, key=lambda each: (each.name.casefold(), each.id))


def list_alone(view: PlanView) -> list[tuple[str, str, OrganisationKind | None, tuple[str, ...]]]:
    """Who has nobody, by name: id, name, kind, and why."""
    rows = [
        (
            each.organisation,
            view.name_organisation(each.organisation),
            view.kind_of(each.organisation),
            tuple(reason.text for reason in each.reasons),
        )
        for each in view.plan.unpaired
    ]
    return sorted(rows, key=lambda row: (row[1].casefold(), row[0]))


def _has_words(view: PlanView, group: Group, words: Sequence[str]) -> bool:
    if not words:
        return True
    ids = {each for pairing in group.pairings for each in (pairing.giver_id, pairing.taker_id)}
    entries = {each for pairing in group.pairings for each in (pairing.offer_id, pairing.need_id)}
    names = [group.name, *map(view.name_organisation, ids), *map(view.name_entry, entries)]
    text = "\n".join(names).casefold()
    return all(word in text for word in words)
