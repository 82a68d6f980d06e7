"""What tests of runs need: a market planted in the database at once, participants who are signed in, runs that have ended."""

import time
from collections.abc import Callable
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import event

from factories import make_market, make_need, make_nonprofit, make_offer, make_organisation, make_scored_market
from market_content import is_asked_for
from marktplatz.db.engine import Database
from marktplatz.db.models import EntryRecord, Login, MarketRecord, OrganisationRecord, Person, Representation, Run, ScoreRecord
from marktplatz.market import Entry, Market
from marktplatz.plan import Plan, PlanBound, Served, Solver
from marktplatz.settings import Settings
from marktplatz.usecases.identifiers import make_id
from marktplatz.usecases.records import ORGANISATION_FIELDS, entry_fields, fields_of
from marktplatz.usecases.run_plans import store_plan
from marktplatz.vocabulary import EntrySide, PlanStatus, RunStatus
from marktplatz.web.app import create_app
from marktplatz.web.identity import hash_secret
from service_fixtures import FakeClock, World

URL = "/api/v1/markets/m1"
PATIENCE_S = 120.0


def small_market() -> Market:
    """Three companies and three clubs; painting fits the walls, the rooms and nothing else."""
    return make_market(
        organisations=[
            make_organisation("bank"),
            make_organisation("firm"),
            make_organisation("shop"),
            make_nonprofit("club"),
            make_nonprofit("choir"),
            make_nonprofit("home"),
        ],
        offers=[
            make_offer("paint", "bank", category="hands"),
            make_offer("brush", "firm", category="hands"),
            make_offer("advice", "shop", title="Beratung zur Buchhaltung", category="know_how"),
        ],
        needs=[
            make_need("walls", "club", category="hands"),
            make_need("rooms", "choir", category="hands"),
            make_need("books", "home", title="Hilfe bei der Buchhaltung", category="know_how"),
        ],
    )


def slow_market() -> Market:
    """Many organisations more than can have a partner: explaining takes a quarter of a minute and longer."""
    points = {(f"c{i}.a", f"n{j}.b"): (i * 389 + j * j * 241) % 1000 for i in range(12) for j in range(300)}
    return make_scored_market(points)


def plant(world: World, market: Market, market_id: str = "m1") -> str:
    """A market with all its lists, written without the use cases, which would take long for a large one."""
    world.make_market(market_id)
    now = world.clock.now
    begun: dict[str, Any] = {"market_id": market_id, "agreed": 0, "created_at": now, "updated_at": now}

    def entry(side: EntrySide, value: Entry) -> EntryRecord:
        return EntryRecord(id=value.id, side=side, organisation_id=value.organisation, **begun, **entry_fields(value))

    with world.database.write(market_id) as session:
        session.get_one(MarketRecord, market_id).has_scores = market.scores is not None
        session.add_all(
            OrganisationRecord(id=each.id, **begun, **fields_of(each, ORGANISATION_FIELDS)) for each in market.organisations
        )
        session.flush()
        session.add_all(entry(EntrySide.OFFER, each) for each in market.offers)
        session.add_all(entry(EntrySide.NEED, each) for each in market.needs)
        session.flush()
        session.add_all(
            ScoreRecord(market_id=market_id, offer_id=each.offer, need_id=each.need, points=each.points)
            for each in market.scores or ()
        )
    return market_id


def plant_run(world: World, run_id: str, market_id: str = "m1") -> None:
    """A run that is done and proposes nothing."""
    nobody, zero = (0, 1), PlanBound(served=0, points=0)
    plan = Plan(
        status=PlanStatus.OPTIMAL,
        input_sha256="",
        served=Served(companies=nobody, nonprofits=nobody),
        total_points=0,
        bound=zero,
        solver=Solver(name="test", version="1", wall_ms=0),
    )
    parameters = {"language": "de", "previous": None, "previous_pairs": [], "stay_bonus": 0, "time_limit_s": None}
    with world.database.write(market_id) as session:
        made: dict[str, Any] = {"author": "system", "versions": {}, "input_sha256": "", "created_at": world.clock.now}
        run = Run(market_id=market_id, id=run_id, status=RunStatus.DONE, parameters=parameters, **made)
        session.add(run)
        store_plan(session, run, plan, {})


def not_started(database: Database, clock: FakeClock, **settings: Any) -> World:
    """A world whose service is not at work yet: for tests that start and stop it, and with settings of their own."""
    made = Settings(base_url="http://testserver", trusted_hosts=("testserver",), **settings)
    app = create_app(made, database=database, clock=clock)
    return World(app, database, clock, TestClient(app))


def as_participant(world: World, organisation_id: str, market_id: str = "m1") -> TestClient:
    """Somebody who stands for an organisation and came in by a link."""
    person, secret = make_id("p"), make_id("secret")
    with world.database.write(market_id) as session:
        session.add(Person(market_id=market_id, id=person, name=f"Kontakt {organisation_id}", created_at=world.clock.now))
        session.flush()
        session.add(Representation(market_id=market_id, organisation_id=organisation_id, person_id=person, is_contact=True))
        session.add(
            Login(
                secret_sha256=hash_secret(secret),
                market_id=market_id,
                person_id=person,
                form_secret=secret,
                created_at=world.clock.now,
                expires_at=world.clock.now.replace(year=2099),
            )
        )
    client = world.client()
    client.headers["Sec-Fetch-Site"] = "same-origin"
    client.cookies.set("marktplatz", secret)
    return client


def ask_for_run(client: TestClient, url: str = URL, **wanted: Any) -> str:
    """The address of a new run."""
    answer = client.post(f"{url}/runs", json=wanted)
    assert answer.status_code == 202, answer.text
    return str(answer.headers["Location"])


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.02)


def wait_for(client: TestClient, run: str, *statuses: str) -> dict[str, Any]:
    """The run, once it has one of the statuses."""
    wait_until(lambda: client.get(run).json()["status"] in statuses)
    found: dict[str, Any] = client.get(run).json()
    return found


def finish(client: TestClient, url: str = URL, **wanted: Any) -> str:
    """The address of a run that is done."""
    run = ask_for_run(client, url, **wanted)
    found = wait_for(client, run, "done", "failed", "refused", "cancelled")
    assert found["status"] == "done", found
    return run


def pairs_of(client: TestClient, run: str) -> list[tuple[str, str]]:
    return [(pairing["offer"], pairing["need"]) for pairing in client.get(f"{run}/pairings").json()]


def etag(client: TestClient, run: str) -> dict[str, str]:
    return {"If-Match": client.get(run).headers["ETag"]}


class Statements:
    """Counts what is sent to the database."""

    def __init__(self, database: Database) -> None:
        self._engine, self.count = database.engine, 0

    def __enter__(self) -> "Statements":
        event.listen(self._engine, "before_cursor_execute", self._see)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._see)

    def _see(self, *_: object) -> None:
        self.count += is_asked_for()


def codes(answer: Any) -> list[str]:
    return [error["code"] for error in answer.json()["errors"]]
