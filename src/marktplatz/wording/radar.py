"""What the radar says in sentences: where the gaps are, why an entry stands alone, a call for more offers."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from babel.dates import format_date

from marktplatz.vocabulary import CallResult, CategoryKind, EntrySide
from marktplatz.wording import translate, translate_number
from marktplatz.wording.dates import day_text
from marktplatz.wording.pages import word

SHORT: Final[Mapping[str, str]] = {
    "organisation_without_entry": "weder Angebot noch Gesuch",
    "entry_without_date": "kein Termin",
    "entry_without_category": "kein Bereich",
    "entry_without_size": "keine Menge",
    "entry_without_text": "keine Beschreibung",
    "entry_too_vague": "unklar, worum es geht",
    "money_words": "spricht von Geld",
}
"""What an entry lacks, as a word on a list; the whole sentence stands with the finding."""

CALL_RESULTS: Final[Mapping[CallResult, str]] = {
    CallResult.REACHED: "erreicht",
    CallResult.AGAIN: "noch nicht erreicht",
}

GAPS: Final[Mapping[str, str]] = {
    "short": "Es fehlen vor allem Angebote: {groups}.",
    "over": "Für diese Angebote fehlen Gesuche: {groups}.",
    "even": "In jedem Bereich gibt es so viele Angebote wie Gesuche.",
    "none": "Bisher nennt kein Eintrag einen Bereich.",
}
GAP_GROUP: Final = "„{label}“ ({needs} gesucht, {offers} geboten)"

CALL_TEXT: Final = "Für „{market}“ suchen wir noch:\n\n{lines}\n\nGeld ist tabu: Es geht um Zeit, Wissen, Sachen und Räume."
CALL_WHEN: Final = "Der Marktplatz ist am {day}."
CALL_DEADLINE: Final = "Anmelden können Sie sich bis zum {day}: {address}"
CALL_ADDRESS: Final = "So melden Sie sich an: {address}"
CALL_LINES: Final[Mapping[EntrySide, str]] = {
    EntrySide.OFFER: "– {category}: {count} weitere Angebote",
    EntrySide.NEED: "– {category}: {count} weitere Gesuche",
}
CALL_LINE_ONE: Final[Mapping[EntrySide, str]] = {
    EntrySide.OFFER: "– {category}: ein weiteres Angebot",
    EntrySide.NEED: "– {category}: ein weiteres Gesuch",
}

Group = tuple[str, int, int]
"""A label with its offers and needs."""
MOST_GROUPS: Final = 3


def gap_sentences(groups: Sequence[Group], language: str = "de") -> list[str]:
    """Where offers are short, and where needs are; each the largest differences first."""
    short = sorted((group for group in groups if group[2] > group[1]), key=lambda group: (group[1] - group[2], group[0]))
    over = sorted((group for group in groups if group[1] > group[2]), key=lambda group: (group[2] - group[1], group[0]))
    told = [
        translate(GAPS[kind], language).format(groups=", ".join(_tell_group(group, language) for group in found[:MOST_GROUPS]))
        for kind, found in (("short", short), ("over", over))
        if found
    ]
    return told or [translate(GAPS["even" if any(offers for _, offers, _ in groups) else "none"], language)]


def _tell_group(group: Group, language: str) -> str:
    label, offers, needs = group
    return translate(GAP_GROUP, language).format(label=label, offers=offers, needs=needs)


def lonely_reason(side: EntrySide, possible: int, language: str = "de") -> str:
    """Why nobody could help with an entry; `possible` counts those of the other side with which a pair is allowed."""
    if side is EntrySide.NEED:
        none, one = (
            "Kein Angebot kommt in Frage: Bereich, Termin, Entfernung oder eine Regel schließen jedes aus.",
            "Ein Angebot käme in Frage, passt aber nicht zum Inhalt oder zur Menge.",
        )
        many = "%(num)s Angebote kämen in Frage, aber keines passt zum Inhalt und zur Menge."
    else:
        none, one = (
            "Kein Gesuch kommt in Frage: Bereich, Termin, Entfernung oder eine Regel schließen jedes aus.",
            "Ein Gesuch käme in Frage, passt aber nicht zum Inhalt oder zur Menge.",
        )
        many = "%(num)s Gesuche kämen in Frage, aber keines passt zum Inhalt und zur Menge."
    if possible == 0:
        return translate(none, language)
    return translate_number(one, many, possible, language) % {"num": possible}


def short_word(code: str, language: str = "de") -> str:
    return translate(SHORT[code], language) if code in SHORT else code


def call_result(result: CallResult, language: str = "de") -> str:
    return translate(CALL_RESULTS[result], language)


def category_label(code: str, labels: Mapping[str, str], language: str = "de") -> str:
    """What the market calls it; one without categories of its own has the kinds."""
    known = labels.get(code)
    return known if known is not None else word(CategoryKind(code), language) if code in set(CategoryKind) else code


def month_label(month: str, language: str = "de") -> str:
    """„Mai 2027“, from "2027-05"."""
    year, number = month.split("-")
    return format_date(date(int(year), int(number), 1), "LLLL yyyy", locale=language)


def call_text(
    wanted: Sequence[tuple[EntrySide, str, int]],
    *,
    market: str,
    address: str,
    day: date | None,
    deadline: date | None,
    language: str = "de",
) -> str:
    """Something to put into a newsletter: what is still wanted (side, category, how many), when, where to register."""
    lines = [
        translate((CALL_LINE_ONE if count == 1 else CALL_LINES)[side], language).format(category=category, count=count)
        for side, category, count in wanted
    ]
    parts = [translate(CALL_TEXT, language).format(market=market, lines="\n".join(lines))]
    if day is not None:
        parts.append(translate(CALL_WHEN, language).format(day=day_text(day, language, "long")))
    way = CALL_ADDRESS if deadline is None else CALL_DEADLINE
    parts.append(translate(way, language).format(address=address, day=day_text(deadline, language, "long")))
    return "\n\n".join(parts)
