"""Runs as pages list them: who asked for each, what came of it, whether the market says something else by now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Request
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from marktplatz.db.models import Run
from marktplatz.errors import Finding
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.history import find_actor_names
from marktplatz.usecases.run_plans import Summary, find_summary
from marktplatz.usecases.runs import UNDER_WAY
from marktplatz.vocabulary import Role, RunStatus
from marktplatz.web.access import ALWAYS, OPEN, SHOWN, Rule
from marktplatz.web.service import service_of

Reader = Annotated[Actor, Rule("runs:read", organiser=ALWAYS, broker=SHOWN)]
"""A broker knows of the published run only."""
Organiser = Annotated[Actor, Rule("runs:read", organiser=ALWAYS)]
Writer = Annotated[Actor, Rule("runs:write", organiser=OPEN)]
MOST_CHOICES: Final = 50


@dataclass(frozen=True)
class RunRow:
    """A run with what is told beside it; `author` is empty where nobody is known (any more)."""

    run: Run
    summary: Summary | None
    author: str
    is_outdated: bool
    failure: Finding | None

    @property
    def is_under_way(self) -> bool:
        return self.run.status in UNDER_WAY

    @property
    def is_better(self) -> bool | None:
        """Could a plan be better, as far as is known? None without a plan."""
        if self.summary is None:
            return None
        served = self.summary.served.companies[0] + self.summary.served.nonprofits[0]
        return (served, self.summary.total_points) < (self.summary.bound.served, self.summary.bound.points)


def select_runs(caller: Actor, market: str) -> Select[Run]:
    """The newest first; whoever is no organiser knows of the published one."""
    wanted = select(Run).where(Run.market_id == market)
    if not caller.has(Role.ORGANISER):
        wanted = wanted.where(Run.published_at.is_not(None))
    return wanted.order_by(Run.created_at.desc(), Run.id.desc())


def tell_runs(request: Request, session: Session, market: str, runs: Sequence[Run]) -> list[RunRow]:
    """A constant number of queries."""
    names = find_actor_names(session, market, {run.author for run in runs})
    present = service_of(request).contents.sha256(session, market) if runs else None
    return [_tell(run, names.get(run.author, ""), present) for run in runs]


def find_done_runs(session: Session, caller: Actor, market: str) -> list[Run]:
    """Those with a plan, to choose from."""
    return list(session.scalars(select_runs(caller, market).where(Run.status == RunStatus.DONE).limit(MOST_CHOICES)))


def _tell(run: Run, author: str, present: str | None) -> RunRow:
    failure: dict[str, Any] | None = run.failure
    return RunRow(
        run,
        find_summary(run),
        author,
        run.status is RunStatus.DONE and run.content_sha256 is not None and run.content_sha256 != present,
        None if failure is None else Finding(failure["code"], params=failure["params"]),
    )
