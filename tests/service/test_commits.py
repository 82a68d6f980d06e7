"""An answer is a promise: none is given for a commit that failed, none twice for one that is under way."""

import time
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from day_world import AGREEMENTS, DRAFT, codes, make_day, submit
from marktplatz.db.engine import Database
from marktplatz.vocabulary import Role
from run_world import URL, finish, plant, small_market, wait_until
from service_fixtures import World

BREAKS = {
    "sqlite": ("CREATE TRIGGER breaks AFTER INSERT ON agreement BEGIN INSERT INTO broken VALUES (1); END",),
    "postgresql": (
        "CREATE FUNCTION breaks() RETURNS trigger AS 'BEGIN INSERT INTO broken VALUES (1); RETURN NULL; END' LANGUAGE plpgsql",
        "CREATE TRIGGER breaks AFTER INSERT ON agreement FOR EACH ROW EXECUTE FUNCTION breaks()",
    ),
}
MENDS = {"sqlite": "DROP TRIGGER breaks", "postgresql": "DROP TRIGGER breaks ON agreement"}


def execute(database: Database, *statements: str) -> None:
    with database.begin() as session:
        for statement in statements:
            session.execute(text(statement))


def break_commits(database: Database) -> None:
    """Whoever drafts an agreement leaves a reference to nothing, and that is found when they commit and not before."""
    references = "id INTEGER REFERENCES nowhere (id) DEFERRABLE INITIALLY DEFERRED"
    execute(database, "CREATE TABLE nowhere (id INTEGER PRIMARY KEY)", f"CREATE TABLE broken ({references})")
    execute(database, *BREAKS[database.engine.dialect.name])


def test_a_commit_that_fails_is_not_answered_with_success(world: World) -> None:
    make_day(world)
    broker, told = world.as_token(Role.BROKER), []
    world.app.state.service.after_commit.append(told.append)
    break_commits(world.database)
    failed = broker.post(AGREEMENTS, json=DRAFT, headers={"Idempotency-Key": "k"})
    assert (failed.status_code, codes(failed)) == (409, ["changed_meanwhile"])
    assert broker.get(AGREEMENTS).json() == []
    assert told == []
    execute(world.database, MENDS[world.database.engine.dialect.name])
    made = broker.post(AGREEMENTS, json=DRAFT, headers={"Idempotency-Key": "k"})
    assert made.status_code == 201
    assert "Idempotency-Replayed" not in made.headers
    assert [row["id"] for row in broker.get(AGREEMENTS).json()] == [made.json()["id"]]
    assert told == ["m1"]


def test_neither_a_refusal_nor_a_replay_counts_as_a_commit(world: World) -> None:
    make_day(world)
    notary, told = world.as_token(Role.NOTARY), []
    agreement = submit(notary)
    world.app.state.service.after_commit.append(told.append)
    address = f"{AGREEMENTS}/{agreement}/certify"
    answers = [notary.post(address, headers={"Idempotency-Key": key}).status_code for key in ("a", "a", "b")]
    assert answers == [200, 200, 409]
    assert told == ["m1"]


def test_the_commits_of_a_run_and_of_an_edit_with_work_before_it_are_told(world: World) -> None:
    plant(world, small_market())
    owner, told = world.as_owner(), []
    world.app.state.service.after_commit.append(told.append)
    assert owner.put(f"{URL}/pairs", json={"offer": "paint", "need": "walls", "status": "pinned"}).status_code == 200
    assert told == ["m1"]
    assert codes(owner.put(f"{URL}/pairs", json={"offer": "nothing", "need": "walls", "status": "pinned"})) == ["unknown_offer"]
    assert told == ["m1"]
    finish(owner)
    wait_until(lambda: len(told) >= 4)  # it was asked for, begun, and stored; perhaps its progress was told as well
    assert set(told) == {"m1"}


def test_the_same_request_while_the_first_is_under_way_is_told_to_wait(world: World) -> None:
    make_day(world)
    broker, running = world.as_token(Role.BROKER), world.app.state.service.queue.running

    def post() -> object:
        return broker.post(AGREEMENTS, json=DRAFT, headers={"Idempotency-Key": "k"})

    with ThreadPoolExecutor() as pool:
        with world.database.write("m1"):  # somebody has the market, so the first request waits
            first = pool.submit(post)
            while not running:
                time.sleep(0.01)
            early = world.client(broker.headers["Authorization"].removeprefix("Bearer ")).post(
                AGREEMENTS, json=DRAFT, headers={"Idempotency-Key": "k"}
            )
            assert (early.status_code, codes(early)) == (409, ["still_running"])
            assert int(early.headers["Retry-After"]) >= 1
        made = first.result()
    assert made.status_code == 201
    assert not running
    assert post().content == made.content
    assert len(broker.get(AGREEMENTS).json()) == 1
