"""The JSON structure into a Market: pydantic's errors and the market's contradictions as findings with their places."""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from marktplatz.errors import Finding, Place, Severity
from marktplatz.exchange.columns import SHEET_BY_KEY
from marktplatz.exchange.flood import MAX_FINDINGS, rest, stop_early
from marktplatz.exchange.found import shorten
from marktplatz.exchange.places import Origins, Spot, is_reported
from marktplatz.exchange.salvage import Loss, find_further_contradictions, find_sensible_contradictions, find_sound_part
from marktplatz.exchange.score_scan import SCORES, FaultyScores, find_faulty_scores, has_long_scores
from marktplatz.exchange.words import describe_choices
from marktplatz.market import Market

MAX_ERRORS: Final = 100_000
"""So many errors of pydantic's fit the memory, all at once."""
PIECE: Final = 500
"""Entries that are judged together when there are more."""

CODE_BY_ERROR: Final[Mapping[str, str]] = {
    "missing": "missing",
    "string_type": "not_text",
    "int_type": "not_whole_number",
    "int_from_float": "not_whole_number",
    "int_parsing_size": "not_whole_number",
    "float_type": "not_a_number",
    "finite_number": "not_a_number",
    "bool_type": "not_yes_no",
    "enum": "unknown_word",
    "date_type": "not_a_date",
    "date_parsing": "not_a_date",
    "date_from_datetime_parsing": "not_a_date",
    "date_from_datetime_inexact": "not_a_date",
    "absurd_date": "absurd_date",
    "tuple_type": "not_a_list",
    "model_type": "not_an_object",
    "model_attributes_type": "not_an_object",
    "literal_error": "wrong_format",
    "string_too_long": "too_long",
    "too_long": "not_two_keys",
    "string_pattern_mismatch": "not_a_country",
    "greater_than_equal": "too_small",
    "less_than_equal": "too_large",
    "control_character": "control_character",
    "blank": "blank",
    "extra_forbidden": "unknown_field",
}


def validate(
    raw: bytes, origins: Origins, reported: Collection[Spot] = (), unread: Collection[str] = ()
) -> tuple[Market | None, list[Finding]]:
    """The market in JSON bytes, None if it has errors, and all that was found, in the order of the lists.

    `reported` are fields that were told about already, `unread` lists that exist but could not be read.
    """
    try:
        market = Market.model_validate_json(raw, by_alias=True, by_name=False)
    except ValidationError as error:
        return None, _tell_errors(error, raw, origins, reported, unread)
    return market, _tell_contradictions(find_sensible_contradictions(market, Loss(lists=set(unread))), origins, reported)


def validate_content(
    content: dict[str, Any], origins: Origins, reported: Collection[Spot] = (), unread: Collection[str] = ()
) -> list[Finding]:
    """What is wrong in a market with a long table of scores, none if that takes an object per line to see.

    A faulty table, or one beside which something else is wrong, is told about without being built.
    """
    if not has_long_scores(content):
        return []
    faulty = find_faulty_scores(content, reported, unread)
    market, told = validate(json.dumps({**content, SCORES: []}).encode(), origins, reported, unread)
    if faulty is not None:
        return told + _tell_scores(faulty, content[SCORES], origins, reported)
    return told if market is None or has_errors(told) else []


def has_errors(findings: Iterable[Finding]) -> bool:
    return any(finding.severity is Severity.ERROR for finding in findings)


def _tell_scores(faulty: FaultyScores, scores: Sequence[Any], origins: Origins, reported: Collection[Spot]) -> list[Finding]:
    """The first lines in the words of the validation, then how many more there are."""
    rows = list(dict.fromkeys(row for row, _ in faulty.malformed[:MAX_FINDINGS]))
    told = []
    for detail in _details_of({SCORES: [scores[row] for row in rows]}) if rows else ():
        _, index, key = locate(detail["loc"])
        spot = (SCORES, None if index is None else rows[index], key)
        if not is_reported(spot, reported):
            told.append(_finding(detail, spot, origins))
    more = len(faulty.malformed) - len(told)
    told += [rest(Finding("malformed", origins.place(SCORES)), more)] if more > 0 else []
    return told + [origins.translate(finding) for finding in faulty.contradictions]


def salvage(raw: bytes, unread: Collection[str] = ()) -> tuple[Market, Loss] | None:
    """What of a market with faulty fields is sound."""
    try:
        return Market.model_validate_json(raw, by_alias=True, by_name=False), Loss(lists=set(unread))
    except ValidationError as error:
        if error.error_count() > MAX_FINDINGS:
            return None
        return find_sound_part(raw, [locate(detail["loc"]) for detail in _details(error, raw)], unread)


