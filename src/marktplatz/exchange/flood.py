"""A file that is wrong throughout, told in few lines: nobody reads the thousandth finding, and each costs time."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from marktplatz.errors import Finding, Place, Severity

MAX_FINDINGS: Final = 1_000
"""So many of one origin are looked for."""
MAX_OF_A_KIND: Final = 200
"""So many that say the same about the same list are told in full."""


def stop_early(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The first findings; behind them one that stands for the rest, which is not looked for."""
    iterator = iter(findings)
    yield from islice(iterator, MAX_FINDINGS)
    following = next(iterator, None)
    if following is not None:
        yield rest(following)


def rest(following: Finding, count: int = 1) -> Finding:
    """What stands for findings that are not told in full, the first of which is given."""
    place = following.place
    return Finding("more_findings", Place(place.file, place.sheet), {"count": count}, following.severity)


def shorten(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The first of each kind in full and in their order; then, per list, how many more there are at least."""
    told: list[Finding] = []
    rests: dict[tuple[object, ...], list[Finding]] = {}
    seen: Counter[tuple[object, ...]] = Counter()
    for finding in findings:
        where = (finding.severity, finding.place.file, finding.place.sheet)
        seen[finding.code, *where] += 1
        if finding.code != "more_findings" and seen[finding.code, *where] <= MAX_OF_A_KIND:
            told.append(finding)
        else:
            rests.setdefault(where, []).append(finding)
    return (*told, *(rest(left_out[0], sum(map(_count, left_out))) for left_out in rests.values()))


def count_findings(findings: Iterable[Finding], severity: Severity) -> int:
    """How many there are of a severity at least, told in full or not."""
    return sum(_count(finding) for finding in findings if finding.severity is severity)


def _count(finding: Finding) -> int:
    return int(finding.params["count"]) if finding.code == "more_findings" else 1
