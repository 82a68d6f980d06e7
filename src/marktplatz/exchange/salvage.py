"""What else is wrong in a market whose file has faulty fields: the sound rest of it is searched for contradictions too."""

import dataclasses
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from pydantic import ValidationError

from marktplatz.errors import Finding, Severity
from marktplatz.exchange.models import MODEL_BY_LIST, required_keys
from marktplatz.exchange.places import Spot
from marktplatz.market import Market, check_contradictions

MAX_LOOKED_AT: Final = 20_000
"""So many contradictions of one check are asked whether they are mere consequences."""


@dataclass(slots=True)
class Loss:
    """What had to be taken out, so that nobody is blamed for its absence."""

    ids: set[object] = field(default_factory=set)
    lists: set[str] = field(default_factory=set)
    entries: set[tuple[str, int]] = field(default_factory=set)
    kept: dict[str, list[int]] = field(default_factory=dict)


def find_further_contradictions(raw: bytes, faulty: Collection[Spot], unread: Collection[str] = ()) -> Iterator[Iterator[Finding]]:
    """Contradictions in a market without its faulty fields and entries; check by check, rows count as in the whole."""
    sound = find_sound_part(raw, faulty, unread)
    if sound is not None:
        yield from find_sensible_contradictions(*sound)


def find_sound_part(raw: bytes, faulty: Collection[Spot], unread: Collection[str] = ()) -> tuple[Market, Loss] | None:
    """The market without its faulty fields and entries, and what that took; None if nothing of it can be kept."""
    content = json.loads(raw)
    if not isinstance(content, dict):
        return None
    loss = Loss(lists=set(unread))
    _prune(content, faulty, loss)
    try:
        return Market.model_validate_json(json.dumps(content), by_alias=True, by_name=False), loss
    except ValidationError:
        return None


def find_sensible_contradictions(market: Market, loss: Loss) -> Iterator[Iterator[Finding]]:
    """Contradictions that remain if what was taken out is right; check by check."""
    for check in check_contradictions(market):
        originals = (_with_original_rows(finding, loss) for finding in islice(check, MAX_LOOKED_AT))
        yield (finding for finding in originals if not is_consequence(finding, loss))


def _prune(content: dict[str, Any], faulty: Collection[Spot], loss: Loss) -> None:
    """Take out each faulty field, the whole entry where it needs the field, the whole list where it is none."""
    dropped: dict[str, set[int]] = {}
    for list_key, index, field_key in faulty:
        if list_key is None:
            content.pop(field_key or "", None)
        elif index is None:
            loss.lists.add(list_key)
            loss.lists |= {"categories"} if list_key == "market" else set()
            _holder(content, list_key).pop(list_key, None)
        elif list_key == "market":
            content["market"].pop((field_key or "").partition(".")[0], None)
        else:
            loss.entries.add((list_key, index))
            top_key = (field_key or "").partition(".")[0]
            if not top_key or top_key in required_keys(MODEL_BY_LIST[list_key]):
                dropped.setdefault(list_key, set()).add(index)
            else:
                _holder(content, list_key)[list_key][index].pop(top_key, None)
    for list_key, indices in dropped.items():
        _drop(content, list_key, indices, loss)


def _holder(content: dict[str, Any], list_key: str) -> dict[str, Any]:
    holder = content.get("market", {}) if list_key == "categories" else content
    return holder if isinstance(holder, dict) else {}


def _drop(content: dict[str, Any], list_key: str, indices: set[int], loss: Loss) -> None:
    holder = _holder(content, list_key)
    members = holder.get(list_key)
    if not isinstance(members, list):
        return
    loss.ids |= {m["id"] for i, m in enumerate(members) if i in indices and isinstance(m, dict) and isinstance(m.get("id"), str)}
    loss.kept[list_key] = [index for index in range(len(members)) if index not in indices]
    holder[list_key] = [members[index] for index in loss.kept[list_key]]


def _with_original_rows(finding: Finding, loss: Loss) -> Finding:
    place = finding.place
    params = dict(finding.params)
    other_row = params.get("other_row")
    if isinstance(other_row, int):
        params["other_row"] = _original_row(str(params.get("other_sheet", place.sheet)), other_row, loss)
    if place.sheet is not None and place.row is not None:
        place = dataclasses.replace(place, row=_original_row(place.sheet, place.row, loss))
    return dataclasses.replace(finding, place=place, params=params)


def _original_row(list_key: str, row: int, loss: Loss) -> int:
    kept = loss.kept.get(list_key)
    return row if kept is None else kept[row - 1] + 1


def is_consequence(finding: Finding, loss: Loss) -> bool:
    """Would the finding go away if only what was taken out were right?"""
    lost_lists = {list_key for list_key, _ in loss.entries} | loss.lists
    if finding.code == "unknown_category":
        return "categories" in lost_lists
    if finding.code in {"unknown_organisation", "unknown_target", "unknown_offer", "unknown_need"}:
        return finding.params["id"] in loss.ids or bool(loss.lists & {"organisations", "offers", "needs"})
    if finding.code == "organisation_without_entry":
        return bool(lost_lists & {"offers", "needs"})
    place = finding.place
    return finding.severity is Severity.WARNING and (place.sheet, (place.row or 0) - 1) in loss.entries
