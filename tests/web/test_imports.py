"""Imports over HTTP: told row by row, done as a whole or not at all, the same again changes nothing."""

from typing import Any

import pytest
from sqlalchemy import select, update

from market_content import CountedStatements, encode, hash_tables, make_content
from marktplatz.db.models import (
    Agreement,
    AgreementParty,
    AgreementService,
    AuditEntry,
    EntryRecord,
    OrganisationRecord,
    PairRecord,
    Person,
    Representation,
    WishRecord,
)
from marktplatz.exchange.market_csv import market_to_csv_zip
from marktplatz.exchange.market_xlsx import market_to_xlsx
from marktplatz.market import Market
from marktplatz.usecases.audit import find_breaks
from marktplatz.vocabulary import AgreementStatus, Phase, Role, ServiceSide
from service_fixtures import World

URL = "/api/v1/markets/m1/imports"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def send(client: Any, content: dict[str, Any] | bytes, name: str = "markt.json", **more: Any) -> Any:
    body = content if isinstance(content, bytes) else encode(content)
    return client.post(URL, params={"name": name} | more, content=body)


def counts(answer: Any, list_key: str) -> dict[str, int]:
    told = answer.json()["lists"][list_key]
    return {name: told[name] for name in ("new", "changed", "unchanged", "only_stored", "dropped") if told[name]}


def as_workbook(content: dict[str, Any]) -> bytes:
    return market_to_xlsx(Market.model_validate_json(encode(content)))


def read_all(world: World, kind: Any) -> list[Any]:
    with world.database.read() as session:
        return list(session.scalars(select(kind)))


def put_agreement(world: World) -> None:
    """c0-0 goes to n0-0, certified."""
    with world.database.write("m1") as session:
        agreement = Agreement(
            market_id="m1",
            id="g1",
            number=1,
            status=AgreementStatus.CERTIFIED,
            created_by="system",
            created_at=world.clock.now,
            certified_at=world.clock.now,
        )
        agreement.parties = [AgreementParty(organisation_id=key, position=place) for place, key in enumerate(("c0", "n0"))]
        sides = {"side": ServiceSide.SERVICE, "giver_id": "c0", "taker_id": "n0", "offer_id": "c0-0", "need_id": "n0-0"}
        agreement.services = [AgreementService(position=0, text="Streichen", **sides)]
        session.add(agreement)
        for kind, keys in ((OrganisationRecord, ("c0", "n0")), (EntryRecord, ("c0-0", "n0-0"))):
            session.execute(update(kind).where(kind.id.in_(keys)).values(agreed=1))


def test_a_dry_run_tells_every_row_and_writes_nothing(world: World) -> None:
    world.make_market()
    client = world.as_owner()
    before = hash_tables(world.database)
    answer = client.post(
        URL, params={"name": "m.json", "dry_run": True}, content=encode(make_content(2)), headers={"Idempotency-Key": "k"}
    )
    assert answer.status_code == 200
    assert (answer.json()["dry_run"], answer.json()["applied"], answer.json()["errors"]) == (True, False, [])
    assert (counts(answer, "organisations"), counts(answer, "offers")) == ({"new": 4}, {"new": 6})
    first = answer.json()["lists"]["organisations"]["rows"][0]
    assert first == {"status": "new", "key": ["c0"], "sheet": "organisations", "row": 1, "fields": []}
    assert {"field": "date", "before": None, "after": "2027-03-11"} in answer.json()["market"]
    assert hash_tables(world.database) == before


def test_an_import_puts_everything_in_and_the_audit_tells_each_record(world: World) -> None:
    world.make_market()
    client = world.as_owner()
    assert send(client, make_content(2)).json()["applied"] is True
    read = client.get("/api/v1/markets/m1/organisations/c1").json()
    assert (read["name"], read["contact"]["email"]) == ("Name c1", "c1@example.org")
    assert len(client.get("/api/v1/markets/m1/needs").json()) == 6
    assert client.get("/api/v1/markets/m1").json()["date"] == "2027-03-11"
    assert (len(read_all(world, WishRecord)), len(read_all(world, PairRecord)), len(read_all(world, Person))) == (1, 1, 4)
    told = [entry.action for entry in read_all(world, AuditEntry) if entry.chain == "m1"]
    assert [told.count(action) for action in ("import_market", "add_organisation", "add_offer", "add_need")] == [1, 4, 6, 6]
    assert [told.count(action) for action in ("add_wish", "add_pair", "change_policy")] == [1, 1, 1]
    with world.database.read() as session:
        assert list(find_breaks(session)) == []


