"""What the folder for the hall is made from: who comes, entries, published proposals and rounds; a constant number of queries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import (
    CategoryRecord,
    ConversationRecord,
    EntryRecord,
    MarketRecord,
    OrganisationRecord,
    PairingRecord,
    Person,
    Profile,
    Representation,
    TimetableRecord,
)
from marktplatz.exchange.words import fold
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.profiles import get_profile
from marktplatz.usecases.runs import find_published_run
from marktplatz.usecases.zones import Zone
from marktplatz.vocabulary import Attendance, Standing


@dataclass(frozen=True)
class Hall:
    """`present` are approved and coming, by name; `people` say whether they are the contact, who is first; pairings: best first."""

    market: MarketRecord
    profile: Profile
    present: Sequence[OrganisationRecord]
    people: Mapping[str, Sequence[tuple[Person, bool]]]
    entries: Mapping[str, EntryRecord]
    categories: Sequence[CategoryRecord]
    zones: Sequence[Zone]
    pairings: Sequence[PairingRecord]
    timetable: TimetableRecord | None
    talks: Sequence[ConversationRecord]

    @property
    def rounds(self) -> int:
        return self.timetable.rounds if self.timetable is not None else 0

    @cached_property
    def by_id(self) -> dict[str, OrganisationRecord]:
        return {each.id: each for each in self.present}

    def name(self, organisation_id: str) -> str:
        found = self.by_id.get(organisation_id)
        return found.name.strip() or found.id if found is not None else organisation_id

    def side(self, organisation_id: str) -> str:
        found = self.by_id.get(organisation_id)
        return found.kind if found is not None else ""

    @cached_property
    def pairings_between(self) -> dict[tuple[str, str], list[PairingRecord]]:
        """By the organisation and its partner, each pair in both directions."""
        found: dict[tuple[str, str], list[PairingRecord]] = defaultdict(list)
        for each in self.pairings:
            found[each.giver_id, each.taker_id].append(each)
            found[each.taker_id, each.giver_id].append(each)
        return found

    @cached_property
    def partners(self) -> dict[str, list[str]]:
        """Those that are proposed to an organisation, the best first."""
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for each in self.pairings:
            found[each.giver_id][each.taker_id] = None
            found[each.taker_id][each.giver_id] = None
        return {key: list(partners) for key, partners in found.items()}

    @cached_property
    def entries_of(self) -> dict[str, list[EntryRecord]]:
        found: dict[str, list[EntryRecord]] = defaultdict(list)
        for each in self.entries.values():
            if each.standing is Standing.APPROVED:
                found[each.organisation_id].append(each)
        return found


def load_hall(session: Session, market_id: str) -> Hall:
    market, profile = get_market(session, market_id), get_profile(session, market_id)
    organisation, entry = OrganisationRecord, EntryRecord
    coming = select(organisation).where(organisation.market_id == market_id, organisation.standing == Standing.APPROVED)
    present = session.scalars(coming.where(organisation.attendance != Attendance.CANCELLED)).all()
    entries = session.scalars(select(entry).where(entry.market_id == market_id).order_by(entry.title, entry.id))
    categories = session.scalars(
        select(CategoryRecord).where(CategoryRecord.market_id == market_id).order_by(CategoryRecord.position)
    )
    run, timetable = find_published_run(session, market_id), _find_timetable(session, market_id)
    pairings: Sequence[PairingRecord] = ()
    if run is not None:
        wanted = select(PairingRecord).where(PairingRecord.market_id == market_id, PairingRecord.run_id == run.id)
        best_first = (PairingRecord.points.desc(), PairingRecord.offer_id, PairingRecord.need_id)
        pairings = session.scalars(wanted.order_by(*best_first)).all()
    return Hall(
        market,
        profile,
        sorted(present, key=lambda each: (fold(each.name), each.id)),
        _load_people(session, market_id),
        {each.id: each for each in entries},
        categories.all(),
        [Zone.model_validate(each) for each in _zones_of(timetable, profile)],
        pairings,
        timetable,
        _load_talks(session, timetable) if timetable is not None else (),
    )


def _zones_of(timetable: TimetableRecord | None, profile: Profile) -> Sequence[object]:
    """As the timetable was made with them."""
    kept = timetable.result.get("zones") if timetable is not None else None
    return kept if kept is not None else profile.zones


def _find_timetable(session: Session, market_id: str) -> TimetableRecord | None:
    return session.scalar(
        select(TimetableRecord).where(TimetableRecord.market_id == market_id, TimetableRecord.published_at.is_not(None))
    )


def _load_talks(session: Session, timetable: TimetableRecord) -> Sequence[ConversationRecord]:
    wanted = select(ConversationRecord).filter_by(market_id=timetable.market_id, timetable_id=timetable.id)
    return session.scalars(wanted.order_by(ConversationRecord.round, ConversationRecord.table)).all()


def _load_people(session: Session, market_id: str) -> dict[str, list[tuple[Person, bool]]]:
    wanted = (
        select(Representation.organisation_id, Representation.is_contact, Person)
        .join(Person, (Person.market_id == Representation.market_id) & (Person.id == Representation.person_id))
        .where(Representation.market_id == market_id)
        .order_by(Representation.is_contact.desc(), Person.name, Person.id)
    )
    found: dict[str, list[tuple[Person, bool]]] = defaultdict(list)
    for organisation_id, is_contact, person in session.execute(wanted):
        found[organisation_id].append((person, is_contact))
    return found
