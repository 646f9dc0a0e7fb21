"""Would the tests notice a bug in the code that decides whether a rewrite is right?

    python -m pip install cosmic-ray
    python benchmarks/mutation.py                   # every target of the table
    python benchmarks/mutation.py rewriter ruling   # some targets
    python benchmarks/mutation.py --list ruling     # only show what would be changed

Each mutant is a module with one small change: a comparison or condition reversed, a number off by one, a loop that does
not run, `and` instead of `or`, a decorator removed. cosmic-ray creates them. But it runs them slowly, because it starts
Python for each. Here every mutant is a fork of one process that has already imported pytest and libcst, and the module
is imported from the mutated text; no file is changed. A mutant that survives the quick tests of its target is run
against the slow ones too. The exit status is 1 if a mutant survives that is not in ``HARMLESS``. That list has the
mutants that do the same as the original, or that change nothing anyone relies on, with the reasons.
"""

from __future__ import annotations

import argparse
import ast
import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
import time
import types
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "flake8_forward_call"

# For each operator, its opposite, or one that only differs if both sides are equal.
COMPARISONS = (
    ("Eq", "NotEq"),
    ("NotEq", "Eq"),
    ("Lt", "LtE"),
    ("LtE", "Lt"),
    ("Gt", "GtE"),
    ("GtE", "Gt"),
    ("Is", "IsNot"),
    ("IsNot", "Is"),
)
OPERATORS = (
    *(f"core/ReplaceComparisonOperator_{old}_{new}" for old, new in COMPARISONS),
    "core/ReplaceBinaryOperator_Add_Sub",
    "core/ReplaceBinaryOperator_Sub_Add",
    "core/ReplaceUnaryOperator_Delete_Not",
    "core/ReplaceUnaryOperator_Delete_USub",
    "core/AddNot",
    "core/ReplaceTrueWithFalse",
    "core/ReplaceFalseWithTrue",
    "core/ReplaceAndWithOr",
    "core/ReplaceOrWithAnd",
    "core/ReplaceBreakWithContinue",
    "core/ReplaceContinueWithBreak",
    "core/NumberReplacer",
    "core/RemoveDecorator",
    "core/ZeroIterationForLoop",
)


@dataclass(frozen=True, slots=True)
class Target:
    """A module to change, in some of its functions or in all, and the tests that should notice."""

    path: str
    quick: tuple[str, ...]
    slow: tuple[str, ...]
    functions: tuple[str, ...] = ()

    @property
    def module(self) -> str:
        return f"{PACKAGE}.{self.path.removesuffix('.py').replace('/', '.')}"


# pytest warns about modules imported before it could rewrite their assertions, and warnings are errors.
PYTEST = ("-x", "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")

DECISIONS = ("inference/calling/test_delegation.py", "inference/calling/test_meaning.py", "inference/test_contract.py")
SLOW = (
    "inference/test_fixtures.py",
    "inference/verdicts/test_overrides.py",
    "inference/classes/test_mixins.py",
    "commands/test_cli_check.py",
)
CALL_OF_A_CLASS = (
    "meaning_to_subclasses",
    "call_of",
    "_call_of",
    "_at_worst",
    "other_calls_abound",
    "other_calls",
    "_has_other_call",
    "own_call",
    "comes_without_hooks",
    "is_interface",
)
TARGETS = {
    "rewriter": Target(
        "fixing/rewriter.py",
        ("fixing/test_rewriter.py",),
        ("visiting/test_visitor.py", "fixing/test_rewriter_properties.py"),
    ),
    "delegation": Target("inference/calling/delegation.py", DECISIONS[:1], (*DECISIONS[1:], *SLOW)),
    "ruling": Target(
        "findings/ruling.py",
        ("findings/test_ruling.py",),
        (*DECISIONS, "inference/hooks/test_hanging.py", "rules/test_rules.py", "commands/test_cli_check.py"),
    ),
    "sites": Target("inference/calling/sites.py", ("inference/calling/test_sites.py",), (*DECISIONS, *SLOW)),
    "hierarchy": Target(
        "inference/classes/hierarchy.py",
        ("inference/calling/test_calls_of_classes.py", *DECISIONS),
        ("inference/project/test_environment.py", *SLOW),
        CALL_OF_A_CLASS,
    ),
    "own_calls": Target(
        "inference/calling/own_calls.py",
        ("inference/calling/test_calls_of_classes.py", "inference/calling/test_own_calls.py", *DECISIONS),
        SLOW,
    ),
}

# Mutants that may survive, by target and a part of the changed line, with the reason.
HARMLESS: dict[tuple[str, str], str] = {
    ("rewriter", "rpar[0] = rpar[ -1].with_changes"): "a parenthesis has nothing but the blanks before it",
    ("own_calls", "value = value.args[ -1]"): "there is one argument",
    ("own_calls", "return found[ -1]"): "all of them are equal",
    ("sites", "MAX_FILES = "): "a bound of effort, one file more or less",
    ("sites", "for statement in []:"): "a class that assigns its __call__ has another meaning already",
    ("delegation", "if named <= rest and all("): "where they are equal, the line above has returned",
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module's text with one change."""

    target: str
    text: str
    row: int
    before: str
    after: str

    @property
    def is_harmless(self) -> bool:
        return any(self.target == target and part in self.after for target, part in HARMLESS)

    def __str__(self) -> str:
        return f"{TARGETS[self.target].path}:{self.row}: {self.before}  ->  {self.after}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all by default")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--timeout", type=float, default=300, help="seconds that the tests of a mutant may take")
    parser.add_argument("--list", action="store_true", help="run nothing")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(TARGETS):
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    names = options.names or list(TARGETS)
    mutants = [mutant for name in names for mutant in _mutants(name)]
    if options.list:
        print(*mutants, sep="\n")
        return 0
    _prepare(names)
    living = list(_living(mutants, lambda target: target.quick, options))
    living = list(_living(living, lambda target: target.slow, options))
    _show(names, mutants, living)
    return 1 if any(not mutant.is_harmless for mutant in living) else 0


