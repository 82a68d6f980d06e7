"""A market file in JSON: what is read, and what is said about what cannot be."""

import json
from pathlib import Path

import pytest
from market_files import BANK, CLUB, PAINTING, WALLS, codes, inspect_market, make_market, only_finding, sentences, write_json

from marktplatz.errors import InvalidInput, Place, Severity
from marktplatz.exchange.reading import read_market
from marktplatz.vocabulary import OrganisationKind


def test_a_sound_file_is_read_without_a_word(tmp_path: Path) -> None:
    market, warnings = read_market(write_json(tmp_path, make_market()))
    assert [organisation.name for organisation in market.organisations] == ["Bank am Markt", "Jugendclub"]
    assert market.organisations[0].kind is OrganisationKind.COMPANY
    assert market.scores is None
    assert warnings == ()


def test_an_empty_score_list_is_a_whole_score_table(tmp_path: Path) -> None:
    market, _ = read_market(write_json(tmp_path, make_market(scores=[])))
    assert market.scores == ()


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "markt.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(make_market()).encode())
    assert inspect_market(path) == ()


def test_an_error_names_file_list_entry_and_field_in_one_line(tmp_path: Path) -> None:
    path = write_json(tmp_path, make_market(offers=[PAINTING, PAINTING | {"id": "a2", "people": "zwei\nMenschen"}]))
    assert sentences(path) == [
        "markt.json, Liste offers, Eintrag 2, Feld people: „zwei\\nMenschen“ ist keine ganze Zahl; erwartet wird eine Zahl wie 3."
    ]


def test_reading_raises_all_errors_at_once(tmp_path: Path) -> None:
    reversed_dates = PAINTING | {"id": "a2", "from": "2027-05-01", "to": "2027-04-01"}
    stranger = PAINTING | {"id": "a3", "organisation": "u9"}
    path = write_json(tmp_path, make_market(offers=[PAINTING | {"people": 2.5}, reversed_dates, stranger]))
    with pytest.raises(InvalidInput) as caught:
        read_market(path)
    assert [(finding.code, finding.place.row) for finding in caught.value.findings] == [
        ("not_whole_number", 1),
        ("dates_reversed", 2),
        ("unknown_organisation", 3),
    ]


def test_nobody_is_blamed_for_an_entry_that_is_itself_faulty(tmp_path: Path) -> None:
    path = write_json(tmp_path, make_market(organisations=[BANK | {"kind": "firm"}, CLUB]))
    assert only_finding(path).code == "unknown_word"


def test_rows_behind_a_faulty_entry_keep_their_numbers(tmp_path: Path) -> None:
    offers = [PAINTING | {"organisation": None}, PAINTING | {"id": "a2"}, PAINTING | {"id": "a2"}]
    findings = [f for f in inspect_market(write_json(tmp_path, make_market(offers=offers))) if f.code == "double_id"]
    assert [(f.place.row, f.params["other_row"]) for f in findings] == [(3, 2)]


def test_a_category_is_named_by_its_own_list(tmp_path: Path) -> None:
    market = {"categories": [{"code": "hands", "label": "Hände", "kind": "feet"}]}
    finding = only_finding(write_json(tmp_path, make_market(market=market)))
    assert finding.place == Place("markt.json", "categories", 1, "kind")
    assert "hands, know_how" in str(finding.params["expected"])


def test_an_unknown_key_is_a_warning_that_guesses_what_was_meant(tmp_path: Path) -> None:
    path = write_json(tmp_path, make_market(offers=[PAINTING, PAINTING | {"id": "a2", "peopel": 3}], wihses=[]))
    market, warnings = read_market(path)
    assert len(market.offers) == 2
    assert [(w.place.sheet, w.place.row, w.place.field, w.params["nearest"]) for w in warnings] == [
        (None, None, "wihses", "wishes"),
        ("offers", 2, "peopel", "people"),
    ]
    assert {warning.severity for warning in warnings} == {Severity.WARNING}


def test_the_python_name_of_a_field_is_no_key(tmp_path: Path) -> None:
    market, warnings = read_market(write_json(tmp_path, make_market(offers=[PAINTING | {"from_on": "2027-04-01"}])))
    assert market.offers[0].from_on is None
    assert [warning.place.field for warning in warnings] == ["from_on"]


def test_a_missing_format_is_a_warning(tmp_path: Path) -> None:
    content = make_market()
    del content["format"]
    assert codes(write_json(tmp_path, content)) == ["no_format"]


def test_a_market_without_the_list_of_organisations_is_an_error(tmp_path: Path) -> None:
    assert codes(write_json(tmp_path, {"format": "marktplatz/1"})) == ["no_organisations_list"]


def test_an_empty_list_of_organisations_is_only_a_warning(tmp_path: Path) -> None:
    market, warnings = read_market(write_json(tmp_path, {"format": "marktplatz/1", "organisations": []}))
    assert market.organisations == ()
    assert [warning.code for warning in warnings] == ["no_organisations"]


