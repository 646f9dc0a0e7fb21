"""What does the tool say of calls in real packages that were labelled by hand?

    python benchmarks/realworld.py                    # the five packages of FEW, in a few minutes
    python benchmarks/realworld.py --all              # every package with labels
    python benchmarks/realworld.py kornia nflows      # some

For each package: fetch the pinned release (sources only, nothing is installed), run ``forward-call check`` and flake8
over it, hold what they say against ``labels.jsonl``, run ``forward-call fix`` on a copy, and compare the trees. Prints,
per package and per kind of evidence, how many of the calls that should be rewritten were found, the false alarms, and
the seconds that ``check`` took. What is installed beside the tool does not count, unless ``--python`` names an
environment, whose packages are then read. The exit status is 1 if there is a false alarm, the two doors disagree, the
rewrite changed more than the calls that it named, or one was missed whose evidence ``--must-find`` names.

A label has the place of a name ``forward``, a verdict (``fix``: report and rewrite; ``nofix``: a module, but do not
rewrite; ``ignore``: no module; ``unknown``: nobody can tell) and the nearest scope whose source tells (``file``,
``project``, ``deps``; ``dynamic``: none does).
"""

from __future__ import annotations

import argparse
import ast
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

HERE = Path(__file__).resolve().parent
LABELS = HERE / "labels.jsonl"
FEW = ("nflows", "kornia", "gpytorch", "torchmetrics", "gpiozero")
# Outside this repository, for a package in it would count as a part of this project.
WORK = Path(tempfile.gettempdir()) / "forward-call-realworld"
EVIDENCE = ("file", "project", "deps", "dynamic")

# Path in the package, row, column.
Site: TypeAlias = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Package:
    """A pinned release and its labels."""

    requirement: str
    labels: dict[Site, dict[str, str]]

    @property
    def name(self) -> str:
        return self.requirement.partition("==")[0]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one package."""

    package: Package
    found: Counter[str]
    due: Counter[str]
    false_alarms: list[Site]
    unlabelled: list[Site]
    seconds: float
    safe_fixes: int
    faults: list[str]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="*", help="names of labelled packages (default: the five of FEW)")
    parser.add_argument("--all", action="store_true", help="every package with labels")
    parser.add_argument("--work", type=Path, default=WORK, help="where packages are kept")
    parser.add_argument("--quick", action="store_true", help="only check: leave out flake8 and the rewrite")
    parser.add_argument("--python", metavar="PATH", help="the environment whose packages count (default: none)")
    parser.add_argument("--must-find", choices=EVIDENCE, action="append", default=[], help="see above")
    options = parser.parse_args(arguments)
    wanted = options.packages or FEW
    every = list(read_labels(LABELS))
    chosen = [package for package in every if options.all or package.name in wanted]
    unknown = set(options.packages) - {package.name for package in every}
    if unknown:
        parser.error(f"no labels for {', '.join(sorted(unknown))}")
    outcomes = []
    for package in chosen:
        outcome = examine(package, fetch(package.requirement, options.work), options.python, quick=options.quick)
        outcomes.append(outcome)
        for line in remarks(outcome):
            print(line, file=sys.stderr)
    print(table(outcomes))
    missed = sum(one.due[kind] - one.found[kind] for one in outcomes for kind in options.must_find)
    return int(missed > 0 or any(outcome.false_alarms or outcome.faults for outcome in outcomes))


def read_labels(path: Path) -> Iterator[Package]:
    """Yield the packages of a labels file, in its order."""
    packages: dict[str, Package] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        package = packages.setdefault(label["source"], Package(label["source"], {}))
        package.labels[label["path"], label["row"], label["column"]] = label
    yield from packages.values()


def fetch(requirement: str, work: Path) -> Path:
    """The folder of the unpacked release; fetched with pip on first use."""
    folder = work / requirement
    if folder.is_dir():
        return folder
    downloads = work / "downloads" / requirement
    downloads.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--ignore-requires-python"]
    pip += ["--dest", str(downloads), requirement]
    subprocess.run(pip, check=True)
    fresh = work / f"{requirement}.fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    for archive in sorted(downloads.iterdir()):
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                wheel.extractall(fresh, [name for name in wheel.namelist() if name.endswith((".py", ".pyi"))])
        else:
            with tarfile.open(archive) as sdist:
                sdist.extractall(fresh, filter="data")
    fresh.rename(folder)
    return folder


def examine(package: Package, folder: Path, python: str | None, *, quick: bool) -> Outcome:
    """Run both doors and the rewrite over one package, or the first alone if quick, and hold it against the labels."""
    started = time.perf_counter()
    findings = check(folder, python)
    seconds = time.perf_counter() - started
    found = {site for site, finding in findings.items() if finding["code"] == "FWD001"}
    due = {site: label["evidence"] for site, label in package.labels.items() if label["verdict"] == "fix"}
    uncounted = {site for site, label in package.labels.items() if label["verdict"] == "unknown"}
    faults = []
    safe = {site for site, one in findings.items() if one["fix"] and one["fix"]["applicability"] == "safe"}
    if not quick:
        if flake8(folder, python) != set(findings):
            faults.append("flake8 and forward-call check disagree")
        faults += rewrite(folder, safe, python)
    return Outcome(
        package,
        Counter(evidence for site, evidence in due.items() if site in found),
        Counter(due.values()),
        sorted(found & set(package.labels) - set(due) - uncounted),
        sorted(found - set(package.labels)),
        seconds,
        len(safe),
        faults,
    )


def environment(python: str | None) -> list[str]:
    """The option of the command that says which installed packages count."""
    return ["--no-site-packages"] if python is None else ["--python", python]


def check(folder: Path, python: str | None) -> dict[Site, dict[str, Any]]:
    """What ``forward-call check`` finds, by place."""
    command = [sys.executable, "-m", "flake8_forward_call", "check", "--output-format", "json", str(folder)]
    command += environment(python)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode > 1:
        raise SystemExit(f"forward-call check failed: {done.stderr}")
    return {
        (_inside(finding["filename"], folder), finding["location"]["row"], finding["location"]["column"]): finding
        for finding in json.loads(done.stdout)
    }


def flake8(folder: Path, python: str | None) -> set[Site]:
    """The places at which flake8 finds something of ours. It passes over what does not parse, as E999."""
    command = [sys.executable, "-m", "flake8", "--isolated", "--select=FWD,E9", "--exclude=.git", str(folder)]
    command.append("--format=%(path)s\t%(row)d\t%(col)d\t%(code)s")
    command += [option.replace("--", "--forward-call-") for option in environment(python)[:1]]
    command += environment(python)[1:]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode > 1:
        raise SystemExit(f"flake8 failed: {done.stderr}")
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    return {(_inside(path, folder), int(row), int(column)) for path, row, column, _ in rows}


def rewrite(folder: Path, safe: set[Site], python: str | None) -> list[str]:
    """Fix a copy of the folder, and give what changed besides the calls with a safe fix, which should be nothing."""
    copy = folder.with_name(f"{folder.name}.fixed")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    command = [sys.executable, "-m", "flake8_forward_call", "fix", str(copy), *environment(python)]
    subprocess.run(command, capture_output=True, check=False)
    faults = []
    for path in sorted(folder.rglob("*.py")):
        inside = str(path.relative_to(folder))
        named = {(row, column) for file, row, column in safe if file == inside}
        old, new = path.read_bytes(), (copy / inside).read_bytes()
        if (old != new) is not bool(named):
            faults.append(f"{inside}: {'not ' * (old == new)}rewritten")
        elif named and ast.dump(_expected(ast.parse(old), named)) != ast.dump(ast.parse(new)):
            faults.append(f"{inside}: more was rewritten than the calls named")
    again = [site for site in check(copy, python).values() if site["fix"] and site["fix"]["applicability"] == "safe"]
    if again:
        faults.append("a second run would rewrite more")
    shutil.rmtree(copy)
    return faults


def _expected(tree: ast.Module, named: set[tuple[int, int]]) -> ast.Module:
    """The tree with the named calls rewritten; the places are of the name ``forward``, in ASCII lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "forward":
            place = (node.func.end_lineno, (node.func.end_col_offset or 0) - len("forward") + 1)
            if place in named:
                node.func = node.func.value
    return tree


