"""Words for money in an entry, which are a warning to its author and a flag to the organiser; nothing is forbidden here."""

import re
from collections.abc import Iterator
from typing import Final

from marktplatz.matching.scoring.tokens_in_text import lower_in_place, sentence_around, words_of

_STEMS: Final = re.compile(
    r"geld|spend|spons|zusch|förder|foerder|finan[zc]|loan|euro?|€|honor|kredit|darlehen|budget|kosten|zahl|beitrag|"
    r"beiträg|stipend|vergüt|"
    r"entschädig|erlös|kollekte|scheck|überweis|gage|gebühr|bağış|грош|кошт|пожертв|تبرع|money|donat|grant|fund|salary|fee|cash|usd|gbp|\$|£|pay"
)
"""What every word below contains; a text without any of these is done at once."""

_NUMBER: Final = (
    r"(?:[0-9][0-9.,'’]*(?:[  ][0-9]{3})*(?:,-|,–)?|(?:ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|zwanzig|"
    r"fünfzig)?(?:hundert|tausend)|"
    r"ein paar|einige|jede[nr]?|zehn|zwanzig|dreißig|fünfzig)"
)
_AMOUNT: Final = re.compile(
    rf"(?<![\w.,-]){_NUMBER}(?:\s?(?:tausend|tsd\.?|mio\.?|k))?\s?-?(?:€|euros?\b|eur\b|cent\b|chf\b|franken\b|dollars?\b|"
    rf"usd\b|\$|£|gbp\b)(?!-?\w)(?!-)|"
    rf"(?:€|\beur|\$|£|\bchf)\s?[0-9][0-9.,]*(?!\w)"
)
_NO_AMOUNT: Final = re.compile(r"(?:0+(?:[.,]0+)?|null)\D*$")
_WORTH_BEFORE: Final = re.compile(
    r"(?:wert\w*|preis(?! ?geld)\w*|kostete\w*|gutscheine?n?|gutscheinen|vouchers?|cards?|geschenkkarten?|worth|"
    r"valued?(?: at)?|tickets?|karten)"
    r"[\s:(=]+(?:(?:im wert |in höhe )?(?:von|über|à|zu|a|je|ca\.?|circa|etwa|rund|ungefähr|insgesamt|jeweils|bis zu|"
    r"mehr als|gut|knapp|of|for|at|about|is)\s+)*$"
)
_WORTH_AFTER: Final = re.compile(
    r"\s?-?\s?(?:\w*gutschein|(?:waren)?wert\b|voucher|gift card|geschenkkarte|palette|neupreis|neuwert|uvp)"
)

_WORDS: Final = re.compile(
    r"(?<![\w-])(?:"
    r"(?P<plain>geld(?:er|ern|es)?|bargeld|geld(?:betrag|beträge|mittel|mitteln|geber|geberin|geschenke?|preise?|sammlung|"
    r"zuwendung(?:en)?)|"
    r"(?:eintritts|preis|start|förder|spenden|sponsoren|stiftungs|buß|benzin|sprit|fahr|kleider|material)geld(?:er|ern)?|"
    r"gagen?|\w*gebühr(?:en)?|schecks?|spendenschecks?|scheck(?:übergabe|überreichung)|überweisung(?:en)?(?=\s+(?:auf|an)\b)|"
    r"bağış\w*|грош\w+|кошт(?:и|ів|ами)|пожертв\w+|تبرعات|تبرع|"
    r"(?:\w+-?)?sponsor(?:en|in|innen|s|ings?)?|(?:\w+)?sponsoring|gesponsert\w*|sponsern|sponsert|sponsored|sponsorships?|"
    r"(?:\w+)?zuschu(?:ss|ß)|(?:\w+)?zusch(?:üsse|üssen|usses)|bezuschuss\w+|"
    r"(?:projekt)?fördermitteln?|fördersummen?|fördermitgliedschaft(?:en)?|projektförderung(?:en)?|anschubfinanzierung|"
    r"(?:ko|mit|teil|projekt)?finanzierung|"
    r"(?:mit|teil)?finanzieren|finanziert|finanzspritze|finanzhilfen?|"
    r"finanzielle[rnsm]?\s+(?:\w+\s+)?(?:förderung|unterstützung|hilfe|hilfen|mittel|mitteln|beteiligung|zuwendung|"
    r"zuwendungen|beitrag|beiträge)|"
    r"finanziell\s+(?:unterstütz\w+|förder\w+|helfen|beteilig\w+)|"
    r"honorare?|honoraren|honorars|honoriert|kredite?n?|krediten|mikrokredite?|darlehens?|budgets?|(?:\w+-)?budget|"
    r"stipendium|stipendien|"
    r"vergütung(?:en)?|vergüten|vergütet|aufwandsentschädigung(?:en)?|(?:rein)?erlöse?s?|kollekte|"
    r"(?:patenschafts|mitglieds|förder|jahres|geld|unkosten)(?:beitrag|beiträge|beiträgen|beitrags)|"
    r"money|funding|cash|salary|grants?|financial\s+(?:support|aid|help|assistance|contribution)|bank loan|entry fees?|fees)"
    r"|(?P<costs>(?:\w+)?kosten(?=(?:\s+\w+){0,3}\s+(?:übern\w+|tragen|trägt|erstatten|erstattet|decken|zahlen|beteiligen|"
    r"teilen))|kostenübernahme|"
    r"übernahme\s+(?:\w+\s+){0,2}(?:\w+)?kosten|"
    r"kostenbeteiligung|kostenerstattung|(?:übernehmen|übernimmt|tragen|trägt|erstatten|"
    r"übernehmt)\s+(?:\w+\s+){0,3}(?:\w+)?kosten(?!\w))"
    r"|(?P<pay>bezahlen|bezahlt|bezahlung|zuzahlung|anzahlung|ratenzahlung|(?:wir|wer|sie|er|ihr|firma|unternehmen|"
    r"bitte)\s+(?:\w+\s+)?zahl(?:en|t)|"
    r"zahl(?:en|t)\s+(?:wir|ihr|sie|uns|euch|dafür)|pay\s+(?:for|us|the|you|our))"
    r"|(?P<gift>(?:geld|bar|groß|firmen|unternehmens|weihnachts|geburtstags|dauer|einzel|finanz|klein|jahres|online)spenden?|"
    r"spenden(?:aufruf|konto|dose|dosen|box|boxen|sammlung|summe|beträge|betrag|bereitschaft|partner|mittel|einnahmen)|"
    r"spenden?|spender(?:innen)?|donations?|donate)"
    r")(?![\w-])"
)

