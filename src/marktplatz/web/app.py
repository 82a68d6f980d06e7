"""The application: made by a function from settings, nothing at import."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

from fastapi import FastAPI

import marktplatz
from marktplatz.db.engine import Database
from marktplatz.settings import Settings
from marktplatz.vocabulary import EntrySide
from marktplatz.web import health
from marktplatz.web.access import refuse_unruled_routes
from marktplatz.web.api import (
    accounts,
    agreements,
    archives,
    board,
    checkins,
    consents,
    desk,
    entries,
    evening,
    exports,
    hall_notes,
    imports,
    links,
    markets,
    members,
    organisations,
    outbox,
    pairings,
    pairs,
    persons,
    plan_changes,
    preflight,
    runs,
    session,
    stations,
    thinking,
    timetable,
    tokens,
    wishes,
    zones,
)
from marktplatz.web.api import timetables as all_timetables
from marktplatz.web.body_limit import BodyLimit
from marktplatz.web.catalogue import Catalogue
from marktplatz.web.copyist import copying
from marktplatz.web.csrf import SameOrigin
from marktplatz.web.docs import add_docs
from marktplatz.web.errors import install_error_handlers
from marktplatz.web.headers import SecurityHeaders
from marktplatz.web.hosts import KnownHosts
from marktplatz.web.housekeeper import tidying
from marktplatz.web.logs import RequestLog
from marktplatz.web.metrics import add_metrics
from marktplatz.web.openapi import install_openapi
from marktplatz.web.pages import (
    agreement_hints,
    broker,
    comparing,
    day,
    day_changes,
    door,
    files,
    folder,
    here,
    join,
    letters,
    mail_texts,
    market,
    matching,
    me,
    me_agreements,
    me_attendance,
    me_data,
    me_entries,
    me_hall,
    me_plan,
    me_wishes,
    merging,
    new_market,
    notary,
    organise,
    overview,
    papers,
    people,
    plan,
    publishing,
    pulse,
    radar,
    radar_calls,
    radar_incomplete,
    registration,
    registrations,
    setup,
    signing,
    start,
    team,
    texts,
    thanks,
    timetable_changing,
    timetable_publishing,
    timetables,
    walk_in,
    wall,
    what_if,
    workbench,
)
from marktplatz.web.pages import agreements as agreements_page
from marktplatz.web.pages import outbox as outbox_page
from marktplatz.web.pages import stations as stations_page
from marktplatz.web.pages.frame import install_pages
from marktplatz.web.postman import carrying
from marktplatz.web.service import Clock, Service, read_clock
from marktplatz.web.stop import ending_at_stop_signal
from marktplatz.web.worker import add_worker
from marktplatz.wording.problems import NEEDS_SCRIPT

ROUTERS = (
    markets.router,
    organisations.router,
    entries.make_router(EntrySide.OFFER),
    entries.make_router(EntrySide.NEED),
    wishes.router,
    checkins.router,
    stations.router,
    agreements.router,
    desk.router,
    board.router,
    evening.router,
    hall_notes.router,
    session.router,
    links.router,
    accounts.router,
    members.router,
    tokens.router,
    persons.router,
    outbox.router,
    consents.texts,
    consents.router,
    pairs.router,
    preflight.router,
    runs.router,
    pairings.router,
    thinking.router,
    timetable.router,
    plan_changes.router,
    all_timetables.router,
    zones.router,
    imports.router,
    exports.router,
    archives.router,
)

PAGES = (
    papers.router,  # before pages whose address ends with any id
    start.router,
    signing.router,
    market.router,
    pulse.router,
    wall.router,
    day.router,
    thanks.router,
    folder.router,
    me.router,
    me_entries.router,
    me_wishes.router,
    me_attendance.router,
    me_plan.router,
    me_data.router,
    organise.router,
    new_market.router,
    overview.router,
    notary.router,
    texts.router,
    setup.router,
    team.router,
    mail_texts.router,
    letters.router,
    outbox_page.router,
    people.router,
    join.router,
    registrations.router,
    registration.router,
    merging.router,
    files.router,
    matching.router,
    plan.router,
    publishing.router,
    comparing.router,
    timetables.router,
    timetable_publishing.router,
    timetable_changing.router,
    radar.router,
    radar_incomplete.router,
    radar_calls.router,
    workbench.router,
    what_if.router,
    stations_page.router,
    door.router,
    walk_in.router,
    here.router,
    agreement_hints.router,
    agreements_page.router,
    broker.router,
    me_agreements.router,
    me_hall.router,
    day_changes.router,
)

FREE_PATHS = ("/openapi.json", "/docs", "/sw.js", "/livez", "/readyz", "/metrics")
"""For everybody by nature; each is looked at in the tests."""


def create_app(settings: Settings, *, database: Database | None = None, clock: Clock = read_clock) -> FastAPI:
    """The service on a database whose schema is up to date."""
    service = Service(settings, database or Database(settings.database), clock)

    @asynccontextmanager
    async def live(_: FastAPI) -> AsyncIterator[None]:
        with ending_at_stop_signal(service.end_streams):
            async with (
                copying(service),
                carrying(service),
                tidying(service),
                service.runs.at_work(),
                service.day.at_work(),
                service.thinker.at_work(),
            ):
                yield
        service.end_streams()
        if database is None:
            service.database.dispose()

    app = FastAPI(
        title="Marktplatz",
        version=marktplatz.__version__,
        lifespan=live,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.service = service
    app.add_middleware(BodyLimit, limit=settings.max_body_bytes, upload_limit=settings.max_upload_bytes)
    install_error_handlers(app)
    _install_guards(app, service)
    app.add_middleware(RequestLog)
    app.routes.append(_catalogue())
    install_pages(app)
    add_metrics(app)
    add_docs(app, NEEDS_SCRIPT)
    add_worker(app)
    refuse_unruled_routes(app, FREE_PATHS)
    install_openapi(app)
    return app


@cache
def _catalogue() -> Catalogue:
    """Made once for all applications of a process: what their routes are does not depend on settings."""
    return Catalogue((*ROUTERS, *PAGES, health.router))


def _install_guards(app: FastAPI, service: Service) -> None:
    """The last one added stands outermost: headers are on every answer, also on a refusal."""
    settings = service.settings
    app.add_middleware(SameOrigin, base_url=settings.base_url)
    app.add_middleware(KnownHosts, hosts=settings.trusted_hosts, base_url=settings.base_url)
    app.add_middleware(SecurityHeaders, is_https=settings.is_https, instance=service.instance)
