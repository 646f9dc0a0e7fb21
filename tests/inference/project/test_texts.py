"""Searches through the text of a project's files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flake8_forward_call.files import reading
from flake8_forward_call.files.cache import Store
from flake8_forward_call.inference.project import searching, texts
from flake8_forward_call.inference.project.disk import Disk
from flake8_forward_call.inference.project.headers import headers, headers_in_notebook
from flake8_forward_call.inference.project.texts import Texts
from flake8_forward_call.inference.project.workspace import Workspace


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
        ("from a import B as A", [("A", ["B"])]),
        ("from a import (\n    B as _A,\n    b as a,\n)", [("_A", ["B"])]),
        ("from a import B as b, c as C, d as e", [("b", ["B"]), ("C", ["c"])]),
        ("\nA = B\n_A = b.c.B  # another\nC = B()\n\td = B\n", [("A", ["B"]), ("_A", ["B"]), ("d", ["B"])]),
        ("\nA = b.B if new else C\n", [("A", ["B", "C"])]),
        ("\nx.y = B\nrun(z = B)\nA = True\nA = 'B'\nA == B\n", []),
        ("'' as A", []),
        ("class A: ...", []),
        ("subclass A(B)", []),
        ("# class A(B): ...", []),
        ("the class A(B)", []),
    ],
)
def test_class_headers_in_text(text: str, expected: list[tuple[str, list[str]]]) -> None:
    found = [(name.decode(), [base.decode() for base in bases]) for name, bases in headers(text.encode())]
    assert found == expected


def test_class_headers_in_the_text_of_a_notebook() -> None:
    text = '{"source": ["class A(B):\\n", "    pass\\n", "C = A"]}'
    assert list(headers_in_notebook(text.encode())) == [(b"C", [b"A"]), (b"A", [b"B"])]


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
    assert [project.mentioning("run"), project.mentioning("run")] == [[str(tmp_path / "a.py")] * expected] * 2


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("Heir = type('Heir', (Base,), {})", True),
        ("type(\n    name,\n    (Base,),\n    {},\n)", True),
        ("type(f'Heir{len(x)}', bases, body)", True),
        ("types.new_class('Heir', (Base,))", True),
        ("if isinstance(x, type(y)): print(type(x), y)", False),
        ("type(x, )", False),
        ("torch.dtype(x, y) or self.type(x, y)", False),
        ("type(" * 9_999, False),
    ],
)
def test_calls_that_create_a_class_are_told_from_those_that_ask_for_one(
    tmp_path: Path, text: str, is_found: bool
) -> None:
    (tmp_path / "a.py").write_text(text, encoding="utf-8")
    assert bool(Texts(tmp_path).mentioning(searching.CREATING)) is is_found


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
    assert Texts(tmp_path).mentioning("run", "_hook(") == [str(tmp_path / "a.py")]


def test_text_that_lies_nowhere_has_no_project() -> None:
    assert (list(Workspace().mentioning("run", "", 1) or ()), list(Workspace().calling_subclasses("Run"))) == ([], [])
    assert list(Workspace().subclasses("Run", 1) or ()) == []


def test_subclasses_are_looked_for_where_the_text_has_a_way_down_to_them(tmp_path: Path) -> None:
    bodies = {
        "a": "class Base: ...",
        "b": "from a import Base as _Base\n",
        "c": "from b import _Base\nclass Middle(_Base): ...",
        "d": "import c\nclass Last(c.Middle):\n    def __call__(self): ...",
        "e": "from a import Base\nBase()",
    }
    for name, text in bodies.items():
        (tmp_path / f"{name}.py").write_text(text)
    found = [Path(path).stem for path in Texts(tmp_path).subclasses("Base")]
    assert found == ["b", "c", "d"]
    assert [Path(path).stem for path in Texts(tmp_path).calling_subclasses("Base")] == ["d"]
    assert Workspace((), tmp_path).subclasses("Base", 2) is None


# What is kept from one process to the next


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project that is large enough to be recorded, and whose files can be trusted as soon as written."""
    monkeypatch.setattr(texts, "MIN_FILES", 1)
    monkeypatch.setattr(reading, "SETTLED", -(10**12))
    for name, text in {
        "a": "class A(Base): __call__ = run",
        "c": "class C(A): run",
        "d": "class D(C): __call__",
    }.items():
        write(tmp_path / "top" / f"{name}.py", text)
    return tmp_path / "top"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def fresh(top: Path) -> Texts:
    """The texts as another process sees them."""
    return Texts(top, Store(str(top.parent / "cache")))


def told(project: Texts) -> tuple[list[str], list[str]]:
    """The names of the files with subclasses of `Base`, and of those that mention `run`; what was found out is kept."""
    answers = list(project.calling_subclasses("Base")), project.mentioning("run")
    project.keep()
    return tuple([Path(path).name for path in paths] for paths in answers)  # type: ignore[return-value]


