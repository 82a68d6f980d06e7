"""Two organisations of a timetable as they are looked at before something is changed: where they could talk, with whom to swap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from marktplatz.db.models import TimetableRecord
from marktplatz.matching.gather import Gathered
from marktplatz.matching.rounds.places import Places
from marktplatz.matching.verify_timetable import TimetableRule
from marktplatz.usecases.schedule import list_attendance
from marktplatz.usecases.timetable_changes import Couple, Talk, couple, find_best_points


@dataclass(frozen=True, slots=True)
class RoundOption:
    """A round for two organisations: `rule` is what stands against it, `about` whom that is about; `tables` are free for them."""

    number: int
    rule: TimetableRule | None
    about: str
    tables: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Partner:
    """Somebody to talk with; `talk` where they do already."""

    id: str
    name: str
    points: int
    talk: Talk | None


@dataclass(frozen=True)
class TimetableBench:
    """One organisation, and with a second one their conversation (if they have one), the rounds and whom they could swap with."""

    first: str
    partners: Sequence[Partner]
    second: str | None = None
    talk: Talk | None = None
    points: int | None = None
    rounds: Sequence[RoundOption] = ()
    swaps: Sequence[Talk] = ()

    @property
    def place(self) -> tuple[int, int] | None:
        """Where they talk, else the first place where they could."""
        if self.talk is not None:
            return self.talk.round, self.talk.table
        return next(((each.number, each.tables[0]) for each in self.rounds if each.tables and each.rule is None), None)


def look_at_couple(
    record: TimetableRecord, talks: Sequence[Talk], gathered: Gathered, names: Mapping[str, str], first: str, second: str | None
) -> TimetableBench:
    best, own = find_best_points(gathered), {talk.organisations: talk for talk in talks}
    others = {one if other == first else other for one, other in (*best, *own) if first in (one, other)}
    partners = [
        Partner(other, names.get(other, other), best.get(couple(first, other), 0), own.get(couple(first, other)))
        for other in others
    ]
    partners.sort(key=lambda each: (each.talk is not None, -each.points, each.name.casefold(), each.id))
    if second is None:
        return TimetableBench(first, partners)
    who = couple(first, second)
    talk, market = own.get(who), gathered.scene.market
    places = Places(record.rounds, record.tables, list_attendance(market), market.market.break_rounds)
    for each in talks:
        if each is not talk:
            places.put(each.round, each.table, each.organisations)
    return TimetableBench(
        first,
        partners,
        second,
        talk,
        best.get(who),
        [_look_at_round(places, number, who) for number in range(1, record.rounds + 1)],
        [] if talk is None else _find_swaps(places, talks, talk),
    )


def _look_at_round(places: Places, number: int, who: Couple) -> RoundOption:
    found = places.find_obstacle(number, who)
    rule, about = found or (None, "")
    return RoundOption(number, rule, about, tuple(places.list_tables(number, who)) if rule is None else ())


def _find_swaps(places: Places, talks: Sequence[Talk], own: Talk) -> list[Talk]:
    """Conversations with which the places can be changed, and both keep the rules. `own` is not among the places."""
    found = []
    for each in talks:
        if each is own:
            continue
        places.take(each.round, each.table, each.organisations)
        if places.can_hold(each.round, each.table, own.organisations):
            places.put(each.round, each.table, own.organisations)
            if places.can_hold(own.round, own.table, each.organisations):
                found.append(each)
            places.take(each.round, each.table, own.organisations)
        places.put(each.round, each.table, each.organisations)
    return found
