"""The values of a market file (contract section 1): frozen, no database, no files, no sentences."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from itertools import chain
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetCoreSchemaHandler, field_serializer
from pydantic_core import PydanticCustomError, core_schema

from marktplatz.errors import Finding, Place, Severity
from marktplatz.vocabulary import (
    MARKET_FORMAT,
    MAX_POINTS,
    CategoryKind,
    Criterion,
    History,
    OrganisationKind,
    PairStatus,
    Reciprocity,
    WishLevel,
    WithinKind,
)


class NullMeans:
    """Marks a field in which null says the same as a missing key: the given value."""

    def __init__(self, value: object) -> None:
        self._value = value

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(
            lambda found: self._value if found is None else found, core_schema.nullable_schema(handler(source))
        )


UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\ufffe\uffff]")
"""Control characters, and those that turn the direction of what follows: a name could pass for another with them."""


def _printable(text: str) -> str:
    if UNPRINTABLE.search(text):
        raise PydanticCustomError("control_character", "control character")
    return text


def _says_something(text: str) -> str:
    # The quick question first: a score table asks it a million times.
    if text.isprintable() and text.strip():
        return text
    _printable(text)
    if not is_seen(text):
        raise PydanticCustomError("blank", "blank")
    return text


def is_seen(text: str) -> bool:
    """Is there anything to see? Blanks, and marks of no width, are nothing."""
    return any(unicodedata.category(character)[0] not in "ZC" for character in text)


def _plausible_day(day: date) -> date:
    if not 2000 <= day.year <= 2100:
        raise PydanticCustomError("absurd_date", "absurd date")
    return day


Identifier = Annotated[str, Field(max_length=200), AfterValidator(_says_something)]
Name = Annotated[str, Field(max_length=300), AfterValidator(_says_something)]
Line = Annotated[str, Field(max_length=300), AfterValidator(_printable)]
Text = Annotated[str, Field(max_length=10_000), AfterValidator(_printable)]
FilledText = Annotated[str, Field(max_length=10_000), AfterValidator(_says_something)]
Day = Annotated[date, AfterValidator(_plausible_day)]
Count = Annotated[int, Field(ge=0, le=10_000)]
Headcount = Annotated[int, Field(ge=0, le=100_000)]
Amount = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Hours = Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False)]
Kilometres = Annotated[float, Field(ge=0, le=20_000, allow_inf_nan=False)]
Ordinal = Annotated[int, Field(ge=1, le=10_000)]
Points = Annotated[int, Field(ge=0, le=MAX_POINTS)]
Weight = Annotated[int, Field(ge=0, le=MAX_POINTS)]
Lines = Annotated[tuple[Line, ...], NullMeans(())]
Ordinals = Annotated[tuple[Ordinal, ...], NullMeans(())]
Country = Annotated[str, Field(pattern=r"^[A-Za-z]{2}$")]


class Value(BaseModel):
    """A frozen value; strict, so that `true` is no number and 731.0 no whole one."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", validate_by_name=True)


class Category(Value):
    """A market's own field of engagement, mapped to one of the fixed kinds; `neighbours` are codes that fit it as well."""

    code: Identifier
    label: Name
    kind: CategoryKind
    neighbours: tuple[Identifier, ...] = ()


class Policy(Value):
    """What the organiser decides for the whole market."""

    name: Name = "Marktplatz Gute Geschäfte"
    date: Day | None = None
    postcode: Line | None = None
    country: Annotated[Country, NullMeans("DE")] = "DE"
    reciprocity: Annotated[Reciprocity, NullMeans(Reciprocity.WANTED)] = Reciprocity.WANTED
    within_kind: Annotated[WithinKind, NullMeans(WithinKind.NONPROFITS)] = WithinKind.NONPROFITS
    max_agreements: Count | None = None
    max_pairs_between: Count | None = 1
    max_distance_km: Kilometres | None = None
    break_rounds: Ordinals = ()
    categories: Annotated[tuple[Category, ...], NullMeans(())] = ()
    history: History = History.IGNORE
    weights: dict[Criterion, Weight] = Field(default_factory=dict)


class Contact(Value):
    name: Line | None = None
    email: Line | None = None
    phone: Line | None = None


class Organisation(Value):
    """A company or a nonprofit; `name` falls back to the id where the sender gave none."""

    id: Identifier
    kind: OrganisationKind
    name: Annotated[Name, NullMeans("")] = ""
    key: Line | None = None
    owner: Line | None = None
    postcode: Line | None = None
    country: Country | None = None
    max_agreements: Count | None = None
    competitors: Line | None = None
    values: Lines = ()
    excludes: Lines = ()
    representatives: Annotated[int, Field(ge=1, le=100), NullMeans(1)] = 1
    absent_rounds: Ordinals = ()
    table: Ordinal | None = None
    contact: Contact | None = None

    @field_serializer("name", when_used="json")
    def _write_name(self, name: str) -> str | None:
        """No name is null in JSON; an empty one could not be read back."""
        return name or None

    @property
    def label(self) -> str:
        return self.name.strip() or self.id


