"""A participant's own page: what they see and may do, what belongs to others, and nothing beside it."""

import re

import pytest
from sqlalchemy import select

from marktplatz.db.models import AuditDetail, AuditEntry, EntryRecord, OrganisationRecord, WishRecord
from marktplatz.usecases.records import Extent, load_market
from marktplatz.vocabulary import AgreementStatus, Attendance, Phase, Standing, Visibility
from mypage_world import HTML, Town, hidden_fields, make_town, send
from run_world import Statements
from service_fixtures import World

ME = "/m/m1/me"
PARTS = ("", "/organisation", "/withdraw", "/new-entry?side=need", "/entry/walls", "/wishes", "/attendance", "/attendance/cancel")
DEEDS = ("/entry/paint", "/withdraw-entry/paint", "/restore-entry/paint", "/organisation", "/withdraw", "/rejoin", "/attendance")
DEEDS += ("/attendance/cancel", "/wishes", "/new-entry", "/data", "/data/mail", "/erase")
PARTS += ("/proposals", "/timetable", "/agreements", "/data", "/stored", "/stored.json", "/erase")


@pytest.fixture
def town(world: World) -> Town:
    return make_town(world)


def look(town: Town, path: str = "", person: str = "kim") -> str:
    answer = town.world.as_person("m1", person).get(ME + path, headers=HTML)
    assert answer.status_code == 200, answer.text[:1500]
    return str(answer.text)


def test_every_part_shows_itself_before_and_after_a_plan(town: Town) -> None:
    for part in PARTS:
        assert look(town, part)
    town.publish()
    town.agree()
    town.organisation("club", standing=Standing.RETURNED, return_reason="Bitte die Postleitzahl.")
    town.entry("walls", standing=Standing.RETURNED, return_reason="Wie viele Wände?")
    for part in PARTS:
        assert look(town, part)


@pytest.mark.parametrize("phase", [Phase.DAY, Phase.FOLLOW_UP, Phase.CLOSED])
def test_from_the_day_on_it_is_only_read(town: Town, phase: Phase) -> None:
    browser = town.world.as_person("m1", "kim")
    page = look(town)
    town.world.move("m1", phase)
    assert "Zurückziehen" not in look(town)
    assert browser.get(f"{ME}/entry/walls", headers=HTML).status_code == 409
    sent = hidden_fields(page, f"{ME}/withdraw-entry/walls")
    assert browser.post(f"{ME}/withdraw-entry/walls", data=sent, headers=HTML).status_code == 409
    for part in ("/wishes", "/attendance", "/proposals", "/timetable", "/agreements", "/data", "/stored", "/erase"):
        assert look(town, part)


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (Standing.SUBMITTED, "Ihre Anmeldung ist angekommen"),
        (Standing.APPROVED, "Sie sind dabei"),
        (Standing.RETURNED, "Bitte die Postleitzahl"),
        (Standing.WAITING, "auf der Warteliste"),
        (Standing.WITHDRAWN, "Sie haben Ihre Teilnahme zurückgezogen"),
    ],
)
def test_the_standing_is_said_in_plain_words(town: Town, standing: Standing, words: str) -> None:
    town.organisation("club", standing=standing, return_reason="Bitte die Postleitzahl." if standing is Standing.RETURNED else None)
    assert words in look(town)


@pytest.mark.parametrize(("approves", "then"), [(True, Standing.SUBMITTED), (False, Standing.APPROVED)])
def test_an_edited_entry_is_looked_at_again_where_the_market_does_so(town: Town, approves: bool, then: Standing) -> None:
    town.profile(approves=approves)
    answer = send(
        town.world.as_person("m1", "kim"), f"{ME}/entry/walls", title="Zwei Wände", hours="2,5", answers__included="Farbe"
    )
    assert answer.status_code == 303, answer.text[:3000]
    record = town.get(EntryRecord, ("m1", "walls"))
    assert (record.title, record.hours, record.answers, record.standing) == ("Zwei Wände", 2.5, {"included": "Farbe"}, then)


def test_saving_what_is_there_already_takes_no_approval_away(town: Town) -> None:
    before = town.get(EntryRecord, ("m1", "walls")).version
    browser = town.world.as_person("m1", "kim")
    page = browser.get(f"{ME}/entry/walls", headers=HTML).text
    text = re.search(r'<textarea id="f-text".*?>(.*?)</textarea>', page, re.DOTALL)
    assert text is not None
    send(browser, f"{ME}/entry/walls", title="Anstrich für die Wände", text=text.group(1))
    record = town.get(EntryRecord, ("m1", "walls"))
    assert (record.version, record.standing) == (before, Standing.APPROVED)


