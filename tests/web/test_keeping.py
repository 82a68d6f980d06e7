"""What the keepers of a service rely on: no route without a rule, nobody's data in logs and metrics, readiness that is true."""

import logging

import pytest
from fastapi import APIRouter
from hostile_values import HOSTILE

import marktplatz.web.app
from marktplatz.db.engine import Database
from marktplatz.db.migrate import downgrade, upgrade
from marktplatz.settings import Settings
from marktplatz.vocabulary import Role
from marktplatz.web.app import ROUTERS, create_app
from service_fixtures import World

MARKET = "/api/v1/markets/m1"
NAME, MAIL, PHONE = "Kanariä Vögel", "kanari@vogel.example", "0221 7654321"


def test_a_route_without_a_rule_does_not_start(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    router = APIRouter()
    router.add_api_route("/forgotten", lambda: "everybody may read this", methods=["GET"])
    monkeypatch.setattr(marktplatz.web.app, "ROUTERS", (*ROUTERS, router))
    monkeypatch.setattr(marktplatz.web.app, "_catalogue", marktplatz.web.app._catalogue.__wrapped__)  # made ready once, before
    with pytest.raises(RuntimeError, match=r"routes without a rule: GET /forgotten$"):
        create_app(Settings(), database=database)


def test_nobodys_data_are_in_logs_and_metrics(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    world.make_market()
    organiser = world.as_token(Role.ORGANISER, "m1")
    contact = {"name": NAME, "email": MAIL, "phone": PHONE}
    sent = {"id": "bank", "kind": "company", "name": "Bank", "contact": contact}
    organisations = f"{MARKET}/organisations"
    asked = [
        organiser.post(organisations, json=sent, headers={"Idempotency-Key": "k"}),
        organiser.post(organisations, json=sent | {"kind": NAME, "id": MAIL}),
        organiser.get(organisations, params={"search": NAME}),
        organiser.get(f"{organisations}/{MAIL}"),
        organiser.post("/api/v1/links", json={"email": MAIL}),
        organiser.post("/api/v1/session", json={"email": MAIL, "password": NAME}),
        organiser.post(f"{MARKET}/imports", params={"name": f"{NAME}.json"}, content=MAIL.encode()),
        organiser.post(f"/api/v1/{NAME}", json=sent),
    ]
    assert [answer.status_code for answer in asked][:4] == [201, 422, 200, 404]
    lines = [record for record in caplog.records if record.name == "marktplatz.request"]
    assert len(lines) == len(asked)
    ours = [record for record in caplog.records if record.name.startswith("marktplatz")]
    logged = "\n".join(f"{record.getMessage()} {vars(record)}" for record in ours)
    measured = organiser.get("/metrics").text
    assert "organisations" in measured
    for secret in (NAME, MAIL, PHONE, "vogel", "Kanari"):
        assert secret not in logged
        assert secret not in measured


def test_requests_are_counted_by_the_pattern_of_their_route(world: World) -> None:
    world.make_market()
    organiser = world.as_token(Role.ORGANISER, "m1")
    for path in (MARKET, f"{MARKET}/offers/a/b", "/nowhere/at-all", "/static/own/worker.js", "/livez"):
        organiser.get(path)
    organiser.patch("/api/v1/consent-texts")
    lines = [line for line in organiser.get("/metrics").text.splitlines() if line.startswith("http_requests_total{")]
    assert sorted(lines) == [
        'http_requests_total{handler="/api/v1/consent-texts",method="PATCH",status="4xx"} 1.0',
        'http_requests_total{handler="/api/v1/markets/{market}",method="GET",status="2xx"} 1.0',
        'http_requests_total{handler="/api/v1/markets/{market}/offers/{entry_id:path}",method="GET",status="4xx"} 1.0',
        'http_requests_total{handler="/static/own",method="GET",status="2xx"} 1.0',
        'http_requests_total{handler="none",method="GET",status="4xx"} 1.0',
    ]


def test_a_service_on_an_old_schema_is_alive_and_not_ready(world: World) -> None:
    client = world.client()
    assert client.get("/readyz").text == "ok"
    downgrade(world.database, "0001")
    assert client.get("/livez").text == "ok"
    refused = client.get("/readyz")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "schema_outdated")
    upgrade(world.database)
    assert client.get("/readyz").text == "ok"


def test_there_are_sixty_hostile_values() -> None:
    assert len(HOSTILE) >= 60
