"""The folder for the hall: what lies in it, what to choose, and one button that answers with a zip.

The market is locked only for the numbers and the audit; the papers are made afterwards, one after the other in worker threads.
"""

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.exchange.folder_tables import folder_to_xlsx
from marktplatz.exchange.pdf.folder import LABELS, Folder, papers_of, print_cover
from marktplatz.exchange.zip_file import pack
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.folder import MOST_BLANK, MOST_FORMS, FolderWish, gather_folder, prepare_folder
from marktplatz.usecases.folder_hall import Hall, load_hall
from marktplatz.usecases.folder_lists import list_signs
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.paper_forms import find_paper_blocks
from marktplatz.usecases.retention import destroyed_on
from marktplatz.vocabulary import DataClass
from marktplatz.web.access import ALWAYS, OPEN, Rule
from marktplatz.web.api.exports import safe_name
from marktplatz.web.deps import MarketId, Now, ReadSession
from marktplatz.web.language import find_language
from marktplatz.web.pages.forms import Form, SentForm, read_whole
from marktplatz.web.pages.frame import show
from marktplatz.web.pages.route import PageRoute
from marktplatz.web.service import service_of
from marktplatz.wording import translate
from marktplatz.wording.folder import FILE_NAME, FILES, LABEL_NAMES, file_words
from marktplatz.wording.stations import PAPER, STATION_NAMES

router = APIRouter(prefix="/organise/{market}/day/folder", tags=["pages"], route_class=PageRoute, include_in_schema=False)

USUAL: Final = FolderWish()


@router.get("", name="folder")
def show_folder(
    caller: Annotated[Actor, Rule("exports:read", organiser=ALWAYS)], market: MarketId, request: Request, session: ReadSession
) -> Response:
    del caller
    return _show(request, session, market, Form.of(label=USUAL.label, forms=USUAL.forms, blank=USUAL.blank))


@router.post("", name="make_folder")
async def make_folder(
    caller: Annotated[Actor, Rule("exports:read", organiser=OPEN)], market: MarketId, request: Request, form: SentForm, now: Now
) -> Response:
    """Pressed twice it is the same folder twice."""
    service, language = service_of(request), find_language(request)

    def prepare() -> tuple[FolderWish, list[int]]:
        with service.database.write(market) as session, form.refused_by(session, lambda: _show(request, session, market, form)):
            wish = read_wish(form)
            block = translate(STATION_NAMES[PAPER], language)
            return wish, prepare_folder(session, now, caller, market, wish, block)

    def gather(wish: FolderWish, numbers: list[int]) -> Folder:
        with service.database.read() as session:
            return gather_folder(session, now, market, wish, numbers, service.settings.base_url, language)

    async with service.queue.turn(market):
        wish, numbers = await run_in_threadpool(prepare)
    service.tell_of_commit(market)
    folder = await run_in_threadpool(gather, wish, numbers)
    parts: dict[str, bytes] = {}
    for name, make in papers_of(folder):
        parts[f"{file_words(name, language)[0]}.pdf"] = await run_in_threadpool(make, folder, language)
    parts[f"{file_words('tables', language)[0]}.xlsx"] = await run_in_threadpool(folder_to_xlsx, folder, language)
    inside = tuple((called, purpose) for called, purpose in _list_inside(parts, language).items())
    cover = await run_in_threadpool(print_cover, folder, language, inside)
    content = await run_in_threadpool(pack, {f"{file_words('cover', language)[0]}.pdf": cover} | parts)
    name = f"{safe_name(market)}-{translate(FILE_NAME, language)}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/zip", headers=headers)


def read_wish(form: Form) -> FolderWish:
    """InvalidInput with every field that is not understood."""
    faults: list[Finding] = []

    def read(name: str, least: int, most: int) -> int | None:
        try:
            return read_whole(form, name, least, most)
        except InvalidInput as wrong:
            faults.extend(wrong.findings)
            return None

    label = form.text("label")
    if label not in LABELS:
        faults.append(Finding("missing", Place(field="label")))
    forms, blank = read("forms", 0, MOST_FORMS), read("blank", 0, MOST_BLANK)
    first = read("first", 1, 999_999)
    if faults:
        raise InvalidInput(*faults)
    return FolderWish(label, forms or 0, blank or 0, first)


def _list_inside(parts: Mapping[str, bytes], language: str) -> dict[str, str]:
    """Each file with what it is for, in the order of their names."""
    purposes = dict(file_words(name, language) for name in FILES)
    return {name: purposes[name.rpartition(".")[0]] for name in parts}


def _show(request: Request, session: Session, market_id: str, form: Form) -> Response:
    market, language = get_market(session, market_id), find_language(request)
    hall, blocks = load_hall(session, market_id), find_paper_blocks(session, market_id)
    missing = _missing(hall)
    return show(
        request,
        "folder.html",
        market=market,
        profile=hall.profile,
        form=form,
        hall=hall,
        blocks=blocks,
        numbers=", ".join(f"{block.first_number}–{block.last_number}" for block in blocks),
        files=[file_words(name, language) for name in FILES if name not in missing],
        labels=[(key, translate(said, language)) for key, said in LABEL_NAMES.items()],
        destroyed_on=destroyed_on(market, hall.profile)[DataClass.CONTACTS],
        most={"forms": MOST_FORMS, "blank": MOST_BLANK},
    )


def _missing(hall: Hall) -> frozenset[str]:
    """What there is nothing to print for."""
    lacking = {
        "rounds": not hall.rounds,
        "signs": not list_signs(hall),
        "wanted": not hall.categories and not hall.entries,
        **dict.fromkeys(("door", "sheets"), not hall.present),
        "contacts": not hall.people,
    }
    return frozenset(name for name, lacks in lacking.items() if lacks)
