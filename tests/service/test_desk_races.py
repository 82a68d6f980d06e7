"""Many notaries at once: one certificate an agreement, each another number, nobody gets what another has in hand."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
from sqlalchemy import select
from sqlalchemy.orm import Session

from arena import NOW, build_arena, count_sold, find_disagreements
from marktplatz.db.engine import Database
from marktplatz.db.models import Agreement, AuditEntry, Station
from marktplatz.errors import Conflict
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.agreements import get_agreement
from marktplatz.usecases.audit import find_breaks
from marktplatz.usecases.desk import take_next
from marktplatz.usecases.notary import certify_agreement
from marktplatz.vocabulary import Role
from serving import Guards, serving

NOTARIES = 4
LATER = NOW + timedelta(minutes=1)


def notary(k: int) -> Actor:
    return Actor(f"station:{k}", frozenset({Role.NOTARY}))


def make_stations(database: Database) -> None:
    with database.write("m1") as session:
        for k in range(NOTARIES):
            fields = {"role": Role.NOTARY, "created_by": "system", "created_at": NOW}
            numbers = {"first_number": 1000 * (k + 1) + 1, "last_number": 1000 * (k + 1) + 999}
            session.add(Station(market_id="m1", id=str(k), name=f"Notariat {k}", **fields, **numbers))


def fight(database: Database, rounds: int, deed: Callable[[Session, int, int], object]) -> list[list[object]]:
    """What came of it, by round: what the deed gave back, or the error that it ended with."""
    start = threading.Barrier(NOTARIES)

    def act(k: int) -> list[object]:
        found: list[object] = []
        for i in range(rounds):
            start.wait(60)
            try:
                with database.write("m1") as session:
                    found.append(deed(session, i, k))
            except Exception as error:  # noqa: BLE001 what it was is what the tests ask
                found.append(error)
        return found

    with ThreadPoolExecutor(NOTARIES) as pool:
        return [list(told) for told in zip(*pool.map(act, range(NOTARIES)), strict=True)]


def certify_first(session: Session, i: int, k: int) -> int | None:
    """All of them the same agreement."""
    record = get_agreement(session, notary(k), "m1", f"a{i}-0")
    certify_agreement(session, LATER, notary(k), record)
    return record.number


def certify_own(session: Session, i: int, k: int) -> int | None:
    """Each another agreement, about different offers; the numbers are general ones, the same for all."""
    somebody = Actor("token:notary", frozenset({Role.NOTARY}))
    record = get_agreement(session, somebody, "m1", f"a{i * NOTARIES + k}-0")
    certify_agreement(session, LATER, somebody, record)
    return record.number


def find_numbers(database: Database) -> list[int]:
    with database.read() as session:
        return [number for number in session.scalars(select(Agreement.number)) if number is not None]


def count_stamps(database: Database) -> Counter[str]:
    with database.read() as session:
        return Counter(session.scalars(select(AuditEntry.subject_id).where(AuditEntry.action == "certify_agreement")))


def test_one_agreement_before_many_notaries_gets_one_certificate(database: Database) -> None:
    build_arena(database, offers=25, rivals=1)
    make_stations(database)
    told = fight(database, 25, certify_first)
    for outcomes in told:
        stamped = [each for each in outcomes if isinstance(each, int)]
        refused = [each.findings[0].code for each in outcomes if isinstance(each, Conflict)]
        assert (len(stamped), refused) == (1, ["agreement_is_certified"] * (NOTARIES - 1))
    assert count_stamps(database) == Counter({f"a{i}-0": 1 for i in range(25)})
    with database.read() as session:
        assert list(find_breaks(session)) == []


def test_the_last_unit_of_an_offer_is_certified_once_by_whichever_station(database: Database) -> None:
    build_arena(database, offers=25, rivals=NOTARIES)
    make_stations(database)

    def deed(session: Session, i: int, k: int) -> int | None:
        record = get_agreement(session, notary(k), "m1", f"a{i}-{k}")
        certify_agreement(session, LATER, notary(k), record)
        return record.number

    told = fight(database, 25, deed)
    for outcomes in told:
        winner = [k for k, each in enumerate(outcomes) if isinstance(each, int)]
        assert len(winner) == 1
        assert outcomes[winner[0]] // 1000 == winner[0] + 1
        assert {each.findings[0].code for each in outcomes if isinstance(each, Conflict)} == {"agreement_breaks_capacity"}
    assert count_sold(database) == Counter({f"o{i}": 1 for i in range(25)})
    assert len(set(find_numbers(database))) == 25
    with database.read() as session:
        assert list(find_breaks(session)) == []


def test_numbers_of_one_range_are_given_once_each(database: Database) -> None:
    build_arena(database, offers=10 * NOTARIES, rivals=1)
    assert not [each for outcomes in fight(database, 10, certify_own) for each in outcomes if isinstance(each, Exception)]
    assert find_disagreements(database) == []


def take(session: Session, _i: int, k: int) -> str:
    record = take_next(session, LATER, notary(k), "m1")
    assert record is not None
    return record.id


def put_away(session: Session, i: int, k: int) -> str:
    """Take the next one, and have done with it."""
    taken = take(session, i, k)
    certify_agreement(session, LATER, notary(k), get_agreement(session, notary(k), "m1", taken))
    return taken


def test_whoever_takes_the_next_takes_what_nobody_else_has(database: Database) -> None:
    build_arena(database, offers=10 * NOTARIES, rivals=1)
    make_stations(database)
    told = [str(each) for outcomes in fight(database, 10, put_away) for each in outcomes]
    assert sorted(told) == sorted(f"a{i}-0" for i in range(10 * NOTARIES))


def test_without_the_lock_two_take_the_same_or_stand_in_each_others_way(database: Database) -> None:
    build_arena(database, offers=10 * NOTARIES, rivals=1)
    unlocked = Guards(locks=False).open(database.url.render_as_string(hide_password=False))
    told = fight(unlocked, 10, take)
    unlocked.dispose()
    assert [outcomes for outcomes in told if len({str(each) for each in outcomes if isinstance(each, str)}) < NOTARIES]


def test_a_double_tap_and_a_retry_over_http_are_one_certificate(database: Database) -> None:
    build_arena(database, offers=12, rivals=1)
    start = threading.Barrier(NOTARIES)

    def tap(k: int) -> list[httpx.Response]:
        with httpx.Client(base_url=server.address, headers={"Authorization": "Bearer notary"}, timeout=30) as client:
            answers = []
            for i in range(12):
                start.wait(60)
                key = {"Idempotency-Key": f"tap-{i}-{k // 2}"}
                answers.append(client.post(f"/api/v1/markets/m1/agreements/a{i}-0/certify", headers=key))
            return answers

    url = database.url.render_as_string(hide_password=False)
    with serving(url) as server, ThreadPoolExecutor(NOTARIES) as pool:
        told = list(zip(*pool.map(tap, range(NOTARIES)), strict=True))
    for answers in told:
        # Those with the key of the first get its answer once more; the others hear that it is done.
        assert sorted(answer.status_code for answer in answers) in ([200, 200, 409, 409], [200, 409, 409, 409])
        assert len({answer.json()["number"] for answer in answers if answer.status_code == 200}) == 1
    assert find_disagreements(database) == []
    assert set(count_stamps(database).values()) == {1}
