"""The workbench's pages: what they say of an organisation, what each deed does, and what the second organiser sees."""

import json
import re
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import select

from factories import make_scored_market
from marktplatz.db.models import PairingRecord, PairRecord
from marktplatz.market import Market
from marktplatz.usecases.audit import find_breaks
from marktplatz.usecases.run_plans import load_pairs
from marktplatz.vocabulary import PairStatus, Role
from organiser_world import MOST_BYTES, sign_in
from run_world import Statements
from service_fixtures import World
from workbench_world import bench_market, plant_run


def begin(world: World, mail: str = "chefin@example.org", role: Role = Role.ORGANISER) -> TestClient:
    return sign_in(world, world.make_account(mail, m1=role))


def pairs_of(world: World, run_id: str) -> set[tuple[str, str]]:
    with world.database.read() as session:
        wanted = select(PairingRecord.offer_id, PairingRecord.need_id).where(PairingRecord.run_id == run_id)
        return {(offer, need) for offer, need in session.execute(wanted)}


def rules_of(world: World) -> dict[tuple[str, str], PairStatus]:
    with world.database.read() as session:
        return {(each.offer_id, each.need_id): each.status for each in session.scalars(select(PairRecord))}


class Bench:
    def __init__(self, world: World, browser: TestClient, run_id: str) -> None:
        self.world, self.browser, self.run_id = world, browser, run_id
        self.url = f"/organise/m1/matching/runs/{run_id}/workbench"

    def see(self, **asked: str) -> str:
        answer = self.browser.get(self.url, params=asked)
        assert answer.status_code == 200, answer.text
        assert len(answer.content) < MOST_BYTES
        return answer.text

    def do(self, deed: str, offer: str = "", need: str = "", page: str | None = None, **more: str) -> Any:
        sent = {"deed": deed, "offer": offer, "need": need, **self.hidden(page), **more}
        return self.browser.post(self.url, data=sent)

    def hidden(self, page: str | None = None) -> dict[str, str]:
        found = page or self.see(organisation="zoo", other="bank")
        names = ("form_token", "once", "version")
        return {name: re.findall(rf'name="{name}" value="([^"]*)"', found)[-1] for name in names} | {"organisation": "zoo"}


def make_bench(world: World) -> Bench:
    run_id = plant_run(world, bench_market())
    return Bench(world, begin(world), run_id)


def alone_of(world: World, run_id: str) -> str:
    taken = {need for _, need in pairs_of(world, run_id)}
    (need,) = {"walls", "rooms", "fence"} - taken
    return need


OWNER = {"walls": "club", "rooms": "choir", "fence": "zoo"}


def test_whoever_has_no_partner_stands_first_with_the_best_candidates(world: World) -> None:
    bench = make_bench(world)
    page = bench.see()
    alone = OWNER[alone_of(world, bench.run_id)]
    assert re.search(rf'organisation={alone}&[^"]*" aria-current="true"', page)
    assert "Noch ohne Partner." in page
    assert page.count('class="card bench-candidate"') == 2
    assert "vergeben" in page


def test_why_not_tells_who_would_stay_alone_and_rearranging_does_just_that(world: World) -> None:
    bench = make_bench(world)
    need = alone_of(world, bench.run_id)
    before = pairs_of(world, bench.run_id)
    page = bench.see(organisation=OWNER[need], other="bank")
    assert "Dann blieben ohne Partner:" in page
    change = {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1].replace("&#34;", '"') for name in ("added", "removed")}  # type: ignore[index]
    assert ["paint", need] in json.loads(change["added"])
    answer = bench.do("rearrange", "paint", need, **change)
    assert answer.status_code == 200, answer.text
    assert "der Plan ist danach gerichtet" in answer.text
    after = pairs_of(world, bench.run_id)
    assert after == (before | {tuple(key) for key in json.loads(change["added"])}) - {
        tuple(key) for key in json.loads(change["removed"])
    }
    assert rules_of(world) == {("paint", need): PairStatus.PINNED}
    assert bench.do("undo").status_code == 200
    assert pairs_of(world, bench.run_id) == before
    assert rules_of(world) == {}
    assert bench.do("undo").status_code == 409


def test_a_barred_pair_says_why_and_an_exception_needs_its_reason(world: World) -> None:
    bench = make_bench(world)
    need = alone_of(world, bench.run_id)
    page = bench.see(organisation=OWNER[need], other="shop")
    assert "Die Bereiche passen nicht zueinander" in page
    assert "Trotzdem, mit schriftlicher Begründung" in page
    assert bench.do("remove", "advice", "books").status_code == 200
    refused = bench.do("except", "advice", need, other="shop", organisation=OWNER[need])
    assert refused.status_code == 422
    assert "Eine Ausnahme braucht eine Begründung" in refused.text
    done = bench.do("except", "advice", need, exception="Beide wollen es so.", organisation=OWNER[need])
    assert done.status_code == 200, done.text
    assert "Beide wollen es so." in done.text
    assert ("advice", need) in pairs_of(world, bench.run_id)


