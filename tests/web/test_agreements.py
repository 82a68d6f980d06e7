"""Agreements over HTTP: draft, see one's own, edit, and the way to the notary and back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import event

from day_world import AGREEMENTS, DRAFT, MARKET, RETURN, SERVICE, codes, make_day, submit
from market_content import is_asked_for
from marktplatz.db.models import OrganisationRecord, PairingRecord, Run
from marktplatz.usecases.audit import find_breaks
from marktplatz.vocabulary import Phase, Role, RunStatus
from service_fixtures import World


def publish(world: World, *, is_published: bool = True) -> None:
    """A run with the bank's offer for the club's need, and the club's programme in return."""
    now = world.clock.now
    with world.database.write("m1") as session:
        fields = {"status": RunStatus.DONE, "author": "x", "parameters": {}, "versions": {}, "input_sha256": "0" * 64}
        session.add(Run(market_id="m1", id="r", created_at=now, published_at=now if is_published else None, **fields))
        session.flush()
        session.add(
            PairingRecord(
                market_id="m1",
                run_id="r",
                offer_id="paint",
                need_id="walls",
                giver_id="bank",
                taker_id="club",
                points=700,
                reasons=[],
                return_offer_id="music",
                return_need_id="party",
            )
        )


def test_what_was_drafted_is_read_again_with_the_usual_dates(world: World) -> None:
    make_day(world, date=date(2027, 3, 11))
    client = world.as_token(Role.BROKER)
    made = client.post(AGREEMENTS, json=DRAFT)
    assert made.status_code == 201
    assert (made.json()["contact_by"], made.json()["fulfil_by"]) == ("2027-03-25", "2028-03-11")
    assert (made.json()["status"], made.json()["number"], made.json()["warnings"]) == ("drafted", None, [])
    read = client.get(made.headers["Location"])
    assert read.json() == made.json()
    assert [service["side"] for service in read.json()["services"]] == ["service", "return"]
    assert read.headers["ETag"] == made.headers["ETag"]


def test_two_weeks_and_a_year_run_from_today_where_the_market_is_over(world: World) -> None:
    make_day(world, date=date(2027, 2, 1))
    made = world.as_token(Role.BROKER).post(AGREEMENTS, json=DRAFT)
    assert (made.json()["contact_by"], made.json()["fulfil_by"]) == ("2027-03-15", "2028-03-01")


def test_three_parties_two_nonprofits_and_one_side_alone_can_agree(world: World) -> None:
    day = make_day(world)
    day.organisation("school")
    client = world.as_token(Role.BROKER)
    song = {"giver": "choir", "taker": "school", "text": "Konzert"}
    assert client.post(AGREEMENTS, json={"parties": ["choir", "school"], "services": [song]}).status_code == 201
    both = {"parties": ["bank", "choir", "school"], "services": [song, song | {"giver": "bank"}]}
    assert client.post(AGREEMENTS, json=both).status_code == 201


def test_a_published_pairing_fills_the_draft_with_its_return(world: World) -> None:
    day = make_day(world)
    day.offer("music", "club", title="Musik", hours=2)
    day.need("party", "bank", title="Musik zum Fest")
    publish(world)
    made = day.person("paul", "bank").post(AGREEMENTS, json={"offer": "paint", "need": "walls", "scope": "Mai"})
    assert made.status_code == 201, made.text
    assert made.json()["parties"] == ["bank", "club"]
    given = [(s["side"], s["giver"], s["taker"], s["offer"], s["need"], s["text"], s["hours"]) for s in made.json()["services"]]
    assert given == [
        ("service", "bank", "club", "paint", "walls", "Anstrich für die Wände", None),
        ("return", "club", "bank", "music", "party", "Musik zum Fest", 2),
    ]


