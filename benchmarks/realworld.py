"""What does the tool say about calls in real packages that were labelled by hand?

    python benchmarks/realworld.py                    # the five packages of FEW, in half a minute
    python benchmarks/realworld.py --all --hold       # every package with labels, compared with the targets
    python benchmarks/realworld.py kornia nflows      # some packages
    python benchmarks/realworld.py --all --without torch        # all but some
    python benchmarks/realworld.py --fresh --hold     # the second set, with its own targets
    python benchmarks/realworld.py --smoke            # seconds, no downloads: check that the benchmark itself works

For each package: fetch the pinned release (sources only, nothing is installed), run ``forward-call check`` on it and
compare the findings with ``labels.jsonl`` or ``fresh.jsonl``; then run flake8, which must report the same, and
``forward-call fix`` on a copy, where only the reported calls may change and a second run must have nothing to do.
Prints, per package and per kind of evidence, what was found and missed, the false alarms, the rewrites that would break
the program, and the seconds that ``check`` took without a cache; then the figures with the targets.

The exit status is 1 if there is a false alarm, the two doors disagree, the rewrite changed something else, or a call
was missed whose evidence ``--must-find`` names; with ``--hold`` also if a figure misses its target. A false alarm alone
is then not a failure, because the precision has its own target.

A label has the location of a name ``forward``, a verdict (``fix``: report and rewrite; ``nofix``: a module, but do not
rewrite; ``ignore``: not a module; ``unknown``: nobody can know) and the nearest scope whose source shows it (``file``,
``project``, ``deps``; ``dynamic``: none does).

The calls of the second set were labelled before the tool ran on any of those releases. They are all calls of a release,
or 12 at equal distances in the order of path, row and column; ``super().forward()`` is not among them.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from labelled import tables
from labelled.doors import Findings, check, differences, rewrite
from labelled.fetch import WORK, fetch
from labelled.labels import EVIDENCE, FRESH, LABELS, Package, Site, read_labels
from labelled.sampling import sample
from labelled.score import Score, Target, score, targets, targets_at_first_sight, total
from labelled.smoke import LABELS_OF_SMOKE, write_smoke

FEW = ("nflows", "kornia", "gpytorch", "torchmetrics", "gpiozero")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result for one release."""

    package: Package
    folder: Path
    findings: Findings
    score: Score
    seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="*", help="names of labelled packages (default: the five of FEW)")
    parser.add_argument("--all", action="store_true", help="every package with labels")
    parser.add_argument("--without", action="append", default=[], metavar="PACKAGE", help="leave one of them out")
    parser.add_argument("--fresh", action="store_true", help="the second set: all of it, or the packages named")
    parser.add_argument("--work", type=Path, default=WORK, help="where packages are kept")
    parser.add_argument("--quick", action="store_true", help="only check: leave out flake8 and the rewrite")
    parser.add_argument("--must-find", choices=EVIDENCE, action="append", default=[], help="see above")
    parser.add_argument("--hold", action="store_true", help="fail if a figure is not what it must be")
    parser.add_argument("--smoke", action="store_true", help="a made-up package of three files")
    options = parser.parse_args(arguments)
    if options.smoke:
        return _smoke()
    every = list(read_labels(FRESH if options.fresh else LABELS))
    chosen_targets = targets_at_first_sight if options.fresh else targets
    if unknown := {*options.packages, *options.without} - {package.name for package in every}:
        parser.error(f"no labels for {', '.join(sorted(unknown))}")
    wanted = options.packages or FEW
    whole = options.all or (options.fresh and not options.packages)
    named = (package for package in every if whole or package.name in wanted)
    chosen = [package for package in named if package.name not in options.without]
    if not chosen:
        parser.error("--without leaves nothing")
    outcomes = [examine(package, fetch(package.requirement, options.work, package.pin)) for package in chosen]
    faults = [] if options.quick else list(_faults(outcomes))
    if options.fresh:
        faults += _not_the_sample(outcomes)
    for line in (*_remarks(outcomes), *faults):
        print(line, file=sys.stderr)
    result = total(outcome.score for outcome in outcomes)
    held = chosen_targets(result)
    print(report(outcomes, result, held))
    missed = sum(result.due[kind] - result.found[kind] for kind in options.must_find)
    if options.hold:
        return int(bool(faults) or missed > 0 or not all(target.held for target in held))
    return int(bool(faults) or missed > 0 or result.false_alarms.total() > 0)


def examine(package: Package, folder: Path) -> Outcome:
    """Run ``forward-call check`` on a release and compare it with the labels."""
    started = time.perf_counter()
    findings = check(folder)
    seconds = time.perf_counter() - started
    return Outcome(package, folder, findings, score(package, findings), seconds)


def report(outcomes: Sequence[Outcome], result: Score, against: Iterable[Target]) -> str:
    """The figures of several releases as Markdown: by release, by evidence, and with the targets."""
    rows = [(one.package.requirement, one.score, one.seconds) for one in outcomes]
    return "\n\n".join((tables.by_package(rows), tables.by_evidence(result), tables.against(against)))


def _faults(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield what is wrong with the doors or the rewrite. Nothing is timed here, so two releases run in parallel."""

    def faults(outcome: Outcome) -> list[str]:
        return differences(outcome.folder, outcome.findings) + rewrite(outcome.folder, outcome.findings)

    with ThreadPoolExecutor(max_workers=2) as pool:
        for outcome, found in zip(outcomes, pool.map(faults, outcomes), strict=True):
            yield from (f"{outcome.package.requirement}: FAULT {fault}" for fault in found)


def _not_the_sample(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Yield the releases whose labelled calls are others than those that the rule takes."""
    for outcome in outcomes:
        if sample(outcome.folder) != sorted(outcome.package.labels):
            yield f"{outcome.package.requirement}: FAULT other calls have labels than the rule takes"


def _remarks(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Yield a line for each call that needs a closer look."""
    for outcome in outcomes:
        name = outcome.package.requirement
        for site in outcome.score.wrong:
            answer = outcome.findings[site]
            offered = f", with a rewrite called {answer.fix}" if answer.fix else ""
            yield f"{name}: WRONG {answer.code}{offered}: {_place(site)}: {outcome.package.labels[site].how}"
        for site in outcome.score.unlabelled:
            yield f"{name}: {outcome.findings[site].code}, not labelled: {_place(site)}"


def _place(site: Site) -> str:
    return ":".join(map(str, site))


def _smoke() -> int:
    """Check that the benchmark gives the known result for a small package, and that it notices a wrong label."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, labels = Path(scratch) / "package", Path(scratch) / "labels.jsonl"
        write_smoke(folder, labels, LABELS_OF_SMOKE)
        (package,) = read_labels(labels)
        outcome = examine(package, folder)
        faults = list(_faults([outcome]))
        write_smoke(folder, labels, [{**label, "verdict": "ignore"} for label in LABELS_OF_SMOKE])
        (mislabelled,) = read_labels(labels)
        against_wrong_labels = score(mislabelled, outcome.findings)
    print(report([outcome], outcome.score, targets(outcome.score)))
    one = outcome.score
    figures = (dict(one.found), [site[:2] for site in one.missed], one.wrong, against_wrong_labels.breaking.total())
    if faults or figures != ({"file": 1, "project": 1}, [("small/use.py", 6)], [], 2):
        print(f"the benchmark does not measure: {figures}, {faults}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