def _tell_errors(
    error: ValidationError, raw: bytes, origins: Origins, reported: Collection[Spot], unread: Collection[str]
) -> list[Finding]:
    details = _details(error, raw)
    if details and details[0]["type"] == "json_invalid":
        return [_json_finding(str(details[0]["ctx"]["error"]), origins)]
    spots = [locate(detail["loc"]) for detail in details]
    news = [(detail, spot) for detail, spot in zip(details, spots, strict=True) if not is_reported(spot, reported)]
    told = [_finding(detail, spot, origins) for detail, spot in news[:MAX_FINDINGS]]
    if error.error_count() > MAX_FINDINGS:
        return told + _rests(Counter(spot[0] for _, spot in news[MAX_FINDINGS:]), error.error_count() - len(details), origins)
    return told + _tell_contradictions(find_further_contradictions(raw, spots, unread), origins, reported)


def _json_finding(problem: str, origins: Origins) -> Finding:
    """What Python's own JSON reader let pass and pydantic's does not."""
    position = re.search(r"line (\d+) column (\d+)", problem)
    if "recursion" in problem or position is None:
        return Finding("too_deep", Place(origins.file))
    return Finding("not_json", Place(origins.file), {"line": int(position[1]), "column": int(position[2]), "found": problem})


def locate(loc: tuple[int | str, ...]) -> Spot:
    """List, index and field of a place in the JSON structure; the categories count as a list of their own."""
    if loc[:2] == ("market", "categories"):
        loc = loc[1:]
    elif loc[:1] == ("market",) and len(loc) > 1:
        loc = ("market", 0, *loc[1:])
    elif loc[:1] == ("format",):
        return (None, None, "format")
    list_key = str(loc[0]) if loc else None
    index = loc[1] if len(loc) > 1 and isinstance(loc[1], int) else None
    keys = [str(part) for part in loc[2:] if isinstance(part, str)]
    return (list_key, index, ".".join(keys) or None)


def _details(error: ValidationError, raw: bytes) -> list[ErrorDetails]:
    """Pydantic's errors; only the first ones where all of them would fill the memory."""
    if error.error_count() <= MAX_ERRORS:
        return error.errors(include_url=False)
    return list(islice(_details_in_pieces(json.loads(raw)), MAX_FINDINGS))


def _details_in_pieces(content: dict[str, Any]) -> Iterator[ErrorDetails]:
    """The errors of one part of the market after the other, so that few are in memory at a time."""
    lists = {key: members for key, members in content.items() if isinstance(members, list)}
    yield from _details_of({key: value for key, value in content.items() if key not in lists})
    for key, members in lists.items():
        for start in range(0, len(members), PIECE):
            for detail in _details_of({key: members[start : start + PIECE]}):
                list_key, *inner = detail["loc"]
                index = [int(inner[0]) + start] if inner else []
                yield {**detail, "loc": (list_key, *index, *inner[1:])}


def _details_of(part: dict[str, Any]) -> list[ErrorDetails]:
    try:
        Market.model_validate_json(json.dumps(part), by_alias=True, by_name=False)
    except ValidationError as error:
        return error.errors(include_url=False)
    return []


def _rests(count_by_list: Mapping[str | None, int], count_elsewhere: int, origins: Origins) -> list[Finding]:
    """What stands for errors that are not told: by list, and for those of which nobody knows where they are."""
    rests = [rest(Finding("malformed", origins.place(list_key)), count) for list_key, count in count_by_list.items()]
    return [*rests, rest(Finding("malformed", Place(origins.file)), count_elsewhere)] if count_elsewhere else rests


def _finding(detail: ErrorDetails, spot: Spot, origins: Origins) -> Finding:
    finding = finding_of_detail(detail, origins.place(*spot))
    if finding.code != "unknown_word":
        return finding
    return replace(finding, params={**finding.params, "expected": _expected(spot, origins, str(finding.params["expected"]))})


def finding_of_detail(detail: ErrorDetails, place: Place) -> Finding:
    """One of pydantic's errors as a finding of ours."""
    code = CODE_BY_ERROR.get(detail["type"], "malformed")
    params: dict[str, str | int] = {} if code in ("missing", "unknown_field") else {"found": shorten(detail["input"])}
    limits = detail.get("ctx", {})
    for name in ("ge", "le", "max_length"):
        if name in limits:
            params["limit"] = shorten(limits[name])
    if code == "unknown_word":
        params["expected"] = str(limits.get("expected", "")).replace("'", "").replace(" or ", ", ")
    if code == "malformed":
        params["problem"] = detail["msg"]
    return Finding(code, place, params)


def _expected(spot: Spot, origins: Origins, codes: str) -> str:
    list_key, _, field_key = spot
    if origins.is_json or list_key is None or field_key is None:
        return codes
    choice = SHEET_BY_KEY[list_key].column_by_key[field_key].choice
    return describe_choices(choice) if choice else codes


def _tell_contradictions(
    contradictions: Iterable[Iterable[Finding]], origins: Origins, reported: Collection[Spot]
) -> list[Finding]:
    """The contradictions in the words of the source; of each check the first ones."""
    told: list[Finding] = []
    for check in contradictions:
        news = (finding for finding in check if not is_reported(_spot(finding.place), reported))
        told += (origins.translate(finding) for finding in stop_early(news))
    return told


def _spot(place: Place) -> Spot:
    return (place.sheet, None if place.row is None else place.row - 1, place.field)
