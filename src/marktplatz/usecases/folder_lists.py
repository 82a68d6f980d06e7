"""Of the folder for the hall: badges, table signs, and who seeks and offers what."""

from collections import defaultdict
from typing import Final

from marktplatz.db.models import EntryRecord, OrganisationRecord
from marktplatz.exchange.pdf.folder import Badge, CategoryLists, EntryLine, TableSign
from marktplatz.exchange.words import fold
from marktplatz.usecases.folder_hall import Hall
from marktplatz.usecases.identifiers import step
from marktplatz.vocabulary import EntrySide, Standing
from marktplatz.wording import folder as words
from marktplatz.wording import translate
from marktplatz.wording.dates import day_text
from marktplatz.wording.papers import people_text

MOST_BADGES_EACH: Final = 12
MOST_TABLES: Final = 400


def list_badges(hall: Hall, organise: str, blank: int) -> tuple[Badge, ...]:
    """One for each person that is known or announced, at least one for each organisation; then those for surprise guests."""
    badges = []
    for each in hall.present:
        address = f"{organise}/door/{step(each.id)}"
        names = [person.name or "" for person, _ in hall.people.get(each.id, ())]
        count = max(each.attending if each.attending is not None else each.representatives, len(names), 1)
        names = [*names, *[""] * (count - len(names))][:MOST_BADGES_EACH]
        badges += [Badge(name, hall.name(each.id), each.kind, address) for name in names]
    return tuple(badges) + (Badge("", "", "", f"{organise}/walk-in"),) * blank


def list_signs(hall: Hall) -> tuple[TableSign, ...]:
    """Of all tables: those of the timetable, of the hall, and those at which somebody has their place."""
    sits = defaultdict(list)
    for each in hall.present:
        if each.table is not None:
            sits[each.table].append(hall.name(each.id))
    planned = hall.timetable.tables if hall.timetable is not None else 0
    count = max(planned, hall.profile.tables or 0, max(sits, default=0), *(zone.last for zone in hall.zones), 0)
    zones = {number: zone.name for zone in hall.zones for number in range(zone.first, min(zone.last, MOST_TABLES) + 1)}
    return tuple(
        TableSign(number, zones.get(number, ""), ", ".join(sits.get(number, ())))
        for number in range(1, min(count, MOST_TABLES) + 1)
    )


def list_categories(hall: Hall, language: str) -> tuple[CategoryLists, ...]:
    """In the market's order, also those that nobody thought of yet; what has no category at the end."""
    found: dict[str | None, dict[EntrySide, list[EntryRecord]]] = defaultdict(lambda: defaultdict(list))
    known = {each.code for each in hall.categories}
    for entry in hall.entries.values():
        if entry.standing is Standing.APPROVED and entry.organisation_id in hall.by_id:
            found[entry.category if entry.category in known else None][entry.side].append(entry)
    named = [(each.code, each.label) for each in hall.categories]
    if None in found:
        named.append((None, translate(words.NO_CATEGORY, language)))  # type: ignore[arg-type]
    return tuple(
        CategoryLists(
            label,
            _list_entries(hall, found[code][EntrySide.NEED], language),
            _list_entries(hall, found[code][EntrySide.OFFER], language),
        )
        for code, label in named
    )


def place_of(organisation: OrganisationRecord) -> str:
    """The table at which an organisation has its own place."""
    return str(organisation.table) if organisation.table is not None else ""


def _list_entries(hall: Hall, entries: list[EntryRecord], language: str) -> tuple[EntryLine, ...]:
    lines = [
        EntryLine(title_of(each), hall.name(each.organisation_id), hall.side(each.organisation_id), _tell_facts(each, language))
        for each in entries
    ]
    return tuple(sorted(lines, key=lambda line: (fold(line.title), fold(line.organisation))))


def title_of(entry: EntryRecord) -> str:
    return entry.title.strip() or entry.id


def _tell_facts(entry: EntryRecord, language: str) -> str:
    told = [people_text(entry.people, language)] if entry.people else []
    days = [day_text(day, language, "medium") for day in (entry.from_on, entry.to_on) if day is not None]
    told += ["–".join(dict.fromkeys(days))] if days else []
    return ", ".join(told)
