"""The engine's advice in sentences: for the author of an entry, and for who looks what is missing in a market."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from marktplatz.vocabulary import EntrySide, OrganisationKind, Suspicion, UnreachedReason, VariantKind
from marktplatz.wording import translate

HELP_SENTENCES: Final[Mapping[str, str]] = {
    "none": "So könnte noch niemand helfen.",
    "one": "So könnte eine Organisation helfen.",
    "several": "So könnten {count} Organisationen helfen.",
}

VARIANT_SENTENCES: Final[Mapping[str, str]] = {
    VariantKind.SECOND_DATE: "Mit einem zweiten Termin ({days})",
    VariantKind.WIDER_DATES: "Mit vier Wochen mehr Spielraum davor und danach",
    VariantKind.ANY_DATE: "Ohne festen Termin",
    VariantKind.FEWER_PEOPLE: "In zwei Teilen zu je {people} Personen",
    VariantKind.FEWER_HOURS: "In zwei Teilen zu je {hours} Stunden",
    VariantKind.REMOTE: "Wenn es auch aus der Ferne ginge",
    VariantKind.ORGANISATIONS_PLACE: "Am Ort Ihrer Organisation",
    VariantKind.ANY_CATEGORY: "Ohne festen Bereich",
}
VARIANT_ENDINGS: Final[Mapping[str, str]] = {
    "one": "{change} wäre es eine.",
    "several": "{change} wären es {count}.",
}

MISSING_SENTENCES: Final[Mapping[tuple[EntrySide, OrganisationKind], tuple[str, str]]] = {
    (EntrySide.OFFER, OrganisationKind.COMPANY): (
        "Ein weiteres Unternehmen, das „{category}“ anbietet",
        "{count} weitere Unternehmen, die „{category}“ anbieten",
    ),
    (EntrySide.OFFER, OrganisationKind.NONPROFIT): (
        "Eine weitere gemeinnützige Organisation, die „{category}“ anbietet",
        "{count} weitere gemeinnützige Organisationen, die „{category}“ anbieten",
    ),
    (EntrySide.NEED, OrganisationKind.COMPANY): (
        "Ein weiteres Unternehmen, das „{category}“ sucht",
        "{count} weitere Unternehmen, die „{category}“ suchen",
    ),
    (EntrySide.NEED, OrganisationKind.NONPROFIT): (
        "Eine weitere gemeinnützige Organisation, die „{category}“ sucht",
        "{count} weitere gemeinnützige Organisationen, die „{category}“ suchen",
    ),
}
"""For one newcomer and for several."""
GAIN_SENTENCES: Final[Mapping[str, str]] = {
    "none": "{change}: Dann fände niemand zusätzlich einen Partner.",
    "one": "{change}: Dann fände eine Organisation mehr einen Partner.",
    "several": "{change}: Dann fänden {gain} Organisationen mehr einen Partner.",
}

SUSPICION_WORDS: Final[Mapping[Suspicion, str]] = {
    Suspicion.SAME_NAME: "derselbe Name",
    Suspicion.SAME_MAIL: "dieselbe Mailadresse",
    Suspicion.NEAR_NAME: "fast derselbe Name",
    Suspicion.SAME_TEXT: "derselbe Text",
    Suspicion.NEAR_TEXT: "fast derselbe Text",
}

UNREACHED_WORDS: Final[Mapping[UnreachedReason, str]] = {
    UnreachedReason.MAIL_FAILED: "Die Mail kam nicht an.",
    UnreachedReason.NEVER_ANSWERED: "Der Link aus der Mail wurde noch nie benutzt.",
}


def help_sentence(partners: int, language: str = "de") -> str:
    """How many organisations could help with an entry as it stands."""
    return translate(HELP_SENTENCES[_number(partners)], language).format(count=partners)


def variant_sentence(
    kind: VariantKind,
    partners: int,
    *,
    people: int | None = None,
    hours: float | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
    language: str = "de",
) -> str:
    """How many it would be with a change; the figures are those of the changed entry."""
    days = " – ".join(dict.fromkeys(_show_day(day, language) for day in (from_on, to_on) if day))
    shown = _show_hours(hours, language)
    change = translate(VARIANT_SENTENCES[kind], language).format(days=days, people=people, hours=shown)
    return translate(VARIANT_ENDINGS[_number(partners)], language).format(change=change, count=partners)


def missing_sentence(side: EntrySide, kind: OrganisationKind, category: str, count: int, gain: int, language: str = "de") -> str:
    """How many more organisations so many newcomers would serve; `category` is the label that people know."""
    one, several = MISSING_SENTENCES[side, kind]
    change = translate(one if count == 1 else several, language).format(count=count, category=category)
    return translate(GAIN_SENTENCES[_number(gain)], language).format(change=change, gain=gain)


def suspicion_words(suspicion: Suspicion, language: str = "de") -> str:
    return translate(SUSPICION_WORDS[suspicion], language)


def unreached_words(reason: UnreachedReason, language: str = "de") -> str:
    return translate(UNREACHED_WORDS[reason], language)


def _number(count: int) -> str:
    return "none" if count < 1 else "one" if count == 1 else "several"


def _show_day(day: date, language: str) -> str:
    return f"{day.day}.{day.month}.{day.year}" if language == "de" else day.isoformat()


def _show_hours(hours: float | None, language: str) -> str:
    shown = f"{hours or 0:g}"
    return shown.replace(".", ",") if language == "de" else shown
