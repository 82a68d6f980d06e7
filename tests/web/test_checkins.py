"""Check-ins over HTTP: who is there on the day, who may say so, and what two helpers at two doors do to each other."""

from day_world import MARKET, codes, make_day
from marktplatz.vocabulary import Phase, Role
from service_fixtures import World

CHECKINS = f"{MARKET}/checkins"
PRESENT = {"organisation": "club", "status": "present", "people": 2}


def test_an_organisation_comes_and_goes(world: World) -> None:
    make_day(world)
    helper = world.as_token(Role.HELPER)
    came = helper.post(CHECKINS, json=PRESENT, headers={"Idempotency-Key": "k"})
    assert came.status_code == 201
    assert came.json() == {**PRESENT, "changed_at": "2027-03-01T09:00:00Z", "version": 1}
    assert helper.post(CHECKINS, json=PRESENT, headers={"Idempotency-Key": "k"}).content == came.content
    world.clock.move(hours=2)
    sent = {"status": "left", "people": 0}
    went = helper.put(came.headers["Location"], json=sent, headers={"If-Match": came.headers["ETag"]})
    assert (went.json()["status"], went.json()["people"], went.json()["changed_at"]) == ("left", 0, "2027-03-01T11:00:00Z")
    assert helper.get(f"{CHECKINS}/club").json() == went.json()


def test_two_doors_do_not_overwrite_each_other(world: World) -> None:
    make_day(world)
    helper = world.as_token(Role.HELPER)
    came = helper.post(CHECKINS, json=PRESENT)
    assert codes(helper.post(CHECKINS, json=PRESENT | {"status": "absent"})) == ["checked_in_already"]
    address, etag = came.headers["Location"], came.headers["ETag"]
    assert helper.put(address, json={"status": "left"}).status_code == 428
    helper.put(address, json={"status": "present", "people": 5}, headers={"If-Match": etag})
    late = helper.put(address, json={"status": "left"}, headers={"If-Match": etag})
    assert (late.status_code, late.json()["current"]["people"]) == (412, 5)


def test_the_list_is_by_organisation_and_status(world: World) -> None:
    make_day(world)
    helper = world.as_token(Role.HELPER)
    for organisation, status in (("club", "present"), ("bank", "absent"), ("choir", "present")):
        helper.post(CHECKINS, json={"organisation": organisation, "status": status})
    assert [row["organisation"] for row in helper.get(CHECKINS).json()] == ["bank", "choir", "club"]
    assert [row["organisation"] for row in helper.get(f"{CHECKINS}?status=present").json()] == ["choir", "club"]


def test_staff_reads_and_the_door_writes_on_the_day(world: World) -> None:
    day = make_day(world)
    for role in (Role.BROKER, Role.NOTARY, Role.MODERATOR):
        assert world.as_token(role).get(CHECKINS).status_code == 200
        assert codes(world.as_token(role).post(CHECKINS, json=PRESENT)) == ["role_may_not"]
    for nobody in (world.as_token(Role.SCREEN), day.person("paul", "bank")):
        assert codes(nobody.get(CHECKINS)) == ["role_may_not"]
    organiser = world.as_token(Role.ORGANISER)
    world.move("m1", Phase.MATCHING)
    assert codes(organiser.post(CHECKINS, json=PRESENT)) == ["phase_forbids"]


def test_who_is_unknown_cannot_come(world: World) -> None:
    make_day(world)
    helper = world.as_token(Role.HELPER)
    assert codes(helper.post(CHECKINS, json=PRESENT | {"organisation": "ghost"})) == ["unknown_organisation_here"]
    assert codes(helper.get(f"{CHECKINS}/club")) == ["not_checked_in"]
    assert codes(helper.put(f"{CHECKINS}/club", json={"status": "left"}, headers={"If-Match": "*"})) == ["not_checked_in"]
