"""What stands before every route: known hosts, same origin, headers, rates."""

import pytest
from starlette.testclient import TestClient

from marktplatz.db.engine import Database
from marktplatz.errors import NotAllowed
from marktplatz.settings import Settings
from marktplatz.vocabulary import Role
from marktplatz.web.app import create_app
from marktplatz.web.csrf import check_form_token
from marktplatz.web.hosts import host_of, origin_of
from marktplatz.web.identity import Identity
from marktplatz.web.rates import MAX_KEYS, Rate, Rates
from service_fixtures import FakeClock, World

SESSION = "/api/v1/session"
PASSWORD = "ein ganzer Satz"  # noqa: S105


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 204),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
        ({"Origin": "http://testserver"}, 204),
        ({"Origin": "http://testserver:80"}, 204),
        ({"Origin": "http://testserver:81"}, 403),
        ({"Origin": "https://testserver"}, 403),
        ({"Origin": "http://testserver.evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({}, 403),
    ],
)
def test_a_cookie_changes_something_only_from_our_own_pages(world: World, headers: dict[str, str], status: int) -> None:
    world.make_account("notar@example.org", PASSWORD)
    browser = world.client()
    own = {"Sec-Fetch-Site": "same-origin"}
    browser.post(SESSION, json={"email": "notar@example.org", "password": PASSWORD}, headers=own)
    assert browser.delete(SESSION, headers=headers).status_code == status
    assert browser.get(SESSION, headers=headers).status_code == (401 if status == 204 else 200)


def test_nobody_is_signed_in_from_another_site(world: World) -> None:
    world.make_account("notar@example.org", PASSWORD)
    sent = {"email": "notar@example.org", "password": PASSWORD}
    refused = world.client().post(SESSION, json=sent, headers={"Sec-Fetch-Site": "cross-site"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, "cross_site")
    assert "set-cookie" not in refused.headers
    assert world.client().post(SESSION, json=sent).status_code == 201  # a program without any cookie


def test_a_program_with_a_token_needs_no_origin(world: World) -> None:
    world.make_market()
    program = world.as_token(Role.ORGANISER, "m1")
    sent = {"kind": "company", "name": "x"}
    headers = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    assert program.post("/api/v1/markets/m1/organisations", json=sent, headers=headers).status_code == 201


def test_a_form_needs_the_token_of_its_own_login() -> None:
    identity = Identity("account:a", account_id="a", form_secret="right")  # noqa: S106
    check_form_token(identity, "right")
    for wrong in ("wrong", "", None, "ä"):
        with pytest.raises(NotAllowed):
            check_form_token(identity, wrong)
    with pytest.raises(NotAllowed):
        check_form_token(Identity("public"), None)


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "", "eviltestserver", "[::1]x", "testserver@evil.example"]
)
def test_a_name_that_is_not_ours_is_refused(world: World, host: str) -> None:
    answer = world.client().get("/api/v1/consent-texts", headers={"Host": host})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "unknown_host")
    assert answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("trusted", "host"),
    [
        ((), "markt.example"),
        ((), "MARKT.example:8000"),
        (("[::1]",), "[::1]:8000"),
        (("*.halle.example",), "a.halle.example"),
        (("*",), "irgendwas"),
    ],
)
def test_the_names_that_were_set_are_ours(database: Database, clock: FakeClock, trusted: tuple[str, ...], host: str) -> None:
    app = create_app(Settings(base_url="http://markt.example", trusted_hosts=trusted), database=database, clock=clock)
    assert TestClient(app).get("/api/v1/consent-texts", headers={"Host": host}).status_code == 200


def test_hosts_and_origins_are_read_as_browsers_mean_them() -> None:
    assert [host_of(netloc) for netloc in ("a:1", "A", "[::1]:1", "[::1]")] == ["a", "a", "[::1]", "[::1]"]
    assert origin_of("https://a") == origin_of("https://A:443/x") == "https://a:443"
    assert [origin_of(text) for text in ("null", "", "ftp://a", "https://", "https://a:x")] == [""] * 5


