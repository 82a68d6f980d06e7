"""Plan a market anew in the middle of its day: decide, check, say what differs. Values in, values out."""

from collections.abc import Collection, Mapping, Set
from dataclasses import replace
from time import perf_counter
from typing import Final

import numpy as np

from marktplatz.matching.day import problem_of_day
from marktplatz.matching.explain import Return, explain_pair, suggest_returns
from marktplatz.matching.gather import Gathered
from marktplatz.matching.later_rounds import replan_rounds
from marktplatz.matching.left_over import explain_left_over
from marktplatz.matching.problem import Assignment, Problem
from marktplatz.matching.rounds.values import Attendance, Conversation, Timetable, TimetableBound
from marktplatz.matching.solve import solve
from marktplatz.matching.verify import find_violations
from marktplatz.matching.verify_timetable import TimetableRule, find_timetable_violations
from marktplatz.plan import PlanBound, Served, Unpaired
from marktplatz.usecases.plan_parts import word_pairing, word_unpaired
from marktplatz.usecases.propose import BrokenPlan
from marktplatz.usecases.schedule import timetable_plan
from marktplatz.usecases.solving.jobs import Key
from marktplatz.usecases.solving.warm_jobs import CameIn, KnownRounds, Replan, Replanned, WentOut
from marktplatz.vocabulary import PlanStatus

MOST_EXPLAINED: Final = 4
"""Of those who are newly alone; why somebody is alone takes longer to find than a new partner for everybody."""


def replan_day(gathered: Gathered, job: Replan) -> Replanned:
    """Equal in value to `solve` from scratch of the market as the day has made it, or checked and `feasible`; else BrokenPlan."""
    began = perf_counter()
    problem = problem_of_day(gathered.problem, absent=job.away, forbidden=job.forbidden, settled=job.settled, wanted=job.wanted)
    assignment = _decide(gathered.problem, problem, job)
    violations = find_violations(problem, assignment)
    if violations or assignment.status is PlanStatus.REFUSED:
        raise BrokenPlan(str(violations))
    chosen = {(pair.offer, pair.need): int(row) for pair, row in zip(assignment.pairs(problem), assignment.chosen, strict=True)}
    timetable = None if job.rounds is None else _replan_rounds(gathered, problem, job, job.rounds, tuple(chosen))
    solved = perf_counter()
    today = replace(gathered, problem=problem)
    returns = suggest_returns(today, assignment)
    return Replanned(
        status=assignment.status,
        served=_count_served(problem, assignment, set(job.away)),
        total_points=assignment.points,
        bound=PlanBound(served=assignment.bound_served, points=assignment.bound_points),
        came=_tell_came(today, returns, chosen, job),
        went=_tell_went(problem, chosen, job),
        returns=tuple((key, (returns[row].offer, returns[row].need)) for key, row in chosen.items() if row in returns),
        alone=_tell_alone(today, assignment, job),
        timetable=None if timetable is None else timetable_plan(timetable),
        solve_ms=round((solved - began) * 1000),
    )


def _decide(base: Problem, problem: Problem, job: Replan) -> Assignment:
    """The optimum; where its proof takes too long, the previous plan mended: what can stay stays, and the rest is solved.

    A plan that a time limit cut off may have any other pairs, which is no reason to send people elsewhere; only if it serves more
    organisations than the mended one is it worth that.
    """
    best = solve(problem, previous=job.previous, time_limit_s=job.time_limit_s)
    if best.status is not PlanStatus.FEASIBLE:
        return best
    kept = problem_of_day(base, absent=job.away, forbidden=job.forbidden, settled=job.settled, wanted=(*job.wanted, *job.previous))
    mended = solve(kept, previous=job.previous, time_limit_s=job.time_limit_s)
    if mended.status is PlanStatus.REFUSED or mended.served < best.served:
        return best
    reached, bound = (mended.served, mended.points), (best.bound_served, best.bound_points)
    status = PlanStatus.OPTIMAL if reached == bound else PlanStatus.FEASIBLE
    return replace(mended, status=status, bound_served=bound[0], bound_points=bound[1])


def _replan_rounds(gathered: Gathered, problem: Problem, job: Replan, known: KnownRounds, pairings: Collection[Key]) -> Timetable:
    market, away = gathered.scene.market, set(job.away)
    attendance = {
        each.id: Attendance(0 if each.id in away else each.representatives, frozenset(each.absent_rounds), each.table)
        for each in market.organisations
    }
    talks = tuple(Conversation(number, table, (one, other), points) for number, table, one, other, points in known.talks)
    nothing = TimetableBound(0, 0, 0)
    before = Timetable(known.rounds, known.tables, tuple(sorted(talks)), (0, 0), (0, 0), 0, nothing)
    breaks = market.market.break_rounds
    after = replan_rounds(
        problem, before, frozen=known.frozen, pairings=tuple(pairings), attendance=attendance, break_rounds=breaks
    )
    broken = find_broken_rounds(problem, before, after, known.frozen, attendance, breaks)
    if broken:
        raise BrokenPlan(str(broken))
    return after