_NOT_BEFORE: Final = re.compile(
    r"(?<!\w)(?:kein(?:e[nrsm]?)?|keinerlei|ohne|statt|anstatt|anstelle von|nicht um|nicht gegen|nicht|weder|niemand\w*|"
    r"nichts|null|verzichten auf|no|not|without|instead of|"
    r"geschichte des|umgang mit|thema|rund ums?|sparen|spart|sparsam mit)\s+(?:\w+\s+){0,2}$"
)
_NOT_AFTER: Final = re.compile(
    r"\s+(?:nichts|(?:ist|sind|wird|werden|brauch\w+|woll\w+|such\w+|nehmen)\s+(?:\w+\s+){0,2}(?:nicht|kein\w*|tabu|egal)|entfällt|entfallen|"
    r"spielt keine|braucht (?:es|ihr|man) (?:nicht|keine)|"
    r"(?:zu\s+)?(?:spar\w+|einspar\w+)|gespart)\b"
)
_KNOW_HOW: Final = (
    r"(?:\w*(?:workshops?|seminare?|webinare?|vorträge?|vortrag|schulung(?:en)?|fortbildung(?:en)?|beratung(?:en)?|"
    r"coachings?|kurse?|trainings?|einführung|"
    r"sprechstunden?|fragestunde|unterricht|infoabend|infoveranstaltung|planspiel|strategie(?:n)?|recherche|suche|antrag|"
    r"anträge|anträgen|antragstellung)|beraten|beraten wir|tipps|wissen|"
    r"know-how|erfahrung(?:en)?|überblick|ratgeber|leitfaden|erklären|erklärt|lernen|advice|training|talk|tips)"
)
_TAUGHT_BEFORE: Final = re.compile(
    rf"(?<!\w){_KNOW_HOW}(?:\s+(?:\w+\s+)?(?:zu|zum|zur|über|für|rund um|in|im|in sachen|bei|beim|auf|von|nach|wie|mit|on|"
    rf"about)\b|\s*[:–-]|\s+(?:fundraising|crowdfunding)\b)"
    r"[^.!?;\n]{0,60}$"
)
_TAUGHT_AFTER: Final = re.compile(
    rf"(?:-|\s+)(?:{_KNOW_HOW})(?!\w)|(?:\s+\w+){{1,3}}\s+(?:erklärt|erklären|lernen)\b|(?:\s+\w+){{0,2}}\s*[:–]\s*(?:\w+\s+){{0,2}}{_KNOW_HOW}(?!\w)|"
    r"\s+(?:richtig\s+|erfolgreich\s+)?(?:beantragen|abrechnen|gewinnen|finden|einwerben|verstehen|einteilen|"
    r"planen)\s*(?:–|-|:|\?|lernen|leicht)"
)
_QUESTION: Final = re.compile(r"\s*(?:wie|wo|was|welche[rnsm]?|woher|how|where|what|which)\s")
_GOODS_BEFORE: Final = re.compile(
    r"(?:(?<!\w)(?:als|per|in-kind|book|books|food|blood|clothes|toy|sach|bücher|kleider|lebensmittel|blut|zeit)[ -]|"
    r"-\s?(?:und|oder)\s)$"
)
_GIVEN_GOODS: Final = re.compile(
    r"\s*(?::\s*)?(?:(?:[Ss]ie|uns|[Ii]hnen|euch)\s+(?:bitte\s+)?)?(?:(?:von|an|aus|in [Ff]orm von|of)\s+)?"
    r"(?:[0-9]+|ein(?:e[nrsm]?)?|zwei|drei|vier|fünf|sechs|zehn|"
    r"zwanzig|einige|viele|alte|gebrauchte|neue[nr]?|"
    r"gut erhaltene[nr]?|unsere)?\s*(?:[a-zäöüß]+e[nrsm]?\s+)?([A-ZÄÖÜ][\wäöüß-]+)"
)
_SOMETHING_GIVEN: Final = re.compile(r"(?:^|\s)(?!(?:Sie|Ihnen|Geld|Bitte|Jetzt|Wir|Gern|Gerne|Please)\s)[A-ZÄÖÜ][\w-]+\s+$")
_NO_GOODS: Final = frozenset(words_of("sie ihnen ihr ihre euch uns wir ich"))
_ASKED_TO_GIVE: Final = re.compile(
    r"\s*(?:$|[.,!?:)\n]|(?:sie|für|an|und|oder|uns|gesucht|sammeln|sammelt|willkommen|erbeten|benötigt|helfen|kommen|"
    r"gehen|werden)\b)"
)


