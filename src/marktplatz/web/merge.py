"""Edits: what is sent replaces, null means what it means in a market file, what is not sent stays; then all is validated."""

import json
from typing import Annotated, Any, TypeVar

from fastapi import Body
from pydantic import ValidationError

from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.market import Value
from marktplatz.web.body import refuse_unknown_fields
from marktplatz.web.errors import findings_of_details

V = TypeVar("V", bound=Value)

Patch = Annotated[dict[str, Any], Body(description="Only the fields that are to change")]


def apply_patch(current: V, patch: dict[str, Any], *, fixed: tuple[str, ...] = ("id",)) -> V:
    """The value with the patch applied; InvalidInput with a pointer for every field that does not fit."""
    kind = type(current)
    content = json.loads(current.model_dump_json(by_alias=True))
    faults = [Finding("fixed_field", Place(field=f"/{key}")) for key in fixed if key in patch and patch[key] != content[key]]
    if faults:
        raise InvalidInput(*faults)
    try:
        value = kind.model_validate_json(json.dumps(_merge(content, patch)), by_alias=True, by_name=False)
    except ValidationError as error:
        raise InvalidInput(*findings_of_details(error.errors(include_url=False))) from None
    refuse_unknown_fields(patch, json.loads(value.model_dump_json(by_alias=True)))
    return value


def _merge(current: Any, patch: Any) -> Any:
    if not isinstance(patch, dict) or not isinstance(current, dict):
        return patch
    return current | {key: _merge(current.get(key), value) for key, value in patch.items()}
