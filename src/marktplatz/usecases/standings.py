"""Where something of a participant stands before the organiser, after what the participant did: nothing unseen is matched."""

from sqlalchemy.orm import Session

from marktplatz.db.models import EntryRecord, OrganisationRecord, Profile
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.profiles import get_profile
from marktplatz.vocabulary import Standing


def standing_of_new(session: Session, actor: Actor, market_id: str) -> Standing:
    """What staff enter is approved by that; what participants enter waits, where the market looks at it first."""
    if actor.organisations is None:
        return Standing.APPROVED
    return standing_of_unseen(get_profile(session, market_id))


def standing_after_edit(session: Session, actor: Actor, record: EntryRecord | OrganisationRecord) -> Standing:
    """What was returned comes again; what was approved is looked at once more, where the market does so."""
    if actor.organisations is None:
        return record.standing
    if record.standing is Standing.RETURNED:
        return Standing.SUBMITTED
    if record.standing is Standing.APPROVED:
        return standing_of_unseen(get_profile(session, record.market_id))
    return record.standing


def standing_of_restored(session: Session, market_id: str) -> Standing:
    """An entry that was withdrawn comes back as a new one would."""
    return standing_of_unseen(get_profile(session, market_id))


def standing_of_unseen(profile: Profile) -> Standing:
    """What nobody has looked at waits, unless nobody looks."""
    return Standing.SUBMITTED if profile.approves else Standing.APPROVED
