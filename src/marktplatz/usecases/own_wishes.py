"""What a participant wishes about other organisations: who may be seen at all, and one wish about each."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from marktplatz.db.models import EntryRecord, OrganisationRecord, Profile, WishRecord
from marktplatz.errors import Finding, InvalidInput, NotFound, Place
from marktplatz.market import Wish
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.wishes import add_wish, remove_wish
from marktplatz.vocabulary import Standing, Visibility, WishLevel

MAX_MUST_MEET: Final = 3
"""Of an organisation: with more, "unbedingt" would say nothing, and the engine could keep none of them."""


def may_browse(profile: Profile) -> bool:
    """May participants leaf through who takes part? Else they find only whom they can name."""
    return profile.visibility is not Visibility.NOBODY


def select_others(market_id: str, own: Iterable[str]) -> Select[OrganisationRecord]:
    """Those who take part, but the caller's own."""
    return (
        select(OrganisationRecord)
        .where(OrganisationRecord.market_id == market_id, OrganisationRecord.standing == Standing.APPROVED)
        .where(OrganisationRecord.id.not_in(tuple(own)))
        .order_by(func.lower(OrganisationRecord.name), OrganisationRecord.id)
    )


def search_others(profile: Profile, own: Iterable[str], words: str) -> Select[OrganisationRecord] | None:
    """By part of the name; by the whole of it where nobody is shown, and nothing without it (None)."""
    wanted = select_others(profile.market_id, own)
    words = " ".join(words.split())
    if may_browse(profile):
        name, about = OrganisationRecord.name, OrganisationRecord.about
        return wanted.where(name.icontains(words, autoescape=True) | about.icontains(words, autoescape=True)) if words else wanted
    return wanted.where(func.lower(OrganisationRecord.name) == func.lower(words)) if words else None


def find_own_wishes(session: Session, market_id: str, organisation_id: str) -> list[tuple[WishRecord, str]]:
    """With the names of whom or what they are about, the strongest first."""
    rank = {WishLevel.MUST_MEET: 0, WishLevel.LIKE: 1, WishLevel.NO_THANKS: 2}
    wishes = list(session.scalars(select(WishRecord).filter_by(market_id=market_id, organisation_id=organisation_id)))
    targets = tuple(wish.target for wish in wishes)
    names: dict[str, str] = {}
    for kind, name in ((EntryRecord, EntryRecord.title), (OrganisationRecord, OrganisationRecord.name)):
        found = session.execute(select(kind.id, name).where(kind.market_id == market_id, kind.id.in_(targets)))
        names |= {target: said or target for target, said in found}
    told = [(wish, names.get(wish.target, wish.target)) for wish in wishes]
    return sorted(told, key=lambda pair: (rank[pair[0].level], pair[1].lower(), pair[0].id))


def put_wishes(
    session: Session,
    now: datetime,
    actor: Actor,
    market_id: str,
    organisation_id: str,
    levels: Mapping[str, WishLevel | None],
    field_by_target: Mapping[str, str],
) -> None:
    """One wish about each of these organisations, or none. InvalidInput names the field of the first that is too many."""
    actor.must_act_for(organisation_id, "unknown_organisation_here", {"id": organisation_id})
    _must_take_part(session, market_id, actor, levels)
    known: dict[str, list[WishRecord]] = {}
    for wish in session.scalars(select(WishRecord).filter_by(market_id=market_id, organisation_id=organisation_id)):
        known.setdefault(wish.target, []).append(wish)
    _check_must_meet(known, levels, field_by_target)
    for target, level in levels.items():
        for wish in known.get(target, ()):
            if wish.level is not level:
                remove_wish(session, now, actor, wish)
        if level is not None and all(wish.level is not level for wish in known.get(target, ())):
            add_wish(session, now, actor, market_id, Wish(organisation=organisation_id, target=target, level=level))


def _must_take_part(session: Session, market_id: str, actor: Actor, levels: Mapping[str, Any]) -> None:
    """Whoever does not take part, and one's own, is as unknown as one that does not exist; taking a wish back is free."""
    wished = {target for target, level in levels.items() if level is not None}
    wanted = select_others(market_id, actor.organisations or ()).where(OrganisationRecord.id.in_(wished))
    gone = wished - {other.id for other in session.scalars(wanted)}
    if gone:
        raise NotFound(Finding("unknown_organisation_here", params={"id": min(gone)}))


def _check_must_meet(
    known: Mapping[str, list[WishRecord]], levels: Mapping[str, WishLevel | None], field_by_target: Mapping[str, str]
) -> None:
    before = {target for target, wishes in known.items() if any(wish.level is WishLevel.MUST_MEET for wish in wishes)}
    after = [target for target, level in levels.items() if level is WishLevel.MUST_MEET]
    room = MAX_MUST_MEET - len(before - levels.keys())
    fresh = [target for target in after if target not in before]
    too_many = len(after) - max(room, 0)
    if too_many > 0 and fresh:
        target = fresh[-min(too_many, len(fresh))]
        raise InvalidInput(Finding("too_many_must_meet", Place(field=field_by_target[target]), {"limit": MAX_MUST_MEET}))
