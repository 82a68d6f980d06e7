"""Do both entries name the same field of impact?"""

from collections.abc import Mapping

import numpy as np

from marktplatz.matching.problem import BoolArray, IntArray
from marktplatz.matching.scoring.scene import UNKNOWN, Entries, FloatArray, Scene


def score(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """1 with a field in common, 0 with different ones, unknown where either names none."""
    fields = sorted({field for entry in (*scene.offers.members, *scene.needs.members) for field in entry.impact_fields})
    given, wanted = _tabulate(scene.offers, fields), _tabulate(scene.needs, fields)
    shared = np.any(given[offers] & wanted[needs], axis=1)
    known = np.any(given, axis=1)[offers] & np.any(wanted, axis=1)[needs]
    return np.where(known, shared.astype(np.float64), UNKNOWN)


def _tabulate(entries: Entries, fields: list[str]) -> BoolArray:
    table = np.zeros((len(entries.members), len(fields)), dtype=np.bool_)
    for row, entry in enumerate(entries.members):
        for field in entry.impact_fields:
            table[row, fields.index(field)] = True
    return table


def describe(scene: Scene, offer: int, need: int) -> Mapping[str, str | int]:
    shared = set(scene.offers.members[offer].impact_fields) & set(scene.needs.members[need].impact_fields)
    return {"fields": ", ".join(sorted(shared))}
