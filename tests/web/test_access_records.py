"""Accounts, members, tokens, consents and persons over HTTP: what is given, by whom, and what it is good for."""

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from marktplatz.db.models import Account, IdempotencyRecord, OutboxMessage, Person, Token
from marktplatz.usecases.audit import find_breaks
from marktplatz.usecases.secrecy import hash_secret
from marktplatz.vocabulary import Role
from service_fixtures import World

MARKET = "/api/v1/markets/m1"
PASSWORD = "ein ganzer Satz"  # noqa: S105
ORGANISATION = {"id": "bank", "kind": "company", "name": "Bank", "contact": {"name": "Frau Alt", "email": "alt@bank.example"}}


def sign_in(world: World, mail: str) -> TestClient:
    browser = world.browser()
    assert browser.post("/api/v1/session", json={"email": mail, "password": PASSWORD}).status_code == 201
    return browser


def codes(answer: object) -> list[str]:
    return [error["code"] for error in answer.json()["errors"]]  # type: ignore[attr-defined]


def test_a_member_without_an_account_gets_one_and_a_link(world: World) -> None:
    world.make_market()
    world.make_account("chefin@example.org", PASSWORD, m1=Role.ORGANISER)
    organiser = sign_in(world, "chefin@example.org")
    added = organiser.post(f"{MARKET}/members", json={"email": "Neu@example.org", "role": "broker", "name": "Neue"})
    assert (added.status_code, added.json()["roles"], added.json()["name"]) == (201, ["broker"], "Neue")
    organiser.post(f"{MARKET}/members", json={"email": "neu@example.org", "role": "notary"})
    assert {tuple(row["roles"]) for row in organiser.get(f"{MARKET}/members").json()} == {("organiser",), ("broker", "notary")}
    assert codes(organiser.post(f"{MARKET}/members", json={"email": "neu@example.org", "role": "notary"})) == ["role_given"]
    with world.database.read() as session:
        assert [message.recipient for message in session.scalars(select(OutboxMessage))] == ["neu@example.org"]
        assert list(find_breaks(session)) == []


@pytest.mark.parametrize(
    ("role", "code"), [("owner", "owner_everywhere"), ("participant", "not_a_staff_role"), ("public", "not_a_staff_role")]
)
def test_an_organiser_gives_no_roles_that_are_not_theirs_to_give(world: World, role: str, code: str) -> None:
    world.make_market()
    organiser = world.as_token(Role.ORGANISER, "m1")
    assert codes(organiser.post(f"{MARKET}/members", json={"email": "a@b", "role": role})) == ["not_a_staff_role"]
    assert codes(organiser.post(f"{MARKET}/tokens", json={"name": "x", "role": role, "scopes": ["*"]})) == [code]


def test_somebody_must_own_the_installation(world: World) -> None:
    account = world.make_account("chefin@example.org", PASSWORD, is_owner=True)
    owner = sign_in(world, "chefin@example.org")
    for change in ({"is_owner": False}, {"is_disabled": True}):
        assert codes(owner.patch(f"/api/v1/accounts/{account}", json=change, headers={"If-Match": "*"})) == ["last_owner"]
    other = owner.post("/api/v1/accounts", json={"email": "zweite@example.org", "is_owner": True})
    assert other.status_code == 201
    stale = owner.patch(f"/api/v1/accounts/{account}", json={"name": "Chefin"}, headers={"If-Match": '"99"'})
    assert stale.status_code == 412
    assert owner.patch(f"/api/v1/accounts/{account}", json={"is_owner": False}, headers={"If-Match": "*"}).status_code == 200
    assert owner.get("/api/v1/accounts").status_code == 403


def test_an_account_is_there_once_whatever_the_case_of_its_mail(world: World) -> None:
    owner = world.as_owner()
    owner.post("/api/v1/accounts", json={"email": "A@example.org"})
    assert codes(owner.post("/api/v1/accounts", json={"email": "a@Example.org"})) == ["account_exists"]
    assert codes(owner.post("/api/v1/accounts", json={"email": "a@b, c@d"})) == ["not_a_mail_address"]


