"""The organiser's pages about what came in: lists, deeds, changes on behalf, merging; who may, and what the audit says."""

import re

import pytest
from organiser_pages import HTML, ROOT, audited, fill, organiser, send, standings, tokens
from sqlalchemy import select

from market_content import CountedStatements, encode, make_content
from marktplatz.db.models import (
    EntryRecord,
    OrganisationRecord,
    OutboxMessage,
    Person,
    Representation,
    WishRecord,
)
from marktplatz.vocabulary import EntrySide, MessageKind, MessageStatus, OrganisationKind, Phase, Role, Standing
from service_fixtures import World


def test_the_list_shows_everybody_and_finds_by_name_and_by_an_entrys_title(world: World) -> None:
    fill(world)
    browser = organiser(world)
    page = browser.get(f"{ROOT}/registrations")
    assert page.status_code == 200
    assert "4 Organisationen" in page.text
    assert all(f"Name {key}" in page.text for key in ("c0", "c1", "n0", "n1"))
    assert "Eine Organisation" in browser.get(f"{ROOT}/registrations?q=NAME+c1").text
    assert "Eine Organisation" in browser.get(f"{ROOT}/registrations?q=Titel+2+von+n0").text
    assert "Nichts gefunden" in browser.get(f"{ROOT}/registrations?q=%25").text


def test_filters_ask_for_kind_side_standing_and_what_is_to_be_cleared(world: World) -> None:
    fill(world)
    with world.database.write("m1") as session:
        session.get_one(OrganisationRecord, ("m1", "c0")).standing = Standing.WAITING
        session.get_one(EntryRecord, ("m1", "n0-0")).text = "Wir suchen eine Spende von 500 Euro."
        for entry in session.scalars(select(EntryRecord).where(EntryRecord.organisation_id != "n1")):
            entry.category = "hands"
        session.get_one(OrganisationRecord, ("m1", "n0")).nonprofit_seen_at = world.clock.now
    browser = organiser(world)
    for query, names in (
        ("kind=company", {"c0", "c1"}),
        ("side=need", {"n0", "n1"}),
        ("standing=waiting", {"c0"}),
        ("check=warnings", {"n0"}),
        ("check=no_category", {"n1"}),
        ("check=not_seen", {"n1"}),
        ("check=no_entry", set()),
        ("kind=nonsense&check=%3Cscript%3E", {"c0", "c1", "n0", "n1"}),
    ):
        page = browser.get(f"{ROOT}/registrations?{query}").text
        assert {key for key in ("c0", "c1", "n0", "n1") if f">Name {key}<" in page} == names, query


def test_the_list_takes_the_same_queries_for_one_and_for_many_and_stays_small(world: World) -> None:
    fill(world, 1)
    browser = organiser(world)
    with CountedStatements(world.database) as few:
        browser.get(f"{ROOT}/registrations")
    content = make_content(150)
    world.as_owner().post("/api/v1/markets/m1/imports", params={"name": "m.json"}, content=encode(content))
    with CountedStatements(world.database) as many:
        page = browser.get(f"{ROOT}/registrations")
    assert "300 Organisationen" in page.text
    assert many.count == few.count
    assert len(page.content) < 100_000
    assert "Seite 1 von 6" in page.text


def test_the_other_pages_too_take_the_same_queries_for_one_and_for_many_and_stay_small(world: World) -> None:
    fill(world, 1)
    browser = organiser(world)
    paths = ("bulk?deed=approve", "bulk?deed=set_category", "registrations/c0", "duplicates", "merge?kept=c0&gone=n0")
    counts: list[list[int]] = [[], []]
    for counted in counts:
        for path in paths:
            with CountedStatements(world.database) as statements:
                page = browser.get(f"{ROOT}/{path}")
            assert page.status_code == 200, path
            assert len(page.content) < 100_000, path
            counted.append(statements.count)
        world.as_owner().post(
            "/api/v1/markets/m1/imports", params={"name": "m.json"}, content=encode(make_content(150))
        ).raise_for_status()
    assert counts[0] == counts[1]


