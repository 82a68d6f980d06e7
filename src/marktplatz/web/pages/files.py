"""Files in and out, for the organiser: a preview before anything is stored, wrong cells mended in it; downloads."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import Upload
from marktplatz.errors import Finding, InvalidInput, Place, Severity
from marktplatz.exchange.mending import Mending
from marktplatz.exchange.reading import SentMarket, read_mended_bytes
from marktplatz.exchange.template import make_template
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.exporting import ExportKind, export_market
from marktplatz.usecases.importing import plan_import
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.profiles import get_profile
from marktplatz.usecases.uploads import (
    KEPT_FOR,
    corrections_of,
    discard_upload,
    find_undone_merges,
    get_upload,
    import_upload,
    keep_upload,
    mend_upload,
)
from marktplatz.vocabulary import Phase
from marktplatz.web.access import ALWAYS, OPEN, Rule
from marktplatz.web.api.exports import MEDIA_TYPE, XLSX, name_file
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.pages.file_preview import read_spots, show_preview
from marktplatz.web.pages.forms import Form, SentForm
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.route import PageRoute
from marktplatz.web.service import service_of

router = APIRouter(prefix="/organise/{market}/files", tags=["pages"], route_class=PageRoute, include_in_schema=False)

UPLOADED_AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that waits, read with its corrections; while something is wrong in it, `sent` is None and `sound` the rest."""

    version: int
    sent: SentMarket | None
    sound: SentMarket | None
    findings: tuple[Finding, ...]
    mending: Mending


async def read_upload(request: Request, market: MarketId, upload: str) -> ReadFile:
    """In a worker thread, a few at a time, before any transaction is opened."""
    service = service_of(request)

    def load() -> tuple[str, bytes, dict[Any, str], int]:
        with service.database.read() as session:
            kept = get_upload(session, service.clock(), market, upload)
            return kept.name, kept.content, corrections_of(kept), kept.version

    name, content, corrections, version = await run_in_threadpool(load)
    mending = Mending(corrections)
    try:
        async with service.reading:
            read = await run_in_threadpool(read_mended_bytes, name, content, mending)
    except InvalidInput as error:
        return ReadFile(version, None, None, error.findings, mending)
    return ReadFile(version, read.sent, read.sound, read.findings, mending)


async def read_sent_upload(form: SentForm) -> tuple[str, bytes]:
    """The name is trusted for nothing but its end."""
    file = form.files.get("file")
    return ("", b"") if file is None else (file.filename or "", await file.read())


Reading = Annotated[ReadFile, Depends(read_upload)]
Reader = Annotated[Actor, Rule("imports:write", organiser=ALWAYS)]
Writer = Annotated[Actor, Rule("imports:write", organiser=OPEN)]


@router.get("", name="files")
def show_files(caller: Reader, market: MarketId, request: Request, session: ReadSession, now: Now) -> Response:
    del caller
    return _show_files(request, session, market, now, Form.of())


@router.post("", name="send_file")
def send_file(
    caller: Writer,
    market: MarketId,
    request: Request,
    form: SentForm,
    sent: Annotated[tuple[str, bytes], Depends(read_sent_upload)],
    session: WriteSession,
    now: Now,
) -> Response:
    """Kept for its preview; nothing of it is in the market yet."""
    with form.refused_by(session, lambda: _show_files(request, session, market, now, form)):
        if not sent[0] or not sent[1]:
            raise InvalidInput(Finding("no_file_chosen", Place(field="file")))
        upload = keep_upload(session, now, caller, market, *sent)
    return go("organise", market, "files", upload.id)


@router.get("/template.xlsx", name="empty_template")
def template(caller: Reader, market: MarketId) -> Response:
    """The workbook to fill in, with its explanations."""
    del caller, market
    headers = {"Content-Disposition": 'attachment; filename="marktplatz-vorlage.xlsx"'}
    return Response(make_template(), media_type=XLSX, headers=headers)


