"""The notaries' desk over HTTP: in hand, five points, numbers by ranges, more hands, void and replaced."""

from typing import Any

import pytest

from day_world import AGREEMENTS, Day, codes, make_day, submit
from marktplatz.db.models import EntryRecord, OrganisationRecord, Station
from marktplatz.usecases.audit import find_breaks
from marktplatz.usecases.history import find_history
from marktplatz.usecases.more_hands import list_raises
from marktplatz.vocabulary import DeskCheck, Role
from service_fixtures import World

ALL = [check.value for check in DeskCheck]


def make_station(world: World, station_id: str, first: int | None, last: int | None, role: Role = Role.NOTARY) -> None:
    with world.database.write("m1") as session:
        fields = {"created_by": "system", "created_at": world.clock.now}
        session.add(
            Station(market_id="m1", id=station_id, name=station_id, role=role, first_number=first, last_number=last, **fields)
        )


def make_wide(day: Day) -> None:
    """Room for as many agreements as a test likes."""
    with day.world.database.write("m1") as session:
        for entry in ("paint", "walls"):
            session.get_one(EntryRecord, ("m1", entry)).capacity = 99


def stamp(world: World, **sent: Any) -> Any:
    agreement = submit(world.as_token(Role.BROKER))
    return world.as_token(Role.NOTARY).post(f"{AGREEMENTS}/{agreement}/certify", json=sent)


def test_in_hand_is_seen_by_others_and_ends_by_itself(world: World) -> None:
    make_day(world)
    agreement = submit(world.as_token(Role.BROKER))
    first, second = world.as_token(Role.NOTARY), world.as_token(Role.NOTARY)
    taken = first.post(f"{AGREEMENTS}/{agreement}/take")
    assert taken.status_code == 200, taken.text
    assert taken.json()["taken_by"].startswith("token:")
    refused = second.post(f"{AGREEMENTS}/{agreement}/take")
    assert (refused.status_code, codes(refused)) == (409, ["agreement_in_hand"])
    assert first.post(f"{AGREEMENTS}/{agreement}/take").status_code == 200
    anyway = second.post(f"{AGREEMENTS}/{agreement}/take", json={"anyway": True})
    assert anyway.json()["taken_by"] != taken.json()["taken_by"]
    world.clock.move(minutes=6)
    assert first.post(f"{AGREEMENTS}/{agreement}/take").status_code == 200
    back = first.post(f"{AGREEMENTS}/{agreement}/put-back")
    assert (back.status_code, back.json()["taken_by"], back.json()["taken_at"]) == (200, None, None)


def test_in_hand_keeps_nobody_from_certifying_what_they_have_read(world: World) -> None:
    make_day(world)
    agreement = submit(world.as_token(Role.BROKER))
    first, second = world.as_token(Role.NOTARY), world.as_token(Role.NOTARY)
    read = second.get(f"{AGREEMENTS}/{agreement}").headers["ETag"]
    first.post(f"{AGREEMENTS}/{agreement}/take")
    stamped = second.post(f"{AGREEMENTS}/{agreement}/certify", headers={"If-Match": read})
    assert stamped.status_code == 200, stamped.text
    assert stamped.json()["taken_by"] is None
    assert codes(first.post(f"{AGREEMENTS}/{agreement}/certify")) == ["agreement_is_certified"]
    assert codes(first.post(f"{AGREEMENTS}/{agreement}/take")) == ["agreement_is_certified"]


def test_whoever_ticks_ticks_all_five(world: World) -> None:
    make_day(world)
    refused = stamp(world, checks=ALL[:4])
    assert (refused.status_code, codes(refused)) == (422, ["desk_checks_missing"])
    assert codes(stamp(world, checks=["pretty"])) == ["unknown_word"]
    assert stamp(world, checks=ALL).status_code == 200
    with world.database.read() as session:
        assert list(find_breaks(session)) == []


def test_a_station_gives_the_next_of_its_own_numbers_and_others_the_general_ones(world: World) -> None:
    make_wide(make_day(world))
    make_station(world, "one", 1001, 1999)
    assert stamp(world).json()["number"] == 1
    assert stamp(world, number=1007).json()["number"] == 1007
    assert stamp(world).json()["number"] == 2


@pytest.mark.parametrize(("number", "code"), [(1007, "number_taken"), (500, "number_of_no_station"), (2000, "number_of_no_station")])
def test_a_number_from_paper_is_of_a_station_and_free(world: World, number: int, code: str) -> None:
    make_wide(make_day(world))
    make_station(world, "block", 1001, 1999)
    assert stamp(world, number=1007).status_code == 200
    refused = stamp(world, number=number)
    assert codes(refused) == [code]
    assert stamp(world).json()["number"] == 1


