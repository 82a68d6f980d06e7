"""How a market is announced and held: read it, change it. The policy, by which it is matched, is `markets`' affair."""

from datetime import date, datetime, time
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field
from sqlalchemy.orm import Session

from marktplatz.db.models import Profile
from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.market import Day, Line, Text, Value
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.records import fields_of
from marktplatz.usecases.secrecy import check_mail
from marktplatz.usecases.zones import Zone
from marktplatz.vocabulary import DataClass, Trading, Visibility

Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Places = Annotated[int, Field(ge=1, le=10_000)]
Minutes = Annotated[int, Field(ge=1, le=240)]

TEXTS: Final = ("imprint", "privacy", "accessibility", "steps")
"""Texts that an organiser may put in the place of ours."""
RETENTION_DAYS: Final = {DataClass.CONTACTS: 400, DataClass.MESSAGES: 180, DataClass.RUN_INPUTS: 180}
"""Days after the market, unless the organiser says otherwise: contacts live until next year's invitation."""


class ProfileValue(Value):
    """What the page of a market says and how the evening is laid out; each field as in `db.models.Profile`."""

    town: Line | None = None
    venue: Line | None = None
    address: Line | None = None
    begins: Clock | None = None
    ends: Clock | None = None
    timezone: Line = "Europe/Berlin"
    about: Text | None = None
    trading: Trading = Trading.FREE
    rounds: Places | None = None
    round_minutes: Minutes | None = None
    tables: Places | None = None
    zones: tuple[Zone, ...] = ()
    entry_deadline: Day | None = None
    hall_places: Places | None = None
    has_waiting_list: bool = True
    visibility: Visibility = Visibility.PARTICIPANTS
    approves: bool = True
    organiser_name: Line | None = None
    organiser_email: Line | None = None
    organiser_phone: Line | None = None
    texts: dict[str, Text] = Field(default_factory=dict)
    retention_days: dict[DataClass, Annotated[int, Field(ge=1, le=3_650)]] = Field(default_factory=dict)


FIELDS: Final = tuple(ProfileValue.model_fields)


def get_profile(session: Session, market_id: str) -> Profile:
    return session.get_one(Profile, market_id)


def profile_value(record: Profile) -> ProfileValue:
    raw = {name: getattr(record, name) for name in FIELDS}
    raw["zones"] = tuple(Zone(**zone) for zone in record.zones)
    raw["retention_days"] = {DataClass(name): days for name, days in record.retention_days.items()}
    return ProfileValue.model_construct(None, **raw)


def add_profile(session: Session, market_id: str) -> Profile:
    record = Profile(market_id=market_id)
    session.add(record)
    session.flush()
    return record


def change_profile(session: Session, now: datetime, actor: Actor, record: Profile, sent: ProfileValue) -> None:
    """The whole profile anew."""
    check_profile(sent)
    before = profile_value(record)
    for name, value in fields_of(sent, FIELDS).items():
        setattr(record, name, value)
    record.zones = [zone.model_dump(mode="json") for zone in sent.zones]
    record.retention_days = {name.value: days for name, days in sent.retention_days.items()}
    session.flush()
    subject = Subject("profile", record.market_id)
    record_change(session, now, actor, "change_profile", subject, chain=record.market_id, before=_said(before), after=_said(sent))


def check_profile(sent: ProfileValue) -> None:
    faults = []
    if sent.begins is not None and sent.ends is not None and sent.ends <= sent.begins:
        faults.append(Finding("ends_before_it_begins", Place(field="ends")))
    if sent.timezone not in available_timezones():
        faults.append(Finding("unknown_timezone", Place(field="timezone"), {"found": sent.timezone}))
    if faults:
        raise InvalidInput(*faults)
    if sent.organiser_email:
        check_mail(sent.organiser_email, "organiser_email")


def instant_of(day: date | None, clock: str | None, timezone: str) -> datetime | None:
    """The moment that a day and a time of the day name in a zone; None while one of them is open."""
    if day is None or clock is None:
        return None
    hours, minutes = map(int, clock.split(":"))
    return datetime.combine(day, time(hours, minutes), ZoneInfo(timezone))


def _said(value: ProfileValue) -> dict[str, Any]:
    return value.model_dump(mode="json")
