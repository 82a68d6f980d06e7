"""Money is found where it would change hands, and left alone where it is only spoken of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marktplatz.matching.scoring.money import find_money_words

MONEY = """
Wir suchen Geld für neue Trikots
Benzingeld wäre toll
Scheckübergabe beim Sommerfest
Übernahme der Buskosten
Überweisung auf unser Vereinskonto
Eine Gage für die Band
Leihgebühr für die Hüpfburg
bağış arıyoruz
Шукаємо гроші на ремонт
Eine Geldspende wäre toll
Spenden für unser Sommerfest
Wir bitten um eine Spende
Spenden gesucht
Bitte spenden Sie!
Wer spendet? Spenden willkommen
Sponsor für die Trikots gesucht
Sponsoren gesucht
Sponsoring unseres Laufs
Sponsoring
Trikotsponsor für die E-Jugend
Hauptsponsor
Zuschuss zur Ferienfreizeit
Fahrtkostenzuschuss für die Jugend
Zuschüsse für das Zeltlager
Wir brauchen Fördermittel
Fördermittel für den Anbau gesucht
finanzielle Förderung unserer Arbeit
finanzielle Unterstützung
Finanzielle Hilfe für Familien
Wer kann uns finanziell unterstützen?
Wir bräuchten 500 Euro
500 € für Material
1.200,- € für die Bühne
EUR 300 für Farbe
€ 50 pro Kind
300 EUR
zweitausend Euro
ein paar hundert Euro
Honorar für den Trainer
gegen Honorar
Kredit für den Umbau
zinsloses Darlehen
Budget für die Weihnachtsfeier
Budget von der Firma
Kosten übernehmen
Wer kann die Kosten für den Bus übernehmen?
Wir übernehmen die Kosten
Übernahme der Fahrtkosten: wir erstatten alle Kosten
Kostenübernahme für die Fahrt
Eintrittsgelder kommen uns zugute
Wer kann den Bus bezahlen?
Wir bezahlen das Essen
Preisgeld für den Wettbewerb
Patenschaftsbeitrag für ein Tier
Bargeld
Geldgeber gesucht
Geldgeschenk zum Jubiläum
Spendengelder für das Tierheim
Spendenkonto einrichten und füllen
Spendendose im Laden aufstellen
Firmenspende zu Weihnachten
Weihnachtsspende
Wir sammeln Spenden
Aufwandsentschädigung für Helfer
Vergütung nach Absprache
Stipendium für eine Schülerin
Der Erlös geht an uns
Mitgliedsbeitrag übernehmen
Anschubfinanzierung
Wer finanziert unseren Ausflug? Finanzierung gesucht
We need money for our club
A donation would help
Looking for a sponsor
sponsorship for our team
funding for a playground
grant for our garden
financial support
$500 for paint
Wir zahlen gut
Geld, Sponsoren und Spenden
Bußgelder zuweisen
100€
Wir suchen Sponsoren für unseren Workshop
""".strip().splitlines()

NO_MONEY = """
Überweisung vom Hausarzt verstehen
Spenden Sie Blut
Die Teilnahmegebühr entfällt
Schatzsuche im Stadtwald
Geldbörsen basteln
Geldbeutel aus Milchtüten
Geldautomat im Foyer
Gutscheine für den Zoo
20 Gutscheine
Tickets für das Heimspiel
Freikarten fürs Theater
Sachspende
Sachspenden gesucht
Bücherspende: eine Kiste mit 40 Büchern
Kleiderspende
Kleiderspenden sortieren
Blutspende
Blut spenden mit der Belegschaft
Zeitspende statt Weihnachtskarten
Lebensmittelspenden abholen
Möbelspende
Spendenlauf organisieren
Sponsorenlauf: Streckenposten gesucht
Workshop zu Fördermitteln
Workshop zu Fördermitteln und Sponsoring
Vortrag über Sponsoring
Fördermittelberatung
Beratung zu Fördermitteln und Zuschüssen
Hilfe beim Antrag auf Fördermittel
Fundraising-Workshop
Fundraising für Anfänger
Sponsoring-Workshop für Vereine
Wie finden wir Sponsoren?
Wo gibt es Fördermittel?
Steuerberatung
Schuldnerberatung
Finanzbildung für Jugendliche
Umgang mit Geld
Umgang mit dem eigenen Geld lernen
kostenlos
kostenfreie Nutzung
kostenlose Beratung
im Wert von 50 €
Spielzeug im Wert von rund 300 Euro
Gutschein über 25 €
20-Euro-Gutschein
ein 50 €-Gutschein
Warenwert 300 €
Neupreis: 900 Euro
wertvoll
Eurocode 7
Europa entdecken
Europaletten
10 Euro-Paletten
Goldschmied
Kein Geld, aber gute Laune
Wir brauchen kein Geld, sondern Hände
ohne Honorar
Ehrenamt statt Bezahlung
Wir können leider nicht bezahlen
Honorarfrei
Förderverein
Sprachförderung für Kinder
Leseförderung
Förderung von Talenten
Kreditkarte
Schatten spenden
Seifenspender montieren
Wir spenden 20 Stühle
Wir spenden Kuchen
Spende von 10 Laptops
Notebooks als Spende
unbezahlbar
bezahlbarer Wohnraum
Zahlen und Daten
Zahlen lernen
Kosten senken, Strom sparen
Kuchen kosten
Verkostung
Kostümfundus
Eintritt frei
Energie und Geld sparen
Monopoly und Spielgeld
Taschengeldbörse
Euro-Schlüssel
eine Spende in Form von Büchern
Sach- und Zeitspenden
book donation
books, no money
free of charge
fundraising advice
budgie cage
feel good
feedback geben
Zeugnis und Zahlungsverkehr erklärt
Es kostet 0 Euro
Buchspenden
Haarspende
Grant liest vor
Haushaltsplanung und Budgetberatung
Kindergeldantrag ausfüllen
Wohngeldanträge verstehen
Mal- und Bastelmaterial
Honorarvertrag prüfen
Antragstellung für Fördermittel
Wir verzichten auf Geld
Wir zahlen nichts, bieten aber Kuchen
Budget für Vereine erklärt
Die gute Fee im Märchenzelt
Zahnfee und andere Sagen
Wir fördern junge Talente am Klavier
""".strip().splitlines()


@pytest.mark.parametrize("text", MONEY)
def test_money_is_found(text: str) -> None:
    assert find_money_words(text)


@pytest.mark.parametrize("text", NO_MONEY)
def test_what_is_not_money_raises_no_alarm(text: str) -> None:
    assert find_money_words(text) == ()


@pytest.mark.parametrize("text", MONEY)
def test_money_is_found_in_a_longer_entry_as_well(text: str) -> None:
    words = find_money_words(text)
    assert set(words) <= set(find_money_words(f"Unser Sommerfest steht vor der Tür.\n{text}\nWir freuen uns auf Sie."))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Wir suchen Sponsoren oder 500 Euro für Farbe", ("Sponsoren", "500 Euro")),
        ("GELD, Geld und noch einmal geld", ("GELD",)),
        ("Kuchen spenden wir, Spenden nehmen wir", ("Spenden",)),
        ("1.200,- € für die Bühne", ("1.200,- €",)),
        ("Wir brauchen finanzielle Unterstützung", ("finanzielle Unterstützung",)),
        ("Bücher im Wert von 50 €, dazu 20 € für Porto", ("20 €",)),
        ("Kein Geld, aber ein Zuschuss", ("Zuschuss",)),
        ("Wir tragen 500 Euro Kosten", ("tragen 500 Euro Kosten",)),
    ],
)
def test_words_are_given_as_written_in_order_and_once(text: str, words: tuple[str, ...]) -> None:
    assert find_money_words(text) == words


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "€", "$", "0", "9" * 30, "😀" * 50, "مرحبا بالعالم", "<b>Euro</b>", "Geld " * 1000, "İ€İ 5 €"]
)
def test_odd_texts_are_no_trouble(text: str) -> None:
    assert all(word in text for word in find_money_words(text))


@given(st.text(max_size=300))
def test_any_text_can_be_searched(text: str) -> None:
    assert all(word in text for word in find_money_words(text))


@given(
    st.lists(
        st.sampled_from(["Geld", "Spende", "500", "€", "Wert", "von", "kein", "Workshop", "zu", "?", "Wie", "\n", ".", "als"]),
        max_size=12,
    )
)
def test_any_order_of_telling_words_can_be_searched(words: list[str]) -> None:
    text = " ".join(words)
    assert all(word in text for word in find_money_words(text))
