"""A minimum-cost circulation, kept optimal while bounds and costs change: residual arcs, prices, shortest paths. No market."""

from typing import Final

from marktplatz.matching.paths import PathSearch, Way, find_unit

HUB: Final = 0
"""The node where every circulation closes: before the companies and after the nonprofits."""


class Circulation:
    """A flow x with l_a <= x_a <= u_a and no excess anywhere, and prices p that prove it cheapest.

    Arc a has two residual arcs, 2a along it with room u_a - x_a and cost c_a, and 2a + 1 against it with room x_a - l_a and cost
    -c_a. The flow is cheapest while c_r + p(tail) - p(head) >= 0 for every residual arc r with room. Costs and prices are
    Python's whole numbers: several tiers of an objective fit into one cost, none can overflow.

    Parameters
    ----------
    tails, heads : lists of int, length M
    costs : list of int, length M
    bounds : lists of int, length M
        The least and the most that every arc must and may carry.
    flow : list of int, length M
        Must have no excess at any node and keep the bounds.
    prices : list of int, length V
        Must prove the flow cheapest.
    watched : int
        Arcs 0 to `watched` - 1 hold 0 or 1 unit; `flips` says which of them changed.
    slack : int
        A small cost: prices that move by less leave the order in which arcs are searched as it is. It changes no result.

    Attributes
    ----------
    flow : list of int, length M
    flips : set of int
        Watched arcs whose flow is another than when the set was last emptied.
    """

    def __init__(
        self,
        tails: list[int],
        heads: list[int],
        costs: list[int],
        bounds: tuple[list[int], list[int]],
        flow: list[int],
        prices: list[int],
        watched: int,
        slack: int,
    ) -> None:
        self.flow = flow
        self.flips: set[int] = set()
        self._watched = watched
        self._lower, self._upper = bounds
        self._begin = [node for ends in zip(tails, heads, strict=True) for node in ends]
        self._end = [node for ends in zip(heads, tails, strict=True) for node in ends]
        self._cost_unit = find_unit(len(prices))
        self._cost = [signed * self._cost_unit for cost in costs for signed in (cost, -cost)]
        self._room = [0] * len(self._begin)
        # The same prices twice: a search against the arcs is a search along them with every price negated.
        self._prices, slack = [price * self._cost_unit for price in prices], slack * self._cost_unit
        self._along = Way(self._prices, self._begin, self._end, self._cost, slack)
        self._against = Way([-price for price in self._prices], self._end, self._begin, self._cost, slack)
        self._paths = PathSearch(self._room, slack // 32 & -self._cost_unit, self._cost_unit)
        self._excess: dict[int, int] = {}
        for arc, units in enumerate(flow):
            self._set_room(2 * arc, self._upper[arc] - units)
            self._set_room(2 * arc + 1, units - self._lower[arc])

    def set_bounds(self, arc: int, lower: int, upper: int) -> None:
        """Change what an arc must and may carry; `repair` afterwards."""
        if (lower, upper) != (self._lower[arc], self._upper[arc]):
            self._lower[arc], self._upper[arc] = lower, upper
            self._settle(arc)

    def set_cost(self, arc: int, cost: int) -> None:
        """Change an arc's cost; `repair` afterwards."""
        cost *= self._cost_unit
        if cost != self._cost[2 * arc]:
            self._cost[2 * arc], self._cost[2 * arc + 1] = cost, -cost
            for residual in (2 * arc, 2 * arc + 1):
                self._along.set_key(residual, has_room=self._room[residual] > 0)
                self._against.set_key(residual, has_room=self._room[residual] > 0)
            self._settle(arc)

    def repair(self) -> None:
        """Make it a cheapest circulation again: send what is too much where it costs least, fetch what is missing likewise.

        Each unit takes a cheapest path to the nearest node that lacks what it has too much of, or to the hub. The prices move with
        it, so every step keeps the proof, and after the last one nothing is in excess.
        """
        while self._excess:
            node, excess = next(iter(self._excess.items()))
            goals = [HUB, *(other for other, units in self._excess.items() if (units > 0) != (excess > 0))]
            ways = (self._along, self._against) if excess > 0 else (self._against, self._along)
            path, goal = self._paths.find_path(node, goals, *ways)
            units = min(abs(excess), *(self._room[residual] for residual in path))
            if goal != HUB:
                units = min(units, abs(self._excess[goal]))
            for residual in path:
                self._push(residual, units)
            signed = units if excess > 0 else -units
            self._add_excess(node, -signed)
            self._add_excess(goal, signed)

    def is_proven(self) -> bool:
        """Do the prices prove the flow cheapest? Looks at every arc, so it is for tests and doubts."""
        prices = self._prices
        open_arcs = (residual for residual, room in enumerate(self._room) if room > 0)
        reduced = (self._cost[r] + prices[self._begin[r]] - prices[self._end[r]] for r in open_arcs)
        return not self._excess and all(cost >= 0 for cost in reduced)

    def _settle(self, arc: int) -> None:
        """Give an arc the flow that its reduced cost and its bounds demand; what that leaves over becomes excess."""
        lower, upper, before = self._lower[arc], self._upper[arc], self.flow[arc]
        tail, head = self._begin[2 * arc], self._end[2 * arc]
        reduced = self._cost[2 * arc] + self._prices[tail] - self._prices[head]
        units = lower if reduced > 0 else upper if reduced < 0 else min(max(before, lower), upper)
        self._set_flow(arc, units)
        self._add_excess(head, units - before)
        self._add_excess(tail, before - units)

    def _push(self, residual: int, units: int) -> None:
        arc = residual >> 1
        self._set_flow(arc, self.flow[arc] + (-units if residual & 1 else units))

    def _set_flow(self, arc: int, units: int) -> None:
        if arc < self._watched and units != self.flow[arc]:
            self.flips ^= {arc}
        self.flow[arc] = units
        self._set_room(2 * arc, self._upper[arc] - units)
        self._set_room(2 * arc + 1, units - self._lower[arc])

    def _set_room(self, residual: int, room: int) -> None:
        had, self._room[residual] = self._room[residual], room
        if room > 0 >= had:
            self._along.open(residual)
            self._against.open(residual)
        elif had > 0 >= room:
            self._along.shut(residual)
            self._against.shut(residual)

    def _add_excess(self, node: int, units: int) -> None:
        if node != HUB and units:
            excess = self._excess.get(node, 0) + units
            if excess:
                self._excess[node] = excess
            else:
                del self._excess[node]
