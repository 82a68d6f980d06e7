"""What if: the rules, weights or guests of a market changed in thought, both plans side by side, then taken over or forgotten."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, BackgroundTasks, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import Run
from marktplatz.errors import Conflict, Finding, InvalidInput, MarktplatzError, Place
from marktplatz.market import UNPRINTABLE, Market, Policy, is_seen
from marktplatz.matching.scoring.criteria import MEASURES, RETURN_WEIGHT
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.records import Extent, load_market
from marktplatz.usecases.runs import get_run
from marktplatz.usecases.side_by_side import lay_side_by_side
from marktplatz.usecases.solving import Propose, pack_market
from marktplatz.usecases.what_if import NEWCOMER, Answer, Newcomer, Thought, WhatIf, ask_nothing, take_over, think
from marktplatz.vocabulary import Criterion, EntrySide, OrganisationKind, Reciprocity, RunStatus, WithinKind
from marktplatz.web.access import OPEN, Rule
from marktplatz.web.api.thinking import solve_thought
from marktplatz.web.deps import MarketId, Now, WriteSession
from marktplatz.web.language import find_language
from marktplatz.web.pages.forms import Form, SentForm
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.route import PageRoute
from marktplatz.web.service import service_of
from marktplatz.wording import translate
from marktplatz.wording.done_workbench import CRITERION_WORDS
from marktplatz.wording.pages import word

router = APIRouter(prefix="/organise/{market}/matching/what-if", tags=["pages"], route_class=PageRoute, include_in_schema=False)

MOST_ROWS: Final = 60
MOST_PAIRS: Final = 150
MOST_LINES: Final = 20
"""Absences, or maxima, that are thought of at once."""
LIMITS: Final = {"max_agreements": 10_000, "max_distance_km": 20_000}
DEFAULTS: Final[Mapping[Criterion, int]] = {criterion: each.weight for criterion, each in MEASURES.items()} | {
    Criterion.RETURN: RETURN_WEIGHT
}
FIELDS: Final = (
    *("run", "reciprocity", "within_kind", "max_agreements", "max_distance_km", "absent", "maximum_of", "maximum"),
    *("new_kind", "new_side", "new_title", "new_category"),
    *(f"weight.{criterion.value}" for criterion in DEFAULTS),
)


@router.get("", name="what_if")
async def show_what_if(
    caller: Annotated[Actor, Rule("runs:read", organiser=OPEN)],
    market: MarketId,
    request: Request,
    run: Annotated[str, Query(max_length=200)] = "",
    go: Annotated[str, Query(max_length=5)] = "",
    more: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """With `go` it is worked out, with `more` there is one line more for that.

    The address holds all that is thought of, so that it can be kept and shown to others.
    """
    form = Form({name: request.query_params.getlist(name) for name in FIELDS if name in request.query_params})
    form.put("more", more)
    return await _show(request, caller, market, run, form, is_asked=bool(go) and not more)


@router.post("", name="what_if_take_over")
def take(
    caller: Annotated[Actor, Rule("markets:write", organiser=OPEN)],
    market: MarketId,
    request: Request,
    form: SentForm,
    session: WriteSession,
    now: Now,
    background: BackgroundTasks,
) -> Response:
    """The market becomes what was thought of, and a run for it is asked for."""
    run = get_run(session, caller, market, form.text("run"))
    with form.refused_by(session, lambda: _answer(request, session, run, market, form, None)):
        made = take_over(session, now, caller, run, _read(form, load_market(session, market, Extent.READY, with_contacts=False)))
    background.add_task(service_of(request).runs.wake)
    return go("organise", market, "matching", "runs", made.id, done="what_if_taken")


async def _show(request: Request, caller: Actor, market: str, run_id: str, form: Form, *, is_asked: bool) -> Response:
    database = service_of(request).database
    found: Answer | None = None
    if is_asked:

        def look() -> Thought:
            with database.read() as session:
                run = _get_run(session, caller, market, run_id)
                return think(session, run, _read(form, service_of(request).scores.of(session, market).scene.market))

        try:
            thought = await run_in_threadpool(look)
            found = await solve_thought(request, thought)
        except (InvalidInput, Conflict) as error:
            form.errors += [(finding.place.field, finding) for finding in error.findings]

    def tell() -> tuple[Response, tuple[bytes, Propose] | None]:
        with database.read() as session:
            run = _get_run(session, caller, market, run_id)
            answered = _answer(request, session, run, market, form, found)
            if is_asked:
                return answered, None
            return answered, (pack_market(service_of(request).scores.of(session, market).scene.market), ask_nothing(session, run))

    told, nothing_thought = await run_in_threadpool(tell)
    if nothing_thought is not None:
        service_of(request).thinker.think_ahead(*nothing_thought)
    told.status_code = 422 if form.errors else 200
    return told


def _get_run(session: Session, caller: Actor, market: str, run_id: str) -> Run:
    """The newest one with a plan where none is named."""
    if run_id:
        return get_run(session, caller, market, run_id)
    wanted = select(Run).where(Run.market_id == market, Run.status == RunStatus.DONE).order_by(Run.created_at.desc(), Run.id.desc())
    run = session.scalars(wanted.limit(1)).first()
    if run is None:
        raise Conflict(Finding("no_plan_to_think_about"))
    return run


def _read(form: Form, market: Market) -> WhatIf:
    """Only what differs from the market as it is counts as thought of."""
    policy, faults = market.market, list[Finding]()
    changed: dict[str, Any] = {}
    for name, kind in (("reciprocity", Reciprocity), ("within_kind", WithinKind)):
        if form.text(name) in set(kind):
            changed[name] = kind(form.text(name))
    for name, most in LIMITS.items():
        known = getattr(policy, name)
        if name in form and (found := _whole(form, name, most, faults)) != (None if known is None else int(known)):
            changed[name] = found
    weights = dict(policy.weights)
    for criterion, default in DEFAULTS.items():
        name = f"weight.{criterion.value}"
        if name in form:
            found = _whole(form, name, 1000, faults)
            if found is not None and found != policy.weights.get(criterion, default):
                weights[criterion] = found
    changed["weights"] = weights
    maxima = _read_maxima(form, faults)
    if faults:
        raise InvalidInput(*faults)
    return WhatIf(
        {name: value for name, value in changed.items() if getattr(policy, name) != value},
        tuple(dict.fromkeys(form.texts("absent"))),
        maxima,
        _read_newcomer(form),
    )


def _list_maxima(form: Form) -> list[tuple[str, str]]:
    """The lines about maxima as they were sent: whose, and which."""
    numbers = form.values_of("maximum")
    of = [each.strip() for each in form.values_of("maximum_of")]
    return [(whose, numbers[at].strip() if at < len(numbers) else "") for at, whose in enumerate(of)]


def _read_maxima(form: Form, faults: list[Finding]) -> dict[str, int | None]:
    return {whose: _read_whole("maximum", text, 10_000, faults) for whose, text in _list_maxima(form) if whose}


def _count_rows(form: Form, name: str, filled: int) -> int:
    """The lines with something in them and an empty one, and another where it was asked for."""
    return min(filled + (2 if form.text("more") == name else 1), MOST_LINES)


def _read_newcomer(form: Form) -> Newcomer | None:
    title = form.text("new_title")[:200]
    if UNPRINTABLE.search(title):
        raise InvalidInput(Finding("control_character", Place(field="new_title")))
    if not is_seen(title):
        return None
    kind = OrganisationKind(form.text("new_kind")) if form.text("new_kind") in set(OrganisationKind) else OrganisationKind.COMPANY
    side = EntrySide(form.text("new_side")) if form.text("new_side") in set(EntrySide) else EntrySide.OFFER
    return Newcomer(kind, side, title, form.text("new_category") or None)


def _whole(form: Form, name: str, most: int, faults: list[Finding]) -> int | None:
    return _read_whole(name, form.text(name), most, faults)


def _read_whole(name: str, text: str, most: int, faults: list[Finding]) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > 6 or int(text) > most:
        faults.append(Finding("number_from_to", Place(field=name), {"found": text[:20], "limit": most}))
        return None
    return int(text)


def _answer(request: Request, session: Session, run: Run, market_id: str, form: Form, found: Answer | None) -> Response:
    market, language = service_of(request).scores.of(session, market_id).scene.market, find_language(request)
    _fill(form, market.market)
    maxima = [line for line in _list_maxima(form) if any(line)][:MOST_LINES]
    try:
        what_if = _read(form, market)
    except MarktplatzError:
        what_if = WhatIf()
    return show(
        request,
        "what_if.html",
        market=get_market(session, market_id),
        run=run,
        form=form,
        answer=found,
        what_if=what_if,
        organisations=sorted(market.organisations, key=lambda each: each.label.casefold()),
        categories=[(category.code, category.label) for category in market.market.categories]
        or [(code, code) for code in market.category_kinds],
        weights=[(f"weight.{each.value}", translate(CRITERION_WORDS[each], language)) for each in DEFAULTS],
        kept_fields=[(name, value) for name in _find_changed(what_if, market.market) for value in form.values_of(name)],
        newcomer_id=NEWCOMER,
        is_outdated=run.content_sha256 is not None
        and run.content_sha256 != service_of(request).contents.sha256(session, market_id),
        most_rows=MOST_ROWS,
        most_pairs=MOST_PAIRS,
        sides=[] if found is None else lay_side_by_side(found.comparison),
        absent_rows=_count_rows(form, "absent", len(form.texts("absent"))),
        maxima=maxima + [("", "")] * (_count_rows(form, "maximum", len(maxima)) - len(maxima)),
        reciprocities=list(Reciprocity),
        within_kinds=list(WithinKind),
        kinds=[(each.value, word(each, language)) for each in OrganisationKind],
        entry_sides=[(each.value, word(each, language)) for each in EntrySide],
        has_scores=market.scores is not None,
    )


def _find_changed(what_if: WhatIf, policy: Policy) -> list[str]:
    """The fields that say something else than the market: what others change meanwhile is not changed back."""
    names = [name for name in what_if.policy if name != "weights"]
    new: Mapping[Criterion, int] = what_if.policy.get("weights", policy.weights)
    names += [f"weight.{criterion.value}" for criterion in DEFAULTS if new.get(criterion) != policy.weights.get(criterion)]
    names += ["absent"] if what_if.absent else []
    return names + (["maximum_of", "maximum"] if what_if.maxima else [])


def _fill(form: Form, policy: Policy) -> None:
    """What was not typed stands as it is."""
    known: dict[str, Any] = {
        "reciprocity": policy.reciprocity.value,
        "within_kind": policy.within_kind.value,
        "max_agreements": policy.max_agreements,
        "max_distance_km": None if policy.max_distance_km is None else int(policy.max_distance_km),
        "new_kind": OrganisationKind.COMPANY.value,
        "new_side": EntrySide.OFFER.value,
    }
    known |= {f"weight.{criterion.value}": policy.weights.get(criterion, default) for criterion, default in DEFAULTS.items()}
    for name, value in known.items():
        if name not in form:
            form.put(name, value)
