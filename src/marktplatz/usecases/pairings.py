"""Pairings of a run, adjusted by hand: pairs added, removed or swapped; every change is judged by the market as it is now.

Judging scores the whole market, so it is done before the market's lock is taken (`draft_change`), and again under it only where
something has changed in between (`apply_change`).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from marktplatz.db.models import PairingRecord, PairRecord, Run
from marktplatz.db.shared import find_head
from marktplatz.errors import Conflict, Finding, InvalidInput, NotFound, Place
from marktplatz.exchange.writing import content_sha256
from marktplatz.market import Market, PairRule, is_seen
from marktplatz.matching.gather import Gathered
from marktplatz.matching.judge import judge_change
from marktplatz.plan import Plan
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.adjust import assemble_plan, tell_obstacle
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.contents import Content
from marktplatz.usecases.pairs import remove_pair, store_rule, with_rules
from marktplatz.usecases.records import pair_value, with_contacts
from marktplatz.usecases.run_plans import Key, find_summary, list_owners, load_pairs, store_plan
from marktplatz.usecases.scored import KnownScores
from marktplatz.usecases.solving import pack_market
from marktplatz.vocabulary import PairStatus, PlanStatus, RunStatus


@dataclass(frozen=True, slots=True)
class NewPairing:
    """A pair to add; `exception`: why, although category, time or distance differ; `pin`: later runs keep it too."""

    offer: str
    need: str
    exception: str | None = None
    pin: bool = False

    @property
    def key(self) -> Key:
        return self.offer, self.need

    @property
    def rule(self) -> PairRule | None:
        """An exception is a pin."""
        if not self.pin and self.exception is None:
            return None
        return PairRule(offer=self.offer, need=self.need, status=PairStatus.PINNED, exception=self.exception)


@dataclass(frozen=True, slots=True)
class Change:
    """Applied as one: either all of it holds, or nothing.

    `rules` are pinned or forbidden beside the pairings, `freed` neither any more; `undoes`: the number that the audit gave to the
    change which this one takes back.
    """

    add: tuple[NewPairing, ...] = ()
    remove: tuple[Key, ...] = ()
    rules: tuple[PairRule, ...] = ()
    freed: tuple[Key, ...] = ()
    undoes: int | None = None

    @property
    def all_rules(self) -> tuple[PairRule, ...]:
        return (*self.rules, *(new.rule for new in self.add if new.rule is not None))


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan that a change would lead to, and the state of the market (`head`) for which that was found."""

    head: str
    change: Change
    content: Content
    gathered: Gathered
    plan: Plan


def select_pairings(actor: Actor, run: Run) -> Select[PairingRecord]:
    """A participant's are those of the organisations that they stand for."""
    wanted = select(PairingRecord).where(PairingRecord.market_id == run.market_id, PairingRecord.run_id == run.id)
    if actor.organisations is None:
        return wanted
    own = tuple(actor.organisations)
    return wanted.where(PairingRecord.giver_id.in_(own) | PairingRecord.taker_id.in_(own))


def draft_change(session: Session, run: Run, change: Change, scores: KnownScores) -> Draft:
    """Judge a change: Conflict with every rule that it breaks, by name; else the plan that it leads to."""
    summary = find_summary(run)
    if run.status is not RunStatus.DONE or summary is None:
        raise Conflict(Finding("run_has_no_plan", params={"id": run.id}))
    head = find_head(session, run.market_id)
    pairs = set(load_pairs(session, run.market_id, run.id))
    added = [new.key for new in change.add]
    after = (pairs - set(change.remove)) | set(added)
    _check(change, pairs)
    market = _with_rules(scores.of(session, run.market_id).scene.market, change)
    _check_entries(market, change, after)
    gathered = scores.gather(market)
    obstacles = judge_change(gathered, after, add=added, remove=change.remove)
    if obstacles:
        raise Conflict(*(finding for obstacle in obstacles for finding in tell_obstacle(market, obstacle)))
    content = Content(market, content_sha256(market), content_sha256(with_contacts(session, run.market_id, market)))
    # The bound stays true as long as nothing but contacts has changed since it was found.
    is_bound = content.sha256 == run.content_sha256 and summary.status is not PlanStatus.REFUSED
    bound, language = summary.bound if is_bound else None, run.parameters["language"]
    plan = assemble_plan(gathered, after, bound=bound, input_sha256=content.input_sha256, language=language)
    unscored = sorted(after - {(pairing.offer, pairing.need) for pairing in plan.pairings})
    if unscored:
        raise Conflict(*(Finding("pair_not_scored", params={"offer": offer, "need": need}) for offer, need in unscored))
    return Draft(head, change, content, gathered, plan)