def test_more_hands_are_found_by_somebody_with_a_reason(world: World) -> None:
    day = make_day(world)
    assert stamp(world).status_code == 200
    agreement = submit(world.as_token(Role.BROKER))
    notary = world.as_token(Role.NOTARY)
    full = notary.post(f"{AGREEMENTS}/{agreement}/certify")
    assert codes(full) == ["agreement_breaks_capacity", "agreement_breaks_capacity"]
    address = f"{AGREEMENTS}/{agreement}/raise"
    wrong = [
        ({"entry": "paint", "to": 1, "reason": "x"}, "limit_not_raised"),
        ({"entry": "other", "to": 2, "reason": "x"}, "not_of_agreement"),
        ({"organisation": "choir", "to": 2, "reason": "x"}, "not_of_agreement"),
        ({"organisation": "bank", "to": 2, "reason": "x"}, "has_no_limit"),
        ({"to": 2, "reason": "x"}, "raise_of_one_thing"),
        ({"entry": "paint", "to": 2, "reason": " "}, "blank"),
    ]
    assert [codes(notary.post(address, json=sent)) for sent, _ in wrong] == [[code] for _, code in wrong]
    assert world.as_token(Role.HELPER).post(address, json={"entry": "paint", "to": 2, "reason": "x"}).status_code == 403
    for entry, role in (("paint", Role.NOTARY), ("walls", Role.BROKER)):
        raised = world.as_token(role).post(address, json={"entry": entry, "to": 2, "reason": "Zwei Kolleginnen machen mit."})
        assert raised.status_code == 200, raised.text
    assert notary.post(f"{AGREEMENTS}/{agreement}/certify").status_code == 200
    assert day.agreed("paint") == 2
    with world.database.read() as session:
        told = [(each.limit, each.id, each.before, each.after) for each in list_raises(session, "m1", agreement)]
        steps = find_history(session, "m1", "bank")
        assert list(find_breaks(session)) == []
    assert told == [("capacity", "paint", 1, 2), ("capacity", "walls", 1, 2)]
    (step,) = [step for step in steps if step.action == "raise_limit"]
    assert (step.fields, step.note) == ((("capacity", 1, 2),), "Zwei Kolleginnen machen mit.")


def test_a_maximum_is_raised_for_one_organisation_alone(world: World) -> None:
    day = make_day(world, max_agreements=1)
    make_wide(day)
    assert stamp(world).status_code == 200
    agreement = submit(world.as_token(Role.BROKER))
    organiser, notary = world.as_token(Role.ORGANISER), world.as_token(Role.NOTARY)
    assert codes(notary.post(f"{AGREEMENTS}/{agreement}/certify")) == ["agreement_breaks_max_agreements"] * 2
    for organisation in ("bank", "club"):
        sent = {"organisation": organisation, "to": 2, "reason": "Sie wollen gern."}
        assert organiser.post(f"{AGREEMENTS}/{agreement}/raise", json=sent).status_code == 200
    assert notary.post(f"{AGREEMENTS}/{agreement}/certify").status_code == 200
    assert day.agreed("bank", OrganisationRecord) == 2


def test_a_certified_one_is_replaced_by_a_draft_with_its_content(world: World) -> None:
    day = make_day(world)
    first = stamp(world).json()
    notary = world.as_token(Role.NOTARY)
    made = notary.post(f"{AGREEMENTS}/{first['id']}/replace", json={"reason": "Der Tag stimmt nicht."})
    assert made.status_code == 201, made.text
    successor = made.json()
    assert (successor["status"], successor["replaces"], successor["number"]) == ("drafted", first["id"], None)
    kept = ("parties", "services", "scope", "place", "from", "to", "contact_by", "fulfil_by")
    assert {name: successor[name] for name in kept} == {name: first[name] for name in kept}
    old = notary.get(f"{AGREEMENTS}/{first['id']}").json()
    assert (old["status"], old["number"], old["void_reason"]) == ("void", 1, "Der Tag stimmt nicht.")
    assert day.agreed("paint") == 0
    assert codes(notary.post(f"{AGREEMENTS}/{first['id']}/replace", json={"reason": "x"})) == ["agreement_is_void"]
    notary.post(f"{made.headers['Location']}/submit")
    assert notary.post(f"{made.headers['Location']}/certify").json()["number"] == 2
