"""A sent market laid over a stored one: what would change, and the market as it is afterwards.

What is not mentioned stays. A list that the sent market lacks, an entry it does not have, a field without a key in JSON or
without a column in a sheet: all these stay as they are stored. What is mentioned counts, also when it is empty: null in JSON or
an empty cell in a column that is there takes the value away. `weights` count as one field, a contact's fields singly.

Entries are the same if their ids are: organisations, offers, needs and concepts by `id`, categories by `code`; wishes by
organisation and target, pairs and scores by offer and need, earlier agreements by their two keys in either order. Where a market
says several things under one key (a wish twice), the sent ones together replace the stored ones.

Nothing is deleted, with one exception that the format demands: a score table that is present is the whole table, so the lines of
the stored one that it lacks are dropped, and listed as such.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.exchange.import_changes import LISTS, EntryChange, FieldChange, Key, ListChanges, MarketChanges
from marktplatz.market import Contact, EarlierAgreement, Market, Value, find_contradictions

AnyValue = TypeVar("AnyValue", bound=Value)

_KEY_OF: Final[Mapping[str, Callable[[Any], Key]]] = {
    "categories": lambda member: (member.code,),
    "organisations": lambda member: (member.id,),
    "offers": lambda member: (member.id,),
    "needs": lambda member: (member.id,),
    "wishes": lambda member: (member.organisation, member.target),
    "pairs": lambda member: (member.offer, member.need),
    "scores": lambda member: (member.offer, member.need),
    "earlier_agreements": lambda member: tuple(sorted(member.keys)),
    "concepts": lambda member: (member.id,),
}
_WITH_IDS: Final = ("organisations", "offers", "needs")


def compare_markets(stored: Market, sent: Market) -> MarketChanges:
    """What `merge_markets` would do, and every error and warning of the market that would come of it.

    Both markets are sound each by itself. `sent` remembers in its `model_fields_set` what it mentions, as `read_market` leaves
    it there; a market made from Python objects mentions the arguments that it was given.
    """
    return _Merge(stored, sent).changes()


def lay_over(stored: Market, sent: Market) -> tuple[Market, MarketChanges]:
    """Both at once: the market as it would be, errors or not, and what would change."""
    merge = _Merge(stored, sent)
    return merge.market, merge.changes()


def merge_markets(stored: Market, sent: Market) -> Market:
    """The market after the import: stored entries in their order, then the new ones in theirs; InvalidInput if it has errors."""
    merge = _Merge(stored, sent)
    errors = merge.changes().errors
    if errors:
        raise InvalidInput(*errors)
    return merge.market


@dataclass(slots=True)
class _MergedList:
    """One list after the import: its members, the row of each in the sent list, and what that changed."""

    members: tuple[Value, ...]
    sent_rows: tuple[int | None, ...]
    changes: ListChanges


class _Merge:
    """One import; holds the lists as they would be."""

    def __init__(self, stored: Market, sent: Market) -> None:
        self.stored, self.sent = stored, sent
        whole = {"scores"} if sent.scores is not None else set()
        self.lists = {key: _merge_list(key, _members(stored, key), _members(sent, key), is_whole=key in whole) for key in LISTS}
        is_scored = stored.scores is not None or sent.scores is not None
        policy = _update(stored.market, sent.market, without="categories") if "market" in sent.model_fields_set else stored.market
        self.policy_changes = tuple(_field_changes(stored.market, policy))
        lists = {key: merged.members for key, merged in self.lists.items() if key != "scores" or is_scored}
        policy = policy.model_copy(update={"categories": lists.pop("categories")})
        self.market = Market.model_validate({"market": policy} | lists)

    def changes(self) -> MarketChanges:
        return MarketChanges(
            policy=self.policy_changes,
            starts_score_table=self.stored.scores is None and self.market.scores is not None,
            findings=tuple(self._find_faults()),
            **{key: merged.changes for key, merged in self.lists.items()},
        )

    def _find_faults(self) -> Iterator[Finding]:
        taken: set[str] = set()
        for finding in self._find_taken_ids():
            taken.add(str(finding.params["id"]))
            yield finding
        for finding in find_contradictions(self.market):
            if finding.code != "double_id" or finding.params["id"] not in taken:
                yield dataclasses.replace(finding, place=self._in_sent(finding.place), params=self._params_in_sent(finding))

    def _find_taken_ids(self) -> Iterator[Finding]:
        list_of = {member.id: key for key in _WITH_IDS for member in getattr(self.stored, key)}
        for key in _WITH_IDS:
            for row, member in enumerate(getattr(self.sent, key), 1):
                other = list_of.get(member.id, key)
                if other != key:
                    yield Finding(
                        "id_on_another_list", Place(sheet=key, row=row, field="id"), {"id": member.id, "other_sheet": other}
                    )

    def _in_sent(self, place: Place) -> Place:
        """The place in the sent list of what was found in the merged one; no row for an entry that was not sent."""
        return dataclasses.replace(place, row=self._sent_row(place.sheet, place.row))

    def _params_in_sent(self, finding: Finding) -> Mapping[str, str | int]:
        other_row = finding.params.get("other_row")
        if not isinstance(other_row, int):
            return finding.params
        other_list = str(finding.params.get("other_sheet", finding.place.sheet))
        return dict(finding.params) | {"other_row": self._sent_row(other_list, other_row) or other_row}

    def _sent_row(self, list_key: str | None, row: int | None) -> int | None:
        if list_key not in self.lists or row is None:
            return row
        return self.lists[list_key].sent_rows[row - 1]


def _members(market: Market, list_key: str) -> Sequence[Value]:
    members: Sequence[Value] | None = getattr(market.market if list_key == "categories" else market, list_key)
    return members or ()


def _grouped(list_key: str, members: Iterable[Value]) -> dict[Key, list[tuple[int, Value]]]:
    groups: dict[Key, list[tuple[int, Value]]] = {}
    for row, member in enumerate(members, 1):
        groups.setdefault(_KEY_OF[list_key](member), []).append((row, member))
    return groups


def _merge_list(list_key: str, stored: Sequence[Value], sent: Sequence[Value], *, is_whole: bool) -> _MergedList:
    before, after = _grouped(list_key, stored), _grouped(list_key, sent)
    merged: list[tuple[Value, int | None]] = []
    told: dict[str, list[EntryChange]] = {"changed": [], "unchanged": [], "gone": []}
    for key, group in before.items():
        if key in after:
            updated = _update_group([member for _, member in group], after[key])
            merged += updated
            fields = tuple(_group_changes([member for _, member in group], [member for member, _ in updated]))
            told["changed" if fields else "unchanged"].append(EntryChange(key, after[key][0][0], fields))
        else:
            merged += [] if is_whole else [(member, None) for _, member in group]
            told["gone"].append(EntryChange(key, group[0][0]))
    new = {key: group for key, group in after.items() if key not in before}
    merged += [(member, row) for group in new.values() for row, member in group]
    gone = tuple(told["gone"])
    changes = ListChanges(
        new=tuple(EntryChange(key, group[0][0]) for key, group in new.items()),
        changed=_by_row(told["changed"]),
        unchanged=_by_row(told["unchanged"]),
        only_stored=() if is_whole else gone,
        dropped=gone if is_whole else (),
    )
    return _MergedList(tuple(member for member, _ in merged), tuple(row for _, row in merged), changes)


def _by_row(entries: Iterable[EntryChange]) -> tuple[EntryChange, ...]:
    return tuple(sorted(entries, key=lambda entry: entry.row))


def _update_group(before: Sequence[Value], after: Sequence[tuple[int, Value]]) -> list[tuple[Value, int | None]]:
    """One entry is updated field by field; of several under one key the sent ones replace the stored ones."""
    if isinstance(before[0], EarlierAgreement):
        return [(member, after[0][0]) for member in before]  # the key is all that it says
    if len(before) == len(after) == 1:
        return [(_update(before[0], after[0][1]), after[0][0])]
    if _as_set(before) == _as_set([member for _, member in after]):
        return [(member, after[0][0]) for member in before]
    return [(member, row) for row, member in after]


def _as_set(members: Iterable[Value]) -> list[str]:
    return sorted({member.model_dump_json() for member in members})


def _update(before: AnyValue, after: AnyValue, without: str | None = None) -> AnyValue:
    """The stored value with the fields that the sent one mentions."""
    changed = {name: getattr(after, name) for name in after.model_fields_set if name != without}
    contact, stored_contact = changed.get("contact"), getattr(before, "contact", None)
    if isinstance(contact, Contact):
        updated = _update(stored_contact or Contact(), contact)
        changed["contact"] = stored_contact if stored_contact is None and updated == Contact() else updated
    return before.model_copy(update=changed)


def _group_changes(before: Sequence[Value], after: Sequence[Value]) -> Iterator[FieldChange]:
    if len(before) == len(after) == 1:
        yield from _field_changes(before[0], after[0])
    elif _as_set(before) != _as_set(after):
        for name, field in type(before[0]).model_fields.items():
            values = [tuple(getattr(member, name) for member in members) for members in (before, after)]
            if set(map(str, values[0])) != set(map(str, values[1])):
                yield FieldChange(field.alias or name, *values)


def _field_changes(before: Value, after: Value) -> Iterator[FieldChange]:
    for name, field in type(before).model_fields.items():
        old, new = getattr(before, name), getattr(after, name)
        if name == "contact":
            for inner in Contact.model_fields:
                if getattr(old, inner, None) != getattr(new, inner, None):
                    yield FieldChange(f"contact.{inner}", getattr(old, inner, None), getattr(new, inner, None))
        elif old != new:
            yield FieldChange(field.alias or name, old, new)
