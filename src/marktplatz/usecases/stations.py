"""Stations: devices in the hall that work in a role by a link, without an account; and blocks of paper forms with their numbers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marktplatz.db.models import MarketRecord, Station
from marktplatz.errors import Conflict, Finding, InvalidInput, NotFound, Place
from marktplatz.market import Line, Name, Value
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.identifiers import make_id
from marktplatz.usecases.profiles import get_profile, instant_of
from marktplatz.usecases.secrecy import hash_secret, make_secret
from marktplatz.vocabulary import Phase, Role

STATION_ROLES: Final = (Role.HELPER, Role.BROKER, Role.NOTARY, Role.MODERATOR, Role.SCREEN)
"""An organiser sees contact data and gives roles: nothing for a link that lies on a table."""
NUMBERS_EACH: Final = 999
MAX_STATIONS: Final = 200
DAYS_AFTER: Final = 2
"""A link works until the end of the second day after the market, in its own zone, unless somebody says otherwise."""
DAYS_WITHOUT_DATE: Final = 30
_HELPERS_SCOPES: Final = ("checkins:*", "agreements:*", "board:*", "evening:*", "pages:*", "session:*")


class StationValue(Value):
    """What can be said of a station; `staffed_by` is who sits there, as long as it helps to know."""

    name: Name
    role: Role
    staffed_by: Line | None = None


def station_value(record: Station) -> StationValue:
    return StationValue.model_construct(None, name=record.name, role=record.role, staffed_by=record.staffed_by)


def scopes_of(role: Role) -> tuple[str, ...]:
    """How far a station reaches: at the door no further than the door and the type-in desk."""
    return _HELPERS_SCOPES if role is Role.HELPER else ("*",)


def is_paper(record: Station) -> bool:
    return record.form_secret is None


def is_alive(record: Station, phase: Phase, now: datetime) -> bool:
    """Does its link work? In a closed market none does."""
    is_over = record.expires_at is not None and record.expires_at <= now
    return record.secret_sha256 is not None and record.revoked_at is None and not is_over and phase is not Phase.CLOSED


def find_alive(session: Session, secret: str, now: datetime) -> Station | None:
    """The station that a link's secret belongs to, while it works."""
    wanted = select(Station, MarketRecord.phase).join(MarketRecord, MarketRecord.id == Station.market_id)
    found = session.execute(wanted.where(Station.secret_sha256 == hash_secret(secret))).one_or_none()
    return found[0] if found is not None and is_alive(found[0], found[1], now) else None


def get_station(session: Session, market_id: str, station_id: str) -> Station:
    record = session.get(Station, (market_id, station_id))
    if record is None:
        raise NotFound(Finding("unknown_station", params={"id": station_id}))
    return record


def find_stations(session: Session, market_id: str) -> list[Station]:
    """By role, then in the order in which they were made; of those made at once the shorter name first, as they are counted."""
    found = session.scalars(select(Station).where(Station.market_id == market_id))

    def place_of(record: Station) -> tuple[bool, int, datetime, int, str, str]:
        role = list(Role).index(record.role)
        return is_paper(record), role, record.created_at, len(record.name), record.name, record.id

    return sorted(found, key=place_of)


def make_station(
    session: Session, now: datetime, actor: Actor, market_id: str, sent: StationValue, expires_at: datetime | None = None
) -> tuple[Station, str]:
    """The station and its link's secret, which is shown once."""
    _check_role(sent.role)
    if expires_at is not None and expires_at <= now:
        raise InvalidInput(Finding("expiry_passed", Place(field="expires_at")))
    secret = make_secret()
    way_in = {"secret_sha256": hash_secret(secret), "form_secret": make_secret()}
    record = _add(session, now, actor, market_id, sent, **way_in, expires_at=expires_at or find_end(session, market_id, now))
    _record(session, now, actor, "make_station", record, after=_said(record))
    return record, secret


