"""Logins of the staff: coming in, going out, another password; what is kept of them, and for how long."""

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from marktplatz.db.engine import Database
from marktplatz.db.models import Account, Login
from marktplatz.settings import Settings
from marktplatz.usecases import passwords
from marktplatz.usecases.secrecy import hash_secret
from marktplatz.vocabulary import Role
from marktplatz.web.app import create_app
from service_fixtures import FakeClock, World

URL = "/api/v1/session"
PASSWORD = "ein ganzer Satz"  # noqa: S105
OTHER = "ein anderer Satz"


def sign_in(world: World, mail: str = "notar@example.org", password: str = PASSWORD) -> TestClient:
    browser = world.browser()
    answer = browser.post(URL, json={"email": mail, "password": password})
    assert answer.status_code == 201, answer.json()
    return browser


def test_who_signs_in_is_known_until_they_sign_out(world: World) -> None:
    world.make_market()
    world.make_account("notar@example.org", PASSWORD, m1=Role.NOTARY)
    browser = sign_in(world, "  Notar@Example.org ")
    who = browser.get(URL).json()
    assert (who["kind"], who["markets"]) == ("account", [{"market": "m1", "roles": ["notary"]}])
    assert browser.get("/api/v1/markets/m1/organisations").status_code == 200
    copied = browser.cookies["marktplatz"]
    assert browser.delete(URL).status_code == 204
    assert "marktplatz" not in browser.cookies
    browser.cookies.set("marktplatz", copied)
    assert browser.get(URL).status_code == 401


def test_a_login_is_kept_as_a_hash_and_ends_after_twelve_hours(world: World) -> None:
    world.make_account("notar@example.org", PASSWORD)
    browser = sign_in(world)
    with world.database.read() as session:
        (login,) = session.scalars(select(Login)).all()
    assert login.secret_sha256 == hash_secret(browser.cookies["marktplatz"])
    world.clock.move(hours=11, minutes=59)
    assert browser.get(URL).status_code == 200
    world.clock.move(minutes=1)
    assert browser.get(URL).status_code == 401


def test_each_sign_in_makes_a_new_secret_and_ends_the_old_login(world: World) -> None:
    world.make_account("notar@example.org", PASSWORD)
    browser = world.browser()
    browser.cookies.set("marktplatz", "planted")
    first = sign_in(world)
    planted = first.cookies["marktplatz"]
    assert first.post(URL, json={"email": "notar@example.org", "password": PASSWORD}).status_code == 201
    assert first.cookies["marktplatz"] not in ("planted", planted)
    browser.cookies.set("marktplatz", planted)
    assert browser.get(URL).status_code == 401


def test_whatever_is_wrong_with_a_login_the_answer_is_the_same(world: World) -> None:
    world.make_account("notar@example.org", PASSWORD)
    world.make_account("ohne@example.org")
    gone = world.make_account("zu@example.org", PASSWORD)
    with world.database.write() as session:
        session.get_one(Account, gone).disabled_at = world.clock.now
    tries = [
        ("notar@example.org", OTHER),
        ("ohne@example.org", PASSWORD),
        ("zu@example.org", PASSWORD),
        ("x@example.org", PASSWORD),
    ]
    answers = [world.browser().post(URL, json={"email": mail, "password": word}) for mail, word in tries]
    assert {answer.status_code for answer in answers} == {401}
    told = [{name: said for name, said in answer.json().items() if name != "request"} for answer in answers]
    assert all(said == told[0] for said in told)
    assert not any("set-cookie" in answer.headers for answer in answers)


def test_an_unknown_address_costs_the_same_check(monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []

    class Counting(type(passwords._HASHER)):  # type: ignore[misc]
        def verify(self, hash: str, password: str) -> bool:  # noqa: A002
            verified.append(hash)
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "_HASHER", Counting(time_cost=2, memory_cost=19_456, parallelism=1))
    assert not passwords.fits_password(None, PASSWORD)
    assert not passwords.fits_password(passwords.hash_password(PASSWORD), OTHER)
    assert [found.split("$")[:4] for found in verified] == [["", "argon2id", "v=19", "m=19456,t=2,p=1"]] * 2


def test_four_passwords_are_checked_at_once_and_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, gate = 0, 0, threading.Lock()

    def slow(_hash: str | None, _password: str) -> bool:
        nonlocal running, most
        with gate:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.05)
        with gate:
            running -= 1
        return False

    monkeypatch.setattr("marktplatz.web.passwords.fits_password", slow)
    browser = world.browser()
    browser.portal = world.running.portal  # one event loop for all
    threads = [
        threading.Thread(target=browser.post, args=(URL,), kwargs={"json": {"email": f"{n}@x", "password": "x"}}) for n in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 4


def test_another_password_ends_all_other_logins(world: World) -> None:
    world.make_account("notar@example.org", PASSWORD)
    here, there = sign_in(world), sign_in(world)
    refused = here.post(f"{URL}/password", json={"old": OTHER, "new": OTHER})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, "wrong_old_password")
    assert here.post(f"{URL}/password", json={"old": PASSWORD, "new": OTHER}).status_code == 204
    assert [browser.get(URL).status_code for browser in (here, there)] == [200, 401]
    sign_in(world, password=OTHER)


@pytest.mark.parametrize(("new", "code"), [("kurz", "password_length"), ("aaaaaaaaaaaaaaa", "password_too_simple")])
def test_a_password_must_be_worth_its_name(world: World, new: str, code: str) -> None:
    world.make_account("notar@example.org", PASSWORD)
    answer = sign_in(world).post(f"{URL}/password", json={"old": PASSWORD, "new": new})
    assert answer.json()["errors"][0]["code"] == code


def test_a_role_that_is_taken_and_an_account_that_is_disabled_count_from_the_next_request(world: World) -> None:
    world.make_market()
    account = world.make_account("notar@example.org", PASSWORD, m1=Role.NOTARY)
    browser, owner = sign_in(world), world.as_owner()
    assert browser.get("/api/v1/markets/m1/organisations").status_code == 200
    assert owner.delete(f"/api/v1/markets/m1/members/{account}/roles/notary").status_code == 204
    assert browser.get("/api/v1/markets/m1/organisations").status_code == 404
    owner.patch(f"/api/v1/accounts/{account}", json={"is_disabled": True}, headers={"If-Match": "*"})
    assert browser.get(URL).status_code == 401


def test_over_https_the_cookie_is_for_this_host_alone(database: Database, clock: FakeClock) -> None:
    settings = Settings(base_url="https://markt.example", trusted_hosts=())
    app = create_app(settings, database=database, clock=clock)
    world = World(app, database, clock, TestClient(app))
    world.make_account("notar@example.org", PASSWORD)
    browser = TestClient(app, base_url="https://markt.example", headers={"Sec-Fetch-Site": "same-origin"})
    cookie = browser.post(URL, json={"email": "notar@example.org", "password": PASSWORD}).headers["set-cookie"]
    name, *flags = cookie.split("; ")
    assert name.startswith("__Host-marktplatz=")
    assert set(flags) == {"HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=43200"}
    assert browser.get(URL).status_code == 200
    assert datetime.fromisoformat(browser.get(URL).json()["expires_at"]) > datetime(2027, 3, 1, 20, tzinfo=UTC)
