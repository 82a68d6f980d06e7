"""The workbench of a plan: one organisation's pairs, why not others, and what is changed by hand, judged at once."""

import json
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask

from marktplatz.db.models import Run
from marktplatz.errors import Conflict, Finding, InvalidInput, NotFound, Place
from marktplatz.exchange.writing import content_sha256
from marktplatz.market import PairRule
from marktplatz.matching.gather import Gathered
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.pairings import Change, Draft, NewPairing, apply_change, draft_change
from marktplatz.usecases.run_plans import Key, find_summary, load_pairs
from marktplatz.usecases.runs import get_run
from marktplatz.usecases.undoing import find_last_author, find_last_change, get_last_change
from marktplatz.usecases.why_not import Way, explain_why_not
from marktplatz.usecases.workbench import Member, list_members, look_at, prepare
from marktplatz.vocabulary import OrganisationKind, PairStatus, Phase, Role, RunStatus
from marktplatz.web.access import ALWAYS, OPEN, SHOWN, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteLater
from marktplatz.web.language import find_language
from marktplatz.web.pages.forms import Form, FormRefused, SentForm
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.route import PageRoute
from marktplatz.web.service import service_of

router = APIRouter(
    prefix="/organise/{market}/matching/runs/{run_id}/workbench", tags=["pages"], route_class=PageRoute, include_in_schema=False
)

ROWS: Final = 40
Id = Annotated[str, Query(max_length=300)]


@router.get("", name="workbench")
def show_workbench(
    caller: Annotated[Actor, Rule("pairings:read", organiser=ALWAYS, broker=SHOWN)],
    market: MarketId,
    run_id: str,
    request: Request,
    session: ReadSession,
    organisation: Id = "",
    other: Id = "",
    offer: Id = "",
    need: Id = "",
    q: Id = "",
    only: Id = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    at: Annotated[str, Query(max_length=700)] = "",
) -> Response:
    """`organisation` stands on the right; `other`: why not that one, by the pair of `offer` and `need` where they are named."""
    asked = Form.of(organisation=organisation, other=other, offer=offer, need=need, q=q, only=only, page=page, at=at)
    return _show(request, session, caller, market, run_id, asked)


@router.post("", name="workbench_change")
async def change(
    caller: Annotated[Actor, Rule("pairings:write", organiser=OPEN)],
    market: MarketId,
    run_id: str,
    request: Request,
    form: SentForm,
    writing: WriteLater,
    now: Now,
) -> Response:
    """One deed, about the plan as it was shown: judged before the market is locked, stored when it is."""
    scores = service_of(request).scores

    def get(session: Session) -> Run:
        run = get_run(session, caller, market, run_id)
        if form.text("version") != str(run.version):
            who = find_last_author(session, run)
            params: dict[str, str | int] = {"who": who or ""}
            raise Conflict(Finding("bench_changed_by" if who else "bench_changed", params=params))
        return run

    def draft(session: Session) -> Draft:
        run = get(session)
        return draft_change(session, run, _read_change(session, run, form), scores)

    try:
        drafted = await writing.look(draft)
        await writing.write(lambda session: apply_change(session, now, caller, get(session), drafted, scores))
    except (Conflict, InvalidInput) as error:
        form.errors += [(finding.place.field, finding) for finding in error.findings]
        answer = await run_in_threadpool(_show_again, request, caller, market, run_id, form)
        answer.status_code = 409 if isinstance(error, Conflict) else 422
        raise FormRefused(answer) from error
    way = {name: form.text(name) for name in ("organisation", "q", "only", "page") if form.text(name)}
    if form.text("deed") != "undo":
        way["at"] = json.dumps([form.text("offer"), form.text("need")], ensure_ascii=False)
    return go("organise", market, "matching", "runs", run_id, "workbench", done=f"bench_{form.text('deed')}", **way)