NOT_JSON = {
    "not_json": ('{"format": "marktplatz/1",\n "organisations": [}', "Zeile 2, Zeichen 20"),
    "json_ends_early": ('{"organisations": [', "Zeile 1, Zeichen 20"),
    "empty_file": (" \n ", "leer"),
    "not_finite": ('{"organisations": [],\n "x": NaN}', "Zeile 2, Zeichen 7: „NaN“"),
    "number_too_long": ('{"x":' + "9" * 5000 + "}", "Zeichen 6"),
    "lone_surrogate": ('{"x": "\\ud83d\\ude00 \\\\ud800 \\ud800"}', "Zeile 1, Zeichen 29: „\\ud800“"),
    "too_deep": ("[" * 100_000, "verschachtelt"),
    "not_a_market": ("[]", "geschweiften"),
    "wrong_format": ('{"format": "marktplatz-plan/1", "pairings": 7}', "„marktplatz-plan/1“"),
}


@pytest.mark.parametrize("code", NOT_JSON)
def test_what_is_not_a_market_file_is_told_in_one_line(tmp_path: Path, code: str) -> None:
    text, told = NOT_JSON[code]
    path = write_json(tmp_path, text)
    assert only_finding(path).code == code
    assert told in sentences(path)[0]


def test_infinity_inside_a_text_is_just_a_word(tmp_path: Path) -> None:
    assert inspect_market(write_json(tmp_path, make_market(offers=[PAINTING | {"title": "NaN \\ Infinity"}]))) == ()


def test_a_file_that_is_not_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "markt.json"
    path.write_bytes('{\n"name": "Bäcker"}'.encode("cp1252"))
    assert only_finding(path).params == {"line": 2}


def test_nesting_too_deep_for_pydantic_only_is_told_too(tmp_path: Path) -> None:
    text = json.dumps(make_market())[:-1] + ', "x": ' + "[" * 300 + "]" * 300 + "}"
    assert "too_deep" in codes(write_json(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('{"id": "u1", "id": "u2", "kind": "company"}', "id"),
        ('{"id": "u1", "kind": "company", "contact": {"email": "a", "email": "b"}}', "contact.email"),
    ],
)
def test_a_double_key_is_refused(tmp_path: Path, text: str, field: str) -> None:
    path = write_json(tmp_path, f'{{"format": "marktplatz/1", "organisations": [{text}]}}')
    finding = next(finding for finding in inspect_market(path) if finding.severity is Severity.ERROR)
    assert (finding.code, finding.place) == ("double_key", Place("markt.json", "organisations", 1, field))


BAD_VALUES = {
    "2**63": ("people", 2**63, "too_large", "9223372036854775808"),
    "5000 digits": ("hours", 10**400, "not_a_number", "1000000000"),
    "true as a number": ("people", True, "not_whole_number", "true"),
    "a whole float": ("people", 731.0, "not_whole_number", "731.0"),
    "half a person": ("people", 2.5, "not_whole_number", "2.5"),
    "a negative number": ("people", -1, "too_small", "-1"),
    "a number as text": ("hours", "6", "not_a_number", "6"),
    "a word as a truth": ("remote", "ja", "not_yes_no", "ja"),
    "a day that is none": ("from", "2027-02-30", "not_a_date", "2027-02-30"),
    "a moment": ("from", "2027-02-03T10:00:00", "not_a_date", "2027-02-03T10:00:00"),
    "year 1": ("from", "0001-01-01", "absurd_date", "0001-01-01"),
    "year 9999": ("from", "9999-12-31", "absurd_date", "9999-12-31"),
    "NUL": ("title", "a\0b", "control_character", "a\\x00b"),
    "an escape sequence": ("title", "\x1b[31m", "control_character", "\\x1b[31m"),
    "a number as title": ("title", 5, "not_text", "5"),
    "a list as title": ("title", ["a"], "not_text", "[…]"),
    "text as a list": ("impact_fields", "education", "not_a_list", "education"),
    "ten megabytes": ("text", "x" * 10_000_000, "too_long", "xxx…"),
}


@pytest.mark.parametrize("name", BAD_VALUES)
def test_a_bad_value_is_quoted_and_explained_in_one_short_line(tmp_path: Path, name: str) -> None:
    field, value, code, shown = BAD_VALUES[name]
    path = write_json(tmp_path, make_market(offers=[PAINTING | {field: value}], needs=[WALLS]))
    finding = only_finding(path)
    assert (finding.code, finding.place) == (code, Place("markt.json", "offers", 1, field))
    (sentence,) = sentences(path)
    assert shown in sentence
    assert "\n" not in sentence
    assert len(sentence) < 250


@pytest.mark.parametrize("points", [True, 731.0, 1001, -1, "731", None])
def test_anything_but_whole_points_up_to_1000_is_an_error(tmp_path: Path, points: object) -> None:
    scores = [{"offer": "a1", "need": "g1", "points": points}]
    finding = only_finding(write_json(tmp_path, make_market(scores=scores)))
    assert finding.place == Place("markt.json", "scores", 1, "points")


def test_more_lists_than_a_market_can_have_are_refused_before_they_are_built(tmp_path: Path) -> None:
    path = write_json(tmp_path, '{"organisations": [' + "[]," * 600_000 + "[]]}")
    assert codes(path) == ["too_many_values"]
