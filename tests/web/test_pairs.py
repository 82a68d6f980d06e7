"""Pairs that are pinned or forbidden, over HTTP; pins that break a hard rule are refused by its name."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from marktplatz.db.models import OrganisationRecord, PairRecord
from marktplatz.usecases.audit import find_breaks
from marktplatz.usecases.records import Extent, load_market
from marktplatz.vocabulary import Role, WishLevel
from run_world import URL, Statements, as_participant, codes, plant, small_market
from service_fixtures import World

PAIRS = f"{URL}/pairs"
PIN = {"offer": "paint", "need": "walls", "status": "pinned"}


def test_a_pin_is_kept_read_replaced_and_removed(world: World) -> None:
    plant(world, small_market())
    client = world.as_owner()
    put = client.put(PAIRS, json=PIN)
    assert (put.status_code, put.json() | PIN) == (200, put.json())
    assert client.put(PAIRS, json=PIN).content == put.content
    assert client.put(PAIRS, json=PIN | {"status": "forbidden"}).json()["status"] == "forbidden"
    (found,) = client.get(PAIRS).json()
    assert (found["offer"], found["status"]) == ("paint", "forbidden")
    assert client.delete(PAIRS, params={"offer": "paint", "need": "walls"}).status_code == 204
    assert client.get(PAIRS).json() == []
    assert codes(client.delete(PAIRS, params={"offer": "paint", "need": "walls"})) == ["unknown_pair"]
    with world.database.read() as session:
        assert list(find_breaks(session)) == []


def test_ids_with_slashes_are_addressed_too(world: World) -> None:
    plant(world, small_market())
    client = world.as_owner()
    client.post(f"{URL}/offers", json={"id": "a/1?b=c", "organisation": "bank", "title": "Wände streichen"})
    client.put(PAIRS, json=PIN | {"offer": "a/1?b=c", "status": "forbidden"})
    assert [pair["offer"] for pair in client.get(PAIRS, params={"offer": "a/1?b=c"}).json()] == ["a/1?b=c"]
    assert client.delete(PAIRS, params={"offer": "a/1?b=c", "need": "walls"}).status_code == 204


@pytest.mark.parametrize(
    ("change", "status", "expected"),
    [
        ({"offer": "nothing"}, 422, ["unknown_offer"]),
        ({"offer": "walls", "need": "paint"}, 422, ["unknown_offer", "unknown_need"]),
        ({"need": "books"}, 409, ["barred_by_category", "exception_possible"]),
        ({"exception": " "}, 422, ["blank"]),
        ({"status": "forbidden", "exception": "ja"}, 422, ["exception_without_pin"]),
        ({"status": "perhaps"}, 422, ["unknown_word"]),
    ],
)
def test_what_cannot_be_pinned_is_refused(world: World, change: dict[str, Any], status: int, expected: list[str]) -> None:
    plant(world, small_market())
    client = world.as_owner()
    answer = client.put(PAIRS, json=PIN | change)
    assert (answer.status_code, codes(answer)) == (status, expected)
    assert client.get(PAIRS).json() == []


def test_a_written_reason_lifts_category_and_reaches_the_solver(world: World) -> None:
    plant(world, small_market())
    client = world.as_owner()
    excepted = PIN | {"need": "books", "exception": "Sie kennen sich"}
    assert client.put(PAIRS, json=excepted).json()["exception"] == "Sie kennen sich"
    with world.database.read() as session:
        (rule,) = load_market(session, "m1", Extent.ALL).pairs
    assert rule.exception_reason == "Sie kennen sich"


@pytest.mark.parametrize("reason", [None, "Sie kennen sich"])
@pytest.mark.parametrize(
    ("fields", "barred"), [({"competitors": "Farben"}, "barred_by_competitors"), ({"owner": "Stadt"}, "breaks_same_owner")]
)
def test_a_reason_lifts_nothing_else(world: World, fields: dict[str, str], barred: str, reason: str | None) -> None:
    plant(world, small_market())
    for name in ("bank", "club"):
        with world.database.write("m1") as session:
            for field, value in fields.items():
                setattr(session.get_one(OrganisationRecord, ("m1", name)), field, value)
    assert codes(world.as_owner().put(PAIRS, json=PIN | {"exception": reason})) == [barred]


def test_a_pin_against_a_no_thanks_or_beyond_a_limit_is_refused_by_name(world: World) -> None:
    plant(world, small_market())
    client = world.as_owner()
    client.post(f"{URL}/wishes", json={"organisation": "club", "target": "bank", "level": WishLevel.NO_THANKS})
    refused = client.put(PAIRS, json=PIN)
    assert codes(refused) == ["breaks_no_thanks"]
    assert "Nein danke" in refused.json()["detail"]
    assert client.put(PAIRS, json=PIN | {"need": "rooms"}).status_code == 200
    assert codes(client.put(PAIRS, json=PIN | {"offer": "brush", "need": "rooms"})) == ["breaks_capacity"]
    client.patch(f"{URL}/organisations/bank", json={"max_agreements": 0}, headers={"If-Match": "*"})
    client.delete(PAIRS, params={"offer": "paint", "need": "rooms"})
    assert codes(client.put(PAIRS, json=PIN | {"need": "rooms"})) == ["breaks_max_agreements"]


def test_an_entry_that_goes_takes_its_pairs_with_it(world: World) -> None:
    plant(world, small_market())
    client = world.as_owner()
    client.put(PAIRS, json=PIN)
    client.delete(f"{URL}/offers/paint", headers={"If-Match": "*"})
    assert client.get(PAIRS).json() == []


def test_pages_of_pairs_hold_everything_once_at_one_price(world: World) -> None:
    plant(world, small_market())
    client = world.as_owner()
    for offer in ("paint", "brush", "advice"):
        client.put(PAIRS, json={"offer": offer, "need": "walls", "status": "forbidden"})
    seen, address, counts = [], f"{PAIRS}?limit=1", set()
    while address:
        with Statements(world.database) as sent:
            page = client.get(address)
        counts.add(sent.count)
        seen += [pair["offer"] for pair in page.json()]
        address = page.headers.get("Link", "").partition(">")[0].removeprefix("<")
    assert seen == ["advice", "brush", "paint"]
    with Statements(world.database) as sent:
        assert len(client.get(PAIRS).json()) == 3
    assert counts == {sent.count}


def test_more_pins_at_once_than_there_are_threads_are_all_stored(world: World) -> None:
    """Who waits for the market must not hold what those need who have it."""
    plant(world, small_market())
    client = world.as_owner()
    for number in range(60):
        client.post(f"{URL}/offers", json={"id": f"a{number}", "organisation": "bank", "title": "Wände streichen"})
    with ThreadPoolExecutor(60) as people:
        answers = list(people.map(lambda number: client.put(PAIRS, json=PIN | {"offer": f"a{number}"}).status_code, range(60)))
    pinned = [pair["offer"] for pair in client.get(PAIRS).json()]
    assert sorted(answers) == [200] * len(pinned) + [409] * (60 - len(pinned))
    assert len(pinned) == 1  # the wall is painted once


def test_pairs_are_between_the_organiser_and_nobody(world: World) -> None:
    plant(world, small_market())
    world.as_owner().put(PAIRS, json=PIN)
    for client in (world.as_token(Role.BROKER, "m1"), as_participant(world, "bank")):
        assert codes(client.get(PAIRS)) == codes(client.put(PAIRS, json=PIN)) == ["role_may_not"]
        assert codes(client.delete(PAIRS, params={"offer": "paint", "need": "walls"})) == ["role_may_not"]
    with world.database.read() as session:
        assert session.get(PairRecord, ("m1", "paint", "walls")) is not None
