"""Can the organiser's pins hold? Refused before solving, each pin with the first hard rule it breaks."""

from collections.abc import Iterator

import numpy as np

from marktplatz.matching.problem import EXCLUSIONS, BoolArray, IntArray, Problem, Refusal
from marktplatz.vocabulary import Rule


def find_refusals(problem: Problem) -> tuple[Refusal, ...]:
    """Refusals in the order of the rules; a pin that one rule refuses is not held against a later one."""
    refusals = [Refusal(Rule.NOT_ELIGIBLE, pin) for pin in problem.stray_pins]
    (pins,) = np.nonzero(problem.pinned)
    for code, rule in enumerate(EXCLUSIONS):
        if rule is not None:
            refusals += [
                Refusal(rule, _entries(problem, [pin]), _organisations(problem, [pin]))
                for pin in pins[problem.exclusions[pins] == code]
            ]
    holding = pins[problem.exclusions[pins] == 0]
    for rule, members, limits in _counted_rules(problem):
        blamed = np.zeros(len(holding), dtype=np.bool_)
        for refusal, blame in _find_overfull(problem, holding, rule, members, limits):
            refusals.append(refusal)
            blamed |= blame
        holding = holding[~blamed]
    return tuple(refusals)


def _counted_rules(problem: Problem) -> Iterator[tuple[Rule, list[IntArray], IntArray]]:
    """Each rule that counts: for every pair the counters it uses, and the counters' limits."""
    offers, count = len(problem.offers), len(problem.organisations)
    entry_limits = np.concatenate([problem.offer_capacity, problem.need_capacity])
    yield Rule.CAPACITY, [problem.pair_offer, offers + problem.pair_need], entry_limits
    yield Rule.MAX_AGREEMENTS, [problem.giving, problem.taking], problem.max_agreements
    keys = np.minimum(problem.giving, problem.taking) * count + np.maximum(problem.giving, problem.taking)
    together, partners = np.unique(keys, return_inverse=True)
    yield Rule.MAX_PAIRS_BETWEEN, [partners], np.full(len(together), problem.max_pairs_between)


def _find_overfull(
    problem: Problem, pins: IntArray, rule: Rule, members: list[IntArray], limits: IntArray
) -> Iterator[tuple[Refusal, BoolArray]]:
    uses = np.bincount(np.concatenate([member[pins] for member in members]), minlength=len(limits))
    for counter in np.flatnonzero(uses > limits):
        blame = np.any([member[pins] == counter for member in members], axis=0)
        guilty = pins[blame]
        if rule is Rule.CAPACITY:
            entry = problem.offers[counter] if counter < len(problem.offers) else problem.needs[counter - len(problem.offers)]
            entries: tuple[str, ...] = (entry,)
        else:
            entries = _entries(problem, guilty)
        organisations = (problem.organisations[counter],) if rule is Rule.MAX_AGREEMENTS else _organisations(problem, guilty)
        yield Refusal(rule, entries, organisations, int(uses[counter]), int(limits[counter])), blame


def _entries(problem: Problem, pins: IntArray | list[int]) -> tuple[str, ...]:
    return tuple(sorted({entry for pin in pins for entry in (problem.pair(pin).offer, problem.pair(pin).need)}))


def _organisations(problem: Problem, pins: IntArray | list[int]) -> tuple[str, ...]:
    return tuple(sorted({problem.organisations[o] for o in (*problem.giving[pins], *problem.taking[pins])}))