@router.get("/export/{file}", name="export_file")
def export(
    caller: Annotated[Actor, Rule("exports:read", organiser=ALWAYS)], market: MarketId, file: ExportKind, session: ReadSession
) -> Response:
    """The whole market with all contacts, for the organiser alone; no copy of it is kept on the way."""
    del caller
    headers = {"Content-Disposition": f'attachment; filename="{name_file(market, file)}"', "Cache-Control": "no-store"}
    return Response(export_market(session, market, file), media_type=MEDIA_TYPE[file], headers=headers)


@router.get("/{upload}", name="preview")
def preview(
    caller: Reader,
    market: MarketId,
    upload: str,
    request: Request,
    reading: Reading,
    session: ReadSession,
    now: Now,
    list_key: Annotated[str, Query(alias="list", max_length=40)] = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """What the file would change, row by row; errors with the cells in which they can be mended."""
    del caller
    kept = get_upload(session, now, market, upload)
    return _show_preview(request, session, kept, reading, Form.of(), list_key=list_key, page=page)


@router.post("/{upload}/mend", name="mend")
def mend(
    caller: Writer, market: MarketId, upload: str, form: SentForm, request: Request, session: WriteSession, now: Now
) -> Response:
    """Lay what was typed over the file's cells; the file itself stays as it was sent."""
    del caller
    kept = get_upload(session, now, market, upload)
    with form.refused_by(session, lambda: _show_files(request, session, market, now, form)):
        mend_upload(session, kept, read_spots(form))
    return go("organise", market, "files", upload)


@router.post("/{upload}/import", name="import_file")
def import_file(
    caller: Writer,
    market: MarketId,
    upload: str,
    request: Request,
    form: SentForm,
    reading: Reading,
    session: WriteSession,
    now: Now,
) -> Response:
    """All of it, or nothing with everything that stands against it."""
    kept = get_upload(session, now, market, upload)
    if reading.sent is None or form.text("version") != str(kept.version):
        return go("organise", market, "files", upload)
    with form.refused_by(session, lambda: _show_preview(request, session, kept, reading, form)):
        import_upload(session, now, caller, kept, reading.version, reading.sent, waits=form.is_ticked("waits"))
    return go("organise", market, "files", done="imported")


@router.post("/{upload}/discard", name="discard_file")
def discard(caller: Writer, market: MarketId, upload: str, form: SentForm, session: WriteSession, now: Now) -> Response:
    del caller, form
    discard_upload(session, get_upload(session, now, market, upload))
    return go("organise", market, "files", done="discarded")


def _show_files(request: Request, session: Session, market: str, now: Now, form: Form) -> Response:
    record = get_market(session, market)
    wanted = select(Upload.id, Upload.name, Upload.created_at).where(Upload.market_id == market, Upload.created_at > now - KEPT_FOR)
    waiting = list(session.execute(wanted.order_by(Upload.created_at.desc(), Upload.id).limit(UPLOADED_AT_ONCE)))
    return show(
        request,
        "files.html",
        market=record,
        profile=get_profile(session, market),
        waiting=waiting,
        form=form,
        is_open=record.phase is not Phase.CLOSED,
        limit=service_of(request).settings.max_upload_bytes // 1_000_000,
    )


def _show_preview(
    request: Request, session: Session, upload: Upload, reading: ReadFile, form: Form, *, list_key: str = "", page: int = 1
) -> Response:
    read = reading.sent or reading.sound
    plan = plan_import(session, upload.market_id, read) if read is not None else None
    findings = reading.findings
    if plan is not None and reading.sent is not None:
        findings = (*plan.errors, *find_undone_merges(session, upload.market_id, plan), *plan.warnings)
    return show_preview(
        request,
        market=get_market(session, upload.market_id),
        upload=upload,
        plan=plan,
        is_whole=reading.sent is not None,
        errors=[finding for finding in findings if finding.severity is Severity.ERROR],
        warnings=[finding for finding in findings if finding.severity is Severity.WARNING],
        mending=reading.mending,
        form=form,
        list_key=list_key,
        page=page,
    )
