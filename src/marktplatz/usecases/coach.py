"""The coach: how many partners could help with an organisation's entries as they stand, and what would bring more."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from marktplatz.market import Entry, Market, Organisation
from marktplatz.matching.advice.coach import Advice, Coach
from marktplatz.usecases.records import Extent, load_market
from marktplatz.vocabulary import EntrySide
from marktplatz.wording.advice import help_sentence, variant_sentence

MAX_VARIANTS: Final = 2
"""Whoever is told of everything at once changes nothing."""

OwnEntry = tuple[EntrySide, Entry]


@dataclass(frozen=True, slots=True)
class Coached:
    """What the coach says about one entry, in sentences."""

    side: EntrySide
    id: str
    title: str
    partners: int
    help: str
    is_vague: bool
    more: tuple[str, ...]


def coach_organisation(session: Session, market_id: str, organisation_id: str, language: str) -> list[Coached]:
    """About everything that an organisation has entered and not withdrawn; all that others entered counts, approved or not."""
    market = load_market(session, market_id, Extent.KEPT, with_contacts=False)
    own = [
        (side, entry)
        for side, entries in ((EntrySide.OFFER, market.offers), (EntrySide.NEED, market.needs))
        for entry in entries
        if entry.organisation == organisation_id
    ]
    return _advise(market, own, language)


def coach_newcomer(market: Market, organisation: Organisation, entries: Iterable[OwnEntry], language: str) -> list[Coached]:
    """The same about somebody who is about to come in; reads nothing, so it can be asked before anything is locked."""
    own = list(entries)
    joined = market.model_copy(
        update={
            "organisations": (*market.organisations, organisation),
            "offers": (*market.offers, *(entry for side, entry in own if side is EntrySide.OFFER)),
            "needs": (*market.needs, *(entry for side, entry in own if side is EntrySide.NEED)),
        }
    )
    return _advise(_without_caches(joined), own, language)


def _without_caches(market: Market) -> Market:
    """A copy of a value takes over what was looked up in the original."""
    return Market.model_construct(None, **{name: getattr(market, name) for name in Market.model_fields})


def _advise(market: Market, own: list[OwnEntry], language: str) -> list[Coached]:
    if not own:
        return []
    coach = Coach(market)
    return [_tell(side, entry, coach.advise(side, entry), language) for side, entry in own]


def _tell(side: EntrySide, entry: Entry, advice: Advice, language: str) -> Coached:
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
