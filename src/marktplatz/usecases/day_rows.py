"""The rows of the live plan: what an answer changes in them, whether it may, and the exchange itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, tuple_, update
from sqlalchemy.orm import Session

from marktplatz.db.models import ConversationRecord, PairingRecord, Run, TimetableRecord
from marktplatz.plan import PlannedConversation, TimetablePlan
from marktplatz.usecases.conversation_rows import add_conversations
from marktplatz.usecases.day_facts import Facts, Key
from marktplatz.usecases.run_plans import Summary
from marktplatz.usecases.solving.warm_jobs import Replan, Replanned

Couple = tuple[str, str]
Place = tuple[int, int]


class WrongAnswerError(RuntimeError):
    """A fault of the program: the answer does not fit the market, so nothing is done with it."""


@dataclass(frozen=True)
class Rows:
    """`pairs`: giver, taker and the return's entries; `talks`: round and table of two organisations, None without a timetable."""

    pairs: Mapping[Key, tuple[str, str, tuple[str | None, str | None]]]
    talks: Mapping[Couple, Place] | None

    @classmethod
    def load(cls, session: Session, run: Run, timetable: TimetableRecord | None) -> "Rows":
        kept = PairingRecord
        columns = (kept.offer_id, kept.need_id, kept.giver_id, kept.taker_id, kept.return_offer_id, kept.return_need_id)
        pairs = session.execute(select(*columns).where(kept.market_id == run.market_id, kept.run_id == run.id))
        talks = None
        if timetable is not None:
            talk = ConversationRecord
            wanted = select(talk.first_id, talk.second_id, talk.round, talk.table).where(
                talk.market_id == run.market_id, talk.timetable_id == timetable.id
            )
            talks = {(row[0], row[1]): (row[2], row[3]) for row in session.execute(wanted)}
        return cls({(row[0], row[1]): (row[2], row[3], (row[4], row[5])) for row in pairs}, talks)

    def tell_pairs(self, answer: Replanned) -> list[dict[str, Any]]:
        """As a change of the plan names them: what came, then what went."""
        came = [
            {
                "change": "came",
                "offer": each.pairing.offer,
                "need": each.pairing.need,
                "giver": each.giver,
                "taker": each.taker,
                "why": each.why,
            }
            for each in answer.came
        ]
        went = [
            {
                "change": "went",
                "offer": each.offer,
                "need": each.need,
                "giver": self.pairs[each.offer, each.need][0],
                "taker": self.pairs[each.offer, each.need][1],
                "why": each.why,
            }
            for each in answer.went
        ]
        return came + went

    def tell_talks(self, answer: Replanned) -> list[dict[str, Any]]:
        """By round and table, what came and moved before what went."""
        if self.talks is None or answer.timetable is None:
            return []
        after = _places(answer.timetable)
        told = []
        for couple, place in after.items():
            before = self.talks.get(couple)
            if before is None:
                told.append(_talk("came", couple, place))
            elif before != place:
                told.append(_talk("moved", couple, place) | {"before": {"round": before[0], "table": before[1]}})
        told.sort(key=lambda talk: (talk["round"], talk["table"]))
        went = [_talk("went", couple, place) for couple, place in self.talks.items() if couple not in after]
        return told + sorted(went, key=lambda talk: (talk["round"], talk["table"]))


def check_answer(rows: Rows, owners: Mapping[str, str], facts: Facts, job: Replan, answer: Replanned) -> None:
    """What would do harm if it were wrong, looked at once more, by those who know nothing of how it was found."""
    settled = {deal.pair for deal in facts.deals}
    for each in answer.came:
        key = (each.pairing.offer, each.pairing.need)
        named = (owners.get(key[0]), owners.get(key[1]))
        is_free = key not in facts.forbidden and not facts.away.keys() & {each.giver, each.taker}
        if named != (each.giver, each.taker) or key in rows.pairs or not (is_free or key in settled):
            raise WrongAnswerError(f"{key} came")
    for gone in answer.went:
        if (gone.offer, gone.need) not in rows.pairs:
            raise WrongAnswerError(f"{gone} went")
    if (rows.talks is None) != (answer.timetable is None):
        raise WrongAnswerError("a timetable too many or too few")
    if rows.talks is not None and answer.timetable is not None and job.rounds is not None:
        _check_talks(rows.talks, facts, job.rounds.frozen, job.rounds.tables, answer.timetable)


