"""What only the whole workbook can tell about a cell: which category a label names, in which country a postcode lies."""

from collections.abc import Mapping, Sequence

from marktplatz.exchange.cells import Json
from marktplatz.exchange.literals import is_verbatim
from marktplatz.exchange.words import find_code, fold
from marktplatz.vocabulary import CategoryKind

Members = Sequence[dict[str, Json]]


def resolve_categories(lists: Mapping[str, Members], categories: Members) -> None:
    """Replace a category's label by its code; a word that names none stays for the validation to refuse."""
    codes = {category.get("code") for category in categories}
    by_label: dict[str, set[str]] = {}
    for category in categories:
        code = category.get("code")
        if isinstance(code, str):
            for word in (code, category.get("label")):
                by_label.setdefault(fold(str(word)), set()).add(code)
    for entry in (*lists.get("offers", ()), *lists.get("needs", ())):
        word = entry.get("category")
        if isinstance(word, str) and word not in codes and not is_verbatim(word):
            entry["category"] = _find_category(word, by_label) or word


def _find_category(word: str, by_label: Mapping[str, set[str]]) -> str | None:
    named = by_label.get(fold(word), set())
    if len(named) == 1:
        return next(iter(named))
    kind = find_code(CategoryKind, word)
    # "open" is known in every market; the other kinds only where the market has no categories of its own.
    return kind if kind is not None and (not by_label or kind == CategoryKind.OPEN) else None


def pad_postcodes(lists: Mapping[str, Members], market: dict[str, Json]) -> None:
    """Give German postcodes the leading zero back that spreadsheets drop: 1067 is 01067."""
    _pad(market, market.get("country"))
    country_of: dict[Json, Json] = {}
    for organisation in lists.get("organisations", ()):
        country = organisation.get("country") or market.get("country")
        if isinstance(organisation.get("id"), str):
            country_of[organisation["id"]] = country
        _pad(organisation, country)
    for entry in (*lists.get("offers", ()), *lists.get("needs", ())):
        sender = entry.get("organisation")
        _pad(entry, country_of.get(sender) if isinstance(sender, str) else market.get("country"))


def _pad(member: dict[str, Json], country: Json) -> None:
    postcode = member.get("postcode")
    is_german = country is None or str(country).upper() == "DE"
    if (
        is_german
        and isinstance(postcode, str)
        and not is_verbatim(postcode)
        and len(postcode) == 4
        and postcode.isascii()
        and postcode.isdigit()
    ):
        member["postcode"] = "0" + postcode
