"""The picture of who meets whom, as figures: where each organisation stands, where a line turns. The template draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from marktplatz.usecases.plan_views import PlanView
from marktplatz.vocabulary import OrganisationKind

STEP: Final = 22
"""How far below each other two organisations stand."""
WIDTH: Final = 600
LEFT, RIGHT = 195, 405
MOST_LETTERS: Final = 25
BEND: Final = 90


@dataclass(frozen=True, slots=True)
class Node:
    """An organisation at its place; companies stand on the left."""

    id: str
    name: str
    short: str
    kind: OrganisationKind
    x: int
    y: int
    partners: int


@dataclass(frozen=True, slots=True)
class Line:
    """From who gives to who takes; `path` is what SVG calls `d`."""

    path: str
    giver: OrganisationKind


@dataclass(frozen=True, slots=True)
class Picture:
    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]
    height: int
    width: int = WIDTH


def draw_plan(view: PlanView) -> Picture:
    """Companies by name on the left; nonprofits on the right as near to their partners as the order allows."""
    partners: dict[str, list[str]] = {}
    for _, _, giver, taker in view.links:
        partners.setdefault(giver, []).append(taker)
        partners.setdefault(taker, []).append(giver)
    by_name = sorted(view.market.organisations, key=lambda each: (each.label.casefold(), each.id))
    companies = [each.id for each in by_name if each.kind is OrganisationKind.COMPANY]
    nonprofits = [each.id for each in by_name if each.kind is OrganisationKind.NONPROFIT]
    columns = _untangle(companies, nonprofits, partners)
    nodes = {
        organisation: Node(
            organisation,
            view.name_organisation(organisation),
            _shorten(view.name_organisation(organisation)),
            kind,
            x,
            STEP * at + 18,
            len(partners.get(organisation, ())),
        )
        for column, kind, x in zip(columns, (OrganisationKind.COMPANY, OrganisationKind.NONPROFIT), (LEFT, RIGHT), strict=True)
        for at, organisation in enumerate(column)
    }
    lines = [
        Line(_join(nodes[giver], nodes[taker]), nodes[giver].kind)
        for _, _, giver, taker in view.links
        if giver in nodes and taker in nodes
    ]
    return Picture(tuple(nodes.values()), tuple(lines), STEP * max(1, *map(len, columns)) + 14)


def _untangle(left: Sequence[str], right: Sequence[str], partners: Mapping[str, Sequence[str]]) -> tuple[list[str], list[str]]:
    """Each beside the middle of its partners, in turn; whoever has none stands at the bottom."""
    one, other = list(left), list(right)
    for _ in range(4):
        other = _order(other, one, partners)
        one = _order(one, other, partners)
    return one, other


def _order(ids: Sequence[str], beside: Sequence[str], partners: Mapping[str, Sequence[str]]) -> list[str]:
    place = {organisation: at for at, organisation in enumerate(beside)}

    def middle(organisation: str) -> tuple[bool, float]:
        at = [place[each] for each in partners.get(organisation, ()) if each in place]
        return (organisation not in partners, sum(at) / len(at) if at else len(beside))

    return sorted(ids, key=middle)


def _join(start: Node, end: Node) -> str:
    """Straight across, or in an arc where both stand in one column."""
    if start.x != end.x:
        return f"M{start.x} {start.y}L{end.x} {end.y}"
    bend = start.x + (BEND if start.x == LEFT else -BEND)
    return f"M{start.x} {start.y}Q{bend} {(start.y + end.y) // 2} {end.x} {end.y}"


def _shorten(name: str) -> str:
    return name if len(name) <= MOST_LETTERS else name[: MOST_LETTERS - 1].rstrip() + "…"
