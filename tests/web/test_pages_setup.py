"""Pages for setting a market up: three steps, copying, settings and their two versions, texts, team, phases; and who may not."""

import re
from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import event, select

from marktplatz.db.models import (
    AuditEntry,
    EntryRecord,
    Link,
    MailText,
    MarketRecord,
    Membership,
    OrganisationRecord,
    OutboxMessage,
    Person,
    Profile,
)
from marktplatz.market import Entry, Organisation
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.entries import add_entry
from marktplatz.usecases.logins import begin_login
from marktplatz.usecases.markets import get_market, get_policy
from marktplatz.usecases.organisations import add_organisation
from marktplatz.vocabulary import EntrySide, MessageKind, OrganisationKind, Phase, Role, Standing
from service_fixtures import World

PAGE = {"Accept": "text/html"}
EVENT = {
    "name": "Marktplatz Köln-Nippes",
    "date": "11.3.2027",
    "begins": "18 Uhr",
    "ends": "20.30",
    "venue": "Bürgerzentrum",
    "town": "Köln",
    "entry_deadline": "25.2.2027",
    "organiser_name": "Freiwilligenagentur",
    "organiser_email": "hallo@example.org",
}
RULES = {
    "categories.0.label": "Anpacken",
    "categories.0.kind": "hands",
    "categories.1.label": "Wissen",
    "categories.1.kind": "know_how",
    "reciprocity": "required",
    "within_kind": "none",
    "max_agreements": "3",
    "max_distance_km": "12,5",
    "visibility": "all",
}


class Browser:
    """A person of the staff with their login, who sends forms as our pages have them."""

    def __init__(self, world: World, account_id: str) -> None:
        with world.database.write() as session:
            secret = begin_login(session, world.clock.now, account_id=account_id)
        self.client: TestClient = world.browser()
        self.client.cookies.set("marktplatz", secret)

    def get(self, address: str, status: int = 200) -> str:
        answer = self.client.get(address, headers=PAGE)
        assert answer.status_code == status, answer.text
        return answer.text

    def send(self, address: str, values: dict[str, str], *, seen: str | None = None) -> Response:
        """With the hidden fields of the page as it was seen: the one at this address, unless another was."""
        hidden = hidden_fields(seen if seen is not None else self.client.get(address, headers=PAGE).text)
        return self.client.post(address, data=hidden | values, headers=PAGE, follow_redirects=False)


def hidden_fields(page: str) -> dict[str, str]:
    """Of the last form: ours stands after those of the frame."""
    form = page.rsplit("<form", 1)[1]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))


@pytest.fixture
def owner(world: World) -> Browser:
    return Browser(world, world.make_account("chefin@example.org", is_owner=True))


def make_organiser(world: World, market: str = "m1", mail: str = "anna@example.org") -> Browser:
    return Browser(world, world.make_account(mail, **{market: Role.ORGANISER}))


def read_market(world: World, market: str) -> tuple[MarketRecord, Profile]:
    with world.database.read() as session:
        return session.get_one(MarketRecord, market), session.get_one(Profile, market)


def actions(world: World, market: str) -> list[str]:
    with world.database.read() as session:
        return list(session.scalars(select(AuditEntry.action).where(AuditEntry.chain == market).order_by(AuditEntry.number)))


def fill(world: World, market: str, organisations: int) -> None:
    with world.database.write(market) as session:
        for number in range(organisations):
            kind = OrganisationKind.COMPANY if number % 2 else OrganisationKind.NONPROFIT
            name = f"o{number}"
            organisation = Organisation(id=name, kind=kind, name=f"Haus {number}", key=f"k{number}")
            add_organisation(session, world.clock.now, SYSTEM, market, organisation)
            side = EntrySide.OFFER if number % 2 else EntrySide.NEED
            add_entry(session, world.clock.now, SYSTEM, market, side, Entry(id=f"e{number}", organisation=name, title="Streichen"))


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


