"""Random markets with texts, dates, places, categories, wishes and rules: what the engine's advice is checked on."""

from datetime import date, timedelta
from random import Random
from typing import Any

from marktplatz.market import Category, Entry, Market, Organisation, PairRule, Policy, Wish
from marktplatz.vocabulary import CategoryKind, OrganisationKind, PairStatus, Reciprocity, WishLevel, WithinKind

MARKET_DAY = date(2027, 3, 11)
POSTCODES = ("50667", "50823", "10115", "80331", None)
TITLES = (
    "Wände streichen",
    "Wer streicht unsere Wände?",
    "Malerarbeiten im Jugendraum",
    "Flyer gestalten",
    "Gestaltung von Flyern und Plakaten",
    "Website pflegen",
    "Hilfe bei der Webseite",
    "Transporter leihen",
    "Kleinbus für einen Ausflug",
    "Garten pflegen",
    "Beete umgraben mit 8 Leuten",
    "Irgendetwas",
)
CATEGORIES = tuple(
    Category(code=kind.value, label=kind.value, kind=kind)
    for kind in (CategoryKind.HANDS, CategoryKind.KNOW_HOW, CategoryKind.GOODS, CategoryKind.OPEN)
)


def draw_market(seed: int, organisations: int = 8, entries: int = 9, **policy: Any) -> Market:
    """As many offers as needs; the same seed gives the same market."""
    random = Random(seed)  # noqa: S311 an invented market, no secret
    members = tuple(_draw_organisation(random, number) for number in range(organisations))
    ids = [member.id for member in members]
    offers = tuple(_draw_entry(random, f"a{number}", random.choice(ids)) for number in range(entries))
    needs = tuple(_draw_entry(random, f"b{number}", random.choice(ids)) for number in range(entries))
    targets = [*ids, *(entry.id for entry in (*offers, *needs))]
    wishes = tuple(
        Wish(organisation=random.choice(ids), target=random.choice(targets), level=random.choice([*WishLevel])) for _ in range(4)
    )
    rules = {(random.choice(offers).id, random.choice(needs).id): random.choice(["forbidden", "exception"]) for _ in range(3)}
    chosen: dict[str, Any] = {
        "date": MARKET_DAY,
        "categories": CATEGORIES,
        "reciprocity": random.choice([Reciprocity.WANTED, Reciprocity.WANTED, Reciprocity.REQUIRED]),
        "within_kind": random.choice([*WithinKind]),
        "max_distance_km": random.choice([None, 30.0]),
    }
    return Market(
        market=Policy(**chosen | policy),
        organisations=members,
        offers=offers,
        needs=needs,
        wishes=wishes,
        pairs=tuple(_make_rule(offer, need, kind) for (offer, need), kind in rules.items()),
    )


def _make_rule(offer: str, need: str, kind: str) -> PairRule:
    if kind == "forbidden":
        return PairRule(offer=offer, need=need, status=PairStatus.FORBIDDEN)
    return PairRule(offer=offer, need=need, status=PairStatus.PINNED, exception="Die beiden kennen sich.")


def _draw_organisation(random: Random, number: int) -> Organisation:
    return Organisation(
        id=f"o{number}",
        kind=random.choice([*OrganisationKind]),
        owner=random.choice([None, None, None, "Gruppe"]),
        postcode=random.choice(POSTCODES),
        competitors=random.choice([None, None, None, "Bank"]),
        values=random.choice([(), (), ("Alkohol",)]),
        excludes=random.choice([(), (), ("Alkohol",)]),
        max_agreements=random.choice([None, None, 1, 2]),
    )


def _draw_entry(random: Random, id_: str, organisation: str) -> Entry:
    start = MARKET_DAY + timedelta(days=random.randrange(120)) if random.random() < 0.7 else None
    return Entry(
        id=id_,
        organisation=organisation,
        title=random.choice(TITLES),
        category=random.choice([None, "hands", "hands", "know_how", "goods"]),
        people=random.choice([None, 1, 2, 4, 7, 12]),
        hours=random.choice([None, 1.0, 3.0, 5.0, 16.0]),
        from_on=start,
        to_on=start + timedelta(days=random.randrange(20)) if start and random.random() < 0.8 else None,
        postcode=random.choice([None, *POSTCODES]),
        remote=random.choice([False, False, False, True, None]),
        capacity=random.choice([1, 1, 1, 2, 0]),
    )
