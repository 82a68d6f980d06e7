"""Days and moments as people write them, in German and English."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime


def day_text(day: date | None, language: str = "de", style: str = "full") -> str:
    """„Donnerstag, 11. März 2027“."""
    return format_date(day, style, locale=language) if day is not None else ""


def instant_text(moment: datetime | None, zone: str, language: str = "de") -> str:
    """„11.03.2027, 18:04“, in the market's own time."""
    if moment is None:
        return ""
    pattern = "dd.MM.yyyy, HH:mm" if language == "de" else "d MMM yyyy, HH:mm"
    return format_datetime(moment, pattern, tzinfo=ZoneInfo(zone), locale=language)


def month_text(month: date, language: str = "de") -> str:
    """„Mai 2027“, for a day of the month."""
    return format_date(month, "LLLL yyyy", locale=language)
