"""The live plan of the evening: whatever happens, everybody who is there has somebody, within a moment and with few changes."""

import os
import signal
from typing import Any

import pytest
from sqlalchemy import select

from live_world import POINTS, LiveMarket, Settled, make_live
from marktplatz.db.models import EntryRecord, Evening, PairingRecord, Run, TimetableRecord
from marktplatz.plan import PlanBound
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.audit import Subject, find_breaks, record_change
from marktplatz.usecases.checkins import check_in
from marktplatz.usecases.day_plan import StaleError, complete, look_at_day, store_replan
from marktplatz.usecases.run_plans import read_input
from marktplatz.usecases.solving.warm_jobs import Replanned
from marktplatz.vocabulary import CheckInStatus, PlanStatus, Role, Stage
from run_world import URL, not_started, wait_until
from service_fixtures import World

AGREED: dict[str, Any] = {
    "parties": ["c1", "n2"],
    "services": [{"giver": "c1", "taker": "n2", "text": "Räume streichen", "offer": "c1.paint", "need": "n2.rooms"}],
}


def certify(live: LiveMarket, **changes: Any) -> str:
    made = live.staff.post(f"{URL}/agreements", json=AGREED | changes)
    assert made.status_code == 201, made.text
    record_id: str = made.json()["id"]
    assert live.staff.post(f"{URL}/agreements/{record_id}/submit").status_code == 200
    notary = live.world.as_token(Role.NOTARY)
    certified = notary.post(f"{URL}/agreements/{record_id}/certify")
    assert certified.status_code == 200, certified.text
    return record_id


def points_of(live: LiveMarket) -> int:
    found = live.run().summary
    assert found is not None
    points: int = found["total_points"]
    return points


def test_a_partner_who_does_not_come_is_replaced(world: World) -> None:
    live = make_live(world)
    before = live.pairs()
    live.check_in("c1", "absent")
    change = live.wait_for_change()
    assert ("c1.paint", "n1.walls") in before
    assert not {pair for pair in live.pairs() if pair[0].startswith("c1.")}
    assert change.causes == [{"code": "absent", "organisation": "c1"}]
    assert (points_of(live), change.is_proven) == (live.solve_anew(absent=("c1",)).points, True)
    assert all("c1" not in couple for couple in live.talks())
    with world.database.read() as session:
        assert list(find_breaks(session, "m1")) == []


def test_who_comes_after_all_is_in_the_plan_again(world: World) -> None:
    live = make_live(world)
    before = live.pairs()
    live.check_in("c1", "absent")
    live.wait_for_change()
    live.check_in("c1", "present")
    change = live.wait_for_change(2)
    assert change.causes == [{"code": "arrived", "organisation": "c1"}]
    assert live.pairs() == before


def test_that_people_come_as_expected_changes_nothing(world: World) -> None:
    live = make_live(world)
    for organisation in ("c1", "c2", "n1", "n2"):
        live.check_in(organisation, "present")
    live.check_in("c4", "absent")
    change = live.wait_for_change()
    assert (change.number, change.causes) == (1, [{"code": "absent", "organisation": "c4"}])


def test_a_refused_pair_does_not_come_again(world: World) -> None:
    live = make_live(world)
    refused = ("c2.brush", "n2.rooms")
    rule = {"offer": refused[0], "need": refused[1], "status": "forbidden"}
    answer = live.staff.put(f"{URL}/pairs", json=rule)
    assert answer.status_code in (200, 201), answer.text
    change = live.wait_for_change()
    assert change.causes == [{"code": "refused", "offer": refused[0], "need": refused[1]}]
    assert refused not in live.pairs()
    assert points_of(live) == live.solve_anew(forbidden=[refused]).points
    assert ("c2", "n2") not in live.talks()


def test_what_is_agreed_stays_and_uses_up_its_entries_until_it_is_void(world: World) -> None:
    live = make_live(world)
    before = live.pairs()
    record_id = certify(live)
    live.wait_for_change()
    settled = Settled(("c1", "n2"), ("c1.paint", "n2.rooms"))
    assert ("c1.paint", "n2.rooms") in live.pairs()
    assert points_of(live) == live.solve_anew(settled=[settled]).points
    live.check_in("c1", "left")
    live.wait_until_known(away={"c1": "left"})
    assert ("c1.paint", "n2.rooms") in live.pairs()
    live.check_in("c1", "present")
    answer = live.staff.post(f"{URL}/agreements/{record_id}/void", json={"reason": "Doch nicht."})
    assert answer.status_code == 200, answer.text
    live.wait_until_known(deals=[], away={})
    assert live.pairs() == before


def test_an_agreement_that_names_the_offer_alone_uses_it_up(world: World) -> None:
    live = make_live(world)
    certify(live, services=[{"giver": "c1", "taker": "n2", "text": "Etwas anderes", "offer": "c1.paint"}])
    live.wait_for_change()
    assert "c1.paint" not in {offer for offer, _ in live.pairs()}