def test_a_participant_learns_nothing_from_a_pair_that_was_not_published_to_them(world: World) -> None:
    day = make_day(world)
    publish(world, is_published=False)
    sent = {"offer": "paint", "need": "walls"}
    assert codes(day.person("paul", "bank").post(AGREEMENTS, json=sent)) == ["pairing_not_published"]
    assert world.as_token(Role.BROKER).post(AGREEMENTS, json=sent).status_code == 201


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"parties": ["bank"], "services": []}, {("party_count", "/parties")}),
        ({"parties": ["bank", "club", "bank"]}, {("double_party", "/parties/2")}),
        ({"parties": ["bank", "nobody"], "services": []}, {("unknown_organisation_here", "/parties/1")}),
        ({"services": [SERVICE | {"giver": "choir", "offer": None}]}, {("not_a_party", "/services/0/giver")}),
        ({"services": [SERVICE | {"offer": "walls"}]}, {("unknown_offer", "/services/0/offer")}),
        ({"services": [RETURN | {"offer": "paint"}]}, {("entry_of_another", "/services/0/offer")}),
        ({"services": [RETURN] * 51}, {("too_many_services", "/services")}),
        ({"services": [SERVICE | {"text": " "}]}, {("blank", "/services/0/text")}),
        ({"services": [SERVICE | {"hours": True}]}, {("not_a_number", "/services/0/hours")}),
        ({"services": [SERVICE | {"surplus": 1}]}, {("unknown_field", "/services/0/surplus")}),
        ({"contact_organisation": "choir"}, {("not_a_party", "/contact_organisation")}),
        ({"from": "2027-05-02", "to": "2027-05-01"}, {("dates_reversed", "/to")}),
        ({"replaces": "v-gone"}, {("unknown_agreement", "/replaces")}),
    ],
)
def test_what_makes_no_sense_is_not_even_drafted(world: World, changes: dict[str, object], found: set[tuple[str, str]]) -> None:
    make_day(world)
    client = world.as_token(Role.BROKER)
    answer = client.post(AGREEMENTS, json=DRAFT | changes)
    assert answer.status_code == 422
    assert {(error["code"], error["pointer"]) for error in answer.json()["errors"]} == found
    assert client.get(AGREEMENTS).json() == []


def test_participants_see_and_write_only_what_they_take_part_in(world: World) -> None:
    day = make_day(world)
    staff = world.as_token(Role.BROKER)
    others = staff.post(AGREEMENTS, json={"parties": ["club", "choir"], "services": []})
    own = staff.post(AGREEMENTS, json=DRAFT)
    paul = day.person("paul", "bank")
    assert [row["id"] for row in paul.get(AGREEMENTS).json()] == [own.json()["id"]]
    address = others.headers["Location"]
    for answer in (
        paul.get(address),
        paul.patch(address, json={"scope": "x"}, headers={"If-Match": others.headers["ETag"]}),
        paul.post(f"{address}/submit"),
    ):
        assert answer.status_code == 404
        assert codes(answer) == ["unknown_agreement"]
    refused = paul.post(AGREEMENTS, json={"parties": ["club", "choir"], "services": []})
    assert (refused.status_code, codes(refused)) == (403, ["agreement_without_you"])
    away = paul.patch(own.headers["Location"], json={"parties": ["club", "choir"]}, headers={"If-Match": own.headers["ETag"]})
    assert codes(away) == ["agreement_without_you"]
    assert paul.post(f"{own.headers['Location']}/submit").json()["status"] == "submitted"


def test_a_draft_alone_shows_nobody_the_contact_of_the_other(world: World) -> None:
    day = make_day(world)
    day.organisation("shy", contact={"name": "Canary"})
    paul = day.person("paul", "bank")
    agreement = submit(paul, parties=["bank", "shy"], services=[{"giver": "bank", "taker": "shy", "text": "Hilfe"}])
    assert paul.get(f"{MARKET}/organisations/shy").status_code == 404
    world.as_token(Role.NOTARY).post(f"{AGREEMENTS}/{agreement}/certify")
    assert paul.get(f"{MARKET}/organisations/shy").json()["contact"]["name"] == "Canary"


