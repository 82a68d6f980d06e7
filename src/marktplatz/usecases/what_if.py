"""What if: a market changed in thought, solved anew and compared; nothing is written until somebody says so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from marktplatz.db.models import OrganisationRecord, Run
from marktplatz.errors import Conflict, Finding, InvalidInput, NotFound, Place
from marktplatz.market import Entry, Market, Organisation, Policy
from marktplatz.plan import Plan
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.compare import PlanComparison, compare_plans
from marktplatz.usecases.markets import change_policy, get_market, get_policy
from marktplatz.usecases.organisations import change_organisation, get_contact
from marktplatz.usecases.own_organisation import cancel_coming
from marktplatz.usecases.records import Extent, load_market, organisation_value
from marktplatz.usecases.run_plans import Key, load_pairs, load_plan, read_input
from marktplatz.usecases.runs import Wanted, request_run
from marktplatz.usecases.solving import Propose
from marktplatz.vocabulary import EntrySide, OrganisationKind

TIME_LIMIT_S: Final = 20.0
"""After that long the best plan that was found is shown, and that it is not proven."""

AHEAD_S: Final = 5.0
"""So long somebody with a question may have to wait for what was worked out ahead."""

NEWCOMER: Final = "~gedacht"
"""Begins the ids of what is only thought of; a tilde sorts behind letters and digits."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """An organisation that is only thought of, with the one thing that it offers or seeks."""

    kind: OrganisationKind
    side: EntrySide
    title: str
    category: str | None = None

    @property
    def organisation(self) -> Organisation:
        return Organisation(id=NEWCOMER, kind=self.kind, name=self.title)

    @property
    def entry(self) -> Entry:
        return Entry(id=f"{NEWCOMER}-1", organisation=NEWCOMER, title=self.title, category=self.category)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What is thought to be different: the policy's fields by name, who is not there, maxima by organisation, who is there too."""

    policy: Mapping[str, Any] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    maxima: Mapping[str, int | None] = field(default_factory=dict)
    newcomer: Newcomer | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.policy or self.absent or self.maxima or self.newcomer)

    @property
    def can_be_applied(self) -> bool:
        """Whoever is only thought of must come by themselves."""
        return bool(self.policy or self.absent or self.maxima)


@dataclass(frozen=True, slots=True)
class Thought:
    """A market changed in thought, and what the solver is asked: a plan close to the run's."""

    before: Market
    market: Market
    plan: Plan
    job: Propose


@dataclass(frozen=True, slots=True)
class Answer:
    """`comparison`: from the run's plan to the one that would be."""

    plan: Plan
    comparison: PlanComparison


def change_market(market: Market, what_if: WhatIf) -> Market:
    """The market with everything that is thought; NotFound for organisations that it has not."""
    unknown = [id_ for id_ in (*what_if.absent, *what_if.maxima) if id_ not in market.organisation_by_id]
    if unknown:
        raise NotFound(*(Finding("unknown_organisation", params={"id": id_}) for id_ in unknown))
    gone = {*what_if.absent}
    entries = {entry.id for entry in (*market.offers, *market.needs) if entry.organisation in gone}
    out = gone | entries
    organisations = [_with_maximum(each, what_if.maxima) for each in market.organisations if each.id not in gone]
    offers = [each for each in market.offers if each.id not in out]
    needs = [each for each in market.needs if each.id not in out]
    if what_if.newcomer is not None:
        organisations.append(what_if.newcomer.organisation)
        (offers if what_if.newcomer.side is EntrySide.OFFER else needs).append(what_if.newcomer.entry)
    fields = {name: getattr(market, name) for name in Market.model_fields} | {
        "market": change_in_thought(market.market, what_if),
        "organisations": tuple(sorted(organisations, key=lambda each: each.id)),
        "offers": tuple(sorted(offers, key=lambda each: each.id)),
        "needs": tuple(sorted(needs, key=lambda each: each.id)),
        "wishes": tuple(each for each in market.wishes if each.organisation not in out and each.target not in out),
        "pairs": tuple(each for each in market.pairs if each.offer not in out and each.need not in out),
        "scores": market.scores and tuple(each for each in market.scores if each.offer not in out and each.need not in out),
    }
    return Market.model_construct(None, **fields)


def change_in_thought(policy: Policy, what_if: WhatIf) -> Policy:
    return policy.model_copy(update=dict(what_if.policy))


def think(session: Session, run: Run, what_if: WhatIf) -> Thought:
    """Everything that the solver needs; reads only."""
    if what_if.is_empty:
        raise InvalidInput(Finding("nothing_thought_of"))
    plan = load_plan(session, run)
    now = load_market(session, run.market_id, Extent.READY, with_contacts=False)
    if what_if.newcomer is not None:
        _check_newcomer(now, what_if.newcomer)
    changed = change_market(now, what_if)
    return Thought(read_input(run) or now, changed, plan, ask(load_pairs(session, run.market_id, run.id), run))


def ask_nothing(session: Session, run: Run) -> Propose:
    """What the solver would be asked of the market as it is: whoever has done that is quicker with a thought."""
    return ask(load_pairs(session, run.market_id, run.id), run).model_copy(update={"time_limit_s": AHEAD_S})


def ask(previous: list[Key], run: Run) -> Propose:
    return Propose(previous=tuple(previous), time_limit_s=TIME_LIMIT_S, language=run.parameters["language"])


def answer(thought: Thought, plan: Plan) -> Answer:
    return Answer(plan, compare_plans(thought.plan, plan, market=thought.market, market_before=thought.before))


def take_over(session: Session, now: datetime, actor: Actor, run: Run, what_if: WhatIf) -> Run:
    """Make of the market what was thought, and ask for a run close to the old one; whoever was thought up stays out."""
    if not what_if.can_be_applied:
        raise Conflict(Finding("nothing_to_take_over"))
    market = get_market(session, run.market_id)
    if what_if.policy:
        change_policy(session, now, actor, market, change_in_thought(get_policy(session, market), what_if))
    for organisation_id in what_if.absent:
        cancel_coming(session, now, actor, _get(session, run.market_id, organisation_id))
    for organisation_id, maximum in what_if.maxima.items():
        record = _get(session, run.market_id, organisation_id)
        value = organisation_value(record, get_contact(session, record))
        change_organisation(session, now, actor, record, value.model_copy(update={"max_agreements": maximum}))
    return request_run(session, now, actor, run.market_id, Wanted(run.parameters["language"], previous=run.id))


def _get(session: Session, market_id: str, organisation_id: str) -> OrganisationRecord:
    record = session.get(OrganisationRecord, (market_id, organisation_id))
    if record is None:
        raise NotFound(Finding("unknown_organisation", params={"id": organisation_id}))
    return record


def _with_maximum(organisation: Organisation, maxima: Mapping[str, int | None]) -> Organisation:
    if organisation.id not in maxima:
        return organisation
    return organisation.model_copy(update={"max_agreements": maxima[organisation.id]})


def _check_newcomer(market: Market, newcomer: Newcomer) -> None:
    if market.scores is not None:
        raise Conflict(Finding("newcomer_without_points", Place(field="new_title")))
    if newcomer.category is not None and newcomer.category not in market.category_kinds:
        known = ", ".join(market.category_kinds)
        raise InvalidInput(Finding("unknown_category", Place(field="new_category"), {"code": newcomer.category, "known": known}))
