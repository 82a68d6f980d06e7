"""The clock of the evening: what is due when, what each deed does, who was quicker; and the pulse by which pages hear of it."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete

from day_world import Day, codes, make_day, submit
from form_world import HTML
from marktplatz.db.models import PlanChange, Profile
from marktplatz.usecases.audit import find_breaks
from marktplatz.vocabulary import Role, Trading
from service_fixtures import World

EVENING = "/api/v1/markets/m1/evening"
PULSE = "/m/m1/pulse/now"


def make_evening(world: World, trading: Trading = Trading.ROUNDS_THEN_FREE, **profile: Any) -> TestClient:
    """Two rounds of four minutes from 10:00 (UTC+1), then free trading until 11:30; the clock says 10:00."""
    make_day(world, date=date(2027, 3, 1))
    plans = {"trading": trading, "rounds": 2, "round_minutes": 4, "begins": "10:00", "ends": "11:30"} | profile
    with world.database.write("m1") as session:
        record = session.get_one(Profile, "m1")
        for name, value in plans.items():
            setattr(record, name, value)
    return world.as_token(Role.MODERATOR)


def do(client: TestClient, deed: str, status: int = 200) -> Any:
    seen = client.get(EVENING).headers["etag"]
    answer = client.post(f"{EVENING}/{deed}", headers={"If-Match": seen})
    assert answer.status_code == status, answer.text
    return answer.json() if status == 200 else codes(answer)


def left_s(world: World, clock: Any) -> float:
    from datetime import datetime

    return (datetime.fromisoformat(clock["ends_at"]) - world.clock.now).total_seconds()


def test_nobody_has_touched_the_clock_before_the_opening_and_it_says_when_that_is_due(world: World) -> None:
    clock = make_evening(world, begins="19:00").get(EVENING).json()
    assert (clock["stage"], clock["version"], clock["next_step"]) == ("before", 0, "open")
    assert clock["due_at"] == "2027-03-01T19:00:00+01:00"


def test_an_evening_goes_from_gong_to_gong(world: World) -> None:
    moderator = make_evening(world)
    clock = do(moderator, "open")
    assert (clock["stage"], clock["next_step"], clock["next_round"]) == ("before", "round", 1)
    clock = do(moderator, "start-round")
    assert (clock["stage"], clock["round"], left_s(world, clock)) == ("round", 1, 240)
    world.clock.move(seconds=240)
    clock = moderator.get(EVENING).json()
    assert (clock["stage"], left_s(world, clock)) == ("round", 0)
    world.clock.move(seconds=30)
    clock = do(moderator, "start-round")
    assert (clock["round"], clock["next_step"], clock["due_at"]) == (2, "free", clock["ends_at"])
    world.clock.move(minutes=5)
    assert do(moderator, "start-round", 409) == ["rounds_are_over"]
    clock = do(moderator, "free")
    assert (clock["stage"], clock["next_step"], clock["ends_at"]) == ("free", "close", "2027-03-01T10:30:00Z")
    clock = do(moderator, "close")
    assert (clock["stage"], clock["next_step"], clock["ends_at"]) == ("closed", None, None)
    with world.database.read() as session:
        assert list(find_breaks(session, "m1")) == []


def test_a_pause_costs_no_second_and_a_minute_can_be_added(world: World) -> None:
    moderator = make_evening(world)
    do(moderator, "open")
    do(moderator, "start-round")
    world.clock.move(seconds=60)
    clock = do(moderator, "pause")
    assert (clock["left_s"], clock["ends_at"], clock["due_at"]) == (180, None, None)
    assert do(moderator, "pause", 409) == ["clock_is_not_running"]
    world.clock.move(seconds=500)
    assert left_s(world, do(moderator, "resume")) == 180
    assert left_s(world, do(moderator, "add-minute")) == 240
    world.clock.move(seconds=300)
    assert left_s(world, do(moderator, "add-minute")) == 60  # from now on, where the time was over
    world.clock.move(seconds=10)
    assert left_s(world, do(moderator, "end-round")) == 0
    assert do(moderator, "end-round", 409) == ["no_round_is_running"]


def test_a_round_can_be_left_out_and_one_may_be_a_break(world: World) -> None:
    moderator = make_evening(world, rounds=3)
    with world.database.write("m1") as session:
        from marktplatz.db.models import MarketRecord

        session.get_one(MarketRecord, "m1").break_rounds = [2]
    do(moderator, "open")
    clock = do(moderator, "skip-round")
    assert (clock["round"], clock["next_round"], clock["next_is_break"], left_s(world, clock)) == (1, 2, True, 0)
    assert do(moderator, "start-round")["is_break"] is True
    assert do(moderator, "start-round", 409) == ["round_is_running"]
    assert do(moderator, "skip-round", 409) == ["round_is_running"]


def test_free_trading_begins_with_the_opening_and_has_an_end_where_one_is_planned(world: World) -> None:
    moderator = make_evening(world, Trading.FREE)
    clock = do(moderator, "open")
    assert (clock["stage"], clock["rounds"], left_s(world, clock)) == ("free", None, 90 * 60)
    assert do(moderator, "start-round", 409) == ["rounds_are_over"]
    assert do(moderator, "free", 409) == ["trading_is_free"]


def test_without_a_planned_end_the_clock_has_none(world: World) -> None:
    moderator = make_evening(world, Trading.FREE, ends=None)
    assert do(moderator, "open")["ends_at"] is None
    assert do(moderator, "add-minute", 409) == ["clock_is_not_running"]
    assert do(moderator, "pause")["left_s"] is None
    assert do(moderator, "resume")["paused_at"] is None


@pytest.mark.parametrize("deed", ["start-round", "skip-round", "free", "close"])
def test_nothing_begins_before_the_opening(world: World, deed: str) -> None:
    assert do(make_evening(world), deed, 409) == ["market_not_open"]


def test_a_round_needs_to_know_how_long_it_is(world: World) -> None:
    moderator = make_evening(world, round_minutes=None)
    do(moderator, "open")
    assert do(moderator, "start-round", 409) == ["round_minutes_open"]


def test_a_gong_by_mistake_is_taken_back_and_no_time_was_lost(world: World) -> None:
    moderator = make_evening(world)
    do(moderator, "open")
    do(moderator, "start-round")
    world.clock.move(seconds=100)
    do(moderator, "close")
    world.clock.move(seconds=50)
    clock = do(moderator, "reopen")
    assert (clock["stage"], clock["round"], clock["closed_at"], left_s(world, clock)) == ("round", 1, None, 140)
    assert do(moderator, "reopen", 409) == ["market_is_not_closed"]
    assert do(moderator, "open", 409) == ["market_is_open"]


def test_of_two_who_press_at_once_one_is_told_that_somebody_was_quicker(world: World) -> None:
    moderator = make_evening(world)
    seen = moderator.get(EVENING).headers["etag"]
    assert moderator.post(f"{EVENING}/open", headers={"If-Match": seen}).status_code == 200
    late = moderator.post(f"{EVENING}/open", headers={"If-Match": seen})
    assert late.status_code == 412
    assert late.json()["current"]["version"] == 1
    assert moderator.post(f"{EVENING}/start-round").status_code == 428


def test_a_double_tap_with_one_key_is_one_deed(world: World) -> None:
    moderator = make_evening(world)
    do(moderator, "open")
    headers = {"If-Match": moderator.get(EVENING).headers["etag"], "Idempotency-Key": "tap"}
    answers = [moderator.post(f"{EVENING}/start-round", headers=headers).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert moderator.get(EVENING).json()["round"] == 1


def test_only_organiser_and_moderator_turn_the_clock_and_only_on_the_day(world: World) -> None:
    make_evening(world)
    for role in (Role.BROKER, Role.NOTARY, Role.HELPER, Role.SCREEN):
        assert world.as_token(role).post(f"{EVENING}/open", headers={"If-Match": '"0"'}).status_code == 403
    assert do(world.as_token(Role.ORGANISER), "open")["stage"] == "before"


def test_the_pulse_is_public_and_names_nobody(world: World) -> None:
    make_evening(world)
    pulse = world.client().get(PULSE)
    assert pulse.headers["cache-control"] == "no-store"
    told = pulse.json()
    assert (told["agreements"], told["plan"], told["present"], told["clock"]["stage"]) == (0, 0, 0, "before")
    organiser = world.as_token(Role.ORGANISER)
    notary = world.as_token(Role.NOTARY)
    agreement = submit(organiser)
    assert world.client().get(PULSE).json()["waiting"] == 1
    assert notary.post(f"/api/v1/markets/m1/agreements/{agreement}/certify").status_code == 200
    with world.database.write("m1") as session:
        session.add(
            PlanChange(
                market_id="m1", number=7, run_id="r", causes=[], pairs=[], talks=[], is_proven=True, solve_ms=1, at=world.clock.now
            )
        )
    told = world.client().get(PULSE).json()
    assert (told["agreements"], told["waiting"], told["plan"]) == (1, 0, 7)
    text = world.client().get(PULSE).text
    assert "bank" not in text
    assert "club" not in text


def test_a_note_and_a_hand_at_the_desk_move_the_pulse(world: World) -> None:
    make_evening(world)
    broker, notary = world.as_token(Role.BROKER), world.as_token(Role.NOTARY)
    agreement = submit(broker)

    def told(name: str) -> Any:
        return world.client().get(PULSE).json()[name]

    assert (told("in_hand"), told("taken_at"), told("notes")) == (0, None, 0)
    assert notary.post(f"/api/v1/markets/m1/agreements/{agreement}/take").status_code == 200
    assert (told("in_hand"), told("taken_at") is not None) == (1, True)
    note = broker.post("/api/v1/markets/m1/hall-notes", json={"kind": "help", "organisation": "bank"})
    assert note.status_code == 201, note.text
    assert told("notes") == 1
    assert broker.post(f"/api/v1/markets/m1/hall-notes/{note.json()['id']}/done").status_code == 200
    assert told("notes") == 2


def add_change(world: World, number: int, *organisations: str, causes: Any = ()) -> None:
    talk = {"change": "went", "round": 1, "table": 2, "organisations": list(organisations)}
    told = {"causes": list(causes), "pairs": [], "talks": [talk] if organisations else [], "is_proven": True, "solve_ms": 1}
    with world.database.write("m1") as session:
        session.add(PlanChange(market_id="m1", number=number, run_id="r", at=world.clock.now, **told))


def test_the_pulse_tells_a_participant_how_much_is_theirs_and_nobody_else(world: World) -> None:
    make_evening(world)
    day = Day(world)
    of = {
        "kim": day.person("kim", "club"),
        "bea": day.person("bea", "bank"),
        "both": day.person("both", "bank", "club"),
        "chris": day.person("chris", "choir"),
        "broker": world.as_token(Role.BROKER),
        "anybody": world.client(),
    }

    def told() -> list[int]:
        return [client.get(PULSE).json()["mine"] for client in of.values()]

    assert told() == [0, 0, 0, 0, 0, 0]
    add_change(world, 1, "bank", "choir")
    assert told() == [0, 1, 1, 1, 0, 0]
    add_change(world, 2, causes=[{"code": "absent", "organisation": "club"}])
    assert told() == [1, 1, 2, 1, 0, 0]
    note = {"kind": "introduction", "organisation": "bank", "partner": "club"}
    made = of["broker"].post("/api/v1/markets/m1/hall-notes", json=note).json()
    assert told() == [2, 2, 4, 1, 0, 0]
    assert of["broker"].post(f"/api/v1/markets/m1/hall-notes/{made['id']}/done").status_code == 200
    assert told() == [3, 3, 6, 1, 0, 0]
    for kind in ("note", "help"):  # is between brokers
        assert (
            of["broker"].post("/api/v1/markets/m1/hall-notes", json={"kind": kind, "organisation": "bank", "text": "?"}).is_success
        )
    assert told() == [3, 3, 6, 1, 0, 0]
    agreement = f"/api/v1/markets/m1/agreements/{submit(of['broker'])}"
    assert told() == [5, 5, 10, 1, 0, 0]
    notary = world.as_token(Role.NOTARY)
    assert notary.post(f"{agreement}/return", json={"reason": "Wann denn?"}).status_code == 200
    assert told() == [6, 6, 12, 1, 0, 0]
    assert of["broker"].post(f"{agreement}/submit").status_code == 200
    assert told() == [7, 7, 14, 1, 0, 0]
    assert notary.post(f"{agreement}/certify").status_code == 200
    assert told() == [8, 8, 16, 1, 0, 0]
    for client in of.values():
        assert not {"bank", "club", "choir", "concerns"} & set(client.get(PULSE).text.replace('"', " ").split())


def test_a_participant_reads_the_last_three_changes_that_are_theirs(world: World) -> None:
    make_evening(world)
    kim = Day(world).person("kim", "club")

    def read() -> list[str]:
        shown = kim.get("/m/m1/me/timetable", headers=HTML).text
        return re.findall(r"(?:Neu seit |<h3>)(\d\d:\d\d)", shown)

    assert read() == []
    for number in range(1, 13):
        world.clock.move(minutes=1)
        add_change(world, number, *(["bank", "choir"], ["club", "choir"])[number % 2])
    add_change(world, 13, causes=[{"code": "absent", "organisation": "club"}])  # theirs, and nothing new for them
    assert read() == ["10:11", "10:09", "10:07"]
    world.clock.move(minutes=1)
    add_change(world, 14, "club", "choir")
    assert read() == ["10:13", "10:11", "10:09"]


def test_changes_that_were_counted_are_counted_anew_where_other_data_was_put_in_their_place(world: World) -> None:
    make_evening(world)
    bea = Day(world).person("bea", "bank")
    for number in (1, 2, 3):
        add_change(world, number, "bank", "choir")
    assert bea.get(PULSE).json()["mine"] == 3
    with world.database.write("m1") as session:
        session.execute(delete(PlanChange))
    world.clock.move(seconds=1)
    add_change(world, 3, "club", "choir")
    assert bea.get(PULSE).json()["mine"] == 0


def test_a_late_round_is_overdue_a_minute_after_the_one_before(world: World) -> None:
    from marktplatz.usecases.clock import read_clock

    moderator = make_evening(world)
    do(moderator, "open")
    do(moderator, "start-round")
    with world.database.read() as session:
        clock = read_clock(session, world.clock.now, "m1")
    over = world.clock.now + timedelta(minutes=4)
    assert [clock.moment(at).value for at in (over - timedelta(seconds=1), over)] == ["running", "over"]
    assert not clock.is_overdue(over + timedelta(seconds=59))
    assert clock.is_overdue(over + timedelta(seconds=60))