def test_the_same_holds_for_the_api_by_a_participants_login(town: Town) -> None:
    browser = town.world.as_person("m1", "kim")
    made = browser.post("/api/v1/markets/m1/needs", json={"organisation": "club", "title": "Neu"})
    assert town.get(EntryRecord, ("m1", made.json()["id"])).standing is Standing.SUBMITTED
    browser.patch("/api/v1/markets/m1/needs/walls", json={"title": "Anders"}, headers={"If-Match": "*"})
    assert town.get(EntryRecord, ("m1", "walls")).standing is Standing.SUBMITTED
    browser.patch("/api/v1/markets/m1/organisations/club", json={"postcode": "50733"}, headers={"If-Match": "*"})
    assert town.get(OrganisationRecord, ("m1", "club")).standing is Standing.APPROVED
    browser.patch("/api/v1/markets/m1/organisations/club", json={"name": "Anders"}, headers={"If-Match": "*"})
    assert town.get(OrganisationRecord, ("m1", "club")).standing is Standing.SUBMITTED


def test_an_entry_is_added_withdrawn_and_fetched_back(town: Town) -> None:
    browser = town.world.as_person("m1", "kim")
    answer = send(browser, f"{ME}/new-entry?side=offer", f"{ME}/new-entry", title="Saal am Abend", side="offer")
    assert answer.headers["Location"].endswith("done=entry_saved_waits")
    with town.world.database.read() as session:
        record = session.scalar(select(EntryRecord).where(EntryRecord.title == "Saal am Abend"))
        assert record is not None
        assert (record.organisation_id, record.side, record.standing) == ("club", "offer", Standing.SUBMITTED)
    send(browser, ME, f"{ME}/withdraw-entry/walls")
    assert town.get(EntryRecord, ("m1", "walls")).standing is Standing.WITHDRAWN
    assert browser.get(f"{ME}/entry/walls", headers=HTML).status_code == 409
    send(browser, ME, f"{ME}/restore-entry/walls")
    assert town.get(EntryRecord, ("m1", "walls")).standing is Standing.SUBMITTED
    with town.world.database.read() as session:
        done = session.scalars(select(AuditEntry.action).where(AuditEntry.actor == "person:kim").order_by(AuditEntry.number))
        assert list(done) == ["add_offer", "withdraw_need", "restore_need"]


def test_a_refused_entry_keeps_what_was_typed(town: Town) -> None:
    browser = town.world.as_person("m1", "kim")
    typed = {"title": " ", "text": "Ein <b>großer</b> Garten", "hours": "viele", "from": "2027-05-02", "to": "2027-05-01"}
    answer = send(browser, f"{ME}/new-entry?side=need", f"{ME}/new-entry", **typed)
    assert answer.status_code == 422
    assert "Ein &lt;b&gt;großer&lt;/b&gt; Garten" in answer.text
    assert 'href="#f-hours"' in answer.text
    answer = send(browser, f"{ME}/new-entry?side=need", f"{ME}/new-entry", **typed | {"title": "Garten", "hours": "3"})
    assert "Der letzte Tag (2027-05-01) liegt vor dem ersten" in answer.text
    answer = send(browser, f"{ME}/new-entry?side=need", f"{ME}/new-entry", text="ohne Überschrift")
    assert "kurze Überschrift" in answer.text


def test_a_stale_edit_shows_both_versions_and_can_be_meant(town: Town) -> None:
    browser = town.world.as_person("m1", "kim")
    page = browser.get(f"{ME}/entry/walls", headers=HTML).text
    town.entry("walls", title="Drei Wände, sagt die Kollegin")
    sent = hidden_fields(page, f"{ME}/entry/walls") | {"title": "Zwei Wände"}
    answer = browser.post(f"{ME}/entry/walls", data=sent, headers=HTML)
    assert answer.status_code == 409
    assert "Drei Wände, sagt die Kollegin" in answer.text
    assert 'value="Zwei Wände"' in answer.text
    again = hidden_fields(answer.text, f"{ME}/entry/walls") | {"title": "Zwei Wände"}
    assert browser.post(f"{ME}/entry/walls", data=again, headers=HTML, follow_redirects=False).status_code == 303
    assert town.get(EntryRecord, ("m1", "walls")).title == "Zwei Wände"


