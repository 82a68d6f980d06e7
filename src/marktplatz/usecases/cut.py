"""Say it where a market is so large that its score table holds each entry's best pairs only."""

from marktplatz.matching.gather import Gathered
from marktplatz.plan import TableCut
from marktplatz.wording.reasons import cut_sentence


def describe_cut(gathered: Gathered, language: str) -> TableCut | None:
    """None where every possible pair is in the table."""
    left_out, kept = gathered.scores.left_out, gathered.scores.kept
    if not left_out:
        return None
    text = cut_sentence({"kept": kept, "left_out": left_out}, language)
    return TableCut(kept=kept, left_out=left_out, text=text)
