"""The door on the market day: who is expected, who is there, and what is done about it at several desks at once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import AuditDetail, AuditEntry, CheckIn, OrganisationRecord
from marktplatz.errors import Conflict, Finding, InvalidInput, Place
from marktplatz.market import Organisation
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Change, Subject, record_change, record_changes
from marktplatz.usecases.checkins import change_check_in, check_in
from marktplatz.usecases.door_search import EXACT, NEARLY, find_by_name
from marktplatz.usecases.identifiers import make_id
from marktplatz.usecases.organisations import add_organisation, get_organisation
from marktplatz.usecases.own_organisation import MAX_PEOPLE
from marktplatz.vocabulary import Attendance, CheckInStatus, OrganisationKind, Standing

UNDO: Final = "undo_check_in"


@dataclass(frozen=True, slots=True)
class Guest:
    """An organisation as the door sees it, without anybody's contact; `version` 0 while nobody has said anything about it."""

    id: str
    name: str
    kind: OrganisationKind
    standing: Standing
    attendance: Attendance
    announced: int | None
    table: int | None
    status: CheckInStatus | None
    people: int | None
    changed_at: datetime | None
    version: int

    @property
    def label(self) -> str:
        return self.name.strip() or self.id

    @property
    def is_expected(self) -> bool:
        return self.standing is Standing.APPROVED and self.attendance is not Attendance.CANCELLED

    @property
    def is_missing(self) -> bool:
        """Expected, and nobody has said anything yet."""
        return self.is_expected and self.status is None


@dataclass(frozen=True, slots=True)
class DoorCounts:
    """`expected` are those that announced themselves, and all who are there or were; `people` those who were counted."""

    present: int
    expected: int
    missing: int
    absent: int
    left: int
    people: int


def find_guests(session: Session, market_id: str) -> list[Guest]:
    """All of a market by name, in one query, but for those who withdrew and did not come after all."""
    record = OrganisationRecord
    join = (CheckIn.market_id == record.market_id) & (CheckIn.organisation_id == record.id)
    wanted = (
        select(
            record.id, record.name, record.kind, record.standing, record.attendance, record.attending, record.table,
            CheckIn.status, CheckIn.people, CheckIn.changed_at, CheckIn.version,
        )
        .outerjoin(CheckIn, join)
        .where(record.market_id == market_id)
    )  # fmt: skip
    guests = [Guest(*row[:10], row[10] or 0) for row in session.execute(wanted)]
    kept = [guest for guest in guests if guest.standing is not Standing.WITHDRAWN or guest.status is not None]
    return sorted(kept, key=lambda guest: (guest.label.casefold(), guest.id))


def get_guest(session: Session, actor: Actor, market_id: str, organisation_id: str) -> Guest:
    """NotFound for one that does not exist and for one that is not the caller's."""
    record = get_organisation(session, actor, market_id, organisation_id)
    found = session.get(CheckIn, (market_id, organisation_id))
    known = (found.status, found.people, found.changed_at, found.version) if found is not None else (None, None, None, 0)
    fields = (record.id, record.name, record.kind, record.standing, record.attendance, record.attending, record.table)
    return Guest(*fields, *known)


def count_guests(guests: Sequence[Guest]) -> DoorCounts:
    by_status = {status: sum(guest.status is status for guest in guests) for status in CheckInStatus}
    return DoorCounts(
        present=by_status[CheckInStatus.PRESENT],
        expected=sum(guest.is_expected or guest.status in (CheckInStatus.PRESENT, CheckInStatus.LEFT) for guest in guests),
        missing=sum(guest.is_missing for guest in guests),
        absent=by_status[CheckInStatus.ABSENT],
        left=by_status[CheckInStatus.LEFT],
        people=sum(guest.people or 0 for guest in guests if guest.status is CheckInStatus.PRESENT),
    )


def search_guests(guests: Sequence[Guest], search: str) -> list[Guest]:
    """Those whose name fits, the best first; all of them where nothing is looked for."""
    if not search.strip():
        return list(guests)
    ranks = find_by_name(((guest.id, guest.label) for guest in guests), search)
    return sorted((guest for guest in guests if guest.id in ranks), key=lambda guest: ranks[guest.id])


