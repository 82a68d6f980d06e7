"""The folder for the hall: one zip with all papers, its numbers and its trace in the audit; and paper forms that are typed in."""

import html
import re
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from day_world import AGREEMENTS, make_day
from folder_values import ODD
from live_world import make_live
from marktplatz.db.models import AuditEntry, MarketRecord, OrganisationRecord, Station
from marktplatz.exchange.pdf.folder import LABELS
from marktplatz.usecases.profiles import RETENTION_DAYS
from marktplatz.vocabulary import DataClass, DeskCheck, Phase, Role
from marktplatz.wording.dates import day_text
from organiser_world import count_queries_of, fields_of, make_organiser, sign_in
from service_fixtures import World

FOLDER = "/organise/m1/day/folder"
CHOICES = {"label": "90x54", "forms": "2", "blank": "1"}
DESTROYED_ON = day_text(date(2027, 3, 11) + timedelta(days=RETENTION_DAYS[DataClass.CONTACTS]))
PAPERS = {
    "00-zuerst-lesen.pdf",
    "01-einlass.pdf",
    "02-namensschilder.pdf",
    "03-laufzettel.pdf",
    "07-vereinbarungen.pdf",
    "08-notariat.pdf",
    "09-kontakte-vertraulich.pdf",
    "10-tabellen.xlsx",
}


def press(browser: TestClient, **changes: str) -> Any:
    return browser.post(FOLDER, data={**fields_of(browser.get(FOLDER).text), **CHOICES, **changes})


def open_zip(answer: Any) -> dict[str, bytes]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    with ZipFile(BytesIO(answer.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def read(content: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(content)).pages]


def test_one_button_answers_with_everything_on_paper(world: World) -> None:
    chief = make_organiser(world)
    page = html.unescape(chief.get(FOLDER).text)
    assert "Hallenmappe herunterladen" in page
    assert "03-laufzettel" in page
    assert "04-tischschilder" not in page
    assert f"bis {DESTROYED_ON} zu vernichten" in page
    files = open_zip(press(chief))
    assert set(files) >= PAPERS
    assert all(name.rpartition(".")[0] in page for name in files)
    for name, content in files.items():
        if name.endswith(".pdf"):
            root: Any = PdfReader(BytesIO(content)).trailer["/Root"]
            assert bool(root["/MarkInfo"]["/Marked"]), name
            assert root["/Lang"] == "de", name
    badges = " ".join(read(files["02-namensschilder.pdf"]))
    assert "Person 0" in badges
    assert "Firma 1" in badges
    assert "Unternehmen" in badges
    assert "Gast" in badges
    contacts = read(files["09-kontakte-vertraulich.pdf"])[0]
    assert "p1@example.org" in contacts
    assert f"Vernichten bis {DESTROYED_ON}" in contacts
    others = [name for name in files if name not in ("09-kontakte-vertraulich.pdf", "10-tabellen.xlsx")]
    assert not any("example.org" in text for name in others for text in read(files[name]))
    book = load_workbook(BytesIO(files["10-tabellen.xlsx"]))
    assert book.sheetnames[0] == "Einlassliste"
    assert book["Kontaktliste"]["A1"].value.endswith(f"Vernichten bis {DESTROYED_ON}")
    assert {book["Kontaktliste"].cell(row, 5).value for row in (3, 4)} == {"p0@example.org", "p1@example.org"}


def test_its_forms_have_numbers_of_a_paper_block_that_is_made_once(world: World) -> None:
    chief = make_organiser(world)
    for forms, first, wanted in (("2", "", ["Nr. 1001", "Nr. 1002"]), ("1", "", ["Nr. 1001"]), ("1", "1003", ["Nr. 1003"])):
        pages = read(open_zip(press(chief, forms=forms, first=first))["07-vereinbarungen.pdf"])
        assert len(pages) == 3 * len(wanted)
        assert [next(number for number in wanted if number in page) for page in pages] == [n for n in wanted for _ in range(3)]
    with world.database.read() as session:
        assert session.scalars(select(Station.first_number)).all() == [1001]
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.chain == "m1").order_by(AuditEntry.number)).all()
    assert [each for each in actions if each in ("make_paper_block", "print_folder")] == ["make_paper_block", *["print_folder"] * 3]


