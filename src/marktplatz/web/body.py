"""What may be sent: JSON that is read as strictly as a market file, so that `true` is no number and no key stands twice."""

import json
from typing import Annotated, Any, TypeVar

from fastapi import Request
from pydantic import ConfigDict, GetCoreSchemaHandler, TypeAdapter
from pydantic_core import core_schema

from marktplatz.exchange.json_file import parse_json
from marktplatz.market import Value

T = TypeVar("T")


class _ReadAsJson:
    """Validates as JSON, not as Python objects: strict, and yet with dates as text and lists for tuples."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        adapter = TypeAdapter(source)
        return core_schema.no_info_wrap_validator_function(
            lambda found, _: adapter.validate_json(json.dumps(found), by_alias=True, by_name=False), handler(source)
        )


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
