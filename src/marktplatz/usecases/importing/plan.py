"""What an import would do: the stored market and the sent one gathered, compared, and held against the service's rules."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import AgreementService, EntryRecord, OrganisationRecord
from marktplatz.errors import Finding, Place, Severity
from marktplatz.exchange.flood import shorten
from marktplatz.exchange.import_changes import MarketChanges
from marktplatz.exchange.import_merge import lay_over
from marktplatz.exchange.places import Origins
from marktplatz.exchange.reading import SentMarket
from marktplatz.market import Market
from marktplatz.matching.scoring.analysis import text_of
from marktplatz.matching.scoring.money import find_money_words
from marktplatz.usecases.importing.rules import NOTHING_IN_USE, InUse, as_kept, find_broken_rules, find_doubts
from marktplatz.usecases.records import Extent, load_market

_OF_THE_MARKET_AS_IT_WOULD_BE: Final = frozenset(
    ("no_name", "organisation_without_entry", "entry_says_nothing", "exception_without_pin")
)
"""Doubts that the file alone may raise and the stored market settle, or the other way round."""


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """Both markets, what would change, and what is wrong or doubtful, in the words and rows of the file."""

    stored: Market
    merged: Market
    changes: MarketChanges
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    origins: Origins


def plan_import(session: Session, market_id: str, sent: SentMarket) -> ImportPlan:
    """A constant number of queries, whatever the size of both markets."""
    return _plan(load_market(session, market_id, Extent.ALL), sent, _load_in_use(session, market_id))


def plan_first_import(sent: SentMarket) -> ImportPlan:
    """The same for a market that does not exist yet."""
    return _plan(Market(), sent, NOTHING_IN_USE)


def tell_some(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, errors first; of very many that say the same the first ones and how many more there are."""
    return shorten(sorted(findings, key=lambda finding: finding.severity is not Severity.ERROR))


def _plan(stored: Market, sent: SentMarket, in_use: InUse) -> ImportPlan:
    merged, changes = lay_over(stored, as_kept(sent.market))
    errors = find_broken_rules(stored, merged, changes, in_use)
    doubts = [*find_doubts(changes), *_find_money(merged, changes)]
    told = [finding for finding in sent.warnings if finding.code not in _OF_THE_MARKET_AS_IT_WOULD_BE]
    translate = sent.origins.translate
    return ImportPlan(
        stored,
        merged,
        changes,
        tell_some(map(translate, _without_repeats(errors))),
        tell_some([*told, *map(translate, doubts)]),
        sent.origins,
    )


def _without_repeats(findings: Iterable[Finding]) -> Iterator[Finding]:
    seen: set[object] = set()
    for finding in findings:
        said = (finding.code, finding.place, *sorted(finding.params.items()))
        if said not in seen:
            seen.add(said)
            yield finding


def _find_money(merged: Market, changes: MarketChanges) -> Iterator[Finding]:
    """Money is taboo; told for what is new or changed."""
    for list_key in ("offers", "needs"):
        told = changes.by_list[list_key]
        for changed in (*told.new, *told.changed):
            entry = merged.entry_by_id[changed.key[0]]
            words = find_money_words(text_of(entry))
            if words:
                params: dict[str, str | int] = {"id": entry.id, "words": ", ".join(words)}
                yield Finding("money_words", Place(sheet=list_key, row=changed.row), params, Severity.WARNING)


def _load_in_use(session: Session, market_id: str) -> InUse:
    agreed: dict[str, int] = {}
    for kept in (OrganisationRecord, EntryRecord):
        wanted = select(kept.id, kept.agreed).where(kept.market_id == market_id, kept.agreed > 0)
        agreed |= {key: count for key, count in session.execute(wanted)}  # noqa: C416 a Result has keys()
    services = select(AgreementService.offer_id, AgreementService.need_id).where(AgreementService.market_id == market_id)
    named: Sequence[str | None] = [name for row in session.execute(services) for name in row]
    return InUse(agreed, frozenset(name for name in named if name is not None))