def find_money_words(text: str) -> tuple[str, ...]:
    """Words for money, donation, sponsoring and subsidy, as written, in the order of the text, each once.

    The rule: a word is found where money itself would change hands, whichever way: asked for, given, lent, collected, paid as a
    fee or a refund. It is not found where money is only (a) the subject of advice, teaching or a question that asks how
    ("Workshop zu Fördermitteln", "Wie finden wir Sponsoren?", Steuerberatung, "Umgang mit Geld"); (b) the measure of a thing
    ("im Wert von 50 €", "Gutschein über 20 Euro"); (c) ruled out ("kein Geld", "ohne Honorar", "statt Spenden"); (d) part of
    another word or thing (Schatzsuche, Geldbörse, Eurocode, kostenlos); or where (e) what is given are goods, time or blood
    (Sachspende, Bücherspende, "spenden 20 Stühle", vouchers and tickets), or (f) the deal is work around an event that collects
    money (Spendenlauf). In doubt a verb is left out and a noun is found: the word is a hint to look, not a verdict.

    Examples
    --------
    >>> find_money_words("Wir suchen Sponsoren oder 500 Euro für Farbe")
    ('Sponsoren', '500 Euro')
    >>> find_money_words("Schatzsuche, Geldbörsen basteln, Gutscheine im Wert von 50 €")
    ()
    """
    lowered = lower_in_place(text)
    if not _STEMS.search(lowered):
        return ()
    spans = sorted({*_find_amounts(lowered), *_find_words(text, lowered)})
    words: dict[str, str] = {}
    reached = 0
    for start, end in spans:
        if start >= reached:
            reached = end
            words.setdefault(lowered[start:end], text[start:end])
    return tuple(words.values())


def _find_amounts(lowered: str) -> Iterator[tuple[int, int]]:
    for amount in _AMOUNT.finditer(lowered):
        start, end = amount.span()
        before = lowered[max(0, start - 60) : start]
        is_worth = _WORTH_BEFORE.search(before) is not None or _WORTH_AFTER.match(lowered, end) is not None
        if not (is_worth or _NO_AMOUNT.match(amount[0])):
            yield start, end


def _find_words(text: str, lowered: str) -> Iterator[tuple[int, int]]:
    for word in _WORDS.finditer(lowered):
        start, end = word.span()
        if lowered.startswith("grant", start) and text[start].isupper():
            continue  # a name
        if not (_is_ruled_out(lowered, start, end) or _is_subject(lowered, start, end)) and (
            word.lastgroup != "gift" or _is_money_gift(text, lowered, start, end)
        ):
            yield start, end


def _is_ruled_out(lowered: str, start: int, end: int) -> bool:
    return _NOT_BEFORE.search(lowered, max(0, start - 50), start) is not None or _NOT_AFTER.match(lowered, end) is not None


def _is_subject(lowered: str, start: int, end: int) -> bool:
    """Is it advice about money, or a question that asks how?"""
    first, last = sentence_around(lowered, start, end)
    if _TAUGHT_BEFORE.search(lowered, first, start) or _TAUGHT_AFTER.match(lowered, end, last):
        return True
    return lowered.startswith("?", last) and _QUESTION.match(lowered, first) is not None


def _is_money_gift(text: str, lowered: str, start: int, end: int) -> bool:
    """Is a donation one of money? Things that stand behind the word, or "als" before it, make it one of goods."""
    written = lowered[start:end]
    if written not in ("spende", "spenden", "donation", "donations", "donate"):
        return True
    if _GOODS_BEFORE.search(lowered, max(0, start - 20), start):
        return False
    goods = _GIVEN_GOODS.match(text, end)
    if goods and goods[1].lower() not in _NO_GOODS:
        return False
    if written in ("spenden", "donate") and text[start].islower():
        return _ASKED_TO_GIVE.match(lowered, end) is not None and not _SOMETHING_GIVEN.search(text, max(0, start - 40), start)
    return True