def find_broken_rounds(
    problem: Problem,
    before: Timetable,
    after: Timetable,
    frozen: int,
    attendance: Mapping[str, Attendance],
    break_rounds: Collection[int],
) -> list[object]:
    """The frozen rounds are the same; the later ones keep the rules, and nobody meets again whom they met before."""
    past = [[talk for talk in each.conversations if talk.round <= frozen] for each in (before, after)]
    later = tuple(talk for talk in after.conversations if talk.round > frozen)
    alone = replace(after, conversations=later)
    rules = find_timetable_violations(problem, alone, attendance=attendance, break_rounds={*break_rounds, *range(1, frozen + 1)})
    broken: list[object] = [rule for rule in rules if rule.rule is not TimetableRule.TOTALS]
    if past[0] != past[1]:
        broken.append("frozen")
    met = {talk.organisations for talk in past[0]}
    broken += [talk for talk in later if talk.organisations in met]
    return broken


def _count_served(problem: Problem, assignment: Assignment, away: Set[str]) -> Served:
    """Of all who are there or have settled something."""
    chosen = assignment.chosen
    served = np.zeros(len(problem.organisations), dtype=np.bool_)
    served[problem.giving[chosen]] = served[problem.taking[chosen]] = True
    there = served | np.array([id_ not in away for id_ in problem.organisations], dtype=np.bool_)
    companies, nonprofits = problem.is_company, ~problem.is_company
    return Served(
        companies=(int((served & companies).sum()), int((there & companies).sum())),
        nonprofits=(int((served & nonprofits).sum()), int((there & nonprofits).sum())),
    )


def _tell_came(gathered: Gathered, returns: Mapping[int, Return], chosen: Mapping[Key, int], job: Replan) -> tuple[CameIn, ...]:
    """With their reasons, as in a plan file."""
    came = [key for key in chosen if key not in set(job.previous)]
    if not came:
        return ()
    problem = gathered.problem
    places = _places_of(problem, set(job.previous) - chosen.keys())
    told = []
    for key in came:
        row = chosen[key]
        giver, taker = (problem.organisations[int(ends[row])] for ends in (problem.giving, problem.taking))
        why = _tell_why({*key, giver, taker}, set(job.concerned), places, "fills")
        pairing = word_pairing(gathered, row, explain_pair(gathered, row), returns.get(row), job.language)
        told.append(CameIn(pairing=pairing, giver=giver, taker=taker, why=why))
    return tuple(told)


def _tell_went(problem: Problem, chosen: Mapping[Key, int], job: Replan) -> tuple[WentOut, ...]:
    came = _places_of(problem, chosen.keys() - set(job.previous))
    gone = sorted(set(job.previous) - chosen.keys())
    owners = _owners_of(problem)
    away = {*job.concerned, *job.away}
    return tuple(
        WentOut(
            offer=offer,
            need=need,
            why=_tell_why({offer, need, owners.get(offer, offer), owners.get(need, need)}, away, came, "gives_way"),
        )
        for offer, need in gone
    )


def _tell_why(places: Set[str], concerned: Set[str], changed: Set[str], word: str) -> str:
    """It is what the change is about; or it shares an entry or an organisation with a pair that went or came."""
    if places & concerned:
        return "cause"
    return word if places & changed else "rearranged"


def _places_of(problem: Problem, keys: Set[Key]) -> set[str]:
    owners = _owners_of(problem)
    return {place for key in keys for entry in key for place in (entry, owners.get(entry, entry))}


def _owners_of(problem: Problem) -> dict[str, str]:
    names = problem.organisations
    ends = ((problem.offers, problem.offer_organisation), (problem.needs, problem.need_organisation))
    return {entry: names[owner] for ids, owners in ends for entry, owner in zip(ids, owners.tolist(), strict=True)}


def _tell_alone(gathered: Gathered, assignment: Assignment, job: Replan) -> tuple[Unpaired, ...]:
    """Everybody who is there and in no pair; why, for some of those who were in one before."""
    problem, chosen = gathered.problem, assignment.chosen
    served = {*problem.giving[chosen].tolist(), *problem.taking[chosen].tolist()}
    away = set(job.away)
    alone = [id_ for index, id_ in enumerate(problem.organisations) if index not in served and id_ not in away]
    owners = _owners_of(problem)
    before = {owners.get(entry) for key in job.previous for entry in key}
    newly = [id_ for id_ in alone if id_ in before][:MOST_EXPLAINED]
    reasons = explain_left_over(gathered, assignment, newly) if newly else {}
    market = gathered.scene.market
    told = {each.organisation: each for each in word_unpaired(market, reasons, job.language)}
    return tuple(told.get(id_) or Unpaired(organisation=id_, reasons=()) for id_ in alone)
