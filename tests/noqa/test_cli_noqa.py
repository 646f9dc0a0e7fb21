"""``check --add-noqa``: the comments are in the right lines and work, and nothing else changes."""

from __future__ import annotations

import ast
import stat
from pathlib import Path
from typing import Any

import pytest
from command_line import FIXED, PROGRAM, flake8, forward_call

from flake8_forward_call.findings.finding import Edit
from flake8_forward_call.noqa import adopting, silencing
from flake8_forward_call.noqa.silencing import Silenced, silence
from flake8_forward_call.sources.source import Source

HEAD = b"import torch\nfrom torch import nn\n\nm = nn.Linear(8, 4)\nh = nn.ReLU()\nx = torch.ones(8)\n"
CODES = "FWD001,FWD002,FWD003,FWD004,FWD005"

# The text in the file, and the result.
PLACES: dict[str, tuple[bytes, bytes]] = {
    "no comment": (b"m.forward(x)\n", b"m.forward(x)  # noqa: FWD001\n"),
    "blanks at the end": (b"m.forward(x) \t\n", b"m.forward(x)  # noqa: FWD001\n"),
    "no end of line": (b"m.forward(x)", b"m.forward(x)  # noqa: FWD001"),
    "two findings in a line": (b"m.forward(h.forward(x))\n", b"m.forward(h.forward(x))  # noqa: FWD001\n"),
    "two codes in a line": (
        b"m.forward(map(h.forward, x))\n",
        b"m.forward(map(h.forward, x))  # noqa: FWD001,FWD004\n",
    ),
    "another comment": (b"m.forward(x)  # why\n", b"m.forward(x)  # why  # noqa: FWD001\n"),
    "another comment with blanks": (b"m.forward(x)  # why  \n", b"m.forward(x)  # why  # noqa: FWD001\n"),
    "type comment": (b"y = m.forward(x)  # type: ignore\n", b"y = m.forward(x)  # type: ignore  # noqa: FWD001\n"),
    "no noqa to flake8": (b"m.forward(x)  #noqa: E501\n", b"m.forward(x)  #noqa: E501  # noqa: FWD001\n"),
    "code": (b"m.forward(x)  # noqa: E501\n", b"m.forward(x)  # noqa: E501,FWD001\n"),
    "later code": (b"m.forward(x)  # noqa: W291\n", b"m.forward(x)  # noqa: FWD001,W291\n"),
    "capitals": (b"m.forward(x)  # NOQA:E501\n", b"m.forward(x)  # NOQA:E501,FWD001\n"),
    "comma and blank": (b"m.forward(x)  # noqa: E501, W291\n", b"m.forward(x)  # noqa: E501, FWD001, W291\n"),
    "blanks between": (b"m.forward(x)  # noqa: D100 E501\n", b"m.forward(x)  # noqa: D100 E501 FWD001\n"),
    "codes in no order": (b"m.forward(x)  # noqa: W291,E501\n", b"m.forward(x)  # noqa: W291,E501,FWD001\n"),
    "ours and others": (
        b"m.forward(map(h.forward, x))  # noqa: E501,FWD004\n",
        b"m.forward(map(h.forward, x))  # noqa: E501,FWD001,FWD004\n",
    ),
    "why behind the code": (b"m.forward(x)  # noqa: E501 a URL\n", b"m.forward(x)  # noqa: E501,FWD001 a URL\n"),
    "noqa behind a comment": (b"m.forward(x)  # why # noqa: E501\n", b"m.forward(x)  # why # noqa: E501,FWD001\n"),
    "two noqas": (
        b"m.forward(x)  # noqa: E501 # noqa: W291\n",
        b"m.forward(x)  # noqa: E501,FWD001 # noqa: W291\n",
    ),
    "call over lines": (
        b"(m\n .forward(\n    x,\n ))\n",
        b"(m\n .forward(  # noqa: FWD001\n    x,\n ))\n",
    ),
    "string over lines": (
        b"m.forward('''\n# no comment\n''')\nx = 1\n",
        b"m.forward('''\n# no comment\n''')  # noqa: FWD001\nx = 1\n",
    ),
    "string over lines in a call over lines": (
        b"m.forward(x, '''\n''',\n  1)\n",
        b"m.forward(x, '''\n''',  # noqa: FWD001\n  1)\n",
    ),
    "f-string over lines": (
        b"y = f'''\n{m.forward(x)}\n'''\n",
        b"y = f'''\n{m.forward(x)}\n'''  # noqa: FWD001\n",
    ),
    "backslash": (
        b"y = m.forward(x) \\\n    + 1 \\\n    + 2\n",
        b"y = m.forward(x) \\\n    + 1 \\\n    + 2  # noqa: FWD001\n",
    ),
    "backslash within a string": (
        b"m.forward('a\\\nb') or h.forward(x)\n",
        b"m.forward('a\\\nb') or h.forward(x)  # noqa: FWD001\n",
    ),
    "statements on one line": (b"m.forward(x); y = 1\n", b"m.forward(x); y = 1  # noqa: FWD001\n"),
    "form feed": (b"\fm.forward(x)\f\n", b"\fm.forward(x)  # noqa: FWD001\n"),
    "other letters": ("m.forward('é')  # ö\n".encode(), "m.forward('é')  # ö  # noqa: FWD001\n".encode()),
    "own call": (
        b"class N(nn.Module):\n\tdef __call__(self, x):\n\t\treturn x\n",
        b"class N(nn.Module):\n\tdef __call__(self, x):  # noqa: FWD005\n\t\treturn x\n",
    ),
}


