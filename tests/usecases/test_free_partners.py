"""Who is free for whom: there, with room, wanted, not busy with each other already; the best first, told with reasons."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from day_world import Day, make_day
from marktplatz.db.models import ConversationRecord, EntryRecord, Evening, OrganisationRecord, PairRecord, TimetableRecord
from marktplatz.errors import Conflict, InvalidInput
from marktplatz.market import Wish
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.agreements import draft_agreement
from marktplatz.usecases.audit import find_breaks
from marktplatz.usecases.checkins import check_in
from marktplatz.usecases.drafts import Draft
from marktplatz.usecases.free_partners import FreePartner, find_free_partners
from marktplatz.usecases.hall_notes import NewNote, add_note, find_calls_for_help, finish_note, get_note
from marktplatz.usecases.hall_now import look_at_hall
from marktplatz.usecases.scored import KnownScores
from marktplatz.usecases.wishes import add_wish
from marktplatz.vocabulary import CheckInStatus, NoteKind, PairStatus, Role, Stage, WishLevel
from run_world import plant_run
from service_fixtures import World

BROKER = Actor("account:b", frozenset({Role.BROKER}))


@dataclass
class Hall:
    """The bank could paint for the club, the choir and the home; the club needs it most."""

    day: Day
    scores: KnownScores = field(default_factory=KnownScores)

    @property
    def now(self) -> Any:
        return self.day.world.clock.now

    def write(self) -> Any:
        return self.day.world.database.write("m1")

    def free(self, organisation: str = "bank") -> list[FreePartner]:
        with self.day.world.database.read() as session:
            return find_free_partners(session, "m1", organisation, self.scores)

    def names(self, organisation: str = "bank") -> set[str]:
        return {found.partner.id for found in self.free(organisation)}

    def note(self, kind: NoteKind, organisation: str = "bank", partner: str | None = "club", **more: Any) -> str:
        with self.write() as session:
            return add_note(session, self.now, BROKER, "m1", NewNote(kind, organisation, partner, **more)).id

    def check_in(self, organisation: str, status: CheckInStatus = CheckInStatus.PRESENT) -> None:
        with self.write() as session:
            check_in(session, self.now, BROKER, "m1", organisation, status, None)

    def put(self, kind: Any, key: Any, **fields: Any) -> None:
        with self.write() as session:
            for name, value in fields.items():
                setattr(session.get_one(kind, key), name, value)


@pytest.fixture
def hall(world: World) -> Hall:
    day = make_day(world)
    day.organisation("home")
    day.need("rooms", "choir", title="Zwei Räume streichen")
    day.need("fence", "home", title="Zaun streichen")
    return Hall(day)


def test_all_who_fit_are_free_while_nobody_has_come_in(hall: Hall) -> None:
    found = hall.free()
    assert {each.partner.id for each in found} == {"club", "choir", "home"}
    assert [each.points for each in found] == sorted((each.points for each in found), reverse=True)
    assert all(each.gives and each.reasons for each in found)
    assert [each.gives for each in hall.free("club")] == [False]


def test_once_the_doors_are_open_only_those_count_who_are_in(hall: Hall) -> None:
    hall.check_in("choir", CheckInStatus.ABSENT)
    assert hall.names() == {"club", "home"}
    hall.check_in("club")
    assert hall.names() == {"club"}


def test_whoever_has_no_room_left_is_not_free(hall: Hall) -> None:
    hall.put(EntryRecord, ("m1", "rooms"), agreed=1)
    hall.put(OrganisationRecord, ("m1", "home"), max_agreements=0)
    assert hall.names() == {"club"}
    hall.put(EntryRecord, ("m1", "paint"), agreed=1)
    assert hall.names() == set()
    hall.put(EntryRecord, ("m1", "paint"), agreed=0)
    hall.put(OrganisationRecord, ("m1", "bank"), max_agreements=0)
    assert hall.names() == set()


def test_nobody_is_proposed_whom_somebody_does_not_want(hall: Hall) -> None:
    with hall.write() as session:
        add_wish(session, hall.now, BROKER, "m1", Wish(organisation="club", target="bank", level=WishLevel.NO_THANKS))
    hall.note(NoteKind.REFUSAL, "choir", "bank")
    hall.put(OrganisationRecord, ("m1", "home"), owner="Familie K")
    hall.put(OrganisationRecord, ("m1", "bank"), owner="Familie K")
    assert hall.names() == set()


def test_whoever_is_agreed_already_is_not_proposed_again(hall: Hall) -> None:
    with hall.write() as session:
        draft_agreement(session, hall.now, BROKER, "m1", Draft(id="a", parties=("bank", "club")))
    assert hall.names() == {"choir", "home"}


def test_those_who_talk_in_this_round_come_last_with_their_table(hall: Hall) -> None:
    plant_run(hall.day.world, "r1")
    best = hall.free()[0].partner.id
    with hall.write() as session:
        made: dict[str, Any] = {"market_id": "m1", "author": "system", "created_at": hall.now, "published_at": hall.now}
        session.add(TimetableRecord(id="t1", run_id="r1", rounds=3, tables=5, result={}, **made))
        session.add(Evening(market_id="m1", stage=Stage.ROUND, round=2))
        session.flush()
        at = {"market_id": "m1", "timetable_id": "t1", "first_id": best, "second_id": "somebody", "points": 1}
        session.add_all([ConversationRecord(round=2, table=4, **at), ConversationRecord(round=3, table=5, **at)])
    last = hall.free()[-1]
    assert (last.partner.id, last.talk and last.talk.table) == (best, 4)
    hall.put(Evening, "m1", stage=Stage.FREE)
    assert hall.free()[0].talk is None


def test_who_is_alone_is_there_without_agreement_talk_or_introduction(hall: Hall) -> None:
    for organisation in ("bank", "club", "choir"):
        hall.check_in(organisation)

    def alone() -> set[str]:
        with hall.day.world.database.read() as session:
            found = look_at_hall(session, "m1")
            return {each for each in found.members if found.is_alone(each)}

    assert alone() == {"bank", "club", "choir"}
    note = hall.note(NoteKind.INTRODUCTION)
    assert alone() == {"choir"}
    with hall.write() as session:
        finish_note(session, hall.now, BROKER, get_note(session, "m1", note))
        finish_note(session, hall.now, BROKER, get_note(session, "m1", note))
    assert alone() == {"bank", "club", "choir"}


def test_a_refusal_forbids_every_pair_between_the_two_or_the_one_it_names(hall: Hall) -> None:
    hall.day.offer("cake", "club", title="Kuchen")
    hall.day.need("feast", "bank", title="Kuchen fürs Fest")
    hall.note(NoteKind.REFUSAL, "bank", "choir", offer="paint", need="rooms")
    hall.note(NoteKind.REFUSAL)
    with hall.day.world.database.read() as session:
        rules = {(rule.offer_id, rule.need_id): rule.status for rule in session.query(PairRecord)}
        assert list(find_breaks(session)) == []
    assert rules == dict.fromkeys([("cake", "feast"), ("paint", "rooms"), ("paint", "walls")], PairStatus.FORBIDDEN)
    with pytest.raises(Conflict):
        hall.note(NoteKind.INTRODUCTION, "club", "bank")
    with pytest.raises(Conflict):
        hall.note(NoteKind.INTRODUCTION, "choir", "bank", offer="paint", need="rooms")


def test_two_brokers_with_one_thought_make_one_introduction(hall: Hall) -> None:
    assert hall.note(NoteKind.INTRODUCTION) == hall.note(NoteKind.INTRODUCTION, "club", "bank")


@pytest.mark.parametrize(
    "sent",
    [
        NewNote(NoteKind.INTRODUCTION, "bank"),
        NewNote(NoteKind.REFUSAL, "bank", "bank"),
        NewNote(NoteKind.NOTE, "bank", text=" "),
        NewNote(NoteKind.HELP, "nobody"),
        NewNote(NoteKind.REFUSAL, "bank", "club", "paint", "rooms"),
        NewNote(NoteKind.REFUSAL, "bank", "club", "paint"),
    ],
)
def test_what_makes_no_sense_is_refused(hall: Hall, sent: NewNote) -> None:
    with pytest.raises(InvalidInput), hall.write() as session:
        add_note(session, hall.now, BROKER, "m1", sent)


def test_a_call_for_help_stands_until_somebody_has_seen_to_it(hall: Hall) -> None:
    note = hall.note(NoteKind.HELP, "bank", None, text="Braucht eine Dolmetscherin")
    with hall.write() as session:
        assert [each.id for each in find_calls_for_help(session, "m1")] == [note]
        finish_note(session, hall.now, BROKER, get_note(session, "m1", note))
        assert find_calls_for_help(session, "m1") == []
