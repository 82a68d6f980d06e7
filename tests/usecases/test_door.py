"""The door: who is found by which letters, what several desks note at once, what is taken back, who walks in, who did not come."""

import pytest
from sqlalchemy import select

from day_world import Day, make_day
from marktplatz.db.models import AuditEntry, CheckIn, EntryRecord, OrganisationRecord
from marktplatz.errors import Conflict, InvalidInput
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import find_breaks
from marktplatz.usecases.door import (
    count_guests,
    find_guests,
    find_namesakes,
    get_guest,
    note_at_door,
    note_no_shows,
    search_guests,
    undo_at_door,
    walk_in,
)
from marktplatz.usecases.door_search import find_by_name, fold_for_search
from marktplatz.vocabulary import Attendance, CheckInStatus, OrganisationKind, Role, Standing
from run_world import Statements
from service_fixtures import World

HELPER = Actor("station:s-door", frozenset({Role.HELPER}))
PRESENT, ABSENT, LEFT = CheckInStatus.PRESENT, CheckInStatus.ABSENT, CheckInStatus.LEFT
NAMES = {
    "muller": "Bäckerei Müller & Söhne",
    "spar": "Sparbank am Wilhelmplatz AG",
    "spass": "Spaß für Kinder e. V.",
    "choir": "Chor der Vielen",
    "club": "Turnverein Nippes 1904",
    "becker": "Becker Elektro GmbH",
    "cafe": "Café Zoë",
}


@pytest.fixture
def day(world: World) -> Day:
    return make_day(world)


def note(day: Day, organisation: str, status: CheckInStatus, people: int | None = None, version: int = 0) -> bool:
    with day.world.database.write("m1") as session:
        return note_at_door(session, day.world.clock.now, HELPER, "m1", organisation, status, people, version)


def undo(day: Day, organisation: str, version: int) -> None:
    with day.world.database.write("m1") as session:
        undo_at_door(session, day.world.clock.now, HELPER, "m1", organisation, version)


def state(day: Day, organisation: str) -> tuple[CheckInStatus | None, int | None, int]:
    with day.world.database.read() as session:
        guest = get_guest(session, HELPER, "m1", organisation)
        return guest.status, guest.people, guest.version


def put(day: Day, organisation: str, **fields: object) -> None:
    with day.world.database.write("m1") as session:
        record = session.get_one(OrganisationRecord, ("m1", organisation))
        for name, value in fields.items():
            setattr(record, name, value)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Mueller", "muller"),
        ("muller", "muller"),
        ("müll", "muller"),
        ("Möller", "muller"),
        ("MULER", "muller"),
        ("söhne müller", "muller"),
        ("wilhelm", "spar"),
        ("Sparbnak", "spar"),
        ("spass", "spass"),
        ("spaß f", "spass"),
        ("nipes", "club"),
        ("1904", "club"),
        ("chro der", "choir"),
        ("bec", "becker"),
        ("beker", "becker"),
        ("elektr", "becker"),
        ("cafe zoe", "cafe"),
    ],
)
def test_a_name_is_found_as_people_spell_it_in_a_hurry(typed: str, found: str) -> None:
    assert next(iter(sorted(ranks := find_by_name(NAMES.items(), typed), key=lambda key: ranks[key])), None) == found


@pytest.mark.parametrize("typed", ["xylophon", "qqq", "Rathaus"])
def test_nobody_is_found_for_what_is_like_nothing(typed: str) -> None:
    assert find_by_name(NAMES.items(), typed) == {}


def test_who_types_well_sees_nothing_that_is_only_alike() -> None:
    names = {"a": "Haus am Park", "b": "Maus und Co", "c": "Hausmeister Krause"}
    assert set(find_by_name(names.items(), "Haus")) == {"a", "c"}
    assert set(find_by_name(names.items(), "haus am")) == {"a"}


@pytest.mark.parametrize("name", NAMES.values())
def test_the_beginning_of_a_name_stays_one_while_it_is_typed(name: str) -> None:
    whole = fold_for_search(name)
    for length in range(1, len(name) + 1):
        typed = fold_for_search(name[:length])
        assert whole.startswith((typed, typed[:-1])), name[:length]


def test_the_first_word_about_an_organisation_counts_its_people(day: Day) -> None:
    assert note(day, "bank", PRESENT, 3)
    assert state(day, "bank") == (PRESENT, 3, 1)
    with day.world.database.read() as session:
        counts = count_guests(find_guests(session, "m1"))
        assert (counts.present, counts.expected, counts.missing, counts.people) == (1, 3, 2, 3)
        assert list(find_breaks(session)) == []


def test_two_desks_that_note_the_same_are_friends(day: Day) -> None:
    assert note(day, "bank", PRESENT, 2)
    assert not note(day, "bank", PRESENT, 2)
    assert not note(day, "bank", PRESENT, 4, version=0)  # the other desk has not seen that they are there
    assert state(day, "bank") == (PRESENT, 2, 1)


