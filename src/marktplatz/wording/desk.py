"""The five points of the notary's checklist, and the usual reasons for sending an agreement back."""

from typing import Final

from marktplatz.vocabulary import DeskCheck

CHECKS: Final[tuple[tuple[DeskCheck, str, str], ...]] = (
    (DeskCheck.NO_MONEY, "Es geht um kein Geld", "Sachen, Gutscheine und Eintrittskarten sind in Ordnung."),
    (DeskCheck.FEASIBLE, "Begrenzt und machbar", "Man weiß, was zu tun ist und wann es fertig ist."),
    (DeskCheck.PARTIES, "Beide Seiten sind genannt", "Wer gibt, wer bekommt, wer dafür einsteht."),
    (DeskCheck.CONTACT, "Wer sich bei wem meldet, und bis wann", "Ohne ersten Anruf wird aus der besten Absicht nichts."),
    (DeskCheck.PROPORTIONATE, "Leistung und Gegenleistung passen zueinander", "Nicht gleich viel wert, aber fair."),
)
RETURN_REASONS: Final[tuple[tuple[str, str], ...]] = (
    ("money", "Bitte ohne Geld: Schreiben Sie, was stattdessen getan oder gegeben wird."),
    ("vague", "Bitte genauer: Was wird getan, wie viel, von wie vielen Leuten?"),
    ("contact", "Bitte ergänzen: Wer ruft wen an, und bis wann?"),
    ("dates", "Bitte ergänzen: Wann soll es sein, bis wann ist es geschafft?"),
    ("unfair", "Bitte noch einmal reden: Leistung und Gegenleistung passen noch nicht zueinander."),
)
