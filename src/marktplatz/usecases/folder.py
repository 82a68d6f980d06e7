"""The folder for the hall: gathers all that an evening without electricity needs, in a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from marktplatz.exchange.pdf.folder import LABELS, BlankForm, ContactLine, DoorLine, Folder
from marktplatz.exchange.words import fold
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.folder_hall import Hall, load_hall
from marktplatz.usecases.folder_lists import list_badges, list_categories, list_signs, place_of
from marktplatz.usecases.folder_rounds import list_rounds, list_sheets
from marktplatz.usecases.identifiers import step
from marktplatz.usecases.paper_forms import choose_numbers, find_or_make_block
from marktplatz.usecases.retention import destroyed_on, retention_days
from marktplatz.vocabulary import DataClass, Role, Trading
from marktplatz.wording import folder as words
from marktplatz.wording import translate
from marktplatz.wording.dates import day_text, instant_text
from marktplatz.wording.desk import CHECKS, RETURN_REASONS
from marktplatz.wording.papers import numbered, say

MOST_FORMS: Final = 200
MOST_BLANK: Final = 40
USUAL_LABEL: Final = next(iter(LABELS))


@dataclass(frozen=True, slots=True)
class FolderWish:
    """What somebody chose: the labels, how many forms from which number, how many badges without a name for surprise guests."""

    label: str = USUAL_LABEL
    forms: int = 30
    blank: int = 10
    first: int | None = None


def prepare_folder(session: Session, now: datetime, actor: Actor, market_id: str, wish: FolderWish, block_name: str) -> list[int]:
    """The numbers of its forms, from a block that is made if there is none. That contacts leave the house is written down."""
    actor.must_be(Role.ORGANISER)
    numbers: list[int] = []
    if wish.forms:
        find_or_make_block(session, now, actor, market_id, block_name)
        numbers = choose_numbers(session, market_id, wish.forms, wish.first)
    said = {"label": wish.label, "blank": wish.blank, "forms": [numbers[0], numbers[-1]] if numbers else None}
    record_change(session, now, actor, "print_folder", Subject("market", market_id), chain=market_id, after=said)
    return numbers


def gather_folder(
    session: Session, now: datetime, market_id: str, wish: FolderWish, numbers: Sequence[int], base: str, language: str
) -> Folder:
    """`base` is the service's own address, for the codes."""
    hall = load_hall(session, market_id)
    organise = f"{base.rstrip('/')}/organise/{step(market_id)}"
    market, profile = hall.market, hall.profile
    rounds, ways, tables = list_rounds(hall, language)
    held = (profile.venue, profile.town, day_text(market.date, language))
    organiser = (profile.organiser_name, profile.organiser_phone, profile.organiser_email)
    return Folder(
        market=market.name or market.id,
        held=", ".join(part for part in held if part),
        state=say(words.STATE, language, when=instant_text(now, profile.timezone, language)),
        made_at=now,
        label=wish.label,
        badges=list_badges(hall, organise, wish.blank),
        sheets=list_sheets(hall, language),
        signs=list_signs(hall),
        rounds=rounds,
        ways=ways,
        tables=tables,
        categories=list_categories(hall, language),
        forms=tuple(
            BlankForm(numbered(number, language), f"{organise}/agreements/new?paper=1&number={number}") for number in numbers
        ),
        checks=tuple((translate(said, language), translate(hint, language)) for _, said, hint in CHECKS),
        reasons=tuple(translate(said, language) for _, said in RETURN_REASONS),
        door=_list_door(hall, language),
        contacts=_list_contacts(hall),
        destroy_by=_tell_end(hall, language),
        schedule=_tell_schedule(hall, language),
        organiser=", ".join(part for part in organiser if part),
    )


def _list_door(hall: Hall, language: str) -> tuple[DoorLine, ...]:
    return tuple(
        DoorLine(hall.name(each.id), each.kind, _tell_people(each.attending, language), place_of(each)) for each in hall.present
    )


def _list_contacts(hall: Hall) -> tuple[ContactLine, ...]:
    lines = []
    for each in hall.present:
        for person, _ in hall.people.get(each.id, ())[:1]:
            lines.append(ContactLine(hall.name(each.id), each.kind, person.name or "", person.phone or "", person.email or ""))
    return tuple(sorted(lines, key=lambda line: fold(line.organisation)))


def _tell_people(count: int | None, language: str) -> str:
    if count is None:
        return ""
    return say(words.ONE_PERSON if count == 1 else words.PEOPLE, language, count=count)


def _tell_end(hall: Hall, language: str) -> str:
    """By when the list of contacts is destroyed: as the data themselves are."""
    day = destroyed_on(hall.market, hall.profile)[DataClass.CONTACTS]
    if day is not None:
        return say(words.DESTROY_BY, language, day=day_text(day, language))
    return say(words.DESTROY_AFTER, language, days=retention_days(hall.profile)[DataClass.CONTACTS])


def _tell_schedule(hall: Hall, language: str) -> tuple[tuple[str, str], ...]:
    profile = hall.profile
    told = [(profile.begins, translate(words.BEGIN, language))] if profile.begins else []
    if hall.rounds:
        sentence = words.ROUNDS_OF if profile.round_minutes else words.ROUNDS_ONLY
        told.append(("", say(sentence, language, rounds=hall.rounds, minutes=profile.round_minutes or 0)))
    if profile.trading is not Trading.ROUNDS:
        told.append(("", translate(words.FREE_TRADING, language)))
    if profile.ends:
        told.append((profile.ends, translate(words.END, language)))
    return tuple(told)
