"""The pages of the door and of the stations: what a helper does there, what nobody else sees, and how little it takes."""

import re

import pytest
from fastapi.testclient import TestClient

from day_world import Day
from doors_world import add_named, make_doors, open_station
from marktplatz.db.models import CheckIn, OrganisationRecord, Station
from marktplatz.vocabulary import CheckInStatus, Phase, Role, Standing
from organiser_world import count_queries, fields_of, sign_in
from service_fixtures import World

DOOR = "/organise/m1/door"
STATIONS = "/organise/m1/day/stations"


@pytest.fixture
def day(world: World) -> Day:
    return make_doors(world)


@pytest.fixture
def helper(day: Day) -> TestClient:
    return open_station(day.world, Role.HELPER)


def organiser_of(day: Day) -> TestClient:
    return sign_in(day.world, day.world.make_account("chefin@example.org", m1=Role.ORGANISER))


def look(browser: TestClient, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text[:1000]
    return str(answer.text)


def send(browser: TestClient, page: str, path: str, follow: bool = True, **typed: str) -> tuple[int, str]:
    """A form of a page with its hidden fields, as a browser sends it; status and text of what is shown then."""
    sent = {"form_token": fields_of(look(browser, page))["form_token"], **typed}
    answer = browser.post(path, data=sent, follow_redirects=follow)
    return answer.status_code, answer.text


def state_of(day: Day, organisation: str) -> tuple[CheckInStatus, int | None] | None:
    with day.world.database.read() as session:
        found = session.get(CheckIn, ("m1", organisation))
        return (found.status, found.people) if found is not None else None


def names_in(page: str) -> list[str]:
    return re.findall(r'<a class="guest-about"[^>]*>\s*<b>([^<]*)</b>', page)


def test_a_helper_lets_in_and_sees_it_counted(day: Day, helper: TestClient) -> None:
    status, page = send(helper, DOOR, f"{DOOR}/spar0", deed="present", people="3", version="0")
    assert status == 200
    assert "ist da, mit 3 Personen." in page
    assert re.search(r"<b>1 <small>/ 5</small></b> da / erwartet", page)
    assert state_of(day, "spar0") == (CheckInStatus.PRESENT, 3)


def test_a_second_tap_and_a_second_desk_do_nothing_twice(day: Day, helper: TestClient) -> None:
    other = open_station(day.world, Role.HELPER)
    send(helper, DOOR, f"{DOOR}/spar0", deed="present", people="3", version="0")
    status, page = send(other, DOOR, f"{DOOR}/spar0", deed="present", people="2", version="0")
    assert (status, "war schon so festgehalten." in page) == (200, True)
    assert state_of(day, "spar0") == (CheckInStatus.PRESENT, 3)


def test_who_has_not_seen_the_other_desk_is_shown_what_it_noted(day: Day, helper: TestClient) -> None:
    send(helper, DOOR, f"{DOOR}/spar0", deed="present", people="3", version="0")
    status, page = send(helper, DOOR, f"{DOOR}/spar0", deed="absent", version="0")
    assert status == 409
    assert "an einem anderen Platz" in page
    assert "da · 3 Personen" in page
    assert state_of(day, "spar0") == (CheckInStatus.PRESENT, 3)


def test_everything_can_be_taken_back(day: Day, helper: TestClient) -> None:
    send(helper, DOOR, f"{DOOR}/spar0", deed="present:4", version="0")
    status, page = send(helper, DOOR, f"{DOOR}/spar0", deed="undo", version="1")
    assert (status, "ist zurückgenommen." in page, state_of(day, "spar0")) == (200, True, None)


@pytest.mark.parametrize(
    ("typed", "finds"), [("muller", "Bäckerei Müller"), ("Mueler", "Bäckerei Müller"), ("wilhelm", "Sparbank")]
)
def test_a_search_without_script_finds_names_that_are_spelled_otherwise(helper: TestClient, typed: str, finds: str) -> None:
    assert [name for name in names_in(look(helper, f"{DOOR}?search={typed}")) if name.startswith(finds)]


def test_what_nobody_finds_is_taken_in_as_new(helper: TestClient) -> None:
    page = look(helper, f"{DOOR}?search=Kiosk")
    assert names_in(page) == []
    assert "/organise/m1/walk-in?name=Kiosk" in page
    assert 'value="Kiosk"' in look(helper, "/organise/m1/walk-in?name=Kiosk")


def test_a_walk_in_takes_two_fields_and_says_what_comes_next(day: Day, helper: TestClient) -> None:
    status, page = send(helper, "/organise/m1/walk-in", "/organise/m1/walk-in", name="Kiosk am Eck", kind="company")
    assert status == 200
    assert "Der nächste Schritt" in page
    assert "Kiosk am Eck" in page
    with day.world.database.read() as session:
        found = session.query(OrganisationRecord).filter_by(name="Kiosk am Eck").one()
        assert found.standing is Standing.APPROVED
        assert session.get_one(CheckIn, ("m1", found.id)).status is CheckInStatus.PRESENT
    status, page = send(helper, "/organise/m1/walk-in", "/organise/m1/walk-in", name="", kind="")
    assert status == 422


def test_a_walk_in_with_a_known_name_is_asked_about_once(helper: TestClient) -> None:
    typed = {"name": "Baeckerei Mueller", "kind": "company"}
    status, page = send(helper, "/organise/m1/walk-in", "/organise/m1/walk-in", **typed)
    assert (status, names_in(page)) == (200, ["Bäckerei Müller"])
    status, page = send(helper, "/organise/m1/walk-in", "/organise/m1/walk-in", **typed, sure="on")
    assert "Aufgenommen und eingelassen" in page


def test_a_helpers_station_sees_the_door_and_nothing_else(helper: TestClient) -> None:
    pages = [look(helper, path) for path in (DOOR, f"{DOOR}/spar0", "/organise/m1/walk-in", f"{DOOR}?view=missing")]
    for page in pages:
        assert "anari" not in page
        assert "0221" not in page
        inside = set(re.findall(r'href="(/organise/m1/[a-z-]+)', page))
        assert inside <= {"/organise/m1/door", "/organise/m1/agreements", "/organise/m1/walk-in"}
    for path in ("", "/registrations", "/people", "/team", "/day/stations", "/no-shows", "/matching", "/outbox", "/radar"):
        assert helper.get(f"/organise/m1{path}").status_code == 403, path


def test_before_and_after_the_day_the_door_is_only_looked_at(day: Day, helper: TestClient) -> None:
    for phase, words in ((Phase.COLLECTING, "öffnet am Markttag"), (Phase.FOLLOW_UP, "wer da war")):
        day.world.move("m1", phase)
        page = look(helper, DOOR)
        assert words in page
        assert 'value="present"' not in page
        assert 'value="present' not in look(helper, f"{DOOR}/spar0")
        assert send(helper, DOOR, f"{DOOR}/spar0", deed="present", version="0")[0] == 409


def test_a_badges_code_says_a_kind_word_to_everybody_else(day: Day) -> None:
    kim = day.person("kim", "club")
    kim.headers["Accept"] = "text/html"
    stranger = day.world.browser()
    stranger.headers["Accept"] = "text/html"
    for browser in (kim, stranger, open_station(day.world, Role.NOTARY)):
        for organisation in ("spar0", "nobody"):
            page = look(browser, f"{DOOR}/{organisation}")
            assert "für das Team am Einlass" in page
            assert "Sparbank" not in page
    assert "/m/m1/here" in look(kim, f"{DOOR}/spar0")


def test_an_organisation_that_is_not_approved_may_come_in_and_is_told_of(day: Day, helper: TestClient) -> None:
    with day.world.database.write("m1") as session:
        session.get_one(OrganisationRecord, ("m1", "spar0")).standing = Standing.WAITING
    assert "nicht freigegeben" in look(helper, f"{DOOR}/spar0")
    assert send(helper, DOOR, f"{DOOR}/spar0", deed="present:1", version="0")[0] == 200


def test_all_the_others_did_not_come_is_the_organisers_and_confirmed_with_the_count(day: Day, helper: TestClient) -> None:
    send(helper, DOOR, f"{DOOR}/spar0", deed="present:2", version="0")
    organiser = organiser_of(day)
    assert "Ja, alle 4 sind nicht gekommen" in look(organiser, "/organise/m1/no-shows")
    assert send(organiser, "/organise/m1/no-shows", "/organise/m1/no-shows", count="5")[0] == 409
    status, page = send(organiser, "/organise/m1/no-shows", "/organise/m1/no-shows", count="4")
    assert (status, "Alle Übrigen sind nicht gekommen." in page) == (200, True)
    assert state_of(day, "club") == (CheckInStatus.ABSENT, None)
    assert "Von allen ist bekannt" in look(organiser, "/organise/m1/no-shows")
    assert "/no-shows" not in look(helper, DOOR)


def test_participants_come_in_by_themselves_for_their_own_organisation(day: Day) -> None:
    kim = day.person("kim", "club")
    kim.headers["Accept"] = "text/html"
    assert "/m/m1/here" in look(kim, "/m/m1/me")
    status, page = send(kim, "/m/m1/here", "/m/m1/here", deed="present", people="2")
    assert (status, "als anwesend eingetragen" in page) == (200, True)
    assert "mit 2 Personen" in look(kim, "/m/m1/here")
    send(kim, "/m/m1/here", "/m/m1/here", deed="present", people="3")
    assert state_of(day, "club") == (CheckInStatus.PRESENT, 3)
    send(kim, "/m/m1/here", "/m/m1/here", deed="left")
    assert state_of(day, "club") == (CheckInStatus.LEFT, None)
    assert send(kim, "/m/m1/here", "/m/m1/here", deed="present", organisation="spar0")[0] == 404
    assert send(kim, "/m/m1/here", "/m/m1/here", deed="absent")[0] == 422
    assert state_of(day, "spar0") is None
    day.world.move("m1", Phase.MATCHING)
    assert "am Markttag" in look(kim, "/m/m1/here")


def test_three_hundred_are_listed_in_the_same_number_of_statements(world: World) -> None:
    for market, many in (("m1", 1), ("m2", 300)):
        world.make_market(market, Phase.DAY)
        add_named(world, market, *(f"Förderverein der Grundschule Nummer {number}" for number in range(many)))
    browser = sign_in(world, world.make_account("chefin@example.org", is_owner=True))
    for path in ("door", "door?search=x", "door?search=grundschule", "door?view=missing", "no-shows", "walk-in", "day/stations"):
        assert len({count_queries(world, browser, f"/organise/{market}/{path}") for market in ("m1", "m2")}) == 1, path


def test_an_organiser_makes_stations_and_gets_their_cards_once(day: Day) -> None:
    organiser = organiser_of(day)
    assert "Noch keine Station" in look(organiser, STATIONS)
    typed = {"role": "notary", "count": "2", "once": "o-1"}
    status, page = send(organiser, STATIONS, STATIONS, **typed)
    assert status == 200
    links = re.findall(r'value="(http://testserver/enter#[^"]+)"', page)
    assert len(set(links)) == 2
    assert page.count("<svg") == 3
    assert "style=" not in page
    assert [name for name in ("Notariat 1", "Notariat 2") if name in page] == ["Notariat 1", "Notariat 2"]
    assert "enter#" not in look(organiser, STATIONS)
    device = day.world.browser()
    entered = device.post("/enter", data={"secret": links[0]}, headers={"Accept": "text/html"}, follow_redirects=False)
    assert entered.headers["location"] == "/organise/m1/notary?done=station_open"
    assert send(organiser, STATIONS, STATIONS, **typed)[0] == 409  # the answer is not kept, for its links
    with day.world.database.read() as session:
        assert session.query(Station).count() == 2


def test_new_cards_end_the_old_ones(day: Day) -> None:
    organiser = organiser_of(day)
    _, page = send(organiser, STATIONS, STATIONS, role="helper", name="Tür")
    (link,) = re.findall(r'value="(http://testserver/enter#[^"]+)"', page)
    with day.world.database.read() as session:
        station_id = session.query(Station).one().id
    _, page = send(organiser, STATIONS, f"{STATIONS}/print", station=station_id)
    (renewed,) = re.findall(r'value="(http://testserver/enter#[^"]+)"', page)
    results = [
        day.world.browser().post("/enter", data={"secret": each}, headers={"Accept": "text/html"}, follow_redirects=False)
        for each in (link, renewed)
    ]
    assert [answer.status_code for answer in results] == [403, 303]
    assert send(organiser, STATIONS, f"{STATIONS}/print")[0] == 422


def test_a_station_is_renamed_and_taken_back(day: Day) -> None:
    organiser = organiser_of(day)
    send(organiser, STATIONS, STATIONS, role="helper", name="Tür")
    with day.world.database.read() as session:
        station_id = session.query(Station).one().id
    page = f"{STATIONS}/{station_id}"
    status, text = send(organiser, page, page, name="Tor", role="broker", staffed_by="Aylin", version="1")
    assert (status, "Hier sitzt: Aylin" in text, "Tor" in text) == (200, True, True)
    assert send(organiser, page, page, name="Nord", role="broker", version="1")[0] == 409
    status, text = send(organiser, page, f"{page}/revoke")
    assert "zurückgenommen" in text
    assert "gilt nicht mehr" in look(organiser, page)


def test_a_block_of_paper_has_numbers_and_no_card(day: Day) -> None:
    organiser = organiser_of(day)
    status, page = send(organiser, STATIONS, STATIONS, role="paper", count="2")
    assert (status, "Papierblock 2" in page, "Nummern 2001 bis 2999" in page) == (200, True, True)
    for wrong in ({"role": "helper", "count": "21"}, {"role": "organiser"}, {"role": "helper", "count": "x"}):
        assert send(organiser, STATIONS, STATIONS, **wrong)[0] == 422
