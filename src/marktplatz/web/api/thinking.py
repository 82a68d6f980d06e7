"""Why not, and what if: what a run's plan would cost to change, worked out without changing anything."""

import asyncio
from typing import Annotated, Final

from fastapi import Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import Field
from sqlalchemy.orm import Session

from marktplatz.errors import Conflict, Finding, InvalidInput
from marktplatz.market import Count, Identifier, Kilometres, Name, Value, Weight
from marktplatz.plan import Plan
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.compare import PlanComparison
from marktplatz.usecases.run_plans import load_pairs
from marktplatz.usecases.run_work import FAILURES
from marktplatz.usecases.runs import get_run
from marktplatz.usecases.solving import Done, Failed, Invalid, Outcome, Propose, Refused, pack_market
from marktplatz.usecases.solving.outcomes import end_with
from marktplatz.usecases.what_if import Answer, Newcomer, Thought, WhatIf, answer, think
from marktplatz.usecases.why_not import Cost, NamedPair, Way, explain_why_not
from marktplatz.vocabulary import Criterion, EntrySide, OrganisationKind, Reciprocity, WithinKind
from marktplatz.web.access import ALWAYS, OPEN, Rule
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.body import In, Sent
from marktplatz.web.deps import MarketId, ReadSession, WriteLater
from marktplatz.web.language import find_language
from marktplatz.web.service import Service, service_of
from marktplatz.wording.findings import finding_text

router = make_api_router("/markets/{market}/runs/{run_id}", "runs")

PATIENCE_S: Final = 60.0


class Barred(Value):
    code: str
    detail: str


class WayOut(Value):
    """One pair that two organisations could be in. `barred`: what stands against it; `cost`: what the plan would be with it pinned,
    told of the asked one, else of the best one that is possible and not in the plan.
    """

    pair: NamedPair
    is_in_plan: bool
    barred: tuple[Barred, ...]
    can_be_excepted: bool
    reasons: tuple[str, ...]
    cost: Cost | None


class NewcomerIn(In):
    kind: OrganisationKind
    side: EntrySide
    title: Name
    category: Identifier | None = None


class MaximumIn(In):
    organisation: Identifier
    max_agreements: Count | None


class WhatIfIn(In):
    """What is thought to be different; whatever is not named stays as it is."""

    weights: dict[Criterion, Weight] | None = None
    reciprocity: Reciprocity | None = None
    within_kind: WithinKind | None = None
    max_agreements: Count | None = None
    max_distance_km: Kilometres | None = None
    absent: Annotated[tuple[Identifier, ...], Field(max_length=100)] = ()
    maxima: Annotated[tuple[MaximumIn, ...], Field(max_length=100)] = ()
    newcomer: NewcomerIn | None = None


class WhatIfOut(Value):
    """The plan that would be, and how it differs from the run's."""

    plan: Plan
    comparison: PlanComparison


@router.get("/why-not")
def why_not(
    caller: Annotated[Actor, Rule("pairings:read", organiser=ALWAYS)],
    market: MarketId,
    run_id: str,
    request: Request,
    session: ReadSession,
    organisation: Annotated[str, Query(max_length=200)],
    other: Annotated[str, Query(alias="with", max_length=200)],
    offer: Annotated[str | None, Query(max_length=200)] = None,
    need: Annotated[str | None, Query(max_length=200)] = None,
) -> list[WayOut]:
    """Why two organisations are not paired: what stands between them, or who would lose what, found by solving anew."""
    run = get_run(session, caller, market, run_id)
    gathered = service_of(request).scores.of(session, market)
    known, language = gathered.scene.market.entry_by_id, find_language(request)
    plan = [key for key in load_pairs(session, market, run.id) if key[0] in known and key[1] in known]
    chosen = (offer, need) if offer is not None and need is not None else None
    ways = explain_why_not(gathered, plan, organisation, other, chosen=chosen, language=language)
    return [_show(way, language) for way in ways]


@router.post("/what-if", response_model_exclude_none=True)
async def what_if(
    caller: Annotated[Actor, Rule("runs:read", organiser=OPEN)],
    market: MarketId,
    run_id: str,
    request: Request,
    sent: Sent[WhatIfIn],
    writing: WriteLater,
) -> WhatIfOut:
    """Solve the market as if something were different, close to the run's plan. Nothing is changed."""
    thought = await writing.look(lambda session: _think(session, caller, market, run_id, sent))
    found = await solve_thought(request, thought)
    return WhatIfOut(plan=found.plan, comparison=found.comparison)


async def solve_thought(request: Request, thought: Thought) -> Answer:
    """In another process; Conflict where there is no plan, or not soon enough."""
    service = service_of(request)
    if not service.runs.is_at_work:
        raise Conflict(Finding("run_interrupted"))
    market = await run_in_threadpool(pack_market, thought.market)
    try:
        plan = await asyncio.wait_for(_find_plan(service, market, thought.job), PATIENCE_S)
    except TimeoutError:
        raise Conflict(Finding("thinking_too_slow")) from None
    return await run_in_threadpool(answer, thought, plan)


async def _find_plan(service: Service, market: bytes, job: Propose) -> Plan:
    """From the process that knows the market already; what that one cannot answer, one of its own does, or says why not."""
    plan = await service.thinker.ask(market, job)
    if plan is None:
        return _read_outcome(await service.runs.solve(market, job))
    return _read_outcome(end_with(plan))


def _read_outcome(outcome: Outcome) -> Plan:
    """The plan that was found; else why there is none."""
    match outcome:
        case Done(plan):
            return plan
        case Refused(plan):
            raise Conflict(*(Finding("thought_refused", params={"text": each.text}) for each in plan.refusals))
        case Failed(kind):
            raise Conflict(FAILURES[kind])
        case Invalid(findings=findings):
            raise InvalidInput(*findings)
        case _:
            raise Conflict(Finding("run_interrupted"))


def _think(session: Session, caller: Actor, market: str, run_id: str, sent: WhatIfIn) -> Thought:
    names = ("weights", "reciprocity", "within_kind", "max_agreements", "max_distance_km")
    policy = {name: getattr(sent, name) for name in names if name in sent.model_fields_set}
    policy = {name: value for name, value in policy.items() if value is not None or name.startswith("max_")}
    new = sent.newcomer
    thought_of = WhatIf(
        policy,
        sent.absent,
        {each.organisation: each.max_agreements for each in sent.maxima},
        None if new is None else Newcomer(new.kind, new.side, new.title, new.category),
    )
    return think(session, get_run(session, caller, market, run_id), thought_of)


def _show(way: Way, language: str) -> WayOut:
    barred = tuple(Barred(code=finding.code, detail=finding_text(finding, language)) for finding in way.findings)
    return WayOut.model_construct(
        pair=way.pair,
        is_in_plan=way.is_in_plan,
        barred=barred,
        can_be_excepted=way.can_be_excepted,
        reasons=way.reasons,
        cost=way.cost,
    )
