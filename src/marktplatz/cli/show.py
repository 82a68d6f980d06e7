"""Plans and timetables as tables to read."""

from collections.abc import Sequence
from typing import Final

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from marktplatz.market import Market
from marktplatz.plan import Pairing, Plan, TimetablePlan
from marktplatz.vocabulary import PairNote, PlanStatus
from marktplatz.wording import translate

_SHOWN_REASONS: Final = 3

TEXTS: Final = {
    "proposals": "Vorschläge",
    "points": "Punkte",
    "gives": "gibt",
    "takes": "bekommt",
    "why": "warum",
    "return": "Gegenleistung",
    "nobody": "Ohne Partner",
    "organisation": "Organisation",
    "reason": "Was im Weg steht",
    "summary": "{pairs} Paare, {points} Punkte. In mindestens einem Paar: {companies} von {all_companies} Unternehmen, "
    "{nonprofits} von {all_nonprofits} gemeinnützigen Organisationen.",
    "optimal": "Bewiesen: Kein anderer Plan bringt mehr Organisationen in ein Gespräch, und keiner mit so vielen hat mehr Punkte.",
    "feasible": "Die Zeit war um: Der Plan gilt, aber es könnte einen besseren geben "
    "(höchstens {served} Organisationen und {bound} Punkte).",
    "empty": "Es gibt kein mögliches Paar.",
    "timetable": "Ablauf: {rounds} Runden, {tables} Tische, {count} Gespräche. Vorschläge, die sich treffen: {met} von {pairings}. "
    "Im Gespräch: {served} von {all} Organisationen.",
    "round": "Runde",
    "table": "Tisch",
    "talk": "Gespräch",
}


def show_plan(console: Console, market: Market, plan: Plan, language: str) -> None:
    """Proposals with reasons, who stays alone and why, and what is proven."""

    def say(key: str) -> str:
        return translate(TEXTS[key], language)

    if plan.pairings:
        table = Table(title=say("proposals"), box=box.SIMPLE_HEAVY, show_lines=True, expand=True)
        table.add_column(say("points"), justify="right", no_wrap=True)
        for key in ("gives", "takes", "why"):
            table.add_column(say(key), ratio=1)
        for pairing in sorted(plan.pairings, key=lambda pairing: (-pairing.points, pairing.offer, pairing.need)):
            table.add_row(str(pairing.points), *_describe_pairing(market, pairing, language))
        console.print(table)
    else:
        console.print(say("empty"))
    if plan.unpaired:
        _show_unpaired(console, market, plan, language)
    console.print(_summarise(plan, language))


def _describe_pairing(market: Market, pairing: Pairing, language: str) -> tuple[Text, Text, Text]:
    offer, need = market.entry_by_id[pairing.offer], market.entry_by_id[pairing.need]
    cells = [
        Text.assemble((market.organisation_by_id[entry.organisation].label, "bold"), f"\n{entry.label} ({entry.id})")
        for entry in (offer, need)
    ]
    lines = [f"{reason.points:>3}  {reason.text}" for reason in pairing.reasons[:_SHOWN_REASONS]]
    left = sum(reason.points for reason in pairing.reasons[_SHOWN_REASONS:])
    if left:
        lines.append(f"{left:>3}  …")
    lines += [f"  !  {reason.text}" for reason in pairing.reasons[_SHOWN_REASONS:] if reason.code in set(PairNote)]
    if pairing.suggested_return:
        back = market.entry_by_id[pairing.suggested_return.offer]
        lines.append(f"{translate(TEXTS['return'], language)}: {back.label} ({back.id})")
    return cells[0], cells[1], Text("\n".join(lines))


def _show_unpaired(console: Console, market: Market, plan: Plan, language: str) -> None:
    table = Table(title=translate(TEXTS["nobody"], language), box=box.SIMPLE_HEAVY, show_lines=True, expand=True)
    table.add_column(translate(TEXTS["organisation"], language), ratio=1)
    table.add_column(translate(TEXTS["reason"], language), ratio=3)
    for unpaired in plan.unpaired:
        name = market.organisation_by_id[unpaired.organisation].label
        table.add_row(Text(name, style="bold"), Text("\n".join(reason.text for reason in unpaired.reasons)))
    console.print(table)


def _summarise(plan: Plan, language: str) -> str:
    (companies, all_companies), (nonprofits, all_nonprofits) = plan.served.companies, plan.served.nonprofits
    lines = [
        translate(TEXTS["summary"], language).format(
            pairs=len(plan.pairings),
            points=plan.total_points,
            companies=companies,
            all_companies=all_companies,
            nonprofits=nonprofits,
            all_nonprofits=all_nonprofits,
        )
    ]
    if plan.status is PlanStatus.FEASIBLE:
        lines.append(translate(TEXTS["feasible"], language).format(served=plan.bound.served, bound=plan.bound.points))
    elif plan.stability is not None:
        lines.append(plan.stability.text)
    elif plan.status is PlanStatus.OPTIMAL:
        lines.append(translate(TEXTS["optimal"], language))
    if plan.table_cut is not None:
        lines.append(plan.table_cut.text)
    return "\n".join(lines)


def show_timetable(console: Console, market: Market, timetable: TimetablePlan, language: str) -> None:
    """Round by round who sits where."""
    table = Table(box=box.SIMPLE_HEAVY)
    for key in ("round", "table"):
        table.add_column(translate(TEXTS[key], language), justify="right")
    table.add_column(translate(TEXTS["talk"], language))
    table.add_column(translate(TEXTS["points"], language), justify="right")
    shown = 0
    for conversation in timetable.conversations:
        if shown and conversation.round != shown:
            table.add_section()
        table.add_row(
            str(conversation.round) if conversation.round != shown else "",
            str(conversation.table),
            Text(" – ".join(_names(market, conversation.organisations))),
            str(conversation.points),
        )
        shown = conversation.round
    console.print(table)
    console.print(
        translate(TEXTS["timetable"], language).format(
            rounds=timetable.rounds,
            tables=timetable.tables,
            count=len(timetable.conversations),
            met=timetable.met_pairings[0],
            pairings=timetable.met_pairings[1],
            served=timetable.served[0],
            all=timetable.served[1],
        )
    )


def _names(market: Market, organisations: Sequence[str]) -> list[str]:
    return [market.organisation_by_id[organisation].label for organisation in organisations]
