"""What the matrix finds of runs: one that is published, a draft, one that waits; what is pinned and forbidden; two timetables."""

from datetime import datetime, timedelta
from typing import Any, Final

from matrix_day import HERE, NOW, OF_MARKET
from sqlalchemy.orm import Session

from marktplatz.db.models import ConversationRecord, PairingRecord, PairRecord, Run, TimetableRecord
from marktplatz.vocabulary import PairStatus, RunStatus

ELSEWHERE: Final = OF_MARKET["elsewhere"]
BOUND: Final = {"served": 3, "points": 10}


def plant_runs(session: Session) -> None:
    """The published run pairs own with partner, and partner with other; the draft own with other, who are no partners by that."""
    plant_run(session, HERE, "r-public", "Kanari-Allein", published_at=NOW)
    _plant_pairing(session, HERE, "r-public", "own", "partner", "Kanari-Paar-own", wish="Kanari-Wunschgrund")
    plant_run(session, HERE, "r-draft", "Kanari-Entwurf", versions={"marktplatz": "Kanari-Entwurf"})
    _plant_pairing(session, HERE, "r-draft", "own", "other", "Kanari-Entwurf")
    for run_id in ("r-public", "r-draft"):
        _plant_pairing(session, HERE, run_id, "partner", "other", "Kanari-Paar-other")
    plant_run(session, HERE, "r-waiting", None, status=RunStatus.QUEUED)
    plant_run(session, ELSEWHERE, "r-elsewhere", "Kanari-Paar-elsewhere", published_at=NOW)
    _plant_pairing(session, ELSEWHERE, "r-elsewhere", "elsewhere", "elsewhere", "Kanari-Paar-elsewhere")
    _plant_rule(session, HERE, "partner", "other", PairStatus.PINNED, exception="Kanari-Ausnahme")
    _plant_rule(session, HERE, "partner", "own", PairStatus.FORBIDDEN)
    _plant_rule(session, ELSEWHERE, "elsewhere", "elsewhere", PairStatus.FORBIDDEN)
    _plant_timetable(session, HERE, "r-public", NOW, "own", "other")
    _plant_timetable(session, HERE, "r-draft", None, "draft")
    _plant_timetable(session, ELSEWHERE, "r-elsewhere", NOW, "elsewhere")


def plant_run(session: Session, market_id: str, run_id: str, alone: str | None, **fields: Any) -> None:
    """`alone` stands in what its plan says of who stays without a partner; None: no plan yet."""
    plan: dict[str, Any] = {
        "format": "marktplatz-plan/1",
        "status": "optimal",
        "input_sha256": "0" * 64,
        "refusals": [],
        "served": {"companies": [1, 1], "nonprofits": [2, 2]},
        "total_points": 10,
        "bound": BOUND,
        "unpaired": [{"organisation": "o-late", "reasons": [{"code": "no_entry", "count": 0, "text": alone}]}],
        "solver": {"name": "x", "version": "x", "wall_ms": 1},
    }
    if alone is not None:
        summary = {name: plan[name] for name in ("status", "served", "total_points", "bound")}
        fields |= {"status": RunStatus.DONE, "plan": plan, "summary": summary}
    fixed: dict[str, Any] = {
        "parameters": {"language": "de", "previous": None, "previous_pairs": [], "stay_bonus": 0, "time_limit_s": None},
        "input_sha256": "0" * 64,
        "author": "account:Kanari-Autor",
        "created_at": NOW,
    }
    session.add(Run(market_id=market_id, id=run_id, **fixed | {"versions": {}} | fields))
    session.flush()


def _plant_pairing(session: Session, market_id: str, run_id: str, giver: str, taker: str, word: str, wish: str = "") -> None:
    reasons = [{"code": "content", "points": 5, "text": word}, *([{"code": "wishes", "points": 5, "text": wish}] if wish else [])]
    ends = {"offer_id": f"offer-{giver}", "need_id": f"need-{taker}", "giver_id": f"o-{giver}", "taker_id": f"o-{taker}"}
    points = sum(reason["points"] for reason in reasons if isinstance(reason["points"], int))
    session.add(PairingRecord(market_id=market_id, run_id=run_id, points=points, reasons=reasons, **ends))
    session.flush()


def _plant_rule(session: Session, market_id: str, giver: str, taker: str, status: PairStatus, exception: str | None = None) -> None:
    ends = {"offer_id": f"offer-{giver}", "need_id": f"need-{taker}"}
    session.add(PairRecord(market_id=market_id, status=status, exception=exception, created_at=NOW, **ends))
    session.flush()


def _plant_timetable(session: Session, market_id: str, run_id: str, published_at: datetime | None, *names: str) -> None:
    """In each conversation somebody whose id is the word: a result names organisations but does not hold them."""
    key = {"market_id": market_id, "id": f"tt-{run_id}"}
    result = {
        "format": "marktplatz-timetable/1",
        "rounds": 1,
        "tables": 2,
        "met_pairings": [1, 1],
        "served": [2, 3],
        "total_points": 10,
        "bound": BOUND | {"met_pairings": 1},
    }
    created_at = NOW if published_at else NOW + timedelta(minutes=1)
    fields = {"rounds": 1, "tables": 2, "author": "system", "created_at": created_at, "published_at": published_at}
    session.add(TimetableRecord(run_id=run_id, result=result, **key, **fields))
    session.flush()
    for table, name in enumerate(names, 1):
        ends = {"first_id": f"o-{name}", "second_id": f"Kanari-Gespraech-{name}"}
        session.add(ConversationRecord(market_id=market_id, timetable_id=key["id"], round=1, table=table, points=5, **ends))
    session.flush()
