"""For one organisation the best partners that it could be brought together with just now, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from sqlalchemy.orm import Session

from marktplatz.matching.explain import explain_pair
from marktplatz.matching.gather import Gathered
from marktplatz.usecases.hall_now import Hall, Member, Talk, look_at_hall
from marktplatz.usecases.own_plan import UNTOLD
from marktplatz.usecases.scored import KnownScores, PossibleNow
from marktplatz.wording.reasons import pair_sentence

MOST_PARTNERS: Final = 8
MOST_REASONS: Final = 3


@dataclass(frozen=True, slots=True)
class FreePartner:
    """`gives`: the organisation gives what the partner needs; else the other way round. `talk`: the partner sits at a table now.

    `offer` and `need` are ids, `offer_title` and `need_title` what they are called.
    """

    partner: Member
    gives: bool
    offer: str
    need: str
    offer_title: str
    need_title: str
    points: int
    reasons: tuple[str, ...]
    talk: Talk | None


def find_free_partners(
    session: Session,
    market_id: str,
    organisation_id: str,
    scores: KnownScores,
    *,
    hall: Hall | None = None,
    language: str = "de",
    limit: int = MOST_PARTNERS,
) -> list[FreePartner]:
    """Those who are not in a talk first, then by points. Nobody where the organisation itself has come to its maximum.

    What others wish is told to nobody: it is between them and the organiser.
    """
    hall = hall or look_at_hall(session, market_id)
    own = hall.members.get(organisation_id)
    gathered = scores.of(session, market_id)
    if own is None or not own.may_agree or organisation_id not in gathered.problem.organisations:
        return []
    rows = _find_best_rows(gathered, organisation_id, hall, scores.possible_now(session, market_id))
    found = [(partner in hall.talks, -points, hall.members[partner].name, partner, row) for partner, row, points in rows]
    return [_tell(gathered, hall, organisation_id, partner, row, language) for *_, partner, row in sorted(found)[:limit]]


def _find_best_rows(gathered: Gathered, organisation_id: str, hall: Hall, now: PossibleNow) -> Iterator[tuple[str, int, int]]:
    """The best pair with every partner that is possible now."""
    problem = gathered.problem
    own = problem.organisations.index(organisation_id)
    places = np.flatnonzero((now.giving == own) | (now.taking == own))
    places = places[np.argsort(-problem.points[now.rows[places]], kind="stable")]
    rows = now.rows[places]
    others = np.where(now.giving[places] == own, now.taking[places], now.giving[places])
    _, firsts = np.unique(others, return_index=True)
    for first in firsts.tolist():
        partner = problem.organisations[int(others[first])]
        if _may_meet(hall, organisation_id, partner):
            yield partner, int(rows[first]), int(problem.points[rows[first]])


def _may_meet(hall: Hall, one: str, other: str) -> bool:
    member = hall.members.get(other)
    if member is None or not member.may_agree or not hall.is_there(other):
        return False
    return all(other not in known.get(one, ()) for known in (hall.partners, hall.refused))


def _tell(gathered: Gathered, hall: Hall, own: str, partner: str, row: int, language: str) -> FreePartner:
    pair = gathered.problem.pair(row)
    entries = gathered.scene.market.entry_by_id
    told = (reason for reason in explain_pair(gathered, row) if reason.criterion not in UNTOLD)
    sentences = (pair_sentence(reason.criterion, reason.params, language) for reason in told)
    return FreePartner(
        partner=hall.members[partner],
        gives=entries[pair.offer].organisation == own,
        offer=pair.offer,
        need=pair.need,
        offer_title=entries[pair.offer].label,
        need_title=entries[pair.need].label,
        points=pair.points,
        reasons=tuple(sentence for sentence in sentences if sentence)[:MOST_REASONS],
        talk=hall.talks.get(partner),
    )
