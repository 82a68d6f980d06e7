"""Pages for setting a market up: three steps, the rules, the evening, texts, copying, and two who edit at once."""

import re
from datetime import date

import pytest
from setup_pages import EVENT, PAGE, RULES, Browser, actions, fill, make_organiser, read_market
from sqlalchemy import select

from marktplatz.db.models import (
    EntryRecord,
    MailText,
    MarketRecord,
    Membership,
    OrganisationRecord,
    Person,
)
from marktplatz.usecases.markets import get_market, get_policy
from marktplatz.vocabulary import MessageKind, Phase, Role
from service_fixtures import World


@pytest.fixture
def owner(world: World) -> Browser:
    return Browser(world, world.make_account("chefin@example.org", is_owner=True))


class TestANewMarket:
    def test_the_first_step_makes_a_draft_with_sensible_rules(self, world: World, owner: Browser) -> None:
        answer = owner.send("/organise/new", EVENT)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/organise/marktplatz-koeln-nippes/setup/rules?")
        record, profile = read_market(world, "marktplatz-koeln-nippes")
        assert (record.phase, record.date) == (Phase.DRAFT, date(2027, 3, 11))
        assert (profile.begins, profile.ends, profile.entry_deadline) == ("18:00", "20:30", date(2027, 2, 25))
        with world.database.read() as session:
            labels = [category.label for category in get_policy(session, record).categories]
        assert labels == [
            *("Helfende Hände", "Wissen und Können", "Sachen", "Räume und Fahrzeuge", "Programm und Begegnung", "Querbeet")
        ]

    def test_only_the_name_is_needed(self, owner: Browser) -> None:
        assert owner.send("/organise/new", {"name": "Markt"}).status_code == 303
        refused = owner.send("/organise/new", {"name": "", "venue": "Rathaus"})
        assert refused.status_code == 422
        assert 'href="#f-name"' in refused.text
        assert 'value="Rathaus"' in refused.text

    def test_everything_that_is_wrong_is_told_at_once(self, owner: Browser) -> None:
        wrong = EVENT | {"name": "", "date": "31.2.2027", "begins": "abends", "organiser_email": "keine"}
        refused = owner.send("/organise/new", wrong)
        assert refused.status_code == 422
        for field in ("name", "date", "begins"):
            assert f'href="#f-{field}"' in refused.text
        assert "31.2.2027" in refused.text

    def test_a_deadline_after_the_market_is_refused(self, owner: Browser) -> None:
        refused = owner.send("/organise/new", EVENT | {"entry_deadline": "12.3.2027"})
        assert refused.status_code == 422
        assert 'href="#f-entry_deadline"' in refused.text

    def test_two_markets_of_one_name_get_two_addresses(self, owner: Browser) -> None:
        places = [owner.send("/organise/new", {"name": "Neu!"}).headers["location"] for _ in range(2)]
        assert [place.split("/")[2] for place in places] == ["neu", "neu-2"]
        assert owner.send("/organise/new", {"name": "new"}).headers["location"].split("/")[2] == "new-2"
        assert owner.send("/organise/new", {"name": "市場"}).headers["location"].split("/")[2] == "markt"

    def test_a_form_that_is_sent_twice_makes_one_market(self, world: World, owner: Browser) -> None:
        seen = owner.get("/organise/new")
        places = {owner.send("/organise/new", EVENT, seen=seen).headers["location"] for _ in range(2)}
        assert len(places) == 1
        with world.database.read() as session:
            assert len(session.scalars(select(MarketRecord)).all()) == 1

    def test_the_other_steps_follow_and_lead_to_the_overview(self, owner: Browser) -> None:
        market = owner.send("/organise/new", EVENT).headers["location"].split("/")[2]
        rules = owner.send(f"/organise/{market}/setup/rules?new=1", RULES | {"new": "1"})
        assert rules.headers["location"].startswith(f"/organise/{market}/setup/evening?")
        evening = owner.send(f"/organise/{market}/setup/evening", {"trading": "free", "new": "1"})
        assert evening.headers["location"] == f"/organise/{market}?done=market_ready"
        with_team = owner.send(f"/organise/{market}/setup/evening", {"trading": "free", "new": "1", "deed": "team"})
        assert with_team.headers["location"].startswith(f"/organise/{market}/team?")


