"""The organiser's radar: offers against needs, what is missing and how much it would help, who stands alone, who came when."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import CategoryRecord, EntryRecord, MarketRecord, OrganisationRecord, Profile
from marktplatz.matching.advice.counts import Balance
from marktplatz.matching.advice.duplicates import Duplicate
from marktplatz.matching.advice.missing import Missing
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.calls import find_calls
from marktplatz.usecases.incomplete import find_without_entry, group_by_organisation
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.profiles import get_profile
from marktplatz.usecases.radar import Radar, count_registrations, look_at_market
from marktplatz.vocabulary import EntrySide, OrganisationKind
from marktplatz.web.access import ALWAYS, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession
from marktplatz.web.language import find_language
from marktplatz.web.pages.frame import show
from marktplatz.web.pages.paging import ROWS, PageNumber, turn_to
from marktplatz.web.pages.radar_pictures import Bar, draw_bars, draw_growth, draw_kinds, fill_months
from marktplatz.web.pages.route import PageRoute
from marktplatz.web.service import service_of
from marktplatz.wording import translate
from marktplatz.wording.advice import missing_sentence, suspicion_words
from marktplatz.wording.pages import word
from marktplatz.wording.radar import call_text, category_label, gap_sentences, lonely_reason, month_label

router = APIRouter(prefix="/organise/{market}/radar", tags=["pages"], route_class=PageRoute, include_in_schema=False)

READING = Rule("organisations:read", organiser=ALWAYS)
MOST_SENTENCES: Final = 3
MOST_MISSING: Final = 12

Labels = Mapping[str, str]


@router.get("", name="radar")
def show_radar(caller: Annotated[Actor, READING], market: MarketId, request: Request, session: ReadSession, now: Now) -> Response:
    radar = look_at_market(session, market, service_of(request).radars)
    record, profile = get_market(session, market), get_profile(session, market)
    labels, language = find_labels(session, market), find_language(request)
    days = count_registrations(session, market)
    calls = find_calls(session, caller, market)
    categories = [balance for balance in radar.by_category if balance.key is not None]
    return show(
        request,
        "radar.html",
        market=record,
        profile=profile,
        is_empty=not days,
        has_entries=any(balance.offers or balance.needs for balance in radar.by_category),
        gaps=gap_sentences([(category_label(b.key or "", labels, language), b.offers, b.needs) for b in categories], language),
        pictures=_draw(radar, labels, language),
        missing=[_tell_missing(each, labels, language) for each in radar.missing[:MOST_MISSING]],
        sentences=MOST_SENTENCES,
        call=_write_call(request, record, profile, radar, labels, language),
        counts={
            "calls": sum(not call.is_done for call in calls),
            "incomplete": len(group_by_organisation(radar.doubtful)) + len(find_without_entry(session, market)),
            "alone": len(radar.lonely),
            "duplicates": len(radar.duplicate_organisations) + len(radar.duplicate_entries),
        },
        growth=draw_growth(days, now.date(), profile.entry_deadline),
    )


@router.get("/alone", name="radar_alone")
def show_alone(
    caller: Annotated[Actor, READING],
    market: MarketId,
    request: Request,
    session: ReadSession,
    side: EntrySide = EntrySide.NEED,
    page: PageNumber = 1,
) -> Response:
    """Entries that nobody could help with."""
    del caller
    lonely = look_at_market(session, market, service_of(request).radars).lonely
    found = [each for each in lonely if each.side is side]
    leaf = turn_to(found, page)
    language = find_language(request)
    return show(
        request,
        "radar_alone.html",
        market=get_market(session, market),
        side=side,
        counts={each: sum(one.side is each for one in lonely) for each in (EntrySide.NEED, EntrySide.OFFER)},
        rows=[(each, lonely_reason(each.side, each.possible, language)) for each in leaf.rows],
        names=find_names(session, market, [each.organisation for each in leaf.rows]),
        **leaf.context,
    )


@router.get("/duplicates", name="radar_duplicates")
def show_duplicates(caller: Annotated[Actor, READING], market: MarketId, request: Request, session: ReadSession) -> Response:
    """Organisations, and entries of one organisation, that may be one and the same."""
    del caller
    radar = look_at_market(session, market, service_of(request).radars)
    language = find_language(request)
    return show(
        request,
        "radar_duplicates.html",
        market=get_market(session, market),
        organisations=_tell_duplicates(radar.duplicate_organisations, language),
        entries=_tell_duplicates(radar.duplicate_entries, language),
        owners=_find_owners(session, market, radar.duplicate_entries[:ROWS]),
        left_out=max(0, len(radar.duplicate_organisations) - ROWS) + max(0, len(radar.duplicate_entries) - ROWS),
    )


def find_labels(session: Session, market: str) -> Labels:
    """What a market calls its categories, by code."""
    wanted = select(CategoryRecord.code, CategoryRecord.label).where(CategoryRecord.market_id == market)
    return {code: label for code, label in session.execute(wanted)}  # noqa: C416 a Result has keys()


def find_names(session: Session, market: str, organisation_ids: Sequence[str]) -> dict[str, str]:
    wanted = select(OrganisationRecord.id, OrganisationRecord.name).where(
        OrganisationRecord.market_id == market, OrganisationRecord.id.in_(organisation_ids)
    )
    return {organisation_id: name or organisation_id for organisation_id, name in session.execute(wanted)}


def _find_owners(session: Session, market: str, duplicates: Sequence[Duplicate]) -> dict[str, tuple[str, str]]:
    """Id and name of the organisation, by the id of the first of two entries."""
    wanted = (
        select(EntryRecord.id, OrganisationRecord.id, OrganisationRecord.name)
        .join(
            OrganisationRecord,
            (OrganisationRecord.market_id == EntryRecord.market_id) & (OrganisationRecord.id == EntryRecord.organisation_id),
        )
        .where(EntryRecord.market_id == market, EntryRecord.id.in_([duplicate.first for duplicate in duplicates]))
    )
    return {entry: (organisation, name or organisation) for entry, organisation, name in session.execute(wanted)}


def _draw(radar: Radar, labels: Labels, language: str) -> list[tuple[str, list[Bar]]]:
    """The four pictures by name."""

    def district(key: str | None) -> str:
        return translate("ohne Postleitzahl", language) if key is None else f"{key}…"

    def month(key: str | None) -> str:
        return translate("ohne Termin", language) if key is None else month_label(key, language)

    def category(key: str | None) -> str:
        return translate("ohne Bereich", language) if key is None else category_label(key, labels, language)

    rest = translate("alle übrigen", language)
    kinds = word(OrganisationKind.COMPANY, language), translate("Gemeinnützige", language)
    by_category: Sequence[Balance] = radar.by_category
    return [
        ("category", draw_bars(by_category, category, rest)),
        ("kind", draw_kinds(by_category, *kinds)),
        ("month", draw_bars(fill_months(radar.by_month), month, rest)),
        ("district", draw_bars(radar.by_district, district, rest)),
    ]


def _choose_count(missing: Missing) -> tuple[int, int]:
    """How many newcomers are spoken of, and what they would bring: two, or as few or many as it takes."""
    if missing.with_two.organisations > missing.with_one.organisations:
        return 2, missing.with_two.organisations
    if missing.with_one.organisations > 0:
        return 1, missing.with_one.organisations
    return 5, missing.with_five.organisations


def _tell_missing(missing: Missing, labels: Labels, language: str) -> dict[str, Any]:
    label = category_label(missing.category, labels, language)
    count, gain = _choose_count(missing)
    return {
        "sentence": missing_sentence(missing.side, missing.kind, label, count, gain, language),
        "label": label,
        "side": missing.side,
        "kind": missing.kind,
        "figures": [missing.with_one.organisations, missing.with_two.organisations, missing.with_five.organisations],
    }


def _write_call(
    request: Request, record: MarketRecord, profile: Profile, radar: Radar, labels: Labels, language: str
) -> str | None:
    wanted = [
        (each.side, category_label(each.category, labels, language), _choose_count(each)[0])
        for each in radar.missing[:MOST_SENTENCES]
    ]
    if not wanted:
        return None
    address = f"{service_of(request).settings.base_url.rstrip('/')}/m/{quote(record.id, safe='')}"
    return call_text(
        wanted, market=record.name, address=address, day=record.date, deadline=profile.entry_deadline, language=language
    )


def _tell_duplicates(duplicates: Sequence[Duplicate], language: str) -> list[tuple[Duplicate, str]]:
    return [(each, ", ".join(suspicion_words(suspicion, language) for suspicion in each.suspicions)) for each in duplicates[:ROWS]]
