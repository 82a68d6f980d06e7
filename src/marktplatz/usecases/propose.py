"""Propose pairings for a market: from what was gathered to a plan that says what, why, and why some stay alone."""

from collections.abc import Iterable, Mapping

from marktplatz.exchange.writing import content_sha256
from marktplatz.market import Market
from marktplatz.matching.explain import explain_pair, suggest_returns
from marktplatz.matching.gather import Gathered
from marktplatz.matching.problem import Assignment, Refusal
from marktplatz.matching.solve import solve
from marktplatz.matching.unpaired import ObstacleReason, explain_unpaired
from marktplatz.matching.verify import find_violations
from marktplatz.plan import (
    Pairing,
    PairingReason,
    Plan,
    PlanBound,
    PlanRefusal,
    Served,
    Solver,
    Stability,
    SuggestedReturn,
    Unpaired,
    UnpairedReasonOut,
)
from marktplatz.vocabulary import PlanStatus
from marktplatz.wording.reasons import pair_sentence, refusal_sentence, stability_sentence, unpaired_sentence


class BrokenPlan(RuntimeError):
    """The checker found fault with the solver's plan: a fault of the program, so nothing is handed out."""


def propose_pairings(
    gathered: Gathered,
    *,
    solver: Solver,
    previous: Iterable[tuple[str, str]] = (),
    stay_bonus: int = 0,
    time_limit_s: float | None = None,
    language: str = "de",
) -> Plan:
    """The plan of a market: decide, check, explain."""
    market = gathered.scene.market
    assignment = solve(gathered.problem, previous=previous, stay_bonus=stay_bonus, time_limit_s=time_limit_s)
    violations = find_violations(gathered.problem, assignment)
    if violations:
        raise BrokenPlan(str(violations))
    is_refused = assignment.status is PlanStatus.REFUSED
    return Plan(
        status=assignment.status,
        input_sha256=content_sha256(market),
        refusals=tuple(_word_refusal(market, refusal, language) for refusal in assignment.refusals),
        served=_count_served(gathered, assignment),
        total_points=assignment.points,
        bound=PlanBound(served=assignment.bound_served, points=assignment.bound_points),
        stability=_word_stability(assignment, stay_bonus, language),
        pairings=() if is_refused else _word_pairings(gathered, assignment, language),
        unpaired=() if is_refused else _word_unpaired(gathered, assignment, language),
        solver=solver,
    )


def _word_refusal(market: Market, refusal: Refusal, language: str) -> PlanRefusal:
    words: Mapping[str, str | int] = {
        "entries": " + ".join(f"„{market.entry_by_id[entry].label}“ ({entry})" for entry in refusal.entries),
        "organisations": " + ".join(market.organisation_by_id[organisation].label for organisation in refusal.organisations),
        "count": refusal.count,
        "limit": refusal.limit,
    }
    return PlanRefusal(
        rule=refusal.rule,
        entries=refusal.entries,
        organisations=refusal.organisations,
        text=refusal_sentence(refusal.rule, words, language),
    )


def _count_served(gathered: Gathered, assignment: Assignment) -> Served:
    problem, chosen = gathered.problem, assignment.chosen
    served = {*problem.giving[chosen].tolist(), *problem.taking[chosen].tolist()}
    companies = sum(bool(problem.is_company[organisation]) for organisation in served)
    of_all = int(problem.is_company.sum())
    return Served(companies=(companies, of_all), nonprofits=(len(served) - companies, len(problem.organisations) - of_all))


def _word_stability(assignment: Assignment, stay_bonus: int, language: str) -> Stability | None:
    if not stay_bonus or assignment.status is PlanStatus.REFUSED:
        return None
    given_up = max(0, assignment.bound_points - assignment.points)
    text = stability_sentence({"stay_bonus": stay_bonus, "points_given_up": given_up}, language)
    return Stability(stay_bonus=stay_bonus, points_given_up=given_up, text=text)


def _word_pairings(gathered: Gathered, assignment: Assignment, language: str) -> tuple[Pairing, ...]:
    returns = suggest_returns(gathered, assignment)
    pairings = []
    for row in assignment.chosen.tolist():
        pair = gathered.problem.pair(row)
        back = returns.get(row)
        reasons = tuple(
            PairingReason(
                code=reason.criterion, points=reason.points, text=pair_sentence(reason.criterion, reason.params, language)
            )
            for reason in explain_pair(gathered, row)
        )
        pairings.append(
            Pairing(
                offer=pair.offer,
                need=pair.need,
                points=pair.points,
                reasons=reasons,
                suggested_return=SuggestedReturn(offer=back.offer, need=back.need) if back else None,
            )
        )
    return tuple(pairings)


def _word_unpaired(gathered: Gathered, assignment: Assignment, language: str) -> tuple[Unpaired, ...]:
    market = gathered.scene.market
    return tuple(
        Unpaired(
            organisation=organisation, reasons=tuple(_word_obstacle(market, organisation, reason, language) for reason in reasons)
        )
        for organisation, reasons in explain_unpaired(gathered, assignment).items()
    )


def _word_obstacle(market: Market, organisation: str, reason: ObstacleReason, language: str) -> UnpairedReasonOut:
    entries = [market.entry_by_id[entry] for entry in (reason.offer, reason.need) if entry is not None]
    own = next((entry.label for entry in entries if entry.organisation == organisation), "")
    other = next((entry.label for entry in entries if entry.organisation != organisation), "")
    words: Mapping[str, str | int] = {
        "name": market.organisation_by_id[organisation].label,
        "partner": " / ".join(market.organisation_by_id[partner].label for partner in reason.organisations),
        "own": own,
        "other": other,
        "count": reason.count,
    }
    return UnpairedReasonOut(
        code=reason.code,
        count=reason.count,
        text=unpaired_sentence(reason.code, words, reason.limits, reason.more, language),
        offer=reason.offer,
        need=reason.need,
        organisations=reason.organisations,
        limits=reason.limits,
        more=reason.more,
    )
