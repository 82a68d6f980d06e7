"""Files in and out in the browser: told before it is done, wrong cells mended in the preview, the same again changes nothing."""

import io
import re
import zipfile
from typing import Any

import pytest
from fastapi.testclient import TestClient
from organiser_pages import HTML, organiser
from sqlalchemy import select

from market_content import CountedStatements, encode, hash_tables, make_content
from marktplatz.db.models import AuditEntry, EntryRecord, OrganisationRecord, Upload
from marktplatz.exchange.market_csv import market_to_csv_zip
from marktplatz.exchange.market_xlsx import market_to_xlsx
from marktplatz.exchange.reading import read_market_bytes
from marktplatz.market import Market
from marktplatz.usecases.uploads import forget_uploads
from marktplatz.vocabulary import Phase, Role, Standing
from service_fixtures import World

ROOT = "/organise/m1/files"


def as_workbook(content: dict[str, Any]) -> bytes:
    return market_to_xlsx(Market.model_validate_json(encode(content)))


def as_csv(content: dict[str, Any], **replaced: str) -> bytes:
    """A zip of CSV files in which texts of one file are replaced."""
    packed = market_to_csv_zip(Market.model_validate_json(encode(content)))
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as source, zipfile.ZipFile(stream, "w") as target:
        for name in source.namelist():
            text = source.read(name).decode("utf-8-sig")
            for old, new in replaced.items():
                text = text.replace(old, new)
            target.writestr(name, text)
    return stream.getvalue()


def token_of(page: str) -> str:
    return re.search(r'name="form_token" value="([^"]*)"', page)[1]  # type: ignore[index]


def fields_of(page: str) -> dict[str, str]:
    return {"form_token": token_of(page), "once": re.search(r'name="once" value="([^"]*)"', page)[1]}  # type: ignore[index]


def upload(browser: TestClient, content: bytes, name: str) -> Any:
    page = browser.get(ROOT).text
    return browser.post(ROOT, data={"form_token": token_of(page)}, files={"file": (name, content)})


def version_of(page: str) -> str:
    return re.search(r'name="version" value="(\d+)"', page)[1]  # type: ignore[index]


def put_in(browser: TestClient, shown: Any, **more: str) -> Any:
    return browser.post(f"{shown.url.path}/import", data=fields_of(shown.text) | {"version": version_of(shown.text)} | more)


def cells_in(page: str) -> list[tuple[str, str, str]]:
    """Number, spot and text of every cell that can be mended."""
    return re.findall(r'name="spot\.(\d+)" value="([^"]*)"><input type="hidden" name="was\.\d+" value="([^"]*)"', page)


def test_a_workbook_is_shown_first_then_stored_and_the_same_again_changes_nothing(world: World) -> None:
    world.make_market("m1")
    browser = organiser(world)
    before = hash_tables(world.database)
    shown = upload(browser, as_workbook(make_content(2)), "markt.xlsx")
    assert shown.status_code == 200
    assert "Die Datei ist in Ordnung" in shown.text
    with world.database.write("m1") as session:
        assert session.scalars(select(OrganisationRecord)).all() == []
        kept = session.scalars(select(Upload)).one()
        assert (kept.name, kept.corrections) == ("markt.xlsx", [])
    assert hash_tables(world.database) != before
    done = put_in(browser, shown)
    assert "Eingelesen." in done.text
    with world.database.read() as session:
        assert len(session.scalars(select(EntryRecord)).all()) == 12
        assert session.scalars(select(Upload)).all() == []
        assert {record.standing for record in session.scalars(select(OrganisationRecord))} == {Standing.APPROVED}
    again = upload(browser, as_workbook(make_content(2)), "markt.xlsx")
    assert "Alles ist schon da" in again.text


def test_what_is_new_can_wait_for_approval(world: World) -> None:
    world.make_market("m1")
    browser = organiser(world)
    put_in(browser, upload(browser, as_workbook(make_content(1)), "markt.xlsx"), waits="on")
    with world.database.read() as session:
        records = (*session.scalars(select(OrganisationRecord)), *session.scalars(select(EntryRecord)))
        assert {record.standing for record in records} == {Standing.SUBMITTED}
        actions = set(session.scalars(select(AuditEntry.action).where(AuditEntry.chain == "m1")))
    assert {"import_market", "let_wait"} <= actions