def test_a_tokens_secret_is_shown_once_and_kept_as_a_hash_even_with_a_key(world: World) -> None:
    world.make_market()
    organiser = world.as_token(Role.ORGANISER, "m1")
    sent = {"name": "Kasse", "role": "helper", "scopes": ["organisations:read"]}
    first = organiser.post(f"{MARKET}/tokens", json=sent, headers={"Idempotency-Key": "k"})
    secret = first.json()["secret"]
    again = organiser.post(f"{MARKET}/tokens", json=sent, headers={"Idempotency-Key": "k"})
    assert (again.status_code, codes(again)) == (409, ["answer_erased"])
    with world.database.read() as session:
        assert session.scalars(select(IdempotencyRecord.body)).all() == [None]
        kept = session.get_one(Token, first.json()["id"])
    assert kept.secret_sha256 == hash_secret(secret)
    shown = organiser.get(f"{MARKET}/tokens").text
    assert secret not in shown
    assert kept.secret_sha256 not in shown


def test_a_token_does_what_its_scopes_say_until_it_is_revoked_or_over(world: World) -> None:
    world.make_market()
    world.make_market("m2")
    organiser = world.as_token(Role.ORGANISER, "m1")
    until = {"expires_at": "2027-03-02T09:00:00Z"}
    sent = {"name": "Liste", "role": "helper", "scopes": ["organisations:read"]} | until
    made = organiser.post(f"{MARKET}/tokens", json=sent).json()
    program = world.client(made["secret"])
    assert program.get(f"{MARKET}/organisations").status_code == 200
    assert codes(program.get(f"{MARKET}/offers")) == ["scope_too_narrow"]
    assert program.get("/api/v1/markets/m2/organisations").status_code == 404
    world.clock.move(days=1)
    assert program.get(f"{MARKET}/organisations").status_code == 401
    other = organiser.post(f"{MARKET}/tokens", json=sent | {"expires_at": None}).json()
    assert organiser.delete(f"{MARKET}/tokens/{other['id']}").status_code == 204
    assert world.client(other["secret"]).get(f"{MARKET}/organisations").status_code == 401


def test_a_token_can_do_no_more_than_the_one_that_issued_it(world: World) -> None:
    world.make_market()
    world.make_market("m2")
    narrow = world.as_token(Role.ORGANISER, "m1", scopes=("tokens:*", "offers:read"), expires_at=world.clock.now.replace(year=2028))
    sent = {"name": "x", "role": "organiser", "scopes": ["offers:read"], "expires_at": "2027-06-01T00:00:00Z"}
    child = narrow.post(f"{MARKET}/tokens", json=sent)
    assert child.status_code == 201
    wider = [{"scopes": ["*"]}, {"scopes": ["*:read"]}, {"scopes": ["offers:write"]}, {"expires_at": None}]
    wider.append({"expires_at": "2029-01-01T00:00:00Z"})
    for change in wider:
        assert codes(narrow.post(f"{MARKET}/tokens", json=sent | change)) == ["token_beyond_issuer"], change


def test_a_token_falls_with_whoever_issued_it(world: World) -> None:
    world.make_market()
    account = world.make_account("chefin@example.org", PASSWORD, m1=Role.ORGANISER)
    sent = {"name": "x", "role": "helper", "scopes": ["*"]}
    made = sign_in(world, "chefin@example.org").post(f"{MARKET}/tokens", json=sent | {"role": "organiser"}).json()
    child = world.client(made["secret"])
    grandchild = world.client(child.post(f"{MARKET}/tokens", json=sent).json()["secret"])
    programs = (child, grandchild)
    assert [program.get(f"{MARKET}/organisations").status_code for program in programs] == [200, 200]
    owner = world.as_owner()
    owner.delete(f"/api/v1/markets/m1/members/{account}/roles/organiser")
    assert [program.get(f"{MARKET}/organisations").status_code for program in programs] == [404, 404]
    owner.post(f"{MARKET}/members", json={"email": "chefin@example.org", "role": "organiser"})
    owner.delete(f"/api/v1/tokens/{made['id']}")
    assert [program.get(f"{MARKET}/organisations").status_code for program in programs] == [401, 401]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"scopes": []}, "no_scope"),
        ({"scopes": ["organisations"]}, "bad_scope"),
        ({"scopes": ["*:delete"]}, "bad_scope"),
        ({"expires_at": "2027-03-01T09:00:00Z"}, "expiry_passed"),
        ({"markets": []}, "no_market"),
        ({"markets": ["m9"]}, "unknown_market"),
        ({"role": "owner", "markets": ["m1"]}, "owner_everywhere"),
    ],
)
def test_a_token_that_makes_no_sense_is_refused(world: World, change: dict[str, object], code: str) -> None:
    world.make_market()
    sent = {"name": "x", "role": "helper", "scopes": ["*"], "markets": ["m1"]}
    assert codes(world.as_owner().post("/api/v1/tokens", json=sent | change)) == [code]


