"""The three forms of a market's settings: which fields each has, how they are read, and what another person changed beside it."""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from marktplatz.errors import Conflict, Finding, InvalidInput, Place
from marktplatz.exchange.columns import SHEET_BY_KEY, CellKind, Column
from marktplatz.market import Category, Policy
from marktplatz.usecases.profiles import ProfileValue, check_profile
from marktplatz.vocabulary import CategoryKind, History, Reciprocity, Trading, Visibility, WithinKind
from marktplatz.web.pages.forms import Form, read_value
from marktplatz.web.pages.setup_zones import put_zones, read_zones, zone_rows
from marktplatz.wording.pages import word

MAX_CATEGORIES: Final = 8
POLICY_COLUMNS: Final = SHEET_BY_KEY["market"].column_by_key
PROFILE_COLUMNS: Final = {
    column.key: column
    for column in (
        *(Column(key, key) for key in ("begins", "ends", "venue", "address", "town")),
        *(Column(key, key) for key in ("organiser_name", "organiser_email", "organiser_phone", "visibility", "trading")),
        Column("entry_deadline", "entry_deadline", CellKind.DATE),
        Column("approves", "approves", CellKind.YES_NO),
        Column("has_waiting_list", "has_waiting_list", CellKind.YES_NO),
        *(Column(key, key, CellKind.WHOLE) for key in ("hall_places", "rounds", "round_minutes", "tables")),
    )
}
WORDS_OF: Final[dict[str, type[StrEnum]]] = {
    "reciprocity": Reciprocity,
    "within_kind": WithinKind,
    "history": History,
    "visibility": Visibility,
    "trading": Trading,
}
_CLOCK: Final = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?\s*(?:uhr|h)?", re.IGNORECASE)


@dataclass(frozen=True)
class Section:
    """One form: the fields of the policy and of the profile that it asks for."""

    name: str
    policy: tuple[str, ...] = ()
    profile: tuple[str, ...] = ()
    has_categories: bool = False
    has_zones: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        return (*self.policy, *self.profile)


EVENT: Final = Section(
    "event",
    ("name", "date", "postcode"),
    (
        *("begins", "ends", "venue", "address", "town", "entry_deadline"),
        *("organiser_name", "organiser_email", "organiser_phone"),
    ),
)
RULES: Final = Section(
    "rules",
    ("reciprocity", "within_kind", "history", "max_agreements", "max_distance_km"),
    ("approves", "visibility"),
    has_categories=True,
)
EVENING: Final = Section(
    "evening", (), ("hall_places", "has_waiting_list", "trading", "rounds", "round_minutes", "tables"), has_zones=True
)
SECTIONS: Final = {section.name: section for section in (EVENT, RULES, EVENING)}


def show_stored(section: Section, policy: Policy, profile: ProfileValue) -> Form:
    """The form as it stands now; one more line for a category than there are."""
    values = {name: _typed(getattr(policy, name)) for name in section.policy}
    values |= {name: _typed(getattr(profile, name)) for name in section.profile}
    form = Form.filled(values)
    if section.has_categories:
        for number, category in enumerate(policy.categories):
            for part in ("code", "label", "kind"):
                form.put(f"categories.{number}.{part}", str(getattr(category, part)))
    if section.has_zones:
        put_zones(form, profile.zones)
    form.put("version", _state_of(form, section))
    return form


def read_section(section: Section, form: Form, policy: Policy, profile: ProfileValue) -> tuple[Policy, ProfileValue]:
    """Both values with what was typed laid over them; InvalidInput with everything that is wrong."""
    faults: list[Finding] = []
    new_policy, new_profile = policy, profile
    try:
        new_policy = _read_policy(section, form, policy)
    except InvalidInput as error:
        faults += error.findings
    try:
        new_profile = _read_profile(section, form, profile)
        check_profile(new_profile)
    except InvalidInput as error:
        faults += error.findings
    if section.has_zones:
        try:
            new_profile = new_profile.model_copy(update={"zones": read_zones(form, policy.categories)})
        except InvalidInput as error:
            faults += error.findings
    if not faults:
        faults += _find_contradictions(new_policy, new_profile)
    if faults:
        raise InvalidInput(*(_plainly(finding) for finding in sorted(faults, key=lambda fault: _position(section, fault))))
    return new_policy, new_profile