def test_participants_draft_from_the_day_on(world: World) -> None:
    day = make_day(world)
    paul = day.person("paul", "bank")
    world.move("m1", Phase.MATCHING)
    assert codes(paul.post(AGREEMENTS, json=DRAFT)) == ["phase_forbids"]
    world.move("m1", Phase.FOLLOW_UP)
    assert paul.post(AGREEMENTS, json=DRAFT).status_code == 201


def test_an_edit_replaces_whole_lists_and_names_the_state_it_is_about(world: World) -> None:
    make_day(world)
    client = world.as_token(Role.BROKER)
    made = client.post(AGREEMENTS, json=DRAFT)
    address, etag = made.headers["Location"], made.headers["ETag"]
    assert client.patch(address, json={"services": [RETURN]}).status_code == 428
    edited = client.patch(address, json={"services": [RETURN]}, headers={"If-Match": etag})
    assert [service["text"] for service in edited.json()["services"]] == [RETURN["text"]]
    late = client.patch(address, json={"place": "Aula"}, headers={"If-Match": etag})
    assert late.status_code == 412
    assert late.json()["current"]["services"] == edited.json()["services"]
    again = client.patch(address, json={"parties": ["club", "bank"]}, headers={"If-Match": edited.headers["ETag"]})
    assert again.json()["parties"] == ["club", "bank"]
    assert client.get(address).json() == again.json()


def test_the_list_is_filtered_by_status_and_party(world: World) -> None:
    make_day(world)
    client = world.as_token(Role.BROKER)
    first = submit(client)
    client.post(AGREEMENTS, json=DRAFT)
    client.post(AGREEMENTS, json={"parties": ["club", "choir"], "services": []})
    assert [row["id"] for row in client.get(f"{AGREEMENTS}?status=submitted").json()] == [first]
    assert len(client.get(f"{AGREEMENTS}?organisation=club").json()) == 3
    assert len(client.get(f"{AGREEMENTS}?organisation=bank").json()) == 2
    assert world.client().get(AGREEMENTS).status_code == 401


def test_a_list_of_one_and_of_three_takes_as_many_queries(world: World) -> None:
    make_day(world)
    client, counts = world.as_token(Role.BROKER), []
    for more in (1, 2):
        for _ in range(more):
            client.post(AGREEMENTS, json=DRAFT)
        with counting_queries(world) as queries:
            client.get(AGREEMENTS)
        counts.append(len(queries))
    assert counts == [5, 5]  # token, market, agreements, parties, services


@contextmanager
def counting_queries(world: World) -> Iterator[list[str]]:
    queries: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if is_asked_for() and statement.startswith("SELECT"):
            queries.append(statement)

    event.listen(world.database.engine, "before_cursor_execute", note)
    yield queries
    event.remove(world.database.engine, "before_cursor_execute", note)


def test_an_agreement_goes_its_way_and_no_other(world: World) -> None:
    make_day(world)
    broker, notary = world.as_token(Role.BROKER), world.as_token(Role.NOTARY)
    made = broker.post(AGREEMENTS, json=DRAFT)
    address = made.headers["Location"]
    reason = {"reason": "Wer ruft wen an?"}
    assert codes(notary.post(f"{address}/certify")) == ["agreement_is_not_submitted"]
    assert codes(notary.post(f"{address}/return", json=reason)) == ["agreement_is_not_submitted"]
    broker.post(f"{address}/submit")
    assert codes(broker.post(f"{address}/submit")) == ["agreement_is_submitted"]
    assert codes(broker.patch(address, json={"place": "x"}, headers={"If-Match": "*"})) == ["agreement_is_submitted"]
    returned = notary.post(f"{address}/return", json=reason).json()
    assert (returned["status"], returned["return_reason"]) == ("returned", reason["reason"])
    assert broker.patch(address, json={"contact_organisation": "bank"}, headers={"If-Match": "*"}).status_code == 200
    broker.post(f"{address}/submit")
    certified = notary.post(f"{address}/certify").json()
    assert (certified["status"], certified["number"]) == ("certified", 1)
    assert codes(broker.post(f"{address}/submit")) == ["agreement_is_certified"]
    voided = notary.post(f"{address}/void", json={"reason": "ersetzt"}).json()
    assert (voided["status"], voided["number"], voided["void_reason"]) == ("void", 1, "ersetzt")
    for deed, sent in (("submit", None), ("certify", None), ("return", reason), ("void", reason)):
        assert codes(notary.post(f"{address}/{deed}", json=sent)) == ["agreement_is_void"]
    with world.database.read() as session:
        assert list(find_breaks(session)) == []


