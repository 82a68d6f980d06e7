"""The places of a timetable, taken and free: could two organisations talk in a round, and at which tables?"""

from collections import Counter
from collections.abc import Collection, Mapping

from marktplatz.matching.rounds.values import Attendance
from marktplatz.matching.verify_timetable import TimetableRule


class Places:
    """Conversations that are put down one by one; whether two organisations have something to talk about is not asked here."""

    def __init__(self, rounds: int, tables: int, attendance: Mapping[str, Attendance], break_rounds: Collection[int]) -> None:
        self.rounds, self.tables = rounds, tables
        self._attendance, self._breaks = attendance, frozenset(break_rounds)
        self._taken: set[tuple[int, int]] = set()
        self._talking: Counter[tuple[int, str]] = Counter()

    def put(self, round_: int, table: int, organisations: tuple[str, str]) -> None:
        self._taken.add((round_, table))
        self._talking.update((round_, each) for each in organisations)

    def take(self, round_: int, table: int, organisations: tuple[str, str]) -> None:
        """Away again; somebody else must not sit there."""
        self._taken.discard((round_, table))
        self._talking.subtract((round_, each) for each in organisations)

    def find_obstacle(self, round_: int, organisations: tuple[str, str]) -> tuple[TimetableRule, str] | None:
        """The first thing that stands against a round, whatever the table, and the organisation that it is about."""
        if not 1 <= round_ <= self.rounds:
            return TimetableRule.NO_SUCH_ROUND, ""
        if round_ in self._breaks:
            return TimetableRule.BREAK_ROUND, ""
        for each in organisations:
            there = self._attendance.get(each, Attendance())
            if round_ in there.absent_rounds:
                return TimetableRule.ABSENT, each
            if self._talking[round_, each] >= there.representatives:
                return TimetableRule.REPRESENTATIVES, each
        if not self.list_tables(round_, organisations):
            return TimetableRule.TABLE_TAKEN, ""
        return None

    def list_tables(self, round_: int, organisations: tuple[str, str]) -> list[int]:
        """Those that are free; where somebody has a fixed one, that or none."""
        fixed = {there.table for each in organisations if (there := self._attendance.get(each)) and there.table is not None}
        if len(fixed) > 1:
            return []
        wanted = fixed or range(1, self.tables + 1)
        return [table for table in wanted if 1 <= table <= self.tables and (round_, table) not in self._taken]

    def can_hold(self, round_: int, table: int, organisations: tuple[str, str]) -> bool:
        return self.find_obstacle(round_, organisations) is None and table in self.list_tables(round_, organisations)
