"""An earlier plan from a file: of it only the pairings matter."""

from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.market import Identifier, Value


class _PlannedPair(Value):
    offer: Identifier
    need: Identifier


class _EarlierPlan(Value):
    format: Literal["marktplatz-plan/1"]
    pairings: tuple[_PlannedPair, ...] = ()


def read_pairings(path: Path) -> list[tuple[str, str]]:
    """The (offer, need) of a plan file; InvalidInput if it is none."""
    try:
        plan = _EarlierPlan.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InvalidInput(
            Finding("file_unreadable", Place(str(path)), {"reason": error.strerror or type(error).__name__})
        ) from None
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise InvalidInput(Finding("not_a_plan", Place(str(path), field=field or None))) from None
    return [(pair.offer, pair.need) for pair in plan.pairings]