def _mutants(name: str) -> Iterator[Mutant]:
    """Yield every mutant of a target once, except those that only change an annotation."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    target = TARGETS[name]
    text = (ROOT / PACKAGE / target.path).read_text(encoding="utf-8")
    rows = _rows(text, target.functions)
    seen = {_meaning(text)}
    for operator in OPERATORS:
        occurrence = 0
        while (changed := mutate_code(text, get_operator(operator)(), occurrence)) is not None:
            occurrence += 1
            row, before, after = _change(text, changed)
            meaning = _meaning(changed)
            if row in rows and meaning not in seen and before != "if TYPE_CHECKING:":
                seen.add(meaning)
                yield Mutant(name, changed, row, before, after)


def _rows(text: str, functions: Sequence[str]) -> set[int]:
    """The rows of the functions with these names, or all rows."""
    if not functions:
        return set(range(1, text.count("\n") + 2))
    found = [one for one in ast.walk(ast.parse(text)) if isinstance(one, ast.FunctionDef) and one.name in functions]
    return {row for one in found for row in range(one.lineno, (one.end_lineno or one.lineno) + 1)}


def _meaning(text: str) -> str:
    """The module's tree without annotations, which nothing evaluates."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        for field in ("annotation", "returns"):
            if getattr(node, field, None) is not None:
                setattr(node, field, ast.Constant(None))
    return ast.dump(tree)


def _change(text: str, changed: str) -> tuple[int, str, str]:
    """The number of the first changed line, its old text and its new text."""
    lines, others = text.splitlines(), changed.splitlines()
    pairs = enumerate(zip(lines, others, strict=False), 1)
    row, (before, after) = next((row, pair) for row, pair in pairs if pair[0] != pair[1])
    return row, before.strip(), after.strip()


def _prepare(names: Sequence[str]) -> None:
    """Import what every test needs, and check that the tests pass without a change."""
    os.chdir(ROOT)
    os.environ |= {"CI": "1", "FORWARD_CALL_CACHE_DIR": "", "PYTHONDONTWRITEBYTECODE": "1"}
    sys.dont_write_bytecode = True
    for module in ("_pytest", "click", "flake8.main.cli", "hypothesis.strategies", "libcst.metadata", "pytest"):
        importlib.import_module(module)
    assert not any(name.split(".")[0] == PACKAGE for name in sys.modules)
    for name in names:
        target = TARGETS[name]
        text = (ROOT / PACKAGE / target.path).read_text(encoding="utf-8")
        child = _start(Mutant(name, text, 0, "", ""), (*target.quick, *target.slow))
        if os.waitpid(child, 0)[1] != 0:
            raise SystemExit(f"{name}: the tests fail without a mutation")


def _living(
    mutants: Sequence[Mutant], tests: Callable[[Target], Sequence[str]], options: argparse.Namespace
) -> Iterator[Mutant]:
    """Yield the mutants for which all these tests pass."""
    todo, running = list(reversed(mutants)), dict[int, tuple[Mutant, float]]()
    while todo or running:
        while todo and len(running) < options.jobs:
            mutant = todo.pop()
            running[_start(mutant, tests(TARGETS[mutant.target]))] = mutant, time.monotonic() + options.timeout
        for child, (mutant, deadline) in list(running.items()):
            if time.monotonic() > deadline:
                os.kill(child, signal.SIGKILL)
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                del running[child]
                if status == 0:
                    print(f"lives: {mutant}", file=sys.stderr, flush=True)
                    yield mutant
        time.sleep(0.02)


def _start(mutant: Mutant, tests: Sequence[str]) -> int:
    """Fork a process that runs tests with the mutant, and exits with pytest's exit status."""
    child = os.fork()
    if child:
        return child
    status = 70
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        sys.meta_path.insert(0, _Replaced(mutant))
        import pytest

        paths = [f"tests/{test}" for test in tests]
        status = int(pytest.main([*PYTEST, *paths]))
    finally:
        os._exit(status)


class _Replaced(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the mutant instead of the module."""

    def __init__(self, mutant: Mutant) -> None:
        self._name, self._text = TARGETS[mutant.target].module, mutant.text
        self._path = str(ROOT / PACKAGE / TARGETS[mutant.target].path)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        return importlib.util.spec_from_loader(fullname, self, origin=self._path)

    def exec_module(self, module: types.ModuleType) -> None:
        exec(compile(self._text, self._path, "exec"), module.__dict__)


def _show(names: Sequence[str], mutants: Sequence[Mutant], living: Sequence[Mutant]) -> None:
    print("| module | mutants | killed | harmless | survived |")
    print("| --- | ---: | ---: | ---: | ---: |")
    total, survived = Counter(one.target for one in mutants), Counter(one.target for one in living)
    harmless = Counter(one.target for one in living if one.is_harmless)
    for name in names:
        lives, known = survived[name], harmless[name]
        print(f"| {TARGETS[name].path} | {total[name]} | {total[name] - lives} | {known} | {lives - known} |")
    for mutant in living:
        print(f"{'harmless' if mutant.is_harmless else 'SURVIVED'}: {mutant}")


if __name__ == "__main__":
    sys.exit(main())
