"""Tables in zones: as many conversations as possible sit where they belong, and none is lost for it."""

from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from marktplatz.matching.rounds.values import Conversation
from marktplatz.matching.rounds.zones import TableZone, seat_in_zones

TOPICS = ("hands", "know_how", "open")


@st.composite
def rounds(draw):
    """One round: conversations at tables, what they are about, and zones."""
    tables = draw(st.integers(1, 5))
    count = draw(st.integers(0, tables))
    seats = draw(st.permutations(range(1, tables + 1)))[:count]
    talks = [Conversation(1, table, (f"a{index}", f"b{index}"), 0) for index, table in enumerate(seats)]
    topics = {each.organisations: draw(st.sets(st.sampled_from(TOPICS), max_size=2)) for each in talks}
    ends = [sorted(draw(st.tuples(st.integers(1, 5), st.integers(1, 7)))) for _ in range(draw(st.integers(0, 3)))]
    zones = [TableZone(draw(st.sampled_from(TOPICS[:2])), first, last) for first, last in ends]
    settled = draw(st.sets(st.sampled_from([each.organisations for each in talks]))) if talks else set()
    return tables, talks, topics, zones, settled


def cost(talk: Conversation, table: int, topics, zones) -> int:
    own = [zone for zone in zones if zone.category in topics[talk.organisations]]
    any_zone = any(zone.first <= table <= zone.last for zone in zones)
    if not any(zone.first <= 5 for zone in own):
        return int(any_zone)
    return 0 if any(zone.first <= table <= zone.last for zone in own) else 1 + any_zone


def seat(case):
    tables, talks, topics, zones, settled = case
    sitters = {each.organisations: each.organisations[0] for each in talks}
    return seat_in_zones(talks, zones, tables=tables, topics=topics, sitters=sitters, settled=settled)


@settings(max_examples=200)
@given(rounds())
def test_nobody_is_lost_and_no_other_seating_suits_better(case) -> None:
    tables, talks, topics, zones, settled = case
    seated = seat(case)
    assert sorted(each.organisations for each in seated) == sorted(each.organisations for each in talks)
    assert len({each.table for each in seated}) == len(seated)
    before = {each.organisations: each.table for each in talks}
    assert all(each.table == before[each.organisations] for each in seated if each.organisations in settled)
    if not zones:
        assert seated == tuple(talks)
        return
    moving = [each for each in talks if each.organisations not in settled]
    free = sorted(set(range(1, tables + 1)) - {before[who] for who in settled})
    # a zone that lies behind the last table is as none
    real = [zone for zone in zones if zone.first <= tables]
    reached = sum(cost(each, each.table, topics, real) for each in seated if each.organisations not in settled)
    tried = permutations(free, len(moving))
    assert reached == min(sum(cost(talk, table, topics, real) for talk, table in zip(moving, each, strict=True)) for each in tried)


def test_who_sits_goes_on_sitting_at_the_same_table() -> None:
    talks = [Conversation(number, 1, (f"club{number}", "bank"), 0) for number in (1, 2, 3)]
    topics = {each.organisations: {"hands"} for each in talks}
    sitters = {each.organisations: "bank" for each in talks}
    seated = seat_in_zones(talks, [TableZone("hands", 3, 5)], tables=6, topics=topics, sitters=sitters)
    assert [(each.round, each.table) for each in seated] == [(1, 3), (2, 3), (3, 3)]
