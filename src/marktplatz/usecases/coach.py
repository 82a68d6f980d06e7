"""Advice for the author of an entry: how many partners could help as it stands, and what would bring more. Figures, no names."""

from sqlalchemy.orm import Session

from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.market import Entry, Organisation
from marktplatz.matching.advice.coach import Advice, Coach
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.entries import get_entry
from marktplatz.usecases.known import Known
from marktplatz.usecases.records import entry_value
from marktplatz.vocabulary import EntrySide

KnownCoaches = Known[Coach]


def make_known_coaches() -> KnownCoaches:
    """One per process."""
    return Known(Coach)


def advise_on_entry(
    session: Session, actor: Actor, market_id: str, side: EntrySide, entry_id: str, coaches: KnownCoaches
) -> Advice:
    """About an entry of the caller's own; NotFound for one that is not, and for one that does not exist."""
    entry = entry_value(get_entry(session, actor, market_id, side, entry_id))
    return coaches.of(session, market_id).advise(side, entry)


def advise_on_draft(
    session: Session,
    market_id: str,
    side: EntrySide,
    draft: Entry,
    coaches: KnownCoaches,
    organisation: Organisation | None = None,
) -> Advice:
    """About an entry that is being written, with the organisation that writes it where that is new as well.

    A draft with the id of an entry of the market is that entry, changed; any other id is a new one. An unknown category is none.
    """
    coach = coaches.of(session, market_id)
    if organisation is None and not coach.knows(draft.organisation):
        raise InvalidInput(Finding("unknown_organisation", Place(field="organisation"), {"id": draft.organisation}))
    return coach.advise(side, draft, organisation)
