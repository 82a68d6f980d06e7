"""A participant's own organisation: its words, its coming, what its people need; withdrawn and fetched back."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from marktplatz.db.models import OrganisationRecord
from marktplatz.errors import Conflict, Finding, InvalidInput, Place
from marktplatz.market import Line, Name, Text, Value
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.profiles import get_profile
from marktplatz.usecases.records import fields_of
from marktplatz.usecases.registering import is_full
from marktplatz.usecases.standings import standing_after_edit, standing_of_unseen
from marktplatz.vocabulary import Attendance, Standing

MAX_PEOPLE: Final = 100


class OwnWords(Value):
    """What a participant says of their organisation; the rest of it is the organiser's affair."""

    name: Name
    postcode: Line | None = None
    about: Text | None = None
    website: Line | None = None


WORDS: Final = tuple(OwnWords.model_fields)


def words_of(record: OrganisationRecord) -> OwnWords:
    return OwnWords.model_construct(None, **{name: getattr(record, name) for name in WORDS})


def change_own_words(session: Session, now: datetime, actor: Actor, record: OrganisationRecord, sent: OwnWords) -> None:
    """Another name is looked at again, as is all of what was returned; another word about it is not."""
    before = words_of(record)
    if sent.name != before.name or record.standing is Standing.RETURNED:
        record.standing = standing_after_edit(session, actor, record)
    for name, value in fields_of(sent, WORDS).items():
        setattr(record, name, value)
    _record(session, now, actor, "change_organisation", record, before=before.model_dump(), after=sent.model_dump())


def withdraw_organisation(session: Session, now: datetime, actor: Actor, record: OrganisationRecord) -> None:
    """With all its entries, which stay as they are; agreements stand."""
    if record.standing is not Standing.WITHDRAWN:
        _move(session, now, actor, record, "withdraw_organisation", Standing.WITHDRAWN)


def restore_organisation(session: Session, now: datetime, actor: Actor, record: OrganisationRecord) -> None:
    if record.standing is Standing.WITHDRAWN:
        _move(session, now, actor, record, "restore_organisation", _standing_on_coming_back(session, record.market_id))


def say_coming(session: Session, now: datetime, actor: Actor, record: OrganisationRecord, people: int | None) -> None:
    """Whoever had cancelled comes back behind those who wait, if the hall is full by now."""
    _must_take_part(record)
    if people is not None and not 1 <= people <= MAX_PEOPLE:
        raise InvalidInput(Finding("people_out_of_range", Place(field="attending"), {"limit": MAX_PEOPLE}))
    before = _coming(record)
    if record.attendance is Attendance.CANCELLED and record.standing is not Standing.WAITING:
        record.standing = _standing_on_coming_back(session, record.market_id, otherwise=record.standing)
    record.attendance, record.attending = Attendance.COMING, people
    _record(session, now, actor, "say_coming", record, before=before, after=_coming(record))


def cancel_coming(session: Session, now: datetime, actor: Actor, record: OrganisationRecord) -> None:
    """The place is free for others; entries stay and are not matched."""
    _must_take_part(record)
    before = _coming(record)
    record.attendance, record.attending = Attendance.CANCELLED, None
    _record(session, now, actor, "cancel_coming", record, before=before, after=_coming(record))


def put_assistance(session: Session, now: datetime, actor: Actor, record: OrganisationRecord, text: str) -> None:
    """May tell of somebody's health: the audit keeps that it changed, not what it says."""
    after = text.strip() or None
    if after == record.assistance:
        return
    if after is not None and len(after) > 2_000:
        raise InvalidInput(Finding("too_long", Place(field="assistance"), {"found": after[:30] + "…", "limit": 2_000}))
    record.assistance = after
    _record(session, now, actor, "change_assistance", record, after={"is_told": after is not None})


def _standing_on_coming_back(session: Session, market_id: str, otherwise: Standing | None = None) -> Standing:
    """An organisation that had given its place away: behind those who wait, if there is none left.

    `otherwise`: where it stood before, if nothing but its coming has changed. Conflict where the hall is full and nobody waits.
    """
    profile = get_profile(session, market_id)
    if is_full(session, profile):
        if not profile.has_waiting_list:
            raise Conflict(Finding("no_place_left"))
        return Standing.WAITING
    return otherwise or standing_of_unseen(profile)


def _must_take_part(record: OrganisationRecord) -> None:
    if record.standing is Standing.WITHDRAWN:
        raise Conflict(Finding("organisation_is_withdrawn"))


def _coming(record: OrganisationRecord) -> dict[str, Any]:
    return {"attendance": record.attendance, "attending": record.attending, "standing": record.standing}


def _move(session: Session, now: datetime, actor: Actor, record: OrganisationRecord, deed: str, standing: Standing) -> None:
    before, record.standing = record.standing, standing
    _record(session, now, actor, deed, record, before={"standing": before}, after={"standing": standing})


def _record(session: Session, now: datetime, actor: Actor, action: str, record: OrganisationRecord, **said: Any) -> None:
    record.updated_at = now
    session.flush()
    record_change(session, now, actor, action, Subject("organisation", record.id), chain=record.market_id, **said)
