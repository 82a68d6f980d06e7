"""The papers of the folder for the hall: tagged, the same bytes every time, no name stops them, every label on its sheet."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from folder_values import ODD, make_folder
from marktplatz.exchange.folder_tables import folder_to_xlsx
from marktplatz.exchange.pdf.folder import LABELS, PAPERS, Folder, papers_of, print_badges, print_cover, print_forms, print_sheets

INSIDE = (("01-einlass.pdf", "Für den Einlass"),)
ALL = {"cover": lambda folder, language: print_cover(folder, language, INSIDE)} | {name: make for name, _, make in PAPERS}
STRANGE = f"{ODD} क्षि ไทย 𝓐𝓑 \ufdd0 ﷽ #strong[x] $y$ a\u202eb"


def make_strange(value: Any) -> Any:
    """The same values with a strange word after every text that somebody wrote."""
    if isinstance(value, tuple):
        return tuple(make_strange(each) for each in value)
    if hasattr(value, "__dataclass_fields__"):
        kept = {"side", "address", "made_at"}
        if isinstance(value, Folder):
            kept |= {"label"}
        names = [name for name in value.__dataclass_fields__ if name not in kept]
        return replace(value, **{name: make_strange(getattr(value, name)) for name in names})
    return f"{value} {STRANGE}" if isinstance(value, str) and value else value


def read(content: bytes) -> PdfReader:
    return PdfReader(BytesIO(content))


@pytest.mark.parametrize("name", ALL)
def test_every_paper_is_tagged_tells_its_language_and_is_the_same_bytes_again(name: str) -> None:
    folder = make_folder()
    content = ALL[name](folder, "de")
    root: Any = read(content).trailer["/Root"]
    assert bool(root["/MarkInfo"]["/Marked"])
    assert root["/Lang"] == "de"
    assert ALL[name](folder, "de") == content
    assert read(ALL[name](folder, "en")).trailer["/Root"]["/Lang"] == "en"  # type: ignore[index]


@pytest.mark.parametrize("name", ALL)
def test_no_name_stops_a_paper(name: str) -> None:
    pages = read(ALL[name](make_strange(make_folder()), "de")).pages
    assert any("U+5317" in page.extract_text() for page in pages)


def test_what_is_empty_makes_no_paper() -> None:
    folder = make_folder(forms=0, ways=(), tables=(), signs=())
    assert [name for name, _ in papers_of(folder)] == ["door", "badges", "sheets", "wanted", "checklist", "contacts"]


@pytest.mark.parametrize("label", LABELS)
def test_labels_fill_their_sheet_and_lie_inside_it(label: str) -> None:
    size = LABELS[label]
    assert size.columns * size.width + (size.columns - 1) * size.gap_x <= 210
    assert size.rows * size.height + (size.rows - 1) * size.gap_y <= 297
    each = size.columns * size.rows
    badge = make_folder().badges[1]
    for count, pages in ((each, 1), (each + 1, 2)):
        assert len(read(print_badges(make_folder(label=label, badges=(badge,) * count), "de")).pages) == pages


def test_a_form_has_a_copy_for_each_side_and_for_the_organiser_on_a_page_each() -> None:
    pages = [" ".join(page.extract_text().split()) for page in read(print_forms(make_folder(forms=2), "de")).pages]
    assert len(pages) == 6
    assert ["Nr. 2001" in page for page in pages] == [True] * 3 + [False] * 3
    whose = ("für die erste Organisation", "für die zweite Organisation", "für die Veranstalterin")
    assert all(words in page for words, page in zip(whose * 2, pages, strict=True))


def test_a_sheet_tells_partner_table_topics_and_breaks() -> None:
    text = " ".join(read(print_sheets(make_folder(2), "de")).pages[0].extract_text().split())
    for words in ("Sparbank am Wilhelmplatz 1", "Unternehmen", "Runde 1", "Tisch 1", "Turnverein", "Sie geben", "Runde 5 Pause"):
        assert words in text


def test_the_workbook_takes_no_name_for_a_formula() -> None:
    folder = make_folder(2)
    door = (replace(folder.door[0], organisation='=HYPERLINK("http://x.example")'), *folder.door[1:])
    book = load_workbook(BytesIO(folder_to_xlsx(replace(folder, door=door), "de")))
    cell = book["Einlassliste"]["A3"]
    assert (cell.data_type, cell.value) == ("s", '=HYPERLINK("http://x.example")')
    assert book["Nach Runden"].max_row == 2 + 8
    assert folder_to_xlsx(folder, "de") == folder_to_xlsx(folder, "de")
    assert load_workbook(BytesIO(folder_to_xlsx(folder, "en"))).sheetnames[0] == "List for the door"