def test_the_organisation_is_mended_and_comes_again(town: Town) -> None:
    town.organisation("club", standing=Standing.RETURNED, return_reason="Bitte die Postleitzahl.")
    browser = town.world.as_person("m1", "kim")
    refused = send(browser, f"{ME}/organisation", name="Turnverein", website="javascript:alert(1)")
    assert refused.status_code == 422
    assert "keine Adresse einer Internetseite" in refused.text
    send(browser, f"{ME}/organisation", name="Turnverein", postcode="50733", about="Sport", website="www.tv.example")
    record = town.get(OrganisationRecord, ("m1", "club"))
    assert (record.name, record.website, record.standing) == ("Turnverein", "https://www.tv.example", Standing.SUBMITTED)
    town.organisation("club", standing=Standing.APPROVED)
    send(browser, f"{ME}/organisation", name="Turnverein", about="Sport und Spiel")
    assert town.get(OrganisationRecord, ("m1", "club")).standing is Standing.APPROVED
    send(browser, f"{ME}/organisation", name="Etwas ganz anderes")
    assert town.get(OrganisationRecord, ("m1", "club")).standing is Standing.SUBMITTED


def test_taking_part_is_withdrawn_and_begun_again_behind_those_who_wait(town: Town) -> None:
    browser = town.world.as_person("m1", "kim")
    send(browser, f"{ME}/withdraw")
    assert town.get(OrganisationRecord, ("m1", "club")).standing is Standing.WITHDRAWN
    town.profile(hall_places=2)
    send(browser, ME, f"{ME}/rejoin")
    assert town.get(OrganisationRecord, ("m1", "club")).standing is Standing.WAITING


def test_who_cancels_stays_with_entries_that_are_not_matched(town: Town) -> None:
    browser = town.world.as_person("m1", "kim")
    send(browser, f"{ME}/attendance", attending="2", assistance="Gebärdensprache")
    record = town.get(OrganisationRecord, ("m1", "club"))
    assert (record.attendance, record.attending, record.assistance) == (Attendance.COMING, 2, "Gebärdensprache")
    assert "Gebärdensprache" in look(town, "/attendance")
    assert "mit 2 Personen" in look(town, "/attendance")
    send(browser, f"{ME}/attendance/cancel")
    assert town.get(OrganisationRecord, ("m1", "club")).attendance is Attendance.CANCELLED
    with town.world.database.read() as session:
        assert "walls" not in load_market(session, "m1", Extent.READY).entry_by_id
    assert town.get(EntryRecord, ("m1", "walls")).standing is Standing.APPROVED
    town.profile(hall_places=2)
    send(browser, f"{ME}/attendance", attending="2")
    assert town.get(OrganisationRecord, ("m1", "club")).standing is Standing.WAITING


def test_what_somebody_needs_is_the_organisers_to_know(town: Town) -> None:
    """No partner, no audit."""
    send(town.world.as_person("m1", "kim"), f"{ME}/attendance", assistance="Hilfe beim Lormen")
    town.publish()
    town.agree()
    assert not any("Hilfe beim Lormen" in look(town, part, "lou") for part in PARTS if part != "/entry/walls")
    with town.world.database.read() as session:
        assert not any("Lormen" in details for details in session.scalars(select(AuditDetail.details)))
    assert "Hilfe beim Lormen" in look(town, "/stored")
    assert "Hilfe beim Lormen" in look(town, "/stored.json")


@pytest.mark.parametrize("people", ["0", "101", "viele", "1e3", "-1"])
def test_a_number_of_people_that_cannot_be_is_told(town: Town, people: str) -> None:
    answer = send(town.world.as_person("m1", "kim"), f"{ME}/attendance", attending=people)
    assert answer.status_code == 422
    assert f'value="{people}"' in answer.text


def test_wishes_are_put_changed_and_taken_back(town: Town) -> None:
    browser = town.world.as_person("m1", "kim")
    page = browser.get(f"{ME}/wishes", headers=HTML).text
    assert hidden_fields(page, f"{ME}/wishes")["target.0"] == "bank"
    assert 'value="club"' not in page.replace('name="organisation" value="club"', "")
    send(browser, f"{ME}/wishes", level__0="must_meet", level__1="no_thanks")
    send(browser, f"{ME}/wishes", level__0="like")
    with town.world.database.read() as session:
        wishes = {wish.target: wish.level for wish in session.scalars(select(WishRecord))}
    assert wishes == {"bank": "like", "choir": "no_thanks"}
    answer = send(browser, f"{ME}/wishes", f"{ME}/remove-wish", wish="w-of-somebody")
    assert answer.status_code == 404
    send(browser, f"{ME}/wishes", level__0="", level__1="")
    with town.world.database.read() as session:
        assert session.scalars(select(WishRecord)).all() == []