def check_state(section: Section, form: Form, stored: Form) -> None:
    """Conflict where somebody else changed what this form is about, and it says something else."""
    if form.text("version") != stored.text("version") and any(_differences(section, form, stored)):
        raise Conflict(Finding("stale"))


def tell_differences(section: Section, form: Form, stored: Form, language: str) -> list[tuple[str, str, str]]:
    """Field, what was typed, what is stored; only where they differ."""
    names = _differences(section, form, stored)
    return [(name, _said(form, name, language), _said(stored, name, language)) for name in names]


@contextmanager
def telling_of_labels(policy: Policy) -> Iterator[None]:
    """A category that cannot go is told by its name, not by its code."""
    labels = {category.code: category.label for category in policy.categories}
    try:
        yield
    except Conflict as error:
        raise Conflict(
            *(
                Finding("category_has_entries", Place(field="categories"), {"label": labels.get(str(each.params["code"]), "")})
                if each.code == "category_in_use"
                else each
                for each in error.findings
            )
        ) from error


def category_rows(form: Form) -> list[int]:
    """The numbers of the lines that the form shows: those with something in them, and an empty one."""
    filled = [number for number in range(MAX_CATEGORIES) if f"categories.{number}.label" in form]
    last = max(filled, default=-1)
    has_empty = any(not form.text(f"categories.{number}.label") for number in filled)
    return list(range(min(last + (1 if has_empty else 2), MAX_CATEGORIES)))


def default_categories(language: str) -> tuple[Category, ...]:
    """A good beginning, for every market to change."""
    kinds = (kind for kind in CategoryKind if kind is not CategoryKind.ACCESS)
    return tuple(Category(code=kind.value, label=word(kind, language), kind=kind) for kind in kinds)


def with_categories(policy: Policy, language: str) -> Policy:
    """A market without categories of its own has one of each kind; here they can be seen and renamed."""
    if policy.categories:
        return policy
    kinds = tuple(Category(code=kind.value, label=word(kind, language), kind=kind) for kind in CategoryKind)
    return policy.model_copy(update={"categories": kinds})


def _read_policy(section: Section, form: Form, policy: Policy) -> Policy:
    if "name" in section.policy and not form.text("name"):
        faults = [Finding("missing", Place(field="name"))]
        try:
            form.read(Policy, POLICY_COLUMNS, [name for name in _asked(section.policy, form) if name != "name"], base=policy)
        except InvalidInput as error:
            faults += error.findings
        raise InvalidInput(*faults)
    read = form.read(Policy, POLICY_COLUMNS, _asked(section.policy, form), base=policy)
    return read.model_copy(update={"categories": _read_categories(form, policy)}) if section.has_categories else read


def _read_profile(section: Section, form: Form, profile: ProfileValue) -> ProfileValue:
    faults = []
    for name in {"begins", "ends"} & set(section.profile):
        clock = _CLOCK.fullmatch(form.text(name))
        if clock is not None and int(clock[1]) < 24 and int(clock[2] or 0) < 60:
            form.put(name, f"{int(clock[1]):02}:{clock[2] or '00'}")
        elif form.text(name):
            faults.append(Finding("not_a_time", Place(field=name), {"found": form.text(name)}))
    if faults:
        raise InvalidInput(*faults)
    return form.read(ProfileValue, PROFILE_COLUMNS, _asked(section.profile, form), base=profile)


def _asked(names: Iterable[str], form: Form) -> list[str]:
    """A choice that the page did not offer stays as it is."""
    return [name for name in names if name not in WORDS_OF or form.text(name)]


def _read_categories(form: Form, policy: Policy) -> tuple[Category, ...]:
    """Lines without a name fall away; a new one gets a code of its own, by which entries know it."""
    known = {category.code: category for category in policy.categories}
    found: list[dict[str, Any]] = []
    for number in range(MAX_CATEGORIES):
        label = form.text(f"categories.{number}.label")
        if label:
            code = form.text(f"categories.{number}.code")
            kind = form.text(f"categories.{number}.kind") or CategoryKind.OPEN
            found.append({"number": number, "code": code if code in known else "", "label": label, "kind": kind})
    if not found:
        raise InvalidInput(Finding("no_category_left", Place(field="categories")))
    _check_labels(found)
    taken = {each["code"] for each in found if each["code"]}
    for each in found:
        if not each["code"]:
            each["code"] = _free_code(str(each["kind"]), taken | set(known))
            taken.add(each["code"])
    return tuple(_make_category(each, known, taken) for each in found)


