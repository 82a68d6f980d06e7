"""Where something is, in free text: a German postcode, or that it can be done from afar."""

import re
from typing import Final

from marktplatz.matching.scoring.tokens_in_text import words_of

_FIRST_POSTCODE: Final = 1001
_LAST_POSTCODE: Final = 99998
_FIVE_DIGITS: Final = re.compile(r"(?<![\w.,/+-])(?:D-)?([0-9]{5})(?![\w]|[.,][0-9]|\s?[0-9])")
_MARKED: Final = re.compile(r"(?<!\w)(?:PLZ|Postleitzahl|Postleitbereich|postcode|zip code)(?: ist| lautet)?[:\s]*$", re.IGNORECASE)
_PLACED: Final = re.compile(
    r"(?<!\w)(?:(?:in|aus|nach|bei|ort|adresse|anschrift|treffpunkt|standort)[: ]\s*|"
    r"\w+(?:str(?:aße|asse|\.)?|weg|platz|gasse|allee|ring) [0-9]+ ?[a-z]?,\s+)$",
    re.IGNORECASE,
)
_TOWN: Final = re.compile(r"\s+(?:Bad\s+)?([A-ZÄÖÜ][a-zäöüß]+(?:-[A-ZÄÖÜ][a-zäöüß]+)*)(?![\w])")
_TOWN_ENDS: Final = re.compile(
    r"(?:burg|berg|heim|hausen|dorf|stadt|furt|brücken?|ingen|hafen|bach|feld|kirchen|rath|hagen|hofen|weiler|münde|stedt|leben|walde|haven|born|bronn|"
    r"roda|rode|scheid|stein|kreuz|lingen|baden|beck|büttel|horst|loh|reuth|ried|see|tal|thal|wald|werder|zell)$"
)
_LARGE_TOWNS: Final = frozenset(
    words_of("""
Aachen Augsburg Berlin Bielefeld Bochum Bonn Bottrop Braunschweig Bremen Chemnitz Cottbus Darmstadt Dortmund Dresden Duisburg
Düsseldorf Erfurt Erlangen Essen Frankfurt Freiburg Fürth Gera Gießen Göttingen Gütersloh Hagen Halle Hamburg Hamm Hannover
Heidelberg Heilbronn Herne Hildesheim Ingolstadt Jena Kaiserslautern Karlsruhe Kassel Kiel Koblenz Köln Konstanz Krefeld
Leipzig Leverkusen Lübeck Ludwigsburg Ludwigshafen Lüneburg Magdeburg Mainz Mannheim Marburg Moers Mönchengladbach Mülheim
München Münster Neuss Nürnberg Oberhausen Offenbach Oldenburg Osnabrück Paderborn Pforzheim Plauen Potsdam Ratingen
Recklinghausen Regensburg Remscheid Reutlingen Rostock Saarbrücken Salzgitter Schwerin Siegen Solingen Stralsund Stuttgart
Trier Tübingen Ulm Velbert Villingen Weimar Wiesbaden Witten Wolfsburg Worms Wuppertal Würzburg Zwickau Celle Emden Hameln
Minden Unna Gotha Suhl Görlitz Greifswald Fulda Hanau Passau Landshut Bayreuth Bamberg
""")
)
_NEAR: Final = 50

Place = tuple[str, int, int]
"""What was read and from where to where."""


def read_postcodes(written: str) -> list[Place]:
    """Five digits where a place is meant: after "PLZ", before a town, or after "in" or a street; "12000 Flyer" are none.

    Empty if two different postcodes are named.
    """
    found: list[Place] = []
    for digits in _FIVE_DIGITS.finditer(written):
        start, end = digits.span(1)
        before = written[max(0, start - _NEAR) : digits.start()]
        town = _TOWN.match(written, end)
        marked = _MARKED.search(before) is not None
        known = town is not None and (
            town[1].partition("-")[0] in _LARGE_TOWNS or _TOWN_ENDS.search(town[1]) is not None or "Bad " in town[0]
        )
        placed = _PLACED.search(before) is not None and (town is None or known)
        # a round number may be counted: "in 12000 Haushalten", "10000 Essen"
        round_number = digits[1].endswith("000")
        if _FIRST_POSTCODE <= int(digits[1]) <= _LAST_POSTCODE and (marked or (not round_number and (known or placed))):
            found.append((digits[1], start, town.end() if town and known else end))
    return found if len({code for code, _, _ in found}) == 1 else []


