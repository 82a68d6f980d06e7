"""One event as a calendar file (RFC 5545); bytes out, nothing else."""

from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

from marktplatz import __version__


def write_event(
    uid: str, name: str, begins: datetime | date, ends: datetime | date | None, now: datetime, *, place: str, address: str
) -> bytes:
    """`begins` is a moment, or a day where the hour is open. `address` is where more can be read."""
    event = Event()
    event.add("uid", uid)
    event.add("summary", name)
    event.add("dtstamp", now)
    event.add("dtstart", begins)
    event.add("dtend", ends or (begins + timedelta(hours=2) if isinstance(begins, datetime) else begins + timedelta(days=1)))
    event.add("url", address)
    if place:
        event.add("location", place)
    calendar = Calendar()
    calendar.add("prodid", f"-//marktplatz//{__version__}//DE")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar.to_ical()
