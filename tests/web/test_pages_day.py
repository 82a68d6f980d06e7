"""The page of the day, the wall, the closing figures: what they say, who may do what there, and what they cost."""

import hashlib
import json
import re
from datetime import date

from fastapi.testclient import TestClient
from sqlalchemy import select

from day_world import Day, make_day, submit
from marktplatz.db.models import CheckIn, Evening, Membership, OutboxMessage, Profile
from marktplatz.usecases.closing import hash_of
from marktplatz.vocabulary import CheckInStatus, MessageKind, MessageStatus, Phase, Role, Trading
from organiser_world import count_queries, count_queries_of, fields_of, fill_market, sign_in
from service_fixtures import World

DAY = "/organise/m1/day"
WALL = "/m/m1/wall"


def make_evening(world: World) -> Day:
    """Two rounds of four minutes from 10:00 (UTC+1), which it is now."""
    day = make_day(world, date=date(2027, 3, 1), name="Markt am Rhein")
    with world.database.write("m1") as session:
        profile = session.get_one(Profile, "m1")
        profile.trading, profile.rounds, profile.round_minutes = Trading.ROUNDS_THEN_FREE, 2, 4
        profile.begins, profile.ends = "10:00", "11:30"
    return day


def as_staff(world: World, role: Role) -> TestClient:
    account = world.make_account(f"{role}@example.org")
    with world.database.write() as session:
        session.add(Membership(market_id="m1", account_id=account, role=role))
    return sign_in(world, account)


def turn(browser: TestClient, deed: str, status: int = 200) -> str:
    sent = fields_of(browser.get(DAY).text)
    answer = browser.post(f"{DAY}/clock/{deed}", data=sent)
    assert answer.status_code == status, answer.text
    return answer.text


def certify(world: World, *, number: int = 1) -> None:
    organiser, notary = world.as_token(Role.ORGANISER), world.as_token(Role.NOTARY)
    for _ in range(number):
        made = submit(organiser, services=[{"giver": "bank", "taker": "club", "text": "Wände streichen", "hours": 6, "people": 3}])
        assert notary.post(f"/api/v1/markets/m1/agreements/{made}/certify").status_code == 200


def close(browser: TestClient) -> None:
    for deed in ("open", "free", "close"):
        turn(browser, deed)


def test_the_moderator_leads_the_evening_by_big_buttons(world: World) -> None:
    make_evening(world)
    browser = as_staff(world, Role.MODERATOR)
    page = browser.get(DAY).text
    assert "Noch nicht eröffnet" in page
    assert "Markt eröffnen (Gong)" in page
    assert f'href="{DAY}/stations"' not in page  # that is the organiser's
    assert "Runde 1 starten" in turn(browser, "open")
    page = turn(browser, "start-round")
    assert "Runde 1 von 2" in page
    assert '<p class="clock-time number" data-clock data-zone="Europe/Berlin" role="timer">4:00</p>' in page
    assert "bis 10:04 Uhr" in page
    world.clock.move(minutes=6)
    page = browser.get(DAY).text
    assert re.search(r'role="alert" data-overdue>\s*<strong>Jetzt fällig: Runde 2', page)
    assert "Runde 2 starten" in page


def test_somebody_who_was_slower_is_told_and_sees_how_it_stands(world: World) -> None:
    make_evening(world)
    browser = as_staff(world, Role.MODERATOR)
    stale = fields_of(browser.get(DAY).text)
    turn(browser, "open")
    answer = browser.post(f"{DAY}/clock/open", data=stale | {"once": "another"})
    assert answer.status_code == 409
    assert "Jemand war schneller" in answer.text
    assert "Runde 1 starten" in answer.text


def test_a_double_tap_starts_one_round(world: World) -> None:
    make_evening(world)
    browser = as_staff(world, Role.ORGANISER)
    turn(browser, "open")
    sent = fields_of(browser.get(DAY).text)
    for _ in range(2):
        assert browser.post(f"{DAY}/clock/start-round", data=sent).status_code == 200
    assert "Runde 1 von 2" in browser.get(DAY).text


