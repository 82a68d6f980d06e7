"""What may be sent: JSON that is read as strictly as a market file, so that `true` is no number and no key stands twice."""

import json
from collections.abc import Iterator
from typing import Annotated, Any, TypeVar

from fastapi import Request
from pydantic import ConfigDict, GetCoreSchemaHandler, TypeAdapter
from pydantic_core import core_schema

from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.exchange.json_file import parse_json
from marktplatz.market import Value

T = TypeVar("T")


class _ReadAsJson:
    """Validates as JSON, not as Python objects: strict, and yet with dates as text and lists for tuples."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        adapter = TypeAdapter(source)

        def read(found: Any, _: object) -> Any:
            if isinstance(found, bytes):  # what FastAPI hands over where the type of the content is not JSON
                raise InvalidInput(Finding("wrong_media_type"))
            value = adapter.validate_json(json.dumps(found), by_alias=True, by_name=False)
            refuse_unknown_fields(found, adapter.dump_python(value, mode="json", by_alias=True))
            return value

        return core_schema.no_info_wrap_validator_function(read, handler(source))


def refuse_unknown_fields(sent: Any, kept: Any) -> None:
    """What was sent and is not in what was understood, however deep, is a mistake of the sender."""
    faults = list(_find_unknown_fields(sent, kept, ""))
    if faults:
        raise InvalidInput(*faults)


def _find_unknown_fields(sent: Any, kept: Any, pointer: str) -> Iterator[Finding]:
    if isinstance(sent, dict) and isinstance(kept, dict):
        for key, value in sent.items():
            place = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
            if key in kept:
                yield from _find_unknown_fields(value, kept[key], place)
            else:
                yield Finding("unknown_field", Place(field=place))
    elif isinstance(sent, list) and isinstance(kept, list):
        for index, (value, other) in enumerate(zip(sent, kept, strict=False)):
            yield from _find_unknown_fields(value, other, f"{pointer}/{index}")


Sent = Annotated[T, _ReadAsJson()]
"""A request's body: `sent: Sent[OfferIn]`."""


class In(Value):
    """A schema of what may be sent: an unknown key is a mistake of the sender, not something to overlook."""

    model_config = ConfigDict(extra="forbid")


class StrictRequest(Request):
    """A request whose JSON has no double keys, no NaN and no halves of characters; InvalidInput says where."""

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = parse_json(await self.body())
        return self._json