@pytest.mark.parametrize("name", PLACES)
def test_comment_stands_where_it_counts(tmp_path: Path, name: str) -> None:
    before, after = PLACES[name]
    file = tmp_path / "net.py"
    file.write_bytes(HEAD + before)
    done = forward_call("check", "--add-noqa", "--extend-select", CODES, file)
    assert (done.status, done.err) == (0, "")
    assert file.read_bytes() == HEAD + after
    assert ast.dump(ast.parse(HEAD + before)) == ast.dump(ast.parse(HEAD + after))
    again = forward_call("check", "--add-noqa", "--extend-select", CODES, file)
    assert (again.status, again.out, again.err) == (0, "Nothing to silence.\n", "")
    assert forward_call("fix", "--extend-select", CODES, file).out == "Nothing to fix.\n"
    assert file.read_bytes() == HEAD + after


@pytest.mark.slow
def test_flake8_honours_every_comment(tmp_path: Path) -> None:
    for number, (before, _) in enumerate(PLACES.values()):
        (tmp_path / f"case{number}.py").write_bytes(HEAD + before)
    spoke = flake8("--extend-select", CODES, tmp_path).lines
    assert {line.split(":")[0] for line in spoke} == {str(file) for file in tmp_path.iterdir()}
    done = forward_call("check", "--add-noqa", "--extend-select", CODES, tmp_path)
    assert done.lines == [f"Silenced {len(spoke)} findings in {len(PLACES)} files; no findings remain."]
    assert flake8("--extend-select", CODES, tmp_path).lines == []


