"""An import laid over a stored market: told before, never doubling, never deleting what was not mentioned."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from market_files import BANK, CLUB, PAINTING, WALLS, make_market, write_csv_folder
from market_strategies import markets

from marktplatz.errors import InvalidInput, Place
from marktplatz.exchange.import_changes import LISTS, EntryChange, FieldChange, ListChanges
from marktplatz.exchange.import_merge import compare_markets, merge_markets
from marktplatz.exchange.market_csv import market_to_csv_zip
from marktplatz.exchange.reading import read_market, read_market_bytes
from marktplatz.exchange.writing import content_sha256, market_to_json
from marktplatz.market import Contact, Market

QUICK = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


def parse(content: dict[str, Any]) -> Market:
    return Market.model_validate_json(json.dumps(content))


def as_sent(market: Market) -> Market:
    """As if read from a file, with every field mentioned."""
    return Market.model_validate_json(market_to_json(market))


@st.composite
def alike(draw: Any) -> tuple[Market, Market]:
    """Two markets that have much in common, the second as it may be sent: some fields and lists are not mentioned."""
    stored = draw(markets(is_like_others=True))
    content = json.loads(market_to_json(draw(markets(is_like_others=True))))
    optional = draw(st.lists(st.sampled_from(OPTIONAL), unique=True))
    for member in (*content["organisations"], *content["offers"], *content["needs"], content["market"]):
        for key in optional:
            member.pop(key, None)
    for list_key in draw(st.lists(st.sampled_from(["wishes", "pairs", "scores", "concepts"]), unique=True)):
        content.pop(list_key, None)
    return stored, parse(content)


OPTIONAL = ["name", "postcode", "contact", "values", "capacity", "remote", "from", "to", "weights", "history", "text"]


def keys_of(changes: ListChanges) -> set[tuple[str, ...]]:
    return {entry.key for entry in (*changes.new, *changes.changed, *changes.unchanged)}


@QUICK
@given(alike())
def test_importing_twice_is_importing_once(both: tuple[Market, Market]) -> None:
    stored, sent = both
    once = merge_markets(stored, sent)
    assert merge_markets(once, sent) == once


@QUICK
@given(alike())
def test_after_an_import_nothing_is_left_to_change(both: tuple[Market, Market]) -> None:
    stored, sent = both
    before, after = compare_markets(stored, sent), compare_markets(merge_markets(stored, sent), sent)
    assert after.is_empty
    assert after.policy == ()
    for list_key in LISTS:
        first, second = before.by_list[list_key], after.by_list[list_key]
        assert {entry.key for entry in second.unchanged} == keys_of(first)
        assert {entry.key for entry in second.only_stored} == {entry.key for entry in first.only_stored}


@QUICK
@given(alike())
def test_nothing_is_lost_and_nothing_is_doubled(both: tuple[Market, Market]) -> None:
    stored, sent = both
    merged = merge_markets(stored, sent)
    for list_key in ("organisations", "offers", "needs"):
        ids = [member.id for member in getattr(merged, list_key)]
        assert len(ids) == len(set(ids))
        assert set(ids) == {member.id for market in (stored, sent) for member in getattr(market, list_key)}
    everybody = [member.id for members in (merged.organisations, merged.offers, merged.needs) for member in members]
    assert len(everybody) == len(set(everybody))
    assert {(wish.organisation, wish.target) for wish in merged.wishes} == {
        (wish.organisation, wish.target) for market in (stored, sent) for wish in market.wishes
    }


@QUICK
@given(alike(), st.randoms(use_true_random=False))
def test_the_order_of_the_lists_does_not_matter(both: tuple[Market, Market], dice: random.Random) -> None:
    stored, sent = both
    lists = ("organisations", "offers", "needs", "wishes", "pairs")
    mixed = sent.model_copy(update={key: tuple(dice.sample(getattr(sent, key), len(getattr(sent, key)))) for key in lists})
    assert content_sha256(merge_markets(stored, mixed)) == content_sha256(merge_markets(stored, sent))
    for list_key in LISTS:
        straight, other = compare_markets(stored, sent).by_list[list_key], compare_markets(stored, mixed).by_list[list_key]
        for name in ("new", "changed", "unchanged", "only_stored", "dropped"):
            assert {e.key for e in getattr(straight, name)} == {e.key for e in getattr(other, name)}


@QUICK
@given(markets(), st.booleans())
def test_a_market_that_is_exported_and_imported_again_changes_nothing(market: Market, as_csv: bool) -> None:
    sent = read_market_bytes("m.zip", market_to_csv_zip(market))[0] if as_csv else as_sent(market)
    assert compare_markets(market, sent).is_empty
    assert merge_markets(market, sent) == market


@QUICK
@given(markets())
def test_the_first_import_is_the_file_itself(market: Market) -> None:
    assert content_sha256(merge_markets(Market(), as_sent(market))) == content_sha256(market)


HANDS = {"code": "h", "label": "Hände", "kind": "hands"}
STORED = parse(
    make_market(
        market={"name": "Alt", "postcode": "50668", "weights": {"content": 1}, "categories": [HANDS]},
        organisations=[BANK | {"postcode": "50668", "contact": {"name": "Eva", "email": "e@x.example"}}, CLUB],
        offers=[PAINTING | {"people": 10, "category": "h"}],
        wishes=[{"organisation": "n1", "target": "a1", "level": "no_thanks"}],
        pairs=[{"offer": "a1", "need": "g1", "status": "pinned"}],
    )
)  # fmt: skip


def test_what_is_new_changed_unchanged_and_only_stored_is_told_with_rows_and_values() -> None:
    sent = parse(make_market(organisations=[{"id": "u2", "kind": "company"}, BANK, CLUB | {"name": "Neu"}], offers=[], needs=[]))
    changes = compare_markets(STORED, sent)
    assert changes.organisations == ListChanges(
        new=(EntryChange(("u2",), 1),),
        changed=(EntryChange(("n1",), 3, (FieldChange("name", "Jugendclub", "Neu"),)),),
        unchanged=(EntryChange(("u1",), 2),),
    )
    assert changes.offers == ListChanges(only_stored=(EntryChange(("a1",), 1),))
    assert changes.wishes == ListChanges(only_stored=(EntryChange(("n1", "a1"), 1),))
    assert changes.policy == ()
    assert not changes.is_empty


def test_fields_that_are_not_mentioned_stay_and_null_takes_them_away() -> None:
    quiet = merge_markets(STORED, parse(make_market()))
    assert quiet == STORED
    loud = parse(make_market(organisations=[BANK | {"postcode": None, "contact": None}, CLUB], market={"postcode": None}))
    changes = compare_markets(STORED, loud)
    assert changes.policy == (FieldChange("postcode", "50668", None),)
    assert changes.organisations.changed[0].fields == (
        FieldChange("postcode", "50668", None),
        FieldChange("contact.name", "Eva", None),
        FieldChange("contact.email", "e@x.example", None),
    )
    assert merge_markets(STORED, loud).organisations[0].contact is None


def test_one_field_of_a_contact_is_changed_and_the_others_stay() -> None:
    sent = parse(make_market(organisations=[BANK | {"contact": {"phone": "1"}}, CLUB | {"contact": {"name": None}}]))
    merged = merge_markets(STORED, sent)
    assert merged.organisations[0].contact == Contact(name="Eva", email="e@x.example", phone="1")
    assert merged.organisations[1].contact is None


def test_weights_are_one_field() -> None:
    sent = parse(make_market(market={"weights": {"time": 2}}))
    (change,) = compare_markets(STORED, sent).policy
    assert (change.field, change.before, change.after) == ("weights", {"content": 1}, {"time": 2})


def test_an_empty_cell_takes_away_what_its_column_says_and_a_missing_column_nothing(tmp_path: Path) -> None:
    files = {
        "Organisationen": "Id;Art;PLZ\nu1;Firma;\nn1;Verein;\n",
        "Angebote": "Id;Organisation;von\na1;u1;1.4.2027\n",
        "Marktplatz": "Name;Datum\nAlt;11.3.2027\n",
    }
    merged = merge_markets(STORED, read_market(write_csv_folder(tmp_path, files))[0])
    assert (merged.organisations[0].postcode, merged.organisations[0].name) == (None, "Bank am Markt")
    assert merged.organisations[0].contact == STORED.organisations[0].contact
    assert (merged.offers[0].people, str(merged.offers[0].from_on), merged.offers[0].category) == (10, "2027-04-01", "h")
    assert (merged.market.postcode, str(merged.market.date), merged.market.categories) == (
        "50668",
        "2027-03-11",
        STORED.market.categories,
    )
    assert merged.needs == STORED.needs


def test_an_empty_contact_in_a_sheet_counts_only_where_all_of_it_was_asked_for(tmp_path: Path) -> None:
    some = read_market(write_csv_folder(tmp_path, {"Organisationen": "Id;Art;E-Mail\nu1;Firma;\n"}))[0]
    assert merge_markets(STORED, some).organisations[0].contact == STORED.organisations[0].contact
    headings = "Id;Art;E-Mail;Telefon;Ansprechperson"
    full = read_market(write_csv_folder(tmp_path, {"Organisationen": f"{headings}\nu1;Firma;;;\n"}))[0]
    assert merge_markets(STORED, full).organisations[0].contact is None
    one = read_market(write_csv_folder(tmp_path, {"Organisationen": f"{headings}\nu1;Firma;;1;\n"}))[0]
    assert merge_markets(STORED, one).organisations[0].contact == Contact(phone="1")


def test_a_market_without_a_sheet_of_its_own_leaves_every_default_alone(tmp_path: Path) -> None:
    for files in ({}, {"Marktplatz": "Name;Nur gegebene Punkte\n"}, {"Marktplatz": "Nur gegebene Punkte;Land\nnein;\n"}):
        sent = read_market(write_csv_folder(tmp_path, {"Organisationen": "Id;Art\nu1;Firma\n"} | files))[0]
        assert merge_markets(STORED, sent).market == STORED.market
    assert Market().market.model_fields_set == set()


def test_a_wish_and_a_pair_that_say_something_else_are_changed_and_not_doubled() -> None:
    sent = parse(
        make_market(
            wishes=[
                {"organisation": "n1", "target": "a1", "level": "like"},
                {"organisation": "u1", "target": "g1", "level": "like"},
            ],
            pairs=[{"offer": "a1", "need": "g1", "status": "forbidden"}],
        )
    )
    changes, merged = compare_markets(STORED, sent), merge_markets(STORED, sent)
    assert changes.wishes.changed == (EntryChange(("n1", "a1"), 1, (FieldChange("level", "no_thanks", "like"),)),)
    assert changes.wishes.new == (EntryChange(("u1", "g1"), 2),)
    assert [wish.level for wish in merged.wishes] == ["like", "like"]
    assert [rule.status for rule in merged.pairs] == ["forbidden"]


def test_several_wishes_under_one_key_replace_those_that_were_there() -> None:
    wish = {"organisation": "n1", "target": "a1"}
    both = [wish | {"level": "like"}, wish | {"level": "no_thanks"}]
    changes = compare_markets(STORED, parse(make_market(wishes=both)))
    assert changes.wishes.changed[0].fields == (FieldChange("level", ("no_thanks",), ("like", "no_thanks")),)
    merged = merge_markets(STORED, parse(make_market(wishes=both)))
    assert len(merged.wishes) == 2
    assert compare_markets(merged, parse(make_market(wishes=both[::-1]))).is_empty
    assert len(merge_markets(merged, parse(make_market(wishes=both[:1]))).wishes) == 1


def test_a_line_that_was_sent_twice_is_not_doubled() -> None:
    wish = {"organisation": "n1", "target": "a1", "level": "no_thanks"}
    sent = parse(make_market(wishes=[wish, wish]))
    assert compare_markets(STORED, sent).is_empty
    assert merge_markets(STORED, sent) == STORED


def score(need: str, points: int) -> dict[str, Any]:
    return {"offer": "a1", "need": need, "points": points}


def test_a_score_table_that_is_present_is_the_whole_table() -> None:
    needs = [WALLS, WALLS | {"id": "g2"}]
    stored = parse(make_market(needs=needs, scores=[score("g1", 1), score("g2", 2)]))
    changes = compare_markets(stored, parse(make_market(needs=needs, scores=[score("g1", 9)])))
    assert changes.scores.changed == (EntryChange(("a1", "g1"), 1, (FieldChange("points", 1, 9),)),)
    assert (changes.scores.dropped, changes.scores.only_stored) == ((EntryChange(("a1", "g2"), 2),), ())
    assert not changes.starts_score_table
    merged = merge_markets(stored, parse(make_market(needs=needs, scores=[score("g1", 9)])))
    assert [(line.need, line.points) for line in merged.scores or ()] == [("g1", 9)]


@pytest.mark.parametrize("silent", [{}, {"scores": None}])
def test_a_market_without_a_score_table_leaves_the_stored_one_alone(silent: dict[str, Any]) -> None:
    stored = parse(make_market(scores=[score("g1", 1)]))
    assert merge_markets(stored, parse(make_market(**silent))).scores == stored.scores
    assert compare_markets(stored, parse(make_market(**silent))).is_empty


def test_an_empty_score_table_over_none_is_a_change() -> None:
    changes = compare_markets(STORED, parse(make_market(scores=[])))
    assert changes.starts_score_table
    assert not changes.is_empty
    assert merge_markets(STORED, parse(make_market(scores=[]))).scores == ()


def test_an_id_that_is_on_another_list_is_told_with_its_row() -> None:
    sent = parse(
        make_market(organisations=[BANK, CLUB, {"id": "a1", "kind": "company"}], offers=[PAINTING | {"id": "g1"}], needs=[])
    )
    changes = compare_markets(STORED, sent)
    assert [(f.code, f.place, dict(f.params)) for f in changes.errors] == [
        ("id_on_another_list", Place(sheet="organisations", row=3, field="id"), {"id": "a1", "other_sheet": "offers"}),
        ("id_on_another_list", Place(sheet="offers", row=1, field="id"), {"id": "g1", "other_sheet": "needs"}),
    ]
    with pytest.raises(InvalidInput) as caught:
        merge_markets(STORED, sent)
    assert caught.value.findings == changes.errors


def test_what_only_both_together_make_wrong_is_told_with_the_row_that_was_sent() -> None:
    stored = parse(make_market(offers=[PAINTING | {"to": "2027-04-01"}]))
    sent = parse(make_market(offers=[PAINTING | {"id": "a0"}, PAINTING | {"from": "2027-05-01"}]))
    (finding,) = compare_markets(stored, sent).errors
    assert (finding.code, finding.place) == ("dates_reversed", Place(sheet="offers", row=2, field="to"))
    # Known where no categories are told, unknown among the stored ones.
    (finding,) = compare_markets(STORED, parse(make_market(needs=[WALLS | {"category": "goods"}]))).errors
    assert (finding.code, finding.place) == ("unknown_category", Place(sheet="needs", row=1, field="category"))


def test_earlier_agreements_are_the_same_in_either_order() -> None:
    stored = parse(make_market(earlier_agreements=[{"keys": ["a", "b"]}]))
    sent = parse(make_market(earlier_agreements=[{"keys": ["b", "a"]}, {"keys": ["b", "c"]}]))
    changes = compare_markets(stored, sent)
    assert (len(changes.earlier_agreements.unchanged), len(changes.earlier_agreements.new)) == (1, 1)
    assert [agreement.keys for agreement in merge_markets(stored, sent).earlier_agreements] == [("a", "b"), ("b", "c")]


def test_new_entries_come_after_the_stored_ones() -> None:
    sent = parse(make_market(organisations=[{"id": "u0", "kind": "company"}, CLUB, BANK]))
    assert [organisation.id for organisation in merge_markets(STORED, sent).organisations] == ["u1", "n1", "u0"]
