"""Any sound market, with texts that sheets, CSV files and spreadsheet programs have their own opinion about."""

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

from hypothesis import strategies as st

from marktplatz.errors import Severity
from marktplatz.market import (
    UNPRINTABLE,
    Category,
    Contact,
    EarlierAgreement,
    Entry,
    Market,
    MarketConcept,
    Organisation,
    PairRule,
    Policy,
    Score,
    Wish,
    find_contradictions,
    is_seen,
)
from marktplatz.vocabulary import (
    CategoryKind,
    Criterion,
    History,
    OrganisationKind,
    PairStatus,
    Reciprocity,
    WishLevel,
    WithinKind,
)

NASTY = [
    "", " ", "=1+1", "+49 221 1", "-x", "@x", "\tx", "\rx", "\nx", " =x", "'", "'=x", "''+x", "' \t", "＝x", "a;b",
    ";", "a; b ", " vorn", "hinten ", "\u00a0x", "1.4.2027", "2027-04-01", "TRUE", "falsch", "007", "1067", "1e5",
    "#N/A", "BEISPIEL-1", " BEISPIEL", "json: null", 'json: "x"', "json:", "json: [1,", "json: NaN", 'json: {"a": 1}',
    "ohne Angabe", "unbegrenzt", "open", "Querbeet", "hands", "Helfende Hände", "Bildung", "education", "Deutschland",
    "a\r\nb", "a\nb", 'sagt "ja"', "a,b\tc", "_x000D_", "_x005F_x0041_", "\u2028", "a\u200fb",
    "😀" * 100, "\u2067abc\u2069", "sep=;", "null", "ж", "e\u0301", "\ufeffx", "<b>&amp;", "nan", "1,5", "10.000",
]  # fmt: skip


@cache
def texts(longest: int = 300, *, is_filled: bool = False) -> st.SearchStrategy[str]:
    printable = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\r\t;'=\"")
    drawn = st.sampled_from(NASTY) | st.text(printable, max_size=12) | st.just("ä" * longest)
    fits = lambda text: len(text) <= longest and not UNPRINTABLE.search(text) and (not is_filled or is_seen(text))  # noqa: E731
    return drawn.filter(fits)


def optional(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


names = texts(200, is_filled=True)
lines = st.lists(texts(), max_size=3).map(tuple)
ordinals = st.lists(st.integers(1, 10_000), max_size=3).map(tuple)
counts = optional(st.integers(0, 10_000))
days = st.dates(date(2000, 1, 1), date(2100, 12, 31))
countries = st.sampled_from(["DE", "de", "AT", "xx"])
weights = st.dictionaries(st.sampled_from(Criterion), st.integers(0, 1000), max_size=4)
contacts = st.builds(Contact, name=optional(texts()), email=optional(texts()), phone=optional(texts()))


def amounts(most: float) -> st.SearchStrategy[float | None]:
    return optional(st.floats(0, most) | st.sampled_from([0.1 + 0.2, 1.5, 5e-324, 1e-7, 1.125, float(most), 6.0]))


policies = st.builds(
    Policy,
    name=names,
    date=optional(days),
    postcode=optional(texts()),
    country=countries,
    reciprocity=st.sampled_from(Reciprocity),
    within_kind=st.sampled_from(WithinKind),
    max_agreements=counts,
    max_pairs_between=counts,
    max_distance_km=amounts(20_000),
    break_rounds=ordinals,
    history=st.sampled_from(History),
    weights=weights,
)
organisations = st.builds(
    Organisation,
    id=st.just("?"),
    kind=st.sampled_from(OrganisationKind),
    name=st.none() | texts(is_filled=True),
    key=optional(texts()),
    owner=optional(texts()),
    postcode=optional(texts()),
    country=optional(countries),
    max_agreements=counts,
    competitors=optional(texts()),
    values=lines,
    excludes=lines,
    representatives=st.integers(1, 100),
    absent_rounds=ordinals,
    table=optional(st.integers(1, 10_000)),
    contact=optional(contacts),
)
entries = st.builds(
    Entry,
    id=st.just("?"),
    organisation=st.just("?"),
    title=texts(),
    text=optional(texts(10_000)),
    impact_fields=lines,
    people=optional(st.integers(0, 100_000)),
    hours=amounts(10_000),
    quantity=amounts(1e9),
    from_on=optional(days.filter(lambda day: day.year < 2050)),
    to_on=optional(days.filter(lambda day: day.year >= 2050)),
    postcode=optional(texts()),
    remote=optional(st.booleans()),
    capacity=counts,
)
categories = st.builds(Category, code=names, label=names, kind=st.sampled_from(CategoryKind))
concepts = st.builds(MarketConcept, id=names, words=lines)
earlier_agreements = st.builds(EarlierAgreement, keys=st.tuples(names, names))


@st.composite
def markets(draw: Callable[..., Any], *, is_like_others: bool = False) -> Market:
    """A market without errors; ids may be anything that an id may be, or else the same few in every market that is drawn."""
    pick = _picker(draw)
    if is_like_others:
        kinds = [draw(categories).model_copy(update={"code": code}) for code in ("h", "g")]
    else:
        kinds = draw(st.lists(categories, max_size=2, unique_by=lambda category: category.code))
    codes = list(Market(market=Policy(categories=tuple(kinds))).category_kinds)
    kinds = [kind.model_copy(update={"neighbours": tuple(pick(codes) for _ in range(draw(few)))}) for kind in kinds]
    if is_like_others:
        senders, offers, needs = (
            draw(st.lists(st.sampled_from(ids), max_size=2, unique=True)) for ids in (["u2"], ["a1", "a2"], ["g1", "g2"])
        )
        senders = ["u1", *senders]
        everybody = [*senders, *offers, *needs]
    else:
        everybody = draw(st.lists(names, min_size=1, max_size=6, unique=True))
        senders, offers, needs = everybody[:2], everybody[2:4], everybody[4:]

    def entries_for(names: list[str]) -> list[Entry]:
        told = {name: {"id": name, "organisation": pick(senders), "category": pick([None, *codes])} for name in names}
        return [draw(entries).model_copy(update=fields) for fields in told.values()]

    pairs = [(pick(offers), pick(needs)) for _ in range(draw(few))] if offers and needs else []
    market = Market(
        market=draw(policies).model_copy(update={"categories": tuple(kinds)}),
        organisations=tuple(draw(organisations).model_copy(update={"id": name}) for name in senders),
        offers=tuple(entries_for(offers)),
        needs=tuple(entries_for(needs)),
        wishes=tuple(
            Wish(organisation=pick(senders), target=pick(everybody), level=pick(list(WishLevel))) for _ in range(draw(few))
        ),
        pairs=tuple(PairRule(offer=offer, need=need, status=pick(list(PairStatus))) for offer, need in pairs),
        scores=pick([None, tuple(Score(offer=offer, need=need, points=7) for offer, need in dict.fromkeys(pairs))]),
        earlier_agreements=tuple(draw(st.lists(earlier_agreements, max_size=2))),
        concepts=tuple(draw(st.lists(concepts, max_size=2))),
    )
    assert [finding for finding in find_contradictions(market) if finding.severity is Severity.ERROR] == []
    return market


few = st.integers(0, 2)


def _picker(draw: Callable[..., Any]) -> Callable[[list[Any]], Any]:
    return lambda members: members[draw(st.integers(0, 11)) % len(members)]