_TAUGHT: Final = (
    r"(?:workshops?|kurse?|seminare?|beratung(?:en)?|coachings?|sprechstunden?|nachhilfe|meetings?|treffen|vortr[aä]ge?|schulung(?:en)?|"
    r"training|termine?|unterricht|lesung|konferenz|tandem|gespräche?|mentoring)"
)
_ONLINE: Final = re.compile(
    rf"(?<![\w-])(?:online-?{_TAUGHT}(?!\w)|online(?![\w-])"
    r"(?!\s+(?:zu\s+)?(?:stellen|gestellt|gehen|geht|sichtbar\w*|werben|verkaufen|verkauft|finden|findet|gefunden|buchen|buchbar|"
    r"anmelden|bestellen|einkaufen|shoppen|bezahlen|präsent\w*|bringen|zeigen|spenden|unterwegs|surfen|bewerben|werden|sein|ist|sind|"
    r"bekannt\w*|auffindbar|banking|marketing|shops?|auftritt|werbung|handel)(?!\w)))"
)
_POSSIBLE: Final = (
    r"\s+(?:möglich|machbar|durchführbar|per|via|oder\s+(?:auch\s+)?(?:vor\s+ort|in\s+präsenz|persönlich|telefonisch|bei))"
)
_DIGITAL: Final = re.compile(
    rf"(?<![\w-])(?:digital(?={_POSSIBLE})|(?:auch|gern|gerne|rein|nur|oder|präsenz|und)\s+digital(?=\s*(?:$|[.,;!?)\n])|{_POSSIBLE})|"
    rf"{_TAUGHT}\s+\(?digital(?=\W*(?:$|[.,;)\n]))|(?<=\()digital(?=\))|digitale[rsn]?\s+{_TAUGHT}(?!\w|\s+(?:zu|über)\b))"
)
_AFAR: Final = re.compile(
    r"(?<!\w)(?:aus der ferne|von zu ?hause aus|ortsunabhängig|virtuell\w{0,2}|remote(?![\w-])|remotely|"
    r"per (?:video|zoom|teams|skype|telefon|mail|e-mail)\w*|"
    r"(?:per|via|als|by) video\s?-?\s?(?:call|chat|konferenz|anruf|telefonie)?s?|"
    r"video-?\s?(?:call|konferenz|sprechstunde|beratung|coaching)\w?|"
    r"telefonisch(?:e[rsn]?)?(?!\s+(?:erreichbar|abstimmen|vereinbaren|absprechen|absprache|kontakt|melden|bescheid|(?:vor)?anmeld\w*|"
    r"rückfrage\w*))|(?:via|by|over) (?:zoom|teams|skype|phone|telephone|video))(?!\w)"
)
_DENIED: Final = re.compile(r"(?<!\w)(?:nicht|kein\w*|statt|anstatt|ohne|weder|nie|not|no)\s+(?:(?!nur|only)\w+\s+){0,2}$")
_AS_SUBJECT: Final = re.compile(
    r"(?<!\w)(?:sicher|verein|uns|besser|endlich|wieder|anmeldung|anmeldungen|bewerbung|anmelden|buchung|tickets|einkaufen|sichtbar|"
    r"auftritt|erreichbar|geht|gehen|sind|ist)\s+$"
)
"""Before "online" these speak of being on the web, not of meeting there."""
_STEMS: Final = re.compile(r"online|digital|ferne|telefon|virtuell|remote|video|ortsunab|hause aus|per |via |phone|over ")


def read_remote(lowered: str) -> list[tuple[int, int]]:
    """Where the text says that it can be done from afar; being online as the subject (a shop, an appearance) is not meant."""
    if not _STEMS.search(lowered):
        return []
    found: list[tuple[int, int]] = []
    for pattern in (_ONLINE, _DIGITAL, _AFAR):
        for phrase in pattern.finditer(lowered):
            before = lowered[max(0, phrase.start() - _NEAR) : phrase.start()]
            if not _DENIED.search(before) and not (pattern is _ONLINE and _AS_SUBJECT.search(before)):
                found.append(phrase.span())
    return found