def apply_change(session: Session, now: datetime, actor: Actor, run: Run, draft: Draft, scores: KnownScores) -> None:
    """Store a drafted change; needs the market's lock. Judged anew where the market has changed meanwhile."""
    if find_head(session, run.market_id) != draft.head:
        draft = draft_change(session, run, draft.change, scores)
    change, content = draft.change, draft.content
    before = _store_rules(session, now, actor, run.market_id, change)
    by_hand = load_pairs(session, run.market_id, run.id, only_by_hand=True)
    store_plan(session, run, draft.plan, list_owners(content.market), {*by_hand, *(new.key for new in change.add)})
    if run.input is None or run.content_sha256 != content.sha256:
        run.input = pack_market(content.market).decode()
    run.content_sha256, run.input_sha256 = content.sha256, content.input_sha256
    run.adjustments += 1
    session.flush()
    said = {"added": [new.key for new in change.add], "removed": list(change.remove), "points": draft.plan.total_points}
    said |= {} if change.undoes is None else {"undoes": change.undoes}
    known = {"rules": before} if before else None
    record_change(session, now, actor, "adjust_run", Subject("run", run.id), chain=run.market_id, before=known, after=said)
    scores.keep(session, run.market_id, draft.gathered)


def _with_rules(market: Market, change: Change) -> Market:
    freed = set(change.freed)
    kept = market.model_copy(update={"pairs": tuple(rule for rule in market.pairs if (rule.offer, rule.need) not in freed)})
    return with_rules(kept, change.all_rules)


def _store_rules(session: Session, now: datetime, actor: Actor, market_id: str, change: Change) -> list[dict[str, Any]]:
    """What the pairs with new rules were before; `status` null for neither pinned nor forbidden."""
    before = []
    for offer, need in dict.fromkeys((*change.freed, *((rule.offer, rule.need) for rule in change.all_rules))):
        record = session.get(PairRecord, (market_id, offer, need))
        known = None if record is None else pair_value(record).model_dump(mode="json")
        before.append(known or {"offer": offer, "need": need, "status": None})
        if record is not None and (offer, need) in change.freed:
            remove_pair(session, now, actor, record)
    for rule in change.all_rules:
        store_rule(session, now, actor, market_id, rule)
    return before


def _check(change: Change, pairs: set[Key]) -> None:
    if not (change.add or change.remove or change.rules or change.freed):
        raise InvalidInput(Finding("nothing_to_change"))
    if any(rule.exception is not None and not is_seen(rule.exception) for rule in change.all_rules):
        raise InvalidInput(Finding("blank", Place(field="exception")))
    missing = [key for key in change.remove if key not in pairs]
    if missing:
        raise NotFound(*(Finding("unknown_pairing_here", params={"offer": offer, "need": need}) for offer, need in missing))
    double = [new.key for new in change.add if new.key in pairs - set(change.remove)]
    if double:
        raise Conflict(*(Finding("pairing_known", params={"offer": offer, "need": need}) for offer, need in double))


def _check_entries(market: Market, change: Change, after: set[Key]) -> None:
    """Added pairs are of the market; kept ones whose entries are gone must go first."""
    offers, needs = {entry.id for entry in market.offers}, {entry.id for entry in market.needs}
    named = [*(new.key for new in change.add), *((rule.offer, rule.need) for rule in change.rules)]
    faults = [Finding("unknown_offer", Place(field="offer"), {"id": offer}) for offer, _ in named if offer not in offers]
    faults += [Finding("unknown_need", Place(field="need"), {"id": need}) for _, need in named if need not in needs]
    if faults:
        raise InvalidInput(*faults)
    outdated = sorted((offer, need) for offer, need in after if offer not in offers or need not in needs)
    if outdated:
        raise Conflict(*(Finding("pairing_outdated", params={"offer": offer, "need": need}) for offer, need in outdated))
