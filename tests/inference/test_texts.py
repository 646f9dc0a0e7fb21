"""Searches through the text of a project's files."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_forward_call.inference import texts
from flake8_forward_call.inference.texts import Texts, headers
from flake8_forward_call.inference.workspace import Workspace


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("class A(B): ...", [("A", ["B"])]),
        ("  class A( b.c.B , D ) : ...", [("A", ["B", "D"])]),
        ("if x:\r\n\tclass A(\r\n\t\tB, # not: that\r\n\t\tC  # nor that\r\n\t):\r\n\t\t...", [("A", ["B", "C"])]),
        ("class A(B[int, D[str]], metaclass=M): ...", [("A", ["B", "int", "D", "str", "M"])]),
        ("class A[T: int](B[T]): ...", [("A", ["T", "int", "B", "T"])]),
        ("class A(with_metaclass(M, B)): ...", [("A", ["with_metaclass", "M", "B"])]),
        ("class Größe(Maß): ...", [("Größe", ["Maß"])]),
        ("class A(B\nclass C(D): ...", [("A", ["B"]), ("C", ["D"])]),
        ("class A: ...", []),
        ("subclass A(B)", []),
        ("# class A(B): ...", []),
        ("the class A(B)", []),
    ],
)
def test_class_headers_in_text(text: str, expected: list[tuple[str, list[str]]]) -> None:
    found = [(name.decode(), [base.decode() for base in bases]) for name, bases in headers(text.encode())]
    assert found == expected


def test_file_of_headers_without_an_end_is_gone_through_once() -> None:
    assert sum(1 for _ in headers(b"class A(\n" * 100_000)) == 100_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("run()", True),
        ("x.run", True),
        ("prerun()\nrun", True),
        ("rerun()", False),
        ("runs()", False),
        ("run_all()", False),
        ("RUN", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("kept", [texts.MAX_KEPT, 0])
def test_word_is_found_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, expected: bool, kept: int
) -> None:
    monkeypatch.setattr(texts, "MAX_KEPT", kept)
    (tmp_path / "a.py").write_text(text)
    project = Texts(tmp_path)
    assert [project.mentioning("run"), project.mentioning("run")] == [(str(tmp_path / "a.py"),) * expected] * 2


@pytest.mark.parametrize("word", ["größe", "a.b", "\ud800", ""])
def test_any_word_can_be_asked_for(tmp_path: Path, word: str) -> None:
    (tmp_path / "a.py").write_text("größe = a.b", encoding="utf-8")
    found = Texts(tmp_path).mentioning(word)
    assert (len(found) == 1) is (word in {"größe", "a.b", ""})


def test_files_that_mention_a_word_are_read_when_they_are_taken(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("broken( run")
    (tmp_path / "b.py").write_text("run = 1")
    (tmp_path / "c.txt").write_text("run = 1")
    found = Workspace((), tmp_path).mentioning("run", "", 2)
    assert found is not None
    assert [Path(file.path).name for file in found] == ["b.py"]


def test_word_that_stands_in_more_files_than_the_limit_is_not_followed(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.py").write_text("run = 1")
    assert Workspace((), tmp_path).mentioning("run", "", 2) is None


def test_text_beside_the_word_can_be_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("run(); x.register_hook(run)")
    (tmp_path / "b.py").write_text("run()")
    assert Texts(tmp_path).mentioning("run", "_hook(") == (str(tmp_path / "a.py"),)


def test_text_that_lies_nowhere_has_no_project() -> None:
    assert (list(Workspace().mentioning("run", "", 1) or ()), list(Workspace().heirs("Run"))) == ([], [])
