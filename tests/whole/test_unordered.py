"""Nothing in the package is iterated in an order that differs between processes."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path

import pytest
from unordered import faults_of

import flake8_forward_call

PACKAGE = Path(flake8_forward_call.__file__).parent


def found(*texts: str) -> list[str]:
    return [text for _, _, text in faults_of([ast.parse(textwrap.dedent(text)) for text in texts])]


@pytest.mark.slow
def test_nothing_in_the_package_depends_on_hashes_or_on_how_a_folder_is_listed() -> None:
    trees = {path: ast.parse(path.read_bytes()) for path in sorted(PACKAGE.rglob("*.py"))}
    paths = {id(tree): path for path, tree in trees.items()}
    faults = [f"{paths[id(tree)].relative_to(PACKAGE)}:{row}: {text}" for tree, row, text in faults_of(trees.values())]
    assert faults == []


SEEN = {
    "loop over a display": ("for name in {'a', 'b'}: print(name)", "{'a', 'b'}"),
    "comprehension over a call": ("names = [name for name in set(words)]", "set(words)"),
    "argument of list": ("def f(words):\n    own = {word for word in words}\n    return list(own)", "own"),
    "argument of a dictionary": (
        "table = dict.fromkeys(methods.keys() - {'compile'}, '')",
        "methods.keys() - {'compile'}",
    ),
    "unpacked into a dictionary": (
        "table = {'a': '', **dict.fromkeys(methods.keys() - {'compile'}, '')}",
        "methods.keys() - {'compile'}",
    ),
    "join of a union": ("text = ', '.join(old.keys() | new.keys())", "old.keys() | new.keys()"),
    "constant": ("WORDS = frozenset(('a', 'b'))\ndef f():\n    for word in WORDS: print(word)", "WORDS"),
    "parameter by its annotation": ("def f(words: set[str]):\n    return [*words]", "words"),
    "result by its annotation": ("def g() -> set[str]: ...\ndef f():\n    yield from g()", "g()"),
    "first of a set": ("def f(words):\n    own = set(words)\n    return next(iter(own))", "own"),
    "set in a dictionary": (
        "class A:\n    def __init__(self):\n        self.aliases: dict[str, set[str]] = {}\n"
        "    def names(self, name):\n        yield from self.aliases.get(name, ())",
        "self.aliases.get(name, ())",
    ),
    "field of a data class": ("class A:\n    new: set[str] = field()\ndef f(a):\n    return tuple(a.new)", "a.new"),
    "property": (
        "class A:\n    @property\n    def keys(self) -> frozenset[str]: ...\ndef f(a):\n    return [*a.keys]",
        "a.keys",
    ),
    "longest of a set": ("def f(words):\n    return max(set(words), key=len)", "set(words)"),
    "taken apart": ("def f(words):\n    first, second = set(words)", "set(words)"),
    "added to a list": ("def f(words, out):\n    out += set(words)", "set(words)"),
    "folder as it is listed": ("import os\nfor name in os.listdir('.'): print(name)", "os.listdir('.')"),
    "files as they are found": ("def f(path):\n    return [one for one in path.rglob('*.py')]", "path.rglob('*.py')"),
    "by the address": ("sorted(things, key=id)", "key=id"),
    "by the hash": ("things.sort(key=lambda one: hash(one))", "hash(one)"),
}


@pytest.mark.parametrize(("program", "text"), SEEN.values(), ids=list(SEEN))
def test_what_depends_on_hashes_is_noticed(program: str, text: str) -> None:
    assert found(program) == [text]


def test_a_set_of_another_module_is_noticed() -> None:
    user = "from sets import WORDS\ndef f(a):\n    return [*a.aliases,\n            *WORDS]"
    assert found(user, "WORDS = {'a', 'b'}\nclass A:\n    aliases: set[str]") == ["a.aliases", "WORDS"]


@pytest.mark.parametrize(
    "program",
    [
        "for name in sorted({'a', 'b'}): print(name)",
        "known = {name.lower() for name in set(words)}",
        "if any(name in text for name in {'a', 'b'}): print(text)",
        "print('a' in {'a', 'b'}, len({'a', 'b'}), max({1, 2}))",
        "(only,) = {1}",
        "for name in dict.fromkeys(words): print(name)",
        "for name in table.keys(): print(name)",
        "for name in old | new: print(name)",
        "import os\nfor name in sorted(os.listdir('.')): print(name)",
        "import os\nwith os.scandir('.') as scan:\n    entries = sorted(scan, key=lambda entry: entry.name)",
        "import ast\nfor node in ast.walk(tree): print(node)",
        "def f(words: list[str]):\n    return [*words]\ndef g(words: set[str]):\n    return len(words)",
        "seen = set()\ndef f(seen):\n    return list(seen)",
    ],
)
def test_what_does_not_is_no_fault(program: str) -> None:
    assert found(program) == []
