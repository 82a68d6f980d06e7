"""A market in its evening whose plan is published and live, for tests: scored pairs, a timetable, facts as people make them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import select

from factories import make_scored_market
from marktplatz.db.models import ConversationRecord, PairingRecord, PlanChange, Run, TimetableRecord
from marktplatz.matching.day import Settled, problem_of_day
from marktplatz.matching.gather import gather
from marktplatz.matching.problem import Assignment
from marktplatz.matching.solve import solve
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.contents import read_content
from marktplatz.usecases.plan_changes import list_changes
from marktplatz.usecases.propose import name_solver, propose_pairings
from marktplatz.usecases.records import Extent, load_market
from marktplatz.usecases.run_plans import list_owners, store_plan
from marktplatz.usecases.runs import Wanted, publish_run, request_run
from marktplatz.usecases.schedule import schedule_conversations
from marktplatz.usecases.timetables import order_timetable, publish_timetable, store_timetable
from marktplatz.vocabulary import Phase, RunStatus
from run_world import URL, plant, wait_until
from service_fixtures import World

Key = tuple[str, str]

POINTS: dict[Key, int] = {
    ("c1.paint", "n1.walls"): 900,
    ("c1.paint", "n2.rooms"): 700,
    ("c2.brush", "n2.rooms"): 800,
    ("c2.brush", "n3.yard"): 600,
    ("c3.advice", "n3.yard"): 500,
    ("c3.advice", "n1.walls"): 300,
    ("c4.van", "n1.walls"): 200,
    ("c4.van", "n4.trip"): 100,
}
"""The best plan: paint and walls, brush and rooms, advice and yard, van and trip."""


@dataclass
class LiveMarket:
    """The market m1 in its phase `day`."""

    world: World
    run_id: str

    @cached_property
    def staff(self) -> TestClient:
        """A program of the organiser's."""
        return self.world.as_token()

    def check_in(self, organisation: str, status: str) -> None:
        known = self.staff.get(f"{URL}/checkins/{organisation}")
        if known.status_code == 404:
            answer = self.staff.post(f"{URL}/checkins", json={"organisation": organisation, "status": status})
        else:
            tag = {"If-Match": known.headers["ETag"]}
            answer = self.staff.put(f"{URL}/checkins/{organisation}", json={"status": status}, headers=tag)
        assert answer.status_code in (200, 201), answer.text

    def pairs(self) -> set[Key]:
        with self.world.database.read() as session:
            wanted = select(PairingRecord).where(PairingRecord.market_id == "m1", PairingRecord.run_id == self.run_id)
            return {(each.offer_id, each.need_id) for each in session.scalars(wanted)}

    def talks(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Round and table of two organisations, in the published timetable."""
        with self.world.database.read() as session:
            published = select(TimetableRecord.id).where(TimetableRecord.published_at.is_not(None))
            wanted = select(ConversationRecord).where(ConversationRecord.timetable_id == session.scalar(published))
            return {(each.first_id, each.second_id): (each.round, each.table) for each in session.scalars(wanted)}

    def run(self) -> Run:
        with self.world.database.read() as session:
            return session.get_one(Run, ("m1", self.run_id))

    def changes(self) -> list[PlanChange]:
        with self.world.database.read() as session:
            return list_changes(session, "m1")

    def wait_for_change(self, number: int = 1) -> PlanChange:
        wait_until(lambda: bool(self.changes()) and self.changes()[0].number >= number)
        return self.changes()[0]

    def wait_until_known(self, **facts: Any) -> None:
        """Until the plan knows these facts, changed by them or not."""

        def knows() -> bool:
            known = self.run().parameters.get("day", {}).get("facts", {})
            return all(known.get(name) == value for name, value in facts.items())

        wait_until(knows)

    def solve_anew(self, *, absent: tuple[str, ...] = (), **facts: Any) -> Assignment:
        """The optimum of the market as it is now, found from scratch by those who know nothing of the live plan."""
        with self.world.database.read() as session:
            market = load_market(session, "m1", Extent.APPROVED, with_contacts=False)
        return solve(problem_of_day(gather(market).problem, absent=absent, **facts))


def make_live(
    world: World, points: Mapping[Key, int] | None = None, *, rounds: int = 3, tables: int = 3, **policy: Any
) -> LiveMarket:
    """Solved, published with a timetable, in its evening; nothing has happened yet."""
    plant(world, make_scored_market(points or POINTS, **policy))
    now = world.clock.now
    with world.database.write("m1") as session:
        run = request_run(session, now, SYSTEM, "m1", Wanted("de"))
        market = read_content(session, "m1").market
        gathered = gather(market)
        plan = propose_pairings(gathered, solver=name_solver())
        store_plan(session, run, plan, list_owners(market))
        run.status, run.finished_at = RunStatus.DONE, now
        session.flush()
        publish_run(session, now, SYSTEM, run)
        if rounds:
            ordered = order_timetable(session, "m1", run.id)
            found = schedule_conversations(gathered, ordered.pairings, rounds=rounds, tables=tables)
            publish_timetable(session, now, SYSTEM, store_timetable(session, now, SYSTEM, "m1", ordered, found))
        run_id = run.id
    world.move("m1", Phase.DAY)
    return LiveMarket(world, run_id)


__all__ = ["POINTS", "LiveMarket", "Settled", "make_live"]