def test_before_the_day_the_organiser_is_told_the_way_and_others_wait(world: World) -> None:
    make_evening(world)
    world.move("m1", Phase.MATCHING)
    page = as_staff(world, Role.ORGANISER).get(DAY).text
    assert "sobald der Markttag begonnen hat" in page
    assert "Markt eröffnen" not in page
    assert as_staff(world, Role.BROKER).get(DAY).status_code == 403


def test_who_is_there_what_waits_and_what_to_announce(world: World) -> None:
    make_evening(world)
    with world.database.write("m1") as session:
        for organisation, status in (("bank", CheckInStatus.PRESENT), ("club", CheckInStatus.ABSENT)):
            people = 4 if organisation == "bank" else None
            session.add(
                CheckIn(market_id="m1", organisation_id=organisation, status=status, people=people, changed_at=world.clock.now)
            )
    browser = as_staff(world, Role.ORGANISER)
    assert "Als Nächstes: die erste Vereinbarung." in browser.get(DAY).text
    certify(world)
    submit(world.as_token(Role.ORGANISER))
    answer = browser.post(f"{DAY}/goal", data=fields_of(browser.get(DAY).text) | {"goal": "3"})
    page = " ".join(answer.text.split())
    assert "Die erste Vereinbarung ist geschlossen!" in page
    assert "Noch 2 bis zum Ziel." in page
    assert "<b>1</b> Vereinbarungen, Ziel 3" in page
    assert "<b>1</b> beim Notariat" in page
    assert '<b>1<span class="of"> / 1</span></b> <span class="side company">Unternehmen da' in page
    assert '<b>0<span class="of"> / 2</span></b> <span class="side nonprofit">Gemeinnützige da' in page
    assert "eine fehlt" in page
    assert "<b>4</b> Menschen gezählt" in page


def test_a_goal_is_a_whole_number_or_none(world: World) -> None:
    make_evening(world)
    browser = as_staff(world, Role.ORGANISER)
    for goal in ("viele", "0", "²", "9999999"):
        answer = browser.post(f"{DAY}/goal", data=fields_of(browser.get(DAY).text) | {"goal": goal})
        assert answer.status_code == 422
        assert f'value="{goal}"' in answer.text
    answer = browser.post(f"{DAY}/goal", data=fields_of(browser.get(DAY).text) | {"goal": ""})
    assert "Das Ziel ist gesetzt." in answer.text


def test_the_wall_shows_the_total_and_names_only_those_who_agreed(world: World) -> None:
    day = make_evening(world)
    certify(world)
    screen = as_staff(world, Role.SCREEN)
    page = " ".join(screen.get(WALL).text.split())
    assert '<p class="wall-count number" data-count="1">1</p>' in page
    assert "Eine Vereinbarung" in page
    assert "Wände streichen" not in page
    assert '<th scope="row">Leistungen</th><td class="number">18</td>' in page
    day.person("ada", "bank", publication=True)
    day.person("ben", "club", publication=True)
    page = screen.get(WALL).text
    assert "Wände streichen" in page
    assert world.client().get(WALL, headers={"Accept": "text/html"}).status_code == 401


def test_figures_are_frozen_with_a_hash_that_anybody_can_work_out(world: World) -> None:
    make_evening(world)
    browser = as_staff(world, Role.MODERATOR)
    certify(world, number=2)
    assert "Noch 8 bis 10." in browser.get(DAY).text
    public = world.client()
    assert public.get("/m/m1/figures", headers={"Accept": "text/html"}).status_code == 404
    close(browser)
    answer = browser.post(f"{DAY}/figures", data=fields_of(browser.get(DAY).text))
    assert "Die Schlusszahlen stehen fest" in answer.text
    assert "Noch 8 bis 10." not in answer.text
    assert "Die erste Vereinbarung ist geschlossen!" in answer.text
    file = public.get("/m/m1/figures.json").content
    told = hashlib.sha256(file).hexdigest()
    page = public.get("/m/m1/figures", headers={"Accept": "text/html"}).text
    assert told in page
    assert "Die Zahlen passen zu ihrer Prüfsumme" in page
    figures = json.loads(file)
    assert (figures["agreements"], figures["numbers"], figures["sides"]["service"]["hours"]) == (2, [1, 2], 36)
    assert b"bank" not in file
    with world.database.write("m1") as session:
        evening = session.get_one(Evening, "m1")
        assert hash_of(evening.figures or {}) == evening.figures_sha256
        evening.figures = {**figures, "agreements": 3}
    assert "passen nicht zu ihrer Prüfsumme" in public.get("/m/m1/figures", headers={"Accept": "text/html"}).text


