"""What the list of the evening's changes says, in German; English in `day_live.po`. Values in, sentences out."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from marktplatz.wording import translate

Name = Callable[[str], str]

CAUSES: Final[Mapping[str, str]] = {
    "absent": "{organisation} ist nicht gekommen.",
    "left": "{organisation} ist gegangen.",
    "arrived": "{organisation} ist jetzt da.",
    "walk_in": "{organisation} ist neu dabei.",
    "entries": "{organisation} hat Angebote oder Gesuche geändert.",
    "refused": "„{offer}“ und „{need}“ kommen nicht zusammen.",
    "agreed": "{organisation} hat eine Vereinbarung geschlossen.",
    "void": "Eine Vereinbarung von {organisation} gilt nicht mehr.",
}
AGREED_PAIR: Final = "„{offer}“ für „{need}“ ist vereinbart."
VOID_PAIR: Final = "„{offer}“ für „{need}“ ist doch nicht vereinbart."
MARKET_CHANGED: Final = "Die Angaben zum Marktplatz haben sich geändert."
CALCULATED: Final = "Der Plan wurde nachgerechnet."
PAIRS: Final[Mapping[str, str]] = {
    "came": "{giver} und {taker} sind jetzt einander vorgeschlagen: „{offer}“ für „{need}“.",
    "went": "{giver} und {taker} sind nicht mehr einander vorgeschlagen: „{offer}“ für „{need}“.",
}
TALKS: Final[Mapping[str, str]] = {
    "came": "{one} spricht jetzt mit {other}: Runde {round}, Tisch {table}.",
    "went": "Das Gespräch von {one} und {other} in Runde {round} fällt aus.",
    "moved": (
        "{one} und {other} sprechen jetzt in Runde {round} an Tisch {table}, statt in Runde {round_before} an Tisch {table_before}."
    ),
}
OWN_PAIRS: Final[Mapping[str, str]] = {
    "came": "Neuer Vorschlag für Sie: {partner}, „{offer}“ für „{need}“.",
    "went": "Nicht mehr vorgeschlagen: {partner}, „{offer}“ für „{need}“.",
}
OWN_TALKS: Final[Mapping[str, str]] = {
    "came": "Runde {round}, Tisch {table}: Sie sprechen jetzt mit {partner}.",
    "went": "Runde {round}: Ihr Gespräch mit {partner} fällt aus.",
    "moved": (
        "Mit {partner} sprechen Sie jetzt in Runde {round} an Tisch {table}, statt in Runde {round_before} an Tisch {table_before}."
    ),
}


def cause_text(cause: Mapping[str, Any], organisation: Name, entry: Name, language: str = "de") -> str:
    """What happened; a word that is not known yet is told as something that happened to the market."""
    code = cause["code"]
    has_pair = bool(cause.get("offer") and cause.get("need"))
    sentence = CAUSES.get(code, MARKET_CHANGED)
    if code in ("agreed", "void") and has_pair:
        sentence = AGREED_PAIR if code == "agreed" else VOID_PAIR
    elif (code == "refused" and not has_pair) or (code != "refused" and not cause.get("organisation")):
        sentence = MARKET_CHANGED
    return translate(sentence, language).format(
        organisation=organisation(cause.get("organisation") or ""),
        offer=entry(cause.get("offer") or ""),
        need=entry(cause.get("need") or ""),
    )


def pair_text(pair: Mapping[str, Any], organisation: Name, entry: Name, language: str = "de") -> str:
    return translate(PAIRS[pair["change"]], language).format(
        giver=organisation(pair["giver"]),
        taker=organisation(pair["taker"]),
        offer=entry(pair["offer"]),
        need=entry(pair["need"]),
    )


def talk_text(talk: Mapping[str, Any], organisation: Name, language: str = "de") -> str:
    one, other = (organisation(each) for each in talk["organisations"])
    return translate(TALKS[talk["change"]], language).format(one=one, other=other, **_places(talk))


def own_pair_text(pair: Mapping[str, Any], own: str, organisation: Name, entry: Name, language: str = "de") -> str:
    """As it is told to one of the two."""
    partner = pair["taker"] if pair["giver"] == own else pair["giver"]
    return translate(OWN_PAIRS[pair["change"]], language).format(
        partner=organisation(partner), offer=entry(pair["offer"]), need=entry(pair["need"])
    )


def own_talk_text(talk: Mapping[str, Any], own: str, organisation: Name, language: str = "de") -> str:
    one, other = talk["organisations"]
    return translate(OWN_TALKS[talk["change"]], language).format(
        partner=organisation(other if one == own else one), **_places(talk)
    )


def clock_text(moment: datetime, zone: str, language: str = "de") -> str:
    """„19:42“, in the market's own time."""
    return format_datetime(moment, "HH:mm", tzinfo=ZoneInfo(zone), locale=language)


def _places(talk: Mapping[str, Any]) -> dict[str, Any]:
    before = talk.get("before") or {}
    return {
        "round": talk["round"],
        "table": talk["table"],
        "round_before": before.get("round", ""),
        "table_before": before.get("table", ""),
    }
