"""A whole market from a file: told before it is done (`dry_run`), done as a whole or not at all."""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final, Literal

from fastapi import Depends, Query, Request
from fastapi.concurrency import contextmanager_in_threadpool
from pydantic import BaseModel
from pydantic_core import to_jsonable_python
from sqlalchemy.orm import Session

from marktplatz.errors import Place
from marktplatz.exchange.import_changes import EntryChange, FieldChange, ListChanges
from marktplatz.exchange.places import Origins
from marktplatz.exchange.reading import SentMarket
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.importing import ImportPlan, import_market, plan_import
from marktplatz.web.access import OPEN, Rule
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.deps import MarketId, Now, open_write
from marktplatz.web.errors import tell_finding
from marktplatz.web.language import find_language
from marktplatz.web.service import service_of
from marktplatz.web.upload import MEDIA_TYPES, describe_body, read_sent_file

router = make_api_router("/markets/{market}/imports", "imports")

MAX_ROWS: Final = 5_000
"""More rows of a list are only counted; those that change something are shown first."""

DryRun = Annotated[bool, Query(description="Only tell what would change; nothing is written, and the key of a request not used")]
RowStatus = Literal["new", "changed", "dropped", "unchanged", "only_stored"]
STATUSES: Final[tuple[RowStatus, ...]] = ("new", "changed", "dropped", "unchanged", "only_stored")


class FieldOut(BaseModel):
    """One field by its key in JSON, with both its values."""

    field: str
    before: Any
    after: Any


class RowOut(BaseModel):
    """One entry; sheet and row as the file has them, and neither for what is only stored."""

    status: RowStatus
    key: tuple[str, ...]
    sheet: str | None
    row: int | None
    fields: list[FieldOut]


class ListOut(BaseModel):
    """`only_stored` stays as it is; `dropped` goes, because a score table that is sent is the whole table."""

    new: int
    changed: int
    dropped: int
    unchanged: int
    only_stored: int
    rows: list[RowOut]
    left_out: int


class ImportOut(BaseModel):
    """`applied`: is it in the market now? With an error nothing is; only a dry run is answered then."""

    dry_run: bool
    applied: bool
    market: list[FieldOut]
    starts_score_table: bool
    lists: dict[str, ListOut]
    warnings: list[dict[str, Any]]
    errors: list[dict[str, Any]]


async def open_import(request: Request, dry_run: DryRun = False) -> AsyncIterator[Session]:
    """To look, a session that can write nothing and holds nobody up; to import, the market to oneself."""
    opened = (
        contextmanager_in_threadpool(service_of(request).database.read()) if dry_run else asynccontextmanager(open_write)(request)
    )
    async with opened as session:
        yield session


@router.post("", name="add", openapi_extra=describe_body(*MEDIA_TYPES))
def add(
    caller: Annotated[Actor, Rule("imports:write", organiser=OPEN)],
    market: MarketId,
    request: Request,
    sent: Annotated[SentMarket, Depends(read_sent_file)],
    session: Annotated[Session, Depends(open_import, scope="function")],
    now: Now,
    dry_run: DryRun = False,
) -> ImportOut:
    """Lay the file over the market. Ids update, what the file does not mention stays, and the same file again changes nothing."""
    plan = plan_import(session, market, sent) if dry_run else import_market(session, now, caller, market, sent)
    return show_import(plan, find_language(request), dry_run=dry_run)


def show_import(plan: ImportPlan, language: str, *, dry_run: bool) -> ImportOut:
    changes = plan.changes
    return ImportOut.model_construct(
        dry_run=dry_run,
        applied=not dry_run,
        market=_show_fields(changes.policy),
        starts_score_table=changes.starts_score_table,
        lists={key: _show_list(key, told, plan.origins) for key, told in changes.by_list.items()},
        warnings=[tell_finding(finding, language) for finding in plan.warnings],
        errors=[tell_finding(finding, language) for finding in plan.errors],
    )


def _show_list(list_key: str, told: ListChanges, origins: Origins) -> ListOut:
    counts = {status: len(getattr(told, status)) for status in STATUSES}
    every = sum(counts.values())
    rows = [row for _, row in zip(range(MAX_ROWS), _show_rows(list_key, told, origins), strict=False)]
    return ListOut(**counts, rows=rows, left_out=every - len(rows))


def _show_rows(list_key: str, told: ListChanges, origins: Origins) -> Iterator[RowOut]:
    for status in STATUSES:
        entries: Iterable[EntryChange] = getattr(told, status)
        for entry in entries:
            is_sent = status not in ("only_stored", "dropped")
            place = origins.place(list_key, entry.row - 1) if is_sent else Place()
            yield RowOut.model_construct(
                status=status, key=entry.key, sheet=place.sheet, row=place.row, fields=_show_fields(entry.fields)
            )


def _show_fields(fields: Iterable[FieldChange]) -> list[FieldOut]:
    return [
        FieldOut.model_construct(field=field.field, before=to_jsonable_python(field.before), after=to_jsonable_python(field.after))
        for field in fields
    ]
