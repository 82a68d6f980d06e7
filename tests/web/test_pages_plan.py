"""The pages about matching: what a run would be made of, starting and following it, the plan and all its parts."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from factories import make_need, make_nonprofit, make_offer, make_organisation
from marktplatz.db.models import EntryRecord, OrganisationRecord, OutboxMessage, PairRecord, Person, Representation, Run
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.runs import Wanted, request_run
from marktplatz.vocabulary import Attendance, PairStatus, Phase, Role, RunStatus, SolvePhase, Standing
from organiser_world import count_queries, fields_of, sign_in
from radar_world import plant_large_market
from run_world import as_participant, finish, plant, small_market, wait_until
from service_fixtures import World

ROOT = "/organise/m1/matching"


def make_browser(world: World) -> TestClient:
    return sign_in(world, world.make_account("chefin@example.org", m1=Role.ORGANISER))


@pytest.fixture
def browser(world: World) -> TestClient:
    """The organiser of a small market: a shop's second offer fits nobody, and a club wants what nobody has."""
    market = small_market()
    more = {
        "organisations": (*market.organisations, make_nonprofit("lost"), make_organisation("quiet")),
        "needs": (*market.needs, make_need("moon", "lost", title="Reise zum Mond", category="access")),
        "offers": (*market.offers, make_offer("van", "shop", title="Lieferwagen", category="space_logistics")),
    }
    plant(world, market.model_copy(update=more))
    return make_browser(world)


def run_of(world: World) -> str:
    """The id of a run that is done."""
    return finish(world.as_owner()).rpartition("/")[2]


def post(browser: TestClient, path: str, **fields: str) -> Any:
    page = browser.get(ROOT)
    return browser.post(path, data=fields_of(page.text) | fields)


def put(world: World, kind: type[Any], key: str, **fields: Any) -> None:
    with world.database.write("m1") as session:
        record = session.get_one(kind, ("m1", key))
        for name, value in fields.items():
            setattr(record, name, value)


def status_of(world: World) -> str:
    with world.database.read() as session:
        return str(session.query(Run).order_by(Run.created_at.desc()).first().status)  # type: ignore[union-attr]


def test_before_a_run_it_is_said_in_numbers_what_it_is_made_of(world: World, browser: TestClient) -> None:
    page = browser.get(ROOT).text
    assert "Bedarf 4, Angebote 4." in page
    assert "Für ein Gesuch gibt es kein mögliches Angebot." in page
    assert "„Reise zum Mond“" in page
    assert 'href="/organise/m1/registrations/lost"' in page
    assert "Eine Organisation hat keinen Eintrag, der dabei ist:" in page
    put(world, OrganisationRecord, "bank", attendance=Attendance.CANCELLED)
    put(world, OrganisationRecord, "firm", standing=Standing.WAITING)
    put(world, EntryRecord, "walls", standing=Standing.SUBMITTED)
    world.as_owner().patch("/api/v1/markets/m1", json={"max_agreements": 3}, headers={"If-Match": "*"})  # something has changed
    page = browser.get(ROOT).text
    assert "Bedarf 3, Angebote 2." in page
    assert "Eine Organisation hat abgesagt und ist nicht dabei." in page
    assert "Eine Organisation steht auf der Warteliste." in page
    assert "Eine Anmeldung oder ein Eintrag wartet auf Freigabe" in page


def test_a_run_is_started_followed_and_looked_at(world: World, browser: TestClient) -> None:
    answer = post(browser, ROOT, stay_bonus="0", time_limit_s="30")
    assert answer.status_code == 200
    assert "Der Lauf ist angefordert." in answer.text
    wait_until(lambda: status_of(world) == RunStatus.DONE)
    part = browser.get(f"{ROOT}/progress").text
    assert "data-poll" not in part
    assert "höchstens 30 Sekunden" in part
    (plan,) = set(re.findall(rf'href="({ROOT}/runs/[^"/]+)"', part))
    page = browser.get(plan).text
    assert "Bewiesen: Mehr Organisationen lassen sich nicht versorgen" in page
    assert "von chefin@example.org" in part