def test_consent_is_given_in_words_that_stay_and_is_withdrawn(world: World) -> None:
    world.make_market()
    owner = world.as_owner()
    owner.post(f"{MARKET}/organisations", json=ORGANISATION)
    with world.database.read() as session:
        person = session.scalars(select(Person.id)).one()
    text = {"purpose": "photos", "version": "1", "text": "Ja, Fotos von mir dürfen gezeigt werden."}
    assert owner.post("/api/v1/consent-texts", json=text).status_code == 201
    assert codes(owner.post("/api/v1/consent-texts", json=text | {"text": "Ja."})) == ["consent_text_exists"]
    assert world.client().get("/api/v1/consent-texts").json() == [text]
    participant = world.as_person("m1", person)
    sent = {"person": person, "purpose": "photos", "text_version": "1"}
    given = participant.post(f"{MARKET}/consents", json=sent).json()
    assert codes(participant.post(f"{MARKET}/consents", json=sent | {"text_version": "2"})) == ["unknown_consent_text"]
    world.clock.move(hours=1)
    withdrawn = participant.post(f"{MARKET}/consents/{given['id']}/withdraw").json()
    assert withdrawn["withdrawn_at"] == "2027-03-01T10:00:00Z"
    stored = participant.get(f"{MARKET}/persons/{person}").json()
    assert [row["text"] for row in stored["consents"]] == [text["text"]]
    assert [(change["action"], change["as_actor"]) for change in stored["changes"]] == [
        ("add_organisation", False),
        ("give_consent", True),
        ("withdraw_consent", True),
    ]


def test_a_corrected_contact_is_the_same_person_who_keeps_their_login(world: World) -> None:
    world.make_market()
    owner = world.as_owner()
    owner.post(f"{MARKET}/organisations", json=ORGANISATION)
    with world.database.read() as session:
        person = session.scalars(select(Person.id)).one()
    participant = world.as_person("m1", person)
    for contact in ({"phone": "0221 7"}, {"email": "neu@bank.example"}, {"name": "Frau Alt-Neu"}):
        changed = participant.patch(f"{MARKET}/organisations/bank", json={"contact": contact}, headers={"If-Match": "*"})
        assert changed.status_code == 200
    assert participant.get("/api/v1/session").json()["name"] == "Frau Alt-Neu"
    assert participant.get(f"{MARKET}/persons/{person}").json()["person"]["email"] == "neu@bank.example"
    other = {"contact": {"name": "Herr Neu", "email": "herr@bank.example"}}
    owner.patch(f"{MARKET}/organisations/bank", json=other, headers={"If-Match": "*"})
    assert participant.get("/api/v1/session").status_code == 401


def test_who_stands_for_two_is_not_changed_by_one(world: World) -> None:
    world.make_market()
    owner = world.as_owner()
    for name in ("bank", "verein"):
        owner.post(f"{MARKET}/organisations", json=ORGANISATION | {"id": name})
    assert len(owner.get(f"{MARKET}/persons").json()) == 1
    owner.patch(f"{MARKET}/organisations/bank", json={"contact": {"phone": "7"}}, headers={"If-Match": "*"})
    assert owner.get(f"{MARKET}/organisations/verein").json()["contact"]["phone"] is None
    assert len(owner.get(f"{MARKET}/persons").json()) == 2


def test_no_answer_shows_a_hash(world: World) -> None:
    account = world.make_account("chefin@example.org", PASSWORD, is_owner=True)
    with world.database.read() as session:
        password_hash = session.get_one(Account, account).password_hash
    owner = sign_in(world, "chefin@example.org")
    shown = "".join(owner.get(path).text for path in ("/api/v1/accounts", f"/api/v1/accounts/{account}", "/api/v1/session"))
    assert password_hash is not None
    assert password_hash not in shown
    assert hash_secret(owner.cookies["marktplatz"]) not in shown
