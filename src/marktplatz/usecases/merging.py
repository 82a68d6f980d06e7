"""Two organisations that are one: what hangs on the one that goes moves to the one that stays, all of it or nothing."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marktplatz.db.models import (
    Agreement,
    AgreementParty,
    AgreementService,
    CheckIn,
    ConversationRecord,
    EntryRecord,
    OrganisationRecord,
    PairingRecord,
    WishRecord,
)
from marktplatz.errors import Conflict, Finding, InvalidInput
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Change, Subject, record_changes
from marktplatz.usecases.merging_people import move_people
from marktplatz.usecases.merging_rules import find_obstacles
from marktplatz.usecases.records import ORGANISATION_FIELDS, load_contacts, organisation_value
from marktplatz.vocabulary import CheckInStatus

CHOSEN: Final = (*ORGANISATION_FIELDS, "about", "website", "assistance", "attendance", "attending", "standing", "return_reason")
"""Columns of which one of the two values stays."""
TOGETHER: Final = {"attendance": ("attending",), "standing": ("return_reason",)}
"""What is told by the same choice."""
CONTACT: Final = "contact"


def find_differences(kept: OrganisationRecord, gone: OrganisationRecord) -> tuple[str, ...]:
    """The fields between which somebody has to choose."""
    follow = {name for names in TOGETHER.values() for name in names}
    return tuple(name for name in CHOSEN if name not in follow and getattr(kept, name) != getattr(gone, name))


def merge_organisations(
    session: Session,
    now: datetime,
    actor: Actor,
    kept: OrganisationRecord,
    gone: OrganisationRecord,
    from_gone: Iterable[str],
) -> None:
    """`from_gone` names the fields, and perhaps the contact, that are taken from the one that goes.

    Conflict with a finding for everything that stands against it: partners of each other are not the same.
    """
    if kept.id == gone.id or kept.market_id != gone.market_id:
        raise InvalidInput(Finding("merge_with_itself"))
    wanted = frozenset(from_gone) & {*CHOSEN, CONTACT}
    values = _decide(kept, gone, wanted)
    obstacles = list(find_obstacles(session, kept, gone, values))
    if obstacles:
        raise Conflict(*obstacles)
    before = [_said(session, record) for record in (kept, gone)]
    moved = _move_entries(session, kept, gone)
    _move_wishes(session, kept, gone)
    _move_check_in(session, kept, gone)
    _move_agreements(session, kept, gone)
    _move_results(session, kept, gone)
    move_people(session, kept, gone, contact_from_gone=CONTACT in wanted)
    _write(session, now, kept, gone, values)
    subjects = Subject("organisation", kept.id), Subject("organisation", gone.id)
    changes = [
        Change("merge_organisation", subjects[0], before[0], _said(session, kept) | {"merged": gone.id, "entries": moved}),
        Change("merged_into", subjects[1], before[1], {"into": kept.id}),
    ]
    session.delete(gone)
    session.flush()
    record_changes(session, now, actor, changes, chain=kept.market_id)


def _decide(kept: OrganisationRecord, gone: OrganisationRecord, wanted: frozenset[str]) -> dict[str, Any]:
    named = wanted | {name for leader in wanted for name in TOGETHER.get(leader, ())}
    return {name: getattr(gone if name in named else kept, name) for name in CHOSEN}


def _said(session: Session, record: OrganisationRecord) -> dict[str, Any]:
    contact = load_contacts(session, record.market_id, [record.id]).get(record.id)
    return organisation_value(record, contact).model_dump(mode="json") | {"standing": record.standing.value}


def _move_entries(session: Session, kept: OrganisationRecord, gone: OrganisationRecord) -> list[str]:
    of_gone = (EntryRecord.market_id == gone.market_id, EntryRecord.organisation_id == gone.id)
    moved = list(session.scalars(select(EntryRecord.id).where(*of_gone).order_by(EntryRecord.id)))
    session.execute(
        update(EntryRecord).where(*of_gone).values(organisation_id=kept.id, version=EntryRecord.version + 1),
        execution_options={"synchronize_session": False},
    )
    return moved


def _move_wishes(session: Session, kept: OrganisationRecord, gone: OrganisationRecord) -> None:
    """Of what says the same one stays; about itself nobody wishes."""
    market_id = kept.market_id
    own = {kept.id, gone.id} | set(
        session.scalars(select(EntryRecord.id).where(EntryRecord.market_id == market_id, EntryRecord.organisation_id == kept.id))
    )
    both = (kept.id, gone.id)
    about = WishRecord.organisation_id.in_(both) | WishRecord.target.in_(both)
    wishes = list(session.scalars(select(WishRecord).where(WishRecord.market_id == market_id, about).order_by(WishRecord.id)))
    seen: set[tuple[str, str, str]] = set()
    changed = []
    for wish in sorted(wishes, key=lambda wish: gone.id in (wish.organisation_id, wish.target)):
        wisher, target = (kept.id if each == gone.id else each for each in (wish.organisation_id, wish.target))
        if (wisher == kept.id and target in own) or (wisher, target, wish.level) in seen:
            session.delete(wish)
        else:
            seen.add((wisher, target, wish.level))
            changed.append((wish, wisher, target))
    session.flush()
    for wish, wisher, target in changed:
        wish.organisation_id, wish.target = wisher, target
    session.flush()


def _move_check_in(session: Session, kept: OrganisationRecord, gone: OrganisationRecord) -> None:
    """Who is there is there, under whichever name they were let in."""
    ours, theirs = (session.get(CheckIn, (kept.market_id, record.id)) for record in (kept, gone))
    if theirs is None:
        return
    if ours is None:
        ours = CheckIn(
            market_id=kept.market_id,
            organisation_id=kept.id,
            status=theirs.status,
            people=theirs.people,
            changed_at=theirs.changed_at,
        )
        session.add(ours)
    elif theirs.status is CheckInStatus.PRESENT and ours.status is not CheckInStatus.PRESENT:
        ours.status, ours.people, ours.changed_at = theirs.status, theirs.people, theirs.changed_at
    session.delete(theirs)
    session.flush()


def _move_agreements(session: Session, kept: OrganisationRecord, gone: OrganisationRecord) -> None:
    columns = (
        AgreementParty.organisation_id,
        AgreementService.giver_id,
        AgreementService.taker_id,
        Agreement.contact_organisation_id,
        Agreement.contacted_organisation_id,
    )
    _rename(session, columns, kept, gone)
    of_kept = select(AgreementParty.agreement_id).where(
        AgreementParty.market_id == kept.market_id, AgreementParty.organisation_id == kept.id
    )
    session.execute(
        update(Agreement)
        .where(Agreement.market_id == kept.market_id, Agreement.id.in_(of_kept))
        .values(version=Agreement.version + 1),
        execution_options={"synchronize_session": False},
    )


def _move_results(session: Session, kept: OrganisationRecord, gone: OrganisationRecord) -> None:
    """Whoever was proposed to the one is a partner of the other now; what lay between the two stays as it was told."""
    ends = ((PairingRecord.giver_id, PairingRecord.taker_id), (ConversationRecord.first_id, ConversationRecord.second_id))
    for one, other in ends:
        for mine, theirs in ((one, other), (other, one)):
            session.execute(
                update(mine.class_)
                .where(mine.class_.market_id == gone.market_id, mine == gone.id, theirs != kept.id)
                .values({mine: kept.id}),
                execution_options={"synchronize_session": False},
            )


def _rename(session: Session, columns: Iterable[Any], kept: OrganisationRecord, gone: OrganisationRecord) -> None:
    for column in columns:
        session.execute(
            update(column.class_).where(column.class_.market_id == gone.market_id, column == gone.id).values({column: kept.id}),
            execution_options={"synchronize_session": False},
        )


def _write(session: Session, now: datetime, kept: OrganisationRecord, gone: OrganisationRecord, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(kept, name, value)
    kept.agreed += gone.agreed
    if kept.nonprofit_seen_at is None and gone.nonprofit_seen_at is not None:
        kept.nonprofit_seen_at, kept.nonprofit_seen_by = gone.nonprofit_seen_at, gone.nonprofit_seen_by
    kept.created_at = min(kept.created_at, gone.created_at)
    kept.updated_at = now
    session.flush()
    session.expire_all()
