"""Days, moments and amounts as people write them, in German and English."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal


def day_text(day: date | None, language: str = "de", style: str = "full") -> str:
    """„Donnerstag, 11. März 2027“."""
    return format_date(day, style, locale=language) if day is not None else ""


def instant_text(moment: datetime | None, zone: str, language: str = "de") -> str:
    """„11.03.2027, 18:04“, in the market's own time."""
    if moment is None:
        return ""
    pattern = "dd.MM.yyyy, HH:mm" if language == "de" else "d MMM yyyy, HH:mm"
    return format_datetime(moment, pattern, tzinfo=ZoneInfo(zone), locale=language)


def time_text(moment: datetime | None, zone: str) -> str:
    """„18:04“, in the market's own time."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%H:%M") if moment is not None else ""


def amount_text(amount: float, language: str = "de") -> str:
    """„12.300“ and „1,5“."""
    return format_decimal(amount, "#,##0.#", locale=language)


def month_text(month: date, language: str = "de") -> str:
    """„Mai 2027“, for a day of the month."""
    return format_date(month, "LLLL yyyy", locale=language)