@pytest.mark.parametrize("as_file", ["json", "xlsx", "csv"])
def test_the_same_file_again_changes_nothing_at_all(world: World, as_file: str) -> None:
    scores = [{"offer": "c0-0", "need": "n0-0", "points": 7}]
    content = make_content(2, scores=scores, concepts=[{"id": "k", "words": ["Wand"]}], earlier_agreements=[{"keys": ["a", "b"]}])
    content["organisations"][0]["contact"] = {"name": "", "email": None}
    content["offers"][0]["capacity"] = None
    content["pairs"].append({"offer": "c0-1", "need": "n0-1", "status": "forbidden", "exception": "gilt nicht"})
    market = Market.model_validate_json(encode(content))
    file = {"json": encode(content), "xlsx": market_to_xlsx(market), "csv": market_to_csv_zip(market)}[as_file]
    name = f"markt.{as_file.replace('csv', 'zip')}"
    world.make_market()
    client = world.as_owner()
    assert send(client, file, name).status_code == 200
    before = hash_tables(world.database)
    world.clock.move(hours=1)
    again = send(client, file, name)
    assert again.status_code == 200
    assert again.json()["market"] == []
    for told in again.json()["lists"].values():
        assert (told["new"], told["changed"], told["dropped"], told["only_stored"]) == (0, 0, 0, 0)
    assert hash_tables(world.database) == before


def test_an_id_updates_and_what_is_not_sent_stays(world: World) -> None:
    world.make_market()
    client = world.as_owner()
    send(client, make_content(2))
    with world.database.write("m1") as session:
        session.execute(update(EntryRecord).values(postcode="50668"))
    etag = client.get("/api/v1/markets/m1/organisations/c0").headers["ETag"]
    part = {
        "organisations": [{"id": "c0", "kind": "company", "name": "Neu"}],
        "offers": [{"id": "c0-1", "organisation": "c0", "postcode": None}],
    }
    answer = send(client, {"format": "marktplatz/1"} | part)
    assert counts(answer, "organisations") == {"changed": 1, "only_stored": 3}
    rows = answer.json()["lists"]["organisations"]["rows"]
    assert rows[0]["fields"] == [{"field": "name", "before": "Name c0", "after": "Neu"}]
    assert rows[1] == {"status": "only_stored", "key": ["c1"], "sheet": None, "row": None, "fields": []}
    read = client.get("/api/v1/markets/m1/organisations/c0")
    assert (read.json()["name"], read.json()["contact"]["email"], read.headers["ETag"] == etag) == ("Neu", "c0@example.org", False)
    entry = client.get("/api/v1/markets/m1/offers/c0-1").json()
    assert (entry["title"], entry["people"], entry["postcode"]) == ("Titel 1 von c0", 1, None)
    assert client.get("/api/v1/markets/m1/offers/c0-2").json()["postcode"] == "50668"


def test_an_error_in_the_last_row_leaves_everything_as_it_was_and_is_told_with_its_row(world: World) -> None:
    world.make_market()
    client = world.as_owner()
    send(client, make_content(1))
    before = hash_tables(world.database)
    content = make_content(2)
    content["needs"][-1]["id"] = "c0"
    answer = send(client, content)
    assert answer.status_code == 422
    assert [(error["code"], error["pointer"]) for error in answer.json()["errors"]] == [("double_id", "/needs/5/id")]
    content["needs"][-1]["id"] = "c0-0"
    content["offers"][0]["id"] = "c0-9"
    answer = send(client, content)
    assert answer.status_code == 422  # the pair names it as an offer
    del content["pairs"]
    answer = send(client, content)
    assert answer.status_code == 409
    assert [(error["code"], error["pointer"]) for error in answer.json()["errors"]] == [("id_on_another_list", "/needs/5/id")]
    assert hash_tables(world.database) == before


