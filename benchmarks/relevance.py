"""How well the content score ranks: nDCG@10 and the hall test, by set, language and kind, on a relevance file.

    python benchmarks/relevance.py RELEVANCE.json

With the extra `semantic` installed it is measured with it.

Gain of an offer for a need: 3 if it is the one that answers it, 2 if its topic is fully right, 1 if partly, else 0; the pool is
all offers; needs without an offer of gain 2 or more are left out. Hall: 60 offers drawn at random with at least one of gain 2 or
more among them, 300 draws a need; a hit if one of gain 2 or more is among the best 5.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from marktplatz.market import Entry, Market, Organisation, Policy
from marktplatz.matching.scoring.criteria import MEASURES, find_most_points
from marktplatz.matching.scoring.scene import Scene, build_scene
from marktplatz.vocabulary import Criterion, OrganisationKind, WithinKind

_HALL, _DRAWS, _TOP = 60, 300, 5


def build_market(data: dict[str, Any]) -> Market:
    """Every offer and need as an organisation of its own, category left open."""
    entries = [(f"o{i}", each) for i, each in enumerate(data["offers"])], [(f"p{i}", each) for i, each in enumerate(data["needs"])]
    offers = tuple(Entry(id=each["id"], organisation=owner, title=each["text"]) for owner, each in entries[0])
    needs = tuple(Entry(id=each["id"], organisation=owner, title=each["text"]) for owner, each in entries[1])
    organisations = tuple(
        Organisation(id=owner, kind=OrganisationKind.COMPANY, name=owner) for side in entries for owner, _ in side
    )
    return Market(market=Policy(within_kind=WithinKind.ALL), organisations=organisations, offers=offers, needs=needs)


def find_gains(data: dict[str, Any]) -> np.ndarray:
    """Gain of every offer (columns) for every need (rows), both sorted by id."""
    offers, needs = sorted(data["offers"], key=lambda each: each["id"]), sorted(data["needs"], key=lambda each: each["id"])
    gains = np.zeros((len(needs), len(offers)))
    for row, need in enumerate(needs):
        for column, offer in enumerate(offers):
            if offer["id"] == need["answers"]:
                gains[row, column] = 3
            elif offer["topic"] in need["full"]:
                gains[row, column] = 2
            elif offer["topic"] in need["part"]:
                gains[row, column] = 1
    return gains


def score_all(scene: Scene, score: Callable[..., np.ndarray], most: int) -> np.ndarray:
    """Points of the content criterion, needs by offers, rounded as in the product."""
    offers, needs = len(scene.offers.members), len(scene.needs.members)
    rows, columns = np.divmod(np.arange(offers * needs), needs)
    return np.rint(most * score(scene, rows, columns)).reshape(offers, needs).T


def rank(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Best first; equal points in random order, so that ties earn nothing."""
    return np.lexsort((rng.random(len(points)), -points))


def measure_ndcg(points: np.ndarray, gains: np.ndarray, rng: np.random.Generator) -> float:
    discounts = 1 / np.log2(np.arange(10) + 2)
    got = ((2 ** gains[rank(points, rng)][:10] - 1) * discounts).sum()
    best = ((2 ** np.sort(gains)[::-1][:10] - 1) * discounts).sum()
    return float(got / best)


def measure_hall(points: np.ndarray, gains: np.ndarray, rng: np.random.Generator) -> float:
    (good,) = np.nonzero(gains >= 2)
    hits = 0
    for _ in range(_DRAWS):
        hall = rng.choice(len(gains), size=min(_HALL, len(gains)), replace=False)
        if not np.isin(hall, good).any():
            hall[0] = rng.choice(good)
        best = hall[rank(points[hall], rng)][:_TOP]
        hits += bool(np.isin(best, good).any())
    return hits / _DRAWS


def summarise(rows: Iterable[tuple[str, float, float]]) -> list[str]:
    groups: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for name, ndcg, hall in rows:
        groups[name].append((ndcg, hall))
    return [
        f"| {name} | {len(values)} | {np.mean([v[0] for v in values]):.3f} | {100 * np.mean([v[1] for v in values]):.1f} % |"
        for name, values in sorted(groups.items())
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    arguments = parser.parse_args()
    data = json.loads(arguments.data.read_text("utf-8"))
    scene = build_scene(build_market(data))
    most, score = find_most_points(scene)[Criterion.CONTENT], MEASURES[Criterion.CONTENT].score
    points, gains = score_all(scene, score, most), find_gains(data)
    needs = sorted(data["needs"], key=lambda each: each["id"])
    rng = np.random.default_rng(0)
    rows = []
    for row, need in enumerate(needs):
        if gains[row].max() < 2:
            continue
        ndcg, hall = measure_ndcg(points[row], gains[row], rng), measure_hall(points[row], gains[row], rng)
        rows += [
            (name, ndcg, hall) for name in ("all", need["set"], f"{need['set']}, {need['lang']}", f"{need['set']}, {need['kind']}")
        ]
    sys.stdout.write(
        "| set | needs | nDCG@10 | in the top 5 of a hall of 60 |\n|---|---|---|---|\n" + "\n".join(summarise(rows)) + "\n"
    )


if __name__ == "__main__":
    main()