def test_what_is_typed_wrong_is_told_beside_its_field(browser: TestClient) -> None:
    answer = post(browser, ROOT, time_limit_s="viel", stay_bonus="0")
    assert answer.status_code == 422
    assert 'id="f-time_limit_s-error"' in answer.text
    assert 'value="viel"' in answer.text


def test_a_run_may_stay_close_to_an_earlier_one(world: World, browser: TestClient) -> None:
    run = run_of(world)
    assert f'<option value="{run}" selected>' in browser.get(f"{ROOT}?previous={run}").text
    page = post(browser, ROOT, previous=run, stay_bonus="5").text
    assert "nah am früheren Plan, 5 Punkte je behaltenem Paar" in page
    assert post(browser, ROOT, previous="gone").status_code == 422


def test_pins_that_cannot_hold_together_are_named(world: World, browser: TestClient) -> None:
    with world.database.write("m1") as session:
        pin = {"market_id": "m1", "offer_id": "paint", "status": PairStatus.PINNED, "created_at": world.clock.now}
        session.add_all(PairRecord(need_id=need, **pin) for need in ("walls", "rooms"))
    post(browser, ROOT)
    wait_until(lambda: status_of(world) == RunStatus.REFUSED)
    (plan,) = set(re.findall(rf'href="({ROOT}/runs/[^"/]+)"', browser.get(ROOT).text))
    page = browser.get(plan).text
    assert "2 feste Paare, aber nur 1 Plätze" in page
    assert "Veröffentlichen …" not in page


def test_a_run_is_stopped(world: World, browser: TestClient) -> None:
    with world.database.write("m1") as session:
        made: dict[str, Any] = {"author": "system", "versions": {}, "input_sha256": "", "created_at": world.clock.now}
        parameters = {"previous": None, "previous_pairs": [], "stay_bonus": 0, "time_limit_s": None, "language": "de"}
        session.add(Run(market_id="m1", id="r1", status=RunStatus.RUNNING, parameters=parameters, **made))
    assert f'data-poll="{ROOT}/progress?page=1"' in browser.get(ROOT).text
    answer = post(browser, f"{ROOT}/runs/r1/cancel")
    assert "Der Lauf ist angehalten." in answer.text
    assert post(browser, f"{ROOT}/runs/r1/cancel").status_code == 409


def test_the_plan_tells_who_is_served_and_how_fair_it_is(world: World, browser: TestClient) -> None:
    page = browser.get(f"{ROOT}/runs/{run_of(world)}").text
    assert re.search(r"<b>3 <span class=\"soft\">/ 4</span></b>", page)
    row = re.search(r"Gemeinnützige, alle</span></th>\s*((?:<td class=\"number\">\d+</td>)+)", page)
    assert row is not None
    assert re.findall(r"\d+", row[1]) == ["1", "3", "0", "4"]
    assert "2 Organisationen haben in diesem Plan niemanden." in page


def test_proposals_are_shown_by_organisation_with_reasons_and_found(world: World, browser: TestClient) -> None:
    base = f"{ROOT}/runs/{run_of(world)}"
    page = browser.get(f"{base}/pairings").text
    assert "6 Organisationen mit Vorschlägen" in page
    assert "„Beratung zur Buchhaltung“ → „Hilfe bei der Buchhaltung“" in page
    assert f'href="{base}/workbench?organisation=home"' in page
    found = browser.get(f"{base}/pairings?q=buchhaltung&kind=company").text
    assert "Eine Organisation mit Vorschlägen" in found
    assert "Nichts gefunden" in browser.get(f"{base}/pairings?q=xyz").text