def test_only_notaries_certify_and_return_and_brokers_do_not_void(world: World) -> None:
    day = make_day(world)
    agreement = submit(world.as_token(Role.HELPER))
    reason = {"reason": "x"}
    for client in (world.as_owner(), world.as_token(Role.BROKER), world.as_token(Role.HELPER), day.person("paul", "bank")):
        assert codes(client.post(f"{AGREEMENTS}/{agreement}/certify")) == ["role_may_not"]
        assert codes(client.post(f"{AGREEMENTS}/{agreement}/return", json=reason)) == ["role_may_not"]
    assert codes(world.as_token(Role.BROKER).post(f"{AGREEMENTS}/{agreement}/void", json=reason)) == ["role_may_not"]
    assert world.as_token(Role.ORGANISER).post(f"{AGREEMENTS}/{agreement}/void", json=reason).status_code == 200


def test_whoever_says_which_state_they_certify_is_held_to_it(world: World) -> None:
    make_day(world)
    broker, notary = world.as_token(Role.BROKER), world.as_token(Role.NOTARY)
    agreement = submit(broker)
    seen = notary.get(f"{AGREEMENTS}/{agreement}").headers["ETag"]
    notary.post(f"{AGREEMENTS}/{agreement}/return", json={"reason": "x"})
    broker.patch(f"{AGREEMENTS}/{agreement}", json={"scope": "etwas anderes"}, headers={"If-Match": "*"})
    broker.post(f"{AGREEMENTS}/{agreement}/submit")
    late = notary.post(f"{AGREEMENTS}/{agreement}/certify", headers={"If-Match": seen})
    assert late.status_code == 412
    assert late.json()["current"]["scope"] == "etwas anderes"


def test_certifying_twice_replays_with_the_same_key_and_is_a_conflict_with_another(world: World) -> None:
    day = make_day(world)
    agreement = submit(world.as_token(Role.BROKER))
    notary = world.as_token(Role.NOTARY)
    first, again, other = (
        notary.post(f"{AGREEMENTS}/{agreement}/certify", headers={"Idempotency-Key": key}) for key in ("a", "a", "b")
    )
    assert first.status_code == 200
    assert (again.status_code, again.content, again.headers["Idempotency-Replayed"]) == (200, first.content, "true")
    assert (other.status_code, codes(other)) == (409, ["agreement_is_certified"])
    assert (day.agreed("paint"), day.agreed("walls"), day.agreed("bank", OrganisationRecord)) == (1, 1, 1)


def test_what_agreements_use_is_not_deleted(world: World) -> None:
    make_day(world)
    submit(world.as_token(Role.BROKER), parties=["club", "choir"], services=[])
    owner = world.as_owner()
    answer = owner.delete(f"{MARKET}/organisations/choir", headers={"If-Match": "*"})
    assert (answer.status_code, codes(answer)) == (409, ["still_in_use"])


def test_ids_may_have_slashes(world: World) -> None:
    make_day(world)
    client = world.as_token(Role.BROKER)
    made = client.post(AGREEMENTS, json=DRAFT | {"id": "a/certify"})
    assert made.headers["Location"] == f"{AGREEMENTS}/a%2Fcertify"
    assert client.get(f"{AGREEMENTS}/a/certify").json()["id"] == "a/certify"
    client.post(f"{AGREEMENTS}/a/certify/submit")
    assert world.as_token(Role.NOTARY).post(f"{AGREEMENTS}/a/certify/certify").json()["number"] == 1
    assert codes(client.post(AGREEMENTS, json=DRAFT | {"id": "a/certify"})) == ["id_taken"]
