"""The markets that come with the repository are sound, solve to a proven plan, and are described."""

from pathlib import Path

import pytest

import marktplatz
from example_markets import EXAMPLE_FILES, EXAMPLES, TOWN, load_example
from marktplatz.exchange.reading import examine_market
from marktplatz.matching import find_violations, solve
from marktplatz.matching.gather import gather
from marktplatz.vocabulary import OrganisationKind, PlanStatus

FILES = pytest.mark.parametrize("path", EXAMPLE_FILES, ids=lambda path: path.stem)


def count_kinds(path: Path) -> tuple[int, int]:
    kinds = [organisation.kind for organisation in load_example(path).organisations]
    return kinds.count(OrganisationKind.COMPANY), kinds.count(OrganisationKind.NONPROFIT)


def test_there_are_examples() -> None:
    assert len(EXAMPLE_FILES) >= 4


@FILES
def test_an_example_has_neither_errors_nor_warnings(path: Path) -> None:
    assert examine_market(path)[1] == ()


@FILES
def test_an_example_is_solved_to_a_proven_plan_that_breaks_no_rule(path: Path) -> None:
    problem = gather(load_example(path)).problem
    assignment = solve(problem)
    assert assignment.status is PlanStatus.OPTIMAL
    assert find_violations(problem, assignment) == []
    assert len(assignment.chosen) > 0


def test_the_town_has_forty_of_each_kind_and_nearly_all_find_a_partner() -> None:
    assert count_kinds(TOWN) == (40, 40)
    assert solve(gather(load_example(TOWN)).problem).served > 0.9 * 80


def test_the_small_example_can_be_read_by_eye() -> None:
    assert max(count_kinds(EXAMPLES / "small.json")) <= 5


@FILES
def test_the_readme_of_the_examples_names_the_file(path: Path) -> None:
    name = f"src/marktplatz/{path.relative_to(Path(marktplatz.__file__).parent).as_posix()}" if path == TOWN else path.name
    assert f"**`{name}`**" in (EXAMPLES / "README.md").read_text("utf-8")


@FILES
def test_nobody_in_an_example_can_be_reached(path: Path) -> None:
    """Invented people: mail addresses that cannot exist, telephone numbers that are kept free for fiction."""
    for organisation in load_example(path).organisations:
        if organisation.contact is not None:
            assert (organisation.contact.email or ".example").endswith(".example")
            assert (organisation.contact.phone or "0221 4710-").startswith("0221 4710-")