def test_everything_in_a_filter_is_approved_at_once_and_taken_back(world: World) -> None:
    fill(world)
    with world.database.write("m1") as session:
        session.get_one(OrganisationRecord, ("m1", "n1")).standing = Standing.RETURNED
    browser = organiser(world)
    shown = f"{ROOT}/bulk?deed=approve"
    page = browser.get(shown).text
    assert "Das betrifft 3 Organisationen." in page
    assert "Name c0" in page
    done = send(browser, shown, f"{ROOT}/bulk", deed="approve", count="3")
    assert "Erledigt, für alle zusammen." in done.text
    assert standings(world) == {
        "c0": Standing.APPROVED,
        "c1": Standing.APPROVED,
        "n0": Standing.APPROVED,
        "n1": Standing.RETURNED,
    }
    assert set(standings(world, EntryRecord).values()) == {Standing.APPROVED, Standing.SUBMITTED}
    span = re.search(r'name="span" value="([^"]+)"', done.text)[1]  # type: ignore[index]
    undone = browser.post(f"{ROOT}/bulk/undo", data=tokens(done.text) | {"span": span})
    assert "Rückgängig gemacht." in undone.text
    assert standings(world)["c0"] is Standing.SUBMITTED
    assert {entry.action for entry in audited(world)} >= {"approve", "undo"}


def test_a_bulk_deed_asks_again_when_somebody_came_meanwhile(world: World) -> None:
    fill(world)
    answer = send(organiser(world), f"{ROOT}/bulk?deed=approve", f"{ROOT}/bulk", deed="approve", count="3")
    assert answer.status_code == 409
    assert "Jetzt geht es um 4" in answer.text
    assert set(standings(world).values()) == {Standing.SUBMITTED}


def test_all_are_returned_with_a_reason_and_mails_wait_in_the_outbox(world: World) -> None:
    fill(world)
    browser = organiser(world)
    shown = f"{ROOT}/bulk?deed=return&kind=company"
    refused = send(browser, shown, f"{ROOT}/bulk", deed="return", kind="company", count="2")
    assert refused.status_code == 422
    assert "Bitte schreiben Sie, was fehlt" in refused.text
    send(browser, shown, f"{ROOT}/bulk", deed="return", kind="company", count="2", reason="Bitte {link} ein Datum.")
    assert standings(world)["c0"] is Standing.RETURNED
    with world.database.read() as session:
        mails = list(session.scalars(select(OutboxMessage)))
    assert {mail.recipient for mail in mails} == {"c0@example.org", "c1@example.org"}
    assert {(mail.kind, mail.status) for mail in mails} == {("entry_returned", "held")}
    assert all(mail.body is not None and mail.body.count("{link}") == 1 and "(link)" in mail.body for mail in mails)


def test_a_category_is_set_on_all_that_have_none_and_the_waiting_move_up(world: World) -> None:
    fill(world, standing=Standing.WAITING)
    browser = organiser(world)
    shown = f"{ROOT}/bulk?deed=set_category&side=need"
    send(browser, shown, f"{ROOT}/bulk", deed="set_category", side="need", count="2", category="hands")
    with world.database.read() as session:
        found = {entry.category for entry in session.scalars(select(EntryRecord).where(EntryRecord.side == EntrySide.NEED))}
        others = {entry.category for entry in session.scalars(select(EntryRecord).where(EntryRecord.side == EntrySide.OFFER))}
    assert (found, others) == ({"hands"}, {None})
    send(browser, f"{ROOT}/bulk?deed=move_up", f"{ROOT}/bulk", deed="move_up", count="4")
    assert set(standings(world).values()) == {Standing.APPROVED}
    with world.database.read() as session:
        told = list(session.scalars(select(OutboxMessage).where(OutboxMessage.kind == MessageKind.PLACE_FREE.value)))
    assert len(told) == 4
    assert {message.status for message in told} == {MessageStatus.HELD}
    assert "Name c0 ist jetzt dabei" in "".join(message.body or "" for message in told)


def test_one_organisation_shows_its_people_entries_wishes_and_history(world: World) -> None:
    fill(world)
    page = organiser(world).get(f"{ROOT}/registrations/c0").text
    for said in ("Name c0", "Titel 0 von c0", "c0@example.org", "gern treffen", "Verlauf", "Angelegt"):
        assert said in page


def test_one_is_approved_returned_withdrawn_and_restored(world: World) -> None:
    fill(world)
    browser = organiser(world)
    own = f"{ROOT}/registrations/n0"
    assert "Freigegeben." in send(browser, own, own, deed="approve").text
    assert standings(world)["n0"] is Standing.APPROVED
    assert standings(world, EntryRecord)["n0-1"] is Standing.APPROVED
    page = send(browser, own, own, deed="return", entry="n0-1", reason="Wann wäre das?").text
    assert "Wann wäre das?" in page
    assert standings(world, EntryRecord)["n0-1"] is Standing.RETURNED
    send(browser, own, own, deed="withdraw")
    assert standings(world)["n0"] is Standing.WITHDRAWN
    send(browser, own, own, deed="restore")
    assert standings(world)["n0"] is Standing.SUBMITTED
    assert "Vermerkt" in send(browser, own, own, deed="see").text
    assert "Zweimal angerufen" in send(browser, own, own, deed="note", note="Zweimal angerufen").text
    told = [(entry.action, entry.on_behalf_of) for entry in audited(world)][-8:]
    assert ("withdraw", "organisation:n0") in told
    assert ("see", None) not in told
    assert ("note_nonprofit", None) in told


