"""What the coach says about an organisation's entries, in sentences: how many could help, and what would bring more."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import EntryRecord, MarketRecord
from marktplatz.market import Entry, Market, Organisation
from marktplatz.matching.advice.coach import Advice, Coach
from marktplatz.usecases.coach import KnownCoaches, advise_on_draft
from marktplatz.usecases.records import Extent, entry_value, load_market
from marktplatz.vocabulary import EntrySide, Reciprocity, Standing
from marktplatz.wording.advice import help_sentence, variant_sentence

MAX_VARIANTS: Final = 2
"""Whoever is told of everything at once changes nothing."""

OwnEntry = tuple[EntrySide, Entry]


@dataclass(frozen=True, slots=True)
class Coached:
    """What the coach says about one entry; `more` are the changes that would bring most."""

    side: EntrySide
    id: str
    title: str
    partners: int
    help: str
    is_vague: bool
    more: tuple[str, ...]


def coach_organisation(
    session: Session, market_id: str, organisation_id: str, coaches: KnownCoaches, language: str
) -> list[Coached]:
    """About everything that an organisation has entered and not withdrawn; whose it may see, the caller has checked."""
    wanted = (
        select(EntryRecord)
        .where(EntryRecord.market_id == market_id, EntryRecord.organisation_id == organisation_id)
        .where(EntryRecord.standing != Standing.WITHDRAWN)
        .order_by(EntryRecord.created_at, EntryRecord.id)
    )
    coach = coaches.of(session, market_id)
    if not coach.knows(organisation_id):
        return []
    found = [(record.side, entry_value(record)) for record in session.scalars(wanted)]
    return [tell(side, entry, coach.advise(side, entry), language) for side, entry in found]


def coach_newcomer(
    session: Session,
    market: MarketRecord,
    organisation: Organisation,
    entries: Iterable[OwnEntry],
    coaches: KnownCoaches,
    language: str,
) -> list[Coached]:
    """About the entries of somebody who is about to come in; nothing of it is in the market yet."""
    own = list(entries)
    if market.reciprocity is Reciprocity.REQUIRED:
        # Who could give something back, only a market tells in which the newcomer's other entries are.
        coach = Coach(_join(load_market(session, market.id, Extent.KEPT, with_contacts=False), organisation, own))
        return [tell(side, entry, coach.advise(side, entry), language) for side, entry in own]
    return [
        tell(side, entry, advise_on_draft(session, market.id, side, entry, coaches, organisation), language) for side, entry in own
    ]


def _join(market: Market, organisation: Organisation, own: list[OwnEntry]) -> Market:
    """Made anew: a copy of a value would take over what was looked up in the original."""
    fields = {name: getattr(market, name) for name in Market.model_fields}
    fields["organisations"] = (*market.organisations, organisation)
    fields["offers"] = (*market.offers, *(entry for side, entry in own if side is EntrySide.OFFER))
    fields["needs"] = (*market.needs, *(entry for side, entry in own if side is EntrySide.NEED))
    return Market.model_construct(None, **fields)


def tell(side: EntrySide, entry: Entry, advice: Advice, language: str) -> Coached:
    best = sorted(advice.variants, key=lambda variant: -variant.partners)[:MAX_VARIANTS]
    more = tuple(
        variant_sentence(
            variant.kind,
            variant.partners,
            people=variant.changed.people,
            hours=variant.changed.hours,
            from_on=variant.changed.from_on,
            to_on=variant.changed.to_on,
            language=language,
        )
        for variant in best
    )
    help_ = help_sentence(advice.partners, language)
    return Coached(side, entry.id, entry.label, advice.partners, help_, advice.is_vague, more)
