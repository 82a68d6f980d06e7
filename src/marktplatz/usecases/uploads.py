"""A file between its preview and its import: kept for a day at most, mended in the preview, gone once it is imported."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from marktplatz.db.models import EntryRecord, OrganisationRecord, Upload
from marktplatz.errors import Conflict, Finding, InvalidInput, NotFound, Severity
from marktplatz.exchange.mending import LONGEST_TEXT, MAX_CORRECTIONS, Spot
from marktplatz.exchange.reading import SentMarket
from marktplatz.market import UNPRINTABLE
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.approving import tell
from marktplatz.usecases.audit import Change, Subject
from marktplatz.usecases.history import find_merges
from marktplatz.usecases.identifiers import make_id
from marktplatz.usecases.importing import ImportPlan, import_market
from marktplatz.vocabulary import Standing

KEPT_FOR: Final = timedelta(days=1)
MAX_KEPT: Final = 20
"""Files of one market that wait at a time; the oldest ones make room."""
BATCH: Final = 500
Corrections: TypeAlias = Mapping[Spot, str]


def keep_upload(session: Session, now: datetime, actor: Actor, market_id: str, name: str, content: bytes) -> Upload:
    """The same file by the same person is the same upload, with what was mended in it."""
    if not content:
        raise InvalidInput(Finding("no_file_chosen"))
    name = UNPRINTABLE.sub("", name)[-300:] or "datei"
    forget_uploads(session, now, market_id)
    same = select(Upload).where(
        Upload.market_id == market_id,
        Upload.created_by == actor.name,
        Upload.name == name,
        func.length(Upload.content) == len(content),
    )
    for known in session.scalars(same):
        if known.content == content:
            return known
    _make_room(session, market_id)
    upload = Upload(
        market_id=market_id,
        id=make_id("up"),
        name=name,
        content=content,
        corrections=[],
        created_by=actor.name,
        created_at=now,
    )
    session.add(upload)
    session.flush()
    return upload


def get_upload(session: Session, now: datetime, market_id: str, upload_id: str) -> Upload:
    upload = session.get(Upload, (market_id, upload_id))
    if upload is None or upload.created_at <= now - KEPT_FOR:
        raise NotFound(Finding("unknown_upload"))
    return upload


def corrections_of(upload: Upload) -> dict[Spot, str]:
    return {(str(each["sheet"]), int(each["row"]), str(each["field"])): str(each["text"]) for each in upload.corrections}


def mend_upload(session: Session, upload: Upload, mended: Corrections) -> None:
    """Lay more cells over the file; what was mended before and is not told again stays."""
    kept = corrections_of(upload) | dict(mended)
    if len(kept) > MAX_CORRECTIONS or any(len(text) > LONGEST_TEXT for text in kept.values()):
        raise InvalidInput(Finding("too_much_to_mend", params={"limit": MAX_CORRECTIONS}))
    upload.corrections = [
        {"sheet": sheet, "row": row, "field": field, "text": text} for (sheet, row, field), text in sorted(kept.items())
    ]
    session.flush()


def discard_upload(session: Session, upload: Upload) -> None:
    session.delete(upload)
    session.flush()


def import_upload(
    session: Session, now: datetime, actor: Actor, upload: Upload, read_version: int, sent: SentMarket, *, waits: bool
) -> ImportPlan:
    """All of it or nothing; what is new waits for approval where that is wanted. The file is gone afterwards."""
    if upload.version != read_version:
        raise Conflict(Finding("upload_changed"))
    plan = import_market(session, now, actor, upload.market_id, sent)
    if waits:
        _let_wait(session, now, actor, upload.market_id, plan)
    discard_upload(session, session.get_one(Upload, (upload.market_id, upload.id)))
    return plan


def find_undone_merges(session: Session, market_id: str, plan: ImportPlan) -> list[Finding]:
    """Organisations that were merged into others here, and that the file would bring back."""
    merges = find_merges(session, market_id)
    return [
        Finding("merge_would_be_undone", plan.origins.place("organisations", change.row - 1), params, Severity.WARNING)
        for change in plan.changes.organisations.new
        if (params := {"id": change.key[0], "into": merges.get(change.key[0], "")})["into"]
    ]


def forget_uploads(session: Session, now: datetime, market_id: str | None = None) -> int:
    """What has lain for a day; of all markets where none is named. How many that were."""
    old = delete(Upload).where(Upload.created_at <= now - KEPT_FOR)
    if market_id is not None:
        old = old.where(Upload.market_id == market_id)
    result = session.execute(old.returning(Upload.id))
    return len(result.all())


def _make_room(session: Session, market_id: str) -> None:
    wanted = select(Upload.id).where(Upload.market_id == market_id).order_by(Upload.created_at.desc(), Upload.id)
    for upload_id in session.scalars(wanted.offset(MAX_KEPT - 1)).all():
        session.execute(delete(Upload).where(Upload.market_id == market_id, Upload.id == upload_id))


def _let_wait(session: Session, now: datetime, actor: Actor, market_id: str, plan: ImportPlan) -> None:
    changes: list[Change] = []
    for kind, record, lists in (
        ("organisation", OrganisationRecord, ("organisations",)),
        ("offer", EntryRecord, ("offers",)),
        ("need", EntryRecord, ("needs",)),
    ):
        keys = [change.key[0] for name in lists for change in plan.changes.by_list[name].new]
        for batch in _batches(keys):
            session.execute(
                update(record)
                .where(record.market_id == market_id, record.id.in_(batch))
                .values(standing=Standing.SUBMITTED, version=record.version + 1),
                execution_options={"synchronize_session": False},
            )
        before, after = {"standing": Standing.APPROVED.value}, {"standing": Standing.SUBMITTED.value}
        changes += [Change("let_wait", Subject(kind, key), before, after) for key in keys]
    session.expire_all()
    tell(session, now, actor, market_id, changes)


def _batches(keys: list[str]) -> Iterable[list[str]]:
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))