def test_a_walk_in_with_an_entry_gets_a_partner(world: World) -> None:
    live = make_live(world, POINTS | {("c4.van", "n5.move"): 150}, rounds=0)
    staff = live.staff
    for kind, body in (
        ("organisations", {"id": "n9", "kind": "nonprofit", "name": "Die Neuen"}),
        ("needs", {"id": "n9.late", "organisation": "n9", "title": "Fahrt"}),
    ):
        answer = staff.post(f"{URL}/{kind}", json=body)
        assert answer.status_code == 201, answer.text
    wait_until(lambda: "n9" in live.run().parameters.get("day", {}).get("facts", {}).get("organisations", {}))
    with world.database.read() as session:
        kept = read_input(session.get_one(Run, ("m1", live.run_id)))
    assert kept is not None
    assert kept.organisation_by_id["n9"].name == "Die Neuen"


@pytest.mark.parametrize("since", ["an entry", "a check-in"])
def test_a_plan_is_not_stored_where_something_has_come_since_it_was_asked_for(world: World, since: str) -> None:
    make_live(world)
    now, unread = world.clock.now, Replanned.model_construct()
    with world.database.write("m1") as session:  # told to nobody, so that the service does not plan meanwhile
        check_in(session, now, SYSTEM, "m1", "c1", CheckInStatus.ABSENT, 0)
    with world.database.read() as session:
        _, order = look_at_day(session, "m1", None)
    assert order is not None
    with world.database.write("m1") as session:
        if since == "an entry":
            session.get_one(EntryRecord, ("m1", "c2.brush")).capacity = 2
            record_change(session, now, SYSTEM, "change_entry", Subject("entry", "c2.brush"), chain="m1", after={})
        else:
            check_in(session, now, SYSTEM, "m1", "c2", CheckInStatus.ABSENT, 0)
        with pytest.raises(StaleError):
            store_replan(session, now, order, unread)
    with world.database.read() as session, pytest.raises(StaleError):
        complete(session, order)
    with world.database.read() as session:
        assert complete(session, order, is_strict=False) == order, "the market was the same when it was asked for"


def test_the_running_round_stays_whoever_leaves(world: World) -> None:
    live = make_live(world)
    before = live.talks()
    with world.database.write("m1") as session:
        session.add(Evening(market_id="m1", stage=Stage.ROUND, round=2))
    live.check_in("c2", "left")
    live.wait_until_known(away={"c2": "left"})
    after = live.talks()
    assert {couple: place for couple, place in before.items() if place[0] <= 2} == {
        couple: place for couple, place in after.items() if place[0] <= 2
    }
    assert all("c2" not in couple for couple, place in after.items() if place[0] > 2)


def test_the_plan_before_the_evening_remains(world: World) -> None:
    live = make_live(world)
    before, talks = live.pairs(), live.talks()
    live.check_in("c1", "absent")
    live.wait_for_change()
    state = live.run().parameters["day"]
    with world.database.read() as session:
        copy = session.get_one(Run, ("m1", state["before"]))
        rows = session.scalars(select(PairingRecord).where(PairingRecord.run_id == copy.id))
        assert {(row.offer_id, row.need_id) for row in rows} == before
        timetable = session.get_one(TimetableRecord, ("m1", state["timetable_before"]))
        assert (copy.published_at, timetable.published_at, timetable.run_id) == (None, None, copy.id)
    live.check_in("c1", "present")
    live.wait_for_change(2)
    assert live.run().parameters["day"]["before"] == state["before"]
    assert len(talks) >= len(live.talks()) - 1


def test_a_process_that_dies_is_started_anew(world: World) -> None:
    live = make_live(world)
    live.check_in("c1", "absent")
    live.wait_for_change()
    solver = world.app.state.service.day.solver
    first = solver.pid
    os.kill(first, signal.SIGKILL)
    live.check_in("c3", "absent")
    live.wait_until_known(away={"c1": "absent", "c3": "absent"})
    assert solver.pid not in (None, first)
    assert not {offer for offer, _ in live.pairs()} & {"c1.paint", "c3.advice"}


def test_a_service_that_was_down_catches_up(world: World) -> None:
    resting = not_started(world.database, world.clock)
    live = make_live(resting)
    live.check_in("c1", "absent")
    live.check_in("c2", "left")
    assert live.changes() == []
    with resting.running:
        change = live.wait_for_change()
    assert {cause["organisation"]: cause["code"] for cause in change.causes} == {"c1": "absent", "c2": "left"}


def test_a_plan_found_in_haste_is_told_as_such_and_proven_later(world: World) -> None:
    live = make_live(world, rounds=0)
    live.check_in("c1", "absent")
    live.wait_for_change()
    with world.database.write("m1") as session:
        run = session.get_one(Run, ("m1", live.run_id))
        run.parameters = {**run.parameters, "day": {**run.parameters["day"], "is_proven": False}}
        run.summary = {**(run.summary or {}), "status": PlanStatus.FEASIBLE, "bound": PlanBound(served=9, points=9999).model_dump()}
    with world.database.read() as session:
        _, order = look_at_day(session, "m1", None)
        assert order is not None
        assert order.is_proof
    live.check_in("n4", "present")
    wait_until(lambda: live.run().parameters["day"]["is_proven"])
    assert (live.run().summary or {})["status"] == PlanStatus.OPTIMAL
    assert len(live.changes()) == 1