class Entry(Value):
    """An offer or a need; which of the two, the list it stands in tells."""

    id: Identifier
    organisation: Identifier
    title: Annotated[Line, NullMeans("")] = ""
    text: Text | None = None
    category: Identifier | None = None
    impact_fields: Lines = ()
    people: Headcount | None = None
    hours: Hours | None = None
    quantity: Amount | None = None
    from_on: Day | None = Field(default=None, alias="from")
    to_on: Day | None = Field(default=None, alias="to")
    postcode: Line | None = None
    remote: bool | None = False
    capacity: Count | None = 1

    @property
    def label(self) -> str:
        return self.title.strip() or (self.text or "").strip()[:60] or self.id

    @property
    def places(self) -> int:
        """In how many pairs the entry may be; null means one, as if the key were missing."""
        return 1 if self.capacity is None else self.capacity


class Wish(Value):
    organisation: Identifier
    target: Identifier
    level: WishLevel


class PairRule(Value):
    """What the organiser fixed by hand for one pair; `exception`: why it is pinned although category, time or distance differ."""

    offer: Identifier
    need: Identifier
    status: PairStatus
    exception: Text | None = None

    @property
    def exception_reason(self) -> str | None:
        """The written reason, on one line, where there is one and the pair is pinned; else the exception is none."""
        reason = " ".join((self.exception or "").split())
        return reason if reason and self.status is PairStatus.PINNED else None


class EarlierAgreement(Value):
    """Two organisations, by their keys, that made an agreement in an earlier market."""

    keys: tuple[Identifier, Identifier]


class MarketConcept(Value):
    """Words that mean the same in this market; with the id of a known concept they join its words."""

    id: Identifier
    words: Lines = ()


class Score(Value):
    offer: Identifier
    need: Identifier
    points: Points


class Market(Value):
    """A whole market file. `scores` None means: the engine computes the points; a tuple, even empty, is the whole table."""

    format: Literal["marktplatz/1"] = MARKET_FORMAT
    market: Policy = Policy()
    organisations: tuple[Organisation, ...] = ()
    offers: tuple[Entry, ...] = ()
    needs: tuple[Entry, ...] = ()
    wishes: tuple[Wish, ...] = ()
    pairs: tuple[PairRule, ...] = ()
    scores: tuple[Score, ...] | None = None
    earlier_agreements: tuple[EarlierAgreement, ...] = ()
    concepts: tuple[MarketConcept, ...] = ()

    @cached_property
    def organisation_by_id(self) -> dict[str, Organisation]:
        return {organisation.id: organisation for organisation in self.organisations}

    @cached_property
    def entry_by_id(self) -> dict[str, Entry]:
        return {entry.id: entry for entry in (*self.offers, *self.needs)}

    @cached_property
    def category_kinds(self) -> dict[str, CategoryKind]:
        """Kind by category code; a market without categories of its own uses the kinds' names as codes."""
        if not self.market.categories:
            return {kind.value: kind for kind in CategoryKind}
        return {CategoryKind.OPEN.value: CategoryKind.OPEN} | {c.code: c.kind for c in self.market.categories}

    def kind_of(self, entry: Entry) -> CategoryKind:
        return CategoryKind.OPEN if entry.category is None else self.category_kinds[entry.category]


def is_same_but(one: Market, other: Market, *names: str) -> bool:
    """Do two markets differ in nothing, or only in the parts of these names?"""
    return all(getattr(one, name) == getattr(other, name) for name in Market.model_fields if name not in names)


def find_contradictions(market: Market) -> Iterator[Finding]:
    """What is wrong between the lines of a market; rows count from 1 in their list."""
    return chain.from_iterable(check_contradictions(market))


def check_contradictions(market: Market) -> Iterator[Iterator[Finding]]:
    """The same check by check, errors and doubts apart, for those who stop each search early."""
    yield _find_double_ids(market)
    yield _find_double_categories(market)
    yield _find_entry_faults(market)
    yield _find_wish_faults(market)
    yield _find_strangers("pairs", market.pairs, market)
    yield _find_strangers("scores", market.scores or (), market)
    yield _find_double_scores(market)
    yield _find_idle_exceptions(market)
    yield _find_silent_entries(market)
    yield _find_gaps(market)


