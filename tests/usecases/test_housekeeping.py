"""What has had its time is put away, a little at a time; what still counts stays, and so does the audit."""

from datetime import timedelta

from sqlalchemy import func, select

from marktplatz.db.base import Base
from marktplatz.db.engine import Database
from marktplatz.db.models import AuditEntry, IdempotencyRecord, Link, Login
from marktplatz.usecases.audit import find_breaks
from marktplatz.usecases.housekeeping import KEPT_AFTER_ITS_END, tidy_up
from marktplatz.usecases.logins import LOGIN_TIME, end_login
from marktplatz.vocabulary import LinkPurpose, Role
from marktplatz.web.housekeeper import tidy
from service_fixtures import World

TWO_DAYS = timedelta(days=2)
ORGANISATIONS = "/api/v1/markets/m1/organisations"


def tidied(world: World, at_once: int = 200) -> int:
    with world.database.write() as session:
        return tidy_up(session, world.clock.now, TWO_DAYS, at_once)


def count(database: Database, kind: type[Base]) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


def send(world: World, *keys: str) -> list[int]:
    client = world.as_token(Role.ORGANISER, "m1")
    client.headers["Authorization"] = "Bearer secret-1"  # the same caller each time
    sent = {"kind": "company", "name": "Bank"}
    return [client.post(ORGANISATIONS, json=sent, headers={"Idempotency-Key": key}).status_code for key in keys]


def test_an_answer_is_kept_for_two_days_and_then_put_away(world: World) -> None:
    world.make_market()
    assert send(world, "one", "two") == [201, 201]
    world.clock.move(hours=47, minutes=59)
    assert tidied(world) == 0
    assert send(world, "one", "three") == [201, 201]
    assert count(world.database, IdempotencyRecord) == 3
    world.clock.move(minutes=1)
    assert tidied(world) == 2
    with world.database.read() as session:
        assert list(session.scalars(select(IdempotencyRecord.key))) == ["three"]


def test_a_login_stays_a_week_after_its_end(world: World) -> None:
    world.make_account("a@haus.example", "ein langer Satz als Passwort", is_owner=True)
    browsers = [world.browser() for _ in range(2)]
    for browser in browsers:
        signed = browser.post("/api/v1/session", json={"email": "a@haus.example", "password": "ein langer Satz als Passwort"})
        assert signed.status_code < 300, signed.text
    with world.database.write() as session:
        first = session.scalars(select(Login).order_by(Login.secret_sha256)).first()
        assert first is not None
        end_login(session, world.clock.now, first.secret_sha256)
    world.clock.move(days=7, seconds=-1)
    assert tidied(world) == 0
    world.clock.move(seconds=1)
    assert tidied(world) == 1
    assert count(world.database, Login) == 1
    world.clock.now += LOGIN_TIME
    assert tidied(world) == 1
    assert count(world.database, Login) == 0


def test_links_that_are_over_go_and_those_that_work_stay(world: World) -> None:
    world.make_market()
    account = world.make_account("a@haus.example")
    contact = {"name": "Frau Beispiel", "email": "frau@bank.example"}
    sent = {"kind": "company", "name": "Bank", "id": "bank", "contact": contact}
    assert world.as_owner().post(ORGANISATIONS, json=sent).status_code == 201
    now, staff = world.clock.now, {"purpose": LinkPurpose.STAFF_LOGIN, "account_id": account}
    with world.database.write() as session:
        person = session.execute(select(Base.metadata.tables["person"].c.id)).scalar_one()
        entry = {"purpose": LinkPurpose.PARTICIPANT_ENTRY, "market_id": "m1", "person_id": person}
        links = {
            "over": staff | {"expires_at": now},
            "used up": staff | {"expires_at": now + 2 * KEPT_AFTER_ITS_END, "used_at": now},
            "fresh": staff | {"expires_at": now + KEPT_AFTER_ITS_END},
            "used again and again": entry | {"used_at": now},
            "taken back": entry | {"revoked_at": now},
        }
        session.add_all(Link(secret_sha256=name, created_at=now, **fields) for name, fields in links.items())
    assert tidied(world) == 0
    world.clock.now += KEPT_AFTER_ITS_END
    assert tidied(world) == 3
    with world.database.read() as session:
        assert set(session.scalars(select(Link.secret_sha256))) == {"fresh", "used again and again"}


def test_a_step_is_small_and_the_oldest_go_first(world: World) -> None:
    world.make_market()
    for key in ("a", "b", "c"):
        send(world, key)
        world.clock.move(minutes=1)
    world.clock.move(days=2)
    assert [tidied(world, at_once=2), tidied(world, at_once=2), tidied(world, at_once=2)] == [2, 1, 0]


def test_the_audit_stays_as_it_is(world: World) -> None:
    world.make_market()
    send(world, "one")
    before = count(world.database, AuditEntry)
    world.clock.move(days=4000)
    assert tidied(world) == 1
    assert count(world.database, AuditEntry) == before
    with world.database.read() as session:
        assert list(find_breaks(session)) == []


def test_the_running_service_tidies_up_by_its_setting(world: World) -> None:
    world.make_market()
    send(world, *(f"k{number}" for number in range(250)))  # more than one step takes
    world.clock.move(hours=world.app.state.service.settings.idempotency_keep_hours)
    portal = world.running.portal
    assert portal is not None
    assert portal.call(tidy, world.app.state.service, 0.0) == 250
    assert count(world.database, IdempotencyRecord) == 0
