"""What a notary refuses, by the rule's name; what certifying uses and voiding frees."""

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from day_world import AGREEMENTS, DRAFT, RETURN, SERVICE, Day, codes, make_day, submit
from market_content import CountedStatements
from marktplatz.db.models import EntryRecord, OrganisationRecord, PairRecord, WishRecord
from marktplatz.vocabulary import PairStatus, Role, WishLevel
from service_fixtures import World

NOTHING_NAMED = {"services": [SERVICE | {"offer": None, "need": None}]}


def certify(world: World, **changes: Any) -> Any:
    """Draft, submit and certify; the notary's answer."""
    agreement = submit(world.as_token(Role.BROKER), **changes)
    return world.as_token(Role.NOTARY).post(f"{AGREEMENTS}/{agreement}/certify")


def refusal(answer: Any, rule: str) -> dict[str, Any]:
    """The one finding of a refusal by this rule."""
    assert answer.status_code == 409
    (error,) = answer.json()["errors"]
    assert error["code"] == f"agreement_breaks_{rule}"
    assert error["params"]["rule"] == rule
    return dict(error["params"])


def wish(day: Day, organisation: str, target: str) -> None:
    with day.world.database.write("m1") as session:
        fields = {"target": target, "level": WishLevel.NO_THANKS, "created_at": day.world.clock.now}
        session.add(WishRecord(market_id="m1", id=f"{organisation}-{target}", organisation_id=organisation, **fields))


def change(day: Day, kind: type[EntryRecord] | type[OrganisationRecord], record_id: str, **fields: Any) -> None:
    with day.world.database.write("m1") as session:
        record = session.get_one(kind, ("m1", record_id))
        for name, value in fields.items():
            setattr(record, name, value)


def test_money_is_a_warning_at_first_and_the_end_at_the_desk(world: World) -> None:
    make_day(world)
    broker = world.as_token(Role.BROKER)
    services = [SERVICE, RETURN | {"text": "Zuschuss von 500 Euro"}]
    made = broker.post(AGREEMENTS, json=DRAFT | {"services": services, "scope": "Mit Spenden"}, headers={"Accept-Language": "en"})
    assert made.status_code == 201
    warned = {(warning["code"], warning["pointer"]) for warning in made.json()["warnings"]}
    assert warned == {("agreement_over_money", "/scope"), ("agreement_over_money", "/services/1/text")}
    assert made.json()["warnings"][1]["params"]["words"] == "Zuschuss, 500 Euro"
    assert "taboo" in made.json()["warnings"][0]["detail"]
    broker.post(f"{made.headers['Location']}/submit")
    refused = world.as_token(Role.NOTARY).post(f"{made.headers['Location']}/certify")
    assert (refused.status_code, codes(refused)) == (409, ["agreement_over_money", "agreement_over_money"])
    assert broker.get(made.headers["Location"]).json()["status"] == "submitted"


def test_goods_and_vouchers_are_fine(world: World) -> None:
    make_day(world)
    assert certify(world, services=[SERVICE | {"text": "Gutschein im Wert von 50 €"}]).status_code == 200


def test_an_agreement_about_nothing_is_not_certified(world: World) -> None:
    make_day(world)
    assert codes(certify(world, services=[])) == ["agreement_without_service"]


@pytest.mark.parametrize(("wisher", "target"), [("bank", "club"), ("club", "bank"), ("club", "paint"), ("bank", "walls")], ids=str)
def test_a_no_thanks_to_a_party_or_a_named_entry_is_kept(world: World, wisher: str, target: str) -> None:
    wish(make_day(world), wisher, target)
    assert refusal(certify(world), "no_thanks") == {"rule": "no_thanks", "organisation": wisher, "target": target}


def test_a_no_thanks_of_or_to_somebody_else_does_not_matter(world: World) -> None:
    day = make_day(world)
    wish(day, "choir", "bank")
    wish(day, "bank", "choir")
    wish(day, "club", "paint")
    assert certify(world, **NOTHING_NAMED).status_code == 200


def test_a_no_thanks_counts_between_any_two_of_three(world: World) -> None:
    wish(make_day(world), "choir", "bank")
    assert refusal(certify(world, parties=["bank", "club", "choir"]), "no_thanks")["target"] == "bank"


def test_a_forbidden_pair_is_not_certified(world: World) -> None:
    day = make_day(world)
    with world.database.write("m1") as session:
        pair = {"offer_id": "paint", "need_id": "walls", "status": PairStatus.FORBIDDEN, "created_at": world.clock.now}
        session.add(PairRecord(market_id="m1", **pair))
    assert refusal(certify(world), "forbidden") == {"rule": "forbidden", "offer": "paint", "need": "walls"}
    day.need("doors")
    assert certify(world, services=[SERVICE | {"need": "doors"}]).status_code == 200


def test_nobody_agrees_with_themselves(world: World) -> None:
    make_day(world)
    alone = certify(world, services=[RETURN | {"taker": "club"}])
    assert refusal(alone, "same_organisation")["organisation"] == "club"


def test_two_of_one_owner_do_not_agree(world: World) -> None:
    day = make_day(world)
    change(day, OrganisationRecord, "bank", owner=" Holding ")
    change(day, OrganisationRecord, "club", owner="Holding")
    assert refusal(certify(world), "same_owner") == {"rule": "same_owner", "organisation": "bank", "other": "club"}


