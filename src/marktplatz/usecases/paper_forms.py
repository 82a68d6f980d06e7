"""Agreements on paper: which numbers are on forms, and the drafts that are typed in from them.

A draft from paper is called after its form: so one form is typed in once, whoever does it, and its number is known at the desk.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import Agreement, Station
from marktplatz.errors import Conflict, Finding, InvalidInput, Place
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.stations import find_stations, is_paper, make_paper_block
from marktplatz.vocabulary import AgreementStatus

_PREFIX: Final = "paper-"
_NAMED: Final = re.compile(r"paper-([1-9][0-9]{0,5})(?:-[0-9]+)?")


def find_paper_blocks(session: Session, market_id: str) -> list[Station]:
    """In the order of their numbers; a block that was taken back is used no more."""
    found = [each for each in find_stations(session, market_id) if is_paper(each) and each.first_number and not each.revoked_at]
    return sorted(found, key=lambda each: each.first_number or 0)


def find_or_make_block(session: Session, now: datetime, actor: Actor, market_id: str, name: str) -> list[Station]:
    blocks = find_paper_blocks(session, market_id)
    return blocks or [make_paper_block(session, now, actor, market_id, name)]


def choose_numbers(session: Session, market_id: str, count: int, first: int | None = None) -> list[int]:
    """So many free numbers of the blocks, from `first` on; fewer where there are no more.

    The same again until a form is typed in: a folder that is printed twice is the same folder.
    InvalidInput where `first` is in no block.
    """
    blocks = find_paper_blocks(session, market_id)
    if first is not None:
        _check_in_block(blocks, first, "first")
    used = _find_used(session, market_id)
    free = (number for number in _numbers_of(blocks) if number not in used and (first is None or number >= first))
    return [number for number, _ in zip(free, range(count), strict=False)]


def name_paper(session: Session, market_id: str, number: int) -> str:
    """The draft's id. InvalidInput for a number of no block, Conflict where it is given or the form is typed in."""
    _check_in_block(find_paper_blocks(session, market_id), number, "paper")
    of_market = Agreement.market_id == market_id
    if session.scalar(select(Agreement.id).where(of_market, Agreement.number == number)) is not None:
        raise Conflict(Finding("number_taken", Place(field="paper"), {"number": number}))
    name = f"{_PREFIX}{number}"
    called = Agreement.id.in_([name]) | Agreement.id.startswith(f"{name}-", autoescape=True)
    states = session.scalars(select(Agreement.status).where(of_market, called)).all()
    if any(status is not AgreementStatus.VOID for status in states):
        raise Conflict(Finding("paper_typed_in", Place(field="paper"), {"number": number}))
    return f"{name}-{len(states) + 1}" if states else name


def number_on_paper(agreement_id: str) -> int | None:
    """The number of the form that a draft was typed in from."""
    found = _NAMED.fullmatch(agreement_id)
    return int(found[1]) if found else None


def _check_in_block(blocks: list[Station], number: int, field: str) -> None:
    if not any((block.first_number or 0) <= number <= (block.last_number or 0) for block in blocks):
        raise InvalidInput(Finding("number_of_no_block", Place(field=field), {"number": number}))


def _find_used(session: Session, market_id: str) -> set[int]:
    """Certified, or typed in and not withdrawn."""
    of_market = Agreement.market_id == market_id
    given = set(session.scalars(select(Agreement.number).where(of_market, Agreement.number.is_not(None))))
    wanted = select(Agreement.id).where(of_market, Agreement.id.startswith(_PREFIX), Agreement.status != AgreementStatus.VOID)
    typed = {number_on_paper(each) for each in session.scalars(wanted)}
    return {number for number in given | typed if number is not None}


def _numbers_of(blocks: list[Station]) -> Iterator[int]:
    for block in blocks:
        yield from range(block.first_number or 1, (block.last_number or 0) + 1)
