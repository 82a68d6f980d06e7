"""`marktplatz user`, `token` and `erase` on a database of their own, as a user would call them."""

import os
import subprocess
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from command_line import call
from databases import SqliteTemplates
from marktplatz.db.engine import Database
from marktplatz.db.models import Account, AuditEntry, Person
from marktplatz.market import Contact, Organisation, Policy
from marktplatz.settings import Settings
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.audit import find_breaks
from marktplatz.usecases.markets import create_market
from marktplatz.usecases.organisations import add_organisation
from marktplatz.vocabulary import OrganisationKind
from marktplatz.web.app import create_app
from service_fixtures import START

MAIL = "chefin@example.org"


class Installation:
    def __init__(self, url: str) -> None:
        self.url = url
        self.database = Database(url)

    def run(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MARKTPLATZ_")}
        settings = {"MARKTPLATZ_DATABASE_URL": self.url, "MARKTPLATZ_BASE_URL": "http://testserver", "PYTHONUTF8": "1"}
        return call(arguments, kept | settings, given)

    def succeed(self, *arguments: str, given: str = "") -> str:
        ended = self.run(*arguments, given=given)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.strip()

    def fail(self, *arguments: str, given: str = "") -> str:
        ended = self.run(*arguments, given=given)
        assert (ended.returncode, ended.stdout) == (1, "")
        assert "Traceback" not in ended.stderr
        return ended.stderr.strip()

    def client(self) -> TestClient:
        settings = Settings(base_url="http://testserver", trusted_hosts=())
        return TestClient(create_app(settings, database=self.database))


@pytest.fixture
def installation(sqlite_templates: SqliteTemplates) -> Installation:
    made = Installation(sqlite_templates.make_url())
    with made.database.write() as session:
        create_market(session, START, SYSTEM, Policy(), "m1")
    return made


def test_an_owner_is_made_gets_a_password_from_stdin_and_signs_in(installation: Installation) -> None:
    account = installation.succeed("user", "add", MAIL, "--name", "Chefin", "--owner")
    installation.succeed("user", "password", MAIL, given="ein ganzer Satz\n")
    answer = installation.client().post("/api/v1/session", json={"email": MAIL, "password": "ein ganzer Satz"})
    assert (answer.status_code, answer.json()["id"], answer.json()["is_owner"]) == (201, account, True)
    assert installation.succeed("user", "list") == f"{account}\t{MAIL}\tChefin\towner"
    assert "zu leicht" in installation.fail("user", "password", MAIL, given="aaaaaaaaaaaa\n")
    assert "gibt es schon" in installation.fail("user", "add", MAIL)
    with installation.database.read() as session:
        assert list(find_breaks(session)) == []
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.number)).all()
    assert [entry.action for entry in entries if entry.chain == "installation"][-3:] == [
        "add_account",
        "change_password",
        "sign_in",
    ]


def test_a_link_is_printed_where_no_mail_is_sent(installation: Installation) -> None:
    installation.succeed("user", "add", MAIL)
    address = installation.succeed("user", "link", MAIL)
    secret = address.removeprefix("http://testserver/enter#")
    client = installation.client()
    assert [client.post("/api/v1/links/confirm", json={"secret": secret}).status_code for _ in range(1)] == [201]
    assert installation.client().post("/api/v1/links/confirm", json={"secret": secret}).status_code == 403


def test_roles_are_given_and_taken_and_an_account_is_disabled(installation: Installation) -> None:
    installation.succeed("user", "role", MAIL, "m1", "notary")
    assert installation.succeed("user", "list").endswith("m1:notary")
    installation.succeed("user", "role", MAIL, "m1", "notary", "--remove")
    installation.succeed("user", "disable", MAIL)
    assert installation.succeed("user", "list").endswith("\tdisabled")
    installation.succeed("user", "disable", MAIL, "--undo")
    assert "m9" in installation.fail("user", "role", MAIL, "m9", "notary")
    with installation.database.read() as session:
        assert session.scalars(select(Account.disabled_at)).all() == [None]


def test_a_token_is_printed_once_works_and_is_revoked(installation: Installation) -> None:
    ended = installation.run(
        "token", "add", "Kasse", "--role", "helper", "--market", "m1", "--scope", "markets:read", "--days", "30"
    )
    secret = ended.stdout.strip()
    bearer = {"Authorization": f"Bearer {secret}"}
    assert installation.client().get("/api/v1/session", headers=bearer).status_code == 403
    assert installation.client().get("/api/v1/markets", headers=bearer).json()[0]["id"] == "m1"
    token = installation.succeed("token", "list").split("\t")
    assert token[1:5] == ["Kasse", "helper", "m1", "markets:read"]
    installation.succeed("token", "revoke", token[0])
    assert installation.client().get("/api/v1/markets", headers=bearer).status_code == 401
    assert "Bereich" in installation.fail("token", "add", "x", "--role", "helper", "--scope", "alles")


def test_a_person_is_erased_by_mail_from_all_markets(installation: Installation) -> None:
    contact = Contact(name="Frau Kanari", email="Kanari@example.org")
    with installation.database.write() as session:
        create_market(session, START, SYSTEM, Policy(), "m2")
    for market in ("m1", "m2"):
        with installation.database.write(market) as session:
            organisation = Organisation(id="o", kind=OrganisationKind.COMPANY, name="bei Frau Kanari", contact=contact)
            add_organisation(session, START, SYSTEM, market, organisation)
    assert installation.succeed("erase", "kanari@example.org").splitlines() == [
        "m1\torganisation\to\tname",
        "m2\torganisation\to\tname",
    ]
    with installation.database.read() as session:
        assert session.scalars(select(Person)).all() == []
    assert b"anari@example" not in Path(str(installation.database.url.database)).read_bytes()
    assert "niemand" in installation.fail("erase", "kanari@example.org")


def test_without_a_database_one_is_told_what_to_do(tmp_path: Path) -> None:
    assert "marktplatz migrate" in Installation(f"sqlite:///{tmp_path}/leer.sqlite3").fail("user", "list")