def test_a_request_that_was_not_sent_yet_is_discarded_with_the_approval(world: World) -> None:
    fill(world)
    browser = organiser(world)
    own = f"{ROOT}/registrations/n0"
    send(browser, own, own, deed="return", reason="Wann wäre das?")
    send(browser, own, own, deed="return", entry="n0-1", reason="Und dies?")
    send(browser, own, own, deed="approve")
    with world.database.read() as session:
        mails = {mail.status for mail in session.scalars(select(OutboxMessage)) if "Wann" in (mail.body or "")}
        others = {mail.status for mail in session.scalars(select(OutboxMessage)) if "Und dies" in (mail.body or "")}
    assert mails == {"discarded"}
    assert others == {"held"}  # what was returned for itself is still to be mended
    assert standings(world, EntryRecord)["n0-1"] is Standing.RETURNED


def test_a_return_without_reason_keeps_the_page_and_changes_nothing(world: World) -> None:
    fill(world)
    own = f"{ROOT}/registrations/n0"
    answer = send(organiser(world), own, own, deed="return", reason="   ")
    assert answer.status_code == 422
    assert 'href="#f-reason"' in answer.text
    assert standings(world)["n0"] is Standing.SUBMITTED


def test_data_are_changed_on_behalf_and_a_stale_edit_shows_both_versions(world: World) -> None:
    fill(world)
    browser = organiser(world)
    own = f"{ROOT}/registrations/n0"
    fields = {
        "name": "Sportfreunde",
        "kind": "nonprofit",
        "representatives": "2",
        "contact__name": "Person n0",
        "contact__email": "n0@example.org",
        "assistance": "Eine Rampe",
        "attendance": "coming",
        "attending": "3",
        "values": "ökologisch\nfair",
    }
    done = send(browser, f"{own}?edit=organisation", own, deed="edit", version="2", **fields)
    assert "Im Verlauf steht" in done.text
    with world.database.read() as session:
        record = session.get_one(OrganisationRecord, ("m1", "n0"))
        assert (record.name, record.representatives, record.assistance, record.attending) == ("Sportfreunde", 2, "Eine Rampe", 3)
        assert record.values == ["ökologisch", "fair"]
    stale = send(browser, f"{own}?edit=organisation", own, deed="edit", version="2", **(fields | {"name": "Sportfreundinnen"}))
    assert stale.status_code == 409
    assert "Zwei Fassungen" in stale.text
    assert '<td class="said">Sportfreunde</td><td class="said">Sportfreundinnen</td>' in stale.text
    assert audited(world)[-1].on_behalf_of == "organisation:n0"


def test_what_is_wrong_in_a_form_is_told_at_its_field_and_kept(world: World) -> None:
    fill(world)
    own = f"{ROOT}/registrations/n0"
    answer = send(
        organiser(world),
        f"{own}?add=need",
        own,
        deed="add_entry",
        side="need",
        title="Zaun",
        **{"from": "31.2.2027", "people": "viele", "capacity": "1"},
    )
    assert answer.status_code == 422
    assert 'href="#f-from"' in answer.text
    assert 'href="#f-people"' in answer.text
    assert 'value="viele"' in answer.text
    page = send(organiser(world), f"{own}?add=need", own, deed="add_entry", side="need", title="Zaun", capacity="1").text
    assert "Zaun" in page


def test_an_organisation_is_added_by_hand(world: World) -> None:
    fill(world)
    shown = f"{ROOT}/add-registration"
    fields = {"name": "Tafel", "kind": "nonprofit", "representatives": "1", "contact__email": "falsch"}
    refused = send(organiser(world), shown, shown, deed="add", **fields)
    assert refused.status_code == 422
    done = send(organiser(world), shown, shown, deed="add", **(fields | {"contact__email": "tafel@example.org"}))
    assert "Eingetragen." in done.text
    with world.database.read() as session:
        assert session.scalar(select(OrganisationRecord.standing).where(OrganisationRecord.name == "Tafel")) is Standing.APPROVED