def test_every_answer_has_the_security_headers(world: World) -> None:
    world.make_market()
    client = world.client()
    paths = ("/api/v1/consent-texts", "/api/v1/markets/m1/organisations", "/nowhere", "/api/v1/markets/m1")
    for answer in [client.get(path) for path in paths]:
        policy = answer.headers["Content-Security-Policy"]
        for part in ("default-src 'self'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'", "object-src 'none'"):
            assert part in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "Strict-Transport-Security" not in answer.headers


def test_a_fault_has_them_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("marktplatz.web.api.links.request_links", fail)
    client = TestClient(world.app, raise_server_exceptions=False)
    answer = client.post("/api/v1/links", json={"email": "a@b"})
    assert answer.status_code == 500
    assert answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_only_what_anybody_may_see_may_be_kept_by_caches(world: World) -> None:
    world.make_market()
    assert world.client().get("/api/v1/markets/m1").headers["Cache-Control"] == "no-cache"
    assert world.as_owner().get("/api/v1/markets/m1").headers["Cache-Control"] == "no-store"
    assert world.client().get("/api/v1/markets").headers["Cache-Control"] == "no-store"
    assert "Cookie" in world.client().get("/api/v1/markets/m1").headers["Vary"]


def test_over_https_browsers_are_told_to_stay_there(database: Database, clock: FakeClock) -> None:
    app = create_app(Settings(base_url="https://markt.example"), database=database, clock=clock)
    answer = TestClient(app, base_url="https://markt.example").get("/api/v1/consent-texts")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_wrong_passwords_are_counted_by_account_and_lock_out_nobody_else(world: World) -> None:
    seconds = 0.0
    world.app.state.service.rates.read_s = lambda: seconds
    for mail in ("notar@example.org", "andere@example.org"):
        world.make_account(mail, PASSWORD)
    client = world.client()
    for mail in ("notar@example.org", "niemand@example.org"):
        wrong = [client.post(SESSION, json={"email": mail, "password": "falsch"}).status_code for _ in range(11)]
        assert wrong == [401] * 10 + [429]
    right = client.post(SESSION, json={"email": "Notar@example.org", "password": PASSWORD})
    assert (right.status_code, right.headers["Retry-After"]) == (429, "900")
    assert world.client().post(SESSION, json={"email": "andere@example.org", "password": PASSWORD}).status_code == 201
    seconds = 900.0
    assert world.client().post(SESSION, json={"email": "notar@example.org", "password": PASSWORD}).status_code == 201


def test_who_comes_in_is_forgiven_what_went_wrong_before(world: World) -> None:
    world.make_account("notar@example.org", PASSWORD)
    for _ in range(3):
        for word in ["falsch"] * 9 + [PASSWORD]:
            answer = world.client().post(SESSION, json={"email": "notar@example.org", "password": word})
        assert answer.status_code == 201


def test_a_program_that_asks_too_often_waits_and_others_do_not(database: Database, clock: FakeClock) -> None:
    app = create_app(
        Settings(base_url="http://testserver", trusted_hosts=(), requests_per_minute=3), database=database, clock=clock
    )
    world = World(app, database, clock, TestClient(app))
    world.make_market()
    first, second = world.as_token(Role.ORGANISER, "m1"), world.as_token(Role.ORGANISER, "m1")
    assert [first.get("/api/v1/markets/m1").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert second.get("/api/v1/markets/m1").status_code == 200
    assert {world.client().get("/api/v1/markets/m1").status_code for _ in range(10)} == {200}


def test_counters_of_invented_addresses_do_not_grow_without_end() -> None:
    seconds = 0.0
    rates = Rates(1, lambda: seconds)
    rate: Rate = rates.requests
    for number in range(MAX_KEYS):
        rates.take(rate, str(number))
    seconds = 61.0
    rates.take(rate, "late")
    assert list(rates._times[rate]) == ["late"]
