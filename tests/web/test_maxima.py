"""What is agreed stays within its maximum: no maximum goes below it, neither by hand nor by a file; and ids that are no address."""

from typing import Any

import pytest

from day_world import AGREEMENTS, DRAFT, MARKET, SERVICE, codes, make_day, submit
from market_content import encode
from marktplatz.vocabulary import Role
from service_fixtures import World

ANY = {"If-Match": "*"}


def agree_once(world: World, **policy: Any) -> Any:
    """The bank and the club agreed once, the bank with a maximum of its own; a client of the organiser."""
    make_day(world, **policy)
    organiser = world.as_token(Role.ORGANISER)
    assert organiser.patch(f"{MARKET}/organisations/bank", json={"max_agreements": 1}, headers=ANY).status_code == 200
    agreement = submit(world.as_token(Role.BROKER))
    assert world.as_token(Role.NOTARY).post(f"{AGREEMENTS}/{agreement}/certify").status_code == 200
    return organiser


def test_the_markets_maximum_is_not_lowered_below_what_somebody_agreed(world: World) -> None:
    organiser = agree_once(world)
    refused = organiser.patch(MARKET, json={"max_agreements": 0}, headers=ANY)
    assert (refused.status_code, codes(refused)) == (409, ["market_maximum_below_agreed"])
    assert refused.json()["errors"][0]["params"] == {"organisation": "club", "agreed": 1, "limit": 0}
    assert refused.json()["errors"][0]["pointer"] == "/max_agreements"
    assert organiser.get(MARKET).json()["max_agreements"] is None
    assert organiser.patch(MARKET, json={"max_agreements": 1}, headers=ANY).status_code == 200
    assert organiser.patch(MARKET, json={"name": "Neu"}, headers=ANY).status_code == 200


def test_nor_by_a_file(world: World) -> None:
    organiser = agree_once(world)

    def send(limit: int, **club: Any) -> Any:
        organisations = [{"id": "bank", "kind": "company"}, {"id": "club", "kind": "nonprofit"} | club]
        content = {"format": "marktplatz/1", "market": {"max_agreements": limit}, "organisations": organisations}
        return organiser.post(f"{MARKET}/imports", params={"name": "markt.json"}, content=encode(content))

    refused = send(0)
    assert (refused.status_code, codes(refused)) == (409, ["market_maximum_below_agreed"])
    assert refused.json()["errors"][0]["params"]["organisation"] == "club"
    assert refused.json()["errors"][0]["pointer"] == "/market/max_agreements"
    assert send(0, max_agreements=1).status_code == 200
    assert organiser.get(MARKET).json()["max_agreements"] == 0


def test_who_gives_up_their_own_maximum_has_the_markets(world: World) -> None:
    organiser = agree_once(world)
    assert organiser.patch(f"{MARKET}/organisations/club", json={"max_agreements": 5}, headers=ANY).status_code == 200
    assert organiser.patch(MARKET, json={"max_agreements": 0}, headers=ANY).status_code == 200
    refused = organiser.patch(f"{MARKET}/organisations/club", json={"max_agreements": None}, headers=ANY)
    assert (refused.status_code, codes(refused)) == (409, ["maximum_below_agreed"])
    content = {"format": "marktplatz/1", "organisations": [{"id": "club", "kind": "nonprofit", "max_agreements": None}]}
    sent = organiser.post(f"{MARKET}/imports", params={"name": "markt.json"}, content=encode(content))
    assert (sent.status_code, codes(sent)) == (409, ["maximum_below_agreed"])


@pytest.mark.parametrize("dots", [".", ".."])
def test_an_id_of_dots_alone_could_not_be_asked_for(world: World, dots: str) -> None:
    make_day(world)
    organiser = world.as_token(Role.ORGANISER)
    organisation = {"id": dots, "kind": "company", "name": "Punkt"}
    entry = {"id": dots, "organisation": "bank", "title": "Hilfe"}
    for resource, sent in (("organisations", organisation), ("offers", entry), ("needs", entry)):
        refused = organiser.post(f"{MARKET}/{resource}", json=sent)
        assert (refused.status_code, codes(refused)) == (422, ["id_of_dots"]), resource
        content: dict[str, Any] = {"format": "marktplatz/1", "organisations": [{"id": "bank", "kind": "company"}]}
        content.setdefault(resource, []).append(sent)
        refused = organiser.post(f"{MARKET}/imports", params={"name": "markt.json"}, content=encode(content))
        assert (refused.status_code, codes(refused)) == (422, ["id_of_dots"]), resource
        assert refused.json()["errors"][0]["pointer"] == f"/{resource}/{len(content[resource]) - 1}/id"
    assert codes(world.as_token(Role.BROKER).post(AGREEMENTS, json=DRAFT | {"id": dots, "services": [SERVICE]})) == ["id_of_dots"]
    assert organiser.post(f"{MARKET}/organisations", json=organisation | {"id": "..."}).status_code == 201