def test_who_has_nobody_is_told_why(world: World, browser: TestClient) -> None:
    page = browser.get(f"{ROOT}/runs/{run_of(world)}/alone").text
    assert "2 Organisationen ohne Partner" in page
    assert "hat weder ein Angebot noch ein Gesuch eingetragen" in page
    assert 'href="/organise/m1/registrations/quiet"' in page


def test_the_picture_has_a_table_that_says_the_same(world: World, browser: TestClient) -> None:
    page = browser.get(f"{ROOT}/runs/{run_of(world)}/picture").text
    assert page.count('<path class="plan-line company"') == 3
    assert page.count(' none"') == 2 + 2  # two in the picture, two in its legend
    assert re.search(r">Shop</span></th>\s*<td>Home</td>", page, re.IGNORECASE)


def test_a_plan_is_marked_when_the_market_has_changed(world: World, browser: TestClient) -> None:
    base = f"{ROOT}/runs/{run_of(world)}"
    assert "hat sich am Marktplatz etwas geändert" not in browser.get(base).text
    assert world.as_owner().delete("/api/v1/markets/m1/offers/van", headers={"If-Match": "*"}).status_code < 300
    assert "hat sich am Marktplatz etwas geändert" in browser.get(base).text


def test_a_broker_sees_the_published_plan_without_the_reasons_of_those_alone(world: World, browser: TestClient) -> None:
    run = run_of(world)
    broker = sign_in(world, world.make_account("makler@example.org", m1=Role.BROKER))
    assert broker.get(f"{ROOT}/runs/{run}").status_code == 404
    assert "Noch kein Lauf" in broker.get(ROOT).text
    world.as_owner().post(f"/api/v1/markets/m1/runs/{run}/publish")
    assert broker.get(f"{ROOT}/runs/{run}").status_code == 200
    page = broker.get(f"{ROOT}/runs/{run}/alone").text
    assert "quiet" in page.casefold()
    assert "hat weder ein Angebot" not in page
    assert broker.post(ROOT, data=fields_of(browser.get(ROOT).text)).status_code == 403
    world.move("m1", Phase.DRAFT)
    assert broker.get(ROOT).status_code in (404, 409)


def give_contact(world: World, organisation: str) -> None:
    """Somebody with an address, who stands for it."""
    with world.database.write("m1") as session:
        mail = f"{organisation}@example.org"
        session.add(Person(market_id="m1", id=f"p-{organisation}", name="Kim", email=mail, created_at=world.clock.now))
        session.flush()
        key = {"market_id": "m1", "person_id": f"p-{organisation}", "is_contact": True}
        session.add(Representation(organisation_id=organisation, **key))


def held(world: World) -> list[tuple[str, str | None]]:
    with world.database.read() as session:
        return [(each.kind, each.recipient) for each in session.scalars(select(OutboxMessage))]


def test_publishing_shows_beforehand_what_each_will_read_and_writes_only_what_was_confirmed(
    world: World, browser: TestClient
) -> None:
    give_contact(world, "home")
    give_contact(world, "quiet")
    base = f"{ROOT}/runs/{run_of(world)}"
    page = browser.get(f"{base}/publish?organisation=shop").text
    assert "Was Shop liest" in page
    assert "home@example.org" in page
    assert re.search(r"<b>6</b>Organisationen sehen Vorschläge", page)
    assert "Einer Person schreiben" in page
    preview = page[page.index('<article class="card"') : page.rindex("</article>")]
    answer = browser.post(f"{base}/publish", data=fields_of(page) | {"mails": "on", "expected": "7"})
    assert answer.status_code == 409
    assert held(world) == []
    answer = browser.post(f"{base}/publish", data=publish_fields(page) | {"mails": "on"})
    assert "Der Plan ist veröffentlicht. Die Mails liegen im Postausgang bereit" in answer.text
    assert held(world) == [("proposals_published", "home@example.org")]
    assert preview in as_participant(world, "shop").get("/m/m1/me/proposals", headers={"Accept": "text/html"}).text


