"""Two plans side by side, for each organisation whose partners are others: with whom it is in the one, with whom in the other."""

from dataclasses import dataclass

from marktplatz.usecases.compare import Named, PlanComparison


@dataclass(frozen=True, slots=True)
class Sides:
    organisation: Named
    before: tuple[Named, ...]
    after: tuple[Named, ...]


def lay_side_by_side(comparison: PlanComparison) -> list[Sides]:
    """By name; only those for whom something changes. Who is a partner in two pairs is named twice."""
    before: dict[Named, list[Named]] = {}
    after: dict[Named, list[Named]] = {}
    for pair in (*comparison.removed, *comparison.added, *comparison.kept):
        if pair.giver is None or pair.taker is None:
            continue
        for one, other in ((pair.giver, pair.taker), (pair.taker, pair.giver)):
            if pair.points_before is not None:
                before.setdefault(one, []).append(other)
            if pair.points_after is not None:
                after.setdefault(one, []).append(other)
    found = [Sides(each, _sort(before.get(each)), _sort(after.get(each))) for each in {*before, *after}]
    changed = [each for each in found if each.before != each.after]
    return sorted(changed, key=lambda each: (each.organisation.label.casefold(), each.organisation.id))


def _sort(partners: list[Named] | None) -> tuple[Named, ...]:
    return tuple(sorted(partners or (), key=lambda each: (each.label.casefold(), each.id)))