def test_bare_noqa_and_what_is_silenced_need_nothing(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    content = HEAD + b"m.forward(x)  # noqa\nh.forward(x)  # noqa: FWD\nh.forward(x)  # noqa:FWD0\n"
    file.write_bytes(content)
    done = forward_call("check", "--add-noqa", file)
    assert (done.status, done.out) == (0, "Nothing to silence.\n")
    assert file.read_bytes() == content


@pytest.mark.slow
@pytest.mark.parametrize("end", [b"\r\n", b"\r"], ids=["windows", "old mac"])
def test_line_ends_and_byte_order_mark_stay(tmp_path: Path, end: bytes) -> None:
    file = tmp_path / "net.py"
    before = b"\xef\xbb\xbf" + HEAD + b"m.forward('''\n''')\nh.forward(x)"
    file.write_bytes(before.replace(b"\n", end))
    assert forward_call("check", "--add-noqa", file).status == 0
    after = before.replace(b"''')", b"''')  # noqa: FWD001") + b"  # noqa: FWD001"
    assert file.read_bytes() == after.replace(b"\n", end)
    assert flake8(file).lines == []


@pytest.mark.slow
def test_encoding_stays(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    before = b"# coding: latin-1\n" + HEAD + b"m.forward('\xe9')  # \xe9\n"
    file.write_bytes(before)
    assert forward_call("check", "--add-noqa", file).status == 0
    assert file.read_bytes() == before[:-1] + b"  # noqa: FWD001\n"
    assert flake8(file).lines == []


def test_mode_and_link_stay(tmp_path: Path) -> None:
    file, link = tmp_path / "net.py", tmp_path / "link.py"
    file.write_text(PROGRAM)
    file.chmod(0o750)
    link.symlink_to(file)
    assert forward_call("check", "--add-noqa", link).lines == ["Silenced 1 finding in 1 file; no findings remain."]
    assert (link.is_symlink(), stat.S_IMODE(file.stat().st_mode)) == (True, 0o750)
    assert file.read_text() == PROGRAM.replace("stem.forward(x)", "stem.forward(x)  # noqa: FWD001")


def test_only_what_is_selected_is_silenced(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_bytes(HEAD + b"m.forward(map(h.forward, x))\n")
    assert forward_call("check", "--add-noqa", "--select", "FWD004", file).status == 0
    assert file.read_bytes() == HEAD + b"m.forward(map(h.forward, x))  # noqa: FWD004\n"
    assert forward_call("check", "--add-noqa", file).status == 0
    assert file.read_bytes() == HEAD + b"m.forward(map(h.forward, x))  # noqa: FWD001,FWD004\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (b"m.forward('# noqa: E501')\n", "7:3"),
        (b"m.forward('''\n# noqa: E501\n''')  # why\n", "7:3"),
        (b"y = '# noqa: E501', \\\n    m.forward(x)  # noqa: W291\n", "8:7"),
    ],
)
def test_noqa_in_a_string_leaves_no_place(tmp_path: Path, text: bytes, place: str) -> None:
    file = tmp_path / "net.py"
    file.write_bytes(HEAD + text + b"h.forward(x)\n")
    done = forward_call("check", "--add-noqa", file)
    assert done.lines == ["Silenced 1 finding in 1 file; 1 finding remains."]
    assert done.status == 1
    assert done.err == (
        f"forward-call: {file}:{place}: FWD001 cannot be silenced: a string before the end of the line has a noqa, and"
        " flake8 reads no other\n"
    )
    assert file.read_bytes() == HEAD + text + b"h.forward(x)  # noqa: FWD001\n"
    assert forward_call("check", "--add-noqa", file).lines == ["Silenced nothing; 1 finding remains."]


def test_line_that_ends_in_the_braces_of_an_f_string_stays_readable_for_every_python(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_bytes(HEAD + b"y = f'''{m.forward(\nx)}'''\n")
    done = forward_call("check", "--add-noqa", file)
    if done.err:  # Since Python 3.12, these are separate lines, and the first cannot have a comment.
        assert "the line ends within an f-string" in done.err
        assert file.read_bytes() == HEAD + b"y = f'''{m.forward(\nx)}'''\n"
    else:
        assert file.read_bytes() == HEAD + b"y = f'''{m.forward(\nx)}'''  # noqa: FWD001\n"


@pytest.mark.slow
def test_last_line_in_a_string_without_an_end_is_silenced_or_left_as_flake8_sees_it(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    before = HEAD + b"m.forward('''\n# why''')"
    file.write_bytes(before)
    done = forward_call("check", "--add-noqa", file)
    spoken = flake8(file).lines
    if done.err:  # Before Python 3.12, such a file has no NEWLINE token.
        assert done.err.endswith("put a line break at the end of the file\n")
        assert (len(spoken), file.read_bytes()) == (1, before)
    else:
        assert (spoken, file.read_bytes()) == ([], before + b"  # noqa: FWD001")


def test_file_that_cannot_be_analysed_gets_no_comment(tmp_path: Path) -> None:
    broken, good = tmp_path / "broken.py", tmp_path / "good.py"
    broken.write_text("m.forward(1 2)\n")
    good.write_text(PROGRAM)
    done = forward_call("check", "--add-noqa", tmp_path)
    assert done.status == 1
    assert done.lines[0].startswith(f"{broken}:1:")
    assert "FWD900" in done.lines[0]
    assert done.lines[1:] == ["Silenced 1 finding in 1 file; 1 finding remains."]
    assert broken.read_text() == "m.forward(1 2)\n"


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        ("  # no_qa: FWD001", "the comments would silence other findings than they should"),
        ("  # noqa", "the comments would silence other findings than they should"),
        (" + 1  # noqa: FWD001", "the text with the comments has a different syntax tree than the file"),
        (" ]  # noqa: FWD001", "the text with the comments cannot be parsed: unmatched ']' (<unknown>, line 7)"),
    ],
)
def test_file_stays_where_the_comments_are_not_proved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edit: str, reason: str
) -> None:
    file = tmp_path / "net.py"
    content = HEAD + b"m.forward(map(h.forward, x))\n"
    file.write_bytes(content)
    real = silencing._edit

    def wrong(*args: Any) -> Edit:
        return real(*args)._replace(content=edit)

    monkeypatch.setattr(silencing, "_edit", wrong)
    done = forward_call("check", "--add-noqa", file)
    assert done.lines == [
        f"{file}:1:1: FWD900 cannot add noqa to file: {reason}",
        "Silenced nothing; 2 findings remain.",
    ]
    assert done.status == 1
    assert file.read_bytes() == content


