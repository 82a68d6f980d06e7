"""Organisations over HTTP: add, read, edit, remove; pages, versions, repeated requests."""

from marktplatz.usecases.audit import find_breaks
from service_fixtures import World

URL = "/api/v1/markets/m1/organisations"
BANK = {"id": "bank", "kind": "company", "name": "Bank", "contact": {"name": "Frau Alt", "email": "alt@bank.example"}}


def test_what_was_added_is_read_again(world: World) -> None:
    world.make_market()
    client = world.as_owner()
    added = client.post(URL, json=BANK)
    assert added.status_code == 201
    assert added.headers["Location"] == f"{URL}/bank"
    read = client.get(f"{URL}/bank")
    assert read.json() == added.json()
    assert read.json()["contact"] == {"name": "Frau Alt", "email": "alt@bank.example", "phone": None}
    with world.database.read() as session:
        assert list(find_breaks(session)) == []


def test_an_id_is_used_once_in_a_market(world: World) -> None:
    world.make_market()
    client = world.as_owner()
    client.post(URL, json=BANK)
    again = client.post(URL, json=BANK)
    assert again.status_code == 409
    assert again.json()["errors"][0]["code"] == "id_taken"
    assert again.json()["errors"][0]["pointer"] == "/id"


def test_every_mistake_has_its_pointer_and_a_sentence_in_the_readers_language(world: World) -> None:
    world.make_market()
    sent = {"kind": "firma", "representatives": True, "contact": {"name": 3}, "surplus": 1}
    answer = world.as_owner().post(URL, json=sent, headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    found = {error["pointer"]: error["code"] for error in answer.json()["errors"]}
    expected = {
        "/kind": "unknown_word",
        "/representatives": "not_whole_number",
        "/contact/name": "not_text",
        "/surplus": "unknown_field",
    }
    assert found == expected
    assert "is not known here" in answer.json()["detail"]


def test_the_same_key_gives_the_same_answer_and_one_effect(world: World) -> None:
    world.make_market()
    client = world.as_owner()
    sent = {"kind": "company", "name": "Ohne Id"}
    answers = [client.post(URL, json=sent, headers={"Idempotency-Key": "k"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.content for answer in answers}) == 1
    assert len(client.get(URL).json()) == 1
    other = client.post(URL, json=sent | {"name": "Anders"}, headers={"Idempotency-Key": "k"})
    assert other.status_code == 422
    assert other.json()["errors"][0]["code"] == "key_used_otherwise"


def test_an_edit_of_an_old_state_is_refused_and_shows_the_present_one(world: World) -> None:
    world.make_market()
    client = world.as_owner()
    etag = client.post(URL, json=BANK).headers["ETag"]
    edited = client.patch(f"{URL}/bank", json={"max_agreements": 2}, headers={"If-Match": etag})
    assert edited.json()["max_agreements"] == 2
    late = client.patch(f"{URL}/bank", json={"max_agreements": 3}, headers={"If-Match": etag})
    assert late.status_code == 412
    assert late.json()["current"]["max_agreements"] == 2
    assert late.headers["ETag"] == edited.headers["ETag"] != etag
    assert client.patch(f"{URL}/bank", json={"max_agreements": 3}).status_code == 428


def test_pages_follow_their_link_and_hold_everything_once(world: World) -> None:
    world.make_market()
    client = world.as_owner()
    for number in range(5):
        client.post(URL, json={"id": f"o{number}", "kind": "company", "name": "x"})
    seen, address = [], f"{URL}?limit=2"
    while address:
        page = client.get(address)
        seen += [row["id"] for row in page.json()]
        address = page.headers.get("Link", "").partition(">")[0].removeprefix("<")
    assert seen == [f"o{number}" for number in range(5)]