class TestTheOverview:
    def test_it_says_what_is_next_in_every_phase(self, world: World) -> None:
        world.make_market("m1", Phase.DRAFT, name="Markt")
        anna = make_organiser(world)
        assert "Das Impressum fehlt noch." in anna.get("/organise/m1")
        anna.send("/organise/m1/setup/event", EVENT)
        anna.send("/organise/m1/setup/texts/imprint", {"text": "Wir", "deed": "save"})
        page = anna.get("/organise/m1")
        assert "Das Impressum fehlt noch." not in page
        for said in ("Tag, Zeit, Ort und Veranstalterin stehen fest", "Das Team ist eingeladen", "Die Seite öffnen"):
            assert said in page
        anna.send("/organise/m1/phase/collecting", {})
        fill(world, "m1", 3)
        with world.database.write("m1") as session:
            session.get_one(OrganisationRecord, ("m1", "o0")).standing = Standing.SUBMITTED
        page = anna.get("/organise/m1")
        assert "Eine Anmeldung freigeben" in page
        assert "3 Einträgen einen Bereich geben" in page

    def test_it_is_small_and_asks_as_much_of_one_organisation_as_of_three_hundred(self, world: World) -> None:
        counts = []
        anna = None
        for market, number in (("klein", 1), ("gross", 300)):
            world.make_market(market, name="Markt")
            fill(world, market, number)
            anna = make_organiser(world, market, f"{market}@example.org")
            asked: list[str] = []
            count = lambda *told, asked=asked: asked.append(told[2])  # noqa: E731
            event.listen(world.database.engine, "before_cursor_execute", count)
            assert len(anna.get(f"/organise/{market}").encode()) < 100_000
            event.remove(world.database.engine, "before_cursor_execute", count)
            counts.append(len(asked))
        assert counts[0] == counts[1]

    def test_a_market_goes_its_way_and_back(self, world: World) -> None:
        world.make_market("m1", Phase.DRAFT, name="Markt")
        anna = make_organiser(world)
        for phase in ("collecting", "matching", "day", "follow_up"):
            answer = anna.send(f"/organise/m1/phase/{phase}", {})
            assert answer.headers["location"] == f"/organise/m1?done=phase_{phase}"
            anna.get("/organise/m1")
        assert anna.send("/organise/m1/phase/day", {}).status_code == 303

    @pytest.mark.parametrize(("begun", "to"), [(Phase.FOLLOW_UP, "closed"), (Phase.COLLECTING, "draft")])
    def test_what_takes_something_from_others_is_asked_first(self, world: World, begun: Phase, to: str) -> None:
        world.make_market("m1", begun, name="Markt")
        anna = make_organiser(world)
        assert f'href="/organise/m1/phase/{to}"' in anna.get("/organise/m1")
        refused = anna.send(f"/organise/m1/phase/{to}", {})
        assert refused.status_code == 422
        assert read_market(world, "m1")[0].phase is begun
        assert anna.send(f"/organise/m1/phase/{to}", {"sure": "on"}).status_code == 303
        assert read_market(world, "m1")[0].phase == to


