"""A timetable changed by hand on its page: moved, swapped, added, taken out, taken back; what breaks a rule is refused by name."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from marktplatz.db.models import AuditEntry
from marktplatz.market import Market
from marktplatz.usecases.audit import find_breaks
from marktplatz.usecases.timetable_changes import Talk
from marktplatz.vocabulary import Role
from organiser_world import count_queries, fields_of, sign_in
from radar_world import plant_large_market
from service_fixtures import World
from timetable_world import find_faults, plant_timetable, talks_of, version_of
from workbench_world import bench_market, plant_run

ROOT = "/organise/m1/matching/timetables"


@pytest.fixture
def market() -> Market:
    return bench_market()


@pytest.fixture
def timetable(world: World, market: Market) -> str:
    """Four rounds and three tables, which is more than the seven conversations need."""
    return plant_timetable(world, plant_run(world, market), rounds=4)


@pytest.fixture
def browser(world: World, timetable: str) -> TestClient:
    del timetable
    return sign_in(world, world.make_account("chefin@example.org", m1=Role.ORGANISER))


def change(browser: TestClient, timetable: str, deed: str, talk: Talk | tuple[str, str], **fields: Any) -> Any:
    first, second = talk.organisations if isinstance(talk, Talk) else talk
    hidden = fields_of(browser.get(f"{ROOT}/{timetable}/publish").text)
    sent = hidden | {"deed": deed, "first": first, "second": second} | {name: str(value) for name, value in fields.items()}
    return browser.post(f"{ROOT}/{timetable}/change", data=sent)


def find_free(talks: list[Talk], own: Talk) -> tuple[int, int]:
    """A place where both are free and nobody sits."""
    for round_ in range(1, 5):
        busy = {each for talk in talks if talk.round == round_ and talk is not own for each in talk.organisations}
        taken = {talk.table for talk in talks if talk.round == round_}
        if not busy & set(own.organisations):
            for table in range(1, 4):
                if table not in taken:
                    return round_, table
    raise AssertionError("no free place")


def patch(world: World, path: str, **values: Any) -> None:
    answer = world.as_owner().patch(f"/api/v1/markets/m1{path}", json=values, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text


def count_audit(world: World) -> int:
    with world.database.read() as session:
        return session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def test_a_conversation_moves_and_the_move_is_taken_back(world: World, browser: TestClient, timetable: str) -> None:
    before = talks_of(world, timetable)
    talk = before[0]
    round_, table = find_free(before, talk)
    answer = change(browser, timetable, "move", talk, round=round_, table=table)
    assert answer.status_code == 200, answer.text
    assert "Das Gespräch ist verlegt." in answer.text
    assert "Zuletzt von Hand geändert von chefin@example.org" in answer.text
    after = talks_of(world, timetable)
    assert set(after) - set(before) == {Talk(round_, table, talk.organisations)}
    assert set(before) - set(after) == {talk}
    assert find_faults(world, timetable) == []
    answer = change(browser, timetable, "undo", talk)
    assert "Die letzte Änderung von Hand ist zurückgenommen." in answer.text
    assert "Zuletzt von Hand geändert" not in answer.text
    assert talks_of(world, timetable) == before
    assert change(browser, timetable, "undo", talk).status_code == 409
    with world.database.read() as session:
        assert list(find_breaks(session)) == []


def test_two_conversations_change_places(world: World, browser: TestClient, timetable: str) -> None:
    talks = talks_of(world, timetable)
    one = talks[0]
    page = browser.get(f"{ROOT}/{timetable}/change", params={"first": one.organisations[0], "second": one.organisations[1]}).text
    other = next(talk for talk in talks if json.dumps(list(talk.organisations)).replace('"', "&#34;") in page)
    answer = change(browser, timetable, "swap", one, other=json.dumps(other.organisations))
    assert "haben die Plätze getauscht" in answer.text
    after = talks_of(world, timetable)
    assert Talk(other.round, other.table, one.organisations) in after
    assert Talk(one.round, one.table, other.organisations) in after
    assert len(after) == len(talks)
    assert find_faults(world, timetable) == []


def test_every_swap_that_is_offered_works(world: World, browser: TestClient, timetable: str) -> None:
    talks = talks_of(world, timetable)
    offered = 0
    for one in talks:
        who = one.organisations
        page = browser.get(f"{ROOT}/{timetable}/change", params={"first": who[0], "second": who[1]}).text
        options = [talk for talk in talks if f'value="{json.dumps(list(talk.organisations))}"'.replace('"', "&#34;")[11:-5] in page]
        for other in [talk for talk in options if talk is not one]:
            assert change(browser, timetable, "swap", one, other=json.dumps(other.organisations)).status_code == 200
            assert change(browser, timetable, "undo", one).status_code == 200
            offered += 1
    assert offered
    assert talks_of(world, timetable) == talks


def test_a_conversation_is_taken_out_and_another_is_added(world: World, browser: TestClient, timetable: str) -> None:
    talk = talks_of(world, timetable)[0]
    answer = change(browser, timetable, "remove", talk)
    assert "aus dem Ablauf genommen" in answer.text
    assert talk not in talks_of(world, timetable)
    assert find_faults(world, timetable) == []
    page = browser.get(f"{ROOT}/{timetable}/change", params={"first": talk.organisations[0], "second": talk.organisations[1]}).text
    assert "Ein Gespräch hinzufügen" in page
    answer = change(browser, timetable, "add", talk, round=talk.round, table=talk.table)
    assert "Das Gespräch ist im Ablauf." in answer.text
    assert talk in talks_of(world, timetable)
    assert find_faults(world, timetable) == []


def test_what_breaks_a_rule_is_refused_by_its_name_and_changes_nothing(world: World, browser: TestClient, timetable: str) -> None:
    talks = talks_of(world, timetable)
    one = talks[0]
    taken = next(talk for talk in talks if not set(talk.organisations) & set(one.organisations) and talk.round != one.round)
    busy = next(talk for talk in talks if talk is not one and set(talk.organisations) & set(one.organisations))
    audit = count_audit(world)

    def refuse(deed: str, who: Talk | tuple[str, str], words: str, status: int = 409, **fields: Any) -> None:
        answer = change(browser, timetable, deed, who, **fields)
        assert answer.status_code == status, answer.text
        assert words in answer.text, words

    free = next(table for table in range(1, 4) if (busy.round, table) not in {(talk.round, talk.table) for talk in talks})
    refuse("move", one, f"In Runde {busy.round} schon im Gespräch", round=busy.round, table=free)
    refuse("move", one, f"Tisch {taken.table} ist in Runde {taken.round} vergeben", round=taken.round, table=taken.table)
    refuse("move", one, "Der Ablauf hat die Runden 1 bis 4.", round=9, table=1)
    refuse("move", one, "Der Ablauf hat die Tische 1 bis 3.", round=one.round, table=4)
    refuse("move", one, "Bitte Runde und Tisch wählen.", 422, round="bald", table="")
    refuse("add", one, "Reden in diesem Ablauf schon miteinander", round=one.round, table=one.table)
    refuse("add", ("bank", "firm"), "nichts, worüber sie reden könnten", round=1, table=1)
    refuse("swap", one, "Bitte ein Gespräch zum Tauschen wählen.", 422, other="x")
    refuse("remove", ("bank", "home"), "gibt es in diesem Ablauf kein Gespräch", 404)
    assert change(browser, timetable, "burn", one).status_code == 404
    assert talks_of(world, timetable) == talks
    assert count_audit(world) == audit
    round_, table = find_free(talks, one)
    organisation = f"/organisations/{one.organisations[0]}"
    patch(world, organisation, absent_rounds=[round_])
    refuse("move", one, f"In Runde {round_} nicht da", round=round_, table=table)
    patch(world, organisation, absent_rounds=[], table=one.table)
    if table != one.table:
        refuse("move", one, f"Hat einen festen Tisch und nicht Tisch {table}", round=round_, table=table)
    patch(world, organisation, table=None)
    patch(world, "", break_rounds=[round_])
    refuse("move", one, f"In Runde {round_} ist Pause für alle.", round=round_, table=table)
    assert talks_of(world, timetable) == talks


def test_what_was_broken_before_does_not_stand_in_the_way_and_is_told(world: World, browser: TestClient, timetable: str) -> None:
    talks = talks_of(world, timetable)
    one = talks[0]
    late = next(talk for talk in talks if not set(talk.organisations) & set(one.organisations))
    patch(world, f"/organisations/{late.organisations[0]}", absent_rounds=[late.round])
    page = browser.get(f"{ROOT}/{timetable}").text
    assert "Was so nicht mehr geht:" in page
    assert f"In Runde {late.round} nicht da" in page
    round_, table = find_free(talks, one)
    if round_ != late.round:
        assert change(browser, timetable, "move", one, round=round_, table=table).status_code == 200


def test_two_organisers_at_once_are_told_of_each_other(world: World, browser: TestClient, timetable: str) -> None:
    talk = talks_of(world, timetable)[0]
    other = sign_in(world, world.make_account("zweite@example.org", m1=Role.ORGANISER))
    page = browser.get(f"{ROOT}/{timetable}/change", params={"first": talk.organisations[0], "second": talk.organisations[1]}).text
    assert change(other, timetable, "remove", talk).status_code == 200
    state = version_of(world, timetable)
    hidden = {name: value for name, value in fields_of(page).items() if name in ("form_token", "once", "version")}
    sent = hidden | {"deed": "remove", "first": talk.organisations[0], "second": talk.organisations[1]}
    answer = browser.post(f"{ROOT}/{timetable}/change", data=sent)
    assert answer.status_code == 409
    assert "Inzwischen hat zweite@example.org hier etwas geändert." in answer.text
    assert version_of(world, timetable) == state


def test_the_partners_on_offer_are_those_with_something_to_talk_about(browser: TestClient, timetable: str) -> None:
    page = browser.get(f"{ROOT}/{timetable}/change").text
    assert "Wählen Sie zwei Organisationen." in page
    page = browser.get(f"{ROOT}/{timetable}/change?first=shop").text
    choice = page[page.index('id="c-second"') :].partition("</select>")[0]
    assert 'value="home"' in choice
    assert 'value="zoo"' not in choice
    assert browser.get(f"{ROOT}/{timetable}/change?first=nobody").status_code == 404
    assert browser.get(f"{ROOT}/gone/change").status_code == 404


def test_a_town_costs_as_many_queries_as_a_hamlet(world: World) -> None:
    small = plant_timetable(world, plant_run(world, bench_market()))
    plant_large_market(world, "m2", 100)
    large = plant_timetable(world, plant_run(world, None, "m2"), rounds=9, tables=50, market_id="m2")
    browser = sign_in(world, world.make_account("chefin@example.org", m1=Role.ORGANISER, m2=Role.ORGANISER))
    for path in ("", "/change", "/change?first={0}&second={1}"):
        counts = []
        for market, timetable in (("m1", small), ("m2", large)):
            who = talks_of(world, timetable, market)[0].organisations
            address = f"/organise/{market}/matching/timetables/{timetable}{path.format(*who)}"
            counts += [count_queries(world, browser, address) for _ in range(2)]
        assert counts[1] == counts[3], path


def test_whoever_comes_with_two_may_talk_twice_at_once_and_sees_both(world: World, browser: TestClient, timetable: str) -> None:
    patch(world, "/organisations/bank", representatives=2)
    talks = talks_of(world, timetable)
    one, other = [talk for talk in talks if "bank" in talk.organisations][:2]
    partner = next(each for each in one.organisations if each != "bank")
    taken = {talk.table for talk in talks if talk.round == other.round}
    if any(partner in talk.organisations for talk in talks if talk.round == other.round):
        one, other = other, one
        taken = {talk.table for talk in talks if talk.round == other.round}
    table = min(set(range(1, 4)) - taken)
    assert change(browser, timetable, "move", one, round=other.round, table=table).status_code == 200
    assert find_faults(world, timetable) == []
    preview = browser.get(f"{ROOT}/{timetable}/publish?organisation=bank").text
    rows = preview[preview.index("<tbody>") : preview.index("</tbody>")]
    assert rows.count(f'<th scope="row" class="number">{other.round}</th>') == 2
