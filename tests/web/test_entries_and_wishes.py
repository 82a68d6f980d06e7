"""Offers, needs and wishes over HTTP, on both databases."""

import pytest
from sqlalchemy import event

from market_content import is_asked_for
from service_fixtures import World

MARKET = "/api/v1/markets/m1"


@pytest.fixture
def filled(world: World) -> World:
    """A bank and a club, an offer and a need."""
    world.make_market(categories=())
    client = world.as_owner()
    client.post(f"{MARKET}/organisations", json={"id": "bank", "kind": "company", "name": "Bank"})
    client.post(f"{MARKET}/organisations", json={"id": "club", "kind": "nonprofit", "name": "Club"})
    assert (
        client.post(f"{MARKET}/offers", json={"id": "paint", "organisation": "bank", "title": "Wände streichen"}).status_code == 201
    )
    assert client.post(f"{MARKET}/needs", json={"id": "walls", "organisation": "club", "title": "Anstrich"}).status_code == 201
    return world


def test_an_offer_keeps_every_field(filled: World) -> None:
    client = filled.as_owner()
    sent = {
        "id": "o/1",
        "organisation": "bank",
        "title": "Zwei Tage Hilfe",
        "text": "gern auch länger",
        "category": "hands",
        "impact_fields": ["education"],
        "people": 3,
        "hours": 6.5,
        "quantity": 2.0,
        "from": "2027-04-01",
        "to": "2027-05-31",
        "postcode": "01067",
        "remote": True,
        "capacity": 2,
    }
    answer = client.post(f"{MARKET}/offers", json=sent)
    assert answer.status_code == 201, answer.text
    assert answer.json() == sent | {"agreed": 0, "version": 1, "warnings": []}
    assert client.get(f"{MARKET}/offers/o%2F1").json() == answer.json()


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"organisation": "nobody"}, "/organisation", "unknown_organisation"),
        ({"category": "gold"}, "/category", "unknown_category"),
        ({"from": "2027-05-01", "to": "2027-04-01"}, "/to", "dates_reversed"),
        ({"people": 2**63}, "/people", "too_large"),
        ({"from": "0001-01-01"}, "/from", "absurd_date"),
        ({"title": "a\u0000b"}, "/title", "control_character"),
    ],
)
def test_a_mistake_in_an_entry_is_named_with_its_place(filled: World, change: dict[str, object], pointer: str, code: str) -> None:
    answer = filled.as_owner().post(f"{MARKET}/needs", json={"organisation": "club", "title": "x"} | change)
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]


def test_an_id_is_unique_across_organisations_offers_and_needs(filled: World) -> None:
    client = filled.as_owner()
    for taken in ("bank", "paint", "walls"):
        answer = client.post(f"{MARKET}/needs", json={"id": taken, "organisation": "club", "title": "x"})
        assert answer.json()["errors"][0]["code"] == "id_taken"
    assert client.post(f"{MARKET}/organisations", json={"id": "walls", "kind": "company"}).status_code == 409


def test_an_offer_is_no_need(filled: World) -> None:
    client = filled.as_owner()
    assert client.get(f"{MARKET}/needs/paint").status_code == 404
    assert [row["id"] for row in client.get(f"{MARKET}/needs").json()] == ["walls"]


def test_money_is_a_warning_to_the_author(filled: World) -> None:
    answer = filled.as_owner().post(f"{MARKET}/needs", json={"organisation": "club", "title": "Wir brauchen eine Geldspende"})
    assert answer.status_code == 201
    assert [warning["code"] for warning in answer.json()["warnings"]] == ["money_words"]


def test_lists_are_searched_and_filtered(filled: World) -> None:
    client = filled.as_owner()
    client.post(f"{MARKET}/offers", json={"id": "x", "organisation": "bank", "title": "100 % Einsatz", "category": "hands"})
    found = {
        query: [row["id"] for row in client.get(f"{MARKET}/offers?{query}").json()]
        for query in ("search=STREICHEN", "search=0 %25")
    }
    assert found == {"search=STREICHEN": ["paint"], "search=0 %25": ["x"]}
    assert [row["id"] for row in client.get(f"{MARKET}/offers?category=hands").json()] == ["x"]
    assert client.get(f"{MARKET}/offers?organisation=club").json() == []


def test_an_entry_is_edited_and_removed_with_what_is_said_about_it(filled: World) -> None:
    client = filled.as_owner()
    wish = client.post(f"{MARKET}/wishes", json={"organisation": "club", "target": "paint", "level": "like"})
    assert wish.status_code == 201
    edited = client.patch(f"{MARKET}/offers/paint", json={"capacity": None, "people": 4}, headers={"If-Match": '"1"'})
    assert (edited.json()["capacity"], edited.json()["people"]) == (1, 4)
    other = client.patch(f"{MARKET}/offers/paint", json={"organisation": "club"}, headers={"If-Match": '"2"'})
    assert other.json()["errors"][0] | {"detail": ""} == {
        "code": "fixed_field",
        "pointer": "/organisation",
        "params": {},
        "detail": "",
    }
    assert client.delete(f"{MARKET}/offers/paint", headers={"If-Match": '"2"'}).status_code == 204
    assert client.get(f"{MARKET}/wishes").json() == []


def test_a_wish_is_made_once_and_taken_back(filled: World) -> None:
    client = filled.as_owner()
    sent = {"organisation": "club", "target": "bank", "level": "no_thanks"}
    made = client.post(f"{MARKET}/wishes", json=sent)
    assert made.json() == sent | {"id": made.json()["id"]}
    assert client.post(f"{MARKET}/wishes", json=sent).status_code == 409
    assert client.post(f"{MARKET}/wishes", json=sent | {"target": "?"}).json()["errors"][0]["pointer"] == "/target"
    assert client.delete(made.headers["Location"]).status_code == 204
    assert client.get(made.headers["Location"]).status_code == 404


@pytest.mark.parametrize("resource", ["offers", "needs", "wishes", "organisations"])
def test_a_list_takes_as_many_queries_with_one_as_with_many(filled: World, resource: str) -> None:
    client = filled.as_owner()

    def count_queries() -> int:
        seen: list[str] = []
        event.listen(filled.database.engine, "before_cursor_execute", lambda *call: is_asked_for() and seen.append(call[2]))
        assert client.get(f"{MARKET}/{resource}").status_code == 200
        return len([statement for statement in seen if statement.startswith("SELECT")])

    first = count_queries()
    for number in range(30):
        client.post(f"{MARKET}/organisations", json={"id": f"c{number}", "kind": "company", "contact": {"name": f"N{number}"}})
        client.post(f"{MARKET}/offers", json={"id": f"a{number}", "organisation": f"c{number}", "title": "x"})
        client.post(f"{MARKET}/needs", json={"id": f"n{number}", "organisation": f"c{number}", "title": "x"})
        client.post(f"{MARKET}/wishes", json={"organisation": f"c{number}", "target": "club", "level": "like"})
    assert count_queries() == first