class TestRules:
    def test_they_are_kept_as_typed(self, world: World) -> None:
        anna = make_organiser(world, world.make_market())
        assert anna.send("/organise/m1/setup/rules", RULES).status_code == 303
        with world.database.read() as session:
            policy = get_policy(session, get_market(session, "m1"))
        assert [(c.code, c.label) for c in policy.categories] == [("hands", "Anpacken"), ("know_how", "Wissen")]
        assert (policy.reciprocity, policy.within_kind) == ("required", "none")
        assert (policy.max_agreements, policy.max_distance_km) == (3, 12.5)
        _, profile = read_market(world, "m1")
        assert (profile.visibility, profile.approves) == ("all", False)

    def test_a_category_keeps_its_code_when_it_is_renamed_and_two_of_a_kind_get_two_codes(self, world: World) -> None:
        anna = make_organiser(world, world.make_market())
        anna.send("/organise/m1/setup/rules", RULES)
        again = RULES | {"categories.0.label": "Mit anfassen", "categories.2.label": "Muskeln", "categories.2.kind": "hands"}
        anna.send("/organise/m1/setup/rules", again)
        with world.database.read() as session:
            policy = get_policy(session, get_market(session, "m1"))
        assert [(c.code, c.label) for c in policy.categories] == [
            ("hands", "Mit anfassen"),
            ("know_how", "Wissen"),
            ("hands_2", "Muskeln"),
        ]

    def test_a_category_in_use_stays_and_is_told_by_its_name(self, world: World) -> None:
        anna = make_organiser(world, world.make_market())
        anna.send("/organise/m1/setup/rules", RULES)
        fill(world, "m1", 1)
        with world.database.write("m1") as session:
            session.get_one(EntryRecord, ("m1", "e0")).category = "hands"
        refused = anna.send("/organise/m1/setup/rules", RULES | {"categories.0.label": ""})
        assert refused.status_code == 409
        assert "Der Bereich „Anpacken“ wird noch" in refused.text
        assert 'href="#f-categories"' in refused.text

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"categories.1.label": "anpacken"}, "categories-1-label"),
            ({"categories.0.label": "", "categories.1.label": ""}, "categories"),
            ({"max_agreements": "zwei"}, "max_agreements"),
            ({"max_distance_km": "-3"}, "max_distance_km"),
        ],
    )
    def test_what_is_wrong_is_told_at_its_field(self, world: World, change: dict[str, str], field: str) -> None:
        anna = make_organiser(world, world.make_market())
        refused = anna.send("/organise/m1/setup/rules", RULES | change)
        assert refused.status_code == 422
        assert f'href="#f-{field}"' in refused.text
        assert f'id="f-{field}"' in refused.text

    def test_saving_without_a_change_leaves_no_trace(self, world: World) -> None:
        anna = make_organiser(world, world.make_market())
        anna.send("/organise/m1/setup/rules", RULES)
        before = actions(world, "m1")
        anna.send("/organise/m1/setup/rules", RULES)
        assert actions(world, "m1") == before


class TestTheEvening:
    def test_it_is_said_whether_the_rounds_fit(self, world: World, owner: Browser) -> None:
        market = owner.send("/organise/new", EVENT).headers["location"].split("/")[2]
        address = f"/organise/{market}/setup/evening"
        fitting = {"trading": "rounds", "rounds": "9", "round_minutes": "4", "tables": "40", "deed": "check"}
        answer = owner.send(address, fitting)
        assert answer.status_code == 200
        assert "9 Runden dauern mit je einer Minute zum Wechseln 44 Minuten" in answer.text
        assert "bleiben 106." in answer.text
        assert "360 Gespräche" in answer.text
        answer = owner.send(address, fitting | {"rounds": "20", "round_minutes": "10"})
        assert "Das wird zu lang" in answer.text
        assert "höchstens 13 Runden" in answer.text
        assert read_market(world, market)[1].rounds is None

    def test_rounds_need_their_numbers(self, world: World) -> None:
        anna = make_organiser(world, world.make_market())
        refused = anna.send("/organise/m1/setup/evening", {"trading": "rounds", "rounds": "9"})
        assert refused.status_code == 422
        assert 'href="#f-round_minutes"' in refused.text


