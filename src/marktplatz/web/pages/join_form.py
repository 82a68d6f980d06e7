"""The form of the way in: its blocks, one for each entry, and the templates that fill them."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from marktplatz.market import Policy
from marktplatz.vocabulary import CategoryKind, EntrySide, OrganisationKind
from marktplatz.web.pages.forms import Form
from marktplatz.wording.projects import PROJECTS, is_untouched, project_words

MAX_BLOCKS: Final = 8
MONTHS_SHOWN: Final = 12
TRAP: Final = "subject"
"""A field that nobody sees; programs that fill in everything fill it in as well."""

_BLOCK: Final = re.compile(r"(offer|need)\.([1-9])\.")


@dataclass(frozen=True, slots=True)
class Block:
    """The fields of one entry; `number` counts from 1 on its side."""

    side: EntrySide
    number: int

    @property
    def name(self) -> str:
        return f"{self.side}.{self.number}"

    @property
    def prefix(self) -> str:
        return f"{self.name}."


def begin_form(side: EntrySide) -> Form:
    """Whoever seeks is a nonprofit more often than not, and the other way about; it stands there to be changed."""
    kind = OrganisationKind.NONPROFIT if side is EntrySide.NEED else OrganisationKind.COMPANY
    return Form.filled({"side": side, "kind": kind, "offer.1.title": "", "need.1.title": ""})


def side_of(form: Form) -> EntrySide:
    return EntrySide.OFFER if form.text("side") == EntrySide.OFFER else EntrySide.NEED


def list_blocks(form: Form) -> list[Block]:
    """The side that somebody came for stands first; each side has one block at least."""
    first = side_of(form)
    sides = (first, EntrySide.NEED if first is EntrySide.OFFER else EntrySide.OFFER)
    found = [_BLOCK.match(name) for name in form.names()]
    most = {side: max((int(each[2]) for each in found if each and each[1] == side), default=1) for side in sides}
    return [Block(side, number) for side in sides for number in range(1, min(most[side], MAX_BLOCKS) + 1)]


def add_block(form: Form, side: EntrySide) -> Block | None:
    """None where there are as many as there may be."""
    number = sum(block.side is side for block in list_blocks(form)) + 1
    if number > MAX_BLOCKS:
        return None
    block = Block(side, number)
    form.put(f"{block.prefix}title", "")
    return block


def remove_block(form: Form, block: Block) -> None:
    """Those behind it move up."""
    last = max(each.number for each in list_blocks(form) if each.side is block.side)
    values = {name: form.values_of(name) for name in form.names()}
    for number in range(block.number, last + 1):
        here, behind = Block(block.side, number).prefix, Block(block.side, number + 1).prefix
        for name in [name for name in values if name.startswith(here)]:
            form.drop(name)
        for name, texts in values.items():
            if name.startswith(behind):
                form.put(here + name.removeprefix(behind), texts)


def apply_project(form: Form, block: Block, code: str, policy: Policy, language: str) -> None:
    """Fill in what is empty or still stands there as a template left it; what somebody wrote stays."""
    if code not in PROJECTS:
        return
    project = PROJECTS[code]
    title, text = project_words(code, block.side, language)
    for name, words in ((f"{block.prefix}title", title), (f"{block.prefix}text", text)):
        if is_untouched(form.text(name), language):
            form.put(name, words)
    form.put(f"{block.prefix}project", code)
    form.put(f"{block.prefix}hours", project.hours or "")
    form.put(f"{block.prefix}category", find_category(policy, project.kind) or "")
    if project.people is not None and not form.text(f"{block.prefix}people"):
        form.put(f"{block.prefix}people", project.people)


def find_category(policy: Policy, kind: CategoryKind) -> str | None:
    if not policy.categories:
        return kind.value
    return next((category.code for category in policy.categories if category.kind is kind), None)


def list_months(begin: date) -> list[date]:
    """The first days of a year's months."""
    first = begin.year * 12 + begin.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(first, first + MONTHS_SHOWN)]


def find_block(form: Form, name: str) -> Block | None:
    return next((block for block in list_blocks(form) if block.name == name), None)