@pytest.mark.usefixtures("browser")
def test_programs_publish_with_mails_that_they_have_counted(world: World) -> None:
    give_contact(world, "home")
    owner, run = world.as_owner(), f"/api/v1/markets/m1/runs/{run_of(world)}"
    assert owner.get(f"{run}/audience").json() == {"organisations": 6, "proposals": 3, "without": 2, "mails": 1}
    assert owner.post(f"{run}/publish?mails=2").status_code == 409
    assert owner.get(run).json()["published_at"] is None
    assert owner.post(f"{run}/publish?mails=1").json()["published_at"] is not None
    assert held(world) == [("proposals_published", "home@example.org")]


def publish_fields(page: str) -> dict[str, str]:
    """Of the first form that publishes."""
    return fields_of(page[page.index('/publish" class="card"') :].partition("</form>")[0])


def test_two_organisers_who_publish_at_once_are_told_of_each_other(world: World, browser: TestClient) -> None:
    base = f"{ROOT}/runs/{run_of(world)}"
    other = sign_in(world, world.make_account("zweite@example.org", m1=Role.ORGANISER))
    mine, theirs = browser.get(f"{base}/publish").text, other.get(f"{base}/publish").text
    assert other.post(f"{base}/publish", data=publish_fields(theirs)).status_code == 200
    answer = browser.post(f"{base}/publish", data=publish_fields(mine))
    assert answer.status_code == 409
    assert "Inzwischen hat zweite@example.org hier etwas geändert." in answer.text


def test_another_plan_takes_the_place_and_is_withdrawn_again(world: World, browser: TestClient) -> None:
    first, second = run_of(world), run_of(world)
    for run in (first, second):
        page = browser.get(f"{ROOT}/runs/{run}/publish").text
        browser.post(f"{ROOT}/runs/{run}/publish", data=publish_fields(page))
    assert "Er wird dann zurückgezogen" in page
    assert f"compare?a={first}&amp;b={second}" in page
    page = browser.get(f"{ROOT}/runs/{second}/publish").text
    assert "Dieser Plan ist veröffentlicht" in page
    answer = browser.post(f"{ROOT}/runs/{second}/withdraw", data=fields_of(page))
    assert "Der Plan ist zurückgezogen." in answer.text
    assert "Diesen Plan veröffentlichen" in browser.get(f"{ROOT}/runs/{first}/publish").text


def test_two_plans_are_laid_side_by_side(world: World, browser: TestClient) -> None:
    assert browser.get(f"{ROOT}/compare").status_code == 409
    first = run_of(world)
    put(world, OrganisationRecord, "shop", attendance=Attendance.CANCELLED)
    second = run_of(world)
    page = browser.get(f"{ROOT}/compare?a={first}&b={second}").text
    assert "Vorschläge: 2 bleiben, 0 kommen dazu, 1 nicht mehr dabei." in page
    assert "Haben keinen Partner mehr (2)" in page
    assert "Zwischen beiden hat sich der Marktplatz geändert." in page
    assert f'href="{ROOT}/runs/{first}/publish"' in page
    assert "Beide Pläne schlagen dieselben Paare vor." in browser.get(f"{ROOT}/compare?a={first}&b={first}").text


def make_timetable(browser: TestClient, run: str, **fields: str) -> Any:
    page = browser.get(f"{ROOT}/timetables").text
    return browser.post(f"{ROOT}/timetables", data=fields_of(page) | {"run": run, "rounds": "2", "tables": "3"} | fields)


