"""Somebody of the team in a browser, and markets with registrations that they work through."""

import re
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import select

from market_content import encode, make_content
from marktplatz.db.models import AuditEntry, EntryRecord, OrganisationRecord
from marktplatz.usecases.audit import find_breaks
from marktplatz.usecases.logins import begin_login
from marktplatz.vocabulary import Role, Standing
from service_fixtures import World

HTML = {"Accept": "text/html"}
ROOT = "/organise/m1"


def organiser(world: World, role: Role = Role.ORGANISER) -> TestClient:
    """Somebody of the team in a browser."""
    world.made += 1
    account = world.make_account(f"team{world.made}@example.org", m1=role)
    with world.database.write() as session:
        secret = begin_login(session, world.clock.now, account_id=account)
    browser = world.browser()
    browser.cookies.set("marktplatz", secret)
    browser.headers.update(HTML)
    return browser


def tokens(page: str) -> dict[str, str]:
    return {name: re.search(f'name="{name}" value="([^"]*)"', page)[1] for name in ("form_token", "once")}  # type: ignore[index]


def send(browser: TestClient, shown: str, to: str, **fields: str) -> Any:
    """A form of a page, sent as the browser would; follows the way on."""
    page = browser.get(shown).text
    return browser.post(to, data=tokens(page) | {name.replace("__", "."): value for name, value in fields.items()})


def fill(world: World, companies: int = 2, *, standing: Standing = Standing.SUBMITTED, **more: Any) -> None:
    world.make_market("m1")
    answer = world.as_owner().post(
        "/api/v1/markets/m1/imports", params={"name": "m.json"}, content=encode(make_content(companies, **more))
    )
    assert answer.status_code == 200, answer.text
    with world.database.write("m1") as session:
        for kind in (OrganisationRecord, EntryRecord):
            for record in session.scalars(select(kind)):
                record.standing = standing


def standings(world: World, kind: Any = OrganisationRecord) -> dict[str, Standing]:
    with world.database.read() as session:
        return {record.id: record.standing for record in session.scalars(select(kind))}


def audited(world: World) -> list[AuditEntry]:
    with world.database.read() as session:
        assert list(find_breaks(session)) == []
        return list(session.scalars(select(AuditEntry).where(AuditEntry.chain == "m1").order_by(AuditEntry.number)))
