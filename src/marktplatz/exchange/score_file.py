"""The score table as a file: JSON lines, or CSV that a spreadsheet opens."""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.exchange.formula_guard import guard_formula


@dataclass(frozen=True, slots=True)
class ScoredPair:
    offer: str
    need: str
    points: int
    parts: dict[str, int]


def make_score_file(path: Path, pairs: Iterable[ScoredPair]) -> bytes:
    """The bytes for a path that ends in .jsonl or .csv."""
    if path.suffix.lower() == ".jsonl":
        return "".join(json.dumps(_line(pair), ensure_ascii=False) + "\n" for pair in pairs).encode()
    if path.suffix.lower() == ".csv":
        return _make_csv(list(pairs))
    raise InvalidInput(Finding("score_file_suffix", Place(str(path)), {"found": path.suffix or path.name}))


def _line(pair: ScoredPair) -> dict[str, object]:
    return {"offer": pair.offer, "need": pair.need, "points": pair.points, "parts": pair.parts}


def _make_csv(pairs: list[ScoredPair]) -> bytes:
    criteria = list(pairs[0].parts) if pairs else []
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(["offer", "need", "points", *criteria])
    writer.writerows([guard_formula(pair.offer), guard_formula(pair.need), pair.points, *pair.parts.values()] for pair in pairs)
    return b"\xef\xbb\xbf" + text.getvalue().encode()