def _read_change(session: Session, run: Run, form: Form) -> Change:
    """What a form asks for. A pair that is put in or taken out may be fixed already: what is asked for last counts."""
    deed, key = form.text("deed"), (form.text("offer"), form.text("need"))
    pin, forbid = (PairRule.model_construct(offer=key[0], need=key[1], status=status) for status in PairStatus)
    instead = _read_pairs(form.text("instead"))
    match deed:
        case "undo":
            return get_last_change(session, run).inverse
        case "pin":
            is_in_plan = key in load_pairs(session, run.market_id, run.id)
            return Change(rules=(pin,)) if is_in_plan else Change(add=(NewPairing(*key, pin=True),), remove=instead)
        case "release" | "allow":
            return Change(freed=(key,))
        case "forbid":
            is_in_plan = key in load_pairs(session, run.market_id, run.id)
            return Change(rules=(forbid,), remove=(key,) if is_in_plan else ())
        case "remove":
            return Change(remove=(key,), freed=(key,))
        case "add" | "swap":
            return Change(add=(NewPairing(*key),), remove=instead)
        case "except":
            reason = form.text("exception")
            if not reason:
                raise InvalidInput(Finding("exception_reason_missing", Place(field="exception")))
            return Change(add=(NewPairing(*key, exception=reason),), remove=instead)
        case "rearrange":
            added = _read_pairs(form.text("added"))
            return Change(add=tuple(NewPairing(*each, pin=each == key) for each in added), remove=_read_pairs(form.text("removed")))
    raise NotFound(Finding("unknown_deed"))


def _read_pairs(text: str) -> tuple[Key, ...]:
    """A list of pairs, as the page wrote it down."""
    if not text:
        return ()
    try:
        return tuple((str(offer), str(need)) for offer, need in json.loads(text))
    except (ValueError, TypeError):
        raise NotFound(Finding("unknown_deed")) from None


def _show_again(request: Request, caller: Actor, market: str, run_id: str, form: Form) -> Response:
    with service_of(request).database.read() as session:
        return _show(request, session, caller, market, run_id, form)


def _show(request: Request, session: Session, caller: Actor, market_id: str, run_id: str, form: Form) -> Response:
    run = get_run(session, caller, market_id, run_id)
    if run.status is not RunStatus.DONE:
        raise Conflict(Finding("run_has_no_plan", params={"id": run.id}))
    is_organiser, language = caller.has(Role.ORGANISER), find_language(request)
    record = get_market(session, market_id)
    gathered = service_of(request).scores.of(session, market_id)
    market = gathered.scene.market
    members = list_members(session, run, market)
    kept = _filter(members, form)
    page = int(form.text("page")) if form.text("page").isdecimal() and len(form.text("page")) < 5 else 1
    page, other = max(1, page), form.text("other")
    chosen = form.text("organisation") or (kept[0].id if kept else "")
    only_organiser: dict[str, Any] = {"ways": (), "everybody": [], "is_outdated": False, "last": None}
    if is_organiser:
        only_organiser = {
            "ways": _explain(session, run, gathered, chosen, form, language) if chosen and other and other != chosen else (),
            "everybody": _group(members, chosen),
            "is_outdated": run.content_sha256 not in (None, content_sha256(market)),
            "last": find_last_change(session, run),
        }
    shown = show(
        request,
        "workbench.html",
        market=record,
        run=run,
        summary=find_summary(run),
        members=kept[(page - 1) * ROWS : page * ROWS],
        alone=sum(not each.pairs for each in members),
        page=page,
        has_more=len(kept) > page * ROWS,
        bench=look_at(session, run, gathered, chosen, language, for_organiser=is_organiser) if chosen else None,
        other=market.organisation_by_id.get(other) if is_organiser else None,
        names={entry.id: entry.label for entry in (*market.offers, *market.needs)},
        form=form,
        may_write=is_organiser and record.phase is not Phase.CLOSED,
        is_organiser=is_organiser,
        dumps=lambda pairs: json.dumps([list(pair) for pair in pairs], ensure_ascii=False),
        **only_organiser,
    )
    if is_organiser and gathered.kept is not None and not gathered.kept.was_asked:
        shown.background = BackgroundTask(prepare, gathered, load_pairs(session, market_id, run.id))
    return shown


def _filter(members: list[Member], form: Form) -> list[Member]:
    wanted, only_alone = form.text("q").casefold(), form.text("only") == "alone"
    return [each for each in members if wanted in each.name.casefold() and not (only_alone and each.pairs)]


def _group(members: list[Member], chosen: str) -> list[tuple[OrganisationKind, list[Member]]]:
    """All others by kind, by name."""
    by_name = sorted((each for each in members if each.id != chosen), key=lambda each: (each.name.casefold(), each.id))
    return [(kind, [each for each in by_name if each.kind is kind]) for kind in OrganisationKind]


def _explain(session: Session, run: Run, gathered: Gathered, chosen: str, form: Form, language: str) -> tuple[Way, ...]:
    known = gathered.scene.market.entry_by_id
    plan = [key for key in load_pairs(session, run.market_id, run.id) if key[0] in known and key[1] in known]
    asked = (form.text("offer"), form.text("need"))
    return explain_why_not(gathered, plan, chosen, form.text("other"), chosen=asked, language=language)
