"""Of the folder for the hall: the plan of all rounds, and each organisation's own sheet with what there is to talk about."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from marktplatz.db.models import EntryRecord, OrganisationRecord
from marktplatz.exchange.pdf.folder import PersonalSheet, RoundTables, SheetRow, Way
from marktplatz.usecases.folder_hall import Hall
from marktplatz.usecases.folder_lists import title_of
from marktplatz.vocabulary import EntrySide
from marktplatz.wording import folder as words
from marktplatz.wording import translate
from marktplatz.wording.papers import say

TOPICS: Final = 2
MOST_PROPOSALS: Final = 12
EMPTY_ROWS: Final = 2
"""For partners that nobody thought of."""
Place = tuple[int, str]


def list_rounds(hall: Hall, language: str) -> tuple[tuple[str, ...], tuple[Way, ...], tuple[RoundTables, ...]]:
    """The rounds' numbers, the way of each organisation, each round by tables; all empty without a published timetable."""
    numbers = range(1, hall.rounds + 1)
    if not numbers:
        return (), (), ()
    at = _places(hall)
    ways = tuple(
        Way(hall.name(each.id), each.kind, tuple(_tell_cell(hall, each, number, at, language) for number in numbers))
        for each in hall.present
    )
    talks: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    for talk in hall.talks:
        talks[talk.round].append((str(talk.table), hall.name(talk.first_id), hall.name(talk.second_id)))
    pause = translate(words.BREAK, language)
    tables = tuple(
        RoundTables(
            say(words.ROUND, language, number=number), pause if number in hall.market.break_rounds else "", tuple(talks[number])
        )
        for number in numbers
    )
    return tuple(str(number) for number in numbers), ways, tables


def list_sheets(hall: Hall, language: str) -> tuple[PersonalSheet, ...]:
    at = _places(hall)
    return tuple(_make_sheet(hall, each, at, language) for each in hall.present)


def _make_sheet(hall: Hall, own: OrganisationRecord, at: dict[tuple[str, int], list[Place]], language: str) -> PersonalSheet:
    rows = tuple(_list_rounds_of(hall, own, at, language) if hall.rounds else _list_proposals_of(hall, own, language))
    lead = words.LEAD_ROUNDS if hall.rounds else words.LEAD_PROPOSALS if hall.partners.get(own.id) else words.LEAD_EMPTY
    return PersonalSheet(hall.name(own.id), own.kind, translate(lead, language), rows, bool(hall.rounds))


def _list_rounds_of(
    hall: Hall, own: OrganisationRecord, at: dict[tuple[str, int], list[Place]], language: str
) -> Iterator[SheetRow]:
    """Several rows in a round where several people come."""
    for number in range(1, hall.rounds + 1):
        label = say(words.ROUND, language, number=number)
        for table, partner in at.get((own.id, number), ()):
            place = say(words.TABLE, language, number=table)
            yield SheetRow(label, place, hall.name(partner), hall.side(partner), find_topics(hall, own.id, partner, language), "")
        if (own.id, number) not in at:
            yield SheetRow(label, "", "", "", (), _tell_why(hall, own, number, language))


def _list_proposals_of(hall: Hall, own: OrganisationRecord, language: str) -> Iterator[SheetRow]:
    partners = [each for each in hall.partners.get(own.id, ()) if each in hall.by_id]
    for place, partner in enumerate(partners[:MOST_PROPOSALS], start=1):
        label, table = say(words.SUGGESTION, language, number=place), hall.by_id[partner].table
        where = say(words.TABLE, language, number=table) if table is not None else ""
        yield SheetRow(label, where, hall.name(partner), hall.side(partner), find_topics(hall, own.id, partner, language), "")
    for _ in range(EMPTY_ROWS):
        yield SheetRow(translate(words.ONE_MORE, language), "", "", "", (), "")


def find_topics(hall: Hall, own: str, partner: str, language: str) -> tuple[str, ...]:
    """Two things to talk about: what is proposed, what could come back, else what the partner seeks or offers, fitting first."""
    told: dict[str, None] = {}
    named: set[str] = set()
    for pairing in hall.pairings_between.get((own, partner), ()):
        for offer_id, need_id, giver in (
            (pairing.offer_id, pairing.need_id, pairing.giver_id),
            (pairing.return_offer_id, pairing.return_need_id, pairing.taker_id),
        ):
            offer, need = hall.entries.get(offer_id or ""), hall.entries.get(need_id or "")
            if offer is not None and need is not None:
                said = words.GIVES if giver == own else words.TAKES
                told[say(said, language, offer=title_of(offer), need=title_of(need))] = None
                named |= {offer.id, need.id}
    for entry in _fitting(hall, own, partner):
        if entry.id not in named:
            said = words.SEEKS if entry.side is EntrySide.NEED else words.OFFERS
            told[say(said, language, need=title_of(entry), offer=title_of(entry))] = None
    return tuple(told)[:TOPICS]


def _fitting(hall: Hall, own: str, partner: str) -> list[EntryRecord]:
    """The partner's entries; first those of a category of which the organisation has the other side."""
    mine = {(each.side, each.category) for each in hall.entries_of.get(own, ())}

    def is_far(entry: EntryRecord) -> bool:
        other = EntrySide.OFFER if entry.side is EntrySide.NEED else EntrySide.NEED
        return (other, entry.category) not in mine

    return sorted(hall.entries_of.get(partner, ()), key=lambda each: (is_far(each), each.side is EntrySide.OFFER, each.id))


def _places(hall: Hall) -> dict[tuple[str, int], list[Place]]:
    """Table and partner, by organisation and round."""
    found: dict[tuple[str, int], list[Place]] = defaultdict(list)
    for talk in hall.talks:
        found[talk.first_id, talk.round].append((talk.table, talk.second_id))
        found[talk.second_id, talk.round].append((talk.table, talk.first_id))
    return dict(found)


def _tell_cell(hall: Hall, own: OrganisationRecord, number: int, at: dict[tuple[str, int], list[Place]], language: str) -> str:
    places = at.get((own.id, number))
    if places:
        return ", ".join(str(table) for table, _ in places)
    return translate(words.BREAK, language) if number in hall.market.break_rounds else "–"


def _tell_why(hall: Hall, own: OrganisationRecord, number: int, language: str) -> str:
    """Why somebody talks with nobody in a round."""
    if number in hall.market.break_rounds:
        return translate(words.BREAK, language)
    return translate(words.ABSENT if number in own.absent_rounds else words.OPEN_ROUND, language)
