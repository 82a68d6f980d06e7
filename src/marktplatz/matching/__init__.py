"""The pure core: values in, values out; no web, database, files or sentences."""

from marktplatz.matching.problem import Assignment, Pair, Problem
from marktplatz.matching.solve import solve
from marktplatz.matching.verify import Violation, find_violations

__all__ = ["Assignment", "Pair", "Problem", "Violation", "find_violations", "solve"]
