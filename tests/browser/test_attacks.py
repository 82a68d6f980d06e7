"""What others try with somebody who is signed in: forms from elsewhere, frames, planted markup, and links that were somebody's."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from browsing import Site, check_accessibility, take_picture
from marktplatz.db.models import Account, MarketRecord, OutboxMessage, Person
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.links import make_link, revoke_entry
from organiser_world import fill_market

pytestmark = pytest.mark.chromium

MARKUP = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


@contextmanager
def another_site(page: str) -> Iterator[str]:
    """A page of somebody else's, at a name of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            """Nothing: the test says what happened."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://localhost:{server.server_port}"
        finally:
            server.shutdown()


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"])
def test_a_form_on_another_site_does_nothing_here(site: Site, kind: str) -> None:
    fill_market(site.world, "m1", 1)
    victim = site.open("/organise/m1/setup/event", cookie=site.sign_in_owner())
    form = (
        f'<form method="post" enctype="{kind}" action="{site.address}/organise/m1/setup/event">'
        '<input name="name" value="Uebernommen"><button>Gewinnen Sie!</button></form>'
    )
    with another_site(form) as elsewhere:
        page = victim.context.new_page()
        page.goto(elsewhere)
        page.get_by_role("button").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Das dürfen Sie hier nicht.")
        check_accessibility(page)
    with site.world.database.read() as session:
        assert session.get_one(MarketRecord, "m1").name == "Markt am Rhein"


def test_our_pages_stand_in_no_frame(site: Site) -> None:
    fill_market(site.world, "m1", 1)
    cookie = site.sign_in_owner()
    with another_site(f'<iframe src="{site.address}/organise/m1" width="800" height="600"></iframe>') as elsewhere:
        page = site.open("/organise/m1", cookie=cookie)
        page.goto(elsewhere)
        frame = page.frames[1]
        frame.wait_for_load_state()
        assert frame.evaluate("() => document.body.innerText").find("Markt am Rhein") == -1


def test_markup_in_names_stays_text_for_the_organiser_and_the_public(site: Site) -> None:
    fill_market(site.world, "m1", 1)
    with site.world.database.write("m1") as session:
        market = session.get_one(MarketRecord, "m1")
        market.name = MARKUP
        person = session.scalars(select(Person)).one()
        person.name = person.phone = MARKUP
        session.add(
            OutboxMessage(
                id="msg-1", market_id="m1", kind="reminder", recipient=MARKUP, subject=MARKUP, body=MARKUP, attempts=0,
                status="held", created_at=site.world.clock.now,
            )
        )  # fmt: skip
    page = site.open("/m/m1", cookie=site.sign_in_owner())
    addresses = [
        "/m/m1",
        "/organise",
        "/organise/m1",
        "/organise/m1/people",
        "/organise/m1/outbox",
        "/organise/m1/outbox/messages/msg-1",
    ]
    for address in addresses:
        page.goto(address)
        assert MARKUP[:20] in page.inner_text("body"), address
        assert page.title() != "owned", address
        assert page.locator("main img").count() == 0, address


def test_a_link_that_was_taken_back_offers_a_new_one(site: Site) -> None:
    fill_market(site.world, "m1", 1)
    site.world.make_account("chefin@example.org", is_owner=True)
    secret = make_entry(site)
    page = site.open(f"/enter#{secret}")
    check_accessibility(page)
    page.get_by_role("button", name="Weiter").click()
    expect(page.get_by_role("heading", name="Firma 0")).to_be_visible()
    with site.world.database.write("m1") as session:
        revoke_entry(session, site.world.clock.now, SYSTEM, session.scalars(select(Person)).one())
    page.reload()
    expect(page.get_by_role("heading", name="Anmelden", level=1)).to_be_visible()
    page.goto(f"/enter#{secret}")
    page.get_by_role("button", name="Weiter").click()
    expect(page.get_by_role("alert")).to_contain_text("gilt nicht mehr")
    check_accessibility(page)
    take_picture(page, "link-over")
    ask_for_another(page)
    with site.world.database.read() as session:
        assert session.scalars(select(OutboxMessage.recipient)).all() == ["p0@example.org"]
        assert session.scalars(select(Account.email)).all() == ["chefin@example.org"]


def make_entry(site: Site) -> str:
    with site.world.database.write("m1") as session:
        person = session.scalars(select(Person)).one()
        return make_link(session, site.world.clock.now, OutboxMessage(market_id="m1", person_id=person.id))


def ask_for_another(page: Page) -> None:
    page.get_by_label("Ihre E-Mail-Adresse").fill("p0@example.org")
    page.get_by_role("button", name="Neuen Link schicken").click()
    expect(page.locator("#notice")).to_contain_text("ist jetzt eine Mail mit einem Link unterwegs")