def make_paper_block(session: Session, now: datetime, actor: Actor, market_id: str, name: str) -> Station:
    """Forms that are numbered before the evening; what was written on them is typed in under these numbers."""
    record = _add(session, now, actor, market_id, StationValue.model_construct(None, name=name, role=Role.NOTARY))
    _record(session, now, actor, "make_paper_block", record, after=_said(record))
    return record


def renew_link(session: Session, now: datetime, actor: Actor, record: Station) -> str:
    """Another link in the place of the one before, which works no longer; also for a station that was taken back."""
    if is_paper(record):
        raise Conflict(Finding("paper_has_no_link"))
    secret, before = make_secret(), _said(record)
    record.secret_sha256, record.form_secret = hash_secret(secret), make_secret()
    record.revoked_at, record.expires_at = None, find_end(session, record.market_id, now)
    session.flush()
    _record(session, now, actor, "renew_station", record, before=before, after=_said(record))
    return secret


def change_station(session: Session, now: datetime, actor: Actor, record: Station, sent: StationValue) -> None:
    """Counts from the device's next request on. Numbers that it has once stay its own, whatever its role becomes."""
    _check_role(sent.role)
    if is_paper(record) and sent.role is not Role.NOTARY:
        raise Conflict(Finding("paper_has_no_link", Place(field="role")))
    before = _said(record)
    record.name, record.role, record.staffed_by = sent.name, sent.role, sent.staffed_by
    _give_numbers(session, record)
    session.flush()
    _record(session, now, actor, "change_station", record, before=before, after=_said(record))


def revoke_station(session: Session, now: datetime, actor: Actor, record: Station) -> None:
    """Its link works no longer, from the next request on; its numbers are given to nobody else."""
    if record.revoked_at is None:
        record.revoked_at = now
        session.flush()
        _record(session, now, actor, "revoke_station", record)


def find_end(session: Session, market_id: str, now: datetime) -> datetime:
    """When links that are made now end by themselves."""
    day = session.scalars(select(MarketRecord.date).where(MarketRecord.id == market_id)).one()
    zone = get_profile(session, market_id).timezone
    end = instant_of(day + timedelta(days=DAYS_AFTER + 1), "00:00", zone) if day is not None else None
    return end if end is not None and end > now else now + timedelta(days=DAYS_WITHOUT_DATE)


def _add(session: Session, now: datetime, actor: Actor, market_id: str, sent: StationValue, **way_in: Any) -> Station:
    count = session.scalar(select(func.count()).select_from(Station).where(Station.market_id == market_id)) or 0
    if count >= MAX_STATIONS:
        raise Conflict(Finding("too_many_stations", params={"limit": MAX_STATIONS}))
    record = Station(
        market_id=market_id,
        id=make_id("s"),
        name=sent.name,
        role=sent.role,
        staffed_by=sent.staffed_by,
        created_by=actor.name,
        created_at=now,
        **way_in,
    )
    _give_numbers(session, record)
    session.add(record)
    session.flush()
    return record


def _give_numbers(session: Session, record: Station) -> None:
    """The k-th that may certify has 1000k + 1 to 1000k + 999; below a thousand are those of nobody in particular."""
    if record.role is not Role.NOTARY or record.first_number is not None:
        return
    highest = session.scalar(select(func.max(Station.last_number)).where(Station.market_id == record.market_id)) or 0
    start = (highest // 1000 + 1) * 1000
    record.first_number, record.last_number = start + 1, start + NUMBERS_EACH


def _check_role(role: Role) -> None:
    if role not in STATION_ROLES:
        raise InvalidInput(Finding("not_a_station_role", Place(field="role")))


def _record(session: Session, now: datetime, actor: Actor, action: str, record: Station, **said: Any) -> None:
    record_change(session, now, actor, action, Subject("station", record.id), chain=record.market_id, **said)


def _said(record: Station) -> dict[str, Any]:
    """Nothing of its secret, not even the hash."""
    numbers: Sequence[int] | None = [record.first_number, record.last_number or 0] if record.first_number else None
    return {**station_value(record).model_dump(mode="json"), "numbers": numbers, "expires_at": record.expires_at}
