"""Generated files: flake8 and the command report the same, with any comments anywhere."""

from __future__ import annotations

import ast
import contextlib
import io
import tempfile
from pathlib import Path

import pytest
from command_line import forward_call
from flake8.main.application import Application  # type: ignore[import-untyped, unused-ignore]
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flake8_forward_call.findings.finding import Finding, Place
from flake8_forward_call.noqa.suppression import Suppression, unsuppressed

pytestmark = pytest.mark.slow

HEAD = "import torch\nfrom torch import nn\n\n\nm = nn.Linear(8, 4)\nh = nn.ReLU()\nx = torch.ones(8)\n"

COMMENTS = [
    *("", "  # noqa", "  #noqa", "  #  noqa", "  #\tnoqa", "  # NoQA", "  # noqa\t", "  # noqa :FWD001", "# noqa"),
    *("  # noqa: FWD001", "  # NOQA:FWD001", "  # noqa: fwd001", "  # noqa: FWD", "  # noqa:FWD0", "  # noqa: FWD004"),
    *(
        "  # noqa: E501",
        "  # noqa: E501,FWD001",
        "  # noqa: E501, FWD001",
        "  # noqa: E501 FWD001",
        "  # noqa:\tFWD001",
    ),
    *("  # noqa: E501;FWD001", "  # noqa:  FWD001", "  # noqa: E501  ,  FWD001", "  # noqa: FWD001FWD002"),
    *("  # noqa: FWD001abc", "  # noqa: E501 why, FWD001", "  # why  # noqa: FWD001", "  # noqa: E501  # noqa: FWD001"),
    *("  # type: ignore # noqa:FWD001,", "  # flake8: noqa", "  # é # noqa: FWD001", "  # noqa : E501", "  # noqa:"),
    *("  # noqa: FWD00\u0661", "  # noqa:\xa0FWD001", "  # noqa: E501\x0cFWD001", "  # noqa: E501\x1eFWD001"),
]
FILE_COMMENTS = [
    *("# flake8: noqa", "# flake8: noqa: FWD001", "# flake8: noqa: E501", "#flake8: noqa", "# FLAKE8: NOQA"),
    *("# flake8=noqa", "  # flake8: noqa", "# flake8: noqa ", "#  flake8: noqa", "# flake8:noqa", "# noqa", "# c"),
    *("'''\n# flake8: noqa\n'''", "'''\n# noqa: FWD001\n'''", "print('# flake8: noqa')", "\f# flake8: noqa"),
]
# Text inside a string: it is not a comment there, but flake8 reads it as one.
TEXTS = ["", "a", "# noqa", "# noqa: FWD001", "# noqa: E501", "# flake8: noqa", "#noqa"]
# {c} is a comment at the end of a line, {t} a text in a string.
STATEMENTS = [
    "m.forward(x){c}",
    "y = m.forward(h.forward(x)){c}",
    "m.forward({c}\n    x,{c}\n){c}",
    "(m{c}\n .forward(x){c}\n){c}",
    "y = [{c}\n    m.forward(x),{c}\n{c}\n    h.forward(x),{c}\n]{c}",
    "m.forward('''{t}\n{t}'''){c}",
    "m.forward(x, '''{t}\n{t}\n{t}''', h.forward(x),{c}\n   '{t}'){c}",
    "y = '''{t}\n{t}''' + m.forward('''{t}\n{t}'''){c}",
    "f'''{t}\n{{m.forward(x)}}{t}\n{t}'''{c}",
    "f'''{t}\n{{m.forward(\n  x)}}\n{t}'''{c}",
    "f'''{{m.forward(f\"\"\"{t}\n{t}\"\"\")}}{t}'''{c}",
    "y = f'{{m.forward(x)}}{t}'{c}",
    "y = 1 + \\\n    m.forward(x) \\\n    + 2{c}",
    "m.\\\nforward(x) + h.forward(\n  x){c}",
    "y = '{t}\\\n{t}', m.forward(x){c}",
    "if m.forward(x):{c}\n    h.forward(x){c}\n{c}\nelse:{c}\n\th.forward(x){c}",
    "def f():{c}\n    '''{t}\n    {t}'''{c}\n    return m.forward(x){c}",
    "m.forward(x);\th.forward(x){c}",
    "\fm.forward(x){c}",
    "y = (m.forward(x)\f){c}",
    "m.forward('\v\u2028')  ,{c}",
    "class C(nn.Module):{c}\n    def __call__(self, x):{c}\n        return m.forward(x){c}",
]


