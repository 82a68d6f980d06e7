"""What a run would be made of, and how a plan treats people: counted by hand on small markets."""

from typing import Any

from factories import make_market, make_need, make_nonprofit, make_offer, make_organisation
from marktplatz.db.models import EntryRecord, OrganisationRecord
from marktplatz.market import PairRule
from marktplatz.usecases.plan_shares import Exchange, Share, Spread, count_shares
from marktplatz.usecases.preflight import look_before_run, make_known_preflights, scan_ready
from marktplatz.vocabulary import Attendance, EntrySide, OrganisationKind, PairStatus, Standing
from run_world import Statements, plant, small_market
from service_fixtures import World

COMPANY, NONPROFIT = OrganisationKind.COMPANY, OrganisationKind.NONPROFIT


def put(world: World, kind: type[Any], key: str, **fields: Any) -> None:
    with world.database.write("m1") as session:
        record = session.get_one(kind, ("m1", key))
        for name, value in fields.items():
            setattr(record, name, value)


def test_a_market_is_counted_with_its_places_and_its_rules() -> None:
    market = make_market(
        organisations=[make_organisation("bank"), make_nonprofit("club"), make_nonprofit("mute")],
        offers=[make_offer("paint", "bank", category="hands", capacity=3)],
        needs=[make_need("walls", "club", category="hands"), make_need("moon", "club", category="access")],
        pairs=[PairRule(offer="paint", need="walls", status=PairStatus.PINNED)],
    )
    found = scan_ready(market)
    assert (found.companies, found.nonprofits) == (1, 2)
    assert (found.offers, found.offer_places, found.needs, found.need_places) == (1, 3, 2, 2)
    assert (found.pinned, found.forbidden) == (1, 0)
    assert found.silent == (("mute", "Mute"),)
    assert [each.id for each in found.impossible_of(EntrySide.NEED)] == ["moon"]
    assert found.impossible_of(EntrySide.OFFER) == ()


def test_an_empty_market_has_no_prospect() -> None:
    found = scan_ready(make_market(organisations=[], offers=[], needs=[]))
    assert (found.offers, found.needs, found.impossible, found.silent) == (0, 0, (), ())


def test_who_is_left_out_of_a_run_is_counted_apart(world: World) -> None:
    plant(world, small_market())
    put(world, OrganisationRecord, "bank", attendance=Attendance.CANCELLED)
    put(world, OrganisationRecord, "firm", standing=Standing.WAITING)
    put(world, OrganisationRecord, "shop", standing=Standing.SUBMITTED)
    put(world, EntryRecord, "advice", standing=Standing.SUBMITTED)  # waits with its organisation and is not counted twice
    put(world, EntryRecord, "walls", standing=Standing.SUBMITTED)
    with world.database.read() as session:
        found = look_before_run(session, "m1", make_known_preflights())
    assert (found.unseen, found.cancelled, found.organisations[Standing.WAITING]) == (2, 1, 1)
    assert (found.prospect.companies, found.prospect.offers, found.prospect.needs) == (0, 0, 2)


def test_asking_again_costs_three_queries(world: World) -> None:
    plant(world, small_market())
    known = make_known_preflights()
    with world.database.read() as session:
        first = look_before_run(session, "m1", known)
        with Statements(world.database) as statements:
            assert look_before_run(session, "m1", known) == first
    assert statements.count == 3


def test_programs_may_ask_before_a_run(world: World) -> None:
    plant(world, small_market())
    found = world.as_owner().get("/api/v1/markets/m1/preflight").json()
    assert (found["needs"], found["offers"], found["unseen"], found["impossible_needs"]) == (3, 3, 0, [])


def test_a_plan_is_shared_out_by_kind_size_district_and_category() -> None:
    market = make_market(
        organisations=[
            make_organisation("bank", postcode="50667"),
            make_organisation("firm", postcode="50 668"),
            make_nonprofit("club", postcode="51063"),
            make_nonprofit("choir"),
        ],
        offers=[
            make_offer("paint", "bank", category="hands", capacity=4),
            make_offer("song", "choir", category="programme"),
            make_offer("van", "firm"),
        ],
        needs=[make_need("walls", "club", category="hands"), make_need("rooms", "choir", category="hands")],
    )
    links = [("paint", "walls", "bank", "club"), ("paint", "rooms", "bank", "choir")]
    shares = count_shares(market, links)
    assert shares.spread == (
        Spread(COMPANY, None, 1, 0, 1),
        Spread(COMPANY, 0, 1, 0, 0),
        Spread(COMPANY, 2, 0, 0, 1),
        Spread(NONPROFIT, None, 0, 2, 0),
        Spread(NONPROFIT, 0, 0, 1, 0),
        Spread(NONPROFIT, 1, 0, 1, 0),
    )
    assert shares.exchange == (Exchange(COMPANY, 2, 0, 1, 0, 0, 1), Exchange(NONPROFIT, 0, 2, 0, 2, 0, 0))
    assert shares.districts == (Share("506", 1, 2), Share("510", 1, 1), Share(None, 1, 1))
    assert shares.categories == (Share("hands", 3, 3), Share("programme", 0, 1), Share(None, 0, 1))
    assert [each.percent for each in shares.districts] == [50, 100, 100]
