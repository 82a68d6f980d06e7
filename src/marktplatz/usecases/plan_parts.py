"""The parts of a plan file made from what the solver, the checker and the explainers know: values and their sentences."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from marktplatz.market import Market
from marktplatz.matching.explain import PairReason, Return, explain_pair, suggest_returns
from marktplatz.matching.gather import Gathered
from marktplatz.matching.problem import Assignment, Refusal
from marktplatz.matching.unpaired import ObstacleReason
from marktplatz.plan import Pairing, PairingReason, PlanRefusal, Served, Stability, SuggestedReturn, Unpaired, UnpairedReasonOut
from marktplatz.same import Same
from marktplatz.vocabulary import PlanStatus
from marktplatz.wording.reasons import pair_sentence, refusal_sentence, stability_sentence, unpaired_sentence

_MOST_WORDED: Final = 1_024


def word_refusal(market: Market, refusal: Refusal, language: str) -> PlanRefusal:
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


def count_served(gathered: Gathered, assignment: Assignment) -> Served:
    problem, chosen = gathered.problem, assignment.chosen
    served = {*problem.giving[chosen].tolist(), *problem.taking[chosen].tolist()}
    companies = sum(bool(problem.is_company[organisation]) for organisation in served)
    of_all = int(problem.is_company.sum())
    return Served(companies=(companies, of_all), nonprofits=(len(served) - companies, len(problem.organisations) - of_all))


def word_stability(assignment: Assignment, stay_bonus: int, language: str) -> Stability | None:
    if not stay_bonus or assignment.status is PlanStatus.REFUSED:
        return None
    given_up = max(0, assignment.bound_points - assignment.points)
    text = stability_sentence({"stay_bonus": stay_bonus, "points_given_up": given_up}, language)
    return Stability(stay_bonus=stay_bonus, points_given_up=given_up, text=text)


def word_pairings(gathered: Gathered, assignment: Assignment, language: str) -> tuple[Pairing, ...]:
    returns = suggest_returns(gathered, assignment)
    rows = assignment.chosen.tolist()
    return tuple(word_pairing(gathered, row, explain_pair(gathered, row), returns.get(row), language) for row in rows)


def word_pairing(gathered: Gathered, row: int, reasons: Sequence[PairReason], back: Return | None, language: str) -> Pairing:
    pair = gathered.problem.pair(row)
    return Pairing(
        offer=pair.offer,
        need=pair.need,
        points=pair.points,
        reasons=_word_reasons(Same(reasons), language),
        suggested_return=SuggestedReturn(offer=back.offer, need=back.need) if back else None,
    )


@lru_cache(maxsize=_MOST_WORDED)
def _word_reasons(reasons: Same[Sequence[PairReason]], language: str) -> tuple[PairingReason, ...]:
    """A plan that is changed by hand keeps nearly all its pairs, and they their reasons."""
    return tuple(
        PairingReason(code=reason.criterion, points=reason.points, text=pair_sentence(reason.criterion, reason.params, language))
        for reason in reasons.value
    )


def word_unpaired(
    market: Market, reasons_by_organisation: Mapping[str, tuple[ObstacleReason, ...]], language: str
) -> tuple[Unpaired, ...]:
    return tuple(
        Unpaired(
            organisation=organisation, reasons=tuple(_word_obstacle(market, organisation, reason, language) for reason in reasons)
        )
        for organisation, reasons in reasons_by_organisation.items()
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
