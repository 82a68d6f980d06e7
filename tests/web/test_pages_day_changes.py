"""What people read about the live plan: the list for the staff, the news on one's own page, the interface."""

from datetime import timedelta
from typing import Any

from fastapi.testclient import TestClient

from live_world import LiveMarket, make_live
from marktplatz.db.models import PlanChange
from marktplatz.vocabulary import Role
from marktplatz.wording import translate
from marktplatz.wording.plan_changes import CALCULATED, CAUSES, MARKET_CHANGED, OWN_PAIRS, OWN_TALKS, PAIRS, TALKS, cause_text
from run_world import URL, Statements, as_participant, not_started
from service_fixtures import World

PAGE = "/organise/m1/day/changes"
TALK = {"change": "came", "round": 2, "table": 1, "organisations": ["c2", "n1"]}
MOVED = {"change": "moved", "round": 3, "table": 2, "organisations": ["c3", "n3"], "before": {"round": 1, "table": 3}}
WENT = {"change": "went", "offer": "c1.paint", "need": "n1.walls", "giver": "c1", "taker": "n1", "why": "cause"}
CAME = {"change": "came", "offer": "c3.advice", "need": "n1.walls", "giver": "c3", "taker": "n1", "why": "fills"}


def make_quiet(world: World, **settings: Any) -> LiveMarket:
    """Published and in its evening, on a service that is not at work, so that nothing changes by itself."""
    return make_live(not_started(world.database, world.clock, **settings), rounds=0)


def add_change(live: LiveMarket, number: int = 1, **fields: Any) -> None:
    made: dict[str, Any] = {
        "causes": [{"code": "absent", "organisation": "c1"}],
        "pairs": [WENT, CAME],
        "talks": [TALK, MOVED],
        "is_proven": True,
        "solve_ms": 12,
        "run_id": live.run_id,
        "at": live.world.clock.now + timedelta(minutes=number),
    }
    with live.world.database.write("m1") as session:
        session.add(PlanChange(market_id="m1", number=number, **(made | fields)))


def as_page(client: TestClient) -> TestClient:
    client.headers["Accept"] = "text/html"
    return client


def test_the_list_says_what_happened_and_what_it_led_to(world: World) -> None:
    live = make_quiet(world)
    page = as_page(live.staff)
    assert "Noch gilt der Plan" in page.get(PAGE).text
    add_change(live)
    add_change(live, 2, causes=[{"code": "refused", "offer": "c2.brush", "need": "n2.rooms"}], talks=[], is_proven=False)
    text = page.get(PAGE).text
    assert "C1 ist nicht gekommen." in text
    assert "C2 spricht jetzt mit N1: Runde 2, Tisch 1." in text
    assert "C3 und N3 sprechen jetzt in Runde 3 an Tisch 2, statt in Runde 1 an Tisch 3." in text
    assert "wird noch nachgerechnet" in text
    assert text.index('id="change-2"') < text.index('id="change-1"')


def test_the_list_can_be_asked_for_one_organisation(world: World) -> None:
    live = make_quiet(world)
    add_change(live)
    add_change(live, 2, causes=[], pairs=[], talks=[{**TALK, "organisations": ["c4", "n4"]}])
    text = as_page(live.staff).get(PAGE, params={"organisation": "c4"}).text
    assert ('id="change-2"' in text, 'id="change-1"' in text) == (True, False)
    assert "Der Plan wurde nachgerechnet." in text


def test_the_list_asks_the_database_equally_often_for_one_change_and_for_many(world: World) -> None:
    live = make_quiet(world)
    add_change(live)
    page = as_page(live.staff)
    page.get(PAGE)
    with Statements(world.database) as one:
        page.get(PAGE)
    for number in range(2, 60):
        add_change(live, number)
    with Statements(world.database) as many:
        answer = page.get(PAGE)
    assert many.count == one.count
    assert len(answer.content) < 100_000


def test_my_page_says_what_is_new_for_me(world: World) -> None:
    live = make_quiet(world)
    add_change(live)
    mine = as_page(as_participant(live.world, "n1"))
    text = mine.get("/m/m1/me/timetable").text
    assert "Neu seit 10:01" in text
    assert "C1 ist nicht gekommen." in text
    assert "Runde 2, Tisch 1: Sie sprechen jetzt mit C2." in text
    assert "Neuer Vorschlag für Sie: C3" in mine.get("/m/m1/me/proposals").text
    assert "N3" not in text
    others = as_page(as_participant(live.world, "n4"))
    assert "Neu seit" not in others.get("/m/m1/me/timetable").text


def test_nobody_is_told_who_refused_them(world: World) -> None:
    live = make_quiet(world)
    refused = {"code": "refused", "offer": "c1.paint", "need": "n1.walls"}
    add_change(live, causes=[refused, {"code": "agreed", "organisation": "c3", "offer": "c3.advice", "need": "n3.yard"}])
    participant = as_participant(live.world, "n1")
    assert participant.get(f"{URL}/plan-changes").json()[0]["causes"] == []
    text = as_page(participant).get("/m/m1/me/timetable").text
    assert "kommen nicht zusammen" not in text
    assert "Nicht mehr vorgeschlagen: C1" in as_page(participant).get("/m/m1/me/proposals").text


def test_programs_read_the_changes_in_their_order(world: World) -> None:
    live = make_quiet(world)
    for number in (1, 2, 3):
        add_change(live, number)
    first = live.staff.get(f"{URL}/plan-changes", params={"limit": 2})
    assert [change["number"] for change in first.json()] == [1, 2]
    assert first.json()[0]["talks"][1]["before"] == {"round": 1, "table": 3}
    following = live.staff.get(first.links["next"]["url"])
    assert [change["number"] for change in following.json()] == [3]
    assert live.staff.get(f"{URL}/plan-changes", params={"organisation": "n4"}).json() == []


def test_helpers_read_the_list_on_the_day_only(world: World) -> None:
    live = make_quiet(world)
    helper = live.world.as_token(Role.HELPER)
    assert as_page(helper).get(PAGE).status_code == 200
    assert live.world.as_token(Role.SCREEN).get(f"{URL}/plan-changes").status_code == 403


def test_every_sentence_about_a_change_has_its_english() -> None:
    said = [
        *CAUSES.values(),
        *PAIRS.values(),
        *TALKS.values(),
        *OWN_PAIRS.values(),
        *OWN_TALKS.values(),
        MARKET_CHANGED,
        CALCULATED,
    ]
    assert [text for text in said if translate(text, "en") == text] == []


def test_a_cause_that_names_nobody_is_told_of_the_market() -> None:
    def name(id_: str) -> str:
        return id_.title()

    assert cause_text({"code": "entries"}, name, name) == "Die Angaben zum Marktplatz haben sich geändert."
    assert cause_text({"code": "left", "organisation": "bank"}, name, name) == "Bank ist gegangen."
    agreed = {"code": "agreed", "organisation": "bank", "offer": "paint", "need": "walls"}
    assert cause_text(agreed, name, name) == "„Paint“ für „Walls“ ist vereinbart."
