"""Does a rewrite change nothing else, in any code that people write?

    python benchmarks/sweep.py                    # `fix`, on this Python's library and its site-packages
    python benchmarks/sweep.py FOLDER...          # on other folders
    python benchmarks/sweep.py --rename 3 ...     # rename the 3 most called methods of each file to forward
    python benchmarks/sweep.py --smoke            # seconds: both on a few files of the library

It works in memory; no file is changed. Ordinary code does not call forward(), so ``--rename`` gives that name to other
methods and rewrites every use of it, which covers all ways in which people write calls. After each rewrite, safe and
unsafe, the result must parse to the same tree except for the rewritten uses. Tokens and comments are the same and in
order. Lines without a rewrite are the same byte for byte, as are encoding, byte-order mark and the end of the file. A
second run has nothing to do. ``swept/proof.py``, which shares no code with the tool, checks this. The exit status is 1
if a check fails. The site-packages inside a folder are skipped unless named: those of a library are not the ones in
use.
"""

from __future__ import annotations

import argparse
import os
import sys
import sysconfig
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from flake8_forward_call.checking import check_bytes
from flake8_forward_call.files.cache import VARIABLE
from flake8_forward_call.findings.finding import Applicability, Fix
from flake8_forward_call.findings.selection import Selection, everywhere
from flake8_forward_call.fixing.proposing import rewrite as fix_bytes
from flake8_forward_call.fixing.rewriter import RewriteError, rewrite
from flake8_forward_call.sources.source import Source, SourceError
from flake8_forward_call.visiting.sites import Site
from flake8_forward_call.visiting.visitor import find_sites
from swept.proof import faults, parsed, uses_of_forward
from swept.renaming import renamed
from swept.texts import Place

ALL_RULES = Selection(select=("FWD",))
SMOKE_FILES = 36
SMOKE_BYTES = 30_000  # Of a file, at most.


