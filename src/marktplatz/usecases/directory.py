"""Organisations by what somebody types of their name: the whole of it, a part that only one has, or its id."""

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import OrganisationRecord
from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.exchange.words import fold
from marktplatz.vocabulary import OrganisationKind, Standing

MOST_NAMED = 3
"""So many are named where a part of a name fits several."""


@dataclass(frozen=True, slots=True)
class Listed:
    id: str
    name: str
    kind: OrganisationKind


@dataclass(frozen=True)
class Directory:
    """All that take part, by name."""

    listed: tuple[Listed, ...]

    @cached_property
    def label_by_id(self) -> dict[str, str]:
        """The name, with the id where two have the same."""
        times: dict[str, int] = {}
        for each in self.listed:
            times[each.name] = times.get(each.name, 0) + 1
        return {each.id: each.name if times[each.name] == 1 else f"{each.name} ({each.id})" for each in self.listed}

    @cached_property
    def _folded(self) -> list[tuple[str, str]]:
        return [(fold(label), id_) for id_, label in self.label_by_id.items()]

    def label(self, organisation_id: str) -> str:
        return self.label_by_id.get(organisation_id, organisation_id)

    def find(self, typed: str, field: str) -> str:
        """The one that is meant. InvalidInput at the field where it is none, or might be several."""
        wanted = fold(typed)
        if typed in self.label_by_id:
            return typed
        for fits in (
            [id_ for name, id_ in self._folded if name == wanted],
            [id_ for name, id_ in self._folded if name.startswith(wanted)],
            [id_ for name, id_ in self._folded if wanted in name],
        ):
            if len(fits) == 1:
                return fits[0]
            if fits:
                named = " / ".join(self.label(id_) for id_ in fits[:MOST_NAMED])
                params: dict[str, str | int] = {"found": typed, "count": len(fits), "names": named}
                raise InvalidInput(Finding("name_fits_several", Place(field=field), params))
        raise InvalidInput(Finding("name_fits_nobody", Place(field=field), {"found": typed}))


def load_directory(session: Session, market_id: str) -> Directory:
    """One query; whoever withdrew is not there."""
    wanted = (
        select(OrganisationRecord.id, OrganisationRecord.name, OrganisationRecord.kind)
        .where(OrganisationRecord.market_id == market_id, OrganisationRecord.standing != Standing.WITHDRAWN)
        .order_by(OrganisationRecord.name, OrganisationRecord.id)
    )
    return Directory(tuple(Listed(id_, name.strip() or id_, kind) for id_, name, kind in session.execute(wanted)))
