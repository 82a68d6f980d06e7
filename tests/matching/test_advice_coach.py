"""What the coach says of one entry is what the full scoring of the changed market says."""

from datetime import date

import numpy as np
import pytest
from advice_markets import MARKET_DAY, draw_market

from factories import make_market, make_need, make_nonprofit, make_offer, make_organisation, make_rule, make_wish
from marktplatz.market import Entry, Market
from marktplatz.matching.advice.coach import Coach
from marktplatz.matching.advice.variants import list_changes
from marktplatz.matching.gather import gather
from marktplatz.matching.scoring import size
from marktplatz.matching.scoring.content import score as score_contents
from marktplatz.matching.scoring.gate import find_gate
from marktplatz.matching.scoring.hints import fill_from_text
from marktplatz.vocabulary import EntrySide, VariantKind

SIDES = ((EntrySide.OFFER, "offers"), (EntrySide.NEED, "needs"))
BESIDE = VariantKind.SECOND_DATE


def with_entry(market: Market, side: EntrySide, entry: Entry) -> Market:
    """The market with an entry changed or added."""
    field = "offers" if side is EntrySide.OFFER else "needs"
    others = tuple(known for known in getattr(market, field) if known.id != entry.id)
    return Market(**dict(market) | {field: (*others, entry)})


def find_helpers(market: Market, side: EntrySide, entry: Entry) -> set[tuple[str, str]]:
    """By the full table of the changed market: who could help, as (organisation, entry)."""
    gathered = gather(with_entry(market, side, entry))
    scene, problem = gathered.scene, gathered.problem
    offers, needs = problem.pair_offer, problem.pair_need
    content = score_contents(scene, offers, needs)
    fitting = problem.eligible & (find_gate(scene, content, offers, needs) == 1) & (size.score(scene, offers, needs) >= 0.5)
    pairs = [(scene.offers.members[offers[row]], scene.needs.members[needs[row]]) for row in np.flatnonzero(fitting)]
    both = [(offer, need) if side is EntrySide.OFFER else (need, offer) for offer, need in pairs]
    return {(other.organisation, other.id) for own, other in both if own.id == entry.id and other.places}


def expect(market: Market, side: EntrySide, entry: Entry) -> tuple[tuple[int, int], dict[str, int]]:
    """Partners and entries as it stands, and the most partners by kind of change."""
    here = find_helpers(market, side, entry)
    best: dict[str, int] = {}
    read, _ = fill_from_text(entry, market.market.date)
    for change in list_changes(entry, read, market.kind_of(entry), market.market.date):
        then = find_helpers(market, side, change.changed) | (here if change.kind is BESIDE else set())
        best[change.kind] = max(best.get(change.kind, 0), len({organisation for organisation, _ in then}))
    partners = len({organisation for organisation, _ in here})
    return (partners, len(here)), {kind: count for kind, count in best.items() if count > partners}


@pytest.mark.parametrize("seed", range(6))
def test_every_figure_is_that_of_the_full_scoring_of_the_changed_market(seed: int) -> None:
    market = draw_market(seed)
    coach = Coach(market)
    for side, field in SIDES:
        for entry in getattr(market, field)[:2]:
            advice = coach.advise(side, entry)
            told = {variant.kind: variant.partners for variant in advice.variants}
            assert ((advice.partners, advice.entries), told) == expect(market, side, entry)


@pytest.mark.parametrize("seed", range(12, 16))
@pytest.mark.parametrize("kind", ["company", "nonprofit"])
def test_a_draft_of_somebody_new_is_judged_as_if_it_were_in_the_market(seed: int, kind: str) -> None:
    market = draw_market(seed)
    newcomer = make_organisation("a newcomer", kind, postcode="50667", values=("Alkohol",))
    grown = Market(**dict(market) | {"organisations": (*market.organisations, newcomer)})
    for side, field in SIDES:
        draft = getattr(market, field)[0].model_copy(update={"id": "draft", "organisation": newcomer.id})
        advice = Coach(market).advise(side, draft, newcomer)
        told = {variant.kind: variant.partners for variant in advice.variants}
        assert ((advice.partners, advice.entries), told) == expect(grown, side, draft)
        assert {variant.changed.organisation for variant in advice.variants} <= {newcomer.id}
        assert advice == Coach(grown).advise(side, draft)


def test_all_kinds_of_change_are_told_somewhere() -> None:
    told = set()
    for seed in range(6):
        market = draw_market(seed, 12, 24)
        coach = Coach(market)
        told |= {v.kind for side, field in SIDES for e in getattr(market, field) for v in coach.advise(side, e).variants}
    assert told == set(VariantKind)


def test_a_second_date_is_the_nearest_that_brings_most() -> None:
    offers = [
        make_offer(f"paint{week}", f"bank{week}", from_on=date(2027, 5, day), to_on=date(2027, 5, day))
        for week, day in ((1, 3), (2, 17), (3, 17))
    ]
    organisations = [make_nonprofit(), *(make_organisation(offer.organisation) for offer in offers)]
    market = make_market(organisations=organisations, offers=offers, needs=[], date=MARKET_DAY)
    need = make_need(from_on=date(2027, 5, 3), to_on=date(2027, 5, 3))
    advice = Coach(market).advise(EntrySide.NEED, need)
    second = next(variant for variant in advice.variants if variant.kind is BESIDE)
    assert (advice.partners, second.partners, second.changed.from_on) == (1, 3, date(2027, 5, 17))


def test_who_is_excluded_or_has_no_place_left_is_no_partner() -> None:
    assert Coach(make_market()).advise(EntrySide.OFFER, make_offer()).partners == 1
    for changes in (
        {"pairs": [make_rule()]},
        {"wishes": [make_wish("club", "paint")]},
        {"wishes": [make_wish("bank", "club")]},
        {"needs": [make_need(capacity=0)]},
        {"max_distance_km": None, "reciprocity": "required"},
    ):
        assert Coach(make_market(**changes)).advise(EntrySide.OFFER, make_offer()).partners == 0


def test_in_a_market_with_its_own_points_who_is_listed_could_help_and_nothing_would_change_that() -> None:
    market = make_market(scores={("paint", "walls"): 500})
    for side, entry in ((EntrySide.OFFER, make_offer()), (EntrySide.NEED, make_need(people=8, category="hands"))):
        advice = Coach(market).advise(side, entry)
        assert (advice.partners, advice.entries, advice.variants) == (1, 1, ())
    assert Coach(market).advise(EntrySide.OFFER, make_offer("draft")).partners == 0


def test_a_text_in_which_nothing_is_recognised_is_called_vague() -> None:
    coach = Coach(make_market())
    assert coach.advise(EntrySide.OFFER, make_offer(title="Xyzzy")).is_vague
    assert not coach.advise(EntrySide.OFFER, make_offer()).is_vague
    assert Coach(make_market(offers=[], needs=[])).advise(EntrySide.NEED, make_need()).partners == 0