def find_namesakes(guests: Sequence[Guest], name: str) -> list[Guest]:
    """Those who may be meant by the name of a walk-in: the same name but for its spelling, or nearly."""
    ranks = find_by_name(((guest.id, guest.label) for guest in guests), name)
    return [guest for guest in guests if ranks.get(guest.id) in (EXACT, NEARLY) or (len(ranks) == 1 and guest.id in ranks)]


def note_at_door(
    session: Session,
    now: datetime,
    actor: Actor,
    market_id: str,
    organisation_id: str,
    status: CheckInStatus,
    people: int | None,
    version: int,
) -> bool:
    """What is the case now. False where just this was noted already: at two desks, or by a second tap.

    Conflict where somebody else noted something different since the caller looked (`version`).
    """
    if people is not None and not 0 <= people <= MAX_PEOPLE:
        raise InvalidInput(Finding("people_at_door", Place(field="people"), {"limit": MAX_PEOPLE}))
    counted = people if status is CheckInStatus.PRESENT else None
    guest = get_guest(session, actor, market_id, organisation_id)
    if guest.status is status and (guest.people == counted or guest.version != version):
        return False
    if guest.version != version:
        raise Conflict(Finding("noted_meanwhile"))
    record = session.get(CheckIn, (market_id, organisation_id))
    if record is None:
        check_in(session, now, actor, market_id, organisation_id, status, counted)
    else:
        change_check_in(session, now, actor, record, status, counted)
    return True


def undo_at_door(session: Session, now: datetime, actor: Actor, market_id: str, organisation_id: str, version: int) -> None:
    """Back to what was noted before the last word about an organisation, as the audit has it."""
    get_organisation(session, actor, market_id, organisation_id)
    record = session.get(CheckIn, (market_id, organisation_id))
    if record is None or record.version != version:
        raise Conflict(Finding("noted_meanwhile"))
    before = _find_before(session, market_id, organisation_id)
    after = {"status": record.status, "people": record.people}
    if before is None:
        session.delete(record)
    else:
        record.status, record.people = CheckInStatus(before["status"]), before["people"]
        record.changed_at = now
    session.flush()
    subject = Subject("check_in", organisation_id)
    record_change(session, now, actor, UNDO, subject, chain=market_id, before=after, after=before)


def walk_in(
    session: Session,
    now: datetime,
    actor: Actor,
    market_id: str,
    name: str,
    kind: OrganisationKind,
    people: int | None,
    seed: str | None = None,
) -> OrganisationRecord:
    """Somebody whom nobody expected: an approved organisation, and it is there. What it offers and needs, a broker writes down."""
    sent = Organisation(id=make_id("o", seed), kind=kind, name=name)
    record = add_organisation(session, now, replace(actor, organisations=None), market_id, sent)
    record.attendance = Attendance.COMING
    session.flush()
    note_at_door(session, now, actor, market_id, record.id, CheckInStatus.PRESENT, people, 0)
    return record


def note_no_shows(session: Session, now: datetime, actor: Actor, market_id: str, count: int) -> int:
    """All who were expected and of whom nobody has said anything did not come; Conflict where it is not `count` of them."""
    missing = [guest for guest in find_guests(session, market_id) if guest.is_missing]
    if len(missing) != count:
        raise Conflict(Finding("count_has_changed", params={"count": len(missing)}))
    said: dict[str, Any] = {"status": CheckInStatus.ABSENT, "people": None}
    session.add_all(CheckIn(market_id=market_id, organisation_id=guest.id, changed_at=now, **said) for guest in missing)
    session.flush()
    changes = [Change("check_in", Subject("check_in", guest.id), after=said) for guest in missing]
    record_changes(session, now, actor, changes, chain=market_id)
    return len(missing)


def _find_before(session: Session, market_id: str, organisation_id: str) -> dict[str, Any] | None:
    """What the last word replaced; None for nothing. Conflict where it is not known any more."""
    wanted = (
        select(AuditDetail.details)
        .join(AuditEntry, (AuditEntry.chain == AuditDetail.chain) & (AuditEntry.number == AuditDetail.number))
        .where(AuditEntry.chain == market_id, AuditEntry.subject_kind == "check_in", AuditEntry.subject_id == organisation_id)
        .order_by(AuditEntry.number.desc())
        .limit(1)
    )
    details = session.scalar(wanted)
    if details is None:
        raise Conflict(Finding("nothing_to_undo"))
    before: dict[str, Any] | None = json.loads(details)["before"]
    return before