def test_no_forms_no_block(world: World) -> None:
    chief = make_organiser(world)
    assert "07-vereinbarungen.pdf" not in open_zip(press(chief, forms="0"))
    with world.database.read() as session:
        assert session.scalars(select(Station.id)).all() == []


@pytest.mark.parametrize("label", LABELS)
def test_every_size_of_labels_is_printed(world: World, label: str) -> None:
    pages = read(open_zip(press(make_organiser(world), label=label, blank="8"))["02-namensschilder.pdf"])
    size = LABELS[label]
    assert len(pages) == -(-10 // (size.columns * size.rows))


def test_what_is_chosen_wrongly_is_told_and_nothing_is_made(world: World) -> None:
    chief = make_organiser(world)
    answer = press(chief, label="1x1", forms="9999", first="12")
    assert answer.status_code == 422
    assert html.unescape(answer.text).count('class="error"') == 2
    answer = press(chief, first="12")
    assert "gehört zu keinem Papierblock" in answer.text
    with world.database.read() as session:
        assert session.scalars(select(Station.id)).all() == []


def test_one_odd_name_stops_no_paper(world: World) -> None:
    day = make_day(world)
    day.organisation("odd", kind="company")
    day.offer("odd-offer", "odd", title=f"Fest {ODD}")
    with world.database.write("m1") as session:
        session.get_one(OrganisationRecord, ("m1", "odd")).name = ODD
    chief = sign_in(world, world.make_account("chefin@example.org", m1=Role.ORGANISER))
    files = open_zip(press(chief))
    assert any("U+5317" in text for text in read(files["03-laufzettel.pdf"]))
    wanted = " ".join(read(files["06-gesuche-und-angebote.pdf"]))
    assert "Anstrich für die Wände" in wanted


def test_with_a_published_timetable_sheets_tell_rounds_and_breaks(world: World) -> None:
    live = make_live(world)
    world.move("m1", Phase.MATCHING)  # nobody replans it
    talks = live.talks()
    with world.database.write("m1") as session:
        session.get_one(MarketRecord, "m1").break_rounds = [3]
    chief = sign_in(world, world.make_account("chefin@example.org", m1=Role.ORGANISER))
    files = open_zip(press(chief))
    (first, second), (number, table) = next((who, where) for who, where in talks.items() if where[0] == 1)
    sheets = read(files["03-laufzettel.pdf"])
    own = next(text for text in sheets if f" {first.upper()} " in text[:60])
    assert f"Runde {number} Tisch {table} {second.upper()}" in own
    alone = {name for talk in talks for name in talk} - {name for talk, (at, _) in talks.items() if at == 3 for name in talk}
    paused = [text for text in sheets if "Runde 3 Pause" in text]
    assert len(paused) == len(alone) > 0
    assert any("Sie geben „" in text for text in sheets)
    assert any("Runde 1 Frei" in text for text in sheets)
    plan = " ".join(read(files["05-rundenplan.pdf"]))
    assert "Nach Runden" in plan
    assert len(read(files["04-tischschilder.pdf"])) == 3
    rows = [
        [cell.value for cell in row]
        for row in load_workbook(BytesIO(files["10-tabellen.xlsx"]))["Nach Runden"].iter_rows(min_row=3)
    ]
    assert len(rows) == len(talks)
    assert [f"Runde {number}", table] in [row[:2] for row in rows]


def test_without_a_timetable_sheets_tell_the_proposals(world: World) -> None:
    live = make_live(world, rounds=0)
    world.move("m1", Phase.MATCHING)
    chief = sign_in(world, world.make_account("chefin@example.org", m1=Role.ORGANISER))
    files = open_zip(press(chief))
    assert "05-rundenplan.pdf" not in files
    giver, taker = (entry.split(".")[0] for entry in min(live.pairs()))
    own = next(text for text in read(files["03-laufzettel.pdf"]) if f" {giver.upper()} " in text[:60])
    assert f"Vorschlag 1 {taker.upper()}" in own
    assert "Und wen noch?" in own


def test_a_form_is_typed_in_once_and_certified_under_its_number(world: World) -> None:
    make_day(world)
    chief = sign_in(world, world.make_account("chefin@example.org", m1=Role.ORGANISER))
    pages = open_zip(press(chief))
    assert "07-vereinbarungen.pdf" in pages
    new = "/organise/m1/agreements/new"
    page = html.unescape(chief.get(f"{new}?paper=1&number=1002").text)
    assert "Nummer auf dem Papier" in page
    assert 'value="1002"' in page
    assert "Nummer auf dem Papier" not in chief.get(new).text
    sent = {
        "form_token": fields_of(page)["form_token"],
        "is_paper": "on",
        "paper": "1002",
        "parties.0": "bank",
        "parties.1": "club",
        "services.0.text": "Wände streichen",
        "deed": "submit",
    }
    answer = chief.post(new, data={**sent, "paper": "77"})
    assert answer.status_code == 422
    assert "Die Nummer 77 gehört zu keinem Papierblock" in answer.text
    assert "Bitte geben Sie die Nummer an" in chief.post(new, data={**sent, "paper": ""}).text
    answer = chief.post(new, data=sent, follow_redirects=False)
    assert answer.status_code == 303, html.unescape(answer.text)
    assert "paper=1" in answer.headers["location"]
    again = chief.post(new, data=sent)
    assert again.status_code == 409
    assert "Nummer 1002 ist schon eingetippt" in again.text
    assert [text for text in read(open_zip(press(chief))["07-vereinbarungen.pdf"]) if "Nr. 1002" in text] == []
    nora = sign_in(world, world.make_account("nora@example.org", m1=Role.NOTARY))
    desk = "/organise/m1/notary/paper-1002"
    page = html.unescape(nora.get(desk).text)
    assert re.search(r'name="number"[^>]*value="1002"', page)
    checks = {"checks": [check.value for check in DeskCheck], "version": fields_of(page)["version"], "number": "1002"}
    nora.post(f"{desk}/certify", data={"form_token": fields_of(page)["form_token"], **checks})
    assert chief.get(f"{AGREEMENTS}/paper-1002").json()["number"] == 1002


def type_in_first(world: World) -> tuple[TestClient, dict[str, str]]:
    """Form 1001 of a folder that was made, and what was sent for it."""
    make_day(world)
    chief = sign_in(world, world.make_account("chefin@example.org", m1=Role.ORGANISER))
    press(chief)
    typed = {"is_paper": "on", "paper": "1001", "parties.0": "bank", "parties.1": "club", "services.0.text": "x", "deed": "submit"}
    typed["form_token"] = fields_of(chief.get(FOLDER).text)["form_token"]
    chief.post("/organise/m1/agreements/new", data=typed)
    return chief, typed


def test_a_program_that_certifies_takes_the_number_on_the_paper_too(world: World) -> None:
    type_in_first(world)
    certified = world.as_token(Role.NOTARY).post(f"{AGREEMENTS}/paper-1001/certify")
    assert certified.json()["number"] == 1001


def test_a_form_that_was_withdrawn_may_be_typed_in_again(world: World) -> None:
    chief, typed = type_in_first(world)
    voided = world.as_token(Role.ORGANISER).post(f"{AGREEMENTS}/paper-1001/void", json={"reason": "Verschrieben"})
    assert voided.status_code == 200, voided.text
    answer = chief.post("/organise/m1/agreements/new", data=typed, follow_redirects=False)
    assert answer.status_code == 303
    assert "last=paper-1001-2" in answer.headers["location"]


def test_the_page_asks_the_same_few_questions_for_any_number_of_organisations(world: World) -> None:
    counts = count_queries_of(world, "/organise/{market}/day/folder")
    assert counts[0] == counts[1]


def test_the_folder_is_the_organisers_alone(world: World) -> None:
    make_organiser(world)
    world.move("m1", Phase.DAY)
    for role in (Role.BROKER, Role.NOTARY, Role.HELPER, Role.MODERATOR):
        browser = sign_in(world, world.make_account(f"{role.value}@example.org", m1=role))
        assert browser.get(FOLDER).status_code == 403
