"""A timetable as it is looked at: rounds against tables, the way of each organisation, and what differs between two of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import ConversationRecord, OrganisationRecord, TimetableRecord
from marktplatz.errors import Finding, NotFound
from marktplatz.usecases.timetable_changes import couple


@dataclass(frozen=True)
class TimetableView:
    """`names` are those of today, by organisation."""

    record: TimetableRecord
    talks: Sequence[ConversationRecord]
    names: Mapping[str, str]

    @property
    def grid(self) -> dict[tuple[int, int], ConversationRecord]:
        """By round and table."""
        return {(talk.round, talk.table): talk for talk in self.talks}

    @property
    def tables(self) -> list[int]:
        """Those at which somebody sits."""
        return sorted({talk.table for talk in self.talks})

    def name(self, organisation_id: str) -> str:
        return self.names.get(organisation_id) or organisation_id


@dataclass(frozen=True, slots=True)
class Way:
    """An organisation through the rounds: table and partner for each round in which it talks; several at once are possible."""

    id: str
    name: str
    talks: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True)
class TalkChange:
    """A conversation that is not at the same place, with the names and the ids; None where a timetable has it not."""

    first: str
    second: str
    organisations: tuple[str, str]
    before: tuple[int, int] | None
    after: tuple[int, int] | None


def get_timetable_of_market(session: Session, market_id: str, timetable_id: str) -> TimetableRecord:
    record = session.get(TimetableRecord, (market_id, timetable_id))
    if record is None:
        raise NotFound(Finding("unknown_timetable", params={"id": timetable_id}))
    return record


def load_timetable_view(session: Session, record: TimetableRecord) -> TimetableView:
    wanted = select(ConversationRecord).filter_by(market_id=record.market_id, timetable_id=record.id)
    names = select(OrganisationRecord.id, OrganisationRecord.name).where(OrganisationRecord.market_id == record.market_id)
    return TimetableView(
        record,
        session.scalars(wanted.order_by(ConversationRecord.round, ConversationRecord.table)).all(),
        {key: name or key for key, name in session.execute(names)},
    )


def list_ways(view: TimetableView, words: str = "") -> list[Way]:
    """Of all who talk with somebody, by name; `words` all stand in the name."""
    found: dict[str, list[tuple[int, int, str]]] = {}
    for talk in view.talks:
        found.setdefault(talk.first_id, []).append((talk.round, talk.table, view.name(talk.second_id)))
        found.setdefault(talk.second_id, []).append((talk.round, talk.table, view.name(talk.first_id)))
    wanted = words.casefold().split()
    ways = [Way(key, view.name(key), tuple(talks)) for key, talks in found.items()]
    shown = [way for way in ways if all(word in way.name.casefold() for word in wanted)]
    return sorted(shown, key=lambda way: (way.name.casefold(), way.id))


def compare_timetables(before: TimetableView, after: TimetableView) -> tuple[list[TalkChange], int]:
    """What moved, came or went, by names; and how many conversations stay where they are."""
    places = [{couple(talk.first_id, talk.second_id): (talk.round, talk.table) for talk in view.talks} for view in (before, after)]
    changes = []
    for pair in {*places[0], *places[1]}:
        earlier, later = places[0].get(pair), places[1].get(pair)
        if earlier != later:
            changes.append(TalkChange(after.name(pair[0]), after.name(pair[1]), pair, earlier, later))
    kept = len(places[0].items() & places[1].items())
    return sorted(changes, key=lambda change: (change.first.casefold(), change.second.casefold())), kept