class TestTwoOrganisersAtOnce:
    def test_the_second_sees_both_versions_and_may_then_decide(self, world: World) -> None:
        world.make_market(name="Markt")
        anna, bert = make_organiser(world), make_organiser(world, mail="bert@example.org")
        seen = bert.get("/organise/m1/setup/event")
        anna.send("/organise/m1/setup/event", EVENT | {"venue": "Rathaus"})
        stale = bert.send("/organise/m1/setup/event", EVENT | {"venue": "Stadthalle"}, seen=seen)
        assert stale.status_code == 409
        assert "Jetzt gespeichert" in stale.text
        assert "<td>Stadthalle</td>" in stale.text
        assert "<td>Rathaus</td>" in stale.text
        assert 'value="Stadthalle"' in stale.text
        assert read_market(world, "m1")[1].venue == "Rathaus"
        assert bert.send("/organise/m1/setup/event", EVENT | {"venue": "Stadthalle"}, seen=stale.text).status_code == 303
        assert read_market(world, "m1")[1].venue == "Stadthalle"

    def test_changes_in_another_part_disturb_nobody(self, world: World) -> None:
        world.make_market(name="Markt")
        anna, bert = make_organiser(world), make_organiser(world, mail="bert@example.org")
        seen = bert.get("/organise/m1/setup/event")
        anna.send("/organise/m1/setup/rules", RULES)
        anna.send("/organise/m1/setup/texts/imprint", {"text": "Wir", "deed": "save"})
        assert bert.send("/organise/m1/setup/event", EVENT, seen=seen).status_code == 303
        record, profile = read_market(world, "m1")
        assert (record.reciprocity, profile.texts, profile.venue) == ("required", {"imprint": "Wir"}, "Bürgerzentrum")

    def test_two_who_write_the_same_agree(self, world: World) -> None:
        world.make_market(name="Markt")
        anna, bert = make_organiser(world), make_organiser(world, mail="bert@example.org")
        seen = bert.get("/organise/m1/setup/event")
        event = EVENT | {"begins": "18:00", "ends": "20:30"}
        anna.send("/organise/m1/setup/event", event)
        assert bert.send("/organise/m1/setup/event", event, seen=seen).status_code == 303

    def test_texts_show_both_versions_too(self, world: World) -> None:
        world.make_market(name="Markt")
        anna, bert = make_organiser(world), make_organiser(world, mail="bert@example.org")
        seen = bert.get("/organise/m1/setup/texts/imprint")
        anna.send("/organise/m1/setup/texts/imprint", {"text": "Annas Text", "deed": "save"})
        stale = bert.send("/organise/m1/setup/texts/imprint", {"text": "Berts Text", "deed": "save"}, seen=seen)
        assert stale.status_code == 409
        assert "<p>Annas Text</p>" in stale.text
        assert "Berts Text</textarea>" in stale.text

    def test_a_market_is_moved_once(self, world: World) -> None:
        world.make_market(phase=Phase.COLLECTING)
        anna, bert = make_organiser(world), make_organiser(world, mail="bert@example.org")
        seen = bert.get("/organise/m1/phase/matching")
        anna.send("/organise/m1/phase/matching", {})
        assert bert.send("/organise/m1/phase/matching", {}, seen=seen).status_code == 409
        assert actions(world, "m1").count("change_phase") == 1