def test_a_fourth_must_meet_is_refused_with_the_reason(town: Town) -> None:
    town.add_organisations(5)
    browser = town.world.as_person("m1", "kim")
    answer = send(browser, f"{ME}/wishes", **{f"level__{n}": "must_meet" for n in range(4)})
    assert answer.status_code == 422
    assert "höchstens 3-mal" in answer.text
    assert 'href="#f-level-3"' in answer.text
    assert len(re.findall(r'value="must_meet" checked', answer.text)) == 4
    assert send(browser, f"{ME}/wishes", **{f"level__{n}": "must_meet" for n in range(3)}).status_code == 303


def test_nobody_is_listed_where_the_organiser_shows_nobody(town: Town) -> None:
    town.profile(visibility=Visibility.NOBODY)
    assert "Choir" not in look(town, "/wishes")
    assert "Choir" not in look(town, "/wishes?q=Cho")
    assert "Choir" in look(town, "/wishes?q=choir")


def test_who_has_not_been_approved_is_neither_shown_nor_wished(town: Town) -> None:
    browser = town.world.as_person("m1", "kim")
    page = browser.get(f"{ME}/wishes", headers=HTML).text
    town.organisation("choir", standing=Standing.SUBMITTED)
    assert "Choir" not in look(town, "/wishes")
    sent = hidden_fields(page, f"{ME}/wishes") | {"target.0": "choir", "level.0": "like", "target.1": ""}
    assert browser.post(f"{ME}/wishes", data=sent, headers=HTML).status_code == 404


def test_proposals_come_with_reasons_and_contact_once_they_are_published(town: Town) -> None:
    assert "Noch ist nichts veröffentlicht" in look(town, "/proposals")
    assert "lou@example.org" not in look(town, "/proposals")
    town.publish()
    page = look(town, "/proposals")
    for words in (
        "Bank",
        "Gleicher Bereich.",
        "lou@example.org",
        "0221 1234",
        "Wände streichen",
        "Sie geben zurück:",
        "Kuchen backen",
    ):
        assert words in page
    for words in ("unbedingt treffen", "640", "300"):
        assert words not in page
    town.add_person("max", "choir")
    other = look(town, "/proposals", "max")
    assert "kein Vorschlag" in other
    assert "example.org" not in other.replace("max@example.org", "")


def test_the_way_through_the_rounds_names_table_partner_and_breaks(town: Town) -> None:
    from marktplatz.db.models import MarketRecord

    town.put(MarketRecord, "m1", break_rounds=[3])
    town.publish()
    page = re.sub(r"\s+", " ", look(town, "/timetable"))
    assert re.search(r'2</th> <td class="number"><b>4</b> ?</td><td><b class="side company">Bank', page)
    assert "Sie suchen: „Anstrich für die Wände“" in page
    assert "Pause für alle" in page
    assert "frei: Zeit für ein Gespräch" in page


def test_agreements_are_ones_own_with_their_state(town: Town) -> None:
    town.agree()
    town.agree("a2", AgreementStatus.RETURNED, None)
    page = look(town, "/agreements")
    for words in ("Nr. 7", "beglaubigt", "zurückgegeben", "Wände streichen", "lou@example.org", "Sie melden sich"):
        assert words in page
    town.add_person("max", "choir")
    assert "Noch keine Vereinbarung" in look(town, "/agreements", "max")


def test_who_stands_for_several_chooses_by_name(town: Town) -> None:
    town.add_person("mia", "club", "choir")
    assert "<h1>Choir</h1>" in look(town, "", "mia")
    page = look(town, "?organisation=club", "mia")
    assert "<h1>Club</h1>" in page
    assert f'href="{ME}/wishes?organisation=club"' in page
    send(town.world.as_person("m1", "mia"), f"{ME}/attendance?organisation=club", attending="1")
    assert town.get(OrganisationRecord, ("m1", "club")).attendance is Attendance.COMING
    assert town.get(OrganisationRecord, ("m1", "choir")).attendance is Attendance.UNKNOWN