def test_errors_in_a_workbook_have_its_sheets_rows_and_columns(world: World) -> None:
    world.make_market()
    client = world.as_owner()
    send(client, make_content(2))
    put_agreement(world)
    content = make_content(2)
    content["offers"][0]["capacity"] = 0
    answer = send(client, as_workbook(content), "markt.xlsx", dry_run=True)
    assert (answer.status_code, answer.json()["applied"]) == (200, False)
    (error,) = answer.json()["errors"]
    assert error["code"] == "capacity_below_agreed"
    assert error["place"] == {"file": "markt.xlsx", "sheet": "Angebote", "row": 2, "field": "Wie oft"}
    assert "pointer" not in error
    changed = next(row for row in answer.json()["lists"]["offers"]["rows"] if row["status"] == "changed")
    assert (changed["sheet"], changed["row"], changed["key"]) == ("Angebote", 2, ["c0-0"])
    content["offers"][3]["organisation"] = "c7"
    bad = send(client, encode(content))
    assert bad.json()["errors"][0]["pointer"] == "/offers/3/organisation"


def test_what_is_agreed_stays_possible(world: World) -> None:
    world.make_market()
    client = world.as_owner()
    send(client, make_content(2))
    put_agreement(world)
    before = hash_tables(world.database)
    content = make_content(2)
    content["organisations"][0]["max_agreements"] = 0
    content["offers"][0] |= {"organisation": "c1", "capacity": 0}
    answer = send(client, content)
    assert answer.status_code == 409
    assert [(error["code"], error["pointer"]) for error in answer.json()["errors"]] == [
        ("maximum_below_agreed", "/organisations/0/max_agreements"),
        ("capacity_below_agreed", "/offers/0/capacity"),
        ("agreed_entry_stays", "/offers/0/organisation"),
    ]
    assert hash_tables(world.database) == before
    content["organisations"][0]["max_agreements"] = 1
    content["offers"][0] |= {"organisation": "c0", "capacity": 2, "title": "Neu"}
    content["offers"][1]["organisation"] = "c1"  # in no agreement
    assert send(client, content).status_code == 200
    read = client.get("/api/v1/markets/m1/offers/c0-0").json()
    assert (read["agreed"], read["capacity"], read["title"]) == (1, 2, "Neu")


def test_a_category_in_use_stays(world: World) -> None:
    world.make_market()
    client = world.as_owner()
    content = make_content(1)
    content["offers"][0]["category"] = "goods"
    assert send(client, content).status_code == 200
    own = {"categories": [{"code": "dinge", "label": "Dinge", "kind": "goods"}]}
    organisations = {"organisations": content["organisations"]}
    answer = send(client, {"format": "marktplatz/1", "market": own} | organisations)
    assert answer.status_code == 409
    assert [(error["code"], error["pointer"]) for error in answer.json()["errors"]] == [("category_in_use", "/market/categories")]
    content["offers"][0]["category"] = "dinge"
    assert send(client, content | {"market": own}).status_code == 200
    assert send(client, {"format": "marktplatz/1", "market": {"categories": []}} | organisations).status_code == 200
    assert client.get("/api/v1/markets/m1").json()["categories"][0]["code"] == "dinge"


def test_a_pair_cannot_be_pinned_and_forbidden(world: World) -> None:
    world.make_market()
    pair = {"offer": "c0-0", "need": "n0-0"}
    content = make_content(1, pairs=[pair | {"status": "pinned"}, pair | {"status": "pinned"}])
    assert send(world.as_owner(), content).status_code == 200
    content["pairs"][1]["status"] = "forbidden"
    answer = send(world.as_owner(), content)
    assert [(error["code"], error["pointer"]) for error in answer.json()["errors"]] == [("pair_said_twice", "/pairs/0/status")]


def test_a_score_table_that_is_sent_replaces_the_stored_one_and_says_so(world: World) -> None:
    world.make_market()
    client = world.as_owner()
    lines = [{"offer": "c0-0", "need": f"n0-{number}", "points": 5} for number in range(3)]
    assert send(client, make_content(1, scores=lines)).json()["starts_score_table"] is True
    answer = send(client, make_content(1, scores=[lines[0] | {"points": 9}]))
    assert counts(answer, "scores") == {"changed": 1, "dropped": 2}
    exported = client.get("/api/v1/markets/m1/exports/market.json").json()
    assert exported["scores"] == [{"offer": "c0-0", "need": "n0-0", "points": 9}]


def test_a_wish_of_another_level_takes_the_place_of_the_old_one(world: World) -> None:
    world.make_market()
    client = world.as_owner()
    send(client, make_content(1))
    send(client, make_content(1, wishes=[{"organisation": "c0", "target": "n0", "level": "must_meet"}]))
    assert [wish.level for wish in read_all(world, WishRecord)] == ["must_meet"]