@st.composite
def statements(draw: st.DrawFn) -> str:
    template = draw(st.sampled_from(STATEMENTS))
    pieces: list[str] = []
    while template:
        before, slot, template = _at_slot(template)
        pieces.append(before)
        if slot == "{c}":
            pieces.append(draw(st.sampled_from(COMMENTS)))
        elif slot == "{t}":
            pieces.append(draw(st.sampled_from(TEXTS)))
    return "".join(pieces).replace("{{", "{").replace("}}", "}") + "\n"


def _at_slot(template: str) -> tuple[str, str, str]:
    found = [(template.index(slot), slot) for slot in ("{c}", "{t}") if slot in template]
    if not found:
        return template, "", ""
    index, slot = min(found)
    return template[:index], slot, template[index + len(slot) :]


@st.composite
def files(draw: st.DrawFn) -> bytes:
    body = draw(st.lists(statements(), min_size=1, max_size=6))
    for comment in draw(st.lists(st.sampled_from(FILE_COMMENTS), max_size=1)):
        body.insert(draw(st.integers(0, len(body))), f"{comment}\n")
    text = draw(st.sampled_from(["", "", "# noqa\n", "\f\n"])) + HEAD + "".join(body)
    text = text.removesuffix(draw(st.sampled_from(["", "", "\n"])))
    text = text.replace("\n", draw(st.sampled_from(["\n", "\n", "\r\n", "\r"])))
    return draw(st.sampled_from([b"", b"", b"\xef\xbb\xbf"])) + text.encode()


def reported_by_flake8(folder: Path) -> list[str]:
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(out):
        Application().run(["--isolated", "-j", "1", "--select", "FWD", str(folder)])
    out.seek(0)
    return out.read().splitlines()


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(files(), min_size=1, max_size=10))
def test_flake8_and_the_command_agree_on_every_file(contents: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as name:
        for number, content in enumerate(contents):
            Path(name, f"case{number}.py").write_bytes(content)
        ours = forward_call("check", "--select", "FWD", name)
        assert ours.lines == sorted(reported_by_flake8(Path(name)), key=_place)
        assert ours.err == ""


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(files())
def test_flake8_is_asked_wherever_a_comment_may_count(content: bytes) -> None:
    text = content.decode("utf-8-sig")
    lines = io.StringIO(text, newline=None).readlines()
    rows = [row for row, line in enumerate(lines, 1) if "forward(" in line or "def __call__" in line]
    findings = [Finding("FWD001", "case.py", Place(row, 1), Place(row, 2), "it is one", row) for row in rows]
    by_flake8 = Suppression("case.py", text)
    for finding in findings:
        assert unsuppressed("case.py", text, [finding]) == ([] if by_flake8.silences(finding) else [finding])
    assert unsuppressed("case.py", text, findings) == [one for one in findings if not by_flake8.silences(one)]


def _place(line: str) -> tuple[str, int, int, str]:
    path, row, column, message = line.split(":", 3)
    return path, int(row), int(column), message


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(files(), min_size=1, max_size=10))
def test_what_add_noqa_silences_is_silent_in_flake8_too(contents: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as name:
        for number, content in enumerate(contents):
            Path(name, f"case{number}.py").write_bytes(content)
        done = forward_call("check", "--select", "FWD", "--add-noqa", name)
        left = [
            line.removeprefix("forward-call: ").partition(" cannot be silenced")[0] for line in done.err.splitlines()
        ]
        assert done.status == (1 if left else 0)
        told = [": ".join(_place_and_code(line)) for line in reported_by_flake8(Path(name))]
        assert sorted(told) == sorted(left)
        for number, content in enumerate(contents):
            assert _tree(Path(name, f"case{number}.py").read_bytes()) == _tree(content)
        written = [file.read_bytes() for file in sorted(Path(name).iterdir())]
        again = forward_call("check", "--select", "FWD", "--add-noqa", name)
        assert again.err == done.err
        assert [file.read_bytes() for file in sorted(Path(name).iterdir())] == written


def _place_and_code(line: str) -> tuple[str, str]:
    place, _, message = line.partition(": ")
    return place, message.partition(" ")[0]


def _tree(data: bytes) -> str:
    return ast.dump(ast.parse(data), include_attributes=True)