def test_ids_with_slashes_have_pages(world: World) -> None:
    fill(world)
    with world.database.write("m1") as session:
        from marktplatz.market import Organisation
        from marktplatz.usecases.actor import SYSTEM
        from marktplatz.usecases.organisations import add_organisation

        add_organisation(
            session, world.clock.now, SYSTEM, "m1", Organisation(id="a/b?c#d", kind=OrganisationKind.COMPANY, name="Schräg")
        )
    page = organiser(world).get(f"{ROOT}/registrations")
    assert f"{ROOT}/registrations/a%2Fb%3Fc%23d" in page.text
    assert "Schräg" in organiser(world).get(f"{ROOT}/registrations/a%2Fb%3Fc%23d").text


@pytest.mark.parametrize("role", [Role.BROKER, Role.NOTARY, Role.HELPER, Role.MODERATOR])
def test_the_rest_of_the_team_does_not_see_registrations(world: World, role: Role) -> None:
    fill(world)
    browser = organiser(world, role)
    for path in (
        "registrations",
        "registrations/c0",
        "add-registration",
        "bulk?deed=approve",
        "duplicates",
        "merge?kept=c0&gone=c1",
    ):
        assert browser.get(f"{ROOT}/{path}").status_code == 403, path


def test_participants_and_strangers_do_not_see_registrations(world: World) -> None:
    fill(world)
    with world.database.read() as session:
        person = session.scalars(select(Person.id).limit(1)).one()
    assert world.as_person("m1", person).get(f"{ROOT}/registrations", headers=HTML).status_code == 403
    assert world.browser().get(f"{ROOT}/registrations", headers=HTML).status_code == 401


def test_a_closed_market_is_read_and_not_changed(world: World) -> None:
    fill(world)
    browser = organiser(world)
    own = f"{ROOT}/registrations/n0"
    world.move("m1", Phase.CLOSED)
    assert send(browser, own, own, deed="approve").status_code == 409
    assert standings(world)["n0"] is Standing.SUBMITTED


def test_two_likely_ones_are_told_and_merged_with_all_that_hangs_on_them(world: World) -> None:
    fill(world)
    with world.database.write("m1") as session:
        session.get_one(OrganisationRecord, ("m1", "n0")).name = "Sportfreunde Nippes e. V."
        session.get_one(OrganisationRecord, ("m1", "n1")).name = "Sportfreunde Nippes"
        for wisher, target in (("c0", "n1"), ("n1", "c1"), ("n0", "n1")):
            session.add(
                WishRecord(
                    market_id="m1",
                    id=f"w-{wisher}-{target}",
                    organisation_id=wisher,
                    target=target,
                    level="like",
                    created_at=world.clock.now,
                )
            )
    browser = organiser(world)
    page = browser.get(f"{ROOT}/duplicates").text
    assert "derselbe Name" in page
    shown = f"{ROOT}/merge?kept=n0&gone=n1"
    assert "Sportfreunde Nippes e. V." in browser.get(shown).text
    done = send(browser, shown, f"{ROOT}/merge", kept="n0", gone="n1", take__name="gone", take__contact="gone")
    assert "Zusammengeführt." in done.text
    with world.database.read() as session:
        assert session.get(OrganisationRecord, ("m1", "n1")) is None
        kept = session.get_one(OrganisationRecord, ("m1", "n0"))
        assert kept.name == "Sportfreunde Nippes"
        assert len(session.scalars(select(EntryRecord).where(EntryRecord.organisation_id == "n0")).all()) == 6
        wishes = {(wish.organisation_id, wish.target) for wish in session.scalars(select(WishRecord))}
        people = session.execute(
            select(Person.name, Representation.is_contact)
            .join(Representation, Representation.person_id == Person.id)
            .where(Representation.organisation_id == "n0")
        ).all()
    assert wishes == {("c0", "n0"), ("n0", "c1")}
    assert sorted(tuple(row) for row in people) == [("Person n0", False), ("Person n1", True)]
    assert [entry.action for entry in audited(world)][-2:] == ["merge_organisation", "merged_into"]
    assert "Mit einer zweiten Anmeldung zusammengeführt" in done.text


def test_what_people_wrote_is_never_html(world: World) -> None:
    fill(world)
    nasty = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    with world.database.write("m1") as session:
        session.get_one(OrganisationRecord, ("m1", "n0")).name = nasty
        session.get_one(EntryRecord, ("m1", "n0-0")).title = nasty
    browser = organiser(world)
    for path in (
        "registrations",
        "registrations/n0",
        "registrations/n0?edit=organisation",
        "registrations/n0?entry=n0-0",
        "bulk?deed=approve",
        "duplicates",
        "merge?kept=n0&gone=n1",
        "registrations?q=%3Cscript%3Ealert(1)",
    ):
        page = browser.get(f"{ROOT}/{path}").text
        assert "<script>alert" not in page, path
        assert "<img" not in page, path