class TestTheTeam:
    def test_somebody_new_gets_a_link_to_be_handed_over_once(self, world: World) -> None:
        anna = make_organiser(world, world.make_market(name="Markt"))
        invited = anna.send("/organise/m1/team", {"email": "Neu@example.org", "name": "Nele", "role": "helper"})
        assert invited.headers["location"] == "/organise/m1/team?done=member_invited_without_mail"
        with world.database.read() as session:
            message = session.scalars(select(OutboxMessage)).one()
            assert (message.recipient, message.kind) == ("neu@example.org", MessageKind.STAFF_INVITATION)
            assert message.subject == "Sie sind im Team: Markt"
            member = session.scalars(select(Membership.account_id).where(Membership.role == Role.HELPER)).one()
        address = f"/organise/m1/team/{member}/link"
        seen = anna.get("/organise/m1/team")
        shown = anna.send(address, {"once": ""}, seen=seen)
        assert shown.headers["cache-control"] == "no-store"
        (secret,) = re.findall(r"http://testserver/enter#([\w-]+)", shown.text)
        nele = world.browser()
        assert nele.post("/enter", data={"secret": secret}, headers=PAGE, follow_redirects=False).status_code == 303
        refused = anna.send(address, {"once": ""}, seen=seen)
        assert refused.status_code == 409
        assert "/enter#" not in refused.text

    def test_a_link_is_kept_nowhere_not_even_for_a_form_that_is_sent_again(self, world: World) -> None:
        anna = make_organiser(world, world.make_market(name="Markt"))
        anna.send("/organise/m1/team", {"email": "neu@example.org", "name": "Nele", "role": "helper"})
        with world.database.read() as session:
            member = session.scalars(select(Membership.account_id).where(Membership.role == Role.HELPER)).one()
        seen = anna.get("/organise/m1/team")
        assert "/enter#" in anna.send(f"/organise/m1/team/{member}/link", {}, seen=seen).text
        assert anna.send(f"/organise/m1/team/{member}/link", {}, seen=seen).status_code == 409

    def test_the_newer_link_replaces_the_older_and_three_days_are_enough(self, world: World) -> None:
        anna = make_organiser(world, world.make_market(name="Markt"))
        anna.send("/organise/m1/team", {"email": "neu@example.org", "name": "Nele", "role": "helper"})
        with world.database.read() as session:
            member = session.scalars(select(Membership.account_id).where(Membership.role == Role.HELPER)).one()
        seen = anna.get("/organise/m1/team")
        first, second = (
            re.findall(r"/enter#([\w-]+)", anna.send(f"/organise/m1/team/{member}/link", {"once": ""}, seen=seen).text)[0]
            for _ in range(2)
        )
        assert world.browser().post("/enter", data={"secret": first}, headers=PAGE).status_code == 403
        world.clock.now += timedelta(days=3)
        assert world.browser().post("/enter", data={"secret": second}, headers=PAGE).status_code == 403

    @pytest.mark.parametrize("standing", ["owner", "password", "elsewhere", "came_in", "stranger"])
    def test_nobody_gets_a_link_to_somebody_elses_way_in(self, world: World, standing: str) -> None:
        world.make_market("m1", name="Markt")
        world.make_market("m2", name="Anderer")
        roles = {"m1": Role.HELPER} | ({"m2": Role.HELPER} if standing == "elsewhere" else {})
        roles = {"m2": Role.HELPER} if standing == "stranger" else roles
        password = "vier wirklich lange worte" if standing == "password" else None
        account = world.make_account("bert@example.org", password, is_owner=standing == "owner", **roles)
        if standing == "came_in":
            Browser(world, account)
        anna = make_organiser(world)
        seen = anna.get("/organise/m1/team")
        refused = anna.send(f"/organise/m1/team/{account}/link", {"once": ""}, seen=seen)
        assert refused.status_code == (404 if standing == "stranger" else 409)
        with world.database.read() as session:
            assert session.scalars(select(Link)).all() == []

    def test_a_handed_link_is_void_as_soon_as_its_account_may_do_more(self, world: World, owner: Browser) -> None:
        world.make_market("m2", name="Anderer")
        anna = make_organiser(world, world.make_market(name="Markt"))
        anna.send("/organise/m1/team", {"email": "neu@example.org", "name": "Nele", "role": "helper"})
        with world.database.read() as session:
            member = session.scalars(select(Membership.account_id).where(Membership.role == Role.HELPER)).one()
        seen = anna.get("/organise/m1/team")
        (secret,) = re.findall(r"/enter#([\w-]+)", anna.send(f"/organise/m1/team/{member}/link", {"once": ""}, seen=seen).text)
        owner.send("/organise/m2/team", {"email": "neu@example.org", "role": "organiser"})
        assert world.browser().post("/enter", data={"secret": secret}, headers=PAGE).status_code == 403

    def test_the_last_organiser_is_asked_before_leaving(self, world: World) -> None:
        world.make_market("m1", name="Markt")
        account = world.make_account("anna@example.org", m1=Role.ORGANISER)
        anna = Browser(world, account)
        address, seen = f"/organise/m1/team/{account}/remove", anna.get("/organise/m1/team")
        asked = anna.send(address, {"role": "organiser"}, seen=seen)
        assert "die letzte Person" in asked.text
        anna.get("/organise/m1")
        assert anna.send(address, {"role": "organiser"}, seen=asked.text).headers["location"] == "/organise?done=role_taken"
        anna.get("/organise/m1", 404)

    def test_a_role_is_taken_from_others_at_once(self, world: World) -> None:
        anna = make_organiser(world, world.make_market(name="Markt"))
        bert = world.make_account("bert@example.org", m1=Role.BROKER)
        seen = anna.get("/organise/m1/team")
        assert anna.send(f"/organise/m1/team/{bert}/remove", {"role": "broker"}, seen=seen).status_code == 303
        assert actions(world, "m1")[-1] == "take_role"
        assert anna.send(f"/organise/m1/team/{bert}/remove", {"role": "broker", "once": ""}, seen=seen).status_code == 404

    @pytest.mark.parametrize("role", ["owner", "participant", "public", ""])
    def test_only_roles_of_the_team_are_given(self, world: World, role: str) -> None:
        anna = make_organiser(world, world.make_market(name="Markt"))
        assert anna.send("/organise/m1/team", {"email": "neu@example.org", "role": role}).status_code == 422