def forbid_reading(monkeypatch: pytest.MonkeyPatch, *allowed: str) -> None:
    read = Disk.read_small

    def reading(disk: Disk, path: str) -> bytes:
        assert Path(path).name in allowed
        return read(disk, path)

    monkeypatch.setattr(Disk, "read_small", reading)


def test_files_are_not_read_again(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(fresh(top)) == (["a.py", "d.py"], ["a.py", "c.py"])
    forbid_reading(monkeypatch)
    assert told(fresh(top)) == (["a.py", "d.py"], ["a.py", "c.py"])


def test_only_a_changed_file_is_read_again(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told(fresh(top))
    before = (top / "d.py").stat()
    write(top / "d.py", "class D(X): run     ")  # As long as before.
    os.utime(top / "d.py", ns=(before.st_atime_ns, before.st_mtime_ns))
    forbid_reading(monkeypatch, "d.py")
    for _ in range(2):
        assert told(fresh(top)) == (["a.py"], ["a.py", "c.py", "d.py"])


def test_word_that_has_gone_from_a_file_is_not_found_there(top: Path) -> None:
    told(fresh(top))
    write(top / "c.py", "class C(A): walk")
    assert told(fresh(top)) == (["a.py", "d.py"], ["a.py"])


def test_new_file_comes_where_it_would_without_a_record(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told(fresh(top))
    write(top / "b.py", "class B(Base): run, __call__")
    without_record = told(Texts(top))
    forbid_reading(monkeypatch, "b.py")
    for _ in range(2):
        assert told(fresh(top)) == without_record == (["a.py", "b.py", "d.py"], ["a.py", "b.py", "c.py"])


def test_file_that_is_gone_is_not_found(top: Path) -> None:
    told(fresh(top))
    (top / "a.py").unlink()
    for _ in range(2):
        assert told(fresh(top)) == ([], ["c.py"])


def test_words_are_asked_anew_where_much_has_changed(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told(fresh(top))
    monkeypatch.setattr(texts, "MAX_CHANGED", 1)
    for name in "cd":
        write(top / f"{name}.py", "class X(Base): run, __call__")
    for _ in range(2):
        assert told(fresh(top)) == (["a.py", "c.py", "d.py"], ["a.py", "c.py", "d.py"])


def test_file_that_was_just_written_is_read_again(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SETTLED", 10**12)
    told(fresh(top))
    monkeypatch.setattr(Disk, "_read", lambda disk, path: b"class X(Base): __call__")
    assert told(fresh(top)) == (["a.py", "c.py", "d.py"], [])


def test_few_files_are_not_recorded(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "MIN_FILES", 4)
    told(fresh(top))
    assert not (top.parent / "cache").exists()


def test_record_is_written_at_once_and_then_after_a_while(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = fresh(top)
    told(project)
    monkeypatch.setattr(texts, "MAX_WORDS", 1)
    project.mentioning("walk")
    project.keep()
    project._next = 0
    (record,) = (top.parent / "cache").iterdir()
    assert b'"run"' in record.read_bytes()
    project.keep()
    assert b'"walk"' in record.read_bytes()
    assert b'"run"' not in record.read_bytes()


@pytest.mark.parametrize(
    "record",
    [
        [],
        {},
        {"files": {}},
        {"files": []},
        {"files": {"a.py": []}, "words": {}},
        {"files": {"a.py": [1, 2, 3, 4]}, "words": {"run": "no number"}},
        {"files": {"a.py": [1, 2, 3, 4]}, "words": {"run": 7}},
        {"files": {"a.py": ["stamp", None, None, None]}, "words": {}},
        {"files": {"gone.py": [[1, 1, 1, 1], "0", 1, "A Base"]}, "words": {"run": "ffff"}},
    ],
)
def test_record_of_another_form_is_made_anew(top: Path, record: object) -> None:
    project = fresh(top)
    Store(str(top.parent / "cache")).write("texts", str(top), record)
    assert told(project) == (["a.py", "d.py"], ["a.py", "c.py"])


def test_same_files_at_two_places_are_two_projects(top: Path, tmp_path: Path) -> None:
    told(fresh(top))
    write(top.parent / "other" / "a.py", "class A(Base): __call__ = walk")
    assert told(fresh(top.parent / "other")) == (["a.py"], [])
    assert told(fresh(top)) == (["a.py", "d.py"], ["a.py", "c.py"])


def test_file_that_goes_while_it_is_looked_at_tells_nothing(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def find(*_: object, **__: object) -> list[str]:
        return [str(top / "gone.py")]

    monkeypatch.setattr(texts, "find_files", find)
    for _ in range(2):
        assert told(fresh(top)) == ([], [])
