"""A long table of scores judged column by column, without an object per line, so that a wrong one is told about at once.

Says what the validation and the market's checks say about scores; nothing else of a market is judged here.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from marktplatz.errors import Finding, Place
from marktplatz.exchange.flood import MAX_FINDINGS, rest
from marktplatz.exchange.places import Spot, is_reported
from marktplatz.market import Identifier, Points

LONG: Final = 5_000
"""Shorter tables are judged with all the rest of the market."""
SCORES: Final = "scores"
_ABSENT: Final = object()


@dataclass(slots=True)
class FaultyScores:
    """What was found in a table of scores; `malformed` are places that the validation has its own words for."""

    malformed: list[tuple[int, str | None]] = field(default_factory=list)
    contradictions: list[Finding] = field(default_factory=list)


def has_long_scores(content: dict[str, Any]) -> bool:
    scores = content.get(SCORES)
    return isinstance(scores, list) and len(scores) > LONG


def find_faulty_scores(content: dict[str, Any], reported: Collection[Spot], unread: Collection[str]) -> FaultyScores | None:
    """What is wrong in the table, None if nothing is."""
    scores = content[SCORES]
    columns, wrong = _judge_columns(scores)
    contradictions: list[Finding] = []
    if len(wrong) <= MAX_FINDINGS:
        sound = _rows_without(wrong, len(scores))
        contradictions = [*_find_strangers(content, columns, sound, unread), *_find_doubles(columns, sound)]
    if not wrong and not contradictions:
        return None
    return FaultyScores([spot for spot in wrong if not is_reported((SCORES, *spot), reported)], contradictions)


def _judge_columns(scores: Sequence[Any]) -> tuple[dict[str, list[Any]], list[tuple[int, str | None]]]:
    """The values by field, and where there is none or a wrong one, by row."""
    no_objects = [row for row, score in enumerate(scores) if not isinstance(score, dict)]
    rows = scores if not no_objects else [score if isinstance(score, dict) else {} for score in scores]
    wrong: list[tuple[int, str | None]] = [(row, None) for row in no_objects]
    left_out = set(no_objects)
    columns: dict[str, list[Any]] = {}
    for key, plain in (("offer", str), ("need", str), ("points", int)):
        columns[key] = values = _column(rows, key)
        faulty = _faulty_values({value for value in values if type(value) is plain}, _JUDGES[key])
        if faulty or set(map(type, values)) != {plain}:
            wrong += (
                (row, key)
                for row, value in enumerate(values)
                if (type(value) is not plain or value in faulty) and row not in left_out
            )
    wrong.sort(key=lambda spot: spot[0])
    return columns, wrong


def _column(rows: Sequence[dict[str, Any]], key: str) -> list[Any]:
    try:
        return [row[key] for row in rows]
    except KeyError:
        return [row.get(key, _ABSENT) for row in rows]


def _faulty_values(values: Collection[Any], judge: TypeAdapter[Any]) -> frozenset[Any]:
    """Each value is asked about once, however often it stands there."""
    faulty = set()
    for value in values:
        try:
            judge.validate_python(value, strict=True)
        except ValidationError:
            faulty.add(value)
    return frozenset(faulty)


_JUDGES: Final[dict[str, TypeAdapter[Any]]] = {
    "offer": TypeAdapter(Identifier),
    "need": TypeAdapter(Identifier),
    "points": TypeAdapter(Points),
}


def _rows_without(wrong: Sequence[tuple[int, str | None]], count: int) -> Sequence[int]:
    faulty = {row for row, _ in wrong}
    return range(count) if not faulty else [row for row in range(count) if row not in faulty]


def _find_strangers(
    content: dict[str, Any], columns: dict[str, list[Any]], sound: Sequence[int], unread: Collection[str]
) -> Iterator[Finding]:
    """Ids of no entry; nobody is blamed where entries could not be read."""
    if {"organisations", "offers", "needs"} & set(unread):
        return
    if any(not isinstance(content.get(key, []), list) for key in ("organisations", "offers", "needs")):
        return
    found: list[tuple[int, str, str]] = []
    for key, list_key in (("offer", "offers"), ("need", "needs")):
        known = {entry["id"] for entry in content.get(list_key, ()) if isinstance(entry, dict) and type(entry.get("id")) is str}
        values = columns[key]
        if len(sound) < len(values) or not known.issuperset(values):
            found += [(row, key, values[row]) for row in sound if values[row] not in known]
    found.sort(key=lambda stranger: stranger[0])
    yield from (
        Finding(f"unknown_{key}", Place(sheet=SCORES, row=row + 1, field=key), {"id": value})
        for row, key, value in found[:MAX_FINDINGS]
    )
    yield from _rest(len(found) - MAX_FINDINGS)


def _find_doubles(columns: dict[str, list[Any]], sound: Sequence[int]) -> Iterator[Finding]:
    """The same couple in two lines."""
    offers, needs = columns["offer"], columns["need"]
    couples = [(offers[row], needs[row]) for row in sound]
    count = len(couples) - len(set(couples))
    if count:
        first_row: dict[tuple[str, str], int] = {}
        doubles = ((row, couple) for row, couple in zip(sound, couples, strict=True) if first_row.setdefault(couple, row) != row)
        for row, couple in islice(doubles, MAX_FINDINGS):
            params: dict[str, str | int] = {"offer": couple[0], "need": couple[1], "other_row": first_row[couple] + 1}
            yield Finding("double_score", Place(sheet=SCORES, row=row + 1, field="offer"), params)
        yield from _rest(count - MAX_FINDINGS)


def _rest(count: int) -> Iterator[Finding]:
    if count > 0:
        yield rest(Finding("malformed", Place(sheet=SCORES)), count)
