"""The commands of the contract's section 5 that work on files; no database."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from marktplatz.cli import erase, market_commands, service_commands, tokens, users

if TYPE_CHECKING:
    from pydantic import BaseModel

    from marktplatz.market import Market
    from marktplatz.matching.gather import Gathered
    from marktplatz.plan import Plan, TimetablePlan

app = typer.Typer(
    name="marktplatz",
    help="Der Marktplatz Gute Geschäfte: aus Angeboten und Gesuchen die besten Gespräche, mit Begründung und Beweis.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(users.app, name="user")
app.add_typer(tokens.app, name="token")
app.command("erase")(erase.erase)

Input = Annotated[
    Path, typer.Argument(metavar="INPUT", help="Marktdatei (.json), Arbeitsmappe (.xlsx) oder Ordner mit .csv-Dateien.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Das Ergebnis als JSON ausgeben, statt als Tabelle.")]


@app.command()
def demo(
    *,
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Danach die Seiten dieses Marktplatzes zeigen, bis Strg+C; mit --json nicht.")
    ] = True,
    day: Annotated[bool, typer.Option("--day", help="Statt zu rechnen einen ganzen Abend abspielen, mit Leinwand.")] = False,
    minutes: Annotated[float, typer.Option(min=0, max=120, help="Mit --day: so lange dauert der Abend.")] = 3.0,
    as_json: AsJson = False,
) -> None:
    """Einen mitgelieferten, erfundenen Marktplatz rechnen, die Vorschläge zeigen und seine Seiten öffnen."""
    from importlib.resources import as_file, files

    from marktplatz.cli.demo import serve_demo

    with as_file(files("marktplatz") / "example" / "town.json") as path:
        if day:
            serve_demo(path, evening_s=minutes * 60)
            return
        gathered = _gather(_read(path))
        plan = _propose(gathered)
        _print_plan(gathered, plan, as_json)
        if serve and not as_json:
            serve_demo(path)


@app.command()
def match(
    source: Input,
    *,
    out: Annotated[Path | None, typer.Option(metavar="PLAN.json", help="Den Plan in diese Datei schreiben.")] = None,
    previous: Annotated[
        Path | None, typer.Option(metavar="PLAN.json", help="Möglichst nah an diesem früheren Plan bleiben.")
    ] = None,
    stay_bonus: Annotated[
        int, typer.Option(min=0, max=100_000, help="So viele Punkte ist ein unverändertes Paar zusätzlich wert.")
    ] = 0,
    time_limit: Annotated[float | None, typer.Option(min=0.001, help="Höchstens so viele Sekunden rechnen.")] = None,
    as_json: AsJson = False,
) -> None:
    """Die besten Paare finden: möglichst viele Organisationen, dann möglichst viele Punkte."""
    from marktplatz.exchange.plan_file import read_pairings
    from marktplatz.vocabulary import PlanStatus

    market = _read(source)
    kept = read_pairings(previous) if previous is not None else []
    gathered = _gather(market)
    plan = _propose(gathered, kept, stay_bonus, time_limit)
    if out is not None:
        _write_model(out, plan)
    _print_plan(gathered, plan, as_json)
    if plan.status is PlanStatus.REFUSED:
        raise typer.Exit(1)


@app.command()
def timetable(
    source: Input,
    *,
    rounds: Annotated[int, typer.Option(min=1, max=1000, help="Anzahl der Runden.")],
    tables: Annotated[int, typer.Option(min=1, max=10_000, help="Anzahl der Tische.")],
    plan_file: Annotated[
        Path | None, typer.Option("--plan", metavar="PLAN.json", help="Diesen Plan nehmen, statt neu zu rechnen.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Den Ablauf in diese Datei schreiben (JSON).")] = None,
    as_json: AsJson = False,
) -> None:
    """Die Gespräche auf Runden und Tische verteilen."""
    from marktplatz.exchange.plan_file import read_pairings
    from marktplatz.vocabulary import PlanStatus

    market = _read(source)
    pairings = None if plan_file is None else read_pairings(plan_file)
    gathered = _gather(market)
    if pairings is None:
        plan = _propose(gathered)
        if plan.status is PlanStatus.REFUSED:
            _print_plan(gathered, plan, as_json=False)
            raise typer.Exit(1)
        pairings = [(pairing.offer, pairing.need) for pairing in plan.pairings]
    result = _schedule(gathered, pairings, rounds, tables)
    if out is not None:
        _write_model(out, result)
    if as_json:
        typer.echo(_to_json(result))
    else:
        from marktplatz.cli.show import show_timetable
        from marktplatz.cli.terminal import find_language, make_console

        show_timetable(make_console(), market, result, find_language())


@app.command()
def scores(
    source: Input,
    *,
    out: Annotated[Path, typer.Option(metavar="FILE.jsonl", help="Zieldatei; die Endung .jsonl oder .csv bestimmt das Format.")],
) -> None:
    """Jedes mögliche Paar mit seinen Punkten und deren Teilen in eine Datei schreiben."""
    import sys

    gathered = _gather(_read(source))

    from marktplatz.cli.terminal import find_language
    from marktplatz.exchange.score_file import make_score_file
    from marktplatz.exchange.writing import write_atomically
    from marktplatz.usecases.score import list_scores

    scored = list_scores(gathered, language=find_language())
    write_atomically(out, make_score_file(out, scored.pairs))
    if scored.table_cut is not None:
        sys.stderr.write(f"{scored.table_cut.text}\n")


@app.command()
def check(source: Input) -> None:
    """Eine Marktdatei prüfen: alle Fehler und Hinweise mit Blatt, Zeile und Spalte. Schreibt nichts."""
    from marktplatz.cli.terminal import find_language, print_findings
    from marktplatz.errors import Severity
    from marktplatz.exchange.flood import count_findings, shorten
    from marktplatz.exchange.reading import examine_market
    from marktplatz.wording import translate

    market, findings = examine_market(source)
    if market is not None:
        from marktplatz.usecases.score import find_money_entries

        findings = shorten((*findings, *find_money_entries(market)))
    errors, warnings = (count_findings(findings, severity) for severity in (Severity.ERROR, Severity.WARNING))
    print_findings(findings, to_stderr=False)
    summary = translate("{errors} Fehler, {warnings} Hinweise.", find_language())
    typer.echo(summary.format(errors=errors, warnings=warnings))
    if errors:
        raise typer.Exit(1)


@app.command()
def concepts(source: Input) -> None:
    """Die Einträge nennen, in denen kein bekannter Begriff steht: dort hilft ein klareres Wort oder ein eigener Begriff."""
    market = _read(source)

    from marktplatz.cli.terminal import find_language
    from marktplatz.usecases.score import find_vague_entries
    from marktplatz.wording import translate

    vague = find_vague_entries(market)
    for entry in vague:
        typer.echo(f"{entry.id}: {' '.join(entry.label.split())} ({market.organisation_by_id[entry.organisation].label})")
    total = len(market.offers) + len(market.needs)
    typer.echo(
        translate("{count} von {total} Einträgen ohne bekannten Begriff.", find_language()).format(count=len(vague), total=total)
    )


@app.command()
def template(target: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="Zieldatei.")]) -> None:
    """Eine leere Arbeitsmappe zum Ausfüllen schreiben, mit Auswahllisten, Beispielzeile und Hilfe."""
    from marktplatz.exchange.template import make_template
    from marktplatz.exchange.writing import write_atomically

    write_atomically(target, make_template())


def _read(source: Path) -> "Market":
    from marktplatz.cli.terminal import print_findings
    from marktplatz.exchange.reading import read_market

    market, warnings = read_market(source)
    print_findings(warnings)
    return market


def _gather(market: "Market") -> "Gathered":
    """The scored market; imported late, so that a wrong file is told about before the solver is loaded."""
    from marktplatz.cli.terminal import show_progress
    from marktplatz.matching.gather import gather

    with show_progress("Die Paare werden bewertet …"):
        return gather(market)


def _propose(
    gathered: "Gathered", previous: Sequence[tuple[str, str]] = (), stay_bonus: int = 0, time_limit_s: float | None = None
) -> "Plan":
    from time import perf_counter

    from marktplatz.cli.terminal import find_language, show_progress
    from marktplatz.usecases.propose import name_solver, propose_pairings

    solver = name_solver()
    started = perf_counter()
    with show_progress("Die besten Paare werden gesucht …"):
        plan = propose_pairings(
            gathered, solver=solver, previous=previous, stay_bonus=stay_bonus, time_limit_s=time_limit_s, language=find_language()
        )
    wall_ms = round((perf_counter() - started) * 1000)
    return plan.model_copy(update={"solver": solver.model_copy(update={"wall_ms": wall_ms})})


def _schedule(gathered: "Gathered", pairings: list[tuple[str, str]], rounds: int, tables: int) -> "TimetablePlan":
    from marktplatz.cli.terminal import show_progress
    from marktplatz.usecases.schedule import schedule_conversations

    with show_progress("Der Ablauf wird geplant …"):
        return schedule_conversations(gathered, pairings, rounds=rounds, tables=tables)


def _print_plan(gathered: "Gathered", plan: "Plan", as_json: bool) -> None:
    import sys

    from marktplatz.cli.show import show_plan
    from marktplatz.cli.terminal import find_language, make_console
    from marktplatz.vocabulary import PlanStatus

    if as_json:
        typer.echo(_to_json(plan))
    elif plan.status is not PlanStatus.REFUSED:
        show_plan(make_console(), gathered.scene.market, plan, find_language())
    for refusal in plan.refusals:
        sys.stderr.write(" ".join(refusal.text.split()) + "\n")


def _to_json(value: "BaseModel") -> str:
    return value.model_dump_json(by_alias=True, exclude_none=True, indent=2)


def _write_model(path: Path, value: "BaseModel") -> None:
    from marktplatz.exchange.writing import write_atomically

    write_atomically(path, _to_json(value).encode() + b"\n")


service_commands.register(app)
market_commands.register(app)
