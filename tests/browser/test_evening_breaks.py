"""The wall outlives its server: a real one is killed and stopped under it, and what happened meanwhile stands there afterwards."""

import pytest
from playwright.sync_api import Browser, expect

from databases import SqliteTemplates
from day_world import make_day
from marktplatz.db.engine import Database
from marktplatz.db.models import CheckIn, Evening, Membership
from marktplatz.usecases.logins import begin_login
from marktplatz.vocabulary import CheckInStatus, Role, Stage
from service_fixtures import FakeClock, World
from serving import serving

pytestmark = pytest.mark.chromium


def test_the_wall_comes_back_by_itself_after_a_kill_and_after_a_stop(browser: Browser, sqlite_templates: SqliteTemplates) -> None:
    url = sqlite_templates.make_url()
    database, clock = Database(url), FakeClock()
    world = World(None, database, clock, running=None)  # type: ignore[arg-type]
    make_day(world)
    account = world.make_account("leinwand@example.org")
    with database.write() as session:
        session.add(Membership(market_id="m1", account_id=account, role=Role.SCREEN))
        secret = begin_login(session, clock.now, account_id=account)
    with serving(url) as server:
        context = browser.new_context(viewport={"width": 1920, "height": 1080}, base_url=server.address, locale="de-DE")
        context.add_cookies([{"name": "marktplatz", "value": secret, "url": server.address}])
        wall = context.new_page()
        wall.goto("/m/m1/wall")
        expect(wall.locator(".wall-stage")).to_have_text("Noch nicht eröffnet", use_inner_text=True)
        server.kill()
        with database.write("m1") as session:
            session.add(Evening(market_id="m1", stage=Stage.ROUND, round=3, begun_at=clock.now, lasts_s=300, opened_at=clock.now))
        server.start()
        expect(wall.locator(".wall-stage")).to_have_text("Runde 3", use_inner_text=True, timeout=60_000)
        server.stop()
        with database.write("m1") as session:
            session.get_one(Evening, "m1").round = 4
            session.add(CheckIn(market_id="m1", organisation_id="bank", status=CheckInStatus.PRESENT, changed_at=clock.now))
        server.start()
        expect(wall.locator(".wall-stage")).to_have_text("Runde 4", use_inner_text=True, timeout=60_000)
        expect(wall.locator("[data-offline]")).to_be_hidden()
        context.close()
    database.dispose()
