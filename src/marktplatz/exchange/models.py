"""Which model of the market judges which list, and the keys that its entries may and must have in JSON."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from pydantic import BaseModel

from marktplatz.market import Category, EarlierAgreement, Entry, MarketConcept, Organisation, PairRule, Score, Wish

MODEL_BY_LIST: Final[Mapping[str, type[BaseModel]]] = {
    "categories": Category,
    "organisations": Organisation,
    "offers": Entry,
    "needs": Entry,
    "wishes": Wish,
    "concepts": MarketConcept,
    "pairs": PairRule,
    "scores": Score,
    "earlier_agreements": EarlierAgreement,
}


@cache
def known_keys(model: type[BaseModel]) -> frozenset[str]:
    return frozenset(field.alias or name for name, field in model.model_fields.items())


@cache
def required_keys(model: type[BaseModel]) -> frozenset[str]:
    return frozenset(field.alias or name for name, field in model.model_fields.items() if field.is_required())
