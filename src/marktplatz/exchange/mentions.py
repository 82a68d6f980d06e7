"""Which fields a spreadsheet speaks of: those of its columns, also where a cell is empty, as a key with null does in JSON."""

from collections.abc import Collection, Sequence

from marktplatz.exchange.models import known_keys
from marktplatz.exchange.places import Origins
from marktplatz.market import Contact, Market, Organisation, Value


def note_columns(market: Market, origins: Origins) -> None:
    """Add to `model_fields_set` of each entry that was just read what its sheet has a column for."""
    for list_key, origin in origins.by_list.items():
        members = _members(market, list_key)
        if members:
            names = _names(type(members[0]), origin.headings.keys())
            for member in members:
                member.model_fields_set.update(names)
                if isinstance(member, Organisation):
                    _note_contact(member, origin.headings.keys())


def _members(market: Market, list_key: str) -> Sequence[Value]:
    if list_key == "market":
        return (market.market,)
    members: Sequence[Value] | None = market.market.categories if list_key == "categories" else getattr(market, list_key)
    return members or ()


def _names(model: type[Value], keys: Collection[str]) -> frozenset[str]:
    """The fields of a model that a sheet has columns for."""
    names = {name for name, field in model.model_fields.items() if (field.alias or name) in keys}
    return frozenset(names | ({"weights"} if any(key.startswith("weights.") for key in keys) else set()))


def _note_contact(member: Organisation, keys: Collection[str]) -> None:
    contact_keys = {key.partition(".")[2] for key in keys if key.startswith("contact.")}
    if member.contact is not None:
        member.contact.model_fields_set.update(contact_keys)
    elif contact_keys == known_keys(Contact):
        # Only where all of a contact was asked for does its absence say that there is none.
        member.model_fields_set.add("contact")
