"""Taking part without an account: when the way in is open, and who comes to the waiting list."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marktplatz.db.models import MarketRecord, OrganisationRecord, Profile
from marktplatz.vocabulary import Attendance, Phase, Standing

HAS_A_PLACE = (Standing.SUBMITTED, Standing.APPROVED)


def is_open(record: MarketRecord, profile: Profile, now: datetime) -> bool:
    """While the market collects, until the end of the last day for entries in its own zone."""
    if record.phase is not Phase.COLLECTING:
        return False
    return profile.entry_deadline is None or now.astimezone(ZoneInfo(profile.timezone)).date() <= profile.entry_deadline


def is_full(session: Session, profile: Profile) -> bool:
    """Do those who have a place, or have asked for one first, fill the hall?"""
    return profile.hall_places is not None and count_places(session, profile.market_id) >= profile.hall_places


def count_places(session: Session, market_id: str) -> int:
    wanted = select(func.count()).where(
        OrganisationRecord.market_id == market_id,
        OrganisationRecord.standing.in_(HAS_A_PLACE),
        OrganisationRecord.attendance != Attendance.CANCELLED,
    )
    return session.scalar(wanted) or 0