def _inside(path: str, folder: Path) -> str:
    return Path(path).resolve().relative_to(folder.resolve()).as_posix()


# Reporting


def remarks(outcome: Outcome) -> Iterator[str]:
    """Yield a line for each thing that somebody should look at."""
    name = outcome.package.requirement
    for path, row, column in outcome.false_alarms:
        yield f"{name}: FALSE ALARM {path}:{row}:{column}: {outcome.package.labels[path, row, column]['how']}"
    for path, row, column in outcome.unlabelled:
        yield f"{name}: not labelled: {path}:{row}:{column}"
    for fault in outcome.faults:
        yield f"{name}: FAULT {fault}"


def table(outcomes: list[Outcome]) -> str:
    """The figures as a Markdown table."""
    lines = [
        f"| package | {' | '.join(EVIDENCE)} | false alarms | safe fixes | seconds |",
        "| --- |" + " ---: |" * (len(EVIDENCE) + 3),
    ]
    found, due = Counter[str](), Counter[str]()
    for one in outcomes:
        found.update(one.found)
        due.update(one.due)
        cells = [_share(one.found[kind], one.due[kind]) for kind in EVIDENCE]
        cells += [str(len(one.false_alarms)), str(one.safe_fixes), f"{one.seconds:.1f}"]
        lines.append(f"| {one.package.requirement} | {' | '.join(cells)} |")
    cells = [_share(found[kind], due[kind]) for kind in EVIDENCE]
    cells += [str(sum(len(one.false_alarms) for one in outcomes)), str(sum(one.safe_fixes for one in outcomes))]
    lines.append(f"| all | {' | '.join(cells)} | {sum(one.seconds for one in outcomes):.1f} |")
    return "\n".join(lines)


def _share(found: int, due: int) -> str:
    return f"{found}/{due}" if due else "-"


if __name__ == "__main__":
    sys.exit(main())
