"""What a search in the text of a project leads to, and what it leaves out."""

from __future__ import annotations

import io
import tokenize
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake8_forward_call.inference.project.prose import without_prose
from flake8_forward_call.inference.project.searching import deriving, name_of, search, storing, word_of
from flake8_forward_call.inference.project.texts import Texts

PIECES = ["x", "f", "r", "b", "'", '"', "'''", '"""', "#", "\\", "\n", " ", "(", ")", "=", "+", ">>> ", "type:"]


def code_of(text: str) -> list[str]:
    """The names of a program, and its strings in one line; nothing if it is not valid."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
        compile(text, "", "exec", dont_inherit=True)
    except (tokenize.TokenError, SyntaxError, ValueError):
        return []
    kinds = (tokenize.NAME, tokenize.STRING)
    return [one.string for one in tokens if one.type in kinds and '"""' not in one.string and "'''" not in one.string]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 1  # Net\ny", "x = 1  \ny"),
        ("x = 1  # >>> Net()\ny", "x = 1  \ny"),
        ("x: list  # type: list[Net]  # Net\ny", "x: list  # type: list[Net]  # Net\ny"),
        ('def f():\n    """Makes a Net."""\n    return "Net"\n', 'def f():\n    \n    return "Net"\n'),
        ("r'''Net'''\nR\"\"\"Net\"\"\"", "r\nR"),
        ('f"""{Net}""" + rf"""{Net}""" + T\'\'\'{Net}\'\'\'', 'f"""{Net}""" + rf"""{Net}""" + T\'\'\'{Net}\'\'\''),
        ('"""It says "Net" and \\""" Net"""x', "x"),
        ("x = '#' + \"'''\"  # Net", "x = '#' + \"'''\"  "),
        ("x = []  # type: list[Net]", "x = []  # type: list[Net]"),
        ('"""Net\n>>> Net()\n"""\n"""Net"""\n# Net', '"""Net\n>>> Net()\n"""\n\n'),
        ('"""Net', '"""Net'),
        ("'Net\nx'''", "'Net\nx'''"),
    ],
)
def test_comments_and_docstrings_are_left_out(text: str, expected: str) -> None:
    assert without_prose(text.encode()).decode() == expected


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_no_code_is_left_out(text: str) -> None:
    left = without_prose(text.encode()).decode()
    at = 0
    for piece in code_of(text):
        at = left.find(piece, at)
        assert at >= 0, (text, piece)
        at += len(piece)


@pytest.mark.parametrize(
    "text", ['"' * 200_000, "'\\" * 100_000, '"""\\"' * 50_000, "#" * 200_000, "'''" + "'" * 100_000]
)
def test_text_of_nothing_but_quotes_is_gone_through(text: str) -> None:
    assert len(without_prose(text.encode())) <= len(text)


def test_file_that_only_speaks_of_a_word_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("net = Net()\n", encoding="utf-8")
    (tmp_path / "prose.py").write_text('"""For a Net."""\nx = 1  # Not a Net.\n', encoding="utf-8")
    (tmp_path / "book.ipynb").write_text('{"source": ["# Net\\n"]}', encoding="utf-8")
    assert Texts(tmp_path).mentioning("Net") == [str(tmp_path / "book.ipynb"), str(tmp_path / "code.py")]


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("class A(Net): ...", True),
        ("class A(b.Net, C): ...", True),
        ("Base = Net\n", True),
        ("KINDS = [Net]\n", True),
        ("def base(): return Net\n", True),
        ("from b import Net as Base\n", True),
        ("from b import (\n    A,\n    Net as Base,\n)\n", True),
        ("from b import A; bases = (Net,)\n", True),
        ("import a\nNet\n", True),
        ("import a\n\nclass A(\n    Net\n): ...", True),
        ("net = Net()\nother = b.Net (1)\n", False),
        ("from b import A, Net, C\n", False),
        ("from b import (\n    A as B,\n    Net,\n)\n", False),
        ("__all__ = ['A', \"Net\"]\n", False),
        ("class A(MyNet, Nets): ...\n", False),
    ],
)
def test_files_in_which_a_class_may_be_a_base(text: str, *, is_found: bool) -> None:
    assert search(deriving("Net"))(text.encode()) is is_found


@pytest.mark.parametrize(("key", "word", "name"), [("Net", "Net", "Net"), (deriving("Net"), "Net", "Net")])
def test_word_and_name_of_a_key(key: str, word: str, name: str) -> None:
    assert (word_of(key), name_of(key)) == (word, name)


def test_key_for_what_is_stored_has_no_name_to_look_up_in_examples() -> None:
    assert (word_of(storing("net")), name_of(storing("net"))) == ("net", "")
