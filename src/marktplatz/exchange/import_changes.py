"""What an import would change in a stored market: values that say it, entry by entry, before anything is stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from marktplatz.errors import Finding, Severity

Key: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field by its key in JSON (`contact.email` where nested) and both its values."""

    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class EntryChange:
    """One entry by its key and its row, counted from 1: in the sent list, or in the stored one where it is only there."""

    key: Key
    row: int
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class ListChanges:
    """One list: new, changed and unchanged entries in the order of the sent list, the others in that of the stored one.

    What is `only_stored` stays; what is `dropped` goes, because the sent list says that it is the whole (a score table).
    """

    new: tuple[EntryChange, ...] = ()
    changed: tuple[EntryChange, ...] = ()
    unchanged: tuple[EntryChange, ...] = ()
    only_stored: tuple[EntryChange, ...] = ()
    dropped: tuple[EntryChange, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Would the stored list stay as it is?"""
        return not (self.new or self.changed or self.dropped)


@dataclass(frozen=True, slots=True)
class MarketChanges:
    """A whole import: the policy's fields, every list, and what stands against it.

    `findings` are errors and warnings of the market as it would be; with an error among them nothing may be stored. Rows
    count in the sent lists; what is found in an entry that was not sent has none.
    """

    policy: tuple[FieldChange, ...] = ()
    categories: ListChanges = ListChanges()
    organisations: ListChanges = ListChanges()
    offers: ListChanges = ListChanges()
    needs: ListChanges = ListChanges()
    wishes: ListChanges = ListChanges()
    pairs: ListChanges = ListChanges()
    scores: ListChanges = ListChanges()
    earlier_agreements: ListChanges = ListChanges()
    concepts: ListChanges = ListChanges()
    starts_score_table: bool = False
    """Did the engine compute the points so far, and would a given table, perhaps an empty one, replace them?"""
    findings: tuple[Finding, ...] = ()

    @property
    def by_list(self) -> Mapping[str, ListChanges]:
        return {list_key: getattr(self, list_key) for list_key in LISTS}

    @property
    def is_empty(self) -> bool:
        """Would the stored market stay as it is?"""
        return not self.policy and not self.starts_score_table and all(changes.is_empty for changes in self.by_list.values())

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)


LISTS: Final = ("categories", "organisations", "offers", "needs", "wishes", "pairs", "scores", "earlier_agreements", "concepts")