def _check_talks(talks: Mapping[Couple, Place], facts: Facts, frozen: int, tables: int, after: TimetablePlan) -> None:
    places = _places(after)
    if len(places) != len(after.conversations) or len(set(places.values())) != len(places):
        raise WrongAnswerError("two talks at one table")
    if _until(talks, frozen) != _until(places, frozen):
        raise WrongAnswerError("frozen rounds changed")
    for couple, (round_, table) in places.items():
        is_later = round_ > frozen
        if is_later and (facts.away.keys() & set(couple) or not 1 <= table <= tables or round_ > after.rounds):
            raise WrongAnswerError(f"{couple} cannot talk")


def exchange_pairs(session: Session, run: Run, rows: Rows, answer: Replanned) -> None:
    kept = PairingRecord
    of_run = (kept.market_id == run.market_id) & (kept.run_id == run.id)
    gone = [(each.offer, each.need) for each in answer.went]
    if gone:
        session.execute(delete(kept).where(of_run, tuple_(kept.offer_id, kept.need_id).in_(gone)))
    _mend_returns(session, run, rows, answer)
    if answer.came:
        session.execute(
            insert(kept),
            [
                {
                    "market_id": run.market_id,
                    "run_id": run.id,
                    "offer_id": each.pairing.offer,
                    "need_id": each.pairing.need,
                    "giver_id": each.giver,
                    "taker_id": each.taker,
                    "points": each.pairing.points,
                    "reasons": [reason.model_dump(mode="json") for reason in each.pairing.reasons],
                    "return_offer_id": each.pairing.suggested_return.offer if each.pairing.suggested_return else None,
                    "return_need_id": each.pairing.suggested_return.need if each.pairing.suggested_return else None,
                    "is_by_hand": False,
                }
                for each in answer.came
            ],
        )


def _mend_returns(session: Session, run: Run, rows: Rows, answer: Replanned) -> None:
    """A return suggested with a pair that stays goes where another pair uses one of its entries now."""
    used = {entry for each in answer.came for entry in (each.pairing.offer, each.pairing.need)}
    found, gone = dict(answer.returns), {(each.offer, each.need) for each in answer.went}
    for (offer, need), (_, _, back) in rows.pairs.items():
        if (offer, need) not in gone and used & set(back):
            new_offer, new_need = found.get((offer, need), (None, None))
            key = {"market_id": run.market_id, "run_id": run.id, "offer_id": offer, "need_id": need}
            changed = update(PairingRecord).filter_by(**key).values(return_offer_id=new_offer, return_need_id=new_need)
            session.execute(changed.execution_options(synchronize_session=False))


def exchange_talks(session: Session, timetable: TimetableRecord, rows: Rows, after: TimetablePlan) -> None:
    """Rows are known by round and table: what goes or moves leaves its place first."""
    before = rows.talks or {}
    new = {_couple(each): each for each in after.conversations}
    places = _places(after)
    gone = [place for couple, place in before.items() if places.get(couple) != place]
    kept = ConversationRecord
    of_it = (kept.market_id == timetable.market_id) & (kept.timetable_id == timetable.id)
    if gone:
        session.execute(delete(kept).where(of_it, tuple_(kept.round, kept.table).in_(gone)))
    add_conversations(session, timetable, [each for couple, each in new.items() if before.get(couple) != places[couple]])
    timetable.result = after.model_dump(mode="json", exclude={"conversations"})


def rewrite_plan(run: Run, answer: Replanned) -> None:
    """The rest of the plan file: what it reaches, and who is alone, with the reasons that were known or were found now."""
    plan: dict[str, Any] = dict(run.plan or {})
    known = {each["organisation"]: each for each in plan.get("unpaired", ())}
    alone = [
        each.model_dump(mode="json", exclude_none=True) if each.reasons else known.get(each.organisation) for each in answer.alone
    ]
    summary = Summary(status=answer.status, served=answer.served, total_points=answer.total_points, bound=answer.bound)
    said = summary.model_dump(mode="json")
    empty = [{"organisation": each.organisation, "reasons": []} for each in answer.alone]
    run.plan = plan | said | {"unpaired": [found or nothing for found, nothing in zip(alone, empty, strict=True)]}
    run.summary = said


def _talk(change: str, couple: Couple, place: Place) -> dict[str, Any]:
    return {"change": change, "round": place[0], "table": place[1], "organisations": list(couple)}


def _couple(talk: PlannedConversation) -> Couple:
    return talk.organisations


def _places(timetable: TimetablePlan) -> dict[Couple, Place]:
    return {_couple(each): (each.round, each.table) for each in timetable.conversations}


def _until(talks: Mapping[Couple, Place], frozen: int) -> dict[Couple, Place]:
    return {couple: place for couple, place in talks.items() if place[0] <= frozen}
