"""Measure the scoring: analysis, small markets, the table of a large one, its loss and what the cut costs. Prints Markdown.

    python benchmarks/scores.py [--parts analysis small large loss cut]

Processor time throughout; the large market is scored in a fresh process, whose peak memory counts.
"""

import argparse
import resource
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import numpy as np
import scipy.sparse as sparse
from instances_text import make_text_market

from marktplatz.matching import find_violations, solve
from marktplatz.matching.gather import FULL_UP_TO, gather
from marktplatz.matching.scoring import analysis, content
from marktplatz.matching.scoring.barriers import is_shut
from marktplatz.matching.scoring.best import KEPT, score_best
from marktplatz.matching.scoring.scene import Scene, build_scene
from marktplatz.matching.scoring.table import ScoreTable, find_exclusions, has_return, score_all, score_pairs
from marktplatz.matching.scoring.words import find_words
from marktplatz.vocabulary import Reciprocity

LARGE = 10_000
SAMPLED = 250
PARTS = ("analysis", "small", "large", "loss", "cut")
LARGE_HERE = {f"large-{reciprocity.value}": reciprocity for reciprocity in (Reciprocity.WANTED, Reciprocity.REQUIRED)}


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def measure_s(work: Callable[[], object], rounds: int = 1) -> float:
    """Processor seconds, the median of the rounds."""
    times = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return median(times)


def prepare(offers: int, needs: int, **policy: object) -> Scene:
    """A market's scene with its texts analysed and joined."""
    scene = build_scene(make_text_market(offers, needs, **policy))
    content.score(scene, np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64))
    return scene


def weigh_letters_plainly(texts: Sequence[str]) -> sparse.csr_array:
    """Character n-grams alone, counted text by text: what the analysis is measured against."""
    rows = [Counter(gram for word in find_words(text) for gram in analysis._grams(word)) for text in texts]
    vocabulary: dict[str, int] = {}
    counts = analysis._to_rows(
        [{vocabulary.setdefault(gram, len(vocabulary)): n for gram, n in row.items()} for row in rows], len(vocabulary)
    )
    rarity, unseen = analysis._gram_rarity()
    counts.data = counts.data * np.array([rarity.get(gram, unseen) for gram in vocabulary])[counts.indices]
    return analysis._to_unit(counts)


def measure_analysis() -> None:
    scene = build_scene(make_text_market(LARGE, 1))
    texts = [analysis.text_of(member) for member in scene.offers.members]
    analysis.analyse.__wrapped__(build_scene(make_text_market(50, 1)).offers)  # loads the lexicon
    times = defaultdict(list)
    for _ in range(5):
        for seen in scene.offers.lexicon.seen.values():
            seen.clear()
        scene.offers.lexicon.gaps.clear()
        for name in ("cold", "warm"):
            times[name].append(measure_s(lambda: analysis.analyse.__wrapped__(scene.offers)))
        times["letters, text by text"].append(measure_s(lambda: weigh_letters_plainly(texts)))
        words = [analysis.share_words(text, {}) for text in texts]
        times["letters, as the analysis has them"].append(measure_s(lambda words=words: analysis.weigh_grams(words)))
    size = np.mean([len(text) for text in texts])
    say(f"Analysis of {LARGE:,} entries of {size:.0f} letters on average, seconds of processor time, median of 5:")
    say("; ".join(f"{name} {median(spent):.2f}" for name, spent in times.items()))
    for name in ("cold", "warm"):
        ratio = median(whole / letters for whole, letters in zip(times[name], times["letters, text by text"], strict=True))
        say(f"{name}: {ratio:.2f} times the letters, text by text\n")


def measure_small() -> None:
    say("| market | possible pairs | ms (median of 7) |\n|---|---|---|")
    for size in (300, 1_000, 1_400):
        scene = prepare(size, size)
        say(f"| {size:,} x {size:,} | {len(score_all(scene).offers):,} | {1000 * measure_s(lambda s=scene: score_all(s), 7):.0f} |")
    say("")