def _find_double_ids(market: Market) -> Iterator[Finding]:
    first_seen: dict[str, Place] = {}
    lists: tuple[tuple[str, Sequence[Organisation | Entry]], ...] = (
        ("organisations", market.organisations),
        ("offers", market.offers),
        ("needs", market.needs),
    )
    for sheet, members in lists:
        for row, member in enumerate(members, 1):
            place = Place(sheet=sheet, row=row, field="id")
            if member.id in first_seen:
                other = first_seen[member.id]
                yield Finding("double_id", place, {"id": member.id, "other_sheet": other.sheet or "", "other_row": other.row or 0})
            else:
                first_seen[member.id] = place


def _find_double_categories(market: Market) -> Iterator[Finding]:
    counts = Counter(category.code for category in market.market.categories)
    for row, category in enumerate(market.market.categories, 1):
        if counts[category.code] > 1:
            yield Finding("double_category", Place(sheet="categories", row=row, field="code"), {"code": category.code})
            counts[category.code] = 0
        for code in category.neighbours:
            if code not in market.category_kinds:
                known = ", ".join(market.category_kinds)
                yield Finding(
                    "unknown_category", Place(sheet="categories", row=row, field="neighbours"), {"code": code, "known": known}
                )


def _find_entry_faults(market: Market) -> Iterator[Finding]:
    known = market.category_kinds
    for sheet, entries in (("offers", market.offers), ("needs", market.needs)):
        for row, entry in enumerate(entries, 1):
            if entry.organisation not in market.organisation_by_id:
                yield Finding("unknown_organisation", Place(sheet=sheet, row=row, field="organisation"), {"id": entry.organisation})
            if entry.category is not None and entry.category not in known:
                yield Finding(
                    "unknown_category",
                    Place(sheet=sheet, row=row, field="category"),
                    {"code": entry.category, "known": ", ".join(known)},
                )
            if entry.from_on and entry.to_on and entry.from_on > entry.to_on:
                yield Finding(
                    "dates_reversed",
                    Place(sheet=sheet, row=row, field="to"),
                    {"from": entry.from_on.isoformat(), "to": entry.to_on.isoformat()},
                )


def _find_wish_faults(market: Market) -> Iterator[Finding]:
    for row, wish in enumerate(market.wishes, 1):
        if wish.organisation not in market.organisation_by_id:
            yield Finding("unknown_organisation", Place(sheet="wishes", row=row, field="organisation"), {"id": wish.organisation})
        if wish.target not in market.organisation_by_id and wish.target not in market.entry_by_id:
            yield Finding("unknown_target", Place(sheet="wishes", row=row, field="target"), {"id": wish.target})


def _find_strangers(sheet: str, lines: Iterable[PairRule | Score], market: Market) -> Iterator[Finding]:
    offers = {entry.id for entry in market.offers}
    needs = {entry.id for entry in market.needs}
    for row, line in enumerate(lines, 1):
        if line.offer not in offers:
            yield Finding("unknown_offer", Place(sheet=sheet, row=row, field="offer"), {"id": line.offer})
        if line.need not in needs:
            yield Finding("unknown_need", Place(sheet=sheet, row=row, field="need"), {"id": line.need})


def _find_double_scores(market: Market) -> Iterator[Finding]:
    first_row: dict[tuple[str, str], int] = {}
    for row, score in enumerate(market.scores or (), 1):
        other_row = first_row.setdefault((score.offer, score.need), row)
        if other_row != row:
            yield Finding(
                "double_score",
                Place(sheet="scores", row=row, field="offer"),
                {"offer": score.offer, "need": score.need, "other_row": other_row},
            )


def _find_idle_exceptions(market: Market) -> Iterator[Finding]:
    """An exception makes a pinned pair possible and does nothing for any other."""
    for row, rule in enumerate(market.pairs, 1):
        if (rule.exception or "").strip() and rule.exception_reason is None:
            place = Place(sheet="pairs", row=row, field="exception")
            yield Finding("exception_without_pin", place, {"offer": rule.offer, "need": rule.need}, Severity.WARNING)


def _find_silent_entries(market: Market) -> Iterator[Finding]:
    for sheet, entries in (("offers", market.offers), ("needs", market.needs)):
        for row, entry in enumerate(entries, 1):
            if not entry.title.strip() and not (entry.text or "").strip():
                yield Finding("entry_says_nothing", Place(sheet=sheet, row=row, field="title"), {"id": entry.id}, Severity.WARNING)


def _find_gaps(market: Market) -> Iterator[Finding]:
    """Doubts, not errors: somebody who would surely be forgotten."""
    with_entries = {entry.organisation for entry in (*market.offers, *market.needs)}
    for row, organisation in enumerate(market.organisations, 1):
        if not organisation.name:
            yield Finding("no_name", Place(sheet="organisations", row=row, field="name"), {"id": organisation.id}, Severity.WARNING)
        if organisation.id not in with_entries:
            yield Finding(
                "organisation_without_entry",
                Place(sheet="organisations", row=row, field="id"),
                {"name": organisation.label},
                Severity.WARNING,
            )
