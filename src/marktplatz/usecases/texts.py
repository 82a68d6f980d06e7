"""The texts of a market's page: what the organiser wrote, or ours in its place."""

from marktplatz.db.models import MarketRecord, Profile
from marktplatz.usecases.profiles import RETENTION_DAYS
from marktplatz.vocabulary import DataClass
from marktplatz.wording.market_texts import default_text


def find_own_text(profile: Profile, name: str) -> str:
    """Empty where the organiser wrote none."""
    return ((profile.about or "") if name == "about" else profile.texts.get(name, "")).strip()


def make_default_text(record: MarketRecord, profile: Profile, name: str, language: str) -> str:
    days = profile.retention_days.get(DataClass.CONTACTS, RETENTION_DAYS[DataClass.CONTACTS])
    organiser = profile.organiser_name or record.name
    contact = ", ".join(part for part in (profile.organiser_email, profile.organiser_phone) if part) or organiser
    return default_text(name, language, organiser=organiser, contact=contact, days=days)


def make_shown_text(record: MarketRecord, profile: Profile, name: str, language: str) -> str:
    return find_own_text(profile, name) or make_default_text(record, profile, name, language)
