"""Facts: whoever gets an answer gets what it rests on, and only some modules may look at the world."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import flake8_forward_call
from flake8_forward_call.inference.project import facts
from flake8_forward_call.inference.project.facts import Fact, Ledger, Memo, note, noted, noted_property, recorded

INFERENCE = Path(flake8_forward_call.__file__).parent / "inference"

# What looks at the disk, and the modules that may do it: those that note what they see; those that find out which
# project and environment a file belongs to, which is found out again in each run; and what keeps the results.
LOOKING = {
    "exists", "expanduser", "find_files", "getcwd", "glob", "is_dir", "is_file", "is_symlink", "isdir", "isfile",
    "islink", "iterdir", "lexists", "listdir", "lstat", "open", "read_bytes", "read_text", "readlink", "realpath",
    "resolve", "rglob", "samefile", "scandir", "stat", "walk", "which",
}  # fmt: skip
ALLOWED = {
    "project/disk.py": {"isfile", "read_bytes", "stat"},
    "places/folders.py": {"is_symlink", "scandir", "walk"},
    "places/layout.py": {"exists", "read_bytes", "realpath"},
    "places/siblings.py": {"scandir"},
    "project/texts.py": {"find_files"},
    "places/environment.py": {"exists", "read_bytes", "realpath", "which"},
    "places/editable.py": {"isdir", "listdir", "read_bytes"},
    "places/apart.py": {"exists"},
    "places/homes.py": {"exists"},
    "project/workspace.py": {"expanduser", "realpath"},
    "project/shelf.py": {"realpath"},
    "project/results.py": {"exists"},
    "session.py": {"is_file", "realpath"},
    "knowledge.py": {"realpath"},
    "asking.py": {"exists"},
    "catalogue/__init__.py": {"is_file", "read_bytes"},
    "catalogue/build.py": LOOKING,
    "catalogue/builder.py": LOOKING,
}

# These have methods with such names that look at no disk.
OTHERS = {"ast", "catalogue", "others", "self"}


def looking(tree: ast.AST) -> Iterator[tuple[str, str, int]]:
    """The calls that may look at the disk: the owner, the name and the row of each. `ast` and inference have others."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr=name)) if (
                name in LOOKING and owner_of(owner) not in OTHERS
            ):
                yield owner_of(owner), name, node.lineno
            case ast.Call(func=ast.Name(id=name)) if name in LOOKING:
                yield "", name, node.lineno


def owner_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def test_only_modules_that_note_what_they_see_look_at_the_disk() -> None:
    found = {
        f"{path.relative_to(INFERENCE).as_posix()}:{row}: {owner}.{name}"
        for path in sorted(INFERENCE.rglob("*.py"))
        for owner, name, row in looking(ast.parse(path.read_bytes()))
        if name not in ALLOWED.get(path.relative_to(INFERENCE).as_posix(), ())
    }
    assert found == set()


def test_a_module_that_looks_at_the_disk_would_be_noticed() -> None:
    program = "os.path.exists(a)\nexists(a)\nPath(a).is_file()\nos.walk(a)\nast.walk(a)\n"
    assert [name for _, name, _ in looking(ast.parse(program))] == ["exists", "exists", "is_file", "walk"]


@pytest.fixture(autouse=True)
def ledger() -> Iterator[Ledger]:
    found = Ledger()
    before = facts._NOW.ledger
    facts.turn_to(found)
    yield found
    facts.turn_to(before)


def facts_in(ledger: Ledger, mask: int) -> list[Fact]:
    return [fact for number, fact in enumerate(ledger.facts) if mask >> number & 1]


A, B, C = ("content", "a", "1"), ("content", "b", "1"), ("word", "c", "")


def test_answer_rests_on_what_was_noted_meanwhile(ledger: Ledger) -> None:
    note("content", "before", "")

    def answer() -> int:
        for fact in (A, B, A):
            note(*fact)
        return 7

    found, mask = recorded(answer)
    assert (found, facts_in(ledger, mask)) == (7, [A, B])


def test_who_asks_again_gets_the_facts_again(ledger: Ledger) -> None:
    memo: Memo[str, int] = Memo()

    def inner() -> int:
        note(*A)
        return 1

    def outer() -> int:
        note(*B)
        return memo.get("inner", inner)

    assert recorded(lambda: memo.get("outer", outer)) == recorded(lambda: memo.get("outer", outer))
    assert set(facts_in(ledger, recorded(lambda: memo.get("outer", outer))[1])) == {A, B}
    assert facts_in(ledger, recorded(lambda: memo.get("inner", inner))[1]) == [A]


def test_property_passes_its_facts_on(ledger: Ledger) -> None:
    class Owner:
        @noted_property
        def value(self) -> int:
            note(*A)
            return 7

    owner = Owner()
    for _ in range(2):
        value, mask = recorded(lambda: owner.value)
        assert (value, facts_in(ledger, mask)) == (7, [A])


def test_one_fact_can_stand_for_many(ledger: Ledger) -> None:
    def answer() -> str:
        note(*A)
        note(*B)
        return ""

    _, mask = recorded(lambda: noted("word", "c", answer, str))
    assert facts_in(ledger, mask) == [C]


def test_two_answers_to_one_question_are_not_kept(ledger: Ledger) -> None:
    recorded(lambda: note(*A))
    assert not ledger.is_torn
    recorded(lambda: note("content", "a", "2"))
    assert ledger.is_torn
    ledger.begin()
    assert not ledger.is_torn


def test_facts_are_kept_when_something_fails(ledger: Ledger) -> None:
    def fail() -> None:
        note(*A)
        raise ZeroDivisionError

    def caught() -> None:
        with pytest.raises(ZeroDivisionError):
            recorded(fail)

    assert facts_in(ledger, recorded(caught)[1]) == [A]
