"""Hostile values on every field of every body: refused with a place, or kept exactly as sent; never an error of ours."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hostile_values import HOSTILE, RAW

from marktplatz.db.models import Account, ConsentText, Person
from marktplatz.vocabulary import ConsentPurpose
from run_world import plant_run
from service_fixtures import World

M = "/api/v1/markets/m1"
STUMBLING = ("2**31", "2**63", "NUL", "not a character", "year 1", "beyond the first plane", "a wildcard", "minus zero")
ORGANISATION = {"kind": "company", "name": "Bank"}
ENTRY = {"organisation": "bank", "title": "Wände streichen"}

BODIES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "markets_add": ("POST", "/api/v1/markets", {"name": "Markt"}),
    "markets_edit": ("PATCH", M, {}),
    "markets_move": ("POST", f"{M}/phase", {"phase": "collecting"}),
    "organisations_add": ("POST", f"{M}/organisations", ORGANISATION),
    "organisations_edit": ("PATCH", f"{M}/organisations/bank", {}),
    "offers_add": ("POST", f"{M}/offers", ENTRY),
    "offers_edit": ("PATCH", f"{M}/offers/paint", {}),
    "needs_add": ("POST", f"{M}/needs", ENTRY),
    "needs_edit": ("PATCH", f"{M}/needs/walls", {}),
    "pairs_put": ("PUT", f"{M}/pairs", {"offer": "paint", "need": "walls", "status": "pinned"}),
    "runs_add": ("POST", f"{M}/runs", {}),
    "pairings_add": ("POST", f"{M}/runs/r-1/pairings", {"offer": "paint", "need": "walls"}),
    "pairings_swap": ("POST", f"{M}/runs/r-1/pairings/swap", {"remove": [], "add": [{"offer": "paint", "need": "walls"}]}),
    "timetable_add": ("POST", f"{M}/timetable", {"rounds": 1, "tables": 1, "run": "r-1"}),
    "wishes_add": ("POST", f"{M}/wishes", {"organisation": "bank", "target": "club", "level": "like"}),
    "session_sign_in": ("POST", "/api/v1/session", {"email": "a@example.org", "password": "x"}),
    "session_change_password": ("POST", "/api/v1/session/password", {"old": "x", "new": "ein ganzer Satz"}),
    "links_request": ("POST", "/api/v1/links", {"email": "a@example.org"}),
    "links_confirm": ("POST", "/api/v1/links/confirm", {"secret": "x"}),
    "accounts_add": ("POST", "/api/v1/accounts", {"email": "a@example.org"}),
    "accounts_edit": ("PATCH", "/api/v1/accounts/a-1", {}),
    "members_add": ("POST", f"{M}/members", {"email": "a@example.org", "role": "helper"}),
    "tokens_add_in_market": ("POST", f"{M}/tokens", {"name": "x", "role": "helper", "scopes": ["*"]}),
    "tokens_add": ("POST", "/api/v1/tokens", {"name": "x", "role": "helper", "scopes": ["*"]}),
    "consent_texts_add": ("POST", "/api/v1/consent-texts", {"purpose": "photos", "version": "1", "text": "Ja."}),
    "consents_give": ("POST", f"{M}/consents", {"person": "p-1", "purpose": "photos", "text_version": "1"}),
}
"""A body that is fine, for every operation that takes one; a new operation needs its line here."""

PATCHED_LIKE = {
    "markets_edit": "markets_add",
    "organisations_edit": "organisations_add",
    "offers_edit": "offers_add",
    "needs_edit": "needs_add",
    "accounts_edit": "accounts_add",
}
"""Edits take any fields; they are the fields of the creating operation."""


def prepare(world: World) -> None:
    world.make_market()
    client = world.as_owner()
    for name, kind in (("bank", "company"), ("club", "nonprofit")):
        client.post(f"{M}/organisations", json={"id": name, "kind": kind, "name": name})
    client.post(f"{M}/offers", json=ENTRY | {"id": "paint"})
    client.post(f"{M}/needs", json={"id": "walls", "organisation": "club", "title": "x"})
    with world.database.write("m1") as session:
        session.add(Account(id="a-1", email="b@example.org", name="x", is_owner=False, created_at=world.clock.now))
        session.add(Person(market_id="m1", id="p-1", created_at=world.clock.now))
        session.add(ConsentText(purpose=ConsentPurpose.PHOTOS, version="0", text="Ja."))
    plant_run(world, "r-1")


def operations(world: World) -> dict[str, dict[str, Any]]:
    document = world.app.openapi()
    return {
        operation["operationId"]: operation
        for methods in document["paths"].values()
        for operation in methods.values()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    }


def fields_of(world: World, name: str) -> Iterator[str]:
    """The names of all fields that the body may have."""
    document, content = world.app.openapi(), operations(world)[PATCHED_LIKE.get(name, name)]["requestBody"]["content"]
    schema = content["application/json"]["schema"]
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    yield from schema["properties"]


def test_every_operation_with_a_body_is_tried(world: World) -> None:
    assert set(operations(world)) == set(BODIES)


def try_values(world: World, name: str, values: dict[str, Any]) -> None:
    client = world.as_owner()
    method, url, body = BODIES[name]
    for field in fields_of(world, name):
        for what, value in values.items():
            content = json.dumps(body | {field: value})
            answer = client.request(method, url, content=content, headers={"Content-Type": "application/json", "If-Match": "*"})
            label = f"{name}: {field} = {what}: {answer.status_code} {answer.text[:300]}"
            assert answer.status_code < 500, label
            if answer.status_code >= 300:
                assert answer.headers["Content-Type"] == "application/problem+json", label
                assert answer.json()["errors"], label
            elif value is not None and answer.content and field in answer.json():
                kept = answer.json()[field]
                assert (kept, type(kept)) == (value, type(value)) or _means_the_same(kept, value), label


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_hostile_values_are_refused_or_kept_as_they_are(world: World, name: str) -> None:
    prepare(world)
    try_values(world, name, HOSTILE)


@pytest.mark.postgresql
@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_only_one_database_stumbles_over_is_tried_on_the_other_too(world: World, name: str) -> None:
    prepare(world)
    try_values(world, name, {what: HOSTILE[what] for what in STUMBLING})


def _means_the_same(kept: Any, sent: Any) -> bool:
    """A whole number may be sent for a field that takes fractions; a contact without any data is none."""
    return (isinstance(kept, float) and type(sent) is int and kept == sent) or (kept is None and sent == {})


@pytest.mark.parametrize("name", BODIES)
def test_what_is_no_json_is_never_accepted(world: World, name: str) -> None:
    prepare(world)
    client = world.as_owner()
    method, url, body = BODIES[name]
    field = next(iter(fields_of(world, name)))
    for what, raw in RAW.items():
        content = json.dumps(body | {field: 0}).replace(f'"{field}": 0', f'"{field}": {raw}')
        assert raw in content
        answer = client.request(method, url, content=content, headers={"Content-Type": "application/json", "If-Match": "*"})
        assert 400 <= answer.status_code < 500, f"{name}: {what}: {answer.status_code} {answer.text[:300]}"
        assert answer.json()["errors"], what
    doubled = json.dumps(body | {field: "a"})[:-1] + f', "{field}": "b"}}'
    answer = client.request(method, url, content=doubled, headers={"Content-Type": "application/json", "If-Match": "*"})
    assert answer.json()["errors"][0]["code"] == "double_key"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])
def test_a_body_of_another_type_is_refused(world: World, content_type: str) -> None:
    prepare(world)
    headers = {"Content-Type": content_type} if content_type else {}
    answer = world.as_owner().post(f"{M}/organisations", content=json.dumps(ORGANISATION), headers=headers)
    assert 400 <= answer.status_code < 500


def test_a_body_without_end_is_cut_off(world: World) -> None:
    prepare(world)
    answer = world.as_owner().post(
        f"{M}/organisations", content=b'{"name": "' + b"x" * 2_000_000 + b'"}', headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413
    assert answer.json()["errors"][0]["code"] == "body_too_large"


@pytest.mark.parametrize("hostile", ["\u0000", "\ud800", "x" * 5000, "'", "%00", "..", "2e308"])
@pytest.mark.parametrize(
    "path",
    [
        "",
        "/{}",
        "/m1/offers/{}",
        "/m1/organisations?cursor={}",
        "/m1/offers?search={}",
        "/m1/offers?limit={}",
        "/m1/persons/{}",
        "/m1/outbox/{}",
        "/m1/outbox?status={}",
    ],
)
def test_hostile_addresses_are_refused(world: World, path: str, hostile: str) -> None:
    prepare(world)
    quoted = "".join(f"%{byte:02x}" for byte in hostile.encode("utf-8", "surrogatepass"))
    answer = world.as_owner().get(f"/api/v1/markets{path.format(quoted)}")
    assert answer.status_code < 500, answer.text