def test_contacts_become_persons_one_for_the_same_data(world: World) -> None:
    world.make_market()
    client = world.as_owner()
    content = make_content(2)
    eva = {"name": "Eva", "email": "eva@example.org"}
    for number in (0, 1):
        content["organisations"][number]["contact"] = eva
    content["organisations"][2]["contact"] = None
    send(client, content)
    persons = {person.email: person.id for person in read_all(world, Person)}
    assert persons.keys() == {"eva@example.org", "n1@example.org"}
    content["organisations"][0]["contact"] = eva | {"phone": "1"}  # not for the other organisation, too
    content["organisations"][3]["contact"] |= {"phone": "2"}  # the same person, corrected
    send(client, content)
    after = {(person.email, person.phone): person.id for person in read_all(world, Person)}
    assert after[("n1@example.org", "2")] == persons["n1@example.org"]
    assert after[("eva@example.org", None)] == persons["eva@example.org"]
    assert len(after) == 3
    content["organisations"][0]["contact"] = None
    send(client, content)
    assert len(read_all(world, Person)) == 2
    assert {standing.organisation_id for standing in read_all(world, Representation)} == {"n0", "n1"}


def test_the_number_of_statements_does_not_grow_with_the_market(world: World) -> None:
    counted = []
    for companies in (1, 50):
        market = world.make_market(f"size{companies}")
        client = world.as_owner()
        url = f"/api/v1/markets/{market}/imports?name=m.json"
        content = make_content(companies)
        with CountedStatements(world.database) as first:
            assert client.post(url, content=encode(content)).status_code == 200
        for member in (*content["organisations"], *content["offers"], *content["needs"]):
            member["postcode"] = "50668"
        for organisation in content["organisations"]:
            organisation["contact"]["phone"] = "1"
        with CountedStatements(world.database) as second:
            assert client.post(url, content=encode(content)).status_code == 200
        counted.append((first.count, second.count))
    assert counted[0] == counted[1]


def test_a_file_is_read_and_a_dry_run_made_while_somebody_else_writes(world: World) -> None:
    world.make_market()
    client = world.as_owner()
    with world.database.write("m1"):
        assert send(client, b"{}").status_code == 422
        assert send(client, make_content(1), dry_run=True).status_code == 200


def test_only_an_organiser_imports_and_not_into_a_closed_market(world: World) -> None:
    world.make_market()
    content = make_content(1)
    for role in (Role.HELPER, Role.BROKER, Role.NOTARY, Role.MODERATOR):
        assert send(world.as_token(role, "m1"), content).status_code == 403
    assert send(world.client(), content).status_code == 401
    assert send(world.as_token(Role.ORGANISER, "other"), content).status_code == 404
    assert send(world.as_token(Role.ORGANISER, "m1", scopes=("offers:write",)), content).status_code == 403
    world.move("m1", Phase.CLOSED)
    assert send(world.as_token(Role.ORGANISER, "m1"), content).status_code == 409


def test_the_same_key_has_one_effect_and_one_answer(world: World) -> None:
    world.make_market()
    client = world.as_owner()
    sent = {"params": {"name": "m.json"}, "headers": {"Idempotency-Key": "k"}}
    first = client.post(URL, content=encode(make_content(1)), **sent)
    before = hash_tables(world.database)
    again = client.post(URL, content=encode(make_content(1)), **sent)
    assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
    other = client.post(URL, content=encode(make_content(2)), **sent)
    assert (other.status_code, other.json()["errors"][0]["code"]) == (422, "key_used_otherwise")
    assert hash_tables(world.database) == before


def test_the_kind_of_file_is_told_by_its_name_or_by_its_type(world: World) -> None:
    world.make_market()
    client = world.as_owner()
    content = make_content(1)
    body = as_workbook(content)
    assert client.post(URL, content=body, headers={"Content-Type": XLSX}).status_code == 200
    untold = client.post(URL, content=body)
    assert (untold.status_code, untold.json()["errors"][0]["code"]) == (415, "file_kind_untold")
    form = client.post(URL, files={"file": ("m.xlsx", body)}, params={"name": "m.xlsx"})
    assert (form.status_code, form.json()["errors"][0]["code"]) == (415, "file_in_a_form")
    assert send(client, b"").json()["errors"][0]["code"] == "empty_file"
    assert send(client, b"x", "m.ods").json()["errors"][0]["code"] == "other_spreadsheet"
    english = client.post(URL, params={"name": "m.json"}, content=b"{", headers={"Accept-Language": "en"})
    assert (english.status_code, "valid JSON" in english.json()["detail"]) == (400, True)
