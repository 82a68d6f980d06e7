"""The market of `market_day.py`: organisations with people who are signed in, stations, a plan, and who could agree with whom."""

from dataclasses import dataclass
from secrets import token_hex

import pages

from marktplatz.db.engine import Database
from marktplatz.db.models import Profile, Token
from marktplatz.matching.gather import gather
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.contents import read_content
from marktplatz.usecases.logins import begin_login
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.propose import name_solver, propose_pairings
from marktplatz.usecases.run_plans import list_owners, store_plan
from marktplatz.usecases.runs import Wanted, publish_run, request_run
from marktplatz.usecases.schedule import schedule_conversations
from marktplatz.usecases.secrecy import hash_secret
from marktplatz.usecases.stations import StationValue, make_station
from marktplatz.usecases.timetables import order_timetable, publish_timetable, store_timetable
from marktplatz.vocabulary import Phase, Role, RunStatus, Trading

ROUNDS, ROUND_MINUTES, TABLES = 9, 4, 150
STATIONS = {Role.NOTARY: 8, Role.BROKER: 15, Role.HELPER: 3, Role.MODERATOR: 1, Role.SCREEN: 1}


@dataclass(frozen=True)
class Hall:
    """Cookies of the stations by role and of everybody who stands for an organisation, the organiser's token; `deals` are offer and
    need of pairs that use nothing twice.
    """

    organisations: tuple[str, ...]
    persons: tuple[str, ...]
    stations: dict[Role, tuple[str, ...]]
    organiser: str
    deals: tuple[tuple[str, str], ...]


def fill(database: Database, organisations: int, *, is_live: bool) -> Hall:
    """On its day. With `is_live` a plan with its timetable is published, so that everything that happens has it made anew; without
    there is no plan, and nothing to solve.
    """
    pages.ORGANISATIONS = organisations
    pages.fill(database)
    deals = _plan(database, is_live=is_live)
    stations: dict[Role, tuple[str, ...]] = {}
    secret = token_hex(16)
    with database.write() as session:
        persons = tuple(begin_login(session, pages.NOW, person=("m1", f"p{number}")) for number in range(organisations))
        made = {"role": Role.ORGANISER, "scopes": ["*"], "issued_by": "system", "created_at": pages.NOW}
        session.add(Token(id="organiser", secret_sha256=hash_secret(secret), name="organiser", market_ids=None, **made))
    with database.write("m1") as session:
        profile = session.get_one(Profile, "m1")
        profile.rounds, profile.round_minutes, profile.trading = ROUNDS, ROUND_MINUTES, Trading.ROUNDS_THEN_FREE
        get_market(session, "m1").phase = Phase.DAY
        for role, count in STATIONS.items():
            values = [StationValue(name=f"{role.value} {number + 1}", role=role) for number in range(count)]
            stations[role] = tuple(make_station(session, pages.NOW, SYSTEM, "m1", value)[1] for value in values)
    return Hall(tuple(f"o{number}" for number in range(organisations)), persons, stations, secret, deals)


def _plan(database: Database, *, is_live: bool) -> tuple[tuple[str, str], ...]:
    with database.write("m1") as session:
        content = read_content(session, "m1").market
        gathered = gather(content)
        plan = propose_pairings(gathered, solver=name_solver())
        if is_live:
            run = request_run(session, pages.NOW, SYSTEM, "m1", Wanted("de"))
            store_plan(session, run, plan, list_owners(content))
            run.status, run.finished_at = RunStatus.DONE, pages.NOW
            session.flush()
            publish_run(session, pages.NOW, SYSTEM, run)
            order = order_timetable(session, "m1", run.id)
            planned = schedule_conversations(gathered, order.pairings, rounds=ROUNDS, tables=TABLES)
            publish_timetable(session, pages.NOW, SYSTEM, store_timetable(session, pages.NOW, SYSTEM, "m1", order, planned))
    return tuple((pairing.offer, pairing.need) for pairing in plan.pairings)