def test_a_run_tells_on_its_page_how_far_it_is(world: World, browser: TestClient) -> None:
    with world.database.write("m1") as session:
        run = request_run(session, world.clock.now, SYSTEM, "m1", Wanted("de"))
        run.status = RunStatus.RUNNING
        base = f"{ROOT}/runs/{run.id}"
    page = browser.get(base).text
    assert re.search(r'<progress max="5" value="0.5" aria-label="Fortschritt des Laufs', page)
    assert "Schritt 1 von 5: beginnt" in page
    assert f'data-poll="{base}/progress"' in page
    with world.database.write("m1") as session:
        session.get_one(Run, ("m1", run.id)).progress = SolvePhase.SOLVING
    for path in (f"{base}/progress", ROOT):
        page = browser.get(path).text
        assert '<progress max="5" value="3.5"' in page
        assert "Schritt 4 von 5: sucht den besten Plan" in page
    with world.database.write("m1") as session:
        session.get_one(Run, ("m1", run.id)).status = RunStatus.CANCELLED
    page = browser.get(f"{base}/progress").text
    assert "data-poll" not in page
    assert "<progress" not in page


def test_a_timetable_is_planned_looked_at_and_published(world: World, browser: TestClient) -> None:
    run = run_of(world)
    answer = make_timetable(browser, run)
    assert "Der Ablauf ist geplant." in answer.text
    base = answer.url.path
    assert re.search(r"<b>3 <span class=\"soft\">/ 3</span></b>Vorschläge kommen an einen Tisch", answer.text)
    ways = browser.get(f"{base}?by=organisations&q=shop").text
    assert "Eine Organisation" in ways
    assert re.search(r"Runde \d, Tisch \d: Home", ways)
    page = browser.get(f"{base}/publish?organisation=shop").text
    assert "Was Shop liest" in page
    assert "Der Plan, zu dem dieser Ablauf gehört, ist nicht veröffentlicht" in page
    preview = page[page.index("<tbody>") : page.index("</tbody>")]
    browser.post(f"{ROOT}/runs/{run}/publish", data=publish_fields(browser.get(f"{ROOT}/runs/{run}/publish").text))
    assert "Der Ablauf ist veröffentlicht." in browser.post(f"{base}/publish", data=fields_of(page)).text
    own = as_participant(world, "shop").get("/m/m1/me/timetable", headers={"Accept": "text/html"}).text
    assert preview in own
    again = browser.get(f"{base}/publish").text
    assert browser.post(f"{base}/publish", data=fields_of(page)).status_code in (200, 409)
    assert "Der Ablauf ist zurückgezogen." in browser.post(f"{base}/withdraw", data=fields_of(again)).text


def test_a_timetable_needs_a_plan_and_numbers(world: World, browser: TestClient) -> None:
    assert "Erst ein Plan, dann die Runden" in browser.get(f"{ROOT}/timetables").text
    run = run_of(world)
    answer = make_timetable(browser, run, rounds="viele")
    assert answer.status_code == 422
    assert 'id="f-rounds-error"' in answer.text
    assert make_timetable(browser, "gone").status_code == 422


def test_two_timetables_are_compared(world: World, browser: TestClient) -> None:
    run = run_of(world)
    one, other = (make_timetable(browser, run, tables=tables).url.path.rpartition("/")[2] for tables in ("3", "1"))
    page = browser.get(f"{ROOT}/timetables/compare?a={one}&b={other}").text
    assert "gar nicht" in page
    assert "2 × 3" in page
    assert browser.get(f"{ROOT}/timetables/compare?a={one}&b=gone").status_code == 404


def test_a_town_costs_as_many_queries_as_a_hamlet(world: World) -> None:
    plant(world, small_market())
    plant_large_market(world, "m2", 100)
    browser = sign_in(world, world.make_account("chefin@example.org", m1=Role.ORGANISER, m2=Role.ORGANISER))
    small, large = run_of(world), finish(world.as_owner(), "/api/v1/markets/m2").rpartition("/")[2]
    for path in ("", "/pairings", "/alone", "/picture", "/publish"):
        counts = [
            count_queries(world, browser, f"/organise/{market}/matching/runs/{run}{path}")
            for market, run in (("m1", small), ("m2", large))
            for _ in range(2)
        ]
        assert counts[1] == counts[3], path
    counts = [count_queries(world, browser, f"/organise/{market}/matching") for market in ("m1", "m2") for _ in range(2)]
    assert counts[1] == counts[3]