PARTS = ("event", "rules", "evening", "texts", "texts/imprint")
READ = ["/organise/m1", "/organise/m1/phase/closed", "/organise/m1/team", *(f"/organise/m1/setup/{part}" for part in PARTS)]
WRITTEN = [f"/organise/m1/setup/{part}" for part in PARTS if part != "texts"]
WRITTEN += ["/organise/m1/phase/matching", "/organise/m1/team", "/organise/m1/team/a-x/remove", "/organise/m1/team/a-x/link"]


class TestWhoMayNot:
    @pytest.mark.parametrize("address", READ)
    def test_pages_of_setting_up_are_for_organisers_of_this_market(self, world: World, address: str) -> None:
        world.make_market("m1", name="Markt")
        world.make_market("m2", name="Anderer")
        make_organiser(world).get(address)
        make_organiser(world, "m2", "other@example.org").get(address, 404)
        for role in (Role.BROKER, Role.NOTARY, Role.HELPER, Role.MODERATOR, Role.SCREEN):
            make_other = Browser(world, world.make_account(f"{role}@example.org", m1=role))
            make_other.get(address, 403)
        assert world.browser().get(address, headers=PAGE).status_code == 401
        with world.database.write("m1") as session:
            session.add(Person(market_id="m1", id="p1", name="Paul", email="p@example.org", created_at=world.clock.now))
        assert world.as_person("m1", "p1").get(address, headers=PAGE).status_code == 403

    @pytest.mark.parametrize("address", WRITTEN)
    def test_nobody_else_changes_anything(self, world: World, address: str) -> None:
        world.make_market("m1", name="Markt")
        world.make_market("m2", name="Anderer")
        before = actions(world, "m1")
        form = {"from": "collecting", "sure": "on", "deed": "save", "text": "X", "role": "helper", "email": "x@example.org"}
        broker = Browser(world, world.make_account("makler@example.org", m1=Role.BROKER))
        own = hidden_fields(broker.client.get("/organise", headers=PAGE).text)
        assert broker.client.post(address, data=own | EVENT | form, headers=PAGE).status_code == 403
        other = make_organiser(world, "m2", "other@example.org")
        own = hidden_fields(other.client.get("/organise", headers=PAGE).text)
        assert other.client.post(address, data=own | EVENT | form, headers=PAGE).status_code == 404
        assert world.browser().post(address, data=EVENT | form, headers=PAGE).status_code == 401
        assert actions(world, "m1") == before

    def test_whoever_helps_is_not_sent_to_a_page_that_refuses_them(self, world: World) -> None:
        world.make_market("m1", name="Markt")
        world.make_market("m2", Phase.DRAFT, name="Entwurf")
        broker = Browser(world, world.make_account("makler@example.org", m1=Role.BROKER, m2=Role.BROKER))
        page = broker.get("/organise")
        assert 'href="/m/m1"' in page
        assert "Makler:in" in page
        assert "Entwurf" in page
        assert "/organise/m1" not in page
        assert "/m2" not in page

    def test_only_the_owner_begins_a_market(self, world: World) -> None:
        anna = make_organiser(world, world.make_market(name="Markt"))
        anna.get("/organise/new", 403)
        own = hidden_fields(anna.get("/organise"))
        assert anna.client.post("/organise/new", data=own | EVENT, headers=PAGE).status_code == 403
        assert world.browser().get("/organise/new", headers=PAGE).status_code == 401

    def test_a_form_without_its_token_does_nothing(self, world: World) -> None:
        anna = make_organiser(world, world.make_market(name="Markt"))
        assert anna.client.post("/organise/m1/setup/event", data=EVENT, headers=PAGE).status_code == 403
        assert read_market(world, "m1")[1].venue is None
