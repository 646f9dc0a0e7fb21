"""Notebooks and the command: their cells are one program, and a fix only changes the calls in them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from command_line import forward_call, run
from documents import MESSAGE, NET, SETUP, code, notebook, project, text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

__all__ = ["project"]


def check(project: Path, *cells: str) -> list[str]:
    """The output for a notebook with a cell that creates the model, and these cells below."""
    (project / "nb.ipynb").write_text(notebook(code(SETUP), *map(code, cells)))
    return forward_call("check", "nb.ipynb").lines


def test_cells_are_one_program_and_places_are_in_cells_counted_as_ruff_does(project: Path) -> None:
    (project / "nb.ipynb").write_text(notebook(text("# T"), code(SETUP), text("then"), code("x = 1\nmodel.forward(x)")))
    result = forward_call("check", "nb.ipynb")
    assert result.lines == [f"nb.ipynb:cell 4:2:7: {MESSAGE}"]
    assert result.status == 1


def test_directories_are_searched_for_notebooks_but_not_for_checkpoints(project: Path) -> None:
    for name in ("sub/nb.ipynb", ".ipynb_checkpoints/nb-checkpoint.ipynb"):
        (project / name).parent.mkdir()
        (project / name).write_text(notebook(code(NET + "Net().forward(1)\n")))
    result = forward_call("check", ".")
    assert [line.partition(" FWD")[0] for line in result.lines] == ["./sub/nb.ipynb:cell 1:7:7:"]


def test_json_has_the_cell_and_places_in_it(project: Path) -> None:
    (project / "nb.ipynb").write_text(notebook(text(""), code(SETUP), code("\nmodel.forward(1)")))
    (project / "file.py").write_text(NET + "Net().forward(1)\n")
    [in_file, in_cell] = json.loads(forward_call("check", ".", "--output-format", "json").out)
    assert in_file["cell"] is None
    assert in_cell["cell"] == 3
    assert in_cell["location"] == {"row": 2, "column": 7}
    assert in_cell["end_location"] == {"row": 2, "column": 14}
    assert in_cell["noqa_row"] == 2
    assert in_cell["fix"]["edits"] == [
        {"content": "", "location": {"row": 2, "column": 6}, "end_location": {"row": 2, "column": 14}}
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    "cell",
    [
        "%matplotlib inline\nmodel.forward(1)",
        "# note\n\n%load_ext a \\\n  b\nmodel.forward(1)",
        "!pip install 'it\nmodel.forward(1)",
        "?model\nmodel.forward(1)",
        "model??\nmodel.forward(1)",
        "model.forward?  # what?\nmodel.forward(1)",
        "files = !ls\nmodel.forward(1)",
        "d['a=b'], b = %sql select\nmodel.forward(1)",
        "for i in range(3):\n    !ls {i}\n    model.forward(1)",
        "%%time\nmodel.forward(1)",
        "\n# note\n%%capture out --no-stderr\n!ls\nmodel.forward(1)",
        "%time model.forward(1)",
        "%timeit -n 10 -r3 -q model.forward(1)",
        "%%timeit -n 10 model.forward(1)\npass",
        "    %prun -s cumulative model.forward(1)",
        "y = %time model.forward(1)",
        "pip install torch\nmodel.forward(1)",
        "!ls\ntime = max(\n  1, 2)\nmodel.forward(1)",
        "  x = 1\n  model.forward(1)",
        "model.forward(1);",
        "await model.forward(1)",
        "!ls\n'''\n%not\n!magic\n'''\nmodel.forward(1)",
        "!ls\nx = [\n  5\n  %2, '#('\n]\nmodel.forward(1)",
        "\n\r\n\f\nmodel.forward(1)",
    ],
)
def test_what_is_ipythons_is_passed_over_and_survives_the_fix(project: Path, cell: str) -> None:
    above, _, _ = cell.partition("model.forward(1)")
    row, line = above.count("\n") + 1, above.rpartition("\n")[2]
    assert check(project, cell) == [f"nb.ipynb:cell 2:{row}:{len(line) + 7}: {MESSAGE}"]
    assert forward_call("fix", "nb.ipynb").status == 0
    fixed = notebook(code(SETUP), code(cell.replace("model.forward(1)", "model(1)")))
    assert (project / "nb.ipynb").read_text() == fixed
    assert forward_call("fix", "nb.ipynb").lines == ["Nothing to fix."]


@pytest.mark.parametrize(
    "cell",
    [
        "%%bash\nmodel.forward(1)",
        "# note\n%%writefile net.py\nmodel.forward(1)",
        "%%html\n<b>'",
        "%%sql??",
        "!echo model.forward(1)",
        "%time\\\n  model.forward(1",
        "%timeit (model.forward(1)",
        "y = %timeit -o model.forward(1)",
        "cd ..",
        "!ls\nmodel = !ls\nmodel.forward(1)",
    ],
)
def test_what_is_not_python_is_left_out(project: Path, cell: str) -> None:
    assert check(project, cell) == []


def test_a_cell_that_does_not_parse_is_told_of_and_the_others_are_analysed(project: Path) -> None:
    assert check(project, "x = 1\ny = (", "model.forward(1)") == [
        "nb.ipynb:cell 2:2:5: FWD900 cannot parse cell 2: '(' was never closed (the other cells were analysed)",
        f"nb.ipynb:cell 3:1:7: {MESSAGE}",
    ]
    assert forward_call("fix", "nb.ipynb").status == 1
    assert (project / "nb.ipynb").read_text() == notebook(code(SETUP), code("x = 1\ny = ("), code("model(1)"))


def test_a_cell_that_is_indented_in_part_does_not_parse(project: Path) -> None:
    [fault] = check(project, "  x = 1\ny = forward")
    assert fault.startswith("nb.ipynb:cell 2:1:")


@pytest.mark.slow
def test_nbqa_shows_what_the_plugin_finds(project: Path) -> None:
    (project / "nb.ipynb").write_text(notebook(text("# T"), code(SETUP), code("%time 1\nmodel.forward(1)")))
    result = run("nbqa", "flake8", "nb.ipynb", "--isolated", "--select", "FWD", cwd=project)
    assert [line.partition(" skips")[0] for line in result.lines] == ["nb.ipynb:cell_2:2:7: FWD001 model.forward(...)"]


def test_git_takes_the_diff(project: Path) -> None:
    before = notebook(code([*SETUP.splitlines(keepends=True), "model.forward('é')"]))
    (project / "nb.ipynb").write_text(before)
    diff = forward_call("fix", "--diff", "nb.ipynb")
    assert (project / "nb.ipynb").read_text() == before
    subprocess.run(["git", "apply"], input=diff.out_bytes, check=True, cwd=project)
    assert (project / "nb.ipynb").read_text() == before.replace(".forward(", "(")


def fixed(project: Path, data: bytes) -> bytes:
    """A notebook after the fix. A second fix does not change it."""
    path = project / "nb.ipynb"
    path.write_bytes(data)
    forward_call("fix", path)
    result = path.read_bytes()
    forward_call("fix", path)
    assert path.read_bytes() == result
    return result


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.removesuffix(b"\n"),
        lambda data: b"\n\t" + json.dumps(json.loads(data), indent="\t").encode() + b"\n\n",
        lambda data: json.dumps(json.loads(data), separators=(",", ":")).encode(),
        lambda data: json.dumps(json.loads(data), ensure_ascii=False).encode(),
        lambda data: data.replace(b"model", b"mod\\u0065l").replace(b"/", b"\\/"),
        lambda data: data.replace(b'"nbformat"', b'"n": [NaN, -Infinity, 1e999, 1.10, 0.1e1], "nbformat"'),
        lambda data: data.replace(b'"outputs": []', b'"source": ["model.forward(0)"], "outputs": []'),
        lambda data: data.replace(b'{\n "cells"', b'{"cells": [], "cells"'),
    ],
)
def test_the_rest_of_the_json_stays_byte_for_byte(project: Path, change: Any) -> None:
    def data(source: list[str], line: str) -> bytes:
        cells = (
            text("café / model.forward(1)"),
            code([*SETUP.splitlines(keepends=True), *source], id="ä"),
            code(line),
            {"cell_type": "raw", "metadata": {}, "source": "model.forward(1)"},
        )
        written: bytes = change(notebook(*cells, authors=["é", "model.forward(1)"]).encode())
        return written

    before = data(
        ["model.forward('é / \U0001f600 \"\\\\')\n", "# ü"], "model.forward(1); model.forward(model.forward(2))\n"
    )
    after = data(["model('é / \U0001f600 \"\\\\')\n", "# ü"], "model(1); model(model(2))\n")
    assert fixed(project, before) == after


def test_standard_input_is_a_notebook_if_its_name_says_so(project: Path) -> None:
    before = notebook(code(NET), code("Net().forward(1)")).encode()
    result = forward_call("check", "-", "--stdin-filename", "nb.ipynb", stdin=before)
    assert [line.partition(" FWD")[0] for line in result.lines] == ["nb.ipynb:cell 2:1:7:"]
    result = forward_call("fix", "-", "--stdin-filename", "nb.ipynb", stdin=before)
    assert result.out_bytes == before.replace(b"Net().forward(1)", b"Net()(1)")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["model \\\n", "  .forward \\\n", "  (1)"], ["model(1)"]),
        (["model.forward\\\n", "(1)"], ["model(1)"]),
        (["model.for", "ward", "(", "1)"], ["model(", "1)"]),
        (["model.forward", "(1)"], ["model(1)"]),
        (["model\\\n", "", ".forward(1)\n", "2"], ["model(1)\n", "2"]),
        (["(model  # a\n", " .forward  # b\n", " (1))"], ["(model  # a\n", "   # b\n", " (1))"]),
        (["(model.  # a\n", "forward(1))"], ["(model  # a\n", "(1))"]),
        (["", "model.forward(1)", ""], ["", "model(1)", ""]),
    ],
)
def test_a_call_over_several_strings_of_a_list(project: Path, before: list[str], after: list[str]) -> None:
    assert fixed(project, notebook(code(SETUP), code(before)).encode()) == notebook(code(SETUP), code(after)).encode()


@pytest.mark.parametrize(
    "metadata",
    [
        {"kernelspec": {"language": "R", "name": "ir"}},
        {"kernelspec": {"language": "python"}, "language_info": {"name": "julia"}},
    ],
)
def test_other_languages_are_left_out(project: Path, metadata: dict[str, object]) -> None:
    (project / "nb.ipynb").write_text(notebook(code(NET + "Net().forward(1)"), code("x <- "), **metadata))
    result = forward_call("check", "nb.ipynb")
    assert (result.status, result.out, result.err) == (0, "", "")
    assert forward_call("explain", "nb.ipynb:cell 1:7:7").err.startswith(
        "forward-call: invalid value for PATH: nb.ipynb: is not a Python notebook"
    )


@pytest.mark.parametrize(
    "metadata",
    [
        {"kernelspec": {"language": "python"}},
        {"language_info": {"name": "Python"}},
        {"kernelspec": "?", "language_info": {"name": 3}},
    ],
)
def test_python_and_what_names_no_language_count(project: Path, metadata: dict[str, object]) -> None:
    (project / "nb.ipynb").write_text(notebook(code(NET + "Net().forward(1)"), **metadata))
    assert forward_call("check", "nb.ipynb").status == 1


def test_a_cell_of_another_language_is_left_out(project: Path) -> None:
    other = code("let x = model.forward(1)", metadata={"vscode": {"languageId": "javascript"}})
    (project / "nb.ipynb").write_text(notebook(code(SETUP), other, code("model.forward(1)")))
    assert [line.partition(" FWD")[0] for line in forward_call("check", "nb.ipynb").lines] == ["nb.ipynb:cell 3:1:7:"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"cells": [\n  ,', "2:3: FWD900 {}parse notebook: not valid JSON: Expecting value"),
        (b"", "1:1: FWD900 {}parse notebook: not valid JSON: Expecting value"),
        (b"[]", "1:1: FWD900 {}parse notebook: its JSON has no list of cells"),
        (b'{"cells": 3}', "1:1: FWD900 {}parse notebook: its JSON has no list of cells"),
        (b'{"cells": [\n 3]}', "2:2: FWD900 {}parse notebook: cell 1 is not an object"),
        (b'{"cells": [\n{"cell_type": "code"}]}', "2:1: FWD900 {}parse notebook: cell 1 has no source"),
        (
            b'{"cells": [{"cell_type": "code",\n "source": [3]}]}',
            "2:12: FWD900 {}parse notebook: cell 1 has no source",
        ),
        (
            b'{"nbformat": 3, "worksheets": [{"cells": []}]}',
            "1:1: FWD900 {}parse notebook: its format is older than 4, which is not supported; "
            "'jupyter nbconvert --to notebook' converts it",
        ),
        (b'{"cells":\n["\xff"]}', "2:1: FWD900 {}decode file: not valid UTF-8: invalid start byte"),
        (b"[" * 100_000, "1:1: FWD900 {}parse notebook: its JSON is nested too deeply"),
    ],
)
@pytest.mark.usefixtures("every_file_is_read")
def test_what_is_no_notebook_is_told_with_the_reason(project: Path, data: bytes, said: str) -> None:
    (project / "nb.ipynb").write_bytes(data)
    expected = f"nb.ipynb:{said}".format("cannot ")
    assert forward_call("check", "nb.ipynb").lines == [expected]
    result = forward_call("fix", "nb.ipynb")
    assert (result.status, result.lines[0]) == (1, expected)
    assert (project / "nb.ipynb").read_bytes() == data


def test_a_notebook_without_cells_is_clean(project: Path) -> None:
    (project / "nb.ipynb").write_text(notebook())
    assert forward_call("check", "nb.ipynb").status == 0


def test_noqa_counts_for_its_line_and_flake8_noqa_for_the_notebook(project: Path) -> None:
    noisy = "model.forward(1)  # noqa: FWD001\n%time model.forward(2)  # noqa\nmodel.forward(3)"
    assert [line.partition(" FWD")[0] for line in check(project, noisy)] == ["nb.ipynb:cell 2:3:7:"]
    assert check(project, "!ls\n# flake8: noqa", "model.forward(1)") == []
    assert check(project, "x = (  # noqa: FWD900", "y = 1") == []


def test_a_comment_in_one_cell_says_nothing_of_the_next(project: Path) -> None:
    assert len(check(project, "# skip the hooks on purpose", "model.forward(1)")) == 1
    assert check(project, "# skip the hooks on purpose\nmodel.forward(1)") == []


def test_what_a_cell_cannot_hold_is_a_cell_that_does_not_parse(project: Path) -> None:
    for bad in ("'\ud800'", "'\0'", "(" * 300):
        [fault, call] = check(project, bad, "model.forward(1)")
        assert fault.startswith("nb.ipynb:cell 2:1:")
        assert call == f"nb.ipynb:cell 3:1:7: {MESSAGE}"


def test_a_function_in_a_notebook_is_known_by_its_calls_there(project: Path) -> None:
    assert [line.partition(" skips")[0] for line in check(project, "def run(m):\n    m.forward(1)", "run(model)")] == [
        "nb.ipynb:cell 2:2:7: FWD001 m.forward(...)"
    ]


def test_a_notebook_does_not_hide_the_module_of_its_name(project: Path) -> None:
    (project / "net.ipynb").write_text(notebook(code("from net import *\n"), code("Net().forward(1)")))
    assert [line.partition(" FWD")[0] for line in forward_call("check", "net.ipynb").lines] == ["net.ipynb:cell 2:1:7:"]


def test_explain_takes_the_place_and_shows_places_in_cells(project: Path) -> None:
    check(project, "x = 1\nmodel.forward(x)", "x = (")
    expected = [
        f"nb.ipynb:cell 2:2:7: {MESSAGE}",
        "  nb.ipynb:cell 1:2: `model` is set to `Net()`",
        "  nb.ipynb:cell 1:1: `Net` is imported from `net`",
        "  net.py:4: class `net.Net` derives from torch.nn.Module",
    ]
    assert forward_call("explain", "nb.ipynb:cell 2:2:7").lines == expected
    assert forward_call("explain", "nb.ipynb:cell 2:2").lines == expected
    assert (
        forward_call("explain", "nb.ipynb:2:2:7").lines == forward_call("explain", "nb.ipynb:2:2:7:").lines == expected
    )


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("nb.ipynb:2:7", "nb.ipynb: name a call in it as nb.ipynb:cell N:ROW:COLUMN, as 'check' prints it"),
        ("nb.ipynb:2", "nb.ipynb: name a call in it as nb.ipynb:cell N:ROW:COLUMN"),
        ("nb.ipynb:cell 2", "nb.ipynb: name a call in it as nb.ipynb:cell N:ROW:COLUMN"),
        ("nb.ipynb:1:2:7:1", "nb.ipynb: name a call in it as nb.ipynb:cell N:ROW:COLUMN"),
        ("nb.ipynb:9:2:7", "nb.ipynb: has no code cell 9"),
        ("net.py:1:2:7", "net.py: name a call in it as net.py:ROW:COLUMN"),
        ("net.py:two", "net.py: name a call in it as net.py:ROW:COLUMN"),
        ("nb.ipynb", "name a call in it as nb.ipynb:cell N:ROW:COLUMN, as 'check' prints it"),
        ("net.py:cell 1:2:7", "net.py: name a call in it as net.py:ROW:COLUMN"),
        ("nb.ipynb:cell 9:2:7", "nb.ipynb: has no code cell 9"),
        ("nb.ipynb:cell 2:7:7", "nb.ipynb: has no row 7 in cell 2"),
        (
            "nb.ipynb:cell 2:1:1",
            "nb.ipynb: no direct call of forward() at cell 2:1:1; the nearest: cell 2:2:7 model.forward(...)",
        ),
        (
            "nb.ipynb:cell 2:1",
            "nb.ipynb: no direct call of forward() at cell 2:1; the nearest: cell 2:2:7 model.forward(...)",
        ),
        (
            "nb.ipynb:cell 3:1:1",
            "nb.ipynb:cell 3:1:5: cannot parse cell 3: '(' was never closed (the other cells were analysed)",
        ),
    ],
)
def test_explain_says_what_is_wrong_with_a_place(project: Path, place: str, said: str) -> None:
    check(project, "x = 1\nmodel.forward(x)", "x = (")
    result = forward_call("explain", place)
    assert (result.status, result.out) == (2, "")
    assert said in result.err


def test_fix_tells_where_and_keeps_the_mode(project: Path) -> None:
    check(project, "model.forward(1)")
    (project / "nb.ipynb").chmod(0o640)
    result = forward_call("fix", "nb.ipynb")
    assert result.status == 0
    assert result.lines[0] == "nb.ipynb:cell 2:1:7: model.forward(...) -> model(...)"
    assert (project / "nb.ipynb").stat().st_mode & 0o777 == 0o640


def test_a_notebook_whose_rewrite_is_not_proven_stays(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = check(project, "model.forward(1)")
    before = (project / "nb.ipynb").read_bytes()
    monkeypatch.setattr("flake8_forward_call.fixing.rewriter.rewrite", lambda source, fixes: source.text)
    result = forward_call("fix", "nb.ipynb")
    reason = "the rewritten cells differ from the rewritten program"
    refused = f"nb.ipynb:1:1: FWD900 cannot rewrite file: {reason}"
    assert result.lines[:-1] == [refused, *found]
    assert (project / "nb.ipynb").read_bytes() == before


def test_what_hangs_on_the_hooks_is_told_by_its_cell(project: Path) -> None:
    hooked = "def show(*_): ...\nmodel.register_forward_hook(show)"
    [line] = check(project, hooked, "model.forward(1)")
    assert line.startswith("nb.ipynb:cell 3:1:7: FWD001 ")
    assert "(nb.ipynb:cell 2:2) " in line


def test_interactive_shows_the_cell_as_it_stands(project: Path) -> None:
    check(project, "%time 1\nmodel.forward(1)\nmodel.forward(2)")
    result = forward_call("fix", "--interactive", "nb.ipynb", stdin=b"n\ny\n")
    assert f"nb.ipynb:cell 2:3:7: {MESSAGE}\n" in result.out
    hunk = ["@@ -1,3 +1,3 @@", " %time 1", " model.forward(1)", "-model.forward(2)", "+model(2)"]
    assert "\n".join(hunk) in result.out
    assert (project / "nb.ipynb").read_text() == notebook(code(SETUP), code("%time 1\nmodel.forward(1)\nmodel(2)"))


def test_summary_names_the_cell(project: Path) -> None:
    check(project, "model.forward(1)", "x = (")
    result = forward_call("fix", "--summary", "markdown", "nb.ipynb")
    assert "- `nb.ipynb:cell 2:1`: `model.forward(...)` → `model(...)`" in result.lines
    assert any(line.startswith("  - `nb.ipynb:cell 3:1`: ") for line in result.lines)


# One character in a form that JSON allows.
@st.composite
def _written(draw: st.DrawFn, character: str) -> str:
    ways = [json.dumps(character)[1:-1]]
    if character not in '"\\' and character.isprintable():
        ways.append(character)
    if ord(character) < 0x10000:
        ways += [f"\\u{ord(character):04x}", f"\\u{ord(character):04X}"]
    if character == "/":
        ways.append("\\/")
    return draw(st.sampled_from(ways))


_LINES = [
    "model.forward(1)",
    "x = model.forward(2)  # é",
    "%time model.forward(3)",
    "!ls 'é",
    "'\U0001f600/\\n'",
    "",
    "f?",
]
_LINES += ["model.forward(model.forward('\t'))"]


@st.composite
def notebooks(draw: st.DrawFn) -> tuple[str, str]:
    """The text of a notebook, and the expected text after the fix."""

    def blank() -> str:
        return draw(st.sampled_from(["", "", " ", "\n", "\r\n\t"]))

    def string(words: str) -> list[str]:
        return ['"', *(draw(_written(one)) for one in words), '"']

    def without_forward(words: str, written: list[str]) -> list[str]:
        kept = [True] * len(written)
        at = words.find(".forward")
        while at >= 0:
            kept[at + 1 : at + 1 + len(".forward")] = [False] * len(".forward")
            at = words.find(".forward", at + 1)
        return [one for one, is_kept in zip(written, kept, strict=True) if is_kept]

    def joined(opening: str, pairs: list[tuple[str, str]], closing: str) -> tuple[str, str]:
        olds, news = [opening], [opening]
        for index, (old, new) in enumerate(pairs):
            around = blank(), blank() + ("," if index < len(pairs) - 1 else "") + blank()
            olds.append(around[0] + old + around[1])
            news.append(around[0] + new + around[1])
        return "".join([*olds, closing]), "".join([*news, closing])

    def member(name: str, value: tuple[str, str]) -> tuple[str, str]:
        head = "".join(string(name)) + blank() + ":" + blank()
        return head + value[0], head + value[1]

    def same(value: object) -> tuple[str, str]:
        written = json.dumps(value, ensure_ascii=draw(st.booleans()))
        return written, written

    def cell(source: str, kind: str) -> tuple[str, str]:
        def half(words: str) -> tuple[str, str]:
            written = string(words)
            return "".join(written), "".join(without_forward(words, written) if kind == "code" else written)

        lines = source.splitlines(keepends=True)
        value = joined("[", [half(line) for line in lines], "]") if draw(st.booleans()) else half(source)
        members = [member("source", value), member("cell_type", same(kind))]
        members += [member(name, same(["model.forward(1)", {"source": "é"}])) for name in ("outputs", "metadata")]
        return joined("{", draw(st.permutations(members)), "}")

    cells = [cell(SETUP, "code")]
    for _ in range(draw(st.integers(0, 3))):
        source = "\n".join(draw(st.lists(st.sampled_from(_LINES), max_size=3)))
        cells.append(cell(source, draw(st.sampled_from(["code", "code", "markdown"]))))
    members = [member("cells", joined("[", cells, "]")), member("metadata", same({"é": "model.forward(1)"}))]
    old, new = joined("{", draw(st.permutations(members)), "}")
    around = blank(), blank()
    return around[0] + old + around[1], around[0] + new + around[1]


@pytest.mark.slow
@given(notebooks())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_the_json_is_written_the_fix_takes_the_calls_and_nothing_else(
    project: Path, pair: tuple[str, str]
) -> None:
    before, after = pair
    assert fixed(project, before.encode()) == after.encode()
