"""Sentences for reasons: why this pair, why nobody for that organisation, why a pin was refused."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from marktplatz.vocabulary import Barrier, Criterion, PairNote, Rule, UnpairedReason
from marktplatz.wording import translate
from marktplatz.wording.by_hand import LEFT_OVER_SENTENCES, note_sentence

Words = Mapping[str, str | int]

PAIR_SENTENCES: Final[Mapping[str, str]] = {
    "content_words": "Darum geht es in beiden Texten: {words}.",
    "content_related": "Die Texte berühren verwandte Themen: {related}.",
    "content_vague": "Mindestens ein Text ist zu unbestimmt, um mehr zu sagen.",
    "content_few": "Gemeinsam ist den Texten nur: {words}.",
    "content": "Die Texte ähneln sich ein wenig.",
    "content_none": "Die Texte haben nichts Erkennbares gemeinsam.",
    "ease_hours": "Überschaubar: etwa {hours} Arbeitsstunden insgesamt.",
    "ease_read": "Überschaubar: nach den Texten etwa {hours} Arbeitsstunden insgesamt.",
    "ease": "Wie groß der Aufwand ist, sagen die Texte nicht genau.",
    "time_window": "Zeitlich möglich vom {from} bis {to}.",
    "time_from": "Zeitlich möglich ab {from}.",
    "time_to": "Zeitlich möglich bis {to}.",
    "time_read": "Zeitlich möglich vom {from} bis {to}, so steht es in den Texten.",
    "time_apart": "Nach den Texten liegen die Zeiten auseinander; bitte nachfragen.",
    "time": "Über den Zeitpunkt können beide frei reden.",
    "wishes": "Eine der beiden Organisationen wünscht sich dieses Gespräch.",
    "wishes_none": "Keine der beiden hat sich dieses Gespräch gewünscht.",
    "wishes_must": "Eine der beiden Organisationen will die andere unbedingt treffen.",
    "return": "Für eine Gegenleistung gibt es eine Möglichkeit.",
    "impact_fields": "Gemeinsames Wirkungsfeld.",
    "impact": "Das Wirkungsfeld ist offen gelassen.",
    "impact_none": "Verschiedene Wirkungsfelder.",
    "history": "Frühere Vereinbarungen sind berücksichtigt.",
    "history_met": "Beide haben schon einmal etwas vereinbart.",
    "history_new": "Beide lernen sich neu kennen.",
    "kind_neighbours": "Benachbarte Bereiche.",
    "kind": "Gleicher Bereich.",
    "kind_open": "Der Bereich ist offen gelassen und passt deshalb.",
    "size_people": "Menge: {offered} Personen angeboten, {wanted} gesucht.",
    "size_read": "Menge: nach den Texten {offered} Personen angeboten, {wanted} gesucht.",
    "size": "Umfang: soweit angegeben, passt er.",
    "place_km": "Etwa {km} km voneinander entfernt.",
    "place_rough": "Ungefähr {km} km voneinander entfernt, nach den ersten Ziffern der Postleitzahl.",
    "place_read": "Etwa {km} km voneinander entfernt, nach der Postleitzahl im Text.",
    "place_near": "Ganz in der Nähe: weniger als 1 km.",
    "place_remote": "Geht auch aus der Ferne.",
    "place": "Die Entfernung ist nicht bekannt.",
    "given": "Punkte aus der mitgegebenen Punktetabelle.",
}

FURTHER_SENTENCES: Final[Mapping[str, str]] = {
    "counts": "Zeit, Ort, Aufwand und Ähnliches zählen deshalb nur zu {counts} %.",
    "weekdays": "Wochentage nach den Texten: {weekdays}.",
    "weekdays_apart": "Die Texte nennen verschiedene Wochentage; bitte nachfragen.",
    "preconditions": "Voraussetzungen laut Text: {preconditions}.",
}

MET_WORDS: Final[Mapping[str, str]] = {
    "same": "{label} („{word}“)",
    "other": "{label} („{word}“ – „{match}“)",
}

WEEKDAY_WORDS: Final[Mapping[str, str]] = {
    "0": "montags",
    "1": "dienstags",
    "2": "mittwochs",
    "3": "donnerstags",
    "4": "freitags",
    "5": "samstags",
    "6": "sonntags",
}

UNPAIRED_SENTENCES: Final[Mapping[str, str]] = {
    UnpairedReason.NO_ENTRY: "{name} hat weder ein Angebot noch ein Gesuch eingetragen.",
    UnpairedReason.NO_COUNTERPART: "Andere haben nichts eingetragen, was zu {name} ein Gegenstück wäre.",
    UnpairedReason.OWN_MAXIMUM: "Für {name} ist als Höchstzahl der Vereinbarungen 0 eingetragen.",
    UnpairedReason.OWN_CAPACITY: "Der eigene Eintrag ist mit 0 Plätzen eingetragen, also schon vergeben („{own}“).",
    UnpairedReason.PARTNERS_TAKEN: "Was für {name} in Frage kommt ({count}), ist in Paaren, die zusammen mehr Organisationen "
    "oder Punkte bringen. Mit {limits} könnte {name} dazukommen („{other}“ von {partner}).",
    UnpairedReason.LOST_TIE: "{name} könnte in einem gleich guten Plan dabei sein; "
    "unter gleich guten Plänen hat eine feste Regel entschieden.",
    UnpairedReason.NOT_PROVEN: "Die Rechenzeit war um, bevor feststand, ob {name} in einem besten Plan dabei wäre.",
    Rule.NO_THANKS: "Ein „Nein danke“ steht zwischen {name} und {partner} („{other}“).",
    Rule.FORBIDDEN: "Die Veranstalter haben das Paar mit „{other}“ von {partner} ausgeschlossen.",
    Rule.SAME_OWNER: "{name} und {partner} gehören demselben Eigentümer.",
    Rule.MAX_PAIRS_BETWEEN: "Der Marktplatz lässt zwischen zwei Organisationen 0 Paare zu.",
    Barrier.TIME: "Die Zeiträume überschneiden sich nicht: „{own}“ und „{other}“ von {partner}.",
    Barrier.DISTANCE: "Zu weit entfernt: „{own}“ und „{other}“ von {partner} "
    "liegen weiter auseinander, als der Marktplatz erlaubt.",
    Barrier.CATEGORY: "Im Bereich von „{own}“ gibt es kein passendes Gegenstück; am nächsten käme „{other}“ von {partner}.",
    Barrier.NO_RETURN: "Eine Gegenleistung ist Pflicht, und zwischen {name} und {partner} ist keine möglich.",
    Barrier.VALUES: "Ausgeschlossen durch Werte, die eine der beiden nicht möchte: {name} und {partner}.",
    Barrier.COMPETITORS: "{name} und {partner} sind Mitbewerber.",
    Barrier.WITHIN_KIND: "{name} und {partner} sind von derselben Art, und der Marktplatz bildet solche Paare nicht.",
    Barrier.NOT_LISTED: "In der Punktetabelle steht kein Paar, das {name} offensteht.",
    **LEFT_OVER_SENTENCES,
}

LIMIT_WORDS: Final[Mapping[tuple[str, ...], str]] = {
    ("capacity",): "einem weiteren Platz bei diesem Eintrag",
    ("max_agreements",): "einer höheren Höchstzahl bei dieser Organisation",
    ("capacity", "max_agreements"): "einem weiteren Platz bei diesem Eintrag und einer höheren Höchstzahl bei dieser Organisation",
}

SEVERAL_WORDS: Final[Mapping[tuple[str, ...], str]] = {
    ("capacity",): "{more} weiteren Plätzen bei diesem Eintrag",
    ("max_agreements",): "einer um {more} höheren Höchstzahl bei dieser Organisation",
    ("capacity", "max_agreements"): "{more} weiteren Plätzen bei diesem Eintrag und einer um {more} höheren Höchstzahl "
    "bei dieser Organisation",
}

REFUSAL_SENTENCES: Final[Mapping[str, str]] = {
    Rule.NOT_ELIGIBLE: "Das feste Paar {entries} ist nicht möglich: "
    "Bereich, Zeitraum, Entfernung oder eine Regel des Marktplatzes stehen dagegen.",
    Rule.FORBIDDEN: "Das Paar {entries} ist zugleich fest und ausgeschlossen. Bitte entscheiden Sie sich für eines.",
    Rule.NO_THANKS: "Das feste Paar {entries} widerspricht einem „Nein danke“.",
    Rule.SAME_ORGANISATION: "Das feste Paar {entries} verbindet eine Organisation mit sich selbst.",
    Rule.SAME_OWNER: "Das feste Paar {entries} verbindet zwei Organisationen desselben Eigentümers.",
    Rule.CAPACITY: "{entries}: {count} feste Paare, aber nur {limit} Plätze.",
    Rule.MAX_AGREEMENTS: "{organisations}: {count} feste Paare, aber höchstens {limit} Vereinbarungen.",
    Rule.MAX_PAIRS_BETWEEN: "{organisations}: {count} feste Paare miteinander, erlaubt sind {limit}.",
}

STABILITY_SENTENCE: Final = (
    "Für unveränderte Paare gab es je {stay_bonus} Zusatzpunkte; das kostet {points_given_up} Punkte gegenüber dem besten Plan."
)

CUT_SENTENCE: Final = (
    "Der Markt ist so groß, dass je Angebot und je Gesuch nur die {kept} besten Paare zur Wahl standen; {left_out} weitere "
    "mögliche Paare blieben außen vor. „Bewiesen“ heißt hier: unter den Paaren, die zur Wahl standen."
)


def pair_sentence(criterion: Criterion | PairNote, params: Words, language: str = "de") -> str:
    """Why a pair has these points, one part of it, or what else is to be said about it."""
    if isinstance(criterion, PairNote):
        return note_sentence(criterion, params, language)
    params = _name_met(params, language)
    words = {key: _show_day(value, language) if key in ("from", "to") else value for key, value in params.items()}
    sentence = translate(PAIR_SENTENCES[_choose_pair_sentence(criterion, params)], language).format(**words)
    return " ".join([sentence, *_further_sentences(params, language)])


def _name_met(params: Words, language: str) -> Words:
    """With the words that met in a concept, behind its name, among the words that met."""
    numbers = [key.removeprefix("label_") for key in params if key.startswith("label_")]
    if not numbers:
        return params
    named = []
    for number in numbers:
        label = translate(str(params[f"label_{number}"]), language)
        word, match = str(params[f"word_{number}"]), params[f"match_{number}"]
        template = translate(MET_WORDS["other" if match else "same"], language)
        named.append(
            word if word.casefold() == label.casefold() and not match else template.format(label=label, word=word, match=match)
        )
    return dict(params) | {"words": ", ".join([*named, *filter(None, [str(params.get("words", ""))])])}


def _further_sentences(params: Words, language: str) -> list[str]:
    """What the texts say beside it, as it was read."""
    days = ", ".join(translate(WEEKDAY_WORDS[day], language) for day in str(params.get("weekdays", "")).split())
    words = dict(params) | {"weekdays": days}
    return [
        translate(FURTHER_SENTENCES[code], language).format(**words) for code in FURTHER_SENTENCES if params.get(code, "") != ""
    ]


def _choose_pair_sentence(criterion: Criterion, params: Words) -> str:
    """The most telling sentence that the known facts allow."""
    known = {key for key, value in params.items() if value != ""}
    if criterion is Criterion.CONTENT and "words" in known and "counts" in known:
        return "content_few"
    if criterion is Criterion.PLACE and params.get("remote"):
        return "place_remote"
    if criterion is Criterion.PLACE and "km" in known and params.get("rough"):
        return "place_rough"
    if criterion is Criterion.PLACE and params.get("km") == 0:
        return "place_near"
    if criterion is Criterion.PLACE and "km" in known and params.get("read"):
        return "place_read"
    if criterion is Criterion.TIME:
        return {(True, True): "time_window", (True, False): "time_from", (False, True): "time_to"}.get(
            ("from" in known, "to" in known), "time"
        )
    if criterion is Criterion.SIZE:
        people = "size_read" if params.get("read") else "size_people"
        return people if {"offered", "wanted"} <= known else "size"
    if criterion is Criterion.EASE and params.get("read") and "hours" in known:
        return "ease_read"
    for name in ("words", "related", "hours", "km", "fields"):
        if name in known:
            return f"{criterion}_{name}"
    for name in ("vague", "none", "level", "open", "neighbours", "met", "new"):
        sentence = f"{criterion}_{'must' if name == 'level' else name}"
        if params.get(name) and sentence in PAIR_SENTENCES:
            return sentence
    return criterion.value


def _show_day(value: str | int, language: str) -> str:
    if not isinstance(value, str) or not value:
        return str(value)
    day = date.fromisoformat(value)
    return f"{day.day}.{day.month}.{day.year}" if language == "de" else day.isoformat()


def unpaired_sentence(code: str, params: Words, limits: tuple[str, ...] = (), more: int = 1, language: str = "de") -> str:
    """Why an organisation is in no pair; `limits` would have to be higher, each by `more`."""
    words = dict(params)
    if limits:
        words["limits"] = translate((LIMIT_WORDS if more == 1 else SEVERAL_WORDS)[limits], language).format(more=more)
    return translate(UNPAIRED_SENTENCES[code], language).format(**words)


def refusal_sentence(rule: Rule, params: Words, language: str = "de") -> str:
    """Why pins cannot hold."""
    return translate(REFUSAL_SENTENCES[rule], language).format(**params)


def stability_sentence(params: Words, language: str = "de") -> str:
    return translate(STABILITY_SENTENCE, language).format(**params)


def cut_sentence(params: Words, language: str = "de") -> str:
    return translate(CUT_SENTENCE, language).format(**params)