def test_wrong_cells_are_mended_in_the_preview(world: World) -> None:
    world.make_market("m1")
    browser = organiser(world)
    content = make_content(2)
    content["offers"][0]["from"] = "2027-04-01"
    wrong = as_csv(content, **{"01.04.2027": "32.4.2027", "2027-04-01": "32.4.2027", "gemeinnützig;": "gemeinsam;"})
    shown = upload(browser, wrong, "markt.zip")
    assert "noch nicht" in shown.text
    cells = cells_in(shown.text)
    assert sorted(text for _, _, text in cells) == ["32.4.2027", "gemeinsam", "gemeinsam"]
    numbers = [
        int(found) for found in re.findall(r'<td class="number">(\d*)</td>', shown.text.split("<tbody>")[1].split("</tr>")[0])
    ]
    assert numbers[:2] == [2, 2]  # of four organisations two are wrong and two new
    sent = fields_of(shown.text)
    for number, spot, text in cells:
        sent |= {f"spot.{number}": spot.replace("&#34;", '"'), f"was.{number}": text}
        sent[f"cell.{number}"] = "1.4.2027" if text.startswith("32") else text
    half = browser.post(f"{shown.url.path}/mend", data=sent)
    assert sorted(text for _, _, text in cells_in(half.text)) == ["gemeinsam", "gemeinsam"]
    assert "Eine Zelle ist schon ausgebessert." in half.text
    sent = fields_of(half.text)
    for number, spot, text in cells_in(half.text):
        sent |= {f"spot.{number}": spot.replace("&#34;", '"'), f"was.{number}": text, f"cell.{number}": "gemeinnützig"}
    right = browser.post(f"{shown.url.path}/mend", data=sent)
    assert "3 Zellen sind ausgebessert." in right.text
    assert "Eingelesen." in put_in(browser, right).text
    with world.database.read() as session:
        assert str(session.get_one(EntryRecord, ("m1", "c0-0")).from_on) == "2027-04-01"


def test_control_characters_and_lines_in_a_cell_are_mended_too(world: World) -> None:
    world.make_market("m1")
    browser = organiser(world)
    content = make_content(1)
    content["offers"][0]["text"] = "Platzhalter"
    shown = upload(browser, as_csv(content, Platzhalter='"erste Zeile\nzweite\x07 Zeile"'), "markt.zip")
    ((number, spot, text),) = cells_in(shown.text)
    assert text == "?erste Zeile\nzweite Zeile"
    assert "<textarea" in shown.text
    assert "\x07" not in shown.text
    sent = {f"spot.{number}": spot.replace("&#34;", '"'), f"was.{number}": text, f"cell.{number}": text[1:]}
    right = browser.post(f"{shown.url.path}/mend", data=fields_of(shown.text) | sent)
    assert "Eingelesen." in put_in(browser, right).text
    with world.database.read() as session:
        assert session.get_one(EntryRecord, ("m1", "c0-0")).text == "erste Zeile\nzweite Zeile"


def test_a_market_file_is_read_too_and_its_errors_name_what_must_be_changed_in_it(world: World) -> None:
    world.make_market("m1")
    browser = organiser(world)
    content = make_content(1)
    content["offers"][0]["people"] = "viele"
    shown = upload(browser, encode(content), "markt.json")
    assert "nur in der Datei selbst" in shown.text
    assert cells_in(shown.text) == []
    assert "Die Datei ist in Ordnung" in upload(browser, encode(make_content(1)), "markt.json").text


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("markt.xlsx", b"PK\x03\x04 broken"),
        ("markt.xls", b"old"),
        ("markt.pdf", b"%PDF"),
        ("markt.zip", b"no zip"),
        ("markt.json", b"{"),
        ("organisationen.csv", b"Id;Name"),
        ("<script>alert(1)</script>.xlsx", b"x"),
    ],
)
def test_what_cannot_be_read_is_told_on_a_friendly_page(world: World, name: str, content: bytes) -> None:
    world.make_market("m1")
    shown = upload(organiser(world), content, name)
    assert shown.status_code == 200
    assert "Eine Stelle stimmt noch nicht" in shown.text
    assert "<script>alert" not in shown.text
    assert "Alles einlesen" not in shown.text


def test_without_a_file_the_form_says_so(world: World) -> None:
    world.make_market("m1")
    browser = organiser(world)
    answer = browser.post(ROOT, data={"form_token": token_of(browser.get(ROOT).text)}, files={"file": ("", b"")})
    assert answer.status_code == 422
    assert 'href="#f-file"' in answer.text


def test_the_same_file_again_is_the_same_upload_and_is_forgotten_after_a_day(world: World) -> None:
    world.make_market("m1")
    browser = organiser(world)
    first, second = (upload(browser, as_workbook(make_content(1)), "markt.xlsx").url for _ in range(2))
    assert first == second
    with world.database.write("m1") as session:
        assert forget_uploads(session, world.clock.now) == 0
    world.clock.move(hours=25)
    browser = organiser(world)
    assert browser.get(str(first)).status_code == 404
    with world.database.write("m1") as session:
        assert forget_uploads(session, world.clock.now) == 1