def test_whoever_has_not_seen_what_the_other_desk_noted_is_shown_it(day: Day) -> None:
    note(day, "bank", PRESENT, 2)
    with pytest.raises(Conflict):
        note(day, "bank", ABSENT, version=0)
    assert note(day, "bank", LEFT, version=1)
    assert state(day, "bank") == (LEFT, None, 2)


def test_another_count_replaces_the_one_before(day: Day) -> None:
    note(day, "bank", PRESENT, 2)
    assert note(day, "bank", PRESENT, 5, version=1)
    assert state(day, "bank") == (PRESENT, 5, 2)
    with pytest.raises(InvalidInput):
        note(day, "bank", PRESENT, 101, version=2)


def test_undo_leads_back_step_by_step(day: Day) -> None:
    note(day, "bank", PRESENT, 2)
    note(day, "bank", LEFT, version=1)
    undo(day, "bank", 2)
    assert state(day, "bank")[:2] == (PRESENT, 2)
    undo(day, "bank", 3)  # undoing is a deed like others
    assert state(day, "bank")[:2] == (LEFT, None)
    note(day, "club", PRESENT, 1)
    undo(day, "club", 1)
    assert state(day, "club") == (None, None, 0)
    with pytest.raises(Conflict):
        undo(day, "club", 0)
    with day.world.database.read() as session:
        assert list(find_breaks(session)) == []


def test_an_undo_of_what_another_desk_has_changed_is_refused(day: Day) -> None:
    note(day, "bank", PRESENT, 2)
    note(day, "bank", LEFT, version=1)
    with pytest.raises(Conflict):
        undo(day, "bank", 1)
    assert state(day, "bank") == (LEFT, None, 2)


def test_whoever_had_cancelled_and_comes_after_all_is_matched_again(day: Day) -> None:
    put(day, "club", attendance=Attendance.CANCELLED)
    with day.world.database.read() as session:
        assert count_guests(find_guests(session, "m1")).expected == 2
    note(day, "club", PRESENT, 1)
    with day.world.database.read() as session:
        assert session.get_one(OrganisationRecord, ("m1", "club")).attendance is Attendance.COMING
        assert count_guests(find_guests(session, "m1")).expected == 3


def test_a_walk_in_is_approved_and_there_at_once_and_has_nothing_else(day: Day) -> None:
    with day.world.database.write("m1") as session:
        record = walk_in(session, day.world.clock.now, HELPER, "m1", "Kiosk am Eck", OrganisationKind.COMPANY, 2)
        key = record.id
        assert (record.standing, record.attendance, record.name) == (Standing.APPROVED, Attendance.COMING, "Kiosk am Eck")
    assert state(day, key) == (PRESENT, 2, 1)
    with day.world.database.read() as session:
        entries = session.scalars(select(EntryRecord).where(EntryRecord.organisation_id == key))
        assert list(entries) == []
        deeds = session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == key).order_by(AuditEntry.number))
        assert list(deeds) == ["add_organisation", "check_in"]


def test_a_walk_in_that_may_be_on_the_list_is_asked_about(day: Day) -> None:
    put(day, "club", name="Turnverein Nippes")
    put(day, "choir", name="Chor der Vielen")
    with day.world.database.read() as session:
        guests = find_guests(session, "m1")
    assert [guest.id for guest in find_namesakes(guests, "turnverein nipes")] == ["club"]
    assert find_namesakes(guests, "Kiosk am Eck") == []


def test_all_the_others_did_not_come_as_many_as_were_seen(day: Day) -> None:
    note(day, "bank", PRESENT, 2)
    put(day, "choir", standing=Standing.WAITING)
    now = day.world.clock.now
    with pytest.raises(Conflict), day.world.database.write("m1") as session:
        note_no_shows(session, now, HELPER, "m1", 2)
    with day.world.database.write("m1") as session:
        assert note_no_shows(session, now, HELPER, "m1", 1) == 1
    assert (state(day, "club")[0], state(day, "choir")[0], state(day, "bank")[0]) == (ABSENT, None, PRESENT)
    assert note(day, "club", PRESENT, 1, version=1)  # late
    with day.world.database.read() as session:
        assert list(find_breaks(session)) == []


def test_the_list_is_one_query_however_long_it_is(day: Day) -> None:
    for number in range(40):
        day.organisation(f"o{number}")
    with day.world.database.read() as session:
        session.connection()
        with Statements(day.world.database) as seen:
            guests = find_guests(session, "m1")
            search_guests(guests, "o1")
    assert len(guests) == 43
    assert seen.count == 1


def test_two_desks_at_the_same_moment_make_one_check_in(day: Day) -> None:
    """The second waits for the market's lock and then finds it noted."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as desks:
        results = list(desks.map(lambda _: note(day, "bank", PRESENT, 2), range(4)))
    assert sorted(results) == [False, False, False, True]
    with day.world.database.read() as session:
        assert len(list(session.scalars(select(CheckIn)))) == 1
