"""Figures as Markdown, which can be pasted into the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from labelled.labels import EVIDENCE
from labelled.score import Score, Target, total


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, texts: int = 1) -> str:
    """A Markdown table; the first ``texts`` columns are text, all others are figures."""
    lines = [headings, ["---"] * texts + ["---:"] * (len(headings) - texts), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def by_package(scores: Sequence[tuple[str, Score, float]]) -> str:
    """For each release and in total: the share found by evidence, what went wrong, and the seconds."""
    headings = ["package", *EVIDENCE, "missed", "false alarms", "would break", "seconds"]
    everything = ("all", total(one for _, one, _ in scores), sum(seconds for _, _, seconds in scores))
    return table(headings, (_package_row(*row) for row in (*scores, everything)))


def _package_row(name: str, one: Score, seconds: float) -> list[str]:
    missed = one.due.total() - one.found.total()
    wrong = [one.false_alarms.total(), one.breaking.total()]
    shares = [share(one.found[kind], one.due[kind]) for kind in EVIDENCE]
    return [name, *shares, *map(str, (missed, *wrong)), f"{seconds:.1f}"]


def by_evidence(result: Score) -> str:
    """The counts of all releases by evidence, with what FWD002 and FWD003 say about the rest."""
    headings = ["evidence", "found", "missed", "of them FWD003", "recall", "false alarms", "would break"]
    headings += ["FWD003 would break", "modules to leave", "of them FWD002"]
    return table(
        headings, [_evidence_row(kind, (kind,), result) for kind in EVIDENCE] + [_evidence_row("all", EVIDENCE, result)]
    )


def _evidence_row(name: str, kinds: Sequence[str], result: Score) -> list[str]:
    def count(counter: dict[str, int]) -> int:
        return sum(counter.get(kind, 0) for kind in kinds)

    due, found = count(result.due), count(result.found)
    wrong = (result.false_alarms, result.breaking, result.doubtful_breaking, result.must_stay, result.kept)
    before = [str(found), str(due - found), str(count(result.doubted)), rate(result.recall(*kinds))]
    return [name, *before, *(str(count(counter)) for counter in wrong)]


def against(targets: Iterable[Target]) -> str:
    """The figures with what they must be and should be."""
    rows = (
        [one.name, _figure(one.must), _figure(one.aim), _figure(one.measured), "yes" if one.held else "**no**"]
        for one in targets
    )
    return table(["figure", "must", "aim", "measured", "held"], rows)


def share(found: int, due: int) -> str:
    """The number found of those due, or a dash if none are due."""
    return f"{found}/{due}" if due else "-"


def rate(value: float | None) -> str:
    """A share with three digits, or a dash if there is none."""
    return "-" if value is None else f"{value:.3f}"


def _figure(value: float | None) -> str:
    return str(value) if isinstance(value, int) else rate(value)
