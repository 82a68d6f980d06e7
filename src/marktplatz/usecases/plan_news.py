"""The changes of the live plan as sentences: for the staff all of them, for a participant what is new for the own organisation."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import EntryRecord, OrganisationRecord, PlanChange
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.concerns import Concerns
from marktplatz.usecases.plan_changes import cut_for, name_entries, name_organisations
from marktplatz.wording.plan_changes import cause_text, clock_text, own_pair_text, own_talk_text, pair_text, talk_text

MOST_NEWS: Final = 3
"""So much of what is new is shown on a participant's page."""


@dataclass(frozen=True)
class Told:
    """One change: its number, the time by the market's clock, what happened, what it led to, and whom it concerns (id and name)."""

    number: int
    at: datetime
    clock: str
    causes: tuple[str, ...]
    talks: tuple[str, ...]
    pairs: tuple[str, ...]
    concerned: tuple[tuple[str, str], ...]
    is_proven: bool


def tell_changes(session: Session, changes: Iterable[PlanChange], market_id: str, zone: str, language: str) -> list[Told]:
    """With today's names; two queries, however many changes there are."""
    found = list(changes)
    organisation, entry = _read_names(session, market_id, found)
    return [
        Told(
            number=change.number,
            at=change.at,
            clock=clock_text(change.at, zone, language),
            causes=tuple(cause_text(each, organisation, entry, language) for each in change.causes),
            talks=tuple(talk_text(each, organisation, language) for each in change.talks),
            pairs=tuple(pair_text(each, organisation, entry, language) for each in change.pairs),
            concerned=tuple(
                sorted(((id_, organisation(id_)) for id_ in name_organisations(change)), key=lambda each: each[1].casefold())
            ),
            is_proven=change.is_proven,
        )
        for change in found
    ]


def tell_own_news(
    session: Session, actor: Actor, market_id: str, organisation_id: str, zone: str, language: str, concerns: Concerns
) -> list[Told]:
    """The last that is new for an organisation, the newest first; what others have between them is not told."""
    own = Actor(actor.name, actor.roles, frozenset({organisation_id}))
    changes = concerns.iter_changes(session, market_id, organisation_id)
    cuts = ((change, *cut_for(change, own)) for change in changes)
    new = list(islice((cut for cut in cuts if cut[2] or cut[3]), MOST_NEWS))
    organisation, entry = _read_names(session, market_id, [change for change, *_ in new])
    return [
        Told(
            number=change.number,
            at=change.at,
            clock=clock_text(change.at, zone, language),
            causes=tuple(
                cause_text(each, organisation, entry, language) for each in causes if each["organisation"] != organisation_id
            ),
            talks=tuple(own_talk_text(each, organisation_id, organisation, language) for each in talks),
            pairs=tuple(own_pair_text(each, organisation_id, organisation, entry, language) for each in pairs),
            concerned=(),
            is_proven=change.is_proven,
        )
        for change, causes, pairs, talks in new
    ]


def _read_names(
    session: Session, market_id: str, changes: Iterable[PlanChange]
) -> tuple[Callable[[str], str], Callable[[str], str]]:
    organisations: set[str] = set()
    entries: set[str] = set()
    for change in changes:
        organisations |= name_organisations(change)
        entries |= name_entries(change)
    names = select(OrganisationRecord.id, OrganisationRecord.name).where(
        OrganisationRecord.market_id == market_id, OrganisationRecord.id.in_(organisations)
    )
    titles = select(EntryRecord.id, EntryRecord.title).where(EntryRecord.market_id == market_id, EntryRecord.id.in_(entries))
    name_of = {id_: name for id_, name in session.execute(names)} if organisations else {}  # noqa: C416 a Result has keys()
    title_of = {id_: title for id_, title in session.execute(titles)} if entries else {}  # noqa: C416
    return (lambda id_: name_of.get(id_) or id_), (lambda id_: title_of.get(id_) or id_)
