"""No modules of the package import each other in a circle, and parts of inference only know each other's questions."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

import flake8_forward_call
from flake8_forward_call.inference import questions
from flake8_forward_call.inference.evaluator import Evaluator

TOP = Path(flake8_forward_call.__file__).parent
INFERENCE = "flake8_forward_call.inference"


@cache
def imports(folder: Path) -> dict[str, dict[str, int]]:
    """By module of a package: the modules that it imports, each with the row of the first import.

    Imports inside functions and for type checkers count as well. A module uses its package's ``__init__`` only if it
    imports a name from there.
    """
    modules = {_name(path, folder): path for path in sorted(folder.rglob("*.py"))}
    found: dict[str, dict[str, int]] = {}
    for name, path in modules.items():
        package = name if path.stem == "__init__" else name.rpartition(".")[0]
        rows = found[name] = {}
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for target in _targets(node, package):
                module = target if target in modules else target.rpartition(".")[0]
                if module in modules and module != name:
                    rows.setdefault(module, getattr(node, "lineno", 0))
    return found


def _name(path: Path, folder: Path) -> str:
    parts = path.relative_to(folder.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _targets(node: ast.AST, package: str) -> Iterator[str]:
    """Yield what an import statement names: modules, or names in modules."""
    match node:
        case ast.Import(names=names):
            yield from (f"{one.name}.*" for one in names)
        case ast.ImportFrom(module=module, names=names, level=level):
            parts = package.split(".")
            above = ".".join(parts[: len(parts) - level + 1]) if level else ""
            origin = ".".join(filter(None, (above, module)))
            yield from (f"{origin}.{one.name}" for one in names)


def circle(graph: Mapping[str, Mapping[str, int]]) -> list[str]:
    """The shortest circle of imports, from a module to itself; empty if there is none."""
    shortest: list[str] = []
    for start in sorted(graph):
        ways = {start: [start]}
        todo = [start]
        while todo and start not in graph[todo[0]]:
            module = todo.pop(0)
            for target in sorted(graph[module]):
                if target not in ways:
                    ways[target] = [*ways[module], target]
                    todo.append(target)
        if todo and (not shortest or len(ways[todo[0]]) + 1 < len(shortest)):
            shortest = [*ways[todo[0]], start]
    return shortest


def told(graph: Mapping[str, Mapping[str, int]], way: list[str]) -> str:
    """A circle in words: each module, and the row of its import of the next one."""
    steps = [f"{one} (row {graph[one][other]})" for one, other in pairwise(way)]
    return " -> ".join([*steps, *way[-1:]])


def trespasses(graph: Mapping[str, Mapping[str, int]]) -> list[str]:
    """The imports by which a module that answers questions, and asks some, knows one of another room that does so.

    The modules that answer are those that the evaluator imports, directly or through others.
    """
    page, top = f"{INFERENCE}.questions", f"{INFERENCE}.evaluator"
    answering, todo = {top}, [top]
    while todo:
        more = graph[todo.pop()].keys() - answering
        answering |= more
        todo += sorted(more)
    asking = {name for name in answering - {top} if page in graph[name]}
    return [
        f"{name} (row {row}) -> {target}"
        for name in sorted(asking)
        for target, row in graph[name].items()
        if target in asking and target.rpartition(".")[0] != name.rpartition(".")[0]
    ]


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = imports(TOP)
    found = circle(graph)
    assert not found, told(graph, found)


def test_modules_that_ask_questions_do_not_know_who_answers() -> None:
    assert trespasses(imports(TOP)) == []


def test_only_what_asks_from_outside_knows_the_evaluator() -> None:
    graph = imports(TOP)
    knowing = {
        name.removeprefix(f"{INFERENCE}.") for name, targets in graph.items() if f"{INFERENCE}.evaluator" in targets
    }
    assert knowing >= {"catalogue.builder", "evidence", "knowledge"}
    assert knowing.isdisjoint(name.removeprefix(f"{INFERENCE}.") for name in graph[f"{INFERENCE}.evaluator"])


def test_each_question_of_the_page_has_an_answer_and_says_what_it_answers() -> None:
    asked = [one for one in questions.Questions.__mro__ if one.__module__ == questions.__name__]
    named = {name: vars(one)[name] for one in asked for name in vars(one) if not name.startswith("_")}
    assert len(named) > 50
    in_instances = {"project", "hierarchy", "own_calls", "engine"}  # Set by the constructor.
    assert [name for name in named if not hasattr(Evaluator, name) and name not in in_instances] == []
    assert [name for name, question in named.items() if not question.__doc__] == []


PACKAGE = {
    "__init__.py": "",
    "door.py": "from made_up.room import inner\n",
    "room/__init__.py": "",
    "room/inner.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from made_up.room.other import Other\n",
    "room/other.py": "class Other: ...\ndef late():\n    from made_up import shared\n",
    "shared.py": "import ast\n",
}


def written(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = folder / "made_up" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "made_up"


def test_made_up_package_without_a_circle_has_none(tmp_path: Path) -> None:
    assert circle(imports(written(tmp_path, PACKAGE))) == []


@pytest.mark.parametrize(
    "text",
    [
        "from made_up.room.inner import x\n",
        "import made_up.room.inner\n",
        "from .room import inner\n",
        "from . import door\n",
    ],
)
def test_circle_of_late_imports_and_imports_for_types_is_found(tmp_path: Path, text: str) -> None:
    graph = imports(written(tmp_path, PACKAGE | {"shared.py": f"def late():\n    {text}"}))
    first = ["made_up.door (row 1)"] if "door" in text else []
    found = circle(graph)
    assert found[0] == found[-1]
    assert told(graph, found) == " -> ".join(
        [*first, "made_up.room.inner (row 3)", "made_up.room.other (row 3)", "made_up.shared (row 2)", found[0]]
    )


def test_module_that_asks_and_knows_who_answers_is_found() -> None:
    page = {f"{INFERENCE}.questions": 1}
    graph = {
        f"{INFERENCE}.questions": {},
        f"{INFERENCE}.evaluator": {**page, f"{INFERENCE}.usage.callers": 2},
        f"{INFERENCE}.usage.callers": {**page, f"{INFERENCE}.usage.search": 2},
        f"{INFERENCE}.usage.search": {**page, f"{INFERENCE}.evaluating.calls": 7, f"{INFERENCE}.types": 8},
        f"{INFERENCE}.evaluating.calls": page,
        f"{INFERENCE}.types": {},
    }
    assert trespasses(graph) == [f"{INFERENCE}.usage.search (row 7) -> {INFERENCE}.evaluating.calls"]