def test_pinning_releasing_forbidding_allowing_and_taking_it_all_back(world: World) -> None:
    bench = make_bench(world)
    before = pairs_of(world, bench.run_id)
    for deed, rules in (
        ("pin", {("advice", "books"): PairStatus.PINNED}),
        ("release", {}),
        ("forbid", {("advice", "books"): PairStatus.FORBIDDEN}),
        ("allow", {}),
    ):
        answer = bench.do(deed, "advice", "books")
        assert answer.status_code == 200, answer.text
        assert rules_of(world) == rules
    assert pairs_of(world, bench.run_id) == before - {("advice", "books")}
    for _ in range(4):
        assert bench.do("undo").status_code == 200
    assert pairs_of(world, bench.run_id) == before
    assert rules_of(world) == {}
    assert bench.do("undo").status_code == 409
    with world.database.read() as session:
        assert list(find_breaks(session)) == []


def test_a_conflict_is_told_in_words_and_nothing_is_done(world: World) -> None:
    bench = make_bench(world)
    before = pairs_of(world, bench.run_id)
    need = alone_of(world, bench.run_id)
    refused = bench.do("add", "paint", need)
    assert refused.status_code == 409
    assert "wäre in 2 Paaren, hat aber nur 1 Plätze" in refused.text
    assert pairs_of(world, bench.run_id) == before


def test_swapping(world: World) -> None:
    bench = make_bench(world)
    need = alone_of(world, bench.run_id)
    (taken,) = [key for key in pairs_of(world, bench.run_id) if key[0] == "brush"]
    page = bench.see(organisation="firm")
    assert "nur im Tausch" in page
    answer = bench.do("swap", "brush", need, instead=json.dumps([taken]), organisation="firm")
    assert answer.status_code == 200, answer.text
    assert ("brush", need) in pairs_of(world, bench.run_id)
    assert taken not in pairs_of(world, bench.run_id)


def test_the_second_organiser_is_told_who_changed_the_plan_and_loses_nothing(world: World) -> None:
    bench = make_bench(world)
    other = Bench(world, begin(world, "zweite@example.org"), bench.run_id)
    need = alone_of(world, bench.run_id)
    page = other.see(organisation=OWNER[need], other="shop")
    assert bench.do("remove", "advice", "books").status_code == 200
    late = other.do("except", "advice", need, page, exception="Mein Grund.", other="shop", organisation=OWNER[need])
    assert late.status_code == 409
    assert "Der Plan wurde inzwischen von chefin@example.org geändert." in late.text
    assert "Mein Grund." in late.text
    again = other.do("except", "advice", need, late.text, exception="Mein Grund.", organisation=OWNER[need])
    assert again.status_code == 200, again.text


def test_a_broker_looks_at_the_published_plan_and_changes_nothing(world: World) -> None:
    bench = make_bench(world)
    broker = begin(world, "makler@example.org", Role.BROKER)
    assert broker.get(bench.url).status_code == 404
    token = world.as_token(Role.ORGANISER)
    assert token.post(f"/api/v1/markets/m1/runs/{bench.run_id}/publish").status_code == 200
    page = broker.get(bench.url).text
    assert "Werkbank" in page
    assert "Festsetzen" not in page
    assert "Punkte" not in page
    assert "Wünsche" not in page


def test_names_are_never_tags_and_strange_forms_are_no_faults(world: World) -> None:
    bench = make_bench(world)
    assert bench.do("burn", "advice", "books").status_code == 404
    assert bench.do("swap", "advice", "books", instead="[[").status_code == 404
    assert bench.do("pin", "nobody", "books").status_code == 422
    assert bench.browser.get(bench.url, params={"organisation": "nobody"}).status_code == 404
    assert bench.browser.get(bench.url, params={"organisation": "zoo", "other": "nobody"}).status_code == 404


def test_a_large_market_takes_no_more_statements(world: World) -> None:
    runs = {"m1": plant_run(world, bench_market()), "m2": plant_run(world, make_large_market(), "m2")}
    browser = sign_in(world, world.make_account("chefin@example.org", m1=Role.ORGANISER, m2=Role.ORGANISER))
    counts = []
    for market, run_id in runs.items():
        url = f"/organise/{market}/matching/runs/{run_id}/workbench"
        assert browser.get(url).status_code == 200  # the market is known from now on
        with Statements(world.database) as statements:
            page = browser.get(url)
        assert len(page.content) < MOST_BYTES
        counts.append(statements.count)
    assert counts[0] == counts[1]


def make_large_market() -> Market:
    """300 organisations, of which few have anything to do with each other."""
    points = {(f"c{i}.a", f"n{i}.b"): 500 + i for i in range(150)}
    return make_scored_market(points)


def test_who_opens_the_workbench_need_not_wait_for_the_first_answer(world: World) -> None:
    run_id = plant_run(world, bench_market())
    browser = begin(world)
    page = browser.get(f"/organise/m1/matching/runs/{run_id}/workbench")
    assert page.status_code == 200
    with world.database.read() as session:
        gathered = world.app.state.service.scores.of(session, "m1")
        plan = load_pairs(session, "m1", run_id)
    assert gathered.kept is not None
    assert gathered.kept.was_asked
    assert set(gathered.explained) >= set(gathered.problem.find_pairs(plan).tolist())
