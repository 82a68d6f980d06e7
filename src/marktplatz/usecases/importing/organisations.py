"""The organisations of an import; their contacts follow when all of them are there."""

from datetime import datetime

from sqlalchemy.orm import Session

from marktplatz.db.models import OrganisationRecord
from marktplatz.market import Market
from marktplatz.usecases.audit import Change, Subject
from marktplatz.usecases.importing.bulk import insert_all, update_all
from marktplatz.usecases.importing.plan import ImportPlan
from marktplatz.usecases.records import ORGANISATION_FIELDS, fields_of


def write_organisations(session: Session, now: datetime, market_id: str, plan: ImportPlan) -> list[Change]:
    before, after, changes = plan.stored, plan.merged, plan.changes.organisations
    new = [change.key[0] for change in changes.new]
    changed = [change.key[0] for change in changes.changed]
    begun = {"market_id": market_id, "agreed": 0, "created_at": now, "updated_at": now}
    insert_all(
        session,
        [OrganisationRecord(id=key, **begun, **fields_of(after.organisation_by_id[key], ORGANISATION_FIELDS)) for key in new],
    )
    update_all(
        session,
        OrganisationRecord,
        ("market_id", "id"),
        [
            {"market_id": market_id, "id": key, "updated_at": now} | fields_of(after.organisation_by_id[key], ORGANISATION_FIELDS)
            for key in changed
        ],
    )
    added = [Change("add_organisation", Subject("organisation", key), after=_said(after, key)) for key in new]
    return added + [
        Change("change_organisation", Subject("organisation", key), _said(before, key), _said(after, key)) for key in changed
    ]


def _said(market: Market, key: str) -> dict[str, object]:
    return market.organisation_by_id[key].model_dump(mode="json")