def _check_labels(found: list[dict[str, Any]]) -> None:
    seen: set[str] = set()
    for each in found:
        if each["label"].casefold() in seen:
            place = Place(field=f"categories.{each['number']}.label")
            raise InvalidInput(Finding("label_twice", place, {"label": each["label"]}))
        seen.add(each["label"].casefold())


def _make_category(line: dict[str, Any], known: dict[str, Category], kept: set[str]) -> Category:
    old = known.get(line["code"])
    neighbours = [code for code in old.neighbours if code in kept] if old is not None else []
    raw = {"code": line["code"], "label": line["label"], "kind": line["kind"], "neighbours": neighbours}
    try:
        return read_value(Category, raw)
    except InvalidInput as error:
        prefix = f"categories.{line['number']}."
        raise InvalidInput(
            *(Finding(each.code, Place(field=prefix + (each.place.field or "label")), each.params) for each in error.findings)
        ) from None


def _free_code(kind: str, taken: set[str]) -> str:
    codes = (kind, *(f"{kind}_{number}" for number in range(2, MAX_CATEGORIES + len(taken) + 2)))
    return next(code for code in codes if code not in taken)


def _find_contradictions(policy: Policy, profile: ProfileValue) -> Iterator[Finding]:
    if policy.date is not None and profile.entry_deadline is not None and profile.entry_deadline > policy.date:
        yield Finding("deadline_after_market", Place(field="entry_deadline"))
    if profile.trading is not Trading.FREE:
        for name in ("rounds", "round_minutes"):
            if getattr(profile, name) is None:
                yield Finding("rounds_without_numbers", Place(field=name))


def _plainly(finding: Finding) -> Finding:
    """In words for people who fill in a form, not a file."""
    return Finding("not_a_day", finding.place, finding.params) if finding.code == "not_a_date" else finding


def _position(section: Section, finding: Finding) -> int:
    """As the fields stand on the page."""
    order = ORDER[section.name]
    field = (finding.place.field or "").split(".")[0]
    return order.index(field) if field in order else len(order)


ORDER: Final = {
    "event": (
        *("name", "date", "begins", "ends", "venue", "address", "postcode", "town", "entry_deadline"),
        *("organiser_name", "organiser_email", "organiser_phone"),
    ),
    "rules": ("categories", *RULES.fields),
    "evening": (*EVENING.fields, "zones"),
}


def _typed(value: Any) -> Any:
    """As a person would type it."""
    return f"{value.day}.{value.month}.{value.year}" if isinstance(value, date) else value


def _state_of(form: Form, section: Section) -> str:
    """Stands for what is stored in exactly these fields; changes elsewhere disturb nobody."""
    said = {name: form.texts(name) for name in (*section.fields, *sorted(form.names()))}
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def _differences(section: Section, form: Form, stored: Form) -> list[str]:
    asked = _asked((name for name in ORDER[section.name] if name not in ("categories", "zones")), form)
    names = [name for name in asked if form.texts(name) != stored.texts(name)]
    if section.has_categories and _categories_said(form) != _categories_said(stored):
        names.insert(0, "categories")
    if section.has_zones and _zones_said(form) != _zones_said(stored):
        names.append("zones")
    return names


def _zones_said(form: Form) -> list[str]:
    """As they can be told to people."""
    lines = ([form.text(f"zones.{number}.{part}") for part in ("name", "category", "first", "last")] for number in zone_rows(form))
    return [f"{name or category}: {first}–{last}" for name, category, first, last in lines if category or first]


def _categories_said(form: Form) -> list[tuple[str, str]]:
    lines = ((form.text(f"categories.{n}.label"), form.text(f"categories.{n}.kind")) for n in range(MAX_CATEGORIES))
    return [(label, kind) for label, kind in lines if label]


def _said(form: Form, name: str, language: str) -> str:
    if name == "categories":
        return ", ".join(label for label, _ in _categories_said(form))
    if name == "zones":
        return ", ".join(_zones_said(form))
    text = form.text(name)
    words = WORDS_OF.get(name)
    if words is not None and text in set(words):
        return word(words(text), language)
    return text
