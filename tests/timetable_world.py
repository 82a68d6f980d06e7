"""A timetable that is planned and stored at once, without a process, and what tests ask of it."""

from marktplatz.matching.gather import gather
from marktplatz.matching.rounds.values import Conversation, Timetable, TimetableBound
from marktplatz.matching.verify_timetable import TimetableViolation, find_timetable_violations
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.records import Extent, load_market
from marktplatz.usecases.run_plans import load_pairs
from marktplatz.usecases.schedule import list_attendance, schedule_conversations
from marktplatz.usecases.timetable_changes import Talk, load_talks
from marktplatz.usecases.timetable_views import get_timetable_of_market
from marktplatz.usecases.timetables import load_timetable, order_timetable, store_timetable
from service_fixtures import World


def plant_timetable(world: World, run_id: str, rounds: int = 3, tables: int = 3, market_id: str = "m1") -> str:
    """Its id."""
    with world.database.write(market_id) as session:
        order = order_timetable(session, market_id, run_id)
        planned = schedule_conversations(gather(order.market), order.pairings, rounds=rounds, tables=tables, zones=order.zones)
        return store_timetable(session, world.clock.now, SYSTEM, market_id, order, planned).id


def talks_of(world: World, timetable_id: str, market_id: str = "m1") -> list[Talk]:
    with world.database.read() as session:
        return load_talks(session, get_timetable_of_market(session, market_id, timetable_id))


def version_of(world: World, timetable_id: str, market_id: str = "m1") -> int:
    with world.database.read() as session:
        return get_timetable_of_market(session, market_id, timetable_id).version


def find_faults(world: World, timetable_id: str, market_id: str = "m1") -> list[TimetableViolation]:
    """What the checker has against what is stored, for the market as it is now: its totals too."""
    with world.database.read() as session:
        record = get_timetable_of_market(session, market_id, timetable_id)
        gathered = gather(load_market(session, market_id, Extent.READY, with_contacts=False))
        found = load_timetable(session, SYSTEM, record)
        return find_timetable_violations(
            gathered.problem,
            Timetable(
                found.rounds,
                found.tables,
                tuple(Conversation(each.round, each.table, each.organisations, each.points) for each in found.conversations),
                found.met_pairings,
                found.served,
                found.total_points,
                TimetableBound(0, 0, 0),
            ),
            attendance=list_attendance(gathered.scene.market),
            break_rounds=gathered.scene.market.market.break_rounds,
            pairings=load_pairs(session, market_id, record.run_id),
        )