def measure_large(reciprocity: Reciprocity) -> None:
    """In this process; ask for it by `--parts large-wanted` or `--parts large-required`."""
    scene = prepare(LARGE, LARGE, reciprocity=reciprocity)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    started = time.process_time()
    table = score_best(scene)
    spent = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    listed, left_out = len(table.offers), table.left_out
    market = f"{LARGE:,} x {LARGE:,}, return {reciprocity.value}"
    say(f"| {market} | {listed + left_out:,} | {listed:,} | {spent:.1f} | {before} | {peak} |")


def find_missing(scene: Scene, table: ScoreTable, entry: int, *, is_offer: bool) -> tuple[int, int]:
    """(pairs better than the entry's 50th that are not in the table, the entry's best pairs), from lists of pairs, not blocks."""
    others = np.arange(len((scene.needs if is_offer else scene.offers).members))
    mine = np.full(len(others), entry)
    offers, needs = (mine, others) if is_offer else (others, mine)
    free = ~is_shut(scene, offers, needs) & (find_exclusions(scene, offers, needs) == 0)
    if scene.market.market.reciprocity is Reciprocity.REQUIRED:
        free &= has_return(scene, offers, needs, table.ways)
    offers, needs = offers[free], needs[free]
    points = score_pairs(scene, offers, needs, table.ways).sum(axis=1)
    rows = table.offers == entry if is_offer else table.needs == entry
    kept = np.isin((needs if is_offer else offers), (table.needs if is_offer else table.offers)[rows])
    best = np.sort(points)[-KEPT:]
    if not len(best):
        return 0, 0
    missing = int(np.count_nonzero(~kept & (points > best[0])))
    return max(missing, len(best) - int(np.count_nonzero(kept))), len(best)


def measure_loss() -> None:
    say("| market | entries looked at | their best pairs | missing |\n|---|---|---|---|")
    for reciprocity in (Reciprocity.WANTED, Reciprocity.REQUIRED):
        scene = prepare(LARGE, LARGE, seed=1, reciprocity=reciprocity, max_distance_km=60.0)
        table = score_best(scene)
        sample = np.random.default_rng(0).choice(LARGE, SAMPLED, replace=False).tolist()
        found = [find_missing(scene, table, entry, is_offer=is_offer) for entry in sample for is_offer in (True, False)]
        missing, looked_at = (sum(column) for column in zip(*found, strict=True))
        say(f"| return {reciprocity.value}, within 60 km | {len(found):,} | {looked_at:,} | {missing} |")
    say("")


def measure_cut() -> None:
    say("| market | table | pairs | served | points | s to solve |\n|---|---|---|---|---|---|")
    for size in (500, 1_000):
        market = make_text_market(size, size)
        for name, up_to in (("full", FULL_UP_TO), (f"best {KEPT}", 0)):
            problem = gather(market, full_up_to=up_to).problem
            started = time.process_time()
            plan = solve(problem, time_limit_s=120)
            spent = time.process_time() - started
            assert not find_violations(problem, plan)
            say(
                f"| {size:,} x {size:,} | {name} | {len(problem.points):,} | {plan.served:,} | {plan.points:,} "
                f"({plan.status.value}) | {spent:.1f} |"
            )
    say("")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", nargs="+", default=PARTS, choices=(*PARTS, *LARGE_HERE))
    parts = parser.parse_args().parts
    if "analysis" in parts:
        measure_analysis()
    if "small" in parts:
        measure_small()
    if "large" in parts:
        say("| market | possible pairs | pairs in the table | s | MB once analysed | MB at the peak |\n|---|---|---|---|---|---|")
        for part in (*LARGE_HERE, *LARGE_HERE):
            subprocess.run([sys.executable, str(Path(__file__)), "--parts", part], check=True)
        say("")
    for part, reciprocity in LARGE_HERE.items():
        if part in parts:
            measure_large(reciprocity)
    if "loss" in parts:
        measure_loss()
    if "cut" in parts:
        measure_cut()


if __name__ == "__main__":
    main()