@pytest.mark.parametrize(
    "path", ["?organisation=bank", "?organisation=nobody", "/entry/paint", "/entry/feast", "/wishes?organisation=bank"]
)
def test_what_is_somebody_elses_does_not_exist(town: Town, path: str) -> None:
    answer = town.world.as_person("m1", "kim").get(ME + path, headers=HTML)
    assert answer.status_code == 404
    assert "Streichen" not in answer.text


def test_nothing_of_somebody_elses_is_changed(town: Town) -> None:
    browser = town.world.as_person("m1", "kim")
    own = hidden_fields(browser.get(f"{ME}/data", headers=HTML).text, f"{ME}/data")
    for number, path in enumerate(DEEDS):
        sent = own | {"organisation": "bank", "title": "Meins", "name": "Meins", "once": f"k{number}", "version": "1", "sure": "on"}
        answer = browser.post(ME + path, data=sent, headers=HTML)
        assert answer.status_code == 404, path
    assert town.get(OrganisationRecord, ("m1", "bank")).version == 1
    assert town.get(EntryRecord, ("m1", "paint")).version == 1


def test_only_a_person_of_this_market_comes_in(town: Town) -> None:
    town.world.make_market("m2", Phase.COLLECTING)
    kim = town.world.as_person("m1", "kim")
    assert kim.get("/m/m2/me", headers=HTML).status_code == 404
    nobody = town.world.browser().get(ME, headers=HTML)
    assert nobody.status_code == 401
    assert "Link schicken" in nobody.text
    assert town.world.as_token().get(ME, headers=HTML).status_code == 403
    town.world.move("m1", Phase.DRAFT)
    assert kim.get(ME, headers=HTML).status_code == 409


@pytest.mark.parametrize("token", [None, "", "of-another-login"])
def test_a_form_without_its_token_does_nothing(town: Town, token: str | None) -> None:
    browser = town.world.as_person("m1", "kim")
    sent = {"form_token": token} if token is not None else {}
    for path in ("/withdraw-entry/walls", "/withdraw", "/attendance/cancel", "/data", "/data/revoke", "/erase", "/wishes"):
        assert browser.post(ME + path, data=sent | {"sure": "on"}, headers=HTML).status_code == 403
    assert town.get(OrganisationRecord, ("m1", "club")).standing is Standing.APPROVED
    assert town.get(EntryRecord, ("m1", "walls")).standing is Standing.APPROVED


def test_another_site_can_neither_send_forms_nor_frame_the_page(town: Town) -> None:
    browser = town.world.as_person("m1", "kim")
    sent = hidden_fields(look(town, "/withdraw"), f"{ME}/withdraw")
    elsewhere = HTML | {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    assert browser.post(f"{ME}/withdraw", data=sent, headers=elsewhere).status_code == 403
    for part in PARTS:
        answer = browser.get(ME + part, headers=HTML)
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"


def test_what_people_write_is_shown_and_never_run(town: Town) -> None:
    nasty = "<script>alert(1)</script>\"'"
    town.organisation("club", name=nasty, about=nasty, return_reason=nasty, standing=Standing.RETURNED)
    town.organisation("bank", name=nasty, about=nasty)
    town.entry("walls", title=nasty, text=nasty, return_reason=nasty, standing=Standing.RETURNED)
    town.publish()
    town.agree()
    for part in PARTS:
        if part != "/stored.json":
            assert "<script>alert" not in look(town, part)


@pytest.mark.parametrize("part", PARTS)
def test_a_large_market_takes_as_many_queries_and_stays_small(town: Town, part: str) -> None:
    town.publish()
    town.agree()
    browser = town.world.as_person("m1", "kim")
    counts, sizes = [], []
    for count in (1, 300):
        town.add_organisations(count) if count == 1 else _add_more(town, count)
        with Statements(town.world.database) as statements:
            answer = browser.get(ME + part, headers=HTML)
        assert answer.status_code == 200
        counts.append(statements.count)
        sizes.append(len(answer.content))
    assert counts[0] == counts[1]
    assert max(sizes) < 100_000


def _add_more(town: Town, count: int) -> None:
    with town.world.database.write("m1") as session:
        for record in session.scalars(select(EntryRecord).where(EntryRecord.organisation_id == "o0")).all():
            session.delete(record)
        session.flush()
        session.delete(session.get_one(OrganisationRecord, ("m1", "o0")))
    town.add_organisations(count)