@dataclass
class Result:
    """The result for one file, or for many."""

    files: int = 0
    not_python: int = 0
    uses: int = 0
    rewritten: int = 0
    left: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def add(self, other: Result) -> None:
        for name in ("files", "not_python", "uses", "rewritten"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.left += other.left
        self.refused += other.refused
        self.failures += other.failures


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--rename", type=int, metavar="N", help="call the N most called methods of a file forward")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth file")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--smoke", action="store_true", help="only see whether the benchmark itself works")
    options = parser.parse_args(arguments)
    os.environ[VARIABLE] = ""
    folders = options.folders or [Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib")]
    files = list(_files(folders))[:: options.every]
    if options.smoke:
        return _smoke(files, options.jobs)
    result = _show(files, options.rename, options.jobs)
    return 1 if result.failures else 0


def _files(folders: Sequence[Path]) -> Iterator[Path]:
    found = {
        path.resolve(): None
        for folder in folders
        for path in sorted(folder.rglob("*.py"))
        if path.is_file() and "site-packages" not in path.relative_to(folder).parts
    }
    yield from found


def _smoke(files: Sequence[Path], jobs: int) -> int:
    library = Path(sysconfig.get_path("stdlib")).resolve()
    own = [file for file in files if file.parent in (library, library / "asyncio", library / "email")]
    own = [file for file in own if file.stat().st_size <= SMOKE_BYTES]
    few = own[:: max(1, len(own) // SMOKE_FILES)]
    results = [_show(few, None, jobs), _show(few, 3, jobs)]
    if not few or results[1].rewritten < 5 * len(few):
        raise SystemExit(f"the benchmark does not measure: {results[1].rewritten} rewrites in {len(few)} files")
    return 1 if any(result.failures for result in results) else 0


def _show(files: Sequence[Path], rename: int | None, jobs: int) -> Result:
    started, total = time.monotonic(), Result()
    with ProcessPoolExecutor(jobs) as pool:
        for result in pool.map(partial(swept, rename=rename), files, chunksize=4):
            total.add(result)
    print(f"\n{'as they are' if rename is None else f'the {rename} methods called most renamed'}:")
    print(
        "| Python | files | not Python | uses of forward | rewritten | left | in files refused | failures | seconds |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    figures = (total.files, total.not_python, total.uses, total.rewritten, total.left.total(), total.refused.total())
    row = [f"{figure:,}" for figure in (*figures, len(total.failures))]
    version = "{}.{}".format(*sys.version_info)
    print(f"| {version} | {' | '.join(row)} | {time.monotonic() - started:.0f} |")
    for name, reasons in (("left", total.left), ("refused", total.refused)):
        for reason, count in reasons.most_common():
            print(f"{name}: {count:,}: {reason}")
    for failure in total.failures:
        print(f"FAILURE: {failure}")
    return total


def swept(path: Path, rename: int | None) -> Result:
    """The result for one file. Never raises because of an error in the tool."""
    result, data = Result(files=1), path.read_bytes()
    try:
        if rename is not None:
            data = renamed(data, rename)
        tree = parsed(data)
    except (SyntaxError, ValueError, LookupError, RecursionError, MemoryError):
        return Result(files=1, not_python=1)
    uses = len(uses_of_forward(tree))
    try:
        for failure in _fixed(str(path), data, result) if rename is None else _rewritten(data, uses, result):
            result.failures.append(f"{path}: {failure}")
    except Exception as error:
        result.failures.append(f"{path}: {type(error).__name__}: {error}")
    result.uses = uses
    return result


def _fixed(path: str, data: bytes, result: Result) -> Iterator[str]:
    """Do the same as ``forward-call fix --unsafe-fixes`` with a file, and yield what went wrong."""
    checked = check_bytes(path, data, everywhere(ALL_RULES))
    result.refused.update(finding.message for finding in checked.findings if finding.code == "FWD900")
    fixable = [finding for finding in checked.findings if finding.fix is not None]
    if not fixable:
        return
    outcome = fix_bytes(data, checked, [finding.fix for finding in fixable if finding.fix], ALL_RULES)
    if outcome.data is None:
        result.refused.update(finding.message for finding in outcome.remaining if finding.code == "FWD900")
        return
    result.rewritten = len(fixable)
    yield from faults(data, outcome.data, {(one.end.row, one.end.column) for one in fixable})
    again = check_bytes(path, outcome.data, everywhere(ALL_RULES))
    if any(finding.fix for finding in again.findings):
        yield "a second run has something to rewrite"


def _rewritten(data: bytes, uses: int, result: Result) -> Iterator[str]:
    """Rewrite every use of forward() that can be rewritten, and yield what went wrong."""
    try:
        source = Source.from_bytes("renamed.py", data)
        sites = find_sites(source)
        if len(sites) != uses:
            yield f"{len(sites)} sites were found of {uses}"
            return
        result.left.update(_reason(site) for site in sites if site.edit is None)
        edits = [site.edit for site in sites if site.edit is not None]
        text = rewrite(source, [Fix(Applicability.SAFE, "", (edit,), "", "") for edit in edits])
    except (SourceError, RewriteError) as error:
        result.left.clear()
        result.refused[error.reason] += uses
        return
    new, result.rewritten = source.encode(text), len(edits)
    ends: set[Place] = {(site.end.row, site.end.column) for site in sites if site.edit is not None}
    yield from faults(data, new, ends)
    if any(site.edit for site in find_sites(Source.from_bytes("renamed.py", new))):
        yield "a second run has something to rewrite"


def _reason(site: Site) -> str:
    """Why a site cannot be rewritten."""
    receiver = site.candidate.attribute.value
    if getattr(receiver, "attr", "") == "forward":
        return "the receiver is itself an attribute forward"
    if site.candidate.in_string:
        return "the program shows its own source"
    return "a comment in an argument" if site.candidate.is_handed else "for no reason"


if __name__ == "__main__":
    sys.exit(main())
