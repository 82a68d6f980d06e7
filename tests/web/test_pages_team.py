"""Pages of a market that is set up: what is next, the phases, the team; and who may not."""

import re
from datetime import timedelta

import pytest
from setup_pages import EVENT, PAGE, Browser, actions, fill, hidden_fields, make_organiser, read_market
from sqlalchemy import select

from market_content import CountedStatements
from marktplatz.db.models import (
    Link,
    Membership,
    OrganisationRecord,
    OutboxMessage,
    Person,
)
from marktplatz.vocabulary import MessageKind, Phase, Role, Standing
from service_fixtures import World


@pytest.fixture
def owner(world: World) -> Browser:
    return Browser(world, world.make_account("chefin@example.org", is_owner=True))


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
            with CountedStatements(world.database) as asked:
                assert len(anna.get(f"/organise/{market}").encode()) < 100_000
            counts.append(asked.count)
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
