"""Papers: the same bytes every time, tagged, quick, and no name stops them."""

import threading
from datetime import UTC, datetime
from io import BytesIO
from time import perf_counter, sleep
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from marktplatz.exchange.pdf.agreement import AgreementPaper, PartyLines, ServiceLines, print_agreement
from marktplatz.exchange.pdf.certificate import CertificatePaper, print_certificate
from marktplatz.exchange.pdf.glyphs import _PLAIN, BOX, check_texts, find_missing, name_character

NOW = datetime(2027, 3, 11, 18, 4, tzinfo=UTC)
COPIES = ("Ausfertigung für die Bank", "Ausfertigung für den Verein", "Ausfertigung für die Veranstalterin")
ODD = "Café 北京 👍🏽 مرحبا שלום 𝓐𝓑 a\u202eb\x01 👩‍👩‍👧 ﷽ क्षि ไทย Łódź ﬁ \ufdd0 \U000e0001"


def make_paper(name: str = "Sparbank", **changes: Any) -> AgreementPaper:
    fields: dict[str, Any] = {
        "market": "Marktplatz Köln-Nippes",
        "held": "Bürgerhaus, Donnerstag, 11. März 2027",
        "number": "Nr. 1007",
        "stamp": "Beglaubigt am 11.03.2027, 19:04",
        "is_certified": True,
        "parties": (PartyLines(name, "Unternehmen", ""), PartyLines("Turnverein", "gemeinnützige Organisation", "Kim, 0221 1")),
        "services": (
            ServiceLines(False, name, "Turnverein", "Wände streichen", ("3 Personen", "je 6 Stunden")),
            ServiceLines(True, "Turnverein", name, "Programm beim Sommerfest", ()),
        ),
        "facts": (("Erster Kontakt", "Sparbank meldet sich bis Donnerstag, 25. März 2027 bei Turnverein"),),
        "scope": "Der Jugendraum wird gestrichen.",
        "address": "https://markt.example.org/m/m1/me/agreements/v-abc",
        "made_at": NOW,
    }
    return AgreementPaper(**(fields | changes))


def read(content: bytes) -> PdfReader:
    return PdfReader(BytesIO(content))


def tags_in(reader: PdfReader) -> set[str]:
    """The kinds of parts that a screen reader is told of."""
    found: set[str] = set()

    def walk(node: Any) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for inner in node:
                walk(inner)
        elif isinstance(node, dict):
            if "/S" in node:
                found.add(str(node["/S"]))
            if "/K" in node:
                walk(node["/K"])

    walk(reader.trailer["/Root"]["/StructTreeRoot"])  # type: ignore[index]
    return found


def test_an_agreement_has_a_page_for_each_copy_with_all_that_was_agreed() -> None:
    reader = read(print_agreement(make_paper(), "de", COPIES))
    assert len(reader.pages) == len(COPIES)
    for page, whose in zip(reader.pages, COPIES, strict=True):
        text = " ".join(page.extract_text().split())
        for words in (
            whose,
            "Nr. 1007",
            "Sparbank",
            "Turnverein",
            "Wände streichen",
            "je 6 Stunden",
            "Sommerfest",
            "25. März 2027",
        ):
            assert words in text
    assert (reader.metadata or {})["/Title"] == "Engagementvereinbarung Nr. 1007"


def test_a_paper_is_tagged_and_says_its_language_and_what_pictures_show() -> None:
    for content in (print_agreement(make_paper(), "de", COPIES), print_certificate(make_certificate(), "de")):
        root: Any = read(content).trailer["/Root"]
        assert bool(root["/MarkInfo"]["/Marked"])
        assert root["/Lang"] == "de"
    tags = tags_in(read(print_agreement(make_paper(), "de", COPIES)))
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/P", "/Figure"} <= tags


def make_certificate(name: str = "Turnverein Nippes 1904") -> CertificatePaper:
    deals = (("Nr. 7", "mit Sparbank", "Wände streichen"), ("Nr. 12", "mit Chor", "Konzert"))
    return CertificatePaper("Marktplatz Köln", "11. März 2027", name, "hat 2 Vereinbarungen geschlossen.", deals, "Agentur", NOW)


def test_a_certificate_is_one_page_also_with_thirty_deals() -> None:
    deals = tuple((f"Nr. {n}", "mit der Sparbank am Wilhelmplatz", "Wände streichen") for n in range(30))
    paper = CertificatePaper("Marktplatz Köln", "11. März 2027", "Verein", "hat 30 Vereinbarungen geschlossen.", deals, "A", NOW)
    assert len(read(print_certificate(paper, "de")).pages) == 1


def test_the_same_paper_is_the_same_bytes() -> None:
    first = print_agreement(make_paper(), "de", COPIES)
    assert print_agreement(make_paper(), "de", COPIES) == first
    assert print_agreement(make_paper(scope="Anders"), "de", COPIES) != first
    assert print_agreement(make_paper(), "en", COPIES) != first


def test_one_odd_name_stops_nothing_and_what_is_missing_is_told() -> None:
    text = read(print_agreement(make_paper(ODD), "de", COPIES)).pages[0].extract_text()
    assert "Café" in text
    assert "Łódź" in text
    assert BOX in text
    assert "U+5317" in text
    assert "\u202e" not in text
    assert "U+5317" in read(print_certificate(make_certificate(ODD), "de")).pages[0].extract_text()


@pytest.mark.parametrize("name", ["مرحبا", "שלום", "Привет", "Ελλάς", "Zoë Łódź Hồ", "ﬁnanz 𝓐"])
def test_scripts_that_the_fonts_have_are_shown_without_boxes(name: str) -> None:
    checked = check_texts({"name": name})
    assert checked.missing == []
    assert BOX not in checked.values["name"]


def test_fancy_letters_become_plain_ones_and_unseen_characters_vanish() -> None:
    assert check_texts("a\u202eb\x00\u200dc\r\nd").values == "abc\nd"
    assert check_texts(["𝟘", {"deep": ("👍",)}]).values[1] == {"deep": [BOX]}
    assert name_character("👍") == "U+1F44D THUMBS UP SIGN"


def test_what_counts_as_plain_is_in_the_first_font() -> None:
    plain = [chr(code) for code in range(0x20, 0x2100) if _PLAIN.fullmatch(chr(code))]
    assert len(plain) > 500
    assert find_missing(frozenset(plain)) == frozenset()
    assert find_missing(frozenset("北x👍")) == {"北", "👍"}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(min_size=1, max_size=30))
def test_any_name_makes_a_paper(name: str) -> None:
    assert print_certificate(make_certificate(name), "de").startswith(b"%PDF-")


def test_compiling_lets_other_threads_run() -> None:
    """So that it may be done in a thread beside the event loop: else nothing would tick while a paper is made."""
    print_agreement(make_paper(), "de", COPIES)
    ticks, done = 0, threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not done.is_set():
            sleep(0.0005)
            ticks += 1

    beside = threading.Thread(target=tick)
    beside.start()
    began = perf_counter()
    for number in range(20):
        print_agreement(make_paper(scope=f"Fassung {number}"), "de", COPIES)
    took = perf_counter() - began
    done.set()
    beside.join()
    assert ticks > 3 * 20, f"{ticks} ticks in {took:.2f} s"
