"""The board: sums of what is certified, kept apart; names only of those who agreed to be published."""

from typing import Any

from day_world import AGREEMENTS, MARKET, RETURN, SERVICE, Day, codes, make_day, submit
from factories import make_category
from marktplatz.vocabulary import Phase, Role
from service_fixtures import World

BOARD = f"{MARKET}/board"
NO_FIGURES = {"services": 0, "hours": 0, "quantity": 0, "value_euros": 0}


def certify(world: World, **changes: Any) -> str:
    agreement = submit(world.as_token(Role.BROKER), **changes)
    answer = world.as_token(Role.NOTARY).post(f"{AGREEMENTS}/{agreement}/certify")
    assert answer.status_code == 200, answer.text
    return agreement


def read(world: World, **headers: str) -> Any:
    answer = world.as_token(Role.SCREEN).get(BOARD, headers=headers)
    assert answer.status_code == 200
    return answer.json()


def test_an_empty_market_has_an_empty_board(world: World) -> None:
    make_day(world, name="Markt am Rhein")
    board = read(world)
    assert board.pop("version") > 0
    assert board == {
        "market": "Markt am Rhein",
        "phase": "day",
        "agreements": 0,
        "organisations": 0,
        "sides": {"service": NO_FIGURES, "return": NO_FIGURES},
        "categories": [],
        "latest": [],
        "time": "2027-03-01T09:00:00Z",
    }


def test_hours_things_and_euros_are_kept_apart_on_both_sides_and_by_category(world: World) -> None:
    day = make_day(world, categories=(make_category("paint-it", "hands"), make_category("cake", "goods")))
    day.offer("cakes", "club", category="cake", capacity=2)
    day.need("floor", "club", category="paint-it")
    things = {"side": "return", "giver": "club", "taker": "bank", "offer": "cakes", "text": "Kuchen", "quantity": 12}
    certify(world, services=[SERVICE | {"need": "floor"}, RETURN, things])
    submit(world.as_token(Role.BROKER))
    board = read(world)
    assert (board["agreements"], board["organisations"]) == (1, 2)
    assert board["sides"] == {
        "service": {"services": 1, "hours": 18, "quantity": 0, "value_euros": 0},
        "return": {"services": 2, "hours": 2, "quantity": 12, "value_euros": 150},
    }
    assert board["categories"] == [
        {"code": "paint-it", "label": "Paint-It", "figures": {"services": 1, "hours": 18, "quantity": 0, "value_euros": 0}},
        {"code": "cake", "label": "Cake", "figures": {"services": 1, "hours": 0, "quantity": 12, "value_euros": 0}},
        {"code": None, "label": None, "figures": {"services": 1, "hours": 2, "quantity": 0, "value_euros": 150}},
    ]


def test_what_is_void_does_not_count(world: World) -> None:
    make_day(world)
    agreement = certify(world)
    before = read(world)
    world.as_token(Role.NOTARY).post(f"{AGREEMENTS}/{agreement}/void", json={"reason": "x"})
    after = read(world)
    assert (after["agreements"], after["organisations"], after["latest"]) == (0, 0, [])
    assert after["version"] > before["version"]


def latest(day: Day, **headers: str) -> tuple[str, list[str]]:
    (shown,) = read(day.world, **headers)["latest"]
    return shown["text"], shown["parties"]


def test_names_appear_only_where_all_parties_agreed_to_be_published(world: World) -> None:
    day = make_day(world)
    certify(world)
    assert latest(day) == ("eine Vereinbarung", [])
    day.person("paul", "bank", publication=True)
    day.person("photo", "club", photos=True)
    assert latest(day) == ("eine Vereinbarung", [])
    assert latest(day, **{"Accept-Language": "en"}) == ("an agreement", [])
    day.person("anna", "club", publication=True)
    assert latest(day) == ("Wände streichen", ["Bank", "Club"])
    day.person("berta", "club", publication=False)
    assert latest(day) == ("eine Vereinbarung", [])


def test_the_latest_come_first_and_are_ten(world: World) -> None:
    make_day(world)
    for _ in range(11):
        certify(world, services=[RETURN])
    assert [shown["number"] for shown in read(world)["latest"]] == list(range(11, 1, -1))


def test_the_board_and_its_events_are_for_screens_moderation_and_staff(world: World) -> None:
    day = make_day(world)
    for role in (Role.MODERATOR, Role.ORGANISER, Role.BROKER, Role.NOTARY, Role.HELPER):
        assert world.as_token(role).get(BOARD).status_code == 200
    paul = day.person("paul", "bank")
    for address in (BOARD, f"{BOARD}/events"):
        assert codes(paul.get(address)) == ["role_may_not"]
        assert codes(world.client().get(address)) == ["not_signed_in"]
        assert codes(world.as_token(Role.SCREEN, "m2").get(address)) == ["unknown_market"]
        assert codes(world.as_token(Role.SCREEN, scopes=("agreements:read",)).get(address)) == ["scope_too_narrow"]
    world.move("m1", Phase.DRAFT)
    assert codes(world.as_token(Role.SCREEN).get(f"{BOARD}/events")) == ["phase_forbids"]