def test_what_comes_late_is_counted_apart_and_what_is_void_is_said(world: World) -> None:
    make_evening(world)
    browser = as_staff(world, Role.ORGANISER)
    certify(world)
    close(browser)
    browser.post(f"{DAY}/figures", data=fields_of(browser.get(DAY).text))
    again = browser.post(f"{DAY}/figures", data=fields_of(browser.get(DAY).text))
    assert again.status_code in (404, 409)
    world.clock.move(minutes=3)
    certify(world)
    page = browser.get(DAY).text
    assert "Seither kam eine dazu; sie zählt als Nachzügler." in page
    notary = world.as_token(Role.NOTARY)
    first = next(each for each in notary.get("/api/v1/markets/m1/agreements").json() if each["number"] == 1)
    voided = notary.post(f"/api/v1/markets/m1/agreements/{first['id']}/void", json={"reason": "Irrtum"})
    assert voided.status_code == 200, voided.text
    page = browser.get(DAY).text
    assert "Eine der gezählten gilt nicht mehr." in page
    assert '<p class="total"><b>1</b>' in page


def test_reopening_takes_the_figures_back(world: World) -> None:
    make_evening(world)
    browser = as_staff(world, Role.ORGANISER)
    close(browser)
    browser.post(f"{DAY}/figures", data=fields_of(browser.get(DAY).text))
    assert "Freies Handeln" in turn(browser, "reopen")
    assert world.client().get("/m/m1/figures.json").status_code == 404


def test_thanks_are_counted_and_lie_ready_and_nobody_gets_two(world: World) -> None:
    day = make_evening(world)
    day.person("ada", "bank")
    day.person("ben", "club")
    day.person("eva", "choir")  # was not there and agreed nothing
    browser = as_staff(world, Role.ORGANISER)
    certify(world)
    thanks = f"{DAY}/thanks"
    assert "Noch nicht" in browser.get(thanks).text
    close(browser)
    browser.post(f"{DAY}/figures", data=fields_of(browser.get(DAY).text))
    page = browser.get(thanks).text
    assert "Diese Mail ginge an 2 Personen" in page
    wrong = browser.post(thanks, data=fields_of(page) | {"expected": "1"})
    assert wrong.status_code == 409
    answer = browser.post(thanks, data=fields_of(page) | {"once": "fresh"})
    assert "Die Dankmails liegen im Postausgang bereit" in answer.text
    with world.database.read() as session:
        mails = list(session.scalars(select(OutboxMessage).where(OutboxMessage.kind == MessageKind.THANKS.value)))
    assert {mail.recipient for mail in mails} == {"ada@x.example", "ben@x.example"}
    assert all(mail.status is MessageStatus.HELD and "{link}" in (mail.body or "") for mail in mails)
    assert all("Zusammen wurden 1 Vereinbarungen geschlossen" in (mail.body or "") for mail in mails)
    assert "Niemand" in browser.get(thanks).text
    assert "Danke für Ihr Kommen" in browser.get("/organise/m1/outbox/texts/thanks").text


def test_pages_cost_the_same_for_one_and_for_three_hundred(world: World) -> None:
    one, many = count_queries_of(world, "/organise/{market}/day")
    assert one == many


def test_the_wall_costs_the_same_for_one_and_for_three_hundred(world: World) -> None:
    fill_market(world, "m1", 1)
    fill_market(world, "m2", 300)
    account = world.make_account("chefin@example.org", is_owner=True)
    browser = sign_in(world, account)
    one, many = (count_queries(world, browser, f"/m/{market}/wall") for market in ("m1", "m2"))
    assert one == many


def test_pages_are_told_in_english_too(world: World) -> None:
    make_evening(world)
    browser = as_staff(world, Role.ORGANISER)
    english = {"Accept": "text/html", "Accept-Language": "en"}
    assert "Open the market (gong)" in browser.get(DAY, headers=english).text
    assert "Made most recently" in browser.get(WALL, headers=english).text
