"""The what-if page: both plans side by side, nothing changed before it is taken over, and then exactly that."""

import re

from sqlalchemy import func, select
from test_pages_workbench import begin

from marktplatz.db.models import AuditEntry, MarketRecord, OrganisationRecord, Run
from marktplatz.vocabulary import Attendance, Role, RunStatus
from organiser_world import MOST_BYTES, fields_of
from run_world import wait_until
from service_fixtures import World
from workbench_world import bench_market, plant_run

URL = "/organise/m1/matching/what-if"


def count(world: World) -> tuple[int, int]:
    with world.database.read() as session:
        return tuple(session.scalar(select(func.count()).select_from(kind)) or 0 for kind in (AuditEntry, Run))  # type: ignore[return-value]


def test_somebody_who_is_missing_is_shown_beside_the_present_plan_and_changes_nothing(world: World) -> None:
    run_id = plant_run(world, bench_market())
    browser = begin(world)
    before = count(world)
    page = browser.get(URL, params={"run": run_id, "absent": "shop", "go": "1"})
    assert page.status_code == 200, page.text
    assert len(page.content) < MOST_BYTES
    row = re.search(r"Unternehmen, die einen Partner haben</th>(.*?)</tr>", page.text)
    assert row is not None
    assert re.findall(r">([^<>]+)</td>", row[1]) == ["3", "2", "−1"]
    assert "Dann ohne Partner" in page.text
    assert "nur in einem der Pläne dabei" in page.text
    assert count(world) == before


def test_taking_over_changes_the_market_and_asks_for_a_run(world: World) -> None:
    run_id = plant_run(world, bench_market())
    browser = begin(world)
    asked = {"run": run_id, "absent": "shop", "weight.content": "100", "max_agreements": "2"}
    page = browser.get(URL, params={**asked, "go": "1"})
    assert page.status_code == 200, page.text
    assert "nicht vergleichen" in page.text
    sent = fields_of(page.text) | asked
    answer = browser.post(URL, data=sent, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    with world.database.read() as session:
        market = session.get_one(MarketRecord, "m1")
        assert market.max_agreements == 2
        assert market.weights == {"content": 100}
        assert session.get_one(OrganisationRecord, ("m1", "shop")).attendance is Attendance.CANCELLED
        (made,) = session.scalars(select(Run).where(Run.id != run_id))
        assert made.parameters["previous"] == run_id
        made_id = made.id

    def is_done() -> bool:
        with world.database.read() as session:
            return session.get_one(Run, ("m1", made_id)).status is RunStatus.DONE

    wait_until(is_done)


def test_somebody_thought_up_is_shown_and_not_taken_over(world: World) -> None:
    run_id = plant_run(world, bench_market())
    browser = begin(world)
    asked = {"run": run_id, "new_title": "Zäune streichen", "new_side": "offer", "new_kind": "company"}
    page = browser.get(URL, params={**asked, "go": "1"}).text
    assert "nur gedacht" in page
    assert "So übernehmen" not in page
    before = count(world)
    refused = browser.post(
        URL, data=fields_of(page) | asked | {"form_token": fields_of(browser.get("/organise/m1/outbox/write").text)["form_token"]}
    )
    assert refused.status_code == 409
    assert count(world) == before


def test_what_others_change_meanwhile_is_not_changed_back(world: World) -> None:
    run_id = plant_run(world, bench_market())
    browser = begin(world)
    page = browser.get(URL, params={"run": run_id, "max_agreements": "2", "weight.content": "450", "go": "1"}).text
    sent = fields_of(page[page.index('form method="post" action="' + URL) :])
    assert {"run", "max_agreements", "form_token", "once"} == set(sent)
    with world.database.write("m1") as session:
        session.get_one(MarketRecord, "m1").max_distance_km = 12
    assert browser.post(URL, data=sent, follow_redirects=False).status_code == 303
    with world.database.read() as session:
        market = session.get_one(MarketRecord, "m1")
        assert (market.max_agreements, market.max_distance_km) == (2, 12)


def test_several_things_are_thought_of_at_once_and_taken_over_together(world: World) -> None:
    run_id = plant_run(world, bench_market())
    browser = begin(world)
    more = browser.get(URL, params={"run": run_id, "absent": ["shop", ""], "more": "absent"})
    assert more.status_code == 200
    assert more.text.count('name="absent"') == 3
    assert "Die beiden Pläne" not in more.text
    asked = {"absent": ["shop", "", "zoo"], "maximum_of": ["bank", "", "firm"], "maximum": ["1", "", "2"], "weight.content": "100"}
    page = browser.get(URL, params={"run": run_id, **asked, "go": "1"})
    assert page.status_code == 200, page.text
    assert len(page.content) < MOST_BYTES
    assert page.text.count('name="maximum_of"') == 3 + 3  # with an empty line, and kept for taking over
    assert re.search(r'<th scope="row">Kinderheim</th><td>Kontor Nord</td><td><span class="soft">niemand', page.text)
    sent = fields_of(page.text) | asked
    assert browser.post(URL, data=sent, follow_redirects=False).status_code == 303
    with world.database.read() as session:
        told = {key: session.get_one(OrganisationRecord, ("m1", key)) for key in ("shop", "zoo", "bank", "firm")}
        assert {told[key].attendance for key in ("shop", "zoo")} == {Attendance.CANCELLED}
        assert [told[key].max_agreements for key in ("bank", "firm")] == [1, 2]
    wrong = browser.get(URL, params={"run": run_id, "maximum_of": ["bank"], "maximum": ["viel"], "go": "1"})
    assert wrong.status_code == 422
    assert 'id="f-maximum-error"' in wrong.text


def test_what_cannot_be_thought_is_said(world: World) -> None:
    run_id = plant_run(world, bench_market())
    browser = begin(world)
    nothing = browser.get(URL, params={"run": run_id, "go": "1"})
    assert nothing.status_code == 422
    assert "Noch ist alles wie jetzt." in nothing.text
    wrong = browser.get(URL, params={"run": run_id, "max_agreements": "viele", "go": "1"})
    assert wrong.status_code == 422
    assert "„viele“ ist keine ganze Zahl" in wrong.text
    assert browser.get(URL, params={"run": run_id, "absent": "nobody", "go": "1"}).status_code == 404


def test_others_do_not_think(world: World) -> None:
    run_id = plant_run(world, bench_market())
    assert begin(world, "makler@example.org", Role.BROKER).get(URL, params={"run": run_id}).status_code == 403


def test_who_opens_the_page_finds_the_market_known_to_the_process_that_answers(world: World) -> None:
    plant_run(world, bench_market())
    thinker = world.app.state.service.thinker
    assert thinker.pid is None
    assert begin(world).get(URL).status_code == 200
    wait_until(lambda: thinker.pid is not None)
