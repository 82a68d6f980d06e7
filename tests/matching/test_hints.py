"""What a free text says is read, what it leaves open stays open, and nothing given is overwritten."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories import make_offer
from marktplatz.market import Entry
from marktplatz.matching.scoring.hints import NOTHING, HintKind, Hints, fill_from_text, read_hints, text_of

MARKET_DAY = date(2027, 3, 11)


def read(text: str, market_day: date | None = MARKET_DAY) -> Hints:
    return read_hints(text, market_day=market_day)


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("3 Kolleg:innen packen mit an", 3),
        ("Vier Kolleg*innen für einen Nachmittag", 4),
        ("fünf KollegInnen", 5),
        ("Wir kommen zu dritt", 3),
        ("120 Gäste kommen, wir brauchen 4 Helfende", 4),
        ("6 Azubinen und Azubis", 6),
        ("zu viert renovieren wir gern", 4),
        ("drei bis fünf Leute", 3),
        ("3-5 Helfer", 3),
        ("10–12 Freiwillige", 10),
        ("ein Dutzend Helfer", 12),
        ("ein halbes Dutzend Helferinnen", 6),
        ("zwei Dutzend Ehrenamtliche", 24),
        ("Zwei Gesellen und ein Azubi", 3),
        ("3 Gesellen, 2 Azubis und ein Meister", 6),
        ("Zwölf Kolleginnen und Kollegen", 12),
        ("20 Leute, ein Tag", 20),
        ("drei kräftige Leute gesucht", 3),
        ("vier handwerklich begabte Mitarbeitende", 4),
        ("ein 6-köpfiges Team", 6),
        ("unser sechsköpfiges Team", 6),
        ("Team aus vier", 4),
        ("ein Team von fünf, alle fit", 5),
        ("Wir sind acht.", 8),
        ("Wir sind acht und bringen Werkzeug mit", 8),
        ("einundzwanzig Azubis", 21),
        ("fuenf Helfer", 5),
        ("Ein Handwerker für einen Tag", 1),
        ("zehn Personen packen an", 10),
        ("15 Aufbauhelfer", 15),
        ("five volunteers", 5),
        ("3 people for a day", 3),
        ("a team of four", 4),
        ("mit zwei Leuten", 2),
        ("Zu dritt, also drei Leute", 3),
        ("bis zu fünf Helfer", 5),
        ("etwa 8 Freiwillige", 8),
        ("<b>drei</b> Helfer", 3),
        ("20-30 Kinder", None),
        ("rund 120 Gäste", None),
        ("40 Teilnehmende", None),
        ("35 Bewohnerinnen und Bewohner", None),
        ("Raum für bis zu 40 Personen", None),
        ("für 20 Leute kochen", None),
        ("Sehtest für 30 Beschäftigte", None),
        ("Verpflegung für zehn Helfer", None),
        ("Ausflug für 15 Leute\n15 Leute, die wenig rauskommen", None),
        ("höchstens 15 Personen", None),
        ("Saal, 50 Personen passen hinein", None),
        ("Weihnachtsfeier mit 60 Personen", None),
        ("zwei helfende Hände", None),
        ("ein paar Leute", None),
        ("viele Helfer", None),
        ("Drei Leute, vier Helfer", None),
        ("zwei, drei Leute", None),
        ("Dutzende Helfer", None),
        ("Wir sind acht Vereine", None),
        ("Wir sind sieben Kinder und zwei Erwachsene", None),
        ("Wir sind meist um die 35", None),
        ("0 Helfer", None),
        ("1,5 Helfer", None),
        ("999999999999999999 Helfer", None),
        ("3. Kolleg:in", None),
        ("Jugendliche ab 16 und Helfer", None),
        ("Ein Azubi-Team", None),
    ],
)
def test_heads_that_help_are_counted(text: str, people: int | None) -> None:
    assert read(text).people == people


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("zwei Stunden", 2),
        ("2 Std.", 2),
        ("1,5 Stunden", 1.5),
        ("1.5 Stunden", 1.5),
        ("anderthalb Stunden", 1.5),
        ("zweieinhalb Tage", 20),
        ("eine halbe Stunde", 0.5),
        ("90 Minuten", 1.5),
        ("2x3 Stunden", 6),
        ("2 x 3 Stunden", 6),
        ("2 × 3 Stunden", 6),
        ("zweimal zwei Stunden", 4),
        ("3 Termine à 2 Stunden", 6),
        ("halber Tag", 4),
        ("einen halben Tag", 4),
        ("ein Tag", 8),
        ("packen einen Tag mit an", 8),
        ("zwei volle Tage", 16),
        ("ganzer Tag", 8),
        ("ganztägig", 8),
        ("halbtägiger Workshop", 4),
        ("zweistündiger Workshop", 2),
        ("90-minütige Führung", 1.5),
        ("3-tägig", 24),
        ("Vormittag", 4),
        ("einen Vormittag lang", 4),
        ("zwei Nachmittage", 8),
        ("Ein Wochenende im Grünen", 16),
        ("Wochenende", 16),
        ("eine Woche", 40),
        ("2-3 Stunden", 2),
        ("zwei bis drei Stunden", 2),
        ("am Samstagvormittag, zwei Stunden", 2),
        ("von 14 bis 18 Uhr", 4),
        ("9.30-12 Uhr", 2.5),
        ("ein Abend", 3),
        ("three hours", 3),
        ("half a day", 4),
        ("an hour", 1),
        ("a day", 8),
        ("fünf Arbeitsstunden", 5),
        ("zwei Stunden pro Woche", None),
        ("einmal pro Woche eine Stunde", None),
        ("jeden Montag zwei Stunden", None),
        ("drei Wochen vorher Bescheid sagen", None),
        ("gut eine Stunde entfernt", None),
        ("in zwei Wochen", None),
        ("vor drei Tagen", None),
        ("seit zwei Tagen", None),
        ("alle zwei Wochen", None),
        ("eine Stunde Fahrt", None),
        ("ein Tag der offenen Tür", None),
        ("zwei Stunden spielen, eine Stunde lachen", None),
        ("an einem Wochenende", None),
        ("am Wochenende", None),
        ("am Nachmittag", None),
        ("Neunsitzer für eine Woche ausleihen", None),
        ("donnerstags von 17 bis 19 Uhr", None),
        ("geöffnet von 8 bis 18 Uhr", None),
        ("1.-3. Juni, 9 bis 16 Uhr", None),
        ("24 Stunden erreichbar", None),
        ("20 Minuten Fußweg", None),
        ("1 Stunde Vortrag + 1 Stunde Diskussion", None),
        ("Zwei Stunden Coaching\nWir haben zwei Stunden Zeit", 2),
        ("Guten Tag", None),
        ("Stundenplan gestalten", None),
        ("zweimal die Woche", None),
        ("40-Stunden-Woche", None),
        ("99999999 Stunden", None),
    ],
)
def test_durations_are_read_in_hours(text: str, hours: float | None) -> None:
    assert read(text).hours == hours


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("80 Stühle", 80),
        ("2.000 Flyer", 2000),
        ("12000 Flyer", 12000),
        ("200 m²", 200),
        ("200 m2 Lager", 200),
        ("90 qm Wand", 90),
        ("10 Kisten", 10),
        ("zehn gebrauchte Notebooks", 10),
        ("Acht Schreibtische und zehn Bürostühle", 18),
        ("ein Tisch, vier Stühle", None),
        ("zwei Tische und vier Stühle", 6),
        ("eine Kiste mit 40 Kinderbüchern", 40),
        ("1.500 Stück", 1500),
        ("20 Gutscheine", 20),
        ("ein Dutzend Laptops", 12),
        ("50 chairs", 50),
        ("Ein Klavier, zwei Schränke", None),
        ("zwei Kisten mit je 40 Büchern", None),
        ("je 40 Bücher", None),
        ("20 Kinder", None),
        ("5 Stunden", None),
        ("50 km Umkreis", None),
        ("16 Uhr", None),
        ("drei praktische Tipps", None),
        ("DIN A5 Flyer", None),
        ("80 Bettwäsche-Garnituren", 80),
        ("Raum für 80 Personen, 120 m²", 120),
        ("2 000 Flyer", None),
        ("0221 47101 Stühle", None),
        ("999999999 Flyer", None),
    ],
)
def test_things_are_counted(text: str, quantity: float | None) -> None:
    assert read(text).quantity == quantity


@pytest.mark.parametrize(
    ("text", "postcode"),
    [
        ("50667 Köln", "50667"),
        ("Treffpunkt: Hauptstraße 5, 50668 Köln", "50668"),
        ("PLZ 50733", "50733"),
        ("plz: 01067", "01067"),
        ("D-50667 Köln", "50667"),
        ("in 56068 Koblenz", "56068"),
        ("in 86150", "86150"),
        ("97688 Bad Kissingen", "97688"),
        ("12000 Flyer", None),
        ("in 12000 Haushalten", None),
        ("10000 Essen", None),
        ("50667", None),
        ("PLZ 00000", None),
        ("PLZ 99999", None),
        ("50667 Köln oder 40210 Düsseldorf", None),
        ("0221 47101", None),
        ("PLZ 506677", None),
    ],
)
def test_postcodes_are_read_where_a_place_is_meant(text: str, postcode: str | None) -> None:
    assert read(text).postcode == postcode


FROM_AFAR = """
online
gern online oder vor Ort
Online-Workshop
per Video
per Videocall
Videokonferenz
auch digital
digital oder vor Ort
Beratung digital
digitale Sprechstunde
aus der Ferne
telefonisch
telefonische Beratung
nicht nur online
bei uns per Zoom
via video call
remotely
ortsunabhängig
""".strip().splitlines()


@pytest.mark.parametrize("text", FROM_AFAR)
def test_from_afar_is_read(text: str) -> None:
    assert read(text).remote


NOT_FROM_AFAR = """
Digitalkamera
Online-Shop-Beratung
Onlineshop aufbauen
digitale Anzeigetafel
Digital-Lotsen
nicht online
leider kein Online-Workshop
statt online lieber vor Ort
telefonisch erreichbar
online sichtbar werden
Wie geht man sicher online?
Wir machen euren Verein digital
Fotos digital bearbeiten
Videofilm drehen
Telefonanlage
""".strip().splitlines()


@pytest.mark.parametrize("text", NOT_FROM_AFAR)
def test_being_on_the_web_is_not_from_afar(text: str) -> None:
    assert not read(text).remote


def test_hints_say_what_was_read_from_where() -> None:
    text = "Zu dritt\nan zwei Tagen, gern online, am 4. Juni"
    hints = read(text)
    assert [(hint.kind, hint.words) for hint in hints.found] == [
        (HintKind.PEOPLE, "Zu dritt"),
        (HintKind.HOURS, "zwei Tagen"),
        (HintKind.REMOTE, "online"),
        (HintKind.DATES, "4. Juni"),
    ]


def test_what_contradicts_itself_is_not_shown_as_read() -> None:
    assert read("Drei Leute. Vier Helfer.") == NOTHING


def test_missing_fields_are_filled() -> None:
    entry = make_offer(
        title="Drei Leute streichen zwei Stunden", text="Am 4. Juni mit 10 Pinseln und 5 Eimern in 50667 Köln, auch online"
    )
    filled, _ = fill_from_text(entry, MARKET_DAY)
    assert (filled.people, filled.hours, filled.from_on, filled.to_on) == (3, 2, date(2027, 6, 4), date(2027, 6, 4))
    assert (filled.quantity, filled.postcode, filled.remote) == (5, "50667", True)
    assert Entry.model_validate(filled.model_dump(by_alias=True)) == filled


def test_given_fields_stay_as_they_are() -> None:
    given_fields = {"people": 1, "hours": 1.0, "quantity": 1.0, "postcode": "10115", "remote": False}
    days = {"from": date(2027, 4, 1), "to": date(2027, 4, 2)}
    entry = make_offer(text="Drei Leute, zwei Stunden, 80 Stühle, am 4. Juni, 50667 Köln, online", **given_fields, **days)
    filled, hints = fill_from_text(entry, MARKET_DAY)
    assert filled == entry
    assert hints.people == 3


def test_a_zero_is_given() -> None:
    filled, _ = fill_from_text(make_offer(title="Drei Leute", people=0), MARKET_DAY)
    assert filled.people == 0


@pytest.mark.parametrize(
    ("days", "text"),
    [({"from": date(2027, 7, 1)}, "bis Ende April"), ({"to": date(2027, 4, 1)}, "ab Mai"), ({"from": date(2027, 7, 1)}, "im Mai")],
)
def test_a_window_is_never_turned_round(days: dict[str, date], text: str) -> None:
    entry = make_offer(text=text, **days)
    filled, _ = fill_from_text(entry, MARKET_DAY)
    assert (filled.from_on, filled.to_on) == (entry.from_on, entry.to_on)


def test_a_text_that_says_nothing_leaves_the_entry_as_it_is() -> None:
    entry = make_offer()
    assert fill_from_text(entry, MARKET_DAY) == (entry, NOTHING)


ODD_TEXTS = [
    "",
    " \n\t",
    "a" * 5000,
    "1 " * 2500,
    "12.5. bis " * 500,
    "im Mai oder " * 420,
    "drei Leute und " * 330,
    "😀 drei Helfer 😀",
    "مرحبا ٣ أشخاص 12.5.",
    "<p>drei&nbsp;Helfer</p><br>",
    "<" * 5000,
    "12345",
    "999999999999999999",
    "9" * 5000,
    "0.0.0000",
    "31.12.9999",
    "1.1.0001",
    "İİİ 3 Helfer İ",
    "²³ m² ½",
    "KW 0 KW 54 KW",
    "zu zu dritt zu",
    "bis bis bis ab ab",
    "–––",
]


def check_spans(text: str) -> None:
    for market_day in (MARKET_DAY, None):
        hints = read(text, market_day)
        assert all(0 <= hint.text_span[0] < hint.text_span[1] <= len(text) for hint in hints.found)
        assert all(hint.words == text[slice(*hint.text_span)] for hint in hints.found)
        assert bool(hints.found) == (hints != NOTHING)
        assert hints.start is None or hints.end is None or hints.start <= hints.end
        entry = Entry.model_construct(id="paint", organisation="bank", title="", text=text)  # unchecked: any character at all
        filled, _ = fill_from_text(entry, market_day)
        assert text_of(filled) == text_of(entry)


@pytest.mark.parametrize("text", ODD_TEXTS, ids=lambda text: repr(text[:12]))
def test_odd_texts_are_no_trouble(text: str) -> None:
    check_spans(text)


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    check_spans(text)


TELLING = """
3 drei ein Leute Helfer Stunden Tag je x 2 12. 5. 5.6. Mai März bis ab und oder , . - – am im vor KW 2028 Montag Wochenende
Ostern zu dritt 50667 Köln online nicht nächstes Jahr Anfang Ende Juni 80 Stühle m² mal Uhr 14 18 von zwischen Winter für wir
sind Team aus
"""


@given(st.lists(st.sampled_from([*TELLING.split(), "\n"]), max_size=14), st.sampled_from([" ", "", "  "]))
def test_any_order_of_telling_words_can_be_read(words: list[str], gap: str) -> None:
    check_spans(gap.join(words))