def test_fault_of_the_tool_leaves_the_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "net.py"
    file.write_text(PROGRAM)

    def fail(*_: object) -> None:
        raise ZeroDivisionError("odd")

    monkeypatch.setattr(silencing, "_edit", fail)
    done = forward_call("check", "--add-noqa", file)
    assert "FWD900 cannot add noqa to file: internal error: ZeroDivisionError: odd" in done.out
    assert file.read_text() == PROGRAM


def test_file_that_another_program_changed_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "net.py"
    file.write_text(PROGRAM)

    def write_and_silence(*args: Any) -> Silenced:
        file.write_text(FIXED)
        return silence(*args)

    monkeypatch.setattr(adopting, "silence", write_and_silence)
    done = forward_call("check", "--add-noqa", file)
    assert done.status == 2
    assert "was changed by another program" in done.err
    assert done.lines == ["Silenced nothing; 1 finding remains."]
    assert file.read_text() == FIXED


def test_read_only_file_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text(PROGRAM)
    file.chmod(0o444)
    done = forward_call("check", "--add-noqa", file)
    assert (done.status, file.read_text()) == (2, PROGRAM)
    assert "is read-only" in done.err


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--add-noqa", "-"], "--add-noqa writes into files, so it cannot be used with standard input"),
        (["--add-noqa", "--stdin-filename", "a.py"], "--add-noqa writes into files, so it cannot be used with"),
        (["--add-noqa", "--output-format", "json"], "--add-noqa reports no findings, so it cannot be used with"),
        (["--add-noqa", "--statistics"], "--add-noqa reports no findings, so it cannot be used with --statistics"),
        (["--add-noqa", "--output-file", "a.txt"], "reports no findings, so it cannot be used with --output-file"),
        (["--add-noqa", "--diff-base", "HEAD"], "reports no findings, so it cannot be used with --diff-base"),
        (["--add-noqa", "--baseline", "a.json"], "reports no findings, so it cannot be used with --baseline"),
        (
            ["--add-noqa", "--write-baseline", "a.json"],
            "reports no findings, so it cannot be used with --write-baseline",
        ),
        (["--add-noqa", "--report-unused-noqa"], "so it cannot be used with --report-unused-noqa; run them one after"),
    ],
)
def test_options_that_cannot_go_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(PROGRAM)
    done = forward_call("check", *args, stdin=PROGRAM.encode())
    assert (done.status, done.out) == (2, "")
    assert message in done.err
    assert Path("net.py").read_text() == PROGRAM


def test_ctrl_c_says_how_far_it_came(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "abc":
        (tmp_path / f"{name}.py").write_text(PROGRAM)

    def interrupt_or_silence(source: Source, *args: Any) -> Silenced:
        if source.path.endswith("b.py"):
            raise KeyboardInterrupt
        return silence(source, *args)

    monkeypatch.setattr(adopting, "silence", interrupt_or_silence)
    done = forward_call("check", "--add-noqa", tmp_path)
    assert done.status == 2
    assert done.err == "forward-call: Interrupted: noqa was added to 1 file, the others are unchanged.\n"
    assert [(tmp_path / f"{name}.py").read_text() == PROGRAM for name in "abc"] == [False, True, True]


def test_exit_zero_holds_for_what_gets_no_comment(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text("def f(:  # net.forward()\n")
    assert forward_call("check", "--add-noqa", file).status == 1
    assert forward_call("check", "--add-noqa", "--exit-zero", file).status == 0
