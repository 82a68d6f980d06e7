"""A small market with a run that is done: two companies paint, three clubs want it, and a bookkeeper fits the home alone."""

from factories import make_market, make_need, make_nonprofit, make_offer, make_organisation
from marktplatz.db.models import Run
from marktplatz.market import Market
from marktplatz.matching.gather import gather
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.contents import read_content
from marktplatz.usecases.propose import name_solver, propose_pairings
from marktplatz.usecases.run_plans import list_owners, store_plan
from marktplatz.usecases.runs import Wanted, request_run
from marktplatz.vocabulary import Phase, RunStatus
from run_world import plant
from service_fixtures import World


def bench_market() -> Market:
    names = {"bank": "Bank am Dom", "firm": "Malerei Klein", "shop": "Kontor Nord"}
    clubs = {"club": "Turnverein", "choir": "Chor", "home": "Kinderheim", "zoo": "Tierheim"}
    return make_market(
        organisations=[
            *(make_organisation(id_).model_copy(update={"name": name}) for id_, name in names.items()),
            *(make_nonprofit(id_).model_copy(update={"name": name}) for id_, name in clubs.items()),
        ],
        offers=[
            make_offer("paint", "bank", title="Wände streichen", category="hands"),
            make_offer("brush", "firm", title="Streichen mit Farbe", category="hands"),
            make_offer("advice", "shop", title="Beratung zur Buchhaltung", category="know_how"),
        ],
        needs=[
            make_need("walls", "club", title="Wände streichen", category="hands"),
            make_need("rooms", "choir", title="Zwei Räume streichen", category="hands"),
            make_need("books", "home", title="Hilfe bei der Buchhaltung", category="know_how"),
            make_need("fence", "zoo", title="Zaun streichen", category="hands"),
        ],
    )


def plant_run(world: World, market: Market | None = None, market_id: str = "m1") -> str:
    """The id of a run that is done, with the plan of the market as it is."""
    if market is not None:
        plant(world, market, market_id)
        world.move(market_id, Phase.MATCHING)
    with world.database.write(market_id) as session:
        run = request_run(session, world.clock.now, SYSTEM, market_id, Wanted("de"))
        content = read_content(session, market_id).market
        store_plan(session, run, propose_pairings(gather(content), solver=name_solver()), list_owners(content))
        run.status, run.finished_at = RunStatus.DONE, world.clock.now
        return run.id


def bump(world: World, run_id: str) -> int:
    with world.database.read() as session:
        return session.get_one(Run, ("m1", run_id)).version