class TestTexts:
    def test_an_own_text_replaces_ours_until_ours_is_taken_again(self, world: World) -> None:
        anna = make_organiser(world, world.make_market(name="Markt"))
        address = "/organise/m1/setup/texts/privacy"
        assert "Standardtext" in anna.get(address)
        anna.send(address, {"text": "Wir speichern <b>nichts</b>.", "deed": "save"})
        assert "Wir speichern &lt;b&gt;nichts&lt;/b&gt;." in world.browser().get("/m/m1/texts/privacy", headers=PAGE).text
        anna.send(address, {"text": "egal", "deed": "reset"})
        assert read_market(world, "m1")[1].texts == {}

    def test_a_preview_keeps_nothing(self, world: World) -> None:
        anna = make_organiser(world, world.make_market(name="Markt"))
        shown = anna.send("/organise/m1/setup/texts/steps", {"text": "Eins\nZwei", "deed": "preview"})
        assert "<ol><li>Eins</li><li>Zwei</li></ol>" in shown.text
        assert read_market(world, "m1")[1].texts == {}

    def test_our_own_text_sent_back_stays_ours(self, world: World) -> None:
        anna = make_organiser(world, world.make_market(name="Markt"))
        for name in ("about", "steps", "imprint", "privacy", "accessibility"):
            address = f"/organise/m1/setup/texts/{name}"
            typed = re.search(r"<textarea[^>]*>(.*?)</textarea>", anna.get(address), re.DOTALL)
            assert typed is not None
            anna.send(address, {"text": typed[1].replace("\n", "\r\n"), "deed": "save"})
        _, profile = read_market(world, "m1")
        assert (profile.about, profile.texts) == (None, {})


class TestCopying:
    def test_rules_texts_team_and_history_come_along_and_nobody_else(self, world: World, owner: Browser) -> None:
        source = owner.send("/organise/new", EVENT).headers["location"].split("/")[2]
        owner.send(f"/organise/{source}/setup/rules", RULES)
        owner.send(f"/organise/{source}/setup/texts/imprint", {"text": "Unser Impressum", "deed": "save"})
        owner.send(f"/organise/{source}/team", {"email": "bert@example.org", "name": "Bert", "role": "notary"})
        fill(world, source, 3)
        with world.database.write(source) as session:
            session.add(Person(market_id=source, id="p1", name="Carla", email="carla@example.org", created_at=world.clock.now))
            session.add(MailText(market_id=source, kind=MessageKind.REMINDER, subject="Bis bald", body="Text"))
            session.get_one(MarketRecord, source).earlier_agreements = [{"keys": ["k1", "k0"]}]
        ticked = {"name": "Nippes 2028", "venue": "Bürgerzentrum", "with_team": "on", "with_history": "on"}
        answer = owner.send(f"/organise/new?after={source}", ticked | {"after": source})
        assert answer.status_code == 303, answer.text
        copy = answer.headers["location"].split("?")[0].split("/")[2]
        record, profile = read_market(world, copy)
        assert (record.name, record.date, record.reciprocity, record.phase) == ("Nippes 2028", None, "required", Phase.DRAFT)
        assert (profile.entry_deadline, profile.copied_from) == (None, source)
        assert profile.texts == {"imprint": "Unser Impressum"}
        assert record.earlier_agreements == [{"keys": ["k0", "k1"]}]
        with world.database.read() as session:
            for kept in (OrganisationRecord, EntryRecord, Person):
                assert session.scalars(select(kept).where(kept.market_id == copy)).all() == []
            assert session.get_one(MailText, (copy, MessageKind.REMINDER)).subject == "Bis bald"
            roles = session.scalars(select(Membership.role).where(Membership.market_id == copy)).all()
        assert roles == [Role.NOTARY]
        assert "copy_market" in actions(world, copy)

    def test_team_and_history_stay_where_nobody_ticks_them(self, world: World, owner: Browser) -> None:
        world.make_market("alt", Phase.CLOSED, name="Alt")
        make_organiser(world, "alt")
        owner.send("/organise/new", {"name": "Neu", "after": "alt"})
        with world.database.read() as session:
            assert session.scalars(select(Membership).where(Membership.market_id == "neu")).all() == []

    def test_the_days_of_the_old_one_are_not_offered(self, owner: Browser) -> None:
        source = owner.send("/organise/new", EVENT).headers["location"].split("/")[2]
        page = owner.get(f"/organise/new?after={source}")
        assert 'value="11.3.2027"' not in page
        assert 'value="25.2.2027"' not in page
        assert 'value="Bürgerzentrum"' in page
