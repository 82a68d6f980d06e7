"""Pairings of a run over HTTP: who sees which, and what the organiser changes by hand is verified at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from market_content import CountedStatements
from marktplatz.db.models import AuditEntry
from marktplatz.errors import Conflict
from marktplatz.plan import Plan
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import find_breaks
from marktplatz.usecases.pairings import Change, NewPairing, apply_change, draft_change
from marktplatz.usecases.runs import get_run
from marktplatz.usecases.scored import KnownScores
from marktplatz.vocabulary import Role
from run_world import URL, Statements, as_participant, codes, etag, finish, pairs_of, plant, small_market
from service_fixtures import World

BOOKS = {"offer": "advice", "need": "books"}


@pytest.fixture
def organiser(world: World) -> TestClient:
    plant(world, small_market())
    return world.as_owner()


def test_a_pairing_says_who_gives_what_to_whom_and_why(organiser: TestClient) -> None:
    run = finish(organiser)
    shown = organiser.get(f"{run}/pairings").json()
    assert [pairing["offer"] for pairing in shown] == ["advice", "brush", "paint"]
    first = shown[0]
    assert (first["giver"], first["taker"], first["is_by_hand"]) == ("shop", "home", False)
    assert sum(reason["points"] for reason in first["reasons"]) == first["points"] > 0
    assert [pairing["offer"] for pairing in organiser.get(f"{run}/pairings", params={"organisation": "home"}).json()] == ["advice"]


def test_a_pair_is_taken_out_and_put_in_again_and_the_sums_follow(organiser: TestClient) -> None:
    run = finish(organiser)
    before = organiser.get(run).json()
    assert organiser.delete(f"{run}/pairings", params=BOOKS, headers=etag(organiser, run)).status_code == 204
    between = organiser.get(run).json()
    assert (between["is_adjusted"], between["plan_status"], between["served"]["companies"]) == (True, "feasible", [2, 3])
    assert between["points"] < before["points"] == between["bound"]["points"]
    plan = Plan.model_validate_json(organiser.get(f"{run}/plan").content, by_alias=True)
    assert [(each.organisation, each.reasons[0].code) for each in plan.unpaired] == [("home", "could_join"), ("shop", "could_join")]

    added = organiser.post(f"{run}/pairings", json=BOOKS, headers=etag(organiser, run))
    assert (added.status_code, added.json()["is_by_hand"], added.headers["ETag"]) == (201, True, etag(organiser, run)["If-Match"])
    after = organiser.get(run).json()
    assert (after["points"], after["plan_status"]) == (before["points"], "optimal")
    assert organiser.get(f"{run}/plan").json()["solver"]["name"] == "by hand"


def test_an_edit_names_the_state_it_is_about_and_of_two_at_once_one_is_refused(world: World, organiser: TestClient) -> None:
    run = finish(organiser)
    other = world.as_token(Role.ORGANISER, "m1")
    assert organiser.delete(f"{run}/pairings", params=BOOKS).status_code == 428
    seen = etag(organiser, run)
    assert other.delete(f"{run}/pairings", params=BOOKS, headers=seen).status_code == 204
    late = organiser.delete(f"{run}/pairings", params={"offer": "paint", "need": "walls"}, headers=seen)
    assert late.status_code == 412
    assert late.json()["current"]["is_adjusted"] is True
    assert late.headers["ETag"] == etag(organiser, run)["If-Match"]
    assert len(pairs_of(organiser, run)) == 2


def test_of_two_edits_at_the_very_same_time_one_is_stored(world: World, organiser: TestClient) -> None:
    run = finish(organiser)
    seen, pairs = etag(organiser, run), pairs_of(organiser, run)

    def remove(pair: tuple[str, str]) -> int:
        client = world.as_token(Role.ORGANISER, "m1")
        return client.delete(f"{run}/pairings", params={"offer": pair[0], "need": pair[1]}, headers=seen).status_code

    with ThreadPoolExecutor(3) as people:
        assert sorted(people.map(remove, pairs)) == [204, 412, 412]
    assert len(pairs_of(organiser, run)) == 2


def test_a_change_that_breaks_a_rule_is_refused_by_name_and_changes_nothing(organiser: TestClient) -> None:
    run = finish(organiser)
    before = organiser.get(f"{run}/plan").content
    tries: list[tuple[dict[str, Any], int, list[str]]] = [
        (
            {"offer": "paint", "need": "books"},
            409,
            ["barred_by_category", "breaks_capacity", "breaks_capacity", "exception_possible"],
        ),
        (BOOKS, 409, ["pairing_known"]),
        ({"offer": "nothing", "need": "books"}, 422, ["unknown_offer"]),
        ({"offer": "paint", "need": "books", "exception": "\t"}, 422, ["blank"]),
    ]
    for sent, status, expected in tries:
        answer = organiser.post(f"{run}/pairings", json=sent, headers=etag(organiser, run))
        assert (answer.status_code, sorted(codes(answer))) == (status, expected)
    gone = organiser.delete(f"{run}/pairings", params={"offer": "paint", "need": "books"}, headers=etag(organiser, run))
    assert (gone.status_code, codes(gone)) == (404, ["unknown_pairing_here"])
    empty = organiser.post(f"{run}/pairings/swap", json={"add": [], "remove": []}, headers=etag(organiser, run))
    assert codes(empty) == ["nothing_to_change"]
    assert organiser.get(f"{run}/plan").content == before
    assert organiser.get(run).json()["is_adjusted"] is False


def test_a_swap_is_applied_as_one_or_not_at_all(organiser: TestClient) -> None:
    run = finish(organiser)
    before = pairs_of(organiser, run)
    hands = [pair for pair in before if pair[0] != "advice"]
    crossed = [(hands[0][0], hands[1][1]), (hands[1][0], hands[0][1])]
    remove, add = ([{"offer": offer, "need": need} for offer, need in pairs] for pairs in (hands, crossed))
    half = organiser.post(f"{run}/pairings/swap", json={"remove": remove[:1], "add": add}, headers=etag(organiser, run))
    assert (half.status_code, set(codes(half))) == (409, {"breaks_capacity"})
    assert pairs_of(organiser, run) == before
    swapped = organiser.post(f"{run}/pairings/swap", json={"remove": remove, "add": add}, headers=etag(organiser, run))
    assert swapped.status_code == 200, swapped.text
    assert pairs_of(organiser, run) == sorted([*crossed, ("advice", "books")])
    by_hand = {pairing["offer"]: pairing["is_by_hand"] for pairing in organiser.get(f"{run}/pairings").json()}
    assert by_hand == {"advice": False, "brush": True, "paint": True}


def test_a_repeated_request_has_one_effect(organiser: TestClient) -> None:
    run = finish(organiser)
    organiser.delete(f"{run}/pairings", params=BOOKS, headers=etag(organiser, run))
    headers = etag(organiser, run) | {"Idempotency-Key": "k"}
    answers = [organiser.post(f"{run}/pairings", json=BOOKS, headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.content for answer in answers}) == 1


def test_a_pair_with_an_exception_survives_the_next_run(organiser: TestClient) -> None:
    run = finish(organiser)
    hands = next(pair for pair in pairs_of(organiser, run) if pair[0] == "paint")
    swap = {
        "remove": [{"offer": hands[0], "need": hands[1]}, BOOKS],
        "add": [{"offer": "paint", "need": "books", "exception": "Der Chef singt dort"}],
    }
    assert organiser.post(f"{run}/pairings/swap", json=swap, headers=etag(organiser, run)).status_code == 200
    (rule,) = organiser.get(f"{URL}/pairs").json()
    assert (rule["offer"], rule["status"], rule["exception"]) == ("paint", "pinned", "Der Chef singt dort")
    assert ("paint", "books") in pairs_of(organiser, finish(organiser))
    pinned = organiser.delete(f"{run}/pairings", params={"offer": "paint", "need": "books"}, headers=etag(organiser, run))
    assert codes(pinned) == ["breaks_unpinned"]


def test_a_pair_may_be_pinned_as_it_is_added(organiser: TestClient) -> None:
    run = finish(organiser)
    organiser.delete(f"{run}/pairings", params=BOOKS, headers=etag(organiser, run))
    added = organiser.post(f"{run}/pairings", json=BOOKS | {"pin": True}, headers=etag(organiser, run))
    assert (added.status_code, added.json()["pin"]) == (201, True)
    assert [(pair["offer"], pair["status"]) for pair in organiser.get(f"{URL}/pairs").json()] == [("advice", "pinned")]
    assert organiser.get(run).json()["is_outdated"] is False


def test_changes_are_judged_by_the_market_as_it_is_now(organiser: TestClient) -> None:
    run = finish(organiser)
    organiser.delete(f"{run}/pairings", params=BOOKS, headers=etag(organiser, run))
    organiser.post(f"{URL}/wishes", json={"organisation": "home", "target": "shop", "level": "no_thanks"})
    assert codes(organiser.post(f"{run}/pairings", json=BOOKS, headers=etag(organiser, run))) == ["breaks_no_thanks"]
    taken = next(pair for pair in pairs_of(organiser, run) if pair[0] == "paint")
    assert organiser.delete(f"{URL}/offers/paint", headers={"If-Match": "*"}).status_code == 204
    where = {"offer": "brush", "need": next(need for offer, need in pairs_of(organiser, run) if offer == "brush")}
    assert codes(organiser.delete(f"{run}/pairings", params=where, headers=etag(organiser, run))) == ["pairing_outdated"]
    freed = organiser.delete(f"{run}/pairings", params={"offer": "paint", "need": taken[1]}, headers=etag(organiser, run))
    assert freed.status_code == 204


def test_what_changes_between_judging_and_storing_is_judged_again(world: World, organiser: TestClient) -> None:
    run = finish(organiser)
    organiser.delete(f"{run}/pairings", params=BOOKS, headers=etag(organiser, run))
    caller, key = Actor("somebody", frozenset({Role.ORGANISER})), ("m1", run.rpartition("/")[2])
    scores = KnownScores()
    with world.database.read() as session:
        draft = draft_change(session, get_run(session, caller, *key), Change(add=(NewPairing("advice", "books"),)), scores)
    organiser.put(f"{URL}/pairs", json=BOOKS | {"status": "forbidden"})
    with pytest.raises(Conflict, match="breaks_forbidden"), world.database.write("m1") as session:
        apply_change(session, world.clock.now, caller, get_run(session, caller, *key), draft, scores)


def test_the_market_that_a_change_leaves_is_known_without_loading_it(world: World, organiser: TestClient) -> None:
    """Whatever is changed, what is known afterwards is what a service that has just been started would load."""
    run = finish(organiser)
    scores = world.app.state.service.scores

    def change(ask: Callable[[], Any]) -> None:
        assert ask().is_success
        with world.database.read() as session:
            with CountedStatements(world.database) as counted:
                known = scores.of(session, "m1")
            fresh = KnownScores().of(session, "m1")
        assert [statement for statement in counted.statements if "FROM entry" in statement] == []
        assert known.scene.market == fresh.scene.market
        assert known.problem.pair_offer.tolist() == fresh.problem.pair_offer.tolist()
        assert known.problem.points.tolist() == fresh.problem.points.tolist()
        assert known.problem.pinned.tolist() == fresh.problem.pinned.tolist()

    change(lambda: organiser.delete(f"{run}/pairings", params=BOOKS, headers=etag(organiser, run)))
    change(lambda: organiser.post(f"{run}/pairings", json=BOOKS | {"pin": True}, headers=etag(organiser, run)))
    change(lambda: organiser.post(f"{run}/pairings/undo", headers=etag(organiser, run)))
    swap = {
        "remove": [next({"offer": offer, "need": need} for offer, need in pairs_of(organiser, run) if offer == "paint")],
        "add": [{"offer": "paint", "need": "books", "exception": "Der Chef singt dort"}],
    }
    change(lambda: organiser.post(f"{run}/pairings/swap", json=swap, headers=etag(organiser, run)))


def test_a_published_plan_that_is_changed_shows_the_change_at_once(world: World, organiser: TestClient) -> None:
    run = finish(organiser)
    home = as_participant(world, "home")
    organiser.post(f"{run}/publish")
    assert [pairing["offer"] for pairing in home.get(f"{run}/pairings").json()] == ["advice"]
    assert home.get(f"{URL}/organisations/shop").status_code == 200
    organiser.delete(f"{run}/pairings", params=BOOKS, headers=etag(organiser, run))
    assert home.get(f"{run}/pairings").json() == []
    assert home.get(f"{URL}/organisations/shop").status_code == 404


def test_participants_see_their_own_and_no_wishes_nor_points(world: World, organiser: TestClient) -> None:
    organiser.post(f"{URL}/wishes", json={"organisation": "home", "target": "shop", "level": "must_meet"})
    run = finish(organiser)
    shop, bank = as_participant(world, "shop"), as_participant(world, "bank")
    assert codes(shop.get(f"{run}/pairings")) == ["unknown_run"]
    organiser.post(f"{run}/publish")
    (seen,) = shop.get(f"{run}/pairings").json()
    assert (seen["taker"], seen["points"]) == ("home", None)
    assert {reason["points"] for reason in seen["reasons"]} == {None}
    assert "wishes" not in {reason["code"] for reason in seen["reasons"]}
    assert [pairing["giver"] for pairing in bank.get(f"{run}/pairings", params={"organisation": "shop"}).json()] == []
    refused = [
        shop.post(f"{run}/pairings", json=BOOKS),
        shop.delete(f"{run}/pairings", params=BOOKS),
        shop.post(f"{run}/pairings/swap", json={"add": [], "remove": [BOOKS]}),
    ]
    assert [codes(answer) for answer in refused] == [["role_may_not"]] * 3


def test_a_list_of_pairings_costs_the_same_for_one_and_for_three(world: World, organiser: TestClient) -> None:
    run = finish(organiser)
    counts = []
    for limit in (1, 3):
        with Statements(world.database) as sent:
            assert len(organiser.get(f"{run}/pairings", params={"limit": limit}).json()) == limit
        counts.append(sent.count)
    assert counts[0] == counts[1] < 8
    page = organiser.get(f"{run}/pairings", params={"limit": 2})
    rest = organiser.get(page.headers["Link"].partition(">")[0].removeprefix("<"))
    assert [pairing["offer"] for pairing in (*page.json(), *rest.json())] == ["advice", "brush", "paint"]


def test_every_change_is_in_the_audit(world: World, organiser: TestClient) -> None:
    run = finish(organiser)
    organiser.delete(f"{run}/pairings", params=BOOKS, headers=etag(organiser, run))
    with world.database.read() as session:
        assert list(find_breaks(session)) == []
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.chain == "m1").order_by(AuditEntry.number)).all()
    assert actions == ["create_market", "request_run", "finish_run", "adjust_run"]