def test_an_empty_owner_is_none(world: World) -> None:
    day = make_day(world)
    change(day, OrganisationRecord, "bank", owner=" ")
    change(day, OrganisationRecord, "club", owner="")
    assert certify(world).status_code == 200


@pytest.mark.parametrize("entry", ["paint", "walls"])
def test_an_offer_or_need_is_used_as_often_as_it_has_places(world: World, entry: str) -> None:
    day = make_day(world)
    for name in ("paint", "walls"):
        change(day, EntryRecord, name, capacity=2 if name == entry else 9)
    assert [certify(world).status_code for _ in range(2)] == [200, 200]
    assert refusal(certify(world), "capacity") == {"rule": "capacity", "entry": entry, "limit": 2}
    assert day.agreed(entry) == 2


def test_an_agreement_that_names_an_offer_twice_uses_it_once(world: World) -> None:
    day = make_day(world)
    assert certify(world, services=[SERVICE, SERVICE | {"text": "noch einmal"}]).status_code == 200
    assert day.agreed("paint") == 1


def test_an_organisations_own_maximum_goes_before_the_markets(world: World) -> None:
    day = make_day(world, max_agreements=1)
    change(day, OrganisationRecord, "bank", max_agreements=2)
    song = [{"giver": "bank", "taker": "choir", "text": "Notenständer"}]
    assert certify(world, **NOTHING_NAMED).status_code == 200
    assert refusal(certify(world, **NOTHING_NAMED), "max_agreements") == {
        "rule": "max_agreements",
        "organisation": "club",
        "limit": 1,
    }
    assert certify(world, parties=["bank", "choir"], services=song).status_code == 200
    change(day, OrganisationRecord, "choir", max_agreements=9)
    assert refusal(certify(world, parties=["bank", "choir"], services=song), "max_agreements")["organisation"] == "bank"


@pytest.mark.parametrize(("parties", "services", "others"), [(2, 1, 0), (6, 12, 150)], ids=["small", "large"])
def test_a_stamp_takes_as_many_questions_in_a_small_and_in_a_large_market(
    world: World, parties: int, services: int, others: int
) -> None:
    day = make_day(world, max_agreements=9)
    for number in range(parties - 2 + others):
        day.organisation(f"o{number}")
        wish(day, f"o{number}", "bank" if number >= parties - 2 else "nobody")
    for number in range(services):
        day.offer(f"paint{number}")
        day.need(f"walls{number}")
    named = [SERVICE | {"offer": f"paint{number}", "need": f"walls{number}"} for number in range(services)]
    for earlier in range(2):
        assert certify(world, services=[RETURN | {"text": f"Lied {earlier}"}]).status_code == 200
    agreement = submit(
        world.as_token(Role.BROKER), parties=["bank", "club", *(f"o{n}" for n in range(parties - 2))], services=named
    )
    notary = world.as_token(Role.NOTARY)
    with CountedStatements(world.database) as asked:
        answer = notary.post(f"{AGREEMENTS}/{agreement}/certify", headers={"Idempotency-Key": "k"})
    assert answer.status_code == 200, answer.text
    assert asked.count == 18, asked.statements


def test_every_broken_rule_is_named(world: World) -> None:
    day = make_day(world)
    wish(day, "club", "bank")
    change(day, EntryRecord, "paint", capacity=0)
    change(day, OrganisationRecord, "club", max_agreements=0)
    named = ["agreement_breaks_no_thanks", "agreement_breaks_capacity", "agreement_breaks_max_agreements"]
    assert codes(certify(world)) == named


def test_void_frees_what_was_used_and_keeps_the_number(world: World) -> None:
    day = make_day(world)
    first = certify(world).json()
    assert codes(certify(world)) == ["agreement_breaks_capacity"] * 2  # the offer and the need
    notary = world.as_token(Role.NOTARY)
    notary.post(f"{AGREEMENTS}/{first['id']}/void", json={"reason": "zurückgezogen"})
    assert (day.agreed("paint"), day.agreed("walls"), day.agreed("club", OrganisationRecord)) == (0, 0, 0)
    second = certify(world, replaces=first["id"]).json()
    assert (second["number"], second["replaces"]) == (2, first["id"])
    assert notary.get(f"{AGREEMENTS}/{first['id']}").json()["number"] == 1


def test_voiding_what_was_never_certified_frees_nothing(world: World) -> None:
    day = make_day(world)
    agreement = submit(world.as_token(Role.BROKER))
    assert certify(world).status_code == 200
    world.as_token(Role.NOTARY).post(f"{AGREEMENTS}/{agreement}/void", json={"reason": "doppelt"})
    assert day.agreed("paint") == 1


def test_the_tables_hold_the_limits_as_well(world: World) -> None:
    day = make_day(world)
    certify(world)
    change(day, OrganisationRecord, "bank", max_agreements=1)
    for kind, record_id in ((EntryRecord, "paint"), (OrganisationRecord, "bank")):
        with pytest.raises(IntegrityError, match="agreed_within"):
            change(day, kind, record_id, agreed=2)