def test_what_was_looked_at_is_what_is_stored(world: World) -> None:
    """Somebody else mends the file between the preview and the import."""
    world.make_market("m1")
    browser = organiser(world)
    shown = upload(browser, as_workbook(make_content(1)), "markt.xlsx")
    with world.database.write("m1") as session:
        kept = session.scalars(select(Upload)).one()
        kept.corrections = [{"sheet": "Angebote", "row": 2, "field": "Titel", "text": "Anders"}]
    put_in(browser, shown)
    with world.database.read() as session:
        assert session.scalars(select(OrganisationRecord)).all() == []


def test_discarded_is_gone(world: World) -> None:
    world.make_market("m1")
    browser = organiser(world)
    shown = upload(browser, as_workbook(make_content(1)), "markt.xlsx")
    assert "verworfen" in browser.post(f"{shown.url.path}/discard", data=fields_of(shown.text)).text
    assert browser.get(shown.url.path).status_code == 404


def test_the_preview_of_a_large_market_is_small_and_takes_the_same_queries(world: World) -> None:
    world.make_market("m1")
    browser = organiser(world)
    small = upload(browser, encode(make_content(1)), "klein.json")
    large = upload(browser, encode(make_content(150)), "gross.json")
    counts = []
    for shown in (small, large):
        with CountedStatements(world.database) as counted:
            page = browser.get(shown.url.path)
        counts.append(counted.count)
        assert len(page.content) < 100_000
    assert counts[0] == counts[1]


def test_everything_is_downloaded_and_comes_back_as_it_was(world: World) -> None:
    world.make_market("m1")
    browser = organiser(world)
    content = make_content(2)
    content["offers"][0]["title"] = "=1+1"
    put_in(browser, upload(browser, encode(content), "markt.json"))
    for name in ("market.xlsx", "market.csv", "market.json"):
        answer = browser.get(f"{ROOT}/export/{name}")
        assert answer.status_code == 200
        assert answer.headers["content-disposition"].startswith('attachment; filename="m1.')
        assert answer.headers["cache-control"] == "no-store"
        market, _ = read_market_bytes("x" + {"market.csv": ".zip"}.get(name, name[6:]), answer.content)
        assert market.entry_by_id["c0-0"].title == "=1+1"
    assert browser.get(f"{ROOT}/export/archive.zip").content.startswith(b"PK")
    assert browser.get(f"{ROOT}/template.xlsx").content.startswith(b"PK")
    with zipfile.ZipFile(io.BytesIO(browser.get(f"{ROOT}/export/market.csv").content)) as packed:
        assert b"'=1+1" in packed.read("Angebote.csv")


@pytest.mark.parametrize("role", [Role.BROKER, Role.NOTARY, Role.HELPER, Role.MODERATOR])
def test_the_rest_of_the_team_gets_no_files(world: World, role: Role) -> None:
    world.make_market("m1")
    browser = organiser(world, role)
    for path in ("", "/template.xlsx", "/export/market.xlsx", "/export/archive.zip", "/up-1"):
        assert browser.get(ROOT + path).status_code == 403, path


def test_a_closed_market_takes_no_file_and_gives_them_still(world: World) -> None:
    world.make_market("m1")
    browser = organiser(world)
    token = token_of(browser.get(ROOT).text)
    world.move("m1", Phase.CLOSED)
    assert browser.post(ROOT, data={"form_token": token}, files={"file": ("a.json", b"{}")}).status_code == 409
    assert browser.get(f"{ROOT}/export/market.json").status_code == 200
    assert "abgeschlossen" in browser.get(ROOT).text


def test_a_form_of_another_login_is_refused(world: World) -> None:
    world.make_market("m1")
    answer = organiser(world).post(ROOT, data={"form_token": "x"}, files={"file": ("a.json", b"{}")})
    assert answer.status_code == 403
    assert HTML["Accept"] in answer.request.headers["accept"]


def test_a_file_that_would_undo_a_merge_says_so(world: World) -> None:
    world.make_market("m1")
    browser = organiser(world)
    put_in(browser, upload(browser, encode(make_content(2)), "markt.json"))
    page = browser.get("/organise/m1/merge?kept=n0&gone=n1").text
    browser.post("/organise/m1/merge", data=fields_of(page) | {"kept": "n0", "gone": "n1"})
    again = upload(browser, encode(make_content(2)), "markt.json")
    assert "käme sie als eigene Anmeldung zurück" in again.text
