"""The live plan of the evening: whatever happens, everybody who is there has somebody, within a moment and with few changes."""

from live_world import make_live
from service_fixtures import World


def test_a_partner_who_does_not_come_is_replaced(world: World) -> None:
    live = make_live(world)
    before = live.pairs()
    live.check_in("c1", "absent")
    change = live.wait_for_change()
    assert ("c1.paint", "n1.walls") in before
    assert not {pair for pair in live.pairs() if pair[0].startswith("c1.")}
    assert [each["code"] for each in change.causes] == ["absent"]
    found = live.solve_anew(absent=("c1",))
    assert (live.run().summary["total_points"], change.is_proven) == (found.points, True)  # type: ignore[index]
    assert {talk["change"] for talk in change.talks} <= {"came", "went", "moved"}
    assert all("c1" not in couple for couple in live.talks())
