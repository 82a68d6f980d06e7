"""Many fight for an offer that one can have. The lock alone keeps it from being sold twice, and so does the table's check alone."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from multiprocessing.synchronize import Barrier

import httpx
import pytest

from arena import NOW, build_arena, count_sold, drop_checks, find_disagreements
from databases import BOTH
from marktplatz.db.engine import Database
from marktplatz.errors import Conflict
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.agreements import get_agreement
from marktplatz.usecases.audit import find_breaks
from marktplatz.usecases.notary import certify_agreement
from marktplatz.vocabulary import Role
from serving import FORKS, Guards, serving

RIVALS = 3
PER_PROCESS = 2
NOTARY = Actor("token:notary", frozenset({Role.NOTARY}))
ONLY_LOCKS = Guards(checks=False)
ONLY_CHECKS = Guards(locks=False)
NOTHING = Guards(locks=False, checks=False)


def fight_over_http(database: Database, guards: Guards, races: int) -> list[list[str]]:
    """For each offer, what the rivals were told."""
    start = threading.Barrier(RIVALS)

    def certify_all(k: int) -> list[str]:
        with httpx.Client(base_url=server.address, headers={"Authorization": "Bearer notary"}, timeout=30) as client:
            told = []
            for i in range(races):
                start.wait(60)
                told.append(_word(client.post(f"/api/v1/markets/m1/agreements/a{i}-{k}/certify")))
            return told

    url = database.url.render_as_string(hide_password=False)
    with serving(url, guards) as server, ThreadPoolExecutor(RIVALS) as pool:
        return [list(told) for told in zip(*pool.map(certify_all, range(RIVALS)), strict=True)]


def _word(answer: httpx.Response) -> str:
    return "certified" if answer.status_code == 200 else answer.json()["errors"][0]["code"]


def fight_in_processes(database: Database, guards: Guards, races: int) -> None:
    """Two processes with two threads each, straight at the database, without a server's queue."""
    start = FORKS.Barrier(2 * PER_PROCESS)
    url = database.url.render_as_string(hide_password=False)
    processes = [
        FORKS.Process(target=_fight, args=(url, guards, races, start, ks))
        for ks in (range(PER_PROCESS), range(PER_PROCESS, 2 * PER_PROCESS))
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(100)
    assert [process.exitcode for process in processes] == [0, 0]


def _fight(url: str, guards: Guards, races: int, start: Barrier, ks: range) -> None:
    database = guards.open(url)
    with ThreadPoolExecutor(len(ks)) as pool:
        list(pool.map(lambda k: [_certify(database, f"a{i}-{k}", start) for i in range(races)], ks))
    database.dispose()


def _certify(database: Database, agreement_id: str, start: Barrier) -> None:
    start.wait(60)
    try:
        with database.write("m1") as session:
            certify_agreement(session, NOW + timedelta(minutes=1), NOTARY, get_agreement(session, NOTARY, "m1", agreement_id))
    except Exception as error:
        if not isinstance(error, Conflict) and database.locks:
            raise


def is_sold_once_each(database: Database, races: int) -> bool:
    with database.read() as session:
        assert list(find_breaks(session)) == []
    assert find_disagreements(database) == []
    return count_sold(database) == Counter({f"o{i}": 1 for i in range(races)})


def test_an_offer_for_one_is_certified_once_by_the_lock_alone(database: Database) -> None:
    build_arena(database, offers=200, rivals=RIVALS)
    drop_checks(database)
    told = fight_over_http(database, ONLY_LOCKS, 200)
    assert {tuple(sorted(words)) for words in told} == {("agreement_breaks_capacity",) * (RIVALS - 1) + ("certified",)}
    assert is_sold_once_each(database, 200)


def test_without_the_lock_the_same_fight_sells_offers_twice(database: Database) -> None:
    build_arena(database, offers=12, rivals=RIVALS)
    drop_checks(database)
    fight_over_http(database, NOTHING, 12)
    assert max(count_sold(database).values()) > 1


def test_the_tables_check_alone_is_a_net_of_its_own(database: Database) -> None:
    build_arena(database, offers=12, rivals=RIVALS)
    fight_over_http(database, ONLY_CHECKS, 12)
    assert max(count_sold(database).values()) == 1


@pytest.mark.parametrize("database_url", BOTH[1:], indirect=True)
def test_two_processes_at_one_database_sell_each_offer_once(database: Database) -> None:
    build_arena(database, offers=50, rivals=2 * PER_PROCESS)
    drop_checks(database)
    fight_in_processes(database, ONLY_LOCKS, 50)
    assert is_sold_once_each(database, 50)


@pytest.mark.parametrize("database_url", BOTH[1:], indirect=True)
def test_two_processes_without_the_lock_sell_offers_twice(database: Database) -> None:
    build_arena(database, offers=12, rivals=2 * PER_PROCESS)
    drop_checks(database)
    fight_in_processes(database, NOTHING, 12)
    assert max(count_sold(database).values()) > 1
